//! A sender system that fetches its receipts.

use serde_json::{Value, json};

use crate::covering::covers;
use crate::town::{Town, letter, masked, message_uuid};

const RECEIPTS: &str = "/apis/v1/receipts/";

async fn get(town: &Town, path: &str) -> (u16, Value) {
    let answer = town.acting_as(&town.sender).get(path).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap_or(Value::Null))
}

async fn with_receipts(count: u128) -> Town {
    let town = Town::open().await;
    for number in 1..=count {
        town.deliver(message_uuid(number), &letter(message_uuid(number), 10)).await;
        town.clock.let_pass(1);
    }
    town
}

#[tokio::test]
async fn receipts_are_listed_read_and_removed() {
    covers("GET /receipts/");
    covers("GET /receipts/{id}");
    covers("DELETE /receipts/{id}");
    let town = with_receipts(2).await;
    let (status, page) = get(&town, RECEIPTS).await;
    assert_eq!((status, &page["totalElements"]), (200, &json!(2)));
    let first = page["content"][0].as_str().unwrap().to_owned();
    let second = page["content"][1].as_str().unwrap().to_owned();

    let (status, kept) = get(&town, &format!("{RECEIPTS}{first}?delete=false")).await;
    assert_eq!((status, &kept["receiptStatus"]), (200, &json!("COMPLETED")));
    assert_eq!(kept["messageUUID"], json!(message_uuid(1)));
    insta::assert_snapshot!(masked(&kept));
    assert_eq!(get(&town, "/apis/v1/receipts").await.1["totalElements"], 2, "it was kept");

    for _ in 0..2 {
        let request = town.acting_as(&town.sender).delete(&format!("{RECEIPTS}{first}"));
        assert_eq!(request.send().await.unwrap().status(), 204);
    }
    assert_eq!(get(&town, RECEIPTS).await.1["content"], json!([second]));

    let (status, taken) = get(&town, &format!("{RECEIPTS}{second}")).await;
    assert_eq!((status, &taken["messageUUID"]), (200, &json!(message_uuid(2))));
    assert_eq!(get(&town, RECEIPTS).await.1["content"], json!([]), "reading took it away");
}

#[tokio::test]
async fn receipts_in_bulk_come_whole_and_stay() {
    covers("GET /receipts-bulk/");
    let town = with_receipts(3).await;
    let (status, page) = get(&town, "/apis/v1/receipts-bulk/?page=0&size=2").await;
    assert_eq!(status, 200);
    insta::assert_snapshot!(masked(&page));
    let (_, again) = get(&town, "/apis/v1/receipts-bulk?size=2").await;
    assert_eq!(again, page);
}

#[tokio::test]
async fn a_receipt_that_is_not_the_callers_is_not_found() {
    let town = with_receipts(1).await;
    let unknown = format!("{RECEIPTS}{}", message_uuid(77));
    let (status, body) = get(&town, &unknown).await;
    assert_eq!((status, &body["code"]), (404, &json!("receipt.not.found")));
    let answer = town.acting_as(&town.sender).delete(&unknown).send().await.unwrap();
    assert_eq!(answer.status(), 404);
    assert_eq!(get(&town, &format!("{RECEIPTS}1234")).await.0, 400);
    let (status, body) = get(&town, &format!("{unknown}?delete=maybe")).await;
    assert_eq!((status, &body["fieldErrors"][0]["field"]), (400, &json!("delete")));
}
