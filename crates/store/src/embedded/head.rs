//! The one row that counts what there is and holds the end of the event chain.
//!
//! The writer keeps it in memory and writes it once in every transaction that moved it: counting is
//! then one read of one row, however much there is.

use brevdue_exchange::Counts;
use brevdue_exchange::storage::Spot;
use brevdue_exchange::storage::chain::Link;
use rusqlite::{Connection, Row, params};

use super::columns::Sql;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) counts: Counts,
    pub(super) link: Link,
    /// Before this place everything in the journal is filed.
    pub(super) filed: Spot,
}

const READ: &str = "SELECT transmissions, memos, jobs, receipts_waiting, deliveries_open, events,
    chain_day, chain_hash, journal_segment, journal_offset FROM head WHERE one = 1";

impl Head {
    pub(super) fn read(connection: &Connection) -> rusqlite::Result<Self> {
        connection.prepare_cached(READ)?.query_row([], |row| {
            Ok(Self {
                counts: counts(row)?,
                link: Link { day: row.get(6)?, hash: row.get(7)? },
                filed: Spot { segment: row.get(8)?, offset: row.get(9)? },
            })
        })
    }

    pub(super) fn write(&self, connection: &Connection) -> rusqlite::Result<()> {
        let counts = &self.counts;
        connection
            .prepare_cached(
                "UPDATE head SET transmissions = ?1, memos = ?2, jobs = ?3, receipts_waiting = ?4,
                    deliveries_open = ?5, events = ?6, chain_day = ?7, chain_hash = ?8,
                    journal_segment = ?9, journal_offset = ?10",
            )?
            .execute(params![
                Sql(counts.transmissions),
                Sql(counts.memos),
                Sql(counts.jobs),
                Sql(counts.receipts_waiting),
                Sql(counts.deliveries_open),
                Sql(counts.events),
                self.link.day,
                self.link.hash,
                self.filed.segment,
                self.filed.offset,
            ])?;
        Ok(())
    }

    /// What it should be, by counting every row. For `verify`.
    pub(super) fn counted(connection: &Connection) -> rusqlite::Result<Counts> {
        connection.query_row(
            "SELECT (SELECT count(*) FROM transmissions), (SELECT count(*) FROM memos),
                (SELECT count(*) FROM jobs), (SELECT count(*) FROM receipts WHERE delivered = 0),
                (SELECT count(*) FROM deliveries WHERE state IN ('waiting', 'taken')),
                (SELECT count(*) FROM events) + (SELECT seq FROM log_start)",
            [],
            counts,
        )
    }
}

fn counts(row: &Row<'_>) -> rusqlite::Result<Counts> {
    let number = |column| row.get::<_, Sql<u64>>(column).map(|Sql(number)| number);
    Ok(Counts {
        transmissions: number(0)?,
        memos: number(1)?,
        // No row counts them: the queue does.
        incoming: 0,
        jobs: number(2)?,
        receipts_waiting: number(3)?,
        deliveries_open: number(4)?,
        events: number(5)?,
    })
}
