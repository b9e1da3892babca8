//! The plan: every task for every subject, with its dates, what it waits for, and the critical path.
//!
//! [`Plan::of`] reckons all of it anew from the objects; nothing reckoned is kept. It goes through the
//! tasks once in the order of their dependencies, so the work grows with the number of instances and not
//! with its square. The rules it follows where nobody has set any stand in `docs/programme-engine.md`.

mod dependencies;
mod forecast;
mod rounds;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

pub use self::dependencies::cycle;
use self::dependencies::{Graph, Relations};
use crate::calendar::Calendar;
use crate::catalogue::{Catalogue, Due, MilestoneKind, Obligation, Per, Task, Variant};
use crate::day::Day;
use crate::ids::{AreaId, Key, MilestoneId, RoleId, TaskId, milestones};
use crate::objects::{Milestone, Override, Status, TaskState};
use crate::programme::Programme;
use crate::registers::{Registers, is_on, is_retired};

/// Instances of one plan at most.
pub const INSTANCES: usize = 250_000;

/// Milestones whose critical path is reckoned.
pub const CRITICAL: [&str; 3] = [milestones::READY, milestones::GOLIVE, milestones::MEMO_ONLY];

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoPlan {
    /// The programme has not been made.
    #[error("the programme has not been begun")]
    NotBegun,
    /// Tasks wait for each other.
    #[error("tasks wait for each other: {}", named(.0))]
    Cycle(Vec<TaskId>),
    /// The registers are larger than a plan may be.
    #[error("the plan would have {0} tasks, over the limit of {INSTANCES}")]
    TooMany(usize),
}

fn named(cycle: &[TaskId]) -> String {
    let ids: Vec<_> = cycle.iter().chain(cycle.first()).map(TaskId::as_str).collect();
    ids.join(" → ")
}

/// A task as the plan has it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlannedTask {
    /// From the catalogue, with the authority's own changes.
    pub task: Task,
    /// The area of its package; none in the light version.
    pub area: Option<AreaId>,
    /// How binding it is today: `Must`, `Should` or `May`.
    pub obligation: Obligation,
    /// The day that its milestone and weeks come to.
    pub nominal: Option<Day>,
    /// The same, or the last working day before it.
    pub due: Option<Day>,
    /// Where it is a stretch of time, its first day.
    pub from: Option<Day>,
}

/// A task for one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Instance {
    /// Under which its [`TaskState`] is kept, or would be.
    pub key: Key,
    /// Where in [`Plan::tasks`].
    #[serde(skip)]
    pub task: usize,
    /// For which system, supplier, letter type or contact point.
    pub subject: Option<Key>,
    /// Who was asked to do it.
    pub assignee: Option<Key>,
    /// Who answers for it: the assignee, else the owner of its subject where the accountable role is that
    /// owner's, else the first holder of the accountable role.
    pub responsible: Option<Key>,
    /// Where it stands; a task that comes again is not started once the next round has begun.
    pub status: Status,
    /// 0 to 100.
    pub percent: u8,
    /// The day that its milestone and weeks come to, or its own, before it is moved off a holiday.
    pub nominal: Option<Day>,
    /// When it is due; always a working day. None: continuously, or the milestone has no day.
    pub due: Option<Day>,
    /// The due day is its own, not the task's.
    pub own_due: bool,
    /// The due day when the plan was approved.
    pub baseline: Option<Day>,
    /// When it can begin at the earliest.
    pub forecast_start: Option<Day>,
    /// When it will be done, as things are; never before what it waits for.
    pub forecast: Option<Day>,
    /// When it was done.
    pub done_on: Option<Day>,
    /// It is open and its due day is past.
    pub overdue: bool,
    /// It is on the critical path to one of [`CRITICAL`].
    pub critical: bool,
    /// Why it is blocked or not relevant.
    pub reason: String,
    /// Somebody has touched it: there is a [`TaskState`].
    pub touched: bool,
}

impl Instance {
    /// Nothing remains to be done.
    pub fn is_closed(&self) -> bool {
        matches!(self.status, Status::Done | Status::NotRelevant)
    }

    /// The state of a task that nobody has touched.
    pub fn fresh_state(&self, task: &TaskId) -> TaskState {
        TaskState {
            task: task.clone(),
            subject: self.subject.clone(),
            assignee: None,
            status: Status::NotStarted,
            percent: 0,
            planned_start: None,
            due: None,
            forecast: None,
            baseline_due: None,
            done_at: None,
            closed_by_condition: false,
            reopened: 0,
            reason: String::new(),
            attestation: None,
            steps_done: BTreeSet::new(),
            decisions: BTreeSet::new(),
            attachments: Vec::new(),
            note: String::new(),
        }
    }
}

