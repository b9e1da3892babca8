//! `GET /memos/{id}`: a message, byte for byte as sent.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use brevdue_wire::names::XML;

use super::super::Door;
use super::super::caller::Receiver;
use super::super::description::Refused;
use super::super::errors::Failure;
use super::super::parameters::path_id;
use crate::content;

#[utoipa::path(
    get,
    path = "/memos/{id}",
    operation_id = "getMemo",
    tag = "Memos",
    params(("id" = Uuid, Path, description = "messageUUID of the message")),
    responses(
        (status = 200, body = String, content_type = "application/xml", description = "The MeMo XML as sent"),
        Refused
    )
)]
pub(super) async fn fetch(
    State(door): State<Door>,
    Receiver(caller): Receiver,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let content = door.exchange.fetch_memo(&caller, path_id(&id)?).await?;
    let stream = content::stream(door.exchange.store(), &content).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(XML)),
        (header::CONTENT_LENGTH, content.length_bytes.into()),
    ];
    Ok((headers, Body::from_stream(stream)).into_response())
}
