//! What time does: letters that wait for their date and are called back, receivers that stay away,
//! certificates that end, gateways and scanners that do not answer.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a journey that cannot go on fails; one that cannot begin says why"
)]

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use brevdue_exchange::authenticate::{Channel, Presented, PresentedCertificate, Refusal};
use brevdue_exchange::exchange::malware::{Scanner, ScannerUnavailable, Verdict};
use brevdue_exchange::policy::ReceiptTiming;
use brevdue_exchange::recall::{RecallActor, RecallError};
use brevdue_exchange::storage::{Expect, Record, RecordKind};
use brevdue_exchange::{
    Batch, Contact, ContactPoint, MAIL_CARRIER, MailSystem, MemoState, Op, Policy, Receives,
    RegisteredCertificate, SMS_GATEWAY, SystemId,
};
use brevdue_journeys::town::country::{cvr, who};
use brevdue_journeys::town::{pushes::answer, xml};
use brevdue_journeys::{Answering, Ground, Line, Town, on_every_ground};
use brevdue_wire::{Credentials, PageRequest, ReceiptStatus};
use uuid::Uuid;

on_every_ground! {
    a_letter_that_is_called_back_is_never_delivered
    a_letter_cannot_be_called_back_by_others_nor_once_it_is_delivered
    a_receiver_down_for_seven_days_is_warned_and_switched_off_and_gets_what_waited
    what_comes_while_a_receiver_is_off_goes_to_the_default_system
    a_receiver_that_takes_one_letter_a_week_stays_on
    a_certificate_ends_and_its_owner_was_warned
    a_text_message_goes_to_the_gateway_and_then_its_sender_is_told
    a_text_message_waits_for_a_gateway_that_is_down
    a_receipt_can_wait_for_the_receivers_answer
    a_letter_waits_while_the_malware_scanner_does_not_answer
}

const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;

/// The receipts that wait for the town's sender, oldest first: status and code.
async fn told(town: &Town) -> Vec<(ReceiptStatus, Option<String>)> {
    let receipts = town.receipts(who::TOWN_SENDER).await;
    receipts.into_iter().map(|receipt| (receipt.receipt_status, receipt.error_code)).collect()
}

fn refused(code: &str) -> (ReceiptStatus, Option<String>) {
    (ReceiptStatus::NotAllowed, Some(code.into()))
}

const COMPLETED: (ReceiptStatus, Option<String>) = (ReceiptStatus::Completed, None);

async fn a_letter_that_is_called_back_is_never_delivered(ground: Ground) {
    let mut town = Town::with_seed(31, ground).await;
    let mut draft = town.letter_to(who::VAGN);
    draft.do_not_deliver_until = Some("2026-12-01".parse().unwrap());
    let letter = draft.build().unwrap();
    let uuid = letter.header.message_uuid.value();
    let receipt = town.send(who::TOWN_SENDER, &letter, Line::Holds).await.unwrap();
    let caller = town.caller(who::TOWN_SENDER).await;
    let early = town.exchange.recall(RecallActor::Sender(&caller), uuid).await;
    assert!(matches!(early, Err(RecallError::Unknown)), "it is not checked yet");
    town.let_pass(3 * DAY).await;

    // Any system of the organisation may, and its administrators; twice is fine.
    let other = town.caller(who::TOWN_PUSHED).await;
    let recalled = town.exchange.recall(RecallActor::Sender(&other), uuid).await.unwrap();
    assert_eq!(recalled.error_code.as_deref(), Some("memo.recalled"));
    assert_eq!(recalled.transmission_id, receipt.transmission_id);
    let again = RecallActor::Administrator(who::TOWN.0);
    assert_eq!(town.exchange.recall(again, uuid).await.unwrap(), recalled);
    town.let_pass(20 * DAY).await;

    assert!(town.inbox(who::VAGN.0).await.is_empty());
    assert_eq!(told(&town).await, [COMPLETED, refused("memo.recalled")]);
    let memo = town.memo_of(&receipt).await;
    assert_eq!((memo.state, memo.available_at), (MemoState::Recalled, None));
    let events = town.events(memo.key).await;
    for tag in ["DELAYED_MEMO_MESSAGE_RECALLED", "MEMO_SEND_RECALLED"] {
        assert_eq!(events.iter().filter(|event| **event == tag).count(), 1, "{tag}");
    }
    assert_eq!(town.store.counts().await.unwrap().jobs, 0);

    // The same letter sent again is answered as it stands: called back.
    town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
    town.settle().await;
    assert_eq!(told(&town).await, [refused("memo.recalled")]);
    assert!(town.inbox(who::VAGN.0).await.is_empty());
}

