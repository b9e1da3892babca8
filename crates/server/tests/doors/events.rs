//! The event log, and the evidence of a message.

use brevdue_exchange::{Batch, Event, EventId, EventTag, Op};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::covering::covers;
use crate::town::{RECEIVING_CVR, Town, letter, message_uuid};

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
        ("?senderOrRecipient=221177121", 400),
        ("?ownerOrActor=2211771212x", 400),
        ("evidence/6a1c8f70-1111-4222-8333-444455556666", 404),
        ("evidence/1", 400),
    ] {
        let (found, body) = get(&town, &format!("/apis/v1/events/{query}")).await;
        assert_eq!(found, status, "{query}: {body}");
        assert!(!body.to_string().contains("221177121"));
    }
    let stranger = town.client(None).get(town.url("/apis/v1/events/")).send().await.unwrap();
    assert_eq!(stranger.status().as_u16(), 401);
}

#[tokio::test]
async fn events_are_searched_by_the_number_of_whom_they_are_about() {
    let town = Town::open().await;
    let uuid = message_uuid(1);
    town.deliver(uuid, &letter(uuid, 10)).await;
    let (status, found) =
        get(&town, &format!("/apis/v1/events/?senderOrRecipient={RECEIVING_CVR}")).await;
    assert_eq!((status, &found["totalElements"]), (200, &json!(1)), "{found}");
    let event = &found["eventLogs"][0];
    assert_eq!(event["eventTag"], "MEMO_SEND_VALIDATED");
    assert_eq!(event["metaProperties"]["messageUUID"], json!(uuid));
    let receiver = town.receiver.registered.organisation.0;
    assert_eq!(event["ownerIdentityId"], json!(receiver));
    // The same by the id, and nothing by the number of somebody nobody knows.
    for (query, total) in [
        (format!("senderOrRecipient={receiver}"), 1),
        (format!("ownerOrActor={RECEIVING_CVR}"), 1),
        ("senderOrRecipient=2211771212".to_owned(), 0),
        (format!("senderOrRecipient={RECEIVING_CVR}&dateFrom=2999-01-01"), 0),
        (format!("senderOrRecipient={RECEIVING_CVR}&eventTag=MEMO_SEND_RECEIVED"), 0),
    ] {
        let (status, found) = get(&town, &format!("/apis/v1/events/?{query}")).await;
        assert_eq!((status, &found["totalElements"]), (200, &json!(total)), "{query}: {found}");
        assert!(!found.to_string().contains("2211771212"));
    }
}

