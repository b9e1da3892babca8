//! Signing in to a programme by OpenID Connect: who one is says the provider, and who that is in the programme
//! says the entry whose `subject` it is.
//!
//! The pages are a client of the exchange's own sign-in and take the code in themselves. Nothing is kept on our
//! side meanwhile: the cookie holds random bytes, and state, nonce and verifier are made of these with the key
//! that signs sessions.

use std::fmt::Write as _;

use askama::Template;
use axum::extract::Path;
use axum::response::Redirect;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use brevdue_exchange::people::consents::GrantError;
use brevdue_memo::Timestamp;
use brevdue_programme::{ProgrammeId, permissions};
use brevdue_wire::names::BASE_PATH;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::desk::find;
use crate::planner::Planner;
use crate::session::{MAC_BYTES, SessionKey};
use crate::visitor::{Answer, Chrome, Refused, Section, Visitor};

/// The id under which the pages are a client of the exchange's sign-in.
pub const CLIENT: &str = "brevdue-programmes";

/// Where people come back to.
pub const RETURN_PATH: &str = "/programmes/signed-in";

/// Name of the cookie.
const COOKIE: &str = "brevdue-signing";

/// Seconds in which somebody signs in.
const SECONDS: i64 = 10 * 60;

/// Random bytes of one sign-in.
const CHANCE: usize = 32;

/// Time and programme, before the random bytes.
const FIXED: usize = 8 + 16;

/// Somebody who has gone to sign in.
struct Signing {
    expires: Timestamp,
    programme: ProgrammeId,
    chance: [u8; CHANCE],
}

impl Signing {
    fn payload(&self) -> Vec<u8> {
        let mut payload = Vec::with_capacity(FIXED + CHANCE);
        payload.extend_from_slice(&self.expires.as_millis().to_be_bytes());
        payload.extend_from_slice(self.programme.0.as_bytes());
        payload.extend_from_slice(&self.chance);
        payload
    }

    /// The value of the cookie.
    fn seal(&self, key: &SessionKey) -> String {
        let mut payload = self.payload();
        let mac = key.mac(b"signing", &[&payload]);
        payload.extend_from_slice(&mac);
        URL_SAFE_NO_PAD.encode(payload)
    }

    /// What a cookie says, unless it is forged, garbled or over.
    fn open(cookie: &str, key: &SessionKey, now: Timestamp) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(cookie).ok()?;
        let (payload, mac) = bytes.split_last_chunk::<MAC_BYTES>()?;
        if !bool::from(key.mac(b"signing", &[payload]).as_slice().ct_eq(mac)) {
            return None;
        }
        let (expires, rest) = payload.split_first_chunk::<8>()?;
        let (programme, chance) = rest.split_first_chunk::<16>()?;
        let signing = Self {
            expires: Timestamp::from_millis(i64::from_be_bytes(*expires)),
            programme: ProgrammeId(Uuid::from_bytes(*programme)),
            chance: chance.try_into().ok()?,
        };
        (now < signing.expires).then_some(signing)
    }

    /// Sixty-four letters and digits that only we can make of this sign-in.
    fn secret(&self, key: &SessionKey, purpose: &[u8]) -> String {
        let mut hex = String::with_capacity(2 * MAC_BYTES);
        for byte in key.mac(purpose, &[&self.chance]) {
            // Writing to a string does not fail.
            let _ = write!(hex, "{byte:02x}");
        }
        hex
    }

    fn state(&self, key: &SessionKey) -> String {
        self.secret(key, b"signing state")
    }

    /// Of 128 characters, as the sign-in asks.
    fn verifier(&self, key: &SessionKey) -> String {
        self.secret(key, b"signing verifier 1") + &self.secret(key, b"signing verifier 2")
    }
}

/// `GET /programmes/{id}/sign-in`: to the provider, and back.
pub(crate) async fn sign_in(mut visitor: Visitor, Path(id): Path<String>) -> Answer {
    let (programme, ..) = find(&visitor, &id).await?;
    let mut chance = [0; CHANCE];
    if let Err(error) = getrandom::fill(&mut chance) {
        return Err(visitor.failed("nobody could be sent to sign in", &error).await);
    }
    let signing = Signing { expires: visitor.now().plus_seconds(SECONDS), programme, chance };
    let key = visitor.web.key.clone();
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(signing.verifier(&key)));
    let back = encode(&visitor.absolute(RETURN_PATH));
    let address = format!(
        "{BASE_PATH}/oauth/authorize?response_type=code&scope=openid&client_id={CLIENT}\
         &redirect_uri={back}&state={}&nonce={}&code_challenge={challenge}&code_challenge_method=S256\
         &ui_locales={}",
        signing.state(&key),
        signing.secret(&key, b"signing nonce"),
        visitor.texts.language().code(),
    );
    visitor.set_signing(COOKIE, &signing.seal(&key), SECONDS);
    Ok(visitor.finish(Redirect::to(&address)))
}

