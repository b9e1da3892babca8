//! A small exchange on a free port that keeps the promises of the official interface and breaks its
//! line, or stands still, exactly when a test says so.

#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::io::Cursor;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use brevdue_gateway::{Account, Client, Patience, Stamps};
use brevdue_memo::container::{ContainerLimits, Packer, unpack};
use brevdue_memo::{Limits, Timestamp, read_header};
use brevdue_wire::{
    BulkReceipt, Credentials, ErrorMessage, PageRequest, PagingResultUuid, Receipt, ReceiptSearchResult,
    ReceiptStatus,
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower::ServiceExt as _;
use uuid::Uuid;

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    /// It breaks before the exchange has done anything.
    DropsBefore,
    /// The exchange does its work, and the answer is lost.
    DropsAfter,
    /// Nothing is done and nothing is ever answered.
    StandsStillBefore,
    /// The exchange does its work and never answers.
    StandsStillAfter,
    /// The exchange answers this and does nothing.
    Answers(u16),
}

#[derive(Default)]
pub(crate) struct Books {
    /// Transmission by idempotency key.
    answers: HashMap<String, Receipt>,
    /// Bytes delivered, by message; once each.
    pub(crate) delivered: HashMap<Uuid, Vec<u8>>,
    pub(crate) deliveries: usize,
    pub(crate) submissions: usize,
    /// Receipts that wait for the sender.
    pub(crate) receipts: BTreeMap<Uuid, Receipt>,
    pub(crate) receipts_removed: Vec<Uuid>,
    /// Outcome for messages whose header tells this label.
    pub(crate) outcomes: HashMap<String, (ReceiptStatus, &'static str)>,
    /// No business receipts are made while this is set.
    pub(crate) silent: bool,
    /// Messages that wait for the receiver.
    pub(crate) memos: BTreeMap<Uuid, Vec<u8>>,
    pub(crate) given: Vec<(Uuid, Receipt)>,
    pub(crate) calls: Vec<String>,
    /// Headers of the last submission.
    pub(crate) headers: HeaderMap,
    /// Faults by number of the call, from 0.
    lines: HashMap<usize, Line>,
    next_id: u128,
}

/// A running exchange.
#[derive(Clone)]
pub(crate) struct Exchange {
    pub(crate) books: Arc<Mutex<Books>>,
    pub(crate) address: String,
    still: watch::Sender<bool>,
}

impl Books {
    fn id(&mut self) -> Uuid {
        self.next_id += 1;
        Uuid::from_u128(0xffff_0000_0000_0000_0000 + self.next_id)
    }
}

impl Exchange {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let exchange =
            Self { books: Arc::default(), address, still: watch::Sender::new(false) };
        let (router, here) = (exchange.router(), exchange.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (router, here) = (router.clone(), here.clone());
                let serve = hyper::service::service_fn(move |request| {
                    here.clone().serve(router.clone(), request)
                });
                let connection =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), serve);
                tokio::spawn(connection);
            }
        });
        exchange
    }

    /// From here on, call number `call` (from 0) meets `line`.
    pub(crate) fn on_call(&self, call: usize, line: Line) {
        self.books().lines.insert(call, line);
    }

    /// Calls so far.
    pub(crate) fn calls(&self) -> usize {
        self.books().calls.len()
    }

    /// Ends when a call has met a line that stands still.
    pub(crate) async fn stands_still(&self) {
        self.still.subscribe().wait_for(|still| *still).await.unwrap();
        self.still.send_replace(false);
    }

    pub(crate) fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }

    pub(crate) fn client(&self) -> Client {
        let credentials = Credentials { system: Uuid::from_u128(7), token: "secret".into() };
        let patience = Patience {
            connect: Duration::from_secs(2),
            stall: Duration::from_secs(2),
            retry: Duration::from_secs(2),
        };
        let account = Account {
            exchange: self.address.clone(),
            credentials,
            certificate: None,
            authorities: None,
            patience,
        };
        Client::new(&account).unwrap()
    }

    async fn serve(
        self,
        router: Router,
        request: hyper::Request<hyper::body::Incoming>,
    ) -> Result<Response, std::io::Error> {
        let line = {
            let mut books = self.books();
            let call = format!("{} {}", request.method(), request.uri().path());
            books.calls.push(call);
            let number = books.calls.len() - 1;
            books.lines.remove(&number)
        };
        let broken = || std::io::Error::other("the line broke");
        let (parts, body) = request.into_parts();
        let request = Request::from_parts(parts, Body::new(body));
        match line {
            None => Ok(answer(router, request).await),
            Some(Line::DropsBefore) => Err(broken()),
            Some(Line::DropsAfter) => {
                answer(router, request).await;
                Err(broken())
            }
            Some(Line::Answers(status)) => {
                let body = ErrorMessage::new("out.of.order", "recipient 2211771212 cannot be served");
                let status = StatusCode::from_u16(status).unwrap();
                Ok((status, [("retry-after", "1")], axum::Json(body)).into_response())
            }
            Some(still) => {
                if still == Line::StandsStillAfter {
                    answer(router, request).await;
                }
                self.still.send_replace(true);
                std::future::pending().await
            }
        }
    }

    fn router(&self) -> Router {
        let api = Router::new()
            .route("/memos/", post(submit).get(list_memos))
            .route("/memos/{id}", get(memo).delete(remove_memo))
            .route("/memos/{id}/receipt", post(take_receipt))
            .route("/receipts-bulk/", get(bulk))
            .route("/receipts/", get(list_receipts))
            .route("/receipts/{id}", get(receipt))
            .route("/receipts/{id}", delete(remove_receipt));
        Router::new()
            .nest("/apis/v1", api)
            .layer(axum::extract::DefaultBodyLimit::disable())
            .with_state(self.books.clone())
    }
}

