//! Many at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use brevdue_exchange::storage::{Claim, Contents as _};
use brevdue_exchange::{
    Batch, Conflict, Contact, ContactId, Op, RegistrationStatus, StorageError, Store as _,
    WorkKind, WorkerId,
};
use brevdue_memo::PartyId;
use uuid::Uuid;

use super::super::Embedded;
use super::super::schema::FILE_NAME;
use super::samples::*;

/// Holds the writer until all these are waiting, so that they become one transaction.
async fn as_one_group(
    store: &Arc<Embedded>,
    batches: Vec<brevdue_exchange::Batch>,
) -> Vec<Result<(), StorageError>> {
    let held = hold(store).await;
    let waiting: Vec<_> = batches
        .into_iter()
        .map(|batch| {
            let store = Arc::clone(store);
            tokio::spawn(async move { store.commit(batch).await })
        })
        .collect();
    // Each has been polled once when this task comes round again: the runtime has one thread.
    tokio::time::sleep(Duration::from_millis(20)).await;
    drop(held);
    let mut answers = Vec::new();
    for answer in waiting {
        answers.push(answer.await.unwrap());
    }
    answers
}

fn log_pages(store: &Embedded) -> u64 {
    let log = store.folder().join(format!("{FILE_NAME}-wal"));
    std::fs::metadata(log).unwrap().len() / 4096
}

#[tokio::test]
async fn a_conflict_in_a_group_takes_back_its_own_batch_alone() {
    let store = Arc::new(Embedded::temporary().unwrap());
    store.commit(letter(&store, 5)).await.unwrap();
    // 5 conflicts at its first change, and 7 at its last, when the others of its batch are made.
    let mut late = letter(&store, 7);
    late.push(Op::FinishJob {
        id: brevdue_exchange::JobId(Uuid::from_u128(7)),
        worker: WorkerId(Uuid::nil()),
    });
    let batches = (1..=10)
        .map(|number| if number == 7 { late.clone() } else { letter(&store, number) })
        .collect();
    let answers = as_one_group(&store, batches).await;
    for (number, answer) in (1..=10).zip(answers) {
        match (number, answer) {
            (5, Err(StorageError::Conflict(Conflict::Exists { what: "transmission" }))) => {}
            (7, Err(StorageError::Conflict(Conflict::LeaseLost(_)))) => {}
            (5 | 7, other) => panic!("letter {number}: {other:?}"),
            (_, answer) => assert!(answer.is_ok(), "letter {number}: {answer:?}"),
        }
    }
    assert_eq!(letters_there(&store, 10).await, [1, 2, 3, 4, 5, 6, 8, 9, 10]);
    assert_eq!(store.verify().await.unwrap(), SOUND);
}

#[tokio::test]
async fn who_waits_together_shares_a_transaction() {
    let store = Arc::new(Embedded::temporary().unwrap());
    store.commit(letter(&store, 1)).await.unwrap();
    let alone = {
        let before = log_pages(&store);
        store.commit(letter(&store, 2)).await.unwrap();
        log_pages(&store) - before
    };
    let before = log_pages(&store);
    let batches = (3..53).map(|number| letter(&store, number)).collect();
    assert!(as_one_group(&store, batches).await.iter().all(Result::is_ok));
    let together = log_pages(&store) - before;
    // Fifty commits of their own would write the head, and every index, fifty times.
    assert!(together < 50 * alone / 4, "{together} pages for 50, {alone} for one");
}

#[tokio::test]
async fn claiming_writes_nothing() {
    let store = Embedded::temporary().unwrap();
    store.commit(letter(&store, 1)).await.unwrap();
    let before = log_pages(&store);
    let mut claim = Claim {
        kind: WorkKind::Outside,
        worker: WorkerId(Uuid::nil()),
        now: at(100),
        lease_until: at(200),
        limit: 10,
        for_bulk: 0,
        most_bulk: u32::MAX,
    };
    assert_eq!(store.claim(claim.clone()).await.unwrap(), []);
    claim.kind = WorkKind::Inside;
    claim.now = at(0);
    assert_eq!(store.claim(claim.clone()).await.unwrap(), []);
    claim.now = at(100);
    assert_eq!(store.claim(claim).await.unwrap().len(), 1);
    assert_eq!(log_pages(&store), before);
}

#[tokio::test]
async fn bytes_that_a_sweep_took_are_not_acknowledged() {
    let store = Embedded::temporary().unwrap();
    let too_slow = content(&store, &large(1), at(0));
    assert_eq!(store.sweep(at(10)).await.unwrap().removed, 1);
    match store.commit(letter_of(1, too_slow)).await {
        Err(StorageError::Conflict(Conflict::Missing { what: "content" })) => {}
        other => panic!("the bytes are gone, but {other:?}"),
    }
    // Sent again, it is taken.
    let again = content(&store, &large(1), at(20));
    store.commit(letter_of(1, again)).await.unwrap();
    assert_eq!(store.verify().await.unwrap(), SOUND);
}

