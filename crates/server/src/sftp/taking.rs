//! Takes in what systems have finished writing: as soon as it was renamed, or some seconds after it was
//! closed under its final name. Also tidies up: files too old to be shown, the list of the day.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use brevdue_exchange::files::{KeptFile, Taken};
use brevdue_exchange::{Exchange, StorageError};
use brevdue_memo::Timestamp;
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::Gate;
use crate::causes::chain;
use crate::content::blocking;

/// Files taken in at once.
const AT_ONCE: usize = 8;
/// Seconds until a file that could not be taken in is tried again.
const RETRY_SECONDS: i64 = 30;
/// Longest sleep while a file falls due later: the clock may be moved by hand.
const LONGEST_SLEEP: Duration = Duration::from_millis(500);
/// Between two rounds of tidying up.
const TIDY: Duration = Duration::from_secs(3600);

/// Files that wait to be taken in, by when.
pub(super) struct Takings {
    exchange: Exchange,
    gate: Gate,
    due: Mutex<BTreeSet<(Timestamp, Uuid)>>,
    more: Notify,
}

impl Takings {
    pub(super) fn new(exchange: Exchange, gate: Gate) -> Self {
        Self { exchange, gate, due: Mutex::default(), more: Notify::new() }
    }

    /// A file was closed or renamed.
    pub(super) fn add(&self, file: &KeptFile) {
        if let Some(at) = file.take_at {
            self.wait_for(at, file.id);
        }
    }

    /// Takes in until `stop`.
    pub(super) async fn run(self: std::sync::Arc<Self>, stop: CancellationToken) {
        let mut running = JoinSet::new();
        let mut tidy = tokio::time::interval(TIDY);
        let mut replaced = self.gate.listen();
        loop {
            while running.len() < AT_ONCE
                && let Some(id) = self.next_due()
            {
                let takings = std::sync::Arc::clone(&self);
                running.spawn(async move { takings.take(id).await });
            }
            let sleep = if running.len() < AT_ONCE { self.sleep() } else { None };
            tokio::select! {
                _ = running.join_next(), if !running.is_empty() => {}
                () = asleep(sleep) => {}
                () = self.more.notified() => {}
                _ = tidy.tick() => self.tidy().await,
                // What waits in a store that is there now is found again.
                Ok(()) = replaced.changed() => self.tidy().await,
                () = stop.cancelled() => break,
            }
        }
        // Each is one batch of the store; what did not begin is found again at the next start.
        while running.join_next().await.is_some() {}
    }

    async fn take(&self, id: Uuid) {
        let _stay = self.gate.enter().await;
        let (exchange, runtime) = (self.exchange.clone(), Handle::current());
        let taken = blocking(move || runtime.block_on(exchange.take_file(id))).await;
        let fault: Box<dyn std::error::Error + Send + Sync> = match taken {
            Ok(Ok(Taken::Rejected)) => {
                tracing::info!(file = %id, "an uploaded file could not be read and was put aside");
                return;
            }
            Ok(Ok(_)) => return,
            Ok(Err(fault)) => Box::new(fault),
            Err(fault) => Box::new(fault),
        };
        tracing::error!(file = %id, fault = %chain(&*fault), "an uploaded file could not be taken in; trying again");
        self.wait_for(self.exchange.clock().now().plus_seconds(RETRY_SECONDS), id);
    }

    async fn tidy(&self) {
        let _stay = self.gate.enter().await;
        let tidied = async {
            self.due.lock().unwrap_or_else(PoisonError::into_inner).clear();
            for (id, at) in self.exchange.files_to_take().await? {
                self.wait_for(at, id);
            }
            self.exchange.forget_old_files().await
        };
        if let Err(fault) = tidied.await {
            said(&fault);
        }
    }

    fn wait_for(&self, at: Timestamp, id: Uuid) {
        // Every change under the lock is one call.
        self.due.lock().unwrap_or_else(PoisonError::into_inner).insert((at, id));
        self.more.notify_one();
    }

    fn next_due(&self) -> Option<Uuid> {
        let now = self.exchange.clock().now();
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let first = *due.first().filter(|(at, _)| *at <= now)?;
        due.remove(&first);
        Some(first.1)
    }

    fn sleep(&self) -> Option<Duration> {
        let due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, _) = due.first()?;
        let millis = at.as_millis().saturating_sub(self.exchange.clock().now().as_millis());
        Some(Duration::from_millis(u64::try_from(millis).unwrap_or(0)).min(LONGEST_SLEEP))
    }
}

fn said(fault: &StorageError) {
    tracing::error!(fault = %chain(fault), "the folders of the SFTP door could not be tidied; trying again");
}

async fn asleep(time: Option<Duration>) {
    match time {
        Some(time) => tokio::time::sleep(time).await,
        None => std::future::pending().await,
    }
}
