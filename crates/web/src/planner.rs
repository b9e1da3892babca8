//! Who works on a programme: a signed cookie that names the programme and the person in it, and who signed in.
//!
//! Beside the session, not in it: whoever reads their own mail and works on their authority's programme in
//! one browser are two people to us.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use brevdue_memo::Timestamp;
use brevdue_programme::{Key, ProgrammeId};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::limits::SESSION_SECONDS;
use crate::session::{MAC_BYTES, SessionKey};

/// Name of the cookie.
pub(crate) const COOKIE: &str = "brevdue-planner";

/// Expiry, programme and identity, before the person's key.
const FIXED: usize = 8 + 16 + 16;

/// What the cookie says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Planner {
    /// Good until then.
    expires: Timestamp,
    /// Which programme.
    pub(crate) programme: ProgrammeId,
    /// Who, among its people.
    pub(crate) person: Key,
    /// Who signed in; none: in local mode anybody may be anybody. It is not taken from the person's entry, which
    /// whoever leads the programme can alter.
    pub(crate) identity: Option<Uuid>,
}

impl Planner {
    /// One who begins to work now.
    pub(crate) fn begin(programme: ProgrammeId, person: Key, now: Timestamp) -> Self {
        let expires = now.plus_seconds(SESSION_SECONDS);
        Self { expires, programme, person, identity: None }
    }

    /// Somebody who has shown who they are.
    #[must_use]
    pub(crate) fn signed_in_as(self, identity: Uuid) -> Self {
        Self { identity: Some(identity), ..self }
    }

    /// The same somebody, no longer than before, at work on another programme.
    pub(crate) fn moved_to(&self, programme: ProgrammeId, person: Key) -> Self {
        Self { programme, person, ..self.clone() }
    }

    /// Seconds for which it is good.
    pub(crate) fn seconds_left(&self, now: Timestamp) -> i64 {
        (self.expires.as_millis().saturating_sub(now.as_millis()) / 1000).max(0)
    }

    /// The value of the cookie.
    pub(crate) fn seal(&self, key: &SessionKey) -> String {
        let mut payload = Vec::with_capacity(FIXED + self.person.as_str().len() + MAC_BYTES);
        payload.extend_from_slice(&self.expires.as_millis().to_be_bytes());
        payload.extend_from_slice(self.programme.0.as_bytes());
        payload.extend_from_slice(self.identity.unwrap_or_default().as_bytes());
        payload.extend_from_slice(self.person.as_str().as_bytes());
        let mac = key.mac(b"planner", &[&payload]);
        payload.extend_from_slice(&mac);
        URL_SAFE_NO_PAD.encode(payload)
    }

    /// Who a cookie names, unless it is forged, garbled or over.
    pub(crate) fn open(cookie: &str, key: &SessionKey, now: Timestamp) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(cookie).ok()?;
        let (payload, mac) = bytes.split_last_chunk::<MAC_BYTES>()?;
        if !bool::from(key.mac(b"planner", &[payload]).as_slice().ct_eq(mac)) {
            return None;
        }
        let (fixed, person) = payload.split_first_chunk::<FIXED>()?;
        let (expires, ids) = fixed.split_first_chunk::<8>()?;
        let (programme, identity) = ids.split_first_chunk::<16>()?;
        let identity = Uuid::from_slice(identity).ok()?;
        let planner = Self {
            expires: Timestamp::from_millis(i64::from_be_bytes(*expires)),
            programme: ProgrammeId(Uuid::from_bytes(*programme)),
            person: std::str::from_utf8(person).ok()?.parse().ok()?,
            identity: Some(identity).filter(|identity| !identity.is_nil()),
        };
        (now < planner.expires).then_some(planner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    #[test]
    fn a_cookie_opens_until_its_time_is_over_and_never_when_a_byte_of_it_changed() {
        let key = SessionKey::new([7; 32]);
        let planner =
            Planner::begin(ProgrammeId(Uuid::from_u128(5)), "M-001".parse().unwrap(), NOW);
        let anybody = planner.seal(&key);
        assert_eq!(Planner::open(&anybody, &key, NOW).unwrap().identity, None);
        let planner = planner.signed_in_as(Uuid::from_u128(9));
        let cookie = planner.seal(&key);
        assert_eq!(Planner::open(&cookie, &key, NOW), Some(planner));
        assert_eq!(Planner::open(&cookie, &key, NOW.plus_seconds(SESSION_SECONDS)), None);
        let bytes = URL_SAFE_NO_PAD.decode(cookie).unwrap();
        for at in 0..bytes.len() {
            let mut forged = bytes.clone();
            forged[at] ^= 1;
            assert_eq!(
                Planner::open(&URL_SAFE_NO_PAD.encode(forged), &key, NOW),
                None,
                "byte {at}"
            );
        }
    }
}