async fn a_letter_cannot_be_called_back_by_others_nor_once_it_is_delivered(ground: Ground) {
    let mut town = Town::with_seed(32, ground).await;
    let mut draft = town.letter_to(who::VAGN);
    draft.do_not_deliver_until = Some("2026-11-26".parse().unwrap());
    let letter = draft.build().unwrap();
    let uuid = letter.header.message_uuid.value();
    town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
    town.settle().await;
    let stranger = town.caller(who::ROADS_SENDER).await;
    let by_stranger = town.exchange.recall(RecallActor::Sender(&stranger), uuid).await;
    assert!(matches!(by_stranger, Err(RecallError::Unknown)));
    town.let_pass(2 * DAY + 15 * HOUR).await;
    assert_eq!(town.inbox(who::VAGN.0).await, [uuid], "midnight in Denmark");
    let owner = town.caller(who::TOWN_SENDER).await;
    let too_late = town.exchange.recall(RecallActor::Sender(&owner), uuid).await;
    assert!(matches!(too_late, Err(RecallError::Delivered)));
    assert_eq!(town.inbox(who::VAGN.0).await, [uuid]);
}

/// Says who is told about a system.
async fn with_people_behind(town: &Town, system: SystemId) {
    let body = r#"{"technicalContact":{"email":"drift@veje.example"},
        "businessContactEmail":"post@veje.example"}"#;
    let record = Record {
        kind: RecordKind::System,
        id: system.0,
        owner: who::ROADS.0.0,
        name: String::new(),
        version: 1,
        created_at: town.now(),
        updated_at: town.now(),
        body: body.into(),
        contents: Vec::new(),
    };
    town.commit(Op::PutRecord(Box::new(record), Expect::Absent)).await;
}

fn down(town: &mut Town, system: SystemId, down: bool) {
    town.receivers.entry(system).or_default().down = down;
}

