//! Passing a letter on: to an authority, to somebody trusted, or by mail.

use std::io::Read as _;

use brevdue_memo as memo;
use brevdue_memo::{Message, MessageHeader, PartyId, UtcDateTime, Uuid4};
use brevdue_wire::ReceiptStatus;
use brevdue_wire::mailbox as wire;
use uuid::Uuid;

use super::listing::Entry;
use super::opening::{OpenMailbox, Right};
use super::sending::own_sender;
use super::{MailboxError, limits, maybe_text, text};
use crate::exchange::judge::outline_of;
use crate::exchange::notices::Notice;
use crate::exchange::receipts::Subject;
use crate::exchange::route::{Arrival, Place};
use crate::{
    Batch, Contact, ContentRef, EventTag, Exchange, Folder, Lane, MailboxEntry, MailboxRow, Memo,
    MemoKey, MemoState, Op, Origin, RegistrationStatus, StorageError, Transmission, TransmissionId,
};

const SHAPE: &str = "ForwardCommand";

impl Exchange {
    /// Passes a letter on. What an authority or somebody trusted gets is a message of its own, which
    /// comes back; what goes by mail is the letter itself.
    ///
    /// # Errors
    ///
    /// See [`MailboxError`].
    pub async fn forward(
        &self,
        open: &OpenMailbox,
        id: Uuid,
        command: &wire::ForwardCommand,
    ) -> Result<wire::Message, MailboxError> {
        open.must(Right::Write)?;
        let comment = maybe_text(SHAPE, "comment", command.comment.as_deref(), limits::COMMENT)?;
        let sender_label =
            maybe_text(SHAPE, "senderLabel", command.sender_label.as_deref(), limits::TEXT)?;
        let recipient_label =
            maybe_text(SHAPE, "recipientLabel", command.recipient_label.as_deref(), limits::TEXT)?;
        let to = text(SHAPE, "recipientId", &command.recipient_id, limits::TEXT)?;
        let Entry::Letter(row) = self.entry(open, id).await? else {
            let message = "a draft is sent, not passed on";
            return Err(MailboxError::field(SHAPE, "recipientId", message));
        };
        let serves = row.memo.outline.as_ref().is_some_and(|outline| outline.legal_notification);
        if serves && row.marks.served_millis.is_none() {
            let message = "a legal document is passed on only after it has been served";
            return Err(MailboxError::field(SHAPE, "recipientId", message));
        }
        let kind = match command.recipient_id_type {
            wire::RecipientIdType::Cpr => "CPR",
            wire::RecipientIdType::Cvr => "CVR",
            wire::RecipientIdType::Email => return self.forward_by_mail(open, &row, to).await,
        };
        let Ok(party) = PartyId::parse(kind, &to) else {
            let message = "recipientId is not a number of the kind that recipientIdType names";
            return Err(MailboxError::field(SHAPE, "recipientId", message));
        };
        let original = self.read_letter(&row)?;
        let point = command.contact_point_id;
        let mut message = Message {
            version: original.version,
            schema_version: original.schema_version,
            header: MessageHeader {
                message_uuid: Uuid4::from(self.ids().random()),
                message_id: None,
                notification: None,
                additional_notification: None,
                reply: Some(false),
                reply_by_date_time: None,
                do_not_deliver_until_date: None,
                mandatory: Some(false),
                legal_notification: Some(false),
                // It said whose mail the original was.
                post_type: None,
                sender: own_sender(open, sender_label),
                recipient: memo::Recipient {
                    recipient_id: party.digits().to_owned(),
                    id_type: party.id_type().to_owned(),
                    id_type_label: None,
                    label: recipient_label,
                    attention_data: None,
                    contact_point: point.map(|id| memo::ContactPoint {
                        contact_group: None,
                        contact_point_id: id.to_string(),
                        label: None,
                        contact_info: Vec::new(),
                    }),
                },
                forward_data: Some(memo::ForwardData {
                    message_uuid: original.header.message_uuid,
                    original_message_date_time: UtcDateTime::from(row.entry.arrived_at),
                    original_sender: original.header.sender.label.clone(),
                    original_content_responsible: original
                        .header
                        .sender
                        .attention_data
                        .as_ref()
                        .and_then(|data| data.content_responsible.as_ref()?.label.clone()),
                    original_representative: None,
                    contact_point_id: point.map(|id| id.to_string()),
                    comment,
                }),
                reply_data: Vec::new(),
                ..original.header
            },
            body: original.body,
        };
        let trusted = self.trusted_by(open.owner()).await?;
        let trustee = trusted.into_iter().find(|contact| contact.party == party);
        if trustee.is_none() {
            self.must_be_authority(party).await?;
        } else {
            message.header.recipient.contact_point = None;
        }
        // The files are copied out of the letter as they stand.
        let source = self.store().open(&row.memo.content)?;
        let content = self.write_down(&message, source)?;
        let new = match trustee {
            Some(trustee) => self.hand_to(open, &message, content, &trustee).await?,
            None => {
                let event = self.about(open, EventTag::MessageForwardedToAuthority, &row);
                let receipt = self.hand_in(open, &message, content, vec![event]).await?;
                self.row_of(open, &receipt).await?
            }
        };
        self.show_letter(open, &new)
    }

