//! `POST /memos/`: what is taken in, and what is refused at the door.

use reqwest::multipart::{Form, Part};
use serde_json::Value;

use crate::covering::covers;
use crate::town::{Town, letter, masked, message_uuid};

const MEMOS: &str = "/apis/v1/memos/";

fn single(number: u128) -> String {
    format!("{MEMOS}?memo-message-uuid={}", message_uuid(number))
}

/// A container with these letters, packed as official libraries do.
fn packed(letters: &[(uuid::Uuid, String)]) -> Vec<u8> {
    let mut packer = brevdue_memo::container::Packer::new(Vec::new()).unwrap();
    for (uuid, letter) in letters {
        let name = format!("{uuid}.xml");
        packer.append(&name, letter.len() as u64, &mut letter.as_bytes()).unwrap();
    }
    packer.finish().unwrap()
}

fn two_letters() -> Vec<u8> {
    packed(&[1, 2].map(|number| (message_uuid(number), letter(message_uuid(number), 10))))
}

#[tokio::test]
async fn one_message_gets_a_technical_receipt_and_is_durable() {
    covers("POST /memos/");
    let town = Town::open().await;
    for (number, content_type) in
        [(1, "application/xml"), (2, "text/xml"), (3, "Application/XML; charset=utf-8")]
    {
        let request = town.acting_as(&town.sender).post(&single(number));
        let letter = letter(message_uuid(number), 10);
        let answer =
            request.header("content-type", content_type).body(letter).send().await.unwrap();
        assert_eq!(answer.status(), 201, "{content_type}");
        let receipt: Value = answer.json().await.unwrap();
        assert_eq!(receipt["messageUUID"], message_uuid(number).to_string());
        if number == 1 {
            insta::assert_snapshot!(masked(&receipt));
        }
    }
    assert_eq!(town.store.counts().await.unwrap().incoming, 3);
}

#[tokio::test]
async fn a_container_is_taken_bare_and_as_multipart() {
    let town = Town::open().await;
    let bare = town
        .acting_as(&town.sender)
        .post("/apis/v1/memos")
        .header("content-type", "application/x-lzma")
        .body(two_letters());
    let part = Part::bytes(two_letters()).file_name("x.tar.lzma").mime_str("application/x-lzma");
    let form = Form::new().part("file", part.unwrap());
    let multipart = town.acting_as(&town.sender).post(MEMOS).multipart(form);
    for request in [bare, multipart] {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 201);
        let receipt: Value = answer.json().await.unwrap();
        assert_eq!(receipt["receiptStatus"], "RECEIVED");
        assert_eq!(receipt["messageUUID"], Value::Null);
    }
}

#[tokio::test]
async fn what_cannot_be_a_submission_is_refused_at_the_door_and_named() {
    let town = Town::open().await;
    let xml = ("content-type", "application/xml");
    let good = letter(message_uuid(1), 10);
    let post = |path: &str| town.acting_as(&town.sender).post(path);
    let file = |part: Part| Form::new().part("file", part);
    let lzma = || Part::bytes(two_letters()).mime_str("application/x-lzma").unwrap();
    let cases = [
        ("empty", post(&single(1)).header(xml.0, xml.1), 400, "body.empty"),
        (
            "no uuid",
            post(MEMOS).header(xml.0, xml.1).body(good.clone()),
            400,
            "memo.message.uuid.missing",
        ),
        (
            "a uuid that is none",
            post("/apis/v1/memos/?memo-message-uuid=1234").header(xml.0, xml.1).body(good.clone()),
            400,
            "memo.message.uuid.invalid",
        ),
        (
            "two uuids",
            post(&format!("{}&memo-message-uuid={}", single(1), message_uuid(2)))
                .header(xml.0, xml.1)
                .body(good.clone()),
            400,
            "parameter.repeated",
        ),
        ("no content type", post(&single(1)).body(good.clone()), 415, "content.type.not.supported"),
        (
            "another content type",
            post(&single(1)).header("content-type", "application/json").body("{}"),
            415,
            "content.type.not.supported",
        ),
        (
            "packed on the way",
            post(&single(1))
                .header(xml.0, xml.1)
                .header("content-encoding", "gzip")
                .body(good.clone()),
            415,
            "content.encoding.not.supported",
        ),
        (
            "a container that is none",
            post(MEMOS).header("content-type", "application/x-lzma").body(good.clone()),
            400,
            "container.invalid",
        ),
        (
            "an empty container",
            post(MEMOS).header("content-type", "application/x-lzma"),
            400,
            "body.empty",
        ),
        (
            "multipart without a boundary",
            post(MEMOS).header("content-type", "multipart/form-data").body("x"),
            400,
            "multipart.invalid",
        ),
        (
            "multipart that is none",
            post(MEMOS).header("content-type", "multipart/form-data; boundary=b").body("x"),
            400,
            "multipart.invalid",
        ),
        (
            "a part of another name",
            post(MEMOS).multipart(Form::new().part("memo", lzma())),
            400,
            "multipart.invalid",
        ),
        (
            "a part of another type",
            post(MEMOS).multipart(file(Part::bytes(two_letters()).mime_str("text/plain").unwrap())),
            415,
            "content.type.not.supported",
        ),
        (
            "two parts",
            post(MEMOS).multipart(file(lzma()).part("more", lzma())),
            400,
            "multipart.invalid",
        ),
        (
            "an empty part",
            post(MEMOS)
                .multipart(file(Part::bytes(Vec::new()).mime_str("application/x-lzma").unwrap())),
            400,
            "body.empty",
        ),
        (
            "a key that is too long",
            post(&single(1))
                .header(xml.0, xml.1)
                .header("idempotency-key", "k".repeat(256))
                .body(good),
            400,
            "idempotency.key.invalid",
        ),
    ];
    let mut said = String::new();
    for (case, request, status, code) in cases {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status, "{case}");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["code"], code, "{case}");
        said += &format!("{case}: {status}\n{}\n\n", masked(&body));
    }
    insta::assert_snapshot!(said);
    assert_eq!(town.store.counts().await.unwrap().transmissions, 0, "nothing was taken in");
}

