//! Logos of organisations.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use brevdue_exchange::OrganisationId;
use brevdue_wire::registry::Logo;
use bytes::Bytes;
use futures_util::stream;
use utoipa_axum::routes;

use super::{Door, told};
use crate::content;
use crate::rest::acting::Acting;
use crate::rest::body::{BodyFault, keep};
use crate::rest::described::Described;
use crate::rest::description::{FilePart, Refused};
use crate::rest::errors::Failure;
use crate::rest::json::Upload;
use crate::rest::parameters::path_id;
use crate::rest::versions::{IfMatch, Versioned};

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(read, put, remove))
}

/// `GET /organisations/{id}/logo`.
#[utoipa::path(
    get,
    path = "/organisations/{id}/logo",
    operation_id = "getLogo",
    tag = "Organisations",
    params(("id" = Uuid, Path, description = "Of the organisation")),
    responses(
        (status = 200, description = "The logo", content(
            (Vec<u8> = "image/png"),
            (Vec<u8> = "image/jpeg"),
        )),
        Refused
    )
)]
async fn read(
    State(door): State<Door>,
    Acting(_): Acting,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let (media_type, logo) = door.exchange.tell_logo(OrganisationId(path_id(&id)?)).await?;
    let bytes = content::stream(door.exchange.store(), &logo).await?;
    let headers = [
        (header::CONTENT_TYPE, media_type.name().to_owned()),
        (header::CONTENT_LENGTH, logo.length_bytes.to_string()),
    ];
    Ok((headers, Body::from_stream(bytes)).into_response())
}

/// `PUT /organisations/{id}/logo`: a PNG or JPEG.
#[utoipa::path(
    put,
    path = "/organisations/{id}/logo",
    operation_id = "updateLogo",
    tag = "Organisations",
    params(
        ("id" = Uuid, Path, description = "Of the organisation"),
        ("If-Match" = String, Header, description = "The version of the organisation", pattern = "^[0-9]{1,9}$"),
    ),
    request_body(content = FilePart, content_type = "multipart/form-data"),
    responses((status = 200, body = Logo, description = "The logo"), Refused)
)]
async fn put(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Upload(bytes): Upload,
) -> Result<Versioned<Logo>, Failure> {
    let id = OrganisationId(path_id(&id)?);
    door.exchange.may_put_logo(&actor, id, version).await?;
    let begins = bytes.get(..16).unwrap_or(&bytes).to_vec();
    let length = bytes.len() as u64;
    let pieces = stream::once(async move { Ok::<_, BodyFault>(Bytes::from(bytes)) });
    let limit = door.settings.upload_bytes as u64;
    let kept = keep(&door, pieces, Some(length), limit, |_| Ok(())).await?;
    let logo = door.exchange.put_logo(&actor, id, version, &begins, kept).await?;
    Ok(told(logo.version, logo))
}

/// `DELETE /organisations/{id}/logo`.
#[utoipa::path(
    delete,
    path = "/organisations/{id}/logo",
    operation_id = "deleteLogo",
    tag = "Organisations",
    params(
        ("id" = Uuid, Path, description = "Of the organisation"),
        ("If-Match" = String, Header, description = "The version of the organisation", pattern = "^[0-9]{1,9}$"),
    ),
    responses((status = 204, description = "It is gone"), Refused)
)]
async fn remove(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
) -> Result<StatusCode, Failure> {
    door.exchange.remove_logo(&actor, OrganisationId(path_id(&id)?), version).await?;
    Ok(StatusCode::NO_CONTENT)
}
