//! `POST /memos/{id}/recall`: a message that waits for its delivery date is called back. An extension:
//! the official administration portal does this, and no public call is known.

use axum::Json;
use axum::extract::{Path, State};
use brevdue_exchange::exchange::recall::RecallActor;
use brevdue_wire::Receipt;

use super::super::Door;
use super::super::acting::Acting;
use super::super::description::Refused;
use super::super::errors::Failure;
use super::super::parameters::path_id;

#[utoipa::path(
    post,
    path = "/memos/{id}/recall",
    operation_id = "recallMemo",
    tag = "Memos",
    params(("id" = Uuid, Path, description = "messageUUID of the message")),
    responses(
        (status = 200, body = Receipt, description = "It is called back; twice is fine"),
        Refused
    )
)]
pub(super) async fn recall(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(id): Path<String>,
) -> Result<Json<Receipt>, Failure> {
    let actor = RecallActor::of(&actor)?;
    Ok(Json(door.exchange.recall(actor, path_id(&id)?).await?))
}
