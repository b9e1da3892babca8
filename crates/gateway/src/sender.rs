//! A sender system: sends files, waits for the business receipts, and can be interrupted anywhere.
//!
//! A file is sent until the exchange has confirmed it; the confirmation is in the journal before
//! anything else happens with that file. A file whose confirmation was lost is sent again with the
//! same idempotency key, ids and bytes, which an exchange delivers once. A receipt is in the journal
//! before it is removed at the exchange. Receipts that answer other submissions are left alone.

mod collect;
mod inputs;
mod journal;
mod ledger;
mod prepare;
mod submit;

use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub use self::inputs::{Input, InputError, InputKind, Subfolders, inputs};
pub use self::journal::{JournalError, Start};
pub use self::ledger::{Fault, FaultCount, Outcome, Tally};

use self::journal::{Entry, Journal, JournalName};
use self::ledger::Ledger;
use crate::limits::CONNECTIONS;
use crate::{CallError, Client, Stamps};

/// What to send, and how.
#[derive(Debug, Clone)]
pub struct Sending {
    /// Messages, containers and folders of them.
    pub paths: Vec<PathBuf>,
    /// Whether folders in folders count.
    pub subfolders: Subfolders,
    /// Folder of the journals.
    pub journals: PathBuf,
    /// Goes on or starts over.
    pub start: Start,
    /// How long to wait for business receipts after the last thing happened; zero: not at all.
    pub wait: Duration,
    /// Calls at the same time, 1 to [`CONNECTIONS`].
    pub connections: usize,
    /// What to do with a message whose header has errors.
    pub faulty: FaultyHeaders,
}

/// What to do with a message whose header has errors but tells its id. One without id is never sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FaultyHeaders {
    /// It is reported, not sent.
    #[default]
    Keep,
    /// It is sent; the exchange will say what is wrong.
    Send,
}

