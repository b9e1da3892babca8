use reqwest::Method;
use serde_json::{Value, json};

use crate::covers::covers;
use crate::home::{Home, KARLA, contact_id};
use crate::town::{RECEIVING_CVR, SENDING_CVR};

#[tokio::test]
async fn a_message_begins_as_a_draft_that_need_not_be_complete() {
    covers("POST /mailboxes/{mailboxId}/messages/");
    let home = Home::open().await;
    let path = format!("{}messages/", home.base);
    let (status, draft) = home.call(Method::POST, &path, None, Some(json!({}))).await;
    assert_eq!((status, &draft["messageState"]), (201, &json!("DRAFT")));
    let folders = home.get(&format!("{}folders/?folderType=DRAFTS", home.base)).await;
    assert_eq!(draft["folderId"], folders["folders"][0]["id"]);
    let body = Some(json!({"label": 7}));
    let (status, refused) = home.call(Method::POST, &path, None, body).await;
    assert_eq!((status, &refused["fieldErrors"][0]["field"]), (400, &json!("label")));
}

#[tokio::test]
async fn a_draft_is_sent_and_delivered_like_any_letter() {
    covers("POST /mailboxes/{mailboxId}/messages/{id}/send");
    let home = Home::open().await;
    let (draft, _) = home.draft().await;
    let send = format!("{draft}/send");
    let (status, refused) = home.call(Method::POST, &send, None, None).await;
    assert_eq!((status, &refused["fieldErrors"][0]["field"]), (422, &json!("documents")));
    home.write(&draft, "Kære kommune").await;
    let (status, sent) = home.call(Method::POST, &send, None, None).await;
    assert_eq!((status, &sent["messageState"]), (200, &json!("SENT")), "{sent}");
    assert_eq!(home.call(Method::GET, &draft, None, None).await.0, 404, "the draft is gone");
    home.town.work().await;
    let waiting = home.town.acting_as(&home.town.sender).get("/apis/v1/memos/").send().await;
    let waiting: Value = waiting.unwrap().json().await.unwrap();
    let id = waiting["content"][0].as_str().unwrap();
    let memo = home.town.acting_as(&home.town.sender).get(&format!("/apis/v1/memos/{id}"));
    let memo = memo.send().await.unwrap().text().await.unwrap();
    assert!(memo.contains("<memo:label>Ansøgning</memo:label>"), "{memo}");
    assert!(memo.contains("S8OmcmUga29tbXVuZQ=="), "its text, in Base64: {memo}");
    let path = format!("{}messages/{}", home.base, sent["id"].as_str().unwrap());
    assert_eq!(home.get(&path).await["errorMessage"], false);
}

#[tokio::test]
async fn a_draft_is_sent_only_as_it_was_read() {
    covers("PUT /mailboxes/{mailboxId}/messages/{id}/send");
    let home = Home::open().await;
    let (draft, _) = home.draft().await;
    home.write(&draft, "Kære kommune").await;
    let send = format!("{draft}/send");
    assert_eq!(home.call(Method::PUT, &send, Some(1), None).await.0, 409);
    let version = home.get(&draft).await["version"].as_i64();
    let (status, sent) = home.call(Method::PUT, &send, version, None).await;
    assert_eq!((status, &sent["messageState"]), (200, &json!("SENT")), "{sent}");
}

#[tokio::test]
async fn an_answer_carries_what_the_authority_files_it_by() {
    covers("POST /mailboxes/{mailboxId}/messages/{id}/reply");
    let home = Home::open().await;
    let (letter, original) = home.letter().await;
    let (status, draft) = home.call(Method::POST, &format!("{letter}/reply"), None, None).await;
    assert_eq!((status, &draft["messageState"]), (200, &json!("DRAFT")), "{draft}");
    assert_eq!(draft["recipient"]["recipientId"], SENDING_CVR);
    assert_eq!(draft["label"], "Svar: Pladsanvisning");
    let path = format!("{}messages/{}", home.base, draft["id"].as_str().unwrap());
    home.write(&path, "Ja tak").await;
    let (status, sent) = home.call(Method::POST, &format!("{path}/send"), None, None).await;
    assert_eq!(status, 200, "{sent}");
    let steps = sent["replyData"].as_array().unwrap();
    assert_eq!(steps.len(), 2);
    assert_eq!(steps[1]["parentMessageId"], steps[0]["childMessageId"]);
    home.town.work().await;
    let sent = format!("{}messages/{}", home.base, sent["id"].as_str().unwrap());
    assert_eq!(home.get(&sent).await["errorMessage"], false);
    let again = format!("{sent}/reply");
    assert_eq!(home.call(Method::POST, &again, None, None).await.0, 409, "not to oneself");
    assert_eq!(original["reply"], true);
}

#[tokio::test]
async fn a_letter_is_passed_on_to_an_authority_somebody_trusted_or_by_mail() {
    covers("POST /mailboxes/{mailboxId}/messages/{id}/forward");
    let home = Home::open().await;
    let (letter, original) = home.letter().await;
    let forward = format!("{letter}/forward");
    let to = |id: &str, kind: &str| {
        Some(json!({"recipientId": id, "recipientIdType": kind, "comment": "Til orientering"}))
    };
    let (status, sent) = home.call(Method::POST, &forward, None, to(RECEIVING_CVR, "CVR")).await;
    assert_eq!((status, &sent["forward"]), (200, &json!(true)), "{sent}");
    assert_eq!(sent["forwardData"]["comment"], "Til orientering");
    assert_eq!(sent["documents"][0]["files"][0]["fileSize"], 30);
    home.town.work().await;
    assert!(home.tags(&original).await.contains(&"MESSAGE_FORWARDED_TO_AUTHORITY"));
    let waiting = home.town.acting_as(&home.town.receiver).get("/apis/v1/memos/").send().await;
    assert_eq!(waiting.unwrap().json::<Value>().await.unwrap()["totalElements"], 1);

    let (status, refused) = home.call(Method::POST, &forward, None, to(KARLA, "CPR")).await;
    assert_eq!(status, 422, "Karla is not trusted: {refused}");
    let access = Some(json!({"identityId": contact_id(2)}));
    home.call(Method::POST, &format!("{}accesses/", home.base), None, access).await;
    let (status, sent) = home.call(Method::POST, &forward, None, to(KARLA, "CPR")).await;
    assert_eq!((status, &sent["messageState"]), (200, &json!("SENT")), "{sent}");
    let karla = home.token_of("CPR", KARLA, brevdue_exchange::people::registered::Role::Own).await;
    let theirs = format!("/mailboxes/{}/messages/", contact_id(2));
    let (_, found) = home.call_as(&karla, Method::GET, &theirs, None, None).await;
    assert_eq!(found["messages"][0]["messageState"], "RECEIVED");
    assert_eq!(found["messages"][0]["sender"]["label"], "Vagn Opdigtet");

    let (status, same) =
        home.call(Method::POST, &forward, None, to("v@post.example", "EMAIL")).await;
    assert_eq!((status, &same["id"]), (200, &original["id"]));
    let kind = brevdue_exchange::storage::RecordKind::Notice;
    let notices = home.town.store.records_of_kind(kind, Default::default()).await.unwrap();
    assert!(notices.items[0].body.contains("v@post.example"));
    assert_eq!(home.call(Method::POST, &forward, None, to("ingen", "EMAIL")).await.0, 422);
}
