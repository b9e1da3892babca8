//! A store in one folder, for one process: SQLite in one file, and one file for each large content.
//!
//! ```text
//! brevdue.sqlite        what is small: see migrations/
//! brevdue.sqlite-wal    what is committed and not yet moved into it
//! brevdue.sums          a checksum for each of its pages: see sums.rs
//! brevdue.mark          how much of the log was acknowledged
//! journal/00000001.log  single letters as they were received: see journal.rs
//! content/ab/cdef…      what is large, named by the SHA-256 of its bytes
//! content/tmp/          what is being written
//! parked/               what was found damaged, as it was found
//! ballast               room put by, see room.rs
//! lock                  held while the store is open
//! ```
//!
//! A letter that is received goes to the journal alone, until a batch files it. A change goes to the
//! writer (`writer.rs`), which makes it durable together with whatever else waits; a read goes to a
//! reader (`readers.rs`) and never waits for the writer. Bytes are on disk before the row that names
//! them.

mod backup;
mod changes;
mod checkpoint;
mod claims;
mod columns;
mod content;
mod failure;
mod head;
mod journal;
mod leases;
mod letters;
mod mailboxes;
mod milestones;
mod operating;
mod probe;
mod readers;
mod records;
mod registry;
mod remembered;
mod removing;
mod room;
mod schema;
mod shares;
mod store;
mod sums;
mod sweep;
#[cfg(test)]
mod tests;
mod verify;
mod writer;

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use brevdue_exchange::StorageError;
use brevdue_exchange::storage::arrivals::Arrivals;
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::sync::mpsc;

use self::checkpoint::Checkpointer;
use self::content::ContentFolder;
use self::head::Head;
use self::journal::Journal;
use self::leases::Leases;
use self::milestones::Milestones;
use self::readers::Readers;
use self::remembered::Registry;
use self::room::Room;
use self::sums::{Depth, Mark, Sums};
use self::writer::{LastGroup, QUEUE_LIMIT, Swept, Task, Writer};

pub use self::backup::{BackupError, backup};
pub use self::probe::{Probe, probe};
pub use self::sums::Damage;

/// A store in one folder.
///
/// Dropping it waits until everything asked of it is durable.
#[derive(Debug)]
pub struct Embedded {
    folder: PathBuf,
    /// `None` only while it is being dropped.
    tasks: Option<mpsc::Sender<Task>>,
    writer: Option<JoinHandle<()>>,
    readers: Arc<Readers>,
    contents: Arc<ContentFolder>,
    leases: Arc<Leases>,
    registry: Arc<Registry>,
    journal: Journal,
    inside: Arc<Arrivals>,
    archives: Arc<Arrivals>,
    outside: Arc<Arrivals>,
    /// Held by whoever sweeps or verifies: neither must see files go by the hand of the other.
    sweeping: Arc<Mutex<()>>,
    sums: Arc<Mutex<Sums>>,
    commits: Watch,
    found: Vec<Damage>,
    room: Room,
    _lock: File,
    _temporary: Option<TempDir>,
}

