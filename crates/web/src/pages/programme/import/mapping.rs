//! Somebody's own list: which of its columns mean what.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use brevdue_office::incoming;
use brevdue_office::inventory::{self, Found, Mapping};

use super::super::desk::reader;
use super::{Brief, Tab, not_understood};
use crate::markup::{self, Html, a, el, p, quiet};
use crate::visitor::{Answer, Visitor};

/// What the address of a file's page says of its columns.
pub(super) struct Wanted {
    /// The columns, as they are said to be meant.
    pub(super) mapping: Mapping,
    /// The address names a table and a row.
    placed: bool,
    /// The address names columns.
    mapped: bool,
    /// What the list changes is to be shown.
    pub(super) changes: bool,
}

impl Wanted {
    pub(super) fn of(visitor: &Visitor) -> Self {
        let mut wanted =
            Self { mapping: Mapping::default(), placed: false, mapped: false, changes: false };
        for (name, value) in visitor.queries() {
            let number = value.parse::<usize>().ok();
            match (name.as_str(), number) {
                ("sheet", Some(sheet)) => (wanted.mapping.sheet, wanted.placed) = (sheet, true),
                // Rows are counted from 1 by people.
                ("row", Some(row)) => wanted.mapping.row = row.saturating_sub(1),
                ("show", _) => wanted.changes = value == "changes",
                _ => {
                    let column = name.strip_prefix("column.").and_then(|at| at.parse().ok());
                    let mut fields = inventory::fields(reader(visitor));
                    let field = fields.find(|(path, _)| *path == value);
                    if let (Some(column), Some((path, _))) = (column, field) {
                        wanted.mapping.columns.insert(column, path.to_owned());
                    }
                    wanted.mapped |= column.is_some();
                }
            }
        }
        wanted
    }

    /// The same as an address says it.
    pub(super) fn query(&self) -> String {
        let Mapping { sheet, row, columns } = &self.mapping;
        let columns = columns.iter().map(|(column, path)| format!("&column.{column}={path}"));
        format!("show=changes&sheet={sheet}&row={}{}", row + 1, columns.collect::<String>())
    }
}

/// Asks what the columns of a list mean.
pub(super) async fn ask(brief: &Brief, status: StatusCode, said: Option<Html>) -> Answer {
    let (desk, wanted) = (&brief.desk, &brief.wanted);
    let t = desk.visitor.texts;
    let bytes = brief.upload.bytes.clone();
    let place = wanted.placed.then_some((wanted.mapping.sheet, wanted.mapping.row));
    let turn = desk.visitor.web.uploads.turn().await;
    let found = tokio::task::spawn_blocking(move || incoming::tables(&bytes, place)).await;
    drop(turn);
    let found = match found {
        Ok(Ok(found)) => found,
        Ok(Err(not_read)) => {
            let said = not_understood(desk, &not_read);
            return super::ask(desk, StatusCode::UNPROCESSABLE_ENTITY, Some(said)).await;
        }
        Err(error) => return Err(desk.visitor.failed("a file could not be read", &error).await),
    };
    let asked = found.iter().find(|one| wanted.placed && one.guess.sheet == wanted.mapping.sheet);
    // The table in which most is understood.
    let Some(table) = asked.or_else(|| found.iter().max_by_key(|one| one.guess.columns.len()))
    else {
        let said = markup::alert(markup::Tone::Bad, t.import_not_understood(), p(t.import_empty()));
        return super::ask(desk, StatusCode::UNPROCESSABLE_ENTITY, Some(said)).await;
    };
    // What was chosen stays chosen, as long as it is about the same table.
    let chosen = match wanted.mapped && asked.is_some() {
        true => &wanted.mapping.columns,
        false => &table.guess.columns,
    };
    desk.page_with(status, t.import_map_title(), Tab::Import, |_| {
        let mut body = said.unwrap_or_default();
        body.push(p(t.import_map_lead(table.rows as i64, &brief.upload.name)));
        let mut inside = place_fields(brief, &found, table);
        inside.push(columns(brief, table, chosen));
        inside.push(quiet(t.import_map_hint()));
        inside.push(el(
            "p",
            &[("class", "button-row")],
            [
                primary("show", "changes", t.import_map_show()),
                " ".into(),
                markup::lesser("show", "columns", t.import_map_again()),
            ],
        ));
        body.push(markup::asking(&desk.to(&format!("import/{}", brief.word)), inside));
        body.push(p(a(&desk.to("import"), t.import_another())));
        body
    })
    .await
}

/// Which table, and where its headings stand.
fn place_fields(brief: &Brief, found: &[Found], table: &Found) -> Html {
    let t = brief.desk.visitor.texts;
    let sheet = table.guess.sheet.to_string();
    let which = if found.len() > 1 {
        let sheets = found.iter().map(|one| (one.guess.sheet.to_string(), one.name.clone()));
        markup::choose("sheet", "sheet", t.import_sheet(), sheets, &sheet)
    } else {
        markup::hidden("sheet", &sheet)
    };
    let row = (table.guess.row + 1).to_string();
    [which, markup::number("row", "row", t.import_map_row(), &row)].into()
}

/// Each column with what it says, and the field it means.
fn columns(brief: &Brief, table: &Found, chosen: &BTreeMap<usize, String>) -> Html {
    let t = brief.desk.visitor.texts;
    let rows = table.columns.iter().map(|(at, heading, examples)| {
        let heading = match heading.is_empty() {
            true => t.import_map_column(at + 1),
            false => heading.clone(),
        };
        let fields = inventory::fields(brief.desk.reader());
        let fields = fields.map(|(path, name)| (path.to_owned(), name.to_owned()));
        let options =
            std::iter::once((String::new(), t.import_map_none().to_owned())).chain(fields);
        let name = format!("column.{at}");
        let field = chosen.get(at).map_or("", String::as_str);
        let id = format!("column-{at}");
        let words = t.import_map_field(&heading);
        let examples = examples.iter().map(|text| Html::from(super::preview::cut(text)));
        vec![
            heading.into(),
            markup::ul("import-examples", examples),
            markup::choose(&id, &name, &words, options, field),
        ]
    });
    let headings = [t.import_column(), t.import_map_examples(), t.import_map_means()];
    markup::table(t.import_map_columns(), &headings, rows)
}

fn primary(name: &str, value: &str, words: &str) -> Html {
    let button =
        [("class", "button button-primary"), ("type", "submit"), ("name", name), ("value", value)];
    el("button", &button, words)
}
