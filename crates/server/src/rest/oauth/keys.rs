//! What clients read of this exchange before anybody signs in.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use brevdue_wire::sign_in::OpenIdConfiguration;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::super::Door;
use super::super::described::Described;
use super::super::description::Refused;
use super::super::errors::Failure;
use super::settings::{issuer, sign_in};

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(keys)).with(routes!(configuration))
}

/// Public keys.
#[derive(Serialize, ToSchema)]
#[schema(as = JWKSet)]
pub(super) struct KeySet {
    /// Each as RFC 7517 has it.
    #[schema(value_type = Vec<Object>)]
    keys: Vec<Value>,
}

/// `GET /oauth/jwks.json`: what ID tokens are checked with.
#[utoipa::path(
    get,
    path = "/oauth/jwks.json",
    operation_id = "getKeys",
    tag = "Sign-in",
    responses((status = 200, body = KeySet, description = "The public keys"), Refused),
    security(()),
)]
async fn keys(State(door): State<Door>) -> Result<Json<KeySet>, Failure> {
    let mut key = serde_json::to_value(sign_in(&door)?.public()).map_err(|_| {
        Failure::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "exchange.fault",
            "the exchange cannot show its key",
        )
    })?;
    key["use"] = "sig".into();
    Ok(Json(KeySet { keys: vec![key] }))
}

/// `GET /oauth/.well-known/openid-configuration`: where everything is.
#[utoipa::path(
    get,
    path = "/oauth/.well-known/openid-configuration",
    operation_id = "getOpenIdConfiguration",
    tag = "Sign-in",
    responses((status = 200, body = OpenIdConfiguration, description = "Where everything is"), Refused),
    security(()),
)]
async fn configuration(request: Request) -> Json<OpenIdConfiguration> {
    let (parts, _) = request.into_parts();
    let issuer = issuer(&parts);
    let at = |path: &str| format!("{issuer}/{path}");
    let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    Json(OpenIdConfiguration {
        authorization_endpoint: at("authorize"),
        token_endpoint: at("token"),
        userinfo_endpoint: at("userinfo"),
        revocation_endpoint: at("revoke"),
        end_session_endpoint: at("logout"),
        jwks_uri: at("jwks.json"),
        scopes_supported: list(&["openid"]),
        response_types_supported: list(&["code"]),
        response_modes_supported: list(&["query"]),
        grant_types_supported: list(&["authorization_code", "refresh_token"]),
        subject_types_supported: list(&["public"]),
        id_token_signing_alg_values_supported: list(&["ES256"]),
        token_endpoint_auth_methods_supported: list(&["client_secret_basic"]),
        code_challenge_methods_supported: list(&["S256"]),
        claims_supported: list(&["sub", "name", "iss", "aud", "exp", "iat", "auth_time", "nonce"]),
        issuer,
    })
}
