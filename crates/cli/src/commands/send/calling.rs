//! What `send` and `fetch` share while they talk to an exchange: time, ids, interruption, and the
//! words for what stopped them.

use brevdue_exchange::Clock as _;
use brevdue_exchange::ids::Ids as _;
use brevdue_gateway::{CallError, Stamps};
use brevdue_memo::Timestamp;
use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::exit::Exit;
use crate::machine::{MachineClock, MachineIds};
use crate::report::Problem;

/// The machine's time and ids.
pub(crate) struct MachineStamps;

impl Stamps for MachineStamps {
    fn id(&self) -> Uuid {
        MachineIds.random()
    }
    fn now(&self) -> Timestamp {
        MachineClock.now()
    }
}

/// A runtime on this thread.
pub(crate) fn runtime() -> Result<Runtime, Problem> {
    Builder::new_current_thread().enable_all().build().map_err(|error| {
        Problem::ours("runtime", "the machine gives no way to wait for the network").because(&error)
    })
}

/// Cancels `stop` at the first Ctrl-C or request to end, and ends the program at the second.
pub(crate) async fn listen_for_interruption(stop: CancellationToken) {
    interruption().await;
    stop.cancel();
    interruption().await;
    std::process::exit(Exit::Outside as i32);
}

#[cfg(unix)]
async fn interruption() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut end) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = end.recv() => {}
    }
}

#[cfg(not(unix))]
async fn interruption() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}

/// The words and the exit code for a call that ended a run.
pub(crate) fn stopped_by(error: &CallError) -> Problem {
    let (exit, code, help) = match error {
        CallError::Refused { status: 401, .. } => {
            (Exit::Command, "exchange::unauthorised", "check system, token and certificate; all three must belong together")
        }
        CallError::Refused { status: 403, .. } => {
            (Exit::Command, "exchange::forbidden", "this system may not do that: sending takes a sender system, fetching a receiver system")
        }
        CallError::Refused { status: 404 | 405, .. } => {
            (Exit::Command, "exchange::address", "check the address; it ends before or with /apis/v1")
        }
        CallError::Refused { .. } => (Exit::Command, "exchange::refused", "the text says what the exchange wants"),
        CallError::Untrusted { .. } => {
            (Exit::Command, "exchange::untrusted", "check --ca (whom we trust) and --cert (whom they trust)")
        }
        CallError::Broken { .. } => (Exit::Command, "exchange::broken", "check the address"),
        CallError::Local(_) => (Exit::Command, "file", "check the disk and who may read and write there"),
        CallError::Busy { .. } | CallError::Unreachable { .. } => {
            (Exit::Outside, "exchange::unreachable", "run the same command again later; it goes on where it was")
        }
        // A kind of error that is newer than this text.
        _ => (Exit::Ours, "exchange", "please report this"),
    };
    let mut problem = Problem::command(code, error.to_string()).help(help);
    if let Some(cause) = std::error::Error::source(error) {
        problem = problem.because(cause);
    }
    problem.exit = exit;
    problem
}
