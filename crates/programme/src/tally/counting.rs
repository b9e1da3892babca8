//! The parts of a tally. Each is a sum of its own: adding is associative and commutative, and takes a
//! bounded number of bytes, however much is added.

use std::collections::BTreeMap;

use brevdue_memo::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::names::Names;

/// Example messages kept of what fails.
pub const EXAMPLES: usize = 10;

/// Examples kept for each name of a [`Few`].
const NAME_EXAMPLES: usize = 3;

/// Names kept in a [`Few`]; what is beyond them in alphabetical order is counted together.
pub const KEPT_NAMES: usize = 64;

const MILLIS_PER_MINUTE: i64 = 60_000;

/// How many, the first and the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Seen {
    /// How many. Negative only in a difference on its way to a sum.
    #[serde(rename = "n")]
    pub count: i64,
    /// The first, in milliseconds since 1970.
    #[serde(rename = "f", skip_serializing_if = "Option::is_none")]
    first_millis: Option<i64>,
    /// The last, in milliseconds since 1970.
    #[serde(rename = "l", skip_serializing_if = "Option::is_none")]
    last_millis: Option<i64>,
}

impl Seen {
    /// One.
    pub fn once(at: Timestamp) -> Self {
        let millis = Some(at.as_millis());
        Self { count: 1, first_millis: millis, last_millis: millis }
    }

    /// One less, that was counted before.
    pub fn less() -> Self {
        Self { count: -1, ..Self::default() }
    }

    /// There is nothing.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// When the first was seen.
    pub fn first(&self) -> Option<Timestamp> {
        self.first_millis.map(Timestamp::from_millis)
    }

    /// When the last was seen.
    pub fn last(&self) -> Option<Timestamp> {
        self.last_millis.map(Timestamp::from_millis)
    }

    /// Adds another.
    pub fn merge(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.first_millis = match (self.first_millis, other.first_millis) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        self.last_millis = self.last_millis.max(other.last_millis);
    }
}

/// How many, the first and the last, and the latest messages as examples.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Flaw {
    /// How many and when.
    #[serde(rename = "s")]
    pub seen: Seen,
    /// The latest, latest first.
    #[serde(rename = "x", skip_serializing_if = "Vec::is_empty")]
    examples: Vec<(i64, Uuid)>,
}

impl Flaw {
    /// One message.
    pub fn once(at: Timestamp, message: Uuid) -> Self {
        Self { seen: Seen::once(at), examples: vec![(at.as_millis(), message)] }
    }

    /// There is nothing.
    pub fn is_nothing(&self) -> bool {
        self.seen.is_nothing() && self.examples.is_empty()
    }

    /// How many.
    pub fn count(&self) -> i64 {
        self.seen.count
    }

    /// Up to ten messages, latest first.
    pub fn examples(&self) -> impl Iterator<Item = (Timestamp, Uuid)> {
        self.examples.iter().map(|(millis, uuid)| (Timestamp::from_millis(*millis), *uuid))
    }

    /// Adds another.
    pub fn merge(&mut self, other: &Self) {
        self.keep(other, EXAMPLES);
    }

    fn keep(&mut self, other: &Self, most: usize) {
        self.seen.merge(&other.seen);
        if other.examples.is_empty() {
            return;
        }
        self.examples.extend_from_slice(&other.examples);
        self.examples.sort_unstable_by(|one, two| two.cmp(one));
        self.examples.dedup();
        self.examples.truncate(most);
    }
}

/// Counts by name, of a bounded number of names.
///
/// The first names in alphabetical order are kept, so that it does not matter in which order sums were
/// made: a name that is kept in the whole was kept in every part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Few {
    /// By name.
    #[serde(rename = "by", skip_serializing_if = "Names::is_empty")]
    names: Names<Flaw>,
    /// All names that are not kept.
    #[serde(skip_serializing_if = "Seen::is_nothing")]
    more: Seen,
}

impl Few {
    /// One message of a name.
    pub fn once(name: impl Into<Box<str>>, at: Timestamp, message: Uuid) -> Self {
        Self { names: Names::one(name, Flaw::once(at, message)), more: Seen::default() }
    }

    /// One less of a name, that was counted before.
    pub fn less(name: impl Into<Box<str>>) -> Self {
        let less = Flaw { seen: Seen::less(), examples: Vec::new() };
        Self { names: Names::one(name, less), more: Seen::default() }
    }

    /// There is nothing.
    pub fn is_nothing(&self) -> bool {
        self.names.is_empty() && self.more.is_nothing()
    }

