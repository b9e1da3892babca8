//! Writing a message as the official libraries read it: UTF-8, declaration, the standard prefixes.

use std::io::{self, Read, Seek, Write};

use crate::Message;

/// Why a message was not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The target, or the source of content in place, failed.
    #[error("could not write the message")]
    Io(#[from] io::Error),
    /// A text holds a character that XML cannot carry.
    #[error("{path} holds a character that XML does not allow")]
    Character {
        /// Where in the message.
        path: String,
    },
}

/// Writes `message` to `out`. `source` is the document it was read from, for content still in place;
/// an empty cursor does for a message whose content is held.
///
/// # Errors
/// See [`WriteError`].
pub fn write<W: Write, S: Read + Seek>(
    message: &Message,
    source: S,
    out: W,
) -> Result<(), WriteError> {
    let _ = (message, source, out);
    unimplemented!()
}
