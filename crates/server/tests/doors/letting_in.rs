//! Who is let in: certificate, token, and what the system may do.

use brevdue_exchange::{Batch, Op};
use brevdue_memo::Timestamp;

use crate::certificates::{Issuer, Validity};
use crate::town::{RECEIVING_CVR, Town, Wishes, masked};

const MEMOS: &str = "/apis/v1/memos/";
const RECEIPTS: &str = "/apis/v1/receipts/";

#[tokio::test]
async fn a_system_with_its_certificate_and_token_is_let_in() {
    let town = Town::open().await;
    let answer = town.acting_as(&town.sender).get(RECEIPTS).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let answer = town.acting_as(&town.receiver).get(MEMOS).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn whoever_is_not_who_they_say_gets_401_and_is_told_what_is_missing() {
    let town = Town::open().await;
    let url = || town.url(RECEIPTS);
    let own = Some(&town.sender.identity);
    let other = town.issuer.organisation(RECEIVING_CVR, Validity::Now);
    let token = town.sender.authorization();
    let foreign_token = town.receiver.authorization();
    let wrong_token = {
        let mut system = town.sender.clone();
        system.registered.token = brevdue_exchange::ApiToken("gættet".into());
        system.authorization()
    };
    for (case, identity, authorization) in [
        ("no certificate", None, Some(&token)),
        ("a certificate of another organisation", Some(&other), Some(&token)),
        ("the token of another system", own, Some(&foreign_token)),
        ("a wrong token", own, Some(&wrong_token)),
        ("no token", own, None),
        ("a header of another form", own, Some(&"Bearer abc".to_owned())),
    ] {
        let mut request = town.client(identity).get(url());
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 401, "{case}");
        let challenge = answer.headers()["www-authenticate"].to_str().unwrap();
        assert!(challenge.starts_with("Basic realm="), "{case}");
        let body: serde_json::Value = answer.json().await.unwrap();
        assert!(!body["code"].as_str().unwrap().is_empty(), "{case}");
        assert!(!body["message"].as_str().unwrap().is_empty(), "{case}");
    }
}

#[tokio::test]
async fn an_unknown_system_is_answered_like_a_wrong_token() {
    let town = Town::open().await;
    let mut unknown = town.sender.clone();
    unknown.registered.id = brevdue_exchange::SystemId(uuid::Uuid::from_u128(0xdead));
    let answer = town.acting_as(&unknown).get(RECEIPTS).send().await.unwrap();
    assert_eq!(answer.status(), 401);
}

#[tokio::test]
async fn a_certificate_of_a_stranger_or_past_its_time_does_not_pass_the_handshake() {
    let town = Town::open().await;
    let strangers = Issuer::new().organisation("12345678", Validity::Now);
    let expired = town.issuer.organisation("12345678", Validity::Past);
    for (case, identity) in [("another issuer", strangers), ("past its time", expired)] {
        let request = town.client(Some(&identity)).get(town.url(RECEIPTS));
        let answer = request.header("authorization", town.sender.authorization()).send().await;
        assert!(answer.is_err(), "{case}");
    }
}

#[tokio::test]
async fn a_revoked_certificate_does_not_pass_the_handshake_and_others_do() {
    let town = Town::with(Wishes { revoke_receiver: true, ..Default::default() }).await;
    assert!(town.acting_as(&town.receiver).get(MEMOS).send().await.is_err());
    let answer = town.acting_as(&town.sender).get(RECEIPTS).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn a_system_that_may_not_gets_403() {
    let town = Town::open().await;
    let id = uuid::Uuid::from_u128(5);
    let sender = town.acting_as(&town.sender);
    let receiver = town.acting_as(&town.receiver);
    for (case, request) in [
        ("a sender asks for memos", sender.get(MEMOS)),
        ("a sender fetches a memo", sender.get(&format!("{MEMOS}{id}"))),
        ("a sender removes a memo", sender.delete(&format!("{MEMOS}{id}"))),
        ("a sender answers a memo", sender.post(&format!("{MEMOS}{id}/receipt")).body("{}")),
        ("a receiver asks for receipts", receiver.get(RECEIPTS)),
        ("a receiver asks for receipts in bulk", receiver.get("/apis/v1/receipts-bulk/")),
        ("a receiver removes a receipt", receiver.delete(&format!("{RECEIPTS}{id}"))),
        (
            "a receiver sends",
            receiver.post(MEMOS).header("content-type", "application/xml").body("<a/>"),
        ),
    ] {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 403, "{case}");
        let body: serde_json::Value = answer.json().await.unwrap();
        assert!(body["code"].as_str().unwrap().starts_with("system.not."), "{case}: {body}");
    }
}

#[tokio::test]
async fn a_system_outside_its_time_gets_403() {
    let town = Town::open().await;
    let mut ended = town.sender.registered.clone();
    ended.active_to = Some(Timestamp::from_millis(1));
    town.store.commit(Batch::of(Op::PutSystem(Box::new(ended)))).await.unwrap();
    let answer = town.acting_as(&town.sender).get(RECEIPTS).send().await.unwrap();
    assert_eq!(answer.status(), 403);
}

#[tokio::test]
async fn in_local_mode_the_token_alone_lets_in_over_plain_http() {
    let town = Town::open().await;
    let url = format!("http://{}{RECEIPTS}", town.http);
    let client = town.client(None);
    let request = client.get(&url).header("authorization", town.sender.authorization());
    assert_eq!(request.send().await.unwrap().status(), 200);
    let answer = client.get(&url).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    insta::assert_snapshot!(masked(&answer.json().await.unwrap()));
}
