//! The programmes there are, and who works on one.

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::extract::rejection::FormRejection;
use axum::response::Redirect;
use brevdue_programme::objects::Person;
use brevdue_programme::{Key, ProgrammeId};
use serde::Deserialize;

use super::desk::find;
use crate::planner::Planner;
use crate::visitor::{Answer, Chrome, Refused, Section, Visitor};

#[derive(Template)]
#[template(path = "programme/programmes.html")]
struct ProgrammesPage {
    chrome: Chrome,
    programmes: Vec<Line>,
}

struct Line {
    id: ProgrammeId,
    name: String,
    authority: String,
}

/// `GET /programmes`
pub(crate) async fn programmes(mut visitor: Visitor) -> Answer {
    let list = match visitor.web.programmes.list().await {
        Ok(list) => list,
        Err(error) => return Err(visitor.failed("programmes could not be listed", &error).await),
    };
    visitor.need_session().await?;
    let programmes = list
        .into_iter()
        .filter(|(_, settings)| !settings.archived)
        .map(|(id, settings)| Line { id, name: settings.name, authority: settings.authority })
        .collect();
    let title = visitor.texts.programme_programmes();
    let chrome = visitor.chrome(title, Section::None, None).await?;
    visitor.page(&ProgrammesPage { chrome, programmes })
}

#[derive(Template)]
#[template(path = "programme/enter.html")]
struct EnterPage {
    chrome: Chrome,
    id: ProgrammeId,
    name: String,
    /// Anybody may be anybody.
    anybody: bool,
    people: Vec<Somebody>,
}

struct Somebody {
    key: Key,
    name: String,
    unit: String,
}

/// `GET /programmes/{id}/enter`: who are you? Whoever signs in is who they are; anybody may be anybody, in
/// local mode alone.
pub(crate) async fn people(mut visitor: Visitor, Path(id): Path<String>) -> Answer {
    let (id, programme, settings) = find(&visitor, &id).await?;
    visitor.need_session().await?;
    let anybody = visitor.web.config.local_mode;
    // Outside local mode a stranger learns of nobody here.
    let name = if anybody { settings.name } else { String::new() };
    let people = programme
        .all::<Person>()
        .filter(|_| anybody)
        .map(|(key, person)| Somebody { key: key.clone(), name: person.name, unit: person.unit })
        .collect();
    let title = visitor.texts.programme_enter();
    let chrome = visitor.chrome(title, Section::None, None).await?;
    visitor.page(&EnterPage { chrome, id, name, anybody, people })
}

#[derive(Deserialize)]
pub(crate) struct EnterForm {
    token: String,
    person: Key,
}

/// `POST /programmes/{id}/enter`
pub(crate) async fn enter(
    mut visitor: Visitor,
    Path(id): Path<String>,
    form: Result<Form<EnterForm>, FormRejection>,
) -> Answer {
    let (id, programme, _) = find(&visitor, &id).await?;
    if !visitor.web.config.local_mode {
        return Err(visitor.refuse(Refused::SignIn).await);
    }
    let Some(Form(form)) = form.ok().filter(|form| visitor.is_own_form(&form.token)) else {
        return Err(visitor.refuse(Refused::Form).await);
    };
    if programme.get::<Person>(&form.person).is_none() {
        return Err(visitor.refuse(Refused::NotFound).await);
    }
    let now = visitor.now();
    visitor.begin_planning(Planner::begin(id, form.person, now));
    Ok(visitor.finish(Redirect::to(&format!("/programmes/{id}"))))
}

#[derive(Deserialize)]
pub(crate) struct LeaveForm {
    token: String,
}

/// `POST /programmes/leave`
pub(crate) async fn leave(
    mut visitor: Visitor,
    form: Result<Form<LeaveForm>, FormRejection>,
) -> Answer {
    if form.ok().filter(|form| visitor.is_own_form(&form.token)).is_none() {
        return Err(visitor.refuse(Refused::Form).await);
    }
    visitor.end_planning();
    Ok(visitor.finish(Redirect::to("/programmes")))
}
