//! Moving the write-ahead log into the database, beside the writer instead of in its way.
//!
//! A passive checkpoint copies what is committed while the writer goes on writing. Only when the log
//! grows faster than that does the writer stop for the rest, so that the log can start over.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;

use super::schema;

/// Pages the log grows by before a checkpoint (16 MiB). Larger steps move fewer pages, but make whoever
/// commits meanwhile wait longer; senders of small letters do not wait for commits.
const STEP_PAGES: u64 = 4096;

/// Pages in the log at which the writer does the rest itself (64 MiB).
const LIMIT_PAGES: u64 = 4 * STEP_PAGES;

pub(super) struct Checkpointer {
    nudge: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    /// Pages in the log at the last nudge.
    nudged_at: u64,
}

impl Checkpointer {
    pub(super) fn start(folder: PathBuf) -> std::io::Result<Self> {
        // One nudge may wait: the checkpoint under way might not see the newest pages.
        let (nudge, nudges) = sync_channel(1);
        let thread = thread::Builder::new()
            .name("store-checkpoint".into())
            .spawn(move || run(&folder, &nudges))?;
        Ok(Self { nudge: Some(nudge), thread: Some(thread), nudged_at: 0 })
    }

    /// To be called by the writer when it has answered; `pages` is the length of the log.
    pub(super) fn after_commit(&mut self, writer: &Connection, pages: u64) {
        if pages < self.nudged_at {
            // The log has started over.
            self.nudged_at = 0;
        }
        if pages >= self.nudged_at + STEP_PAGES {
            self.nudged_at = pages;
            if pages >= LIMIT_PAGES {
                checkpoint(writer);
            } else if let Some(nudge) = &self.nudge {
                // Full: a checkpoint is due already.
                let _ = nudge.try_send(());
            }
        }
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.nudge = None;
        if let Some(thread) = self.thread.take() {
            // A panic there has been printed; the log is whole without it.
            let _ = thread.join();
        }
    }
}

fn run(folder: &std::path::Path, nudges: &Receiver<()>) {
    let mut connection = None;
    while nudges.recv().is_ok() {
        if connection.is_none() {
            match schema::open_for_checkpoints(folder) {
                Ok(opened) => connection = Some(opened),
                Err(error) => {
                    tracing::warn!(%error, "no checkpoint: the database could not be opened")
                }
            }
        }
        if let Some(connection) = &connection {
            checkpoint(connection);
        }
    }
}

fn checkpoint(connection: &Connection) {
    let done = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
    if let Err(error) = done {
        // Nothing is lost: the log holds it all, and the next nudge tries again.
        tracing::warn!(%error, "the write-ahead log was not moved into the database");
    }
}
