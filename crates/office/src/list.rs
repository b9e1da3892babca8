//! A register or list as CSV, both ways: UTF-8 with a byte order mark, semicolons, lines that end in CR LF,
//! as Danish spreadsheets open it.

mod text;

use brevdue_programme::Programme;

use crate::cells::{Cell, Names, as_text, danish};
use crate::diff::{self, Diff, Fault, Known, Table};
use crate::limits::{COLUMNS, FILE_BYTES, ROWS};
use crate::sheets::{self, ID, Sheet, VERSION};
use crate::workbook::{self, Export};

pub use text::{Malformed, Separator};
pub(crate) use text::{table, write};

/// How days are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Days {
    /// `31-12-2026`.
    Danish,
    /// `2026-12-31`.
    Iso,
}

/// Why a list was not read. Nothing was changed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Unreadable {
    /// There is no such list.
    #[error("there is no such list")]
    NoSuchList,
    /// The file is too large.
    #[error("the file is over the limit of {FILE_BYTES} bytes, {ROWS} rows or {COLUMNS} columns")]
    TooMuch,
    /// The file is no CSV.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Cells that mean nothing.
    #[error("{} cells or rows cannot be understood", .0.len())]
    Faults(Vec<Fault>),
}

/// Writes a list: see [`crate::lists`] for the words. None when there is no such list.
pub fn export(export: &Export<'_>, list: &str, days: Days) -> Option<Vec<u8>> {
    let sheet = sheets::sheet(list)?;
    let names = Names::of(export.programme);
    let language = export.language;
    let pick = |da: &str, en: &str| match language {
        brevdue_programme::Language::Da => da.to_owned(),
        brevdue_programme::Language::En => en.to_owned(),
    };
    let mut headings = vec![ID[0].to_owned(), VERSION[0].to_owned()];
    headings.extend(sheet.told.iter().map(|(da, en, _)| pick(da, en)));
    headings.extend(sheet.columns.iter().map(|column| pick(column.da, column.en)));
    let mut lines = vec![headings];
    for row in workbook::list_rows(export, sheet, &names) {
        let mut line = vec![row.id, row.version.to_string()];
        let told =
            row.told.into_iter().chain(std::iter::repeat(Cell::Empty)).take(sheet.told.len());
        line.extend(told.chain(row.values).map(|cell| shown(&cell, days)));
        lines.push(line);
    }
    Some(write(&lines, Separator::Semicolon))
}

/// Writes rows that are told and never read back.
pub(crate) fn plain(rows: &[Vec<String>]) -> Vec<u8> {
    let guarded = |row: &Vec<String>| row.iter().map(|text| text::guarded(text)).collect();
    let rows: Vec<Vec<String>> = rows.iter().map(guarded).collect();
    write(&rows, Separator::Semicolon)
}

fn shown(cell: &Cell, days: Days) -> String {
    match (cell, days) {
        (Cell::Day(day), Days::Danish) => danish(*day),
        (Cell::Number(number), _) => number.to_string().replace('.', ","),
        (Cell::Text(text), _) => text::guarded(text),
        (cell, _) => as_text(cell),
    }
}

/// Reads a list that was exported and perhaps edited, or made by hand, and tells what it changes. The column
/// `Version` says which version of each object was exported: where others changed the object since, or
/// where the column is missing, each difference is a conflict to be looked at. Rows that are missing are
/// left as they are.
///
/// # Errors
///
/// [`Unreadable`]: the file as a whole, or every cell that means nothing.
pub fn read(bytes: &[u8], list: &str, programme: &Programme) -> Result<Diff, Unreadable> {
    let sheet: &'static Sheet = sheets::sheet(list).ok_or(Unreadable::NoSuchList)?;
    if bytes.len() > FILE_BYTES {
        return Err(Unreadable::TooMuch);
    }
    let rows = table(bytes)?;
    if rows.len() > ROWS + 1 || rows.iter().any(|row| row.len() > COLUMNS) {
        return Err(Unreadable::TooMuch);
    }
    let cells = |row: &Vec<String>| -> Vec<Cell> {
        row.iter()
            .map(
                |text| {
                    if text.is_empty() { Cell::Empty } else { Cell::Text(text::unguarded(text)) }
                },
            )
            .collect()
    };
    let table = Table { sheet, name: sheet.da.to_owned(), rows: rows.iter().map(cells).collect() };
    diff::of_tables(&[table], &Known::Versions, programme, Vec::new()).map_err(Unreadable::Faults)
}

#[cfg(test)]
mod tests;
