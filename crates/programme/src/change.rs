//! Changes of single fields, each knowing what it changes from: the only way to alter a programme.
//!
//! A form, a call of the API, a line of an imported workbook and a task that closes itself all become
//! [`Change`]s. So there is one place where updates of several people are merged, one history, one diff:
//! two changes of different fields of one object both stand; two of the same field are a conflict that a
//! person resolves.

use std::collections::BTreeMap;

use brevdue_memo::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ids::Key;
use crate::objects::{Kind, Object};
use crate::programme::{Held, Programme};

/// Changes in one call at most; a workbook of everything stays below.
pub const CHANGES: usize = 100_000;

/// Bytes of one object as JSON at most.
pub const OBJECT_BYTES: usize = 256 * 1024;

/// What becomes of one object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Its kind.
    pub kind: Kind,
    /// Its key.
    pub key: Key,
    /// What is done.
    #[serde(flatten)]
    pub what: What,
}

/// What is done with an object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// It is new; conflict when it is there.
    Add {
        /// All of it.
        body: Value,
    },
    /// Fields change.
    Edit {
        /// By the field's name; top-level fields of the object.
        fields: BTreeMap<String, Edit>,
    },
    /// It goes; conflict when somebody changed it meanwhile.
    Remove {
        /// The version that was seen.
        version: u32,
    },
}

/// From what to what; null is an absent field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// What whoever changes it saw.
    pub from: Value,
    /// What it shall be.
    pub to: Value,
}

/// Why changes were not made. None of them was.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// Others changed the same meanwhile; show both and ask.
    #[error("{} of the changes are in conflict with what others did meanwhile", .0.len())]
    Conflicts(Vec<Conflict>),
    /// A value does not fit its field.
    #[error("{} {key}: {reason}", kind.word())]
    Invalid {
        /// Of what kind of object.
        kind: Kind,
        /// Which.
        key: Key,
        /// The field, when it is known.
        field: Option<String>,
        /// What is wrong and what to do.
        reason: String,
    },
    /// More at once than the limit.
    #[error("{count} changes at once, over the limit of {CHANGES}")]
    TooMany {
        /// How many.
        count: usize,
    },
}

/// One field, or one object, that two people changed differently.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Conflict {
    /// Of what kind of object.
    pub kind: Kind,
    /// Which.
    pub key: Key,
    /// The field; none: the object as a whole was added or removed meanwhile.
    pub field: Option<String>,
    /// What whoever changes it saw.
    pub base: Value,
    /// What they want.
    pub mine: Value,
    /// What is there now.
    pub theirs: Value,
}

/// An object as it shall be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    /// Its kind.
    pub kind: Kind,
    /// Its key.
    pub key: Key,
    /// The version that must be there; 0: none.
    pub expect: u32,
    /// The new body; none: it goes. The new version is one more than `expect`.
    pub body: Option<Value>,
}

/// A line of the history: who changed what, when. Append-only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryLine {
    /// When.
    pub at: Timestamp,
    /// Who: a person's key, `condition` for a task that closed itself, `import`, `supplier:KEY`.
    pub who: String,
    /// Of what kind of object.
    pub kind: Kind,
    /// Which.
    pub key: Key,
    /// The field; none: the whole object was added or removed.
    pub field: Option<String>,
    /// What was there.
    pub from: Value,
    /// What is there now.
    pub to: Value,
    /// Why, when a reason was given.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// What changes come to: writes and history, to be made durable together.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outcome {
    /// In the order of the changes; one for each object.
    pub writes: Vec<Write>,
    /// In the order of the changes.
    pub history: Vec<HistoryLine>,
    /// Who has to be told, kept until they are.
    pub untold: Vec<crate::closing::Notice>,
    /// Objects that are not written and by which it was decided, each in the version that was seen.
    pub rests_on: Vec<(Kind, Key, u32)>,
}

impl Change {
    /// Adds an object.
    ///
    /// # Panics
    ///
    /// Never: every object is written as a JSON object.
    pub fn add<T: Object>(key: Key, object: &T) -> Self {
        Self { kind: T::KIND, key, what: What::Add { body: json(object) } }
    }

