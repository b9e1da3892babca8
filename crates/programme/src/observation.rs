//! What was seen of a message that passed: never content, never an identity number.

use std::collections::BTreeSet;

use brevdue_memo::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::Key;
use crate::objects::{Direction, Environment};
use crate::text::Bilingual;

/// The format of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Format {
    /// XML whose root is `Message` in the namespace `https://DigitalPost.dk/MeMo-1` with `memoVersion`.
    Memo,
    /// Legacy.
    Dp1,
    /// Legacy.
    Dp2,
    /// Legacy.
    Ebcdic,
    /// Anything else.
    Other,
}

/// How it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Carriage {
    /// REST.
    #[serde(rename = "REST")]
    Rest,
    /// SMTP.
    #[serde(rename = "SMTP")]
    Smtp,
    /// SFTP.
    #[serde(rename = "SFTP")]
    Sftp,
    /// Uploaded, imported, or otherwise.
    #[serde(rename = "other")]
    Other,
}

impl Carriage {
    /// Its word in JSON and in counts.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rest => "REST",
            Self::Smtp => "SMTP",
            Self::Sftp => "SFTP",
            Self::Other => "other",
        }
    }
}

/// To whom, by kind alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RecipientKind {
    /// A person.
    Cpr,
    /// A company or authority.
    Cvr,
}

/// One message, as it was seen once. A second sight of the same message in the same direction counts
/// nothing; it only adds what became of it since: its receipt, that it was taken, that it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observation {
    /// When.
    pub observed_at: Timestamp,
    /// Test or real.
    pub environment: Environment,
    /// From the authority or to it.
    pub direction: Direction,
    /// The authority's organisation, digits of its CVR number.
    pub authority_cvr: String,
    /// By what the system is known: the id of the system in the exchange, or what the log says.
    pub system: String,
    /// `GeneratingSystem` of the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generating_system: Option<String>,
    /// How it came.
    pub transport: Carriage,
    /// Its format.
    pub format: Format,
    /// `memoVersion`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memo_version: Option<String>,
    /// `messageUUID`.
    pub message_uuid: Uuid,
    /// `DIGITALPOST` or `NEMSMS`.
    pub message_type: String,
    /// Bytes.
    pub size_bytes: u64,
    /// Files.
    pub file_count: u32,
    /// Their types, by extension or MIME type.
    #[serde(default)]
    pub file_types: BTreeSet<String>,
    /// To whom, by kind.
    pub recipient_kind: RecipientKind,
    /// The contact point it was sent to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_point_id: Option<String>,
    /// Whether the recipient's structure has that contact point; none when nobody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_point_known: Option<bool>,
    /// It is a message to an authority, or an answer.
    #[serde(default)]
    pub to_authority: bool,
    /// It was taken.
    pub accepted: bool,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// The status of its business receipt; none yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt_status: Option<String>,
    /// When that receipt was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt_at: Option<Timestamp>,
    /// When a receiver system took it; of messages to the authority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetched_at: Option<Timestamp>,
    /// What kind of place the authority keeps it in: `journal`, `case` or `mailbox`; never which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stored_in: Option<Place>,
    /// Who sent a message to the authority: digits of an organisation's CVR number, or [`PERSON`]; none when
    /// nobody told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<String>,
    /// What its sender calls messages of its kind, `messageCode`; of messages to the authority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_code: Option<String>,
    /// How it came to whoever deals with it; of messages to the authority. None when nobody told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handled: Option<Handled>,
    /// Codes of the rules it breaks; empty: it validates.
    #[serde(default)]
    pub validation_errors: BTreeSet<String>,
    /// Names of the markup it carries, in words of the palette: `action:AFTALE`, `content:CaseID`.
    #[serde(default)]
    pub markup: BTreeSet<String>,
    /// The letter type, when it could be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letter_type: Option<Key>,
    /// The host it was sent to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint_host: Option<String>,
    /// A title or notification text looks as if it held a CPR number. The text itself is not kept.
    #[serde(default)]
    pub sensitive_title: bool,
    /// It carries `memoSchVersion`.
    #[serde(default)]
    pub has_schema_version: bool,
    /// What it used of what has been, or will be, closed.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub legacy: BTreeSet<Legacy>,
    /// What nobody told of it, so that no check takes silence for an answer: a log knows less than the
    /// message itself.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub untold: BTreeSet<Untold>,
}

/// What a log may not know of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Untold {
    /// How large it is.
    Size,
    /// How many files it has.
    Files,
    /// Of which types they are.
    FileTypes,
    /// Whether a title or notification text holds a CPR number.
    Title,
    /// Whether it is to an authority, or an answer.
    Authority,
    /// Which rules it breaks.
    Validation,
    /// Whether it carries `memoSchVersion`.
    Structure,
    /// Its business receipt.
    Receipt,
    /// Whether a receiver system took it.
    Fetched,
    /// Where it is kept.
    Kept,
    /// Which markup it carries; of messages to the authority.
    Markup,
}

