//! A short memory of what happened: requests, events, receipts, pushes, what was removed and why, alarms,
//! the clock. Kept in memory, the oldest going first; people's names, numbers and titles never stand in it.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use brevdue_memo::Timestamp;

use crate::exchange::alarms::Alarm;
use crate::exchange::notices::Notice;
use crate::handover::HandoverOutcome;
use crate::storage::{Expect, Record, RecordKind};
use crate::{Batch, Event, Op, ReceiptRecord, SystemId};

pub use super::house::{Gone, Left};

/// Moments kept.
const MOMENTS: usize = 2000;

/// Something that happened.
#[derive(Debug, Clone)]
pub struct Moment {
    /// Counts up from 1; never given twice.
    pub number: u64,
    /// When, on the clock of the country.
    pub at: Timestamp,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum What {
    /// A door answered.
    Request {
        /// The method.
        method: String,
        /// The path's pattern, never the path.
        route: String,
        /// The status of the answer.
        status: u16,
        /// Who asked, or said it did, when it was a system.
        system: Option<SystemId>,
        /// The code of the answer's body, when it was no.
        code: Option<String>,
        /// How long it took.
        milliseconds: u64,
        /// Whether it came over TLS with a certificate.
        certified: bool,
    },
    /// The event log grew.
    Event(Box<Event>),
    /// A business receipt was made.
    Receipt(Box<ReceiptRecord>),
    /// A push was answered, or was not.
    Push {
        /// Who was called.
        system: SystemId,
        /// How it went.
        outcome: HandoverOutcome,
    },
    /// A fault was made on purpose.
    Fault {
        /// Its word.
        kind: &'static str,
        /// The system it struck, when it was one.
        system: Option<SystemId>,
    },
    /// What was kept long enough has been removed.
    Removed(Left),
    /// A notice to the people behind a system was made.
    Notice {
        /// The system.
        system: SystemId,
        /// Its title.
        subject: String,
    },
    /// An alarm was raised.
    Raised(Box<Alarm>),
    /// Somebody tried whether a system is let in.
    Knocked {
        /// The system.
        system: SystemId,
        /// Why it is not: code and reason.
        refused: Option<(&'static str, &'static str)>,
    },
    /// The clock was moved.
    Clock {
        /// From where.
        from: Timestamp,
    },
    /// The country began again.
    Began,
}

/// What happened lately.
#[derive(Debug, Default)]
pub struct Live(Mutex<Ring>);

#[derive(Debug, Default)]
struct Ring {
    last: u64,
    moments: VecDeque<Moment>,
    closed: bool,
}

impl Live {
    /// Notes something.
    pub fn note(&self, at: Timestamp, what: What) {
        let mut ring = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ring.last += 1;
        let number = ring.last;
        if ring.moments.len() >= MOMENTS {
            ring.moments.pop_front();
        }
        ring.moments.push_back(Moment { number, at, what });
    }

    /// Notes what a batch says that is worth showing; the batch has been made durable.
    pub fn note_all(&self, happened: Vec<(Timestamp, What)>) {
        for (at, what) in happened {
            self.note(at, what);
        }
    }

    /// The latest, newest first, at most so many.
    pub fn latest(&self, limit: usize) -> Vec<Moment> {
        let ring = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ring.moments.iter().rev().take(limit).cloned().collect()
    }

    /// What came after a number, oldest first, at most so many.
    pub fn after(&self, number: u64, limit: usize) -> Vec<Moment> {
        let ring = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let from = ring.moments.partition_point(|moment| moment.number <= number);
        ring.moments.iter().skip(from).take(limit).cloned().collect()
    }

    /// Forgets what happened: the country it happened in is gone. Numbers go on.
    pub fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).moments.clear();
    }

    /// Nothing more will happen: whoever watches can go.
    pub fn close(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
    }

    /// Whether it was closed.
    pub fn is_closed(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).closed
    }

    /// The number of the latest; 0 before there is one.
    pub fn last(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).last
    }
}

/// What of a batch is worth showing.
pub fn worth_showing(batch: &Batch) -> Vec<(Timestamp, What)> {
    let one = |op: &Op| match op {
        Op::AddEvent(event) => Some((event.at, What::Event(event.clone()))),
        Op::AddReceipt(record) => Some((record.created_at, What::Receipt(record.clone()))),
        Op::PutRecord(record, Expect::Absent) => new_record(record),
        _ => None,
    };
    batch.ops.iter().filter_map(one).collect()
}

/// Notices about systems, and alarms. A notice to a person is theirs.
fn new_record(record: &Record) -> Option<(Timestamp, What)> {
    let what = match record.kind {
        RecordKind::Notice => {
            let notice: Notice = serde_json::from_str(&record.body).ok()?;
            What::Notice { system: notice.system?, subject: notice.subject }
        }
        RecordKind::Alarm => What::Raised(Box::new(serde_json::from_str(&record.body).ok()?)),
        _ => return None,
    };
    Some((record.created_at, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_first_and_numbers_go_on() {
        let live = Live::default();
        for millis in 0..(MOMENTS as i64 + 5) {
            live.note(Timestamp::from_millis(millis), What::Began);
        }
        assert_eq!(live.last(), MOMENTS as u64 + 5);
        assert_eq!(live.latest(MOMENTS * 2).len(), MOMENTS);
        let numbers = |moments: Vec<Moment>| moments.iter().map(|m| m.number).collect::<Vec<_>>();
        let last = MOMENTS as u64 + 5;
        assert_eq!(numbers(live.latest(2)), [last, last - 1]);
        assert_eq!(numbers(live.after(0, 2)), [6, 7], "what fell out is not waited for");
        assert_eq!(numbers(live.after(last - 1, 10)), [last]);
        assert!(live.after(last, 10).is_empty());
    }
}
