//! The threads that do the work inside: checking and releasing on some, and on one of its own taking
//! archives apart, so that a large archive holds up no letter.
//!
//! Own threads, because that work reads whole messages and would hold up the doors. They sleep while
//! there is nothing to do.

use std::io;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use brevdue_exchange::{Bulk, Exchange, StorageError, WorkKind, WorkerId};
use tokio::runtime::{self, Runtime};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::causes::chain;
use crate::{Nudge, waiting};

/// Pieces of work claimed at a time.
const ROUND: u32 = 256;

/// What workers add to the niceness of the process: beside threads that are busy they get a third of
/// what those get, and all there is otherwise.
const NICE: i32 = 5;

/// So long after a crowd of letters was last seen, bulk rests.
const CROWD_LASTS: Duration = Duration::from_millis(100);

/// How long a worker that left only bulk undone sleeps.
const BULK_RESTS: Duration = Duration::from_millis(20);

/// Seconds to wait after the first failure; doubles up to [`LONGEST_REST_SECONDS`].
const SHORTEST_REST_SECONDS: u64 = 1;
const LONGEST_REST_SECONDS: u64 = 30;

/// How many threads a machine with this many processors runs.
pub fn threads_by_default() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// Running workers.
#[derive(Debug)]
pub struct Workers(Vec<JoinHandle<()>>);

/// Starts `threads` workers for letters and one for archives, each with a runtime of its own to sleep
/// on: they outlast the doors.
///
/// # Errors
/// When the operating system gives no thread.
pub fn start(
    exchange: &Exchange,
    threads: NonZeroUsize,
    nudge: &Nudge,
    stop: &CancellationToken,
) -> io::Result<Workers> {
    let careful_until = Arc::new(AtomicI64::new(i64::MIN));
    let bulk_lane = Arc::new(Mutex::new(BulkLane::Served { at_least_until: None }));
    let names = (1..=threads.get()).map(|number| (format!("worker-{number}"), WorkKind::Inside));
    let names = names.chain([("archives".to_owned(), WorkKind::Archives)]);
    let handles = names.map(|(name, kind)| {
        let worker = Worker {
            kind,
            exchange: exchange.clone(),
            id: WorkerId(exchange.ids().ordered()),
            nudge: nudge.clone(),
            stop: stop.clone(),
            careful_until: Arc::clone(&careful_until),
            bulk_lane: Arc::clone(&bulk_lane),
        };
        let runtime = runtime::Builder::new_current_thread().enable_time().build()?;
        thread::Builder::new().name(name).spawn(move || worker.run(&runtime))
    });
    handles.collect::<io::Result<Vec<_>>>().map(Workers)
}

impl Workers {
    /// Waits until every worker has stopped. Blocks; stop them first.
    pub fn join(self) {
        for handle in self.0 {
            if handle.join().is_err() {
                tracing::error!("a worker ended by a panic outside its work");
            }
        }
    }
}

/// Lets this thread wait for the doors when the processor is short: a letter that is received is safe,
/// and what becomes of it can follow. Elsewhere than on Linux this would slow down the whole process.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(fault) = rustix::process::nice(NICE) {
        tracing::debug!(%fault, "a worker runs as urgently as the doors");
    }
}

struct Worker {
    kind: WorkKind,
    exchange: Exchange,
    id: WorkerId,
    nudge: Nudge,
    stop: CancellationToken,
    /// Until then (milliseconds since the epoch) every worker takes one piece at a time: some piece
    /// made a worker panic, and must not take its neighbours with it again.
    careful_until: Arc<AtomicI64>,
    bulk_lane: Arc<Mutex<BulkLane>>,
}

/// Bulk rests while a crowd of letters comes in, so that a burst is received as fast as the machine can.
///
/// Having rested, it is served for as long as it may rest: where letters come steadily and fast, a rest
/// would end the crowd and bring it back, again and again, and most of the time nobody would work.
#[derive(Debug, Clone, Copy)]
enum BulkLane {
    Served { at_least_until: Option<Instant> },
    Rests { since: Instant, crowd_seen: Instant },
}

impl BulkLane {
    fn next(&mut self, now: Instant, is_crowded: bool, longest: Duration) -> Bulk {
        match self {
            Self::Served { at_least_until } => {
                if is_crowded && !longest.is_zero() && at_least_until.is_none_or(|end| end <= now) {
                    *self = Self::Rests { since: now, crowd_seen: now };
                }
            }
            Self::Rests { since, crowd_seen } => {
                if is_crowded {
                    *crowd_seen = now;
                }
                if now - *crowd_seen >= CROWD_LASTS || now - *since >= longest {
                    *self = Self::Served { at_least_until: Some(now + longest) };
                }
            }
        }
        match self {
            Self::Served { .. } => Bulk::Goes,
            Self::Rests { .. } => Bulk::Rests,
        }
    }
}

