//! The changes of a batch, as SQL. What each means is said at [`Op`].

use brevdue_exchange::storage::{ContentRef, Digest, HELD, Place};
use brevdue_exchange::{
    Conflict, Contact, Delivery, DeliveryState, Door, Event, Job, JobId, MailboxEntry, Memo,
    MemoKey, Op, Origin, ReceiptRecord, StorageError, SystemId, Transmission, TransmissionId, Work,
    WorkKind,
};
use brevdue_memo::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Params, ToSql, params};
use uuid::Uuid;

use super::columns::{Sql, id};
use super::content::ContentFolder;
use super::head::Head;
use super::journal::Queue;
use super::leases::{Ended, Leases};
use super::milestones::{List, Milestones};
use super::registry::{self, many};
use super::writer::Swept;

/// Why a change was not made.
#[derive(Debug)]
pub(super) enum Refused {
    /// It does not fit what is there.
    Conflict(Conflict),
    /// SQLite failed; the transaction may be gone.
    Database(rusqlite::Error),
    /// It cannot be written down.
    Value(StorageError),
}

impl From<rusqlite::Error> for Refused {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl From<Conflict> for Refused {
    fn from(conflict: Conflict) -> Self {
        Self::Conflict(conflict)
    }
}

/// Leaves out the jobs in the JSON list `?3`.
macro_rules! unclaimed {
    () => {
        " AND id NOT IN (SELECT unhex(value) FROM json_each(?3))"
    };
}

/// Which workers have something new to look at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Wakes {
    pub(super) inside: bool,
    pub(super) archives: bool,
    pub(super) outside: bool,
}

impl Wakes {
    fn add(&mut self, kind: WorkKind) {
        match kind {
            WorkKind::Inside => self.inside = true,
            WorkKind::Archives => self.archives = true,
            WorkKind::Outside => self.outside = true,
        }
    }
}

/// Makes changes within the transaction of its connection.
pub(super) struct Changes<'a> {
    pub(super) connection: &'a Connection,
    pub(super) contents: &'a ContentFolder,
    pub(super) swept: &'a Swept,
    pub(super) head: &'a mut Head,
    pub(super) wakes: &'a mut Wakes,
    pub(super) leases: &'a Leases,
    pub(super) ended: &'a mut Vec<Ended>,
    pub(super) incoming: &'a Queue,
    pub(super) milestones: &'a Milestones,
    /// Received letters that the group files.
    pub(super) filed: &'a mut Vec<MemoKey>,
}

