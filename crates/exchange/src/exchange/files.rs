//! Files that systems hand in and fetch: what stands in the folders of the SFTP door.
//!
//! A file is kept by the store as a record, its bytes among the contents, so that what was closed by a
//! sender is durable before it is told so. `taking` makes submissions and answers of finished uploads;
//! `listing` shows what waits for a system as files. What is absent: paths, handles and anything else
//! of the protocol.

mod listing;
mod taking;

use brevdue_memo::Timestamp;
use brevdue_wire::PageRequest;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::Exchange;
use crate::storage::{Expect, Page, Record, RecordKind};
use crate::{Batch, Conflict, ContentRef, Op, StorageError, SystemId};

pub use listing::{MemoFile, REGISTRATION_LIST_HEADER, ReceiptFile};
pub use taking::Taken;

/// Bytes of a file's name.
pub const FILE_NAME_BYTES: usize = 200;
/// Days for which receipts and rejected files are shown.
pub const FILE_DAYS: i64 = 30;
/// Files of one system in one folder it uploads to.
pub const UPLOADED_FILES: u64 = 10_000;

/// A folder whose files are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FileFolder {
    /// Messages and archives handed in by a sender system.
    Upload,
    /// Receipts handed in by a receiver system.
    Answers,
    /// Technical receipts of what was taken in.
    Technical,
    /// What could not be read, each file beside the reason.
    Rejected,
    /// Lists of who is registered; nobody's.
    List,
}

impl FileFolder {
    /// Every folder.
    pub const ALL: [Self; 5] =
        [Self::Upload, Self::Answers, Self::Technical, Self::Rejected, Self::List];

    /// Its word in the store.
    fn word(self) -> &'static str {
        match self {
            Self::Upload => "upload",
            Self::Answers => "answers",
            Self::Technical => "technical",
            Self::Rejected => "rejected",
            Self::List => "list",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|folder| folder.word() == word)
    }

    /// Whether files of this name are taken in; others are left where they are. `letter.xml.part` is
    /// not, nor is any other name a program gives a file it has not finished.
    pub fn takes(self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        match self {
            Self::Upload => ends(&[".xml", ".lzma", ".xz", ".gz", ".tgz", ".zst"]),
            Self::Answers => ends(&[".json"]),
            Self::Technical | Self::Rejected | Self::List => false,
        }
    }
}

/// A file that is kept.
#[derive(Debug, Clone)]
pub struct KeptFile {
    /// Id.
    pub id: Uuid,
    /// Whose it is.
    pub system: SystemId,
    /// Where it stands.
    pub folder: FileFolder,
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub content: ContentRef,
    /// Since when it is as it is.
    pub kept_at: Timestamp,
    /// When it is taken in; `None` when it is not.
    pub take_at: Option<Timestamp>,
    version: i64,
    created_at: Timestamp,
}

/// Why a file was not kept, renamed or removed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// Another file has the name.
    #[error("a file of this name is there already")]
    Exists,
    /// It is gone: taken in, renamed or removed meanwhile.
    #[error("the file is no longer there")]
    Gone,
    /// The folder holds too many files.
    #[error("the folder holds {UPLOADED_FILES} files, which is the limit; remove some")]
    Full,
    /// The store.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What a file's record says.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    system: Uuid,
    folder: String,
    name: String,
    take_at_millis: Option<i64>,
}

impl Exchange {
    /// Keeps a file, in place of one of the same name. It is taken in `stable_seconds` from now if its
    /// name is of those that are taken in. Durable when this returns.
    ///
    /// # Errors
    /// `Full`, and when the store cannot.
    pub async fn keep_file(
        &self,
        system: SystemId,
        folder: FileFolder,
        name: &str,
        content: ContentRef,
        stable_seconds: i64,
    ) -> Result<KeptFile, FileError> {
        let now = self.clock().now();
        let earlier = self.file(system, folder, name).await?;
        if earlier.is_none() {
            self.must_have_room(system, folder).await?;
        }
        let file = self.new_file(system, folder, name, content, now);
        let take_at = folder.takes(name).then(|| now.plus_seconds(stable_seconds));
        let file = KeptFile { take_at, ..file };
        let mut batch = Batch::default();
        if let Some(earlier) = &earlier {
            batch.push(remove(earlier));
        }
        batch.push(file.put(Expect::Absent));
        self.commit_file(batch).await?;
        Ok(file)
    }

    /// Gives a file another name, and takes it in now if the name is of those that are taken in.
    ///
    /// # Errors
    /// `Exists`, `Gone`, and when the store cannot.
    pub async fn rename_file(&self, file: &KeptFile, name: &str) -> Result<KeptFile, FileError> {
        if self.file(file.system, file.folder, name).await?.is_some() {
            return Err(FileError::Exists);
        }
        let now = self.clock().now();
        let renamed = KeptFile {
            name: name.into(),
            kept_at: now,
            take_at: file.folder.takes(name).then_some(now),
            version: file.version + 1,
            ..file.clone()
        };
        self.commit_file(Batch::of(renamed.put(Expect::Version(file.version)))).await?;
        Ok(renamed)
    }

    /// Removes a file.
    ///
    /// # Errors
    /// `Gone`, and when the store cannot.
    pub async fn remove_file(&self, file: &KeptFile) -> Result<(), FileError> {
        self.commit_file(Batch::of(remove(file))).await
    }

