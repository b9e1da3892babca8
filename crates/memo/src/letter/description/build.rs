//! From a description to a message.

use std::io;

use uuid::Uuid;

use super::entries::{FileEntry, Represented, Writer};
use super::{Description, ReplyKeys, Sort};
use crate::letter::about::text;
use crate::letter::values::{LanguageCode, Text};
use crate::letter::{
    About, Attention, Contact, DraftFile, LetterDraft, LetterError, Markup, Negatives,
    ReplyReference, SmsDraft,
};
use crate::{ContactPoint, MemoVersion, Message, Timestamp};

/// What a description may leave open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    /// Version of the format.
    pub version: MemoVersion,
    /// UUID (version 4) of the message.
    pub message_uuid: Uuid,
    /// When it was written.
    pub created: Timestamp,
}

/// Why a description did not become a letter.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A file could not be had. Trying again helps when the file is there.
    #[error("the file of key {key} could not be read")]
    File {
        /// Which key names it, e.g. `attachments[1]`.
        key: String,
        /// Why.
        source: io::Error,
    },
    /// A key that a text message has no room for.
    #[error("a text message (sort = \"sms\") has no {key}; leave it out or make it a letter")]
    NotInSms {
        /// Which key.
        key: &'static str,
    },
    /// What is described is no letter.
    #[error(transparent)]
    Letter(#[from] LetterError),
}

impl Description {
    /// The message. `open` gives the content of a file that the description names.
    ///
    /// # Errors
    /// See [`BuildError`].
    pub fn build(
        self,
        given: Given,
        open: &mut dyn FnMut(&str) -> io::Result<Vec<u8>>,
    ) -> Result<Message, BuildError> {
        match self.sort {
            Sort::Letter => self.letter(given, open),
            Sort::Sms => self.sms(given),
        }
    }

    fn letter(
        self,
        given: Given,
        open: &mut dyn FnMut(&str) -> io::Result<Vec<u8>>,
    ) -> Result<Message, BuildError> {
        let Writer { party: sender, name, contact_point, attention, representative } = self.from;
        let mut draft = LetterDraft::new(
            self.version.unwrap_or(given.version),
            self.uuid.map_or(given.message_uuid, |uuid| uuid.value()),
            self.created.unwrap_or(given.created),
            (sender, name.as_str()),
            (self.to.party, self.to.name.as_ref().map(Text::as_str)),
            self.title.as_str(),
        );
        draft.sender_contact_point = contact_point.map(contact).transpose()?;
        draft.sender_attention = attention;
        draft.representative = representative.map(Represented::into);
        draft.recipient_contact_point = self.to.contact_point.map(contact).transpose()?;
        draft.recipient_attention = self.to.attention;
        draft.message_id = text(self.id);
        draft.message_code = text(self.code);
        draft.notification = self.notice.map(String::from);
        draft.additional_notification = text(self.longer_notice);
        draft.reply = self.reply.unwrap_or(self.reply_by.is_some());
        draft.reply_by = self.reply_by;
        draft.reply_reference = self.reply_data.map(ReplyKeys::into);
        draft.do_not_deliver_until = self.not_before;
        draft.mandatory = self.mandatory;
        draft.legal_notification = self.legal_notification;
        // Who describes a letter decides on these, be it by leaving them out.
        draft.negatives = Negatives::Written;
        draft.post_type = self.post_type;
        draft.language = self.language.unwrap_or_else(LanguageCode::danish);
        draft.about = About {
            person: self.person,
            company: self.company,
            vehicle: self.vehicle,
            property: self.property,
            case: self.case,
            kle: self.kle,
            form: self.form,
            production_unit: self.production_unit,
            education: self.education,
            address: self.address,
            more: self.more,
        };
        draft.files = opened("document", self.document, open)?;
        // The file is the letter; texts beside it are the same letter in other formats.
        draft.files.extend(self.html.map(|html| inline("Brev.html", "text/html", html)));
        draft.files.extend(self.text.map(|text| inline("Brev.txt", "text/plain", text)));
        draft.attachments = opened("attachments", self.attachments, open)?;
        draft.technical = opened("technical", self.technical, open)?;
        let markup = &mut draft.markup;
        markup.extend(self.appointment.into_iter().map(Markup::Appointment));
        markup.extend(self.preparation.into_iter().map(Markup::Preparation));
        markup.extend(self.payment.into_iter().map(Markup::Payment));
        markup.extend(self.confirmation.into_iter().map(Markup::Confirmation));
        markup.extend(self.signature.into_iter().map(Markup::Signature));
        markup.extend(self.registration.into_iter().map(Markup::Registration));
        markup.extend(self.self_service.into_iter().map(Markup::SelfService));
        markup.extend(self.information.into_iter().map(Markup::Information));
        Ok(draft.build()?)
    }

