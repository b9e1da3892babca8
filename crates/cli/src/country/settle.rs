//! Putting the country into the store, and telling about it.
//!
//! Settling again changes only what the definition or a certificate changed: a token is kept, and so
//! is what the exchange has noted about a system.

use std::net::SocketAddr;
use std::path::Path;

use brevdue_exchange::authenticate::SshKey;
use brevdue_exchange::ids::Ids;
use brevdue_exchange::registering::Change;
use brevdue_exchange::storage::{Record, RecordKind};
use brevdue_exchange::{
    ApiToken, AuthorityRights, Batch, Contact, ContactId, ContactPoint, ContactPointId, Exchange,
    MailSystem, Op, Organisation, OrganisationId, OrganisationKind, Receives,
    RegisteredCertificate, RegistrationStatus, ServiceProtocol, StorageError, Store, SystemId,
    Targets,
};
use brevdue_memo::{PartyId, Timestamp};
use brevdue_wire::Credentials;
use brevdue_wire::country::{
    Country, CountryContactPoint, CountryOrganisation, CountryPerson, CountrySystem,
};
use brevdue_wire::registry::{self, StandardSystemTemplate};

use super::Definition;
use super::certificates::{Authority, CertificateError, Certified, Subject};
use super::definition::{
    ContactPointEntry, Kind, OrganisationEntry, PersonEntry, Protocol, Status, SystemEntry,
    SystemType, Target, TemplateEntry,
};
use super::ssh::{SshKeys, SshKeysError};
use crate::config::CountryChoice;

/// Why the country could not be settled.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettleError {
    /// The store failed.
    #[error("the invented country could not be stored")]
    Storage(#[from] StorageError),
    /// A certificate failed.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// An SSH key failed.
    #[error(transparent)]
    Key(#[from] SshKeysError),
}

/// Where the doors are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Addresses {
    pub(crate) http: Option<SocketAddr>,
    pub(crate) https: Option<SocketAddr>,
    pub(crate) sftp: Option<SocketAddr>,
    pub(crate) amqp: Option<SocketAddr>,
}

/// Puts what is new or changed into the store, in one batch.
pub(crate) async fn settle(
    exchange: &Exchange,
    definition: &Definition,
    choice: &CountryChoice,
    authority: &Authority<'_>,
    keys: &SshKeys,
    now: Timestamp,
    ids: &dyn Ids,
) -> Result<(), SettleError> {
    let store = exchange.store();
    let mut batch = Batch::default();
    for entry in &definition.organisations {
        let wanted = organisation(entry);
        let kept = store.organisation(wanted.id).await?;
        if kept.as_ref() != Some(&wanted) {
            let change = if kept.is_some() { Change::Updated } else { Change::Created };
            batch.ops.extend(exchange.tell_of_organisation(&wanted, change).await?);
            batch.push(Op::PutOrganisation(wanted));
        }
        for system in &entry.systems {
            let certified = authority.organisation(&subject(entry, system))?;
            let kept = store.system(SystemId(system.id)).await?;
            let wanted = mail_system(entry, system, choice, &certified, kept.as_ref(), now, ids);
            if kept.as_ref() != Some(&wanted) {
                batch.ops.extend(exchange.system_changes(kept.as_ref(), wanted.clone()));
            }
            let key = SshKey { public_key: keys.public(system)? };
            let kept = store.record(RecordKind::SshKey, system.id).await?;
            let fits = |record: &Record| {
                let body = serde_json::from_str::<SshKey>(&record.body);
                record.name == system.name && body.is_ok_and(|kept| kept == key)
            };
            if !kept.as_ref().is_some_and(fits) {
                batch.push(key.registered(&wanted, &system.name, kept.as_ref(), now));
            }
        }
        for point in &entry.contact_points {
            if let Some(wanted) = contact_point(entry, point, choice)
                && store.contact_point(wanted.id).await?.as_ref() != Some(&wanted)
            {
                batch.push(Op::PutContactPoint(wanted));
            }
        }
    }
    for wanted in contacts(definition) {
        let kept = store.contact(wanted.id).await?;
        if kept.as_ref() != Some(&wanted) {
            let change = exchange.change_of(kept.as_ref(), &wanted);
            batch.ops.extend(exchange.tell_of_contact(&wanted, change).await?);
            batch.ops.extend(exchange.contact_changes(kept.as_ref(), wanted));
        }
    }
    for entry in &definition.templates {
        batch.ops.extend(exchange.register_template(entry.id, template(entry)).await?);
    }
    if !batch.ops.is_empty() {
        store.commit(batch).await?;
    }
    Ok(())
}

