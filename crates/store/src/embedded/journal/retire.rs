//! Removing segments that nobody needs any more.

use std::io;

use brevdue_exchange::StorageError;
use brevdue_exchange::storage::Spot;
use brevdue_memo::Timestamp;

use super::super::columns::Sql;
use super::super::failure;
use super::super::readers::Readers;
use super::queue::Queue;
use super::record::Head;
use super::scan::{Found, Look, Scan};
use super::segments::{PREFACE_BYTES, Segments};

/// Heads whose messages are asked for at a time.
const ASKED_AT_ONCE: usize = 256;

/// Removes every segment that is filed, is no longer written to, whose letters all came before
/// `older_than`, and in which no message has its bytes. One with damage in it stays, to be looked at.
/// Returns how many went.
pub(in crate::embedded) fn retire(
    segments: &Segments,
    queue: &Queue,
    readers: &Readers,
    older_than: Timestamp,
) -> Result<u64, StorageError> {
    // Nothing before this can be named by a message that is not there yet.
    let filed = queue.filed_with(&[]);
    let mut removed = 0;
    for segment in segments.list().map_err(failure::of_files)? {
        if segment >= filed.segment {
            break;
        }
        if !is_needed(segments, readers, segment, older_than)? {
            segments.remove(segment).map_err(failure::of_files)?;
            removed += 1;
        }
    }
    Ok(removed)
}

fn is_needed(
    segments: &Segments,
    readers: &Readers,
    segment: u32,
    older_than: Timestamp,
) -> Result<bool, StorageError> {
    let mut scan = begin(segments, segment).map_err(failure::of_files)?;
    let mut heads = Vec::with_capacity(ASKED_AT_ONCE);
    loop {
        let found = scan.next().map_err(failure::of_files)?;
        match found {
            Some(Found::Record(head)) if head.received_at < older_than => heads.push(head),
            Some(_) => return Ok(true),
            None => {}
        }
        if heads.len() == ASKED_AT_ONCE || found.is_none() {
            if is_one_named(readers, &heads)? {
                return Ok(true);
            }
            heads.clear();
        }
        if found.is_none() {
            return Ok(false);
        }
    }
}

fn begin(segments: &Segments, segment: u32) -> io::Result<Scan> {
    let begin = Spot { segment, offset: PREFACE_BYTES };
    Scan::of(segments.file(segment)?, begin, None, Look::Heads)
}

fn is_one_named(readers: &Readers, heads: &[Head]) -> Result<bool, StorageError> {
    readers.read(|connection| {
        let mut named = connection
            .prepare_cached("SELECT 1 FROM memos WHERE key = ?1 AND content_spot = ?2")?;
        for head in heads {
            if named.exists((Sql(&head.key.0), Sql(head.spot)))? {
                return Ok(true);
            }
        }
        Ok(false)
    })
}
