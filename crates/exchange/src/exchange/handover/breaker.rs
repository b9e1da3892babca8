//! Leaving an endpoint alone that fails again and again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use brevdue_memo::Timestamp;

use crate::{SystemId, Work};

/// Endpoints counted at once; those beyond have no breaker, only their retry schedule.
const ENDPOINTS: usize = 10_000;

/// Where calls of one kind to one system go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::exchange) enum Endpoint {
    Memos(SystemId),
    Receipts(SystemId),
    Notifications(SystemId),
}

impl Endpoint {
    pub(in crate::exchange) fn of(system: SystemId, work: &Work) -> Self {
        match work {
            Work::PushReceipt(..) => Self::Receipts(system),
            Work::PushNotification(..) => Self::Notifications(system),
            _ => Self::Memos(system),
        }
    }
}

/// Counts failures in a row per endpoint, and until when it is left alone. In memory and per node:
/// after a restart the first failures open it again.
#[derive(Debug, Default)]
pub(in crate::exchange) struct Breaker {
    endpoints: Mutex<HashMap<Endpoint, Trouble>>,
}

#[derive(Debug, Default)]
struct Trouble {
    failures: u32,
    /// Left alone until then, once the breaker has opened.
    until: Option<Timestamp>,
}

impl Breaker {
    /// A call failed; how many in a row.
    pub(in crate::exchange) fn failed(&self, endpoint: Endpoint) -> u32 {
        let mut endpoints = self.endpoints.lock().unwrap_or_else(PoisonError::into_inner);
        if endpoints.len() >= ENDPOINTS && !endpoints.contains_key(&endpoint) {
            return 1;
        }
        let trouble = endpoints.entry(endpoint).or_default();
        trouble.failures = trouble.failures.saturating_add(1);
        trouble.failures
    }

    /// Leaves an endpoint alone for a while.
    pub(in crate::exchange) fn open(&self, endpoint: Endpoint, until: Timestamp) {
        let mut endpoints = self.endpoints.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(trouble) = endpoints.get_mut(&endpoint) {
            trouble.until = trouble.until.max(Some(until));
        }
    }

    /// Until when an endpoint is left alone, if it is in trouble. When that time has come, one call may
    /// try.
    pub(in crate::exchange) fn open_until(&self, endpoint: Endpoint) -> Option<Timestamp> {
        let endpoints = self.endpoints.lock().unwrap_or_else(PoisonError::into_inner);
        endpoints.get(&endpoint).and_then(|trouble| trouble.until)
    }

    /// Forgets everything.
    pub(in crate::exchange) fn forget(&self) {
        self.endpoints.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// A call succeeded; whether calls had failed before it.
    pub(in crate::exchange) fn succeeded(&self, endpoint: Endpoint) -> bool {
        self.endpoints.lock().unwrap_or_else(PoisonError::into_inner).remove(&endpoint).is_some()
    }
}
