use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::*;
use crate::change::{self, Change};
use crate::ids::Key;
use crate::objects::Override;
use crate::programme::Programme;

fn id<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

fn faults(text: &str) -> Vec<String> {
    Catalogue::read(text).unwrap_err().0.iter().map(ToString::to_string).collect()
}

fn with(overrides: &[(&str, Override)]) -> Programme {
    let mut programme = Programme::default();
    let adds: Vec<_> =
        overrides.iter().map(|(key, own)| Change::add(id::<Key>(key), own)).collect();
    make(&mut programme, &adds);
    programme
}

fn make(programme: &mut Programme, changes: &[Change]) {
    let at = "2026-11-23T12:00:00Z".parse().unwrap();
    let outcome = change::outcome(programme, changes, "pm", "", at).unwrap();
    programme.put(&outcome.writes);
}

fn fields(fields: &[(&str, serde_json::Value)]) -> Override {
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Override { fields, ..Override::default() }
}

#[test]
fn the_shipped_catalogue_holds_every_task_of_the_ten_packages_and_of_the_light_version() {
    let catalogue = Catalogue::shipped();
    let of =
        |package: &str| catalogue.tasks.iter().filter(|t| t.package.as_str() == package).count();
    let packages = ["OP0", "OP1", "OP2", "OP3", "OP4", "OP5", "OP6", "OP7", "OP8", "OP9", "LIGHT"];
    assert_eq!(packages.map(of), [8, 11, 11, 14, 13, 11, 10, 9, 10, 12, 5]);
    assert_eq!(catalogue.tasks.len(), 109 + 5);
    for (number, package) in packages.iter().take(10).enumerate() {
        let ids = catalogue.tasks.iter().filter(|task| task.package.as_str() == *package);
        let ids: Vec<_> = ids.map(|task| task.id.to_string()).collect();
        let expected: Vec<_> = (1..=ids.len()).map(|at| format!("OP{number}-T{at:02}")).collect();
        assert_eq!(ids, expected);
    }
    let steps = catalogue.tasks.iter().map(|task| task.steps.len()).filter(|steps| *steps > 0);
    assert_eq!(steps.collect::<Vec<_>>(), [5, 6, 3, 4, 7]);
}

#[test]
fn the_shipped_catalogue_holds_the_requirements_letters_documents_and_dates() {
    let catalogue = Catalogue::shipped();
    let of = |start: &str| {
        catalogue.requirements.iter().filter(|r| r.id.as_str().starts_with(start)).count()
    };
    assert_eq!(["MK-A", "MK-M", "MK-K", "MK-D", "MK-S"].map(of), [5, 7, 3, 10, 3]);
    let official = catalogue.requirements.iter().filter(|r| r.kind == RequirementKind::Official);
    assert_eq!(official.count(), 12);
    assert_eq!((catalogue.archetypes.len(), catalogue.letters.len()), (6, 20));
    assert_eq!((catalogue.areas.len(), catalogue.roles.len()), (4, 15));
    assert_eq!((catalogue.milestones.len(), catalogue.profiles.len()), (13, 4));
    assert_eq!(catalogue.profiles[0].id.as_str(), "NEW");
    for key in 1..=35 {
        assert!(catalogue.sources.contains_key(&format!("S{key}")), "S{key}");
    }
    let areas: Vec<_> =
        catalogue.packages.iter().filter_map(|package| package.area.as_ref()).collect();
    let areas: Vec<_> = areas.iter().map(|area| area.as_str()).collect();
    assert_eq!(areas, ["KOM", "ORG", "DAT", "DAT", "DAT", "DAT", "ORG", "DAT", "UDD", "DAT"]);
    for package in catalogue.packages.iter().filter(|package| package.number.is_some()) {
        let has = |kind| package.documents.iter().any(|document| document.kind == kind);
        assert!(has(DocumentKind::Grunddokument) && has(DocumentKind::Procesguide));
        assert!(package.documents.iter().any(|document| document.built_in_tool.is_some()));
    }
}

