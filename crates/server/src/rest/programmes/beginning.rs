//! `/programmes/`: those there are, and a new one.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use brevdue_exchange::people::Privilege;
use brevdue_programme::beginning::{self, Beginning};
use brevdue_programme::catalogue::{Catalogue, Variant};
use brevdue_programme::change::Change;
use brevdue_programme::fields::TEXT_CHARACTERS;
use brevdue_programme::objects::{AuthorityKind, Person, Settings, Track};
use brevdue_programme::permissions::Actor as Planner;
use brevdue_programme::programmes::By;
use brevdue_programme::{Day, Key, ProfileId, ProgrammeId, Programmes};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::routes;
use uuid::Uuid;

use super::claims::must_speak_for;
use super::{Caller, Searching, Working, page_of, programmes_of, search_for, subject_of, word};
use crate::rest::Door;
use crate::rest::acting::Acting;
use crate::rest::described::Described;
use crate::rest::description::Refused;
use crate::rest::errors::Failure;
use crate::rest::json::Body;
use crate::rest::parameters::Parameters;

/// Programmes that somebody may be in and still begin another.
const OF_ONE: usize = 100;

/// CVR numbers of one programme at most when it begins.
const ORGANISATIONS: usize = 50;

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(list, begin)).with(routes!(read))
}

/// A programme.
#[derive(Serialize, ToSchema)]
#[schema(as = Programme)]
struct Told {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: String,
    /// The authority's name.
    authority: String,
    /// Its CVR numbers.
    cvr: Vec<String>,
    /// `full` or `light`.
    variant: String,
    /// The day it began.
    #[schema(value_type = String, format = Date)]
    start: Day,
    /// It is no longer in use.
    archived: bool,
    /// Your key among its people.
    me: String,
    /// Your roles in it.
    roles: Vec<String>,
}

/// A page of programmes.
#[derive(ToSchema)]
#[schema(as = ProgrammeSearchResult)]
#[expect(dead_code, reason = "it describes; `Found::into_json` writes")]
#[schema(rename_all = "camelCase")]
struct SearchResult {
    current_page: u64,
    total_pages: u64,
    elements_on_page: u64,
    total_elements: u64,
    next: Option<String>,
    items: Vec<Told>,
}

/// What begins a programme.
#[derive(Deserialize, ToSchema)]
#[schema(as = ProgrammeCommand)]
struct Command {
    /// Its name.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// The authority's name.
    #[schema(min_length = 1, max_length = 200)]
    authority: String,
    /// CVR numbers of organisations whose messages are observed; you speak for each.
    #[serde(default)]
    #[schema(max_items = 50)]
    cvr: Vec<String>,
    /// What kind of authority.
    #[schema(value_type = Kinds)]
    kind: AuthorityKind,
    /// The rollout track.
    #[schema(value_type = Tracks)]
    track: Track,
    /// Full or light.
    #[schema(value_type = Variants)]
    variant: Variant,
    /// The deadline profile: `NEW`, `ACTUAL`, `PLAN2020`, `REV2021`.
    #[schema(value_type = String)]
    profile: ProfileId,
    /// The day it begins.
    #[schema(value_type = String, pattern = "^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$")]
    start: Day,
    /// Your own name, for your entry among its people; you lead and own it.
    #[serde(default)]
    #[schema(max_length = 200)]
    person_name: String,
}

/// What kind of authority.
#[derive(ToSchema)]
#[schema(as = ProgrammeAuthorityKind)]
#[expect(dead_code, reason = "it describes")]
enum Kinds {
    #[schema(rename = "kommune")]
    Kommune,
    #[schema(rename = "region")]
    Region,
    #[schema(rename = "stat")]
    Stat,
    #[schema(rename = "anden")]
    Anden,
}

/// The rollout track.
#[derive(ToSchema)]
#[schema(as = ProgrammeTrack, rename_all = "snake_case")]
#[expect(dead_code, reason = "it describes")]
enum Tracks {
    Pilot,
    Frontrunner,
    Authority,
    Light,
    NewAdoption,
}

/// Full or light.
#[derive(ToSchema)]
#[schema(as = ProgrammeVariant, rename_all = "snake_case")]
#[expect(dead_code, reason = "it describes")]
pub(super) enum Variants {
    Full,
    Light,
}

fn told(id: ProgrammeId, settings: &Settings, me: &Key, person: &Person) -> Told {
    Told {
        id: id.0,
        name: settings.name.clone(),
        authority: settings.authority.clone(),
        cvr: settings.cvr.iter().cloned().collect(),
        variant: word(settings.variant),
        start: settings.start,
        archived: settings.archived,
        me: me.to_string(),
        roles: person.roles.iter().map(ToString::to_string).collect(),
    }
}