/// How a run ended.
#[derive(Debug)]
#[non_exhaustive]
pub struct SendReport {
    /// The count.
    pub tally: Tally,
    /// What is not delivered, one by one; at most [`crate::limits::FAULTS_TOLD`].
    pub faults: Vec<Fault>,
    /// What is not delivered, by error code.
    pub fault_counts: Vec<FaultCount>,
    /// Files sent by this run; the others had been sent by an earlier one.
    pub files_sent_now: u64,
    /// Why the run ended early, if it did. What was done is in the journal.
    pub halt: Option<Halt>,
}

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Halt {
    /// Somebody asked it to stop.
    #[error("interrupted")]
    Interrupted,
    /// The exchange cannot be worked with; [`CallError`] says what may help.
    #[error("the exchange could not be used")]
    Exchange(#[source] CallError),
    /// The journal cannot be written, so nothing more is safe to do.
    #[error("the journal could not be written")]
    Journal(#[source] io::Error),
}

/// Why a run did not begin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// The paths.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// Told of every change while a run goes on.
pub trait Progress: Send + Sync {
    /// The count as it is now.
    fn changed(&self, tally: &Tally);
}

/// Looks away.
impl Progress for () {
    fn changed(&self, _: &Tally) {}
}

/// Sends everything and waits for the business receipts. Dropped or killed at any point, the next run
/// with the same paths, exchange and system goes on where it was.
///
/// # Errors
/// When the run could not begin. What goes wrong later is in the report.
pub async fn send(
    client: &Client,
    sending: &Sending,
    stamps: &dyn Stamps,
    progress: &dyn Progress,
    stop: &CancellationToken,
) -> Result<SendReport, SendError> {
    let files = inputs(&sending.paths, sending.subfolders)?;
    let name = JournalName {
        folder: &sending.journals,
        exchange: client.base(),
        system: client.system(),
        paths: sending.paths.iter().map(|path| whole(path)).collect(),
    };
    let mut ledger = Ledger::default();
    ledger.expect_files(files.len() as u64);
    let mut replay = |entry| match entry {
        Entry::Begun { .. } => {}
        Entry::Accepted { path, sha256, transmission_id, messages, nameless, .. } => {
            ledger.accepted(path, sha256, transmission_id, &messages, nameless);
        }
        Entry::Answered { receipt } => ledger.answered(&receipt),
        Entry::Removed { receipts } => ledger.removed(&receipts),
    };
    let journal = Journal::open(&name, sending.start, stamps.id(), &mut replay)?;
    let desk = Desk {
        client,
        sending,
        journal,
        ledger: Mutex::new(ledger),
        progress,
        stop: stop.child_token(),
        halt: Mutex::new(None),
        news: watch::Sender::new(News { at: Instant::now(), sending: true }),
        files_sent_now: Mutex::new(0),
    };
    tokio::join!(submit::all(&desk, files), collect::all(&desk));
    Ok(desk.report().await)
}

/// The path from the root, as the journal tells it.
fn whole(path: &std::path::Path) -> String {
    let whole = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    whole.to_string_lossy().into_owned()
}

/// What the two halves of a run, sending and collecting, share.
struct Desk<'a> {
    client: &'a Client,
    sending: &'a Sending,
    journal: Journal,
    ledger: Mutex<Ledger>,
    progress: &'a dyn Progress,
    stop: CancellationToken,
    halt: Mutex<Option<Halt>>,
    news: watch::Sender<News>,
    files_sent_now: Mutex<u64>,
}

/// When something last happened, and whether sending goes on.
#[derive(Debug, Clone, Copy)]
struct News {
    at: Instant,
    sending: bool,
}

impl Desk<'_> {
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the ledger and tells everybody who waits for it.
    fn change<T>(&self, change: impl FnOnce(&mut Ledger) -> T) -> T {
        let (value, tally) = {
            let mut ledger = self.ledger();
            (change(&mut ledger), ledger.tally())
        };
        self.progress.changed(&tally);
        value
    }

    fn something_happened(&self) {
        self.news.send_modify(|news| news.at = Instant::now());
    }

    fn connections(&self) -> usize {
        self.sending.connections.clamp(1, CONNECTIONS)
    }

    /// How long to try a call: a caller who waits long for receipts waits as long for the exchange.
    fn patience(&self) -> Duration {
        self.client.patience().retry.max(self.sending.wait)
    }

    /// Ends the run; the first reason is the one told.
    fn halt(&self, why: Halt) {
        self.halt.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
        self.stop.cancel();
    }

    async fn report(self) -> SendReport {
        let interrupted = self.stop.is_cancelled();
        let halt = self.halt.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.journal.close().await;
        let ledger = self.ledger.into_inner().unwrap_or_else(PoisonError::into_inner);
        SendReport {
            tally: ledger.tally(),
            faults: ledger.faults(),
            fault_counts: ledger.fault_counts(),
            files_sent_now: self.files_sent_now.into_inner().unwrap_or_else(PoisonError::into_inner),
            halt: halt.or(interrupted.then_some(Halt::Interrupted)),
        }
    }
}

/// The report as programs read it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SendReportJson<'a> {
    /// The count.
    #[serde(flatten)]
    pub tally: &'a Tally,
    /// Messages without a business receipt yet.
    pub waiting: u64,
    /// Files sent by this run.
    pub files_sent_now: u64,
    /// Why the run ended early.
    pub halted: Option<String>,
    /// By error code.
    pub errors: &'a [FaultCount],
    /// One by one.
    pub not_delivered: &'a [Fault],
}

impl SendReport {
    /// The report as programs read it.
    pub fn json(&self) -> SendReportJson<'_> {
        SendReportJson {
            tally: &self.tally,
            waiting: self.tally.waiting(),
            files_sent_now: self.files_sent_now,
            halted: self.halt.as_ref().map(ToString::to_string),
            errors: &self.fault_counts,
            not_delivered: &self.faults,
        }
    }
}
