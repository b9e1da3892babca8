//! `GET|POST /oauth/token` and `POST /oauth/revoke`: what clients do with codes and tokens.

use axum::Json;
use axum::extract::{FromRequest as _, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use brevdue_exchange::people::consents::{ACCESS_SECONDS, GrantError, Granted};
use brevdue_wire::ErrorMessage;
use brevdue_wire::sign_in::{OAuth2AccessToken, TokenRevocation};
use serde::Serialize;
use utoipa_axum::routes;

use super::super::Door;
use super::super::described::Described;
use super::super::description::Refused;
use super::super::errors::Failure;
use super::super::json::Body;
use super::form::Given;
use super::settings::{issuer, sign_in};

/// Characters of a verifier at least; RFC 7636 allows no more either.
const VERIFIER_CHARACTERS: usize = 128;
/// Seconds for which an ID token is valid.
const ID_TOKEN_SECONDS: i64 = 10 * 60;

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(get, post)).with(routes!(revoke))
}

#[utoipa::path(
    get,
    path = "/oauth/token",
    operation_id = "getToken",
    tag = "Sign-in",
    params(
        ("grant_type" = Option<String>, Query, description = "authorization_code or refresh_token"),
        ("refresh_token" = Option<String>, Query, description = "To be changed for new tokens"),
        ("code" = Option<String>, Query, description = "To be changed for tokens"),
        ("client_id" = Option<String>, Query, description = "Of the client; Authorization: Basic says it as well"),
        ("redirect_uri" = Option<String>, Query, description = "As it was when the code was asked for"),
        ("code_verifier" = Option<String>, Query, description = "128 letters, digits, -, ., _ or ~"),
    ),
    responses((status = 200, body = OAuth2AccessToken, description = "Tokens"), Refused),
    security(("client" = [])),
)]
async fn get(State(door): State<Door>, request: Request) -> Result<Response, Failure> {
    grant(&door, Given::read(&door, request).await?).await
}

#[utoipa::path(
    post,
    path = "/oauth/token",
    operation_id = "createToken",
    tag = "Sign-in",
    params(
        ("grant_type" = Option<String>, Query, description = "authorization_code or refresh_token; all may come as a form as well"),
        ("refresh_token" = Option<String>, Query, description = "To be changed for new tokens"),
        ("code" = Option<String>, Query, description = "To be changed for tokens"),
        ("client_id" = Option<String>, Query, description = "Of the client; Authorization: Basic says it as well"),
        ("redirect_uri" = Option<String>, Query, description = "As it was when the code was asked for"),
        ("code_verifier" = Option<String>, Query, description = "128 letters, digits, -, ., _ or ~"),
    ),
    responses((status = 200, body = OAuth2AccessToken, description = "Tokens"), Refused),
    security(("client" = [])),
)]
async fn post(State(door): State<Door>, request: Request) -> Result<Response, Failure> {
    grant(&door, Given::read(&door, request).await?).await
}

async fn grant(door: &Door, given: Given) -> Result<Response, Failure> {
    let client = sign_in(door)?.authenticated(&given.parts)?;
    if given.one("client_id").is_some_and(|id| id != client.id) {
        return Ok(refused("invalid_client", "client_id is not the client that authenticates"));
    }
    let granted = match given.one("grant_type") {
        Some("authorization_code") => {
            let (Some(code), Some(redirect_uri), Some(verifier)) =
                (given.one("code"), given.one("redirect_uri"), given.one("code_verifier"))
            else {
                let text = "code, redirect_uri and code_verifier are needed";
                return Ok(refused("invalid_request", text));
            };
            if verifier.len() < VERIFIER_CHARACTERS {
                let text = "code_verifier has 128 characters";
                return Ok(refused("invalid_request", text));
            }
            door.exchange.redeem_code(code, &client.id, redirect_uri, verifier).await
        }
        Some("refresh_token") => {
            let Some(token) = given.one("refresh_token") else {
                return Ok(refused("invalid_request", "refresh_token is needed"));
            };
            door.exchange.refresh(token, &client.id).await
        }
        _ => {
            let text = "grant_type is authorization_code or refresh_token";
            return Ok(refused("unsupported_grant_type", text));
        }
    };
    match granted {
        Ok(granted) => Ok(Json(tokens(door, &given, granted)?).into_response()),
        Err(GrantError::Invalid(text)) => Ok(refused("invalid_grant", text)),
        Err(GrantError::Storage(fault)) => Err(fault.into()),
        Err(_) => Ok(refused("invalid_grant", "it cannot be changed for tokens")),
    }
}

