use brevdue_exchange::people::registered::Role;
use reqwest::Method;
use serde_json::json;

use crate::covers::covers;
use crate::home::{Home, KARLA, VAGN, contact_id, letter_to};
use crate::town::message_uuid;

#[tokio::test]
async fn messages_are_listed_newest_first_in_pages_and_searched() {
    covers("GET /mailboxes/{mailboxId}/messages/");
    let home = Home::open().await;
    home.town.clock.let_pass(60);
    home.send_letter(2).await;
    let (draft, _) = home.draft().await;
    let path = format!("{}messages/", home.base);
    let ids = |found: &serde_json::Value| -> Vec<String> {
        let list = found["messages"].as_array().unwrap();
        list.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    };
    let all = home.get(&path).await;
    assert_eq!((&all["totalElements"], &all["elementsOnPage"]), (&json!(3), &json!(3)));
    let expected = ids(&all);
    assert!(draft.ends_with(&expected[0]), "drafts come first");
    for page in 0..3 {
        let one = home.get(&format!("{path}?page={page}&size=1")).await;
        assert_eq!(ids(&one), expected[page..=page], "page {page}");
        assert_eq!(one["totalElements"], 3);
    }
    assert_eq!(ids(&home.get(&format!("{path}?page=1&size=2")).await), expected[2..]);
    let folders = home.get(&format!("{}folders/?folderType=INBOX", home.base)).await;
    let inbox = folders["folders"][0]["id"].as_str().unwrap();
    assert_eq!(ids(&home.get(&format!("{path}?folderId={inbox}")).await), expected[1..]);
    assert_eq!(
        ids(&home.get(&format!("{path}?read=false&sortFields=receivedDateTime")).await),
        [expected[2].clone(), expected[1].clone()]
    );
    let since = home.get(&format!("{path}?receivedDateFrom=2026-03-02T10:00:30Z")).await;
    assert_eq!(ids(&since), expected[1..2]);
    assert_eq!(home.get(&format!("{path}?sender.senderId=1*&any=plads")).await["totalElements"], 2);
    assert_eq!(home.call(Method::GET, &format!("{path}?folderId=x"), None, None).await.0, 400);
}

#[tokio::test]
async fn a_message_is_read_with_everything_in_it() {
    covers("GET /mailboxes/{mailboxId}/messages/{id}");
    let home = Home::open().await;
    let (_, message) = home.letter().await;
    assert_eq!(
        (&message["label"], &message["messageState"]),
        (&json!("Pladsanvisning"), &json!("RECEIVED"))
    );
    assert_eq!((&message["read"], &message["reply"]), (&json!(false), &json!(true)));
    assert_eq!(message["sender"]["senderId"], "12345678");
    assert_eq!(message["recipient"]["recipientIdType"], "CPR");
    let file = &message["documents"][0]["files"][0];
    assert_eq!((&file["filename"], &file["fileSize"]), (&json!("Pladsanvisning.pdf"), &json!(30)));
    let karla = home.token_of("CPR", KARLA, Role::Own).await;
    let theirs =
        format!("/mailboxes/{}/messages/{}", contact_id(2), message["id"].as_str().unwrap());
    assert_eq!(home.call_as(&karla, Method::GET, &theirs, None, None).await.0, 404);
}

#[tokio::test]
async fn an_owner_marks_a_message_and_the_log_tells() {
    covers("PATCH /mailboxes/{mailboxId}/messages/{id}");
    let home = Home::open().await;
    let (path, _) = home.letter().await;
    let body = json!({"read": true, "flag": true, "note": "Husk", "label": "Mit navn"});
    let (status, message) = home.call(Method::PATCH, &path, Some(1), Some(body)).await;
    assert_eq!((status, &message["version"]), (200, &json!(2)));
    for (field, value) in [
        ("read", json!(true)),
        ("flag", json!(true)),
        ("note", json!("Husk")),
        ("label", json!("Mit navn")),
    ] {
        assert_eq!(message[field], value, "{field}");
    }
    assert_eq!(home.newest().await["label"], "Mit navn");
    let tags = home.tags(&message).await;
    for tag in ["MESSAGE_READ", "FLAG_CHANGED", "MESSAGE_UPDATED"] {
        assert!(tags.contains(&tag), "{tags:?}");
    }
    let (_, unread) = home.call(Method::PATCH, &path, Some(2), Some(json!({"read": false}))).await;
    assert_eq!((&unread["read"], &unread["flag"]), (&json!(false), &json!(true)));
    assert_eq!(home.call(Method::PATCH, &path, Some(1), Some(json!({}))).await.0, 409);
    assert_eq!(home.call(Method::PATCH, &path, None, Some(json!({}))).await.0, 422);
    let served = Some(json!({"legallyNotified": true}));
    assert_eq!(home.call(Method::PATCH, &path, Some(3), served).await.0, 422, "it serves nothing");
    let long = Some(json!({"label": "x".repeat(257)}));
    assert_eq!(home.call(Method::PATCH, &path, Some(3), long).await.0, 422);
}

