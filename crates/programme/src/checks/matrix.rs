//! The compliance matrix: every requirement of everything it applies to, and what that comes to.

use std::collections::{BTreeMap, BTreeSet};

use brevdue_memo::Timestamp;
use serde::Serialize;

use super::counting::{Period, memo_of, unchecked};
use super::verdict::{CheckResult, Subject, Verdict};
use super::{Evidence, check};
use crate::catalogue::{AppliesTo, Requirement, RequirementKind};
use crate::ids::{Key, MilestoneId, RequirementId, milestones};
use crate::objects::Direction;

/// A row: the authority, a system, a contact point or a letter type.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// What it is about.
    pub subject: Subject,
    /// Its name; empty for the authority.
    pub name: String,
    /// What was asked of it, by requirement. What does not apply to its kind is not there. Boxed, for a tree
    /// keeps room for eleven, and most rows have one.
    pub cells: BTreeMap<RequirementId, Box<Verdict>>,
}

impl Row {
    /// What is said of it.
    pub fn verdicts(&self) -> impl Iterator<Item = &Verdict> {
        self.cells.values().map(Box::as_ref)
    }
}

/// A part of a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Share {
    /// So many.
    pub part: i64,
    /// Of so many.
    pub whole: i64,
}

impl Share {
    /// Whole percent, rounded down; none when there is nothing to divide.
    pub fn percent(self) -> Option<i64> {
        (self.whole > 0).then(|| super::sending::percent(self.part, self.whole))
    }
}

/// What the official requirements of one deadline come to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Headline {
    /// Which deadline.
    pub milestone: MilestoneId,
    /// Systems for which each of its official requirements is met or set aside, of those it asks of.
    /// What nobody knows is not met.
    pub systems: Share,
    /// Messages of the last 30 days that keep to it, of those sent.
    pub messages: Share,
}

/// The matrix.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Matrix {
    /// When it was made.
    pub at: Timestamp,
    /// The requirements, in the order of the catalogue.
    pub columns: Vec<RequirementId>,
    /// The authority first, then systems, contact points and letter types, each by key.
    pub rows: Vec<Row>,
    /// The two official deadlines.
    pub headlines: Vec<Headline>,
}

impl Matrix {
    /// Asks every requirement of everything it applies to.
    pub fn of(evidence: &Evidence, requirements: &[Requirement]) -> Self {
        let about = |kinds: &[AppliesTo]| -> Vec<&Requirement> {
            requirements.iter().filter(|one| kinds.contains(&one.applies_to)).collect()
        };
        let row = |subject: Subject, name: &str, asked: &[&Requirement]| Row {
            cells: asked
                .iter()
                .map(|one| (one.id.clone(), Box::new(check(evidence, one, &subject))))
                .collect(),
            name: name.to_owned(),
            subject,
        };
        let of_authority: Vec<&Requirement> =
            requirements.iter().filter(|one| super::asks_authority(one)).collect();
        let mut rows = vec![row(Subject::Authority, "", &of_authority)];
        let systems = about(&[AppliesTo::Sender, AppliesTo::Receiver, AppliesTo::Both]);
        rows.extend(
            evidence
                .systems()
                .map(|(key, one)| row(Subject::System(key.clone()), &one.name, &systems)),
        );
        let points = about(&[AppliesTo::ContactPoint]);
        if !points.is_empty() {
            rows.extend(
                evidence
                    .contact_points()
                    .map(|(key, one)| row(Subject::ContactPoint(key.clone()), &one.name, &points)),
            );
        }
        let letters = about(&[AppliesTo::LetterType]);
        if !letters.is_empty() {
            rows.extend(
                evidence
                    .letter_types()
                    .map(|(key, one)| row(Subject::LetterType(key.clone()), &one.name, &letters)),
            );
        }
        let headlines = [milestones::GOLIVE, milestones::MEMO_ONLY]
            .into_iter()
            .filter_map(|id| id.parse().ok())
            .map(|milestone| headline(evidence, requirements, &rows, milestone))
            .collect();
        let columns = requirements.iter().map(|one| one.id.clone()).collect();
        Self { at: evidence.now, columns, rows, headlines }
    }

