//! Exemptions, and what may be changed of a contact.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use brevdue_exchange::ContactId;
use brevdue_wire::registry::{
    Contact, Exemption, ExemptionCommand, SubscriptionVerificationCommand,
};
use utoipa_axum::routes;

use super::{Door, made, told, two_ids};
use crate::rest::acting::Acting;
use crate::rest::described::Described;
use crate::rest::description::Refused;
use crate::rest::errors::Failure;
use crate::rest::json::Body;
use crate::rest::parameters::path_id;
use crate::rest::versions::{IfMatch, Versioned};

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(exempt)).with(routes!(read, change, end)).with(routes!(verify))
}

/// `POST /exemptions/`: in force at once.
#[utoipa::path(
    post,
    path = "/exemptions/",
    operation_id = "createExemption",
    tag = "Exemptions",
    request_body = ExemptionCommand,
    responses((status = 201, body = Exemption, description = "The exemption"), Refused)
)]
async fn exempt(
    State(door): State<Door>,
    Acting(actor): Acting,
    Body(command): Body<ExemptionCommand>,
) -> Result<Versioned<Exemption>, Failure> {
    let exemption = door.exchange.exempt(&actor, command).await?;
    Ok(made(exemption.version, exemption))
}

/// `GET /exemptions/{id}`.
#[utoipa::path(
    get,
    path = "/exemptions/{id}",
    operation_id = "getExemption",
    tag = "Exemptions",
    params(("id" = Uuid, Path, description = "Of the exemption")),
    responses((status = 200, body = Exemption, description = "The exemption"), Refused)
)]
async fn read(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(id): Path<String>,
) -> Result<Versioned<Exemption>, Failure> {
    let exemption = door.exchange.tell_exemption(&actor, path_id(&id)?).await?;
    Ok(told(exemption.version, exemption))
}

/// `PUT /exemptions/{id}`.
#[utoipa::path(
    put,
    path = "/exemptions/{id}",
    operation_id = "updateExemption",
    tag = "Exemptions",
    params(
        ("id" = Uuid, Path, description = "Of the exemption"),
        ("If-Match" = String, Header, description = "The version it rests on", pattern = "^[0-9]{1,9}$"),
    ),
    request_body = ExemptionCommand,
    responses((status = 200, body = Exemption, description = "The exemption"), Refused)
)]
async fn change(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Body(command): Body<ExemptionCommand>,
) -> Result<Versioned<Exemption>, Failure> {
    let changed = door.exchange.change_exemption(&actor, path_id(&id)?, version, command).await?;
    Ok(told(changed.version, changed))
}

/// `DELETE /exemptions/{id}`: the contact is registered as before.
#[utoipa::path(
    delete,
    path = "/exemptions/{id}",
    operation_id = "deleteExemption",
    tag = "Exemptions",
    params(
        ("id" = Uuid, Path, description = "Of the exemption"),
        ("If-Match" = String, Header, description = "The version it rests on", pattern = "^[0-9]{1,9}$"),
    ),
    responses((status = 204, description = "It has ended"), Refused)
)]
async fn end(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
) -> Result<StatusCode, Failure> {
    door.exchange.end_exemption(&actor, path_id(&id)?, version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `PUT /contacts/{contactId}/verifications/{id}`: the code that was sent to a telephone number.
#[utoipa::path(
    put,
    path = "/contacts/{contactId}/verifications/{id}",
    operation_id = "verifyContactSubscription",
    tag = "Contacts",
    params(
        ("contactId" = Uuid, Path, description = "Of the contact"),
        ("id" = Uuid, Path, description = "Of the nemSmsSubscription"),
    ),
    request_body = SubscriptionVerificationCommand,
    responses((status = 200, body = Contact, description = "The contact"), Refused)
)]
async fn verify(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(ids): Path<(String, String)>,
    Body(command): Body<SubscriptionVerificationCommand>,
) -> Result<Versioned<Contact>, Failure> {
    let (contact, id) = two_ids(ids)?;
    let changed = door.exchange.verify_number(&actor, ContactId(contact), id, command).await?;
    Ok(told(changed.version, changed))
}
