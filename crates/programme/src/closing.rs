//! Tasks that close when their condition holds and re-open when it stops holding, and closing by hand.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use brevdue_memo::Timestamp;
use serde::{Deserialize, Serialize};

use crate::catalogue::{Catalogue, DoneWhen};
use crate::change::{Change, Write};
use crate::checks::{CheckResult, Matrix};
use crate::day::Day;
use crate::ids::{Key, RequirementId, TaskId};
use crate::objects::{Attestation, Kind, Object as _, Person, Status, TaskState};
use crate::plan::{Instance, Plan};
use crate::programme::Programme;

/// Who closes and re-opens tasks by their condition, in the history.
pub const BY_CONDITION: &str = "condition";

/// Months an attestation holds at most.
pub const ATTESTATION_MONTHS: i32 = 12;

/// A check's answer for one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Judgement {
    /// What it says.
    pub result: CheckResult,
    /// The day of the newest message it rests on.
    pub last: Option<Day>,
    /// Since when the requirement is asked for.
    pub due: Option<Day>,
}

/// What all checks say, by requirement and subject; no subject is the authority.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Judgements(HashMap<RequirementId, BTreeMap<Option<Key>, Judgement>>);

impl Judgements {
    /// What a matrix says.
    pub fn of_matrix(matrix: &Matrix) -> Self {
        let mut judgements = Self::default();
        for verdict in matrix.verdicts() {
            let last = verdict.last.and_then(|at| Day::of(at).ok());
            let judgement = Judgement { result: verdict.result, last, due: verdict.due };
            judgements.insert(
                verdict.requirement.clone(),
                verdict.subject.key().cloned(),
                judgement,
            );
        }
        judgements
    }

    /// Adds one.
    pub fn insert(
        &mut self,
        requirement: RequirementId,
        subject: Option<Key>,
        judgement: Judgement,
    ) {
        self.0.entry(requirement).or_default().insert(subject, judgement);
    }

    /// What a check says of a subject, or of the authority.
    pub fn of(&self, requirement: &RequirementId, subject: Option<&Key>) -> Option<Judgement> {
        self.0.get(requirement)?.get(&subject.cloned()).copied()
    }

    /// Everything a check says.
    pub fn all(
        &self,
        requirement: &RequirementId,
    ) -> impl Iterator<Item = (Option<&Key>, Judgement)> {
        let all = self.0.get(requirement).into_iter().flatten();
        all.map(|(subject, judgement)| (subject.as_ref(), *judgement))
    }

    /// The answers that count for a task: of its subject; else of the authority; for a task without a
    /// subject, of everything it was asked for. A requirement that nobody asked is without evidence; one
    /// that is asked for other subjects does not apply to this one.
    fn counting(&self, requirement: &RequirementId, subject: Option<&Key>) -> Vec<Judgement> {
        let nobody = Judgement { result: CheckResult::NoEvidence, last: None, due: None };
        let Some(all) = self.0.get(requirement) else { return vec![nobody] };
        if subject.is_none() {
            return all.values().copied().collect();
        }
        let own = all.get(&subject.cloned()).or_else(|| all.get(&None));
        let elsewhere = Judgement { result: CheckResult::NotApplicable, ..nobody };
        vec![own.copied().unwrap_or(elsewhere)]
    }
}

/// Whether a task's condition holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    /// It does: the task is closed.
    Yes,
    /// It does not: the task is open. With the requirements that speak against it, and what they say.
    No(Vec<(RequirementId, CheckResult)>),
    /// Neither: a warning, or nothing that applies. The task stays as it is.
    Undecided,
    /// It has no condition.
    Manual,
}

