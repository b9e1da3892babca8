//! Registering: organisations, systems, contacts, contact structure, exemptions, and who wants to hear of
//! changes to them.
//!
//! What letters need on their way stands in the lean values of [`crate::registry`]; everything else stands
//! in a record of the same id, with the version that changes are locked by. A change writes both in one
//! batch. A value that was registered without a record, by the country's file for example, has version 1.

mod contacts;
mod details;
pub mod endpoints;
mod exemptions;
mod faults;
mod legacy;
mod logos;
mod organisations;
mod structure;
mod subscriptions;
mod systems;

use brevdue_memo::{PartyId, Timestamp};
use brevdue_wire::FieldError;
use uuid::Uuid;

use super::Exchange;
use super::authenticate::Refusal;
use super::people::{Actor, Privilege};
use crate::resource::{Kept, Resource};
use crate::{Batch, Conflict, Event, EventTag, Op, OrganisationId, StorageError};

pub use contacts::ContactsAsked;
pub use structure::{StructureAsked, Visibility};
pub use subscriptions::Change;
pub use systems::{Certificate, PublicKey};

use details::Beside;
use faults::Faults;

/// Why nothing was registered, or told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegisteringError {
    /// 404.
    #[error("there is no {what} with this id")]
    Unknown {
        /// Kind of thing.
        what: &'static str,
    },
    /// 401 or 403.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// 400: one entry for each field at fault.
    #[error("a field breaks a rule")]
    Fields(Vec<FieldError>),
    /// 409: somebody changed it.
    #[error("its version is {there} now")]
    Version {
        /// The version that is there.
        there: i64,
    },
    /// 409: it does not fit what is there.
    #[error("{message}")]
    DoesNotFit {
        /// Lower-case dotted words.
        code: &'static str,
        /// What does not fit, and what to do.
        message: &'static str,
    },
    /// 409 when somebody was faster, else 503.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

type Registered<T> = Result<T, RegisteringError>;

fn unknown<T>(what: &'static str) -> Registered<T> {
    Err(RegisteringError::Unknown { what })
}

fn must_be(expected: i64, there: i64) -> Registered<()> {
    if expected == there { Ok(()) } else { Err(RegisteringError::Version { there }) }
}

/// Who may change an organisation and its systems.
const MANAGERS: &[Privilege] = &[Privilege::OrganisationAdministrator];

impl Exchange {
    fn may(&self, actor: &Actor, organisation: OrganisationId, one_of: &[Privilege]) -> bool {
        match actor {
            Actor::Person(person) => person.may_within(organisation, one_of),
            Actor::System(caller) => {
                self.policy().systems_may_register && caller.organisation.id == organisation
            }
        }
    }

    fn must_manage(&self, actor: &Actor, organisation: OrganisationId) -> Result<(), Refusal> {
        if self.may(actor, organisation, MANAGERS) {
            return Ok(());
        }
        Err(forbidden(
            "organisation.not.yours",
            "only administrators of this organisation (ORGANISATION_ADMINISTRATOR) may do this",
        ))
    }

    /// What is kept beside a lean value, or the beginnings of it.
    async fn beside<T: Resource + Default>(
        &self,
        id: Uuid,
        owner: Uuid,
    ) -> Result<Beside<T>, StorageError> {
        let kept = self.kept::<T>(id).await?;
        Ok(Beside::new(kept, id, owner))
    }

    /// All that is kept beside an owner's lean values, by id.
    async fn all_beside<T: Resource>(
        &self,
        owner: Uuid,
    ) -> Result<std::collections::HashMap<Uuid, Kept<T>>, StorageError> {
        let all = self.kept_all::<T>(Some(owner), LISTED).await?;
        Ok(all.items.into_iter().map(|kept| (kept.id, kept)).collect())
    }

    async fn commit_all(&self, ops: Vec<Op>) -> Result<(), StorageError> {
        self.store().commit(Batch { ops }).await
    }

    /// An event of an actor about an organisation's affairs.
    fn registry_event(
        &self,
        tag: EventTag,
        actor: &Actor,
        organisation: Option<OrganisationId>,
        now: Timestamp,
    ) -> Op {
        let event = self.event(tag, now);
        let (system, own) = match actor {
            Actor::System(caller) => (Some(caller.system.id), Some(caller.organisation.id)),
            Actor::Person(person) => (None, person.organisation),
        };
        let actor = match actor {
            Actor::System(_) => None,
            Actor::Person(person) => Some(person.identity),
        };
        Event { system, organisation: organisation.or(own), actor, ..event }.into_op()
    }

    /// An event of an actor about a contact, or about one that nobody knows.
    fn contact_event(
        &self,
        tag: EventTag,
        actor: &Actor,
        contact: Option<Uuid>,
        now: Timestamp,
    ) -> Op {
        match self.registry_event(tag, actor, None, now) {
            Op::AddEvent(event) => Event { owner: contact, ..*event }.into_op(),
            other => other,
        }
    }
}

/// Things of one organisation that are listed at most.
const LISTED: usize = brevdue_wire::search::EXAMINED_LIMIT;

fn forbidden(code: &'static str, message: &'static str) -> Refusal {
    Refusal::Forbidden { code, message }
}

/// Whether a person is the one a number belongs to.
fn is_own(actor: &Actor, party: PartyId) -> bool {
    matches!(actor, Actor::Person(person) if person.party() == Some(party))
}

/// A time as it is told; times nobody noted are not told.
fn told(at: Timestamp) -> Option<String> {
    (at != details::NOT_NOTED).then(|| at.to_string())
}

impl From<Conflict> for RegisteringError {
    fn from(conflict: Conflict) -> Self {
        Self::Storage(conflict.into())
    }
}
