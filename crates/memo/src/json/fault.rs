//! What keeps JSON from becoming a message: where, and what is expected instead.

use std::fmt;
use std::io;

use crate::finding::Language;

/// Why JSON did not become XML.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// The target failed.
    #[error("could not write the message")]
    Io(#[from] io::Error),
    /// The JSON is not a message.
    #[error("{0}")]
    Faults(JsonFaults),
}

/// Everything that is wrong with a JSON text, in its order, up to [`crate::Limits::findings`].
///
/// Its `Display` has a line for each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JsonFaults {
    /// The faults kept.
    pub list: Vec<JsonFault>,
    /// How many more there were.
    pub omitted: u64,
}

/// One fault. Never quotes a value.
///
/// Its `Display` is one English line with the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonFault {
    /// Members and positions from the root, e.g. `/MessageBody/MainDocument/File/0/filename`
    /// (a JSON Pointer, RFC 6901); positions count from 0.
    pub path: String,
    /// Line and column in characters, from 1, of the member, or of the one before when its name
    /// is written with escapes, or of the end of what could be read.
    pub line_column: Option<(u64, u64)>,
    pub(super) problem: Problem,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Problem {
    TooLarge { bytes: u64, limit: u64 },
    NotJson { why: &'static str },
    EndsTooEarly,
    TooManyRepeated { limit: usize },
    Type { expected: Expected, found: Found },
    Unknown { name: String, class: &'static str },
    Duplicate,
    ContentLeftOut,
    Character,
}

/// What should stand there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    String,
    Switch,
    Object,
    Array,
}

/// What stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    String,
    Switch,
    Number,
    Object,
    Array,
    Null,
}

impl JsonFault {
    /// The fault in words, lower case without a full stop.
    pub fn text(&self, language: Language) -> String {
        let (danish, english) = self.problem.texts();
        match language {
            Language::Danish => danish,
            Language::English => english,
        }
    }
}

impl Problem {
    fn texts(&self) -> (String, String) {
        match self {
            Self::TooLarge { bytes, limit } => (
                format!("JSON-teksten fylder {bytes} byte, over grænsen på {limit}"),
                format!("the JSON has {bytes} bytes, over the limit of {limit}"),
            ),
            Self::NotJson { why } => (format!("teksten er ikke JSON ({why})"), format!("the text is not JSON ({why})")),
            Self::EndsTooEarly => ("JSON-teksten slutter for tidligt".to_owned(), "the JSON ends too early".to_owned()),
            Self::TooManyRepeated { limit } => (
                format!("flere end {limit} elementer, der kan gentages (dokumenter, filer, handlinger, svardata)"),
                format!("more than {limit} elements that may stand repeatedly (documents, files, actions, replies)"),
            ),
            Self::Type { expected, found } => {
                let (expected, found) = (expected.words(), found.words());
                (
                    format!("ventede {}, fandt {}", expected.0, found.0),
                    format!("expected {}, found {}", expected.1, found.1),
                )
            }
            Self::Unknown { name, class } => (
                format!("{class} har intet medlem {name}"),
                format!("{class} has no member {name}"),
            ),
            Self::Duplicate => (
                "medlemmet står her for anden gang; skriv det én gang (gentagne elementer er en liste)".to_owned(),
                "the member stands here a second time; write it once (repeated elements are an array)".to_owned(),
            ),
            Self::ContentLeftOut => (
                "indholdet er udeladt; skriv det som Base64 i en streng".to_owned(),
                "the content was left out; write it as Base64 in a string".to_owned(),
            ),
            Self::Character => (
                "teksten har et tegn, som XML ikke tillader".to_owned(),
                "the text holds a character that XML does not allow".to_owned(),
            ),
        }
    }
}

impl Expected {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::String => ("en streng", "a string"),
            Self::Switch => ("true eller false", "true or false"),
            Self::Object => ("et objekt", "an object"),
            Self::Array => ("en liste", "an array"),
        }
    }
}

impl Found {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::String => ("en streng", "a string"),
            Self::Switch => ("true eller false", "true or false"),
            Self::Number => ("et tal", "a number"),
            Self::Object => ("et objekt", "an object"),
            Self::Array => ("en liste", "an array"),
            Self::Null => (
                "null; udelad medlemmet, når det ikke har nogen værdi",
                "null; leave the member out when it has no value",
            ),
        }
    }
}

impl fmt::Display for JsonFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.path.is_empty() { "/" } else { &self.path })?;
        if let Some((line, column)) = self.line_column {
            write!(f, " at {line}:{column}")?;
        }
        write!(f, ": {}", self.text(Language::English))
    }
}

impl fmt::Display for JsonFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, fault) in self.list.iter().enumerate() {
            let separator = if number == 0 { "" } else { "\n" };
            write!(f, "{separator}{fault}")?;
        }
        match self.omitted {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}
