//! The event log.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use brevdue_exchange::exchange::events::{EventsError, Evidence};
use brevdue_exchange::people::Actor;
use brevdue_exchange::storage::chain::Hash;
use brevdue_exchange::storage::{Chained, Digest, EventQuery};
use brevdue_exchange::{Event, EventTag, SystemId, TransmissionId};
use brevdue_memo::{PartyId, Timestamp};
use brevdue_wire::event::{
    EventChain, EventEvidence, EventLog, EventLogSearchResult, EventMetaData, EventSystem,
};
use utoipa_axum::routes;
use uuid::Uuid;

use super::Door;
use super::acting::Acting;
use super::described::Described;
use super::description::Refused;
use super::errors::Failure;
use super::parameters::{Parameters, path_id, uuid};

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(list)).with(routes!(evidence))
}

/// `GET /events/`: what the caller's organisation did and what was done for it, oldest first.
#[utoipa::path(
    get,
    path = "/events/",
    operation_id = "searchEvents",
    tag = "Events",
    params(
        ("page" = Option<u64>, Query, description = "From 0", maximum = 10_000_000),
        ("size" = Option<u64>, Query, description = "Elements on a page", minimum = 1),
        ("dateFrom" = Option<String>, Query, description = "Not before: 2026-11-23T08:00:00.000Z, or a day"),
        ("dateTo" = Option<String>, Query, description = "Before"),
        ("eventTag" = Option<String>, Query, description = "Official tags, parted by commas"),
        ("senderOrRecipientSystem" = Option<Uuid>, Query, description = "The system that acted or was called"),
        ("senderOrRecipient" = Option<String>, Query, description = "Whom it is about: a CPR or CVR number, or an id"),
        ("ownerOrActor" = Option<String>, Query, description = "Whom it is about, or who acted: a CPR or CVR number, or an id"),
        ("metaProperties.messageUUID" = Option<Uuid>, Query, description = "The message"),
        ("metaProperties.transmissionId" = Option<Uuid>, Query, description = "The submission"),
    ),
    responses((status = 200, body = EventLogSearchResult, description = "Events"), Refused)
)]
async fn list(
    State(door): State<Door>,
    Acting(actor): Acting,
    parameters: Parameters,
) -> Result<Json<EventLogSearchResult>, Failure> {
    let id = |name: &'static str| match parameters.one(name)? {
        None => Ok(None),
        Some(text) => uuid(text).map(Some).ok_or_else(|| invalid(name, "a UUID")),
    };
    let query = EventQuery {
        from: instant(&parameters, "dateFrom")?,
        until: instant(&parameters, "dateTo")?,
        tags: tags(&parameters)?,
        system: id("senderOrRecipientSystem")?.map(SystemId),
        message_uuid: id("metaProperties.messageUUID")?,
        transmission: id("metaProperties.transmissionId")?.map(TransmissionId),
        owner: whom(&door, &actor, &parameters, "senderOrRecipient").await?,
        owner_or_actor: whom(&door, &actor, &parameters, "ownerOrActor").await?,
        ..EventQuery::default()
    };
    let page = parameters.page()?;
    let found = door.exchange.event_log(&actor, query, page).await?;
    let event_logs: Vec<EventLog> = found.items.iter().map(told).collect();
    Ok(Json(EventLogSearchResult {
        current_page: page.page,
        total_pages: found.total.div_ceil(page.size.max(1)),
        elements_on_page: event_logs.len() as u64,
        total_elements: found.total,
        event_logs,
    }))
}

/// `GET /events/evidence/{id}`: extension: the evidence of a message by its `messageUUID`.
#[utoipa::path(
    get,
    path = "/events/evidence/{id}",
    operation_id = "getEvidence",
    tag = "Events",
    params(("id" = Uuid, Path, description = "messageUUID of a message you sent")),
    responses((status = 200, body = EventEvidence, description = "What happened to it"), Refused)
)]
async fn evidence(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(id): Path<String>,
) -> Result<Json<EventEvidence>, Failure> {
    let message_uuid = path_id(&id)?;
    let found = door.exchange.evidence(&actor, message_uuid).await?;
    let Evidence { memo, received, validated, available, read, events } = found;
    Ok(Json(EventEvidence {
        message_uuid,
        transmission_id: memo.transmission.0,
        sha256: memo.content.digest.to_string(),
        size: memo.content.length_bytes,
        received: received.map(spelled),
        validated: validated.map(spelled),
        available: available.map(spelled),
        read: read.map(spelled),
        events: events.iter().map(told_with_place).collect(),
    }))
}

