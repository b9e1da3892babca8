//! Telling subscribers of changes to contacts and organisations.

use uuid::Uuid;

use super::breaker::Endpoint;
use super::{Handover, HandoverOutcome};
use crate::exchange::Exchange;
use crate::{Batch, Conflict, Op, StorageError};

impl Exchange {
    /// Records how telling a subscriber went: what was taken is forgotten; what was not is told again by
    /// the schedule of receipts, and forgotten when nobody took it for as long as they are.
    pub(super) async fn settle_notification(
        &self,
        handover: &Handover,
        id: Uuid,
        outcome: &HandoverOutcome,
    ) -> Result<(), StorageError> {
        let (now, policy) = (self.clock().now(), self.policy());
        let (job, worker, system) = (&handover.job, handover.worker, handover.system);
        let endpoint = Endpoint::Notifications(system);
        let over = [Op::FinishJob { id: job.id, worker }, self.forget_notification(id)];
        let since = job.failing_since.unwrap_or(now);
        let ops = if *outcome == HandoverOutcome::Taken {
            self.breaker.succeeded(endpoint);
            over.to_vec()
        } else {
            let asked = match outcome {
                HandoverOutcome::Unreachable { reason } => {
                    tracing::info!(%system, reason, "a subscriber could not be told");
                    None
                }
                HandoverOutcome::Refused { status, retry_after_seconds } => {
                    tracing::info!(%system, status, "a subscriber did not want to be told");
                    *retry_after_seconds
                }
                HandoverOutcome::Taken => None,
            };
            let asked = asked.unwrap_or(0).min(policy.retry_after_limit_seconds);
            let due = now.plus_seconds(policy.retry_after(job.failures).max(asked));
            if self.breaker.failed(endpoint) >= policy.breaker_failures.max(1) {
                self.breaker.open(endpoint, due);
            }
            if now >= since.plus_seconds(policy.deactivate_after_seconds) {
                over.to_vec()
            } else {
                let failures = job.failures.saturating_add(1);
                let failing_since = Some(since);
                vec![Op::RetryJob { id: job.id, worker, due, failures, failing_since }]
            }
        };
        match self.store().commit(Batch { ops }).await {
            Err(StorageError::Conflict(Conflict::LeaseLost(_))) => Ok(()),
            other => other,
        }
    }
}
