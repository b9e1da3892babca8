//! Judging a message: the checks in their order, each a pure function over gathered facts.
//!
//! The first check that fails gives the receipt its code; every failure stands in its list. The
//! table with sources is in `docs/exchange.md`, the codes in `codes`.

mod content;
mod form;
mod parties;
mod texts;

use brevdue_memo::{Findings, Message, PartyId, Timestamp};
use brevdue_wire::receipt::ReceiptError;
use uuid::Uuid;

use super::calendar::Calendar;
use super::codes::{ErrorCode, MEMO_INVALID, UUID_DUPLICATE, UUID_MISMATCH};
use crate::{AuthorityRights, Contact, ContactId, ContactPoint, Organisation, Policy};

pub(super) use content::{actions, files};
pub(super) use form::FormRules;
pub(super) use parties::{Wanted, deliverable, delivery_day};

/// Everything the checks look at.
pub(super) struct Facts<'a> {
    pub(super) policy: &'a Policy,
    pub(super) calendar: &'a Calendar,
    pub(super) now: Timestamp,
    /// The message as read.
    pub(super) letter: &'a Message,
    /// What reading found.
    pub(super) findings: &'a Findings,
    /// Its length as sent.
    pub(super) length_bytes: u64,
    /// The `memo-message-uuid` of the call.
    pub(super) claimed_uuid: Option<Uuid>,
    /// What its sender used the same UUID for before.
    pub(super) earlier: Earlier,
    /// Who handed it in.
    pub(super) sender: &'a SenderFacts,
    /// Who shall have it.
    pub(super) recipient: &'a RecipientFacts,
}

/// What a `messageUUID` was used for before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Earlier {
    /// For nothing.
    Nothing,
    /// For the same bytes, in another submission not long ago: the sender sends again.
    Same,
    /// For other bytes, long ago, or in the same archive.
    Other,
}

/// Who handed a message in.
#[derive(Debug, Clone)]
pub(super) struct SenderFacts {
    pub(super) party: PartyId,
    pub(super) kind: SenderKind,
    /// The mailbox it was written in.
    pub(super) mailbox: Option<ContactId>,
}

/// What a sender is, which decides to whom it may write and how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SenderKind {
    Authority(AuthorityRights),
    Company,
    Citizen,
}

/// What the registry knows of a recipient.
#[derive(Debug, Clone)]
pub(super) struct RecipientFacts {
    pub(super) party: PartyId,
    pub(super) contact: Option<Contact>,
    pub(super) organisation: Option<Organisation>,
    /// The contact point the message names, if there is one with this id. Only for organisations.
    pub(super) contact_point: Option<ContactPoint>,
}

/// One reason to refuse a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) code: &'static ErrorCode,
    /// What and where, in English, without personal data.
    pub(super) message: String,
    /// The rule of the format behind it, for `memo.invalid`.
    pub(super) format_rule: Option<&'static str>,
}

impl ErrorCode {
    pub(super) fn failure(&'static self, message: impl Into<String>) -> Failure {
        Failure { code: self, message: message.into(), format_rule: None }
    }
}

/// Runs every check that needs the message read, in their order. None failed: the list is empty.
/// Check 10, malware, needs the files and stands in `malware`.
pub(super) fn check(facts: &Facts<'_>) -> Vec<Failure> {
    let mut found = Found { list: Vec::new(), limit: facts.policy.reading.findings };
    uuid_fits(facts.letter.header.message_uuid.value(), facts.claimed_uuid, &mut found);
    if facts.earlier == Earlier::Other {
        found.add(UUID_DUPLICATE.failure(
            "this messageUUID has been used for another message; a changed message needs a new one",
        ));
    }
    content::size(facts, &mut found);
    form::form(facts.findings, &mut found);
    parties::check(facts, &mut found);
    in_order(found.list)
}

/// What is wrong with a message that could not be read, or whose parties could not (check 2), and
/// with what could be seen of it.
pub(super) fn unreadable(
    findings: &Findings,
    seen: Option<Uuid>,
    claimed: Option<Uuid>,
) -> Vec<Failure> {
    let mut found = Found { list: Vec::new(), limit: usize::MAX };
    form::form(findings, &mut found);
    if !found.list.iter().any(|failure| failure.code == &MEMO_INVALID) {
        found.add(MEMO_INVALID.failure("the message could not be read"));
    }
    if let Some(seen) = seen {
        uuid_fits(seen, claimed, &mut found);
    }
    in_order(found.list)
}

/// Failures in the order of the checks; those of one check in the order they were found.
pub(super) fn in_order(mut failures: Vec<Failure>) -> Vec<Failure> {
    failures.sort_by_key(|failure| failure.code.check);
    failures
}

/// Check 2, what the schema leaves open: the parties and the body.
pub(super) fn incomplete(letter: &Message) -> Vec<Failure> {
    let mut failures = Vec::new();
    let header = &letter.header;
    for (party, path) in [
        (header.sender.party(), "Message/MessageHeader/Sender"),
        (header.recipient.party(), "Message/MessageHeader/Recipient"),
    ] {
        if let Err(reason) = party {
            let rule = match reason {
                brevdue_memo::identity::NotAParty::IdType => "MEMO-R-012",
                _ => "MEMO-R-013",
            };
            failures.push(format_failure(rule, format!("{path}: {reason}")));
        }
    }
    if header.message_type == brevdue_memo::MessageType::DigitalPost && letter.body.is_none() {
        let text = "Message: a message of type DIGITALPOST has a MessageBody";
        failures.push(format_failure("MEMO-R-021", text.into()));
    }
    failures
}

/// Failures as receipts list them.
pub(super) fn as_errors(failures: &[Failure]) -> Vec<ReceiptError> {
    let error = |failure: &Failure| ReceiptError {
        code: failure.format_rule.unwrap_or(failure.code.name).into(),
        message: failure.message.clone(),
    };
    failures.iter().map(error).collect()
}

fn uuid_fits(seen: Uuid, claimed: Option<Uuid>, found: &mut Found) {
    if claimed.is_some_and(|claimed| claimed != seen) {
        found.add(UUID_MISMATCH.failure(
            "the messageUUID in the message is not the memo-message-uuid it was sent under",
        ));
    }
}

fn format_failure(rule: &'static str, message: String) -> Failure {
    let message = format!("{message} [{rule}]");
    Failure { code: &MEMO_INVALID, message, format_rule: Some(rule) }
}

/// Failures found so far, within the limit of findings.
struct Found {
    list: Vec<Failure>,
    limit: usize,
}

impl Found {
    fn add(&mut self, failure: Failure) {
        if self.list.len() < self.limit {
            self.list.push(failure);
        }
    }
}

#[cfg(test)]
mod tests;
