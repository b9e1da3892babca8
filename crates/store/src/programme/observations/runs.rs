//! Where observations are found: by message, and by age.
//!
//! Observations lie in the order in which they came, in runs. The last run has its indexes in memory, made
//! from its rows when the file is opened. When a run is full its indexes are written, in their own order
//! and at once, with a filter that tells which messages are not in it. So a new observation is written at
//! the end of one table and nowhere else, and whether its message was seen before is asked of the filters.

use std::collections::BTreeSet;

use brevdue_programme::observation::{MessageName, Observation};
use brevdue_programme::storage::StorageError;
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::failed;
use super::filters::{Filter, Mark};
use super::packed::{Packed, Words};

/// Observations of a full run. Its indexes take some ten megabytes of memory. In tests runs are short, so
/// that there are many.
pub(super) const RUN: usize = if cfg!(test) { 16 } else { 65_536 };

/// When an observation of a source was made, of which message, and its number.
pub(super) type Aged = (i64, u128, i64);

/// What is known of all observations without looking into the file.
#[derive(Debug)]
pub(super) struct Ledger {
    /// Of the file, as this was made.
    version: i64,
    /// The number of the next observation.
    next: i64,
    /// Observations that are kept.
    kept: u64,
    /// The run that is not full.
    run: i64,
    /// Its first number.
    first: i64,
    /// Its messages, with their numbers.
    names: BTreeSet<(u128, i64)>,
    /// Its observations by source and age.
    ages: BTreeSet<(i64, Aged)>,
    /// The full runs, in order.
    full: Vec<Full>,
    pub(super) words: Words,
}

/// A run that is full.
#[derive(Debug)]
struct Full {
    run: i64,
    first: i64,
    last: i64,
    filter: Filter,
}

