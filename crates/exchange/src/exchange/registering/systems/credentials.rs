//! What a system proves itself with: token, certificate, SSH key.

use brevdue_wire::registry as wire;
use brevdue_wire::registry::{OcesPublicCertificateCheck, OcesPublicCertificateCheckResult, Ssh};

use super::super::details::SystemDetails;
use super::super::faults::fault;
use super::super::{Faults, Registered};
use super::shaping;
use crate::exchange::Exchange;
use crate::exchange::authenticate::PresentedCertificate;
use crate::exchange::people::Actor;
use crate::storage::{Expect, Record, RecordKind};
use crate::{MailSystem, Op, OrganisationId, RegisteredCertificate, SystemId};

/// A certificate, as the door has read it.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// What the registry tells of it; ids and dates are filled in here.
    pub told: OcesPublicCertificateCheck,
    /// What the doors ask of it.
    pub presented: PresentedCertificate,
}

/// An SSH public key, as the door has read it.
#[derive(Debug, Clone)]
pub struct PublicKey {
    /// Its type and Base64, as OpenSSH writes them.
    pub line: String,
}

impl Exchange {
    /// Makes a new token for a system and lets go of its certificate. The old token ends now.
    ///
    /// # Errors
    /// See [`super::RegisteringError`].
    pub async fn renew_api_token(
        &self,
        actor: &Actor,
        organisation: OrganisationId,
        id: SystemId,
    ) -> Registered<wire::MailSystem> {
        let (_, system, beside) = self.system_there(organisation, id).await?;
        self.must_manage(actor, organisation)?;
        let details = SystemDetails {
            token_made: Some(self.clock().now().to_string()),
            certificate: None,
            ..beside.body().clone()
        };
        let system = MailSystem { token: self.new_token(), certificate: None, ..system };
        self.put_changed_system(actor, system, beside, details, Vec::new()).await
    }

    /// Registers a system's certificate in place of an earlier one.
    ///
    /// # Errors
    /// See [`super::RegisteringError`].
    pub async fn register_certificate(
        &self,
        actor: &Actor,
        organisation: OrganisationId,
        id: SystemId,
        certificate: Certificate,
    ) -> Registered<OcesPublicCertificateCheck> {
        let (owner, system, beside) = self.system_there(organisation, id).await?;
        self.must_manage(actor, organisation)?;
        let now = self.clock().now();
        let mut faults = Faults::of("OcesPublicCertificateCheck");
        let presented = certificate.presented;
        let fits =
            presented.cvr.is_some_and(|cvr| cvr == owner.cvr || system.delegated_cvr == Some(cvr));
        let whose = "the certificate belongs to neither the organisation nor the system's delegate";
        faults.must(fits, "file", "certificate.cvr.mismatch", whose);
        let lasts = now < presented.valid.1;
        faults.must(lasts, "file", "certificate.expired", "the certificate is past its time");
        faults.done()?;
        let told = OcesPublicCertificateCheck {
            id: Some(id.0),
            version: Some(beside.version() + 1),
            last_updated: Some(now.to_string()),
            ..certificate.told
        };
        let registered = RegisteredCertificate {
            public_key_sha256: presented.public_key_sha256,
            serial: presented.serial,
            not_after: Some(presented.valid.1),
        };
        let details = SystemDetails { certificate: Some(told.clone()), ..beside.body().clone() };
        let system = MailSystem { certificate: Some(registered), ..system };
        self.put_changed_system(actor, system, beside, details, Vec::new()).await?;
        Ok(told)
    }

    /// What a certificate says, without registering it.
    pub fn check_certificate(&self, certificate: Certificate) -> OcesPublicCertificateCheckResult {
        OcesPublicCertificateCheckResult {
            cvr_number: certificate.presented.cvr.map(|cvr| cvr.digits().to_owned()),
            oces_public_certificate: Some(certificate.told),
        }
    }

    /// Registers a system's SSH key in place of an earlier one. Its user is the system's id, unless it
    /// has one already.
    ///
    /// # Errors
    /// See [`super::RegisteringError`].
    pub async fn register_ssh_key(
        &self,
        actor: &Actor,
        organisation: OrganisationId,
        id: SystemId,
        key: PublicKey,
    ) -> Registered<Ssh> {
        let (_, system, beside) = self.system_there(organisation, id).await?;
        self.must_manage(actor, organisation)?;
        let kinds = ["ssh-ed25519 ", "ecdsa-sha2-nistp", "ssh-rsa "];
        if !kinds.iter().any(|kind| key.line.starts_with(kind)) {
            return fault("Ssh", "file", "ssh.key.not.supported", "Ed25519, ECDSA or RSA keys");
        }
        let now = self.clock().now();
        let earlier = self.store().record(RecordKind::SshKey, id.0).await?;
        let record = Record {
            kind: RecordKind::SshKey,
            id: id.0,
            owner: organisation.0,
            name: earlier.as_ref().map_or_else(|| id.0.to_string(), |e| e.name.clone()),
            version: earlier.as_ref().map_or(1, |e| e.version + 1),
            created_at: earlier.as_ref().map_or(now, |e| e.created_at),
            updated_at: now,
            body: serde_json::json!({ "publicKey": key.line }).to_string(),
            contents: Vec::new(),
        };
        let told = shaping::ssh(&record, &system);
        let put = Op::PutRecord(Box::new(record), Expect::Anything);
        let details = beside.body().clone();
        self.put_changed_system(actor, system, beside, details, vec![put]).await?;
        Ok(told)
    }
}
