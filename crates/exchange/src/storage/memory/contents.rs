//! Content, kept in memory under its digest.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::sync::{Arc, Mutex, PoisonError};

use brevdue_memo::Timestamp;
use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use crate::storage::{
    ContentRef, ContentSink, ContentSource, Digest, Place, ROW_BYTES, StorageError, Swept,
};

/// What a disk would hold.
#[derive(Debug, Default)]
pub(super) struct Files {
    files: BTreeMap<Digest, File>,
}

#[derive(Debug)]
struct File {
    bytes: Bytes,
    written_at: Timestamp,
}

impl Files {
    pub(super) fn begin(files: &Arc<Mutex<Self>>, now: Timestamp) -> Box<dyn ContentSink> {
        Box::new(Sink { files: Arc::clone(files), now, bytes: Vec::new() })
    }

    pub(super) fn open(
        &self,
        content: &ContentRef,
    ) -> Result<Box<dyn ContentSource>, StorageError> {
        let bytes = match &content.place {
            Place::Row(bytes) => bytes.clone(),
            Place::Journal(spot) => {
                return Err(StorageError::Damaged(format!(
                    "there is no journal to read {spot} of"
                )));
            }
            Place::Store => match self.files.get(&content.digest) {
                Some(file) => file.bytes.clone(),
                None => {
                    return Err(StorageError::Damaged(format!(
                        "content {} is not there",
                        content.digest
                    )));
                }
            },
        };
        Ok(Box::new(Cursor::new(bytes)))
    }

    pub(super) fn sweep(&mut self, named: &BTreeSet<Digest>, older_than: Timestamp) -> Swept {
        let before = self.files.len();
        self.files.retain(|digest, file| named.contains(digest) || file.written_at >= older_than);
        Swept {
            removed: (before - self.files.len()) as u64,
            kept: self.files.len() as u64,
            missing: named.iter().filter(|digest| !self.files.contains_key(digest)).count() as u64,
        }
    }

    pub(super) fn verify(&self, named: &BTreeSet<Digest>) -> Vec<String> {
        let missing = named.iter().filter(|digest| !self.files.contains_key(digest));
        let mut findings: Vec<String> =
            missing.map(|digest| format!("content {digest} is not there")).collect();
        for (digest, file) in &self.files {
            if digest_of(&file.bytes) != *digest {
                findings.push(format!("content {digest} is not what was written"));
            }
        }
        findings
    }
}

struct Sink {
    files: Arc<Mutex<Files>>,
    now: Timestamp,
    bytes: Vec<u8>,
}

impl ContentSink for Sink {
    fn write(&mut self, bytes: &[u8]) -> Result<(), StorageError> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<ContentRef, StorageError> {
        let Self { files, now, bytes } = *self;
        let bytes = Bytes::from(bytes);
        let digest = digest_of(&bytes);
        let length_bytes = bytes.len() as u64;
        if length_bytes <= ROW_BYTES {
            return Ok(ContentRef { digest, length_bytes, place: Place::Row(bytes) });
        }
        let mut files = files.lock().unwrap_or_else(PoisonError::into_inner);
        let file = files.files.entry(digest).or_insert(File { bytes, written_at: now });
        file.written_at = file.written_at.max(now);
        Ok(ContentRef { digest, length_bytes, place: Place::Store })
    }
}

fn digest_of(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}
