//! The one thread that appends. Whatever waits when it looks is written in one go and shares one
//! fsync; then it is queued, and only then does anybody get an answer.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use brevdue_exchange::StorageError;
use brevdue_exchange::storage::Spot;
use brevdue_exchange::storage::arrivals::Arrivals;
use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::super::failure;
use super::super::sums::{Damage, is_full};
use super::queue::Queue;
use super::record::{ALIGNMENT, HEAD_BYTES, Head};
use super::scan::{Found, Look, Scan};
use super::segments::{PREFACE_BYTES, Segments};

/// Letters that share an fsync at most.
const GROUP_LIMIT: usize = 512;

/// Bytes after which a group is written though more waits.
const GROUP_BYTES: usize = 8 << 20;

/// The part of the time a group takes that is waited for more to join the next.
const PATIENCE: u32 = 4;

/// At most so long, however slow the disk is at the moment.
const PATIENCE_LIMIT: Duration = Duration::from_millis(1);

/// How long to sleep between two looks.
const PATIENCE_STEP: Duration = Duration::from_micros(100);

/// A letter to append, and where the answer goes.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) head: Head,
    pub(super) bytes: Bytes,
    pub(super) asked: oneshot::Sender<Result<(), StorageError>>,
}

/// The segment being written.
#[derive(Debug)]
pub(super) struct Active {
    file: File,
    segment: u32,
    /// Everything before is durable.
    end: u64,
}

pub(super) struct Appender {
    segments: Arc<Segments>,
    queue: Arc<Queue>,
    inside: Arc<Arrivals>,
    segment_bytes: u64,
    /// `None` when the next group begins a segment.
    active: Option<Active>,
    /// Number of the segment that comes after.
    next_segment: u32,
    buffer: Vec<u8>,
    /// So many sent at once, and it took so long.
    last: (usize, Duration),
}

impl Appender {
    pub(super) fn new(
        segments: Arc<Segments>,
        queue: Arc<Queue>,
        inside: Arc<Arrivals>,
        segment_bytes: u64,
        (active, next_segment): (Option<Active>, u32),
    ) -> Self {
        let (buffer, last) = (Vec::new(), (0, Duration::ZERO));
        Self { segments, queue, inside, segment_bytes, active, next_segment, buffer, last }
    }

    /// Works until every sender of tasks is gone and all they sent is done.
    pub(super) fn run(mut self, mut tasks: mpsc::Receiver<Task>) {
        let mut group = Vec::with_capacity(GROUP_LIMIT);
        while tasks.blocking_recv_many(&mut group, GROUP_LIMIT) > 0 {
            self.gather(&mut tasks, &mut group);
            let (began, sent) = (Instant::now(), group.len());
            while !group.is_empty() {
                let fitting = fitting(&group);
                self.settle(group.drain(..fitting));
            }
            self.last = (sent + tasks.len(), began.elapsed());
        }
    }

    /// Waits a moment for those who were just answered and are about to send again: see the writer.
    fn gather(&self, tasks: &mut mpsc::Receiver<Task>, group: &mut Vec<Task>) {
        let (expected, took) = self.last;
        let patience = (took / PATIENCE).min(PATIENCE_LIMIT);
        let start = Instant::now();
        while group.len() < expected.min(GROUP_LIMIT) && start.elapsed() < patience {
            match tasks.try_recv() {
                Ok(task) => group.push(task),
                // Asleep: on a small machine those waited for need this processor.
                Err(_) => thread::sleep(PATIENCE_STEP),
            }
        }
    }

    fn settle(&mut self, group: impl Iterator<Item = Task>) {
        let (mut heads, mut asked) = (Vec::new(), Vec::new());
        self.buffer.clear();
        for task in group {
            heads.push(task.head);
            asked.push(task.asked);
            self.lay_out(&task.bytes);
        }
        match self.append(&mut heads) {
            Ok(end) => {
                self.queue.received(&heads, end);
                for asked in asked {
                    // Who has stopped waiting is not told, but the letter is there.
                    let _ = asked.send(Ok(()));
                }
                self.inside.announce();
            }
            Err(error) => {
                tracing::error!(%error, letters = heads.len(), "the journal was not written");
                for asked in asked {
                    let _ = asked.send(Err(failure::of_files(again(&error))));
                }
            }
        }
    }

    /// Leaves room for a head, then the letter and its padding.
    fn lay_out(&mut self, letter: &[u8]) {
        self.buffer.resize(self.buffer.len() + HEAD_BYTES, 0);
        self.buffer.extend_from_slice(letter);
        self.buffer.resize(self.buffer.len().next_multiple_of(ALIGNMENT as usize), 0);
    }

