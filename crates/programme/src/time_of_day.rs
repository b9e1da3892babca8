//! Times of day, as plans and registers write them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What clocks in Copenhagen show: hour and minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay {
    hour: u8,
    minute: u8,
}

/// A text is no time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is a time of day, written 22:30")]
pub struct NotATimeOfDay;

impl TimeOfDay {
    /// The hour, 0 to 23, and the minute, 0 to 59.
    pub fn hour_minute(self) -> (u8, u8) {
        (self.hour, self.minute)
    }

    /// Minutes since midnight, to the nearest: of a share of a day, as spreadsheets keep times.
    pub fn of_share(share: f64) -> Option<Self> {
        if !(0.0..1.0).contains(&share) {
            return None;
        }
        // At most 1,440, and that only when it is rounded up.
        let minutes = ((share * 1440.0).round() as u16).min(1439);
        Some(Self { hour: (minutes / 60) as u8, minute: (minutes % 60) as u8 })
    }
}

impl FromStr for TimeOfDay {
    type Err = NotATimeOfDay;

    /// `22:30`; `7:05` and `22.30` are understood as well.
    fn from_str(text: &str) -> Result<Self, NotATimeOfDay> {
        let (hour, minute) = text.split_once([':', '.']).ok_or(NotATimeOfDay)?;
        let number = |text: &str, digits: std::ops::RangeInclusive<usize>| {
            let fits = digits.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
            if fits { text.parse::<u8>().map_err(|_| NotATimeOfDay) } else { Err(NotATimeOfDay) }
        };
        let (hour, minute) = (number(hour, 1..=2)?, number(minute, 2..=2)?);
        if hour < 24 && minute < 60 { Ok(Self { hour, minute }) } else { Err(NotATimeOfDay) }
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = NotATimeOfDay;

    fn try_from(text: String) -> Result<Self, NotATimeOfDay> {
        text.parse()
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        time.to_string()
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_an_hour_and_a_minute() {
        for (text, expected) in [
            ("22:30", Some("22:30")),
            ("7:05", Some("07:05")),
            ("22.30", Some("22:30")),
            ("00:00", Some("00:00")),
            ("24:00", None),
            ("12:60", None),
            ("12:5", None),
            ("123:05", None),
            ("kl. 12", None),
            ("", None),
        ] {
            let read = text.parse::<TimeOfDay>().ok().map(|time| time.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_share_of_a_day_is_a_time() {
        let of = |share| TimeOfDay::of_share(share).map(|time| time.to_string());
        assert_eq!(of(0.0).as_deref(), Some("00:00"));
        assert_eq!(of(0.937_5).as_deref(), Some("22:30"));
        assert_eq!(of(0.999_99).as_deref(), Some("23:59"));
        assert_eq!((of(1.0), of(-0.1), of(f64::NAN)), (None, None, None));
    }
}
