//! Checking the store against itself.

use std::sync::{Mutex, PoisonError};

use brevdue_exchange::storage::Digest;
use brevdue_exchange::storage::chain::{Hash, Link};
use rusqlite::Connection;
use sha2::{Digest as _, Sha256};

use super::columns::Sql;
use super::content::ContentFolder;
use super::head::Head;
use super::journal::{self, Queue, Segments};
use super::letters::{EVENT, read_event};
use super::removing::log_start;
use super::sums::{Damage, Sums, check_pages};
use super::sweep::named_files;
use super::{milestones, shares};

/// Findings at most: a disk that is gone has as many as there are letters.
const FINDINGS_LIMIT: usize = 1000;

/// What does not fit. Names rows by number and content by digest, never people or words.
pub(super) fn verify(
    connection: &Connection,
    contents: &ContentFolder,
    sums: &Mutex<Sums>,
    journal: (&Segments, &Queue),
) -> Vec<Damage> {
    let mut findings = Findings::default();
    if let Err(error) = sums_of_pages(sums, &mut findings) {
        findings.add(format!("the checksums could not be read to the end: {error}"));
    }
    let parts: [(&str, Part); 5] = [
        ("pages", &pages),
        ("event log", &events),
        ("counters", &counters),
        ("totals of lists", &lists),
        ("small content", &row_content),
    ];
    for (name, part) in parts {
        if let Err(error) = part(connection, &mut findings) {
            findings.add(format!("the {name} could not be read to the end: {error}"));
        }
    }
    journal::check(connection, journal.0, journal.1, &mut |damage| findings.put(damage));
    for first in 0..=u8::MAX {
        if let Err(error) = files(connection, contents, first, &mut findings) {
            findings
                .add(format!("folder content/{first:02x} could not be read to the end: {error}"));
        }
    }
    findings.all()
}

/// A damage as one line.
pub(super) fn line(damage: &Damage) -> String {
    let Damage { file, what, mended, .. } = damage;
    let mended = if *mended { " (mended)" } else { "" };
    if damage.content.is_some() || file.is_empty() {
        format!("{what}{mended}")
    } else {
        format!("{file}: {what}{mended}")
    }
}

/// Every page and its checksum, some at a time, so that nobody waits long.
fn sums_of_pages(sums: &Mutex<Sums>, findings: &mut Findings) -> std::io::Result<()> {
    let mut next = Some(1);
    while let Some(first) = next {
        let mut found = Vec::new();
        // What it remembers of the log is put together anew after a crash.
        let mut sums = sums.lock().unwrap_or_else(PoisonError::into_inner);
        next = check_pages(&mut sums, first, &mut found)?;
        drop(sums);
        found.into_iter().for_each(|damage| findings.put(damage));
    }
    Ok(())
}

type Part<'a> = &'a dyn Fn(&Connection, &mut Findings) -> rusqlite::Result<()>;

#[derive(Default)]
struct Findings {
    found: Vec<Damage>,
    more: u64,
}

impl Findings {
    /// Something about the store as a whole.
    fn add(&mut self, what: String) {
        self.put(Damage { file: String::new(), what, content: None, mended: false });
    }

    /// Something about one content, which is lost with it.
    fn add_content(&mut self, digest: &Digest, what: String) {
        let name = digest.to_string();
        let (first, rest) = name.split_at(2);
        let file = format!("content/{first}/{rest}");
        self.put(Damage { file, what, content: Some(*digest), mended: false });
    }

    fn put(&mut self, damage: Damage) {
        if self.found.len() < FINDINGS_LIMIT {
            self.found.push(damage);
        } else {
            self.more += 1;
        }
    }

    fn all(mut self) -> Vec<Damage> {
        if self.more > 0 {
            let what = format!("and {} findings more", self.more);
            self.found.push(Damage { file: String::new(), what, content: None, mended: false });
        }
        self.found
    }
}

/// SQLite's own check: page structure, order of keys, and every index against its table.
fn pages(connection: &Connection, findings: &mut Findings) -> rusqlite::Result<()> {
    let mut check = connection.prepare("PRAGMA integrity_check(100)")?;
    for line in check.query_map([], |row| row.get::<_, String>(0))? {
        let line = line?;
        if line != "ok" {
            findings.add(format!("database: {line}"));
        }
    }
    Ok(())
}

