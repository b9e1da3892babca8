//! Archives: many letters in one submission, all of them or none.

use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::task::Poll;

use brevdue_exchange::{Counts, MemoState, Policy, WorkerId};
use brevdue_journeys::town::country::{cpr, who};
use brevdue_journeys::town::packed;
use brevdue_journeys::{Ground, Line, Town, on_every_ground};
use brevdue_memo::Message;
use brevdue_memo::letter::LetterDraft;
use brevdue_wire::ReceiptStatus;

on_every_ground! {
    an_archive_of_a_hundred_is_delivered_and_each_has_its_receipt
    an_archive_sent_twice_is_delivered_once
    the_second_of_two_with_the_same_uuid_is_a_duplicate
    what_is_no_archive_is_refused_as_a_whole
    a_fault_late_in_an_archive_refuses_all_of_it
    an_archive_that_is_too_large_is_refused_as_a_whole
    a_worker_killed_at_any_moment_leaves_an_archive_whole
    two_workers_on_one_archive_deliver_it_once
    letters_of_every_size_come_out_of_an_archive
    single_letters_overtake_an_archive
}

fn hundred(town: &mut Town) -> Vec<Message> {
    let people = [who::VAGN, who::KAREN];
    (0..100).map(|n| town.letter_to(people[n % 2]).build().unwrap()).collect()
}

async fn an_archive_of_a_hundred_is_delivered_and_each_has_its_receipt(ground: Ground) {
    let mut town = Town::with_seed(1, ground).await;
    let letters = hundred(&mut town);
    let receipt = town.send_archive(who::TOWN_SENDER, &letters, Line::Holds).await.unwrap();
    assert_eq!((receipt.receipt_status, receipt.message_uuid), (ReceiptStatus::Received, None));
    town.settle().await;

    let mut expected: Vec<_> = letters.iter().map(|l| l.header.message_uuid.value()).collect();
    let mut arrived = town.inbox(who::VAGN.0).await;
    arrived.extend(town.inbox(who::KAREN.0).await);
    let told = town.receipts(who::TOWN_SENDER).await;
    assert!(told.iter().all(|r| r.receipt_status == ReceiptStatus::Completed));
    assert!(told.iter().all(|r| r.transmission_id == receipt.transmission_id));
    let mut told: Vec<_> = told.iter().map(|r| r.message_uuid.unwrap()).collect();
    for list in [&mut expected, &mut arrived, &mut told] {
        list.sort_unstable();
    }
    assert_eq!(arrived, expected);
    assert_eq!(told, expected);
    let memos = town.memos_of(&receipt).await;
    let in_order: Vec<_> = memos.iter().map(|memo| memo.message_uuid.unwrap()).collect();
    assert_eq!(in_order, letters.iter().map(|l| l.header.message_uuid.value()).collect::<Vec<_>>());
    assert_eq!(
        town.events(memos[0].key).await,
        [
            "MEMO_EXTRACTED",
            "MEMO_SEND_VALIDATED",
            "MEMO_AVAILABLE_TO_RECIPIENT",
            "MESSAGE_RECEIVED",
            "BUSINESS_RECEIPT_CREATED",
            "BUSINESS_RECEIPT_SEND_TO_SENDER_SYSTEM",
        ]
    );
    let id = brevdue_exchange::TransmissionId(receipt.transmission_id.unwrap());
    let transmission = town.store.transmission(id).await.unwrap().unwrap();
    assert!(transmission.extracted && transmission.archive.is_none());
    assert_eq!(town.store.counts().await.unwrap().jobs, 0);
}

async fn an_archive_sent_twice_is_delivered_once(ground: Ground) {
    let mut town = Town::with_seed(2, ground).await;
    let letters = hundred(&mut town);
    town.send_archive(who::TOWN_SENDER, &letters, Line::DropsBeforeReceipt).await;
    let again = town.send_archive(who::TOWN_SENDER, &letters, Line::Holds).await.unwrap();
    town.settle().await;
    let arrived = town.inbox(who::VAGN.0).await.len() + town.inbox(who::KAREN.0).await.len();
    assert_eq!(arrived, 100);
    let told = town.receipts(who::TOWN_SENDER).await;
    assert_eq!(told.len(), 200);
    let of_second = told.iter().filter(|r| r.transmission_id == again.transmission_id);
    assert_eq!(of_second.filter(|r| r.receipt_status == ReceiptStatus::Completed).count(), 100);
}

