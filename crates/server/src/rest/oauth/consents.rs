//! `/consents`: what somebody has allowed clients, to be seen and taken back.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use brevdue_exchange::StorageError;
use brevdue_exchange::people::Person;
use brevdue_memo::Timestamp;
use brevdue_wire::PageRequest;
use brevdue_wire::sign_in::{Consent, PagingResult};
use utoipa_axum::routes;

use super::super::Door;
use super::super::acting::SignedIn;
use super::super::described::Described;
use super::super::description::Refused;
use super::super::errors::Failure;
use super::super::parameters::{Parameters, path_id};

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(list)).with(routes!(revoke))
}

/// `GET /consents`: what the person has allowed clients, oldest first.
#[utoipa::path(
    get,
    path = "/consents",
    operation_id = "listConsents",
    tag = "Sign-in",
    params(
        ("page" = Option<u64>, Query, description = "From 0", maximum = 10_000_000),
        ("size" = Option<u64>, Query, description = "Elements on a page", minimum = 1),
    ),
    responses((status = 200, body = PagingResult, description = "The consents"), Refused),
    security(("person" = [])),
)]
async fn list(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    parameters: Parameters,
) -> Result<Json<PagingResult>, Failure> {
    Ok(Json(page(&door, &person, parameters.page()?).await?))
}

/// `DELETE /consents/{id}`: takes one back; its tokens are worthless. Answers with those that are left.
#[utoipa::path(
    delete,
    path = "/consents/{id}",
    operation_id = "revokeConsent",
    tag = "Sign-in",
    params(("id" = Uuid, Path, description = "Of the consent")),
    responses((status = 200, body = PagingResult, description = "The consents that are left"), Refused),
    security(("person" = [])),
)]
async fn revoke(
    State(door): State<Door>,
    SignedIn(person): SignedIn,
    Path(id): Path<String>,
) -> Result<Json<PagingResult>, Failure> {
    if !door.exchange.revoke_consent(person.identity, path_id(&id)?).await? {
        return Err(Failure::new(
            StatusCode::NOT_FOUND,
            "consent.not.found",
            "there is no such consent, or it is not yours",
        ));
    }
    Ok(Json(page(&door, &person, PageRequest::default()).await?))
}

async fn page(
    door: &Door,
    person: &Person,
    request: PageRequest,
) -> Result<PagingResult, StorageError> {
    let found = door.exchange.consents_of(person.identity, request).await?;
    let content = found.items.into_iter().map(|kept| Consent {
        id: kept.id,
        client_id: kept.body.asked.client,
        client_name: kept.body.asked.client_name,
        device_name: kept.body.asked.device_name,
        created_date_time: kept.created_at.to_string(),
        last_updated: kept.updated_at.to_string(),
        expiration: Timestamp::from_millis(kept.body.expires_at).to_string(),
    });
    Ok(PagingResult {
        content: content.collect(),
        number: request.page,
        size: request.size,
        total_elements: found.total,
        total_pages: found.total.div_ceil(request.size.max(1)),
    })
}
