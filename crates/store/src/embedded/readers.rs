//! Connections that only read. Each read sees everything committed before it began.

use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use brevdue_exchange::StorageError;
use rusqlite::Connection;
use tokio::runtime::Handle;

use super::{failure, schema};

/// Connections at most. A read takes tens of microseconds; more would only take turns on the processor.
const CONNECTIONS: usize = 4;

#[derive(Debug)]
pub(super) struct Readers {
    folder: PathBuf,
    pool: Mutex<Pool>,
    returned: Condvar,
}

#[derive(Debug, Default)]
struct Pool {
    idle: Vec<Connection>,
    /// Idle or in use.
    open: usize,
    /// The store is going away: nothing is kept for later.
    closed: bool,
}

impl Readers {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder, pool: Mutex::default(), returned: Condvar::new() }
    }

    /// Closes what is not in use; what is in use is closed when it comes back.
    pub(super) fn close(&self) {
        let mut pool = self.lock();
        pool.closed = true;
        pool.idle.clear();
    }

    /// Reads here and now. For what is found by its key: handing it to another thread and back takes
    /// longer than the read itself.
    pub(super) fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StorageError> {
        let borrowed = self.borrow()?;
        // One snapshot, however many statements.
        let snapshot =
            borrowed.connection().and_then(|connection| connection.unchecked_transaction());
        snapshot.and_then(|snapshot| read(&snapshot)).map_err(failure::of_database)
    }

    /// Reads on a thread that may block. For lists, which may be long or have to come from disk.
    pub(super) async fn read_apart<T: Send + 'static>(
        self: &Arc<Self>,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StorageError> {
        let readers = Arc::clone(self);
        apart(move || readers.read(read)).await
    }

    fn borrow(&self) -> Result<Borrowed<'_>, StorageError> {
        let mut pool = self.lock();
        loop {
            if let Some(connection) = pool.idle.pop() {
                return Ok(Borrowed { readers: self, connection: Some(connection) });
            }
            if pool.open < CONNECTIONS {
                pool.open += 1;
                drop(pool);
                // Counted before it is opened, and given back by `Borrowed` if it cannot be.
                let mut borrowed = Borrowed { readers: self, connection: None };
                let connection =
                    schema::open_for_reading(&self.folder).map_err(failure::of_database)?;
                borrowed.connection = Some(connection);
                return Ok(borrowed);
            }
            pool = self.returned.wait(pool).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Pool> {
        // A push or a pop is whole before anything can panic.
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection on loan.
struct Borrowed<'a> {
    readers: &'a Readers,
    connection: Option<Connection>,
}

impl Borrowed<'_> {
    fn connection(&self) -> rusqlite::Result<&Connection> {
        // `None` only while `borrow` opens it.
        self.connection.as_ref().ok_or(rusqlite::Error::InvalidQuery)
    }
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        let mut pool = self.readers.lock();
        match self.connection.take() {
            Some(connection) if !pool.closed => pool.idle.push(connection),
            _ => pool.open -= 1,
        }
        drop(pool);
        self.readers.returned.notify_one();
    }
}

/// Does work that may block for long where it holds up nobody.
pub(super) async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StorageError> + Send + 'static,
) -> Result<T, StorageError> {
    match Handle::try_current() {
        Ok(runtime) => {
            runtime.spawn_blocking(work).await.unwrap_or_else(|_| Err(failure::stopped()))
        }
        // No runtime whose threads could be held up.
        Err(_) => work(),
    }
}
