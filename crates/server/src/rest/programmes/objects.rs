//! Objects of every kind: one set of operations, described for each kind by the members it has.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, delete, get, patch, post, put};
use brevdue_programme::change::{Change, What, differing};
use brevdue_programme::objects::{Kind, Milestone};
use brevdue_programme::programme::settings_key;
use brevdue_programme::shapes::{Access, Whole, fitted, members};
use brevdue_programme::{Key, Programme};
use serde_json::{Map, Value, json};
use utoipa::openapi::PathItem;
use utoipa::openapi::path::{ParameterIn, Paths};
use utoipa::{IntoParams as _, IntoResponses as _};

use super::kinds::{self, Exposed, Verb};
use super::refused::unfit;
use super::schemas::{self, KEY_PATTERN, schema};
use super::{Searching, Showing, Working, page_of, questionnaires, search_for, tasks};
use crate::rest::Door;
use crate::rest::described::Described;
use crate::rest::description::Refused;
use crate::rest::errors::Failure;
use crate::rest::json::Body;
use crate::rest::parameters::Parameters;
use crate::rest::versions::{IfMatch, Versioned, changed};

/// What is read or written of one object.
type Members = Map<String, Value>;

pub(super) fn describe(door: Described) -> Described {
    kinds::all().iter().fold(door, |door, exposed| {
        let door = match exposed.is_single() {
            true => door,
            false => door.with((Vec::new(), path(exposed, Place::All), of_all(exposed))),
        };
        door.with((shapes(exposed), path(exposed, Place::One), of_one(exposed)))
    })
}

/// An object as it stands: its version and all of it.
pub(super) struct Standing {
    pub(super) version: u32,
    pub(super) body: Value,
}

/// An object as it stands; a task or milestone that nobody has touched stands in version 0.
pub(super) async fn standing(
    working: &Working,
    programme: &Programme,
    kind: Kind,
    key: &Key,
) -> Result<Standing, Failure> {
    if let Some(held) = programme.held(kind, key) {
        return Ok(Standing { version: held.version, body: held.body.clone() });
    }
    let untouched = match kind {
        Kind::TaskState => {
            let judged = working.judged().await?;
            let instance = judged.plan.instance(key);
            instance
                .map(|one| serde_json::to_value(one.fresh_state(&judged.plan.task_of(one).task.id)))
        }
        Kind::Milestone => {
            let judged = working.judged().await?;
            judged.plan.milestone(key.as_str()).map(|_| serde_json::to_value(Milestone::default()))
        }
        _ => None,
    };
    match untouched {
        Some(Ok(body)) => Ok(Standing { version: 0, body }),
        Some(Err(error)) => Err(super::refused::fault(&error)),
        None => Err(Failure::new(
            StatusCode::NOT_FOUND,
            "object.not.found",
            format!("there is no {} of that key in the programme", kind.word()),
        )),
    }
}

/// An object as it is told: without what is secret, with its key and version.
pub(super) fn told(kind: Kind, key: &Key, version: u32, body: &Value) -> Value {
    let mut told = body.clone();
    if let Value::Object(object) = &mut told {
        for member in members(kind).iter().filter(|member| member.access == Access::Secret) {
            object.remove(member.name);
        }
        object.insert("key".into(), json!(key));
        object.insert("version".into(), json!(version));
    }
    told
}

/// One object as it stands now, as an answer.
async fn answer(
    working: &Working,
    programme: &Programme,
    status: StatusCode,
    kind: Kind,
    key: &Key,
) -> Result<Response, Failure> {
    let standing = standing(working, programme, kind, key).await?;
    let mut body = told(kind, key, standing.version, &standing.body);
    if kind == Kind::TaskState {
        let judged = working.judged().await?;
        if let Some(planned) = tasks::planned(&judged, key) {
            body["plan"] = planned;
        }
    }
    Ok(Versioned(status, i64::from(standing.version), body).into_response())
}

async fn list(
    exposed: &'static Exposed,
    working: Working,
    parameters: Parameters,
) -> Result<Json<Value>, Failure> {
    let kind = exposed.kind;
    let names = members(kind).iter().filter(|member| member.access != Access::Secret);
    let mut names: Vec<&str> = names.map(|member| member.name).collect();
    names.extend(["key", "version", "plan", "fields"]);
    let search = search_for(&parameters, &names)?;
    if kind == Kind::TaskState {
        return tasks::list(&working, &search).await;
    }
    let all: Vec<_> = working.programme.all_held(kind).collect();
    page_of(&search, &all, |(key, held)| told(kind, key, held.version, &held.body))
}

