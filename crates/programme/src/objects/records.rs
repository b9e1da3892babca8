//! What was decided, said, allowed, sent and found.

use std::collections::BTreeSet;

use brevdue_memo::Timestamp;
use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::ids::{AreaId, Key, RequirementId};
use crate::text::Language;

/// A risk.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Risk {
    /// What may happen.
    pub title: String,
    /// Why.
    pub cause: String,
    /// 1 to 5.
    pub probability: u8,
    /// 1 to 5.
    pub consequence: u8,
    /// What is done about it.
    pub action: String,
    /// Who has it.
    pub owner: Option<Key>,
    /// For which system, if any.
    pub system: Option<Key>,
    /// When it is to be looked at again.
    pub review: Option<Day>,
    /// It is past.
    pub closed: bool,
}

/// A decision, made or wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Decision {
    /// What is decided.
    pub title: String,
    /// Why.
    pub reason: String,
    /// By whom.
    pub by: Option<Key>,
    /// When; none: still wanted.
    pub day: Option<Day>,
    /// By when it is wanted.
    pub wanted_by: Option<Day>,
    /// What it is about: kinds and keys, `system/S-001`.
    pub about: BTreeSet<String>,
}

/// Somebody's word for what cannot be measured. A measured failure that is newer wins over it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attestation {
    /// Of which requirement; none: of a task that was closed by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirement: Option<RequirementId>,
    /// For which system, contact point or letter type; none: the authority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Key>,
    /// What is stated.
    pub statement: String,
    /// A file or link that shows it.
    #[serde(default)]
    pub evidence: String,
    /// Who states it.
    pub person: Key,
    /// When.
    pub day: Day,
    /// At most 12 months later.
    pub expires: Day,
    /// Who approves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approver: Option<Key>,
}

/// A requirement set aside; printed in every report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// Which.
    pub requirement: RequirementId,
    /// For which system, contact point or letter type; none: for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Key>,
    /// Why.
    pub reason: String,
    /// The owner of the project who approves it.
    pub approved_by: Key,
    /// When.
    pub day: Day,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Day>,
}

/// A line in the thread of an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comment {
    /// Of what: kind and key, `task/OP3-T01`.
    pub about: String,
    /// Who.
    pub by: Key,
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: String,
}

/// A supplier's link to its questionnaire. The token itself is not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Questionnaire {
    /// Whose.
    pub supplier: Key,
    /// SHA-256 of the token in the link, in hex.
    pub token_sha256: String,
    /// The last day it opens.
    pub expires: Day,
    /// It was taken back.
    #[serde(default)]
    pub revoked: bool,
    /// Days on which it was sent or a reminder was.
    #[serde(default)]
    pub sent: Vec<Day>,
}

/// A calendar feed. The token itself is not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feed {
    /// What whoever made it calls it.
    #[serde(default)]
    pub name: String,
    /// Whose tasks; none: everybody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Key>,
    /// Of which area; none: of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<AreaId>,
    /// The language of its words: an entry must not change because its reader has another.
    #[serde(default = "danish")]
    pub language: Language,
    /// The last day it opens; none: until it is taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Day>,
    /// SHA-256 of the token in the address, in hex.
    pub token_sha256: String,
    /// It was taken back.
    #[serde(default)]
    pub revoked: bool,
}

fn danish() -> Language {
    Language::Da
}

/// What a scan of the authority's pages for old links came to: addresses alone, never what stands on a page.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LinkScan {
    /// When.
    pub at: Option<Timestamp>,
    /// Who brought it.
    pub by: Option<Key>,
    /// The addresses of the earlier solution that were looked for.
    pub addresses: BTreeSet<String>,
    /// Pages that were read.
    pub pages: u32,
    /// Links on them.
    pub links: u64,
    /// Of these, to the earlier solution.
    pub old_links: u64,
    /// Some of them.
    pub found: Vec<OldLink>,
    /// Pages that could not be read.
    pub unread_pages: u32,
    /// The addresses of some of them.
    pub unread: Vec<String>,
}

/// A link to the earlier solution.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OldLink {
    /// The address of the page, or the name of the file it was saved as.
    pub page: String,
    /// Where it goes, without what follows `?`.
    pub link: String,
}
