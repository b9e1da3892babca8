//! Folders of a mailbox.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use brevdue_wire::mailbox::{Folder, FolderMessageSummaryResult, FolderSearchResult};
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
    door.with(routes!(list, add)).with(routes!(summary)).with(routes!(read, change, remove))
}

/// `GET /mailboxes/{mailboxId}/folders/`: the fixed folders, and those of the owner's own.
#[utoipa::path(
    get,
    path = "/mailboxes/{mailboxId}/folders/",
    operation_id = "listFolders",
    tag = "Folders",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
        Searching,
    ),
    responses((status = 200, body = FolderSearchResult, description = "The folders"), Refused),
    security(("person" = [])),
)]
async fn list(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path(mailbox): Path<String>,
    parameters: Parameters,
) -> Result<Response, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    let search = parameters.search::<Folder>(&[])?;
    Ok(found(door.exchange.list_folders(&open, &search).await?, "folders"))
}

/// `POST /mailboxes/{mailboxId}/folders/`: another folder of the owner's own.
#[utoipa::path(
    post,
    path = "/mailboxes/{mailboxId}/folders/",
    operation_id = "createFolder",
    tag = "Folders",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
    ),
    request_body(content = Folder),
    responses((status = 201, body = Folder, description = "The folder"), Refused),
    security(("person" = [])),
)]
async fn add(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path(mailbox): Path<String>,
    Body(wanted): Body<Folder>,
) -> Result<Versioned<Folder>, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    let folder = door.exchange.add_folder(&open, &wanted).await?;
    Ok(versioned(StatusCode::CREATED, folder.version, folder))
}

/// `GET /mailboxes/{mailboxId}/folders/summary/`: how much is in each folder.
#[utoipa::path(
    get,
    path = "/mailboxes/{mailboxId}/folders/summary/",
    operation_id = "getFolderSummary",
    tag = "Folders",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
    ),
    responses((status = 200, body = FolderMessageSummaryResult, description = "The folders and how much is in them"), Refused),
    security(("person" = [])),
)]
async fn summary(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path(mailbox): Path<String>,
) -> Result<Json<FolderMessageSummaryResult>, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    Ok(Json(door.exchange.folder_summary(&open).await?))
}

/// `GET /mailboxes/{mailboxId}/folders/{id}`: a folder.
#[utoipa::path(
    get,
    path = "/mailboxes/{mailboxId}/folders/{id}",
    operation_id = "getFolder",
    tag = "Folders",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
        ("id" = Uuid, Path, description = "Of the folder"),
    ),
    responses((status = 200, body = Folder, description = "The folder"), Refused),
    security(("person" = [])),
)]
async fn read(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path((mailbox, id)): Path<(String, String)>,
) -> Result<Versioned<Folder>, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    let folder = door.exchange.folder(&open, path_id(&id)?).await?;
    Ok(versioned(StatusCode::OK, folder.version, folder))
}

/// `PUT /mailboxes/{mailboxId}/folders/{id}`: another name or place.
#[utoipa::path(
    put,
    path = "/mailboxes/{mailboxId}/folders/{id}",
    operation_id = "updateFolder",
    tag = "Folders",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
        ("id" = Uuid, Path, description = "Of the folder"),
        ("If-Match" = i64, Header, description = "The version that was read", minimum = 1),
    ),
    request_body(content = Folder),
    responses((status = 200, body = Folder, description = "The folder as it is now"), Refused),
    security(("person" = [])),
)]
async fn change(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path((mailbox, id)): Path<(String, String)>,
    IfMatch(version): IfMatch,
    Body(wanted): Body<Folder>,
) -> Result<Versioned<Folder>, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    let folder = door.exchange.change_folder(&open, path_id(&id)?, version, &wanted).await?;
    Ok(versioned(StatusCode::OK, folder.version, folder))
}

/// `DELETE /mailboxes/{mailboxId}/folders/{id}`: a folder with nothing in it.
#[utoipa::path(
    delete,
    path = "/mailboxes/{mailboxId}/folders/{id}",
    operation_id = "deleteFolder",
    tag = "Folders",
    params(
        ("mailboxId" = Uuid, Path, description = "Of the mailbox"),
        ("id" = Uuid, Path, description = "Of the folder"),
        ("If-Match" = i64, Header, description = "The version that was read", minimum = 1),
    ),
    responses((status = 204, description = "It is gone"), Refused),
    security(("person" = [])),
)]
async fn remove(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path((mailbox, id)): Path<(String, String)>,
    IfMatch(version): IfMatch,
) -> Result<StatusCode, Failure> {
    let open = open(&door, &person, &mailbox).await?;
    door.exchange.remove_folder(&open, path_id(&id)?, version).await?;
    Ok(StatusCode::NO_CONTENT)
}
