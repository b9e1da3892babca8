//! The database file: how it is opened, and how it grows from one version to the next.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::{OpenError, milestones, shares};

/// Name of the database in the store's folder.
pub(super) const FILE_NAME: &str = "brevdue.sqlite";

/// "brvd": tells our databases from others.
const APPLICATION_ID: i32 = 0x6272_7664;

/// Bytes of a page. Accepting a letter touches a dozen pages for a few hundred bytes on each, and every
/// one goes through the log: with pages of 8 KiB a letter of 10 KB costs half as much again.
pub(super) const PAGE_BYTES: usize = 4096;

/// KiB of pages the writer keeps.
const WRITER_CACHE_KIB: i32 = 16 * 1024;

/// KiB of pages each reader keeps.
const READER_CACHE_KIB: i32 = 2 * 1024;

/// Bytes to which the write-ahead log is cut when it starts over.
const WAL_KEPT_BYTES: i64 = 64 * 1024 * 1024;

/// How long to wait for another program, say a backup, that holds the database.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Statements kept ready; there are fewer.
const STATEMENTS: usize = 256;

/// The n-th brings version n - 1 to version n. Never edited once released.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_letters.sql"),
    include_str!("migrations/0002_records.sql"),
    include_str!("migrations/0003_journal.sql"),
    include_str!("migrations/0004_keeping.sql"),
    include_str!("migrations/0005_mailboxes.sql"),
    include_str!("migrations/0006_totals.sql"),
    include_str!("migrations/0007_books.sql"),
    include_str!("migrations/0008_doors.sql"),
];

/// The version from which on long lists have milestones and the event log is counted.
const MILESTONES: usize = 6;

/// Opens the one connection that writes, and brings the database up to date.
pub(super) fn open_for_writing(folder: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(folder.join(FILE_NAME), flags)?;
    settle(&connection)?;
    // Of effect only while the file is empty, and before the log mode is set.
    connection.pragma_update(None, "page_size", PAGE_BYTES as i64)?;
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    // FULL: every commit waits for its fsync. Everything the exchange promises rests on it.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    connection.pragma_update_and_check(None, "journal_size_limit", WAL_KEPT_BYTES, |_| Ok(()))?;
    // The checkpoint has its own thread, so that no sender waits for it.
    connection.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    migrate(&mut connection)?;
    Ok(connection)
}

/// Opens a connection that only reads.
pub(super) fn open_for_reading(folder: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(folder.join(FILE_NAME), flags)?;
    settle(&connection)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
    Ok(connection)
}

/// Opens a connection that only checkpoints.
pub(super) fn open_for_checkpoints(folder: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(folder.join(FILE_NAME), flags)?;
    settle(&connection)?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    Ok(connection)
}

/// Closing this connection, when it is the last, moves the log into the database. Not done unless asked:
/// the checksums of the pages must be durable before.
pub(super) fn checkpoint_when_closed(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).map(drop)
}

fn settle(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // A statement is planned once, and not again when a bound value differs: planning took an eighth
    // of the writer's time.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    Ok(())
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
        return Ok(());
    }
    let transaction =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    for sql in &MIGRATIONS[done..] {
        transaction.execute_batch(sql)?;
    }
    if done < MILESTONES {
        milestones::survey(&transaction)?;
        shares::survey(&transaction)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", i64::try_from(known).unwrap_or(i64::MAX))?;
    transaction.commit()?;
    Ok(())
}
