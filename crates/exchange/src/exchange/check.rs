//! Judging a message: the checks in their order, each a pure function over gathered facts.
//!
//! The first check that fails gives the receipt its code; every failure stands in its list. The
//! table with sources is in `docs/exchange.md`.

mod content;
mod parties;

use brevdue_memo::{Finding, Findings, Language, Message, PartyId, Severity, Timestamp};
use brevdue_wire::ReceiptStatus;
use brevdue_wire::receipt::ReceiptError;
use uuid::Uuid;

use super::calendar::Calendar;
use crate::{AuthorityRights, Contact, ContactId, ContactPoint, Organisation, Policy};

pub(super) use content::actions;
pub(super) use parties::{deliverable, delivery_day};

/// Everything the checks look at.
pub(super) struct Facts<'a> {
    pub(super) policy: &'a Policy,
    pub(super) calendar: &'a Calendar,
    pub(super) now: Timestamp,
    /// The message as read.
    pub(super) letter: &'a Message,
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
    pub(super) rule: Rule,
    /// What and where, in English, without personal data.
    pub(super) message: String,
    /// The rule of the format behind it, for `memo.invalid`.
    pub(super) format_rule: Option<&'static str>,
}

/// A code, what it says of the message, and what the sender can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) code: &'static str,
    pub(super) status: ReceiptStatus,
    pub(super) remedy: Remedy,
}

/// What the sender can do. The three groups are those of the vendors' documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remedy {
    /// Mend it and send again.
    Mend,
    /// Send it another way.
    OtherWay,
    /// Send the same again later, or another way.
    WaitOrOtherWay,
}

impl Rule {
    const fn invalid(code: &'static str) -> Self {
        Self { code, status: ReceiptStatus::Invalid, remedy: Remedy::Mend }
    }

    const fn refused(code: &'static str, remedy: Remedy) -> Self {
        Self { code, status: ReceiptStatus::NotAllowed, remedy }
    }

    pub(super) fn failure(self, message: impl Into<String>) -> Failure {
        Failure { rule: self, message: message.into(), format_rule: None }
    }
}

pub(super) const CONTAINER_INVALID: Rule = Rule::invalid("container.invalid");
pub(super) const CONTAINER_TOO_LARGE: Rule = Rule::invalid("container.too.large");
pub(super) const MEMO_INVALID: Rule = Rule::invalid("memo.invalid");
const UUID_MISMATCH: Rule = Rule::invalid("message.uuid.mismatch");
const UUID_DUPLICATE: Rule = Rule::invalid("message.uuid.duplicate");
pub(super) const SIZE_EXCEEDED: Rule = Rule::invalid("memo.size.exceeded");
pub(super) const ATTACHMENTS_EXCEEDED: Rule = Rule::invalid("attachments.exceeded");
pub(super) const FILE_EMPTY: Rule = Rule::invalid("file.empty.not.allowed");
pub(super) const FILE_TYPE: Rule = Rule::invalid("file.extension.not.allowed");
pub(super) const FILE_NAME: Rule = Rule::invalid("file.name.not.allowed");
const ACTION_URL: Rule = Rule::invalid("action.url.not.allowed");
const DATE_TOO_EARLY: Rule = Rule::invalid("do.not.deliver.until.date.too.early");
const DATE_TOO_LATE: Rule = Rule::invalid("do.not.deliver.until.date.too.late");
const CONTACT_POINT_FORMAT: Rule = Rule::invalid("contact.point.id.format.not.allowed");
const CONTACT_POINT_NOT_FOUND: Rule = Rule::invalid("contact.point.not.found");
const CONTACT_POINT_TARGET: Rule = Rule::invalid("contact.point.target.not.allowed");
const SENDER_NOT_ALLOWED: Rule = Rule::refused("sender.not.allowed", Remedy::Mend);
const MANDATORY_NOT_ALLOWED: Rule = Rule::refused("mandatory.not.allowed", Remedy::Mend);
const LEGAL_NOT_ALLOWED: Rule = Rule::refused("legal.notification.not.allowed", Remedy::Mend);
const RECIPIENT_TYPE: Rule = Rule::refused("recipient.type.not.allowed", Remedy::OtherWay);
const RECIPIENT_NOT_FOUND: Rule = Rule::refused("recipient.not.found", Remedy::OtherWay);
const RECIPIENT_CLOSED: Rule = Rule::refused("recipient.is.closed", Remedy::OtherWay);
const RECIPIENT_EXEMPT: Rule = Rule::refused("recipient.is.exempt", Remedy::OtherWay);
const RECIPIENT_NOT_REGISTERED: Rule =
    Rule::refused("recipient.not.registered", Remedy::WaitOrOtherWay);
pub(super) const RECIPIENT_UNAVAILABLE: Rule =
    Rule::refused("recipient.system.unavailable", Remedy::WaitOrOtherWay);
const NOTIFICATION_EMPTY: Rule = Rule::invalid("empty.notification.not.allowed");
const NEMSMS_NOT_REGISTERED: Rule =
    Rule::refused("recipient.nemsms.not.registered", Remedy::OtherWay);

/// Runs every check that needs the message read, in their order. None failed: the list is empty.
pub(super) fn check(facts: &Facts<'_>) -> Vec<Failure> {
    let mut found = Found { list: Vec::new(), limit: facts.policy.reading.findings };
    uuid_fits(facts.letter.header.message_uuid.value(), facts.claimed_uuid, &mut found);
    if facts.earlier == Earlier::Other {
        found.add(UUID_DUPLICATE.failure(
            "this messageUUID has been used for another message; a changed message needs a new one",
        ));
    }
    content::check(facts, &mut found);
    parties::check(facts, &mut found);
    found.list
}

/// What is wrong with a message that could not be read, or whose parties could not (check 2), and
/// with its UUID as far as it could be seen (check 3).
pub(super) fn unreadable(
    findings: &Findings,
    seen: Option<Uuid>,
    claimed: Option<Uuid>,
) -> Vec<Failure> {
    let errors = findings.list.iter().filter(|f| f.severity == Severity::Error);
    let mut failures: Vec<Failure> = errors.map(of_finding).collect();
    if failures.is_empty() {
        failures.push(MEMO_INVALID.failure("the message could not be read"));
    }
    let mut found = Found { list: failures, limit: usize::MAX };
    if let Some(seen) = seen {
        uuid_fits(seen, claimed, &mut found);
    }
    found.list
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
        code: failure.format_rule.unwrap_or(failure.rule.code).into(),
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

fn of_finding(finding: &Finding) -> Failure {
    let text = finding.text(Language::English);
    let place = finding.position;
    let message = format!("line {}, column {}, {}: {text}", place.line, place.column, finding.path);
    format_failure(finding.rule, message)
}

fn format_failure(rule: &'static str, message: String) -> Failure {
    let message = format!("{message} [{rule}]");
    Failure { rule: MEMO_INVALID, message, format_rule: Some(rule) }
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
