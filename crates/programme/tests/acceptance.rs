//! What the shipped catalogue and the engine promise together.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};

use brevdue_memo::Timestamp;
use brevdue_programme::beginning::{Beginning, begin, switch};
use brevdue_programme::catalogue::{Catalogue, Obligation, Per, Variant};
use brevdue_programme::change::{Change, outcome};
use brevdue_programme::objects::{
    AuthorityKind, LetterType, Milestone, Override, Settings, Status, Supplier, System, SystemRole,
    TaskState, Track,
};
use brevdue_programme::plan::{Plan, cycle};
use brevdue_programme::{Day, Key, Programme};

fn key(text: &str) -> Key {
    text.parse().unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    "2026-01-02T08:00:00Z".parse().unwrap()
}

fn apply(programme: &mut Programme, changes: &[Change]) {
    let done = outcome(programme, changes, "pm", "", now()).unwrap();
    programme.put(&done.writes);
}

fn begun(profile: &str, variant: Variant, start: &str) -> Programme {
    let beginning = Beginning {
        name: "Omlægning".into(),
        authority: "Egelev Kommune".into(),
        cvr: BTreeSet::from(["11223344".to_owned()]),
        kind: AuthorityKind::Kommune,
        track: Track::Authority,
        variant,
        profile: profile.parse().unwrap(),
        start: day(start),
    };
    let mut programme = Programme::default();
    apply(&mut programme, &begin(&beginning, Catalogue::shipped()).unwrap());
    programme
}

fn register(programme: &mut Programme, systems: usize, letters: usize) {
    let mut changes = Vec::new();
    for number in 0..systems {
        let role = [SystemRole::Sender, SystemRole::Both, SystemRole::Receiver][number % 3];
        let supplier = Some(key(&format!("L-{}", number % 40)));
        let system =
            System { name: "Brev".into(), role: Some(role), supplier, ..System::default() };
        changes.push(Change::add(key(&format!("S-{number}")), &system));
    }
    for number in 0..systems.min(40) {
        changes.push(Change::add(key(&format!("L-{number}")), &Supplier::default()));
    }
    for number in 0..letters {
        let sender_system = Some(key(&format!("S-{}", number % systems)));
        let letter = LetterType { sender_system, ..LetterType::default() };
        changes.push(Change::add(key(&format!("B-{number}")), &letter));
    }
    apply(programme, &changes);
}

#[test]
fn acceptance_01_the_actual_profile_gives_its_dates_ten_packages_and_every_task_with_its_due_date()
{
    let catalogue = Catalogue::shipped();
    let mut programme = begun("ACTUAL", Variant::Full, "2020-08-01");
    let milestone = |id: &str| programme.get::<Milestone>(&key(id)).unwrap();
    assert_eq!(milestone("GOLIVE").day, Some(day("2022-03-21")));
    assert_eq!(milestone("MEMO_ONLY").day, Some(day("2023-11-30")));
    let off = milestone("LEGACY_OFF");
    assert_eq!((off.day, off.time.as_deref()), (Some(day("2023-12-05")), Some("12:00")));

    let packages: Vec<_> = catalogue
        .packages
        .iter()
        .filter(|package| package.variant == Variant::Full)
        .map(|package| (package.number.unwrap(), package.area.as_ref().unwrap().as_str()))
        .collect();
    let areas = ["KOM", "ORG", "DAT", "DAT", "DAT", "DAT", "ORG", "DAT", "UDD", "DAT"];
    let expected: Vec<_> = (0_u8..).zip(areas).collect();
    assert_eq!(packages, expected);

    register(&mut programme, 3, 2);
    let plan = Plan::of(&programme, catalogue, day("2020-08-03")).unwrap();
    let full = |id: &str| id.starts_with("OP");
    assert_eq!(plan.tasks().len(), catalogue.tasks.iter().filter(|t| full(t.id.as_str())).count());
    assert_eq!(plan.tasks().len(), 109);
    let without: Vec<_> = plan
        .tasks()
        .iter()
        .filter(|planned| planned.due.is_none())
        .map(|planned| planned.task.id.as_str())
        .collect();
    // Continuous, and hanging on the day of MeMo 1.2, which the profile leaves open.
    assert_eq!(without, ["OP4-T13", "OP6-T09"]);
    let due = |id: &str| plan.task(&id.parse().unwrap()).unwrap().due.unwrap();
    assert_eq!(due("OP3-T01"), day("2021-06-14"));
    assert_eq!(due("OP3-T03"), day("2021-06-28"));
    assert_eq!(due("OP9-T09"), day("2022-03-21"));
    assert_eq!(due("OP3-T08"), day("2023-09-07"));
    assert_eq!(due("OP1-T01"), day("2020-07-31"), "1 August 2020 is a Saturday");
    assert_eq!(cycle(catalogue), None);
}

