//! Waking whoever sleeps until work falls due.

use std::sync::Arc;

use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock, watch};

/// Makes deliveries and workers look again at once: after the clock was moved by hand, or when one of
/// them found more work than it could take.
///
/// Whoever works is inside the [`Gate`] meanwhile, so that whoever moved the clock can wait for them.
#[derive(Debug, Clone)]
pub struct Nudge {
    bell: watch::Sender<u64>,
    gate: Gate,
}

impl Nudge {
    /// A bell nobody listens to yet.
    pub fn new() -> Self {
        Self { bell: watch::Sender::new(0), gate: Gate::default() }
    }

    /// Rings it. Whoever is busy looks again when done.
    pub fn ring(&self) {
        self.bell.send_modify(|rings| *rings = rings.wrapping_add(1));
    }

    /// Where those are who work.
    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    pub(crate) fn listen(&self) -> watch::Receiver<u64> {
        self.bell.subscribe()
    }
}

impl Default for Nudge {
    fn default() -> Self {
        Self::new()
    }
}

/// Many may be inside at once; whoever wants to be alone waits until they have left, and holds up
/// those who come meanwhile.
///
/// It counts how often somebody was alone: what a connection kept from before may be no more, see
/// [`Gate::times_alone`].
#[derive(Debug, Clone, Default)]
pub struct Gate {
    inside: Arc<RwLock<u64>>,
    alone: watch::Sender<u64>,
}

/// Being inside. Cloned, it is the same stay: it ends with the last clone.
pub type Stay = Arc<OwnedRwLockReadGuard<u64>>;

impl Gate {
    /// Goes in.
    pub async fn enter(&self) -> Stay {
        Arc::new(Arc::clone(&self.inside).read_owned().await)
    }

    /// Waits until nobody is inside, and keeps everybody out until the answer is dropped.
    pub async fn alone(&self) -> OwnedRwLockWriteGuard<u64> {
        let mut guard = Arc::clone(&self.inside).write_owned().await;
        *guard = guard.wrapping_add(1);
        self.alone.send_replace(*guard);
        guard
    }

    /// Hears each time that somebody is alone.
    pub(crate) fn listen(&self) -> watch::Receiver<u64> {
        self.alone.subscribe()
    }

    /// Goes in, and says how often somebody had been alone by then. A connection that hears another
    /// number than at its beginning ends: the other end comes anew.
    pub async fn times_alone(&self) -> (Stay, u64) {
        let stay = self.enter().await;
        let times = **stay;
        (stay, times)
    }
}