impl Untold {
    /// Its word in JSON and in counts.
    pub fn word(self) -> &'static str {
        match self {
            Self::Size => "size",
            Self::Files => "files",
            Self::FileTypes => "file-types",
            Self::Title => "title",
            Self::Authority => "authority",
            Self::Validation => "validation",
            Self::Structure => "structure",
            Self::Receipt => "receipt",
            Self::Fetched => "fetched",
            Self::Kept => "kept",
            Self::Markup => "markup",
        }
    }

    /// What is not known, for readers.
    pub fn label(self) -> Bilingual {
        let (da, en) = match self {
            Self::Size => ("størrelsen", "the size"),
            Self::Files => ("antallet af filer", "the number of files"),
            Self::FileTypes => ("filtyperne", "the file types"),
            Self::Title => ("titlen", "the title"),
            Self::Authority => {
                ("om modtageren er en myndighed", "whether the recipient is an authority")
            }
            Self::Validation => ("om meddelelsen er gyldig", "whether the message is valid"),
            Self::Structure => ("meddelelsens opbygning", "the structure of the message"),
            Self::Receipt => ("kvitteringen", "the receipt"),
            Self::Fetched => ("om den blev hentet", "whether it was fetched"),
            Self::Kept => ("hvor den opbevares", "where it is kept"),
            Self::Markup => ("opmærkningen", "the markup"),
        };
        Bilingual::new(da, en)
    }
}

/// Stands for every sender that is a person: which one is told nowhere.
pub const PERSON: &str = "person";

/// How a message to the authority came to whoever deals with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Handled {
    /// By a rule, by what the message says of itself.
    Automatic,
    /// Somebody read it and passed it on.
    Manual,
    /// To somebody who does not deal with it, and from there to somebody else.
    Misdirected,
}

impl Handled {
    /// Its word in JSON, in logs and in counts.
    pub fn word(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::Manual => "manual",
            Self::Misdirected => "misdirected",
        }
    }
}

/// What kind of place a fetched message is kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// The journal.
    Journal,
    /// A case of a line-of-business system.
    Case,
    /// A mailbox or folder of the authority.
    Mailbox,
}

/// A service of the earlier solution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Legacy {
    /// DP1, DP2 or EBCDIC.
    Format,
    /// A receipt in an earlier format.
    Receipt,
    /// The registration list as e-Boks gave it, over REST.
    RegistrationList,
    /// The list of record formats, over SFTP.
    RecordFormatList,
    /// A mailbox and subject in place of a contact point.
    MailboxSubject,
    /// A deep link to the earlier solution.
    DeepLink,
}

impl Legacy {
    /// Its word in JSON and in counts.
    pub fn word(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Receipt => "receipt",
            Self::RegistrationList => "registration-list",
            Self::RecordFormatList => "record-format-list",
            Self::MailboxSubject => "mailbox-subject",
            Self::DeepLink => "deep-link",
        }
    }
}

impl Format {
    /// Its word in JSON and in counts.
    pub fn word(self) -> &'static str {
        match self {
            Self::Memo => "MEMO",
            Self::Dp1 => "DP1",
            Self::Dp2 => "DP2",
            Self::Ebcdic => "EBCDIC",
            Self::Other => "OTHER",
        }
    }

    /// It is one of the formats that were closed.
    pub fn is_legacy(self) -> bool {
        matches!(self, Self::Dp1 | Self::Dp2 | Self::Ebcdic)
    }
}

/// What became of a message that was seen before. For a message that was not seen it counts nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Later {
    /// Which message.
    pub name: MessageName,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A receipt says so: a status, and a code when it says no.
    Receipt {
        /// `COMPLETED`, `INVALID`, `NOT_ALLOWED`.
        status: String,
        /// The code of a refusal.
        code: Option<String>,
    },
    /// A receiver system took it.
    Fetched {
        /// By what the system is known.
        system: String,
        /// How it took it; none when nobody told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        transport: Option<Carriage>,
    },
    /// The authority keeps it.
    Stored(Place),
    /// It came to whoever deals with it; what is told last stands.
    Handled(Handled),
}

/// By what a message is told from all others: once for each organisation, environment and direction.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageName {
    /// The authority's organisation, digits of its CVR number.
    pub authority_cvr: String,
    /// Test or real.
    pub environment: Environment,
    /// From the authority or to it.
    pub direction: Direction,
    /// `messageUUID`.
    pub message_uuid: Uuid,
}

/// Something that was seen: a message, or what became of one.
#[derive(Debug, Clone, PartialEq)]
pub enum Sight {
    /// A message.
    Message(Box<Observation>),
    /// What became of one.
    Later(Later),
}

impl Sight {
    /// Which message it is about.
    pub fn name(&self) -> MessageName {
        match self {
            Self::Message(observation) => observation.name(),
            Self::Later(later) => later.name.clone(),
        }
    }
}

impl Observation {
    /// By what it is told from all others.
    pub fn name(&self) -> MessageName {
        MessageName {
            authority_cvr: self.authority_cvr.clone(),
            environment: self.environment,
            direction: self.direction,
            message_uuid: self.message_uuid,
        }
    }
}
