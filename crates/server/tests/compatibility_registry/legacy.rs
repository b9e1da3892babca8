use brevdue_exchange::Batch;
use brevdue_wire::registry::{ServiceProtocol, StandardSystemTemplate, SystemType};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use crate::covering::covers;
use crate::office::{Desk, answer, open, sender_command};
use crate::town::Town;

const OWN: &str = "/organisations/00000000-0000-0000-0000-000000000002";

async fn with_a_box(town: &Town) -> Desk<'_> {
    let desk = Desk::of(town, &town.receiver);
    let translations = json!([
        { "postkasseId": 17, "postkasseEmneId": 4 },
        { "postkasseId": 17, "postkasseEmneId": 5 },
        { "postkasseId": 18 },
    ]);
    let command = json!({ "name": "Pladser", "translations": translations });
    assert_eq!(desk.post(&format!("{OWN}/contact-points/"), command).await.0, 201);
    desk
}

#[tokio::test]
async fn the_legacy_numbers_of_an_organisation_are_told() {
    covers("GET /organisations/{organisationId}/postkasse-ids/");
    let town = open().await;
    let desk = with_a_box(&town).await;
    let (status, found) = desk.get(&format!("{OWN}/postkasse-ids/")).await;
    assert_eq!((status, &found["postkasseIds"]), (200, &json!([17, 18])));
}

#[tokio::test]
async fn the_subjects_of_a_legacy_box_are_told() {
    covers("GET /organisations/{organisationId}/postkasse-ids/{postkasseId}/postkasse-emne-ids/");
    let town = open().await;
    let desk = with_a_box(&town).await;
    let path = |number| format!("{OWN}/postkasse-ids/{number}/postkasse-emne-ids/");
    let (status, found) = desk.get(&path("17")).await;
    assert_eq!((status, &found["postkasseEmneIds"]), (200, &json!([4, 5])));
    assert_eq!(desk.get(&path("19")).await.0, 404);
    assert_eq!(desk.get(&path("x")).await.0, 400);
}

#[tokio::test]
async fn a_material_is_what_its_system_and_contact_points_say() {
    covers("GET /materials/{id}");
    let town = open().await;
    let desk = with_a_box(&town).await;
    let mut command = sender_command("Afsender");
    command["defaultMaterialId"] = json!(4711);
    assert_eq!(desk.post(&format!("{OWN}/systems/"), command).await.0, 201);
    let (status, material) = desk.get("/materials/4711").await;
    assert_eq!((status, &material["defaultPostkasseId"]), (200, &json!(17)), "{material}");
    assert_eq!(desk.get("/materials/4712").await.0, 404);
}

#[tokio::test]
async fn a_system_takes_what_it_leaves_out_from_a_template() {
    covers("GET /standard-system-templates");
    let town = open().await;
    let id = Uuid::from_u128(0x7e);
    let template = StandardSystemTemplate {
        name: Some("Opdigtet Fagsystem".into()),
        system_types: Some(vec![SystemType::Sender]),
        service_protocol: Some(ServiceProtocol::RestPull),
        ..Default::default()
    };
    let ops = town.exchange.register_template(id, template).await.unwrap();
    town.store.commit(Batch { ops }).await.unwrap();
    let desk = Desk::of(&town, &town.sender);
    let (status, all) = desk.get("/standard-system-templates").await;
    let told = &all["standardSystemTemplates"][0];
    assert_eq!((status, &told["name"]), (200, &json!("Opdigtet Fagsystem")));
    let own = "/organisations/00000000-0000-0000-0000-000000000001/systems/";
    let command = json!({ "name": "Vores fagsystem", "standardSystemTemplateId": id });
    let (status, made) = desk.post(own, command).await;
    assert_eq!((status, &made["systemTypes"]), (201, &json!(["SENDER"])), "{made}");
}

#[tokio::test]
async fn the_interfaces_that_closed_say_so() {
    covers("PUT /dp/afsendersystem/{systemId}/afsendelser/{meddelelseId}");
    covers("PUT /dp/afsendersystem/{systemId}/masseafsendelser/{meddelelseId}");
    covers("PUT /dp2/afsendersystem/{systemId}/afsendelser/{meddelelseId}");
    covers("PUT /dp2/afsendersystem/{systemId}/masseafsendelser/{meddelelseId}");
    covers("GET /afsendersystem/{systemId}/masseafsendelser/kvitteringsliste/");
    covers("DELETE /afsendersystem/{systemId}/masseafsendelser/kvitteringsliste/{id}");
    covers("GET /afsendersystem/{systemId}/tilmeldinger/{indholdsTypeId}");
    covers("GET /afsendersystem/{systemId}/tilmeldingsliste/");
    covers("GET /afsendersystem/{systemId}/tilmeldingsliste/{tilmeldingslisteId}");
    let town = open().await;
    let desk = Desk::of(&town, &town.sender);
    for (method, path) in [
        (Method::PUT, "/dp/afsendersystem/1/afsendelser/2"),
        (Method::PUT, "/dp/afsendersystem/1/masseafsendelser/2"),
        (Method::PUT, "/dp2/afsendersystem/1/afsendelser/2"),
        (Method::PUT, "/dp2/afsendersystem/1/masseafsendelser/2"),
        (Method::GET, "/afsendersystem/1/masseafsendelser/kvitteringsliste/"),
        (Method::DELETE, "/afsendersystem/1/masseafsendelser/kvitteringsliste/2"),
        (Method::GET, "/afsendersystem/1/tilmeldinger/2"),
        (Method::GET, "/afsendersystem/1/tilmeldingsliste/"),
        (Method::GET, "/afsendersystem/1/tilmeldingsliste/2"),
    ] {
        let (status, body) = answer(desk.ask(method, path)).await;
        assert_eq!((status, &body["fejlKode"]), (404, &json!(404)), "{path}");
    }
}
