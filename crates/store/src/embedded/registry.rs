//! Organisations, systems, contacts and contact points, in and out.

use std::fmt::Write as _;
use std::net::IpAddr;

use brevdue_exchange::storage::Page;
use brevdue_exchange::{
    ApiToken, AuthorityRights, Contact, ContactId, ContactPoint, ContactPointId, IpRange,
    MailSystem, Organisation, OrganisationId, OrganisationKind, PhoneNumber, RegisteredCertificate,
    SystemId, Targets,
};
use brevdue_memo::{CvrNumber, PartyId, Timestamp};
use brevdue_wire::PageRequest;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _, Params, Row, params};
use uuid::Uuid;

use super::columns::{Sql, id};
use super::milestones::{self, List, Order};

const ORGANISATION: &str = "SELECT id, cvr, name, kind, mandatory_post, legal_notification, terms_accepted FROM organisations";
const SYSTEM: &str = "SELECT id, organisation, name, sends, receives, protocol, endpoint,
    receipt_endpoint, token, certificate_key, certificate_serial, delegated_cvr, allowed_ips,
    active_from, active_to, failing_since, certificate_not_after FROM systems";
const CONTACT: &str = "SELECT id, party_type, party, name, status, nemsms FROM contacts";
const CONTACT_POINT: &str =
    "SELECT id, organisation, name, system, active, to_citizens, to_companies,
    to_authorities, memo_limit_bytes, attachment_limit FROM contact_points";

pub(super) fn put_organisation(
    connection: &Connection,
    organisation: &Organisation,
) -> rusqlite::Result<()> {
    let (kind, rights) = match organisation.kind {
        OrganisationKind::Authority(rights) => ("authority", rights),
        OrganisationKind::Company => ("company", AuthorityRights::default()),
    };
    connection
        .prepare_cached("INSERT OR REPLACE INTO organisations VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
        .execute(params![
            id(&organisation.id.0),
            organisation.cvr.digits(),
            organisation.name,
            kind,
            rights.mandatory_post,
            rights.legal_notification,
            rights.terms_accepted,
        ])?;
    Ok(())
}

pub(super) fn put_system(connection: &Connection, system: &MailSystem) -> rusqlite::Result<()> {
    let mut allowed_ips = String::new();
    for range in &system.allowed_ips {
        let gap = if allowed_ips.is_empty() { "" } else { " " };
        // Writing to a String cannot fail.
        let _ = write!(allowed_ips, "{gap}{}/{}", range.address, range.prefix);
    }
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO systems (id, organisation, name, sends, receives, protocol,
                endpoint, receipt_endpoint, token, certificate_key, certificate_serial,
                delegated_cvr, allowed_ips, active_from, active_to, failing_since,
                certificate_not_after)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
        )?
        .execute(params![
            id(&system.id.0),
            id(&system.organisation.0),
            system.name,
            system.sends,
            Sql(system.receives),
            Sql(system.protocol),
            system.endpoint,
            system.receipt_endpoint,
            system.token.0,
            system.certificate.as_ref().map(|certificate| certificate.public_key_sha256),
            system.certificate.as_ref().map(|certificate| certificate.serial.as_slice()),
            system.delegated_cvr.as_ref().map(CvrNumber::digits),
            allowed_ips,
            Sql(system.active_from),
            system.active_to.map(Sql),
            system.failing_since.map(Sql),
            system.certificate.as_ref().and_then(|certificate| certificate.not_after).map(Sql),
        ])?;
    Ok(())
}

pub(super) fn put_contact(connection: &Connection, contact: &Contact) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO contacts (id, party_type, party, name, status, nemsms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            id(&contact.id.0),
            contact.party.id_type(),
            contact.party.digits(),
            contact.name,
            Sql(contact.status),
            contact.nemsms.as_ref().map(PhoneNumber::digits),
        ])?;
    Ok(())
}