    /// A file by its name, unless it is too old to be shown.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn file(
        &self,
        system: SystemId,
        folder: FileFolder,
        name: &str,
    ) -> Result<Option<KeptFile>, StorageError> {
        let named = key(system, folder, name);
        let records = self.store().records_named(RecordKind::SftpFile, &named).await?;
        let oldest = self.oldest_shown();
        Ok(records
            .into_iter()
            .filter_map(KeptFile::read)
            .rfind(|file| file.system == system && file.kept_at >= oldest))
    }

    /// The files of a folder, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn files(
        &self,
        system: SystemId,
        folder: FileFolder,
        page: PageRequest,
    ) -> Result<Page<KeptFile>, StorageError> {
        let found = self.store().records(RecordKind::SftpFile, shelf(system, folder), page).await?;
        let oldest = self.oldest_shown();
        let files = found.items.into_iter().filter_map(KeptFile::read);
        Ok(Page { items: files.filter(|f| f.kept_at >= oldest).collect(), total: found.total })
    }

    /// Removes files that are too old to be shown, and returns how many.
    ///
    /// # Errors
    /// When the store fails; what was removed stays so.
    pub async fn forget_old_files(&self) -> Result<usize, StorageError> {
        let oldest = self.oldest_shown();
        let mut forgotten = 0;
        loop {
            let page = PageRequest { page: 0, size: PageRequest::SIZE_DEFAULT };
            let found = self.store().records_of_kind(RecordKind::SftpFile, page).await?;
            let records = found.items.into_iter().filter(|record| record.updated_at < oldest);
            let ops: Vec<Op> = records
                .map(|r| Op::RemoveRecord(RecordKind::SftpFile, r.id, Expect::Version(r.version)))
                .collect();
            if ops.is_empty() {
                return Ok(forgotten);
            }
            forgotten += ops.len();
            match self.store().commit(Batch { ops }).await {
                Err(StorageError::Conflict(_)) => return Ok(forgotten), // Next time.
                other => other?,
            }
        }
    }

    async fn must_have_room(&self, system: SystemId, folder: FileFolder) -> Result<(), FileError> {
        let page = PageRequest { page: 0, size: 1 };
        let found = self.store().records(RecordKind::SftpFile, shelf(system, folder), page).await?;
        if found.total >= UPLOADED_FILES { Err(FileError::Full) } else { Ok(()) }
    }

    fn oldest_shown(&self) -> Timestamp {
        self.clock().now().plus_seconds(-FILE_DAYS * 24 * 3600)
    }

    fn new_file(
        &self,
        system: SystemId,
        folder: FileFolder,
        name: &str,
        content: ContentRef,
        now: Timestamp,
    ) -> KeptFile {
        KeptFile {
            id: self.ids().ordered(),
            system,
            folder,
            name: name.into(),
            content,
            kept_at: now,
            take_at: None,
            version: 1,
            created_at: now,
        }
    }

    async fn commit_file(&self, batch: Batch) -> Result<(), FileError> {
        match self.store().commit(batch).await {
            Err(StorageError::Conflict(Conflict::Exists { .. })) => Err(FileError::Exists),
            Err(StorageError::Conflict(_)) => Err(FileError::Gone),
            other => Ok(other?),
        }
    }
}

impl KeptFile {
    /// Whether a program may still write to it: it has not been given its final name by renaming, nor
    /// is its time up.
    pub fn is_open_to_change(&self, now: Timestamp) -> bool {
        self.take_at.is_none_or(|at| now < at)
    }

    fn read(record: Record) -> Option<Self> {
        let body: Body = serde_json::from_str(&record.body).ok()?;
        Some(Self {
            id: record.id,
            system: SystemId(body.system),
            folder: FileFolder::from_word(&body.folder)?,
            name: body.name,
            content: record.contents.into_iter().next()?,
            kept_at: record.updated_at,
            take_at: body.take_at_millis.map(Timestamp::from_millis),
            version: record.version,
            created_at: record.created_at,
        })
    }

    fn put(&self, expect: Expect) -> Op {
        let body = Body {
            system: self.system.0,
            folder: self.folder.word().into(),
            name: self.name.clone(),
            take_at_millis: self.take_at.map(Timestamp::as_millis),
        };
        let record = Record {
            kind: RecordKind::SftpFile,
            id: self.id,
            owner: shelf(self.system, self.folder),
            name: key(self.system, self.folder, &self.name),
            version: self.version,
            created_at: self.created_at,
            updated_at: self.kept_at,
            body: serde_json::to_string(&body).expect("a body is text and numbers"),
            contents: vec![self.content.clone()],
        };
        Op::PutRecord(Box::new(record), expect)
    }
}

fn remove(file: &KeptFile) -> Op {
    Op::RemoveRecord(RecordKind::SftpFile, file.id, Expect::Version(file.version))
}

/// What the files of one folder of one system are listed by.
fn shelf(system: SystemId, folder: FileFolder) -> Uuid {
    let digest = Sha256::new_with_prefix(b"sftp-folder")
        .chain_update(system.0.as_bytes())
        .chain_update(folder.word())
        .finalize();
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(id).into_uuid()
}

/// What one file is found by.
fn key(system: SystemId, folder: FileFolder, name: &str) -> String {
    format!("{system}/{}/{name}", folder.word())
}

#[cfg(test)]
mod tests;
