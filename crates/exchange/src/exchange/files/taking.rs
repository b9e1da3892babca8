//! Making submissions and answers of finished uploads.
//!
//! A file is removed in the same batch that writes its receipt, after the exchange has accepted it. Who
//! is interrupted in between takes it again; the message's UUID makes that one delivery.

use std::io::Read as _;

use brevdue_memo::Timestamp;
use brevdue_wire::{ErrorMessage, PageRequest, Receipt};
use uuid::Uuid;

use super::{FileFolder, KeptFile, remove, shelf};
use crate::exchange::Exchange;
use crate::exchange::authenticate::Caller;
use crate::exchange::fetch::FetchError;
use crate::storage::{Expect, RecordKind};
use crate::{Batch, ContentRef, Door, Lane, StorageError, SystemId};

/// Bytes of a receipt handed in by a receiver system.
const ANSWER_BYTES: u64 = 256 * 1024;
/// First bytes that are looked at to tell a message from an archive.
const START_BYTES: usize = 64;

/// Times a file is looked at anew because something changed under it.
const TRIES: usize = 3;

/// What became of a finished upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It was accepted, and is gone from its folder.
    Accepted,
    /// It could not be read, and stands among the rejected.
    Rejected,
    /// It is not there, or not due.
    NotThere,
}

/// Why a file was rejected.
struct Reason {
    code: &'static str,
    message: String,
}

