//! Registers: lists of systems, suppliers, letters, risks …, and the form of one object.
//!
//! Forms and tables are made of the fields' descriptions ([`Register`]). A form carries what it showed; what
//! others changed meanwhile in other fields stands, and the same field changed by two is asked about.

mod form;

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use brevdue_programme::change::{Change, Conflict, Edit, What};
use brevdue_programme::fields::{Field, FieldKind, Register};
use brevdue_programme::objects::{Kind, System};
use brevdue_programme::{Key, registers};
use serde_json::Value;

use self::form::{Group, Widget, groups};
use super::desk::{Desk, FormOf, Frame, NotDone, Tab};
use crate::limits::REGISTER_PAGE;
use crate::pages::paging::{Paging, Step};
use crate::visitor::{Answer, Chrome, Refused, Visitor};

/// The key in addresses of an object that is not there yet.
const NEW: &str = "+";

#[derive(Template)]
#[template(path = "programme/register.html")]
struct ListPage {
    chrome: Chrome,
    frame: Frame,
    title: String,
    one: String,
    new: String,
    headings: Vec<&'static str>,
    rows: Vec<Row>,
    total: usize,
    paging: Option<Paging>,
    said: bool,
    ways: Vec<Way>,
}

struct Row {
    key: Key,
    href: String,
    cells: Vec<String>,
    missing: Vec<&'static str>,
    /// How complete a system is, in per cent.
    share: Option<String>,
}

/// `GET /programmes/{id}/registers/{register}`
pub(crate) async fn list(visitor: Visitor, Path((id, register)): Path<(String, String)>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let Some(register) = Register::at(&register) else {
        return desk.refuse(Refused::NotFound).await;
    };
    let reader = desk.reader();
    let page = usize::try_from(desk.visitor.page_number()).unwrap_or(usize::MAX);
    let listed: Vec<&Field> = register.fields.iter().filter(|field| field.listed).collect();
    let total = desk.programme.all_held(register.kind).count();
    let rows = desk
        .programme
        .all_held(register.kind)
        .skip(page.saturating_mul(REGISTER_PAGE))
        .take(REGISTER_PAGE)
        .map(|(key, held)| Row {
            key: key.clone(),
            href: desk.to(&format!("registers/{}/{key}", register.path)),
            cells: listed.iter().map(|field| cell(&desk, field, &held.body)).collect(),
            missing: register
                .fields
                .iter()
                .filter(|field| is_missing(register, field, &held.body))
                .map(|field| field.label(reader))
                .collect(),
            share: completeness(register, &held.body),
        })
        .collect();
    let title = register.name(reader).to_owned();
    let paging = Paging::new(
        desk.visitor.texts,
        desk.visitor.page_number(),
        REGISTER_PAGE as u64,
        total as u64,
        "?page=",
    );
    let (chrome, frame) = desk.frames(&title, Tab::Register(register.path)).await?;
    let page = ListPage {
        chrome,
        frame,
        title,
        one: register.one(reader).to_lowercase(),
        new: desk.to(&format!("registers/{}/{NEW}", register.path)),
        headings: listed.iter().map(|field| field.label(reader)).collect(),
        rows,
        total,
        paging,
        said: desk.visitor.query("said").is_some(),
        ways: ways(&desk, register, None),
    };
    desk.visitor.page(&page)
}

fn cell(desk: &Desk, field: &Field, body: &Value) -> String {
    let value = body.get(field.name).unwrap_or(&Value::Null);
    match (field.kind, value) {
        (FieldKind::Ref(kind), Value::String(key)) => desk.name_of(kind, key),
        (FieldKind::Refs(kind), Value::Array(keys)) => {
            let keys = keys.iter().filter_map(Value::as_str);
            keys.map(|key| desk.name_of(kind, key)).collect::<Vec<_>>().join(", ")
        }
        _ => field.show(value, desk.reader()),
    }
}

/// How complete the entry of a system is, by the rule that its milestone goes by; none for other kinds.
fn complete(register: &Register, body: &Value) -> Option<registers::Completeness> {
    (register.kind == Kind::System)
        .then(|| serde_json::from_value::<System>(body.clone()).ok())
        .flatten()
        .map(|system| registers::completeness(&system))
}

fn completeness(register: &Register, body: &Value) -> Option<String> {
    let complete = complete(register, body)?;
    Some(format!(
        "{} % ({}/{})",
        complete.set * 100 / complete.of.max(1),
        complete.set,
        complete.of
    ))
}

fn is_missing(register: &Register, field: &Field, body: &Value) -> bool {
    match complete(register, body) {
        Some(complete) => complete.missing.contains(&field.name),
        None => field.needed && is_empty(body.get(field.name)),
    }
}

