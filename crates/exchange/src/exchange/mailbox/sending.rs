//! Answers, and drafts on their way: a draft becomes a MeMo message and is accepted like any other.

use std::io::{self, Read as _};

use brevdue_memo as memo;
use brevdue_memo::reply::{ReplyDraft, reply};
use brevdue_memo::{
    Content, MemoVersion, Message, MessageBody, MessageHeader, MessageType, PartyId, UtcDateTime,
    Uuid4,
};
use brevdue_wire::mailbox as wire;
use brevdue_wire::{PageRequest, Receipt};
use uuid::Uuid;

use super::answering::Answerable;
use super::drafts::{Draft, DraftDocument};
use super::listing::Entry;
use super::opening::{OpenMailbox, Right};
use super::{MailboxError, limits, must_be};
use crate::TransmissionId;
use crate::exchange::accept::Written;
use crate::exchange::judge::outline_of;
use crate::{Batch, ContentRef, Exchange, Kept, MailboxRow, MemoKey, Op, Origin, StorageError};

const SHAPE: &str = "Message";

impl Exchange {
    /// Begins the answer to a letter: a draft to whoever wrote it.
    ///
    /// # Errors
    ///
    /// `Stands` when the letter allows no answer.
    pub async fn begin_reply(
        &self,
        open: &OpenMailbox,
        id: Uuid,
    ) -> Result<wire::Message, MailboxError> {
        open.must(Right::Write)?;
        let Entry::Letter(row) = self.entry(open, id).await? else { return Err(NO_REPLY) };
        if row.memo.origin == Origin::Mailbox(open.owner()) {
            return Err(NO_REPLY);
        }
        let letter = self.read_letter(&row)?;
        if letter.header.reply != Some(true) {
            return Err(NO_REPLY);
        }
        let sender = letter.header.sender;
        let to = memo::Recipient {
            recipient_id: sender.sender_id,
            id_type: sender.id_type,
            id_type_label: sender.id_type_label,
            label: Some(sender.label),
            attention_data: sender.attention_data,
            contact_point: sender.contact_point,
        };
        let label = format!("Svar: {}", letter.header.label);
        let draft = Draft {
            message_uuid: self.ids().random(),
            label: Some(label.chars().take(limits::TEXT).collect()),
            recipient: Some(super::showing::recipient(&to)),
            answers: Some(row.entry.memo.0),
            ..Draft::default()
        };
        self.keep_draft(open, draft).await
    }

    /// Sends a draft. What is sent is a new message in `SENT`, with an id of its own; the draft is gone.
    /// Sent twice, for example because the first answer was lost, it is delivered once.
    ///
    /// # Errors
    ///
    /// See [`MailboxError`].
    pub async fn send_draft(
        &self,
        open: &OpenMailbox,
        id: Uuid,
        version: Option<i64>,
    ) -> Result<wire::Message, MailboxError> {
        let kept = self.draft(open, id).await?;
        if let Some(version) = version {
            must_be(version, kept.version)?;
        }
        let message = self.message_of(open, &kept).await?;
        let content = self.write_down(&message, io::empty())?;
        let receipt = self.hand_in(open, &message, content, Vec::new()).await?;
        match self.store().commit(Batch::of(kept.remove())).await {
            // It was sent by two calls at once, and is one message all the same.
            Err(StorageError::Conflict(_)) => {}
            other => other?,
        }
        let row = self.row_of(open, &receipt).await?;
        self.show_letter(open, &row)
    }

    /// Accepts a message that we have written, with what belongs to the same batch.
    pub(super) async fn hand_in(
        &self,
        open: &OpenMailbox,
        message: &Message,
        content: ContentRef,
        also: Vec<Op>,
    ) -> Result<Receipt, MailboxError> {
        let header = &message.header;
        let (Ok(sender), Ok(recipient)) = (header.sender.party(), header.recipient.party()) else {
            return Err(MailboxError::field(SHAPE, "recipient.recipientId", NO_PARTY));
        };
        let written = Written {
            message_uuid: header.message_uuid.value(),
            outline: outline_of(message, sender, recipient),
            also,
        };
        let origin = Origin::Mailbox(open.owner());
        Ok(self.accept_single(origin, None, content, Some(written)).await?)
    }

    /// What was just accepted, in the folder `SENT`.
    pub(super) async fn row_of(
        &self,
        open: &OpenMailbox,
        receipt: &Receipt,
    ) -> Result<MailboxRow, MailboxError> {
        let transmission = TransmissionId(receipt.transmission_id.unwrap_or_default());
        let page = PageRequest { page: 0, size: 1 };
        let memos = self.store().memos_of(transmission, page).await?;
        let key = memos.items.first().map_or(MemoKey(Uuid::nil()), |memo| memo.key);
        let row = self.store().mailbox_entry(open.owner(), key).await?;
        row.ok_or(MailboxError::NotThere("message"))
    }

