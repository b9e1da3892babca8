//! Who can sign in with the test identity provider of local mode: everybody who is registered.

use std::collections::BTreeSet;

use brevdue_memo::PartyId;
use uuid::Uuid;

use super::{Person, Privilege};
use crate::ids::named;
use crate::{Exchange, StorageError};

/// As what somebody signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A citizen, for themselves; or whoever signs for a company.
    Own,
    /// An employee who reads an organisation's mail.
    Employee,
    /// An employee who manages an organisation, its systems and contact structure.
    Administrator,
    /// An employee who serves citizens and companies.
    CaseWorker,
    /// Somebody who manages the exchange.
    SystemManager,
}

impl Role {
    /// Every role, in the order a page offers them.
    pub const ALL: [Self; 5] =
        [Self::Own, Self::Employee, Self::Administrator, Self::CaseWorker, Self::SystemManager];

    /// Its word in a form.
    pub fn word(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Employee => "employee",
            Self::Administrator => "administrator",
            Self::CaseWorker => "case-worker",
            Self::SystemManager => "system-manager",
        }
    }

    /// The role of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }

    fn privileges(self, party: PartyId) -> BTreeSet<Privilege> {
        use Privilege::*;
        let list: &[Privilege] = match (self, party) {
            (Self::Own, PartyId::Cpr(_)) => &[Citizen],
            (Self::Own, PartyId::Cvr(_)) => &[LegalRepresentative, MessageBasic, MessageWrite],
            (Self::Employee, _) => &[MessageBasic, MessageEmployee],
            (Self::Administrator, _) => &[
                OrganisationAdministrator,
                ContactAdministrator,
                RecallAdministrator,
                MessageLogAdministrator,
            ],
            (Self::CaseWorker, _) => &[CitizenServiceEmployee, BusinessServiceEmployee],
            (Self::SystemManager, _) => &[SystemManager],
        };
        list.iter().copied().collect()
    }
}

impl Exchange {
    /// Whoever is registered under a number, in a role. `None` when nobody is, or a citizen would have
    /// a role that only organisations give.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn registered_person(
        &self,
        party: PartyId,
        role: Role,
    ) -> Result<Option<Person>, StorageError> {
        let contact = self.store().contact_by_party(party).await?;
        let organisation = match party {
            PartyId::Cpr(_) => None,
            PartyId::Cvr(cvr) => self.store().organisation_by_cvr(cvr).await?,
        };
        let is_citizen = matches!(party, PartyId::Cpr(_));
        if is_citizen && role != Role::Own {
            return Ok(None);
        }
        let (within, name): (Uuid, String) = match (&contact, &organisation) {
            (Some(contact), None) => (contact.id.0, contact.name.clone()),
            (_, Some(organisation)) => (organisation.id.0, organisation.name.clone()),
            (None, None) => return Ok(None),
        };
        Ok(Some(Person {
            identity: if is_citizen { within } else { named(within, role.word()) },
            name,
            id_type: party.id_type().to_owned(),
            number: party.digits().to_owned(),
            organisation: organisation.map(|organisation| organisation.id),
            privileges: role.privileges(party),
        }))
    }
}
