//! Messages: handed in by sender systems, fetched by receiver systems.

mod answer;
mod fetch;
mod multipart;
mod recall;
mod submit;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{MethodRouter, get, post};
use brevdue_wire::PagingResultUuid;

use super::Door;
use super::caller::Receiver;
use super::errors::Failure;
use super::parameters::{Parameters, path_id};

pub(super) fn table() -> [(&'static str, MethodRouter<Door>); 4] {
    [
        ("/memos", get(list).post(submit::submit)),
        ("/memos/{id}", get(fetch::fetch).delete(remove)),
        ("/memos/{id}/receipt", post(answer::answer)),
        ("/memos/{id}/recall", post(recall::recall)),
    ]
}

/// `GET /memos/`: the ids of the messages that wait for the caller, oldest first.
async fn list(
    State(door): State<Door>,
    Receiver(caller): Receiver,
    parameters: Parameters,
) -> Result<Json<PagingResultUuid>, Failure> {
    Ok(Json(door.exchange.waiting_memos(&caller, parameters.page()?).await?))
}

/// `DELETE /memos/{id}`: the receiver is done with it; twice is fine.
async fn remove(
    State(door): State<Door>,
    Receiver(caller): Receiver,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    door.exchange.remove_memo(&caller, path_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
