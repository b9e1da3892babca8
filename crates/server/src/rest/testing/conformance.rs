//! `/testing/conformance`: trying somebody's receiver system, and the report of it.

mod report;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use brevdue_exchange::local::conformance::{
    ConformanceRun, LARGE_BYTES, LARGE_LIMIT_BYTES, PATIENCE_LIMIT_SECONDS, PATIENCE_SECONDS,
    RunError, RunOrder,
};
use brevdue_exchange::{Kept, SystemId};
use brevdue_wire::PageRequest;
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;
use utoipa::ToSchema;
use utoipa_axum::routes;
use uuid::Uuid;

use self::report::Language;
use super::super::Door;
use super::super::described::Described;
use super::super::description::Refused;
use super::super::errors::Failure;
use super::super::json::Body;
use super::super::parameters::{Parameters, path_id};
use super::Tester;

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(begin, list)).with(routes!(read)).with(routes!(show))
}

/// What to try.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ConformanceCommand {
    /// The receiver system.
    system_id: Uuid,
    /// Seconds it has for each letter; 60 when left out.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 900)]
    patience_seconds: Option<u32>,
    /// Bytes of the large letter's file; 10,000,000 when left out.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 74_000_000)]
    large_bytes: Option<u64>,
}

/// A run, with its id.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct TestingConformance {
    /// Id.
    id: Uuid,
    /// What was seen and judged; see `docs/developer.md`.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    run: ConformanceRun,
}

impl From<Kept<ConformanceRun>> for TestingConformance {
    fn from(kept: Kept<ConformanceRun>) -> Self {
        Self { id: kept.id, run: kept.body }
    }
}

/// `POST /testing/conformance`
#[utoipa::path(
    post,
    path = "/testing/conformance",
    operation_id = "createTestingConformance",
    tag = "Testing",
    request_body = ConformanceCommand,
    responses((status = 201, body = TestingConformance, description = "It has begun"), Refused),
    security(())
)]
async fn begin(
    State(door): State<Door>,
    _: Tester,
    Body(command): Body<ConformanceCommand>,
) -> Result<(StatusCode, Json<TestingConformance>), Failure> {
    let within = |field, value: u64, limit: u64| {
        if (1..=limit).contains(&value) {
            return Ok(());
        }
        Err(Failure::unprocessable("field.invalid", format!("it is 1 to {limit}"))
            .at("ConformanceCommand", field))
    };
    let patience_seconds = command.patience_seconds.unwrap_or(PATIENCE_SECONDS);
    let large_bytes = command.large_bytes.unwrap_or(LARGE_BYTES);
    within("patienceSeconds", patience_seconds.into(), PATIENCE_LIMIT_SECONDS.into())?;
    within("largeBytes", large_bytes, LARGE_LIMIT_BYTES)?;
    let order = RunOrder { system: SystemId(command.system_id), patience_seconds, large_bytes };
    let run = door.exchange.begin_conformance(order).await?;
    let (exchange, begun, runtime) = (door.exchange.clone(), run.clone(), Handle::current());
    // It writes large letters, which blocks.
    tokio::task::spawn_blocking(move || runtime.block_on(exchange.conform(begun)));
    Ok((StatusCode::CREATED, Json(run.into())))
}

/// `GET /testing/conformance`: every run, oldest first; the first hundred.
#[utoipa::path(
    get,
    path = "/testing/conformance",
    operation_id = "listTestingConformance",
    tag = "Testing",
    responses((status = 200, body = Vec<TestingConformance>, description = "The runs"), Refused),
    security(())
)]
async fn list(
    State(door): State<Door>,
    _: Tester,
) -> Result<Json<Vec<TestingConformance>>, Failure> {
    let page = PageRequest { page: 0, size: 100 };
    let runs = door.exchange.kept_of::<ConformanceRun>(page).await?;
    Ok(Json(runs.items.into_iter().map(TestingConformance::from).collect()))
}

/// `GET /testing/conformance/{id}`
#[utoipa::path(
    get,
    path = "/testing/conformance/{id}",
    operation_id = "getTestingConformance",
    tag = "Testing",
    params(("id" = Uuid, Path, description = "Of the run")),
    responses((status = 200, body = TestingConformance, description = "How it stands"), Refused),
    security(())
)]
async fn read(
    State(door): State<Door>,
    _: Tester,
    Path(id): Path<String>,
) -> Result<Json<TestingConformance>, Failure> {
    Ok(Json(found(&door, &id).await?.into()))
}

/// `GET /testing/conformance/{id}/report`: the run as a page to hand on.
#[utoipa::path(
    get,
    path = "/testing/conformance/{id}/report",
    operation_id = "getTestingConformanceReport",
    tag = "Testing",
    params(
        ("id" = Uuid, Path, description = "Of the run"),
        ("lang" = Option<String>, Query, description = "da or en; else by Accept-Language"),
    ),
    responses((status = 200, body = String, content_type = "text/html", description = "The report"), Refused),
    security(())
)]
async fn show(
    State(door): State<Door>,
    _: Tester,
    Path(id): Path<String>,
    parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let run = found(&door, &id).await?;
    let asked = parameters.one("lang")?.map(str::to_owned);
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let language = match asked.as_deref().or(accepted) {
        Some(text) if text.to_ascii_lowercase().starts_with("en") => Language::English,
        _ => Language::Danish,
    };
    let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
                  frame-ancestors 'none'";
    let headers = [(header::CONTENT_SECURITY_POLICY, policy)];
    Ok((headers, Html(report::html(&run, language))).into_response())
}

async fn found(door: &Door, id: &str) -> Result<Kept<ConformanceRun>, Failure> {
    let run = door.exchange.conformance(path_id(id)?).await?;
    run.ok_or_else(|| {
        Failure::new(StatusCode::NOT_FOUND, "conformance.not.found", "there is no run with this id")
    })
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        let text = error.to_string();
        match error {
            RunError::Running => Self::new(StatusCode::CONFLICT, "conformance.running", text),
            RunError::Storage(fault) => fault.into(),
            RunError::NotLocal => Self::new(StatusCode::NOT_FOUND, "path.not.found", text),
            _ => Self::unprocessable("system.not.testable", text)
                .at("ConformanceCommand", "systemId"),
        }
    }
}
