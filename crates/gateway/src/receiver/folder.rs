//! The folder that fetched messages are kept in. One fetch works in it at a time.

use std::fs::{self, File, TryLockError};
use std::io::{self, BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use uuid::Uuid;

use super::verdict::Verdict;

const PART_PREFIX: &str = ".brevdue-";
const PART_SUFFIX: &str = ".part";
const LOCK: &str = ".brevdue-lock";

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FolderError {
    /// Another fetch works in it.
    #[error("another fetch is working in {}", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// It cannot be made or written.
    #[error("the folder {} cannot be used", path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

/// The folder, locked.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

/// Where a message was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// With the messages in order.
    InOrder,
    /// In `invalid`.
    Invalid,
    /// In `aside`, because other bytes have its name.
    Aside,
}

/// A message on disk, flushed.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) place: Place,
    pub(super) path: PathBuf,
    /// Whether the same bytes were there before.
    pub(super) was_there: bool,
    pub(super) verdict: Verdict,
}

impl Folder {
    /// Makes the folder if need be, locks it, and clears what an interrupted fetch left half written.
    pub(super) fn open(path: &Path) -> Result<Self, FolderError> {
        let io = |source| FolderError::Io { path: path.to_owned(), source };
        private_folder(path).map_err(io)?;
        let lock = File::options().create(true).truncate(false).write(true).open(path.join(LOCK));
        let lock = lock.map_err(io)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(FolderError::InUse { path: path.to_owned() });
            }
            Err(TryLockError::Error(error)) => return Err(io(error)),
        }
        for entry in fs::read_dir(path).map_err(io)? {
            let entry = entry.map_err(io)?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with(PART_PREFIX) && name.ends_with(PART_SUFFIX) {
                fs::remove_file(entry.path()).map_err(io)?;
            }
        }
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// A hidden file to write a message to.
    pub(super) fn part(&self) -> io::Result<NamedTempFile> {
        tempfile::Builder::new().prefix(PART_PREFIX).suffix(PART_SUFFIX).tempfile_in(&self.path)
    }

    /// Gives a whole message its name. It is on disk, under that name, when this returns.
    pub(super) fn keep(&self, memo: Uuid, mut part: NamedTempFile) -> io::Result<Kept> {
        part.as_file().sync_all()?;
        part.rewind()?;
        let verdict = Verdict::on(memo, BufReader::new(part.as_file()))?;
        let place = if verdict.is_in_order() { Place::InOrder } else { Place::Invalid };
        let folder = match place {
            Place::Invalid => self.inner("invalid")?,
            Place::InOrder | Place::Aside => self.path.clone(),
        };
        let path = folder.join(format!("{memo}.xml"));
        match part.persist_noclobber(&path) {
            Ok(_) => {
                sync_folder(&folder)?;
                Ok(Kept { place, path, was_there: false, verdict })
            }
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                let mut part = error.file;
                if same_bytes(part.as_file_mut(), &mut File::open(&path)?)? {
                    // An earlier run may have been killed before it flushed the folder.
                    sync_folder(&folder)?;
                    return Ok(Kept { place, path, was_there: true, verdict });
                }
                let folder = self.inner("aside")?;
                let path = folder.join(format!("{memo}-{}.xml", checksum(part.as_file_mut())?));
                // The name tells the bytes, so what is there already is the same.
                part.persist(&path).map_err(|error| error.error)?;
                sync_folder(&folder)?;
                Ok(Kept { place: Place::Aside, path, was_there: false, verdict })
            }
            Err(error) => Err(error.error),
        }
    }

    fn inner(&self, name: &str) -> io::Result<PathBuf> {
        let folder = self.path.join(name);
        if !folder.is_dir() {
            private_folder(&folder)?;
            sync_folder(&self.path)?;
        }
        Ok(folder)
    }
}

fn same_bytes(one: &mut File, other: &mut File) -> io::Result<bool> {
    if one.metadata()?.len() != other.metadata()?.len() {
        return Ok(false);
    }
    one.rewind()?;
    let (mut one, mut other) = (BufReader::new(one), BufReader::new(other));
    let (mut a, mut b) = ([0; 16 << 10], [0; 16 << 10]);
    loop {
        let read = one.read(&mut a)?;
        if read == 0 {
            return Ok(other.read(&mut b)? == 0);
        }
        match other.read_exact(&mut b[..read]) {
            Ok(()) if a[..read] == b[..read] => {}
            Ok(()) => return Ok(false),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
            Err(error) => return Err(error),
        }
    }
}

/// The first twelve hexadecimal digits of the checksum.
fn checksum(file: &mut File) -> io::Result<String> {
    file.rewind()?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; 64 << 10];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            let digest = hash.finalize();
            return Ok(digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect());
        }
        hash.update(&piece[..read]);
    }
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Makes a folder that only its owner can look into: it holds letters.
fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
