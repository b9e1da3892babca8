//! Work: claimed with a lease, by one worker at a time.

use std::sync::Arc;

use futures_util::future::{FutureExt as _, join, join_all};

use super::samples::*;
use super::{commit, conflict};
use crate::storage::{Claim, Conflict, Op, Store};
use crate::*;

const NOTHING: [u128; 0] = [];

fn finish(number: u128, by: u128) -> Op {
    Op::FinishJob { id: JobId(id(number)), worker: worker(by) }
}

fn retry(number: u128, by: u128, due: i64) -> Op {
    Op::RetryJob {
        id: JobId(id(number)),
        worker: worker(by),
        due: at(due),
        failures: 3,
        failing_since: Some(at(-7)),
    }
}

pub async fn interactive_work_comes_before_bulk_then_by_time_then_by_id(store: Arc<dyn Store>) {
    let jobs = [
        check(1, Lane::Bulk, 0),
        check(5, Lane::Interactive, 4),
        check(4, Lane::Interactive, 4),
        check(3, Lane::Interactive, 3),
        check(2, Lane::Bulk, -9),
    ];
    commit(&store, jobs.map(Op::AddJob)).await;
    assert_eq!(claimed(&store, claim(WorkKind::Inside, 1, 10)).await, [3, 4, 5, 2, 1]);
}

pub async fn work_is_claimed_when_due_and_not_before(store: Arc<dyn Store>) {
    commit(&store, [Op::AddJob(check(1, Lane::Interactive, 10))]).await;
    assert_eq!(claimed(&store, claim(WorkKind::Inside, 1, 9)).await, NOTHING);
    assert_eq!(claimed(&store, claim(WorkKind::Inside, 1, 10)).await, [1]);
}

pub async fn a_claim_takes_one_kind_and_at_most_the_limit(store: Arc<dyn Store>) {
    let jobs = (1..=5).map(|number| Op::AddJob(check(number, Lane::Interactive, 0)));
    commit(&store, jobs.chain([Op::AddJob(push(6, 2, 0))])).await;
    let two = |by| Claim { limit: 2, ..claim(WorkKind::Inside, by, 1) };
    assert_eq!(claimed(&store, two(1)).await, [1, 2]);
    assert_eq!(claimed(&store, two(2)).await, [3, 4]);
    assert_eq!(claimed(&store, two(3)).await, [5]);
    assert_eq!(claimed(&store, claim(WorkKind::Outside, 1, 1)).await, [6]);
}

pub async fn work_under_lease_is_not_claimed_again(store: Arc<dyn Store>) {
    commit(&store, [Op::AddJob(check(1, Lane::Interactive, 0))]).await;
    assert_eq!(claimed(&store, claim(WorkKind::Inside, 1, 1)).await, [1]);
    assert_eq!(claimed(&store, claim(WorkKind::Inside, 2, 60)).await, NOTHING);
    // Nor by the one who holds it.
    assert_eq!(claimed(&store, claim(WorkKind::Inside, 1, 60)).await, NOTHING);
}

pub async fn claims_at_once_never_share_a_job(store: Arc<dyn Store>) {
    commit(&store, (1..=50).map(|number| Op::AddJob(check(number, Lane::Bulk, 0)))).await;
    let claims = (1..=10).map(|by| {
        let store = store.clone();
        async move { claimed(&store, Claim { limit: 7, ..claim(WorkKind::Inside, by, 1) }).await }
    });
    let mut all = join_all(claims).await.concat();
    all.sort_unstable();
    assert_eq!(all, (1..=50).collect::<Vec<_>>());
}

pub async fn work_whose_lease_ran_out_is_claimed_by_the_next(store: Arc<dyn Store>) {
    commit(&store, [Op::AddJob(check(1, Lane::Interactive, 0))]).await;
    assert_eq!(claimed(&store, claim(WorkKind::Inside, 1, 1)).await, [1]);
    assert_eq!(claimed(&store, claim(WorkKind::Inside, 2, 61)).await, [1]);
    assert_eq!(conflict(&store, [finish(1, 1)]).await, Conflict::LeaseLost(JobId(id(1))));
    commit(&store, [finish(1, 2)]).await;
    assert_eq!(conflict(&store, [finish(1, 2)]).await, Conflict::LeaseLost(JobId(id(1))));
}

