//! Points in time as Digital Post writes them, and the lexical forms of dates and times in XML Schema.
//!
//! Not here: time zones, and the clock. Everything is UTC, and «now» is handed in by the caller.

use std::fmt;
use std::str::FromStr;

/// Milliseconds since 1 January 1970 UTC. Written as `2024-02-18T08:08:23.000Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

/// The text is not a date and time in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a time is written as 2024-02-18T08:08:23.000Z, in UTC with a capital Z")]
pub struct NotATimestamp;

impl Timestamp {
    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }
    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }
    /// The time this many milliseconds later, stopping at the end of representable time.
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }
    /// The time this many seconds later.
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        self.plus_millis(seconds.saturating_mul(1000))
    }

    /// Year, month 1–12 and day 1–31 in UTC.
    pub fn year_month_day(self) -> (i64, u8, u8) {
        civil_from_days(self.0.div_euclid(MILLIS_PER_DAY))
    }

    /// Hour, minute, second and millisecond in UTC.
    pub fn hour_minute_second_millis(self) -> (u8, u8, u8, u16) {
        let of_day = self.0.rem_euclid(MILLIS_PER_DAY);
        let seconds = of_day / 1000;
        (
            (seconds / 3600) as u8,
            (seconds / 60 % 60) as u8,
            (seconds % 60) as u8,
            (of_day % 1000) as u16,
        )
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute, second, millis) = self.hour_minute_second_millis();
        write!(f, "{}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z", Date(self.year_month_day()))
    }
}

/// Reads any fraction of a second, or none; what is finer than a millisecond is cut off.
impl FromStr for Timestamp {
    type Err = NotATimestamp;
    fn from_str(text: &str) -> Result<Self, NotATimestamp> {
        let read = DateTimeForm::parse(text).ok_or(NotATimestamp)?;
        if read.zone == Zone::Utc { Ok(read.timestamp()) } else { Err(NotATimestamp) }
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A date as XML Schema writes it.
pub(crate) struct Date(pub(crate) (i64, u8, u8));

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.0;
        if year < 0 {
            write!(f, "-{:04}-{month:02}-{day:02}", year.unsigned_abs())
        } else {
            write!(f, "{year:04}-{month:02}-{day:02}")
        }
    }
}

/// What stands after a date or a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Zone {
    /// Nothing.
    Absent,
    /// `Z`.
    Utc,
    /// `+01:00` and the like.
    Offset,
}

/// The lexical form of `xs:date`.
pub(crate) struct DateForm {
    pub(crate) year: i64,
    pub(crate) month: u8,
    pub(crate) day: u8,
    pub(crate) zone: Zone,
}

impl DateForm {
    /// Reads `-?YYYY+-MM-DD` and an optional zone; nothing else may follow.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut scan = Scan(text.as_bytes());
        let (year, month, day) = scan.date()?;
        let zone = scan.zone()?;
        scan.end()?;
        Some(Self { year, month, day, zone })
    }
}

/// The lexical form of `xs:dateTime`.
pub(crate) struct DateTimeForm {
    date: (i64, u8, u8),
    hour: u8,
    minute: u8,
    second: u8,
    millis: u16,
    pub(crate) zone: Zone,
}

impl DateTimeForm {
    /// Reads a date, `T`, a time with seconds and an optional zone; nothing else may follow.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut scan = Scan(text.as_bytes());
        let date = scan.date()?;
        scan.byte(b'T')?;
        let hour = scan.two_digits()?;
        scan.byte(b':')?;
        let minute = scan.two_digits()?;
        scan.byte(b':')?;
        let second = scan.two_digits()?;
        let mut millis = 0;
        let mut fraction_is_zero = true;
        if scan.byte(b'.').is_some() {
            let digits = scan.digits();
            if digits.is_empty() {
                return None;
            }
            fraction_is_zero = digits.iter().all(|d| *d == b'0');
            for index in 0..3 {
                millis = millis * 10 + digits.get(index).map_or(0, |d| u16::from(d - b'0'));
            }
        }
        // 24:00:00 is the next day's midnight; no other time has hour 24.
        let end_of_day = hour == 24 && minute == 0 && second == 0 && fraction_is_zero;
        if minute > 59 || second > 59 || (hour > 23 && !end_of_day) {
            return None;
        }
        let zone = scan.zone()?;
        scan.end()?;
        Some(Self { date, hour, minute, second, millis, zone })
    }

    /// The point in time, read as UTC, stopping at the ends of representable time.
    pub(crate) fn timestamp(&self) -> Timestamp {
        let (year, month, day) = self.date;
        let of_day =
            (i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second))
                * 1000;
        Timestamp(
            days_from_civil(year, month, day)
                .saturating_mul(MILLIS_PER_DAY)
                .saturating_add(of_day + i64::from(self.millis)),
        )
    }
}

