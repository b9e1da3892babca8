//! Receiver systems: pushed to and fetching, up and down, answering and silent.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a journey that cannot go on fails; one that cannot begin says why"
)]

use brevdue_exchange::fetch::FetchError;
use brevdue_exchange::{DeliveryState, EventTag, MemoState, Policy, ServiceProtocol};
use brevdue_journeys::town::country::{cpr, cvr, who};
use brevdue_journeys::town::pushes::answer;
use brevdue_journeys::town::xml;
use brevdue_journeys::{Answering, Ground, Line, Town, on_every_ground};
use brevdue_wire::{PageRequest, ReceiptStatus};
use uuid::Uuid;

on_every_ground! {
    a_letter_is_pushed_byte_for_byte_and_answered
    a_receiver_that_is_down_for_a_night_gets_everything_when_it_returns
    a_receiver_that_asks_for_time_gets_it
    a_push_whose_answer_is_lost_is_made_again
    a_receiver_that_takes_nothing_for_a_week_is_switched_off
    a_receiver_fetches_byte_for_byte_reads_again_and_answers
    a_receiver_that_fetches_after_a_night_finds_everything
    removing_without_an_answer_means_completed
    a_receivers_refusal_reaches_the_sender
    receipts_are_pushed_and_tried_again
    mail_to_an_authority_as_a_company_goes_to_its_mailbox
    mail_to_a_closed_contact_point_goes_to_the_default_system
    a_company_with_a_system_gets_its_mail_in_both_places
}

const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;

/// Sends `count` letters from the town to the roads; what was sent, in order.
async fn send_to_roads(town: &mut Town, count: usize) -> Vec<(Uuid, Vec<u8>)> {
    let mut sent = Vec::new();
    for _ in 0..count {
        let letter = town.letter(who::TOWN.1, cvr(who::ROADS.1)).build().unwrap();
        town.send(who::TOWN_SENDER, &letter, Line::Holds).await.unwrap();
        sent.push((letter.header.message_uuid.value(), xml(&letter)));
        town.let_pass(1).await;
    }
    sent
}

fn sorted(mut memos: Vec<(Uuid, Vec<u8>)>) -> Vec<(Uuid, Vec<u8>)> {
    memos.sort();
    memos
}

async fn a_letter_is_pushed_byte_for_byte_and_answered(ground: Ground) {
    let mut town = Town::with_seed(1, ground).await;
    town.receivers.get_mut(&who::ROADS_RECEIVER).unwrap().answers = Answering::Completed;
    let letter = town.letter(who::TOWN.1, cvr(who::ROADS.1)).build().unwrap();
    let uuid = letter.header.message_uuid.value();
    let receipt = town.send(who::TOWN_SENDER, &letter, Line::Holds).await.unwrap();
    town.settle().await;
    assert_eq!(town.receivers[&who::ROADS_RECEIVER].memos, [(uuid, xml(&letter))]);
    let memo = town.memo_of(&receipt).await;
    assert_eq!((memo.state, memo.available_at), (MemoState::HandedOver, Some(town.now())));
    let delivery = town.store.delivery(who::ROADS_RECEIVER, uuid).await.unwrap().unwrap();
    assert_eq!(delivery.state, DeliveryState::Completed);
    assert_eq!(town.store.counts().await.unwrap().jobs, 0);
    let events = town.events(memo.key).await;
    assert!(events.contains(&EventTag::MemoSendSentToRecipientSystem.name()));
    assert!(events.contains(&EventTag::BusinessReceiptReceivedByRecipientSystem.name()));
}

