//! Stored bytes as a stream: read in pieces, on a thread that may block, and no faster than taken.

use std::io::{self, Read};
use std::sync::Arc;

use brevdue_exchange::storage::{ContentSource, Place};
use brevdue_exchange::{ContentRef, StorageError, Store};
use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt as _};

/// Bytes of one piece. Three or four of them are in memory for each running transfer.
const PIECE_BYTES: usize = 64 * 1024;

/// Opens stored bytes; the stream gives exactly `length_bytes` of them, or fails.
///
/// # Errors
/// When the store cannot open them: nothing has been promised to anybody yet.
pub(crate) async fn stream(
    store: &Arc<dyn Store>,
    content: &ContentRef,
) -> Result<BoxStream<'static, io::Result<Bytes>>, StorageError> {
    if let Place::Row(bytes) = &content.place {
        let bytes = bytes.clone();
        return Ok(stream::once(async move { Ok(bytes) }).boxed());
    }
    let (store, content) = (Arc::clone(store), content.clone());
    let length = content.length_bytes;
    let source = blocking(move || store.open(&content))
        .await
        .map_err(|fault| StorageError::Failed(Box::new(fault)))??;
    Ok(stream::try_unfold((source, length), |(source, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        let (piece, source) = blocking(move || next_piece(source, left)).await??;
        let left = left - piece.len() as u64;
        Ok(Some((piece, (source, left))))
    })
    .boxed())
}

fn next_piece(
    mut source: Box<dyn ContentSource>,
    left: u64,
) -> io::Result<(Bytes, Box<dyn ContentSource>)> {
    let wanted = usize::try_from(left).unwrap_or(PIECE_BYTES).min(PIECE_BYTES);
    let mut piece = vec![0; wanted];
    source.read_exact(&mut piece)?;
    Ok((piece.into(), source))
}

/// Runs what may block where it may.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)
}

/// Pieces of a decoded file that wait for whoever takes them.
const PIECES_WAITING: usize = 2;

/// The decoded bytes of a file in a letter; the stream gives all of them, or fails.
pub(crate) fn decoded(
    store: &Arc<dyn Store>,
    letter: ContentRef,
    file: brevdue_memo::Content,
) -> BoxStream<'static, io::Result<Bytes>> {
    let store = Arc::clone(store);
    let (sender, receiver) = tokio::sync::mpsc::channel::<io::Result<Bytes>>(PIECES_WAITING);
    tokio::task::spawn_blocking(move || {
        let sent = (|| {
            let source = store.open(&letter).map_err(io::Error::other)?;
            let mut decoded = file.open(source)?;
            loop {
                let mut piece = Vec::with_capacity(PIECE_BYTES);
                decoded.by_ref().take(PIECE_BYTES as u64).read_to_end(&mut piece)?;
                // Nobody waits for the rest once the connection has gone.
                if piece.is_empty() || sender.blocking_send(Ok(piece.into())).is_err() {
                    return Ok(());
                }
            }
        })();
        if let Err(error) = sent {
            let error: io::Error = error;
            tracing::error!(%error, "a file of a message stopped in the middle");
            let _ = sender.blocking_send(Err(error));
        }
    });
    stream::unfold(receiver, |mut receiver| async {
        receiver.recv().await.map(|piece| (piece, receiver))
    })
    .boxed()
}
