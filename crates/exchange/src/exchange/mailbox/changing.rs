//! What an owner does with messages in a mailbox: sort, mark, delete. The messages stay as they came.

use brevdue_wire::mailbox as wire;
use uuid::Uuid;

use super::folders::Named;
use super::listing::Entry;
use super::opening::{OpenMailbox, Right};
use super::{MailboxError, limits, maybe_text, must_be};
use crate::exchange::retention::take_out;
use crate::{Batch, EventTag, Exchange, Folder, MailboxRow, Op};

impl Exchange {
    /// Changes what the owner may decide of a message; what is left out stays.
    ///
    /// # Errors
    ///
    /// See [`MailboxError`].
    pub async fn patch_message(
        &self,
        open: &OpenMailbox,
        id: Uuid,
        version: i64,
        patch: &wire::MessagePatchCommand,
    ) -> Result<wire::Message, MailboxError> {
        open.must(Right::Write)?;
        match self.entry(open, id).await? {
            Entry::Draft(draft) => self.patch_draft(open, *draft, version, patch).await,
            Entry::Letter(row) => {
                let row = self.file_message(open, *row, version, patch).await?;
                self.show_letter(open, &row)
            }
        }
    }

    /// Puts a whole message back: of a letter, what [`Exchange::patch_message`] changes; of a draft, what
    /// it says.
    ///
    /// # Errors
    ///
    /// See [`MailboxError`].
    pub async fn put_message(
        &self,
        open: &OpenMailbox,
        id: Uuid,
        version: i64,
        wanted: &wire::Message,
    ) -> Result<wire::Message, MailboxError> {
        open.must(Right::Write)?;
        match self.entry(open, id).await? {
            Entry::Draft(draft) => self.put_draft(open, *draft, version, wanted).await,
            Entry::Letter(row) => {
                let patch = wire::MessagePatchCommand {
                    folder_id: wanted.folder_id,
                    message_code: wanted.message_code.clone(),
                    label: wanted.label.clone(),
                    flag: wanted.flag,
                    legally_notified: wanted.legally_notified,
                    read: wanted.read,
                    recipient: None,
                    note: wanted.note.clone(),
                };
                let row = self.file_message(open, *row, version, &patch).await?;
                self.show_letter(open, &row)
            }
        }
    }

    /// Moves a message to `DELETED`; one that is there already leaves the mailbox. A draft is gone at
    /// once.
    ///
    /// # Errors
    ///
    /// See [`MailboxError`].
    pub async fn remove_message(
        &self,
        open: &OpenMailbox,
        id: Uuid,
        version: i64,
    ) -> Result<(), MailboxError> {
        open.must(Right::Write)?;
        let now = self.clock().now();
        let mut row = match self.entry(open, id).await? {
            Entry::Letter(row) => row,
            Entry::Draft(draft) => {
                must_be(version, draft.version)?;
                let event = self.event_in(open, EventTag::DraftDeleted, now);
                let ops = vec![draft.remove(), event.into_op()];
                return Ok(self.store().commit(Batch { ops }).await?);
            }
        };
        must_be(version, row.marks.version)?;
        let event = self.about(open, EventTag::MessageDeleted, &row);
        let mut ops = vec![event];
        if row.entry.folder == Folder::Deleted {
            ops.extend(take_out(&row.entry, row.memo.state, &row.memo.origin, now));
        } else {
            row.entry.folder = Folder::Deleted;
            row.marks.version += 1;
            row.marks.changed_millis = Some(now.as_millis());
            let (entry, marks) = (row.entry.clone(), Box::new(row.marks.clone()));
            ops.push(Op::FileMailboxEntry { entry, marks, expect: version });
        }
        Ok(self.store().commit(Batch { ops }).await?)
    }

    async fn file_message(
        &self,
        open: &OpenMailbox,
        mut row: MailboxRow,
        version: i64,
        patch: &wire::MessagePatchCommand,
    ) -> Result<MailboxRow, MailboxError> {
        const SHAPE: &str = "MessagePatchCommand";
        must_be(version, row.marks.version)?;
        if patch.recipient.is_some() {
            let message = "the recipient of a message that was sent cannot be changed";
            return Err(MailboxError::field(SHAPE, "recipient", message));
        }
        let now = self.clock().now();
        let mut ops = Vec::new();
        if let Some(id) = patch.folder_id {
            let folder = match self.named_folder(open, id).await? {
                Some(Named::Folder(folder)) => folder,
                Some(Named::Drafts) | None => {
                    let message = "folderId names no folder of this mailbox that takes messages";
                    return Err(MailboxError::field(SHAPE, "folderId", message));
                }
            };
            if folder != row.entry.folder {
                row.entry.folder = folder;
                ops.push(self.about(open, EventTag::MessageMoved, &row));
            }
        }
        match patch.read {
            Some(true) if row.entry.read_at.is_none() => {
                row.entry.read_at = Some(now);
                ops.push(self.about(open, EventTag::MessageRead, &row));
            }
            Some(false) => row.entry.read_at = None,
            _ => {}
        }
        if let Some(flag) = patch.flag.filter(|flag| *flag != row.marks.flag) {
            row.marks.flag = flag;
            ops.push(self.about(open, EventTag::FlagChanged, &row));
        }
        let before = row.marks.clone();
        let changed = |given: &Option<String>, field, limit, there: Option<String>| match given {
            Some(given) => maybe_text(SHAPE, field, Some(given), limit),
            None => Ok(there),
        };
        row.marks.label = changed(&patch.label, "label", limits::TEXT, before.label.clone())?;
        row.marks.code =
            changed(&patch.message_code, "messageCode", limits::TEXT, before.code.clone())?;
        row.marks.note = changed(&patch.note, "note", limits::NOTE, before.note.clone())?;
        if row.marks != before {
            ops.push(self.about(open, EventTag::MessageUpdated, &row));
        }
        match patch.legally_notified {
            Some(true) if row.marks.served_millis.is_none() => {
                if !row.memo.outline.as_ref().is_some_and(|outline| outline.legal_notification) {
                    let message = "the message serves no legal document";
                    return Err(MailboxError::field(SHAPE, "legallyNotified", message));
                }
                row.marks.served_millis = Some(now.as_millis());
                ops.push(self.about(open, EventTag::MessageLegallyNotified, &row));
            }
            Some(false) if row.marks.served_millis.is_some() => {
                let message = "a legal document that was served stays served";
                return Err(MailboxError::field(SHAPE, "legallyNotified", message));
            }
            _ => {}
        }
        row.marks.version += 1;
        row.marks.changed_millis = Some(now.as_millis());
        let (entry, marks) = (row.entry.clone(), Box::new(row.marks.clone()));
        ops.insert(0, Op::FileMailboxEntry { entry, marks, expect: version });
        self.store().commit(Batch { ops }).await?;
        Ok(row)
    }

    /// An event about a message of a mailbox, which no system has a part in.
    pub(super) fn about(&self, open: &OpenMailbox, tag: EventTag, row: &MailboxRow) -> Op {
        let event = self.event_in(open, tag, self.clock().now()).about(&row.memo).of(open.id());
        // The sender's evidence tells that it was read, and is not to tell who else has access.
        let actor = event.actor.filter(|_| tag != EventTag::MessageRead);
        crate::Event { system: None, organisation: None, actor, ..event }.into_op()
    }
}
