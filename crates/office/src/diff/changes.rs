//! From lines that were chosen to changes of objects.

use std::collections::{BTreeMap, BTreeSet};

use brevdue_programme::change::{Change, What, differing};
use brevdue_programme::objects::Kind;
use brevdue_programme::{Key, Programme};
use serde_json::Value;

use super::{Diff, Differs, Line};
use crate::workbook::untouched;

impl Diff {
    /// The changes that the chosen lines come to, one for each object, against the programme as it stands.
    ///
    /// A line whose object or list item is there no longer comes to nothing.
    pub fn changes(&self, programme: &Programme, chosen: &BTreeSet<usize>) -> Vec<Change> {
        let mut by_object: BTreeMap<(Kind, &Key), Vec<&Line>> = BTreeMap::new();
        let mut order = Vec::new();
        for (_, line) in self.lines.iter().enumerate().filter(|(index, _)| chosen.contains(index)) {
            let lines = by_object.entry((line.kind, &line.key)).or_default();
            if lines.is_empty() {
                order.push((line.kind, &line.key));
            }
            lines.push(line);
        }
        order
            .iter()
            .filter_map(|(kind, key)| change(programme, *kind, key, &by_object[&(*kind, *key)]))
            .collect()
    }
}

fn change(programme: &Programme, kind: Kind, key: &Key, lines: &[&Line]) -> Option<Change> {
    let held = programme.held(kind, key);
    let made = |what: What| Some(Change { kind, key: key.clone(), what });
    if lines.iter().any(|line| matches!(line.what, Differs::Gone { .. })) {
        return made(What::Remove { version: held?.version });
    }
    let new = lines.iter().find_map(|line| match &line.what {
        Differs::New { body } => Some(body.clone()),
        _ => None,
    });
    let before = match (held, &new) {
        (Some(held), _) => Some(held.body.clone()),
        (None, None) if matches!(kind, Kind::TaskState | Kind::Milestone) => {
            untouched(kind, key, None)
        }
        (None, _) => None,
    };
    let mut after = match (&before, new) {
        // Somebody else took the key meanwhile, and the file's row was chosen over theirs.
        (_, Some(new)) => new,
        (Some(before), None) => before.clone(),
        (None, None) => return None,
    };
    let mut gone: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for line in lines {
        match &line.what {
            Differs::Cell { path, mine, .. } => set(&mut after, path, mine.clone()),
            Differs::Item { field, body } => {
                if let Some(list) = after.get_mut(field).and_then(Value::as_array_mut) {
                    list.push(body.clone());
                }
            }
            Differs::ItemGone { field, index, .. } => {
                gone.entry(field).or_default().insert(*index);
            }
            Differs::New { .. } | Differs::Gone { .. } => {}
        }
    }
    for (field, places) in gone {
        if let Some(list) = after.get_mut(field).and_then(Value::as_array_mut) {
            for index in
                places.into_iter().rev().filter(|index| *index < list.len()).collect::<Vec<_>>()
            {
                list.remove(index);
            }
        }
    }
    // As it will be kept, so that an unchanged number written otherwise is no change.
    let after = kind.checked(after.clone()).unwrap_or(after);
    match held {
        None => made(What::Add { body: after }),
        Some(held) => {
            let fields = differing(&held.body, &after);
            if fields.is_empty() { None } else { made(What::Edit { fields }) }
        }
    }
}

/// Sets a value by its path; what is missing on the way becomes an object. A place in a list that is not
/// there is left.
pub(crate) fn set(body: &mut Value, path: &str, value: Value) {
    let mut at = body;
    for step in path.split('/') {
        at = match at {
            Value::Array(list) => {
                match step.parse().ok().and_then(|index: usize| list.get_mut(index)) {
                    Some(item) => item,
                    None => return,
                }
            }
            other => {
                if !other.is_object() {
                    *other = Value::Object(serde_json::Map::new());
                }
                match other.as_object_mut() {
                    Some(object) => object.entry(step).or_insert(Value::Null),
                    None => return,
                }
            }
        };
    }
    *at = value;
}

/// The next free key: `S-001`, `S-002`.
pub(crate) fn next_key(prefix: &str, taken: &BTreeSet<Key>) -> Option<Key> {
    let number =
        |key: &Key| key.as_str().strip_prefix(prefix)?.strip_prefix('-')?.parse::<u64>().ok();
    let highest =
        taken.iter().filter_map(number).filter(|number| *number < 1_000_000_000).max().unwrap_or(0);
    format!("{prefix}-{:03}", highest + 1).parse().ok()
}
