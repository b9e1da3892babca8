//! Secrets in links that open a part of a programme without signing in. They name the programme and hold
//! chance; only their SHA-256 is kept.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use brevdue_programme::ProgrammeId;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

/// Bytes of chance in a secret: 192 bits.
const CHANCE_BYTES: usize = 24;

/// Characters of a secret that is looked at, at most.
const CHARACTERS: usize = 100;

/// A secret, as it is told once.
pub(crate) struct Secret(String);

impl Secret {
    /// A new one.
    ///
    /// # Errors
    /// When the machine gives no random bytes.
    pub(crate) fn new(id: ProgrammeId) -> Result<Self, getrandom::Error> {
        let mut bytes = id.0.as_bytes().to_vec();
        let mut chance = [0; CHANCE_BYTES];
        getrandom::fill(&mut chance)?;
        bytes.extend_from_slice(&chance);
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// As it stands in the link.
    pub(crate) fn words(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub(crate) fn sha256(&self) -> String {
        digest(&self.0)
    }
}

fn digest(secret: &str) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(secret.as_bytes()) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// The programme that a secret names; none when it is none.
pub(crate) fn programme_of(secret: &str) -> Option<ProgrammeId> {
    if secret.len() > CHARACTERS {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(secret).ok()?;
    let (id, chance) = bytes.split_first_chunk::<16>()?;
    (chance.len() == CHANCE_BYTES).then_some(ProgrammeId(Uuid::from_bytes(*id)))
}

/// Whether a secret is the one of which something was kept. Takes as long whichever it is.
pub(crate) fn opens(secret: &str, kept: &str) -> bool {
    digest(secret).as_bytes().ct_eq(kept.as_bytes()).into()
}
