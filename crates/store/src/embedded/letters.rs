//! Submissions, messages, deliveries, receipts, mailboxes and events, read back.

use brevdue_exchange::storage::chain::{Hash, Link};
use brevdue_exchange::storage::{Chained, ContentRef, Page, Place};
use brevdue_exchange::{
    ContactId, Delivery, Door, Event, EventId, EventTag, Memo, MemoKey, OrganisationId, Origin,
    ReceiptId, ReceiptRecord, SystemId, Transmission, TransmissionId,
};
use brevdue_memo::Timestamp;
use brevdue_wire::{PageRequest, ReceiptStatus};
use rusqlite::types::{FromSql as _, ValueRef};
use rusqlite::{Connection, Params, Row};
use uuid::Uuid;

use super::columns::{Sql, id};
use super::milestones::{self, List, Order};
use super::registry::{many, one, strange};
use super::removing::log_start;

/// As [`read_memo`] wants them. Small content that lies in a table of its own comes along; of other
/// small content its place in the journal does.
macro_rules! memo_columns {
    () => {
        "m.key, m.transmission, m.origin_system, m.origin_organisation, m.origin_contact, m.lane,
         m.claimed_uuid, m.message_uuid, m.content_digest, m.content_bytes, m.content_row,
         coalesce(b.bytes, m.content_spot), m.state, m.outline, m.received_at, m.available_at"
    };
}
pub(super) use memo_columns;

const MEMO: &str = concat!(
    "SELECT ",
    memo_columns!(),
    " FROM memos AS m LEFT JOIN row_bytes AS b ON b.id = m.content_row"
);
const DELIVERY: &str = "SELECT memo, system, message_uuid, state, queued_at FROM deliveries";
const RECEIPT: &str = "SELECT id, system, memo, receipt, created_at, delivered FROM receipts";
pub(super) const EVENT: &str = "SELECT id, at, tag, transmission, memo, message_uuid, system,
    organisation, receipt_status, error_code, size_bytes, owner, actor, seq, day, hash,
    door FROM events";

pub(super) fn transmission(
    connection: &Connection,
    key: TransmissionId,
) -> rusqlite::Result<Option<Transmission>> {
    let sql =
        "SELECT t.id, t.origin_system, t.origin_organisation, t.origin_contact, t.received_at,
            t.lane, t.extracted, t.archive_digest, t.archive_bytes, t.archive_row, b.bytes,
            t.door
         FROM transmissions AS t LEFT JOIN row_bytes AS b ON b.id = t.archive_row WHERE t.id = ?1";
    one(connection, sql, [id(&key.0)], read_transmission)
}

pub(super) fn memo(connection: &Connection, key: MemoKey) -> rusqlite::Result<Option<Memo>> {
    one(connection, &format!("{MEMO} WHERE m.key = ?1"), [id(&key.0)], read_memo)
}

pub(super) fn memo_by_identity(
    connection: &Connection,
    holder: Uuid,
    message_uuid: Uuid,
) -> rusqlite::Result<Option<Memo>> {
    let sql = format!(
        "{MEMO} WHERE m.key = (SELECT memo FROM identities WHERE holder = ?1 AND message_uuid = ?2)"
    );
    one(connection, &sql, [id(&holder), id(&message_uuid)], read_memo)
}

pub(super) fn memos_of(
    connection: &Connection,
    transmission: TransmissionId,
    page: PageRequest,
) -> rusqlite::Result<Page<Memo>> {
    milestones::page(connection, List::Submission(transmission), page, Order::Forward)?
        .read(|key| memo(connection, MemoKey(key)))
}

pub(super) fn delivery(
    connection: &Connection,
    system: SystemId,
    message_uuid: Uuid,
) -> rusqlite::Result<Option<Delivery>> {
    let sql = format!(
        "{DELIVERY} WHERE system = ?1 AND message_uuid = ?2 ORDER BY queued_at DESC, memo DESC LIMIT 1"
    );
    one(connection, &sql, [id(&system.0), id(&message_uuid)], read_delivery)
}

pub(super) fn deliveries_waiting(
    connection: &Connection,
    system: SystemId,
    page: PageRequest,
) -> rusqlite::Result<Page<Delivery>> {
    let sql = format!("{DELIVERY} WHERE memo = ?1 AND system = ?2");
    milestones::page(connection, List::Deliveries(system), page, Order::Forward)?
        .read(|memo| one(connection, &sql, [id(&memo), id(&system.0)], read_delivery))
}

pub(super) fn receipt(
    connection: &Connection,
    key: ReceiptId,
) -> rusqlite::Result<Option<ReceiptRecord>> {
    one(connection, &format!("{RECEIPT} WHERE id = ?1"), [id(&key.0)], read_receipt)
}

