//! Connections: what a stranger can hold on to, and for how long.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use brevdue_server::listen::{ListenError, ListenLimits, Listener, Security};
use bytes::Bytes;
use futures_util::stream;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::raw::Line;
use crate::town::{Town, Wishes};

const SOON: Duration = Duration::from_secs(5);

async fn open(router: Router, limits: ListenLimits) -> (SocketAddr, CancellationToken) {
    let listener =
        Listener::bind("127.0.0.1:0".parse().unwrap(), Security::LocalPlain).await.unwrap();
    let (address, stop) = (listener.address(), CancellationToken::new());
    tokio::spawn(listener.serve(router, limits, stop.clone()));
    (address, stop)
}

fn hello() -> Router {
    Router::new().route("/", get(|| async { "hello" }))
}

#[tokio::test]
async fn without_tls_only_this_machine_is_listened_to() {
    let refused = Listener::bind("0.0.0.0:0".parse().unwrap(), Security::LocalPlain).await;
    assert!(matches!(refused.err(), Some(ListenError::NotLoopback { .. })));
}

#[tokio::test]
async fn a_head_that_does_not_end_and_an_idle_connection_are_closed() {
    let limits = ListenLimits { head_seconds: 1, linger_seconds: 1, ..Default::default() };
    let (address, _stop) = open(hello(), limits).await;

    let mut silent = Line::to(address).await;
    let mut half = Line::to(address).await;
    half.say("GET / HTTP/1.1\r\nhost: a\r\n").await;
    let mut idle = Line::to(address).await;
    idle.say("GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert_eq!(idle.answer().await.body, "hello");

    assert!(silent.is_closed_within(SOON).await);
    assert!(half.is_closed_within(SOON).await);
    assert!(idle.is_closed_within(SOON).await);
}

#[tokio::test]
async fn a_head_over_the_limit_is_refused_in_words_and_the_service_goes_on() {
    let limits = ListenLimits { head_bytes: 8 * 1024, headers: 20, ..Default::default() };
    let (address, _stop) = open(hello(), limits).await;
    let long = format!("GET / HTTP/1.1\r\nhost: a\r\nlong: {}\r\n\r\n", "x".repeat(100_000));
    let many = format!("GET / HTTP/1.1\r\nhost: a\r\n{}\r\n", "many: x\r\n".repeat(100));
    for head in [long, many] {
        let mut line = Line::to(address).await;
        line.say_into_the_void(head).await;
        assert_eq!(line.answer().await.status, 431);
    }
    let mut line = Line::to(address).await;
    line.say("\x16\x03\x01 this is not HTTP\r\n\r\n").await;
    assert_eq!(line.answer().await.status, 400);
    let mut line = Line::to(address).await;
    line.say("GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert_eq!(line.answer().await.status, 200);
}

#[tokio::test]
async fn more_connections_than_places_wait_for_one_to_end() {
    let (address, _stop) =
        open(hello(), ListenLimits { connections: 2, ..Default::default() }).await;
    let (first, second) = (Line::to(address).await, Line::to(address).await);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut third = Line::to(address).await;
    third.say("GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let early = tokio::time::timeout(Duration::from_millis(300), third.0.readable()).await;
    assert!(early.is_err(), "two places are taken");
    drop(first);
    assert_eq!(third.answer().await.status, 200);
    drop(second);
}

/// Tells when the answer it belongs to is given up.
struct GivenUp(Arc<Notify>);

impl Drop for GivenUp {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

#[tokio::test]
async fn an_answer_that_nobody_reads_is_given_up() {
    let given_up = Arc::new(Notify::new());
    let guard = given_up.clone();
    let endless = get(move || async move {
        Body::from_stream(stream::unfold(GivenUp(guard), |guard| async move {
            Some((Ok::<_, std::io::Error>(Bytes::from(vec![0; 64 * 1024])), guard))
        }))
    });
    let limits = ListenLimits { write_seconds: 1, ..Default::default() };
    let (address, _stop) = open(Router::new().route("/", endless), limits).await;
    let mut line = Line::to(address).await;
    line.say("GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    tokio::time::timeout(SOON, given_up.notified()).await.expect("given up in time");
}

#[tokio::test]
async fn stopping_lets_a_running_request_finish_and_takes_no_new_ones() {
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (begin, wait) = (begun.clone(), go_on.clone());
    let slow = get(move || async move {
        begin.notify_one();
        wait.notified().await;
        "done"
    });
    let (address, stop) = open(Router::new().route("/", slow), ListenLimits::default()).await;
    let mut line = Line::to(address).await;
    line.say("GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    begun.notified().await;
    stop.cancel();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "the door is closed");
    go_on.notify_one();
    let answer = line.answer().await;
    assert_eq!(answer.body, "done");
    assert!(answer.head.contains("connection: close"), "{}", answer.head);
}

#[tokio::test]
async fn every_wrong_path_and_method_gets_an_error_message() {
    let town = Town::open().await;
    for (method, path, status, code) in [
        ("GET", "/apis/v1/nothing", 404, "path.not.found"),
        ("GET", "/apis/v1/", 404, "path.not.found"),
        ("PUT", "/apis/v1/dp/afsendersystem/1", 404, "legacy.interface.closed"),
        ("PUT", "/apis/v1/memos/", 405, "method.not.allowed"),
        ("PATCH", "/apis/v1/receipts", 405, "method.not.allowed"),
    ] {
        let mut line = Line::to(town.http).await;
        line.say(format!("{method} {path} HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n")).await;
        let answer = line.answer().await;
        assert_eq!(answer.status, status, "{method} {path} {answer:?}");
        assert!(answer.body.contains(&format!(r#""code":"{code}""#)), "{}", answer.body);
        assert!(answer.body.contains(r#""fieldErrors":[]"#), "{}", answer.body);
        assert_eq!(answer.head.contains("allow: "), status == 405, "{}", answer.head);
        assert!(answer.head.contains("x-request-id: "), "{}", answer.head);
    }
}

#[tokio::test]
async fn head_is_not_taken_because_some_gets_change_things() {
    let town = Town::open().await;
    for path in ["/apis/v1/memos/", "/apis/v1/receipts/x", "/apis/v1/certificate"] {
        let url = format!("http://{}{path}", town.http);
        let answer = town.client(None).head(url).send().await.unwrap();
        assert_eq!(answer.status(), 405, "{path}");
    }
}

#[tokio::test]
async fn the_certificate_is_told_to_everybody() {
    let town = Town::open().await;
    for path in ["/apis/v1/certificate", "/apis/v1/certificate/"] {
        let answer = town.client(None).get(town.url(path)).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert!(answer.text().await.unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
    }
}

#[tokio::test]
async fn a_handshake_that_does_not_go_on_is_given_up() {
    let listen = ListenLimits { handshake_seconds: 1, ..Default::default() };
    let town = Town::with(Wishes { listen, ..Default::default() }).await;
    let mut silent = Line::to(town.https).await;
    let mut half = Line::to(town.https).await;
    half.say(b"\x16\x03\x01\x02\x00\x01").await;
    let mut plain = Line::to(town.https).await;
    plain.say("GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert!(silent.is_closed_within(SOON).await);
    assert!(half.is_closed_within(SOON).await);
    assert!(plain.is_closed_within(SOON).await);
}

#[tokio::test]
async fn stopping_does_not_wait_for_idle_callers() {
    let listener =
        Listener::bind("127.0.0.1:0".parse().unwrap(), Security::LocalPlain).await.unwrap();
    let (address, stop) = (listener.address(), CancellationToken::new());
    let serving = tokio::spawn(listener.serve(hello(), ListenLimits::default(), stop.clone()));
    let mut idle = Line::to(address).await;
    idle.say("GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert_eq!(idle.answer().await.status, 200);
    stop.cancel();
    let stopped = tokio::time::timeout(Duration::from_secs(2), serving).await;
    assert!(stopped.is_ok(), "the caller still holds its end");
    drop(idle);
}

#[tokio::test]
async fn bytes_that_make_no_sense_stop_nothing() {
    let town = Town::open().await;
    // A xorshift: the same bytes in every run.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut noise = |length: usize| -> Vec<u8> {
        let step = |_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[0]
        };
        (0..length).map(step).collect()
    };
    let starts =
        ["", "POST /apis/v1/memos/ HTTP/1.1\r\nhost: a\r\n", "GET /%ff?%ff=%ff&&= HTTP/1.1\r\n"];
    for round in 0..60 {
        for address in [town.http, town.https] {
            let mut line = Line::to(address).await;
            line.say_into_the_void(starts[round % starts.len()]).await;
            line.say_into_the_void(noise(round * 37)).await;
            line.say_into_the_void("\r\n\r\n").await;
        }
    }
    let answer = town.acting_as(&town.sender).get("/apis/v1/receipts/").send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn only_http_1_1_is_spoken_over_tls() {
    let town = Town::open().await;
    let mut roots = rustls::RootCertStore::empty();
    let root = CertificateDer::from_pem_slice(town.issuer.root().as_bytes()).unwrap();
    roots.add(root).unwrap();
    for (offered, agreed) in [
        (&["h2", "http/1.1"][..], Some(&b"http/1.1"[..])),
        (&["http/1.1"], Some(b"http/1.1")),
        (&[], None),
    ] {
        let mut config = rustls::ClientConfig::builder_with_provider(Arc::new(
            rustls::crypto::aws_lc_rs::default_provider(),
        ))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots.clone())
        .with_no_client_auth();
        config.alpn_protocols = offered.iter().map(|name| name.as_bytes().to_vec()).collect();
        let line = tokio::net::TcpStream::connect(town.https).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
        let line = connector.connect(name, line).await.unwrap();
        assert_eq!(line.get_ref().1.alpn_protocol(), agreed, "{offered:?}");
    }
}
