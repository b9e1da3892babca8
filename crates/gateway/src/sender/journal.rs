//! What a run has done so far, on disk: so that a run that was interrupted at any point, power
//! included, goes on where it was, and no receipt is lost.
//!
//! An append-only file of JSON lines, one for each (exchange, system, paths). An entry is flushed to
//! disk before what follows from it is done: an accepted submission before the next step, a receipt
//! before it is removed at the exchange. Many entries share one flush. A last line that a power cut
//! tore is dropped; what it told is found out again.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use brevdue_wire::{BulkReceipt, Receipt};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::prepare::hex;
use crate::limits::{JOURNAL_BATCH, JOURNAL_LINE_BYTES};

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum Entry {
    /// Always the first.
    Begun {
        version: u32,
        /// Makes the idempotency keys of this journal its own.
        run: Uuid,
        exchange: String,
        system: Uuid,
        paths: Vec<String>,
    },
    /// The exchange took a file.
    Accepted {
        path: String,
        sha256: String,
        transmission_id: Uuid,
        messages: Vec<Uuid>,
        nameless: u64,
        receipt: Receipt,
    },
    /// A business receipt came.
    Answered { receipt: BulkReceipt },
    /// Business receipts were removed at the exchange.
    Removed { receipts: Vec<Uuid> },
}

const VERSION: u32 = 1;

/// Whether a run goes on or starts over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Start {
    /// Goes on where the last run with the same paths was.
    #[default]
    WhereItWas,
    /// Sets the earlier journal aside (one is kept) and sends everything again.
    Over,
}

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// Another run holds it.
    #[error("another run is sending the same files; its journal is {}", path.display())]
    InUse {
        /// The journal.
        path: PathBuf,
    },
    /// It has an entry that was not written by this program.
    #[error("line {line} of the journal {} cannot be read; start over to set it aside", path.display())]
    Damaged {
        /// The journal.
        path: PathBuf,
        /// From 1.
        line: u64,
    },
    /// The disk said no.
    #[error("the journal {} cannot be written or read", path.display())]
    Io {
        /// The journal, or its folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

/// Which journal.
#[derive(Debug, Clone)]
pub(super) struct JournalName<'a> {
    pub(super) folder: &'a Path,
    pub(super) exchange: &'a str,
    pub(super) system: Uuid,
    /// Whole paths as given on the command line.
    pub(super) paths: Vec<String>,
}

impl JournalName<'_> {
    /// `<folder>/<24 hexadecimal digits>.jsonl`; the order of the paths does not matter.
    pub(super) fn file(&self) -> PathBuf {
        let mut paths = self.paths.clone();
        paths.sort();
        let mut hash = Sha256::new();
        for part in [self.exchange, &self.system.to_string()] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        for path in &paths {
            hash.update(path.as_bytes());
            hash.update([0]);
        }
        self.folder.join(format!("{}.jsonl", &hex(&hash.finalize())[..24]))
    }
}

/// An open journal. Dropping it loses nothing that was acknowledged.
#[derive(Debug)]
pub(super) struct Journal {
    /// Tells runs apart, see [`Entry::Begun`].
    pub(super) run: Uuid,
    queue: mpsc::Sender<Batch>,
    writer: JoinHandle<()>,
}

#[derive(Debug)]
struct Batch {
    lines: Vec<u8>,
    done: oneshot::Sender<io::Result<()>>,
}

