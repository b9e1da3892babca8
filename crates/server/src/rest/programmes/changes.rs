//! `POST …/changes`: changes of many objects at once, all or none, merged field by field.
//!
//! Where the operations on single objects rest on a version, a change here rests on each field's value: two
//! changes of different fields both stand, and two of the same are a conflict.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::StatusCode;
use brevdue_programme::Key;
use brevdue_programme::change::{Change, Edit, What};
use brevdue_programme::objects::Kind;
use brevdue_programme::programmes::Judged;
use brevdue_programme::shapes::{Access, Whole, fitted, members};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::Working;
use super::kinds::{self, Verb};
use super::objects::checked;
use super::refused::unfit;
use crate::rest::described::Described;
use crate::rest::description::Refused;
use crate::rest::errors::Failure;
use crate::rest::json::Body;

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(change))
}

/// Changes to be made together.
#[derive(Deserialize, ToSchema)]
#[schema(as = ProgrammeChangesCommand)]
struct Command {
    /// Why, for the history.
    #[serde(default)]
    #[schema(max_length = 500)]
    reason: String,
    /// The changes.
    changes: Vec<One>,
}

/// What becomes of one object: one of `add`, `edit` and `remove`.
#[derive(Deserialize, ToSchema)]
#[schema(as = ProgrammeChange)]
struct One {
    /// The kind of object: `system`, `task`, `letter-type`, …
    kind: String,
    /// Its key.
    #[schema(value_type = String, pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    key: Key,
    /// It is new: all of it.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    add: Option<Map<String, Value>>,
    /// Fields change, each from what was seen to what it shall be.
    #[serde(default)]
    edit: Option<BTreeMap<String, Seen>>,
    /// It goes: the version that was seen.
    #[serde(default)]
    remove: Option<u32>,
}

/// From what to what; null is an absent field.
#[derive(Deserialize, ToSchema)]
#[schema(as = ProgrammeEdit)]
struct Seen {
    /// What was seen.
    #[serde(default)]
    from: Value,
    /// What it shall be.
    #[serde(default)]
    to: Value,
}

/// What stands after the changes.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeChanged)]
struct Changed {
    /// The objects that were named, as they stand.
    objects: Vec<Standing>,
}

/// An object that was named.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeObjectVersion)]
struct Standing {
    /// Its kind.
    kind: String,
    /// Its key.
    key: String,
    /// Its version; none: it is gone.
    version: Option<u32>,
}

/// `POST /programmes/{programme}/changes`: all of them, or none.
#[utoipa::path(
    post,
    path = "/programmes/{programme}/changes",
    operation_id = "changeProgramme",
    tag = "Programmes: objects",
    params(("programme" = Uuid, Path, description = "Of the programme")),
    request_body = Command,
    responses((status = 200, body = Changed, description = "They were made"), Refused)
)]
async fn change(working: Working, Body(command): Body<Command>) -> Result<Json<Changed>, Failure> {
    let reason = super::reason(&command.reason)?;
    let judged = working.judged().await?;
    let changes: Vec<Change> = command
        .changes
        .into_iter()
        .enumerate()
        .map(|(index, one)| read(index, one, &judged))
        .collect::<Result<_, _>>()?;
    let programme = working.change(&changes, &reason).await?;
    let objects = changes.iter().map(|change| Standing {
        kind: change.kind.word().to_owned(),
        key: change.key.to_string(),
        version: programme.held(change.kind, &change.key).map(|held| held.version),
    });
    Ok(Json(Changed { objects: objects.collect() }))
}

fn read(index: usize, one: One, judged: &Judged) -> Result<Change, Failure> {
    let at = |field: &str| format!("changes[{index}].{field}");
    let catalogue = judged.effective.catalogue();
    let refuse = |field: &str, message: &str| {
        Failure::bad_request("field.invalid", message).at("Changes", &at(field))
    };
    let kind = Kind::from_word(&one.kind).ok_or_else(|| {
        let words: Vec<&str> = Kind::ALL.iter().map(|kind| kind.word()).collect();
        refuse("kind", &format!("kind is one of {}", words.join(", ")))
    })?;
    let may = |verb: Verb| kinds::of(kind).is_some_and(|exposed| exposed.can(verb));
    let what = match (one.add, one.edit, one.remove) {
        (Some(body), None, None) => {
            // A link and its token are made by the operation that tells the token.
            if !may(Verb::Add) || matches!(kind, Kind::Questionnaire | Kind::Comment) {
                return Err(refuse("add", "an object of this kind is not added here"));
            }
            let fitting = fitted(kind, &body, Whole::Yes, catalogue);
            let fitting = fitting.map_err(|faults| unfit(&at("add"), &faults))?;
            What::Add { body: checked(kind, fitting)? }
        }
        (None, Some(fields), None) => {
            if !may(Verb::Change) {
                return Err(refuse("edit", "an object of this kind is not changed"));
            }
            let written = |name: &str| {
                let mut written = members(kind).iter().filter(|one| one.access == Access::Written);
                written.any(|one| one.name == name)
            };
            if let Some(name) = fields.keys().find(|name| !written(name)) {
                let message = "there is no such field, or it is not written by anybody";
                return Err(refuse(&format!("edit.{name}"), message));
            }
            let to: Map<String, Value> =
                fields.iter().map(|(name, seen)| (name.clone(), seen.to.clone())).collect();
            let to = fitted(kind, &to, Whole::No, catalogue)
                .map_err(|faults| unfit(&at("edit"), &faults))?;
            let edit = |(name, seen): (String, Seen)| {
                let to = to.get(&name).cloned().unwrap_or_default();
                (name, Edit { from: seen.from, to })
            };
            let fields: BTreeMap<String, Edit> = fields.into_iter().map(edit).collect();
            match kind {
                Kind::TaskState => begun(judged, &one.key, fields)?,
                _ => What::Edit { fields },
            }
        }
        (None, None, Some(version)) => {
            if !may(Verb::Remove) {
                return Err(refuse("remove", "an object of this kind is not removed"));
            }
            What::Remove { version }
        }
        _ => return Err(refuse("add", "a change is one of add, edit and remove")),
    };
    Ok(Change { kind, key: one.key, what })
}

/// A task that nobody has touched has no state to change: its first change makes one.
fn begun(judged: &Judged, key: &Key, fields: BTreeMap<String, Edit>) -> Result<What, Failure> {
    let held = judged.programme.held(Kind::TaskState, key);
    let instance = judged.plan.instance(key).filter(|_| held.is_none());
    let fresh = instance.map(|one| one.fresh_state(&judged.plan.task_of(one).task.id));
    let Some(Ok(Value::Object(mut state))) = fresh.map(serde_json::to_value) else {
        return Ok(What::Edit { fields });
    };
    for (name, Edit { from, to }) in fields {
        if state.get(&name).unwrap_or(&Value::Null) != &from {
            let message = "nobody has touched the task, and that is not what stands there";
            return Err(Failure::new(StatusCode::CONFLICT, "fields.conflict", message)
                .at(&format!("{}/{key}", Kind::TaskState.word()), &name));
        }
        match to {
            Value::Null => state.remove(&name),
            to => state.insert(name, to),
        };
    }
    Ok(What::Add { body: checked(Kind::TaskState, state)? })
}
