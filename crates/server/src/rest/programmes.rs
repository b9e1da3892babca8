//! Programmes of task packages (opgavepakker), for programs: every kind of object, the plan, requirements
//! with their evidence, history, imports, exports and reports. See `docs/programme-api.md`.
//!
//! Nothing is decided here. Every write is [`Change`]s handed to [`Programmes::change`], which asks whose
//! they are to make; every body is held to [`brevdue_programme::shapes`], and described by it.

mod across;
mod beginning;
mod changes;
mod claims;
mod files;
mod history;
mod importing;
mod incoming;
mod kinds;
mod matrix;
mod objects;
mod plan;
mod potential;
mod questionnaires;
mod refused;
mod scanning;
mod schemas;
mod status;
mod tasks;

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::StatusCode;
use axum::http::request::Parts;
use brevdue_memo::Timestamp;
use brevdue_programme::change::Change;
use brevdue_programme::fields::TEXT_CHARACTERS;
use brevdue_programme::permissions::{self, Actor as Planner};
use brevdue_programme::programmes::{By, Judged};
use brevdue_programme::{Bilingual, Key, Language, Programme, ProgrammeId, Programmes};
use brevdue_wire::search::Search;
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::Door;
use super::acting::Acting;
use super::described::Described;
use super::errors::Failure;
use super::parameters::Parameters;
use crate::causes::chain;

pub(super) fn describe(door: Described) -> Described {
    let door = beginning::describe(door);
    let door = across::describe(door);
    let door = status::describe(door);
    let door = plan::describe(door);
    let door = tasks::describe(door);
    let door = matrix::describe(door);
    let door = potential::describe(door);
    let door = incoming::describe(door);
    let door = history::describe(door);
    let door = changes::describe(door);
    let door = files::describe(door);
    let door = importing::describe(door);
    let door = scanning::describe(door);
    objects::describe(door)
}

/// A caller.
type Caller = brevdue_exchange::people::Actor;

/// The id somebody or something signs in under: the `sub` of a person's token, the id of a system.
fn subject_of(caller: &Caller) -> String {
    match caller {
        Caller::Person(person) => person.identity.to_string(),
        Caller::System(caller) => caller.system.id.to_string(),
    }
}

/// One of the people of a programme, at work on it.
struct Working {
    programmes: Programmes,
    id: ProgrammeId,
    programme: Arc<Programme>,
    /// Who, among its people.
    me: Key,
    caller: Caller,
    now: Timestamp,
    /// What stands in the path, by name.
    path: Vec<(String, String)>,
}

impl FromRequestParts<Door> for Working {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Self, Failure> {
        let Acting(caller) = Acting::from_request_parts(parts, door).await?;
        let path = RawPathParams::from_request_parts(parts, door).await.map_err(|_| {
            Failure::bad_request("path.invalid", "the path is not UTF-8 in percent-encoding")
        })?;
        let path: Vec<(String, String)> =
            path.iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
        let named = path.iter().find(|(name, _)| name == "programme");
        let id = named.and_then(|(_, text)| super::parameters::uuid(text)).map(ProgrammeId);
        let id = id.ok_or_else(|| {
            Failure::bad_request("id.invalid", "the id in the path is not a UUID")
                .at("path", "programme")
        })?;
        let programmes = programmes_of(door)?;
        let programme = programmes.open(id).await?.ok_or_else(no_such_programme)?;
        // Whose entry is not there learns of no programme.
        let (me, _) = permissions::signed_in(&programme, &subject_of(&caller))
            .ok_or_else(no_such_programme)?;
        let now = door.exchange.now();
        Ok(Self { programmes, id, programme, me, caller, now, path })
    }
}

/// The programmes of this exchange.
fn programmes_of(door: &Door) -> Result<Programmes, Failure> {
    door.settings.programmes.clone().ok_or_else(no_such_programme)
}

fn no_such_programme() -> Failure {
    Failure::new(
        StatusCode::NOT_FOUND,
        "programme.not.found",
        "there is no such programme, or nobody of its people signs in as you; an entry of theirs names \
         you in its field subject",
    )
}

impl Working {
    /// A part of the path.
    fn part(&self, name: &str) -> &str {
        self.path.iter().find(|(one, _)| one == name).map_or("", |(_, text)| text)
    }

    /// The key in the path.
    fn key(&self) -> Result<Key, Failure> {
        self.part("key").parse().map_err(|error: brevdue_programme::NotAKey| {
            Failure::bad_request("key.invalid", error.to_string()).at("path", "key")
        })
    }

    fn actor(&self) -> Planner {
        Planner::Person(self.me.clone())
    }

