//! How it went: receipts and printed letters as status messages, oldest first. There is no list of its
//! own: a system's waiting receipts are told here and in every other way it may fetch them, and who
//! takes one off the list has it.

use brevdue_memo::Timestamp;
use brevdue_wire::{PageRequest, ReceiptStatus};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Call;
use crate::exchange::Exchange;
use crate::exchange::authenticate::Caller;
use crate::exchange::receipts::ReceiptError;
use crate::storage::RecordKind;
use crate::{ReceiptId, ReceiptRecord, StorageError};

/// `KanalKode`: the way a message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Channel {
    /// `Digital Post`.
    DigitalPost,
    /// `NemSMS`.
    NemSms,
    /// `Fysisk Post`.
    Paper,
}

impl Channel {
    /// The official word.
    pub fn word(self) -> &'static str {
        match self {
            Self::DigitalPost => "Digital Post",
            Self::NemSms => "NemSMS",
            Self::Paper => "Fysisk Post",
        }
    }
}

/// What a status message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StatusId {
    /// A receipt.
    Receipt(ReceiptId),
    /// A letter on paper.
    Letter(Uuid),
}

impl StatusId {
    /// As one UUID.
    pub fn uuid(self) -> Uuid {
        match self {
            Self::Receipt(id) => id.0,
            Self::Letter(id) => id,
        }
    }
}

/// `PKO_PostStatus`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusMessage {
    /// What it is about.
    pub id: StatusId,
    /// The submission.
    pub transmission: Option<Uuid>,
    /// `messageUUID`, for messages.
    pub message_uuid: Option<Uuid>,
    /// The sender's own id of the message.
    pub message_id: Option<String>,
    /// `AfsendelseIdentifikator`, for letters.
    pub shipment: Option<String>,
    /// Which way it went.
    pub channel: Channel,
    /// When.
    pub at: Timestamp,
    /// Whether it arrived.
    pub arrived: bool,
    /// The `x-TransaktionsId` of the call, when the facade was called.
    pub transaction: Option<Uuid>,
    /// Code and text of what went wrong.
    pub error: Option<(String, String)>,
}

impl Exchange {
    /// The oldest status message for the caller that is not among these, and how many wait beside.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn next_status(
        &self,
        caller: &Caller,
        except: &[StatusId],
    ) -> Result<Option<(StatusMessage, u64)>, StorageError> {
        let system = caller.system.id;
        let page = PageRequest { page: 0, size: except.len() as u64 + 1 };
        let receipts = self.store().receipts_waiting(system, page).await?;
        let total = receipts.total;
        let receipt = receipts
            .items
            .into_iter()
            .find(|record| !except.contains(&StatusId::Receipt(record.id)));
        let letters = self.untold_letters(system).await?;
        let total = (total + letters.len() as u64).saturating_sub(except.len() as u64 + 1);
        let letter =
            letters.into_iter().find(|(job, _)| !except.contains(&StatusId::Letter(job.id)));
        let letter_first = match (&receipt, &letter) {
            (Some(receipt), Some((_, at))) => *at < receipt.created_at,
            (receipt, _) => receipt.is_none(),
        };
        if letter_first {
            return Ok(letter.map(|(job, at)| {
                let message = StatusMessage {
                    id: StatusId::Letter(job.id),
                    transmission: Some(job.transmission),
                    message_uuid: None,
                    message_id: None,
                    shipment: Some(job.shipment),
                    channel: Channel::Paper,
                    at,
                    arrived: true,
                    transaction: Some(job.transaction),
                    error: None,
                };
                (message, total)
            }));
        }
        match receipt {
            Some(receipt) => Ok(Some((self.status_of(receipt).await?, total))),
            None => Ok(None),
        }
    }

    /// The caller has a status message. Twice is fine.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn settle_status(&self, caller: &Caller, id: StatusId) -> Result<(), StorageError> {
        match id {
            StatusId::Letter(id) => self.letter_is_told(caller.system.id, id).await,
            StatusId::Receipt(id) => match self.remove_receipt(caller, id).await {
                Ok(()) | Err(ReceiptError::Unknown) => Ok(()),
                Err(ReceiptError::Storage(fault)) => Err(fault),
            },
        }
    }

    async fn status_of(&self, record: ReceiptRecord) -> Result<StatusMessage, StorageError> {
        let receipt = record.receipt;
        let call = match receipt.transmission_id {
            Some(transmission) => self.store().record(RecordKind::KombiCall, transmission).await?,
            None => None,
        };
        let call = call.and_then(|record| serde_json::from_str::<Call>(&record.body).ok());
        let arrived = receipt.receipt_status == ReceiptStatus::Completed;
        let error = (!arrived).then(|| {
            let code = receipt.error_code.unwrap_or_else(|| "unknown".into());
            (code, receipt.error_message.unwrap_or_default())
        });
        Ok(StatusMessage {
            id: StatusId::Receipt(record.id),
            transmission: receipt.transmission_id,
            message_uuid: receipt.message_uuid,
            message_id: receipt.message_id,
            shipment: None,
            channel: call.as_ref().map_or(Channel::DigitalPost, |call| call.channel),
            at: record.created_at,
            arrived,
            transaction: call.map(|call| call.transaction),
            error,
        })
    }
}
