//! R3, R4, R5, R8 and R11: the registers, and who changed what.

use std::collections::BTreeMap;

use brevdue_programme::change::HistoryLine;
use brevdue_programme::closing::BY_CONDITION;
use brevdue_programme::fields::{Field, FieldKind, is_told_by_status, kind_name, recorded};
use brevdue_programme::objects::{
    Contract, FigureSource, Kind, Person, Supplier, System, Training,
};
use brevdue_programme::potential::Measured;
use brevdue_programme::{Key, Programme};
use serde_json::Value;

use super::{Printed, TaskRef, columns, print, said};
use crate::paper::{Block, Head, Item, Light, Sheet, Table, Unprintable, maybe_day, number};

/// Lines of history in one report at most; it says when there are more.
const HISTORY: usize = 5_000;

fn name_of(names: &BTreeMap<String, String>, key: Option<&Key>) -> String {
    key.map_or_else(String::new, |key| {
        names.get(key.as_str()).cloned().unwrap_or_else(|| key.to_string())
    })
}

fn people(programme: &Programme) -> BTreeMap<String, String> {
    programme.all::<Person>().map(|(key, person)| (key.to_string(), person.name)).collect()
}

/// R3: the systems that `shown` takes.
///
/// # Errors
///
/// [`Unprintable`].
pub fn systems(
    head: &Head,
    programme: &Programme,
    shown: impl Fn(&Key, &System) -> bool,
) -> Result<Printed, Unprintable> {
    let people = people(programme);
    let suppliers: BTreeMap<String, String> = programme
        .all::<Supplier>()
        .map(|(key, supplier)| (key.to_string(), supplier.name))
        .collect();
    let language = head.language;
    let rows: Vec<Vec<Item>> = programme
        .all::<System>()
        .filter(|(key, system)| shown(key, system))
        .map(|(key, system)| {
            let interfaces: Vec<String> = system
                .interfaces
                .iter()
                .map(|interface| {
                    let part = |word: Option<&'static str>| word.unwrap_or("?");
                    format!(
                        "{} {} {}",
                        part(interface.direction.map(|d| d.label(language))),
                        part(interface.transport.map(|t| t.label(language))),
                        part(interface.environment.map(|e| e.label(language)))
                    )
                })
                .collect();
            vec![
                Item::Words(key.to_string()),
                system.name.into(),
                system.role.map_or("–", |role| role.label(language)).into(),
                system.path.map_or("–", |path| path.label(language)).into(),
                name_of(&suppliers, system.supplier.as_ref()).into(),
                name_of(&people, system.owner.as_ref()).into(),
                system.criticality.map_or("–", |criticality| criticality.label(language)).into(),
                system.scope.level.map_or("–", |level| level.label(language)).into(),
                interfaces.join(", ").into(),
            ]
        })
        .collect();
    let blocks = [
        Block::Text(format!("{} {}", rows.len(), said(head, "systemer", "systems"))),
        Block::Table(Table {
            columns: columns(
                head,
                &[
                    ("Id", "Id", 0.8),
                    ("Navn", "Name", 2.2),
                    ("Rolle", "Role", 1.5),
                    ("Vej til MeMo", "Path to MeMo", 1.3),
                    ("Leverandør", "Supplier", 1.6),
                    ("Systemejer", "System owner", 1.4),
                    ("Kritikalitet", "Criticality", 0.9),
                    ("Ambition", "Level", 1.2),
                    ("Snitflader", "Interfaces", 2.2),
                ],
            ),
            rows,
            tight: false,
        }),
    ];
    print(Sheet::A4Wide, head, ("Systemoversigt", "Systems"), 8.5, &blocks)
}