pub async fn a_lease_that_ran_out_still_counts_until_somebody_else_claims(store: Arc<dyn Store>) {
    commit(&store, [Op::AddJob(check(1, Lane::Interactive, 0))]).await;
    assert_eq!(claimed(&store, claim(WorkKind::Inside, 1, 1)).await, [1]);
    // No time is handed to a batch: whoever was slow, but alone, is not sent away.
    commit(&store, [finish(1, 1)]).await;
    assert_eq!(store.next_due(WorkKind::Inside).await.unwrap(), None);
}

pub async fn only_the_holder_finishes_or_retries(store: Arc<dyn Store>) {
    commit(&store, [Op::AddJob(check(1, Lane::Interactive, 0))]).await;
    let lost = Conflict::LeaseLost(JobId(id(1)));
    // Nobody holds it yet.
    assert_eq!(conflict(&store, [finish(1, 1)]).await, lost);
    assert_eq!(conflict(&store, [retry(1, 1, 9)]).await, lost);
    assert_eq!(claimed(&store, claim(WorkKind::Inside, 1, 1)).await, [1]);
    assert_eq!(conflict(&store, [finish(1, 2)]).await, lost);
    assert_eq!(conflict(&store, [retry(1, 2, 9)]).await, lost);
    commit(&store, [retry(1, 1, 9)]).await;
    // Putting it back ended the claim.
    assert_eq!(conflict(&store, [finish(1, 1)]).await, lost);
}

pub async fn a_retried_job_waits_until_its_new_time_and_keeps_its_history(store: Arc<dyn Store>) {
    commit(&store, [Op::AddJob(push(1, 2, 0))]).await;
    assert_eq!(claimed(&store, claim(WorkKind::Outside, 1, 1)).await, [1]);
    commit(&store, [retry(1, 1, 30)]).await;
    assert_eq!(claimed(&store, claim(WorkKind::Outside, 1, 29)).await, NOTHING);
    let jobs = store.claim(claim(WorkKind::Outside, 2, 30)).await.unwrap();
    let expected = Job { due: at(30), failures: 3, failing_since: Some(at(-7)), ..push(1, 2, 0) };
    assert_eq!(jobs, [expected]);
}

pub async fn next_due_counts_leases(store: Arc<dyn Store>) {
    assert_eq!(store.next_due(WorkKind::Inside).await.unwrap(), None);
    let jobs = [check(1, Lane::Bulk, 5), check(2, Lane::Interactive, 100)];
    commit(&store, jobs.map(Op::AddJob)).await;
    assert_eq!(store.next_due(WorkKind::Inside).await.unwrap(), Some(at(5)));
    assert_eq!(store.next_due(WorkKind::Outside).await.unwrap(), None);
    assert_eq!(claimed(&store, claim(WorkKind::Inside, 1, 10)).await, [1]);
    assert_eq!(store.next_due(WorkKind::Inside).await.unwrap(), Some(at(70)));
    commit(&store, [finish(1, 1)]).await;
    assert_eq!(store.next_due(WorkKind::Inside).await.unwrap(), Some(at(100)));
}

