//! The in-memory back end: what storage means, in its plainest form. For tests, simulations and
//! benches; nothing survives the process.

mod contents;
mod incoming;
mod jobs;
mod operating;
mod removing;
mod table;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use brevdue_memo::{CvrNumber, PartyId, Timestamp};
use brevdue_wire::PageRequest;
use uuid::Uuid;

use self::contents::Files;
use self::incoming::IncomingRow;
use self::jobs::JobRow;
use self::table::Table;
use super::arrivals::Arrivals;
use super::chain::Link;
use super::turns::Turns;
use super::{
    Aged, Aging, AgingKind, Batch, Chained, Claim, Conflict, ContentRef, ContentSink,
    ContentSource, Contents, DayBook, Digest, EventQuery, Expect, Op, Page, Place, Record,
    RecordKind, Removed, RemovedKind, Standing, StorageError, Store, Swept, day_of,
};
use crate::{
    Contact, ContactId, ContactPoint, ContactPointId, Counts, Delivery, DeliveryState, Event,
    EventTag, Folder, FolderCount, Incoming, Job, JobId, Lane, MailSystem, MailboxEntry,
    MailboxLine, MailboxRow, Marks, Memo, MemoKey, MemoState, Organisation, OrganisationId,
    ReceiptId, ReceiptRecord, SystemId, Transmission, TransmissionId, WorkKind,
};

/// A store in memory. Deterministic: the same calls in the same order give the same answers.
#[derive(Debug, Default)]
pub struct Memory {
    tables: Mutex<Tables>,
    files: Arc<Mutex<Files>>,
    inside: Arrivals,
    archives: Arrivals,
    outside: Arrivals,
}

#[derive(Debug, Default)]
struct Tables {
    organisations: Table<OrganisationId, Organisation>,
    systems: Table<SystemId, MailSystem>,
    contacts: Table<ContactId, Contact>,
    contact_points: Table<ContactPointId, ContactPoint>,
    records: Table<(RecordKind, Uuid), Record>,
    transmissions: Table<TransmissionId, Transmission>,
    memos: Table<MemoKey, Memo>,
    identities: Table<(Uuid, Uuid), (MemoKey, Digest)>,
    deliveries: Table<(MemoKey, SystemId), Delivery>,
    receipts: Table<ReceiptId, ReceiptRecord>,
    mailboxes: Table<(ContactId, MemoKey), MailboxEntry>,
    incoming: Table<MemoKey, IncomingRow>,
    /// Of `incoming`, those nobody has claimed. Changes outside of batches alone.
    turns: Turns<MemoKey>,
    marks: Table<(ContactId, MemoKey), Marks>,
    jobs: Table<JobId, JobRow>,
    /// Whose turn was last, by kind of work and lane.
    served: BTreeMap<(WorkKind, Lane), Option<Uuid>>,
    /// By position in the log.
    events: Table<u64, Event>,
    aging: Table<Aged, ()>,
    removed: Table<(i64, RemovedKind), u64>,
    /// Where the chain stood after the last event that was removed.
    log_start: Table<(), Link>,
    /// Where removed messages stood, while there are events of them.
    stood: Table<MemoKey, MemoState>,
}

impl Memory {
    /// An empty store.
    pub fn open() -> Arc<Self> {
        Arc::new(Self::default())
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        // A batch that panics half-way is a bug; what it left is thrown away by the next commit.
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn files(&self) -> MutexGuard<'_, Files> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn arrivals(&self, kind: WorkKind) -> &Arrivals {
        match kind {
            WorkKind::Inside => &self.inside,
            WorkKind::Archives => &self.archives,
            WorkKind::Outside => &self.outside,
        }
    }
}

