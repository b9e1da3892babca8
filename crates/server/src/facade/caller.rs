//! Who is calling: the certificate of the connection, and the token that was given for it.

use std::net::IpAddr;

use axum::http::request::Parts;
use axum::http::{Extensions, StatusCode, header};
use brevdue_exchange::SystemId;
use brevdue_exchange::authenticate::{Caller, Channel, PresentedCertificate};
use uuid::Uuid;

use super::Facade;
use super::tokens::{SERVICES, Use};
use crate::listen::Peer;
use crate::rest::errors::Failure;
use crate::rest::trace::Noted;

/// The certificate a connection showed, and where it comes from.
pub(super) fn certificate_of(
    extensions: &Extensions,
) -> Result<(PresentedCertificate, IpAddr), Failure> {
    let peer = extensions
        .get::<Peer>()
        .expect("the routes are served by `listen`, which tells of every request whose it is");
    match &peer.channel {
        Channel::Tls(Some(certificate)) => Ok((certificate.clone(), peer.address)),
        _ => Err(Failure::new(
            StatusCode::UNAUTHORIZED,
            "certificate.missing",
            "no client certificate was presented; connect over HTTPS with the organisation's",
        )),
    }
}

/// One of the services there are.
pub(super) fn must_fit_service(address: &str) -> Result<&'static str, Failure> {
    SERVICES.into_iter().find(|service| *service == address).ok_or_else(|| {
        Failure::bad_request(
            "service.not.found",
            "AppliesTo names a service by its entity id: kombipostafsend/1, postforespoerg/1 or \
             bfo_modtag/2",
        )
        .at("body", "AppliesTo.EndpointReference.Address")
    })
}

/// The system that a call is from. The header `Authorization: Holder-of-key <token>` names it, and the
/// certificate proves it.
pub(super) async fn admit(
    facade: &Facade,
    parts: &Parts,
    service: &str,
) -> Result<Caller, Failure> {
    let (certificate, address) = certificate_of(&parts.extensions)?;
    let exchange = &facade.door.exchange;
    let token = parts
        .headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Holder-of-key"))
        .map(|(_, token)| token.trim());
    let claims = token
        .and_then(|token| facade.tokens.open(token, Use::Access, exchange.clock().now()))
        .filter(|claims| claims.aud == service && claims.is_held_by(&certificate));
    let Some(claims) = claims else {
        return Err(Failure::new(
            StatusCode::UNAUTHORIZED,
            "access.token.invalid",
            "the Authorization header is Holder-of-key and a token that was issued for this service \
             to the holder of this certificate and has not ended",
        ));
    };
    let system = SystemId(claims.system);
    let caller = exchange.authenticate_again(system, Some(&certificate), address).await?;
    if let Some(noted) = parts.extensions.get::<Noted>() {
        noted.system(caller.system.id);
    }
    Ok(caller)
}

/// The sender's name for a call.
pub(super) fn transaction_of(parts: &Parts) -> Result<Uuid, Failure> {
    let header = parts.headers.get("x-TransaktionsId").and_then(|value| value.to_str().ok());
    header.and_then(|text| Uuid::try_parse(text).ok()).ok_or_else(|| {
        Failure::bad_request(
            "transaction.id.invalid",
            "the header x-TransaktionsId is a UUID, a new one for each letter",
        )
        .at("header", "x-TransaktionsId")
    })
}
