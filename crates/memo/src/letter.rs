//! Building letters: one that somebody describes, and invented ones for tests and load.

use uuid::Uuid;

use crate::{
    Action, AdditionalDocument, ContactPoint, Content, File, LocalDate, MainDocument, MemoVersion,
    Message, MessageBody, MessageHeader, MessageType, PartyId, Recipient, Sender, Timestamp,
    UtcDateTime, Uuid4, reading, rules,
};

mod sample;

pub use sample::{SampleOptions, sample};

/// A file to go into a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftFile {
    /// File name with extension, at most 256 characters; refused characters become hyphens.
    pub filename: String,
    /// Media type, at most 256 characters.
    pub encoding_format: String,
    /// The bytes.
    pub content: Vec<u8>,
}

/// What is needed for a letter. [`LetterDraft::new`] fills in the rest; change what should differ.
#[derive(Debug, Clone)]
pub struct LetterDraft {
    /// Version of the format.
    pub version: MemoVersion,
    /// UUID (version 4) of the message.
    pub message_uuid: Uuid,
    /// When it was written.
    pub created: Timestamp,
    /// Who sends.
    pub sender: PartyId,
    /// The sender's name, at most 256 characters.
    pub sender_label: String,
    /// Where answers should go.
    pub sender_contact_point: Option<ContactPoint>,
    /// Who receives.
    pub recipient: PartyId,
    /// The recipient's name, at most 256 characters.
    pub recipient_label: Option<String>,
    /// Title, at most 256 characters.
    pub label: String,
    /// The sender system's own id, at most 256 characters.
    pub message_id: Option<String>,
    /// Notice sent to the recipient, at most 160 characters.
    pub notification: Option<String>,
    /// Whether the recipient may answer.
    pub reply: bool,
    /// Until when.
    pub reply_by: Option<Timestamp>,
    /// Not before this date.
    pub do_not_deliver_until: Option<LocalDate>,
    /// Whether exempt recipients get it too.
    pub mandatory: bool,
    /// The text; becomes the first file of the main document, as plain text.
    pub text: Option<String>,
    /// Further files of the main document.
    pub files: Vec<DraftFile>,
    /// Attachments.
    pub attachments: Vec<DraftFile>,
    /// What the recipient can do.
    pub actions: Vec<Action>,
}

/// Why no letter could be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LetterError {
    /// A text is over its limit.
    #[error(transparent)]
    TooLong(#[from] TooLong),
    /// There is neither a text nor a file.
    #[error("a letter has a text or at least one file")]
    NoDocument,
}

/// A text is over its limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} has {length} characters, over the limit of {limit}")]
pub struct TooLong {
    /// Which text.
    pub field: &'static str,
    /// Characters it has.
    pub length: usize,
    /// Characters it may have.
    pub limit: usize,
}

impl LetterDraft {
    /// A draft of a letter without text, files, actions and answer.
    pub fn new(
        version: MemoVersion,
        message_uuid: Uuid,
        created: Timestamp,
        (sender, sender_label): (PartyId, &str),
        (recipient, recipient_label): (PartyId, Option<&str>),
        label: &str,
    ) -> Self {
        Self {
            version,
            message_uuid,
            created,
            sender,
            sender_label: sender_label.to_owned(),
            sender_contact_point: None,
            recipient,
            recipient_label: recipient_label.map(str::to_owned),
            label: label.to_owned(),
            message_id: None,
            notification: None,
            reply: false,
            reply_by: None,
            do_not_deliver_until: None,
            mandatory: false,
            text: None,
            files: Vec::new(),
            attachments: Vec::new(),
            actions: Vec::new(),
        }
    }

