//! Times as people write them in a description: Danish local time, or UTC, or with an offset.

use std::fmt;

use serde::de::{Deserializer, Visitor};

use super::values::Refused;
use crate::copenhagen::{self, NotOneTime};
use crate::{LocalDate, Timestamp};

/// A point in time written as local time in Copenhagen (`2026-12-01 09:00`), in UTC
/// (`2026-12-01T08:00:00Z`) or with an offset (`2026-12-01 09:00+01:00`). Seconds may be left out.
///
/// # Errors
/// When it is none of these, or an hour that summer time leaves out or repeats.
pub fn point_in_time(text: &str) -> Result<Timestamp, Refused> {
    let (date, rest) = text.split_at_checked(10).ok_or_else(not_a_time)?;
    let date = LocalDate::parse(date).map_err(|_| not_a_time())?.year_month_day();
    let date = (i64::from(date.0), date.1, date.2);
    let rest = rest.strip_prefix(['T', 't', ' ']).ok_or_else(not_a_time)?;
    let (time, zone) = rest.split_at(rest.find(['Z', 'z', '+', '-', ' ']).unwrap_or(rest.len()));
    let time = time_of_day(time).ok_or_else(not_a_time)?;
    let offset_minutes = match zone.trim() {
        "" => return copenhagen::to_utc(date, time).map_err(not_one_time),
        "Z" | "z" => 0,
        zone => offset_minutes(zone).ok_or_else(not_a_time)?,
    };
    utc(date, time).map(|at| at.plus_seconds(-offset_minutes * 60)).ok_or_else(not_a_time)
}

fn time_of_day(text: &str) -> Option<(u8, u8, u8)> {
    let mut parts = text.splitn(3, ':');
    let two_digits = |part: &str| {
        let fits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| part.parse::<u8>().ok()).flatten()
    };
    let (hour, minute) = (two_digits(parts.next()?)?, two_digits(parts.next()?)?);
    // A fraction of a second says nothing in a letter, but a library may write zeros.
    let second = match parts.next() {
        Some(second) => {
            let (second, fraction) = second.split_once('.').unwrap_or((second, "0"));
            if fraction.is_empty() || !fraction.bytes().all(|byte| byte == b'0') {
                return None;
            }
            two_digits(second)?
        }
        None => 0,
    };
    (hour <= 23 && minute <= 59 && second <= 59).then_some((hour, minute, second))
}

fn offset_minutes(zone: &str) -> Option<i64> {
    let (sign, rest) = match zone.as_bytes().first()? {
        b'+' => (1, &zone[1..]),
        b'-' => (-1, &zone[1..]),
        _ => return None,
    };
    let (hours, minutes, _) = time_of_day(rest)?;
    Some(sign * (i64::from(hours) * 60 + i64::from(minutes)))
}

fn utc(
    (year, month, day): (i64, u8, u8),
    (hour, minute, second): (u8, u8, u8),
) -> Option<Timestamp> {
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z").parse().ok()
}

fn not_a_time() -> Refused {
    let help = "write Danish time as 2026-12-01 09:00, or UTC as 2026-12-01T08:00:00Z";
    Refused::new("this is not a date and a time of day", Some("MEMO-S-007"), help)
}

fn not_one_time(error: NotOneTime) -> Refused {
    match error {
        NotOneTime::NoSuchDay => not_a_time(),
        NotOneTime::LeftOut => Refused::new(
            "this hour does not exist: clocks go forward that night",
            None,
            "use the hour before or after",
        ),
        NotOneTime::Twice { first, second } => Refused::new(
            "this hour comes twice: clocks go back that night",
            None,
            format!(
                "write +02:00 after it for the first time ({}) or +01:00 for the second ({})",
                short(first),
                short(second)
            ),
        ),
    }
}

fn short(at: Timestamp) -> String {
    crate::UtcDateTime::from(at).as_str().to_owned()
}

/// For serde: a time as text, or as a date and time of TOML.
pub(crate) fn when<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
    from.deserialize_any(When)
}

/// The same where it may be left out.
pub(crate) fn maybe_when<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Timestamp>, D::Error> {
    when(from).map(Some)
}

/// For serde: a date as text, or as a date of TOML.
pub(crate) fn maybe_date<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<LocalDate>, D::Error> {
    let text = from.deserialize_any(DateText)?;
    match LocalDate::parse(&text) {
        Ok(date) if !date.has_zone() => Ok(Some(date)),
        _ => {
            let help = "write it as 2026-12-01";
            Err(Refused::new("this is not a date", Some("MEMO-S-007"), help).into_error())
        }
    }
}

struct When;

impl<'de> Visitor<'de> for When {
    type Value = Timestamp;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date and time")
    }
    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Timestamp, E> {
        point_in_time(text).map_err(Refused::into_error)
    }
    fn visit_map<A: serde::de::MapAccess<'de>>(self, table: A) -> Result<Timestamp, A::Error> {
        let text = DateText.visit_map(table)?;
        point_in_time(&text).map_err(Refused::into_error)
    }
}

/// A text, or the text of a date or time of TOML.
struct DateText;

impl<'de> Visitor<'de> for DateText {
    type Value = String;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date")
    }
    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }
    fn visit_map<A: serde::de::MapAccess<'de>>(self, table: A) -> Result<String, A::Error> {
        let table = serde::de::value::MapAccessDeserializer::new(table);
        let read: toml::value::Datetime = serde::Deserialize::deserialize(table)?;
        Ok(read.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_danish_unless_it_says_otherwise() {
        for (text, utc) in [
            ("2026-12-01 09:00", Some("2026-12-01T08:00:00Z")),
            ("2026-07-01T09:00:30", Some("2026-07-01T07:00:30Z")),
            ("2026-07-01T09:00:30.000", Some("2026-07-01T07:00:30Z")),
            ("2026-12-01T08:00:00Z", Some("2026-12-01T08:00:00Z")),
            ("2026-12-01 09:00 +01:00", Some("2026-12-01T08:00:00Z")),
            ("2026-10-25 02:30+02:00", Some("2026-10-25T00:30:00Z")),
            ("2026-10-25 02:30+01:00", Some("2026-10-25T01:30:00Z")),
            ("2026-12-01T09:00:00-05:00", Some("2026-12-01T14:00:00Z")),
            ("2026-10-25 02:30", None),
            ("2026-03-29 02:30", None),
            ("2026-12-01", None),
            ("2026-12-01 9:00", None),
            ("2026-12-01 24:00", None),
            ("2026-02-30 09:00", None),
            ("2026-12-01 09:00:00.5", None),
            ("2026-12-01 09:00 dansk tid", None),
            ("æøåæøåæøå 09:00", None),
            ("", None),
        ] {
            let read = point_in_time(text).ok().map(short);
            assert_eq!(read.as_deref(), utc, "{text}");
        }
        let twice = point_in_time("2026-10-25 02:30").unwrap_err();
        assert!(twice.help.contains("2026-10-25T00:30:00Z"), "{twice:?}");
    }
}
