//! A receiver system: fetches what waits, keeps it safe, gives the receipt, and can be interrupted
//! anywhere.
//!
//! In this order, message by message: written to a hidden file and flushed; checked; moved to its
//! name and the folder flushed; receipt given; removed from the exchange's list. Whatever step is not
//! reached is done by the next run, and nothing is done twice that matters: the same bytes under the
//! same name are one message.

mod folder;
mod verdict;

use std::collections::HashSet;
use std::io;
use std::panic;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use brevdue_wire::{PageRequest, ReceiptStatus};
use futures_util::{TryStreamExt, stream};
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub use self::folder::FolderError;

use self::folder::{Folder, Kept, Place};
use crate::limits::{CONNECTIONS, FAULTS_TOLD, LEFT_ASIDE, MEMOS_PAGE, PAGES, POLL_PAUSE};
use crate::tries::{Pause, Tries, persist};
use crate::{CallError, Client, Stamps};

/// What to fetch, and where to.
#[derive(Debug, Clone)]
pub struct Fetching {
    /// The folder for messages, `<messageUUID>.xml`; made if it is not there. Messages that are not
    /// valid go to its folder `invalid`, other bytes under a known id to its folder `aside`.
    pub folder: PathBuf,
    /// Until the list is empty, or for ever.
    pub until: Until,
    /// Messages fetched at the same time, 1 to [`CONNECTIONS`].
    pub connections: usize,
}

/// When fetching ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Until {
    /// When the list is empty.
    #[default]
    Empty,
    /// When it is stopped.
    Stopped,
}

/// The count of a run: `seen = completed + invalid + aside + gone`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FetchTally {
    /// Messages that were dealt with.
    pub seen: u64,
    /// Messages in order: kept, receipt given, removed from the list.
    pub completed: u64,
    /// Messages not in order: kept in `invalid`, receipt given, removed from the list.
    pub invalid: u64,
    /// Messages that need somebody to look; still on the list.
    pub aside: u64,
    /// Messages that somebody else had taken meanwhile.
    pub gone: u64,
    /// Of those kept, messages that were there already, byte for byte.
    pub already_there: u64,
}

/// A message that was not in order or needs somebody to look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Remark {
    /// Which.
    #[serde(rename = "messageUUID")]
    pub message: Uuid,
    /// The file it is kept in.
    pub path: Option<String>,
    /// Error code or rule.
    pub code: String,
    /// In words.
    pub text: String,
}

/// How a run ended.
#[derive(Debug)]
#[non_exhaustive]
pub struct FetchReport {
    /// The count.
    pub tally: FetchTally,
    /// Messages that are not in order, at most [`FAULTS_TOLD`].
    pub remarks: Vec<Remark>,
    /// Why the run ended early, if it did.
    pub halt: Option<FetchHalt>,
}

/// Why a run ended early. What was done stays done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchHalt {
    /// Somebody asked it to stop.
    #[error("interrupted")]
    Interrupted,
    /// The exchange cannot be worked with.
    #[error("the exchange could not be used")]
    Exchange(#[source] CallError),
    /// The folder cannot be written.
    #[error("the folder could not be written")]
    Folder(#[source] io::Error),
    /// Too many messages need somebody to look.
    #[error("{LEFT_ASIDE} messages need somebody to look, the limit of one run")]
    TooManyAside,
}

/// The report as programs read it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FetchReportJson<'a> {
    /// The count.
    #[serde(flatten)]
    pub tally: &'a FetchTally,
    /// Why the run ended early.
    pub halted: Option<String>,
    /// Messages that are not in order.
    pub remarks: &'a [Remark],
}

impl FetchReport {
    /// The report as programs read it.
    pub fn json(&self) -> FetchReportJson<'_> {
        FetchReportJson {
            tally: &self.tally,
            halted: self.halt.as_ref().map(ToString::to_string),
            remarks: &self.remarks,
        }
    }
}

