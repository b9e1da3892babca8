//! Which column of somebody else's table means which field: found by the headings, or said.

use std::collections::{BTreeMap, BTreeSet};

use brevdue_programme::Language;

use crate::cells::{Cell, as_text, plain};
use crate::limits::COLUMNS;
use crate::sheets::{Column, ID, SYSTEM_SHEET};

/// Rows above the heading row at most.
const ABOVE: usize = 20;

/// Rows below the headings that are shown as examples.
const EXAMPLES: usize = 3;

/// The word of the column that holds ids, among the paths of fields.
const ID_FIELD: &str = "id";

/// What somebody says of the columns of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mapping {
    /// Which table of the file, from 0.
    pub sheet: usize,
    /// The row of the headings, from 0; rows above it are not read.
    pub row: usize,
    /// The field of a column, by the column's place from 0; see [`fields`]. Other columns are not read.
    pub columns: BTreeMap<usize, String>,
}

/// Why a mapping fits no table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unmapped {
    /// There is no such table or row in the file.
    #[error("there is no such row in the file")]
    NoSuchRow,
    /// No column holds the systems' names.
    #[error("no column is mapped to the name of the system")]
    NoName,
    /// Two columns are to be the same field.
    #[error("two columns are mapped to the field {path}")]
    Twice {
        /// Which, by its path.
        path: String,
    },
    /// There is no such field.
    #[error("a column is mapped to a field that there is not")]
    NoSuchField,
}

/// A table of a file, as somebody is asked about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// What the sheet is called.
    pub name: String,
    /// Rows with something in them below the headings.
    pub rows: usize,
    /// Each column with something in it: its place from 0, its heading, and what stands below in the first
    /// rows.
    pub columns: Vec<(usize, String, Vec<String>)>,
    /// Where the headings seem to be, and what they seem to mean.
    pub guess: Mapping,
}

/// The fields that a column can be mapped to: path and name. The name of the system is the first.
pub fn fields(language: Language) -> impl Iterator<Item = (&'static str, &'static str)> {
    let columns = SYSTEM_SHEET.columns.iter();
    let columns = columns.map(move |column| (column.path, column.heading(language)));
    columns.chain(std::iter::once((ID_FIELD, ID[0])))
}

/// The headings of a table, as they are understood.
pub(super) struct Headings {
    pub(super) row: usize,
    pub(super) id: Option<usize>,
    /// Place in the row, and what it means.
    pub(super) columns: Vec<(usize, &'static Column)>,
}

impl Headings {
    fn has_name(&self) -> bool {
        self.columns.iter().any(|(_, column)| column.path == "name")
    }
}

/// What the cells of a row mean as headings.
fn understood(row: usize, cells: &[Cell]) -> Headings {
    let mut found = Headings { row, id: None, columns: Vec::new() };
    for (index, cell) in cells.iter().enumerate() {
        let heading = as_text(cell);
        let is_id = ["systemid", "system id", "system-id", "nr.", "nr"]
            .contains(&plain(&heading).as_str())
            || ID.iter().any(|known| plain(known) == plain(&heading));
        if is_id && found.id.is_none() {
            found.id = Some(index);
        } else if let Some(column) =
            SYSTEM_SHEET.columns.iter().find(|column| column.is_named(&heading))
            && !found.columns.iter().any(|(_, other)| other.path == column.path)
        {
            found.columns.push((index, column));
        }
    }
    found
}

/// The row with the most headings that are known, the name of a system among them.
pub(super) fn headings(rows: &[Vec<Cell>]) -> Option<Headings> {
    let mut best: Option<Headings> = None;
    for (row, cells) in rows.iter().enumerate().take(ABOVE) {
        let found = understood(row, cells);
        if found.has_name()
            && best.as_ref().is_none_or(|best| found.columns.len() > best.columns.len())
        {
            best = Some(found);
        }
    }
    best
}

fn is_blank(cell: &Cell) -> bool {
    as_text(cell).trim().is_empty()
}

/// The first row that has the most cells filled: what a table begins with when its headings are not known.
fn fullest(rows: &[Vec<Cell>]) -> Option<usize> {
    let filled = |row: &Vec<Cell>| row.iter().filter(|cell| !is_blank(cell)).count();
    let counts = rows.iter().take(ABOVE).map(filled).enumerate();
    let mut best: Option<(usize, usize)> = None;
    for (row, count) in counts.filter(|(_, count)| *count > 0) {
        if best.is_none_or(|(_, most)| count > most) {
            best = Some((row, count));
        }
    }
    best.map(|(row, _)| row)
}

impl Found {
    /// Nothing when the table is empty. Without a row of headings, the likeliest.
    pub(super) fn of(
        sheet: usize,
        name: &str,
        rows: &[Vec<Cell>],
        row: Option<usize>,
    ) -> Option<Self> {
        let found = match (row.filter(|row| *row < rows.len()), headings(rows)) {
            (Some(row), _) => understood(row, &rows[row]),
            (None, Some(found)) => found,
            (None, None) => {
                let row = fullest(rows)?;
                understood(row, &rows[row])
            }
        };
        let mut columns: BTreeMap<usize, String> =
            found.columns.iter().map(|(index, column)| (*index, column.path.to_owned())).collect();
        columns.extend(found.id.map(|index| (index, ID_FIELD.to_owned())));
        let guess = Mapping { sheet, row: found.row, columns };
        Some(Self::at(name, rows, guess))
    }

