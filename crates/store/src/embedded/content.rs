//! Large content: files named by the SHA-256 of their bytes, under `content/ab/cdef…`.
//!
//! A file is complete and durable before it has its name, and never changes afterwards. Its time of
//! modification is the time its bytes last came, by the clock that was handed in.

use std::fs::{self, File};
use std::io::{self, BufReader, Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use brevdue_exchange::StorageError;
use brevdue_exchange::storage::{ContentRef, ContentSink, ContentSource, Digest, Place, ROW_BYTES};
use brevdue_memo::Timestamp;
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

use super::failure;

/// Bytes read from a file at a time.
const READ_BYTES: usize = 64 * 1024;

/// The folder `content`.
#[derive(Debug)]
pub(super) struct ContentFolder {
    root: PathBuf,
    /// Which of the 256 folders are there, durably. Held while a file gets its name and while one is
    /// removed, so that a sweep never takes what has just come again.
    names: Mutex<[bool; 256]>,
}

impl ContentFolder {
    /// Opens the folder; makes what is missing of it, and clears what a killed process left half written.
    pub(super) fn open(root: PathBuf) -> io::Result<Self> {
        let unfinished = root.join("tmp");
        // The folder itself stays: a full disk may have no room for a new one.
        match fs::read_dir(&unfinished) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(&unfinished)?;
            }
            entries => {
                for entry in entries? {
                    let entry = entry?;
                    match entry.file_type()?.is_dir() {
                        true => fs::remove_dir_all(entry.path())?,
                        false => fs::remove_file(entry.path())?,
                    }
                }
            }
        }
        let mut folders = [false; 256];
        for (first, there) in folders.iter_mut().enumerate() {
            *there = root.join(format!("{first:02x}")).is_dir();
        }
        sync_folder(&root)?;
        Ok(Self { root, names: Mutex::new(folders) })
    }

    /// Starts writing.
    pub(super) fn begin(self: &Arc<Self>, now: Timestamp) -> Box<dyn ContentSink> {
        Box::new(Sink {
            folder: Arc::clone(self),
            came: system_time(now),
            hasher: Sha256::new(),
            length_bytes: 0,
            held: Vec::new(),
            file: None,
        })
    }

    /// Opens bytes for reading.
    pub(super) fn read(
        &self,
        content: &ContentRef,
    ) -> Result<Box<dyn ContentSource>, StorageError> {
        match &content.place {
            Place::Row(bytes) => Ok(Box::new(Cursor::new(bytes.clone()))),
            Place::Journal(spot) => {
                Err(StorageError::Damaged(format!("no file is in the journal at {spot}")))
            }
            Place::Store => {
                let file = match File::open(self.path(&content.digest)) {
                    Ok(file) => file,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {
                        let text = format!("content {} is not there", content.digest);
                        return Err(StorageError::Damaged(text));
                    }
                    Err(error) => return Err(failure::of_files(error)),
                };
                let found = file.metadata().map_err(failure::of_files)?.len();
                if found != content.length_bytes {
                    return Err(StorageError::Damaged(format!(
                        "content {} has {found} bytes, not {}",
                        content.digest, content.length_bytes
                    )));
                }
                Ok(Box::new(BufReader::with_capacity(READ_BYTES, file)))
            }
        }
    }

    /// Whether a file with this name and length is there.
    pub(super) fn holds(&self, content: &ContentRef) -> bool {
        fs::metadata(self.path(&content.digest))
            .is_ok_and(|file| file.len() == content.length_bytes)
    }

    /// The digests of all files whose name starts with this byte, and what is not one of ours.
    pub(super) fn list(&self, first: u8) -> io::Result<Listing> {
        let mut listing = Listing::default();
        for entry in self.entries(first)? {
            let name = entry?.file_name();
            match name.to_str().and_then(|rest| digest_from(first, rest)) {
                Some(digest) => listing.digests.push(digest),
                None => listing.strangers += 1,
            }
        }
        listing.digests.sort_unstable();
        Ok(listing)
    }

    /// Removes a file unless its bytes came after `older_than`; says whether it did.
    pub(super) fn remove(&self, digest: &Digest, older_than: Timestamp) -> io::Result<bool> {
        let path = self.path(digest);
        let _names = self.lock_names();
        match fs::metadata(&path) {
            Ok(file) if file.modified()? < system_time(older_than) => {
                fs::remove_file(&path).map(|()| true)
            }
            Ok(_) => Ok(false),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Puts a damaged file aside, so that nobody gets it.
    pub(super) fn park(&self, digest: &Digest) -> io::Result<()> {
        // Beside the folder of all content.
        let parked = self.root.with_file_name("parked");
        fs::create_dir_all(&parked)?;
        let _names = self.lock_names();
        fs::rename(self.path(digest), parked.join(format!("content-{digest}")))
    }

    /// The digest a file really has, read in pieces; `None` when it is not there.
    pub(super) fn actual_digest(&self, digest: &Digest) -> io::Result<Option<Digest>> {
        let mut file = match File::open(self.path(digest)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        let mut hasher = Sha256::new();
        let mut piece = vec![0; READ_BYTES];
        loop {
            match io::Read::read(&mut file, &mut piece)? {
                0 => return Ok(Some(Digest(hasher.finalize().into()))),
                read => hasher.update(&piece[..read]),
            }
        }
    }

    /// How many files there are, and their bytes.
    pub(super) fn size(&self) -> io::Result<(u64, u64)> {
        let (mut files, mut bytes) = (0, 0);
        for first in 0..=u8::MAX {
            for entry in self.entries(first)? {
                files += 1;
                bytes += entry?.metadata()?.len();
            }
        }
        Ok((files, bytes))
    }

    /// What is in one of the 256 folders; nothing when it has not been made.
    fn entries(&self, first: u8) -> io::Result<impl Iterator<Item = io::Result<fs::DirEntry>>> {
        match fs::read_dir(self.folder(first)) {
            Ok(entries) => Ok(Some(entries).into_iter().flatten()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None.into_iter().flatten()),
            Err(error) => Err(error),
        }
    }

    fn folder(&self, first: u8) -> PathBuf {
        self.root.join(format!("{first:02x}"))
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        let name = digest.to_string();
        let (first, rest) = name.split_at(2);
        self.root.join(first).join(rest)
    }

    fn lock_names(&self) -> MutexGuard<'_, [bool; 256]> {
        // A folder is noted only when it is durable; nothing can be left half changed.
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a complete file its name, durably.
    fn keep(&self, file: NamedTempFile, digest: &Digest, came: SystemTime) -> io::Result<()> {
        let path = self.path(digest);
        file.as_file().set_modified(came)?;
        file.as_file().sync_all()?;
        {
            let mut folders = self.lock_names();
            let there = &mut folders[usize::from(digest.0[0])];
            if !*there {
                // There already when an earlier try was not synced.
                fs::create_dir(self.folder(digest.0[0])).or_else(|error| match error.kind() {
                    io::ErrorKind::AlreadyExists => Ok(()),
                    _ => Err(error),
                })?;
                sync_folder(&self.root)?;
                *there = true;
            }
            // The same bytes may have come a moment later by another hand; the later time counts.
            if let Ok(later) = fs::metadata(&path).and_then(|earlier| earlier.modified())
                && later > came
            {
                file.as_file().set_modified(later)?;
            }
            // Put over a file that is there already: same bytes, new time, and damage is mended.
            file.persist(&path).map_err(|error| error.error)?;
        }
        sync_folder(&self.folder(digest.0[0]))
    }
}

/// What one of the 256 folders holds.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// In order.
    pub(super) digests: Vec<Digest>,
    /// Files that are not ours.
    pub(super) strangers: u64,
}

/// Makes the names in a folder durable.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// A digest whose first byte is its folder's name.
fn digest_from(first: u8, rest: &str) -> Option<Digest> {
    let mut digest = [0; 32];
    digest[0] = first;
    if rest.len() != 62 || !rest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    for (index, byte) in digest[1..].iter_mut().enumerate() {
        *byte = u8::from_str_radix(rest.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(Digest(digest))
}

fn system_time(at: Timestamp) -> SystemTime {
    let distance = Duration::from_millis(at.as_millis().unsigned_abs());
    let time = if at.as_millis() >= 0 {
        SystemTime::UNIX_EPOCH.checked_add(distance)
    } else {
        SystemTime::UNIX_EPOCH.checked_sub(distance)
    };
    time.unwrap_or(SystemTime::UNIX_EPOCH)
}

/// Bytes being written: in memory while they fit a row, then in a file without a name of its own.
struct Sink {
    folder: Arc<ContentFolder>,
    came: SystemTime,
    hasher: Sha256,
    length_bytes: u64,
    /// Not yet in the file. At most [`ROW_BYTES`].
    held: Vec<u8>,
    /// Removed when dropped.
    file: Option<NamedTempFile>,
}

impl ContentSink for Sink {
    fn write(&mut self, bytes: &[u8]) -> Result<(), StorageError> {
        self.hasher.update(bytes);
        self.length_bytes += bytes.len() as u64;
        if (self.held.len() + bytes.len()) as u64 <= ROW_BYTES {
            self.held.extend_from_slice(bytes);
            return Ok(());
        }
        self.spill().map_err(failure::of_files)?;
        match &mut self.file {
            Some(file) if bytes.len() as u64 > ROW_BYTES => {
                file.write_all(bytes).map_err(failure::of_files)
            }
            _ => {
                self.held.extend_from_slice(bytes);
                Ok(())
            }
        }
    }

    fn finish(mut self: Box<Self>) -> Result<ContentRef, StorageError> {
        let digest = Digest(std::mem::take(&mut self.hasher).finalize().into());
        let length_bytes = self.length_bytes;
        if self.file.is_none() {
            let bytes = std::mem::take(&mut self.held);
            return Ok(ContentRef { digest, length_bytes, place: Place::Row(bytes.into()) });
        }
        self.spill().map_err(failure::of_files)?;
        if let Some(file) = self.file.take() {
            self.folder.keep(file, &digest, self.came).map_err(failure::of_files)?;
        }
        Ok(ContentRef { digest, length_bytes, place: Place::Store })
    }
}

impl Sink {
    /// Moves what is held in memory to the file.
    fn spill(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(NamedTempFile::new_in(self.folder.root.join("tmp"))?),
        };
        file.write_all(&self.held)?;
        self.held.clear();
        Ok(())
    }
}