    /// The fields in which `to` differs from `from`; none when in none.
    pub fn edit<T: Object>(key: Key, from: &T, to: &T) -> Option<Self> {
        let fields = differing(&json(from), &json(to));
        (!fields.is_empty()).then_some(Self { kind: T::KIND, key, what: What::Edit { fields } })
    }
}

fn json<T: Object>(object: &T) -> Value {
    serde_json::to_value(object).expect("an object has text keys and finite numbers")
}

/// The fields in which two bodies differ.
pub fn differing(from: &Value, to: &Value) -> BTreeMap<String, Edit> {
    let none = Map::new();
    let (from, to) = (from.as_object().unwrap_or(&none), to.as_object().unwrap_or(&none));
    let mut fields = BTreeMap::new();
    for name in from.keys().chain(to.keys()) {
        let old = from.get(name).cloned().unwrap_or(Value::Null);
        let new = to.get(name).cloned().unwrap_or(Value::Null);
        if old != new {
            fields.insert(name.clone(), Edit { from: old, to: new });
        }
    }
    fields
}

/// What the changes come to. All or nothing. The programme is not altered: see [`Programme::put`].
///
/// A field that already holds what is wanted is no conflict and no change, whoever put it there.
///
/// # Errors
///
/// [`Refused`]: all conflicts at once, or the first value that does not fit.
pub fn outcome(
    programme: &Programme,
    changes: &[Change],
    who: &str,
    reason: &str,
    at: Timestamp,
) -> Result<Outcome, Refused> {
    if changes.len() > CHANGES {
        return Err(Refused::TooMany { count: changes.len() });
    }
    let mut standing: BTreeMap<(Kind, &Key), Write> = BTreeMap::new();
    let mut order: Vec<(Kind, &Key)> = Vec::new();
    let mut conflicts = Vec::new();
    let mut history = Vec::new();
    for change in changes {
        let place = (change.kind, &change.key);
        let held = programme.held(change.kind, &change.key);
        let before = match standing.get(&place) {
            Some(write) => write.body.clone(),
            None => held.map(|held| held.body.clone()),
        };
        let line = |field: Option<String>, from: Value, to: Value| HistoryLine {
            at,
            who: who.to_owned(),
            kind: change.kind,
            key: change.key.clone(),
            field,
            from,
            to,
            reason: reason.to_owned(),
        };
        let conflict = |field: Option<String>, base: Value, mine: Value, theirs: Value| Conflict {
            kind: change.kind,
            key: change.key.clone(),
            field,
            base,
            mine,
            theirs,
        };
        let after = match (&change.what, before) {
            (What::Add { body }, None) => {
                history.push(line(None, Value::Null, body.clone()));
                Some(body.clone())
            }
            (What::Add { body }, Some(there)) => {
                if there != *body {
                    conflicts.push(conflict(None, Value::Null, body.clone(), there));
                }
                continue;
            }
            (What::Edit { fields }, Some(mut there)) => {
                let mut any = false;
                for (name, edit) in fields {
                    let now = there.get(name).cloned().unwrap_or(Value::Null);
                    if now == edit.to {
                        continue;
                    }
                    if now != edit.from {
                        let (base, mine) = (edit.from.clone(), edit.to.clone());
                        conflicts.push(conflict(Some(name.clone()), base, mine, now));
                        continue;
                    }
                    any = true;
                    history.push(line(Some(name.clone()), now, edit.to.clone()));
                    if let Some(body) = there.as_object_mut() {
                        match &edit.to {
                            Value::Null => body.remove(name),
                            to => body.insert(name.clone(), to.clone()),
                        };
                    }
                }
                if !any {
                    continue;
                }
                Some(there)
            }
            (What::Edit { fields }, None) => {
                for (name, edit) in fields {
                    let (base, mine) = (edit.from.clone(), edit.to.clone());
                    conflicts.push(conflict(Some(name.clone()), base, mine, Value::Null));
                }
                continue;
            }
            (What::Remove { version }, Some(there)) => {
                if held.map_or(0, |held| held.version) != *version {
                    conflicts.push(conflict(None, Value::Null, Value::Null, there));
                    continue;
                }
                history.push(line(None, there, Value::Null));
                None
            }
            (What::Remove { .. }, None) => continue,
        };
        let after = after.map(|body| checked(change, body)).transpose()?;
        let expect = held.map_or(0, |held| held.version);
        if !standing.contains_key(&place) {
            order.push(place);
        }
        let (kind, key) = (change.kind, change.key.clone());
        standing.insert(place, Write { kind, key, expect, body: after });
    }
    if !conflicts.is_empty() {
        return Err(Refused::Conflicts(conflicts));
    }
    let writes = order.iter().filter_map(|place| standing.remove(place)).collect();
    Ok(Outcome { writes, history, ..Outcome::default() })
}

