//! The data of reports: the status report on one page (R1), go or no-go for each system (R7), who has been
//! trained (R8), and what changed since last time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::catalogue::{Catalogue, Obligation, RequirementKind};
use crate::checks::CheckResult;
use crate::closing::Judgements;
use crate::day::Day;
use crate::ids::{Key, MilestoneId, RequirementId};
use crate::lights::{self, Lit};
use crate::objects::{Decision, Risk, Status, Training, Waiver};
use crate::plan::{NoPlan, Plan};
use crate::programme::Programme;
use crate::registers::completeness;

/// Risks that the report shows.
pub const TOP_RISKS: usize = 5;

/// Weeks that the report looks ahead.
pub const WEEKS_AHEAD: i32 = 4;

/// How many comply at one deadline: by systems, and weighed by real volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Compliance {
    /// Systems that comply.
    pub systems_compliant: u64,
    /// Of those in scope.
    pub systems_in_scope: u64,
    /// Messages that comply.
    pub messages_compliant: u64,
    /// Of those sent.
    pub messages_sent: u64,
}

/// A milestone on the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MilestoneLine {
    /// Which.
    pub id: MilestoneId,
    /// It was to be; the planned day before the plan is approved.
    pub baseline: Option<Day>,
    /// It will be.
    pub forecast: Option<Day>,
    /// When it came to pass.
    pub reached: Option<Day>,
    /// Days late; negative when early.
    pub days_late: Option<i32>,
}

/// Tasks, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// All that are relevant.
    pub all: usize,
    /// Done.
    pub done: usize,
    /// Past due.
    pub overdue: usize,
    /// Past due, and a must.
    pub overdue_must: usize,
    /// Blocked.
    pub blocked: usize,
    /// Waiting for a supplier.
    pub waiting: usize,
    /// Closed by what was measured or registered.
    pub by_condition: usize,
}

/// A risk on the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RiskLine {
    /// Which.
    pub key: Key,
    /// Probability times consequence, 0 to 25.
    pub weight: u16,
    /// The risk.
    pub risk: Risk,
}

/// What is in the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum InTheWay {
    /// A must task is past due.
    Overdue {
        /// The key of its state.
        key: Key,
        /// How many open tasks wait for it directly; see [`Plan::holding_up`].
        holds_up: usize,
    },
    /// A task is blocked.
    Blocked {
        /// The key of its state.
        key: Key,
        /// Why.
        reason: String,
    },
    /// An official requirement fails, or nobody knows, after its date.
    Requirement {
        /// Which.
        requirement: RequirementId,
        /// For what; none: the authority.
        subject: Option<Key>,
        /// Failing or without evidence.
        result: CheckResult,
    },
    /// A decision was wanted by a day that is past.
    Decision {
        /// Which.
        key: Key,
        /// By when.
        wanted_by: Day,
    },
}

/// How much of what a report says is measured and how much is stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Basis {
    /// Checks that rest on messages.
    pub measured: usize,
    /// Checks that rest on registers, attestations or nothing.
    pub stated: usize,
}

/// The status report on one page (R1).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StatusReport {
    /// As of this day.
    pub today: Day,
    /// The authority.
    pub authority: String,
    /// The programme.
    pub programme: String,
    /// The catalogue.
    pub catalogue_version: String,
    /// How much is measured.
    pub basis: Basis,
    /// The light.
    pub light: Lit,
    /// Milestones that have a day, in order.
    pub milestones: Vec<MilestoneLine>,
    /// Tasks, counted.
    pub counts: Counts,
    /// Compliance at each deadline, by its milestone, as it was handed in.
    pub compliance: BTreeMap<MilestoneId, Compliance>,
    /// The weightiest open risks.
    pub risks: Vec<RiskLine>,
    /// Decisions that are wanted, the most urgent first.
    pub decisions: Vec<(Key, Decision)>,
    /// What is due in the next weeks, by day: keys of states.
    pub ahead: Vec<(Day, Key)>,
    /// What is in the way, the worst first.
    pub in_the_way: Vec<InTheWay>,
    /// Requirements set aside; printed in every report.
    pub waivers: Vec<(Key, Waiver)>,
}

