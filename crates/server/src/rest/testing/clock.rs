//! `/testing/clock`: reading it and moving it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use brevdue_exchange::Clock as _;
use brevdue_exchange::local::travel::{TravelError, Travelled};
use brevdue_memo::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::super::Door;
use super::super::described::Described;
use super::super::description::Refused;
use super::super::errors::Failure;
use super::super::json::Body;
use super::Tester;

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(read, advance, set))
}

/// Where the clock of the country stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct TestingClock {
    /// Now, UTC.
    #[schema(format = DateTime)]
    now: String,
    /// How far it is ahead of the machine's clock.
    ahead_seconds: i64,
    /// Points of time at which work was done on the way; only after it was moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    stops: Option<u32>,
    /// Whether everything that fell due is done; only after it was moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    at_rest: Option<bool>,
}

/// How far to move the clock: to a time, or by the sum of the others.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ClockCommand {
    /// To this time, UTC.
    #[schema(format = DateTime)]
    #[serde(default)]
    now: Option<String>,
    /// By so many days.
    #[schema(maximum = 366)]
    #[serde(default)]
    days: u32,
    /// By so many hours.
    #[serde(default)]
    hours: u32,
    /// By so many minutes.
    #[serde(default)]
    minutes: u32,
    /// By so many seconds.
    #[serde(default)]
    seconds: u32,
}

/// `GET /testing/clock`
#[utoipa::path(
    get,
    path = "/testing/clock",
    operation_id = "getTestingClock",
    tag = "Testing",
    responses((status = 200, body = TestingClock, description = "Where it stands"), Refused),
    security(())
)]
async fn read(Tester(local): Tester) -> Json<TestingClock> {
    Json(TestingClock {
        now: local.clock.now().to_string(),
        ahead_seconds: local.clock.ahead_millis() / 1000,
        stops: None,
        at_rest: None,
    })
}

/// `POST /testing/clock`: by how much; what falls due on the way is done on the way.
#[utoipa::path(
    post,
    path = "/testing/clock",
    operation_id = "advanceTestingClock",
    tag = "Testing",
    request_body = ClockCommand,
    responses((status = 200, body = TestingClock, description = "Where it got to"), Refused),
    security(())
)]
async fn advance(
    State(door): State<Door>,
    tester: Tester,
    Body(command): Body<ClockCommand>,
) -> Result<Json<TestingClock>, Failure> {
    go(&door, &tester, &command).await
}

/// `PUT /testing/clock`: the same.
#[utoipa::path(
    put,
    path = "/testing/clock",
    operation_id = "setTestingClock",
    tag = "Testing",
    request_body = ClockCommand,
    responses((status = 200, body = TestingClock, description = "Where it got to"), Refused),
    security(())
)]
async fn set(
    State(door): State<Door>,
    tester: Tester,
    Body(command): Body<ClockCommand>,
) -> Result<Json<TestingClock>, Failure> {
    go(&door, &tester, &command).await
}

async fn go(
    door: &Door,
    Tester(local): &Tester,
    command: &ClockCommand,
) -> Result<Json<TestingClock>, Failure> {
    let seconds = i64::from(command.days) * 86_400
        + i64::from(command.hours) * 3600
        + i64::from(command.minutes) * 60
        + i64::from(command.seconds);
    let to = match &command.now {
        Some(_) if seconds > 0 => {
            return Err(Failure::unprocessable(
                "clock.ambiguous",
                "name either a time or how far, not both",
            )
            .at("ClockCommand", "now"));
        }
        Some(text) => text.parse::<Timestamp>().map_err(|_| {
            Failure::unprocessable("field.invalid", "a time is written 2026-03-01T12:00:00Z")
                .at("ClockCommand", "now")
        })?,
        None => local.clock.now().plus_seconds(seconds),
    };
    let Travelled { now, stops, at_rest, .. } = door.exchange.travel(to).await?;
    Ok(Json(TestingClock {
        now: now.to_string(),
        ahead_seconds: local.clock.ahead_millis() / 1000,
        stops: Some(stops),
        at_rest: Some(at_rest),
    }))
}

impl From<TravelError> for Failure {
    fn from(error: TravelError) -> Self {
        let text = error.to_string();
        match error {
            TravelError::Moving => Self::new(StatusCode::CONFLICT, "clock.moving", text),
            TravelError::Backward => Self::new(StatusCode::CONFLICT, "clock.goes.forward", text),
            TravelError::TooFar => {
                Self::unprocessable("clock.too.far", text).at("ClockCommand", "days")
            }
            TravelError::Storage(fault) => fault.into(),
            _ => Self::new(StatusCode::NOT_FOUND, "path.not.found", text),
        }
    }
}
