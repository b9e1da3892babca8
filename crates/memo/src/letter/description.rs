//! A letter described in TOML or JSON, as `brevdue memo new` reads it.
//!
//! Keys are written in kebab-case and every one is explained in the [`TEMPLATE_ENGLISH`]; an unknown key
//! is refused, so that a slip of the pen does not become a letter without a deadline. Times are Danish
//! local time unless they say otherwise. What is wrong is told with line, column and key, by whose rule,
//! and what to do, and never with the value.
//!
//! Nothing is read from disk here: the contents of the files a description names are handed in.

use std::io;

use serde::Deserialize;
use uuid::Uuid;

mod entries;
mod error;

pub use entries::{FileEntry, Receiver, Represented, Writer};
pub use error::DescriptionError;

use super::about::text;
use super::attention::Contact;
use super::markup::maybe_uuid4;
use super::values::{LanguageCode, Refused, Text, any_uuid, read_text, text_or_table};
use super::{
    About, Address, Appointment, Case, CompanyAbout, DraftFile, Education, Form, Kle,
    LabelledValue, LetterDraft, LetterError, Link, Markup, Negatives, Pair, PersonAbout, PostType,
    ReplyReference, SmsDraft, Unit, Vehicle,
};
use crate::letter::times::{maybe_date, maybe_when};
use crate::{ContactPoint, LocalDate, MemoVersion, Message, Timestamp, Uuid4};
use entries::files;

/// Most bytes of a description; the files it names do not count.
pub const DESCRIPTION_BYTES_LIMIT: usize = 1_000_000;

/// A description to start from, with every key explained in English.
pub const TEMPLATE_ENGLISH: &str = include_str!("description/template.en.toml");
/// A description to start from, with every key explained in Danish.
pub const TEMPLATE_DANISH: &str = include_str!("description/template.da.toml");

/// How a description is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// TOML 1.1.
    Toml,
    /// JSON.
    Json,
}

impl Syntax {
    /// JSON when the first character is a brace, otherwise TOML: no key of TOML begins with one.
    pub fn by_first_character(text: &[u8]) -> Self {
        let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
        match text.trim_ascii_start().first() {
            Some(b'{') => Self::Json,
            _ => Self::Toml,
        }
    }
}

/// Whether it is a letter or a text message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// A letter (DIGITALPOST).
    #[default]
    Letter,
    /// A text message (NEMSMS).
    Sms,
}

/// A described letter. The fields are the keys.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Description {
    /// `letter` (the default) or `sms`.
    #[serde(default, deserialize_with = "sort")]
    pub sort: Sort,
    /// `1.1` or `1.2`.
    #[serde(default, deserialize_with = "version")]
    pub version: Option<MemoVersion>,
    /// UUID (version 4) of the message.
    #[serde(default, deserialize_with = "maybe_uuid4")]
    pub uuid: Option<Uuid4>,
    /// When it was written.
    #[serde(default, deserialize_with = "maybe_when")]
    pub created: Option<Timestamp>,
    /// Who receives.
    pub to: Receiver,
    /// Who sends.
    pub from: Writer,
    /// Title.
    pub title: Text,
    /// Notice of the letter, at most 160 characters.
    pub notice: Option<Text<160>>,
    /// Longer notice.
    pub longer_notice: Option<Text>,
    /// The sender system's own id of the message.
    pub id: Option<Text>,
    /// The sender's code or name of the kind of letter.
    pub code: Option<Text>,
    /// Whether exempt recipients get it too (obligatorisk post).
    #[serde(default)]
    pub mandatory: bool,
    /// Whether it serves a legal document (forkyndelse).
    #[serde(default)]
    pub legal_notification: bool,
    /// Not before this date (valørdato).
    #[serde(default, deserialize_with = "maybe_date")]
    pub not_before: Option<LocalDate>,
    /// `authority` or `business`.
    #[serde(default, deserialize_with = "post_type")]
    pub post_type: Option<PostType>,
    /// Whether the recipient may answer; `reply-by` says so too.
    pub reply: Option<bool>,
    /// Until when the recipient should answer (svarfrist).
    #[serde(default, deserialize_with = "maybe_when")]
    pub reply_by: Option<Timestamp>,
    /// What an answer carries back.
    pub reply_data: Option<ReplyKeys>,
    /// Language of the documents, `da` by default.
    pub language: Option<LanguageCode>,
    /// The letter as plain text, or the text of the SMS.
    pub text: Option<String>,
    /// The letter as HTML.
    pub html: Option<String>,
    /// The letter as a file, or as several files in different formats.
    #[serde(default, deserialize_with = "files")]
    pub document: Vec<FileEntry>,
    /// Attachments.
    #[serde(default, deserialize_with = "files")]
    pub attachments: Vec<FileEntry>,
    /// Documents for systems.
    #[serde(default, deserialize_with = "files")]
    pub technical: Vec<FileEntry>,
    /// The person the letter is about.
    #[serde(default, deserialize_with = "text_or_table")]
    pub person: Option<PersonAbout>,
    /// The company.
    #[serde(default, deserialize_with = "text_or_table")]
    pub company: Option<CompanyAbout>,
    /// The vehicle.
    #[serde(default, deserialize_with = "text_or_table")]
    pub vehicle: Option<Vehicle>,
    /// The number of the property.
    pub property: Option<Text>,
    /// The case.
    pub case: Option<Case>,
    /// The subject in KLE.
    pub kle: Option<Kle>,
    /// The task in FORM.
    pub form: Option<Form>,
    /// The production unit.
    #[serde(default, deserialize_with = "text_or_table")]
    pub production_unit: Option<Unit>,
    /// The education.
    pub education: Option<Education>,
    /// The address.
    #[serde(default, deserialize_with = "text_or_table")]
    pub address: Option<Address>,
    /// Further names and values, at most ten.
    #[serde(default)]
    pub more: Vec<Pair>,
    /// Appointments.
    #[serde(default)]
    pub appointment: Vec<Appointment>,
    /// Things to prepare.
    #[serde(default)]
    pub preparation: Vec<Link>,
    /// Things to pay.
    #[serde(default)]
    pub payment: Vec<Link>,
    /// Things to confirm.
    #[serde(default)]
    pub confirmation: Vec<Link>,
    /// Things to sign.
    #[serde(default)]
    pub signature: Vec<Link>,
    /// Things to sign up for.
    #[serde(default)]
    pub registration: Vec<Link>,
    /// Pages to do something on.
    #[serde(default)]
    pub self_service: Vec<Link>,
    /// Pages to read.
    #[serde(default)]
    pub information: Vec<Link>,
}

