//! R1: the status report on one page.

use brevdue_programme::{Day, Language};

use super::{Printed, columns, said};
use crate::paper::{
    Block, Head, Item, Light, Paper, Sheet, Table, Unprintable, day, maybe_day, number,
};

/// What the status report shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// The light as it is reckoned.
    pub light: Light,
    /// Why it is not green, most weighty first.
    pub reasons: Vec<String>,
    /// The light set by hand, and why; shown beside the reckoned.
    pub by_hand: Option<(Light, String)>,
    /// Tasks in all that are relevant, done, overdue.
    pub tasks: (usize, usize, usize),
    /// The official deadlines.
    pub deadlines: Vec<Deadline>,
    /// Milestones, in order.
    pub milestones: Vec<MilestoneStatus>,
    /// Tasks past due, the oldest first.
    pub overdue: Vec<TaskRef>,
    /// Risks, the gravest first.
    pub risks: Vec<RiskLine>,
    /// Decisions wanted, and by when.
    pub decisions: Vec<(String, Option<Day>)>,
    /// What is due in the next four weeks, the nearest first.
    pub next: Vec<TaskRef>,
}

/// Where the requirements stand for a deadline.
#[derive(Debug, Clone, PartialEq)]
pub struct Deadline {
    /// Its name.
    pub name: String,
    /// Its day.
    pub day: Option<Day>,
    /// Its light.
    pub light: Light,
    /// Systems that comply, and systems in scope.
    pub systems: (u64, u64),
    /// Messages that comply, and messages sent; none: none was seen.
    pub messages: Option<(u64, u64)>,
    /// Results without evidence.
    pub without_evidence: u64,
}

/// Where a milestone stands.
#[derive(Debug, Clone, PartialEq)]
pub struct MilestoneStatus {
    /// Its name.
    pub name: String,
    /// As the plan was approved.
    pub baseline: Option<Day>,
    /// As it is believed.
    pub forecast: Option<Day>,
    /// When it was reached.
    pub reached: Option<Day>,
    /// Its light.
    pub light: Light,
}

/// A risk.
#[derive(Debug, Clone, PartialEq)]
pub struct RiskLine {
    /// What may happen.
    pub title: String,
    /// Probability and consequence, 1 to 5 each.
    pub weight: (u8, u8),
    /// What is done.
    pub action: String,
    /// Who has it.
    pub owner: String,
}

/// A task in a report.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskRef {
    /// Its key.
    pub key: String,
    /// Its title.
    pub title: String,
    /// For what.
    pub subject: String,
    /// The area's id.
    pub area: String,
    /// Where it stands, in words.
    pub status: String,
    /// Who has it.
    pub assignee: String,
    /// As the plan was approved.
    pub baseline: Option<Day>,
    /// When it is due.
    pub due: Option<Day>,
    /// When it is believed to be done.
    pub forecast: Option<Day>,
    /// It is on the critical path.
    pub critical: bool,
}

/// Milestones on the page at most; the catalogue that ships has thirteen.
const MILESTONES: usize = 16;

/// R1: on exactly one page of A4, however much there is: long lists are cut, and say how much is left out.
///
/// # Errors
///
/// [`Unprintable`].
pub fn status(head: &Head, status: &Status) -> Result<Printed, Unprintable> {
    // Requirements set aside are printed in every report, but cannot fill this page.
    let mut head = head.clone();
    if head.waivers.len() > 4 {
        let more = head.waivers.len() - 4;
        head.waivers.truncate(4);
        head.waivers.push(format!(
            "+ {more} {}",
            said(&head, "flere, se Kravopfyldelse", "more, see Compliance")
        ));
    }
    for waiver in &mut head.waivers {
        *waiver = shortened(waiver, 120);
    }
    let title = said(&head, "Statusrapport", "Status report");
    for (size, rows) in [(9.5, 8), (9.0, 7), (8.5, 6), (8.0, 5), (7.5, 4), (7.0, 3)] {
        let paper = Paper { sheet: Sheet::A4, head: &head, title: title.clone(), size };
        let flow = paper.lay(&blocks(&head, status, rows));
        if flow.pages.len() == 1 {
            let (bytes, pages) = paper.paint(flow)?;
            return Ok(Printed { bytes, pages });
        }
    }
    Err(Unprintable("the status report does not fit on a page".into()))
}

fn shortened(words: &str, characters: usize) -> String {
    if words.chars().count() <= characters {
        return words.to_owned();
    }
    let mut short: String = words.chars().take(characters - 1).collect();
    short.push('…');
    short
}

