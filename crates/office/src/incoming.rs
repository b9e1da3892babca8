//! A file that somebody brings: what it is, and what it comes to in a programme as it now stands.
//!
//! Nothing is changed by reading. Why a file means nothing is told in both languages, without its words.

use brevdue_programme::{Bilingual, Key, Language, Programme, ProgrammeId};

use crate::cells::plain;
use crate::diff::{Diff, Fault};
use crate::inventory::{self, Mapping, Unmapped};
use crate::limits::{COLUMNS, FILE_BYTES, ROWS, TASKS};
use crate::list::{self, Malformed};
use crate::packed::Unpackable;
use crate::plans;
use crate::sheets::{self, ID, VERSION};
use crate::workbook::{self, TaskLine};

/// Headings of its own that a list of ours has at least, beside id and version.
const OWN_HEADINGS: usize = 2;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// A workbook that was exported here.
    Workbook,
    /// A list that was exported here, by its word; see [`crate::lists`].
    List(&'static str),
    /// Tasks of MS Project, as XML.
    Project,
    /// Tasks of OpenProject or Jira, as CSV.
    Tracker,
    /// Somebody's own list of systems, as a workbook or CSV.
    Table,
}

/// What a file comes to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Read {
    /// What it changes.
    pub diff: Diff,
    /// Rows and cells that were left out, and why.
    pub left_out: Vec<Fault>,
    /// Rows that were found to be systems that are known: row, key.
    pub matched: Vec<(usize, Key)>,
    /// Tasks of the file that are not known here: line and title.
    pub unknown: Vec<(usize, String)>,
}

/// Why a file was not read. Nothing was changed.
#[derive(Debug, Clone, PartialEq)]
pub enum NotRead {
    /// The file as a whole.
    Whole(Bilingual),
    /// Cells and rows that mean nothing, each with its place.
    Faults(Vec<Fault>),
}

/// What a file is read against.
#[derive(Debug, Clone, Copy)]
pub struct Against<'a> {
    /// Which programme.
    pub id: ProgrammeId,
    /// As it stands.
    pub programme: &'a Programme,
    /// Every task, for files of tasks.
    pub tasks: &'a [TaskLine],
}

impl Sort {
    /// What a file is, by what is in it; its name is not asked.
    ///
    /// # Errors
    ///
    /// [`NotRead::Whole`].
    pub fn of(bytes: &[u8]) -> Result<Self, NotRead> {
        if bytes.is_empty() {
            return Err(whole("filen er tom", "the file is empty"));
        }
        if bytes.len() > FILE_BYTES {
            return Err(too_much());
        }
        if bytes.starts_with(b"PK") {
            let is_ours = workbook::is_ours(bytes).map_err(of_workbook)?;
            return Ok(if is_ours { Self::Workbook } else { Self::Table });
        }
        // Old Excel and encrypted workbooks begin so; they are no text.
        if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
            return Err(whole(
                "filen er i Excels gamle format eller har en adgangskode; gem den som .xlsx uden adgangskode",
                "the file is in Excel's old format or has a password; save it as .xlsx without a password",
            ));
        }
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
        if text.starts_with(b"<") {
            return Ok(Self::Project);
        }
        let rows = list::table(bytes).map_err(of_text)?;
        let headings: Vec<String> = rows
            .first()
            .map(|row| row.iter().map(|cell| plain(cell)).collect())
            .unwrap_or_default();
        Ok(Self::of_headings(&headings))
    }

    fn of_headings(headings: &[String]) -> Self {
        let has = |known: &[&str]| {
            headings.iter().any(|heading| known.iter().any(|known| plain(known) == *heading))
        };
        if has(&["brevdue-id"]) || has(&["summary"]) && has(&["issue key", "labels"]) {
            return Self::Tracker;
        }
        if !has(&ID) || !has(&VERSION) {
            return Self::Table;
        }
        let known = |sheet: &sheets::Sheet| {
            let named =
                |heading: &&String| sheet.columns.iter().any(|column| column.is_named(heading));
            headings.iter().filter(named).count()
        };
        // Of two with as many the one with fewer columns of its own: all of it is there.
        let best = sheets::SHEETS
            .iter()
            .max_by_key(|sheet| (known(sheet), std::cmp::Reverse(sheet.columns.len())));
        match best.filter(|sheet| known(sheet) >= OWN_HEADINGS) {
            Some(sheet) => Self::List(sheet.word),
            None => Self::Table,
        }
    }

    /// Reads a file of this sort. Somebody's own list is read by a mapping, or by its headings.
    ///
    /// # Errors
    ///
    /// [`NotRead`].
    pub fn read(
        self,
        bytes: &[u8],
        against: Against<'_>,
        mapping: Option<&Mapping>,
    ) -> Result<Read, NotRead> {
        let Against { id, programme, tasks } = against;
        let of_tasks = |tasks: plans::Tasks| Read {
            diff: tasks.diff,
            unknown: tasks.unknown,
            ..Read::default()
        };
        match self {
            Self::Workbook => workbook::read(bytes, id, programme)
                .map(|diff| Read { diff, ..Read::default() })
                .map_err(of_workbook),
            Self::List(word) => list::read(bytes, word, programme)
                .map(|diff| Read { diff, ..Read::default() })
                .map_err(of_list),
            Self::Project => {
                plans::from_project_xml(bytes, programme, tasks).map(of_tasks).map_err(of_plan)
            }
            Self::Tracker => {
                plans::from_tracker_csv(bytes, programme, tasks).map(of_tasks).map_err(of_plan)
            }
            Self::Table => {
                let preview = match mapping {
                    Some(mapping) => inventory::preview_mapped(bytes, programme, mapping),
                    None => inventory::preview(bytes, programme),
                };
                let preview = preview.map_err(of_inventory)?;
                Ok(Read {
                    diff: preview.diff,
                    left_out: preview.faults,
                    matched: preview.matched,
                    unknown: Vec::new(),
                })
            }
        }
    }
}

