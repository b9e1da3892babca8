//! Twenty people who change a programme while somebody edits its workbook in an office program: the same
//! programme each time, so that what comes back can be read against it.
//!
//! Everything goes through `Programmes`, as on the pages: rights, rules of tasks, history, versions.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use brevdue_memo::Timestamp;
use brevdue_office::calendar::Told;
use brevdue_office::incoming::{Against, NotRead, Sort};
use brevdue_office::of_plan::Whose;
use brevdue_office::reporting::Asked;
use brevdue_programme::beginning::{Beginning, begin};
use brevdue_programme::catalogue::{Catalogue, DoneWhen};
use brevdue_programme::change::Change;
use brevdue_programme::memory::Memory;
use brevdue_programme::objects::{
    Communication, ContactPoint, Contract, Criticality, Decision, Interface, Kind, LetterType,
    Milestone, Object, Person, Risk, Stakeholder, Supplier, System, SystemRole, TaskState,
    Training,
};
use brevdue_programme::permissions::Actor;
use brevdue_programme::programmes::{By, Judged};
use brevdue_programme::{Key, Language, Programmes};
use serde_json::{Value, json};

use crate::Fault;
use crate::testing::{at, id, key};

/// How many people change something meanwhile.
pub(crate) const PEOPLE: usize = 20;

/// When they do.
const LATER: &str = "2026-03-04T09:30:00Z";

/// Who edits the workbook and brings it back.
const IMPORTER: &str = "P-001";

/// A programme in memory, where nothing has to be waited for.
pub(crate) struct Office {
    programmes: Programmes,
    at: Timestamp,
}

fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("memory keeps nobody waiting"),
    }
}

fn role(n: usize) -> &'static str {
    match n {
        1 => "pm",
        2 => "owner",
        9 | 10 | 19 => "arch",
        11 => "letters",
        12 => "mailroom",
        13 | 20 => "comms",
        14 => "train",
        15 | 16 => "contract",
        18 => "test",
        _ => "sysowner",
    }
}

impl Office {
    /// The programme as it is exported.
    pub(crate) fn begin() -> Result<Self, Fault> {
        let programmes = Programmes::new(Arc::new(Memory::default()));
        let beginning: Beginning = serde_json::from_value(json!({
            "name": "Digital Post 2027", "authority": "Lindholm Kommune", "kind": "kommune",
            "track": "new_adoption", "variant": "full", "profile": "NEW", "start": "2026-01-05",
        }))?;
        let mut changes = begin(&beginning, Catalogue::shipped())?;
        for n in 1..=PEOPLE {
            let person = Person {
                name: format!("Person {n}"),
                roles: [role(n).parse()?].into(),
                ..Person::default()
            };
            changes.push(Change::add(key(&format!("P-{n:03}")), &person));
        }
        for n in 1..=3 {
            let supplier = Supplier { name: format!("Leverandør {n} A/S"), ..Supplier::default() };
            changes.push(Change::add(key(&format!("L-{n:03}")), &supplier));
        }
        for n in 1..=30 {
            let system = System {
                name: format!("Fagsystem {n}"),
                role: Some(SystemRole::Sender),
                owner: Some(key(&format!("P-{:03}", (n - 1) % PEOPLE + 1))),
                supplier: Some(key(&format!("L-{:03}", if n % 2 == 0 { 1 } else { 3 }))),
                interfaces: vec![Interface {
                    host: "post.eksempel.dk".into(),
                    ..Interface::default()
                }],
                ..System::default()
            };
            changes.push(Change::add(key(&format!("S-{n:03}")), &system));
        }
        let letter =
            LetterType { name: "Indkaldelse".into(), citizens: 4000, ..LetterType::default() };
        let point = ContactPoint { name: "Borgerservice".into(), ..ContactPoint::default() };
        let contract = Contract { name: "Rammeaftale".into(), ..Contract::default() };
        let risk =
            Risk { title: "Sent svar".into(), probability: 2, consequence: 4, ..Risk::default() };
        let course = Training { name: "Ny postkasse".into(), needed: 40, ..Training::default() };
        changes.extend([
            Change::add(key("B-001"), &letter),
            Change::add(key("KP-001"), &point),
            Change::add(key("K-001"), &contract),
            Change::add(key("R-001"), &risk),
            Change::add(key("U-001"), &course),
        ]);
        let by = By { actor: Actor::Person(key(IMPORTER)), reason: "", at: at() };
        ready(programmes.begin(id(), &changes, by))?;
        Ok(Self { programmes, at: at() })
    }

