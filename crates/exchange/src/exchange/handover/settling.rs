//! What follows from how a push went.

use brevdue_memo::Timestamp;

use super::{Endpoint, Handover, HandoverOutcome, Load};
use crate::exchange::Exchange;
use crate::local::live::What;
use crate::{
    Batch, Conflict, DeliveryState, EventTag, MailSystem, Memo, MemoKey, MemoState, Op, ReceiptId,
    ServiceProtocol, StorageError, SystemId, Work,
};

/// Times a result is written anew because something changed under it.
const TRIES: usize = 5;

impl Exchange {
    /// Records how a push went: on success the message or receipt is with the system and what waits
    /// for it is hastened; on failure it is tried again by the schedule of [`crate::Policy`], the rest
    /// for the same system is postponed once the breaker opens, and a receiver system that took
    /// nothing for the whole period is switched off.
    ///
    /// # Errors
    /// When the store fails. A lost lease is no error: somebody else has the work.
    pub async fn settle_handover(
        &self,
        handover: &Handover,
        outcome: HandoverOutcome,
    ) -> Result<(), StorageError> {
        if let Some(local) = self.local() {
            let (system, outcome) = (handover.system, outcome.clone());
            local.live.note(self.now(), What::Push { system, outcome });
        }
        match (handover.job.work, &handover.load) {
            (Work::SendSms(key), _) => {
                self.note_call(handover.system, &outcome);
                return self.settle_sms(handover, key, &outcome).await;
            }
            (Work::SendNotice(id), _) => {
                self.note_call(handover.system, &outcome);
                return self.settle_notice(handover, id, &outcome).await;
            }
            (Work::PushNotification(id, _), _) => {
                return self.settle_notification(handover, id, &outcome).await;
            }
            _ => {}
        }
        let endpoint = Endpoint::of(handover.system, &handover.job.work);
        let retry_after = match outcome {
            HandoverOutcome::Taken => None,
            HandoverOutcome::Unreachable { reason } => {
                tracing::info!(system = %handover.system, reason, "a push did not get through");
                Some(None)
            }
            HandoverOutcome::Refused { status, retry_after_seconds } => {
                tracing::info!(system = %handover.system, status, "a push was refused");
                Some(retry_after_seconds)
            }
        };
        let failures_in_a_row = match retry_after {
            Some(_) => self.breaker.failed(endpoint),
            None => 0,
        };
        let had_failed = retry_after.is_none() && self.breaker.succeeded(endpoint);
        for _ in 0..TRIES {
            let Some(system) = self.store().system(handover.system).await? else {
                let finish = Op::FinishJob { id: handover.job.id, worker: handover.worker };
                return match self.store().commit(Batch::of(finish)).await {
                    Ok(()) | Err(StorageError::Conflict(_)) => Ok(()),
                    Err(error) => Err(error),
                };
            };
            let ops = match retry_after {
                None => self.taken(handover, &system, had_failed).await?,
                Some(wait) => self.failed(handover, &system, wait, failures_in_a_row).await?,
            };
            match self.store().commit(Batch { ops }).await {
                Ok(()) | Err(StorageError::Conflict(Conflict::LeaseLost(_))) => return Ok(()),
                // The receiver may answer while we still hold the line: look again.
                Err(StorageError::Conflict(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(()) // The lease runs out, and the push is made again: at least once.
    }

    /// Counts a call to somebody who is no registered system.
    fn note_call(&self, system: SystemId, outcome: &HandoverOutcome) {
        let endpoint = Endpoint::Memos(system);
        match outcome {
            HandoverOutcome::Taken => {
                self.breaker.succeeded(endpoint);
            }
            HandoverOutcome::Unreachable { reason } => {
                self.breaker.failed(endpoint);
                tracing::warn!(%system, reason, "a gateway could not be reached");
            }
            HandoverOutcome::Refused { .. } => {}
        }
    }

    async fn taken(
        &self,
        handover: &Handover,
        system: &MailSystem,
        had_failed: bool,
    ) -> Result<Vec<Op>, StorageError> {
        let now = self.clock().now();
        let mut ops = vec![Op::FinishJob { id: handover.job.id, worker: handover.worker }];
        match (handover.job.work, &handover.load) {
            (Work::PushMemo(key, _), Load::Memo { .. }) => {
                ops.extend(self.memo_taken(key, system, now).await?);
                if system.failing_since.is_some() {
                    let well = MailSystem { failing_since: None, ..system.clone() };
                    ops.push(Op::PutSystem(Box::new(well)));
                }
            }
            (Work::PushReceipt(id, _), _) => ops.extend(self.receipt_taken(id).await?),
            _ => {}
        }
        if had_failed || handover.job.failures > 0 || system.failing_since.is_some() {
            ops.push(Op::HastenSystem { system: system.id, due: now });
        }
        Ok(ops)
    }

    async fn memo_taken(
        &self,
        key: MemoKey,
        system: &MailSystem,
        now: Timestamp,
    ) -> Result<Vec<Op>, StorageError> {
        let Some(memo) = self.store().memo(key).await? else { return Ok(Vec::new()) };
        let sent = self.event(EventTag::MemoSendSentToRecipientSystem, now);
        let mut ops = vec![sent.about(&memo).with_system(system).into_op()];
        ops.extend(handed_over(&memo, now));
        let delivery = match memo.message_uuid {
            Some(uuid) => self.store().delivery(system.id, uuid).await?,
            None => None,
        };
        if self.struck_taken(&memo, system.id).await? {
            // It stays waiting, and is pushed again.
            let work = Work::PushMemo(key, system.id);
            ops.push(Op::AddJob(self.job(work, memo.lane, now)));
            return Ok(ops);
        }
        if delivery.is_some_and(|d| d.memo == key && d.state == DeliveryState::Waiting) {
            ops.push(Op::MoveDelivery {
                memo: key,
                system: system.id,
                from: &[DeliveryState::Waiting],
                to: DeliveryState::Taken,
            });
        }
        Ok(ops)
    }

    async fn receipt_taken(&self, id: ReceiptId) -> Result<Vec<Op>, StorageError> {
        let Some(record) = self.store().receipt(id).await? else { return Ok(Vec::new()) };
        if record.delivered {
            return Ok(Vec::new());
        }
        Ok(self.receipt_delivered(&record))
    }

    async fn failed(
        &self,
        handover: &Handover,
        system: &MailSystem,
        retry_after_seconds: Option<i64>,
        failures_in_a_row: u32,
    ) -> Result<Vec<Op>, StorageError> {
        let now = self.clock().now();
        let policy = self.policy();
        let job = &handover.job;
        let asked = retry_after_seconds.unwrap_or(0).min(policy.retry_after_limit_seconds);
        let due = now.plus_seconds(policy.retry_after(job.failures).max(asked));
        let since = job.failing_since.unwrap_or(now);
        let too_long =
            |since: Timestamp| now >= since.plus_seconds(policy.deactivate_after_seconds);

        let event = self.failed_event(handover, system, now).await?;
        let mut ops = Vec::new();
        let mut given_up = false;
        match job.work {
            Work::PushMemo(..) => {
                let failing_since = system.failing_since.unwrap_or(now);
                if too_long(failing_since) {
                    tracing::warn!(
                        system = %system.id,
                        failing_since = %failing_since,
                        "a receiver system took nothing for the whole period and is switched off",
                    );
                    let off = MailSystem { active_to: Some(now), ..system.clone() };
                    ops.push(Op::PutSystem(Box::new(off)));
                    let changed = self.event(EventTag::SystemChanged, now).with_system(system);
                    ops.push(changed.into_op());
                    ops.extend(self.switched_off(system, failing_since, now).await?);
                    given_up = true;
                } else {
                    ops.extend(self.warning(system, failing_since, now).await?);
                }
                if system.failing_since.is_none() && !given_up {
                    let failing =
                        MailSystem { failing_since: Some(failing_since), ..system.clone() };
                    ops.push(Op::PutSystem(Box::new(failing)));
                }
            }
            // The receipt then waits to be fetched.
            _ => given_up = too_long(since),
        }
        let (id, worker) = (job.id, handover.worker);
        let settled = if given_up {
            Op::FinishJob { id, worker }
        } else {
            let failures = job.failures.saturating_add(1);
            Op::RetryJob { id, worker, due, failures, failing_since: Some(since) }
        };
        ops.insert(0, settled);
        ops.push(event);
        let breaks = failures_in_a_row >= policy.breaker_failures.max(1);
        if breaks && !given_up {
            self.breaker.open(Endpoint::of(system.id, &job.work), due);
            // Else what goes to the other endpoint would wait too.
            if has_one_endpoint(system) {
                ops.push(Op::PostponeSystem { system: system.id, due });
            }
        }
        Ok(ops)
    }

    async fn failed_event(
        &self,
        handover: &Handover,
        system: &MailSystem,
        now: Timestamp,
    ) -> Result<Op, StorageError> {
        let event = match handover.job.work {
            Work::PushReceipt(id, _) => {
                let tag = EventTag::BusinessReceiptSendToSenderSystemFailed;
                match self.store().receipt(id).await? {
                    Some(record) => self.receipt_event(tag, &record),
                    None => self.event(tag, now),
                }
            }
            work => {
                let event = self.event(EventTag::MemoSendSentToRecipientSystemFailed, now);
                match work {
                    Work::PushMemo(key, _) => match self.store().memo(key).await? {
                        Some(memo) => event.about(&memo),
                        None => event,
                    },
                    _ => event,
                }
            }
        };
        Ok(event.with_system(system).into_op())
    }
}

/// A message that waited for a receiver system is with it now; one in a mailbox has arrived before.
pub(in crate::exchange) fn handed_over(memo: &Memo, now: Timestamp) -> Option<Op> {
    (memo.state == MemoState::Queued).then(|| Op::MoveMemo {
        key: memo.key,
        from: MemoState::Queued,
        to: MemoState::HandedOver,
        message_uuid: None,
        outline: None,
        available_at: Some(now),
    })
}

/// Whether all pushes to a system go to the same place, so that one that fails speaks for the rest.
fn has_one_endpoint(system: &MailSystem) -> bool {
    let memos = system.endpoint.is_some() && system.protocol == ServiceProtocol::RestPush;
    !(memos && system.receipt_endpoint.is_some()) || system.endpoint == system.receipt_endpoint
}
