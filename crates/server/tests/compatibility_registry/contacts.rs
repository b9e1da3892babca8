use brevdue_exchange::handover::{HandoverOutcome, Load};
use brevdue_exchange::storage::EventQuery;
use brevdue_exchange::{ContactId, EventTag, SMS_GATEWAY, WorkerId};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use crate::covering::covers;
use crate::office::{COMPANY, COMPANY_CVR, Desk, PERSON, PERSON_CPR, answer, faults, open};

#[tokio::test]
async fn contacts_are_looked_up_by_lists_of_numbers_and_each_look_up_is_logged() {
    covers("GET /contacts/");
    let town = open().await;
    let desk = Desk::of(&town, &town.sender);
    let before = town.store.counts().await.unwrap().events;
    let (status, found) = desk
        .get(&format!("/contacts/?cprNumber={PERSON_CPR},0101011234&cvrNumber={COMPANY_CVR}"))
        .await;
    assert_eq!((status, &found["totalElements"]), (200, &json!(2)), "{found}");
    let person = &found["contacts"][0];
    assert_eq!((&person["type"], &person["cprNumber"]), (&json!("CITIZEN"), &json!(PERSON_CPR)));
    assert_eq!(person["mailboxSubscription"]["publicRegistrationStatus"], "REGISTERED");
    // One for each who was found, and one that says that somebody was not.
    let logged = town.store.events(&EventQuery::default(), Default::default()).await.unwrap();
    let logged = &logged.items[usize::try_from(before).unwrap()..];
    let told: Vec<_> = logged.iter().map(|event| (event.tag, event.owner)).collect();
    let expected = [
        (EventTag::CprLookedUp, Some(PERSON)),
        (EventTag::CvrLookedUp, Some(COMPANY)),
        (EventTag::CprLookedUp, None),
    ];
    assert_eq!(told, expected);
    assert!(logged.iter().all(|event| event.system == Some(town.sender.registered.id)));

    assert_eq!(desk.get("/contacts/?cprNumber=0101011234").await.1["contacts"], json!([]));
    let (status, wrong) = desk.get("/contacts/?cprNumber=010101-1234").await;
    assert_eq!((status, faults(&wrong)), (400, vec!["cprNumber"]));
    assert!(!wrong.to_string().contains("010101"), "no number is repeated");
    assert_eq!(desk.get("/contacts/?size=1").await.1["totalPages"], 2);
    assert_eq!(desk.get("/contacts/?type=COMPANY").await.1["totalElements"], 1);
    assert_eq!(desk.get(&format!("/contacts/?id={PERSON}")).await.1["totalElements"], 1);
    assert_eq!(
        desk.get("/contacts/?lastUpdated=2026-01-01T00:00:00.000Z").await.1["totalElements"],
        0
    );
    assert_eq!(Desk::of(&town, &town.receiver).get("/contacts/").await.0, 403);
    let body = json!({ "cprNumber": [PERSON_CPR], "id": [COMPANY] });
    let bulk = desk.ask(Method::GET, "/contacts/?isBulkLookup=true").json(&body);
    assert_eq!(answer(bulk).await.1["totalElements"], 2);
}

#[tokio::test]
async fn many_contacts_are_looked_up_with_a_body() {
    covers("POST /contacts/");
    let town = open().await;
    let desk = Desk::of(&town, &town.sender);
    let (status, found) =
        desk.post("/contacts/", json!({ "cvrNumber": [COMPANY_CVR], "id": [COMPANY] })).await;
    assert_eq!(
        (status, &found["totalElements"]),
        (200, &json!(1)),
        "once, however often asked for"
    );
    let many: Vec<String> = (0..1001).map(|n| format!("{n:08}")).collect();
    assert_eq!(desk.post("/contacts/", json!({ "cvrNumber": many })).await.0, 400);
}

#[tokio::test]
async fn one_contact_is_told_to_those_who_may_look_up_and_to_itself() {
    covers("GET /contacts/{id}");
    let town = open().await;
    let path = format!("/contacts/{PERSON}");
    let (status, told) = Desk::of(&town, &town.sender).get(&path).await;
    assert_eq!((status, &told["version"]), (200, &json!(1)));
    let own = Desk::of_person(&town, ("CPR", PERSON_CPR), None, &[]).await;
    assert_eq!(own.get(&path).await.0, 200);
    assert_eq!(own.get(&format!("/contacts/{COMPANY}")).await.0, 403);
    let unknown = "/contacts/00000000-0000-0000-0000-0000000000ff";
    assert_eq!(Desk::of(&town, &town.sender).get(unknown).await.0, 404);
    assert!(EventTag::ALL.contains(&EventTag::ContactRegistryAccessedCitizen));
}

