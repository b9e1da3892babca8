//! Messages being written. Nothing of a draft need be complete before it is sent.

use brevdue_memo::Timestamp;
use brevdue_wire::mailbox as wire;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::folders::fixed_id;
use super::opening::{OpenMailbox, Right, time};
use super::{MailboxError, limits, maybe_text, must_be};
use crate::storage::RecordKind;
use crate::{Batch, EventTag, Exchange, Kept, Op, Resource, StorageError};

/// A message being written. Its files' bytes are the contents of its record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// `messageUUID` it is sent under: sent twice, it is one message.
    pub(super) message_uuid: Uuid,
    pub(super) label: Option<String>,
    pub(super) code: Option<String>,
    pub(super) note: Option<String>,
    pub(super) flag: bool,
    pub(super) recipient: Option<wire::Recipient>,
    pub(super) content_data: Option<wire::ContentData>,
    /// The letter it answers.
    pub(super) answers: Option<Uuid>,
    pub(super) documents: Vec<DraftDocument>,
}

/// A document of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DraftDocument {
    pub(super) id: Uuid,
    pub(super) version: i64,
    pub(super) kind: wire::DocumentType,
    pub(super) document_id: Option<String>,
    pub(super) label: Option<String>,
    pub(super) files: Vec<DraftFile>,
}

/// A file of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DraftFile {
    pub(super) id: Uuid,
    pub(super) version: i64,
    pub(super) encoding_format: String,
    pub(super) filename: String,
    pub(super) language: String,
    /// Which of the record's contents; `None` until it has come.
    pub(super) content: Option<usize>,
}

impl Resource for Draft {
    const KIND: RecordKind = RecordKind::Draft;
}

impl Draft {
    /// Takes over what a client says of a draft.
    fn take(&mut self, wanted: &wire::Message) -> Result<(), MailboxError> {
        const SHAPE: &str = "Message";
        self.label = maybe_text(SHAPE, "label", wanted.label.as_deref(), limits::TEXT)?;
        self.code = maybe_text(SHAPE, "messageCode", wanted.message_code.as_deref(), limits::TEXT)?;
        self.note = maybe_text(SHAPE, "note", wanted.note.as_deref(), limits::NOTE)?;
        self.flag = wanted.flag.unwrap_or_default();
        self.take_recipient(SHAPE, wanted.recipient.as_ref())?;
        if let Some(data) = &wanted.content_data {
            let pairs = data.additional_content_data.as_ref().map_or(0, Vec::len);
            if pairs > 10 {
                let message = "additionalContentData has at most 10 pairs";
                return Err(MailboxError::field(SHAPE, "contentData", message));
            }
            maybe_text(SHAPE, "contentData.caseId", data.case_id.as_deref(), limits::TEXT)?;
            maybe_text(SHAPE, "contentData.caseSystem", data.case_system.as_deref(), limits::TEXT)?;
        }
        self.content_data = wanted.content_data.clone();
        Ok(())
    }

    fn take_recipient(
        &mut self,
        shape: &'static str,
        recipient: Option<&wire::Recipient>,
    ) -> Result<(), MailboxError> {
        if self.answers.is_some() && recipient != self.recipient.as_ref() {
            if recipient.is_none() {
                return Ok(());
            }
            let ours = |r: Option<&wire::Recipient>| r.and_then(|r| r.recipient_id.clone());
            if ours(recipient) != ours(self.recipient.as_ref()) {
                let message = "an answer goes to whoever wrote the letter; its recipient stays";
                return Err(MailboxError::field(shape, "recipient", message));
            }
            return Ok(());
        }
        if let Some(to) = recipient {
            maybe_text(shape, "recipient.recipientId", to.recipient_id.as_deref(), limits::TEXT)?;
            maybe_text(shape, "recipient.label", to.label.as_deref(), limits::TEXT)?;
            let point = to.contact_point.as_ref();
            let infos = point.and_then(|point| point.contact_info.as_deref()).unwrap_or_default();
            if infos.len() > 2 {
                let message = "contactInfo has at most 2 entries";
                return Err(MailboxError::field(shape, "recipient.contactPoint", message));
            }
            for info in infos {
                for text in [&info.label, &info.value] {
                    maybe_text(shape, "recipient.contactPoint", text.as_deref(), limits::TEXT)?;
                }
            }
        }
        self.recipient = recipient.cloned();
        Ok(())
    }
}

impl Exchange {
    /// Begins a message.
    ///
    /// # Errors
    ///
    /// See [`MailboxError`].
    pub async fn add_draft(
        &self,
        open: &OpenMailbox,
        wanted: &wire::Message,
    ) -> Result<wire::Message, MailboxError> {
        let mut draft = Draft { message_uuid: self.ids().random(), ..Draft::default() };
        draft.take(wanted)?;
        self.keep_draft(open, draft).await
    }

    pub(super) async fn keep_draft(
        &self,
        open: &OpenMailbox,
        draft: Draft,
    ) -> Result<wire::Message, MailboxError> {
        open.must(Right::Write)?;
        let now = self.clock().now();
        if self.newest_drafts(open.id()).await?.len() >= limits::DRAFTS {
            return Err(MailboxError::Stands {
                code: "drafts.exceeded",
                message: "the mailbox has as many drafts as it may have; send or delete one first",
            });
        }
        let kept = Kept::new(self.ids().random(), open.id(), now, draft);
        let event = self.event_in(open, EventTag::DraftSaved, now);
        self.store().commit(Batch { ops: vec![kept.add()?, event.into_op()] }).await?;
        Ok(self.show_draft(open, &kept))
    }