pub(super) fn receipts_waiting(
    connection: &Connection,
    system: SystemId,
    page: PageRequest,
) -> rusqlite::Result<Page<ReceiptRecord>> {
    milestones::page(connection, List::Receipts(system), page, Order::Forward)?
        .read(|key| receipt(connection, ReceiptId(key)))
}

pub(super) fn receipts_of(
    connection: &Connection,
    memo: MemoKey,
) -> rusqlite::Result<Vec<ReceiptRecord>> {
    let sql = format!("{RECEIPT} WHERE memo = ?1 ORDER BY created_at, id");
    many(connection, &sql, [id(&memo.0)], read_receipt)
}

pub(super) fn events_of(connection: &Connection, memo: MemoKey) -> rusqlite::Result<Vec<Event>> {
    many(connection, &format!("{EVENT} WHERE memo = ?1 ORDER BY seq"), [id(&memo.0)], read_event)
}

pub(super) fn chained_events_of(
    connection: &Connection,
    memo: MemoKey,
) -> rusqlite::Result<Vec<Chained>> {
    let (removed, start) = log_start(connection)?;
    let mut before = connection.prepare_cached("SELECT day, hash FROM events WHERE seq = ?1")?;
    let mut events = connection.prepare_cached(&format!("{EVENT} WHERE memo = ?1 ORDER BY seq"))?;
    let mut rows = events.query([id(&memo.0)])?;
    let mut chained = Vec::new();
    while let Some(row) = rows.next()? {
        let (seq, day, hash): (i64, i64, Hash) = (row.get(13)?, row.get(14)?, row.get(15)?);
        let link = match seq - 1 == removed {
            true => start,
            false => before
                .query_row([seq - 1], |row| Ok(Link { day: row.get(0)?, hash: row.get(1)? }))?,
        };
        chained.push(Chained {
            event: read_event(row)?,
            number: seq.unsigned_abs(),
            day,
            before: link.towards(day),
            hash,
        });
    }
    Ok(chained)
}

pub(super) fn events_after(
    connection: &Connection,
    number: u64,
    limit: u32,
) -> rusqlite::Result<Vec<(u64, Event)>> {
    let after = i64::try_from(number).unwrap_or(i64::MAX);
    let read = |row: &Row<'_>| {
        let Sql(seq): Sql<u64> = row.get(13)?;
        Ok((seq, read_event(row)?))
    };
    many(connection, &format!("{EVENT} WHERE seq > ?1 ORDER BY seq LIMIT ?2"), (after, limit), read)
}

/// `LIMIT` and `OFFSET`. What is beyond any table is simply not there.
pub(super) fn window(page: PageRequest) -> (i64, i64) {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    (number(page.size), number(page.page.saturating_mul(page.size)))
}

pub(super) fn count(
    connection: &Connection,
    sql: &str,
    params: impl Params,
) -> rusqlite::Result<u64> {
    let Sql(count) = connection.prepare_cached(sql)?.query_row(params, |row| row.get(0))?;
    Ok(count)
}

pub(super) fn read_origin(row: &Row<'_>, first: usize) -> rusqlite::Result<Origin> {
    let ids: [Option<Sql<Uuid>>; 3] = [row.get(first)?, row.get(first + 1)?, row.get(first + 2)?];
    match ids {
        [Some(Sql(system)), Some(Sql(organisation)), None] => Ok(Origin::System {
            system: SystemId(system),
            organisation: OrganisationId(organisation),
        }),
        [None, None, Some(Sql(contact))] => Ok(Origin::Mailbox(ContactId(contact))),
        _ => Err(strange(first, "origin")),
    }
}

/// Digest, length, row, and the row's bytes or a place in the journal, from `first` on.
fn read_content(row: &Row<'_>, first: usize) -> rusqlite::Result<ContentRef> {
    let Sql(digest) = row.get(first)?;
    let Sql(length_bytes) = row.get(first + 1)?;
    let in_row: Option<i64> = row.get(first + 2)?;
    let place = match (in_row, row.get_ref(first + 3)?) {
        (None, ValueRef::Null) => Place::Store,
        (None, spot) => Place::Journal(Sql::column_result(spot)?.0),
        (Some(_), ValueRef::Blob(bytes)) => Place::Row(bytes.to_vec().into()),
        (Some(_), _) => return Err(strange(first + 3, "bytes")),
    };
    Ok(ContentRef { digest, length_bytes, place })
}

