//! The machine's clock and its randomness: the one place where both are read.

use brevdue_exchange::Clock;
use brevdue_exchange::ids::Ids;
use brevdue_memo::Timestamp;
use uuid::Uuid;

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MachineClock;

impl Clock for MachineClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the real clock")]
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(jiff::Timestamp::now().as_millisecond())
    }
}

/// Random ids.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MachineIds;

impl Ids for MachineIds {
    #[expect(clippy::disallowed_methods, reason = "the one place that makes real ids")]
    fn random(&self) -> Uuid {
        Uuid::new_v4()
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that makes real ids")]
    fn ordered(&self) -> Uuid {
        Uuid::now_v7()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_our_own_sort_by_the_time_they_were_made() {
        let made: Vec<Uuid> = (0..1000).map(|_| MachineIds.ordered()).collect();
        assert!(made.is_sorted());
        assert_eq!(MachineIds.random().get_version_num(), 4);
    }

    #[test]
    fn the_clock_is_in_this_century() {
        let now = MachineClock.now().as_millis();
        assert!((1_700_000_000_000..4_102_444_800_000).contains(&now), "{now}");
    }
}
