//! What has been kept long enough goes, and the books still add up.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a journey that cannot go on fails; one that cannot begin says why"
)]

use std::collections::BTreeMap;

use brevdue_exchange::policy::{Days, Retention};
use brevdue_exchange::storage::RemovedKind;
use brevdue_exchange::{Batch, Contact, Policy, RegistrationStatus};
use brevdue_journeys::town::country::{cvr, who};
use brevdue_journeys::town::{pushes::answer, xml};
use brevdue_journeys::{Answering, Ground, Line, Town, on_every_ground};
use brevdue_wire::ReceiptStatus;

on_every_ground! {
    what_was_kept_long_enough_goes_and_the_books_still_add_up
    no_submission_is_kept_when_the_policy_says_so
    the_mailbox_of_a_closed_company_goes_after_its_time
}

const DAY: i64 = 24 * 60 * 60;

/// How much was removed in all, by word.
async fn removed(town: &Town) -> BTreeMap<&'static str, u64> {
    let mut all = BTreeMap::new();
    for removed in town.store.removed().await.unwrap() {
        *all.entry(removed.kind.word()).or_default() += removed.count;
    }
    all
}

/// Everything that was accepted is there, or was removed and counted.
async fn the_books_add_up(town: &Town, accepted: u64) {
    let gone: u64 = RemovedKind::ALL
        .into_iter()
        .filter(|kind| matches!(kind, RemovedKind::Memo(_)))
        .map(|kind| kind.word())
        .zip(std::iter::repeat(removed(town).await))
        .map(|(word, removed)| removed.get(word).copied().unwrap_or_default())
        .sum();
    assert_eq!(town.store.counts().await.unwrap().memos + gone, accepted);
    assert_eq!(town.store.verify().await.unwrap(), Vec::<String>::new());
}

async fn what_was_kept_long_enough_goes_and_the_books_still_add_up(ground: Ground) {
    let retention = Retention { events: Days(120), ..Retention::default() };
    let policy = Policy { retention, ..Policy::default() };
    let mut town = Town::with_policy(37, ground, policy).await;
    town.exchange.begin_keeping_house().await.unwrap();

    // One to a person, one to an authority that answers, one that is refused, one sent twice.
    let to_person = town.letter_to(who::VAGN).build().unwrap();
    let person = town.send(who::TOWN_SENDER, &to_person, Line::Holds).await.unwrap();
    town.receivers.get_mut(&who::ROADS_RECEIVER).unwrap().answers = Answering::Completed;
    let to_roads = town.letter(who::TOWN.1, cvr(who::ROADS.1)).build().unwrap();
    let roads = town.send(who::TOWN_SENDER, &to_roads, Line::Holds).await.unwrap();
    let to_dead = town.letter_to(who::OVE).build().unwrap();
    let dead = town.send(who::TOWN_SENDER, &to_dead, Line::Holds).await.unwrap();
    town.settle().await;
    town.send(who::TOWN_SENDER, &to_person, Line::Holds).await.unwrap();
    // One whose receipt nobody fetches, and one that nobody has answered yet.
    let unfetched = town.letter(who::ROADS.1, cvr(who::TOWN.1)).build().unwrap();
    let waiting = town.send(who::ROADS_SENDER, &unfetched, Line::Holds).await.unwrap();
    town.settle().await;
    assert_eq!(town.receipts(who::TOWN_SENDER).await.len(), 4);
    let key_of = async |town: &Town, receipt| town.memo_of(receipt).await.key;
    let (person, roads) = (key_of(&town, &person).await, key_of(&town, &roads).await);
    let (dead, waiting) = (key_of(&town, &dead).await, key_of(&town, &waiting).await);
    let is_there = async |town: &Town, key| town.store.memo(key).await.unwrap().is_some();

    town.let_pass(29 * DAY).await;
    assert!(removed(&town).await.is_empty());
    town.let_pass(3 * DAY).await;
    let expected = BTreeMap::from([("memo-handed-over", 1), ("receipt", 4)]);
    assert_eq!(removed(&town).await, expected, "30 days after answer and fetch");
    assert!(!is_there(&town, roads).await && is_there(&town, dead).await);
    let told_of = town.store.events_of(roads).await.unwrap();
    assert!(told_of.len() > 5, "what happened to it can still be shown");

    town.let_pass(60 * DAY).await;
    let expected = BTreeMap::from([
        ("memo-handed-over", 1),
        ("memo-refused", 1),
        ("memo-repeated", 1),
        ("receipt", 5),
    ]);
    assert_eq!(removed(&town).await, expected, "90 days, fetched or not");
    assert!(!is_there(&town, dead).await);
    assert!(is_there(&town, waiting).await, "nobody has it yet");
    assert!(is_there(&town, person).await, "what is in a mailbox is its owner's");
    the_books_add_up(&town, 5).await;

    town.let_pass(40 * DAY).await;
    assert!(removed(&town).await["event"] > 20);
    assert!(town.store.events_of(person).await.unwrap().is_empty());
    the_books_add_up(&town, 5).await;
    // The bytes are gone with the next sweep, and the rest can be read.
    town.store.sweep(town.now()).await.unwrap();
    the_books_add_up(&town, 5).await;
    assert_eq!(town.inbox(who::VAGN.0).await.len(), 1);
    let caller = town.caller(who::TOWN_RECEIVER).await;
    let uuid = unfetched.header.message_uuid.value();
    let content = town.exchange.fetch_memo(&caller, uuid).await.unwrap();
    assert!(town.bytes(&content) == xml(&unfetched));
    town.exchange.answer_memo(&caller, uuid, answer(ReceiptStatus::Completed)).await.unwrap();
}