async fn a_receiver_down_for_seven_days_is_warned_and_switched_off_and_gets_what_waited(
    ground: Ground,
) {
    let mut town = Town::with_seed(33, ground).await;
    with_people_behind(&town, who::ROADS_RECEIVER).await;
    down(&mut town, who::ROADS_RECEIVER, true);
    let mut sent = BTreeMap::new();
    let begun = town.now();
    for day in 1..=6 {
        let letter = town.letter(who::TOWN.1, cvr(who::ROADS.1)).build().unwrap();
        town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
        sent.insert(letter.header.message_uuid.value(), xml(&letter));
        town.let_pass(DAY).await;
        // Told at the first try after the day, which is at most 6 hours later.
        let told = town.receivers.get(&MAIL_CARRIER).map_or(0, |carrier| carrier.notices.len());
        let due = |until: i64| [1, 3, 5, 6].iter().filter(|step| **step <= until).count();
        assert!((due(day - 1)..=due(day)).contains(&told), "{told} after {day} days");
    }
    town.let_pass(6 * HOUR).await;
    let warnings = town.receivers[&MAIL_CARRIER].notices.clone();
    assert_eq!(warnings.len(), 4, "after 1, 3, 5 and 6 days: {warnings:#?}");
    for (warning, days) in warnings.iter().zip([1, 3, 5, 6]) {
        assert_eq!(warning.to, ["drift@veje.example", "post@veje.example"]);
        assert_eq!(warning.system, Some(who::ROADS_RECEIVER));
        assert!(warning.subject.contains(&format!("i {days} dage")), "{}", warning.subject);
    }
    assert!(town.system(who::ROADS_RECEIVER).await.active_to.is_none());

    town.let_pass(2 * DAY).await;
    let off = town.system(who::ROADS_RECEIVER).await;
    let after = off.active_to.expect("it is switched off").as_millis() - begun.as_millis();
    assert!((7 * DAY * 1000..=7 * DAY * 1000 + 6 * HOUR * 1000).contains(&after));
    let notices = &town.receivers[&MAIL_CARRIER].notices;
    assert_eq!(notices.len(), 5);
    assert!(notices[4].subject.contains("er slået fra"), "{}", notices[4].subject);
    // Each letter was accepted at once; that its receiver is away changes nothing about that.
    assert_eq!(told(&town).await, vec![COMPLETED; 6]);

    // New mail is refused, what waits stays, and nothing is called.
    let calls = town.receivers[&who::ROADS_RECEIVER].calls;
    let late = town.letter(who::TOWN.1, cvr(who::ROADS.1)).build().unwrap();
    town.send(who::TOWN_SENDER, &late, Line::Holds).await;
    town.let_pass(20 * DAY).await;
    assert_eq!(told(&town).await, [refused("recipient.system.unavailable")]);
    assert_eq!(town.receivers[&who::ROADS_RECEIVER].calls, calls);
    assert_eq!(town.store.counts().await.unwrap().deliveries_open, 6);

    // Mended and switched on, it gets everything, byte for byte.
    down(&mut town, who::ROADS_RECEIVER, false);
    let on = MailSystem { active_to: None, failing_since: None, ..off.clone() };
    let ops = town.exchange.system_changes(Some(&off), on);
    town.store.commit(Batch { ops }).await.unwrap();
    town.settle().await;
    let got: BTreeMap<_, _> = town.receivers[&who::ROADS_RECEIVER].memos.iter().cloned().collect();
    assert_eq!(got, sent);
    assert_eq!(town.receivers[&who::ROADS_RECEIVER].memos.len(), 6, "each once");
    assert_eq!(town.store.counts().await.unwrap().jobs, 0);
}

async fn what_comes_while_a_receiver_is_off_goes_to_the_default_system(ground: Ground) {
    let mut town = Town::with_seed(34, ground).await;
    let special = MailSystem {
        id: SystemId(Uuid::from_u128(77)),
        receives: Receives::ItsContactPoints,
        endpoint: Some("https://veje.example/andet".into()),
        ..town.system(who::ROADS_RECEIVER).await
    };
    town.commit(Op::PutSystem(Box::new(special.clone()))).await;
    let desk = town.store.contact_point(who::TOWN_DESK).await.unwrap().unwrap();
    let id = brevdue_exchange::ContactPointId(Uuid::from_u128(88));
    let desk = ContactPoint { id, organisation: who::ROADS.0, system: special.id, ..desk };
    town.commit(Op::PutContactPoint(desk)).await;
    down(&mut town, special.id, true);
    let letter = async |town: &mut Town| {
        let mut letter = town.letter(who::TOWN.1, cvr(who::ROADS.1)).build().unwrap();
        letter.header.recipient.contact_point = Some(brevdue_memo::ContactPoint {
            contact_group: None,
            contact_point_id: id.to_string(),
            label: None,
            contact_info: Vec::new(),
        });
        town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
        town.settle().await;
        letter.header.message_uuid.value()
    };
    let first = letter(&mut town).await;
    town.let_pass(8 * DAY).await;
    assert!(town.system(special.id).await.active_to.is_some());
    let second = letter(&mut town).await;
    assert_eq!(town.receivers[&who::ROADS_RECEIVER].memos[0].0, second);

    // Fetching instead of being called, it finds what waited.
    let fetching = MailSystem {
        protocol: brevdue_exchange::ServiceProtocol::RestPull,
        active_to: None,
        ..town.system(special.id).await
    };
    town.commit(Op::PutSystem(Box::new(fetching))).await;
    let caller = town.caller(special.id).await;
    let waiting = town.exchange.waiting_memos(&caller, PageRequest::default()).await.unwrap();
    assert_eq!(waiting.content, [first]);
}

