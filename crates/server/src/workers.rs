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
    let crowd = Arc::<Mutex<Option<Crowd>>>::default();
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
            crowd: Arc::clone(&crowd),
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
    /// What all of them have seen at the doors; `None` when there is no crowd.
    crowd: Arc<Mutex<Option<Crowd>>>,
}

/// Many letters that come in at once.
#[derive(Debug, Clone, Copy)]
struct Crowd {
    since: Instant,
    seen: Instant,
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

    /// Bulk rests while a crowd of letters comes in, so that a burst is received as fast as the machine
    /// can; but not for longer than the policy says.
    fn bulk(&self) -> Bulk {
        let now = Instant::now();
        let mut crowd = self.crowd.lock().unwrap_or_else(PoisonError::into_inner);
        if self.exchange.was_crowded() {
            let since = crowd.map_or(now, |crowd| crowd.since);
            *crowd = Some(Crowd { since, seen: now });
        }
        *crowd = crowd.filter(|crowd| now - crowd.seen < CROWD_LASTS);
        let longest = Duration::from_secs(self.exchange.policy().bulk_rest_seconds.into());
        match *crowd {
            Some(crowd) if now - crowd.since < longest => Bulk::Rests,
            _ => Bulk::Goes,
        }
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
