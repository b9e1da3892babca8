//! What an import comes to: one line for each cell, row or item that differs, with the value exported, the
//! value in the file and the value now. Whoever imports chooses which lines are taken in; nothing is deleted
//! that was not chosen.

use std::collections::{BTreeMap, BTreeSet};

use brevdue_programme::change::{Change, What, differing};
use brevdue_programme::objects::Kind;
use brevdue_programme::{Bilingual, Key, Language, Programme};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cells::{Cell, Names, as_text, blank, equal, is_cut, plain};
use crate::limits::{CONFLICTS, ERRORS};
use crate::sheets::{Column, ID, Sheet, VERSION};
use crate::workbook::{Base, untouched};

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
        /// The item.
        item: Value,
    },
    /// A row is gone: an object.
    Gone {
        /// The version that was exported.
        version: u32,
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

    /// The changes that the chosen lines come to, one for each object, against the programme as it stands.
    ///
    /// A line whose object or list item is there no longer comes to nothing.
    pub fn changes(&self, programme: &Programme, chosen: &BTreeSet<usize>) -> Vec<Change> {
        let mut by_object: BTreeMap<(Kind, &Key), Vec<&Line>> = BTreeMap::new();
        let mut order = Vec::new();
        for (_, line) in self.lines.iter().enumerate().filter(|(index, _)| chosen.contains(index)) {
            let lines = by_object.entry((line.kind, &line.key)).or_default();
            if lines.is_empty() {
                order.push((line.kind, &line.key));
            }
            lines.push(line);
        }
        order
            .iter()
            .filter_map(|(kind, key)| change(programme, *kind, key, &by_object[&(*kind, *key)]))
            .collect()
    }
}

fn change(programme: &Programme, kind: Kind, key: &Key, lines: &[&Line]) -> Option<Change> {
    let held = programme.held(kind, key);
    let made = |what: What| Some(Change { kind, key: key.clone(), what });
    if lines.iter().any(|line| matches!(line.what, Differs::Gone { .. })) {
        return made(What::Remove { version: held?.version });
    }
    let new = lines.iter().find_map(|line| match &line.what {
        Differs::New { body } => Some(body.clone()),
        _ => None,
    });
    let before = match (held, &new) {
        (Some(held), _) => Some(held.body.clone()),
        (None, None) if matches!(kind, Kind::TaskState | Kind::Milestone) => {
            untouched(kind, key, None)
        }
        (None, _) => None,
    };
    let mut after = match (&before, new) {
        // Somebody else took the key meanwhile, and the file's row was chosen over theirs.
        (_, Some(new)) => new,
        (Some(before), None) => before.clone(),
        (None, None) => return None,
    };
    let mut gone: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for line in lines {
        match &line.what {
            Differs::Cell { path, mine, .. } => set(&mut after, path, mine.clone()),
            Differs::Item { field, body } => {
                if let Some(list) = after.get_mut(field).and_then(Value::as_array_mut) {
                    list.push(body.clone());
                }
            }
            Differs::ItemGone { field, index, .. } => {
                gone.entry(field).or_default().insert(*index);
            }
            Differs::New { .. } | Differs::Gone { .. } => {}
        }
    }
    for (field, places) in gone {
        if let Some(list) = after.get_mut(field).and_then(Value::as_array_mut) {
            for index in
                places.into_iter().rev().filter(|index| *index < list.len()).collect::<Vec<_>>()
            {
                list.remove(index);
            }
        }
    }
    // As it will be kept, so that an unchanged number written otherwise is no change.
    let after = kind.checked(after.clone()).unwrap_or(after);
    match held {
        None => made(What::Add { body: after }),
        Some(held) => {
            let fields = differing(&held.body, &after);
            if fields.is_empty() { None } else { made(What::Edit { fields }) }
        }
    }
}

/// Sets a value by its path; what is missing on the way becomes an object. A place in a list that is not
/// there is left.
pub(crate) fn set(body: &mut Value, path: &str, value: Value) {
    let mut at = body;
    for step in path.split('/') {
        at = match at {
            Value::Array(list) => {
                match step.parse().ok().and_then(|index: usize| list.get_mut(index)) {
                    Some(item) => item,
                    None => return,
                }
            }
            other => {
                if !other.is_object() {
                    *other = Value::Object(serde_json::Map::new());
                }
                match other.as_object_mut() {
                    Some(object) => object.entry(step).or_insert(Value::Null),
                    None => return,
                }
            }
        };
    }
    *at = value;
}

fn at(body: &Value, path: &str) -> Value {
    body.pointer(&format!("/{path}")).cloned().unwrap_or_default()
}

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