const MILLIS_PER_DAY: i64 = 86_400_000;
/// Beyond this, years only tell «very early» and «very late»; milliseconds of i64 end near it.
const FARTHEST_YEAR: i64 = 200_000_000;

pub(crate) fn days_in_month(year: i64, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from 1 January 1970 in the Gregorian calendar, in both directions.
/// Source: Howard Hinnant, «chrono-Compatible Low-Level Date Algorithms».
pub(crate) fn days_from_civil(year: i64, month: u8, day: u8) -> i64 {
    let year = year.clamp(-FARTHEST_YEAR, FARTHEST_YEAR) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((i64::from(month) + 9) % 12) + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

pub(crate) fn civil_from_days(days: i64) -> (i64, u8, u8) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * shifted + 2) / 5 + 1) as u8;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 } as u8;
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// A cursor over the bytes of a date or time.
struct Scan<'a>(&'a [u8]);

impl<'a> Scan<'a> {
    fn byte(&mut self, wanted: u8) -> Option<()> {
        let (first, rest) = self.0.split_first()?;
        (*first == wanted).then(|| self.0 = rest)
    }

    fn digits(&mut self) -> &'a [u8] {
        let length = self.0.iter().take_while(|b| b.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at(length);
        self.0 = rest;
        digits
    }

    fn two_digits(&mut self) -> Option<u8> {
        match self.0 {
            [tens @ b'0'..=b'9', ones @ b'0'..=b'9', rest @ ..] => {
                self.0 = rest;
                Some((tens - b'0') * 10 + (ones - b'0'))
            }
            _ => None,
        }
    }

    /// A year has at least four digits, no needless zeros before them, and is not 0.
    fn date(&mut self) -> Option<(i64, u8, u8)> {
        let negative = self.byte(b'-').is_some();
        let digits = self.digits();
        if digits.len() < 4 || digits.len() > 18 || (digits.len() > 4 && digits[0] == b'0') {
            return None;
        }
        let year = digits.iter().fold(0i64, |year, d| year * 10 + i64::from(d - b'0'));
        if year == 0 {
            return None;
        }
        let year = if negative { -year } else { year };
        self.byte(b'-')?;
        let month = self.two_digits()?;
        self.byte(b'-')?;
        let day = self.two_digits()?;
        let fits = (1..=12).contains(&month) && day >= 1 && day <= days_in_month(year, month);
        fits.then_some((year, month, day))
    }

    fn zone(&mut self) -> Option<Zone> {
        if self.byte(b'Z').is_some() {
            return Some(Zone::Utc);
        }
        if self.byte(b'+').is_none() && self.byte(b'-').is_none() {
            return Some(Zone::Absent);
        }
        let hours = self.two_digits()?;
        self.byte(b':')?;
        let minutes = self.two_digits()?;
        (minutes <= 59 && u16::from(hours) * 60 + u16::from(minutes) <= 14 * 60)
            .then_some(Zone::Offset)
    }

    fn end(&self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_is_written_with_milliseconds_and_reads_back() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_708_243_703_000, "2024-02-18T08:08:23.000Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_868_800_000, "2000-03-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (253_402_300_800_000, "10000-01-01T00:00:00.000Z"),
        ] {
            assert_eq!(Timestamp::from_millis(millis).to_string(), text);
            assert_eq!(text.parse::<Timestamp>().map(Timestamp::as_millis), Ok(millis), "{text}");
        }
    }

    #[test]
    fn a_timestamp_is_read_in_utc_alone() {
        for (text, millis) in [
            ("2024-02-18T08:08:23Z", Some(1_708_243_703_000)),
            ("2024-02-18T08:08:23.1Z", Some(1_708_243_703_100)),
            ("2024-02-18T08:08:23.123456789Z", Some(1_708_243_703_123)),
            ("2024-02-17T24:00:00Z", Some(1_708_214_400_000)),
            ("2024-02-18T08:08:23", None),
            ("2024-02-18T08:08:23+00:00", None),
            ("2024-02-18t08:08:23Z", None),
            ("2024-02-18 08:08:23Z", None),
            ("2024-02-30T08:08:23Z", None),
            ("2024-02-18T24:00:01Z", None),
            ("2024-02-18T08:08:60Z", None),
            ("", None),
        ] {
            assert_eq!(text.parse::<Timestamp>().ok().map(Timestamp::as_millis), millis, "{text}");
        }
    }

    #[test]
    fn days_and_civil_dates_agree_over_eight_centuries() {
        for days in -150_000..150_000 {
            let (year, month, day) = civil_from_days(days);
            assert_eq!(days_from_civil(year, month, day), days);
            assert!(day >= 1 && day <= days_in_month(year, month));
        }
    }
}
