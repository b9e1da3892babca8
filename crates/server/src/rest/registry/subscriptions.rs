//! Subscriptions to changes of contacts and organisations.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use brevdue_wire::registry::{
    ContactSubscription, ContactSubscriptionCommand, OrganisationSenderSystemSubscription,
    OrganisationSenderSystemSubscriptionCommand,
};
use utoipa_axum::routes;

use super::{Door, made, told};
use crate::rest::acting::Acting;
use crate::rest::described::Described;
use crate::rest::description::Refused;
use crate::rest::errors::Failure;
use crate::rest::json::Body;
use crate::rest::parameters::path_id;
use crate::rest::versions::{IfMatch, Versioned};

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(list_contacts, subscribe_contacts))
        .with(routes!(change_contacts, end_contacts))
        .with(routes!(list_organisations, subscribe_organisations))
        .with(routes!(change_organisations))
}

/// `GET /contacts/subscriptions/`: the caller's.
#[utoipa::path(
    get,
    path = "/contacts/subscriptions/",
    operation_id = "listContactSubscriptions",
    tag = "Subscriptions",
    responses((status = 200, body = [ContactSubscription], description = "The caller's"), Refused)
)]
async fn list_contacts(
    State(door): State<Door>,
    Acting(actor): Acting,
) -> Result<Json<Vec<ContactSubscription>>, Failure> {
    Ok(Json(door.exchange.contact_subscriptions(&actor).await?))
}

/// `POST /contacts/subscriptions/`.
#[utoipa::path(
    post,
    path = "/contacts/subscriptions/",
    operation_id = "createContactSubscription",
    tag = "Subscriptions",
    request_body = ContactSubscriptionCommand,
    responses((status = 200, body = ContactSubscription, description = "The subscription"), Refused)
)]
async fn subscribe_contacts(
    State(door): State<Door>,
    Acting(actor): Acting,
    Body(command): Body<ContactSubscriptionCommand>,
) -> Result<Versioned<ContactSubscription>, Failure> {
    let subscription = door.exchange.subscribe_to_contacts(&actor, command).await?;
    Ok(told(subscription.version, subscription))
}

/// `PUT /contacts/subscriptions/{id}`.
#[utoipa::path(
    put,
    path = "/contacts/subscriptions/{id}",
    operation_id = "updateContactSubscription",
    tag = "Subscriptions",
    params(
        ("id" = Uuid, Path, description = "Of the subscription"),
        ("If-Match" = String, Header, description = "The version it rests on", pattern = "^[0-9]{1,9}$"),
    ),
    request_body = ContactSubscriptionCommand,
    responses((status = 200, body = ContactSubscription, description = "The subscription"), Refused)
)]
async fn change_contacts(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Body(command): Body<ContactSubscriptionCommand>,
) -> Result<Versioned<ContactSubscription>, Failure> {
    let (exchange, id) = (&door.exchange, path_id(&id)?);
    let changed = exchange.change_contact_subscription(&actor, id, version, command).await?;
    Ok(told(changed.version, changed))
}

/// `DELETE /contacts/subscriptions/{id}`.
#[utoipa::path(
    delete,
    path = "/contacts/subscriptions/{id}",
    operation_id = "deleteContactSubscription",
    tag = "Subscriptions",
    params(
        ("id" = Uuid, Path, description = "Of the subscription"),
        ("If-Match" = String, Header, description = "The version it rests on", pattern = "^[0-9]{1,9}$"),
    ),
    responses((status = 204, description = "It is gone"), Refused)
)]
async fn end_contacts(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
) -> Result<StatusCode, Failure> {
    door.exchange.end_contact_subscription(&actor, path_id(&id)?, version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /organisations/subscriptions/`: the caller's.
#[utoipa::path(
    get,
    path = "/organisations/subscriptions/",
    operation_id = "listOrganisationSubscriptions",
    tag = "Subscriptions",
    responses((status = 200, body = [OrganisationSenderSystemSubscription], description = "The caller's"), Refused)
)]
async fn list_organisations(
    State(door): State<Door>,
    Acting(actor): Acting,
) -> Result<Json<Vec<OrganisationSenderSystemSubscription>>, Failure> {
    Ok(Json(door.exchange.organisation_subscriptions(&actor).await?))
}

/// `POST /organisations/subscriptions/`.
#[utoipa::path(
    post,
    path = "/organisations/subscriptions/",
    operation_id = "createOrganisationSubscription",
    tag = "Subscriptions",
    request_body = OrganisationSenderSystemSubscriptionCommand,
    responses((status = 201, body = OrganisationSenderSystemSubscription, description = "The subscription"), Refused)
)]
async fn subscribe_organisations(
    State(door): State<Door>,
    Acting(actor): Acting,
    Body(command): Body<OrganisationSenderSystemSubscriptionCommand>,
) -> Result<Versioned<OrganisationSenderSystemSubscription>, Failure> {
    let subscription = door.exchange.subscribe_to_organisations(&actor, command).await?;
    Ok(made(subscription.version, subscription))
}

/// `PUT /organisations/subscriptions/{id}`.
#[utoipa::path(
    put,
    path = "/organisations/subscriptions/{id}",
    operation_id = "updateOrganisationSubscription",
    tag = "Subscriptions",
    params(
        ("id" = Uuid, Path, description = "Of the subscription"),
        ("If-Match" = String, Header, description = "The version it rests on", pattern = "^[0-9]{1,9}$"),
    ),
    request_body = OrganisationSenderSystemSubscriptionCommand,
    responses((status = 200, body = OrganisationSenderSystemSubscription, description = "The subscription"), Refused)
)]
async fn change_organisations(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Body(command): Body<OrganisationSenderSystemSubscriptionCommand>,
) -> Result<Versioned<OrganisationSenderSystemSubscription>, Failure> {
    let (exchange, id) = (&door.exchange, path_id(&id)?);
    let changed = exchange.change_organisation_subscription(&actor, id, version, command).await?;
    Ok(told(changed.version, changed))
}
