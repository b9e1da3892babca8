//! Legacy numbers, and the interfaces that closed.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use brevdue_exchange::OrganisationId;
use brevdue_wire::registry::{
    FejlType, Material, PostkasseEmneIdsSearchResult, PostkasseIdsSearchResult,
    StandardSystemTemplateListResult,
};
use utoipa_axum::routes;

use super::{Door, enveloped, search_for, unsearchable};
use crate::rest::acting::Acting;
use crate::rest::described::Described;
use crate::rest::description::Refused;
use crate::rest::errors::Failure;
use crate::rest::parameters::{Parameters, path_id};

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(templates))
        .with(routes!(material))
        .with(routes!(boxes))
        .with(routes!(subjects))
        .with(routes!(dp_single))
        .with(routes!(dp_mass))
        .with(routes!(dp2_single))
        .with(routes!(dp2_mass))
        .with(routes!(mass_receipts))
        .with(routes!(mass_receipt))
        .with(routes!(registration))
        .with(routes!(registration_list))
        .with(routes!(registration_part))
}

/// `GET /standard-system-templates`.
#[utoipa::path(
    get,
    path = "/standard-system-templates",
    operation_id = "listStandardSystemTemplates",
    tag = "Systems",
    responses((status = 200, body = StandardSystemTemplateListResult, description = "By name"), Refused)
)]
async fn templates(
    State(door): State<Door>,
    Acting(_): Acting,
) -> Result<Json<StandardSystemTemplateListResult>, Failure> {
    Ok(Json(door.exchange.tell_templates().await?))
}

/// `GET /materials/{id}`.
#[utoipa::path(
    get,
    path = "/materials/{id}",
    operation_id = "getMaterial",
    tag = "Legacy",
    params(("id" = i64, Path, description = "As a system names it in defaultMaterialId", minimum = 0)),
    responses((status = 200, body = Material, description = "The material"), Refused)
)]
async fn material(
    State(door): State<Door>,
    Acting(_): Acting,
    Path(id): Path<String>,
) -> Result<Json<Material>, Failure> {
    Ok(Json(door.exchange.tell_material(number(&id, "id")?).await?))
}

/// `GET /organisations/{organisationId}/postkasse-ids/`.
#[utoipa::path(
    get,
    path = "/organisations/{organisationId}/postkasse-ids/",
    operation_id = "listPostkasseIds",
    tag = "Legacy",
    params(("organisationId" = Uuid, Path, description = "Of the organisation")),
    responses((status = 200, body = PostkasseIdsSearchResult, description = "Numbers of its boxes"), Refused)
)]
async fn boxes(
    State(door): State<Door>,
    Acting(_): Acting,
    Path(organisation): Path<String>,
    parameters: Parameters,
) -> Result<Json<serde_json::Value>, Failure> {
    let organisation = OrganisationId(path_id(&organisation)?);
    let numbers = door.exchange.legacy_numbers(organisation, None).await?;
    let search = search_for::<PostkasseIdsSearchResult>(&parameters, &[])?;
    Ok(enveloped(search.run(&numbers).map_err(unsearchable)?, "postkasseIds"))
}

/// `GET /organisations/{organisationId}/postkasse-ids/{postkasseId}/postkasse-emne-ids/`.
#[utoipa::path(
    get,
    path = "/organisations/{organisationId}/postkasse-ids/{postkasseId}/postkasse-emne-ids/",
    operation_id = "listPostkasseEmneIds",
    tag = "Legacy",
    params(
        ("organisationId" = Uuid, Path, description = "Of the organisation"),
        ("postkasseId" = i64, Path, description = "Number of the box", minimum = 0),
    ),
    responses((status = 200, body = PostkasseEmneIdsSearchResult, description = "Numbers of its subjects"), Refused)
)]
async fn subjects(
    State(door): State<Door>,
    Acting(_): Acting,
    Path((organisation, postkasse)): Path<(String, String)>,
    parameters: Parameters,
) -> Result<Json<serde_json::Value>, Failure> {
    let organisation = OrganisationId(path_id(&organisation)?);
    let postkasse = number(&postkasse, "postkasseId")?;
    let numbers = door.exchange.legacy_numbers(organisation, Some(postkasse)).await?;
    let search = search_for::<PostkasseIdsSearchResult>(&parameters, &[])?;
    Ok(enveloped(search.run(&numbers).map_err(unsearchable)?, "postkasseEmneIds"))
}

fn number(text: &str, field: &str) -> Result<i64, Failure> {
    text.parse().ok().filter(|number| *number >= 0).ok_or_else(|| {
        Failure::bad_request("number.invalid", "a whole number of 0 or more").at("path", field)
    })
}

/// The answer of every interface that closed on 5 December 2023.
fn closed() -> (StatusCode, Json<FejlType>) {
    let fejl_tekst = "DP og DP2 lukkede den 5. december 2023; send MeMo til POST /apis/v1/memos/. \
                      DP and DP2 closed on 5 December 2023; send MeMo to POST /apis/v1/memos/.";
    let told = FejlType {
        fejl_kode: 404,
        fejl_tekst: fejl_tekst.into(),
        fejl_identifikator: Some("legacy.interface.closed".into()),
    };
    (StatusCode::NOT_FOUND, Json(told))
}

macro_rules! closed {
    ($($name:ident: $method:ident $path:literal as $id:literal, $($parameter:literal)*;)*) => {$(
        #[doc = concat!("`", $path, "`: closed on 5 December 2023.")]
        #[utoipa::path(
            $method,
            path = $path,
            operation_id = $id,
            tag = "Legacy",
            params($(($parameter = String, Path, description = "Whatever it was"),)*),
            responses(
                (status = 404, body = FejlType, description = "Closed on 5 December 2023"),
            ),
            security(())
        )]
        async fn $name() -> (StatusCode, Json<FejlType>) {
            closed()
        }
    )*};
}

closed! {
    dp_single: put "/dp/afsendersystem/{systemId}/afsendelser/{meddelelseId}" as "dpAfsendelse", "systemId" "meddelelseId";
    dp_mass: put "/dp/afsendersystem/{systemId}/masseafsendelser/{meddelelseId}" as "dpMasseafsendelse", "systemId" "meddelelseId";
    dp2_single: put "/dp2/afsendersystem/{systemId}/afsendelser/{meddelelseId}" as "dp2Afsendelse", "systemId" "meddelelseId";
    dp2_mass: put "/dp2/afsendersystem/{systemId}/masseafsendelser/{meddelelseId}" as "dp2Masseafsendelse", "systemId" "meddelelseId";
    mass_receipts: get "/afsendersystem/{systemId}/masseafsendelser/kvitteringsliste/" as "kvitteringsliste", "systemId";
    mass_receipt: delete "/afsendersystem/{systemId}/masseafsendelser/kvitteringsliste/{id}" as "sletKvittering", "systemId" "id";
    registration: get "/afsendersystem/{systemId}/tilmeldinger/{indholdsTypeId}" as "tilmelding", "systemId" "indholdsTypeId";
    registration_list: get "/afsendersystem/{systemId}/tilmeldingsliste/" as "tilmeldingsliste", "systemId";
    registration_part: get "/afsendersystem/{systemId}/tilmeldingsliste/{tilmeldingslisteId}" as "tilmeldingslisteDel", "systemId" "tilmeldingslisteId";
}
