//! The catalogue as one authority sees it: with its own changes, its own packages and tasks, and without
//! what it does not use.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::checking;
use super::{
    Archetype, Area, Catalogue, LetterSeed, MilestoneKind, Package, Profile, Provenance,
    Requirement, Role, Task, Variant,
};
use crate::ids::{
    ArchetypeId, AreaId, Key, MilestoneId, PackageId, ProfileId, RequirementId, RoleId, TaskId,
};
use crate::objects::Override;
use crate::programme::Programme;

/// The catalogue as one authority sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Effective {
    catalogue: Catalogue,
    places: HashMap<(&'static str, String), usize>,
    hidden: BTreeSet<String>,
    own: BTreeMap<String, BTreeSet<String>>,
    set_aside: Vec<SetAside>,
}

/// A change of the authority's that cannot stand with this catalogue; it is kept, but not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// The override's key.
    pub key: Key,
    /// Why, for its author.
    pub reason: String,
    /// Tasks that would wait for one another, the first of them once more at the end; empty when that is not why.
    pub ring: Vec<TaskId>,
}

impl Catalogue {
    /// This catalogue with the overrides of a programme.
    ///
    /// An override that does not fit (an unknown field or role, a ring of tasks) is set aside, with the
    /// reason, and the rest stand. To refuse one before it is kept, see [`Effective::set_aside`].
    pub fn with(&self, programme: &Programme) -> Effective {
        let mut overrides: BTreeMap<Key, Override> =
            programme.all::<Override>().map(|(key, own)| (key.clone(), own)).collect();
        let mut set_aside = Vec::new();
        loop {
            let (catalogue, mut faulty) = self.applied(&overrides);
            if faulty.is_empty() {
                faulty = disagreeing(&catalogue, &overrides);
            }
            if faulty.is_empty() {
                return Effective::of(catalogue, &overrides, set_aside);
            }
            for fault in faulty {
                if overrides.remove(&fault.key).is_some() {
                    set_aside.push(fault);
                }
            }
        }
    }

    fn applied(&self, overrides: &BTreeMap<Key, Override>) -> (Self, Vec<SetAside>) {
        let mut catalogue = self.clone();
        let mut faulty = Vec::new();
        for (key, own) in overrides {
            if let Some(package) = &own.package {
                let package = Package {
                    name_provenance: Provenance::Local,
                    purpose_provenance: Provenance::Local,
                    ..package.clone()
                };
                catalogue.packages.push(package);
            }
            if let Some(task) = &own.task {
                catalogue.tasks.push(Task { provenance: Provenance::Local, ..task.clone() });
            }
            if own.fields.is_empty() {
                continue;
            }
            if let Err(reason) = edit(&mut catalogue, key.as_str(), &own.fields) {
                faulty.push(SetAside { key: key.clone(), reason, ring: Vec::new() });
            }
        }
        (catalogue, faulty)
    }
}

/// Overrides on which a catalogue that agreed with itself no longer does.
fn disagreeing(catalogue: &Catalogue, overrides: &BTreeMap<Key, Override>) -> Vec<SetAside> {
    let mut found: BTreeMap<Key, (String, Vec<TaskId>)> = BTreeMap::new();
    for fault in checking::faults(catalogue) {
        let mut names = vec![fault.item.clone()];
        let ring = match &fault.kind {
            super::FaultKind::Cycle(tasks) => tasks.clone(),
            _ => Vec::new(),
        };
        names.extend(ring.iter().map(ToString::to_string));
        let concerned = |key: &Key, own: &Override| {
            names.iter().any(|name| {
                key.as_str() == name
                    || own.task.as_ref().is_some_and(|task| task.id.as_str() == name)
                    || own.package.as_ref().is_some_and(|package| package.id.as_str() == name)
            })
        };
        for (key, _) in overrides.iter().filter(|(key, own)| concerned(key, own)) {
            found.entry(key.clone()).or_insert_with(|| (fault.to_string(), ring.clone()));
        }
    }
    found.into_iter().map(|(key, (reason, ring))| SetAside { key, reason, ring }).collect()
}

fn edit(c: &mut Catalogue, id: &str, fields: &BTreeMap<String, Value>) -> Result<(), String> {
    macro_rules! in_tables {
        ($($items:ident)*) => {$(
            if let Some(item) = c.$items.iter_mut().find(|item| item.id.as_str() == id) {
                *item = edited(item, fields)?;
                return Ok(());
            }
        )*};
    }
    in_tables!(tasks packages requirements milestones roles areas archetypes letters profiles);
    Err(format!("the catalogue has no item `{id}` any more"))
}

fn edited<T: Serialize + DeserializeOwned>(
    item: &T,
    fields: &BTreeMap<String, Value>,
) -> Result<T, String> {
    let mut body = serde_json::to_value(item).map_err(|error| error.to_string())?;
    for (field, value) in fields {
        if field == "id" || field.starts_with("id.") {
            return Err("an id cannot be changed; hide the item and make one of your own".into());
        }
        let mut place = &mut body;
        for part in field.split('.') {
            let table = place.as_object_mut();
            let table = table.ok_or_else(|| format!("`{field}` is no field"))?;
            place = table.entry(part).or_insert(Value::Null);
        }
        *place = value.clone();
    }
    serde_json::from_value(body).map_err(|error| error.to_string())
}

