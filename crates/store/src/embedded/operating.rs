//! What operators ask: see `brevdue_exchange::storage`.

use brevdue_exchange::storage::{DayBook, EventQuery, Failing, HELD, Page, Standing, Waiting};
use brevdue_exchange::{Event, EventTag, Job, JobId, SystemId};
use brevdue_wire::PageRequest;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::claims::{JOB, job};
use super::columns::{Sql, id};
use super::letters::{EVENT, count, read_event, window};
use super::milestones::{self, List, Order};
use super::registry::{many, one};
use super::shares;

pub(super) fn jobs(connection: &Connection, page: PageRequest) -> rusqlite::Result<Page<Job>> {
    milestones::page(connection, List::Jobs, page, Order::Forward)?
        .read(|key| job_by_id(connection, JobId(key)))
}

pub(super) fn job_by_id(connection: &Connection, key: JobId) -> rusqlite::Result<Option<Job>> {
    one(connection, &format!("{JOB} WHERE id = ?1"), [id(&key.0)], job)
}

pub(super) fn standing(connection: &Connection) -> rusqlite::Result<Standing> {
    let waiting = many(
        connection,
        "SELECT kind, lane, count(*), min(due) FROM jobs WHERE due <> ?1 GROUP BY kind, lane",
        [Sql(HELD)],
        |row| {
            let (Sql(kind), Sql(lane)) = (row.get(0)?, row.get(1)?);
            let (Sql(count), Sql(first_due)) = (row.get(2)?, row.get(3)?);
            Ok(Waiting { kind, lane, count, first_due })
        },
    )?;
    let failing = many(
        connection,
        "SELECT system, count(*), min(failing_since) FROM jobs
            WHERE system IS NOT NULL AND failing_since IS NOT NULL GROUP BY system",
        [],
        |row| {
            let (Sql(system), Sql(count), Sql(since)) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(Failing { system: SystemId(system), count, since })
        },
    )?;
    let held = connection
        .prepare_cached("SELECT count(*) FROM jobs WHERE due = ?1")?
        .query_row([Sql(HELD)], |row| row.get(0))
        .map(|Sql(held)| held)?;
    Ok(Standing { waiting, failing, held })
}

pub(super) fn day_book(
    connection: &Connection,
    day: i64,
    arrivals: &[EventTag],
    receipts: EventTag,
) -> rusqlite::Result<DayBook> {
    let (first, end) = (first_of(connection, day)?, first_of(connection, day + 1)?);
    let mut book = DayBook::default();
    for tag in arrivals {
        let mut states = connection.prepare_cached(
            "SELECT m.state, s.state, count(*) FROM events e LEFT JOIN memos m ON m.key = e.memo
                LEFT JOIN stood s ON s.memo = e.memo
                WHERE e.seq >= ?1 AND e.seq < ?2 AND e.tag = ?3 AND e.memo IS NOT NULL
                GROUP BY m.state, s.state",
        )?;
        let mut rows = states.query(params![first, end, tag.name()])?;
        while let Some(row) = rows.next()? {
            let (stands, stood): (Option<Sql<_>>, Option<Sql<_>>) = (row.get(0)?, row.get(1)?);
            let Sql(count): Sql<u64> = row.get(2)?;
            book.received += count;
            if let Some(Sql(state)) = stands {
                *book.states.entry(state).or_default() += count;
            } else if let Some(Sql(state)) = stood {
                *book.removed.entry(state).or_default() += count;
            }
        }
    }
    let mut statuses = connection.prepare_cached(
        "SELECT receipt_status, count(*) FROM events
            WHERE seq >= ?1 AND seq < ?2 AND tag = ?3 AND receipt_status IS NOT NULL
            GROUP BY receipt_status",
    )?;
    let mut rows = statuses.query(params![first, end, receipts.name()])?;
    while let Some(row) = rows.next()? {
        let (Sql(status), Sql(count)) = (row.get(0)?, row.get(1)?);
        book.receipts.push((status, count));
    }
    Ok(book)
}

