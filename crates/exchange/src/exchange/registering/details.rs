//! What is kept beside the lean values, and how the two are changed together.

use brevdue_memo::Timestamp;
use brevdue_wire::registry::{
    AllowedIp, OcesPublicCertificateCheck, OrganisationAuthorityType, OrganisationLogoMediaType,
    Person, RegistrationStatus, ServiceProtocol, StandardSystemTemplate, Target,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::resource::{Kept, Resource};
use crate::storage::RecordKind;
use crate::{Op, StorageError};

/// Stands where nobody noted a time.
pub(super) const NOT_NOTED: Timestamp = Timestamp::from_millis(0);

/// What is kept beside a lean value.
pub(super) struct Beside<T> {
    kept: Kept<T>,
    is_kept: bool,
}

impl<T: Resource + Default> Beside<T> {
    pub(super) fn new(kept: Option<Kept<T>>, id: Uuid, owner: Uuid) -> Self {
        let is_kept = kept.is_some();
        let kept = kept.unwrap_or_else(|| Kept::new(id, owner, NOT_NOTED, T::default()));
        Self { kept, is_kept }
    }

    pub(super) fn version(&self) -> i64 {
        self.kept.version
    }

    pub(super) fn created_at(&self) -> Timestamp {
        self.kept.created_at
    }

    pub(super) fn updated_at(&self) -> Timestamp {
        self.kept.updated_at
    }

    pub(super) fn body(&self) -> &T {
        &self.kept.body
    }

    /// The next version, saying this, and the change that puts it there unless somebody was faster.
    pub(super) fn change(self, now: Timestamp, body: T) -> Result<(Self, Op), StorageError> {
        let kept = Kept { body, ..self.kept };
        if self.is_kept {
            let (kept, op) = kept.change(now)?;
            return Ok((Self { kept, is_kept: true }, op));
        }
        let kept = Kept { version: kept.version + 1, updated_at: now, ..kept };
        let op = kept.add()?;
        Ok((Self { kept, is_kept: true }, op))
    }
}

macro_rules! details {
    ($($(#[$meta:meta])* $Name:ident = $Kind:ident { $($(#[$of_field:meta])* $field:ident: $Type:ty,)* })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        pub(super) struct $Name { $($(#[$of_field])* pub(super) $field: $Type,)* }

        impl Resource for $Name {
            const KIND: RecordKind = RecordKind::$Kind;
        }
    )*};
}

details! {
    /// Beside an organisation.
    OrganisationDetails = Organisation {
        authority_id: Option<String>,
        industry_code: Option<String>,
        authority_type: Option<OrganisationAuthorityType>,
        legal_contact: Option<Person>,
        targets: Option<Vec<Target>>,
        registration_type_code: Option<String>,
        rights_introduction_completed: Option<bool>,
        logo: Option<OrganisationLogoMediaType>,
    }
    /// Beside a contact.
    ContactDetails = Contact {
        eligible_for_voluntary_registration: bool,
        registration_status: Option<RegistrationStatus>,
        exempt_by_proxy: bool,
        exemption_start: Option<String>,
        exemption_end: Option<String>,
        nem_sms: Option<NemSms>,
    }
    /// A supplier's template.
    TemplateDetails = SystemTemplate {
        #[serde(flatten)]
        told: StandardSystemTemplate,
    }
}

/// A telephone number for text messages. Until it is verified, letters do not see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NemSms {
    pub(super) id: Uuid,
    pub(super) mobile_number: String,
    /// What was sent to it.
    pub(super) code: Option<String>,
    /// Wrong codes so far.
    #[serde(default)]
    pub(super) wrong_codes: u32,
    /// When it was verified.
    pub(super) verified: Option<String>,
}

/// Beside a system.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct SystemDetails {
    pub(super) technical_contact: Option<Person>,
    pub(super) standard_system_template_id: Option<Uuid>,
    pub(super) supplier: Option<String>,
    pub(super) business_contact_email: Option<String>,
    pub(super) default_material_id: Option<i64>,
    /// As registered: the lean value knows two protocols only.
    pub(super) service_protocol: Option<ServiceProtocol>,
    pub(super) allowed_ips: Vec<AllowedIp>,
    pub(super) certificate: Option<OcesPublicCertificateCheck>,
    /// When the token was made.
    pub(super) token_made: Option<String>,
    /// When it was removed. It stays, switched off and without rights, for the letters that name it.
    pub(super) removed: Option<String>,
}

/// Found by the material it is the system of.
impl Resource for SystemDetails {
    const KIND: RecordKind = RecordKind::System;

    fn name(&self) -> String {
        self.default_material_id.map(|id| id.to_string()).unwrap_or_default()
    }
}
