use reqwest::Method;
use serde_json::json;

use crate::covering::covers;
use crate::office::{COMPANY_CVR, Desk, answer, faults, form, open, with};
use crate::town::SENDING_CVR;

const OWN: &str = "/organisations/00000000-0000-0000-0000-000000000001";
const OTHER: &str = "/organisations/00000000-0000-0000-0000-000000000002";

#[tokio::test]
async fn organisations_are_found_by_any_field() {
    covers("GET /organisations/");
    let town = open().await;
    let desk = Desk::of(&town, &town.sender);
    let (status, all) = desk.get("/organisations/").await;
    assert_eq!((status, &all["totalElements"]), (200, &json!(2)));
    assert_eq!(all["organisations"][0]["type"], "AUTHORITY");
    let (_, one) = desk.get(&format!("/organisations/?cvrNumber={SENDING_CVR},99999999")).await;
    assert_eq!(one["totalElements"], 1);
    let (_, named) = desk.get("/organisations/?searchTerm=kommune%202&fields=name").await;
    assert_eq!(named["organisations"], json!([{ "name": "Opdigtet Kommune 2" }]));
    let (status, wrong) = desk.get("/organisations/?size=0").await;
    assert_eq!((status, faults(&wrong)), (400, vec!["size"]));
}

#[tokio::test]
async fn an_organisation_registered_without_a_record_has_version_1() {
    covers("GET /organisations/{id}");
    let town = open().await;
    let (status, one) = Desk::of(&town, &town.receiver).get(OWN).await;
    assert_eq!(status, 200);
    assert_eq!((&one["version"], &one["cvrNumber"]), (&json!(1), &json!(SENDING_CVR)));
    assert_eq!(
        (&one["authorityTerms"], &one["mandatoryPostAllowed"]),
        (&json!(true), &json!(false))
    );
    let unknown = "/organisations/00000000-0000-0000-0000-0000000000ff";
    assert_eq!(Desk::of(&town, &town.receiver).get(unknown).await.0, 404);
}

#[tokio::test]
async fn an_organisation_changes_itself_and_nobody_else_by_the_version_it_read() {
    covers("PUT /organisations/{id}");
    let town = open().await;
    let desk = Desk::of(&town, &town.sender);
    let command = json!({
        "name": "Opdigtet Storkommune",
        "authorityType": "MUNICIPALITY",
        "mandatoryPostAllowed": true,
        "legalContact": { "name": "Nogen", "email": "nogen@kommune.example" },
        "colour": "left alone",
    });
    let (status, changed) = desk.put(OWN, &json!(1), command.clone()).await;
    assert_eq!((status, &changed["version"]), (200, &json!(2)), "{changed}");
    assert_eq!(changed["mandatoryPostAllowed"], false, "that is granted, not taken");
    assert_eq!(desk.get(OWN).await.1, changed);
    assert_eq!(town.store.organisations().await.unwrap()[1].name, "Opdigtet Storkommune");

    let (status, late) = desk.put(OWN, &json!(1), command.clone()).await;
    assert_eq!(status, 409);
    assert!(late["message"].as_str().unwrap().contains("version is 2"), "{late}");
    let (status, _) = answer(desk.ask(Method::PUT, OWN).json(&command)).await;
    assert_eq!(status, 422, "If-Match is missing");
    assert_eq!(desk.put(OTHER, &json!(1), command.clone()).await.0, 403);
    let wrong = json!({ "legalContact": { "email": "no address" } });
    let (status, wrong) = desk.put(OWN, &json!(2), wrong).await;
    assert_eq!((status, faults(&wrong)), (400, vec!["name", "legalContact.email"]));
}

#[tokio::test]
async fn outside_local_mode_only_administrators_change_an_organisation() {
    let town = with(Default::default()).await;
    let command = json!({ "name": "Opdigtet Kommune" });
    let system = Desk::of(&town, &town.sender);
    assert_eq!(system.put(OWN, &json!(1), command.clone()).await.0, 403);
    let own = town.sender.registered.organisation;
    let right = brevdue_exchange::people::Privilege::OrganisationAdministrator;
    let party = ("CVR", SENDING_CVR);
    let administrator = Desk::of_person(&town, party, Some(own), &[right]).await;
    assert_eq!(administrator.put(OWN, &json!(1), command.clone()).await.0, 200);
    assert_eq!(administrator.put(OTHER, &json!(1), command).await.0, 403);
}

#[tokio::test]
async fn an_organisation_is_looked_up_by_its_number() {
    covers("GET /organisation-lookup/{cvrNumber}");
    let town = open().await;
    let desk = Desk::of(&town, &town.sender);
    let (status, found) = desk.get(&format!("/organisation-lookup/{SENDING_CVR}")).await;
    assert_eq!((status, &found["organisationName"]), (200, &json!("Opdigtet Kommune 1")));
    assert_eq!(found["status"], "ACTIVE");
    assert_eq!(desk.get(&format!("/organisation-lookup/{COMPANY_CVR}")).await.0, 404);
    assert_eq!(desk.get("/organisation-lookup/12").await.0, 400);
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n an invented picture";

#[tokio::test]
async fn a_logo_is_given() {
    covers("PUT /organisations/{id}/logo");
    let town = open().await;
    let desk = Desk::of(&town, &town.sender);
    let path = format!("{OWN}/logo");
    let put = |version: &str, file: &[u8]| {
        answer(desk.ask(Method::PUT, &path).header("if-match", version).multipart(form(file)))
    };
    let (status, logo) = put("1", PNG).await;
    assert_eq!((status, &logo["mediaType"]), (200, &json!("image/png")), "{logo}");
    let (_, organisation) = desk.get(OWN).await;
    assert_eq!(
        (&organisation["logoAvailable"], &organisation["version"]),
        (&json!(true), &json!(2))
    );
    assert_eq!(put("2", b"<svg onload='x()'/>").await.0, 400);
    assert_eq!(put("1", PNG).await.0, 409);
}

#[tokio::test]
async fn a_logo_is_shown_byte_for_byte() {
    covers("GET /organisations/{id}/logo");
    let town = open().await;
    let desk = Desk::of(&town, &town.sender);
    let path = format!("{OWN}/logo");
    assert_eq!(desk.get(&path).await.0, 404);
    let large = [PNG, &vec![7; 200_000]].concat();
    let put = desk.ask(Method::PUT, &path).header("if-match", "1").multipart(form(&large));
    assert_eq!(answer(put).await.0, 200);
    let answer = desk.ask(Method::GET, &path).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "image/png");
    assert_eq!(answer.bytes().await.unwrap(), large);
}

#[tokio::test]
async fn a_logo_is_taken_away() {
    covers("DELETE /organisations/{id}/logo");
    let town = open().await;
    let desk = Desk::of(&town, &town.sender);
    let path = format!("{OWN}/logo");
    let put = desk.ask(Method::PUT, &path).header("if-match", "1").multipart(form(PNG));
    assert_eq!(answer(put).await.0, 200);
    assert_eq!(desk.delete(&path, &json!(2)).await.0, 204);
    assert_eq!(desk.get(&path).await.0, 404);
    assert_eq!(desk.delete(&path, &json!(3)).await.0, 404);
}
