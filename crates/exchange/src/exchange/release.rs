//! Letting go of messages whose delivery date has come.

use super::Exchange;
use super::check::{Wanted, deliverable};
use super::judge::no_system;
use super::receipts::Subject;
use super::route::{Arrival, Place, route};
use crate::{EventTag, MemoKey, MemoState, Op, StorageError};
use brevdue_wire::ReceiptStatus;

impl Exchange {
    /// What follows for a message whose date has come: it goes to its place, or is refused after all
    /// because its recipient has meanwhile closed or been exempted. Its sender then gets a second,
    /// negative receipt. Nothing, when it is no longer waiting.
    pub(super) async fn release(&self, key: MemoKey) -> Result<Vec<Op>, StorageError> {
        let Some(memo) = self.store().memo(key).await? else { return Ok(Vec::new()) };
        if memo.state != MemoState::Delayed {
            return Ok(Vec::new());
        }
        let lost = |what| StorageError::Damaged(format!("a delayed message has no {what}"));
        let outline = memo.outline.as_ref().ok_or_else(|| lost("outline"))?;
        let message_uuid = memo.message_uuid.ok_or_else(|| lost("messageUUID"))?;
        let source = self.store().open(&memo.content)?;
        let reading = brevdue_memo::read_header(source, &self.policy().reading)
            .map_err(|error| StorageError::Failed(error.into()))?;
        let header = reading.header.ok_or_else(|| lost("header"))?;

        let now = self.clock().now();
        let point = header.recipient.contact_point.as_ref().map(|p| p.contact_point_id.as_str());
        let (recipient, systems) = self.recipient_facts(outline.recipient, point).await?;
        let sender = match memo.origin.system() {
            Some(system) => self.store().system(system).await?,
            None => None,
        };
        let mailbox = match memo.origin {
            crate::Origin::Mailbox(owner) => Some(owner),
            crate::Origin::System { .. } => None,
        };
        let place = route(&header, &recipient, &systems, mailbox, now);
        let wanted = Wanted::of(header.message_type, outline.mandatory);
        let failure =
            deliverable(&recipient, wanted).or_else(|| (place == Place::Nowhere).then(no_system));
        let failure = match failure {
            Some(failure) => Some(failure),
            None => {
                let struck = self.struck_releasing(&memo, outline.recipient).await?;
                struck.map(|code| code.failure("a fault of local mode asks for this receipt"))
            }
        };
        let subject = Subject {
            memo: &memo,
            message_uuid: Some(message_uuid),
            message_id: outline.message_id.clone(),
        };
        if let Some(failure) = failure {
            return Ok(self.refuse(&subject, None, &[failure], sender.as_ref(), now));
        }
        let mut ops = vec![self.event(EventTag::DelayedMemoSendSent, now).about(&memo).into_op()];
        let from = MemoState::Delayed;
        let arrival = Arrival { memo: &memo, message_uuid, from, outline: None };
        ops.extend(self.arrive(arrival, &place, now));
        ops.extend(self.tell_of_new_mail(&place, memo.key, now).await?);
        // It was to wait for a receiver system's answer, and goes to a mailbox after all.
        if !self.receipt_waits(&place) && !self.has_been_told(&memo).await? {
            let receipt = subject.receipt(ReceiptStatus::Completed, now);
            ops.extend(self.issue_for(&memo, receipt, sender.as_ref(), now));
        }
        Ok(ops)
    }
}
