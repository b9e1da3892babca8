//! Objects of every kind: written, read, changed, taken away; and what is refused.

use brevdue_exchange::people::registered::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::covering::covers;
use crate::hall::Hall;
use crate::town::SENDING_CVR;

/// Path, an object, a change of it.
fn every_kind() -> Vec<(&'static str, Value, Value)> {
    let task = json!({ "fields": { "title": { "da": "Andet", "en": "Other" } } });
    vec![
        (
            "systems",
            json!({ "name": "Byggesag", "role": "sender", "interfaces": [{ "direction": "out" }],
                "volumes": [{ "year": 2026, "messages_out": 7 }], "scope": { "level": "A1" } }),
            json!({ "name": "Byg" }),
        ),
        ("suppliers", json!({ "name": "Opdigtet Data" }), json!({ "confidence": 4 })),
        ("contracts", json!({ "name": "Drift", "price_dkk": 12.5 }), json!({ "price_dkk": null })),
        ("letters", json!({ "name": "Afgørelse" }), json!({ "citizens": 1200 })),
        ("contact-points", json!({ "name": "Byg" }), json!({ "search_words": ["byggesag"] })),
        ("people", json!({ "name": "Opdigtet Ida", "roles": ["arch"] }), json!({ "unit": "It" })),
        ("risks", json!({ "title": "Sen" }), json!({ "probability": 3 })),
        ("decisions", json!({ "title": "Planen" }), json!({ "day": "2026-02-02" })),
        ("stakeholders", json!({ "name": "Borgere" }), json!({ "affected": 5 })),
        ("communication", json!({ "message": "Snart" }), json!({ "done": true })),
        ("training", json!({ "name": "Kursus" }), json!({ "trained": 3 })),
        (
            "absences",
            json!({ "from": "2026-07-01", "until": "2026-07-20" }),
            json!({ "name": "Ferie" }),
        ),
        ("overrides", json!({ "key": "OP3-T01", "hidden": false }), task),
        (
            "attestations",
            json!({ "requirement": "MK-A2", "statement": "Set", "person": "M-001",
                "day": "2026-03-01", "expires": "2026-09-01" }),
            json!({ "approver": "M-001" }),
        ),
        (
            "waivers",
            json!({ "requirement": "MK-A2", "reason": "Udfases", "approved_by": "M-001",
                "day": "2026-03-01" }),
            json!({ "reason": "Lukker" }),
        ),
        (
            "questionnaires",
            json!({ "supplier": "L-001", "expires": "2026-04-01" }),
            json!({ "revoked": true }),
        ),
    ]
}

#[tokio::test]
async fn an_object_of_every_kind_is_written_read_changed_and_taken_away() {
    covers("POST /programmes/{programme}/systems/");
    covers("GET /programmes/{programme}/systems/");
    covers("GET /programmes/{programme}/systems/{key}");
    covers("PUT /programmes/{programme}/systems/{key}");
    covers("PATCH /programmes/{programme}/systems/{key}");
    covers("DELETE /programmes/{programme}/systems/{key}");
    let hall = Hall::open().await;
    for (path, object, change) in every_kind() {
        let all = format!("{}/{path}/", hall.base);
        let made = hall.made(&all, object.clone()).await;
        let key = made["key"].as_str().unwrap().to_owned();
        let one = format!("{all}{key}");
        let (status, read) = hall.call(Method::GET, &one, None, None).await;
        assert_eq!((status, &read["version"]), (200, &json!(1)), "{path}");
        for (name, value) in object.as_object().unwrap() {
            assert!(holds(&read[name], value), "{path}.{name}: {value} is not in {read}");
        }
        let (status, changed) = hall.call(Method::PATCH, &one, Some(1), Some(change.clone())).await;
        assert_eq!((status, &changed["version"]), (200, &json!(2)), "{path}: {changed}");
        for (name, value) in change.as_object().unwrap() {
            assert!(holds(&changed[name], value), "{path}.{name}: {value} is not in {changed}");
        }
        let found = hall.get(&format!("/{path}/?key={key}")).await;
        assert_eq!((&found["totalElements"], &found["items"][0]), (&json!(1), &changed), "{path}");
        if path != "questionnaires" {
            // What is told may be sent back as it is: key, version and what nobody writes are left alone.
            let (status, same) = hall.call(Method::PUT, &one, Some(2), Some(changed.clone())).await;
            assert_eq!((status, &same), (200, &changed), "{path}");
            let (status, whole) = hall.call(Method::PUT, &one, Some(2), Some(object.clone())).await;
            assert_eq!((status, &whole["version"]), (200, &json!(3)), "{path}: {whole}");
        }
        let version = if path == "questionnaires" { 2 } else { 3 };
        let (status, body) = hall.call(Method::DELETE, &one, Some(version), None).await;
        assert_eq!((status, body), (204, Value::Null), "{path}");
        let (status, body) = hall.call(Method::GET, &one, None, None).await;
        assert_eq!((status, &body["code"]), (404, &json!("object.not.found")), "{path}");
    }
}

