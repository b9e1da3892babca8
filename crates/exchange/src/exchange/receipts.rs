//! Sender systems that fetch their receipts.

use brevdue_wire::{BulkReceipt, PageRequest, PagingResultUuid, ReceiptSearchResult};

use super::Exchange;
use super::authenticate::Caller;
use crate::{ReceiptId, StorageError};

/// Why a sender did not get the receipt it asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiptError {
    /// 404.
    #[error("no receipt with this id waits for this system")]
    Unknown,
    /// 503.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Whether reading a receipt takes it off the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// `delete=true`, the official default.
    Remove,
    /// `delete=false`.
    Keep,
}

impl Exchange {
    /// The ids of the receipts that wait for the caller, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn waiting_receipts(
        &self,
        caller: &Caller,
        page: PageRequest,
    ) -> Result<PagingResultUuid, StorageError> {
        let _ = (caller, page);
        unimplemented!()
    }

    /// Whole receipts, oldest first; none is removed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn receipts_bulk(
        &self,
        caller: &Caller,
        page: PageRequest,
    ) -> Result<ReceiptSearchResult, StorageError> {
        let _ = (caller, page);
        unimplemented!()
    }

    /// One receipt.
    ///
    /// # Errors
    /// See [`ReceiptError`].
    pub async fn take_receipt(
        &self,
        caller: &Caller,
        id: ReceiptId,
        take: Take,
    ) -> Result<BulkReceipt, ReceiptError> {
        let _ = (caller, id, take);
        unimplemented!()
    }

    /// Takes a receipt off the list. Twice is fine.
    ///
    /// # Errors
    /// See [`ReceiptError`]; `Unknown` only when it never was the caller's.
    pub async fn remove_receipt(&self, caller: &Caller, id: ReceiptId) -> Result<(), ReceiptError> {
        let _ = (caller, id);
        unimplemented!()
    }
}
