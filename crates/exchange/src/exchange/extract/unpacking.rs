//! Unpacking on a thread of its own: it may block for as long as an archive takes, while who makes
//! the messages durable must not.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use brevdue_memo::Timestamp;
use brevdue_memo::container::{ContainerError, ContainerLimits, Entry, unpack};

use super::held_bytes;
use crate::storage::arrivals::Arrivals;
use crate::{ContentRef, StorageError, Store};

/// Bytes copied at a time.
const COPY_BYTES: usize = 64 * 1024;
/// Bytes of small messages after which a batch goes out before it is full.
const BATCH_BYTES: u64 = 4 << 20;

/// An archive being unpacked. Dropped, the thread ends at its next batch.
pub(super) struct Unpacking {
    parts: Mutex<Receiver<Unpacked>>,
    news: Arc<Arrivals>,
}

/// What the thread has to say.
pub(super) enum Unpacked {
    /// More messages, in their order.
    Entries(Vec<ContentRef>),
    /// The archive was read to its end.
    Whole,
    /// It cannot be read to its end.
    Broken(String),
    /// It holds more than it may.
    TooLarge(String),
    /// The store failed.
    Failed(StorageError),
}

impl Unpacking {
    /// Starts unpacking; batches hold at most `batch` messages.
    pub(super) fn start(
        store: Arc<dyn Store>,
        archive: ContentRef,
        limits: ContainerLimits,
        batch: usize,
        now: Timestamp,
    ) -> Result<Self, StorageError> {
        let (sender, parts) = sync_channel(1);
        let news = Arc::new(Arrivals::default());
        let line = Line { sender, news: news.clone() };
        thread::Builder::new()
            .name("unpacking".into())
            .spawn(move || {
                let last = run(store.as_ref(), &archive, &limits, batch.max(1), now, &line);
                line.say(last);
            })
            .map_err(|error| StorageError::Unavailable(format!("no thread to unpack: {error}")))?;
        Ok(Self { parts: Mutex::new(parts), news })
    }

    /// The next part.
    pub(super) async fn next(&self) -> Unpacked {
        loop {
            let part = self.parts.lock().unwrap_or_else(PoisonError::into_inner).try_recv();
            match part {
                Ok(part) => return part,
                Err(TryRecvError::Empty) => self.news.wait().await,
                Err(TryRecvError::Disconnected) => {
                    let error = io::Error::other("the unpacking thread ended without a word");
                    return Unpacked::Failed(StorageError::Failed(error.into()));
                }
            }
        }
    }
}

/// The thread's end of the line.
struct Line {
    sender: SyncSender<Unpacked>,
    news: Arc<Arrivals>,
}

impl Line {
    /// Waits until there is room. `false` when nobody listens any more.
    fn say(&self, part: Unpacked) -> bool {
        let heard = self.sender.send(part).is_ok();
        self.news.announce();
        heard
    }
}

/// Also a thread that panics must wake who waits for it.
impl Drop for Line {
    fn drop(&mut self) {
        let (nobody, _) = sync_channel(0);
        self.sender = nobody;
        self.news.announce();
    }
}

fn run(
    store: &dyn Store,
    archive: &ContentRef,
    limits: &ContainerLimits,
    batch: usize,
    now: Timestamp,
    line: &Line,
) -> Unpacked {
    let source = match store.open(archive) {
        Ok(source) => source,
        Err(error) => return Unpacked::Failed(error),
    };
    let mut entries = Vec::new();
    let mut bytes = 0;
    let mut trouble = None;
    let outcome = unpack(source, limits, &mut |entry| {
        let content = copy(store, entry, now, &mut trouble)?;
        bytes += held_bytes(&content);
        entries.push(content);
        if entries.len() >= batch || bytes >= BATCH_BYTES {
            bytes = 0;
            if !line.say(Unpacked::Entries(std::mem::take(&mut entries))) {
                return Err(io::Error::other("nobody waits for the archive any more"));
            }
        }
        Ok(())
    });
    match (outcome, trouble) {
        (Ok(_), _) => {
            if !entries.is_empty() {
                line.say(Unpacked::Entries(entries));
            }
            Unpacked::Whole
        }
        (Err(_), Some(error)) => Unpacked::Failed(error),
        (Err(error @ ContainerError::TooLarge(_)), _) => Unpacked::TooLarge(error.to_string()),
        // The store's bytes could not be read, which is not the sender's fault.
        (Err(error @ ContainerError::Io(_)), _) => {
            Unpacked::Failed(StorageError::Failed(error.into()))
        }
        (Err(error), _) => Unpacked::Broken(error.to_string()),
    }
}

/// Copies one message into the store; `trouble` is what the store did not take.
fn copy(
    store: &dyn Store,
    entry: Entry<'_>,
    now: Timestamp,
    trouble: &mut Option<StorageError>,
) -> io::Result<ContentRef> {
    let refused = |error, trouble: &mut Option<StorageError>| {
        *trouble = Some(error);
        io::Error::other("the store did not take a message")
    };
    let mut sink = store.begin(now).map_err(|error| refused(error, trouble))?;
    let mut buffer = vec![0; COPY_BYTES];
    loop {
        match entry.reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => {
                sink.write(&buffer[..count]).map_err(|error| refused(error, trouble))?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    sink.finish().map_err(|error| refused(error, trouble))
}