impl Tables {
    fn apply(&mut self, op: Op) -> Result<(), Conflict> {
        match op {
            Op::PutOrganisation(new) => self.organisations.put(new.id, new),
            Op::PutSystem(new) => self.systems.put(new.id, *new),
            Op::PutContact(new) => self.contacts.put(new.id, new),
            Op::PutContactPoint(new) => self.contact_points.put(new.id, new),
            Op::PutRecord(new, expect) => {
                let key = (new.kind, new.id);
                self.expect_record(key, expect)?;
                self.records.put(key, *new);
            }
            Op::RemoveRecord(kind, id, expect) => {
                self.expect_record((kind, id), expect)?;
                self.records.remove((kind, id));
            }
            Op::AddTransmission(new) => self.transmissions.add(new.id, new, "transmission")?,
            Op::SetExtracted(id) => {
                let transmission = self.transmissions.change(id, "transmission")?;
                if transmission.extracted {
                    return Err(Conflict::Changed { what: "transmission" });
                }
                transmission.extracted = true;
                transmission.archive = None;
            }
            Op::AddMemo(new) => self.memos.add(new.key, *new, "memo")?,
            Op::MoveMemo { key, from, to, message_uuid, outline, available_at } => {
                let memo = self.memos.change(key, "memo")?;
                if memo.state != from {
                    return Err(Conflict::Changed { what: "memo" });
                }
                memo.state = to;
                memo.message_uuid = message_uuid.or(memo.message_uuid);
                memo.outline = outline.map(|new| *new).or(memo.outline.take());
                memo.available_at = memo.available_at.or(available_at);
            }
            Op::TakeIdentity { holder, message_uuid, memo, digest } => {
                match self.identities.get(&(holder, message_uuid)) {
                    Some((by, _)) if *by == memo => {}
                    Some((by, held)) => {
                        return Err(Conflict::IdentityTaken {
                            by: *by,
                            same_bytes: *held == digest,
                        });
                    }
                    None => self.identities.put((holder, message_uuid), (memo, digest)),
                }
            }
            Op::AddDelivery(new) => self.deliveries.add((new.memo, new.system), new, "delivery")?,
            Op::MoveDelivery { memo, system, from, to } => {
                let delivery = self.deliveries.change((memo, system), "delivery")?;
                if !from.contains(&delivery.state) {
                    return Err(Conflict::Changed { what: "delivery" });
                }
                delivery.state = to;
            }
            Op::AddReceipt(new) => self.receipts.add(new.id, *new, "receipt")?,
            Op::ReceiptDelivered(id) => self.receipts.change(id, "receipt")?.delivered = true,
            Op::AddMailboxEntry(new) => {
                self.mailboxes.add((new.owner, new.memo), new, "mailbox entry")?;
            }
            Op::MarkRead { owner, memo, at } => {
                let entry = self.mailboxes.change((owner, memo), "mailbox entry")?;
                entry.read_at = entry.read_at.or(Some(at));
            }
            Op::FileMailboxEntry { entry, marks, expect } => {
                let key = (entry.owner, entry.memo);
                let there = self.marks_of(key).version;
                let kept = self.mailboxes.change(key, "mailbox entry")?;
                if there != expect {
                    return Err(Conflict::Changed { what: "mailbox entry" });
                }
                kept.folder = entry.folder;
                kept.read_at = entry.read_at;
                self.marks.put(key, *marks);
            }
            Op::AddEvent(event) => {
                let position = self.events_ever();
                self.events.put(position, *event);
            }
            Op::FinishIncoming { key, worker } => {
                self.held_incoming(key, worker)?;
                self.incoming.remove(key);
            }
            Op::StartAging { what, since } => self.aging.put(Aged { since, what }, ()),
            Op::StopAging(aged) => self.aging.remove(aged),
            Op::RemoveMemo { .. }
            | Op::RemoveReceipt { .. }
            | Op::RemoveMailboxEntry { .. }
            | Op::RemoveEvents { .. } => self.remove(op)?,
            Op::AddJob(job) => self.jobs.add(job.id, JobRow { job, lease: None }, "job")?,
            Op::FinishJob { id, worker } => {
                self.held_job(id, worker)?;
                self.jobs.remove(id);
            }
            Op::RetryJob { id, worker, due, failures, failing_since } => {
                let row = self.held_job(id, worker)?;
                row.lease = None;
                row.job.due = due;
                row.job.failures = failures;
                row.job.failing_since = failing_since;
            }
            Op::MoveJob { id, due, failures } => {
                let row = self.free_job(id)?;
                row.job.due = due;
                if let Some(failures) = failures {
                    row.job.failures = failures;
                    row.job.failing_since = None;
                }
            }
            Op::RemoveJob(id) => {
                self.free_job(id)?;
                self.jobs.remove(id);
            }
            Op::PostponeSystem { system, due } => {
                for id in self.unclaimed_calls(system) {
                    let row = self.jobs.change(id, "job")?;
                    row.job.due = row.job.due.max(due);
                }
            }
            Op::HastenSystem { system, due } => {
                for id in self.unclaimed_calls(system) {
                    let row = self.jobs.change(id, "job")?;
                    row.job.due = row.job.due.min(due);
                }
            }
        }
        Ok(())
    }

