//! What grows old, and removing it for good. What each change means is said at [`Op`].

use brevdue_exchange::storage::chain::{Hash, Link};
use brevdue_exchange::storage::{Aged, Aging, AgingKind, Removed, RemovedKind, day_of};
use brevdue_exchange::{
    Conflict, ContactId, MemoKey, MemoState, Op, ReceiptId, SystemId, TransmissionId,
};
use brevdue_memo::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;

use super::changes::{Changes, Refused};
use super::columns::{Sql, id};
use super::milestones::List;
use super::registry::{many, one, strange};
use super::shares;

impl Changes<'_> {
    /// Makes one of the changes that begin, end or follow from growing old.
    pub(super) fn age(&mut self, op: &Op) -> Result<(), Refused> {
        match op {
            Op::StartAging { what, since } => {
                self.run(
                    "INSERT INTO aging (kind, since, subject) VALUES (?1, ?2, ?3)
                     ON CONFLICT DO NOTHING",
                    params![what.kind().word(), Sql(*since), id(&what.subject())],
                )?;
                Ok(())
            }
            Op::StopAging(aged) => {
                self.run(
                    "DELETE FROM aging WHERE kind = ?1 AND since = ?2 AND subject = ?3",
                    params![aged.what.kind().word(), Sql(aged.since), id(&aged.what.subject())],
                )?;
                Ok(())
            }
            Op::RemoveMemo { key, from, at } => self.remove_memo(*key, *from, *at),
            Op::RemoveReceipt { id, at } => self.remove_receipt(*id, *at),
            Op::RemoveMailboxEntry { owner, memo, at } => {
                self.remove_mailbox_entry(*owner, *memo, *at)
            }
            Op::RemoveEvents { before, limit, at } => self.remove_events(*before, *limit, *at),
            _ => Ok(()),
        }
    }

    fn remove_memo(&mut self, key: MemoKey, from: MemoState, at: Timestamp) -> Result<(), Refused> {
        let row = self
            .connection
            .prepare_cached(
                "SELECT state, content_row, transmission, message_uuid,
                    coalesce(origin_organisation, origin_contact),
                    EXISTS (SELECT 1 FROM mailbox WHERE memo = ?1)
                 FROM memos WHERE key = ?1",
            )?
            .query_row([id(&key.0)], |row| {
                let Sql(state): Sql<MemoState> = row.get(0)?;
                let content: Option<i64> = row.get(1)?;
                let Sql(transmission): Sql<Uuid> = row.get(2)?;
                let message_uuid: Option<Sql<Uuid>> = row.get(3)?;
                let Sql(holder): Sql<Uuid> = row.get(4)?;
                let message_uuid = message_uuid.map(|Sql(uuid)| uuid);
                Ok((state, content, transmission, message_uuid, holder, row.get::<_, bool>(5)?))
            })
            .optional()?;
        let Some((state, content, transmission, message_uuid, holder, is_in_a_mailbox)) = row
        else {
            return Err(Conflict::Missing { what: "memo" }.into());
        };
        if state != from || is_in_a_mailbox {
            return Err(Conflict::Changed { what: "memo" }.into());
        }
        self.run("DELETE FROM memos WHERE key = ?1", [id(&key.0)])?;
        self.run(
            "INSERT INTO stood (memo, state)
             SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM events WHERE memo = ?1)
             ON CONFLICT DO UPDATE SET state = excluded.state",
            params![id(&key.0), Sql(from)],
        )?;
        self.leaves(List::Submission(TransmissionId(transmission)), 0, &key.0)?;
        if let Some(content) = content {
            self.run("DELETE FROM row_bytes WHERE id = ?1", [content])?;
        }
        let open = many(
            self.connection,
            "DELETE FROM deliveries WHERE memo = ?1 AND state IN ('waiting', 'taken')
             RETURNING system, queued_at",
            [id(&key.0)],
            |row| Ok((row.get::<_, Sql<Uuid>>(0)?, row.get::<_, i64>(1)?)),
        )?;
        self.head.counts.deliveries_open -= open.len() as u64;
        for (Sql(system), queued_at) in open {
            self.leaves(List::Deliveries(SystemId(system)), queued_at, &key.0)?;
        }
        self.run("DELETE FROM deliveries WHERE memo = ?1", [id(&key.0)])?;
        let waiting = self.execute(
            "DELETE FROM receipts WHERE memo = ?1 AND system IS NULL AND delivered = 0",
            [id(&key.0)],
        )?;
        self.head.counts.receipts_waiting -= waiting;
        self.run("DELETE FROM receipts WHERE memo = ?1 AND system IS NULL", [id(&key.0)])?;
        if let Some(message_uuid) = message_uuid {
            self.run(
                "DELETE FROM identities WHERE holder = ?1 AND message_uuid = ?2 AND memo = ?3",
                params![id(&holder), id(&message_uuid), id(&key.0)],
            )?;
        }
        self.head.counts.memos -= 1;
        let submissions = self.execute(
            "DELETE FROM transmissions WHERE id = ?1 AND extracted = 1
                AND NOT EXISTS (SELECT 1 FROM memos WHERE transmission = ?1)",
            [id(&transmission)],
        )?;
        self.head.counts.transmissions -= submissions;
        self.count(RemovedKind::Memo(from), 1, at)
    }

    fn remove_receipt(&mut self, receipt: ReceiptId, at: Timestamp) -> Result<(), Refused> {
        let found: Option<(bool, Option<Sql<Uuid>>, i64)> = self
            .connection
            .prepare_cached(
                "DELETE FROM receipts WHERE id = ?1 RETURNING delivered, system, created_at",
            )?
            .query_row([id(&receipt.0)], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let (delivered, system, created_at) = found.ok_or(Conflict::Missing { what: "receipt" })?;
        self.head.counts.receipts_waiting -= u64::from(!delivered);
        if let (Some(Sql(system)), false) = (system, delivered) {
            self.leaves(List::Receipts(SystemId(system)), created_at, &receipt.0)?;
        }
        self.count(RemovedKind::Receipt, 1, at)
    }

    fn remove_mailbox_entry(
        &mut self,
        owner: ContactId,
        memo: MemoKey,
        at: Timestamp,
    ) -> Result<(), Refused> {
        self.remove_entry(owner, memo)?;
        self.count(RemovedKind::MailboxEntry, 1, at)
    }

    fn remove_events(
        &mut self,
        before: Timestamp,
        limit: u32,
        at: Timestamp,
    ) -> Result<(), Refused> {
        // The log's own days: an event committed after midnight belongs to the day of its commit.
        let last: Option<(i64, i64, Hash)> = self
            .connection
            .prepare_cached(
                "SELECT seq, day, hash FROM (SELECT seq, day, hash FROM events ORDER BY seq LIMIT ?2)
                 WHERE day < ?1 ORDER BY seq DESC LIMIT 1",
            )?
            .query_row(params![day_of(before), limit], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        let Some((seq, day, hash)) = last else { return Ok(()) };
        self.run("UPDATE log_start SET seq = ?1, day = ?2, hash = ?3", params![seq, day, hash])?;
        // With the first of its events goes the day on whose books a letter stands.
        self.run(
            "DELETE FROM stood WHERE memo IN
                (SELECT memo FROM events WHERE seq <= ?1 AND memo IS NOT NULL)",
            [seq],
        )?;
        let removed = self.execute("DELETE FROM events WHERE seq <= ?1", [seq])?;
        shares::forget(self.connection, seq)?;
        self.count(RemovedKind::Event, removed, at)
    }

    fn count(&self, kind: RemovedKind, count: u64, at: Timestamp) -> Result<(), Refused> {
        if count > 0 {
            self.run(
                "INSERT INTO removed (day, kind, count) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET count = count + excluded.count",
                params![day_of(at), kind.word(), Sql(count)],
            )?;
        }
        Ok(())
    }
}

/// Where the event log begins: the number of the last event removed, and the link after it.
pub(super) fn log_start(connection: &Connection) -> rusqlite::Result<(i64, Link)> {
    connection
        .prepare_cached("SELECT seq, day, hash FROM log_start")?
        .query_row([], |row| Ok((row.get(0)?, Link { day: row.get(1)?, hash: row.get(2)? })))
}

pub(super) fn aged(
    connection: &Connection,
    kind: AgingKind,
    until: Timestamp,
    limit: u32,
) -> rusqlite::Result<Vec<Aged>> {
    connection
        .prepare_cached(
            "SELECT since, subject FROM aging WHERE kind = ?1 AND since < ?2
             ORDER BY since, subject LIMIT ?3",
        )?
        .query_map(params![kind.word(), Sql(until), limit], |row| {
            let (Sql(since), Sql(subject)) = (row.get(0)?, row.get(1)?);
            Ok(Aged { since, what: kind.of(subject) })
        })?
        .collect()
}

pub(super) fn aging_since(
    connection: &Connection,
    what: Aging,
) -> rusqlite::Result<Option<Timestamp>> {
    // The word stands in the text, so that the partial index can serve it.
    let kind = what.kind().word();
    let sql = format!("SELECT max(since) FROM aging WHERE kind = '{kind}' AND subject = ?1");
    let since: Option<Sql<Timestamp>> =
        connection.prepare_cached(&sql)?.query_row([id(&what.subject())], |row| row.get(0))?;
    Ok(since.map(|Sql(since)| since))
}

pub(super) fn oldest_event_day(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    one(connection, "SELECT day FROM events ORDER BY seq LIMIT 1", [], |row| row.get(0))
}

pub(super) fn removed(connection: &Connection) -> rusqlite::Result<Vec<Removed>> {
    let sql = "SELECT day, kind, count FROM removed ORDER BY day, kind";
    many(connection, sql, [], |row| {
        let kind = row.get_ref(1)?.as_str()?;
        let kind = RemovedKind::from_word(kind).ok_or_else(|| strange(1, "kind"))?;
        let Sql(count) = row.get(2)?;
        Ok(Removed { day: row.get(0)?, kind, count })
    })
}