/// Where else one can go from a register, or from one of its entries.
fn ways(desk: &Desk, register: &Register, key: Option<&Key>) -> Vec<Way> {
    let t = desk.visitor.texts;
    let way = |rest: String, words: &'static str| Way { href: desk.to(&rest), words };
    match (register.kind, key) {
        (Kind::System, None) => vec![
            way("import".to_owned(), t.import_systems()),
            way("discovery".to_owned(), t.work_discovery()),
        ],
        (Kind::Supplier, Some(key)) => {
            vec![way(format!("questionnaires/{key}"), t.work_questionnaire())]
        }
        (Kind::LetterType, None) => vec![way("potential".to_owned(), t.work_potential())],
        (Kind::LetterType, Some(key)) => vec![way(format!("potential/{key}"), t.work_designer())],
        (Kind::ContactPoint, None) => vec![way("contacts".to_owned(), t.work_contacts())],
        (Kind::DistributionRule, _) => vec![way("incoming".to_owned(), t.incoming_title())],
        (Kind::Decision, None) => vec![way("milestones".to_owned(), t.work_approval())],
        _ => Vec::new(),
    }
}

/// A link beside a register.
struct Way {
    href: String,
    words: &'static str,
}

fn is_empty(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::Array(list)) => list.is_empty(),
        Some(_) => false,
    }
}

#[derive(Template)]
#[template(path = "programme/object.html")]
struct FormPage {
    chrome: Chrome,
    frame: Frame,
    title: String,
    back: String,
    back_name: &'static str,
    action: String,
    key: Option<Key>,
    version: u32,
    groups: Vec<Group>,
    /// What the form was made from, as JSON: what whoever fills it in has seen.
    base: String,
    conflicts: Vec<Asked>,
    fault: Option<String>,
    ways: Vec<Way>,
}

/// One field that others changed meanwhile.
struct Asked {
    field: String,
    label: String,
    mine: String,
    theirs: String,
}

/// `GET /programmes/{id}/registers/{register}/{key}`; the key `+` is a new one.
pub(crate) async fn form(
    visitor: Visitor,
    Path((id, register, key)): Path<(String, String, String)>,
) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let Some(place) = Place::find(&desk, &register, &key) else {
        return desk.refuse(Refused::NotFound).await;
    };
    let body = place.body(&desk);
    let shown = match &place.key {
        Some(_) => body.clone(),
        None => suggested(&desk, place.register),
    };
    show(desk, &place, &shown, &body, Vec::new(), None).await
}

/// A new entry as the way to it suggests: fields by name in the query, as far as they take what is there.
fn suggested(desk: &Desk, register: &Register) -> Value {
    let fields = register.fields.iter().filter_map(|field| {
        let value = field.read(&desk.visitor.query(field.name)?).ok()?;
        Some((field.name.to_owned(), value))
    });
    Value::Object(fields.collect())
}

/// Where an object stands or will stand.
struct Place {
    register: &'static Register,
    /// None: a new one.
    key: Option<Key>,
}

impl Place {
    fn find(desk: &Desk, register: &str, key: &str) -> Option<Self> {
        let register = Register::at(register)?;
        if key == NEW {
            return Some(Self { register, key: None });
        }
        let key: Key = key.parse().ok()?;
        desk.programme.held(register.kind, &key)?;
        Some(Self { register, key: Some(key) })
    }

    /// What is there now.
    fn body(&self, desk: &Desk) -> Value {
        let held = self.key.as_ref().and_then(|key| desk.programme.held(self.register.kind, key));
        held.map_or_else(|| Value::Object(serde_json::Map::new()), |held| held.body.clone())
    }

    fn version(&self, desk: &Desk) -> u32 {
        let held = self.key.as_ref().and_then(|key| desk.programme.held(self.register.kind, key));
        held.map_or(0, |held| held.version)
    }
}

/// Shows the form with `shown` in it, made from `base`.
async fn show(
    desk: Desk,
    place: &Place,
    shown: &Value,
    base: &Value,
    conflicts: Vec<Conflict>,
    fault: Option<String>,
) -> Answer {
    let status = match (&fault, conflicts.is_empty()) {
        (Some(_), _) => StatusCode::UNPROCESSABLE_ENTITY,
        (None, false) => StatusCode::CONFLICT,
        (None, true) => StatusCode::OK,
    };
    show_with(status, desk, place, shown, base, conflicts, fault).await
}

