//! Mailboxes: what is in them, and what their owners have made of it.

use brevdue_exchange::storage::Page;
use brevdue_exchange::{
    ContactId, Folder, FolderCount, MailboxEntry, MailboxLine, MailboxRow, Marks, MemoKey,
};
use brevdue_memo::Timestamp;
use brevdue_wire::PageRequest;
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::changes::{Changes, Refused};
use super::columns::{Sql, id};
use super::letters::{count, memo_columns, read_memo, read_origin, window};
use super::registry::{many, one, strange};

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
        if found {
            return Ok(());
        }
        let there = "SELECT 1 FROM mailbox WHERE owner = ?1 AND memo = ?2";
        self.must_exist("mailbox entry", there, [id(&entry.owner.0), id(&entry.memo.0)])?;
        Err(brevdue_exchange::Conflict::Changed { what: "mailbox entry" }.into())
    }
}

pub(super) fn mailbox(
    connection: &Connection,
    owner: ContactId,
    folder: Folder,
    page: PageRequest,
) -> rusqlite::Result<Page<MailboxRow>> {
    let (limit, offset) = window(page);
    let sql = format!(
        "{MAILBOX} WHERE e.owner = ?1 AND e.folder = ?2
         ORDER BY e.arrived_at DESC, e.memo DESC LIMIT ?3 OFFSET ?4"
    );
    let key = id(&owner.0);
    Ok(Page {
        items: many(connection, &sql, (key, Sql(folder), limit, offset), read_mailbox_row)?,
        total: count(
            connection,
            "SELECT count(*) FROM mailbox WHERE owner = ?1 AND folder = ?2",
            (key, Sql(folder)),
        )?,
    })
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
    let sql =
        "SELECT count(*) FROM mailbox WHERE owner = ?1 AND folder = 'inbox' AND read_at IS NULL";
    count(connection, sql, [id(&owner.0)])
}

pub(super) fn mailbox_lines(
    connection: &Connection,
    owner: ContactId,
    folder: Option<Folder>,
    page: PageRequest,
) -> rusqlite::Result<Page<MailboxLine>> {
    let (limit, offset) = window(page);
    let key = id(&owner.0);
    let Some(folder) = folder else {
        // Keys sort by the time they were made.
        let sql = format!("{LINE} WHERE e.owner = ?1 ORDER BY e.memo DESC LIMIT ?2 OFFSET ?3");
        return Ok(Page {
            items: many(connection, &sql, (key, limit, offset), read_line)?,
            total: count(connection, "SELECT count(*) FROM mailbox WHERE owner = ?1", [key])?,
        });
    };
    let sql = format!(
        "{LINE} WHERE e.owner = ?1 AND e.folder = ?2
         ORDER BY e.arrived_at DESC, e.memo DESC LIMIT ?3 OFFSET ?4"
    );
    let total = "SELECT count(*) FROM mailbox WHERE owner = ?1 AND folder = ?2";
    Ok(Page {
        items: many(connection, &sql, (key, Sql(folder), limit, offset), read_line)?,
        total: count(connection, total, (key, Sql(folder)))?,
    })
}

pub(super) fn mailbox_counts(
    connection: &Connection,
    owner: ContactId,
) -> rusqlite::Result<Vec<FolderCount>> {
    let sql = "SELECT folder, count(*), count(*) FILTER (WHERE read_at IS NULL), max(arrived_at)
         FROM mailbox WHERE owner = ?1 GROUP BY folder";
    let mut counts = many(connection, sql, [id(&owner.0)], |row| {
        let (Sql(folder), Sql(total)) = (row.get(0)?, row.get(1)?);
        let (Sql(unread), Sql(latest)) = (row.get(2)?, row.get(3)?);
        Ok(FolderCount { folder, total, unread, latest })
    })?;
    counts.sort_by_key(|count| count.folder);
    Ok(counts)
}

fn read_line(row: &Row<'_>) -> rusqlite::Result<MailboxLine> {
    let (Sql(owner), Sql(memo)): (Sql<Uuid>, Sql<Uuid>) = (row.get(0)?, row.get(1)?);
    let (Sql(folder), Sql(arrived_at)) = (row.get(2)?, row.get(3)?);
    let read_at: Option<Sql<Timestamp>> = row.get(4)?;
    let outline = match row.get_ref(11)?.as_str_or_null()? {
        // The cause could quote the text; it is left out.
        Some(json) => Some(serde_json::from_str(json).map_err(|_| strange(11, "outline"))?),
        None => None,
    };
    let (Sql(state), Sql(received_at)) = (row.get(10)?, row.get(12)?);
    let available_at: Option<Sql<Timestamp>> = row.get(13)?;
    Ok(MailboxLine {
        entry: MailboxEntry {
            owner: ContactId(owner),
            memo: MemoKey(memo),
            folder,
            arrived_at,
            read_at: read_at.map(|Sql(at)| at),
        },
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

/// Version and marks, from `first` on.
fn read_marks(row: &Row<'_>, first: usize) -> rusqlite::Result<Marks> {
    let marks = match row.get_ref(first + 1)?.as_str_or_null()? {
        // The cause could quote a note; it is left out.
        Some(json) => serde_json::from_str(json).map_err(|_| strange(first + 1, "marks"))?,
        None => Marks::default(),
    };
    Ok(Marks { version: row.get(first)?, ..marks })
}