/// Whether the condition of an instance holds.
pub fn holds(
    plan: &Plan,
    instance: &Instance,
    catalogue: &Catalogue,
    judgements: &Judgements,
) -> Holds {
    let subject = instance.subject.as_ref();
    match &plan.task_of(instance).task.done_when {
        DoneWhen::Manual => Holds::Manual,
        DoneWhen::RegisterComplete(query) => {
            if plan.registers().holds(*query, subject, catalogue, plan.today) {
                Holds::Yes
            } else {
                Holds::No(Vec::new())
            }
        }
        DoneWhen::ChecksPass(requirements) => {
            let mut against = Vec::new();
            let (mut passes, mut warns) = (false, false);
            for requirement in requirements {
                for judgement in judgements.counting(requirement, subject) {
                    match judgement.result {
                        CheckResult::Pass => passes = true,
                        CheckResult::Warn => warns = true,
                        CheckResult::NotApplicable => {}
                        no @ (CheckResult::Fail | CheckResult::NoEvidence) => {
                            if !against.contains(&(requirement.clone(), no)) {
                                against.push((requirement.clone(), no));
                            }
                        }
                    }
                }
            }
            match (against.is_empty(), passes && !warns) {
                (false, _) => Holds::No(against),
                (true, true) => Holds::Yes,
                (true, false) => Holds::Undecided,
            }
        }
    }
}

/// Somebody has to know that a task re-opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Who: whoever answers for the task, and the owners of the project.
    pub to: BTreeSet<Key>,
    /// Under which the task's state is kept.
    pub key: Key,
    /// Which task.
    pub task: TaskId,
    /// For which subject.
    pub subject: Option<Key>,
    /// The requirements that speak against it; empty when a register no longer holds what it should.
    pub why: Vec<(RequirementId, CheckResult)>,
}

/// What closing by conditions comes to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Closing {
    /// The changes to make, by [`BY_CONDITION`].
    pub changes: Vec<Change>,
    /// Tasks that close, by the keys of their states.
    pub closed: Vec<Key>,
    /// Tasks that re-open.
    pub reopened: Vec<Notice>,
}

/// Closes tasks whose condition holds and re-opens those whose condition stopped holding.
///
/// What is not relevant stays so. What was closed with an attestation stays closed until the attestation
/// has expired or messages newer than it show a failure.
pub fn close(
    plan: &Plan,
    programme: &Programme,
    catalogue: &Catalogue,
    judgements: &Judgements,
    now: Timestamp,
) -> Closing {
    let mut closing = Closing::default();
    let owners: BTreeSet<Key> = programme
        .all::<Person>()
        .filter(|(_, person)| person.roles.iter().any(|role| role.as_str() == "owner"))
        .map(|(key, _)| key.clone())
        .collect();
    for instance in plan.instances() {
        let task = &plan.task_of(instance).task;
        let holds = holds(plan, instance, catalogue, judgements);
        let held = || programme.get::<TaskState>(&instance.key);
        match (holds, instance.status) {
            (Holds::Yes, status) if !matches!(status, Status::Done | Status::NotRelevant) => {
                let before = held();
                let mut after = before.clone().unwrap_or_else(|| instance.fresh_state(&task.id));
                after.status = Status::Done;
                after.percent = 100;
                after.done_at = Some(now);
                after.closed_by_condition = true;
                after.reason = String::new();
                after.attestation = None;
                closing.changes.extend(change(&instance.key, before.as_ref(), &after));
                closing.closed.push(instance.key.clone());
            }
            (Holds::No(why), Status::Done) => {
                let Some(before) = held() else { continue };
                if stands_by_attestation(&before, programme, judgements, &why, plan.today) {
                    continue;
                }
                let mut after = before.clone();
                after.status = Status::InProgress;
                after.percent = 0;
                after.done_at = None;
                after.closed_by_condition = false;
                after.attestation = None;
                after.reopened = before.reopened.saturating_add(1);
                closing.changes.extend(change(&instance.key, Some(&before), &after));
                let to = instance.responsible.iter().cloned().chain(owners.iter().cloned());
                closing.reopened.push(Notice {
                    to: to.collect(),
                    key: instance.key.clone(),
                    task: task.id.clone(),
                    subject: instance.subject.clone(),
                    why,
                });
            }
            _ => {}
        }
    }
    closing
}

fn change(key: &Key, before: Option<&TaskState>, after: &TaskState) -> Option<Change> {
    match before {
        Some(before) => Change::edit(key.clone(), before, after),
        None => Some(Change::add(key.clone(), after)),
    }
}

