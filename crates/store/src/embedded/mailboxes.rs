//! Mailboxes: what is in them, and what their owners have made of it.

use brevdue_exchange::storage::Page;
use brevdue_exchange::{
    ContactId, Folder, FolderCount, MailboxEntry, MailboxLine, MailboxRow, Marks, MemoKey,
};
use brevdue_memo::Timestamp;
use brevdue_wire::PageRequest;
use rusqlite::types::{FromSql as _, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

use super::changes::{Changes, Refused, missing};
use super::columns::{Sql, id};
use super::letters::{memo_columns, read_memo, read_origin};
use super::milestones::{self, List, Order};
use super::registry::{one, strange};

const MAILBOX: &str = concat!(
    "SELECT ",
    memo_columns!(),
    ", e.owner, e.folder, e.arrived_at, e.read_at, e.version, e.marks
     FROM mailbox AS e JOIN memos AS m ON m.key = e.memo
     LEFT JOIN row_bytes AS b ON b.id = m.content_row"
);
const LINE: &str = "SELECT e.owner, e.memo, e.folder, e.arrived_at, e.read_at, e.version, e.marks,
     m.origin_system, m.origin_organisation, m.origin_contact, m.state, m.outline, m.received_at,
     m.available_at
     FROM mailbox AS e JOIN memos AS m ON m.key = e.memo";

impl Changes<'_> {
    pub(super) fn file_mailbox_entry(
        &mut self,
        entry: &MailboxEntry,
        marks: &Marks,
        expect: i64,
    ) -> Result<(), Refused> {
        let earlier = self.filed_entry(entry.owner, entry.memo)?;
        let text = serde_json::to_string(marks).map_err(|error| {
            Refused::Value(brevdue_exchange::StorageError::Failed(error.into()))
        })?;
        let found = self.run(
            "UPDATE mailbox SET folder = ?3, read_at = ?4, version = ?5, marks = ?6
             WHERE owner = ?1 AND memo = ?2 AND version = ?7",
            params![
                id(&entry.owner.0),
                id(&entry.memo.0),
                Sql(entry.folder),
                entry.read_at.map(Sql),
                marks.version,
                text,
                expect,
            ],
        )?;
        let Some(earlier) = earlier else { return Err(missing("mailbox entry")) };
        if !found {
            return Err(brevdue_exchange::Conflict::Changed { what: "mailbox entry" }.into());
        }
        self.is_taken_out(&earlier)?;
        Ok(self.is_filed(&MailboxEntry { arrived_at: earlier.arrived_at, ..*entry })?)
    }

    pub(super) fn mark_read(
        &self,
        owner: ContactId,
        memo: MemoKey,
        at: Timestamp,
    ) -> Result<(), Refused> {
        let folder: Option<Sql<Folder>> = self
            .connection
            .prepare_cached(
                "UPDATE mailbox SET read_at = ?3 WHERE owner = ?1 AND memo = ?2 AND read_at IS NULL
                 RETURNING folder",
            )?
            .query_row(params![id(&owner.0), id(&memo.0), Sql(at)], |row| row.get(0))
            .optional()?;
        if let Some(Sql(folder)) = folder {
            return Ok(self.leaves(List::Unread(owner, folder), 0, &memo.0)?);
        }
        let there = "SELECT 1 FROM mailbox WHERE owner = ?1 AND memo = ?2";
        self.must_exist("mailbox entry", there, [id(&owner.0), id(&memo.0)])
    }

    pub(super) fn remove_entry(&self, owner: ContactId, memo: MemoKey) -> Result<(), Refused> {
        let sql = "DELETE FROM mailbox WHERE owner = ?1 AND memo = ?2
             RETURNING owner, memo, folder, arrived_at, read_at";
        let entry =
            one(self.connection, sql, [id(&owner.0), id(&memo.0)], |row| read_entry(row, 0))?;
        Ok(self.is_taken_out(&entry.ok_or_else(|| missing("mailbox entry"))?)?)
    }

    fn filed_entry(
        &self,
        owner: ContactId,
        memo: MemoKey,
    ) -> rusqlite::Result<Option<MailboxEntry>> {
        let sql = "SELECT owner, memo, folder, arrived_at, read_at FROM mailbox
             WHERE owner = ?1 AND memo = ?2";
        one(self.connection, sql, [id(&owner.0), id(&memo.0)], |row| read_entry(row, 0))
    }

    /// To be called after a message was put into a mailbox, or elsewhere in it.
    pub(super) fn is_filed(&self, entry: &MailboxEntry) -> rusqlite::Result<()> {
        let MailboxEntry { owner, memo, folder, arrived_at, read_at } = *entry;
        self.joins(List::Folder(owner, folder), arrived_at.as_millis(), &memo.0)?;
        self.joins(List::Mailbox(owner), 0, &memo.0)?;
        if read_at.is_none() {
            self.joins(List::Unread(owner, folder), 0, &memo.0)?;
        }
        Ok(())
    }

    fn is_taken_out(&self, entry: &MailboxEntry) -> rusqlite::Result<()> {
        let MailboxEntry { owner, memo, folder, arrived_at, read_at } = *entry;
        self.leaves(List::Folder(owner, folder), arrived_at.as_millis(), &memo.0)?;
        self.leaves(List::Mailbox(owner), 0, &memo.0)?;
        if read_at.is_none() {
            self.leaves(List::Unread(owner, folder), 0, &memo.0)?;
        }
        Ok(())
    }
}

