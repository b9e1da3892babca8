//! Pauses between tries: each longer than the one before, up to a limit.

use std::time::Duration;

use tokio::time::Instant;

use crate::CallError;
use crate::limits::{RETRY_AFTER, RETRY_PAUSE};

/// A pause that grows by half each time it is taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pause {
    first: Duration,
    longest: Duration,
    next: Duration,
}

impl Pause {
    pub(crate) fn between((first, longest): (Duration, Duration)) -> Self {
        Self { first, longest, next: first }
    }

    /// Starts over with the shortest.
    pub(crate) fn reset(&mut self) {
        self.next = self.first;
    }

    /// How long to pause now.
    pub(crate) fn take(&mut self) -> Duration {
        let now = self.next;
        self.next = (now * 3 / 2).min(self.longest);
        now
    }
}

/// The tries of one call: goes on until `patience` has passed since its first failure.
#[derive(Debug)]
pub(crate) struct Tries {
    patience: Duration,
    failing_since: Option<Instant>,
    pause: Pause,
}

impl Tries {
    pub(crate) fn new(patience: Duration) -> Self {
        Self { patience, failing_since: None, pause: Pause::between(RETRY_PAUSE) }
    }

    /// Forgets earlier failures, after a success.
    pub(crate) fn succeeded(&mut self) {
        self.failing_since = None;
        self.pause.reset();
    }

    /// Pauses before the next try, or gives the failure back when it is one that no try mends or
    /// patience is at its end.
    pub(crate) async fn after(&mut self, failure: CallError) -> Result<(), CallError> {
        if !failure.may_pass() {
            return Err(failure);
        }
        let since = *self.failing_since.get_or_insert_with(Instant::now);
        let left = self.patience.saturating_sub(since.elapsed());
        if left.is_zero() {
            return Err(failure);
        }
        let asked = match &failure {
            CallError::Busy { retry_after: Some(asked), .. } => (*asked).min(RETRY_AFTER),
            _ => Duration::ZERO,
        };
        tracing::debug!(error = %failure, "a call failed and will be tried again");
        // The last try comes when patience ends, not after it.
        tokio::time::sleep(self.pause.take().max(asked).min(left)).await;
        Ok(())
    }
}

/// Makes a call again and again until it succeeds, cannot succeed, or patience is at its end.
pub(crate) async fn persist<T, F>(
    patience: Duration,
    mut call: impl FnMut() -> F,
) -> Result<T, CallError>
where
    F: Future<Output = Result<T, CallError>>,
{
    let mut tries = Tries::new(patience);
    loop {
        match call().await {
            Ok(value) => return Ok(value),
            Err(failure) => tries.after(failure).await?,
        }
    }
}
