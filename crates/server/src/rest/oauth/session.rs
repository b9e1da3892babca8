//! `/oauth/userinfo` and `/oauth/logout`.

use axum::Json;
use axum::extract::{Request, State};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;
use uuid::Uuid;

use super::super::Door;
use super::super::acting::SignedIn;
use super::super::described::Described;
use super::super::description::Refused;
use super::super::errors::Failure;
use super::authorize::redirect;
use super::form::Given;
use super::page::{Language, signed_out};
use super::settings::sign_in;

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(get_info, post_info)).with(routes!(get_logout, post_logout))
}

/// Who has signed in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct UserInfo {
    /// Id of the identity.
    sub: Uuid,
    /// Name.
    name: String,
    /// `CPR` or `CVR`.
    id_type: String,
    /// The number.
    id_number: String,
    /// The organisation they work for.
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation_id: Option<Uuid>,
    /// What they may do.
    privileges: Vec<String>,
}

fn info(SignedIn(person): SignedIn) -> Json<UserInfo> {
    Json(UserInfo {
        sub: person.identity,
        name: person.name,
        id_type: person.id_type,
        id_number: person.number,
        organisation_id: person.organisation.map(|organisation| organisation.0),
        privileges: person.privileges.iter().map(|one| one.word().to_owned()).collect(),
    })
}

#[utoipa::path(
    get,
    path = "/oauth/userinfo",
    operation_id = "getUserInfo",
    tag = "Sign-in",
    responses((status = 200, body = UserInfo, description = "Who has signed in"), Refused),
    security(("person" = [])),
)]
async fn get_info(person: SignedIn) -> Json<UserInfo> {
    info(person)
}

#[utoipa::path(
    post,
    path = "/oauth/userinfo",
    operation_id = "getUserInfoByPost",
    tag = "Sign-in",
    responses((status = 200, body = UserInfo, description = "Who has signed in"), Refused),
    security(("person" = [])),
)]
async fn post_info(person: SignedIn) -> Json<UserInfo> {
    info(person)
}

#[utoipa::path(
    get,
    path = "/oauth/logout",
    operation_id = "logout",
    tag = "Sign-in",
    params(
        ("id_token_hint" = Option<String>, Query, description = "Who signs out, and of what: an ID token, expired or not"),
        ("post_logout_redirect_uri" = Option<String>, Query, description = "Where to go then; registered for the client"),
        ("state" = Option<String>, Query, description = "To be repeated"),
    ),
    responses(
        (status = 200, body = String, content_type = "text/html", description = "A page that says so"),
        (status = 303, description = "To the client"),
        Refused
    ),
    security(()),
)]
async fn get_logout(State(door): State<Door>, request: Request) -> Result<Response, Failure> {
    logout(&door, Given::read(&door, request).await?).await
}

#[utoipa::path(
    post,
    path = "/oauth/logout",
    operation_id = "logoutByForm",
    tag = "Sign-in",
    params(
        ("id_token_hint" = Option<String>, Query, description = "Who signs out, and of what: an ID token, expired or not"),
        ("post_logout_redirect_uri" = Option<String>, Query, description = "Where to go then; registered for the client"),
        ("state" = Option<String>, Query, description = "To be repeated"),
    ),
    responses(
        (status = 200, body = String, content_type = "text/html", description = "A page that says so"),
        (status = 303, description = "To the client"),
        Refused
    ),
    security(()),
)]
async fn post_logout(State(door): State<Door>, request: Request) -> Result<Response, Failure> {
    logout(&door, Given::read(&door, request).await?).await
}

async fn logout(door: &Door, given: Given) -> Result<Response, Failure> {
    let sign_in = sign_in(door)?;
    let invalid = |message: &str, field: &str| {
        Failure::bad_request("logout.invalid", message).at("query", field)
    };
    let mut client = None;
    if let Some(token) = given.one("id_token_hint") {
        let claims = sign_in.read(token).ok_or_else(|| {
            invalid("id_token_hint is no ID token of this exchange", "id_token_hint")
        })?;
        let text = |name: &str| claims.get(name).and_then(|value| value.as_str());
        let person = text("sub").and_then(|sub| Uuid::try_parse(sub).ok());
        client = text("aud").and_then(|id| sign_in.client(id));
        if let (Some(person), Some(client)) = (person, client) {
            door.exchange.sign_out(person, &client.id).await?;
        }
    }
    match given.one("post_logout_redirect_uri") {
        None => Ok(signed_out(Language::of(&given))),
        Some(uri) if client.is_some_and(|client| client.may_log_out_to(uri)) => {
            redirect(uri, given.one("state"), &[])
        }
        Some(_) => Err(invalid(
            "post_logout_redirect_uri is not registered for the client that id_token_hint names",
            "post_logout_redirect_uri",
        )),
    }
}
