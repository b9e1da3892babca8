//! Delivery: pushing messages and receipts to systems that want to be called.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Multipart, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use brevdue_exchange::exchange::authenticate::Channel;
use brevdue_server::delivery::{Client, ClientSettings, DeliveryLimits, Endpoints};
use brevdue_server::listen::{ListenLimits, Listener, Peer, Security};
use brevdue_server::tls::{TlsSettings, server_config};
use brevdue_server::{Delivery, Nudge};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::certificates::{Issuer, Validity};
use crate::town::{Town, Wishes, letter, masked, message_uuid};

/// The exchange's own organisation, as its certificate names it.
const OWN_CVR: &str = "11223344";

/// What came to a receiver.
#[derive(Default)]
struct Came {
    memos: Vec<(String, Vec<u8>)>,
    receipts: Vec<serde_json::Value>,
    heads: Vec<HeaderMap>,
    certificates: Vec<Option<String>>,
}

/// A system that is called: it writes down what comes and answers as told.
#[derive(Clone)]
struct Called {
    came: Arc<Mutex<Came>>,
    answer: Arc<Mutex<StatusCode>>,
    arrived: Arc<Notify>,
}

impl Called {
    fn new() -> Self {
        Self {
            came: Arc::default(),
            answer: Arc::new(Mutex::new(StatusCode::OK)),
            arrived: Arc::default(),
        }
    }

    fn router(&self) -> Router {
        Router::new()
            .route("/memo", post(take_memo))
            .route("/receipt", post(take_receipt))
            .route("/elsewhere", post(|| async { "somebody followed" }))
            .layer(axum::extract::DefaultBodyLimit::disable())
            .with_state(self.clone())
    }

    fn answers(&self, status: StatusCode) {
        *self.answer.lock().unwrap() = status;
    }

    fn note(&self, head: &HeaderMap, peer: Option<&Peer>) {
        let mut came = self.came.lock().unwrap();
        came.heads.push(head.clone());
        came.certificates.push(match peer.map(|peer| &peer.channel) {
            Some(Channel::Tls(Some(certificate))) => {
                certificate.cvr.map(|cvr| cvr.digits().to_owned())
            }
            _ => None,
        });
    }

    fn reply(&self) -> Response {
        self.arrived.notify_one();
        let status = *self.answer.lock().unwrap();
        (status, [("location", "/elsewhere")], "thank you").into_response()
    }

    fn memos(&self) -> usize {
        self.came.lock().unwrap().memos.len()
    }
}

async fn take_memo(
    State(called): State<Called>,
    peer: Option<axum::Extension<Peer>>,
    head: HeaderMap,
    mut multipart: Multipart,
) -> Response {
    called.note(&head, peer.as_deref());
    let part = multipart.next_field().await.unwrap().expect("one part");
    assert_eq!(part.name(), Some("file"));
    assert_eq!(part.content_type(), Some("application/xml"));
    let name = part.file_name().unwrap().to_owned();
    let bytes = part.bytes().await.unwrap().to_vec();
    assert!(multipart.next_field().await.unwrap().is_none(), "one part only");
    let reply = called.reply();
    if reply.status().is_success() {
        called.came.lock().unwrap().memos.push((name, bytes));
    }
    reply
}

async fn take_receipt(State(called): State<Called>, request: Request) -> Response {
    called.note(request.headers(), request.extensions().get());
    let bytes = to_bytes(request.into_body(), 1 << 20).await.unwrap();
    called.came.lock().unwrap().receipts.push(serde_json::from_slice(&bytes).unwrap());
    called.reply()
}

/// Opens a receiver with TLS that asks for certificates of `issuer`.
async fn open_tls(called: &Called, issuer: &Issuer) -> String {
    let own = issuer.server();
    let tls = server_config(&TlsSettings {
        certificate: own.certificate.as_bytes(),
        key: own.key.as_bytes(),
        client_roots: issuer.root().as_bytes(),
        revocation_lists: b"",
    })
    .unwrap();
    let listener =
        Listener::bind("127.0.0.1:0".parse().unwrap(), Security::Tls(tls)).await.unwrap();
    let address = listener.address();
    let (limits, stop) = (ListenLimits::default(), CancellationToken::new());
    tokio::spawn(listener.serve(called.router(), limits, stop));
    format!("https://{address}")
}

async fn open_plain(called: &Called, address: &str) -> String {
    let listener = Listener::bind(address.parse().unwrap(), Security::LocalPlain).await.unwrap();
    let address = listener.address();
    let (limits, stop) = (ListenLimits::default(), CancellationToken::new());
    tokio::spawn(listener.serve(called.router(), limits, stop));
    format!("http://{address}")
}

pub(crate) fn client(issuer: &Issuer) -> Client {
    client_with_patience(issuer, 20)
}

