//! Time, handed in.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use brevdue_memo::Timestamp;

/// Tells the time. Only `cli` has one that reads the machine's.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// A clock that local mode moves by hand: another clock, and how far it is ahead of it. It goes on
/// running, and only ever forward until it is put back.
pub struct MovableClock {
    base: Arc<dyn Clock>,
    ahead_millis: AtomicI64,
}

impl MovableClock {
    /// A clock so many milliseconds ahead of another.
    pub fn new(base: Arc<dyn Clock>, ahead_millis: i64) -> Self {
        Self { base, ahead_millis: AtomicI64::new(ahead_millis.max(0)) }
    }

    /// How far it is ahead, in milliseconds.
    pub fn ahead_millis(&self) -> i64 {
        self.ahead_millis.load(Ordering::Acquire)
    }

    /// Moves it to `to`, or leaves it where it is when that has gone by.
    pub fn forward_to(&self, to: Timestamp) {
        let ahead = to.as_millis().saturating_sub(self.base.now().as_millis());
        self.ahead_millis.fetch_max(ahead, Ordering::AcqRel);
    }

    /// Puts it so far ahead, also when that is back: only when what it timed is replaced as well.
    pub fn put(&self, ahead_millis: i64) {
        self.ahead_millis.store(ahead_millis.max(0), Ordering::Release);
    }
}

impl Clock for MovableClock {
    fn now(&self) -> Timestamp {
        let base = self.base.now().as_millis();
        Timestamp::from_millis(base.saturating_add(self.ahead_millis()))
    }
}
