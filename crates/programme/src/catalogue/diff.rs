//! What a newer catalogue would change, and what of it the authority's own changes keep out.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::Catalogue;
use crate::change::{Change, What, differing};
use crate::objects::{Object as _, Override};
use crate::programme::{Programme, settings_key};

/// What becomes of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhatDiffers {
    /// The newer catalogue has it alone.
    Added,
    /// The older catalogue has it alone.
    Removed,
    /// Both have it, with other fields.
    Changed,
}

/// An item that differs between two catalogues.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The table, for example `task`.
    pub table: &'static str,
    /// The item's id.
    pub id: String,
    /// What becomes of it.
    pub what: WhatDiffers,
    /// The fields; every field of an item that is added, and the authority's own of one that is removed.
    pub fields: Vec<FieldDifference>,
}

/// A field that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldDifference {
    /// Its name in the catalogue.
    pub field: String,
    /// What the older catalogue says; null when nothing.
    pub old: Value,
    /// What the newer says; null when nothing.
    pub new: Value,
    /// The authority's own values that keep the newer one out, by field or part of it, for example `title.da`.
    pub own: BTreeMap<String, Value>,
}

/// What `new` would change of `old`, in the order of `new`, with what the programme's overrides keep out.
pub fn diff(old: &Catalogue, new: &Catalogue, programme: &Programme) -> Vec<Difference> {
    let (before, after) = (items(old), items(new));
    let own: BTreeMap<String, Override> =
        programme.all::<Override>().map(|(key, own)| (key.to_string(), own)).collect();
    let old_places: BTreeMap<_, _> =
        before.iter().map(|(table, id, body)| ((*table, id.as_str()), body)).collect();
    let new_places: BTreeSet<_> =
        after.iter().map(|(table, id, _)| (*table, id.as_str())).collect();
    let mut differences = Vec::new();
    for (table, id, body) in &after {
        let there = old_places.get(&(*table, id.as_str()));
        let what = if there.is_some() { WhatDiffers::Changed } else { WhatDiffers::Added };
        let empty = Value::Object(serde_json::Map::new());
        let edits = differing(there.map_or(&empty, |body| body), body);
        let fields = edits.into_iter().map(|(field, edit)| {
            let own = own.get(id).map(|own| own_values(own, &field)).unwrap_or_default();
            FieldDifference { field, old: edit.from, new: edit.to, own }
        });
        let fields: Vec<_> = fields.collect();
        if !fields.is_empty() {
            differences.push(Difference { table, id: id.clone(), what, fields });
        }
    }
    for (table, id, body) in &before {
        if new_places.contains(&(*table, id.as_str())) {
            continue;
        }
        let values = own.get(id).map(|own| own.fields.clone()).unwrap_or_default();
        let fields = values.into_iter().map(|(field, value)| {
            let old = field.split('.').try_fold(body, |body, part| body.get(part));
            let old = old.cloned().unwrap_or(Value::Null);
            FieldDifference {
                old,
                new: Value::Null,
                own: BTreeMap::from([(field.clone(), value)]),
                field,
            }
        });
        let (what, fields) = (WhatDiffers::Removed, fields.collect());
        differences.push(Difference { table, id: id.clone(), what, fields });
    }
    differences
}

/// What the authority's own values keep out of a catalogue that is newer than the one they were made to.
/// What the catalogue has changed besides comes by itself.
pub fn kept_out(catalogue: &Catalogue, programme: &Programme) -> Vec<Difference> {
    let mut differences = Vec::new();
    for (table, id, body) in items(catalogue) {
        let Some(own) = id.parse().ok().and_then(|key| programme.get::<Override>(&key)) else {
            continue;
        };
        if own.fields.is_empty() || own.catalogue_version == catalogue.version {
            continue;
        }
        let mut fields: BTreeMap<String, FieldDifference> = BTreeMap::new();
        for (name, value) in &own.fields {
            let field = name.split('.').next().unwrap_or(name).to_owned();
            let new = body.get(&field).cloned().unwrap_or(Value::Null);
            let difference = fields.entry(field.clone()).or_insert_with(|| FieldDifference {
                field,
                old: Value::Null,
                new,
                own: BTreeMap::new(),
            });
            difference.own.insert(name.clone(), value.clone());
        }
        let fields = fields.into_values().collect();
        differences.push(Difference { table, id, what: WhatDiffers::Changed, fields });
    }
    differences
}

