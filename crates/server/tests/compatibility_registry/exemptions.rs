use brevdue_exchange::people::Privilege;
use brevdue_exchange::{ContactId, RegistrationStatus};
use serde_json::{Value, json};

use crate::covering::covers;
use crate::office::{COMPANY_CVR, Desk, PERSON, PERSON_CPR, faults, open};
use crate::town::Town;

async fn exempt(desk: &Desk<'_>) -> Value {
    let (status, made) = desk.post("/exemptions/", json!({ "cprNumber": PERSON_CPR })).await;
    assert_eq!(status, 201, "{made}");
    made
}

async fn status(town: &Town) -> RegistrationStatus {
    town.store.contact(ContactId(PERSON)).await.unwrap().unwrap().status
}

fn path(one: &Value) -> String {
    format!("/exemptions/{}", one["id"].as_str().unwrap())
}

#[tokio::test]
async fn an_exemption_is_in_force_at_once() {
    covers("POST /exemptions/");
    let town = open().await;
    let desk = Desk::citizen_service(&town).await;
    let made = exempt(&desk).await;
    assert_eq!((&made["version"], &made["exemptionStatus"]), (&json!(1), &json!("PROCESSED")));
    assert_eq!(status(&town).await, RegistrationStatus::Exempt);
    let (_, contact) = Desk::of(&town, &town.sender).get(&format!("/contacts/{PERSON}")).await;
    assert_eq!(contact["mailboxSubscription"]["publicRegistrationStatus"], "EXEMPT");
    assert_eq!(contact["mailboxSubscription"]["exemptionStart"], made["date"]);

    let again = json!({ "cprNumber": PERSON_CPR });
    assert_eq!(faults(&desk.post("/exemptions/", again).await.1), ["cprNumber"]);
    let wrong = json!({
        "cprNumber": PERSON_CPR,
        "cvrNumber": COMPANY_CVR,
        "date": "2030-01-01T00:00:00.000Z",
        "forwardToAddress": true,
    });
    let (_, body) = desk.post("/exemptions/", wrong).await;
    assert_eq!(faults(&body), ["cprNumber", "date", "recipient"]);
    let company = json!({ "cvrNumber": COMPANY_CVR });
    assert_eq!(desk.post("/exemptions/", company.clone()).await.0, 403, "not theirs to serve");
    let right = [Privilege::BusinessServiceEmployee];
    let business = Desk::of_person(&town, ("CVR", "12345678"), None, &right).await;
    assert_eq!(business.post("/exemptions/", company.clone()).await.0, 201);
    assert_eq!(Desk::of(&town, &town.sender).post("/exemptions/", company).await.0, 403);
}

#[tokio::test]
async fn an_exemption_is_told_to_those_who_serve() {
    covers("GET /exemptions/{id}");
    let town = open().await;
    let desk = Desk::citizen_service(&town).await;
    let made = exempt(&desk).await;
    assert_eq!(desk.get(&path(&made)).await, (200, made.clone()));
    assert_eq!(Desk::of(&town, &town.sender).get(&path(&made)).await.0, 403);
}

#[tokio::test]
async fn an_exemption_is_changed() {
    covers("PUT /exemptions/{id}");
    let town = open().await;
    let desk = Desk::citizen_service(&town).await;
    let made = exempt(&desk).await;
    let command = json!({
        "recipient": { "name": "Opdigtet Anna Prøve", "countryCode": "DK" },
        "forwardToAddress": true,
    });
    let (status, changed) = desk.put(&path(&made), &json!(1), command.clone()).await;
    assert_eq!((status, &changed["version"]), (200, &json!(2)), "{changed}");
    assert_eq!(changed["recipient"]["countryCode"], "DK");
    assert_eq!(desk.put(&path(&made), &json!(1), command).await.0, 409);
}

#[tokio::test]
async fn when_an_exemption_ends_the_contact_is_registered_as_before() {
    covers("DELETE /exemptions/{id}");
    let town = open().await;
    let desk = Desk::citizen_service(&town).await;
    let made = exempt(&desk).await;
    assert_eq!(desk.delete(&path(&made), &json!(1)).await.0, 204);
    assert_eq!(status(&town).await, RegistrationStatus::Registered);
    assert_eq!(desk.get(&path(&made)).await.0, 404);
}
