//! Due dates and milestones as a calendar (iCalendar) that programs subscribe to or import.
//!
//! Each is an event of a whole day that keeps nobody busy; a milestone with a time of day is an event at
//! that time in Copenhagen. The same thing always has the same `UID`. [`advance`] compares what is to be in
//! the calendar with what was told last: what changed gets a higher `SEQUENCE`, so that programs move the
//! entry in place of doubling it, and what went is told as `STATUS:CANCELLED` for a while.
//!
//! Source: RFC 5545, RFC 7986 (names and refresh intervals of calendars).

use std::collections::BTreeMap;

use brevdue_memo::Timestamp;
use brevdue_memo::calendar::lines::{Lines, utc};
use brevdue_programme::{Day, Language, ProgrammeId};
use serde::{Deserialize, Serialize};

/// Entries of a calendar at most; the earliest count.
pub const ENTRIES: usize = 20_000;
/// How long a cancelled entry is told, in days.
pub const CANCELLED_DAYS: i64 = 180;
/// Days before an entry at which it reminds.
pub const ALARMS: [u8; 3] = [14, 7, 1];

/// What is to be in the calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The day, or the first of several.
    pub day: Day,
    /// The last of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
    /// Hour and minute in Copenhagen; none: all day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<(u8, u8)>,
    /// The title.
    pub summary: String,
    /// More words; no personal data beyond the reader's own.
    #[serde(default)]
    pub description: String,
    /// Whether it reminds.
    pub reminds: bool,
}

/// An entry as it was told last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// What was told.
    pub entry: Entry,
    /// Rises with each change.
    pub sequence: u32,
    /// When it last changed.
    pub changed: Timestamp,
    /// It is no longer in the calendar.
    #[serde(default)]
    pub cancelled: bool,
}

/// What a calendar told last, by `task/KEY` or `milestone/ID`. Whoever serves a calendar keeps it; when it is
/// lost, sequences still rise, and only cancellations are forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Told(pub BTreeMap<String, Standing>);

/// 1 January 2018 in seconds: sequences count from here, and have 31 bits.
const SEQUENCE_START_SECONDS: i64 = 1_514_764_800;

/// What a calendar tells now.
#[must_use]
pub fn advance(told: &Told, entries: &BTreeMap<String, Entry>, now: Timestamp) -> Told {
    let seconds = (now.as_millis() / 1000 - SEQUENCE_START_SECONDS).clamp(0, i64::from(i32::MAX));
    let fresh = u32::try_from(seconds).unwrap_or(0);
    let mut next = BTreeMap::new();
    for (key, entry) in entries.iter().take(ENTRIES) {
        let standing = match told.0.get(key) {
            Some(last) if last.entry == *entry && !last.cancelled => last.clone(),
            last => Standing {
                entry: entry.clone(),
                sequence: last.map_or(fresh, |last| last.sequence.saturating_add(1).max(fresh)),
                changed: now,
                cancelled: false,
            },
        };
        next.insert(key.clone(), standing);
    }
    for (key, last) in told.0.iter().filter(|(key, _)| !entries.contains_key(*key)) {
        let age = now.as_millis() - last.changed.as_millis();
        if last.cancelled && age > CANCELLED_DAYS * 86_400_000 {
            continue;
        }
        let standing = if last.cancelled {
            last.clone()
        } else {
            let sequence = last.sequence.saturating_add(1).max(fresh);
            Standing { entry: last.entry.clone(), sequence, changed: now, cancelled: true }
        };
        next.insert(key.clone(), standing);
    }
    Told(next)
}

/// The time zone as calendar programs want it told: the rules of the European Union since 1996.
const COPENHAGEN: &[&str] = &[
    "BEGIN:VTIMEZONE",
    "TZID:Europe/Copenhagen",
    "BEGIN:DAYLIGHT",
    "DTSTART:19960331T020000",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    "TZNAME:CEST",
    "END:DAYLIGHT",
    "BEGIN:STANDARD",
    "DTSTART:19961027T030000",
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100",
    "TZNAME:CET",
    "END:STANDARD",
    "END:VTIMEZONE",
];

/// The calendar as a file. `owner` sets the calendars of one programme apart: a person's key, or nothing for
/// the programme's own.
pub fn file(
    programme: ProgrammeId,
    owner: &str,
    name: &str,
    language: Language,
    told: &Told,
) -> String {
    let mut lines = Lines::new();
    lines.push("BEGIN:VCALENDAR");
    lines.push("VERSION:2.0");
    lines.push(match language {
        Language::Da => "PRODID:-//Brevdue//Brevdue//DA",
        Language::En => "PRODID:-//Brevdue//Brevdue//EN",
    });
    lines.push("CALSCALE:GREGORIAN");
    lines.push("METHOD:PUBLISH");
    lines.text("NAME", name);
    lines.text("X-WR-CALNAME", name);
    lines.push("X-WR-TIMEZONE:Europe/Copenhagen");
    lines.push("REFRESH-INTERVAL;VALUE=DURATION:PT4H");
    lines.push("X-PUBLISHED-TTL:PT4H");
    if told.0.values().any(|standing| standing.entry.time.is_some()) {
        COPENHAGEN.iter().for_each(|line| lines.push(line));
    }
    for (key, standing) in &told.0 {
        event(&mut lines, programme, owner, key, standing, language);
    }
    lines.push("END:VCALENDAR");
    lines.finish()
}

