//! Files that somebody brought to a programme and has yet to decide about, kept in memory for a while.
//!
//! Nothing of them is written to a disk. When one is gone, because its hour is over or others needed the
//! room, whoever brought it brings it again.

use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use brevdue_memo::Timestamp;
use brevdue_office::incoming::Sort;
use brevdue_programme::{Key, ProgrammeId};
use bytes::Bytes;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::limits::{UPLOAD_SECONDS, UPLOADS, UPLOADS_BYTES, UPLOADS_READ};

/// Bytes of chance in a file's word.
const CHANCE_BYTES: usize = 16;

/// A file that somebody brought.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    /// To which programme.
    pub(crate) programme: ProgrammeId,
    /// Who.
    pub(crate) person: Key,
    /// What it is called, to be shown alone.
    pub(crate) name: String,
    /// What it is.
    pub(crate) sort: Sort,
    /// All of it.
    pub(crate) bytes: Bytes,
}

struct Kept {
    word: String,
    until: Timestamp,
    upload: Upload,
}

/// The files that are kept, the oldest first.
pub(crate) struct Uploads {
    kept: Mutex<Vec<Kept>>,
    reading: Semaphore,
}

impl Default for Uploads {
    fn default() -> Self {
        Self { kept: Mutex::default(), reading: Semaphore::new(UPLOADS_READ) }
    }
}

impl Uploads {
    /// Keeps a file, and gives the word by which its page is found.
    ///
    /// # Errors
    /// When the machine gives no random bytes.
    pub(crate) fn keep(&self, upload: Upload, now: Timestamp) -> Result<String, getrandom::Error> {
        let mut chance = [0; CHANCE_BYTES];
        getrandom::fill(&mut chance)?;
        let word = URL_SAFE_NO_PAD.encode(chance);
        let mut kept = self.lock();
        kept.retain(|one| now < one.until);
        kept.push(Kept { word: word.clone(), until: now.plus_seconds(UPLOAD_SECONDS), upload });
        let bytes = |kept: &[Kept]| kept.iter().map(|one| one.upload.bytes.len()).sum::<usize>();
        while kept.len() > UPLOADS || kept.len() > 1 && bytes(&kept) > UPLOADS_BYTES {
            kept.remove(0);
        }
        Ok(word)
    }

    /// The file of a word, when it is theirs and still here.
    pub(crate) fn get(
        &self,
        word: &str,
        programme: ProgrammeId,
        person: &Key,
        now: Timestamp,
    ) -> Option<Upload> {
        let kept = self.lock();
        let one = kept.iter().find(|one| one.word == word && now < one.until)?;
        let upload = &one.upload;
        (upload.programme == programme && upload.person == *person).then(|| upload.clone())
    }

    /// Forgets a file.
    pub(crate) fn forget(&self, word: &str) {
        self.lock().retain(|one| one.word != word);
    }

    /// Waits until a file may be read: what it unpacks to is held in memory meanwhile.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed.
        self.reading.acquire().await.ok()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Kept>> {
        // Each change of the list is whole before anything can panic.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn upload(bytes: usize) -> Upload {
        Upload {
            programme: ProgrammeId(Uuid::from_u128(1)),
            person: "M-001".parse().unwrap(),
            name: "liste.csv".into(),
            sort: Sort::Table,
            bytes: vec![0; bytes].into(),
        }
    }

    #[test]
    fn a_file_is_found_by_who_brought_it_until_its_hour_is_over() {
        let uploads = Uploads::default();
        let word = uploads.keep(upload(3), NOW).unwrap();
        let get = |programme: u128, person: &str, now| {
            let person = person.parse().unwrap();
            uploads.get(&word, ProgrammeId(Uuid::from_u128(programme)), &person, now).is_some()
        };
        assert!(get(1, "M-001", NOW.plus_seconds(UPLOAD_SECONDS - 1)));
        assert!(!get(1, "M-001", NOW.plus_seconds(UPLOAD_SECONDS)));
        assert!(!get(1, "M-002", NOW) && !get(2, "M-001", NOW));
        uploads.forget(&word);
        assert!(!get(1, "M-001", NOW));
    }

    #[test]
    fn no_more_is_kept_than_there_is_room_for_and_the_newest_stays() {
        let uploads = Uploads::default();
        let mut last = String::new();
        for size in [UPLOADS_BYTES / 2, UPLOADS_BYTES / 2, UPLOADS_BYTES / 2] {
            last = uploads.keep(upload(size), NOW).unwrap();
        }
        assert_eq!(uploads.lock().len(), 2);
        for _ in 0..2 * UPLOADS {
            last = uploads.keep(upload(1), NOW).unwrap();
        }
        assert_eq!(uploads.lock().len(), UPLOADS);
        let there =
            uploads.get(&last, ProgrammeId(Uuid::from_u128(1)), &"M-001".parse().unwrap(), NOW);
        assert!(there.is_some());
    }
}