/// A milestone as the plan has it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlannedMilestone {
    /// From the catalogue.
    pub kind: MilestoneKind,
    /// As it is kept.
    pub held: Milestone,
    /// When it will come to pass, as things are: its day, or later when a must task that hangs on it, or
    /// comes before it, is later. None when it has no day.
    pub forecast: Option<Day>,
}

impl PlannedMilestone {
    /// Days by which the forecast is later than the baseline, or than the day when there is no baseline.
    pub fn days_late(&self) -> Option<i32> {
        let planned = self.held.baseline.or(self.held.day)?;
        Some(self.forecast?.days_since(planned))
    }
}

/// Every task for every subject.
#[derive(Debug, Clone)]
pub struct Plan {
    /// As of this day.
    pub today: Day,
    /// The version it is a plan of.
    pub variant: Variant,
    tasks: Vec<PlannedTask>,
    instances: Vec<Instance>,
    ranges: Vec<std::ops::Range<usize>>,
    task_index: HashMap<TaskId, usize>,
    key_index: HashMap<Key, usize>,
    milestones: Vec<PlannedMilestone>,
    critical: BTreeMap<MilestoneId, Vec<usize>>,
    graph: Graph,
    calendar: Calendar,
    registers: Registers,
}

impl Plan {
    /// The plan of a programme on a day. The catalogue is the one in effect, overrides included.
    ///
    /// # Errors
    ///
    /// [`NoPlan`]: it has not been begun, tasks wait for each other, or it is too large.
    pub fn of(programme: &Programme, catalogue: &Catalogue, today: Day) -> Result<Self, NoPlan> {
        let variant = programme.settings().ok_or(NoPlan::NotBegun)?.variant;
        Self::of_variant(programme, catalogue, today, variant)
    }

    /// The plan as it would be in that version.
    ///
    /// # Errors
    ///
    /// As [`Plan::of`].
    pub fn of_variant(
        programme: &Programme,
        catalogue: &Catalogue,
        today: Day,
        variant: Variant,
    ) -> Result<Self, NoPlan> {
        Self::with_milestones(programme, catalogue, today, variant, &BTreeMap::new())
    }

    /// The plan as it would be if these milestones were so.
    ///
    /// # Errors
    ///
    /// As [`Plan::of`].
    pub fn with_milestones(
        programme: &Programme,
        catalogue: &Catalogue,
        today: Day,
        variant: Variant,
        instead: &BTreeMap<MilestoneId, Milestone>,
    ) -> Result<Self, NoPlan> {
        if programme.settings().is_none() {
            return Err(NoPlan::NotBegun);
        }
        let calendar = Calendar::of(programme);
        let registers = Registers::of(programme);
        let dates = milestones_of(programme, catalogue, instead);
        let hidden = programme.all::<Override>().filter(|(_, own)| own.hidden);
        let hidden: BTreeSet<Key> = hidden.map(|(key, _)| key.clone()).collect();
        let used = tasks_of_variant(catalogue, variant, &hidden);
        let tasks = tasks_of(used, &dates, &calendar, today);
        let order = dependencies::order(tasks.iter().map(|planned| &planned.task))
            .map_err(NoPlan::Cycle)?;
        let (instances, ranges) = instances_of(programme, &tasks, &registers, &calendar, today)?;
        let key_index =
            instances.iter().enumerate().map(|(at, one)| (one.key.clone(), at)).collect();
        let task_index =
            tasks.iter().enumerate().map(|(at, one)| (one.task.id.clone(), at)).collect();
        let relations = Relations::of(&registers);
        let graph = Graph::of(&tasks, &instances, &ranges, &task_index, &relations);
        let mut plan = Self {
            today,
            variant,
            tasks,
            instances,
            ranges,
            task_index,
            key_index,
            milestones: dates,
            critical: BTreeMap::new(),
            graph,
            calendar,
            registers,
        };
        plan.forecast(programme, &order);
        Ok(plan)
    }

    /// Its tasks, in the order of the catalogue.
    pub fn tasks(&self) -> &[PlannedTask] {
        &self.tasks
    }

    /// Every task for every subject, in the order of the catalogue, then of the subjects' keys.
    pub fn instances(&self) -> &[Instance] {
        &self.instances
    }

    /// The task of an instance.
    ///
    /// # Panics
    ///
    /// When the instance is of another plan.
    pub fn task_of(&self, instance: &Instance) -> &PlannedTask {
        &self.tasks[instance.task]
    }

    /// A task by its id.
    pub fn task(&self, id: &TaskId) -> Option<&PlannedTask> {
        self.task_index.get(id).map(|at| &self.tasks[*at])
    }

