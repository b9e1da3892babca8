//! What operators ask of a store: what waits, where letters stand, how things go.

use std::collections::BTreeMap;

use brevdue_memo::Timestamp;
use brevdue_wire::ReceiptStatus;
use uuid::Uuid;

use super::day_of;
use crate::{
    EventTag, Lane, MemoKey, MemoState, OrganisationId, SystemId, TransmissionId, WorkKind,
};

/// When work is due that an operator has put on hold: never, unless it is let go. Postponing and
/// hastening a system's work leave it alone.
pub const HELD: Timestamp = Timestamp::from_millis(253_402_300_799_000);

/// Work of one kind in one lane that waits or is being done. A letter that was received and is not filed
/// counts as work inside that is due since it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Kind.
    pub kind: WorkKind,
    /// Lane.
    pub lane: Lane,
    /// How many, what is held not counted.
    pub count: u64,
    /// When the first of them fell, or falls, due.
    pub first_due: Timestamp,
}

/// Calls of one system that fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failing {
    /// The system.
    pub system: SystemId,
    /// Calls that have failed at least once.
    pub count: u64,
    /// Since when the first of them fails.
    pub since: Timestamp,
}

/// What there is to do, and what goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// By kind and lane.
    pub waiting: Vec<Waiting>,
    /// By system.
    pub failing: Vec<Failing>,
    /// Work on hold.
    pub held: u64,
}

impl Standing {
    /// Adds work to what there is of its kind and lane; for back ends.
    pub fn add(&mut self, more: Waiting) {
        let same = |there: &&mut Waiting| there.kind == more.kind && there.lane == more.lane;
        match self.waiting.iter_mut().find(same) {
            Some(there) => {
                there.count += more.count;
                there.first_due = there.first_due.min(more.first_due);
            }
            None => self.waiting.push(more),
        }
    }
}

/// Where the letters of one day stand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DayBook {
    /// Messages that came in, by their events. Letters on paper are no messages: they are files for the
    /// print supplier.
    pub received: u64,
    /// Where they stand; those that are no longer kept are not among them.
    pub states: BTreeMap<MemoState, u64>,
    /// Where those stood that were removed since.
    pub removed: BTreeMap<MemoState, u64>,
    /// Business receipts that were made on that day.
    pub receipts: Vec<(ReceiptStatus, u64)>,
}

/// Which events are asked for. What is `None` does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventQuery {
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// What happened; empty: anything.
    pub tags: Vec<EventTag>,
    /// The system that acted or was called.
    pub system: Option<SystemId>,
    /// The organisation that acted.
    pub organisation: Option<OrganisationId>,
    /// About this letter, by our key.
    pub memo: Option<MemoKey>,
    /// About letters with this `messageUUID`.
    pub message_uuid: Option<Uuid>,
    /// About this submission.
    pub transmission: Option<TransmissionId>,
    /// About this contact or organisation.
    pub owner: Option<Uuid>,
    /// About this contact, or by it.
    pub owner_or_actor: Option<Uuid>,
}

impl EventQuery {
    /// The days whose events can be among the answers: an event stands on the day of its commit, which
    /// is that of its time or a later one.
    pub fn first_day(&self) -> Option<i64> {
        self.from.map(day_of)
    }

    /// Whether an event is asked for; for back ends.
    pub fn asks_for(&self, event: &crate::Event) -> bool {
        self.from.is_none_or(|from| event.at >= from)
            && self.until.is_none_or(|until| event.at < until)
            && (self.tags.is_empty() || self.tags.contains(&event.tag))
            && self.system.is_none_or(|system| event.system == Some(system))
            && self.organisation.is_none_or(|one| event.organisation == Some(one))
            && self.memo.is_none_or(|memo| event.memo == Some(memo))
            && self.message_uuid.is_none_or(|uuid| event.message_uuid == Some(uuid))
            && self.transmission.is_none_or(|one| event.transmission == Some(one))
            && self.owner.is_none_or(|one| event.owner == Some(one))
            && self
                .owner_or_actor
                .is_none_or(|one| event.owner == Some(one) || event.actor == Some(one))
    }
}
