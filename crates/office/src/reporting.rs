//! The reports R1 to R11 and exports, each made of a judged programme: which there are, in which formats.
//!
//! What a figure means is decided by `brevdue-programme`; here it gets its words.

mod lines;
mod prose;
mod running;

use brevdue_programme::across::Across;
use brevdue_programme::change::HistoryLine;
use brevdue_programme::objects::{Kind, LetterType, Supplier, System};
use brevdue_programme::programmes::Judged;
use brevdue_programme::{Day, Key, Language, ProgrammeId};
use std::collections::BTreeMap;

use crate::calendar::{self, Told};
use crate::list::{self, Days};
use crate::of_plan::{Named, Whose, roles};
use crate::paper::{Head, Unprintable};
use crate::plans::{self, Tracker};
use crate::reports::{self, Coverage, Printed, TaskRef};
use crate::slides;
use crate::workbook;

pub use lines::Lines;

/// A form that a report or export comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// PDF.
    Pdf,
    /// XLSX.
    Xlsx,
    /// CSV, as Danish spreadsheets open it.
    Csv,
    /// Slides.
    Pptx,
    /// A calendar.
    Ics,
    /// MS Project XML.
    Project,
    /// CSV for OpenProject.
    OpenProject,
    /// CSV for Jira.
    Jira,
}

impl Form {
    /// Every form.
    pub const ALL: &'static [Self] = &[
        Self::Pdf,
        Self::Xlsx,
        Self::Csv,
        Self::Pptx,
        Self::Ics,
        Self::Project,
        Self::OpenProject,
        Self::Jira,
    ];

    /// Its word in addresses and commands.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::Pptx => "pptx",
            Self::Ics => "ics",
            Self::Project => "project",
            Self::OpenProject => "openproject",
            Self::Jira => "jira",
        }
    }

    /// The form of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|form| form.word() == word)
    }

    /// Its name for readers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pdf => "PDF",
            Self::Xlsx => "Excel",
            Self::Csv => "CSV",
            Self::Pptx => "PowerPoint",
            Self::Ics => "ICS",
            Self::Project => "MS Project",
            Self::OpenProject => "OpenProject",
            Self::Jira => "Jira",
        }
    }

    /// The ending of a file's name.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Project => "xml",
            Self::OpenProject | Self::Jira => "csv",
            other => other.word(),
        }
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv | Self::OpenProject | Self::Jira => "text/csv; charset=utf-8",
            Self::Pptx => {
                "application/vnd.openxmlformats-officedocument.presentationml.presentation"
            }
            Self::Ics => "text/calendar; charset=utf-8",
            Self::Project => "application/xml",
        }
    }
}

/// A report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Report {
    /// The status report.
    R1,
    /// Requirements and evidence.
    R2,
    /// Systems.
    R3,
    /// Suppliers.
    R4,
    /// Potential and benefit.
    R5,
    /// Tasks and plan.
    R6,
    /// Readiness.
    R7,
    /// Training.
    R8,
    /// Operation.
    R9,
    /// Several authorities side by side.
    R10,
    /// Who changed what.
    R11,
    /// The slides of the package Kommunikation.
    Deck,
}

