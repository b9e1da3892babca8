//! Tasks as other programs plan them: MS Project's XML, OpenProject's and Jira's CSV, both ways.
//!
//! An import matches tasks by the key that the export wrote (a field of its own, or `[KEY]` before the
//! title), else by a title that only one task has. It sets status, percent, dates and assignee of tasks that
//! are known, and nothing else; a task that is not known is told of, and left.

mod project;
mod tracker;

use std::collections::BTreeMap;

use brevdue_programme::objects::{Kind, Person, Status};
use brevdue_programme::{Bilingual, Day, Key, Programme};
use serde_json::Value;

use crate::cells::plain;
use crate::diff::{Diff, Differs, Fault, Line, Place};
use crate::limits::{ERRORS, TASKS};
use crate::workbook::{TaskLine, untouched};

pub use project::{export as project_xml, import as from_project_xml};
pub use tracker::{Tracker, export as tracker_csv, import as from_tracker_csv};

/// What an import of tasks comes to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tasks {
    /// What differs.
    pub diff: Diff,
    /// Tasks of the file that are not known here: line and title.
    pub unknown: Vec<(usize, String)>,
}

/// Why tasks were not read. Nothing was changed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Unreadable {
    /// The file is over a limit.
    #[error("the file is over the limit of {} bytes or {TASKS} tasks", crate::limits::FILE_BYTES)]
    TooMuch,
    /// The XML breaks off or is nested beyond reason.
    #[error("the file is no XML of MS Project: line {line}")]
    NotXml {
        /// Where.
        line: usize,
    },
    /// It is XML, but no project.
    #[error("the file holds no project of MS Project")]
    NoProject,
    /// The text is no CSV.
    #[error(transparent)]
    Malformed(#[from] crate::list::Malformed),
    /// A column that is needed is missing.
    #[error("the first line has no column for the title of a task")]
    NoTitle,
    /// Lines that mean nothing.
    #[error("{} lines cannot be understood", .0.len())]
    Faults(Vec<Fault>),
}

/// A task as another program tells it.
#[derive(Debug, Default)]
struct Planned {
    /// From 1.
    line: usize,
    key: String,
    title: String,
    status: Option<Result<Status, Bilingual>>,
    percent: Option<Result<u8, Bilingual>>,
    start: Option<Result<Day, Bilingual>>,
    /// When it is believed to be done.
    finish: Option<Result<Day, Bilingual>>,
    /// A due day of its own.
    due: Option<Result<Day, Bilingual>>,
    /// A name or mail address.
    assignee: Option<String>,
}

/// `[OP3-T01.S-001] Title`.
fn titled(line: &TaskLine) -> String {
    let subject = if line.subject_name.is_empty() {
        String::new()
    } else {
        format!(" – {}", line.subject_name)
    };
    crate::cells::writable(&format!("[{}] {}{subject}", line.key, line.title))
}

fn split_title(title: &str) -> (&str, &str) {
    let split = title.trim().strip_prefix('[').and_then(|rest| rest.split_once(']'));
    split.map_or(("", title.trim()), |(key, title)| (key.trim(), title.trim()))
}

fn compared(
    planned: Vec<Planned>,
    file: &str,
    programme: &Programme,
    tasks: &[TaskLine],
) -> Result<Tasks, Unreadable> {
    let by_key: BTreeMap<&str, &TaskLine> =
        tasks.iter().map(|line| (line.key.as_str(), line)).collect();
    let mut by_title: BTreeMap<String, Vec<&TaskLine>> = BTreeMap::new();
    for line in tasks {
        let (_, title) = (0, titled(line));
        by_title.entry(plain(split_title(&title).1)).or_default().push(line);
    }
    let people: Vec<(&Key, Person)> = programme.all::<Person>().collect();
    let (mut found, mut faults) = (Tasks::default(), Vec::new());
    let mut seen: BTreeMap<&Key, usize> = BTreeMap::new();
    for task in planned {
        let (written, title) = split_title(&task.title);
        let known =
            by_key.get(task.key.trim()).or_else(|| by_key.get(written)).copied().or_else(|| {
                match by_title.get(&plain(title)).map(Vec::as_slice) {
                    Some([one]) => Some(*one),
                    _ => None,
                }
            });
        let Some(known) = known else {
            found.unknown.push((task.line, title.to_owned()));
            continue;
        };
        let place = |heading: &str| Place {
            sheet: file.to_owned(),
            row: task.line,
            column: String::new(),
            heading: heading.to_owned(),
        };
        if let Some(first) = seen.insert(&known.key, task.line) {
            faults.push(Fault {
                place: place("Id"),
                reason: Bilingual::new(
                    format!("opgaven står også i linje {first}"),
                    format!("the task stands in line {first} as well"),
                ),
            });
            continue;
        }
        let kind = Kind::TaskState;
        let subject = Some((&known.task, known.subject.as_ref()));
        let now = programme.held(kind, &known.key).map(|held| held.body.clone());
        let Some(now) = now.or_else(|| untouched(kind, &known.key, subject)) else { continue };
        let mut values: Vec<(&str, &str, Result<Value, Bilingual>)> = Vec::new();
        let day = |day: Result<Day, Bilingual>| day.map(|day| Value::String(day.to_string()));
        if let Some(status) = task.status {
            values.push(("status", "Status", status.map(|status| status.word().into())));
        }
        if let Some(percent) = task.percent {
            values.push(("percent", "Procent", percent.map(Value::from)));
        }
        if let Some(start) = task.start {
            values.push(("planned_start", "Start", day(start)));
        }
        // A finish that is the day reckoned here says nothing new.
        if let Some(finish) = task.finish
            && finish.as_ref().ok() != known.forecast.or(known.due).as_ref()
        {
            values.push(("forecast", "Slut", day(finish)));
        }
        if let Some(due) = task.due
            && due.as_ref().ok() != known.due.as_ref()
        {
            values.push(("due", "Frist", day(due)));
        }
        if let Some(name) = task.assignee {
            let is = |person: &Person| {
                plain(&person.name) == plain(&name) || plain(&person.email) == plain(&name)
            };
            let matching: Vec<&Key> = people
                .iter()
                .filter(|(key, person)| key.as_str() == name || is(person))
                .map(|(key, _)| *key)
                .collect();
            let assignee = match matching.as_slice() {
                [key] => Ok(key.as_str().into()),
                _ => Err(Bilingual::new(
                    "den ansvarlige findes ikke blandt personerne, eller flere har navnet",
                    "the assignee is not among the people, or several have the name",
                )),
            };
            values.push(("assignee", "Ansvarlig", assignee));
        }
        for (path, heading, value) in values {
            match value {
                Err(reason) => faults.push(Fault { place: place(heading), reason }),
                Ok(mine) => {
                    let theirs = now.get(path).cloned().unwrap_or_default();
                    if theirs != mine {
                        let path = path.to_owned();
                        let what = Differs::Cell { path, base: theirs.clone(), mine, theirs };
                        let key = known.key.clone();
                        found.diff.lines.push(Line {
                            place: place(heading),
                            kind,
                            key,
                            what,
                            conflict: false,
                        });
                    }
                }
            }
        }
    }
    if faults.is_empty() {
        return Ok(found);
    }
    faults.truncate(ERRORS);
    Err(Unreadable::Faults(faults))
}