/// R4: one supplier's systems, dates, open tasks and checks. The checks are `(system, requirement, light,
/// words)`; what is handed in is that supplier's alone.
///
/// # Errors
///
/// [`Unprintable`]; when there is no such supplier.
pub fn supplier(
    head: &Head,
    programme: &Programme,
    key: &Key,
    tasks: &[TaskRef],
    checks: &[(String, String, Light, String)],
) -> Result<Printed, Unprintable> {
    let supplier: Supplier =
        programme.get(key).ok_or_else(|| Unprintable("no such supplier".into()))?;
    let language = head.language;
    let mut blocks = vec![
        Block::Heading(2, supplier.name.clone()),
        Block::Text(format!(
            "{}: {} · {}: {} · {}: {}",
            said(head, "Kontakter", "Contacts"),
            supplier.contacts.join(", "),
            said(head, "Tillid", "Confidence"),
            supplier.confidence.map_or_else(|| "–".into(), |of| format!("{of} / 5")),
            said(head, "Seneste status", "Last status"),
            maybe_day(supplier.last_status, language)
        )),
    ];
    let rows = programme
        .all::<System>()
        .filter(|(_, system)| system.supplier.as_ref() == Some(key))
        .flat_map(|(key, system)| {
            let first = (key.to_string(), system.name.clone());
            let dates: Vec<(String, Option<_>, Option<_>, Option<_>)> =
                if system.milestones.is_empty() {
                    vec![("–".to_owned(), None, None, None)]
                } else {
                    system
                        .milestones
                        .iter()
                        .map(|m| (m.milestone.clone(), m.planned, m.forecast, m.actual))
                        .collect()
                };
            dates.into_iter().map(move |(milestone, planned, forecast, actual)| {
                vec![
                    Item::Words(format!("{} {}", first.0, first.1)),
                    milestone.into(),
                    maybe_day(planned, language).into(),
                    maybe_day(forecast, language).into(),
                    maybe_day(actual, language).into(),
                ]
            })
        })
        .collect();
    blocks.push(Block::Heading(
        2,
        said(head, "Systemer og aftalte datoer", "Systems and agreed dates"),
    ));
    blocks.push(Block::Table(Table {
        columns: columns(
            head,
            &[
                ("System", "System", 3.0),
                ("Milepæl", "Milestone", 1.6),
                ("Aftalt", "Agreed", 1.2),
                ("Prognose", "Forecast", 1.2),
                ("Nået", "Reached", 1.2),
            ],
        ),
        rows,
        tight: false,
    }));
    let contracts: Vec<Vec<Item>> = programme
        .all::<Contract>()
        .filter(|(_, contract)| contract.supplier.as_ref() == Some(key))
        .map(|(key, contract)| {
            vec![
                Item::Words(format!("{key} {}", contract.name)),
                maybe_day(contract.end, language).into(),
                contract.covers_conversion.map_or("–", |covers| covers.label(language)).into(),
                maybe_day(contract.data_processing_agreement, language).into(),
            ]
        })
        .collect();
    if !contracts.is_empty() {
        blocks.push(Block::Heading(2, said(head, "Kontrakter", "Contracts")));
        blocks.push(Block::Table(Table {
            columns: columns(
                head,
                &[
                    ("Kontrakt", "Contract", 3.0),
                    ("Slut", "End", 1.2),
                    ("Dækker omlægning", "Covers conversion", 1.4),
                    ("Databehandleraftale", "Data processing", 1.4),
                ],
            ),
            rows: contracts,
            tight: false,
        }));
    }
    blocks.push(Block::Heading(2, said(head, "Åbne opgaver", "Open tasks")));
    blocks.push(Block::Table(Table {
        columns: columns(
            head,
            &[
                ("Opgave", "Task", 3.4),
                ("For", "For", 2.2),
                ("Status", "Status", 1.4),
                ("Frist", "Due", 1.1),
                ("Prognose", "Forecast", 1.1),
            ],
        ),
        rows: tasks
            .iter()
            .map(|task| {
                vec![
                    task.title.clone().into(),
                    task.subject.clone().into(),
                    task.status.clone().into(),
                    maybe_day(task.due, language).into(),
                    maybe_day(task.forecast, language).into(),
                ]
            })
            .collect(),
        tight: false,
    }));
    blocks.push(Block::Heading(2, said(head, "Krav", "Requirements")));
    blocks.push(Block::Table(Table {
        columns: columns(
            head,
            &[("System", "System", 2.4), ("Krav", "Requirement", 1.2), ("Resultat", "Result", 4.0)],
        ),
        rows: checks
            .iter()
            .map(|(system, requirement, light, words)| {
                vec![
                    system.clone().into(),
                    requirement.clone().into(),
                    Item::Light(*light, format!("{} – {words}", light.word(language))),
                ]
            })
            .collect(),
        tight: false,
    }));
    print(Sheet::A4, head, ("Leverandørstatus", "Supplier status"), 9.0, &blocks)
}