async fn a_receiver_that_takes_one_letter_a_week_stays_on(ground: Ground) {
    let mut town = Town::with_seed(35, ground).await;
    for week in 0..4 {
        down(&mut town, who::ROADS_RECEIVER, true);
        let letter = town.letter(who::TOWN.1, cvr(who::ROADS.1)).build().unwrap();
        town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
        town.let_pass(6 * DAY).await;
        down(&mut town, who::ROADS_RECEIVER, false);
        town.let_pass(DAY).await;
        assert_eq!(town.receivers[&who::ROADS_RECEIVER].memos.len(), week + 1);
    }
    assert_eq!(town.system(who::ROADS_RECEIVER).await.active_to, None);
    let notices = town.receivers[&MAIL_CARRIER].notices.len();
    assert_eq!(notices, 3 * 4, "after 1, 3 and 5 days of each week, none twice");
}

async fn a_certificate_ends_and_its_owner_was_warned(ground: Ground) {
    let mut town = Town::with_seed(36, ground).await;
    let ends = town.now().plus_seconds(40 * DAY);
    with_people_behind(&town, who::TOWN_SENDER).await;
    town.change_system(who::TOWN_SENDER, |system| {
        system.certificate = Some(RegisteredCertificate {
            public_key_sha256: [7; 32],
            serial: vec![7],
            not_after: Some(ends),
        });
    })
    .await;
    town.exchange.begin_keeping_house().await.unwrap();
    let begun = town.now();
    let call = async |town: &Town, serial: u8, valid| {
        let system = town.system(who::TOWN_SENDER).await;
        let certificate = PresentedCertificate {
            cvr: Some(who::TOWN.1.parse().unwrap()),
            public_key_sha256: [7; 32],
            serial: vec![serial],
            valid,
        };
        let presented = Presented {
            credentials: Some(Credentials { system: system.id.0, token: system.token.0 }),
            channel: Channel::Tls(Some(certificate)),
            address: [192, 0, 2, 1].into(),
        };
        match town.exchange.authenticate(presented).await {
            Ok(_) => None,
            Err(Refusal::Unauthenticated { code, .. }) => Some(code),
            Err(other) => panic!("{other}"),
        }
    };
    let valid = (begun.plus_seconds(-DAY), ends);
    assert_eq!(call(&town, 7, valid).await, None);
    town.let_pass(9 * DAY).await;
    assert!(town.exchange.certificates_expiring(30 * DAY).await.unwrap().is_empty());
    town.let_pass(31 * DAY - 1).await;
    let [expiring] =
        town.exchange.certificates_expiring(30 * DAY).await.unwrap().try_into().unwrap();
    assert_eq!((expiring.system, expiring.not_after), (who::TOWN_SENDER, ends));
    assert_eq!(call(&town, 7, valid).await, None, "to its last second");
    let warnings = &town.receivers[&MAIL_CARRIER].notices;
    assert_eq!(warnings.len(), 4, "30, 14, 7 and 1 day before: {warnings:#?}");
    assert!(warnings.iter().all(|warning| warning.subject.contains("certifikat")));

    // Letters that were accepted are not held up; the system is not let in.
    town.let_pass(2).await;
    assert_eq!(call(&town, 7, valid).await, Some("certificate.expired"));
    // Renewed with the same key.
    let renewed = (ends.plus_seconds(-DAY), ends.plus_seconds(365 * DAY));
    assert_eq!(call(&town, 8, renewed).await, None);
    // One that is for later is none yet.
    let later = (town.now().plus_seconds(DAY), renewed.1);
    assert_eq!(call(&town, 9, later).await, Some("certificate.expired"));
}