impl Ledger {
    /// Of a file as it stands.
    pub(super) fn load(connection: &Connection) -> Result<Self, StorageError> {
        let (version, next, kept) = connection
            .query_row("SELECT version, next, kept FROM ledger", [], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)?))
            })
            .map_err(failed)?;
        let mut full = Vec::new();
        {
            let sql = "SELECT run, first, last, filter FROM runs ORDER BY run";
            let mut statement = connection.prepare_cached(sql).map_err(failed)?;
            let mut rows = statement.query([]).map_err(failed)?;
            while let Some(row) = rows.next().map_err(failed)? {
                let filter: Vec<u8> = row.get(3).map_err(failed)?;
                full.push(Full {
                    run: row.get(0).map_err(failed)?,
                    first: row.get(1).map_err(failed)?,
                    last: row.get(2).map_err(failed)?,
                    filter: Filter::read(&filter)?,
                });
            }
        }
        let mut ledger = Self {
            version,
            next,
            kept: u64::try_from(kept).unwrap_or(0),
            run: full.last().map_or(1, |last| last.run + 1),
            first: full.last().map_or(1, |last| last.last + 1),
            names: BTreeSet::new(),
            ages: BTreeSet::new(),
            full,
            words: Words::default(),
        };
        let sql = "SELECT number, source, at, message FROM observations WHERE number >= ?1";
        let mut statement = connection.prepare_cached(sql).map_err(failed)?;
        let mut rows = statement.query([ledger.first]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let get = |at| row.get::<_, i64>(at).map_err(failed);
            let (number, source, at) = (get(0)?, get(1)?, get(2)?);
            let message = u128::from_be_bytes(row.get(3).map_err(failed)?);
            ledger.hold(source, (at, message, number));
        }
        Ok(ledger)
    }

    /// Whether it is of the file as a connection sees it.
    pub(super) fn is_of(&self, connection: &Connection) -> Result<bool, StorageError> {
        Ok(version_of(connection)? == self.version)
    }

    /// Of the file, as this stands.
    pub(super) fn version(&self) -> i64 {
        self.version
    }

    /// Observations that are kept.
    pub(super) fn kept(&self) -> u64 {
        self.kept
    }

    /// The number and the run of the next observation.
    pub(super) fn next(&self) -> (i64, i64) {
        (self.next, self.run)
    }

    /// A message that was seen before, with its row.
    pub(super) fn find(
        &self,
        connection: &Connection,
        words: &mut Words,
        name: &MessageName,
    ) -> Result<Option<(Packed, Observation)>, StorageError> {
        let message = name.message_uuid.as_u128();
        for (_, number) in self.names.range((message, i64::MIN)..=(message, i64::MAX)) {
            if let Some(found) = one_of(connection, words, name, *number)? {
                return Ok(Some(found));
            }
        }
        let mark = Mark::of(message);
        // Of a message of long ago seldom anything is heard.
        for full in self.full.iter().rev().filter(|full| full.filter.may_hold(&mark)) {
            let numbers: Vec<i64> = {
                let sql = "SELECT number FROM names WHERE run = ?1 AND message = ?2";
                let mut statement = connection.prepare_cached(sql).map_err(failed)?;
                let asked = params![full.run, name.message_uuid.as_bytes()];
                let rows = statement.query_map(asked, |row| row.get(0)).map_err(failed)?;
                rows.collect::<rusqlite::Result<_>>().map_err(failed)?
            };
            for number in numbers {
                if let Some(found) = one_of(connection, words, name, number)? {
                    return Ok(Some(found));
                }
            }
        }
        Ok(None)
    }

    /// Adds a row at the end.
    pub(super) fn append(
        &mut self,
        connection: &Connection,
        packed: &Packed,
    ) -> Result<(), StorageError> {
        packed.insert(connection)?;
        self.next = packed.number + 1;
        self.kept += 1;
        self.hold(packed.source, (packed.at, packed.message.as_u128(), packed.number));
        if self.names.len() >= RUN {
            self.close(connection)?;
        }
        Ok(())
    }

    /// The newest of a source that are older, newest first.
    pub(super) fn newest(
        &self,
        connection: &Connection,
        source: i64,
        (before, below): (i64, u128),
        limit: usize,
    ) -> Result<Vec<Aged>, StorageError> {
        let from = (source, (i64::MIN, 0, i64::MIN));
        let until = (source, (before, below, i64::MIN));
        let mut found: Vec<Aged> =
            self.ages.range(from..until).rev().take(limit).map(|(_, aged)| *aged).collect();
        let mut statement = connection
            .prepare_cached(
                "SELECT at, message, number FROM ages
                 WHERE source = ?1 AND (at, message) < (?2, ?3)
                 ORDER BY at DESC, message DESC LIMIT ?4",
            )
            .map_err(failed)?;
        let most = i64::try_from(limit).unwrap_or(i64::MAX);
        let asked = params![source, before, below.to_be_bytes(), most];
        let rows = statement.query_map(asked, aged).map_err(failed)?;
        for row in rows {
            found.push(row.map_err(failed)?);
        }
        found.sort_unstable_by(|one, two| two.cmp(one));
        found.truncate(limit);
        Ok(found)
    }

    /// The oldest of a source, from before a time.
    pub(super) fn oldest(
        &self,
        connection: &Connection,
        source: i64,
        before: i64,
        limit: usize,
    ) -> Result<Vec<Aged>, StorageError> {
        let from = (source, (i64::MIN, 0, i64::MIN));
        let until = (source, (before, 0, i64::MIN));
        let mut found: Vec<Aged> =
            self.ages.range(from..until).take(limit).map(|(_, aged)| *aged).collect();
        let mut statement = connection
            .prepare_cached(
                "SELECT at, message, number FROM ages WHERE source = ?1 AND at < ?2
                 ORDER BY at LIMIT ?3",
            )
            .map_err(failed)?;
        let most = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![source, before, most], aged).map_err(failed)?;
        for row in rows {
            found.push(row.map_err(failed)?);
        }
        found.sort_unstable();
        found.truncate(limit);
        Ok(found)
    }

    /// Removes an observation.
    pub(super) fn remove(
        &mut self,
        connection: &Connection,
        source: i64,
        (at, message, number): Aged,
    ) -> Result<(), StorageError> {
        let gone = connection
            .prepare_cached("DELETE FROM observations WHERE number = ?1")
            .and_then(|mut statement| statement.execute([number]))
            .map_err(failed)?;
        self.kept = self.kept.saturating_sub(gone as u64);
        if number >= self.first {
            self.names.remove(&(message, number));
            self.ages.remove(&(source, (at, message, number)));
            return Ok(());
        }
        connection
            .prepare_cached(
                "DELETE FROM ages WHERE source = ?1 AND at = ?2 AND message = ?3 AND number = ?4",
            )
            .and_then(|mut statement| {
                statement.execute(params![source, at, message.to_be_bytes(), number])
            })
            .map(|_| ())
            .map_err(failed)
    }

    /// Removes the indexes of runs of which nothing is left, and shapes that nothing has any more.
    pub(super) fn tidy(&mut self, connection: &Connection) -> Result<(), StorageError> {
        let mut gone = Vec::new();
        for full in &self.full {
            let left: bool = connection
                .prepare_cached(
                    "SELECT EXISTS (SELECT 1 FROM observations WHERE number BETWEEN ?1 AND ?2)",
                )
                .and_then(|mut statement| {
                    statement.query_row([full.first, full.last], |row| row.get(0))
                })
                .map_err(failed)?;
            if !left {
                gone.push(full.run);
            }
        }
        for run in &gone {
            for sql in ["DELETE FROM names WHERE run = ?1", "DELETE FROM runs WHERE run = ?1"] {
                connection
                    .prepare_cached(sql)
                    .and_then(|mut statement| statement.execute([run]))
                    .map_err(failed)?;
            }
        }
        self.full.retain(|full| !gone.contains(&full.run));
        // Whatever uses a shape, in whatever run, has marked it with that run or a later one.
        let oldest = self.full.first().map_or(self.run, |full| full.run);
        connection
            .prepare_cached("DELETE FROM shapes WHERE run < ?1")
            .and_then(|mut statement| statement.execute([oldest]))
            .map_err(failed)?;
        self.words = Words::default();
        Ok(())
    }

    /// Says in the file that it has changed, and how.
    pub(super) fn sign(&mut self, connection: &Connection) -> Result<(), StorageError> {
        self.version += 1;
        let kept = i64::try_from(self.kept).unwrap_or(i64::MAX);
        connection
            .prepare_cached("UPDATE ledger SET version = ?1, next = ?2, kept = ?3")
            .and_then(|mut statement| statement.execute([self.version, self.next, kept]))
            .map(|_| ())
            .map_err(failed)
    }

    fn hold(&mut self, source: i64, aged: Aged) {
        let (_, message, number) = aged;
        self.names.insert((message, number));
        self.ages.insert((source, aged));
    }

    /// Writes the indexes of the run, which is full, and begins the next.
    fn close(&mut self, connection: &Connection) -> Result<(), StorageError> {
        let (run, first, last) = (self.run, self.first, self.next - 1);
        {
            let sql = "INSERT INTO names (run, message, number) VALUES (?1, ?2, ?3)";
            let mut statement = connection.prepare_cached(sql).map_err(failed)?;
            for (message, number) in &self.names {
                let named = params![run, message.to_be_bytes(), number];
                statement.execute(named).map_err(failed)?;
            }
            let sql = "INSERT INTO ages (source, at, message, number) VALUES (?1, ?2, ?3, ?4)";
            let mut statement = connection.prepare_cached(sql).map_err(failed)?;
            for (source, (at, message, number)) in &self.ages {
                let aged = params![source, at, message.to_be_bytes(), number];
                statement.execute(aged).map_err(failed)?;
            }
        }
        let filter = Filter::of(self.names.iter().map(|(message, _)| *message));
        connection
            .prepare_cached("INSERT INTO runs (run, first, last, filter) VALUES (?1, ?2, ?3, ?4)")
            .and_then(|mut statement| statement.execute(params![run, first, last, filter.bytes()]))
            .map_err(failed)?;
        self.full.push(Full { run, first, last, filter });
        self.names.clear();
        self.ages.clear();
        self.run = run + 1;
        self.first = self.next;
        Ok(())
    }
}

/// Which state observations are in, as a connection sees it.
pub(in crate::programme) fn version_of(connection: &Connection) -> Result<i64, StorageError> {
    connection
        .prepare_cached("SELECT version FROM ledger")
        .and_then(|mut statement| statement.query_row([], |row| row.get(0)))
        .map_err(failed)
}

/// An observation by its number, when it is there and of that name.
fn one_of(
    connection: &Connection,
    words: &mut Words,
    name: &MessageName,
    number: i64,
) -> Result<Option<(Packed, Observation)>, StorageError> {
    let Some(packed) = Packed::find(connection, number)? else { return Ok(None) };
    if !words.source_of(connection, packed.source)?.is_of(name) {
        return Ok(None);
    }
    let seen = words.unpack(connection, &packed)?;
    Ok(Some((packed, seen)))
}

fn aged(row: &rusqlite::Row<'_>) -> rusqlite::Result<Aged> {
    Ok((row.get(0)?, Uuid::from_bytes(row.get(1)?).as_u128(), row.get(2)?))
}
