//! Programmes of an invented municipality for tests.

use std::collections::BTreeMap;

use brevdue_memo::Timestamp;
use brevdue_programme::objects::{
    ContactPoint, Direction, Interface, Kind, LetterType, Lifecycle, Milestone, Object, Person, Risk,
    Supplier, System, SystemRole,
};
use brevdue_programme::programme::Held;
use brevdue_programme::{Day, Key, Language, Programme, ProgrammeId};

use crate::cells::body_of;
use crate::workbook::{Export, MilestoneLine, RequirementLine, TaskLine};

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
    programme.insert(T::KIND, key(name), Held { version: 1, body: body_of(object) });
}

/// A programme with so many systems, and two tasks for each of them beside those of the programme.
pub(crate) fn sample(systems: usize) -> Sample {
    let mut programme = Programme::default();
    let person = Person { name: "Mette Lindø".into(), email: "mette@eksempel.dk".into(), ..Person::default() };
    insert(&mut programme, "P-001", &person);
    insert(&mut programme, "P-002", &Person { name: "Bo Hald".into(), ..Person::default() });
    for n in 1..=3 {
        let supplier = Supplier { name: format!("Leverandør {n} A/S"), confidence: Some(3), ..Supplier::default() };
        insert(&mut programme, &format!("L-{n:03}"), &supplier);
    }
    let mut tasks = Vec::new();
    for n in 1..=systems {
        let system = System {
            name: format!("Fagsystem {n}"),
            description: if n == 1 { "=1+1".into() } else { format!("Breve; nr. {n}\nanden linje") },
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
                title: if task == "OP3-T01" { "Kortlæg systemet" } else { "Afprøv forbindelsen" }.into(),
                subject_name: format!("Fagsystem {n}"),
                obligation: "skal".into(),
                role: "Systemejer".into(),
                due: Some(day("2026-06-12").plus_days(n as i32 % 60)),
                forecast: Some(day("2026-06-20")),
                after: if task == "OP3-T01" { vec![] } else { vec![key(&format!("OP3-T01.{name}"))] },
            });
        }
    }
    let letter = LetterType { name: "Indkaldelse til forløb".into(), citizens: 4000, ..LetterType::default() };
    insert(&mut programme, "B-001", &letter);
    let point = ContactPoint { name: "Borgerservice".into(), visible_to_citizens: true, ..ContactPoint::default() };
    insert(&mut programme, "KP-001", &point);
    let risk = Risk {
        title: "-Leverandør bliver forsinket".into(),
        probability: 3,
        consequence: 4,
        action: "+45 ring".into(),
        ..Risk::default()
    };
    insert(&mut programme, "R-001", &risk);
    let golive = Milestone { day: Some(day("2027-01-04")), baseline: Some(day("2027-01-04")), ..Milestone::default() };
    insert(&mut programme, "GOLIVE", &golive);
    let milestone = |id: &str, name: &str| MilestoneLine { id: id.parse().unwrap(), name: name.into() };
    Sample {
        programme,
        tasks,
        milestones: vec![milestone("GOLIVE", "Idriftsættelse"), milestone("MEMO_ONLY", "Kun MeMo")],
        requirements: vec![RequirementLine {
            requirement: "MK-A2".into(),
            title: "Sender kun MeMo".into(),
            subject: "S-001".into(),
            result: "ingen dokumentation".into(),
            ..RequirementLine::default()
        }],
        figures: BTreeMap::from([((Kind::System, key("S-001")), 83.0)]),
    }
}

pub(crate) struct Sample {
    pub(crate) programme: Programme,
    pub(crate) tasks: Vec<TaskLine>,
    pub(crate) milestones: Vec<MilestoneLine>,
    pub(crate) requirements: Vec<RequirementLine>,
    pub(crate) figures: BTreeMap<(Kind, Key), f64>,
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
        }
    }
}
