//! Comparing pages and log with their sums, and mending what one flipped bit explains.
//!
//! What is damaged is kept as it was found, in the folder `parked`, before anything is done about it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use brevdue_exchange::storage::Digest;

use super::bits::{Flipped, flipped_of_crc};
use super::mark::{self, Marked};
use super::wal::{self, Fault, Salts};
use super::{
    ENTRY_BYTES, Entry, FILE_NAME, HEADER_BYTES, MARK_NAME, PAGE_BYTES, PIECE_PAGES, Read,
    SUMS_NAME, Sums, header, number, offset,
};

/// Folder of what was found damaged.
pub(in super::super) const PARKED: &str = "parked";

/// Pages looked at when a store is opened (1 MiB), so that opening takes no longer with a larger one.
/// `verify` looks at all.
const PAGES_AT_OPENING: u64 = 256;

/// Pages of an open store looked at while the log is not moved (64 MiB).
const PAGES_AT_ONCE: u64 = 16 * 1024;

/// Findings kept of one check.
const FINDINGS: usize = 1000;

/// Something that is not what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The file, seen from the store's folder; empty when it is no file's.
    pub file: String,
    /// What, and where in the file. Names no person and quotes no content.
    pub what: String,
    /// The content that is lost with it, when it is one letter's or archive's.
    pub content: Option<Digest>,
    /// It is again what was written.
    pub mended: bool,
}

/// How much is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Depth {
    /// What opening a store can wait for.
    Opening,
    /// Every byte.
    Everything,
}

/// Checks a closed store before SQLite looks at it, mends what it can, and brings the sums up to date.
///
/// SQLite would take a flipped bit in its log for the end of it, and drop what follows without a word.
pub(in super::super) fn prepare(
    folder: &Path,
    depth: Depth,
) -> io::Result<(Vec<Damage>, Option<Sums>)> {
    let mut found = Vec::new();
    if fs::metadata(folder.join(FILE_NAME)).map_or(0, |file| file.len()) == 0 {
        // A new store, or one that a crash kept from beginning.
        return Ok((found, None));
    }
    log(folder, &mut found)?;
    if !folder.join(SUMS_NAME).exists() {
        // A copy, or the store of an older Brevdue: its sums are made when it is open.
        return Ok((found, None));
    }
    let mut sums = Sums::open(folder)?;
    sums.check_header(&mut found)?;
    let versions = sums.log_versions()?;
    sums.check_entries(versions.keys().copied(), &mut found)?;
    match sums.follow() {
        // Every checkpoint follows the log again before it moves a page. Until then nothing is compared.
        Err(error) if is_full(&error) => {
            tracing::warn!("the disk is full: the checksums were not brought up to date");
            return Ok((found, Some(sums)));
        }
        other => other?,
    }
    let limit = if depth == Depth::Opening { PAGES_AT_OPENING } else { u64::MAX };
    let pages = sums.pages()?.min(limit);
    sums.check(1, pages, &versions, &mut found)?;
    Ok((found, Some(sums)))
}

/// Checks some pages of an open store, while nobody check points.
pub(in super::super) fn check_pages(
    sums: &mut Sums,
    first: u64,
    found: &mut Vec<Damage>,
) -> io::Result<Option<u64>> {
    sums.follow()?;
    let pages = sums.pages()?;
    let last = pages.min(first + PAGES_AT_ONCE - 1);
    if first == 1 {
        sums.check_header(found)?;
    }
    sums.check(first, last, &BTreeMap::new(), found)?;
    Ok((last < pages).then_some(last + 1))
}

