//! What local mode adds, as a test harness meets it.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::http::Client;
use support::server::Server;

const SENDER: &str = "tusindfryd-afsender";

struct Harness {
    client: Client,
    authorization: String,
    http: std::net::SocketAddr,
}

impl Harness {
    fn of(server: &Server) -> Self {
        let mut client = Client::new(server.http);
        let country: Value = client.get("/testing/country").unwrap().json();
        let systems = country["organisations"].as_array().unwrap().iter();
        let mut systems = systems.flat_map(|one| one["systems"].as_array().unwrap());
        let sender = systems.find(|one| one["name"] == SENDER).unwrap();
        let authorization = sender["authorization"].as_str().unwrap().to_owned();
        Self { client, authorization, http: server.http }
    }

    fn post(&mut self, path: &str, body: &Value) -> (u16, Value) {
        let text = body.to_string();
        let answer = self.client.post(path, "application/json", text.as_bytes()).unwrap();
        let body = if answer.text().is_empty() { Value::Null } else { answer.json() };
        (answer.status, body)
    }

    fn letter_to(&mut self, cpr: &str) -> String {
        let (status, receipt) = self.post(
            "/testing/memos",
            &json!({
                "cvr": "12345678",
                "organisationId": "6f6a3c5e-0d0b-4a5e-9c0e-2f1f0a7b1c01",
                "senderSystemId": "0b6f8b0e-6c5d-4f0b-8d43-5e6a1d2c3b01",
                "recipientId": cpr,
                "recipientIdType": "CPR",
            }),
        );
        assert_eq!(status, 201, "{receipt}");
        receipt["messageUUID"].as_str().unwrap().to_owned()
    }

    /// Status and error code of each receipt of a letter, once there are so many.
    fn receipts(&mut self, letter: &str, count: usize) -> Vec<(String, Option<String>)> {
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            let mut asking = Client::new(self.http).with("authorization", &self.authorization);
            let found: Value = asking.get("/apis/v1/receipts-bulk/?size=1000").unwrap().json();
            let receipts: Vec<_> = found["receipts"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|one| one["messageUUID"] == letter)
                .map(|one| {
                    let text = |name: &str| one[name].as_str().map(str::to_owned);
                    (text("receiptStatus").unwrap(), text("errorCode"))
                })
                .collect();
            if receipts.len() >= count {
                return receipts;
            }
            assert!(Instant::now() < until, "{letter} has {receipts:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

#[test]
fn every_magic_recipient_makes_its_error_code_through_the_front_door() {
    let server = Server::start(&[]);
    let mut harness = Harness::of(&server);
    let magic: Value = harness.client.get("/testing/magic-recipients").unwrap().json();
    let magic = magic.as_array().unwrap().clone();
    assert!(magic.len() >= 30);
    let letters: Vec<(String, String)> = magic
        .iter()
        .map(|one| {
            let letter = harness.letter_to(one["cprNumber"].as_str().unwrap());
            (letter, one["errorCode"].as_str().unwrap().to_owned())
        })
        .collect();
    for (letter, code) in letters {
        assert_eq!(harness.receipts(&letter, 1)[0].1, Some(code));
    }
}

#[test]
fn a_country_is_kept_brought_back_and_begun_again_with_the_same_tokens() {
    let server = Server::start(&[]);
    let mut harness = Harness::of(&server);
    let kept = harness.letter_to("2211771212");
    harness.receipts(&kept, 1);
    assert_eq!(harness.post("/testing/clock", &json!({ "days": 14 })).0, 200);
    assert_eq!(harness.post("/testing/snapshots", &json!({ "name": "first" })).0, 201);
    assert_eq!(harness.post("/testing/snapshots", &json!({ "name": "first" })).0, 409);
    assert_eq!(harness.post("/testing/snapshots", &json!({ "name": "../x" })).0, 422);

    let later = harness.letter_to("2211771212");
    harness.receipts(&later, 1);
    assert_eq!(harness.post("/testing/snapshots/first/restore", &Value::Null).0, 204);
    assert_eq!(harness.receipts(&kept, 1), [("COMPLETED".to_owned(), None)]);
    assert!(harness.receipts(&later, 0).is_empty(), "it was sent after the snapshot");
    let clock: Value = harness.client.get("/testing/clock").unwrap().json();
    assert!(clock["aheadSeconds"].as_i64().unwrap() > 13 * 86_400, "{clock}");

    assert_eq!(harness.post("/testing/reset", &Value::Null).0, 204);
    assert!(harness.receipts(&kept, 0).is_empty(), "the country has begun again");
    let clock: Value = harness.client.get("/testing/clock").unwrap().json();
    assert_eq!(clock["aheadSeconds"], 0);
    let fresh = harness.letter_to("2211771212");
    assert_eq!(harness.receipts(&fresh, 1), [("COMPLETED".to_owned(), None)]);
}

#[test]
fn an_accepted_letter_is_refused_afterwards_when_a_fault_says_so_and_only_as_often() {
    let server = Server::start(&[]);
    let mut harness = Harness::of(&server);
    let fault = json!({
        "type": "REFUSE_AFTER_ACCEPT", "recipientId": "2211771212",
        "errorCode": "recipient.is.exempt", "times": 1,
    });
    assert_eq!(harness.post("/testing/faults", &fault).0, 201);
    let struck = harness.letter_to("2211771212");
    let expected = [
        ("COMPLETED".to_owned(), None),
        ("NOT_ALLOWED".to_owned(), Some("recipient.is.exempt".to_owned())),
    ];
    assert_eq!(harness.receipts(&struck, 2), expected);
    let faults: Value = harness.client.get("/testing/faults").unwrap().json();
    assert_eq!(faults, json!([]), "it was for one time");
    let spared = harness.letter_to("2211771212");
    assert_eq!(harness.receipts(&spared, 1), [("COMPLETED".to_owned(), None)]);
}

/// Listens for notifications, and hands on the body of each.
fn subscriber() -> (String, std::sync::mpsc::Receiver<Value>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/told", listener.local_addr().unwrap());
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = std::io::BufReader::new(stream.unwrap());
            let (mut line, mut length) = (String::new(), 0);
            while std::io::BufRead::read_line(&mut stream, &mut line).unwrap() > 2 {
                if let Some(text) = line.to_lowercase().strip_prefix("content-length:") {
                    length = text.trim().parse().unwrap();
                }
                line.clear();
            }
            let mut body = vec![0; length];
            std::io::Read::read_exact(&mut stream, &mut body).unwrap();
            let answer = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
            std::io::Write::write_all(stream.get_mut(), answer).unwrap();
            tell.send(serde_json::from_slice(&body).unwrap()).unwrap();
        }
    });
    (url, told)
}