fn client_with_patience(issuer: &Issuer, stall_seconds: u64) -> Client {
    let own = issuer.organisation(OWN_CVR, Validity::Now);
    Client::new(&ClientSettings {
        identity: Some((own.certificate.as_bytes(), own.key.as_bytes())),
        roots: issuer.root().as_bytes(),
        endpoints: Endpoints::HttpsAndLocal,
        connect_seconds: 5,
        stall_seconds,
    })
    .unwrap()
}

fn delivery(town: &Town, issuer: &Issuer) -> Delivery {
    Delivery::new(town.exchange.clone(), client(issuer), DeliveryLimits::default())
}

async fn pushing_to(endpoint: String) -> Town {
    Town::with(Wishes { endpoint: Some(endpoint), ..Default::default() }).await
}

#[tokio::test]
async fn a_letter_is_pushed_with_our_certificate_as_one_part_named_by_its_bare_uuid() {
    let (called, issuer) = (Called::new(), Issuer::new());
    let town = pushing_to(open_tls(&called, &issuer).await + "/memo").await;
    let delivery = delivery(&town, &issuer);
    for (number, file_bytes) in [(1, 10), (2, 700_000)] {
        let (uuid, letter) = (message_uuid(number), letter(message_uuid(number), file_bytes));
        town.deliver(uuid, &letter).await;
        assert_eq!(delivery.round().await.unwrap(), 1);
        let came = called.came.lock().unwrap();
        assert_eq!(came.memos.last(), Some(&(uuid.to_string(), letter.into_bytes())));
        let head = came.heads.last().unwrap();
        assert!(
            head["content-type"].to_str().unwrap().starts_with("multipart/form-data; boundary=")
        );
        assert!(head.contains_key("content-length"), "{head:?}");
        assert!(!head.contains_key("transfer-encoding"), "{head:?}");
        assert_eq!(came.certificates.last(), Some(&Some(OWN_CVR.to_owned())));
    }
    assert_eq!(delivery.round().await.unwrap(), 0, "once is enough");
}

#[tokio::test]
async fn a_receipt_is_pushed_as_json() {
    let (called, issuer) = (Called::new(), Issuer::new());
    let receipt_endpoint = Some(open_tls(&called, &issuer).await + "/receipt");
    let town = Town::with(Wishes { receipt_endpoint, ..Default::default() }).await;
    town.deliver(message_uuid(1), &letter(message_uuid(1), 10)).await;
    assert_eq!(delivery(&town, &issuer).round().await.unwrap(), 1);
    {
        let came = called.came.lock().unwrap();
        assert_eq!(came.heads[0]["content-type"], "application/json");
        insta::assert_snapshot!(masked(&came.receipts[0]));
    }
    assert_eq!(town.store.counts().await.unwrap().receipts_waiting, 0);
}

#[tokio::test]
async fn a_receiver_that_was_away_gets_its_letter_when_the_schedule_says_so_and_once() {
    let (called, issuer) = (Called::new(), Issuer::new());
    let address = {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        free.local_addr().unwrap().to_string()
    };
    let town = pushing_to(format!("http://{address}/memo")).await;
    let delivery = delivery(&town, &issuer);
    town.deliver(message_uuid(1), &letter(message_uuid(1), 10)).await;
    assert_eq!(delivery.round().await.unwrap(), 1, "nobody was there");
    assert_eq!(delivery.round().await.unwrap(), 0, "not due yet");
    town.clock.let_pass(59);
    assert_eq!(delivery.round().await.unwrap(), 0, "not due yet");
    town.clock.let_pass(1);
    assert_eq!(delivery.round().await.unwrap(), 1, "after a minute; nobody was there");
    open_plain(&called, &address).await;
    town.clock.let_pass(299);
    assert_eq!(delivery.round().await.unwrap(), 0, "the second wait is five minutes");
    town.clock.let_pass(1);
    assert_eq!(delivery.round().await.unwrap(), 1);
    assert_eq!(called.memos(), 1);
    town.clock.let_pass(24 * 60 * 60);
    assert_eq!(delivery.round().await.unwrap(), 0);
}

#[tokio::test]
async fn any_answer_but_a_good_one_is_tried_again_and_a_redirect_is_not_followed() {
    let (called, issuer) = (Called::new(), Issuer::new());
    let town = pushing_to(open_plain(&called, "127.0.0.1:0").await + "/memo").await;
    let delivery = delivery(&town, &issuer);
    town.deliver(message_uuid(1), &letter(message_uuid(1), 10)).await;
    for status in
        [StatusCode::INTERNAL_SERVER_ERROR, StatusCode::BAD_REQUEST, StatusCode::TEMPORARY_REDIRECT]
    {
        called.answers(status);
        assert_eq!(delivery.round().await.unwrap(), 1, "{status}");
        town.clock.let_pass(6 * 60 * 60);
    }
    assert_eq!(called.memos(), 0);
    called.answers(StatusCode::ACCEPTED);
    assert_eq!(delivery.round().await.unwrap(), 1);
    assert_eq!(called.memos(), 1);
}

