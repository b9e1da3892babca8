//! The work inside: taking archives apart, checking, releasing. Called by the server's worker threads;
//! may block the thread it runs on while it reads.

use futures_util::future::join_all;

use super::Exchange;
use crate::storage::Claim;
use crate::{Batch, Conflict, Job, Op, StorageError, Work, WorkKind, WorkerId};

/// Times a decision is made anew because something changed under it.
const TRIES: usize = 5;

/// Of so many pieces of work at least one is a job, however many letters were received.
const JOBS_SHARE: u32 = 8;

/// What becomes of the bulk lane in a round of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bulk {
    /// It is served in its turn.
    Goes,
    /// It is left alone.
    Rests,
}

impl Exchange {
    /// Whether so many letters came in at once, since this was last asked, that bulk mail had better rest
    /// while they are received.
    pub fn was_crowded(&self) -> bool {
        self.crowd.was_seen()
    }

    /// Does a round of [`Self::work_letters`] and one of [`Self::work_archives`]: for who has one
    /// thread for all of it. Returns how many pieces were claimed.
    ///
    /// # Errors
    /// When the store fails; the lease of what was claimed runs out and it is done later.
    pub async fn work_inside(&self, worker: WorkerId, limit: u32) -> Result<usize, StorageError> {
        let letters = self.work_letters(worker, limit, Bulk::Goes).await?;
        Ok(letters + self.work_archives(worker, limit).await?)
    }

    /// Claims at most `limit` received letters, and then due pieces of work inside up to what is left
    /// of `limit`, but at least a share of it; does them, and returns how many were claimed.
    ///
    /// Each piece is settled in one batch with its events, receipts and follow-up work; a piece that
    /// conflicts with another worker's is dropped, not repeated. A piece that fails by itself, for
    /// example because its bytes are damaged, is put off and logged.
    ///
    /// # Errors
    /// When the store fails; the lease of what was claimed runs out and it is done later.
    pub async fn work_letters(
        &self,
        worker: WorkerId,
        limit: u32,
        bulk: Bulk,
    ) -> Result<usize, StorageError> {
        let letters = self.work_incoming(worker, limit, bulk).await?;
        let taken = u32::try_from(letters).unwrap_or(limit);
        let left = limit.saturating_sub(taken).max(limit.div_ceil(JOBS_SHARE));
        let jobs = self.store().claim(self.claiming_inside(worker, left, bulk)).await?;
        // Side by side, so that the store can make many decisions durable in one go.
        let outcomes = join_all(jobs.iter().map(|job| self.work(job, worker))).await;
        outcomes.into_iter().collect::<Result<(), _>>()?;
        Ok(letters + jobs.len())
    }

    /// Claims at most `limit` archives that are to be taken apart, or let go, one after the other; does
    /// it, and returns how many were claimed. As [`Self::work_letters`] otherwise.
    ///
    /// # Errors
    /// When the store fails; the lease of what was claimed runs out and it is done later.
    pub async fn work_archives(&self, worker: WorkerId, limit: u32) -> Result<usize, StorageError> {
        let jobs = self.claim(WorkKind::Archives, worker, limit).await?;
        for job in &jobs {
            self.work(job, worker).await?;
        }
        Ok(jobs.len())
    }

    /// What a worker inside claims now.
    pub(super) fn claiming_inside(&self, worker: WorkerId, limit: u32, bulk: Bulk) -> Claim {
        let claim = self.claiming(WorkKind::Inside, worker, limit);
        match bulk {
            Bulk::Goes => claim,
            Bulk::Rests => Claim { for_bulk: 0, most_bulk: 0, ..claim },
        }
    }

    fn claiming(&self, kind: WorkKind, worker: WorkerId, limit: u32) -> Claim {
        let now = self.clock().now();
        let lease_until = now.plus_seconds(self.policy().lease_seconds);
        let for_bulk = limit.saturating_mul(self.policy().bulk_share_percent) / 100;
        Claim { kind, worker, now, lease_until, limit, for_bulk, most_bulk: limit }
    }

    pub(super) async fn claim(
        &self,
        kind: WorkKind,
        worker: WorkerId,
        limit: u32,
    ) -> Result<Vec<Job>, StorageError> {
        self.store().claim(self.claiming(kind, worker, limit)).await
    }

    async fn work(&self, job: &Job, worker: WorkerId) -> Result<(), StorageError> {
        match self.try_to_work(job, worker).await {
            Err(error @ (StorageError::Damaged(_) | StorageError::Failed(_))) => {
                tracing::error!(
                    job = %job.id,
                    failures = job.failures + 1,
                    error = &error as &dyn std::error::Error,
                    "work inside failed and is put off",
                );
                self.put_off(job, worker).await
            }
            other => other,
        }
    }

    async fn try_to_work(&self, job: &Job, worker: WorkerId) -> Result<(), StorageError> {
        for _ in 0..TRIES {
            let ops = match job.work {
                Work::Extract(transmission) => {
                    return Box::pin(self.extract(job, worker, transmission)).await;
                }
                Work::SetGoing(transmission, from) => {
                    Box::pin(self.set_going(transmission, from)).await?
                }
                Work::KeepHouse => return Box::pin(self.keep_house(job, worker)).await,
                Work::Resume(system) => Box::pin(self.resume(job, system)).await?,
                Work::Check(memo) => Box::pin(self.judge(memo)).await?,
                Work::Release(memo) => Box::pin(self.release(memo)).await?,
                Work::PushMemo(..) | Work::PushReceipt(..) => return Ok(()),
                Work::SendSms(_) | Work::SendNotice(_) | Work::PushNotification(..) => {
                    return Ok(());
                }
            };
            // First, so that a lost lease shows before any other conflict.
            let mut batch = Batch::of(Op::FinishJob { id: job.id, worker });
            batch.ops.extend(ops);
            match self.store().commit(batch).await {
                Err(StorageError::Conflict(Conflict::LeaseLost(_))) => return Ok(()),
                // Decided on facts that have changed: look again. Most often another message has
                // just taken the UUID.
                Err(StorageError::Conflict(_)) => {}
                other => return other,
            }
        }
        tracing::error!(job = %job.id, "work inside conflicts each time and is put off");
        self.put_off(job, worker).await
    }

    async fn put_off(&self, job: &Job, worker: WorkerId) -> Result<(), StorageError> {
        let now = self.clock().now();
        let retry = Op::RetryJob {
            id: job.id,
            worker,
            due: now.plus_seconds(self.policy().retry_after(job.failures)),
            failures: job.failures.saturating_add(1),
            failing_since: job.failing_since.or(Some(now)),
        };
        match self.store().commit(Batch::of(retry)).await {
            Err(StorageError::Conflict(_)) => Ok(()), // Somebody else has it.
            other => other,
        }
    }
}
