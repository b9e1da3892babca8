//! Copying a store while it works.
//!
//! Bytes are there before the row that names them, and stay while a row does. So what large content and
//! journal there is is copied first; then the database, as one read sees it; then what came meanwhile.
//! The copy holds everything that was acknowledged before it began, and some of what came since.

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::{content, schema};

/// Folders of files that are never changed, or only grow.
const FOLDERS: [&str; 2] = ["content", "journal"];

/// Pages copied at a time. In one step: a copy in several would begin anew with each change.
const ALL_PAGES: i32 = -1;

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// A file could not be read or written.
    #[error("cannot copy {path}", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another program held the database all the time. Trying again may help.
    #[error("another program holds the database")]
    Busy,
    /// The database could not be read or written.
    #[error("cannot copy the database")]
    Database(#[from] rusqlite::Error),
}

/// Copies the store in a folder, which may be open in this or another process, into a folder that does
/// not hold one. What is there afterwards is durable. Open it, and check it, before it is relied on.
///
/// # Errors
/// See [`BackupError`]. What was copied until then is left.
pub fn backup(store: &Path, to: &Path) -> Result<(), BackupError> {
    make(to)?;
    for folder in FOLDERS {
        copy_tree(store, to, Path::new(folder))?;
    }
    copy_database(store, to)?;
    for folder in FOLDERS {
        copy_tree(store, to, Path::new(folder))?;
    }
    sync(to)
}

fn copy_database(store: &Path, to: &Path) -> Result<(), BackupError> {
    let from = schema::open_for_reading(store)?;
    let path = to.join(schema::FILE_NAME);
    {
        let mut copy = Connection::open(&path)?;
        match Backup::new(&from, &mut copy)?.step(ALL_PAGES)? {
            StepResult::Done => {}
            _ => return Err(BackupError::Busy),
        }
    }
    // Whoever opens it as SQLite does leaves files beside it.
    fs::File::open(&path)
        .and_then(|file| file.sync_all())
        .map_err(|source| BackupError::File { path, source })
}

/// Copies the files that are not there yet, or are shorter there.
fn copy_tree(from: &Path, to: &Path, folder: &Path) -> Result<(), BackupError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| BackupError::File { path, source }
    };
    let place = from.join(folder);
    let entries = match fs::read_dir(&place) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other.map_err(failed(&place))?,
    };
    make(&to.join(folder))?;
    for entry in entries {
        let entry = entry.map_err(failed(&place))?;
        let path = folder.join(entry.file_name());
        if entry.file_type().map_err(failed(&place))?.is_dir() {
            // Half-written content has nobody who waits for it.
            if path != Path::new("content/tmp") {
                copy_tree(from, to, &path)?;
            }
            continue;
        }
        let copy = to.join(&path);
        let length = |path: &Path| fs::metadata(path).map(|file| file.len());
        match length(&from.join(&path)) {
            Ok(there) if length(&copy).is_ok_and(|copied| copied == there) => continue,
            // Swept, or retired, since it was listed: nothing needs it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            _ => {}
        }
        match fs::copy(from.join(&path), &copy) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            other => {
                other.map_err(failed(&from.join(&path)))?;
                let file = fs::File::open(&copy).map_err(failed(&copy))?;
                let came = fs::metadata(from.join(&path)).and_then(|file| file.modified());
                // A sweep goes by the time the bytes came.
                came.and_then(|came| file.set_modified(came))
                    .or_else(|error| {
                        (error.kind() == io::ErrorKind::NotFound).then_some(()).ok_or(error)
                    })
                    .map_err(failed(&copy))?;
                file.sync_all().map_err(failed(&copy))?;
            }
        }
    }
    Ok(())
}

fn make(folder: &Path) -> Result<(), BackupError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|source| BackupError::File { path: folder.to_owned(), source })
}

/// Makes the names durable.
fn sync(folder: &Path) -> Result<(), BackupError> {
    let failed = |source| BackupError::File { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_type().map_err(failed)?.is_dir() {
            sync(&entry.path())?;
        }
    }
    content::sync_folder(folder).map_err(failed)
}
