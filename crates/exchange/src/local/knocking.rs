//! Trying whether a system would be let in, as it is registered and by the country's clock. Nothing is
//! called: what the system would show is shown for it.

use std::net::{IpAddr, Ipv4Addr};

use brevdue_memo::Timestamp;
use brevdue_wire::Credentials;

use super::live::What;
use crate::authenticate::{Channel, Presented, PresentedCertificate, Refusal};
use crate::{Exchange, MailSystem, StorageError, SystemId};

/// What a system would be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Knock {
    /// It is let in.
    LetIn,
    /// It is not: code and reason.
    Refused(&'static str, &'static str),
}

impl Exchange {
    /// Shows the exchange what a system would show: its token, and the certificate that is registered for
    /// it, over TLS. `None` when there is no such system, and outside local mode.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn knock(&self, system: SystemId) -> Result<Option<Knock>, StorageError> {
        let (Some(local), Some(system)) = (self.local(), self.store().system(system).await?) else {
            return Ok(None);
        };
        let owner = self.store().organisation(system.organisation).await?;
        let certificate = system.certificate.as_ref().map(|registered| PresentedCertificate {
            cvr: owner.map(|owner| owner.cvr),
            public_key_sha256: registered.public_key_sha256,
            serial: registered.serial.clone(),
            // Since when it is valid is not registered.
            valid: (
                Timestamp::from_millis(i64::MIN),
                registered.not_after.unwrap_or(Timestamp::from_millis(i64::MAX)),
            ),
        });
        let presented = Presented {
            credentials: Some(Credentials { system: system.id.0, token: system.token.0.clone() }),
            channel: Channel::Tls(certificate),
            address: address_of(&system),
        };
        let knock = match self.authenticate(presented).await {
            Ok(_) => Knock::LetIn,
            Err(
                Refusal::Unauthenticated { code, message } | Refusal::Forbidden { code, message },
            ) => Knock::Refused(code, message),
            Err(Refusal::Storage(error)) => return Err(error),
        };
        let refused = match knock {
            Knock::LetIn => None,
            Knock::Refused(code, message) => Some((code, message)),
        };
        local.live.note(self.now(), What::Knocked { system: system.id, refused });
        Ok(Some(knock))
    }
}

/// An address that the system may call from.
fn address_of(system: &MailSystem) -> IpAddr {
    let allowed = system.allowed_ips.first().map(|range| range.address);
    allowed.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
}
