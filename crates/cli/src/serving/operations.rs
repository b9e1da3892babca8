//! What operators ask of a running exchange. On the plain door alone, for this machine alone, and for
//! whoever has the key of the data folder.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use brevdue_store::{Damage, Embedded};

use crate::commands::verify::{Finding, finding};
use crate::folder::Folder;
use crate::operations::{Key, PATH};
use crate::report::Problem;

/// The routes under `/operations`.
pub(super) fn routes(store: Arc<Embedded>, key: Key) -> Router {
    Router::new()
        .route(&format!("{PATH}/verify"), post(verify))
        .with_state(store)
        .layer(from_fn_with_state(key, with_key))
}

/// The key of the data folder.
pub(super) fn key(folder: &Folder) -> Result<Key, Problem> {
    Key::make(folder).map_err(|error| {
        Problem::ours("operations::key", "the key of the data folder cannot be made")
            .because(&error)
    })
}

async fn with_key(State(key): State<Key>, request: Request, next: Next) -> Response {
    let shown = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if !key.is_shown_by(shown) {
        return (StatusCode::UNAUTHORIZED, "the key of the data folder is needed\n")
            .into_response();
    }
    next.run(request).await
}

async fn verify(State(store): State<Arc<Embedded>>) -> Response {
    match store.check().await {
        Ok(found) => {
            let all: Vec<Finding> = store
                .damage()
                .iter()
                .chain(&found)
                .map(|damage: &Damage| finding(damage))
                .collect();
            Json(all).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "the store could not be checked");
            (StatusCode::SERVICE_UNAVAILABLE, "the store could not be checked\n").into_response()
        }
    }
}