pub(super) fn put_contact_point(
    connection: &Connection,
    point: &ContactPoint,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO contact_points VALUES
             (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            id(&point.id.0),
            id(&point.organisation.0),
            point.name,
            id(&point.system.0),
            point.active,
            point.targets.citizens,
            point.targets.companies,
            point.targets.authorities,
            point.memo_limit_bytes.map(Sql),
            point.attachment_limit,
        ])?;
    Ok(())
}

pub(super) fn organisation(
    connection: &Connection,
    key: OrganisationId,
) -> rusqlite::Result<Option<Organisation>> {
    one(connection, &format!("{ORGANISATION} WHERE id = ?1"), [id(&key.0)], read_organisation)
}

pub(super) fn organisation_by_cvr(
    connection: &Connection,
    cvr: CvrNumber,
) -> rusqlite::Result<Option<Organisation>> {
    let sql = format!("{ORGANISATION} WHERE cvr = ?1 ORDER BY id LIMIT 1");
    one(connection, &sql, [cvr.digits()], read_organisation)
}

pub(super) fn organisations(connection: &Connection) -> rusqlite::Result<Vec<Organisation>> {
    many(connection, &format!("{ORGANISATION} ORDER BY name, id"), [], read_organisation)
}

pub(super) fn system(
    connection: &Connection,
    key: SystemId,
) -> rusqlite::Result<Option<MailSystem>> {
    one(connection, &format!("{SYSTEM} WHERE id = ?1"), [id(&key.0)], read_system)
}

pub(super) fn systems_of(
    connection: &Connection,
    organisation: OrganisationId,
) -> rusqlite::Result<Vec<MailSystem>> {
    let sql = format!("{SYSTEM} WHERE organisation = ?1 ORDER BY name, id");
    many(connection, &sql, [id(&organisation.0)], read_system)
}

pub(super) fn contact(
    connection: &Connection,
    key: ContactId,
) -> rusqlite::Result<Option<Contact>> {
    one(connection, &format!("{CONTACT} WHERE id = ?1"), [id(&key.0)], read_contact)
}

pub(super) fn contact_by_party(
    connection: &Connection,
    party: PartyId,
) -> rusqlite::Result<Option<Contact>> {
    let sql = format!("{CONTACT} WHERE party = ?1 AND party_type = ?2 ORDER BY id LIMIT 1");
    one(connection, &sql, [party.digits(), party.id_type()], read_contact)
}

pub(super) fn contacts(
    connection: &Connection,
    page: PageRequest,
) -> rusqlite::Result<Page<Contact>> {
    milestones::page(connection, List::Contacts, page, Order::Forward)?
        .read(|key| contact(connection, ContactId(key)))
}

pub(super) fn contact_point(
    connection: &Connection,
    key: ContactPointId,
) -> rusqlite::Result<Option<ContactPoint>> {
    one(connection, &format!("{CONTACT_POINT} WHERE id = ?1"), [id(&key.0)], read_contact_point)
}

pub(super) fn contact_points_of(
    connection: &Connection,
    organisation: OrganisationId,
) -> rusqlite::Result<Vec<ContactPoint>> {
    let sql = format!("{CONTACT_POINT} WHERE organisation = ?1 ORDER BY name, id");
    many(connection, &sql, [id(&organisation.0)], read_contact_point)
}

/// The row there is, if any.
pub(super) fn one<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Option<T>> {
    connection.prepare_cached(sql)?.query_row(params, read).optional()
}

/// Every row, in order.
pub(super) fn many<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    connection.prepare_cached(sql)?.query_map(params, read)?.collect()
}

fn read_organisation(row: &Row<'_>) -> rusqlite::Result<Organisation> {
    let Sql(key): Sql<Uuid> = row.get(0)?;
    let Sql(cvr) = row.get(1)?;
    let kind = match row.get_ref(3)?.as_str()? {
        "authority" => OrganisationKind::Authority(AuthorityRights {
            mandatory_post: row.get(4)?,
            legal_notification: row.get(5)?,
            terms_accepted: row.get(6)?,
        }),
        "company" => OrganisationKind::Company,
        _ => return Err(strange(3, "kind")),
    };
    Ok(Organisation { id: OrganisationId(key), cvr, name: row.get(2)?, kind })
}