impl Exchange {
    /// When each file that is to be taken in falls due. For the start: later, who keeps a file knows.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn files_to_take(&self) -> Result<Vec<(Uuid, Timestamp)>, StorageError> {
        let mut due = Vec::new();
        for owner in self.store().organisations().await? {
            for system in self.store().systems_of(owner.id).await? {
                for folder in [FileFolder::Upload, FileFolder::Answers] {
                    due.extend(self.due_in(shelf(system.id, folder)).await?);
                }
            }
        }
        Ok(due)
    }

    async fn due_in(&self, shelf: Uuid) -> Result<Vec<(Uuid, Timestamp)>, StorageError> {
        let (mut due, size) = (Vec::new(), PageRequest::SIZE_LIMIT);
        for page in 0.. {
            let page = PageRequest { page, size };
            let found = self.store().records(RecordKind::SftpFile, shelf, page).await?;
            let last = (found.items.len() as u64) < size;
            let files = found.items.into_iter().filter_map(KeptFile::read);
            due.extend(files.filter_map(|file| Some((file.id, file.take_at?))));
            if last {
                break;
            }
        }
        Ok(due)
    }

    /// Takes a finished upload in, if it is due: a message or an archive is accepted, a receiver's
    /// receipt is given. May block.
    ///
    /// # Errors
    /// When the store cannot; the file stays and is taken later.
    pub async fn take_file(&self, id: Uuid) -> Result<Taken, StorageError> {
        for _ in 0..TRIES {
            match self.try_to_take(id).await {
                // It is gone meanwhile, or an earlier file that this one replaces is.
                Err(StorageError::Conflict(_)) => {}
                other => return other,
            }
        }
        Ok(Taken::NotThere)
    }

    async fn try_to_take(&self, id: Uuid) -> Result<Taken, StorageError> {
        let record = self.store().record(RecordKind::SftpFile, id).await?;
        let Some(file) = record.and_then(KeptFile::read) else { return Ok(Taken::NotThere) };
        if file.is_open_to_change(self.clock().now()) {
            return Ok(Taken::NotThere);
        }
        let outcome = match self.owner_of(file.system).await? {
            None => Err(reason("system.not.active", "the system is not active now")),
            Some(caller) => match file.folder {
                FileFolder::Upload => self.take_upload(&caller, &file).await?,
                FileFolder::Answers => self.take_answer(&caller, &file).await?,
                FileFolder::Technical | FileFolder::Rejected | FileFolder::List => {
                    return Ok(Taken::NotThere);
                }
            },
        };
        let now = self.clock().now();
        let mut batch = Batch::of(remove(&file));
        let taken = match outcome {
            Ok(receipt) => {
                if let Some(receipt) = receipt {
                    let name = format!("{}.receipt.json", file.name);
                    // A name used again is about the newer file.
                    let earlier = self.file(file.system, FileFolder::Technical, &name).await?;
                    batch.ops.extend(earlier.as_ref().map(remove));
                    batch.ops.extend(self.written(
                        &file,
                        FileFolder::Technical,
                        &name,
                        &receipt,
                    )?);
                }
                Taken::Accepted
            }
            Err(reason) => {
                // Beside an earlier one of its name it would not say which error is whose.
                let earlier = self.file(file.system, FileFolder::Rejected, &file.name).await?;
                batch.ops.extend(earlier.as_ref().map(remove));
                let rejected = self.new_file(
                    file.system,
                    FileFolder::Rejected,
                    &file.name,
                    file.content.clone(),
                    now,
                );
                batch.push(rejected.put(Expect::Absent));
                let error = ErrorMessage::new(reason.code, reason.message);
                let name = format!("{}.error.json", file.name);
                let earlier = self.file(file.system, FileFolder::Rejected, &name).await?;
                batch.ops.extend(earlier.as_ref().map(remove));
                batch.ops.extend(self.written(&file, FileFolder::Rejected, &name, &error)?);
                Taken::Rejected
            }
        };
        self.store().commit(batch).await?;
        Ok(taken)
    }

    async fn owner_of(&self, system: SystemId) -> Result<Option<Caller>, StorageError> {
        let Some(system) = self.store().system(system).await? else { return Ok(None) };
        let organisation = self.store().organisation(system.organisation).await?;
        let active = system.is_active(self.clock().now());
        Ok(organisation.filter(|_| active).map(|organisation| Caller { system, organisation }))
    }

    async fn take_upload(
        &self,
        caller: &Caller,
        file: &KeptFile,
    ) -> Result<Result<Option<Receipt>, Reason>, StorageError> {
        if let Err(refusal) = caller.must_send() {
            return Ok(Err(reason("system.not.sender", &refusal.to_string())));
        }
        let content = file.content.clone();
        let now = self.clock().now();
        let receipt = match self.start_of(&content)? {
            Start::Nothing => return Ok(Err(reason("body.empty", "the file is empty"))),
            Start::Message if content.length_bytes > self.policy().body_bytes => {
                return Ok(Err(too_large(content.length_bytes, self.policy().body_bytes)));
            }
            Start::Archive if content.length_bytes > self.policy().archive_bytes => {
                return Ok(Err(too_large(content.length_bytes, self.policy().archive_bytes)));
            }
            // Whoever hands in files is not waiting for an answer: these go behind those who are.
            Start::Message => {
                let place = (Lane::Bulk, Some(Door::Sftp));
                self.accept_in(place, caller.origin(), None, content, None, now).await?
            }
            Start::Archive => {
                self.accept_archive(caller.origin(), content, Some(Door::Sftp)).await?
            }
            Start::Other => {
                return Ok(Err(reason(
                    "content.type.not.supported",
                    "the file begins neither as XML nor as an archive packed with lzma (xz, gzip \
                     and zstd are read too)",
                )));
            }
        };
        Ok(Ok(Some(receipt)))
    }

    async fn take_answer(
        &self,
        caller: &Caller,
        file: &KeptFile,
    ) -> Result<Result<Option<Receipt>, Reason>, StorageError> {
        if let Err(refusal) = caller.must_receive() {
            return Ok(Err(reason("system.not.recipient", &refusal.to_string())));
        }
        let stem = file.name.split_once('.').map_or(file.name.as_str(), |(stem, _)| stem);
        let Ok(message_uuid) = Uuid::try_parse(stem) else {
            let message =
                "a receipt is named by the messageUUID of its message: <messageUUID>.json";
            return Ok(Err(reason("file.name.not.allowed.here", message)));
        };
        if file.content.length_bytes > ANSWER_BYTES {
            return Ok(Err(too_large(file.content.length_bytes, ANSWER_BYTES)));
        }
        let mut bytes = Vec::new();
        self.store().open(&file.content)?.read_to_end(&mut bytes).map_err(failed)?;
        // .NET clients begin JSON with a byte order mark.
        let json = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let receipt: Receipt = match serde_json::from_slice(json) {
            Ok(receipt) => receipt,
            Err(fault) => {
                // Where, and never what: it may be personal.
                let place = format!("line {}, column {}", fault.line(), fault.column());
                let message = format!("the file is not a receipt as JSON: {place}");
                return Ok(Err(Reason { code: "receipt.invalid", message }));
            }
        };
        Ok(match self.answer_memo(caller, message_uuid, receipt).await {
            Ok(()) => Ok(None),
            Err(FetchError::Storage(fault)) => return Err(fault),
            Err(fault @ FetchError::Unknown) => Err(reason("memo.not.found", &fault.to_string())),
            Err(fault @ FetchError::AnsweredOtherwise { .. }) => {
                Err(reason("receipt.conflict", &fault.to_string()))
            }
            Err(fault @ FetchError::Status) => {
                Err(reason("receipt.status.not.allowed", &fault.to_string()))
            }
        })
    }

    /// The change that writes a small file of ours, in place of one of the same name.
    fn written(
        &self,
        about: &KeptFile,
        folder: FileFolder,
        name: &str,
        value: &impl serde::Serialize,
    ) -> Result<Vec<crate::Op>, StorageError> {
        let now = self.clock().now();
        let text = serde_json::to_vec_pretty(value).expect("receipts and errors are text and ids");
        let mut sink = self.store().begin(now)?;
        sink.write(&text)?;
        let file = self.new_file(about.system, folder, name, sink.finish()?, now);
        Ok(vec![file.put(Expect::Absent)])
    }

    fn start_of(&self, content: &ContentRef) -> Result<Start, StorageError> {
        let mut start = [0; START_BYTES];
        let mut source = self.store().open(content)?;
        let mut read = 0;
        while read < START_BYTES {
            match source.read(&mut start[read..]).map_err(failed)? {
                0 => break,
                count => read += count,
            }
        }
        Ok(Start::of(&start[..read]))
    }
}

