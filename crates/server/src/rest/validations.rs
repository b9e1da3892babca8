//! `POST /validations/`: whether an HTML file would be taken, before it is sent in a letter.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use brevdue_exchange::policy::HtmlPolicy;
use brevdue_wire::ErrorMessage;
use utoipa_axum::routes;

use super::Door;
use super::body;
use super::caller::Sender;
use super::described::Described;
use super::description::Refused;
use super::errors::Failure;
use super::parameters::Parameters;

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(validate))
}

#[utoipa::path(
    post,
    path = "/validations/",
    operation_id = "validate",
    tag = "Validations",
    params(
        ("fileName" = Option<String>, Query, description = "The file's name; it changes nothing"),
        ("policy" = Option<String>, Query, description = "STRICT or LENIENT; without it, the policy that letters are held to"),
    ),
    request_body(content = String, content_type = "text/html", description = "The file, UTF-8"),
    responses(
        (status = 201, body = ErrorMessage, description = "What is wrong with it, if anything is; fieldErrors has an entry for each fault"),
        Refused
    )
)]
async fn validate(
    State(door): State<Door>,
    Sender(_): Sender,
    parameters: Parameters,
    request: Request,
) -> Result<(StatusCode, Json<ErrorMessage>), Failure> {
    let policy = match parameters.one("policy")? {
        None => None,
        Some("STRICT") => Some(HtmlPolicy::Strict),
        Some("LENIENT") => Some(HtmlPolicy::Lenient),
        Some(_) => {
            let message = "policy is STRICT or LENIENT";
            return Err(Failure::bad_request("parameter.invalid", message).at("query", "policy"));
        }
    };
    let html = body::whole(&door.settings, request, door.settings.upload_bytes).await?;
    if html.is_empty() {
        return Err(Failure::bad_request("body.missing", "the body is the HTML file"));
    }
    let faults = door.exchange.html_faults(&html, policy);
    let mut answer = match faults.first() {
        None => ErrorMessage::new("html.allowed", "the file would be taken"),
        Some(first) => ErrorMessage::new(first.code.name, first.message.clone()),
    };
    for fault in &faults {
        answer = answer.with_field("File", "content", fault.code.name, &fault.message);
    }
    Ok((StatusCode::CREATED, Json(answer)))
}
