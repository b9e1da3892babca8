//! A programme of an invented municipality, for tests and specimens.

#![allow(clippy::unwrap_used, reason = "all of it is written here")]
#![allow(dead_code, reason = "specimens need less of it than tests")]

use std::collections::BTreeMap;

use brevdue_memo::Timestamp;
use brevdue_programme::objects::{
    ContactPoint, Direction, Interface, Kind, LetterType, Lifecycle, Milestone, Object, Person,
    Risk, Supplier, System, SystemRole,
};
use brevdue_programme::programme::Held;
use brevdue_programme::{Day, Key, Language, Programme, ProgrammeId};

use brevdue_office::paper::{Gantt, GanttRow, Head, Light};
use brevdue_office::reports::{Deadline, MilestoneStatus, RiskLine, Status, TaskRef};
use brevdue_office::workbook::{Export, MilestoneLine, RequirementLine, TaskLine, VolumeLine};

pub(crate) fn key(text: &str) -> Key {
    text.parse().unwrap()
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub(crate) fn at() -> Timestamp {
    "2026-03-02T08:00:00Z".parse().unwrap()
}

pub(crate) fn id() -> ProgrammeId {
    "6c3b2f30-0f8e-4a52-9d0a-1f63a4a7a001".parse().unwrap()
}

pub(crate) fn insert<T: Object>(programme: &mut Programme, name: &str, object: &T) {
    programme.insert(
        T::KIND,
        key(name),
        Held { version: 1, body: serde_json::to_value(object).unwrap() },
    );
}

/// A programme with so many systems, and two tasks for each of them beside those of the programme.
pub(crate) fn sample(systems: usize) -> Sample {
    let mut programme = Programme::default();
    let person = Person {
        name: "Mette Lindø".into(),
        email: "mette@eksempel.dk".into(),
        ..Person::default()
    };
    insert(&mut programme, "P-001", &person);
    insert(&mut programme, "P-002", &Person { name: "Bo Hald".into(), ..Person::default() });
    for n in 1..=3 {
        let supplier = Supplier {
            name: format!("Leverandør {n} A/S"),
            confidence: Some(3),
            ..Supplier::default()
        };
        insert(&mut programme, &format!("L-{n:03}"), &supplier);
    }
    let mut tasks = Vec::new();
    for n in 1..=systems {
        let system = System {
            name: format!("Fagsystem {n}"),
            description: if n == 1 {
                "=1+1".into()
            } else {
                format!("Breve; nr. {n}\nanden linje")
            },
            role: Some(SystemRole::Sender),
            lifecycle: Some(Lifecycle::InUse),
            units: vec!["Ældre; pleje".into(), "Børn\\unge".into()],
            owner: Some(key("P-001")),
            supplier: Some(key(&format!("L-{:03}", n % 3 + 1))),
            retire_date: (n % 4 == 0).then(|| day("2027-12-31")),
            interfaces: vec![Interface {
                direction: Some(Direction::Out),
                host: "post.eksempel.dk".into(),
                active: true,
                max_size_mb: Some(99.5),
                ..Interface::default()
            }],
            ..System::default()
        };
        let name = format!("S-{n:03}");
        insert(&mut programme, &name, &system);
        for task in ["OP3-T01", "OP3-T08"] {
            tasks.push(TaskLine {
                key: key(&format!("{task}.{name}")),
                task: task.parse().unwrap(),
                subject: Some(key(&name)),
                package: "Afsendersystemer".into(),
                area: "DAT".into(),
                title: if task == "OP3-T01" { "Kortlæg systemet" } else { "Afprøv forbindelsen" }
                    .into(),
                subject_name: format!("Fagsystem {n}"),
                obligation: "skal".into(),
                role: "Systemejer".into(),
                due: Some(day("2026-06-12").plus_days(n as i32 % 60)),
                forecast: Some(day("2026-06-20")),
                after: if task == "OP3-T01" {
                    vec![]
                } else {
                    vec![key(&format!("OP3-T01.{name}"))]
                },
            });
        }
    }
    let letter = LetterType {
        name: "Indkaldelse til forløb".into(),
        citizens: 4000,
        ..LetterType::default()
    };
    insert(&mut programme, "B-001", &letter);
    let point = ContactPoint {
        name: "Borgerservice".into(),
        visible_to_citizens: true,
        ..ContactPoint::default()
    };
    insert(&mut programme, "KP-001", &point);
    let risk = Risk {
        title: "-Leverandør bliver forsinket".into(),
        probability: 3,
        consequence: 4,
        action: "+45 ring".into(),
        ..Risk::default()
    };
    insert(&mut programme, "R-001", &risk);
    let golive = Milestone {
        day: Some(day("2027-01-04")),
        baseline: Some(day("2027-01-04")),
        ..Milestone::default()
    };
    insert(&mut programme, "GOLIVE", &golive);
    let milestone =
        |id: &str, name: &str| MilestoneLine { id: id.parse().unwrap(), name: name.into() };
    Sample {
        programme,
        tasks,
        milestones: vec![milestone("GOLIVE", "Idriftsættelse"), milestone("MEMO_ONLY", "Kun MeMo")],
        requirements: vec![RequirementLine {
            requirement: "MK-A2".into(),
            title: "Sender kun MeMo".into(),
            subject: "S-001".into(),
            result: "ingen evidens".into(),
            ..RequirementLine::default()
        }],
        figures: BTreeMap::from([((Kind::System, key("S-001")), 83.0)]),
        volumes: BTreeMap::new(),
    }
}

pub(crate) struct Sample {
    pub(crate) programme: Programme,
    pub(crate) tasks: Vec<TaskLine>,
    pub(crate) milestones: Vec<MilestoneLine>,
    pub(crate) requirements: Vec<RequirementLine>,
    pub(crate) figures: BTreeMap<(Kind, Key), f64>,
    pub(crate) volumes: BTreeMap<Key, VolumeLine>,
}

impl Sample {
    pub(crate) fn export(&self, language: Language) -> Export<'_> {
        Export {
            id: id(),
            programme: &self.programme,
            language,
            as_of: at(),
            catalogue_version: "2026-11",
            tasks: &self.tasks,
            milestones: &self.milestones,
            requirements: &self.requirements,
            figures: &self.figures,
            volumes: &self.volumes,
        }
    }
}

