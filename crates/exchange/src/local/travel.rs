//! Moving the clock: from one piece of work that falls due to the next, so that fourteen days happen
//! as they would have happened, in the order in which they would have.

use std::sync::atomic::Ordering;

use brevdue_memo::Timestamp;

use super::Still;
use super::live::What;
use crate::{Clock as _, Exchange, StorageError, WorkKind};

/// Days that the clock moves at once.
pub const DAYS_LIMIT: i64 = 366;
/// Stops on the way; beyond them the clock goes straight to its end.
const STOPS: u32 = 20_000;
/// Work that falls due within so many milliseconds is done at one stop.
const TOGETHER_MILLIS: i64 = 1000;
/// Times it is waited at one stop until nothing is due any more, and for how long.
const WAITS: u32 = 1500;
const FIRST_WAIT_MILLIS: u64 = 2;
const NEXT_WAIT_MILLIS: u64 = 20;

/// Where the clock got to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Travelled {
    /// Where it began.
    pub from: Timestamp,
    /// Where it stands.
    pub now: Timestamp,
    /// At how many points of time on the way work was done.
    pub stops: u32,
    /// Whether everything that fell due is done; `false` when something is still under way.
    pub at_rest: bool,
}

/// Why the clock was not moved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TravelError {
    /// This exchange has a clock of its own.
    #[error("the clock can be moved in local mode only")]
    NotLocal,
    /// Somebody else is moving it.
    #[error("the clock is being moved already; try again")]
    Moving,
    /// It only goes forward.
    #[error("the clock goes forward only; a reset puts it back")]
    Backward,
    /// Too far at once.
    #[error("the clock is moved by at most {DAYS_LIMIT} days at once")]
    TooFar,
    /// The store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Exchange {
    /// Moves the clock to `to`. At each point of time on the way at which work falls due, the clock
    /// stops until it is done.
    ///
    /// # Errors
    /// See [`TravelError`].
    pub async fn travel(&self, to: Timestamp) -> Result<Travelled, TravelError> {
        let local = self.local().ok_or(TravelError::NotLocal)?;
        let from = local.clock.now();
        if to < from {
            return Err(TravelError::Backward);
        }
        if to > from.plus_seconds(DAYS_LIMIT * 24 * 3600) {
            return Err(TravelError::TooFar);
        }
        if local.travelling.swap(true, Ordering::AcqRel) {
            return Err(TravelError::Moving);
        }
        let _arrived = Arrived(&local.travelling);
        let mut stops = 0;
        let mut still = self.settle(from).await?;
        while still.is_some() && stops < STOPS {
            let now = local.clock.now();
            let Some(due) = self.next_due().await?.filter(|due| *due <= to) else { break };
            let stop = due.max(now).as_millis().saturating_add(TOGETHER_MILLIS);
            local.clock.forward_to(Timestamp::from_millis(stop).min(to));
            stops += 1;
            drop(still.take());
            still = self.settle(local.clock.now()).await?;
        }
        let mut at_rest = still.is_some();
        local.clock.forward_to(to);
        drop(still);
        at_rest &= self.settle(to).await?.is_some();
        local.steering.moved().await;
        let now = local.clock.now();
        local.live.note(now, What::Clock { from });
        Ok(Travelled { from, now, stops, at_rest })
    }

    /// Waits until nothing is due by `by` and nobody is at work; none when that takes too long.
    ///
    /// Nobody begins while the answer is held. What somebody took between the look at who works and the look
    /// at what is due would be due when its lease ends, and the clock would go there while it is at work.
    async fn settle(&self, by: Timestamp) -> Result<Option<Still>, StorageError> {
        let Some(local) = self.local() else { return Ok(None) };
        let mut millis = FIRST_WAIT_MILLIS;
        for _ in 0..WAITS {
            if let Some(still) = local.steering.rest(millis).await
                && self.next_due().await?.is_none_or(|due| due > by)
            {
                return Ok(Some(still));
            }
            millis = NEXT_WAIT_MILLIS;
        }
        Ok(None)
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StorageError> {
        let mut first: Option<Timestamp> = None;
        for kind in [WorkKind::Inside, WorkKind::Archives, WorkKind::Outside] {
            let due = self.store().next_due(kind).await?;
            first = [first, due].into_iter().flatten().min();
        }
        Ok(first)
    }
}

/// Says that the clock is free again, whatever became of the journey.
struct Arrived<'a>(&'a std::sync::atomic::AtomicBool);

impl Drop for Arrived<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}
