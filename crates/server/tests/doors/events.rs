//! The event log, and the evidence of a message.

use serde_json::{Value, json};

use crate::covering::covers;
use crate::town::{Town, letter, message_uuid};

async fn get(town: &Town, path: &str) -> (u16, Value) {
    let answer = town.acting_as(&town.sender).get(path).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap_or(Value::Null))
}

#[tokio::test]
async fn an_organisation_searches_its_events_and_gets_the_evidence_of_its_messages() {
    covers("GET /events/");
    let town = Town::open().await;
    for number in 1..=2 {
        town.deliver(message_uuid(number), &letter(message_uuid(number), 10)).await;
        town.clock.let_pass(1);
    }
    let (status, all) = get(&town, "/apis/v1/events/").await;
    assert_eq!(status, 200, "{all}");
    assert_eq!(all["eventLogs"][0]["eventTag"], "MEMO_SEND_RECEIVED");
    let wanted = message_uuid(2);
    let (_, of_one) =
        get(&town, &format!("/apis/v1/events/?metaProperties.messageUUID={wanted}")).await;
    let events = of_one["eventLogs"].as_array().unwrap();
    assert!(events.len() >= 4 && events.len() as u64 == of_one["totalElements"].as_u64().unwrap());
    assert!(events.iter().all(|event| event["metaProperties"]["messageUUID"] == json!(wanted)));
    let (_, tagged) = get(&town, "/apis/v1/events?eventTag=MEMO_SEND_RECEIVED&size=1").await;
    assert_eq!((&tagged["totalElements"], &tagged["totalPages"]), (&json!(2), &json!(2)));
    let (_, late) = get(&town, "/apis/v1/events/?dateFrom=2999-01-01").await;
    assert_eq!(late["totalElements"], 0);

    let (status, evidence) = get(&town, &format!("/apis/v1/events/evidence/{wanted}")).await;
    assert_eq!(status, 200, "{evidence}");
    assert_eq!(evidence["messageUUID"], json!(wanted));
    let time = |name: &str| evidence[name].as_str().unwrap().to_owned();
    assert!(time("received") <= time("validated") && time("validated") <= time("available"));
    assert_eq!(evidence["sha256"].as_str().unwrap().len(), 64);
    // What happened in the recipient's mailbox belongs to the evidence, and to no organisation's log.
    assert!(evidence["events"].as_array().unwrap().len() > events.len());
}

#[tokio::test]
async fn what_cannot_be_searched_for_is_refused() {
    let town = Town::open().await;
    for (query, status) in [
        ("?eventTag=NEVER", 400),
        ("?dateFrom=yesterday", 400),
        ("?senderOrRecipientSystem=1", 400),
        ("?senderOrRecipient=2211771212", 400),
        ("evidence/6a1c8f70-1111-4222-8333-444455556666", 404),
        ("evidence/1", 400),
    ] {
        let (found, body) = get(&town, &format!("/apis/v1/events/{query}")).await;
        assert_eq!(found, status, "{query}: {body}");
        assert!(!body.to_string().contains("2211771212"));
    }
    let stranger = town.client(None).get(town.url("/apis/v1/events/")).send().await.unwrap();
    assert_eq!(stranger.status().as_u16(), 401);
}