#[test]
fn every_text_of_the_shipped_catalogue_is_there_in_both_languages_and_help_is_real_help() {
    let catalogue = Catalogue::shipped();
    assert_eq!(checking::faults(catalogue), []);
    for task in &catalogue.tasks {
        for (language, help) in [("da", &task.help.da), ("en", &task.help.en)] {
            let sentences = help.matches(['.', '?']).count();
            assert!(sentences >= 2 && help.len() >= 80, "{} {language}: {help}", task.id);
        }
        assert_ne!(task.help.da, task.help.en, "{}", task.id);
        assert!(!task.outputs.is_empty(), "{} has no output", task.id);
    }
}

#[test]
fn a_catalogue_that_is_written_reads_back_the_same() {
    let catalogue = Catalogue::shipped();
    assert_eq!(&Catalogue::read(shipped::TEXT).unwrap(), catalogue);
    assert_eq!(&Catalogue::read(&catalogue.write()).unwrap(), catalogue);
}

#[test]
fn every_fault_names_its_item_its_field_and_its_line() {
    let cases: &[(&str, &str, &str)] = &[
        (
            "roles = [\"comms\", \"pm\"]",
            "roles = [\"boss\"]",
            "task OP0-T01, roles: there is no role `boss`",
        ),
        (
            "due = { milestone = \"START\", weeks = 4 }",
            "due = { milestone = \"NEVER\" }",
            "task OP0-T01, due: there is no milestone `NEVER`",
        ),
        ("area = \"KOM\"", "area = \"NON\"", "package OP0, area: there is no area `NON`"),
        (
            "package = \"OP0\"",
            "package = \"OP77\"",
            "task OP0-T01, package: there is no package `OP77`",
        ),
        (
            "depends_on = [\"OP1-T02\"]",
            "depends_on = [\"OP1-T99\"]",
            "task OP0-T01, depends_on: there is no task `OP1-T99`",
        ),
        (
            "requirements = [\"MK-D6\"]",
            "requirements = [\"MK-X\"]",
            "task OP0-T06, requirements: there is no requirement `MK-X`",
        ),
        (
            "sources = [\"S1\"]",
            "sources = [\"S99\"]",
            "package OP0, sources: there is no source `S99`",
        ),
        ("id = \"OP0-T02\"", "id = \"OP0-T01\"", "task OP0-T01, id: the id is taken by a task"),
        (
            "title = { da = \"Interessentanalyse\", en = \"Stakeholder analysis\" }",
            "title = { da = \" \", en = \"Stakeholder analysis\" }",
            "task OP0-T02, title: the Danish text is empty",
        ),
        (
            "title = { da = \"Interessentanalyse\", en = \"Stakeholder analysis\" }",
            "title = { da = \"Interessentanalyse\" }",
            "task OP0-T02, title: missing field `en`",
        ),
        ("fill = \"#FFD24A\"", "fill = \"yellow\"", "area ORG, fill: `yellow` is no colour"),
        (
            "fill = \"#1E7B3A\"",
            "fill = \"#7EDB9A\"",
            "area KOM, text: the contrast of text on fill is",
        ),
        (
            "obligation = \"should\"",
            "obligation = \"perhaps\"",
            "task OP0-T01, obligation: unknown variant `perhaps`",
        ),
        (
            "obligation = \"should\"",
            "obligation = \"should\"\nurgency = 3",
            "task OP0-T01, urgency: unknown field `urgency`",
        ),
        ("obligation = \"should\"\n", "", "task OP0-T01, obligation: it is missing"),
        (
            "built_in_tool = \"deck\"",
            "built_in_tool = \"desk\"",
            "package OP0, document: there is no tool `desk`",
        ),
        ("kind = \"video\"", "kind = \"film\"", "package OP0, document: unknown variant `film`"),
        ("publisher = \"Brevdue\"", "publisher = \"\"", "publisher: a text is missing here"),
        ("publisher =", "colour = 1\npublisher =", "colour: this field is unknown"),
        ("time = \"12:00\"", "time = \"25:00\"", "profile ACTUAL, dates: a time is written HH:MM"),
        (
            "until = \"2021-11-29\"",
            "until = \"2021-11-02\"",
            "profile REV2021, dates: the window ends before",
        ),
        ("START = { weeks", "STRAT = { weeks", "profile NEW, dates: there is no milestone `STRAT`"),
        (
            "window_days = 30",
            "window_days = 0",
            "requirement MK-A1, window_days: the window is one day",
        ),
        (
            "archetype = \"AR3\"",
            "archetype = \"AR9\"",
            "letter L-undersoegelse, archetype: there is no archetype",
        ),
        ("[[area]]", "[[area", "this is not TOML"),
    ];
    for (old, new, expected) in cases {
        assert!(shipped::TEXT.contains(old), "{old}");
        let text = shipped::TEXT.replacen(old, new, 1);
        let found = faults(&text);
        let fault = found.iter().find(|fault| fault.contains(expected));
        let fault = fault.unwrap_or_else(|| panic!("{expected} is not among {found:#?}"));
        assert!(fault.starts_with("line "), "{fault}");
    }
}

