//! Many containers at once: one thread reads the messages and cuts them into batches, the others pack.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufReader, IsTerminal, Read, Seek, SeekFrom};
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

use brevdue_exchange::ids::Ids;
use brevdue_gateway::sender::Subfolders;
use brevdue_memo::container::PackOptions;
use brevdue_memo::{Limits, read_header};
use indicatif::{ProgressBar, ProgressStyle};
use uuid::Uuid;

use super::super::files::{unreadable, walk};
use super::container::{NO_UUID, Part, UUID_TWICE, Whole, nothing};
use super::not_packable;
use crate::commands::send::{counted, grouped};
use crate::machine::MachineIds;
use crate::report::Problem;

/// How messages are cut into containers. A container holds at least one message, however large.
pub(super) struct Cut {
    /// Most messages in one.
    pub(super) messages: Option<NonZeroUsize>,
    /// Most bytes of messages in one, before compression.
    pub(super) bytes: Option<NonZeroU64>,
}

impl Cut {
    /// Whether a batch is full when another message of so many bytes comes.
    fn comes_before(&self, batch: &Batch, next_bytes: u64) -> bool {
        let held = batch.messages.len();
        held > 0
            && (self.messages.is_some_and(|most| held >= most.get())
                || self.bytes.is_some_and(|most| batch.bytes + next_bytes > most.get()))
    }
}

/// Packs into containers in `folder`, each named by a UUID of its own. None has a name before all are
/// whole; says what they hold.
pub(super) fn pack(
    folder: &Path,
    paths: &[PathBuf],
    subfolders: Subfolders,
    cut: &Cut,
    options: &PackOptions,
    jobs: NonZeroUsize,
) -> Result<String, Problem> {
    let place = folder.display().to_string();
    let disk = |error: io::Error| unreadable(&place, &error);
    std::fs::create_dir_all(folder).map_err(disk)?;
    let bar = bar();
    let crew = Crew { folder, options, bar: &bar, outcome: Mutex::default() };
    // One batch waits while each thread packs one.
    let (send, receive) = sync_channel(1);
    let receive = Mutex::new(receive);
    let read = std::thread::scope(|scope| {
        for _ in 0..jobs.get() {
            scope.spawn(|| crew.work(&receive));
        }
        // The threads end when what it sends to is dropped with it.
        let mut cutting = Cutting {
            folder,
            cut,
            batch: None,
            batches: 0,
            ids: HashSet::new(),
            send,
            crew: &crew,
        };
        let outcome = cutting.all(paths, subfolders);
        if outcome.is_err() {
            crew.give_up();
        }
        outcome
    });
    bar.finish_and_clear();
    read?;
    let Outcome { mut whole, failure } =
        crew.outcome.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = failure {
        return Err(disk(error));
    }
    if whole.is_empty() {
        return Err(nothing());
    }
    whole.sort_by_key(|(number, _)| *number);
    let mut warnings = String::new();
    let (mut messages, mut packed_bytes, mut bytes) = (0, 0, 0);
    let containers = whole.len() as u64;
    for (_, whole) in whole {
        let path = folder.join(format!("{}.tar.lzma", MachineIds.random()));
        messages += whole.messages;
        packed_bytes += whole.packed_bytes;
        bytes += whole.bytes;
        if let Some(why) = whole.may_be_refused {
            let path = path.display();
            warnings.push_str(&format!("\nwarning: an exchange may refuse {path}: {why}"));
        }
        whole.path.persist_noclobber(&path).map_err(|error| disk(error.error))?;
    }
    Ok(format!(
        "{} in {} in {place}, {} bytes from {}{warnings}",
        counted(messages, "message", "messages"),
        counted(containers, "container", "containers"),
        grouped(packed_bytes),
        grouped(bytes)
    ))
}

fn bar() -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    match ProgressStyle::with_template("{spinner} {pos} messages packed, {per_sec}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Messages of one container, one after the other in a file that nobody sees.
struct Batch {
    number: usize,
    spool: File,
    /// Id and length in bytes.
    messages: Vec<(Uuid, u64)>,
    bytes: u64,
}

/// Reads messages and cuts them into batches.
struct Cutting<'c> {
    folder: &'c Path,
    cut: &'c Cut,
    batch: Option<Batch>,
    /// Begun so far.
    batches: usize,
    ids: HashSet<Uuid>,
    send: SyncSender<Batch>,
    crew: &'c Crew<'c>,
}

