//! Faults on purpose and the conformance run, each against receivers of flesh and blood: programs that fetch
//! over TLS with their certificate, or are called, well or badly. On the country's own clock.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::post;
use serde_json::{Value, json};
use support::http::Client;
use support::server::Server;
use tokio::sync::mpsc;
use uuid::Uuid;

const SENDER: &str = "tusindfryd-afsender";
const PUSHED: &str = "fyrtaarn-push";
const FETCHING: &str = "fyrtaarn-modtager";
/// Contact points of Fyrtårnsstyrelsen: one is pushed to, one is fetched.
const PUSHED_POINT: &str = "7b0c2f6d-53c1-4a0e-9d6b-8e1f4a2c9d01";
const FETCHED_POINT: &str = "7b0c2f6d-53c1-4a0e-9d6b-8e1f4a2c9d02";
const PATIENCE: Duration = Duration::from_secs(30);

/// Whether it comes to be, before long.
fn soon(what: &str, mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < until, "{what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Status and seconds of `Retry-After`, one for each call to come.
type Answers = Arc<Mutex<VecDeque<(u16, Option<u32>)>>>;

/// A system that is called: it writes down what comes, and answers as told, then 204.
#[derive(Clone)]
struct Called {
    address: SocketAddr,
    came: Arc<Mutex<Vec<String>>>,
    answers: Answers,
    told: mpsc::UnboundedSender<String>,
}

impl Called {
    fn start() -> (Self, mpsc::UnboundedReceiver<String>) {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let (told, telling) = mpsc::unbounded_channel();
        let called = Self {
            address: listener.local_addr().unwrap(),
            came: Arc::default(),
            answers: Arc::default(),
            told,
        };
        let routes = Router::new()
            .route("/memos", post(take))
            .layer(DefaultBodyLimit::disable())
            .with_state(called.clone());
        thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                axum::serve(listener, routes).await.unwrap();
            });
        });
        (called, telling)
    }

    fn endpoint(&self) -> String {
        format!("http://{}/memos", self.address)
    }

    /// What the next calls are answered.
    fn answer(&self, answers: &[(u16, Option<u32>)]) {
        self.answers.lock().unwrap().extend(answers);
    }

    /// How often a letter was taken with a 2xx.
    fn taken(&self, letter: &str) -> usize {
        self.came.lock().unwrap().iter().filter(|name| *name == letter).count()
    }
}

