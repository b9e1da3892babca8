//! Letters received: durable at once, claimed in turns, filed by one batch.

use std::io::Read as _;
use std::sync::Arc;

use futures_util::future::{FutureExt as _, join, join_all};

use super::samples::*;
use super::{commit, conflict};
use crate::storage::{Claim, Conflict, Op, StorageError, Store, Waiting};
use crate::*;

const NOTHING: [u128; 0] = [];

fn letter(store: &Arc<dyn Store>, number: u128, lane: Lane, account: u128) -> Incoming {
    Incoming {
        key: key(number),
        transmission: TransmissionId(id(number + 0x7000)),
        origin: Origin::System {
            system: SystemId(id(account)),
            organisation: OrganisationId(id(0xA0)),
        },
        lane,
        claimed_uuid: Some(id(number + 0x100_0000)),
        content: content(store, format!("<memo {number}/>").as_bytes()),
        received_at: at(1),
    }
}

async fn receive(store: &Arc<dyn Store>, number: u128, lane: Lane, account: u128) {
    store.receive(letter(store, number, lane, account)).await.expect("it is received");
}

/// Claims and gives the numbers of the letters.
async fn taken(store: &Arc<dyn Store>, claim: Claim) -> Vec<u128> {
    let letters = store.claim_incoming(claim).await.expect("claiming works");
    letters.iter().map(|letter| letter.key.0.as_u128()).collect()
}

fn at_most(limit: u32, by: u128) -> Claim {
    Claim { limit, ..claim(WorkKind::Inside, by, 10) }
}

/// What files a letter.
fn filing(letter: &Incoming, by: u128) -> [Op; 3] {
    [
        Op::FinishIncoming { key: letter.key, worker: worker(by) },
        Op::AddTransmission(letter.transmission()),
        Op::AddMemo(Box::new(letter.memo())),
    ]
}

pub async fn a_received_letter_is_claimed_as_it_came_and_filed_once(store: Arc<dyn Store>) {
    let sent = letter(&store, 1, Lane::Interactive, 7);
    store.receive(sent.clone()).await.unwrap();
    assert_eq!(store.memo(key(1)).await.unwrap(), None, "nothing sees it before it is filed");
    assert_eq!(store.counts().await.unwrap().incoming, 1);
    let claimed = store.claim_incoming(at_most(10, 1)).await.unwrap();
    let [found] = &claimed[..] else { panic!("one letter, not {claimed:?}") };
    assert_eq!(found.content.digest, sent.content.digest);
    assert_eq!(found.content.length_bytes, sent.content.length_bytes);
    assert_eq!(Incoming { content: sent.content.clone(), ..found.clone() }, sent);
    let mut text = String::new();
    store.open(&found.content).unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "<memo 1/>");

    commit(&store, filing(found, 1)).await;
    let memo = store.memo(key(1)).await.unwrap().expect("it is filed");
    assert_eq!(memo.transmission, sent.transmission);
    assert_eq!(store.transmission(sent.transmission).await.unwrap(), Some(sent.transmission()));
    let mut text = String::new();
    store.open(&memo.content).unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "<memo 1/>", "its bytes are where they were");
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.incoming, counts.memos), (0, 1));
    assert_eq!(taken(&store, Claim { now: at(900), ..at_most(10, 2) }).await, NOTHING);
    let lost = Conflict::LeaseLost(JobId(id(1)));
    assert_eq!(conflict(&store, filing(found, 1)).await, lost);
}

pub async fn received_letters_of_one_account_come_in_their_order(store: Arc<dyn Store>) {
    for number in [5, 3, 4, 9, 1] {
        receive(&store, number, Lane::Interactive, 7).await;
    }
    assert_eq!(taken(&store, at_most(2, 1)).await, [5, 3]);
    assert_eq!(taken(&store, at_most(9, 1)).await, [4, 9, 1]);
}

pub async fn received_letters_are_claimed_from_each_account_in_turn(store: Arc<dyn Store>) {
    for number in 1..=50 {
        receive(&store, number, Lane::Bulk, 7).await;
    }
    receive(&store, 60, Lane::Bulk, 8).await;
    receive(&store, 61, Lane::Bulk, 8).await;
    let mut first = taken(&store, at_most(4, 1)).await;
    first.sort_unstable();
    assert_eq!(first, [1, 2, 60, 61]);
    receive(&store, 70, Lane::Bulk, 9).await;
    assert!(taken(&store, at_most(2, 1)).await.contains(&70), "whoever comes new is next but one");
}

