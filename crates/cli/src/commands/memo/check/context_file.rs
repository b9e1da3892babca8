//! `--context FILE`: what is known beside the message, as TOML, for the rules that ask for it.
//!
//! Each register that the file holds is whole: who is not in it is not registered. What the file does
//! not hold at all is unknown, and the rules that ask for it are not checked.

use std::collections::{HashMap, HashSet};

use brevdue_memo::context::ContactPointLimits;
use brevdue_memo::{Answer, Context, MessageType, PartyId, Timestamp, Uuid4};
use toml::de::DeTable;
use uuid::Uuid;

use super::tables::{Document, Value, get};
use crate::report::Problem;

/// Registers, and the time it is.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) now: Option<Timestamp>,
    senders: Option<HashMap<PartyId, Sender>>,
    recipients: Option<HashMap<PartyId, Vec<MessageType>>>,
    contact_points: HashMap<(PartyId, Uuid), ContactPointLimits>,
    used: Option<HashSet<Uuid>>,
    announced: Option<Uuid4>,
}

/// An authority that the caller may send for, and what it may send.
#[derive(Debug)]
struct Sender {
    legal_notifications: bool,
    mandatory: bool,
}

impl Context for Known {
    fn now(&self) -> Option<Timestamp> {
        self.now
    }

    fn may_send_for(&self, sender: &PartyId) -> Answer {
        self.of_sender(sender, |_| true)
    }

    fn is_registered(&self, recipient: &PartyId, kind: MessageType) -> Answer {
        let Some(recipients) = &self.recipients else { return Answer::Unknown };
        answer(recipients.get(recipient).is_some_and(|kinds| kinds.contains(&kind)))
    }

    fn may_serve_legal_documents(&self, sender: &PartyId) -> Answer {
        self.of_sender(sender, |sender| sender.legal_notifications)
    }

    fn may_send_mandatory(&self, sender: &PartyId) -> Answer {
        self.of_sender(sender, |sender| sender.mandatory)
    }

    fn contact_point(&self, recipient: &PartyId, id: Uuid) -> Option<ContactPointLimits> {
        self.contact_points.get(&(*recipient, id)).copied()
    }

    fn is_used(&self, message: &Uuid4) -> Answer {
        let Some(used) = &self.used else { return Answer::Unknown };
        answer(used.contains(&message.value()))
    }

    fn announced_uuid(&self) -> Option<Uuid4> {
        self.announced
    }
}

fn answer(yes: bool) -> Answer {
    if yes { Answer::Yes } else { Answer::No }
}

impl Known {
    fn of_sender(&self, sender: &PartyId, is_so: impl Fn(&Sender) -> bool) -> Answer {
        let Some(senders) = &self.senders else { return Answer::Unknown };
        answer(senders.get(sender).is_some_and(is_so))
    }
}

/// Reads registers.
pub(super) fn read(document: &Document) -> Result<Known, Problem> {
    let table = document.table()?;
    let keys = ["sender", "recipient", "contact_point", "used_uuids", "announced_uuid"];
    document.known(&table, &keys)?;
    let mut known = Known::default();
    if let Some(value) = get(&table, "sender") {
        let senders = document.as_list(value)?.iter().map(|value| sender(document, value));
        known.senders = Some(senders.collect::<Result<_, _>>()?);
    }
    if let Some(value) = get(&table, "recipient") {
        let recipients = document.as_list(value)?.iter().map(|value| recipient(document, value));
        known.recipients = Some(recipients.collect::<Result<_, _>>()?);
    }
    if let Some(value) = get(&table, "contact_point") {
        let points = document.as_list(value)?.iter().map(|value| contact_point(document, value));
        known.contact_points = points.collect::<Result<_, _>>()?;
    }
    if let Some(value) = get(&table, "used_uuids") {
        let used = document.as_list(value)?.iter();
        let used = used.map(|value| document.parsed(value, Uuid4::parse).map(|uuid| uuid.value()));
        known.used = Some(used.collect::<Result<_, _>>()?);
    }
    if let Some(value) = get(&table, "announced_uuid") {
        known.announced = Some(document.parsed(value, Uuid4::parse)?);
    }
    Ok(known)
}

fn sender(document: &Document, value: &Value<'_>) -> Result<(PartyId, Sender), Problem> {
    let table = document.as_table(value)?;
    document.known(table, &["id", "legal_notifications", "mandatory"])?;
    let flag = |name| get(table, name).map_or(Ok(false), |value| document.as_bool(value));
    let sender =
        Sender { legal_notifications: flag("legal_notifications")?, mandatory: flag("mandatory")? };
    Ok((party(document, value, table, "id")?, sender))
}

fn recipient(
    document: &Document,
    value: &Value<'_>,
) -> Result<(PartyId, Vec<MessageType>), Problem> {
    const KINDS: [MessageType; 2] = [MessageType::DigitalPost, MessageType::NemSms];
    let table = document.as_table(value)?;
    document.known(table, &["id", "registered_for"])?;
    let kinds = match get(table, "registered_for") {
        None => KINDS.to_vec(),
        Some(value) => {
            let words = document.as_list(value)?.iter().map(|value| {
                let word = document.as_text(value)?;
                KINDS.into_iter().find(|kind| kind.as_str() == word).ok_or_else(|| {
                    let names = KINDS.map(MessageType::as_str);
                    document.unknown(&value.span(), "there is no such kind", word, names)
                })
            });
            words.collect::<Result<_, _>>()?
        }
    };
    Ok((party(document, value, table, "id")?, kinds))
}

