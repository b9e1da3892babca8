//! Files of documents, and their bytes.

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use brevdue_exchange::mailbox::documents::FileBytes;
use brevdue_wire::mailbox::{File, FileContent, FileListResult};
use utoipa_axum::routes;

use super::super::Door;
use super::super::acting::SignedIn;
use super::super::body::media_type;
use super::super::described::Described;
use super::super::description::{FilePart, Refused};
use super::super::errors::Failure;
use super::super::json::Body;
use super::super::memos::multipart::take_file;
use super::super::parameters::path_id;
use super::super::versions::{IfMatch, Versioned};
use super::{apart, open, versioned};
use crate::content;

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(list, add))
        .with(routes!(read, change, remove))
        .with(routes!(content, put_content))
}

/// `GET /mailboxes/{mailboxId}/messages/{messageId}/documents/{documentId}/files/`: the files of a document.
#[utoipa::path(
    get,
    path = "/mailboxes/{mailboxId}/messages/{messageId}/documents/{documentId}/files/",
    operation_id = "listFiles",
    tag = "Files",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
        ("messageId" = Uuid, Path, description = "Of the message"),
        ("documentId" = Uuid, Path, description = "Of the document"),
    ),
    responses((status = 200, body = FileListResult, description = "The files"), Refused),
    security(("person" = [])),
)]
async fn list(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path((mailbox, message, document)): Path<(String, String, String)>,
) -> Result<Json<FileListResult>, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    let (message, document) = (path_id(&message)?, path_id(&document)?);
    let exchange = door.exchange.clone();
    let document = apart(async move { exchange.document(&open, message, document).await }).await?;
    Ok(Json(FileListResult { files: document.files }))
}

/// `POST /mailboxes/{mailboxId}/messages/{messageId}/documents/{documentId}/files/`: another file of a document of a draft; its content follows.
#[utoipa::path(
    post,
    path = "/mailboxes/{mailboxId}/messages/{messageId}/documents/{documentId}/files/",
    operation_id = "createFile",
    tag = "Files",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
        ("messageId" = Uuid, Path, description = "Of the message"),
        ("documentId" = Uuid, Path, description = "Of the document"),
    ),
    request_body(content = File),
    responses((status = 201, body = File, description = "The file"), Refused),
    security(("person" = [])),
)]
async fn add(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path((mailbox, message, document)): Path<(String, String, String)>,
    Body(wanted): Body<File>,
) -> Result<Versioned<File>, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    let (message, document) = (path_id(&message)?, path_id(&document)?);
    let file = door.exchange.add_file(&open, message, document, &wanted).await?;
    Ok(versioned(StatusCode::CREATED, file.version, file))
}

/// `GET /mailboxes/{mailboxId}/messages/{messageId}/documents/{documentId}/files/{id}`: what a file is.
#[utoipa::path(
    get,
    path = "/mailboxes/{mailboxId}/messages/{messageId}/documents/{documentId}/files/{id}",
    operation_id = "getFile",
    tag = "Files",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
        ("messageId" = Uuid, Path, description = "Of the message"),
        ("documentId" = Uuid, Path, description = "Of the document"),
        ("id" = Uuid, Path, description = "Of the file"),
    ),
    responses((status = 200, body = File, description = "The file, without its content"), Refused),
    security(("person" = [])),
)]
async fn read(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path((mailbox, message, document, id)): Path<(String, String, String, String)>,
) -> Result<Versioned<File>, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    let (message, file) = (path_id(&message)?, (path_id(&document)?, path_id(&id)?));
    let exchange = door.exchange.clone();
    let file = apart(async move { exchange.file_of(&open, message, file.0, file.1).await }).await?;
    Ok(versioned(StatusCode::OK, file.version, file))
}

/// `PUT /mailboxes/{mailboxId}/messages/{messageId}/documents/{documentId}/files/{id}`: another name, type or language for a file of a draft.
#[utoipa::path(
    put,
    path = "/mailboxes/{mailboxId}/messages/{messageId}/documents/{documentId}/files/{id}",
    operation_id = "updateFile",
    tag = "Files",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
        ("messageId" = Uuid, Path, description = "Of the message"),
        ("documentId" = Uuid, Path, description = "Of the document"),
        ("id" = Uuid, Path, description = "Of the file"),
        ("If-Match" = i64, Header, description = "The version that was read", minimum = 1),
    ),
    request_body(content = File),
    responses((status = 200, body = File, description = "The file as it is now"), Refused),
    security(("person" = [])),
)]
async fn change(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path((mailbox, message, document, id)): Path<(String, String, String, String)>,
    IfMatch(version): IfMatch,
    Body(wanted): Body<File>,
) -> Result<Versioned<File>, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    let (message, file) = (path_id(&message)?, (path_id(&document)?, path_id(&id)?));
    let file = door.exchange.change_file(&open, message, file, version, &wanted).await?;
    Ok(versioned(StatusCode::OK, file.version, file))
}

