//! What SQLite and the file system say, in the words of [`StorageError`]. No text quotes a value.

use std::io;
use std::sync::Arc;

use brevdue_exchange::StorageError;
use rusqlite::ErrorCode;

/// `SQLITE_IOERR_SHMSIZE`: the index of the log could not grow.
const NO_ROOM_FOR_THE_INDEX: i32 = 10 | 19 << 8;

/// What a failure of SQLite means to whoever asked.
pub(super) fn of_database(error: rusqlite::Error) -> StorageError {
    shared(&Arc::new(error))
}

/// The same, told to everybody whose changes were in the transaction that failed.
pub(super) fn shared(error: &Arc<rusqlite::Error>) -> StorageError {
    if is_full(error) {
        return StorageError::Unavailable("the disk is full".into());
    }
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            StorageError::Unavailable("another program holds the database".into())
        }
        Some(ErrorCode::ReadOnly) => {
            StorageError::Unavailable("the database may not be written to".into())
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            StorageError::Damaged("the database's pages do not fit together".into())
        }
        Some(_) => StorageError::Failed(Box::new(Arc::clone(error))),
        None if is_reading(error) => {
            StorageError::Damaged("a row holds what was never written to it".into())
        }
        None => StorageError::Failed(Box::new(Arc::clone(error))),
    }
}

/// Whether there was no room for what was to be written.
pub(super) fn is_full(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| {
        error.code == ErrorCode::DiskFull || error.extended_code == NO_ROOM_FOR_THE_INDEX
    })
}

fn is_reading(error: &rusqlite::Error) -> bool {
    matches!(
        error,
        rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..)
    )
}

/// What a failure of the file system means to whoever asked.
pub(super) fn of_files(error: io::Error) -> StorageError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            StorageError::Unavailable("the disk is full".into())
        }
        io::ErrorKind::ReadOnlyFilesystem => {
            StorageError::Unavailable("the disk may not be written to".into())
        }
        _ => StorageError::Failed(Box::new(error)),
    }
}

/// The store's threads have stopped.
pub(super) fn stopped() -> StorageError {
    StorageError::Unavailable("the store is shutting down, or its writer has stopped".into())
}
