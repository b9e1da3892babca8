//! Programmes that are kept as long as the process lives: for tests, and for looking at one without a store.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use brevdue_memo::Timestamp;

use crate::change::{HistoryLine, Outcome};
use crate::closing::Notice;
use crate::ids::{Key, ProgrammeId};
use crate::objects::Kind;
use crate::programme::Programme;
use crate::reminding::{KEPT, Kept, Posting, State};
use crate::storage::{NOTICES, ProgrammeStore, StorageError, UNTOLD, Which};

/// One of them.
#[derive(Debug, Default)]
struct One {
    programme: Programme,
    history: Vec<HistoryLine>,
    untold: Vec<(i64, Notice)>,
    /// What people were told last of each thing.
    marks: BTreeMap<String, String>,
    notices: Vec<Kept>,
    /// The number of the newest notice.
    posted: i64,
    /// What feeds told, by their keys.
    told: BTreeMap<Key, (u32, String)>,
}

/// Programmes in memory.
#[derive(Debug, Default)]
pub struct Memory(Mutex<BTreeMap<ProgrammeId, One>>);

impl Memory {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<ProgrammeId, One>> {
        // A commit puts everything at once, after it has looked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl ProgrammeStore for Memory {
    async fn programmes(&self) -> Result<Vec<ProgrammeId>, StorageError> {
        Ok(self.lock().keys().copied().collect())
    }

    async fn parts(&self, kinds: &[Kind]) -> Result<Vec<(ProgrammeId, Programme)>, StorageError> {
        let parts = |one: &One| {
            let mut some = Programme::default();
            for kind in kinds {
                for (key, held) in one.programme.all_held(*kind) {
                    some.insert(*kind, key.clone(), held.clone());
                }
            }
            some
        };
        Ok(self.lock().iter().map(|(id, one)| (*id, parts(one))).collect())
    }

    async fn load(&self, programme: ProgrammeId) -> Result<Programme, StorageError> {
        Ok(self.lock().get(&programme).map(|one| one.programme.clone()).unwrap_or_default())
    }

    async fn commit(&self, programme: ProgrammeId, outcome: &Outcome) -> Result<(), StorageError> {
        let mut all = self.lock();
        let One { programme: there, history, untold, .. } = all.entry(programme).or_default();
        let seen = outcome.writes.iter().map(|write| (write.kind, &write.key, write.expect));
        let seen = seen.chain(outcome.rests_on.iter().map(|(kind, key, at)| (*kind, key, *at)));
        for (kind, key, expected) in seen {
            if there.held(kind, key).map_or(0, |held| held.version) != expected {
                return Err(StorageError::Changed { kind, key: key.clone() });
            }
        }
        there.put(&outcome.writes);
        history.extend(outcome.history.iter().cloned());
        for notice in &outcome.untold {
            let number = i64::try_from(history.len() + untold.len()).unwrap_or(i64::MAX);
            untold.push((number, notice.clone()));
        }
        Ok(())
    }

    async fn untold(&self, programme: ProgrammeId) -> Result<Vec<(i64, Notice)>, StorageError> {
        let all = self.lock();
        let untold = all.get(&programme).map(|one| one.untold.as_slice()).unwrap_or_default();
        Ok(untold.iter().take(UNTOLD).cloned().collect())
    }

    async fn marks(
        &self,
        programme: ProgrammeId,
    ) -> Result<BTreeMap<String, String>, StorageError> {
        Ok(self.lock().get(&programme).map(|one| one.marks.clone()).unwrap_or_default())
    }

    async fn post(&self, programme: ProgrammeId, posting: &Posting) -> Result<bool, StorageError> {
        let mut all = self.lock();
        let one = all.entry(programme).or_default();
        if posting.marks.iter().any(|mark| one.marks.get(&mark.about) != mark.was.as_ref()) {
            return Ok(false);
        }
        for mark in &posting.marks {
            one.marks.insert(mark.about.clone(), mark.is.clone());
        }
        if let Some(until) = posting.told_until {
            one.untold.retain(|(number, _)| *number > until);
        }
        for notice in &posting.notices {
            one.posted += 1;
            let (state, since, attempt) = (State::Waiting, posting.at, 0);
            let (number, notice) = (one.posted, notice.clone());
            one.notices.push(Kept { number, state, since, attempt, notice });
        }
        let over = one.notices.iter().rev().filter(|kept| !kept.state.is_open());
        if let Some(last) = over.map(|kept| kept.number).nth(KEPT) {
            one.notices.retain(|kept| kept.state.is_open() || kept.number > last);
        }
        Ok(true)
    }

    async fn notices(
        &self,
        programme: ProgrammeId,
        which: Which,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Kept>, StorageError> {
        let all = self.lock();
        let kept = all.get(&programme).map(|one| one.notices.as_slice()).unwrap_or_default();
        let wanted = kept.iter().rev().filter(|kept| {
            (which == Which::All || kept.state.is_open())
                && before.is_none_or(|before| kept.number < before)
        });
        Ok(wanted.take(limit.min(NOTICES)).cloned().collect())
    }

    async fn went(
        &self,
        programme: ProgrammeId,
        number: i64,
        from: (State, u32),
        to: (State, u32),
        at: Timestamp,
    ) -> Result<bool, StorageError> {
        let mut all = self.lock();
        let Some(one) = all.get_mut(&programme) else { return Ok(false) };
        let mut found = one.notices.iter_mut();
        let found = found.find(|kept| kept.number == number && (kept.state, kept.attempt) == from);
        let Some(kept) = found else { return Ok(false) };
        (kept.state, kept.attempt) = to;
        kept.since = at;
        Ok(true)
    }

    async fn history(
        &self,
        programme: ProgrammeId,
        about: Option<(Kind, &Key)>,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<(i64, HistoryLine)>, StorageError> {
        let all = self.lock();
        let lines = all.get(&programme).map(|one| one.history.as_slice()).unwrap_or_default();
        let last = i64::try_from(lines.len()).unwrap_or(i64::MAX);
        let numbered = (1..=last).rev().zip(lines.iter().rev());
        let wanted = numbered.filter(|(number, line)| {
            let of_it = about.is_none_or(|(kind, key)| line.kind == kind && line.key == *key);
            of_it && before.is_none_or(|before| *number < before)
        });
        Ok(wanted.take(limit).map(|(number, line)| (number, line.clone())).collect())
    }
    async fn told(
        &self,
        programme: ProgrammeId,
        feed: &Key,
    ) -> Result<Option<(u32, String)>, StorageError> {
        Ok(self.lock().get(&programme).and_then(|one| one.told.get(feed).cloned()))
    }

    async fn tell(
        &self,
        programme: ProgrammeId,
        feed: &Key,
        expect: u32,
        told: &str,
    ) -> Result<bool, StorageError> {
        let mut all = self.lock();
        let there = &mut all.entry(programme).or_default().told;
        if there.get(feed).map_or(0, |(version, _)| *version) != expect {
            return Ok(false);
        }
        there.insert(feed.clone(), (expect + 1, told.to_owned()));
        Ok(true)
    }
}