    /// One cell.
    pub fn cell(&self, subject: &Subject, requirement: &RequirementId) -> Option<&Verdict> {
        self.row(subject)?.cells.get(requirement).map(Box::as_ref)
    }

    /// One row.
    pub fn row(&self, subject: &Subject) -> Option<&Row> {
        self.rows.iter().find(|row| row.subject == *subject)
    }

    /// Every verdict.
    pub fn verdicts(&self) -> impl Iterator<Item = &Verdict> {
        self.rows.iter().flat_map(Row::verdicts)
    }

    /// How many cells say what.
    pub fn totals(&self) -> BTreeMap<CheckResult, i64> {
        let mut totals = BTreeMap::new();
        for verdict in self.verdicts() {
            *totals.entry(verdict.result).or_default() += 1;
        }
        totals
    }

    /// What stands in the way of a requirement: subjects for which it fails, warns or nobody knows.
    pub fn open(&self, requirement: &RequirementId) -> impl Iterator<Item = (&Subject, &Verdict)> {
        self.rows.iter().filter_map(move |row| {
            let verdict = row.cells.get(requirement)?.as_ref();
            let open = !matches!(verdict.result, CheckResult::Pass | CheckResult::NotApplicable);
            open.then_some((&row.subject, verdict))
        })
    }

    /// The keys of the systems in it.
    pub fn systems(&self) -> impl Iterator<Item = &Key> {
        self.rows.iter().filter_map(|row| match &row.subject {
            Subject::System(key) => Some(key),
            _ => None,
        })
    }
}

fn headline(
    evidence: &Evidence,
    requirements: &[Requirement],
    rows: &[Row],
    milestone: MilestoneId,
) -> Headline {
    let official: BTreeSet<&RequirementId> = requirements
        .iter()
        .filter(|one| {
            one.kind == RequirementKind::Official && one.from.as_ref() == Some(&milestone)
        })
        .map(|one| &one.id)
        .collect();
    let mut systems = Share::default();
    for row in rows.iter().filter(|row| matches!(row.subject, Subject::System(_))) {
        let mut asked = false;
        let mut met = true;
        for verdict in row.verdicts().filter(|one| official.contains(&one.requirement)) {
            let waived = verdict.waiver.is_some();
            if verdict.result == CheckResult::NotApplicable && !waived {
                continue;
            }
            asked = true;
            met &= waived || verdict.result == CheckResult::Pass;
        }
        systems.whole += i64::from(asked);
        systems.part += i64::from(asked && met);
    }
    let messages = match milestone.as_str() {
        milestones::MEMO_ONLY => {
            of_messages(evidence, requirements, "MK-A2", |evidence, period, _| {
                totals(evidence, period, |tally| {
                    memo_of(tally) - tally.invalid.count() - unchecked(tally)
                })
            })
        }
        _ => of_messages(evidence, requirements, "MK-A1", |evidence, period, requirement| {
            let hosts = requirement.lists.get("hosts").map_or(&[][..], Vec::as_slice);
            // Where nobody says which hosts are right, nobody can say how many messages went there.
            if hosts.is_empty() {
                return Share::default();
            }
            totals(evidence, period, |tally| {
                let outside: i64 = tally
                    .hosts
                    .iter()
                    .filter(|(host, _)| !super::sending::listed_host(hosts, host))
                    .map(|(_, flaw)| flaw.count())
                    .sum();
                (tally.accepted.count - outside).max(0)
            })
        }),
    };
    Headline { milestone, systems, messages }
}

fn of_messages(
    evidence: &Evidence,
    requirements: &[Requirement],
    id: &str,
    count: impl Fn(&Evidence, Period, &Requirement) -> Share,
) -> Share {
    let requirement = requirements.iter().find(|one| one.id.as_str() == id);
    requirement.map_or_else(Share::default, |requirement| {
        count(evidence, Period::window(requirement, evidence.today), requirement)
    })
}

fn totals(
    evidence: &Evidence,
    period: Period,
    good: impl Fn(&crate::tally::Tally) -> i64,
) -> Share {
    let mut share = Share::default();
    for tally in evidence.sums(Direction::Out).filter_map(|sum| sum.over(period)) {
        share.whole += tally.messages.count;
        share.part += good(tally);
    }
    share
}