    fn judged(&self) -> Result<Arc<Judged>, Fault> {
        ready(self.programmes.judged(id(), self.at))?.ok_or_else(|| "no programme".into())
    }

    /// The workbook as it is exported.
    pub(crate) fn workbook(&self) -> Result<Vec<u8>, Fault> {
        let judged = self.judged()?;
        let asked = Asked {
            id: id(),
            judged: &judged,
            language: Language::Da,
            supplier: None,
            history: &[],
        };
        Ok(asked.workbook()?)
    }

    /// A task for the system S-017 that its owner closes by hand.
    pub(crate) fn task(&self) -> Result<Key, Fault> {
        let judged = self.judged()?;
        let found = judged.plan.instances().iter().find(|one| {
            let task = &judged.plan.task_of(one).task;
            one.subject.as_ref().is_some_and(|subject| subject.as_str() == "S-017")
                && task.roles.iter().any(|role| role.as_str() == "sysowner")
                && task.done_when == DoneWhen::Manual
        });
        found.map(|one| one.key.clone()).ok_or_else(|| "S-017 has no task of its owner".into())
    }

    /// One person makes one change; told as field and value.
    fn change(&self, who: usize, change: Change) -> Result<Value, Fault> {
        let who = format!("P-{who:03}");
        let by = By { actor: Actor::Person(key(&who)), reason: "", at: self.at };
        ready(self.programmes.change(id(), std::slice::from_ref(&change), by))?;
        let (_, line) = ready(self.programmes.history(id(), None, None, 1))?.remove(0);
        Ok(json!({
            "who": who, "kind": change.kind.word(), "key": change.key,
            "field": line.field, "to": line.to,
        }))
    }

    fn edit<T: Object>(
        &self,
        who: usize,
        name: &str,
        edit: impl FnOnce(&mut T),
    ) -> Result<Value, Fault> {
        let programme = ready(self.programmes.open(id()))?.ok_or("no programme")?;
        let before: T = programme.get(&key(name)).ok_or_else(|| format!("no {name}"))?;
        let mut after = before.clone();
        edit(&mut after);
        self.change(who, Change::edit(key(name), &before, &after).ok_or("nothing changes")?)
    }

