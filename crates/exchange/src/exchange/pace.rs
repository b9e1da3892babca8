//! How fast each system sends single messages, so that one that floods the interactive queue waits
//! in the other.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use brevdue_memo::Timestamp;

use crate::{Lane, Origin, SystemId};

const MINUTE_MILLIS: i64 = 60_000;
/// Systems counted at once; those beyond are not slowed down.
const SYSTEMS: usize = 10_000;

/// Counts single messages per system and minute. In memory and per node: it orders queues, nothing
/// depends on it.
#[derive(Debug, Default)]
pub(super) struct Pace {
    minutes: Mutex<HashMap<SystemId, (i64, u32)>>,
}

impl Pace {
    /// Which queue a single message waits in; counts it.
    pub(super) fn lane(&self, origin: &Origin, now: Timestamp, limit: u32) -> Lane {
        let Origin::System { system, .. } = *origin else {
            return Lane::Interactive; // A person cannot write that fast.
        };
        let minute = now.as_millis().div_euclid(MINUTE_MILLIS);
        let mut minutes = self.minutes.lock().unwrap_or_else(PoisonError::into_inner);
        if minutes.len() >= SYSTEMS && !minutes.contains_key(&system) {
            minutes.retain(|_, (counted, _)| *counted == minute);
            if minutes.len() >= SYSTEMS {
                return Lane::Interactive;
            }
        }
        let (counted, messages) = minutes.entry(system).or_insert((minute, 0));
        if *counted != minute {
            (*counted, *messages) = (minute, 0);
        }
        *messages = messages.saturating_add(1);
        if *messages > limit { Lane::Bulk } else { Lane::Interactive }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ContactId, OrganisationId};
    use uuid::Uuid;

    #[test]
    fn what_is_over_the_limit_of_a_minute_waits_in_the_bulk_queue() {
        let pace = Pace::default();
        let origin = |n| Origin::System {
            system: SystemId(Uuid::from_u128(n)),
            organisation: OrganisationId(Uuid::from_u128(0)),
        };
        let at = Timestamp::from_millis;
        for (system, millis, expected) in [
            (1, 0, Lane::Interactive),
            (1, 10, Lane::Interactive),
            (1, 59_999, Lane::Bulk),
            (2, 59_999, Lane::Interactive), // another system is not to blame
            (1, 60_000, Lane::Interactive), // a new minute
            (1, 60_001, Lane::Interactive),
            (1, 60_002, Lane::Bulk),
        ] {
            assert_eq!(pace.lane(&origin(system), at(millis), 2), expected, "{system} {millis}");
        }
        let person = Origin::Mailbox(ContactId(Uuid::from_u128(3)));
        for _ in 0..5 {
            assert_eq!(pace.lane(&person, at(0), 2), Lane::Interactive);
        }
    }
}