    pub(super) async fn put_draft(
        &self,
        open: &OpenMailbox,
        mut kept: Kept<Draft>,
        version: i64,
        wanted: &wire::Message,
    ) -> Result<wire::Message, MailboxError> {
        must_be(version, kept.version)?;
        kept.body.take(wanted)?;
        let kept = self.save_draft(open, kept).await?;
        Ok(self.show_draft(open, &kept))
    }

    pub(super) async fn patch_draft(
        &self,
        open: &OpenMailbox,
        mut kept: Kept<Draft>,
        version: i64,
        patch: &wire::MessagePatchCommand,
    ) -> Result<wire::Message, MailboxError> {
        const SHAPE: &str = "MessagePatchCommand";
        must_be(version, kept.version)?;
        if patch.folder_id.is_some_and(|id| id != fixed_id(open.id(), wire::FolderType::Drafts)) {
            let message = "a draft stays in DRAFTS until it is sent";
            return Err(MailboxError::field(SHAPE, "folderId", message));
        }
        if patch.legally_notified == Some(true) {
            let message = "the message serves no legal document";
            return Err(MailboxError::field(SHAPE, "legallyNotified", message));
        }
        let draft = &mut kept.body;
        if let Some(label) = &patch.label {
            draft.label = maybe_text(SHAPE, "label", Some(label), limits::TEXT)?;
        }
        if let Some(code) = &patch.message_code {
            draft.code = maybe_text(SHAPE, "messageCode", Some(code), limits::TEXT)?;
        }
        if let Some(note) = &patch.note {
            draft.note = maybe_text(SHAPE, "note", Some(note), limits::NOTE)?;
        }
        draft.flag = patch.flag.unwrap_or(draft.flag);
        if patch.recipient.is_some() {
            draft.take_recipient(SHAPE, patch.recipient.as_ref())?;
        }
        let kept = self.save_draft(open, kept).await?;
        Ok(self.show_draft(open, &kept))
    }

    /// The next version of a draft.
    pub(super) async fn save_draft(
        &self,
        open: &OpenMailbox,
        kept: Kept<Draft>,
    ) -> Result<Kept<Draft>, StorageError> {
        let now = self.clock().now();
        let (kept, op) = kept.change(now)?;
        let event: Op = self.event_in(open, EventTag::DraftSaved, now).into_op();
        self.store().commit(Batch { ops: vec![op, event] }).await?;
        Ok(kept)
    }

    /// The drafts of a mailbox, the one changed last first.
    pub(super) async fn newest_drafts(
        &self,
        mailbox: Uuid,
    ) -> Result<Vec<Kept<Draft>>, StorageError> {
        let mut drafts = self.kept_all::<Draft>(Some(mailbox), limits::DRAFTS).await?.items;
        drafts.sort_by_key(|draft| {
            std::cmp::Reverse::<(Timestamp, Uuid)>((draft.updated_at, draft.id))
        });
        Ok(drafts)
    }

    pub(super) fn show_draft(&self, open: &OpenMailbox, kept: &Kept<Draft>) -> wire::Message {
        let draft = kept.body.clone();
        let documents = draft.documents.iter().map(|document| show_document(kept, document));
        let documents = documents.collect();
        wire::Message {
            id: Some(kept.id),
            version: Some(kept.version),
            created_date_time: Some(time(kept.created_at)),
            last_updated: Some(time(kept.updated_at)),
            message_date_time: Some(time(kept.updated_at)),
            mailbox_id: Some(open.id()),
            folder_id: Some(fixed_id(open.id(), wire::FolderType::Drafts)),
            message_type: Some(wire::MessageKind::Regular),
            message_state: Some(wire::MessageState::Draft),
            message_code: draft.code,
            label: draft.label,
            forward: Some(false),
            flag: Some(draft.flag),
            read: Some(true),
            recipient: draft.recipient,
            documents: Some(documents),
            content_data: draft.content_data,
            note: draft.note,
            ..wire::Message::default()
        }
    }
}

pub(super) fn show_document(kept: &Kept<Draft>, document: &DraftDocument) -> wire::Document {
    wire::Document {
        id: Some(document.id),
        version: Some(document.version),
        document_type: Some(document.kind),
        document_id: document.document_id.clone(),
        label: document.label.clone(),
        files: Some(document.files.iter().map(|file| show_file(kept, file)).collect()),
        actions: Some(Vec::new()),
    }
}

pub(super) fn show_file(kept: &Kept<Draft>, file: &DraftFile) -> wire::File {
    let content = file.content.and_then(|number| kept.contents.get(number));
    wire::File {
        id: Some(file.id),
        version: Some(file.version),
        encoding_format: Some(file.encoding_format.clone()),
        filename: Some(file.filename.clone()),
        language: Some(file.language.clone()),
        file_size: Some(content.map_or(0, |content| content.length_bytes)),
    }
}