async fn a_receiver_that_is_down_for_a_night_gets_everything_when_it_returns(ground: Ground) {
    let mut town = Town::with_seed(2, ground).await;
    town.receivers.get_mut(&who::ROADS_RECEIVER).unwrap().down = true;
    let sent = send_to_roads(&mut town, 40).await;
    town.let_pass(10 * HOUR).await;
    assert!(town.receivers[&who::ROADS_RECEIVER].memos.is_empty());
    let failing = town.system(who::ROADS_RECEIVER).await.failing_since;
    assert!(failing.is_some_and(|since| since < town.now()));
    // The breaker spared it: forty letters in ten hours by the schedule alone are 280 calls.
    let calls = town.receivers[&who::ROADS_RECEIVER].calls;
    assert!(calls < 15, "{calls} calls to an endpoint that is down");
    // Its senders have had their receipts: acceptance does not wait for the receiver.
    assert_eq!(town.receipts(who::TOWN_SENDER).await.len(), 40);

    town.receivers.get_mut(&who::ROADS_RECEIVER).unwrap().down = false;
    // The longest step of the schedule is six hours; what waits then goes out with the first success.
    town.let_pass(6 * HOUR).await;
    let got = town.receivers[&who::ROADS_RECEIVER].memos.clone();
    assert_eq!(sorted(got), sorted(sent));
    assert_eq!(town.system(who::ROADS_RECEIVER).await.failing_since, None);
    assert_eq!(town.store.counts().await.unwrap().jobs, 0);
}

async fn a_receiver_that_asks_for_time_gets_it(ground: Ground) {
    let mut town = Town::with_seed(3, ground).await;
    town.receivers.get_mut(&who::ROADS_RECEIVER).unwrap().refuses = Some((503, Some(3 * HOUR)));
    send_to_roads(&mut town, 1).await;
    town.let_pass(3 * HOUR - 5).await;
    assert_eq!(town.receivers[&who::ROADS_RECEIVER].calls, 1);
    // Without a word of its own, the schedule holds; and refusals are tried again like silence.
    town.receivers.get_mut(&who::ROADS_RECEIVER).unwrap().refuses = Some((404, None));
    town.let_pass(10).await;
    assert_eq!(town.receivers[&who::ROADS_RECEIVER].calls, 2);
    town.receivers.get_mut(&who::ROADS_RECEIVER).unwrap().refuses = None;
    town.let_pass(5 * 60).await;
    assert_eq!(town.receivers[&who::ROADS_RECEIVER].memos.len(), 1);
}

async fn a_push_whose_answer_is_lost_is_made_again(ground: Ground) {
    let mut town = Town::with_seed(4, ground).await;
    town.receivers.get_mut(&who::ROADS_RECEIVER).unwrap().lost_answers = 1;
    let sent = send_to_roads(&mut town, 1).await;
    town.let_pass(HOUR).await;
    // At least once: the receiver knows the second by its UUID.
    let got = &town.receivers[&who::ROADS_RECEIVER].memos;
    assert_eq!(got, &[sent[0].clone(), sent[0].clone()]);
    assert_eq!(town.store.counts().await.unwrap().jobs, 0);
}

async fn a_receiver_that_takes_nothing_for_a_week_is_switched_off(ground: Ground) {
    let mut town = Town::with_seed(5, ground).await;
    town.receivers.get_mut(&who::ROADS_RECEIVER).unwrap().down = true;
    let sent = send_to_roads(&mut town, 3).await;
    town.let_pass(7 * DAY - HOUR).await;
    assert_eq!(town.system(who::ROADS_RECEIVER).await.active_to, None);
    town.let_pass(12 * HOUR).await;
    assert!(town.system(who::ROADS_RECEIVER).await.active_to.is_some());
    assert_eq!(town.store.counts().await.unwrap().jobs, 0, "an idle system costs nothing");
    // New mail is refused; what was accepted still waits for whoever fetches it.
    let letter = town.letter(who::TOWN.1, cvr(who::ROADS.1)).build().unwrap();
    town.receipts(who::TOWN_SENDER).await;
    town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
    town.settle().await;
    let [told] = town.receipts(who::TOWN_SENDER).await.try_into().unwrap();
    assert_eq!(told.error_code.as_deref(), Some("recipient.system.unavailable"));
    town.change_system(who::ROADS_RECEIVER, |system| {
        system.active_to = None;
        system.protocol = ServiceProtocol::RestPull;
    })
    .await;
    assert_eq!(sorted(fetch_all(&town, who::ROADS_RECEIVER).await), sorted(sent));
}