/// The changes by which a programme goes over to a newer catalogue.
///
/// What is not shadowed comes with the catalogue itself. An own value stands, unless its item and field are
/// in `take`: then it is given up for the newer one. Own packages and tasks, and what is hidden, stand.
pub fn accepting(
    differences: &[Difference],
    new: &Catalogue,
    programme: &Programme,
    take: &BTreeSet<(String, String)>,
) -> Vec<Change> {
    let mut changes = Vec::new();
    let seen: BTreeSet<&str> =
        differences.iter().map(|difference| difference.id.as_str()).collect();
    for (key, own) in programme.all::<Override>() {
        if !seen.contains(key.as_str()) {
            continue;
        }
        let mut kept = own.clone();
        kept.catalogue_version.clone_from(&new.version);
        let of_item = differences.iter().filter(|difference| difference.id == key.as_str());
        for field in of_item.flat_map(|difference| &difference.fields) {
            if take.contains(&(key.to_string(), field.field.clone())) {
                kept.fields.retain(|name, _| !field.own.contains_key(name));
            }
        }
        let empty = kept.fields.is_empty() && kept.package.is_none() && kept.task.is_none();
        if empty && !kept.hidden {
            let version = programme.held(Override::KIND, key).map_or(0, |held| held.version);
            let what = What::Remove { version };
            changes.push(Change { kind: Override::KIND, key: key.clone(), what });
        } else {
            changes.extend(Change::edit(key.clone(), &own, &kept));
        }
    }
    if let Some(settings) = programme.settings() {
        let mut later = settings.clone();
        later.catalogue_version.clone_from(&new.version);
        changes.extend(Change::edit(settings_key(), &settings, &later));
    }
    changes
}

fn own_values(own: &Override, field: &str) -> BTreeMap<String, Value> {
    let within = |name: &str| {
        name.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let fields = own.fields.iter().filter(|(name, _)| within(name));
    fields.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The body of an item, as it stands in the catalogue.
pub(super) fn item(catalogue: &Catalogue, id: &str) -> Option<Value> {
    macro_rules! in_tables {
        ($($items:ident)*) => {$(
            if let Some(item) = catalogue.$items.iter().find(|item| item.id.as_str() == id) {
                return serde_json::to_value(item).ok();
            }
        )*};
    }
    in_tables!(tasks packages requirements milestones roles areas archetypes letters profiles);
    None
}

fn items(catalogue: &Catalogue) -> Vec<(&'static str, String, Value)> {
    fn of<T: Serialize>(table: &'static str, items: &[T]) -> Vec<(&'static str, String, Value)> {
        let body = |item| serde_json::to_value(item).unwrap_or_default();
        let bodies = items.iter().map(body);
        bodies
            .map(|body| (table, body["id"].as_str().unwrap_or_default().to_owned(), body))
            .collect()
    }
    let sources = catalogue.sources.iter();
    let sources =
        sources.map(|(id, text)| ("source", id.clone(), serde_json::json!({"text": text})));
    [
        of("area", &catalogue.areas),
        of("role", &catalogue.roles),
        of("milestone", &catalogue.milestones),
        of("profile", &catalogue.profiles),
        of("package", &catalogue.packages),
        of("task", &catalogue.tasks),
        of("requirement", &catalogue.requirements),
        of("archetype", &catalogue.archetypes),
        of("letter", &catalogue.letters),
        sources.collect(),
    ]
    .concat()
}
