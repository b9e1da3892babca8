//! One connection of HTTP/1.1.

use std::convert::Infallible;
use std::future::poll_fn;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::steady::Steady;
use super::{ListenLimits, Peer};

/// Bytes buffered of one connection in each direction.
const BUFFER_BYTES: usize = 64 * 1024;

/// How long bytes nobody wants are still read when we stop.
const LINGER_WHILE_STOPPING: Duration = Duration::from_millis(500);

/// Answers the requests of one connection until one of the ends closes it.
pub(super) async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    peer: Peer,
    router: Router,
    limits: &ListenLimits,
    stop: &CancellationToken,
) {
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(peer.clone());
        let answer = router.clone().oneshot(request);
        Box::pin(async move { Ok::<_, Infallible>(answer.await.unwrap_or_else(|e| match e {})) })
    });
    let stream = Steady::new(stream, Duration::from_secs(limits.write_seconds));
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(limits.head_seconds))
        .max_headers(limits.headers)
        .max_header_size(limits.head_bytes)
        .max_buf_size(BUFFER_BYTES)
        // A caller may close its sending half after its request, as `curl` with a pipe does.
        .half_close(true)
        .serve_connection(TokioIo::new(stream), service);

    let mut stopping = false;
    let done = loop {
        tokio::select! {
            done = poll_fn(|cx| connection.poll_without_shutdown(cx)) => break done,
            () = stop.cancelled(), if !stopping => {
                stopping = true;
                Pin::new(&mut connection).graceful_shutdown();
            }
        }
    };
    match done {
        Ok(()) => linger(connection.into_parts().io.into_inner(), limits, stop).await,
        Err(fault) => tracing::debug!(%fault, "a connection broke"),
    }
}

/// Closes a connection so that the last answer arrives: our half first, then what the caller still
/// sends is read and dropped. Closing at once would make its system reset the connection and throw
/// the answer away unread (RFC 9112, 9.6).
async fn linger<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    limits: &ListenLimits,
    stop: &CancellationToken,
) {
    let patience = async {
        tokio::select! {
            () = sleep(Duration::from_secs(limits.linger_seconds)) => {}
            // An idle caller that does not close its half must not hold up a restart.
            () = stop.cancelled() => sleep(LINGER_WHILE_STOPPING).await,
        }
    };
    let drained = async {
        if stream.shutdown().await.is_err() {
            return;
        }
        let mut dropped = 0;
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(count @ 1..) = stream.read(&mut buffer).await {
            dropped += count as u64;
            if dropped > limits.linger_bytes {
                return;
            }
        }
    };
    tokio::select! { () = patience => {} () = drained => {} }
}
