//! Signing in: what clients are given, and what they find described.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Tokens, under the names of RFC 6749 and under those of the official description. `scope` is left
/// out: it is what was asked for, and the two spell it differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OAuth2AccessToken {
    /// To be shown with each request.
    pub access_token: String,
    /// `Bearer`.
    pub token_type: String,
    /// Seconds for which the access token is valid.
    pub expires_in: i64,
    /// To be changed for new tokens, once.
    pub refresh_token: String,
    /// Who signed in, signed; with an authorization code only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    /// As `access_token`.
    pub value: String,
    /// As `token_type`.
    #[serde(rename = "tokenType")]
    pub kind: String,
    /// As `expires_in`.
    #[serde(rename = "expiresIn")]
    pub seconds: i64,
    /// As `refresh_token`.
    #[serde(rename = "refreshToken")]
    pub refresh: String,
    /// When the access token ends.
    pub expiration: String,
    /// Whether it has ended.
    pub expired: bool,
}

/// What somebody who signed in has allowed a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Consent {
    /// To name it when it is taken back.
    pub id: Uuid,
    /// The client.
    pub client_id: String,
    /// The client's name.
    pub client_name: String,
    /// The device, as a native app named it.
    pub device_name: Option<String>,
    /// When it was given.
    pub created_date_time: String,
    /// When it was last used.
    pub last_updated: String,
    /// When it ends by itself.
    pub expiration: String,
}

/// A page of consents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PagingResult {
    /// Newest last.
    pub content: Vec<Consent>,
    /// From 0.
    pub number: u64,
    /// Elements asked for.
    pub size: u64,
    /// Consents there are.
    pub total_elements: u64,
    /// Pages there are.
    pub total_pages: u64,
}

/// Where everything is, for clients that ask.
///
/// Source: OpenID Connect Discovery 1.0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[allow(missing_docs, reason = "the fields are those of OpenID Connect Discovery 1.0")]
pub struct OpenIdConfiguration {
    pub issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub userinfo_endpoint: String,
    pub revocation_endpoint: String,
    pub end_session_endpoint: String,
    pub jwks_uri: String,
    pub scopes_supported: Vec<String>,
    pub response_types_supported: Vec<String>,
    pub response_modes_supported: Vec<String>,
    pub grant_types_supported: Vec<String>,
    pub subject_types_supported: Vec<String>,
    pub id_token_signing_alg_values_supported: Vec<String>,
    pub token_endpoint_auth_methods_supported: Vec<String>,
    pub code_challenge_methods_supported: Vec<String>,
    pub claims_supported: Vec<String>,
}

/// A token to be made worthless.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TokenRevocation {
    /// An access token or a refresh token.
    #[schema(max_length = 4096)]
    pub token: String,
    /// `access_token` or `refresh_token`; both are looked for in any case.
    pub token_type_hint: Option<String>,
}
