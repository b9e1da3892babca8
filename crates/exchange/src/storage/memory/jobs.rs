//! Work and who has claimed it.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;

use brevdue_memo::Timestamp;
use uuid::Uuid;

use super::Tables;
use crate::storage::{Claim, Conflict, HELD, Op};
use crate::{Job, JobId, Lane, SystemId, WorkKind, WorkerId};

/// A piece of work and its lease.
#[derive(Debug, Clone)]
pub(super) struct JobRow {
    pub(super) job: Job,
    pub(super) lease: Option<Lease>,
}

/// Who has claimed a piece of work, and until when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lease {
    pub(super) worker: WorkerId,
    pub(super) until: Timestamp,
}

impl JobRow {
    /// When it can be claimed next.
    fn claimable_at(&self) -> Timestamp {
        self.lease.map_or(self.job.due, |lease| lease.until.max(self.job.due))
    }
}

impl Tables {
    pub(super) fn claim(&mut self, claim: &Claim) -> Vec<Job> {
        let mut found: Vec<Job> = self
            .jobs
            .values()
            .filter(|row| row.job.work.kind() == claim.kind && row.claimable_at() <= claim.now)
            .map(|row| row.job.clone())
            .collect();
        found.sort_by_key(|job| (job.lane, job.due, job.id));
        let mut found = self.in_turns(found, claim);
        found.sort_by_key(|job| (job.lane, job.due, job.id));
        for job in &found {
            if let Ok(row) = self.jobs.change(job.id, "job") {
                row.lease = Some(Lease { worker: claim.worker, until: claim.lease_until });
            }
        }
        self.settle();
        found
    }

    /// Of what may be claimed, in order, what is: accounts in turns, from the one after the last.
    fn in_turns(&mut self, found: Vec<Job>, claim: &Claim) -> Vec<Job> {
        let (interactive, bulk): (Vec<Job>, Vec<Job>) =
            found.into_iter().partition(|job| job.lane == Lane::Interactive);
        let kept = (claim.for_bulk.min(claim.limit) as usize).min(bulk.len());
        let mut taken = self.lane_in_turns(interactive, claim, claim.limit as usize - kept);
        let rest = (claim.limit as usize - taken.len()).min(claim.most_bulk as usize);
        taken.extend(self.lane_in_turns(bulk, claim, rest));
        taken
    }

    fn lane_in_turns(&mut self, found: Vec<Job>, claim: &Claim, limit: usize) -> Vec<Job> {
        let Some(lane) = found.first().map(|job| job.lane) else { return Vec::new() };
        let mut accounts: BTreeMap<Option<Uuid>, VecDeque<Job>> = BTreeMap::new();
        for job in found {
            accounts.entry(job.account).or_default().push_back(job);
        }
        let served = self.served.entry((claim.kind, lane)).or_default();
        let mut taken = Vec::new();
        while taken.len() < limit && !accounts.is_empty() {
            let after = (Bound::Excluded(*served), Bound::Unbounded);
            let next = accounts.range(after).next().or(accounts.iter().next());
            let Some(account) = next.map(|(account, _)| *account) else { break };
            *served = account;
            if let Some(queue) = accounts.get_mut(&account) {
                taken.extend(queue.pop_front());
                if queue.is_empty() {
                    accounts.remove(&account);
                }
            }
        }
        taken
    }

    pub(super) fn next_due(&self, kind: WorkKind) -> Option<Timestamp> {
        let rows = self.jobs.values().filter(|row| row.job.work.kind() == kind);
        let incoming = (kind == WorkKind::Inside).then(|| self.next_incoming()).flatten();
        rows.map(JobRow::claimable_at).chain(incoming).min()
    }

    /// The job, if this worker holds it. A lease that ran out still holds until somebody else claims.
    pub(super) fn held_job(
        &mut self,
        id: JobId,
        worker: WorkerId,
    ) -> Result<&mut JobRow, Conflict> {
        let row = self.jobs.change(id, "job").map_err(|_| Conflict::LeaseLost(id))?;
        match row.lease {
            Some(lease) if lease.worker == worker => Ok(row),
            _ => Err(Conflict::LeaseLost(id)),
        }
    }

    /// The job, if nobody has claimed it.
    pub(super) fn free_job(&mut self, id: JobId) -> Result<&mut JobRow, Conflict> {
        let row = self.jobs.change(id, "job")?;
        if row.lease.is_some() { Err(Conflict::Changed { what: "job" }) } else { Ok(row) }
    }

    pub(super) fn unclaimed_calls(&self, system: SystemId) -> Vec<JobId> {
        self.jobs
            .values()
            .filter(|row| row.lease.is_none() && row.job.work.system() == Some(system))
            .filter(|row| row.job.due != HELD)
            .map(|row| row.job.id)
            .collect()
    }

    /// Which workers may want to look again because of this change.
    pub(super) fn work_brought_by(&self, op: &Op) -> Option<WorkKind> {
        match op {
            Op::AddJob(job) => Some(job.work.kind()),
            Op::RetryJob { id, .. } | Op::MoveJob { id, .. } => {
                self.jobs.get(id).map(|row| row.job.work.kind())
            }
            Op::HastenSystem { .. } => Some(WorkKind::Outside),
            _ => None,
        }
    }
}
