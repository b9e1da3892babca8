//! Contact groups and contact points.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use brevdue_exchange::registering::{StructureAsked, Visibility};
use brevdue_exchange::{ContactPointId, OrganisationId};
use brevdue_wire::registry::{
    ContactGroup, ContactGroupCommand, ContactGroupSearchResult, ContactPoint, ContactPointCommand,
    ContactPointSearchResult,
};
use serde_json::Value;
use utoipa_axum::routes;

use super::{Door, StandardSearch, found, made, told, two_ids};
use crate::rest::acting::Acting;
use crate::rest::described::Described;
use crate::rest::description::Refused;
use crate::rest::errors::Failure;
use crate::rest::json::Body;
use crate::rest::parameters::{Parameters, path_id, uuid};
use crate::rest::versions::{IfMatch, Versioned};

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(all_groups))
        .with(routes!(all_points))
        .with(routes!(groups, make_group))
        .with(routes!(group, change_group, remove_group))
        .with(routes!(points, make_point))
        .with(routes!(point, change_point, remove_point))
}

/// Parameters of these lists that are not the search's.
const OWN: [&str; 7] = [
    "contactGroupId",
    "isRoot",
    "visibility",
    "searchTerm",
    "searchTermOrName",
    "postkasseId",
    "postkasseEmneId",
];

/// `GET /contact-groups/`: of all organisations.
#[utoipa::path(
    get,
    path = "/contact-groups/",
    operation_id = "listAllContactGroups",
    tag = "Contact structure",
    params(
        ("name" = Option<String>, Query, description = "Name"),
        ("isRoot" = Option<bool>, Query, description = "Whether they stand in no group"),
        StandardSearch,
    ),
    responses((status = 200, body = ContactGroupSearchResult, description = "Those found"), Refused)
)]
async fn all_groups(
    State(door): State<Door>,
    Acting(_): Acting,
    parameters: Parameters,
) -> Result<Json<Value>, Failure> {
    let asked = asked(&parameters, None)?;
    let groups = door.exchange.tell_groups(&asked).await?;
    found(&groups, &parameters, &OWN, "contactGroups")
}

/// `GET /contact-points/`: those shown, of all organisations.
#[utoipa::path(
    get,
    path = "/contact-points/",
    operation_id = "listAllContactPoints",
    tag = "Contact structure",
    params(
        ("searchTerm" = Option<String>, Query, description = "Part of a search term"),
        ("searchTermOrName" = Option<String>, Query, description = "Part of a search term or of the name"),
        ("contactGroupId" = Option<Uuid>, Query, description = "The group they stand in"),
        ("isRoot" = Option<bool>, Query, description = "Whether they stand in no group"),
        ("postkasseId" = Option<i64>, Query, description = "Legacy number"),
        ("postkasseEmneId" = Option<i64>, Query, description = "Legacy number of a subject"),
        StandardSearch,
    ),
    responses((status = 200, body = ContactPointSearchResult, description = "Those found"), Refused)
)]
async fn all_points(
    State(door): State<Door>,
    Acting(actor): Acting,
    parameters: Parameters,
) -> Result<Json<Value>, Failure> {
    let asked = asked(&parameters, None)?;
    let points = door.exchange.tell_points(&actor, &asked).await?;
    found(&points, &parameters, &OWN, "contactPoints")
}

/// `GET /organisations/{organisationId}/contact-groups/`.
#[utoipa::path(
    get,
    path = "/organisations/{organisationId}/contact-groups/",
    operation_id = "listContactGroups",
    tag = "Contact structure",
    params(
        ("organisationId" = Uuid, Path, description = "Of the organisation"),
        ("isRoot" = Option<bool>, Query, description = "Whether they stand in no group"),
        ("visibility" = Option<String>, Query, description = "VISIBLE, HIDDEN or ALL; groups are always shown", pattern = "^(VISIBLE|HIDDEN|ALL)$"),
        StandardSearch,
    ),
    responses((status = 200, body = ContactGroupSearchResult, description = "Those found"), Refused)
)]
async fn groups(
    State(door): State<Door>,
    Acting(_): Acting,
    Path(organisation): Path<String>,
    parameters: Parameters,
) -> Result<Json<Value>, Failure> {
    let asked = asked(&parameters, Some(&organisation))?;
    let groups = door.exchange.tell_groups(&asked).await?;
    found(&groups, &parameters, &OWN, "contactGroups")
}

