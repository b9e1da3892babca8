//! Reading a questionnaire that was brought back.

use std::collections::{BTreeMap, BTreeSet};

use brevdue_programme::Bilingual;
use brevdue_programme::questionnaire::AnswerKind;

use super::{Answers, BASE, BASE_SHEET, CONTACTS, FORM, NotRead, Questionnaire, fingerprint};
use crate::cells::Cell;
use crate::diff::{Fault, Place, letters};
use crate::limits::ERRORS;
use crate::workbook::{Rows, rows};

pub(super) fn read(asked: &Questionnaire, bytes: &[u8]) -> Result<Answers, NotRead> {
    let sheets = rows(bytes)?;
    let (_, hidden) = sheets.iter().find(|(name, _)| name == BASE_SHEET).ok_or(NotRead::NotOurs)?;
    let base = base(asked, hidden)?;
    let (name, answered) = sheets
        .iter()
        .find(|(name, rows)| name != BASE_SHEET && rows.first().is_some_and(|row| is_head(row)))
        .ok_or(NotRead::NotOurs)?;
    Reading { asked, base, sheet: name, faults: Vec::new(), seen: BTreeSet::new() }.read(answered)
}

fn is_head(row: &[Cell]) -> bool {
    matches!(row.first(), Some(Cell::Text(text)) if text.trim() == "Id")
}

/// What stood in it when it was taken, by row.
fn base(asked: &Questionnaire, rows: &Rows) -> Result<BTreeMap<String, String>, NotRead> {
    let text = |row: usize, column: usize| match rows.get(row).and_then(|row| row.get(column)) {
        Some(Cell::Text(text)) => text.clone(),
        // A program may take a text of digits for a number.
        Some(cell) => plain(cell).unwrap_or_default(),
        None => String::new(),
    };
    let head: Vec<String> = (0..5).map(|column| text(0, column)).collect();
    if head[0] != BASE || head[1] != FORM {
        return Err(NotRead::NotOurs);
    }
    let answers: Vec<(String, String)> =
        (1..rows.len()).map(|row| (text(row, 0), text(row, 1))).collect();
    let parts: Vec<&str> = head.iter().map(String::as_str).collect();
    let print =
        fingerprint(&parts, answers.iter().map(|(id, answer)| (id.as_str(), answer.as_str())));
    if print != text(0, 5) {
        return Err(NotRead::NotOurs);
    }
    if head[2] != asked.programme.to_string() || head[3] != asked.supplier.as_str() {
        return Err(NotRead::OthersQuestionnaire { name: head[4].clone() });
    }
    Ok(answers.into_iter().collect())
}

/// What a cell says, as an answer is kept; none when it says nothing that can be kept.
fn plain(cell: &Cell) -> Option<String> {
    Some(match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.replace("\r\n", "\n").trim().to_owned(),
        Cell::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            format!("{number:.0}")
        }
        Cell::Number(number) => number.to_string(),
        Cell::Day(day) => day.to_string(),
        Cell::Yes(true) => "ja".to_owned(),
        Cell::Yes(false) => "nej".to_owned(),
        // Never reckoned.
        Cell::Formula(formula) => format!("={formula}"),
        Cell::Fault(_) => return None,
    })
}

struct Reading<'a> {
    asked: &'a Questionnaire,
    base: BTreeMap<String, String>,
    sheet: &'a str,
    faults: Vec<Fault>,
    seen: BTreeSet<String>,
}

impl Reading<'_> {
    fn fault(&mut self, row: usize, column: usize, da: &str, en: &str) {
        if self.faults.len() >= ERRORS {
            return;
        }
        let heading = match column {
            0 => "Id",
            _ => "Svar",
        };
        let place = Place {
            sheet: self.sheet.to_owned(),
            row: row + 1,
            column: letters(column),
            heading: heading.to_owned(),
        };
        self.faults.push(Fault { place, reason: Bilingual::new(da, en) });
    }

    fn read(mut self, rows: &Rows) -> Result<Answers, NotRead> {
        let heading = |cell: &Cell| matches!(cell, Cell::Text(text) if matches!(text.trim(), "Svar" | "Answer"));
        let column = rows.first().and_then(|row| row.iter().position(heading));
        let column = column.ok_or(NotRead::NotOurs)?;
        let known: BTreeMap<String, AnswerKind> =
            self.asked.rows().into_iter().map(|(id, kind, ..)| (id, kind)).collect();
        let now: BTreeMap<String, String> =
            self.asked.rows().into_iter().map(|(id, .., answer)| (id, answer)).collect();
        let mut answers = Answers::default();
        for (row, cells) in rows.iter().enumerate().skip(1) {
            if cells.iter().all(|cell| *cell == Cell::Empty) {
                continue;
            }
            let id = cells.first().and_then(plain).unwrap_or_default();
            let Some(kind) = known.get(&id) else {
                self.unknown(row, &id);
                continue;
            };
            if !self.seen.insert(id.clone()) {
                self.fault(row, 0, "spørgsmålet står to gange", "the question stands twice");
                continue;
            }
            let Some(answer) = plain(cells.get(column).unwrap_or(&Cell::Empty)) else {
                self.fault(row, column, "cellen har en fejl", "the cell has a fault");
                continue;
            };
            let was = self.base.get(&id).map(|was| was.trim().to_owned()).unwrap_or_default();
            if answer == was {
                continue;
            }
            if !kind.fits(&answer) {
                let (da, en) = match kind {
                    AnswerKind::Day => ("skriv en dato", "write a day"),
                    AnswerKind::Whole => ("skriv et helt tal", "write a whole number"),
                    _ => ("svaret er for langt", "the answer is too long"),
                };
                self.fault(row, column, da, en);
                continue;
            }
            let stands = now.get(&id).map(|now| now.trim()).unwrap_or_default();
            if stands != was && stands != answer {
                self.fault(
                    row,
                    column,
                    "svaret er ændret et andet sted, siden regnearket blev hentet; hent det igen",
                    "the answer was changed elsewhere since the workbook was taken; take it anew",
                );
                continue;
            }
            match id.as_str() {
                CONTACTS => answers.contacts = Some(answer),
                _ => drop(answers.answers.insert(id, answer)),
            }
        }
        match self.faults.is_empty() {
            true => Ok(answers),
            false => Err(NotRead::Faults(self.faults)),
        }
    }

    /// A row that is none of the supplier's.
    fn unknown(&mut self, row: usize, id: &str) {
        let system = id.split_once('/').map_or("", |(system, _)| system);
        let is_theirs = self.asked.systems.iter().any(|(key, _)| key.as_str() == system);
        let shown: String = system.chars().take(64).collect();
        if system.is_empty() || is_theirs {
            let (da, en) = ("der er intet spørgsmål med det id", "no question has this id");
            self.fault(row, 0, da, en);
        } else {
            let da = format!("systemet {shown} er ikke et af {}s", self.asked.name);
            let en = format!("the system {shown} is not one of {}", self.asked.name);
            self.fault(row, 0, &da, &en);
        }
    }
}