/// Reckons the status report.
///
/// # Errors
///
/// When the programme has not been begun.
pub fn report(
    programme: &Programme,
    catalogue: &Catalogue,
    plan: &Plan,
    judgements: &Judgements,
    compliance: BTreeMap<MilestoneId, Compliance>,
) -> Result<StatusReport, NoPlan> {
    let settings = programme.settings().ok_or(NoPlan::NotBegun)?;
    let until = plan.today.plus_weeks(WEEKS_AHEAD);
    let milestones = plan.milestones().iter().filter(|milestone| milestone.held.day.is_some());
    let mut ahead: Vec<(Day, Key)> = plan
        .instances()
        .iter()
        .filter(|instance| !instance.is_closed())
        .filter_map(|instance| Some((instance.due?, instance.key.clone())))
        .filter(|(due, _)| (plan.today..=until).contains(due))
        .collect();
    ahead.sort_by_key(|(due, _)| *due);
    let mut decisions: Vec<(Key, Decision)> = programme
        .all::<Decision>()
        .filter(|(_, decision)| decision.day.is_none())
        .map(|(key, decision)| (key.clone(), decision))
        .collect();
    decisions.sort_by_key(|(_, decision)| (decision.wanted_by.is_none(), decision.wanted_by));
    Ok(StatusReport {
        today: plan.today,
        authority: settings.authority.clone(),
        programme: settings.name.clone(),
        catalogue_version: catalogue.version.clone(),
        basis: basis(catalogue, judgements),
        light: lights::light(plan, catalogue, &settings, judgements),
        milestones: milestones
            .map(|milestone| MilestoneLine {
                id: milestone.kind.id.clone(),
                baseline: milestone.held.baseline.or(milestone.held.day),
                forecast: milestone.forecast,
                reached: milestone.held.reached,
                days_late: milestone.days_late(),
            })
            .collect(),
        counts: counts(programme, plan),
        compliance,
        risks: top_risks(programme),
        in_the_way: in_the_way(plan, catalogue, judgements, &decisions),
        decisions,
        ahead,
        waivers: programme.all::<Waiver>().map(|(key, waiver)| (key.clone(), waiver)).collect(),
    })
}

/// Counts tasks. What is not relevant is not counted.
pub fn counts(programme: &Programme, plan: &Plan) -> Counts {
    let by_condition = programme
        .all::<crate::objects::TaskState>()
        .filter(|(key, state)| {
            let done = plan.instance(key).is_some_and(|one| one.status == Status::Done);
            done && state.closed_by_condition
        })
        .count();
    let mut counts = Counts { by_condition, ..Counts::default() };
    for instance in plan.instances().iter().filter(|one| one.status != Status::NotRelevant) {
        let must = plan.task_of(instance).obligation == Obligation::Must;
        counts.all += 1;
        counts.done += usize::from(instance.status == Status::Done);
        counts.overdue += usize::from(instance.overdue);
        counts.overdue_must += usize::from(instance.overdue && must);
        counts.blocked += usize::from(instance.status == Status::Blocked);
        counts.waiting += usize::from(instance.status == Status::WaitingSupplier);
    }
    counts
}

fn top_risks(programme: &Programme) -> Vec<RiskLine> {
    let open = programme.all::<Risk>().filter(|(_, risk)| !risk.closed);
    let mut risks: Vec<RiskLine> = open
        .map(|(key, risk)| RiskLine {
            key: key.clone(),
            weight: u16::from(risk.probability.min(5)) * u16::from(risk.consequence.min(5)),
            risk,
        })
        .collect();
    risks.sort_by_key(|line| {
        (std::cmp::Reverse(line.weight), std::cmp::Reverse(line.risk.consequence))
    });
    risks.truncate(TOP_RISKS);
    risks
}

fn basis(catalogue: &Catalogue, judgements: &Judgements) -> Basis {
    let mut basis = Basis::default();
    for requirement in &catalogue.requirements {
        for (_, judgement) in judgements.all(&requirement.id) {
            if judgement.result == CheckResult::NotApplicable {
                continue;
            }
            basis.measured += usize::from(judgement.last.is_some());
            basis.stated += usize::from(judgement.last.is_none());
        }
    }
    basis
}

fn in_the_way(
    plan: &Plan,
    catalogue: &Catalogue,
    judgements: &Judgements,
    wanted: &[(Key, Decision)],
) -> Vec<InTheWay> {
    let mut found = Vec::new();
    let official = catalogue.requirements.iter();
    for requirement in official.filter(|r| r.kind == RequirementKind::Official) {
        for (subject, judgement) in judgements.all(&requirement.id) {
            let in_force = judgement.due.is_some_and(|due| due <= plan.today);
            let result = judgement.result;
            if in_force && matches!(result, CheckResult::Fail | CheckResult::NoEvidence) {
                let (requirement, subject) = (requirement.id.clone(), subject.cloned());
                found.push(InTheWay::Requirement { requirement, subject, result });
            }
        }
    }
    let holding_up = plan.holding_up();
    let mut overdue: Vec<(usize, Key)> = Vec::new();
    for (instance, holds_up) in plan.instances().iter().zip(holding_up) {
        if instance.status == Status::Blocked {
            let (key, reason) = (instance.key.clone(), instance.reason.clone());
            found.push(InTheWay::Blocked { key, reason });
        } else if instance.overdue && plan.task_of(instance).obligation == Obligation::Must {
            overdue.push((holds_up, instance.key.clone()));
        }
    }
    overdue.sort_by_key(|(holds_up, _)| std::cmp::Reverse(*holds_up));
    found.extend(overdue.into_iter().map(|(holds_up, key)| InTheWay::Overdue { key, holds_up }));
    for (key, decision) in wanted {
        if let Some(wanted_by) = decision.wanted_by.filter(|day| *day < plan.today) {
            found.push(InTheWay::Decision { key: key.clone(), wanted_by });
        }
    }
    found
}

