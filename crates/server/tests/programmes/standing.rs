//! What is reckoned of a programme: tasks, plan, requirements, status, history.

use reqwest::Method;
use serde_json::{Value, json};

use crate::covering::covers;
use crate::hall::Hall;

#[tokio::test]
async fn a_task_that_nobody_touched_stands_in_version_0_and_keeps_its_rules() {
    covers("GET /programmes/{programme}/tasks/");
    covers("GET /programmes/{programme}/tasks/{key}");
    covers("PATCH /programmes/{programme}/tasks/{key}");
    let hall = Hall::open().await;
    let all = hall.get("/tasks/?size=1000").await;
    assert!(all["totalElements"].as_u64().unwrap() > 50, "{}", all["totalElements"]);
    let task = hall.get("/tasks/OP0-T01").await;
    assert_eq!((&task["version"], &task["status"]), (&json!(0), &json!("not_started")));
    assert_eq!((&task["plan"]["package"], &task["plan"]["area"]), (&json!("OP0"), &json!("KOM")));
    assert!(task["plan"]["due"].is_string() && task["plan"]["after"].is_array());
    let path = format!("{}/tasks/OP0-T01", hall.base);
    let blocked = json!({ "status": "blocked" });
    let (status, said) = hall.call(Method::PATCH, &path, Some(0), Some(blocked)).await;
    assert_eq!((status, &said["code"]), (422, &json!("task.rule")), "{said}");
    let blocked = json!({ "status": "blocked", "reason": "Ingen tid", "task": "OP3-T01" });
    let (status, said) = hall.call(Method::PATCH, &path, Some(0), Some(blocked)).await;
    assert_eq!((status, &said["version"], &said["task"]), (200, &json!(1), &json!("OP0-T01")));
    let found = hall.get("/tasks/?status=blocked").await;
    assert_eq!(found["items"][0]["key"], "OP0-T01");
    let (status, _) =
        hall.call(Method::GET, &format!("{}/tasks/OP99-T01", hall.base), None, None).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_milestone_moves_with_what_hangs_on_it_after_a_preview_that_changes_nothing() {
    covers("GET /programmes/{programme}/plan");
    covers("POST /programmes/{programme}/plan/moves/{milestone}/preview");
    covers("POST /programmes/{programme}/plan/moves/{milestone}");
    covers("POST /programmes/{programme}/plan/approval");
    let hall = Hall::open().await;
    let golive = |plan: &Value| {
        let all = plan["milestones"].as_array().unwrap();
        all.iter().find(|one| one["milestone"] == "GOLIVE").unwrap().clone()
    };
    let before = hall.get("/plan").await;
    assert_eq!(golive(&before)["day"], "2027-01-04");
    assert!(!before["critical_paths"]["GOLIVE"].as_array().unwrap().is_empty());

    let to = json!({ "to": "2027-04-24", "reason": "Udbud" });
    let path = format!("{}/plan/moves/GOLIVE", hall.base);
    let (status, shown) =
        hall.call(Method::POST, &format!("{path}/preview"), None, Some(to.clone())).await;
    assert_eq!((status, &shown["moved"]), (200, &json!(false)), "{shown}");
    assert_eq!(
        shown["milestones"][0],
        json!({ "milestone": "GOLIVE", "from": "2027-01-04", "to": "2027-04-24" })
    );
    assert!(shown["tasks"].as_array().unwrap().len() > 20);
    assert_eq!(hall.get("/plan").await, before);

    let (status, said) = hall.call(Method::POST, &path, Some(7), Some(to.clone())).await;
    assert_eq!((status, &said["code"]), (409, &json!("version.conflict")));
    let (status, said) = hall.call(Method::POST, &path, Some(1), Some(json!({}))).await;
    assert_eq!((status, &said["code"]), (400, &json!("field.invalid")), "{said}");
    let (status, moved) = hall.call(Method::POST, &path, Some(1), Some(to)).await;
    assert_eq!((status, &moved["tasks"]), (200, &shown["tasks"]));
    assert_eq!(golive(&hall.get("/plan").await)["day"], "2027-04-24");
    let lines = hall.get("/history/?kind=milestone&key=GOLIVE").await;
    assert_eq!(
        (&lines["items"][0]["to"], &lines["items"][0]["reason"]),
        (&json!("2027-04-24"), &json!("Udbud"))
    );

    let approval = format!("{}/plan/approval", hall.base);
    let named = Some(json!({ "decision": "D-001" }));
    let (status, _) = hall.call(Method::POST, &approval, None, named.clone()).await;
    assert_eq!(status, 422);
    let decision = json!({ "title": "Planen", "by": "M-001", "day": "2026-03-02" });
    hall.add("/decisions/", decision).await;
    let (status, plan) = hall.call(Method::POST, &approval, None, named).await;
    assert_eq!((status, &plan["approved_by"]), (200, &json!("D-001")), "{plan}");
    assert_eq!(golive(&plan)["baseline"], "2027-04-24");
    // A baseline is not written but by approving.
    let version = golive(&plan)["version"].as_i64();
    let (_, same) = hall
        .call(
            Method::PATCH,
            &format!("{}/milestones/GOLIVE", hall.base),
            version,
            Some(json!({ "baseline": "2030-01-01", "note": "Hm" })),
        )
        .await;
    assert_eq!((&same["baseline"], &same["note"]), (&json!("2027-04-24"), &json!("Hm")));
}

#[tokio::test]
async fn switching_is_shown_first_and_keeps_every_register() {
    covers("POST /programmes/{programme}/plan/variant");
    let hall = Hall::open().await;
    hall.add("/systems/", json!({ "name": "Byg" })).await;
    let path = format!("{}/plan/variant", hall.base);
    let light = |apply: bool| Some(json!({ "variant": "light", "apply": apply }));
    let (status, shown) = hall.call(Method::POST, &path, None, light(false)).await;
    assert_eq!((status, &shown["switched"]), (200, &json!(false)), "{shown}");
    assert_eq!(hall.get("").await["variant"], "full");
    let (status, _) = hall.call(Method::POST, &path, None, light(true)).await;
    assert_eq!((status, &hall.get("").await["variant"]), (200, &json!("light")));
    assert_eq!(hall.get("/tasks/").await["totalElements"], 5);
    assert_eq!(hall.get("/systems/").await["totalElements"], 1);
}

#[tokio::test]
async fn acceptance_07_a_system_with_no_observations_has_no_evidence_in_the_interface_either() {
    covers("GET /programmes/{programme}/matrix");
    covers("GET /programmes/{programme}/matrix/cells/");
    covers("GET /programmes/{programme}/requirements/");
    let hall = Hall::open().await;
    hall.add("/systems/", json!({ "key": "S-1", "name": "Byg", "role": "sender" })).await;
    let cell = hall.get("/matrix/cells/?subject=S-1&requirement=MK-A2").await;
    assert_eq!(cell["totalElements"], 1, "{cell}");
    let cell = &cell["items"][0];
    assert_eq!(
        (&cell["result"], &cell["measured"]),
        (&json!("no_evidence"), &json!("no_evidence"))
    );
    assert!(cell["last"].is_null() && cell["why"]["da"].is_string());
    let matrix = hall.get("/matrix").await;
    assert_eq!(matrix["headlines"][1]["systems"], json!({ "part": 0, "whole": 1 }));
    let all = hall.get("/requirements/?kind=official").await;
    assert!(all["totalElements"].as_u64().unwrap() >= 12, "{}", all["totalElements"]);
    let one = all["items"].as_array().unwrap().iter().find(|one| one["requirement"] == "MK-A2");
    assert_eq!(one.unwrap()["results"]["no_evidence"], 1);
}

#[tokio::test]
async fn the_status_report_says_as_data_what_it_says_on_paper() {
    covers("GET /programmes/{programme}/status");
    covers("GET /programmes/{programme}/potential/");
    let hall = Hall::open().await;
    let risk = json!({ "title": "Sen leverandør", "probability": 4, "consequence": 5 });
    hall.add("/risks/", risk).await;
    let letter = json!({ "name": "Afgørelse", "citizens": 1000, "minutes_own": 3 });
    hall.add("/letters/", letter).await;
    let report = hall.get("/status").await;
    assert_eq!(
        report["risks"],
        json!([{ "key": "R-001", "title": "Sen leverandør", "weight": 20 }])
    );
    assert!(["green", "yellow", "red"].contains(&report["light"]["shown"].as_str().unwrap()));
    assert!(report["tasks"]["all"].as_u64().unwrap() > 50);
    let milestones = report["milestones"].as_array().unwrap();
    assert!(milestones.iter().any(|one| one["milestone"] == "MEMO_ONLY"));
    let scores = hall.get("/potential/").await;
    let score = &scores["items"][0];
    assert_eq!((&score["letter"], &score["rank"]), (&json!("B-001"), &json!(1)));
    assert_eq!(score["benefit_hours"], 50.0);
    assert_eq!((&score["volume_origin"], &score["measured"]), (&json!("estimate"), &json!(null)));
    assert_eq!((&score["volume"], &score["entered"]), (&score["entered"], &score["volume"]));
    assert_eq!(score["entered"]["citizens"], 1000);
}

#[tokio::test]
async fn pages_that_are_handed_in_are_scanned_for_old_links_and_forgotten() {
    covers("POST /programmes/{programme}/scan-links");
    covers("GET /programmes/{programme}/link-scans/");
    covers("GET /programmes/{programme}/link-scans/{key}");
    covers("DELETE /programmes/{programme}/link-scans/{key}");
    let hall = Hall::open().await;
    let cell = "/matrix/cells/?requirement=MK-D2";
    let before = hall.get(cell).await;
    assert_eq!(before["items"][0]["result"], "no_evidence", "{before}");

    let path = format!("{}/scan-links", hall.base);
    let old = "<html><body>Hemmeligt <a href='https://www.e-boks.dk/skriv?cpr=0101701234'>x</a>";
    let pages = json!({ "pages": [
        { "address": "https://www.by.example/kontakt", "html": old },
        { "address": "pjece.pdf", "html": "%PDF-1.7" },
    ] });
    let (status, told) = hall.call(Method::POST, &path, None, Some(pages)).await;
    assert_eq!((status, &told["old_links"], &told["unread_pages"]), (201, &json!(1), &json!(1)));
    let found = json!({
        "page": "https://www.by.example/kontakt", "link": "https://www.e-boks.dk/skriv"
    });
    assert_eq!(told["found"], json!([found]));
    let kept = hall.get("/link-scans/").await;
    assert_eq!(kept["items"][0]["found"], json!([found]));
    assert!(!kept.to_string().contains("Hemmeligt") && !kept.to_string().contains("0101701234"));
    let after = hall.get(cell).await;
    let verdict = &after["items"][0];
    assert!(verdict["why"]["en"].as_str().unwrap().contains("1 old links"), "{after}");

    let clean = json!({ "pages": [{ "address": "a.html", "html": "<html></html>" }] });
    assert_eq!(hall.call(Method::POST, &path, None, Some(clean)).await.0, 201);
    assert_eq!(hall.get(cell).await["items"][0]["result"], "pass");

    for (body, status) in [
        (json!({ "pages": [] }), 400),
        (json!({ "pages": [{ "address": "", "html": "<html>" }] }), 400),
        (json!({ "pages": [{ "address": "a" }] }), 400),
        (json!({ "pages": [{ "address": "a", "html": "no page" }] }), 422),
    ] {
        let answer = hall.call(Method::POST, &path, None, Some(body.clone())).await;
        assert_eq!(answer.0, status, "{body}: {}", answer.1);
    }
    let key = hall.get("/link-scans/").await["items"][0]["key"].as_str().unwrap().to_owned();
    let one = hall.get(&format!("/link-scans/{key}")).await;
    assert!(one["pages"].as_u64().unwrap() >= 1, "{one}");
    let path = format!("{}/link-scans/{key}", hall.base);
    assert_eq!(hall.call(Method::DELETE, &path, Some(1), None).await.0, 204);
    assert_eq!(hall.get("/link-scans/").await["totalElements"], 1);
}

#[tokio::test]
async fn the_history_is_read_page_by_page_and_shows_no_token() {
    covers("GET /programmes/{programme}/history/");
    let hall = Hall::open().await;
    let link =
        hall.add("/questionnaires/", json!({ "supplier": "L-001", "expires": "2026-04-01" })).await;
    let path = link["path"].as_str().unwrap();
    assert!(path.starts_with("/answer/") && path.len() > 60, "{path}");
    assert!(hall.get("/questionnaires/Q-001").await.get("path").is_none());
    let first = hall.get("/history/?size=2").await;
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let next = first["next"].as_i64().unwrap();
    let second = hall.get(&format!("/history/?size=1000&before={next}")).await;
    assert!(second["next"].is_null());
    assert!(second["items"][0]["number"].as_i64().unwrap() < next);
    let links = hall.get("/history/?kind=questionnaire&key=Q-001").await;
    assert_eq!(links["items"][0]["to"]["supplier"], "L-001");
    let all = [first, second, links].map(|lines| lines.to_string()).concat();
    assert!(!all.contains("sha256") && !all.contains(path), "{all}");
    for wrong in ["?kind=dragon&key=S-1", "?kind=system", "?before=0", "?size=x"] {
        let path = format!("{}/history/{wrong}", hall.base);
        assert_eq!(hall.call(Method::GET, &path, None, None).await.0, 400, "{wrong}");
    }
}