pub(crate) fn head(language: Language) -> Head {
    Head {
        language,
        authority: "Lindholm Kommune".into(),
        programme: "Digital Post 2027".into(),
        as_of: at(),
        filter: String::new(),
        catalogue_version: "2026-11".into(),
        measured: 212,
        stated: 38,
        waivers: vec![
            "MK-B3 for S-017 Arkivsystem: udfases før fristen (godkendt af projektejer)".into(),
        ],
    }
}

pub(crate) fn large_status() -> Status {
    let task = |n: usize, title: &str| TaskRef {
        key: format!("OP3-T{n:02}"),
        title: title.to_owned(),
        subject: format!("Fagsystem {n} til meget lange navne i forvaltningen"),
        assignee: "Mette Lindø-Sørensen".into(),
        due: Some(day("2026-02-01").plus_days(n as i32)),
        ..TaskRef::default()
    };
    let milestone = |name: &str, light, late: i32| MilestoneStatus {
        name: name.into(),
        baseline: Some(day("2026-06-01")),
        forecast: Some(day("2026-06-01").plus_days(late)),
        reached: None,
        light,
    };
    let deadline = |name: &str, light| Deadline {
        name: name.into(),
        day: Some(day("2027-01-04")),
        light,
        systems: (41, 60),
        messages: Some((1_204_331, 1_250_000)),
        without_evidence: 12,
    };
    Status {
        light: Light::Red,
        reasons: vec![
            "MK-A2 fejler for 3 systemer efter Kun MeMo".into(),
            "14 opgaver, der skal løses, er over frist".into(),
            "Klarmelding ventes 4 måneder efter baseline".into(),
            "en mere".into(),
        ],
        by_hand: Some((
            Light::Yellow,
            "Leverandøren har lovet en rettelse i uge 12, og styregruppen følger den.".into(),
        )),
        tasks: (300, 171, 22),
        deadlines: vec![
            deadline("Idriftsættelse", Light::Yellow),
            deadline("Kun MeMo", Light::Red),
        ],
        milestones: [
            "Programstart",
            "Kortlægning færdig",
            "Scope besluttet",
            "Aftaler på plads",
            "Klar til test",
            "Klarmelding",
            "Omstillingsperiode",
            "Idriftsættelse",
            "Overtaget af drift",
            "Kun MeMo",
            "Legacy lukket",
            "MeMo 1.2 obligatorisk",
            "Gevinstopfølgning",
        ]
        .iter()
        .enumerate()
        .map(|(n, name)| {
            milestone(
                name,
                [Light::Green, Light::Yellow, Light::Red, Light::Unknown][n % 4],
                n as i32 * 12,
            )
        })
        .collect(),
        overdue: (1..=22).map(|n| task(n, "Afprøv forbindelsen med et brev")).collect(),
        risks: (1..=9)
            .map(|n| RiskLine {
                title: format!(
                    "Risiko {n}: leverandøren når ikke at omlægge inden fristen, som er flyttet"
                ),
                weight: (4, 5),
                action: "Ugentligt møde, plan for erstatning, brev til direktionen".into(),
                owner: "Bo Hald".into(),
            })
            .collect(),
        decisions: (1..=7)
            .map(|n| (format!("Skal system {n} erstattes før tid?"), Some(day("2026-03-20"))))
            .collect(),
        next: (1..=30).map(|n| task(n, "Indgå aftale om omlægning")).collect(),
    }
}

pub(crate) fn some_plan() -> (Gantt, Vec<TaskRef>) {
    let areas = [("ORG", "#FFD24A"), ("KOM", "#1E7B3A"), ("DAT", "#0B5CAD"), ("UDD", "#F28C28")];
    let start = day("2026-01-05");
    let rows: Vec<GanttRow> = (0..60)
        .map(|n: i32| GanttRow {
            label: format!("OP{} Opgave nummer {n} med et navn af rimelig længde", n / 6),
            area: areas[n as usize % 4].0.into(),
            fill: areas[n as usize % 4].1.into(),
            start: start.plus_days(n * 7),
            end: start.plus_days(n * 7 + 40),
            baseline: Some(start.plus_days(n * 7 + 30)),
            percent: if n < 10 { 100 } else { (60 - n).max(0) as u8 },
            critical: n % 5 == 0,
        })
        .collect();
    let tasks = rows
        .iter()
        .map(|row| TaskRef {
            key: "OP3-T01.S-001".into(),
            title: row.label.clone(),
            area: row.area.clone(),
            status: "I gang".into(),
            due: Some(row.end),
            critical: row.critical,
            ..TaskRef::default()
        })
        .collect();
    let milestones = vec![
        ("Klarmelding".into(), day("2026-12-07"), Some(day("2026-11-23"))),
        ("Idriftsættelse".into(), day("2027-01-04"), Some(day("2027-01-04"))),
        ("Kun MeMo".into(), day("2027-01-04"), None),
    ];
    (Gantt { span: (start, day("2027-04-01")), today: day("2026-03-02"), milestones, rows }, tasks)
}
