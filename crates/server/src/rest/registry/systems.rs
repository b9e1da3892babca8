//! Systems of organisations, with their certificates, keys and tokens.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use brevdue_exchange::{OrganisationId, SystemId};
use brevdue_wire::registry::{
    MailSystem, MailSystemCommand, OcesPublicCertificateCheck, OcesPublicCertificateCheckResult,
    ServiceProtocol, Ssh, SystemSearchResult,
};
use serde_json::Value;
use utoipa_axum::routes;

use super::{Door, StandardSearch, certificates, found, made, told, two_ids};
use crate::rest::acting::Acting;
use crate::rest::described::Described;
use crate::rest::description::{FilePart, Refused};
use crate::rest::errors::Failure;
use crate::rest::json::{Body, Upload};
use crate::rest::parameters::{Parameters, path_id};
use crate::rest::versions::{IfMatch, Versioned};

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(list, register))
        .with(routes!(read, change, remove))
        .with(routes!(make_default))
        .with(routes!(renew_token))
        .with(routes!(register_certificate))
        .with(routes!(register_key))
        .with(routes!(check_certificate))
}

/// `GET /organisations/{organisationId}/systems/`.
#[utoipa::path(
    get,
    path = "/organisations/{organisationId}/systems/",
    operation_id = "listSystems",
    tag = "Systems",
    params(
        ("organisationId" = Uuid, Path, description = "Of the organisation"),
        ("certificateSerialNumber" = Option<String>, Query, description = "Of the registered certificate, in hexadecimal"),
        ("authenticationToken" = Option<String>, Query, description = "What stands after Basic in Authorization"),
        StandardSearch,
    ),
    responses((status = 200, body = SystemSearchResult, description = "Those found"), Refused)
)]
async fn list(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(organisation): Path<String>,
    parameters: Parameters,
) -> Result<Json<Value>, Failure> {
    let organisation = OrganisationId(path_id(&organisation)?);
    let mut all = door.exchange.tell_systems(&actor, organisation).await?;
    let own = ["certificateSerialNumber", "authenticationToken"];
    if let Some(serial) = parameters.one(own[0])? {
        let of = |system: &MailSystem| {
            system.oces_public_certificate.as_ref()?.certificate_serial_number.clone()
        };
        all.retain(|system| of(system).is_some_and(|s| s.eq_ignore_ascii_case(serial)));
    }
    if let Some(token) = parameters.one(own[1])? {
        let of = |system: &MailSystem| system.api_token.as_ref()?.authentication_token.clone();
        all.retain(|system| of(system).as_deref() == Some(token));
    }
    found(&all, &parameters, &own, "systems")
}

/// `POST /organisations/{organisationId}/systems/`.
#[utoipa::path(
    post,
    path = "/organisations/{organisationId}/systems/",
    operation_id = "createSystem",
    tag = "Systems",
    params(("organisationId" = Uuid, Path, description = "Of the organisation")),
    request_body = MailSystemCommand,
    responses((status = 201, body = MailSystem, description = "The system, with its token"), Refused)
)]
async fn register(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(organisation): Path<String>,
    Body(command): Body<MailSystemCommand>,
) -> Result<Versioned<MailSystem>, Failure> {
    let organisation = OrganisationId(path_id(&organisation)?);
    let system = door.exchange.register_system(&actor, organisation, command).await?;
    Ok(made(system.version, system))
}

/// `GET /organisations/{organisationId}/systems/{id}`.
#[utoipa::path(
    get,
    path = "/organisations/{organisationId}/systems/{id}",
    operation_id = "getSystem",
    tag = "Systems",
    params(
        ("organisationId" = Uuid, Path, description = "Of the organisation"),
        ("id" = Uuid, Path, description = "Of the system"),
    ),
    responses((status = 200, body = MailSystem, description = "The system"), Refused)
)]
async fn read(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(ids): Path<(String, String)>,
) -> Result<Versioned<MailSystem>, Failure> {
    let (organisation, id) = both(ids)?;
    let system = door.exchange.tell_system(&actor, organisation, id).await?;
    Ok(told(system.version, system))
}

/// `PUT /organisations/{organisationId}/systems/{id}`.
#[utoipa::path(
    put,
    path = "/organisations/{organisationId}/systems/{id}",
    operation_id = "updateSystem",
    tag = "Systems",
    params(
        ("organisationId" = Uuid, Path, description = "Of the organisation"),
        ("id" = Uuid, Path, description = "Of the system"),
        ("If-Match" = String, Header, description = "The version it rests on", pattern = "^[0-9]{1,9}$"),
    ),
    request_body = MailSystemCommand,
    responses((status = 200, body = MailSystem, description = "The system"), Refused)
)]
async fn change(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(ids): Path<(String, String)>,
    IfMatch(version): IfMatch,
    Body(command): Body<MailSystemCommand>,
) -> Result<Versioned<MailSystem>, Failure> {
    let (organisation, id) = both(ids)?;
    let system = door.exchange.change_system(&actor, organisation, id, version, command).await?;
    Ok(told(system.version, system))
}

