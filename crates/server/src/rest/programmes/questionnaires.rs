//! Links to suppliers' questionnaires: the token of one, of which only the SHA-256 is kept.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use brevdue_programme::ProgrammeId;
use sha2::{Digest as _, Sha256};

use crate::rest::Door;

/// Bytes of a token that nobody can guess, after the programme's id; the pages read as many.
const CHANCE_BYTES: usize = 24;

/// A new link.
pub(super) struct Link {
    /// What stands after `/answer/`.
    pub(super) token: String,
    /// What is kept.
    pub(super) sha256: String,
}

/// Makes a link to a programme. Two random UUIDs hold 244 bits of chance, of which 24 bytes are taken.
pub(super) fn link(door: &Door, id: ProgrammeId) -> Link {
    let (one, other) = (door.exchange.ids().random(), door.exchange.ids().random());
    let chance = one.as_bytes().iter().chain(other.as_bytes()).take(CHANCE_BYTES);
    let bytes: Vec<u8> = id.0.as_bytes().iter().chain(chance).copied().collect();
    let token = URL_SAFE_NO_PAD.encode(bytes);
    let mut sha256 = String::with_capacity(64);
    for byte in Sha256::digest(token.as_bytes()) {
        // Writing to a string does not fail.
        let _ = write!(sha256, "{byte:02x}");
    }
    Link { token, sha256 }
}
