//! Registers: lists of systems, suppliers, letters, risks …, and the form of one object.
//!
//! Forms and tables are made of the fields' descriptions ([`Register`]). A form carries what it showed; what
//! others changed meanwhile in other fields stands, and the same field changed by two is asked about.

mod form;

use std::collections::BTreeMap;

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use brevdue_programme::Key;
use brevdue_programme::change::{Change, Conflict, Edit, Refused as Unchanged, What};
use brevdue_programme::fields::{Field, FieldKind, Register};
use brevdue_programme::permissions::Actor;
use brevdue_programme::programmes::{By, ChangeError};
use serde_json::Value;

use self::form::{Group, Sent, Widget, groups};
use super::desk::{Desk, Frame, Tab};
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
}

struct Row {
    key: Key,
    href: String,
    cells: Vec<String>,
    missing: Vec<&'static str>,
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
                .filter(|field| field.needed && is_empty(held.body.get(field.name)))
                .map(|field| field.label(reader))
                .collect(),
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
    show(desk, &place, &body, &body, Vec::new(), None).await
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
    let reader = desk.reader();
    let register = place.register;
    let one = register.one(reader);
    let t = desk.visitor.texts;
    let title = match &place.key {
        Some(key) => format!("{one} {key}"),
        None => t.programme_new_of(one.to_lowercase()),
    };
    let status = match (&fault, conflicts.is_empty()) {
        (Some(_), _) => StatusCode::UNPROCESSABLE_ENTITY,
        (None, false) => StatusCode::CONFLICT,
        (None, true) => StatusCode::OK,
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
    };
    desk.visitor.page_with(status, &page)
}

/// `POST /programmes/{id}/registers/{register}/{key}`: saves, adds a part, or removes.
pub(crate) async fn save(
    visitor: Visitor,
    Path((id, register, key)): Path<(String, String, String)>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let sent = form.ok().and_then(|Form(pairs)| Sent::new(pairs));
    let Some(sent) = sent.filter(|sent| desk.visitor.is_own_form(sent.one("token"))) else {
        return desk.refuse(Refused::Form).await;
    };
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
            key: next_key(&desk, place.register),
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
    let by = By { actor: Actor::Person(desk.me.clone()), reason: "", at: desk.visitor.now() };
    let changed = desk.visitor.web.programmes.change(desk.id, std::slice::from_ref(&change), by);
    match changed.await {
        Ok(_) => desk.redirect(&format!("registers/{}?said=saved", register.path)),
        Err(ChangeError::Refused(Unchanged::Conflicts(conflicts))) => {
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
        Err(ChangeError::NotFound) => desk.refuse(Refused::NotFound).await,
        Err(ChangeError::Storage(error)) => {
            Err(desk.visitor.failed("an object could not be saved", &error).await)
        }
        Err(refused) => {
            let fault = t.programme_refused(refused.to_string());
            show(desk, &place, &written, &base, Vec::new(), Some(fault)).await
        }
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

/// The next free key of a register: its prefix and a number, for example `S-004`.
fn next_key(desk: &Desk, register: &Register) -> Key {
    let prefix = format!("{}-", register.prefix);
    let taken = desk.programme.all_held(register.kind);
    let highest = taken
        .filter_map(|(key, _)| key.as_str().strip_prefix(&prefix)?.parse::<u32>().ok())
        .max()
        .unwrap_or(0);
    format!("{prefix}{:03}", highest.saturating_add(1)).parse().expect("letters, a dash and digits")
}