/// The same few bytes come again and again, are named and let go, while somebody sweeps without pause.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_sweep_never_takes_what_an_acknowledged_row_names() {
    let store = Arc::new(Embedded::temporary().unwrap());
    let done = Arc::new(AtomicBool::new(false));
    let sweeping = {
        let (store, done) = (Arc::clone(&store), Arc::clone(&done));
        tokio::spawn(async move {
            let mut removed = 0;
            while !done.load(Ordering::Relaxed) {
                removed += store.sweep(at(1000)).await.unwrap().removed;
            }
            removed
        })
    };
    let mut senders = tokio::task::JoinSet::new();
    for sender in 0..4u64 {
        let store = Arc::clone(&store);
        senders.spawn(async move {
            let mut acked = Vec::new();
            for round in 0..40 {
                let number = 1 + sender * 1000 + round;
                // Older than the sweep's limit: it may go at any moment until a row names it.
                let content = content(&store, &large((number % 60) as u8), at(0));
                match store.commit(letter_of(number, content)).await {
                    Ok(()) => acked.push(number),
                    Err(StorageError::Conflict(Conflict::Missing { what: "content" })) => {}
                    Err(other) => panic!("{other:?}"),
                }
            }
            acked
        });
    }
    let mut acked = Vec::new();
    while let Some(sent) = senders.join_next().await {
        acked.extend(sent.unwrap());
    }
    done.store(true, Ordering::Relaxed);
    let removed = sweeping.await.unwrap();
    println!("{} acknowledged, {removed} swept", acked.len());
    for number in acked {
        let memo = store.memo(key(number)).await.unwrap().unwrap();
        assert!(store.open(&memo.content).is_ok(), "letter {number} has lost its bytes");
    }
    assert_eq!(store.verify().await.unwrap(), SOUND);
}

/// More than the log may hold before the writer lends a hand, so that every kind of checkpoint is made.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_log_starts_over_while_letters_keep_coming() {
    let store = Arc::new(Embedded::temporary().unwrap());
    let mut senders = tokio::task::JoinSet::new();
    for sender in 0..8u64 {
        let store = Arc::clone(&store);
        senders.spawn(async move {
            for round in 0..300 {
                let number = 1 + sender * 300 + round;
                let mut bytes = vec![b'x'; 60_000];
                bytes[..8].copy_from_slice(&number.to_be_bytes());
                store.commit(letter_of(number, content(&store, &bytes, at(0)))).await.unwrap();
            }
        });
    }
    while let Some(sent) = senders.join_next().await {
        sent.unwrap();
    }
    let letters = 8 * 300;
    assert_eq!(letters_there(&store, letters).await.len() as u64, letters);
    let log_bytes = log_pages(&store) * 4096;
    assert!(log_bytes < 70_000_000, "the log has {log_bytes} bytes after 144 MB of letters");
    assert_eq!(store.verify().await.unwrap(), SOUND);
}

#[tokio::test]
async fn a_store_works_without_a_runtime_of_its_own() {
    // `work_inside` may be called from a plain thread.
    let store = Arc::new(Embedded::temporary().unwrap());
    let on_a_thread = {
        let store = Arc::clone(&store);
        std::thread::spawn(move || {
            pollster(async {
                store.commit(letter(&store, 1)).await.unwrap();
                content(&store, &large(1), at(0));
                assert_eq!(store.organisations().await.unwrap(), []);
                assert_eq!(store.sweep(at(10)).await.unwrap().removed, 1);
                store.begin(at(0)).unwrap();
            });
        })
    };
    on_a_thread.join().unwrap();
}

/// Runs a future on this thread, with no runtime.
fn pollster<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(std::thread::Thread);
    impl std::task::Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = std::task::Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut std::task::Context::from_waker(&waker)) {
            std::task::Poll::Ready(value) => return value,
            std::task::Poll::Pending => std::thread::park(),
        }
    }
}

#[tokio::test]
async fn what_is_remembered_of_the_registry_ends_with_a_change_of_it() {
    let store = Embedded::temporary().unwrap();
    let id = ContactId(Uuid::from_u128(1));
    let party = PartyId::parse("CPR", "0101011234").unwrap();
    let contact = |name: &str| Contact {
        id,
        party,
        name: name.into(),
        status: RegistrationStatus::Registered,
        nemsms: None,
    };
    assert_eq!(store.contact(id).await.unwrap(), None);
    assert_eq!(store.contact_by_party(party).await.unwrap(), None);
    for name in ["Vagn", "Vera"] {
        store.commit(Batch::of(Op::PutContact(contact(name)))).await.unwrap();
        for _ in 0..2 {
            assert_eq!(store.contact(id).await.unwrap(), Some(contact(name)));
            assert_eq!(store.contact_by_party(party).await.unwrap(), Some(contact(name)));
        }
    }
}

#[tokio::test]
async fn work_that_another_claims_before_its_end_is_written_is_the_others() {
    let store = Arc::new(Embedded::temporary().unwrap());
    store.commit(letter(&store, 1)).await.unwrap();
    let claim = |worker: u128, now: i64| Claim {
        kind: WorkKind::Inside,
        worker: WorkerId(Uuid::from_u128(worker)),
        now: at(now),
        lease_until: at(now + 60),
        limit: 10,
        for_bulk: 0,
        most_bulk: u32::MAX,
    };
    assert_eq!(store.claim(claim(1, 10)).await.unwrap().len(), 1);
    // The first is about to be heard when the second claims.
    let held = hold(&store).await;
    let job = brevdue_exchange::JobId(Uuid::from_u128(1));
    let finish = Op::FinishJob { id: job, worker: claim(1, 0).worker };
    let finishing = tokio::spawn({
        let store = Arc::clone(&store);
        async move { store.commit(Batch::of(finish)).await }
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(store.claim(claim(2, 80)).await.unwrap().len(), 1);
    drop(held);
    match finishing.await.unwrap() {
        Err(StorageError::Conflict(Conflict::LeaseLost(lost))) => assert_eq!(lost, job),
        other => panic!("the second has it, but {other:?}"),
    }
    let finish = Op::FinishJob { id: job, worker: claim(2, 0).worker };
    store.commit(Batch::of(finish)).await.unwrap();
    assert_eq!(store.next_due(WorkKind::Inside).await.unwrap(), None);
}
