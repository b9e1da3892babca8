//! People hear of new mail where they asked to: at addresses that are verified, at hours they allow, and
//! never from whom or about what.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a journey that cannot go on fails; one that cannot begin says why"
)]

use brevdue_exchange::mailbox::opening::OpenMailbox;
use brevdue_exchange::notices::Notice;
use brevdue_exchange::people::registered::Role;
use brevdue_exchange::storage::{EventQuery, RecordKind};
use brevdue_exchange::{EventTag, Folder, MAIL_CARRIER, Policy, SMS_GATEWAY};
use brevdue_journeys::town::country::{cpr, who};
use brevdue_journeys::{Ground, Line, Town, on_every_ground};
use brevdue_wire::PageRequest;
use brevdue_wire::mailbox as wire;
use uuid::Uuid;

on_every_ground! {
    new_mail_is_told_to_verified_addresses_and_tells_nothing_of_it
    what_comes_at_night_is_told_in_the_morning_unless_they_allow_it
    a_delayed_letter_is_told_when_it_arrives
    nobody_hears_who_opted_out_or_has_no_access_any_more
    a_notice_to_a_person_that_nobody_takes_is_given_up_after_a_day
    a_letter_passed_on_by_mail_goes_along_with_its_notice
}

const HOUR: i64 = 60 * 60;
const MAIL: &str = "vagn@post.example";
const PHONE: &str = "20000009";

async fn vagns(town: &Town) -> OpenMailbox {
    let vagn = town.exchange.registered_person(cpr(who::VAGN.1), Role::Own).await.unwrap().unwrap();
    town.exchange.open_mailbox(&vagn, who::VAGN.0.0).await.unwrap()
}

async fn access(town: &Town, open: &OpenMailbox) -> wire::Access {
    town.exchange.look_at_mailbox(open).await.unwrap().access.unwrap()
}

/// Subscribes an address and a number, the number at any hour.
async fn subscribe(town: &Town, open: &OpenMailbox) -> wire::Access {
    let there = access(town, open).await;
    let wanted = wire::Access {
        email_notification_subscriptions: Some(vec![wire::EmailNotificationSubscription {
            email: Some(MAIL.into()),
            ..Default::default()
        }]),
        sms_notification_subscription: Some(wire::SmsNotificationSubscription {
            mobile_number: Some(PHONE.into()),
            notification_outside_of_active_window_allowed: Some(true),
            ..Default::default()
        }),
        ..Default::default()
    };
    let (id, version) = (there.id.unwrap(), there.version.unwrap());
    town.exchange.change_access(open, id, version, &wanted).await.unwrap()
}

/// What was carried as mail, and to whom as text messages.
fn mails(town: &Town) -> &[Notice] {
    town.receivers.get(&MAIL_CARRIER).map_or(&[], |carrier| &carrier.notices)
}

async fn texts(town: &Town) -> Vec<(String, String)> {
    let page = PageRequest { page: 0, size: 100 };
    let all = town.exchange.text_messages(page).await.unwrap().items;
    all.into_iter().map(|text| (text.to, text.text)).collect()
}

fn code(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).take(6).collect()
}

async fn verify(town: &Town, open: &OpenMailbox, access: &wire::Access, id: Uuid, code: &str) {
    let verified = town.exchange.verify_subscription(open, access.id.unwrap(), id, code);
    verified.await.unwrap();
}

/// Both addresses, verified with the codes that were carried to them.
async fn subscribed(town: &mut Town) -> OpenMailbox {
    let open = vagns(town).await;
    let access = subscribe(town, &open).await;
    town.settle().await;
    let by_mail = code(&mails(town)[0].text);
    let by_text = code(&texts(town).await[0].1);
    let email = access.email_notification_subscriptions.as_ref().unwrap()[0].id.unwrap();
    let sms = access.sms_notification_subscription.as_ref().unwrap().id.unwrap();
    verify(town, &open, &access, email, &by_mail).await;
    verify(town, &open, &access, sms, &by_text).await;
    open
}