    /// The letter. Characters that XML cannot carry are left out of its texts.
    ///
    /// # Errors
    /// See [`LetterError`].
    pub fn build(self) -> Result<Message, LetterError> {
        let label = within("label", 256, clean(&self.label))?;
        let version_1_1 = self.version == MemoVersion::V1_1;
        let optional = |field, limit, text: Option<String>| {
            text.map(|text| within(field, limit, clean(&text))).transpose()
        };
        let mut main_document = match &self.text {
            Some(text) => text_document(label.clone(), "Brev.txt", text, self.actions),
            None => MainDocument {
                main_document_id: None,
                label: Some(label.clone()),
                files: Vec::new(),
                actions: self.actions,
            },
        };
        for draft in self.files {
            main_document.files.push(file(draft)?);
        }
        if main_document.files.is_empty() {
            return Err(LetterError::NoDocument);
        }
        let mut additional_documents = Vec::with_capacity(self.attachments.len());
        for draft in self.attachments {
            additional_documents.push(additional_document(draft)?);
        }
        Ok(Message {
            version: self.version,
            schema_version: version_1_1.then(|| "1.1.0".to_owned()),
            header: MessageHeader {
                message_type: MessageType::DigitalPost,
                message_uuid: Uuid4::from(self.message_uuid),
                message_id: optional("message id", 256, self.message_id)?,
                message_code: None,
                label,
                notification: optional("notification", 160, self.notification)?,
                additional_notification: None,
                reply: (self.reply || version_1_1).then_some(self.reply),
                reply_by_date_time: self.reply_by.map(UtcDateTime::from),
                do_not_deliver_until_date: self.do_not_deliver_until,
                mandatory: (self.mandatory || version_1_1).then_some(self.mandatory),
                legal_notification: version_1_1.then_some(false),
                post_type: None,
                sender: Sender {
                    sender_id: self.sender.digits().to_owned(),
                    id_type: self.sender.id_type().to_owned(),
                    id_type_label: None,
                    label: within("sender label", 256, clean(&self.sender_label))?,
                    attention_data: None,
                    contact_point: self.sender_contact_point,
                    representative: None,
                },
                recipient: Recipient {
                    recipient_id: self.recipient.digits().to_owned(),
                    id_type: self.recipient.id_type().to_owned(),
                    id_type_label: None,
                    label: optional("recipient label", 256, self.recipient_label)?,
                    attention_data: None,
                    contact_point: None,
                },
                content_data: None,
                forward_data: None,
                reply_data: Vec::new(),
            },
            body: Some(MessageBody {
                created_date_time: UtcDateTime::from(self.created),
                main_document,
                additional_documents,
                technical_documents: Vec::new(),
            }),
        })
    }
}

/// A main document of one plain text.
pub(crate) fn text_document(
    label: String,
    filename: &str,
    text: &str,
    actions: Vec<Action>,
) -> MainDocument {
    let text_file = File {
        encoding_format: "text/plain".to_owned(),
        filename: filename.to_owned(),
        language: "da".to_owned(),
        content: Content::Held(text.as_bytes().to_vec()),
    };
    MainDocument { main_document_id: None, label: Some(label), files: vec![text_file], actions }
}

/// A document of one attached file, called like it.
pub(crate) fn additional_document(draft: DraftFile) -> Result<AdditionalDocument, TooLong> {
    let file = file(draft)?;
    Ok(AdditionalDocument {
        additional_document_id: None,
        label: Some(file.filename.clone()),
        files: vec![file],
        actions: Vec::new(),
    })
}

fn file(draft: DraftFile) -> Result<File, TooLong> {
    Ok(File {
        encoding_format: within("media type", 256, clean(&draft.encoding_format))?,
        filename: within("file name", 256, rules::repair_filename(&clean(&draft.filename)))?,
        language: "da".to_owned(),
        content: Content::Held(draft.content),
    })
}

/// The text without characters that XML cannot carry.
pub(crate) fn clean(text: &str) -> String {
    text.chars().filter(|character| reading::characters::is_allowed(*character)).collect()
}

/// The text, when it has at most so many characters.
pub(crate) fn within(field: &'static str, limit: usize, text: String) -> Result<String, TooLong> {
    let length = text.chars().count();
    if length > limit { Err(TooLong { field, length, limit }) } else { Ok(text) }
}