macro_rules! look_ups {
    ($($name:ident: $table:literal, $items:ident, $Id:ty => $Item:ty;)*) => {$(
        #[doc = concat!("The ", $table, " of an id, hidden or not.")]
        pub fn $name(&self, id: &$Id) -> Option<&$Item> {
            self.place($table, id.as_str()).and_then(|at| self.catalogue.$items.get(at))
        }
    )*};
}

impl Effective {
    fn of(
        mut catalogue: Catalogue,
        overrides: &BTreeMap<Key, Override>,
        set_aside: Vec<SetAside>,
    ) -> Self {
        let hidden = overrides.iter().filter(|(_, own)| own.hidden);
        let mut hidden: BTreeSet<String> = hidden.map(|(key, _)| key.to_string()).collect();
        let below = catalogue.tasks.iter().filter(|task| hidden.contains(task.package.as_str()));
        let below: Vec<String> = below.map(|task| task.id.to_string()).collect();
        hidden.extend(below);
        pass_over(&mut catalogue, &hidden);
        let numbers: Vec<_> = catalogue.packages.iter().map(|package| package.number).collect();
        if !numbers.is_sorted_by_key(|number| number.unwrap_or(u8::MAX)) {
            catalogue.packages.sort_by_key(|package| package.number.unwrap_or(u8::MAX));
        }
        let places = checking::ids(&catalogue).into_iter().flat_map(|(table, ids)| {
            ids.into_iter().enumerate().map(move |(at, id)| ((table, id.to_owned()), at))
        });
        let places = places.collect();
        let own = overrides.iter().filter(|(_, own)| !own.fields.is_empty());
        let own = own.map(|(key, own)| (key.to_string(), own.fields.keys().cloned().collect()));
        Self { places, hidden, own: own.collect(), set_aside, catalogue }
    }

    fn place(&self, table: &'static str, id: &str) -> Option<usize> {
        self.places.get(&(table, id.to_owned())).copied()
    }

    /// The whole of it, hidden items included.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    look_ups! {
        area: "area", areas, AreaId => Area;
        role: "role", roles, RoleId => Role;
        milestone: "milestone", milestones, MilestoneId => MilestoneKind;
        profile: "profile", profiles, ProfileId => Profile;
        package: "package", packages, PackageId => Package;
        task: "task", tasks, TaskId => Task;
        requirement: "requirement", requirements, RequirementId => Requirement;
        archetype: "archetype", archetypes, ArchetypeId => Archetype;
        letter: "letter", letters, Key => LetterSeed;
    }

    /// The packages of a version by their numbers, without hidden ones.
    pub fn packages(&self, variant: Variant) -> impl Iterator<Item = &Package> {
        let packages = self.catalogue.packages.iter();
        packages.filter(move |p| p.variant == variant && !self.is_hidden(p.id.as_str()))
    }

    /// The tasks of a package in order, without hidden ones.
    pub fn tasks_of(&self, package: &PackageId) -> impl Iterator<Item = &Task> {
        let tasks = self.catalogue.tasks.iter();
        tasks.filter(move |task| task.package == *package && !self.is_hidden(task.id.as_str()))
    }

    /// The tasks of a version, package by package, without hidden ones.
    pub fn tasks(&self, variant: Variant) -> impl Iterator<Item = &Task> {
        self.packages(variant).flat_map(|package| self.tasks_of(&package.id))
    }

    /// Whether the authority does not use a package or task.
    pub fn is_hidden(&self, id: &str) -> bool {
        self.hidden.contains(id)
    }

    /// The fields of an item that the authority has changed.
    pub fn own_fields(&self, id: &str) -> impl Iterator<Item = &str> {
        self.own.get(id).into_iter().flatten().map(String::as_str)
    }

    /// Overrides that cannot stand with this catalogue, each with its reason. A form tries an override
    /// on a copy of the programme, and refuses it when its key is here.
    pub fn set_aside(&self) -> &[SetAside] {
        &self.set_aside
    }
}

/// Lets tasks wait for what a hidden task would have waited for, instead of for the hidden task.
fn pass_over(catalogue: &mut Catalogue, hidden: &BTreeSet<String>) {
    if hidden.is_empty() {
        return;
    }
    let waits: HashMap<TaskId, Vec<TaskId>> = catalogue
        .tasks
        .iter()
        .filter(|task| hidden.contains(task.id.as_str()))
        .map(|task| (task.id.clone(), task.depends_on.clone()))
        .collect();
    for task in &mut catalogue.tasks {
        if !task.depends_on.iter().any(|other| waits.contains_key(other)) {
            continue;
        }
        let mut seen = BTreeSet::new();
        let mut open: Vec<TaskId> = task.depends_on.iter().rev().cloned().collect();
        task.depends_on.clear();
        while let Some(other) = open.pop() {
            if !seen.insert(other.clone()) {
                continue;
            }
            match waits.get(&other) {
                Some(before) => open.extend(before.iter().rev().cloned()),
                None => task.depends_on.push(other),
            }
        }
    }
}