pub async fn received_bulk_waits_for_interactive_but_for_its_share(store: Arc<dyn Store>) {
    for number in 1..=10 {
        receive(&store, number, Lane::Bulk, 7).await;
    }
    for number in 11..=20 {
        receive(&store, number, Lane::Interactive, 7).await;
    }
    assert_eq!(taken(&store, at_most(3, 1)).await, [11, 12, 13]);
    let shared = Claim { for_bulk: 2, ..at_most(5, 1) };
    assert_eq!(taken(&store, shared).await, [14, 15, 16, 1, 2]);
    let but_bulk = |most_bulk| Claim { most_bulk, ..at_most(2, 1) };
    assert_eq!(taken(&store, but_bulk(0)).await, [17, 18]);
    assert_eq!(taken(&store, at_most(3, 1)).await, [19, 20, 3]);
    assert_eq!(taken(&store, but_bulk(0)).await, NOTHING);
    assert_eq!(taken(&store, but_bulk(1)).await, [4]);
    assert_eq!(taken(&store, at_most(9, 1)).await, [5, 6, 7, 8, 9, 10]);
}

pub async fn a_received_letter_under_lease_is_not_claimed_again(store: Arc<dyn Store>) {
    receive(&store, 1, Lane::Interactive, 7).await;
    receive(&store, 2, Lane::Interactive, 7).await;
    let first = store.claim_incoming(at_most(1, 1)).await.unwrap();
    assert_eq!(taken(&store, at_most(9, 2)).await, [2]);
    assert_eq!(taken(&store, at_most(9, 1)).await, NOTHING);
    // The lease runs out at 70; whoever claims next has it, before what came later.
    receive(&store, 3, Lane::Interactive, 7).await;
    let later = Claim { now: at(70), lease_until: at(130), ..at_most(2, 3) };
    assert_eq!(taken(&store, later).await, [1, 2]);
    let lost = Conflict::LeaseLost(JobId(id(1)));
    assert_eq!(conflict(&store, filing(&first[0], 1)).await, lost);
    commit(&store, filing(&first[0], 3)).await;
}

pub async fn a_received_letter_whose_lease_ran_out_is_filed_by_who_was_slow_but_alone(
    store: Arc<dyn Store>,
) {
    receive(&store, 1, Lane::Interactive, 7).await;
    let found = store.claim_incoming(at_most(1, 1)).await.unwrap();
    commit(&store, filing(&found[0], 1)).await;
    assert_eq!(store.next_due(WorkKind::Inside).await.unwrap(), None);
}

pub async fn a_filing_that_conflicts_leaves_the_letter_with_its_worker(store: Arc<dyn Store>) {
    commit(&store, [Op::AddMemo(Box::new(memo(&store, 9)))]).await;
    receive(&store, 1, Lane::Interactive, 7).await;
    let found = store.claim_incoming(at_most(1, 1)).await.unwrap();
    let mut ops = filing(&found[0], 1).to_vec();
    ops.push(Op::AddMemo(Box::new(memo(&store, 9))));
    assert_eq!(conflict(&store, ops).await, Conflict::Exists { what: "memo" });
    assert_eq!(store.memo(key(1)).await.unwrap(), None);
    assert_eq!(taken(&store, at_most(9, 2)).await, NOTHING);
    commit(&store, filing(&found[0], 1)).await;
    assert_eq!(store.counts().await.unwrap().incoming, 0);
}

pub async fn claims_at_once_never_share_a_received_letter(store: Arc<dyn Store>) {
    for number in 1..=50 {
        receive(&store, number, Lane::Bulk, number % 3).await;
    }
    let claims = (1..=10).map(|by| {
        let store = store.clone();
        async move { taken(&store, at_most(7, by)).await }
    });
    let mut all = join_all(claims).await.concat();
    all.sort_unstable();
    assert_eq!(all, (1..=50).collect::<Vec<_>>());
}

pub async fn a_received_letter_is_work_inside_that_is_due(store: Arc<dyn Store>) {
    assert_eq!(store.next_due(WorkKind::Inside).await.unwrap(), None);
    receive(&store, 1, Lane::Interactive, 7).await;
    assert!(store.next_due(WorkKind::Inside).await.unwrap().is_some_and(|due| due <= at(1)));
    assert_eq!(store.next_due(WorkKind::Archives).await.unwrap(), None);
    assert_eq!(taken(&store, at_most(1, 1)).await, [1]);
    assert_eq!(store.next_due(WorkKind::Inside).await.unwrap(), Some(at(70)));
}

