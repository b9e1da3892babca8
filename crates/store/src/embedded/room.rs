//! Room on the disk: what is left free of letters, and what is put by so that a full disk can be opened.
//!
//! New letters are refused while little is free, so that what was received can still be filed, handed
//! over and removed. What others write can take even that. Then everything that needs no room goes on;
//! but a store that was closed needs a little to be opened again (SQLite's index of its log, and room for
//! the log), so that much is put by in a file, and given up when there is nothing else.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use brevdue_exchange::StorageError;
use rustix::fs::{FallocateFlags, fallocate, statvfs};

/// Name of what is put by.
const BALLAST_NAME: &str = "ballast";

/// Bytes put by: the index of a log of 64 MiB takes 160 KiB, and the files that a start writes less.
const BALLAST_BYTES: u64 = 4 << 20;

/// Bytes that new letters leave free.
pub(super) const LEFT_FREE_BYTES: u64 = 32 << 20;

/// Letters between two looks at what is free.
const LOOK_EVERY: u32 = 16;

pub(super) struct Room {
    folder: PathBuf,
    /// Bytes free on the disk of the folder, when that can be told.
    free_bytes: Box<dyn Fn(&Path) -> Option<u64> + Send + Sync>,
    /// Letters since the last look.
    since_look: AtomicU32,
    /// There was too little at the last look.
    is_short: AtomicBool,
    /// Whether something is to be put by here.
    keeps: AtomicBool,
}

impl Room {
    /// The room of a store that is about to be opened. On a full disk, what was put by is given up.
    pub(super) fn of(folder: &Path) -> Self {
        Self::with(folder, |folder| {
            let disk = statvfs(folder).ok()?;
            Some(disk.f_bavail.saturating_mul(disk.f_frsize))
        })
    }

    fn with(
        folder: &Path,
        free_bytes: impl Fn(&Path) -> Option<u64> + Send + Sync + 'static,
    ) -> Self {
        let room = Self {
            folder: folder.to_owned(),
            free_bytes: Box::new(free_bytes),
            since_look: AtomicU32::new(LOOK_EVERY),
            is_short: AtomicBool::new(false),
            keeps: AtomicBool::new(false),
        };
        if room.free_bytes().is_some_and(|free| free < BALLAST_BYTES)
            && fs::remove_file(room.ballast()).is_ok()
        {
            tracing::warn!("the disk is full: what was put by for opening the store was given up");
        }
        room
    }

    /// Whether one more letter may come.
    pub(super) fn for_a_letter(&self) -> Result<(), StorageError> {
        let was_short = self.is_short.load(Ordering::Relaxed);
        if was_short || self.since_look.fetch_add(1, Ordering::Relaxed) >= LOOK_EVERY {
            self.since_look.store(0, Ordering::Relaxed);
            // Where nobody can say what is free, a write that fails does.
            let is_short = self.free_bytes().is_some_and(|free| free < LEFT_FREE_BYTES);
            self.is_short.store(is_short, Ordering::Relaxed);
            if is_short != was_short {
                let mib = LEFT_FREE_BYTES >> 20;
                if is_short {
                    tracing::error!("less than {mib} MiB are free: letters are refused");
                } else {
                    tracing::info!("more than {mib} MiB are free again: letters are taken");
                }
            }
        }
        if self.is_short.load(Ordering::Relaxed) {
            return Err(StorageError::Unavailable("the disk is nearly full".into()));
        }
        Ok(())
    }

    /// From now on something is put by, when there is room.
    pub(super) fn keep(&self) {
        self.keeps.store(true, Ordering::Relaxed);
        self.put_by(LEFT_FREE_BYTES + BALLAST_BYTES);
    }

    /// Puts by what is missing, when there is room again.
    pub(super) fn keep_again(&self) {
        self.put_by(LEFT_FREE_BYTES + BALLAST_BYTES);
    }

    /// The store is closed, and its log and index are gone: what they took is there for the next start.
    pub(super) fn keep_at_the_end(&self) {
        self.put_by(0);
    }

    fn put_by(&self, least_free_bytes: u64) {
        if !self.keeps.load(Ordering::Relaxed) {
            return;
        }
        let path = self.ballast();
        let there = fs::metadata(&path).map_or(0, |file| file.len());
        let Some(free) = self.free_bytes().filter(|free| *free >= least_free_bytes) else { return };
        // On a full disk a part of it is better than nothing.
        let wanted = BALLAST_BYTES.min(there + free / 2);
        if there >= wanted {
            return;
        }
        if let Err(error) = reserve(&path, wanted) {
            let _ = fs::remove_file(&path);
            tracing::warn!(%error, "nothing was put by for opening the store on a full disk");
        }
    }