#[tokio::test]
async fn the_same_key_gets_the_first_answer_again_and_never_for_another_letter() {
    let town = Town::open().await;
    let send = async |number: u128, key: &str| {
        let request = town.acting_as(&town.sender).post(&single(number));
        let request =
            request.header("content-type", "application/xml").header("idempotency-key", key);
        let answer = request.body(letter(message_uuid(number), 10)).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let first = send(1, "a").await;
    assert_eq!(first.0, 201);
    assert_eq!(send(1, "a").await, first, "word for word");
    assert_ne!(send(1, "b").await.1, first.1, "another key is another call");
    let (status, body) = send(2, "a").await;
    assert_eq!(status, 422);
    assert!(body.contains("idempotency.key.reused"), "{body}");
    town.clock.let_pass(24 * 60 * 60);
    assert_ne!(send(1, "a").await.1, first.1, "after a day it is forgotten");
}

#[tokio::test]
async fn a_letter_that_is_wrong_inside_is_received_and_judged_later() {
    let town = Town::open().await;
    let entity = "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>";
    let utf_16: Vec<u8> = "\u{feff}<a/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let bodies: [&[u8]; 5] = [b"not xml", b"<a>", entity.as_bytes(), b"<a>\xff</a>", &utf_16];
    for (number, body) in (10..).zip(bodies) {
        let request = town.acting_as(&town.sender).post(&single(number));
        let answer =
            request.header("content-type", "text/xml").body(body.to_vec()).send().await.unwrap();
        assert_eq!(answer.status(), 201);
    }
    town.work().await;
    let sender = town.acting_as(&town.sender);
    let answer = sender.get("/apis/v1/receipts-bulk/").send().await.unwrap();
    let page: Value = answer.json().await.unwrap();
    assert_eq!(page["totalElements"], 5);
    for receipt in page["receipts"].as_array().unwrap() {
        assert_eq!(receipt["receiptStatus"], "INVALID");
        assert_eq!(receipt["errorCode"], "memo.invalid");
    }
}

#[tokio::test]
async fn a_letter_sent_many_times_at_once_is_delivered_once_and_other_bytes_are_refused() {
    let town = Town::open().await;
    let sender = town.acting_as(&town.sender);
    let send = async |letter: String| {
        let request = sender.post(&single(1)).header("content-type", "application/xml");
        request.body(letter).send().await.unwrap().status()
    };
    let letter = letter(message_uuid(1), 100_000);
    let sendings = (0..8).map(|_| send(letter.clone()));
    for status in futures_util::future::join_all(sendings).await {
        assert_eq!(status, 201);
    }
    assert_eq!(send(letter.replace("Pladsanvisning", "Opskrivning")).await, 201);
    town.work().await;

    let waiting = town.acting_as(&town.receiver).get(MEMOS).send().await.unwrap();
    let waiting: Value = waiting.json().await.unwrap();
    assert_eq!(waiting["totalElements"], 1);
    let receipts = sender.get("/apis/v1/receipts-bulk/").send().await.unwrap();
    let receipts: Value = receipts.json().await.unwrap();
    let codes: Vec<_> = receipts["receipts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|receipt| &receipt["errorCode"])
        .collect();
    assert_eq!(codes.iter().filter(|code| code.is_null()).count(), 8, "{codes:?}");
    assert_eq!(codes.iter().filter(|code| **code == "message.uuid.duplicate").count(), 1);
}