pub async fn received_letters_stand_as_work_since_they_came(store: Arc<dyn Store>) {
    commit(&store, [Op::AddJob(check(50, Lane::Bulk, 9))]).await;
    for (number, lane, when) in
        [(1, Lane::Interactive, 5), (2, Lane::Interactive, 3), (3, Lane::Bulk, 4)]
    {
        let account = 7 + number;
        let came = Incoming { received_at: at(when), ..letter(&store, number, lane, account) };
        store.receive(came).await.unwrap();
    }
    let standing = async || {
        let mut waiting = store.standing().await.unwrap().waiting;
        waiting.sort_by_key(|waiting| waiting.lane);
        let told = |w: &Waiting| (w.kind, w.lane, w.count, w.first_due);
        waiting.iter().map(told).collect::<Vec<_>>()
    };
    let inside = WorkKind::Inside;
    let all = [(inside, Lane::Interactive, 2, at(3)), (inside, Lane::Bulk, 2, at(4))];
    assert_eq!(standing().await, all);
    // Whoever has one and has not filed it makes it no younger.
    assert_eq!(taken(&store, at_most(2, 1)).await.len(), 2);
    assert_eq!(standing().await, all);
    let second = Incoming { received_at: at(3), ..letter(&store, 2, Lane::Interactive, 9) };
    commit(&store, filing(&second, 1)).await;
    let left = [(inside, Lane::Interactive, 1, at(5)), (inside, Lane::Bulk, 2, at(4))];
    assert_eq!(standing().await, left);
}

pub async fn a_received_letter_wakes_who_waits(store: Arc<dyn Store>) {
    receive(&store, 1, Lane::Interactive, 7).await;
    store.work_arrived(WorkKind::Inside).await;
    while store.work_arrived(WorkKind::Inside).now_or_never().is_some() {}
    join(store.work_arrived(WorkKind::Inside), receive(&store, 2, Lane::Bulk, 7)).await;
}

pub async fn content_with_a_file_of_its_own_is_not_received(store: Arc<dyn Store>) {
    let sent =
        Incoming { content: content(&store, &large(1)), ..letter(&store, 1, Lane::Interactive, 7) };
    let answer = store.receive(sent).await;
    assert!(matches!(answer, Err(StorageError::Failed(_))), "{answer:?}");
    assert_eq!(taken(&store, at_most(1, 1)).await, NOTHING);
}

pub async fn jobs_are_claimed_from_each_account_in_turn(store: Arc<dyn Store>) {
    let of = |account: u128, job: Job| Op::AddJob(Job { account: Some(id(account)), ..job });
    let many = (1..=50).map(|number| of(7, check(number, Lane::Bulk, 0)));
    commit(&store, many.chain([of(8, check(60, Lane::Bulk, 5))])).await;
    commit(&store, [Op::AddJob(check(70, Lane::Bulk, 6))]).await;
    let first = claimed(&store, at_most(6, 1)).await;
    assert!(first.contains(&60) && first.contains(&70), "{first:?}");
    assert_eq!(first.len(), 6);
    // One at a time is fair too.
    commit(&store, [of(8, check(61, Lane::Bulk, 5)), of(9, check(62, Lane::Bulk, 5))]).await;
    let mut next = Vec::new();
    for _ in 0..3 {
        next.extend(claimed(&store, at_most(1, 2)).await);
    }
    assert!(next.contains(&61) && next.contains(&62), "{next:?}");
}

pub async fn bulk_jobs_wait_for_interactive_but_for_their_share(store: Arc<dyn Store>) {
    let jobs = (1..=5).map(|number| check(number, Lane::Bulk, 0));
    let jobs = jobs.chain((6..=10).map(|number| check(number, Lane::Interactive, 1)));
    commit(&store, jobs.map(Op::AddJob)).await;
    let shared = |limit, for_bulk| Claim { for_bulk, ..at_most(limit, 1) };
    assert_eq!(claimed(&store, shared(3, 1)).await, [6, 7, 1]);
    assert_eq!(claimed(&store, shared(2, 0)).await, [8, 9]);
    let but_bulk = |most_bulk| Claim { most_bulk, ..at_most(9, 1) };
    assert_eq!(claimed(&store, but_bulk(0)).await, [10]);
    assert_eq!(claimed(&store, but_bulk(0)).await, NOTHING);
    assert_eq!(claimed(&store, but_bulk(1)).await, [2]);
    assert_eq!(claimed(&store, shared(9, 1)).await, [3, 4, 5]);
}