/// Told of every change while a run goes on.
pub trait Progress: Send + Sync {
    /// The count, and how many messages wait at the exchange at the last look.
    fn changed(&self, tally: &FetchTally, waiting: u64);
}

/// Looks away.
impl Progress for () {
    fn changed(&self, _: &FetchTally, _: u64) {}
}

/// Fetches until the list is empty, or until it is stopped.
///
/// # Errors
/// When the folder cannot be used. What goes wrong later is in the report.
pub async fn fetch(
    client: &Client,
    fetching: &Fetching,
    stamps: &dyn Stamps,
    progress: &dyn Progress,
    stop: &CancellationToken,
) -> Result<FetchReport, FolderError> {
    let desk = Desk {
        client,
        fetching,
        folder: Arc::new(Folder::open(&fetching.folder)?),
        stamps,
        progress,
        book: Mutex::default(),
    };
    let halt = tokio::select! {
        outcome = desk.rounds() => outcome.err(),
        () = stop.cancelled() => Some(FetchHalt::Interrupted),
    };
    let book = desk.book.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(FetchReport { tally: book.tally, remarks: book.remarks, halt })
}

struct Desk<'a> {
    client: &'a Client,
    fetching: &'a Fetching,
    folder: Arc<Folder>,
    stamps: &'a dyn Stamps,
    progress: &'a dyn Progress,
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    tally: FetchTally,
    remarks: Vec<Remark>,
    /// Messages not to be tried again in this run.
    aside: HashSet<Uuid>,
    waiting: u64,
}

