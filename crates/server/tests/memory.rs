//! A letter of the largest size goes through every door, and memory does not grow with it.
//!
//! Alone in its program: it measures the whole process, the caller and the receiver included.

#![expect(clippy::unwrap_used, reason = "these are tests, their helpers included")]

#[path = "doors/certificates.rs"]
mod certificates;
#[path = "doors/town.rs"]
#[expect(dead_code, reason = "the doors' tests use all of it")]
mod town;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::{Multipart, State};
use axum::routing::post;
use brevdue_server::Delivery;
use brevdue_server::delivery::{Client, ClientSettings, DeliveryLimits, Endpoints};
use brevdue_server::listen::{ListenLimits, Listener, Security};
use brevdue_store::Embedded;
use bytes::Bytes;
use futures_util::stream;
use reqwest::Body;
use tokio_util::sync::CancellationToken;

use certificates::Validity;
use town::{Town, Wishes, letter, message_uuid};

/// What an authority may send in one message.
const LETTER_BYTES: u64 = 99_500_000;

/// What the process may take beyond what it took before, debug build, all ends included.
const GROWTH_BYTES: u64 = 64 * 1024 * 1024;

/// A line of `/proc/self/status`, in bytes.
fn of_this_process(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    let kibibytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kibibytes * 1024
}

/// Begins measuring the peak anew, and says what is taken now.
fn begin_peak() -> u64 {
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    of_this_process("VmRSS")
}

/// A letter of exactly the largest size, made while it is sent.
fn largest_letter(uuid: uuid::Uuid) -> Body {
    let small = letter(uuid, 0);
    let (start, end) = small.split_once("AAAA").unwrap();
    let content = LETTER_BYTES - (start.len() + end.len()) as u64;
    let (content, padding) = (content / 4 * 4, content % 4);
    let filler = Bytes::from(vec![b'A'; 60_000]);
    let content = stream::unfold(content, move |left| {
        let piece = filler.slice(..left.min(60_000) as usize);
        async move { (left > 0).then(|| (Ok::<_, io::Error>(piece.clone()), left - piece.len() as u64)) }
    });
    let once = |bytes: String| Box::pin(stream::once(async move { Ok(Bytes::from(bytes)) }));
    use futures_util::StreamExt as _;
    let whole = once(start.to_owned())
        .chain(Box::pin(content))
        .chain(once(end.to_owned() + &"\n".repeat(padding as usize)));
    Body::wrap_stream(whole)
}

async fn count(State(came): State<Arc<AtomicU64>>, mut multipart: Multipart) {
    let mut part = multipart.next_field().await.unwrap().unwrap();
    while let Some(piece) = part.chunk().await.unwrap() {
        came.fetch_add(piece.len() as u64, Ordering::SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_largest_letter_passes_every_door_in_little_memory() {
    let came = Arc::new(AtomicU64::new(0));
    let receiver = Router::new()
        .route("/memo", post(count))
        .layer(axum::extract::DefaultBodyLimit::disable())
        .with_state(came.clone());
    let listener =
        Listener::bind("127.0.0.1:0".parse().unwrap(), Security::LocalPlain).await.unwrap();
    let endpoint = Some(format!("http://{}/memo", listener.address()));
    tokio::spawn(listener.serve(receiver, ListenLimits::default(), CancellationToken::new()));

    let store = Some(Arc::new(Embedded::temporary().unwrap()) as _);
    let town = Town::with(Wishes { endpoint, store, ..Default::default() }).await;
    let own = town.issuer.organisation("11223344", Validity::Now);
    let client = Client::new(&ClientSettings {
        identity: Some((own.certificate.as_bytes(), own.key.as_bytes())),
        roots: town.issuer.root().as_bytes(),
        endpoints: Endpoints::HttpsAndLocal,
        connect_seconds: 5,
        stall_seconds: 20,
    })
    .unwrap();
    let delivery = Delivery::new(town.exchange.clone(), client, DeliveryLimits::default());
    let path = |number| format!("/apis/v1/memos/?memo-message-uuid={}", message_uuid(number));
    let sender = town.acting_as(&town.sender);

    // A small letter first, so that what every letter needs is there before we measure.
    town.deliver(message_uuid(1), &letter(message_uuid(1), 1000)).await;
    assert_eq!(delivery.round().await.unwrap(), 1);
    came.store(0, Ordering::SeqCst);

    let before = begin_peak();
    let grown = |step: &str| {
        let growth = of_this_process("VmHWM").saturating_sub(before);
        println!("{step}: {} KiB above {} KiB", growth / 1024, before / 1024);
        assert!(growth < GROWTH_BYTES, "{step}: {growth} bytes");
    };
    let request = sender.post(&path(2)).header("content-type", "application/xml");
    let answer = request.body(largest_letter(message_uuid(2))).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    grown("handed in, in chunks over TLS");

    town.work().await;
    grown("checked");

    assert_eq!(delivery.round().await.unwrap(), 1);
    assert_eq!(came.load(Ordering::SeqCst), LETTER_BYTES);
    grown("pushed");

    let url = format!("/apis/v1/memos/{}", message_uuid(2));
    let mut fetched = town.acting_as(&town.receiver).get(&url).send().await.unwrap();
    assert_eq!(fetched.content_length(), Some(LETTER_BYTES));
    let mut bytes = 0;
    while let Some(piece) = fetched.chunk().await.unwrap() {
        bytes += piece.len() as u64;
    }
    assert_eq!(bytes, LETTER_BYTES);
    grown("fetched over TLS");
}