async fn take(State(called): State<Called>, mut parts: Multipart) -> (StatusCode, HeaderMap) {
    let part = parts.next_field().await.unwrap().expect("one part");
    let name = part.file_name().unwrap().trim_end_matches(".xml").to_owned();
    let _ = part.bytes().await.unwrap();
    let (status, retry) = called.answers.lock().unwrap().pop_front().unwrap_or((204, None));
    if status < 300 {
        called.came.lock().unwrap().push(name.clone());
        let _ = called.told.send(name);
    }
    let mut headers = HeaderMap::new();
    if let Some(seconds) = retry {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    (StatusCode::from_u16(status).unwrap(), headers)
}

/// A country, steered.
struct Town {
    server: Server,
    client: Client,
}

impl Town {
    fn start(settings: &[&str]) -> Self {
        let server = Server::start(settings);
        let client = server.client();
        Self { server, client }
    }

    fn post(&mut self, path: &str, body: &Value) -> (u16, Value) {
        let text = body.to_string();
        let answer = self.client.post(path, "application/json", text.as_bytes()).unwrap();
        let body = if answer.text().is_empty() { Value::Null } else { answer.json() };
        (answer.status, body)
    }

    fn letter_to(&mut self, party: (&str, &str), point: Option<&str>) -> String {
        let order = json!({
            "cvr": "12345678",
            "organisationId": "6f6a3c5e-0d0b-4a5e-9c0e-2f1f0a7b1c01",
            "senderSystemId": "0b6f8b0e-6c5d-4f0b-8d43-5e6a1d2c3b01",
            "recipientId": party.1,
            "recipientIdType": party.0,
            "contactPointId": point,
        });
        let (status, receipt) = self.post("/testing/memos", &order);
        assert_eq!(status, 201, "{receipt}");
        receipt["messageUUID"].as_str().unwrap().to_owned()
    }

    fn fault(&mut self, fault: Value) {
        let (status, body) = self.post("/testing/faults", &fault);
        assert_eq!(status, 201, "{body}");
    }

    fn pass(&mut self, minutes: i64) {
        let (status, body) = self.post("/testing/clock", &json!({ "minutes": minutes }));
        assert_eq!((status, &body["atRest"]), (200, &json!(true)), "{body}");
    }

    /// The receipts of a letter that wait for its sender.
    fn receipts(&self, letter: &str) -> Vec<Value> {
        let mut sender = self.server.client_of(SENDER);
        let found: Value = sender.get("/apis/v1/receipts-bulk/?size=1000").unwrap().json();
        let receipts = found["receipts"].as_array().unwrap().iter();
        receipts.filter(|one| one["messageUUID"] == letter).cloned().collect()
    }

    fn waiting(&self, system: &str) -> Vec<String> {
        let page: Value = self.server.client_of(system).get("/apis/v1/memos/").unwrap().json();
        page["content"].as_array().unwrap().iter().map(text).collect()
    }

    fn id(&self, system: &str) -> Uuid {
        self.server.system(system).id
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn receipt(letter: &str, status: &str) -> Value {
    json!({
        "transmissionId": Uuid::from_u128(7).to_string(),
        "messageUUID": letter,
        "errorCode": (status != "COMPLETED").then_some("memo.invalid"),
        "errorMessage": (status != "COMPLETED").then_some("not for us"),
        "timeStamp": "2026-11-23T09:00:00.000Z",
        "receiptStatus": status,
    })
}

const PUSHED_TO: (&str, &str) = ("CVR", "22334455");

#[test]
fn a_delayed_letter_is_judged_when_its_seconds_are_over() {
    let mut town = Town::start(&[]);
    town.fault(
        json!({ "type": "DELAY", "recipientId": "2211771212", "seconds": 3600, "times": 1 }),
    );
    let late = town.letter_to(("CPR", "2211771212"), None);
    let other = town.letter_to(("CPR", "2211771212"), None);
    soon("the fault was for one letter", || town.receipts(&other).len() == 1);
    town.pass(59);
    assert!(town.receipts(&late).is_empty(), "59 minutes are no hour");
    town.pass(2);
    assert_eq!(town.receipts(&late)[0]["receiptStatus"], "COMPLETED");
}

#[test]
fn a_pushed_letter_comes_twice_and_a_fetched_one_is_listed_again_when_a_fault_says_so() {
    let (called, _telling) = Called::start();
    let mut town = Town::start(&["--push-endpoint", &called.endpoint()]);
    let pushed = town.id(PUSHED);
    town.fault(json!({ "type": "DUPLICATE", "systemId": pushed }));
    let letter = town.letter_to(PUSHED_TO, Some(PUSHED_POINT));
    soon("it is pushed", || called.taken(&letter) > 0);
    town.pass(60);
    assert_eq!(called.taken(&letter), 2, "twice, and no more");

    let fetching = town.id(FETCHING);
    town.fault(json!({ "type": "DUPLICATE", "systemId": fetching }));
    let letter = town.letter_to(PUSHED_TO, Some(FETCHED_POINT));
    soon("it waits", || town.waiting(FETCHING) == [letter.clone()]);
    let mut receiver = town.server.client_of(FETCHING);
    let path = format!("/apis/v1/memos/{letter}");
    let first = receiver.get(&path).unwrap();
    let completed = receipt(&letter, "COMPLETED").to_string();
    let answer = |receiver: &mut Client| {
        let path = format!("{path}/receipt");
        receiver.post(&path, "application/json", completed.as_bytes()).unwrap().status
    };
    assert!(answer(&mut receiver) < 300);
    assert_eq!(town.waiting(FETCHING), std::slice::from_ref(&letter), "it is there again");
    let again = receiver.get(&path).unwrap();
    assert_eq!((again.status, again.body == first.body), (200, true), "byte for byte");
    assert!(answer(&mut receiver) < 300);
    assert!(town.waiting(FETCHING).is_empty(), "once again is enough");
}

#[test]
fn a_push_that_is_told_429_is_made_again_when_retry_after_says() {
    let (called, _telling) = Called::start();
    let mut town = Town::start(&["--push-endpoint", &called.endpoint()]);
    // Told by the receiver itself, and then by a fault that stands before it.
    called.answer(&[(429, Some(7200))]);
    for round in ["receiver", "fault"] {
        if round == "fault" {
            let system = town.id(PUSHED);
            town.fault(json!({
                "type": "TOO_MANY_REQUESTS", "systemId": system, "seconds": 7200, "times": 1,
            }));
        }
        let letter = town.letter_to(PUSHED_TO, Some(PUSHED_POINT));
        soon("it was tried", || {
            let mut operator = town.server.client();
            let page = operator.get("/live").unwrap().text();
            page.contains("429")
                && page.matches("Retry-After: 7200").count() > usize::from(round == "fault")
        });
        town.pass(110);
        assert_eq!(called.taken(&letter), 0, "{round}: two hours are not over");
        town.pass(15);
        assert_eq!(called.taken(&letter), 1, "{round}: now they are");
    }
}

#[test]
fn a_push_that_is_dropped_is_made_again_by_the_schedule() {
    let (called, _telling) = Called::start();
    let mut town = Town::start(&["--push-endpoint", &called.endpoint()]);
    let system = town.id(PUSHED);
    town.fault(json!({ "type": "DROP", "systemId": system, "times": 2 }));
    let letter = town.letter_to(PUSHED_TO, Some(PUSHED_POINT));
    soon("it was tried", || {
        let left: Value = town.server.client().get("/testing/faults").unwrap().json();
        left[0]["times"] == 1
    });
    town.pass(2);
    assert_eq!(called.taken(&letter), 0, "after a minute it was dropped again");
    town.pass(5);
    assert_eq!(called.taken(&letter), 1, "five minutes later it gets through");
    assert_eq!(town.receipts(&letter).len(), 1);
}

#[test]
fn a_sender_whose_answer_is_dropped_sends_again_and_the_letter_is_delivered_once() {
    let mut town = Town::start(&[]);
    let system = town.id(SENDER);
    town.fault(json!({ "type": "DROP", "systemId": system, "times": 1 }));
    let uuid = "5b1f7c7e-7d3b-4c54-9a5e-0c1d2e3f4a5b";
    let letter = town.client.get(&format!("/testing/letter/{uuid}")).unwrap().body;
    let send = |town: &Town| {
        let mut sender = town.server.client_of(SENDER);
        let path = format!("/apis/v1/memos/?memo-message-uuid={uuid}");
        sender.send(
            "POST",
            &path,
            &[("content-type", "application/xml")],
            letter.len() as u64,
            &mut letter.as_slice(),
        )
    };
    let lost = send(&town);
    assert!(!lost.is_ok_and(|answer| answer.status < 300), "its answer is lost");
    let again = send(&town).unwrap();
    assert_eq!(again.status, 201, "{}", again.text());
    soon("it is judged", || !town.receipts(uuid).is_empty());
    town.pass(10);
    let page = town.client.get("/live").unwrap().text();
    let rows = page.split("<li class=\"moment").filter(|row| row.contains(uuid));
    let arrivals = rows.filter(|row| row.contains("MEMO_AVAILABLE_TO_RECIPIENT"));
    assert_eq!(arrivals.count(), 1, "it is in the mailbox once");
    let receipts = town.receipts(uuid);
    assert!(receipts.iter().all(|one| one["receiptStatus"] == "COMPLETED"), "{receipts:?}");
}

#[test]
fn a_system_that_fetches_is_told_429_as_often_as_a_fault_says() {
    let mut town = Town::start(&[]);
    let system = town.id(FETCHING);
    town.fault(json!({
        "type": "TOO_MANY_REQUESTS", "systemId": system, "seconds": 17, "times": 2,
    }));
    let mut receiver = town.server.client_of(FETCHING);
    for _ in 0..2 {
        let told = receiver.get("/apis/v1/memos/").unwrap();
        assert_eq!((told.status, told.header("retry-after")), (429, Some("17")));
    }
    assert_eq!(receiver.get("/apis/v1/memos/").unwrap().status, 200);
}

/// How a receiver system behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// As it should.
    Right,
    /// Never calls.
    Absent,
    /// Fetches, and never answers.
    Silent,
    /// Refuses what has emoji in it.
    RefusesUnicode,
    /// Does not answer what it has seen before.
    IgnoresRepeats,
    /// Refuses what it has seen before.
    RefusesRepeats,
    /// Leaves after the first ten letters and the repeated one.
    Leaves,
    /// Stops answering after the first ten letters and the repeated one.
    Tires,
    /// Asks for letters that are not its.
    Clumsy,
    /// Without TLS.
    Plain,
}

/// Calls that a receiver makes.
struct Calls {
    client: reqwest::Client,
    base: String,
    authorization: String,
}

impl Calls {
    fn of(server: &Server, system: &str, plain: bool) -> Self {
        let country = server.country();
        let system = server.system(system);
        let read = |path: &str| std::fs::read(path).unwrap();
        let identity = [read(&system.certificate), read(&system.key)].concat();
        let ca = reqwest::Certificate::from_pem(&read(&country.certificate_authority)).unwrap();
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([ca]);
        let client = client.identity(reqwest::Identity::from_pem(&identity).unwrap());
        let base = if plain { country.http } else { country.https };
        Self {
            client: client.build().unwrap(),
            base: format!("{}/apis/v1", base.unwrap()),
            authorization: system.authorization,
        }
    }

    async fn get(&self, path: &str) -> Vec<u8> {
        let asked = self.client.get(format!("{}{path}", self.base));
        let answer = asked.header("authorization", &self.authorization).send().await.unwrap();
        answer.bytes().await.unwrap().to_vec()
    }

    async fn answer(&self, letter: &str, status: &str) {
        let asked = self.client.post(format!("{}/memos/{letter}/receipt", self.base));
        let asked = asked.header("authorization", &self.authorization);
        asked.json(&receipt(letter, status)).send().await.unwrap();
    }

    /// Fetches and answers until it is dropped.
    async fn fetch(self, manner: Manner) {
        let mut seen: HashMap<String, u32> = HashMap::new();
        loop {
            let page: Value = serde_json::from_slice(&self.get("/memos/").await).unwrap();
            for letter in page["content"].as_array().unwrap().iter().map(text) {
                let answers: u32 = seen.values().sum();
                if manner == Manner::Leaves && answers >= 11 {
                    return;
                }
                let bytes = self.get(&format!("/memos/{letter}")).await;
                let times = seen.entry(letter.clone()).or_default();
                *times += 1;
                let status = match manner {
                    Manner::Silent => continue,
                    Manner::IgnoresRepeats if *times > 1 => continue,
                    Manner::Tires if answers >= 11 => continue,
                    Manner::RefusesRepeats if *times > 1 => "INVALID",
                    Manner::RefusesUnicode if String::from_utf8_lossy(&bytes).contains("你好") => {
                        "INVALID"
                    }
                    _ => "COMPLETED",
                };
                self.answer(&letter, status).await;
                if manner == Manner::Clumsy && answers == 0 {
                    self.get("/memos/9c0e2f1f-0a7b-4c01-8d43-5e6a1d2c3b04").await;
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Answers what it is told was pushed, until it is dropped.
    async fn answer_pushed(self, mut telling: mpsc::UnboundedReceiver<String>) {
        while let Some(letter) = telling.recv().await {
            self.answer(&letter, "COMPLETED").await;
        }
    }
}

/// The end of a run: its state, and of each requirement verdict, cases, and why in English.
type Ended = (String, BTreeMap<String, (String, Vec<String>, String)>);

/// Tries a system while a receiver runs, and gives what was judged. The report must say it as well.
fn tried(
    server: &Server,
    system: &str,
    receiver: impl Future<Output = ()> + Send + 'static,
) -> Ended {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.spawn(receiver);
    let mut client = server.client();
    let order = json!({
        "systemId": server.system(system).id, "patienceSeconds": 3, "largeBytes": 200_000,
    });
    let begun =
        client.post("/testing/conformance", "application/json", order.to_string().as_bytes());
    let begun = begun.unwrap();
    assert_eq!(begun.status, 201, "{}", begun.text());
    let path = format!("/testing/conformance/{}", text(&begun.json::<Value>()["id"]));
    let mut run = Value::Null;
    soon("the run ends", || {
        run = client.get(&path).unwrap().json();
        run["state"] != "RUNNING"
    });
    let mut told = BTreeMap::new();
    for one in run["requirements"].as_array().unwrap() {
        let cases = one["cases"].as_array().unwrap().iter().map(text).collect();
        told.insert(text(&one["id"]), (text(&one["verdict"]), cases, text(&one["whyEn"])));
    }
    for (lang, why, verdict) in [("da", "whyDa", "Ikke opfyldt"), ("en", "whyEn", "Not met")] {
        let report = client.get(&format!("{path}/report?lang={lang}")).unwrap().text();
        let failed = told.values().filter(|one| one.0 == "FAILED").count();
        assert_eq!(report.matches(verdict).count(), failed, "{lang}");
        for one in run["requirements"].as_array().unwrap() {
            let why = text(&one[why]).replace('&', "&amp;").replace('<', "&lt;");
            assert!(report.contains(&why), "{lang}: {why}");
        }
    }
    runtime.shutdown_background();
    (text(&run["state"]), told)
}

/// What was not met, and what was only remarked or not seen.
fn verdicts<'a>(ended: &'a Ended, verdict: &str) -> Vec<&'a str> {
    ended.1.iter().filter(|(_, one)| one.0 == verdict).map(|(id, _)| id.as_str()).collect()
}

#[test]
fn each_fault_of_a_receiver_that_fetches_is_named_and_no_other() {
    let server = Server::start(&["--https", "127.0.0.1:0"]);
    for (manner, failed, not_tried, part) in [
        (Manner::Right, &[][..], &[][..], ("TAKES", "11 letters were taken")),
        (
            Manner::Absent,
            &["ANSWERS", "DELAYED", "EMPTIES", "TAKES"],
            &["ACCEPTS", "CALLS", "REPEATS", "TLS"],
            ("TAKES", "did not call at all"),
        ),
        (
            Manner::Silent,
            &["ANSWERS", "DELAYED", "EMPTIES"],
            &["ACCEPTS", "REPEATS"],
            ("DELAYED", "taken when its day came, but not answered"),
        ),
        (Manner::RefusesUnicode, &["ACCEPTS"], &[], ("ACCEPTS", "are right, but were refused")),
        (
            Manner::IgnoresRepeats,
            &["EMPTIES", "REPEATS"],
            &[],
            ("REPEATS", "handed over again, but not answered again"),
        ),
        (
            Manner::RefusesRepeats,
            &["ACCEPTS", "REPEATS"],
            &[],
            ("REPEATS", "answered differently (COMPLETED, INVALID)"),
        ),
        (
            Manner::Leaves,
            &["ANSWERS", "DELAYED", "EMPTIES", "TAKES"],
            &[],
            ("DELAYED", "was not taken when its day came"),
        ),
        (
            Manner::Tires,
            &["ANSWERS", "DELAYED", "EMPTIES"],
            &[],
            ("DELAYED", "but not answered in time"),
        ),
        (Manner::Clumsy, &[], &[], ("CALLS", "404 memo.not.found (×1)")),
        (Manner::Plain, &["TLS"], &[], ("TLS", "without TLS and a client certificate")),
    ] {
        assert_eq!(server.client().post("/testing/reset", "text/plain", b"").unwrap().status, 204);
        let calls = Calls::of(&server, "tusindfryd-modtager", manner == Manner::Plain);
        let receiver = async move {
            if manner != Manner::Absent {
                calls.fetch(manner).await;
            }
        };
        let ended = tried(&server, "tusindfryd-modtager", receiver);
        assert_eq!(verdicts(&ended, "FAILED"), failed, "{manner:?}: {ended:#?}");
        assert_eq!(verdicts(&ended, "NOT_TRIED"), not_tried, "{manner:?}: {ended:#?}");
        let expected = if failed.is_empty() { "PASSED" } else { "FAILED" };
        assert_eq!(ended.0, expected, "{manner:?}");
        assert!(ended.1[part.0].2.contains(part.1), "{manner:?}: {}", ended.1[part.0].2);
        if manner == Manner::RefusesUnicode {
            assert_eq!(ended.1["ACCEPTS"].1, ["UNICODE"]);
        }
    }
}

#[test]
fn letters_that_the_exchange_refuses_itself_are_not_held_against_the_receiver() {
    let server = Server::start(&["--https", "127.0.0.1:0"]);
    let fault = json!({
        "type": "RECEIPT", "recipientId": "12345678", "errorCode": "file.virus.found", "times": 1,
    });
    let made =
        server.client().post("/testing/faults", "application/json", fault.to_string().as_bytes());
    assert_eq!(made.unwrap().status, 201);
    let calls = Calls::of(&server, "tusindfryd-modtager", false);
    let ended = tried(&server, "tusindfryd-modtager", calls.fetch(Manner::Right));
    assert_eq!((ended.0.as_str(), verdicts(&ended, "REMARK")), ("PASSED", vec!["TRIED"]));
    let (_, cases, why) = &ended.1["TRIED"];
    assert_eq!(cases, &["ORDINARY"]);
    assert!(why.contains("(file.virus.found)"), "{why}");
    assert_eq!(ended.1["TAKES"].2, "10 letters were taken");
}

#[test]
fn a_receiver_that_is_pushed_to_passes_and_one_that_says_no_is_told_what_it_said() {
    let (called, telling) = Called::start();
    let server = Server::start(&["--push-endpoint", &called.endpoint(), "--https", "127.0.0.1:0"]);
    let calls = Calls::of(&server, PUSHED, false);
    let ended = tried(&server, PUSHED, calls.answer_pushed(telling));
    assert_eq!(
        (ended.0.as_str(), verdicts(&ended, "REMARK")),
        ("PASSED", vec!["TLS"]),
        "{ended:#?}"
    );
    assert!(ended.1["TLS"].2.contains("pushed over http"), "{ended:#?}");

    assert_eq!(server.client().post("/testing/reset", "text/plain", b"").unwrap().status, 204);
    called.answer(&[(500, None); 400]);
    let ended = tried(&server, PUSHED, async {});
    assert_eq!(ended.0, "FAILED");
    assert_eq!(verdicts(&ended, "FAILED"), ["ANSWERS", "DELAYED", "EMPTIES", "TAKES"]);
    assert!(ended.1["TAKES"].2.contains("the pushes gave 500 (×"), "{}", ended.1["TAKES"].2);
}
