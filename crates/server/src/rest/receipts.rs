//! Receipts for sender systems that fetch them.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use brevdue_exchange::ReceiptId;
use brevdue_exchange::exchange::receipts::Take;
use brevdue_wire::{PagingResultUuid, Receipt, ReceiptSearchResult};
use utoipa_axum::routes;

use super::Door;
use super::caller::Sender;
use super::described::Described;
use super::description::Refused;
use super::errors::Failure;
use super::parameters::{Parameters, path_id};

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(list)).with(routes!(take, remove)).with(routes!(bulk))
}

/// `GET /receipts/`: the ids that wait, oldest first.
#[utoipa::path(
    get,
    path = "/receipts/",
    operation_id = "listReceipts",
    tag = "Receipts",
    params(
        ("page" = Option<u64>, Query, description = "From 0", maximum = 10_000_000),
        ("size" = Option<u64>, Query, description = "Elements on a page", minimum = 1),
    ),
    responses((status = 200, body = PagingResultUuid, description = "The ids that wait"), Refused)
)]
async fn list(
    State(door): State<Door>,
    Sender(caller): Sender,
    parameters: Parameters,
) -> Result<Json<PagingResultUuid>, Failure> {
    Ok(Json(door.exchange.waiting_receipts(&caller, parameters.page()?).await?))
}

/// `GET /receipts-bulk/`: whole receipts, oldest first; they stay.
#[utoipa::path(
    get,
    path = "/receipts-bulk/",
    operation_id = "listReceiptsBulk",
    tag = "Receipts",
    params(
        ("page" = Option<u64>, Query, description = "From 0", maximum = 10_000_000),
        ("size" = Option<u64>, Query, description = "Elements on a page", minimum = 1),
    ),
    responses((status = 200, body = ReceiptSearchResult, description = "Receipts that wait"), Refused)
)]
async fn bulk(
    State(door): State<Door>,
    Sender(caller): Sender,
    parameters: Parameters,
) -> Result<Json<ReceiptSearchResult>, Failure> {
    Ok(Json(door.exchange.receipts_bulk(&caller, parameters.page()?).await?))
}

/// `GET /receipts/{id}`: the receipt, which is gone from the list afterwards unless `delete=false`.
#[utoipa::path(
    get,
    path = "/receipts/{id}",
    operation_id = "getReceipt",
    tag = "Receipts",
    params(
        ("id" = Uuid, Path, description = "Of the receipt"),
        ("delete" = Option<bool>, Query, description = "false leaves it in the list"),
    ),
    responses((status = 200, body = Receipt, description = "The receipt"), Refused)
)]
async fn take(
    State(door): State<Door>,
    Sender(caller): Sender,
    Path(id): Path<String>,
    parameters: Parameters,
) -> Result<Json<Receipt>, Failure> {
    let take = match parameters.flag("delete")? {
        Some(false) => Take::Keep,
        Some(true) | None => Take::Remove,
    };
    let found = door.exchange.take_receipt(&caller, ReceiptId(path_id(&id)?), take).await?;
    Ok(Json(found.receipt))
}

/// `DELETE /receipts/{id}`: off the list; twice is fine.
#[utoipa::path(
    delete,
    path = "/receipts/{id}",
    operation_id = "deleteReceipt",
    tag = "Receipts",
    params(("id" = Uuid, Path, description = "Of the receipt")),
    responses((status = 204, description = "It is off the list"), Refused)
)]
async fn remove(
    State(door): State<Door>,
    Sender(caller): Sender,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    door.exchange.remove_receipt(&caller, ReceiptId(path_id(&id)?)).await?;
    Ok(StatusCode::NO_CONTENT)
}