/// Fetches and answers everything that waits, as a receiver does.
async fn fetch_all(town: &Town, system: brevdue_exchange::SystemId) -> Vec<(Uuid, Vec<u8>)> {
    let caller = town.caller(system).await;
    let mut got = Vec::new();
    loop {
        let page = PageRequest { page: 0, size: 7 };
        let waiting = town.exchange.waiting_memos(&caller, page).await.unwrap();
        if waiting.content.is_empty() {
            return got;
        }
        for uuid in waiting.content {
            let content = town.exchange.fetch_memo(&caller, uuid).await.unwrap();
            got.push((uuid, town.bytes(&content)));
            let done = answer(ReceiptStatus::Completed);
            town.exchange.answer_memo(&caller, uuid, done).await.unwrap();
        }
    }
}

async fn a_receiver_fetches_byte_for_byte_reads_again_and_answers(ground: Ground) {
    let mut town = Town::with_seed(6, ground).await;
    let letter = town.letter(who::ROADS.1, cvr(who::TOWN.1)).build().unwrap();
    let uuid = letter.header.message_uuid.value();
    let receipt = town.send(who::ROADS_SENDER, &letter, Line::Holds).await.unwrap();
    town.settle().await;
    let queued = town.memo_of(&receipt).await;
    assert_eq!((queued.state, queued.available_at), (MemoState::Queued, Some(town.now())));

    let caller = town.caller(who::TOWN_RECEIVER).await;
    let exchange = town.exchange.clone();
    let listed =
        || async { exchange.waiting_memos(&caller, PageRequest::default()).await.unwrap() };
    for _ in 0..3 {
        assert_eq!(listed().await.content, [uuid], "it stays until it is answered");
        let content = exchange.fetch_memo(&caller, uuid).await.unwrap();
        assert_eq!(town.bytes(&content), xml(&letter));
    }
    let other = town.caller(who::ROADS_RECEIVER).await;
    assert!(matches!(exchange.fetch_memo(&other, uuid).await, Err(FetchError::Unknown)));

    for status in [ReceiptStatus::Received, ReceiptStatus::NotAllowed] {
        let refused = exchange.answer_memo(&caller, uuid, answer(status)).await;
        assert!(matches!(refused, Err(FetchError::Status)));
    }
    for _ in 0..2 {
        let done = answer(ReceiptStatus::Completed);
        exchange.answer_memo(&caller, uuid, done).await.unwrap();
    }
    let other_answer = exchange.answer_memo(&caller, uuid, answer(ReceiptStatus::Invalid)).await;
    assert!(matches!(other_answer, Err(FetchError::AnsweredOtherwise { earlier: "COMPLETED" })));
    assert!(listed().await.content.is_empty());
    assert!(matches!(exchange.fetch_memo(&caller, uuid).await, Err(FetchError::Unknown)));
    exchange.remove_memo(&caller, uuid).await.unwrap();
    let unknown = exchange.remove_memo(&caller, Uuid::from_u128(1)).await;
    assert!(matches!(unknown, Err(FetchError::Unknown)));

    assert_eq!(
        town.events(queued.key).await[2..],
        [
            "MEMO_SEND_VALIDATED",
            "MEMO_SEND_READY_FOR_FETCH",
            "BUSINESS_RECEIPT_CREATED",
            "MEMO_SEND_FETCHED_BY_RECIPIENT_SYSTEM",
            "BUSINESS_RECEIPT_RECEIVED_BY_RECIPIENT_SYSTEM",
        ]
    );
    assert_eq!(town.memo_of(&receipt).await.state, MemoState::HandedOver);
    assert_eq!(town.receipts(who::ROADS_SENDER).await.len(), 1, "no second receipt for a yes");
}

