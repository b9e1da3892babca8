//! A receiver system that fetches its mail.

use serde_json::{Value, json};

use crate::covering::covers;
use crate::town::{Town, letter, masked, message_uuid};

const MEMOS: &str = "/apis/v1/memos/";

async fn waiting(town: &Town) -> Value {
    town.acting_as(&town.receiver).get(MEMOS).send().await.unwrap().json().await.unwrap()
}

async fn answer(town: &Town, number: u128, body: impl Into<reqwest::Body>) -> (u16, Value) {
    let path = format!("{MEMOS}{}/receipt", message_uuid(number));
    let receiver = town.acting_as(&town.receiver);
    let request = receiver.post(&path).header("content-type", "application/json").body(body);
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap_or(Value::Null))
}

#[tokio::test]
async fn a_letter_is_listed_fetched_byte_for_byte_answered_and_gone() {
    covers("GET /memos/");
    covers("GET /memos/{id}");
    covers("POST /memos/{id}/receipt");
    let town = Town::open().await;
    for (number, file_bytes) in [(1, 10), (2, 400_000)] {
        let (uuid, letter) = (message_uuid(number), letter(message_uuid(number), file_bytes));
        town.deliver(uuid, &letter).await;
        assert_eq!(waiting(&town).await["content"], json!([uuid]));

        let receiver = town.acting_as(&town.receiver);
        for spelling in ["", "/"] {
            let fetched = receiver.get(&format!("{MEMOS}{uuid}{spelling}")).send().await.unwrap();
            assert_eq!(fetched.status(), 200);
            assert_eq!(fetched.headers()["content-type"], "application/xml");
            assert_eq!(fetched.content_length(), Some(letter.len() as u64));
            assert_eq!(fetched.bytes().await.unwrap(), letter.as_bytes());
        }
        assert_eq!(waiting(&town).await["content"], json!([uuid]), "reading does not remove");

        let completed = json!({
            "transmissionId": "0a6d9a5e-6f0b-4b57-9c2e-0d6e3a1f2b3c",
            "messageUUID": uuid,
            "receiptStatus": "COMPLETED",
            "timeStamp": "2026-03-02T10:00:00.000Z",
        });
        for _ in 0..2 {
            assert_eq!(answer(&town, number, completed.to_string()).await, (200, Value::Null));
        }
        assert_eq!(waiting(&town).await["content"], json!([]));
        let other = json!({ "receiptStatus": "INVALID" }).to_string();
        let (status, body) = answer(&town, number, other).await;
        assert_eq!((status, &body["code"]), (409, &json!("memo.answered.otherwise")));
    }
}

#[tokio::test]
async fn the_list_comes_in_pages_oldest_first() {
    let town = Town::open().await;
    for number in 1..=5 {
        town.deliver(message_uuid(number), &letter(message_uuid(number), 10)).await;
        town.clock.let_pass(1);
    }
    let receiver = town.acting_as(&town.receiver);
    let list = async |query: &str| -> Value {
        let answer = receiver.get(&format!("{MEMOS}?{query}")).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{query}");
        answer.json().await.unwrap()
    };
    let page = list("page=1&size=2&sort=").await;
    assert_eq!(page["content"], json!([message_uuid(3), message_uuid(4)]));
    insta::assert_snapshot!(masked(&page));
    assert_eq!(list("size=1000").await["totalElements"], 5);
    assert_eq!(list("page=7").await["content"], json!([]));
    for query in ["page=x", "size=0", "size=-1", "page=1&page=2", "sort=id,desc"] {
        let answer = receiver.get(&format!("{MEMOS}?{query}")).send().await.unwrap();
        assert_eq!(answer.status(), 400, "{query}");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["fieldErrors"][0]["resource"], "query", "{query}");
    }
}

#[tokio::test]
async fn a_letter_can_be_removed_and_removed_again() {
    covers("DELETE /memos/{id}");
    let town = Town::open().await;
    let uuid = message_uuid(1);
    town.deliver(uuid, &letter(uuid, 10)).await;
    let receiver = town.acting_as(&town.receiver);
    for _ in 0..2 {
        let answer = receiver.delete(&format!("{MEMOS}{uuid}")).send().await.unwrap();
        assert_eq!(answer.status(), 204);
        assert!(answer.bytes().await.unwrap().is_empty());
    }
    assert_eq!(waiting(&town).await["content"], json!([]));
}

#[tokio::test]
async fn a_letter_that_does_not_wait_for_the_caller_is_not_found() {
    let town = Town::open().await;
    let receiver = town.acting_as(&town.receiver);
    let unknown = format!("{MEMOS}{}", message_uuid(77));
    let completed = r#"{"receiptStatus":"COMPLETED"}"#;
    for request in [
        receiver.get(&unknown),
        receiver.delete(&unknown),
        receiver.post(&format!("{unknown}/receipt")).body(completed),
    ] {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 404);
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["code"], "memo.not.found");
    }
    let answer = receiver.get(&format!("{MEMOS}1234")).send().await.unwrap();
    assert_eq!(answer.status(), 400);
    insta::assert_snapshot!(masked(&answer.json().await.unwrap()));
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_gets_422_and_the_letter_stays() {
    let town = Town::open().await;
    let uuid = message_uuid(1);
    town.deliver(uuid, &letter(uuid, 10)).await;
    let mut said = String::new();
    for body in [
        "",
        "{",
        "[]",
        "{}",
        r#"{"receiptStatus":"DONE"}"#,
        r#"{"receiptStatus":"RECEIVED"}"#,
        r#"{"receiptStatus":"NOT_ALLOWED"}"#,
        r#"{"receiptStatus":"COMPLETED","messageUUID":"1234"}"#,
    ] {
        let (status, answer) = answer(&town, 1, body).await;
        assert_eq!(status, 422, "{body}");
        said += &format!("{body}\n{}\n\n", masked(&answer));
    }
    insta::assert_snapshot!(said);
    assert_eq!(waiting(&town).await["content"], json!([uuid]));

    let (status, body) = answer(&town, 1, "x".repeat(1_000_000)).await;
    assert_eq!((status, &body["code"]), (413, &json!("body.too.large")));
    let receiver = town.acting_as(&town.receiver);
    let request = receiver.post(&format!("{MEMOS}{uuid}/receipt"));
    let answer = request.header("content-type", "text/plain").body("{}").send().await.unwrap();
    assert_eq!(answer.status(), 415);
}