async fn text_to(town: &mut Town, digits: &str) -> brevdue_memo::Message {
    let mut letter =
        town.letter(who::TOWN.1, brevdue_journeys::town::country::cpr(digits)).build().unwrap();
    letter.header.message_type = brevdue_memo::MessageType::NemSms;
    letter.header.notification = Some("Husk din tid i morgen kl. 9".into());
    letter.body = None;
    letter
}

async fn texts(town: &Town) -> Vec<(String, String)> {
    let found = town.exchange.text_messages(PageRequest::default()).await.unwrap();
    found.items.into_iter().map(|sunk| (sunk.to, sunk.text)).collect()
}

async fn a_text_message_goes_to_the_gateway_and_then_its_sender_is_told(ground: Ground) {
    let mut town = Town::with_seed(40, ground).await;
    for (_, digits) in [who::VAGN, who::ELSE] {
        let letter = text_to(&mut town, digits).await;
        let receipt = town.send(who::TOWN_SENDER, &letter, Line::Holds).await.unwrap();
        town.settle().await;
        assert_eq!(told(&town).await, [COMPLETED]);
        let memo = town.memo_of(&receipt).await;
        assert_eq!((memo.state, memo.available_at), (MemoState::HandedOver, Some(town.now())));
        let events = town.events(memo.key).await;
        assert!(events.contains(&"NEM_SMS_SENT_SUCCESSFULLY"), "{events:?}");
    }
    let text = || "Husk din tid i morgen kl. 9".to_owned();
    let expected = [(who::VAGN_NUMBER.to_owned(), text()), (who::ELSE_NUMBER.to_owned(), text())];
    assert_eq!(texts(&town).await, expected, "the exempt get text messages too");
    assert!(town.inbox(who::VAGN.0).await.is_empty(), "no letter comes of it");

    let letter = text_to(&mut town, who::KAREN.1).await;
    town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
    town.settle().await;
    assert_eq!(told(&town).await, [refused("recipient.nemsms.not.registered")]);
}

async fn a_text_message_waits_for_a_gateway_that_is_down(ground: Ground) {
    let mut town = Town::with_seed(41, ground).await;
    down(&mut town, SMS_GATEWAY, true);
    let first = text_to(&mut town, who::VAGN.1).await;
    town.send(who::TOWN_SENDER, &first, Line::Holds).await;
    town.let_pass(10 * HOUR).await;
    assert!(told(&town).await.is_empty(), "nobody knows yet");
    down(&mut town, SMS_GATEWAY, false);
    town.let_pass(6 * HOUR).await;
    assert_eq!(told(&town).await, [COMPLETED]);
    assert_eq!(texts(&town).await.len(), 1);

    // Too old is too late: the sender hears in time to write a letter.
    down(&mut town, SMS_GATEWAY, true);
    let second = text_to(&mut town, who::VAGN.1).await;
    town.send(who::TOWN_SENDER, &second, Line::Holds).await;
    town.let_pass(31 * HOUR).await;
    assert_eq!(told(&town).await, [refused("nemsms.not.sent")]);

    // The number is given up while the message waits.
    let third = text_to(&mut town, who::VAGN.1).await;
    town.send(who::TOWN_SENDER, &third, Line::Holds).await;
    town.let_pass(HOUR).await;
    let vagn = town.store.contact(who::VAGN.0).await.unwrap().unwrap();
    town.commit(Op::PutContact(Contact { nemsms: None, ..vagn })).await;
    down(&mut town, SMS_GATEWAY, false);
    town.let_pass(6 * HOUR).await;
    assert_eq!(told(&town).await, [refused("recipient.nemsms.not.registered")]);
    assert_eq!(texts(&town).await.len(), 1);
    assert_eq!(town.store.counts().await.unwrap().jobs, 0);
}