async fn a_receiver_that_fetches_after_a_night_finds_everything(ground: Ground) {
    let mut town = Town::with_seed(7, ground).await;
    let mut sent = Vec::new();
    for _ in 0..30 {
        let letter = town.letter(who::ROADS.1, cvr(who::TOWN.1)).build().unwrap();
        town.send(who::ROADS_SENDER, &letter, Line::Holds).await;
        sent.push((letter.header.message_uuid.value(), xml(&letter)));
        town.let_pass(20 * 60).await;
    }
    assert_eq!(fetch_all(&town, who::TOWN_RECEIVER).await, sent, "oldest first");
}

async fn removing_without_an_answer_means_completed(ground: Ground) {
    let mut town = Town::with_seed(8, ground).await;
    let letter = town.letter(who::ROADS.1, cvr(who::TOWN.1)).build().unwrap();
    let uuid = letter.header.message_uuid.value();
    let receipt = town.send(who::ROADS_SENDER, &letter, Line::Holds).await.unwrap();
    town.settle().await;
    let caller = town.caller(who::TOWN_RECEIVER).await;
    for _ in 0..2 {
        town.exchange.remove_memo(&caller, uuid).await.unwrap();
    }
    let delivery = town.store.delivery(who::TOWN_RECEIVER, uuid).await.unwrap().unwrap();
    assert_eq!(delivery.state, DeliveryState::Completed);
    let memo = town.memo_of(&receipt).await;
    assert_eq!(memo.state, MemoState::HandedOver);
    let events = town.store.events_of(memo.key).await.unwrap();
    assert_eq!(events.last().unwrap().receipt_status, Some(ReceiptStatus::Completed));
}

async fn a_receivers_refusal_reaches_the_sender(ground: Ground) {
    let mut town = Town::with_seed(9, ground).await;
    town.receivers.get_mut(&who::ROADS_RECEIVER).unwrap().answers = Answering::Invalid;
    let letter = town.letter(who::TOWN.1, cvr(who::ROADS.1)).build().unwrap();
    let uuid = letter.header.message_uuid.value();
    let receipt = town.send(who::TOWN_SENDER, &letter, Line::Holds).await.unwrap();
    town.let_pass(1).await;
    let [accepted, refused] = town.receipts(who::TOWN_SENDER).await.try_into().unwrap();
    assert_eq!(accepted.receipt_status, ReceiptStatus::Completed);
    assert_eq!(refused.receipt_status, ReceiptStatus::Invalid);
    assert_eq!(refused.transmission_id, receipt.transmission_id);
    assert_eq!(refused.message_uuid, Some(uuid));
    assert_eq!(refused.message_id, letter.header.message_id);
    assert_eq!(refused.error_code.as_deref(), Some("case.unknown"));
    assert_eq!(refused.error_message.as_deref(), Some("sagen findes ikke"));
}