/// What changed between two reports: now less then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Delta {
    /// Days between them.
    pub days: i32,
    /// Tasks done.
    pub done: i64,
    /// Tasks past due.
    pub overdue: i64,
    /// Days by which the forecast of `GOLIVE` moved.
    pub golive_days: Option<i32>,
}

/// What is kept of a report to compare the next one with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// As of this day.
    pub today: Day,
    /// Tasks, counted.
    pub counts: Counts,
    /// The forecast of `GOLIVE`.
    pub golive: Option<Day>,
}

impl StatusReport {
    /// What to keep.
    pub fn kept(&self) -> Kept {
        let golive =
            self.milestones.iter().find(|m| m.id.as_str() == crate::ids::milestones::GOLIVE);
        let golive = golive.and_then(|milestone| milestone.forecast);
        Kept { today: self.today, counts: self.counts, golive }
    }

    /// What changed since an earlier report.
    pub fn since(&self, earlier: &Kept) -> Delta {
        let now = self.kept();
        let less = |now: usize, then: usize| {
            i64::try_from(now).unwrap_or(i64::MAX) - i64::try_from(then).unwrap_or(i64::MAX)
        };
        Delta {
            days: now.today.days_since(earlier.today),
            done: less(now.counts.done, earlier.counts.done),
            overdue: less(now.counts.overdue, earlier.counts.overdue),
            golive_days: now.golive.zip(earlier.golive).map(|(now, then)| now.days_since(then)),
        }
    }
}

/// Go or no-go for one system (R7).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Readiness {
    /// Which system.
    pub system: Key,
    /// Go only when nothing is missing.
    pub go: bool,
    /// Must tasks that hang on `READY` or come before it and are open, by the keys of their states.
    pub open: Vec<Key>,
    /// Official requirements that do not pass, and what they say. Before `GOLIVE` many cannot be measured
    /// yet: these are shown and do not stop a system; a failure does.
    pub checks: Vec<(RequirementId, CheckResult)>,
    /// What its entry lacks.
    pub missing: Vec<&'static str>,
}

/// Go or no-go for every system (R7).
pub fn readiness(plan: &Plan, catalogue: &Catalogue, judgements: &Judgements) -> Vec<Readiness> {
    let ready = plan.milestone(crate::ids::milestones::READY).and_then(|ready| ready.held.day);
    let mut open: BTreeMap<&Key, Vec<Key>> = BTreeMap::new();
    for instance in plan.instances().iter().filter(|instance| !instance.is_closed()) {
        let planned = plan.task_of(instance);
        let before_ready = instance.nominal.zip(ready).is_some_and(|(due, ready)| due <= ready);
        let counts = planned.task.per == crate::catalogue::Per::System
            && planned.obligation == Obligation::Must
            && before_ready;
        if let (true, Some(system)) = (counts, &instance.subject) {
            open.entry(system).or_default().push(instance.key.clone());
        }
    }
    let systems = plan.registers().systems.iter();
    let living = systems.filter(|(_, system)| !crate::registers::is_retired(system, plan.today));
    living
        .map(|(key, system)| {
            let open = open.remove(key).unwrap_or_default();
            let mut checks = Vec::new();
            let official = catalogue.requirements.iter();
            for requirement in official.filter(|r| r.kind == RequirementKind::Official) {
                let judgement = judgements.of(&requirement.id, Some(key));
                let result = judgement.map(|judgement| judgement.result);
                if let Some(
                    no @ (CheckResult::Fail | CheckResult::Warn | CheckResult::NoEvidence),
                ) = result
                {
                    checks.push((requirement.id.clone(), no));
                }
            }
            let missing = completeness(system).missing;
            let fails = checks.iter().any(|(_, result)| *result == CheckResult::Fail);
            let go = open.is_empty() && missing.is_empty() && !fails;
            Readiness { system: key.clone(), go, open, checks, missing }
        })
        .collect()
}

