//! `brevdue memo show`.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::PathBuf;

use brevdue_memo::{
    Action, Content, File as MemoFile, Limits, Message, MessageHeader, Reading, Severity, read,
};

use super::super::send::{counted, grouped};
use super::files::{STDIN, unreadable};
use crate::exit::Exit;
use crate::report::{Format, Problem, print};

/// Actions and files told one by one.
const TOLD: usize = 20;

/// Show on one screen what a message is: from whom, to whom, which documents, which actions
///
/// It shows what stands in the message, personal data included.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 shown, 1 the message has errors, 2 the file cannot be read.

Example:
  brevdue memo show letter.xml")]
pub(super) struct Args {
    /// The message, or - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Shows.
pub(super) fn run(args: &Args) -> Exit {
    match reading(args) {
        Ok(reading) => {
            print(text(&reading).trim_end());
            if reading.message.is_some() { Exit::Done } else { Exit::Message }
        }
        Err(problem) => problem.print(Format::Text),
    }
}

fn reading(args: &Args) -> Result<Reading, Problem> {
    let limits = Limits::default();
    let reading = if args.file.as_os_str() == STDIN {
        read(io::stdin().lock(), &limits)
    } else {
        File::open(&args.file).and_then(|file| read(BufReader::new(file), &limits))
    };
    reading.map_err(|error| unreadable(&args.file.display().to_string(), &error))
}

fn text(reading: &Reading) -> String {
    let mut screen = Screen(String::new());
    match &reading.message {
        Some(message) => screen.message(message, reading.length_bytes),
        None => {
            let glimpse = &reading.glimpse;
            screen.line("message", glimpse.message_uuid.map(|uuid| uuid.to_string()).as_deref());
            screen.line("MeMo", glimpse.version.map(|version| version.as_str()));
            screen.line("id", glimpse.message_id.as_deref());
        }
    }
    let of = |severity| {
        let found = reading.findings.list.iter().filter(|f| f.severity == severity);
        found.count() as u64
    };
    let (errors, warnings) =
        (of(Severity::Error) + reading.findings.omitted, of(Severity::Warning));
    if errors + warnings > 0 {
        let found = format!(
            "{}, {}; `brevdue memo check` tells them",
            counted(errors, "error", "errors"),
            counted(warnings, "warning", "warnings")
        );
        screen.line("findings", Some(&found));
    }
    screen.0
}

/// Lines of a name and a value. Control characters are shown as spaces: the text is a stranger's, and
/// a terminal obeys some of them.
struct Screen(String);

impl Screen {
    fn line(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            let value: String =
                value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            let _ = writeln!(self.0, "{name:<12} {value}");
        }
    }

    fn message(&mut self, message: &Message, length_bytes: u64) {
        let header = &message.header;
        let kind = header.message_type.as_str();
        let memo = format!("{kind}, MeMo {}, {} bytes", message.version, grouped(length_bytes));
        self.line("message", Some(header.message_uuid.as_str()));
        self.line("kind", Some(&memo));
        self.line("id", header.message_id.as_deref());
        self.line("title", Some(&header.label));
        self.line("notice", header.notification.as_deref());
        self.parties(header);
        self.line(
            "not before",
            header.do_not_deliver_until_date.as_ref().map(|date| date.as_str()),
        );
        self.line("answer by", header.reply_by_date_time.as_ref().map(|time| time.as_str()));
        let flags: Vec<&str> = [
            (header.reply, "may be answered"),
            (header.mandatory, "mandatory"),
            (header.legal_notification, "legal notification"),
        ]
        .into_iter()
        .filter_map(|(flag, word)| flag.unwrap_or(false).then_some(word))
        .collect();
        self.line("flags", Some(flags.join(", ").as_str()).filter(|flags| !flags.is_empty()));
        if !header.reply_data.is_empty() {
            let earlier = counted(header.reply_data.len() as u64, "message", "messages");
            self.line("answers", Some(&format!("conversation of {earlier}")));
        }
        let Some(body) = &message.body else { return };
        self.line("written", Some(body.created_date_time.as_str()));
        let main = ("main", body.main_document.label.as_deref(), &body.main_document.files);
        let attached = body.additional_documents.iter();
        let attached =
            attached.map(|document| ("attached", document.label.as_deref(), &document.files));
        let technical = body.technical_documents.iter();
        let technical =
            technical.map(|document| ("technical", document.label.as_deref(), &document.files));
        let mut documents = std::iter::once(main).chain(attached).chain(technical);
        for (kind, label, files) in documents.by_ref().take(TOLD) {
            self.document(kind, label, files);
        }
        self.more("documents", documents.count());
        let attached = body.additional_documents.iter().flat_map(|document| &document.actions);
        let mut actions = body.main_document.actions.iter().chain(attached);
        for action in actions.by_ref().take(TOLD) {
            self.action(action);
        }
        self.more("actions", actions.count());
    }

    fn parties(&mut self, header: &MessageHeader) {
        let sender = &header.sender;
        let from = format!("{} ({} {})", sender.label, sender.id_type, sender.sender_id);
        self.line("from", Some(&from));
        if let Some(point) = &sender.contact_point {
            let label = point.label.as_deref().unwrap_or_default();
            self.line("answers to", Some(&format!("{label} ({})", point.contact_point_id)));
        }
        let recipient = &header.recipient;
        let label = recipient.label.as_deref().unwrap_or_default();
        let to = format!("{label} ({} {})", recipient.id_type, recipient.recipient_id);
        self.line("to", Some(to.trim_start()));
    }

    fn document(&mut self, kind: &str, label: Option<&str>, files: &[MemoFile]) {
        for file in files.iter().take(TOLD) {
            let bytes = Content::len_bytes(&file.content);
            let mut value =
                format!("{}, {}, {} bytes", file.filename, file.encoding_format, grouped(bytes));
            if let Some(label) = label {
                let _ = write!(value, " – {label}");
            }
            self.line(kind, Some(&value));
        }
        self.more("files", files.len().saturating_sub(TOLD));
    }

    fn action(&mut self, action: &Action) {
        let mut value = format!("{} ({})", action.label, action.action_code);
        if let Some(end) = &action.end_date_time {
            let _ = write!(value, ", until {}", end.as_str());
        }
        if let Some(reservation) = &action.reservation {
            let start = reservation.start_date_time.as_str();
            let _ = write!(value, ", {start} at {}", reservation.location);
        }
        if let Some(entry) = &action.entry_point {
            let _ = write!(value, ", {}", entry.url);
        }
        self.line("action", Some(&value));
    }

    fn more(&mut self, what: &str, count: usize) {
        if count > 0 {
            self.line("", Some(&format!("and {count} more {what}")));
        }
    }
}
