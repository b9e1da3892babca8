//! The storage traits: each method finds its way to the writer, to a reader or to the files.

use std::io::Cursor;
use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use brevdue_exchange::storage::{
    Aged, Aging, AgingKind, Chained, Claim, ContentRef, ContentSink, ContentSource, Contents,
    DayBook, EventQuery, Page, Place, Record, RecordKind, Removed, Standing, Swept,
};
use brevdue_exchange::{
    Batch, Contact, ContactId, ContactPoint, ContactPointId, Counts, Delivery, Event, EventTag,
    Folder, FolderCount, Incoming, Job, JobId, MailSystem, MailboxLine, MailboxRow, Memo, MemoKey,
    Organisation, OrganisationId, ReceiptId, ReceiptRecord, StorageError, Store, SystemId,
    Transmission, TransmissionId, WorkKind,
};
use brevdue_memo::{CvrNumber, PartyId, Timestamp};
use brevdue_wire::PageRequest;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::head::Head;
use super::readers::apart;
use super::writer::Task;
use super::{
    Damage, Embedded, claims, failure, journal, letters, mailboxes, operating, records, registry,
    removing, sweep, verify,
};

impl Embedded {
    fn writer(&self) -> Result<&mpsc::Sender<Task>, StorageError> {
        self.tasks.as_ref().ok_or_else(failure::stopped)
    }

    /// Asks the writer and waits for its answer. Once asked, it is done even if nobody waits.
    async fn ask<T>(
        &self,
        task: impl FnOnce(oneshot::Sender<Result<T, StorageError>>) -> Task,
    ) -> Result<T, StorageError> {
        let (asked, answer) = oneshot::channel();
        self.writer()?.send(task(asked)).await.map_err(|_| failure::stopped())?;
        answer.await.map_err(|_| failure::stopped())?
    }
}

#[async_trait]
impl Store for Embedded {
    async fn commit(&self, batch: Batch) -> Result<(), StorageError> {
        if batch.ops.is_empty() {
            return Ok(());
        }
        self.ask(|asked| Task::Commit(batch, asked)).await
    }

    async fn receive(&self, incoming: Incoming) -> Result<(), StorageError> {
        self.journal.receive(incoming).await
    }

    async fn claim_incoming(&self, claim: Claim) -> Result<Vec<Incoming>, StorageError> {
        self.journal.claim(&claim)
    }

    async fn claim(&self, claim: Claim) -> Result<Vec<Job>, StorageError> {
        // Locked before the read begins: see `leases`.
        let mut leases = self.leases.lock();
        self.readers.read(|reader| claims::claim(reader, &mut leases, &claim))
    }

    async fn next_due(&self, kind: WorkKind) -> Result<Option<Timestamp>, StorageError> {
        let incoming = match kind {
            WorkKind::Inside => self.journal.queue().next_due(),
            WorkKind::Archives | WorkKind::Outside => None,
        };
        let leases = self.leases.lock();
        let job = self.readers.read(|reader| claims::next_due(reader, &leases, kind))?;
        Ok(job.into_iter().chain(incoming).min())
    }

    async fn work_arrived(&self, kind: WorkKind) {
        match kind {
            WorkKind::Inside => self.inside.wait().await,
            WorkKind::Archives => self.archives.wait().await,
            WorkKind::Outside => self.outside.wait().await,
        }
    }

    async fn organisation(&self, id: OrganisationId) -> Result<Option<Organisation>, StorageError> {
        self.registry
            .organisations
            .or_read(id, || self.readers.read(|reader| registry::organisation(reader, id)))
    }

    async fn organisation_by_cvr(
        &self,
        cvr: CvrNumber,
    ) -> Result<Option<Organisation>, StorageError> {
        self.registry
            .organisations_by_cvr
            .or_read(cvr, || self.readers.read(|reader| registry::organisation_by_cvr(reader, cvr)))
    }

    async fn organisations(&self) -> Result<Vec<Organisation>, StorageError> {
        self.readers.read_apart(registry::organisations).await
    }

    async fn system(&self, id: SystemId) -> Result<Option<MailSystem>, StorageError> {
        self.registry
            .systems
            .or_read(id, || self.readers.read(|reader| registry::system(reader, id)))
    }

    async fn systems_of(
        &self,
        organisation: OrganisationId,
    ) -> Result<Vec<MailSystem>, StorageError> {
        if let Some(systems) = self.registry.systems_of.known(&organisation) {
            return Ok(systems);
        }
        let (readers, remembered) = (Arc::clone(&self.readers), Arc::clone(&self.registry));
        apart(move || {
            remembered.systems_of.or_read(organisation, || {
                readers.read(|reader| registry::systems_of(reader, organisation))
            })
        })
        .await
    }

    async fn contact(&self, id: ContactId) -> Result<Option<Contact>, StorageError> {
        self.registry
            .contacts
            .or_read(id, || self.readers.read(|reader| registry::contact(reader, id)))
    }

    async fn contact_by_party(&self, party: PartyId) -> Result<Option<Contact>, StorageError> {
        self.registry.contacts_by_party.or_read(party, || {
            self.readers.read(|reader| registry::contact_by_party(reader, party))
        })
    }