async fn answer(router: Router, request: Request) -> Response {
    let answered: Result<Response, Infallible> = router.oneshot(request).await;
    answered.unwrap()
}

type Shared = State<Arc<Mutex<Books>>>;

async fn submit(
    State(books): Shared,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut messages = Vec::new();
    if headers["content-type"] == "application/xml" {
        assert!(query.contains_key("memo-message-uuid"));
        messages.push(body.to_vec());
    } else {
        unpack(&body[..], &ContainerLimits::default(), &mut |entry| {
            let mut message = Vec::new();
            entry.reader.read_to_end(&mut message)?;
            messages.push(message);
            Ok(())
        })
        .unwrap();
    }
    let mut books = books.lock().unwrap();
    books.submissions += 1;
    let key = headers["idempotency-key"].to_str().unwrap().to_owned();
    books.headers = headers;
    if let Some(receipt) = books.answers.get(&key) {
        return (StatusCode::CREATED, axum::Json(receipt.clone())).into_response();
    }
    let transmission = books.id();
    for message in messages {
        let reading = read_header(&message[..], &Limits::default()).unwrap();
        let uuid = reading.glimpse.message_uuid.map(|uuid| uuid.value());
        let label = reading.header.map(|header| header.label).unwrap_or_default();
        let (mut status, mut code) = match (uuid, books.outcomes.get(&label)) {
            (None, _) => (ReceiptStatus::Invalid, Some("memo.invalid")),
            (_, Some((status, code))) => (*status, Some(*code)),
            _ => (ReceiptStatus::Completed, None),
        };
        if let Some(uuid) = uuid {
            match books.delivered.get(&uuid) {
                Some(before) if *before != message => {
                    (status, code) = (ReceiptStatus::Invalid, Some("message.uuid.duplicate"));
                }
                Some(_) => {}
                None if status == ReceiptStatus::Completed => {
                    books.deliveries += 1;
                    books.delivered.insert(uuid, message);
                }
                None => {}
            }
        }
        let receipt = Receipt {
            error_code: code.map(Into::into),
            error_message: code.map(|_| "not in order".into()),
            ..bare(Some(transmission), uuid, status)
        };
        if !books.silent {
            let id = books.id();
            books.receipts.insert(id, receipt);
        }
    }
    let receipt = bare(Some(transmission), None, ReceiptStatus::Received);
    books.answers.insert(key, receipt.clone());
    (StatusCode::CREATED, axum::Json(receipt)).into_response()
}

/// A receipt that says nothing more than it must.
pub(crate) fn bare(transmission: Option<Uuid>, message: Option<Uuid>, status: ReceiptStatus) -> Receipt {
    Receipt {
        transmission_id: transmission,
        message_uuid: message,
        message_id: None,
        error_code: None,
        error_message: None,
        time_stamp: Some("2026-11-23T03:40:00.000Z".into()),
        receipt_status: status,
        retryable: None,
        channel_fallback: None,
        errors: Vec::new(),
    }
}

fn page(query: &HashMap<String, String>) -> PageRequest {
    let number = |name| query.get(name).map(|text: &String| text.parse().unwrap());
    PageRequest { page: number("page").unwrap_or(0), size: number("size").unwrap_or(100) }
}

async fn bulk(State(books): Shared, Query(query): Query<HashMap<String, String>>) -> Response {
    let books = books.lock().unwrap();
    let page = page(&query);
    let total = books.receipts.len() as u64;
    let receipts: Vec<BulkReceipt> = books
        .receipts
        .iter()
        .skip(page.offset() as usize)
        .take(page.size as usize)
        .map(|(id, receipt)| BulkReceipt { id: *id, receipt: receipt.clone() })
        .collect();
    axum::Json(ReceiptSearchResult {
        current_page: page.page,
        total_pages: total.div_ceil(page.size),
        elements_on_page: receipts.len() as u64,
        total_elements: total,
        receipts,
    })
    .into_response()
}

async fn list_receipts(State(books): Shared, Query(query): Query<HashMap<String, String>>) -> Response {
    let books = books.lock().unwrap();
    paged(books.receipts.keys().copied().collect(), page(&query))
}

