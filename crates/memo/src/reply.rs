//! Building an answer to a message: right parties, right contact point, right reply data.

use uuid::Uuid;

use crate::{Message, Timestamp};

/// What a person writes in an answer.
#[derive(Debug, Clone)]
pub struct ReplyDraft {
    /// UUID (version 4) of the new message.
    pub message_uuid: Uuid,
    /// When it was written.
    pub created: Timestamp,
    /// Title, at most 256 characters.
    pub label: String,
    /// Name of the one who answers, at most 256 characters.
    pub sender_label: String,
    /// The text; becomes the main document as plain text.
    pub text: String,
    /// Attachments: file name, media type, bytes.
    pub attachments: Vec<(String, String, Vec<u8>)>,
}

/// Why no answer could be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplyError {
    /// The message says `reply = false` or nothing.
    #[error("the message does not allow an answer")]
    NotAllowed,
    /// A text is over its limit.
    #[error("{field} has {length} characters, over the limit of {limit}")]
    TooLong {
        /// Which text.
        field: &'static str,
        /// Characters it has.
        length: usize,
        /// Characters it may have.
        limit: usize,
    },
}

/// Builds the answer to `original`.
///
/// # Errors
/// See [`ReplyError`].
pub fn reply(original: &Message, draft: ReplyDraft) -> Result<Message, ReplyError> {
    let _ = (original, draft);
    unimplemented!()
}
