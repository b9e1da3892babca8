//! A small layout for reports on paper: headings, texts, tables, lights and bars, as tagged PDF.
//!
//! What is drawn is first laid out as strokes and words on pages, then painted. Every word belongs to a node
//! of the tree that screen readers read; what only decorates is marked so. Lights are told apart by their
//! shape and their word, not by their colour alone.

mod flow;
mod fonts;
mod gantt;
mod paint;

use brevdue_memo::Timestamp;
use brevdue_programme::{Day, Language};

pub(crate) use flow::Flow;

/// A size of paper, in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sheet {
    /// A4, upright.
    A4,
    /// A4, on its side.
    A4Wide,
    /// A3, on its side.
    A3Wide,
}

impl Sheet {
    /// Width and height in points.
    pub(crate) fn points(self) -> (f32, f32) {
        match self {
            Self::A4 => (595.28, 841.89),
            Self::A4Wide => (841.89, 595.28),
            Self::A3Wide => (1190.55, 841.89),
        }
    }
}

/// A light of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Light {
    /// As planned.
    Green,
    /// To be watched.
    Yellow,
    /// Something must be done.
    Red,
    /// Nothing is known: never shown as green.
    Unknown,
}

impl Light {
    /// Its word.
    pub fn word(self, language: Language) -> &'static str {
        match (language, self) {
            (Language::Da, Self::Green) => "Grøn",
            (Language::Da, Self::Yellow) => "Gul",
            (Language::Da, Self::Red) => "Rød",
            (Language::Da, Self::Unknown) => "Ukendt",
            (Language::En, Self::Green) => "Green",
            (Language::En, Self::Yellow) => "Yellow",
            (Language::En, Self::Red) => "Red",
            (Language::En, Self::Unknown) => "Unknown",
        }
    }
}

/// What every report says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// Danish or English.
    pub language: Language,
    /// The authority.
    pub authority: String,
    /// The programme's name.
    pub programme: String,
    /// As of when.
    pub as_of: Timestamp,
    /// What is left out; empty: nothing.
    pub filter: String,
    /// The version of the catalogue.
    pub catalogue_version: String,
    /// How many of its figures are measured.
    pub measured: usize,
    /// How many are stated by somebody.
    pub stated: usize,
    /// Requirements set aside, each a line: requirement, for what, why, by whom.
    pub waivers: Vec<String>,
}

/// A part of a report.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Block {
    /// A heading of level 2 or 3.
    Heading(u8, String),
    /// A paragraph.
    Text(String),
    /// A light with its word and what it is of.
    Lights(Vec<(Light, String)>),
    /// A table.
    Table(Table),
    /// A bar for each: label, share from 0 to 1, and the words behind it.
    Bars(Vec<(String, f64, String)>),
    /// Lines to sign on: what is signed for.
    Signatures(Vec<String>),
    /// A plan in time.
    Gantt(Gantt),
    /// Blocks side by side, in columns of the same width.
    Beside(Vec<Vec<Block>>),
}

/// A table. Its first column heads its rows.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Table {
    pub(crate) columns: Vec<(String, f32)>,
    pub(crate) rows: Vec<Vec<Item>>,
    /// Cells are cut to one line.
    pub(crate) tight: bool,
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Item {
    Words(String),
    Light(Light, String),
}

impl From<&str> for Item {
    fn from(words: &str) -> Self {
        Self::Words(words.to_owned())
    }
}

impl From<String> for Item {
    fn from(words: String) -> Self {
        Self::Words(words)
    }
}

/// A plan in time.
#[derive(Debug, Clone, PartialEq)]
pub struct Gantt {
    /// The first and last day shown.
    pub span: (Day, Day),
    /// Today.
    pub today: Day,
    /// Milestones: name, day, and the day when the plan was approved.
    pub milestones: Vec<(String, Day, Option<Day>)>,
    /// Rows from the top.
    pub rows: Vec<GanttRow>,
}

/// A row of a plan in time.
#[derive(Debug, Clone, PartialEq)]
pub struct GanttRow {
    /// What is done.
    pub label: String,
    /// The area's id, printed beside the bar.
    pub area: String,
    /// The area's colour, `#RRGGBB`.
    pub fill: String,
    /// From when.
    pub start: Day,
    /// Until when, as it is believed.
    pub end: Day,
    /// Until when the plan was approved.
    pub baseline: Option<Day>,
    /// 0 to 100.
    pub percent: u8,
    /// It is on the critical path.
    pub critical: bool,
}

/// A report could not be made. That is our own fault, or it has more than paper takes.
#[derive(Debug, thiserror::Error)]
#[error("the report could not be made: {0}")]
pub struct Unprintable(pub(crate) String);

impl Unprintable {
    /// There is nothing with a day to draw.
    pub(crate) fn nothing_dated() -> Self {
        Self("nothing in the plan has a day".into())
    }
}

pub(crate) struct Paper<'a> {
    pub(crate) sheet: Sheet,
    pub(crate) head: &'a Head,
    pub(crate) title: String,
    /// Size of words in points.
    pub(crate) size: f32,
}

impl Paper<'_> {
    /// The report as PDF, and how many pages it has.
    pub(crate) fn print(&self, blocks: &[Block]) -> Result<(Vec<u8>, usize), Unprintable> {
        self.paint(self.lay(blocks))
    }

    pub(crate) fn lay(&self, blocks: &[Block]) -> Flow {
        Flow::of(self, blocks)
    }

    pub(crate) fn paint(&self, flow: Flow) -> Result<(Vec<u8>, usize), Unprintable> {
        let pages = flow.pages.len();
        paint::pdf(self, flow).map(|bytes| (bytes, pages))
    }
}

/// A day as readers of a language write it.
pub(crate) fn day(day: Day, language: Language) -> String {
    match language {
        Language::Da => crate::cells::danish(day),
        Language::En => day.to_string(),
    }
}

/// A day, or a dash.
pub(crate) fn maybe_day(of: Option<Day>, language: Language) -> String {
    of.map_or_else(|| "–".to_owned(), |of| day(of, language))
}

/// A whole number with its thousands parted as readers of a language do.
pub(crate) fn number(of: u64, language: Language) -> String {
    let digits = of.to_string();
    let mut parted = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            parted.push(if language == Language::Da { '.' } else { ',' });
        }
        parted.push(digit);
    }
    parted
}
