//! `POST /memos/{id}/recall`: the sender calls a message back that waits for its delivery date. An
//! extension: the official administration portal does this, and no public call is known.

use axum::Json;
use axum::extract::{Path, State};
use brevdue_exchange::exchange::recall::RecallActor;
use brevdue_wire::Receipt;

use super::super::Door;
use super::super::caller::Sender;
use super::super::errors::Failure;
use super::super::parameters::path_id;

/// The receipt that says so. Twice is fine.
pub(super) async fn recall(
    State(door): State<Door>,
    Sender(caller): Sender,
    Path(id): Path<String>,
) -> Result<Json<Receipt>, Failure> {
    Ok(Json(door.exchange.recall(RecallActor::Sender(&caller), path_id(&id)?).await?))
}