fn event(
    lines: &mut Lines,
    programme: ProgrammeId,
    owner: &str,
    key: &str,
    standing: &Standing,
    language: Language,
) {
    let entry = &standing.entry;
    lines.push("BEGIN:VEVENT");
    let owner = if owner.is_empty() { String::new() } else { format!("{owner}.") };
    // A UID is a text; keys hold nothing that needs escaping.
    lines.text("UID", &format!("{owner}{}.{programme}@brevdue", key.replace('/', ".")));
    lines.push(&format!("DTSTAMP:{}", utc(standing.changed)));
    lines.push(&format!("LAST-MODIFIED:{}", utc(standing.changed)));
    lines.push(&format!("SEQUENCE:{}", standing.sequence));
    let date = |day: Day| {
        let (year, month, day) = day.year_month_day();
        format!("{year:04}{month:02}{day:02}")
    };
    match entry.time {
        Some((hour, minute)) => {
            lines.push(&format!(
                "DTSTART;TZID=Europe/Copenhagen:{}T{hour:02}{minute:02}00",
                date(entry.day)
            ));
            lines.push("DURATION:PT1H");
        }
        None => {
            lines.push(&format!("DTSTART;VALUE=DATE:{}", date(entry.day)));
            // The end of a day is told as the first day that no longer belongs to it.
            let last = entry.until.unwrap_or(entry.day).max(entry.day);
            lines.push(&format!("DTEND;VALUE=DATE:{}", date(last.plus_days(1))));
        }
    }
    lines.text("SUMMARY", &entry.summary);
    lines.text("DESCRIPTION", &entry.description);
    lines.push("TRANSP:TRANSPARENT");
    lines.push(if standing.cancelled { "STATUS:CANCELLED" } else { "STATUS:CONFIRMED" });
    if entry.reminds && !standing.cancelled {
        for days in ALARMS {
            lines.push("BEGIN:VALARM");
            lines.push("ACTION:DISPLAY");
            lines.push(&format!("TRIGGER:-P{days}D"));
            let word = match (language, days) {
                (Language::Da, 1) => "Om 1 dag".to_owned(),
                (Language::Da, days) => format!("Om {days} dage"),
                (Language::En, 1) => "In 1 day".to_owned(),
                (Language::En, days) => format!("In {days} days"),
            };
            lines.text("DESCRIPTION", &format!("{word}: {}", entry.summary));
            lines.push("END:VALARM");
        }
    }
    lines.push("END:VEVENT");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, day, id};

    fn entries(due: &str) -> BTreeMap<String, Entry> {
        let entry = |due: &str, time, summary: &str| Entry {
            day: day(due),
            until: None,
            time,
            summary: summary.into(),
            description: "Afsendersystemer; må ikke glemmes, ".repeat(4),
            reminds: true,
        };
        BTreeMap::from([
            ("task/OP3-T01.S-001".to_owned(), entry(due, None, "Frist: Kortlæg systemet")),
            (
                "milestone/LEGACY_OFF".to_owned(),
                entry("2027-12-05", Some((12, 0)), "Legacy lukket"),
            ),
        ])
    }

    fn later(days: i64) -> Timestamp {
        Timestamp::from_millis(at().as_millis() + days * 86_400_000)
    }

    #[test]
    fn acceptance_11_a_moved_deadline_keeps_its_identity_and_raises_its_sequence() {
        let first = advance(&Told::default(), &entries("2026-06-12"), at());
        let same = advance(&first, &entries("2026-06-12"), later(1));
        assert_eq!(first, same, "what did not change is told as before");
        let moved = advance(&same, &entries("2026-07-01"), later(2));
        let key = "task/OP3-T01.S-001";
        assert!(moved.0[key].sequence > first.0[key].sequence);
        assert_eq!(moved.0["milestone/LEGACY_OFF"], first.0["milestone/LEGACY_OFF"]);
        let lost = advance(&Told::default(), &entries("2026-07-01"), later(3));
        assert!(lost.0[key].sequence > moved.0[key].sequence, "also when what was told is lost");
        let uid = |file: &str| -> Vec<String> {
            file.lines().filter(|line| line.starts_with("UID:")).map(str::to_owned).collect()
        };
        let file_of = |told| file(id(), "", "Plan", Language::Da, told);
        assert_eq!(uid(&file_of(&first)), uid(&file_of(&moved)));
        assert!(
            file_of(&moved).contains("DTSTART;VALUE=DATE:20260701\r\nDTEND;VALUE=DATE:20260702")
        );
        assert!(file_of(&moved).contains("DTSTART;TZID=Europe/Copenhagen:20271205T120000"));
    }

    #[test]
    fn what_went_is_told_as_cancelled_for_a_while_and_comes_back_under_its_name() {
        let first = advance(&Told::default(), &entries("2026-06-12"), at());
        let none = BTreeMap::new();
        let gone = advance(&first, &none, later(1));
        assert!(gone.0.values().all(|standing| standing.cancelled));
        assert!(file(id(), "P-001", "Mine", Language::Da, &gone).contains("STATUS:CANCELLED"));
        let back = advance(&gone, &entries("2026-06-12"), later(2));
        let key = "task/OP3-T01.S-001";
        assert!(!back.0[key].cancelled && back.0[key].sequence > gone.0[key].sequence);
        assert_eq!(advance(&gone, &none, later(200)), Told::default());
    }

    #[test]
    fn no_line_is_longer_than_75_octets() {
        let told = advance(&Told::default(), &entries("2026-06-12"), at());
        let file = file(id(), "", "Plan", Language::En, &told);
        assert!(file.split("\r\n").all(|line| line.len() <= 75));
    }
}