async fn receipts_are_pushed_and_tried_again(ground: Ground) {
    let mut town = Town::with_seed(10, ground).await;
    town.receivers.get_mut(&who::TOWN_PUSHED).unwrap().down = true;
    let letter = town.letter_to(who::VAGN).build().unwrap();
    town.send(who::TOWN_PUSHED, &letter, Line::Holds).await;
    let fetched = town.letter_to(who::VAGN).build().unwrap();
    town.send(who::TOWN_PUSHED, &fetched, Line::Holds).await;
    town.let_pass(2 * HOUR).await;
    // Impatient, the sender fetches one by hand: it is not pushed as well.
    let caller = town.caller(who::TOWN_PUSHED).await;
    let waiting = town.exchange.receipts_bulk(&caller, PageRequest::default()).await.unwrap();
    assert_eq!((waiting.total_elements, waiting.elements_on_page), (2, 2));
    let by_hand = waiting
        .receipts
        .iter()
        .find(|r| r.receipt.message_uuid == Some(fetched.header.message_uuid.value()))
        .unwrap();
    let id = brevdue_exchange::ReceiptId(by_hand.id);
    let take = brevdue_exchange::receipts::Take::Remove;
    town.exchange.take_receipt(&caller, id, take).await.unwrap();

    town.receivers.get_mut(&who::TOWN_PUSHED).unwrap().down = false;
    town.let_pass(6 * HOUR).await;
    let got = &town.receivers[&who::TOWN_PUSHED].receipts;
    assert_eq!(got.len(), 1);
    assert_eq!(got[0].message_uuid, Some(letter.header.message_uuid.value()));
    assert_eq!(town.store.counts().await.unwrap().jobs, 0);
    assert_eq!(town.store.counts().await.unwrap().receipts_waiting, 0);
    // A sender system is never switched off for its receipts, but after a week they are left to fetch.
    town.receivers.get_mut(&who::TOWN_PUSHED).unwrap().down = true;
    let letter = town.letter_to(who::VAGN).build().unwrap();
    town.send(who::TOWN_PUSHED, &letter, Line::Holds).await;
    town.let_pass(8 * DAY).await;
    assert_eq!(town.system(who::TOWN_PUSHED).await.active_to, None);
    assert_eq!(town.store.counts().await.unwrap().jobs, 0);
    assert_eq!(town.receipts(who::TOWN_PUSHED).await.len(), 1);
}

async fn mail_to_an_authority_as_a_company_goes_to_its_mailbox(ground: Ground) {
    let mut town = Town::with_seed(11, ground).await;
    let mut as_company = town.letter(who::TOWN.1, cvr(who::ROADS.1)).build().unwrap();
    as_company.header.post_type = Some("VIRKSOMHEDSPOST".into());
    // Without a mailbox, the default system gets it all the same.
    town.send(who::TOWN_SENDER, &as_company, Line::Holds).await;
    town.settle().await;
    assert_eq!(town.receivers[&who::ROADS_RECEIVER].memos.len(), 1);

    let owner = brevdue_exchange::ContactId(Uuid::from_u128(99));
    let mailbox = brevdue_exchange::Contact {
        id: owner,
        party: cvr(who::ROADS.1),
        name: "Vejvæsenet".into(),
        status: brevdue_exchange::RegistrationStatus::Registered,
        nemsms: None,
    };
    town.commit(brevdue_exchange::Op::PutContact(mailbox)).await;
    let mut as_company = town.letter(who::TOWN.1, cvr(who::ROADS.1)).build().unwrap();
    as_company.header.post_type = Some("VIRKSOMHEDSPOST".into());
    let mut as_authority = town.letter(who::TOWN.1, cvr(who::ROADS.1)).build().unwrap();
    as_authority.header.post_type = Some("MYNDIGHEDSPOST".into());
    town.send(who::TOWN_SENDER, &as_company, Line::Holds).await;
    town.send(who::TOWN_SENDER, &as_authority, Line::Holds).await;
    town.settle().await;
    assert_eq!(town.inbox(owner).await, [as_company.header.message_uuid.value()]);
    let pushed = &town.receivers[&who::ROADS_RECEIVER].memos;
    assert_eq!(pushed[1].0, as_authority.header.message_uuid.value());
}

