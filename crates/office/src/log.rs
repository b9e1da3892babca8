//! A log of messages as others keep it, CSV or JSON lines, as observations. The columns are documented in
//! `docs/evidence.md`.
//!
//! A row that cannot be understood is named with its place, and then nothing of the file is taken. What a
//! row does not tell is kept as untold, so that no requirement is met by silence. A column that is not
//! ours is never read: it may hold whatever its owner put there.

mod fields;

use std::collections::{BTreeMap, BTreeSet};

use brevdue_memo::Timestamp;
use brevdue_programme::Bilingual;
use brevdue_programme::observation::Observation;
use brevdue_programme::reading::LetterCodes;
use brevdue_programme::tally::holds_cpr_number;
use serde::Serialize;
use serde_json::Value;

use crate::diff::{Fault, Place, letters};
use crate::limits::{ERRORS, FILE_BYTES, ROWS};
use crate::list;

/// Names of columns that were not read, told at most.
const IGNORED: usize = 50;

/// Characters of such a name.
const NAME_CHARACTERS: usize = 40;

/// Lines of a summary at most.
const SUMMARY: usize = 100;

/// What is known of a log from outside.
#[derive(Debug, Clone)]
pub struct About<'a> {
    /// The authority's organisations, digits of their CVR numbers. A row without `sender_id` belongs to the
    /// only one.
    pub organisations: &'a BTreeSet<String>,
    /// By what letters of a type are known.
    pub letters: &'a LetterCodes,
    /// Now: rows of later days are faults.
    pub now: Timestamp,
}

/// A log that was understood.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Log {
    /// One for each row.
    pub observations: Vec<Observation>,
    /// Columns that were not read. Names that look as if they held an identity number are masked.
    pub ignored: Vec<String>,
}

/// A line of what a log comes to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Counted {
    /// By what the system is known.
    pub system: String,
    /// `out` or `in`.
    pub direction: &'static str,
    /// `MEMO`, `DP2` and so on.
    pub format: &'static str,
    /// Rows.
    pub rows: usize,
    /// Of these, in a test environment: evidence of no requirement.
    pub tests: usize,
}

/// Why a log was not read. Nothing was taken.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Unreadable {
    /// Over a limit.
    #[error("the log is over the limit of {FILE_BYTES} bytes or {ROWS} rows; import it in parts")]
    TooMuch,
    /// It is no CSV.
    #[error(transparent)]
    Csv(#[from] list::Malformed),
    /// A column that every row needs is missing.
    #[error("the column {0} is missing")]
    NoColumn(&'static str),
    /// The same column stands twice.
    #[error("the column {0} stands twice")]
    Twice(&'static str),
    /// Rows that mean nothing.
    #[error("{} places cannot be understood", .0.len())]
    Faults(Vec<Fault>),
}

/// Reads a log: JSON lines when it begins with a brace, otherwise CSV.
///
/// # Errors
///
/// [`Unreadable`]: the file as a whole, or every place that means nothing, up to a limit.
pub fn read(bytes: &[u8], about: &About<'_>) -> Result<Log, Unreadable> {
    if bytes.len() > FILE_BYTES {
        return Err(Unreadable::TooMuch);
    }
    let start = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    if start.starts_with(b"{") { json_lines(bytes, about) } else { csv(bytes, about) }
}

impl Log {
    /// What it comes to, by system, direction and format; the first lines of it.
    pub fn summary(&self) -> Vec<Counted> {
        let mut counted: BTreeMap<(&str, &'static str, &'static str), (usize, usize)> =
            BTreeMap::new();
        for one in &self.observations {
            let key = (one.system.as_str(), one.direction.word(), one.format.word());
            let (rows, tests) = counted.entry(key).or_default();
            *rows += 1;
            *tests += usize::from(one.environment == brevdue_programme::objects::Environment::Test);
        }
        let lines = counted.into_iter().map(|((system, direction, format), (rows, tests))| {
            Counted { system: system.to_owned(), direction, format, rows, tests }
        });
        lines.take(SUMMARY).collect()
    }
}

/// A row: what stands in each of our columns, and where. Nothing written is told from not there.
pub(crate) struct Row {
    /// From 1, as people count.
    number: usize,
    sheet: &'static str,
    cells: BTreeMap<&'static str, (usize, String)>,
}

impl Row {
    /// What is written in a column; none when nothing is.
    fn text(&self, column: &str) -> Option<&str> {
        self.cells.get(column).map(|(_, text)| text.trim()).filter(|text| !text.is_empty())
    }

    /// Whether the row has the column, though perhaps nothing in it.
    fn has(&self, column: &str) -> bool {
        self.cells.contains_key(column)
    }

    fn fault(&self, column: &'static str, (da, en): (&str, &str)) -> Fault {
        let at = self.cells.get(column).map(|(at, _)| *at);
        let place = Place {
            sheet: self.sheet.to_owned(),
            row: self.number,
            column: at.filter(|_| self.sheet == CSV).map(letters).unwrap_or_default(),
            heading: column.to_owned(),
        };
        Fault { place, reason: Bilingual::new(da, en) }
    }
}

const CSV: &str = "CSV";
const JSON: &str = "JSON";

/// Rows as they are understood, with the faults among them.
struct Taking<'a> {
    about: &'a About<'a>,
    log: Log,
    faults: Vec<Fault>,
}

impl Taking<'_> {
    fn take(&mut self, row: &Row) {
        let mut faults = Vec::new();
        let seen = fields::observation(row, self.about, &mut faults);
        if self.faults.len() < ERRORS {
            self.faults.extend(faults);
            self.faults.truncate(ERRORS);
        }
        // One row that cannot be understood is enough to take none.
        if self.faults.is_empty() {
            self.log.observations.extend(seen);
        }
    }

    fn ignore(&mut self, name: &str) {
        let short: String =
            name.chars().filter(|c| !c.is_control()).take(NAME_CHARACTERS).collect();
        let told = if holds_cpr_number(name) { "…".to_owned() } else { short };
        if self.log.ignored.len() < IGNORED && !self.log.ignored.contains(&told) {
            self.log.ignored.push(told);
        }
    }

    fn finish(self) -> Result<Log, Unreadable> {
        if self.faults.is_empty() { Ok(self.log) } else { Err(Unreadable::Faults(self.faults)) }
    }
}

