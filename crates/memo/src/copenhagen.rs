//! Danish local time: from a clock on a wall in Copenhagen to UTC and back.
//!
//! Messages carry UTC alone; people write and read local time. The rule is that of the European Union:
//! summer time from the last Sunday of March to the last Sunday of October, both changes at 01:00 UTC.
//! Earlier years are as Denmark had them back to 1980 (until 1995 summer ended in September); before
//! that everything counts as winter time.
//!
//! Source: Directive 2000/84/EC, articles 1 to 3; the time zone database for 1980 to 1995.

use crate::time::{Timestamp, civil_from_days, days_from_civil, days_in_month};

/// How far Danish time is ahead of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Offset {
    /// One hour (CET).
    Winter,
    /// Two hours (CEST).
    Summer,
}

impl Offset {
    /// Hours ahead of UTC.
    pub const fn hours(self) -> i64 {
        match self {
            Self::Winter => 1,
            Self::Summer => 2,
        }
    }

    /// `+01:00` or `+02:00`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Winter => "+01:00",
            Self::Summer => "+02:00",
        }
    }
}

/// What a clock in Copenhagen shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LocalDateTime {
    /// Year; before year 1 they count 0, -1 and so on.
    pub year: i64,
    /// Month 1–12.
    pub month: u8,
    /// Day 1–31.
    pub day: u8,
    /// Hour 0–23.
    pub hour: u8,
    /// Minute 0–59.
    pub minute: u8,
    /// Second 0–59.
    pub second: u8,
    /// Which of the two times it is; tells the hour that comes twice apart.
    pub offset: Offset,
}

/// Why a local time names no single point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotOneTime {
    /// The calendar has no such day, or the day no such time.
    #[error("there is no such date or time of day")]
    NoSuchDay,
    /// The hour that is left out when summer time begins.
    #[error(
        "this hour is left out that night, because summer time begins; use the hour before or after"
    )]
    LeftOut,
    /// The hour that comes twice when summer time ends.
    #[error(
        "this hour comes twice that night, because summer time ends; write it with +02:00 for the first time or +01:00 for the second"
    )]
    Twice {
        /// The point in time while it is still summer time.
        first: Timestamp,
        /// An hour later, in winter time.
        second: Timestamp,
    },
}

/// The point in time when clocks in Copenhagen show a date (year, month 1–12, day) and a time of day
/// (hour 0–23, minute, second).
///
/// # Errors
/// See [`NotOneTime`]; two hours of the year are not one point in time.
pub fn to_utc(
    (year, month, day): (i64, u8, u8),
    (hour, minute, second): (u8, u8, u8),
) -> Result<Timestamp, NotOneTime> {
    let is_date = (1..=12).contains(&month) && day >= 1 && day <= days_in_month(year, month);
    if !is_date || hour > 23 || minute > 59 || second > 59 {
        return Err(NotOneTime::NoSuchDay);
    }
    let of_day = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    let as_if_utc = at_days(days_from_civil(year, month, day)).plus_seconds(of_day);
    let candidate = |offset: Offset| {
        let at = as_if_utc.plus_seconds(-offset.hours() * 3600);
        (offset_at(at) == offset).then_some(at)
    };
    match (candidate(Offset::Summer), candidate(Offset::Winter)) {
        (Some(first), Some(second)) => Err(NotOneTime::Twice { first, second }),
        (Some(at), None) | (None, Some(at)) => Ok(at),
        (None, None) => Err(NotOneTime::LeftOut),
    }
}

/// What clocks in Copenhagen show at a point in time; milliseconds are cut off.
pub fn local(at: Timestamp) -> LocalDateTime {
    let offset = offset_at(at);
    let shifted = at.plus_seconds(offset.hours() * 3600);
    let (year, month, day) = shifted.year_month_day();
    let (hour, minute, second, _) = shifted.hour_minute_second_millis();
    LocalDateTime { year, month, day, hour, minute, second, offset }
}

/// Which time Copenhagen has at a point in time.
pub fn offset_at(at: Timestamp) -> Offset {
    match summer_of(at.year_month_day().0) {
        Some((begins, ends)) if at >= begins && at < ends => Offset::Summer,
        _ => Offset::Winter,
    }
}

/// When summer time begins and ends in a year, from 1980 on.
pub fn summer_of(year: i64) -> Option<(Timestamp, Timestamp)> {
    let (begins, ends) = match year {
        ..1980 => return None,
        // The first summer time began a week late, on 6 April, and ended on 28 September.
        1980 => (days_from_civil(1980, 4, 6), last_sunday(1980, 9)),
        1981..1996 => (last_sunday(year, 3), last_sunday(year, 9)),
        1996.. => (last_sunday(year, 3), last_sunday(year, 10)),
    };
    Some((at_days(begins).plus_seconds(3600), at_days(ends).plus_seconds(3600)))
}

