use brevdue_exchange::people::registered::Role;
use reqwest::Method;
use serde_json::json;

use crate::covers::covers;
use crate::home::{COMPANY, Home, KARLA, VAGN, contact_id};

#[tokio::test]
async fn a_person_sees_their_own_mailbox_and_no_other() {
    covers("GET /mailboxes/");
    let home = Home::open().await;
    let found = home.get("/mailboxes/").await;
    assert_eq!(found["totalElements"], 1);
    let mailbox = &found["mailboxes"][0];
    assert_eq!(mailbox["id"], contact_id(1).to_string());
    assert_eq!(
        (&mailbox["ownerType"], &mailbox["statusType"]),
        (&json!("CITIZEN"), &json!("ACTIVE"))
    );
    let company = home.token_of("CVR", COMPANY, Role::Own).await;
    let (_, found) = home.call_as(&company, Method::GET, "/mailboxes/", None, None).await;
    assert_eq!(found["mailboxes"][0]["ownerType"], "ORGANISATION");
    assert_eq!(home.call_as("ingen", Method::GET, "/mailboxes/", None, None).await.0, 401);
}

#[tokio::test]
async fn a_mailbox_is_there_for_its_owner_alone() {
    covers("GET /mailboxes/{id}");
    let home = Home::open().await;
    let mailbox = home.get(&format!("/mailboxes/{}", contact_id(1))).await;
    assert_eq!(mailbox["ownerExternalId"], VAGN);
    assert_eq!(mailbox["access"]["accessType"], "OWNER");
    let karla = home.token_of("CPR", KARLA, Role::Own).await;
    let path = format!("/mailboxes/{}", contact_id(1));
    assert_eq!(home.call_as(&karla, Method::GET, &path, None, None).await.0, 404);
}

#[tokio::test]
async fn an_owner_asks_to_be_reminded() {
    covers("PUT /mailboxes/{id}");
    let home = Home::open().await;
    let path = format!("/mailboxes/{}", contact_id(1));
    let body = || Some(json!({"reminded": true}));
    let (status, mailbox) = home.call(Method::PUT, &path, Some(1), body()).await;
    assert_eq!((status, &mailbox["reminded"], &mailbox["version"]), (200, &json!(true), &json!(2)));
    assert_eq!(home.call(Method::PUT, &path, Some(1), body()).await.0, 409, "an old version");
    assert_eq!(home.call(Method::PUT, &path, None, body()).await.0, 422, "no version");
}

#[tokio::test]
async fn whether_something_is_unread_is_asked_by_number() {
    covers("GET /mailboxes/messages/unread/exists/");
    let home = Home::open().await;
    let path = format!("/mailboxes/messages/unread/exists/?ownerId={VAGN}&ownerIdType=CPR");
    assert_eq!(home.get(&path).await["unreadRegularMessagesExist"], true);
    let (letter, message) = home.letter().await;
    let read = Some(json!({"read": true}));
    home.call(Method::PATCH, &letter, message["version"].as_i64(), read).await;
    assert_eq!(home.get(&path).await["unreadRegularMessagesExist"], false);
    let other = format!("/mailboxes/messages/unread/exists/?ownerId={KARLA}");
    assert_eq!(home.call(Method::GET, &other, None, None).await.0, 404);
}

#[tokio::test]
async fn whoever_has_access_is_trusted() {
    covers("GET /mailboxes/trustees");
    let home = Home::open().await;
    assert_eq!(home.get("/mailboxes/trustees").await["totalElements"], 0);
    let access = Some(json!({"identityId": contact_id(2)}));
    home.call(Method::POST, &format!("{}accesses/", home.base), None, access).await;
    let found = home.get("/mailboxes/trustees?sortField=name&sortOrder=ASC").await;
    assert_eq!(
        (&found["trustees"][0]["id"], &found["trustees"][0]["idType"]),
        (&json!(KARLA), &json!("CPR"))
    );
}

#[tokio::test]
async fn senders_are_counted() {
    covers("GET /mailboxes/{id}/sender-information/");
    let home = Home::open().await;
    home.send_letter(2).await;
    let senders = home.get(&format!("{}sender-information/", home.base)).await;
    let sender = &senders["senderInformation"][0];
    assert_eq!((&sender["senderId"], &sender["senderIdType"]), (&json!("12345678"), &json!("CVR")));
    assert_eq!(sender["messageCountList"][0]["totalMessages"], 2);
    assert_eq!(sender["messageCountList"][0]["unreadMessages"], 2);
}
