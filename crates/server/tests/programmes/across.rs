//! Several authorities side by side, and who sees which.

use brevdue_exchange::people::registered::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::covering::covers;
use crate::hall::{Hall, beginning};
use crate::town::{RECEIVING_CVR, SENDING_CVR};

/// Authorities among the items of an answer.
fn authorities(body: &Value) -> Vec<&str> {
    let items = body["items"].as_array().unwrap();
    items.iter().map(|one| one["authority"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_programme_stands_among_others_for_exactly_those_who_may_read_it() {
    covers("GET /programmes/across");
    let hall = Hall::open().await;
    let mut other = beginning(&[SENDING_CVR]);
    other["authority"] = json!("Opdigtet Kommune 2");
    other["variant"] = json!("light");
    let other = hall.made("/programmes/", other).await;
    let across = "/programmes/across";
    let (status, body) = hall.call(Method::GET, across, None, None).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(authorities(&body), ["Opdigtet Kommune 1", "Opdigtet Kommune 2"]);

    let reader = hall.token_of(RECEIVING_CVR, Role::Employee).await;
    let (_, body) = hall.call_as(&reader, Method::GET, across, None, None).await;
    assert!(authorities(&body).is_empty(), "{body}");
    let (status, _) = hall.call_as("nobody", Method::GET, across, None, None).await;
    assert_eq!(status, 401);
    // An entry is what it takes, with whatever role.
    let subject = hall.subject_of(RECEIVING_CVR, Role::Employee).await;
    let path = format!("/programmes/{}", other["id"].as_str().unwrap());
    let entry = json!({ "key": "M-2", "name": "Opdigtet Revisor", "subject": subject });
    hall.made(&format!("{path}/people/"), entry).await;
    let (_, body) = hall.call_as(&reader, Method::GET, across, None, None).await;
    assert_eq!(authorities(&body), ["Opdigtet Kommune 2"]);
    for (id, expected) in [(&path, 200), (&hall.base, 404)] {
        let (status, _) = hall.call_as(&reader, Method::GET, id, None, None).await;
        assert_eq!(status, expected, "what is read is what is seen");
        let report = format!("{id}/reports/R10");
        let (status, _) = hall.call_as(&reader, Method::GET, &report, None, None).await;
        assert_eq!(status, expected, "{report}");
    }
    let (status, _) = hall.call(Method::DELETE, &format!("{path}/people/M-2"), Some(1), None).await;
    assert_eq!(status, 204);
    let (_, body) = hall.call_as(&reader, Method::GET, across, None, None).await;
    assert!(authorities(&body).is_empty(), "{body}");
}

#[tokio::test]
async fn a_line_tells_what_the_status_report_tells_and_no_evidence_is_none() {
    let hall = Hall::open().await;
    hall.add("/systems/", json!({ "key": "S-1", "name": "Byg", "role": "sender" })).await;
    let (_, body) = hall.call(Method::GET, "/programmes/across", None, None).await;
    let standing = &body["items"][0]["standing"];
    let status = hall.get("/status").await;
    assert_eq!(standing["light"], status["light"]["shown"]);
    assert_eq!(standing["tasks"], status["tasks"]);
    assert_eq!(standing["catalogue_version"], status["catalogue_version"]);
    assert_eq!(
        (&standing["measured"], &standing["stated"]),
        (&status["measured"], &status["stated"])
    );
    for milestone in ["GOLIVE", "MEMO_ONLY"] {
        let deadline = &standing["deadlines"][milestone];
        assert_eq!(deadline["compliance"], status["compliance"][milestone], "{milestone}");
        assert_eq!(
            (&deadline["systems"], &deadline["messages"]),
            (&json!("short"), &json!("no_evidence"))
        );
        assert_eq!(
            (&deadline["baseline"], &deadline["days_late"]),
            (&json!("2027-01-04"), &json!(0))
        );
    }
    assert!(standing["as_of"].is_string() && standing["next"]["name"]["da"].is_string());

    let found = |query: &str| {
        let path = format!("/programmes/across?{query}");
        let hall = &hall;
        async move { hall.call(Method::GET, &path, None, None).await.1["totalElements"].clone() }
    };
    assert_eq!(found("authority=*1").await, 1);
    assert_eq!(found("authority=*9").await, 0);
    assert_eq!(found(&format!("standing.light={}", standing["light"].as_str().unwrap())).await, 1);
    assert_eq!(found("size=1&page=1").await, 1, "the second page of one");

    let path = format!("{}/reports/R10", hall.base);
    let answer = hall.request(Method::GET, &path).bearer_auth(&hall.token).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(answer.headers()["content-disposition"].to_str().unwrap().contains("R10-"));
    assert_eq!(answer.bytes().await.unwrap()[..2], b"PK"[..]);
    let (status, said) = hall.call(Method::GET, &format!("{path}?form=pdf"), None, None).await;
    assert_eq!((status, &said["code"]), (400, &json!("report.form.unknown")), "{said}");
}

#[tokio::test]
async fn the_last_project_manager_cannot_go_by_any_door() {
    let hall = Hall::open().await;
    let path = format!("{}/people/M-001", hall.base);
    let demoted = Some(json!({ "roles": ["owner"] }));
    let (status, said) = hall.call(Method::PATCH, &path, Some(1), demoted.clone()).await;
    assert_eq!((status, &said["code"]), (422, &json!("programme.leader.needed")), "{said}");
    let (status, said) = hall.call(Method::DELETE, &path, Some(1), None).await;
    assert_eq!((status, &said["code"]), (422, &json!("programme.leader.needed")), "{said}");
    let unknown = Some(json!({ "subject": "" }));
    let (status, said) = hall.call(Method::PATCH, &path, Some(1), unknown).await;
    assert_eq!((status, &said["code"]), (422, &json!("programme.leader.needed")), "{said}");
    let changes = format!("{}/changes", hall.base);
    let removing = json!({ "changes": [{ "kind": "person", "key": "M-001", "remove": 1 }] });
    let (status, said) = hall.call(Method::POST, &changes, None, Some(removing)).await;
    assert_eq!((status, &said["code"]), (422, &json!("programme.leader.needed")), "{said}");

    let subject = hall.subject_of(SENDING_CVR, Role::SystemManager).await;
    let entry = json!({ "name": "Opdigtet Afløser", "roles": ["pm"], "subject": subject });
    hall.add("/people/", entry).await;
    let (status, said) = hall.call(Method::PATCH, &path, Some(1), demoted).await;
    assert_eq!(status, 200, "{said}");
}
