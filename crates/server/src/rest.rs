//! The REST door: everything under `/apis/v1`, with paths, parameters, bodies and status codes as the
//! official API has them. Every path is taken with and without its closing slash.
//!
//! A request's road: `trace` gives it an id and logs its end, `caller` finds out who asks, a
//! handler under `memos` or `receipts` asks the exchange, `errors` turns a no into an answer.
//! Bodies never stand in memory (`body`).

mod acting;
pub(crate) mod body;
mod caller;
mod certificate;
mod described;
mod description;
pub(crate) mod errors;
mod events;
mod json;
mod mailbox;
mod memos;
mod oauth;
pub(crate) mod parameters;
mod programmes;
mod receipts;
mod registry;
mod repeated;
mod testing;
pub(crate) mod trace;
mod validations;
mod versions;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::any;
use brevdue_exchange::Exchange;
use brevdue_wire::names::BASE_PATH;
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;

use described::Described;
pub use description::{BROWSER_PATH, DESCRIPTION_PATH};
use errors::Failure;
pub use oauth::{ClientSettings, SignIn, SignInError};
use repeated::FirstAnswers;

/// Choices and limits of the REST door. The limits on the size of bodies are in
/// [`brevdue_exchange::Policy`].
#[derive(Debug, Clone)]
pub struct RestSettings {
    /// The exchange's own certificate (PEM), told at `/apis/v1/certificate`; `None` without TLS.
    pub certificate_pem: Option<String>,
    /// Bodies over 64 KiB taken at once; each holds some 400 KiB of memory.
    pub large_bodies: usize,
    /// Seconds a large body waits for its turn before the answer is 503.
    pub large_body_wait_seconds: u64,
    /// Seconds between two pieces of a body.
    pub piece_seconds: u64,
    /// Bytes a second that a body must bring on average, once `pace_grace_seconds` have passed.
    pub pace_bytes: u64,
    /// Seconds before the average counts.
    pub pace_grace_seconds: u64,
    /// Bytes of a receipt sent by a receiver system.
    pub receipt_bytes: usize,
    /// Bytes of any other body of JSON.
    pub json_bytes: usize,
    /// Bytes of a small file: a certificate, a key, a logo.
    pub upload_bytes: usize,
    /// How people sign in; `None`: nobody can.
    pub sign_in: Option<Arc<SignIn>>,
    /// Answers kept for `Idempotency-Key`, the oldest going first. They are kept by this node alone
    /// and not over a restart; what makes sending twice safe is the message's UUID, not this.
    pub first_answers: usize,
    /// Seconds for which they are kept.
    pub first_answer_seconds: i64,
    /// Where requests are counted; `None`: nowhere.
    pub metrics: Option<crate::Metrics>,
    /// The programmes of task packages; `None`: there are none.
    pub programmes: Option<brevdue_programme::Programmes>,
}

impl Default for RestSettings {
    fn default() -> Self {
        Self {
            certificate_pem: None,
            large_bodies: 64,
            large_body_wait_seconds: 5,
            piece_seconds: 30,
            pace_bytes: 4 * 1024,
            pace_grace_seconds: 60,
            receipt_bytes: 256 * 1024,
            json_bytes: 1024 * 1024,
            upload_bytes: 1024 * 1024,
            sign_in: None,
            first_answers: 10_000,
            first_answer_seconds: 24 * 60 * 60,
            metrics: None,
            programmes: None,
        }
    }
}

/// What every handler is handed.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) exchange: Exchange,
    pub(crate) settings: Arc<RestSettings>,
    large_bodies: Arc<Semaphore>,
    first_answers: Arc<FirstAnswers>,
}

impl Door {
    pub(crate) fn new(exchange: Exchange, settings: RestSettings) -> Self {
        Self {
            large_bodies: Arc::new(Semaphore::new(settings.large_bodies)),
            first_answers: Arc::new(FirstAnswers::new(
                settings.first_answers,
                settings.first_answer_seconds,
            )),
            exchange,
            settings: Arc::new(settings),
        }
    }
}

/// The routes of the REST door. They must be served by [`crate::listen`], which tells them who calls.
pub fn routes(exchange: Exchange, settings: RestSettings) -> Router {
    let door = Door::new(exchange, settings);
    let local = door.exchange.local().is_some();
    let describing = if local { description_of_local_mode } else { description };
    let mut router = operations(Described::routes_alone(), local).routes();
    router = description::serve(router, describing);
    // A route of its own, not a fallback: the router is merged with others that have theirs.
    for rest in ["", "/", "/{*rest}"] {
        router = router.route(&format!("{BASE_PATH}{rest}"), any(no_such_path));
    }
    router
        .method_not_allowed_fallback(no_such_method)
        .layer(CatchPanicLayer::custom(errors::panicked))
        .layer(axum::middleware::from_fn_with_state(door.clone(), trace::trace))
        .with_state(door)
}

/// Every operation; those of local mode only there.
fn operations(door: Described, local: bool) -> Described {
    let door = memos::describe(door);
    let door = receipts::describe(door);
    let door = events::describe(door);
    let door = registry::describe(door);
    let door = validations::describe(door);
    let door = mailbox::describe(door);
    let door = oauth::describe(door);
    let door = certificate::describe(door);
    let door = programmes::describe(door);
    if local { testing::describe(door) } else { door }
}

/// The description that is served outside local mode, for whoever writes it down.
pub fn description() -> utoipa::openapi::OpenApi {
    description::complete(operations(Described::with_description(), false).description())
}

/// The description that is served in local mode.
pub fn description_of_local_mode() -> utoipa::openapi::OpenApi {
    description::complete(operations(Described::with_description(), true).description())
}

async fn no_such_method() -> Failure {
    Failure::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method.not.allowed",
        "this path does not take this method; the Allow header names those it takes",
    )
}

async fn no_such_path(uri: axum::http::Uri) -> Failure {
    let path = uri.path().trim_start_matches(BASE_PATH).trim_start_matches('/');
    let first = path.split('/').next().unwrap_or_default();
    if matches!(first, "dp" | "dp2" | "afsendersystem") {
        return Failure::new(
            StatusCode::NOT_FOUND,
            "legacy.interface.closed",
            "the DP and DP2 interfaces closed on 5 December 2023; send MeMo to POST /apis/v1/memos/",
        );
    }
    Failure::new(
        StatusCode::NOT_FOUND,
        "path.not.found",
        "there is nothing at this path; the REST interface is described in docs/rest.md",
    )
}
