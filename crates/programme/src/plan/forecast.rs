//! When it will be done: forecasts of tasks and milestones, and critical paths.

use std::collections::HashMap;

use super::dependencies::Node;
use super::{CRITICAL, Plan, PlannedMilestone, PlannedTask};
use crate::catalogue::Obligation;
use crate::day::Day;
use crate::ids::milestones;
use crate::objects::{Status, TaskState};
use crate::programme::Programme;

impl Plan {
    /// Reckons forecasts, going through the tasks in an order in which each comes after what it waits for.
    pub(super) fn forecast(&mut self, programme: &Programme, order: &[usize]) {
        let mut stated: HashMap<&str, (Option<Day>, Option<Day>)> = HashMap::new();
        let states: Vec<_> = programme.all::<TaskState>().collect();
        for (key, state) in &states {
            if state.forecast.is_some() || state.planned_start.is_some() {
                stated.insert(key.as_str(), (state.planned_start, state.forecast));
            }
        }
        // When each instance, and all instances of each task, let others begin.
        let mut ends: Vec<Option<Day>> = vec![None; self.instances.len()];
        let mut all_end: Vec<Option<Day>> = vec![None; self.tasks.len()];
        for task in order {
            let planned = &self.tasks[*task];
            let stretch = match (planned.from, planned.due, planned.task.again) {
                (Some(from), Some(due), None) => due.days_since(from).max(0),
                _ => 0,
            };
            for at in self.ranges[*task].clone() {
                let before = self.graph.before(at).filter_map(|node| match node {
                    Node::One(before) => ends[before],
                    Node::All(task) => all_end[task],
                });
                let after = before.max();
                let instance = &mut self.instances[at];
                let (planned_start, said) =
                    stated.get(instance.key.as_str()).copied().unwrap_or_default();
                let start = after.max(planned_start);
                let end = match instance.status {
                    Status::Done => {
                        instance.forecast = instance.done_on.or(instance.due);
                        instance.forecast
                    }
                    Status::NotRelevant => after,
                    _ => {
                        let days = match (planned_start, instance.due) {
                            (Some(start), Some(due)) => due.days_since(start).max(0),
                            _ => stretch,
                        };
                        let earliest = start.map(|start| start.plus_days(days));
                        instance.forecast_start = start.or(planned.from);
                        // Nothing that is open can be done before today.
                        let own = said.or(instance.due).map(|day| day.max(self.today));
                        instance.forecast = own.map(|own| earliest.map_or(own, |e| own.max(e)));
                        instance.forecast.or(after)
                    }
                };
                ends[at] = end;
                all_end[*task] = all_end[*task].max(end);
            }
        }
        self.forecast_milestones();
        for to in CRITICAL {
            let path = self.path_to(to);
            for at in &path {
                self.instances[*at].critical = true;
            }
            if let Ok(id) = to.parse() {
                self.critical.insert(id, path);
            }
        }
    }

    fn forecast_milestones(&mut self) {
        let mut latest: HashMap<&str, Day> = HashMap::new();
        for (task, range) in self.tasks.iter().zip(&self.ranges) {
            let Some(due) = &task.task.due else { continue };
            if due.weeks > 0 || task.task.again.is_some() || !carries(task) {
                continue;
            }
            let open = self.instances[range.clone()].iter().filter(|one| !one.is_closed());
            if let Some(day) = open.filter_map(|one| one.forecast).max() {
                let entry = latest.entry(due.milestone.as_str()).or_insert(day);
                *entry = (*entry).max(day);
            }
        }
        for milestone in &mut self.milestones {
            let tasks = latest.get(milestone.kind.id.as_str()).copied();
            milestone.forecast = match (milestone.held.reached, milestone.held.day) {
                (Some(reached), _) => Some(reached),
                (None, Some(day)) => Some(tasks.map_or(day, |tasks| day.max(tasks))),
                (None, None) => None,
            };
        }
    }

    /// From the open must task on a milestone that is forecast latest, back along what each waits for
    /// longest.
    fn path_to(&self, milestone: &str) -> Vec<usize> {
        let latest = |one: &usize| (self.instances[*one].forecast, std::cmp::Reverse(*one));
        let hangs = |task: &PlannedTask| {
            let due = task.task.due.as_ref();
            due.is_some_and(|due| due.milestone.as_str() == milestone && due.weeks <= 0)
                && carries(task)
                && task.task.again.is_none()
        };
        let ends = self.tasks.iter().zip(&self.ranges).filter(|(task, _)| hangs(task));
        let ends = ends.flat_map(|(_, range)| range.clone());
        let is_open = |at: &usize| !self.instances[*at].is_closed();
        let mut at = ends.filter(is_open).max_by_key(latest);
        let mut path = Vec::new();
        while let Some(here) = at {
            path.push(here);
            let before = self.graph.instances_before(here, &self.ranges);
            at = before.filter(is_open).max_by_key(latest);
        }
        path.reverse();
        path
    }
}

/// It can hold up a milestone.
fn carries(task: &PlannedTask) -> bool {
    task.obligation == Obligation::Must || task.task.obligation == Obligation::MustAtMemoOnly
}

impl Plan {
    /// The milestones of the two official deadlines.
    pub fn deadlines(&self) -> [Option<&PlannedMilestone>; 2] {
        [milestones::GOLIVE, milestones::MEMO_ONLY].map(|id| self.milestone(id))
    }
}

impl Plan {
    /// For each instance, how many open instances wait for it directly. In the order of instances.
    pub fn holding_up(&self) -> Vec<usize> {
        let mut one = vec![0; self.instances.len()];
        let mut all = vec![0; self.tasks.len()];
        for (at, instance) in self.instances.iter().enumerate() {
            if instance.is_closed() {
                continue;
            }
            for node in self.graph.before(at) {
                match node {
                    Node::One(before) => one[before] += 1,
                    Node::All(task) => all[task] += 1,
                }
            }
        }
        for (at, instance) in self.instances.iter().enumerate() {
            one[at] += all[instance.task];
        }
        one
    }
}