/// `DELETE /organisations/{organisationId}/systems/{id}`.
#[utoipa::path(
    delete,
    path = "/organisations/{organisationId}/systems/{id}",
    operation_id = "deleteSystem",
    tag = "Systems",
    params(
        ("organisationId" = Uuid, Path, description = "Of the organisation"),
        ("id" = Uuid, Path, description = "Of the system"),
        ("If-Match" = String, Header, description = "The version it rests on", pattern = "^[0-9]{1,9}$"),
    ),
    responses((status = 204, description = "It is gone"), Refused)
)]
async fn remove(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(ids): Path<(String, String)>,
    IfMatch(version): IfMatch,
) -> Result<StatusCode, Failure> {
    let (organisation, id) = both(ids)?;
    door.exchange.remove_system(&actor, organisation, id, version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /organisations/{organisationId}/systems/{id}/makedefaultrecipient`.
#[utoipa::path(
    post,
    path = "/organisations/{organisationId}/systems/{id}/makedefaultrecipient",
    operation_id = "makeDefaultRecipient",
    tag = "Systems",
    params(
        ("organisationId" = Uuid, Path, description = "Of the organisation"),
        ("id" = Uuid, Path, description = "Of the system"),
    ),
    responses((status = 200, body = MailSystem, description = "The system"), Refused)
)]
async fn make_default(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(ids): Path<(String, String)>,
) -> Result<Versioned<MailSystem>, Failure> {
    let (organisation, id) = both(ids)?;
    let system = door.exchange.make_default_recipient(&actor, organisation, id).await?;
    Ok(told(system.version, system))
}

/// `POST /organisations/{organisationId}/systems/{id}/renewapitoken`: the old token ends now, and a
/// registered certificate with it.
#[utoipa::path(
    post,
    path = "/organisations/{organisationId}/systems/{id}/renewapitoken",
    operation_id = "renewApiToken",
    tag = "Systems",
    params(
        ("organisationId" = Uuid, Path, description = "Of the organisation"),
        ("id" = Uuid, Path, description = "Of the system"),
    ),
    responses((status = 200, body = MailSystem, description = "The system, with its token"), Refused)
)]
async fn renew_token(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(ids): Path<(String, String)>,
) -> Result<Versioned<MailSystem>, Failure> {
    let (organisation, id) = both(ids)?;
    let system = door.exchange.renew_api_token(&actor, organisation, id).await?;
    Ok(told(system.version, system))
}

/// `POST /organisations/{organisationId}/systems/{systemId}/certificate/`: PEM or DER.
#[utoipa::path(
    post,
    path = "/organisations/{organisationId}/systems/{systemId}/certificate/",
    operation_id = "createSystemCertificate",
    tag = "Systems",
    params(
        ("organisationId" = Uuid, Path, description = "Of the organisation"),
        ("systemId" = Uuid, Path, description = "Of the system"),
    ),
    request_body(content = FilePart, content_type = "multipart/form-data"),
    responses((status = 201, body = OcesPublicCertificateCheck, description = "What it says"), Refused)
)]
async fn register_certificate(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(ids): Path<(String, String)>,
    Upload(bytes): Upload,
) -> Result<Versioned<OcesPublicCertificateCheck>, Failure> {
    let (organisation, id) = both(ids)?;
    let certificate = certificates::certificate(&bytes)?;
    let check = door.exchange.register_certificate(&actor, organisation, id, certificate).await?;
    Ok(made(check.version, check))
}

/// `POST /organisations/{organisationId}/systems/{systemId}/sshkey/`: a public key as OpenSSH writes it.
#[utoipa::path(
    post,
    path = "/organisations/{organisationId}/systems/{systemId}/sshkey/",
    operation_id = "createSystemSshKey",
    tag = "Systems",
    params(
        ("organisationId" = Uuid, Path, description = "Of the organisation"),
        ("systemId" = Uuid, Path, description = "Of the system"),
    ),
    request_body(content = FilePart, content_type = "multipart/form-data"),
    responses((status = 201, body = Ssh, description = "The user it signs in as"), Refused)
)]
async fn register_key(
    State(door): State<Door>,
    Acting(actor): Acting,
    Path(ids): Path<(String, String)>,
    Upload(bytes): Upload,
) -> Result<Versioned<Ssh>, Failure> {
    let (organisation, id) = both(ids)?;
    let key = certificates::ssh_key(&bytes)?;
    let ssh = door.exchange.register_ssh_key(&actor, organisation, id, key).await?;
    Ok(made(ssh.version, ssh))
}

/// `POST /organisations/oces-public-certificate/check/{protocolType}`: what a certificate says, without
/// registering it.
#[utoipa::path(
    post,
    path = "/organisations/oces-public-certificate/check/{protocolType}",
    operation_id = "checkOcesPublicCertificate",
    tag = "Systems",
    params(("protocolType" = ServiceProtocol, Path, description = "How the system is to be reached")),
    request_body(content = FilePart, content_type = "multipart/form-data"),
    responses((status = 200, body = OcesPublicCertificateCheckResult, description = "What it says"), Refused)
)]
async fn check_certificate(
    State(door): State<Door>,
    Acting(_): Acting,
    Path(protocol): Path<String>,
    Upload(bytes): Upload,
) -> Result<Json<OcesPublicCertificateCheckResult>, Failure> {
    let known = serde_json::from_value::<ServiceProtocol>(Value::String(protocol));
    known.map_err(|_| {
        let message = "the protocol is REST_PUSH, REST_PULL, SFTP or SMTP";
        Failure::bad_request("protocol.invalid", message).at("path", "protocolType")
    })?;
    Ok(Json(door.exchange.check_certificate(certificates::certificate(&bytes)?)))
}

fn both(ids: (String, String)) -> Result<(OrganisationId, SystemId), Failure> {
    let (organisation, id) = two_ids(ids)?;
    Ok((OrganisationId(organisation), SystemId(id)))
}
