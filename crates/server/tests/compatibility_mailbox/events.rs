//! What the log tells of what people do, and that it tells it with the deed.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::channel;

use brevdue_exchange::storage::EventQuery;
use brevdue_exchange::storage::memory::Memory;
use brevdue_exchange::{Event, EventTag};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use crate::faulty::Faulty;
use crate::home::{Home, contact_id};

async fn logged(home: &Home, tags: &[EventTag]) -> Vec<Event> {
    let query = EventQuery { tags: tags.to_vec(), ..EventQuery::default() };
    home.town.store.events(&query, Default::default()).await.unwrap().items
}

#[tokio::test]
async fn what_is_done_in_a_mailbox_is_logged_with_whose_it_is_and_who_did_it() {
    let home = Home::open().await;
    let vagn = Some(contact_id(1));
    let body = Some(json!({"name": "Skat", "folderType": "USER_DEFINED"}));
    let (status, folder) =
        home.call(Method::POST, &format!("{}folders/", home.base), None, body).await;
    assert_eq!(status, 201, "{folder}");
    let access = Some(json!({"identityId": contact_id(2), "privileges": ["MESSAGE_BASIC"]}));
    home.call(Method::POST, &format!("{}accesses/", home.base), None, access).await;
    home.get(&format!("/mailboxes/{}", contact_id(1))).await;
    let (path, _) = home.letter().await;
    home.call(Method::PATCH, &path, Some(1), Some(json!({"flag": true, "read": true}))).await;
    for tag in [
        EventTag::FolderCreated,
        EventTag::ReadAccessCreated,
        EventTag::MailboxRead,
        EventTag::FlagChanged,
    ] {
        let [event] = logged(&home, &[tag]).await.try_into().unwrap();
        assert_eq!((event.owner, event.actor), (vagn, vagn), "{tag:?}");
        assert_eq!((event.system, event.organisation), (None, None));
    }
    // The sender's evidence holds this one, and is not to tell who reads somebody's mail.
    let [read] = logged(&home, &[EventTag::MessageRead]).await.try_into().unwrap();
    assert_eq!((read.owner, read.actor), (vagn, None));
    let about_vagn = EventQuery { owner_or_actor: vagn, ..EventQuery::default() };
    let found = home.town.store.events(&about_vagn, Default::default()).await.unwrap();
    assert!(found.total >= 5, "{}", found.total);
}

#[tokio::test]
async fn what_is_passed_on_to_an_authority_is_logged_in_the_same_batch() {
    let faulty = Arc::new(Faulty::before(Memory::open()));
    let home = Home::on(Some(faulty.clone())).await;
    let (path, _) = home.letter().await;
    let authority = json!({"recipientId": "87654321", "recipientIdType": "CVR"});
    faulty.batches_left.store(1, Ordering::SeqCst);
    let (status, passed_on) =
        home.call(Method::POST, &format!("{path}/forward"), None, Some(authority)).await;
    assert_eq!(status, 200, "{passed_on}");
    let [event] = logged(&home, &[EventTag::MessageForwardedToAuthority]).await.try_into().unwrap();
    assert_eq!((event.owner, event.organisation), (Some(contact_id(1)), None));
}

#[tokio::test]
async fn a_letter_that_takes_long_to_read_holds_up_no_other_call() {
    let faulty = Arc::new(Faulty::before(Memory::open()));
    let home = Home::on(Some(faulty.clone())).await;
    let (path, message) = home.letter().await;
    let document = message["documents"][0]["id"].as_str().unwrap().to_owned();
    let of_document = format!("{path}/documents/{document}");
    // One thread serves all calls of this test, and the letter is not read before another is answered.
    for slow in [path.clone(), format!("{path}/documents/"), of_document.clone()] {
        let (come, door) = channel();
        *faulty.door.lock().unwrap() = Some(door);
        let reading = home.get(&slow);
        let another = async {
            while faulty.door.lock().unwrap().is_some() {
                tokio::task::yield_now().await;
            }
            let found = home.get("/mailboxes/").await;
            come.send(()).unwrap();
            found["totalElements"].clone()
        };
        let (read, found) = tokio::join!(reading, another);
        assert!(read.is_object() && found == json!(1));
    }
}

#[tokio::test]
async fn a_mailbox_tells_when_it_was_last_looked_at_and_everything_names_its_transaction() {
    let home = Home::open().await;
    let path = format!("/mailboxes/{}", contact_id(1));
    let first = home.get(&path).await;
    assert_eq!(first["lastAccessedDate"], json!(null), "nobody has yet");
    let looked = home.town.exchange.now();
    home.town.clock.let_pass(60);
    let second = home.get(&path).await;
    assert_eq!(second["lastAccessedDate"], json!(looked.to_string()));
    assert_eq!(second["transactionId"], first["transactionId"], "looking changes nothing");
    let reminded = Some(json!({"reminded": true}));
    let (_, changed) = home.call(Method::PUT, &path, Some(1), reminded).await;
    assert_ne!(changed["transactionId"], first["transactionId"]);
    let (_, letter) = home.letter().await;
    let key = brevdue_exchange::MemoKey(letter["id"].as_str().unwrap().parse().unwrap());
    let memo = home.town.store.memo(key).await.unwrap().unwrap();
    assert_eq!(letter["transactionId"], json!(memo.transmission.to_string()));
    let folders = home.get(&format!("{}folders/", home.base)).await;
    let ids: Vec<Uuid> = folders["folders"]
        .as_array()
        .unwrap()
        .iter()
        .map(|folder| folder["transactionId"].as_str().unwrap().parse().unwrap())
        .collect();
    assert_eq!(ids.len(), 4);
}

#[tokio::test]
async fn an_action_of_a_letter_that_came_stands_at_received() {
    let home = Home::open().await;
    let uuid = crate::town::message_uuid(77);
    let action = "<memo:Action><memo:label>Book tid</memo:label><memo:actionCode>BEKRAEFT</memo:actionCode>\
                  <memo:startDateTime>2026-03-02T09:00:00Z</memo:startDateTime>\
                  <memo:endDateTime>2027-03-02T09:00:00Z</memo:endDateTime>\
                  <memo:EntryPoint><memo:url>https://byen.example/tid</memo:url></memo:EntryPoint></memo:Action>";
    let letter = crate::home::letter_to(crate::home::VAGN, uuid)
        .replace("</memo:File>", &format!("</memo:File>{action}"));
    home.town.deliver(uuid, &letter).await;
    let (_, letter) = home.letter().await;
    let action = &letter["documents"][0]["actions"][0];
    assert_eq!(action["label"], "Book tid", "{letter}");
    assert_eq!(action["actionStatus"]["statusCode"], "RECEIVED");
    assert_eq!(action["actionStatus"]["createdDateTime"], letter["receivedDateTime"]);
}
