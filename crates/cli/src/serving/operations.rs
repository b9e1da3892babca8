//! What operators ask of a running exchange: whether it lives and is ready, its figures, its queue, its
//! books. On the plain door, for this machine alone; what changes something, or names letters, is for
//! whoever has the key of the data folder.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use brevdue_exchange::exchange::operations::{Balance, Explanation, QueueError};
use brevdue_exchange::storage::HELD;
use brevdue_exchange::{Exchange, Job, JobId, Lane, StorageError, Store as _, Work};
use brevdue_server::{Metrics, metrics};
use brevdue_store::Replaceable;
use brevdue_wire::PageRequest;
use serde_json::{Value, json};
use tokio::time::timeout;
use uuid::Uuid;

use super::watching::Watch;
use crate::commands::verify::{Finding, finding};
use crate::folder::Folder;
use crate::operations::{Key, PATH};
use crate::report::Problem;

/// An exchange whose store takes longer to answer is not ready.
const READY_WITHIN: Duration = Duration::from_secs(2);

/// What the routes need.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) store: Arc<Replaceable>,
    pub(super) exchange: Exchange,
    pub(super) metrics: Metrics,
    pub(super) watch: Watch,
}

/// `/healthz`, `/readyz`, `/metrics`, and the routes under `/operations`.
pub(super) fn routes(desk: Desk, key: Key) -> Router {
    let with_key = Router::new()
        .route(&format!("{PATH}/verify"), post(verify))
        .route(&format!("{PATH}/queue"), get(queue))
        .route(&format!("{PATH}/queue/{{id}}"), delete(delete_work))
        .route(&format!("{PATH}/queue/{{id}}/{{act}}"), post(act))
        .route(&format!("{PATH}/explain/{{id}}"), get(explain))
        .route(&format!("{PATH}/balance/{{day}}"), get(balance))
        .route(&format!("{PATH}/alarms"), get(alarms))
        .layer(from_fn_with_state(key, shows_key));
    Router::new()
        .route("/metrics", get(figures))
        .merge(with_key)
        .with_state(desk.clone())
        .merge(health(desk))
}

/// `/healthz` and `/readyz`, for any door.
pub(super) fn health(desk: Desk) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .with_state(desk)
}

/// The key of the data folder.
pub(super) fn key(folder: &Folder) -> Result<Key, Problem> {
    Key::make(folder).map_err(|error| {
        Problem::ours("operations::key", "the key of the data folder cannot be made")
            .because(&error)
    })
}

async fn shows_key(State(key): State<Key>, request: Request, next: Next) -> Response {
    let shown = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if !key.is_shown_by(shown) {
        return (StatusCode::UNAUTHORIZED, "the key of the data folder is needed\n")
            .into_response();
    }
    next.run(request).await
}

/// Ready when the store answers in time.
async fn ready(State(desk): State<Desk>) -> Response {
    match timeout(READY_WITHIN, desk.store.counts()).await {
        Ok(Ok(_)) => "ready\n".into_response(),
        Ok(Err(_)) => (StatusCode::SERVICE_UNAVAILABLE, "the store fails\n").into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n").into_response(),
    }
}

async fn figures(State(desk): State<Desk>) -> Response {
    match desk.watch.measure(&desk.exchange, &desk.metrics).await {
        Ok(()) => {
            ([(header::CONTENT_TYPE, metrics::MEDIA_TYPE)], desk.metrics.text()).into_response()
        }
        Err(error) => unavailable(&error),
    }
}

async fn verify(State(desk): State<Desk>) -> Response {
    match desk.watch.check(&desk.store, &desk.metrics).await {
        Ok(found) => {
            let all: Vec<Finding> = desk.store.damage().iter().chain(&found).map(finding).collect();
            Json(all).into_response()
        }
        Err(error) => unavailable(&error),
    }
}

#[derive(serde::Deserialize)]
struct Window {
    #[serde(default)]
    page: u64,
    #[serde(default = "page_size")]
    size: u64,
}

fn page_size() -> u64 {
    50
}

async fn queue(State(desk): State<Desk>, Query(window): Query<Window>) -> Response {
    let page =
        PageRequest { page: window.page, size: window.size.clamp(1, PageRequest::SIZE_LIMIT) };
    match desk.exchange.work_waiting(page).await {
        Ok(found) => {
            let work: Vec<Value> = found.items.iter().map(told).collect();
            Json(json!({ "work": work, "total": found.total })).into_response()
        }
        Err(error) => unavailable(&error),
    }
}

async fn act(State(desk): State<Desk>, Path((id, act)): Path<(Uuid, String)>) -> Response {
    let (exchange, id) = (&desk.exchange, JobId(id));
    let done = match act.as_str() {
        "hold" => exchange.hold_work(id).await,
        "release" => exchange.let_go_of_work(id).await,
        "requeue" => exchange.requeue_work(id).await,
        _ => return (StatusCode::NOT_FOUND, "hold, release or requeue\n").into_response(),
    };
    tracing::warn!(work = %id, act, done = done.is_ok(), "an operator changed the queue");
    settled(done)
}

