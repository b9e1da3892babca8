//! The one thread that writes.
//!
//! Whatever waits when it looks becomes one transaction with one fsync; only after that does anybody
//! get an answer. The more senders there are, the more letters share an fsync.

use std::collections::{HashSet, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use brevdue_exchange::storage::Digest;
use brevdue_exchange::storage::arrivals::Arrivals;
use brevdue_exchange::{Batch, MemoKey, StorageError};
use brevdue_memo::Timestamp;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::changes::{Changes, Refused, Wakes};
use super::checkpoint::Checkpointer;
use super::columns::Sql;
use super::content::ContentFolder;
use super::head::Head;
use super::journal::Queue;
use super::leases::{Ended, Leases};
use super::milestones::Milestones;
use super::remembered::Registry;
use super::schema;
use super::sums::{Mark, Sums};
use super::{failure, shares};

/// Tasks in one transaction at most.
const GROUP_LIMIT: usize = 512;

/// Tasks that may wait; whoever comes next waits to be let in.
pub(super) const QUEUE_LIMIT: usize = 1024;

/// The part of the time a group takes that the writer waits for more to join the next.
const PATIENCE: u32 = 4;

/// At most so long, however slow the disk is at the moment.
const PATIENCE_LIMIT: Duration = Duration::from_millis(1);

/// How long it sleeps between two looks.
const PATIENCE_STEP: Duration = Duration::from_micros(100);

/// Digests of swept files that are remembered, see [`Writer::swept`].
const SWEPT_LIMIT: usize = 100_000;

/// Whoever wants to know how long a commit took.
pub(super) type Told = Box<dyn Fn(Duration) + Send + Sync>;

/// What the writer is asked for, and where the answer goes.
pub(super) enum Task {
    Commit(Batch, oneshot::Sender<Result<(), StorageError>>),
    /// Removes files that no row names and that are older; answers how many it did.
    Remove(Vec<Digest>, Timestamp, oneshot::Sender<Result<u64, StorageError>>),
    /// Does something on the writer's thread, between two transactions.
    #[cfg(test)]
    Between(Box<dyn FnOnce(&Connection) + Send>),
}

pub(super) struct Writer {
    pub(super) connection: Connection,
    pub(super) contents: Arc<ContentFolder>,
    /// As of the last commit.
    pub(super) head: Head,
    pub(super) leases: Arc<Leases>,
    pub(super) registry: Arc<Registry>,
    pub(super) incoming: Arc<Queue>,
    pub(super) milestones: Milestones,
    pub(super) inside: Arc<Arrivals>,
    pub(super) archives: Arc<Arrivals>,
    pub(super) outside: Arc<Arrivals>,
    pub(super) checkpointer: Checkpointer,
    /// Pages in the write-ahead log, as SQLite told after the last commit.
    pub(super) wal_pages: Arc<AtomicU64>,
    /// Checksums of pages, brought up to date before the log is moved for the last time.
    pub(super) sums: Arc<Mutex<Sums>>,
    /// Notes how much of the log was acknowledged.
    pub(super) mark: Mark,
    /// Is told how long each commit took.
    pub(super) commits: Arc<OnceLock<Told>>,
    /// Files removed lately. A batch that names one of them came too late for its bytes and must not be
    /// told otherwise.
    pub(super) swept: Swept,
    pub(super) last: LastGroup,
}

/// The group before.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LastGroup {
    /// Tasks in it, and those that came while it was written: so many send at once.
    tasks: usize,
    /// From its first change to the end of its fsync.
    took: Duration,
}

/// What became of one task.
type Outcome = Result<(), StorageError>;

/// What a group comes to, once it is committed.
struct Written {
    outcomes: Vec<Outcome>,
    head: Head,
    wakes: Wakes,
    ended: Vec<Ended>,
    /// Received letters that are filed.
    filed: Vec<MemoKey>,
}

/// Why a group was not written.
enum Stopped {
    /// One batch must be taken back and cannot be by itself: do it again with savepoints.
    NeedsSavepoints,
    /// Nothing of the group was written.
    Failed(rusqlite::Error),
}

impl From<rusqlite::Error> for Stopped {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error)
    }
}

/// Whether each batch can be taken back by itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Savepoints {
    /// No. Cheaper, and nearly always enough: batches seldom conflict.
    Without,
    /// Yes.
    With,
}

