//! What can be wrong with a catalogue, each fault with its place.

use std::fmt;

use crate::ids::TaskId;

/// Faults listed at most; a catalogue with more is refused with the first of them.
pub const FAULTS: usize = 1_000;

/// One thing wrong with a catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// The table it is in, for example `task`; empty for the document as a whole.
    pub table: &'static str,
    /// The item's id; empty when it has none.
    pub item: String,
    /// The field.
    pub field: Option<String>,
    /// The line of the text, from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong.
    pub kind: FaultKind,
    /// The item's place in its table.
    pub(super) index: usize,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultKind {
    /// The text is no TOML.
    #[error("this is not TOML: {0}")]
    Syntax(String),
    /// A value does not fit its field, or a field is missing or unknown.
    #[error("{0}")]
    Shape(String),
    /// An id that nothing has.
    #[error("there is no {what} `{id}`")]
    Unknown {
        /// What was looked for.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// Two items have the same id.
    #[error("the id is taken by a {0} already; ids are unique in the whole catalogue")]
    Duplicate(&'static str),
    /// A text is missing in a language.
    #[error("the {0} text is empty")]
    Empty(&'static str),
    /// A text is longer than the limit.
    #[error("the text has {characters} characters, over the limit of {limit}")]
    Long {
        /// How many.
        characters: usize,
        /// How many there may be.
        limit: usize,
    },
    /// No colour.
    #[error("`{0}` is no colour; write #RRGGBB")]
    Colour(String),
    /// Text that cannot be read on its colour.
    #[error("the contrast of text on fill is {0}:1, below 4.5:1; choose a darker or lighter text")]
    Contrast(String),
    /// Tasks that wait for one another.
    #[error("these tasks wait for one another: {}", path(.0))]
    Cycle(Vec<TaskId>),
    /// A value that makes no sense here.
    #[error("{0}")]
    Value(&'static str),
    /// More than the limit.
    #[error("{count} {what}, over the limit of {limit}")]
    TooMuch {
        /// Of what.
        what: &'static str,
        /// How many.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
}

fn path(tasks: &[TaskId]) -> String {
    tasks.iter().map(TaskId::as_str).collect::<Vec<_>>().join(" -> ")
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if !self.table.is_empty() {
            write!(f, "{} {}", self.table, self.item)?;
            if let Some(field) = &self.field {
                write!(f, ", {field}")?;
            }
            f.write_str(": ")?;
        } else if let Some(field) = &self.field {
            write!(f, "{field}: ")?;
        }
        self.kind.fmt(f)
    }
}

/// Everything wrong with a catalogue that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct CatalogueErrors(pub Vec<Fault>);

impl std::error::Error for CatalogueErrors {}

impl fmt::Display for CatalogueErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the catalogue has {} faults", self.0.len())?;
        self.0.iter().try_for_each(|fault| write!(f, "\n{fault}"))
    }
}
