//! A file being read, a piece at a time and anywhere in it.

use std::io::{self, SeekFrom};
use std::sync::Arc;

use brevdue_exchange::storage::{ContentSource, Place};
use brevdue_exchange::{ContentRef, StorageError, Store};
use bytes::Bytes;

use super::refused::Refused;
use crate::content::blocking;

pub(super) struct Reading {
    length: u64,
    bytes: From,
}

enum From {
    Memory(Bytes),
    /// `None` once reading failed.
    Store {
        source: Option<Box<dyn ContentSource>>,
        at: u64,
    },
}

impl Reading {
    pub(super) fn of_bytes(bytes: Bytes) -> Self {
        Self { length: bytes.len() as u64, bytes: From::Memory(bytes) }
    }

    pub(super) async fn of_content(
        store: &Arc<dyn Store>,
        content: &ContentRef,
    ) -> Result<Self, Refused> {
        if let Place::Row(bytes) = &content.place {
            return Ok(Self::of_bytes(bytes.clone()));
        }
        let length = content.length_bytes;
        let (store, content) = (Arc::clone(store), content.clone());
        let source = blocking(move || store.open(&content)).await.map_err(failed)??;
        Ok(Self { length, bytes: From::Store { source: Some(source), at: 0 } })
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Up to so many bytes from there on; the end of the file is a refusal.
    pub(super) async fn read(&mut self, offset: u64, most: usize) -> Result<Vec<u8>, Refused> {
        let left = self.length.saturating_sub(offset);
        let wanted = usize::try_from(left).unwrap_or(most).min(most);
        if wanted == 0 {
            return Err(Refused::end());
        }
        match &mut self.bytes {
            From::Memory(bytes) => {
                // `left` is within the bytes, so the offset is too.
                let start = usize::try_from(offset).unwrap_or(usize::MAX);
                Ok(bytes.get(start..start + wanted).unwrap_or_default().to_vec())
            }
            From::Store { source, at } => {
                let Some(mut open) = source.take() else {
                    return Err(Refused::failure("reading the file failed before; open it again"));
                };
                let moved = (*at != offset).then_some(offset);
                let read = move || -> io::Result<_> {
                    if let Some(offset) = moved {
                        open.seek(SeekFrom::Start(offset))?;
                    }
                    let mut piece = vec![0; wanted];
                    open.read_exact(&mut piece)?;
                    Ok((piece, open))
                };
                let (piece, open) = blocking(read).await.and_then(|read| read).map_err(failed)?;
                *source = Some(open);
                *at = offset + wanted as u64;
                Ok(piece)
            }
        }
    }
}

fn failed(fault: io::Error) -> StorageError {
    StorageError::Failed(Box::new(fault))
}
