//! First answers, kept for callers that send a request again with the same `Idempotency-Key`.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use brevdue_exchange::SystemId;
use brevdue_exchange::storage::Digest;
use brevdue_memo::Timestamp;
use bytes::Bytes;
use uuid::Uuid;

/// Under what an answer is kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    /// Who called: keys of two systems have nothing to do with each other.
    pub(super) system: SystemId,
    /// The header's value.
    pub(super) key: String,
}

/// The answer to a request that was accepted, and what it was the answer to.
#[derive(Debug, Clone)]
pub(super) struct FirstAnswer {
    pub(super) claimed_uuid: Option<Uuid>,
    pub(super) digest: Digest,
    pub(super) receipt: Bytes,
}

/// Where an answer will stand, or stands already.
pub(super) type Slot = Arc<tokio::sync::Mutex<Option<FirstAnswer>>>;

/// The answers kept: at most so many, for so long.
pub(super) struct FirstAnswers {
    limit: usize,
    keep_seconds: i64,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    slots: HashMap<Key, Slot>,
    /// Oldest first, with the time each slot was made.
    order: VecDeque<(Timestamp, Key)>,
}

impl FirstAnswers {
    pub(super) fn new(limit: usize, keep_seconds: i64) -> Self {
        Self { limit: limit.max(1), keep_seconds, kept: Mutex::default() }
    }

    /// Forgets every answer.
    pub(super) fn forget(&self) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Kept::default();
    }

    /// The slot of a key; made empty when there is none.
    pub(super) fn slot(&self, key: Key, now: Timestamp) -> Slot {
        // Every change under the lock is complete before anything could panic.
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((made, _)) = kept.order.front()
            && (made.plus_seconds(self.keep_seconds) <= now)
        {
            kept.drop_oldest();
        }
        if let Some(slot) = kept.slots.get(&key) {
            return Arc::clone(slot);
        }
        while kept.slots.len() >= self.limit {
            kept.drop_oldest();
        }
        let slot = Slot::default();
        kept.slots.insert(key.clone(), Arc::clone(&slot));
        kept.order.push_back((now, key));
        slot
    }
}

impl Kept {
    fn drop_oldest(&mut self) {
        if let Some((_, key)) = self.order.pop_front() {
            self.slots.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(key: &str) -> Key {
        Key { system: SystemId(Uuid::nil()), key: key.into() }
    }

    fn answer() -> FirstAnswer {
        FirstAnswer { claimed_uuid: None, digest: Digest([0; 32]), receipt: Bytes::new() }
    }

    #[tokio::test]
    async fn an_answer_is_kept_for_its_time_and_the_oldest_goes_when_there_are_too_many() {
        let answers = FirstAnswers::new(2, 100);
        let at = |seconds| Timestamp::default().plus_seconds(seconds);
        *answers.slot(key("a"), at(0)).lock().await = Some(answer());
        *answers.slot(key("b"), at(50)).lock().await = Some(answer());
        assert!(answers.slot(key("a"), at(99)).lock().await.is_some());
        assert!(answers.slot(key("a"), at(100)).lock().await.is_none(), "its time is over");
        assert!(answers.slot(key("b"), at(100)).lock().await.is_some());
        answers.slot(key("c"), at(101));
        assert!(answers.slot(key("b"), at(102)).lock().await.is_none(), "two younger ones came");
    }
}
