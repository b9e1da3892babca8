//! The log tells what happened to whom by ids, and never what a letter says or whom it is about.
//!
//! Alone in its program: there is one log for all of it.

#![expect(clippy::unwrap_used, reason = "these are tests, their helpers included")]

#[path = "doors/certificates.rs"]
mod certificates;
#[path = "doors/town.rs"]
#[expect(dead_code, reason = "the doors' tests use all of it")]
mod town;

use std::io;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};

use brevdue_server::delivery::{Client, ClientSettings, DeliveryLimits, Endpoints};
use brevdue_server::{Delivery, Nudge, workers};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::fmt::MakeWriter;

use certificates::Validity;
use town::{RECEIVING_CVR, Town, Wishes, letter, message_uuid};

/// A log that is kept.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Kept {
    type Writer = Self;
    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// The number of an invented person.
const PERSON: &str = "2211771212";

#[tokio::test]
async fn no_number_name_content_or_token_is_in_the_log() {
    let kept = Kept::default();
    let filter = "info,brevdue_server=trace,brevdue_exchange=trace,brevdue_store=trace";
    tracing_subscriber::fmt()
        .with_ansi(false)
        .with_env_filter(filter)
        .with_writer(kept.clone())
        .init();

    let refused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let endpoint = Some(format!("http://{refused}/{PERSON}"));
    let town = Town::with(Wishes { endpoint, ..Default::default() }).await;
    let stop = CancellationToken::new();
    let one = NonZeroUsize::MIN;
    let _workers = workers::start(&town.exchange, one, &Nudge::new(), &stop).unwrap();

    // A letter that cannot be pushed, one to a person, one that is broken, and doors that stay shut.
    let sender = town.acting_as(&town.sender);
    town.deliver(message_uuid(1), &letter(message_uuid(1), 100)).await;
    let to_person = letter(message_uuid(2), 100).replace(RECEIVING_CVR, PERSON).replace(
        "<memo:idType>CVR</memo:idType>\n    </memo:Recipient>",
        "<memo:idType>CPR</memo:idType>\n    </memo:Recipient>",
    );
    town.deliver(message_uuid(2), &to_person).await;
    let broken = format!("<Pladsanvisning>{PERSON}");
    town.deliver(message_uuid(3), &broken).await;
    for path in [
        format!("/apis/v1/{PERSON}"),
        format!("/apis/v1/memos/{PERSON}?memo-message-uuid={PERSON}"),
        format!("/apis/v1/receipts/?page={PERSON}{PERSON}"),
    ] {
        assert!(sender.get(&path).send().await.unwrap().status().is_client_error());
    }
    let receipt = format!(r#"{{"receiptStatus":"{PERSON}"}}"#);
    let path = format!("/apis/v1/memos/{}/receipt", message_uuid(1));
    let answer = town.acting_as(&town.receiver).post(&path).body(receipt).send().await.unwrap();
    assert_eq!(answer.status(), 422);
    let shut = town.client(None).get(town.url("/apis/v1/memos/"));
    assert_eq!(
        shut.header("authorization", "Basic aGVtbWVsaWc=").send().await.unwrap().status(),
        401
    );
    let own = town.issuer.organisation("11223344", Validity::Now);
    let client = Client::new(&ClientSettings {
        identity: Some((own.certificate.as_bytes(), own.key.as_bytes())),
        roots: town.issuer.root().as_bytes(),
        endpoints: Endpoints::HttpsAndLocal,
        connect_seconds: 5,
        stall_seconds: 5,
    })
    .unwrap();
    let delivery = Delivery::new(town.exchange.clone(), client, DeliveryLimits::default());
    assert_eq!(delivery.round().await.unwrap(), 1);
    stop.cancel();

    let log = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
    for expected in [
        "answered",
        "route=\"/apis/v1/memos/\"",
        "status=201",
        "status=401",
        "status=422",
        "a push did not get through",
        &town.sender.registered.id.to_string(),
    ] {
        assert!(log.contains(expected), "{expected} is not in the log:\n{log}");
    }
    for hidden in [PERSON, "Pladsanvisning", "Opdigtet", "hemmelig", "aGVtbWVsaWc", "AAAAAAAA"] {
        assert!(!log.contains(hidden), "{hidden} is in the log:\n{log}");
    }
}
