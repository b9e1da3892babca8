//! Notices to people: making those that are due, and how their sending stands.

use std::sync::{Arc, Weak};

use brevdue_memo::Timestamp;

use super::{Judged, Programmes};
use crate::closing;
use crate::day::Day;
use crate::ids::ProgrammeId;
use crate::programme::Programme;
use crate::reminding::{self, Kept, Posting, State, WAITING};
use crate::storage::{NOTICES, StorageError, Which};

impl Programmes {
    /// Makes the notices for tasks that opened again, of which nobody was told yet. How many.
    ///
    /// # Errors
    ///
    /// [`StorageError`]: the next call makes them.
    pub async fn notify(
        &self,
        id: ProgrammeId,
        judged: &Judged,
        reopened: &[(i64, closing::Notice)],
    ) -> Result<usize, StorageError> {
        let Some((last, _)) = reopened.last() else { return Ok(0) };
        let notices = reminding::of_reopened(reopened, judged.plan.today);
        let (marks, told_until) = (Vec::new(), Some(*last));
        self.post(id, Posting { notices, marks, told_until, at: judged.at }).await
    }

    /// Makes the notices of what people are to be reminded of today, each once. How many; none when there is no
    /// room, because [`WAITING`] wait to be sent: what they would tell stays due.
    ///
    /// # Errors
    ///
    /// [`StorageError`]: the next call makes them.
    pub async fn remind(
        &self,
        id: ProgrammeId,
        judged: &Judged,
    ) -> Result<Option<usize>, StorageError> {
        let told = self.shared.store.marks(id).await?;
        let due = reminding::due(&judged.programme, &judged.plan, &told, judged.at);
        if due.is_empty() {
            return Ok(Some(0));
        }
        let waiting = self.shared.store.notices(id, Which::Open, None, NOTICES).await?.len();
        // What is due at once is made at once, however much it is.
        if waiting > 0 && waiting + due.notices.len() > WAITING {
            return Ok(None);
        }
        self.post(id, due).await.map(Some)
    }

    async fn post(&self, id: ProgrammeId, posting: Posting) -> Result<usize, StorageError> {
        match self.shared.store.post(id, &posting).await? {
            true => Ok(posting.notices.len()),
            // Somebody else was faster; the next look sees what is left.
            false => Ok(0),
        }
    }

    /// Notices, newest first. See [`ProgrammeStore::notices`](crate::storage::ProgrammeStore::notices).
    ///
    /// # Errors
    ///
    /// [`StorageError`].
    pub async fn notices(
        &self,
        id: ProgrammeId,
        which: Which,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Kept>, StorageError> {
        self.shared.store.notices(id, which, before, limit).await
    }

    /// Says how the sending of a notice stands now. False: it stands otherwise than it was seen.
    ///
    /// # Errors
    ///
    /// [`StorageError`].
    pub async fn went(
        &self,
        id: ProgrammeId,
        seen: &Kept,
        now: State,
        at: Timestamp,
    ) -> Result<bool, StorageError> {
        let from = (seen.state, seen.attempt);
        self.shared.store.went(id, seen.number, from, (now, seen.attempt), at).await
    }

    /// A notice that did not reach anybody waits to be sent again. False: it is not one of those.
    ///
    /// # Errors
    ///
    /// [`StorageError`].
    pub async fn send_again(
        &self,
        id: ProgrammeId,
        number: i64,
        at: Timestamp,
    ) -> Result<bool, StorageError> {
        let one = self.notices(id, Which::All, Some(number.saturating_add(1)), 1).await?;
        let Some(kept) = one.first().filter(|kept| kept.number == number && kept.state.is_stuck())
        else {
            return Ok(false);
        };
        let (from, to) = ((kept.state, kept.attempt), (State::Waiting, kept.attempt + 1));
        self.shared.store.went(id, number, from, to, at).await
    }
}

/// Of which programme, as it stood, and on which day reminders were looked for last: only another one, or another
/// day, can make others due. Keeps nothing of it in memory.
#[derive(Debug, Default)]
pub struct Looked(Option<(Weak<Programme>, Day)>);

impl Looked {
    /// Whether this judgement is of another programme, as it stands, or of another day than the last; it is the
    /// last from now on.
    pub fn is_new(&mut self, judged: &Judged) -> bool {
        let (programme, today) = (Arc::downgrade(&judged.programme), judged.plan.today);
        let is_same =
            self.0.as_ref().is_some_and(|(last, day)| last.ptr_eq(&programme) && *day == today);
        self.0 = Some((programme, today));
        !is_same
    }
}
