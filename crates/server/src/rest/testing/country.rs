//! `/testing/reset` and `/testing/snapshots`: beginning again, and keeping the whole country.

use axum::Json;
use axum::extract::Path;
use axum::extract::State;
use axum::http::StatusCode;
use brevdue_exchange::local::{Snapshot, SteeringError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::super::Door;
use super::super::described::Described;
use super::super::description::Refused;
use super::super::errors::Failure;
use super::super::json::Body;
use super::Tester;
use crate::causes::chain;

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(reset)).with(routes!(list, keep)).with(routes!(forget)).with(routes!(restore))
}

/// A country that was kept.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct TestingSnapshot {
    /// Its name.
    name: String,
    /// When, on the clock of the country.
    #[schema(format = DateTime)]
    taken_at: String,
    /// Bytes on disk.
    size_bytes: u64,
}

impl From<Snapshot> for TestingSnapshot {
    fn from(snapshot: Snapshot) -> Self {
        Self {
            name: snapshot.name,
            taken_at: snapshot.taken_at.to_string(),
            size_bytes: snapshot.size_bytes,
        }
    }
}

/// Under which name to keep it.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SnapshotCommand {
    /// Lower-case letters, digits and hyphens.
    #[schema(pattern = "^[a-z0-9-]{1,40}$", min_length = 1, max_length = 40)]
    name: String,
}

/// `POST /testing/reset`: the country as it was on its first day. Tokens and certificates stay.
#[utoipa::path(
    post,
    path = "/testing/reset",
    operation_id = "resetTesting",
    tag = "Testing",
    responses((status = 204, description = "It has begun again"), Refused),
    security(())
)]
async fn reset(State(door): State<Door>, tester: Tester) -> Result<StatusCode, Failure> {
    again(&door, &tester, None).await
}

/// `GET /testing/snapshots`
#[utoipa::path(
    get,
    path = "/testing/snapshots",
    operation_id = "listTestingSnapshots",
    tag = "Testing",
    responses((status = 200, body = Vec<TestingSnapshot>, description = "By name"), Refused),
    security(())
)]
async fn list(Tester(local): Tester) -> Result<Json<Vec<TestingSnapshot>>, Failure> {
    let kept = local.steering.snapshots().await?;
    Ok(Json(kept.into_iter().map(TestingSnapshot::from).collect()))
}

/// `POST /testing/snapshots`
#[utoipa::path(
    post,
    path = "/testing/snapshots",
    operation_id = "createTestingSnapshot",
    tag = "Testing",
    request_body = SnapshotCommand,
    responses((status = 201, body = TestingSnapshot, description = "It is kept"), Refused),
    security(())
)]
async fn keep(
    Tester(local): Tester,
    Body(command): Body<SnapshotCommand>,
) -> Result<(StatusCode, Json<TestingSnapshot>), Failure> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !(1..=40).contains(&command.name.len()) || !command.name.bytes().all(fits) {
        return Err(Failure::unprocessable(
            "field.invalid",
            "a name is 1 to 40 lower-case letters, digits and hyphens",
        )
        .at("SnapshotCommand", "name"));
    }
    let kept = local.steering.snapshot(&command.name).await?;
    Ok((StatusCode::CREATED, Json(kept.into())))
}

/// `DELETE /testing/snapshots/{name}`
#[utoipa::path(
    delete,
    path = "/testing/snapshots/{name}",
    operation_id = "deleteTestingSnapshot",
    tag = "Testing",
    params(("name" = String, Path, description = "Its name")),
    responses((status = 204, description = "It is gone"), Refused),
    security(())
)]
async fn forget(Tester(local): Tester, Path(name): Path<String>) -> Result<StatusCode, Failure> {
    local.steering.forget(&name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /testing/snapshots/{name}/restore`
#[utoipa::path(
    post,
    path = "/testing/snapshots/{name}/restore",
    operation_id = "restoreTestingSnapshot",
    tag = "Testing",
    params(("name" = String, Path, description = "Its name")),
    responses((status = 204, description = "The country is what it was"), Refused),
    security(())
)]
async fn restore(
    State(door): State<Door>,
    tester: Tester,
    Path(name): Path<String>,
) -> Result<StatusCode, Failure> {
    again(&door, &tester, Some(&name)).await
}

async fn again(
    door: &Door,
    Tester(local): &Tester,
    from: Option<&str>,
) -> Result<StatusCode, Failure> {
    local.steering.begin_again(from).await?;
    // An answer given in the old country says nothing in this one.
    door.first_answers.forget();
    Ok(StatusCode::NO_CONTENT)
}

impl From<SteeringError> for Failure {
    fn from(error: SteeringError) -> Self {
        let text = error.to_string();
        match error {
            SteeringError::Unknown => Self::new(StatusCode::NOT_FOUND, "snapshot.not.found", text),
            SteeringError::Exists => Self::new(StatusCode::CONFLICT, "snapshot.exists", text),
            SteeringError::TooMany { .. } => {
                Self::new(StatusCode::CONFLICT, "snapshots.exceeded", text)
            }
            SteeringError::Busy => Self::unavailable("country.busy", &text, 5),
            other => {
                tracing::error!(fault = %chain(&other), "the country could not be kept or replaced");
                Self::unavailable("country.failed", &text, 30)
            }
        }
    }
}
