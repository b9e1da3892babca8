//! Calling back a message that waits for its delivery date.

use brevdue_memo::Timestamp;
use brevdue_wire::Receipt;
use uuid::Uuid;

use super::Exchange;
use super::authenticate::{Caller, Refusal};
use super::codes::RECALLED;
use super::people::{Actor, Privilege};
use super::receipts::Subject;
use crate::{Batch, EventTag, Memo, MemoState, Op, OrganisationId, StorageError, SystemId};

/// Who calls a message back.
#[derive(Debug, Clone, Copy)]
pub enum RecallActor<'a> {
    /// A sender system, for its own organisation.
    Sender(&'a Caller),
    /// A person with `RECALL_ADMINISTRATOR` for the organisation. That they have it was checked.
    Administrator(OrganisationId),
}

/// Why a message was not called back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecallError {
    /// 404: the organisation has sent no such message, or it has not been checked yet.
    #[error("no message with this id waits for its delivery date")]
    Unknown,
    /// 409: it is too late.
    #[error("the message has been delivered already, and cannot be called back")]
    Delivered,
    /// 503.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Times a recall is tried anew because the message moved.
const TRIES: usize = 3;

impl Exchange {
    /// Calls a message back by its `messageUUID`, while it waits for its delivery date. Twice is fine.
    /// Gives the receipt that says so; the sender system gets it as well.
    ///
    /// # Errors
    /// See [`RecallError`].
    pub async fn recall(
        &self,
        actor: RecallActor<'_>,
        message_uuid: Uuid,
    ) -> Result<Receipt, RecallError> {
        for _ in 0..TRIES {
            let holder = actor.organisation().0;
            let memo = self.store().memo_by_identity(holder, message_uuid).await?;
            let memo = memo.ok_or(RecallError::Unknown)?;
            match memo.state {
                MemoState::Delayed => {}
                MemoState::Recalled => {
                    let told = self.store().receipts_of(memo.key).await?.pop();
                    let now = self.clock().now();
                    return Ok(told.map_or_else(|| receipt(&memo, now), |record| record.receipt));
                }
                // Nothing of it was or will be delivered.
                MemoState::Refused => return Err(RecallError::Unknown),
                _ => return Err(RecallError::Delivered),
            }
            let now = self.clock().now();
            let told = receipt(&memo, now);
            let ops = self.recalled(&memo, actor, told.clone(), now).await?;
            match self.store().commit(Batch { ops }).await {
                Ok(()) => return Ok(told),
                // Its date has come at this very moment, or somebody else called it back.
                Err(StorageError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(RecallError::Delivered)
    }

    async fn recalled(
        &self,
        memo: &Memo,
        actor: RecallActor<'_>,
        told: Receipt,
        now: Timestamp,
    ) -> Result<Vec<Op>, StorageError> {
        let sender = match memo.origin.system() {
            Some(system) => self.store().system(system).await?,
            None => None,
        };
        let mut tags = vec![EventTag::DelayedMemoMessageRecalled, EventTag::MemoSendRecalled];
        if let RecallActor::Administrator(_) = actor {
            tags.push(EventTag::MessageRecalledByAdministrator);
        }
        let mut ops = vec![Op::MoveMemo {
            key: memo.key,
            from: MemoState::Delayed,
            to: MemoState::Recalled,
            message_uuid: None,
            outline: None,
            available_at: None,
        }];
        ops.extend(tags.into_iter().map(|tag| {
            let mut event = self.event(tag, now).about(memo);
            event.system = actor.system();
            event.into_op()
        }));
        ops.extend(self.issue_for(memo, told, sender.as_ref(), now));
        ops.push(self.let_go(memo, MemoState::Recalled, now));
        Ok(ops)
    }
}

impl<'a> RecallActor<'a> {
    /// Who may call back: a sender system, or a person who may within their organisation.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`].
    pub fn of(actor: &'a Actor) -> Result<Self, Refusal> {
        let organisation = match actor {
            Actor::System(caller) => {
                caller.must_send()?;
                return Ok(Self::Sender(caller));
            }
            Actor::Person(person) => person
                .organisation
                .filter(|its| person.may_within(*its, &[Privilege::RecallAdministrator])),
        };
        organisation.map(Self::Administrator).ok_or(Refusal::Forbidden {
            code: "privilege.missing",
            message: "calling messages back needs RECALL_ADMINISTRATOR in their organisation",
        })
    }
}

impl RecallActor<'_> {
    fn organisation(&self) -> OrganisationId {
        match self {
            Self::Sender(caller) => caller.organisation.id,
            Self::Administrator(organisation) => *organisation,
        }
    }

    fn system(&self) -> Option<SystemId> {
        match self {
            Self::Sender(caller) => Some(caller.system.id),
            Self::Administrator(_) => None,
        }
    }
}

fn receipt(memo: &Memo, now: Timestamp) -> Receipt {
    let subject = Subject {
        memo,
        message_uuid: memo.message_uuid,
        message_id: memo.outline.as_ref().and_then(|outline| outline.message_id.clone()),
    };
    subject
        .refusal(&[RECALLED.failure("the message was called back before its delivery date")], now)
}