    fn ballast(&self) -> PathBuf {
        self.folder.join(BALLAST_NAME)
    }

    fn free_bytes(&self) -> Option<u64> {
        (self.free_bytes)(&self.folder)
    }
}

impl fmt::Debug for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Room").field("is_short", &self.is_short).finish_non_exhaustive()
    }
}

/// Makes a file of so many bytes that are really there.
fn reserve(path: &Path, bytes: u64) -> io::Result<()> {
    let mut file = File::options().create(true).truncate(false).write(true).open(path)?;
    match fallocate(&file, FallocateFlags::empty(), 0, bytes) {
        Err(rustix::io::Errno::OPNOTSUPP) => {
            // Noise: what packs files would keep nothing for zeros.
            let mut word = 0x9e37_79b9_7f4a_7c15_u64;
            let mut noise = Vec::new();
            while (noise.len() as u64) < bytes {
                word ^= word << 13;
                word ^= word >> 7;
                word ^= word << 17;
                noise.extend_from_slice(&word.to_ne_bytes());
            }
            file.write_all(&noise)
        }
        other => Ok(other?),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicU64;

    use super::*;

    /// A folder on a disk with as many bytes free as the number says.
    fn room(free: u64) -> (tempfile::TempDir, Arc<AtomicU64>, Room) {
        let folder = tempfile::tempdir().unwrap();
        let free = Arc::new(AtomicU64::new(free));
        let told = Arc::clone(&free);
        let room = Room::with(folder.path(), move |_| Some(told.load(Ordering::Relaxed)));
        (folder, free, room)
    }

    fn put_by(folder: &tempfile::TempDir) -> u64 {
        fs::metadata(folder.path().join(BALLAST_NAME)).map_or(0, |file| file.len())
    }

    #[test]
    fn letters_are_refused_while_little_is_free_and_taken_as_soon_as_there_is_room() {
        let (_folder, free, room) = room(LEFT_FREE_BYTES);
        assert!(room.for_a_letter().is_ok());
        free.store(LEFT_FREE_BYTES - 1, Ordering::Relaxed);
        let taken = (0..100).filter(|_| room.for_a_letter().is_ok()).count();
        assert!(taken <= LOOK_EVERY as usize, "{taken}");
        assert!(matches!(room.for_a_letter(), Err(StorageError::Unavailable(_))));
        free.store(LEFT_FREE_BYTES, Ordering::Relaxed);
        assert!(room.for_a_letter().is_ok());
    }

    #[test]
    fn what_is_put_by_is_given_up_on_a_full_disk_and_put_by_again_when_there_is_room() {
        let (folder, free, room) = room(1 << 30);
        room.keep();
        assert_eq!(put_by(&folder), BALLAST_BYTES);
        // It takes room for real.
        let blocks = std::os::unix::fs::MetadataExt::blocks(
            &fs::metadata(folder.path().join(BALLAST_NAME)).unwrap(),
        );
        assert!(blocks * 512 >= BALLAST_BYTES, "{blocks} blocks");

        let told = Arc::clone(&free);
        let open = || {
            let told = Arc::clone(&told);
            Room::with(folder.path(), move |_| Some(told.load(Ordering::Relaxed)))
        };
        open();
        assert_eq!(put_by(&folder), BALLAST_BYTES, "there is room");
        free.store(100, Ordering::Relaxed);
        let room = open();
        assert_eq!(put_by(&folder), 0);
        room.keep();
        room.keep_again();
        assert_eq!(put_by(&folder), 0, "others need it more");
        // Closed, its log is gone, and a part of that room is for the next start.
        free.store(1 << 20, Ordering::Relaxed);
        room.keep_at_the_end();
        assert_eq!(put_by(&folder), 1 << 19);
        free.store(1 << 30, Ordering::Relaxed);
        room.keep_again();
        assert_eq!(put_by(&folder), BALLAST_BYTES);
    }

    #[test]
    fn who_only_looks_into_a_store_puts_nothing_by() {
        let (folder, _, room) = room(1 << 30);
        room.keep_again();
        room.keep_at_the_end();
        assert_eq!(put_by(&folder), 0);
    }
}
