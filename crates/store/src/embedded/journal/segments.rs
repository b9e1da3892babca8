//! The segment files: made, listed, and read from at any place.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use brevdue_exchange::StorageError;
use brevdue_exchange::storage::{ContentRef, ROW_BYTES, Spot};
use bytes::Bytes;

use super::super::content::sync_folder;
use super::super::failure;
use super::super::sums::{Damage, Flipped, PARKED, if_there_is_room};
use super::mending;
use super::record::{HEAD_BYTES, Head};

/// Bytes before the first record.
pub(super) const PREFACE_BYTES: u32 = 32;

/// What a segment begins with, before zeros and its number.
const TITLE: &[u8; 18] = b"brevdue journal 1\n";

/// Segments kept open for reading.
const OPEN_LIMIT: usize = 64;

/// The folder `journal`.
#[derive(Debug)]
pub(in crate::embedded) struct Segments {
    folder: PathBuf,
    open: Mutex<HashMap<u32, Arc<File>>>,
}

impl Segments {
    pub(super) fn open(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        if let Some(parent) = folder.parent() {
            sync_folder(parent)?;
        }
        Ok(Self { folder, open: Mutex::default() })
    }

    /// The numbers of the segments, in order. What is not one of ours is left alone.
    pub(super) fn list(&self) -> io::Result<Vec<u32>> {
        let mut numbers = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let name = entry?.file_name();
            let number = name.to_str().and_then(|name| name.strip_suffix(".log"));
            if let Some(number) = number.filter(|digits| digits.len() >= 8)
                && let Ok(number) = number.parse()
            {
                numbers.push(number);
            }
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// Where the first segment begins.
    pub(super) fn first(&self) -> io::Result<Spot> {
        let segment = self.list()?.first().copied().unwrap_or(0);
        Ok(Spot { segment, offset: PREFACE_BYTES })
    }

    pub(super) fn path(&self, segment: u32) -> PathBuf {
        self.folder.join(format!("{segment:08}.log"))
    }

    /// Makes a segment, durable with its name, and opens it for writing.
    pub(super) fn create(&self, segment: u32) -> io::Result<File> {
        let path = self.path(segment);
        let file = File::options().read(true).write(true).create_new(true).open(&path)?;
        let made = file
            .write_all_at(&preface(segment), 0)
            .and_then(|()| file.sync_all())
            .and_then(|()| sync_folder(&self.folder));
        if let Err(error) = made {
            // Without records it is nobody's loss.
            let _ = fs::remove_file(&path);
            return Err(error);
        }
        Ok(file)
    }

    /// Where a segment stands, seen from the store's folder.
    fn name(segment: u32) -> String {
        format!("journal/{segment:08}.log")
    }

    /// Something that is not what was written.
    pub(super) fn damage(segment: u32, what: String) -> Damage {
        Damage { file: Self::name(segment), what, content: None, mended: false }
    }

    /// Looks whether a segment begins as one does, and puts back the bit in which it does not.
    pub(super) fn check_preface(&self, segment: u32) -> io::Result<Option<Damage>> {
        let mut there = [0; PREFACE_BYTES as usize];
        match self.file(segment)?.read_exact_at(&mut there, 0) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {}
            Err(error) => return Err(error),
            Ok(()) if there == preface(segment) => return Ok(None),
            Ok(()) => {
                if let Some(flipped) = mending::only_bit(&there, &preface(segment)) {
                    let end = PREFACE_BYTES.into();
                    return self.mend(segment, 0, end, &[flipped]).map(Some);
                }
            }
        }
        Ok(Some(Self::damage(segment, "it does not begin as one of ours".into())))
    }

    /// Keeps the bytes from `from` to `to` as they were found, and puts back flipped bits, counted from
    /// `from`. Nobody else writes to what is durable.
    pub(super) fn mend(
        &self,
        segment: u32,
        from: u64,
        to: u64,
        bits: &[Flipped],
    ) -> io::Result<Damage> {
        if_there_is_room(self.park(segment, from, to))?;
        let file = File::options().read(true).write(true).open(self.path(segment))?;
        let mut what = Vec::new();
        for Flipped { byte, bit } in bits {
            let at = from + *byte as u64;
            let mut there = [0];
            file.read_exact_at(&mut there, at)?;
            file.write_all_at(&[there[0] ^ (1 << bit)], at)?;
            what.push(format!("bit {bit} of byte {at} was flipped"));
        }
        file.sync_data()?;
        Ok(Damage { mended: true, ..Self::damage(segment, what.join(", ")) })
    }

