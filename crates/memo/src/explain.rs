//! What a letter asks of its recipient and by when, in plain Danish or English.
//!
//! Told is what the markup of the message says: its actions, its deadlines, its flags. The documents
//! themselves are not opened, and nothing is guessed from their words. There is no clock here: whether
//! a deadline has passed is told only when the caller hands in the time.
//!
//! ```
//! # use brevdue_memo::letter::LetterDraft;
//! # use brevdue_memo::{Action, EntryPoint, MemoVersion, PartyId, Timestamp};
//! use brevdue_memo::Language;
//! use brevdue_memo::explain::explain;
//!
//! # let created = "2026-11-20T08:00:00Z".parse::<Timestamp>()?;
//! # let sender = (PartyId::parse("CVR", "12345678")?, "Ærøby Havn");
//! # let recipient = (PartyId::parse("CPR", "0101010000")?, Some("Vera"));
//! # let uuid = uuid::Uuid::from_u128(0x8c2ea15d_61fb_4ba9_9366_42f8b194c114);
//! # let mut draft = LetterDraft::new(MemoVersion::V1_2, uuid, created, sender, recipient, "Havneplads 12");
//! # draft.text = Some("Regning for vinteren.".to_owned());
//! # draft.actions.push(Action {
//! #     label: "Betal pladsen".to_owned(),
//! #     action_code: "BETALING".to_owned(),
//! #     start_date_time: None,
//! #     end_date_time: Some("2026-12-03T11:00:00Z".parse()?),
//! #     reservation: None,
//! #     entry_point: Some(EntryPoint { url: "https://havn.example/betal".to_owned() }),
//! # });
//! # let message = draft.build()?;
//! let now = "2026-11-23T12:00:00Z".parse()?;
//! let explanation = explain(&message, Some(now), Language::English);
//! assert_eq!(
//!     explanation.asks[0].words,
//!     "Pay by Thursday 3 December 2026 at 12:00 (in 10 days): “Betal pladsen”. \
//!      Link: https://havn.example/betal"
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt;

use crate::{Action, Language, Message, MessageType, Timestamp};

mod asks;
mod facts;
pub mod when;
mod words;

pub use words::plain;
use words::{Voice, quoted, said};

/// Asks told one by one; more are counted.
pub const ASKS_LIMIT: usize = 50;

/// What a message asks and says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The language of all words.
    pub language: Language,
    /// Who writes to whom about what, and when; one or two sentences.
    pub opening: String,
    /// What the recipient is asked to do, the earliest deadline first, what has none last; at most
    /// [`ASKS_LIMIT`].
    pub asks: Vec<Ask>,
    /// Asks beyond the limit.
    pub asks_omitted: usize,
    /// Every date that binds the recipient, earliest first; an appointment by its start.
    pub deadlines: Vec<Deadline>,
    /// What else is good to know.
    pub facts: Vec<Fact>,
    heading: String,
    has_documents: bool,
}

/// One thing the recipient is asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// What kind of thing.
    pub kind: AskKind,
    /// The sender's words for it, on one line; may be empty.
    pub label: String,
    /// From when it can be done.
    pub opens: Option<Timestamp>,
    /// By when.
    pub deadline: Option<Timestamp>,
    /// When and where to meet.
    pub appointment: Option<Appointment>,
    /// Where to do it; only addresses that MEMO-R-011 allows.
    pub url: Option<String>,
    /// How the deadline or the appointment stands; none without a clock or a date.
    pub standing: Option<Standing>,
    /// All of it in a sentence or a few.
    pub words: String,
}

/// Kinds of things that are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AskKind {
    /// Answer the letter (`replyByDateTime`).
    Answer,
    /// Keep an appointment (AFTALE).
    Meet,
    /// Confirm (BEKRAEFT).
    Confirm,
    /// Pay (BETALING).
    Pay,
    /// Prepare (FORBEREDELSE).
    Prepare,
    /// Read more (INFORMATION).
    Read,
    /// Use a self-service (SELVBETJENING).
    SelfService,
    /// Enrol (TILMELDING).
    Enrol,
    /// Sign (UNDERSKRIV).
    Sign,
    /// A code that is none of the known ones.
    Other,
}

impl AskKind {
    /// The kind of an action by its code; letter case does not matter here.
    pub fn of_code(code: &str) -> Self {
        const CODES: [(&str, AskKind); 8] = [
            ("AFTALE", AskKind::Meet),
            ("BEKRAEFT", AskKind::Confirm),
            ("BETALING", AskKind::Pay),
            ("FORBEREDELSE", AskKind::Prepare),
            ("INFORMATION", AskKind::Read),
            ("SELVBETJENING", AskKind::SelfService),
            ("TILMELDING", AskKind::Enrol),
            ("UNDERSKRIV", AskKind::Sign),
        ];
        let known = CODES.iter().find(|(known, _)| code.trim().eq_ignore_ascii_case(known));
        known.map_or(Self::Other, |(_, kind)| *kind)
    }

    /// A stable name for programs, e.g. `selfService`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Meet => "meet",
            Self::Confirm => "confirm",
            Self::Pay => "pay",
            Self::Prepare => "prepare",
            Self::Read => "read",
            Self::SelfService => "selfService",
            Self::Enrol => "enrol",
            Self::Sign => "sign",
            Self::Other => "other",
        }
    }
}

/// When and where to meet; all texts on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointment {
    /// What it is.
    pub title: String,
    /// More about it.
    pub description: String,
    /// When it begins.
    pub start: Timestamp,
    /// When it ends; not after the start when the message says so.
    pub end: Timestamp,
    /// Where.
    pub place: String,
    /// Who invites.
    pub organizer: Option<String>,
    /// The organizer's mail address.
    pub mail: Option<String>,
}

