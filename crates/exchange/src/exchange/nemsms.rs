//! NemSMS: text messages. Who carries them is handed in; in local mode that is a sink anybody can look
//! into.

use async_trait::async_trait;
use brevdue_memo::{PartyId, Timestamp};
use brevdue_wire::{PageRequest, ReceiptStatus};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Exchange;
use super::codes::{ErrorCode, NEMSMS_NOT_REGISTERED, NEMSMS_NOT_SENT, NEMSMS_REJECTED};
use super::handover::{Endpoint, Handover, HandoverOutcome};
use super::receipts::Subject;
use crate::storage::{Expect, Page, Record, RecordKind};
use crate::{Batch, Conflict, EventTag, Memo, MemoKey, MemoState, Op, PhoneNumber, StorageError};

/// A text message for the gateway.
#[derive(Clone, PartialEq, Eq)]
pub struct TextMessage {
    /// The message it was sent as; a gateway that knows repeats knows them by it.
    pub memo: MemoKey,
    /// To whom.
    pub to: PhoneNumber,
    /// Its text.
    pub text: String,
}

/// Hides number and text.
impl std::fmt::Debug for TextMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TextMessage({}, …)", self.memo)
    }
}

/// Carries text messages.
#[async_trait]
pub trait SmsGateway: Send + Sync + 'static {
    /// Takes one text message. Bounds its own time. May see a message twice.
    async fn send(&self, message: &TextMessage) -> SmsOutcome;
}

/// How it went. Reasons hold no personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SmsOutcome {
    /// The gateway has it.
    Sent,
    /// The gateway will never take it.
    Rejected,
    /// The gateway could not be asked, or could not take it now.
    Unavailable {
        /// For logs.
        reason: String,
    },
}

/// A text message in the sink.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SunkTextMessage {
    /// The message it was sent as.
    pub id: Uuid,
    /// Eight digits.
    pub to: String,
    /// Its text.
    pub text: String,
    /// UTC with milliseconds.
    pub sent_at: String,
}

