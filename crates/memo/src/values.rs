//! The simple values of MeMo: what the schema's data types allow, and how they are kept.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::time::{Date as WrittenDate, DateForm, DateTimeForm, Timestamp, Zone, days_in_month};

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

impl MemoVersion {
    /// `1.1` or `1.2`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1_1 => "1.1",
            Self::V1_2 => "1.2",
        }
    }
}

impl fmt::Display for MemoVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Kind of message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageType {
    /// `DIGITALPOST`: a letter.
    DigitalPost,
    /// `NEMSMS`: a text message.
    NemSms,
}

impl MessageType {
    /// The word of the standard.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DigitalPost => "DIGITALPOST",
            Self::NemSms => "NEMSMS",
        }
    }
}

/// The text is not a UUID of version 4. Never quotes what it refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a UUID of version 4 has the form xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx, with y one of 8, 9, a, b"
)]
pub struct NotAUuid4;

/// A UUID of version 4, compared without regard to case, written as it was read.
#[derive(Clone, Copy)]
pub struct Uuid4 {
    spelled: [u8; 36],
    value: Uuid,
}

impl Uuid4 {
    /// Reads the form of the schema: no braces, no `urn:uuid:`, no white space, version 4 alone.
    ///
    /// # Errors
    /// When the text has any other form.
    pub fn parse(text: &str) -> Result<Self, NotAUuid4> {
        let spelled: [u8; 36] = text.as_bytes().try_into().map_err(|_| NotAUuid4)?;
        for (index, byte) in spelled.iter().enumerate() {
            let fits = match index {
                8 | 13 | 18 | 23 => *byte == b'-',
                14 => *byte == b'4',
                19 => matches!(byte, b'8' | b'9' | b'a' | b'A' | b'b' | b'B'),
                _ => byte.is_ascii_hexdigit(),
            };
            if !fits {
                return Err(NotAUuid4);
            }
        }
        let value = Uuid::try_parse(text).map_err(|_| NotAUuid4)?;
        Ok(Self { spelled, value })
    }

    /// The UUID itself.
    pub fn value(&self) -> Uuid {
        self.value
    }

    /// The text as it was read; lower case when made by us.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.spelled).unwrap_or_default()
    }
}

impl FromStr for Uuid4 {
    type Err = NotAUuid4;
    fn from_str(text: &str) -> Result<Self, NotAUuid4> {
        Self::parse(text)
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

/// Why a text is not a point in time of MeMo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotAUtcDateTime {
    /// Not a date and time at all.
    #[error("a date and time is written as 2025-09-30T12:00:00Z")]
    Form,
    /// A date and time with an offset or without a zone.
    #[error("the time does not end in a capital Z, so it is not in UTC")]
    NotUtc,
}

/// A point in time written in UTC with a capital `Z`, kept as written.
///
/// Any fraction of a second is kept; `24:00:00` is the next day's midnight.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UtcDateTime {
    pub(crate) spelled: String,
    pub(crate) at: crate::time::Timestamp,
}

impl UtcDateTime {
    /// Reads the form of the schema, without white space around it.
    ///
    /// # Errors
    /// See [`NotAUtcDateTime`].
    pub fn parse(text: &str) -> Result<Self, NotAUtcDateTime> {
        let read = DateTimeForm::parse(text).ok_or(NotAUtcDateTime::Form)?;
        if read.zone != Zone::Utc {
            return Err(NotAUtcDateTime::NotUtc);
        }
        Ok(Self { spelled: text.to_owned(), at: read.timestamp() })
    }

    /// The text as read.
    pub fn as_str(&self) -> &str {
        &self.spelled
    }
    /// The point in time, to the millisecond.
    pub fn timestamp(&self) -> crate::time::Timestamp {
        self.at
    }
}

/// Written to the second; a fraction is cut off, as the official libraries do.
impl From<Timestamp> for UtcDateTime {
    fn from(at: Timestamp) -> Self {
        let at = Timestamp::from_millis(at.as_millis() - at.as_millis().rem_euclid(1000));
        let (hour, minute, second, _) = at.hour_minute_second_millis();
        let spelled =
            format!("{}T{hour:02}:{minute:02}:{second:02}Z", WrittenDate(at.year_month_day()));
        Self { spelled, at }
    }
}