/// Whether what is told holds what was written; the type may have filled in more, and numbers may be
/// spelled otherwise.
fn holds(told: &Value, written: &Value) -> bool {
    match (told, written) {
        (Value::Object(told), Value::Object(written)) => written
            .iter()
            .all(|(name, value)| told.get(name).is_some_and(|told| holds(told, value))),
        (Value::Array(told), Value::Array(written)) => {
            told.len() == written.len()
                && told.iter().zip(written).all(|(told, written)| holds(told, written))
        }
        (Value::Number(told), Value::Number(written)) => told.as_f64() == written.as_f64(),
        (told, written) => told == written,
    }
}

#[tokio::test]
async fn a_change_rests_on_a_version_and_is_told_the_one_that_is_there() {
    let hall = Hall::open().await;
    hall.add("/systems/", json!({ "key": "S-9", "name": "Byg" })).await;
    let one = format!("{}/systems/S-9", hall.base);
    let (status, _) = hall.call(Method::PATCH, &one, Some(1), Some(json!({ "note": "A" }))).await;
    assert_eq!(status, 200);
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        let body = Some(json!({ "name": "Andet" }));
        let (status, said) = hall.call(method.clone(), &one, Some(1), body.clone()).await;
        assert_eq!((status, &said["code"]), (409, &json!("version.conflict")), "{method}");
        assert!(said["message"].as_str().unwrap().contains("its version is 2 now"), "{said}");
        let (status, said) = hall.call(method.clone(), &one, None, body).await;
        assert_eq!((status, &said["code"]), (422, &json!("if.match.missing")), "{method}");
    }
    let twice = json!({ "key": "S-9", "name": "Igen" });
    let all = format!("{}/systems/", hall.base);
    let (status, said) = hall.call(Method::POST, &all, None, Some(twice)).await;
    assert_eq!((status, &said["code"]), (409, &json!("exists")));
    assert_eq!(hall.get("/systems/S-9").await["name"], "Byg");
    // Without a key, the next free number.
    assert_eq!(hall.add("/systems/", json!({ "name": "Næste" })).await["key"], "S-010");
}

