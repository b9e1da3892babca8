//! One client for the official REST interface: a call in, an answer or a named failure out.
//!
//! It does not try again and keeps no state; [`crate::sender`] and [`crate::receiver`] do. HTTP/1.1
//! only, because real exchanges and the platforms before them have broken HTTP/2 streams.
//!
//! Source: `docs/exchange.md` 2, 3.1, 5.1, 6.1, 8.3.

mod answer;
mod upload;

use std::io;
use std::path::Path;

use brevdue_memo::Uuid4;
use brevdue_wire::names::{IDEMPOTENCY_KEY, LZMA, MEMO_MESSAGE_UUID, XML};
use brevdue_wire::{PageRequest, PagingResultUuid, Receipt, ReceiptSearchResult};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Certificate, Identity, Method, RequestBuilder, Response, redirect};
use serde::de::DeserializeOwned;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use uuid::Uuid;

pub use self::answer::CallError;
use self::upload::Upload;
use crate::limits::MEMO_BYTES;
use crate::{Account, Patience};

/// Why no client could be made. All of it is configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotAClient {
    /// The address is not `http://…` or `https://…`.
    #[error("the address of the exchange is not an http or https URL")]
    Address,
    /// The token has characters that no HTTP header can carry.
    #[error("the token cannot stand in an HTTP header")]
    Token,
    /// The certificate or its key is not PEM, or the key is of another kind.
    #[error("the client certificate and key could not be read as PEM")]
    Certificate(#[source] reqwest::Error),
    /// The file of trusted authorities is not PEM, or empty.
    #[error("the trusted authorities could not be read as PEM")]
    Authorities(#[source] Option<reqwest::Error>),
    /// The TLS library refused the whole; often a key that does not belong to the certificate.
    #[error("the certificate, key and authorities do not go together")]
    Together(#[source] reqwest::Error),
}

/// A registered system's line to its exchange. Cheap to clone; connections are kept and shared.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    system: Uuid,
    patience: Patience,
}

/// What a submitted file is.
#[derive(Debug, Clone, Copy)]
pub enum Submission<'a> {
    /// One message with this `messageUUID`.
    Message(&'a Uuid4),
    /// A container of messages.
    Container,
}

impl Client {
    /// Prepares the calls of `account`; connects only when the first is made.
    ///
    /// # Errors
    /// When a part of the account is not of the right form; trying again does not help.
    pub fn new(account: &Account) -> Result<Self, NotAClient> {
        let base = account.base();
        let address = reqwest::Url::parse(&base).map_err(|_| NotAClient::Address)?;
        if !matches!(address.scheme(), "http" | "https") || !address.has_host() {
            return Err(NotAClient::Address);
        }
        let mut authorization = HeaderValue::from_str(&account.credentials.header_value())
            .map_err(|_| NotAClient::Token)?;
        authorization.set_sensitive(true);
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("brevdue/", env!("CARGO_PKG_VERSION")))
            .default_headers(HeaderMap::from_iter([(AUTHORIZATION, authorization)]))
            .http1_only()
            .redirect(redirect::Policy::none())
            .tcp_nodelay(true)
            .connect_timeout(account.patience.connect);
        if address.scheme() == "https" {
            if let Some(own) = &account.certificate {
                let pem = [own.key.as_slice(), b"\n", own.certificate.as_slice()].concat();
                http = http.identity(Identity::from_pem(&pem).map_err(NotAClient::Certificate)?);
            }
            if let Some(pem) = &account.authorities {
                let trusted = Certificate::from_pem_bundle(pem)
                    .map_err(|error| NotAClient::Authorities(Some(error)))?;
                if trusted.is_empty() {
                    return Err(NotAClient::Authorities(None));
                }
                http = http.tls_certs_only(trusted);
            }
        }
        let http = http.build().map_err(NotAClient::Together)?;
        let system = account.credentials.system;
        Ok(Self { http, base, system, patience: account.patience })
    }

    /// Address of the exchange, with `/apis/v1`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The system that calls.
    pub fn system(&self) -> Uuid {
        self.system
    }

    /// How long it waits.
    pub fn patience(&self) -> Patience {
        self.patience
    }

    /// Submits the first `length_bytes` of a file and gives the technical receipt. The file is
    /// streamed, with its length announced. An exchange that knows idempotency keys answers the same
    /// key with the same receipt for 24 hours.
    ///
    /// # Errors
    /// See [`CallError`]. After `Unreachable` and `Busy` the same may be submitted again: an
    /// exchange delivers the same id with the same bytes once.
    pub async fn submit(
        &self,
        submission: Submission<'_>,
        file: &Path,
        length_bytes: u64,
        idempotency_key: &str,
    ) -> Result<Receipt, CallError> {
        let (path, media_type) = match submission {
            Submission::Message(uuid) => (format!("/memos/?{MEMO_MESSAGE_UUID}={uuid}"), XML),
            Submission::Container => ("/memos/".into(), LZMA),
        };
        let upload = Upload::open(file, length_bytes, self.patience.stall).await?;
        let request = self
            .call(Method::POST, &path)
            .header(CONTENT_TYPE, media_type)
            .header(CONTENT_LENGTH, length_bytes)
            .header(IDEMPOTENCY_KEY, idempotency_key);
        let response = upload.send(request).await?;
        self.json(answer::expect(response, &[200, 201]).await?).await
    }

    /// A page of the ids of the messages that wait for this system, oldest first.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn memos(&self, page: PageRequest) -> Result<PagingResultUuid, CallError> {
        let PageRequest { page, size } = page;
        let request = self.call(Method::GET, &format!("/memos/?page={page}&size={size}"));
        self.json(self.send(request, &[200]).await?).await
    }

    /// Writes a waiting message to `out` and tells its length in bytes. `out` is not flushed.
    ///
    /// # Errors
    /// See [`CallError`]; `out` may then hold a part of the message.
    pub async fn memo<W: AsyncWrite + Unpin>(
        &self,
        memo: Uuid,
        out: &mut W,
    ) -> Result<u64, CallError> {
        let request = self.call(Method::GET, &format!("/memos/{memo}")).header(ACCEPT, XML);
        let mut response = self.send(request, &[200]).await?;
        let mut length_bytes: u64 = 0;
        while let Some(chunk) = answer::chunk(&mut response, self.patience.stall).await? {
            length_bytes += chunk.len() as u64;
            if length_bytes > MEMO_BYTES {
                return Err(CallError::Broken { what: "a message over the limit of 105,000,000 bytes" });
            }
            out.write_all(&chunk).await.map_err(CallError::Local)?;
        }
        Ok(length_bytes)
    }

    /// Gives a receipt for a fetched message. Giving the same again is allowed.
    ///
    /// # Errors
    /// See [`CallError`]; `Refused` with 404 when the message is unknown or long gone, 409 when
    /// another receipt was given before.
    pub async fn give_receipt(&self, memo: Uuid, receipt: &Receipt) -> Result<(), CallError> {
        let request = self.call(Method::POST, &format!("/memos/{memo}/receipt")).json(receipt);
        self.send(request, &[200, 201, 204]).await?;
        Ok(())
    }

    /// Removes a message from this system's list.
    ///
    /// # Errors
    /// See [`CallError`]; `Refused` with 404 when it is not on the list.
    pub async fn delete_memo(&self, memo: Uuid) -> Result<(), CallError> {
        self.send(self.call(Method::DELETE, &format!("/memos/{memo}")), &[200, 204]).await?;
        Ok(())
    }

    /// A page of the ids of the receipts that wait for this system.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn receipts(&self, page: PageRequest) -> Result<PagingResultUuid, CallError> {
        let PageRequest { page, size } = page;
        let request = self.call(Method::GET, &format!("/receipts/?page={page}&size={size}"));
        self.json(self.send(request, &[200]).await?).await
    }

    /// A page of whole receipts that wait for this system. They stay there.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn receipts_bulk(&self, page: PageRequest) -> Result<ReceiptSearchResult, CallError> {
        let PageRequest { page, size } = page;
        let request = self.call(Method::GET, &format!("/receipts-bulk/?page={page}&size={size}"));
        self.json(self.send(request, &[200]).await?).await
    }

    /// One receipt. It stays at the exchange: without `delete=false` a lost answer would lose it.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn receipt(&self, id: Uuid) -> Result<Receipt, CallError> {
        let request = self.call(Method::GET, &format!("/receipts/{id}?delete=false"));
        self.json(self.send(request, &[200]).await?).await
    }

    /// Removes a receipt from the exchange.
    ///
    /// # Errors
    /// See [`CallError`]; `Refused` with 404 when it is not there.
    pub async fn delete_receipt(&self, id: Uuid) -> Result<(), CallError> {
        self.send(self.call(Method::DELETE, &format!("/receipts/{id}")), &[200, 204]).await?;
        Ok(())
    }

    fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    async fn send(&self, request: RequestBuilder, good: &[u16]) -> Result<Response, CallError> {
        let sent = tokio::time::timeout(self.patience.stall, request.send()).await;
        answer::expect(sent.map_err(|_| silence())?.map_err(CallError::of)?, good).await
    }

    async fn json<T: DeserializeOwned>(&self, response: Response) -> Result<T, CallError> {
        let body = answer::body(response, self.patience.stall).await?;
        serde_json::from_slice(&body)
            .map_err(|_| CallError::Broken { what: "a body that is not the JSON of this call" })
    }
}

fn silence() -> CallError {
    let kind = io::ErrorKind::TimedOut;
    CallError::Unreachable { source: io::Error::new(kind, "no byte moved in time").into() }
}
