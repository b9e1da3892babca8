//! Leaving an endpoint alone that fails again and again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use brevdue_memo::Timestamp;

use crate::SystemId;

/// Systems counted at once; those beyond have no breaker, only their retry schedule.
const SYSTEMS: usize = 10_000;

/// Counts failures in a row per system, and until when a system is left alone. In memory and per
/// node: after a restart the first failures open it again.
#[derive(Debug, Default)]
pub(in crate::exchange) struct Breaker {
    systems: Mutex<HashMap<SystemId, Trouble>>,
}

#[derive(Debug, Default)]
struct Trouble {
    failures: u32,
    /// Left alone until then, once the breaker has opened.
    until: Option<Timestamp>,
}

impl Breaker {
    /// A call failed; how many in a row.
    pub(super) fn failed(&self, system: SystemId) -> u32 {
        let mut systems = self.systems.lock().unwrap_or_else(PoisonError::into_inner);
        if systems.len() >= SYSTEMS && !systems.contains_key(&system) {
            return 1;
        }
        let trouble = systems.entry(system).or_default();
        trouble.failures = trouble.failures.saturating_add(1);
        trouble.failures
    }

    /// Leaves a system alone for a while.
    pub(super) fn open(&self, system: SystemId, until: Timestamp) {
        let mut systems = self.systems.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(trouble) = systems.get_mut(&system) {
            trouble.until = trouble.until.max(Some(until));
        }
    }

    /// Until when a system is left alone, if it is in trouble. When that time has come, one call may
    /// try.
    pub(super) fn open_until(&self, system: SystemId) -> Option<Timestamp> {
        let systems = self.systems.lock().unwrap_or_else(PoisonError::into_inner);
        systems.get(&system).and_then(|trouble| trouble.until)
    }

    /// Forgets everything.
    pub(in crate::exchange) fn forget(&self) {
        self.systems.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// A call succeeded; whether calls had failed before it.
    pub(super) fn succeeded(&self, system: SystemId) -> bool {
        self.systems.lock().unwrap_or_else(PoisonError::into_inner).remove(&system).is_some()
    }
}
