//! Two queues, and turns within each: nobody's letter waits for another's mailing.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a journey that cannot go on fails; one that cannot begin says why"
)]

use brevdue_exchange::{Bulk, Op, Policy, SystemId, WorkerId};
use brevdue_journeys::town::country::who;
use brevdue_journeys::{Ground, Line, Town, on_every_ground};
use uuid::Uuid;

on_every_ground! {
    a_mass_mailing_does_not_delay_a_case_workers_letter
    an_archive_does_not_delay_a_case_workers_letter
    two_mailings_take_turns
    bulk_moves_on_however_many_case_workers_write
    a_letter_whose_message_is_there_already_is_done_with
}

/// Single letters of one system in a minute before its next ones are bulk.
const A_MINUTE: u32 = 5;

/// Pieces of work in a round.
const ROUND: u32 = 10;

async fn town(seed: u64, ground: Ground) -> Town {
    let policy = Policy { interactive_per_minute: A_MINUTE, ..Policy::default() };
    Town::with_policy(seed, ground, policy).await
}

/// Sends as many letters to one citizen, and returns their UUIDs.
async fn send(town: &mut Town, system: SystemId, letters: usize) -> Vec<Uuid> {
    let mut sent = Vec::new();
    for _ in 0..letters {
        let letter = town.letter_to(who::VAGN).build().unwrap();
        town.send(system, &letter, Line::Holds).await.unwrap();
        sent.push(letter.header.message_uuid.value());
    }
    sent
}

async fn round(town: &Town) -> usize {
    let worker = WorkerId(Uuid::from_u128(77));
    town.exchange.work_letters(worker, ROUND, Bulk::Goes).await.unwrap()
}

/// How many of these are in the mailbox.
async fn arrived(town: &Town, letters: &[Uuid]) -> usize {
    let inbox = town.inbox(who::VAGN.0).await;
    letters.iter().filter(|uuid| inbox.contains(uuid)).count()
}

async fn a_mass_mailing_does_not_delay_a_case_workers_letter(ground: Ground) {
    let mut town = town(1, ground).await;
    let mailing = send(&mut town, who::TOWN_SENDER, 200).await;
    let letter = send(&mut town, who::TOWN_PUSHED, 1).await;
    round(&town).await;
    assert_eq!(arrived(&town, &letter).await, 1);
    assert!(arrived(&town, &mailing).await < ROUND as usize);
    town.settle().await;
    assert_eq!(arrived(&town, &mailing).await, 200);
}

async fn an_archive_does_not_delay_a_case_workers_letter(ground: Ground) {
    let mut town = town(2, ground).await;
    let letters: Vec<_> = (0..150).map(|_| town.letter_to(who::KAREN).build().unwrap()).collect();
    town.send_archive(who::TOWN_SENDER, &letters, Line::Holds).await.unwrap();
    let letter = send(&mut town, who::TOWN_SENDER, 1).await;
    // Nobody has taken the archive apart, and the letter is there.
    round(&town).await;
    assert_eq!(arrived(&town, &letter).await, 1);
    // And when all of it waits to be checked.
    let worker = WorkerId(Uuid::from_u128(78));
    while town.exchange.work_archives(worker, 1).await.unwrap() > 0 {}
    assert_eq!(town.store.counts().await.unwrap().jobs, 150);
    let letter = send(&mut town, who::TOWN_SENDER, 1).await;
    round(&town).await;
    assert_eq!(arrived(&town, &letter).await, 1);
    town.settle().await;
    assert_eq!(town.inbox(who::KAREN.0).await.len(), 150);
}

async fn two_mailings_take_turns(ground: Ground) {
    let mut town = town(3, ground).await;
    let many = send(&mut town, who::TOWN_SENDER, 100).await;
    let few = send(&mut town, who::TOWN_PUSHED, A_MINUTE as usize + 5).await;
    // Two rounds for what is interactive of both, with a bulk one in each, and one for the five.
    for _ in 0..3 {
        round(&town).await;
    }
    assert_eq!(arrived(&town, &few).await, few.len());
    assert!(arrived(&town, &many).await <= 3 * ROUND as usize - few.len());
}

async fn bulk_moves_on_however_many_case_workers_write(ground: Ground) {
    let policy = Policy { interactive_per_minute: 1000, ..Policy::default() };
    let mut town = Town::with_policy(4, ground, policy).await;
    let letters: Vec<_> = (0..8).map(|_| town.letter_to(who::KAREN).build().unwrap()).collect();
    town.send_archive(who::TOWN_PUSHED, &letters, Line::Holds).await.unwrap();
    let worker = WorkerId(Uuid::from_u128(78));
    while town.exchange.work_archives(worker, 1).await.unwrap() > 0 {}
    for _ in 0..8 {
        let before = town.inbox(who::KAREN.0).await.len();
        send(&mut town, who::TOWN_SENDER, 2 * ROUND as usize).await;
        round(&town).await;
        let after = town.inbox(who::KAREN.0).await.len();
        assert!(after > before || after == letters.len());
    }
    assert_eq!(town.inbox(who::KAREN.0).await.len(), letters.len());
}

async fn a_letter_whose_message_is_there_already_is_done_with(ground: Ground) {
    let mut town = town(5, ground).await;
    let sent = send(&mut town, who::TOWN_SENDER, 1).await;
    let claim = brevdue_exchange::storage::Claim {
        kind: brevdue_exchange::WorkKind::Inside,
        worker: WorkerId(Uuid::from_u128(1)),
        now: town.now(),
        lease_until: town.now(),
        limit: 1,
        for_bulk: 0,
        most_bulk: u32::MAX,
    };
    let [letter] = &town.store.claim_incoming(claim).await.unwrap()[..] else { panic!("one") };
    // As if it had been filed, and nobody here knew.
    town.commit(Op::AddTransmission(letter.transmission())).await;
    town.commit(Op::AddMemo(Box::new(letter.memo()))).await;
    town.settle().await;
    assert_eq!(town.store.counts().await.unwrap().incoming, 0);
    assert_eq!(arrived(&town, &sent).await, 0, "whoever filed it goes on with it");
}