fn read_system(row: &Row<'_>) -> rusqlite::Result<MailSystem> {
    let Sql(key): Sql<Uuid> = row.get(0)?;
    let Sql(organisation): Sql<Uuid> = row.get(1)?;
    let Sql(receives) = row.get(4)?;
    let Sql(protocol) = row.get(5)?;
    let not_after: Option<Sql<Timestamp>> = row.get(16)?;
    let certificate = match (row.get(9)?, row.get(10)?) {
        (Some(public_key_sha256), Some(serial)) => {
            let not_after = not_after.map(|Sql(at)| at);
            Some(RegisteredCertificate { public_key_sha256, serial, not_after })
        }
        _ => None,
    };
    let delegated_cvr: Option<Sql<CvrNumber>> = row.get(11)?;
    let allowed_ips = row
        .get_ref(12)?
        .as_str()?
        .split_whitespace()
        .map(|range| read_range(range).ok_or_else(|| strange(12, "allowed_ips")))
        .collect::<rusqlite::Result<_>>()?;
    let Sql(active_from) = row.get(13)?;
    let active_to: Option<Sql<Timestamp>> = row.get(14)?;
    let failing_since: Option<Sql<Timestamp>> = row.get(15)?;
    Ok(MailSystem {
        id: SystemId(key),
        organisation: OrganisationId(organisation),
        name: row.get(2)?,
        sends: row.get(3)?,
        receives,
        protocol,
        endpoint: row.get(6)?,
        receipt_endpoint: row.get(7)?,
        token: ApiToken(row.get(8)?),
        certificate,
        delegated_cvr: delegated_cvr.map(|Sql(cvr)| cvr),
        allowed_ips,
        active_from,
        active_to: active_to.map(|Sql(at)| at),
        failing_since: failing_since.map(|Sql(at)| at),
    })
}

fn read_range(text: &str) -> Option<IpRange> {
    let (address, prefix) = text.split_once('/')?;
    Some(IpRange { address: address.parse::<IpAddr>().ok()?, prefix: prefix.parse().ok()? })
}

fn read_contact(row: &Row<'_>) -> rusqlite::Result<Contact> {
    let Sql(key): Sql<Uuid> = row.get(0)?;
    let party = PartyId::parse(row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str()?)
        .map_err(|_| strange(2, "party"))?;
    let Sql(status) = row.get(4)?;
    let nemsms = row.get_ref(5)?.as_str_or_null()?.map(str::parse).transpose();
    let nemsms = nemsms.map_err(|_| strange(5, "nemsms"))?;
    Ok(Contact { id: ContactId(key), party, name: row.get(3)?, status, nemsms })
}

fn read_contact_point(row: &Row<'_>) -> rusqlite::Result<ContactPoint> {
    let Sql(key): Sql<Uuid> = row.get(0)?;
    let Sql(organisation): Sql<Uuid> = row.get(1)?;
    let Sql(system): Sql<Uuid> = row.get(3)?;
    let memo_limit_bytes: Option<Sql<u64>> = row.get(8)?;
    Ok(ContactPoint {
        id: ContactPointId(key),
        organisation: OrganisationId(organisation),
        name: row.get(2)?,
        system: SystemId(system),
        active: row.get(4)?,
        targets: Targets {
            citizens: row.get(5)?,
            companies: row.get(6)?,
            authorities: row.get(7)?,
        },
        memo_limit_bytes: memo_limit_bytes.map(|Sql(bytes)| bytes),
        attachment_limit: row.get(9)?,
    })
}

/// A column that does not hold what is written to it.
pub(super) fn strange(column: usize, name: &str) -> rusqlite::Error {
    rusqlite::Error::InvalidColumnType(column, name.into(), Type::Text)
}