/// The tables of somebody's own list, to be mapped; see [`inventory::tables`].
///
/// # Errors
///
/// [`NotRead::Whole`].
pub fn tables(
    bytes: &[u8],
    place: Option<(usize, usize)>,
) -> Result<Vec<inventory::Found>, NotRead> {
    inventory::tables(bytes, place).map_err(of_inventory)
}

fn whole(da: impl Into<String>, en: impl Into<String>) -> NotRead {
    NotRead::Whole(Bilingual::new(da, en))
}

fn too_much() -> NotRead {
    let mib = FILE_BYTES / 1024 / 1024;
    whole(
        format!("filen er over grænsen på {mib} MiB, {ROWS} rækker eller {COLUMNS} kolonner"),
        format!("the file is over the limit of {mib} MiB, {ROWS} rows or {COLUMNS} columns"),
    )
}

fn of_workbook(error: workbook::Unreadable) -> NotRead {
    use workbook::Unreadable;
    match error {
        Unreadable::Faults(faults) => NotRead::Faults(faults),
        Unreadable::File(Unpackable::Large { .. }) => too_much(),
        Unreadable::File(Unpackable::Bomb) => whole(
            "filen fylder mere udpakket, end der læses",
            "the file unpacks to more than is read",
        ),
        Unreadable::File(Unpackable::Broken) | Unreadable::NoWorkbook => whole(
            "filen er ikke en regnearksfil, der kan læses",
            "the file is no workbook that can be read",
        ),
        Unreadable::NoBase => whole(
            "regnearket har ikke længere det skjulte ark med det, der blev eksporteret; eksportér igen, og ret i den nye fil",
            "the workbook does not carry what was exported any more; export it anew and edit that",
        ),
        Unreadable::AlteredBase => whole(
            "regnearkets skjulte ark er ændret; eksportér igen, og ret i den nye fil",
            "the hidden sheet of the workbook was altered; export it anew and edit that",
        ),
        Unreadable::OtherProgramme => whole(
            "regnearket er eksporteret fra et andet program",
            "the workbook was exported from another programme",
        ),
        Unreadable::TooMuch { sheet } => whole(
            format!("ark nummer {sheet} har mere end {ROWS} rækker eller {COLUMNS} kolonner"),
            format!("sheet number {sheet} has more than {ROWS} rows or {COLUMNS} columns"),
        ),
    }
}

fn of_text(error: Malformed) -> NotRead {
    match error {
        Malformed::NotText => whole(
            "filen er hverken et regneark eller tekst i UTF-8; gem den som «CSV UTF-8» eller .xlsx",
            "the file is neither a workbook nor text in UTF-8; save it as “CSV UTF-8” or .xlsx",
        ),
        Malformed::OpenQuote { line } => whole(
            format!("anførselstegnet i linje {line} afsluttes aldrig"),
            format!("the quotation mark opened in line {line} is never closed"),
        ),
        Malformed::TooMuch => too_much(),
    }
}

