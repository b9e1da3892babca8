//! How many of something each system has at once: connections, files being written.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use brevdue_exchange::SystemId;

/// Places of one kind.
#[derive(Debug)]
pub(super) struct Places {
    taken: Mutex<HashMap<SystemId, usize>>,
    per_system: usize,
    in_all: usize,
}

/// One of a system's places; free again when dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    system: SystemId,
}

impl Places {
    pub(super) fn new(per_system: usize, in_all: usize) -> Arc<Self> {
        Arc::new(Self { taken: Mutex::default(), per_system, in_all })
    }

    /// A place, if there is one.
    pub(super) fn take(self: &Arc<Self>, system: SystemId) -> Option<Place> {
        // Every change under the lock is complete before anything could panic.
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let in_all: usize = taken.values().sum();
        let own = taken.get(&system).copied().unwrap_or_default();
        if own >= self.per_system || in_all >= self.in_all {
            return None;
        }
        taken.insert(system, own + 1);
        Some(Place { places: Arc::clone(self), system })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.system) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.system);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_system_takes_more_than_its_share_and_all_together_no_more_than_there_is() {
        let system = |number| SystemId(uuid::Uuid::from_u128(number));
        let places = Places::new(2, 3);
        let first = places.take(system(1)).unwrap();
        let _second = places.take(system(1)).unwrap();
        assert!(places.take(system(1)).is_none(), "a third of one system");
        let _other = places.take(system(2)).unwrap();
        assert!(places.take(system(2)).is_none(), "a fourth in all");
        drop(first);
        assert!(places.take(system(2)).is_some());
    }
}
