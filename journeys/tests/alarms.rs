//! Alarms, each on the town's clock: not raised a second too early, raised once, and over when its reason is.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a journey that cannot go on fails; one that cannot begin says why"
)]

use brevdue_exchange::exchange::alarms::{Alarm, AlarmLimits, Look, Outside, Watched};
use brevdue_exchange::storage::day_of;
use brevdue_exchange::{Event, EventId, EventTag, MemoKey, Op, RegisteredCertificate};
use brevdue_journeys::town::country::{cvr, who};
use brevdue_journeys::{Ground, Line, Town, on_every_ground};
use brevdue_memo::Timestamp;
use uuid::Uuid;

on_every_ground! {
    mail_that_nobody_fetches_raises_an_alarm_until_somebody_does
    receipts_that_nobody_takes_raise_an_alarm_until_somebody_does
    letters_that_nobody_checks_raise_an_alarm_whether_they_are_filed_or_not
    calls_that_fail_for_hours_raise_an_alarm_until_one_succeeds
    a_registered_certificate_raises_an_alarm_before_it_ends
    a_certificate_of_the_folder_raises_an_alarm_before_it_ends
    a_letter_that_stands_nowhere_raises_an_alarm
}

const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;

async fn look_with(town: &Town, outside: &Outside) -> Look {
    town.exchange.look_for_alarms(&AlarmLimits::default(), outside).await.unwrap()
}

async fn look(town: &Town) -> Look {
    look_with(town, &Outside::default()).await
}

fn told(alarms: &[Alarm]) -> Vec<(&'static str, String, u64)> {
    alarms.iter().map(|alarm| (alarm.kind.word(), alarm.subject.clone(), alarm.count)).collect()
}

