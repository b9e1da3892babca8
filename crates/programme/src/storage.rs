//! What has to be remembered, for back ends. They remember; they decide nothing.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use brevdue_memo::Timestamp;
use uuid::Uuid;

use crate::change::{HistoryLine, Outcome};
use crate::checks::{Counted, Counting, Period};
use crate::closing::Notice;
use crate::day::Day;
use crate::ids::{Key, ProgrammeId};
use crate::objects::Kind;
use crate::observation::{MessageName, Observation, Sight};
use crate::programme::Programme;
use crate::reminding::{Kept, Posting, State};
use crate::tally::{Group, IncomingTally};

/// Why something was not remembered or found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// Somebody was faster. Reckon again from what is there now.
    #[error("{} {key} was changed meanwhile", kind.word())]
    Changed {
        /// Of what kind of object.
        kind: Kind,
        /// Which.
        key: Key,
    },
    /// The store cannot be used now. Trying again later may help.
    #[error("the programmes cannot be read or written now")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What is there is not what was written.
    #[error("what is kept is damaged: {0}")]
    Damaged(String),
}

/// Programmes, remembered.
#[async_trait]
pub trait ProgrammeStore: Send + Sync {
    /// Every programme there is.
    async fn programmes(&self) -> Result<Vec<ProgrammeId>, StorageError>;

    /// Every programme with its objects of these kinds alone, by id: what lists are made of. It reads nothing
    /// else, so it costs what these objects are and not what programmes are.
    async fn parts(&self, kinds: &[Kind]) -> Result<Vec<(ProgrammeId, Programme)>, StorageError>;

    /// All objects of one; empty when there is none.
    async fn load(&self, programme: ProgrammeId) -> Result<Programme, StorageError>;

    /// Makes an outcome durable: all writes with their expected versions, the history, and who has to be
    /// told; or nothing, when one of the versions that it was decided by is no longer there.
    async fn commit(&self, programme: ProgrammeId, outcome: &Outcome) -> Result<(), StorageError>;

    /// Who has to be told of what, each with its number, in the order in which it was committed; at most
    /// [`UNTOLD`].
    async fn untold(&self, programme: ProgrammeId) -> Result<Vec<(i64, Notice)>, StorageError>;

    /// What people were told last of each thing they are reminded of; see [`Mark`](crate::reminding::Mark).
    async fn marks(&self, programme: ProgrammeId)
    -> Result<BTreeMap<String, String>, StorageError>;

    /// Keeps notices for people, and changes what they were told last; forgets who had to be told of tasks that
    /// opened again: all of it or nothing. False: something else was told last meanwhile, and nothing is kept.
    /// Of notices that are over the newest [`KEPT`](crate::reminding::KEPT) stay.
    async fn post(&self, programme: ProgrammeId, posting: &Posting) -> Result<bool, StorageError>;

    /// Notices, newest first: all, or those that are open, below the number `before`, at most `limit`.
    async fn notices(
        &self,
        programme: ProgrammeId,
        which: Which,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Kept>, StorageError>;

    /// Says how the sending of a notice stands. False: it stood otherwise than `from`, and stays so.
    async fn went(
        &self,
        programme: ProgrammeId,
        number: i64,
        from: (State, u32),
        to: (State, u32),
        at: Timestamp,
    ) -> Result<bool, StorageError>;

    /// History, newest first, each line with its number: of everything or of one object, below the number
    /// `before`, at most `limit` lines.
    async fn history(
        &self,
        programme: ProgrammeId,
        about: Option<(Kind, &Key)>,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<(i64, HistoryLine)>, StorageError>;

    /// What a calendar feed told its readers last, as whoever serves it wrote it, with its version; none when
    /// it has told nothing.
    async fn told(
        &self,
        programme: ProgrammeId,
        feed: &Key,
    ) -> Result<Option<(u32, String)>, StorageError>;

    /// Remembers what a feed tells, in the place of the version `expect`, 0 for none. False: somebody was
    /// faster, and nothing was remembered.
    async fn tell(
        &self,
        programme: ProgrammeId,
        feed: &Key,
        expect: u32,
        told: &str,
    ) -> Result<bool, StorageError>;

    /// Which state the store is in, so that what rests on it is made anew when it has changed. A store
    /// that nobody else can write, and that keeps no observations, stays in one. What was changed through
    /// this store is not told.
    async fn revision(&self) -> Result<Revision, StorageError> {
        Ok(Revision::default())
    }
}

/// Which notices are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// All.
    All,
    /// Those with which something is still to be done.
    Open,
}

/// Notices in one answer at most.
pub const NOTICES: usize = 2_000;

/// Notices told at once at most.
pub const UNTOLD: usize = 1_000;

/// Which state a store is in. Numbers mean nothing but that they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Revision {
    /// Differs after observations came or went.
    pub observed: i64,
    /// Differs after another program wrote.
    pub elsewhere: i64,
}

/// Sights in one call at most.
pub const SIGHTS: usize = 2_000;

/// Observations in one answer at most.
pub const OBSERVATIONS: usize = 1_000;

/// Groups of messages to an organisation that are told apart at most. Senders choose the codes; what is
/// beyond is counted together, as [`Group::others`].
pub const GROUPS: usize = 10_000;

/// What became of sights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Observed {
    /// Messages that were not seen before.
    pub new: u64,
    /// Sights that told something new of a message that was.
    pub changed: u64,
    /// Sights that told nothing new.
    pub nothing: u64,
}

/// How far a follower of a log has read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// Who follows what; at most 64 characters.
    pub follower: String,
    /// The number of the last entry that it has made sights of.
    pub number: i64,
}