async fn no_submission_is_kept_when_the_policy_says_so(ground: Ground) {
    let retention = Retention { submission: Days(0), ..Retention::default() };
    let policy = Policy { retention, ..Policy::default() };
    let mut town = Town::with_policy(38, ground, policy).await;
    let letter = town.letter_to(who::OVE).build().unwrap();
    let receipt = town.send(who::TOWN_SENDER, &letter, Line::Holds).await.unwrap();
    town.settle().await;
    let [told] = town.receipts(who::TOWN_SENDER).await.try_into().unwrap();
    assert_eq!(told.error_code.as_deref(), Some("recipient.is.closed"));
    assert!(town.memos_of(&receipt).await.is_empty());
    assert_eq!(removed(&town).await, BTreeMap::from([("memo-refused", 1)]));
    the_books_add_up(&town, 1).await;
}

async fn the_mailbox_of_a_closed_company_goes_after_its_time(ground: Ground) {
    assert_eq!(Retention::default().closed_mailbox, Days(3653), "ten years");
    let retention = Retention { closed_mailbox: Days(100), ..Retention::default() };
    let policy = Policy { retention, ..Policy::default() };
    let mut town = Town::with_policy(39, ground, policy).await;
    town.exchange.begin_keeping_house().await.unwrap();
    for _ in 0..3 {
        let letter = town.letter(who::TOWN.1, cvr(who::BAKERY.1)).build().unwrap();
        town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
    }
    town.settle().await;
    assert_eq!(town.inbox(who::BAKERY_BOX).await.len(), 3);
    let set = async |town: &Town, status| {
        let before = town.store.contact(who::BAKERY_BOX).await.unwrap().unwrap();
        let after = Contact { status, ..before.clone() };
        let ops = town.exchange.contact_changes(Some(&before), after);
        town.store.commit(Batch { ops }).await.unwrap();
    };
    // Closed, opened again, and closed for good.
    set(&town, RegistrationStatus::Closed).await;
    town.let_pass(90 * DAY).await;
    set(&town, RegistrationStatus::Registered).await;
    town.let_pass(20 * DAY).await;
    assert_eq!(town.inbox(who::BAKERY_BOX).await.len(), 3, "it is open");
    set(&town, RegistrationStatus::Closed).await;
    town.let_pass(99 * DAY).await;
    assert_eq!(town.inbox(who::BAKERY_BOX).await.len(), 3);
    town.let_pass(3 * DAY).await;
    assert!(town.inbox(who::BAKERY_BOX).await.is_empty());
    let gone = removed(&town).await;
    assert_eq!((gone["mailbox-entry"], gone["memo-available"]), (3, 3));
    the_books_add_up(&town, 3).await;
}
