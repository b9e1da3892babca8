//! People at the doors: who they are, what they may do, and the tokens they show.

pub mod consents;
pub mod registered;

use std::collections::BTreeSet;

use brevdue_memo::{PartyId, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::Exchange;
use super::authenticate::{Caller, Refusal};
use crate::resource::{Kept, Resource};
use crate::storage::RecordKind;
use crate::{Op, OrganisationId, StorageError};

/// Who asks: a system or a person.
#[derive(Debug, Clone)]
pub enum Actor {
    /// A registered system.
    System(Box<Caller>),
    /// Somebody who signed in.
    Person(Person),
}

/// Somebody who signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Id of the identity, the `sub` of its tokens.
    pub identity: Uuid,
    /// Name, for greetings.
    pub name: String,
    /// `CPR` for a citizen, `CVR` for somebody who acts for a company or an authority.
    pub id_type: String,
    /// The number.
    pub number: String,
    /// The organisation they work for, when it is registered.
    pub organisation: Option<OrganisationId>,
    /// What they may do.
    pub privileges: BTreeSet<Privilege>,
}

macro_rules! privileges {
    ($($(#[$meta:meta])* $Name:ident = $word:literal)*) => {
        /// What a person may do, by its official name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum Privilege { $($(#[$meta])* #[serde(rename = $word)] $Name,)* }

        impl Privilege {
            /// Every privilege.
            pub const ALL: &'static [Self] = &[$(Self::$Name,)*];

            /// Its official name.
            pub fn word(self) -> &'static str {
                match self { $(Self::$Name => $word,)* }
            }

            /// The privilege of this name.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$Name),)* _ => None }
            }
        }
    };
}

privileges! {
    /// Their own mailbox as a citizen.
    Citizen = "CITIZEN"
    /// Reading in a company's mailbox.
    MessageBasic = "MESSAGE_BASIC"
    /// Writing in a company's mailbox.
    MessageWrite = "MESSAGE_WRITE"
    /// Reading what is addressed to them as an employee.
    MessageEmployee = "MESSAGE_EMPLOYEE"
    /// Managing their organisation, its systems and contact structure.
    OrganisationAdministrator = "ORGANISATION_ADMINISTRATOR"
    /// Managing their organisation's contact structure.
    ContactAdministrator = "CONTACT_ADMINISTRATOR"
    /// Recalling messages of their organisation.
    RecallAdministrator = "RECALL_ADMINISTRATOR"
    /// Reading the event log of their organisation.
    MessageLogAdministrator = "MESSAGE_LOG_ADMINISTRATOR"
    /// Serving citizens: exemptions, read accesses.
    CitizenServiceEmployee = "CITIZEN_SERVICE_EMPLOYEE"
    /// Serving companies: exemptions of companies.
    BusinessServiceEmployee = "DANISH_BUSINESS_AUTHORITY_SERVICE_EMPLOYEE"
    /// Somebody else's mailbox, by full power of attorney.
    FullPowerOfAttorney = "FULL_POWER_OF_ATTORNEY"
    /// A company's mailbox, as the one who signs for it.
    LegalRepresentative = "LEGAL_REPRESENTATIVE"
    /// A company's mailbox, as its curator.
    Curator = "CURATOR"
    /// A company's mailbox, as its liquidator.
    Liquidator = "LIQUIDATOR"
    /// A mailbox, as executor of an estate.
    ExecutorOfEstate = "EXECUTOR_OF_ESTATE"
    /// Mail that others forward to them.
    TrustedRecipient = "TRUSTED_RECIPIENT"
    /// Managing the exchange.
    SystemManager = "SYSTEM_MANAGER"
}

/// A token that a person shows with each request. Its name is the SHA-256 of the token: what is stored
/// does not open anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessToken {
    digest: String,
    /// Who shows it.
    pub person: Person,
    /// The sign-in it came from; the token ends with it.
    pub consent: Uuid,
    /// Milliseconds since 1970 UTC; not valid from then on.
    pub expires_at: i64,
}

impl Resource for AccessToken {
    const KIND: RecordKind = RecordKind::AccessToken;

    fn name(&self) -> String {
        self.digest.clone()
    }
}

impl Person {
    /// The person's or company's number.
    pub fn party(&self) -> Option<PartyId> {
        PartyId::parse(&self.id_type, &self.number).ok()
    }

    /// Whether they may do this.
    pub fn may(&self, privilege: Privilege) -> bool {
        self.privileges.contains(&privilege)
    }

    /// Whether they have one of these privileges within this organisation, or manage the exchange.
    pub fn may_within(&self, organisation: OrganisationId, one_of: &[Privilege]) -> bool {
        self.may(Privilege::SystemManager)
            || self.organisation == Some(organisation) && one_of.iter().any(|p| self.may(*p))
    }
}

impl Exchange {
    /// The change that makes a token valid until `expires_at`. The token itself, at least 128 random
    /// bits, is known to its bearer alone.
    ///
    /// # Errors
    ///
    /// [`StorageError::Failed`] when it cannot be written as JSON.
    pub fn access_token(
        &self,
        token: &str,
        person: Person,
        consent: Uuid,
        expires_at: Timestamp,
    ) -> Result<Op, StorageError> {
        let expires_at = expires_at.as_millis();
        let body = AccessToken { digest: digest_of(token), person, consent, expires_at };
        Kept::new(self.ids.ordered(), consent, self.clock.now(), body).add()
    }

    /// Who shows this token.
    ///
    /// # Errors
    ///
    /// [`Refusal::Unauthenticated`] when nobody does, or it has expired.
    pub async fn person_by_token(&self, token: &str) -> Result<Person, Refusal> {
        let now = self.clock.now().as_millis();
        let tokens = self.kept_named::<AccessToken>(&digest_of(token)).await?;
        let valid = tokens.into_iter().find(|token| now < token.body.expires_at);
        valid.map(|token| token.body.person).ok_or(Refusal::Unauthenticated {
            code: "token.invalid",
            message: "the token is unknown or has expired; sign in again at /oauth/authorize",
        })
    }
}

fn digest_of(token: &str) -> String {
    crate::storage::Digest(Sha256::digest(token).into()).to_string()
}
