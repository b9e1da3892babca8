//! What a receiver thinks of a message, and the receipt that says so.

use std::io::{self, Read};

use brevdue_memo::{Limits, Severity, read};
use brevdue_wire::receipt::ReceiptError;
use brevdue_wire::{Receipt, ReceiptStatus};
use uuid::Uuid;

use crate::Stamps;

/// Most findings told in one receipt.
const ERRORS_TOLD: usize = 20;

/// In order or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    message_id: Option<String>,
    /// Empty when the message is in order.
    errors: Vec<ReceiptError>,
}

impl Verdict {
    /// Reads a message that was fetched as `memo`.
    pub(super) fn on<R: Read>(memo: Uuid, source: R) -> io::Result<Self> {
        let reading = read(source, &Limits::default())?;
        let code = |code: &str, message: &str| ReceiptError { code: code.into(), message: message.into() };
        // What is against a rule beside the schema can still be read; refusing it is the exchange's business.
        let mut errors: Vec<ReceiptError> = match &reading.message {
            Some(_) => Vec::new(),
            None => reading
                .findings
                .list
                .iter()
                .filter(|finding| finding.severity == Severity::Error)
                .take(ERRORS_TOLD)
                .map(|finding| code("memo.invalid", &finding.to_string()))
                .collect(),
        };
        match reading.glimpse.message_uuid {
            Some(inside) if inside.value() != memo => errors.push(code(
                "message.uuid.mismatch",
                "the messageUUID in the message is not the one it was fetched by",
            )),
            None if errors.is_empty() => {
                errors.push(code("memo.invalid", "the message cannot be read"));
            }
            _ => {}
        }
        Ok(Self { message_id: reading.glimpse.message_id, errors })
    }

    pub(super) fn is_in_order(&self) -> bool {
        self.errors.is_empty()
    }

    /// The receipt, with a fresh `transmissionId` as the reference receivers have it.
    pub(super) fn receipt(&self, memo: Uuid, stamps: &dyn Stamps) -> Receipt {
        let first = self.errors.first();
        Receipt {
            transmission_id: Some(stamps.id()),
            message_uuid: Some(memo),
            message_id: self.message_id.clone(),
            error_code: first.map(|error| error.code.clone()),
            error_message: first.map(|error| error.message.clone()),
            time_stamp: Some(stamps.now().to_string()),
            receipt_status: match first {
                None => ReceiptStatus::Completed,
                Some(_) => ReceiptStatus::Invalid,
            },
            retryable: None,
            channel_fallback: None,
            errors: self.errors.clone(),
        }
    }
}
