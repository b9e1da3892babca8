//! Delivery: pushing messages to receiver systems and receipts to sender systems.
//!
//! What to push, when to try again and when to give up is the exchange's to say; here the calls are
//! made, so many at once, and so many at once to the same endpoint. Idle, it sleeps.

mod client;
mod gateways;
mod mail;
mod push;
mod smtp;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use brevdue_exchange::exchange::handover::{Handover, HandoverOutcome, Load};
use brevdue_exchange::exchange::nemsms::SmsGateway;
use brevdue_exchange::exchange::notices::MailCarrier;
use brevdue_exchange::{Batch, Conflict, Exchange, Op, StorageError, WorkKind, WorkerId};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use client::{Client, ClientError, ClientSettings, Endpoints};
pub use gateways::{HttpSmsGateway, NoticesStay, SmsSink};
pub use mail::MailCommand;
use push::Pushed;
pub use smtp::{BadSmtp, SmtpServer, SmtpSettings, SmtpTls};

use crate::causes::chain;
use crate::nudge::Stay;
use crate::{Metrics, Nudge, waiting};

/// Limits of delivery.
#[derive(Debug, Clone)]
pub struct DeliveryLimits {
    /// Calls at once.
    pub calls: usize,
    /// Calls at once to one endpoint.
    pub calls_per_endpoint: usize,
    /// Seconds a call waits for its turn at an endpoint before it is put back.
    pub turn_seconds: u64,
    /// Seconds after which what was put back is due again.
    pub put_back_seconds: i64,
    /// Seconds of a lease that are left for recording how a call went.
    pub settle_seconds: i64,
    /// Seconds that running calls get when we stop.
    pub stop_seconds: u64,
}

impl Default for DeliveryLimits {
    fn default() -> Self {
        Self {
            calls: 64,
            calls_per_endpoint: 8,
            turn_seconds: 5,
            put_back_seconds: 5,
            settle_seconds: 10,
            stop_seconds: 30,
        }
    }
}

/// Pushes what is due.
#[derive(Clone)]
pub struct Delivery {
    exchange: Exchange,
    client: Client,
    sms: Arc<dyn SmsGateway>,
    mail: Arc<dyn MailCarrier>,
    metrics: Option<Metrics>,
    limits: Arc<DeliveryLimits>,
    worker: WorkerId,
    calls: Arc<Semaphore>,
    endpoints: Arc<Turns>,
    /// A call was settled: what is due next may have changed.
    settled: Arc<Notify>,
}

impl Delivery {
    /// A delivery that has not begun. Text messages go to the sink, notices stay in the store.
    pub fn new(exchange: Exchange, client: Client, limits: DeliveryLimits) -> Self {
        Self {
            worker: WorkerId(exchange.ids().ordered()),
            calls: Arc::new(Semaphore::new(limits.calls)),
            endpoints: Arc::new(Turns::new(limits.calls_per_endpoint)),
            settled: Arc::default(),
            sms: Arc::new(SmsSink(exchange.clone())),
            mail: Arc::new(NoticesStay),
            metrics: None,
            limits: Arc::new(limits),
            exchange,
            client,
        }
    }

    /// The same, with a gateway that carries text messages.
    #[must_use]
    pub fn with_sms_gateway(self, sms: Arc<dyn SmsGateway>) -> Self {
        Self { sms, ..self }
    }

    /// The same, with somebody who carries notices as mail.
    #[must_use]
    pub fn with_mail_carrier(self, mail: Arc<dyn MailCarrier>) -> Self {
        Self { mail, ..self }
    }

    /// The same, with somebody who counts the calls.
    #[must_use]
    pub fn with_metrics(self, metrics: Metrics) -> Self {
        Self { metrics: Some(metrics), ..self }
    }

    /// Pushes until `stop`, then lets running calls finish for as long as the limits say. What was
    /// cut off is pushed again when its lease runs out.
    pub async fn run(self, nudge: Nudge, stop: CancellationToken) {
        let running = TaskTracker::new();
        let mut nudges = nudge.listen();
        let mut rest_seconds: u64 = 0;
        while !stop.is_cancelled() {
            let round = async {
                let stay = nudge.gate().enter().await;
                let begun = self.begin_due(&running, &stop, Some(&stay)).await?;
                drop(stay);
                if begun == 0 {
                    tokio::select! {
                        waited = waiting::for_work(&self.exchange, WorkKind::Outside, &mut nudges, &stop) => waited?,
                        () = self.settled.notified() => {}
                    }
                }
                Ok::<_, StorageError>(())
            };
            if let Err(fault) = round.await {
                // Said once for each row of failures.
                if rest_seconds == 0 {
                    tracing::error!(fault = %chain(&fault), "delivery failed; trying again");
                }
                rest_seconds = (rest_seconds * 2).clamp(1, 30);
                let rest = tokio::time::sleep(Duration::from_secs(rest_seconds));
                tokio::select! { () = rest => {} () = stop.cancelled() => {} }
            } else {
                rest_seconds = 0;
            }
        }
        running.close();
        let patience = Duration::from_secs(self.limits.stop_seconds);
        if timeout(patience, running.wait()).await.is_err() {
            tracing::warn!(open = running.len(), "pushes were cut off while stopping");
        }
    }

