//! `POST /validations/`: judging a message without sending it.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use brevdue_wire::ErrorMessage;
use utoipa_axum::routes;

use super::Door;
use crate::content::blocking;
use crate::rest::body::{announced_bytes, keep, paced, refuse_announced};
use crate::rest::caller::Sender;
use crate::rest::described::Described;
use crate::rest::description::Refused;
use crate::rest::errors::Failure;
use crate::rest::parameters::Parameters;

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(validate))
}

/// `POST /validations/`: one message as it would be sent. The answer's code is `memo.valid` or
/// `memo.invalid`, its field errors are the findings.
#[utoipa::path(
    post,
    path = "/validations/",
    operation_id = "createValidation",
    tag = "Memos",
    params(
        ("fileName" = Option<String>, Query, description = "Name of the file; it changes nothing", max_length = 256),
        ("policy" = Option<String>, Query, description = "DEFAULT, the rules in force; there are no others", pattern = "^DEFAULT$"),
    ),
    request_body(content = Vec<u8>, content_type = "application/xml"),
    responses((status = 201, body = ErrorMessage, description = "What is wrong with it"), Refused)
)]
async fn validate(
    State(door): State<Door>,
    Sender(_): Sender,
    parameters: Parameters,
    request: Request,
) -> Result<(StatusCode, Json<ErrorMessage>), Failure> {
    if parameters.one("policy")?.is_some_and(|policy| policy != "DEFAULT") {
        let message = "the rules in force are the policy DEFAULT; leave it out";
        return Err(Failure::bad_request("policy.unknown", message).at("query", "policy"));
    }
    if parameters.one("fileName")?.is_some_and(|name| name.chars().count() > 256) {
        let message = "at most 256 characters";
        return Err(Failure::bad_request("parameter.invalid", message).at("query", "fileName"));
    }
    let limit = door.exchange.policy().body_bytes;
    refuse_announced(request.headers(), limit)?;
    let announced = announced_bytes(request.headers());
    let pieces = paced(request.into_body(), &door.settings);
    // No row names it: the next sweep takes it away.
    let kept = keep(&door, pieces, announced, limit, |_| Ok(())).await?;
    let exchange = door.exchange.clone();
    let judged = blocking(move || exchange.validate(&kept)).await;
    let judged = judged.map_err(|fault| brevdue_exchange::StorageError::Failed(Box::new(fault)))?;
    Ok((StatusCode::CREATED, Json(judged?)))
}
