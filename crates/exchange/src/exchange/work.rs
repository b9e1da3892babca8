//! The work inside: taking archives apart, checking, releasing. Called by the server's worker threads;
//! may block the thread it runs on while it reads.

use super::Exchange;
use crate::{StorageError, WorkerId};

impl Exchange {
    /// Claims at most `limit` due pieces of work inside, does them, and returns how many were done.
    ///
    /// Each piece is settled in one batch with its events, receipts and follow-up work; a piece that
    /// conflicts with another worker's is dropped, not repeated.
    ///
    /// # Errors
    /// When the store fails; the lease of what was claimed runs out and it is done later.
    pub async fn work_inside(&self, worker: WorkerId, limit: u32) -> Result<usize, StorageError> {
        let _ = (worker, limit);
        unimplemented!()
    }
}