    fn expect_record(&self, key: (RecordKind, Uuid), expect: Expect) -> Result<(), Conflict> {
        expect.holds(key.0, self.records.get(&key).map(|there| there.version))
    }

    fn settle(&mut self) {
        self.each(|table| table.keep());
    }

    fn roll_back(&mut self) {
        self.each(|table| table.roll_back());
    }

    fn each(&mut self, mut act: impl FnMut(&mut dyn table::Undo)) {
        act(&mut self.organisations);
        act(&mut self.systems);
        act(&mut self.contacts);
        act(&mut self.contact_points);
        act(&mut self.records);
        act(&mut self.transmissions);
        act(&mut self.memos);
        act(&mut self.identities);
        act(&mut self.deliveries);
        act(&mut self.receipts);
        act(&mut self.mailboxes);
        act(&mut self.incoming);
        act(&mut self.marks);
        act(&mut self.jobs);
        act(&mut self.events);
        act(&mut self.aging);
        act(&mut self.removed);
        act(&mut self.log_start);
        act(&mut self.stood);
    }

    fn mailbox_row(&self, entry: &MailboxEntry) -> Option<MailboxRow> {
        let marks = self.marks_of((entry.owner, entry.memo));
        Some(MailboxRow { entry: entry.clone(), marks, memo: self.memos.get(&entry.memo)?.clone() })
    }

    fn marks_of(&self, key: (ContactId, MemoKey)) -> Marks {
        self.marks.get(&key).cloned().unwrap_or_default()
    }

    fn mailbox_line(&self, entry: &MailboxEntry) -> Option<MailboxLine> {
        let MailboxRow { entry, marks, memo } = self.mailbox_row(entry)?;
        let Memo { origin, state, outline, received_at, available_at, .. } = memo;
        Some(MailboxLine { entry, marks, origin, state, outline, received_at, available_at })
    }

    /// Every content a row names.
    fn contents_named(&self) -> impl Iterator<Item = &ContentRef> {
        let archives = self.transmissions.values().filter_map(|t| t.archive.as_ref());
        let records = self.records.values().flat_map(|record| &record.contents);
        archives.chain(self.memos.values().map(|memo| &memo.content)).chain(records)
    }

    fn digests_named(&self) -> std::collections::BTreeSet<Digest> {
        self.contents_named()
            .filter(|content| content.place == Place::Store)
            .map(|content| content.digest)
            .collect()
    }
}