async fn read(exposed: &'static Exposed, working: Working) -> Result<Response, Failure> {
    let key = key_of(exposed, &working)?;
    answer(&working, &working.programme, StatusCode::OK, exposed.kind, &key).await
}

fn key_of(exposed: &Exposed, working: &Working) -> Result<Key, Failure> {
    if exposed.is_single() { Ok(settings_key()) } else { working.key() }
}

async fn add(
    exposed: &'static Exposed,
    working: Working,
    door: Door,
    body: Members,
) -> Result<Response, Failure> {
    let kind = exposed.kind;
    let key = match body.get("key") {
        None | Some(Value::Null) => next_key(exposed, &working.programme)?,
        Some(key) => {
            let key: Option<Key> = key.as_str().and_then(|key| key.parse().ok());
            key.ok_or_else(|| {
                let rule = brevdue_programme::NotAKey.to_string();
                Failure::bad_request("key.invalid", rule).at(kind.word(), "key")
            })?
        }
    };
    if working.programme.held(kind, &key).is_some() {
        let message = "there is one of that key already; change that, or leave the key out";
        return Err(Failure::new(StatusCode::CONFLICT, "exists", message).at(kind.word(), "key"));
    }
    let mut object = fitting(&working, kind, &body, Whole::Yes)?;
    let link = match kind {
        Kind::Comment => {
            object.insert("by".into(), json!(working.me));
            object.insert("at".into(), json!(working.now));
            None
        }
        Kind::Questionnaire => {
            let link = questionnaires::link(&door, working.id);
            object.insert("token_sha256".into(), json!(link.sha256));
            Some(link.token)
        }
        _ => None,
    };
    let object = checked(kind, object)?;
    let change = Change { kind, key: key.clone(), what: What::Add { body: object } };
    let programme = working.change(&[change], "").await?;
    let Some(token) = link else {
        return answer(&working, &programme, StatusCode::CREATED, kind, &key).await;
    };
    let standing = standing(&working, &programme, kind, &key).await?;
    let mut body = told(kind, &key, standing.version, &standing.body);
    body["path"] = json!(format!("/answer/{token}"));
    Ok(Versioned(StatusCode::CREATED, i64::from(standing.version), body).into_response())
}

/// The first free key after the highest: `S-004`.
fn next_key(exposed: &Exposed, programme: &Programme) -> Result<Key, Failure> {
    let Some(prefix) = exposed.prefix else {
        let message =
            "the key names what of the catalogue is changed or added, for example OP3-T01";
        return Err(Failure::bad_request("key.missing", message).at(exposed.kind.word(), "key"));
    };
    let number =
        |key: &Key| key.as_str().strip_prefix(prefix)?.strip_prefix('-')?.parse::<u32>().ok();
    let keys = programme.all_held(exposed.kind).filter_map(|(key, _)| number(key));
    let next = u64::from(keys.max().unwrap_or(0)) + 1;
    Ok(format!("{prefix}-{next:03}").parse().expect("letters, a dash and digits are a key"))
}

/// What of a body fits.
fn fitting(
    working: &Working,
    kind: Kind,
    body: &Members,
    whole: Whole,
) -> Result<Members, Failure> {
    let effective = brevdue_programme::catalogue::Catalogue::shipped().with(&working.programme);
    fitted(kind, body, whole, effective.catalogue()).map_err(|faults| unfit(kind.word(), &faults))
}

/// An object as it will be kept.
pub(super) fn checked(kind: Kind, object: Members) -> Result<Value, Failure> {
    // Each member fits; what is left is what no single one shows. The type's words may repeat values.
    kind.checked(Value::Object(object)).map_err(|_| {
        Failure::bad_request("fields.invalid", "the object is not of the form of its kind")
            .at(kind.word(), "")
    })
}