/// What a file's first bytes say it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    Nothing,
    Message,
    Archive,
    Other,
}

impl Start {
    fn of(start: &[u8]) -> Self {
        if start.is_empty() {
            return Self::Nothing;
        }
        let packed = start.starts_with(b"\xfd7zXZ\0")
            || start.starts_with(b"\x1f\x8b")
            || start.starts_with(b"\x28\xb5\x2f\xfd")
            || is_lzma(start);
        if packed {
            return Self::Archive;
        }
        // UTF-16 with and without its mark, UTF-8 with and without.
        let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
        let wide = start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff");
        let first = text.iter().find(|byte| !byte.is_ascii_whitespace() && **byte != 0);
        if wide || first == Some(&b'<') { Self::Message } else { Self::Other }
    }
}

/// LZMA-alone has no magic number, but its header is narrow: one byte of properties below 225, four of
/// dictionary size, eight of length that are all ones or a length that fits a disk. Digital Post's own
/// archives begin with the default properties, which no text does.
fn is_lzma(start: &[u8]) -> bool {
    let Some((&[properties, _, _, _, _], rest)) = start.split_first_chunk::<5>() else {
        return false;
    };
    let Some((length, _)) = rest.split_first_chunk::<8>() else { return false };
    let length = u64::from_le_bytes(*length);
    properties < 225 && (length == u64::MAX || length < 1 << 38)
}

fn reason(code: &'static str, message: &str) -> Reason {
    Reason { code, message: message.into() }
}

fn too_large(bytes: u64, limit_bytes: u64) -> Reason {
    let message = format!("the file is {bytes} bytes, over the limit of {limit_bytes} bytes");
    Reason { code: "body.too.large", message }
}

fn failed(fault: std::io::Error) -> StorageError {
    StorageError::Failed(Box::new(fault))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_tell_a_message_from_an_archive_and_from_anything_else() {
        let lzma = b"\x5d\x00\x00\x00\x08\xff\xff\xff\xff\xff\xff\xff\xff\x00";
        for (start, expected) in [
            (&b""[..], Start::Nothing),
            (b"<a/>", Start::Message),
            (b"\xef\xbb\xbf<?xml version=\"1.0\"?>", Start::Message),
            (b" \r\n<a/>", Start::Message),
            (b"\xff\xfe<\0a\0", Start::Message),
            (b"<\0a\0", Start::Message),
            (lzma, Start::Archive),
            (b"\xfd7zXZ\0\0\x04", Start::Archive),
            (b"\x1f\x8b\x08", Start::Archive),
            (b"\x28\xb5\x2f\xfd\x04", Start::Archive),
            (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", Start::Other),
            (b"PK\x03\x04\x14\x00\x08\x00\x08\x00\x21\x58\x99\x57", Start::Other),
        ] {
            assert_eq!(Start::of(start), expected, "{start:?}");
        }
    }
}
