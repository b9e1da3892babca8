//! Messages of a mailbox: lists, one, changes.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use brevdue_exchange::mailbox::listing::Wanted;
use brevdue_wire::mailbox::{Message, MessagePatchCommand, MessageSearchResult};
use utoipa_axum::routes;

use super::super::Door;
use super::super::acting::SignedIn;
use super::super::described::Described;
use super::super::description::Refused;
use super::super::errors::Failure;
use super::super::json::Body;
use super::super::parameters::{Parameters, path_id};
use super::super::versions::{IfMatch, Versioned};
use super::{Searching, apart, found, open, versioned};

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(list, add)).with(routes!(read, patch, put, remove))
}

/// `GET /mailboxes/{mailboxId}/messages/`: newest first. What stands in the letters themselves is left out.
#[utoipa::path(
    get,
    path = "/mailboxes/{mailboxId}/messages/",
    operation_id = "listMessages",
    tag = "Messages",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
        Searching,
        ("folderId" = Option<Uuid>, Query, description = "In this folder"),
        ("dateFrom" = Option<String>, Query, description = "Dated from, as 2026-03-01T12:00:00.000Z or 2026-03-01"),
        ("dateTo" = Option<String>, Query, description = "Dated until, as 2026-03-01T12:00:00.000Z or 2026-03-01"),
        ("receivedDateFrom" = Option<String>, Query, description = "Received from, as 2026-03-01T12:00:00.000Z or 2026-03-01"),
        ("receivedDateTo" = Option<String>, Query, description = "Received until, as 2026-03-01T12:00:00.000Z or 2026-03-01"),
    ),
    responses((status = 200, body = MessageSearchResult, description = "The messages"), Refused),
    security(("person" = [])),
)]
async fn list(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path(mailbox): Path<String>,
    parameters: Parameters,
) -> Result<Response, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    let search = parameters.search::<Message>(&[
        "folderId",
        "dateFrom",
        "dateTo",
        "receivedDateFrom",
        "receivedDateTo",
    ])?;
    let wanted = Wanted {
        folder: parameters.id("folderId")?,
        date_from: parameters.time("dateFrom")?,
        date_to: parameters.time("dateTo")?,
        received_from: parameters.time("receivedDateFrom")?,
        received_to: parameters.time("receivedDateTo")?,
    };
    Ok(found(door.exchange.list_messages(&open, &wanted, &search).await?, "messages"))
}

/// `POST /mailboxes/{mailboxId}/messages/`: a draft. Its documents are added one by one.
#[utoipa::path(
    post,
    path = "/mailboxes/{mailboxId}/messages/",
    operation_id = "createMessage",
    tag = "Messages",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
    ),
    request_body(content = Message),
    responses((status = 201, body = Message, description = "The draft"), Refused),
    security(("person" = [])),
)]
async fn add(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path(mailbox): Path<String>,
    Body(wanted): Body<Message>,
) -> Result<Versioned<Message>, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    let message = door.exchange.add_draft(&open, &wanted).await?;
    Ok(versioned(StatusCode::CREATED, message.version, message))
}

/// `GET /mailboxes/{mailboxId}/messages/{id}`: a message with everything in it.
#[utoipa::path(
    get,
    path = "/mailboxes/{mailboxId}/messages/{id}",
    operation_id = "getMessage",
    tag = "Messages",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
        ("id" = Uuid, Path, description = "Of the message"),
    ),
    responses((status = 200, body = Message, description = "The message"), Refused),
    security(("person" = [])),
)]
async fn read(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path((mailbox, id)): Path<(String, String)>,
) -> Result<Versioned<Message>, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    let id = path_id(&id)?;
    let exchange = door.exchange.clone();
    let message = apart(async move { exchange.message(&open, id).await }).await?;
    Ok(versioned(StatusCode::OK, message.version, message))
}

/// `PATCH /mailboxes/{mailboxId}/messages/{id}`: folder, flag, title, code, note, read, served; what is left out stays.
#[utoipa::path(
    patch,
    path = "/mailboxes/{mailboxId}/messages/{id}",
    operation_id = "patchMessage",
    tag = "Messages",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
        ("id" = Uuid, Path, description = "Of the message"),
        ("If-Match" = i64, Header, description = "The version that was read", minimum = 1),
    ),
    request_body(content = MessagePatchCommand),
    responses((status = 200, body = Message, description = "The message as it is now"), Refused),
    security(("person" = [])),
)]
async fn patch(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path((mailbox, id)): Path<(String, String)>,
    IfMatch(version): IfMatch,
    Body(wanted): Body<MessagePatchCommand>,
) -> Result<Versioned<Message>, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    let id = path_id(&id)?;
    let exchange = door.exchange.clone();
    let message =
        apart(async move { exchange.patch_message(&open, id, version, &wanted).await }).await?;
    Ok(versioned(StatusCode::OK, message.version, message))
}

/// `PUT /mailboxes/{mailboxId}/messages/{id}`: the whole of a draft; of a letter, what may be patched.
#[utoipa::path(
    put,
    path = "/mailboxes/{mailboxId}/messages/{id}",
    operation_id = "updateMessage",
    tag = "Messages",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
        ("id" = Uuid, Path, description = "Of the message"),
        ("If-Match" = i64, Header, description = "The version that was read", minimum = 1),
    ),
    request_body(content = Message),
    responses((status = 200, body = Message, description = "The message as it is now"), Refused),
    security(("person" = [])),
)]
async fn put(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path((mailbox, id)): Path<(String, String)>,
    IfMatch(version): IfMatch,
    Body(wanted): Body<Message>,
) -> Result<Versioned<Message>, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    let id = path_id(&id)?;
    let exchange = door.exchange.clone();
    let message =
        apart(async move { exchange.put_message(&open, id, version, &wanted).await }).await?;
    Ok(versioned(StatusCode::OK, message.version, message))
}

/// `DELETE /mailboxes/{mailboxId}/messages/{id}`: to DELETED; from there, out of the mailbox. A draft is gone at once.
#[utoipa::path(
    delete,
    path = "/mailboxes/{mailboxId}/messages/{id}",
    operation_id = "deleteMessage",
    tag = "Messages",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
        ("id" = Uuid, Path, description = "Of the message"),
        ("If-Match" = i64, Header, description = "The version that was read", minimum = 1),
    ),
    responses((status = 204, description = "It is deleted"), Refused),
    security(("person" = [])),
)]
async fn remove(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path((mailbox, id)): Path<(String, String)>,
    IfMatch(version): IfMatch,
) -> Result<StatusCode, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    door.exchange.remove_message(&open, path_id(&id)?, version).await?;
    Ok(StatusCode::NO_CONTENT)
}