/// Who has been trained (R8), of one unit and audience.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Coverage {
    /// The unit.
    pub unit: String,
    /// The audience.
    pub audience: String,
    /// Who needs it, in number.
    pub needed: u64,
    /// Who has taken it, in number; at most as many as need each course.
    pub trained: u64,
}

/// Who has been trained (R8), by unit and audience. Of one course nobody counts twice.
pub fn training_coverage(programme: &Programme) -> Vec<Coverage> {
    let mut found: BTreeMap<(String, String), Coverage> = BTreeMap::new();
    for (_, training) in programme.all::<Training>() {
        let Training { unit, audience, needed, trained, .. } = training;
        let place = (unit.clone(), audience.clone());
        let new = || Coverage { unit, audience, ..Coverage::default() };
        let coverage = found.entry(place).or_insert_with(new);
        coverage.needed += u64::from(needed);
        coverage.trained += u64::from(trained.min(needed));
    }
    found.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Change;
    use crate::fixture::{apply, catalogue, day, key, programme};

    fn at(programme: &Programme, today: &str) -> StatusReport {
        let plan = Plan::of(programme, &catalogue(), day(today)).unwrap();
        report(programme, &catalogue(), &plan, &Judgements::default(), BTreeMap::new()).unwrap()
    }

    #[test]
    fn the_report_counts_what_is_late_and_says_what_is_in_the_way() {
        let programme = programme("ACTUAL", "2020-08-01");
        let early = at(&programme, "2021-06-01");
        assert_eq!((early.counts.all, early.counts.overdue), (8, 0));
        assert_eq!(early.ahead, [(day("2021-06-14"), key("OP3-T01"))]);
        let late = at(&programme, "2021-06-15");
        assert_eq!(late.counts.overdue_must, 1);
        let first = InTheWay::Overdue { key: key("OP3-T01"), holds_up: 2 };
        assert_eq!(late.in_the_way, [first]);
        let delta = late.since(&early.kept());
        assert_eq!((delta.days, delta.done, delta.overdue), (14, 0, 1));
    }

    #[test]
    fn the_five_weightiest_open_risks_and_the_most_urgent_decisions_come_first() {
        let mut programme = programme("ACTUAL", "2020-08-01");
        let mut changes = Vec::new();
        for number in 1..=5_u8 {
            for closed in [false, true] {
                let risk = Risk { probability: number, consequence: 3, closed, ..Risk::default() };
                changes.push(Change::add(key(&format!("R-{number}-{closed}")), &risk));
            }
        }
        changes.push(Change::add(key("R-0"), &Risk::default()));
        let wanted = |by: Option<&str>| Decision { wanted_by: by.map(day), ..Decision::default() };
        changes.push(Change::add(key("D-1"), &wanted(None)));
        changes.push(Change::add(key("D-2"), &wanted(Some("2021-02-01"))));
        changes.push(Change::add(key("D-3"), &wanted(Some("2021-01-04"))));
        apply(&mut programme, &changes);
        let report = at(&programme, "2021-01-05");
        let weights: Vec<_> = report.risks.iter().map(|line| line.weight).collect();
        assert_eq!(weights, [15, 12, 9, 6, 3]);
        let order: Vec<_> = report.decisions.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(order, ["D-3", "D-2", "D-1"]);
        assert!(matches!(&report.in_the_way[..], [InTheWay::Decision { .. }]));
    }

    #[test]
    fn a_system_goes_only_when_nothing_is_open_and_nothing_is_missing() {
        let programme = programme("ACTUAL", "2020-08-01");
        let plan = Plan::of(&programme, &catalogue(), day("2021-06-01")).unwrap();
        let readiness = readiness(&plan, &catalogue(), &Judgements::default());
        let sender = &readiness[0];
        let open: Vec<_> = sender.open.iter().map(Key::as_str).collect();
        assert_eq!(open, ["OP3-T04.S-1", "OP3-T09.S-1", "OP3-T13.S-1"]);
        assert_eq!(sender.missing, ["type", "owner", "supplier", "path"]);
        assert!(!sender.go);
    }

    #[test]
    fn training_is_counted_by_unit_and_audience_and_nobody_twice() {
        let mut programme = programme("ACTUAL", "2020-08-01");
        let course = |unit: &str, needed, trained| Training {
            unit: unit.into(),
            audience: "post".into(),
            needed,
            trained,
            ..Training::default()
        };
        let changes = [
            Change::add(key("T-1"), &course("A", 10, 12)),
            Change::add(key("T-2"), &course("A", 10, 3)),
            Change::add(key("T-3"), &course("B", 4, 4)),
        ];
        apply(&mut programme, &changes);
        let figures: Vec<_> =
            training_coverage(&programme).iter().map(|c| (c.needed, c.trained)).collect();
        assert_eq!(figures, [(20, 13), (4, 4)]);
    }
}