#[async_trait]
impl Store for Memory {
    async fn commit(&self, batch: Batch) -> Result<(), StorageError> {
        let mut arrived: Vec<WorkKind> = Vec::new();
        {
            let mut tables = self.tables();
            tables.roll_back();
            for op in batch.ops {
                arrived.extend(tables.work_brought_by(&op));
                if let Err(conflict) = tables.apply(op) {
                    tables.roll_back();
                    return Err(conflict.into());
                }
            }
            tables.settle();
        }
        for kind in [WorkKind::Inside, WorkKind::Archives, WorkKind::Outside] {
            if arrived.contains(&kind) {
                self.arrivals(kind).announce();
            }
        }
        Ok(())
    }

    async fn receive(&self, incoming: Incoming) -> Result<(), StorageError> {
        if !matches!(incoming.content.place, Place::Row(_)) {
            let text = "only content that travels in the row is received";
            return Err(StorageError::Failed(text.into()));
        }
        self.tables().receive(incoming)?;
        self.inside.announce();
        Ok(())
    }

    async fn claim_incoming(&self, claim: Claim) -> Result<Vec<Incoming>, StorageError> {
        Ok(self.tables().claim_incoming(&claim))
    }

    async fn claim(&self, claim: Claim) -> Result<Vec<Job>, StorageError> {
        Ok(self.tables().claim(&claim))
    }

    async fn next_due(&self, kind: WorkKind) -> Result<Option<Timestamp>, StorageError> {
        Ok(self.tables().next_due(kind))
    }

    async fn work_arrived(&self, kind: WorkKind) {
        self.arrivals(kind).wait().await;
    }

    async fn organisation(&self, id: OrganisationId) -> Result<Option<Organisation>, StorageError> {
        Ok(self.tables().organisations.get(&id).cloned())
    }

    async fn organisation_by_cvr(
        &self,
        cvr: CvrNumber,
    ) -> Result<Option<Organisation>, StorageError> {
        Ok(self.tables().organisations.values().find(|o| o.cvr == cvr).cloned())
    }

    async fn organisations(&self) -> Result<Vec<Organisation>, StorageError> {
        let tables = self.tables();
        Ok(sorted(tables.organisations.values(), |o| (o.name.clone(), o.id)))
    }

    async fn system(&self, id: SystemId) -> Result<Option<MailSystem>, StorageError> {
        Ok(self.tables().systems.get(&id).cloned())
    }

    async fn systems_of(
        &self,
        organisation: OrganisationId,
    ) -> Result<Vec<MailSystem>, StorageError> {
        let tables = self.tables();
        let systems = tables.systems.values().filter(|s| s.organisation == organisation);
        Ok(sorted(systems, |s| (s.name.clone(), s.id)))
    }

    async fn contact(&self, id: ContactId) -> Result<Option<Contact>, StorageError> {
        Ok(self.tables().contacts.get(&id).cloned())
    }

    async fn contact_by_party(&self, party: PartyId) -> Result<Option<Contact>, StorageError> {
        Ok(self.tables().contacts.values().find(|c| c.party == party).cloned())
    }

    async fn contacts(&self, page: PageRequest) -> Result<Page<Contact>, StorageError> {
        let tables = self.tables();
        Ok(cut(sorted(tables.contacts.values(), |c| (c.name.clone(), c.id)), page))
    }

    async fn contact_point(
        &self,
        id: ContactPointId,
    ) -> Result<Option<ContactPoint>, StorageError> {
        Ok(self.tables().contact_points.get(&id).cloned())
    }

    async fn contact_points_of(
        &self,
        organisation: OrganisationId,
    ) -> Result<Vec<ContactPoint>, StorageError> {
        let tables = self.tables();
        let points = tables.contact_points.values().filter(|p| p.organisation == organisation);
        Ok(sorted(points, |p| (p.name.clone(), p.id)))
    }

    async fn record(&self, kind: RecordKind, id: Uuid) -> Result<Option<Record>, StorageError> {
        Ok(self.tables().records.get(&(kind, id)).cloned())
    }