    /// Keeps the bytes from `from` to `to` as they were found.
    pub(super) fn park(&self, segment: u32, from: u64, to: u64) -> io::Result<()> {
        let parked = self.folder.with_file_name(PARKED);
        fs::create_dir_all(&parked)?;
        let path = parked.join(format!("journal-{segment:08}-{from}"));
        let mut kept = File::create(&path)?;
        let mut file = File::open(self.path(segment))?;
        file.seek(SeekFrom::Start(from))?;
        let copied = io::copy(&mut file.take(to.saturating_sub(from)), &mut kept)
            .and_then(|_| kept.sync_data());
        if copied.is_err() {
            // Half a copy only takes room.
            let _ = fs::remove_file(path);
        }
        copied
    }

    /// A segment, open for reading.
    pub(super) fn file(&self, segment: u32) -> io::Result<Arc<File>> {
        // A handle is put in or taken out whole.
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = open.get(&segment) {
            return Ok(Arc::clone(file));
        }
        let file = Arc::new(File::open(self.path(segment))?);
        if open.len() >= OPEN_LIMIT {
            open.clear();
        }
        open.insert(segment, Arc::clone(&file));
        Ok(file)
    }

    /// Removes a segment.
    pub(super) fn remove(&self, segment: u32) -> io::Result<()> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&segment);
        fs::remove_file(self.path(segment))?;
        sync_folder(&self.folder)
    }

    /// All bytes of the folder.
    pub(in crate::embedded) fn size_bytes(&self) -> io::Result<u64> {
        self.list()?
            .into_iter()
            .map(|segment| fs::metadata(self.path(segment)).map(|file| file.len()))
            .sum()
    }

    /// The head at a place, if one is there.
    pub(super) fn head(&self, spot: Spot) -> io::Result<Option<Head>> {
        let mut head = [0; HEAD_BYTES];
        let read = self
            .file(spot.segment)
            .and_then(|file| file.read_exact_at(&mut head, u64::from(spot.offset)));
        match read {
            Ok(()) => Ok(mending::head(&head, spot).map(|(head, _)| head)),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Reads the letter at a place, and checks that it is the one that was written.
    pub(in crate::embedded) fn read(
        &self,
        spot: Spot,
        content: &ContentRef,
    ) -> Result<Bytes, StorageError> {
        let damaged = |what: &str| {
            StorageError::Damaged(format!("journal {spot}, content {}: {what}", content.digest))
        };
        if content.length_bytes > ROW_BYTES {
            return Err(damaged("it is too long to have been received"));
        }
        // At most 64 KiB, by the line above.
        let length = content.length_bytes as usize;
        let file = match self.file(spot.segment) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(damaged("the segment is not there"));
            }
            Err(error) => return Err(failure::of_files(error)),
        };
        let mut record = vec![0; HEAD_BYTES + length];
        match file.read_exact_at(&mut record, u64::from(spot.offset)) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(damaged("the segment ends before it"));
            }
            Err(error) => return Err(failure::of_files(error)),
        }
        let letter = Bytes::from(record);
        let (head_bytes, letter) = (letter.slice(..HEAD_BYTES), letter.slice(HEAD_BYTES..));
        let head = head_bytes.first_chunk().and_then(|head| Head::read(head, spot));
        match head {
            Some(head)
                if head.digest == content.digest
                    && u64::from(head.length) == content.length_bytes
                    && head.check == crc32fast::hash(&letter) =>
            {
                Ok(letter)
            }
            _ => {
                let found = mended(&head_bytes, &letter, spot, content);
                found.ok_or_else(|| damaged("it is not what was written"))
            }
        }
    }
}

/// The letter of this content, when its bytes are whole though their head is not, or when putting back
/// one bit makes them so. The file stays as it is: `verify` mends it.
fn mended(head: &[u8], letter: &Bytes, spot: Spot, content: &ContentRef) -> Option<Bytes> {
    let letter = if mending::is_of(letter, &content.digest) {
        letter.clone()
    } else {
        let (head, _) = head.first_chunk().and_then(|head| mending::head(head, spot))?;
        let (_, letter) = mending::mended(letter, head.check, &content.digest)?;
        letter.into()
    };
    tracing::warn!(%spot, "a letter was read past damage in the journal");
    Some(letter)
}

fn preface(segment: u32) -> [u8; PREFACE_BYTES as usize] {
    let mut preface = [0; PREFACE_BYTES as usize];
    preface[..TITLE.len()].copy_from_slice(TITLE);
    preface[28..].copy_from_slice(&segment.to_le_bytes());
    preface
}
