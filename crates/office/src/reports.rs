//! The reports R1 to R8 and R11 as PDF. Each takes what it shows as plain values: what they mean was decided
//! elsewhere.

mod registers;
mod status;
#[cfg(test)]
mod tests;

use brevdue_programme::Language;
use sha2::{Digest as _, Sha256};

use crate::paper::{Block, Gantt, Head, Item, Light, Paper, Sheet, Table, Unprintable};
pub use registers::{Coverage, history, potential, supplier, systems, training};
pub use status::{Deadline, MilestoneStatus, RiskLine, Status, TaskRef, status};

/// A report, printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// The PDF.
    pub bytes: Vec<u8>,
    /// How many pages it has.
    pub pages: usize,
}

fn print(
    sheet: Sheet,
    head: &Head,
    (da, en): (&str, &str),
    size: f32,
    blocks: &[Block],
) -> Result<Printed, Unprintable> {
    let title = if head.language == Language::Da { da } else { en }.to_owned();
    let (bytes, pages) = Paper { sheet, head, title, size }.print(blocks)?;
    Ok(Printed { bytes, pages })
}

/// Of two texts the one in the report's language.
fn said(head: &Head, da: &str, en: &str) -> String {
    if head.language == Language::Da { da } else { en }.to_owned()
}

fn columns(head: &Head, columns: &[(&str, &str, f32)]) -> Vec<(String, f32)> {
    columns.iter().map(|(da, en, width)| (said(head, da, en), *width)).collect()
}

/// The requirements for all subjects: R2.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    /// The requirements, in order: id and title.
    pub requirements: Vec<(String, String)>,
    /// The authority, then the systems.
    pub rows: Vec<MatrixRow>,
    /// For each deadline: its name, systems compliant, systems in scope, messages compliant, messages sent.
    pub totals: Vec<(String, u64, u64, u64, u64)>,
}

/// A row of the matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct MatrixRow {
    /// The subject's key and name.
    pub subject: (String, String),
    /// For each requirement; none: it does not apply.
    pub cells: Vec<Option<MatrixCell>>,
}

/// A cell of the matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct MatrixCell {
    /// As a light; without evidence it is never green.
    pub light: Light,
    /// The result in a short word, for example `ok`, `fejl`, `ingen data`.
    pub word: String,
    /// On what it rests, and how old that is.
    pub evidence: String,
    /// What to do.
    pub remedy: String,
}

/// R2: the matrix, what is behind each cell that is not green, and a fingerprint to sign.
///
/// # Errors
///
/// [`Unprintable`].
pub fn requirements(head: &Head, matrix: &Matrix) -> Result<Printed, Unprintable> {
    let mut blocks = Vec::new();
    for (name, compliant, scope, messages, sent) in &matrix.totals {
        blocks.push(Block::Text(format!(
            "{name}: {} {compliant} / {scope} · {} {} / {}",
            said(head, "systemer, der overholder", "systems compliant"),
            said(head, "meddelelser, der overholder", "messages compliant"),
            crate::paper::number(*messages, head.language),
            crate::paper::number(*sent, head.language)
        )));
    }
    // As many requirements side by side as can be read; the rest follows below.
    const SIDE_BY_SIDE: usize = 10;
    for start in (0..matrix.requirements.len()).step_by(SIDE_BY_SIDE) {
        let end = (start + SIDE_BY_SIDE).min(matrix.requirements.len());
        let mut table =
            Table { columns: vec![(said(head, "For", "For"), 2.6)], rows: Vec::new(), tight: true };
        table
            .columns
            .extend(matrix.requirements[start..end].iter().map(|(id, _)| (id.clone(), 1.0)));
        // Who is asked nothing here has no row here.
        let asked = |row: &&MatrixRow| row.cells.iter().take(end).skip(start).any(Option::is_some);
        for row in matrix.rows.iter().filter(asked) {
            let mut items =
                vec![Item::Words(format!("{} {}", row.subject.0, row.subject.1).trim().to_owned())];
            items.extend((start..end).map(|index| {
                match row.cells.get(index).and_then(Option::as_ref) {
                    Some(cell) => Item::Light(cell.light, cell.word.clone()),
                    None => Item::Words("·".into()),
                }
            }));
            table.rows.push(items);
        }
        blocks.push(Block::Heading(
            2,
            format!("{} {}–{end}", said(head, "Krav", "Requirements"), start + 1),
        ));
        blocks.push(Block::Table(table));
    }
    blocks.push(Block::Heading(2, said(head, "Kravene", "The requirements")));
    blocks.push(Block::Table(Table {
        columns: columns(head, &[("Krav", "Requirement", 1.0), ("Titel", "Title", 8.0)]),
        rows: matrix
            .requirements
            .iter()
            .map(|(id, title)| vec![id.clone().into(), title.clone().into()])
            .collect(),
        tight: false,
    }));
    let mut behind = Vec::new();
    for row in &matrix.rows {
        for ((id, _), cell) in matrix.requirements.iter().zip(&row.cells) {
            if let Some(cell) = cell.as_ref().filter(|cell| cell.light != Light::Green) {
                behind.push(vec![
                    Item::Words(format!("{} {}", row.subject.0, row.subject.1).trim().to_owned()),
                    id.clone().into(),
                    Item::Light(cell.light, cell.word.clone()),
                    cell.evidence.clone().into(),
                    cell.remedy.clone().into(),
                ]);
            }
        }
    }
    if !behind.is_empty() {
        blocks.push(Block::Heading(2, said(head, "Det, der ikke er grønt", "What is not green")));
        blocks.push(Block::Table(Table {
            columns: columns(
                head,
                &[
                    ("For", "For", 2.0),
                    ("Krav", "Requirement", 0.9),
                    ("Resultat", "Result", 1.2),
                    ("Grundlag", "Evidence", 3.0),
                    ("Gør dette", "Do this", 3.0),
                ],
            ),
            rows: behind,
            tight: false,
        }));
    }
    let fingerprint: String = Sha256::digest(format!("{:?}", (matrix, &head.as_of)))
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    blocks.push(Block::Text(format!(
        "{}: {fingerprint}",
        said(head, "Aftryk (SHA-256)", "Fingerprint (SHA-256)")
    )));
    blocks.push(Block::Signatures(vec![said(
        head,
        "Dato, navn og underskrift (projektejer)",
        "Date, name and signature (owner)",
    )]));
    print(Sheet::A3Wide, head, ("Kravopfyldelse", "Compliance"), 9.0, &blocks)
}

