//! Removing what has been kept long enough, and warning of certificates that end: work on the clock,
//! once a day.

use brevdue_memo::Timestamp;
use uuid::Uuid;

use super::Exchange;
use super::notices::WAITING;
use crate::local::house::{Gone, Left};
use crate::policy::Days;
use crate::storage::{Aged, Aging, AgingKind, Expect, Record, RecordKind, day_of};
use crate::{
    Batch, Conflict, Contact, ContactId, Job, JobId, Lane, MailboxEntry, Memo, MemoState, Op,
    Origin, RegistrationStatus, StorageError, Work, WorkerId,
};

/// The one piece of work that removes what is old. It stays, and is due again the next day.
const HOUSE: JobId = JobId(Uuid::from_u128(0x4005E));
/// Pieces looked at in one go.
const BATCH: u32 = 200;
/// Events removed in one batch.
const EVENTS: u32 = 5_000;
/// Goes at one kind before the rest is left for a minute later, so that letters are not kept waiting.
const GOES: usize = 50;
/// Seconds until the rest.
const REST_SECONDS: i64 = 60;
const DAY_SECONDS: i64 = 24 * 60 * 60;

/// The changes that take a message out of a mailbox, and away when nobody else has it.
pub(super) fn take_out(
    entry: &MailboxEntry,
    state: MemoState,
    origin: &Origin,
    at: Timestamp,
) -> Vec<Op> {
    let (owner, memo) = (entry.owner, entry.memo);
    let mut ops = vec![Op::RemoveMailboxEntry { owner, memo, at }];
    let is_settled = !matches!(state, MemoState::Received | MemoState::Delayed | MemoState::Queued);
    let is_shared = match origin {
        Origin::Mailbox(writer) => *writer != owner,
        Origin::System { .. } => false,
    };
    if is_settled && !is_shared {
        ops.push(Op::RemoveMemo { key: memo, from: state, at });
    }
    ops
}

