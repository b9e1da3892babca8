//! Sleeping until there is work, without looking again and again: an idle system costs nothing.

use std::future::pending;
use std::time::Duration;

use brevdue_exchange::{Exchange, StorageError, WorkKind};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Longest sleep while work is known to fall due later: the clock on the wall may be set meanwhile.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);

/// Shortest sleep: work that is due and that nobody can claim just now must not make a busy loop.
const SHORTEST_SLEEP: Duration = Duration::from_millis(50);

/// Returns when work of this kind may be due: it came, its time has come, somebody rang, or it is
/// time to stop.
pub(crate) async fn for_work(
    exchange: &Exchange,
    kind: WorkKind,
    nudges: &mut watch::Receiver<u64>,
    stop: &CancellationToken,
) -> Result<(), StorageError> {
    let due = exchange.store().next_due(kind).await?;
    let sleep = due.map(|due| {
        let millis = due.as_millis().saturating_sub(exchange.clock().now().as_millis());
        Duration::from_millis(u64::try_from(millis).unwrap_or(0))
            .clamp(SHORTEST_SLEEP, LONGEST_SLEEP)
    });
    tokio::select! {
        () = exchange.store().work_arrived(kind) => {}
        () = asleep(sleep) => {}
        _ = nudges.changed() => {}
        () = stop.cancelled() => {}
    }
    Ok(())
}

/// Sleeps so long, or for ever.
async fn asleep(time: Option<Duration>) {
    match time {
        Some(time) => tokio::time::sleep(time).await,
        None => pending().await,
    }
}
