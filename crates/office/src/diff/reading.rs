//! Reading tables: what each cell says against what was exported and what is there now.

use brevdue_programme::change::What;
use brevdue_programme::objects::Kind;
use brevdue_programme::{Bilingual, Key, Language, Programme};
use serde_json::Value;

use super::{Diff, Differs, Fault, Line, Notice, Place, letters, set};
use crate::cells::{Cell, Names, as_text, equal, is_cut, plain};
use crate::limits::{CONFLICTS, ERRORS};
use crate::sheets::{Column, ID, Sheet, VERSION};
use crate::workbook::{Base, untouched};

/// A sheet or list as it was read.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) sheet: &'static Sheet,
    /// As it is called in the file.
    pub(crate) name: String,
    pub(crate) rows: Vec<Vec<Cell>>,
}

/// What is known of what was exported.
#[derive(Debug)]
pub(crate) enum Known<'a> {
    /// All of it.
    Base(&'a Base),
    /// The versions in the file alone: where the version is still the same, what is there now was exported.
    Versions,
}

pub(super) struct Reader<'a> {
    pub(super) table: &'a Table,
    pub(super) names: &'a Names,
    pub(super) programme: &'a Programme,
    pub(super) known: &'a Known<'a>,
    /// By column of the file.
    pub(super) columns: Vec<Option<&'static Column>>,
    pub(super) id: usize,
    pub(super) version: Option<usize>,
    pub(super) faults: Vec<Fault>,
    pub(super) lines: Vec<Line>,
    pub(super) notices: Vec<Notice>,
}

/// What the tables come to.
///
/// # Errors
///
/// Every cell that means nothing.
pub(crate) fn of_tables(
    tables: &[Table],
    known: &Known<'_>,
    programme: &Programme,
    mut notices: Vec<Notice>,
) -> Result<Diff, Vec<Fault>> {
    let mut names = Names::of(programme);
    for table in tables.iter().filter(|table| table.sheet.items.is_none()) {
        new_names(table, &mut names);
    }
    let (mut lines, mut faults) = (Vec::new(), Vec::new());
    for table in tables {
        let Some(mut reader) = Reader::of(table, &names, programme, known, &mut faults) else {
            continue;
        };
        if table.sheet.items.is_some() {
            reader.items()
        } else {
            reader.objects()
        }
        faults.append(&mut reader.faults);
        lines.append(&mut reader.lines);
        notices.append(&mut reader.notices);
    }
    let mut diff = Diff { lines, notices };
    if faults.is_empty() {
        faults = unfit(&diff, programme);
    }
    if diff.lines.iter().filter(|line| line.conflict).count() > CONFLICTS {
        faults.push(Fault {
            place: Place {
                sheet: String::new(),
                row: 0,
                column: String::new(),
                heading: String::new(),
            },
            reason: Bilingual::new(
                "filen er for gammel: næsten alt er ændret siden; eksportér igen",
                "the file is too old: nearly everything has changed since; export it anew",
            ),
        });
    }
    if faults.is_empty() {
        diff.lines.shrink_to_fit();
        return Ok(diff);
    }
    faults.truncate(ERRORS);
    Err(faults)
}

/// What the programme would refuse, told by the first cell of the object.
fn unfit(diff: &Diff, programme: &Programme) -> Vec<Fault> {
    let all = (0..diff.lines.len()).collect();
    let mut faults = Vec::new();
    for change in diff.changes(programme, &all) {
        let body = match &change.what {
            What::Add { body } => body.clone(),
            What::Edit { fields } => {
                let mut body = programme
                    .held(change.kind, &change.key)
                    .map(|held| held.body.clone())
                    .unwrap_or_default();
                for (name, edit) in fields {
                    body[name.as_str()] = edit.to.clone();
                }
                body
            }
            What::Remove { .. } => continue,
        };
        if change.kind.checked(body).is_err()
            && let Some(line) =
                diff.lines.iter().find(|line| (line.kind, &line.key) == (change.kind, &change.key))
        {
            faults.push(Fault {
                place: line.place.clone(),
                reason: Bilingual::new(
                    "rækken giver tilsammen ikke noget gyldigt",
                    "the row as a whole is not valid",
                ),
            });
        }
    }
    faults
}

