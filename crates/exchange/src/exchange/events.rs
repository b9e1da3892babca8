//! Asking the event log, and the evidence of one message.
//!
//! An organisation sees what it did and what was done for it; whoever manages the exchange sees all.

use brevdue_memo::{PartyId, Timestamp};
use brevdue_wire::PageRequest;
use uuid::Uuid;

use super::Exchange;
use super::people::{Actor, Privilege};
use crate::storage::{Chained, EventQuery, Page};
use crate::{Event, EventTag, Memo, OrganisationId, StorageError};

/// Why the log did not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EventsError {
    /// 403: the log is for systems, and for people who may read it.
    #[error("reading the event log needs a system, or the privilege MESSAGE_LOG_ADMINISTRATOR")]
    NotAllowed,
    /// 404: no message of this organisation has this id.
    #[error("no message of yours has this id")]
    Unknown,
    /// 503.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What happened to one message, for whoever has to prove it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The message.
    pub memo: Memo,
    /// When it was durable.
    pub received: Option<Timestamp>,
    /// When every check had passed.
    pub validated: Option<Timestamp>,
    /// When it was available to its recipient: the instant that counts as arrival.
    pub available: Option<Timestamp>,
    /// When it was first opened, or fetched by a receiver system.
    pub read: Option<Timestamp>,
    /// All of it, in order, each with its place in the chain. What the owner of a mailbox made of the
    /// message (where it was put, flagged or passed on) is nobody's evidence and not among it.
    pub events: Vec<Chained>,
}

/// What concerns nobody but the owner of a mailbox.
const OWNERS_AFFAIRS: [EventTag; 7] = [
    EventTag::MessageMoved,
    EventTag::MessageDeleted,
    EventTag::MessageUpdated,
    EventTag::FlagChanged,
    EventTag::MessageForwardedToAuthority,
    EventTag::MessageForwardedToTrusted,
    EventTag::MessageForwardedToEmail,
];

impl Exchange {
    /// Events of the caller's organisation, in the order they were committed.
    ///
    /// # Errors
    /// See [`EventsError`].
    pub async fn event_log(
        &self,
        actor: &Actor,
        query: EventQuery,
        page: PageRequest,
    ) -> Result<Page<Event>, EventsError> {
        let organisation = self.whose_log(actor)?;
        let query = EventQuery { organisation: organisation.or(query.organisation), ..query };
        Ok(self.store().events(&query, page).await?)
    }

    /// By what a person, company or authority stands in the log: the id of their contact, or of the
    /// organisation. The log itself holds no numbers, so that nobody can look people up in it.
    ///
    /// # Errors
    /// See [`EventsError`].
    pub async fn id_in_log(
        &self,
        actor: &Actor,
        party: PartyId,
    ) -> Result<Option<Uuid>, EventsError> {
        self.whose_log(actor)?;
        if let Some(contact) = self.store().contact_by_party(party).await? {
            return Ok(Some(contact.id.0));
        }
        let PartyId::Cvr(cvr) = party else { return Ok(None) };
        let organisation = self.store().organisation_by_cvr(cvr).await?;
        Ok(organisation.map(|organisation| organisation.id.0))
    }

    /// The evidence of a message that the caller's organisation sent.
    ///
    /// # Errors
    /// See [`EventsError`].
    pub async fn evidence(
        &self,
        actor: &Actor,
        message_uuid: Uuid,
    ) -> Result<Evidence, EventsError> {
        let holders = match self.whose_log(actor)? {
            Some(organisation) => vec![organisation],
            None => self.store().organisations().await?.into_iter().map(|one| one.id).collect(),
        };
        for holder in holders {
            if let Some(memo) = self.store().memo_by_identity(holder.0, message_uuid).await? {
                let mut events = self.store().chained_events_of(memo.key).await?;
                events.retain(|chained| !OWNERS_AFFAIRS.contains(&chained.event.tag));
                let first = |tags: &[EventTag]| {
                    let mut all = events.iter().map(|chained| &chained.event);
                    all.find(|event| tags.contains(&event.tag)).map(|event| event.at)
                };
                return Ok(Evidence {
                    received: first(&[EventTag::MemoSendReceived, EventTag::MemoExtracted]),
                    validated: first(&[
                        EventTag::MemoSendValidated,
                        EventTag::DelayedMemoSendValidatedAwaitingDelay,
                    ]),
                    available: first(&[
                        EventTag::MemoAvailableToRecipient,
                        EventTag::MemoSendReadyForFetch,
                    ]),
                    read: first(&[
                        EventTag::MessageRead,
                        EventTag::MemoSendFetchedByRecipientSystem,
                        EventTag::MemoSendSentToRecipientSystem,
                    ]),
                    memo,
                    events,
                });
            }
        }
        Err(EventsError::Unknown)
    }

    /// Whose events the caller may see; `None`: everybody's.
    fn whose_log(&self, actor: &Actor) -> Result<Option<OrganisationId>, EventsError> {
        match actor {
            Actor::System(caller) => Ok(Some(caller.organisation.id)),
            Actor::Person(person) if person.may(Privilege::SystemManager) => Ok(None),
            Actor::Person(person) => match person.organisation {
                Some(organisation)
                    if person.may_within(organisation, &[Privilege::MessageLogAdministrator]) =>
                {
                    Ok(Some(organisation))
                }
                _ => Err(EventsError::NotAllowed),
            },
        }
    }
}
