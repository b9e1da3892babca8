//! What comes in: who sends what, what it carries, how it came to whoever deals with it, and by which rules
//! it could distribute itself.
//!
//! Everything is counted; nobody's word is taken for it. Of what nobody told the share is unknown, and never
//! good.

use std::collections::BTreeMap;

use brevdue_memo::Timestamp;

use crate::checks::{Period, WINDOW_DAYS};
use crate::day::Day;
use crate::ids::Key;
use crate::objects::{DistributionRule, Route};
use crate::observation::Handled;
use crate::programme::Programme;
use crate::tally::{Group, IncomingTally};

/// Days that are looked back on.
pub const DAYS: i32 = 90;

/// Messages of one sender and code, in these days, from which on a rule is worth proposing.
pub const ENOUGH: i64 = 20;

/// The share of them that a proposed rule must hit.
const SHARE: f64 = 0.5;

/// Rules that are proposed at most.
const PROPOSED: usize = 50;

/// Rules that are measured at most: each is counted by itself.
pub const MEASURED: usize = 100;

const DAYS_A_YEAR: i64 = 365;

/// How many of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// How many.
    pub hits: i64,
    /// Of how many; never 0.
    pub of: i64,
}

impl Part {
    /// None of nothing.
    fn new(hits: i64, of: i64) -> Option<Self> {
        (of > 0).then_some(Self { hits: hits.clamp(0, of), of })
    }

    /// From 0 to 1.
    pub fn share(self) -> f64 {
        self.hits as f64 / self.of as f64
    }
}

/// By how messages came to whoever deals with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ways {
    /// By a rule.
    pub automatic: i64,
    /// By hand.
    pub manual: i64,
    /// First to somebody else.
    pub misdirected: i64,
    /// Nobody told.
    pub untold: i64,
}

impl Ways {
    fn of(tally: &IncomingTally) -> Self {
        let count = |handled: Handled| tally.handled.count(handled.word()).max(0);
        let (automatic, manual) = (count(Handled::Automatic), count(Handled::Manual));
        let misdirected = count(Handled::Misdirected);
        let told = automatic + manual + misdirected;
        Self { automatic, manual, misdirected, untold: (tally.messages.count - told).max(0) }
    }

    /// Of how many somebody told.
    pub fn told(self) -> i64 {
        self.automatic + self.manual + self.misdirected
    }
}

/// Messages of one sender that it calls the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Flow {
    /// Who sends, and what.
    pub group: Group,
    /// Messages.
    pub messages: i64,
    /// The last of them.
    pub last: Option<Timestamp>,
    /// What they carry that mail can be distributed by, and how many of them do.
    pub routes: Vec<(Route, i64)>,
    /// Of how many nobody told what they carry.
    pub unread: i64,
    /// How they came to whoever deals with them.
    pub ways: Ways,
}

impl Flow {
    fn of(group: &Group, tally: &IncomingTally) -> Self {
        let routes = Route::ALL.iter().map(|route| (*route, tally.fields.count(route.word())));
        Self {
            group: group.clone(),
            messages: tally.messages.count,
            last: tally.messages.last(),
            routes: routes.filter(|(_, count)| *count > 0).collect(),
            unread: tally.unread.count,
            ways: Ways::of(tally),
        }
    }

    /// Messages of which it is known what they carry.
    fn read(&self) -> i64 {
        self.messages - self.unread
    }
}

/// A rule that nobody has made yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// Whose messages.
    pub group: Group,
    /// By what they could be distributed.
    pub route: Route,
    /// How many it would have hit, of those of which it is known what they carry.
    pub hits: Part,
    /// Messages a year that it would hit, if it goes on like that.
    pub yearly: i64,
}

/// What came of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outcome {
    /// What it would have hit in the 90 days before it was followed; of a rule that is not followed, in the
    /// last 90. None: nothing came, or nobody told what it carried.
    pub predicted: Option<Part>,
    /// Messages that it is about, since it is followed.
    pub messages: i64,
    /// Of those of which somebody told: what came by a rule to whoever deals with it.
    pub hit: Option<Part>,
    /// Of the same: what came to somebody else first.
    pub wrong: Option<Part>,
}

/// The days that are looked back on.
pub fn period(today: Day) -> Period {
    Period { from: today.plus_days(1 - DAYS), until: today }
}

/// The days by which a rule is predicted, and those on which it was followed.
pub fn periods(rule: &DistributionRule, today: Day) -> (Period, Option<Period>) {
    let Some(from) = rule.active_from.filter(|from| *from <= today) else {
        return (period(today), None);
    };
    let until = rule.active_until.map_or(today, |until| until.min(today));
    let first = from.max(until.plus_days(1 - i32::from(WINDOW_DAYS)));
    let followed = (first <= until).then_some(Period { from: first, until });
    (period(from.plus_days(-1)), followed)
}