async fn list_memos(State(books): Shared, Query(query): Query<HashMap<String, String>>) -> Response {
    let books = books.lock().unwrap();
    paged(books.memos.keys().copied().collect(), page(&query))
}

fn paged(ids: Vec<Uuid>, page: PageRequest) -> Response {
    let total = ids.len() as u64;
    let here = ids.into_iter().skip(page.offset() as usize).take(page.size as usize).collect();
    axum::Json(PagingResultUuid::new(here, page, total)).into_response()
}

async fn receipt(
    State(books): Shared,
    Path(id): Path<Uuid>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let mut books = books.lock().unwrap();
    let found = books.receipts.get(&id).cloned();
    if query.get("delete").map(String::as_str) != Some("false") {
        books.receipts.remove(&id);
    }
    found.map_or(StatusCode::NOT_FOUND.into_response(), |found| axum::Json(found).into_response())
}

async fn remove_receipt(State(books): Shared, Path(id): Path<Uuid>) -> StatusCode {
    let mut books = books.lock().unwrap();
    books.receipts_removed.push(id);
    match books.receipts.remove(&id) {
        Some(_) => StatusCode::NO_CONTENT,
        None => StatusCode::NOT_FOUND,
    }
}

async fn memo(State(books): Shared, Path(id): Path<Uuid>) -> Response {
    let found = books.lock().unwrap().memos.get(&id).cloned();
    found.map_or(StatusCode::NOT_FOUND.into_response(), IntoResponse::into_response)
}

async fn take_receipt(
    State(books): Shared,
    Path(id): Path<Uuid>,
    axum::Json(receipt): axum::Json<Receipt>,
) -> StatusCode {
    let mut books = books.lock().unwrap();
    if !books.memos.contains_key(&id) {
        return StatusCode::NOT_FOUND;
    }
    if books.given.iter().any(|(memo, g)| *memo == id && g.receipt_status != receipt.receipt_status) {
        return StatusCode::CONFLICT;
    }
    books.given.push((id, receipt));
    StatusCode::OK
}

async fn remove_memo(State(books): Shared, Path(id): Path<Uuid>) -> StatusCode {
    match books.lock().unwrap().memos.remove(&id) {
        Some(_) => StatusCode::NO_CONTENT,
        None => StatusCode::NOT_FOUND,
    }
}

/// Ids that count up, and a time that stands still.
#[derive(Default)]
pub(crate) struct Counter(Mutex<u128>);

impl Stamps for Counter {
    fn id(&self) -> Uuid {
        let mut count = self.0.lock().unwrap();
        *count += 1;
        Uuid::from_u128(0xaaaa_0000_0000 + *count)
    }
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_795_405_200_000)
    }
}

/// A whole message to an invented person, with this number in its id.
pub(crate) fn letter(number: u32, label: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<memo:Message xmlns:memo="https://DigitalPost.dk/MeMo-1" memoVersion="1.2">
  <memo:MessageHeader>
    <memo:messageType>DIGITALPOST</memo:messageType>
    <memo:messageUUID>{}</memo:messageUUID>
    <memo:label>{label}</memo:label>
    <memo:Sender><memo:senderID>12345678</memo:senderID><memo:idType>CVR</memo:idType><memo:label>Ålleby</memo:label></memo:Sender>
    <memo:Recipient><memo:recipientID>2211771212</memo:recipientID><memo:idType>CPR</memo:idType></memo:Recipient>
  </memo:MessageHeader>
  <memo:MessageBody>
    <memo:createdDateTime>2026-05-03T12:00:00Z</memo:createdDateTime>
    <memo:MainDocument><memo:File>
      <memo:encodingFormat>text/plain</memo:encodingFormat><memo:filename>brev.txt</memo:filename>
      <memo:language>da</memo:language><memo:content>S8OmcmUgZHUh{}</memo:content>
    </memo:File></memo:MainDocument>
  </memo:MessageBody>
</memo:Message>
"#,
        letter_id(number),
        noise(number)
    )
}

/// Base64 that hardly compresses, so that a container of letters is not taken for a bomb.
fn noise(seed: u32) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut state = u64::from(seed) + 0x9e37_79b9_7f4a_7c15;
    let mut letter = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(ALPHABET[(state % 64) as usize])
    };
    (0..160).map(|_| letter()).collect()
}

/// The id of [`letter`].
pub(crate) fn letter_id(number: u32) -> Uuid {
    format!("8c2ea15d-61fb-4ba9-9366-{number:012x}").parse().unwrap()
}

/// A container of messages.
pub(crate) fn container(messages: &[String]) -> Vec<u8> {
    let mut packer = Packer::new(Vec::new()).unwrap();
    for (number, message) in messages.iter().enumerate() {
        let mut bytes = Cursor::new(message.as_bytes());
        packer.append(&format!("{number}.xml"), message.len() as u64, &mut bytes).unwrap();
    }
    packer.finish().unwrap()
}