    async fn message_of(
        &self,
        open: &OpenMailbox,
        kept: &Kept<Draft>,
    ) -> Result<Message, MailboxError> {
        let draft = &kept.body;
        let label = draft.label.clone().unwrap_or_default();
        if label.is_empty() {
            return Err(MailboxError::field(SHAPE, "label", "label is missing: it is the title"));
        }
        let to = draft.recipient.as_ref();
        let (to, recipient) = match to.map(|to| (to, party_of(to))) {
            Some((to, Some(party))) => (to, party),
            _ => return Err(MailboxError::field(SHAPE, "recipient.recipientId", NO_PARTY)),
        };
        if draft.answers.is_none() {
            self.must_be_authority(recipient).await?;
        }
        let (header, version, limit) = match draft.answers {
            Some(letter) => self.header_of_answer(open, kept, MemoKey(letter), label).await?,
            None => {
                let point = to.contact_point.as_ref().and_then(|point| point.contact_point_id);
                let point = point.map(|id| id.to_string());
                let (facts, _) = self.recipient_facts(recipient, point.as_deref()).await?;
                let limit = self.bytes_at(facts.contact_point.as_ref(), open.contact.party);
                (header(open, draft, to, recipient, label), MemoVersion::V1_2, limit)
            }
        };
        let encoded = kept.contents.iter().map(|c| c.length_bytes.saturating_mul(4) / 3);
        if encoded.sum::<u64>() > limit {
            let text = format!("the message is over the limit of {limit} bytes of its recipient");
            return Err(MailboxError::field(SHAPE, "documents", text));
        }
        let body = self.body_of(kept)?;
        let schema_version = (version == MemoVersion::V1_1).then(|| "1.1.0".to_owned());
        Ok(Message { version, schema_version, header, body: Some(body) })
    }

    /// People and companies write to authorities only.
    pub(super) async fn must_be_authority(&self, recipient: PartyId) -> Result<(), MailboxError> {
        let organisation = match recipient {
            PartyId::Cpr(_) => None,
            PartyId::Cvr(cvr) => self.store().organisation_by_cvr(cvr).await?,
        };
        if organisation.is_some_and(|organisation| organisation.is_authority()) {
            return Ok(());
        }
        let message = "people and companies write to authorities; this is the number of none";
        Err(MailboxError::field(SHAPE, "recipient.recipientId", message))
    }

    async fn header_of_answer(
        &self,
        open: &OpenMailbox,
        kept: &Kept<Draft>,
        letter: MemoKey,
        label: String,
    ) -> Result<(MessageHeader, MemoVersion, u64), MailboxError> {
        let row = self.store().mailbox_entry(open.owner(), letter).await?.ok_or(NO_REPLY)?;
        let original = self.read_letter(&row)?;
        let Answerable { desk, bytes } = self.answerable(&original, open.contact.party).await?;
        let answer = ReplyDraft {
            message_uuid: kept.body.message_uuid,
            created: kept.updated_at,
            label,
            sender_label: open.contact.name.clone(),
            text: String::new(),
            attachments: Vec::new(),
        };
        let mut header = reply(&original, answer)?.header;
        if desk.is_none() {
            header.recipient.contact_point = None;
        }
        header.message_code = kept.body.code.clone();
        Ok((header, original.version, bytes))
    }

    fn body_of(&self, kept: &Kept<Draft>) -> Result<MessageBody, MailboxError> {
        let documents = &kept.body.documents;
        let of_kind = |kind| documents.iter().filter(move |document| document.kind == kind);
        let Some(main) = of_kind(wire::DocumentType::Main).next() else {
            let message = "the message has no MAIN document";
            return Err(MailboxError::field(SHAPE, "documents", message));
        };
        let mut additional_documents = Vec::new();
        for document in of_kind(wire::DocumentType::Additional) {
            additional_documents.push(memo::AdditionalDocument {
                additional_document_id: document.document_id.clone(),
                label: document.label.clone(),
                files: self.files_of_document(kept, document)?,
                actions: Vec::new(),
            });
        }
        let mut technical_documents = Vec::new();
        for document in of_kind(wire::DocumentType::Technical) {
            technical_documents.push(memo::TechnicalDocument {
                technical_document_id: document.document_id.clone(),
                label: document.label.clone(),
                files: self.files_of_document(kept, document)?,
            });
        }
        Ok(MessageBody {
            created_date_time: UtcDateTime::from(kept.updated_at),
            main_document: memo::MainDocument {
                main_document_id: main.document_id.clone(),
                label: main.label.clone(),
                files: self.files_of_document(kept, main)?,
                actions: Vec::new(),
            },
            additional_documents,
            technical_documents,
        })
    }

    fn files_of_document(
        &self,
        kept: &Kept<Draft>,
        document: &DraftDocument,
    ) -> Result<Vec<memo::File>, MailboxError> {
        let mut files = Vec::new();
        for file in &document.files {
            let content = file.content.and_then(|number| kept.contents.get(number));
            let Some(content) = content.filter(|content| content.length_bytes > 0) else {
                let message = "a file has no content yet, or is empty";
                return Err(MailboxError::field(SHAPE, "documents", message));
            };
            let mut bytes = Vec::new();
            let mut source = self.store().open(content)?;
            let read = source.read_to_end(&mut bytes);
            read.map_err(|error| StorageError::Failed(error.into()))?;
            files.push(memo::File {
                encoding_format: file.encoding_format.clone(),
                filename: file.filename.clone(),
                language: file.language.clone(),
                content: Content::Held(bytes),
            });
        }
        if files.is_empty() {
            let message = "a document has no file";
            return Err(MailboxError::field(SHAPE, "documents", message));
        }
        Ok(files)
    }
}

