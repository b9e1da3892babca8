//! Organisations: what is told of them, and what they may change of themselves.

use brevdue_wire::registry as wire;
use brevdue_wire::registry::{OrganisationCommand, OrganisationStatusType, OrganisationType};

use super::details::{Beside, OrganisationDetails};
use super::faults::inner;
use super::subscriptions::Change;
use super::{Faults, Registered, must_be, told, unknown};
use crate::exchange::Exchange;
use crate::exchange::people::Actor;
use crate::{AuthorityRights, Op, Organisation, OrganisationId, OrganisationKind, StorageError};

impl Exchange {
    /// An organisation. Anybody who is let in may see it.
    ///
    /// # Errors
    /// See [`super::RegisteringError`].
    pub async fn tell_organisation(&self, id: OrganisationId) -> Registered<wire::Organisation> {
        let organisation = self.organisation_there(id).await?;
        Ok(self.organisation_told(&organisation).await?)
    }

    /// All organisations, by name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn tell_organisations(&self) -> Result<Vec<wire::Organisation>, StorageError> {
        let mut details: std::collections::HashMap<_, _> = self
            .kept_all::<OrganisationDetails>(None, usize::MAX)
            .await?
            .items
            .into_iter()
            .map(|kept| (kept.id, kept))
            .collect();
        let all = self.store().organisations().await?;
        let tell = |organisation: &Organisation| {
            let id = organisation.id.0;
            shape(organisation, &Beside::new(details.remove(&id), id, id))
        };
        Ok(all.iter().map(tell).collect())
    }

    /// Changes what an organisation tells of itself.
    ///
    /// # Errors
    /// See [`super::RegisteringError`].
    pub async fn change_organisation(
        &self,
        actor: &Actor,
        id: OrganisationId,
        expected: i64,
        command: OrganisationCommand,
    ) -> Registered<wire::Organisation> {
        let organisation = self.organisation_there(id).await?;
        self.must_manage(actor, id)?;
        let beside = self.beside::<OrganisationDetails>(id.0, id.0).await?;
        must_be(expected, beside.version())?;
        check(&organisation, &command)?;

        let now = self.clock().now();
        let kind = match organisation.kind {
            OrganisationKind::Authority(rights) => OrganisationKind::Authority(AuthorityRights {
                terms_accepted: command.authority_terms.unwrap_or(rights.terms_accepted),
                ..rights
            }),
            OrganisationKind::Company => OrganisationKind::Company,
        };
        let changed = Organisation { name: command.name, kind, ..organisation };
        let mut legal_contact = command.legal_contact;
        if let Some(person) = &mut legal_contact {
            let version = beside.version() + 1;
            inner(&mut person.id, &mut person.version, version, || self.ids().random());
        }
        let details = OrganisationDetails {
            authority_id: command.authority_id,
            industry_code: command.industry_code,
            authority_type: command.authority_type,
            legal_contact,
            targets: command.targets,
            registration_type_code: command.registration_type_code,
            rights_introduction_completed: command.rights_introduction_completed,
            logo: beside.body().logo,
        };
        let (beside, op) = beside.change(now, details)?;
        let mut ops = vec![op, Op::PutOrganisation(changed.clone())];
        ops.extend(self.tell_of_organisation(&changed, Change::Updated).await?);
        self.commit_all(ops).await?;
        Ok(shape(&changed, &beside))
    }

    pub(super) async fn organisation_there(&self, id: OrganisationId) -> Registered<Organisation> {
        match self.store().organisation(id).await? {
            Some(organisation) => Ok(organisation),
            None => unknown("organisation"),
        }
    }

    pub(super) async fn organisation_told(
        &self,
        organisation: &Organisation,
    ) -> Result<wire::Organisation, StorageError> {
        let id = organisation.id.0;
        Ok(shape(organisation, &self.beside::<OrganisationDetails>(id, id).await?))
    }
}

fn check(organisation: &Organisation, command: &OrganisationCommand) -> Registered<()> {
    let mut faults = Faults::of("OrganisationCommand");
    faults.required("name", &command.name, 256);
    faults.text("authorityId", command.authority_id.as_deref(), 64);
    faults.text("industryCode", command.industry_code.as_deref(), 16);
    faults.text("registrationTypeCode", command.registration_type_code.as_deref(), 64);
    faults.person("legalContact", command.legal_contact.as_ref());
    faults.at_most("targets", command.targets.as_ref().map_or(0, Vec::len), 3);
    let is_authority = organisation.is_authority();
    let for_authorities = "only authorities have this";
    let kind = command.authority_type.is_none() || is_authority;
    faults.must(kind, "authorityType", "authority.only", for_authorities);
    let terms = command.authority_terms.is_none() || is_authority;
    faults.must(terms, "authorityTerms", "authority.only", for_authorities);
    faults.done()
}

/// Id, name and number: how other resources name an organisation.
pub(super) fn in_short(organisation: &Organisation) -> wire::Organisation {
    wire::Organisation {
        id: Some(organisation.id.0),
        name: Some(organisation.name.clone()),
        cvr_number: Some(organisation.cvr.digits().to_owned()),
        ..Default::default()
    }
}

pub(super) fn shape(
    organisation: &Organisation,
    beside: &Beside<OrganisationDetails>,
) -> wire::Organisation {
    let details = beside.body();
    let rights = match organisation.kind {
        OrganisationKind::Authority(rights) => Some(rights),
        OrganisationKind::Company => None,
    };
    let kind =
        if rights.is_some() { OrganisationType::Authority } else { OrganisationType::Company };
    wire::Organisation {
        version: Some(beside.version()),
        created_date: told(beside.created_at()),
        last_updated: told(beside.updated_at()),
        authority_id: details.authority_id.clone(),
        industry_code: details.industry_code.clone(),
        kind: Some(kind),
        authority_type: details.authority_type,
        authority_terms: rights.map(|rights| rights.terms_accepted),
        legal_notification_allowed: rights.map(|rights| rights.legal_notification),
        mandatory_post_allowed: rights.map(|rights| rights.mandatory_post),
        legal_contact: details.legal_contact.clone(),
        logo_available: Some(details.logo.is_some()),
        logo_media_type: details.logo,
        targets: details.targets.clone(),
        status_type: Some(OrganisationStatusType::Active),
        status_date: told(beside.created_at()),
        registration_type_code: details.registration_type_code.clone(),
        rights_introduction_completed: details.rights_introduction_completed,
        ..in_short(organisation)
    }
}
