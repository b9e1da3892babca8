//! Reading letters back from the journal: what the last process left unfiled, and what there was no
//! room for in memory.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use brevdue_exchange::StorageError;
use brevdue_exchange::storage::Spot;
use brevdue_exchange::storage::arrivals::Arrivals;
use rusqlite::Connection;

use super::super::columns::id;
use super::super::failure;
use super::super::readers::Readers;
use super::queue::{Fetch, Queue};
use super::record::Head;
use super::scan::{Found, Look, Scan};
use super::segments::{PREFACE_BYTES, Segments};

/// Records looked at before others get their turn.
const STEP: usize = 1024;

/// Records looked at in one go to find those of one account among all.
const FETCH_STEP: usize = 16 * 1024;

/// Looks at most at so many records of what the last process may have left; says whether there is
/// more.
pub(super) fn look(
    segments: &Segments,
    queue: &Queue,
    readers: &Readers,
    most: usize,
) -> Result<bool, StorageError> {
    let mut looked_at = 0;
    while let Some((from, end)) = queue.looking() {
        if looked_at >= most {
            return Ok(true);
        }
        looked_at += STEP;
        let walked = walk(segments, from, end, STEP, STEP, |_| true).map_err(failure::of_files)?;
        let unfiled = not_filed(readers, walked.heads)?;
        queue.found(&unfiled, Some(walked.next).filter(|next| *next < end));
    }
    Ok(false)
}

/// [`look`], until all has been looked at or the store is closed.
pub(super) fn look_to_the_end(
    segments: &Segments,
    queue: &Queue,
    readers: &Readers,
    inside: &Arrivals,
    closing: &AtomicBool,
) {
    while !closing.load(Ordering::Relaxed) {
        match look(segments, queue, readers, STEP) {
            Ok(true) => inside.announce(),
            Ok(false) => return inside.announce(),
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the journal could not be looked through; the rest of it waits for the next start",
                );
                return;
            }
        }
    }
}

/// Fetches letters of accounts that have few waiting and others left in the journal.
pub(super) fn fetch_left(
    segments: &Segments,
    queue: &Queue,
    readers: &Readers,
) -> Result<(), StorageError> {
    for Fetch { whose, from, to, room } in queue.to_fetch() {
        let most = FETCH_STEP.min(room.max(1) * 64);
        let fetched = walk(segments, from, to, most, room, |head| {
            (head.lane, head.origin.account()) == whose
        })
        .map_err(failure::of_files)
        .and_then(|walked| Ok((not_filed(readers, walked.heads)?, walked.next)));
        match fetched {
            Ok((heads, next)) => queue.fetched(whose, &heads, next),
            Err(error) => {
                queue.not_fetched(whose);
                return Err(error);
            }
        }
    }
    Ok(())
}

struct Walked {
    heads: Vec<Head>,
    /// Where to go on.
    next: Spot,
}

/// Looks at most at so many records between two places, from segment to segment, until there is no room
/// for another that is wanted.
fn walk(
    segments: &Segments,
    from: Spot,
    end: Spot,
    most: usize,
    room: usize,
    wanted: impl Fn(&Head) -> bool,
) -> io::Result<Walked> {
    let mut heads = Vec::new();
    let mut looked_at = 0;
    let numbers = segments.list()?;
    for segment in numbers.into_iter().filter(|n| (from.segment..=end.segment).contains(n)) {
        let offset = if segment == from.segment { from.offset } else { PREFACE_BYTES };
        let stop = (segment == end.segment).then_some(u64::from(end.offset));
        let begin = Spot { segment, offset };
        let mut scan = Scan::of(segments.file(segment)?, begin, stop, Look::Heads)?;
        loop {
            if looked_at >= most || heads.len() >= room {
                let offset = scan.position().try_into().map_err(io::Error::other)?;
                return Ok(Walked { heads, next: Spot { segment, offset } });
            }
            match scan.next()? {
                None => break,
                Some(Found::Record(head) | Found::Flipped { head, .. }) => {
                    heads.extend(Some(head).filter(|head| wanted(head)));
                }
                Some(Found::Damage { from, .. } | Found::Torn { from }) => {
                    tracing::error!(segment, from, "bytes of the journal are not what was written");
                }
            }
            looked_at += 1;
        }
    }
    Ok(Walked { heads, next: end })
}

/// Those that the database has no message of.
fn not_filed(readers: &Readers, mut heads: Vec<Head>) -> Result<Vec<Head>, StorageError> {
    if heads.is_empty() {
        return Ok(heads);
    }
    let filed = readers.read(|connection| {
        heads.iter().map(|head| is_filed(connection, head)).collect::<rusqlite::Result<Vec<_>>>()
    })?;
    let mut filed = filed.into_iter();
    heads.retain(|_| !filed.next().unwrap_or(false));
    Ok(heads)
}

pub(super) fn is_filed(connection: &Connection, head: &Head) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM memos WHERE key = ?1")?.exists([id(&head.key.0)])
}