/// A letter type in the potential report.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Coverage {
    /// Key and name.
    pub letter: (String, String),
    /// Letters a year.
    pub volume: u64,
    /// Its score.
    pub score: f64,
    /// The level decided, in words.
    pub level: String,
    /// The share marked up as decided, as measured; none: nothing was seen.
    pub measured: Option<f64>,
    /// The share aimed at.
    pub target: Option<f64>,
    /// Expected a year, in DKK.
    pub expected_dkk: f64,
    /// Where the volume is from; none: nobody said.
    pub volume_origin: Option<FigureSource>,
    /// Letters a year as entered.
    pub entered: u64,
    /// What was counted, whether it was reckoned with or not.
    pub counted: Option<Measured>,
}

fn score(head: &Head, score: f64) -> String {
    let written = format!("{score:.2}");
    if head.language == brevdue_programme::Language::Da {
        written.replace('.', ",")
    } else {
        written
    }
}

/// An amount in whole DKK; a dash when it is none.
fn dkk(head: &Head, amount: f64) -> String {
    // Up to 2^53 whole amounts are exact; larger ones and what is no amount are not printed as one.
    let whole = amount.round();
    if (0.0..9_007_199_254_740_992.0).contains(&whole) {
        number(whole as u64, head.language)
    } else {
        "–".to_owned()
    }
}

/// The letters a year that are reckoned with and where they are from, and beside them what was counted or
/// entered.
fn volume(head: &Head, letter: &Coverage) -> String {
    let shown = |count| number(count, head.language);
    let origin = letter.volume_origin.unwrap_or(FigureSource::Estimate);
    let used = format!("{} ({})", shown(letter.volume), origin.label(head.language).to_lowercase());
    let Some(counted) = &letter.counted else { return used };
    let days = counted.days;
    let over = said(head, "dage", "days");
    if counted.enough {
        let word = said(head, "indtastet", "entered");
        format!("{used}, {days} {over}; {word} {}", shown(letter.entered))
    } else {
        let word = said(head, "for kort målt", "measured too briefly");
        format!("{used}; {word}: {} ({days} {over})", shown(counted.yearly.total()))
    }
}

/// R5: letter types in the order handed in.
///
/// # Errors
///
/// [`Unprintable`].
pub fn potential(head: &Head, letters: &[Coverage]) -> Result<Printed, Unprintable> {
    let percent = |share: Option<f64>| {
        share.map_or_else(|| "–".to_owned(), |share| format!("{:.0} %", share * 100.0))
    };
    let rows = (1..)
        .zip(letters)
        .map(|(rank, letter)| {
            vec![
                Item::Words(format!("{rank}")),
                format!("{} {}", letter.letter.0, letter.letter.1).into(),
                volume(head, letter).into(),
                score(head, letter.score).into(),
                letter.level.clone().into(),
                percent(letter.target).into(),
                percent(letter.measured).into(),
                dkk(head, letter.expected_dkk).into(),
            ]
        })
        .collect();
    let total: f64 =
        letters.iter().map(|letter| letter.expected_dkk).filter(|dkk| dkk.is_finite()).sum();
    let blocks = [
        Block::Text(format!(
            "{}: {} {}",
            said(head, "Ventet gevinst om året i alt", "Expected benefit a year in all"),
            dkk(head, total),
            said(head, "kr.", "DKK")
        )),
        Block::Table(Table {
            columns: columns(
                head,
                &[
                    ("Nr.", "No.", 0.5),
                    ("Brevtype", "Letter type", 3.6),
                    ("Breve om året", "Letters a year", 2.6),
                    ("Score", "Score", 0.8),
                    ("Ambition", "Level", 1.6),
                    ("Mål", "Target", 0.8),
                    ("Målt", "Measured", 0.9),
                    ("Ventet kr./år", "Expected DKK/year", 1.2),
                ],
            ),
            rows,
            tight: false,
        }),
    ];
    print(
        Sheet::A4Wide,
        head,
        ("MeMo-potentiale og gevinst", "MeMo potential and benefit"),
        9.0,
        &blocks,
    )
}

