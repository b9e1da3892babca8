//! Telling those who asked for it that there is new mail. Never from whom, never about what.

use brevdue_memo::Timestamp;
use uuid::Uuid;

use super::accesses::Access;
use super::limits;
use super::opening::time;
use crate::exchange::notices::Notice;
use crate::exchange::route::Place;
use crate::ids::named;
use crate::storage::{Expect, Record, RecordKind};
use crate::{ContactId, Exchange, MemoKey, Op, StorageError};

/// In both languages, and short enough for one text message.
const TEXT: &str = "Der er ny post i Digital Post. Log ind for at læse den.\n\n\
                    There is new mail in Digital Post. Sign in to read it.";

/// The change that notes that somebody is told of new mail in a mailbox. It stays when they are not any
/// more: what it saves is looking for them with each letter to somebody who never asked for it.
pub(super) fn somebody_hears(owner: ContactId, now: Timestamp) -> Op {
    let record = Record {
        kind: RecordKind::MailboxHeard,
        id: owner.0,
        owner: Uuid::nil(),
        name: String::new(),
        version: 1,
        created_at: now,
        updated_at: now,
        body: "{}".to_owned(),
        contents: Vec::new(),
    };
    Op::PutRecord(Box::new(record), Expect::Anything)
}

impl Exchange {
    /// The changes that tell everybody who is to hear of it that a message has come to this place: one
    /// notice for each verified address, at once or when the hours for notices begin.
    ///
    /// # Errors
    /// When the store fails.
    pub(in crate::exchange) async fn tell_of_new_mail(
        &self,
        place: &Place,
        memo: MemoKey,
        now: Timestamp,
    ) -> Result<Vec<Op>, StorageError> {
        let Place::Mailbox { owner, .. } = place else { return Ok(Vec::new()) };
        if self.store().record(RecordKind::MailboxHeard, owner.0).await?.is_none() {
            return Ok(Vec::new());
        }
        let by_day = self.calendar.within(&self.policy().notice_hours, now);
        let mut ops = Vec::new();
        for access in self.kept_all::<Access>(Some(owner.0), limits::ACCESSES).await?.items {
            for (subscription, address, at_night) in access.body.hears() {
                let notice = Notice {
                    id: named(subscription, &memo.to_string()),
                    to: vec![address],
                    subject: "Ny post i Digital Post".to_owned(),
                    text: TEXT.to_owned(),
                    system: None,
                    letter: None,
                    made_at: time(now),
                };
                let due = if at_night { now } else { by_day };
                ops.extend(self.send_notice_at(&notice, owner.0, due));
            }
        }
        Ok(ops)
    }
}
