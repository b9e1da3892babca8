//! Checking single letters straight from where they were received: one batch files each with all that
//! became of it, from its submission to its receipt.

use futures_util::future::join_all;

use super::Exchange;
use super::work::Bulk;
use crate::{Batch, Conflict, EventTag, Incoming, Memo, Op, StorageError, Work, WorkerId};
use brevdue_wire::ReceiptStatus;

/// Times a decision is made anew because something changed under it.
const TRIES: usize = 5;

impl Exchange {
    /// Claims at most `limit` received letters, files them, and returns how many were claimed. A letter
    /// that cannot be judged, for example because its bytes are damaged, is filed unchecked, with its
    /// check as work that is tried again later.
    ///
    /// # Errors
    /// When the store fails; the lease of what was claimed runs out and it is done later.
    pub(super) async fn work_incoming(
        &self,
        worker: WorkerId,
        limit: u32,
        bulk: Bulk,
    ) -> Result<usize, StorageError> {
        let claim = self.claiming_inside(worker, limit, bulk);
        let letters = self.store().claim_incoming(claim).await?;
        // Side by side, so that the store can make many decisions durable in one go.
        let outcomes =
            join_all(letters.iter().map(|letter| self.file_letter(letter, worker))).await;
        outcomes.into_iter().collect::<Result<(), _>>()?;
        Ok(letters.len())
    }

    async fn file_letter(&self, letter: &Incoming, worker: WorkerId) -> Result<(), StorageError> {
        match self.try_to_file(letter, worker).await {
            Err(error @ (StorageError::Damaged(_) | StorageError::Failed(_))) => {
                tracing::error!(
                    memo = %letter.key,
                    error = &error as &dyn std::error::Error,
                    "a letter could not be checked and is put off",
                );
                self.file_unchecked(letter, worker).await
            }
            other => other,
        }
    }

    async fn try_to_file(&self, letter: &Incoming, worker: WorkerId) -> Result<(), StorageError> {
        let memo = letter.memo();
        for _ in 0..TRIES {
            let verdict = Box::pin(self.judge_memo(&memo)).await?;
            match self.store().commit(self.filing(letter, worker, memo.clone(), verdict)).await {
                Err(StorageError::Conflict(Conflict::LeaseLost(_))) => return Ok(()),
                // Most often another message has just taken the UUID.
                Err(StorageError::Conflict(_)) => {}
                other => return other,
            }
        }
        tracing::error!(memo = %letter.key, "a letter conflicts each time and is put off");
        self.file_unchecked(letter, worker).await
    }

    /// Files a letter as an accepted one whose check has failed for now.
    async fn file_unchecked(
        &self,
        letter: &Incoming,
        worker: WorkerId,
    ) -> Result<(), StorageError> {
        let now = self.clock().now();
        let due = now.plus_seconds(self.policy().retry_after(0));
        let mut check = self.job(Work::Check(letter.key), letter.lane, due);
        check.account = Some(letter.origin.account());
        check.failures = 1;
        check.failing_since = Some(now);
        let batch = self.filing(letter, worker, letter.memo(), vec![Op::AddJob(check)]);
        match self.store().commit(batch).await {
            Err(StorageError::Conflict(_)) => self.finish_filed(letter, worker).await,
            other => other,
        }
    }

    /// Takes a letter off the queue whose message is there already. Otherwise somebody else has it.
    async fn finish_filed(&self, letter: &Incoming, worker: WorkerId) -> Result<(), StorageError> {
        if self.store().memo(letter.key).await?.is_none() {
            return Ok(());
        }
        let finish = Op::FinishIncoming { key: letter.key, worker };
        match self.store().commit(Batch::of(finish)).await {
            Err(StorageError::Conflict(_)) => Ok(()),
            other => other,
        }
    }

    /// The batch that files a letter with what follows for it. What would move its message on right
    /// after adding it is added moved.
    fn filing(
        &self,
        letter: &Incoming,
        worker: WorkerId,
        mut memo: Memo,
        verdict: Vec<Op>,
    ) -> Batch {
        let event = |tag| self.event(tag, letter.received_at).about(&memo);
        let received =
            event(EventTag::MemoSendReceived).with_size(letter.content.length_bytes).into_op();
        let answered = event(EventTag::TechnicalReceiptSent)
            .with_outcome(ReceiptStatus::Received, None)
            .into_op();
        let (mut first, mut rest) = (Vec::new(), Vec::with_capacity(verdict.len()));
        for op in verdict {
            match op {
                Op::MoveMemo { key, from, to, message_uuid, outline, available_at }
                    if key == memo.key && from == memo.state =>
                {
                    memo.state = to;
                    memo.message_uuid = message_uuid.or(memo.message_uuid);
                    memo.outline = outline.map(|outline| *outline).or(memo.outline);
                    memo.available_at = memo.available_at.or(available_at);
                }
                // Before anything is written: it is what may conflict.
                Op::TakeIdentity { .. } => first.push(op),
                other => rest.push(other),
            }
        }
        // The lease before everything, so that a lost one shows before any other conflict.
        let mut ops = Vec::with_capacity(rest.len() + 6);
        ops.push(Op::FinishIncoming { key: letter.key, worker });
        ops.append(&mut first);
        ops.push(Op::AddTransmission(letter.transmission()));
        ops.push(received);
        ops.push(answered);
        ops.push(Op::AddMemo(Box::new(memo)));
        ops.append(&mut rest);
        Batch { ops }
    }
}
