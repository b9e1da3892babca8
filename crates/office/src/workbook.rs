//! The programme as one workbook, and what an edited one changes. See `docs/workbook.md`.

mod read;
#[cfg(test)]
mod tests;
mod write;

use std::collections::BTreeMap;

use brevdue_memo::Timestamp;
use brevdue_programme::objects::Kind;
use brevdue_programme::{Key, Language, MilestoneId, Programme, ProgrammeId, TaskId};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::cells::{Names, blank};
use crate::diff::{self, Diff};
use crate::sheets::Sheet;
pub(crate) use read::Rows;
pub use read::Unreadable;
pub(crate) use write::put;

/// The sheet that carries what was exported.
pub(crate) const BASE_SHEET: &str = "_base";
/// The sheet of words to choose from.
pub(crate) const WORDS_SHEET: &str = "_lister";
/// The version of the workbook's own form.
pub(crate) const FORM: &str = "1";

/// What is written into a workbook.
#[derive(Debug, Clone, Copy)]
pub struct Export<'a> {
    /// Which programme.
    pub id: ProgrammeId,
    /// All of it.
    pub programme: &'a Programme,
    /// Headings and words of choice are in this language.
    pub language: Language,
    /// As of when.
    pub as_of: Timestamp,
    /// The version of the catalogue.
    pub catalogue_version: &'a str,
    /// Every task of the programme, as the plan reckons it.
    pub tasks: &'a [TaskLine],
    /// Every milestone, in order.
    pub milestones: &'a [MilestoneLine],
    /// Every requirement for every subject.
    pub requirements: &'a [RequirementLine],
    /// Reckoned figures: for systems how complete they are in percent, for letter types their score, for
    /// contact points their mail of 90 days.
    pub figures: &'a BTreeMap<(Kind, Key), f64>,
    /// What was counted of letter types.
    pub volumes: &'a BTreeMap<Key, VolumeLine>,
}

/// What was counted of a letter type, and what is reckoned with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VolumeLine {
    /// Letters a year as counted; none: nothing was.
    pub measured: Option<u64>,
    /// Over which days, and of how many letters, in words.
    pub over: String,
    /// Where the letters a year are from that are reckoned with, in words.
    pub used: String,
}

/// A task for a subject, as the plan reckons it.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskLine {
    /// `TASK` or `TASK.SUBJECT`: the key of its state.
    pub key: Key,
    /// The task.
    pub task: TaskId,
    /// For which object.
    pub subject: Option<Key>,
    /// The package's name.
    pub package: String,
    /// The area's id.
    pub area: String,
    /// The title.
    pub title: String,
    /// The subject's name.
    pub subject_name: String,
    /// How binding.
    pub obligation: String,
    /// Who is accountable.
    pub role: String,
    /// When, as reckoned.
    pub due: Option<brevdue_programme::Day>,
    /// When it is believed to be done, as reckoned.
    pub forecast: Option<brevdue_programme::Day>,
    /// Keys of the tasks before it.
    pub after: Vec<Key>,
}

/// A milestone.
#[derive(Debug, Clone, PartialEq)]
pub struct MilestoneLine {
    /// Its id.
    pub id: MilestoneId,
    /// Its name.
    pub name: String,
}

/// A requirement for a subject. It is told, and never read back.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RequirementLine {
    /// The requirement's id.
    pub requirement: String,
    /// What is required.
    pub title: String,
    /// Official, or a further check.
    pub kind: String,
    /// The subject's key; empty: the authority.
    pub subject: String,
    /// The subject's name.
    pub subject_name: String,
    /// The result, in words.
    pub result: String,
    /// On what it rests.
    pub evidence: String,
    /// Measured, stated, or neither.
    pub source: String,
    /// The day of the newest evidence.
    pub day: Option<brevdue_programme::Day>,
    /// What to do.
    pub remedy: String,
}

/// What was exported: by it an import tells what was changed in the workbook from what others changed.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Base(pub(crate) BTreeMap<(Kind, Key), (u32, Value)>);

/// A fingerprint of the rows of the hidden sheet as they are written: kind, key, version, body.
#[derive(Default)]
pub(crate) struct Fingerprint(Sha256);

impl Fingerprint {
    pub(crate) fn add(&mut self, kind: Kind, key: &Key, version: u32, body: &str) {
        self.0.update(format!("{}\t{key}\t{version}\t{body}\n", kind.word()));
    }

    pub(crate) fn words(self) -> String {
        let bytes = self.0.finalize();
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// What a task or milestone is while nothing is known of it.
pub(crate) fn untouched(
    kind: Kind,
    key: &Key,
    subject: Option<(&TaskId, Option<&Key>)>,
) -> Option<Value> {
    match (kind, subject) {
        (Kind::TaskState, Some((task, subject))) => {
            let mut body = serde_json::json!({ "task": task });
            if let Some(subject) = subject {
                body["subject"] = subject.as_str().into();
            }
            kind.checked(body).ok()
        }
        (Kind::TaskState, None) => {
            let (task, subject) = match key.as_str().split_once('.') {
                Some((task, subject)) => (task, Some(subject.parse().ok()?)),
                None => (key.as_str(), None),
            };
            let task: TaskId = task.parse().ok()?;
            untouched(kind, key, Some((&task, subject.as_ref())))
        }
        _ => blank(kind),
    }
}

/// Writes the workbook.
///
/// # Errors
///
/// When the workbook cannot be made, which more rows or objects than Excel takes would cause.
pub fn write(export: &Export<'_>) -> Result<Vec<u8>, Unwritable> {
    write::write(export)
}

/// The workbook could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the workbook could not be made")]
pub struct Unwritable(#[from] pub(crate) rust_xlsxwriter::XlsxError);

/// Reads a workbook that was exported and perhaps edited, and tells what it changes in the programme as it
/// now stands. Nothing is changed.
///
/// # Errors
///
/// [`Unreadable`]: the file as a whole, or every cell that means nothing with its sheet, row and column.
pub fn read(bytes: &[u8], id: ProgrammeId, programme: &Programme) -> Result<Diff, Unreadable> {
    let book = read::book(bytes)?;
    if book.programme != id {
        return Err(Unreadable::OtherProgramme);
    }
    diff::of_tables(&book.tables, &diff::Known::Base(&book.base), programme, book.notices)
        .map_err(Unreadable::Faults)
}

/// Whether a workbook was exported here: it has the hidden sheet, or most of ours.
///
/// # Errors
///
/// [`Unreadable`]: it is none that can be read.
pub(crate) fn is_ours(bytes: &[u8]) -> Result<bool, Unreadable> {
    read::is_ours(bytes)
}

/// The rows of a sheet, for lists.
pub(crate) fn list_rows(export: &Export<'_>, sheet: &Sheet, names: &Names) -> Vec<write::Row> {
    write::rows(export, sheet, names)
}

/// The rows of every sheet of any workbook: for inventories of other systems.
///
/// # Errors
///
/// [`Unreadable`].
pub(crate) fn rows(bytes: &[u8]) -> Result<Vec<(String, Rows)>, Unreadable> {
    read::all_rows(bytes)
}
