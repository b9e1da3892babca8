//! Single letters: taken in, judged, delivered or refused, and their senders told.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a journey that cannot go on fails; one that cannot begin says why"
)]

use brevdue_exchange::{Batch, Contact, MemoState, Op, RegistrationStatus};
use brevdue_journeys::town::country::{cpr, cvr, who};
use brevdue_journeys::{Ground, Line, Town, on_every_ground};
use brevdue_wire::ReceiptStatus;

on_every_ground! {
    a_letter_is_taken_in_delivered_and_its_sender_told
    a_message_sent_twice_is_delivered_once
    the_same_message_long_after_is_a_duplicate
    two_at_once_with_the_same_uuid_are_settled
    a_refused_letter_can_be_mended_and_sent_again
    a_changed_message_needs_a_new_uuid
    letters_to_those_who_cannot_receive_are_refused
    mandatory_mail_reaches_the_exempt
    what_cannot_be_read_is_refused_with_its_place
    a_letter_waits_for_its_date
    a_recipient_who_closes_before_the_date_gets_nothing
    a_letter_for_today_is_not_delayed
    a_company_writes_to_authorities_only
    an_authority_without_a_receiver_gets_nothing
    a_worker_that_dies_loses_no_letter
    a_large_letter_comes_back_byte_for_byte
}

async fn a_letter_is_taken_in_delivered_and_its_sender_told(ground: Ground) {
    let mut town = Town::with_seed(1, ground).await;
    let letter = town.letter_to(who::VAGN).build().unwrap();
    let uuid = letter.header.message_uuid.value();

    let receipt = town.send(who::TOWN_SENDER, &letter, Line::Holds).await.unwrap();
    assert_eq!(receipt.receipt_status, ReceiptStatus::Received);
    assert_eq!(receipt.message_uuid, Some(uuid));
    assert!(town.inbox(who::VAGN.0).await.is_empty(), "nothing arrives before it is checked");
    town.settle().await;

    assert_eq!(town.inbox(who::VAGN.0).await, [uuid]);
    let [told] = town.receipts(who::TOWN_SENDER).await.try_into().unwrap();
    assert_eq!(told.receipt_status, ReceiptStatus::Completed);
    assert_eq!((told.transmission_id, told.message_uuid), (receipt.transmission_id, Some(uuid)));
    assert_eq!(told.message_id, letter.header.message_id);
    assert_eq!((told.error_code, told.retryable), (None, None));
    assert!(town.receipts(who::TOWN_SENDER).await.is_empty(), "a receipt is fetched once");

    let memo = town.memo_of(&receipt).await;
    assert_eq!((memo.state, memo.available_at), (MemoState::Available, Some(town.now())));
    assert_eq!(
        town.events(memo.key).await,
        [
            "MEMO_SEND_RECEIVED",
            "TECHNICAL_RECEIPT_SENT",
            "MEMO_SEND_VALIDATED",
            "MEMO_AVAILABLE_TO_RECIPIENT",
            "MESSAGE_RECEIVED",
            "BUSINESS_RECEIPT_CREATED",
            "BUSINESS_RECEIPT_SEND_TO_SENDER_SYSTEM",
        ]
    );
}

async fn a_message_sent_twice_is_delivered_once(ground: Ground) {
    let mut town = Town::with_seed(7, ground).await;
    let letter = town.letter_to(who::VAGN).build().unwrap();
    let uuid = letter.header.message_uuid.value();

    assert_eq!(town.send(who::TOWN_SENDER, &letter, Line::DropsBeforeAcceptance).await, None);
    assert_eq!(town.send(who::TOWN_SENDER, &letter, Line::DropsBeforeReceipt).await, None);
    let again = town.send(who::TOWN_SENDER, &letter, Line::Holds).await.unwrap();
    town.let_pass(5 * 60).await;
    let later = town.send(who::TOWN_SENDER, &letter, Line::Holds).await.unwrap();
    town.let_pass(5 * 60).await;

    assert_eq!(town.inbox(who::VAGN.0).await, [uuid]);
    let told = town.receipts(who::TOWN_SENDER).await;
    assert_eq!(told.len(), 3, "one business receipt for each submission that got through");
    for receipt in &told {
        assert_eq!(receipt.receipt_status, ReceiptStatus::Completed);
        assert_eq!(receipt.message_uuid, Some(uuid));
    }
    for submission in [&again, &later] {
        assert!(told.iter().any(|r| r.transmission_id == submission.transmission_id));
    }
    assert_eq!(town.memo_of(&later).await.state, MemoState::Repeated);
}

