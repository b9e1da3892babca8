//! Receipts (kvitteringer).

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReceiptStatus {
    /// Taken in and durable; will be processed. Only in technical receipts.
    Received,
    /// Accepted and delivered, or queued for the recipient.
    Completed,
    /// Content or format is at fault; the sender must mend it.
    Invalid,
    /// A permission or a registration refuses it; send another way.
    NotAllowed,
}

/// A receipt. Fields that do not apply are `null`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// The submission: one HTTP call or one file.
    pub transmission_id: Option<Uuid>,
    /// `MessageHeader/messageUUID`; absent for archives.
    #[serde(rename = "messageUUID")]
    pub message_uuid: Option<Uuid>,
    /// `MessageHeader/messageID`, the sender's own id.
    pub message_id: Option<String>,
    /// Lower-case dotted words, e.g. `memo.invalid`; `null` when all is well.
    pub error_code: Option<String>,
    /// What, where, by whose rule, in English; `null` when all is well.
    pub error_message: Option<String>,
    /// UTC with milliseconds, e.g. `2024-02-18T08:08:23.000Z`.
    pub time_stamp: Option<String>,
    /// What became of the message.
    pub receipt_status: ReceiptStatus,
    /// Extension: whether sending the same again may help later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retryable: Option<bool>,
    /// Extension: whether the letter should go another way, for example by print.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_fallback: Option<bool>,
    /// Extension: every finding, where the error message names the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ReceiptError>,
}

/// One finding in a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptError {
    /// Error code or rule id.
    pub code: String,
    /// In words, with the place.
    pub message: String,
}

/// A receipt in a list, with the id to fetch or delete it by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BulkReceipt {
    /// Id of the receipt.
    pub id: Uuid,
    /// The receipt.
    #[serde(flatten)]
    pub receipt: Receipt,
}

/// A page of whole receipts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptSearchResult {
    /// From 0.
    pub current_page: u64,
    /// Pages there are.
    pub total_pages: u64,
    /// Receipts on this page.
    pub elements_on_page: u64,
    /// Receipts there are.
    pub total_elements: u64,
    /// The receipts, oldest first.
    pub receipts: Vec<BulkReceipt>,
}
