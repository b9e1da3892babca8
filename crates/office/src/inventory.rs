//! Inventories of systems as others keep them: any workbook or CSV with a heading row. Columns are found by
//! their headings, or mapped by whoever brings the file; rows are matched by id, then by name and supplier,
//! and nothing is ever deleted.

mod mapping;

use std::collections::{BTreeMap, BTreeSet};

use brevdue_programme::objects::{Kind, Supplier, System};
use brevdue_programme::{Bilingual, Key, Programme};
use serde_json::Value;

use crate::cells::{Cell, Form, Names, as_text, blank, plain};
use crate::diff::{Diff, Differs, Fault, Line, Notice, Place, letters, next_key, set};
use crate::limits::{COLUMNS, ERRORS, FILE_BYTES, ROWS};
use crate::sheets::Column;
use crate::{list, workbook};
use mapping::Headings;
pub use mapping::{Found, Mapping, Unmapped, fields};

/// What an inventory comes to. Rows with faults are left out of the diff, and told; where only a person,
/// contract or other system is not known, that cell alone is left out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Preview {
    /// New systems and suppliers, and fields that differ. A field that is set here and set otherwise in the
    /// inventory is a conflict: the inventory does not know which is newer.
    pub diff: Diff,
    /// What cannot be understood.
    pub faults: Vec<Fault>,
    /// How each column was understood: its heading in the file, and the field's heading here.
    pub columns: Vec<(String, String)>,
    /// Rows that were matched to systems that are known: row, key.
    pub matched: Vec<(usize, Key)>,
}