/// `POST /organisations/{organisationId}/contact-groups/`.
#[utoipa::path(
    post,
    path = "/organisations/{organisationId}/contact-groups/",
    operation_id = "createContactGroup",
    tag = "Contact structure",
    params(("organisationId" = Uuid, Path, description = "Of the organisation")),
    request_body = ContactGroupCommand,
    responses((status = 201, body = ContactGroup, description = "The group"), Refused)
)]
async fn make_group(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(organisation): Path<String>,
    Body(command): Body<ContactGroupCommand>,
) -> Result<Versioned<ContactGroup>, Failure> {
    let organisation = OrganisationId(path_id(&organisation)?);
    let group = door.exchange.make_group(&actor, organisation, command).await?;
    Ok(made(group.version, group))
}

/// `GET /organisations/{organisationId}/contact-groups/{id}`.
#[utoipa::path(
    get,
    path = "/organisations/{organisationId}/contact-groups/{id}",
    operation_id = "getContactGroup",
    tag = "Contact structure",
    params(
        ("organisationId" = Uuid, Path, description = "Of the organisation"),
        ("id" = Uuid, Path, description = "Of the group"),
    ),
    responses((status = 200, body = ContactGroup, description = "The group"), Refused)
)]
async fn group(
    State(door): State<Door>,
    Acting(_): Acting,
    Path(ids): Path<(String, String)>,
) -> Result<Versioned<ContactGroup>, Failure> {
    let (organisation, id) = two_ids(ids)?;
    let group = door.exchange.tell_group(OrganisationId(organisation), id).await?;
    Ok(told(group.version, group))
}

/// `PUT /organisations/{organisationId}/contact-groups/{id}`.
#[utoipa::path(
    put,
    path = "/organisations/{organisationId}/contact-groups/{id}",
    operation_id = "updateContactGroup",
    tag = "Contact structure",
    params(
        ("organisationId" = Uuid, Path, description = "Of the organisation"),
        ("id" = Uuid, Path, description = "Of the group"),
        ("If-Match" = String, Header, description = "The version it rests on", pattern = "^[0-9]{1,9}$"),
    ),
    request_body = ContactGroupCommand,
    responses((status = 200, body = ContactGroup, description = "The group"), Refused)
)]
async fn change_group(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(ids): Path<(String, String)>,
    IfMatch(version): IfMatch,
    Body(command): Body<ContactGroupCommand>,
) -> Result<Versioned<ContactGroup>, Failure> {
    let (organisation, id) = two_ids(ids)?;
    let organisation = OrganisationId(organisation);
    let group = door.exchange.change_group(&actor, organisation, id, version, command).await?;
    Ok(told(group.version, group))
}