    fn sms(self, given: Given) -> Result<Message, BuildError> {
        self.only_what_an_sms_has()?;
        let mut draft = SmsDraft::new(
            self.version.unwrap_or(given.version),
            self.uuid.map_or(given.message_uuid, |uuid| uuid.value()),
            (self.from.party, self.from.name.as_str()),
            (self.to.party, self.to.name.as_ref().map(Text::as_str)),
            self.title.as_str(),
            self.text.as_deref().unwrap_or_default(),
        );
        draft.sender_contact_point = self.from.contact_point.map(contact).transpose()?;
        draft.sender_attention = self.from.attention;
        draft.message_id = text(self.id);
        draft.message_code = text(self.code);
        draft.do_not_deliver_until = self.not_before;
        draft.about = About {
            person: self.person,
            company: self.company,
            vehicle: self.vehicle,
            property: self.property,
            case: self.case,
            kle: self.kle,
            form: self.form,
            production_unit: self.production_unit,
            education: self.education,
            address: self.address,
            more: self.more,
        };
        Ok(draft.build()?)
    }

    fn only_what_an_sms_has(&self) -> Result<(), BuildError> {
        for (key, is_there) in [
            ("notice", self.notice.is_some()),
            ("longer-notice", self.longer_notice.is_some()),
            ("mandatory", self.mandatory),
            ("legal-notification", self.legal_notification),
            ("post-type", self.post_type.is_some()),
            ("reply", self.reply == Some(true)),
            ("reply-by", self.reply_by.is_some()),
            ("reply-data", self.reply_data.is_some()),
            ("language", self.language.is_some()),
            ("created", self.created.is_some()),
            ("html", self.html.is_some()),
            ("document", !self.document.is_empty()),
            ("attachments", !self.attachments.is_empty()),
            ("technical", !self.technical.is_empty()),
            ("representative", self.from.representative.is_some()),
            ("contact-point of the recipient", self.to.contact_point.is_some()),
            ("attention of the recipient", self.to.attention != Attention::default()),
            ("appointment", !self.appointment.is_empty()),
            ("preparation", !self.preparation.is_empty()),
            ("payment", !self.payment.is_empty()),
            ("confirmation", !self.confirmation.is_empty()),
            ("signature", !self.signature.is_empty()),
            ("registration", !self.registration.is_empty()),
            ("self-service", !self.self_service.is_empty()),
            ("information", !self.information.is_empty()),
        ] {
            if is_there {
                return Err(BuildError::NotInSms { key });
            }
        }
        Ok(())
    }
}

impl From<ReplyKeys> for ReplyReference {
    fn from(keys: ReplyKeys) -> Self {
        let ReplyKeys { answers, case, contact_point, generating_system, comment, data } = keys;
        Self { answers, case, contact_point, generating_system, comment, data }
    }
}

fn contact(contact: Contact) -> Result<ContactPoint, LetterError> {
    contact.try_into()
}

fn inline(filename: &str, encoding_format: &str, text: String) -> DraftFile {
    DraftFile {
        filename: filename.to_owned(),
        encoding_format: encoding_format.to_owned(),
        content: text.into_bytes(),
    }
}

fn opened(
    key: &'static str,
    entries: Vec<FileEntry>,
    open: &mut dyn FnMut(&str) -> io::Result<Vec<u8>>,
) -> Result<Vec<DraftFile>, BuildError> {
    let one = |(number, entry): (usize, FileEntry)| {
        let content = open(&entry.file)
            .map_err(|source| BuildError::File { key: format!("{key}[{number}]"), source })?;
        Ok(DraftFile { filename: entry.name, encoding_format: entry.media_type, content })
    };
    entries.into_iter().enumerate().map(one).collect()
}
