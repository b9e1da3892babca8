//! A supplier's questionnaire as a workbook: the questions about its own systems, to be answered in a
//! spreadsheet and brought back.
//!
//! Each row has an id, `SYSTEM/QUESTION`, by which it is known wherever it stands. A hidden sheet says whose
//! it is and which answers stood in it, so that bringing it back changes what was changed in it and nothing
//! else: an answer that was changed elsewhere meanwhile is named and not overwritten. A row about a system
//! that is not the supplier's, and a sheet that is another supplier's, are refused by name.

mod read;
#[cfg(test)]
mod tests;
mod write;

use std::collections::BTreeMap;

use brevdue_programme::questionnaire::AnswerKind;
use brevdue_programme::{Bilingual, Key, Language, ProgrammeId};
use sha2::{Digest as _, Sha256};

use crate::diff::Fault;
use crate::workbook::{Unreadable, Unwritable};

/// The sheet that says whose it is and what stood in it.
const BASE_SHEET: &str = "_svar";
/// What its first cell says, and the version of its form.
const BASE: &str = "brevdue-questionnaire";
const FORM: &str = "1";
/// The row of the supplier's contacts.
const CONTACTS: &str = "contacts";

/// A questionnaire: whose it is, what is asked, and what is answered already.
#[derive(Debug, Clone)]
pub struct Questionnaire {
    /// The programme that asks.
    pub programme: ProgrammeId,
    /// The authority's name.
    pub authority: String,
    /// The supplier.
    pub supplier: Key,
    /// Its name.
    pub name: String,
    /// Its systems, with their names.
    pub systems: Vec<(Key, String)>,
    /// What is asked of each: id, kind, words.
    pub questions: Vec<(&'static str, AnswerKind, String)>,
    /// How its contacts are asked for.
    pub contacts_asked: String,
    /// The answers, by `SYSTEM/QUESTION`.
    pub answers: BTreeMap<String, String>,
    /// Its contacts.
    pub contacts: Vec<String>,
    /// The language of headings.
    pub language: Language,
}

/// What somebody changed in a questionnaire.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answers {
    /// By `SYSTEM/QUESTION`; empty: it is taken away.
    pub answers: BTreeMap<String, String>,
    /// One on each line; none: they are as they were.
    pub contacts: Option<String>,
}

/// Why a questionnaire was not read. Nothing was changed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NotRead {
    /// The file is no workbook that can be read.
    #[error(transparent)]
    File(#[from] Unreadable),
    /// It is no questionnaire of ours, or its hidden sheet is lost or altered.
    #[error(
        "the workbook is no questionnaire that was taken from here, or its hidden sheet was altered"
    )]
    NotOurs,
    /// It is another supplier's, or another programme's.
    #[error("the questionnaire is that of {name}")]
    OthersQuestionnaire {
        /// Whose it says it is.
        name: String,
    },
    /// Cells that cannot be taken.
    #[error("{} cells or rows cannot be taken", .0.len())]
    Faults(Vec<Fault>),
}

impl NotRead {
    /// Why, for whoever brought it.
    pub fn words(&self) -> Bilingual {
        match self {
            Self::File(why) => Bilingual::new(
                "Filen er ikke et regneark, der kan læses, eller den er for stor.",
                format!("The file cannot be read: {why}."),
            ),
            Self::NotOurs => Bilingual::new(
                "Regnearket er ikke et spørgeskema herfra, eller dets skjulte ark er ændret. Hent det igen, og svar i det.",
                "The workbook is no questionnaire from here, or its hidden sheet was altered. Take it anew, and answer in that.",
            ),
            Self::OthersQuestionnaire { name } => Bilingual::new(
                format!("Spørgeskemaet er ikke jeres: det er {name}s."),
                format!("The questionnaire is not yours: it is that of {name}."),
            ),
            Self::Faults(faults) => Bilingual::new(
                format!(
                    "{} celler eller rækker kan ikke tages ind. Intet er ændret.",
                    faults.len()
                ),
                format!("{} cells or rows cannot be taken. Nothing is changed.", faults.len()),
            ),
        }
    }
}

impl Questionnaire {
    /// The workbook.
    ///
    /// # Errors
    ///
    /// [`Unwritable`].
    pub fn write(&self) -> Result<Vec<u8>, Unwritable> {
        Ok(write::write(self)?)
    }

    /// What a workbook that was brought back changes.
    ///
    /// # Errors
    ///
    /// [`NotRead`].
    pub fn read(&self, bytes: &[u8]) -> Result<Answers, NotRead> {
        read::read(self, bytes)
    }

    /// Every row: id, kind, name of the system, question, and what is answered.
    fn rows(&self) -> Vec<(String, AnswerKind, &str, &str, String)> {
        let mut rows = Vec::new();
        for (system, name) in &self.systems {
            for (id, kind, words) in &self.questions {
                let id = format!("{system}/{id}");
                let answer = self.answers.get(&id).cloned().unwrap_or_default();
                rows.push((id, *kind, name.as_str(), words.as_str(), answer));
            }
        }
        let contacts = (CONTACTS.to_owned(), AnswerKind::Text, self.name.as_str());
        rows.push((
            contacts.0,
            contacts.1,
            contacts.2,
            &self.contacts_asked,
            self.contacts.join("\n"),
        ));
        rows
    }
}

/// A fingerprint of what the hidden sheet says.
fn fingerprint<'a>(head: &[&str], rows: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut hasher = Sha256::new();
    for part in head {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    for (id, answer) in rows {
        hasher.update(id.as_bytes());
        hasher.update([0]);
        hasher.update(answer.as_bytes());
        hasher.update([0]);
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
