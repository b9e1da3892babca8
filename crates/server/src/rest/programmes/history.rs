//! `…/history/`: who changed what, when, from what to what, and why.

use axum::Json;
use brevdue_programme::Key;
use brevdue_programme::change::HistoryLine;
use brevdue_programme::objects::Kind;
use brevdue_programme::shapes::{Access, members};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::Working;
use crate::rest::described::Described;
use crate::rest::description::Refused;
use crate::rest::errors::Failure;
use crate::rest::parameters::Parameters;

/// Lines in an answer when the caller does not say.
const LINES: usize = 100;

/// Lines in an answer at most.
const LINES_LIMIT: usize = 1_000;

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(list))
}

/// A page of the history, newest first.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeHistory)]
struct Told {
    /// The lines.
    items: Vec<Line>,
    /// `before` of the next page; none: this is the last.
    next: Option<i64>,
}

/// One change of one field, or of one object as a whole.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeHistoryLine)]
struct Line {
    /// Its number; later ones are higher.
    number: i64,
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// Who: the key of a person, `supplier:KEY`, or `condition`.
    who: String,
    /// The kind of object.
    kind: String,
    /// Its key.
    key: String,
    /// Which field; none: the object was added or removed.
    field: Option<String>,
    /// What it was; null: nothing.
    from: Value,
    /// What it is; null: nothing.
    to: Value,
    /// Why.
    reason: String,
}

/// `GET /programmes/{programme}/history/`: newest first; of one object with `kind` and `key`.
#[utoipa::path(
    get,
    path = "/programmes/{programme}/history/",
    operation_id = "listProgrammeHistory",
    tag = "Programmes",
    params(
        ("programme" = Uuid, Path, description = "Of the programme"),
        ("kind" = Option<String>, Query, description = "Of objects of this kind: system, task, letter-type, …; together with key"),
        ("key" = Option<String>, Query, description = "Of the object of this key"),
        ("before" = Option<i64>, Query, description = "Lines with lower numbers alone: next of the answer before", minimum = 1),
        ("size" = Option<u64>, Query, description = "Lines; at most 1,000 are given", minimum = 1, maximum = 4_294_967_295_u32),
    ),
    responses((status = 200, body = Told, description = "Lines, newest first"), Refused)
)]
async fn list(working: Working, parameters: Parameters) -> Result<Json<Told>, Failure> {
    let invalid = |name: &str, message: &str| {
        Failure::bad_request("parameter.invalid", message).at("query", name)
    };
    let kind = match parameters.one("kind")? {
        Some(word) => Some(Kind::from_word(word).ok_or_else(|| {
            let words: Vec<&str> = Kind::ALL.iter().map(|kind| kind.word()).collect();
            invalid("kind", &format!("kind is one of {}", words.join(", ")))
        })?),
        None => None,
    };
    let key: Option<Key> = match parameters.one("key")? {
        Some(text) => {
            let rule = brevdue_programme::NotAKey.to_string();
            Some(text.parse().map_err(|_| invalid("key", &rule))?)
        }
        None => None,
    };
    let about = match (kind, &key) {
        (Some(kind), Some(key)) => Some((kind, key)),
        (None, None) => None,
        _ => return Err(invalid("key", "kind and key stand together, or neither does")),
    };
    let number = |name: &str| -> Result<Option<i64>, Failure> {
        let Some(text) = parameters.one(name)? else { return Ok(None) };
        let number = text.parse().ok().filter(|number| *number >= 1);
        number.map(Some).ok_or_else(|| invalid(name, &format!("{name} is a whole number from 1")))
    };
    let before = number("before")?;
    let size = number("size")?.and_then(|size| usize::try_from(size).ok());
    let size = size.unwrap_or(LINES).min(LINES_LIMIT);
    let lines = working.programmes.history(working.id, about, before, size).await?;
    let next = lines.last().filter(|_| lines.len() == size).map(|(number, _)| *number);
    let items = lines.into_iter().map(|(number, line)| told(number, line));
    Ok(Json(Told { items: items.collect(), next }))
}

fn told(number: i64, line: HistoryLine) -> Line {
    let secret = line.field.as_deref().is_some_and(|field| is_secret(line.kind, field));
    let shown = |value: Value| if secret { Value::Null } else { without_secrets(line.kind, value) };
    Line {
        number,
        at: line.at.to_string(),
        who: line.who,
        kind: line.kind.word().to_owned(),
        key: line.key.to_string(),
        from: shown(line.from),
        to: shown(line.to),
        field: line.field,
        reason: line.reason,
    }
}

fn is_secret(kind: Kind, name: &str) -> bool {
    members(kind).iter().any(|one| one.access == Access::Secret && one.name == name)
}

/// A whole object, as it may be told.
fn without_secrets(kind: Kind, mut value: Value) -> Value {
    if let Value::Object(object) = &mut value {
        object.retain(|name, _| !is_secret(kind, name));
    }
    value
}
