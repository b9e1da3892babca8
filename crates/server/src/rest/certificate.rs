//! `GET /certificate`: the exchange's own certificate, for pinning.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};

use super::Door;
use super::errors::Failure;

pub(super) fn methods() -> MethodRouter<Door> {
    get(certificate)
}

async fn certificate(State(door): State<Door>) -> Result<Response, Failure> {
    let pem = door.settings.certificate_pem.clone().ok_or_else(|| {
        Failure::new(
            StatusCode::NOT_FOUND,
            "certificate.none",
            "this exchange runs without TLS and has no certificate",
        )
    })?;
    Ok(([(header::CONTENT_TYPE, "application/x-pem-file")], pem).into_response())
}
