//! Answering a message from a mailbox.

use std::io::{self, Read, Seek, Write};

use brevdue_memo::reply::{ReplyDraft, ReplyError, reply};
use brevdue_memo::rules::{DocumentKind, file_type_is_allowed, filename_is_allowed};
use brevdue_memo::{Message, PartyId, WriteError};
use brevdue_wire::Receipt;

use super::{Answer, MailboxError};
use crate::exchange::Exchange;
use crate::exchange::accept::Written;
use crate::exchange::codes::{
    ATTACHMENTS_EXCEEDED, ErrorCode, FILE_EMPTY, FILE_NAME, FILE_TYPE, MEMO_INVALID, SIZE_EXCEEDED,
};
use crate::exchange::judge::outline_of;
use crate::storage::ContentSink;
use crate::{ContactId, ContactPoint, ContentRef, MemoKey, Origin, StorageError};

impl Exchange {
    /// Builds the answer to a message and accepts it like any other letter. Gives its technical
    /// receipt; it stands in the folder `Sent` at once.
    ///
    /// # Errors
    /// See [`MailboxError`].
    pub async fn answer_message(
        &self,
        owner: ContactId,
        memo: MemoKey,
        answer: Answer,
    ) -> Result<Receipt, MailboxError> {
        let row = self.store().mailbox_entry(owner, memo).await?.ok_or(MailboxError::Unknown)?;
        if row.memo.origin == Origin::Mailbox(owner) {
            return Err(ReplyError::NotAllowed.into());
        }
        let contact = self.store().contact(owner).await?.ok_or(MailboxError::Unknown)?;
        let original = self.read(&row.memo)?.message.ok_or_else(|| {
            StorageError::Damaged("a message in a mailbox can no longer be read".into())
        })?;
        let desk = self.desk_of(&original, contact.party).await?;
        let limits = self.limits_at(desk.as_ref(), contact.party);
        limits.must_hold(&answer)?;
        let mut message = reply(
            &original,
            ReplyDraft {
                message_uuid: self.ids().random(),
                created: self.clock().now(),
                label: answer.label,
                sender_label: contact.name,
                text: answer.text,
                attachments: answer.attachments,
            },
        )?;
        if desk.is_none() {
            // One that is gone, or takes no mail from people, would have the answer refused; without
            // one it goes to the authority's default system.
            message.header.recipient.contact_point = None;
        }
        let (Ok(sender), Ok(recipient)) =
            (message.header.sender.party(), message.header.recipient.party())
        else {
            return Err(not_accepted(
                &MEMO_INVALID,
                "the original names its parties wrongly".into(),
            ));
        };
        let content = self.write_down(&message, io::empty())?;
        if content.length_bytes > limits.bytes {
            return Err(limits.exceeded_by(content.length_bytes));
        }
        let written = Written {
            message_uuid: message.header.message_uuid.value(),
            outline: outline_of(&message, sender, recipient),
            also: Vec::new(),
        };
        Ok(self.accept_single(Origin::Mailbox(owner), None, content, Some(written)).await?)
    }

    /// The contact point that the original asks answers for, if it is still there for this person.
    async fn desk_of(
        &self,
        original: &Message,
        person: PartyId,
    ) -> Result<Option<ContactPoint>, StorageError> {
        let named = original.header.sender.contact_point.as_ref();
        let (Some(named), Ok(authority)) = (named, original.header.sender.party()) else {
            return Ok(None);
        };
        let id = named.contact_point_id.as_str();
        let (facts, _) = self.recipient_facts(authority, Some(id)).await?;
        Ok(facts.contact_point.filter(|point| match person {
            PartyId::Cpr(_) => point.targets.citizens,
            PartyId::Cvr(_) => point.targets.companies,
        }))
    }

    /// As check 4 has them for citizens and companies.
    fn limits_at(&self, desk: Option<&ContactPoint>, person: PartyId) -> AnswerLimits {
        let policy = self.policy();
        let most = match person {
            PartyId::Cpr(_) => policy.citizen_memo_bytes_most,
            PartyId::Cvr(_) => policy.company_memo_bytes_most,
        };
        let raised = desk.and_then(|d| d.memo_limit_bytes).map(|bytes| bytes.min(most));
        let bytes = raised.unwrap_or(policy.public_memo_bytes);
        AnswerLimits {
            bytes: bytes.min(policy.authority_memo_bytes),
            attachments: desk.and_then(|d| d.attachment_limit).unwrap_or(policy.attachments),
        }
    }

