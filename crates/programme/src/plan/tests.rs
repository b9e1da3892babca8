use proptest::prelude::*;

use super::*;
use crate::catalogue::Again;
use crate::change::Change;
use crate::fixture::{apply, at, catalogue, day, key, programme, system, task};
use crate::moving::preview;
use crate::objects::{LetterType, Supplier, System, SystemRole};

fn due(plan: &Plan, instance: &str) -> Option<Day> {
    plan.instance(&key(instance)).unwrap().due
}

fn state(plan: &Plan, instance: &str) -> TaskState {
    let instance = plan.instance(&key(instance)).unwrap();
    instance.fresh_state(&plan.task_of(instance).task.id)
}

#[test]
fn a_task_fans_out_to_the_systems_of_its_side_alone() {
    let plan = Plan::of(&programme("NEW", "2026-01-02"), &catalogue(), day("2026-01-02")).unwrap();
    let keys: Vec<_> = plan.instances().iter().map(|one| one.key.as_str()).collect();
    let expected = [
        "OP3-T01",
        "OP3-T04.S-1",
        "OP3-T08.S-1",
        "OP3-T09.S-1",
        "OP3-T10.S-2",
        "OP3-T13.S-1",
        "OP3-T13.S-2",
        "OP3-T20",
    ];
    assert_eq!(keys, expected);
}

#[test]
fn dependencies_between_instances_are_of_the_same_subject_or_of_what_belongs_to_it() {
    let mut programme = programme("NEW", "2026-01-02");
    let supplied = System { supplier: Some(key("L")), ..system(SystemRole::Sender) };
    let letter = LetterType { sender_system: Some(key("S-3")), ..LetterType::default() };
    let changes = [
        Change::add(key("S-3"), &supplied),
        Change::add(key("L"), &Supplier::default()),
        Change::add(key("B-1"), &letter),
    ];
    apply(&mut programme, &changes);
    let plan = Plan::of(&programme, &catalogue(), day("2026-01-02")).unwrap();
    let before = |instance: &str| -> Vec<&str> {
        let instance = plan.instance(&key(instance)).unwrap();
        plan.waits_for(instance).iter().map(|one| one.key.as_str()).collect()
    };
    assert_eq!(before("OP3-T13.S-1"), ["OP3-T09.S-1"]);
    assert_eq!(before("OP3-T13.S-2"), ["OP3-T10.S-2"]);
    assert_eq!(before("OP3-T13.S-3"), ["OP3-T09.S-3", "OP3-T12.L"]);
    assert_eq!(before("OP3-T12.L"), ["OP3-T04.S-3"]);
    assert_eq!(before("OP3-T11.B-1"), ["OP3-T04.S-3"]);
    assert_eq!(before("OP3-T20"), ["OP3-T13.S-1", "OP3-T13.S-2", "OP3-T13.S-3", "OP3-T11.B-1"]);
}

#[test]
fn acceptance_15_a_dependency_cycle_is_refused_with_the_cycle_named() {
    let mut catalogue = catalogue();
    catalogue.tasks[1].depends_on.push("OP3-T09".parse().unwrap());
    let programme = programme("NEW", "2026-01-02");
    let refused = Plan::of(&programme, &catalogue, day("2026-01-02")).unwrap_err();
    let text = "tasks wait for each other: OP3-T04 → OP3-T09 → OP3-T04";
    assert_eq!(refused.to_string(), text);
    assert_eq!(cycle(&catalogue).unwrap().len(), 2);
}

#[test]
fn what_is_late_makes_what_waits_for_it_late_along_the_critical_path() {
    let mut programme = programme("NEW", "2026-01-02");
    let today = day("2026-01-02");
    let plan = Plan::of(&programme, &catalogue(), today).unwrap();
    let late = TaskState { forecast: Some(day("2027-03-01")), ..state(&plan, "OP3-T04.S-1") };
    apply(&mut programme, &[Change::add(key("OP3-T04.S-1"), &late)]);
    let plan = Plan::of(&programme, &catalogue(), today).unwrap();
    assert_eq!(plan.milestone("GOLIVE").unwrap().forecast, Some(day("2027-03-01")));
    assert_eq!(plan.milestone("GOLIVE").unwrap().days_late(), Some(59));
    let path: Vec<_> = plan.critical_path("GOLIVE").map(|one| one.key.as_str()).collect();
    assert_eq!(path, ["OP3-T01", "OP3-T04.S-1", "OP3-T09.S-1", "OP3-T13.S-1", "OP3-T20"]);
    assert!(plan.instance(&key("OP3-T20")).unwrap().critical);
    assert!(!plan.instance(&key("OP3-T10.S-2")).unwrap().critical);
}

#[test]
fn a_due_day_on_a_holiday_moves_to_the_working_day_before() {
    let mut programme = programme("NEW", "2026-01-02");
    let plan = Plan::of(&programme, &catalogue(), day("2026-01-02")).unwrap();
    let own = TaskState { due: Some(day("2026-04-06")), ..state(&plan, "OP3-T01") };
    apply(&mut programme, &[Change::add(key("OP3-T01"), &own)]);
    let plan = Plan::of(&programme, &catalogue(), day("2026-04-02")).unwrap();
    assert_eq!(due(&plan, "OP3-T01"), Some(day("2026-04-01")));
    assert!(plan.instance(&key("OP3-T01")).unwrap().overdue);
}

#[test]
fn what_is_a_must_at_the_second_deadline_is_a_must_from_that_day() {
    let programme = programme("ACTUAL", "2020-08-01");
    let on = |today| {
        let plan = Plan::of(&programme, &catalogue(), day(today)).unwrap();
        plan.task(&"OP3-T08".parse().unwrap()).unwrap().obligation
    };
    assert_eq!(on("2023-11-29"), Obligation::Should);
    assert_eq!(on("2023-11-30"), Obligation::Must);
}

