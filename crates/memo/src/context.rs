//! What a rule may have to know beside the message: registers, permissions, contact points, a clock.

use uuid::Uuid;

use crate::identity::PartyId;
use crate::time::Timestamp;
use crate::values::{MessageType, Uuid4};

/// What a register says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// The register does not know, or there is none; the rule is not checked.
    Unknown,
}

/// The limits a contact point sets for what it receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ContactPointLimits {
    /// Bytes of a whole message.
    pub message_bytes: Option<u64>,
    /// Attachments of one message.
    pub additional_documents: Option<usize>,
}

/// Whoever can answer some of this; every answer is «unknown» unless it is given.
pub trait Context {
    /// The time it is.
    fn now(&self) -> Option<Timestamp> {
        None
    }

    /// Whether whoever hands in the message may send for this sender (MEMO-R-019).
    fn may_send_for(&self, _sender: &PartyId) -> Answer {
        Answer::Unknown
    }

    /// Whether the recipient is registered for this kind of message (MEMO-R-019).
    fn is_registered(&self, _recipient: &PartyId, _kind: MessageType) -> Answer {
        Answer::Unknown
    }

    /// Whether this sender may serve legal documents (MEMO-R-070).
    fn may_serve_legal_documents(&self, _sender: &PartyId) -> Answer {
        Answer::Unknown
    }

    /// Whether this sender may send mandatory mail (MEMO-R-071).
    fn may_send_mandatory(&self, _sender: &PartyId) -> Answer {
        Answer::Unknown
    }

    /// The limits of a contact point of the recipient (MEMO-R-129).
    fn contact_point(&self, _recipient: &PartyId, _id: Uuid) -> Option<ContactPointLimits> {
        None
    }

    /// Whether a message of this UUID has been sent before (MEMO-R-173).
    fn is_used(&self, _message: &Uuid4) -> Answer {
        Answer::Unknown
    }

    /// The UUID that the message was announced by (MEMO-R-172).
    fn announced_uuid(&self) -> Option<Uuid4> {
        None
    }
}

/// Nothing is known beside the message.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoContext;

impl Context for NoContext {}