/// `GET /programmes/`: those that you have an entry in.
#[utoipa::path(
    get,
    path = "/programmes/",
    operation_id = "listProgrammes",
    tag = "Programmes",
    params(Searching),
    responses((status = 200, body = SearchResult, description = "Those found"), Refused)
)]
async fn list(
    State(door): State<Door>,
    Acting(caller): Acting,
    parameters: Parameters,
) -> Result<Json<Value>, Failure> {
    let names = ["id", "name", "authority", "cvr", "variant", "start", "archived", "me", "roles"];
    let search = search_for(&parameters, &names)?;
    let subject = subject_of(&caller);
    let mut all = Vec::new();
    let Some(programmes) = &door.settings.programmes else {
        return page_of(&search, &all, |told: &Value| told.clone());
    };
    for entry in programmes.read_by(&subject).await? {
        let told = told(entry.id, &entry.settings, &entry.me, &entry.person);
        all.push(serde_json::to_value(told).unwrap_or_default());
    }
    page_of(&search, &all, Value::clone)
}

/// `GET /programmes/{programme}`.
#[utoipa::path(
    get,
    path = "/programmes/{programme}",
    operation_id = "getProgramme",
    tag = "Programmes",
    params(("programme" = Uuid, Path, description = "Of the programme")),
    responses((status = 200, body = Told, description = "The programme"), Refused)
)]
async fn read(working: Working) -> Result<Json<Told>, Failure> {
    let settings = working.programme.settings().ok_or_else(super::no_such_programme)?;
    let person = working.programme.get::<Person>(&working.me).unwrap_or_default();
    Ok(Json(told(working.id, &settings, &working.me, &person)))
}

/// `POST /programmes/`: begins one. You lead and own it.
#[utoipa::path(
    post,
    path = "/programmes/",
    operation_id = "createProgramme",
    tag = "Programmes",
    request_body = Command,
    responses((status = 201, body = Told, description = "The programme, with every milestone of its profile"), Refused)
)]
async fn begin(
    State(door): State<Door>,
    Acting(caller): Acting,
    Body(command): Body<Command>,
) -> Result<(StatusCode, Json<Told>), Failure> {
    let programmes = programmes_of(&door)?;
    if command.cvr.len() > ORGANISATIONS {
        let message = format!("a programme begins with at most {ORGANISATIONS} organisations");
        return Err(Failure::bad_request("fields.invalid", message).at("Programme", "cvr"));
    }
    if command.person_name.chars().count() > TEXT_CHARACTERS {
        let message = format!("a name has at most {TEXT_CHARACTERS} characters");
        return Err(Failure::bad_request("fields.invalid", message).at("Programme", "person_name"));
    }
    must_be_an_authority(&caller)?;
    must_speak_for(&caller, command.cvr.iter().map(String::as_str))?;
    let person = Person {
        name: match command.person_name.trim() {
            "" => name_of(&caller),
            name => name.to_owned(),
        },
        roles: ["pm", "owner"].iter().filter_map(|role| role.parse().ok()).collect(),
        subject: subject_of(&caller),
        ..Person::default()
    };
    let mut changes = beginning::begin(
        &Beginning {
            name: command.name,
            authority: command.authority,
            cvr: command.cvr.into_iter().collect(),
            kind: command.kind,
            track: command.track,
            variant: command.variant,
            profile: command.profile,
            start: command.start,
        },
        Catalogue::shipped(),
    )?;
    refuse_too_many(&programmes, &subject_of(&caller)).await?;
    let me: Key = "M-001".parse().expect("it is a key");
    changes.push(Change::add(me.clone(), &person));
    let id = ProgrammeId(door.exchange.ids().random());
    let by = By { actor: Planner::Person(me.clone()), reason: "", at: door.exchange.now() };
    let programme = programmes.begin(id, &changes, by).await?;
    let settings = programme.settings().ok_or_else(super::no_such_programme)?;
    Ok((StatusCode::CREATED, Json(told(id, &settings, &me, &person))))
}

/// A programme is an organisation's: who speaks for none begins none.
fn must_be_an_authority(caller: &Caller) -> Result<(), Failure> {
    let may = match caller {
        Caller::System(_) => true,
        Caller::Person(person) => {
            person.may(Privilege::SystemManager) || person.may(Privilege::OrganisationAdministrator)
        }
    };
    if may {
        return Ok(());
    }
    Err(Failure::new(
        StatusCode::FORBIDDEN,
        "programme.not.allowed",
        "a programme is begun by the administrator of an organisation or a system of its own",
    ))
}

fn name_of(caller: &Caller) -> String {
    match caller {
        Caller::System(caller) => caller.system.name.clone(),
        Caller::Person(person) => person.name.clone(),
    }
}

async fn refuse_too_many(programmes: &Programmes, subject: &str) -> Result<(), Failure> {
    let theirs = programmes.read_by(subject).await?.len();
    if theirs < OF_ONE {
        return Ok(());
    }
    let message = format!("you are in {theirs} programmes; the limit is {OF_ONE}");
    Err(Failure::new(StatusCode::CONFLICT, "programmes.too.many", message))
}
