//! The simple types of the schema: how each value is read from text and written as text.
//!
//! A type here is named like the value it makes in [`crate::values`]; the class declarations use
//! that name for both.
//!
//! Source: the official data types schema; see `docs/memo.md` for the table.

use std::borrow::Cow;

use crate::content::Content;
use crate::finding::Word;
use crate::reading::fault::Stop;
use crate::reading::model::Reader;
use crate::rulebook::{self, Rule};
use crate::schema::{ClassSchema, ElementSchema, ValueSchema};
use crate::values;
use crate::walking::{Changer, Halt, Place, Visitor};

/// A simple type.
pub(crate) trait ValueKind {
    /// The value it makes.
    type Value;
    /// Its place in the schema table.
    const SCHEMA: ValueSchema;

    /// Reads the text between the tags.
    fn parse(text: &str) -> Result<Self::Value, Problem>;

    /// The text between the tags.
    fn text(value: &Self::Value) -> &str;

    /// Shows it to a visitor.
    fn walk(value: &Self::Value, place: Place, visitor: &mut dyn Visitor) -> Result<(), Halt> {
        visitor.text(place, Self::text(value))
    }

    /// Hands it to a changer, when it is kept as text.
    fn change(
        _: &mut Self::Value,
        _: &'static ClassSchema,
        _: &'static ElementSchema,
        _: &mut dyn Changer,
    ) {
    }

    /// Reads the element whose start tag was just passed, to its end. None when it has an error.
    fn read(reader: &mut Reader<'_>) -> Result<Option<Self::Value>, Stop> {
        reader.text_value(Self::parse)
    }
}

/// Why a text is not a value; the finding names the element before these words.
pub(crate) struct Problem {
    pub(crate) rule: &'static Rule,
    pub(crate) words: [Option<Word<'static>>; 2],
}

const fn problem(rule: &'static Rule, word: Word<'static>) -> Problem {
    Problem { rule, words: [Some(word), None] }
}

const fn wrong_form(danish: &'static str, english: &'static str) -> Problem {
    problem(&rulebook::WRONG_FORM, Word::Phrase(danish, english))
}

fn too_long(text: &str, limit: usize) -> Option<Problem> {
    // No text has more characters than bytes, so most need no counting.
    if text.len() <= limit {
        return None;
    }
    let length = text.chars().count();
    let words = [Some(Word::Number(length as u64)), Some(Word::Number(limit as u64))];
    (length > limit).then_some(Problem { rule: &rulebook::TOO_LONG, words })
}

/// White space of XML, which is less than Rust's.
fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\n', '\r'])
}

/// Trims, and makes one space of each run of white space inside.
fn collapse(text: &str) -> Cow<'_, str> {
    let trimmed = trim(text);
    let single = !trimmed.contains("  ") && !trimmed.contains(['\t', '\n', '\r']);
    if single {
        return Cow::Borrowed(trimmed);
    }
    let words: Vec<&str> =
        trimmed.split([' ', '\t', '\n', '\r']).filter(|word| !word.is_empty()).collect();
    Cow::Owned(words.join(" "))
}

const TYPES: &str = "https://data.gov.dk/model/dataTypes/";
const XSD: &str = "http://www.w3.org/2001/XMLSchema";

const fn schema(
    name: &'static str,
    type_uri: &'static str,
    type_name: &'static str,
) -> ValueSchema {
    ValueSchema { name, type_uri, type_name }
}

/// For kinds whose value is the text itself.
macro_rules! kept_as_text {
    () => {
        fn text(value: &String) -> &str {
            value
        }

        fn change(
            value: &mut String,
            class: &'static ClassSchema,
            element: &'static ElementSchema,
            changer: &mut dyn Changer,
        ) {
            changer.text(class, element, value);
        }
    };
}

macro_rules! texts {
    ($( $Name:ident at most $limit:literal as $type_name:literal; )*) => {$(
        pub(crate) struct $Name;
        impl ValueKind for $Name {
            type Value = String;
            const SCHEMA: ValueSchema = schema(stringify!($Name), TYPES, $type_name);
            fn parse(text: &str) -> Result<String, Problem> {
                too_long(text, $limit).map_or_else(|| Ok(text.to_owned()), Err)
            }
            kept_as_text!();
        }
    )*};
}

texts! {
    Text256 at most 256 as "memoTextType";
    Text512 at most 512 as "memoCommentType";
    Text7 at most 7 as "memoLicenseNumberType";
    Notification at most 160 as "memoNotificationType";
}

/// Nearly anything is an `anyURI`; the real check is MEMO-R-011.
pub(crate) struct Uri256;
impl ValueKind for Uri256 {
    type Value = String;
    const SCHEMA: ValueSchema = schema("Uri256", TYPES, "memoUriType");
    fn parse(text: &str) -> Result<String, Problem> {
        let text = collapse(text);
        too_long(&text, 256).map_or_else(|| Ok(text.into_owned()), Err)
    }
    kept_as_text!();
}

pub(crate) struct Language;
impl ValueKind for Language {
    type Value = String;
    const SCHEMA: ValueSchema = schema("Language", TYPES, "memoLanguageType");
    fn parse(text: &str) -> Result<String, Problem> {
        let text = trim(text);
        let letters = !text.is_empty()
            && text.len() <= 2
            && text.bytes().all(|byte| byte.is_ascii_alphabetic());
        if letters {
            Ok(text.to_owned())
        } else {
            Err(wrong_form("ét eller to bogstaver", "one or two letters"))
        }
    }
    kept_as_text!();
}

