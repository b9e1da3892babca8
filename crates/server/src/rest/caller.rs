//! Who is calling: header, certificate and address, shown to the exchange.

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use brevdue_exchange::SystemId;
use brevdue_exchange::exchange::authenticate::{Caller, Presented};
use brevdue_wire::Credentials;

use super::Door;
use super::errors::Failure;
use super::trace::Noted;
use crate::listen::Peer;

/// A caller whose system may send.
pub(super) struct Sender(pub(super) Caller);

/// A caller whose system may receive.
pub(super) struct Receiver(pub(super) Caller);

impl FromRequestParts<Door> for Sender {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Self, Failure> {
        let caller = admit(parts, door).await?;
        caller.must_send()?;
        Ok(Self(caller))
    }
}

impl FromRequestParts<Door> for Receiver {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Self, Failure> {
        let caller = admit(parts, door).await?;
        caller.must_receive()?;
        Ok(Self(caller))
    }
}

pub(super) async fn admit(parts: &Parts, door: &Door) -> Result<Caller, Failure> {
    let peer = parts
        .extensions
        .get::<Peer>()
        .expect("the routes are served by `listen`, which tells of every request whose it is");
    let credentials = parts
        .headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| Credentials::parse(value).ok());
    let noted = parts.extensions.get::<Noted>();
    if let (Some(noted), Some(credentials)) = (noted, &credentials) {
        noted.claimed(SystemId(credentials.system));
    }
    let presented = Presented { credentials, channel: peer.channel.clone(), address: peer.address };
    let caller = door.exchange.authenticate(presented).await?;
    if let Some(noted) = noted {
        noted.system(caller.system.id);
    }
    if door.exchange.local().is_some()
        && let Some(seconds) = door.exchange.is_turned_away(caller.system.id).await?
    {
        return Err(Failure::turned_away(seconds));
    }
    Ok(caller)
}