    async fn records(
        &self,
        kind: RecordKind,
        owner: Uuid,
        page: PageRequest,
    ) -> Result<Page<Record>, StorageError> {
        let tables = self.tables();
        let rows = tables.records.values().filter(|r| r.kind == kind && r.owner == owner);
        Ok(cut(sorted(rows, |r| (r.created_at, r.id)), page))
    }

    async fn records_of_kind(
        &self,
        kind: RecordKind,
        page: PageRequest,
    ) -> Result<Page<Record>, StorageError> {
        let tables = self.tables();
        let rows = tables.records.values().filter(|r| r.kind == kind);
        Ok(cut(sorted(rows, |r| (r.created_at, r.id)), page))
    }

    async fn records_named(
        &self,
        kind: RecordKind,
        name: &str,
    ) -> Result<Vec<Record>, StorageError> {
        let tables = self.tables();
        let rows = tables
            .records
            .values()
            .filter(|r| r.kind == kind && !name.is_empty() && r.name == name);
        let mut rows = sorted(rows, |r| (r.created_at, r.id));
        rows.truncate(1000);
        Ok(rows)
    }

    async fn transmission(&self, id: TransmissionId) -> Result<Option<Transmission>, StorageError> {
        Ok(self.tables().transmissions.get(&id).cloned())
    }

    async fn memos_of(
        &self,
        id: TransmissionId,
        page: PageRequest,
    ) -> Result<Page<Memo>, StorageError> {
        let tables = self.tables();
        let memos = tables.memos.values().filter(|m| m.transmission == id);
        Ok(cut(sorted(memos, |m| m.key), page))
    }

    async fn memo(&self, key: MemoKey) -> Result<Option<Memo>, StorageError> {
        Ok(self.tables().memos.get(&key).cloned())
    }

    async fn memo_by_identity(
        &self,
        holder: Uuid,
        message_uuid: Uuid,
    ) -> Result<Option<Memo>, StorageError> {
        let tables = self.tables();
        let held = tables.identities.get(&(holder, message_uuid));
        Ok(held.and_then(|(key, _)| tables.memos.get(key)).cloned())
    }

    async fn delivery(
        &self,
        system: SystemId,
        message_uuid: Uuid,
    ) -> Result<Option<Delivery>, StorageError> {
        let tables = self.tables();
        let matching = tables
            .deliveries
            .values()
            .filter(|d| d.system == system && d.message_uuid == message_uuid);
        Ok(matching.max_by_key(|d| (d.queued_at, d.memo)).cloned())
    }

    async fn deliveries_waiting(
        &self,
        system: SystemId,
        page: PageRequest,
    ) -> Result<Page<Delivery>, StorageError> {
        let tables = self.tables();
        let open = tables.deliveries.values().filter(|d| d.system == system && is_open(d));
        Ok(cut(sorted(open, |d| (d.queued_at, d.memo)), page))
    }

    async fn receipt(&self, id: ReceiptId) -> Result<Option<ReceiptRecord>, StorageError> {
        Ok(self.tables().receipts.get(&id).cloned())
    }

    async fn receipts_waiting(
        &self,
        system: SystemId,
        page: PageRequest,
    ) -> Result<Page<ReceiptRecord>, StorageError> {
        let tables = self.tables();
        let waiting = tables.receipts.values().filter(|r| r.system == Some(system) && !r.delivered);
        Ok(cut(sorted(waiting, |r| (r.created_at, r.id)), page))
    }

    async fn receipts_of(&self, memo: MemoKey) -> Result<Vec<ReceiptRecord>, StorageError> {
        let tables = self.tables();
        let receipts = tables.receipts.values().filter(|r| r.memo == Some(memo));
        Ok(sorted(receipts, |r| (r.created_at, r.id)))
    }

