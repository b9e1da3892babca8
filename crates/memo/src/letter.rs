//! Building letters: one that somebody describes, and invented ones for tests and load.
//!
//! A [`LetterDraft`] is filled in and built; what comes out is a message without an error, or why there
//! is none. What can be told by a type cannot be filled in wrongly: [`Markup`] for what the recipient
//! can do, [`About`] for what the letter is about, [`Attention`] for who stands behind it, and the
//! values of [`values`] in them. [`description`] makes a draft of a text in TOML or JSON.
//!
//! ```
//! use brevdue_memo::letter::{About, Case, LetterDraft, Link, Markup};
//! use brevdue_memo::{MemoVersion, PartyId, Timestamp};
//!
//! let mut draft = LetterDraft::new(
//!     MemoVersion::V1_2,
//!     uuid::Uuid::from_u128(0x8c2ea15d_61fb_4ba9_9366_42f8b194c114),
//!     "2026-03-01T12:00:00Z".parse::<Timestamp>()?,
//!     (PartyId::parse("CVR", "12345678")?, "Ærøby Kommune"),
//!     (PartyId::parse("CPR", "0101010000")?, Some("Vagn Sommer")),
//!     "Regning for bådplads",
//! );
//! draft.text = Some("Kære Vagn\n\nÅrsleje for bådplads 14: 1.250,00 kr.".to_owned());
//! let deadline = "2026-04-01T21:59:00Z".parse()?;
//! draft.markup.push(Markup::Payment(Link::new("Betal", "https://betaling.aeroeby.example/2041")?.until(deadline)));
//! draft.about =
//!     About { case: Some(Case { id: "2026-0815".parse()?, system: "Havnen".parse()? }), ..About::default() };
//! let message = draft.build()?;
//! let action = &message.body.expect("a letter has a body").main_document.actions[0];
//! assert_eq!(action.action_code, "BETALING");
//!
//! // An address that Digital Post would refuse never gets into a draft.
//! assert!(Link::new("Betal", "http://betaling.aeroeby.example/2041").is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use uuid::Uuid;

use crate::{
    Action, AdditionalDocument, AdditionalReplyData, ContactPoint, Content, File, LocalDate,
    MainDocument, MemoVersion, Message, MessageBody, MessageHeader, MessageType, PartyId,
    Recipient, ReplyData, Sender, TechnicalDocument, Timestamp, UtcDateTime, Uuid4, reading, rules,
};

mod about;
mod attention;
mod checked;
pub mod description;
mod error;
mod markup;
mod sample;
mod sms;
mod times;
pub mod values;
mod written;

pub use about::{
    About, Address, AddressParts, Case, CompanyAbout, Education, Form, Kle, Pair, PersonAbout,
    Point, Unit, Vehicle,
};
pub use attention::{
    Attention, Contact, Identified, LabelledValue, Location, Mail, Named, Phone, RepresentedBy,
    TaxUnit,
};
pub use error::{LetterError, TooLong};
pub use markup::{Appointment, Link, Markup, Organiser};
pub use sample::{SampleOptions, Variety, sample, sample_varied};
pub use sms::SmsDraft;
use values::{LanguageCode, Text};

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

/// Whose mail it is, for senders who do not use the recipient's contact structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PostType {
    /// `MYNDIGHEDSPOST`: of an authority.
    Authority,
    /// `VIRKSOMHEDSPOST`: of a business.
    Business,
}

impl PostType {
    /// The word of the standard.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authority => "MYNDIGHEDSPOST",
            Self::Business => "VIRKSOMHEDSPOST",
        }
    }
}

/// Whether `reply`, `mandatory` and `legalNotification` are written when they are false. Version 1.1 always
/// has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Negatives {
    /// They are left out, which means the same.
    #[default]
    LeftOut,
    /// They are written, so that a reader sees that somebody decided.
    Written,
}

