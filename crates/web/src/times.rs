//! Points in time as people in Denmark read them.

use std::sync::LazyLock;

use brevdue_memo::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::texts::{Language, Texts};

static COPENHAGEN: LazyLock<TimeZone> = LazyLock::new(|| {
    // The time zone data is compiled in; a build without it shows UTC rather than nothing.
    TimeZone::get("Europe/Copenhagen").unwrap_or(TimeZone::UTC)
});

/// A point in time, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moment {
    /// For `<time datetime>`: UTC, to the second.
    pub(crate) machine: String,
    /// In words, e.g. `23. november 2026 kl. 04.50`.
    pub(crate) words: String,
}

fn jiff(at: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default()
}

fn local(at: Timestamp) -> DateTime {
    jiff(at).to_zoned(COPENHAGEN.clone()).datetime()
}

fn machine(at: Timestamp) -> String {
    jiff(at).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn clock(texts: Texts, at: DateTime) -> String {
    match texts.language() {
        Language::Danish => format!("{:02}.{:02}", at.hour(), at.minute()),
        Language::English => format!("{:02}:{:02}", at.hour(), at.minute()),
    }
}

fn date_words(texts: Texts, at: DateTime) -> String {
    let month = texts.time_months()[usize::from(at.month().unsigned_abs()) - 1];
    texts.time_date(at.day(), month, at.year())
}

fn weekday_words(texts: Texts, at: DateTime) -> String {
    let day = usize::from(at.weekday().to_monday_zero_offset().unsigned_abs());
    texts.time_weekday(date_words(texts, at), texts.time_days()[day])
}

/// Date and time of day.
pub(crate) fn moment(texts: Texts, at: Timestamp) -> Moment {
    let local = local(at);
    let words = texts.time_at(clock(texts, local), date_words(texts, local));
    Moment { machine: machine(at), words }
}

/// For lists: the time of day today, else the short date.
pub(crate) fn short(texts: Texts, at: Timestamp, now: Timestamp) -> Moment {
    let (then, today) = (local(at), local(now));
    let words = if then.date() == today.date() {
        texts.time_today(clock(texts, then))
    } else {
        let month = texts.time_short_months()[usize::from(then.month().unsigned_abs()) - 1];
        texts.time_date(then.day(), month, then.year())
    };
    Moment { machine: machine(at), words }
}

/// From when until when: one date when both are on the same.
pub(crate) fn span(texts: Texts, from: Timestamp, until: Timestamp) -> Moment {
    let (start, end) = (local(from), local(until));
    let words = if start.date() == end.date() {
        texts.time_span(weekday_words(texts, start), clock(texts, start), clock(texts, end))
    } else {
        let at = |at| texts.time_at(clock(texts, at), weekday_words(texts, at));
        texts.time_long_span(at(start), at(end))
    };
    Moment { machine: machine(from), words }
}

/// The day of an appointment for the name of its file, e.g. `2026-11-30`.
pub(crate) fn day_for_file(at: Timestamp) -> String {
    local(at).date().to_string()
}

/// A date as written in a message.
pub(crate) fn written_date(texts: Texts, (year, month, day): (i32, u8, u8)) -> Option<String> {
    let month = texts.time_months().get(usize::from(month).checked_sub(1)?)?;
    Some(texts.time_date(day, month, year))
}

/// A day as messages write it, `2026-11-30`, in words.
pub(crate) fn day(texts: Texts, text: &str) -> Option<String> {
    let day: jiff::civil::Date = text.parse().ok()?;
    Some(date_words(texts, day.at(0, 0, 0, 0)))
}

/// How a deadline stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// Gone by.
    Passed,
    /// Today.
    Today,
    /// Within three days.
    Soon,
    /// Later.
    Later,
}

/// A deadline, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Deadline {
    /// When.
    pub(crate) moment: Moment,
    /// How it stands.
    pub(crate) urgency: Urgency,
    /// For a badge, e.g. `Frist om 3 dage`.
    pub(crate) badge: String,
}

impl Deadline {
    /// How a deadline looks from `now`. Days are those of the calendar in Copenhagen.
    pub(crate) fn new(texts: Texts, at: Timestamp, now: Timestamp) -> Self {
        let exact = local(at);
        // Midnight ends a day rather than beginning one: "until 1 December" written as
        // 1 December 00.00 leaves all of 30 November and nothing of 1 December.
        let ends_a_day = exact.hour() == 0 && exact.minute() == 0 && exact.second() == 0;
        let last = if ends_a_day { local(at.plus_millis(-1)) } else { exact };
        let moment = if ends_a_day {
            Moment { machine: machine(at), words: texts.time_end_of_day(date_words(texts, last)) }
        } else {
            moment(texts, at)
        };
        let days = (last.date() - local(now).date()).get_days();
        let (urgency, badge) = if at <= now {
            (Urgency::Passed, texts.deadline_passed().to_owned())
        } else {
            match days {
                ..=0 => (Urgency::Today, texts.deadline_today().to_owned()),
                1..=3 => (Urgency::Soon, texts.deadline_in(i64::from(days))),
                _ => (Urgency::Later, texts.deadline_in(i64::from(days))),
            }
        };
        Self { moment, urgency, badge }
    }