impl Changes<'_> {
    pub(super) fn make(&mut self, op: &Op) -> Result<(), Refused> {
        match op {
            Op::PutOrganisation(organisation) => {
                Ok(registry::put_organisation(self.connection, organisation)?)
            }
            Op::PutSystem(system) => Ok(registry::put_system(self.connection, system)?),
            Op::PutContact(contact) => self.put_contact(contact),
            Op::PutContactPoint(point) => Ok(registry::put_contact_point(self.connection, point)?),
            Op::PutRecord(record, expect) => self.put_record(record, *expect),
            Op::RemoveRecord(kind, key, expect) => self.remove_record(*kind, key, *expect),
            Op::AddTransmission(transmission) => self.add_transmission(transmission),
            Op::SetExtracted(transmission) => self.set_extracted(*transmission),
            Op::AddMemo(memo) => self.add_memo(memo),
            Op::MoveMemo { key, from, to, message_uuid, outline, available_at } => {
                let outline = outline.as_deref().map(json).transpose()?;
                let moved = self.run(
                    "UPDATE memos SET state = ?3, message_uuid = coalesce(?4, message_uuid),
                        outline = coalesce(?5, outline), available_at = coalesce(available_at, ?6)
                     WHERE key = ?1 AND state = ?2",
                    params![
                        id(&key.0),
                        Sql(*from),
                        Sql(*to),
                        message_uuid.as_ref().map(id),
                        outline,
                        available_at.map(Sql),
                    ],
                )?;
                if moved {
                    return Ok(());
                }
                let there = "SELECT 1 FROM memos WHERE key = ?1";
                Err(self.changed_or_missing("memo", there, [id(&key.0)]))
            }
            Op::TakeIdentity { holder, message_uuid, memo, digest } => {
                self.take_identity(holder, message_uuid, *memo, digest)
            }
            Op::AddDelivery(delivery) => self.add_delivery(delivery),
            Op::MoveDelivery { memo, system, from, to } => {
                self.move_delivery(*memo, *system, from, *to)
            }
            Op::AddReceipt(receipt) => self.add_receipt(receipt),
            Op::ReceiptDelivered(receipt) => {
                let first: Option<(Option<Sql<Uuid>>, i64)> = self
                    .connection
                    .prepare_cached(
                        "UPDATE receipts SET delivered = 1 WHERE id = ?1 AND delivered = 0
                         RETURNING system, created_at",
                    )?
                    .query_row([id(&receipt.0)], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()?;
                if let Some((system, created_at)) = first {
                    self.head.counts.receipts_waiting -= 1;
                    if let Some(Sql(system)) = system {
                        let list = List::Receipts(SystemId(system));
                        self.leaves(list, created_at, &receipt.0)?;
                    }
                    return Ok(());
                }
                let there = "SELECT 1 FROM receipts WHERE id = ?1";
                self.must_exist("receipt", there, [id(&receipt.0)])
            }
            Op::AddMailboxEntry(entry) => self.add_mailbox_entry(entry),
            Op::MarkRead { owner, memo, at } => self.mark_read(*owner, *memo, *at),
            Op::FileMailboxEntry { entry, marks, expect } => {
                self.file_mailbox_entry(entry, marks, *expect)
            }
            Op::AddEvent(event) => self.add_event(event),
            Op::FinishIncoming { key, worker } => {
                if !self.incoming.is_with(*key, *worker) || self.filed.contains(key) {
                    return Err(Conflict::LeaseLost(JobId(key.0)).into());
                }
                self.filed.push(*key);
                Ok(())
            }
            Op::AddJob(job) => self.add_job(job),
            Op::FinishJob { id: job, worker } => {
                self.end_lease(Ended { job: *job, worker: *worker, is_done: true })?;
                if self.delete_job(*job)? { Ok(()) } else { Err(Conflict::LeaseLost(*job).into()) }
            }
            Op::RetryJob { id: job, worker, due, failures, failing_since } => {
                self.end_lease(Ended { job: *job, worker: *worker, is_done: false })?;
                let was_due = self.was_due(*job)?;
                let kind: Option<Sql<WorkKind>> = self
                    .connection
                    .prepare_cached(
                        "UPDATE jobs SET due = ?2, failures = ?3, failing_since = ?4
                         WHERE id = ?1 RETURNING kind",
                    )?
                    .query_row(
                        params![id(&job.0), Sql(*due), failures, failing_since.map(Sql)],
                        |row| row.get(0),
                    )
                    .optional()?;
                let Some(Sql(kind)) = kind else { return Err(Conflict::LeaseLost(*job).into()) };
                self.wakes.add(kind);
                self.is_due_anew(*job, was_due, *due)
            }
            Op::MoveJob { id: key, due, failures } => {
                self.must_be_free(*key)?;
                let was_due = self.was_due(*key)?;
                let moved = match failures {
                    None => self.run(
                        "UPDATE jobs SET due = ?2 WHERE id = ?1",
                        params![id(&key.0), Sql(*due)],
                    ),
                    Some(failures) => self.run(
                        "UPDATE jobs SET due = ?2, failures = ?3, failing_since = NULL WHERE id = ?1",
                        params![id(&key.0), Sql(*due), failures],
                    ),
                }?;
                if !moved {
                    return Err(Conflict::Missing { what: "job" }.into());
                }
                self.wakes.add(WorkKind::Inside);
                self.wakes.add(WorkKind::Outside);
                self.is_due_anew(*key, was_due, *due)
            }
            Op::RemoveJob(key) => {
                self.must_be_free(*key)?;
                if self.delete_job(*key)? { Ok(()) } else { Err(missing("job")) }
            }
            Op::PostponeSystem { system, due } => {
                let claimed = self.claimed_calls(*system);
                let params = params![id(&system.0), Sql(*due), claimed];
                self.move_calls(concat!("system = ?1 AND due < ?2", unclaimed!()), params, *due)?;
                Ok(())
            }
            Op::HastenSystem { system, due } => {
                let claimed = self.claimed_calls(*system);
                let params = params![id(&system.0), Sql(*due), claimed, Sql(HELD)];
                let given = concat!("system = ?1 AND due > ?2 AND due <> ?4", unclaimed!());
                if self.move_calls(given, params, *due)? {
                    self.wakes.add(WorkKind::Outside);
                }
                Ok(())
            }
            Op::StartAging { .. }
            | Op::StopAging(_)
            | Op::RemoveMemo { .. }
            | Op::RemoveReceipt { .. }
            | Op::RemoveMailboxEntry { .. }
            | Op::RemoveEvents { .. } => self.age(op),
            other => Err(Refused::Value(StorageError::Failed(
                format!("this store is older than the change {other:.20?}").into(),
            ))),
        }
    }

    /// To be called after a row came into a list.
    pub(super) fn joins(
        &self,
        list: List,
        at: impl Into<Value>,
        id: &Uuid,
    ) -> rusqlite::Result<()> {
        self.milestones.added(self.connection, list, at, id)
    }

    /// To be called after a row went out of a list, and before it or another joins one.
    pub(super) fn leaves(
        &self,
        list: List,
        at: impl Into<Value>,
        id: &Uuid,
    ) -> rusqlite::Result<()> {
        self.milestones.removed(self.connection, list, at, id)
    }

    fn put_contact(&self, contact: &Contact) -> Result<(), Refused> {
        let list = List::Contacts;
        let earlier = if self.milestones.may_have(list) {
            registry::contact(self.connection, contact.id)?.map(|earlier| earlier.name)
        } else {
            None
        };
        registry::put_contact(self.connection, contact)?;
        if let Some(earlier) = earlier {
            self.leaves(list, earlier, &contact.id.0)?;
        }
        Ok(self.joins(list, contact.name.clone(), &contact.id.0)?)
    }

    fn delete_job(&mut self, job: JobId) -> Result<bool, Refused> {
        let due: Option<i64> = self
            .connection
            .prepare_cached("DELETE FROM jobs WHERE id = ?1 RETURNING due")?
            .query_row([id(&job.0)], |row| row.get(0))
            .optional()?;
        let Some(due) = due else { return Ok(false) };
        self.head.counts.jobs -= 1;
        self.leaves(List::Jobs, due, &job.0)?;
        Ok(true)
    }

    /// When work was due that is about to be due at another time, if that matters.
    fn was_due(&self, job: JobId) -> rusqlite::Result<Option<i64>> {
        if !self.milestones.may_have(List::Jobs) {
            return Ok(None);
        }
        self.connection
            .prepare_cached("SELECT due FROM jobs WHERE id = ?1")?
            .query_row([id(&job.0)], |row| row.get(0))
            .optional()
    }

    fn is_due_anew(&self, job: JobId, was_due: Option<i64>, due: Timestamp) -> Result<(), Refused> {
        if let Some(was_due) = was_due {
            self.leaves(List::Jobs, was_due, &job.0)?;
            self.joins(List::Jobs, due.as_millis(), &job.0)?;
        }
        Ok(())
    }

    /// Makes the work `given` due at `due`, which is `?2`; says whether there was any.
    fn move_calls(
        &self,
        given: &str,
        params: &[&dyn ToSql],
        due: Timestamp,
    ) -> Result<bool, Refused> {
        if self.milestones.may_have(List::Jobs) {
            let sql = format!("SELECT due, id FROM jobs WHERE {given}");
            let moving = many(self.connection, &sql, params, |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, Sql<Uuid>>(1)?))
            })?;
            for (was_due, Sql(job)) in moving {
                self.leaves(List::Jobs, was_due, &job)?;
            }
        }
        let some = self.run(&format!("UPDATE jobs SET due = ?2 WHERE {given}"), params)?;
        if some {
            self.milestones.gathered(self.connection, List::Jobs, due.as_millis())?;
        }
        Ok(some)
    }

    /// Somebody who has work is not to have it taken away.
    fn must_be_free(&self, job: JobId) -> Result<(), Refused> {
        if self.leases.lock().is_known(job) {
            return Err(Conflict::Changed { what: "job" }.into());
        }
        Ok(())
    }

    fn add_transmission(&mut self, transmission: &Transmission) -> Result<(), Refused> {
        let origin = OriginColumns::of(&transmission.origin);
        let archive = transmission.archive.as_ref();
        if archive.is_some_and(|archive| matches!(archive.place, Place::Journal(_))) {
            let text = "an archive does not lie in the journal";
            return Err(Refused::Value(StorageError::Failed(text.into())));
        }
        let row = archive.map(|archive| self.put_content(archive)).transpose()?.flatten();
        self.add(
            "transmission",
            "INSERT INTO transmissions (id, origin_system, origin_organisation, origin_contact,
                received_at, lane, archive_digest, archive_bytes, archive_row, extracted, door)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT DO NOTHING",
            params![
                id(&transmission.id.0),
                origin.system.as_ref().map(id),
                origin.organisation.as_ref().map(id),
                origin.contact.as_ref().map(id),
                Sql(transmission.received_at),
                Sql(transmission.lane),
                archive.map(|archive| Sql(&archive.digest)),
                archive.map(|archive| Sql(archive.length_bytes)),
                row,
                transmission.extracted,
                transmission.door.map(Door::word),
            ],
        )?;
        self.head.counts.transmissions += 1;
        Ok(())
    }

    fn set_extracted(&mut self, transmission: TransmissionId) -> Result<(), Refused> {
        let found: Option<(bool, Option<i64>)> = self
            .connection
            .prepare_cached("SELECT extracted, archive_row FROM transmissions WHERE id = ?1")?
            .query_row([id(&transmission.0)], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (extracted, row) = found.ok_or_else(|| missing("transmission"))?;
        if extracted {
            return Err(Conflict::Changed { what: "transmission" }.into());
        }
        self.run(
            "UPDATE transmissions SET extracted = 1, archive_digest = NULL, archive_bytes = NULL,
                archive_row = NULL WHERE id = ?1",
            [id(&transmission.0)],
        )?;
        if let Some(row) = row {
            self.run("DELETE FROM row_bytes WHERE id = ?1", [row])?;
        }
        Ok(())
    }

    fn add_memo(&mut self, memo: &Memo) -> Result<(), Refused> {
        let origin = OriginColumns::of(&memo.origin);
        let outline = memo.outline.as_ref().map(json).transpose()?;
        let row = self.put_content(&memo.content)?;
        let spot = match memo.content.place {
            Place::Journal(spot) => Some(spot),
            Place::Row(_) | Place::Store => None,
        };
        self.add(
            "memo",
            "INSERT INTO memos (key, transmission, origin_system, origin_organisation,
                origin_contact, lane, claimed_uuid, message_uuid, content_digest, content_bytes,
                content_row, content_spot, state, outline, received_at, available_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
             ON CONFLICT DO NOTHING",
            params![
                id(&memo.key.0),
                id(&memo.transmission.0),
                origin.system.as_ref().map(id),
                origin.organisation.as_ref().map(id),
                origin.contact.as_ref().map(id),
                Sql(memo.lane),
                memo.claimed_uuid.as_ref().map(id),
                memo.message_uuid.as_ref().map(id),
                Sql(&memo.content.digest),
                Sql(memo.content.length_bytes),
                row,
                spot.map(Sql),
                Sql(memo.state),
                outline,
                Sql(memo.received_at),
                memo.available_at.map(Sql),
            ],
        )?;
        self.head.counts.memos += 1;
        Ok(self.joins(List::Submission(memo.transmission), 0, &memo.key.0)?)
    }

    fn take_identity(
        &mut self,
        holder: &Uuid,
        message_uuid: &Uuid,
        memo: MemoKey,
        digest: &Digest,
    ) -> Result<(), Refused> {
        let taken = self.run(
            "INSERT INTO identities (holder, message_uuid, memo, digest) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO NOTHING",
            params![id(holder), id(message_uuid), id(&memo.0), Sql(digest)],
        )?;
        if taken {
            return Ok(());
        }
        let (Sql(by), Sql(of)): (Sql<Uuid>, Sql<Digest>) = self
            .connection
            .prepare_cached(
                "SELECT memo, digest FROM identities WHERE holder = ?1 AND message_uuid = ?2",
            )?
            .query_row([id(holder), id(message_uuid)], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if by == memo.0 {
            return Ok(());
        }
        Err(Conflict::IdentityTaken { by: MemoKey(by), same_bytes: of == *digest }.into())
    }

    fn add_delivery(&mut self, delivery: &Delivery) -> Result<(), Refused> {
        self.add(
            "delivery",
            "INSERT INTO deliveries (memo, system, message_uuid, state, queued_at)
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
            params![
                id(&delivery.memo.0),
                id(&delivery.system.0),
                id(&delivery.message_uuid),
                Sql(delivery.state),
                Sql(delivery.queued_at),
            ],
        )?;
        if is_open(delivery.state) {
            self.head.counts.deliveries_open += 1;
            let list = List::Deliveries(delivery.system);
            self.joins(list, delivery.queued_at.as_millis(), &delivery.memo.0)?;
        }
        Ok(())
    }

    fn move_delivery(
        &mut self,
        memo: MemoKey,
        system: SystemId,
        from: &[DeliveryState],
        to: DeliveryState,
    ) -> Result<(), Refused> {
        let found: Option<(Sql<DeliveryState>, i64)> = self
            .connection
            .prepare_cached(
                "SELECT state, queued_at FROM deliveries WHERE memo = ?1 AND system = ?2",
            )?
            .query_row([id(&memo.0), id(&system.0)], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (Sql(state), queued_at) = found.ok_or_else(|| missing("delivery"))?;
        if !from.contains(&state) {
            return Err(Conflict::Changed { what: "delivery" }.into());
        }
        self.run(
            "UPDATE deliveries SET state = ?3 WHERE memo = ?1 AND system = ?2",
            params![id(&memo.0), id(&system.0), Sql(to)],
        )?;
        let open = &mut self.head.counts.deliveries_open;
        *open = *open + u64::from(is_open(to)) - u64::from(is_open(state));
        let list = List::Deliveries(system);
        match (is_open(state), is_open(to)) {
            (true, false) => self.leaves(list, queued_at, &memo.0)?,
            (false, true) => self.joins(list, queued_at, &memo.0)?,
            (true, true) | (false, false) => {}
        }
        Ok(())
    }

    fn add_receipt(&mut self, receipt: &ReceiptRecord) -> Result<(), Refused> {
        let says = json(&receipt.receipt)?;
        self.add(
            "receipt",
            "INSERT INTO receipts (id, system, memo, receipt, created_at, delivered)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
            params![
                id(&receipt.id.0),
                receipt.system.as_ref().map(|system| id(&system.0)),
                receipt.memo.as_ref().map(|memo| id(&memo.0)),
                says,
                Sql(receipt.created_at),
                receipt.delivered,
            ],
        )?;
        self.head.counts.receipts_waiting += u64::from(!receipt.delivered);
        if let (Some(system), false) = (receipt.system, receipt.delivered) {
            let list = List::Receipts(system);
            self.joins(list, receipt.created_at.as_millis(), &receipt.id.0)?;
        }
        Ok(())
    }

    fn add_mailbox_entry(&mut self, entry: &MailboxEntry) -> Result<(), Refused> {
        self.add(
            "mailbox entry",
            "INSERT INTO mailbox (owner, memo, folder, arrived_at, read_at)
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
            params![
                id(&entry.owner.0),
                id(&entry.memo.0),
                Sql(entry.folder),
                Sql(entry.arrived_at),
                entry.read_at.map(Sql),
            ],
        )?;
        Ok(self.is_filed(entry)?)
    }

    fn add_event(&mut self, event: &Event) -> Result<(), Refused> {
        let link = self.head.link.after(event);
        self.run(
            "INSERT INTO events (seq, id, at, tag, transmission, memo, message_uuid, system,
                organisation, receipt_status, error_code, size_bytes, day, hash, owner, actor, door)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
            params![
                Sql(self.head.counts.events + 1),
                id(&event.id.0),
                Sql(event.at),
                event.tag.name(),
                event.transmission.as_ref().map(|transmission| id(&transmission.0)),
                event.memo.as_ref().map(|memo| id(&memo.0)),
                event.message_uuid.as_ref().map(id),
                event.system.as_ref().map(|system| id(&system.0)),
                event.organisation.as_ref().map(|organisation| id(&organisation.0)),
                event.receipt_status.map(Sql),
                event.error_code,
                event.size_bytes.map(Sql),
                link.day,
                link.hash,
                event.owner.as_ref().map(id),
                event.actor.as_ref().map(id),
                event.door.map(Door::word),
            ],
        )?;
        self.head.counts.events += 1;
        self.head.link = link;
        Ok(())
    }

    fn add_job(&mut self, job: &Job) -> Result<(), Refused> {
        let part = match job.work {
            Work::SetGoing(_, from) => Some(from),
            _ => None,
        };
        let (word, subject) = match &job.work {
            Work::Extract(transmission) => ("extract", &transmission.0),
            Work::SetGoing(transmission, _) => ("set-going", &transmission.0),
            Work::Check(memo) => ("check", &memo.0),
            Work::Release(memo) => ("release", &memo.0),
            Work::PushMemo(memo, _) => ("push-memo", &memo.0),
            Work::PushReceipt(receipt, _) => ("push-receipt", &receipt.0),
            Work::SendSms(memo) => ("send-sms", &memo.0),
            Work::SendNotice(notice) => ("send-notice", notice),
            Work::PushNotification(notification, _) => ("push-notification", notification),
            Work::Resume(system) => ("resume", &system.0),
            Work::KeepHouse => ("keep-house", &Uuid::nil()),
        };
        self.add(
            "job",
            "INSERT INTO jobs (id, kind, lane, due, work, subject, system, failures, failing_since,
                account, part)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT DO NOTHING",
            params![
                id(&job.id.0),
                Sql(job.work.kind()),
                Sql(job.lane),
                Sql(job.due),
                word,
                id(subject),
                job.work.system().as_ref().map(|system| id(&system.0)),
                job.failures,
                job.failing_since.map(Sql),
                account(job.account.as_ref()),
                part,
            ],
        )?;
        self.head.counts.jobs += 1;
        self.wakes.add(job.work.kind());
        Ok(self.joins(List::Jobs, job.due.as_millis(), &job.id.0)?)
    }

    /// Notes that a worker is through with a job; the lease goes when this is committed.
    fn end_lease(&mut self, ended: Ended) -> Result<(), Conflict> {
        let is_held = self.leases.lock().is_with(ended.job, ended.worker);
        if !is_held || self.ended.iter().any(|other| other.job == ended.job) {
            return Err(Conflict::LeaseLost(ended.job));
        }
        self.ended.push(ended);
        Ok(())
    }

    /// The jobs that call a system and that somebody has, as JSON for [`unclaimed`].
    fn claimed_calls(&self, system: SystemId) -> String {
        let calls = self.leases.lock().calls(system);
        let is_over = |job: &JobId| self.ended.iter().any(|ended| ended.job == *job);
        let claimed: Vec<String> = calls
            .iter()
            .filter(|job| !is_over(job))
            .map(|job| format!("\"{}\"", job.0.simple()))
            .collect();
        format!("[{}]", claimed.join(","))
    }

    /// Writes small content and returns its row; `None` for content in a file.
    pub(super) fn put_content(&self, content: &ContentRef) -> Result<Option<i64>, Refused> {
        match &content.place {
            Place::Row(bytes) => {
                self.run("INSERT INTO row_bytes (bytes) VALUES (?1)", [bytes.as_ref()])?;
                Ok(Some(self.connection.last_insert_rowid()))
            }
            // It came so long ago that a sweep took it. The sender must hear that, and send again.
            Place::Store if self.swept.holds(&content.digest) && !self.contents.holds(content) => {
                Err(missing("content"))
            }
            Place::Store | Place::Journal(_) => Ok(None),
        }
    }

    /// Runs a statement; says whether it changed anything.
    pub(super) fn run(&self, sql: &str, params: impl Params) -> rusqlite::Result<bool> {
        Ok(self.execute(sql, params)? > 0)
    }

    /// Runs a statement; says how many rows it changed.
    pub(super) fn execute(&self, sql: &str, params: impl Params) -> rusqlite::Result<u64> {
        Ok(self.connection.prepare_cached(sql)?.execute(params)? as u64)
    }

    fn add(&self, what: &'static str, sql: &str, params: impl Params) -> Result<(), Refused> {
        if self.run(sql, params)? { Ok(()) } else { Err(Conflict::Exists { what }.into()) }
    }

    pub(super) fn must_exist(
        &self,
        what: &'static str,
        sql: &str,
        key: impl Params,
    ) -> Result<(), Refused> {
        if self.connection.prepare_cached(sql)?.exists(key)? { Ok(()) } else { Err(missing(what)) }
    }

    fn changed_or_missing(&self, what: &'static str, sql: &str, key: impl Params) -> Refused {
        match self.must_exist(what, sql, key) {
            Ok(()) => Conflict::Changed { what }.into(),
            Err(refused) => refused,
        }
    }
}

/// An account as it stands in its column: nobody's is empty.
pub(super) fn account(account: Option<&Uuid>) -> &[u8] {
    account.map_or(&[], |account| account.as_bytes())
}

pub(super) fn missing(what: &'static str) -> Refused {
    Conflict::Missing { what }.into()
}

fn is_open(state: DeliveryState) -> bool {
    matches!(state, DeliveryState::Waiting | DeliveryState::Taken)
}

fn json(value: &impl serde::Serialize) -> Result<String, Refused> {
    serde_json::to_string(value)
        .map_err(|error| Refused::Value(StorageError::Failed(Box::new(error))))
}

/// The three columns that say who handed a message in.
struct OriginColumns {
    system: Option<Uuid>,
    organisation: Option<Uuid>,
    contact: Option<Uuid>,
}

impl OriginColumns {
    fn of(origin: &Origin) -> Self {
        match origin {
            Origin::System { system, organisation } => {
                Self { system: Some(system.0), organisation: Some(organisation.0), contact: None }
            }
            Origin::Mailbox(contact) => {
                Self { system: None, organisation: None, contact: Some(contact.0) }
            }
        }
    }
}