async fn write(
    exposed: &'static Exposed,
    working: Working,
    version: i64,
    body: Members,
    whole: Whole,
) -> Result<Response, Failure> {
    let kind = exposed.kind;
    let key = key_of(exposed, &working)?;
    let before = standing(&working, &working.programme, kind, &key).await?;
    if i64::from(before.version) != version {
        return Err(changed(Some(i64::from(before.version))));
    }
    let written = fitting(&working, kind, &body, whole)?;
    let after = checked(kind, merged(kind, &before.body, written, whole))?;
    let what = match before.version {
        0 => What::Add { body: after },
        _ => What::Edit { fields: differing(&before.body, &after) },
    };
    let change = Change { kind, key: key.clone(), what };
    let programme = working.change(&[change], "").await?;
    answer(&working, &programme, StatusCode::OK, kind, &key).await
}

/// What stood and what is written, together: what nobody writes stays as it was.
fn merged(kind: Kind, before: &Value, written: Members, whole: Whole) -> Members {
    let mut after = before.as_object().cloned().unwrap_or_default();
    if whole == Whole::Yes {
        for member in members(kind).iter().filter(|member| member.access == Access::Written) {
            after.remove(member.name);
        }
    }
    for (name, value) in written {
        match value {
            Value::Null => after.remove(&name),
            value => after.insert(name, value),
        };
    }
    after
}

async fn remove(
    exposed: &'static Exposed,
    working: Working,
    version: i64,
) -> Result<StatusCode, Failure> {
    let (kind, key) = (exposed.kind, working.key()?);
    let before = standing(&working, &working.programme, kind, &key).await?;
    if i64::from(before.version) != version {
        return Err(changed(Some(i64::from(before.version))));
    }
    let change = Change { kind, key, what: What::Remove { version: before.version } };
    working.change(&[change], "").await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where operations stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    All,
    One,
}

fn of_all(exposed: &'static Exposed) -> MethodRouter<Door> {
    let mut methods = MethodRouter::new();
    if exposed.can(Verb::List) {
        methods = methods.merge(get(move |working: Working, parameters: Parameters| {
            list(exposed, working, parameters)
        }));
    }
    if exposed.can(Verb::Add) {
        methods = methods.merge(post(
            move |State(door): State<Door>, working: Working, Body(body): Body<Members>| {
                add(exposed, working, door, body)
            },
        ));
    }
    methods
}

fn of_one(exposed: &'static Exposed) -> MethodRouter<Door> {
    let mut methods = MethodRouter::new();
    if exposed.can(Verb::Read) {
        methods = methods.merge(get(move |working: Working| read(exposed, working)));
    }
    if exposed.can(Verb::Replace) {
        methods = methods.merge(put(
            move |working: Working, IfMatch(version): IfMatch, Body(body): Body<Members>| {
                write(exposed, working, version, body, Whole::Yes)
            },
        ));
    }
    if exposed.can(Verb::Change) {
        methods = methods.merge(patch(
            move |working: Working, IfMatch(version): IfMatch, Body(body): Body<Members>| {
                write(exposed, working, version, body, Whole::No)
            },
        ));
    }
    if exposed.can(Verb::Remove) {
        methods = methods.merge(delete(move |working: Working, IfMatch(version): IfMatch| {
            remove(exposed, working, version)
        }));
    }
    methods
}

fn shapes(exposed: &Exposed) -> Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)> {
    let (kind, name, many) = (exposed.kind, exposed.name(), exposed.many);
    let with_key = exposed.can(Verb::Add);
    let mut one = schemas::told(kind, &format!("One of: {many}"));
    if kind == Kind::Questionnaire {
        let described = "Where the supplier answers; told once, when the link is made";
        one["properties"]["path"] = json!({ "type": "string", "description": described });
    }
    let all = json!({
        "type": "object",
        "description": format!("A page of: {many}"),
        "required": ["currentPage", "totalPages", "elementsOnPage", "totalElements", "items"],
        "properties": {
            "currentPage": { "type": "integer", "minimum": 0 },
            "totalPages": { "type": "integer", "minimum": 0 },
            "elementsOnPage": { "type": "integer", "minimum": 0 },
            "totalElements": { "type": "integer", "minimum": 0 },
            "next": { "type": ["string", "null"] },
            "items": {
                "type": "array",
                "items": { "$ref": format!("#/components/schemas/{name}") },
            },
        },
    });
    let mut all_shapes = vec![(name.clone(), schema(one))];
    if exposed.can(Verb::List) {
        all_shapes.push((format!("{name}SearchResult"), schema(all)));
    }
    if exposed.can(Verb::Add) || exposed.can(Verb::Replace) {
        let says = "All of it: what is not there is empty. Unknown members are left alone";
        let written = schemas::written(kind, Whole::Yes, with_key, says);
        all_shapes.push((format!("{name}Command"), schema(written)));
    }
    if exposed.can(Verb::Change) {
        let says = "The members that change; null makes one empty. Unknown ones are left alone";
        let written = schemas::written(kind, Whole::No, false, says);
        all_shapes.push((format!("{name}Patch"), schema(written)));
    }
    all_shapes
}

