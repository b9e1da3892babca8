//! Moving a milestone, with everything that moves before it is saved; approving the plan, which freezes
//! the baseline.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::beginning::{milestone_key, weeks_from_golive};
use crate::catalogue::{Catalogue, ProfileDate};
use crate::change::Change;
use crate::day::Day;
use crate::ids::{Key, MilestoneId, TaskId, milestones};
use crate::objects::{Decision, Milestone, Settings, TaskState};
use crate::plan::{Instance, NoPlan, Plan};
use crate::programme::{Programme, settings_key};
use crate::text::Bilingual;

/// Why a milestone was not moved or a plan not approved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotMoved {
    /// There is no plan.
    #[error(transparent)]
    NoPlan(#[from] NoPlan),
    /// The catalogue has no such milestone.
    #[error("there is no milestone {0}")]
    UnknownMilestone(MilestoneId),
    /// What has come to pass does not move.
    #[error("{0} was reached and does not move")]
    Reached(MilestoneId),
    /// A baseline needs a decision with who, why and when.
    #[error("approving the plan needs a decision with its {0}")]
    Undecided(&'static str),
    /// It is approved already; a new baseline needs a decision of its own.
    #[error("the plan is approved by {0}; a new baseline needs a decision of its own")]
    Approved(Key),
}

/// A task whose due day moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MovedTask {
    /// Under which its state is kept.
    pub key: Key,
    /// Which.
    pub task: TaskId,
    /// For which subject.
    pub subject: Option<Key>,
    /// It was due.
    pub from: Option<Day>,
    /// It will be due.
    pub to: Option<Day>,
    /// It is not overdue now, and will be.
    pub becomes_overdue: bool,
    /// What its new day meets.
    pub clashes: Vec<Clash>,
}

/// What a new due day meets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Clash {
    /// Reckoned from its milestone it would be a holiday, so it was moved to the working day before.
    Holiday {
        /// The day.
        day: Day,
        /// What it is called.
        name: Bilingual,
    },
    /// Whoever answers for it, or everybody, is away.
    Away {
        /// Which absence.
        absence: Key,
        /// Who; none: everybody.
        person: Option<Key>,
        /// What it is called.
        name: String,
    },
}

/// What moving a milestone comes to. Nothing is moved until the changes are made.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Preview {
    /// The milestones that move: which, from, to. The one that was asked for is the first.
    pub milestones: Vec<(MilestoneId, Option<Day>, Option<Day>)>,
    /// The tasks whose due day moves, in the order of the plan.
    pub tasks: Vec<MovedTask>,
    /// The changes to make.
    #[serde(skip)]
    pub changes: Vec<Change>,
}

impl Preview {
    /// Tasks that become overdue.
    pub fn becoming_overdue(&self) -> impl Iterator<Item = &MovedTask> {
        self.tasks.iter().filter(|task| task.becomes_overdue)
    }

    /// Tasks whose new day meets something.
    pub fn clashing(&self) -> impl Iterator<Item = &MovedTask> {
        self.tasks.iter().filter(|task| !task.clashes.is_empty())
    }
}