/// Rows that are new may be pointed at from other rows of the same file, by the id they have in it.
fn new_names(table: &Table, names: &mut Names) {
    let Some(headings) = table.rows.first() else { return };
    let find =
        |known: &dyn Fn(&str) -> bool| headings.iter().position(|cell| known(&as_text(cell)));
    let Some(id) = find(&|heading| ID.iter().any(|known| plain(known) == plain(heading))) else {
        return;
    };
    let name =
        table.sheet.columns.first().and_then(|column| find(&|heading| column.is_named(heading)));
    for row in table.rows.iter().skip(1) {
        let Some(Ok(key)) = row.get(id).map(|cell| as_text(cell).trim().parse::<Key>()) else {
            continue;
        };
        let name = name.and_then(|name| row.get(name)).map(as_text).unwrap_or_default();
        if !names.has(table.sheet.kind, &key) {
            names.add(table.sheet.kind, &key, &name);
        }
    }
}

impl<'a> Reader<'a> {
    fn of(
        table: &'a Table,
        names: &'a Names,
        programme: &'a Programme,
        known: &'a Known<'a>,
        faults: &mut Vec<Fault>,
    ) -> Option<Self> {
        let headings = table.rows.first().map(Vec::as_slice).unwrap_or_default();
        let mut reader = Self {
            table,
            names,
            programme,
            known,
            columns: vec![None; headings.len()],
            id: usize::MAX,
            version: None,
            faults: Vec::new(),
            lines: Vec::new(),
            notices: Vec::new(),
        };
        let sheet = table.sheet;
        for (index, cell) in headings.iter().enumerate() {
            let heading = as_text(cell);
            let is = |known: &str| plain(known) == plain(&heading);
            if heading.trim().is_empty() {
                continue;
            }
            if reader.id == usize::MAX && ID.iter().any(|known| is(known)) {
                reader.id = index;
                continue;
            }
            if VERSION.iter().any(|known| is(known)) && matches!(known, Known::Versions) {
                reader.version = Some(index);
                continue;
            }
            let exact = sheet
                .columns
                .iter()
                .find(|column| is(column.da) || is(column.en) || is(column.path));
            if exact.is_none() && sheet.told.iter().any(|(da, en, _)| is(da) || is(en)) {
                continue;
            }
            match exact.or_else(|| sheet.columns.iter().find(|column| column.is_named(&heading))) {
                None => {
                    let place = reader.place(0, Some(index));
                    reader.notices.push(Notice::HeadingUnknown { place });
                }
                Some(column)
                    if reader.columns.iter().flatten().any(|other| other.path == column.path) =>
                {
                    let place = reader.place(0, Some(index));
                    faults.push(Fault {
                        place,
                        reason: Bilingual::new(
                            "to kolonner er den samme; slet den ene",
                            "two columns are the same; delete one",
                        ),
                    });
                }
                Some(column) => reader.columns[index] = Some(column),
            }
        }
        if reader.id == usize::MAX {
            faults.push(Fault {
                place: reader.place(0, None),
                reason: Bilingual::new(
                    "kolonnen Id mangler i første række",
                    "the column Id is missing in the first row",
                ),
            });
            return None;
        }
        for column in sheet.columns {
            if !reader.columns.iter().flatten().any(|known| known.path == column.path) {
                reader.notices.push(Notice::ColumnMissing {
                    sheet: table.name.clone(),
                    heading: column.heading(Language::Da).to_owned(),
                });
            }
        }
        Some(reader)
    }

    /// By the row's index from 0.
    pub(super) fn place(&self, row: usize, column: Option<usize>) -> Place {
        let heading = column
            .and_then(|column| self.table.rows.first()?.get(column))
            .map(as_text)
            .unwrap_or_default();
        Place {
            sheet: self.table.name.clone(),
            row: row + 1,
            column: column.map(letters).unwrap_or_default(),
            heading,
        }
    }

    pub(super) fn fault(&mut self, row: usize, column: Option<usize>, da: &str, en: &str) {
        let place = self.place(row, column);
        self.faults.push(Fault { place, reason: Bilingual::new(da, en) });
    }

