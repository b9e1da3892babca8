//! Programmes (opgavepakker): the windows in which an authority plans and follows its move.
//!
//! A page asks `brevdue-programme` and shows what it says. Every change goes through
//! [`Programmes::change`](brevdue_programme::Programmes::change), with what the page showed as its base.

mod desk;
mod enter;
mod history;
mod register;
mod reports;

use axum::Router;
use axum::routing::{get, post};

use crate::Web;

/// Every page of programmes.
pub(crate) fn routes() -> Router<Web> {
    Router::new()
        .route("/programmes", get(enter::programmes))
        .route("/programmes/leave", post(enter::leave))
        .route("/programmes/{id}/enter", get(enter::people).post(enter::enter))
        .route("/programmes/{id}/history", get(history::history))
        .route("/programmes/{id}/reports", get(reports::reports))
        .route("/programmes/{id}/reports/{file}", get(reports::file))
        .route("/programmes/{id}/registers/{register}", get(register::list))
        .route(
            "/programmes/{id}/registers/{register}/{key}",
            get(register::form).post(register::save),
        )
}
