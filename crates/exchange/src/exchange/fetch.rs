//! Receiver systems that fetch their mail.

use brevdue_memo::Timestamp;
use brevdue_wire::{PageRequest, PagingResultUuid, Receipt, ReceiptStatus};
use uuid::Uuid;

use super::Exchange;
use super::authenticate::Caller;
use super::codes::RECIPIENT_REFUSED;
use super::handover::handed_over;
use super::receipts::Subject;
use crate::policy::ReceiptTiming;
use crate::storage::Aging;
use crate::{
    Batch, ContentRef, Delivery, DeliveryState, Door, EventTag, Memo, MemoState, Op, StorageError,
};

/// Why a receiver did not get what it asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// 404: no such message waits for this system.
    #[error("no message with this id waits for this system")]
    Unknown,
    /// 409: another receipt was given before.
    #[error("the message was answered with {earlier} before")]
    AnsweredOtherwise {
        /// `COMPLETED` or `INVALID`.
        earlier: &'static str,
    },
    /// 422: a receiver answers COMPLETED or INVALID.
    #[error("a receiver system's receipt says COMPLETED or INVALID")]
    Status,
    /// 503.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Exchange {
    /// The ids of the messages that wait for the caller, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn waiting_memos(
        &self,
        caller: &Caller,
        page: PageRequest,
    ) -> Result<PagingResultUuid, StorageError> {
        let found = self.store().deliveries_waiting(caller.system.id, page).await?;
        let ids = found.items.iter().map(|delivery| delivery.message_uuid).collect();
        Ok(PagingResultUuid::new(ids, page, found.total))
    }

    /// A message, byte for byte as sent. It stays listed until answered or removed.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn fetch_memo(
        &self,
        caller: &Caller,
        message_uuid: Uuid,
    ) -> Result<ContentRef, FetchError> {
        self.fetch_through(caller, message_uuid, None).await
    }

    /// The same, through a door that is told.
    pub(super) async fn fetch_through(
        &self,
        caller: &Caller,
        message_uuid: Uuid,
        door: Option<Door>,
    ) -> Result<ContentRef, FetchError> {
        let (delivery, memo) = self.delivered(caller, message_uuid).await?;
        match delivery.state {
            DeliveryState::Waiting => {}
            DeliveryState::Taken => return Ok(memo.content),
            _ => return Err(FetchError::Unknown),
        }
        let now = self.clock().now();
        let fetched = self.event(EventTag::MemoSendFetchedByRecipientSystem, now);
        let mut ops = vec![
            move_delivery(&delivery, &[DeliveryState::Waiting], DeliveryState::Taken),
            fetched.about(&memo).with_system(&caller.system).through(door).into_op(),
        ];
        ops.extend(handed_over(&memo, now));
        match self.store().commit(Batch { ops }).await {
            // Fetched, pushed or answered at this very moment; the bytes are the same.
            Ok(()) | Err(StorageError::Conflict(_)) => Ok(memo.content),
            Err(error) => Err(error.into()),
        }
    }

    /// The receiver tells what became of a message. The same answer twice is fine.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn answer_memo(
        &self,
        caller: &Caller,
        message_uuid: Uuid,
        receipt: Receipt,
    ) -> Result<(), FetchError> {
        let to = match receipt.receipt_status {
            ReceiptStatus::Completed => DeliveryState::Completed,
            ReceiptStatus::Invalid => DeliveryState::Invalid,
            _ => return Err(FetchError::Status),
        };
        self.conclude(caller, message_uuid, to, Some(receipt)).await
    }

    /// The receiver is done with a message. Without an answer before, this is COMPLETED. Twice is fine.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn remove_memo(&self, caller: &Caller, message_uuid: Uuid) -> Result<(), FetchError> {
        match self.conclude(caller, message_uuid, DeliveryState::Completed, None).await {
            Err(FetchError::AnsweredOtherwise { .. }) => Ok(()), // It is off the list, as asked.
            other => other,
        }
    }

    async fn conclude(
        &self,
        caller: &Caller,
        message_uuid: Uuid,
        to: DeliveryState,
        answer: Option<Receipt>,
    ) -> Result<(), FetchError> {
        for _ in 0..TRIES {
            let (delivery, memo) = self.delivered(caller, message_uuid).await?;
            match delivery.state {
                state if state == to => return Ok(()),
                DeliveryState::Waiting | DeliveryState::Taken => {}
                DeliveryState::Completed => {
                    return Err(FetchError::AnsweredOtherwise { earlier: "COMPLETED" });
                }
                DeliveryState::Invalid => {
                    return Err(FetchError::AnsweredOtherwise { earlier: "INVALID" });
                }
            }
            let ops = self.concluded(caller, &delivery, &memo, to, answer.as_ref()).await?;
            match self.store().commit(Batch { ops }).await {
                Ok(()) => return Ok(()),
                // Another call, or the end of a push, came between: look again.
                Err(StorageError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let busy = "others keep answering for the same message";
        Err(FetchError::Storage(StorageError::Unavailable(busy.into())))
    }

    async fn concluded(
        &self,
        caller: &Caller,
        delivery: &Delivery,
        memo: &Memo,
        to: DeliveryState,
        answer: Option<&Receipt>,
    ) -> Result<Vec<Op>, StorageError> {
        let now = self.clock().now();
        let status = match to {
            DeliveryState::Invalid => ReceiptStatus::Invalid,
            _ => ReceiptStatus::Completed,
        };
        let code = answer.and_then(|receipt| receipt.error_code.as_deref()).map(cut);
        let event = self.event(EventTag::BusinessReceiptReceivedByRecipientSystem, now);
        let event = event.about(memo).with_system(&caller.system);
        let open = &[DeliveryState::Waiting, DeliveryState::Taken];
        // A fault of local mode: it is listed once more, as if the answer had not come through.
        let again = self.struck_taken(memo, caller.system.id).await?;
        let to = if again { DeliveryState::Waiting } else { to };
        let mut ops = vec![
            move_delivery(delivery, open, to),
            event.with_outcome(status, code.as_deref()).into_op(),
        ];
        ops.extend(handed_over(memo, now));
        if status == ReceiptStatus::Invalid {
            ops.extend(self.pass_on(memo, code, answer, now).await?);
        } else if self.policy().receipt_timing == ReceiptTiming::Delivered
            && !self.has_been_told(memo).await?
        {
            let sender = self.sender_system(memo).await?;
            let receipt = subject(memo).receipt(ReceiptStatus::Completed, now);
            ops.extend(self.issue_for(memo, receipt, sender.as_ref(), now));
        }
        // A mailbox keeps what it has.
        let is_in_a_mailbox = memo.origin.system().is_none() || memo.state == MemoState::Available;
        if !is_in_a_mailbox {
            ops.push(Op::StartAging { what: Aging::AuthorityMemo(memo.key), since: now });
        }
        Ok(ops)
    }

    /// A receiver's refusal reaches the sender as one more receipt.
    async fn pass_on(
        &self,
        memo: &Memo,
        code: Option<String>,
        answer: Option<&Receipt>,
        now: Timestamp,
    ) -> Result<Vec<Op>, StorageError> {
        let sender = self.sender_system(memo).await?;
        let receipt = Receipt {
            error_code: code.or_else(|| Some(RECIPIENT_REFUSED.name.into())),
            error_message: answer
                .and_then(|r| r.error_message.as_deref())
                .map(cut)
                .or_else(|| Some("the recipient's receiver system refused the message".into())),
            ..subject(memo).receipt(ReceiptStatus::Invalid, now)
        };
        Ok(self.issue_for(memo, receipt, sender.as_ref(), now))
    }

    async fn delivered(
        &self,
        caller: &Caller,
        message_uuid: Uuid,
    ) -> Result<(Delivery, Memo), FetchError> {
        let delivery = self.store().delivery(caller.system.id, message_uuid).await?;
        let delivery = delivery.ok_or(FetchError::Unknown)?;
        let memo = self.store().memo(delivery.memo).await?.ok_or(FetchError::Unknown)?;
        Ok((delivery, memo))
    }
}

/// Times an answer is written anew because something changed under it.
const TRIES: usize = 5;
/// Characters of a receiver's texts that are passed on.
const TEXT_CHARACTERS: usize = 1000;

fn subject(memo: &Memo) -> Subject<'_> {
    Subject {
        memo,
        message_uuid: memo.message_uuid,
        message_id: memo.outline.as_ref().and_then(|outline| outline.message_id.clone()),
    }
}

fn cut(text: &str) -> String {
    text.chars().take(TEXT_CHARACTERS).collect()
}

fn move_delivery(delivery: &Delivery, from: &'static [DeliveryState], to: DeliveryState) -> Op {
    Op::MoveDelivery { memo: delivery.memo, system: delivery.system, from, to }
}