/// What an answer carries back.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReplyKeys {
    /// UUID of the message this letter answers.
    #[serde(default, deserialize_with = "maybe_uuid4")]
    pub answers: Option<Uuid4>,
    /// Number of the case.
    pub case: Option<Text>,
    /// Contact point.
    #[serde(default, deserialize_with = "maybe_any_uuid")]
    pub contact_point: Option<Uuid>,
    /// System that made the letter.
    pub generating_system: Option<Text>,
    /// Remark, at most 512 characters.
    pub comment: Option<Text<512>>,
    /// Up to four labels and values.
    #[serde(default)]
    pub data: Vec<LabelledValue>,
}

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
    /// Reads a description.
    ///
    /// # Errors
    /// The first thing that is wrong with it, and where.
    pub fn parse(description: &[u8], syntax: Syntax) -> Result<Self, DescriptionError> {
        if description.len() > DESCRIPTION_BYTES_LIMIT {
            return Err(DescriptionError::too_large(description.len()));
        }
        let text = std::str::from_utf8(description)
            .map_err(|error| DescriptionError::not_utf8(description, error.valid_up_to()))?;
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        match syntax {
            Syntax::Toml => {
                let deserializer = toml::Deserializer::parse(text)
                    .map_err(|error| DescriptionError::of_toml(text, &error, None))?;
                serde_path_to_error::deserialize(deserializer).map_err(|error| {
                    let key = error.path().to_string();
                    DescriptionError::of_toml(text, error.inner(), Some(key))
                })
            }
            Syntax::Json => {
                let mut deserializer = serde_json::Deserializer::from_str(text);
                let read =
                    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
                        let key = error.path().to_string();
                        DescriptionError::of_json(text, error.inner(), Some(key))
                    })?;
                deserializer
                    .end()
                    .map_err(|error| DescriptionError::of_json(text, &error, None))?;
                Ok(read)
            }
        }
    }

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
        let kinds: [(fn(Link) -> Markup, Vec<Link>); 7] = [
            (Markup::Preparation, self.preparation),
            (Markup::Payment, self.payment),
            (Markup::Confirmation, self.confirmation),
            (Markup::Signature, self.signature),
            (Markup::Registration, self.registration),
            (Markup::SelfService, self.self_service),
            (Markup::Information, self.information),
        ];
        draft.markup = self.appointment.into_iter().map(Markup::Appointment).collect();
        for (kind, links) in kinds {
            draft.markup.extend(links.into_iter().map(kind));
        }
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
            ("attention of the recipient", self.to.attention != super::Attention::default()),
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

fn version<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<MemoVersion>, D::Error> {
    let read = |text: &str| {
        [MemoVersion::V1_1, MemoVersion::V1_2]
            .into_iter()
            .find(|one| one.as_str() == text)
            .ok_or_else(|| {
                Refused::new(
                    "there is no such version",
                    Some("MEMO-R-002"),
                    "write \"1.1\" or \"1.2\"",
                )
            })
    };
    read_text(from, read).map(Some)
}

fn sort<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Sort, D::Error> {
    read_text(from, |text| match text {
        "letter" => Ok(Sort::Letter),
        "sms" => Ok(Sort::Sms),
        _ => {
            Err(Refused::new("this is neither letter nor sms", None, "write \"letter\" or \"sms\""))
        }
    })
}

fn post_type<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<PostType>, D::Error> {
    let help = "write \"authority\" or \"business\"";
    read_text(from, |text| match text {
        "authority" => Ok(Some(PostType::Authority)),
        "business" => Ok(Some(PostType::Business)),
        _ => Err(Refused::new("this is neither authority nor business", Some("MEMO-R-080"), help)),
    })
}

fn maybe_any_uuid<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Uuid>, D::Error> {
    read_text(from, any_uuid).map(Some)
}