pub(super) fn mailbox(
    connection: &Connection,
    owner: ContactId,
    folder: Folder,
    page: PageRequest,
) -> rusqlite::Result<Page<MailboxRow>> {
    milestones::page(connection, List::Folder(owner, folder), page, Order::Backward)?
        .read(|memo| mailbox_entry(connection, owner, MemoKey(memo)))
}

pub(super) fn mailbox_entry(
    connection: &Connection,
    owner: ContactId,
    memo: MemoKey,
) -> rusqlite::Result<Option<MailboxRow>> {
    let sql = format!("{MAILBOX} WHERE e.owner = ?1 AND e.memo = ?2");
    one(connection, &sql, [id(&owner.0), id(&memo.0)], read_mailbox_row)
}

pub(super) fn unread(connection: &Connection, owner: ContactId) -> rusqlite::Result<u64> {
    milestones::total(connection, List::Unread(owner, Folder::Inbox))
}

pub(super) fn mailbox_lines(
    connection: &Connection,
    owner: ContactId,
    folder: Option<Folder>,
    page: PageRequest,
) -> rusqlite::Result<Page<MailboxLine>> {
    let list = match folder {
        Some(folder) => List::Folder(owner, folder),
        // Keys sort by the time they were made.
        None => List::Mailbox(owner),
    };
    let sql = format!("{LINE} WHERE e.owner = ?1 AND e.memo = ?2");
    milestones::page(connection, list, page, Order::Backward)?
        .read(|memo| one(connection, &sql, [id(&owner.0), id(&memo)], read_line))
}

pub(super) fn mailbox_counts(
    connection: &Connection,
    owner: ContactId,
) -> rusqlite::Result<Vec<FolderCount>> {
    // Each folder with one step in the index, however much is in it.
    let mut next = connection
        .prepare_cached("SELECT min(folder) FROM mailbox WHERE owner = ?1 AND folder > ?2")?;
    let mut latest = connection
        .prepare_cached("SELECT max(arrived_at) FROM mailbox WHERE owner = ?1 AND folder = ?2")?;
    let mut counts = Vec::new();
    let mut last = String::new();
    while let Some(word) =
        next.query_row(params![id(&owner.0), last], |row| row.get::<_, Option<String>>(0))?
    {
        let (Sql(folder), Sql(latest)) = latest.query_row(params![id(&owner.0), word], |row| {
            Ok((Sql::column_result(ValueRef::Text(word.as_bytes()))?, row.get(0)?))
        })?;
        counts.push(FolderCount {
            folder,
            total: milestones::total(connection, List::Folder(owner, folder))?,
            unread: milestones::total(connection, List::Unread(owner, folder))?,
            latest,
        });
        last = word;
    }
    counts.sort_by_key(|count: &FolderCount| count.folder);
    Ok(counts)
}

fn read_line(row: &Row<'_>) -> rusqlite::Result<MailboxLine> {
    let outline = match row.get_ref(11)?.as_str_or_null()? {
        // The cause could quote the text; it is left out.
        Some(json) => Some(serde_json::from_str(json).map_err(|_| strange(11, "outline"))?),
        None => None,
    };
    let (Sql(state), Sql(received_at)) = (row.get(10)?, row.get(12)?);
    let available_at: Option<Sql<Timestamp>> = row.get(13)?;
    Ok(MailboxLine {
        entry: read_entry(row, 0)?,
        marks: read_marks(row, 5)?,
        origin: read_origin(row, 7)?,
        state,
        outline,
        received_at,
        available_at: available_at.map(|Sql(at)| at),
    })
}

fn read_mailbox_row(row: &Row<'_>) -> rusqlite::Result<MailboxRow> {
    let memo = read_memo(row)?;
    let Sql(owner): Sql<Uuid> = row.get(16)?;
    let Sql(folder) = row.get(17)?;
    let Sql(arrived_at) = row.get(18)?;
    let read_at: Option<Sql<Timestamp>> = row.get(19)?;
    let entry = MailboxEntry {
        owner: ContactId(owner),
        memo: memo.key,
        folder,
        arrived_at,
        read_at: read_at.map(|Sql(at)| at),
    };
    Ok(MailboxRow { entry, marks: read_marks(row, 20)?, memo })
}

/// Owner, message, folder, arrival and reading, from `first` on.
fn read_entry(row: &Row<'_>, first: usize) -> rusqlite::Result<MailboxEntry> {
    let (Sql(owner), Sql(memo)) = (row.get(first)?, row.get(first + 1)?);
    let (Sql(folder), Sql(arrived_at)) = (row.get(first + 2)?, row.get(first + 3)?);
    let read_at: Option<Sql<Timestamp>> = row.get(first + 4)?;
    Ok(MailboxEntry {
        owner: ContactId(owner),
        memo: MemoKey(memo),
        folder,
        arrived_at,
        read_at: read_at.map(|Sql(at)| at),
    })
}

/// Version and marks, from `first` on.
fn read_marks(row: &Row<'_>, first: usize) -> rusqlite::Result<Marks> {
    let marks = match row.get_ref(first + 1)?.as_str_or_null()? {
        // The cause could quote a note; it is left out.
        Some(json) => serde_json::from_str(json).map_err(|_| strange(first + 1, "marks"))?,
        None => Marks::default(),
    };
    Ok(Marks { version: row.get(first)?, ..marks })
}
