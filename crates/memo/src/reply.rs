//! Building an answer to a message: right parties, right contact point, right reply data.

use uuid::Uuid;

use crate::letter::{DraftFile, TooLong, additional_document, clean, text_document, within};
use crate::{
    MemoVersion, Message, MessageBody, MessageHeader, MessageType, Recipient, ReplyData, Sender,
    Timestamp, UtcDateTime, Uuid4,
};

/// What a person writes in an answer.
#[derive(Debug, Clone)]
pub struct ReplyDraft {
    /// UUID (version 4) of the new message.
    pub message_uuid: Uuid,
    /// When it was written.
    pub created: Timestamp,
    /// Title, at most 256 characters.
    pub label: String,
    /// Name of the one who answers, at most 256 characters.
    pub sender_label: String,
    /// The text; becomes the main document as plain text.
    pub text: String,
    /// Attachments: file name, media type, bytes.
    pub attachments: Vec<(String, String, Vec<u8>)>,
}

/// Why no answer could be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplyError {
    /// The message says `reply = false` or nothing.
    #[error("the message does not allow an answer")]
    NotAllowed,
    /// A text is over its limit.
    #[error("{field} has {length} characters, over the limit of {limit}")]
    TooLong {
        /// Which text.
        field: &'static str,
        /// Characters it has.
        length: usize,
        /// Characters it may have.
        limit: usize,
    },
}

impl From<TooLong> for ReplyError {
    fn from(TooLong { field, length, limit }: TooLong) -> Self {
        Self::TooLong { field, length, limit }
    }
}

/// Builds the answer to `original`, in its version, with `reply` set so that the conversation can go on.
///
/// Sender and recipient change places, the sender's contact point becomes the recipient's, and the
/// reply data of the conversation is carried on with an entry for the answer. Characters that XML
/// cannot carry are left out, and refused characters in file names become hyphens.
///
/// # Errors
/// See [`ReplyError`].
pub fn reply(original: &Message, draft: ReplyDraft) -> Result<Message, ReplyError> {
    if original.header.reply != Some(true) {
        return Err(ReplyError::NotAllowed);
    }
    let label = within("label", 256, clean(&draft.label))?;
    let sender_label = within("sender label", 256, clean(&draft.sender_label))?;
    let mut additional_documents = Vec::with_capacity(draft.attachments.len());
    for (filename, encoding_format, content) in draft.attachments {
        additional_documents.push(additional_document(DraftFile {
            filename,
            encoding_format,
            content,
        })?);
    }
    let version_1_1 = original.version == MemoVersion::V1_1;
    let message_uuid = Uuid4::from(draft.message_uuid);
    Ok(Message {
        version: original.version,
        schema_version: version_1_1.then(|| "1.1.0".to_owned()),
        header: MessageHeader {
            message_type: MessageType::DigitalPost,
            message_uuid,
            message_id: None,
            message_code: None,
            label: label.clone(),
            notification: None,
            additional_notification: None,
            reply: Some(true),
            reply_by_date_time: None,
            do_not_deliver_until_date: None,
            mandatory: version_1_1.then_some(false),
            legal_notification: version_1_1.then_some(false),
            post_type: None,
            sender: sender_of_answer(&original.header.recipient, sender_label),
            recipient: recipient_of_answer(&original.header.sender),
            content_data: None,
            forward_data: None,
            reply_data: conversation(&original.header, message_uuid),
        },
        body: Some(MessageBody {
            created_date_time: UtcDateTime::from(draft.created),
            main_document: text_document(label, "Svar.txt", &draft.text, Vec::new()),
            additional_documents,
            technical_documents: Vec::new(),
        }),
    })
}

fn sender_of_answer(recipient: &Recipient, label: String) -> Sender {
    Sender {
        sender_id: recipient.recipient_id.clone(),
        id_type: recipient.id_type.clone(),
        id_type_label: recipient.id_type_label.clone(),
        label,
        attention_data: recipient.attention_data.clone(),
        contact_point: recipient.contact_point.clone(),
        representative: None,
    }
}

fn recipient_of_answer(sender: &Sender) -> Recipient {
    Recipient {
        recipient_id: sender.sender_id.clone(),
        id_type: sender.id_type.clone(),
        id_type_label: sender.id_type_label.clone(),
        label: Some(sender.label.clone()),
        attention_data: sender.attention_data.clone(),
        contact_point: sender.contact_point.clone(),
    }
}

/// All entries of the original, one for itself if it has none, and one for the answer that carries
/// back what the original's own entry asks for.
fn conversation(original: &MessageHeader, answer: Uuid4) -> Vec<ReplyData> {
    let mut entries = original.reply_data.clone();
    if !entries.iter().any(|entry| entry.message_uuid == original.message_uuid) {
        entries.push(ReplyData {
            message_id: original.message_id.clone(),
            message_uuid: original.message_uuid,
            reply_uuid: None,
            sender_id: Some(original.sender.sender_id.clone()),
            recipient_id: Some(original.recipient.recipient_id.clone()),
            case_id: original
                .content_data
                .as_ref()
                .and_then(|data| data.case_id.as_ref())
                .map(|case| case.case_id.clone()),
            contact_point_id: None,
            generating_system_id: None,
            comment: None,
            additional_reply_data: Vec::new(),
        });
    }
    let own = entries.iter().find(|entry| entry.message_uuid == original.message_uuid);
    let own = own.expect("an entry for the original was there or was just added");
    let entry_of_answer = ReplyData {
        message_id: None,
        message_uuid: answer,
        reply_uuid: Some(original.message_uuid),
        sender_id: None,
        recipient_id: None,
        case_id: own.case_id.clone(),
        contact_point_id: own.contact_point_id.clone(),
        generating_system_id: own.generating_system_id.clone(),
        comment: None,
        additional_reply_data: own.additional_reply_data.clone(),
    };
    entries.push(entry_of_answer);
    entries
}
