//! Checking the journal against its checksums, and the rows that name it against the journal.

use std::error::Error;

use brevdue_exchange::storage::{ContentRef, Digest, Place, Spot};
use rusqlite::Connection;
use uuid::Uuid;

use super::super::columns::Sql;
use super::super::sums::Damage;
use super::queue::Queue;
use super::scan::{Found, Look, Scan};
use super::segments::{PREFACE_BYTES, Segments};

/// Everything that is not what was written. A flipped bit is put back.
pub(in crate::embedded) fn check(
    connection: &Connection,
    segments: &Segments,
    queue: &Queue,
    finding: &mut dyn FnMut(Damage),
) {
    // Taken first: what comes later is not looked at half written.
    let end = queue.end();
    for checked in [records(segments, end, finding), rows(connection, segments, finding)] {
        if let Err(error) = checked {
            let what = format!("the journal could not be read to the end: {error}");
            finding(Damage { file: String::new(), what, content: None, mended: false });
        }
    }
}

fn records(
    segments: &Segments,
    end: Spot,
    finding: &mut dyn FnMut(Damage),
) -> Result<(), Box<dyn Error>> {
    for segment in segments.list()?.into_iter().filter(|segment| *segment <= end.segment) {
        segments.check_preface(segment)?.into_iter().for_each(&mut *finding);
        let stop = (segment == end.segment).then_some(u64::from(end.offset));
        let begin = Spot { segment, offset: PREFACE_BYTES };
        let mut scan = Scan::of(segments.file(segment)?, begin, stop, Look::Everything)?;
        while let Some(found) = scan.next()? {
            let (from, to, content) = match found {
                Found::Record(_) => continue,
                Found::Flipped { head, bits } => {
                    let from = u64::from(head.spot.offset);
                    finding(segments.mend(segment, from, scan.position(), &bits)?);
                    continue;
                }
                Found::Damage { from, to, content } => (from, to, content),
                Found::Torn { from } => (from, scan.position(), None),
            };
            segments.park(segment, from, to)?;
            let what = format!("bytes {from} to {to} are not what was written");
            finding(Damage { content, ..Segments::damage(segment, what) });
        }
    }
    Ok(())
}

/// Every row that names a record, and whether its letter is there.
fn rows(
    connection: &Connection,
    segments: &Segments,
    finding: &mut dyn FnMut(Damage),
) -> Result<(), Box<dyn Error>> {
    let mut named = connection.prepare(
        "SELECT key, content_digest, content_bytes, content_spot FROM memos
         WHERE content_spot IS NOT NULL ORDER BY content_spot",
    )?;
    let mut rows = named.query([])?;
    while let Some(row) = rows.next()? {
        let (Sql(key), Sql(digest)): (Sql<Uuid>, Sql<Digest>) = (row.get(0)?, row.get(1)?);
        let (Sql(length_bytes), Sql(spot)): (Sql<u64>, Sql<Spot>) = (row.get(2)?, row.get(3)?);
        let head = segments.head(spot)?;
        let is_it = head.is_some_and(|head| {
            (head.key.0, head.digest, u64::from(head.length)) == (key, digest, length_bytes)
        });
        let content = ContentRef { digest, length_bytes, place: Place::Journal(spot) };
        // A letter whose head is gone may be whole itself; the damage has been told of.
        if !is_it && segments.read(spot, &content).is_err() {
            let what = format!("content {digest} is not where its message says, in journal {spot}");
            let damage = Segments::damage(spot.segment, what);
            finding(Damage { content: Some(digest), ..damage });
        }
    }
    Ok(())
}
