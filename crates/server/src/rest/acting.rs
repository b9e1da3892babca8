//! Who asks where people and systems may: a system with certificate and token, or a person with a
//! token of their own.

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use brevdue_exchange::people::{Actor, Person};

use super::Door;
use super::caller::admit;
use super::errors::Failure;

/// A system or a person.
pub(super) struct Acting(pub(super) Actor);

/// Somebody who has signed in.
pub(super) struct SignedIn(pub(super) Person);

impl FromRequestParts<Door> for Acting {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Self, Failure> {
        match bearer(parts) {
            Some(token) => Ok(Self(Actor::Person(door.exchange.person_by_token(token).await?))),
            None => Ok(Self(Actor::System(Box::new(admit(parts, door).await?)))),
        }
    }
}

impl FromRequestParts<Door> for SignedIn {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Self, Failure> {
        match bearer(parts) {
            Some(token) => Ok(Self(door.exchange.person_by_token(token).await?)),
            None => Err(Failure::new(
                axum::http::StatusCode::UNAUTHORIZED,
                "token.missing",
                "people show a token: Authorization: Bearer …; they get one at /oauth/authorize",
            )),
        }
    }
}

/// The token of `Authorization: Bearer …`.
fn bearer(parts: &Parts) -> Option<&str> {
    let value = parts.headers.get(AUTHORIZATION)?.to_str().ok()?.trim();
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