#[test]
fn an_invented_contact_is_in_the_registry_as_a_whole_and_subscribers_are_told() {
    let server = Server::start(&[]);
    let mut harness = Harness::of(&server);
    let (url, told) = subscriber();
    let mut sender = server.client_of(SENDER);
    let command = json!({
        "subscriptionOperations": ["ALL_CITIZENS", "NEW_CITIZENS"], "notificationUrl": url,
    });
    let path = "/apis/v1/contacts/subscriptions/";
    let made = sender.post(path, "application/json", command.to_string().as_bytes()).unwrap();
    assert_eq!(made.status, 200, "{}", made.text());

    let mut put = |status: &str| {
        let contact = json!({
            "cprNumber": "7101804001", "name": "Ny Opdigtet", "status": status,
            "phoneNumber": "20112233",
        });
        let (code, body) = harness.post("/testing/contacts", &contact);
        assert_eq!(code, 201, "{body}");
        body["id"].as_str().unwrap().to_owned()
    };
    for (status, event, public) in [
        ("REGISTERED", "CREATED", "REGISTERED"),
        ("EXEMPT", "UPDATED", "EXEMPT"),
        ("CLOSED", "CLOSED", "CLOSED"),
    ] {
        let id = put(status);
        let told = told.recv_timeout(Duration::from_secs(20)).unwrap();
        assert_eq!(told["contactId"], id.as_str());
        assert_eq!(
            (&told["eventType"], &told["publicRegistrationStatus"]),
            (&json!(event), &json!(public))
        );
        let found = sender.get("/apis/v1/contacts/lookup?cprNumber=7101804001").unwrap();
        let found = if found.status == 200 {
            found
        } else {
            sender.get(&format!("/apis/v1/contacts/{id}")).unwrap()
        };
        let found: Value = found.json();
        let contact = found.get(0).unwrap_or(&found);
        assert_eq!(contact["mailboxSubscription"]["publicRegistrationStatus"], public, "{found}");
        let number = &contact["nemSmsSubscription"];
        assert_eq!(number["mobileNumber"], "20112233", "{found}");
        assert!(number["confirmedDateTime"].is_string(), "{found}");
    }
    put("CLOSED");
    assert!(told.recv_timeout(Duration::from_secs(1)).is_err(), "nothing has changed");
}

#[test]
fn what_stands_in_files_is_what_the_country_is_after_a_reset_and_a_restore() {
    let server = Server::start(&[]);
    let mut harness = Harness::of(&server);
    let (country, print) = (server.data.join("country.json"), server.data.join("print"));
    let letter = print.join("8c2ea15d-61fb-4ba9-9366-42f8b194c114");
    std::fs::create_dir_all(&letter).unwrap();
    std::fs::write(letter.join("job.json"), "{}").unwrap();
    assert_eq!(harness.post("/testing/snapshots", &json!({ "name": "paper" })).0, 201);

    let is_told = |harness: &mut Harness| {
        let told: Value = harness.client.get("/testing/country").unwrap().json();
        let kept: Value = serde_json::from_slice(&std::fs::read(&country).unwrap()).unwrap();
        assert_eq!(kept, told);
        std::fs::write(&country, "{}").unwrap();
    };
    is_told(&mut harness);
    assert_eq!(harness.post("/testing/reset", &Value::Null).0, 204);
    is_told(&mut harness);
    assert!(!letter.exists(), "on the first day nothing has been printed");
    assert_eq!(harness.post("/testing/snapshots/paper/restore", &Value::Null).0, 204);
    is_told(&mut harness);
    assert!(letter.join("job.json").exists(), "letters on paper belong to a snapshot");
}

#[test]
fn a_page_of_another_site_cannot_reset_the_country() {
    let server = Server::start(&[]);
    let mut stranger = Client::new(server.http).with("origin", "http://other.example");
    assert_eq!(stranger.post("/testing/reset", "text/plain", b"").unwrap().status, 403);
}