async fn delete_work(State(desk): State<Desk>, Path(id): Path<Uuid>) -> Response {
    let done = desk.exchange.delete_work(JobId(id)).await;
    tracing::warn!(work = %id, act = "delete", done = done.is_ok(), "an operator changed the queue");
    settled(done)
}

fn settled(done: Result<(), QueueError>) -> Response {
    match done {
        Ok(()) => Json(json!({})).into_response(),
        Err(error @ QueueError::Unknown) => {
            (StatusCode::NOT_FOUND, format!("{error}\n")).into_response()
        }
        Err(QueueError::Storage(error)) => unavailable(&error),
        Err(error) => (StatusCode::CONFLICT, format!("{error}\n")).into_response(),
    }
}

async fn explain(State(desk): State<Desk>, Path(id): Path<Uuid>) -> Response {
    match desk.exchange.explain(id).await {
        Ok(letters) if letters.is_empty() => {
            (StatusCode::NOT_FOUND, "no letter has this id\n").into_response()
        }
        Ok(letters) => {
            let letters: Vec<Value> = letters.iter().map(explained).collect();
            Json(json!({ "letters": letters })).into_response()
        }
        Err(error) => unavailable(&error),
    }
}

async fn balance(State(desk): State<Desk>, Path(day): Path<i64>) -> Response {
    match desk.exchange.balance(day).await {
        Ok(balance) => {
            let missing = balance.missing();
            let Balance {
                received, delivered, refused, repeated, recalled, waiting, removed, ..
            } = balance;
            Json(json!({
                "day": day, "received": received, "delivered": delivered, "refused": refused,
                "repeated": repeated, "recalled": recalled, "waiting": waiting, "removed": removed,
                "missing": missing
            }))
            .into_response()
        }
        Err(error) => unavailable(&error),
    }
}

async fn alarms(State(desk): State<Desk>) -> Response {
    match desk.exchange.alarms().await {
        Ok(alarms) => {
            let alarms: Vec<_> = alarms.into_values().map(|(_, alarm)| alarm).collect();
            Json(json!({ "alarms": alarms })).into_response()
        }
        Err(error) => unavailable(&error),
    }
}

fn unavailable(error: &StorageError) -> Response {
    tracing::error!(%error, "an operator could not be answered");
    (StatusCode::SERVICE_UNAVAILABLE, "the store fails\n").into_response()
}

/// A piece of work, without what it is about: ids only.
fn told(job: &Job) -> Value {
    let (work, subject) = match job.work {
        Work::Extract(id) => ("extract", id.0),
        Work::SetGoing(id, _) => ("set-going", id.0),
        Work::Check(key) => ("check", key.0),
        Work::Release(key) => ("release", key.0),
        Work::PushMemo(key, _) => ("push-memo", key.0),
        Work::PushReceipt(id, _) => ("push-receipt", id.0),
        Work::PushNotification(id, _) => ("push-notification", id),
        Work::SendSms(key) => ("send-sms", key.0),
        Work::SendNotice(id) => ("send-notice", id),
        Work::Resume(system) => ("resume", system.0),
        Work::KeepHouse => ("keep-house", Uuid::nil()),
    };
    json!({
        "id": job.id.0,
        "work": work,
        "subject": subject,
        "system": job.work.system().map(|system| system.0),
        "lane": if job.lane == Lane::Bulk { "bulk" } else { "interactive" },
        "state": if job.due == HELD { "held" } else { "waiting" },
        "due": job.due.to_string(),
        "failures": job.failures,
        "failingSince": job.failing_since.map(|since| since.to_string()),
    })
}

fn explained(letter: &Explanation) -> Value {
    let Explanation { memo, receipts, events, jobs } = letter;
    let events: Vec<String> = events
        .iter()
        .map(|event| {
            let system = event.system.map_or(String::new(), |system| format!(" system {system}"));
            let code = event.error_code.as_ref().map_or(String::new(), |code| format!(" {code}"));
            format!("{} {}{system}{code}", event.at, event.tag.name())
        })
        .collect();
    let receipts: Vec<String> = receipts
        .iter()
        .map(|one| {
            let status = serde_json::to_value(one.receipt.receipt_status).unwrap_or_default();
            let code = one.receipt.error_code.as_deref().unwrap_or("no error");
            let has = if one.delivered { "delivered" } else { "waits for its sender" };
            format!("{} {} {code}, {has}", one.created_at, status.as_str().unwrap_or_default())
        })
        .collect();
    let work: Vec<String> = jobs
        .iter()
        .map(|job| {
            let told = told(job);
            format!("{} {} due {}", job.id, told["work"].as_str().unwrap_or_default(), job.due)
        })
        .collect();
    json!({
        "key": memo.key.0,
        "messageUuid": memo.message_uuid,
        "transmission": memo.transmission.0,
        "state": format!("{:?}", memo.state).to_lowercase(),
        "bytes": memo.content.length_bytes,
        "sha256": memo.content.digest.to_string(),
        "receivedAt": memo.received_at.to_string(),
        "availableAt": memo.available_at.map(|at| at.to_string()),
        "events": events,
        "receipts": receipts,
        "work": work,
    })
}
