//! The simple values of MeMo: what the schema's data types allow, and how they are kept.

use std::fmt;

use uuid::Uuid;

/// Text of at most 256 characters (code points); may be empty.
pub type Text256 = String;
/// Text of at most 512 characters, used for comments.
pub type Text512 = String;
/// Text of at most 7 characters, used for registration numbers of vehicles.
pub type Text7 = String;
/// A notice of at most 160 characters (150 in one published copy of schema 1.1).
pub type Notification = String;
/// An address of at most 256 characters, as written.
pub type Uri256 = String;
/// One or two ASCII letters, as written.
pub type Language = String;
/// A whole number of at most 9999999999, as written.
pub type PNumber = String;
/// A whole number of at most 9999999999999, as written.
pub type GlnNumber = String;
/// `true`, `false`, `1`, `0`, or empty (false).
pub type Boolean = bool;
/// See [`UtcDateTime`].
pub type DateTime = UtcDateTime;
/// See [`LocalDate`].
pub type Date = LocalDate;
/// See [`crate::Content`].
pub type Base64 = crate::content::Content;

/// The two versions of MeMo in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MemoVersion {
    /// MeMo 1.1 of August 2020.
    V1_1,
    /// MeMo 1.2 of March 2025.
    V1_2,
}

/// Kind of message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageType {
    /// `DIGITALPOST`: a letter.
    DigitalPost,
    /// `NEMSMS`: a text message.
    NemSms,
}

/// A UUID of version 4, compared without regard to case, written as it was read.
#[derive(Clone, Copy)]
pub struct Uuid4 {
    spelled: [u8; 36],
    value: Uuid,
}

impl Uuid4 {
    /// The UUID itself.
    pub fn value(&self) -> Uuid {
        self.value
    }

    /// The text as it was read; lower case when made by us.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.spelled).unwrap_or_default()
    }
}

impl From<Uuid> for Uuid4 {
    /// Takes a UUID made by us; the caller sees to it that it is of version 4.
    fn from(value: Uuid) -> Self {
        let mut spelled = [0; 36];
        value.hyphenated().encode_lower(&mut spelled);
        Self { spelled, value }
    }
}

impl PartialEq for Uuid4 {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}
impl Eq for Uuid4 {}
impl std::hash::Hash for Uuid4 {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}
impl fmt::Display for Uuid4 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl fmt::Debug for Uuid4 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A point in time written in UTC with a capital `Z`, kept as written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UtcDateTime {
    pub(crate) spelled: String,
    pub(crate) at: crate::time::Timestamp,
}

impl UtcDateTime {
    /// The text as read.
    pub fn as_str(&self) -> &str {
        &self.spelled
    }
    /// The point in time, to the millisecond.
    pub fn timestamp(&self) -> crate::time::Timestamp {
        self.at
    }
}

/// A calendar date, kept as written (a zone part is allowed by the schema and has no meaning here).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LocalDate {
    pub(crate) spelled: String,
    pub(crate) year: i32,
    pub(crate) month: u8,
    pub(crate) day: u8,
}

impl LocalDate {
    /// The text as read.
    pub fn as_str(&self) -> &str {
        &self.spelled
    }
    /// Year, month 1–12, day 1–31.
    pub fn year_month_day(&self) -> (i32, u8, u8) {
        (self.year, self.month, self.day)
    }
}
