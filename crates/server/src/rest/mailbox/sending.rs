//! Answering, passing on, sending.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use brevdue_wire::mailbox::{ForwardCommand, Message};
use utoipa_axum::routes;

use super::super::Door;
use super::super::acting::SignedIn;
use super::super::described::Described;
use super::super::description::Refused;
use super::super::errors::Failure;
use super::super::json::Body;
use super::super::parameters::path_id;
use super::super::versions::{IfMatch, Versioned};
use super::{apart, open, versioned};

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(forward)).with(routes!(reply)).with(routes!(send, send_version))
}

/// `POST /mailboxes/{mailboxId}/messages/{id}/forward`: to an authority, somebody trusted, or a mail address.
#[utoipa::path(
    post,
    path = "/mailboxes/{mailboxId}/messages/{id}/forward",
    operation_id = "forwardMessage",
    tag = "Messages",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
        ("id" = Uuid, Path, description = "Of the message"),
    ),
    request_body(content = ForwardCommand),
    responses((status = 200, body = Message, description = "What was sent"), Refused),
    security(("person" = [])),
)]
async fn forward(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path((mailbox, id)): Path<(String, String)>,
    Body(command): Body<ForwardCommand>,
) -> Result<Versioned<Message>, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    let id = path_id(&id)?;
    let exchange = door.exchange.clone();
    let message = apart(async move { exchange.forward(&open, id, &command).await }).await?;
    Ok(versioned(StatusCode::OK, message.version, message))
}

/// `POST /mailboxes/{mailboxId}/messages/{id}/reply`: begins the answer: a draft to whoever wrote.
#[utoipa::path(
    post,
    path = "/mailboxes/{mailboxId}/messages/{id}/reply",
    operation_id = "replyToMessage",
    tag = "Messages",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
        ("id" = Uuid, Path, description = "Of the message"),
    ),
    responses((status = 200, body = Message, description = "The draft"), Refused),
    security(("person" = [])),
)]
async fn reply(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path((mailbox, id)): Path<(String, String)>,
) -> Result<Versioned<Message>, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    let id = path_id(&id)?;
    let exchange = door.exchange.clone();
    let message = apart(async move { exchange.begin_reply(&open, id).await }).await?;
    Ok(versioned(StatusCode::OK, message.version, message))
}

/// `POST /mailboxes/{mailboxId}/messages/{id}/send`: sends a draft as it stands.
#[utoipa::path(
    post,
    path = "/mailboxes/{mailboxId}/messages/{id}/send",
    operation_id = "sendMessage",
    tag = "Messages",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
        ("id" = Uuid, Path, description = "Of the message"),
    ),
    responses((status = 200, body = Message, description = "The message in SENT, with an id of its own"), Refused),
    security(("person" = [])),
)]
async fn send(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path((mailbox, id)): Path<(String, String)>,
) -> Result<Versioned<Message>, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    let id = path_id(&id)?;
    let exchange = door.exchange.clone();
    let message = apart(async move { exchange.send_draft(&open, id, None).await }).await?;
    Ok(versioned(StatusCode::OK, message.version, message))
}

/// `PUT /mailboxes/{mailboxId}/messages/{id}/send`: sends a draft if it stands as it was read.
#[utoipa::path(
    put,
    path = "/mailboxes/{mailboxId}/messages/{id}/send",
    operation_id = "sendMessageVersion",
    tag = "Messages",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
        ("id" = Uuid, Path, description = "Of the message"),
        ("If-Match" = i64, Header, description = "The version that was read", minimum = 1),
    ),
    responses((status = 200, body = Message, description = "The message in SENT, with an id of its own"), Refused),
    security(("person" = [])),
)]
async fn send_version(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path((mailbox, id)): Path<(String, String)>,
    IfMatch(version): IfMatch,
) -> Result<Versioned<Message>, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    let id = path_id(&id)?;
    let exchange = door.exchange.clone();
    let message = apart(async move { exchange.send_draft(&open, id, Some(version)).await }).await?;
    Ok(versioned(StatusCode::OK, message.version, message))
}
