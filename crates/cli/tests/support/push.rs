//! A receiver that letters are pushed to: it keeps their digests, not their bytes.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::StatusCode;
use axum::routing::post;
use sha2::{Digest as _, Sha256};

type Got = Arc<Mutex<BTreeMap<String, [u8; 32]>>>;

/// Listens on loopback until the test ends.
pub struct PushReceiver {
    pub address: SocketAddr,
    got: Got,
}

impl PushReceiver {
    pub fn start() -> Self {
        let got = Got::default();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let routes = Router::new()
            .route("/memos", post(take))
            .layer(DefaultBodyLimit::disable())
            .with_state(Arc::clone(&got));
        thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                axum::serve(listener, routes).await.unwrap();
            });
        });
        Self { address, got }
    }

    pub fn endpoint(&self) -> String {
        format!("http://{}/memos", self.address)
    }

    /// Waits for a letter, named by its bare UUID as the official receiver expects.
    pub fn wait_for(&self, name: &str, patience: Duration) -> [u8; 32] {
        let begun = Instant::now();
        loop {
            if let Some(digest) = self.got.lock().unwrap().get(name) {
                return *digest;
            }
            assert!(begun.elapsed() < patience, "{name} was not pushed");
            thread::sleep(Duration::from_millis(50));
        }
    }
}

async fn take(State(got): State<Got>, mut parts: Multipart) -> StatusCode {
    let Ok(Some(mut part)) = parts.next_field().await else { return StatusCode::BAD_REQUEST };
    if part.name() != Some("file") {
        return StatusCode::BAD_REQUEST;
    }
    let Some(name) = part.file_name().map(str::to_owned) else { return StatusCode::BAD_REQUEST };
    let mut digest = Sha256::new();
    loop {
        match part.chunk().await {
            Ok(Some(bytes)) => digest.update(&bytes),
            Ok(None) => break,
            Err(_) => return StatusCode::BAD_REQUEST,
        }
    }
    got.lock().unwrap().insert(name, digest.finalize().into());
    StatusCode::OK
}