    /// Class of its badge.
    pub(crate) fn class(&self) -> &'static str {
        match self.urgency {
            Urgency::Passed => "badge badge-quiet",
            Urgency::Today => "badge badge-error",
            Urgency::Soon => "badge badge-warning",
            Urgency::Later => "badge badge-info",
        }
    }

    /// Whether it has gone by.
    pub(crate) fn is_passed(&self) -> bool {
        self.urgency == Urgency::Passed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DANISH: Texts = Texts(Language::Danish);
    const ENGLISH: Texts = Texts(Language::English);

    fn at(text: &str) -> Timestamp {
        Timestamp::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    #[test]
    fn a_time_is_shown_as_the_clock_in_copenhagen_shows_it_summer_and_winter() {
        for (utc, danish, english) in [
            ("2026-11-23T03:50:00Z", "23. november 2026 kl. 04.50", "23 November 2026 at 04:50"),
            ("2026-07-01T22:30:00Z", "2. juli 2026 kl. 00.30", "2 July 2026 at 00:30"),
            ("2026-10-25T00:30:00Z", "25. oktober 2026 kl. 02.30", "25 October 2026 at 02:30"),
            ("2026-10-25T01:30:00Z", "25. oktober 2026 kl. 02.30", "25 October 2026 at 02:30"),
        ] {
            assert_eq!(moment(DANISH, at(utc)).words, danish);
            assert_eq!(moment(ENGLISH, at(utc)).words, english);
            assert_eq!(moment(DANISH, at(utc)).machine, utc);
        }
    }

    #[test]
    fn a_deadline_counts_the_days_of_the_calendar_and_not_hours() {
        let now = at("2026-11-23T22:30:00Z"); // 23.30 in Copenhagen
        for (deadline, badge, urgency) in [
            ("2026-11-23T22:29:00Z", "Frist overskredet", Urgency::Passed),
            ("2026-11-23T22:45:00Z", "Frist i dag", Urgency::Today),
            ("2026-11-23T23:00:00Z", "Frist i dag", Urgency::Today), // midnight ends the day
            ("2026-11-23T23:30:00Z", "Frist om 1 dag", Urgency::Soon),
            ("2026-11-26T11:00:00Z", "Frist om 3 dage", Urgency::Soon),
            ("2026-11-27T11:00:00Z", "Frist om 4 dage", Urgency::Later),
        ] {
            let shown = Deadline::new(DANISH, at(deadline), now);
            assert_eq!((shown.badge.as_str(), shown.urgency), (badge, urgency), "{deadline}");
        }
    }

    #[test]
    fn a_deadline_at_midnight_is_the_end_of_the_day_before() {
        let shown = Deadline::new(DANISH, at("2026-11-30T23:00:00Z"), at("2026-11-23T11:00:00Z"));
        assert_eq!(shown.moment.words, "udgangen af 30. november 2026");
        assert_eq!(shown.badge, "Frist om 7 dage");
    }

    #[test]
    fn an_appointment_on_one_day_names_the_day_once() {
        let shown = span(DANISH, at("2026-11-30T09:00:00Z"), at("2026-11-30T10:30:00Z"));
        assert_eq!(shown.words, "mandag den 30. november 2026 kl. 10.00–11.30");
        let shown = span(ENGLISH, at("2026-11-30T09:00:00Z"), at("2026-12-01T10:30:00Z"));
        assert_eq!(
            shown.words,
            "Monday 30 November 2026 at 10:00 to Tuesday 1 December 2026 at 11:30"
        );
    }

    #[test]
    fn times_at_the_ends_of_representable_time_do_not_stop_a_page() {
        for millis in [i64::MIN, i64::MAX, -1, 0] {
            moment(DANISH, Timestamp::from_millis(millis));
            Deadline::new(DANISH, Timestamp::from_millis(millis), at("2026-11-23T03:50:00Z"));
            short(DANISH, Timestamp::from_millis(millis), Timestamp::from_millis(0));
            span(DANISH, Timestamp::from_millis(millis), Timestamp::from_millis(0));
        }
    }
}
