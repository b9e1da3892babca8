//! Points in time as people in Denmark read them, with the day of the week, in Danish and English.
//!
//! All times are those of Copenhagen. In the one hour a year that comes twice, the time says which of
//! the two it is.

use crate::copenhagen::{self, Offset, day_of_week, local};
use crate::{Language, LocalDate, Timestamp};

/// A date: year, month 1–12, day 1–31.
pub type Day = (i64, u8, u8);

const DAYS: [(&str, &str); 7] = [
    ("mandag", "Monday"),
    ("tirsdag", "Tuesday"),
    ("onsdag", "Wednesday"),
    ("torsdag", "Thursday"),
    ("fredag", "Friday"),
    ("lørdag", "Saturday"),
    ("søndag", "Sunday"),
];

const MONTHS: [(&str, &str); 12] = [
    ("januar", "January"),
    ("februar", "February"),
    ("marts", "March"),
    ("april", "April"),
    ("maj", "May"),
    ("juni", "June"),
    ("juli", "July"),
    ("august", "August"),
    ("september", "September"),
    ("oktober", "October"),
    ("november", "November"),
    ("december", "December"),
];

/// The day a point in time falls on in Copenhagen.
pub fn day_of(at: Timestamp) -> Day {
    let local = local(at);
    (local.year, local.month, local.day)
}

/// The day a date of a message names.
pub fn day_named(date: &LocalDate) -> Day {
    let (year, month, day) = date.year_month_day();
    (i64::from(year), month, day)
}

/// The last day on which a deadline can be met. Midnight ends a day rather than beginning one: what is
/// due «1 December 00.00» has all of 30 November and nothing of 1 December.
pub fn last_day(deadline: Timestamp) -> Day {
    if ends_a_day(deadline) { day_of(deadline.plus_millis(-1)) } else { day_of(deadline) }
}

/// Whether it is midnight, to the second.
pub(crate) fn ends_a_day(at: Timestamp) -> bool {
    let local = local(at);
    (local.hour, local.minute, local.second) == (0, 0, 0)
}

/// Calendar days from today to the last day of a deadline; negative when it lies before today.
pub fn days_left(deadline: Timestamp, now: Timestamp) -> i64 {
    days_between(day_of(now), last_day(deadline))
}

/// Calendar days from one day to another.
pub(crate) fn days_between(from: Day, to: Day) -> i64 {
    let number = |(year, month, day)| crate::time::days_from_civil(year, month, day);
    number(to).saturating_sub(number(from))
}

/// «torsdag den 3. december 2026», “Thursday 3 December 2026”.
pub fn day(date: Day, language: Language) -> String {
    let (year, month, day) = date;
    let weekday = word(DAYS.get(usize::from(day_of_week(date))), language);
    let month = word(MONTHS.get(usize::from(month.wrapping_sub(1))), language);
    match language {
        Language::Danish => format!("{weekday} den {day}. {month} {year}"),
        Language::English => format!("{weekday} {day} {month} {year}"),
    }
}

/// «torsdag den 3. december 2026 kl. 12.00», “Thursday 3 December 2026 at 12:00”.
pub fn moment(at: Timestamp, language: Language) -> String {
    let day = day(day_of(at), language);
    match language {
        Language::Danish => format!("{day} kl. {}", clock(at, language)),
        Language::English => format!("{day} at {}", clock(at, language)),
    }
}

/// «senest torsdag den 3. december 2026 kl. 12.00», “by Thursday 3 December 2026 at 12:00”; at
/// midnight «senest ved udgangen af …», “by the end of …” the day before.
pub fn deadline(at: Timestamp, language: Language) -> String {
    match (language, ends_a_day(at)) {
        (Language::Danish, false) => format!("senest {}", moment(at, language)),
        (Language::English, false) => format!("by {}", moment(at, language)),
        (Language::Danish, true) => {
            format!("senest ved udgangen af {}", day(last_day(at), language))
        }
        (Language::English, true) => format!("by the end of {}", day(last_day(at), language)),
    }
}

/// From when until when; the day stands once when both are on the same, and the end is left out when
/// it is not after the start.
pub fn span(start: Timestamp, end: Timestamp, language: Language) -> String {
    if end <= start {
        return moment(start, language);
    }
    if day_of(start) == day_of(end) {
        return format!("{}–{}", moment(start, language), clock(end, language));
    }
    let (start, end) = (moment(start, language), moment(end, language));
    match language {
        Language::Danish => format!("{start} til {end}"),
        Language::English => format!("{start} to {end}"),
    }
}

/// «12.00», “12:00”; in the hour that comes twice with the name of the time.
pub fn clock(at: Timestamp, language: Language) -> String {
    let local = local(at);
    let twice = copenhagen::offset_at(at.plus_seconds(3600)) < local.offset
        || copenhagen::offset_at(at.plus_seconds(-3600)) > local.offset;
    let (point, name) = match (language, local.offset) {
        (Language::Danish, Offset::Summer) => ('.', " (sommertid)"),
        (Language::Danish, Offset::Winter) => ('.', " (vintertid)"),
        (Language::English, Offset::Summer) => (':', " (summer time)"),
        (Language::English, Offset::Winter) => (':', " (winter time)"),
    };
    let name = if twice { name } else { "" };
    format!("{:02}{point}{:02}{name}", local.hour, local.minute)
}