    /// The instances of one task; none when there is no such task, or nobody to do it for.
    pub fn of_task(&self, id: &TaskId) -> impl Iterator<Item = &Instance> + use<'_> {
        let range = self.task_index.get(id).map_or(0..0, |at| self.ranges[*at].clone());
        self.instances[range].iter()
    }

    /// An instance by the key of its state.
    pub fn instance(&self, key: &Key) -> Option<&Instance> {
        self.key_index.get(key).map(|at| &self.instances[*at])
    }

    /// Milestones, in the order of the catalogue.
    pub fn milestones(&self) -> &[PlannedMilestone] {
        &self.milestones
    }

    /// A milestone by its id.
    pub fn milestone(&self, id: &str) -> Option<&PlannedMilestone> {
        self.milestones.iter().find(|milestone| milestone.kind.id.as_str() == id)
    }

    /// The critical path to a milestone of [`CRITICAL`]: open tasks, first to last, of which each waits for
    /// the one before. The last is the open must task that hangs on the milestone and is forecast latest.
    /// Empty when all are closed.
    pub fn critical_path(&self, to: &str) -> impl Iterator<Item = &Instance> {
        let path = self.critical.iter().find(|(id, _)| id.as_str() == to);
        path.into_iter().flat_map(|(_, path)| path).map(|at| &self.instances[*at])
    }

    /// What an instance waits for, each once.
    pub fn waits_for(&self, instance: &Instance) -> Vec<&Instance> {
        let Some(at) = self.key_index.get(&instance.key) else { return Vec::new() };
        self.graph.instances_before(*at, &self.ranges).map(|at| &self.instances[at]).collect()
    }

    /// The calendar it goes by.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// The registers it was made from.
    pub fn registers(&self) -> &Registers {
        &self.registers
    }

    /// Whether a milestone's day has come.
    pub fn has_come(&self, id: &str) -> bool {
        let milestone = self.milestone(id).map(|milestone| &milestone.held);
        milestone.and_then(|held| held.reached.or(held.day)).is_some_and(|day| day <= self.today)
    }
}

/// The key under which the state of a task for a subject is kept: `TASK` or `TASK.SUBJECT`. Where the two
/// would be longer than a key may be, the end is replaced by a checksum of all of it.
///
/// # Panics
///
/// Never: parts of keys, joined by `.` or `-`, are a key.
pub fn state_key(task: &TaskId, subject: Option<&Key>) -> Key {
    let joined = match subject {
        Some(subject) => format!("{task}.{subject}"),
        None => task.to_string(),
    };
    if joined.len() <= crate::ids::KEY_CHARACTERS {
        return joined.parse().expect("a task's id and a key, joined, are a key");
    }
    // FNV-1a: it tells keys apart, and protects nothing.
    let sum = joined.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{}-{sum:016x}", &joined[..47]).parse().expect("its beginning and hex digits are a key")
}

fn milestones_of(
    programme: &Programme,
    catalogue: &Catalogue,
    instead: &BTreeMap<MilestoneId, Milestone>,
) -> Vec<PlannedMilestone> {
    let planned = catalogue.milestones.iter().map(|kind| {
        let held = instead.get(&kind.id).cloned();
        let held = held.or_else(|| programme.get(&crate::beginning::milestone_key(&kind.id)));
        PlannedMilestone { kind: kind.clone(), held: held.unwrap_or_default(), forecast: None }
    });
    planned.collect()
}

/// The tasks of a version that are used here, package by package, each with its area.
fn tasks_of_variant<'a>(
    catalogue: &'a Catalogue,
    variant: Variant,
    hidden: &BTreeSet<Key>,
) -> Vec<(&'a Task, Option<&'a AreaId>)> {
    let is_used = |id: &str| !hidden.iter().any(|key| key.as_str() == id);
    let packages = catalogue.packages.iter().filter(|package| package.variant == variant);
    let mut used = Vec::new();
    for package in packages.filter(|package| is_used(package.id.as_str())) {
        let tasks = catalogue.tasks.iter().filter(|task| task.package == package.id);
        let tasks = tasks.filter(|task| is_used(task.id.as_str()));
        used.extend(tasks.map(|task| (task, package.area.as_ref())));
    }
    used
}

