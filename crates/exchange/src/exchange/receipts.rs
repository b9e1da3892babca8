//! Sender systems that fetch their receipts; and, in `making`, where receipts come from.

mod making;

use brevdue_wire::{BulkReceipt, PageRequest, PagingResultUuid, ReceiptSearchResult};

use super::Exchange;
use super::authenticate::Caller;
use crate::storage::Aging;
use crate::{Batch, Event, EventTag, Op, ReceiptId, ReceiptRecord, StorageError, TransmissionId};

pub(super) use making::{Addressee, Subject, of_archive, time_stamp};

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
        let found = self.store().receipts_waiting(caller.system.id, page).await?;
        let ids = found.items.iter().map(|record| record.id.0).collect();
        Ok(PagingResultUuid::new(ids, page, found.total))
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
        let found = self.store().receipts_waiting(caller.system.id, page).await?;
        Ok(ReceiptSearchResult {
            current_page: page.page,
            total_pages: found.total.div_ceil(page.size.max(1)),
            elements_on_page: found.items.len() as u64,
            total_elements: found.total,
            receipts: found.items.into_iter().map(in_bulk).collect(),
        })
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
        let record = self.receipt_for(caller, id).await?;
        if record.delivered {
            return Err(ReceiptError::Unknown);
        }
        if take == Take::Remove {
            self.receipt_is_delivered(&record).await?;
        }
        Ok(in_bulk(record))
    }

    /// Takes a receipt off the list. Twice is fine.
    ///
    /// # Errors
    /// See [`ReceiptError`]; `Unknown` only when it never was the caller's.
    pub async fn remove_receipt(&self, caller: &Caller, id: ReceiptId) -> Result<(), ReceiptError> {
        let record = self.receipt_for(caller, id).await?;
        if !record.delivered {
            self.receipt_is_delivered(&record).await?;
        }
        Ok(())
    }

    async fn receipt_for(
        &self,
        caller: &Caller,
        id: ReceiptId,
    ) -> Result<ReceiptRecord, ReceiptError> {
        let record = self.store().receipt(id).await?;
        record.filter(|r| r.system == Some(caller.system.id)).ok_or(ReceiptError::Unknown)
    }

    async fn receipt_is_delivered(&self, record: &ReceiptRecord) -> Result<(), StorageError> {
        self.store().commit(Batch { ops: self.receipt_delivered(record) }).await
    }

    /// The changes that a sender system has its receipt.
    pub(super) fn receipt_delivered(&self, record: &ReceiptRecord) -> Vec<Op> {
        let since = self.clock().now();
        vec![
            Op::ReceiptDelivered(record.id),
            Op::StartAging { what: Aging::FetchedReceipt(record.id), since },
            self.receipt_sent(record).into_op(),
        ]
    }

    /// The event that a sender system has its receipt.
    fn receipt_sent(&self, record: &ReceiptRecord) -> Event {
        let tag = EventTag::BusinessReceiptSendToSenderSystem;
        self.receipt_event(tag, record)
    }

    /// An event about a receipt on its way.
    pub(super) fn receipt_event(&self, tag: EventTag, record: &ReceiptRecord) -> Event {
        let receipt = &record.receipt;
        Event {
            transmission: receipt.transmission_id.map(TransmissionId),
            memo: record.memo,
            message_uuid: receipt.message_uuid,
            system: record.system,
            ..self.event(tag, self.clock().now())
        }
        .with_outcome(receipt.receipt_status, receipt.error_code.as_deref())
    }
}

fn in_bulk(record: ReceiptRecord) -> BulkReceipt {
    BulkReceipt { id: record.id.0, receipt: record.receipt }
}
