//! Who has claimed which piece of work, and until when.
//!
//! Kept in memory alone: the store's folder is open in one process, and a lease that is lost with it is
//! as good as none. A claim then costs no write.
//!
//! A claim reads while it holds the lock, and the writer lets a lease go after its commit. So whoever
//! finds a job without a lease also sees what became of it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use brevdue_exchange::storage::Claim;
use brevdue_exchange::{Job, JobId, Lane, SystemId, WorkKind, WorkerId};
use brevdue_memo::Timestamp;

/// Every lease there is: at most one for each job.
#[derive(Debug, Default)]
pub(super) struct Leases(Mutex<Held>);

/// The leases, while nobody else can change them.
#[derive(Debug, Default)]
pub(super) struct Held {
    leases: HashMap<JobId, Lease>,
    /// Whose turn was last, by kind of work and lane.
    served: HashMap<(WorkKind, Lane), Vec<u8>>,
}

#[derive(Debug, Clone, Copy)]
struct Lease {
    worker: WorkerId,
    until: Timestamp,
    kind: WorkKind,
    /// The system the job calls.
    system: Option<SystemId>,
}

/// A worker is through with a job.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ended {
    pub(super) job: JobId,
    pub(super) worker: WorkerId,
    /// The job is gone; otherwise it is tried again.
    pub(super) is_done: bool,
}

impl Leases {
    pub(super) fn lock(&self) -> MutexGuard<'_, Held> {
        // A lease is put in or taken out whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// Leases a job to the one who claims.
    pub(super) fn give(&mut self, job: &Job, claim: &Claim) {
        let lease = Lease {
            worker: claim.worker,
            until: claim.lease_until,
            kind: claim.kind,
            system: job.work.system(),
        };
        self.leases.insert(job.id, lease);
    }

    /// The account whose turn was last.
    pub(super) fn served(&self, kind: WorkKind, lane: Lane) -> &[u8] {
        self.served.get(&(kind, lane)).map_or(&[], Vec::as_slice)
    }

    /// Notes whose turn it was.
    pub(super) fn serve(&mut self, kind: WorkKind, lane: Lane, account: Vec<u8>) {
        self.served.insert((kind, lane), account);
    }

    /// Lets go of a job that somebody is through with.
    pub(super) fn end(&mut self, ended: Ended) {
        // A lease that ran out may have gone to somebody else while the end of it was written. That
        // one has the job, unless there is no job any more.
        if ended.is_done || self.is_with(ended.job, ended.worker) {
            self.leases.remove(&ended.job);
        }
    }

    /// Whether this worker has the job. A lease that ran out counts until somebody else claims.
    pub(super) fn is_with(&self, job: JobId, worker: WorkerId) -> bool {
        self.leases.get(&job).is_some_and(|lease| lease.worker == worker)
    }

    /// Whether somebody has the job, and is given time beyond `now`.
    pub(super) fn is_leased(&self, job: JobId, now: Timestamp) -> bool {
        self.leases.get(&job).is_some_and(|lease| now < lease.until)
    }

    /// Whether somebody has the job, even if the lease ran out.
    pub(super) fn is_known(&self, job: JobId) -> bool {
        self.leases.contains_key(&job)
    }

    /// When the next lease on this kind of work runs out.
    pub(super) fn next_end(&self, kind: WorkKind) -> Option<Timestamp> {
        self.leases.values().filter(|lease| lease.kind == kind).map(|lease| lease.until).min()
    }

    /// The claimed jobs that call a system.
    pub(super) fn calls(&self, system: SystemId) -> Vec<JobId> {
        let calls = self.leases.iter().filter(|(_, lease)| lease.system == Some(system));
        calls.map(|(job, _)| *job).collect()
    }
}

#[cfg(test)]
mod tests {
    use brevdue_exchange::{MemoKey, Work};
    use uuid::Uuid;

    use super::*;

    const JOB: JobId = JobId(Uuid::from_u128(1));

    /// Worker 1 had the job until its lease ran out, then worker 2 claimed it.
    fn gone_to_another() -> Held {
        let at = Timestamp::from_millis;
        let mut held = Held::default();
        for (number, now) in [(1, 0), (2, 60)] {
            let worker = WorkerId(Uuid::from_u128(number));
            let kind = WorkKind::Inside;
            let (now, lease_until) = (at(now), at(now + 60));
            let claim =
                Claim { kind, worker, now, lease_until, limit: 1, for_bulk: 0, most_bulk: 1 };
            let work = Work::Check(MemoKey(Uuid::nil()));
            let lane = Lane::Interactive;
            let job = Job {
                id: JOB,
                work,
                lane,
                account: None,
                due: at(0),
                failures: 0,
                failing_since: None,
            };
            assert!(!held.is_leased(JOB, now));
            held.give(&job, &claim);
        }
        held
    }

    fn ended(is_done: bool) -> Ended {
        Ended { job: JOB, worker: WorkerId(Uuid::from_u128(1)), is_done }
    }

    #[test]
    fn work_that_is_done_leaves_no_lease_behind_even_if_another_claimed_it_meanwhile() {
        let mut held = gone_to_another();
        held.end(ended(true));
        assert_eq!(held.next_end(WorkKind::Inside), None);
    }

    #[test]
    fn work_that_was_put_back_stays_with_another_who_claimed_it_meanwhile() {
        let mut held = gone_to_another();
        held.end(ended(false));
        assert!(held.is_with(JOB, WorkerId(Uuid::from_u128(2))));
    }
}