    /// By name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Flaw)> {
        self.names.iter()
    }

    /// Of one name.
    pub fn of(&self, name: &str) -> Option<&Flaw> {
        self.names.get(name)
    }

    /// How many of one name.
    pub fn count(&self, name: &str) -> i64 {
        self.of(name).map_or(0, Flaw::count)
    }

    /// What was seen under names that are not kept.
    pub fn more(&self) -> &Seen {
        &self.more
    }

    /// All together.
    pub fn total(&self) -> i64 {
        self.iter().map(|(_, flaw)| flaw.count()).sum::<i64>() + self.more.count
    }

    /// Adds another.
    pub fn merge(&mut self, other: &Self) {
        self.names.merge(&other.names, |mine, flaw| mine.keep(flaw, NAME_EXAMPLES));
        self.more.merge(&other.more);
        while self.names.len() > KEPT_NAMES {
            if let Some(flaw) = self.names.pop_last() {
                self.more.merge(&flaw.seen);
            }
        }
    }
}

/// Counts by name and nothing more, of a bounded number of names, as [`Few`] keeps them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Counts {
    /// By name.
    #[serde(rename = "by", skip_serializing_if = "Names::is_empty")]
    names: Names<i64>,
    /// All names that are not kept.
    #[serde(skip_serializing_if = "is_zero")]
    more: i64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(count: &i64) -> bool {
    *count == 0
}

impl Counts {
    /// One of each name.
    pub fn each<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let mut counts = Self::default();
        for name in names {
            *counts.names.entry(name) += 1;
        }
        counts.fold();
        counts
    }

    /// One less of a name, that was counted before.
    pub fn less(name: &str) -> Self {
        Self { names: Names::one(name, -1), more: 0 }
    }

    /// There is nothing.
    pub fn is_nothing(&self) -> bool {
        self.names.is_empty() && self.more == 0
    }

    /// By name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, i64)> {
        self.names.iter().map(|(name, count)| (name, *count))
    }

    /// Of one name.
    pub fn count(&self, name: &str) -> i64 {
        self.names.get(name).copied().unwrap_or(0)
    }

    /// Adds another.
    pub fn merge(&mut self, other: &Self) {
        self.names.merge(&other.names, |mine, count| *mine = mine.saturating_add(*count));
        self.more = self.more.saturating_add(other.more);
        self.fold();
    }

    fn fold(&mut self) {
        while self.names.len() > KEPT_NAMES {
            if let Some(count) = self.names.pop_last() {
                self.more = self.more.saturating_add(count);
            }
        }
    }
}

/// The largest values, with the messages that have them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Largest {
    values: Vec<(u64, i64, Uuid)>,
}

impl Largest {
    /// One message.
    pub fn once(value: u64, at: Timestamp, message: Uuid) -> Self {
        Self { values: vec![(value, at.as_millis(), message)] }
    }

    /// There is nothing.
    pub fn is_nothing(&self) -> bool {
        self.values.is_empty()
    }

    /// The largest value.
    pub fn most(&self) -> Option<u64> {
        self.values.first().map(|(value, ..)| *value)
    }

    /// Up to ten, largest first.
    pub fn iter(&self) -> impl Iterator<Item = (u64, Timestamp, Uuid)> {
        self.values
            .iter()
            .map(|(value, millis, uuid)| (*value, Timestamp::from_millis(*millis), *uuid))
    }

    /// Adds another.
    pub fn merge(&mut self, other: &Self) {
        if other.values.is_empty() {
            return;
        }
        self.values.extend_from_slice(&other.values);
        self.values.sort_unstable_by(|one, two| two.cmp(one));
        self.values.dedup();
        self.values.truncate(EXAMPLES);
    }
}

/// What is open, by the minute since which it is; what is settled leaves nothing behind.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Open {
    minutes: BTreeMap<i64, i64>,
}

impl Open {
    /// One is open.
    pub fn since(at: Timestamp) -> Self {
        Self { minutes: BTreeMap::from([(minute(at), 1)]) }
    }

    /// One that was open since then is so no more.
    pub fn no_more(at: Timestamp) -> Self {
        Self { minutes: BTreeMap::from([(minute(at), -1)]) }
    }

    /// There is nothing.
    pub fn is_nothing(&self) -> bool {
        self.minutes.is_empty()
    }

    /// How many are open.
    pub fn count(&self) -> i64 {
        self.minutes.values().sum()
    }

    /// How many have been open since before `at`, to the minute.
    pub fn before(&self, at: Timestamp) -> i64 {
        self.minutes.range(..minute(at)).map(|(_, count)| count).sum()
    }

    /// Since when the oldest is open, to the minute.
    pub fn oldest(&self) -> Option<Timestamp> {
        let (minute, _) = self.minutes.iter().find(|(_, count)| **count > 0)?;
        Some(Timestamp::from_millis(minute * MILLIS_PER_MINUTE))
    }

    /// Adds another.
    pub fn merge(&mut self, other: &Self) {
        add(&mut self.minutes, &other.minutes);
    }
}

fn minute(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(MILLIS_PER_MINUTE)
}

/// Adds counts; what comes to nothing goes.
pub(super) fn add<K: Ord + Copy>(sum: &mut BTreeMap<K, i64>, other: &BTreeMap<K, i64>) {
    for (key, count) in other {
        let entry = sum.entry(*key).or_default();
        *entry = entry.saturating_add(*count);
        if *entry == 0 {
            sum.remove(key);
        }
    }
}