#[test]
fn the_line_of_a_fault_is_the_line_of_its_field() {
    let text = shipped::TEXT.replacen("roles = [\"comms\", \"pm\"]", "roles = [\"boss\"]", 1);
    let expected = text.lines().position(|line| line == "roles = [\"boss\"]").unwrap() + 1;
    assert_eq!(
        faults(&text),
        [format!("line {expected}: task OP0-T01, roles: there is no role `boss`")]
    );
}

#[test]
fn all_faults_come_at_once_even_several_of_one_item() {
    let text = shipped::TEXT
        .replacen(
            "obligation = \"should\"\nroles = [\"comms\", \"pm\"]",
            "urgency = 1\nhurry = 2",
            1,
        )
        .replacen("fill = \"#FFD24A\"", "fill = \"#FFFFFFF\"", 1)
        .replacen("per = \"programme\"", "per = \"planet\"", 1);
    let found = faults(&text).join("\n");
    for part in [
        "urgency",
        "hurry",
        "obligation: it is missing",
        "roles: it is missing",
        "per: unknown",
        "#FFFFFFF",
    ] {
        assert!(found.contains(part), "{part} is not in {found}");
    }
    assert_eq!(found.lines().count(), 6, "{found}");
}

#[test]
fn a_ring_of_tasks_is_named_with_its_whole_path() {
    let text = shipped::TEXT.replacen(
        "depends_on = [\"OP1-T02\"]",
        "depends_on = [\"OP1-T02\", \"OP0-T04\"]",
        1,
    );
    let found = faults(&text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("OP0-T01 -> OP0-T04 -> OP0-T01"), "{found:?}");
}

#[test]
fn what_is_too_large_is_refused_with_the_limit() {
    let large = format!("{}# {}", shipped::TEXT, "x".repeat(CATALOGUE_BYTES));
    assert!(faults(&large)[0].contains("over the limit of 4194304"));
    let long = "x".repeat(TEXT_CHARACTERS + 1);
    let long =
        shipped::TEXT.replacen("da = \"Interessentanalyse\"", &format!("da = \"{long}\""), 1);
    assert!(faults(&long)[0].contains("4001 characters, over the limit of 4000"));
    let many = "[[role]]\nid='r'\n".repeat(ITEMS + 1);
    assert!(faults(&many).iter().any(|fault| fault.contains("5001 items, over the limit of 5000")));
    assert_eq!(Catalogue::read(&"[[task]]\na=1\nb=2\n".repeat(2_000)).unwrap_err().0.len(), FAULTS);
}