async fn mail_to_a_closed_contact_point_goes_to_the_default_system(ground: Ground) {
    let mut town = Town::with_seed(12, ground).await;
    let desk = town.store.contact_point(who::TOWN_DESK).await.unwrap().unwrap();
    let named = |id: String| brevdue_memo::ContactPoint {
        contact_group: None,
        contact_point_id: id,
        label: None,
        contact_info: Vec::new(),
    };
    // A second system takes what the contact point names it for.
    let special = brevdue_exchange::MailSystem {
        id: brevdue_exchange::SystemId(Uuid::from_u128(77)),
        receives: brevdue_exchange::Receives::ItsContactPoints,
        ..town.system(who::TOWN_RECEIVER).await
    };
    town.commit(brevdue_exchange::Op::PutSystem(Box::new(special.clone()))).await;
    let point = brevdue_exchange::ContactPoint { system: special.id, ..desk };
    for (active, expected) in [(true, special.id), (false, who::TOWN_RECEIVER)] {
        let point = brevdue_exchange::ContactPoint { active, ..point.clone() };
        town.commit(brevdue_exchange::Op::PutContactPoint(point)).await;
        let mut letter = town.letter(who::ROADS.1, cvr(who::TOWN.1)).build().unwrap();
        letter.header.recipient.contact_point = Some(named(who::TOWN_DESK.to_string()));
        town.send(who::ROADS_SENDER, &letter, Line::Holds).await;
        town.settle().await;
        let uuid = letter.header.message_uuid.value();
        assert!(town.store.delivery(expected, uuid).await.unwrap().is_some());
    }
    for (id, code) in [
        ("skranke 7".to_owned(), "contact.point.id.format.not.allowed"),
        (Uuid::from_u128(404).to_string(), "contact.point.not.found"),
    ] {
        town.receipts(who::ROADS_SENDER).await;
        let mut letter = town.letter(who::ROADS.1, cvr(who::TOWN.1)).build().unwrap();
        letter.header.recipient.contact_point = Some(named(id.clone()));
        town.send(who::ROADS_SENDER, &letter, Line::Holds).await;
        // On a person it says nothing, as in the official example.
        let mut to_person = town.letter(who::ROADS.1, cpr(who::VAGN.1)).build().unwrap();
        to_person.header.recipient.contact_point = Some(named(id));
        town.send(who::ROADS_SENDER, &to_person, Line::Holds).await;
        town.settle().await;
        let told = town.receipts(who::ROADS_SENDER).await;
        let code_of = |letter: &brevdue_memo::Message| {
            let uuid = Some(letter.header.message_uuid.value());
            told.iter().find(|r| r.message_uuid == uuid).unwrap().error_code.clone()
        };
        assert_eq!(code_of(&letter).as_deref(), Some(code));
        assert_eq!(code_of(&to_person), None);
    }
    // The desk is not for companies.
    let mut letter = town.letter(who::BAKERY.1, cvr(who::TOWN.1)).build().unwrap();
    letter.header.recipient.contact_point = Some(named(who::TOWN_DESK.to_string()));
    town.send(who::BAKERY_SENDER, &letter, Line::Holds).await;
    town.settle().await;
    let [told] = town.receipts(who::BAKERY_SENDER).await.try_into().unwrap();
    assert_eq!(told.error_code.as_deref(), Some("contact.point.target.not.allowed"));
}

async fn a_company_with_a_system_gets_its_mail_in_both_places(ground: Ground) {
    let policy = Policy::default();
    let mut town = Town::with_policy(13, ground, policy).await;
    let system = brevdue_exchange::MailSystem {
        id: brevdue_exchange::SystemId(Uuid::from_u128(78)),
        receives: brevdue_exchange::Receives::Default,
        ..town.system(who::BAKERY_SENDER).await
    };
    town.commit(brevdue_exchange::Op::PutSystem(Box::new(system.clone()))).await;
    let letter = town.letter(who::TOWN.1, cvr(who::BAKERY.1)).build().unwrap();
    let receipt = town.send(who::TOWN_SENDER, &letter, Line::Holds).await.unwrap();
    town.settle().await;
    let uuid = letter.header.message_uuid.value();
    assert_eq!(town.inbox(who::BAKERY_BOX).await, [uuid]);
    assert_eq!(fetch_all(&town, system.id).await, [(uuid, xml(&letter))]);
    assert_eq!(town.memo_of(&receipt).await.state, MemoState::Available);
}
