//! Waking whoever sleeps until work falls due.

use tokio::sync::watch;

/// Makes deliveries and workers look again at once: after the clock was moved by hand, or when one of
/// them found more work than it could take.
#[derive(Debug, Clone)]
pub struct Nudge(watch::Sender<u64>);

impl Nudge {
    /// A bell nobody listens to yet.
    pub fn new() -> Self {
        Self(watch::Sender::new(0))
    }

    /// Rings it. Whoever is busy looks again when done.
    pub fn ring(&self) {
        self.0.send_modify(|rings| *rings = rings.wrapping_add(1));
    }

    pub(crate) fn listen(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}

impl Default for Nudge {
    fn default() -> Self {
        Self::new()
    }
}
