//! One log line for each request, and the headers every answer carries. Neither the path as sent nor
//! anything of a body is logged: both may hold what is personal.

use std::sync::{Arc, OnceLock};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use brevdue_exchange::authenticate::Channel;
use brevdue_exchange::local::live::What;
use brevdue_exchange::{Clock as _, SystemId};
use tokio::time::Instant;
use tracing::Instrument as _;

use super::Door;
use super::errors::Code;
use crate::listen::Peer;

/// Names the request in our log; the caller may quote it.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a handler finds out and the log line tells.
#[derive(Debug, Clone, Default)]
pub(crate) struct Noted(Arc<Who>);

#[derive(Debug, Default)]
struct Who {
    /// Who was let in.
    system: OnceLock<SystemId>,
    /// Who the caller says it is.
    claimed: OnceLock<SystemId>,
}

impl Noted {
    pub(crate) fn system(&self, system: SystemId) {
        let _ = self.0.system.set(system);
    }

    pub(crate) fn claimed(&self, system: SystemId) {
        let _ = self.0.claimed.set(system);
    }
}

pub(crate) async fn trace(State(door): State<Door>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = door.exchange.ids().random();
    let noted = Noted::default();
    request.extensions_mut().insert(noted.clone());
    let method = request.method().clone();
    let certified = request
        .extensions()
        .get::<Peer>()
        .is_some_and(|peer| matches!(&peer.channel, Channel::Tls(Some(_))));
    let route = request.extensions().get::<MatchedPath>().cloned();
    let span = tracing::info_span!("request", %id, trace = trace_id(request.headers()));

    let mut response = next.run(request).instrument(span.clone()).await;

    let _entered = span.enter();
    tracing::info!(
        %method,
        route = route.as_ref().map_or("none", MatchedPath::as_str),
        status = response.status().as_u16(),
        milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        system = noted.0.system.get().map(tracing::field::display),
        "answered"
    );
    if let Some(metrics) = &door.settings.metrics {
        let route = route.as_ref().map_or("none", MatchedPath::as_str);
        let status = response.status().as_u16();
        metrics.answered(method.as_str(), route, status, started.elapsed());
    }
    if let Some(local) = door.exchange.local() {
        local.live.note(
            local.clock.now(),
            What::Request {
                method: method.to_string(),
                route: route.as_ref().map_or("none", MatchedPath::as_str).to_owned(),
                status: response.status().as_u16(),
                // A developer wants to see whose call was refused, too.
                system: noted.0.system.get().or(noted.0.claimed.get()).copied(),
                code: response.extensions().get::<Code>().map(|code| code.0.clone()),
                milliseconds: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
                certified,
            },
        );
    }
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::try_from(id.to_string()) {
        headers.insert(REQUEST_ID, id);
    }
    // Letters and receipts do not belong in anybody's cache.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// The trace id of a W3C `traceparent` header, so that a caller's trace and our log meet.
fn trace_id(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get("traceparent")?.to_str().ok()?.split('-').nth(1)?;
    (id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(id)
}
