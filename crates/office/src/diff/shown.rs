//! Lines of a diff in words: what each is about, and its values as a cell shows them.

use brevdue_programme::objects::Kind;
use brevdue_programme::{Key, Language, Programme};
use serde_json::Value;

use super::{Diff, Differs, Line};
use crate::cells::{Cell, Names, as_text, danish};
use crate::sheets::{self, Column};

/// A line in words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shown {
    /// The name of what it is about; empty when it has none.
    pub name: String,
    /// The field, as its heading has it; empty when the whole row is new or gone.
    pub field: String,
    /// As exported; empty: nothing, or not known.
    pub base: String,
    /// In the file.
    pub mine: String,
    /// Now.
    pub theirs: String,
    /// Of a new or vanished row, what stands in it: heading and value of each cell that says something.
    pub cells: Vec<(&'static str, String)>,
}

/// What it takes to show the lines of one diff.
#[derive(Debug)]
pub struct Words<'a> {
    programme: &'a Programme,
    names: Names,
    language: Language,
}

impl<'a> Words<'a> {
    /// For a diff of a programme; new rows are known by their names as well.
    pub fn of(diff: &Diff, programme: &'a Programme, language: Language) -> Self {
        let mut names = Names::of(programme);
        for line in &diff.lines {
            if let Differs::New { body } = &line.what {
                names.add(line.kind, &line.key, name(body));
            }
        }
        Self { programme, names, language }
    }

    /// A line in words.
    pub fn show(&self, line: &Line) -> Shown {
        let held = self.programme.held(line.kind, &line.key).map(|held| &held.body);
        let mut shown = Shown { name: held.map_or("", name).to_owned(), ..Shown::default() };
        match &line.what {
            Differs::Cell { path, base, mine, theirs } => {
                let column = sheets::column(line.kind, path);
                let value = |value: &Value| self.value(column, value);
                shown.field = column.map_or(path.as_str(), |it| it.heading(self.language)).into();
                (shown.base, shown.mine, shown.theirs) = (value(base), value(mine), value(theirs));
            }
            Differs::New { body } => {
                shown.name = name(body).to_owned();
                shown.cells = self.cells(line.kind, None, body);
            }
            Differs::Item { field, body } => {
                shown.cells = self.cells(line.kind, Some(field), body);
            }
            Differs::ItemGone { field, item, .. } => {
                shown.cells = self.cells(line.kind, Some(field), item);
            }
            Differs::Gone { .. } => {
                shown.cells =
                    held.map(|body| self.cells(line.kind, None, body)).unwrap_or_default();
            }
        }
        shown
    }

    fn cells(&self, kind: Kind, items: Option<&str>, body: &Value) -> Vec<(&'static str, String)> {
        sheets::columns(kind, items)
            .filter_map(|column| {
                let value = body.pointer(&format!("/{}", column.path))?;
                let text = match *value == column.form.none() {
                    true => String::new(),
                    false => self.value(Some(column), value),
                };
                (!text.is_empty()).then(|| (column.heading(self.language), text))
            })
            .collect()
    }

    fn value(&self, column: Option<&Column>, value: &Value) -> String {
        let Some(column) = column else {
            return match value {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
        };
        match (column.form.render(value, &self.names, self.language), self.language) {
            (Cell::Day(day), Language::Da) => danish(day),
            (Cell::Number(number), Language::Da) => number.to_string().replace('.', ","),
            (cell, _) => as_text(&cell),
        }
    }

    /// The name of an object that is there or comes with the file, with its key.
    pub fn object(&self, kind: Kind, key: &Key) -> String {
        self.names.shown(kind, key.as_str())
    }
}

/// The name or title of an object.
fn name(body: &Value) -> &str {
    let name = body.get("name").or_else(|| body.get("title")).or_else(|| body.get("message"));
    name.and_then(Value::as_str).unwrap_or_default()
}