const NO_REPLY: MailboxError = MailboxError::Stands {
    code: "reply.not.allowed",
    message: "the letter allows no answer, or is not there any more",
};

const NO_PARTY: &str =
    "recipientId is missing, or is not a number of the kind that recipientIdType names";

pub(super) fn party_of(to: &wire::Recipient) -> Option<PartyId> {
    let kind = match to.recipient_id_type? {
        wire::RecipientIdType::Cpr => "CPR",
        wire::RecipientIdType::Cvr => "CVR",
        wire::RecipientIdType::Email => return None,
    };
    PartyId::parse(kind, to.recipient_id.as_deref()?.trim()).ok()
}

fn header(
    open: &OpenMailbox,
    draft: &Draft,
    to: &wire::Recipient,
    recipient: PartyId,
    label: String,
) -> MessageHeader {
    let party = open.contact.party;
    let point = to.contact_point.as_ref();
    let contact_point = point.and_then(|point| {
        let id = point.contact_point_id?;
        let infos = point.contact_info.iter().flatten();
        Some(memo::ContactPoint {
            contact_group: point.contact_group.clone(),
            contact_point_id: id.to_string(),
            label: point.label.clone(),
            contact_info: infos
                .map(|info| memo::ContactInfo {
                    label: info.label.clone().unwrap_or_default(),
                    value: info.value.clone().unwrap_or_default(),
                })
                .collect(),
        })
    });
    MessageHeader {
        message_type: MessageType::DigitalPost,
        message_uuid: Uuid4::from(draft.message_uuid),
        message_id: None,
        message_code: draft.code.clone(),
        label,
        notification: None,
        additional_notification: None,
        reply: Some(true),
        reply_by_date_time: None,
        do_not_deliver_until_date: None,
        mandatory: None,
        legal_notification: None,
        post_type: None,
        sender: own_sender(open, None),
        recipient: memo::Recipient {
            recipient_id: recipient.digits().to_owned(),
            id_type: recipient.id_type().to_owned(),
            id_type_label: None,
            label: to.label.clone().filter(|label| !label.trim().is_empty()),
            attention_data: None,
            contact_point,
        },
        content_data: draft.content_data.as_ref().and_then(content_data),
        forward_data: None,
        reply_data: vec![memo::ReplyData {
            message_id: None,
            message_uuid: Uuid4::from(draft.message_uuid),
            reply_uuid: None,
            sender_id: Some(party.digits().to_owned()),
            recipient_id: Some(recipient.digits().to_owned()),
            case_id: None,
            contact_point_id: None,
            generating_system_id: None,
            comment: None,
            additional_reply_data: Vec::new(),
        }],
    }
}

/// The owner of a mailbox as a sender, under another name if one is given.
pub(super) fn own_sender(open: &OpenMailbox, label: Option<String>) -> memo::Sender {
    let party = open.contact.party;
    memo::Sender {
        sender_id: party.digits().to_owned(),
        id_type: party.id_type().to_owned(),
        id_type_label: None,
        label: label.unwrap_or_else(|| open.contact.name.clone()),
        attention_data: None,
        contact_point: None,
        representative: None,
    }
}

/// What a draft says it is about, as far as people say it: persons, companies, a case, pairs of their own.
fn content_data(data: &wire::ContentData) -> Option<memo::ContentData> {
    let cpr_data = data
        .cpr_data_cpr_number
        .clone()
        .map(|cpr_number| memo::CprData { cpr_number, name: data.cpr_data_name.clone() });
    let cvr_data = data.cvr_data_cvr_number.clone().map(|cvr_number| memo::CvrData {
        cvr_number,
        company_name: data.cvr_data_company_name.clone(),
    });
    let case_id = data.case_id.clone().map(|case_id| memo::CaseId {
        case_id,
        case_system: data.case_system.clone().unwrap_or_default(),
    });
    let pairs = data.additional_content_data.iter().flatten();
    let additional_content_data: Vec<_> = pairs
        .map(|pair| memo::AdditionalContentData {
            content_data_type: pair.content_data_type.clone(),
            content_data_name: pair.content_data_name.clone().unwrap_or_default(),
            content_data_value: pair.content_data_value.clone().unwrap_or_default(),
        })
        .collect();
    let is_empty = cpr_data.is_none()
        && cvr_data.is_none()
        && case_id.is_none()
        && additional_content_data.is_empty();
    (!is_empty).then_some(memo::ContentData {
        cpr_data,
        cvr_data,
        motor_vehicle: None,
        property_number: None,
        case_id,
        kle_data: None,
        form_data: None,
        production_unit: None,
        education: None,
        address: None,
        unstructured_address: None,
        additional_content_data,
    })
}
