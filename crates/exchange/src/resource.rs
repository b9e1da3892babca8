//! What a [`Record`] says, as a type.

use brevdue_memo::Timestamp;
use brevdue_wire::PageRequest;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::storage::{ContentRef, Expect, Page, Record, RecordKind, StorageError};
use crate::{Exchange, Op};

/// The body of records of one kind. Fields may be added with `#[serde(default)]`; none may go.
pub trait Resource: Serialize + DeserializeOwned + Send + Sync {
    /// The kind of record that holds it.
    const KIND: RecordKind;

    /// By what else it is looked up; empty: by nothing. See [`Record::name`].
    fn name(&self) -> String {
        String::new()
    }
}

/// A resource as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept<T> {
    /// Unique within its kind.
    pub id: Uuid,
    /// Whose it is; nil when nobody's.
    pub owner: Uuid,
    /// 1 at first, one more with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What it says.
    pub body: T,
    /// The bytes that belong to it.
    pub contents: Vec<ContentRef>,
}

impl<T: Resource> Kept<T> {
    /// A new one, version 1.
    pub fn new(id: Uuid, owner: Uuid, now: Timestamp, body: T) -> Self {
        Self { id, owner, version: 1, created_at: now, updated_at: now, body, contents: Vec::new() }
    }

    /// Adds it; conflicts when it is there.
    ///
    /// # Errors
    ///
    /// [`StorageError::Failed`] when the body cannot be written as JSON.
    pub fn add(&self) -> Result<Op, StorageError> {
        Ok(Op::PutRecord(Box::new(self.record()?), Expect::Absent))
    }

    /// The next version, made at `now`, and the change that puts it there unless somebody was faster.
    ///
    /// # Errors
    ///
    /// As [`Kept::add`].
    pub fn change(mut self, now: Timestamp) -> Result<(Self, Op), StorageError> {
        let expect = Expect::Version(self.version);
        self.version += 1;
        self.updated_at = now;
        let op = Op::PutRecord(Box::new(self.record()?), expect);
        Ok((self, op))
    }

    /// Removes it unless somebody changed it.
    pub fn remove(&self) -> Op {
        Op::RemoveRecord(T::KIND, self.id, Expect::Version(self.version))
    }

    fn record(&self) -> Result<Record, StorageError> {
        let body = serde_json::to_string(&self.body)
            .map_err(|error| StorageError::Failed(Box::new(error)))?;
        Ok(Record {
            kind: T::KIND,
            id: self.id,
            owner: self.owner,
            name: self.body.name(),
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            body,
            contents: self.contents.clone(),
        })
    }

    fn read(record: Record) -> Result<Self, StorageError> {
        let body = serde_json::from_str(&record.body).map_err(|error| {
            let (kind, id) = (record.kind.word(), record.id);
            // Not the error's text: it may quote what the record says.
            let (line, column) = (error.line(), error.column());
            StorageError::Damaged(format!(
                "{kind} {id} cannot be read: line {line}, column {column}"
            ))
        })?;
        Ok(Self {
            id: record.id,
            owner: record.owner,
            version: record.version,
            created_at: record.created_at,
            updated_at: record.updated_at,
            body,
            contents: record.contents,
        })
    }
}

/// Elements on a page when a whole list is wanted.
const PAGE: u64 = 1000;

impl Exchange {
    /// A resource.
    ///
    /// # Errors
    ///
    /// [`StorageError`]; [`StorageError::Damaged`] when its body is not what it should be.
    pub async fn kept<T: Resource>(&self, id: Uuid) -> Result<Option<Kept<T>>, StorageError> {
        self.store().record(T::KIND, id).await?.map(Kept::read).transpose()
    }

    /// The resources of an owner, oldest first.
    ///
    /// # Errors
    ///
    /// As [`Exchange::kept`].
    pub async fn kept_by<T: Resource>(
        &self,
        owner: Uuid,
        page: PageRequest,
    ) -> Result<Page<Kept<T>>, StorageError> {
        read_page(self.store().records(T::KIND, owner, page).await?)
    }

    /// The resources of a kind, oldest first.
    ///
    /// # Errors
    ///
    /// As [`Exchange::kept`].
    pub async fn kept_of<T: Resource>(
        &self,
        page: PageRequest,
    ) -> Result<Page<Kept<T>>, StorageError> {
        read_page(self.store().records_of_kind(T::KIND, page).await?)
    }

    /// The resources of this name, oldest first; at most 1,000.
    ///
    /// # Errors
    ///
    /// As [`Exchange::kept`].
    pub async fn kept_named<T: Resource>(&self, name: &str) -> Result<Vec<Kept<T>>, StorageError> {
        self.store().records_named(T::KIND, name).await?.into_iter().map(Kept::read).collect()
    }

    /// All resources of an owner (`None`: of the kind), oldest first, up to `limit`. A list that is
    /// longer is cut there, and the page's `total` says how long it is.
    ///
    /// # Errors
    ///
    /// As [`Exchange::kept`].
    pub async fn kept_all<T: Resource>(
        &self,
        owner: Option<Uuid>,
        limit: usize,
    ) -> Result<Page<Kept<T>>, StorageError> {
        let mut all = Page { items: Vec::new(), total: 0 };
        for page in 0.. {
            let request = PageRequest { page, size: PAGE };
            let next = match owner {
                Some(owner) => self.kept_by::<T>(owner, request).await?,
                None => self.kept_of::<T>(request).await?,
            };
            let is_last = (next.items.len() as u64) < PAGE;
            all.items.extend(next.items);
            all.total = next.total;
            if is_last || all.items.len() >= limit {
                break;
            }
        }
        all.items.truncate(limit);
        Ok(all)
    }
}

fn read_page<T: Resource>(page: Page<Record>) -> Result<Page<Kept<T>>, StorageError> {
    let items = page.items.into_iter().map(Kept::read).collect::<Result<_, _>>()?;
    Ok(Page { items, total: page.total })
}

#[cfg(test)]
mod tests;
