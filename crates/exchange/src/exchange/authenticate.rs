//! Which system is calling, and whether it may.

use std::net::IpAddr;

use brevdue_memo::CvrNumber;
use brevdue_wire::Credentials;

use super::Exchange;
use crate::{MailSystem, Organisation, StorageError};

/// What a caller showed.
#[derive(Debug, Clone)]
pub struct Presented {
    /// The `Authorization` header, if it had the right form.
    pub credentials: Option<Credentials>,
    /// How the call came in.
    pub channel: Channel,
    /// Where it came from.
    pub address: IpAddr,
}

/// How a call came in.
#[derive(Debug, Clone)]
pub enum Channel {
    /// With TLS. The certificate's chain and validity were checked by the door.
    Tls(Option<PresentedCertificate>),
    /// Plain HTTP on loopback in local mode: the token alone decides.
    LocalPlain,
}

/// What a client certificate says.
#[derive(Debug, Clone)]
pub struct PresentedCertificate {
    /// From `organizationIdentifier` (`NTRDK-<cvr>`) or, in older ones, from the subject serial number (`CVR:<cvr>-…`).
    pub cvr: Option<CvrNumber>,
    /// SHA-256 over the subject public key info.
    pub public_key_sha256: [u8; 32],
    /// Serial number, big endian without leading zeros.
    pub serial: Vec<u8>,
}

/// A caller that was let in.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The system.
    pub system: MailSystem,
    /// Its owner.
    pub organisation: Organisation,
}

/// Why a caller was not let in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// 401: it did not prove who it is. `code` is for the answer's body.
    #[error("{message}")]
    Unauthenticated {
        /// Lower-case dotted words.
        code: &'static str,
        /// What is missing and what to do.
        message: &'static str,
    },
    /// 403: it is known, and may not.
    #[error("{message}")]
    Forbidden {
        /// Lower-case dotted words.
        code: &'static str,
        /// What is missing and what to do.
        message: &'static str,
    },
    /// 503.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Exchange {
    /// Finds out which system is calling, in the order of `docs/exchange.md`: certificate, its CVR,
    /// its key, the token (in constant time), the address, the active period.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub async fn authenticate(&self, presented: Presented) -> Result<Caller, Refusal> {
        let _ = presented;
        unimplemented!()
    }
}

impl Caller {
    /// That the system may send.
    ///
    /// # Errors
    /// `Forbidden`, code `system.not.sender`.
    pub fn must_send(&self) -> Result<(), Refusal> {
        unimplemented!()
    }

    /// That the system may receive.
    ///
    /// # Errors
    /// `Forbidden`, code `system.not.recipient`.
    pub fn must_receive(&self) -> Result<(), Refusal> {
        unimplemented!()
    }
}
