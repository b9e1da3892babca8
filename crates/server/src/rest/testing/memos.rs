//! `POST /testing/memos`: a letter on request, sent the way any letter is.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use brevdue_exchange::local::generator::{ATTACHMENTS_LIMIT, GenerateError, Generated, MemoOrder};
use brevdue_exchange::{ContactPointId, OrganisationId, SystemId};
use brevdue_memo::{PartyId, Timestamp};
use brevdue_wire::Receipt;
use serde::Deserialize;
use tokio::runtime::Handle;
use utoipa::ToSchema;
use utoipa_axum::routes;
use uuid::Uuid;

use super::super::Door;
use super::super::described::Described;
use super::super::description::Refused;
use super::super::errors::Failure;
use super::super::json::Body;
use super::Tester;

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(create))
}

/// The type of a recipient's number.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(rename_all = "UPPERCASE")]
enum RecipientIdType {
    /// A person.
    Cpr,
    /// An organisation.
    Cvr,
}

/// What to make and send.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct MemoCreateAndSendCommand {
    /// CVR number of the sender.
    #[schema(min_length = 8, max_length = 8)]
    cvr: String,
    /// The sender.
    organisation_id: Uuid,
    /// The system it is sent as.
    sender_system_id: Uuid,
    /// CPR or CVR number of the recipient.
    #[schema(min_length = 8, max_length = 10)]
    recipient_id: String,
    /// Which of the two.
    recipient_id_type: RecipientIdType,
    /// Whether the text is long.
    #[serde(default)]
    long_message: bool,
    /// Additional documents.
    #[serde(default)]
    #[schema(maximum = 5)]
    number_of_additional_attachments: u8,
    /// Whether it may be answered.
    #[serde(default)]
    reply: bool,
    /// Where it goes within the recipient.
    #[serde(default)]
    contact_point_id: Option<Uuid>,
    /// Until when it may be answered.
    #[serde(default)]
    #[schema(format = DateTime)]
    reply_by_date_time: Option<String>,
    /// Whether it has an action.
    #[serde(default)]
    action: bool,
    /// Whether it serves somebody with process.
    #[serde(default)]
    legal_notification: bool,
    /// Whether it reaches the exempt too.
    #[serde(default)]
    mandatory: bool,
    /// Extension: delivered so many days from today.
    #[serde(default)]
    #[schema(maximum = 366)]
    delayed_days: Option<u16>,
}

/// `POST /testing/memos`
#[utoipa::path(
    post,
    path = "/testing/memos",
    operation_id = "createAndSendTestingMemo",
    tag = "Testing",
    request_body = MemoCreateAndSendCommand,
    responses((status = 201, body = Receipt, description = "It was made and is durable"), Refused),
    security(())
)]
async fn create(
    State(door): State<Door>,
    _: Tester,
    Body(command): Body<MemoCreateAndSendCommand>,
) -> Result<(StatusCode, Json<Receipt>), Failure> {
    let order = order(&command)?;
    let exchange = door.exchange.clone();
    let runtime = Handle::current();
    // A long letter becomes a file, and making that durable blocks.
    let made = tokio::task::spawn_blocking(move || runtime.block_on(exchange.generate(&order)));
    let Generated { receipt, .. } = made.await.map_err(|error| {
        Failure::from(brevdue_exchange::StorageError::Failed(Box::new(error)))
    })??;
    Ok((StatusCode::CREATED, Json(receipt)))
}

fn order(command: &MemoCreateAndSendCommand) -> Result<MemoOrder, Failure> {
    let wrong = |field, message: &str| {
        Failure::unprocessable("field.invalid", message).at("MemoCreateAndSendCommand", field)
    };
    let attachments = command.number_of_additional_attachments;
    if attachments > ATTACHMENTS_LIMIT {
        return Err(wrong("numberOfAdditionalAttachments", "there may be 0 to 5"));
    }
    let id_type = match command.recipient_id_type {
        RecipientIdType::Cpr => "CPR",
        RecipientIdType::Cvr => "CVR",
    };
    let reply_by = match &command.reply_by_date_time {
        Some(text) => Some(
            text.parse::<Timestamp>()
                .map_err(|_| wrong("replyByDateTime", "a time is written 2026-03-01T12:00:00Z"))?,
        ),
        None => None,
    };
    Ok(MemoOrder {
        cvr: command.cvr.parse().map_err(|_| wrong("cvr", "a CVR number has eight digits"))?,
        organisation: OrganisationId(command.organisation_id),
        system: SystemId(command.sender_system_id),
        recipient: PartyId::parse(id_type, &command.recipient_id)
            .map_err(|_| wrong("recipientId", "a CPR number has ten digits, a CVR number eight"))?,
        long_message: command.long_message,
        attachments,
        reply: command.reply,
        reply_by,
        contact_point: command.contact_point_id.map(ContactPointId),
        action: command.action,
        legal_notification: command.legal_notification,
        mandatory: command.mandatory,
        delayed_days: command.delayed_days,
    })
}

impl From<GenerateError> for Failure {
    fn from(error: GenerateError) -> Self {
        let text = error.to_string();
        match error {
            GenerateError::NotLocal => Self::new(StatusCode::NOT_FOUND, "path.not.found", text),
            GenerateError::Field { field, .. } => {
                Self::unprocessable("field.invalid", text).at("MemoCreateAndSendCommand", field)
            }
            GenerateError::Storage(fault) => fault.into(),
            other => Self::unprocessable("memo.not.made", crate::causes::chain(&other)),
        }
    }
}
