//! Changes, in batches that happen whole or not at all.

use brevdue_memo::Timestamp;
use uuid::Uuid;

use crate::{
    Contact, ContactId, ContactPoint, Delivery, DeliveryState, Event, Job, JobId, MailSystem,
    MailboxEntry, Marks, Memo, MemoKey, MemoState, Organisation, Outline, ReceiptId, ReceiptRecord,
    SystemId, Transmission, TransmissionId, WorkerId,
};

use super::{Aged, Aging, Digest, Expect, Record, RecordKind};

/// One change.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Op {
    /// Adds or replaces an organisation.
    PutOrganisation(Organisation),
    /// Adds or replaces a system.
    PutSystem(Box<MailSystem>),
    /// Adds or replaces a contact.
    PutContact(Contact),
    /// Adds or replaces a contact point.
    PutContactPoint(ContactPoint),

    /// Adds or replaces a record, if what is there is as expected; see [`Expect`].
    PutRecord(Box<Record>, Expect),
    /// Removes a record and lets go of its bytes. Conflict: `Missing`, or `Changed` when its version is
    /// another.
    RemoveRecord(RecordKind, Uuid, Expect),

    /// Adds a submission. Conflict: `Exists`.
    AddTransmission(Transmission),
    /// Marks an archive as taken apart, and lets go of its bytes. Conflict: `Missing`, or `Changed` when it was already.
    SetExtracted(TransmissionId),
    /// Adds a message. Conflict: `Exists`.
    AddMemo(Box<Memo>),
    /// Moves a message on. Conflict: `Missing`, or `Changed` when it does not stand at `from`.
    MoveMemo {
        /// Which.
        key: MemoKey,
        /// Where it stands now.
        from: MemoState,
        /// Where it goes.
        to: MemoState,
        /// Sets `message_uuid` when given.
        message_uuid: Option<Uuid>,
        /// Sets the outline when given.
        outline: Option<Box<Outline>>,
        /// Sets `available_at` when given and not set before.
        available_at: Option<Timestamp>,
    },
    /// Takes `message_uuid` for this message among all of `holder`'s.
    /// Conflict: `IdentityTaken` when another message has it.
    TakeIdentity {
        /// See [`crate::Origin::holder`].
        holder: Uuid,
        /// `messageUUID`.
        message_uuid: Uuid,
        /// The message.
        memo: MemoKey,
        /// Digest of its bytes.
        digest: Digest,
    },
    /// Adds a delivery. Conflict: `Exists` for the same message and system.
    AddDelivery(Delivery),
    /// Moves a delivery on. Conflict: `Missing`, or `Changed` when its state is not among `from`.
    MoveDelivery {
        /// The message.
        memo: MemoKey,
        /// The receiver system.
        system: SystemId,
        /// Where it may stand now.
        from: &'static [DeliveryState],
        /// Where it goes.
        to: DeliveryState,
    },
    /// Adds a receipt. Conflict: `Exists`.
    AddReceipt(Box<ReceiptRecord>),
    /// The sender system has the receipt. Conflict: `Missing`. Doing it twice is fine.
    ReceiptDelivered(ReceiptId),
    /// Adds a message to a mailbox. Conflict: `Exists` for the same owner and message.
    AddMailboxEntry(MailboxEntry),
    /// Notes when a message was first opened; later times change nothing. Conflict: `Missing`.
    MarkRead {
        /// Whose mailbox.
        owner: ContactId,
        /// Which message.
        memo: MemoKey,
        /// When.
        at: Timestamp,
    },
    /// Puts a message of a mailbox where its owner wants it, read or unread, with the owner's marks.
    /// `arrived_at` stays. Conflict: `Missing`, or `Changed` when the marks that are there have another
    /// version than `expect`.
    FileMailboxEntry {
        /// Owner, message, folder and time of reading.
        entry: MailboxEntry,
        /// The marks from now on, with their new version.
        marks: Box<Marks>,
        /// The version that is there.
        expect: i64,
    },
    /// Appends to the event log.
    AddEvent(Box<Event>),

    /// A received letter is filed: its message is in this very batch. Conflict: `LeaseLost`, with the
    /// key as the job, unless `worker` holds it.
    FinishIncoming {
        /// Which.
        key: MemoKey,
        /// Who has it.
        worker: WorkerId,
    },

    /// Something grows old from now on. Doing it twice for the same instant is fine.
    StartAging {
        /// What.
        what: Aging,
        /// Since when.
        since: Timestamp,
    },
    /// It no longer matters how old something is. Doing it twice is fine.
    StopAging(Aged),
    /// Removes a message for good: its bytes, its deliveries, the receipts kept with it for a person,
    /// its identity, and its submission when it was the last of it. Its events stay, and as long as they
    /// do, the books of its day tell where it stood. Counted at `at`.
    /// Conflict: `Missing`, or `Changed` when it does not stand at `from` or is in a mailbox.
    RemoveMemo {
        /// Which.
        key: MemoKey,
        /// Where it stands.
        from: MemoState,
        /// Now.
        at: Timestamp,
    },
    /// Removes a receipt. Counted at `at`. Conflict: `Missing`.
    RemoveReceipt {
        /// Which.
        id: ReceiptId,
        /// Now.
        at: Timestamp,
    },
    /// Takes a message out of a mailbox, with its owner's marks. The message and what happened to it stay.
    /// Counted at `at`. Conflict: `Missing`.
    RemoveMailboxEntry {
        /// Whose.
        owner: ContactId,
        /// Which.
        memo: MemoKey,
        /// Now.
        at: Timestamp,
    },
    /// Removes the oldest events, at most `limit`, of UTC days that ended by `before`. What is left stays
    /// chained to what is gone. Counted at `at`.
    RemoveEvents {
        /// The day of this instant stays.
        before: Timestamp,
        /// At most so many.
        limit: u32,
        /// Now.
        at: Timestamp,
    },

    /// Adds work. Conflict: `Exists`.
    AddJob(Job),
    /// Work is done. Conflict: `LeaseLost` unless `worker` holds it.
    FinishJob {
        /// Which.
        id: JobId,
        /// Who has it.
        worker: WorkerId,
    },
    /// Work failed; it is tried again at `due`. Conflict: `LeaseLost` unless `worker` holds it.
    RetryJob {
        /// Which.
        id: JobId,
        /// Who has it.
        worker: WorkerId,
        /// When to try again.
        due: Timestamp,
        /// Failures so far.
        failures: u32,
        /// Since when it fails.
        failing_since: Option<Timestamp>,
    },
    /// Work that nobody does at this moment is due at another time; its failures are set when given.
    /// Conflict: `Missing`, or `Changed` when somebody does it.
    MoveJob {
        /// Which.
        id: JobId,
        /// When it is due; [`super::HELD`] puts it on hold.
        due: Timestamp,
        /// Failures so far.
        failures: Option<u32>,
    },
    /// Removes work that nobody does at this moment. Conflict: `Missing`, or `Changed` when somebody does.
    RemoveJob(JobId),
    /// Every unclaimed job that calls this system waits at least until `due`.
    PostponeSystem {
        /// The system.
        system: SystemId,
        /// Not before.
        due: Timestamp,
    },
    /// Every unclaimed job that calls this system is due now: it has answered again.
    HastenSystem {
        /// The system.
        system: SystemId,
        /// Now.
        due: Timestamp,
    },
}

/// Changes that belong together.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// In this order.
    pub ops: Vec<Op>,
}

impl Batch {
    /// A batch of one change.
    pub fn of(op: Op) -> Self {
        Self { ops: vec![op] }
    }

    /// Adds a change.
    pub fn push(&mut self, op: Op) {
        self.ops.push(op);
    }
}