    /// Gives the laid out records their places, and makes them durable. When it fails, none is.
    fn append(&mut self, heads: &mut [Head]) -> io::Result<Spot> {
        let length = self.buffer.len() as u64;
        let is_full = |active: &Active| {
            active.end > u64::from(PREFACE_BYTES) && active.end + length > self.segment_bytes
        };
        if self.active.as_ref().is_none_or(is_full) {
            let segment = self.next_segment;
            let file = self.segments.create(segment)?;
            self.next_segment = segment.checked_add(1).ok_or(io::ErrorKind::StorageFull)?;
            self.active = Some(Active { file, segment, end: PREFACE_BYTES.into() });
        }
        let Some(active) = &mut self.active else { return Err(io::ErrorKind::NotFound.into()) };
        let mut at = 0;
        for head in heads {
            // A segment and one group more are far from 4 GiB.
            let offset = (active.end + at as u64).try_into().map_err(io::Error::other)?;
            head.spot = Spot { segment: active.segment, offset };
            if let Some(room) = self.buffer[at..].first_chunk_mut() {
                head.write(room);
            }
            at += head.record_bytes() as usize;
        }
        if let Err(error) = active.file.write_all_at(&self.buffer, active.end) {
            // What was written of it is cut off; if that fails too, opening will do it.
            let _ = active.file.set_len(active.end);
            return Err(error);
        }
        if let Err(error) = active.file.sync_data() {
            // What the system did with the pages is not known: nothing more goes into this file.
            let _ = active.file.set_len(active.end);
            self.active = None;
            return Err(error);
        }
        active.end += length;
        let offset = active.end.try_into().map_err(io::Error::other)?;
        Ok(Spot { segment: active.segment, offset })
    }
}

/// How many from the first on are written together: as many as fit, but one at least.
fn fitting(group: &[Task]) -> usize {
    let mut bytes = 0;
    let fit = group.iter().take_while(|task| {
        bytes += task.bytes.len();
        bytes <= GROUP_BYTES
    });
    fit.count().max(1)
}

/// The same failure, for one more who waits.
fn again(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
}

/// Where appending goes on, and the number of the segment after it. Cuts off what was not written to
/// its end, and makes durable what the last process may have written without syncing.
pub(super) fn find_end(
    segments: &Segments,
    segment_bytes: u64,
    filed: Spot,
    damage: &mut Vec<Damage>,
) -> io::Result<((Option<Active>, u32), Spot)> {
    let Some(segment) = last_begun(segments)? else {
        let next = filed.segment + 1;
        return Ok(((None, next), Spot { segment: next, offset: PREFACE_BYTES }));
    };
    let next = segment.max(filed.segment) + 1;
    damage.extend(segments.check_preface(segment)?);
    let file = File::options().read(true).write(true).open(segments.path(segment))?;
    let begin = Spot { segment, offset: PREFACE_BYTES };
    let mut scan = Scan::of(segments.file(segment)?, begin, None, Look::Everything)?;
    let length = file.metadata()?.len();
    let mut end = scan.position();
    while let Some(found) = scan.next()? {
        match found {
            Found::Record(_) => end = scan.position(),
            Found::Flipped { head, bits } => {
                end = scan.position();
                damage.push(segments.mend(segment, head.spot.offset.into(), end, &bits)?);
            }
            // Nothing of it can be read, nothing follows it, and nothing so far in was filed: most often
            // what a loss of power left of letters that nobody was told were received.
            Found::Damage { from, to, content: None }
                if to == length && Spot { segment, offset: narrowed(from)? } >= filed =>
            {
                match segments.park(segment, from, to) {
                    Ok(()) => {
                        file.set_len(from)?;
                        let what = format!(
                            "bytes {from} to {to}, its end, cannot be read and were put aside"
                        );
                        damage.push(Segments::damage(segment, what));
                    }
                    Err(error) if is_full(&error) => {
                        tracing::error!(
                            segment,
                            from,
                            to,
                            "the end of the journal cannot be read, and on a full disk not be put aside: it stays"
                        );
                        end = to.next_multiple_of(ALIGNMENT);
                    }
                    Err(error) => return Err(error),
                }
            }
            // `verify` names it as long as it is there.
            Found::Damage { from, to, .. } => {
                tracing::error!(segment, from, to, "bytes of the journal are not what was written");
                end = to.next_multiple_of(ALIGNMENT);
            }
            Found::Torn { from } => {
                tracing::warn!(
                    segment,
                    from,
                    "the end of the journal was not written whole: cut off"
                );
                file.set_len(from)?;
            }
        }
    }
    file.sync_all()?;
    let end_spot = Spot { segment, offset: narrowed(end)? };
    if end >= segment_bytes || end_spot < filed {
        let end = Spot { segment: next, offset: PREFACE_BYTES };
        return Ok(((None, next), end));
    }
    Ok(((Some(Active { file, segment, end }), next), end_spot))
}

fn narrowed(offset: u64) -> io::Result<u32> {
    offset.try_into().map_err(io::Error::other)
}

/// The last segment that was begun. One that was made and holds not even its preface goes.
fn last_begun(segments: &Segments) -> io::Result<Option<u32>> {
    for segment in segments.list()?.into_iter().rev() {
        if std::fs::metadata(segments.path(segment))?.len() >= u64::from(PREFACE_BYTES) {
            return Ok(Some(segment));
        }
        segments.remove(segment)?;
    }
    Ok(None)
}
