//! How observations are counted: one tally for each organisation, system, environment, direction and day,
//! one for each letter type and day, and one for each sender, code and day. Checks look at tallies alone, so
//! what they cost does not grow with the number of messages.
//!
//! A tally is a sum: [`take`] makes a small one of what was seen, and a store adds it to what is there.
//! Adding is associative and commutative, whatever the order; that a message counts once is held by
//! [`take`], which is told what was seen of it before.

mod counting;
mod names;
mod taking;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use brevdue_memo::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::day::Day;
use crate::ids::Key;
use crate::objects::{Direction, Environment};

pub use counting::{Counts, EXAMPLES, Few, Flaw, KEPT_NAMES, Largest, Open, Seen};
pub use taking::{Taken, cleaned, holds_cpr_number, take};

/// What a tally is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TallyKey {
    /// The authority's organisation, digits of its CVR number.
    pub authority_cvr: String,
    /// By what the system is known.
    pub system: String,
    /// Test or real.
    pub environment: Environment,
    /// From the authority or to it.
    pub direction: Direction,
    /// The day the messages were seen, in Denmark.
    pub day: Day,
}

/// What a letter tally is about. Only messages from the authority are counted by letter type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LetterKey {
    /// The authority's organisation, digits of its CVR number.
    pub authority_cvr: String,
    /// Test or real.
    pub environment: Environment,
    /// Which letter type.
    pub letter_type: Key,
    /// The day the messages were seen, in Denmark.
    pub day: Day,
}

/// What an incoming tally is about: messages to the authority of one sender that it calls the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncomingKey {
    /// The authority's organisation, digits of its CVR number.
    pub authority_cvr: String,
    /// Test or real.
    pub environment: Environment,
    /// Who sends, and what.
    pub group: Group,
    /// The day the messages were seen, in Denmark.
    pub day: Day,
}

/// Messages of one sender that it calls the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Digits of a CVR number, `person`, or [`Group::OTHERS`]; empty when nobody told.
    pub sender: String,
    /// `messageCode`; empty where the sender writes none.
    pub code: String,
}

impl Group {
    /// The sender of what is counted together because there are too many groups.
    pub const OTHERS: &str = "*";

    /// What is counted together.
    pub fn others() -> Self {
        Self { sender: Self::OTHERS.to_owned(), code: String::new() }
    }
}

/// Counts and marks of one system, direction and day; or the sum of several.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tally {
    /// Messages.
    #[serde(skip_serializing_if = "Seen::is_nothing")]
    pub messages: Seen,
    /// Of these, taken by the exchange.
    #[serde(skip_serializing_if = "Seen::is_nothing")]
    pub accepted: Seen,
    /// By format and, of MeMo, version: `MEMO 1.2`, `DP2`.
    #[serde(skip_serializing_if = "Few::is_nothing")]
    pub formats: Few,
    /// MeMo that breaks a rule.
    #[serde(skip_serializing_if = "Flaw::is_nothing")]
    pub invalid: Flaw,
    /// By the code of the rule it breaks.
    #[serde(skip_serializing_if = "Few::is_nothing")]
    pub rules: Few,
    /// By the code of the refusal.
    #[serde(skip_serializing_if = "Few::is_nothing")]
    pub errors: Few,
    /// Refused because of their size.
    #[serde(skip_serializing_if = "Flaw::is_nothing")]
    pub refused_for_size: Flaw,
    /// The smallest of these, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smallest_refused: Option<u64>,
    /// By the host they were sent to.
    #[serde(skip_serializing_if = "Few::is_nothing")]
    pub hosts: Few,
    /// By transport.
    #[serde(skip_serializing_if = "Few::is_nothing")]
    pub transports: Few,
    /// By message type.
    #[serde(skip_serializing_if = "Few::is_nothing")]
    pub types: Few,
    /// By kind of recipient.
    #[serde(skip_serializing_if = "Few::is_nothing")]
    pub recipients: Few,
    /// By file type.
    #[serde(skip_serializing_if = "Few::is_nothing")]
    pub file_types: Few,
    /// The largest messages, in bytes.
    #[serde(skip_serializing_if = "Largest::is_nothing")]
    pub sizes: Largest,
    /// The messages with most files.
    #[serde(skip_serializing_if = "Largest::is_nothing")]
    pub files: Largest,
    /// By the status of the business receipt.
    #[serde(skip_serializing_if = "Few::is_nothing")]
    pub receipts: Few,
    /// By how many whole hours the receipt took, at most 168.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub receipt_hours: BTreeMap<u16, i64>,
    /// Out: accepted, and without a business receipt. In: not taken by a receiver system yet.
    #[serde(skip_serializing_if = "Open::is_nothing")]
    pub waiting: Open,
    /// In: taken by a receiver system; the last is the last success.
    #[serde(skip_serializing_if = "Seen::is_nothing")]
    pub fetched: Seen,
    /// In: not told to be kept by the authority yet.
    #[serde(skip_serializing_if = "Open::is_nothing")]
    pub unkept: Open,
    /// In: by the kind of place it is kept in.
    #[serde(skip_serializing_if = "Few::is_nothing")]
    pub places: Few,
    /// Messages to authorities, and answers.
    #[serde(skip_serializing_if = "Seen::is_nothing")]
    pub to_authorities: Seen,
    /// Of these, without a contact point, or with one the recipient's structure does not have.
    #[serde(skip_serializing_if = "Flaw::is_nothing")]
    pub no_contact_point: Flaw,
    /// By the contact point they were sent to.
    #[serde(skip_serializing_if = "Few::is_nothing")]
    pub contact_points: Few,
    /// By `GeneratingSystem`.
    #[serde(skip_serializing_if = "Few::is_nothing")]
    pub generating: Few,
    /// Titles or notification texts that look as if they held a CPR number.
    #[serde(skip_serializing_if = "Flaw::is_nothing")]
    pub sensitive: Flaw,
    /// MeMo 1.2 or later with a `memoSchVersion`.
    #[serde(skip_serializing_if = "Flaw::is_nothing")]
    pub schema_version: Flaw,
    /// By the service of the earlier solution they used.
    #[serde(skip_serializing_if = "Few::is_nothing")]
    pub legacy: Few,
    /// Messages of which nobody told something, by what: see [`crate::observation::Untold`].
    #[serde(skip_serializing_if = "Counts::is_nothing")]
    pub untold: Counts,
}

