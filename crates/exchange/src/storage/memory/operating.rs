//! What operators ask.

use std::collections::BTreeMap;

use super::Tables;
use crate::storage::{Chained, DayBook, Failing, HELD, Standing, Waiting, day_of};
use crate::{EventTag, Lane, MemoKey, WorkKind};

impl Tables {
    pub(super) fn standing(&self) -> Standing {
        let mut standing = Standing::default();
        let mut waiting: BTreeMap<(WorkKind, Lane), Waiting> = BTreeMap::new();
        let mut failing = BTreeMap::new();
        for job in self.jobs.values().map(|row| &row.job) {
            if job.due == HELD {
                standing.held += 1;
            } else {
                let kind = job.work.kind();
                let place = (kind, job.lane);
                let row = Waiting { kind, lane: job.lane, count: 0, first_due: job.due };
                let row = waiting.entry(place).or_insert(row);
                row.count += 1;
                row.first_due = row.first_due.min(job.due);
            }
            if let (Some(system), Some(since)) = (job.work.system(), job.failing_since) {
                let row = failing.entry(system).or_insert(Failing { system, count: 0, since });
                row.count += 1;
                row.since = row.since.min(since);
            }
        }
        standing.waiting = waiting.into_values().collect();
        self.incoming.values().for_each(|row| standing.add(row.waiting()));
        standing.failing = failing.into_values().collect();
        standing
    }

    pub(super) fn chained_events_of(&self, memo: MemoKey) -> Vec<Chained> {
        let mut link = self.log_start.get(&()).copied().unwrap_or_default();
        let mut chained = Vec::new();
        for (place, event) in self.events.entries() {
            let after = link.after(event);
            if event.memo == Some(memo) {
                let day = after.day.unwrap_or_default();
                let (before, hash) = (link.towards(day), after.hash);
                let event = event.clone();
                chained.push(Chained { event, number: place + 1, day, before, hash });
            }
            link = after;
        }
        chained
    }

    pub(super) fn day_book(&self, day: i64, arrivals: &[EventTag], receipts: EventTag) -> DayBook {
        let mut book = DayBook::default();
        for event in self.events.values().filter(|event| day_of(event.at) == day) {
            if let Some(key) = event.memo.filter(|_| arrivals.contains(&event.tag)) {
                book.received += 1;
                if let Some(memo) = self.memos.get(&key) {
                    *book.states.entry(memo.state).or_default() += 1;
                } else if let Some(stood) = self.stood.get(&key) {
                    *book.removed.entry(*stood).or_default() += 1;
                }
            }
            if event.tag == receipts
                && let Some(status) = event.receipt_status
            {
                match book.receipts.iter_mut().find(|(there, _)| *there == status) {
                    Some((_, count)) => *count += 1,
                    None => book.receipts.push((status, 1)),
                }
            }
        }
        book
    }
}