/// `DELETE /mailboxes/{mailboxId}/messages/{messageId}/documents/{documentId}/files/{id}`: a file of a draft.
#[utoipa::path(
    delete,
    path = "/mailboxes/{mailboxId}/messages/{messageId}/documents/{documentId}/files/{id}",
    operation_id = "deleteFile",
    tag = "Files",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
        ("messageId" = Uuid, Path, description = "Of the message"),
        ("documentId" = Uuid, Path, description = "Of the document"),
        ("id" = Uuid, Path, description = "Of the file"),
        ("If-Match" = i64, Header, description = "The version that was read", minimum = 1),
    ),
    responses((status = 204, description = "It is gone"), Refused),
    security(("person" = [])),
)]
async fn remove(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path((mailbox, message, document, id)): Path<(String, String, String, String)>,
    IfMatch(version): IfMatch,
) -> Result<StatusCode, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    let (message, file) = (path_id(&message)?, (path_id(&document)?, path_id(&id)?));
    door.exchange.remove_document_file(&open, message, file, version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /mailboxes/{mailboxId}/messages/{messageId}/documents/{documentId}/files/{id}/content`: the bytes of a file.
#[utoipa::path(
    get,
    path = "/mailboxes/{mailboxId}/messages/{messageId}/documents/{documentId}/files/{id}/content",
    operation_id = "getFileContent",
    tag = "Files",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
        ("messageId" = Uuid, Path, description = "Of the message"),
        ("documentId" = Uuid, Path, description = "Of the document"),
        ("id" = Uuid, Path, description = "Of the file"),
    ),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream", description = "The bytes; what they are is said by the file"), Refused),
    security(("person" = [])),
)]
async fn content(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path((mailbox, message, document, id)): Path<(String, String, String, String)>,
) -> Result<Response, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    let (message, file) = (path_id(&message)?, (path_id(&document)?, path_id(&id)?));
    let exchange = door.exchange.clone();
    let file =
        apart(async move { exchange.open_file(&open, message, file.0, file.1).await }).await?;
    let length = file.length_bytes;
    let stream = match file.bytes {
        FileBytes::Alone(content) => content::stream(door.exchange.store(), &content).await?,
        FileBytes::InLetter { content, letter } => {
            content::decoded(door.exchange.store(), letter, content)
        }
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (header::CONTENT_LENGTH, length.into()),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment")),
    ];
    Ok((headers, axum::body::Body::from_stream(stream)).into_response())
}

/// `PUT /mailboxes/{mailboxId}/messages/{messageId}/documents/{documentId}/files/{id}/content`: puts content into a file of a draft.
#[utoipa::path(
    put,
    path = "/mailboxes/{mailboxId}/messages/{messageId}/documents/{documentId}/files/{id}/content",
    operation_id = "updateFileContent",
    tag = "Files",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
        ("messageId" = Uuid, Path, description = "Of the message"),
        ("documentId" = Uuid, Path, description = "Of the document"),
        ("id" = Uuid, Path, description = "Of the file"),
        ("If-Match" = i64, Header, description = "The version that was read", minimum = 1),
    ),
    request_body(content = FilePart, content_type = "multipart/form-data"),
    responses((status = 200, body = FileContent, description = "The file with its new version, and the draft"), Refused),
    security(("person" = [])),
)]
async fn put_content(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path((mailbox, message, document, id)): Path<(String, String, String, String)>,
    IfMatch(version): IfMatch,
    request: Request,
) -> Result<Versioned<FileContent>, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    let (message, file) = (path_id(&message)?, (path_id(&document)?, path_id(&id)?));
    door.exchange.awaits_content(&open, message, file, version).await?;
    if media_type(request.headers()).as_deref() != Some("multipart/form-data") {
        return Err(Failure::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "content.type.not.supported",
            "send multipart/form-data with one part named file",
        )
        .at("header", "Content-Type"));
    }
    let limit = door.exchange.policy().authority_memo_bytes;
    let bytes = take_file(&door, request, limit, |_| Ok(()), |_| Ok(())).await?;
    let file = door.exchange.put_content(&open, message, file, version, bytes).await?;
    Ok(versioned(StatusCode::OK, file.version, file))
}
