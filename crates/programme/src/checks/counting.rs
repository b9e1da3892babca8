//! Sums of tallies over the days that checks look at.
//!
//! Tallies come one by one, in any order, and are added where they belong; nothing of them stays beside
//! the sums. What is held grows with systems and letter types, not with days or messages.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::evidence::milestone_day;
use crate::catalogue::Requirement;
use crate::day::Day;
use crate::ids::{Key, milestones};
use crate::objects::{Direction, Environment, Milestone};
use crate::observation::{Format, Untold};
use crate::programme::Programme;
use crate::tally::{LetterKey, LetterTally, Seen, Tally, TallyKey};

/// Days of messages that any check looks at, at most.
pub const WINDOW_DAYS: u16 = 400;

/// Days, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Period {
    /// The first.
    pub from: Day,
    /// The last.
    pub until: Day,
}

impl Period {
    /// The days that a requirement looks at.
    pub fn window(requirement: &Requirement, today: Day) -> Self {
        let days = i32::from(requirement.window_days.clamp(1, WINDOW_DAYS));
        Self { from: today.plus_days(1 - days), until: today }
    }

    /// What of it is not before a day; none when all of it is.
    pub fn since(self, day: Day) -> Option<Self> {
        (day <= self.until).then(|| Self { from: self.from.max(day), until: self.until })
    }

    /// Whether a day is one of them.
    pub fn holds(&self, day: Day) -> bool {
        self.from <= day && day <= self.until
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} – {}", self.from, self.until)
    }
}

/// Which days are needed, and which sums.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needed {
    /// The stretches of days whose system tallies are needed, in order, none touching another.
    pub days: Vec<Period>,
    /// All days whose letter tallies are needed; none when no requirement is about letter types.
    pub letter_days: Option<Period>,
    periods: BTreeSet<Period>,
}

impl Needed {
    /// What the requirements need today.
    pub fn by(requirements: &[Requirement], programme: &Programme, today: Day) -> Self {
        let mut periods = BTreeSet::new();
        let mut letter_days: Option<Period> = None;
        for requirement in requirements {
            let window = Period::window(requirement, today);
            if requirement.applies_to == crate::catalogue::AppliesTo::LetterType {
                let from = letter_days.map_or(window.from, |days| days.from.min(window.from));
                letter_days = Some(Period { from, until: today });
                continue;
            }
            periods.insert(window);
            let from =
                requirement.from.as_ref().and_then(|id| milestone_day(programme, id.as_str()));
            periods.extend(from.and_then(|day| window.since(day)));
        }
        periods.extend(cutover(programme));
        Self { days: stretches(&periods), letter_days, periods }
    }
}

fn stretches(periods: &BTreeSet<Period>) -> Vec<Period> {
    let mut stretches: Vec<Period> = Vec::new();
    for period in periods {
        match stretches.last_mut() {
            Some(last) if period.from <= last.until.plus_days(1) => {
                last.until = last.until.max(period.until);
            }
            _ => stretches.push(*period),
        }
    }
    stretches
}

/// The window without sending, as it is declared.
pub fn cutover(programme: &Programme) -> Option<Period> {
    let key = milestones::CUTOVER.parse().ok()?;
    let milestone: Milestone = programme.get(&key)?;
    let from = milestone.day?;
    Some(Period { from, until: milestone.until.unwrap_or(from).max(from) })
}

/// What a day comes to, for trends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DayFigures {
    /// Messages.
    pub messages: i64,
    /// Of these, MeMo that breaks no rule.
    pub good: i64,
    /// MeMo that breaks a rule.
    pub invalid: i64,
}

/// The sums of one system and direction. A copy shares them until one of both is added to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sum {
    periods: BTreeMap<Period, Arc<Tally>>,
    days: BTreeMap<Day, DayFigures>,
    /// All days.
    seen: Seen,
}

impl Sum {
    /// What was counted in a period; none when it was not asked for, or nothing was seen.
    pub fn over(&self, period: Period) -> Option<&Tally> {
        self.periods.get(&period).map(Arc::as_ref)
    }

    /// Day by day.
    pub fn days(&self) -> impl DoubleEndedIterator<Item = (Day, DayFigures)> {
        self.days.iter().map(|(day, figures)| (*day, *figures))
    }