impl Worker {
    fn run(&self, runtime: &Runtime) {
        give_way();
        let mut nudges = self.nudge.listen();
        let mut rest_seconds = 0;
        while !self.stop.is_cancelled() {
            let round = catch_unwind(AssertUnwindSafe(|| {
                runtime.block_on(async {
                    let limit = self.limit();
                    let stay = self.nudge.gate().enter().await;
                    let bulk = self.bulk();
                    let done = match self.kind {
                        WorkKind::Archives => self.exchange.work_archives(self.id, 1).await?,
                        _ => self.exchange.work_letters(self.id, limit, bulk).await?,
                    };
                    drop(stay);
                    if done == 0 && bulk == Bulk::Rests {
                        tokio::time::sleep(BULK_RESTS).await;
                    } else if done == 0 {
                        waiting::for_work(&self.exchange, self.kind, &mut nudges, &self.stop)
                            .await?;
                    } else if limit == ROUND && done >= ROUND as usize {
                        // There is more than one worker's worth.
                        self.nudge.ring();
                    }
                    Ok::<_, StorageError>(())
                })
            }));
            let fault = match round {
                Ok(Ok(())) => {
                    rest_seconds = 0;
                    continue;
                }
                Ok(Err(fault)) => chain(&fault),
                Err(_) => {
                    self.be_careful();
                    "a piece of work made the worker panic".into()
                }
            };
            // Said once for each row of failures, not for each failure.
            if rest_seconds == 0 {
                tracing::error!(worker = %self.id, fault, "work inside failed; trying again");
            }
            rest_seconds = (rest_seconds * 2).clamp(SHORTEST_REST_SECONDS, LONGEST_REST_SECONDS);
            runtime.block_on(async {
                let rest = tokio::time::sleep(Duration::from_secs(rest_seconds));
                tokio::select! { () = rest => {} () = self.stop.cancelled() => {} }
            });
        }
    }

    fn bulk(&self) -> Bulk {
        let longest = Duration::from_secs(self.exchange.policy().bulk_rest_seconds.into());
        let mut lane = self.bulk_lane.lock().unwrap_or_else(PoisonError::into_inner);
        lane.next(Instant::now(), self.exchange.was_crowded(), longest)
    }

    fn limit(&self) -> u32 {
        let careful = self.careful_until.load(Ordering::Relaxed);
        if self.exchange.clock().now().as_millis() < careful { 1 } else { ROUND }
    }

    /// What was claimed with the bad piece comes back when its lease runs out; until some time after
    /// that, pieces are taken singly.
    fn be_careful(&self) {
        let seconds = self.exchange.policy().lease_seconds.saturating_mul(2);
        let until = self.exchange.clock().now().plus_seconds(seconds).as_millis();
        self.careful_until.fetch_max(until, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bulk_rests_while_a_crowd_lasts_and_is_then_served_for_as_long_as_it_may_rest() {
        let begin = Instant::now();
        let longest = Duration::from_secs(10);
        let mut lane = BulkLane::Served { at_least_until: None };
        let steps = [
            (0, false, Bulk::Goes),
            (10, true, Bulk::Rests),
            (90, true, Bulk::Rests),
            (180, false, Bulk::Rests),
            (190, false, Bulk::Goes), // the crowd was last seen 100 ms ago
            (200, true, Bulk::Goes),
            (10_180, true, Bulk::Goes),
            (10_200, true, Bulk::Rests), // served for ten seconds
            (10_290, true, Bulk::Rests),
            (20_200, true, Bulk::Goes), // rested for ten seconds, with the crowd still there
            (20_210, true, Bulk::Goes),
        ];
        for (millis, is_crowded, expected) in steps {
            let now = begin + Duration::from_millis(millis);
            assert_eq!(lane.next(now, is_crowded, longest), expected, "after {millis} ms");
        }
    }

    #[test]
    fn bulk_that_may_not_rest_does_not() {
        let mut lane = BulkLane::Served { at_least_until: None };
        assert_eq!(lane.next(Instant::now(), true, Duration::ZERO), Bulk::Goes);
    }
}