/// The description of what stands at one place.
fn path(exposed: &Exposed, place: Place) -> Paths {
    let base = format!("/programmes/{{programme}}/{}", exposed.path);
    let path = match (place, exposed.is_single()) {
        (Place::All, _) => format!("{base}/"),
        (Place::One, true) => base,
        (Place::One, false) => format!("{base}/{{key}}"),
    };
    let verbs: &[(Verb, &str)] = match place {
        Place::All => &[(Verb::List, "get"), (Verb::Add, "post")],
        Place::One => &[
            (Verb::Read, "get"),
            (Verb::Replace, "put"),
            (Verb::Change, "patch"),
            (Verb::Remove, "delete"),
        ],
    };
    let mut item = Map::new();
    for (verb, method) in verbs.iter().filter(|(verb, _)| exposed.can(*verb)) {
        item.insert((*method).to_owned(), operation(exposed, *verb));
    }
    let item: PathItem = serde_json::from_value(Value::Object(item))
        .expect("these are operations; a test makes the description");
    Paths::builder().path(path, item).build()
}

fn operation(exposed: &Exposed, verb: Verb) -> Value {
    let (name, many) = (exposed.name(), exposed.many);
    let shape = |suffix: &str| {
        json!({ "application/json": {
            "schema": { "$ref": format!("#/components/schemas/{name}{suffix}") }
        } })
    };
    let (id, says, status, answered, taken) = match verb {
        Verb::List => ("list", "a page of them", "200", Some(shape("SearchResult")), None),
        Verb::Add => ("create", "a new one", "201", Some(shape("")), Some(shape("Command"))),
        Verb::Read => ("get", "one", "200", Some(shape("")), None),
        Verb::Replace => {
            ("update", "all of one is replaced", "200", Some(shape("")), Some(shape("Command")))
        }
        Verb::Change => {
            ("change", "some members of one", "200", Some(shape("")), Some(shape("Patch")))
        }
        Verb::Remove => ("delete", "one is taken away", "204", None, None),
    };
    let mut parameters = vec![json!({
        "name": "programme", "in": "path", "required": true,
        "description": "Of the programme", "schema": { "type": "string", "format": "uuid" },
    })];
    if !exposed.is_single() && !matches!(verb, Verb::List | Verb::Add) {
        parameters.push(json!({
            "name": "key", "in": "path", "required": true,
            "description": "Of the object", "schema": { "type": "string", "pattern": KEY_PATTERN },
        }));
    }
    if matches!(verb, Verb::Replace | Verb::Change | Verb::Remove) {
        parameters.push(json!({
            "name": "If-Match", "in": "header", "required": true,
            "description": "The version it rests on",
            "schema": { "type": "string", "pattern": "^[0-9]{1,9}$" },
        }));
    }
    if verb == Verb::List {
        let mut searching = Searching::into_params(|| Some(ParameterIn::Query));
        searching.extend(Showing::into_params(|| Some(ParameterIn::Query)));
        parameters.extend(searching.iter().filter_map(|one| serde_json::to_value(one).ok()));
    }
    let mut responses = serde_json::to_value(Refused::responses())
        .expect("responses are written as JSON; a test makes the description");
    let mut told = json!({ "description": format!("{many}: {says}") });
    if let Some(content) = answered {
        told["content"] = content;
    }
    responses[status] = told;
    let mut operation = json!({
        "tags": ["Programmes: objects"],
        "summary": format!("{many}: {says}"),
        "operationId": format!("{id}{name}"),
        "parameters": parameters,
        "responses": responses,
    });
    if let Some(content) = taken {
        operation["requestBody"] = json!({ "required": true, "content": content });
    }
    operation
}