/// How a date stands, seen from the time handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Gone by.
    Passed,
    /// So many calendar days in Copenhagen are left; 0 is today.
    DaysLeft(u64),
}

/// A date that binds the recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// When.
    pub at: Timestamp,
    /// What is to be done by then, or happens then.
    pub kind: AskKind,
    /// The sender's words for it, on one line; may be empty.
    pub label: String,
    /// How it stands; none without a clock.
    pub standing: Option<Standing>,
}

/// Something good to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is about.
    pub kind: FactKind,
    /// In a sentence or a few.
    pub words: String,
}

/// What a fact is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FactKind {
    /// Service of legal documents (forkyndelse).
    LegalNotification,
    /// Mandatory mail (obligatorisk post).
    Mandatory,
    /// Whether and where the recipient can answer.
    Answers,
    /// What or whom the letter is about.
    About,
    /// Who stands behind the sender.
    Behind,
    /// Not delivered before a date (valørdato).
    NotBefore,
    /// Attachments.
    Attachments,
    /// Forwarded, and from whom.
    Forwarded,
    /// Part of a conversation.
    Conversation,
}

impl FactKind {
    /// A stable name for programs, e.g. `legalNotification`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LegalNotification => "legalNotification",
            Self::Mandatory => "mandatory",
            Self::Answers => "answers",
            Self::About => "about",
            Self::Behind => "behind",
            Self::NotBefore => "notBefore",
            Self::Attachments => "attachments",
            Self::Forwarded => "forwarded",
            Self::Conversation => "conversation",
        }
    }
}

/// Tells what `message` asks of its recipient. With `now`, also what has passed and how many days are
/// left. Holds personal data: it is the letter in other words.
pub fn explain(message: &Message, now: Option<Timestamp>, language: Language) -> Explanation {
    let voice = Voice::to_reader_of(message, language);
    let (asks, asks_omitted) = asks::asks(message, now, voice);
    let dated = asks.iter().filter_map(|ask| {
        let at = ask.appointment.as_ref().map(|met| met.start).or(ask.deadline)?;
        let (kind, standing) = (ask.kind, ask.standing);
        Some(Deadline { at, kind, label: ask.label.clone(), standing })
    });
    Explanation {
        language,
        opening: opening(message, voice),
        deadlines: dated.collect(),
        facts: facts::facts(message, now, voice),
        heading: match language {
            Language::Danish => format!("Det beder afsenderen {} om:", voice.you_object()),
            Language::English => "What the sender asks of you:".to_owned(),
        },
        asks,
        asks_omitted,
        has_documents: message.body.is_some(),
    }
}

/// The actions of a message, those of the main document first.
pub(crate) fn actions(message: &Message) -> impl Iterator<Item = &Action> {
    message.body.iter().flat_map(|body| {
        let attached = body.additional_documents.iter().flat_map(|document| &document.actions);
        body.main_document.actions.iter().chain(attached)
    })
}

/// What to do with an action of this kind, as a short order.
pub(crate) fn order(kind: AskKind, message: &Message, language: Language) -> String {
    asks::imperative(kind, Voice::to_reader_of(message, language))
}

fn opening(message: &Message, voice: Voice) -> String {
    let header = &message.header;
    let language = voice.language;
    let sender = said(Some(&header.sender.label))
        .unwrap_or_else(|| voice.say("Afsenderen", "The sender").to_owned());
    let recipient =
        said(header.recipient.label.as_ref()).unwrap_or_else(|| voice.you_object().to_owned());
    let title = quoted(&header.label, language);
    let about = match (title.is_empty(), language) {
        (true, _) => String::new(),
        (false, Language::Danish) => format!(" om {title}"),
        (false, Language::English) => format!(" about {title}"),
    };
    if header.message_type == MessageType::NemSms {
        let text = header.notification.as_deref().unwrap_or_default();
        let text = quoted(text, language);
        let verb = voice.say("sender en sms til", "sends a text message to");
        let colon = if text.is_empty() { "." } else { ": " };
        return format!("{sender} {verb} {recipient}{about}{colon}{text}");
    }
    let verb = voice.say("skriver til", "writes to");
    let mut opening = format!("{sender} {verb} {recipient}{about}.");
    if let Some(body) = &message.body {
        let day = when::day(when::day_of(body.created_date_time.timestamp()), language);
        let from = voice.say("Brevet er dateret", "The letter is dated");
        opening.push_str(&format!(" {from} {day}."));
    }
    opening
}

/// The whole explanation as text: the opening, what is asked, and what is good to know.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let danish = self.language == Language::Danish;
        writeln!(f, "{}", self.opening)?;
        if self.asks.is_empty() {
            if self.has_documents {
                // The letter's own words may still ask for something.
                let nothing = if danish {
                    "Der er ikke angivet handlinger eller frister; læs brevet for at se, om der skal gøres noget."
                } else {
                    "No action and no deadline is marked; read the letter to see whether it asks for anything."
                };
                writeln!(f, "{nothing}")?;
            }
        } else {
            writeln!(f, "\n{}", self.heading)?;
            for ask in &self.asks {
                writeln!(f, " - {}", ask.words)?;
            }
        }
        if self.asks_omitted > 0 {
            let count = self.asks_omitted;
            let more = if danish { format!("og {count} til") } else { format!("and {count} more") };
            writeln!(f, " - … {more}")?;
        }
        if !self.facts.is_empty() {
            writeln!(f, "\n{}", if danish { "Værd at vide:" } else { "Good to know:" })?;
            for fact in &self.facts {
                writeln!(f, " - {}", fact.words)?;
            }
        }
        Ok(())
    }
}