#[test]
fn a_task_that_comes_again_is_open_when_its_next_round_has_begun() {
    let mut catalogue = catalogue();
    let mut quarterly = task("OP3-T30", Per::Programme, Some(("GOLIVE", 0)), &[]);
    quarterly.again = Some(Again::Quarterly);
    catalogue.tasks.push(quarterly);
    let mut programme = programme("ACTUAL", "2020-08-01");
    let at_day = |programme: &Programme, today| {
        let plan = Plan::of(programme, &catalogue, day(today)).unwrap();
        let one = plan.instance(&key("OP3-T30")).unwrap();
        (one.status, one.due.unwrap())
    };
    assert_eq!(at_day(&programme, "2022-03-25"), (Status::NotStarted, day("2022-03-21")));
    let plan = Plan::of(&programme, &catalogue, day("2022-03-25")).unwrap();
    let mut done = state(&plan, "OP3-T30");
    done.status = Status::Done;
    done.done_at = Some(at("2022-03-25T10:00:00Z"));
    apply(&mut programme, &[Change::add(key("OP3-T30"), &done)]);
    assert_eq!(at_day(&programme, "2022-06-20"), (Status::Done, day("2022-06-21")));
    assert_eq!(at_day(&programme, "2022-06-22"), (Status::NotStarted, day("2022-09-21")));
}

#[test]
fn a_key_of_a_state_is_never_too_long() {
    let long = key(&"x".repeat(64));
    let task: TaskId = "OP3-T01".parse().unwrap();
    let (one, other) =
        (state_key(&task, Some(&long)), state_key(&task, Some(&key(&"x".repeat(63)))));
    assert_eq!(one.as_str().len(), 64);
    assert_ne!(one, other);
}

#[test]
fn hundreds_of_systems_and_thousands_of_letters_make_one_plan_with_edges_in_proportion() {
    let mut programme = programme("NEW", "2026-01-02");
    let sender = Change::add(key("S"), &system(SystemRole::Sender));
    let mut changes = Vec::new();
    for number in 0..500 {
        changes.push(Change { key: key(&format!("T-{number:03}")), ..sender.clone() });
    }
    for number in 0..5_000 {
        let sender_system = Some(key(&format!("T-{:03}", number % 500)));
        let letter = LetterType { sender_system, ..LetterType::default() };
        changes.push(Change::add(key(&format!("B-{number:04}")), &letter));
    }
    apply(&mut programme, &changes);
    let plan = Plan::of(&programme, &catalogue(), day("2026-01-02")).unwrap();
    assert_eq!(plan.instances().len(), 7_008);
    assert!(plan.graph.edges() < 2 * plan.instances().len());
}

proptest! {
    #[test]
    fn moving_a_milestone_forth_and_back_is_the_identity(days in -2_000_i32..2_000, which in 0_usize..7) {
        let catalogue = catalogue();
        let before = programme("ACTUAL", "2020-08-01");
        let today = day("2021-01-04");
        let id = &catalogue.milestones[which].id;
        let held: Milestone = before.get(&key(id.as_str())).unwrap();
        let Some(from) = held.day else { return Ok(()) };
        let mut programme = before.clone();
        let there = preview(&programme, &catalogue, today, id, Some(from.plus_days(days))).unwrap();
        apply(&mut programme, &there.changes);
        let back = preview(&programme, &catalogue, today, id, Some(from)).unwrap();
        apply(&mut programme, &back.changes);
        for kind in &catalogue.milestones {
            let key = key(kind.id.as_str());
            prop_assert_eq!(programme.get::<Milestone>(&key), before.get::<Milestone>(&key));
        }
        let (now, then) = (
            Plan::of(&before, &catalogue, today).unwrap(),
            Plan::of(&programme, &catalogue, today).unwrap(),
        );
        prop_assert_eq!(now.instances(), then.instances());
    }

    #[test]
    fn no_due_day_is_a_holiday_and_no_open_task_is_forecast_before_what_it_waits_for(
        start in 0_i32..30_000,
        passed in 0_i32..700,
        stated in proptest::collection::vec((0_usize..8, 0_i32..900, 0_u8..4), 0..8),
    ) {
        let catalogue = catalogue();
        let first = day("2005-01-03").plus_days(start);
        let today = first.plus_days(passed);
        let mut programme = programme("NEW", &first.to_string());
        let fresh = Plan::of(&programme, &catalogue, today).unwrap();
        let mut states = BTreeMap::new();
        for (which, days, kind) in stated {
            let instance = &fresh.instances()[which % fresh.instances().len()];
            let mut state = instance.fresh_state(&fresh.task_of(instance).task.id);
            match kind {
                0 => state.forecast = Some(first.plus_days(days)),
                1 => state.due = Some(first.plus_days(days)),
                2 => state.planned_start = Some(first.plus_days(days)),
                _ => state.status = Status::NotRelevant,
            }
            states.insert(instance.key.clone(), state);
        }
        let changes: Vec<_> = states.iter().map(|(k, state)| Change::add(k.clone(), state)).collect();
        apply(&mut programme, &changes);
        let plan = Plan::of(&programme, &catalogue, today).unwrap();
        for instance in plan.instances() {
            if let Some(due) = instance.due {
                prop_assert!(plan.calendar().is_working_day(due), "{due}");
            }
            if instance.is_closed() {
                continue;
            }
            for before in plan.waits_for(instance).iter().filter(|one| !one.is_closed()) {
                prop_assert!(before.forecast <= instance.forecast);
            }
        }
    }
}