    fn at(name: &str, rows: &[Vec<Cell>], guess: Mapping) -> Self {
        let below = rows.get(guess.row + 1..).unwrap_or_default();
        let text = |row: &Vec<Cell>, column: usize| {
            row.get(column).map(as_text).unwrap_or_default().trim().to_owned()
        };
        let width = rows.iter().map(Vec::len).max().unwrap_or(0).min(COLUMNS);
        let columns = (0..width).filter_map(|column| {
            let heading = rows.get(guess.row).map(|row| text(row, column)).unwrap_or_default();
            let filled = below.iter().map(|row| text(row, column)).filter(|text| !text.is_empty());
            let examples: Vec<String> = filled.take(EXAMPLES).collect();
            let says = !heading.is_empty() || !examples.is_empty();
            says.then_some((column, heading, examples))
        });
        let columns = columns.collect();
        let rows = below.iter().filter(|row| !row.iter().all(is_blank)).count();
        Self { name: name.to_owned(), rows, columns, guess }
    }
}

impl Mapping {
    /// The headings as this says they are meant.
    pub(super) fn headings(&self, rows: &[Vec<Cell>]) -> Result<Headings, Unmapped> {
        if self.row >= rows.len() || self.columns.keys().any(|column| *column >= COLUMNS) {
            return Err(Unmapped::NoSuchRow);
        }
        let mut found = Headings { row: self.row, id: None, columns: Vec::new() };
        let mut seen = BTreeSet::new();
        for (index, path) in &self.columns {
            if !seen.insert(path) {
                return Err(Unmapped::Twice { path: path.clone() });
            }
            if path == ID_FIELD {
                found.id = Some(*index);
                continue;
            }
            let column = SYSTEM_SHEET.columns.iter().find(|column| column.path == path);
            found.columns.push((*index, column.ok_or(Unmapped::NoSuchField)?));
        }
        if found.has_name() { Ok(found) } else { Err(Unmapped::NoName) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{preview_mapped, tables};
    use crate::testing::sample;

    const LIST: &str = "Vores løsninger;;\r\n\r\nLøsning;Hvem leverer;Ring til\r\n\
        Klima;Nordlys ApS;Bo Hald, 12 34\r\nVarme;Nordlys ApS;\r\n";

    #[test]
    fn a_list_whose_headings_nobody_knows_is_shown_with_examples_and_read_as_it_is_mapped() {
        let sample = sample(1);
        let found = tables(LIST.as_bytes(), None).unwrap();
        let [table] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((table.guess.row, table.rows), (2, 2));
        assert_eq!(table.columns[0].1, "Løsning");
        let moved = tables(LIST.as_bytes(), Some((0, 3))).unwrap();
        assert_eq!((moved[0].columns[0].1.as_str(), moved[0].rows), ("Klima", 1));
        assert_eq!(table.columns[2], (2, "Ring til".into(), vec!["Bo Hald, 12 34".into()]));
        let said = [(0, "name"), (1, "supplier"), (2, "operations_contact")];
        let columns = said.iter().map(|(at, path)| (*at, (*path).to_owned())).collect();
        let mapping = Mapping { columns, ..table.guess.clone() };
        let preview = preview_mapped(LIST.as_bytes(), &sample.programme, &mapping).unwrap();
        assert_eq!(
            (preview.diff.lines.len(), preview.faults),
            (3, vec![]),
            "a supplier, two systems"
        );
    }

    #[test]
    fn headings_that_are_known_are_guessed() {
        let found = tables(b"System;Leverand\xc3\xb8r;Kontaktperson\r\nA;B;C\r\n", None).unwrap();
        let guessed: Vec<&str> = found[0].guess.columns.values().map(String::as_str).collect();
        assert_eq!(guessed, ["name", "supplier", "operations_contact"]);
    }

    #[test]
    fn a_mapping_that_fits_no_table_is_refused_with_its_reason() {
        let sample = sample(1);
        let read = |row, columns: &[(usize, &str)]| {
            let columns = columns.iter().map(|(at, path)| (*at, (*path).to_owned())).collect();
            let mapping = Mapping { sheet: 0, row, columns };
            preview_mapped(LIST.as_bytes(), &sample.programme, &mapping).unwrap_err()
        };
        assert_eq!(read(2, &[(1, "supplier")]), Unmapped::NoName.into());
        assert_eq!(read(2, &[(0, "name"), (1, "shoe_size")]), Unmapped::NoSuchField.into());
        let twice = Unmapped::Twice { path: "name".into() };
        assert_eq!(read(2, &[(0, "name"), (1, "name")]), twice.into());
        assert_eq!(read(99, &[(0, "name")]), Unmapped::NoSuchRow.into());
        assert_eq!(read(2, &[(9_999, "name")]), Unmapped::NoSuchRow.into());
    }
}
