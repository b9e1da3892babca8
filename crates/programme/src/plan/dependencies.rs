//! What waits for what: between tasks, and between their instances.
//!
//! Beside each instance the graph has, for each task that fans out, one node that stands for all of its
//! instances together. So a task of the programme that waits for 5,000 letters has one edge, and the
//! number of edges grows with the number of instances.

use std::collections::HashMap;
use std::ops::Range;

use crate::catalogue::{Catalogue, Per, Task};
use crate::ids::{Key, TaskId};
use crate::plan::{Instance, PlannedTask};
use crate::registers::Registers;

/// Tasks of a catalogue that wait for each other, in a circle; none when there is no such circle.
/// Ask this of a catalogue with a new override before it is saved.
pub fn cycle(catalogue: &Catalogue) -> Option<Vec<TaskId>> {
    order(catalogue.tasks.iter()).err()
}

/// The tasks' places, each after all it depends on; else a circle. What is not there is not waited for.
pub(super) fn order<'a>(tasks: impl Iterator<Item = &'a Task>) -> Result<Vec<usize>, Vec<TaskId>> {
    let tasks: Vec<&Task> = tasks.collect();
    let index: HashMap<&TaskId, usize> =
        tasks.iter().enumerate().map(|(at, task)| (&task.id, at)).collect();
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Closed,
    }
    let mut marks = vec![Mark::New; tasks.len()];
    let mut order = Vec::with_capacity(tasks.len());
    for root in 0..tasks.len() {
        if marks[root] != Mark::New {
            continue;
        }
        // Depth first, with the path of our own: a stranger's catalogue may be deep.
        let mut path = vec![(root, 0)];
        marks[root] = Mark::Open;
        while let Some((at, next)) = path.last_mut() {
            let Some(before) = tasks[*at].depends_on.get(*next) else {
                marks[*at] = Mark::Closed;
                order.push(*at);
                path.pop();
                continue;
            };
            *next += 1;
            let Some(&before) = index.get(before) else { continue };
            match marks[before] {
                Mark::Closed => {}
                Mark::New => {
                    marks[before] = Mark::Open;
                    path.push((before, 0));
                }
                Mark::Open => {
                    let circle = path.iter().skip_while(|(at, _)| *at != before);
                    return Err(circle.map(|(at, _)| tasks[*at].id.clone()).collect());
                }
            }
        }
    }
    Ok(order)
}

/// Which subjects of one kind belong to a subject of another.
pub(super) struct Relations {
    system_of_letter: HashMap<Key, Key>,
    letters_of_system: HashMap<Key, Vec<Key>>,
    supplier_of_system: HashMap<Key, Key>,
    systems_of_supplier: HashMap<Key, Vec<Key>>,
    system_of_point: HashMap<Key, Key>,
    point_of_letter: HashMap<Key, Key>,
}

/// The instances of another task that an instance waits for.
enum Before {
    All,
    These(Vec<Key>),
}

impl Relations {
    pub(super) fn of(registers: &Registers) -> Self {
        let mut relations = Self {
            system_of_letter: HashMap::new(),
            letters_of_system: HashMap::new(),
            supplier_of_system: HashMap::new(),
            systems_of_supplier: HashMap::new(),
            system_of_point: HashMap::new(),
            point_of_letter: HashMap::new(),
        };
        for (key, letter) in &registers.letters {
            if let Some(system) = letter.sender_system.as_ref().or(letter.producing_system.as_ref())
            {
                relations.system_of_letter.insert(key.clone(), system.clone());
                relations.letters_of_system.entry(system.clone()).or_default().push(key.clone());
            }
            if let Some(point) = &letter.answer_contact_point {
                relations.point_of_letter.insert(key.clone(), point.clone());
            }
        }
        for (key, system) in &registers.systems {
            if let Some(supplier) = &system.supplier {
                relations.supplier_of_system.insert(key.clone(), supplier.clone());
                relations
                    .systems_of_supplier
                    .entry(supplier.clone())
                    .or_default()
                    .push(key.clone());
            }
        }
        for (key, point) in &registers.points {
            if let Some(system) = &point.receiver_system {
                relations.system_of_point.insert(key.clone(), system.clone());
            }
        }
        relations
    }

