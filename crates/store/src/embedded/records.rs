//! Records, in and out.

use brevdue_exchange::storage::{ContentRef, Expect, Page, Place, Record, RecordKind};
use brevdue_wire::PageRequest;
use rusqlite::{Connection, OptionalExtension as _, Params, Row, params};
use uuid::Uuid;

use super::changes::{Changes, Refused};
use super::columns::{Sql, id};
use super::milestones::{self, List, Order};
use super::registry::{many, one, strange};

/// Records of one name at most; see `Store::records_named`.
const NAMED_LIMIT: i64 = 1000;

const RECORD: &str =
    "SELECT kind, id, owner, name, version, created_at, updated_at, body FROM records";

impl Changes<'_> {
    pub(super) fn put_record(&mut self, record: &Record, expect: Expect) -> Result<(), Refused> {
        let earlier = self.expect_record(record.kind, &record.id, expect)?;
        self.remove_contents(record.kind, &record.id)?;
        self.run(
            "INSERT OR REPLACE INTO records VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                record.kind.word(),
                id(&record.id),
                id(&record.owner),
                record.name,
                record.version,
                Sql(record.created_at),
                Sql(record.updated_at),
                record.body,
            ],
        )?;
        if let Some(earlier) = earlier {
            self.record_leaves(record.kind, &record.id, earlier)?;
        }
        let (owner, at) = (record.owner, record.created_at.as_millis());
        self.joins(List::Owned(record.kind, owner), at, &record.id)?;
        self.joins(List::OfKind(record.kind), at, &record.id)?;
        for (number, content) in (0_i64..).zip(&record.contents) {
            let row = self.put_content(content)?;
            self.run(
                "INSERT INTO record_contents VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    record.kind.word(),
                    id(&record.id),
                    number,
                    Sql(&content.digest),
                    Sql(content.length_bytes),
                    row,
                ],
            )?;
        }
        Ok(())
    }

    pub(super) fn remove_record(
        &mut self,
        kind: RecordKind,
        key: &Uuid,
        expect: Expect,
    ) -> Result<(), Refused> {
        let earlier = self.expect_record(kind, key, expect)?;
        self.remove_contents(kind, key)?;
        self.run("DELETE FROM records WHERE kind = ?1 AND id = ?2", params![kind.word(), id(key)])?;
        if let Some(earlier) = earlier {
            self.record_leaves(kind, key, earlier)?;
        }
        Ok(())
    }

    /// Whose the record that is there is, and when it was made.
    fn expect_record(
        &self,
        kind: RecordKind,
        key: &Uuid,
        expect: Expect,
    ) -> Result<Option<(Uuid, i64)>, Refused> {
        let there = self
            .connection
            .prepare_cached(
                "SELECT version, owner, created_at FROM records WHERE kind = ?1 AND id = ?2",
            )?
            .query_row(params![kind.word(), id(key)], |row| {
                let Sql(owner) = row.get(1)?;
                Ok((row.get(0)?, (owner, row.get(2)?)))
            })
            .optional()?;
        expect.holds(kind, there.map(|(version, _)| version))?;
        Ok(there.map(|(_, place)| place))
    }

    fn record_leaves(
        &self,
        kind: RecordKind,
        key: &Uuid,
        (owner, at): (Uuid, i64),
    ) -> rusqlite::Result<()> {
        self.leaves(List::Owned(kind, owner), at, key)?;
        self.leaves(List::OfKind(kind), at, key)
    }

    fn remove_contents(&self, kind: RecordKind, key: &Uuid) -> rusqlite::Result<()> {
        let freed = self.run(
            "DELETE FROM row_bytes WHERE id IN (SELECT content_row FROM record_contents
                WHERE kind = ?1 AND record = ?2 AND content_row IS NOT NULL)",
            params![kind.word(), id(key)],
        );
        freed?;
        self.run(
            "DELETE FROM record_contents WHERE kind = ?1 AND record = ?2",
            params![kind.word(), id(key)],
        )?;
        Ok(())
    }
}

pub(super) fn record(
    connection: &Connection,
    kind: RecordKind,
    key: Uuid,
) -> rusqlite::Result<Option<Record>> {
    let sql = format!("{RECORD} WHERE kind = ?1 AND id = ?2");
    let found = one(connection, &sql, params![kind.word(), id(&key)], read_record)?;
    found.map(|record| with_contents(connection, record)).transpose()
}

pub(super) fn records(
    connection: &Connection,
    kind: RecordKind,
    owner: Uuid,
    page: PageRequest,
) -> rusqlite::Result<Page<Record>> {
    milestones::page(connection, List::Owned(kind, owner), page, Order::Forward)?
        .read(|key| record(connection, kind, key))
}

pub(super) fn records_of_kind(
    connection: &Connection,
    kind: RecordKind,
    page: PageRequest,
) -> rusqlite::Result<Page<Record>> {
    milestones::page(connection, List::OfKind(kind), page, Order::Forward)?
        .read(|key| record(connection, kind, key))
}

pub(super) fn records_named(
    connection: &Connection,
    kind: RecordKind,
    name: &str,
) -> rusqlite::Result<Vec<Record>> {
    // The index leaves out records without a name.
    let sql = format!(
        "{RECORD} WHERE kind = ?1 AND name = ?2 AND name <> '' ORDER BY created_at, id LIMIT ?3"
    );
    list(connection, &sql, params![kind.word(), name, NAMED_LIMIT])
}

fn list(connection: &Connection, sql: &str, params: impl Params) -> rusqlite::Result<Vec<Record>> {
    many(connection, sql, params, read_record)?
        .into_iter()
        .map(|record| with_contents(connection, record))
        .collect()
}

fn with_contents(connection: &Connection, mut record: Record) -> rusqlite::Result<Record> {
    let sql = "SELECT c.content_digest, c.content_bytes, c.content_row, b.bytes
         FROM record_contents AS c LEFT JOIN row_bytes AS b ON b.id = c.content_row
         WHERE c.kind = ?1 AND c.record = ?2 ORDER BY c.number";
    let params = params![record.kind.word(), id(&record.id)];
    record.contents = many(connection, sql, params, read_content)?;
    Ok(record)
}

fn read_record(row: &Row<'_>) -> rusqlite::Result<Record> {
    let kind = row.get_ref(0)?.as_str()?;
    let kind = RecordKind::from_word(kind).ok_or_else(|| strange(0, "kind"))?;
    let (Sql(key), Sql(owner)) = (row.get(1)?, row.get(2)?);
    let (Sql(created_at), Sql(updated_at)) = (row.get(5)?, row.get(6)?);
    Ok(Record {
        kind,
        id: key,
        owner,
        name: row.get(3)?,
        version: row.get(4)?,
        created_at,
        updated_at,
        body: row.get(7)?,
        contents: Vec::new(),
    })
}

fn read_content(row: &Row<'_>) -> rusqlite::Result<ContentRef> {
    let (Sql(digest), Sql(length_bytes)) = (row.get(0)?, row.get(1)?);
    let place = match row.get::<_, Option<i64>>(2)? {
        None => Place::Store,
        Some(_) => Place::Row(row.get::<_, Vec<u8>>(3)?.into()),
    };
    Ok(ContentRef { digest, length_bytes, place })
}