    async fn contacts(&self, page: PageRequest) -> Result<Page<Contact>, StorageError> {
        self.readers.read_apart(move |reader| registry::contacts(reader, page)).await
    }

    async fn contact_point(
        &self,
        id: ContactPointId,
    ) -> Result<Option<ContactPoint>, StorageError> {
        self.registry
            .contact_points
            .or_read(id, || self.readers.read(|reader| registry::contact_point(reader, id)))
    }

    async fn contact_points_of(
        &self,
        organisation: OrganisationId,
    ) -> Result<Vec<ContactPoint>, StorageError> {
        self.readers
            .read_apart(move |reader| registry::contact_points_of(reader, organisation))
            .await
    }

    async fn record(&self, kind: RecordKind, id: Uuid) -> Result<Option<Record>, StorageError> {
        self.readers.read(|reader| records::record(reader, kind, id))
    }

    async fn records(
        &self,
        kind: RecordKind,
        owner: Uuid,
        page: PageRequest,
    ) -> Result<Page<Record>, StorageError> {
        self.readers.read_apart(move |reader| records::records(reader, kind, owner, page)).await
    }

    async fn records_of_kind(
        &self,
        kind: RecordKind,
        page: PageRequest,
    ) -> Result<Page<Record>, StorageError> {
        self.readers.read_apart(move |reader| records::records_of_kind(reader, kind, page)).await
    }

    async fn records_named(
        &self,
        kind: RecordKind,
        name: &str,
    ) -> Result<Vec<Record>, StorageError> {
        self.readers.read(|reader| records::records_named(reader, kind, name))
    }

    async fn transmission(&self, id: TransmissionId) -> Result<Option<Transmission>, StorageError> {
        self.readers.read(|reader| letters::transmission(reader, id))
    }

    async fn memos_of(
        &self,
        id: TransmissionId,
        page: PageRequest,
    ) -> Result<Page<Memo>, StorageError> {
        self.readers.read_apart(move |reader| letters::memos_of(reader, id, page)).await
    }

    async fn memo(&self, key: MemoKey) -> Result<Option<Memo>, StorageError> {
        self.readers.read(|reader| letters::memo(reader, key))
    }

    async fn memo_by_identity(
        &self,
        holder: Uuid,
        message_uuid: Uuid,
    ) -> Result<Option<Memo>, StorageError> {
        self.readers.read(|reader| letters::memo_by_identity(reader, holder, message_uuid))
    }

    async fn delivery(
        &self,
        system: SystemId,
        message_uuid: Uuid,
    ) -> Result<Option<Delivery>, StorageError> {
        self.readers.read(|reader| letters::delivery(reader, system, message_uuid))
    }

    async fn deliveries_waiting(
        &self,
        system: SystemId,
        page: PageRequest,
    ) -> Result<Page<Delivery>, StorageError> {
        self.readers
            .read_apart(move |reader| letters::deliveries_waiting(reader, system, page))
            .await
    }

    async fn receipt(&self, id: ReceiptId) -> Result<Option<ReceiptRecord>, StorageError> {
        self.readers.read(|reader| letters::receipt(reader, id))
    }

    async fn receipts_waiting(
        &self,
        system: SystemId,
        page: PageRequest,
    ) -> Result<Page<ReceiptRecord>, StorageError> {
        self.readers.read_apart(move |reader| letters::receipts_waiting(reader, system, page)).await
    }

    async fn receipts_of(&self, memo: MemoKey) -> Result<Vec<ReceiptRecord>, StorageError> {
        self.readers.read(|reader| letters::receipts_of(reader, memo))
    }

    async fn mailbox(
        &self,
        owner: ContactId,
        folder: Folder,
        page: PageRequest,
    ) -> Result<Page<MailboxRow>, StorageError> {
        self.readers.read_apart(move |reader| mailboxes::mailbox(reader, owner, folder, page)).await
    }

    async fn mailbox_lines(
        &self,
        owner: ContactId,
        folder: Option<Folder>,
        page: PageRequest,
    ) -> Result<Page<MailboxLine>, StorageError> {
        let lines = move |reader: &_| mailboxes::mailbox_lines(reader, owner, folder, page);
        self.readers.read_apart(lines).await
    }

    async fn mailbox_counts(&self, owner: ContactId) -> Result<Vec<FolderCount>, StorageError> {
        self.readers.read_apart(move |reader| mailboxes::mailbox_counts(reader, owner)).await
    }

    async fn mailbox_entry(
        &self,
        owner: ContactId,
        memo: MemoKey,
    ) -> Result<Option<MailboxRow>, StorageError> {
        self.readers.read(|reader| mailboxes::mailbox_entry(reader, owner, memo))
    }

    async fn unread(&self, owner: ContactId) -> Result<u64, StorageError> {
        self.readers.read(|reader| mailboxes::unread(reader, owner))
    }

    async fn events_of(&self, memo: MemoKey) -> Result<Vec<Event>, StorageError> {
        self.readers.read(|reader| letters::events_of(reader, memo))
    }

