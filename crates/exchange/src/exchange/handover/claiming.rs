//! Which pushes to make now.

use std::collections::HashSet;

use brevdue_memo::Timestamp;

use super::{Endpoint, Handover, HandoverOutcome, Load};
use crate::exchange::Exchange;
use crate::local::faults::FaultKind;
use crate::{
    Batch, DeliveryState, Job, MailSystem, Op, Receives, SMS_GATEWAY, ServiceProtocol,
    StorageError, Work, WorkKind, WorkerId,
};

/// What to do with a claimed push.
enum Decision {
    Push(Box<Handover>),
    /// There is nothing left to push.
    Pointless,
    /// It cannot be pushed any more, and this follows.
    Over(Vec<Op>),
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
                let mut follow_up = Vec::new();
                let settled = match self.decide(&job, worker, &mut probed).await? {
                    Decision::Push(handover) => {
                        handovers.push(*handover);
                        continue;
                    }
                    Decision::Pointless => {
                        if let Work::PushNotification(told, _) = job.work {
                            follow_up.push(self.forget_notification(told));
                        }
                        Op::FinishJob { id, worker }
                    }
                    Decision::Over(ops) => {
                        follow_up = ops;
                        Op::FinishJob { id, worker }
                    }
                    Decision::NotBefore(due) => Op::RetryJob {
                        id,
                        worker,
                        due,
                        failures: job.failures,
                        failing_since: job.failing_since,
                    },
                };
                let mut batch = Batch::of(settled);
                batch.ops.append(&mut follow_up);
                match self.store().commit(batch).await {
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
        probed: &mut HashSet<Endpoint>,
    ) -> Result<Decision, StorageError> {
        let Some(system_id) = job.work.system() else { return Ok(Decision::Pointless) };
        let load = match job.work {
            Work::SendSms(key) => match self.text_message(key).await? {
                Some(Ok(message)) => Some(Load::Sms(Box::new(message))),
                Some(Err(ops)) => return Ok(Decision::Over(ops)),
                None => return Ok(Decision::Pointless),
            },
            Work::SendNotice(id) => match self.waiting_notice(id).await? {
                Some(notice) => Some(match notice.as_text_message() {
                    Some(message) => Load::Sms(Box::new(message)),
                    None => Load::Notice(Box::new(notice)),
                }),
                None => return Ok(Decision::Pointless),
            },
            _ => None,
        };
        if let Some(load) = load {
            let system_id = match load {
                Load::Sms(_) => SMS_GATEWAY,
                _ => system_id,
            };
            if let Some(held_back) = self.held_back(Endpoint::Memos(system_id), probed) {
                return Ok(held_back);
            }
            // Nobody dials it; it tells one gateway's turns from another's.
            let endpoint = system_id.to_string();
            let job = job.clone();
            let fault = None;
            let handover = Handover { job, worker, system: system_id, endpoint, load, fault };
            return Ok(Decision::Push(Box::new(handover)));
        }
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
        let to = Endpoint::of(system_id, &job.work);
        if let Some(held_back) = self.held_back(to, probed).filter(|_| !is_well) {
            return Ok(held_back);
        }
        let job = job.clone();
        let fault = self.fault_of(&job, system_id).await?;
        let handover = Handover { job, worker, system: system_id, endpoint, load, fault };
        Ok(Decision::Push(Box::new(handover)))
    }

    /// How a push goes without a call, when a fault of local mode strikes it.
    async fn fault_of(
        &self,
        job: &Job,
        system: crate::SystemId,
    ) -> Result<Option<HandoverOutcome>, StorageError> {
        if self.local().is_none() {
            return Ok(None);
        }
        let memo = match job.work {
            Work::PushMemo(key, _) => self.store().memo(key).await?,
            _ => None,
        };
        let recipient = memo.and_then(|memo| memo.outline).map(|outline| outline.recipient);
        let kinds = [FaultKind::Drop, FaultKind::TooManyRequests];
        let fault = self.struck(&kinds, &[system], recipient).await?;
        Ok(fault.map(|fault| match fault.kind {
            FaultKind::Drop => {
                HandoverOutcome::Unreachable { reason: "a fault of local mode drops it".into() }
            }
            _ => {
                HandoverOutcome::Refused { status: 429, retry_after_seconds: Some(fault.seconds()) }
            }
        }))
    }

    /// Whether an endpoint in trouble is left alone for now. When its time has come, one call may try.
    fn held_back(&self, to: Endpoint, probed: &mut HashSet<Endpoint>) -> Option<Decision> {
        let until = self.breaker.open_until(to)?;
        let now = self.clock().now();
        if now < until {
            return Some(Decision::NotBefore(until));
        }
        let again = now.plus_seconds(self.policy().retry_after(0));
        (!probed.insert(to)).then_some(Decision::NotBefore(again))
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
            Work::PushNotification(id, _) => {
                let waiting = self.waiting_notification(id).await?;
                Ok(waiting.map(|told| (told.url, Load::Notification(Box::new(told.body)))))
            }
            _ => Ok(None),
        }
    }
}
