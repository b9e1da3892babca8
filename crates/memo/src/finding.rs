//! What is wrong with a message: which rule, how bad, where, and in words.
//!
//! The rules themselves, with their texts, are in [`crate::rulebook`].

use std::fmt;

use crate::rulebook::Rule;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Likely a mistake; the message is still accepted.
    Warning,
    /// The message is refused.
    Error,
}

/// The languages findings are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// Danish.
    Danish,
    /// English.
    English,
}

/// A place in the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    /// Line, from 1. A line ends with a line feed.
    pub line: u64,
    /// Column in characters (code points), from 1.
    pub column: u64,
    /// Byte, from 0; of a document in UTF-16, of the same text in UTF-8.
    pub offset_bytes: u64,
}

/// One finding. Never quotes a value of the message.
///
/// Its `Display` is one English line with rule and place:
/// `MEMO-S-003 at 14:22 in Message/MessageHeader: required element label is missing`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Rule id, e.g. `MEMO-S-003`; see `docs/rules.md`.
    pub rule: &'static str,
    /// How bad.
    pub severity: Severity,
    /// Element names from the root, e.g. `Message/MessageHeader/Recipient/recipientID`; repeated elements carry a position `File[2]`.
    pub path: String,
    /// Where.
    pub position: Position,
    pub(crate) danish: String,
    pub(crate) english: String,
}

impl Finding {
    /// A finding of `rule` at a place, its texts filled with `words`.
    pub(crate) fn new(
        rule: &'static Rule,
        severity: Severity,
        path: String,
        position: Position,
        words: &[Word<'_>],
    ) -> Self {
        Self {
            rule: rule.id,
            severity,
            path,
            position,
            danish: fill(rule.danish, words, Language::Danish),
            english: fill(rule.english, words, Language::English),
        }
    }

    /// The finding in words, lower case without a full stop.
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::Danish => &self.danish,
            Language::English => &self.english,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}:{}", self.rule, self.position.line, self.position.column)?;
        if !self.path.is_empty() {
            write!(f, " in {}", self.path)?;
        }
        write!(f, ": {}", self.english)
    }
}

/// All findings of one reading, in document order, up to [`crate::Limits::findings`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Findings {
    /// The findings kept.
    pub list: Vec<Finding>,
    /// How many more there were.
    pub omitted: u64,
    /// How many of those were errors.
    pub omitted_errors: u64,
}

impl Findings {
    /// Whether any finding is an error, kept or not.
    pub fn has_errors(&self) -> bool {
        self.omitted_errors > 0 || self.list.iter().any(|f| f.severity == Severity::Error)
    }

    /// Adds a finding while there are fewer than `limit`, and counts it otherwise.
    pub(crate) fn add(
        &mut self,
        severity: Severity,
        limit: usize,
        finding: impl FnOnce() -> Finding,
    ) {
        if self.list.len() < limit {
            self.list.push(finding());
        } else {
            self.omitted += 1;
            self.omitted_errors += u64::from(severity == Severity::Error);
        }
    }
}

/// What takes the place of a `{}` in a rule's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Word<'a> {
    /// A name from the standard, the same in both languages.
    Name(&'a str),
    /// A number with its unit given by the text.
    Number(u64),
    /// A phrase: Danish, English.
    Phrase(&'a str, &'a str),
}

fn fill(pattern: &str, words: &[Word<'_>], language: Language) -> String {
    let mut filled = String::with_capacity(pattern.len() + 32);
    let mut words = words.iter();
    let mut parts = pattern.split("{}");
    filled.push_str(parts.next().unwrap_or_default());
    for part in parts {
        match (words.next(), language) {
            (Some(Word::Name(name)), _) => filled.push_str(name),
            (Some(Word::Number(number)), _) => filled.push_str(&number.to_string()),
            (Some(Word::Phrase(danish, _)), Language::Danish) => filled.push_str(danish),
            (Some(Word::Phrase(_, english)), Language::English) => filled.push_str(english),
            (None, _) => filled.push('…'),
        }
        filled.push_str(part);
    }
    filled
}
