//! What an import comes to: one line for each cell, row or item that differs, with the value exported, the
//! value in the file and the value now. Whoever imports chooses which lines are taken in; nothing is deleted
//! that was not chosen.

mod changes;
mod choosing;
mod items;
mod objects;
mod places;
mod reading;
mod shown;

use std::collections::BTreeSet;

use brevdue_programme::objects::Kind;
use brevdue_programme::{Bilingual, Key};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use changes::{next_key, set};
pub use places::Place;
pub(crate) use places::letters;
pub(crate) use reading::{Known, Table, of_tables};
pub use shown::{Shown, Words};

/// What cannot be understood, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// Why, and what to write instead. The cell's words are not repeated.
    pub reason: Bilingual,
}

/// What is no fault but should be known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Notice {
    /// A sheet is not in the file; nothing of it was read, and nothing of it is gone.
    SheetMissing {
        /// Its Danish name.
        sheet: String,
    },
    /// A heading that no field has; its column was not read.
    HeadingUnknown {
        /// Where.
        place: Place,
    },
    /// A field has no column; it was left as it is.
    ColumnMissing {
        /// The sheet.
        sheet: String,
        /// The field's heading.
        heading: String,
    },
    /// More faults than are told.
    MoreFaults {
        /// How many more.
        count: usize,
    },
}

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Where it stands in the file.
    pub place: Place,
    /// Of what kind of object.
    pub kind: Kind,
    /// Which.
    pub key: Key,
    /// What differs.
    pub what: Differs,
    /// Others changed the same meanwhile: taking it in overrides them.
    pub conflict: bool,
}

/// What differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Differs {
    /// A value.
    Cell {
        /// Where in the object, parted by `/`.
        path: String,
        /// As exported; null also when that is not known.
        base: Value,
        /// In the file.
        mine: Value,
        /// Now.
        theirs: Value,
    },
    /// A new row: an object.
    New {
        /// All of it.
        body: Value,
    },
    /// A new row: an item of an object's list.
    Item {
        /// The field that holds the list.
        field: String,
        /// All of the item.
        body: Value,
    },
    /// A row is gone: an item of an object's list.
    ItemGone {
        /// The field that holds the list.
        field: String,
        /// Its place from 0.
        index: usize,
        /// The item as exported.
        item: Value,
        /// What stands in its place now.
        theirs: Value,
    },
    /// A row is gone: an object.
    Gone {
        /// The version that was exported.
        version: u32,
        /// The version that stands now.
        standing: u32,
    },
}

/// What an import comes to.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Diff {
    /// In the order of the file.
    pub lines: Vec<Line>,
    /// What to tell besides.
    pub notices: Vec<Notice>,
}

impl Diff {
    /// Nothing differs.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The lines that harm nobody: neither conflicts nor rows that are gone.
    pub fn plain(&self) -> BTreeSet<usize> {
        let harmless = |line: &Line| {
            !line.conflict && !matches!(line.what, Differs::Gone { .. } | Differs::ItemGone { .. })
        };
        (0..self.lines.len()).filter(|index| harmless(&self.lines[*index])).collect()
    }
}