/// Months that observations are kept: from [`Self::LEAST`] to [`Self::MOST`].
///
/// Fewer would take away what requirements look at, whose windows have at most
/// [`WINDOW_DAYS`](crate::checks::WINDOW_DAYS) days; what nobody can look at any more is no evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeptMonths(u16);

impl KeptMonths {
    /// 14 months are never shorter than the longest window.
    pub const LEAST: u16 = 14;
    /// Ten years.
    pub const MOST: u16 = 120;

    /// So many months; none outside of the bounds.
    pub fn new(months: u16) -> Option<Self> {
        (Self::LEAST..=Self::MOST).contains(&months).then_some(Self(months))
    }

    /// How many.
    pub fn get(self) -> u16 {
        self.0
    }
}

impl Default for KeptMonths {
    fn default() -> Self {
        Self(24)
    }
}

/// Observations that are kept at once: from [`Self::LEAST`] to [`Self::MOST`]. The sums of those that go stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeptObservations(u64);

impl KeptObservations {
    /// Ten thousand: some days of an authority, to look behind a sum.
    pub const LEAST: u64 = 10_000;
    /// A hundred million, of which each takes some 150 bytes of the file.
    pub const MOST: u64 = 100_000_000;

    /// So many; none outside of the bounds.
    pub fn new(observations: u64) -> Option<Self> {
        (Self::LEAST..=Self::MOST).contains(&observations).then_some(Self(observations))
    }

    /// How many.
    pub fn get(self) -> u64 {
        self.0
    }
}

impl Default for KeptObservations {
    fn default() -> Self {
        Self(20_000_000)
    }
}

/// How long observations are kept, and how many: what an exchange is set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retention {
    /// For so long.
    pub months: KeptMonths,
    /// So many, at most.
    pub observations: KeptObservations,
}

impl Retention {
    /// Which observations are kept on a day.
    pub fn on(self, today: Day) -> Keep {
        let since = today.plus_months(-i32::from(self.months.get()));
        Keep { since, at_most: self.observations.get() }
    }
}

/// Which observations are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// Of this day and later.
    pub since: Day,
    /// So many, at most.
    pub at_most: u64,
}

/// Which observations are asked for: of some organisations, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObservationQuery {
    /// Of these organisations, by CVR number.
    pub organisations: BTreeSet<String>,
    /// Of the system known by one of these names; empty: of all.
    pub systems: BTreeSet<String>,
    /// Seen before; for the next page, the time of the last of this one.
    pub before: Option<Timestamp>,
    /// Of messages seen at that very time, only those whose UUID is smaller; for the next page.
    pub below: Option<Uuid>,
    /// At most so many, and never more than [`OBSERVATIONS`].
    pub limit: usize,
}

/// Observations and their tallies, remembered.
///
/// A message counts once for each organisation, environment and direction, however often it is seen;
/// what a sight adds is decided by [`crate::tally::take`].
#[async_trait]
pub trait ObservationStore: Send + Sync {
    /// Takes sights in their order, at most [`SIGHTS`], and how far whoever saw them has come: all of it
    /// or nothing. What it costs does not grow with what is kept.
    async fn observe(
        &self,
        sights: Vec<Sight>,
        positions: Vec<Position>,
    ) -> Result<Observed, StorageError>;

    /// How far a follower has come; none before it began.
    async fn position(&self, follower: &str) -> Result<Option<i64>, StorageError>;

    /// Adds the tallies of organisations to a count, of the days that it needs.
    async fn count(
        &self,
        organisations: &BTreeSet<String>,
        counting: Counting,
    ) -> Result<Counted, StorageError>;

    /// What was counted on the days of a period of real messages to organisations, by who sends what: the
    /// groups with most messages first, at most [`GROUPS`] and what is counted together.
    async fn incoming(
        &self,
        organisations: &BTreeSet<String>,
        period: Period,
    ) -> Result<Vec<(Group, IncomingTally)>, StorageError>;

    /// Observations, newest first.
    async fn observations(
        &self,
        query: &ObservationQuery,
    ) -> Result<Vec<Observation>, StorageError>;

    /// The observation of a message.
    async fn observation(&self, name: &MessageName) -> Result<Option<Observation>, StorageError>;

    /// Forgets observations and tallies of before a day, and of the other observations those that came
    /// first while there are too many; at most `limit` observations at a time. Tallies of days that are
    /// kept stay. Returns how many observations went; fewer than `limit`: nothing is left to forget.
    async fn forget(&self, keep: Keep, limit: u32) -> Result<u64, StorageError>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::WINDOW_DAYS;

    #[test]
    fn what_is_kept_lies_within_bounds_and_is_never_less_than_a_requirement_looks_at() {
        for (months, is_good) in [(0, false), (13, false), (14, true), (120, true), (121, false)] {
            assert_eq!(KeptMonths::new(months).is_some(), is_good, "{months} months");
        }
        for (count, is_good) in
            [(0, false), (9_999, false), (10_000, true), (100_000_000, true), (100_000_001, false)]
        {
            assert_eq!(KeptObservations::new(count).is_some(), is_good, "{count} observations");
        }
        let least = Retention { months: KeptMonths::new(14).unwrap(), ..Retention::default() };
        for today in ["2026-03-01", "2027-02-28", "2028-02-29", "2028-05-01"] {
            let today: Day = today.parse().unwrap();
            let days = today.days_since(least.on(today).since);
            assert!(days > i32::from(WINDOW_DAYS), "{today}: {days}");
        }
        let today: Day = "2026-11-23".parse().unwrap();
        let usual = Keep { since: "2024-11-23".parse().unwrap(), at_most: 20_000_000 };
        assert_eq!(Retention::default().on(today), usual);
    }
}