/// The hash of an event, from what the evidence says of it and docs/operations.md says about it.
fn recomputed(event: &Value) -> String {
    let mut bytes = hex(event["chain"]["before"].as_str().unwrap());
    let text = |bytes: &mut Vec<u8>, text: &str| {
        bytes.extend((text.len() as u64).to_be_bytes());
        bytes.extend(text.as_bytes());
    };
    let id = |bytes: &mut Vec<u8>, id: &Value| {
        let id: Option<uuid::Uuid> = id.as_str().map(|id| id.parse().unwrap());
        bytes.push(u8::from(id.is_some()));
        bytes.extend(id.iter().flat_map(|id| *id.as_bytes()));
    };
    let meta = &event["metaProperties"];
    bytes.extend(event["eventId"].as_str().unwrap().parse::<uuid::Uuid>().unwrap().as_bytes());
    let at: brevdue_memo::Timestamp = event["eventTime"].as_str().unwrap().parse().unwrap();
    bytes.extend(at.as_millis().to_be_bytes());
    text(&mut bytes, event["eventTag"].as_str().unwrap());
    for one in [
        &meta["transmissionId"],
        &event["chain"]["memo"],
        &meta["messageUUID"],
        &meta["senderSystem"],
        &event["organisationIdentityId"],
    ] {
        id(&mut bytes, one);
    }
    for one in [&meta["receiptStatus"], &meta["errorCode"]] {
        bytes.push(u8::from(one.is_string()));
        one.as_str().into_iter().for_each(|one| text(&mut bytes, one));
    }
    bytes.push(u8::from(meta["size"].is_string()));
    bytes.extend(
        meta["size"].as_str().into_iter().flat_map(|n| n.parse::<u64>().unwrap().to_be_bytes()),
    );
    if event["ownerIdentityId"].is_string() || event["actorIdentityId"].is_string() {
        id(&mut bytes, &event["ownerIdentityId"]);
        id(&mut bytes, &event["actorIdentityId"]);
    }
    Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

/// The numbers of the events that are not what the chain says.
fn false_ones(evidence: &Value) -> Vec<u64> {
    let mut found = Vec::new();
    let mut before: Option<&Value> = None;
    for event in evidence["events"].as_array().unwrap() {
        let (chain, number) = (&event["chain"], event["chain"]["number"].as_u64().unwrap());
        let is_next = before.is_some_and(|b| b["number"] == number - 1 && b["day"] == chain["day"]);
        let follows = before.is_none_or(|b| !is_next || b["hash"] == chain["before"]);
        if recomputed(event) != chain["hash"] || !follows {
            found.push(number);
        }
        before = Some(chain);
    }
    found
}

#[tokio::test]
async fn a_third_party_recomputes_the_chain_of_an_evidence_and_sees_each_changed_line() {
    let town = Town::open().await;
    for number in 1..=2 {
        town.deliver(message_uuid(number), &letter(message_uuid(number), 10)).await;
        town.clock.let_pass(40_000);
    }
    let wanted = message_uuid(2);
    let (_, evidence) = get(&town, &format!("/apis/v1/events/evidence/{wanted}")).await;
    assert!(false_ones(&evidence).is_empty(), "{evidence}");
    let count = evidence["events"].as_array().unwrap().len();
    assert!(count >= 5);
    for line in 0..count {
        let number = evidence["events"][line]["chain"]["number"].as_u64().unwrap();
        for (pointer, value) in [
            ("/eventTime", json!("2026-03-02T08:00:00.001Z")),
            ("/eventTag", json!("MESSAGE_READ")),
            ("/eventId", json!(message_uuid(99))),
            ("/metaProperties/messageUUID", json!(message_uuid(99))),
            ("/chain/hash", evidence["events"][(line + 1) % count]["chain"]["hash"].clone()),
            ("/chain/before", evidence["events"][line]["chain"]["hash"].clone()),
        ] {
            let mut changed = evidence.clone();
            *changed["events"][line].pointer_mut(pointer).unwrap() = value;
            assert!(false_ones(&changed).contains(&number), "{pointer} of line {line}");
        }
    }
}

#[tokio::test]
async fn evidence_tells_nothing_of_what_the_owner_of_a_mailbox_made_of_a_letter() {
    let town = Town::open().await;
    let uuid = message_uuid(1);
    town.deliver(uuid, &letter(uuid, 10)).await;
    let holder = town.sender.registered.organisation.0;
    let memo = town.store.memo_by_identity(holder, uuid).await.unwrap().unwrap();
    for tag in [EventTag::MessageMoved, EventTag::MessageForwardedToTrusted, EventTag::MessageRead]
    {
        let event = Event {
            id: EventId(message_uuid(50)),
            at: town.exchange.now(),
            tag,
            transmission: Some(memo.transmission),
            memo: Some(memo.key),
            message_uuid: Some(uuid),
            system: None,
            organisation: None,
            receipt_status: None,
            error_code: None,
            size_bytes: None,
            owner: Some(message_uuid(51)),
            actor: None,
            door: None,
        };
        town.store.commit(Batch::of(Op::AddEvent(Box::new(event)))).await.unwrap();
    }
    let (_, evidence) = get(&town, &format!("/apis/v1/events/evidence/{uuid}")).await;
    let tags: Vec<_> =
        evidence["events"].as_array().unwrap().iter().map(|e| &e["eventTag"]).collect();
    assert!(tags.contains(&&json!("MESSAGE_READ")) && !tags.contains(&&json!("MESSAGE_MOVED")));
    assert!(!evidence.to_string().contains("FORWARDED"));
    assert!(false_ones(&evidence).is_empty(), "what is left out breaks nothing");
}