fn of_list(error: list::Unreadable) -> NotRead {
    match error {
        list::Unreadable::Faults(faults) => NotRead::Faults(faults),
        list::Unreadable::Malformed(error) => of_text(error),
        list::Unreadable::TooMuch => too_much(),
        list::Unreadable::NoSuchList => {
            whole("der findes ikke et sådant register", "there is no such list")
        }
    }
}

fn of_plan(error: plans::Unreadable) -> NotRead {
    use plans::Unreadable;
    match error {
        Unreadable::Faults(faults) => NotRead::Faults(faults),
        Unreadable::Malformed(error) => of_text(error),
        Unreadable::TooMuch => whole(
            format!("filen er over grænsen på {TASKS} opgaver"),
            format!("the file is over the limit of {TASKS} tasks"),
        ),
        Unreadable::NotXml { line } => whole(
            format!("filen er ikke XML fra MS Project; den går galt i linje {line}"),
            format!("the file is no XML of MS Project; it goes wrong in line {line}"),
        ),
        Unreadable::NoProject => whole(
            "filen indeholder ikke et projekt fra MS Project",
            "the file holds no project of MS Project",
        ),
        Unreadable::NoTitle => whole(
            "første linje har ingen kolonne til opgavens titel",
            "the first line has no column for the title of a task",
        ),
    }
}

fn of_inventory(error: inventory::Unreadable) -> NotRead {
    use inventory::Unreadable;
    match error {
        Unreadable::Workbook(error) => of_workbook(error),
        Unreadable::Csv(error) => of_text(error),
        Unreadable::TooMuch => too_much(),
        Unreadable::NoHeadings | Unreadable::Unmapped(Unmapped::NoName) => whole(
            "vælg den kolonne, der indeholder systemets navn",
            "choose the column that holds the name of the system",
        ),
        Unreadable::Unmapped(Unmapped::Twice { path }) => {
            let name = |language| {
                let mut fields = inventory::fields(language);
                fields.find(|(known, _)| *known == path).map_or("", |(_, name)| name)
            };
            whole(
                format!("to kolonner er begge sat til «{}»; vælg én", name(Language::Da)),
                format!("two columns are both set to “{}”; choose one", name(Language::En)),
            )
        }
        Unreadable::Unmapped(Unmapped::NoSuchRow | Unmapped::NoSuchField) => whole(
            "valget af kolonner passer ikke til filen",
            "the choice of columns does not fit the file",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::Days;
    use crate::testing::{id, sample};

    #[test]
    fn every_list_that_is_exported_is_known_again_and_says_nothing_new() {
        let sample = sample(3);
        for language in [Language::Da, Language::En] {
            let export = sample.export(language);
            let file = workbook::write(&export).unwrap();
            assert_eq!(Sort::of(&file), Ok(Sort::Workbook));
            for word in crate::lists() {
                let file = list::export(&export, word, Days::Danish).unwrap();
                assert_eq!(Sort::of(&file), Ok(Sort::List(word)), "{language:?}");
                let against =
                    Against { id: id(), programme: &sample.programme, tasks: &sample.tasks };
                let read = Sort::List(word).read(&file, against, None).unwrap();
                assert!(read.diff.is_empty(), "{word}: {:?}", read.diff.lines);
            }
        }
    }

    #[test]
    fn files_of_others_are_told_apart_by_what_is_in_them() {
        let sample = sample(2);
        let xml =
            plans::project_xml("Plan", &sample.programme, &sample.tasks, crate::testing::at());
        assert_eq!(Sort::of(&xml), Ok(Sort::Project));
        for tracker in [plans::Tracker::OpenProject, plans::Tracker::Jira] {
            let csv = plans::tracker_csv(tracker, &sample.programme, &sample.tasks);
            assert_eq!(Sort::of(&csv), Ok(Sort::Tracker), "{tracker:?}");
        }
        assert_eq!(Sort::of("System;Leverandør\r\nA;B\r\n".as_bytes()), Ok(Sort::Table));
        for hostile in
            [&b""[..], b"PK\x03\x04 no archive", b"\xd0\xcf\x11\xe0", b"\xff\xfe\x00", b"a;\"b"]
        {
            assert!(matches!(Sort::of(hostile), Err(NotRead::Whole(_))), "{hostile:?}");
        }
    }
}
