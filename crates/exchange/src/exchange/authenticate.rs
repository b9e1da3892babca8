//! Which system is calling, and whether it may.

mod municipal;
mod ssh;

use std::net::IpAddr;

use brevdue_memo::{CvrNumber, Timestamp};
use brevdue_wire::Credentials;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::Exchange;
use crate::{
    ApiToken, IpRange, MailSystem, Organisation, OrganisationId, Origin, Receives, StorageError,
    SystemId,
};

pub use ssh::SshKey;

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
    /// From when to when it is valid.
    pub valid: (Timestamp, Timestamp),
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
        if matches!(presented.channel, Channel::Tls(None)) {
            return Err(unauthenticated(
                "certificate.missing",
                "no client certificate was presented; connect with the system's certificate",
            ));
        }
        let Some(credentials) = presented.credentials else {
            return Err(unauthenticated(
                "authorization.missing",
                "the Authorization header is not Basic base64(<systemId>:<token>)",
            ));
        };
        let Some(system) = self.store().system(SystemId(credentials.system)).await? else {
            // As for a wrong token: who holds no certificate of it learns of no system.
            return Err(wrong_credentials());
        };
        let Some(organisation) = self.store().organisation(system.organisation).await? else {
            return Err(Refusal::Storage(StorageError::Damaged(format!(
                "system {} belongs to no organisation",
                system.id
            ))));
        };
        if let Channel::Tls(Some(certificate)) = &presented.channel {
            certificate.must_be_valid(self.clock().now())?;
            certificate.must_fit(&system, &organisation)?;
        }
        if !system.token.equals(&credentials.token) {
            return Err(wrong_credentials());
        }
        self.must_be_let_in(&system, presented.address)?;
        Ok(Caller { system, organisation })
    }

    /// What is asked of every system, however it proved who it is: its address and active period.
    fn must_be_let_in(&self, system: &MailSystem, address: IpAddr) -> Result<(), Refusal> {
        if !system.allowed_ips.is_empty()
            && !system.allowed_ips.iter().any(|range| range.contains(address))
        {
            return Err(Refusal::Forbidden {
                code: "address.not.allowed",
                message: "the system may not call from this address; add it to allowedIps",
            });
        }
        if !system.is_active(self.clock().now()) {
            return Err(Refusal::Forbidden {
                code: "system.not.active",
                message: "the system is not active now; see its activeFrom and activeTo",
            });
        }
        Ok(())
    }
}

impl Caller {
    /// That the system may send.
    ///
    /// # Errors
    /// `Forbidden`, code `system.not.sender`.
    pub fn must_send(&self) -> Result<(), Refusal> {
        if self.system.sends {
            return Ok(());
        }
        Err(Refusal::Forbidden {
            code: "system.not.sender",
            message: "the system is not a sender system; register it with system type SENDER",
        })
    }

    /// That the system may receive.
    ///
    /// # Errors
    /// `Forbidden`, code `system.not.recipient`.
    pub fn must_receive(&self) -> Result<(), Refusal> {
        if self.system.receives != Receives::Nothing {
            return Ok(());
        }
        Err(Refusal::Forbidden {
            code: "system.not.recipient",
            message: "the system is not a receiver system; register it with system type RECIPIENT",
        })
    }

    /// Where what it hands in comes from.
    pub fn origin(&self) -> Origin {
        Origin::System { system: self.system.id, organisation: self.organisation.id }
    }
}

impl PresentedCertificate {
    /// The door checks this too, by the machine's clock; here it is by the exchange's.
    fn must_be_valid(&self, now: Timestamp) -> Result<(), Refusal> {
        let (from, to) = self.valid;
        if from <= now && now <= to {
            return Ok(());
        }
        Err(unauthenticated(
            "certificate.expired",
            "the client certificate is not valid now; renew it, and register the new one",
        ))
    }

    fn must_fit(&self, system: &MailSystem, organisation: &Organisation) -> Result<(), Refusal> {
        let fits = self.cvr.is_some_and(|cvr| {
            cvr == organisation.cvr || system.delegated_cvr.is_some_and(|delegate| cvr == delegate)
        });
        if !fits {
            return Err(unauthenticated(
                "certificate.cvr.mismatch",
                "the certificate belongs to neither the system's organisation nor its delegate",
            ));
        }
        // A renewed certificate with the same key passes, as does the registered one itself.
        let registered = system.certificate.as_ref().is_none_or(|registered| {
            registered.public_key_sha256 == self.public_key_sha256
                || registered.serial == self.serial
        });
        if !registered {
            return Err(unauthenticated(
                "certificate.not.registered",
                "another certificate is registered for the system; renew its token to replace it",
            ));
        }
        Ok(())
    }
}

impl ApiToken {
    /// Whether it is this token, in a time that tells nothing of either. An empty one is no token.
    fn equals(&self, presented: &str) -> bool {
        let digest = |token: &str| -> [u8; 32] { Sha256::digest(token.as_bytes()).into() };
        let equal = digest(&self.0).ct_eq(&digest(presented));
        bool::from(equal) && !self.0.is_empty()
    }
}

impl IpRange {
    /// Whether an address is in the range; an IPv4 address written as IPv6 counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address.to_canonical(), address.to_canonical()) {
            (IpAddr::V4(range), IpAddr::V4(address)) => {
                let free = 32_u32.saturating_sub(self.prefix.into());
                let mask = u32::MAX.checked_shl(free).unwrap_or(0);
                range.to_bits() & mask == address.to_bits() & mask
            }
            (IpAddr::V6(range), IpAddr::V6(address)) => {
                let free = 128_u32.saturating_sub(self.prefix.into());
                let mask = u128::MAX.checked_shl(free).unwrap_or(0);
                range.to_bits() & mask == address.to_bits() & mask
            }
            _ => false,
        }
    }
}

fn unauthenticated(code: &'static str, message: &'static str) -> Refusal {
    Refusal::Unauthenticated { code, message }
}

fn wrong_credentials() -> Refusal {
    unauthenticated(
        "credentials.invalid",
        "no system with this id and token is registered; renew the token if it is lost",
    )
}

/// A registered certificate that ends soon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpiringCertificate {
    /// The system it is registered for.
    pub system: SystemId,
    /// The system's owner.
    pub organisation: OrganisationId,
    /// When it ends, or has ended.
    pub not_after: Timestamp,
}

impl Exchange {
    /// Certificates of systems in use that end within so many seconds, or have ended; soonest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn certificates_expiring(
        &self,
        within_seconds: i64,
    ) -> Result<Vec<ExpiringCertificate>, StorageError> {
        let now = self.clock().now();
        let limit = now.plus_seconds(within_seconds);
        let mut expiring = Vec::new();
        for owner in self.store().organisations().await? {
            for system in self.store().systems_of(owner.id).await? {
                let ends = system.certificate.as_ref().and_then(|c| c.not_after);
                if let Some(not_after) = ends.filter(|end| *end <= limit && system.is_active(now)) {
                    let organisation = owner.id;
                    let system = system.id;
                    expiring.push(ExpiringCertificate { system, organisation, not_after });
                }
            }
        }
        expiring.sort_by_key(|certificate| (certificate.not_after, certificate.system));
        Ok(expiring)
    }
}

#[cfg(test)]
mod tests;