async fn show_with(
    status: StatusCode,
    desk: Desk,
    place: &Place,
    shown: &Value,
    base: &Value,
    conflicts: Vec<Conflict>,
    fault: Option<String>,
) -> Answer {
    let reader = desk.reader();
    let register = place.register;
    let one = register.one(reader);
    let t = desk.visitor.texts;
    let title = match &place.key {
        Some(key) => match desk.name_of(register.kind, key.as_str()) {
            name if name == key.as_str() => format!("{one} {key}"),
            name => format!("{one} {key}: {name}"),
        },
        None => t.programme_new_of(one.to_lowercase()),
    };
    let asked = conflicts
        .into_iter()
        .filter_map(|conflict| {
            let field = register
                .fields
                .iter()
                .find(|field| Some(field.name) == conflict.field.as_deref())?;
            Some(Asked {
                field: field.name.to_owned(),
                label: field.label(reader).to_owned(),
                mine: field.show(&conflict.mine, reader),
                theirs: field.show(&conflict.theirs, reader),
            })
        })
        .collect();
    let (chrome, frame) = desk.frames(&title, Tab::Register(register.path)).await?;
    let key = place.key.as_ref().map_or(NEW.to_owned(), Key::to_string);
    let page = FormPage {
        chrome,
        frame,
        title,
        back: desk.to(&format!("registers/{}", register.path)),
        back_name: register.name(reader),
        action: desk.to(&format!("registers/{}/{key}", register.path)),
        version: place.version(&desk),
        key: place.key.clone(),
        groups: groups(&desk, register.fields, shown),
        base: base.to_string(),
        conflicts: asked,
        fault,
        ways: ways(&desk, register, place.key.as_ref()),
    };
    desk.visitor.page_with(status, &page)
}

/// `POST /programmes/{id}/registers/{register}/{key}`: saves, adds a part, or removes.
pub(crate) async fn save(
    visitor: Visitor,
    Path((id, register, key)): Path<(String, String, String)>,
    form: FormOf,
) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let sent = desk.sent(form).await?;
    let Some(place) = Place::find(&desk, &register, &key) else {
        return desk.refuse(Refused::NotFound).await;
    };
    let Ok(base) = serde_json::from_str::<Value>(sent.one("base")) else {
        return desk.refuse(Refused::Form).await;
    };
    let t = desk.visitor.texts;
    let mut written = match sent.read(place.register.fields, &base) {
        Ok(written) => written,
        Err(unread) => {
            let fault = t.programme_unread(unread.label(desk.reader()), &unread.rule);
            return show(desk, &place, &unread.body, &base, Vec::new(), Some(fault)).await;
        }
    };
    if let Some(more) = sent.more(place.register.fields) {
        form::add_part(&mut written, more);
        return show(desk, &place, &written, &base, Vec::new(), None).await;
    }
    let change = match (&place.key, sent.has("remove")) {
        (Some(key), true) => {
            let version = sent.one("version").parse().unwrap_or(0);
            Some(Change {
                kind: place.register.kind,
                key: key.clone(),
                what: What::Remove { version },
            })
        }
        (None, _) => Some(Change {
            kind: place.register.kind,
            key: desk.next_key(place.register.kind, place.register.prefix),
            what: What::Add { body: written.clone() },
        }),
        (Some(key), false) => {
            let mut fields = brevdue_programme::change::differing(&base, &written);
            sent.taken().for_each(|field| {
                fields.remove(field);
            });
            (!fields.is_empty()).then(|| Change {
                kind: place.register.kind,
                key: key.clone(),
                what: What::Edit { fields },
            })
        }
    };
    let register = place.register;
    let Some(change) = change else {
        return desk.redirect(&format!("registers/{}", register.path));
    };
    let mut desk = desk;
    match desk.change(std::slice::from_ref(&change), "").await {
        Ok(()) => desk.redirect(&format!("registers/{}?said=saved", register.path)),
        Err(NotDone::Conflicts(conflicts)) => {
            // What others wrote becomes what the form is made from; what was meant stays in it.
            let now = match desk.visitor.web.programmes.open(desk.id).await {
                Ok(Some(programme)) => programme,
                _ => return desk.refuse(Refused::NotFound).await,
            };
            let desk = Desk { programme: now, ..desk };
            let Some(place) = Place::find(&desk, register.path, &key) else {
                return desk.refuse(Refused::NotFound).await;
            };
            let base = place.body(&desk);
            let shown = merged(&base, &change.what);
            show(desk, &place, &shown, &base, conflicts, None).await
        }
        Err(NotDone::Said(status, said)) => {
            show_with(status, desk, &place, &written, &base, Vec::new(), Some(said)).await
        }
        Err(NotDone::Refused(refusal)) => Err(refusal),
    }
}

/// What is there now, with what was meant in it.
fn merged(now: &Value, what: &What) -> Value {
    let mut merged = now.clone();
    let none = BTreeMap::new();
    let fields: &BTreeMap<String, Edit> = match what {
        What::Edit { fields } => fields,
        _ => &none,
    };
    if let Some(body) = merged.as_object_mut() {
        for (name, edit) in fields {
            body.insert(name.clone(), edit.to.clone());
        }
    }
    merged
}
