//! Receiver systems that fetch their mail.

use brevdue_wire::{PageRequest, PagingResultUuid, Receipt};
use uuid::Uuid;

use super::Exchange;
use super::authenticate::Caller;
use crate::{ContentRef, StorageError};

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
        let _ = (caller, page);
        unimplemented!()
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
        let _ = (caller, message_uuid);
        unimplemented!()
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
        let _ = (caller, message_uuid, receipt);
        unimplemented!()
    }

    /// The receiver is done with a message. Without an answer before, this is COMPLETED. Twice is fine.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn remove_memo(&self, caller: &Caller, message_uuid: Uuid) -> Result<(), FetchError> {
        let _ = (caller, message_uuid);
        unimplemented!()
    }
}
