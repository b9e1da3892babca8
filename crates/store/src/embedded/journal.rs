//! The journal: single letters in the order they were received, each durable before it is answered.
//!
//! A letter is appended to a segment file by one thread, many with one fsync (`appender.rs`), and from
//! then on waits in memory (`queue.rs`) until a batch files it. Its bytes stay in the segment
//! (`segments.rs`), where its row finds them. After a crash whatever is not filed is queued again
//! (`looking.rs`). The layout is in `record.rs` and docs/store.md.
//!
//! Nothing here knows what a letter says or what becomes of it.

mod appender;
mod check;
mod looking;
mod mending;
mod queue;
mod record;
mod retire;
mod scan;
mod segments;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::{io, mem};

use brevdue_exchange::storage::arrivals::Arrivals;
use brevdue_exchange::storage::{Claim, Place, Spot};
use brevdue_exchange::{Incoming, StorageError};
use tokio::sync::{mpsc, oneshot};

use self::appender::{Appender, Task};
use self::record::Head;
use super::failure;
use super::readers::Readers;
use super::sums::Damage;

pub(super) use self::check::check;
pub(super) use self::queue::Queue;
pub(super) use self::retire::retire;
pub(super) use self::segments::Segments;

/// Letters that may wait to be appended; whoever comes next waits to be let in.
const APPENDING_LIMIT: usize = 1024;

/// Records looked at before an opened store answers.
const LOOKED_AT_FIRST: usize = 8192;

/// Sizes of the journal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Bytes after which a segment gets no more records. A multiple of 8.
    pub(super) segment_bytes: u64,
    /// Letters that may wait in the bulk lane and in all; beyond, only interactive ones are taken, an
    /// eighth more. They lie in the journal.
    pub(super) unfiled: u64,
    /// Letters in memory, some 200 bytes each.
    pub(super) held: usize,
    /// Letters in memory of one account in one lane while less than half of `held` is in use.
    pub(super) held_of_one: usize,
    /// And when more is.
    pub(super) held_of_one_when_full: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            segment_bytes: 64 << 20,
            unfiled: 4_000_000,
            held: 100_000,
            held_of_one: 10_000,
            held_of_one_when_full: 16,
        }
    }
}

/// The journal of an open store.
#[derive(Debug)]
pub(super) struct Journal {
    segments: Arc<Segments>,
    queue: Arc<Queue>,
    readers: Arc<Readers>,
    /// `None` once it is closed.
    tasks: Option<mpsc::Sender<Task>>,
    threads: Vec<JoinHandle<()>>,
    closing: Arc<AtomicBool>,
}

impl Journal {
    /// Opens the journal in a folder. Everything before `filed` is filed; what is behind it and not
    /// filed either is queued. Puts down what it found damaged in the last segment.
    pub(super) fn open(
        folder: PathBuf,
        limits: Limits,
        filed: Spot,
        readers: Arc<Readers>,
        inside: Arc<Arrivals>,
        found: &mut Vec<Damage>,
    ) -> Result<Self, StorageError> {
        let segments = Arc::new(Segments::open(folder).map_err(failure::of_files)?);
        let (active, end) = appender::find_end(&segments, limits.segment_bytes, filed, found)
            .map_err(failure::of_files)?;
        let from = filed.max(segments.first().map_err(failure::of_files)?);
        let queue = Arc::new(Queue::new(limits, from, end));
        let closing = Arc::<AtomicBool>::default();

        let (tasks, waiting) = mpsc::channel(APPENDING_LIMIT);
        let appender = Appender::new(
            Arc::clone(&segments),
            Arc::clone(&queue),
            Arc::clone(&inside),
            limits.segment_bytes,
            active,
        );
        let mut threads = vec![start("store-journal", move || appender.run(waiting))?];
        let more = looking::look(&segments, &queue, &readers, LOOKED_AT_FIRST)?;
        if more {
            let (segments, queue) = (Arc::clone(&segments), Arc::clone(&queue));
            let (readers, closing) = (Arc::clone(&readers), Arc::clone(&closing));
            let inside = Arc::clone(&inside);
            threads.push(start("store-looking", move || {
                looking::look_to_the_end(&segments, &queue, &readers, &inside, &closing);
            })?);
        }
        if queue.waiting() > 0 {
            inside.announce();
        }
        Ok(Self { segments, queue, readers, tasks: Some(tasks), threads, closing })
    }

    /// Appends a letter and waits until it is durable.
    pub(super) async fn receive(&self, incoming: Incoming) -> Result<(), StorageError> {
        let Place::Row(bytes) = &incoming.content.place else {
            let text = "only content that travels in the row is received";
            return Err(StorageError::Failed(text.into()));
        };
        if !self.queue.has_room(incoming.lane) {
            return Err(StorageError::Full);
        }
        let head = Head::of(&incoming, bytes)?;
        let (asked, answer) = oneshot::channel();
        let task = Task { head, bytes: bytes.clone(), asked };
        let tasks = self.tasks.as_ref().ok_or_else(failure::stopped)?;
        tasks.send(task).await.map_err(|_| failure::stopped())?;
        answer.await.map_err(|_| failure::stopped())?
    }

    /// See [`brevdue_exchange::Store::claim_incoming`].
    pub(super) fn claim(&self, claim: &Claim) -> Result<Vec<Incoming>, StorageError> {
        looking::fetch_left(&self.segments, &self.queue, &self.readers)?;
        Ok(self.queue.claim(claim))
    }

    pub(super) fn queue(&self) -> &Arc<Queue> {
        &self.queue
    }

    pub(super) fn segments(&self) -> &Arc<Segments> {
        &self.segments
    }

    /// Waits until everything asked of it is done.
    pub(super) fn close(&mut self) {
        self.tasks = None;
        self.closing.store(true, Ordering::Relaxed);
        for thread in mem::take(&mut self.threads) {
            // A panic there has been printed, and what it held was never acknowledged.
            let _ = thread.join();
        }
    }
}

fn start(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StorageError> {
    let thread = thread::Builder::new().name(name.into()).spawn(run);
    thread.map_err(|error: io::Error| StorageError::Failed(Box::new(error)))
}