async fn the_second_of_two_with_the_same_uuid_is_a_duplicate(ground: Ground) {
    let mut town = Town::with_seed(3, ground).await;
    let draft = town.letter_to(who::VAGN);
    let changed = LetterDraft { label: "Noget andet".into(), ..draft.clone() };
    let same = draft.clone().build().unwrap();
    let letters = [draft.build().unwrap(), changed.build().unwrap(), same];
    let receipt = town.send_archive(who::TOWN_SENDER, &letters, Line::Holds).await.unwrap();
    town.settle().await;
    let memos = town.memos_of(&receipt).await;
    let states: Vec<_> = memos.iter().map(|memo| memo.state).collect();
    let accepted = states.iter().filter(|s| **s == MemoState::Available).count();
    let refused = states.iter().filter(|s| **s == MemoState::Refused).count();
    assert_eq!((accepted, refused), (1, 2));
    let mut codes: Vec<_> =
        town.receipts(who::TOWN_SENDER).await.into_iter().map(|r| r.error_code).collect();
    codes.sort();
    let duplicate = Some("message.uuid.duplicate".to_owned());
    assert_eq!(codes, [None, duplicate.clone(), duplicate]);
}

/// The one receipt of an archive that was refused as a whole.
async fn refusal(town: &Town) -> String {
    let [told] = town.receipts(who::TOWN_SENDER).await.try_into().unwrap();
    assert_eq!(told.receipt_status, ReceiptStatus::Invalid);
    assert_eq!(told.message_uuid, None);
    assert!(told.error_message.is_some_and(|text| !text.is_empty()));
    told.error_code.unwrap()
}

async fn what_is_no_archive_is_refused_as_a_whole(ground: Ground) {
    let mut town = Town::with_seed(4, ground).await;
    for bytes in [&b""[..], b"brev", &[0x5D, 0, 0, 0, 8], &packed(&[])] {
        town.send_archive_bytes(who::TOWN_SENDER, bytes, Line::Holds).await;
        town.settle().await;
        assert_eq!(refusal(&town).await, "container.invalid");
    }
}

async fn a_fault_late_in_an_archive_refuses_all_of_it(ground: Ground) {
    let policy = Policy { extract_batch: 7, ..Policy::default() };
    let mut town = Town::with_policy(5, ground, policy).await;
    let letters = hundred(&mut town);
    let mut bytes = packed(&letters);
    bytes.truncate(bytes.len() * 9 / 10);
    let receipt = town.send_archive_bytes(who::TOWN_SENDER, &bytes, Line::Holds).await.unwrap();
    town.settle().await;
    assert_eq!(refusal(&town).await, "container.invalid");
    assert!(town.inbox(who::VAGN.0).await.is_empty());
    assert!(town.inbox(who::KAREN.0).await.is_empty());
    let memos = town.memos_of(&receipt).await;
    assert!(!memos.is_empty(), "the test reached its point: some had been written");
    assert!(memos.iter().all(|memo| memo.state == MemoState::Refused));
    assert_eq!(town.store.counts().await.unwrap().jobs, 0);
    // Whole, it goes through: nothing of it was used up.
    town.send_archive(who::TOWN_SENDER, &letters, Line::Holds).await;
    town.settle().await;
    assert_eq!(town.receipts(who::TOWN_SENDER).await.len(), 100);
    assert_eq!(town.inbox(who::VAGN.0).await.len(), 50);
}

async fn an_archive_that_is_too_large_is_refused_as_a_whole(ground: Ground) {
    let mut policy = Policy { extract_batch: 7, ..Policy::default() };
    policy.container.entries = 99;
    let mut town = Town::with_policy(6, ground, policy).await;
    let letters = hundred(&mut town);
    town.send_archive(who::TOWN_SENDER, &letters, Line::Holds).await;
    town.settle().await;
    assert_eq!(refusal(&town).await, "container.too.large");
    assert!(town.inbox(who::VAGN.0).await.is_empty());
}

