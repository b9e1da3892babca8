//! Each organisation's share of the event log, stretch by stretch.
//!
//! An organisation sees its own events, which lie among everybody's. The log is appended to and never
//! changed, so each stretch of it is counted once, when its last event is written; a page of an
//! organisation's events is then found without reading what lies before it. What is beside the whole
//! stretches is read: the beginning that is left of a stretch when old events were removed, and the end.

use brevdue_exchange::storage::Page;
use brevdue_exchange::{Event, OrganisationId};
use brevdue_memo::Timestamp;
use brevdue_wire::PageRequest;
use rusqlite::{Connection, params};

use super::columns::{Sql, id};
use super::head::Head;
use super::letters::{EVENT, count, read_event};
use super::registry::many;
use super::removing::log_start;

/// Events in a stretch. Stretch 0 begins with event 1.
const STRETCH: u64 = if cfg!(test) { 8 } else { 1024 };

/// Counts a stretch.
const COUNT: &str =
    "SELECT organisation, count(*) AS count, min(at) AS first_at, max(at) AS last_at FROM events
     WHERE seq > ?1 * ?2 AND seq <= (?1 + 1) * ?2 AND organisation IS NOT NULL GROUP BY organisation";

/// The end of an event's condition; `?1` is the organisation.
const GIVEN: &str = "organisation = ?1 AND seq >= ?2 AND seq <= ?3
     AND (?4 IS NULL OR at >= ?4) AND (?5 IS NULL OR at < ?5)";

/// Counts the stretches that were filled when the log grew from one number of events to another.
pub(super) fn count_stretches(
    connection: &Connection,
    before: u64,
    after: u64,
) -> rusqlite::Result<()> {
    for stretch in before / STRETCH..after / STRETCH {
        let sql = format!(
            "INSERT OR REPLACE INTO event_shares (organisation, stretch, count, first_at, last_at)
             SELECT organisation, ?1, count, first_at, last_at FROM ({COUNT})"
        );
        connection.prepare_cached(&sql)?.execute(params![Sql(stretch), Sql(STRETCH)])?;
    }
    Ok(())
}

/// Counts every stretch. For a log that was not counted.
pub(super) fn survey(connection: &Connection) -> rusqlite::Result<()> {
    let whole = Whole::of(connection)?;
    count_stretches(connection, whole.first * STRETCH, whole.end * STRETCH)
}

/// To be called after events were removed from the beginning of the log, up to this one.
pub(super) fn forget(connection: &Connection, removed: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM event_shares WHERE stretch * ?2 < ?1")?
        .execute(params![removed, Sql(STRETCH)])?;
    Ok(())
}

/// Events of an organisation, between two times, in the order they were committed.
pub(super) fn events(
    connection: &Connection,
    organisation: OrganisationId,
    (from, until): (Option<Timestamp>, Option<Timestamp>),
    page: PageRequest,
) -> rusqlite::Result<Page<Event>> {
    let organisation = organisation.0;
    let counted = |(first, last): (u64, u64)| {
        let sql = format!("SELECT count(*) FROM events WHERE {GIVEN}");
        let range = (Sql(first), Sql(last));
        let given = (id(&organisation), range.0, range.1, from.map(Sql), until.map(Sql));
        count(connection, &sql, given)
    };
    let whole = Whole::of(connection)?;
    let mut parts = vec![(whole.before(), counted(whole.before())?)];
    for share in whole.shares(connection, &organisation)? {
        let range = (share.stretch * STRETCH + 1, (share.stretch + 1) * STRETCH);
        let is_within = from.is_none_or(|from| from <= share.first_at)
            && until.is_none_or(|until| share.last_at < until);
        let is_apart = from.is_some_and(|from| share.last_at < from)
            || until.is_some_and(|until| until <= share.first_at);
        match (is_within, is_apart) {
            (true, _) => parts.push((range, share.count)),
            (false, true) => {}
            (false, false) => parts.push((range, counted(range)?)),
        }
    }
    parts.push((whole.after(), counted(whole.after())?));
    let total = parts.iter().map(|(_, count)| count).sum();
    let mut skip = page.page.saturating_mul(page.size);
    let mut items: Vec<Event> = Vec::new();
    let sql = format!("{EVENT} WHERE {GIVEN} ORDER BY seq LIMIT ?6 OFFSET ?7");
    for ((first, last), count) in parts {
        let wanted = page.size.saturating_sub(items.len() as u64);
        if wanted == 0 {
            break;
        }
        if skip >= count {
            skip -= count;
            continue;
        }
        // Both below the length of a log.
        let window = (Sql(wanted.min(count)), Sql(skip));
        let given = params![
            id(&organisation),
            Sql(first),
            Sql(last),
            from.map(Sql),
            until.map(Sql),
            window.0,
            window.1
        ];
        items.extend(many(connection, &sql, given, read_event)?);
        skip = 0;
    }
    Ok(Page { items, total })
}

/// Tells which stretches are not as they were counted.
pub(super) fn check(connection: &Connection, tell: &mut dyn FnMut(String)) -> rusqlite::Result<()> {
    let whole = Whole::of(connection)?;
    let sql = format!(
        "SELECT count(*) FROM (
            SELECT * FROM (SELECT organisation, count, first_at, last_at FROM event_shares
                WHERE stretch = ?1 EXCEPT {COUNT})
            UNION ALL SELECT * FROM ({COUNT} EXCEPT
                SELECT organisation, count, first_at, last_at FROM event_shares WHERE stretch = ?1))"
    );
    for stretch in whole.first..whole.end {
        let wrong = count(connection, &sql, params![Sql(stretch), Sql(STRETCH)])?;
        if wrong > 0 {
            let (first, last) = (stretch * STRETCH + 1, (stretch + 1) * STRETCH);
            tell(format!("event log: events {first} to {last} are not as they were counted"));
        }
    }
    Ok(())
}

/// What an organisation has in a stretch.
struct Share {
    stretch: u64,
    count: u64,
    first_at: Timestamp,
    last_at: Timestamp,
}

/// Which stretches of the log are whole.
struct Whole {
    /// The last event that was removed.
    removed: u64,
    /// The last event.
    last: u64,
    first: u64,
    /// After the last of them.
    end: u64,
}

impl Whole {
    fn of(connection: &Connection) -> rusqlite::Result<Self> {
        let removed = log_start(connection)?.0.cast_unsigned();
        let last = Head::read(connection)?.counts.events;
        let first = removed.div_ceil(STRETCH);
        Ok(Self { removed, last, first, end: (last / STRETCH).max(first) })
    }

    /// First and last event before them.
    fn before(&self) -> (u64, u64) {
        (self.removed + 1, self.last.min(self.first * STRETCH))
    }

    /// First and last event after them.
    fn after(&self) -> (u64, u64) {
        (self.end * STRETCH + 1, self.last)
    }

    fn shares(
        &self,
        connection: &Connection,
        organisation: &uuid::Uuid,
    ) -> rusqlite::Result<Vec<Share>> {
        let sql = "SELECT stretch, count, first_at, last_at FROM event_shares
             WHERE organisation = ?1 AND stretch >= ?2 AND stretch < ?3 ORDER BY stretch";
        let given = params![id(organisation), Sql(self.first), Sql(self.end)];
        many(connection, sql, given, |row| {
            let (Sql(stretch), Sql(count)) = (row.get(0)?, row.get(1)?);
            let (Sql(first_at), Sql(last_at)) = (row.get(2)?, row.get(3)?);
            Ok(Share { stretch, count, first_at, last_at })
        })
    }
}