fn is_day(text: &str) -> Result<Day, Bilingual> {
    crate::cells::day_of_text(text.trim()).or_else(|| named_month(text)).ok_or_else(|| {
        Bilingual::new("det er ikke en dato, en plan kan have", "this is no date a plan can have")
    })
}

/// `31/Dec/26 12:00 AM`, as Jira writes it when nobody told it otherwise; months also in Danish.
fn named_month(text: &str) -> Option<Day> {
    let mut parts = text.split(['/', ' ', '-', '.']).filter(|part| !part.is_empty());
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let months = ["jan", "feb", "mar", "apr", "ma", "jun", "jul", "aug", "sep", "o", "nov", "dec"];
    let month = month.to_lowercase();
    let index = months.iter().position(|known| {
        month.starts_with(known) && !(*known == "ma" && month.starts_with("mar"))
    })?;
    let year: i16 = year.parse().ok()?;
    let year = if year < 100 { 2000 + year } else { year };
    Day::new(year, index as i8 + 1, day.parse().ok()?).ok()
}

fn is_percent(text: &str) -> Result<u8, Bilingual> {
    let number = text.trim().trim_end_matches('%').trim().replace(',', ".").parse::<f64>().ok();
    number
        .filter(|number| (0.0..=100.0).contains(number))
        .map(|number| number.round() as u8)
        .ok_or_else(|| Bilingual::new("skriv et tal fra 0 til 100", "write a number from 0 to 100"))
}

fn is_status(text: &str) -> Result<Status, Bilingual> {
    use brevdue_programme::Language::{Da, En};
    let written = plain(text);
    let own = Status::ALL.iter().find(|status| {
        [status.word(), status.label(Da), status.label(En)]
            .iter()
            .any(|known| plain(known) == written)
    });
    if let Some(own) = own {
        return Ok(*own);
    }
    match written.as_str() {
        "new"
        | "ny"
        | "to do"
        | "open"
        | "åben"
        | "backlog"
        | "scheduled"
        | "planlagt"
        | "selected for development"
        | "to be scheduled"
        | "confirmed" => Ok(Status::NotStarted),
        "in review" | "in development" | "developed" | "in testing" | "tested" | "igangværende"
        | "specified" | "in specification" | "reopened" => Ok(Status::InProgress),
        "on hold" | "sat på hold" | "test failed" => Ok(Status::Blocked),
        "waiting" | "waiting for support" | "afventer" => Ok(Status::WaitingSupplier),
        "closed" | "lukket" | "resolved" | "løst" | "afsluttet" | "udført" => Ok(Status::Done),
        "rejected" | "afvist" | "won't do" | "cancelled" | "annulleret" => Ok(Status::NotRelevant),
        _ => Err(Bilingual::new(
            "status kendes ikke; brug Ikke startet, I gang, Blokeret, Afventer leverandør, Færdig eller Ikke relevant",
            "the status is not known; use Not started, In progress, Blocked, Waiting for supplier, Done or Not relevant",
        )),
    }
}

/// What is too long for one import.
fn too_many(count: usize) -> Result<(), Unreadable> {
    if count > TASKS { Err(Unreadable::TooMuch) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
