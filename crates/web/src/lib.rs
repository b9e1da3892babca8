//! The windows of the exchange: server-rendered pages on which people read and answer their mail.
//!
//! A page asks [`Exchange`] and shows what it says; no rule of the exchange lives here. What is absent:
//! a clock, storage of sessions, requests to other machines, and script that a page needs to work.
//!
//! [`routes`] gives every page; `docs/web.md` says what stands where, and how to translate.

mod assets;
mod files;
mod guesses;
mod headers;
mod html;
mod limits;
mod links;
mod markup;
mod pages;
mod planner;
mod session;
mod texts;
mod times;
mod uploads;
mod visitor;

use std::any::Any;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::Response;
use axum::routing::{get, post};
use brevdue_exchange::Exchange;
use brevdue_programme::Programmes;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

pub use pages::programme::signing::{CLIENT as SIGN_IN_CLIENT, RETURN_PATH as SIGN_IN_RETURN};
use session::SessionKey;

/// What the pages are told about the exchange they stand in.
#[derive(Clone)]
pub struct WebConfig {
    /// Invented people only: anybody may sign in as any of them, every page says so, and cookies
    /// do without TLS.
    pub local_mode: bool,
    /// Somebody carries mail: without, pages say that nothing is sent.
    pub mail_is_carried: bool,
    /// Signs sessions and forms. The same on every node; a new one signs everybody out.
    pub session_key: [u8; 32],
    /// Where senders find the REST interface, e.g. `http://127.0.0.1:8010`, for the hint on the
    /// front page of local mode.
    pub rest_base: Option<String>,
}

/// Hides the key.
impl std::fmt::Debug for WebConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebConfig")
            .field("local_mode", &self.local_mode)
            .field("mail_is_carried", &self.mail_is_carried)
            .field("rest_base", &self.rest_base)
            .finish_non_exhaustive()
    }
}

/// What every page is made with.
#[derive(Clone)]
pub(crate) struct Web {
    pub(crate) exchange: Exchange,
    pub(crate) programmes: Programmes,
    pub(crate) config: Arc<WebConfig>,
    pub(crate) key: SessionKey,
    pub(crate) guesses: Arc<guesses::Guesses>,
    pub(crate) uploads: Arc<uploads::Uploads>,
}

/// Every page, and the answer to addresses that nobody else knows (the fallback).
pub fn routes(exchange: Exchange, programmes: Programmes, config: WebConfig) -> Router {
    let key = SessionKey::new(config.session_key);
    let answer_limit = pages::reply::body_limit_bytes(&exchange);
    let (guesses, uploads) = (Arc::default(), Arc::default());
    let config = Arc::new(config);
    let web = Web { exchange, programmes, config, key, guesses, uploads };

    // Letters and pictures are compressed already, or long: their bytes go out as they are.
    let streamed = Router::new()
        .route("/messages/{key}/documents/{document}/files/{file}", get(pages::file::file))
        .route("/live/stream", get(pages::live::stream));
    let pages = Router::new()
        .route("/", get(pages::front::front))
        .route("/sign-in", get(pages::sign_in::people).post(pages::sign_in::sign_in))
        .route("/sign-out", post(pages::sign_in::sign_out))
        .route("/live", get(pages::live::live))
        .route("/live/clock", post(pages::live::clock))
        .route("/live/letter", post(pages::live::letter))
        .route("/live/recall", post(pages::live::recall))
        .route("/live/systems", post(pages::live::systems))
        .route("/live/faults", post(pages::live::faults))
        .route("/live/country", post(pages::live::country))
        .route("/inbox", get(pages::folder::inbox))
        .route("/sent", get(pages::folder::sent))
        .route("/messages/{key}", get(pages::message::message))
        .route("/messages/{key}/documents/{document}/files/{file}/letter", get(pages::file::letter))
        .route(
            "/messages/{key}/documents/{document}/actions/{action}/appointment.ics",
            get(pages::file::appointment),
        )
        .route(
            "/messages/{key}/reply",
            get(pages::reply::form)
                .post(pages::reply::send)
                .layer(DefaultBodyLimit::max(answer_limit)),
        )
        .route("/assets/{version}/{*path}", get(assets::asset))
        .route("/favicon.ico", get(pages::front::favicon))
        .fallback(pages::front::not_found)
        .layer(DefaultBodyLimit::max(limits::FORM_BYTES))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest));
    let programmes = pages::programme::routes()
        .layer(DefaultBodyLimit::max(limits::OBJECT_FORM_BYTES))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest));
    streamed
        .merge(pages)
        .merge(programmes)
        .with_state(web)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(axum::middleware::from_fn(headers::secure))
}

/// A panic is our own fault; what it said may quote a message and is not logged here.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a page panicked");
    visitor::bare_failure()
}