fn told(event: &Event) -> EventLog {
    let status =
        event.receipt_status.map(|status| serde_json::to_value(status).unwrap_or_default());
    EventLog {
        id: event.id.0,
        event_id: event.id.0,
        root_id: event.transmission.map(|id| id.0),
        event_tag: event.tag.name().into(),
        event_time: spelled(event.at),
        created: spelled(event.at),
        organisation_identity_id: event.organisation.map(|id| id.0),
        owner_identity_id: event.owner,
        actor_identity_id: event.actor,
        system: event.system.map(|id| EventSystem { id: id.0 }),
        chain: None,
        meta_properties: EventMetaData {
            message_uuid: event.message_uuid,
            transmission_id: event.transmission.map(|id| id.0),
            sender_system: event.system.map(|id| id.0),
            receipt_status: status.and_then(|status| status.as_str().map(Into::into)),
            error_code: event.error_code.clone(),
            size: event.size_bytes.map(|bytes| bytes.to_string()),
            door: event.door.map(|door| door.word().into()),
        },
    }
}

fn told_with_place(chained: &Chained) -> EventLog {
    let Chained { event, number, day, before, hash } = chained;
    let hex = |hash: &Hash| Digest(*hash).to_string();
    let chain = EventChain {
        number: *number,
        day: *day,
        memo: event.memo.map(|key| key.0),
        before: hex(before),
        hash: hex(hash),
    };
    EventLog { chain: Some(chain), ..told(event) }
}

/// Whom a parameter names. Somebody nobody knows is in no event.
async fn whom(
    door: &Door,
    actor: &Actor,
    parameters: &Parameters,
    name: &'static str,
) -> Result<Option<Uuid>, Failure> {
    let Some(text) = parameters.one(name)? else { return Ok(None) };
    let text = text.trim();
    if let Ok(id) = text.parse() {
        return Ok(Some(id));
    }
    let kind = if text.len() == 8 { "CVR" } else { "CPR" };
    let party = PartyId::parse(kind, text)
        .map_err(|_| invalid(name, "a CPR number, a CVR number, or an id"))?;
    let id = door.exchange.id_in_log(actor, party).await?;
    Ok(Some(id.unwrap_or(Uuid::nil())))
}

fn spelled(at: Timestamp) -> String {
    at.to_string()
}

fn tags(parameters: &Parameters) -> Result<Vec<EventTag>, Failure> {
    let Some(text) = parameters.one("eventTag")? else { return Ok(Vec::new()) };
    // A tag that is never used here matches nothing; all of them unknown must not match everything.
    let tags: Vec<EventTag> = text.split(',').filter_map(EventTag::from_name).collect();
    if tags.is_empty() {
        return Err(invalid(
            "eventTag",
            "official tags of this exchange's events, parted by commas",
        ));
    }
    Ok(tags)
}

/// An instant, or the beginning of a day.
fn instant(parameters: &Parameters, name: &'static str) -> Result<Option<Timestamp>, Failure> {
    let Some(text) = parameters.one(name)? else { return Ok(None) };
    let day = format!("{text}T00:00:00Z");
    let read = text.parse::<Timestamp>().or_else(|_| day.parse());
    read.map(Some).map_err(|_| invalid(name, "a time such as 2026-11-23T08:00:00.000Z, or a day"))
}

fn invalid(name: &'static str, wanted: &str) -> Failure {
    Failure::bad_request("parameter.invalid", format!("{name} is {wanted}")).at("query", name)
}

impl From<EventsError> for Failure {
    fn from(error: EventsError) -> Self {
        match error {
            EventsError::Storage(error) => error.into(),
            EventsError::Unknown => {
                Self::new(StatusCode::NOT_FOUND, "message.not.found", error.to_string())
            }
            other => Self::new(StatusCode::FORBIDDEN, "privilege.missing", other.to_string()),
        }
    }
}