/// `DELETE /organisations/{organisationId}/contact-groups/{id}`.
#[utoipa::path(
    delete,
    path = "/organisations/{organisationId}/contact-groups/{id}",
    operation_id = "deleteContactGroup",
    tag = "Contact structure",
    params(
        ("organisationId" = Uuid, Path, description = "Of the organisation"),
        ("id" = Uuid, Path, description = "Of the group"),
        ("If-Match" = String, Header, description = "The version it rests on", pattern = "^[0-9]{1,9}$"),
    ),
    responses((status = 204, description = "It is gone"), Refused)
)]
async fn remove_group(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(ids): Path<(String, String)>,
    IfMatch(version): IfMatch,
) -> Result<StatusCode, Failure> {
    let (organisation, id) = two_ids(ids)?;
    door.exchange.remove_group(&actor, OrganisationId(organisation), id, version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /organisations/{organisationId}/contact-points/`.
#[utoipa::path(
    get,
    path = "/organisations/{organisationId}/contact-points/",
    operation_id = "listContactPoints",
    tag = "Contact structure",
    params(
        ("organisationId" = Uuid, Path, description = "Of the organisation"),
        ("searchTerm" = Option<String>, Query, description = "Part of a search term"),
        ("searchTermOrName" = Option<String>, Query, description = "Part of a search term or of the name"),
        ("contactGroupId" = Option<Uuid>, Query, description = "The group they stand in"),
        ("isRoot" = Option<bool>, Query, description = "Whether they stand in no group"),
        ("visibility" = Option<String>, Query, description = "VISIBLE, HIDDEN or ALL; hidden ones are told to the organisation's own", pattern = "^(VISIBLE|HIDDEN|ALL)$"),
        StandardSearch,
    ),
    responses((status = 200, body = ContactPointSearchResult, description = "Those found"), Refused)
)]
async fn points(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(organisation): Path<String>,
    parameters: Parameters,
) -> Result<Json<Value>, Failure> {
    let asked = asked(&parameters, Some(&organisation))?;
    let points = door.exchange.tell_points(&actor, &asked).await?;
    found(&points, &parameters, &OWN, "contactPoints")
}

/// `POST /organisations/{organisationId}/contact-points/`.
#[utoipa::path(
    post,
    path = "/organisations/{organisationId}/contact-points/",
    operation_id = "createContactPoint",
    tag = "Contact structure",
    params(("organisationId" = Uuid, Path, description = "Of the organisation")),
    request_body = ContactPointCommand,
    responses((status = 201, body = ContactPoint, description = "The contact point"), Refused)
)]
async fn make_point(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(organisation): Path<String>,
    Body(command): Body<ContactPointCommand>,
) -> Result<Versioned<ContactPoint>, Failure> {
    let organisation = OrganisationId(path_id(&organisation)?);
    let point = door.exchange.make_point(&actor, organisation, command).await?;
    Ok(made(point.version, point))
}

/// `GET /organisations/{organisationId}/contact-points/{id}`.
#[utoipa::path(
    get,
    path = "/organisations/{organisationId}/contact-points/{id}",
    operation_id = "getContactPoint",
    tag = "Contact structure",
    params(
        ("organisationId" = Uuid, Path, description = "Of the organisation"),
        ("id" = Uuid, Path, description = "Of the contact point"),
    ),
    responses((status = 200, body = ContactPoint, description = "The contact point"), Refused)
)]
async fn point(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(ids): Path<(String, String)>,
) -> Result<Versioned<ContactPoint>, Failure> {
    let (organisation, id) = both(ids)?;
    let point = door.exchange.tell_point(&actor, organisation, id).await?;
    Ok(told(point.version, point))
}

/// `PUT /organisations/{organisationId}/contact-points/{id}`.
#[utoipa::path(
    put,
    path = "/organisations/{organisationId}/contact-points/{id}",
    operation_id = "updateContactPoint",
    tag = "Contact structure",
    params(
        ("organisationId" = Uuid, Path, description = "Of the organisation"),
        ("id" = Uuid, Path, description = "Of the contact point"),
        ("If-Match" = String, Header, description = "The version it rests on", pattern = "^[0-9]{1,9}$"),
    ),
    request_body = ContactPointCommand,
    responses((status = 200, body = ContactPoint, description = "The contact point"), Refused)
)]
async fn change_point(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(ids): Path<(String, String)>,
    IfMatch(version): IfMatch,
    Body(command): Body<ContactPointCommand>,
) -> Result<Versioned<ContactPoint>, Failure> {
    let (organisation, id) = both(ids)?;
    let point = door.exchange.change_point(&actor, organisation, id, version, command).await?;
    Ok(told(point.version, point))
}

/// `DELETE /organisations/{organisationId}/contact-points/{id}`.
#[utoipa::path(
    delete,
    path = "/organisations/{organisationId}/contact-points/{id}",
    operation_id = "deleteContactPoint",
    tag = "Contact structure",
    params(
        ("organisationId" = Uuid, Path, description = "Of the organisation"),
        ("id" = Uuid, Path, description = "Of the contact point"),
        ("If-Match" = String, Header, description = "The version it rests on", pattern = "^[0-9]{1,9}$"),
    ),
    responses((status = 204, description = "It is gone"), Refused)
)]
async fn remove_point(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(ids): Path<(String, String)>,
    IfMatch(version): IfMatch,
) -> Result<StatusCode, Failure> {
    let (organisation, id) = both(ids)?;
    door.exchange.remove_point(&actor, organisation, id, version).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn asked(parameters: &Parameters, organisation: Option<&str>) -> Result<StructureAsked, Failure> {
    let invalid = |field: &str, message: &str| {
        Failure::bad_request("parameter.invalid", message).at("query", field)
    };
    let number = |name: &str| -> Result<Option<i64>, Failure> {
        let Some(text) = parameters.one(name)? else { return Ok(None) };
        text.parse().map(Some).map_err(|_| invalid(name, "a whole number"))
    };
    let group = match parameters.one("contactGroupId")? {
        Some(id) => Some(uuid(id).ok_or_else(|| invalid("contactGroupId", "a UUID"))?),
        None => None,
    };
    let visibility = match parameters.one("visibility")? {
        None | Some("VISIBLE") => Visibility::Visible,
        Some("HIDDEN") => Visibility::Hidden,
        Some("ALL") => Visibility::All,
        Some(_) => return Err(invalid("visibility", "VISIBLE, HIDDEN or ALL")),
    };
    Ok(StructureAsked {
        organisation: organisation.map(path_id).transpose()?.map(OrganisationId),
        visibility,
        group,
        is_root: parameters.flag("isRoot")?,
        search_term: parameters.one("searchTerm")?.map(str::to_owned),
        search_term_or_name: parameters.one("searchTermOrName")?.map(str::to_owned),
        postkasse: number("postkasseId")?,
        postkasse_emne: number("postkasseEmneId")?,
    })
}

fn both(ids: (String, String)) -> Result<(OrganisationId, ContactPointId), Failure> {
    let (organisation, id) = two_ids(ids)?;
    Ok((OrganisationId(organisation), ContactPointId(id)))
}