#[tokio::test]
async fn a_contact_changes_its_number_and_those_who_serve_it_its_registration() {
    covers("PUT /contacts/{id}");
    let town = open().await;
    let path = format!("/contacts/{PERSON}");
    let own = Desk::of_person(&town, ("CPR", PERSON_CPR), None, &[]).await;
    let number = json!({ "nemSmsSubscription": { "mobileNumber": "20304050" } });
    let (status, changed) = own.put(&path, &json!(1), number.clone()).await;
    assert_eq!((status, &changed["version"]), (200, &json!(2)), "{changed}");
    assert_eq!(changed["nemSmsSubscription"]["verificationTime"], json!(null));
    let kept = town.store.contact(ContactId(PERSON)).await.unwrap().unwrap();
    assert!(kept.nemsms.is_none(), "not before it is verified");

    let wrong = json!({
        "cprNumber": "0101011234",
        "mailboxSubscription": { "registrationStatus": "EXEMPT_OTHER_REASON" },
        "nemSmsSubscription": { "mobileNumber": "12345678" },
    });
    let (status, body) = own.put(&path, &json!(2), wrong).await;
    assert_eq!(status, 400);
    assert_eq!(
        faults(&body),
        ["cprNumber", "mailboxSubscription.registrationStatus", "nemSmsSubscription.mobileNumber",]
    );
    let service = Desk::citizen_service(&town).await;
    let awaiting =
        json!({ "mailboxSubscription": { "registrationStatus": "UNCONFIRMED_REGISTRATION" } });
    let (status, changed) = service.put(&path, &json!(2), awaiting).await;
    assert_eq!(status, 200);
    assert_eq!(changed["mailboxSubscription"]["publicRegistrationStatus"], "UNKNOWN");
    assert_eq!(changed["nemSmsSubscription"], json!(null), "left out, it is taken away");
    assert_eq!(service.put(&path, &json!(2), number.clone()).await.0, 409);
    assert_eq!(Desk::of(&town, &town.sender).put(&path, &json!(3), number).await.0, 403);
}

#[tokio::test]
async fn a_number_takes_text_messages_once_its_code_is_entered() {
    covers("PUT /contacts/{contactId}/verifications/{id}");
    let town = open().await;
    let own = Desk::of_person(&town, ("CPR", PERSON_CPR), None, &[]).await;
    let number = json!({ "nemSmsSubscription": { "mobileNumber": "20304050" } });
    let (_, changed) = own.put(&format!("/contacts/{PERSON}"), &json!(1), number).await;
    let id = changed["nemSmsSubscription"]["id"].as_str().unwrap();
    let path = format!("/contacts/{PERSON}/verifications/{id}");
    // The code leaves by the road of all text messages.
    let worker = WorkerId(Uuid::from_u128(9));
    let handovers = town.exchange.claim_handovers(worker, 10).await.unwrap();
    let [handover] = &handovers[..] else { panic!("{handovers:?}") };
    let Load::Sms(message) = &handover.load else { panic!("{handover:?}") };
    assert_eq!((handover.system, message.to.digits()), (SMS_GATEWAY, "20304050"));
    let text = message.text.clone();
    town.exchange.settle_handover(handover, HandoverOutcome::Taken).await.unwrap();
    assert_eq!(town.store.counts().await.unwrap().jobs, 0);
    let code: String = text.chars().filter(char::is_ascii_digit).take(6).collect();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let put =
        |code: &str| answer(own.ask(Method::PUT, &path).json(&json!({ "verificationCode": code })));
    let (status, body) = put(wrong).await;
    assert_eq!((status, faults(&body)), (400, vec!["verificationCode"]));
    let (status, told) = put(&code).await;
    assert_eq!(status, 200, "{told}");
    assert!(told["nemSmsSubscription"]["verificationTime"].is_string());
    let kept = town.store.contact(ContactId(PERSON)).await.unwrap().unwrap();
    assert_eq!(kept.nemsms.unwrap().digits(), "20304050");
}

#[tokio::test]
async fn a_person_is_looked_up_when_number_and_names_belong_together() {
    covers("GET /citizen-lookup/");
    let town = open().await;
    let desk = Desk::of_person(&town, ("CPR", "6102802345"), None, &[]).await;
    let path = format!("/citizen-lookup/?cprNumber={PERSON_CPR}");
    let named = format!("{path}&firstNameProvided=opdigtet&lastNameProvided=Pr%C3%B8ve");
    let (status, found) = desk.get(&named).await;
    assert_eq!((status, &found["name"]), (200, &json!("Opdigtet Anna Prøve")), "{found}");
    let (status, nothing) = desk.get(&path).await;
    assert_eq!((status, &nothing["name"]), (200, &json!(null)));
    assert_eq!(Desk::citizen_service(&town).await.get(&path).await.1["identityId"], json!(PERSON));
    assert_eq!(Desk::of(&town, &town.sender).get(&path).await.0, 403);
}