/// What an answer carries back, so that it finds its case; and which message this one answers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReplyReference {
    /// UUID of the message this letter answers.
    pub answers: Option<Uuid4>,
    /// Number of the case.
    pub case: Option<Text>,
    /// Contact point.
    pub contact_point: Option<Uuid>,
    /// System that made the letter.
    pub generating_system: Option<Text>,
    /// Remark, at most 512 characters.
    pub comment: Option<Text<512>>,
    /// Up to four pairs of the sender's own.
    pub data: Vec<LabelledValue>,
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
    /// More about the sender.
    pub sender_attention: Attention,
    /// Who represents the sender; version 1.2 alone.
    pub representative: Option<RepresentedBy>,
    /// Who receives.
    pub recipient: PartyId,
    /// The recipient's name, at most 256 characters.
    pub recipient_label: Option<String>,
    /// Contact point of a receiving organisation.
    pub recipient_contact_point: Option<ContactPoint>,
    /// Who inside a receiving organisation.
    pub recipient_attention: Attention,
    /// Title, at most 256 characters.
    pub label: String,
    /// The sender system's own id, at most 256 characters.
    pub message_id: Option<String>,
    /// The sender's code or name of the kind of letter, at most 256 characters.
    pub message_code: Option<String>,
    /// Notice sent to the recipient, at most 160 characters (150 are safe in version 1.1).
    pub notification: Option<String>,
    /// Longer notice, at most 256 characters.
    pub additional_notification: Option<String>,
    /// Whether the recipient may answer.
    pub reply: bool,
    /// Until when; only when the recipient may answer.
    pub reply_by: Option<Timestamp>,
    /// What an answer carries back.
    pub reply_reference: Option<ReplyReference>,
    /// Not before this date.
    pub do_not_deliver_until: Option<LocalDate>,
    /// Whether exempt recipients get it too. Needs a permission.
    pub mandatory: bool,
    /// Whether it serves a legal document (forkyndelse). Needs a permission.
    pub legal_notification: bool,
    /// Whether the three switches are written when they are off.
    pub negatives: Negatives,
    /// Whose mail it is.
    pub post_type: Option<PostType>,
    /// What the letter is about.
    pub about: About,
    /// Language of all documents.
    pub language: LanguageCode,
    /// The text; becomes the first file of the main document, as plain text.
    pub text: Option<String>,
    /// Further files of the main document: the same letter in other formats.
    pub files: Vec<DraftFile>,
    /// Attachments.
    pub attachments: Vec<DraftFile>,
    /// Documents for the recipient's systems, which nobody reads.
    pub technical: Vec<DraftFile>,
    /// What the recipient can do.
    pub markup: Vec<Markup>,
    /// Further actions as the format has them, after those of `markup`; with codes of their own, say.
    pub actions: Vec<Action>,
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
            sender_attention: Attention::default(),
            representative: None,
            recipient,
            recipient_label: recipient_label.map(str::to_owned),
            recipient_contact_point: None,
            recipient_attention: Attention::default(),
            label: label.to_owned(),
            message_id: None,
            message_code: None,
            notification: None,
            additional_notification: None,
            reply: false,
            reply_by: None,
            reply_reference: None,
            do_not_deliver_until: None,
            mandatory: false,
            legal_notification: false,
            negatives: Negatives::LeftOut,
            post_type: None,
            about: About::default(),
            language: LanguageCode::danish(),
            text: None,
            files: Vec::new(),
            attachments: Vec::new(),
            technical: Vec::new(),
            markup: Vec::new(),
            actions: Vec::new(),
        }
    }

    /// The letter. Characters that XML cannot carry are left out of its texts.
    ///
    /// It has no error by syntax, schema or rules; warnings it may have.
    ///
    /// # Errors
    /// See [`LetterError`].
    pub fn build(self) -> Result<Message, LetterError> {
        let message_uuid = version_4("the message UUID", self.message_uuid)?;
        let label = required("the title", &self.label)?;
        if self.reply_by.is_some() && !self.reply {
            return Err(LetterError::ReplyByWithoutReply);
        }
        if self.reply_by.is_some_and(|by| by <= self.created) {
            return Err(LetterError::ReplyByPast);
        }
        if self.representative.is_some() && self.version < MemoVersion::V1_2 {
            let (field, version) = ("representative", self.version);
            return Err(LetterError::NotInVersion { field, version });
        }
        let body = MessageBody {
            created_date_time: UtcDateTime::from(self.created),
            main_document: MainDocument {
                main_document_id: None,
                label: Some(label.clone()),
                files: main_files(self.text, self.files, &self.language)?,
                actions: actions(self.markup, self.actions, self.message_uuid, &label)?,
            },
            additional_documents: files(self.attachments, &self.language)?
                .into_iter()
                .map(additional)
                .collect(),
            technical_documents: files(self.technical, &self.language)?
                .into_iter()
                .map(|file| TechnicalDocument {
                    technical_document_id: None,
                    label: Some(file.filename.clone()),
                    files: vec![file],
                })
                .collect(),
        };
        let message_id = optional("the message id", 256, self.message_id)?;
        let parties = (self.sender, self.recipient);
        let reply_data = match self.reply_reference {
            Some(reference) => vec![reply_data(reference, message_uuid, &message_id, parties)?],
            None => Vec::new(),
        };
        let written = self.version == MemoVersion::V1_1 || self.negatives == Negatives::Written;
        let switch = |on: bool| (on || written).then_some(on);
        let header = MessageHeader {
            message_type: MessageType::DigitalPost,
            message_uuid,
            message_id,
            message_code: optional("the message code", 256, self.message_code)?,
            label,
            notification: optional("the notice", 160, self.notification)?,
            additional_notification: optional(
                "the longer notice",
                256,
                self.additional_notification,
            )?,
            reply: switch(self.reply),
            reply_by_date_time: self.reply_by.map(UtcDateTime::from),
            do_not_deliver_until_date: self.do_not_deliver_until,
            mandatory: switch(self.mandatory),
            legal_notification: switch(self.legal_notification),
            post_type: self.post_type.map(|kind| kind.as_str().to_owned()),
            sender: Sender {
                sender_id: self.sender.digits().to_owned(),
                id_type: self.sender.id_type().to_owned(),
                id_type_label: None,
                label: required("the sender's name", &self.sender_label)?,
                attention_data: attention::attention_data(self.sender_attention),
                contact_point: self.sender_contact_point,
                representative: self.representative.map(Into::into),
            },
            recipient: Recipient {
                recipient_id: self.recipient.digits().to_owned(),
                id_type: self.recipient.id_type().to_owned(),
                id_type_label: None,
                label: optional("the recipient's name", 256, self.recipient_label)?,
                attention_data: attention::attention_data(self.recipient_attention),
                contact_point: self.recipient_contact_point,
            },
            content_data: about::content_data(self.about)?,
            forward_data: None,
            reply_data,
        };
        checked::checked(message(self.version, header, Some(body)))
    }
}

