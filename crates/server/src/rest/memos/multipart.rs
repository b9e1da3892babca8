//! A container or file sent as `multipart/form-data`: one part named `file`.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::StatusCode;
use brevdue_exchange::ContentRef;
use brevdue_wire::names::{FILE_PART, LZMA};
use bytes::Bytes;
use futures_util::stream::{BoxStream, Stream, StreamExt as _};

use super::super::Door;
use super::super::body::{self, BodyFault, paced};
use super::super::errors::Failure;
use super::submit::looks_packed;

/// Bytes that may stand around the one part.
const AROUND_BYTES: u64 = 512 * 1024;

/// Takes the container in a multipart body.
pub(super) async fn take(
    door: &Door,
    request: Request,
    limit_bytes: u64,
) -> Result<ContentRef, Failure> {
    take_file(door, request, limit_bytes, is_container, looks_packed).await
}

fn is_container(part_type: &str) -> Result<(), Failure> {
    if part_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(LZMA) {
        return Ok(());
    }
    Err(Failure::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "content.type.not.supported",
        "the part named file is of type application/x-lzma",
    )
    .at("multipart", FILE_PART))
}

/// Takes the one part of a multipart body. `fits` sees its type, `begins_well` its first bytes.
pub(in crate::rest) async fn take_file(
    door: &Door,
    request: Request,
    limit_bytes: u64,
    fits: fn(&str) -> Result<(), Failure>,
    begins_well: fn(&[u8]) -> Result<(), Failure>,
) -> Result<ContentRef, Failure> {
    body::refuse_announced(request.headers(), limit_bytes + AROUND_BYTES)?;
    let announced = body::announced_bytes(request.headers());
    let (parts, body) = request.into_parts();
    let around = Around::new();
    let body = Body::from_stream(around.watch(paced(body, &door.settings)));
    let mut request = Request::from_parts(parts, body);
    axum::extract::DefaultBodyLimit::disable().apply(&mut request);
    let mut multipart = Multipart::from_request(request, &())
        .await
        .map_err(|_| malformed("the multipart boundary is missing"))?;

    let Some(part) = multipart.next_field().await.map_err(broken)? else {
        return Err(malformed("there is no part; send one part named file"));
    };
    if part.name() != Some(FILE_PART) {
        return Err(malformed("the part is not named file"));
    }
    fits(part.content_type().unwrap_or_default())?;
    let pieces = part.map(|piece| piece.map_err(broken));
    around.part_begins();
    let content = body::keep(door, pieces, announced, limit_bytes, begins_well).await?;
    around.part_ends();
    if multipart.next_field().await.map_err(broken)?.is_some() {
        return Err(malformed("there is more than one part; send one part named file"));
    }
    Ok(content)
}

fn malformed(message: &str) -> Failure {
    Failure::bad_request("multipart.invalid", message).at("multipart", FILE_PART)
}

/// The multipart reader passes on what our own body said; anything else is the caller's form.
fn broken(error: MultipartError) -> Failure {
    let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
    while let Some(error) = cause {
        if let Some(fault) = error.downcast_ref::<BodyFault>() {
            return (*fault).into();
        }
        cause = error.source();
    }
    malformed("the body is not multipart, or it broke off")
}

/// Bounds what stands around the part of a multipart body: its reader gathers that in memory until it
/// has found what it looks for, however long that takes.
#[derive(Clone)]
struct Around(Arc<AtomicU64>);

impl Around {
    /// While the part itself passes, everything may.
    const PART: u64 = u64::MAX;

    fn new() -> Self {
        Self(Arc::new(AtomicU64::new(AROUND_BYTES)))
    }

    fn part_begins(&self) {
        self.0.store(Self::PART, Ordering::Relaxed);
    }

    fn part_ends(&self) {
        self.0.store(AROUND_BYTES, Ordering::Relaxed);
    }

    /// Passes the pieces on as long as they may.
    fn watch(
        &self,
        pieces: BoxStream<'static, Result<Bytes, BodyFault>>,
    ) -> impl Stream<Item = Result<Bytes, BodyFault>> + Send + 'static {
        let around = self.clone();
        pieces.map(move |piece| {
            let piece = piece?;
            let left = around.0.load(Ordering::Relaxed);
            if left == Self::PART {
                return Ok(piece);
            }
            let left = left.checked_sub(piece.len() as u64).ok_or(BodyFault::TooMuchAround)?;
            around.0.store(left, Ordering::Relaxed);
            Ok(piece)
        })
    }
}