fn contact_point(
    document: &Document,
    value: &Value<'_>,
) -> Result<((PartyId, Uuid), ContactPointLimits), Problem> {
    let table = document.as_table(value)?;
    document.known(table, &["recipient", "id", "message_bytes", "additional_documents"])?;
    let recipient = party(document, value, table, "recipient")?;
    let id = required(document, value, table, "id")?;
    let id = document.parsed(id, Uuid::parse_str)?;
    let limits = ContactPointLimits {
        message_bytes: optional(document, table, "message_bytes")?,
        additional_documents: optional(document, table, "additional_documents")?,
    };
    Ok(((recipient, id), limits))
}

fn optional<T: TryFrom<u64>>(
    document: &Document,
    table: &DeTable<'_>,
    name: &str,
) -> Result<Option<T>, Problem> {
    get(table, name).map(|value| document.as_number(value)).transpose()
}

/// A CPR or a CVR number, by its length.
fn party(
    document: &Document,
    within: &Value<'_>,
    table: &DeTable<'_>,
    name: &str,
) -> Result<PartyId, Problem> {
    let value = required(document, within, table, name)?;
    document.parsed(value, |text| {
        PartyId::parse(if text.len() == 8 { "CVR" } else { "CPR" }, text)
            .map_err(|_| "here stands a CPR number of ten digits or a CVR number of eight")
    })
}

fn required<'t, 'd>(
    document: &Document,
    within: &Value<'d>,
    table: &'t DeTable<'d>,
    name: &str,
) -> Result<&'t Value<'d>, Problem> {
    get(table, name)
        .ok_or_else(|| document.wrong(&within.span(), format!("the key {name} is missing here")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOT_A_UUID: &str = "a UUID of version 4 has the form xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx, \
                              with y one of 8, 9, a, b";
    const UUID: &str = "8c2ea15d-61fb-4ba9-9366-42f8b194c114";

    #[test]
    fn what_a_file_does_not_hold_is_unknown_and_what_it_holds_is_whole() {
        let cvr = PartyId::parse("CVR", "12345678").unwrap();
        let other = PartyId::parse("CVR", "22334455").unwrap();
        let message = Uuid4::parse(UUID).unwrap();
        let nothing = read(&Document::of("")).unwrap();
        assert_eq!(nothing.may_send_for(&cvr), Answer::Unknown);
        assert_eq!(nothing.is_registered(&cvr, MessageType::NemSms), Answer::Unknown);
        assert_eq!(nothing.is_used(&message), Answer::Unknown);

        let text = format!(
            "used_uuids = [\"{UUID}\"]\nannounced_uuid = \"{UUID}\"\n\
             [[sender]]\nid = \"12345678\"\nmandatory = true\n\
             [[recipient]]\nid = \"12345678\"\nregistered_for = [\"DIGITALPOST\"]\n\
             [[contact_point]]\nrecipient = \"12345678\"\nid = \"{UUID}\"\nmessage_bytes = 1_000\n"
        );
        let known = read(&Document::of(&text)).unwrap();
        assert_eq!(known.may_send_for(&cvr), Answer::Yes);
        assert_eq!(known.may_send_for(&other), Answer::No);
        assert_eq!(known.may_send_mandatory(&cvr), Answer::Yes);
        assert_eq!(known.may_serve_legal_documents(&cvr), Answer::No);
        assert_eq!(known.is_registered(&cvr, MessageType::DigitalPost), Answer::Yes);
        assert_eq!(known.is_registered(&cvr, MessageType::NemSms), Answer::No);
        assert_eq!(known.is_registered(&other, MessageType::DigitalPost), Answer::No);
        assert_eq!(known.is_used(&message), Answer::Yes);
        assert_eq!(known.announced_uuid(), Some(message));
        let limits = known.contact_point(&cvr, message.value()).unwrap();
        assert_eq!((limits.message_bytes, limits.additional_documents), (Some(1000), None));
        assert_eq!(known.contact_point(&other, message.value()), None);
    }

    #[test]
    fn what_is_wrong_in_a_file_of_registers_is_told_with_its_place_and_without_its_value() {
        for (text, what, at) in [
            ("senders = []", "there is no such key", "f:1:1"),
            ("[[sender]]\nmandatory = true", "the key id is missing here", "f:1:1"),
            (
                "[[sender]]\nid = \"01010100001\"",
                "here stands a CPR number of ten digits or a CVR number of eight",
                "f:2:6",
            ),
            (
                "[[recipient]]\nid = \"12345678\"\nregistered_for = [\"SMS\"]",
                "there is no such kind",
                "f:3:19",
            ),
            ("used_uuids = [\"x\"]", NOT_A_UUID, "f:1:15"),
        ] {
            let problem = read(&Document::of(text)).unwrap_err();
            let told = (&*problem.what, problem.at.as_deref());
            assert_eq!(told, (what, Some(at)), "{text}");
        }
    }
}