async fn a_receipt_can_wait_for_the_receivers_answer(ground: Ground) {
    let policy = Policy { receipt_timing: ReceiptTiming::Delivered, ..Policy::default() };
    let mut town = Town::with_policy(42, ground, policy).await;
    let letter = town.letter(who::TOWN.1, cvr(who::ROADS.1)).build().unwrap();
    town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
    town.settle().await;
    assert_eq!(town.receivers[&who::ROADS_RECEIVER].memos.len(), 1, "it is there");
    assert!(told(&town).await.is_empty(), "and has not answered");
    // Sent again meanwhile, it is still one letter, and waits for the same answer.
    town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
    town.settle().await;
    let caller = town.caller(who::ROADS_RECEIVER).await;
    let uuid = letter.header.message_uuid.value();
    town.exchange.answer_memo(&caller, uuid, answer(ReceiptStatus::Completed)).await.unwrap();
    town.let_pass(HOUR).await;
    assert_eq!(told(&town).await, [COMPLETED, COMPLETED]);

    town.receivers.get_mut(&who::ROADS_RECEIVER).unwrap().answers = Answering::Invalid;
    let letter = town.letter(who::TOWN.1, cvr(who::ROADS.1)).build().unwrap();
    town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
    town.settle().await;
    assert_eq!(told(&town).await, [(ReceiptStatus::Invalid, Some("case.unknown".into()))]);
    // People's mail does not wait.
    let letter = town.letter_to(who::VAGN).build().unwrap();
    town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
    town.settle().await;
    assert_eq!(told(&town).await, [COMPLETED]);
}

/// A scanner that looks for a word, and is silent for some of the first times it is asked.
struct Looking {
    silent: AtomicUsize,
    asked: AtomicUsize,
}

impl Scanner for Looking {
    fn scan(&self, file: &mut dyn Read) -> Result<Verdict, ScannerUnavailable> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.silent.load(Ordering::SeqCst) > 0 {
            self.silent.fetch_sub(1, Ordering::SeqCst);
            return Err(ScannerUnavailable("connection refused".into()));
        }
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        Ok(if text.contains("ond kode") { Verdict::Infected } else { Verdict::Clean })
    }
}

async fn a_letter_waits_while_the_malware_scanner_does_not_answer(ground: Ground) {
    let mut town = Town::with_seed(43, ground).await;
    let scanner = Arc::new(Looking { silent: AtomicUsize::new(3), asked: AtomicUsize::new(0) });
    town.exchange = town.exchange.clone().with_scanner(scanner.clone());
    for text in ["Kære Vagn", "Her er ond kode"] {
        let mut draft = town.letter_to(who::VAGN);
        draft.text = Some(text.into());
        town.send(who::TOWN_SENDER, &draft.build().unwrap(), Line::Holds).await;
    }
    let begun = town.now();
    town.settle().await;
    assert_eq!(scanner.asked.load(Ordering::SeqCst), 1, "the second does not run into it as well");
    assert_eq!(town.exchange.scanner_silent_since(), Some(begun));
    town.let_pass(HOUR).await;
    assert_eq!(town.exchange.scanner_silent_since(), None);
    let told_of = told(&town).await;
    let virus = (ReceiptStatus::Invalid, Some("file.virus.found".into()));
    assert!(told_of.len() == 2 && told_of.contains(&COMPLETED) && told_of.contains(&virus));
    assert_eq!(town.inbox(who::VAGN.0).await.len(), 1);
    assert_eq!(scanner.asked.load(Ordering::SeqCst), 5);
    // What is refused for another reason is not worth the scanner's time.
    let letter = town.letter_to(who::OVE).build().unwrap();
    town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
    town.settle().await;
    assert_eq!(told(&town).await, [refused("recipient.is.closed")]);
    assert_eq!(scanner.asked.load(Ordering::SeqCst), 5);
}