fn message(version: MemoVersion, header: MessageHeader, body: Option<MessageBody>) -> Message {
    let schema_version = (version == MemoVersion::V1_1).then(|| "1.1.0".to_owned());
    Message { version, schema_version, header, body }
}

fn version_4(field: &'static str, uuid: Uuid) -> Result<Uuid4, LetterError> {
    let uuid = Uuid4::from(uuid);
    Uuid4::parse(uuid.as_str()).map_err(|_| LetterError::NotVersion4 { field })
}

/// A text of at most 256 characters that is not blank.
fn required(field: &'static str, text: &str) -> Result<String, LetterError> {
    let text = within(field, 256, clean(text))?;
    if text.trim().is_empty() { Err(LetterError::Empty { field }) } else { Ok(text) }
}

fn optional(
    field: &'static str,
    limit: usize,
    text: Option<String>,
) -> Result<Option<String>, TooLong> {
    text.map(|text| within(field, limit, clean(&text))).transpose()
}

pub(crate) fn at_most(field: &'static str, count: usize, limit: usize) -> Result<(), LetterError> {
    if count > limit { Err(LetterError::TooMany { field, count, limit }) } else { Ok(()) }
}

fn main_files(
    text: Option<String>,
    drafts: Vec<DraftFile>,
    language: &LanguageCode,
) -> Result<Vec<File>, LetterError> {
    let text = text.map(|text| DraftFile {
        filename: "Brev.txt".to_owned(),
        encoding_format: "text/plain".to_owned(),
        content: text.into_bytes(),
    });
    let all = files(text.into_iter().chain(drafts).collect(), language)?;
    if all.is_empty() { Err(LetterError::NoDocument) } else { Ok(all) }
}

fn files(drafts: Vec<DraftFile>, language: &LanguageCode) -> Result<Vec<File>, LetterError> {
    let in_language = |draft| {
        let file = File { language: language.as_str().to_owned(), ..file(draft)? };
        if file.filename.trim().is_empty() {
            return Err(LetterError::Empty { field: "a file name" });
        }
        Ok(file)
    };
    drafts.into_iter().map(in_language).collect()
}

fn actions(
    markup: Vec<Markup>,
    further: Vec<Action>,
    letter: Uuid,
    title: &str,
) -> Result<Vec<Action>, LetterError> {
    let marked = markup.into_iter().enumerate();
    let marked = marked.map(|(place, one)| one.into_action(letter, title, place));
    marked.chain(further.into_iter().map(Ok)).collect()
}

fn reply_data(
    reference: ReplyReference,
    message_uuid: Uuid4,
    message_id: &Option<String>,
    (sender, recipient): (PartyId, PartyId),
) -> Result<ReplyData, LetterError> {
    at_most("reply data", reference.data.len(), 4)?;
    let pair = |LabelledValue { label, value }| AdditionalReplyData {
        label: label.into(),
        value: value.into(),
    };
    Ok(ReplyData {
        message_id: message_id.clone(),
        message_uuid,
        reply_uuid: reference.answers,
        sender_id: Some(sender.digits().to_owned()),
        recipient_id: Some(recipient.digits().to_owned()),
        case_id: about::text(reference.case),
        contact_point_id: reference.contact_point.map(|id| id.to_string()),
        generating_system_id: about::text(reference.generating_system),
        comment: reference.comment.map(String::from),
        additional_reply_data: reference.data.into_iter().map(pair).collect(),
    })
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
    file(draft).map(additional)
}

fn additional(file: File) -> AdditionalDocument {
    AdditionalDocument {
        additional_document_id: None,
        label: Some(file.filename.clone()),
        files: vec![file],
        actions: Vec::new(),
    }
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
