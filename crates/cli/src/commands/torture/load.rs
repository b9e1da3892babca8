//! The senders: so many connections that send as fast as they are answered.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use brevdue_wire::names::{BASE_PATH, MEMO_MESSAGE_UUID, XML};
use brevdue_wire::{Receipt, ReceiptSearchResult};
use reqwest::{Client, StatusCode, header};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::books::Books;
use super::dice::Dice;
use super::town::{Letter, Town};

/// Pause after a «not now».
const PAUSE: Duration = Duration::from_millis(20);
/// How long a letter may be refused while nothing is wrong.
const PATIENCE: Duration = Duration::from_secs(60);
/// Pause between two looks for receipts.
const LOOK: Duration = Duration::from_millis(50);
/// Receipts taken off the list at once.
const AT_ONCE: usize = 16;

/// One connection's sender. What was not answered is sent again after the next start.
#[derive(Debug)]
pub(super) struct Sender {
    pub(super) dice: Dice,
    pub(super) pending: Option<Letter>,
}

impl Sender {
    /// Sends one letter after the other until told to stop, or until the exchange is gone.
    pub(super) async fn run(
        mut self,
        client: Client,
        to: SocketAddr,
        town: Arc<Town>,
        books: Arc<Books>,
        stop: CancellationToken,
    ) -> Self {
        while !stop.is_cancelled() {
            let letter = match self.pending.take() {
                Some(letter) => letter,
                None => {
                    let letter = town.letter(&mut self.dice);
                    books.written(&letter);
                    letter
                }
            };
            match send(&client, to, &town, &letter).await {
                Some((StatusCode::CREATED, Some(receipt))) => {
                    books.acknowledged(letter.uuid, &receipt);
                }
                Some((StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS, _)) => {
                    self.pending = Some(letter);
                    tokio::time::sleep(PAUSE).await;
                }
                Some((StatusCode::INTERNAL_SERVER_ERROR, _)) => {
                    // A write that fails: the sender keeps the letter.
                    self.pending = Some(letter);
                    tokio::time::sleep(PAUSE).await;
                }
                Some((status, _)) => {
                    books.line(format!("letter {}: answered with {status}", letter.uuid));
                }
                None => {
                    self.pending = Some(letter);
                    return self;
                }
            }
        }
        self
    }

    /// Sends what is pending until it is answered.
    pub(super) async fn finish(
        &mut self,
        client: &Client,
        to: SocketAddr,
        town: &Town,
        books: &Books,
    ) {
        let begun = Instant::now();
        while let Some(letter) = self.pending.take() {
            if begun.elapsed() > PATIENCE {
                return books
                    .line(format!("letter {}: refused again and again in peace", letter.uuid));
            }
            match send(client, to, town, &letter).await {
                Some((StatusCode::CREATED, Some(receipt))) => {
                    books.acknowledged(letter.uuid, &receipt);
                }
                Some((StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS, _)) => {
                    self.pending = Some(letter);
                    tokio::time::sleep(PAUSE).await;
                }
                other => {
                    let how = other.map(|(status, _)| status);
                    books.line(format!("letter {}: not taken in peace: {how:?}", letter.uuid));
                }
            }
        }
    }
}

/// `None` when there was no whole answer.
pub(super) async fn send(
    client: &Client,
    to: SocketAddr,
    town: &Town,
    letter: &Letter,
) -> Option<(StatusCode, Option<Receipt>)> {
    let answer = client
        .post(format!("http://{to}{BASE_PATH}/memos/?{MEMO_MESSAGE_UUID}={}", letter.uuid))
        .header(header::AUTHORIZATION, &town.senders[letter.sender].authorization)
        .header(header::CONTENT_TYPE, XML)
        .body(letter.bytes.clone())
        .send()
        .await
        .ok()?;
    let status = answer.status();
    let bytes = answer.bytes().await.ok()?;
    Some((status, serde_json::from_slice(&bytes).ok()))
}

/// Reads the receipts of the sender that fetches them, and takes each off the list, until told to stop.
pub(super) async fn fetch_receipts(
    client: Client,
    to: SocketAddr,
    town: Arc<Town>,
    books: Arc<Books>,
    stop: CancellationToken,
) {
    let authorization = &town.senders[0].authorization;
    let get = format!("http://{to}{BASE_PATH}/receipts-bulk/?size=500");
    while !stop.is_cancelled() {
        let list: Option<ReceiptSearchResult> = async {
            let call = client.get(&get).header(header::AUTHORIZATION, authorization);
            call.send().await.ok()?.error_for_status().ok()?.json().await.ok()
        }
        .await;
        let receipts = list.map(|list| list.receipts).unwrap_or_default();
        if receipts.is_empty() {
            tokio::time::sleep(LOOK).await;
        }
        for one in &receipts {
            books.listed(one.id);
            books.told(&one.receipt);
        }
        for some in receipts.chunks(AT_ONCE) {
            let mut removals = JoinSet::new();
            for one in some {
                let call = client
                    .delete(format!("http://{to}{BASE_PATH}/receipts/{}", one.id))
                    .header(header::AUTHORIZATION, authorization);
                let (books, id) = (Arc::clone(&books), one.id);
                removals.spawn(async move {
                    if call.send().await.is_ok_and(|answer| answer.status().is_success()) {
                        books.removed(id);
                    }
                });
            }
            removals.join_all().await;
        }
    }
}
