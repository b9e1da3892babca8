//! Taking a letter in: durable first, then the answer.

use brevdue_memo::Timestamp;
use brevdue_wire::{Receipt, ReceiptStatus};
use uuid::Uuid;

use super::Exchange;
use crate::storage::Place;
use crate::{
    Batch, ContentRef, Door, EventTag, Folder, Incoming, Job, JobId, Lane, MailboxEntry, Memo,
    MemoKey, MemoState, Op, Origin, Outline, StorageError, Transmission, TransmissionId, Work,
};

/// What was handed in.
#[derive(Debug, Clone)]
pub enum Submission {
    /// One message and the `memo-message-uuid` it was announced by.
    Single {
        /// Query parameter; `None` for a message written in a mailbox.
        claimed_uuid: Option<Uuid>,
        /// Its bytes.
        content: ContentRef,
    },
    /// A container.
    Archive {
        /// Its bytes.
        content: ContentRef,
    },
}

/// What is known of a message we made ourselves.
pub(super) struct Written {
    pub(super) message_uuid: Uuid,
    pub(super) outline: Outline,
    /// Changes of the same batch.
    pub(super) also: Vec<Op>,
}

impl Exchange {
    /// Makes a submission durable and gives the technical receipt. After `Ok` the letter is never lost.
    ///
    /// # Errors
    /// When the store cannot take it; nothing was accepted, sending again is right.
    pub async fn accept(
        &self,
        origin: Origin,
        submission: Submission,
    ) -> Result<Receipt, StorageError> {
        match submission {
            Submission::Single { claimed_uuid, content } => match content.place {
                Place::Row(_) => self.receive(origin, claimed_uuid, content).await,
                // Its bytes have cost a file and several fsyncs already; the rows add little.
                _ => self.accept_single(origin, claimed_uuid, content, None).await,
            },
            Submission::Archive { content } => self.accept_archive(origin, content, None).await,
        }
    }

    /// Receives a message that is small, as nearly all are: the store writes it down once, and whoever
    /// checks it files it.
    async fn receive(
        &self,
        origin: Origin,
        claimed_uuid: Option<Uuid>,
        content: ContentRef,
    ) -> Result<Receipt, StorageError> {
        let now = self.clock().now();
        let transmission = TransmissionId(self.ids().ordered());
        let incoming = Incoming {
            key: MemoKey(self.ids().ordered()),
            transmission,
            origin,
            lane: self.pace.lane(&origin, now, self.policy().interactive_per_minute),
            claimed_uuid,
            content,
            received_at: now,
        };
        let receipt = technical_receipt(incoming.transmission, now, claimed_uuid);
        let inside = self.crowd.enter();
        self.store().receive(incoming).await?;
        drop(inside);
        Ok(receipt)
    }

    /// Accepts one message with its rows. One `written` by us is known without reading; a person's own
    /// stands in their folder `Sent` with the same batch.
    pub(super) async fn accept_single(
        &self,
        origin: Origin,
        claimed_uuid: Option<Uuid>,
        content: ContentRef,
        written: Option<Written>,
    ) -> Result<Receipt, StorageError> {
        let now = self.clock().now();
        let lane = self.pace.lane(&origin, now, self.policy().interactive_per_minute);
        self.accept_in((lane, None), origin, claimed_uuid, content, written, now).await
    }

    /// Accepts one message into this queue, through this door.
    pub(super) async fn accept_in(
        &self,
        (lane, door): (Lane, Option<Door>),
        origin: Origin,
        claimed_uuid: Option<Uuid>,
        content: ContentRef,
        written: Option<Written>,
        now: Timestamp,
    ) -> Result<Receipt, StorageError> {
        let transmission = Transmission { door, ..self.transmission(origin, lane, now) };
        let (message_uuid, outline, also) = match written {
            Some(written) => (Some(written.message_uuid), Some(written.outline), written.also),
            None => (None, None, Vec::new()),
        };
        let memo = Memo {
            key: MemoKey(self.ids().ordered()),
            transmission: transmission.id,
            origin,
            lane,
            claimed_uuid,
            message_uuid,
            content,
            state: MemoState::Received,
            outline,
            received_at: now,
            available_at: None,
        };
        let received = self.event(EventTag::MemoSendReceived, now).about(&memo).through(door);
        let answered = self.event(EventTag::TechnicalReceiptSent, now).about(&memo);
        let receipt = technical_receipt(transmission.id, now, claimed_uuid.or(message_uuid));

        let mut batch = Batch::default();
        batch.push(Op::AddTransmission(transmission));
        batch.push(received.with_size(memo.content.length_bytes).into_op());
        batch.push(answered.with_outcome(ReceiptStatus::Received, None).into_op());
        batch.push(Op::AddJob(Job {
            account: Some(origin.account()),
            ..self.job(Work::Check(memo.key), lane, now)
        }));
        if let Origin::Mailbox(owner) = origin {
            batch.push(Op::AddMailboxEntry(MailboxEntry {
                owner,
                memo: memo.key,
                folder: Folder::Sent,
                arrived_at: now,
                read_at: Some(now),
            }));
            batch.push(self.event(EventTag::MessageSentMailbox, now).about(&memo).into_op());
        }
        batch.push(Op::AddMemo(Box::new(memo)));
        batch.ops.extend(also);
        self.store().commit(batch).await?;
        Ok(receipt)
    }

    /// Accepts an archive, through this door.
    pub(super) async fn accept_archive(
        &self,
        origin: Origin,
        content: ContentRef,
        door: Option<Door>,
    ) -> Result<Receipt, StorageError> {
        let now = self.clock().now();
        let size_bytes = content.length_bytes;
        let transmission = Transmission {
            archive: Some(content),
            extracted: false,
            door,
            ..self.transmission(origin, Lane::Bulk, now)
        };
        let received = self
            .event(EventTag::MemoMassSendReceived, now)
            .about_all_of(&transmission)
            .through(door);
        let answered = self.event(EventTag::TechnicalReceiptSent, now).about_all_of(&transmission);
        let receipt = technical_receipt(transmission.id, now, None);

        let mut batch = Batch::default();
        batch.push(Op::AddJob(Job {
            account: Some(origin.account()),
            ..self.job(Work::Extract(transmission.id), Lane::Bulk, now)
        }));
        batch.push(Op::AddTransmission(transmission));
        batch.push(received.with_size(size_bytes).into_op());
        batch.push(answered.with_outcome(ReceiptStatus::Received, None).into_op());
        self.store().commit(batch).await?;
        Ok(receipt)
    }

    fn transmission(&self, origin: Origin, lane: Lane, now: Timestamp) -> Transmission {
        Transmission {
            id: TransmissionId(self.ids().ordered()),
            origin,
            received_at: now,
            lane,
            archive: None,
            extracted: true,
            door: None,
        }
    }

    /// New work, on nobody's account.
    pub(crate) fn job(&self, work: Work, lane: Lane, due: Timestamp) -> Job {
        let id = JobId(self.ids().ordered());
        Job { id, work, lane, account: None, due, failures: 0, failing_since: None }
    }
}

fn technical_receipt(
    transmission: TransmissionId,
    received_at: Timestamp,
    message_uuid: Option<Uuid>,
) -> Receipt {
    Receipt {
        transmission_id: Some(transmission.0),
        message_uuid,
        message_id: None,
        error_code: None,
        error_message: None,
        time_stamp: Some(super::receipts::time_stamp(received_at)),
        receipt_status: ReceiptStatus::Received,
        retryable: None,
        channel_fallback: None,
        errors: Vec::new(),
    }
}