    async fn mailbox(
        &self,
        owner: ContactId,
        folder: Folder,
        page: PageRequest,
    ) -> Result<Page<MailboxRow>, StorageError> {
        let tables = self.tables();
        let entries = tables.mailboxes.values().filter(|e| e.owner == owner && e.folder == folder);
        let mut entries = sorted(entries, |e| (e.arrived_at, e.memo));
        entries.reverse();
        let page = cut(entries, page);
        let rows = page.items.iter().filter_map(|entry| tables.mailbox_row(entry)).collect();
        Ok(Page { items: rows, total: page.total })
    }

    async fn mailbox_lines(
        &self,
        owner: ContactId,
        folder: Option<Folder>,
        page: PageRequest,
    ) -> Result<Page<MailboxLine>, StorageError> {
        let tables = self.tables();
        let entries = tables.mailboxes.values().filter(|entry| entry.owner == owner);
        let entries = entries.filter(|entry| folder.is_none_or(|folder| folder == entry.folder));
        let mut entries = match folder {
            Some(_) => sorted(entries, |e| (e.arrived_at, e.memo)),
            None => sorted(entries, |e| (Timestamp::default(), e.memo)),
        };
        entries.reverse();
        let page = cut(entries, page);
        let items = page.items.iter().filter_map(|entry| tables.mailbox_line(entry)).collect();
        Ok(Page { items, total: page.total })
    }

    async fn mailbox_counts(&self, owner: ContactId) -> Result<Vec<FolderCount>, StorageError> {
        let tables = self.tables();
        let mut counts: std::collections::BTreeMap<Folder, FolderCount> = Default::default();
        for entry in tables.mailboxes.values().filter(|entry| entry.owner == owner) {
            let (folder, latest) = (entry.folder, entry.arrived_at);
            let empty = FolderCount { folder, total: 0, unread: 0, latest };
            let count = counts.entry(folder).or_insert(empty);
            count.total += 1;
            count.unread += u64::from(entry.read_at.is_none());
            count.latest = count.latest.max(latest);
        }
        Ok(counts.into_values().collect())
    }

    async fn mailbox_entry(
        &self,
        owner: ContactId,
        memo: MemoKey,
    ) -> Result<Option<MailboxRow>, StorageError> {
        let tables = self.tables();
        Ok(tables.mailboxes.get(&(owner, memo)).and_then(|entry| tables.mailbox_row(entry)))
    }

    async fn unread(&self, owner: ContactId) -> Result<u64, StorageError> {
        let tables = self.tables();
        let unread = tables
            .mailboxes
            .values()
            .filter(|e| e.owner == owner && e.folder == Folder::Inbox && e.read_at.is_none());
        Ok(unread.count() as u64)
    }

    async fn events_of(&self, memo: MemoKey) -> Result<Vec<Event>, StorageError> {
        let tables = self.tables();
        Ok(tables.events.values().filter(|e| e.memo == Some(memo)).cloned().collect())
    }

    async fn chained_events_of(&self, memo: MemoKey) -> Result<Vec<Chained>, StorageError> {
        Ok(self.tables().chained_events_of(memo))
    }

    async fn events_after(
        &self,
        number: u64,
        limit: u32,
    ) -> Result<Vec<(u64, Event)>, StorageError> {
        let tables = self.tables();
        // The table counts from 0, numbers from 1, so that 0 is before all.
        let positions = tables.events.keys().map(|position| position + 1);
        let events = positions.zip(tables.events.values().cloned());
        Ok(events.filter(|(one, _)| *one > number).take(limit as usize).collect())
    }