/// The country as the store has it, for `GET /testing/country` and `country.json`.
pub(crate) async fn published(
    store: &dyn Store,
    definition: &Definition,
    certificates: &Path,
    keys: &SshKeys,
    print: &Path,
    doors: Addresses,
) -> Result<Country, StorageError> {
    let file = |name: &str, ending: &str| {
        certificates.join(format!("{name}.{ending}")).display().to_string()
    };
    let mut organisations = Vec::new();
    for entry in &definition.organisations {
        let mut systems = Vec::new();
        for system in &entry.systems {
            let Some(kept) = store.system(SystemId(system.id)).await? else { continue };
            let credentials = Credentials { system: system.id, token: kept.token.0 };
            systems.push(CountrySystem {
                id: system.id,
                name: system.name.clone(),
                system_types: system.types.iter().map(|one| one.name().to_owned()).collect(),
                service_protocol: match kept.protocol {
                    ServiceProtocol::RestPush => "REST_PUSH".to_owned(),
                    ServiceProtocol::RestPull => "REST_PULL".to_owned(),
                },
                authorization: credentials.header_value(),
                token: credentials.token,
                certificate: file(&system.name, "pem"),
                key: file(&system.name, "key"),
                ssh_key: keys.private(system).map(|path| path.display().to_string()),
            });
        }
        organisations.push(CountryOrganisation {
            id: entry.id,
            cvr: entry.cvr.digits().into(),
            name: entry.name.clone(),
            kind: match entry.kind {
                Kind::Authority => "AUTHORITY".into(),
                Kind::Company => "COMPANY".into(),
            },
            contact_points: entry
                .contact_points
                .iter()
                .map(|point| CountryContactPoint { id: point.id, name: point.name.clone() })
                .collect(),
            systems,
        });
    }
    Ok(Country {
        http: doors.http.map(|address| format!("http://{address}")),
        https: doors.https.map(|address| format!("https://{address}")),
        sftp: doors.sftp.map(|address| address.to_string()),
        amqp: doors.amqp.map(|address| address.to_string()),
        print_folder: Some(print.display().to_string()),
        known_hosts: doors.sftp.map(|_| keys.known_hosts().display().to_string()),
        certificate_authority: file("ca", "pem"),
        organisations,
        people: definition
            .people
            .iter()
            .map(|person| CountryPerson {
                id: person.id,
                cpr: person.cpr.digits().into(),
                name: person.name.clone(),
                status: person.status.name().into(),
                nemsms: person.nemsms.map(|number| number.digits().to_owned()),
            })
            .collect(),
    })
}

fn organisation(entry: &OrganisationEntry) -> Organisation {
    Organisation {
        id: OrganisationId(entry.id),
        cvr: entry.cvr,
        name: entry.name.clone(),
        kind: match entry.kind {
            Kind::Company => OrganisationKind::Company,
            Kind::Authority => OrganisationKind::Authority(AuthorityRights {
                mandatory_post: entry.mandatory_post,
                legal_notification: entry.legal_notification,
                terms_accepted: entry.terms_accepted,
            }),
        },
    }
}

fn template(entry: &TemplateEntry) -> StandardSystemTemplate {
    let word = |kind: &SystemType| match kind {
        SystemType::Sender => registry::SystemType::Sender,
        SystemType::Recipient => registry::SystemType::Recipient,
        SystemType::RecipientDefault => registry::SystemType::RecipientDefault,
    };
    StandardSystemTemplate {
        name: Some(entry.name.clone()),
        system_types: Some(entry.types.iter().map(word).collect()),
        service_protocol: Some(match entry.protocol {
            Protocol::RestPull => registry::ServiceProtocol::RestPull,
            Protocol::RestPush => registry::ServiceProtocol::RestPush,
        }),
        ..Default::default()
    }
}