/// The day number of the last Sunday of a month.
fn last_sunday(year: i64, month: u8) -> i64 {
    let last = days_from_civil(year, month, days_in_month(year, month));
    // Day 0, 1 January 1970, was a Thursday: day 3 was the first Sunday.
    last - (last - 3).rem_euclid(7)
}

fn at_days(days: i64) -> Timestamp {
    Timestamp::from_millis(0).plus_seconds(days.saturating_mul(24 * 60 * 60))
}

/// Day of the week of a date, 0 for Monday to 6 for Sunday.
pub fn day_of_week((year, month, day): (i64, u8, u8)) -> u8 {
    ((days_from_civil(year, month, day) + 3).rem_euclid(7)) as u8
}

/// The date so many days after another.
pub fn plus_days((year, month, day): (i64, u8, u8), days: i64) -> (i64, u8, u8) {
    civil_from_days(days_from_civil(year, month, day).saturating_add(days))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_local_time_is_one_point_in_time_but_for_two_hours_a_year() {
        for (date, time, expected) in [
            ((2026, 12, 1), (9, 0, 0), Ok(utc("2026-12-01T08:00:00Z"))),
            ((2026, 7, 1), (9, 0, 0), Ok(utc("2026-07-01T07:00:00Z"))),
            ((2026, 3, 29), (1, 59, 59), Ok(utc("2026-03-29T00:59:59Z"))),
            ((2026, 3, 29), (2, 0, 0), Err(NotOneTime::LeftOut)),
            ((2026, 3, 29), (2, 59, 59), Err(NotOneTime::LeftOut)),
            ((2026, 3, 29), (3, 0, 0), Ok(utc("2026-03-29T01:00:00Z"))),
            ((2026, 10, 25), (1, 59, 59), Ok(utc("2026-10-24T23:59:59Z"))),
            (
                (2026, 10, 25),
                (2, 30, 0),
                Err(NotOneTime::Twice {
                    first: utc("2026-10-25T00:30:00Z"),
                    second: utc("2026-10-25T01:30:00Z"),
                }),
            ),
            ((2026, 10, 25), (3, 0, 0), Ok(utc("2026-10-25T02:00:00Z"))),
            ((2026, 2, 29), (9, 0, 0), Err(NotOneTime::NoSuchDay)),
            ((2026, 13, 1), (9, 0, 0), Err(NotOneTime::NoSuchDay)),
            ((2026, 1, 1), (24, 0, 0), Err(NotOneTime::NoSuchDay)),
            ((1970, 7, 1), (1, 0, 0), Ok(utc("1970-07-01T00:00:00Z"))),
        ] {
            assert_eq!(to_utc(date, time), expected, "{date:?} {time:?}");
        }
    }

    #[test]
    fn every_half_hour_for_a_century_is_as_the_time_zone_database_has_it() {
        let zone = jiff::tz::TimeZone::get("Europe/Copenhagen").unwrap();
        let (mut at, end) = (utc("1980-01-01T00:00:00Z"), utc("2080-01-01T00:00:00Z"));
        while at < end {
            let theirs = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap();
            let theirs = zone.to_datetime(theirs);
            let ours = local(at);
            let date = (ours.year, ours.month, ours.day);
            let time = (ours.hour, ours.minute, ours.second);
            assert_eq!(
                (date, time),
                (
                    (i64::from(theirs.year()), theirs.month() as u8, theirs.day() as u8),
                    (theirs.hour() as u8, theirs.minute() as u8, theirs.second() as u8)
                ),
                "{at}"
            );
            match to_utc(date, time) {
                Ok(back) => assert_eq!(back, at),
                Err(NotOneTime::Twice { first, second }) => {
                    let meant = if ours.offset == Offset::Summer { first } else { second };
                    assert_eq!(meant, at);
                }
                Err(other) => panic!("{other} at {at}"),
            }
            at = at.plus_seconds(30 * 60);
        }
    }

    #[test]
    fn the_ends_of_time_do_not_panic() {
        for millis in [i64::MIN, i64::MAX, -62_135_596_800_000, 253_402_300_799_000] {
            let _ = local(Timestamp::from_millis(millis));
        }
        let _ = to_utc((i64::MAX, 12, 31), (23, 59, 59));
        let _ = to_utc((i64::MIN, 1, 1), (0, 0, 0));
    }

    #[test]
    fn days_of_the_week_and_days_later_follow_the_calendar() {
        assert_eq!(day_of_week((2026, 11, 23)), 0);
        assert_eq!(day_of_week((1970, 1, 1)), 3);
        assert_eq!(plus_days((2028, 2, 28), 2), (2028, 3, 1));
    }
}