/// What came in, most first.
pub fn flows(counted: &[(Group, IncomingTally)]) -> Vec<Flow> {
    let mut flows: Vec<Flow> = counted
        .iter()
        .filter(|(_, tally)| tally.messages.count > 0)
        .map(|(group, tally)| Flow::of(group, tally))
        .collect();
    flows.sort_by(|one, two| {
        two.messages.cmp(&one.messages).then_with(|| one.group.cmp(&two.group))
    });
    flows
}

/// Rules that would pay: of each sender and code with enough messages the field that most of them carry,
/// where at least half of them do and no rule is about them yet; those that hit most first.
pub fn proposals(flows: &[Flow], programme: &Programme, today: Day) -> Vec<Proposal> {
    let rules: Vec<DistributionRule> = programme.all().map(|(_, rule)| rule).collect();
    let is_over = |rule: &DistributionRule| rule.active_until.is_some_and(|until| until < today);
    let is_new =
        |flow: &Flow| !rules.iter().any(|rule| !is_over(rule) && is_about(rule, &flow.group));
    let candidates = flows.iter().filter(|flow| {
        let told = !flow.group.sender.is_empty() && flow.group.sender != Group::OTHERS;
        told && flow.read() >= ENOUGH && is_new(flow)
    });
    let mut proposals: Vec<Proposal> = candidates.filter_map(proposal).collect();
    proposals.sort_by(|one, two| {
        two.hits.hits.cmp(&one.hits.hits).then_with(|| one.group.cmp(&two.group))
    });
    proposals.truncate(PROPOSED);
    proposals
}

fn proposal(flow: &Flow) -> Option<Proposal> {
    // Of as many the first: what is nearest to whoever deals with it stands first in the list.
    let (route, count) = flow.routes.iter().rev().max_by_key(|(_, count)| *count)?;
    let hits = Part::new(*count, flow.read())?;
    let yearly = count.saturating_mul(DAYS_A_YEAR) / i64::from(DAYS);
    (hits.share() >= SHARE).then(|| Proposal {
        group: flow.group.clone(),
        route: *route,
        hits,
        yearly,
    })
}

/// What came of a rule: counted before it was followed, and since.
pub fn outcome(
    rule: &DistributionRule,
    before: &[(Group, IncomingTally)],
    since: &[(Group, IncomingTally)],
) -> Outcome {
    let (before, since) = (sum(rule, before), sum(rule, since));
    let predicted = rule.route.and_then(|route| {
        let read = before.messages.count - before.unread.count;
        Part::new(before.fields.count(route.word()), read)
    });
    let ways = Ways::of(&since);
    Outcome {
        predicted,
        messages: since.messages.count,
        hit: Part::new(ways.automatic, ways.told()),
        wrong: Part::new(ways.misdirected, ways.told()),
    }
}

/// The rules of a programme, by key; at most [`MEASURED`].
pub fn rules(programme: &Programme) -> BTreeMap<Key, DistributionRule> {
    programme.all().take(MEASURED).map(|(key, rule)| (key.clone(), rule)).collect()
}

fn sum(rule: &DistributionRule, counted: &[(Group, IncomingTally)]) -> IncomingTally {
    let mut sum = IncomingTally::default();
    for (_, tally) in counted.iter().filter(|(group, _)| is_about(rule, group)) {
        sum.merge(tally);
    }
    sum
}

