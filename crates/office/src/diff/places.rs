//! Where in a file something stands, as people see it.

use serde::{Deserialize, Serialize};

/// A cell or row of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The sheet, or the name of the list.
    pub sheet: String,
    /// From 1, as people count; 0: none.
    pub row: usize,
    /// In letters, as people see it; empty: the whole row.
    pub column: String,
    /// Its heading.
    pub heading: String,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}!{}", self.sheet, self.column)?;
        if self.row > 0 { write!(f, "{}", self.row) } else { Ok(()) }
    }
}

/// The letters of a column, counted from 0.
pub(crate) fn letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}