async fn the_same_message_long_after_is_a_duplicate(ground: Ground) {
    let mut town = Town::with_seed(8, ground).await;
    let letter = town.letter_to(who::VAGN).build().unwrap();
    town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
    town.let_pass(30 * DAY).await;
    town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
    town.let_pass(1).await;
    town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
    town.settle().await;
    assert_eq!(codes(&town).await, [None, None, Some("message.uuid.duplicate".into())]);
    assert_eq!(town.inbox(who::VAGN.0).await.len(), 1);
}

async fn two_at_once_with_the_same_uuid_are_settled(ground: Ground) {
    let mut town = Town::with_seed(9, ground).await;
    let first = town.letter_to(who::VAGN);
    let second = brevdue_memo::letter::LetterDraft { label: "Et andet".into(), ..first.clone() };
    // Both wait together, and are judged side by side.
    town.send(who::TOWN_SENDER, &first.build().unwrap(), Line::Holds).await;
    town.send(who::TOWN_SENDER, &second.build().unwrap(), Line::Holds).await;
    let worker = brevdue_exchange::WorkerId(town.dice.uuid());
    assert_eq!(town.exchange.work_inside(worker, 10).await.unwrap(), 2);
    let mut codes = codes(&town).await;
    codes.sort();
    assert_eq!(codes, [None, Some("message.uuid.duplicate".into())]);
    assert_eq!(town.inbox(who::VAGN.0).await.len(), 1);
}

async fn a_refused_letter_can_be_mended_and_sent_again(ground: Ground) {
    let mut town = Town::with_seed(10, ground).await;
    let mut draft = town.letter_to(who::VAGN);
    draft.do_not_deliver_until = Some("2026-11-22".parse().unwrap());
    let refused = town.send(who::TOWN_SENDER, &draft.clone().build().unwrap(), Line::Holds).await;
    town.settle().await;
    assert_eq!(codes(&town).await, [Some("do.not.deliver.until.date.too.early".into())]);
    let memo = town.memo_of(&refused.unwrap()).await;
    assert_eq!(memo.state, MemoState::Refused);

    draft.do_not_deliver_until = None;
    town.send(who::TOWN_SENDER, &draft.build().unwrap(), Line::Holds).await;
    town.settle().await;
    assert_eq!(codes(&town).await, [None]);
    assert_eq!(town.inbox(who::VAGN.0).await.len(), 1);
}

async fn a_changed_message_needs_a_new_uuid(ground: Ground) {
    let mut town = Town::with_seed(11, ground).await;
    let mut draft = town.letter_to(who::VAGN);
    town.send(who::TOWN_SENDER, &draft.clone().build().unwrap(), Line::Holds).await;
    town.settle().await;
    town.let_pass(1).await;
    draft.text = Some("En anden tekst".into());
    let letter = draft.build().unwrap();
    town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
    // The same UUID from another organisation is another message.
    let mut other = town.letter(who::ROADS.1, cpr(who::VAGN.1));
    other.message_uuid = letter.header.message_uuid.value();
    town.send(who::ROADS_SENDER, &other.build().unwrap(), Line::Holds).await;
    town.settle().await;
    assert_eq!(codes(&town).await, [None, Some("message.uuid.duplicate".into())]);
    assert_eq!(town.receipts(who::ROADS_SENDER).await[0].error_code, None);
    assert_eq!(town.inbox(who::VAGN.0).await.len(), 2);
}

