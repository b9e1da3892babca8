//! Making business receipts: one for each message, and sending them on their way.

use brevdue_memo::Timestamp;
use brevdue_wire::{Receipt, ReceiptStatus};
use uuid::Uuid;

use crate::exchange::Exchange;
use crate::exchange::check::{Failure, as_errors};
use crate::storage::Aging;
use crate::{EventTag, Lane, MailSystem, Memo, Op, ReceiptId, ReceiptRecord, Transmission, Work};

/// A time as receipts spell it: UTC with milliseconds.
pub(in crate::exchange) fn time_stamp(at: Timestamp) -> String {
    at.to_string()
}

/// What a receipt is about.
pub(in crate::exchange) struct Subject<'a> {
    pub(in crate::exchange) memo: &'a Memo,
    /// `messageUUID`, as far as it is known.
    pub(in crate::exchange) message_uuid: Option<Uuid>,
    /// `messageID`.
    pub(in crate::exchange) message_id: Option<String>,
}

impl Subject<'_> {
    /// A receipt that says `status`. The sender finds its message by the UUID it called it by.
    pub(in crate::exchange) fn receipt(&self, status: ReceiptStatus, now: Timestamp) -> Receipt {
        Receipt {
            transmission_id: Some(self.memo.transmission.0),
            message_uuid: self.memo.claimed_uuid.or(self.message_uuid),
            message_id: self.message_id.clone(),
            error_code: None,
            error_message: None,
            time_stamp: Some(time_stamp(now)),
            receipt_status: status,
            retryable: None,
            channel_fallback: None,
            errors: Vec::new(),
        }
    }

    /// A receipt that names the first failure and lists all.
    pub(in crate::exchange) fn refusal(&self, failures: &[Failure], now: Timestamp) -> Receipt {
        let status = failures.first().map_or(ReceiptStatus::Invalid, |f| f.code.status);
        with_failures(self.receipt(status, now), failures)
    }
}

/// The receipt of an archive that was refused as a whole.
pub(in crate::exchange) fn of_archive(
    transmission: &Transmission,
    failure: Failure,
    now: Timestamp,
) -> Receipt {
    let receipt = Receipt {
        transmission_id: Some(transmission.id.0),
        message_uuid: None,
        message_id: None,
        error_code: None,
        error_message: None,
        time_stamp: Some(time_stamp(now)),
        receipt_status: failure.code.status,
        retryable: None,
        channel_fallback: None,
        errors: Vec::new(),
    };
    with_failures(receipt, &[failure])
}

fn with_failures(mut receipt: Receipt, failures: &[Failure]) -> Receipt {
    if let Some(first) = failures.first() {
        receipt.error_code = Some(first.code.name.into());
        receipt.error_message = Some(first.message.clone());
        receipt.retryable = Some(first.code.is_retryable());
        receipt.channel_fallback = Some(first.code.asks_for_another_channel());
    }
    receipt.errors = as_errors(failures);
    receipt
}

/// Who gets a receipt, and in which queue its push waits.
pub(in crate::exchange) struct Addressee<'a> {
    /// The sender system, if it was one and is still registered.
    pub(in crate::exchange) system: Option<&'a MailSystem>,
    pub(in crate::exchange) lane: Lane,
}

impl Exchange {
    /// The changes that make a business receipt and send it on its way: pushed to a system that says
    /// where, else waiting to be fetched. A person's stays with the message.
    pub(in crate::exchange) fn issue(
        &self,
        memo: Option<&Memo>,
        receipt: Receipt,
        addressee: Addressee<'_>,
        event: crate::Event,
        now: Timestamp,
    ) -> Vec<Op> {
        debug_assert_eq!(event.tag, EventTag::BusinessReceiptCreated);
        let id = ReceiptId(self.ids().ordered());
        let event = event.with_outcome(receipt.receipt_status, receipt.error_code.as_deref());
        let mut ops = vec![event.into_op()];
        if let Some(system) = addressee.system.filter(|system| system.receipt_endpoint.is_some()) {
            let work = Work::PushReceipt(id, system.id);
            ops.push(Op::AddJob(self.job(work, addressee.lane, now)));
        }
        if addressee.system.is_some() {
            ops.push(Op::StartAging { what: Aging::Receipt(id), since: now });
        }
        ops.push(Op::AddReceipt(Box::new(ReceiptRecord {
            id,
            system: addressee.system.map(|system| system.id),
            memo: memo.map(|memo| memo.key),
            receipt,
            created_at: now,
            delivered: addressee.system.is_none(),
        })));
        ops
    }

    /// [`Self::issue`] for one message.
    pub(in crate::exchange) fn issue_for(
        &self,
        memo: &Memo,
        receipt: Receipt,
        sender: Option<&MailSystem>,
        now: Timestamp,
    ) -> Vec<Op> {
        let event = self
            .event(EventTag::BusinessReceiptCreated, now)
            .about(memo)
            .with_message_uuid(receipt.message_uuid);
        let addressee = Addressee { system: sender, lane: memo.lane };
        self.issue(Some(memo), receipt, addressee, event, now)
    }
}
