//! Removing for good, and counting what was removed.

use super::Tables;
use crate::storage::{Conflict, Op, RemovedKind, day_of};
use crate::{MemoKey, MemoState, SystemId};
use brevdue_memo::Timestamp;

impl Tables {
    /// Events there ever were.
    pub(super) fn events_ever(&self) -> u64 {
        let removed = self.removed.entries().filter(|((_, kind), _)| *kind == RemovedKind::Event);
        self.events.len() + removed.map(|(_, count)| count).sum::<u64>()
    }

    pub(super) fn remove(&mut self, op: Op) -> Result<(), Conflict> {
        match op {
            Op::RemoveMemo { key, from, at } => self.remove_memo(key, from, at)?,
            Op::RemoveReceipt { id, at } => {
                self.receipts.get(&id).ok_or(Conflict::Missing { what: "receipt" })?;
                self.receipts.remove(id);
                self.count(RemovedKind::Receipt, 1, at);
            }
            Op::RemoveMailboxEntry { owner, memo, at } => {
                let there = self.mailboxes.get(&(owner, memo));
                there.ok_or(Conflict::Missing { what: "mailbox entry" })?;
                self.mailboxes.remove((owner, memo));
                self.marks.remove((owner, memo));
                self.count(RemovedKind::MailboxEntry, 1, at);
            }
            Op::RemoveEvents { before, limit, at } => {
                let old = self.events.entries();
                let old = old.take_while(|(_, event)| day_of(event.at) < day_of(before));
                let old: Vec<u64> = old.take(limit as usize).map(|(place, _)| *place).collect();
                let mut link = self.log_start.get(&()).copied().unwrap_or_default();
                for place in &old {
                    link = self.events.get(place).map_or(link, |event| link.after(event));
                    if let Some(memo) = self.events.get(place).and_then(|event| event.memo) {
                        self.stood.remove(memo);
                    }
                    self.events.remove(*place);
                }
                self.log_start.put((), link);
                self.count(RemovedKind::Event, old.len() as u64, at);
            }
            _ => {}
        }
        Ok(())
    }

    fn remove_memo(
        &mut self,
        key: MemoKey,
        from: MemoState,
        at: Timestamp,
    ) -> Result<(), Conflict> {
        let memo = self.memos.get(&key).ok_or(Conflict::Missing { what: "memo" })?.clone();
        if memo.state != from || self.mailboxes.keys().any(|(_, memo)| *memo == key) {
            return Err(Conflict::Changed { what: "memo" });
        }
        self.memos.remove(key);
        if self.events.values().any(|event| event.memo == Some(key)) {
            self.stood.put(key, from);
        }
        let systems: Vec<SystemId> =
            self.deliveries.keys().filter(|(memo, _)| *memo == key).map(|(_, s)| *s).collect();
        systems.into_iter().for_each(|system| self.deliveries.remove((key, system)));
        let with_it = self.receipts.values().filter(|r| r.memo == Some(key) && r.system.is_none());
        let with_it: Vec<_> = with_it.map(|receipt| receipt.id).collect();
        with_it.into_iter().for_each(|id| self.receipts.remove(id));
        let held = self.identities.entries().filter(|(_, (by, _))| *by == key);
        let held: Vec<_> = held.map(|(identity, _)| *identity).collect();
        held.into_iter().for_each(|identity| self.identities.remove(identity));
        let is_last = !self.memos.values().any(|other| other.transmission == memo.transmission);
        let is_whole = self.transmissions.get(&memo.transmission).is_some_and(|t| t.extracted);
        if is_last && is_whole {
            self.transmissions.remove(memo.transmission);
        }
        self.count(RemovedKind::Memo(from), 1, at);
        Ok(())
    }

    fn count(&mut self, kind: RemovedKind, count: u64, at: Timestamp) {
        if count > 0 {
            let key = (day_of(at), kind);
            let before = self.removed.get(&key).copied().unwrap_or(0);
            self.removed.put(key, before + count);
        }
    }
}