async fn letters_to_those_who_cannot_receive_are_refused(ground: Ground) {
    let mut town = Town::with_seed(12, ground).await;
    for (recipient, code) in [
        (cpr(who::ELSE.1), "recipient.is.exempt"),
        (cpr(who::OVE.1), "recipient.is.closed"),
        (cpr(who::NYE.1), "recipient.not.registered"),
        (cpr("0909091234"), "recipient.not.found"),
        (cvr("99999999"), "recipient.not.found"),
    ] {
        let letter = town.letter(who::TOWN.1, recipient).build().unwrap();
        town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
        town.settle().await;
        let [told] = town.receipts(who::TOWN_SENDER).await.try_into().unwrap();
        assert_eq!(told.receipt_status, ReceiptStatus::NotAllowed);
        assert_eq!(told.error_code.as_deref(), Some(code));
        assert_eq!(told.channel_fallback, Some(true), "{code}: the letter should go by print");
        assert_eq!(told.errors.len(), 1);
        let text = serde_text(&told);
        assert!(
            !text.contains(recipient.digits()),
            "{code}: no personal data in a receipt's texts"
        );
    }
}

fn serde_text(receipt: &brevdue_wire::Receipt) -> String {
    format!("{:?} {:?}", receipt.error_message, receipt.errors)
}

async fn mandatory_mail_reaches_the_exempt(ground: Ground) {
    let mut town = Town::with_seed(13, ground).await;
    for (recipient, code) in [
        (who::ELSE, None),
        (who::OVE, Some("recipient.is.closed")),
        (who::NYE, Some("recipient.not.registered")),
    ] {
        let mut draft = town.letter_to(recipient);
        draft.mandatory = true;
        town.send(who::TOWN_SENDER, &draft.build().unwrap(), Line::Holds).await;
        town.settle().await;
        assert_eq!(codes(&town).await, [code.map(Into::into)]);
    }
    assert_eq!(town.inbox(who::ELSE.0).await.len(), 1);
    // The roads have not been granted mandatory mail.
    let mut draft = town.letter(who::ROADS.1, cpr(who::ELSE.1));
    draft.mandatory = true;
    town.send(who::ROADS_SENDER, &draft.build().unwrap(), Line::Holds).await;
    town.settle().await;
    let [told] = town.receipts(who::ROADS_SENDER).await.try_into().unwrap();
    assert_eq!(told.error_code.as_deref(), Some("mandatory.not.allowed"));
}

async fn what_cannot_be_read_is_refused_with_its_place(ground: Ground) {
    let mut town = Town::with_seed(14, ground).await;
    let uuid = town.dice.uuid();
    for bytes in [
        &b"<a><b></a>"[..],
        b"",
        b"\xFF\xFE\x00",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>",
        b"<?xml version=\"1.0\"?><Message xmlns=\"urn:wrong\"/>",
    ] {
        town.send_bytes(who::TOWN_SENDER, uuid, bytes, Line::Holds).await;
        town.settle().await;
        let [told] = town.receipts(who::TOWN_SENDER).await.try_into().unwrap();
        assert_eq!(told.receipt_status, ReceiptStatus::Invalid);
        assert_eq!(told.error_code.as_deref(), Some("memo.invalid"));
        assert!(told.error_message.unwrap().starts_with("line "));
        assert_eq!(told.message_uuid, Some(uuid), "the UUID it was sent under");
    }
    // Another UUID in the message than in the call.
    let letter = town.letter_to(who::VAGN).build().unwrap();
    town.send_bytes(who::TOWN_SENDER, uuid, &brevdue_journeys::town::xml(&letter), Line::Holds)
        .await;
    town.settle().await;
    assert_eq!(codes(&town).await, [Some("message.uuid.mismatch".into())]);
}