/// What an ID token says.
#[derive(Serialize)]
struct Claims<'a> {
    iss: String,
    sub: String,
    aud: &'a str,
    exp: i64,
    iat: i64,
    auth_time: i64,
    nonce: &'a str,
    name: &'a str,
}

fn tokens(door: &Door, given: &Given, granted: Granted) -> Result<OAuth2AccessToken, Failure> {
    let now = door.exchange.clock().now().as_millis() / 1000;
    let id_token = sign_in(door)?.sign(&Claims {
        iss: issuer(&given.parts),
        sub: granted.person.identity.to_string(),
        aud: &granted.asked.client,
        exp: now + ID_TOKEN_SECONDS,
        iat: now,
        auth_time: granted.signed_in_at.as_millis() / 1000,
        nonce: &granted.asked.nonce,
        name: &granted.person.name,
    })?;
    Ok(OAuth2AccessToken {
        value: granted.access_token.clone(),
        access_token: granted.access_token,
        token_type: "Bearer".to_owned(),
        kind: "Bearer".to_owned(),
        expires_in: ACCESS_SECONDS,
        seconds: ACCESS_SECONDS,
        refresh: granted.refresh_token.clone(),
        refresh_token: granted.refresh_token,
        id_token: Some(id_token),
        expiration: granted.expires_at.to_string(),
        expired: false,
    })
}

/// A no in the words of RFC 6749 beside our own.
#[derive(Serialize)]
struct OAuthError {
    error: &'static str,
    error_description: &'static str,
    #[serde(flatten)]
    ours: ErrorMessage,
}

fn refused(error: &'static str, text: &'static str) -> Response {
    let ours = ErrorMessage::new(error, text);
    let body = OAuthError { error, error_description: text, ours };
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}

/// `POST /oauth/revoke`: makes a token worthless; one that is worthless already is fine.
#[utoipa::path(
    post,
    path = "/oauth/revoke",
    operation_id = "revokeToken",
    tag = "Sign-in",
    request_body(content((TokenRevocation = "application/x-www-form-urlencoded"), (TokenRevocation = "application/json"))),
    responses((status = 200, description = "It is worthless"), Refused),
    security(("client" = [])),
)]
async fn revoke(State(door): State<Door>, request: Request) -> Result<StatusCode, Failure> {
    let token = if is_json(request.headers()) {
        let (parts, body) = request.into_parts();
        sign_in(&door)?.authenticated(&parts)?;
        let client = sign_in(&door)?.authenticated(&parts)?.id.clone();
        let request = Request::from_parts(parts, body);
        let Body(revocation) = Body::<TokenRevocation>::from_request(request, &door).await?;
        (revocation.token, client)
    } else {
        let given = Given::read(&door, request).await?;
        let client = sign_in(&door)?.authenticated(&given.parts)?.id.clone();
        let token = given.one("token").ok_or_else(|| {
            Failure::bad_request("token.missing", "the token to revoke is missing")
                .at("form", "token")
        })?;
        (token.to_owned(), client)
    };
    door.exchange.revoke_token(&token.0, &token.1).await?;
    Ok(StatusCode::OK)
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.trim_start().starts_with("application/json"))
}