    /// The programme judged as of now; what was judged already is not judged again.
    async fn judged(&self) -> Result<Arc<Judged>, Failure> {
        let judged = self.programmes.judged(self.id, self.now).await?;
        judged.ok_or_else(no_such_programme)
    }

    /// Makes changes in the caller's name, all or none, then closes and opens again the tasks that they
    /// decide; gives the programme as it stands then.
    async fn change(&self, changes: &[Change], reason: &str) -> Result<Arc<Programme>, Failure> {
        self.claims(changes)?;
        let by = By { actor: self.actor(), reason, at: self.now };
        let changed = self.programmes.change(self.id, changes, by).await?;
        if let Err(error) = self.programmes.settle(self.id, self.now).await {
            // What was asked for is done. The loop that keeps programmes true tries again in seconds.
            tracing::warn!(fault = %chain(&error), "tasks were not closed after a change");
            return Ok(changed);
        }
        Ok(self.programmes.open(self.id).await?.unwrap_or(changed))
    }
}

/// What every list takes, beside any member of its elements by its path.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes; `search_for` reads")]
struct Searching {
    /// From 0.
    #[param(maximum = 10_000_000)]
    page: Option<u64>,
    /// Elements on a page; more than 1,000 are taken as 1,000.
    #[param(minimum = 1, maximum = 4_294_967_295_u32)]
    size: Option<u64>,
    /// `member`, `member:asc` or `member:desc`, separated by commas.
    #[param(
        rename = "sortFields",
        pattern = r"^[A-Za-z_.]+(:(asc|desc))?(,[A-Za-z_.]+(:(asc|desc))?)*$"
    )]
    sort_fields: Option<String>,
    /// Words that any member holds, separated by commas.
    any: Option<String>,
    /// As the answer before said.
    #[param(pattern = r"^p[0-9]{1,7}$")]
    next: Option<String>,
}

/// What lists of objects take besides.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes; `search_for` reads")]
struct Showing {
    /// Which members are shown, separated by commas.
    fields: Option<String>,
}

/// A text in both languages.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeText)]
struct Text {
    /// Danish.
    da: String,
    /// English.
    en: String,
}

impl From<&Bilingual> for Text {
    fn from(text: &Bilingual) -> Self {
        Self { da: text.da.clone(), en: text.en.clone() }
    }
}

/// The word of a choice, as its JSON has it.
fn word(choice: impl Serialize) -> String {
    let word = serde_json::to_value(choice).unwrap_or_default();
    word.as_str().unwrap_or_default().to_owned()
}

/// `language=da` or `en`.
fn language(parameters: &Parameters) -> Result<Language, Failure> {
    match parameters.one("language")? {
        None | Some("da") => Ok(Language::Da),
        Some("en") => Ok(Language::En),
        Some(_) => Err(Failure::bad_request("parameter.invalid", "language is da or en")
            .at("query", "language")),
    }
}

/// Why something is changed, as the history tells it.
fn reason(text: &str) -> Result<String, Failure> {
    match text.chars().count() {
        0..=TEXT_CHARACTERS => Ok(text.trim().to_owned()),
        _ => {
            let message = format!("a reason has at most {TEXT_CHARACTERS} characters");
            Err(Failure::bad_request("fields.invalid", message).at("body", "reason"))
        }
    }
}

/// What a list is searched for by: the parameters that every list takes, and members of its elements.
fn search_for(parameters: &Parameters, fields: &[&str]) -> Result<Search, Failure> {
    let own = ["page", "size", "next", "sortFields", "any"];
    let first = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
    let known = parameters
        .list()
        .iter()
        .filter(|(name, _)| own.contains(&name.as_str()) || fields.contains(&first(name).as_str()));
    let known: Vec<(String, String)> = known.cloned().collect();
    Search::parse::<Value>(&known, &[]).map_err(|error| {
        Failure::bad_request("search.invalid", error.message).at("query", &error.parameter)
    })
}

/// A page of a list. When nothing but a page is asked for, only that page is made.
fn page_of<T, U: Serialize>(
    search: &Search,
    all: &[T],
    made: impl Fn(&T) -> U,
) -> Result<Json<Value>, Failure> {
    let found = if search.is_plain() {
        let skip = usize::try_from(search.page.offset()).unwrap_or(usize::MAX);
        let take = usize::try_from(search.page.size).unwrap_or(usize::MAX);
        let page: Vec<U> = all.iter().skip(skip).take(take).map(made).collect();
        search.page_of(&page, all.len() as u64)
    } else {
        let whole: Vec<U> = all.iter().map(made).collect();
        search.run(&whole)
    };
    let found = found.map_err(|error| Failure::bad_request("search.invalid", error.message))?;
    Ok(Json(found.into_json("items")))
}
