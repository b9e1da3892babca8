use brevdue_exchange::ContactPointId;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::covering::covers;
use crate::office::{Desk, faults, open};
use crate::town::Town;

/// The receiving authority: it has a default system.
const OWN: &str = "/organisations/00000000-0000-0000-0000-000000000002";
const SYSTEM: &str = "00000000-0000-0000-0000-000000000022";

async fn group(desk: &Desk<'_>, name: &str, parent: Option<&Value>) -> Value {
    let path = format!("{OWN}/contact-groups/");
    let (status, group) = desk.post(&path, json!({ "name": name, "parent": parent })).await;
    assert_eq!(status, 201, "{group}");
    group
}

async fn point(desk: &Desk<'_>, command: Value) -> Value {
    let (status, point) = desk.post(&format!("{OWN}/contact-points/"), command).await;
    assert_eq!(status, 201, "{point}");
    point
}

fn desk(town: &Town) -> Desk<'_> {
    Desk::of(town, &town.receiver)
}

fn within(kind: &str, one: &Value) -> String {
    format!("{OWN}/{kind}/{}", one["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_group_is_made() {
    covers("POST /organisations/{organisationId}/contact-groups/");
    let town = open().await;
    let desk = desk(&town);
    let root = group(&desk, "Børn og unge", None).await;
    let inner = group(&desk, "Dagtilbud", Some(&root["id"])).await;
    assert_eq!((&inner["version"], &inner["parent"]["name"]), (&json!(1), &json!("Børn og unge")));
    assert_eq!(inner["organisation"]["name"], "Opdigtet Kommune 2");
    let path = format!("{OWN}/contact-groups/");
    let wrong = json!({ "name": "", "parent": Uuid::from_u128(0xbeef) });
    let (status, body) = desk.post(&path, wrong).await;
    assert_eq!((status, faults(&body)), (400, vec!["name", "parent"]));
    let foreign = Desk::of(&town, &town.sender);
    assert_eq!(foreign.post(&path, json!({ "name": "Fremmed" })).await.0, 403);
}

#[tokio::test]
async fn the_groups_of_an_organisation_are_told() {
    covers("GET /organisations/{organisationId}/contact-groups/");
    let town = open().await;
    let desk = desk(&town);
    let root = group(&desk, "Rod", None).await;
    group(&desk, "Gren", Some(&root["id"])).await;
    let path = format!("{OWN}/contact-groups/");
    let (status, all) = desk.get(&path).await;
    assert_eq!((status, &all["totalElements"]), (200, &json!(2)));
    let (_, roots) = desk.get(&format!("{path}?isRoot=true&visibility=ALL")).await;
    assert_eq!(roots["contactGroups"][0]["name"], "Rod");
    assert_eq!(desk.get(&format!("{path}?isRoot=maybe")).await.0, 400);
}

#[tokio::test]
async fn the_groups_of_all_organisations_are_told() {
    covers("GET /contact-groups/");
    let town = open().await;
    group(&desk(&town), "Rod", None).await;
    let (status, all) = Desk::of(&town, &town.sender).get("/contact-groups/?name=R*").await;
    assert_eq!((status, &all["totalElements"]), (200, &json!(1)), "{all}");
}

#[tokio::test]
async fn one_group_is_told() {
    covers("GET /organisations/{organisationId}/contact-groups/{id}");
    let town = open().await;
    let desk = desk(&town);
    let made = group(&desk, "Rod", None).await;
    assert_eq!(desk.get(&within("contact-groups", &made)).await, (200, made));
    assert_eq!(desk.get(&format!("{OWN}/contact-groups/{}", Uuid::from_u128(1))).await.0, 404);
}

#[tokio::test]
async fn a_group_is_changed_and_never_stands_within_itself() {
    covers("PUT /organisations/{organisationId}/contact-groups/{id}");
    let town = open().await;
    let desk = desk(&town);
    let root = group(&desk, "Rod", None).await;
    let inner = group(&desk, "Gren", Some(&root["id"])).await;
    let path = within("contact-groups", &root);
    let circle = json!({ "name": "Rod", "parent": inner["id"] });
    let (status, body) = desk.put(&path, &json!(1), circle).await;
    assert_eq!((status, faults(&body)), (400, vec!["parent"]));
    let (status, changed) = desk.put(&path, &json!(1), json!({ "name": "Stamme" })).await;
    assert_eq!((status, &changed["version"]), (200, &json!(2)));
    assert_eq!(desk.put(&path, &json!(1), json!({ "name": "Stamme" })).await.0, 409);
}

#[tokio::test]
async fn an_empty_group_is_removed() {
    covers("DELETE /organisations/{organisationId}/contact-groups/{id}");
    let town = open().await;
    let desk = desk(&town);
    let root = group(&desk, "Rod", None).await;
    let inner = group(&desk, "Gren", Some(&root["id"])).await;
    let (status, body) = desk.delete(&within("contact-groups", &root), &json!(1)).await;
    assert_eq!((status, &body["code"]), (409, &json!("group.not.empty")));
    assert_eq!(desk.delete(&within("contact-groups", &inner), &json!(1)).await.0, 204);
    assert_eq!(desk.delete(&within("contact-groups", &root), &json!(1)).await.0, 204);
}

#[tokio::test]
async fn a_contact_point_is_made_and_letters_see_it() {
    covers("POST /organisations/{organisationId}/contact-points/");
    let town = open().await;
    let desk = desk(&town);
    let inner = group(&desk, "Dagtilbud", None).await;
    let made = point(
        &desk,
        json!({
            "name": "Pladsanvisningen",
            "targets": ["CITIZEN"],
            "memoSizeThresholdMB": 12.5,
            "allowedNumberOfAttachments": 3,
            "contactGroups": [inner["id"]],
            "searchTerms": [{ "term": "børnehave" }],
            "contactPointCodes": [{ "type": "GLN", "code": "5790000000000" }],
            "translations": [{ "postkasseId": 17, "postkasseEmneId": 4 }],
        }),
    )
    .await;
    assert_eq!((&made["systemId"], &made["visible"]), (&json!(SYSTEM), &json!(true)));
    assert_eq!(made["contactGroups"][0]["name"], "Dagtilbud");
    let id = ContactPointId(made["id"].as_str().unwrap().parse().unwrap());
    let kept = town.store.contact_point(id).await.unwrap().unwrap();
    assert_eq!((kept.memo_limit_bytes, kept.attachment_limit), (Some(12_500_000), Some(3)));
    assert_eq!((kept.targets.citizens, kept.targets.companies), (true, false));

    let wrong = json!({
        "memoSizeThresholdMB": 61,
        "allowedNumberOfAttachments": 11,
        "systemId": Uuid::from_u128(0x11),
        "contactGroups": [Uuid::from_u128(0xbeef)],
        "contactPointCodes": [{ "type": "GLN", "code": "12" }, { "code": "" }],
        "searchTerms": [{ "term": "" }],
        "translations": [{}],
        "reportLink": { "externalLink": "javascript:x" },
    });
    let (status, body) = desk.post(&format!("{OWN}/contact-points/"), wrong).await;
    assert_eq!(status, 400);
    assert_eq!(
        faults(&body),
        [
            "name",
            "memoSizeThresholdMB",
            "allowedNumberOfAttachments",
            "reportLink.externalLink",
            "contactPointCodes[0].code",
            "contactPointCodes[1].code",
            "contactPointCodes[1].type",
            "contactGroups[0]",
            "searchTerms[0].term",
            "translations[0].postkasseId",
            "systemId",
        ]
    );
}

#[tokio::test]
async fn contact_points_are_found_by_group_term_and_visibility() {
    covers("GET /organisations/{organisationId}/contact-points/");
    let town = open().await;
    let desk = desk(&town);
    let inner = group(&desk, "Dagtilbud", None).await;
    point(&desk, json!({ "name": "Skjult", "visible": false, "internalDescription": "kun os" }))
        .await;
    let terms = json!([{ "term": "børnehave" }]);
    point(
        &desk,
        json!({ "name": "Pladser", "contactGroups": [inner["id"]], "searchTerms": terms }),
    )
    .await;
    let path = format!("{OWN}/contact-points/");
    let count = async |desk: &Desk<'_>, query: &str| {
        desk.get(&format!("{path}{query}")).await.1["totalElements"].as_i64().unwrap()
    };
    assert_eq!(desk.get(&path).await.0, 200);
    assert_eq!(count(&desk, "").await, 1);
    assert_eq!(count(&desk, "?visibility=HIDDEN").await, 1);
    assert_eq!(count(&desk, "?visibility=ALL").await, 2);
    assert_eq!(
        count(&desk, &format!("?contactGroupId={}", inner["id"].as_str().unwrap())).await,
        1
    );
    assert_eq!(count(&desk, "?isRoot=true").await, 0);
    assert_eq!(count(&desk, "?searchTerm=b%C3%B8rn").await, 1);
    assert_eq!(count(&desk, "?searchTerm=pladser").await, 0);
    assert_eq!(count(&desk, "?searchTermOrName=pladser").await, 1);
    let stranger = Desk::of(&town, &town.sender);
    assert_eq!(count(&stranger, "?visibility=ALL").await, 1, "hidden ones are their own's");
    assert_eq!(desk.get(&format!("{path}?visibility=SOME")).await.0, 400);
}

#[tokio::test]
async fn contact_points_of_all_organisations_are_found_by_legacy_number() {
    covers("GET /contact-points/");
    let town = open().await;
    let translations = json!([{ "postkasseId": 17, "postkasseEmneId": 4 }]);
    point(&desk(&town), json!({ "name": "Pladser", "translations": translations })).await;
    let stranger = Desk::of(&town, &town.sender);
    let (status, found) = stranger.get("/contact-points/?postkasseId=17&postkasseEmneId=4").await;
    assert_eq!((status, &found["totalElements"]), (200, &json!(1)), "{found}");
    assert_eq!(stranger.get("/contact-points/?postkasseId=18").await.1["totalElements"], 0);
}

#[tokio::test]
async fn one_contact_point_is_told_and_a_hidden_one_to_its_own_alone() {
    covers("GET /organisations/{organisationId}/contact-points/{id}");
    let town = open().await;
    let own = desk(&town);
    let made = point(&own, json!({ "name": "Skjult", "visible": false })).await;
    let path = within("contact-points", &made);
    assert_eq!(own.get(&path).await, (200, made));
    assert_eq!(Desk::of(&town, &town.sender).get(&path).await.0, 404);
}

#[tokio::test]
async fn a_contact_point_is_changed() {
    covers("PUT /organisations/{organisationId}/contact-points/{id}");
    let town = open().await;
    let desk = desk(&town);
    let made = point(&desk, json!({ "name": "Pladser" })).await;
    let path = within("contact-points", &made);
    let command = json!({ "name": "Pladsanvisning", "active": false });
    let (status, changed) = desk.put(&path, &json!(1), command.clone()).await;
    assert_eq!((status, &changed["version"]), (200, &json!(2)));
    assert_eq!((&changed["active"], &changed["name"]), (&json!(false), &command["name"]));
    assert_eq!(desk.put(&path, &json!(1), command).await.0, 409);
}

#[tokio::test]
async fn a_removed_contact_point_is_gone_and_inactive_for_letters() {
    covers("DELETE /organisations/{organisationId}/contact-points/{id}");
    let town = open().await;
    let desk = desk(&town);
    let made = point(&desk, json!({ "name": "Pladser" })).await;
    let path = within("contact-points", &made);
    assert_eq!(desk.delete(&path, &json!(1)).await.0, 204);
    assert_eq!(desk.get(&path).await.0, 404);
    let id = ContactPointId(made["id"].as_str().unwrap().parse().unwrap());
    assert!(!town.store.contact_point(id).await.unwrap().unwrap().active);
}