/// Every event's hash, from the first that is left on. After a finding it goes on from what is there, so that one
/// changed event is one finding.
fn events(connection: &Connection, findings: &mut Findings) -> rusqlite::Result<()> {
    let (removed, mut link) = log_start(connection)?;
    let mut expected = removed + 1;
    let mut events = connection.prepare(&format!("{EVENT} ORDER BY seq"))?;
    let mut rows = events.query([])?;
    while let Some(row) = rows.next()? {
        let seq: i64 = row.get(13)?;
        let (day, hash): (i64, Hash) = (row.get(14)?, row.get(15)?);
        if seq != expected {
            findings.add(format!("event log: events {expected} to {} are not there", seq - 1));
        }
        match read_event(row) {
            Ok(event) if link.after(&event) == (Link { day: Some(day), hash }) => {}
            Ok(_) => findings.add(format!(
                "event log: event {seq} does not fit its hash; it, or what came before it, was changed"
            )),
            Err(_) => findings.add(format!("event log: event {seq} cannot be read")),
        }
        link = Link { day: Some(day), hash };
        expected = seq + 1;
    }
    if Head::read(connection)?.link != link {
        findings.add("event log: its end is not the one last written".into());
    }
    Ok(())
}

fn counters(connection: &Connection, findings: &mut Findings) -> rusqlite::Result<()> {
    let (kept, counted) = (Head::read(connection)?.counts, Head::counted(connection)?);
    if kept != counted {
        findings.add(format!("counters: {kept:?} were written, {counted:?} are there"));
    }
    Ok(())
}

/// What is written of how long lists are.
fn lists(connection: &Connection, findings: &mut Findings) -> rusqlite::Result<()> {
    milestones::check(connection, &mut |what| findings.add(what))?;
    shares::check(connection, &mut |what| findings.add(what))
}

/// The bytes of content in rows.
fn row_content(connection: &Connection, findings: &mut Findings) -> rusqlite::Result<()> {
    let mut contents = connection.prepare(
        "SELECT c.digest, c.length, b.bytes FROM (
            SELECT content_digest AS digest, content_bytes AS length, content_row AS id FROM memos
                WHERE content_row IS NOT NULL
            UNION ALL SELECT archive_digest, archive_bytes, archive_row FROM transmissions
                WHERE archive_row IS NOT NULL
            UNION ALL SELECT content_digest, content_bytes, content_row FROM record_contents
                WHERE content_row IS NOT NULL
         ) AS c LEFT JOIN row_bytes AS b ON b.id = c.id",
    )?;
    let mut rows = contents.query([])?;
    while let Some(row) = rows.next()? {
        let Sql(digest): Sql<Digest> = row.get(0)?;
        let Sql(length): Sql<u64> = row.get(1)?;
        match row.get_ref(2)?.as_blob_or_null()? {
            None => findings.add_content(&digest, is_not_there(&digest)),
            Some(bytes) => {
                let found = Digest(Sha256::digest(bytes).into());
                if found != digest || bytes.len() as u64 != length {
                    findings.add_content(&digest, is_not_what_was_written(&digest));
                }
            }
        }
    }
    Ok(())
}

/// The files whose digest starts with this byte: those that rows name are there, and each is what its
/// name says.
fn files(
    connection: &Connection,
    contents: &ContentFolder,
    first: u8,
    findings: &mut Findings,
) -> Result<(), Box<dyn std::error::Error>> {
    let named = named_files(connection, first)?;
    let listing = contents.list(first)?;
    if listing.strangers > 0 {
        let strangers = listing.strangers;
        findings
            .add(format!("folder content/{first:02x} holds {strangers} files of somebody else"));
    }
    for digest in named.iter().filter(|digest| listing.digests.binary_search(digest).is_err()) {
        findings.add_content(digest, is_not_there(digest));
    }
    for digest in &listing.digests {
        match contents.actual_digest(digest) {
            Ok(Some(found)) if found == *digest => {}
            // Swept since it was listed; then no row named it.
            Ok(None) => {}
            Ok(Some(_)) => {
                findings.add_content(digest, is_not_what_was_written(digest));
                // Nobody is to be handed other bytes than were sent.
                contents.park(digest)?;
            }
            Err(error) => {
                findings.add_content(digest, format!("content {digest} cannot be read: {error}"));
            }
        }
    }
    Ok(())
}

fn is_not_there(digest: &Digest) -> String {
    format!("content {digest} is not there")
}

fn is_not_what_was_written(digest: &Digest) -> String {
    format!("content {digest} is not what was written")
}