macro_rules! numbers {
    ($( $Name:ident up to $max:literal as $type_name:literal; )*) => {$(
        pub(crate) struct $Name;
        impl ValueKind for $Name {
            type Value = String;
            const SCHEMA: ValueSchema = schema(stringify!($Name), TYPES, $type_name);
            fn parse(text: &str) -> Result<String, Problem> {
                let text = trim(text);
                match whole_number(text) {
                    None => Err(wrong_form("et helt tal", "a whole number")),
                    Some(number) if number < i64::MIN.into() => {
                        Err(wrong_form("et helt tal på 64 bit", "a whole number of 64 bits"))
                    }
                    Some(number) if number > $max => Err(problem(&rulebook::ABOVE_MAXIMUM, Word::Number($max))),
                    Some(_) => Ok(text.to_owned()),
                }
            }
            kept_as_text!();
        }
    )*};
}

numbers! {
    PNumber up to 9_999_999_999 as "memoPNumberType";
    GlnNumber up to 9_999_999_999_999 as "memoGLNType";
}

/// A sign and digits; numbers beyond i128 stand at its ends.
fn whole_number(text: &str) -> Option<i128> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = digits.iter().fold(0i128, |number, digit| {
        number.saturating_mul(10).saturating_add(i128::from(digit - b'0'))
    });
    Some(if negative { -number } else { number })
}

pub(crate) struct Uuid4;
impl ValueKind for Uuid4 {
    type Value = values::Uuid4;
    const SCHEMA: ValueSchema = schema("Uuid4", TYPES, "memoUuidType");
    fn parse(text: &str) -> Result<values::Uuid4, Problem> {
        values::Uuid4::parse(text).map_err(|_| {
            problem(&rulebook::PATTERN, Word::Phrase("en UUID af version 4", "a UUID of version 4"))
        })
    }
    fn text(value: &values::Uuid4) -> &str {
        value.as_str()
    }
}

pub(crate) struct DateTime;
impl ValueKind for DateTime {
    type Value = values::UtcDateTime;
    const SCHEMA: ValueSchema = schema("DateTime", TYPES, "memoDateTimeType");
    fn parse(text: &str) -> Result<values::UtcDateTime, Problem> {
        values::UtcDateTime::parse(trim(text)).map_err(|error| match error {
            values::NotAUtcDateTime::Form => wrong_form(
                "en dato og tid på formen ÅÅÅÅ-MM-DDTtt:mm:ssZ",
                "a date and time of the form YYYY-MM-DDThh:mm:ssZ",
            ),
            values::NotAUtcDateTime::NotUtc => problem(
                &rulebook::PATTERN,
                Word::Phrase("en tid i UTC, der ender på Z", "a time in UTC that ends in Z"),
            ),
        })
    }
    fn text(value: &values::UtcDateTime) -> &str {
        value.as_str()
    }
}

pub(crate) struct Date;
impl ValueKind for Date {
    type Value = values::LocalDate;
    const SCHEMA: ValueSchema = schema("Date", XSD, "date");
    fn parse(text: &str) -> Result<values::LocalDate, Problem> {
        values::LocalDate::parse(trim(text)).map_err(|_| {
            wrong_form("en dato på formen ÅÅÅÅ-MM-DD", "a date of the form YYYY-MM-DD")
        })
    }
    fn text(value: &values::LocalDate) -> &str {
        value.as_str()
    }
}

pub(crate) struct Boolean;
impl ValueKind for Boolean {
    type Value = bool;
    const SCHEMA: ValueSchema = schema("Boolean", XSD, "boolean");
    fn parse(text: &str) -> Result<bool, Problem> {
        // The schema's default fills in an element that is there and has nothing in it.
        if text.is_empty() {
            return Ok(false);
        }
        match trim(text) {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err(wrong_form("true, false, 1 eller 0", "true, false, 1 or 0")),
        }
    }
    fn text(value: &bool) -> &str {
        // The official Java library reads neither 1 and 0 nor empty elements.
        if *value { "true" } else { "false" }
    }
}

pub(crate) struct MessageType;
impl ValueKind for MessageType {
    type Value = values::MessageType;
    const SCHEMA: ValueSchema = schema("MessageType", TYPES, "memoMessageType");
    fn parse(text: &str) -> Result<values::MessageType, Problem> {
        [values::MessageType::DigitalPost, values::MessageType::NemSms]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| problem(&rulebook::NOT_IN_LIST, Word::Name("DIGITALPOST, NEMSMS")))
    }
    fn text(value: &values::MessageType) -> &str {
        value.as_str()
    }
}

pub(crate) struct Base64;
impl ValueKind for Base64 {
    type Value = Content;
    const SCHEMA: ValueSchema = schema("Base64", XSD, "base64Binary");
    /// Content is never held as text, so it is not made from one: `read` passes over it instead.
    fn parse(_: &str) -> Result<Content, Problem> {
        Err(wrong_form("Base64, der er læst på stedet", "Base64 read in its place"))
    }
    fn read(reader: &mut Reader<'_>) -> Result<Option<Content>, Stop> {
        reader.content_value()
    }
    /// Nor is it shown as one: `walk` shows it as content.
    fn text(_: &Content) -> &str {
        ""
    }
    fn walk(value: &Content, place: Place, visitor: &mut dyn Visitor) -> Result<(), Halt> {
        visitor.content(place, value)
    }
    fn change(
        value: &mut Content,
        _: &'static ClassSchema,
        _: &'static ElementSchema,
        changer: &mut dyn Changer,
    ) {
        changer.content(value);
    }
}