impl Writer {
    /// Works until every sender of tasks is gone and all they sent is done.
    pub(super) fn run(mut self, mut tasks: mpsc::Receiver<Task>) {
        let mut group = Vec::with_capacity(GROUP_LIMIT);
        while tasks.blocking_recv_many(&mut group, GROUP_LIMIT) > 0 {
            self.gather(&mut tasks, &mut group);
            self.settle(&mut group, &tasks);
        }
        let Self { connection, checkpointer, sums, .. } = self;
        // Its connections go first: closing the last one moves what is left in the log, and only this
        // one knows whether that may be.
        drop(checkpointer);
        let mut sums = sums.lock().unwrap_or_else(PoisonError::into_inner);
        let moves = sums.follow().map_err(|error| error.to_string()).and_then(|()| {
            schema::checkpoint_when_closed(&connection).map_err(|error| error.to_string())
        });
        if let Err(error) = moves {
            // Say, on a full disk. A page that moved without its checksum would be taken for damaged.
            tracing::warn!(error, "the log stays for the next start: no checksums of its pages");
        }
        drop(connection);
    }

    /// Waits a moment for those who were just answered and are about to send the next letter. Without it
    /// the senders fall into two halves, one being written and one waiting, and each letter shares its
    /// fsync with half as many. Who sends alone is never made to wait.
    fn gather(&self, tasks: &mut mpsc::Receiver<Task>, group: &mut Vec<Task>) {
        let expected = self.last.tasks.min(GROUP_LIMIT);
        let patience = (self.last.took / PATIENCE).min(PATIENCE_LIMIT);
        let start = Instant::now();
        while group.len() < expected && start.elapsed() < patience {
            match tasks.try_recv() {
                Ok(task) => group.push(task),
                // Asleep: on a small machine those waited for need this processor.
                Err(_) => thread::sleep(PATIENCE_STEP),
            }
        }
    }

    fn settle(&mut self, group: &mut Vec<Task>, tasks: &mpsc::Receiver<Task>) {
        let start = Instant::now();
        let written = match self.write(group, Savepoints::Without) {
            Err(Stopped::NeedsSavepoints) => self.write(group, Savepoints::With),
            other => other,
        };
        // Before anybody is answered: whoever waits now is somebody else.
        self.last = LastGroup { tasks: group.len() + tasks.len(), took: start.elapsed() };
        match written {
            Ok(Written { outcomes, wakes, .. }) => {
                for (task, outcome) in group.drain(..).zip(outcomes) {
                    self.answer(task, outcome);
                }
                self.wake(wakes);
            }
            Err(stopped) => {
                let error = Arc::new(match stopped {
                    Stopped::Failed(error) => error,
                    Stopped::NeedsSavepoints => rusqlite::Error::InvalidQuery,
                });
                tracing::error!(%error, tasks = group.len(), "a group of changes was not written");
                for task in group.drain(..) {
                    self.answer(task, Err(failure::shared(&error)));
                }
            }
        }
        self.checkpointer.after_commit(&self.connection, self.wal_pages.load(Ordering::Relaxed));
    }

    /// Writes a group in one transaction and makes it durable. When it fails, nothing was written.
    fn write(&mut self, group: &[Task], savepoints: Savepoints) -> Result<Written, Stopped> {
        // After a failed rollback the transaction may still be open. Nothing can be written until it is gone.
        if !self.connection.is_autocommit() {
            self.execute("ROLLBACK")?;
        }
        self.execute("BEGIN IMMEDIATE")?;
        let changes_registry = group.iter().any(changes_registry);
        let written = self.write_each(group, savepoints).and_then(|written| {
            if changes_registry {
                self.registry.forget();
            }
            let begun = Instant::now();
            let committed = self.execute("COMMIT");
            if let Some(told) = self.commits.get() {
                told(begun.elapsed());
            }
            if changes_registry {
                self.registry.remember_again();
            }
            committed?;
            Ok(written)
        });
        match written {
            Ok(written) => {
                self.head = written.head;
                self.mark.note(self.wal_pages.load(Ordering::Relaxed));
                let mut leases = self.leases.lock();
                for ended in &written.ended {
                    leases.end(*ended);
                }
                drop(leases);
                self.incoming.finish(&written.filed);
                Ok(written)
            }
            Err(stopped) => {
                // SQLite has rolled back by itself after some failures.
                if !self.connection.is_autocommit() {
                    self.execute("ROLLBACK")?;
                }
                Err(stopped)
            }
        }
    }