fn is_about(rule: &DistributionRule, group: &Group) -> bool {
    let is = |asked: &str, there: &str| asked.trim().is_empty() || asked.trim() == there;
    let sender = rule.sender.trim();
    let sender = sender.strip_prefix("DK").unwrap_or(sender);
    is(sender, &group.sender) && is(&rule.message_code, &group.code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Change;
    use crate::tally::{Counts, Seen};

    fn group(sender: &str, code: &str) -> Group {
        Group { sender: sender.into(), code: code.into() }
    }

    fn tally(messages: u32, fields: &[(Route, u32)], handled: &[(Handled, u32)]) -> IncomingTally {
        let at = Timestamp::from_millis(1_770_000_000_000);
        let mut tally = IncomingTally::default();
        for _ in 0..messages {
            tally.messages.merge(&Seen::once(at));
        }
        for (route, count) in fields {
            for _ in 0..*count {
                tally.fields.merge(&Counts::each([route.word()].into_iter()));
            }
        }
        for (handled, count) in handled {
            for _ in 0..*count {
                tally.handled.merge(&Counts::each([handled.word()].into_iter()));
            }
        }
        tally
    }

    fn today() -> Day {
        "2026-11-24".parse().unwrap()
    }

    fn with(rules: &[DistributionRule]) -> Programme {
        let mut programme = Programme::default();
        for (number, rule) in rules.iter().enumerate() {
            let key = format!("FR-{number:03}").parse().unwrap();
            let change = Change::add(key, rule);
            let crate::change::What::Add { body } = change.what else { unreachable!() };
            let held = crate::programme::Held { version: 1, body };
            programme.insert(change.kind, change.key, held);
        }
        programme
    }

    #[test]
    fn the_field_that_most_carry_is_proposed_where_enough_come_and_no_rule_is_there() {
        let counted = [
            (group("22117712", "SKADE"), tally(100, &[(Route::Case, 40), (Route::Kle, 97)], &[])),
            (group("22117712", "ANDET"), tally(19, &[(Route::Case, 19)], &[])),
            (group("33445566", ""), tally(500, &[(Route::Case, 100)], &[])),
            (group("44556677", "X"), tally(60, &[(Route::Case, 30), (Route::Reply, 30)], &[])),
            (group("", "X"), tally(600, &[(Route::Case, 600)], &[])),
            (Group::others(), tally(600, &[(Route::Case, 600)], &[])),
        ];
        let flows = flows(&counted);
        assert_eq!(flows[0].group, group("", "X"), "most first, then by name");
        let found = proposals(&flows, &Programme::default(), today());
        let found: Vec<_> = found
            .iter()
            .map(|one| (one.group.sender.as_str(), one.route, one.hits, one.yearly))
            .collect();
        assert_eq!(
            found,
            [
                ("22117712", Route::Kle, Part { hits: 97, of: 100 }, 393),
                ("44556677", Route::Case, Part { hits: 30, of: 60 }, 121),
            ]
        );
        let rule = DistributionRule {
            sender: "DK22117712".into(),
            message_code: "SKADE".into(),
            ..DistributionRule::default()
        };
        let over = DistributionRule {
            sender: "44556677".into(),
            active_until: Some("2026-11-23".parse().unwrap()),
            ..DistributionRule::default()
        };
        let left = proposals(&flows, &with(&[rule, over]), today());
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].group.sender, "44556677");
    }

    #[test]
    fn a_rule_is_measured_by_what_somebody_told_and_nothing_else() {
        let rule = DistributionRule {
            sender: "22117712".into(),
            route: Some(Route::Case),
            ..DistributionRule::default()
        };
        let mut unread = tally(10, &[], &[]);
        unread.unread = unread.messages;
        let before = [
            (group("22117712", "A"), tally(40, &[(Route::Case, 30)], &[])),
            (group("22117712", "B"), unread),
            (group("33445566", "A"), tally(9, &[(Route::Case, 9)], &[])),
        ];
        let nobody_told = [(group("22117712", "A"), tally(50, &[(Route::Case, 50)], &[]))];
        let silent = outcome(&rule, &before, &nobody_told);
        assert_eq!(silent.predicted, Some(Part { hits: 30, of: 40 }), "unread counts neither way");
        assert_eq!((silent.messages, silent.hit, silent.wrong), (50, None, None));
        let handled = [(Handled::Automatic, 18), (Handled::Manual, 1), (Handled::Misdirected, 1)];
        let told = [(group("22117712", "A"), tally(50, &[], &handled))];
        let told = outcome(&rule, &before, &told);
        assert_eq!(told.hit, Some(Part { hits: 18, of: 20 }));
        assert_eq!(told.wrong, Some(Part { hits: 1, of: 20 }));
        assert_eq!(outcome(&rule, &[], &[]), Outcome::default());
    }

    #[test]
    fn a_rule_is_predicted_by_the_days_before_it_and_measured_by_those_on_which_it_was_followed() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let mut rule = DistributionRule::default();
        let last = Period { from: day("2026-08-27"), until: today() };
        assert_eq!(periods(&rule, today()), (last, None));
        rule.active_from = Some(day("2026-12-01"));
        assert_eq!(periods(&rule, today()), (last, None), "not yet");
        rule.active_from = Some(day("2026-11-01"));
        let before = Period { from: day("2026-08-03"), until: day("2026-10-31") };
        let since = Period { from: day("2026-11-01"), until: today() };
        assert_eq!(periods(&rule, today()), (before, Some(since)));
        rule.active_until = Some(day("2026-11-10"));
        let since = Period { until: day("2026-11-10"), ..since };
        assert_eq!(periods(&rule, today()), (before, Some(since)));
        rule.active_until = Some(day("2026-10-10"));
        assert_eq!(periods(&rule, today()).1, None, "it never was");
    }
}
