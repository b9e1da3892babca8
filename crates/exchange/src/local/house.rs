//! What the sweep of old things removes, as the live view tells it: what it was, since when it was kept, and
//! for how long such a thing is kept. Read before it goes; afterwards nobody knows.

use brevdue_memo::Timestamp;
use uuid::Uuid;

use super::live::What;
use crate::policy::Days;
use crate::storage::{Aged, AgingKind};
use crate::{Exchange, Op, StorageError};

/// Things of one go that are told one by one; the rest are counted.
const TOLD: usize = 20;

/// What was removed, and by which rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gone {
    /// A letter to an authority, which its receiver system had answered.
    AuthorityMemo,
    /// A submission that became no delivery, or only a text message.
    Submission,
    /// A receipt that nobody fetched.
    Receipt,
    /// A receipt that its sender has.
    FetchedReceipt,
    /// The mailbox of a company that closed.
    ClosedMailbox,
    /// Events.
    Events,
    /// Notices that have left, and text messages in the sink.
    Notices,
}

/// One or more things that were removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// What, and by which rule.
    pub what: Gone,
    /// The letter it was about, when it was one thing about a letter.
    pub message_uuid: Option<Uuid>,
    /// How many; 0 when they were not counted.
    pub count: u64,
    /// Since when it was kept; for several, the first.
    pub since: Timestamp,
    /// Days for which such a thing is kept.
    pub days: u32,
}

impl Exchange {
    /// What a removal will take away; nothing outside local mode.
    pub(crate) async fn leaving(&self, aged: &Aged, ops: &[Op]) -> Result<Vec<Left>, StorageError> {
        if self.local().is_none() {
            return Ok(Vec::new());
        }
        let keep = self.policy().retention;
        let (what, Days(days)) = match aged.what.kind() {
            AgingKind::AuthorityMemo => (Gone::AuthorityMemo, keep.authority_memo),
            AgingKind::Submission => (Gone::Submission, keep.submission),
            AgingKind::Receipt => (Gone::Receipt, keep.unfetched_receipt),
            AgingKind::FetchedReceipt => (Gone::FetchedReceipt, keep.receipt),
            AgingKind::ClosedMailbox => (Gone::ClosedMailbox, keep.closed_mailbox),
        };
        let mut left = Vec::new();
        for op in ops {
            let message_uuid = match op {
                // It leaves the mailbox, and then is removed: told once.
                Op::RemoveMemo { .. } if what == Gone::ClosedMailbox => continue,
                Op::RemoveMemo { key, .. } | Op::RemoveMailboxEntry { memo: key, .. } => {
                    self.store().memo(*key).await?.and_then(|memo| memo.message_uuid)
                }
                Op::RemoveReceipt { id, .. } => {
                    self.store().receipt(*id).await?.and_then(|record| record.receipt.message_uuid)
                }
                _ => continue,
            };
            left.push(Left { what, message_uuid, count: 1, since: aged.since, days });
        }
        Ok(left)
    }

    /// Tells what was removed.
    pub(crate) fn note_left(&self, left: Vec<Left>) {
        let Some(local) = self.local() else { return };
        let now = self.now();
        let mut rest: Option<Left> = None;
        for (place, one) in left.into_iter().enumerate() {
            match &mut rest {
                _ if place < TOLD => local.live.note(now, What::Removed(one)),
                Some(rest) => rest.count += one.count,
                None => rest = Some(Left { message_uuid: None, ..one }),
            }
        }
        if let Some(rest) = rest {
            local.live.note(now, What::Removed(rest));
        }
    }
}
