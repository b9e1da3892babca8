//! The file: how it is opened, and how it grows from one version to the next.

use std::path::Path;
use std::time::Duration;

use brevdue_programme::storage::StorageError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::embedded::OpenError;

/// "brvp": tells our files from others.
const APPLICATION_ID: i32 = 0x6272_7670;

/// How long to wait for another program, say a backup, that holds the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// KiB of pages a connection keeps.
const CACHE_KIB: i32 = 4 * 1024;

/// Bytes to which the write-ahead log is cut when it starts over.
const LOG_KEPT_BYTES: i64 = 16 * 1024 * 1024;

/// A step from one version of the file to the next.
struct Migration {
    sql: &'static str,
    /// What no SQL can say; done after it.
    then: Option<Step>,
}

type Step = fn(&Connection) -> Result<(), StorageError>;

impl Migration {
    const fn of(sql: &'static str) -> Self {
        Self { sql, then: None }
    }
}

/// The n-th brings version n - 1 to version n. Never edited once released.
const MIGRATIONS: &[Migration] = &[
    Migration::of(include_str!("migrations/0001_objects.sql")),
    Migration::of(include_str!("migrations/0002_observations.sql")),
    Migration::of(include_str!("migrations/0003_told.sql")),
    Migration::of(include_str!("migrations/0004_rows.sql")),
    Migration::of(include_str!("migrations/0005_untold.sql")),
    Migration::of(include_str!("migrations/0006_notices.sql")),
    // What 0004 puts aside is written as rows of today.
    Migration {
        sql: include_str!("migrations/0007_incoming.sql"),
        then: Some(super::observations::carry_over),
    },
];

/// Opens the one connection that writes, and brings the file up to date.
pub(super) fn open_for_writing(path: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    settle(&connection)?;
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update_and_check(None, "journal_size_limit", LOG_KEPT_BYTES, |_| Ok(()))?;
    migrate(&mut connection)?;
    Ok(connection)
}

/// Opens a connection that only reads.
pub(super) fn open_for_reading(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    settle(&connection)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn settle(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    // A statement is planned once, and not again when a bound value differs.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)
}

/// A file with nothing in it, in memory.
pub(super) fn empty() -> Result<Connection, OpenError> {
    let mut connection = Connection::open_in_memory()?;
    migrate(&mut connection)?;
    Ok(connection)
}

/// Brings what was put in a file's place up to date.
pub(super) fn bring_up_to_date(connection: &mut Connection) -> Result<(), OpenError> {
    migrate(connection)
}

fn not_carried(error: StorageError) -> OpenError {
    OpenError::Database(match error {
        StorageError::Failed(source) => match source.downcast::<rusqlite::Error>() {
            Ok(source) => *source,
            Err(source) => rusqlite::Error::ToSqlConversionFailure(source),
        },
        other => rusqlite::Error::ToSqlConversionFailure(Box::new(other)),
    })
}

fn migrate(connection: &mut Connection) -> Result<(), OpenError> {
    let known = MIGRATIONS.len();
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let application: i32 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables > 0 && application != APPLICATION_ID {
        return Err(OpenError::NotOurs);
    }
    let done = usize::try_from(version)
        .ok()
        .filter(|done| *done <= known)
        .ok_or(OpenError::TooNew { found: version, known })?;
    if done == known {
        // Nothing is written, so that a full disk is no hindrance.
        return Ok(());
    }
    let transaction =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    for Migration { sql, then } in &MIGRATIONS[done..] {
        transaction.execute_batch(sql)?;
        if let Some(then) = then {
            then(&transaction).map_err(not_carried)?;
        }
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", i64::try_from(known).unwrap_or(i64::MAX))?;
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opening_a_file_that_is_up_to_date_writes_nothing_for_the_disk_may_be_full() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("programme.db");
        let first = open_for_writing(&path).unwrap();
        let commits =
            || -> i64 { first.pragma_query_value(None, "data_version", |row| row.get(0)).unwrap() };
        let before = commits();
        let second = open_for_writing(&path).unwrap();
        assert_eq!(commits(), before);
        second.execute("DELETE FROM ledger", []).unwrap();
        assert_ne!(commits(), before, "a commit would be seen");
    }
}
