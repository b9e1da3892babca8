//! A store that local mode can replace while it is in use, and that tells what is made durable.
//!
//! Every call goes to the store that is there; while there is none, the answer is that the store
//! cannot take anything now, which every caller knows.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use brevdue_exchange::local::live::{Live, worth_showing};
use brevdue_exchange::storage::{
    Aged, Aging, AgingKind, Chained, Claim, ContentSink, ContentSource, Contents, DayBook,
    EventQuery, Page, Record, RecordKind, Removed, Standing, Swept,
};
use brevdue_exchange::{
    Batch, Contact, ContactId, ContactPoint, ContactPointId, ContentRef, Counts, Delivery, Event,
    EventTag, Folder, FolderCount, Incoming, Job, JobId, MailSystem, MailboxLine, MailboxRow, Memo,
    MemoKey, Organisation, OrganisationId, ReceiptId, ReceiptRecord, StorageError, Store, SystemId,
    Transmission, TransmissionId, WorkKind,
};
use brevdue_memo::{CvrNumber, PartyId, Timestamp};
use brevdue_wire::PageRequest;
use uuid::Uuid;

use crate::{Damage, Embedded};

/// A store with another behind it, that can be taken away and replaced.
pub struct Replaceable {
    behind: RwLock<Option<Arc<Embedded>>>,
    live: Arc<Live>,
    watcher: OnceLock<Watcher>,
}

type Watcher = Arc<dyn Fn(Duration) + Send + Sync>;

impl Replaceable {
    /// With a store behind it.
    pub fn new(store: Arc<Embedded>, live: Arc<Live>) -> Self {
        Self { behind: RwLock::new(Some(store)), live, watcher: OnceLock::new() }
    }

    /// Takes the store away. Until another is put there, every call is told that it cannot be
    /// served now. Whoever is inside one still has it: see [`Arc::strong_count`].
    pub fn take(&self) -> Option<Arc<Embedded>> {
        self.behind.write().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Puts a store there.
    pub fn put(&self, store: Arc<Embedded>) {
        if let Some(watcher) = self.watcher.get().cloned() {
            store.watch_commits(move |took| watcher(took));
        }
        *self.behind.write().unwrap_or_else(PoisonError::into_inner) = Some(store);
    }

    /// As [`Embedded::watch_commits`], of whatever store is there.
    pub fn watch_commits(&self, told: impl Fn(Duration) + Send + Sync + 'static) {
        let watcher: Watcher = Arc::new(told);
        if self.watcher.set(Arc::clone(&watcher)).is_ok()
            && let Ok(store) = self.there()
        {
            store.watch_commits(move |took| watcher(took));
        }
    }

    /// As [`Embedded::check`].
    ///
    /// # Errors
    /// When the store cannot be read, or is being replaced.
    pub async fn check(&self) -> Result<Vec<Damage>, StorageError> {
        self.there()?.check().await
    }

    /// As [`Embedded::damage`]; nothing while the store is being replaced.
    pub fn damage(&self) -> Vec<Damage> {
        self.there().map(|store| store.damage().to_vec()).unwrap_or_default()
    }

    fn there(&self) -> Result<Arc<Embedded>, StorageError> {
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
    mailbox_lines(owner: ContactId, folder: Option<Folder>, page: PageRequest) -> Page<MailboxLine>;
    mailbox_counts(owner: ContactId) -> Vec<FolderCount>;
    unread(owner: ContactId) -> u64;
    events_of(memo: MemoKey) -> Vec<Event>;
    chained_events_of(memo: MemoKey) -> Vec<Chained>;
    events_after(number: u64, limit: u32) -> Vec<(u64, Event)>;
    aged(kind: AgingKind, until: Timestamp, limit: u32) -> Vec<Aged>;
    aging_since(what: Aging) -> Option<Timestamp>;
    oldest_event_day() -> Option<i64>;
    removed() -> Vec<Removed>;
    jobs(page: PageRequest) -> Page<Job>;
    job(id: JobId) -> Option<Job>;
    standing() -> Standing;
    day_book(day: i64, arrivals: &[EventTag], receipts: EventTag) -> DayBook;
    events(query: &EventQuery, page: PageRequest) -> Page<Event>;
    counts() -> Counts;
    sweep(older_than: Timestamp) -> Swept;
    verify() -> Vec<String>;
}
