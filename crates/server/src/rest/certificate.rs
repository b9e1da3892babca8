//! `GET /certificate`: the exchange's own certificate, for pinning.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use utoipa_axum::routes;

use super::Door;
use super::described::Described;
use super::description::Refused;
use super::errors::Failure;

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(certificate))
}

#[utoipa::path(
    get,
    path = "/certificate",
    operation_id = "getCertificate",
    tag = "Exchange",
    responses(
        (status = 200, body = String, content_type = "application/x-pem-file", description = "The exchange's certificate"),
        Refused
    ),
    security(())
)]
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