fn tasks_of(
    used: Vec<(&Task, Option<&AreaId>)>,
    dates: &[PlannedMilestone],
    calendar: &Calendar,
    today: Day,
) -> Vec<PlannedTask> {
    let days: HashMap<&str, &Milestone> =
        dates.iter().map(|date| (date.kind.id.as_str(), &date.held)).collect();
    let day =
        |due: &Due| days.get(due.milestone.as_str())?.day.map(|day| day.plus_weeks(due.weeks));
    let day_of = |id: &str| days.get(id).and_then(|held| held.day);
    let in_force = |obligation: Obligation| match obligation {
        Obligation::MustAtMemoOnly => match day_of(milestones::MEMO_ONLY) {
            Some(day) if day <= today => Obligation::Must,
            _ => Obligation::Should,
        },
        Obligation::MustIfWindow => match day_of(milestones::CUTOVER) {
            Some(_) => Obligation::Must,
            None => Obligation::May,
        },
        plain => plain,
    };
    let planned = used.into_iter().map(|(task, area)| {
        let nominal = task.due.as_ref().and_then(day);
        PlannedTask {
            area: area.cloned(),
            obligation: in_force(task.obligation),
            nominal,
            due: nominal.map(|day| calendar.working_day_at_or_before(day)),
            from: task.from.as_ref().and_then(day),
            task: task.clone(),
        }
    });
    planned.collect()
}

type Ranges = Vec<std::ops::Range<usize>>;

fn instances_of(
    programme: &Programme,
    tasks: &[PlannedTask],
    registers: &Registers,
    calendar: &Calendar,
    today: Day,
) -> Result<(Vec<Instance>, Ranges), NoPlan> {
    let mut states: HashMap<(TaskId, Option<Key>), (Key, TaskState)> = HashMap::new();
    for (key, state) in programme.all::<TaskState>() {
        states.insert((state.task.clone(), state.subject.clone()), (key.clone(), state));
    }
    let mut holders: HashMap<&RoleId, &Key> = HashMap::new();
    for (key, person) in registers.people.iter().rev() {
        holders.extend(person.roles.iter().map(|role| (role, key)));
    }
    let mut instances = Vec::new();
    let mut ranges = Vec::with_capacity(tasks.len());
    for (at, planned) in tasks.iter().enumerate() {
        let begin = instances.len();
        for subject in subjects(&planned.task, registers, today) {
            let place = (planned.task.id.clone(), subject.cloned());
            let held = states.get(&place);
            let role = planned.task.roles.first();
            let owner = role.and_then(|role| owner_of(role, planned.task.per, subject, registers));
            let holder = || role.and_then(|role| holders.get(role).copied().cloned());
            let (task, subject) = place;
            let key = match held {
                Some((key, _)) => key.clone(),
                None => state_key(&task, subject.as_ref()),
            };
            let state = held.map(|(_, state)| state);
            let round = rounds::round(planned, state, calendar, today);
            let own = state.and_then(|state| state.due);
            let nominal = own.or(round.nominal);
            let due = nominal.map(|day| calendar.working_day_at_or_before(day));
            let status = round.status;
            let open = !matches!(status, Status::Done | Status::NotRelevant);
            let assignee = state.and_then(|state| state.assignee.clone());
            instances.push(Instance {
                key,
                task: at,
                subject,
                responsible: assignee.clone().or(owner).or_else(holder),
                assignee,
                status,
                percent: match status {
                    Status::Done => 100,
                    _ => round.percent,
                },
                nominal,
                due,
                own_due: own.is_some(),
                baseline: state.and_then(|state| state.baseline_due),
                forecast_start: None,
                forecast: None,
                done_on: round.done_on,
                overdue: open && due.is_some_and(|due| due < today),
                critical: false,
                reason: state.map(|state| state.reason.clone()).unwrap_or_default(),
                touched: state.is_some(),
            });
        }
        ranges.push(begin..instances.len());
        if instances.len() > INSTANCES {
            return Err(NoPlan::TooMany(instances.len()));
        }
    }
    Ok((instances, ranges))
}

fn subjects<'a>(task: &Task, registers: &'a Registers, today: Day) -> Vec<Option<&'a Key>> {
    match task.per {
        Per::Programme => vec![None],
        Per::System => {
            let systems = registers.systems.iter();
            let living = systems.filter(|(_, system)| !is_retired(system, today));
            living
                .filter(|(_, system)| is_on(system, task.systems))
                .map(|(key, _)| Some(key))
                .collect()
        }
        Per::Supplier => registers.suppliers.keys().map(Some).collect(),
        Per::LetterType => registers.letters.keys().map(Some).collect(),
        Per::ContactPoint => registers.points.keys().map(Some).collect(),
    }
}

fn owner_of(role: &RoleId, per: Per, subject: Option<&Key>, registers: &Registers) -> Option<Key> {
    let subject = subject?;
    match (per, role.as_str()) {
        (Per::System, "sysowner") => registers.systems.get(subject)?.owner.clone(),
        (Per::LetterType, "letters") => registers.letters.get(subject)?.owner.clone(),
        (Per::ContactPoint, "mailroom" | "owner") => registers.points.get(subject)?.owner.clone(),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
