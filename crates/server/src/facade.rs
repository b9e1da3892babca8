//! The municipal facade: what the systems of Danish municipalities call when they send post through
//! the shared components of KOMBIT, with the same paths, headers and bodies.
//!
//! A call's road: `issue` gives a token to whoever shows an organisation's certificate, and changes it
//! into one for a service; `caller` takes it back with every call. `look_up` tells who can be reached,
//! `kombi` takes letters on every channel. How they went is told over AMQP ([`amqp`]). Letters on paper
//! leave by [`print`].
//!
//! What is absent: choices. Which channel a letter takes is the exchange's decision.

pub mod amqp;
mod caller;
mod issue;
mod kombi;
mod look_up;
pub mod print;
mod tokens;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use brevdue_exchange::Exchange;
use tower_http::catch_panic::CatchPanicLayer;

use crate::rest::errors::panicked;
use crate::rest::trace::trace;
use crate::rest::{Door, RestSettings};

pub use tokens::Tokens;

/// What every handler is handed.
#[derive(Clone)]
struct Facade {
    door: Door,
    tokens: Arc<Tokens>,
}

/// The routes of the facade. They must be served by [`crate::listen`], with TLS: certificates are what
/// tells callers apart. Bodies are limited as those of the REST door.
pub fn routes(exchange: Exchange, settings: RestSettings, tokens: Arc<Tokens>) -> Router {
    let door = Door::new(exchange, settings);
    let facade = Facade { door: door.clone(), tokens };
    Router::new()
        .route("/runtime/api/rest/wstrust/v1/issue", post(issue::issue))
        .route("/service/AccessTokenService_1/token", post(issue::exchange))
        .route("/service/PostForespoerg_1/{service}", get(look_up::look_up))
        .route("/service/KombiPostAfsend_1/kombi", post(kombi::send))
        .route("/service/KombiPostAfsend_1/memos", post(kombi::send))
        .layer(axum::extract::DefaultBodyLimit::disable())
        .layer(CatchPanicLayer::custom(panicked))
        .layer(axum::middleware::from_fn_with_state(door, trace))
        .with_state(facade)
}
