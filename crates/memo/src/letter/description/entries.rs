//! The parties and files of a description.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};

use crate::letter::about::{cpr_number, cvr_number};
use crate::letter::attention::Contact;
use crate::letter::values::{Refused, Text};
use crate::letter::written::{ErrorText, TextOrTable, read_text, text_or_table};
use crate::letter::{Attention, RepresentedBy};
use crate::{CprNumber, CvrNumber, PartyId, rules};

/// Who receives.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "ReceiverKeys")]
pub struct Receiver {
    /// Who.
    pub party: PartyId,
    /// Name.
    pub name: Option<Text>,
    /// Contact point of a receiving organisation.
    pub contact_point: Option<Contact>,
    /// Who inside a receiving organisation.
    pub attention: Attention,
}

/// Who sends.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WriterKeys")]
pub struct Writer {
    /// Who.
    pub party: PartyId,
    /// Name.
    pub name: Text,
    /// Where answers should go.
    pub contact_point: Option<Contact>,
    /// More about the sender.
    pub attention: Attention,
    /// Who represents the sender.
    pub representative: Option<Represented>,
}

/// Who represents the sender.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RepresentedKeys")]
pub struct Represented(RepresentedBy);

impl From<Represented> for RepresentedBy {
    fn from(represented: Represented) -> Self {
        represented.0
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ReceiverKeys {
    #[serde(default, deserialize_with = "cpr")]
    cpr: Option<CprNumber>,
    #[serde(default, deserialize_with = "cvr")]
    cvr: Option<CvrNumber>,
    name: Option<Text>,
    #[serde(default, deserialize_with = "text_or_table")]
    contact_point: Option<Contact>,
    #[serde(default)]
    attention: Attention,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WriterKeys {
    #[serde(default, deserialize_with = "cpr")]
    cpr: Option<CprNumber>,
    #[serde(default, deserialize_with = "cvr")]
    cvr: Option<CvrNumber>,
    name: Text,
    #[serde(default, deserialize_with = "text_or_table")]
    contact_point: Option<Contact>,
    #[serde(default)]
    attention: Attention,
    representative: Option<Represented>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RepresentedKeys {
    #[serde(default, deserialize_with = "cpr")]
    cpr: Option<CprNumber>,
    #[serde(default, deserialize_with = "cvr")]
    cvr: Option<CvrNumber>,
    name: Text,
}

impl TryFrom<ReceiverKeys> for Receiver {
    type Error = ErrorText;
    fn try_from(keys: ReceiverKeys) -> Result<Self, ErrorText> {
        let ReceiverKeys { cpr, cvr, name, contact_point, attention } = keys;
        Ok(Self { party: party(cpr, cvr)?, name, contact_point, attention })
    }
}

impl TryFrom<WriterKeys> for Writer {
    type Error = ErrorText;
    fn try_from(keys: WriterKeys) -> Result<Self, ErrorText> {
        let WriterKeys { cpr, cvr, name, contact_point, attention, representative } = keys;
        Ok(Self { party: party(cpr, cvr)?, name, contact_point, attention, representative })
    }
}

impl TryFrom<RepresentedKeys> for Represented {
    type Error = ErrorText;
    fn try_from(RepresentedKeys { cpr, cvr, name }: RepresentedKeys) -> Result<Self, ErrorText> {
        Ok(Self(RepresentedBy { party: party(cpr, cvr)?, name }))
    }
}

/// Who it is, by the one of two keys that is there.
fn party(cpr: Option<CprNumber>, cvr: Option<CvrNumber>) -> Result<PartyId, ErrorText> {
    match (cpr, cvr) {
        (Some(number), None) => Ok(PartyId::Cpr(number)),
        (None, Some(number)) => Ok(PartyId::Cvr(number)),
        _ => {
            let what = "a party is named by one of cpr and cvr";
            let help = "give cpr for a person or cvr for an organisation";
            Err(ErrorText(Refused::new(what, Some("MEMO-R-012"), help)))
        }
    }
}

fn cpr<'de, D: Deserializer<'de>>(from: D) -> Result<Option<CprNumber>, D::Error> {
    read_text(from, cpr_number).map(Some)
}

fn cvr<'de, D: Deserializer<'de>>(from: D) -> Result<Option<CvrNumber>, D::Error> {
    read_text(from, cvr_number).map(Some)
}

/// A file that a description names.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "FileKeys")]
pub struct FileEntry {
    /// Where it is, as written.
    pub file: String,
    /// What it is called in the letter.
    pub name: String,
    /// Its media type.
    pub media_type: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct FileKeys {
    file: String,
    name: Option<Text>,
    #[serde(rename = "type")]
    media_type: Option<Text>,
}

/// A text alone is where the file is.
impl FromStr for FileEntry {
    type Err = Refused;
    fn from_str(file: &str) -> Result<Self, Refused> {
        FileKeys { file: file.to_owned(), name: None, media_type: None }.entry()
    }
}

impl TryFrom<FileKeys> for FileEntry {
    type Error = ErrorText;
    fn try_from(keys: FileKeys) -> Result<Self, ErrorText> {
        keys.entry().map_err(ErrorText)
    }
}

impl FileKeys {
    fn entry(self) -> Result<FileEntry, Refused> {
        let name = match self.name {
            Some(name) => name.into(),
            None => self.file.rsplit(['/', '\\']).next().unwrap_or_default().to_owned(),
        };
        let name: Text =
            rules::repair_filename(&name).parse().map_err(|refused: Refused| Refused {
                what: format!("the file's name does not do: {}", refused.what).into(),
                ..refused
            })?;
        let media_type = match self.media_type {
            Some(media_type) => String::from(media_type),
            None => media_type_of(name.as_str()).ok_or_else(|| {
                let what = "the file's type is not known by its extension";
                Refused::new(what, Some("MEMO-R-121"), "give it as { file = …, type = … }")
            })?,
        };
        Ok(FileEntry { file: self.file, name: name.into(), media_type })
    }
}

/// The media type of our list of allowed types that fits a name's extension.
fn media_type_of(name: &str) -> Option<String> {
    let (_, extension) = name.rsplit_once('.')?;
    let fits = |one: &&rules::FileType| {
        one.extensions.iter().any(|fitting| fitting.eq_ignore_ascii_case(extension))
    };
    rules::ALLOWED_FILE_TYPES.iter().find(fits).map(|one| one.encoding_format.to_owned())
}

/// One file or several.
pub(super) fn files<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<FileEntry>, D::Error> {
    from.deserialize_any(Files)
}

struct Files;

impl<'de> Visitor<'de> for Files {
    type Value = Vec<FileEntry>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a file, or a list of files")
    }
    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Vec<FileEntry>, E> {
        TextOrTable(PhantomData).visit_str(text).map(|one| vec![one])
    }
    fn visit_map<A: serde::de::MapAccess<'de>>(self, table: A) -> Result<Vec<FileEntry>, A::Error> {
        TextOrTable(PhantomData).visit_map(table).map(|one| vec![one])
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<FileEntry>, A::Error> {
        let mut files = Vec::new();
        while let Some(Listed(file)) = list.next_element()? {
            files.push(file);
        }
        Ok(files)
    }
}

/// A file in a list.
struct Listed(FileEntry);

impl<'de> Deserialize<'de> for Listed {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(TextOrTable(PhantomData)).map(Self)
    }
}
