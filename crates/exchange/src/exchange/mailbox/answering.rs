//! Answering a message from a mailbox.

use std::io::{self, Write};

use brevdue_memo::reply::{ReplyDraft, ReplyError, reply};
use brevdue_memo::rules::{DocumentKind, file_type_is_allowed, filename_is_allowed};
use brevdue_memo::{Message, WriteError};
use brevdue_wire::Receipt;

use super::{Answer, MailboxError};
use crate::exchange::Exchange;
use crate::exchange::accept::Written;
use crate::exchange::check::{
    ATTACHMENTS_EXCEEDED, FILE_EMPTY, FILE_NAME, FILE_TYPE, MEMO_INVALID, Rule, SIZE_EXCEEDED,
};
use crate::exchange::judge::outline_of;
use crate::storage::ContentSink;
use crate::{ContactId, ContentRef, Folder, MemoKey, Origin, StorageError};

/// Room that everything but the attachments takes in a message, at most.
const FRAME_BYTES: u64 = 100_000;

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
        if row.entry.folder != Folder::Inbox {
            return Err(ReplyError::NotAllowed.into());
        }
        let contact = self.store().contact(owner).await?.ok_or(MailboxError::Unknown)?;
        let original = self.read(&row.memo)?.message.ok_or_else(|| {
            StorageError::Damaged("a message in a mailbox can no longer be read".into())
        })?;
        self.must_be_acceptable(&answer)?;
        let message = reply(
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
        let (Ok(sender), Ok(recipient)) =
            (message.header.sender.party(), message.header.recipient.party())
        else {
            return Err(not_accepted(
                MEMO_INVALID,
                "the original names its parties wrongly".into(),
            ));
        };
        let content = self.write_down(&message)?;
        if content.length_bytes > self.policy().authority_memo_bytes {
            return Err(self.too_large(content.length_bytes));
        }
        let written = Written {
            message_uuid: message.header.message_uuid.value(),
            outline: outline_of(&message, sender, recipient),
        };
        Ok(self.accept_single(Origin::Mailbox(owner), None, content, Some(written)).await?)
    }

    /// Tells at once what the checks would refuse later, while the person can still mend it.
    fn must_be_acceptable(&self, answer: &Answer) -> Result<(), MailboxError> {
        let (count, limit) = (answer.attachments.len(), self.policy().attachments);
        if count > limit as usize {
            let text = format!("{count} attachments, over the limit of {limit}");
            return Err(not_accepted(ATTACHMENTS_EXCEEDED, text));
        }
        for (number, (name, media_type, bytes)) in answer.attachments.iter().enumerate() {
            let which = format!("attachment {}", number + 1);
            if bytes.is_empty() {
                return Err(not_accepted(FILE_EMPTY, format!("{which} is empty")));
            }
            if !file_type_is_allowed(name, media_type, DocumentKind::ForPeople) {
                let text = format!("{which} is of a type that is not allowed [MEMO-R-121]");
                return Err(not_accepted(FILE_TYPE, text));
            }
            if !filename_is_allowed(name) {
                let text = format!(
                    "the name of {which} holds a character that is not allowed [MEMO-R-010]"
                );
                return Err(not_accepted(FILE_NAME, text));
            }
        }
        let bytes = answer.attachments.iter().map(|(_, _, bytes)| bytes.len() as u64);
        // Base64 makes four bytes of three.
        let encoded = (bytes.sum::<u64>() + answer.text.len() as u64).saturating_mul(4) / 3;
        if encoded.saturating_add(FRAME_BYTES) > self.policy().authority_memo_bytes {
            return Err(self.too_large(encoded));
        }
        Ok(())
    }

    fn too_large(&self, bytes: u64) -> MailboxError {
        let limit = self.policy().authority_memo_bytes;
        let text = format!("the answer is {bytes} bytes, over the limit of {limit} bytes");
        not_accepted(SIZE_EXCEEDED, text)
    }

    fn write_down(&self, message: &Message) -> Result<ContentRef, MailboxError> {
        let mut out = SinkWriter { sink: self.store().begin(self.clock().now())?, failed: None };
        let written = brevdue_memo::write(message, io::empty(), &mut out);
        if let Some(error) = out.failed {
            return Err(error.into());
        }
        match written {
            Ok(()) => Ok(out.sink.finish()?),
            Err(error @ WriteError::Character { .. }) => {
                Err(not_accepted(MEMO_INVALID, error.to_string()))
            }
            Err(error) => Err(StorageError::Failed(error.into()).into()),
        }
    }
}

fn not_accepted(rule: Rule, message: String) -> MailboxError {
    MailboxError::NotAccepted { code: rule.code, message }
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