/// Why a store was not opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process has it open. Stop that one, or choose another folder.
    #[error("the store in {folder} is open in another process", folder = folder.display())]
    InUse {
        /// The store's folder.
        folder: PathBuf,
    },
    /// The folder cannot be made, read or written.
    #[error("cannot use the folder {folder} as a store", folder = folder.display())]
    Folder {
        /// The store's folder.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A newer Brevdue wrote it. Run that one.
    #[error("the store has version {found}, and this program knows versions up to {known}")]
    TooNew {
        /// Version of the database.
        found: i64,
        /// Newest version this program knows.
        known: usize,
    },
    /// The database file is somebody else's.
    #[error("the file brevdue.sqlite is not a database of Brevdue")]
    NotOurs,
    /// What the journal holds cannot be looked through.
    #[error("cannot open the journal of received letters")]
    Journal(#[source] StorageError),
    /// SQLite cannot open the database: damaged, no rights, or no space.
    #[error("cannot open the database")]
    Database(#[from] rusqlite::Error),
}

impl OpenError {
    /// Whether it is for want of room on the disk: make some, and it opens.
    pub fn is_for_want_of_room(&self) -> bool {
        match self {
            Self::Folder { source, .. } => sums::is_full(source),
            Self::Journal(source) => matches!(source, StorageError::Unavailable(_)),
            Self::Database(source) => failure::is_full(source),
            _ => false,
        }
    }
}

/// Bytes on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Size {
    /// The database and its write-ahead log.
    pub database_bytes: u64,
    /// The journal of received letters.
    pub journal_bytes: u64,
    /// Content in files.
    pub content_bytes: u64,
    /// How many files.
    pub content_files: u64,
}

impl Embedded {
    /// Opens the store in a folder, and makes it when there is none. Only the owner of the folder may
    /// look into it.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::open_at(folder.as_ref(), Depth::Opening, journal::Limits::default())
    }

    /// Opens a store after looking at every page of it; [`Embedded::damage`] tells what was found.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open_after_a_look(folder: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::open_at(folder.as_ref(), Depth::Everything, journal::Limits::default())
    }

    /// Tells from now on how long each commit, with its fsync, took. The first to ask is told; later
    /// ones are not.
    pub fn watch_commits(&self, told: impl Fn(Duration) + Send + Sync + 'static) {
        let _ = self.commits.0.set(Box::new(told));
    }

    /// From now on, while there is room, puts a little of it by, so that this store can be opened again
    /// though others fill the disk. For a server: who only looks into a store leaves nothing behind.
    pub fn keep_room(&self) {
        self.room.keep();
    }

    /// What was found damaged when it was opened.
    pub fn damage(&self) -> &[Damage] {
        &self.found
    }

    #[cfg(test)]
    fn open_with(folder: &Path, limits: journal::Limits) -> Result<Self, OpenError> {
        Self::open_at(folder, Depth::Opening, limits)
    }

    fn open_at(folder: &Path, depth: Depth, limits: journal::Limits) -> Result<Self, OpenError> {
        let unusable = |source| OpenError::Folder { folder: folder.to_owned(), source };
        make_folder(folder).map_err(unusable)?;
        let lock = lock(folder)?;
        let room = Room::of(folder);
        let (mut found, mut sums) = sums::prepare(folder, depth).map_err(unusable)?;
        let connection = match schema::open_for_writing(folder) {
            // Where it is too damaged to be opened, the rest of it is worth a look.
            Err(OpenError::Database(error)) if depth == Depth::Opening && is_damage(&error) => {
                let (more, looked) = sums::prepare(folder, Depth::Everything).map_err(unusable)?;
                found.extend(more);
                sums = looked;
                schema::open_for_writing(folder)?
            }
            other => other?,
        };
        let sums = match sums {
            Some(sums) => sums,
            None => Sums::open(folder).map_err(unusable)?,
        };
        let contents = ContentFolder::open(folder.join("content")).map_err(unusable)?;
        content::sync_folder(folder).map_err(unusable)?;
        Self::start(folder, (lock, room), connection, contents, (sums, found), limits)
    }

    /// A new store that is removed when it is dropped. For tests and for trying things out.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn temporary() -> Result<Self, OpenError> {
        let temporary = tempfile::Builder::new().prefix("brevdue-").tempdir();
        let temporary = temporary
            .map_err(|source| OpenError::Folder { folder: std::env::temp_dir(), source })?;
        let mut store = Self::open(temporary.path())?;
        store._temporary = Some(temporary);
        Ok(store)
    }

    /// The store's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What it takes on disk. Looks at every file: not for every second.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn size(&self) -> io::Result<Size> {
        let mut size = Size::default();
        for name in [schema::FILE_NAME.to_owned(), format!("{}-wal", schema::FILE_NAME)] {
            match fs::metadata(self.folder.join(name)) {
                Ok(file) => size.database_bytes += file.len(),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        size.journal_bytes = self.journal.segments().size_bytes()?;
        (size.content_files, size.content_bytes) = self.contents.size()?;
        Ok(size)
    }

    fn start(
        folder: &Path,
        (lock, room): (File, Room),
        mut connection: Connection,
        contents: ContentFolder,
        (sums, mut found): (Sums, Vec<Damage>),
        limits: journal::Limits,
    ) -> Result<Self, OpenError> {
        let sums = Arc::new(Mutex::new(sums));
        let commits = Arc::<Commits>::default();
        let head = Head::read(&connection)?;
        let milestones = Milestones::read(&connection)?;
        let wal_pages = Arc::new(AtomicU64::new(0));
        let told = Arc::clone(&wal_pages);
        connection.wal_hook(Some(move |_: &mut _, pages| {
            told.store(u64::try_from(pages).unwrap_or(0), Ordering::Relaxed);
            Ok(())
        }))?;
        let no_thread = |source| OpenError::Folder { folder: folder.to_owned(), source };
        let contents = Arc::new(contents);
        let [inside, archives, outside]: [Arc<Arrivals>; 3] = Default::default();
        let readers = Arc::new(Readers::new(folder.to_owned()));
        let journal = Journal::open(
            folder.join("journal"),
            limits,
            head.filed,
            Arc::clone(&readers),
            Arc::clone(&inside),
            &mut found,
        )
        .map_err(OpenError::Journal)?;
        for Damage { file, what, mended, .. } in &found {
            tracing::error!(file, what, mended, "the store was damaged");
        }
        let (leases, registry) = (Arc::<Leases>::default(), Arc::<Registry>::default());
        let writer = Writer {
            connection,
            contents: Arc::clone(&contents),
            head,
            leases: Arc::clone(&leases),
            registry: Arc::clone(&registry),
            incoming: Arc::clone(journal.queue()),
            milestones,
            inside: Arc::clone(&inside),
            archives: Arc::clone(&archives),
            outside: Arc::clone(&outside),
            checkpointer: Checkpointer::start(folder.to_owned(), Arc::clone(&sums))
                .map_err(no_thread)?,
            wal_pages,
            sums: Arc::clone(&sums),
            mark: Mark::new(folder),
            commits: Arc::clone(&commits),
            swept: Swept::default(),
            last: LastGroup::default(),
        };
        let (tasks, waiting) = mpsc::channel(QUEUE_LIMIT);
        let writer = thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || writer.run(waiting))
            .map_err(no_thread)?;
        Ok(Self {
            folder: folder.to_owned(),
            tasks: Some(tasks),
            writer: Some(writer),
            readers,
            journal,
            contents,
            leases,
            registry,
            inside,
            archives,
            outside,
            sweeping: Arc::default(),
            sums,
            commits: Watch(commits),
            found,
            room,
            _lock: lock,
            _temporary: None,
        })
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.journal.close();
        // The last connection moves the log into the database, and one that only reads cannot.
        self.readers.close();
        self.tasks = None;
        if let Some(writer) = self.writer.take() {
            // A panic there has been printed, and what it held was never acknowledged.
            let _ = writer.join();
        }
        if !self.folder.join(format!("{}-wal", schema::FILE_NAME)).exists() {
            // Nothing is in the log, so nothing of it was acknowledged. A note left behind harms nobody.
            let _ = Mark::clear(&self.folder);
        }
        self.room.keep_at_the_end();
    }
}

type Commits = OnceLock<writer::Told>;

/// Who is told of commits.
struct Watch(Arc<Commits>);

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch(…)")
    }
}

fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};

    matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
}

fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    // Durable together with its name.
    match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => content::sync_folder(parent),
        _ => content::sync_folder(Path::new(".")),
    }
}

fn lock(folder: &Path) -> Result<File, OpenError> {
    let unusable = |source| OpenError::Folder { folder: folder.to_owned(), source };
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join("lock"))
        .map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { folder: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(unusable(source)),
    }
}