/// What moves when a milestone is moved to a day, or loses its day. What hangs on it by an offset, or is
/// set to be the same, moves by as many days, whatever was adjusted before; what was reached does not.
/// Baselines do not move.
///
/// # Errors
///
/// When there is no plan or no such milestone, or it was reached.
pub fn preview(
    programme: &Programme,
    catalogue: &Catalogue,
    today: Day,
    milestone: &MilestoneId,
    to: Option<Day>,
) -> Result<Preview, NotMoved> {
    let settings = programme.settings().ok_or(NoPlan::NotBegun)?;
    if !catalogue.milestones.iter().any(|kind| kind.id == *milestone) {
        return Err(NotMoved::UnknownMilestone(milestone.clone()));
    }
    let held = |id: &MilestoneId| programme.get::<Milestone>(&milestone_key(id));
    let before = held(milestone).unwrap_or_default();
    if before.reached.is_some() {
        return Err(NotMoved::Reached(milestone.clone()));
    }
    let mut moved = BTreeMap::new();
    let mut order = vec![milestone.clone()];
    let days = before.day.zip(to).map(|(from, to)| to.days_since(from));
    let until = days.and_then(|days| Some(before.until?.plus_days(days)));
    moved.insert(milestone.clone(), Milestone { day: to, until, ..before });
    if let Some(days) = days {
        for id in hanging_on(catalogue, &settings, milestone) {
            let Some(there) = held(&id).filter(|m| m.reached.is_none() && m.day.is_some()) else {
                continue;
            };
            let shift = |day: Option<Day>| day.map(|day| day.plus_days(days));
            let (day, until) = (shift(there.day), shift(there.until));
            moved.insert(id.clone(), Milestone { day, until, ..there });
            order.push(id);
        }
    }
    let variant = settings.variant;
    let now = Plan::of(programme, catalogue, today)?;
    let then = Plan::with_milestones(programme, catalogue, today, variant, &moved)?;
    let moving = now.instances().iter().zip(then.instances());
    let moving = moving.filter(|(now, then)| now.due != then.due);
    let tasks = moving.map(|(now, instance)| MovedTask {
        key: instance.key.clone(),
        task: then.task_of(instance).task.id.clone(),
        subject: instance.subject.clone(),
        from: now.due,
        to: instance.due,
        becomes_overdue: instance.overdue && !now.overdue,
        clashes: if instance.is_closed() { Vec::new() } else { clashes(&then, instance) },
    });
    let tasks = tasks.collect();
    let mut milestones = Vec::new();
    let mut changes = Vec::new();
    for id in order {
        let (Some(after), before) = (moved.get(&id), held(&id)) else { continue };
        milestones.push((id.clone(), before.as_ref().and_then(|m| m.day), after.day));
        changes.extend(match &before {
            Some(before) => Change::edit(milestone_key(&id), before, after),
            None => Some(Change::add(milestone_key(&id), after)),
        });
    }
    Ok(Preview { milestones, tasks, changes })
}

/// Milestones that go where another goes: those the profile sets to be the same, and those that hang on
/// `GOLIVE` by an offset because the profile says nothing of them; and what hangs on these.
fn hanging_on(
    catalogue: &Catalogue,
    settings: &Settings,
    milestone: &MilestoneId,
) -> Vec<MilestoneId> {
    let profile = catalogue.profiles.iter().find(|profile| profile.id == settings.profile);
    let hangs = |id: &MilestoneId, on: &MilestoneId| match profile
        .and_then(|profile| profile.dates.get(id))
    {
        Some(ProfileDate::As { same_as }) => same_as == on,
        Some(_) => false,
        None => {
            on.as_str() == milestones::GOLIVE
                && id.as_str() != milestones::START
                && weeks_from_golive(catalogue, id, settings.variant).is_some()
        }
    };
    let mut seen = BTreeSet::from([milestone.clone()]);
    let mut found = vec![milestone.clone()];
    let mut at = 0;
    while let Some(on) = found.get(at).cloned() {
        for kind in &catalogue.milestones {
            if hangs(&kind.id, &on) && seen.insert(kind.id.clone()) {
                found.push(kind.id.clone());
            }
        }
        at += 1;
    }
    found.split_off(1)
}

/// What the due day of an instance meets.
pub fn clashes(plan: &Plan, instance: &Instance) -> Vec<Clash> {
    let mut clashes = Vec::new();
    if let Some(day) = instance.nominal
        && let Some(off @ crate::calendar::DayOff::Holiday(..)) = plan.calendar().day_off(day)
    {
        clashes.push(Clash::Holiday { day, name: off.name() });
    }
    if let Some(due) = instance.due {
        let away = plan.calendar().away(due, instance.responsible.as_ref());
        clashes.extend(away.map(|(key, absence)| Clash::Away {
            absence: key.clone(),
            person: absence.person.clone(),
            name: absence.name.clone(),
        }));
    }
    clashes
}