    async fn chained_events_of(&self, memo: MemoKey) -> Result<Vec<Chained>, StorageError> {
        self.readers.read_apart(move |reader| letters::chained_events_of(reader, memo)).await
    }

    async fn events_after(
        &self,
        number: u64,
        limit: u32,
    ) -> Result<Vec<(u64, Event)>, StorageError> {
        self.readers.read(|reader| letters::events_after(reader, number, limit))
    }

    async fn aged(
        &self,
        kind: AgingKind,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Aged>, StorageError> {
        self.readers.read(|reader| removing::aged(reader, kind, until, limit))
    }

    async fn aging_since(&self, what: Aging) -> Result<Option<Timestamp>, StorageError> {
        self.readers.read(|reader| removing::aging_since(reader, what))
    }

    async fn oldest_event_day(&self) -> Result<Option<i64>, StorageError> {
        self.readers.read(removing::oldest_event_day)
    }

    async fn removed(&self) -> Result<Vec<Removed>, StorageError> {
        self.readers.read_apart(removing::removed).await
    }

    async fn jobs(&self, page: PageRequest) -> Result<Page<Job>, StorageError> {
        self.readers.read_apart(move |reader| operating::jobs(reader, page)).await
    }

    async fn job(&self, id: JobId) -> Result<Option<Job>, StorageError> {
        self.readers.read(|reader| operating::job_by_id(reader, id))
    }

    async fn standing(&self) -> Result<Standing, StorageError> {
        // Before the jobs: a letter filed meanwhile is told twice rather than not at all.
        let unfiled = self.journal.queue().standing();
        let mut standing = self.readers.read_apart(operating::standing).await?;
        unfiled.into_iter().for_each(|waiting| standing.add(waiting));
        Ok(standing)
    }

    async fn day_book(
        &self,
        day: i64,
        arrivals: &[EventTag],
        receipts: EventTag,
    ) -> Result<DayBook, StorageError> {
        let arrivals = arrivals.to_vec();
        let book = move |reader: &_| operating::day_book(reader, day, &arrivals, receipts);
        self.readers.read_apart(book).await
    }

    async fn events(
        &self,
        query: &EventQuery,
        page: PageRequest,
    ) -> Result<Page<Event>, StorageError> {
        let query = query.clone();
        self.readers.read_apart(move |reader| operating::events(reader, &query, page)).await
    }

    async fn counts(&self) -> Result<Counts, StorageError> {
        let counts = self.readers.read(Head::read)?.counts;
        Ok(Counts { incoming: self.journal.queue().waiting(), ..counts })
    }

    async fn sweep(&self, older_than: Timestamp) -> Result<Swept, StorageError> {
        let (readers, contents) = (Arc::clone(&self.readers), Arc::clone(&self.contents));
        let (segments, queue) =
            (Arc::clone(self.journal.segments()), Arc::clone(self.journal.queue()));
        let (writer, sweeping) = (self.writer()?.clone(), Arc::clone(&self.sweeping));
        apart(move || {
            // It guards no data.
            let _alone = sweeping.lock().unwrap_or_else(PoisonError::into_inner);
            let swept = sweep::sweep(&readers, &contents, &writer, older_than)?;
            let segments = journal::retire(&segments, &queue, &readers, older_than)?;
            if segments > 0 {
                tracing::info!(segments, "segments of the journal that nothing names were removed");
            }
            Ok(swept)
        })
        .await
        .inspect(|_| self.room.keep_again())
    }

    async fn verify(&self) -> Result<Vec<String>, StorageError> {
        Ok(self.check().await?.iter().map(verify::line).collect())
    }
}

impl Embedded {
    /// Checks the store against itself and against its checksums, as [`Store::verify`] does, and parks
    /// what is damaged.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn check(&self) -> Result<Vec<Damage>, StorageError> {
        let (readers, contents) = (Arc::clone(&self.readers), Arc::clone(&self.contents));
        let (segments, queue) =
            (Arc::clone(self.journal.segments()), Arc::clone(self.journal.queue()));
        let (sweeping, sums) = (Arc::clone(&self.sweeping), Arc::clone(&self.sums));
        apart(move || {
            // It guards no data.
            let _alone = sweeping.lock().unwrap_or_else(PoisonError::into_inner);
            readers.read(|reader| Ok(verify::verify(reader, &contents, &sums, (&segments, &queue))))
        })
        .await
    }
}

impl Contents for Embedded {
    fn begin(&self, now: Timestamp) -> Result<Box<dyn ContentSink>, StorageError> {
        // Every letter, small or large, begins here.
        self.room.for_a_letter()?;
        Ok(self.contents.begin(now))
    }

    fn open(&self, content: &ContentRef) -> Result<Box<dyn ContentSource>, StorageError> {
        match &content.place {
            Place::Journal(spot) => {
                Ok(Box::new(Cursor::new(self.journal.segments().read(*spot, content)?)))
            }
            Place::Row(_) | Place::Store => self.contents.read(content),
        }
    }
}
