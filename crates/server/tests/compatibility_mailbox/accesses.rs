use brevdue_exchange::people::registered::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::covers::covers;
use crate::home::{Home, KARLA, contact_id};

/// The owner's access: its path, and what it says.
async fn own(home: &Home) -> (String, Value) {
    let path = format!("{}accesses/", home.base);
    let access = home.get(&path).await["accesses"][0].clone();
    (format!("{path}{}", access["id"].as_str().unwrap()), access)
}

#[tokio::test]
async fn the_owner_has_an_access_from_the_start() {
    covers("GET /mailboxes/{mailboxId}/accesses/");
    let home = Home::open().await;
    let (_, access) = own(&home).await;
    assert_eq!(
        (&access["accessType"], &access["identityId"]),
        (&json!("OWNER"), &json!(contact_id(1)))
    );
}

#[tokio::test]
async fn somebody_else_is_let_in_to_read() {
    covers("POST /mailboxes/{mailboxId}/accesses/");
    let home = Home::open().await;
    let path = format!("{}accesses/", home.base);
    let karla = home.token_of("CPR", KARLA, Role::Own).await;
    let inbox = format!("{}messages/", home.base);
    assert_eq!(home.call_as(&karla, Method::GET, &inbox, None, None).await.0, 404);
    let body = || Some(json!({"identityId": contact_id(2), "privileges": ["MESSAGE_BASIC"]}));
    let (status, access) = home.call(Method::POST, &path, None, body()).await;
    assert_eq!((status, &access["accessType"]), (201, &json!("PARTY_REPRESENTATIVE")));
    assert_eq!(home.call(Method::POST, &path, None, body()).await.0, 409);
    let (status, found) = home.call_as(&karla, Method::GET, &inbox, None, None).await;
    assert_eq!(status, 200);
    let letter = format!("{inbox}{}", found["messages"][0]["id"].as_str().unwrap());
    let flag = Some(json!({"flag": true}));
    let patched = home.call_as(&karla, Method::PATCH, &letter, Some(1), flag).await;
    assert_eq!(patched.0, 403, "reading only");
    assert_eq!(home.call_as(&karla, Method::POST, &path, None, body()).await.0, 403);
}

#[tokio::test]
async fn an_access_is_read_by_its_id() {
    covers("GET /mailboxes/{mailboxId}/accesses/{id}");
    let home = Home::open().await;
    let (path, access) = own(&home).await;
    assert_eq!(home.get(&path).await, access);
}

#[tokio::test]
async fn an_owner_says_how_to_be_told_of_mail() {
    covers("PUT /mailboxes/{mailboxId}/accesses/{id}");
    let home = Home::open().await;
    let (path, access) = own(&home).await;
    let version = access["version"].as_i64();
    let body = |email: &str| {
        Some(json!({
            "introductionCompleted": true,
            "emailNotificationSubscriptions": [{"email": email}],
            "smsNotificationSubscription": {"mobileNumber": "20000001"},
            "pushNotificationSubscriptions": [{"providerType": "APN", "deviceId": "telefon"}],
        }))
    };
    let (status, refused) = home.call(Method::PUT, &path, version, body("ingen adresse")).await;
    assert_eq!(
        (status, &refused["fieldErrors"][0]["field"]),
        (422, &json!("emailNotificationSubscriptions"))
    );
    let (status, changed) = home.call(Method::PUT, &path, version, body("v@post.example")).await;
    assert_eq!((status, &changed["introductionCompleted"]), (200, &json!(true)), "{changed}");
    assert_eq!(changed["emailNotificationSubscriptions"][0]["verificationTime"], Value::Null);
    assert_eq!(changed["smsNotificationSubscription"]["mobileNumber"], "20000001");
    assert_eq!(changed["pushNotificationSubscriptions"][0]["deviceId"], "telefon");
    assert_eq!(home.call(Method::PUT, &path, version, body("v@post.example")).await.0, 409);
    assert_eq!(home.get(&path).await, changed);
}

#[tokio::test]
async fn an_address_is_verified_by_the_code_that_was_sent_to_it() {
    covers(
        "PUT /mailboxes/{mailboxId}/accesses/{accessId}/subscriptions/{subscriptionId}/verification",
    );
    let home = Home::open().await;
    let (path, access) = own(&home).await;
    let body = Some(json!({"emailNotificationSubscriptions": [{"email": "v@post.example"}]}));
    let (_, changed) = home.call(Method::PUT, &path, access["version"].as_i64(), body).await;
    let subscription = changed["emailNotificationSubscriptions"][0]["id"].as_str().unwrap();
    let kind = brevdue_exchange::storage::RecordKind::Notice;
    let notices = home.town.store.records_of_kind(kind, Default::default()).await.unwrap();
    let notice: Value = serde_json::from_str(&notices.items[0].body).unwrap();
    assert_eq!(notice["to"], json!(["v@post.example"]));
    let text = notice["text"].as_str().unwrap();
    let code: String = text.chars().skip_while(|c| !c.is_ascii_digit()).take(6).collect();
    let verify = format!("{path}/subscriptions/{subscription}/verification");
    let say = |code: &str| Some(json!({"verificationCode": code}));
    assert_eq!(home.call(Method::PUT, &verify, None, say("nej")).await.0, 422);
    let (status, access) = home.call(Method::PUT, &verify, None, say(&code)).await;
    assert_eq!(status, 200, "{access}");
    assert!(access["emailNotificationSubscriptions"][0]["verificationTime"].is_string());
}

#[tokio::test]
async fn after_five_wrong_codes_the_right_one_is_worthless() {
    let home = Home::open().await;
    let (path, access) = own(&home).await;
    let body = Some(json!({"smsNotificationSubscription": {"mobileNumber": "20000001"}}));
    let (_, changed) = home.call(Method::PUT, &path, access["version"].as_i64(), body).await;
    let subscription = changed["smsNotificationSubscription"]["id"].as_str().unwrap();
    let kind = brevdue_exchange::storage::RecordKind::Notice;
    let notices = home.town.store.records_of_kind(kind, Default::default()).await.unwrap();
    let notice: Value = serde_json::from_str(&notices.items[0].body).unwrap();
    let text = notice["text"].as_str().unwrap();
    let code: String = text.chars().skip_while(|c| !c.is_ascii_digit()).take(6).collect();
    let verify = format!("{path}/subscriptions/{subscription}/verification");
    for _ in 0..5 {
        let wrong = Some(json!({"verificationCode": "nej"}));
        assert_eq!(home.call(Method::PUT, &verify, None, wrong).await.0, 422);
    }
    let right = Some(json!({"verificationCode": code}));
    assert_eq!(home.call(Method::PUT, &verify, None, right).await.0, 422);
}