fn subject<'a>(entry: &'a OrganisationEntry, system: &'a SystemEntry) -> Subject<'a> {
    Subject {
        file: &system.name,
        common_name: &system.name,
        organisation: &entry.name,
        cvr: entry.cvr,
        holder: system.id,
    }
}

/// The system as the definition wants it, with what is kept of it in the store.
fn mail_system(
    entry: &OrganisationEntry,
    system: &SystemEntry,
    choice: &CountryChoice,
    certified: &Certified,
    kept: Option<&MailSystem>,
    now: Timestamp,
    ids: &dyn Ids,
) -> MailSystem {
    let pushes = system.protocol == Protocol::RestPush;
    let endpoint = choice.push_endpoint.clone().filter(|_| pushes && system.receives());
    let receipt_endpoint = choice.receipt_endpoint.clone().filter(|_| pushes && system.sends());
    let moved = kept.is_some_and(|kept| kept.endpoint != endpoint);

    let active_from = kept.map_or(now, |kept| kept.active_from);
    let active_to = if is_off(system, choice) {
        Some(active_from)
    } else {
        // What the exchange switched off after a long silence stays off until its address changes.
        kept.and_then(|kept| kept.active_to).filter(|_| !moved)
    };
    MailSystem {
        id: SystemId(system.id),
        organisation: OrganisationId(entry.id),
        name: system.name.clone(),
        sends: system.sends(),
        receives: if system.types.contains(&SystemType::RecipientDefault) {
            Receives::Default
        } else if system.receives() {
            Receives::ItsContactPoints
        } else {
            Receives::Nothing
        },
        protocol: match system.protocol {
            Protocol::RestPush => ServiceProtocol::RestPush,
            Protocol::RestPull => ServiceProtocol::RestPull,
        },
        endpoint,
        receipt_endpoint,
        token: kept.map_or_else(|| token(ids), |kept| kept.token.clone()),
        certificate: Some(RegisteredCertificate {
            public_key_sha256: certified.public_key_sha256,
            serial: certified.serial.clone(),
            not_after: Some(certified.not_after),
        }),
        delegated_cvr: None,
        allowed_ips: Vec::new(),
        active_from,
        active_to,
        failing_since: kept.and_then(|kept| kept.failing_since).filter(|_| !moved),
    }
}

/// A receiver that is pushed to, and nobody said where.
fn is_off(system: &SystemEntry, choice: &CountryChoice) -> bool {
    system.protocol == Protocol::RestPush && system.receives() && choice.push_endpoint.is_none()
}

fn token(ids: &dyn Ids) -> ApiToken {
    ApiToken(format!("{}{}", ids.random().simple(), ids.random().simple()))
}

fn contact_point(
    entry: &OrganisationEntry,
    point: &ContactPointEntry,
    choice: &CountryChoice,
) -> Option<ContactPoint> {
    let system = entry.systems.iter().find(|system| system.name == point.system)?;
    Some(ContactPoint {
        id: ContactPointId(point.id),
        organisation: OrganisationId(entry.id),
        name: point.name.clone(),
        system: SystemId(system.id),
        active: !is_off(system, choice),
        targets: Targets {
            citizens: point.targets.contains(&Target::Citizen),
            companies: point.targets.contains(&Target::Company),
            authorities: point.targets.contains(&Target::Authority),
        },
        memo_limit_bytes: None,
        attachment_limit: None,
    })
}

fn contacts(definition: &Definition) -> Vec<Contact> {
    let companies = definition.organisations.iter().filter_map(|entry| {
        Some(Contact {
            id: ContactId(entry.mailbox?),
            party: PartyId::Cvr(entry.cvr),
            name: entry.name.clone(),
            status: RegistrationStatus::Registered,
            nemsms: entry.nemsms,
        })
    });
    let people = definition.people.iter().map(|person: &PersonEntry| Contact {
        id: ContactId(person.id),
        party: PartyId::Cpr(person.cpr),
        name: person.name.clone(),
        status: match person.status {
            Status::Registered => RegistrationStatus::Registered,
            Status::Exempt => RegistrationStatus::Exempt,
            Status::Closed => RegistrationStatus::Closed,
        },
        nemsms: person.nemsms,
    });
    companies.chain(people).collect()
}