    /// Messages of all days that were needed.
    pub fn seen(&self) -> &Seen {
        &self.seen
    }

    /// Adds another.
    pub fn merge(&mut self, other: &Self) {
        for (period, tally) in &other.periods {
            match self.periods.get_mut(period) {
                Some(mine) => Arc::make_mut(mine).merge(tally),
                None => {
                    self.periods.insert(*period, Arc::clone(tally));
                }
            }
        }
        for (day, figures) in &other.days {
            let sum = self.days.entry(*day).or_default();
            sum.messages += figures.messages;
            sum.good += figures.good;
            sum.invalid += figures.invalid;
        }
        self.seen.merge(&other.seen);
    }
}

/// What was counted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Counted {
    /// By what the system is known, and direction.
    pub systems: BTreeMap<(String, Direction), Sum>,
    /// All that was ever seen, by the same, whatever day.
    pub ever: BTreeMap<(String, Direction), Seen>,
    /// By letter type.
    pub letters: BTreeMap<Key, LetterTally>,
}

/// Sums tallies as they come. Tests are not counted: what a requirement asks is asked of the real thing.
#[derive(Debug, Clone)]
pub struct Counting {
    needed: Needed,
    counted: Counted,
}

impl Counting {
    /// Nothing yet.
    pub fn new(needed: Needed) -> Self {
        Self { needed, counted: Counted::default() }
    }

    /// What is needed.
    pub fn needed(&self) -> &Needed {
        &self.needed
    }

    /// Adds a tally.
    pub fn add(&mut self, key: &TallyKey, tally: &Tally) {
        if key.environment != Environment::Prod || !self.needed_on(key.day) {
            return;
        }
        let sum = self.counted.systems.entry((key.system.clone(), key.direction)).or_default();
        for period in self.needed.periods.iter().filter(|period| period.holds(key.day)) {
            Arc::make_mut(sum.periods.entry(*period).or_default()).merge(tally);
        }
        let figures = sum.days.entry(key.day).or_default();
        figures.messages += tally.messages.count;
        figures.invalid += tally.invalid.count();
        figures.good += memo_of(tally) - tally.invalid.count() - unchecked(tally);
        sum.seen.merge(&tally.messages);
    }

    /// Adds a letter tally.
    pub fn add_letter(&mut self, key: &LetterKey, tally: &LetterTally) {
        let needed = self.needed.letter_days.is_some_and(|days| days.holds(key.day));
        if key.environment == Environment::Prod && needed {
            self.counted.letters.entry(key.letter_type.clone()).or_default().merge(tally);
        }
    }

    /// Adds what was ever seen of a system and direction.
    pub fn add_ever(&mut self, system: &str, direction: Direction, seen: &Seen) {
        self.counted.ever.entry((system.to_owned(), direction)).or_default().merge(seen);
    }

    /// The sums as they are. More may be added: tallies of more messages of a day that was counted add up
    /// to what counting all of them at once comes to.
    pub fn so_far(&self) -> &Counted {
        &self.counted
    }

    /// The sums.
    pub fn finish(self) -> Counted {
        self.counted
    }

    fn needed_on(&self, day: Day) -> bool {
        self.needed.periods.iter().any(|period| period.holds(day))
    }
}

/// Messages of MeMo of which nobody told whether they are valid.
pub(super) fn unchecked(tally: &Tally) -> i64 {
    tally.untold.count(Untold::Validation.word())
}

/// Messages of MeMo, whatever version.
pub(super) fn memo_of(tally: &Tally) -> i64 {
    of_format(tally, Format::Memo)
}

/// Messages of a format, whatever version.
pub(super) fn of_format(tally: &Tally, format: Format) -> i64 {
    formats(tally, |name| name == format.word()).map(|(_, flaw)| flaw.count()).sum()
}

/// The entries of formats whose format, without its version, is asked for.
pub(super) fn formats<'t>(
    tally: &'t Tally,
    asked: impl Fn(&str) -> bool + 't,
) -> impl Iterator<Item = (&'t str, &'t crate::tally::Flaw)> {
    tally
        .formats
        .iter()
        .filter(move |(name, _)| asked(name.split_once(' ').map_or(*name, |(format, _)| format)))
}
