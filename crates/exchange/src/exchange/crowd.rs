//! Whether many letters come in at once, so that bulk mail rests a moment and they are received first.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Letters being made durable at once that are many: so many senders wait for their receipts.
const MANY: usize = 32;

/// Counts letters that are being received. In memory and per node: it orders work, nothing depends on it.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    inside: AtomicUsize,
    was_seen: AtomicBool,
}

impl Crowd {
    /// One more, until the answer is dropped.
    pub(super) fn enter(&self) -> impl Drop {
        let inside = self.inside.fetch_add(1, Ordering::Relaxed) + 1;
        if inside >= MANY {
            self.was_seen.store(true, Ordering::Relaxed);
        }
        Inside(self)
    }

    /// Whether there were many since this was last asked.
    pub(super) fn was_seen(&self) -> bool {
        self.was_seen.swap(false, Ordering::Relaxed)
    }
}

struct Inside<'a>(&'a Crowd);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.inside.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_is_seen_once_and_only_while_they_come_at_once() {
        let crowd = Crowd::default();
        for _ in 0..2 * MANY {
            drop(crowd.enter());
        }
        assert!(!crowd.was_seen(), "one after the other is no crowd");
        let together: Vec<_> = (0..MANY).map(|_| crowd.enter()).collect();
        drop(together);
        assert!(crowd.was_seen());
        assert!(!crowd.was_seen());
    }
}