    /// Puts a message into the mailbox of somebody the sender trusts, and a copy under `SENT`. The rule
    /// that people write to authorities only does not apply between them.
    async fn hand_to(
        &self,
        open: &OpenMailbox,
        message: &Message,
        content: ContentRef,
        trustee: &Contact,
    ) -> Result<MailboxRow, MailboxError> {
        if trustee.status == RegistrationStatus::Closed {
            let message = "the mailbox of the recipient is closed";
            return Err(MailboxError::field(SHAPE, "recipientId", message));
        }
        let now = self.clock().now();
        let (owner, message_uuid) = (open.owner(), message.header.message_uuid.value());
        let origin = Origin::Mailbox(owner);
        let transmission = Transmission {
            id: TransmissionId(self.ids().ordered()),
            origin,
            received_at: now,
            lane: Lane::Interactive,
            archive: None,
            extracted: true,
            door: None,
        };
        let memo = Memo {
            key: MemoKey(self.ids().ordered()),
            transmission: transmission.id,
            origin,
            lane: Lane::Interactive,
            claimed_uuid: None,
            message_uuid: Some(message_uuid),
            content,
            state: MemoState::Received,
            outline: Some(outline_of(message, open.contact.party, trustee.party)),
            received_at: now,
            available_at: None,
        };
        let about = |tag| self.event_in(open, tag, now).about(&memo).into_op();
        let mut ops = vec![
            Op::AddTransmission(transmission),
            about(EventTag::MemoSendReceived),
            Op::TakeIdentity {
                holder: origin.holder(),
                message_uuid,
                memo: memo.key,
                digest: memo.content.digest,
            },
            Op::AddMailboxEntry(MailboxEntry {
                owner,
                memo: memo.key,
                folder: Folder::Sent,
                arrived_at: now,
                read_at: Some(now),
            }),
            Op::AddMemo(Box::new(memo.clone())),
            about(EventTag::MessageSentMailbox),
            about(EventTag::MessageForwardedToTrusted),
        ];
        let arrival =
            Arrival { memo: &memo, message_uuid, from: MemoState::Received, outline: None };
        let place = Place::Mailbox { owner: trustee.id, and: None };
        ops.extend(self.arrive(arrival, &place, now));
        ops.extend(self.tell_of_new_mail(&place, memo.key, now).await?);
        let subject = Subject { memo: &memo, message_uuid: Some(message_uuid), message_id: None };
        let receipt = subject.receipt(ReceiptStatus::Completed, now);
        ops.extend(self.issue_for(&memo, receipt, None, now));
        self.store().commit(Batch { ops }).await?;
        let row = self.store().mailbox_entry(owner, memo.key).await?;
        row.ok_or(MailboxError::NotThere("message"))
    }

    async fn forward_by_mail(
        &self,
        open: &OpenMailbox,
        row: &MailboxRow,
        to: String,
    ) -> Result<wire::Message, MailboxError> {
        if !super::accesses::is_mail_address(&to) {
            return Err(MailboxError::field(SHAPE, "recipientId", "this is no mail address"));
        }
        if row.memo.content.length_bytes > limits::MAILED_BYTES {
            let message =
                format!("the letter is over the {} bytes that go by mail", limits::MAILED_BYTES);
            return Err(MailboxError::field(SHAPE, "recipientId", message));
        }
        let notice = Notice {
            id: self.ids().random(),
            to: vec![to],
            subject: "Videresendt fra Digital Post".to_owned(),
            text: "Et brev fra Digital Post er vedlagt.\n\nA letter from Digital Post is attached."
                .to_owned(),
            system: None,
            letter: Some(self.copy_of(&row.memo.content)?),
            made_at: super::opening::time(self.clock().now()),
        };
        let mut ops = self.send_notice(&notice, open.id());
        ops.push(self.about(open, EventTag::MessageForwardedToEmail, row));
        self.store().commit(Batch { ops }).await?;
        self.show_letter(open, row)
    }

    /// The same bytes for a record to keep: those of a letter may lie where only letters do. May block.
    fn copy_of(&self, content: &ContentRef) -> Result<ContentRef, StorageError> {
        let mut source = self.store().open(content)?;
        let mut sink = self.store().begin(self.clock().now())?;
        let mut part = vec![0; 64 * 1024];
        loop {
            let read =
                source.read(&mut part).map_err(|error| StorageError::Failed(error.into()))?;
            if read == 0 {
                return sink.finish();
            }
            sink.write(&part[..read])?;
        }
    }
}