/// Nothing is wrong, and a second later this is, once.
async fn raised_in_a_second(town: &mut Town, expected: &[(&'static str, String, u64)]) {
    assert_eq!(told(&look(town).await.all), []);
    town.let_pass_idle(1);
    let mut first = told(&look(town).await.raised);
    first.sort();
    assert_eq!(first, expected);
    let again = look(town).await;
    assert_eq!((told(&again.raised), again.all.len()), (vec![], expected.len()), "raised once");
    assert_eq!(town.exchange.alarms().await.unwrap().len(), expected.len());
}

/// All that was raised is over.
async fn over(town: &Town, expected: &[(&'static str, String, u64)]) {
    let look = look(town).await;
    assert_eq!(told(&look.all), []);
    let mut cleared = told(&look.cleared);
    cleared.sort();
    assert_eq!(cleared, expected);
    assert!(town.exchange.alarms().await.unwrap().is_empty());
}

async fn mail_that_nobody_fetches_raises_an_alarm_until_somebody_does(ground: Ground) {
    let mut town = Town::with_seed(61, ground).await;
    let letter = town.letter(who::ROADS.1, cvr(who::TOWN.1)).build().unwrap();
    town.send(who::ROADS_SENDER, &letter, Line::Holds).await;
    town.let_pass(DAY - 1).await;
    let expected = [("not-fetched", who::TOWN_RECEIVER.to_string(), 1)];
    raised_in_a_second(&mut town, &expected).await;
    let caller = town.caller(who::TOWN_RECEIVER).await;
    let uuid = letter.header.message_uuid.value();
    town.exchange.fetch_memo(&caller, uuid).await.unwrap();
    over(&town, &expected).await;
}

async fn receipts_that_nobody_takes_raise_an_alarm_until_somebody_does(ground: Ground) {
    let mut town = Town::with_seed(62, ground).await;
    for _ in 0..2 {
        let letter = town.letter_to(who::VAGN).build().unwrap();
        town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
    }
    town.let_pass(3 * DAY - 1).await;
    let expected = [("receipts-not-taken", who::TOWN_SENDER.to_string(), 2)];
    raised_in_a_second(&mut town, &expected).await;
    town.receipts(who::TOWN_SENDER).await;
    over(&town, &expected).await;
}

async fn letters_that_nobody_checks_raise_an_alarm_whether_they_are_filed_or_not(ground: Ground) {
    let mut town = Town::with_seed(63, ground).await;
    // Single letters lie in the journal until somebody files them; an archive is in the database.
    for _ in 0..3 {
        let letter = town.letter_to(who::VAGN).build().unwrap();
        town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
        town.let_pass_idle(1);
    }
    let letters = [town.letter_to(who::KAREN).build().unwrap()];
    town.let_pass_idle(-3);
    town.send_archive(who::TOWN_SENDER, &letters, Line::Holds).await;
    town.let_pass_idle(15 * 60 - 1);
    let expected = [("no-receipt", "bulk".to_owned(), 1), ("no-receipt", "interactive".into(), 3)];
    raised_in_a_second(&mut town, &expected).await;
    // A worker that has taken them and does nothing makes it no better.
    town.a_worker_dies().await;
    assert_eq!(look(&town).await.all.len(), 2);
    town.let_pass(HOUR).await;
    over(&town, &expected).await;
    assert_eq!(town.inbox(who::VAGN.0).await.len(), 3);
}

async fn calls_that_fail_for_hours_raise_an_alarm_until_one_succeeds(ground: Ground) {
    let mut town = Town::with_seed(64, ground).await;
    town.receivers.get_mut(&who::ROADS_RECEIVER).unwrap().down = true;
    let letter = town.letter(who::TOWN.1, cvr(who::ROADS.1)).build().unwrap();
    town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
    town.let_pass(4 * HOUR - 1).await;
    let expected = [("retry-too-old", who::ROADS_RECEIVER.to_string(), 1)];
    raised_in_a_second(&mut town, &expected).await;
    town.receivers.get_mut(&who::ROADS_RECEIVER).unwrap().down = false;
    town.let_pass(6 * HOUR).await;
    over(&town, &expected).await;
}

async fn a_registered_certificate_raises_an_alarm_before_it_ends(ground: Ground) {
    let mut town = Town::with_seed(65, ground).await;
    let register = async |town: &Town, ends: Timestamp| {
        let certificate = RegisteredCertificate {
            public_key_sha256: [7; 32],
            serial: vec![7],
            not_after: Some(ends),
        };
        town.change_system(who::TOWN_SENDER, |system| system.certificate = Some(certificate)).await;
    };
    register(&town, town.now().plus_seconds(40 * DAY)).await;
    town.let_pass(10 * DAY - 1).await;
    let expected = [("certificate-expiring", who::TOWN_SENDER.to_string(), 1)];
    raised_in_a_second(&mut town, &expected).await;
    // It stands when the certificate has ended, and until another is registered.
    town.let_pass(31 * DAY).await;
    assert_eq!(told(&look(&town).await.all), expected);
    register(&town, town.now().plus_seconds(400 * DAY)).await;
    over(&town, &expected).await;
}

async fn a_certificate_of_the_folder_raises_an_alarm_before_it_ends(ground: Ground) {
    let mut town = Town::with_seed(66, ground).await;
    let expires = town.now().plus_seconds(40 * DAY);
    let certificates = vec![Watched { name: "exchange".into(), expires }];
    let outside = Outside { certificates, damage: 0 };
    town.let_pass(10 * DAY - 1).await;
    assert!(look_with(&town, &outside).await.all.is_empty());
    town.let_pass(1).await;
    let raised = told(&look_with(&town, &outside).await.raised);
    assert_eq!(raised, [("certificate-expiring", "exchange".to_owned(), 1)]);
    assert_eq!(look(&town).await.cleared.len(), 1);
}

async fn a_letter_that_stands_nowhere_raises_an_alarm(ground: Ground) {
    let mut town = Town::with_seed(67, ground).await;
    let letter = town.letter_to(who::VAGN).build().unwrap();
    town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
    assert_eq!(told(&look(&town).await.all), [], "what is not filed yet is not lost");
    town.settle().await;
    assert_eq!(told(&look(&town).await.all), []);
    town.commit(Op::AddEvent(Box::new(came(&town)))).await;
    let day = format!("day {}", day_of(town.now()));
    assert_eq!(told(&look(&town).await.raised), [("balance", day, 1)]);
}

/// That a letter came which nobody has.
fn came(town: &Town) -> Event {
    Event {
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
    }
}