async fn a_worker_killed_at_any_moment_leaves_an_archive_whole(ground: Ground) {
    let policy = Policy { extract_batch: 5, ..Policy::default() };
    let mut killed_in_the_middle = 0;
    for polls in (1..=30).step_by(if ground == Ground::Memory { 1 } else { 7 }) {
        let mut town = Town::with_policy(100 + polls, ground, policy.clone()).await;
        let letters = hundred(&mut town);
        let receipt = town.send_archive(who::TOWN_SENDER, &letters, Line::Holds).await.unwrap();
        {
            let worker = WorkerId(town.dice.uuid());
            let mut work = pin!(town.exchange.work_inside(worker, 10));
            let mut left = polls;
            poll_fn(|cx| {
                left -= 1;
                if work.as_mut().poll(cx).is_ready() || left == 0 {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            })
            .await;
        } // Dropped here, wherever it was.
        let written = town.memos_of(&receipt).await.len();
        killed_in_the_middle += usize::from((1..100).contains(&written));
        town.let_pass(10 * 60).await;
        assert_eq!(town.memos_of(&receipt).await.len(), 100, "{polls} polls");
        assert_eq!(town.inbox(who::VAGN.0).await.len(), 50, "{polls} polls");
        assert_eq!(town.receipts(who::TOWN_SENDER).await.len(), 100, "{polls} polls");
        assert_eq!(town.store.counts().await.unwrap().jobs, 0);
    }
    assert!(
        killed_in_the_middle > 0,
        "no worker was killed in the middle: the test proves nothing"
    );
}

async fn two_workers_on_one_archive_deliver_it_once(ground: Ground) {
    // The first lost its lease before it was through, and does not know.
    let policy = Policy { extract_batch: 5, lease_seconds: 0, ..Policy::default() };
    let mut town = Town::with_policy(7, ground, policy).await;
    let letters = hundred(&mut town);
    let receipt = town.send_archive(who::TOWN_SENDER, &letters, Line::Holds).await.unwrap();
    let workers: [_; 3] = std::array::from_fn(|_| WorkerId(town.dice.uuid()));
    let work = |n: usize| town.exchange.work_inside(workers[n], 1);
    let (a, b, c) = tokio::join!(work(0), work(1), work(2));
    assert_eq!((a.unwrap(), b.unwrap(), c.unwrap()), (1, 1, 1), "all three claimed it");
    town.let_pass(60).await;
    assert_eq!(town.memos_of(&receipt).await.len(), 100);
    assert_eq!(town.receipts(who::TOWN_SENDER).await.len(), 100);
    let Counts { jobs, memos, .. } = town.store.counts().await.unwrap();
    assert_eq!((jobs, memos), (0, 100));
}

async fn letters_of_every_size_come_out_of_an_archive(ground: Ground) {
    let mut town = Town::with_seed(8, ground).await;
    let letters: Vec<Message> = [0, 1_000, 40_000, 60_000, 70_000, 200_000, 3_000_000]
        .into_iter()
        .map(|length| {
            let mut draft = town.letter(who::TOWN.1, cpr(who::VAGN.1));
            // Nothing that packs well: that would look like a bomb.
            let text = (0..length).map(|_| char::from(town.dice.below(26) as u8 + b'a'));
            draft.text = Some(format!("Brev {}", text.collect::<String>()));
            draft.build().unwrap()
        })
        .collect();
    let receipt = town.send_archive(who::TOWN_SENDER, &letters, Line::Holds).await.unwrap();
    town.settle().await;
    assert_eq!(town.inbox(who::VAGN.0).await.len(), letters.len());
    for (memo, letter) in town.memos_of(&receipt).await.iter().zip(&letters) {
        assert!(town.bytes(&memo.content) == brevdue_journeys::town::xml(letter));
    }
}

async fn single_letters_overtake_an_archive(ground: Ground) {
    let mut town = Town::with_seed(9, ground).await;
    let letters = hundred(&mut town);
    town.send_archive(who::TOWN_SENDER, &letters, Line::Holds).await;
    let worker = WorkerId(town.dice.uuid());
    town.exchange.work_inside(worker, 1).await.unwrap(); // takes it apart
    town.exchange.work_inside(worker, 10).await.unwrap();
    let urgent = town.letter_to(who::VAGN).build().unwrap();
    town.send(who::TOWN_SENDER, &urgent, Line::Holds).await;
    town.exchange.work_inside(worker, 1).await.unwrap();
    assert!(town.inbox(who::VAGN.0).await.contains(&urgent.header.message_uuid.value()));
}
