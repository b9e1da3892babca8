//! Callers of the municipal facade, who name their organisation and no system.

use std::net::IpAddr;

use brevdue_memo::CvrNumber;

use super::{Caller, PresentedCertificate, Refusal, unauthenticated};
use crate::exchange::Exchange;
use crate::{MailSystem, SystemId};

impl Exchange {
    /// Finds the system that a certificate acts as for an organisation: the active sender system it is
    /// registered for, else the first by name that has none registered.
    ///
    /// # Errors
    /// See [`Refusal`]. An organisation that is not there is refused as a wrong certificate is.
    pub async fn authenticate_organisation(
        &self,
        cvr: CvrNumber,
        certificate: &PresentedCertificate,
        address: IpAddr,
    ) -> Result<Caller, Refusal> {
        let Some(organisation) = self.store().organisation_by_cvr(cvr).await? else {
            return Err(no_system());
        };
        let now = self.clock().now();
        certificate.must_be_valid(now)?;
        let systems = self.store().systems_of(organisation.id).await?;
        let fits = |system: &&MailSystem| {
            system.sends
                && system.is_active(now)
                && certificate.must_fit(system, &organisation).is_ok()
        };
        let found = systems
            .iter()
            .filter(fits)
            .min_by_key(|system| system.certificate.is_none())
            .cloned()
            .ok_or_else(no_system)?;
        self.must_be_let_in(&found, address)?;
        Ok(Caller { system: found, organisation })
    }

    /// That a system which was given a token, bound to a key, may still be here with it.
    ///
    /// # Errors
    /// As [`Exchange::authenticate_organisation`].
    pub async fn authenticate_again(
        &self,
        system: SystemId,
        certificate: Option<&PresentedCertificate>,
        address: IpAddr,
    ) -> Result<Caller, Refusal> {
        let Some(system) = self.store().system(system).await? else { return Err(no_system()) };
        let Some(organisation) = self.store().organisation(system.organisation).await? else {
            return Err(no_system());
        };
        if let Some(certificate) = certificate {
            certificate.must_be_valid(self.clock().now())?;
            certificate.must_fit(&system, &organisation)?;
        }
        self.must_be_let_in(&system, address)?;
        Ok(Caller { system, organisation })
    }
}

fn no_system() -> Refusal {
    unauthenticated(
        "certificate.not.registered",
        "no active sender system of this organisation is registered with this certificate",
    )
}