/// R8: who needs training and who has had it, by unit and audience.
///
/// # Errors
///
/// [`Unprintable`].
pub fn training(head: &Head, programme: &Programme) -> Result<Printed, Unprintable> {
    let mut totals: BTreeMap<(String, String), (u64, u64)> = BTreeMap::new();
    let mut rows = Vec::new();
    for (_, training) in programme.all::<Training>() {
        let total = totals.entry((training.unit.clone(), training.audience.clone())).or_default();
        total.0 += u64::from(training.trained);
        total.1 += u64::from(training.needed);
        rows.push(vec![
            Item::Words(training.name),
            training.unit.into(),
            training.audience.into(),
            maybe_day(training.day, head.language).into(),
            format!("{} / {}", training.trained, training.needed).into(),
        ]);
    }
    let bars = totals
        .into_iter()
        .map(|((unit, audience), (trained, needed))| {
            let share = if needed == 0 { 0.0 } else { trained as f64 / needed as f64 };
            (format!("{unit} – {audience}"), share, format!("{trained} / {needed}"))
        })
        .collect();
    let blocks = [
        Block::Heading(2, said(head, "Andel oplært", "Share trained")),
        Block::Bars(bars),
        Block::Heading(2, said(head, "Kurser", "Courses")),
        Block::Table(Table {
            columns: columns(
                head,
                &[
                    ("Kursus", "Course", 3.0),
                    ("Enhed", "Unit", 2.0),
                    ("Målgruppe", "Audience", 2.0),
                    ("Dato", "Date", 1.1),
                    ("Oplært", "Trained", 1.0),
                ],
            ),
            rows,
            tight: false,
        }),
    ];
    print(Sheet::A4, head, ("Uddannelsesdækning", "Training coverage"), 9.5, &blocks)
}

/// R11: who changed what, when, in the order handed in; without what a task's status says already, which the list
/// as CSV has.
///
/// # Errors
///
/// [`Unprintable`].
pub fn history(
    head: &Head,
    programme: &Programme,
    lines: &[HistoryLine],
) -> Result<Printed, Unprintable> {
    let language = head.language;
    let people = people(programme);
    let value = |field: Option<&Field>, value: &Value| -> String {
        let words = match value {
            Value::Null => "–".to_owned(),
            Value::Object(_) => said(head, "(hele objektet)", "(the whole object)"),
            Value::String(key)
                if field.is_some_and(|one| one.kind == FieldKind::Ref(Kind::Person)) =>
            {
                people.get(key).unwrap_or(key).clone()
            }
            value if field.is_some() => {
                field.map_or_else(String::new, |one| one.show(value, language))
            }
            Value::String(words) => words.clone(),
            other => other.to_string(),
        };
        let mut short: String = words.chars().take(160).collect();
        if short.len() < words.len() {
            short.push('…');
        }
        short
    };
    let rows = lines
        .iter()
        .take(HISTORY)
        .filter(|line| !is_told_by_status(line.kind, line.field.as_deref()))
        .map(|line| {
            let local = brevdue_memo::copenhagen::local(line.at);
            let day = brevdue_programme::Day::of(line.at).ok();
            let field = line.field.as_ref().and_then(|name| recorded(line.kind, name));
            let who = match line.who.as_str() {
                BY_CONDITION => said(head, "Betingelsen", "The condition"),
                who => people.get(who).cloned().unwrap_or_else(|| who.to_owned()),
            };
            vec![
                Item::Words(format!(
                    "{} {:02}:{:02}",
                    maybe_day(day, head.language),
                    local.hour,
                    local.minute
                )),
                who.into(),
                format!("{} {}", kind_name(line.kind, language), line.key).into(),
                match (field, &line.field) {
                    (Some(field), _) => field.label(language).into(),
                    (None, name) => name.clone().unwrap_or_default().into(),
                },
                value(field, &line.from).into(),
                value(field, &line.to).into(),
                line.reason.clone().into(),
            ]
        })
        .collect();
    let mut blocks = Vec::new();
    if lines.len() > HISTORY {
        blocks.push(Block::Text(format!(
            "{} {HISTORY} {} {}",
            said(head, "Viser", "Shows"),
            said(head, "af", "of"),
            lines.len()
        )));
    }
    blocks.push(Block::Table(Table {
        columns: columns(
            head,
            &[
                ("Hvornår", "When", 1.5),
                ("Hvem", "Who", 1.1),
                ("Hvad", "What", 1.9),
                ("Felt", "Field", 1.2),
                ("Fra", "From", 2.0),
                ("Til", "To", 2.0),
                ("Hvorfor", "Why", 2.0),
            ],
        ),
        rows,
        tight: false,
    }));
    print(
        Sheet::A4Wide,
        head,
        ("Beslutnings- og ændringslog", "Log of decisions and changes"),
        8.5,
        &blocks,
    )
}
