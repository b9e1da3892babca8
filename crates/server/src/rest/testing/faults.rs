//! `/testing/faults`: what goes wrong on purpose, and for whom.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use brevdue_exchange::Kept;
use brevdue_exchange::local::faults::{Fault, FaultError, FaultKind};
use brevdue_memo::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;
use uuid::Uuid;

use super::super::Door;
use super::super::described::Described;
use super::super::description::Refused;
use super::super::errors::Failure;
use super::super::json::Body;
use super::super::parameters::path_id;
use super::Tester;

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(list, add, clear)).with(routes!(remove))
}

/// What goes wrong.
#[derive(Serialize, Deserialize, ToSchema, Clone, Copy)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum TestingFaultType {
    /// A push does not get through; the answer to a submission is lost after it was taken in.
    Drop,
    /// A letter is judged `seconds` later.
    Delay,
    /// A letter is handed over twice.
    Duplicate,
    /// A letter gets its positive receipt, and a second later a negative one with `errorCode`.
    RefuseAfterAccept,
    /// A call of the system, or a push to it, is answered 429 with `Retry-After: seconds`.
    TooManyRequests,
    /// A letter is refused with `errorCode`.
    Receipt,
}

impl From<TestingFaultType> for FaultKind {
    fn from(kind: TestingFaultType) -> Self {
        match kind {
            TestingFaultType::Drop => Self::Drop,
            TestingFaultType::Delay => Self::Delay,
            TestingFaultType::Duplicate => Self::Duplicate,
            TestingFaultType::RefuseAfterAccept => Self::RefuseAfterAccept,
            TestingFaultType::TooManyRequests => Self::TooManyRequests,
            TestingFaultType::Receipt => Self::Receipt,
        }
    }
}

/// A fault to make.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct FaultCommand {
    /// What goes wrong.
    #[serde(rename = "type")]
    kind: TestingFaultType,
    /// For this system: the sender's, or the receiver's.
    #[serde(default)]
    system_id: Option<Uuid>,
    /// For letters to this CPR or CVR number.
    #[serde(default)]
    #[schema(min_length = 8, max_length = 10)]
    recipient_id: Option<String>,
    /// Of the delay, or of `Retry-After`; 60 when left out.
    #[serde(default)]
    #[schema(maximum = 31_622_400)]
    seconds: Option<u32>,
    /// What the receipt says.
    #[serde(default)]
    error_code: Option<String>,
    /// How often it strikes; for ever when left out.
    #[serde(default)]
    #[schema(minimum = 1)]
    times: Option<u32>,
    /// For how long it is there, on the clock of the country; for ever when left out.
    #[serde(default)]
    for_seconds: Option<u32>,
}

/// A fault in force.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct TestingFault {
    /// Id.
    id: Uuid,
    /// What goes wrong.
    #[serde(rename = "type")]
    #[schema(value_type = TestingFaultType)]
    kind: &'static str,
    /// For which system.
    system_id: Option<Uuid>,
    /// For letters to whom.
    recipient_id: Option<String>,
    /// Of the delay, or of `Retry-After`.
    seconds: Option<u32>,
    /// What the receipt says.
    error_code: Option<String>,
    /// How often it will strike yet.
    times: Option<u32>,
    /// Until when.
    #[schema(format = DateTime)]
    until: Option<String>,
}

impl From<Kept<Fault>> for TestingFault {
    fn from(Kept { id, body, .. }: Kept<Fault>) -> Self {
        Self {
            id,
            kind: body.kind.word(),
            system_id: body.system,
            recipient_id: body.recipient,
            seconds: body.seconds,
            error_code: body.error_code,
            times: body.times,
            until: body.until_millis.map(|millis| Timestamp::from_millis(millis).to_string()),
        }
    }
}

/// `GET /testing/faults`
#[utoipa::path(
    get,
    path = "/testing/faults",
    operation_id = "listTestingFaults",
    tag = "Testing",
    responses((status = 200, body = Vec<TestingFault>, description = "Those in force, oldest first"), Refused),
    security(())
)]
async fn list(State(door): State<Door>, _: Tester) -> Json<Vec<TestingFault>> {
    Json(door.exchange.faults().into_iter().map(TestingFault::from).collect())
}

/// `POST /testing/faults`
#[utoipa::path(
    post,
    path = "/testing/faults",
    operation_id = "createTestingFault",
    tag = "Testing",
    request_body = FaultCommand,
    responses((status = 201, body = TestingFault, description = "It is in force"), Refused),
    security(())
)]
async fn add(
    State(door): State<Door>,
    _: Tester,
    Body(command): Body<FaultCommand>,
) -> Result<(StatusCode, Json<TestingFault>), Failure> {
    let digits = |text: &String| {
        matches!(text.len(), 8 | 10) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if command.recipient_id.as_ref().is_some_and(|text| !digits(text)) {
        return Err(Failure::unprocessable(
            "field.invalid",
            "a CPR number has ten digits, a CVR number eight",
        )
        .at("FaultCommand", "recipientId"));
    }
    let until = command
        .for_seconds
        .map(|seconds| door.exchange.now().plus_seconds(i64::from(seconds)).as_millis());
    let fault = Fault {
        kind: command.kind.into(),
        system: command.system_id,
        recipient: command.recipient_id,
        seconds: command.seconds,
        error_code: command.error_code,
        times: command.times,
        until_millis: until,
    };
    Ok((StatusCode::CREATED, Json(door.exchange.add_fault(fault).await?.into())))
}

/// `DELETE /testing/faults`: all of them.
#[utoipa::path(
    delete,
    path = "/testing/faults",
    operation_id = "deleteTestingFaults",
    tag = "Testing",
    responses((status = 204, description = "There are none"), Refused),
    security(())
)]
async fn clear(State(door): State<Door>, _: Tester) -> Result<StatusCode, Failure> {
    door.exchange.remove_fault(None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /testing/faults/{id}`
#[utoipa::path(
    delete,
    path = "/testing/faults/{id}",
    operation_id = "deleteTestingFault",
    tag = "Testing",
    params(("id" = Uuid, Path, description = "Of the fault")),
    responses((status = 204, description = "It is gone"), Refused),
    security(())
)]
async fn remove(
    State(door): State<Door>,
    _: Tester,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    door.exchange.remove_fault(Some(path_id(&id)?)).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<FaultError> for Failure {
    fn from(error: FaultError) -> Self {
        let text = error.to_string();
        match error {
            FaultError::Field { field, .. } => {
                Self::unprocessable("field.invalid", text).at("FaultCommand", field)
            }
            FaultError::TooMany => Self::new(StatusCode::CONFLICT, "faults.exceeded", text),
            FaultError::Unknown => Self::new(StatusCode::NOT_FOUND, "fault.not.found", text),
            FaultError::Storage(fault) => fault.into(),
            _ => Self::new(StatusCode::NOT_FOUND, "path.not.found", text),
        }
    }
}
