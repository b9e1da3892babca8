//! Appointments and deadlines as a calendar file (iCalendar) that calendar programs accept.
//!
//! Every appointment is an event. Its times are in UTC: that is one point in time also in the hour
//! that comes twice in October, needs no description of a time zone in the file, and every program
//! shows it in its owner's local time.
//!
//! Every deadline is an event of a whole day, the day it has in Copenhagen, that keeps nobody busy.
//! A task (`VTODO`) would be the nearer word, but Outlook and Google leave tasks out when they import
//! a file, so nobody would see them. The time of day stands in the title and the text.
//!
//! The same thing always has the same identifier, so that a second import replaces the first:
//!
//! | what | identifier |
//! |---|---|
//! | appointment | its `reservationUUID` |
//! | deadline of the answer | `<messageUUID>-answer` |
//! | deadline of an action | `<messageUUID>-<kind>`, the second of its kind in the message `<messageUUID>-<kind>-2` |
//!
//! A later letter may move an appointment: it names the same `reservationUUID`. The `SEQUENCE` of an
//! entry is the time its letter was written, in seconds, so the later letter's entry replaces the
//! earlier one's in whatever order and in however many files they are imported. A cancellation is one
//! above the letter it cancels: it takes away that letter's entries, and none that a later letter moved.
//! A file of cancellations holds an iCalendar object for each, one after the other.
//!
//! Source: RFC 5545 (iCalendar) and RFC 5546, methods PUBLISH and CANCEL. An `ORGANIZER` stands only
//! where the message names a mail address; RFC 5546 wants one always, but an invented address would
//! get answers that nobody reads.

use std::collections::BTreeMap;

use crate::explain::{AskKind, actions, order, plain, when};
use crate::rules::entry_point_is_allowed;
use crate::{Action, Language, Message, Reservation, Timestamp, Uuid4};

pub mod lines;
#[cfg(test)]
mod tests;

use lines::Lines;

/// Entries that a calendar holds; more are counted.
pub const ENTRIES_LIMIT: usize = 10_000;

/// 1 January 2018, before any letter of Digital Post: `SEQUENCE` counts seconds from here, and has 31
/// bits, which last until 2086.
const SEQUENCE_START: Timestamp = Timestamp::from_millis(1_514_764_800_000);

/// What a file tells the calendar program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// These entries are to be in the calendar.
    Publish,
    /// They are to be taken out again.
    Cancel,
}

/// The appointments and deadlines of any number of messages, each once.
#[derive(Debug, Clone)]
pub struct Calendar {
    language: Language,
    entries: BTreeMap<String, Entry>,
    omitted: u64,
}

/// One event, without its identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    /// When the letter was written; decides which letter's word counts.
    written: Option<Timestamp>,
    when: When,
    summary: String,
    description: String,
    location: String,
    url: Option<String>,
    organizer: Option<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum When {
    /// From, until; no end when it is not after the start.
    Times(Timestamp, Timestamp),
    /// All of a day.
    Day(when::Day),
}

impl Calendar {
    /// An empty calendar; its own words (not the letters') are in `language`.
    pub fn new(language: Language) -> Self {
        Self { language, entries: BTreeMap::new(), omitted: 0 }
    }