/// The log up to where it was acknowledged.
fn log(folder: &Path, found: &mut Vec<Damage>) -> io::Result<()> {
    let name = format!("{FILE_NAME}-wal");
    let (salts, acknowledged, sums) = match mark::read(folder)? {
        Marked::Frames(salts, sums) => (salts, sums.len() as u64, sums),
        Marked::Nothing => return Ok(()),
        Marked::Damaged => {
            if_there_is_room(park(folder, MARK_NAME))?;
            found.push(damage(MARK_NAME, "the note of how far the log was acknowledged is not what was written; the next commit writes it anew".into(), true));
            return mark::Mark::clear(folder);
        }
    };
    let file = match File::options().read(true).write(true).open(folder.join(&name)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
    // Each turn mends one frame; more than a few damaged ones are no flipped bits.
    for _ in 0..8 {
        let Some(fault) = wal::fault(&file, salts, acknowledged)? else {
            return note(folder, &file, salts, &sums, found);
        };
        let place = match fault {
            Fault::Header => "its header".to_owned(),
            Fault::Frame(number) => format!("frame {number} of {acknowledged} acknowledged"),
        };
        let Some(mend) = wal::mend(&file, fault, salts, &sums)? else {
            // What cannot be mended is written over: it must be kept first.
            park(folder, &name)?;
            found.push(damage(
                &name,
                format!("{place} is not what was written; it and the commits after it are lost"),
                false,
            ));
            return Ok(());
        };
        if_there_is_room(park(folder, &name))?;
        let mut byte = [0];
        file.read_exact_at(&mut byte, mend.offset)?;
        file.write_all_at(&[byte[0] ^ (1 << mend.bit)], mend.offset)?;
        file.sync_data()?;
        found.push(damage(
            &name,
            format!("{place}: bit {} of byte {} was flipped", mend.bit, mend.offset),
            true,
        ));
    }
    Ok(())
}

/// The sums in the note, when the log is whole.
fn note(
    folder: &Path,
    log: &File,
    salts: Salts,
    sums: &[u32],
    found: &mut Vec<Damage>,
) -> io::Result<()> {
    let Some(start) = wal::start(log)?.filter(|start| start.salts == salts) else { return Ok(()) };
    let mut wrong = Vec::new();
    wal::read_on(log, start, |frame| {
        let noted = usize::try_from(frame.number - 1).ok().and_then(|index| sums.get(index));
        if noted.is_some_and(|noted| *noted != frame.sum) {
            wrong.push(frame);
        }
    })?;
    for frame in &wrong {
        mark::Mark::put_right(folder, frame.number, frame.sum)?;
        let what = format!("the sum of frame {} is not what was written", frame.number);
        found.push(damage(MARK_NAME, what, true));
    }
    Ok(())
}

impl Sums {
    fn check_header(&self, found: &mut Vec<Damage>) -> io::Result<()> {
        let mut there = [0; HEADER_BYTES];
        self.file.read_exact_at(&mut there, 0)?;
        if there != header() {
            self.file.write_all_at(&header(), 0)?;
            found.push(damage(SUMS_NAME, "its header is not what was written".into(), true));
        }
        Ok(())
    }

    /// Every version of every page in the log, oldest first.
    fn log_versions(&self) -> io::Result<BTreeMap<u32, Vec<u32>>> {
        let mut versions: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        let log = match File::open(self.folder.join(format!("{FILE_NAME}-wal"))) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(versions),
            other => other?,
        };
        if let Some(start) = wal::start(&log)? {
            wal::read_on(&log, start, |frame| {
                versions.entry(frame.page).or_default().push(frame.sum);
            })?;
        }
        Ok(versions)
    }

    /// Checks the pages from `first` to `last`. A page in the log may still have, in the database, any
    /// of its versions.
    fn check(
        &self,
        first: u64,
        last: u64,
        versions: &BTreeMap<u32, Vec<u32>>,
        found: &mut Vec<Damage>,
    ) -> io::Result<()> {
        let mut piece = vec![0; PIECE_PAGES * PAGE_BYTES];
        let mut entries = vec![0; PIECE_PAGES * ENTRY_BYTES];
        let mut next = first;
        while next <= last && found.len() < FINDINGS {
            let count = usize::try_from(last - next + 1).unwrap_or(PIECE_PAGES).min(PIECE_PAGES);
            let piece = &mut piece[..count * PAGE_BYTES];
            self.database.read_exact_at(piece, (next - 1) * PAGE_BYTES as u64)?;
            let known = self.known()?.saturating_sub(next - 1).min(count as u64) as usize;
            let entries = &mut entries[..known * ENTRY_BYTES];
            if known > 0 {
                self.file.read_exact_at(
                    entries,
                    HEADER_BYTES as u64 + (next - 1) * ENTRY_BYTES as u64,
                )?;
            }
            for (index, bytes) in piece.chunks_exact_mut(PAGE_BYTES).enumerate() {
                let page = number(next + index as u64)?;
                let entry = entries.as_chunks::<ENTRY_BYTES>().0.get(index).copied();
                self.check_page(page, bytes, entry, versions, found)?;
            }
            next += count as u64;
        }
        Ok(())
    }

    /// Checks the sums of these pages, before the log changes them.
    fn check_entries(
        &self,
        pages: impl Iterator<Item = u32>,
        found: &mut Vec<Damage>,
    ) -> io::Result<()> {
        let known = self.known()?;
        for page in pages.filter(|page| u64::from(*page) <= known) {
            let mut entry = [0; ENTRY_BYTES];
            self.file.read_exact_at(&mut entry, offset(page))?;
            if self.check_entry(page, entry, found)?.is_none() {
                self.put(page, Entry::of_zeros())?;
            }
        }
        Ok(())
    }

    /// Reads what is known of a page, and mends it; `None` when it is lost, and then it is to be put anew.
    fn check_entry(
        &self,
        page: u32,
        entry: [u8; ENTRY_BYTES],
        found: &mut Vec<Damage>,
    ) -> io::Result<Option<Entry>> {
        match Entry::read(page, entry) {
            Read::Good(entry) => Ok(Some(entry)),
            Read::Mended(entry) => {
                self.put(page, entry)?;
                let what = format!("one bit of the sum of page {page} was flipped");
                found.push(damage(SUMS_NAME, what, true));
                Ok(Some(entry))
            }
            Read::Lost => {
                let what =
                    format!("the sum of page {page} is not what was written; it was made anew");
                found.push(damage(SUMS_NAME, what, false));
                Ok(None)
            }
        }
    }

    fn check_page(
        &self,
        page: u32,
        bytes: &mut [u8],
        entry: Option<[u8; ENTRY_BYTES]>,
        versions: &BTreeMap<u32, Vec<u32>>,
        found: &mut Vec<Damage>,
    ) -> io::Result<()> {
        let actual = crc32fast::hash(bytes);
        let entry = match entry {
            Some(entry) => self.check_entry(page, entry, found)?,
            None => Some(Entry::of_zeros()),
        };
        let Some(entry) = entry else {
            return self.put(page, Entry { now: actual, before: actual });
        };
        if self.in_log.contains(&page) {
            let versions = versions.get(&page);
            let is_one = |versions: &Vec<u32>| actual == entry.before || versions.contains(&actual);
            if !versions.is_none_or(is_one) {
                self.park_page(page, bytes)?;
                let what = format!(
                    "page {page} is not what was written; the log has it whole, and makes it good"
                );
                found.push(damage(FILE_NAME, what, true));
            }
            return Ok(());
        }
        if actual == entry.now {
            return Ok(());
        }
        self.park_page(page, bytes)?;
        let Some(flipped) = flipped_of_crc(bytes, entry.now) else {
            found.push(damage(FILE_NAME, format!("page {page} is not what was written"), false));
            return Ok(());
        };
        flipped.mend(bytes);
        let Flipped { byte, bit } = flipped;
        let place = u64::from(page - 1) * PAGE_BYTES as u64 + byte as u64;
        self.database.write_all_at(&bytes[byte..=byte], place)?;
        self.database.sync_data()?;
        found.push(damage(
            FILE_NAME,
            format!("page {page}: bit {bit} of byte {place} was flipped"),
            true,
        ));
        Ok(())
    }

    fn park_page(&self, page: u32, bytes: &[u8]) -> io::Result<()> {
        let folder = self.folder.join(PARKED);
        let kept = folder.join(format!("page-{page}"));
        let parked = fs::create_dir_all(&folder).and_then(|()| fs::write(&kept, bytes));
        if parked.is_err() {
            let _ = fs::remove_file(kept);
        }
        if_there_is_room(parked)
    }
}

/// Keeps a damaged file as it was found.
pub(in super::super) fn park(folder: &Path, name: &str) -> io::Result<()> {
    fs::create_dir_all(folder.join(PARKED))?;
    let parked = folder.join(PARKED).join(name.replace('/', "-"));
    let copied = fs::copy(folder.join(name), &parked);
    if copied.is_err() {
        // Half a copy only takes room.
        let _ = fs::remove_file(parked);
    }
    copied.map(drop)
}

/// Passes over it when there was no room to keep what was found: a flipped bit is named with its place,
/// so what stood there can be told without the copy.
pub(in super::super) fn if_there_is_room(parked: io::Result<()>) -> io::Result<()> {
    match parked {
        Err(error) if is_full(&error) => {
            tracing::warn!("the disk is full: what was found damaged was not put aside");
            Ok(())
        }
        other => other,
    }
}

pub(in super::super) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

fn damage(file: &str, what: String, mended: bool) -> Damage {
    Damage { file: file.to_owned(), what, content: None, mended }
}
