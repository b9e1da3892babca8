//! Who may ask people to sign in, and what their ID tokens are signed with.

use std::fmt;

use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use brevdue_exchange::authenticate::Channel;
use brevdue_wire::authorization::basic;
use brevdue_wire::names::BASE_PATH;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::super::Door;
use super::super::errors::Failure;
use crate::listen::Peer;

/// A registered client: a program that asks people to sign in.
#[derive(Clone)]
pub struct ClientSettings {
    /// Its id.
    pub id: String,
    /// Its secret.
    pub secret: String,
    /// Its name, which people see.
    pub name: String,
    /// Where codes may go. For an address on this machine the port does not matter.
    pub redirect_uris: Vec<String>,
    /// Where people may be sent after they have signed out; matched in the same way.
    pub logout_uris: Vec<String>,
}

/// Hides the secret.
impl fmt::Debug for ClientSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientSettings").field("id", &self.id).finish_non_exhaustive()
    }
}

/// How people sign in.
pub struct SignIn {
    clients: Vec<ClientSettings>,
    key: EncodingKey,
    header: Header,
    public: Jwk,
}

/// Hides the key.
impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn").field("clients", &self.clients).finish_non_exhaustive()
    }
}

/// The key cannot sign.
#[derive(Debug, thiserror::Error)]
#[error("the signing key is no private key on the curve P-256 in PEM (PKCS #8)")]
pub struct SignInError(#[source] jsonwebtoken::errors::Error);

impl SignIn {
    /// With these clients, signing with this key (P-256, PEM), and with the test identity provider.
    ///
    /// # Errors
    ///
    /// [`SignInError`].
    pub fn with_test_provider(
        clients: Vec<ClientSettings>,
        key_pem: &str,
    ) -> Result<Self, SignInError> {
        let key = EncodingKey::from_ec_pem(key_pem.as_bytes()).map_err(SignInError)?;
        let mut public = Jwk::from_encoding_key(&key, Algorithm::ES256).map_err(SignInError)?;
        let id = public.thumbprint(ThumbprintHash::SHA256);
        public.common.key_id = Some(id.clone());
        let header = Header { kid: Some(id), ..Header::new(Algorithm::ES256) };
        Ok(Self { clients, key, header, public })
    }

    pub(super) fn client(&self, id: &str) -> Option<&ClientSettings> {
        self.clients.iter().find(|client| client.id == id)
    }

    pub(super) fn public(&self) -> &Jwk {
        &self.public
    }

    pub(super) fn sign<T: Serialize>(&self, claims: &T) -> Result<String, Failure> {
        jsonwebtoken::encode(&self.header, claims, &self.key).map_err(|error| {
            tracing::error!(%error, "an ID token could not be signed");
            Failure::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "exchange.fault",
                "the exchange cannot sign; it has logged why",
            )
        })
    }

    /// What a token says that this exchange signed, expired or not.
    pub(super) fn read(&self, token: &str) -> Option<serde_json::Map<String, serde_json::Value>> {
        let key = jsonwebtoken::DecodingKey::from_jwk(&self.public).ok()?;
        let mut validation = jsonwebtoken::Validation::new(Algorithm::ES256);
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        jsonwebtoken::decode(token, &key, &validation).ok().map(|token| token.claims)
    }

    /// The client that shows its secret in `Authorization: Basic …`.
    pub(super) fn authenticated(&self, parts: &Parts) -> Result<&ClientSettings, Failure> {
        let value = parts.headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
        let shown = value.and_then(basic);
        let known = shown.and_then(|(id, secret)| {
            // Digests, so that how long comparing takes tells nothing of the secret.
            let same =
                |client: &ClientSettings| Sha256::digest(&client.secret) == Sha256::digest(&secret);
            self.client(&id).filter(|client| same(client))
        });
        known.ok_or_else(|| {
            Failure::new(
                StatusCode::UNAUTHORIZED,
                "invalid_client",
                "a client shows Authorization: Basic base64(client_id:client_secret)",
            )
        })
    }
}

impl ClientSettings {
    pub(super) fn may_redirect_to(&self, uri: &str) -> bool {
        self.redirect_uris.iter().any(|known| fits(known, uri))
    }

    pub(super) fn may_log_out_to(&self, uri: &str) -> bool {
        self.logout_uris.iter().any(|known| fits(known, uri))
    }
}

/// Exactly the same, but for the port on this machine.
///
/// Source: RFC 8252, section 7.3.
fn fits(known: &str, uri: &str) -> bool {
    if known == uri {
        return true;
    }
    let on_this_machine = |uri: &str| {
        let rest = uri.strip_prefix("http://")?;
        let host = ["127.0.0.1", "[::1]", "localhost"].into_iter().find(|h| rest.starts_with(h))?;
        let rest = rest.strip_prefix(host)?;
        let rest = match rest.strip_prefix(':') {
            Some(port) => port.trim_start_matches(|c: char| c.is_ascii_digit()),
            None => rest,
        };
        (rest.is_empty() || rest.starts_with('/')).then(|| (host, rest.to_owned()))
    };
    on_this_machine(known).is_some_and(|known| Some(known) == on_this_machine(uri))
}

/// How people sign in here, or that nobody can.
pub(super) fn sign_in(door: &Door) -> Result<&SignIn, Failure> {
    door.settings.sign_in.as_deref().ok_or_else(|| {
        Failure::new(
            StatusCode::FORBIDDEN,
            "identity.provider.none",
            "no identity provider is configured, and nobody can sign in; local mode has one built in",
        )
    })
}

/// Who signs: this exchange, by the address the caller knows it under.
pub(super) fn issuer(parts: &Parts) -> String {
    let is_plain = parts
        .extensions
        .get::<Peer>()
        .is_some_and(|peer| matches!(peer.channel, Channel::LocalPlain));
    let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let scheme = if is_plain { "http" } else { "https" };
    format!("{scheme}://{}{BASE_PATH}/oauth", host.unwrap_or("localhost"))
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn an_address_fits_exactly_but_for_the_port_on_this_machine() {
        for (known, uri, expected) in [
            ("https://a.example/cb", "https://a.example/cb", true),
            ("https://a.example/cb", "https://a.example/cb/", false),
            ("https://a.example/cb", "https://a.example:444/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:8123/cb", true),
            ("http://127.0.0.1/cb", "http://127.0.0.1:8123/other", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:80@evil.example/cb", false),
            ("http://localhost/cb", "http://127.0.0.1/cb", false),
        ] {
            assert_eq!(fits(known, uri), expected, "{known} {uri}");
        }
    }
}
