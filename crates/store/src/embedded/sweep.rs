//! Removing content that no row names.

use std::collections::BTreeSet;

use brevdue_exchange::StorageError;
use brevdue_exchange::storage::{Digest, Swept};
use brevdue_memo::Timestamp;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::columns::Sql;
use super::content::ContentFolder;
use super::failure;
use super::readers::Readers;
use super::writer::Task;

/// Files the writer removes before it looks at other work.
const REMOVE_AT_ONCE: usize = 32;

/// Sweeps the 256 folders one after the other, so that memory does not grow with the store. What it
/// wants to remove, the writer looks at again: a row may name it by then.
pub(super) fn sweep(
    readers: &Readers,
    contents: &ContentFolder,
    writer: &mpsc::Sender<Task>,
    older_than: Timestamp,
) -> Result<Swept, StorageError> {
    let mut swept = Swept::default();
    for first in 0..=u8::MAX {
        // Rows before files: a file that comes in between is not missed, and not thought missing.
        let named = readers.read(|connection| named_files(connection, first))?;
        let listing = contents.list(first).map_err(failure::of_files)?;
        let orphans: Vec<Digest> =
            listing.digests.iter().filter(|digest| !named.contains(digest)).copied().collect();
        let found = listing.digests.len() as u64;
        let present: BTreeSet<Digest> = listing.digests.into_iter().collect();
        swept.missing += named.difference(&present).count() as u64;
        let mut removed = 0;
        for orphans in orphans.chunks(REMOVE_AT_ONCE) {
            let (asked, answer) = oneshot::channel();
            writer
                .blocking_send(Task::Remove(orphans.to_vec(), older_than, asked))
                .map_err(|_| failure::stopped())?;
            removed += answer.blocking_recv().map_err(|_| failure::stopped())??;
        }
        swept.removed += removed;
        swept.kept += found - removed;
    }
    Ok(swept)
}

/// Digests with this first byte that rows name and that live in files.
pub(super) fn named_files(
    connection: &Connection,
    first: u8,
) -> rusqlite::Result<BTreeSet<Digest>> {
    let (mut from, mut to) = ([0; 32], [0xFF; 32]);
    (from[0], to[0]) = (first, first);
    connection
        .prepare_cached(
            "SELECT content_digest FROM memos
                WHERE content_row IS NULL AND content_spot IS NULL
                AND content_digest BETWEEN ?1 AND ?2
             UNION SELECT archive_digest FROM transmissions
                WHERE archive_digest IS NOT NULL AND archive_row IS NULL
                AND archive_digest BETWEEN ?1 AND ?2
             UNION SELECT content_digest FROM record_contents
                WHERE content_row IS NULL AND content_digest BETWEEN ?1 AND ?2",
        )?
        .query_map([Sql(&Digest(from)), Sql(&Digest(to))], |row| {
            row.get(0).map(|Sql(digest): Sql<Digest>| digest)
        })?
        .collect()
}
