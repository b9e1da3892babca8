//! Reading a workbook: first what it is, then its sheets as rows of cells, with limits on everything.

use std::collections::BTreeMap;
use std::io::Cursor;

use brevdue_programme::objects::Kind;
use brevdue_programme::{Day, Key, ProgrammeId};
use calamine::{DataRef, Reader as _, Xlsx};

use super::{BASE_SHEET, Base, FORM, Fingerprint};
use crate::cells::Cell;
use crate::diff::{Fault, Table};
use crate::limits::{COLUMNS, ROWS};
use crate::packed::{self, Unpackable};
use crate::sheets;

/// Why a workbook was not read. Nothing was changed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Unreadable {
    /// The file is no workbook, or larger than is read.
    #[error(transparent)]
    File(#[from] Unpackable),
    /// The archive holds no workbook that can be read.
    #[error("the file is no workbook that can be read")]
    NoWorkbook,
    /// It was not exported from here, or its hidden sheet is lost.
    #[error("the workbook does not carry what was exported; export it anew and edit that")]
    NoBase,
    /// Its hidden sheet was altered.
    #[error("the hidden sheet of the workbook was altered; export it anew and edit that")]
    AlteredBase,
    /// It is another programme's.
    #[error("the workbook was exported from another programme")]
    OtherProgramme,
    /// A sheet has more than is read.
    #[error("the sheet {sheet} has more than {ROWS} rows or {COLUMNS} columns")]
    TooMuch {
        /// Which, by its place from 1.
        sheet: usize,
    },
    /// Cells that mean nothing.
    #[error("{} cells or rows cannot be understood", .0.len())]
    Faults(Vec<Fault>),
}

pub(super) struct Book {
    pub(super) programme: ProgrammeId,
    pub(super) base: Base,
    pub(super) tables: Vec<Table>,
    pub(super) notices: Vec<crate::diff::Notice>,
}

/// The rows of a sheet.
pub(crate) type Rows = Vec<Vec<Cell>>;

fn open(bytes: &[u8]) -> Result<Xlsx<Cursor<&[u8]>>, Unreadable> {
    packed::look(bytes)?;
    Xlsx::new(Cursor::new(bytes)).map_err(|_| Unreadable::NoWorkbook)
}

/// Sheets of ours by which a workbook is known whose hidden sheet is lost.
const OWN_SHEETS: usize = 5;

pub(super) fn is_ours(bytes: &[u8]) -> Result<bool, Unreadable> {
    let names = open(bytes)?.sheet_names();
    let own = names.iter().filter(|name| sheets::sheet(name).is_some()).count();
    Ok(own >= OWN_SHEETS || names.iter().any(|name| name == BASE_SHEET))
}

pub(super) fn book(bytes: &[u8]) -> Result<Book, Unreadable> {
    let mut xlsx = open(bytes)?;
    let names = xlsx.sheet_names();
    let place = names.iter().position(|name| name == BASE_SHEET).ok_or(Unreadable::NoBase)?;
    let (programme, base) = base(&cells(&mut xlsx, BASE_SHEET, place + 1)?)?;
    let mut tables = Vec::new();
    let mut notices = Vec::new();
    for sheet in sheets::SHEETS {
        match names.iter().position(|name| sheet.is_named(name)) {
            Some(place) => {
                let rows = cells(&mut xlsx, &names[place], place + 1)?;
                tables.push(Table { sheet, name: names[place].clone(), rows });
            }
            None => notices.push(crate::diff::Notice::SheetMissing { sheet: sheet.da.to_owned() }),
        }
    }
    Ok(Book { programme, base, tables, notices })
}

pub(super) fn all_rows(bytes: &[u8]) -> Result<Vec<(String, Rows)>, Unreadable> {
    let mut xlsx = open(bytes)?;
    let names = xlsx.sheet_names();
    let mut all = Vec::new();
    for (index, name) in names.iter().enumerate().take(50) {
        // A sheet of charts has no cells, and is passed over.
        if let Ok(rows) = cells(&mut xlsx, name, index + 1) {
            all.push((name.clone(), rows));
        }
    }
    Ok(all)
}

