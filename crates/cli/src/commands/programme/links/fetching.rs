//! Fetching pages from the machine of whoever runs the command: one after another, each with its limits.

use std::time::Duration;

use brevdue_programme::links::PAGE_BYTES;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, header};

use crate::report::Problem;

/// For one page in all.
const PATIENCE: Duration = Duration::from_secs(20);

/// To be let in.
const CONNECTING: Duration = Duration::from_secs(10);

/// Times that a page may lead on to another.
const REDIRECTS: usize = 5;

/// Between two pages, so that nobody's server is hurried.
const BREATH: Duration = Duration::from_millis(100);

/// What pages are asked as.
const AGENT: &str = concat!("brevdue/", env!("CARGO_PKG_VERSION"), " (link scan)");

/// A page.
pub(super) struct Fetched {
    /// Its address, where it led on to another that one.
    pub(super) address: String,
    /// What it is made of.
    pub(super) bytes: Vec<u8>,
}

/// Why a page was not had.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotFetched {
    /// It was not answered, or not in time.
    #[error("no answer within {} seconds", PATIENCE.as_secs())]
    Silent,
    /// It was refused.
    #[error("answered {0}")]
    Refused(StatusCode),
    /// It is too large.
    #[error("over the limit of {PAGE_BYTES} bytes")]
    TooLarge,
}

/// Fetches pages.
pub(super) struct Fetching {
    client: Client,
    first: bool,
}

impl Fetching {
    pub(super) fn new() -> Result<Self, Problem> {
        let client = Client::builder()
            .timeout(PATIENCE)
            .connect_timeout(CONNECTING)
            .redirect(Policy::limited(REDIRECTS))
            .user_agent(AGENT)
            .build()
            .map_err(|error| {
                Problem::ours("programme::fetch", "pages cannot be fetched").because(&error)
            })?;
        Ok(Self { client, first: true })
    }

    pub(super) async fn fetch(&mut self, address: &str) -> Result<Fetched, NotFetched> {
        if !std::mem::take(&mut self.first) {
            tokio::time::sleep(BREATH).await;
        }
        let accepted = "text/html, application/xhtml+xml, application/xml";
        let request = self.client.get(address).header(header::ACCEPT, accepted);
        let mut answer = request.send().await.map_err(|_| NotFetched::Silent)?;
        if !answer.status().is_success() {
            return Err(NotFetched::Refused(answer.status()));
        }
        let address = answer.url().to_string();
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|_| NotFetched::Silent)? {
            if bytes.len() + chunk.len() > PAGE_BYTES {
                return Err(NotFetched::TooLarge);
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Fetched { address, bytes })
    }
}