#[tokio::test]
async fn what_does_not_fit_is_told_field_by_field_and_what_is_unknown_is_left_alone() {
    let hall = Hall::open().await;
    let all = format!("{}/systems/", hall.base);
    let wrong = json!({
        "name": ["SECRET"], "role": "SECRET", "retire_date": "2026-02-30", "colour": "red",
        "interfaces": [{}, { "attachments_max": -1 }]
    });
    let (status, said) = hall.call(Method::POST, &all, None, Some(wrong)).await;
    assert_eq!((status, &said["code"]), (400, &json!("fields.invalid")));
    let fields: Vec<&str> = said["fieldErrors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["name", "role", "retire_date", "interfaces[1].attachments_max"]);
    assert!(!said.to_string().contains("SECRET"), "{said}");
    let made = hall.add("/systems/", json!({ "name": "Byg", "colour": "red" })).await;
    assert!(made.get("colour").is_none());
    let (status, said) = hall.call(Method::POST, &all, None, Some(json!({ "key": "a b" }))).await;
    assert_eq!((status, &said["fieldErrors"][0]["field"]), (400, &json!("key")));
    let person = json!({ "name": "Ida", "roles": ["emperor"] });
    let people = format!("{}/people/", hall.base);
    let (status, said) = hall.call(Method::POST, &people, None, Some(person)).await;
    assert_eq!(status, 400);
    assert!(said["message"].as_str().unwrap().contains("there is no such role"), "{said}");
}

#[tokio::test]
async fn nothing_is_changed_by_whoever_may_not_and_nothing_is_written_in_anothers_name() {
    let hall = Hall::open().await;
    hall.add("/systems/", json!({ "key": "S-1", "name": "Byg" })).await;
    let subject = hall.subject_of(SENDING_CVR, Role::Employee).await;
    let entry = json!({ "key": "M-7", "name": "Ida", "roles": ["comms"], "subject": subject });
    hall.add("/people/", entry).await;
    let her = hall.token_of(SENDING_CVR, Role::Employee).await;
    let system = json!({ "name": "Mit" });
    for (method, path, version, body) in [
        (Method::POST, "/systems/", None, system.clone()),
        (Method::PATCH, "/systems/S-1", Some(1), system.clone()),
        (Method::PUT, "/systems/S-1", Some(1), system.clone()),
        (Method::DELETE, "/systems/S-1", Some(1), Value::Null),
        (Method::PATCH, "/people/M-7", Some(1), json!({ "roles": ["pm"] })),
        (Method::PATCH, "/settings", Some(1), json!({ "name": "Mit" })),
        (Method::PATCH, "/milestones/GOLIVE", Some(1), json!({ "day": "2027-01-01" })),
        (Method::POST, "/plan/moves/GOLIVE", Some(1), json!({ "to": "2027-01-01" })),
        (Method::POST, "/plan/variant", None, json!({ "variant": "light", "apply": true })),
        (
            Method::POST,
            "/attestations/",
            None,
            json!({ "requirement": "MK-A2", "statement": "x", "person": "M-001",
                "day": "2026-03-01", "expires": "2026-04-01" }),
        ),
        (
            Method::POST,
            "/changes",
            None,
            json!({ "changes": [{ "kind": "system", "key": "S-1", "remove": 1 }] }),
        ),
    ] {
        let path = format!("{}{path}", hall.base);
        let (status, said) = hall.call_as(&her, method.clone(), &path, version, Some(body)).await;
        assert_eq!(
            (status, &said["code"]),
            (403, &json!("programme.not.allowed")),
            "{method} {path}: {said}"
        );
    }
    // What is hers she writes, and a comment is hers whatever it says.
    let comments = format!("{}/comments/", hall.base);
    let comment = json!({ "about": "task/OP3-T01", "text": "Hvornår?", "by": "M-001" });
    let (status, said) = hall.call_as(&her, Method::POST, &comments, None, Some(comment)).await;
    assert_eq!((status, &said["by"]), (201, &json!("M-7")), "{said}");
    assert_eq!(said["at"], "2026-03-02T10:00:00.000Z");
    assert_eq!(hall.get("/systems/S-1").await["version"], 1);
}

#[tokio::test]
async fn a_list_is_searched_sorted_cut_and_shown_in_part() {
    let hall = Hall::open().await;
    for (name, criticality) in [("Ærø", "low"), ("Byg", "vital"), ("Ask", "vital")] {
        hall.add("/systems/", json!({ "name": name, "criticality": criticality })).await;
    }
    let names = |found: &Value| -> Vec<String> {
        let items = found["items"].as_array().unwrap();
        items.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    let found = hall.get("/systems/?criticality=vital&sortFields=name").await;
    assert_eq!(names(&found), ["Ask", "Byg"]);
    assert_eq!(names(&hall.get("/systems/?any=ærø&colour=red").await), ["Ærø"]);
    let first = hall.get("/systems/?size=2").await;
    assert_eq!((&first["totalPages"], &first["next"]), (&json!(2), &json!("p1")));
    assert_eq!(names(&hall.get("/systems/?size=2&next=p1").await), ["Ask"]);
    let shown = hall.get("/systems/?fields=key&sortFields=key:desc&size=1").await;
    assert_eq!(shown["items"], json!([{ "key": "S-003" }]));
}

#[tokio::test]
async fn several_changes_are_made_together_or_not_at_all() {
    covers("POST /programmes/{programme}/changes");
    let hall = Hall::open().await;
    let path = format!("{}/changes", hall.base);
    hall.add("/risks/", json!({ "key": "R-1", "title": "Sen", "probability": 2 })).await;
    let edit = |from: u8, to: u8| json!({ "probability": { "from": from, "to": to } });
    let changes = |edit: Value| {
        json!({ "reason": "Styregruppen", "changes": [
            { "kind": "system", "key": "S-1", "add": { "name": "Byg" } },
            { "kind": "risk", "key": "R-1", "edit": edit },
            { "kind": "task", "key": "OP0-T01", "edit": {
                "status": { "from": "not_started", "to": "in_progress" } } },
        ] })
    };
    let (status, said) = hall.call(Method::POST, &path, None, Some(changes(edit(3, 4)))).await;
    assert_eq!((status, &said["code"]), (409, &json!("fields.conflict")), "{said}");
    assert_eq!(said["fieldErrors"][0]["resource"], "risk/R-1");
    assert_eq!(said["fieldErrors"][0]["field"], "probability");
    assert_eq!(hall.get("/systems/").await["totalElements"], 0);
    let (status, said) = hall.call(Method::POST, &path, None, Some(changes(edit(2, 4)))).await;
    assert_eq!(status, 200, "{said}");
    assert_eq!(said["objects"][1], json!({ "kind": "risk", "key": "R-1", "version": 2 }));
    assert_eq!(hall.get("/tasks/OP0-T01").await["status"], "in_progress");
    let lines = hall.get("/history/?kind=risk&key=R-1").await;
    assert_eq!(lines["items"][0]["reason"], "Styregruppen");
    for wrong in [
        json!({ "kind": "dragon", "key": "S-1", "remove": 1 }),
        json!({ "kind": "system", "key": "S-1" }),
        json!({ "kind": "task", "key": "OP0-T01", "edit": { "reopened": { "to": 7 } } }),
        json!({ "kind": "questionnaire", "key": "Q-1", "add": { "supplier": "L-1" } }),
        json!({ "kind": "milestone", "key": "GOLIVE", "remove": 1 }),
    ] {
        let body = Some(json!({ "changes": [wrong.clone()] }));
        let (status, said) = hall.call(Method::POST, &path, None, body).await;
        assert_eq!((status, &said["code"]), (400, &json!("field.invalid")), "{wrong}: {said}");
    }
}