impl Report {
    /// Every report.
    pub const ALL: &'static [Self] = &[
        Self::R1,
        Self::R2,
        Self::R3,
        Self::R4,
        Self::R5,
        Self::R6,
        Self::R7,
        Self::R8,
        Self::R9,
        Self::R10,
        Self::R11,
        Self::Deck,
    ];

    /// Its word in addresses and commands.
    pub fn word(self) -> &'static str {
        match self {
            Self::R1 => "R1",
            Self::R2 => "R2",
            Self::R3 => "R3",
            Self::R4 => "R4",
            Self::R5 => "R5",
            Self::R6 => "R6",
            Self::R7 => "R7",
            Self::R8 => "R8",
            Self::R9 => "R9",
            Self::R10 => "R10",
            Self::R11 => "R11",
            Self::Deck => "OP0",
        }
    }

    /// The report of a word, in capitals or not.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|report| report.word().eq_ignore_ascii_case(word))
    }

    /// Its name for readers.
    pub fn name(self, language: Language) -> &'static str {
        let (da, en) = match self {
            Self::R1 => ("Statusrapport på én side", "Status report on one page"),
            Self::R2 => ("Kravopfyldelse", "Compliance"),
            Self::R3 => ("Systemoversigt", "Systems"),
            Self::R4 => ("Leverandørstatus", "Supplier status"),
            Self::R5 => ("MeMo-potentiale og gevinst", "MeMo potential and benefit"),
            Self::R6 => ("Opgaver og tidsplan", "Tasks and plan"),
            Self::R7 => ("Klarmelding", "Declaration of readiness"),
            Self::R8 => ("Uddannelsesdækning", "Training coverage"),
            Self::R9 => ("Driftsoverblik", "Overview of operation"),
            Self::R10 => ("Tværgående overblik", "Overview across authorities"),
            Self::R11 => ("Beslutnings- og ændringslog", "Log of decisions and changes"),
            Self::Deck => ("Præsentation til kommunikation", "Presentation for communication"),
        };
        if language == Language::Da { da } else { en }
    }

    /// The forms it comes in, the usual one first.
    pub fn forms(self) -> &'static [Form] {
        match self {
            Self::R1 => &[Form::Pdf, Form::Pptx],
            Self::R2 => &[Form::Pdf, Form::Csv, Form::Xlsx],
            Self::R3 => &[Form::Pdf, Form::Csv, Form::Xlsx],
            Self::R4 | Self::R7 => &[Form::Pdf],
            Self::R5 => &[Form::Pdf, Form::Csv, Form::Xlsx],
            Self::R6 => &[
                Form::Pdf,
                Form::Xlsx,
                Form::Csv,
                Form::Ics,
                Form::Project,
                Form::OpenProject,
                Form::Jira,
            ],
            Self::R8 => &[Form::Pdf, Form::Xlsx],
            Self::R9 => &[Form::Csv],
            Self::R10 => &[Form::Xlsx],
            Self::R11 => &[Form::Pdf, Form::Csv],
            Self::Deck => &[Form::Pptx],
        }
    }
}