/// R6: the plan with its Gantt on A3, and the same as a table.
///
/// # Errors
///
/// [`Unprintable`].
pub fn plan(head: &Head, gantt: &Gantt, tasks: &[TaskRef]) -> Result<Printed, Unprintable> {
    let language = head.language;
    let rows = tasks
        .iter()
        .map(|task| {
            vec![
                task.key.clone().into(),
                task.title.clone().into(),
                task.subject.clone().into(),
                task.area.clone().into(),
                task.status.clone().into(),
                task.assignee.clone().into(),
                crate::paper::maybe_day(task.baseline, language).into(),
                crate::paper::maybe_day(task.due, language).into(),
                crate::paper::maybe_day(task.forecast, language).into(),
                said(
                    head,
                    if task.critical { "ja" } else { "" },
                    if task.critical { "yes" } else { "" },
                )
                .into(),
            ]
        })
        .collect();
    let milestones = gantt
        .milestones
        .iter()
        .map(|(name, day, baseline)| {
            vec![
                name.clone().into(),
                crate::paper::maybe_day(*baseline, language).into(),
                crate::paper::day(*day, language).into(),
            ]
        })
        .collect();
    let blocks = [
        Block::Gantt(gantt.clone()),
        Block::Heading(2, said(head, "Milepæle", "Milestones")),
        Block::Table(Table {
            columns: columns(
                head,
                &[
                    ("Milepæl", "Milestone", 3.0),
                    ("Baseline", "Baseline", 1.0),
                    ("Dato", "Date", 1.0),
                ],
            ),
            rows: milestones,
            tight: true,
        }),
        Block::Heading(2, said(head, "Opgaver", "Tasks")),
        Block::Table(Table {
            columns: columns(
                head,
                &[
                    ("Id", "Id", 1.5),
                    ("Opgave", "Task", 3.6),
                    ("For", "For", 2.0),
                    ("Område", "Area", 0.7),
                    ("Status", "Status", 1.2),
                    ("Ansvarlig", "Assignee", 1.5),
                    ("Baseline", "Baseline", 0.9),
                    ("Frist", "Due", 0.9),
                    ("Prognose", "Forecast", 0.9),
                    ("Kritisk", "Critical", 0.6),
                ],
            ),
            rows,
            tight: true,
        }),
    ];
    print(Sheet::A3Wide, head, ("Opgaver og tidsplan", "Tasks and plan"), 9.0, &blocks)
}

/// A system in the declaration of readiness.
#[derive(Debug, Clone, PartialEq)]
pub struct Readiness {
    /// Key and name.
    pub system: (String, String),
    /// Ready only when it is measured so.
    pub light: Light,
    /// In words: why.
    pub why: String,
    /// On what that rests.
    pub evidence: String,
}

/// R7: go or no-go per system, to be signed.
///
/// # Errors
///
/// [`Unprintable`].
pub fn readiness(head: &Head, systems: &[Readiness]) -> Result<Printed, Unprintable> {
    let ready = systems.iter().filter(|system| system.light == Light::Green).count();
    let rows = systems
        .iter()
        .map(|system| {
            let word = match system.light {
                Light::Green => said(head, "Klar", "Go"),
                Light::Unknown => said(head, "Ingen evidens", "No evidence"),
                _ => said(head, "Ikke klar", "No-go"),
            };
            vec![
                Item::Words(format!("{} {}", system.system.0, system.system.1)),
                Item::Light(system.light, word),
                system.why.clone().into(),
                system.evidence.clone().into(),
            ]
        })
        .collect();
    let light =
        if ready == systems.len() && !systems.is_empty() { Light::Green } else { Light::Red };
    let count = format!(
        "{ready} {} {} {}",
        said(head, "af", "of"),
        systems.len(),
        said(head, "systemer er klar", "systems are ready")
    );
    let blocks = [
        Block::Lights(vec![(light, count)]),
        Block::Table(Table {
            columns: columns(
                head,
                &[
                    ("System", "System", 2.4),
                    ("Klar?", "Ready?", 1.6),
                    ("Hvorfor", "Why", 2.8),
                    ("Evidens", "Evidence", 2.6),
                ],
            ),
            rows,
            tight: false,
        }),
        Block::Signatures(vec![
            said(head, "Projektejer: dato, navn og underskrift", "Owner: date, name and signature"),
            said(
                head,
                "Projektleder: dato, navn og underskrift",
                "Project manager: date, name and signature",
            ),
        ]),
    ];
    print(Sheet::A4, head, ("Klarmelding", "Declaration of readiness"), 9.5, &blocks)
}
