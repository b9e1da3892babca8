//! Who begins a programme, and who sees it.

use brevdue_exchange::people::registered::Role;
use reqwest::Method;
use serde_json::json;

use crate::covering::covers;
use crate::hall::{Hall, beginning};
use crate::town::{RECEIVING_CVR, SENDING_CVR};

#[tokio::test]
async fn a_programme_is_shown_to_its_people_and_looks_to_others_as_if_it_were_not_there() {
    covers("GET /programmes/");
    covers("POST /programmes/");
    covers("GET /programmes/{programme}");
    let hall = Hall::open().await;
    let (status, list) = hall.call(Method::GET, "/programmes/", None, None).await;
    assert_eq!((status, &list["totalElements"]), (200, &json!(1)), "{list}");
    assert_eq!(list["items"][0]["roles"], json!(["owner", "pm"]));
    let read = hall.get("").await;
    assert_eq!((&read["me"], &read["variant"]), (&json!("M-001"), &json!("full")));

    let stranger = hall.token_of(RECEIVING_CVR, Role::Administrator).await;
    let (_, list) = hall.call_as(&stranger, Method::GET, "/programmes/", None, None).await;
    assert_eq!(list["totalElements"], 0);
    for rest in ["", "/systems/", "/status", "/matrix", "/reports/R1", "/history/"] {
        let path = format!("{}{rest}", hall.base);
        let (status, body) = hall.call_as(&stranger, Method::GET, &path, None, None).await;
        assert_eq!((status, &body["code"]), (404, &json!("programme.not.found")), "{path}");
        let (status, _) = hall.call_as("nobody", Method::GET, &path, None, None).await;
        assert_eq!(status, 401, "{path}");
    }
}

#[tokio::test]
async fn an_organisation_is_observed_only_when_it_says_so_itself() {
    let hall = Hall::open().await;
    let theirs = beginning(&[SENDING_CVR, RECEIVING_CVR]);
    let (status, body) = hall.call(Method::POST, "/programmes/", None, Some(theirs)).await;
    assert_eq!((status, &body["code"]), (403, &json!("organisation.not.yours")), "{body}");
    let reader = hall.token_of(SENDING_CVR, Role::Employee).await;
    let own = Some(beginning(&[SENDING_CVR]));
    let (status, _) = hall.call_as(&reader, Method::POST, "/programmes/", None, own).await;
    assert_eq!(status, 403);

    let path = format!("{}/settings", hall.base);
    let wider = json!({ "cvr": [SENDING_CVR, RECEIVING_CVR] });
    let (status, _) = hall.call(Method::PATCH, &path, Some(1), Some(wider.clone())).await;
    assert_eq!(status, 403);
    let edit = json!({ "from": [SENDING_CVR], "to": wider["cvr"] });
    let change =
        json!({ "changes": [{ "kind": "settings", "key": "settings", "edit": { "cvr": edit } }] });
    let changes = format!("{}/changes", hall.base);
    let (status, _) = hall.call(Method::POST, &changes, None, Some(change)).await;
    assert_eq!(status, 403);
    // Who manages the exchange may, once they are among its people.
    let manager = hall.subject_of(SENDING_CVR, Role::SystemManager).await;
    let entry = json!({ "name": "Opdigtet Drift", "roles": ["pm"], "subject": manager });
    hall.add("/people/", entry).await;
    let manager = hall.token_of(SENDING_CVR, Role::SystemManager).await;
    let (status, after) =
        hall.call_as(&manager, Method::PATCH, &path, Some(1), Some(wider.clone())).await;
    assert_eq!((status, &after["cvr"]), (200, &wider["cvr"]), "{after}");
}

#[tokio::test]
async fn a_system_works_on_a_programme_as_the_entry_that_names_it() {
    let hall = Hall::open().await;
    let path = format!("{}/status", hall.base);
    let system = &hall.town.sender;
    let (status, _) = hall.call_as_system(system, Method::GET, &path).await;
    assert_eq!(status, 404);
    let subject = system.registered.id.to_string();
    hall.add("/people/", json!({ "name": "Robot", "roles": ["arch"], "subject": subject })).await;
    let (status, body) = hall.call_as_system(system, Method::GET, &path).await;
    assert_eq!((status, &body["authority"]), (200, &json!("Opdigtet Kommune 1")));
}
