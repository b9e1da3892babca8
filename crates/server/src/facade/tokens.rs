//! Tokens of the facade. They hold what they say and a seal over it, so that nobody keeps a list of
//! them: a SAML assertion around a sealed token, and the sealed token itself.
//!
//! The assertion is what a program passes on without looking into it; it is sealed by our key and not
//! signed as XML, because only we read it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use brevdue_exchange::SystemId;
use brevdue_exchange::authenticate::PresentedCertificate;
use brevdue_memo::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Sending letters.
pub(super) const KOMBI: &str = "http://entityid.kombit.dk/service/kombipostafsend/1";
/// Asking who can be reached.
pub(super) const LOOK_UP: &str = "http://entityid.kombit.dk/service/postforespoerg/1";
/// Fetching status messages.
pub(super) const STATUS: &str = "http://entityid.kombit.dk/service/bfo_modtag/2";
/// The services there are.
pub(super) const SERVICES: [&str; 3] = [KOMBI, LOOK_UP, STATUS];

/// Seconds for which an assertion holds.
pub(super) const ASSERTION_SECONDS: i64 = 8 * 3600;
/// Seconds for which an access token holds.
pub(super) const ACCESS_SECONDS: i64 = 3600;

/// Bytes of a token as presented.
const TOKEN_BYTES: usize = 16 * 1024;
const BEFORE: &str = "<saml:Attribute Name=\"urn:brevdue:token\"><saml:AttributeValue>";

/// Makes tokens and knows its own again.
pub struct Tokens {
    sealing: EncodingKey,
    opening: DecodingKey,
}

/// Which of the two kinds a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Use {
    Assertion,
    Access,
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claims {
    /// Which system it lets in.
    pub(super) system: Uuid,
    /// For which service.
    pub(super) aud: String,
    /// Until when, in seconds since the epoch.
    pub(super) exp: i64,
    /// SHA-256 over the public key of whoever holds it, as Base64.
    pub(super) holder: String,
    /// Which kind it is.
    #[serde(rename = "use")]
    pub(super) kind: Use,
}

impl Tokens {
    /// Tokens sealed with this key; those sealed with another are not known.
    pub fn new(key: &[u8; 32]) -> Self {
        Self { sealing: EncodingKey::from_secret(key), opening: DecodingKey::from_secret(key) }
    }

    pub(super) fn seal(&self, claims: &Claims) -> Result<String, jsonwebtoken::errors::Error> {
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &self.sealing)
    }

    /// What a token says, if it is ours, of this kind, and still holds.
    pub(super) fn open(&self, token: &str, kind: Use, now: Timestamp) -> Option<Claims> {
        if token.len() > TOKEN_BYTES {
            return None;
        }
        let mut validation = Validation::new(Algorithm::HS256);
        // By the exchange's clock, below; for which service is the caller's question.
        validation.validate_exp = false;
        validation.validate_aud = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &self.opening, &validation).ok()?.claims;
        let holds = claims.kind == kind && now.as_millis() < claims.exp.saturating_mul(1000);
        holds.then_some(claims)
    }

    /// A sealed token as a SAML assertion in Base64.
    pub(super) fn assertion(&self, claims: &Claims) -> Result<String, jsonwebtoken::errors::Error> {
        let token = self.seal(claims)?;
        // Nothing in it needs escaping: ids, Base64, and one of our own service names.
        let xml = format!(
            "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" Version=\"2.0\">\
             <saml:Issuer>brevdue</saml:Issuer><saml:Conditions><saml:AudienceRestriction>\
             <saml:Audience>{}</saml:Audience></saml:AudienceRestriction></saml:Conditions>\
             <saml:AttributeStatement>{BEFORE}{token}</saml:AttributeValue></saml:Attribute>\
             </saml:AttributeStatement></saml:Assertion>",
            claims.aud
        );
        Ok(BASE64_STANDARD.encode(xml))
    }

    /// What an assertion says; in Base64, or as XML.
    pub(super) fn open_assertion(&self, text: &[u8], now: Timestamp) -> Option<Claims> {
        if text.len() > TOKEN_BYTES {
            return None;
        }
        let decoded;
        let xml = if text.trim_ascii_start().starts_with(b"<") {
            text
        } else {
            decoded = BASE64_STANDARD.decode(text.trim_ascii()).ok()?;
            &decoded
        };
        let (_, rest) = std::str::from_utf8(xml).ok()?.split_once(BEFORE)?;
        let (token, _) = rest.split_once('<')?;
        self.open(token, Use::Assertion, now)
    }
}

impl Claims {
    pub(super) fn new(
        system: SystemId,
        service: &str,
        certificate: &PresentedCertificate,
        kind: Use,
        now: Timestamp,
    ) -> Self {
        let seconds = match kind {
            Use::Assertion => ASSERTION_SECONDS,
            Use::Access => ACCESS_SECONDS,
        };
        Self {
            system: system.0,
            aud: service.into(),
            exp: now.as_millis() / 1000 + seconds,
            holder: BASE64_STANDARD.encode(certificate.public_key_sha256),
            kind,
        }
    }

    /// Whether this certificate's key is the holder's.
    pub(super) fn is_held_by(&self, certificate: &PresentedCertificate) -> bool {
        BASE64_STANDARD.encode(certificate.public_key_sha256) == self.holder
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(kind: Use, now: Timestamp) -> Claims {
        let certificate = PresentedCertificate {
            cvr: None,
            public_key_sha256: [7; 32],
            serial: vec![1],
            valid: (now, now),
        };
        Claims::new(SystemId(Uuid::from_u128(5)), KOMBI, &certificate, kind, now)
    }

    #[test]
    fn a_token_is_known_again_until_it_ends_and_only_as_what_it_is() {
        let tokens = Tokens::new(&[1; 32]);
        let now = Timestamp::from_millis(1_772_445_600_000);
        let access = claims(Use::Access, now);
        let sealed = tokens.seal(&access).unwrap();
        assert_eq!(tokens.open(&sealed, Use::Access, now), Some(access));
        assert_eq!(tokens.open(&sealed, Use::Assertion, now), None);
        assert_eq!(tokens.open(&sealed, Use::Access, now.plus_seconds(ACCESS_SECONDS)), None);
        assert_eq!(Tokens::new(&[2; 32]).open(&sealed, Use::Access, now), None);
        assert_eq!(tokens.open("x", Use::Access, now), None);
    }

    #[test]
    fn an_assertion_is_read_in_base64_and_as_xml() {
        let tokens = Tokens::new(&[1; 32]);
        let now = Timestamp::from_millis(1_772_445_600_000);
        let said = claims(Use::Assertion, now);
        let text = tokens.assertion(&said).unwrap();
        assert_eq!(tokens.open_assertion(text.as_bytes(), now), Some(said.clone()));
        let xml = BASE64_STANDARD.decode(&text).unwrap();
        assert_eq!(tokens.open_assertion(&xml, now), Some(said));
        assert_eq!(tokens.open_assertion(b"<saml:Assertion/>", now), None);
        assert_eq!(tokens.open_assertion(&[0xff; 40], now), None);
    }
}