async fn a_letter_waits_for_its_date(ground: Ground) {
    let mut town = Town::with_seed(15, ground).await;
    let mut draft = town.letter_to(who::VAGN);
    draft.do_not_deliver_until = Some("2026-11-26".parse().unwrap());
    let letter = draft.build().unwrap();
    let receipt = town.send(who::TOWN_SENDER, &letter, Line::Holds).await.unwrap();
    town.settle().await;
    assert_eq!(codes(&town).await, [None], "the receipt does not wait");
    assert_eq!(town.memo_of(&receipt).await.state, MemoState::Delayed);
    // Monday 9 o'clock to Thursday midnight, Danish time.
    town.let_pass(2 * DAY + 15 * HOUR - 1).await;
    assert!(town.inbox(who::VAGN.0).await.is_empty());
    // Sent again while it waits, it is still one letter.
    town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
    town.let_pass(1).await;
    assert_eq!(town.inbox(who::VAGN.0).await.len(), 1);
    assert_eq!(codes(&town).await, [None]);
    let memo = town.memo_of(&receipt).await;
    assert_eq!((memo.state, memo.available_at), (MemoState::Available, Some(town.now())));
    let events = town.events(memo.key).await;
    assert_eq!(
        events[2..],
        [
            "MEMO_SEND_VALIDATED",
            "DELAYED_MEMO_SEND_VALIDATED_AWAITING_DELAY",
            "BUSINESS_RECEIPT_CREATED",
            "BUSINESS_RECEIPT_SEND_TO_SENDER_SYSTEM",
            "DELAYED_MEMO_SEND_SENT",
            "MEMO_AVAILABLE_TO_RECIPIENT",
            "MESSAGE_RECEIVED",
        ]
    );
}

async fn a_recipient_who_closes_before_the_date_gets_nothing(ground: Ground) {
    let mut town = Town::with_seed(16, ground).await;
    let mut draft = town.letter_to(who::VAGN);
    draft.do_not_deliver_until = Some("2027-11-23".parse().unwrap());
    let receipt = town.send(who::TOWN_SENDER, &draft.build().unwrap(), Line::Holds).await.unwrap();
    draft = town.letter_to(who::VAGN);
    draft.do_not_deliver_until = Some("2027-11-24".parse().unwrap());
    town.send(who::TOWN_SENDER, &draft.build().unwrap(), Line::Holds).await;
    town.settle().await;
    let too_late = Some("do.not.deliver.until.date.too.late".to_owned());
    assert_eq!(codes(&town).await, [None, too_late]);

    let vagn = town.store.contact(who::VAGN.0).await.unwrap().unwrap();
    let closed = Contact { status: RegistrationStatus::Closed, ..vagn };
    town.store.commit(Batch::of(Op::PutContact(closed))).await.unwrap();
    town.let_pass(366 * DAY).await;
    assert!(town.inbox(who::VAGN.0).await.is_empty());
    assert_eq!(codes(&town).await, [Some("recipient.is.closed".into())]);
    let memo = town.memo_of(&receipt).await;
    assert_eq!(memo.state, MemoState::Refused);
    let told = town.store.receipts_of(memo.key).await.unwrap();
    assert!(told.iter().all(|r| r.receipt.transmission_id == receipt.transmission_id));
    assert_eq!(told.len(), 2);
}

async fn a_letter_for_today_is_not_delayed(ground: Ground) {
    let mut town = Town::with_seed(17, ground).await;
    let mut draft = town.letter_to(who::VAGN);
    draft.do_not_deliver_until = Some("2026-11-23".parse().unwrap());
    town.send(who::TOWN_SENDER, &draft.build().unwrap(), Line::Holds).await;
    town.settle().await;
    assert_eq!(town.inbox(who::VAGN.0).await.len(), 1);
}