fn blocks(head: &Head, status: &Status, rows: usize) -> Vec<Block> {
    let language = head.language;
    let (all, done, overdue) = status.tasks;
    let mut blocks = Vec::new();
    let reasons: Vec<String> =
        status.reasons.iter().take(3).map(|reason| shortened(reason, 150)).collect();
    let mut why = reasons.join("; ");
    if status.reasons.len() > 3 {
        why.push_str(&format!(" (+ {})", status.reasons.len() - 3));
    }
    if why.is_empty() {
        why = said(head, "ingen forsinkelse ventes", "no delay expected");
    }
    let mut lights = vec![(status.light, format!("{}: {why}", said(head, "beregnet", "reckoned")))];
    if let Some((light, comment)) = &status.by_hand {
        lights.insert(
            0,
            (
                *light,
                format!(
                    "{}: {}",
                    said(head, "sat i hånden", "set by hand"),
                    shortened(comment, 200)
                ),
            ),
        );
    }
    blocks.push(Block::Lights(lights));
    let share = |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    let mut bars = vec![(
        said(head, "Opgaver færdige", "Tasks done"),
        share(done as u64, all as u64),
        format!("{done} / {all}, {overdue} {}", said(head, "over frist", "overdue")),
    )];
    for deadline in status.deadlines.iter().take(4) {
        let (compliant, scope) = deadline.systems;
        let messages = match deadline.messages {
            Some((compliant, sent)) => format!(
                "{} {} / {}",
                said(head, "meddelelser", "messages"),
                number(compliant, language),
                number(sent, language)
            ),
            None => said(head, "ingen meddelelser set", "no messages seen"),
        };
        bars.push((
            format!("{} {}", shortened(&deadline.name, 40), maybe_day(deadline.day, language)),
            share(compliant, scope),
            format!(
                "{} – {} {compliant} / {scope}; {messages}; {} {}",
                deadline.light.word(language),
                said(head, "systemer", "systems"),
                deadline.without_evidence,
                said(head, "uden evidens", "without evidence")
            ),
        ));
    }
    blocks.push(Block::Bars(bars));
    blocks.push(Block::Heading(2, said(head, "Milepæle", "Milestones")));
    // Of very many, those that were reached are left out first.
    let mut milestones: Vec<&MilestoneStatus> = status.milestones.iter().collect();
    while milestones.len() > MILESTONES {
        let place = milestones
            .iter()
            .position(|milestone| milestone.reached.is_some())
            .unwrap_or(milestones.len() - 1);
        milestones.remove(place);
    }
    let mut table = Table {
        columns: columns(
            head,
            &[
                ("Milepæl", "Milestone", 3.0),
                ("Baseline", "Baseline", 1.2),
                ("Prognose", "Forecast", 1.2),
                ("Nået", "Reached", 1.2),
                ("Lys", "Light", 1.2),
            ],
        ),
        rows: milestones
            .iter()
            .map(|milestone| {
                vec![
                    milestone.name.clone().into(),
                    maybe_day(milestone.baseline, language).into(),
                    maybe_day(milestone.forecast, language).into(),
                    maybe_day(milestone.reached, language).into(),
                    Item::Light(milestone.light, milestone.light.word(language).to_owned()),
                ]
            })
            .collect(),
        tight: true,
    };
    more(head, &mut table, status.milestones.len());
    blocks.push(Block::Table(table));
    let left = vec![
        Block::Heading(2, said(head, "Over frist", "Overdue")),
        tasks(head, &status.overdue, overdue.max(status.overdue.len()), rows),
    ];
    let right = vec![
        Block::Heading(2, said(head, "De næste fire uger", "The next four weeks")),
        tasks(head, &status.next, status.next.len(), rows),
    ];
    blocks.push(Block::Beside(vec![left, right]));
    blocks.push(Block::Heading(2, said(head, "De fem største risici", "The five gravest risks")));
    if status.risks.is_empty() {
        blocks.push(Block::Text(said(
            head,
            "Ingen risici er skrevet op.",
            "No risks have been written down.",
        )));
    } else {
        blocks.push(Block::Table(Table {
            columns: columns(
                head,
                &[
                    ("Risiko", "Risk", 3.4),
                    ("S × K", "P × C", 0.8),
                    ("Handling", "Action", 3.4),
                    ("Ejer", "Owner", 1.3),
                ],
            ),
            rows: status
                .risks
                .iter()
                .take(5)
                .map(|risk| {
                    vec![
                        risk.title.clone().into(),
                        format!("{} × {}", risk.weight.0, risk.weight.1).into(),
                        risk.action.clone().into(),
                        risk.owner.clone().into(),
                    ]
                })
                .collect(),
            tight: true,
        }));
    }
    blocks.push(Block::Heading(2, said(head, "Beslutninger, der ønskes", "Decisions wanted")));
    if status.decisions.is_empty() {
        blocks.push(Block::Text(said(head, "Ingen.", "None.")));
    } else {
        let mut table = Table {
            columns: columns(head, &[("Beslutning", "Decision", 6.0), ("Senest", "By", 1.2)]),
            rows: status
                .decisions
                .iter()
                .take(rows.min(5))
                .map(|(title, by)| vec![title.clone().into(), maybe_day(*by, language).into()])
                .collect(),
            tight: true,
        };
        more(head, &mut table, status.decisions.len());
        blocks.push(Block::Table(table));
    }
    blocks
}

fn tasks(head: &Head, tasks: &[TaskRef], all: usize, rows: usize) -> Block {
    if tasks.is_empty() {
        return Block::Text(said(head, "Ingen.", "None."));
    }
    let mut table = Table {
        columns: columns(
            head,
            &[("Opgave", "Task", 3.2), ("Ansvarlig", "Assignee", 1.7), ("Frist", "Due", 1.3)],
        ),
        rows: tasks
            .iter()
            .take(rows)
            .map(|task| {
                let due = task.due.map_or_else(|| "–".to_owned(), |due| day(due, head.language));
                let title = match task.subject.as_str() {
                    "" => task.title.clone(),
                    subject => format!("{} – {subject}", task.title),
                };
                vec![title.into(), task.assignee.clone().into(), due.into()]
            })
            .collect(),
        tight: true,
    };
    more(head, &mut table, all);
    Block::Table(table)
}

/// A last row that says how much is left out.
fn more(head: &Head, table: &mut Table, all: usize) {
    let left_out = all.saturating_sub(table.rows.len());
    if left_out > 0 {
        let words = match head.language {
            Language::Da => format!("… og {left_out} mere"),
            Language::En => format!("… and {left_out} more"),
        };
        table.rows.push(vec![words.into()]);
    }
}