#[test]
fn the_authoritys_own_changes_packages_and_tasks_are_seen_and_what_it_hides_is_not() {
    let shipped = Catalogue::shipped();
    let package = Package {
        id: id("OWN"),
        number: Some(10),
        name_provenance: Provenance::Confirmed,
        ..shipped.packages[0].clone()
    };
    let task = Task { id: id("OWN-T01"), package: id("OWN"), ..shipped.tasks[0].clone() };
    let programme = with(&[
        ("OP3", fields(&[("name.da", json!("Vores afsendere")), ("number", json!(12))])),
        ("MK-A4", fields(&[("limits.size_mb", json!(60))])),
        ("OWN", Override { package: Some(package), ..Override::default() }),
        ("OWN-T01", Override { task: Some(task), ..Override::default() }),
        ("OP8", Override { hidden: true, ..Override::default() }),
        ("OP0-T01", Override { hidden: true, ..Override::default() }),
    ]);
    let effective = shipped.with(&programme);
    assert_eq!(effective.set_aside(), []);
    let packages: Vec<_> =
        effective.packages(Variant::Full).map(|package| package.id.as_str()).collect();
    assert_eq!(packages, ["OP0", "OP1", "OP2", "OP4", "OP5", "OP6", "OP7", "OP9", "OWN", "OP3"]);
    assert_eq!(effective.package(&id("OP3")).unwrap().name.da, "Vores afsendere");
    assert_eq!(effective.own_fields("OP3").collect::<Vec<_>>(), ["name.da", "number"]);
    let limit = effective.requirement(&id("MK-A4")).unwrap().limits["size_mb"];
    assert!((limit - 60.0).abs() < f64::EPSILON);
    assert_eq!(effective.package(&id("OWN")).unwrap().name_provenance, Provenance::Local);
    assert_eq!(effective.tasks_of(&id("OWN")).count(), 1);
    assert_eq!(effective.tasks_of(&id("OP0")).count(), 7);
    assert_eq!(effective.tasks(Variant::Full).count(), 109 - 10 - 1 + 1);
    assert_eq!(effective.tasks(Variant::Light).count(), 5);
    // Who waited for the hidden deck waits for what the deck waited for.
    assert_eq!(effective.task(&id("OP0-T04")).unwrap().depends_on, [id("OP1-T02")]);
}

#[test]
fn a_change_that_cannot_stand_is_set_aside_with_its_reason_and_the_rest_stands() {
    let programme = with(&[
        ("OP0-T01", fields(&[("depends_on", json!(["OP0-T04"]))])),
        ("OP0-T02", fields(&[("roles", json!(["boss"]))])),
        ("OP0-T03", fields(&[("urgency", json!(3))])),
        ("OP0-T05", fields(&[("title", json!({"da": "Ord", "en": "Words"}))])),
        ("OP9-T99", fields(&[("title.da", json!("Væk"))])),
    ]);
    let effective = Catalogue::shipped().with(&programme);
    let aside: BTreeMap<_, _> =
        effective.set_aside().iter().map(|aside| (aside.key.as_str(), &*aside.reason)).collect();
    assert_eq!(
        aside.keys().copied().collect::<Vec<_>>(),
        ["OP0-T01", "OP0-T02", "OP0-T03", "OP9-T99"]
    );
    assert!(aside["OP0-T01"].contains("OP0-T01 -> OP0-T04 -> OP0-T01"));
    assert!(aside["OP0-T02"].contains("boss") && aside["OP0-T03"].contains("urgency"));
    assert_eq!(effective.task(&id("OP0-T05")).unwrap().title.en, "Words");
    assert_eq!(effective.task(&id("OP0-T01")), Catalogue::shipped().tasks.first());
}

