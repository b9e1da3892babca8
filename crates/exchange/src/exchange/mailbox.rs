//! People reading and answering their mail.

use brevdue_memo::reply::ReplyError;
use brevdue_memo::{Message, Timestamp};
use brevdue_wire::{PageRequest, Receipt};

use super::Exchange;
use crate::storage::Page;
use crate::{
    Contact, ContactId, ContentRef, Folder, MailboxRow, MemoKey, ReceiptRecord, StorageError,
};

/// A message opened for reading.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Its row in the mailbox.
    pub row: MailboxRow,
    /// The message; the content of its files is in place in `content`.
    pub message: Message,
    /// The bytes it was read from.
    pub content: ContentRef,
}

/// What a person writes in answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Title.
    pub label: String,
    /// Text.
    pub text: String,
    /// File name, media type, bytes.
    pub attachments: Vec<(String, String, Vec<u8>)>,
}

/// Why a person could not do what they wanted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MailboxError {
    /// Not in this mailbox.
    #[error("no such message in this mailbox")]
    Unknown,
    /// See [`ReplyError`].
    #[error(transparent)]
    Reply(#[from] ReplyError),
    /// The answer itself breaks a rule, e.g. a file type that is not allowed.
    #[error("the answer is not accepted: {message}")]
    NotAccepted {
        /// As in receipts.
        code: &'static str,
        /// What and by whose rule.
        message: String,
    },
    /// The store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Exchange {
    /// People and companies that have a mailbox, by name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn contacts(&self, page: PageRequest) -> Result<Page<Contact>, StorageError> {
        self.store().contacts(page).await
    }

    /// A folder, newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn mailbox(
        &self,
        owner: ContactId,
        folder: Folder,
        page: PageRequest,
    ) -> Result<Page<MailboxRow>, StorageError> {
        self.store().mailbox(owner, folder, page).await
    }

    /// Opens a message and notes that it was read.
    ///
    /// # Errors
    /// See [`MailboxError`].
    pub async fn open_message(
        &self,
        owner: ContactId,
        memo: MemoKey,
    ) -> Result<Opened, MailboxError> {
        let _ = (owner, memo);
        unimplemented!()
    }

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
        let _ = (owner, memo, answer);
        unimplemented!()
    }

    /// What became of a message the person sent: its receipts, oldest first; for messages written in
    /// a mailbox they are kept with the message.
    ///
    /// # Errors
    /// See [`MailboxError`].
    pub async fn receipts_of_sent(
        &self,
        owner: ContactId,
        memo: MemoKey,
    ) -> Result<Vec<ReceiptRecord>, MailboxError> {
        let _ = (owner, memo);
        unimplemented!()
    }

    /// When the delivery date of a message would come, for showing: midnight in Copenhagen.
    pub fn now(&self) -> Timestamp {
        self.clock().now()
    }
}
