//! What is wrong with a message: which rule, how bad, where, and in words.

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
    /// Line, from 1.
    pub line: u64,
    /// Column in characters, from 1.
    pub column: u64,
    /// Byte, from 0.
    pub offset_bytes: u64,
}

/// One finding. Never quotes a value of the message.
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
    /// The finding in words, lower case without a full stop.
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::Danish => &self.danish,
            Language::English => &self.english,
        }
    }
}

/// All findings of one reading, in document order, up to [`crate::Limits::findings`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Findings {
    /// The findings kept.
    pub list: Vec<Finding>,
    /// How many more there were.
    pub omitted: u64,
}

impl Findings {
    /// Whether any finding is an error.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|f| f.severity == Severity::Error)
    }
}
