//! Which pushes to make now.

use std::collections::HashSet;

use brevdue_memo::Timestamp;

use super::{Handover, Load};
use crate::exchange::Exchange;
use crate::{
    Batch, DeliveryState, Job, MailSystem, Op, Receives, ServiceProtocol, StorageError, SystemId,
    Work, WorkKind, WorkerId,
};

/// What to do with a claimed push.
enum Decision {
    Push(Box<Handover>),
    /// There is nothing left to push.
    Pointless,
    /// The endpoint is left alone until then, or tried with one call only, which this one awaits.
    NotBefore(Timestamp),
}

impl Exchange {
    /// Claims due pushes. Work that has become pointless (nothing left to push, system switched off)
    /// is settled here and not handed out. An endpoint whose breaker is open gets one call at a time.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn claim_handovers(
        &self,
        worker: WorkerId,
        limit: u32,
    ) -> Result<Vec<Handover>, StorageError> {
        loop {
            let jobs = self.claim(WorkKind::Outside, worker, limit).await?;
            let claimed = jobs.len();
            let mut probed = HashSet::new();
            let mut handovers = Vec::new();
            for job in jobs {
                let id = job.id;
                let settled = match self.decide(&job, worker, &mut probed).await? {
                    Decision::Push(handover) => {
                        handovers.push(*handover);
                        continue;
                    }
                    Decision::Pointless => Op::FinishJob { id, worker },
                    Decision::NotBefore(due) => Op::RetryJob {
                        id,
                        worker,
                        due,
                        failures: job.failures,
                        failing_since: job.failing_since,
                    },
                };
                match self.store().commit(Batch::of(settled)).await {
                    Ok(()) | Err(StorageError::Conflict(_)) => {}
                    Err(error) => return Err(error),
                }
            }
            // What was settled made room for others that are due.
            if !handovers.is_empty() || claimed == 0 {
                return Ok(handovers);
            }
        }
    }

    async fn decide(
        &self,
        job: &Job,
        worker: WorkerId,
        probed: &mut HashSet<SystemId>,
    ) -> Result<Decision, StorageError> {
        let Some(system_id) = job.work.system() else { return Ok(Decision::Pointless) };
        let Some(system) = self.store().system(system_id).await? else {
            return Ok(Decision::Pointless);
        };
        if !system.is_active(self.clock().now()) {
            return Ok(Decision::Pointless);
        }
        let Some((endpoint, load)) = self.load(job, &system).await? else {
            return Ok(Decision::Pointless);
        };
        // Another node may have got through meanwhile, and noted it with the system.
        let is_well = matches!(load, Load::Memo { .. }) && system.failing_since.is_none();
        if let Some(until) = self.breaker.open_until(system_id).filter(|_| !is_well) {
            let now = self.clock().now();
            if now < until {
                return Ok(Decision::NotBefore(until));
            }
            if !probed.insert(system_id) {
                return Ok(Decision::NotBefore(now.plus_seconds(self.policy().retry_after(0))));
            }
        }
        let job = job.clone();
        let handover = Handover { job, worker, system: system_id, endpoint, load };
        Ok(Decision::Push(Box::new(handover)))
    }

    /// What to push and where, unless it has been fetched, answered or rerouted meanwhile.
    async fn load(
        &self,
        job: &Job,
        system: &MailSystem,
    ) -> Result<Option<(String, Load)>, StorageError> {
        match job.work {
            Work::PushMemo(key, _) => {
                let pushed = system.protocol == ServiceProtocol::RestPush
                    && system.receives != Receives::Nothing;
                let Some(endpoint) = system.endpoint.clone().filter(|_| pushed) else {
                    return Ok(None);
                };
                let Some(memo) = self.store().memo(key).await? else { return Ok(None) };
                let Some(message_uuid) = memo.message_uuid else { return Ok(None) };
                let delivery = self.store().delivery(system.id, message_uuid).await?;
                // Another sender's message of the same UUID hides ours; then pushing once more is
                // better than not at all.
                let done =
                    delivery.is_some_and(|d| d.memo == key && d.state != DeliveryState::Waiting);
                if done {
                    return Ok(None);
                }
                Ok(Some((endpoint, Load::Memo { message_uuid, content: memo.content })))
            }
            Work::PushReceipt(id, _) => {
                let Some(endpoint) = system.receipt_endpoint.clone() else { return Ok(None) };
                let record = self.store().receipt(id).await?;
                let receipt = record.filter(|r| !r.delivered).map(|r| r.receipt);
                Ok(receipt.map(|receipt| (endpoint, Load::Receipt(Box::new(receipt)))))
            }
            _ => Ok(None),
        }
    }
}