struct Reader<'a> {
    table: &'a Table,
    names: &'a Names,
    programme: &'a Programme,
    known: &'a Known<'a>,
    /// By column of the file.
    columns: Vec<Option<&'static Column>>,
    id: usize,
    version: Option<usize>,
    faults: Vec<Fault>,
    lines: Vec<Line>,
    notices: Vec<Notice>,
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
    fn place(&self, row: usize, column: Option<usize>) -> Place {
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

    fn fault(&mut self, row: usize, column: Option<usize>, da: &str, en: &str) {
        let place = self.place(row, column);
        self.faults.push(Fault { place, reason: Bilingual::new(da, en) });
    }

    fn cell(&self, row: usize, column: usize) -> &Cell {
        self.table.rows.get(row).and_then(|row| row.get(column)).unwrap_or(&Cell::Empty)
    }

    fn is_blank(&self, row: usize) -> bool {
        let cells = self.table.rows[row].iter();
        cells.enumerate().all(|(index, cell)| {
            let counts = index == self.id || self.columns.get(index).is_some_and(Option::is_some);
            !counts || as_text(cell).trim().is_empty() && !matches!(cell, Cell::Fault(_))
        })
    }

    /// What was exported, as far as it is known.
    fn base(&self, key: &Key, row: usize) -> Option<(u32, Value)> {
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

    fn theirs(&self, key: &Key) -> Option<Value> {
        let kind = self.table.sheet.kind;
        let held = self.programme.held(kind, key).map(|held| held.body.clone());
        held.or_else(|| match kind {
            Kind::TaskState | Kind::Milestone => untouched(kind, key, None),
            _ => None,
        })
    }

    fn objects(&mut self) {
        let kind = self.table.sheet.kind;
        let mut seen: BTreeMap<Key, usize> = BTreeMap::new();
        let mut unnamed = Vec::new();
        for row in 1..self.table.rows.len() {
            if self.is_blank(row) {
                continue;
            }
            let id = as_text(self.cell(row, self.id)).trim().to_owned();
            if id.is_empty() {
                unnamed.push(row);
                continue;
            }
            let Ok(key) = id.parse::<Key>() else {
                self.fault(
                    row,
                    Some(self.id),
                    "id'et er ikke et gyldigt id",
                    "the id is not a valid id",
                );
                continue;
            };
            if let Some(first) = seen.insert(key.clone(), row) {
                let (da, en) = (
                    format!("id'et står også i række {}", first + 1),
                    format!("the id stands in row {} as well", first + 1),
                );
                self.fault(row, Some(self.id), &da, &en);
                continue;
            }
            let base = self.base(&key, row);
            let theirs = self.theirs(&key);
            match (base, theirs) {
                (None, None) => self.new_object(row, key),
                (Some((_, base)), theirs) => {
                    self.values(row, &key, "", Some(&base), theirs.as_ref())
                }
                // Not exported, but there now: somebody else made it, or the list is older than its row.
                (None, Some(theirs)) => self.values(row, &key, "", None, Some(&theirs)),
            }
        }
        for row in unnamed {
            let taken: BTreeSet<Key> = seen
                .keys()
                .cloned()
                .chain(self.programme.all_held(kind).map(|(key, _)| key.clone()))
                .chain(
                    self.lines.iter().filter(|line| line.kind == kind).map(|line| line.key.clone()),
                )
                .collect();
            match self.table.sheet.prefix.and_then(|prefix| next_key(prefix, &taken)) {
                Some(key) => self.new_object(row, key),
                None => self.fault(
                    row,
                    Some(self.id),
                    "id'et mangler, og rækker kan ikke tilføjes her",
                    "the id is missing, and rows cannot be added here",
                ),
            }
        }
        if let (Known::Base(base), Some(_)) = (self.known, self.table.sheet.prefix) {
            let gone =
                base.0.iter().filter(|((of, key), _)| *of == kind && !seen.contains_key(key));
            for ((_, key), (version, _)) in gone {
                let Some(held) = self.programme.held(kind, key) else { continue };
                self.lines.push(Line {
                    place: Place {
                        sheet: self.table.name.clone(),
                        row: 0,
                        column: String::new(),
                        heading: String::new(),
                    },
                    kind,
                    key: key.clone(),
                    what: Differs::Gone { version: *version },
                    conflict: held.version != *version,
                });
            }
        }
    }

    fn new_object(&mut self, row: usize, key: Key) {
        let kind = self.table.sheet.kind;
        if self.table.sheet.prefix.is_none() {
            return self.fault(
                row,
                Some(self.id),
                "id'et findes ikke, og rækker kan ikke tilføjes her",
                "there is no such id, and rows cannot be added here",
            );
        }
        let Some(body) = blank(kind) else { return };
        if let Some(body) = self.filled(row, body) {
            let place = self.place(row, None);
            self.lines.push(Line {
                place,
                kind,
                key,
                what: Differs::New { body },
                conflict: false,
            });
        }
    }

    /// A body with all that a row says; none when some of it means nothing.
    fn filled(&mut self, row: usize, mut body: Value) -> Option<Value> {
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
    fn values(
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

    fn items(&mut self) {
        let (kind, field) = (self.table.sheet.kind, self.table.sheet.items.unwrap_or_default());
        let list = |body: Option<&Value>| -> Vec<Value> {
            let list = body.and_then(|body| body.get(field)).and_then(Value::as_array);
            list.cloned().unwrap_or_default()
        };
        let mut seen: BTreeMap<(Key, usize), usize> = BTreeMap::new();
        for row in 1..self.table.rows.len() {
            if self.is_blank(row) {
                continue;
            }
            let id = as_text(self.cell(row, self.id)).trim().to_owned();
            let (of, number) = match id.split_once('#') {
                Some((of, number)) => {
                    (of, number.parse::<usize>().ok().filter(|number| *number > 0))
                }
                None => (id.as_str(), None),
            };
            let key = of.split_whitespace().next().unwrap_or_default().parse::<Key>();
            let known = key.as_ref().is_ok_and(|key| self.names.has(kind, key));
            let (Ok(key), true, true) = (key, known, number.is_some() || !id.contains('#')) else {
                self.fault(
                    row,
                    Some(self.id),
                    "skriv id'et på det, rækken hører til",
                    "write the id of what the row belongs to",
                );
                continue;
            };
            let base = self.base(&key, row);
            let theirs = self.programme.held(kind, &key).map(|held| held.body.clone());
            let mine = list(base.as_ref().map(|base| &base.1));
            let now = list(theirs.as_ref());
            match number.map(|number| number - 1) {
                Some(index) if index < mine.len() || base.is_none() && index < now.len() => {
                    if let Some(first) = seen.insert((key.clone(), index), row) {
                        let (da, en) = (
                            format!("id'et står også i række {}", first + 1),
                            format!("the id stands in row {} as well", first + 1),
                        );
                        self.fault(row, Some(self.id), &da, &en);
                        continue;
                    }
                    // Items are told apart by their place; when others added or took away some, the places
                    // no longer mean the same, and every change of them is a conflict.
                    let same_places = mine.len() == now.len();
                    let before = self.lines.len();
                    let within = format!("{field}/{index}");
                    self.values(row, &key, &within, mine.get(index), now.get(index));
                    if !same_places {
                        self.lines[before..].iter_mut().for_each(|line| line.conflict = true);
                    }
                }
                Some(_) => self.fault(
                    row,
                    Some(self.id),
                    "nummeret efter # findes ikke; lad det være på en ny række",
                    "there is no such number after #; leave it out on a new row",
                ),
                None => {
                    if let Some(body) = self.filled(row, Value::Object(serde_json::Map::new())) {
                        let place = self.place(row, None);
                        let what = Differs::Item { field: field.to_owned(), body };
                        self.lines.push(Line { place, kind, key, what, conflict: false });
                    }
                }
            }
        }
        let Known::Base(base) = self.known else { return };
        for ((_, key), (_, body)) in base.0.iter().filter(|((of, _), _)| *of == kind) {
            let Some(held) = self.programme.held(kind, key) else { continue };
            let (mine, now) = (list(Some(body)), list(Some(&held.body)));
            for (index, item) in mine.iter().enumerate() {
                if seen.contains_key(&(key.clone(), index)) || index >= now.len() {
                    continue;
                }
                self.lines.push(Line {
                    place: Place {
                        sheet: self.table.name.clone(),
                        row: 0,
                        column: String::new(),
                        heading: String::new(),
                    },
                    kind,
                    key: key.clone(),
                    what: Differs::ItemGone { field: field.to_owned(), index, item: item.clone() },
                    conflict: !now.get(index).is_some_and(|now| equal(now, item)),
                });
            }
        }
    }
}

/// The next free key: `S-001`, `S-002`.
pub(crate) fn next_key(prefix: &str, taken: &BTreeSet<Key>) -> Option<Key> {
    let number =
        |key: &Key| key.as_str().strip_prefix(prefix)?.strip_prefix('-')?.parse::<u64>().ok();
    let highest =
        taken.iter().filter_map(number).filter(|number| *number < 1_000_000_000).max().unwrap_or(0);
    format!("{prefix}-{:03}", highest + 1).parse().ok()
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
