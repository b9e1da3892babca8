//! Figures for whoever watches, in the form of Prometheus (OpenMetrics text).
//!
//! Labels are routes, ids of systems and words of ours. Nothing personal is counted by name.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use brevdue_exchange::exchange::alarms::{Alarm, AlarmKind};
use brevdue_exchange::exchange::operations::Balance;
use brevdue_exchange::storage::Standing;
use brevdue_exchange::{Counts, Lane, SystemId, WorkKind};
use brevdue_memo::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// Media type of what [`Metrics::text`] gives.
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: String,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Called {
    system: String,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Queue {
    work: &'static str,
    lane: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfSystem {
    system: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Word {
    is: &'static str,
}

type Seconds = Gauge<f64, AtomicU64>;

/// All figures. Cheap to clone; clones count together.
#[derive(Clone)]
pub struct Metrics(Arc<Figures>);

struct Figures {
    registry: Registry,
    requests: Family<Answered, Counter>,
    request_seconds: Histogram,
    calls: Family<Called, Counter>,
    commit_seconds: Histogram,
    queue: Family<Queue, Gauge>,
    queue_age: Family<Queue, Seconds>,
    held: Gauge,
    failing: Family<OfSystem, Gauge>,
    letters: Gauge,
    receipts_waiting: Gauge,
    deliveries_open: Gauge,
    events: Gauge,
    today: Family<Word, Gauge>,
    receipts_today: Family<Word, Gauge>,
    missing: Gauge,
    alarms: Family<Word, Gauge>,
    damage: Gauge,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics(…)")
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Figures that all stand at nothing.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("brevdue");
        // From half a millisecond to eight seconds.
        let request_seconds = Histogram::new(exponential_buckets(0.000_5, 2.0, 15));
        let commit_seconds = Histogram::new(exponential_buckets(0.000_5, 2.0, 15));
        macro_rules! figure {
            ($name:literal, $help:literal) => {
                figure!($name, $help, Default::default())
            };
            ($name:literal, $help:literal, $metric:expr) => {{
                let metric = $metric;
                registry.register($name, $help, clone_of(&metric));
                metric
            }};
        }
        let requests = figure!("requests", "Requests answered by the REST door");
        registry.register_with_unit(
            "request",
            "Time from a request's head to its answer's",
            Unit::Seconds,
            request_seconds.clone(),
        );
        registry.register_with_unit(
            "commit",
            "Time of making a group of changes durable: one fsync",
            Unit::Seconds,
            commit_seconds.clone(),
        );
        Self(Arc::new(Figures {
            requests,
            calls: figure!("calls", "Pushes of letters, receipts, messages and notices, by system"),
            queue: figure!("queue_depth", "Work that waits or is being done"),
            queue_age: figure!(
                "queue_age_seconds",
                "Since when the first of it is due; below 0: it is not yet"
            ),
            held: figure!("queue_held", "Work on hold"),
            failing: figure!(
                "calls_failing",
                "Calls of a system that have failed and are tried again"
            ),
            letters: figure!("letters", "Letters kept"),
            receipts_waiting: figure!("receipts_waiting", "Receipts their senders have not got"),
            deliveries_open: figure!(
                "deliveries_open",
                "Letters receiver systems have not answered for"
            ),
            events: figure!("events", "Events in the log"),
            today: figure!(
                "letters_today",
                "Letters that came in since midnight UTC, by where they stand"
            ),
            receipts_today: figure!("receipts_today", "Business receipts made since midnight UTC"),
            missing: figure!(
                "letters_missing_today",
                "Letters since midnight UTC that stand nowhere, or in two places: must be 0"
            ),
            alarms: figure!("alarms", "Alarms that were raised and are not over"),
            damage: figure!(
                "damage",
                "Findings of the last check of the store that were not mended"
            ),
            request_seconds,
            commit_seconds,
            registry,
        }))
    }

    /// A request was answered; `route` is the pattern, never the path as sent.
    pub fn answered(&self, method: &str, route: &str, status: u16, took: Duration) {
        // A stranger may call anything a method; each label is kept.
        let known = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
        let method = if known.contains(&method) { method } else { "other" };
        let labels = Answered { method: method.into(), route: route.into(), status };
        self.0.requests.get_or_create(&labels).inc();
        self.0.request_seconds.observe(took.as_secs_f64());
    }

    /// A system was called.
    pub fn called(&self, system: SystemId, outcome: &'static str) {
        let labels = Called { system: system.to_string(), outcome };
        self.0.calls.get_or_create(&labels).inc();
    }

    /// A group of changes was made durable.
    pub fn committed(&self, took: Duration) {
        self.0.commit_seconds.observe(took.as_secs_f64());
    }

    /// How much there is, and what is to be done.
    pub fn stands(&self, counts: &Counts, standing: &Standing, now: Timestamp) {
        let figures = &*self.0;
        figures.letters.set(whole(counts.memos));
        figures.receipts_waiting.set(whole(counts.receipts_waiting));
        figures.deliveries_open.set(whole(counts.deliveries_open));
        figures.events.set(whole(counts.events));
        figures.held.set(whole(standing.held));
        figures.queue.clear();
        figures.queue_age.clear();
        for waiting in &standing.waiting {
            let work = match waiting.kind {
                WorkKind::Inside => "inside",
                WorkKind::Archives => "archives",
                WorkKind::Outside => "outside",
            };
            let lane = if waiting.lane == Lane::Bulk { "bulk" } else { "interactive" };
            let labels = Queue { work, lane };
            figures.queue.get_or_create(&labels).inc_by(whole(waiting.count));
            let millis = now.as_millis() - waiting.first_due.as_millis();
            let age = figures.queue_age.get_or_create(&labels);
            age.set(age.get().max(millis as f64 / 1000.0));
        }
        figures.failing.clear();
        for failing in &standing.failing {
            let labels = OfSystem { system: failing.system.to_string() };
            figures.failing.get_or_create(&labels).set(whole(failing.count));
        }
    }

    /// The books of today.
    pub fn balanced(&self, balance: &Balance) {
        let figures = &*self.0;
        for (is, count) in [
            ("received", balance.received),
            ("delivered", balance.delivered),
            ("refused", balance.refused),
            ("repeated", balance.repeated),
            ("recalled", balance.recalled),
            ("waiting", balance.waiting),
            ("removed", balance.removed),
        ] {
            figures.today.get_or_create(&Word { is }).set(whole(count));
        }
        figures.receipts_today.clear();
        for (status, count) in &balance.receipts {
            let is = match status {
                brevdue_wire::ReceiptStatus::Received => "RECEIVED",
                brevdue_wire::ReceiptStatus::Completed => "COMPLETED",
                brevdue_wire::ReceiptStatus::Invalid => "INVALID",
                brevdue_wire::ReceiptStatus::NotAllowed => "NOT_ALLOWED",
            };
            figures.receipts_today.get_or_create(&Word { is }).set(whole(*count));
        }
        figures.missing.set(whole(balance.missing()));
    }

    /// The alarms there are.
    pub fn alarmed(&self, alarms: &[Alarm]) {
        for kind in AlarmKind::ALL {
            let count = alarms.iter().filter(|alarm| alarm.kind == *kind).count();
            self.0.alarms.get_or_create(&Word { is: kind.word() }).set(whole(count as u64));
        }
    }

    /// What the last check of the store found and could not mend.
    pub fn damaged(&self, findings: u64) {
        self.0.damage.set(whole(findings));
    }

    /// Everything, as text of [`MEDIA_TYPE`].
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing into memory does not fail.
        let _ = encode(&mut text, &self.0.registry);
        text
    }
}

fn clone_of<T: Clone>(metric: &T) -> T {
    metric.clone()
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_was_counted_stands_in_the_text() {
        let metrics = Metrics::new();
        metrics.answered("POST", "/apis/v1/memos/", 201, Duration::from_millis(3));
        metrics.called(SystemId(Uuid::nil()), "taken");
        metrics.committed(Duration::from_millis(2));
        metrics.damaged(2);
        let text = metrics.text();
        for line in [
            r#"brevdue_requests_total{method="POST",route="/apis/v1/memos/",status="201"} 1"#,
            r#"brevdue_calls_total{system="00000000-0000-0000-0000-000000000000",outcome="taken"} 1"#,
            "brevdue_commit_seconds_count 1",
            "brevdue_damage 2",
            "# EOF",
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
    }
}
