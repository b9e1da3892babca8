//! What storage must do, said once: the traits, and beside them the suite every back end passes.
//!
//! Written for many nodes: work is claimed with a lease, ids are made by the caller, changes come in
//! batches that happen whole or not at all, and nothing assumes a single process.

mod aging;
pub mod arrivals;
#[cfg(any(test, feature = "behaviour"))]
pub mod behaviour;
pub mod chain;
mod contents;
pub mod memory;
mod operating;
mod ops;
mod records;
pub mod turns;

use async_trait::async_trait;
use brevdue_memo::{CvrNumber, PartyId, Timestamp};
use brevdue_wire::PageRequest;
use uuid::Uuid;

pub use aging::{Aged, Aging, AgingKind, Removed, RemovedKind, day_of};
pub use chain::Chained;
pub use contents::{
    ContentRef, ContentSink, ContentSource, Contents, Digest, Place, ROW_BYTES, Spot,
};
pub use operating::{DayBook, EventQuery, Failing, HELD, Standing, Waiting};
pub use ops::{Batch, Op};
pub use records::{Expect, Record, RecordKind};

use crate::{
    Contact, ContactId, ContactPoint, ContactPointId, Counts, Delivery, Event, EventTag, Folder,
    FolderCount, Incoming, Job, JobId, MailSystem, MailboxLine, MailboxRow, Memo, MemoKey,
    Organisation, OrganisationId, ReceiptId, ReceiptRecord, SystemId, Transmission, TransmissionId,
    WorkKind, WorkerId,
};

/// Why a batch was not made. Nothing of it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Conflict {
    /// The sender has used this `messageUUID` before.
    #[error("the message UUID has been used by {by}")]
    IdentityTaken {
        /// The message that holds it.
        by: MemoKey,
        /// Whether its bytes are the same.
        same_bytes: bool,
    },
    /// Something is no longer as the batch expected it.
    #[error("{what} has changed meanwhile")]
    Changed {
        /// Kind of record.
        what: &'static str,
    },
    /// The claim ran out and somebody else has, or has done, the work.
    #[error("the lease of {0} was lost")]
    LeaseLost(JobId),
    /// A record with this id is there already.
    #[error("{what} exists already")]
    Exists {
        /// Kind of record.
        what: &'static str,
    },
    /// A record the batch names is not there.
    #[error("{what} is not there")]
    Missing {
        /// Kind of record.
        what: &'static str,
    },
}

/// Why storage did not do as asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// The batch does not fit what is there. Read again and decide again.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// The store cannot take anything now (disk full, lock, shutdown). Trying later may help.
    #[error("the store cannot write now: {0}")]
    Unavailable(String),
    /// So much waits to be worked on that no more is taken now. Trying later helps.
    #[error("the store takes nothing more until some of what waits is done")]
    Full,
    /// What the store holds is not what it wrote.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// Reading or writing failed.
    #[error("the store failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What to claim.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Kind of work.
    pub kind: WorkKind,
    /// Who claims.
    pub worker: WorkerId,
    /// Work due by now, and not leased, or with a lease that has run out, is claimed.
    pub now: Timestamp,
    /// Until when it is ours.
    pub lease_until: Timestamp,
    /// At most so many.
    pub limit: u32,
    /// So many of them are bulk when enough bulk waits, however much interactive work there is.
    pub for_bulk: u32,
    /// At most so many are bulk. Not less than `for_bulk`.
    pub most_bulk: u32,
}

/// One page of a list and how many there are in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// This page.
    pub items: Vec<T>,
    /// In all.
    pub total: u64,
}

/// What a sweep did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Files no row names, removed.
    pub removed: u64,
    /// Files kept.
    pub kept: u64,
    /// Rows that name a file that is not there: damage.
    pub missing: u64,
}

/// What the exchange asks of its storage. Reads see every batch committed before they began.
#[async_trait]
pub trait Store: Contents {
    /// Makes a batch durable, whole or not at all, in the order of its operations.
    /// Returning `Ok` means it survives the loss of power.
    async fn commit(&self, batch: Batch) -> Result<(), StorageError>;

