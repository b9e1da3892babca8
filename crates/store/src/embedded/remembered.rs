//! The registry as it was last read.
//!
//! Each letter asks some ten times who its sender, its receiver and their systems are, and the answers
//! seldom change. The store's folder is open in one process, so what is remembered is exact: it is
//! forgotten before a change of the registry is committed, and nothing is remembered until that is done.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use brevdue_exchange::{
    Contact, ContactId, ContactPoint, ContactPointId, MailSystem, Op, Organisation, OrganisationId,
    StorageError, SystemId,
};
use brevdue_memo::{CvrNumber, PartyId};

/// Answers of each kind at most, some hundred bytes each. More than a busy day's parties of a small
/// installation; in a larger one it still holds the systems and authorities that every letter names.
const ANSWERS: usize = 10_000;

/// Answers to the questions that every letter asks.
#[derive(Debug, Default)]
pub(super) struct Registry {
    pub(super) organisations: Answers<OrganisationId, Option<Organisation>>,
    pub(super) organisations_by_cvr: Answers<CvrNumber, Option<Organisation>>,
    pub(super) systems: Answers<SystemId, Option<MailSystem>>,
    pub(super) systems_of: Answers<OrganisationId, Vec<MailSystem>>,
    pub(super) contacts: Answers<ContactId, Option<Contact>>,
    pub(super) contacts_by_party: Answers<PartyId, Option<Contact>>,
    pub(super) contact_points: Answers<ContactPointId, Option<ContactPoint>>,
}

impl Registry {
    /// Whether a change makes answers wrong.
    pub(super) fn is_changed_by(op: &Op) -> bool {
        matches!(
            op,
            Op::PutOrganisation(_) | Op::PutSystem(_) | Op::PutContact(_) | Op::PutContactPoint(_)
        )
    }

    /// To be called before a change is committed: from now on everybody reads for themselves.
    pub(super) fn forget(&self) {
        self.each(&mut |answers| answers.forget());
    }

    /// To be called when the change is committed, or given up.
    pub(super) fn remember_again(&self) {
        self.each(&mut |answers| answers.remember_again());
    }

    fn each(&self, act: &mut dyn FnMut(&dyn Forgetful)) {
        act(&self.organisations);
        act(&self.organisations_by_cvr);
        act(&self.systems);
        act(&self.systems_of);
        act(&self.contacts);
        act(&self.contacts_by_party);
        act(&self.contact_points);
    }
}

/// Answers to one question, by what was asked for.
#[derive(Debug)]
pub(super) struct Answers<K, V>(Mutex<Known<K, V>>);

#[derive(Debug)]
struct Known<K, V> {
    answers: HashMap<K, V>,
    /// How often all was forgotten: an answer read before that is not kept after it.
    forgotten: u64,
    /// A change is being committed.
    changing: bool,
}

impl<K, V> Default for Answers<K, V> {
    fn default() -> Self {
        let known = Known { answers: HashMap::new(), forgotten: 0, changing: false };
        Self(Mutex::new(known))
    }
}

impl<K: Eq + Hash, V: Clone> Answers<K, V> {
    /// What is known, if anything is.
    pub(super) fn known(&self, key: &K) -> Option<V> {
        self.lock().answers.get(key).cloned()
    }

    /// What is known, or else what `read` says. The lock is not held while it reads.
    pub(super) fn or_read(
        &self,
        key: K,
        read: impl FnOnce() -> Result<V, StorageError>,
    ) -> Result<V, StorageError> {
        let forgotten = {
            let known = self.lock();
            if let Some(answer) = known.answers.get(&key) {
                return Ok(answer.clone());
            }
            if known.changing { None } else { Some(known.forgotten) }
        };
        let answer = read()?;
        let mut known = self.lock();
        if forgotten == Some(known.forgotten) {
            if known.answers.len() >= ANSWERS {
                known.answers.clear();
            }
            known.answers.insert(key, answer.clone());
        }
        Ok(answer)
    }
}

impl<K, V> Answers<K, V> {
    fn lock(&self) -> MutexGuard<'_, Known<K, V>> {
        // Every change under the lock is complete before anything can panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

trait Forgetful {
    fn forget(&self);
    fn remember_again(&self);
}

impl<K, V> Forgetful for Answers<K, V> {
    fn forget(&self) {
        let mut known = self.lock();
        known.answers.clear();
        known.forgotten += 1;
        known.changing = true;
    }

    fn remember_again(&self) {
        self.lock().changing = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(answers: &Answers<u8, u8>, says: u8) -> u8 {
        answers.or_read(1, || Ok(says)).unwrap()
    }

    #[test]
    fn an_answer_is_read_once_and_again_after_a_change() {
        let answers = Answers::default();
        assert_eq!([ask(&answers, 1), ask(&answers, 2)], [1, 1]);
        answers.forget();
        assert_eq!(ask(&answers, 2), 2);
        assert_eq!(ask(&answers, 3), 3, "nothing is kept while the change is being committed");
        answers.remember_again();
        assert_eq!([ask(&answers, 4), ask(&answers, 5)], [4, 4]);
    }

    #[test]
    fn an_answer_read_before_a_change_is_not_kept_after_it() {
        let answers = Answers::default();
        let old = answers.or_read(1, || {
            answers.forget();
            answers.remember_again();
            Ok(1)
        });
        assert_eq!(old.unwrap(), 1);
        assert_eq!(ask(&answers, 2), 2);
    }

    #[test]
    fn answers_do_not_grow_without_end() {
        let answers = Answers::default();
        for key in 0..3 * ANSWERS {
            answers.or_read(key, || Ok(key)).unwrap();
            assert!(answers.lock().answers.len() <= ANSWERS);
        }
    }
}
