//! Watching over a running exchange: figures when somebody asks, alarms every few minutes, and the whole
//! store compared with its checksums every so many hours.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use brevdue_exchange::exchange::alarms::{Alarm, AlarmLimits, Outside, Watched};
use brevdue_exchange::storage::day_of;
use brevdue_exchange::{Exchange, StorageError};
use brevdue_server::Metrics;
use brevdue_store::{Damage, Replaceable};
use tokio_util::sync::CancellationToken;

use crate::country::certificates;

/// Seconds between two looks for alarms.
const LOOK_SECONDS: u64 = 300;
/// Seconds after the start of the first.
const FIRST_LOOK_SECONDS: u64 = 10;
/// Seconds for which the books of the day are good enough for figures.
const BOOKS_SECONDS: i64 = 60;

/// What watching remembers.
#[derive(Clone, Default)]
pub(super) struct Watch(Arc<Remembered>);

#[derive(Default)]
struct Remembered {
    /// Findings of the last check that were not mended.
    damage: AtomicU64,
    /// When the books were last balanced, in milliseconds since 1970.
    balanced: AtomicI64,
}

impl Watch {
    /// Takes the figures that are not counted as they happen.
    pub(super) async fn measure(
        &self,
        exchange: &Exchange,
        metrics: &Metrics,
    ) -> Result<(), StorageError> {
        let now = exchange.clock().now();
        let counts = exchange.store().counts().await?;
        let standing = exchange.standing().await?;
        metrics.stands(&counts, &standing, now);
        let last = self.0.balanced.load(Ordering::Relaxed);
        if (now.as_millis() - last).abs() >= BOOKS_SECONDS * 1000 {
            self.0.balanced.store(now.as_millis(), Ordering::Relaxed);
            metrics.balanced(&exchange.balance(day_of(now)).await?);
            let alarms: Vec<Alarm> =
                exchange.alarms().await?.into_values().map(|(_, alarm)| alarm).collect();
            metrics.alarmed(&alarms);
        }
        Ok(())
    }

    /// Checks the whole store.
    pub(super) async fn check(
        &self,
        store: &Replaceable,
        metrics: &Metrics,
    ) -> Result<Vec<Damage>, StorageError> {
        let found = store.check().await?;
        for Damage { file, what, mended, .. } in &found {
            tracing::error!(file, what, mended, "the store was damaged");
        }
        let left = found.iter().filter(|damage| !damage.mended).count() as u64;
        self.0.damage.store(left, Ordering::Relaxed);
        metrics.damaged(left);
        Ok(found)
    }

    /// Checks the whole store every so many hours until `stop`; 0 hours: never.
    pub(super) async fn checks(
        self,
        store: Arc<Replaceable>,
        metrics: Metrics,
        every_hours: u32,
        stop: CancellationToken,
    ) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(3600 * u64::from(every_hours))) => {}
                () = stop.cancelled() => return,
            }
            match self.check(&store, &metrics).await {
                Ok(found) => tracing::info!(findings = found.len(), "checked the store"),
                Err(error) => tracing::error!(%error, "the store could not be checked"),
            }
        }
    }
}

/// Looking for alarms.
#[derive(Clone)]
pub(super) struct Looking {
    pub(super) watch: Watch,
    pub(super) exchange: Exchange,
    pub(super) limits: AlarmLimits,
    /// The folder of certificates in use.
    pub(super) papers: PathBuf,
}

impl Looking {
    /// Looks for alarms until `stop`.
    pub(super) async fn run(self, stop: CancellationToken) {
        let mut pause = Duration::from_secs(FIRST_LOOK_SECONDS);
        loop {
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = stop.cancelled() => return,
            }
            pause = Duration::from_secs(LOOK_SECONDS);
            self.look().await;
        }
    }

    /// Looks for alarms once.
    pub(super) async fn look(&self) {
        let outside = Outside {
            certificates: watched(&self.papers),
            damage: self.watch.0.damage.load(Ordering::Relaxed),
        };
        match self.exchange.look_for_alarms(&self.limits, &outside).await {
            Ok(look) => {
                for Alarm { kind, subject, count, since } in &look.raised {
                    tracing::warn!(
                        alarm = kind.word(),
                        subject,
                        count,
                        since,
                        "an alarm was raised"
                    );
                }
                for Alarm { kind, subject, .. } in &look.cleared {
                    tracing::info!(alarm = kind.word(), subject, "an alarm is over");
                }
            }
            Err(error) => tracing::error!(%error, "alarms could not be looked for"),
        }
    }
}

/// The certificates in a folder, by file name. What cannot be read is `doctor`'s to tell.
fn watched(papers: &std::path::Path) -> Vec<Watched> {
    let names = certificates::names(papers).unwrap_or_default();
    let watched = |name: String| {
        let kept = certificates::kept(papers, &name).ok()??;
        Some(Watched { name, expires: kept.not_after })
    };
    names.into_iter().filter_map(watched).collect()
}