/// The changes that approve a plan: every due day and every milestone's day becomes the baseline. The
/// decision must stand in the programme, or be added in the same call, under `decision`.
///
/// A second approval is a new baseline, and needs a decision of its own that says who, why and when.
///
/// # Errors
///
/// When the decision is not made, gives no reason, or is the one of the baseline there is.
pub fn approve(
    programme: &Programme,
    plan: &Plan,
    key: &Key,
    decision: &Decision,
) -> Result<Vec<Change>, NotMoved> {
    let settings = programme.settings().ok_or(NoPlan::NotBegun)?;
    if decision.by.is_none() {
        return Err(NotMoved::Undecided("person"));
    }
    if decision.day.is_none() {
        return Err(NotMoved::Undecided("day"));
    }
    if let Some(approved) = &settings.approved_by {
        if approved == key {
            return Err(NotMoved::Approved(approved.clone()));
        }
        if decision.reason.trim().is_empty() {
            return Err(NotMoved::Undecided("reason"));
        }
    }
    let mut changes = Vec::new();
    match programme.get::<Decision>(key) {
        None => changes.push(Change::add(key.clone(), decision)),
        Some(held) => changes.extend(Change::edit(key.clone(), &held, decision)),
    }
    let approved = Settings { approved_by: Some(key.clone()), ..settings.clone() };
    changes.extend(Change::edit(settings_key(), &settings, &approved));
    for milestone in plan.milestones() {
        let key = milestone_key(&milestone.kind.id);
        let after = Milestone { baseline: milestone.held.day, ..milestone.held.clone() };
        changes.extend(match programme.get::<Milestone>(&key) {
            Some(held) => Change::edit(key, &held, &after),
            None => Some(Change::add(key, &after)),
        });
    }
    for instance in plan.instances().iter().filter(|one| one.baseline != one.due) {
        let held = programme.get::<TaskState>(&instance.key);
        let task = &plan.task_of(instance).task.id;
        let mut after = held.clone().unwrap_or_else(|| instance.fresh_state(task));
        after.baseline_due = instance.due;
        changes.extend(match &held {
            Some(held) => Change::edit(instance.key.clone(), held, &after),
            None => Some(Change::add(instance.key.clone(), &after)),
        });
    }
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{apply, catalogue, day, key, programme};
    use crate::objects::Absence;

    fn decision() -> Decision {
        Decision {
            title: "Planen er godkendt".into(),
            by: Some(key("P-1")),
            day: Some(day("2020-10-01")),
            ..Decision::default()
        }
    }

    #[test]
    fn acceptance_03_moving_golive_moves_what_hangs_on_it_and_no_baseline() {
        let (catalogue, today) = (catalogue(), day("2020-10-01"));
        let mut programme = programme("ACTUAL", "2020-08-01");
        let plan = Plan::of(&programme, &catalogue, today).unwrap();
        let approved = approve(&programme, &plan, &key("D-1"), &decision()).unwrap();
        apply(&mut programme, &approved);
        let before = Plan::of(&programme, &catalogue, today).unwrap();
        let golive = "GOLIVE".parse().unwrap();
        let to = day("2022-03-21").plus_days(110);
        let preview = preview(&programme, &catalogue, today, &golive, Some(to)).unwrap();
        assert_eq!(preview.milestones[0], (golive, Some(day("2022-03-21")), Some(to)));
        assert_eq!(preview.milestones.len(), 3, "MAPPED and READY hang on it");
        assert!(Plan::of(&programme, &catalogue, today).unwrap().instances() == before.instances());

        apply(&mut programme, &preview.changes);
        let after = Plan::of(&programme, &catalogue, today).unwrap();
        let mut moved = 0;
        for (was, is) in before.instances().iter().zip(after.instances()) {
            let on = before.task_of(was).task.due.as_ref().unwrap().milestone.as_str();
            let days = if on == "MEMO_ONLY" { 0 } else { 110 };
            let nominal = was.nominal.unwrap().plus_days(days);
            assert_eq!(is.nominal, Some(nominal));
            assert_eq!(is.due, Some(after.calendar().working_day_at_or_before(nominal)));
            assert_eq!(is.baseline, was.due);
            let listed = preview.tasks.iter().find(|task| task.key == is.key);
            assert_eq!(
                listed.map(|task| (task.from, task.to)),
                (days > 0).then_some((was.due, is.due))
            );
            moved += usize::from(days > 0);
        }
        assert_eq!(moved, 7);
        let golive = after.milestone("GOLIVE").unwrap();
        assert_eq!(golive.held.baseline, Some(day("2022-03-21")));
        assert_eq!(golive.days_late(), Some(110));
    }

    #[test]
    fn the_preview_tells_what_becomes_overdue_and_what_it_meets() {
        let mut programme = programme("ACTUAL", "2020-08-01");
        let away = |from: &str, until: &str| Absence {
            person: None,
            from: day(from),
            until: day(until),
            name: "Lukket".into(),
        };
        apply(&mut programme, &[Change::add(key("A-1"), &away("2021-03-25", "2021-03-31"))]);
        // READY falls on Good Friday, 2 April 2021: its tasks move to 31 March.
        let ready = "READY".parse().unwrap();
        let good_friday = Some(day("2021-04-02"));
        let preview =
            preview(&programme, &catalogue(), day("2021-03-30"), &ready, good_friday).unwrap();
        let test = preview.tasks.iter().find(|task| task.key == key("OP3-T09.S-1")).unwrap();
        assert_eq!(test.to, Some(day("2021-03-31")));
        assert!(matches!(&test.clashes[..], [Clash::Holiday { .. }, Clash::Away { .. }]));
        assert!(!test.becomes_overdue);
        let overdue: Vec<_> = preview.becoming_overdue().map(|task| task.key.as_str()).collect();
        assert_eq!(overdue, ["OP3-T10.S-2"]);
    }

    #[test]
    fn what_was_reached_does_not_move_and_an_unknown_milestone_is_named() {
        let mut programme = programme("ACTUAL", "2020-08-01");
        let start = key("START");
        let held: Milestone = programme.get(&start).unwrap();
        let reached = Milestone { reached: held.day, ..held.clone() };
        apply(&mut programme, &[Change::edit(start, &held, &reached).unwrap()]);
        let refused = |id: &str| {
            preview(&programme, &catalogue(), day("2021-01-04"), &id.parse().unwrap(), None)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(refused("START"), "START was reached and does not move");
        assert_eq!(refused("GOLIVES"), "there is no milestone GOLIVES");
    }

    #[test]
    fn a_baseline_needs_a_decision_and_a_new_one_a_decision_of_its_own_with_a_reason() {
        let (catalogue, today) = (catalogue(), day("2020-10-01"));
        let mut programme = programme("ACTUAL", "2020-08-01");
        let plan = Plan::of(&programme, &catalogue, today).unwrap();
        let undecided = Decision { by: None, ..decision() };
        let refused = approve(&programme, &plan, &key("D-1"), &undecided).unwrap_err();
        assert_eq!(refused, NotMoved::Undecided("person"));
        let approved = approve(&programme, &plan, &key("D-1"), &decision()).unwrap();
        apply(&mut programme, &approved);
        let again = approve(&programme, &plan, &key("D-1"), &decision()).unwrap_err();
        assert_eq!(again, NotMoved::Approved(key("D-1")));
        let without = approve(&programme, &plan, &key("D-2"), &decision()).unwrap_err();
        assert_eq!(without, NotMoved::Undecided("reason"));
        let reasoned = Decision { reason: "Udskudt".into(), ..decision() };
        let approved = approve(&programme, &plan, &key("D-2"), &reasoned).unwrap();
        apply(&mut programme, &approved);
        assert_eq!(programme.settings().unwrap().approved_by, Some(key("D-2")));
    }
}