fn word(pair: Option<&(&'static str, &'static str)>, language: Language) -> &'static str {
    match (pair, language) {
        (Some((danish, _)), Language::Danish) => danish,
        (Some((_, english)), Language::English) => english,
        (None, _) => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_time_is_told_as_the_clock_in_copenhagen_shows_it_across_every_change() {
        for (at, danish, english) in [
            (
                "2026-12-03T11:00:00Z",
                "torsdag den 3. december 2026 kl. 12.00",
                "Thursday 3 December 2026 at 12:00",
            ),
            (
                "2026-03-29T00:59:00Z",
                "søndag den 29. marts 2026 kl. 01.59",
                "Sunday 29 March 2026 at 01:59",
            ),
            (
                "2026-03-29T01:00:00Z",
                "søndag den 29. marts 2026 kl. 03.00",
                "Sunday 29 March 2026 at 03:00",
            ),
            (
                "2026-10-25T00:30:00Z",
                "søndag den 25. oktober 2026 kl. 02.30 (sommertid)",
                "Sunday 25 October 2026 at 02:30 (summer time)",
            ),
            (
                "2026-10-25T01:30:00Z",
                "søndag den 25. oktober 2026 kl. 02.30 (vintertid)",
                "Sunday 25 October 2026 at 02:30 (winter time)",
            ),
            (
                "2026-10-25T02:00:00Z",
                "søndag den 25. oktober 2026 kl. 03.00",
                "Sunday 25 October 2026 at 03:00",
            ),
            (
                "2027-03-28T00:59:00Z",
                "søndag den 28. marts 2027 kl. 01.59",
                "Sunday 28 March 2027 at 01:59",
            ),
            (
                "2027-03-28T01:00:00Z",
                "søndag den 28. marts 2027 kl. 03.00",
                "Sunday 28 March 2027 at 03:00",
            ),
            (
                "2027-10-30T23:59:00Z",
                "søndag den 31. oktober 2027 kl. 01.59",
                "Sunday 31 October 2027 at 01:59",
            ),
            (
                "2027-10-31T01:00:00Z",
                "søndag den 31. oktober 2027 kl. 02.00 (vintertid)",
                "Sunday 31 October 2027 at 02:00 (winter time)",
            ),
        ] {
            assert_eq!(moment(utc(at), Language::Danish), danish);
            assert_eq!(moment(utc(at), Language::English), english);
        }
    }

    #[test]
    fn a_deadline_belongs_to_the_day_it_has_in_copenhagen_and_midnight_to_the_day_it_ends() {
        for (at, day, danish) in [
            (
                "2026-12-03T11:00:00Z",
                (2026, 12, 3),
                "senest torsdag den 3. december 2026 kl. 12.00",
            ),
            ("2026-07-01T22:30:00Z", (2026, 7, 2), "senest torsdag den 2. juli 2026 kl. 00.30"),
            (
                "2026-12-01T22:30:00Z",
                (2026, 12, 1),
                "senest tirsdag den 1. december 2026 kl. 23.30",
            ),
            ("2026-12-01T23:30:00Z", (2026, 12, 2), "senest onsdag den 2. december 2026 kl. 00.30"),
            (
                "2026-12-01T23:00:00Z",
                (2026, 12, 1),
                "senest ved udgangen af tirsdag den 1. december 2026",
            ),
            (
                "2026-03-28T23:00:00Z",
                (2026, 3, 28),
                "senest ved udgangen af lørdag den 28. marts 2026",
            ),
            (
                "2026-03-29T22:00:00Z",
                (2026, 3, 29),
                "senest ved udgangen af søndag den 29. marts 2026",
            ),
            (
                "2027-10-30T22:00:00Z",
                (2027, 10, 30),
                "senest ved udgangen af lørdag den 30. oktober 2027",
            ),
            (
                "2027-10-31T23:00:00Z",
                (2027, 10, 31),
                "senest ved udgangen af søndag den 31. oktober 2027",
            ),
        ] {
            assert_eq!(last_day(utc(at)), day, "{at}");
            assert_eq!(deadline(utc(at), Language::Danish), danish);
        }
        let english = deadline(utc("2026-12-01T23:00:00Z"), Language::English);
        assert_eq!(english, "by the end of Tuesday 1 December 2026");
    }

    #[test]
    fn an_appointment_names_its_day_once_and_no_end_that_is_none() {
        let say = |start, end| span(utc(start), utc(end), Language::Danish);
        assert_eq!(
            say("2026-11-30T09:00:00Z", "2026-11-30T10:30:00Z"),
            "mandag den 30. november 2026 kl. 10.00–11.30"
        );
        assert_eq!(
            say("2026-03-28T21:00:00Z", "2026-03-29T02:00:00Z"),
            "lørdag den 28. marts 2026 kl. 22.00 til søndag den 29. marts 2026 kl. 04.00"
        );
        assert_eq!(
            say("2026-11-30T09:00:00Z", "2026-11-30T09:00:00Z"),
            "mandag den 30. november 2026 kl. 10.00"
        );
    }

    #[test]
    fn days_left_are_days_of_the_calendar_and_not_of_24_hours() {
        let now = utc("2026-03-28T22:30:00Z"); // 23.30 the evening before summer time
        for (at, days) in [
            ("2026-03-28T22:31:00Z", 0),
            ("2026-03-28T23:00:00Z", 0),
            ("2026-03-28T23:30:00Z", 1),
            ("2026-03-29T22:00:00Z", 1),
            ("2026-03-30T10:00:00Z", 2),
            ("2026-03-27T10:00:00Z", -1),
        ] {
            assert_eq!(days_left(utc(at), now), days, "{at}");
        }
    }

    #[test]
    fn the_ends_of_time_can_be_told() {
        for millis in [i64::MIN, i64::MAX] {
            let at = Timestamp::from_millis(millis);
            for language in [Language::Danish, Language::English] {
                deadline(at, language);
                span(at, Timestamp::default(), language);
                days_left(at, Timestamp::default());
                days_left(Timestamp::default(), at);
            }
        }
    }
}
