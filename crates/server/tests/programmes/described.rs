//! The description of programmes: true of every kind, member by member.

use std::collections::BTreeSet;

use brevdue_programme::fields::Register;
use brevdue_programme::objects::Kind;
use brevdue_programme::shapes::{Access, members};
use serde_json::Value;

fn description() -> Value {
    serde_json::to_value(brevdue_server::rest::description()).unwrap()
}

#[test]
fn every_kind_is_described_with_the_members_it_has_and_no_other() {
    let description = description();
    let schemas = &description["components"]["schemas"];
    for kind in Kind::ALL {
        let name = match kind {
            Kind::TaskState => "ProgrammeTask".to_owned(),
            kind => format!("Programme{kind:?}"),
        };
        let told: BTreeSet<&str> =
            schemas[&name]["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        for member in members(*kind) {
            let is_told = told.contains(member.name);
            assert_eq!(is_told, member.access != Access::Secret, "{name}.{}", member.name);
        }
        let known = |one: &str| members(*kind).iter().any(|member| member.name == one);
        let besides: Vec<&str> = told.into_iter().filter(|one| !known(one)).collect();
        assert!(
            besides.iter().all(|one| ["key", "version", "plan", "path"].contains(one)),
            "{name}: {besides:?}"
        );
    }
    for register in Register::ALL {
        let path = format!("/programmes/{{programme}}/{}/{{key}}", register.path);
        for method in ["get", "put", "patch", "delete"] {
            assert!(description["paths"][&path][method].is_object(), "{method} {path}");
        }
    }
}

#[test]
fn a_choice_is_described_with_its_words_and_a_rule_with_its_bounds() {
    let description = description();
    let schemas = &description["components"]["schemas"];
    let written = &schemas["ProgrammeSystemCommand"]["properties"];
    assert!(written["role"]["enum"].as_array().unwrap().contains(&"sender".into()));
    assert_eq!(written["name"]["maxLength"], 500);
    let volume = &written["volumes"]["items"]["properties"];
    assert_eq!(volume["year"]["maximum"], 32_767);
    let needed = &schemas["ProgrammeAbsenceCommand"]["required"];
    assert_eq!(*needed, serde_json::json!(["from", "until"]));
    assert!(schemas["ProgrammeAbsencePatch"].get("required").is_none());
}

#[test]
fn every_operation_has_a_name_of_its_own_and_a_good_answer() {
    let description = description();
    let mut names = BTreeSet::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Some(name) = operation["operationId"].as_str() else { continue };
            assert!(names.insert(name.to_owned()), "{method} {path}: {name} is there twice");
            let mut answers = operation["responses"].as_object().unwrap().keys();
            let is_good = answers.any(|status| status.starts_with('2'));
            assert!(is_good || !path.starts_with("/programmes"), "{method} {path}");
        }
    }
}