/// The cells of a sheet as rows from its first. Cells come one by one, so that a cell far out costs nothing.
fn cells(xlsx: &mut Xlsx<Cursor<&[u8]>>, name: &str, place: usize) -> Result<Rows, Unreadable> {
    let too_much = || Unreadable::TooMuch { sheet: place };
    let mut reader = xlsx.worksheet_cells_reader(name).map_err(|_| Unreadable::NoWorkbook)?;
    let mut rows: Rows = Vec::new();
    while let Some(found) = reader.next_cell_with_formula().map_err(|_| Unreadable::NoWorkbook)? {
        let cell = match &found.formula {
            Some(formula) if !formula.is_empty() => {
                Cell::Formula(formula.trim_start_matches('=').to_owned())
            }
            _ => cell(&found.value),
        };
        if cell == Cell::Empty {
            continue;
        }
        let (row, column) = (found.pos.0 as usize, found.pos.1 as usize);
        if row > ROWS || column >= COLUMNS {
            return Err(too_much());
        }
        if rows.len() <= row {
            rows.resize_with(row + 1, Vec::new);
        }
        let cells = &mut rows[row];
        if cells.len() <= column {
            cells.resize(column + 1, Cell::Empty);
        }
        cells[column] = cell;
    }
    Ok(rows)
}

fn cell(value: &DataRef<'_>) -> Cell {
    let text = |text: &str| if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) };
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::Int(number) => Cell::Number(*number as f64),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::String(value) => text(value),
        DataRef::SharedString(value) => text(value),
        DataRef::Bool(yes) => Cell::Yes(*yes),
        DataRef::DateTime(at) if at.is_datetime() => {
            let number = at.as_f64();
            // Its own days before 1900 and after 9999 would overflow.
            if !(0.0..3_000_000.0).contains(&number) {
                return Cell::Number(number);
            }
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            let day = i16::try_from(year)
                .ok()
                .and_then(|year| Day::new(year, month as i8, day as i8).ok());
            day.map_or(Cell::Number(number), Cell::Day)
        }
        DataRef::DateTime(at) => Cell::Number(at.as_f64()),
        DataRef::DateTimeIso(value) | DataRef::DurationIso(value) => text(value),
        DataRef::Error(fault) => Cell::Fault(fault.to_string()),
    }
}

fn base(rows: &[Vec<Cell>]) -> Result<(ProgrammeId, Base), Unreadable> {
    let text = |row: usize, column: usize| match rows.get(row).and_then(|row| row.get(column)) {
        Some(Cell::Text(text)) => text.clone(),
        // A program may take a text of digits for a number.
        Some(Cell::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    if text(0, 0) != "brevdue" || text(0, 1) != FORM {
        return Err(Unreadable::NoBase);
    }
    let programme: ProgrammeId = text(0, 2).parse().map_err(|_| Unreadable::AlteredBase)?;
    let mut objects = BTreeMap::new();
    let mut fingerprint = Fingerprint::default();
    for (row, cells) in rows.iter().enumerate().skip(1) {
        let kind = Kind::from_word(&text(row, 0)).ok_or(Unreadable::AlteredBase)?;
        let key: Key = text(row, 1).parse().map_err(|_| Unreadable::AlteredBase)?;
        let version: u32 = text(row, 2).parse().map_err(|_| Unreadable::AlteredBase)?;
        let body: String = (3..cells.len()).map(|column| text(row, column)).collect();
        fingerprint.add(kind, &key, version, &body);
        let body = serde_json::from_str(&body).map_err(|_| Unreadable::AlteredBase)?;
        objects.insert((kind, key), (version, body));
    }
    if fingerprint.words() != text(0, 4) {
        return Err(Unreadable::AlteredBase);
    }
    Ok((programme, Base(objects)))
}
