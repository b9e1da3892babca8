//! The event chain: each event's hash covers the hash before it, so that a changed, removed or
//! inserted event breaks every hash after it.
//!
//! A new chain starts with every UTC day, so that a day can be checked, or handed over, by itself. Its
//! genesis is derived from the last hash of the day before: the days form a chain of their own.
//!
//! How the bytes of an event are put together is for others to follow: docs/operations.md says it, and it
//! is never changed, only added to.

use brevdue_wire::ReceiptStatus;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::Event;

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// A hash of the chain.
pub type Hash = [u8; 32];

/// Where the chain stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Link {
    /// Days since 1970 UTC; `None` before the first event.
    pub day: Option<i64>,
    /// Hash of the last event.
    pub hash: Hash,
}

/// An event and its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chained {
    /// The event.
    pub event: Event,
    /// Its number in the log; the first is 1.
    pub number: u64,
    /// The UTC day of its commit, counted from 1970.
    pub day: i64,
    /// What its hash goes on from: the hash of the event before it, or the beginning of its day.
    pub before: Hash,
    /// SHA-256 of `before` and the event.
    pub hash: Hash,
}

impl Link {
    /// The link after this event.
    ///
    /// An event that happened before midnight and was committed after it belongs to the day of its
    /// commit: days never go back.
    pub fn after(self, event: &Event) -> Self {
        let happened = event.at.as_millis().div_euclid(DAY_MILLIS);
        let day = self.day.map_or(happened, |day| day.max(happened));
        let mut hasher = Sha256::new();
        hasher.update(self.towards(day));
        canonical(event, |bytes| hasher.update(bytes));
        Self { day: Some(day), hash: hasher.finalize().into() }
    }

    /// What the next event goes on from when it belongs to this day.
    pub fn towards(self, day: i64) -> Hash {
        if self.day == Some(day) { self.hash } else { genesis(day, &self.hash) }
    }
}

/// What a day starts from: a fixed word, the day, and the last hash of the day before (zeros at first).
fn genesis(day: i64, before: &Hash) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(b"brevdue event chain 1\n");
    hasher.update(day.to_be_bytes());
    hasher.update(before);
    hasher.finalize().into()
}

/// Every field in order. Ids: 16 bytes. Numbers: 8 bytes, big endian. Text: its length, then UTF-8. What
/// may be absent follows a byte that says whether it is there. Owner and actor came later, and the door after
/// them: an event that has none of the three ends before them, one without a door before it.
fn canonical(event: &Event, mut feed: impl FnMut(&[u8])) {
    let mut bytes = Vec::with_capacity(192);
    bytes.extend_from_slice(event.id.0.as_bytes());
    bytes.extend_from_slice(&event.at.as_millis().to_be_bytes());
    text(&mut bytes, event.tag.name());
    for id in [
        event.transmission.map(|id| id.0),
        event.memo.map(|key| key.0),
        event.message_uuid,
        event.system.map(|id| id.0),
        event.organisation.map(|id| id.0),
    ] {
        maybe(&mut bytes, id.as_ref().map(Uuid::as_bytes), |bytes, id| bytes.extend_from_slice(id));
    }
    maybe(&mut bytes, event.receipt_status.map(status_word), text);
    maybe(&mut bytes, event.error_code.as_deref(), text);
    maybe(&mut bytes, event.size_bytes, |bytes, size| {
        bytes.extend_from_slice(&size.to_be_bytes());
    });
    if event.owner.is_some() || event.actor.is_some() || event.door.is_some() {
        for id in [event.owner, event.actor] {
            maybe(&mut bytes, id.as_ref().map(Uuid::as_bytes), |bytes, id| {
                bytes.extend_from_slice(id);
            });
        }
    }
    if let Some(door) = event.door {
        text(&mut bytes, door.word());
    }
    feed(&bytes);
}

fn maybe<T>(bytes: &mut Vec<u8>, value: Option<T>, put: impl FnOnce(&mut Vec<u8>, T)) {
    bytes.push(u8::from(value.is_some()));
    if let Some(value) = value {
        put(bytes, value);
    }
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

fn status_word(status: ReceiptStatus) -> &'static str {
    match status {
        ReceiptStatus::Received => "RECEIVED",
        ReceiptStatus::Completed => "COMPLETED",
        ReceiptStatus::Invalid => "INVALID",
        ReceiptStatus::NotAllowed => "NOT_ALLOWED",
    }
}

#[cfg(test)]
mod tests {
    use crate::{EventId, EventTag};
    use brevdue_memo::Timestamp;

    use super::*;

    fn event_at(millis: i64) -> Event {
        Event {
            id: EventId(Uuid::from_u128(1)),
            at: Timestamp::from_millis(millis),
            tag: EventTag::MemoSendReceived,
            transmission: None,
            memo: None,
            message_uuid: None,
            system: None,
            organisation: None,
            receipt_status: None,
            error_code: None,
            size_bytes: None,
            owner: None,
            actor: None,
            door: None,
        }
    }

    const START: Link = Link { day: None, hash: [0; 32] };

    #[test]
    fn a_new_day_starts_from_the_last_hash_of_the_day_before() {
        let evening = START.after(&event_at(DAY_MILLIS - 1));
        let morning = evening.after(&event_at(DAY_MILLIS));
        assert_eq!((evening.day, morning.day), (Some(0), Some(1)));
        let alone = Link { day: None, hash: evening.hash }.after(&event_at(DAY_MILLIS));
        assert_eq!(morning, alone);
    }

    #[test]
    fn an_event_committed_after_midnight_belongs_to_the_new_day() {
        let morning = START.after(&event_at(DAY_MILLIS));
        assert_eq!(morning.after(&event_at(DAY_MILLIS - 1)).day, Some(1));
    }

    #[test]
    fn every_field_changes_the_hash() {
        let plain = event_at(5);
        let id = Uuid::from_u128(9);
        let mut hashes = vec![START.after(&plain).hash];
        let changes: [&dyn Fn(&mut Event); 14] = [
            &|event| event.id = EventId(id),
            &|event| event.at = Timestamp::from_millis(6),
            &|event| event.tag = EventTag::MessageRead,
            &|event| event.transmission = Some(crate::TransmissionId(id)),
            &|event| event.memo = Some(crate::MemoKey(id)),
            &|event| event.message_uuid = Some(id),
            &|event| event.system = Some(crate::SystemId(id)),
            &|event| event.organisation = Some(crate::OrganisationId(id)),
            &|event| event.receipt_status = Some(ReceiptStatus::Invalid),
            &|event| event.error_code = Some("memo.invalid".into()),
            &|event| event.size_bytes = Some(0),
            &|event| event.owner = Some(id),
            &|event| event.actor = Some(id),
            &|event| event.door = Some(crate::Door::Sftp),
        ];
        for change in changes {
            let mut event = plain.clone();
            change(&mut event);
            hashes.push(START.after(&event).hash);
        }
        let all = hashes.len();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), all);
    }
}
