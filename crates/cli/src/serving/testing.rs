//! What test harnesses ask in local mode: who is in the country, and a letter to send.
//!
//! Tells tokens, so it stands on the plain door alone, which listens to this machine only.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use brevdue_exchange::Exchange;
use brevdue_wire::PageRequest;
use uuid::Uuid;

use super::steering::Published;
use crate::country::{Definition, letter_to_try};

#[derive(Clone)]
struct Town {
    published: Arc<Published>,
    definition: Arc<Definition>,
    exchange: Exchange,
}

/// `GET /testing/country`, `GET /testing/letter/{uuid}` and `GET /testing/text-messages`.
pub(super) fn routes(
    published: Arc<Published>,
    definition: Arc<Definition>,
    exchange: Exchange,
) -> Router {
    Router::new()
        .route("/testing/country", get(tell))
        .route("/testing/letter/{uuid}", get(letter))
        .route("/testing/text-messages", get(text_messages))
        .with_state(Town { published, definition, exchange })
}

async fn tell(State(town): State<Town>) -> Response {
    let country = town.published.country();
    ([(header::CACHE_CONTROL, "no-store")], axum::Json(&*country)).into_response()
}

#[derive(serde::Deserialize)]
struct Which {
    page: Option<u64>,
    size: Option<u64>,
}

/// The text messages in the sink, oldest first.
async fn text_messages(State(town): State<Town>, Query(which): Query<Which>) -> Response {
    let page = PageRequest {
        page: which.page.unwrap_or(0).min(PageRequest::PAGE_LIMIT),
        size: which.size.unwrap_or(PageRequest::SIZE_DEFAULT).clamp(1, PageRequest::SIZE_LIMIT),
    };
    match town.exchange.text_messages(page).await {
        Ok(found) => {
            let told = serde_json::json!({ "content": found.items, "totalElements": found.total });
            ([(header::CACHE_CONTROL, "no-store")], axum::Json(told)).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "the text messages could not be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// The letter to try, with the UUID that the caller chose.
async fn letter(State(town): State<Town>, Path(uuid): Path<String>) -> Response {
    let Some(uuid) = Uuid::try_parse(&uuid).ok().filter(|uuid| uuid.get_version_num() == 4) else {
        return (StatusCode::BAD_REQUEST, "the id must be a UUID of version 4\n").into_response();
    };
    match letter_to_try(&town.definition, uuid, town.exchange.clock().now()) {
        Ok(Some((bytes, _))) => {
            let headers =
                [(header::CONTENT_TYPE, "application/xml"), (header::CACHE_CONTROL, "no-store")];
            (headers, bytes).into_response()
        }
        Ok(None) => {
            let text = "nobody in this country can send, or nobody can get a letter\n";
            (StatusCode::NOT_FOUND, text).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "the letter to try could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
