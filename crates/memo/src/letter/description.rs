//! A letter described in TOML or JSON, as `brevdue memo new` reads it.
//!
//! Keys are written in kebab-case and every one is explained in the [`TEMPLATE_ENGLISH`]; an unknown key
//! is refused, so that a slip of the pen does not become a letter without a deadline. Times are Danish
//! local time unless they say otherwise. What is wrong is told with line, column and key, by whose rule,
//! and what to do, and never with the value.
//!
//! Nothing is read from disk here: the contents of the files a description names are handed in.

use serde::Deserialize;
use uuid::Uuid;

mod build;
mod entries;
mod error;
mod words;

pub use build::{BuildError, Given};
pub use entries::{FileEntry, Receiver, Represented, Writer};
pub use error::DescriptionError;

use super::markup::maybe_uuid4;
use super::times::{maybe_date, maybe_when};
use super::values::{LanguageCode, Text};
use super::written::text_or_table;
use super::{
    Address, Appointment, Case, CompanyAbout, Education, Form, Kle, LabelledValue, Link, Pair,
    PersonAbout, PostType, Unit, Vehicle,
};
use crate::{LocalDate, MemoVersion, Timestamp, Uuid4};
use entries::files;
use words::{maybe_any_uuid, post_type, sort, version};

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
}