#[tokio::test]
async fn a_receiver_with_a_certificate_we_do_not_believe_gets_nothing() {
    let (called, issuer) = (Called::new(), Issuer::new());
    let town = pushing_to(open_tls(&called, &issuer).await + "/memo").await;
    town.deliver(message_uuid(1), &letter(message_uuid(1), 10)).await;
    let delivery = delivery(&town, &Issuer::new());
    assert_eq!(delivery.round().await.unwrap(), 1);
    assert_eq!(called.memos(), 0);
}

#[tokio::test]
async fn a_running_delivery_pushes_what_comes_when_it_comes_and_stops_when_told() {
    let (called, issuer) = (Called::new(), Issuer::new());
    let town = pushing_to(open_plain(&called, "127.0.0.1:0").await + "/memo").await;
    let stop = CancellationToken::new();
    let running = tokio::spawn(delivery(&town, &issuer).run(Nudge::new(), stop.clone()));
    for number in 1..=3 {
        town.deliver(message_uuid(number), &letter(message_uuid(number), 10)).await;
        tokio::time::timeout(Duration::from_secs(2), called.arrived.notified()).await.unwrap();
    }
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(5), running).await.expect("it stops").unwrap();
    assert_eq!(called.memos(), 3);
}

#[tokio::test]
async fn a_running_delivery_tries_again_after_the_clock_was_moved() {
    let (called, issuer) = (Called::new(), Issuer::new());
    called.answers(StatusCode::SERVICE_UNAVAILABLE);
    let town = pushing_to(open_plain(&called, "127.0.0.1:0").await + "/memo").await;
    let (stop, nudge) = (CancellationToken::new(), Nudge::new());
    tokio::spawn(delivery(&town, &issuer).run(nudge.clone(), stop.clone()));
    town.deliver(message_uuid(1), &letter(message_uuid(1), 10)).await;
    tokio::time::timeout(Duration::from_secs(2), called.arrived.notified()).await.unwrap();
    called.answers(StatusCode::OK);
    tokio::time::sleep(Duration::from_millis(200)).await;
    town.clock.let_pass(60);
    nudge.ring();
    tokio::time::timeout(Duration::from_secs(2), called.arrived.notified()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(called.memos(), 1);
    stop.cancel();
}

#[tokio::test]
async fn a_receiver_that_never_answers_does_not_hold_up_the_others() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Some(format!("http://{}/memo", silent.local_addr().unwrap()));
    let (called, issuer) = (Called::new(), Issuer::new());
    let receipt_endpoint = Some(open_plain(&called, "127.0.0.1:0").await + "/receipt");
    let town = Town::with(Wishes { endpoint, receipt_endpoint, ..Default::default() }).await;
    for number in 1..=12 {
        town.deliver(message_uuid(number), &letter(message_uuid(number), 10)).await;
    }
    let limits =
        DeliveryLimits { calls: 4, calls_per_endpoint: 2, turn_seconds: 0, ..Default::default() };
    let delivery = Delivery::new(town.exchange.clone(), client(&issuer), limits);
    let stop = CancellationToken::new();
    tokio::spawn(delivery.run(Nudge::new(), stop.clone()));
    let all_receipts = async {
        while called.came.lock().unwrap().receipts.len() < 12 {
            called.arrived.notified().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), all_receipts).await.expect("receipts get by");
    stop.cancel();
}

/// A receiver that reads what comes and says this, and nothing more.
async fn that_says(words: &'static str) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut lines = Vec::new();
        while let Ok((mut line, _)) = listener.accept().await {
            let mut request = vec![0; 64 * 1024];
            let _ = line.read(&mut request).await;
            line.write_all(words.as_bytes()).await.unwrap();
            lines.push(line);
        }
    });
    format!("http://{address}/memo")
}

#[tokio::test]
async fn a_call_in_which_nothing_moves_is_given_up_and_tried_again() {
    let issuer = Issuer::new();
    let town = pushing_to(that_says("").await).await;
    town.deliver(message_uuid(1), &letter(message_uuid(1), 10)).await;
    let client = client_with_patience(&issuer, 1);
    let delivery = Delivery::new(town.exchange.clone(), client, DeliveryLimits::default());
    let begun = std::time::Instant::now();
    assert_eq!(delivery.round().await.unwrap(), 1);
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    town.clock.let_pass(60);
    assert_eq!(delivery.round().await.unwrap(), 1);
}

#[tokio::test]
async fn a_yes_is_a_yes_even_if_its_body_never_ends() {
    let issuer = Issuer::new();
    let yes = "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\nthank";
    let town = pushing_to(that_says(yes).await).await;
    town.deliver(message_uuid(1), &letter(message_uuid(1), 10)).await;
    let delivery = delivery(&town, &issuer);
    assert_eq!(delivery.round().await.unwrap(), 1);
    town.clock.let_pass(24 * 60 * 60);
    assert_eq!(delivery.round().await.unwrap(), 0, "it was taken");
}
