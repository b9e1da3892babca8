//! People reading and answering their mail.

pub mod accesses;
mod answering;
pub mod changing;
pub mod documents;
pub mod drafts;
pub mod folders;
mod forwarding;
mod hearing;
pub mod limits;
pub mod listing;
pub mod opening;
mod sending;
mod showing;

use brevdue_memo::reply::ReplyError;
use brevdue_memo::{Message, Timestamp};
use brevdue_wire::PageRequest;

use super::Exchange;
use crate::storage::Page;
use crate::{
    Batch, Contact, ContactId, ContentRef, Event, EventTag, Folder, MailboxRow, MemoKey, Op,
    Origin, ReceiptRecord, StorageError,
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
    /// Something else that is not there, or not theirs.
    #[error("there is no such {0} here, or it is not yours")]
    NotThere(&'static str),
    /// They may look, and not do this.
    #[error("{0}")]
    NotAllowed(&'static str),
    /// It does not fit what is there.
    #[error("{message}")]
    Stands {
        /// Lower-case dotted words.
        code: &'static str,
        /// What stands against it, and what to do.
        message: &'static str,
    },
    /// A field breaks a rule.
    #[error("{message}")]
    Field {
        /// The shape.
        resource: &'static str,
        /// The field.
        field: &'static str,
        /// The rule.
        message: String,
    },
    /// Somebody changed it meanwhile.
    #[error("it has version {there} now")]
    Changed {
        /// The version that is there.
        there: i64,
    },
    /// The store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl MailboxError {
    fn field(resource: &'static str, field: &'static str, message: impl Into<String>) -> Self {
        Self::Field { resource, field, message: message.into() }
    }
}

/// Fails unless the version is the one that is there.
fn must_be(expected: i64, there: i64) -> Result<(), MailboxError> {
    if expected == there { Ok(()) } else { Err(MailboxError::Changed { there }) }
}

/// A text of 1 to `limit` characters, without white space around it.
fn text(
    resource: &'static str,
    field: &'static str,
    text: &str,
    limit: usize,
) -> Result<String, MailboxError> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(MailboxError::field(resource, field, format!("{field} is missing or empty"))),
        length if length > limit => {
            let message = format!("{field} has {length} characters, over the limit of {limit}");
            Err(MailboxError::field(resource, field, message))
        }
        _ => Ok(text.to_owned()),
    }
}

/// A text of at most `limit` characters; an empty one is none.
fn maybe_text(
    resource: &'static str,
    field: &'static str,
    given: Option<&str>,
    limit: usize,
) -> Result<Option<String>, MailboxError> {
    let given = given.map(str::trim).filter(|given| !given.is_empty());
    given.map(|given| text(resource, field, given, limit)).transpose()
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
        let row = self.store().mailbox_entry(owner, memo).await?.ok_or(MailboxError::Unknown)?;
        let message = self.read(&row.memo)?.message.ok_or_else(|| {
            StorageError::Damaged("a message in a mailbox can no longer be read".into())
        })?;
        let row = self.note_reading(row).await?;
        let content = row.memo.content.clone();
        Ok(Opened { row, message, content })
    }

    /// Notes the first reading.
    async fn note_reading(&self, mut row: MailboxRow) -> Result<MailboxRow, StorageError> {
        if row.entry.read_at.is_some() {
            return Ok(row);
        }
        let now = self.clock().now();
        let (owner, memo) = (row.entry.owner, row.entry.memo);
        let read = Event {
            system: None,
            organisation: None,
            ..self.event(EventTag::MessageRead, now).about(&row.memo).of(owner.0)
        };
        let ops = vec![Op::MarkRead { owner, memo, at: now }, read.into_op()];
        self.store().commit(Batch { ops }).await?;
        row.entry.read_at = Some(now);
        Ok(row)
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
        let row = self.store().mailbox_entry(owner, memo).await?.ok_or(MailboxError::Unknown)?;
        if row.memo.origin != Origin::Mailbox(owner) {
            return Err(MailboxError::Unknown);
        }
        Ok(self.store().receipts_of(memo).await?)
    }

    /// Now, for showing how long is left.
    pub fn now(&self) -> Timestamp {
        self.clock().now()
    }
}