impl Desk<'_> {
    async fn rounds(&self) -> Result<(), FetchHalt> {
        let mut pause = Pause::between(POLL_PAUSE);
        loop {
            let fresh = self.round().await?;
            if self.fetching.until == Until::Empty {
                return Ok(());
            }
            if fresh > 0 {
                pause.reset();
            }
            tokio::time::sleep(pause.take()).await;
        }
    }

    /// Goes through the list until it holds nothing that this round has not dealt with.
    async fn round(&self) -> Result<u64, FetchHalt> {
        let mut dealt_with = self.book().aside.clone();
        let mut fresh = 0;
        let mut page = 0;
        while page < PAGES {
            let request = PageRequest { page, size: MEMOS_PAGE };
            let list = persist(self.patience(), || self.client.memos(request)).await;
            let list = list.map_err(FetchHalt::Exchange)?;
            if list.content.is_empty() {
                break;
            }
            self.change(|book| book.waiting = list.total_elements);
            let new: Vec<Uuid> =
                list.content.into_iter().filter(|memo| dealt_with.insert(*memo)).collect();
            if new.is_empty() {
                page += 1;
                continue;
            }
            fresh += new.len() as u64;
            // What is dealt with leaves the list, so the same page is asked for again.
            stream::iter(new.into_iter().map(Ok))
                .try_for_each_concurrent(self.fetching.connections.clamp(1, CONNECTIONS), |memo| {
                    self.one(memo)
                })
                .await?;
        }
        Ok(fresh)
    }

    async fn one(&self, memo: Uuid) -> Result<(), FetchHalt> {
        let Some(kept) = self.keep(memo).await? else {
            self.change(|book| book.tally.gone += 1);
            return Ok(());
        };
        if kept.place == Place::Aside {
            let text = format!(
                "another message with this id is kept already; this one is in {}",
                kept.path.display()
            );
            return self.leave_aside(memo, Some(&kept), "message.uuid.duplicate", text);
        }
        let receipt = kept.verdict.receipt(memo, self.stamps);
        let given = persist(self.patience(), || self.client.give_receipt(memo, &receipt)).await;
        match given {
            Ok(()) => {}
            // Somebody has given a receipt before, or has removed the message: it is answered.
            Err(CallError::Refused { status: 404 | 409, .. }) => {}
            Err(error) => return self.not_taken(memo, &kept, error),
        }
        match persist(self.patience(), || self.client.delete_memo(memo)).await {
            Ok(()) => {}
            Err(error) if error.is_not_found() => {}
            Err(error) => return self.not_taken(memo, &kept, error),
        }
        self.change(|book| {
            book.tally.already_there += u64::from(kept.was_there);
            if receipt.receipt_status == ReceiptStatus::Completed {
                book.tally.completed += 1;
            } else {
                book.tally.invalid += 1;
                let (code, text) = (receipt.error_code, receipt.error_message);
                book.remark(memo, Some(&kept), code.unwrap_or_default(), text.unwrap_or_default());
            }
        });
        Ok(())
    }

    /// Brings a message into the folder; nothing when it is no longer on the list.
    async fn keep(&self, memo: Uuid) -> Result<Option<Kept>, FetchHalt> {
        let part = self.folder.part().map_err(FetchHalt::Folder)?;
        let file = part.as_file().try_clone().map_err(FetchHalt::Folder)?;
        let mut file = tokio::fs::File::from_std(file);
        let mut tries = Tries::new(self.patience());
        loop {
            let failure = match self.client.memo(memo, &mut file).await {
                Ok(_) => break,
                Err(CallError::Local(error)) => return Err(FetchHalt::Folder(error)),
                Err(error) if error.is_not_found() => return Ok(None),
                Err(error) => error,
            };
            tries.after(failure).await.map_err(FetchHalt::Exchange)?;
            empty(&mut file).await.map_err(FetchHalt::Folder)?;
        }
        tokio::io::AsyncWriteExt::flush(&mut file).await.map_err(FetchHalt::Folder)?;
        drop(file);
        let folder = Arc::clone(&self.folder);
        let kept = tokio::task::spawn_blocking(move || folder.keep(memo, part)).await;
        // A panic is a bug of ours and must not be told as a fault of the folder.
        let kept = kept.unwrap_or_else(|error| panic::resume_unwind(error.into_panic()));
        kept.map(Some).map_err(FetchHalt::Folder)
    }

    /// The exchange does not take the receipt or the removal. When that is about the account, going
    /// on makes no sense; otherwise it is about this message.
    fn not_taken(&self, memo: Uuid, kept: &Kept, error: CallError) -> Result<(), FetchHalt> {
        match error {
            CallError::Refused { status, error } if !matches!(status, 401 | 403) => {
                let code =
                    if error.code.is_empty() { format!("http.{status}") } else { error.code };
                self.leave_aside(memo, Some(kept), &code, error.message)
            }
            error => Err(FetchHalt::Exchange(error)),
        }
    }

    fn leave_aside(
        &self,
        memo: Uuid,
        kept: Option<&Kept>,
        code: &str,
        text: String,
    ) -> Result<(), FetchHalt> {
        let aside = self.change(|book| {
            book.tally.aside += 1;
            book.remark(memo, kept, code.into(), text);
            book.aside.insert(memo);
            book.aside.len()
        });
        if aside >= LEFT_ASIDE { Err(FetchHalt::TooManyAside) } else { Ok(()) }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Book) -> T) -> T {
        let (value, tally, waiting) = {
            let mut book = self.book();
            let value = change(&mut book);
            let tally = &mut book.tally;
            tally.seen = tally.completed + tally.invalid + tally.aside + tally.gone;
            (value, book.tally, book.waiting)
        };
        self.progress.changed(&tally, waiting);
        value
    }

    /// Somebody who keeps going outlasts any pause of the exchange.
    fn patience(&self) -> Duration {
        match self.fetching.until {
            Until::Empty => self.client.patience().retry,
            Until::Stopped => Duration::MAX,
        }
    }
}

impl Book {
    fn remark(&mut self, message: Uuid, kept: Option<&Kept>, code: String, text: String) {
        if self.remarks.len() < FAULTS_TOLD {
            let path = kept.map(|kept| kept.path.to_string_lossy().into_owned());
            self.remarks.push(Remark { message, path, code, text });
        }
    }
}

async fn empty(file: &mut tokio::fs::File) -> io::Result<()> {
    file.set_len(0).await?;
    tokio::io::AsyncSeekExt::rewind(file).await.map(|_| ())
}
