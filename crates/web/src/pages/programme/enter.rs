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
use super::signing::encode;
use crate::limits::{PROGRAMME_PAGE, SEARCH_CHARACTERS};
use crate::pages::paging::{Paging, Step};
use crate::planner::Planner;
use crate::visitor::{Answer, Chrome, Refused, Section, Visitor};

#[derive(Template)]
#[template(path = "programme/programmes.html")]
struct ProgrammesPage {
    chrome: Chrome,
    search: String,
    /// How many there are, once there is something to search.
    found: Option<String>,
    programmes: Vec<Line>,
    paging: Option<Paging>,
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
    let search: String =
        visitor.query("q").unwrap_or_default().trim().chars().take(SEARCH_CHARACTERS).collect();
    let words = search.to_lowercase();
    let fits = |text: &str| text.to_lowercase().contains(&words);
    let found: Vec<_> = list
        .into_iter()
        .filter(|(_, settings)| !settings.archived)
        .filter(|(_, settings)| fits(&settings.name) || fits(&settings.authority))
        .collect();
    let total = found.len();
    let last = (total.saturating_sub(1) / PROGRAMME_PAGE) as u64;
    let page = visitor.page_number().min(last);
    let skipped = usize::try_from(page).unwrap_or(usize::MAX).saturating_mul(PROGRAMME_PAGE);
    let programmes = found.into_iter().skip(skipped).take(PROGRAMME_PAGE);
    let programmes = programmes
        .map(|(id, settings)| Line { id, name: settings.name, authority: settings.authority })
        .collect();
    let t = visitor.texts;
    let address = match search.as_str() {
        "" => "/programmes?page=".to_owned(),
        words => format!("/programmes?q={}&page=", encode(words)),
    };
    let count = i64::try_from(total).unwrap_or(i64::MAX);
    let is_long = total > PROGRAMME_PAGE || !search.is_empty();
    let chrome = visitor.chrome(t.programme_programmes(), Section::None, None).await?;
    visitor.page(&ProgrammesPage {
        chrome,
        search,
        found: is_long.then(|| t.across_count(count)),
        programmes,
        paging: Paging::new(t, page, PROGRAMME_PAGE as u64, total as u64, &address),
    })
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
