//! Receipts for sender systems that fetch them.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{MethodRouter, get};
use brevdue_exchange::ReceiptId;
use brevdue_exchange::exchange::receipts::Take;
use brevdue_wire::{PagingResultUuid, Receipt, ReceiptSearchResult};

use super::Door;
use super::caller::Sender;
use super::errors::Failure;
use super::parameters::{Parameters, path_id};

pub(super) fn table() -> [(&'static str, MethodRouter<Door>); 3] {
    [
        ("/receipts", get(list)),
        ("/receipts/{id}", get(take).delete(remove)),
        ("/receipts-bulk", get(bulk)),
    ]
}

/// `GET /receipts/`: the ids that wait, oldest first.
async fn list(
    State(door): State<Door>,
    Sender(caller): Sender,
    parameters: Parameters,
) -> Result<Json<PagingResultUuid>, Failure> {
    Ok(Json(door.exchange.waiting_receipts(&caller, parameters.page()?).await?))
}

/// `GET /receipts-bulk/`: whole receipts, oldest first; they stay.
async fn bulk(
    State(door): State<Door>,
    Sender(caller): Sender,
    parameters: Parameters,
) -> Result<Json<ReceiptSearchResult>, Failure> {
    Ok(Json(door.exchange.receipts_bulk(&caller, parameters.page()?).await?))
}

/// `GET /receipts/{id}`: the receipt, which is gone from the list afterwards unless `delete=false`.
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
async fn remove(
    State(door): State<Door>,
    Sender(caller): Sender,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    door.exchange.remove_receipt(&caller, ReceiptId(path_id(&id)?)).await?;
    Ok(StatusCode::NO_CONTENT)
}