#[test]
fn acceptance_02_joining_now_has_both_deadlines_on_one_day_for_any_first_day() {
    for start in ["2024-02-29", "2026-11-23", "2031-12-31"] {
        let programme = begun("NEW", Variant::Full, start);
        let milestone = |id: &str| programme.get::<Milestone>(&key(id)).unwrap().day.unwrap();
        assert_eq!(milestone("GOLIVE"), day(start).plus_weeks(52));
        assert_eq!(milestone("MEMO_ONLY"), milestone("GOLIVE"));
        assert_eq!(milestone("LEGACY_OFF"), milestone("GOLIVE"));
        let before = Plan::of(&programme, Catalogue::shipped(), day(start)).unwrap();
        let after = Plan::of(&programme, Catalogue::shipped(), milestone("GOLIVE")).unwrap();
        let memo = "OP3-T08".parse().unwrap();
        assert_eq!(before.task(&memo).unwrap().obligation, Obligation::Should);
        assert_eq!(after.task(&memo).unwrap().obligation, Obligation::Must);
    }
}

#[test]
fn acceptance_04_light_is_five_tasks_and_switching_to_full_keeps_the_registers_and_marks_tasks() {
    let catalogue = Catalogue::shipped();
    let mut programme = begun("NEW", Variant::Light, "2026-01-02");
    register(&mut programme, 2, 2);
    let today = day("2026-02-02");
    let plan = Plan::of(&programme, catalogue, today).unwrap();
    let keys: Vec<_> = plan.instances().iter().map(|one| one.key.as_str()).collect();
    assert_eq!(keys, ["L1", "L2", "L3", "L4", "L5"]);
    let done = TaskState {
        status: Status::Done,
        ..plan.instances()[0].fresh_state(&"L1".parse().unwrap())
    };
    apply(&mut programme, &[Change::add(key("L1"), &done)]);
    let before = programme.clone();

    let full = switch(&programme, catalogue, Variant::Full, now(), today).unwrap();
    apply(&mut programme, &full.changes);
    for kind in brevdue_programme::objects::Kind::ALL {
        for (key, held) in before.all_held(*kind) {
            let now = programme.held(*kind, key);
            let word = kind.word();
            let may_change = ["settings", "milestone"].contains(&word);
            assert!(may_change || now == Some(held), "{word} {key}");
        }
    }
    assert!(full.marked.iter().any(|(task, _)| task.as_str() == "OP0-T01"));
    assert!(full.marked.iter().all(|(task, _)| ["OP0", "OP1"].contains(&&task.as_str()[..3])));
    assert!(full.new.iter().any(|task| task.as_str() == "OP3-T01"));
    let plan = Plan::of(&programme, catalogue, today).unwrap();
    for (task, _) in &full.marked {
        assert!(plan.of_task(task).all(|one| one.status == Status::Done));
    }
    let back = switch(&programme, catalogue, Variant::Light, now(), today).unwrap();
    apply(&mut programme, &back.changes);
    let (then, now): (Settings, Settings) =
        (before.settings().unwrap(), programme.settings().unwrap());
    assert_eq!(then, now);
}

#[test]
fn five_hundred_systems_and_five_thousand_letters_make_one_plan() {
    let catalogue = Catalogue::shipped();
    let mut programme = begun("NEW", Variant::Full, "2026-01-02");
    register(&mut programme, 500, 5_000);
    let plan = Plan::of(&programme, catalogue, day("2026-06-01")).unwrap();
    let mut per: BTreeMap<Per, usize> = BTreeMap::new();
    for instance in plan.instances() {
        *per.entry(plan.task_of(instance).task.per).or_default() += 1;
    }
    assert!(per[&Per::LetterType] >= 25_000 && per[&Per::System] >= 9_000, "{per:?}");
    let path: Vec<_> = plan.critical_path("GOLIVE").collect();
    assert!(path.len() > 3);
    for step in path.windows(2) {
        assert!(plan.waits_for(step[1]).iter().any(|before| before.key == step[0].key));
    }
    assert!(plan.milestone("GOLIVE").unwrap().forecast.is_some());
}

#[test]
fn acceptance_15_an_override_that_makes_tasks_wait_for_each_other_does_not_stand_and_the_cycle_is_named()
 {
    let mut programme = begun("NEW", Variant::Full, "2026-01-02");
    let fields = BTreeMap::from([("depends_on".to_owned(), serde_json::json!(["OP3-T14"]))]);
    let own = Override { fields, ..Override::default() };
    apply(&mut programme, &[Change::add(key("OP3-T04"), &own)]);
    let effective = Catalogue::shipped().with(&programme);
    let [aside] = effective.set_aside() else { panic!("{:?}", effective.set_aside()) };
    assert_eq!(aside.key, key("OP3-T04"));
    for task in ["OP3-T04", "OP3-T06", "OP3-T08", "OP3-T14"] {
        assert!(aside.reason.contains(task), "{}", aside.reason);
    }
    assert!(Plan::of(&programme, effective.catalogue(), day("2026-01-02")).is_ok());
}

#[test]
fn a_hidden_package_has_no_tasks_in_the_plan() {
    let mut programme = begun("NEW", Variant::Full, "2026-01-02");
    let hidden = Override { hidden: true, ..Override::default() };
    let changes = [Change::add(key("OP0"), &hidden), Change::add(key("OP1-T08"), &hidden)];
    apply(&mut programme, &changes);
    let effective = Catalogue::shipped().with(&programme);
    let plan = Plan::of(&programme, effective.catalogue(), day("2026-01-02")).unwrap();
    assert_eq!(plan.tasks().len(), 109 - 8 - 1);
}
