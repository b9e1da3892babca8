//! Messages: handed in by sender systems, fetched by receiver systems.

mod answer;
mod fetch;
mod multipart;
mod recall;
mod submit;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use brevdue_wire::PagingResultUuid;
use utoipa_axum::routes;

use super::Door;
use super::caller::Receiver;
use super::described::Described;
use super::description::Refused;
use super::errors::Failure;
use super::parameters::{Parameters, path_id};

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(list, submit::submit))
        .with(routes!(fetch::fetch, remove))
        .with(routes!(answer::answer))
        .with(routes!(recall::recall))
}

/// `GET /memos/`: the ids of the messages that wait for the caller, oldest first.
#[utoipa::path(
    get,
    path = "/memos/",
    operation_id = "listMemos",
    tag = "Memos",
    params(
        ("page" = Option<u64>, Query, description = "From 0", maximum = 10_000_000),
        ("size" = Option<u64>, Query, description = "Elements on a page", minimum = 1),
        ("sort" = Option<String>, Query, description = "Only ascending is offered"),
    ),
    responses((status = 200, body = PagingResultUuid, description = "The ids that wait"), Refused)
)]
async fn list(
    State(door): State<Door>,
    Receiver(caller): Receiver,
    parameters: Parameters,
) -> Result<Json<PagingResultUuid>, Failure> {
    Ok(Json(door.exchange.waiting_memos(&caller, parameters.page()?).await?))
}

/// `DELETE /memos/{id}`: the receiver is done with it; twice is fine.
#[utoipa::path(
    delete,
    path = "/memos/{id}",
    operation_id = "deleteMemo",
    tag = "Memos",
    params(("id" = Uuid, Path, description = "messageUUID of the message")),
    responses((status = 204, description = "The receiver is done with it"), Refused)
)]
async fn remove(
    State(door): State<Door>,
    Receiver(caller): Receiver,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    door.exchange.remove_memo(&caller, path_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
