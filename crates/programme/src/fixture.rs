//! A small catalogue and programme for tests of the engine.

use std::collections::{BTreeMap, BTreeSet};

use brevdue_memo::Timestamp;

use crate::beginning::{Beginning, begin};
use crate::catalogue::{
    Catalogue, DoneWhen, Due, MilestoneKind, Obligation, Package, Per, Profile, ProfileDate,
    Provenance, SystemSide, Task, Variant,
};
use crate::change::{Change, outcome};
use crate::day::Day;
use crate::ids::Key;
use crate::objects::{AuthorityKind, Interface, System, SystemRole, Track};
use crate::programme::Programme;
use crate::text::Bilingual;

/// Runs what never waits.
pub(crate) fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("memory never waits"),
    }
}

pub(crate) fn key(text: &str) -> Key {
    text.parse().unwrap()
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A must task done by hand; change what a test is about.
pub(crate) fn task(id: &str, per: Per, due: Option<(&str, i32)>, depends_on: &[&str]) -> Task {
    Task {
        id: id.parse().unwrap(),
        package: if id.starts_with('L') { "LIGHT" } else { "OP3" }.parse().unwrap(),
        title: Bilingual::new(id, id),
        description: Bilingual::default(),
        help: Bilingual::default(),
        obligation: Obligation::Must,
        roles: vec!["sysowner".parse().unwrap()],
        per,
        systems: None,
        inputs: vec![],
        outputs: vec![],
        due: due.map(|(milestone, weeks)| Due { milestone: milestone.parse().unwrap(), weeks }),
        from: None,
        again: None,
        depends_on: depends_on.iter().map(|id| id.parse().unwrap()).collect(),
        done_when: DoneWhen::Manual,
        requirements: vec![],
        condenses: vec![],
        steps: vec![],
        sources: vec![],
        provenance: Provenance::Proposed,
    }
}

fn milestone(id: &str, weeks: Option<(i32, i32)>) -> MilestoneKind {
    MilestoneKind {
        id: id.parse().unwrap(),
        name: Bilingual::new(id, id),
        meaning: Bilingual::default(),
        official: matches!(id, "GOLIVE" | "MEMO_ONLY"),
        window: id == "CUTOVER",
        weeks_from_golive: weeks.map(|weeks| weeks.0),
        weeks_from_golive_light: weeks.map(|weeks| weeks.1),
        provenance: Provenance::Proposed,
    }
}

fn profile(id: &str, dates: Vec<(&str, ProfileDate)>) -> Profile {
    let dates = dates.into_iter().map(|(id, date)| (id.parse().unwrap(), date)).collect();
    let name = Bilingual::new(id, id);
    Profile { id: id.parse().unwrap(), name, meaning: Bilingual::default(), dates }
}

fn on(text: &str, time: Option<&str>) -> ProfileDate {
    ProfileDate::On { day: day(text), time: time.map(str::to_owned), until: None }
}

/// Sender tasks per system, letters, a supplier's task, the declaration of readiness, and two light tasks.
pub(crate) fn catalogue() -> Catalogue {
    let package = |id: &str, variant| Package {
        id: id.parse().unwrap(),
        number: None,
        name: Bilingual::new(id, id),
        area: (variant == Variant::Full).then(|| "DAT".parse().unwrap()),
        purpose: Bilingual::default(),
        variant,
        name_provenance: Provenance::Confirmed,
        purpose_provenance: Provenance::Confirmed,
        sources: vec![],
        documents: vec![],
    };
    let same = |id: &str| ProfileDate::As { same_as: id.parse().unwrap() };
    let sender = |task: Task| Task { systems: Some(SystemSide::Sender), ..task };
    let receiver = |task: Task| Task { systems: Some(SystemSide::Receiver), ..task };
    let mut light = task("L1", Per::Programme, Some(("START", 2)), &[]);
    light.condenses = vec!["OP3-T01".parse().unwrap()];
    let memo = Task {
        obligation: Obligation::MustAtMemoOnly,
        done_when: DoneWhen::ChecksPass(vec!["MK-A2".parse().unwrap()]),
        ..sender(task("OP3-T08", Per::System, Some(("MEMO_ONLY", -12)), &["OP3-T04"]))
    };
    Catalogue {
        version: "test".into(),
        publisher: "test".into(),
        areas: vec![],
        roles: vec![],
        milestones: vec![
            milestone("START", None),
            milestone("MAPPED", Some((-40, -20))),
            milestone("READY", Some((-4, -3))),
            milestone("CUTOVER", None),
            milestone("GOLIVE", None),
            milestone("MEMO_ONLY", None),
            milestone("LEGACY_OFF", None),
        ],
        profiles: vec![
            profile(
                "NEW",
                vec![
                    ("GOLIVE", ProfileDate::AfterStart { weeks: 52, weeks_light: 26 }),
                    ("MEMO_ONLY", same("GOLIVE")),
                    ("LEGACY_OFF", same("MEMO_ONLY")),
                    ("CUTOVER", ProfileDate::Empty { empty: true }),
                ],
            ),
            profile(
                "ACTUAL",
                vec![
                    ("START", on("2020-08-01", None)),
                    ("GOLIVE", on("2022-03-21", None)),
                    ("MEMO_ONLY", on("2023-11-30", None)),
                    ("LEGACY_OFF", on("2023-12-05", Some("12:00"))),
                ],
            ),
        ],
        packages: vec![package("OP3", Variant::Full), package("LIGHT", Variant::Light)],
        tasks: vec![
            task("OP3-T01", Per::Programme, Some(("MAPPED", 0)), &[]),
            sender(task("OP3-T04", Per::System, Some(("MAPPED", 4)), &["OP3-T01"])),
            memo,
            sender(task("OP3-T09", Per::System, Some(("READY", 0)), &["OP3-T04"])),
            receiver(task("OP3-T10", Per::System, Some(("READY", -1)), &["OP3-T01"])),
            task("OP3-T11", Per::LetterType, Some(("MAPPED", 8)), &["OP3-T04"]),
            task("OP3-T12", Per::Supplier, Some(("READY", -2)), &["OP3-T04"]),
            task("OP3-T13", Per::System, Some(("READY", 0)), &["OP3-T09", "OP3-T10", "OP3-T12"]),
            task("OP3-T20", Per::Programme, Some(("GOLIVE", 0)), &["OP3-T13", "OP3-T11"]),
            light,
            task("L2", Per::Programme, Some(("READY", 0)), &["L1"]),
        ],
        requirements: vec![],
        archetypes: vec![],
        letters: vec![],
        sources: BTreeMap::new(),
    }
}

pub(crate) fn apply(programme: &mut Programme, changes: &[Change]) {
    let outcome = outcome(programme, changes, "pm", "", at("2026-01-02T08:00:00Z")).unwrap();
    programme.put(&outcome.writes);
}

pub(crate) fn system(role: SystemRole) -> System {
    let interfaces = vec![Interface::default()];
    System { name: "Brev".into(), role: Some(role), interfaces, ..System::default() }
}

pub(crate) fn beginning(profile: &str, variant: Variant, start: &str) -> Beginning {
    Beginning {
        name: "Omlægning".into(),
        authority: "Egelev Kommune".into(),
        cvr: BTreeSet::from(["11223344".to_owned()]),
        kind: AuthorityKind::Kommune,
        track: Track::NewAdoption,
        variant,
        profile: profile.parse().unwrap(),
        start: day(start),
    }
}

/// A programme with a sender `S-1` and a receiver `S-2`.
pub(crate) fn programme(profile: &str, start: &str) -> Programme {
    let mut programme = Programme::default();
    let begun = begin(&beginning(profile, Variant::Full, start), &catalogue()).unwrap();
    apply(&mut programme, &begun);
    let systems = [
        Change::add(key("S-1"), &system(SystemRole::Sender)),
        Change::add(key("S-2"), &system(SystemRole::Receiver)),
    ];
    apply(&mut programme, &systems);
    programme
}