    async fn aged(
        &self,
        kind: AgingKind,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Aged>, StorageError> {
        let tables = self.tables();
        let aged = tables.aging.keys().filter(|aged| aged.what.kind() == kind);
        let aged = aged.take_while(|aged| aged.since < until);
        Ok(aged.take(usize::try_from(limit).unwrap_or(usize::MAX)).copied().collect())
    }

    async fn aging_since(&self, what: Aging) -> Result<Option<Timestamp>, StorageError> {
        let tables = self.tables();
        Ok(tables.aging.keys().filter(|aged| aged.what == what).map(|aged| aged.since).max())
    }

    async fn oldest_event_day(&self) -> Result<Option<i64>, StorageError> {
        Ok(self.tables().events.values().next().map(|event| day_of(event.at)))
    }

    async fn removed(&self) -> Result<Vec<Removed>, StorageError> {
        let tables = self.tables();
        let counted = tables.removed.entries();
        Ok(counted
            .map(|((day, kind), count)| Removed { day: *day, kind: *kind, count: *count })
            .collect())
    }

    async fn jobs(&self, page: PageRequest) -> Result<Page<Job>, StorageError> {
        let tables = self.tables();
        let jobs = tables.jobs.values().map(|row| &row.job);
        Ok(cut(sorted(jobs, |job| (job.due, job.id)), page))
    }

    async fn job(&self, id: JobId) -> Result<Option<Job>, StorageError> {
        Ok(self.tables().jobs.get(&id).map(|row| row.job.clone()))
    }

    async fn standing(&self) -> Result<Standing, StorageError> {
        Ok(self.tables().standing())
    }

    async fn day_book(
        &self,
        day: i64,
        arrivals: &[EventTag],
        receipts: EventTag,
    ) -> Result<DayBook, StorageError> {
        Ok(self.tables().day_book(day, arrivals, receipts))
    }

    async fn events(
        &self,
        query: &EventQuery,
        page: PageRequest,
    ) -> Result<Page<Event>, StorageError> {
        let tables = self.tables();
        let asked = tables.events.values().filter(|event| query.asks_for(event)).cloned();
        Ok(cut(asked.collect(), page))
    }

    async fn counts(&self) -> Result<Counts, StorageError> {
        let tables = self.tables();
        Ok(Counts {
            transmissions: tables.transmissions.len(),
            memos: tables.memos.len(),
            incoming: tables.incoming.len(),
            jobs: tables.jobs.len(),
            receipts_waiting: tables.receipts.values().filter(|r| !r.delivered).count() as u64,
            deliveries_open: tables.deliveries.values().filter(|d| is_open(d)).count() as u64,
            events: tables.events_ever(),
        })
    }

    async fn sweep(&self, older_than: Timestamp) -> Result<Swept, StorageError> {
        let named = self.tables().digests_named();
        Ok(self.files().sweep(&named, older_than))
    }

    async fn verify(&self) -> Result<Vec<String>, StorageError> {
        let named = self.tables().digests_named();
        Ok(self.files().verify(&named))
    }
}

impl Contents for Memory {
    fn begin(&self, now: Timestamp) -> Result<Box<dyn ContentSink>, StorageError> {
        Ok(Files::begin(&self.files, now))
    }

    fn open(&self, content: &ContentRef) -> Result<Box<dyn ContentSource>, StorageError> {
        self.files().open(content)
    }
}

fn is_open(delivery: &Delivery) -> bool {
    matches!(delivery.state, DeliveryState::Waiting | DeliveryState::Taken)
}

fn sorted<'a, T: Clone + 'a, K: Ord>(
    rows: impl Iterator<Item = &'a T>,
    key: impl Fn(&T) -> K,
) -> Vec<T> {
    let mut rows: Vec<T> = rows.cloned().collect();
    rows.sort_by_key(key);
    rows
}

fn cut<T>(rows: Vec<T>, page: PageRequest) -> Page<T> {
    let total = rows.len() as u64;
    let skip = usize::try_from(page.page.saturating_mul(page.size)).unwrap_or(usize::MAX);
    let take = usize::try_from(page.size).unwrap_or(usize::MAX);
    Page { items: rows.into_iter().skip(skip).take(take).collect(), total }
}

#[cfg(test)]
mod tests {
    use super::Memory;

    crate::storage_behaves!(memory, Memory::open());
}
