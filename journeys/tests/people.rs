//! People reading and answering their mail.

use brevdue_exchange::mailbox::{Answer, MailboxError};
use brevdue_exchange::{ContactId, Folder, MemoState};
use brevdue_journeys::town::country::{cvr, who};
use brevdue_journeys::{Ground, Line, Town, on_every_ground};
use brevdue_memo::reply::ReplyError;
use brevdue_wire::ReceiptStatus;
use uuid::Uuid;

on_every_ground! {
    opening_a_message_notes_the_first_reading
    an_answer_travels_to_the_authority_that_wrote
    an_answer_whose_contact_point_is_unknown_goes_to_the_default_system
    an_answer_that_would_be_refused_is_not_sent
    what_allows_no_answer_gets_none
    nobody_reads_the_mail_of_others
}

async fn opening_a_message_notes_the_first_reading(ground: Ground) {
    let mut town = Town::with_seed(1, ground).await;
    let letter = town.letter_to(who::VAGN).build().unwrap();
    town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
    town.settle().await;
    let [memo] = town.folder(who::VAGN.0, Folder::Inbox).await.try_into().unwrap();
    assert_eq!(town.store.unread(who::VAGN.0).await.unwrap(), 1);
    let first = town.now();
    for _ in 0..3 {
        let opened = town.exchange.open_message(who::VAGN.0, memo.key).await.unwrap();
        assert_eq!(opened.row.entry.read_at, Some(first));
        assert_eq!(opened.message.header, letter.header);
        let files = &opened.message.body.as_ref().unwrap().main_document.files;
        let mut text = String::new();
        let source = town.store.open(&opened.content).unwrap();
        let mut content = files[0].content.open(source).unwrap();
        std::io::Read::read_to_string(&mut content, &mut text).unwrap();
        assert!(text.starts_with("Kære modtager"), "{text}");
        town.let_pass(60).await;
    }
    assert_eq!(town.store.unread(who::VAGN.0).await.unwrap(), 0);
    let events = town.events(memo.key).await;
    assert_eq!(events.iter().filter(|tag| **tag == "MESSAGE_READ").count(), 1);
}

fn yes() -> Answer {
    Answer {
        label: "Ja tak".into(),
        text: "Jeg kommer på torsdag.\n\nVenlig hilsen Vagn".into(),
        attachments: vec![("tegning.pdf".into(), "application/pdf".into(), vec![7; 5000])],
    }
}

/// A letter to Vagn that can be answered, in his inbox.
async fn asked(
    town: &mut Town,
    contact_point: Option<Uuid>,
) -> (brevdue_memo::Message, brevdue_exchange::Memo) {
    let mut draft = town.letter_to(who::VAGN);
    draft.reply = true;
    draft.sender_contact_point = contact_point.map(|id| brevdue_memo::ContactPoint {
        contact_group: None,
        contact_point_id: id.to_string(),
        label: Some("Borgerservice".into()),
        contact_info: Vec::new(),
    });
    let letter = draft.build().unwrap();
    town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
    town.settle().await;
    let memo = town.folder(who::VAGN.0, Folder::Inbox).await.remove(0);
    (letter, memo)
}

async fn an_answer_travels_to_the_authority_that_wrote(ground: Ground) {
    let mut town = Town::with_seed(2, ground).await;
    let (letter, memo) = asked(&mut town, Some(who::TOWN_DESK.0)).await;
    let receipt = town.exchange.answer_message(who::VAGN.0, memo.key, yes()).await.unwrap();
    assert_eq!(receipt.receipt_status, ReceiptStatus::Received);

    // It stands in Sent at once, with what a list shows.
    let [sent] = town.folder(who::VAGN.0, Folder::Sent).await.try_into().unwrap();
    assert_eq!(sent.message_uuid, receipt.message_uuid);
    let outline = sent.outline.as_ref().unwrap();
    assert_eq!((&outline.label[..], outline.attachments), ("Ja tak", 1));
    assert_eq!(outline.recipient, cvr(who::TOWN.1));
    assert_eq!(town.store.unread(who::VAGN.0).await.unwrap(), 1, "what one sent is not unread");
    town.settle().await;

    let caller = town.caller(who::TOWN_RECEIVER).await;
    let uuid = receipt.message_uuid.unwrap();
    let content = town.exchange.fetch_memo(&caller, uuid).await.unwrap();
    let bytes = town.bytes(&content);
    let reading = brevdue_memo::read(&bytes[..], &Default::default()).unwrap();
    let answer = reading.message.unwrap();
    assert!(!reading.findings.has_errors());
    assert_eq!(answer.header.recipient.recipient_id, who::TOWN.1);
    assert_eq!(answer.header.sender.sender_id, who::VAGN.1);
    assert_eq!(answer.header.sender.label, "Vagn Bjerg");
    let original = letter.header.message_uuid;
    let refers = answer
        .header
        .reply_data
        .iter()
        .any(|data| data.message_uuid == original || data.reply_uuid == Some(original));
    assert!(refers, "the authority finds the letter it answers");

    let told = town.exchange.receipts_of_sent(who::VAGN.0, sent.key).await.unwrap();
    let [told] = told.try_into().unwrap();
    assert_eq!(told.receipt.receipt_status, ReceiptStatus::Completed);
    assert!(told.delivered && told.system.is_none(), "it waits for no system");
    assert_eq!(town.store.memo(sent.key).await.unwrap().unwrap().state, MemoState::HandedOver);
    // The letter answered is not one that was sent.
    let other = town.exchange.receipts_of_sent(who::VAGN.0, memo.key).await;
    assert!(matches!(other, Err(MailboxError::Unknown)));
}

