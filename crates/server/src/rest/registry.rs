//! The registries: organisations and their systems, contacts, contact structure, exemptions.

mod certificates;
mod contacts;
mod exemptions;
mod legacy;
mod logos;
mod organisations;
mod structure;
mod subscriptions;
mod systems;

use axum::http::StatusCode;
use brevdue_wire::search::Search;
use brevdue_wire::{Found, SearchError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::IntoParams;
use uuid::Uuid;

use super::Door;
use super::described::Described;
use super::errors::Failure;
use super::parameters::{Parameters, path_id};
use super::versions::Versioned;

pub(super) fn describe(door: Described) -> Described {
    let door = organisations::describe(door);
    let door = systems::describe(door);
    let door = logos::describe(door);
    let door = structure::describe(door);
    let door = contacts::describe(door);
    let door = exemptions::describe(door);
    let door = subscriptions::describe(door);
    legacy::describe(door)
}

/// What every list takes, beside any field of its elements by its path.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes; `search` reads")]
struct StandardSearch {
    /// From 0.
    #[param(maximum = 10_000_000)]
    page: Option<u64>,
    /// Elements on a page; more than 1,000 are taken as 1,000.
    #[param(minimum = 1, maximum = 4_294_967_295_u32)]
    size: Option<u64>,
    /// `field`, `field:asc` or `field:desc`, separated by commas.
    #[param(
        rename = "sortFields",
        pattern = r"^[A-Za-z.]+(:(asc|desc))?(,[A-Za-z.]+(:(asc|desc))?)*$"
    )]
    sort_fields: Option<String>,
    /// Which fields are shown, separated by commas.
    fields: Option<String>,
    /// Words that any field holds, separated by commas.
    any: Option<String>,
    /// As the answer before said.
    #[param(pattern = r"^p[0-9]{1,7}$")]
    next: Option<String>,
}

fn search_for<T: DeserializeOwned>(
    parameters: &Parameters,
    own: &[&str],
) -> Result<Search, Failure> {
    Search::parse::<T>(parameters.list(), own).map_err(unsearchable)
}

/// Searches a whole list and puts what is found in its envelope.
fn found<T: Serialize + DeserializeOwned>(
    list: &[T],
    parameters: &Parameters,
    own: &[&str],
    items: &str,
) -> Result<axum::Json<Value>, Failure> {
    let search = search_for::<T>(parameters, own)?;
    Ok(enveloped(search.run(list).map_err(unsearchable)?, items))
}

fn enveloped(found: Found, items: &str) -> axum::Json<Value> {
    axum::Json(found.into_json(items))
}

fn unsearchable(error: SearchError) -> Failure {
    Failure::bad_request("search.invalid", error.message).at("query", &error.parameter)
}

fn told<T>(version: Option<i64>, what: T) -> Versioned<T> {
    Versioned(StatusCode::OK, version.unwrap_or(1), what)
}

fn made<T>(version: Option<i64>, what: T) -> Versioned<T> {
    Versioned(StatusCode::CREATED, version.unwrap_or(1), what)
}

/// Two ids of a path.
fn two_ids((first, second): (String, String)) -> Result<(Uuid, Uuid), Failure> {
    Ok((path_id(&first)?, path_id(&second)?))
}