impl FromStr for UtcDateTime {
    type Err = NotAUtcDateTime;
    fn from_str(text: &str) -> Result<Self, NotAUtcDateTime> {
        Self::parse(text)
    }
}

impl fmt::Display for UtcDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.spelled)
    }
}

/// The text or the numbers are not a calendar date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a date is written as 2025-09-30 and exists in the calendar")]
pub struct NotADate;

/// A calendar date, kept as written (a zone part is allowed by the schema and has no meaning here).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LocalDate {
    pub(crate) spelled: String,
    pub(crate) year: i32,
    pub(crate) month: u8,
    pub(crate) day: u8,
}

impl LocalDate {
    /// A date from year 1–9999, month 1–12, and a day that the month has.
    ///
    /// # Errors
    /// When the calendar has no such day.
    pub fn new(year: i32, month: u8, day: u8) -> Result<Self, NotADate> {
        let exists = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && day >= 1
            && day <= days_in_month(i64::from(year), month);
        if !exists {
            return Err(NotADate);
        }
        Ok(Self {
            spelled: WrittenDate((i64::from(year), month, day)).to_string(),
            year,
            month,
            day,
        })
    }

    /// Reads the form of the schema, without white space around it.
    ///
    /// # Errors
    /// When the text has any other form or names no day.
    pub fn parse(text: &str) -> Result<Self, NotADate> {
        let read = DateForm::parse(text).ok_or(NotADate)?;
        let year =
            i32::try_from(read.year).unwrap_or(if read.year < 0 { i32::MIN } else { i32::MAX });
        Ok(Self { spelled: text.to_owned(), year, month: read.month, day: read.day })
    }

    /// The text as read.
    pub fn as_str(&self) -> &str {
        &self.spelled
    }
    /// Year, month 1–12, day 1–31. Years beyond the range of `i32` stand at its ends.
    pub fn year_month_day(&self) -> (i32, u8, u8) {
        (self.year, self.month, self.day)
    }
    /// Whether a zone part follows the date; MEMO-R-062 warns of it.
    pub fn has_zone(&self) -> bool {
        DateForm::parse(&self.spelled).is_some_and(|read| read.zone != Zone::Absent)
    }
}

impl FromStr for LocalDate {
    type Err = NotADate;
    fn from_str(text: &str) -> Result<Self, NotADate> {
        Self::parse(text)
    }
}

impl fmt::Display for LocalDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.spelled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_of_version_4_keeps_its_spelling_and_compares_without_case() {
        let upper = Uuid4::parse("8C2EA15D-61FB-4BA9-9366-42F8B194C114").unwrap();
        let lower = Uuid4::parse("8c2ea15d-61fb-4ba9-9366-42f8b194c114").unwrap();
        assert_eq!(upper, lower);
        assert_eq!(upper.to_string(), "8C2EA15D-61FB-4BA9-9366-42F8B194C114");
        assert_eq!(Uuid4::from(upper.value()).as_str(), lower.as_str());
    }

    #[test]
    fn a_date_exists_in_the_calendar() {
        for (text, parts) in [
            ("2024-02-29", Some((2024, 2, 29))),
            ("2025-01-01Z", Some((2025, 1, 1))),
            ("2025-01-01+01:00", Some((2025, 1, 1))),
            ("2025-01-01-14:00", Some((2025, 1, 1))),
            ("2025-01-01+14:01", None),
            ("2023-02-29", None),
            ("2025-1-1", None),
            ("0000-01-01", None),
            ("02025-01-01", None),
            ("2025-01-01T00:00:00Z", None),
        ] {
            assert_eq!(LocalDate::parse(text).ok().map(|d| d.year_month_day()), parts, "{text}");
        }
        assert_eq!(LocalDate::new(2024, 2, 29).unwrap().as_str(), "2024-02-29");
        assert_eq!(LocalDate::new(2023, 2, 29), Err(NotADate));
        assert!(LocalDate::parse("2025-01-01Z").unwrap().has_zone());
    }

    #[test]
    fn a_point_in_time_made_by_us_has_no_fraction() {
        let at = UtcDateTime::from(Timestamp::from_millis(1_708_243_703_999));
        assert_eq!(at.as_str(), "2024-02-18T08:08:23Z");
        assert_eq!(UtcDateTime::parse(at.as_str()).unwrap(), at);
    }
}
