//! Documents of a message.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use brevdue_wire::mailbox::{Document, DocumentListResult};
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
    door.with(routes!(list, add)).with(routes!(read, change, remove))
}

/// `GET /mailboxes/{mailboxId}/messages/{messageId}/documents/`: the documents of a message.
#[utoipa::path(
    get,
    path = "/mailboxes/{mailboxId}/messages/{messageId}/documents/",
    operation_id = "listDocuments",
    tag = "Documents",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
        ("messageId" = Uuid, Path, description = "Of the message"),
    ),
    responses((status = 200, body = DocumentListResult, description = "The documents"), Refused),
    security(("person" = [])),
)]
async fn list(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path((mailbox, message)): Path<(String, String)>,
) -> Result<Json<DocumentListResult>, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    let message = path_id(&message)?;
    let exchange = door.exchange.clone();
    let documents = apart(async move { exchange.documents(&open, message).await }).await?;
    Ok(Json(DocumentListResult { documents: Some(documents) }))
}

/// `POST /mailboxes/{mailboxId}/messages/{messageId}/documents/`: another document of a draft.
#[utoipa::path(
    post,
    path = "/mailboxes/{mailboxId}/messages/{messageId}/documents/",
    operation_id = "createDocument",
    tag = "Documents",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
        ("messageId" = Uuid, Path, description = "Of the message"),
    ),
    request_body(content = Document),
    responses((status = 201, body = Document, description = "The document"), Refused),
    security(("person" = [])),
)]
async fn add(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path((mailbox, message)): Path<(String, String)>,
    Body(wanted): Body<Document>,
) -> Result<Versioned<Document>, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    let document = door.exchange.add_document(&open, path_id(&message)?, &wanted).await?;
    Ok(versioned(StatusCode::CREATED, document.version, document))
}

/// `GET /mailboxes/{mailboxId}/messages/{messageId}/documents/{id}`: a document.
#[utoipa::path(
    get,
    path = "/mailboxes/{mailboxId}/messages/{messageId}/documents/{id}",
    operation_id = "getDocument",
    tag = "Documents",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
        ("messageId" = Uuid, Path, description = "Of the message"),
        ("id" = Uuid, Path, description = "Of the document"),
    ),
    responses((status = 200, body = Document, description = "The document"), Refused),
    security(("person" = [])),
)]
async fn read(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path((mailbox, message, id)): Path<(String, String, String)>,
) -> Result<Versioned<Document>, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    let (message, id) = (path_id(&message)?, path_id(&id)?);
    let exchange = door.exchange.clone();
    let document = apart(async move { exchange.document(&open, message, id).await }).await?;
    Ok(versioned(StatusCode::OK, document.version, document))
}

/// `PUT /mailboxes/{mailboxId}/messages/{messageId}/documents/{id}`: another kind or title for a document of a draft.
#[utoipa::path(
    put,
    path = "/mailboxes/{mailboxId}/messages/{messageId}/documents/{id}",
    operation_id = "updateDocument",
    tag = "Documents",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
        ("messageId" = Uuid, Path, description = "Of the message"),
        ("id" = Uuid, Path, description = "Of the document"),
        ("If-Match" = i64, Header, description = "The version that was read", minimum = 1),
    ),
    request_body(content = Document),
    responses((status = 200, body = Document, description = "The document as it is now"), Refused),
    security(("person" = [])),
)]
async fn change(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path((mailbox, message, id)): Path<(String, String, String)>,
    IfMatch(version): IfMatch,
    Body(wanted): Body<Document>,
) -> Result<Versioned<Document>, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    let (message, id) = (path_id(&message)?, path_id(&id)?);
    let document = door.exchange.change_document(&open, message, id, version, &wanted).await?;
    Ok(versioned(StatusCode::OK, document.version, document))
}

/// `DELETE /mailboxes/{mailboxId}/messages/{messageId}/documents/{id}`: a document of a draft, with its files.
#[utoipa::path(
    delete,
    path = "/mailboxes/{mailboxId}/messages/{messageId}/documents/{id}",
    operation_id = "deleteDocument",
    tag = "Documents",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
        ("messageId" = Uuid, Path, description = "Of the message"),
        ("id" = Uuid, Path, description = "Of the document"),
        ("If-Match" = i64, Header, description = "The version that was read", minimum = 1),
    ),
    responses((status = 204, description = "It is gone"), Refused),
    security(("person" = [])),
)]
async fn remove(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path((mailbox, message, id)): Path<(String, String, String)>,
    IfMatch(version): IfMatch,
) -> Result<StatusCode, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    let (message, id) = (path_id(&message)?, path_id(&id)?);
    door.exchange.remove_document(&open, message, id, version).await?;
    Ok(StatusCode::NO_CONTENT)
}
