//! A system as it is told.

use std::net::IpAddr;

use brevdue_wire::Credentials;
use brevdue_wire::registry as wire;
use brevdue_wire::registry::{AllowedIp, ReceiptFormat, Ssh, SystemType};

use super::super::details::{Beside, SystemDetails};
use super::super::told;
use super::NEVER;
use crate::storage::Record;
use crate::{IpRange, MailSystem, Receives, ServiceProtocol};

pub(super) fn shape(
    system: &MailSystem,
    beside: &Beside<SystemDetails>,
    key: Option<&Record>,
    with_token: bool,
) -> wire::MailSystem {
    let details = beside.body();
    let id = Some(system.id.0);
    let version = Some(beside.version());
    let credentials =
        Credentials { system: system.id.0, token: system.token.0.clone() }.header_value();
    let authentication = credentials.strip_prefix("Basic ").unwrap_or(&credentials).to_owned();
    let protocol = details.service_protocol.unwrap_or(match system.protocol {
        ServiceProtocol::RestPush => wire::ServiceProtocol::RestPush,
        ServiceProtocol::RestPull => wire::ServiceProtocol::RestPull,
    });
    wire::MailSystem {
        id,
        version,
        created_date: told(beside.created_at()),
        last_updated: told(beside.updated_at()),
        name: Some(system.name.clone()),
        endpoint: system.endpoint.clone(),
        receipt_endpoint: system.receipt_endpoint.clone(),
        active_from: (system.active_from != NEVER).then(|| system.active_from.to_string()),
        active_to: system.active_to.map(|at| at.to_string()),
        technical_contact: details.technical_contact.clone(),
        service_protocol: Some(protocol),
        standard_system_template_id: details.standard_system_template_id,
        organisation_id: Some(system.organisation.0),
        system_types: Some(types(system)),
        allowed_ips: Some(ips(system, details)),
        ssh: key.map(|key| ssh(key, system)),
        oces_public_certificate: certificate(system, details),
        api_token: with_token.then(|| wire::ApiToken {
            id,
            version,
            value: Some(system.token.0.clone()),
            authentication_token: Some(authentication),
            last_updated: details.token_made.clone(),
        }),
        receipt_format: Some(ReceiptFormat::Memo),
        supplier: details.supplier.clone(),
        business_contact_email: details.business_contact_email.clone(),
        delegated_cvr: system.delegated_cvr.map(|cvr| cvr.digits().to_owned()),
        default_material_id: details.default_material_id,
    }
}

fn types(system: &MailSystem) -> Vec<SystemType> {
    let sends = system.sends.then_some(SystemType::Sender);
    let receives = match system.receives {
        Receives::Nothing => None,
        Receives::ItsContactPoints => Some(SystemType::Recipient),
        Receives::Default => Some(SystemType::RecipientDefault),
    };
    sends.into_iter().chain(receives).collect()
}

/// As they were written; as they are kept, when they came another way.
fn ips(system: &MailSystem, details: &SystemDetails) -> Vec<AllowedIp> {
    let written: Vec<_> = details.allowed_ips.iter().filter_map(|ip| parse_range(&ip.ip)).collect();
    if written == system.allowed_ips {
        return details.allowed_ips.clone();
    }
    let tell = |range: &IpRange| AllowedIp {
        ip: format!("{}/{}", range.address, range.prefix),
        range: Some(true),
        ..Default::default()
    };
    system.allowed_ips.iter().map(tell).collect()
}

/// The certificate that is registered, with what is known of it.
fn certificate(
    system: &MailSystem,
    details: &SystemDetails,
) -> Option<wire::OcesPublicCertificateCheck> {
    let registered = system.certificate.as_ref()?;
    let serial: String = registered.serial.iter().map(|byte| format!("{byte:02x}")).collect();
    let known = details.certificate.clone();
    let fits = known.filter(|known| known.certificate_serial_number.as_deref() == Some(&serial));
    Some(fits.unwrap_or_else(|| wire::OcesPublicCertificateCheck {
        id: Some(system.id.0),
        certificate_serial_number: Some(serial),
        ..Default::default()
    }))
}

pub(super) fn ssh(key: &Record, system: &MailSystem) -> Ssh {
    let line: serde_json::Value = serde_json::from_str(&key.body).unwrap_or_default();
    let line = line["publicKey"].as_str().unwrap_or_default();
    Ssh {
        id: Some(system.id.0),
        version: Some(key.version),
        ssh_username: Some(key.name.clone()),
        ssh_public_key: line.split_whitespace().nth(1).map(str::to_owned),
        last_updated: Some(key.updated_at.to_string()),
    }
}

/// `192.0.2.1` or `192.0.2.0/27`.
pub(super) fn parse_range(text: &str) -> Option<IpRange> {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix.parse::<u8>().ok()?)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let bits = if address.is_ipv4() { 32 } else { 128 };
    let prefix = prefix.unwrap_or(bits);
    (prefix <= bits).then_some(IpRange { address, prefix })
}