    /// Makes a single letter durable, in its order of coming. Returning `Ok` means it survives the loss
    /// of power: it is claimed until a batch with [`Op::FinishIncoming`] files it, by this process or
    /// the next. The fast way to accept; [`Self::commit`] knows nothing of it before it is filed.
    ///
    /// # Errors
    /// When the store cannot take it, `Full` when too many wait (in the bulk lane sooner than in the
    /// interactive one), and `Failed` for content that does not travel in the row: what
    /// has a file of its own is accepted with a batch.
    async fn receive(&self, incoming: Incoming) -> Result<(), StorageError>;
    /// Claims letters that were received: interactive before bulk, but at least `for_bulk` of bulk and
    /// at most `most_bulk`; within a lane from each account in turn, and of one account in the order they came. `kind` says
    /// nothing here. No two claims hold the same letter while a lease lasts.
    async fn claim_incoming(&self, claim: Claim) -> Result<Vec<Incoming>, StorageError>;

    /// Claims due work: interactive before bulk, but at least `for_bulk` of bulk and at most
    /// `most_bulk`; within a lane in turns by account, of one account by due time, then by id. What was claimed comes by lane, due time and
    /// id. No two claims hold the same job while a lease lasts.
    async fn claim(&self, claim: Claim) -> Result<Vec<Job>, StorageError>;
    /// When the next job of this kind falls due or, if it is claimed, its lease runs out; `None` when
    /// there is none. A received letter counts as work inside that is due since it came.
    async fn next_due(&self, kind: WorkKind) -> Result<Option<Timestamp>, StorageError>;
    /// Resolves when work of this kind may have come since the last call on this node: a batch added,
    /// retried or hastened a job, or a letter was received (inside). A batch committed before the wait
    /// begins ends it at once. A hint: it may come too often, and says nothing of other nodes.
    async fn work_arrived(&self, kind: WorkKind);

    /// An organisation by id.
    async fn organisation(&self, id: OrganisationId) -> Result<Option<Organisation>, StorageError>;
    /// An organisation by its CVR number.
    async fn organisation_by_cvr(
        &self,
        cvr: CvrNumber,
    ) -> Result<Option<Organisation>, StorageError>;
    /// All organisations, by name.
    async fn organisations(&self) -> Result<Vec<Organisation>, StorageError>;
    /// A system by id.
    async fn system(&self, id: SystemId) -> Result<Option<MailSystem>, StorageError>;
    /// The systems of an organisation, by name.
    async fn systems_of(
        &self,
        organisation: OrganisationId,
    ) -> Result<Vec<MailSystem>, StorageError>;
    /// A contact by id.
    async fn contact(&self, id: ContactId) -> Result<Option<Contact>, StorageError>;
    /// A contact by CPR or CVR number.
    async fn contact_by_party(&self, party: PartyId) -> Result<Option<Contact>, StorageError>;
    /// Contacts, by name.
    async fn contacts(&self, page: PageRequest) -> Result<Page<Contact>, StorageError>;
    /// A contact point by id.
    async fn contact_point(&self, id: ContactPointId)
    -> Result<Option<ContactPoint>, StorageError>;
    /// The contact points of an organisation, by name.
    async fn contact_points_of(
        &self,
        organisation: OrganisationId,
    ) -> Result<Vec<ContactPoint>, StorageError>;

    /// A record.
    async fn record(&self, kind: RecordKind, id: Uuid) -> Result<Option<Record>, StorageError>;
    /// The records of a kind that belong to one owner (nil: to nobody), oldest first, then by id.
    async fn records(
        &self,
        kind: RecordKind,
        owner: Uuid,
        page: PageRequest,
    ) -> Result<Page<Record>, StorageError>;
    /// All records of a kind, oldest first, then by id.
    async fn records_of_kind(
        &self,
        kind: RecordKind,
        page: PageRequest,
    ) -> Result<Page<Record>, StorageError>;
    /// The records of a kind with this name, oldest first, then by id; at most 1,000.
    async fn records_named(
        &self,
        kind: RecordKind,
        name: &str,
    ) -> Result<Vec<Record>, StorageError>;

    /// A submission.
    async fn transmission(&self, id: TransmissionId) -> Result<Option<Transmission>, StorageError>;
    /// The messages of a submission, by key.
    async fn memos_of(
        &self,
        id: TransmissionId,
        page: PageRequest,
    ) -> Result<Page<Memo>, StorageError>;
    /// A message.
    async fn memo(&self, key: MemoKey) -> Result<Option<Memo>, StorageError>;
    /// The message that holds an identity (see [`Op::TakeIdentity`]).
    async fn memo_by_identity(
        &self,
        holder: Uuid,
        message_uuid: Uuid,
    ) -> Result<Option<Memo>, StorageError>;

