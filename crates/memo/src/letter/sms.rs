//! Building a NemSMS: a short text to a telephone, without documents.

use uuid::Uuid;

use super::{About, Attention};
use super::{LetterError, about, attention, checked, message, optional, required, version_4};
use crate::{
    ContactPoint, LocalDate, MemoVersion, Message, MessageHeader, MessageType, PartyId, Recipient,
    Sender,
};

/// What is needed for a NemSMS. It has no documents, no answer and no permissions to state.
#[derive(Debug, Clone)]
pub struct SmsDraft {
    /// Version of the format.
    pub version: MemoVersion,
    /// UUID (version 4) of the message.
    pub message_uuid: Uuid,
    /// Who sends.
    pub sender: PartyId,
    /// The sender's name, at most 256 characters.
    pub sender_label: String,
    /// The sender's contact point.
    pub sender_contact_point: Option<ContactPoint>,
    /// More about the sender.
    pub sender_attention: Attention,
    /// Who receives.
    pub recipient: PartyId,
    /// The recipient's name, at most 256 characters.
    pub recipient_label: Option<String>,
    /// Title, at most 256 characters.
    pub label: String,
    /// The sender system's own id, at most 256 characters.
    pub message_id: Option<String>,
    /// The sender's code or name of the kind of message, at most 256 characters.
    pub message_code: Option<String>,
    /// The text of the SMS, at most 160 characters (150 are safe in version 1.1).
    pub text: String,
    /// Not before this date.
    pub do_not_deliver_until: Option<LocalDate>,
    /// What it is about.
    pub about: About,
}

impl SmsDraft {
    /// A NemSMS of a title and a text.
    pub fn new(
        version: MemoVersion,
        message_uuid: Uuid,
        (sender, sender_label): (PartyId, &str),
        (recipient, recipient_label): (PartyId, Option<&str>),
        label: &str,
        text: &str,
    ) -> Self {
        Self {
            version,
            message_uuid,
            sender,
            sender_label: sender_label.to_owned(),
            sender_contact_point: None,
            sender_attention: Attention::default(),
            recipient,
            recipient_label: recipient_label.map(str::to_owned),
            label: label.to_owned(),
            message_id: None,
            message_code: None,
            text: text.to_owned(),
            do_not_deliver_until: None,
            about: About::default(),
        }
    }

    /// The message, without an error by syntax, schema or rules.
    ///
    /// # Errors
    /// See [`LetterError`].
    pub fn build(self) -> Result<Message, LetterError> {
        let version_1_1 = self.version == MemoVersion::V1_1;
        let text = optional("the text", 160, Some(self.text))?;
        let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
            return Err(LetterError::Empty { field: "the text" });
        };
        let header = MessageHeader {
            message_type: MessageType::NemSms,
            message_uuid: version_4("the message UUID", self.message_uuid)?,
            message_id: optional("the message id", 256, self.message_id)?,
            message_code: optional("the message code", 256, self.message_code)?,
            label: required("the title", &self.label)?,
            notification: Some(text),
            additional_notification: None,
            reply: None,
            reply_by_date_time: None,
            do_not_deliver_until_date: self.do_not_deliver_until,
            mandatory: version_1_1.then_some(false),
            legal_notification: version_1_1.then_some(false),
            post_type: None,
            sender: Sender {
                sender_id: self.sender.digits().to_owned(),
                id_type: self.sender.id_type().to_owned(),
                id_type_label: None,
                label: required("the sender's name", &self.sender_label)?,
                attention_data: attention::attention_data(self.sender_attention),
                contact_point: self.sender_contact_point,
                representative: None,
            },
            recipient: Recipient {
                recipient_id: self.recipient.digits().to_owned(),
                id_type: self.recipient.id_type().to_owned(),
                id_type_label: None,
                label: optional("the recipient's name", 256, self.recipient_label)?,
                attention_data: None,
                contact_point: None,
            },
            content_data: about::content_data(self.about)?,
            forward_data: None,
            reply_data: Vec::new(),
        };
        checked::checked(message(self.version, header, None))
    }
}