fn checked(change: &Change, body: Value) -> Result<Value, Refused> {
    let invalid = |reason: String| Refused::Invalid {
        kind: change.kind,
        key: change.key.clone(),
        field: None,
        reason,
    };
    let body = change.kind.checked(body).map_err(|error| invalid(error.to_string()))?;
    let bytes = body.to_string().len();
    if bytes > OBJECT_BYTES {
        return Err(invalid(format!("it is {bytes} bytes, over the limit of {OBJECT_BYTES}")));
    }
    Ok(body)
}

impl Write {
    /// The object as it is kept afterwards; none when it went.
    pub fn held(&self) -> Option<Held> {
        self.body.clone().map(|body| Held { version: self.expect + 1, body })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects::Risk;

    fn key(text: &str) -> Key {
        text.parse().unwrap()
    }

    fn at() -> Timestamp {
        "2026-03-01T12:00:00Z".parse().unwrap()
    }

    fn with(risk: &Risk) -> Programme {
        let mut programme = Programme::default();
        let add = [Change::add(key("R-1"), risk)];
        let outcome = outcome(&programme, &add, "pm", "", at()).unwrap();
        programme.put(&outcome.writes);
        programme
    }

    #[test]
    fn changes_of_different_fields_both_stand() {
        let seen = Risk { title: "Sen leverandør".into(), probability: 2, ..Risk::default() };
        let mut programme = with(&seen);
        let hers = Risk { probability: 4, ..seen.clone() };
        let his = Risk { action: "Ring".into(), ..seen.clone() };
        for mine in [&hers, &his] {
            let change = Change::edit(key("R-1"), &seen, mine).unwrap();
            let outcome = outcome(&programme, &[change], "x", "", at()).unwrap();
            programme.put(&outcome.writes);
        }
        let now: Risk = programme.get(&key("R-1")).unwrap();
        assert_eq!(now, Risk { probability: 4, action: "Ring".into(), ..seen });
        assert_eq!(programme.held(Kind::Risk, &key("R-1")).unwrap().version, 3);
    }

    #[test]
    fn two_changes_of_one_field_are_a_conflict_that_shows_all_three() {
        let seen = Risk { probability: 2, ..Risk::default() };
        let mut programme = with(&seen);
        let hers = Change::edit(key("R-1"), &seen, &Risk { probability: 4, ..seen.clone() });
        let done = outcome(&programme, &[hers.unwrap()], "x", "", at()).unwrap();
        programme.put(&done.writes);
        let his = Change::edit(key("R-1"), &seen, &Risk { probability: 1, ..seen.clone() });
        let refused = outcome(&programme, &[his.unwrap()], "x", "", at()).unwrap_err();
        let Refused::Conflicts(conflicts) = refused else { panic!("{refused:?}") };
        assert_eq!(
            (&conflicts[0].base, &conflicts[0].mine, &conflicts[0].theirs),
            (&2.into(), &1.into(), &4.into())
        );
    }

    #[test]
    fn a_field_that_does_not_fit_is_refused_by_name_and_nothing_is_changed() {
        let programme = with(&Risk::default());
        let fields =
            BTreeMap::from([("likelihood".to_owned(), Edit { from: Value::Null, to: 3.into() })]);
        let change = Change { kind: Kind::Risk, key: key("R-1"), what: What::Edit { fields } };
        let refused = outcome(&programme, &[change], "x", "", at()).unwrap_err();
        assert!(refused.to_string().contains("likelihood"), "{refused}");
    }
}
