//! Who a browser acts for: a signed cookie that the browser keeps and cannot change, and the tokens
//! that prove a form came from one of our pages.
//!
//! The cookie holds the id of a contact, never a CPR number, and is not encrypted: there is nothing
//! in it to hide. Nothing is kept on our side; a session ends with its time or its cookie.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use brevdue_exchange::ContactId;
use brevdue_memo::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::limits::SESSION_SECONDS;

/// Name of the cookie.
pub(crate) const COOKIE: &str = "brevdue-session";

const NONCE: usize = 16;
const SALT: usize = 16;
/// Bytes of a proof.
pub(crate) const MAC_BYTES: usize = 32;
const PAYLOAD: usize = 1 + NONCE + 8 + 16;

/// Signs and checks. Two nodes with the same key know each other's sessions.
#[derive(Clone)]
pub(crate) struct SessionKey([u8; 32]);

/// What a cookie says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Session {
    /// Ties the form tokens to this session.
    nonce: [u8; NONCE],
    /// Good until then.
    expires: Timestamp,
    /// Who is signed in; `None` before.
    pub(crate) owner: Option<ContactId>,
}

impl Session {
    /// A session that begins now. Signing in always begins a new one.
    ///
    /// # Errors
    /// When the machine gives no random bytes.
    pub(crate) fn begin(
        owner: Option<ContactId>,
        now: Timestamp,
    ) -> Result<Self, getrandom::Error> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce)?;
        Ok(Self { nonce, expires: now.plus_seconds(SESSION_SECONDS), owner })
    }

    fn payload(&self) -> [u8; PAYLOAD] {
        let mut payload = [0; PAYLOAD];
        payload[0] = u8::from(self.owner.is_some());
        payload[1..1 + NONCE].copy_from_slice(&self.nonce);
        payload[1 + NONCE..9 + NONCE].copy_from_slice(&self.expires.as_millis().to_be_bytes());
        let owner = self.owner.map_or(Uuid::nil(), |owner| owner.0);
        payload[9 + NONCE..].copy_from_slice(owner.as_bytes());
        payload
    }

    fn from_payload(payload: &[u8; PAYLOAD]) -> Option<Self> {
        let nonce = payload[1..1 + NONCE].try_into().ok()?;
        let expires = i64::from_be_bytes(payload[1 + NONCE..9 + NONCE].try_into().ok()?);
        let owner = ContactId(Uuid::from_slice(&payload[9 + NONCE..]).ok()?);
        let owner = match payload[0] {
            0 => None,
            1 => Some(owner),
            _ => return None,
        };
        Some(Self { nonce, expires: Timestamp::from_millis(expires), owner })
    }
}

impl SessionKey {
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// A proof that we wrote the parts, for one purpose.
    pub(crate) fn mac(&self, purpose: &[u8], parts: &[&[u8]]) -> [u8; MAC_BYTES] {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(purpose);
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// The value of the cookie.
    pub(crate) fn seal(&self, session: &Session) -> String {
        let payload = session.payload();
        let mac = self.mac(b"session", &[&payload]);
        URL_SAFE_NO_PAD.encode([payload.as_slice(), mac.as_slice()].concat())
    }

    /// The session of a cookie, unless it is forged, garbled or over.
    pub(crate) fn open(&self, cookie: &str, now: Timestamp) -> Option<Session> {
        let bytes = URL_SAFE_NO_PAD.decode(cookie).ok()?;
        let (payload, mac) = bytes.split_first_chunk::<PAYLOAD>()?;
        if !bool::from(self.mac(b"session", &[payload]).as_slice().ct_eq(mac)) {
            return None;
        }
        Session::from_payload(payload).filter(|session| now < session.expires)
    }

    /// A token for the forms of a page. Each is different, so that compression of the page does not
    /// give it away bit by bit.
    ///
    /// # Errors
    /// When the machine gives no random bytes.
    pub(crate) fn form_token(&self, session: &Session) -> Result<String, getrandom::Error> {
        let mut salt = [0; SALT];
        getrandom::fill(&mut salt)?;
        let mac = self.mac(b"form", &[&salt, &session.nonce]);
        Ok(URL_SAFE_NO_PAD.encode([salt.as_slice(), mac.as_slice()].concat()))
    }

    /// Whether a form came from a page of this session.
    pub(crate) fn is_form_token(&self, session: &Session, token: &str) -> bool {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(token) else { return false };
        let Some((salt, mac)) = bytes.split_first_chunk::<SALT>() else { return false };
        self.mac(b"form", &[salt, &session.nonce]).as_slice().ct_eq(mac).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn key() -> SessionKey {
        SessionKey::new([7; 32])
    }

    fn signed_in() -> Session {
        Session::begin(Some(ContactId(Uuid::from_u128(42))), NOW).unwrap()
    }

    #[test]
    fn a_cookie_we_made_opens_until_its_time_is_over() {
        let session = signed_in();
        let cookie = key().seal(&session);
        assert_eq!(key().open(&cookie, NOW), Some(session));
        assert_eq!(key().open(&cookie, NOW.plus_seconds(SESSION_SECONDS - 1)), Some(session));
        assert_eq!(key().open(&cookie, NOW.plus_seconds(SESSION_SECONDS)), None);
    }

    #[test]
    fn a_cookie_changed_in_any_byte_does_not_open() {
        let cookie = URL_SAFE_NO_PAD.decode(key().seal(&signed_in())).unwrap();
        for at in 0..cookie.len() {
            let mut forged = cookie.clone();
            forged[at] ^= 1;
            assert_eq!(key().open(&URL_SAFE_NO_PAD.encode(forged), NOW), None, "byte {at}");
        }
        for length in 0..cookie.len() {
            assert_eq!(key().open(&URL_SAFE_NO_PAD.encode(&cookie[..length]), NOW), None);
        }
    }

    #[test]
    fn a_cookie_of_another_key_does_not_open() {
        let cookie = SessionKey::new([8; 32]).seal(&signed_in());
        assert_eq!(key().open(&cookie, NOW), None);
    }

    #[test]
    fn a_form_token_belongs_to_one_session_and_is_never_the_same_twice() {
        let (session, other) = (signed_in(), signed_in());
        let token = key().form_token(&session).unwrap();
        assert!(key().is_form_token(&session, &token));
        assert!(!key().is_form_token(&other, &token));
        assert!(!key().is_form_token(&session, ""));
        assert!(!key().is_form_token(&session, &key().seal(&session)));
        assert_ne!(key().form_token(&session).unwrap(), token);
    }
}
