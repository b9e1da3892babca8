//! Checksums of the database's pages, so that no changed bit goes unseen. See
//! `docs/decisions/0024-a-checksum-for-every-page.md`.
//!
//! The file `brevdue.sums` holds, for each page of `brevdue.sqlite`, the CRC-32 of the page as it is now
//! and of the page as it was before the write-ahead log took it in. The sums of new pages are read from
//! the log, and are on disk before a checkpoint moves the pages, so that at any time each page of the
//! database either has its sum or still stands in the log, which has sums of its own.
//!
//! Layout, numbers big endian: `brvdsum1`, bytes of a page (4), CRC-32 of these twelve bytes; then for
//! each page its sum, its earlier sum, and the CRC-32 of the page's number and both.

mod bits;
mod check;
mod mark;
mod wal;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use self::wal::{Frame, Position};
use super::schema::{FILE_NAME, PAGE_BYTES};

pub(super) use self::bits::{Flipped, flipped_of_crc};
pub use self::check::Damage;
pub(super) use self::check::{Depth, PARKED, check_pages, if_there_is_room, is_full, prepare};
pub(super) use self::mark::{MARK_NAME, Mark};

/// Name of the file.
pub(super) const SUMS_NAME: &str = "brevdue.sums";

const HEADER_BYTES: usize = 16;
const ENTRY_BYTES: usize = 12;

/// Pages summed at a time.
const PIECE_PAGES: usize = 256;

/// What is known of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    /// CRC-32 of the page as last committed.
    now: u32,
    /// CRC-32 of the page before the log that holds it began.
    before: u32,
}

/// The sums, and where reading the log stands.
#[derive(Debug)]
pub(super) struct Sums {
    folder: PathBuf,
    file: File,
    database: File,
    position: Option<Position>,
    /// Pages in the log as it is: the database's own copy may be an older one.
    in_log: BTreeSet<u32>,
}

impl Sums {
    /// Opens the sums beside a database, and makes them when there are none: then every page is taken
    /// for what it should be.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        let database = File::options().read(true).write(true).open(folder.join(FILE_NAME))?;
        let path = folder.join(SUMS_NAME);
        let is_new = !path.exists();
        let file =
            File::options().read(true).write(true).create(true).truncate(false).open(path)?;
        let sums = Self {
            folder: folder.to_owned(),
            file,
            database,
            position: None,
            in_log: BTreeSet::new(),
        };
        if is_new || sums.file.metadata()?.len() < HEADER_BYTES as u64 {
            sums.sum_up()?;
        }
        Ok(sums)
    }

    /// From now on there is no room for them.
    #[cfg(test)]
    pub(super) fn fill_their_disk(&mut self) {
        self.file = File::options().read(true).write(true).open("/dev/full").unwrap();
    }

    /// Takes every page of the database for what it should be.
    fn sum_up(&self) -> io::Result<()> {
        self.file.set_len(0)?;
        let mut piece = vec![0; PIECE_PAGES * PAGE_BYTES];
        let pages = self.pages()?;
        let mut first = 0;
        while first < pages {
            let count = usize::try_from(pages - first).unwrap_or(PIECE_PAGES).min(PIECE_PAGES);
            let piece = &mut piece[..count * PAGE_BYTES];
            self.database.read_exact_at(piece, first * PAGE_BYTES as u64)?;
            let mut entries = Vec::with_capacity(count * ENTRY_BYTES);
            for (page, bytes) in (first + 1..).zip(piece.chunks_exact(PAGE_BYTES)) {
                let now = crc32fast::hash(bytes);
                entries.extend_from_slice(&Entry { now, before: now }.bytes(number(page)?));
            }
            self.file.write_all_at(&entries, HEADER_BYTES as u64 + first * ENTRY_BYTES as u64)?;
            first += count as u64;
        }
        // Last: sums without a header are none.
        self.file.write_all_at(&header(), 0)?;
        self.file.sync_data()
    }

    /// Reads what the log has got since the last time, and makes its sums durable. To be called before
    /// every checkpoint, and while nobody else can check point.
    pub(super) fn follow(&mut self) -> io::Result<()> {
        let log = match File::open(self.folder.join(format!("{FILE_NAME}-wal"))) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            other => other?,
        };
        let Some(start) = wal::start(&log)? else { return Ok(()) };
        let from = match self.position {
            Some(position) if position.salts == start.salts => position,
            _ => {
                // It has started over: what it held before is in the database.
                self.in_log.clear();
                start
            }
        };
        let mut newest: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        let position = wal::read_on(&log, from, |Frame { page, sum, .. }| {
            let sums = newest.entry(page).or_default();
            if sums.last() != Some(&sum) {
                sums.push(sum);
            }
        })?;
        for (page, sums) in &newest {
            let Some(now) = sums.last().copied() else { continue };
            let entry = self.entry(*page)?;
            let is_first = !self.in_log.contains(page);
            // After a crash the log is read again from its start, and its sums may stand here already.
            let is_known = entry.is_some_and(|entry| sums.contains(&entry.now));
            let before = match entry {
                Some(entry) if is_first && !is_known => entry.now,
                Some(entry) => entry.before,
                None => Entry::of_zeros().now,
            };
            self.put(*page, Entry { now, before })?;
            // Only now: what was not written is tried again as if for the first time.
            self.in_log.insert(*page);
        }
        if !newest.is_empty() {
            self.file.sync_data()?;
        }
        self.position = Some(position);
        Ok(())
    }

    /// Pages of the database file that are whole.
    fn pages(&self) -> io::Result<u64> {
        Ok(self.database.metadata()?.len() / PAGE_BYTES as u64)
    }

    /// Pages with a sum.
    fn known(&self) -> io::Result<u64> {
        let bytes = self.file.metadata()?.len().saturating_sub(HEADER_BYTES as u64);
        Ok(bytes / ENTRY_BYTES as u64)
    }

    /// What is known of a page; `None` when it never stood in the log, or when what stood here is gone.
    fn entry(&self, page: u32) -> io::Result<Option<Entry>> {
        let mut bytes = [0; ENTRY_BYTES];
        match self.file.read_exact_at(&mut bytes, offset(page)) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
            Ok(()) => Ok(match Entry::read(page, bytes) {
                Read::Good(entry) | Read::Mended(entry) => Some(entry),
                Read::Lost => None,
            }),
        }
    }

    fn put(&self, page: u32, entry: Entry) -> io::Result<()> {
        // A page that never stood in the log is one that the file grew over.
        for between in self.known()? + 1..u64::from(page) {
            let between = number(between)?;
            self.file.write_all_at(&Entry::of_zeros().bytes(between), offset(between))?;
        }
        self.file.write_all_at(&entry.bytes(page), offset(page))
    }
}

