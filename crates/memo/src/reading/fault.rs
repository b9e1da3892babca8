//! Why reading stops before the end of a document.

use std::io;

use crate::finding::{Position, Word};
use crate::rulebook::Rule;

/// Reading cannot go on.
pub(crate) enum Stop {
    /// The source failed.
    Io(io::Error),
    /// The document is not XML as we take it, or over a limit.
    Fault(Box<(Fault, Position)>),
}

/// A rule and what fills its text, not yet tied to a place.
pub(crate) struct Fault {
    pub(crate) rule: &'static Rule,
    pub(crate) words: Vec<Owned>,
}

/// A [`Word`] that outlives what it was made from.
pub(crate) enum Owned {
    Name(String),
    Number(u64),
    Phrase(String, String),
}

impl Stop {
    pub(crate) fn fault(fault: Fault, position: Position) -> Self {
        Self::Fault(Box::new((fault, position)))
    }
}

impl Fault {
    pub(crate) fn new(rule: &'static Rule, words: &[Word<'_>]) -> Self {
        let words = words
            .iter()
            .map(|word| match word {
                Word::Name(name) => Owned::Name(presentable(name)),
                Word::Number(number) => Owned::Number(*number),
                Word::Phrase(danish, english) => {
                    Owned::Phrase((*danish).to_owned(), (*english).to_owned())
                }
            })
            .collect();
        Self { rule, words }
    }

    pub(crate) fn words(&self) -> Vec<Word<'_>> {
        self.words
            .iter()
            .map(|word| match word {
                Owned::Name(name) => Word::Name(name),
                Owned::Number(number) => Word::Number(*number),
                Owned::Phrase(danish, english) => Word::Phrase(danish, english),
            })
            .collect()
    }
}

/// A name from a document as a finding may show it: cut at 64 characters, and hidden when it holds
/// so many digits that it could be a person's number.
pub(crate) fn presentable(name: &str) -> String {
    if name.bytes().filter(u8::is_ascii_digit).count() >= 6 {
        return "…".to_owned();
    }
    match name.char_indices().nth(64) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}
