//! Taking a letter in: durable first, then the answer.

use brevdue_wire::Receipt;
use uuid::Uuid;

use super::Exchange;
use crate::{ContentRef, Origin, StorageError};

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
        let _ = (origin, submission);
        unimplemented!()
    }
}