    /// The twenty, one after the other, each within their own rights.
    pub(crate) fn meanwhile(&mut self) -> Result<Vec<Value>, Fault> {
        self.at = LATER.parse()?;
        let later = |day: &mut Option<brevdue_programme::Day>, days| {
            *day = day.map(|day| day.plus_days(days));
        };
        let mut told = vec![
            self.edit(1, "GOLIVE", |golive: &mut Milestone| later(&mut golive.day, 14))?,
            self.change(
                2,
                Change::add(
                    key("D-001"),
                    &Decision { title: "Vi følger planen".into(), ..Decision::default() },
                ),
            )?,
        ];
        for n in 3..=8 {
            let note = format!("Andres note {n}");
            told.push(
                self.edit(n, &format!("S-{n:03}"), |system: &mut System| system.note = note)?,
            );
        }
        told.push(self.edit(9, "S-009", |system: &mut System| system.name = "Andres navn".into())?);
        told.push(self.edit(10, "S-010", |system: &mut System| {
            system.criticality = Some(Criticality::High);
        })?);
        told.push(self.edit(11, "B-001", |letter: &mut LetterType| letter.citizens = 4444)?);
        told.push(self.edit(12, "KP-001", |point: &mut ContactPoint| {
            point.description = "Andres tekst".into();
        })?);
        let line =
            Communication { message: "Ny postkasse på vej".into(), ..Communication::default() };
        told.push(self.change(13, Change::add(key("M-001"), &line))?);
        told.push(self.edit(14, "U-001", |course: &mut Training| course.trained = 12)?);
        told.push(self.edit(15, "K-001", |contract: &mut Contract| {
            contract.note = "Andres note".into();
        })?);
        told.push(self.edit(16, "L-002", |supplier: &mut Supplier| {
            supplier.notes = "Andres note".into();
        })?);
        let task = self.task()?;
        let mut state: TaskState = serde_json::from_value(json!({
            "task": task.as_str().split('.').next(), "subject": "S-017",
        }))?;
        state.percent = 30;
        told.push(self.change(17, Change::add(task, &state))?);
        told.push(self.edit(18, "R-001", |risk: &mut Risk| risk.probability = 5)?);
        told.push(self.edit(19, "S-019", |system: &mut System| {
            let more = Interface { host: "ny.eksempel.dk".into(), ..Interface::default() };
            system.interfaces.push(more);
        })?);
        let stakeholder =
            Stakeholder { name: "Borgere uden MitID".into(), affected: 3, ..Default::default() };
        told.push(self.change(20, Change::add(key("I-001"), &stakeholder))?);
        Ok(told)
    }

    /// What a file comes to, and the programme after it was taken in: all that is in nobody's way, and the
    /// conflicts about the named objects.
    pub(crate) fn import(&mut self, file: &[u8], mine: &[&str]) -> Result<Value, Fault> {
        let judged = self.judged()?;
        let programme = &judged.programme;
        let against = Against { id: id(), programme, tasks: &[] };
        let read = Sort::of(file).and_then(|sort| sort.read(file, against, None));
        let diff = match read {
            Ok(read) => read.diff,
            Err(NotRead::Whole(why)) => return Ok(json!({ "refused": why })),
            Err(NotRead::Faults(faults)) => return Ok(json!({ "faults": faults })),
        };
        let mut chosen: BTreeSet<usize> = diff.plain();
        chosen.extend(diff.lines.iter().enumerate().filter_map(|(index, line)| {
            let name = format!("{}/{}", line.kind.word(), line.key);
            mine.contains(&name.as_str()).then_some(index)
        }));
        let changes = diff.changes(programme, &diff.with_needed(&chosen));
        let by = By { actor: Actor::Person(key(IMPORTER)), reason: "import", at: self.at };
        let after = ready(self.programmes.change(id(), &changes, by))?;
        let mut objects = serde_json::Map::new();
        for kind in Kind::ALL {
            for (key, held) in after.all_held(*kind) {
                objects.insert(format!("{}/{key}", kind.word()), held.body.clone());
            }
        }
        let history = ready(self.programmes.history(id(), None, None, 10_000))?;
        let history: Vec<Value> = history
            .into_iter()
            .map(|(_, line)| json!([line.who, line.kind.word(), line.key, line.field, line.reason]))
            .collect();
        Ok(json!({ "lines": diff.lines, "objects": objects, "history": history }))
    }

    /// A calendar as a feed tells it; what it told is kept as a store keeps it.
    pub(crate) fn calendar(&self, whose: Whose<'_>, told: &mut String) -> Result<String, Fault> {
        let judged = self.judged()?;
        let asked = Asked {
            id: id(),
            judged: &judged,
            language: Language::Da,
            supplier: None,
            history: &[],
        };
        let before: Told =
            if told.is_empty() { Told::default() } else { serde_json::from_str(told)? };
        let (next, text) = asked.calendar(whose, &before);
        *told = serde_json::to_string(&next)?;
        Ok(text)
    }
}
