//! How often links that open nothing are tried: whoever guesses is soon told to wait.

use std::sync::{Mutex, PoisonError};

use brevdue_memo::Timestamp;

use crate::limits::GUESSES_A_MINUTE;

const MILLIS_A_MINUTE: i64 = 60_000;

/// Wrong links of the minute that runs.
#[derive(Default)]
pub(crate) struct Guesses(Mutex<(i64, u32)>);

impl Guesses {
    /// Counts one that opened nothing.
    pub(crate) fn wrong(&self, now: Timestamp) {
        let minute = now.as_millis().div_euclid(MILLIS_A_MINUTE);
        // Two numbers are whole whatever happened while they were held.
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.0 != minute {
            *held = (minute, 0);
        }
        held.1 = held.1.saturating_add(1);
    }

    /// There were too many in this minute.
    pub(crate) fn are_too_many(&self, now: Timestamp) -> bool {
        let minute = now.as_millis().div_euclid(MILLIS_A_MINUTE);
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.0 == minute && held.1 >= GUESSES_A_MINUTE
    }
}