async fn an_answer_whose_contact_point_is_unknown_goes_to_the_default_system(ground: Ground) {
    let mut town = Town::with_seed(3, ground).await;
    for contact_point in [None, Some(Uuid::from_u128(404))] {
        let (_, memo) = asked(&mut town, contact_point).await;
        let receipt = town.exchange.answer_message(who::VAGN.0, memo.key, yes()).await.unwrap();
        town.settle().await;
        let sent = town.memo_of(&receipt).await;
        let told = town.exchange.receipts_of_sent(who::VAGN.0, sent.key).await.unwrap();
        assert_eq!(told[0].receipt.error_code, None);
        let uuid = receipt.message_uuid.unwrap();
        assert!(town.store.delivery(who::TOWN_RECEIVER, uuid).await.unwrap().is_some());
    }
}

async fn an_answer_that_would_be_refused_is_not_sent(ground: Ground) {
    let mut town = Town::with_seed(4, ground).await;
    let (_, memo) = asked(&mut town, None).await;
    let file = |name: &str, kind: &str, bytes: &[u8]| (name.into(), kind.into(), bytes.to_vec());
    for (attachments, expected) in [
        (vec![file("virus.exe", "application/octet-stream", b"MZ")], "file.extension.not.allowed"),
        (vec![file("a:b.pdf", "application/pdf", b"%PDF")], "file.name.not.allowed"),
        (vec![file("tom.pdf", "application/pdf", b"")], "file.empty.not.allowed"),
        (vec![file("bilag.pdf", "application/pdf", b"%PDF"); 11], "attachments.exceeded"),
        (vec![file("stor.pdf", "application/pdf", &vec![1; 9_000_000])], "memo.size.exceeded"),
    ] {
        let answer = Answer { attachments, ..yes() };
        match town.exchange.answer_message(who::VAGN.0, memo.key, answer).await {
            Err(MailboxError::NotAccepted { code, .. }) => assert_eq!(code, expected),
            other => panic!("{expected} was expected, not {other:?}"),
        }
    }
    let answer = Answer { label: "x".repeat(300), ..yes() };
    let too_long = town.exchange.answer_message(who::VAGN.0, memo.key, answer).await;
    assert!(matches!(too_long, Err(MailboxError::Reply(ReplyError::TooLong { .. }))));
    assert!(town.folder(who::VAGN.0, Folder::Sent).await.is_empty());
    assert_eq!(town.store.sweep(town.now().plus_seconds(1)).await.unwrap().kept, 0);
}

async fn what_allows_no_answer_gets_none(ground: Ground) {
    let mut town = Town::with_seed(5, ground).await;
    let letter = town.letter_to(who::VAGN).build().unwrap();
    town.send(who::TOWN_SENDER, &letter, Line::Holds).await;
    town.settle().await;
    let memo = town.folder(who::VAGN.0, Folder::Inbox).await.remove(0);
    let refused = town.exchange.answer_message(who::VAGN.0, memo.key, yes()).await;
    assert!(matches!(refused, Err(MailboxError::Reply(ReplyError::NotAllowed))));
}

async fn nobody_reads_the_mail_of_others(ground: Ground) {
    let mut town = Town::with_seed(6, ground).await;
    let (_, memo) = asked(&mut town, None).await;
    for owner in [who::KAREN.0, ContactId(Uuid::from_u128(404))] {
        let opened = town.exchange.open_message(owner, memo.key).await;
        assert!(matches!(opened, Err(MailboxError::Unknown)));
        let answered = town.exchange.answer_message(owner, memo.key, yes()).await;
        assert!(matches!(answered, Err(MailboxError::Unknown)));
        let told = town.exchange.receipts_of_sent(owner, memo.key).await;
        assert!(matches!(told, Err(MailboxError::Unknown)));
    }
    assert_eq!(town.store.unread(who::VAGN.0).await.unwrap(), 1);
}
