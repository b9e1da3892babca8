//! Every limit and every choice of the exchange, with its unit, in one place.

use brevdue_memo::Limits;
use brevdue_memo::container::ContainerLimits;

/// Limits and choices. `docs/exchange.md` says which are confirmed and which are ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Bytes of one message from an authority; MB = 1,000,000.
    pub authority_memo_bytes: u64,
    /// Bytes of one message from a citizen or a company to an authority.
    pub public_memo_bytes: u64,
    /// Additional documents in one message.
    pub attachments: u32,
    /// Bytes of an HTTP body that holds one message.
    pub body_bytes: u64,
    /// Bytes of an HTTP body that holds an archive.
    pub archive_bytes: u64,
    /// What an archive may hold.
    pub container: ContainerLimits,
    /// Months ahead that a delivery date may lie.
    pub delay_months: u32,
    /// Seconds a claim lasts before another worker may take the work.
    pub lease_seconds: i64,
    /// Seconds until each next try of a push; the last repeats.
    pub retry_seconds: Vec<i64>,
    /// Seconds without any success after which a receiver system is switched off.
    pub deactivate_after_seconds: i64,
    /// Failures in a row after which an endpoint is left alone until the next try is due.
    pub breaker_failures: u32,
    /// Most seconds that a receiver's `Retry-After` can put a try off.
    pub retry_after_limit_seconds: i64,
    /// Days in which the same message sent again is answered as before; later it is a duplicate.
    pub repeat_days: u32,
    /// Messages taken out of an archive in one batch.
    pub extract_batch: usize,
    /// Checks 7 and 8 of `docs/exchange.md`, in force in production since 10 September 2025.
    pub strict_filenames_and_actions: bool,
    /// Limits of reading one message.
    pub reading: Limits,
    /// Of a hundred pieces of work claimed at a time, so many are bulk however much interactive work
    /// waits, so that bulk never stands still.
    pub bulk_share_percent: u32,
    /// Single messages from one system in a minute before the rest wait in the bulk queue.
    pub interactive_per_minute: u32,
}

impl Default for Policy {
    fn default() -> Self {
        const MINUTE: i64 = 60;
        const HOUR: i64 = 60 * MINUTE;
        Self {
            authority_memo_bytes: 99_500_000,
            public_memo_bytes: 10_000_000,
            attachments: 10,
            body_bytes: 105_000_000,
            archive_bytes: 2_000_000_000,
            container: ContainerLimits::default(),
            delay_months: 12,
            lease_seconds: 120,
            retry_seconds: vec![
                MINUTE,
                5 * MINUTE,
                15 * MINUTE,
                30 * MINUTE,
                HOUR,
                2 * HOUR,
                4 * HOUR,
                6 * HOUR,
            ],
            deactivate_after_seconds: 7 * 24 * HOUR,
            breaker_failures: 3,
            retry_after_limit_seconds: 24 * HOUR,
            repeat_days: 30,
            extract_batch: 200,
            strict_filenames_and_actions: true,
            reading: Limits::default(),
            bulk_share_percent: 10,
            interactive_per_minute: 600,
        }
    }
}

impl Policy {
    /// Seconds until the next try of what has failed `failures` times before the last.
    pub fn retry_after(&self, failures: u32) -> i64 {
        let schedule = &self.retry_seconds;
        let step = schedule.get(failures as usize).or(schedule.last());
        step.copied().unwrap_or(60).max(1)
    }
}
