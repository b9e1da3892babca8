//! The town's clock and its source of ids.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use brevdue_exchange::Clock;
use brevdue_exchange::ids::Ids;
use brevdue_memo::Timestamp;
use uuid::Uuid;

use crate::Dice;

/// A clock that stands still until it is set.
#[derive(Debug)]
pub(super) struct TownClock(AtomicI64);

impl TownClock {
    pub(super) fn at(start: Timestamp) -> Self {
        Self(AtomicI64::new(start.as_millis()))
    }

    pub(super) fn set(&self, now: Timestamp) {
        self.0.store(now.as_millis(), Ordering::SeqCst);
    }
}

impl Clock for TownClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Ids from the town's seed.
#[derive(Debug)]
pub(super) struct TownIds {
    dice: Mutex<Dice>,
    ordered: AtomicI64,
}

impl TownIds {
    pub(super) fn new(seed: u64) -> Self {
        Self { dice: Mutex::new(Dice::new(!seed)), ordered: AtomicI64::new(0) }
    }
}

impl Ids for TownIds {
    fn random(&self) -> Uuid {
        self.dice.lock().expect("no test panics while it holds the dice").uuid()
    }

    fn ordered(&self) -> Uuid {
        let number = self.ordered.fetch_add(1, Ordering::SeqCst) as u128;
        Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0000 | number)
    }
}
