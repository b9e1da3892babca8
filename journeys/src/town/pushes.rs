//! The other end of pushes.

use brevdue_exchange::handover::{HandoverOutcome, Load};
use brevdue_exchange::notices::Notice;
use brevdue_wire::{Receipt, ReceiptStatus};
use uuid::Uuid;

use super::Town;

/// A scripted system that is pushed to.
#[derive(Debug, Default)]
pub struct Receiver {
    /// Whether it cannot be reached.
    pub down: bool,
    /// Whether it answers with this status and `Retry-After` instead of taking anything.
    pub refuses: Option<(u16, Option<i64>)>,
    /// What it says of messages.
    pub answers: Answering,
    /// The answer to a push is lost on its way back, so many times.
    pub lost_answers: usize,
    /// Calls that were tried, successful or not.
    pub calls: usize,
    /// What it got, in order.
    pub memos: Vec<(Uuid, Vec<u8>)>,
    /// What it got, in order.
    pub receipts: Vec<Receipt>,
    /// What it carried, in order.
    pub notices: Vec<Notice>,
}

/// What a receiver says of the messages it gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Answering {
    /// Nothing.
    #[default]
    Never,
    /// COMPLETED, while the push is still under way.
    Completed,
    /// INVALID, while the push is still under way.
    Invalid,
}

impl Town {
    /// Makes the pushes that are due. Returns how many.
    pub async fn push(&mut self, limit: u32) -> usize {
        let worker = self.worker();
        let handovers =
            self.exchange.claim_handovers(worker, limit).await.expect("pushes are claimed");
        for handover in &handovers {
            let outcome = match &handover.load {
                Load::Memo { message_uuid, content } => {
                    let bytes = self.bytes(content);
                    let receiver = self.receivers.entry(handover.system).or_default();
                    let outcome = receiver.call();
                    if outcome == HandoverOutcome::Taken {
                        receiver.memos.push((*message_uuid, bytes));
                        let answering = receiver.answers;
                        self.answer(handover.system, *message_uuid, answering).await;
                    }
                    outcome
                }
                Load::Receipt(receipt) => {
                    let receiver = self.receivers.entry(handover.system).or_default();
                    let outcome = receiver.call();
                    if outcome == HandoverOutcome::Taken {
                        receiver.receipts.push(receipt.as_ref().clone());
                    }
                    outcome
                }
                Load::Sms(message) => {
                    let receiver = self.receivers.entry(handover.system).or_default();
                    let outcome = receiver.call();
                    if outcome == HandoverOutcome::Taken {
                        self.exchange.sink_text_message(message).await.expect("the sink takes it");
                    }
                    outcome
                }
                Load::Notice(notice) => {
                    let receiver = self.receivers.entry(handover.system).or_default();
                    let outcome = receiver.call();
                    if outcome == HandoverOutcome::Taken {
                        receiver.notices.push(notice.as_ref().clone());
                    }
                    outcome
                }
            };
            let receiver = self.receivers.entry(handover.system).or_default();
            let outcome = if outcome == HandoverOutcome::Taken && receiver.lost_answers > 0 {
                receiver.lost_answers -= 1;
                HandoverOutcome::Unreachable { reason: "the answer was lost".into() }
            } else {
                outcome
            };
            self.exchange.settle_handover(handover, outcome).await.expect("it is settled");
        }
        handovers.len()
    }

    async fn answer(&self, system: brevdue_exchange::SystemId, uuid: Uuid, answering: Answering) {
        let status = match answering {
            Answering::Never => return,
            Answering::Completed => ReceiptStatus::Completed,
            Answering::Invalid => ReceiptStatus::Invalid,
        };
        let caller = self.caller(system).await;
        let receipt = answer(status);
        self.exchange.answer_memo(&caller, uuid, receipt).await.expect("the answer is taken");
    }
}

impl Receiver {
    fn call(&mut self) -> HandoverOutcome {
        self.calls += 1;
        if self.down {
            HandoverOutcome::Unreachable { reason: "connection refused".into() }
        } else if let Some((status, retry_after_seconds)) = self.refuses {
            HandoverOutcome::Refused { status, retry_after_seconds }
        } else {
            HandoverOutcome::Taken
        }
    }
}

/// A receipt as a receiver system writes it.
pub fn answer(status: ReceiptStatus) -> Receipt {
    let refused = status != ReceiptStatus::Completed;
    Receipt {
        transmission_id: Some(Uuid::from_u128(0xDEAD)),
        message_uuid: None,
        message_id: None,
        error_code: refused.then(|| "case.unknown".into()),
        error_message: refused.then(|| "sagen findes ikke".into()),
        time_stamp: None,
        receipt_status: status,
        retryable: None,
        channel_fallback: None,
        errors: Vec::new(),
    }
}