async fn a_company_writes_to_authorities_only(ground: Ground) {
    let mut town = Town::with_seed(18, ground).await;
    for (recipient, code) in [
        (cpr(who::VAGN.1), Some("recipient.type.not.allowed")),
        (cvr(who::BAKERY.1), Some("recipient.type.not.allowed")),
        (cvr(who::TOWN.1), None),
    ] {
        let letter = town.letter(who::BAKERY.1, recipient).build().unwrap();
        town.send(who::BAKERY_SENDER, &letter, Line::Holds).await;
        town.settle().await;
        let [told] = town.receipts(who::BAKERY_SENDER).await.try_into().unwrap();
        assert_eq!(told.error_code.as_deref(), code);
    }
    // Nor for others.
    let letter = town.letter(who::TOWN.1, cvr(who::TOWN.1)).build().unwrap();
    town.send(who::BAKERY_SENDER, &letter, Line::Holds).await;
    town.settle().await;
    let [told] = town.receipts(who::BAKERY_SENDER).await.try_into().unwrap();
    assert_eq!(told.error_code.as_deref(), Some("sender.not.allowed"));
}

async fn an_authority_without_a_receiver_gets_nothing(ground: Ground) {
    let mut town = Town::with_seed(19, ground).await;
    let letter = town.letter(who::TOWN.1, cvr(who::LATE.1)).build().unwrap();
    town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
    town.settle().await;
    let [told] = town.receipts(who::TOWN_SENDER).await.try_into().unwrap();
    assert_eq!(told.receipt_status, ReceiptStatus::NotAllowed);
    assert_eq!(told.error_code.as_deref(), Some("recipient.system.unavailable"));
    assert_eq!(told.retryable, Some(true));
    // It has not accepted the terms, and so may not send either.
    let letter = town.letter(who::LATE.1, cpr(who::VAGN.1)).build().unwrap();
    town.send(who::LATE_SENDER, &letter, Line::Holds).await;
    town.settle().await;
    let [told] = town.receipts(who::LATE_SENDER).await.try_into().unwrap();
    assert_eq!(told.error_code.as_deref(), Some("sender.not.allowed"));
}

async fn a_worker_that_dies_loses_no_letter(ground: Ground) {
    let mut town = Town::with_seed(20, ground).await;
    for _ in 0..20 {
        let letter = town.letter_to(who::VAGN).build().unwrap();
        town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
        town.a_worker_dies().await;
    }
    town.settle().await;
    assert!(town.inbox(who::VAGN.0).await.len() < 20, "the dead hold some");
    town.let_pass(10 * 60).await;
    assert_eq!(town.inbox(who::VAGN.0).await.len(), 20);
    assert_eq!(town.receipts(who::TOWN_SENDER).await.len(), 20);
    assert_eq!(town.store.counts().await.unwrap().jobs, 0);
}

async fn a_large_letter_comes_back_byte_for_byte(ground: Ground) {
    let mut town = Town::with_seed(21, ground).await;
    let mut draft = town.letter(who::TOWN.1, cvr(who::TOWN.1));
    draft.attachments.push(brevdue_memo::letter::DraftFile {
        filename: "bilag.pdf".into(),
        encoding_format: "application/pdf".into(),
        content: (0..3_000_000u32).map(|n| (n.wrapping_mul(n) >> 7) as u8).collect(),
    });
    let letter = draft.build().unwrap();
    let bytes = brevdue_journeys::town::xml(&letter);
    let uuid = letter.header.message_uuid.value();
    town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
    town.settle().await;
    let caller = town.caller(who::TOWN_RECEIVER).await;
    let content = town.exchange.fetch_memo(&caller, uuid).await.unwrap();
    assert!(town.bytes(&content) == bytes);
}

const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;

/// The error codes of the receipts that wait for the town's sender, oldest first.
async fn codes(town: &Town) -> Vec<Option<String>> {
    town.receipts(who::TOWN_SENDER).await.into_iter().map(|receipt| receipt.error_code).collect()
}
