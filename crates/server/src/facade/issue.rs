//! Tokens: for a certificate an assertion, for an assertion an access token.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use brevdue_memo::{CvrNumber, Timestamp};
use serde::Deserialize;
use serde_json::json;

use super::Facade;
use super::caller::{certificate_of, must_fit_service};
use super::tokens::{ACCESS_SECONDS, ASSERTION_SECONDS, Claims, Use};
use crate::rest::body::whole;
use crate::rest::errors::Failure;
use crate::tls::read_certificate;

/// Bytes of a body here.
const BODY_BYTES: usize = 64 * 1024;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    anvender_kontekst: Context,
    use_key: String,
    applies_to: AppliesTo,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Context {
    cvr: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AppliesTo {
    endpoint_reference: Reference,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Reference {
    address: String,
}

/// `POST …/wstrust/v1/issue`.
pub(super) async fn issue(
    State(facade): State<Facade>,
    request: Request,
) -> Result<Response, Failure> {
    let (certificate, address) = certificate_of(request.extensions())?;
    let body = whole(&facade.door.settings, request, BODY_BYTES).await?;
    let wanted: Wanted = serde_json::from_slice(&body).map_err(|fault| {
        let place = format!("line {}, column {}", fault.line(), fault.column());
        Failure::bad_request(
            "token.request.invalid",
            format!(
                "the body is JSON with AnvenderKontekst.Cvr, UseKey and \
                 AppliesTo.EndpointReference.Address; see {place}"
            ),
        )
    })?;
    let cvr: CvrNumber = wanted.anvender_kontekst.cvr.parse().map_err(|_| {
        Failure::bad_request("cvr.invalid", "a CVR number is eight digits")
            .at("body", "AnvenderKontekst.Cvr")
    })?;
    let service = must_fit_service(&wanted.applies_to.endpoint_reference.address)?;
    let used = BASE64_STANDARD
        .decode(wanted.use_key.trim())
        .ok()
        .and_then(|der| read_certificate(&der).ok());
    if used.is_none_or(|used| used.public_key_sha256 != certificate.public_key_sha256) {
        return Err(Failure::bad_request(
            "use.key.invalid",
            "UseKey is the certificate of this connection, as Base64 on one line",
        )
        .at("body", "UseKey"));
    }
    let exchange = &facade.door.exchange;
    let caller = exchange.authenticate_organisation(cvr, &certificate, address).await?;
    let now = exchange.clock().now();
    let claims = Claims::new(caller.system.id, service, &certificate, Use::Assertion, now);
    let assertion = facade.tokens.assertion(&claims).map_err(|_| unsealed())?;
    let body = json!({
        "TokenType": "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0",
        "RequestedSecurityToken": { "Assertion": assertion },
        "AppliesTo": { "EndpointReference": { "Address": service } },
        "Lifetime": lifetime(now.plus_seconds(ASSERTION_SECONDS)),
    });
    Ok(Json(body).into_response())
}

/// `POST /service/AccessTokenService_1/token`.
pub(super) async fn exchange(
    State(facade): State<Facade>,
    request: Request,
) -> Result<Response, Failure> {
    let (certificate, address) = certificate_of(request.extensions())?;
    let body = whole(&facade.door.settings, request, BODY_BYTES).await?;
    let form: Vec<(String, String)> = form(&body);
    let Some((_, assertion)) = form.into_iter().find(|(name, _)| name == "saml-token") else {
        return Err(Failure::bad_request(
            "saml.token.missing",
            "the body is a form with the field saml-token",
        ));
    };
    let exchange = &facade.door.exchange;
    let now = exchange.clock().now();
    let claims = facade.tokens.open_assertion(assertion.as_bytes(), now);
    let Some(claims) = claims.filter(|claims| claims.is_held_by(&certificate)) else {
        return Err(Failure::new(
            StatusCode::UNAUTHORIZED,
            "saml.token.invalid",
            "the SAML token was not issued here to the holder of this certificate, or has ended; \
             get a new one",
        ));
    };
    let system = brevdue_exchange::SystemId(claims.system);
    let caller = exchange.authenticate_again(system, Some(&certificate), address).await?;
    let access = Claims::new(caller.system.id, &claims.aud, &certificate, Use::Access, now);
    let access = facade.tokens.seal(&access).map_err(|_| unsealed())?;
    let body = json!({
        "access_token": access,
        "token_type": "Holder-of-key",
        "expires_in": ACCESS_SECONDS,
    });
    Ok(Json(body).into_response())
}

/// The fields of a form; what cannot be read is left out.
fn form(body: &[u8]) -> Vec<(String, String)> {
    let Ok(mut url) = reqwest::Url::parse("form:/") else { return Vec::new() };
    let Ok(text) = std::str::from_utf8(body) else { return Vec::new() };
    url.set_query(Some(text));
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// As the official service writes times here: `11/23/2026 20:15:00`, UTC.
fn lifetime(at: Timestamp) -> String {
    let text = at.to_string(); // 2026-11-23T20:15:00.000Z
    let (date, time) = text.split_once('T').unwrap_or((&text, ""));
    let mut parts = date.split('-');
    let mut part = || parts.next().unwrap_or_default();
    let (year, month, day) = (part(), part(), part());
    format!("{month}/{day}/{year} {}", time.get(..8).unwrap_or("00:00:00"))
}

fn unsealed() -> Failure {
    Failure::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "exchange.fault",
        "the exchange is at fault: a token could not be made",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifetime_is_month_first() {
        let at = Timestamp::from_millis(1_772_445_600_000);
        assert_eq!(lifetime(at), "03/02/2026 10:00:00");
    }

    #[test]
    fn a_form_keeps_the_plus_signs_of_base64_that_were_escaped() {
        let fields = form(b"a=1&saml-token=PHN%2Bx%3D%3D");
        assert_eq!(fields[1], ("saml-token".into(), "PHN+x==".into()));
        assert!(form(b"\xff\xfe").is_empty());
    }
}
