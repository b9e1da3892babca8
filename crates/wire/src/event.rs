//! Events (haendelser), as the official API tells them. Fields that do not apply are left out.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One event of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventLog {
    /// Id.
    pub id: Uuid,
    /// Id of the event; the same.
    pub event_id: Uuid,
    /// The chain of events it belongs to: the submission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root_id: Option<Uuid>,
    /// What happened, in an official tag.
    pub event_tag: String,
    /// When, UTC with milliseconds.
    pub event_time: String,
    /// When it was written down, UTC with milliseconds.
    pub created: String,
    /// The organisation it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation_identity_id: Option<Uuid>,
    /// Whom it is about: a mailbox, a contact or an organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_identity_id: Option<Uuid>,
    /// The person who acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_identity_id: Option<Uuid>,
    /// The system that acted or was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<EventSystem>,
    /// About what.
    pub meta_properties: EventMetaData,
    /// Extension, in evidence: its place in the chain of all events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chain: Option<EventChain>,
}

/// A system, as events name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EventSystem {
    /// Its id.
    pub id: Uuid,
}

/// Where an event stands in the chain. With the fields of the event it is all that its hash is made of:
/// see docs/operations.md.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EventChain {
    /// Number of the event in the log; the first is 1.
    pub number: u64,
    /// The UTC day of its commit, counted from 1970.
    pub day: i64,
    /// Our key of the message, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memo: Option<Uuid>,
    /// What the hash goes on from: the hash of the event before, or the beginning of the day. Hexadecimal.
    pub before: String,
    /// SHA-256 of `before` and the event. Hexadecimal.
    pub hash: String,
}

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventMetaData {
    /// `messageUUID`.
    #[serde(rename = "messageUUID", default, skip_serializing_if = "Option::is_none")]
    pub message_uuid: Option<Uuid>,
    /// The submission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transmission_id: Option<Uuid>,
    /// The system that acted or was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender_system: Option<Uuid>,
    /// What a receipt said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt_status: Option<String>,
    /// Extension: why a message was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// Bytes of the message or archive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<String>,
    /// Extension: through which door a message came or was fetched: `sftp`. Not there for REST.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub door: Option<String>,
}

/// A page of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventLogSearchResult {
    /// From 0.
    pub current_page: u64,
    /// Pages there are.
    pub total_pages: u64,
    /// Events on this page.
    pub elements_on_page: u64,
    /// Events there are.
    pub total_elements: u64,
    /// The events, oldest first.
    pub event_logs: Vec<EventLog>,
}

/// Extension: what happened to one message, for whoever has to prove it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventEvidence {
    /// `messageUUID`.
    #[serde(rename = "messageUUID")]
    pub message_uuid: Uuid,
    /// The submission.
    pub transmission_id: Uuid,
    /// SHA-256 of the message as it was sent and handed over.
    pub sha256: String,
    /// Its bytes.
    pub size: u64,
    /// When it was durable, UTC with milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received: Option<String>,
    /// When every check had passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validated: Option<String>,
    /// When it was available to its recipient: the instant that counts as arrival.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available: Option<String>,
    /// When it was first opened, or a receiver system had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<String>,
    /// All of it, in order.
    pub events: Vec<EventLog>,
}