#[derive(Template)]
#[template(path = "programme/no_entry.html")]
struct NoEntryPage {
    chrome: Chrome,
    id: ProgrammeId,
    subject: Uuid,
}

/// `GET /programmes/signed-in`: back from the provider, with a code or without.
pub(crate) async fn signed_in(mut visitor: Visitor) -> Answer {
    let key = visitor.web.key.clone();
    let cookie = visitor.cookie(COOKIE);
    let signing = cookie.and_then(|cookie| Signing::open(&cookie, &key, visitor.now()));
    let Some(signing) = signing else { return Err(visitor.refuse(Refused::Form).await) };
    visitor.set_signing(COOKIE, "", 0);
    let state = visitor.query("state").unwrap_or_default();
    if !bool::from(state.as_bytes().ct_eq(signing.state(&key).as_bytes())) {
        return Err(visitor.refuse(Refused::Form).await);
    }
    let id = signing.programme;
    let Some(code) = visitor.query("code") else {
        // Whoever did not sign in is asked again who they are.
        return Ok(visitor.finish(Redirect::to(&format!("/programmes/{id}/enter"))));
    };
    let exchange = visitor.exchange().clone();
    let back = visitor.absolute(RETURN_PATH);
    let person = match exchange.redeem_code(&code, CLIENT, &back, &signing.verifier(&key)).await {
        Ok(granted) => granted.person,
        Err(GrantError::Storage(error)) => {
            return Err(visitor.failed("a code could not be changed", &error).await);
        }
        Err(_) => return Err(visitor.refuse(Refused::Form).await),
    };
    // The pages have a session of their own and need no tokens.
    if let Err(error) = exchange.sign_out(person.identity, CLIENT).await {
        return Err(visitor.failed("tokens could not be ended", &error).await);
    }
    let (_, programme, _) = find(&visitor, &id.to_string()).await?;
    let subject = person.identity;
    match permissions::signed_in(&programme, &subject.to_string()) {
        Some((me, _)) => {
            let now = visitor.now();
            visitor.begin_planning(Planner::begin(id, me, now).signed_in_as(subject));
            Ok(visitor.finish(Redirect::to(&format!("/programmes/{id}"))))
        }
        None => {
            visitor.need_session().await?;
            let title = visitor.texts.programme_no_entry();
            let chrome = visitor.chrome(title, Section::None, None).await?;
            let page = NoEntryPage { chrome, id, subject };
            visitor.page_with(axum::http::StatusCode::FORBIDDEN, &page)
        }
    }
}

/// Percent-encodes what may stand in no query.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            byte if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                encoded.push(char::from(byte));
            }
            byte => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    #[test]
    fn a_cookie_of_a_sign_in_opens_until_its_time_is_over_and_never_when_a_byte_of_it_changed() {
        let key = SessionKey::new([7; 32]);
        let signing = Signing {
            expires: NOW.plus_seconds(SECONDS),
            programme: ProgrammeId(Uuid::from_u128(5)),
            chance: [3; CHANCE],
        };
        let cookie = signing.seal(&key);
        let opened = Signing::open(&cookie, &key, NOW).unwrap();
        assert_eq!(opened.programme, signing.programme);
        assert_eq!(opened.verifier(&key), signing.verifier(&key));
        assert!(Signing::open(&cookie, &key, NOW.plus_seconds(SECONDS)).is_none());
        let bytes = URL_SAFE_NO_PAD.decode(cookie).unwrap();
        for at in 0..bytes.len() {
            let mut forged = bytes.clone();
            forged[at] ^= 1;
            let forged = URL_SAFE_NO_PAD.encode(forged);
            assert!(Signing::open(&forged, &key, NOW).is_none(), "byte {at}");
        }
    }

    #[test]
    fn state_nonce_and_verifier_differ_and_are_as_the_sign_in_asks() {
        let key = SessionKey::new([7; 32]);
        let with = |byte: u8| Signing {
            expires: NOW,
            programme: ProgrammeId(Uuid::from_u128(5)),
            chance: [byte; CHANCE],
        };
        let (one, other) = (with(1), with(2));
        assert_eq!((one.state(&key).len(), one.verifier(&key).len()), (64, 128));
        assert_ne!(one.state(&key), other.state(&key));
        assert_ne!(one.state(&key), one.secret(&key, b"signing nonce"));
        assert!(!one.verifier(&key).contains(&one.state(&key)));
    }
}
