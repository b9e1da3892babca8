//! Organisations.

use axum::Json;
use axum::extract::{Path, State};
use brevdue_exchange::OrganisationId;
use brevdue_wire::registry::{
    Organisation, OrganisationCommand, OrganisationLookup, OrganisationSearchResult,
    OrganisationType,
};
use serde_json::Value;
use utoipa_axum::routes;

use super::{Door, StandardSearch, found, told};
use crate::rest::acting::Acting;
use crate::rest::described::Described;
use crate::rest::description::Refused;
use crate::rest::errors::Failure;
use crate::rest::json::Body;
use crate::rest::parameters::{Parameters, path_id};
use crate::rest::versions::{IfMatch, Versioned};

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(list)).with(routes!(read, change)).with(routes!(look_up))
}

/// `GET /organisations/`: all of them; `searchTerm` is looked for in their names.
#[utoipa::path(
    get,
    path = "/organisations/",
    operation_id = "listOrganisations",
    tag = "Organisations",
    params(
        ("name" = Option<String>, Query, description = "Name"),
        ("type" = Option<OrganisationType>, Query, description = "Authority or company"),
        ("cvrNumber" = Option<String>, Query, description = "Company numbers, separated by commas"),
        ("searchTerm" = Option<String>, Query, description = "Part of the name"),
        StandardSearch,
    ),
    responses((status = 200, body = OrganisationSearchResult, description = "Those found"), Refused)
)]
async fn list(
    State(door): State<Door>,
    Acting(_): Acting,
    parameters: Parameters,
) -> Result<Json<Value>, Failure> {
    let mut all = door.exchange.tell_organisations().await?;
    if let Some(term) = parameters.one("searchTerm")? {
        let term = term.to_lowercase();
        all.retain(|one| one.name.as_ref().is_some_and(|name| name.to_lowercase().contains(&term)));
    }
    found(&all, &parameters, &["searchTerm"], "organisations")
}

/// `GET /organisations/{id}`.
#[utoipa::path(
    get,
    path = "/organisations/{id}",
    operation_id = "getOrganisation",
    tag = "Organisations",
    params(("id" = Uuid, Path, description = "Of the organisation")),
    responses((status = 200, body = Organisation, description = "The organisation"), Refused)
)]
async fn read(
    State(door): State<Door>,
    Acting(_): Acting,
    Path(id): Path<String>,
) -> Result<Versioned<Organisation>, Failure> {
    let organisation = door.exchange.tell_organisation(OrganisationId(path_id(&id)?)).await?;
    Ok(told(organisation.version, organisation))
}

/// `PUT /organisations/{id}`: what an organisation tells of itself.
#[utoipa::path(
    put,
    path = "/organisations/{id}",
    operation_id = "updateOrganisation",
    tag = "Organisations",
    params(
        ("id" = Uuid, Path, description = "Of the organisation"),
        ("If-Match" = String, Header, description = "The version it rests on", pattern = "^[0-9]{1,9}$"),
    ),
    request_body = OrganisationCommand,
    responses((status = 200, body = Organisation, description = "The organisation"), Refused)
)]
async fn change(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Body(command): Body<OrganisationCommand>,
) -> Result<Versioned<Organisation>, Failure> {
    let id = OrganisationId(path_id(&id)?);
    let changed = door.exchange.change_organisation(&actor, id, version, command).await?;
    Ok(told(changed.version, changed))
}

/// `GET /organisation-lookup/{cvrNumber}`.
#[utoipa::path(
    get,
    path = "/organisation-lookup/{cvrNumber}",
    operation_id = "lookUpOrganisation",
    tag = "Organisations",
    params(("cvrNumber" = String, Path, description = "Company number", pattern = r"^\d{8}$")),
    responses((status = 200, body = OrganisationLookup, description = "The organisation"), Refused)
)]
async fn look_up(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(number): Path<String>,
) -> Result<Json<OrganisationLookup>, Failure> {
    Ok(Json(door.exchange.look_up_organisation(&actor, &number).await?))
}