impl Exchange {
    /// Puts a text message into the sink of local mode. Twice is once.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sink_text_message(&self, message: &TextMessage) -> Result<(), StorageError> {
        let now = self.clock().now();
        let to = message.to.digits().to_owned();
        let sunk = SunkTextMessage {
            id: message.memo.0,
            to: to.clone(),
            text: message.text.clone(),
            sent_at: now.to_string(),
        };
        let body = serde_json::to_string(&sunk).map_err(|e| StorageError::Failed(e.into()))?;
        let record = Record {
            kind: RecordKind::TextMessage,
            id: message.memo.0,
            owner: Uuid::nil(),
            name: to,
            version: 1,
            created_at: now,
            updated_at: now,
            body,
            contents: Vec::new(),
        };
        self.store().commit(Batch::of(Op::PutRecord(Box::new(record), Expect::Anything))).await
    }

    /// The text messages in the sink, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn text_messages(
        &self,
        page: PageRequest,
    ) -> Result<Page<SunkTextMessage>, StorageError> {
        let found = self.store().records_of_kind(RecordKind::TextMessage, page).await?;
        let items = found.items.iter().map(|record| serde_json::from_str(&record.body));
        let items: Result<Vec<_>, _> = items.collect();
        let items = items.map_err(|_| StorageError::Damaged("a text message".into()))?;
        Ok(Page { items, total: found.total })
    }

    /// The text message of a memo that waits for the gateway; or what follows when its recipient has no
    /// number any more; or nothing, when it is no longer waiting.
    pub(super) async fn text_message(
        &self,
        key: MemoKey,
    ) -> Result<Option<Result<TextMessage, Vec<Op>>>, StorageError> {
        let Some(memo) = self.store().memo(key).await? else { return Ok(None) };
        let outline = memo.outline.as_ref().filter(|_| memo.state == MemoState::Queued);
        let Some(recipient) = outline.map(|outline| outline.recipient) else { return Ok(None) };
        let Some(to) = self.number_of(recipient).await? else {
            let ops = self.not_sent(&memo, &NEMSMS_NOT_REGISTERED, self.clock().now()).await?;
            return Ok(Some(Err(ops)));
        };
        let source = self.store().open(&memo.content)?;
        let reading = brevdue_memo::read_header(source, &self.policy().reading)
            .map_err(|error| StorageError::Failed(error.into()))?;
        let text = reading.header.and_then(|header| header.notification);
        let text = text.ok_or_else(|| StorageError::Damaged("a NemSMS has no text".into()))?;
        Ok(Some(Ok(TextMessage { memo: key, to, text })))
    }

    async fn number_of(&self, party: PartyId) -> Result<Option<PhoneNumber>, StorageError> {
        Ok(self.store().contact_by_party(party).await?.and_then(|contact| contact.nemsms))
    }

    /// Records how a text message went.
    pub(super) async fn settle_sms(
        &self,
        handover: &Handover,
        key: MemoKey,
        outcome: &HandoverOutcome,
    ) -> Result<(), StorageError> {
        let now = self.clock().now();
        let (job, worker) = (&handover.job, handover.worker);
        let mut ops = vec![Op::FinishJob { id: job.id, worker }];
        let memo = self.store().memo(key).await?;
        if let Some(memo) = memo.filter(|memo| memo.state == MemoState::Queued) {
            let since = job.failing_since.unwrap_or(now);
            let give_up = since.plus_seconds(self.policy().nemsms_give_up_seconds);
            match outcome {
                HandoverOutcome::Taken => ops.extend(self.sent(&memo, now).await?),
                HandoverOutcome::Refused { .. } => {
                    ops.extend(self.not_sent(&memo, &NEMSMS_REJECTED, now).await?);
                }
                HandoverOutcome::Unreachable { .. } if now >= give_up => {
                    ops.extend(self.not_sent(&memo, &NEMSMS_NOT_SENT, now).await?);
                }
                HandoverOutcome::Unreachable { .. } => {
                    let failures = job.failures.saturating_add(1);
                    let due = now.plus_seconds(self.policy().retry_after(job.failures));
                    let failing_since = Some(since);
                    ops[0] = Op::RetryJob { id: job.id, worker, due, failures, failing_since };
                    let failed = self.event(EventTag::NemSmsSendFailed, now).about(&memo);
                    ops.push(failed.into_op());
                    if failures >= self.policy().breaker_failures {
                        self.breaker.open(Endpoint::Memos(handover.system), due);
                        ops.push(Op::PostponeSystem { system: handover.system, due });
                    }
                }
            }
        }
        if *outcome == HandoverOutcome::Taken && job.failures > 0 {
            ops.push(Op::HastenSystem { system: handover.system, due: now });
        }
        match self.store().commit(Batch { ops }).await {
            Err(StorageError::Conflict(Conflict::LeaseLost(_))) => Ok(()),
            other => other,
        }
    }

    async fn sent(&self, memo: &Memo, now: Timestamp) -> Result<Vec<Op>, StorageError> {
        let sender = self.sender_system(memo).await?;
        let mut ops = vec![
            Op::MoveMemo {
                key: memo.key,
                from: MemoState::Queued,
                to: MemoState::HandedOver,
                message_uuid: None,
                outline: None,
                available_at: Some(now),
            },
            self.event(EventTag::NemSmsSentSuccessfully, now).about(memo).into_op(),
        ];
        let receipt = self.subject_of(memo).receipt(ReceiptStatus::Completed, now);
        ops.extend(self.issue_for(memo, receipt, sender.as_ref(), now));
        ops.push(self.let_go(memo, MemoState::HandedOver, now));
        Ok(ops)
    }

    async fn not_sent(
        &self,
        memo: &Memo,
        code: &'static ErrorCode,
        now: Timestamp,
    ) -> Result<Vec<Op>, StorageError> {
        let sender = self.sender_system(memo).await?;
        let (tag, text) = if code == &NEMSMS_NOT_SENT {
            (EventTag::NemSmsSendFailed, "the SMS gateway could not be reached in time")
        } else if code == &NEMSMS_REJECTED {
            (EventTag::NemSmsSentAndRejected, "the SMS gateway does not take this text message")
        } else {
            (
                EventTag::NemSmsSendFailed,
                "the recipient has no verified number registered for NemSMS any more",
            )
        };
        let failure = code.failure(text);
        Ok(self.refuse_as(tag, &self.subject_of(memo), None, &[failure], sender.as_ref(), now))
    }

    fn subject_of<'m>(&self, memo: &'m Memo) -> Subject<'m> {
        Subject {
            memo,
            message_uuid: memo.message_uuid,
            message_id: memo.outline.as_ref().and_then(|outline| outline.message_id.clone()),
        }
    }
}