/// What stands in the place of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Read {
    Good(Entry),
    /// After one flipped bit was flipped back.
    Mended(Entry),
    Lost,
}

impl Entry {
    /// Of a page of zeros.
    fn of_zeros() -> Self {
        let sum = crc32fast::hash(&[0; PAGE_BYTES]);
        Self { now: sum, before: sum }
    }

    fn bytes(self, page: u32) -> [u8; ENTRY_BYTES] {
        let mut bytes = [0; ENTRY_BYTES];
        bytes[..4].copy_from_slice(&self.now.to_be_bytes());
        bytes[4..8].copy_from_slice(&self.before.to_be_bytes());
        let check = check_of(page, &bytes[..8]);
        bytes[8..].copy_from_slice(&check.to_be_bytes());
        bytes
    }

    fn read(page: u32, mut bytes: [u8; ENTRY_BYTES]) -> Read {
        let fits =
            |bytes: &[u8; ENTRY_BYTES]| bytes[8..] == check_of(page, &bytes[..8]).to_be_bytes();
        let entry = |[a, b, c, d, e, f, g, h, ..]: [u8; ENTRY_BYTES]| Self {
            now: u32::from_be_bytes([a, b, c, d]),
            before: u32::from_be_bytes([e, f, g, h]),
        };
        if fits(&bytes) {
            return Read::Good(entry(bytes));
        }
        for (byte, bit) in (0..ENTRY_BYTES).flat_map(|byte| (0..8).map(move |bit| (byte, bit))) {
            bytes[byte] ^= 1 << bit;
            if fits(&bytes) {
                return Read::Mended(entry(bytes));
            }
            bytes[byte] ^= 1 << bit;
        }
        Read::Lost
    }
}

/// With the page's number, so that an entry in another's place is none.
fn check_of(page: u32, sums: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&page.to_be_bytes());
    hasher.update(sums);
    hasher.finalize()
}

/// SQLite's pages have numbers of four bytes.
fn number(page: u64) -> io::Result<u32> {
    u32::try_from(page).map_err(|_| io::ErrorKind::InvalidData.into())
}

/// Pages are counted from 1.
fn offset(page: u32) -> u64 {
    HEADER_BYTES as u64 + (u64::from(page) - 1) * ENTRY_BYTES as u64
}

fn header() -> [u8; HEADER_BYTES] {
    let mut header = [0; HEADER_BYTES];
    header[..8].copy_from_slice(b"brvdsum1");
    header[8..12].copy_from_slice(&(PAGE_BYTES as u32).to_be_bytes());
    let check = crc32fast::hash(&header[..12]);
    header[12..].copy_from_slice(&check.to_be_bytes());
    header
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    /// On a full disk the sums of a log are written in part; the rest follows when there is room, and then
    /// every page of the database still has the sum it is compared with.
    #[test]
    fn sums_that_found_no_room_are_written_later_as_if_for_the_first_time() {
        let folder = tempfile::tempdir().unwrap();
        let database = Connection::open(folder.path().join(FILE_NAME)).unwrap();
        let run = |sql: &str| database.execute_batch(sql).unwrap();
        // One page each, 2 and 3.
        run("PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 0;
             CREATE TABLE t (x); INSERT INTO t VALUES (1);
             CREATE TABLE u (x); INSERT INTO u VALUES (1);
             PRAGMA wal_checkpoint(TRUNCATE);");
        let mut sums = Sums::open(folder.path()).unwrap();
        run("UPDATE u SET x = 2");
        sums.follow().unwrap();
        let moved = sums.entry(3).unwrap().unwrap();
        run("PRAGMA wal_checkpoint(TRUNCATE); UPDATE t SET x = 2");
        sums.follow().unwrap();
        run("UPDATE u SET x = 3");

        let full = File::options().read(true).write(true).open("/dev/full").unwrap();
        let file = std::mem::replace(&mut sums.file, full);
        assert_eq!(sums.follow().unwrap_err().kind(), io::ErrorKind::StorageFull);
        sums.file = file;
        sums.follow().unwrap();
        let entry = sums.entry(3).unwrap().unwrap();
        assert_eq!(entry.before, moved.now);
        assert!(entry.now != moved.now && moved.now != moved.before);
    }
}