    /// A delivery by receiver system and `messageUUID`; the newest when there are several.
    async fn delivery(
        &self,
        system: SystemId,
        message_uuid: Uuid,
    ) -> Result<Option<Delivery>, StorageError>;
    /// Deliveries a system may fetch (`Waiting` or `Taken`), oldest first.
    async fn deliveries_waiting(
        &self,
        system: SystemId,
        page: PageRequest,
    ) -> Result<Page<Delivery>, StorageError>;
    /// A receipt.
    async fn receipt(&self, id: ReceiptId) -> Result<Option<ReceiptRecord>, StorageError>;
    /// Receipts a system has not got yet, oldest first.
    async fn receipts_waiting(
        &self,
        system: SystemId,
        page: PageRequest,
    ) -> Result<Page<ReceiptRecord>, StorageError>;
    /// Every receipt of a message, oldest first.
    async fn receipts_of(&self, memo: MemoKey) -> Result<Vec<ReceiptRecord>, StorageError>;
    /// A mailbox folder, newest first.
    async fn mailbox(
        &self,
        owner: ContactId,
        folder: Folder,
        page: PageRequest,
    ) -> Result<Page<MailboxRow>, StorageError>;
    /// A mailbox without the bytes of its messages: one folder by arrival, newest first, or all of them
    /// by when the messages were handed in, newest first.
    async fn mailbox_lines(
        &self,
        owner: ContactId,
        folder: Option<Folder>,
        page: PageRequest,
    ) -> Result<Page<MailboxLine>, StorageError>;
    /// How much is in each folder that is not empty, by folder.
    async fn mailbox_counts(&self, owner: ContactId) -> Result<Vec<FolderCount>, StorageError>;
    /// One message of a mailbox, in whichever folder.
    async fn mailbox_entry(
        &self,
        owner: ContactId,
        memo: MemoKey,
    ) -> Result<Option<MailboxRow>, StorageError>;
    /// Messages of the inbox never opened.
    async fn unread(&self, owner: ContactId) -> Result<u64, StorageError>;
    /// The events of a message, in the order they were committed.
    async fn events_of(&self, memo: MemoKey) -> Result<Vec<Event>, StorageError>;
    /// The same, each with its place in the chain.
    async fn chained_events_of(&self, memo: MemoKey) -> Result<Vec<Chained>, StorageError>;
    /// Events that were committed after the one with this number (0: from the first that is kept), with
    /// their numbers, in the order they were committed; at most `limit`. Numbers grow and are never
    /// given twice.
    async fn events_after(
        &self,
        number: u64,
        limit: u32,
    ) -> Result<Vec<(u64, Event)>, StorageError>;
    /// What of a kind has aged since before `until`, oldest first, then by id; at most `limit`.
    async fn aged(
        &self,
        kind: AgingKind,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Aged>, StorageError>;
    /// Since when something ages, the last time it began to.
    async fn aging_since(&self, what: Aging) -> Result<Option<Timestamp>, StorageError>;
    /// The UTC day, counted from 1970, on which the oldest event that is still there was committed.
    async fn oldest_event_day(&self) -> Result<Option<i64>, StorageError>;
    /// How much has been removed, by day and kind.
    async fn removed(&self) -> Result<Vec<Removed>, StorageError>;
    /// All work, by when it is due, then by id.
    async fn jobs(&self, page: PageRequest) -> Result<Page<Job>, StorageError>;
    /// A piece of work.
    async fn job(&self, id: JobId) -> Result<Option<Job>, StorageError>;
    /// What there is to do, and what goes wrong. Counts the work: not for every second.
    async fn standing(&self) -> Result<Standing, StorageError>;
    /// Where the letters stand that came in on a UTC day, counted from 1970: those with an event of one
    /// of the tags `arrivals` on that day; and the day's receipts, by their events of the tag `receipts`.
    async fn day_book(
        &self,
        day: i64,
        arrivals: &[EventTag],
        receipts: EventTag,
    ) -> Result<DayBook, StorageError>;
    /// Events, in the order they were committed.
    async fn events(
        &self,
        query: &EventQuery,
        page: PageRequest,
    ) -> Result<Page<Event>, StorageError>;
    /// How much there is of everything.
    async fn counts(&self) -> Result<Counts, StorageError>;

    /// Removes content that no row names and that was written before `older_than`.
    async fn sweep(&self, older_than: Timestamp) -> Result<Swept, StorageError>;
    /// Checks the store against itself: page structure, event chain, presence and digest of content.
    /// Returns one line for each finding; an empty list means sound.
    async fn verify(&self) -> Result<Vec<String>, StorageError>;
}
