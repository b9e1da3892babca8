//! Pushing messages to receiver systems and receipts to sender systems: what to push, and what
//! follows from how it went. The calls themselves are made by the server's delivery.

mod breaker;
mod claiming;
mod notifying;
mod resuming;
mod settling;

use brevdue_wire::Receipt;
use uuid::Uuid;

use super::nemsms::TextMessage;
use super::notices::Notice;
use crate::{ContentRef, Job, SystemId, WorkerId};

pub(super) use breaker::{Breaker, Endpoint};
pub(super) use settling::handed_over;

/// One push to make.
#[derive(Debug, Clone)]
pub struct Handover {
    /// The claimed work.
    pub job: Job,
    /// Who claimed it.
    pub worker: WorkerId,
    /// The system to call; [`crate::SMS_GATEWAY`] and [`crate::MAIL_CARRIER`] stand for those.
    pub system: SystemId,
    /// Where.
    pub endpoint: String,
    /// What.
    pub load: Load,
    /// How it goes without a call, when a fault of local mode says so.
    pub fault: Option<HandoverOutcome>,
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
    /// A change to a contact or organisation: JSON.
    Notification(Box<serde_json::Value>),
    /// A text message, for the SMS gateway.
    Sms(Box<TextMessage>),
    /// A notice, for who carries mail.
    Notice(Box<Notice>),
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
    /// An answer other than 2xx. Of the SMS gateway: that it will never take the message.
    Refused {
        /// HTTP status.
        status: u16,
        /// `Retry-After`, when given.
        retry_after_seconds: Option<i64>,
    },
}