async fn letter(town: &mut Town) {
    let letter = town.letter_to(who::VAGN).build().unwrap();
    town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
    town.settle().await;
}

async fn new_mail_is_told_to_verified_addresses_and_tells_nothing_of_it(ground: Ground) {
    let mut town = Town::with_seed(81, ground).await;
    letter(&mut town).await;
    assert!(mails(&town).is_empty(), "nobody asked");
    let open = vagns(&town).await;
    let access = subscribe(&town, &open).await;
    town.settle().await;
    let [sent] = mails(&town) else { panic!("{:?}", mails(&town)) };
    assert_eq!((&sent.to[..], sent.system), (&[MAIL.to_owned()][..], None));
    let by_mail = code(&sent.text);
    assert_eq!(texts(&town).await[0].0, PHONE);
    letter(&mut town).await;
    assert_eq!((mails(&town).len(), texts(&town).await.len()), (1, 1), "neither is verified");

    let email = access.email_notification_subscriptions.as_ref().unwrap()[0].id.unwrap();
    verify(&town, &open, &access, email, &by_mail).await;
    letter(&mut town).await;
    let [_, told] = mails(&town) else { panic!("{:?}", mails(&town)) };
    assert_eq!(told.to, [MAIL]);
    assert_eq!(texts(&town).await.len(), 1, "the number is not verified yet");
    let said = format!("{}\n{}", told.subject, told.text);
    for private in ["Brev om sag", "Afsenderen", "Skovby", "Vagn", who::VAGN.1, who::TOWN.1] {
        assert!(!said.contains(private), "{said}");
    }
    // What Karen gets is not told to Vagn.
    let other = town.letter_to(who::KAREN).build().unwrap();
    town.send(who::TOWN_SENDER, &other, Line::Holds).await;
    town.settle().await;
    assert_eq!(mails(&town).len(), 2);
    let query = EventQuery { tags: vec![EventTag::NotificationSent], ..EventQuery::default() };
    let logged = town.store.events(&query, PageRequest::default()).await.unwrap().items;
    assert_eq!(logged.len(), 3);
    assert!(logged.iter().all(|event| event.owner == Some(who::VAGN.0.0)));
    assert_eq!(town.store.counts().await.unwrap().jobs, 0);
}

async fn what_comes_at_night_is_told_in_the_morning_unless_they_allow_it(ground: Ground) {
    let mut town = Town::with_seed(82, ground).await;
    subscribed(&mut town).await;
    town.let_pass(14 * HOUR).await; // 23 o'clock
    letter(&mut town).await;
    assert_eq!((mails(&town).len(), texts(&town).await.len()), (1, 2));
    town.let_pass(8 * HOUR - 1).await;
    assert_eq!(mails(&town).len(), 1);
    town.let_pass(1).await; // 7 o'clock
    assert_eq!((mails(&town).len(), texts(&town).await.len()), (2, 2));

    let all_day = Policy { notice_hours: 0..24, ..Policy::default() };
    let mut town = Town::with_policy(82, ground, all_day).await;
    subscribed(&mut town).await;
    town.let_pass(14 * HOUR).await;
    letter(&mut town).await;
    assert_eq!(mails(&town).len(), 2);
}

async fn a_delayed_letter_is_told_when_it_arrives(ground: Ground) {
    let mut town = Town::with_seed(83, ground).await;
    subscribed(&mut town).await;
    let mut draft = town.letter_to(who::VAGN);
    draft.do_not_deliver_until = Some("2026-11-25".parse().unwrap());
    let letter = draft.build().unwrap();
    town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
    town.let_pass(38 * HOUR + HOUR / 2).await;
    assert_eq!(texts(&town).await.len(), 1);
    town.let_pass(HOUR).await; // past midnight in Denmark
    assert_eq!((mails(&town).len(), texts(&town).await.len()), (1, 2));
    town.let_pass(7 * HOUR).await;
    assert_eq!(mails(&town).len(), 2);
}