/// Why a report was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotMade {
    /// It does not come in that form.
    #[error("{} does not come as {}", .0.word(), .1.word())]
    NoSuchForm(Report, Form),
    /// R4 is about one supplier, and there is none of that key.
    #[error("name a supplier of the register; {}", if .0.is_empty() { "there is none" } else { .0 })]
    NoSuchSupplier(String),
    /// R10 is of several programmes: see [`across`].
    #[error("R10 is of several programmes, and not made of one")]
    OfSeveral,
    /// The programme has no plan.
    #[error(transparent)]
    NoPlan(#[from] brevdue_programme::plan::NoPlan),
    /// It could not be printed.
    #[error(transparent)]
    Unprintable(#[from] Unprintable),
    /// It could not be written as a workbook.
    #[error(transparent)]
    Unwritable(#[from] workbook::Unwritable),
    /// It could not be written as slides.
    #[error(transparent)]
    Unpackable(#[from] slides::Unpackable),
}

/// R9 as rows, for whoever shows them otherwise than as a file: the headings, then one row for each system and
/// direction and one for each name that nobody registered. The first cell is the key or that name.
pub fn running(judged: &Judged, language: Language) -> Vec<Vec<String>> {
    running::rows(judged, language)
}

/// Makes R10, of several programmes.
///
/// # Errors
///
/// [`NotMade`].
pub fn across(across: &Across, language: Language, form: Form) -> Result<Vec<u8>, NotMade> {
    match form {
        Form::Xlsx => Ok(crate::across::write(across, language)?),
        form => Err(NotMade::NoSuchForm(Report::R10, form)),
    }
}

/// A name for the file of R10, without anything of the authorities' in it but the report's word and the day.
pub fn across_name(across: &Across, form: Form) -> String {
    let day = Day::of(across.at).map_or_else(|_| String::new(), |day| format!("-{day}"));
    format!("{}{day}.{}", Report::R10.word(), form.ending())
}

/// What a report is made of.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Which programme.
    pub id: ProgrammeId,
    /// It, judged.
    pub judged: &'a Judged,
    /// Danish or English.
    pub language: Language,
    /// The supplier, for R4; none: the first.
    pub supplier: Option<&'a Key>,
    /// What was changed, for R11, newest first.
    pub history: &'a [HistoryLine],
}

impl Asked<'_> {
    /// A name for the file, without anything of the authority's in it but the report's word and the day.
    pub fn file_name(&self, report: Report, form: Form) -> String {
        format!("{}-{}.{}", report.word(), self.judged.plan.today, form.ending())
    }

    /// Makes a report.
    ///
    /// # Errors
    ///
    /// [`NotMade`].
    pub fn make(&self, report: Report, form: Form) -> Result<Vec<u8>, NotMade> {
        if !report.forms().contains(&form) {
            return Err(NotMade::NoSuchForm(report, form));
        }
        if report == Report::R10 {
            return Err(NotMade::OfSeveral);
        }
        Ok(match (report, form) {
            (Report::R11, Form::Csv) => self.log(),
            (Report::R9, Form::Csv) => list::plain(&running::rows(self.judged, self.language)),
            (Report::R2, Form::Csv) => self.verdicts(),
            (_, Form::Pdf) => self.printed(report)?.bytes,
            (_, Form::Pptx) => slides::write(&self.deck(report)?)?,
            (_, Form::Xlsx) => self.workbook()?,
            (_, Form::Csv) => self.register(match report {
                Report::R3 => "systemer",
                Report::R5 => "brevtyper",
                _ => "opgaver",
            }),
            (_, Form::Ics) => self.calendar(Whose::All, &Told::default()).1.into_bytes(),
            (_, Form::Project) => {
                let lines = Lines::of(self.judged, self.language);
                let title =
                    self.judged.programme.settings().map(|one| one.name).unwrap_or_default();
                plans::project_xml(&title, &self.judged.programme, &lines.tasks, self.judged.at)
            }
            (_, Form::OpenProject) => self.tracker(Tracker::OpenProject),
            (_, Form::Jira) => self.tracker(Tracker::Jira),
        })
    }

    /// The whole programme as one workbook.
    ///
    /// # Errors
    ///
    /// [`workbook::Unwritable`].
    pub fn workbook(&self) -> Result<Vec<u8>, workbook::Unwritable> {
        let lines = Lines::of(self.judged, self.language);
        workbook::write(&lines.export(self.id, self.judged, self.language))
    }

    /// A list of it as CSV; empty when there is no such list.
    pub fn register(&self, list: &str) -> Vec<u8> {
        let lines = Lines::of(self.judged, self.language);
        let export = lines.export(self.id, self.judged, self.language);
        list::export(&export, list, Days::Danish).unwrap_or_default()
    }

    /// Due dates and milestones as a calendar; and what to keep so that the next one moves entries in place
    /// of doubling them.
    pub fn calendar(&self, whose: Whose<'_>, told: &Told) -> (Told, String) {
        let words = words(self.judged, self.language);
        let told = calendar::advance(told, &words.calendar(whose), self.judged.at);
        let name = self.judged.programme.settings().map(|one| one.name).unwrap_or_default();
        let name = match whose {
            Whose::All => name,
            Whose::Person(_) if self.language == Language::Da => format!("{name}: mine opgaver"),
            Whose::Person(_) => format!("{name}: my tasks"),
            Whose::Area(id) => {
                let mut areas = self.judged.effective.catalogue().areas.iter();
                let area = areas.find(|area| area.id == *id);
                let area = area.map_or(id.as_str(), |area| area.name.of(self.language));
                format!("{name}: {area}")
            }
        };
        let file = calendar::file(self.id, &whose.owner(), &name, self.language, &told);
        (told, file)
    }

    fn tracker(&self, tracker: Tracker) -> Vec<u8> {
        let lines = Lines::of(self.judged, self.language);
        plans::tracker_csv(tracker, &self.judged.programme, &lines.tasks)
    }

    fn printed(&self, report: Report) -> Result<Printed, NotMade> {
        let (judged, language) = (self.judged, self.language);
        let words = words(judged, language);
        let standing = judged.status()?;
        let head = words.head(&standing, judged.at);
        Ok(match report {
            Report::R1 => reports::status(&head, &words.status(&standing, &judged.judgements))?,
            Report::R2 => reports::requirements(&head, &prose::matrix(judged, language))?,
            Report::R3 => reports::systems(&head, &judged.programme, |_, _| true)?,
            Report::R4 => self.of_supplier(&words, &head)?,
            Report::R5 => reports::potential(&head, &self.potential())?,
            Report::R6 => {
                let tasks: Vec<TaskRef> =
                    judged.plan.instances().iter().map(|one| words.task_ref(one)).collect();
                let gantt = words.gantt().ok_or_else(Unprintable::nothing_dated)?;
                reports::plan(&head, &gantt, &tasks)?
            }
            Report::R7 => reports::readiness(&head, &prose::readiness(judged, language))?,
            Report::R8 => reports::training(&head, &judged.programme)?,
            Report::R11 => reports::history(&head, &judged.programme, self.history)?,
            Report::R9 | Report::R10 | Report::Deck => {
                return Err(NotMade::NoSuchForm(report, Form::Pdf));
            }
        })
    }

    /// Of one supplier alone: its systems, their open tasks and checks.
    fn of_supplier(&self, words: &Named<'_>, head: &Head) -> Result<Printed, NotMade> {
        let judged = self.judged;
        let key = self.supplier()?;
        let is_theirs = |system: &Key| {
            let system = judged.programme.get::<System>(system);
            system.is_some_and(|system| system.supplier.as_ref() == Some(&key))
        };
        let open = judged.plan.instances().iter().filter(|one| !one.is_closed());
        let tasks: Vec<TaskRef> = open
            .filter(|one| {
                one.subject.as_ref().is_some_and(|subject| *subject == key || is_theirs(subject))
            })
            .map(|one| words.task_ref(one))
            .collect();
        let checks = prose::checks(judged, self.language, is_theirs);
        Ok(reports::supplier(head, &judged.programme, &key, &tasks, &checks)?)
    }

    fn deck(&self, report: Report) -> Result<slides::Deck, NotMade> {
        let judged = self.judged;
        let words = words(judged, self.language);
        let standing = judged.status()?;
        let head = words.head(&standing, judged.at);
        let status = words.status(&standing, &judged.judgements);
        if report == Report::R1 {
            return Ok(slides::status(&head, &status));
        }
        let window = judged.evidence.cutover().map(|period| (period.from, period.until));
        Ok(slides::communication(&slides::Briefing {
            head: &head,
            programme: &judged.programme,
            milestones: &status.milestones,
            window,
            roles: &roles(judged.effective.catalogue(), self.language),
        }))
    }

    fn supplier(&self) -> Result<Key, NotMade> {
        let all: BTreeMap<Key, Supplier> = self
            .judged
            .programme
            .all::<Supplier>()
            .map(|(key, supplier)| (key.clone(), supplier))
            .collect();
        let key = self.supplier.or_else(|| all.keys().next());
        key.filter(|key| all.contains_key(*key)).cloned().ok_or_else(|| {
            let keys: Vec<&str> = all.keys().map(Key::as_str).collect();
            NotMade::NoSuchSupplier(keys.join(", "))
        })
    }

    fn potential(&self) -> Vec<Coverage> {
        let judged = self.judged;
        lines::scores(judged)
            .iter()
            .filter_map(|score| {
                let letter = judged.programme.get::<LetterType>(&score.letter)?;
                let id = "MK-S1".parse().ok()?;
                let subject = brevdue_programme::checks::Subject::LetterType(score.letter.clone());
                let cell = judged.matrix.cell(&subject, &id);
                // Besides the letters in all, the figures are of the fields decided.
                let share = cell.and_then(|cell| {
                    let whole = cell.counts.get("letters").filter(|whole| **whole > 0)?;
                    let fields = cell.counts.iter().filter(|(name, _)| *name != "letters");
                    let least = fields.map(|(_, count)| *count).min()?;
                    Some(least as f64 / *whole as f64)
                });
                Some(Coverage {
                    letter: (score.letter.to_string(), letter.name.clone()),
                    volume: score.volumes.total(),
                    score: score.priority,
                    level: letter.level.map_or("–", |level| level.label(self.language)).to_owned(),
                    measured: share,
                    target: letter.target_coverage,
                    expected_dkk: score.benefit_dkk,
                    volume_origin: Some(score.volume_origin),
                    entered: score.entered.total(),
                    counted: score.measured,
                })
            })
            .collect()
    }

    /// Every verdict, one row each.
    fn verdicts(&self) -> Vec<u8> {
        let said =
            |da: &str, en: &str| if self.language == Language::Da { da } else { en }.to_owned();
        let mut rows = vec![vec![
            said("Krav", "Requirement"),
            said("Titel", "Title"),
            said("Slags", "Kind"),
            said("For", "For"),
            said("Navn", "Name"),
            said("Resultat", "Result"),
            said("Begrundelse", "Why"),
            said("Grundlag", "Basis"),
            said("Seneste evidens", "Newest evidence"),
            said("Gør dette", "Do this"),
        ]];
        for line in Lines::of(self.judged, self.language).requirements {
            rows.push(vec![
                line.requirement,
                line.title,
                line.kind,
                line.subject,
                line.subject_name,
                line.result,
                line.evidence,
                line.source,
                line.day.map_or_else(String::new, |day| day.to_string()),
                line.remedy,
            ]);
        }
        list::plain(&rows)
    }

    fn log(&self) -> Vec<u8> {
        let said =
            |da: &str, en: &str| if self.language == Language::Da { da } else { en }.to_owned();
        let mut rows = vec![vec![
            said("Tidspunkt (UTC)", "When (UTC)"),
            said("Hvem", "Who"),
            said("Hvad", "What"),
            said("Felt", "Field"),
            said("Fra", "From"),
            said("Til", "To"),
            said("Begrundelse", "Reason"),
        ]];
        let value = |value: &serde_json::Value| match value {
            serde_json::Value::Null => String::new(),
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        for line in self.history {
            rows.push(vec![
                line.at.to_string(),
                line.who.clone(),
                format!("{}/{}", line.kind.word(), line.key),
                line.field.clone().unwrap_or_default(),
                value(&line.from),
                value(&line.to),
                line.reason.clone(),
            ]);
        }
        list::plain(&rows)
    }
}

/// A judged programme with the names that people read.
fn words(judged: &Judged, language: Language) -> Named<'_> {
    Named {
        programme: &judged.programme,
        catalogue: judged.effective.catalogue(),
        plan: &judged.plan,
        language,
    }
}

/// The name of an object by its key; the key when it has none.
fn name_of(judged: &Judged, kind: Kind, key: &Key) -> String {
    let held = judged.programme.held(kind, key);
    let name = held.and_then(|held| held.body.get("name")?.as_str().map(str::to_owned));
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| key.to_string())
}