/// Why an inventory was not read. Nothing was changed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Unreadable {
    /// It is a workbook that cannot be read.
    #[error(transparent)]
    Workbook(#[from] workbook::Unreadable),
    /// It is a CSV that cannot be read.
    #[error(transparent)]
    Csv(#[from] list::Malformed),
    /// Over a limit.
    #[error("the file is over the limit of {FILE_BYTES} bytes, {ROWS} rows or {COLUMNS} columns")]
    TooMuch,
    /// No row has a heading for the name of a system.
    #[error("no row has a heading for the name of a system, for example Navn, System or Name")]
    NoHeadings,
    /// What was said of its columns does not fit it.
    #[error(transparent)]
    Unmapped(#[from] Unmapped),
}

/// What an inventory comes to, its columns found by their headings.
///
/// # Errors
///
/// [`Unreadable`]: the file as a whole.
pub fn preview(bytes: &[u8], programme: &Programme) -> Result<Preview, Unreadable> {
    let sheets = sheets(bytes)?;
    // The sheet with the most headings that are known.
    let best =
        sheets.iter().filter_map(|(name, rows)| Some((name, rows, mapping::headings(rows)?)));
    let (name, rows, found) =
        best.max_by_key(|(_, _, found)| found.columns.len()).ok_or(Unreadable::NoHeadings)?;
    Ok(Reading::of(name, rows, &found, programme).preview)
}

/// What an inventory comes to, its columns as somebody said they are meant.
///
/// # Errors
///
/// [`Unreadable`]: the file as a whole, or the mapping.
pub fn preview_mapped(
    bytes: &[u8],
    programme: &Programme,
    mapping: &Mapping,
) -> Result<Preview, Unreadable> {
    let sheets = sheets(bytes)?;
    let (name, rows) = sheets.get(mapping.sheet).ok_or(Unmapped::NoSuchRow)?;
    let found = mapping.headings(rows)?;
    Ok(Reading::of(name, rows, &found, programme).preview)
}

/// The tables in which an inventory may stand, each with what its headings seem to mean. `place` says of one
/// of them, by its place from 0, in which row from 0 its headings stand.
///
/// # Errors
///
/// [`Unreadable`]: the file as a whole.
pub fn tables(bytes: &[u8], place: Option<(usize, usize)>) -> Result<Vec<Found>, Unreadable> {
    let sheets = sheets(bytes)?;
    let found = sheets.iter().enumerate();
    let row = |index: usize| place.filter(|(sheet, _)| *sheet == index).map(|(_, row)| row);
    Ok(found.filter_map(|(index, (name, rows))| Found::of(index, name, rows, row(index))).collect())
}

/// The sheets of a workbook, or the one table of a CSV.
fn sheets(bytes: &[u8]) -> Result<Vec<(String, Vec<Vec<Cell>>)>, Unreadable> {
    if bytes.len() > FILE_BYTES {
        return Err(Unreadable::TooMuch);
    }
    if bytes.starts_with(b"PK") {
        return Ok(workbook::rows(bytes)?);
    }
    let rows = list::table(bytes)?;
    let cells = |row: Vec<String>| row.into_iter().map(Cell::Text).collect();
    Ok(vec![("CSV".to_owned(), rows.into_iter().map(cells).collect())])
}

struct Reading<'a> {
    name: &'a str,
    rows: &'a [Vec<Cell>],
    found: &'a Headings,
    programme: &'a Programme,
    names: Names,
    preview: Preview,
    /// Suppliers by name, those of this file too.
    suppliers: BTreeMap<String, Key>,
    taken: BTreeMap<Kind, BTreeSet<Key>>,
}

impl<'a> Reading<'a> {
    fn of(
        name: &'a str,
        rows: &'a [Vec<Cell>],
        found: &'a Headings,
        programme: &'a Programme,
    ) -> Self {
        let taken = |kind| programme.all_held(kind).map(|(key, _)| key.clone()).collect();
        let mut reading = Self {
            name,
            rows,
            found,
            programme,
            names: Names::of(programme),
            preview: Preview::default(),
            suppliers: programme
                .all::<Supplier>()
                .map(|(key, of)| (plain(&of.name), key.clone()))
                .collect(),
            taken: [Kind::System, Kind::Supplier]
                .into_iter()
                .map(|kind| (kind, taken(kind)))
                .collect(),
        };
        for (index, column) in &found.columns {
            let heading = rows[found.row].get(*index).map(as_text).unwrap_or_default();
            reading.preview.columns.push((heading, column.da.to_owned()));
        }
        for (index, cell) in rows[found.row].iter().enumerate() {
            let known =
                found.id == Some(index) || found.columns.iter().any(|(place, _)| *place == index);
            if !known && !as_text(cell).trim().is_empty() {
                let place = reading.place(found.row, Some(index));
                reading.preview.diff.notices.push(Notice::HeadingUnknown { place });
            }
        }
        let mut seen: BTreeMap<Key, usize> = BTreeMap::new();
        for row in found.row + 1..rows.len() {
            reading.row(row, &mut seen);
        }
        let told = reading.preview.faults.len();
        if told > ERRORS {
            reading.preview.faults.truncate(ERRORS);
            reading.preview.diff.notices.push(Notice::MoreFaults { count: told - ERRORS });
        }
        reading
    }

    fn place(&self, row: usize, column: Option<usize>) -> Place {
        let heading = column.and_then(|column| self.rows[self.found.row].get(column)).map(as_text);
        Place {
            sheet: self.name.to_owned(),
            row: row + 1,
            column: column.map(letters).unwrap_or_default(),
            heading: heading.unwrap_or_default(),
        }
    }

    fn text(&self, row: usize, path: &str) -> String {
        let place = self.found.columns.iter().find(|(_, column)| column.path == path);
        place
            .and_then(|(index, _)| self.rows[row].get(*index))
            .map(as_text)
            .unwrap_or_default()
            .trim()
            .to_owned()
    }

    fn row(&mut self, row: usize, seen: &mut BTreeMap<Key, usize>) {
        if self.rows[row].iter().all(|cell| as_text(cell).trim().is_empty()) {
            return;
        }
        let name = self.text(row, "name");
        if name.is_empty() {
            let place = self.place(row, None);
            let reason = Bilingual::new(
                "rækken har intet navn på systemet",
                "the row has no name of a system",
            );
            self.preview.faults.push(Fault { place, reason });
            return;
        }
        let supplier_name = self.text(row, "supplier");
        let id = self
            .found
            .id
            .and_then(|index| self.rows[row].get(index))
            .map(as_text)
            .unwrap_or_default();
        let mut is_faulty = false;
        let mut values: Vec<(usize, &'static Column, Value)> = Vec::new();
        for (index, column) in &self.found.columns {
            let cell = self.rows[row].get(*index).unwrap_or(&Cell::Empty);
            // An inventory's empty cell says nothing; it does not empty ours.
            if column.path == "supplier"
                || as_text(cell).trim().is_empty() && !matches!(cell, Cell::Fault(_))
            {
                continue;
            }
            match column.form.parse(cell, &self.names) {
                Ok(value) => values.push((*index, column, value)),
                Err(reason) => {
                    // A person or contract that is not known here is told of and left out: nobody can be
                    // expected to write down everybody before the systems.
                    is_faulty |= !matches!(column.form, Form::Of(_) | Form::AllOf(_));
                    let place = self.place(row, Some(*index));
                    self.preview.faults.push(Fault { place, reason });
                }
            }
        }
        if is_faulty {
            return;
        }
        let known = match self.matching(id.trim(), &name, &supplier_name) {
            Ok(known) => known,
            Err(reason) => {
                let place = self.place(row, None);
                self.preview.faults.push(Fault { place, reason });
                return;
            }
        };
        if let Some(first) = known.as_ref().and_then(|key| seen.get(key)) {
            let place = self.place(row, None);
            let reason = Bilingual::new(
                format!("systemet står også i række {}", first + 1),
                format!("the system stands in row {} as well", first + 1),
            );
            self.preview.faults.push(Fault { place, reason });
            return;
        }
        let supplier = (!supplier_name.is_empty()).then(|| self.supplier(row, &supplier_name));
        match known {
            Some(key) => {
                seen.insert(key.clone(), row);
                self.known(row, &key, &values, supplier);
            }
            None => {
                let mut body = blank(Kind::System).unwrap_or_default();
                for (_, column, value) in values {
                    set(&mut body, column.path, value);
                }
                if let Some(supplier) = supplier {
                    set(&mut body, "supplier", supplier.as_str().into());
                }
                let taken = self.taken.entry(Kind::System).or_default();
                let own = id.trim().parse::<Key>().ok().filter(|key| !taken.contains(key));
                let Some(key) = own.or_else(|| next_key("S", taken)) else { return };
                taken.insert(key.clone());
                seen.insert(key.clone(), row);
                let (place, kind) = (self.place(row, None), Kind::System);
                let what = Differs::New { body };
                self.preview.diff.lines.push(Line { place, kind, key, what, conflict: false });
            }
        }
    }

    /// By id; else by name and supplier; else by a name that only one has when no supplier is written.
    fn matching(&self, id: &str, name: &str, supplier: &str) -> Result<Option<Key>, Bilingual> {
        if let Ok(key) = id.parse::<Key>()
            && self.programme.held(Kind::System, &key).is_some()
        {
            return Ok(Some(key));
        }
        let named: Vec<(&Key, System)> = self
            .programme
            .all::<System>()
            .filter(|(_, system)| plain(&system.name) == plain(name))
            .collect();
        let of = self.suppliers.get(&plain(supplier));
        let both: Vec<&(&Key, System)> = named
            .iter()
            .filter(|(_, system)| {
                supplier.is_empty() || system.supplier.is_none() || system.supplier.as_ref() == of
            })
            .collect();
        match both.as_slice() {
            [] => Ok(None),
            [(key, _)] => Ok(Some((*key).clone())),
            _ => Err(Bilingual::new(
                "flere systemer har det navn; skriv id'et eller leverandøren",
                "several systems have this name; write the id or the supplier",
            )),
        }
    }

    /// A supplier by its id or name; a new one when there is none.
    fn supplier(&mut self, row: usize, name: &str) -> Key {
        let first = name.split_whitespace().next().unwrap_or_default();
        if let Ok(key) = first.parse::<Key>()
            && self.programme.held(Kind::Supplier, &key).is_some()
        {
            return key;
        }
        if let Some(key) = self.suppliers.get(&plain(name)) {
            return key.clone();
        }
        let taken = self.taken.entry(Kind::Supplier).or_default();
        let key =
            next_key("L", taken).expect("a letter and a number of at most ten digits are a key");
        taken.insert(key.clone());
        self.suppliers.insert(plain(name), key.clone());
        let mut body = blank(Kind::Supplier).unwrap_or_default();
        set(&mut body, "name", name.into());
        let (place, kind, what) = (self.place(row, None), Kind::Supplier, Differs::New { body });
        self.preview.diff.lines.push(Line { place, kind, key: key.clone(), what, conflict: false });
        key
    }

    fn known(
        &mut self,
        row: usize,
        key: &Key,
        values: &[(usize, &'static Column, Value)],
        supplier: Option<Key>,
    ) {
        self.preview.matched.push((row + 1, key.clone()));
        let Some(body) = self.programme.held(Kind::System, key).map(|held| held.body.clone())
        else {
            return;
        };
        let supplier = supplier.and_then(|supplier| {
            let (index, column) =
                self.found.columns.iter().find(|(_, column)| column.path == "supplier")?;
            Some((*index, *column, Value::String(supplier.to_string())))
        });
        for (index, column, mine) in values.iter().chain(&supplier) {
            let theirs = body.pointer(&format!("/{}", column.path)).cloned().unwrap_or_default();
            let cell = self.rows[row].get(*index).unwrap_or(&Cell::Empty);
            // What it was matched by says nothing new in other letters.
            let is_same_name = column.path == "name"
                && plain(theirs.as_str().unwrap_or_default())
                    == plain(mine.as_str().unwrap_or_default());
            if is_same_name || theirs == *mine || column.form.says(cell, &theirs, &self.names) {
                continue;
            }
            // What was empty here is filled; what says something else is for a person to look at.
            let conflict = theirs != column.form.none() && theirs != Value::Null;
            let what = Differs::Cell {
                path: column.path.to_owned(),
                base: Value::Null,
                mine: mine.clone(),
                theirs,
            };
            let (place, kind, key) = (self.place(row, Some(*index)), Kind::System, key.clone());
            self.preview.diff.lines.push(Line { place, kind, key, what, conflict });
        }
    }
}

#[cfg(test)]
mod tests {
    use brevdue_programme::change::outcome;

    use super::*;
    use crate::testing::{at, key, sample};

    #[test]
    fn an_inventory_of_others_is_mapped_by_its_headings_and_matched_by_name_and_supplier() {
        let sample = sample(3);
        let csv = "Oversigt over it-systemer;;;;\r\n\
            Systemnavn;Leverandør;Forvaltning;Kritikalitet;Systemejer;Budgetkonto\r\n\
            fagsystem 2;Leverandør 3 A/S;Teknik;Høj;Mette Lindø;123\r\n\
            ESDH;Nyt Firma ApS;Borgmester;Vital;Ukendt Person;124\r\n\
            Løn;Nyt Firma ApS;;;;\r\n\
            ;;Ukendt;;;\r\n\
            Skole;;;Ekstrem;;\r\n";
        let preview = preview(csv.as_bytes(), &sample.programme).unwrap();
        assert_eq!(preview.columns.len(), 5, "{:?}", preview.columns);
        assert_eq!(preview.matched, [(3, key("S-002"))]);
        let places: Vec<String> =
            preview.faults.iter().map(|fault| fault.place.to_string()).collect();
        assert_eq!(places, ["CSV!E4", "CSV!6", "CSV!D7"]);
        let conflicts = preview.diff.lines.iter().filter(|line| line.conflict).count();
        assert_eq!(conflicts, 1, "its units are set otherwise here");
        let changes = preview.diff.changes(&sample.programme, &preview.diff.plain());
        let mut programme = sample.programme.clone();
        programme.put(&outcome(&programme, &changes, "import", "", at()).unwrap().writes);
        let of = |id: &str| programme.get::<System>(&key(id)).unwrap();
        assert_eq!(of("S-002").criticality.unwrap().word(), "high");
        assert_eq!((of("S-004").name.as_str(), of("S-005").name.as_str()), ("ESDH", "Løn"));
        assert_eq!(of("S-004").supplier, of("S-005").supplier);
        assert_eq!(programme.get::<Supplier>(&key("L-004")).unwrap().name, "Nyt Firma ApS");
        let again = super::preview(csv.as_bytes(), &programme).unwrap();
        assert!(
            again.diff.plain().is_empty(),
            "a second import brings nothing new: {:?}",
            again.diff.lines
        );
    }

    #[test]
    fn a_file_without_headings_is_refused() {
        assert_eq!(preview(b"a;b\r\n1;2", &Programme::default()), Err(Unreadable::NoHeadings));
    }
}
