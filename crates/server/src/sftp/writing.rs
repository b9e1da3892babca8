//! A file being written: from its beginning to its end, straight into the store. Until it is closed
//! nobody sees it, and when the connection breaks nothing remains of it.

use brevdue_exchange::files::{FileFolder, KeptFile};
use brevdue_exchange::storage::ContentSink;
use brevdue_exchange::{Exchange, StorageError, SystemId};
use bytes::BytesMut;

use super::places::Place;
use super::refused::Refused;
use crate::content::blocking;

/// Bytes gathered before they are handed to the store.
const PIECE_BYTES: usize = 128 * 1024;

pub(super) struct Writing {
    system: SystemId,
    folder: FileFolder,
    name: String,
    /// `None` once something failed: what comes after is refused, and so is closing.
    sink: Option<Box<dyn ContentSink>>,
    gathered: BytesMut,
    come: u64,
    limit_bytes: u64,
    _place: Place,
}

impl Writing {
    pub(super) async fn begin(
        exchange: &Exchange,
        system: SystemId,
        folder: FileFolder,
        name: String,
        place: Place,
    ) -> Result<Self, Refused> {
        let (store, now) = (exchange.store().clone(), exchange.clock().now());
        let sink = on_thread(move || store.begin(now)).await?;
        let policy = exchange.policy();
        let limit_bytes = policy.archive_bytes.max(policy.body_bytes);
        let gathered = BytesMut::new();
        Ok(Self {
            system,
            folder,
            name,
            sink: Some(sink),
            gathered,
            come: 0,
            limit_bytes,
            _place: place,
        })
    }

    /// Bytes so far.
    pub(super) fn come(&self) -> u64 {
        self.come
    }

    pub(super) async fn write(&mut self, offset: u64, data: &[u8]) -> Result<(), Refused> {
        if self.sink.is_none() {
            return Err(broken());
        }
        if offset != self.come {
            self.sink = None;
            return Err(Refused::unsupported(
                "a file is written from its beginning to its end without gaps; send it whole",
            ));
        }
        let come = self.come.saturating_add(data.len() as u64);
        if come > self.limit_bytes {
            self.sink = None;
            return Err(Refused::failure(format!(
                "the file goes over the limit of {} bytes",
                self.limit_bytes
            )));
        }
        self.come = come;
        self.gathered.extend_from_slice(data);
        if self.gathered.len() >= PIECE_BYTES
            && let Some(mut sink) = self.sink.take()
        {
            let piece = self.gathered.split().freeze();
            self.sink = Some(on_thread(move || sink.write(&piece).map(|()| sink)).await?);
        }
        Ok(())
    }

    /// Keeps the file. When this returns `Ok`, it is durable.
    pub(super) async fn close(
        mut self,
        exchange: &Exchange,
        stable_seconds: u32,
    ) -> Result<KeptFile, Refused> {
        let Some(mut sink) = self.sink.take() else { return Err(broken()) };
        let rest = self.gathered.split().freeze();
        let content = on_thread(move || sink.write(&rest).and_then(|()| sink.finish())).await?;
        let stable = stable_seconds.into();
        Ok(exchange.keep_file(self.system, self.folder, &self.name, content, stable).await?)
    }
}

fn broken() -> Refused {
    Refused::failure("writing the file failed before, and nothing of it was kept; send it whole")
}

async fn on_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StorageError> + Send + 'static,
) -> Result<T, StorageError> {
    blocking(work).await.map_err(|fault| StorageError::Failed(Box::new(fault)))?
}
