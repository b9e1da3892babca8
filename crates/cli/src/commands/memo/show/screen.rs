//! The screen: lines of a name and a value, in blocks.

use std::fmt::Write as _;

use brevdue_memo::explain::{plain, when};
use brevdue_memo::{Language, Message, MessageHeader, Reading, Severity, Timestamp};

use super::super::super::send::{counted, grouped};
use super::{contents, parties};

/// Columns of the names.
const NAME: usize = 12;

/// Lines under construction. Values are a stranger's text and a terminal obeys some of it, so each is
/// made plain.
pub(super) struct Screen {
    pub(super) text: String,
    pub(super) language: Language,
    /// An empty line is due before the next line.
    block: bool,
}

/// The screen of what was read: the message, or what can be told of one with errors.
pub(super) fn of(reading: &Reading, language: Language) -> String {
    let mut screen = Screen { text: String::new(), language, block: false };
    match &reading.message {
        Some(message) => message_on(&mut screen, message, reading.length_bytes),
        None => {
            let glimpse = &reading.glimpse;
            let uuid = glimpse.message_uuid.map(|uuid| uuid.to_string());
            screen.line("meddelelse", "message", uuid.as_deref());
            screen.line("MeMo", "MeMo", glimpse.version.map(|version| version.as_str()));
            screen.line("id", "id", glimpse.message_id.as_deref());
        }
    }
    findings_on(&mut screen, reading);
    screen.text
}

impl Screen {
    /// One of the two, by the language.
    pub(super) fn say<'a>(&self, danish: &'a str, english: &'a str) -> &'a str {
        match self.language {
            Language::Danish => danish,
            Language::English => english,
        }
    }

    /// A line, unless there is nothing to tell.
    pub(super) fn line(&mut self, danish: &str, english: &str, value: Option<&str>) {
        let value = value.map(plain).filter(|value| !value.is_empty());
        if let Some(value) = value {
            if std::mem::take(&mut self.block) && !self.text.is_empty() {
                self.text.push('\n');
            }
            let name = self.say(danish, english).to_owned();
            let _ = writeln!(self.text, "{name:<NAME$} {value}");
        }
    }

    /// What follows stands apart from what went before.
    pub(super) fn block(&mut self) {
        self.block = true;
    }

    /// How many there are that are not told one by one.
    pub(super) fn more(&mut self, count: usize) {
        if count > 0 {
            let more = match self.language {
                Language::Danish => format!("… og {count} til"),
                Language::English => format!("… and {count} more"),
            };
            self.line("", "", Some(&more));
        }
    }

    pub(super) fn moment(&self, at: Timestamp) -> String {
        when::moment(at, self.language)
    }

    /// «2.071 byte», «12,3 kB».
    pub(super) fn size(&self, bytes: u64) -> String {
        let (unit, tenths) = match bytes {
            0..10_000 => {
                let bytes_word = match (self.language, bytes) {
                    (Language::Danish, _) => "byte",
                    (Language::English, 1) => "byte",
                    (Language::English, _) => "bytes",
                };
                return format!("{} {bytes_word}", self.number(bytes));
            }
            10_000..1_000_000 => ("kB", bytes / 100),
            _ => ("MB", bytes / 100_000),
        };
        let point = self.say(",", ".");
        format!("{}{point}{} {unit}", self.number(tenths / 10), tenths % 10)
    }

    pub(super) fn number(&self, number: u64) -> String {
        match self.language {
            Language::Danish => grouped(number).replace(',', "."),
            Language::English => grouped(number),
        }
    }
}

fn message_on(screen: &mut Screen, message: &Message, length_bytes: u64) {
    let header = &message.header;
    screen.line("titel", "title", Some(&header.label));
    let kind = format!(
        "{} ({}, MeMo {}, {})",
        header.message_uuid,
        header.message_type.as_str(),
        message.version,
        screen.size(length_bytes)
    );
    screen.line("meddelelse", "message", Some(&kind));
    screen.line("id", "id", header.message_id.as_deref());
    screen.line("kode", "code", header.message_code.as_deref());
    screen.block();
    parties::on(screen, header);
    screen.block();
    dates_on(screen, message);
    flags_on(screen, header);
    screen.line("advisering", "notice", header.notification.as_deref());
    screen.line("  længere", "  longer", header.additional_notification.as_deref());
    screen.block();
    contents::about_on(screen, header);
    contents::conversation_on(screen, header);
    if let Some(body) = &message.body {
        screen.block();
        contents::documents_on(screen, body);
        screen.block();
        contents::actions_on(screen, message);
    }
}

fn dates_on(screen: &mut Screen, message: &Message) {
    let header = &message.header;
    let written = message.body.as_ref().map(|body| body.created_date_time.timestamp());
    let written = written.map(|at| screen.moment(at));
    screen.line("skrevet", "written", written.as_deref());
    let date = header.do_not_deliver_until_date.as_ref();
    let date = date.map(|date| when::day(when::day_named(date), screen.language));
    screen.line("tidligst", "not before", date.as_deref());
    let by = header.reply_by_date_time.as_ref().map(|by| by.timestamp());
    let by = by.map(|by| when::deadline(by, screen.language));
    screen.line("svarfrist", "answer", by.as_deref());
}

fn flags_on(screen: &mut Screen, header: &MessageHeader) {
    let flags: Vec<&str> = [
        (header.reply, screen.say("kan besvares", "may be answered")),
        (header.mandatory, screen.say("obligatorisk post", "mandatory")),
        (header.legal_notification, screen.say("forkyndelse", "legal notification")),
    ]
    .into_iter()
    .filter_map(|(flag, word)| flag.unwrap_or(false).then_some(word))
    .chain(header.post_type.as_deref())
    .collect();
    let flags = flags.join(", ");
    screen.line("mærker", "flags", Some(&flags));
}

fn findings_on(screen: &mut Screen, reading: &Reading) {
    let of = |severity| {
        let found = reading.findings.list.iter().filter(|f| f.severity == severity);
        found.count() as u64
    };
    let errors = of(Severity::Error) + reading.findings.omitted;
    let warnings = of(Severity::Warning);
    if errors + warnings > 0 {
        let found = match screen.language {
            Language::English => format!(
                "{}, {}; `brevdue memo check` tells them",
                counted(errors, "error", "errors"),
                counted(warnings, "warning", "warnings")
            ),
            Language::Danish => format!(
                "{} fejl, {}; `brevdue memo check` viser dem",
                screen.number(errors),
                counted(warnings, "advarsel", "advarsler")
            ),
        };
        screen.block();
        screen.line("fund", "findings", Some(&found));
    }
}