impl Exchange {
    /// Sees to it that what is old is removed from now on, once a day. Twice is fine.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn begin_keeping_house(&self) -> Result<(), StorageError> {
        let now = self.clock().now();
        let job = Job { id: HOUSE, ..self.job(Work::KeepHouse, Lane::Bulk, now) };
        match self.store().commit(Batch::of(Op::AddJob(job))).await {
            Err(StorageError::Conflict(Conflict::Exists { .. })) => Ok(()),
            other => other,
        }
    }

    /// The change by which a message that became no delivery begins to age, or goes at once when the
    /// policy keeps no such submissions.
    pub(super) fn let_go(&self, memo: &Memo, state: MemoState, now: Timestamp) -> Op {
        // A person sees in their mailbox what they wrote.
        if self.policy().retention.submission == Days(0) && memo.origin.system().is_some() {
            return Op::RemoveMemo { key: memo.key, from: state, at: now };
        }
        Op::StartAging { what: Aging::Submission(memo.key), since: now }
    }

    /// The changes that a change of the contact registry brings with it, itself included: the mailbox of
    /// a company that closes begins to age.
    pub fn contact_changes(&self, before: Option<&Contact>, after: Contact) -> Vec<Op> {
        let is_closed = |contact: &Contact| contact.status == RegistrationStatus::Closed;
        let closes = is_closed(&after) && !before.is_some_and(is_closed);
        let is_company = matches!(after.party, brevdue_memo::PartyId::Cvr(_));
        let what = Aging::ClosedMailbox(after.id);
        let mut ops = vec![Op::PutContact(after)];
        if closes && is_company {
            ops.push(Op::StartAging { what, since: self.clock().now() });
        }
        ops
    }

    /// Removes what is old, and settles the work that this is.
    pub(super) async fn keep_house(&self, job: &Job, worker: WorkerId) -> Result<(), StorageError> {
        let keep = self.policy().retention;
        let now = self.clock().now();
        let mut rests = false;
        for (kind, period) in [
            (AgingKind::AuthorityMemo, keep.authority_memo),
            (AgingKind::Submission, keep.submission),
            (AgingKind::Receipt, keep.unfetched_receipt),
            (AgingKind::FetchedReceipt, keep.receipt),
            (AgingKind::ClosedMailbox, keep.closed_mailbox),
        ] {
            rests |= self.remove_aged(kind, period.before(now)).await?;
        }
        rests |= self.remove_events(keep.events.before(now)).await?;
        for kind in [RecordKind::Notice, RecordKind::TextMessage] {
            rests |= self.remove_records(kind, keep.submission.before(now)).await?;
        }
        self.warn_of_ending_certificates().await?;
        let seconds = if rests { REST_SECONDS } else { DAY_SECONDS };
        let due = now.plus_seconds(seconds);
        let again = Op::RetryJob { id: job.id, worker, due, failures: 0, failing_since: None };
        match self.store().commit(Batch::of(again)).await {
            Err(StorageError::Conflict(_)) => Ok(()), // Somebody else has taken it over.
            other => other,
        }
    }

    /// Whether some are left.
    async fn remove_aged(&self, kind: AgingKind, until: Timestamp) -> Result<bool, StorageError> {
        for _ in 0..GOES {
            let aged = self.store().aged(kind, until, BATCH).await?;
            if aged.is_empty() {
                return Ok(false);
            }
            let (mut batch, mut left) = (Batch::default(), Vec::new());
            for aged in &aged {
                let ops = self.removal(aged).await?;
                left.extend(self.leaving(aged, &ops).await?);
                batch.ops.extend(ops);
            }
            match self.store().commit(batch).await {
                // Something moved, or another node was here: one by one, leaving what does not fit.
                Err(StorageError::Conflict(_)) => {
                    for aged in &aged {
                        let ops = self.removal(aged).await?;
                        let left = self.leaving(aged, &ops).await?;
                        match self.store().commit(Batch { ops }).await {
                            Ok(()) => self.note_left(left),
                            Err(StorageError::Conflict(_)) => {}
                            Err(error) => return Err(error),
                        }
                    }
                }
                other => {
                    other?;
                    self.note_left(left);
                }
            }
        }
        Ok(true)
    }

    /// What follows for one that is old: it is removed, or it no longer matters how old it is.
    async fn removal(&self, aged: &Aged) -> Result<Vec<Op>, StorageError> {
        let at = self.clock().now();
        let store = self.store();
        let mut ops = vec![Op::StopAging(*aged)];
        match aged.what {
            Aging::AuthorityMemo(key) => {
                let memo = store.memo(key).await?;
                let gone = memo.filter(|memo| memo.state == MemoState::HandedOver);
                ops.extend(gone.map(|memo| Op::RemoveMemo { key, from: memo.state, at }));
            }
            Aging::Submission(key) => {
                let memo = store.memo(key).await?;
                let gone = memo.filter(|memo| {
                    memo.origin.system().is_some()
                        && matches!(
                            memo.state,
                            MemoState::Refused
                                | MemoState::Repeated
                                | MemoState::Recalled
                                | MemoState::HandedOver
                        )
                });
                ops.extend(gone.map(|memo| Op::RemoveMemo { key, from: memo.state, at }));
            }
            // Once fetched it ages anew.
            Aging::Receipt(id) => {
                let unfetched = store.receipt(id).await?.filter(|receipt| !receipt.delivered);
                ops.extend(unfetched.map(|_| Op::RemoveReceipt { id, at }));
            }
            Aging::FetchedReceipt(id) => {
                let there = store.receipt(id).await?;
                ops.extend(there.map(|_| Op::RemoveReceipt { id, at }));
            }
            Aging::ClosedMailbox(owner) => {
                let contact = store.contact(owner).await?;
                let is_closed =
                    contact.is_some_and(|contact| contact.status == RegistrationStatus::Closed);
                // It may have opened again, and closed later.
                let is_latest = store.aging_since(aged.what).await? == Some(aged.since);
                if is_closed && is_latest {
                    let entries = self.emptying(owner, at).await?;
                    if entries.len() >= BATCH as usize {
                        return Ok(entries); // It stays old, and the rest follows.
                    }
                    ops.extend(entries);
                }
            }
        }
        Ok(ops)
    }

    /// The changes that take messages out of a mailbox, and away when nobody else has them.
    async fn emptying(&self, owner: ContactId, at: Timestamp) -> Result<Vec<Op>, StorageError> {
        let page = brevdue_wire::PageRequest { page: 0, size: BATCH.into() };
        let mut ops = Vec::new();
        for line in self.store().mailbox_lines(owner, None, page).await?.items {
            ops.extend(take_out(&line.entry, line.state, &line.origin, at));
        }
        Ok(ops)
    }

    /// Removes notices that have left or were given up, or texts in the sink. Whether some are left.
    async fn remove_records(
        &self,
        kind: RecordKind,
        before: Timestamp,
    ) -> Result<bool, StorageError> {
        let page = brevdue_wire::PageRequest { page: 0, size: BATCH.into() };
        for _ in 0..GOES {
            let oldest = self.store().records_of_kind(kind, page).await?;
            let old = oldest.items.iter().filter(|record| record.created_at < before);
            let done = old.filter(|record| kind != RecordKind::Notice || record.name != WAITING);
            let done: Vec<&Record> = done.collect();
            let Some(first) = done.first() else { return Ok(false) };
            let left = Left {
                what: Gone::Notices,
                message_uuid: None,
                count: done.len() as u64,
                since: first.created_at,
                days: self.policy().retention.submission.0,
            };
            let remove = |record: &&Record| {
                Op::RemoveRecord(kind, record.id, Expect::Version(record.version))
            };
            let ops = done.iter().map(remove).collect();
            match self.store().commit(Batch { ops }).await {
                Ok(()) => self.note_left(vec![left]),
                Err(StorageError::Conflict(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Whether some are left.
    async fn remove_events(&self, before: Timestamp) -> Result<bool, StorageError> {
        for _ in 0..GOES {
            let oldest = self.store().oldest_event_day().await?;
            if oldest.is_none_or(|oldest| oldest >= day_of(before)) {
                return Ok(false);
            }
            let at = self.clock().now();
            self.store().commit(Batch::of(Op::RemoveEvents { before, limit: EVENTS, at })).await?;
            let days = self.policy().retention.events.0;
            let what = Gone::Events;
            self.note_left(vec![Left { what, message_uuid: None, count: 0, since: before, days }]);
        }
        Ok(true)
    }
}
