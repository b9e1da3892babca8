//! Checking the journal against its checksums, and the rows that name it against the journal.

use std::error::Error;

use brevdue_exchange::storage::{Digest, Spot};
use rusqlite::Connection;
use uuid::Uuid;

use super::super::columns::Sql;
use super::queue::Queue;
use super::scan::{Found, Look, Scan};
use super::segments::{PREFACE_BYTES, Segments};

/// One line for each finding, naming segments, bytes and digests.
pub(in crate::embedded) fn check(
    connection: &Connection,
    segments: &Segments,
    queue: &Queue,
    finding: &mut dyn FnMut(String),
) {
    // Taken first: what comes later is not looked at half written.
    let end = queue.end();
    for checked in [records(segments, end, finding), rows(connection, segments, finding)] {
        if let Err(error) = checked {
            finding(format!("the journal could not be read to the end: {error}"));
        }
    }
}

fn records(
    segments: &Segments,
    end: Spot,
    finding: &mut dyn FnMut(String),
) -> Result<(), Box<dyn Error>> {
    for segment in segments.list()?.into_iter().filter(|segment| *segment <= end.segment) {
        if !segments.has_preface(segment)? {
            finding(format!("journal {segment:08} does not begin as one of ours"));
        }
        let stop = (segment == end.segment).then_some(u64::from(end.offset));
        let begin = Spot { segment, offset: PREFACE_BYTES };
        let mut scan = Scan::of(segments.file(segment)?, begin, stop, Look::Everything)?;
        while let Some(found) = scan.next()? {
            let (from, to) = match found {
                Found::Record(_) => continue,
                Found::Damage { from, to } => (from, to),
                Found::Torn { from } => (from, scan.position()),
            };
            finding(format!("journal {segment:08}: bytes {from} to {to} are not what was written"));
        }
    }
    Ok(())
}

fn rows(
    connection: &Connection,
    segments: &Segments,
    finding: &mut dyn FnMut(String),
) -> Result<(), Box<dyn Error>> {
    let mut named = connection.prepare(
        "SELECT key, content_digest, content_bytes, content_spot FROM memos
         WHERE content_spot IS NOT NULL ORDER BY content_spot",
    )?;
    let mut rows = named.query([])?;
    while let Some(row) = rows.next()? {
        let (Sql(key), Sql(digest)): (Sql<Uuid>, Sql<Digest>) = (row.get(0)?, row.get(1)?);
        let (Sql(length), Sql(spot)): (Sql<u64>, Sql<Spot>) = (row.get(2)?, row.get(3)?);
        let head = segments.head(spot)?;
        let is_it = head.is_some_and(|head| {
            (head.key.0, head.digest, u64::from(head.length)) == (key, digest, length)
        });
        if !is_it {
            finding(format!("content {digest} is not where its message says, in journal {spot}"));
        }
    }
    Ok(())
}