    /// Pushes everything that is due now, waits for the answers, and returns how many calls were
    /// made: for journeys on a clock of their own.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn round(&self) -> Result<usize, StorageError> {
        let (running, stop) = (TaskTracker::new(), CancellationToken::new());
        let mut made = 0;
        loop {
            let begun = self.begin_due(&running, &stop, None).await?;
            made += begun;
            if begun == 0 {
                break;
            }
        }
        running.close();
        running.wait().await;
        Ok(made)
    }

    /// Claims as much as there are free places for, and begins the calls. Waits for a place when
    /// there is none.
    async fn begin_due(
        &self,
        running: &TaskTracker,
        stop: &CancellationToken,
        stay: Option<&Stay>,
    ) -> Result<usize, StorageError> {
        let first = tokio::select! {
            place = Arc::clone(&self.calls).acquire_owned() => place,
            () = stop.cancelled() => return Ok(0),
        };
        let Ok(first) = first else { return Ok(0) };
        let mut places = vec![first];
        while let Ok(place) = Arc::clone(&self.calls).try_acquire_owned() {
            places.push(place);
        }
        let claimed_at = Instant::now();
        let limit = u32::try_from(places.len()).unwrap_or(u32::MAX);
        let claimed = self.exchange.claim_handovers(self.worker, limit).await?;
        let begun = claimed.len();
        for (handover, place) in claimed.into_iter().zip(places) {
            let call = self.clone().hand_over(handover, claimed_at, place);
            let stay = stay.cloned();
            running.spawn(async move {
                call.await;
                drop(stay);
            });
        }
        Ok(begun)
    }

    /// One call from its turn to its settlement.
    async fn hand_over(self, handover: Handover, claimed_at: Instant, place: OwnedSemaphorePermit) {
        let pushed = self.push_in_turn(&handover, claimed_at).await;
        let settled = match pushed {
            Some(Pushed::Answered(outcome)) => {
                if let Some(metrics) = &self.metrics {
                    metrics.called(handover.system, word(&outcome));
                }
                // What failed is logged where it is settled.
                if outcome == HandoverOutcome::Taken {
                    tracing::info!(system = %handover.system, "pushed");
                }
                self.exchange.settle_handover(&handover, outcome).await
            }
            Some(Pushed::NotSent(fault)) => {
                tracing::error!(
                    fault = %chain(&fault),
                    system = %handover.system,
                    "the content of a push could not be read"
                );
                self.put_back(&handover).await
            }
            None => self.put_back(&handover).await,
        };
        if let Err(fault) = settled {
            // The lease runs out and it is pushed again: at least once is what is promised.
            tracing::error!(fault = %chain(&fault), "how a push went could not be recorded");
        }
        drop(place);
        self.settled.notify_one();
    }

    /// `None` when the endpoint had no free turn.
    async fn push_in_turn(&self, handover: &Handover, claimed_at: Instant) -> Option<Pushed> {
        let patience = Duration::from_secs(self.limits.turn_seconds);
        let turn = self.endpoints.of(&handover.endpoint);
        let _turn = timeout(patience, turn.acquire_owned()).await.ok()?.ok()?;
        // A call must not outlive its lease, or another worker makes it too.
        let seconds = self.exchange.policy().lease_seconds - self.limits.settle_seconds;
        let deadline = claimed_at + Duration::from_secs(u64::try_from(seconds).unwrap_or(1).max(1));
        let push = async {
            match &handover.load {
                Load::Sms(message) => Pushed::Answered(gateways::send(&*self.sms, message).await),
                Load::Notice(notice) => Pushed::Answered(
                    gateways::carry(&*self.mail, notice, self.exchange.store()).await,
                ),
                _ => push::push(&self.client, self.exchange.store(), handover).await,
            }
        };
        Some(timeout_at(deadline, push).await.unwrap_or_else(|_| {
            let seconds = claimed_at.elapsed().as_secs();
            let reason = format!("no answer within {seconds} seconds");
            Pushed::Answered(HandoverOutcome::Unreachable { reason })
        }))
    }

    /// Gives a claim back as it was: nobody was called, so nothing failed.
    async fn put_back(&self, handover: &Handover) -> Result<(), StorageError> {
        let due = self.exchange.clock().now().plus_seconds(self.limits.put_back_seconds);
        let put_back = Batch::of(Op::RetryJob {
            id: handover.job.id,
            worker: handover.worker,
            due,
            failures: handover.job.failures,
            failing_since: handover.job.failing_since,
        });
        match self.exchange.store().commit(put_back).await {
            Err(StorageError::Conflict(Conflict::LeaseLost(_))) => Ok(()),
            other => other,
        }
    }
}

fn word(outcome: &HandoverOutcome) -> &'static str {
    match outcome {
        HandoverOutcome::Taken => "taken",
        HandoverOutcome::Refused { .. } => "refused",
        HandoverOutcome::Unreachable { .. } => "unreachable",
    }
}

/// The turns at each endpoint. Endpoints nobody waits for are forgotten.
struct Turns {
    each: usize,
    endpoints: Mutex<HashMap<String, Weak<Semaphore>>>,
}

impl Turns {
    fn new(each: usize) -> Self {
        Self { each, endpoints: Mutex::default() }
    }

    fn of(&self, endpoint: &str) -> Arc<Semaphore> {
        // Every change under the lock is complete before anything could panic.
        let mut endpoints = self.endpoints.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turns) = endpoints.get(endpoint).and_then(Weak::upgrade) {
            return turns;
        }
        endpoints.retain(|_, turns| turns.strong_count() > 0);
        let turns = Arc::new(Semaphore::new(self.each));
        endpoints.insert(endpoint.into(), Arc::downgrade(&turns));
        turns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_has_its_own_turns_for_as_long_as_somebody_holds_them() {
        let turns = Turns::new(1);
        let held = turns.of("https://a.example/");
        assert!(Arc::ptr_eq(&held, &turns.of("https://a.example/")));
        assert!(!Arc::ptr_eq(&held, &turns.of("https://b.example/")));
        drop(held);
        turns.of("https://c.example/");
        assert_eq!(turns.endpoints.lock().unwrap().len(), 1, "the others are forgotten");
    }
}
