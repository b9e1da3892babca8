//! A store that local mode can replace while it is in use, and that tells what is made durable.
//!
//! Every call goes to the store that is there; while there is none, the answer is that the store
//! cannot take anything now, which every caller knows.

use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use brevdue_exchange::local::live::{Live, worth_showing};
use brevdue_exchange::storage::{
    Aged, Aging, AgingKind, Claim, ContentSink, ContentSource, Contents, Page, Record, RecordKind,
    Removed, Swept,
};
use brevdue_exchange::{
    Batch, Contact, ContactId, ContactPoint, ContactPointId, ContentRef, Counts, Delivery, Event,
    Folder, Incoming, Job, MailSystem, MailboxRow, Memo, MemoKey, Organisation, OrganisationId,
    ReceiptId, ReceiptRecord, StorageError, Store, SystemId, Transmission, TransmissionId,
    WorkKind,
};
use brevdue_memo::{CvrNumber, PartyId, Timestamp};
use brevdue_wire::PageRequest;
use uuid::Uuid;

/// A store with another behind it, that can be taken away and replaced.
pub struct Replaceable {
    behind: RwLock<Option<Arc<dyn Store>>>,
    live: Arc<Live>,
}

impl Replaceable {
    /// With a store behind it.
    pub fn new(store: Arc<dyn Store>, live: Arc<Live>) -> Self {
        Self { behind: RwLock::new(Some(store)), live }
    }

    /// Takes the store away. Until another is put there, every call is told that it cannot be
    /// served now. Whoever is inside one still has it: see [`Arc::strong_count`].
    pub fn take(&self) -> Option<Arc<dyn Store>> {
        self.behind.write().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Puts a store there.
    pub fn put(&self, store: Arc<dyn Store>) {
        *self.behind.write().unwrap_or_else(PoisonError::into_inner) = Some(store);
    }

    fn there(&self) -> Result<Arc<dyn Store>, StorageError> {
        let behind = self.behind.read().unwrap_or_else(PoisonError::into_inner);
        behind
            .clone()
            .ok_or_else(|| StorageError::Unavailable("the country is being replaced".into()))
    }
}

impl Contents for Replaceable {
    fn begin(&self, now: Timestamp) -> Result<Box<dyn ContentSink>, StorageError> {
        self.there()?.begin(now)
    }

    fn open(&self, content: &ContentRef) -> Result<Box<dyn ContentSource>, StorageError> {
        self.there()?.open(content)
    }
}

/// Hands calls on as they are. A method that [`Store`] gets gets a line below.
macro_rules! hand_on {
    ($($name:ident($($argument:ident: $Type:ty),*) -> $Answer:ty;)*) => {
        #[async_trait]
        impl Store for Replaceable {
            async fn commit(&self, batch: Batch) -> Result<(), StorageError> {
                let happened = worth_showing(&batch);
                self.there()?.commit(batch).await?;
                self.live.note_all(happened);
                Ok(())
            }

            async fn work_arrived(&self, kind: WorkKind) {
                match self.there() {
                    Ok(store) => store.work_arrived(kind).await,
                    // Whoever replaces the store rings afterwards.
                    Err(_) => std::future::pending().await,
                }
            }

            $(async fn $name(&self, $($argument: $Type),*) -> Result<$Answer, StorageError> {
                self.there()?.$name($($argument),*).await
            })*
        }
    };
}

hand_on! {
    receive(incoming: Incoming) -> ();
    claim_incoming(claim: Claim) -> Vec<Incoming>;
    claim(claim: Claim) -> Vec<Job>;
    next_due(kind: WorkKind) -> Option<Timestamp>;
    organisation(id: OrganisationId) -> Option<Organisation>;
    organisation_by_cvr(cvr: CvrNumber) -> Option<Organisation>;
    organisations() -> Vec<Organisation>;
    system(id: SystemId) -> Option<MailSystem>;
    systems_of(organisation: OrganisationId) -> Vec<MailSystem>;
    contact(id: ContactId) -> Option<Contact>;
    contact_by_party(party: PartyId) -> Option<Contact>;
    contacts(page: PageRequest) -> Page<Contact>;
    contact_point(id: ContactPointId) -> Option<ContactPoint>;
    contact_points_of(organisation: OrganisationId) -> Vec<ContactPoint>;
    record(kind: RecordKind, id: Uuid) -> Option<Record>;
    records(kind: RecordKind, owner: Uuid, page: PageRequest) -> Page<Record>;
    records_of_kind(kind: RecordKind, page: PageRequest) -> Page<Record>;
    records_named(kind: RecordKind, name: &str) -> Vec<Record>;
    transmission(id: TransmissionId) -> Option<Transmission>;
    memos_of(id: TransmissionId, page: PageRequest) -> Page<Memo>;
    memo(key: MemoKey) -> Option<Memo>;
    memo_by_identity(holder: Uuid, message_uuid: Uuid) -> Option<Memo>;
    delivery(system: SystemId, message_uuid: Uuid) -> Option<Delivery>;
    deliveries_waiting(system: SystemId, page: PageRequest) -> Page<Delivery>;
    receipt(id: ReceiptId) -> Option<ReceiptRecord>;
    receipts_waiting(system: SystemId, page: PageRequest) -> Page<ReceiptRecord>;
    receipts_of(memo: MemoKey) -> Vec<ReceiptRecord>;
    mailbox(owner: ContactId, folder: Folder, page: PageRequest) -> Page<MailboxRow>;
    mailbox_entry(owner: ContactId, memo: MemoKey) -> Option<MailboxRow>;
    unread(owner: ContactId) -> u64;
    events_of(memo: MemoKey) -> Vec<Event>;
    aged(kind: AgingKind, until: Timestamp, limit: u32) -> Vec<Aged>;
    aging_since(what: Aging) -> Option<Timestamp>;
    oldest_event_day() -> Option<i64>;
    removed() -> Vec<Removed>;
    counts() -> Counts;
    sweep(older_than: Timestamp) -> Swept;
    verify() -> Vec<String>;
}
