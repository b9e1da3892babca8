//! Letters that were received and are not filed, and who has claimed them.

use brevdue_memo::Timestamp;

use super::Tables;
use super::jobs::Lease;
use crate::storage::{Claim, Conflict, Waiting};
use crate::{Incoming, JobId, MemoKey, WorkKind, WorkerId};

/// A letter and its lease.
#[derive(Debug, Clone)]
pub(super) struct IncomingRow {
    incoming: Incoming,
    lease: Option<Lease>,
}

impl IncomingRow {
    pub(super) fn waiting(&self) -> Waiting {
        let Incoming { lane, received_at, .. } = self.incoming;
        Waiting { kind: WorkKind::Inside, lane, count: 1, first_due: received_at }
    }
}

impl Tables {
    pub(super) fn receive(&mut self, incoming: Incoming) -> Result<(), Conflict> {
        let (key, lane, account) = (incoming.key, incoming.lane, incoming.origin.account());
        self.incoming.add(key, IncomingRow { incoming, lease: None }, "incoming letter")?;
        self.turns.push(lane, account, key);
        self.settle();
        Ok(())
    }

    pub(super) fn claim_incoming(&mut self, claim: &Claim) -> Vec<Incoming> {
        self.take_back(claim.now);
        let taken = self.turns.take(
            claim.limit as usize,
            claim.for_bulk as usize,
            claim.most_bulk as usize,
        );
        let mut found = Vec::with_capacity(taken.len());
        for key in taken {
            if let Ok(row) = self.incoming.change(key, "incoming letter") {
                row.lease = Some(Lease { worker: claim.worker, until: claim.lease_until });
                found.push(row.incoming.clone());
            }
        }
        self.settle();
        found
    }

    /// Queues what was claimed for too long.
    fn take_back(&mut self, now: Timestamp) {
        let over: Vec<MemoKey> = self
            .incoming
            .values()
            .filter(|row| row.lease.is_some_and(|lease| lease.until <= now))
            .map(|row| row.incoming.key)
            .collect();
        for key in over.into_iter().rev() {
            if let Ok(row) = self.incoming.change(key, "incoming letter") {
                row.lease = None;
                self.turns.put_back(row.incoming.lane, row.incoming.origin.account(), key);
            }
        }
    }

    /// The letter, if this worker holds it. A lease that ran out still holds until somebody claims.
    pub(super) fn held_incoming(&self, key: MemoKey, worker: WorkerId) -> Result<(), Conflict> {
        let lease = self.incoming.get(&key).and_then(|row| row.lease);
        if lease.is_some_and(|lease| lease.worker == worker) {
            Ok(())
        } else {
            Err(Conflict::LeaseLost(JobId(key.0)))
        }
    }

    /// When the next letter can be claimed.
    pub(super) fn next_incoming(&self) -> Option<Timestamp> {
        let rows = self.incoming.values();
        rows.map(|row| row.lease.map_or(row.incoming.received_at, |lease| lease.until)).min()
    }
}
