//! Every limit of the gateway, with its unit, in one place.

use std::time::Duration;

/// Most bytes of an answer in JSON: a page of [`RECEIPTS_PAGE`] receipts with long texts.
pub const ANSWER_BYTES: usize = 16 << 20;
/// Most bytes of one message that is fetched; what an exchange takes at the most.
pub const MEMO_BYTES: u64 = 105_000_000;
/// Most characters of a text from the other side that are shown.
pub const FOREIGN_TEXT_CHARACTERS: usize = 500;
/// Receipts asked for on one page; the most an exchange gives.
pub const RECEIPTS_PAGE: u64 = 1000;
/// Message ids asked for on one page; the most an exchange gives.
pub const MEMOS_PAGE: u64 = 1000;
/// Pages read in one look for receipts.
pub const PAGES: u64 = 10_000;
/// Most files of one run.
pub const FILES: usize = 1_000_000;
/// Most calls at the same time.
pub const CONNECTIONS: usize = 64;
/// Journal entries written with one flush to disk.
pub const JOURNAL_BATCH: usize = 1000;
/// Most bytes of one journal entry: a container's list of 10,000 ids with room to spare.
pub const JOURNAL_LINE_BYTES: usize = 4 << 20;
/// Messages not delivered that a summary tells one by one; the rest are only counted.
pub const FAULTS_TOLD: usize = 10_000;
/// Messages that a fetch that keeps going may leave aside before it stops.
pub const LEFT_ASIDE: usize = 10_000;

/// First and longest pause between two looks for receipts or messages.
pub const POLL_PAUSE: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));
/// First and longest pause before a failed call is tried again.
pub const RETRY_PAUSE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));
/// Longest pause an exchange may ask for with `Retry-After`.
pub const RETRY_AFTER: Duration = Duration::from_secs(30);

/// How long to wait for an exchange before calling it unreachable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// To connect, TLS included.
    pub connect: Duration,
    /// Without a byte moving in either direction.
    pub stall: Duration,
    /// To keep trying a call that fails, from its first failure.
    pub retry: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            stall: Duration::from_secs(60),
            retry: Duration::from_secs(10),
        }
    }
}
