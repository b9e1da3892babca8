//! Why no letter could be built: which part, which limit, what to do.

use crate::{Findings, MemoVersion};

/// Why no letter could be built. Never quotes what was filled in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LetterError {
    /// A text is over its limit.
    #[error(transparent)]
    TooLong(#[from] TooLong),
    /// A text that people see is empty.
    #[error("{field} is empty; write something")]
    Empty {
        /// Which text.
        field: &'static str,
    },
    /// More of something than the format has room for.
    #[error("{count} of {field} are over the limit of {limit}; leave some out")]
    TooMany {
        /// Of what.
        field: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// There is neither a text nor a file.
    #[error("a letter has a text or at least one file")]
    NoDocument,
    /// A UUID is of another version than 4.
    #[error("{field} is not a UUID of version 4; make a random one")]
    NotVersion4 {
        /// Which UUID.
        field: &'static str,
    },
    /// Something ends before it begins.
    #[error("{field} (action {number}) ends before it begins, or at once; change the times")]
    Times {
        /// Whose times.
        field: &'static str,
        /// Which action of the letter, from 1.
        number: usize,
    },
    /// A time to answer by, but no answer allowed.
    #[error("there is a time to answer by, but the recipient may not answer; allow answers")]
    ReplyByWithoutReply,
    /// The time to answer by is over when the letter is written.
    #[error("the time to answer by is not after the letter was written; change one of them")]
    ReplyByPast,
    /// A part that the version does not have.
    #[error("version {version} has no {field}; use version 1.2 or leave it out")]
    NotInVersion {
        /// Which part.
        field: &'static str,
        /// The version.
        version: MemoVersion,
    },
    /// A text holds a character that XML cannot carry.
    #[error("{path} holds a character that XML does not allow; leave it out")]
    Character {
        /// Where in the message.
        path: String,
    },
    /// The message is too large.
    #[error("the message has {bytes} bytes, over the limit of {limit}; send smaller files")]
    TooLarge {
        /// Bytes of its XML.
        bytes: u64,
        /// Bytes it may have.
        limit: u64,
    },
    /// The check of what was built found errors.
    #[error("the letter breaks {}", broken(.0))]
    Found(Findings),
    /// Memory could not be written or read; cannot happen.
    #[error("the letter could not be written to memory ({0})")]
    Unwritable(std::io::ErrorKind),
    /// What was built reads back as something else: a text that the format does not keep as it is.
    #[error("the letter would not read back as it was written; look for white space in addresses")]
    NotItself,
}

/// The errors among findings: rule, place and words of each.
fn broken(findings: &Findings) -> String {
    let errors = findings.list.iter().filter(|finding| finding.severity == crate::Severity::Error);
    let told: Vec<String> = errors
        .map(|finding| {
            format!(
                "{} in {}: {}",
                finding.rule,
                finding.path,
                finding.text(crate::Language::English)
            )
        })
        .collect();
    told.join("; ")
}

/// A text is over its limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} has {length} characters, over the limit of {limit}")]
pub struct TooLong {
    /// Which text.
    pub field: &'static str,
    /// Characters it has.
    pub length: usize,
    /// Characters it may have.
    pub limit: usize,
}