impl Journal {
    /// Opens the journal and gives every entry of earlier runs to `replay`, in order. Blocks.
    pub(super) fn open(
        name: &JournalName<'_>,
        start: Start,
        new_run: Uuid,
        replay: &mut dyn FnMut(Entry),
    ) -> Result<Self, JournalError> {
        let path = name.file();
        let io = |source| JournalError::Io { path: path.clone(), source };
        private_folder(name.folder).map_err(io)?;
        let mut file = open_locked(&path)?;
        if start == Start::Over && file.metadata().map_err(io)?.len() > 0 {
            fs::rename(&path, path.with_extension("jsonl.before")).map_err(io)?;
            file = open_locked(&path)?;
        }
        let run = match load(&file, &path, replay)? {
            Some(run) => run,
            None => {
                let begun = Entry::Begun {
                    version: VERSION,
                    run: new_run,
                    exchange: name.exchange.into(),
                    system: name.system,
                    paths: name.paths.clone(),
                };
                file.write_all(&line(&begun).map_err(io)?).map_err(io)?;
                file.sync_all().map_err(io)?;
                File::open(name.folder).and_then(|folder| folder.sync_all()).map_err(io)?;
                new_run
            }
        };
        let (queue, entries) = mpsc::channel(JOURNAL_BATCH);
        let writer = tokio::task::spawn_blocking(move || write_batches(file, entries));
        Ok(Self { run, queue, writer })
    }

    /// Adds entries; they are on disk when this returns.
    pub(super) async fn add(&self, entries: &[Entry]) -> io::Result<()> {
        let mut lines = Vec::new();
        for entry in entries {
            lines.extend(line(entry)?);
        }
        let (done, flushed) = oneshot::channel();
        let gone = || io::Error::other("the journal has stopped after an earlier error");
        self.queue.send(Batch { lines, done }).await.map_err(|_| gone())?;
        flushed.await.map_err(|_| gone())?
    }

    /// Lets go of the file, so that the next run can have it at once.
    pub(super) async fn close(self) {
        drop(self.queue);
        // A writer that panicked has nothing more to write.
        let _ = self.writer.await;
    }
}

/// Writes what is queued with one flush, again and again, until nobody can queue any more. Stops at
/// the first error: what is on disk after it is not known.
fn write_batches(mut file: File, mut entries: mpsc::Receiver<Batch>) {
    let mut waiting = Vec::new();
    while let Some(first) = entries.blocking_recv() {
        let mut lines = first.lines;
        waiting.push(first.done);
        while waiting.len() < JOURNAL_BATCH
            && let Ok(next) = entries.try_recv()
        {
            lines.extend(next.lines);
            waiting.push(next.done);
        }
        let outcome = file.write_all(&lines).and_then(|()| file.sync_data());
        for done in waiting.drain(..) {
            let copy = match &outcome {
                Ok(()) => Ok(()),
                Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
            };
            // Whoever asked may have been interrupted since.
            let _ = done.send(copy);
        }
        if outcome.is_err() {
            return;
        }
    }
}

fn line(entry: &Entry) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(entry)?;
    if line.len() >= JOURNAL_LINE_BYTES {
        return Err(io::Error::other("an entry is over the limit of 4 MiB"));
    }
    line.push(b'\n');
    Ok(line)
}

/// Reads all entries, cuts off a torn last line, and stands at the end. Gives the run of the first.
fn load(
    mut file: &File,
    path: &Path,
    replay: &mut dyn FnMut(Entry),
) -> Result<Option<Uuid>, JournalError> {
    let io = |source| JournalError::Io { path: path.to_owned(), source };
    let mut reader = BufReader::new(file);
    let mut text = Vec::new();
    let (mut good_bytes, mut number, mut run) = (0u64, 0u64, None);
    loop {
        text.clear();
        let limit = JOURNAL_LINE_BYTES as u64 + 1;
        let read = reader.by_ref().take(limit).read_until(b'\n', &mut text).map_err(io)?;
        if read == 0 {
            break;
        }
        number += 1;
        let whole = text.last() == Some(&b'\n');
        let damaged = || JournalError::Damaged { path: path.to_owned(), line: number };
        let entry = match serde_json::from_slice::<Entry>(&text) {
            Ok(entry) if whole => entry,
            _ if !whole && read < JOURNAL_LINE_BYTES => break,
            _ => return Err(damaged()),
        };
        good_bytes += read as u64;
        match entry {
            Entry::Begun { version: VERSION, run: this, .. } if number == 1 => run = Some(this),
            Entry::Begun { .. } => return Err(damaged()),
            _ if number == 1 => return Err(damaged()),
            entry => replay(entry),
        }
    }
    file.set_len(good_bytes).map_err(io)?;
    file.seek(SeekFrom::End(0)).map_err(io)?;
    Ok(run)
}