#[test]
fn overrides_survive_a_new_catalogue_and_the_diff_says_what_they_keep_out() {
    let old = Catalogue::shipped();
    let mut new = old.clone();
    "2027-03".clone_into(&mut new.version);
    new.tasks[0].title.da = "Ny titel".into();
    new.tasks[0].help.en = "Newer help. Much better.".into();
    new.tasks[1].obligation = Obligation::Must;
    new.letters.pop();
    let extra = Task { id: id("OP0-T09"), ..new.tasks[7].clone() };
    new.tasks.insert(8, extra);
    let mut programme = with(&[
        ("OP0-T01", fields(&[("title.da", json!("Vores titel")), ("title.en", json!("Ours"))])),
        ("OP0-T02", Override { hidden: true, ..fields(&[("obligation", json!("may"))]) }),
        ("OP5-T01", fields(&[("title.da", json!("Uberørt"))])),
    ]);

    let differences = diff(old, &new, &programme);
    let told: Vec<_> = differences
        .iter()
        .map(|d| {
            (
                d.id.as_str(),
                d.what,
                d.fields.iter().map(|f| (&*f.field, f.own.len())).collect::<Vec<_>>(),
            )
        })
        .filter(|(id, ..)| *id != "OP0-T09")
        .collect();
    assert_eq!(
        told,
        [
            ("OP0-T01", WhatDiffers::Changed, vec![("help", 0), ("title", 2)]),
            ("OP0-T02", WhatDiffers::Changed, vec![("obligation", 1)]),
            ("L-kvittering", WhatDiffers::Removed, vec![]),
        ]
    );
    assert!(differences.iter().any(|d| d.id == "OP0-T09" && d.what == WhatDiffers::Added));

    // Own words win until somebody gives them up; the unshadowed help comes at once.
    let task =
        |programme: &Programme, task: &str| new.with(programme).task(&id(task)).unwrap().clone();
    assert_eq!(task(&programme, "OP0-T01").title.da, "Vores titel");
    assert_eq!(task(&programme, "OP0-T01").help.en, "Newer help. Much better.");

    let take = BTreeSet::from([("OP0-T01".to_owned(), "title".to_owned())]);
    let changes = accepting(&differences, &new, &programme, &take);
    make(&mut programme, &changes);
    assert_eq!(task(&programme, "OP0-T01").title.da, "Ny titel");
    assert_eq!(programme.get::<Override>(&id("OP0-T01")), None);
    assert_eq!(task(&programme, "OP0-T02").obligation, Obligation::May);
    let kept: Override = programme.get(&id("OP0-T02")).unwrap();
    assert_eq!((kept.catalogue_version.as_str(), kept.hidden), ("2027-03", true));
    assert_eq!(task(&programme, "OP5-T01").title.da, "Uberørt");
}

#[test]
fn the_example_of_the_documentation_can_be_read() {
    let page = include_str!("../../../../docs/catalogue.md");
    let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let catalogue = Catalogue::read(example).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(catalogue.tasks.len(), 1);
}

#[test]
fn tasks_are_as_binding_and_as_many_times_done_as_the_tables_of_the_packages_say() {
    let tasks = Catalogue::shipped().tasks.iter().filter(|task| task.package.as_str() != "LIGHT");
    let tasks: Vec<_> = tasks.collect();
    let binding = |obligation| tasks.iter().filter(|task| task.obligation == obligation).count();
    let per = |per| tasks.iter().filter(|task| task.per == per).count();
    use Obligation::{May, Must, MustAtMemoOnly, MustIfWindow, Should};
    assert_eq!([Must, MustAtMemoOnly, MustIfWindow, Should, May].map(binding), [65, 2, 1, 41, 0]);
    use Per::{ContactPoint, LetterType, Programme, Supplier, System};
    assert_eq!([Programme, System, Supplier, LetterType, ContactPoint].map(per), [56, 35, 6, 6, 6]);
    let without_date: Vec<_> = tasks.iter().filter(|task| task.due.is_none()).collect();
    assert_eq!(without_date.iter().map(|task| task.id.as_str()).collect::<Vec<_>>(), ["OP6-T09"]);
    for task in tasks {
        assert_eq!(task.systems.is_some(), task.per == System, "{}", task.id);
    }
}

proptest::proptest! {
    #[test]
    fn a_mangled_catalogue_is_read_or_refused_but_never_breaks_the_reader(
        at in 0_usize..3_000, cut in 0_usize..40, put in "[\\[\\]{}=\".#a-z0-9\n-]{0,12}",
    ) {
        let page = include_str!("../../../../docs/catalogue.md");
        let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let characters: Vec<char> = example.chars().collect();
        let at = at.min(characters.len());
        let end = (at + cut).min(characters.len());
        let text: String =
            characters[..at].iter().copied().chain(put.chars()).chain(characters[end..].iter().copied()).collect();
        match Catalogue::read(&text) {
            Ok(catalogue) => proptest::prop_assert_eq!(Catalogue::read(&catalogue.write()).unwrap(), catalogue),
            Err(errors) => proptest::prop_assert!(!errors.0.is_empty()),
        }
    }
}