pub async fn postponing_a_system_moves_its_unclaimed_calls_and_no_others(store: Arc<dyn Store>) {
    let receipt =
        Job { work: Work::PushReceipt(ReceiptId(id(3)), SystemId(id(2))), ..push(3, 2, 0) };
    let jobs = [push(1, 2, 0), push(4, 9, 0), check(5, Lane::Bulk, 0)];
    commit(&store, jobs.map(Op::AddJob)).await;
    let first = Claim { limit: 1, ..claim(WorkKind::Outside, 1, 1) };
    assert_eq!(claimed(&store, first).await, [1]);
    commit(&store, [Op::AddJob(receipt), Op::AddJob(push(6, 2, 500))]).await;
    commit(&store, [Op::PostponeSystem { system: SystemId(id(2)), due: at(200) }]).await;
    assert_eq!(claimed(&store, claim(WorkKind::Inside, 2, 10)).await, [5]);
    assert_eq!(claimed(&store, claim(WorkKind::Outside, 2, 10)).await, [4]);
    // The claimed one kept its lease, which runs out at 61; the later one kept its time.
    assert_eq!(claimed(&store, claim(WorkKind::Outside, 2, 61)).await, [1]);
    assert_eq!(claimed(&store, claim(WorkKind::Outside, 3, 199)).await, [1, 4]);
    commit(&store, [finish(1, 3), finish(4, 3)]).await;
    assert_eq!(claimed(&store, claim(WorkKind::Outside, 3, 200)).await, [3]);
    assert_eq!(
        claimed(&store, Claim { lease_until: at(900), ..claim(WorkKind::Outside, 4, 600) }).await,
        [3, 6]
    );
}

pub async fn hastening_a_system_makes_its_unclaimed_calls_due(store: Arc<dyn Store>) {
    let jobs = [push(1, 2, 1000), push(3, 2, 2), push(4, 9, 1000)];
    commit(&store, jobs.map(Op::AddJob)).await;
    commit(&store, [Op::HastenSystem { system: SystemId(id(2)), due: at(10) }]).await;
    assert_eq!(claimed(&store, claim(WorkKind::Outside, 1, 9)).await, [3]);
    assert_eq!(claimed(&store, claim(WorkKind::Outside, 1, 10)).await, [1]);
    assert_eq!(store.next_due(WorkKind::Outside).await.unwrap(), Some(at(69)));
}

pub async fn work_that_came_before_the_wait_ends_it_at_once(store: Arc<dyn Store>) {
    commit(&store, [Op::AddJob(check(1, Lane::Interactive, 0))]).await;
    store.work_arrived(WorkKind::Inside).await;
    commit(&store, [Op::AddJob(push(2, 2, 0))]).await;
    store.work_arrived(WorkKind::Outside).await;
}

pub async fn a_commit_wakes_who_waits(store: Arc<dyn Store>) {
    // Added, also when it is due later only: the sleeper must set its alarm anew.
    let add = commit(&store, [Op::AddJob(push(1, 2, 1000))]);
    join(store.work_arrived(WorkKind::Outside), add).await;
    drain(&store, WorkKind::Outside).await;

    let hasten = commit(&store, [Op::HastenSystem { system: SystemId(id(2)), due: at(5) }]);
    join(store.work_arrived(WorkKind::Outside), hasten).await;
    drain(&store, WorkKind::Outside).await;

    assert_eq!(claimed(&store, claim(WorkKind::Outside, 1, 5)).await, [1]);
    let retry = commit(&store, [retry(1, 1, 7)]);
    join(store.work_arrived(WorkKind::Outside), retry).await;
}

pub async fn an_idle_store_does_not_keep_waking(store: Arc<dyn Store>) {
    drain(&store, WorkKind::Inside).await;
    commit(&store, [Op::AddJob(check(1, Lane::Interactive, 0))]).await;
    store.work_arrived(WorkKind::Inside).await;
    drain(&store, WorkKind::Inside).await;
}

pub async fn a_dropped_wait_harms_nobody(store: Arc<dyn Store>) {
    drain(&store, WorkKind::Inside).await;
    for _ in 0..100 {
        assert!(store.work_arrived(WorkKind::Inside).now_or_never().is_none());
    }
    commit(&store, [Op::AddJob(check(1, Lane::Interactive, 0))]).await;
    store.work_arrived(WorkKind::Inside).await;
}

/// Takes wake-ups that came too often, and expects an end of them.
async fn drain(store: &Arc<dyn Store>, kind: WorkKind) {
    for _ in 0..16 {
        if store.work_arrived(kind).now_or_never().is_none() {
            return;
        }
    }
    panic!("the store keeps waking its workers though no work comes");
}
