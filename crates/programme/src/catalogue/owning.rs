//! An authority's own values of what the catalogue says: setting them, and giving them up again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Catalogue;
use super::diff::item;
use crate::change::{Change, What};
use crate::ids::Key;
use crate::objects::{Object as _, Override};
use crate::programme::Programme;

/// What stood when somebody began to change it: what a form is made from, and what others may not have
/// changed meanwhile.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Own {
    /// The version of the object; 0: there is none.
    pub version: u32,
    /// The authority's own.
    pub own: Override,
}

impl Own {
    /// What a programme has of its own for an item.
    pub fn of(programme: &Programme, item: &Key) -> Self {
        match (programme.held(Override::KIND, item), programme.get(item)) {
            (Some(held), Some(own)) => Self { version: held.version, own },
            _ => Self::default(),
        }
    }

    /// The change by which an item gets these values, by field as in `limits.size_mb`, and is hidden or
    /// not. What the catalogue says itself is no value of one's own: it is given up. None when nothing
    /// changes. Whether a value fits is asked when the change is made.
    pub fn set(
        &self,
        catalogue: &Catalogue,
        id: &Key,
        wanted: &BTreeMap<String, Value>,
        hidden: Option<bool>,
    ) -> Option<Change> {
        let shipped = item(catalogue, id.as_str());
        let mut after = self.own.clone();
        for (field, value) in wanted {
            // A value of the whole field shadows the catalogue's for its parts as well.
            let shadowed = after.fields.keys().any(|own| is_part(field, own));
            after.fields.retain(|own, _| own != field && !is_part(own, field));
            let is_shipped = shipped.as_ref().is_some_and(|body| part(body, field) == *value);
            if shadowed || !is_shipped {
                after.fields.insert(field.clone(), value.clone());
            }
        }
        if let Some(hidden) = hidden {
            after.hidden = hidden;
        }
        self.becomes(catalogue, id, after)
    }

    /// The change by which all of one's own values of an item are given up for the catalogue's. An own
    /// package or task goes with it.
    pub fn reset(&self, catalogue: &Catalogue, id: &Key) -> Option<Change> {
        self.becomes(catalogue, id, Override::default())
    }

    fn becomes(&self, catalogue: &Catalogue, id: &Key, mut after: Override) -> Option<Change> {
        let is_nothing = after.fields.is_empty()
            && !after.hidden
            && after.package.is_none()
            && after.task.is_none();
        if is_nothing {
            let what = What::Remove { version: self.version };
            let there = self.version > 0;
            return there.then(|| Change { kind: Override::KIND, key: id.clone(), what });
        }
        after.catalogue_version.clone_from(&catalogue.version);
        if self.version == 0 {
            return Some(Change::add(id.clone(), &after));
        }
        let same =
            Override { catalogue_version: self.own.catalogue_version.clone(), ..after.clone() }
                == self.own;
        if same { None } else { Change::edit(id.clone(), &self.own, &after) }
    }
}

/// What a catalogue says of a field of an item; null when nothing, none when it has no such item.
pub fn value_of(catalogue: &Catalogue, id: &str, field: &str) -> Option<Value> {
    item(catalogue, id).map(|body| part(&body, field))
}

fn part(body: &Value, field: &str) -> Value {
    field.split('.').try_fold(body, |body, name| body.get(name)).cloned().unwrap_or(Value::Null)
}

/// Whether a field lies within another.
fn is_part(field: &str, of: &str) -> bool {
    field.strip_prefix(of).is_some_and(|rest| rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::change::outcome;

    fn apply(programme: &mut Programme, change: Option<Change>) {
        let change: Vec<Change> = change.into_iter().collect();
        let at = "2026-11-23T12:00:00.000Z".parse().unwrap();
        let writes = outcome(programme, &change, "P-1", "", at).unwrap().writes;
        programme.put(&writes);
    }

    #[test]
    fn a_value_of_ones_own_stands_until_it_is_what_the_catalogue_says() {
        let catalogue = Catalogue::shipped();
        let id: Key = "MK-A1".parse().unwrap();
        let requirement = "MK-A1".parse().unwrap();
        let mut programme = Programme::default();
        let own = |programme: &Programme| Own::of(programme, &id);
        let hosts = |hosts: Value| BTreeMap::from([("lists.hosts".to_owned(), hosts)]);

        assert_eq!(own(&programme).set(catalogue, &id, &hosts(json!([])), None), None);
        let change = own(&programme).set(catalogue, &id, &hosts(json!(["post.example"])), None);
        apply(&mut programme, change);
        let effective = catalogue.with(&programme);
        assert_eq!(effective.requirement(&requirement).unwrap().lists["hosts"], ["post.example"]);
        assert_eq!(effective.own_fields("MK-A1").collect::<Vec<_>>(), ["lists.hosts"]);

        let window = BTreeMap::from([("window_days".to_owned(), json!(14))]);
        let change = own(&programme).set(catalogue, &id, &window, None);
        apply(&mut programme, change);
        let one = catalogue.with(&programme).requirement(&requirement).unwrap().clone();
        assert_eq!((one.window_days, one.lists["hosts"].len()), (14, 1), "both stand");

        let change = own(&programme).set(catalogue, &id, &hosts(json!([])), None);
        apply(&mut programme, change);
        assert_eq!(own(&programme).own.fields.len(), 1);
        let change = own(&programme).reset(catalogue, &id);
        apply(&mut programme, change);
        assert_eq!(own(&programme), Own::default());
        assert_eq!(catalogue.with(&programme).catalogue(), catalogue);
        assert_eq!(own(&programme).reset(catalogue, &id), None, "there is nothing to give up");
    }

    #[test]
    fn a_part_can_be_given_back_although_the_whole_is_ones_own() {
        let catalogue = Catalogue::shipped();
        let id: Key = "OP3-T01".parse().unwrap();
        let whole = json!({ "da": "Vores", "en": "Ours" });
        let own = Override { fields: [("title".into(), whole)].into(), ..Override::default() };
        let mut programme = Programme::default();
        apply(&mut programme, Some(Change::add(id.clone(), &own)));
        let shipped = value_of(catalogue, "OP3-T01", "title.en").unwrap();
        let wanted = BTreeMap::from([("title.en".to_owned(), shipped.clone())]);
        let change = Own::of(&programme, &id).set(catalogue, &id, &wanted, None);
        apply(&mut programme, change);
        let effective = catalogue.with(&programme);
        let task = effective.task(&"OP3-T01".parse().unwrap()).unwrap();
        assert_eq!((task.title.da.as_str(), json!(task.title.en)), ("Vores", shipped));
    }
}
