//! Leaving an endpoint alone that fails again and again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::SystemId;

/// Systems counted at once; those beyond have no breaker, only their retry schedule.
const SYSTEMS: usize = 10_000;

/// Counts failures in a row per system. In memory and per node: after a restart the first failures
/// open it again.
#[derive(Debug, Default)]
pub(in crate::exchange) struct Breaker {
    failures: Mutex<HashMap<SystemId, u32>>,
}

impl Breaker {
    /// A call failed; how many in a row.
    pub(super) fn failed(&self, system: SystemId) -> u32 {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= SYSTEMS && !failures.contains_key(&system) {
            return 1;
        }
        let count = failures.entry(system).or_insert(0);
        *count = count.saturating_add(1);
        *count
    }

    /// A call succeeded; whether calls had failed before it.
    pub(super) fn succeeded(&self, system: SystemId) -> bool {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).remove(&system).is_some()
    }

    /// Failures in a row.
    pub(super) fn count(&self, system: SystemId) -> u32 {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.get(&system).copied().unwrap_or(0)
    }
}