/// The number of the first event of a day or of a later one. Days never go back, so that it is found
/// by halving.
fn first_of(connection: &Connection, day: i64) -> rusqlite::Result<i64> {
    let (mut low, mut high): (i64, i64) = connection
        .prepare_cached("SELECT coalesce(min(seq), 1), coalesce(max(seq), 0) + 1 FROM events")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut day_at = connection.prepare_cached("SELECT day FROM events WHERE seq = ?1")?;
    while low < high {
        let middle = low + (high - low) / 2;
        let there: Option<i64> = day_at.query_row([middle], |row| row.get(0)).optional()?;
        if there.is_none_or(|there| there < day) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

pub(super) fn events(
    connection: &Connection,
    query: &EventQuery,
    page: PageRequest,
) -> rusqlite::Result<Page<Event>> {
    let EventQuery {
        from,
        until,
        tags,
        system,
        organisation,
        memo,
        message_uuid,
        transmission,
        owner,
        owner_or_actor,
    } = query;
    let of_somebody = owner.is_some() || owner_or_actor.is_some();
    let asks_for_more = !tags.is_empty() || system.is_some() || memo.is_some() || of_somebody;
    if let Some(organisation) = *organisation
        && !(asks_for_more || message_uuid.is_some() || transmission.is_some())
    {
        return shares::events(connection, organisation, (*from, *until), page);
    }
    let first = match query.first_day() {
        Some(day) => first_of(connection, day)?,
        None => 0,
    };
    let tags: Vec<&str> = query.tags.iter().map(|tag| tag.name()).collect();
    // One statement for every question: what is NULL does not matter.
    let given = "WHERE seq >= ?1 AND (?2 IS NULL OR at >= ?2) AND (?3 IS NULL OR at < ?3)
        AND (?4 = '' OR instr(?4, ',' || tag || ',') > 0)
        AND (?5 IS NULL OR system = ?5) AND (?6 IS NULL OR organisation = ?6)
        AND (?7 IS NULL OR memo = ?7) AND (?8 IS NULL OR message_uuid = ?8)
        AND (?9 IS NULL OR transmission = ?9) AND (?10 IS NULL OR owner = ?10)
        AND (?11 IS NULL OR owner = ?11 OR actor = ?11)";
    let tags = if tags.is_empty() { String::new() } else { format!(",{},", tags.join(",")) };
    // With the letter known, or whom it is about, the events are found by their index.
    let (index, given) = if query.memo.is_some() {
        let given = given.replace("(?7 IS NULL OR memo = ?7)", "memo = ?7");
        ("INDEXED BY events_by_memo ", given)
    } else if query.owner.is_some() {
        let given = given.replace("(?10 IS NULL OR owner = ?10)", "owner = ?10");
        ("INDEXED BY events_by_owner ", given)
    } else {
        ("", given.to_owned())
    };
    let (system, organisation) =
        (query.system.map(|one| one.0), query.organisation.map(|one| one.0));
    let (memo, transmission) = (query.memo.map(|one| one.0), query.transmission.map(|one| one.0));
    let arguments = (
        first,
        query.from.map(Sql),
        query.until.map(Sql),
        tags,
        system.as_ref().map(id),
        organisation.as_ref().map(id),
        memo.as_ref().map(id),
        query.message_uuid.as_ref().map(id),
        transmission.as_ref().map(id),
        query.owner.as_ref().map(id),
        query.owner_or_actor.as_ref().map(id),
    );
    let total = count(
        connection,
        &format!("SELECT count(*) FROM events {index}{given}"),
        arguments.clone(),
    )?;
    let (limit, offset) = window(page);
    let (a, b, c, d, e, f, g, h, i, j, k) = arguments;
    let sql = format!("{EVENT} {index}{given} ORDER BY seq LIMIT ?12 OFFSET ?13");
    let arguments = (a, b, c, d, e, f, g, h, i, j, k, limit, offset);
    let items = many(connection, &sql, arguments, read_event)?;
    Ok(Page { items, total })
}
