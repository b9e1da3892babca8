//! `GET|POST /oauth/authorize`: where people sign in.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use brevdue_exchange::people::consents::Asked;
use utoipa_axum::routes;

use super::super::Door;
use super::super::described::Described;
use super::super::description::Refused;
use super::super::errors::Failure;
use super::form::Given;
use super::picking;
use super::settings::sign_in;

/// Characters of `state` and `nonce` at least: 128 bits.
const STATE_CHARACTERS: usize = 22;
/// Characters of any parameter at most.
const PARAMETER_CHARACTERS: usize = 2048;
/// Characters of a SHA-256 in Base64 for addresses.
const CHALLENGE_CHARACTERS: usize = 43;

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(get, post))
}

#[utoipa::path(
    get,
    path = "/oauth/authorize",
    operation_id = "authorize",
    tag = "Sign-in",
    params(
        ("response_type" = Option<String>, Query, description = "code"),
        ("client_id" = Option<String>, Query, description = "Of the client"),
        ("redirect_uri" = Option<String>, Query, description = "Where the code goes; registered for the client"),
        ("scope" = Option<String>, Query, description = "openid"),
        ("state" = Option<String>, Query, description = "22 or more letters and digits"),
        ("nonce" = Option<String>, Query, description = "22 or more letters and digits"),
        ("code_challenge" = Option<String>, Query, description = "SHA-256 of the verifier, in Base64 for addresses"),
        ("code_challenge_method" = Option<String>, Query, description = "S256"),
        ("deviceId" = Option<String>, Query, description = "Of a native app"),
        ("deviceName" = Option<String>, Query, description = "Of a native app"),
    ),
    responses(
        (status = 200, body = String, content_type = "text/html", description = "A page to sign in on"),
        (status = 303, description = "To the client, with a code or with an error"),
        Refused
    ),
    security(()),
)]
async fn get(State(door): State<Door>, request: Request) -> Result<Response, Failure> {
    authorize(&door, Given::read(&door, request).await?).await
}

#[utoipa::path(
    post,
    path = "/oauth/authorize",
    operation_id = "authorizeByForm",
    tag = "Sign-in",
    params(
        ("response_type" = Option<String>, Query, description = "code"),
        ("client_id" = Option<String>, Query, description = "Of the client"),
        ("redirect_uri" = Option<String>, Query, description = "Where the code goes; registered for the client"),
        ("scope" = Option<String>, Query, description = "openid"),
        ("state" = Option<String>, Query, description = "22 or more letters and digits"),
        ("nonce" = Option<String>, Query, description = "22 or more letters and digits"),
        ("code_challenge" = Option<String>, Query, description = "SHA-256 of the verifier, in Base64 for addresses"),
        ("code_challenge_method" = Option<String>, Query, description = "S256"),
        ("deviceId" = Option<String>, Query, description = "Of a native app"),
        ("deviceName" = Option<String>, Query, description = "Of a native app"),
    ),
    responses(
        (status = 200, body = String, content_type = "text/html", description = "A page to sign in on"),
        (status = 303, description = "To the client, with a code or with an error"),
        Refused
    ),
    security(()),
)]
async fn post(State(door): State<Door>, request: Request) -> Result<Response, Failure> {
    authorize(&door, Given::read(&door, request).await?).await
}

async fn authorize(door: &Door, given: Given) -> Result<Response, Failure> {
    let sign_in = sign_in(door)?;
    let client = given.one("client_id").and_then(|id| sign_in.client(id)).ok_or_else(|| {
        let message = "client_id names no registered client";
        Failure::bad_request("client.unknown", message).at("query", "client_id")
    })?;
    let redirect_uri = given.one("redirect_uri").filter(|uri| client.may_redirect_to(uri));
    // Nobody is sent to an address that is not the client's, not even to be told of an error.
    let redirect_uri = redirect_uri.ok_or_else(|| {
        let message = "redirect_uri is not registered for this client";
        Failure::bad_request("redirect.uri.unknown", message).at("query", "redirect_uri")
    })?;
    let state = given.one("state").filter(|state| is_unguessable(state));
    let back = |parameters: &[(&str, &str)]| redirect(redirect_uri, state, parameters);
    let asked = match asked(&given, state) {
        Ok(challenge) => Asked {
            client: client.id.clone(),
            client_name: client.name.clone(),
            redirect_uri: redirect_uri.to_owned(),
            challenge,
            nonce: given.one("nonce").unwrap_or_default().to_owned(),
            device_id: given.one("deviceId").map(str::to_owned),
            device_name: given.one("deviceName").map(str::to_owned),
        },
        Err((error, description)) => {
            return back(&[("error", error), ("error_description", description)]);
        }
    };
    match picking::pick(door, &given, client).await? {
        picking::Picked::Nobody(page) => Ok(page),
        picking::Picked::Declined => {
            back(&[("error", "access_denied"), ("error_description", "the person did not sign in")])
        }
        picking::Picked::Person(person) => {
            let code = door.exchange.grant_code(asked, *person).await?;
            back(&[("code", &code)])
        }
    }
}

/// The challenge of a request that is as it should be; or an error and what is wrong.
fn asked(given: &Given, state: Option<&str>) -> Result<String, (&'static str, &'static str)> {
    let invalid = |description| Err(("invalid_request", description));
    if given.one("response_type") != Some("code") {
        return Err(("unsupported_response_type", "response_type is code"));
    }
    if !given.one("scope").unwrap_or_default().split(' ').any(|scope| scope == "openid") {
        return Err(("invalid_scope", "scope holds openid"));
    }
    if state.is_none() {
        return invalid("state is 22 or more letters and digits");
    }
    if !given.one("nonce").is_some_and(is_unguessable) {
        return invalid("nonce is 22 or more letters and digits");
    }
    if given.one("code_challenge_method") != Some("S256") {
        return invalid("code_challenge_method is S256");
    }
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let challenge = given.one("code_challenge").unwrap_or_default();
    if challenge.len() != CHALLENGE_CHARACTERS || !challenge.chars().all(is_base64) {
        return invalid("code_challenge is a SHA-256 in Base64 for addresses: 43 characters");
    }
    if given.list().iter().any(|(_, value)| value.chars().count() > PARAMETER_CHARACTERS) {
        return invalid("a parameter is over 2048 characters");
    }
    Ok(challenge.to_owned())
}

fn is_unguessable(text: &str) -> bool {
    (STATE_CHARACTERS..=PARAMETER_CHARACTERS).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// 303, with parameters added to those the address has.
pub(super) fn redirect(
    uri: &str,
    state: Option<&str>,
    parameters: &[(&str, &str)],
) -> Result<Response, Failure> {
    let mut uri = reqwest::Url::parse(uri).map_err(|_| {
        Failure::bad_request("redirect.uri.invalid", "the address is not one").at("query", "uri")
    })?;
    if !parameters.is_empty() || state.is_some() {
        let mut query = uri.query_pairs_mut();
        query.extend_pairs(parameters);
        query.extend_pairs(state.map(|state| ("state", state)));
    }
    let location = HeaderValue::from_str(uri.as_str()).map_err(|_| {
        Failure::bad_request("redirect.uri.invalid", "the address is not one").at("query", "uri")
    })?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response())
}
