//! What was seen of a message that passed: never content, never an identity number.

use std::collections::BTreeSet;

use brevdue_memo::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::Key;
use crate::objects::{Direction, Environment};

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

/// To whom, by kind alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RecipientKind {
    /// A person.
    Cpr,
    /// A company or authority.
    Cvr,
}

/// One message, as it was seen once. A second sight of the same message in the same direction replaces
/// nothing and counts nothing.
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
}
