//! Who changed what, when.

use axum::extract::Path;
use brevdue_programme::change::HistoryLine;
use brevdue_programme::closing;
use brevdue_programme::fields::{
    Field, FieldKind, Register, is_told_by_status, kind_name, recorded,
};
use brevdue_programme::objects::Kind;
use serde_json::{Map, Value};

use super::desk::{Desk, Tab};
use super::words;
use crate::limits::HISTORY_PAGE;
use crate::markup::{self, Html, a, p};
use crate::visitor::{Answer, Visitor};

/// Characters of values of an authority's own in one line, at most.
const OWN_CHARACTERS: usize = 600;

/// `GET /programmes/{id}/history`
pub(crate) async fn history(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let before = desk.visitor.query("before").and_then(|text| text.parse().ok());
    let read = desk.visitor.web.programmes.history(desk.id, None, before, HISTORY_PAGE).await;
    let read = match read {
        Ok(read) => read,
        Err(error) => return Err(desk.visitor.failed("history could not be read", &error).await),
    };
    let full = read.len() == HISTORY_PAGE;
    let last = read.last().map(|(number, _)| *number);
    let older = last.filter(|_| full).map(|number| desk.to(&format!("history?before={number}")));
    let t = desk.visitor.texts;
    desk.page(t.programme_history(), Tab::History, |_| {
        let mut body = table(&desk, read.iter().map(|(_, line)| line));
        if let Some(older) = older {
            body.push(p(a(&older, t.programme_older())));
        }
        body
    })
    .await
}

/// Lines of history as a table.
pub(crate) fn table<'a>(desk: &Desk, lines: impl Iterator<Item = &'a HistoryLine>) -> Html {
    let t = desk.visitor.texts;
    let headings = [
        t.programme_when(),
        t.programme_who(),
        t.programme_what(),
        t.programme_field(),
        t.programme_from(),
        t.programme_to(),
        t.programme_reason(),
    ];
    let lines = lines.filter(|line| !is_told_by_status(line.kind, line.field.as_deref()));
    markup::table(t.programme_history(), &headings, lines.map(|line| shown(desk, line)))
}

/// Where a line's object is shown, while it is there.
fn page_of(desk: &Desk, line: &HistoryLine) -> Option<String> {
    let key = &line.key;
    desk.programme.held(line.kind, key)?;
    match line.kind {
        Kind::TaskState => Some(desk.to(&format!("task/{key}"))),
        Kind::Milestone => Some(desk.to(&format!("milestones/{key}"))),
        Kind::Override => Some(desk.to(&format!("catalogue/{key}"))),
        Kind::Settings => Some(desk.to("settings")),
        kind => {
            let path = Register::of(kind)?.path;
            Some(desk.to(&format!("registers/{path}/{key}")))
        }
    }
}

/// Values of an authority's own, by field; of a whole object those among its fields.
fn own_values(desk: &Desk, body: &Map<String, Value>) -> String {
    let fields = body.get("fields").and_then(Value::as_object).unwrap_or(body);
    let told = fields.iter().map(|(name, value)| {
        let said = match value {
            Value::String(text) => text.clone(),
            Value::Array(list) => {
                let entries = list.iter().map(|one| one.as_str().unwrap_or_default());
                entries.collect::<Vec<_>>().join(", ")
            }
            Value::Object(due) => match (due.get("milestone"), due.get("weeks")) {
                (Some(Value::String(milestone)), Some(weeks)) => format!("{milestone} {weeks:+}"),
                _ => value.to_string(),
            },
            other => other.to_string(),
        };
        format!("{}: {said}", words::own_field(desk.visitor.texts, desk.reader(), name))
    });
    let told: String = told.collect::<Vec<_>>().join("; ");
    told.chars().take(OWN_CHARACTERS).collect()
}

fn shown(desk: &Desk, line: &HistoryLine) -> Vec<Html> {
    let reader = desk.reader();
    let field = line.field.as_ref().and_then(|name| recorded(line.kind, name));
    let value = |value: &Value| match (field, value) {
        (_, Value::Null) => String::new(),
        (Some(Field { kind: FieldKind::Ref(kind), .. }), Value::String(key)) => {
            desk.name_of(*kind, key)
        }
        (_, Value::Object(body)) if line.kind == Kind::Override => own_values(desk, body),
        (_, Value::Object(body)) if line.kind == Kind::Comment => {
            body.get("text").and_then(Value::as_str).unwrap_or_default().to_owned()
        }
        (Some(field), value) => field.show(value, reader),
        (None, Value::String(text)) => text.clone(),
        (None, Value::Object(_)) => String::new(),
        (None, value) => value.to_string(),
    };
    let kind = kind_name(line.kind, reader);
    let t = desk.visitor.texts;
    let changed = match (field, &line.field) {
        (Some(field), _) => field.label(reader).to_owned(),
        (None, Some(name)) => name.clone(),
        (None, None) if line.from.is_null() => t.programme_added().to_owned(),
        (None, None) => t.programme_removed().to_owned(),
    };
    vec![
        words::moment(t, line.at),
        who(desk, &line.who).into(),
        match page_of(desk, line) {
            Some(address) => a(&address, format!("{kind} {}", line.key)),
            None => format!("{kind} {}", line.key).into(),
        },
        changed.into(),
        value(&line.from).into(),
        value(&line.to).into(),
        line.reason.as_str().into(),
    ]
}

/// Who changed something, by the word that the history has for them.
pub(crate) fn who(desk: &Desk, word: &str) -> String {
    match word {
        closing::BY_CONDITION => desk.visitor.texts.work_by_condition().to_owned(),
        word => match word.strip_prefix("supplier:") {
            Some(supplier) => desk.name_of(Kind::Supplier, supplier),
            None => desk.name_of(Kind::Person, word),
        },
    }
}
