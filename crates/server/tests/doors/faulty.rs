//! A store that can be told to fail: everything else goes on to the memory behind it.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use brevdue_exchange::storage::memory::Memory;
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

pub(crate) struct Faulty {
    behind: Arc<Memory>,
    /// Whether nothing can be committed.
    pub(crate) full: AtomicBool,
    pub(crate) too_much_waits: AtomicBool,
    /// How many of the next claims panic.
    pub(crate) panics: AtomicU32,
    /// How many more batches are made before nothing can be committed.
    pub(crate) batches_left: AtomicU64,
    /// Whoever opens content waits here until somebody comes for it.
    pub(crate) door: Mutex<Option<Receiver<()>>>,
}

impl Faulty {
    pub(crate) fn before(behind: Arc<Memory>) -> Self {
        Self {
            behind,
            full: AtomicBool::new(false),
            too_much_waits: AtomicBool::new(false),
            panics: AtomicU32::new(0),
            batches_left: AtomicU64::new(u64::MAX),
            door: Mutex::new(None),
        }
    }
}

impl Contents for Faulty {
    fn begin(&self, now: Timestamp) -> Result<Box<dyn ContentSink>, StorageError> {
        self.behind.begin(now)
    }
    fn open(&self, content: &ContentRef) -> Result<Box<dyn ContentSource>, StorageError> {
        let door = self.door.lock().unwrap().take();
        if let Some(door) = door {
            // A limit, so that a test that fails ends.
            let came = door.recv_timeout(Duration::from_secs(20));
            came.map_err(|_| StorageError::Unavailable("nobody came to the door".into()))?;
        }
        self.behind.open(content)
    }
}

macro_rules! passing_on {
    ($(fn $name:ident($($argument:ident: $Type:ty),*) -> $Answer:ty;)*) => {
        #[async_trait]
        impl Store for Faulty {
            async fn commit(&self, batch: Batch) -> Result<(), StorageError> {
                let left = self.batches_left.load(Ordering::SeqCst);
                if self.full.load(Ordering::SeqCst) || left == 0 {
                    return Err(StorageError::Unavailable("the disk is full".into()));
                }
                self.batches_left.store(left.saturating_sub(u64::from(left < u64::MAX)), Ordering::SeqCst);
                self.behind.commit(batch).await
            }
            async fn receive(&self, incoming: Incoming) -> Result<(), StorageError> {
                if self.full.load(Ordering::SeqCst) {
                    return Err(StorageError::Unavailable("the disk is full".into()));
                }
                if self.too_much_waits.load(Ordering::SeqCst) {
                    return Err(StorageError::Full);
                }
                self.behind.receive(incoming).await
            }
            async fn claim_incoming(&self, claim: Claim) -> Result<Vec<Incoming>, StorageError> {
                let left = self.panics.load(Ordering::SeqCst);
                if left > 0 {
                    self.panics.store(left - 1, Ordering::SeqCst);
                    panic!("a piece of work that makes the worker panic");
                }
                self.behind.claim_incoming(claim).await
            }
            async fn records_named(
                &self,
                kind: RecordKind,
                name: &str,
            ) -> Result<Vec<Record>, StorageError> {
                self.behind.records_named(kind, name).await
            }
            async fn work_arrived(&self, kind: WorkKind) {
                self.behind.work_arrived(kind).await
            }
            $(async fn $name(&self, $($argument: $Type),*) -> Result<$Answer, StorageError> {
                self.behind.$name($($argument),*).await
            })*
        }
    };
}

passing_on! {
    fn claim(claim: Claim) -> Vec<Job>;
    fn next_due(kind: WorkKind) -> Option<Timestamp>;
    fn record(kind: RecordKind, id: Uuid) -> Option<Record>;
    fn records(kind: RecordKind, owner: Uuid, page: PageRequest) -> Page<Record>;
    fn records_of_kind(kind: RecordKind, page: PageRequest) -> Page<Record>;
    fn organisation(id: OrganisationId) -> Option<Organisation>;
    fn organisation_by_cvr(cvr: CvrNumber) -> Option<Organisation>;
    fn organisations() -> Vec<Organisation>;
    fn system(id: SystemId) -> Option<MailSystem>;
    fn systems_of(organisation: OrganisationId) -> Vec<MailSystem>;
    fn contact(id: ContactId) -> Option<Contact>;
    fn contact_by_party(party: PartyId) -> Option<Contact>;
    fn contacts(page: PageRequest) -> Page<Contact>;
    fn contact_point(id: ContactPointId) -> Option<ContactPoint>;
    fn contact_points_of(organisation: OrganisationId) -> Vec<ContactPoint>;
    fn transmission(id: TransmissionId) -> Option<Transmission>;
    fn memos_of(id: TransmissionId, page: PageRequest) -> Page<Memo>;
    fn memo(key: MemoKey) -> Option<Memo>;
    fn memo_by_identity(holder: Uuid, message_uuid: Uuid) -> Option<Memo>;
    fn delivery(system: SystemId, message_uuid: Uuid) -> Option<Delivery>;
    fn deliveries_waiting(system: SystemId, page: PageRequest) -> Page<Delivery>;
    fn receipt(id: ReceiptId) -> Option<ReceiptRecord>;
    fn receipts_waiting(system: SystemId, page: PageRequest) -> Page<ReceiptRecord>;
    fn receipts_of(memo: MemoKey) -> Vec<ReceiptRecord>;
    fn mailbox(owner: ContactId, folder: Folder, page: PageRequest) -> Page<MailboxRow>;
    fn mailbox_entry(owner: ContactId, memo: MemoKey) -> Option<MailboxRow>;
    fn mailbox_lines(owner: ContactId, folder: Option<Folder>, page: PageRequest) -> Page<MailboxLine>;
    fn mailbox_counts(owner: ContactId) -> Vec<FolderCount>;
    fn unread(owner: ContactId) -> u64;
    fn events_of(memo: MemoKey) -> Vec<Event>;
    fn chained_events_of(memo: MemoKey) -> Vec<Chained>;
    fn events_after(number: u64, limit: u32) -> Vec<(u64, Event)>;
    fn aged(kind: AgingKind, until: Timestamp, limit: u32) -> Vec<Aged>;
    fn aging_since(what: Aging) -> Option<Timestamp>;
    fn oldest_event_day() -> Option<i64>;
    fn removed() -> Vec<Removed>;
    fn jobs(page: PageRequest) -> Page<Job>;
    fn job(id: JobId) -> Option<Job>;
    fn standing() -> Standing;
    fn day_book(day: i64, arrivals: &[EventTag], receipts: EventTag) -> DayBook;
    fn events(query: &EventQuery, page: PageRequest) -> Page<Event>;
    fn counts() -> Counts;
    fn sweep(older_than: Timestamp) -> Swept;
    fn verify() -> Vec<String>;
}