/// How often letters of one type carried each field of markup.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LetterTally {
    /// Messages of MeMo; others carry no markup and are counted in `others`.
    #[serde(skip_serializing_if = "Seen::is_nothing")]
    pub messages: Seen,
    /// Messages in another format.
    #[serde(skip_serializing_if = "Seen::is_nothing")]
    pub others: Seen,
    /// Messages with a field, by its name in the palette.
    #[serde(skip_serializing_if = "Counts::is_nothing")]
    pub fields: Counts,
    /// By whom they are to, in words of the register: `citizens`, `companies`, `authorities`.
    #[serde(skip_serializing_if = "Counts::is_nothing")]
    pub recipients: Counts,
    /// Some of the messages that carry no markup at all.
    #[serde(skip_serializing_if = "Flaw::is_nothing")]
    pub bare: Flaw,
}

/// What messages of one group carried, and how they came to whoever deals with them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IncomingTally {
    /// Messages.
    #[serde(skip_serializing_if = "Seen::is_nothing")]
    pub messages: Seen,
    /// Messages with a field that mail can be distributed by, by its name; see [`crate::objects::Route`].
    #[serde(skip_serializing_if = "Counts::is_nothing")]
    pub fields: Counts,
    /// By how they came to whoever deals with them, of those of which somebody told.
    #[serde(skip_serializing_if = "Counts::is_nothing")]
    pub handled: Counts,
    /// Messages of which nobody told what they carry.
    #[serde(skip_serializing_if = "Seen::is_nothing")]
    pub unread: Seen,
}

impl IncomingTally {
    /// Adds another.
    pub fn merge(&mut self, other: &Self) {
        self.messages.merge(&other.messages);
        self.fields.merge(&other.fields);
        self.handled.merge(&other.handled);
        self.unread.merge(&other.unread);
    }
}

impl Tally {
    /// Adds another.
    pub fn merge(&mut self, other: &Self) {
        let Self {
            messages,
            accepted,
            formats,
            invalid,
            rules,
            errors,
            hosts,
            transports,
            types,
            recipients,
            file_types,
            sizes,
            files,
            receipts,
            receipt_hours,
            waiting,
            fetched,
            unkept,
            places,
            to_authorities,
            no_contact_point,
            contact_points,
            generating,
            sensitive,
            schema_version,
            legacy,
            untold,
            refused_for_size,
            smallest_refused,
        } = self;
        messages.merge(&other.messages);
        accepted.merge(&other.accepted);
        formats.merge(&other.formats);
        invalid.merge(&other.invalid);
        rules.merge(&other.rules);
        errors.merge(&other.errors);
        hosts.merge(&other.hosts);
        transports.merge(&other.transports);
        types.merge(&other.types);
        recipients.merge(&other.recipients);
        file_types.merge(&other.file_types);
        sizes.merge(&other.sizes);
        files.merge(&other.files);
        receipts.merge(&other.receipts);
        counting::add(receipt_hours, &other.receipt_hours);
        waiting.merge(&other.waiting);
        fetched.merge(&other.fetched);
        unkept.merge(&other.unkept);
        places.merge(&other.places);
        to_authorities.merge(&other.to_authorities);
        no_contact_point.merge(&other.no_contact_point);
        contact_points.merge(&other.contact_points);
        generating.merge(&other.generating);
        sensitive.merge(&other.sensitive);
        schema_version.merge(&other.schema_version);
        legacy.merge(&other.legacy);
        untold.merge(&other.untold);
        refused_for_size.merge(&other.refused_for_size);
        *smallest_refused = match (*smallest_refused, other.smallest_refused) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
    }
}

impl LetterTally {
    /// Adds another.
    pub fn merge(&mut self, other: &Self) {
        self.messages.merge(&other.messages);
        self.others.merge(&other.others);
        self.fields.merge(&other.fields);
        self.recipients.merge(&other.recipients);
        self.bare.merge(&other.bare);
    }
}

/// When a message of an example was seen, and its `messageUUID`.
pub type Example = (Timestamp, Uuid);
