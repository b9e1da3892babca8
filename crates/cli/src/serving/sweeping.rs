//! Removing content that no letter names: what a crash left between bytes and row.

use std::sync::Arc;
use std::time::Duration;

use brevdue_exchange::{Clock as _, Store};
use tokio_util::sync::CancellationToken;

use crate::machine::MachineClock;

/// Seconds that content may wait for its row; far longer than any upload may take.
const GRACE_SECONDS: i64 = 3600;
/// Seconds after the start of the first sweep, so that it does not slow the first requests.
const FIRST_AFTER_SECONDS: u64 = 5;

/// Sweeps once soon, then every so many hours, until `stop`.
pub(super) async fn run(store: Arc<dyn Store>, every_hours: u32, stop: CancellationToken) {
    let mut pause = Duration::from_secs(FIRST_AFTER_SECONDS);
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = stop.cancelled() => return,
        }
        pause = Duration::from_secs(3600 * u64::from(every_hours));
        match store.sweep(MachineClock.now().plus_seconds(-GRACE_SECONDS)).await {
            Ok(swept) if swept.missing > 0 => {
                tracing::error!(missing = swept.missing, "content of letters is missing");
            }
            Ok(swept) => {
                tracing::info!(removed = swept.removed, kept = swept.kept, "swept the store");
            }
            Err(error) => tracing::error!(%error, "the store could not be swept"),
        }
    }
}