fn stands_by_attestation(
    state: &TaskState,
    programme: &Programme,
    judgements: &Judgements,
    why: &[(RequirementId, CheckResult)],
    today: Day,
) -> bool {
    let attestation = state.attestation.as_ref();
    let Some(attestation) = attestation.and_then(|key| programme.get::<Attestation>(key)) else {
        return false;
    };
    let fails_since = why.iter().filter(|(_, judged)| *judged == CheckResult::Fail);
    let refuted = fails_since
        .flat_map(|(requirement, _)| judgements.counting(requirement, state.subject.as_ref()))
        .any(|j| {
            j.result == CheckResult::Fail && j.last.is_some_and(|last| last > attestation.day)
        });
    attestation.expires >= today && !refuted
}

/// Why a task's state was not set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotSet {
    /// There is no such task in the plan.
    #[error("there is no task {0} in the plan")]
    Unknown(Key),
    /// Blocked and not relevant need a reason.
    #[error("{0} is set to {1}, which needs a reason")]
    NoReason(Key, &'static str),
    /// It closes by its condition; by hand only with an attestation.
    #[error("{0} closes by its condition; closing it by hand needs an attestation")]
    NoAttestation(Key),
    /// An attestation says something and holds for at most twelve months.
    #[error(
        "an attestation has a statement, and expires at most {ATTESTATION_MONTHS} months after its day"
    )]
    BadAttestation,
    /// Only a condition closes by condition.
    #[error("{0} can be closed by its condition only by the condition itself")]
    NotTheCondition(Key),
}

/// The changes that set where a task stands.
///
/// # Errors
///
/// When a reason or an attestation is missing, or the attestation is not as it must be.
pub fn set_status(
    plan: &Plan,
    programme: &Programme,
    key: &Key,
    status: Status,
    reason: &str,
    attestation: Option<(&Key, &Attestation)>,
    now: Timestamp,
) -> Result<Vec<Change>, NotSet> {
    let instance = plan.instance(key).ok_or_else(|| NotSet::Unknown(key.clone()))?;
    let task = &plan.task_of(instance).task;
    let before = programme.get::<TaskState>(key);
    let mut after = before.clone().unwrap_or_else(|| instance.fresh_state(&task.id));
    let mut changes = Vec::new();
    if needs_reason(status) && reason.trim().is_empty() {
        return Err(NotSet::NoReason(key.clone(), status.word()));
    }
    after.attestation = None;
    if status == Status::Done && task.done_when != DoneWhen::Manual && !after.closed_by_condition {
        let (name, attestation) = attestation.ok_or_else(|| NotSet::NoAttestation(key.clone()))?;
        check_attestation(attestation)?;
        if programme.held(Kind::Attestation, name).is_none() {
            changes.push(Change::add(name.clone(), attestation));
        }
        after.attestation = Some(name.clone());
    }
    after.status = status;
    after.reason = reason.trim().to_owned();
    if status == Status::Done {
        after.done_at = Some(now);
        after.percent = 100;
    } else {
        after.done_at = None;
        after.closed_by_condition = false;
        if after.percent == 100 {
            after.percent = 0;
        }
    }
    changes.extend(change(key, before.as_ref(), &after));
    Ok(changes)
}

fn needs_reason(status: Status) -> bool {
    matches!(status, Status::Blocked | Status::NotRelevant)
}

/// Whether an attestation may stand.
///
/// # Errors
///
/// When it states nothing, or expires before its day or more than twelve months after it.
pub fn check_attestation(attestation: &Attestation) -> Result<(), NotSet> {
    let longest = attestation.day.plus_months(ATTESTATION_MONTHS);
    let in_time = (attestation.day..=longest).contains(&attestation.expires);
    if attestation.statement.trim().is_empty() || !in_time {
        return Err(NotSet::BadAttestation);
    }
    Ok(())
}