    /// Adds what a message has. Of two messages with the same entry the later written counts, and of
    /// two written at the same time the later added.
    pub fn add(&mut self, message: &Message) {
        let uuid = message.header.message_uuid;
        let written = message.body.as_ref().map(|body| body.created_date_time.timestamp());
        let mut own = Own { entries: BTreeMap::new(), seen: BTreeMap::new() };
        if let Some(by) = &message.header.reply_by_date_time {
            let label = match self.language {
                Language::Danish => "Svar på brevet",
                Language::English => "Answer the letter",
            };
            let entry = self.deadline(message, by.timestamp(), label, None);
            own.put(&format!("{}-{}", lower(&uuid), AskKind::Answer.as_str()), entry);
        }
        for action in actions(message) {
            let (uid, entry) = match (&action.reservation, &action.end_date_time) {
                (Some(reservation), _) => {
                    let mut entry = event(reservation, written);
                    entry.description = joined(&[&entry.description, &self.letter(message)]);
                    (lower(&reservation.reservation_uuid), entry)
                }
                (None, Some(end)) => {
                    let kind = AskKind::of_code(&action.action_code);
                    let label = match plain(&action.label) {
                        label if label.is_empty() => order(kind, message, self.language),
                        label => label,
                    };
                    let entry = self.deadline(message, end.timestamp(), &label, Some(action));
                    (format!("{}-{}", lower(&uuid), kind.as_str().to_ascii_lowercase()), entry)
                }
                (None, None) => continue,
            };
            if own.entries.len() < ENTRIES_LIMIT {
                own.put(&uid, entry);
            } else {
                self.omitted += 1;
            }
        }
        for (uid, entry) in own.entries {
            let is_full = self.entries.len() >= ENTRIES_LIMIT;
            match self.entries.get_mut(&uid) {
                Some(earlier) if earlier.written > entry.written => {}
                Some(earlier) => *earlier = entry,
                None if is_full => self.omitted += 1,
                None => {
                    self.entries.insert(uid, entry);
                }
            }
        }
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is nothing to put in a calendar; a file without entries is not allowed.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Entries left out beyond [`ENTRIES_LIMIT`].
    pub fn omitted(&self) -> u64 {
        self.omitted
    }

    /// The file, entries by their time. `made` is when the file is made.
    pub fn file(&self, method: Method, made: Timestamp) -> String {
        let mut entries: Vec<(&String, &Entry)> = self.entries.iter().collect();
        entries.sort_by_key(|(_, entry)| entry.when.order());
        let mut lines = Lines::new();
        // A cancellation is of one thing only (RFC 5546, 3.2.5), so each is an object of its own.
        let objects = match method {
            Method::Publish => entries.len(),
            Method::Cancel => 1,
        };
        for object in entries.chunks(objects.max(1)) {
            begin(method, self.language, &mut lines);
            for (uid, entry) in object {
                entry.push(uid, method, self.language, made, &mut lines);
            }
            lines.push("END:VCALENDAR");
        }
        lines.finish()
    }

    fn deadline(
        &self,
        message: &Message,
        at: Timestamp,
        label: &str,
        action: Option<&Action>,
    ) -> Entry {
        let language = self.language;
        let word = match language {
            Language::Danish => "Frist",
            Language::English => "Deadline",
        };
        let clock = match (when::ends_a_day(at), language) {
            (true, _) => String::new(),
            (false, Language::Danish) => format!(" kl. {}", when::clock(at, language)),
            (false, Language::English) => format!(" {}", when::clock(at, language)),
        };
        let sender = plain(&message.header.sender.label);
        let sender = if sender.is_empty() { sender } else { format!(" ({sender})") };
        let url = action
            .and_then(|action| action.entry_point.as_ref())
            .filter(|entry| entry_point_is_allowed(&entry.url))
            .map(|entry| lines::uri(&entry.url));
        let by = sentence(&when::deadline(at, language));
        let link = url.clone().unwrap_or_default();
        Entry {
            written: message.body.as_ref().map(|body| body.created_date_time.timestamp()),
            when: When::Day(when::last_day(at)),
            summary: format!("{word}{clock}: {label}{sender}"),
            description: joined(&[&by, &self.letter(message), &link]),
            location: String::new(),
            url,
            organizer: None,
        }
    }

    /// Who wrote what.
    fn letter(&self, message: &Message) -> String {
        let header = &message.header;
        let (sender, title) = (plain(&header.sender.label), plain(&header.label));
        match self.language {
            Language::Danish => format!("Brev fra {sender}: {title}"),
            Language::English => format!("Letter from {sender}: {title}"),
        }
    }
}

/// The entries of one message by their identifiers.
struct Own {
    entries: BTreeMap<String, Entry>,
    /// How many entries began with the same identifier.
    seen: BTreeMap<String, usize>,
}

impl Own {
    /// What has the same identifier and differs gets a number behind it, so that nothing is lost.
    fn put(&mut self, uid: &str, entry: Entry) {
        let count = self.seen.entry(uid.to_owned()).or_default();
        if self.entries.get(uid) == Some(&entry) {
            return;
        }
        *count += 1;
        let uid = if *count == 1 { uid.to_owned() } else { format!("{uid}-{count}") };
        self.entries.insert(uid, entry);
    }
}

impl When {
    fn order(&self) -> (when::Day, i64) {
        match self {
            Self::Times(start, _) => (when::day_of(*start), start.as_millis()),
            Self::Day(day) => (*day, i64::MIN),
        }
    }
}

impl Entry {
    fn push(
        &self,
        uid: &str,
        method: Method,
        language: Language,
        made: Timestamp,
        lines: &mut Lines,
    ) {
        let cancelled = method == Method::Cancel;
        lines.push("BEGIN:VEVENT");
        lines.push(&format!("UID:{uid}"));
        lines.push(&format!("DTSTAMP:{}", lines::utc(made)));
        if let Some(written) = self.written {
            lines.push(&format!("LAST-MODIFIED:{}", lines::utc(written)));
        }
        lines.push(&format!("SEQUENCE:{}", sequence(self.written) + i64::from(cancelled)));
        match self.when {
            When::Times(start, end) => {
                lines.push(&format!("DTSTART:{}", lines::utc(start)));
                if end > start {
                    lines.push(&format!("DTEND:{}", lines::utc(end)));
                }
            }
            When::Day(day) => {
                lines.push(&format!("DTSTART;VALUE=DATE:{}", lines::date(day)));
                let next = lines::date(crate::copenhagen::plus_days(day, 1));
                if next > lines::date(day) {
                    lines.push(&format!("DTEND;VALUE=DATE:{next}"));
                }
            }
        }
        let word = match (method, language) {
            (Method::Publish, _) => "",
            (Method::Cancel, Language::Danish) => "Aflyst: ",
            (Method::Cancel, Language::English) => "Cancelled: ",
        };
        lines.text("SUMMARY", &format!("{word}{}", self.summary));
        lines.text("DESCRIPTION", &self.description);
        lines.text("LOCATION", &self.location);
        if let Some(url) = &self.url {
            lines.push(&format!("URL:{url}"));
        }
        if let Some((name, mail)) = &self.organizer {
            let name = if name.is_empty() { String::new() } else { format!(";CN=\"{name}\"") };
            lines.push(&format!("ORGANIZER{name}:mailto:{mail}"));
        }
        lines.push("CLASS:PRIVATE");
        let all_day = matches!(self.when, When::Day(_));
        let busy = !all_day && !cancelled;
        lines.push(if busy { "TRANSP:OPAQUE" } else { "TRANSP:TRANSPARENT" });
        if all_day {
            // Outlook knows a whole day that keeps nobody busy only by these.
            lines.push("X-MICROSOFT-CDO-ALLDAYEVENT:TRUE");
            lines.push("X-MICROSOFT-CDO-BUSYSTATUS:FREE");
        }
        lines.push(if cancelled { "STATUS:CANCELLED" } else { "STATUS:CONFIRMED" });
        if !cancelled {
            lines.push("BEGIN:VALARM");
            lines.push("ACTION:DISPLAY");
            lines.text("DESCRIPTION", &self.summary);
            // A day before; for a whole day, which begins at midnight, at nine the morning before.
            lines.push(if all_day { "TRIGGER:-PT15H" } else { "TRIGGER:-P1D" });
            lines.push("END:VALARM");
        }
        lines.push("END:VEVENT");
    }
}

/// A file with one event for an appointment of a letter written at `written`. `made` is when the file
/// is made. See the module for identifier and times.
///
/// A reservation that ends before it starts becomes an event without an end.
pub fn appointment(
    reservation: &Reservation,
    written: Option<Timestamp>,
    made: Timestamp,
) -> String {
    let mut lines = Lines::new();
    begin(Method::Publish, Language::Danish, &mut lines);
    let uid = lower(&reservation.reservation_uuid);
    event(reservation, written).push(&uid, Method::Publish, Language::Danish, made, &mut lines);
    lines.push("END:VCALENDAR");
    lines.finish()
}

fn event(reservation: &Reservation, written: Option<Timestamp>) -> Entry {
    let mail = reservation.organizer_mail.as_deref().filter(|mail| lines::is_mail(mail));
    let name = reservation.organizer_name.as_deref().map(lines::parameter).unwrap_or_default();
    Entry {
        written,
        when: When::Times(
            reservation.start_date_time.timestamp(),
            reservation.end_date_time.timestamp(),
        ),
        summary: reservation.abstract_text.clone(),
        description: reservation.description.clone(),
        location: reservation.location.clone(),
        url: None,
        organizer: mail.map(|mail| (name, mail.to_owned())),
    }
}

fn begin(method: Method, language: Language, lines: &mut Lines) {
    lines.push("BEGIN:VCALENDAR");
    lines.push("VERSION:2.0");
    lines.push(match language {
        Language::Danish => "PRODID:-//Brevdue//MeMo//DA",
        Language::English => "PRODID:-//Brevdue//MeMo//EN",
    });
    lines.push("CALSCALE:GREGORIAN");
    lines.push(match method {
        Method::Publish => "METHOD:PUBLISH",
        Method::Cancel => "METHOD:CANCEL",
    });
}

/// Seconds from [`SEQUENCE_START`] to when the letter was written, at most what leaves room for a
/// cancellation in 31 bits.
fn sequence(written: Option<Timestamp>) -> i64 {
    let millis = written.map_or(0, |at| at.as_millis().saturating_sub(SEQUENCE_START.as_millis()));
    (millis / 1000).clamp(0, i64::from(i32::MAX) - 1)
}

fn lower(uuid: &Uuid4) -> String {
    uuid.value().to_string()
}

/// With a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first: String = characters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", characters.as_str())
}

/// What is not empty, each on a line.
fn joined(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    parts.join("\n")
}
