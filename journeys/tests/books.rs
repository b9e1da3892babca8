//! The books of every day add up to the letter, whatever is removed: by its owner, or because it was kept
//! long enough. The journey keeps books of its own.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a journey that cannot go on fails; one that cannot begin says why"
)]

use std::collections::BTreeMap;

use brevdue_exchange::exchange::operations::Balance;
use brevdue_exchange::people::registered::Role;
use brevdue_exchange::policy::{Days, Retention};
use brevdue_exchange::recall::RecallActor;
use brevdue_exchange::storage::day_of;
use brevdue_exchange::{Event, EventId, EventTag, Folder, MemoKey, Op, Policy};
use brevdue_journeys::town::country::{cpr, cvr, who};
use brevdue_journeys::town::pushes::answer;
use brevdue_journeys::{Answering, Ground, Line, Town, on_every_ground};
use brevdue_memo::Message;
use brevdue_wire::ReceiptStatus;
use uuid::Uuid;

on_every_ground! {
    the_books_of_every_day_add_up_whatever_is_removed
    a_lost_letter_does_not_hide_among_those_that_were_removed
}

const DAY: i64 = 24 * 60 * 60;
/// Days for which the log is kept.
const LOG_DAYS: u32 = 9;

/// What became of the letters of a day: delivered, refused, repeated, recalled.
type Fates = [u64; 4];

fn short_retention() -> Policy {
    let retention = Retention {
        authority_memo: Days(2),
        submission: Days(3),
        events: Days(LOG_DAYS),
        ..Retention::default()
    };
    Policy { retention, ..Policy::default() }
}

fn fates(balance: &Balance) -> Fates {
    [balance.delivered, balance.refused, balance.repeated, balance.recalled]
}

async fn the_books_of_every_day_add_up_whatever_is_removed(ground: Ground) {
    for seed in 70..74 {
        let mut town = Town::with_policy(seed, ground, short_retention()).await;
        town.exchange.begin_keeping_house().await.unwrap();
        town.receivers.get_mut(&who::ROADS_RECEIVER).unwrap().answers = Answering::Completed;
        let mut books: BTreeMap<i64, Fates> = BTreeMap::new();
        let mut removed = 0;
        for _ in 0..14 {
            let today = day_of(town.now());
            let sent = a_day(&mut town).await;
            let balance = town.exchange.balance(today).await.unwrap();
            // The delayed one was filed, so that it could be called back.
            let count = sent.iter().sum::<u64>();
            assert_eq!((balance.received, balance.missing()), (count, 0), "seed {seed}");
            assert_eq!(balance.waiting + fates(&balance).iter().sum::<u64>(), count);
            town.settle().await;
            fetch_all(&town).await;
            delete_some(&mut town).await;
            books.insert(today, sent);
            town.let_pass(DAY).await;
            let oldest = day_of(town.now()) - i64::from(LOG_DAYS);
            for (day, expected) in &books {
                let balance = town.exchange.balance(*day).await.unwrap();
                let expected = if *day < oldest { [0; 4] } else { *expected };
                assert_eq!(fates(&balance), expected, "seed {seed}, day {}", day - today);
                let all = expected.iter().sum::<u64>();
                assert_eq!((balance.received, balance.missing()), (all, 0), "seed {seed}");
                removed = removed.max(balance.removed);
            }
        }
        assert!(removed > 1, "seed {seed}: the journey removes something");
        assert_eq!(town.store.verify().await.unwrap(), Vec::<String>::new());
    }
}

/// Sends some letters, of which some are left unfiled. Gives what will become of them.
async fn a_day(town: &mut Town) -> Fates {
    let mut sent = [0; 4];
    if town.dice.below(2) == 0 {
        let mut draft = town.letter_to(who::KAREN);
        draft.do_not_deliver_until = Some("2027-06-01".parse().unwrap());
        let letter = draft.build().unwrap();
        town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
        town.settle().await;
        let caller = town.caller(who::TOWN_SENDER).await;
        let uuid = letter.header.message_uuid.value();
        town.exchange.recall(RecallActor::Sender(&caller), uuid).await.unwrap();
        sent[3] += 1;
    }
    let mut last: Option<Message> = None;
    for _ in 0..2 + town.dice.below(6) {
        let again = last.clone().filter(|_| town.dice.below(4) == 0);
        let (letter, fate) = match (again, town.dice.below(4)) {
            (Some(letter), _) => (letter, 2),
            (None, 0) => (town.letter_to(who::OVE).build().unwrap(), 1),
            (None, 1) => (town.letter(who::TOWN.1, cvr(who::ROADS.1)).build().unwrap(), 0),
            (None, 2) => (town.letter(who::TOWN.1, cvr(who::TOWN.1)).build().unwrap(), 0),
            _ => (town.letter_to(who::VAGN).build().unwrap(), 0),
        };
        town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
        sent[fate] += 1;
        if town.dice.below(3) == 0 {
            town.settle().await;
        }
        last = (fate == 0).then_some(letter);
    }
    sent
}

/// The town's receiver fetches and answers.
async fn fetch_all(town: &Town) {
    let caller = town.caller(who::TOWN_RECEIVER).await;
    let page = brevdue_wire::PageRequest::default();
    for uuid in town.exchange.waiting_memos(&caller, page).await.unwrap().content {
        let done = answer(ReceiptStatus::Completed);
        town.exchange.answer_memo(&caller, uuid, done).await.unwrap();
    }
}

/// Vagn deletes letters for good.
async fn delete_some(town: &mut Town) {
    let vagn = town.exchange.registered_person(cpr(who::VAGN.1), Role::Own).await.unwrap().unwrap();
    let open = town.exchange.open_mailbox(&vagn, who::VAGN.0.0).await.unwrap();
    for memo in town.folder(who::VAGN.0, Folder::Inbox).await {
        if town.dice.below(2) == 0 {
            town.exchange.remove_message(&open, memo.key.0, 1).await.unwrap();
            town.exchange.remove_message(&open, memo.key.0, 2).await.unwrap();
        }
    }
}

async fn a_lost_letter_does_not_hide_among_those_that_were_removed(ground: Ground) {
    let mut town = Town::with_policy(75, ground, short_retention()).await;
    town.exchange.begin_keeping_house().await.unwrap();
    let today = day_of(town.now());
    for _ in 0..3 {
        let letter = town.letter_to(who::OVE).build().unwrap();
        town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
    }
    town.settle().await;
    // It came, and nobody has it.
    let lost = Event {
        id: EventId(Uuid::from_u128(0xDEAD)),
        at: town.now(),
        tag: EventTag::MemoSendReceived,
        transmission: None,
        memo: Some(MemoKey(Uuid::from_u128(0xDEAD))),
        message_uuid: None,
        system: None,
        organisation: None,
        receipt_status: None,
        error_code: None,
        size_bytes: None,
        owner: None,
        actor: None,
        door: None,
    };
    town.commit(Op::AddEvent(Box::new(lost))).await;
    town.let_pass(5 * DAY).await;
    let balance = town.exchange.balance(today).await.unwrap();
    assert_eq!((balance.received, balance.refused, balance.removed), (4, 3, 3));
    assert_eq!(balance.missing(), 1);
}
