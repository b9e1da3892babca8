//! The threads that do the work inside, and what the doors say while storage is away.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use brevdue_exchange::Store;
use brevdue_exchange::storage::memory::Memory;
use brevdue_server::{Nudge, workers};
use tokio_util::sync::CancellationToken;

use crate::faulty::Faulty;
use crate::town::{Town, Wishes, letter, message_uuid};

const TWO: NonZeroUsize = NonZeroUsize::new(2).unwrap();

/// A town whose store can be told to fail.
async fn on_thin_ice() -> (Town, Arc<Faulty>) {
    let faulty = Arc::new(Faulty::before(Memory::open()));
    let store = Some(faulty.clone() as Arc<dyn Store>);
    (Town::with(Wishes { store, ..Default::default() }).await, faulty)
}

async fn send(town: &Town, number: u128) -> reqwest::Response {
    let path = format!("/apis/v1/memos/?memo-message-uuid={}", message_uuid(number));
    let request = town.acting_as(&town.sender).post(&path);
    let request = request.header("content-type", "application/xml");
    request.body(letter(message_uuid(number), 10)).send().await.unwrap()
}

/// Waits until so many letters have left the queue.
async fn deliveries(town: &Town, count: u64) -> bool {
    for _ in 0..200 {
        if town.store.counts().await.unwrap().deliveries_open == count {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    false
}

#[tokio::test]
async fn a_letter_is_worked_on_when_it_comes_and_workers_stop_when_told() {
    let town = Town::open().await;
    let stop = CancellationToken::new();
    let workers = workers::start(&town.exchange, TWO, &Nudge::new(), &stop).unwrap();
    for number in 1..=3 {
        assert_eq!(send(&town, number).await.status(), 201);
        assert!(deliveries(&town, number as u64).await, "letter {number}");
    }
    stop.cancel();
    let joined = tokio::task::spawn_blocking(|| workers.join());
    tokio::time::timeout(Duration::from_secs(5), joined).await.expect("they stop").unwrap();
}

#[tokio::test]
async fn a_delivery_date_that_comes_by_the_clock_is_seen_after_a_nudge() {
    let town = Town::open().await;
    let (stop, nudge) = (CancellationToken::new(), Nudge::new());
    let _workers = workers::start(&town.exchange, TWO, &nudge, &stop).unwrap();
    let date = "<memo:doNotDeliverUntilDate>2026-03-05</memo:doNotDeliverUntilDate>";
    let label = "<memo:label>Pladsanvisning</memo:label>";
    let letter = letter(message_uuid(1), 10).replace(label, &format!("{label}{date}"));
    let path = format!("/apis/v1/memos/?memo-message-uuid={}", message_uuid(1));
    let request = town.acting_as(&town.sender).post(&path);
    let answer = request.header("content-type", "text/xml").body(letter).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(town.store.counts().await.unwrap().deliveries_open, 0, "it waits for its date");
    town.clock.let_pass(4 * 24 * 60 * 60);
    nudge.ring();
    assert!(deliveries(&town, 1).await);
    stop.cancel();
}

#[tokio::test]
async fn a_piece_of_work_that_panics_does_not_stop_the_service() {
    let (town, faulty) = on_thin_ice().await;
    faulty.panics.store(2, Ordering::SeqCst);
    let stop = CancellationToken::new();
    let _workers = workers::start(&town.exchange, TWO, &Nudge::new(), &stop).unwrap();
    assert_eq!(send(&town, 1).await.status(), 201);
    assert!(deliveries(&town, 1).await);
    assert_eq!(faulty.panics.load(Ordering::SeqCst), 0, "both panics happened");
    stop.cancel();
}

#[tokio::test]
async fn while_storage_cannot_write_nothing_is_received_and_afterwards_it_is() {
    let (town, faulty) = on_thin_ice().await;
    faulty.full.store(true, Ordering::SeqCst);
    let answer = send(&town, 1).await;
    assert_eq!(answer.status(), 503);
    assert!(answer.headers().contains_key("retry-after"));
    insta::assert_snapshot!(crate::town::masked(&answer.json().await.unwrap()));
    faulty.full.store(false, Ordering::SeqCst);
    assert_eq!(send(&town, 1).await.status(), 201);
    assert_eq!(town.store.counts().await.unwrap().incoming, 1);
}

#[tokio::test]
async fn while_too_much_waits_a_sender_is_told_when_to_come_again() {
    let (town, faulty) = on_thin_ice().await;
    faulty.too_much_waits.store(true, Ordering::SeqCst);
    let answer = send(&town, 1).await;
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers()["retry-after"], "10");
    insta::assert_snapshot!(crate::town::masked(&answer.json().await.unwrap()));
    faulty.too_much_waits.store(false, Ordering::SeqCst);
    assert_eq!(send(&town, 1).await.status(), 201);
}