impl Cutting<'_> {
    fn all(&mut self, paths: &[PathBuf], subfolders: Subfolders) -> Result<(), Problem> {
        let (mut fault, mut broken) = (None, None);
        walk(
            paths,
            subfolders,
            &mut |found| {
                if fault.is_none()
                    && !self.crew.has_failed()
                    && let Some(what) = self.add(found.reader)?
                {
                    fault = Some((found.place, what.to_owned()));
                }
                Ok(())
            },
            &mut |place, error| broken = broken.take().or(Some((place, error.to_string()))),
        )?;
        if let Some((place, what)) = fault.or(broken) {
            return Err(not_packable(place, what));
        }
        if let Some(last) = self.batch.take() {
            self.hand_over(last);
        }
        Ok(())
    }

    /// Adds a message, or says why it cannot be in a container.
    fn add(&mut self, reader: &mut dyn Read) -> io::Result<Option<&'static str>> {
        let mut batch = match self.batch.take() {
            Some(batch) => batch,
            None => self.next_batch()?,
        };
        let mut length_bytes = io::copy(reader, &mut batch.spool)?;
        if self.cut.comes_before(&batch, length_bytes) {
            // It is the first of the next batch.
            let mut next = self.next_batch()?;
            batch.spool.seek(SeekFrom::Start(batch.bytes))?;
            length_bytes = io::copy(&mut (&batch.spool).take(length_bytes), &mut next.spool)?;
            self.hand_over(std::mem::replace(&mut batch, next));
        }
        batch.spool.seek(SeekFrom::Start(batch.bytes))?;
        let message = BufReader::new((&batch.spool).take(length_bytes));
        let uuid = read_header(message, &Limits::default())?.glimpse.message_uuid;
        batch.spool.seek(SeekFrom::Start(batch.bytes + length_bytes))?;
        let Some(uuid) = uuid else { return Ok(Some(NO_UUID)) };
        if !self.ids.insert(uuid.value()) {
            return Ok(Some(UUID_TWICE));
        }
        batch.messages.push((uuid.value(), length_bytes));
        batch.bytes += length_bytes;
        self.batch = Some(batch);
        Ok(None)
    }

    fn next_batch(&mut self) -> io::Result<Batch> {
        self.batches += 1;
        let spool = tempfile::tempfile_in(self.folder)?;
        Ok(Batch { number: self.batches, spool, messages: Vec::new(), bytes: 0 })
    }

    /// Waits until a thread is near the end of what it has.
    fn hand_over(&self, batch: Batch) {
        // The threads take until nothing is sent any more; only a panic, which ends all, stops them.
        drop(self.send.send(batch));
    }
}

/// The threads that pack.
struct Crew<'c> {
    folder: &'c Path,
    options: &'c PackOptions,
    bar: &'c ProgressBar,
    outcome: Mutex<Outcome>,
}

#[derive(Default)]
struct Outcome {
    whole: Vec<(usize, Whole)>,
    /// The first error; what comes after it is taken and thrown away.
    failure: Option<io::Error>,
}

impl Crew<'_> {
    fn work(&self, batches: &Mutex<Receiver<Batch>>) {
        loop {
            let next = batches.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(batch) = next else { return };
            if self.has_failed() {
                continue;
            }
            let number = batch.number;
            let outcome = self.pack(batch);
            let mut shared = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
            match outcome {
                Ok(whole) => shared.whole.push((number, whole)),
                Err(error) => shared.failure = shared.failure.take().or(Some(error)),
            }
        }
    }

    fn pack(&self, mut batch: Batch) -> io::Result<Whole> {
        let mut part = Part::in_folder(self.folder, self.options)?;
        batch.spool.rewind()?;
        let mut spool = BufReader::new(batch.spool);
        for (uuid, length_bytes) in batch.messages {
            part.append(uuid, length_bytes, &mut (&mut spool).take(length_bytes))?;
            self.bar.inc(1);
        }
        part.finish()
    }

    fn has_failed(&self) -> bool {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner).failure.is_some()
    }

    /// Nothing more is worth packing.
    fn give_up(&self) {
        let mut shared = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        shared.failure = shared.failure.take().or(Some(io::Error::other("packing was given up")));
    }
}