    fn write_each(&self, group: &[Task], savepoints: Savepoints) -> Result<Written, Stopped> {
        let mut head = self.head;
        let mut wakes = Wakes::default();
        let (mut ended, mut filed) = (Vec::new(), Vec::new());
        let mut outcomes = Vec::with_capacity(group.len());
        for task in group {
            let before = (head, wakes);
            let (ended_before, filed_before) = (ended.len(), filed.len());
            let changes_before = self.connection.total_changes();
            if savepoints == Savepoints::With {
                self.execute("SAVEPOINT batch")?;
            }
            match self.write_one(task, &mut head, &mut wakes, &mut ended, &mut filed) {
                Ok(()) => outcomes.push(Ok(())),
                Err(refused) => {
                    if self.connection.is_autocommit() {
                        return Err(match refused {
                            Refused::Database(error) => Stopped::Failed(error),
                            _ => Stopped::NeedsSavepoints,
                        });
                    }
                    if savepoints == Savepoints::With {
                        self.execute("ROLLBACK TO batch")?;
                    } else if self.connection.total_changes() != changes_before {
                        return Err(Stopped::NeedsSavepoints);
                    }
                    (head, wakes) = before;
                    ended.truncate(ended_before);
                    filed.truncate(filed_before);
                    outcomes.push(Err(match refused {
                        Refused::Conflict(conflict) => conflict.into(),
                        Refused::Database(error) => failure::of_database(error),
                        Refused::Value(error) => error,
                    }));
                }
            }
            if savepoints == Savepoints::With {
                self.execute("RELEASE batch")?;
            }
        }
        if !filed.is_empty() {
            head.filed = self.incoming.filed_with(&filed);
        }
        shares::count_stretches(&self.connection, self.head.counts.events, head.counts.events)?;
        if head != self.head {
            head.write(&self.connection)?;
        }
        Ok(Written { outcomes, head, wakes, ended, filed })
    }

    fn write_one(
        &self,
        task: &Task,
        head: &mut Head,
        wakes: &mut Wakes,
        ended: &mut Vec<Ended>,
        filed: &mut Vec<MemoKey>,
    ) -> Result<(), Refused> {
        match task {
            Task::Commit(batch, _) => {
                let mut changes = Changes {
                    connection: &self.connection,
                    contents: &self.contents,
                    swept: &self.swept,
                    head,
                    wakes,
                    leases: &self.leases,
                    ended,
                    incoming: &self.incoming,
                    milestones: &self.milestones,
                    filed,
                };
                batch.ops.iter().try_for_each(|op| changes.make(op))
            }
            // Done when the group is committed: rows of this very group may name the files.
            Task::Remove(..) => Ok(()),
            #[cfg(test)]
            Task::Between(_) => Ok(()),
        }
    }

    /// Tells whoever asked. Who has stopped waiting is not told, but what they asked for is done.
    fn answer(&mut self, task: Task, outcome: Outcome) {
        match task {
            Task::Commit(_, asked) => drop(asked.send(outcome)),
            Task::Remove(digests, older_than, asked) => {
                let removed = outcome.and_then(|()| self.remove(&digests, older_than));
                drop(asked.send(removed));
            }
            #[cfg(test)]
            Task::Between(act) => act(&self.connection),
        }
    }

    fn remove(&mut self, digests: &[Digest], older_than: Timestamp) -> Result<u64, StorageError> {
        let mut removed = 0;
        for digest in digests {
            let named: bool = self
                .connection
                .prepare_cached(
                    "SELECT EXISTS (SELECT 1 FROM memos WHERE content_digest = ?1
                        AND content_row IS NULL AND content_spot IS NULL)
                     OR EXISTS (SELECT 1 FROM transmissions
                        WHERE archive_digest = ?1 AND archive_digest IS NOT NULL AND archive_row IS NULL)
                     OR EXISTS (SELECT 1 FROM record_contents
                        WHERE content_digest = ?1 AND content_row IS NULL)",
                )
                .and_then(|mut named| named.query_row([Sql(digest)], |row| row.get(0)))
                .map_err(failure::of_database)?;
            if !named && self.contents.remove(digest, older_than).map_err(failure::of_files)? {
                self.swept.remember(*digest);
                removed += 1;
            }
        }
        Ok(removed)
    }

    fn wake(&self, wakes: Wakes) {
        if wakes.inside {
            self.inside.announce();
        }
        if wakes.archives {
            self.archives.announce();
        }
        if wakes.outside {
            self.outside.announce();
        }
    }

    fn execute(&self, sql: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute([]).map(drop)
    }
}

fn changes_registry(task: &Task) -> bool {
    matches!(task, Task::Commit(batch, _) if batch.ops.iter().any(Registry::is_changed_by))
}

/// Digests of files removed lately, the oldest forgotten first.
#[derive(Debug, Default)]
pub(super) struct Swept {
    in_order: VecDeque<Digest>,
    all: HashSet<Digest>,
}

impl Swept {
    pub(super) fn holds(&self, digest: &Digest) -> bool {
        self.all.contains(digest)
    }

    fn remember(&mut self, digest: Digest) {
        if self.all.insert(digest) {
            self.in_order.push_back(digest);
        }
        if self.in_order.len() > SWEPT_LIMIT
            && let Some(oldest) = self.in_order.pop_front()
        {
            self.all.remove(&oldest);
        }
    }
}