    fn before(&self, per: Per, subject: Option<&Key>, of: Per) -> Before {
        let Some(subject) = subject else { return Before::All };
        let one = |key: Option<&Key>| Before::These(key.into_iter().cloned().collect());
        let many = |keys: Option<&Vec<Key>>| Before::These(keys.cloned().unwrap_or_default());
        let system = match per {
            Per::System => Some(subject),
            Per::LetterType => self.system_of_letter.get(subject),
            Per::ContactPoint => self.system_of_point.get(subject),
            Per::Supplier | Per::Programme => None,
        };
        match (per, of) {
            (here, there) if here == there => one(Some(subject)),
            (Per::Programme, _) | (_, Per::Programme) => Before::All,
            (Per::Supplier, Per::System) => many(self.systems_of_supplier.get(subject)),
            (Per::Supplier, Per::LetterType) => {
                let systems = self.systems_of_supplier.get(subject).into_iter().flatten();
                let letters = systems.filter_map(|system| self.letters_of_system.get(system));
                Before::These(letters.flatten().cloned().collect())
            }
            (_, Per::System) => one(system),
            (_, Per::Supplier) => {
                one(system.and_then(|system| self.supplier_of_system.get(system)))
            }
            (_, Per::LetterType) => many(system.and_then(|s| self.letters_of_system.get(s))),
            (Per::LetterType, Per::ContactPoint) => one(self.point_of_letter.get(subject)),
            // Answers to what a system or a supplier's systems send may land on any contact point.
            (_, Per::ContactPoint) => Before::All,
        }
    }
}

/// What each instance waits for. Nodes are instances, then one for each task that stands for all of its
/// instances.
#[derive(Debug, Clone, Default)]
pub(super) struct Graph {
    starts: Vec<u32>,
    before: Vec<u32>,
    instances: usize,
}

impl Graph {
    pub(super) fn of(
        tasks: &[PlannedTask],
        instances: &[Instance],
        ranges: &[Range<usize>],
        task_index: &HashMap<TaskId, usize>,
        relations: &Relations,
    ) -> Self {
        let mut graph = Self { instances: instances.len(), ..Self::default() };
        let mut places: Vec<HashMap<&Key, usize>> = vec![HashMap::new(); tasks.len()];
        let mut indexed = vec![false; tasks.len()];
        for (at, planned) in tasks.iter().enumerate() {
            let depends: Vec<usize> = planned
                .task
                .depends_on
                .iter()
                .filter_map(|id| task_index.get(id).copied())
                .collect();
            for before in &depends {
                if !indexed[*before] {
                    indexed[*before] = true;
                    let there = ranges[*before].clone();
                    let keyed = there.filter_map(|at| Some((instances[at].subject.as_ref()?, at)));
                    places[*before] = keyed.collect();
                }
            }
            for instance in &instances[ranges[at].clone()] {
                graph.starts.push(node(graph.before.len()));
                for before in &depends {
                    let (here, there) = (planned.task.per, tasks[*before].task.per);
                    match relations.before(here, instance.subject.as_ref(), there) {
                        Before::All => graph.before.push(node(instances.len() + before)),
                        Before::These(keys) => graph.before.extend(
                            keys.iter()
                                .filter_map(|key| places[*before].get(key))
                                .map(|at| node(*at)),
                        ),
                    }
                }
            }
        }
        graph.starts.push(node(graph.before.len()));
        graph
    }

    #[cfg(test)]
    pub(super) fn edges(&self) -> usize {
        self.before.len()
    }

    /// The nodes before an instance.
    pub(super) fn before(&self, instance: usize) -> impl Iterator<Item = Node> + use<'_> {
        let range = self.starts[instance] as usize..self.starts[instance + 1] as usize;
        self.before[range].iter().map(|node| {
            let node = *node as usize;
            match node.checked_sub(self.instances) {
                Some(task) => Node::All(task),
                None => Node::One(node),
            }
        })
    }

    /// The instances before an instance, each once.
    pub(super) fn instances_before<'a>(
        &'a self,
        instance: usize,
        ranges: &'a [Range<usize>],
    ) -> impl Iterator<Item = usize> + use<'a> {
        self.before(instance).flat_map(|node| match node {
            Node::One(at) => at..at + 1,
            Node::All(task) => ranges[task].clone(),
        })
    }
}

/// What an instance can wait for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Node {
    /// An instance.
    One(usize),
    /// All instances of a task.
    All(usize),
}

fn node(at: usize) -> u32 {
    // Instances are limited to `INSTANCES`, each with a few edges.
    u32::try_from(at).unwrap_or(u32::MAX)
}
