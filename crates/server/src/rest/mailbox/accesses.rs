//! Who may open a mailbox, and how they hear of new mail.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use brevdue_wire::mailbox::{Access, AccessSearchResult, AccessSubscriptionVerificationCommand};
use utoipa_axum::routes;

use super::super::Door;
use super::super::acting::SignedIn;
use super::super::described::Described;
use super::super::description::Refused;
use super::super::errors::Failure;
use super::super::json::Body;
use super::super::parameters::{Parameters, path_id};
use super::super::versions::{IfMatch, Versioned};
use super::{Searching, found, open, versioned};

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(list, add)).with(routes!(read, change)).with(routes!(verify))
}

/// `GET /mailboxes/{mailboxId}/accesses/`: who may open the mailbox.
#[utoipa::path(
    get,
    path = "/mailboxes/{mailboxId}/accesses/",
    operation_id = "listAccesses",
    tag = "Accesses",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
        Searching,
    ),
    responses((status = 200, body = AccessSearchResult, description = "The accesses"), Refused),
    security(("person" = [])),
)]
async fn list(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path(mailbox): Path<String>,
    parameters: Parameters,
) -> Result<Response, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    let search = parameters.search::<Access>(&[])?;
    Ok(found(door.exchange.list_accesses(&open, &search).await?, "accesses"))
}

/// `POST /mailboxes/{mailboxId}/accesses/`: lets somebody in.
#[utoipa::path(
    post,
    path = "/mailboxes/{mailboxId}/accesses/",
    operation_id = "createAccess",
    tag = "Accesses",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
    ),
    request_body(content = Access),
    responses((status = 201, body = Access, description = "The access"), Refused),
    security(("person" = [])),
)]
async fn add(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path(mailbox): Path<String>,
    Body(wanted): Body<Access>,
) -> Result<Versioned<Access>, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    let access = door.exchange.add_access(&open, &wanted).await?;
    Ok(versioned(StatusCode::CREATED, access.version, access))
}

/// `GET /mailboxes/{mailboxId}/accesses/{id}`: an access.
#[utoipa::path(
    get,
    path = "/mailboxes/{mailboxId}/accesses/{id}",
    operation_id = "getAccess",
    tag = "Accesses",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
        ("id" = Uuid, Path, description = "Of the access"),
    ),
    responses((status = 200, body = Access, description = "The access"), Refused),
    security(("person" = [])),
)]
async fn read(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path((mailbox, id)): Path<(String, String)>,
) -> Result<Versioned<Access>, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    let access = door.exchange.access(&open, path_id(&id)?).await?;
    Ok(versioned(StatusCode::OK, access.version, access))
}

/// `PUT /mailboxes/{mailboxId}/accesses/{id}`: how its holder hears of new mail, and what it lets them do.
#[utoipa::path(
    put,
    path = "/mailboxes/{mailboxId}/accesses/{id}",
    operation_id = "updateAccess",
    tag = "Accesses",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
        ("id" = Uuid, Path, description = "Of the access"),
        ("If-Match" = i64, Header, description = "The version that was read", minimum = 1),
    ),
    request_body(content = Access),
    responses((status = 200, body = Access, description = "The access as it is now"), Refused),
    security(("person" = [])),
)]
async fn change(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path((mailbox, id)): Path<(String, String)>,
    IfMatch(version): IfMatch,
    Body(wanted): Body<Access>,
) -> Result<Versioned<Access>, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    let access = door.exchange.change_access(&open, path_id(&id)?, version, &wanted).await?;
    Ok(versioned(StatusCode::OK, access.version, access))
}

/// `PUT /mailboxes/{mailboxId}/accesses/{accessId}/subscriptions/{subscriptionId}/verification`: verifies an address by the code that was sent to it.
#[utoipa::path(
    put,
    path = "/mailboxes/{mailboxId}/accesses/{accessId}/subscriptions/{subscriptionId}/verification",
    operation_id = "verifyAccessSubscription",
    tag = "Accesses",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
        ("accessId" = Uuid, Path, description = "Of the access"),
        ("subscriptionId" = Uuid, Path, description = "Of the subscription"),
    ),
    request_body(content = AccessSubscriptionVerificationCommand),
    responses((status = 200, body = Access, description = "The access as it is now"), Refused),
    security(("person" = [])),
)]
async fn verify(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path((mailbox, access, id)): Path<(String, String, String)>,
    Body(command): Body<AccessSubscriptionVerificationCommand>,
) -> Result<Versioned<Access>, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    let (access, id) = (path_id(&access)?, path_id(&id)?);
    let code = &command.verification_code;
    let access = door.exchange.verify_subscription(&open, access, id, code).await?;
    Ok(versioned(StatusCode::OK, access.version, access))
}
