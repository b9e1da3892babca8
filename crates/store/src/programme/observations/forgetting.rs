//! Letting go of what is too old, and of what is too much.

use brevdue_memo::Timestamp;
use brevdue_programme::Day;
use brevdue_programme::storage::{Keep, StorageError};
use rusqlite::Connection;
use uuid::Uuid;

use super::failed;
use super::runs::{Aged, Ledger};

/// Removes observations and tallies. Returns how many observations went.
pub(super) fn forget(
    connection: &Connection,
    ledger: &mut Ledger,
    keep: Keep,
    limit: usize,
) -> Result<u64, StorageError> {
    let mut gone = too_old(connection, ledger, keep.since, limit)?;
    let left = limit.saturating_sub(usize::try_from(gone).unwrap_or(usize::MAX));
    gone += too_many(connection, ledger, keep.at_most, left)?;
    // Tallies go last, so that they never lack what observations still show. Of what was too much they stay.
    let mut sums = 0;
    if gone < limit as u64 {
        let day = keep.since.to_string();
        for sql in [
            "DELETE FROM tallies WHERE day < ?1",
            "DELETE FROM letter_tallies WHERE day < ?1",
            "DELETE FROM incoming_tallies WHERE day < ?1",
        ] {
            sums += connection
                .prepare_cached(sql)
                .and_then(|mut statement| statement.execute([&day]))
                .map_err(failed)?;
        }
    }
    if gone > 0 {
        ledger.tidy(connection)?;
    }
    if gone > 0 || sums > 0 {
        ledger.sign(connection)?;
    }
    Ok(gone)
}

fn too_old(
    connection: &Connection,
    ledger: &mut Ledger,
    since: Day,
    limit: usize,
) -> Result<u64, StorageError> {
    // Days begin at midnight in Denmark; two hours of observations of the day before may stay until the
    // next call, a day later.
    let (year, month, day) = since.year_month_day();
    let text = format!("{year:04}-{month:02}-{day:02}T00:00:00.000Z");
    let midnight: Timestamp =
        text.parse().map_err(|_| StorageError::Damaged("a day has no midnight".into()))?;
    let until = midnight.plus_seconds(-2 * 3600).as_millis();
    let sources: Vec<i64> = {
        let mut statement =
            connection.prepare_cached("SELECT source FROM sources").map_err(failed)?;
        let rows = statement.query_map([], |row| row.get(0)).map_err(failed)?;
        rows.collect::<rusqlite::Result<_>>().map_err(failed)?
    };
    let mut gone = 0;
    for source in sources {
        let left = limit - gone;
        if left == 0 {
            break;
        }
        for aged in ledger.oldest(connection, source, until, left)? {
            ledger.remove(connection, source, aged)?;
            gone += 1;
        }
    }
    Ok(gone as u64)
}

/// Those that came first.
fn too_many(
    connection: &Connection,
    ledger: &mut Ledger,
    at_most: u64,
    limit: usize,
) -> Result<u64, StorageError> {
    let excess = ledger.kept().saturating_sub(at_most).min(limit as u64);
    let first: Vec<(i64, Aged)> = {
        let sql = "SELECT source, at, message, number FROM observations ORDER BY number LIMIT ?1";
        let mut statement = connection.prepare_cached(sql).map_err(failed)?;
        let excess = i64::try_from(excess).unwrap_or(i64::MAX);
        let rows = statement
            .query_map([excess], |row| {
                let message = Uuid::from_bytes(row.get(2)?).as_u128();
                Ok((row.get(0)?, (row.get(1)?, message, row.get(3)?)))
            })
            .map_err(failed)?;
        rows.collect::<rusqlite::Result<_>>().map_err(failed)?
    };
    for (source, aged) in &first {
        ledger.remove(connection, *source, *aged)?;
    }
    Ok(first.len() as u64)
}
