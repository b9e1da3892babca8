//! Pushing messages to receiver systems and receipts to sender systems: what to push, and what
//! follows from how it went. The calls themselves are made by the server's delivery.

use brevdue_wire::Receipt;
use uuid::Uuid;

use super::Exchange;
use crate::{ContentRef, Job, StorageError, SystemId, WorkerId};

/// One push to make.
#[derive(Debug, Clone)]
pub struct Handover {
    /// The claimed work.
    pub job: Job,
    /// Who claimed it.
    pub worker: WorkerId,
    /// The system to call.
    pub system: SystemId,
    /// Where.
    pub endpoint: String,
    /// What.
    pub load: Load,
}

/// What is pushed.
#[derive(Debug, Clone)]
pub enum Load {
    /// A message: multipart, part `file`, file name the bare message UUID.
    Memo {
        /// File name.
        message_uuid: Uuid,
        /// Bytes as sent.
        content: ContentRef,
    },
    /// A receipt: JSON.
    Receipt(Box<Receipt>),
}

/// How a push went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandoverOutcome {
    /// Any 2xx.
    Taken,
    /// No answer in time, no connection, broken TLS. `reason` holds no personal data.
    Unreachable {
        /// For logs.
        reason: String,
    },
    /// An answer other than 2xx.
    Refused {
        /// HTTP status.
        status: u16,
        /// `Retry-After`, when given.
        retry_after_seconds: Option<i64>,
    },
}

impl Exchange {
    /// Claims due pushes. Work that has become pointless (nothing left to push, system switched off)
    /// is settled here and not handed out.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn claim_handovers(
        &self,
        worker: WorkerId,
        limit: u32,
    ) -> Result<Vec<Handover>, StorageError> {
        let _ = (worker, limit);
        unimplemented!()
    }

    /// Records how a push went: on success the message or receipt is with the system and what waits
    /// for it is hastened; on failure it is tried again by the schedule of [`crate::Policy`], the rest
    /// for the same system is postponed once the breaker opens, and a receiver system that took
    /// nothing for the whole period is switched off.
    ///
    /// # Errors
    /// When the store fails. A lost lease is no error: somebody else has the work.
    pub async fn settle_handover(
        &self,
        handover: &Handover,
        outcome: HandoverOutcome,
    ) -> Result<(), StorageError> {
        let _ = (handover, outcome);
        unimplemented!()
    }
}