fn csv(bytes: &[u8], about: &About<'_>) -> Result<Log, Unreadable> {
    let rows = list::table(bytes)?;
    let mut taking = Taking { about, log: Log::default(), faults: Vec::new() };
    let mut rows = rows.into_iter().enumerate();
    let (_, headings) = rows.next().ok_or(Unreadable::NoColumn("observed_at"))?;
    let mut columns: Vec<Option<&'static str>> = Vec::new();
    for heading in &headings {
        let column = fields::column(heading);
        match column {
            Some(column) if columns.contains(&Some(column)) => {
                return Err(Unreadable::Twice(column));
            }
            None if !heading.trim().is_empty() => taking.ignore(heading),
            _ => {}
        }
        columns.push(column);
    }
    for needed in fields::NEEDED {
        if !columns.contains(&Some(needed)) {
            return Err(Unreadable::NoColumn(needed));
        }
    }
    for (at, cells) in rows {
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let mut row = Row { number: at + 1, sheet: CSV, cells: BTreeMap::new() };
        // A short row has the columns that it does not reach, with nothing in them.
        for (at, column) in columns.iter().enumerate() {
            if let Some(column) = column {
                row.cells.insert(column, (at, cells.get(at).cloned().unwrap_or_default()));
            }
        }
        taking.take(&row);
    }
    taking.finish()
}

fn json_lines(bytes: &[u8], about: &About<'_>) -> Result<Log, Unreadable> {
    let text = std::str::from_utf8(bytes).map_err(|_| list::Malformed::NotText)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut taking = Taking { about, log: Log::default(), faults: Vec::new() };
    for (at, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        if at >= ROWS {
            return Err(Unreadable::TooMuch);
        }
        let mut row = Row { number: at + 1, sheet: JSON, cells: BTreeMap::new() };
        let Ok(Value::Object(object)) = serde_json::from_str::<Value>(line) else {
            let said = ("linjen er ikke et JSON-objekt", "the line is not a JSON object");
            taking.faults.push(row.fault("", said));
            if taking.faults.len() >= ERRORS {
                break;
            }
            continue;
        };
        let mut odd = None;
        for (name, value) in &object {
            let Some(column) = fields::column(name) else {
                taking.ignore(name);
                continue;
            };
            match plain(value) {
                Some(text) => _ = row.cells.insert(column, (0, text)),
                None => odd = Some(column),
            }
        }
        if let Some(column) = odd {
            let said = (
                "skal være en tekst, et tal, sandt eller falsk, eller en liste af dem",
                "must be a text, a number, true or false, or a list of these",
            );
            taking.faults.push(row.fault(column, said));
            continue;
        }
        taking.take(&row);
    }
    taking.finish()
}

/// A value as a cell would have it; none when it is more than that.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Array(list) => {
            let parts: Option<Vec<String>> =
                list.iter().map(|one| if one.is_array() { None } else { plain(one) }).collect();
            parts.map(|parts| parts.join("|"))
        }
        Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests;
