//! Bodies: taken in pieces, at a pace, up to a limit, and never whole in memory.

use std::pin::pin;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use brevdue_exchange::storage::{ContentSink, ROW_BYTES};
use brevdue_exchange::{ContentRef, StorageError};
use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, BoxStream, Stream, StreamExt as _};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout};

use super::errors::Failure;
use super::{Door, RestSettings};
use crate::content::blocking;

/// Bytes gathered before they are handed to the store.
const PIECE_BYTES: usize = 256 * 1024;

/// Seconds after which a caller may try again when too many large bodies come at once.
const BUSY_RETRY_SECONDS: u32 = 10;

/// Why a body did not come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyFault {
    /// It came too slowly.
    #[error("the body came too slowly")]
    TooSlow,
    /// The connection broke, or the chunks are not chunks.
    #[error("the body broke off")]
    Broken,
    /// More came around the one part of a multipart body than may.
    #[error("too much stands around the part")]
    TooMuchAround,
}

impl From<BodyFault> for Failure {
    fn from(fault: BodyFault) -> Self {
        match fault {
            BodyFault::TooSlow => Self::new(
                StatusCode::REQUEST_TIMEOUT,
                "body.too.slow",
                "the body came too slowly and nothing of it was taken in; send it again",
            ),
            BodyFault::Broken => Self::bad_request(
                "body.incomplete",
                "the body broke off and nothing of it was taken in; send it again",
            ),
            BodyFault::TooMuchAround => Self::bad_request(
                "multipart.invalid",
                "more than 512 KiB stand before, in the head of, or after the part named file",
            ),
        }
    }
}

/// The essence of `Content-Type`, in lower case.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

/// `Content-Length`; `None` when the body comes in chunks.
pub(crate) fn announced_bytes(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The pieces of a body, as long as they come fast enough.
pub(crate) fn paced(
    body: Body,
    settings: &RestSettings,
) -> BoxStream<'static, Result<Bytes, BodyFault>> {
    let patience = Duration::from_secs(settings.piece_seconds);
    let grace = Duration::from_secs(settings.pace_grace_seconds);
    let pace = settings.pace_bytes.max(1);
    let begun = Instant::now();
    stream::try_unfold((body.into_data_stream(), 0), move |(mut pieces, before)| async move {
        match timeout(patience, pieces.next()).await {
            Err(_) => Err(BodyFault::TooSlow),
            Ok(None) => Ok(None),
            Ok(Some(Err(_))) => Err(BodyFault::Broken),
            Ok(Some(Ok(piece))) => {
                let come: u64 = before + piece.len() as u64;
                if begun.elapsed() > grace + Duration::from_secs(come / pace) {
                    return Err(BodyFault::TooSlow);
                }
                Ok(Some((piece, (pieces, come))))
            }
        }
    })
    .boxed()
}

/// A small body, whole.
pub(crate) async fn whole(
    settings: &RestSettings,
    request: Request,
    limit_bytes: usize,
) -> Result<Vec<u8>, Failure> {
    let limit = limit_bytes as u64;
    refuse_announced(request.headers(), limit)?;
    let mut pieces = paced(request.into_body(), settings);
    let mut bytes = Vec::new();
    while let Some(piece) = pieces.next().await {
        let piece = piece?;
        if bytes.len() + piece.len() > limit_bytes {
            return Err(too_large(None, limit));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// Refuses a body whose announced length is over the limit, before any of it is read: a caller that
/// asked with `Expect: 100-continue` then need not send it.
pub(crate) fn refuse_announced(headers: &HeaderMap, limit_bytes: u64) -> Result<(), Failure> {
    match announced_bytes(headers) {
        Some(bytes) if bytes > limit_bytes => Err(too_large(Some(bytes), limit_bytes)),
        _ => Ok(()),
    }
}

fn too_large(bytes: Option<u64>, limit_bytes: u64) -> Failure {
    let excess = match bytes {
        Some(bytes) => format!("the body is {bytes} bytes, over"),
        None => "the body goes over".into(),
    };
    let message = format!("{excess} the limit of {limit_bytes} bytes");
    Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "body.too.large", message)
}

/// Puts a body into the store, where it stays only if a row names it.
///
/// Up to 64 KiB it stands in memory. Beyond, it needs one of the places for large bodies and goes to
/// the store in pieces, on a thread that may block. `begins_well` sees the first bytes before
/// anything is written.
pub(crate) async fn keep<E: Into<Failure>>(
    door: &Door,
    pieces: impl Stream<Item = Result<Bytes, E>>,
    announced_bytes: Option<u64>,
    limit_bytes: u64,
    begins_well: fn(&[u8]) -> Result<(), Failure>,
) -> Result<ContentRef, Failure> {
    let mut place = match announced_bytes {
        Some(bytes) if bytes > ROW_BYTES => Some(place_for_large(door).await?),
        _ => None,
    };
    let mut sink: Option<Box<dyn ContentSink>> = None;
    let mut gathered = BytesMut::new();
    let mut come: u64 = 0;
    let mut pieces = pin!(pieces);
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(Into::into)?;
        come += piece.len() as u64;
        if come > limit_bytes {
            return Err(too_large(None, limit_bytes));
        }
        gathered.extend_from_slice(&piece);
        if sink.is_none() && gathered.len() as u64 > ROW_BYTES {
            begins_well(&gathered)?;
            if place.is_none() {
                place = Some(place_for_large(door).await?);
            }
            let (store, now) = (door.exchange.store().clone(), door.exchange.clock().now());
            sink = Some(on_thread(move || store.begin(now)).await?);
        }
        if gathered.len() >= PIECE_BYTES
            && let Some(mut open) = sink.take()
        {
            let piece = gathered.split().freeze();
            sink = Some(on_thread(move || open.write(&piece).map(|()| open)).await?);
        }
    }
    if come == 0 {
        return Err(Failure::bad_request(
            "body.empty",
            "the body is empty; send the message in it",
        ));
    }
    match sink {
        Some(mut open) => {
            let rest = gathered.freeze();
            let kept = on_thread(move || open.write(&rest).and_then(|()| open.finish())).await?;
            drop(place);
            Ok(kept)
        }
        None => {
            begins_well(&gathered)?;
            let mut open = door.exchange.store().begin(door.exchange.clock().now())?;
            open.write(&gathered)?;
            Ok(open.finish()?)
        }
    }
}

async fn place_for_large(door: &Door) -> Result<OwnedSemaphorePermit, Failure> {
    let patience = Duration::from_secs(door.settings.large_body_wait_seconds);
    match timeout(patience, door.large_bodies.clone().acquire_owned()).await {
        Ok(Ok(place)) => Ok(place),
        _ => Err(Failure::unavailable(
            "exchange.busy",
            "too many large bodies come at once and nothing was taken in; send the same request again later",
            BUSY_RETRY_SECONDS,
        )),
    }
}

async fn on_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StorageError> + Send + 'static,
) -> Result<T, StorageError> {
    blocking(work).await.map_err(|fault| StorageError::Failed(Box::new(fault)))?
}
