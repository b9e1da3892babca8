//! A file on its way to the exchange: streamed, its length announced, and given up only when no
//! byte has moved for a while (a large container on a slow line takes as long as it takes).

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use reqwest::{Body, RequestBuilder, Response};
use tokio::fs::File;
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

use super::CallError;

/// Bytes read from the file at a time.
const PIECE_BYTES: usize = 64 << 10;

pub(super) struct Upload {
    file: File,
    length_bytes: u64,
    stall: Duration,
}

impl Upload {
    pub(super) async fn open(path: &Path, length_bytes: u64, stall: Duration) -> Result<Self, CallError> {
        let file = File::open(path).await.map_err(CallError::Local)?;
        let now_bytes = file.metadata().await.map_err(CallError::Local)?.len();
        if now_bytes != length_bytes {
            return Err(CallError::Local(changed()));
        }
        Ok(Self { file, length_bytes, stall })
    }

    pub(super) async fn send(self, request: RequestBuilder) -> Result<Response, CallError> {
        let moved = Arc::new(AtomicU64::new(0));
        let fault = Arc::new(Mutex::new(None));
        let pieces = ReaderStream::with_capacity(self.file.take(self.length_bytes), PIECE_BYTES);
        let (counter, slot) = (Arc::clone(&moved), Arc::clone(&fault));
        let body = pieces.map(move |piece| match piece {
            Ok(piece) => {
                counter.fetch_add(piece.len() as u64, Ordering::Relaxed);
                Ok(piece)
            }
            Err(error) => {
                // The HTTP library would report it as a broken line; the slot keeps whose fault it was.
                *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                Err(io::Error::other("the file could not be read"))
            }
        });
        let sending = request.body(Body::wrap_stream(body)).send();
        let outcome = tokio::select! {
            outcome = sending => outcome.map_err(CallError::of),
            () = stalled(&moved, self.stall) => Err(super::silence()),
        };
        let local = fault.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (outcome, local) {
            (Err(_), Some(error)) => Err(CallError::Local(error)),
            (outcome, _) => outcome,
        }
    }
}

/// Ends when nothing has moved for `stall`.
async fn stalled(moved: &AtomicU64, stall: Duration) {
    let mut before = moved.load(Ordering::Relaxed);
    loop {
        tokio::time::sleep(stall).await;
        let now = moved.load(Ordering::Relaxed);
        if now == before {
            return;
        }
        before = now;
    }
}

fn changed() -> io::Error {
    io::Error::other("the file was changed while it was being sent")
}