async fn nobody_hears_who_opted_out_or_has_no_access_any_more(ground: Ground) {
    let mut town = Town::with_seed(84, ground).await;
    let open = subscribed(&mut town).await;
    let there = access(&town, &open).await;
    let wanted = wire::Access {
        opted_out_of_notifications_date_time: Some("2026-11-23T08:00:00.000Z".into()),
        ..there.clone()
    };
    let (id, version) = (there.id.unwrap(), there.version.unwrap());
    let out = town.exchange.change_access(&open, id, version, &wanted).await.unwrap();
    letter(&mut town).await;
    assert_eq!((mails(&town).len(), texts(&town).await.len()), (1, 1));
    // In again, and the number is taken out.
    let wanted = wire::Access {
        opted_out_of_notifications_date_time: None,
        sms_notification_subscription: None,
        ..out.clone()
    };
    town.exchange.change_access(&open, id, out.version.unwrap(), &wanted).await.unwrap();
    letter(&mut town).await;
    assert_eq!((mails(&town).len(), texts(&town).await.len()), (2, 1));
}

async fn a_notice_to_a_person_that_nobody_takes_is_given_up_after_a_day(ground: Ground) {
    let mut town = Town::with_seed(85, ground).await;
    subscribed(&mut town).await;
    town.receivers.get_mut(&MAIL_CARRIER).unwrap().down = true;
    town.receivers.get_mut(&SMS_GATEWAY).unwrap().refuses = Some((422, None));
    letter(&mut town).await;
    let query = EventQuery { tags: vec![EventTag::NotificationFailed], ..EventQuery::default() };
    let failed =
        async |town: &Town| town.store.events(&query, PageRequest::default()).await.unwrap().total;
    assert_eq!(failed(&town).await, 1, "the gateway will never take it");
    town.let_pass(20 * HOUR).await;
    assert_eq!((failed(&town).await, town.store.counts().await.unwrap().jobs), (1, 1));
    town.let_pass(12 * HOUR).await;
    assert_eq!((failed(&town).await, town.store.counts().await.unwrap().jobs), (2, 0));
    // Once it works again, the next letter is told of, and the old ones are not.
    town.receivers.get_mut(&MAIL_CARRIER).unwrap().down = false;
    letter(&mut town).await;
    assert_eq!(mails(&town).len(), 2);
}

async fn a_letter_passed_on_by_mail_goes_along_with_its_notice(ground: Ground) {
    let mut town = Town::with_seed(86, ground).await;
    letter(&mut town).await;
    let open = vagns(&town).await;
    let [memo] = town.folder(who::VAGN.0, Folder::Inbox).await.try_into().unwrap();
    let command = wire::ForwardCommand {
        recipient_id: "ven@post.example".into(),
        recipient_id_type: wire::RecipientIdType::Email,
        contact_point_id: None,
        comment: None,
        sender_label: None,
        recipient_label: None,
    };
    town.exchange.forward(&open, memo.key.0, &command).await.unwrap();
    // Its bytes are the notice's own: sweeping leaves them, whatever becomes of the letter.
    town.exchange.remove_message(&open, memo.key.0, 1).await.unwrap();
    town.exchange.remove_message(&open, memo.key.0, 2).await.unwrap();
    town.store.sweep(town.now().plus_seconds(1)).await.unwrap();
    assert_eq!(town.store.verify().await.unwrap(), Vec::<String>::new());
    let notices = town.store.records_of_kind(RecordKind::Notice, PageRequest::default());
    let kept = notices.await.unwrap().items.remove(0);
    assert!(!kept.body.contains("Brev om sag"), "its title is nobody's business on the way");
    let letter_bytes = town.bytes(&kept.contents[0]);
    assert!(String::from_utf8(letter_bytes).unwrap().contains("Brev om sag"));
    town.settle().await;
    let [mail] = mails(&town) else { panic!("{:?}", mails(&town)) };
    assert!(mail.letter.is_some() && mail.to == ["ven@post.example"]);
    // Once it has left, nothing of the letter stays with it.
    let notices = town.store.records_of_kind(RecordKind::Notice, PageRequest::default());
    assert!(notices.await.unwrap().items[0].contents.is_empty());
}