    /// Who answers are for, and how large they may be.
    pub(super) async fn answerable(
        &self,
        original: &Message,
        person: PartyId,
    ) -> Result<Answerable, StorageError> {
        let desk = self.desk_of(original, person).await?;
        let bytes = self.bytes_at(desk.as_ref(), person);
        Ok(Answerable { desk, bytes })
    }

    /// Bytes that a message from a citizen or a company to this contact point may have.
    pub(super) fn bytes_at(&self, desk: Option<&ContactPoint>, person: PartyId) -> u64 {
        self.limits_at(desk, person).bytes
    }

    /// Writes a message into the store; files that stand in another document are copied from `source`.
    pub(super) fn write_down<S: Read + Seek>(
        &self,
        message: &Message,
        source: S,
    ) -> Result<ContentRef, MailboxError> {
        let mut out = SinkWriter { sink: self.store().begin(self.clock().now())?, failed: None };
        let written = brevdue_memo::write(message, source, &mut out);
        if let Some(error) = out.failed {
            return Err(error.into());
        }
        match written {
            Ok(()) => Ok(out.sink.finish()?),
            Err(error @ WriteError::Character { .. }) => {
                Err(not_accepted(&MEMO_INVALID, error.to_string()))
            }
            Err(error) => Err(StorageError::Failed(error.into()).into()),
        }
    }
}

/// What an answer must fit.
pub(super) struct Answerable {
    /// The contact point it is for, if there is one.
    pub(super) desk: Option<ContactPoint>,
    /// Bytes it may have.
    pub(super) bytes: u64,
}

/// How large an answer may be.
struct AnswerLimits {
    bytes: u64,
    attachments: u32,
}

impl AnswerLimits {
    /// Tells at once what the checks would refuse later, while the person can still mend it.
    fn must_hold(&self, answer: &Answer) -> Result<(), MailboxError> {
        let (count, limit) = (answer.attachments.len(), self.attachments);
        if count > limit as usize {
            let text = format!("{count} attachments, over the limit of {limit}");
            return Err(not_accepted(&ATTACHMENTS_EXCEEDED, text));
        }
        for (number, (name, media_type, bytes)) in answer.attachments.iter().enumerate() {
            let which = format!("attachment {}", number + 1);
            if bytes.is_empty() {
                return Err(not_accepted(&FILE_EMPTY, format!("{which} is empty")));
            }
            if !file_type_is_allowed(name, media_type, DocumentKind::ForPeople) {
                let text = format!("{which} is of a type that is not allowed [MEMO-R-121]");
                return Err(not_accepted(&FILE_TYPE, text));
            }
            if !filename_is_allowed(name) {
                let text = format!(
                    "the name of {which} holds a character that is not allowed [MEMO-R-010]"
                );
                return Err(not_accepted(&FILE_NAME, text));
            }
        }
        // Base64 makes four bytes of three.
        let bytes = answer.attachments.iter().map(|(_, _, bytes)| bytes.len() as u64);
        let encoded = (bytes.sum::<u64>() + answer.text.len() as u64).saturating_mul(4) / 3;
        if encoded > self.bytes {
            return Err(self.exceeded_by(encoded));
        }
        Ok(())
    }

    fn exceeded_by(&self, bytes: u64) -> MailboxError {
        let limit = self.bytes;
        let text = format!("the answer is {bytes} bytes, over the limit of {limit} bytes");
        not_accepted(&SIZE_EXCEEDED, text)
    }
}

fn not_accepted(code: &ErrorCode, message: String) -> MailboxError {
    MailboxError::NotAccepted { code: code.name, message }
}

/// Writes into a sink, and keeps what the store says against it.
struct SinkWriter {
    sink: Box<dyn ContentSink>,
    failed: Option<StorageError>,
}

impl Write for SinkWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.sink.write(bytes) {
            Ok(()) => Ok(bytes.len()),
            Err(error) => {
                self.failed = Some(error);
                Err(io::Error::other("the store did not take the answer"))
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
