//! A receiver system that is in use again gets what waited for it.

use sha2::{Digest as _, Sha256};

use brevdue_wire::PageRequest;

use crate::exchange::Exchange;
use crate::{
    Batch, Conflict, Delivery, DeliveryState, Job, JobId, Lane, MailSystem, Op, Receives,
    ServiceProtocol, StorageError, SystemId, Work,
};

/// Deliveries looked at in one go.
const PAGE: u64 = 500;

impl Exchange {
    /// The changes that a change of a system brings with it, itself included: one that is pushed to, and
    /// was not before, gets pushed what waits for it, as soon as it is active.
    pub fn system_changes(&self, before: Option<&MailSystem>, after: MailSystem) -> Vec<Op> {
        let now = self.clock().now();
        let is_pushed_to = |system: &MailSystem| {
            system.protocol == ServiceProtocol::RestPush
                && system.receives != Receives::Nothing
                && system.endpoint.is_some()
                && system.active_to.is_none_or(|end| now < end)
        };
        let resumes = is_pushed_to(&after)
            && before
                .is_some_and(|before| !is_pushed_to(before) || before.endpoint != after.endpoint);
        let due = after.active_from.max(now);
        let work = Work::Resume(after.id);
        let mut ops = vec![Op::PutSystem(Box::new(after))];
        if resumes {
            ops.push(Op::AddJob(self.job(work, Lane::Interactive, due)));
        }
        ops
    }

    /// Makes a push of each delivery that waits for a system. From the last page to the first: what is
    /// taken meanwhile moves the rest forward, and must not hide any.
    pub(in crate::exchange) async fn resume(
        &self,
        job: &Job,
        id: SystemId,
    ) -> Result<Vec<Op>, StorageError> {
        let Some(system) = self.store().system(id).await? else { return Ok(Vec::new()) };
        if system.protocol != ServiceProtocol::RestPush {
            return Ok(Vec::new());
        }
        let size = PAGE;
        let first = PageRequest { page: 0, size };
        let pages = self.store().deliveries_waiting(id, first).await?.total.div_ceil(size);
        for page in (0..pages).rev() {
            let found = self.store().deliveries_waiting(id, PageRequest { page, size }).await?;
            let waiting = found.items.iter().filter(|d| d.state == DeliveryState::Waiting);
            let ops: Vec<Op> = waiting.map(|delivery| self.push_again(job, delivery)).collect();
            if ops.is_empty() {
                continue;
            }
            match self.store().commit(Batch { ops: ops.clone() }).await {
                // Some were made by a run that did not get to its end.
                Err(StorageError::Conflict(Conflict::Exists { .. })) => {
                    for op in ops {
                        match self.store().commit(Batch::of(op)).await {
                            Ok(()) | Err(StorageError::Conflict(Conflict::Exists { .. })) => {}
                            Err(error) => return Err(error),
                        }
                    }
                }
                other => other?,
            }
        }
        Ok(Vec::new())
    }

    /// The same job for the same run, so that a run made twice pushes once.
    fn push_again(&self, run: &Job, delivery: &Delivery) -> Op {
        let mut hasher = Sha256::new();
        hasher.update(run.id.0.as_bytes());
        hasher.update(delivery.memo.0.as_bytes());
        let digest: [u8; 32] = hasher.finalize().into();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        let id = JobId(uuid::Builder::from_custom_bytes(bytes).into_uuid());
        let work = Work::PushMemo(delivery.memo, delivery.system);
        Op::AddJob(Job { id, ..self.job(work, Lane::Interactive, self.clock().now()) })
    }
}
