//! `GET /testing/notices`: the notices to people that would leave by mail or as text messages, the newest
//! first, so that a test can read a verification code. They tell what is private, so it stands on the
//! plain door alone, which listens to this machine only.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use brevdue_exchange::Exchange;
use brevdue_exchange::storage::RecordKind;
use brevdue_wire::PageRequest;

/// Notices told at once.
const SHOWN: u64 = 100;

pub(super) fn routes(exchange: Exchange) -> Router {
    Router::new().route("/testing/notices", get(tell)).with_state(exchange)
}

async fn tell(State(exchange): State<Exchange>) -> Response {
    match newest(&exchange).await {
        Ok(notices) => ([(header::CACHE_CONTROL, "no-store")], axum::Json(notices)).into_response(),
        Err(error) => {
            tracing::error!(%error, "the notices could not be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

async fn newest(
    exchange: &Exchange,
) -> Result<Vec<serde_json::Value>, brevdue_exchange::StorageError> {
    let store = exchange.store();
    let page = |page| PageRequest { page, size: SHOWN };
    // Oldest first: the newest stand on the last page, and on the one before.
    let total = store.records_of_kind(RecordKind::Notice, page(0)).await?.total;
    let last = total.saturating_sub(1) / SHOWN;
    let mut notices = Vec::new();
    for number in last.saturating_sub(1)..=last {
        notices.extend(store.records_of_kind(RecordKind::Notice, page(number)).await?.items);
    }
    let bodies = notices.iter().rev().take(usize::try_from(SHOWN).unwrap_or(100));
    Ok(bodies.filter_map(|notice| serde_json::from_str(&notice.body).ok()).collect())
}