/// Whether what is about to be written keeps the rules of tasks and attestations, from whatever door the
/// changes came. A state that was already as it is is not judged again.
///
/// # Errors
///
/// The first that does not.
pub fn guard(
    programme: &Programme,
    plan: &Plan,
    writes: &[Write],
    who: &str,
) -> Result<(), NotSet> {
    for write in writes {
        let Some(body) = &write.body else { continue };
        match write.kind {
            Kind::Attestation => {
                if let Ok(attestation) = serde_json::from_value::<Attestation>(body.clone()) {
                    check_attestation(&attestation)?;
                }
            }
            TaskState::KIND => {
                let Ok(after) = serde_json::from_value::<TaskState>(body.clone()) else { continue };
                let before = programme.get::<TaskState>(&write.key);
                guard_state(plan, before.as_ref(), &after, &write.key, who)?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn guard_state(
    plan: &Plan,
    before: Option<&TaskState>,
    after: &TaskState,
    key: &Key,
    who: &str,
) -> Result<(), NotSet> {
    let was = before.map(|before| before.status);
    let claimed = after.closed_by_condition && !before.is_some_and(|b| b.closed_by_condition);
    if claimed && who != BY_CONDITION {
        return Err(NotSet::NotTheCondition(key.clone()));
    }
    let reasoned = before.is_none_or(|before| before.reason != after.reason);
    let changed = was != Some(after.status);
    if (changed || reasoned) && needs_reason(after.status) && after.reason.trim().is_empty() {
        return Err(NotSet::NoReason(key.clone(), after.status.word()));
    }
    let has_condition =
        plan.task(&after.task).is_some_and(|planned| planned.task.done_when != DoneWhen::Manual);
    let by_hand = after.status == Status::Done && changed && !after.closed_by_condition;
    if by_hand && has_condition && after.attestation.is_none() {
        return Err(NotSet::NoAttestation(key.clone()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::outcome;
    use crate::fixture::{apply, at, catalogue, day, key, programme};

    const NOW: &str = "2024-01-10T09:00:00Z";

    fn judged(result: CheckResult, last: &str) -> Judgements {
        let mut judgements = Judgements::default();
        let judgement = Judgement { result, last: Some(day(last)), due: Some(day("2023-11-30")) };
        judgements.insert("MK-A2".parse().unwrap(), Some(key("S-1")), judgement);
        judgements
    }

    fn plan(programme: &Programme) -> Plan {
        Plan::of(programme, &catalogue(), day("2024-01-10")).unwrap()
    }

    fn closed(programme: &Programme, judgements: &Judgements) -> Closing {
        close(&plan(programme), programme, &catalogue(), judgements, at(NOW))
    }

    #[test]
    fn acceptance_06_a_failing_check_reopens_the_task_of_its_system_and_tells_the_owner() {
        let mut programme = programme("ACTUAL", "2020-08-01");
        let owner = Person { roles: ["owner".parse().unwrap()].into(), ..Person::default() };
        apply(&mut programme, &[Change::add(key("P-1"), &owner)]);
        let green = judged(CheckResult::Pass, "2024-01-09");
        let first = closed(&programme, &green);
        assert_eq!(first.closed, [key("OP3-T08.S-1")]);
        apply(&mut programme, &first.changes);
        assert_eq!(closed(&programme, &green), Closing::default(), "nothing is left to do");

        let red = closed(&programme, &judged(CheckResult::Fail, "2024-01-10"));
        apply(&mut programme, &red.changes);
        assert_eq!(red.reopened.len(), 1);
        assert_eq!(red.reopened[0].to, BTreeSet::from([key("P-1")]));
        assert_eq!(red.reopened[0].why, [("MK-A2".parse().unwrap(), CheckResult::Fail)]);
        let state: TaskState = programme.get(&key("OP3-T08.S-1")).unwrap();
        assert_eq!((state.status, state.reopened), (Status::InProgress, 1));
        assert_eq!(closed(&programme, &green).closed, [key("OP3-T08.S-1")]);
    }

    #[test]
    fn no_evidence_closes_nothing_and_reopens_and_a_warning_leaves_things_as_they_are() {
        let mut programme = programme("ACTUAL", "2020-08-01");
        assert_eq!(closed(&programme, &Judgements::default()), Closing::default());
        let warning = judged(CheckResult::Warn, "2024-01-09");
        assert_eq!(closed(&programme, &warning), Closing::default());
        let green = closed(&programme, &judged(CheckResult::Pass, "2024-01-09"));
        apply(&mut programme, &green.changes);
        assert_eq!(closed(&programme, &warning), Closing::default());
        assert_eq!(closed(&programme, &Judgements::default()).reopened.len(), 1);
    }

    #[test]
    fn an_attestation_closes_until_it_expires_or_messages_newer_than_it_fail() {
        let mut programme = programme("ACTUAL", "2020-08-01");
        let attestation = Attestation {
            requirement: None,
            subject: Some(key("S-1")),
            statement: "Leverandøren har vist det".into(),
            evidence: String::new(),
            person: key("P-1"),
            day: day("2024-01-05"),
            expires: day("2024-06-30"),
            approver: None,
        };
        let task = key("OP3-T08.S-1");
        let set = |programme: &Programme, with: Option<&Attestation>| {
            let name = key("A-1");
            let with = with.map(|attestation| (&name, attestation));
            set_status(&plan(programme), programme, &task, Status::Done, "", with, at(NOW))
        };
        assert_eq!(set(&programme, None), Err(NotSet::NoAttestation(task.clone())));
        let long = Attestation { expires: day("2025-01-06"), ..attestation.clone() };
        assert_eq!(set(&programme, Some(&long)), Err(NotSet::BadAttestation));
        let changes = set(&programme, Some(&attestation)).unwrap();
        apply(&mut programme, &changes);
        assert_eq!(closed(&programme, &Judgements::default()), Closing::default());
        let older = judged(CheckResult::Fail, "2024-01-05");
        assert_eq!(closed(&programme, &older), Closing::default());
        let newer = judged(CheckResult::Fail, "2024-01-06");
        assert_eq!(closed(&programme, &newer).reopened.len(), 1);
        let later = Plan::of(&programme, &catalogue(), day("2024-07-01")).unwrap();
        let none = Judgements::default();
        let expired = close(&later, &programme, &catalogue(), &none, at("2024-07-01T09:00:00Z"));
        assert_eq!(expired.reopened.len(), 1);
    }

    #[test]
    fn blocked_and_not_relevant_need_a_reason_from_whatever_door() {
        let programme = programme("ACTUAL", "2020-08-01");
        let plan = plan(&programme);
        let task = key("OP3-T01");
        for status in [Status::Blocked, Status::NotRelevant] {
            let bare = set_status(&plan, &programme, &task, status, " ", None, at(NOW));
            assert_eq!(bare, Err(NotSet::NoReason(task.clone(), status.word())));
            let said = set_status(&plan, &programme, &task, status, "Ingen", None, at(NOW));
            let said = outcome(&programme, &said.unwrap(), "pm", "", at(NOW)).unwrap();
            assert_eq!(guard(&programme, &plan, &said.writes, "pm"), Ok(()));
            let mut state = plan.instance(&task).unwrap().fresh_state(&"OP3-T01".parse().unwrap());
            state.status = status;
            let sly = [Change::add(task.clone(), &state)];
            let sly = outcome(&programme, &sly, "import", "", at(NOW)).unwrap();
            let refused = guard(&programme, &plan, &sly.writes, "import");
            assert_eq!(refused, Err(NotSet::NoReason(task.clone(), status.word())));
        }
    }

    #[test]
    fn nobody_but_the_condition_can_claim_that_a_condition_closed_a_task() {
        let programme = programme("ACTUAL", "2020-08-01");
        let plan = plan(&programme);
        let green = closed(&programme, &judged(CheckResult::Pass, "2024-01-09"));
        let writes = outcome(&programme, &green.changes, "pm", "", at(NOW)).unwrap().writes;
        assert_eq!(guard(&programme, &plan, &writes, BY_CONDITION), Ok(()));
        let refused = guard(&programme, &plan, &writes, "pm");
        assert_eq!(refused, Err(NotSet::NotTheCondition(key("OP3-T08.S-1"))));
    }
}
