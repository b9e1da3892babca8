//! The receivers: one is called, one fetches. Both drop what they have already, by its UUID, as the
//! standard asks of every receiver.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use brevdue_exchange::ids::Ids as _;
use brevdue_wire::names::BASE_PATH;
use brevdue_wire::{PagingResultUuid, Receipt, ReceiptStatus};
use reqwest::{Client, header};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::books::Books;
use super::town::{Destination, Town};
use crate::machine::MachineIds;
use crate::report::Problem;

/// Bytes of a letter pushed to us; ours are far smaller.
const BODY_BYTES: usize = 4 * 1024 * 1024;
/// Every so-manieth call is answered with «not now».
const REFUSE_EVERY: u64 = 97;
/// Pause between two looks for mail.
const LOOK: Duration = Duration::from_millis(50);
/// Letters fetched at once.
const AT_ONCE: usize = 8;

/// The desk that letters and receipts are pushed to. Closed when dropped.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) address: SocketAddr,
    _task: JoinSet<()>,
}

#[derive(Clone)]
struct Clerk {
    books: Arc<Books>,
    calls: Arc<AtomicU64>,
}

impl Desk {
    pub(super) async fn open(books: Arc<Books>) -> Result<Self, Problem> {
        let failed = |error: std::io::Error| {
            Problem::ours("torture::receiver", "the receiver cannot listen").because(&error)
        };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let clerk = Clerk { books, calls: Arc::default() };
        let routes = Router::new()
            .route("/memos", post(take_letter))
            .route("/receipts", post(take_receipt))
            .layer(DefaultBodyLimit::max(BODY_BYTES))
            .with_state(clerk);
        let mut task = JoinSet::new();
        task.spawn(async move {
            // It ends when the desk is closed.
            let _ = axum::serve(listener, routes).await;
        });
        Ok(Self { address, _task: task })
    }
}

impl Clerk {
    fn refuses(&self) -> bool {
        self.calls.fetch_add(1, Ordering::Relaxed) % REFUSE_EVERY == REFUSE_EVERY - 1
    }
}

async fn take_letter(State(clerk): State<Clerk>, mut parts: Multipart) -> StatusCode {
    if clerk.refuses() {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    let Ok(Some(part)) = parts.next_field().await else { return StatusCode::BAD_REQUEST };
    let uuid = part.file_name().and_then(|name| name.parse::<Uuid>().ok());
    // Half a letter comes when the exchange dies while it sends: it will come again.
    let (Some(uuid), Ok(bytes)) = (uuid, part.bytes().await) else {
        return StatusCode::BAD_REQUEST;
    };
    clerk.books.received(uuid, &bytes, Destination::Pushed);
    StatusCode::OK
}

async fn take_receipt(State(clerk): State<Clerk>, Json(receipt): Json<Receipt>) -> StatusCode {
    if clerk.refuses() {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    clerk.books.told(&receipt);
    StatusCode::OK
}

/// Whether a receiver is told what waits for it.
pub(super) async fn is_answered(client: &Client, to: SocketAddr, authorization: &str) -> bool {
    let call = client.get(format!("http://{to}{BASE_PATH}/memos/?size=1"));
    let answer = call.header(header::AUTHORIZATION, authorization).send().await;
    answer.is_ok_and(|answer| answer.status().is_success())
}

/// Fetches what waits, answers for it, and goes on until told to stop.
pub(super) async fn fetch(
    client: Client,
    to: SocketAddr,
    town: Arc<Town>,
    books: Arc<Books>,
    stop: CancellationToken,
) {
    let memos = format!("http://{to}{BASE_PATH}/memos/");
    while !stop.is_cancelled() {
        let waiting: Option<PagingResultUuid> = async {
            let call = client.get(format!("{memos}?size=200"));
            let call = call.header(header::AUTHORIZATION, &town.pull_receiver);
            call.send().await.ok()?.error_for_status().ok()?.json().await.ok()
        }
        .await;
        let waiting = waiting.map(|page| page.content).unwrap_or_default();
        if waiting.is_empty() {
            tokio::time::sleep(LOOK).await;
        }
        waiting.iter().for_each(|uuid| books.offered(*uuid));
        for some in waiting.chunks(AT_ONCE) {
            let mut fetches = JoinSet::new();
            for uuid in some {
                let (client, books, town) = (client.clone(), Arc::clone(&books), Arc::clone(&town));
                fetches.spawn(fetch_one(client, format!("{memos}{uuid}"), *uuid, town, books));
            }
            fetches.join_all().await;
        }
    }
}

/// Fetches one letter and says that it came. Nothing is done by halves: without a whole answer it
/// stays on the list.
async fn fetch_one(
    client: Client,
    address: String,
    uuid: Uuid,
    town: Arc<Town>,
    books: Arc<Books>,
) -> Option<()> {
    let call = client.get(&address).header(header::AUTHORIZATION, &town.pull_receiver);
    let answer = call.send().await.ok()?.error_for_status().ok()?;
    let bytes = answer.bytes().await.ok()?;
    books.received(uuid, &bytes, Destination::Fetched);
    let receipt = Receipt {
        transmission_id: Some(MachineIds.random()),
        message_uuid: Some(uuid),
        message_id: None,
        error_code: None,
        error_message: None,
        time_stamp: None,
        receipt_status: ReceiptStatus::Completed,
        retryable: None,
        channel_fallback: None,
        errors: Vec::new(),
    };
    let call = client.post(format!("{address}/receipt"));
    let call = call.header(header::AUTHORIZATION, &town.pull_receiver).json(&receipt);
    call.send().await.ok()?.error_for_status().ok()?;
    books.concluded(uuid);
    Some(())
}