fn open_locked(path: &Path) -> Result<File, JournalError> {
    let io = |source| JournalError::Io { path: path.to_owned(), source };
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(io)?;
    // A run that was just interrupted may need a moment to let go.
    for _ in 0..40 {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(25)),
            Err(TryLockError::Error(error)) => return Err(io(error)),
        }
    }
    Err(JournalError::InUse { path: path.to_owned() })
}

/// Makes a folder that only its owner can look into: journals name letters.
fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(folder: &Path) -> JournalName<'_> {
        let paths = vec!["/letters".into()];
        JournalName { folder, exchange: "http://a", system: Uuid::nil(), paths }
    }

    fn removed(number: u128) -> Entry {
        Entry::Removed { receipts: vec![Uuid::from_u128(number)] }
    }

    async fn entries(folder: &Path) -> Result<Vec<Entry>, JournalError> {
        let mut seen = Vec::new();
        let name = name(folder);
        let journal = Journal::open(&name, Start::WhereItWas, Uuid::nil(), &mut |e| seen.push(e))?;
        journal.close().await;
        Ok(seen)
    }

    #[tokio::test]
    async fn what_was_added_is_there_at_the_next_start_and_a_torn_line_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let run = Uuid::from_u128(9);
        let journal = Journal::open(&name(folder.path()), Start::WhereItWas, run, &mut |_| {}).unwrap();
        journal.add(&[removed(1), removed(2)]).await.unwrap();
        journal.close().await;
        let file = name(folder.path()).file();
        let whole = fs::read(&file).unwrap();
        let last = whole[..whole.len() - 1].iter().rposition(|b| *b == b'\n').unwrap() + 1;
        for cut in last..whole.len() {
            fs::write(&file, &whole[..cut]).unwrap();
            assert_eq!(entries(folder.path()).await.unwrap(), [removed(1)], "cut at {cut}");
            assert_eq!(fs::metadata(&file).unwrap().len(), last as u64);
        }
        fs::write(&file, &whole).unwrap();
        assert_eq!(entries(folder.path()).await.unwrap(), [removed(1), removed(2)]);
    }

    #[tokio::test]
    async fn damage_in_the_middle_is_told_and_never_skipped() {
        let folder = tempfile::tempdir().unwrap();
        entries(folder.path()).await.unwrap();
        let file = name(folder.path()).file();
        let mut text = fs::read(&file).unwrap();
        text.extend(b"{\"entry\":\"unheard of\"}\n");
        fs::write(&file, text).unwrap();
        assert!(matches!(entries(folder.path()).await, Err(JournalError::Damaged { line: 2, .. })));
    }

    #[tokio::test]
    async fn two_runs_never_share_a_journal() {
        let folder = tempfile::tempdir().unwrap();
        let name = name(folder.path());
        let _first = Journal::open(&name, Start::WhereItWas, Uuid::nil(), &mut |_| {}).unwrap();
        let second = Journal::open(&name, Start::WhereItWas, Uuid::nil(), &mut |_| {});
        assert!(matches!(second, Err(JournalError::InUse { .. })));
    }

    #[tokio::test]
    async fn starting_over_keeps_the_journal_before() {
        let folder = tempfile::tempdir().unwrap();
        let name = name(folder.path());
        let first = Journal::open(&name, Start::WhereItWas, Uuid::nil(), &mut |_| {}).unwrap();
        first.add(&[removed(1)]).await.unwrap();
        first.close().await;
        let mut seen = 0;
        let run = Uuid::from_u128(2);
        let again = Journal::open(&name, Start::Over, run, &mut |_| seen += 1).unwrap();
        assert_eq!((seen, again.run), (0, run));
        assert!(name.file().with_extension("jsonl.before").exists());
    }
}