#[tokio::test]
async fn a_legal_document_is_served_once_and_stays_served() {
    let home = Home::open().await;
    let uuid = message_uuid(9);
    let letter = letter_to(VAGN, uuid).replace(
        "</memo:reply>\n",
        "</memo:reply>\n    <memo:legalNotification>true</memo:legalNotification>\n",
    );
    home.town.deliver(uuid, &letter).await;
    let (path, message) = home.letter().await;
    assert_eq!(message["messageType"], "LEGAL_NOTIFICATION");
    let authority = json!({"recipientId": "87654321", "recipientIdType": "CVR"});
    let forward = format!("{path}/forward");
    assert_eq!(home.call(Method::POST, &forward, None, Some(authority.clone())).await.0, 422);
    let (status, served) =
        home.call(Method::PATCH, &path, Some(1), Some(json!({"legallyNotified": true}))).await;
    assert_eq!((status, &served["legallyNotified"]), (200, &json!(true)));
    assert!(home.tags(&served).await.contains(&"MESSAGE_LEGALLY_NOTIFIED"));
    let back = Some(json!({"legallyNotified": false}));
    assert_eq!(home.call(Method::PATCH, &path, Some(2), back).await.0, 422);
    let (status, passed_on) = home.call(Method::POST, &forward, None, Some(authority)).await;
    assert_eq!((status, &passed_on["messageType"]), (200, &json!("REGULAR")), "{passed_on}");
}

#[tokio::test]
async fn a_message_is_put_back_with_what_its_owner_may_change() {
    covers("PUT /mailboxes/{mailboxId}/messages/{id}");
    let home = Home::open().await;
    let (path, mut message) = home.letter().await;
    message["flag"] = json!(true);
    message["sender"]["label"] = json!("En anden");
    let (status, put) = home.call(Method::PUT, &path, Some(1), Some(message)).await;
    assert_eq!((status, &put["flag"]), (200, &json!(true)));
    assert_eq!(put["sender"]["label"], "Opdigtet Kommune 1", "a letter stays as it came");
    let (draft, _) = home.draft().await;
    let (status, put) =
        home.call(Method::PUT, &draft, Some(1), Some(json!({"label": "Andet"}))).await;
    assert_eq!(
        (status, &put["label"], &put["recipient"]),
        (200, &json!("Andet"), &serde_json::Value::Null)
    );
}

#[tokio::test]
async fn a_message_goes_to_deleted_and_from_there_out_of_the_mailbox() {
    covers("DELETE /mailboxes/{mailboxId}/messages/{id}");
    let home = Home::open().await;
    let (path, message) = home.letter().await;
    assert_eq!(home.call(Method::DELETE, &path, Some(7), None).await.0, 409);
    assert_eq!(home.call(Method::DELETE, &path, Some(1), None).await.0, 204);
    let deleted = home.get(&path).await;
    let folders = home.get(&format!("{}folders/?folderType=DELETED", home.base)).await;
    assert_eq!(deleted["folderId"], folders["folders"][0]["id"]);
    assert_eq!(home.call(Method::DELETE, &path, deleted["version"].as_i64(), None).await.0, 204);
    assert_eq!(home.call(Method::GET, &path, None, None).await.0, 404);
    assert_eq!(
        home.tags(&message).await.iter().filter(|tag| **tag == "MESSAGE_DELETED").count(),
        2
    );
    let (draft, _) = home.draft().await;
    assert_eq!(home.call(Method::DELETE, &draft, Some(1), None).await.0, 204);
    assert_eq!(home.call(Method::GET, &draft, None, None).await.0, 404);
}