    pub(super) fn cell(&self, row: usize, column: usize) -> &Cell {
        self.table.rows.get(row).and_then(|row| row.get(column)).unwrap_or(&Cell::Empty)
    }

    pub(super) fn is_blank(&self, row: usize) -> bool {
        let cells = self.table.rows[row].iter();
        cells.enumerate().all(|(index, cell)| {
            let counts = index == self.id || self.columns.get(index).is_some_and(Option::is_some);
            !counts || as_text(cell).trim().is_empty() && !matches!(cell, Cell::Fault(_))
        })
    }

    /// What was exported, as far as it is known.
    pub(super) fn base(&self, key: &Key, row: usize) -> Option<(u32, Value)> {
        let kind = self.table.sheet.kind;
        match self.known {
            Known::Base(base) => base.0.get(&(kind, key.clone())).cloned(),
            Known::Versions => {
                let version = match self.cell(row, self.version?) {
                    Cell::Number(number) => format!("{number}"),
                    cell => as_text(cell),
                };
                let version: u32 = version.trim().parse().ok()?;
                let held = self.programme.held(kind, key);
                match (held, version) {
                    (None, 0) => Some((0, untouched(kind, key, None)?)),
                    (Some(held), _) if held.version == version => {
                        Some((version, held.body.clone()))
                    }
                    _ => None,
                }
            }
        }
    }

    pub(super) fn theirs(&self, key: &Key) -> Option<Value> {
        let kind = self.table.sheet.kind;
        let held = self.programme.held(kind, key).map(|held| held.body.clone());
        held.or_else(|| match kind {
            Kind::TaskState | Kind::Milestone => untouched(kind, key, None),
            _ => None,
        })
    }

    /// A body with all that a row says; none when some of it means nothing.
    pub(super) fn filled(&mut self, row: usize, mut body: Value) -> Option<Value> {
        let faults = self.faults.len();
        for index in 0..self.columns.len() {
            let Some(column) = self.columns[index] else { continue };
            match column.form.parse(self.cell(row, index), self.names) {
                Ok(value) if value == column.form.none() => {}
                Ok(value) => set(&mut body, column.path, value),
                Err(reason) => {
                    let place = self.place(row, Some(index));
                    self.faults.push(Fault { place, reason });
                }
            }
        }
        (self.faults.len() == faults).then_some(body)
    }

    /// One line for each cell that says something else than what was exported.
    pub(super) fn values(
        &mut self,
        row: usize,
        key: &Key,
        within: &str,
        base: Option<&Value>,
        theirs: Option<&Value>,
    ) {
        for index in 0..self.columns.len() {
            let Some(column) = self.columns[index] else { continue };
            let cell = self.cell(row, index);
            let was = base.map(|base| at(base, column.path));
            let now = theirs.map(|theirs| at(theirs, column.path)).unwrap_or_default();
            if column.form.says(cell, was.as_ref().unwrap_or(&now), self.names) {
                continue;
            }
            let mine = match column.form.parse(cell, self.names) {
                Ok(mine) => mine,
                Err(reason) => {
                    let place = self.place(row, Some(index));
                    self.faults.push(Fault { place, reason });
                    continue;
                }
            };
            if mine.as_str().is_some_and(is_cut) {
                self.fault(
                    row,
                    Some(index),
                    "teksten er længere end en celle kan rumme; ret den i Brevdue",
                    "the text is longer than a cell holds; change it in Brevdue",
                );
                continue;
            }
            if theirs.is_some() && column.form.says(cell, &now, self.names) {
                continue;
            }
            let conflict = match &was {
                Some(was) => theirs.is_none() || !equal(was, &now),
                None => true,
            };
            let path = if within.is_empty() {
                column.path.to_owned()
            } else {
                format!("{within}/{}", column.path)
            };
            self.lines.push(Line {
                place: self.place(row, Some(index)),
                kind: self.table.sheet.kind,
                key: key.clone(),
                what: Differs::Cell { path, base: was.unwrap_or_default(), mine, theirs: now },
                conflict,
            });
        }
    }
}

fn at(body: &Value, path: &str) -> Value {
    body.pointer(&format!("/{path}")).cloned().unwrap_or_default()
}
