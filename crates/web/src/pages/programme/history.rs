//! Who changed what, when.

use askama::Template;
use axum::extract::Path;
use brevdue_programme::change::HistoryLine;
use brevdue_programme::fields::Register;
use brevdue_programme::objects::Kind;
use serde_json::Value;

use super::desk::{Desk, Frame, Tab};
use crate::limits::HISTORY_PAGE;
use crate::times::{self, Moment};
use crate::visitor::{Answer, Chrome, Visitor};

#[derive(Template)]
#[template(path = "programme/history.html")]
struct HistoryPage {
    chrome: Chrome,
    frame: Frame,
    lines: Vec<Line>,
    older: Option<String>,
}

struct Line {
    at: Moment,
    who: String,
    what: String,
    field: String,
    from: String,
    to: String,
    reason: String,
}

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
    let lines = read.iter().map(|(_, line)| shown(&desk, line)).collect();
    let title = desk.visitor.texts.programme_history();
    let (chrome, frame) = desk.frames(title, Tab::History).await?;
    desk.visitor.page(&HistoryPage { chrome, frame, lines, older })
}

fn shown(desk: &Desk, line: &HistoryLine) -> Line {
    let reader = desk.reader();
    let register = Register::of(line.kind);
    let field = line
        .field
        .as_ref()
        .and_then(|name| register?.fields.iter().find(|field| field.name == name));
    let value = |value: &Value| match (field, value) {
        (_, Value::Null) => String::new(),
        (Some(field), value) => field.show(value, reader),
        (None, Value::String(text)) => text.clone(),
        (None, Value::Object(_)) => String::new(),
        (None, value) => value.to_string(),
    };
    let kind = register.map_or(line.kind.word(), |register| register.one(reader));
    Line {
        at: times::moment(desk.visitor.texts, line.at),
        who: desk.name_of(Kind::Person, &line.who),
        what: format!("{kind} {}", line.key),
        field: match (field, &line.field) {
            (Some(field), _) => field.label(reader).to_owned(),
            (None, Some(name)) => name.clone(),
            (None, None) if line.from.is_null() => desk.visitor.texts.programme_added().to_owned(),
            (None, None) => desk.visitor.texts.programme_removed().to_owned(),
        },
        from: value(&line.from),
        to: value(&line.to),
        reason: line.reason.clone(),
    }
}
