//! `brevdue memo explain`.

use std::path::PathBuf;

use brevdue_exchange::Clock as _;
use brevdue_gateway::sender::Subfolders;
use brevdue_memo::explain::{Appointment, Ask, Explanation, Standing, explain};
use brevdue_memo::{Language, Message, Timestamp};
use serde::Serialize;

use super::check::Lang;
use super::messages::every;
use crate::exit::Exit;
use crate::machine::MachineClock;
use crate::report::{Format, print};

/// Tell in plain words what a letter asks of its recipient, and by when
///
/// Told is what the message itself says in its markup: actions, deadlines, appointments, flags. The
/// documents are not opened. Times are those of Denmark. The answer holds personal data: it is the
/// letter in other words.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 explained, 1 a message has errors and cannot be, 2 the command line is at fault or a
file cannot be read.

Examples:
  brevdue memo explain letter.xml
  brevdue memo explain --lang da inbox/ many.tar.lzma
  brevdue memo explain --format json --at 2026-12-01T00:00:00Z letter.xml")]
pub(super) struct Args {
    /// Messages, containers, folders of them, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Look into folders in folders too
    #[arg(long)]
    recursive: bool,
    /// In which language to explain
    #[arg(long, value_enum, default_value_t = Lang::En, env = "BREVDUE_LANG")]
    lang: Lang,
    /// Tell what has passed as seen at this time (UTC) instead of now
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// How to report
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// The language of the library by that of the command line.
pub(super) fn language(lang: Lang) -> Language {
    match lang {
        Lang::Da => Language::Danish,
        Lang::En => Language::English,
    }
}

/// Explains.
pub(super) fn run(args: &Args) -> Exit {
    let now = args.at.unwrap_or_else(|| MachineClock.now());
    let subfolders = if args.recursive { Subfolders::Included } else { Subfolders::LeftOut };
    let language = language(args.lang);
    let mut exit = Exit::Done;
    let mut teller = Teller { format: args.format, told: 0, held: None };
    teller.begin();
    let outcome = every(&args.paths, subfolders, &mut |place, message| match message {
        Ok(message) => {
            let explanation = explain(&message, Some(now), language);
            teller.tell(place, &message, &explanation);
        }
        Err(problem) => exit = problem.print(args.format),
    });
    teller.end();
    match outcome {
        Ok(()) => exit,
        Err(problem) => problem.print(args.format),
    }
}

/// Prints explanations as they come. Files are named only when there are several.
struct Teller {
    format: Format,
    told: u64,
    /// The first explanation, until it is known whether it stays alone.
    held: Option<(String, String)>,
}

impl Teller {
    fn begin(&self) {
        if self.format == Format::Json {
            print("{\"messages\":[");
        }
    }

    fn tell(&mut self, place: &str, message: &Message, explanation: &Explanation) {
        self.told += 1;
        if self.format == Format::Json {
            let comma = if self.told > 1 { "," } else { "" };
            let told = serde_json::to_string(&told(place, message, explanation));
            print(&format!("{comma}{}", told.unwrap_or_default()));
            return;
        }
        let text = explanation.to_string();
        match self.told {
            1 => self.held = Some((place.to_owned(), text)),
            _ => {
                if let Some((place, text)) = self.held.take() {
                    named(&place, &text);
                }
                print("");
                named(place, &text);
            }
        }
    }

    fn end(&mut self) {
        if self.format == Format::Json {
            print("]}");
        }
        if let Some((_, text)) = self.held.take() {
            print(text.trim_end());
        }
    }
}

fn named(place: &str, text: &str) {
    print(&format!("== {place} ==\n{}", text.trim_end()));
}

/// One explanation as programs read it. Times are UTC.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    file: &'a str,
    #[serde(rename = "messageUUID")]
    message_uuid: String,
    opening: &'a str,
    asks: Vec<ToldAsk<'a>>,
    asks_omitted: usize,
    deadlines: Vec<ToldDeadline<'a>>,
    facts: Vec<ToldFact<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ToldAsk<'a> {
    kind: &'static str,
    label: &'a str,
    text: &'a str,
    opens: Option<String>,
    deadline: Option<String>,
    #[serde(flatten)]
    standing: ToldStanding,
    url: Option<&'a str>,
    appointment: Option<ToldAppointment<'a>>,
}

#[derive(Serialize)]
struct ToldAppointment<'a> {
    title: &'a str,
    description: &'a str,
    start: String,
    end: String,
    place: &'a str,
    organizer: Option<&'a str>,
    mail: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ToldDeadline<'a> {
    at: String,
    kind: &'static str,
    label: &'a str,
    #[serde(flatten)]
    standing: ToldStanding,
}

#[derive(Serialize)]
struct ToldFact<'a> {
    kind: &'static str,
    text: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ToldStanding {
    passed: Option<bool>,
    days_left: Option<u64>,
}

impl From<Option<Standing>> for ToldStanding {
    fn from(standing: Option<Standing>) -> Self {
        match standing {
            None => Self { passed: None, days_left: None },
            Some(Standing::Passed) => Self { passed: Some(true), days_left: None },
            Some(Standing::DaysLeft(days)) => Self { passed: Some(false), days_left: Some(days) },
        }
    }
}

fn told<'a>(file: &'a str, message: &Message, explanation: &'a Explanation) -> Told<'a> {
    Told {
        file,
        message_uuid: message.header.message_uuid.value().to_string(),
        opening: &explanation.opening,
        asks: explanation.asks.iter().map(told_ask).collect(),
        asks_omitted: explanation.asks_omitted,
        deadlines: explanation
            .deadlines
            .iter()
            .map(|deadline| ToldDeadline {
                at: deadline.at.to_string(),
                kind: deadline.kind.as_str(),
                label: &deadline.label,
                standing: deadline.standing.into(),
            })
            .collect(),
        facts: explanation
            .facts
            .iter()
            .map(|fact| ToldFact { kind: fact.kind.as_str(), text: &fact.words })
            .collect(),
    }
}

fn told_ask(ask: &Ask) -> ToldAsk<'_> {
    ToldAsk {
        kind: ask.kind.as_str(),
        label: &ask.label,
        text: &ask.words,
        opens: ask.opens.map(|at| at.to_string()),
        deadline: ask.deadline.map(|at| at.to_string()),
        standing: ask.standing.into(),
        url: ask.url.as_deref(),
        appointment: ask.appointment.as_ref().map(told_appointment),
    }
}

fn told_appointment(appointment: &Appointment) -> ToldAppointment<'_> {
    ToldAppointment {
        title: &appointment.title,
        description: &appointment.description,
        start: appointment.start.to_string(),
        end: appointment.end.to_string(),
        place: &appointment.place,
        organizer: appointment.organizer.as_deref(),
        mail: appointment.mail.as_deref(),
    }
}