fn read_transmission(row: &Row<'_>) -> rusqlite::Result<Transmission> {
    let Sql(key): Sql<Uuid> = row.get(0)?;
    let Sql(received_at) = row.get(4)?;
    let Sql(lane) = row.get(5)?;
    let archive = match row.get_ref(7)?.as_blob_or_null()? {
        Some(_) => Some(read_content(row, 7)?),
        None => None,
    };
    Ok(Transmission {
        id: TransmissionId(key),
        origin: read_origin(row, 1)?,
        received_at,
        lane,
        archive,
        extracted: row.get(6)?,
        door: read_door(row, 11)?,
    })
}

pub(super) fn read_memo(row: &Row<'_>) -> rusqlite::Result<Memo> {
    let Sql(key): Sql<Uuid> = row.get(0)?;
    let Sql(transmission): Sql<Uuid> = row.get(1)?;
    let Sql(lane) = row.get(5)?;
    let claimed_uuid: Option<Sql<Uuid>> = row.get(6)?;
    let message_uuid: Option<Sql<Uuid>> = row.get(7)?;
    let Sql(state) = row.get(12)?;
    let outline = match row.get_ref(13)?.as_str_or_null()? {
        // The cause could quote the text; it is left out.
        Some(json) => Some(serde_json::from_str(json).map_err(|_| strange(13, "outline"))?),
        None => None,
    };
    let Sql(received_at) = row.get(14)?;
    let available_at: Option<Sql<Timestamp>> = row.get(15)?;
    Ok(Memo {
        key: MemoKey(key),
        transmission: TransmissionId(transmission),
        origin: read_origin(row, 2)?,
        lane,
        claimed_uuid: claimed_uuid.map(|Sql(id)| id),
        message_uuid: message_uuid.map(|Sql(id)| id),
        content: read_content(row, 8)?,
        state,
        outline,
        received_at,
        available_at: available_at.map(|Sql(at)| at),
    })
}

fn read_delivery(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    let Sql(memo): Sql<Uuid> = row.get(0)?;
    let Sql(system): Sql<Uuid> = row.get(1)?;
    let Sql(message_uuid) = row.get(2)?;
    let Sql(state) = row.get(3)?;
    let Sql(queued_at) = row.get(4)?;
    Ok(Delivery { memo: MemoKey(memo), system: SystemId(system), message_uuid, state, queued_at })
}

fn read_receipt(row: &Row<'_>) -> rusqlite::Result<ReceiptRecord> {
    let Sql(key): Sql<Uuid> = row.get(0)?;
    let system: Option<Sql<Uuid>> = row.get(1)?;
    let memo: Option<Sql<Uuid>> = row.get(2)?;
    let receipt =
        serde_json::from_str(row.get_ref(3)?.as_str()?).map_err(|_| strange(3, "receipt"))?;
    let Sql(created_at) = row.get(4)?;
    Ok(ReceiptRecord {
        id: ReceiptId(key),
        system: system.map(|Sql(id)| SystemId(id)),
        memo: memo.map(|Sql(key)| MemoKey(key)),
        receipt,
        created_at,
        delivered: row.get(5)?,
    })
}

pub(super) fn read_event(row: &Row<'_>) -> rusqlite::Result<Event> {
    let Sql(key): Sql<Uuid> = row.get(0)?;
    let Sql(at) = row.get(1)?;
    let tag = EventTag::from_name(row.get_ref(2)?.as_str()?).ok_or_else(|| strange(2, "tag"))?;
    let ids: [Option<Sql<Uuid>>; 5] =
        [row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?, row.get(7)?];
    let [transmission, memo, message_uuid, system, organisation] =
        ids.map(|id| id.map(|Sql(id)| id));
    let receipt_status: Option<Sql<ReceiptStatus>> = row.get(8)?;
    let size_bytes: Option<Sql<u64>> = row.get(10)?;
    let (owner, actor): (Option<Sql<Uuid>>, Option<Sql<Uuid>>) = (row.get(11)?, row.get(12)?);
    Ok(Event {
        id: EventId(key),
        at,
        tag,
        transmission: transmission.map(TransmissionId),
        memo: memo.map(MemoKey),
        message_uuid,
        system: system.map(SystemId),
        organisation: organisation.map(OrganisationId),
        receipt_status: receipt_status.map(|Sql(status)| status),
        error_code: row.get(9)?,
        size_bytes: size_bytes.map(|Sql(size)| size),
        owner: owner.map(|Sql(owner)| owner),
        actor: actor.map(|Sql(actor)| actor),
        door: read_door(row, 16)?,
    })
}

fn read_door(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Door>> {
    let word = row.get_ref(column)?.as_str_or_null()?;
    word.map(|word| Door::from_word(word).ok_or_else(|| strange(column, "door"))).transpose()
}
