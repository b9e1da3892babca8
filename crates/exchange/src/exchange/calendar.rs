//! Days as Denmark counts them.

use std::ops::Range;

use brevdue_memo::{LocalDate, Timestamp};
use jiff::civil::{Date, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Span, ToSpan as _};

/// The Danish calendar, from the time zone rules bundled with the program.
#[derive(Debug, Clone)]
pub(super) struct Calendar {
    copenhagen: TimeZone,
}

impl Calendar {
    pub(super) fn bundled() -> Self {
        let copenhagen = TimeZoneDatabase::bundled()
            .get("Europe/Copenhagen")
            .expect("the bundled time zones hold Copenhagen, and a test asks for it");
        Self { copenhagen }
    }

    /// The day it is in Copenhagen.
    pub(super) fn today(&self, now: Timestamp) -> Date {
        let millis = now.as_millis();
        let instant = jiff::Timestamp::from_millisecond(millis).unwrap_or(if millis < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        });
        instant.to_zoned(self.copenhagen.clone()).date()
    }

    /// The day a message names; `None` beyond the years −9999 to 9999.
    pub(super) fn day(&self, date: &LocalDate) -> Option<Date> {
        let (year, month, day) = date.year_month_day();
        Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()
    }

    /// The first instant of a day in Copenhagen.
    pub(super) fn midnight(&self, day: Date) -> Option<Timestamp> {
        let start = day.to_zoned(self.copenhagen.clone()).ok()?;
        Some(Timestamp::from_millis(start.timestamp().as_millisecond()))
    }

    /// `now` when it is within these hours of a day in Copenhagen, else when they next begin.
    pub(super) fn within(&self, hours: &Range<i8>, now: Timestamp) -> Timestamp {
        let Ok(instant) = jiff::Timestamp::from_millisecond(now.as_millis()) else { return now };
        let here = instant.to_zoned(self.copenhagen.clone());
        let Ok(start) = Time::new(hours.start, 0, 0, 0) else { return now };
        if hours.contains(&here.hour()) || hours.is_empty() {
            return now;
        }
        let is_early = here.hour() < hours.start;
        let day = if is_early { Ok(here.date()) } else { here.date().tomorrow() };
        let begins = day.and_then(|day| day.to_datetime(start).to_zoned(self.copenhagen.clone()));
        begins.map_or(now, |begins| Timestamp::from_millis(begins.timestamp().as_millisecond()))
    }

    /// The same day so many months later.
    pub(super) fn months_after(&self, day: Date, months: u32) -> Date {
        let span: Span = i64::from(months.min(12_000)).months();
        day.checked_add(span).unwrap_or(Date::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_copenhagen_in_summer_and_winter() {
        let calendar = Calendar::bundled();
        for (year, month, day, expected) in [
            (2026, 1, 15, "2026-01-14T23:00:00Z"),
            (2026, 7, 15, "2026-07-14T22:00:00Z"),
            (2026, 3, 29, "2026-03-28T23:00:00Z"), // clocks go forward later that night
            (2026, 3, 30, "2026-03-29T22:00:00Z"),
            (2026, 10, 25, "2026-10-24T22:00:00Z"),
            (2026, 10, 26, "2026-10-25T23:00:00Z"),
        ] {
            let day = Date::constant(year, month, day);
            let expected: jiff::Timestamp = expected.parse().unwrap();
            let start = calendar.midnight(day).unwrap();
            assert_eq!(start.as_millis(), expected.as_millisecond(), "{day}");
            assert_eq!(calendar.today(start), day);
            assert_eq!(calendar.today(start.plus_millis(-1)), day.yesterday().unwrap());
        }
    }

    #[test]
    fn what_comes_at_night_waits_for_the_morning_in_copenhagen() {
        let calendar = Calendar::bundled();
        for (now, expected) in [
            ("2026-11-23T06:00:00Z", "2026-11-23T06:00:00Z"), // seven in the morning
            ("2026-11-23T20:59:59Z", "2026-11-23T20:59:59Z"),
            ("2026-11-23T21:00:00Z", "2026-11-24T06:00:00Z"),
            ("2026-11-23T05:59:59Z", "2026-11-23T06:00:00Z"),
            ("2026-07-01T20:00:00Z", "2026-07-02T05:00:00Z"), // summer time
            ("2026-10-24T21:30:00Z", "2026-10-25T06:00:00Z"), // the clocks go back that night
        ] {
            let at = |text: &str| {
                let at: jiff::Timestamp = text.parse().unwrap();
                Timestamp::from_millis(at.as_millisecond())
            };
            assert_eq!(calendar.within(&(7..22), at(now)), at(expected), "{now}");
            assert_eq!(calendar.within(&(0..24), at(now)), at(now));
        }
    }

    #[test]
    fn time_at_its_ends_is_still_a_day() {
        let calendar = Calendar::bundled();
        for millis in [i64::MIN, 0, i64::MAX] {
            calendar.today(Timestamp::from_millis(millis));
        }
        assert_eq!(calendar.months_after(Date::MAX, u32::MAX), Date::MAX);
    }
}
