use brevdue_exchange::Policy;
use serde_json::{Value, json};

use crate::certificates::Validity;
use crate::covering::covers;
use crate::office::{Desk, faults, open, sender_command, with};
use crate::town::{RECEIVING_CVR, SENDING_CVR};

const ALL: &str = "/organisations/00000000-0000-0000-0000-000000000001/systems/";
const OWN: &str = "/organisations/00000000-0000-0000-0000-000000000001/systems/00000000-0000-0000-0000-000000000011";
const FOREIGN: &str = "/organisations/00000000-0000-0000-0000-000000000002/systems/";

fn receiver(name: &str, kind: &str) -> Value {
    let mut command = sender_command(name);
    command["systemTypes"] = json!([kind]);
    command
}

fn path_of(system: &Value) -> String {
    format!("{ALL}{}", system["id"].as_str().unwrap())
}

#[tokio::test]
async fn the_systems_of_ones_own_organisation_are_told() {
    covers("GET /organisations/{organisationId}/systems/");
    let town = open().await;
    let desk = Desk::of(&town, &town.sender);
    let (status, all) = desk.get(ALL).await;
    assert_eq!((status, &all["totalElements"]), (200, &json!(1)), "{all}");
    let token = all["systems"][0]["apiToken"]["authenticationToken"].as_str().unwrap();
    assert_eq!(format!("Basic {token}"), town.sender.authorization());
    let (_, one) =
        desk.get(&format!("{ALL}?authenticationToken={}", token.replace('=', "%3D"))).await;
    assert_eq!(one["totalElements"], 1);
    assert_eq!(desk.get(&format!("{ALL}?authenticationToken=x")).await.1["totalElements"], 0);
    assert_eq!(desk.get(&format!("{ALL}?certificateSerialNumber=ab")).await.1["totalElements"], 0);
    assert_eq!(desk.get(FOREIGN).await.0, 403);
}

#[tokio::test]
async fn a_registered_system_can_call_with_its_token() {
    covers("POST /organisations/{organisationId}/systems/");
    let town = open().await;
    let desk = Desk::of(&town, &town.sender);
    let mut command = sender_command("Ny afsender");
    command["allowedIps"] = json!([{ "ip": "127.0.0.1" }, { "ip": "2001:db8::/123" }]);
    command["technicalContact"] = json!({ "email": "drift@kommune.example" });
    let (status, made) = desk.post(ALL, command).await;
    assert_eq!((status, &made["version"]), (201, &json!(1)), "{made}");
    let token = made["apiToken"]["authenticationToken"].as_str().unwrap();
    let client = town.client(Some(&town.sender.identity));
    let request = client.get(town.url("/apis/v1/receipts/"));
    let answer = request.header("authorization", format!("Basic {token}")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(desk.post(FOREIGN, sender_command("Fremmed")).await.0, 403);
}

#[tokio::test]
async fn every_rule_of_a_system_names_its_field() {
    let town = open().await;
    let desk = Desk::of(&town, &town.sender);
    let wrong = json!({
        "name": "x".repeat(257),
        "endpoint": "ftp://post.example/",
        "receiptEndpoint": "http://post.example/",
        "activeTo": "2026-01-01T00:00:00.000Z",
        "technicalContact": { "email": "none", "phoneNumber": "abc" },
        "serviceProtocol": "SMTP",
        "allowedIps": [{ "ip": "10.0.0.0/8" }, { "ip": "hjemme" }],
        "receiptFormat": "DP2",
        "businessContactEmail": "a b@c",
        "delegatedCVR": "1234567x",
        "defaultMaterialId": -1,
        "standardSystemTemplateId": null,
    });
    let (status, body) = desk.post(ALL, wrong).await;
    assert_eq!(status, 400);
    let mut fields = faults(&body);
    fields.sort_unstable();
    let mut expected = vec![
        "name",
        "endpoint",
        "receiptEndpoint",
        "activeTo",
        "technicalContact.email",
        "technicalContact.phoneNumber",
        "serviceProtocol",
        "allowedIps[0].ip",
        "allowedIps[1].ip",
        "receiptFormat",
        "businessContactEmail",
        "delegatedCVR",
        "defaultMaterialId",
        "systemTypes",
    ];
    expected.sort_unstable();
    assert_eq!(fields, expected);
    assert!(!body.to_string().contains("10.0.0.0"), "what was sent is not repeated");

    let mut template = sender_command("Skabelon");
    template["standardSystemTemplateId"] = json!("00000000-0000-0000-0000-00000000beef");
    let (_, body) = desk.post(ALL, template).await;
    assert_eq!(faults(&body), ["standardSystemTemplateId"]);
    let mut pushed = receiver("Modtager", "RECIPIENT");
    pushed["serviceProtocol"] = json!("REST_PUSH");
    assert_eq!(faults(&desk.post(ALL, pushed).await.1), ["endpoint"]);
}

#[tokio::test]
async fn outside_local_mode_endpoints_on_private_addresses_are_refused() {
    let town = with(Policy { systems_may_register: true, ..Policy::default() }).await;
    let desk = Desk::of(&town, &town.sender);
    for address in
        ["http://127.0.0.1/x", "https://127.0.0.1/x", "https://10.0.0.7/", "https://[::1]/"]
    {
        let mut command = sender_command("Afsender");
        command["receiptEndpoint"] = json!(address);
        let (status, body) = desk.post(ALL, command).await;
        assert_eq!((status, faults(&body)), (400, vec!["receiptEndpoint"]), "{address}");
    }
    let mut command = sender_command("Afsender");
    command["receiptEndpoint"] = json!("https://post.kommune.example/kvitteringer");
    assert_eq!(desk.post(ALL, command).await.0, 201);
}

#[tokio::test]
async fn one_organisation_has_five_receiver_systems_at_most() {
    let town = open().await;
    let desk = Desk::of(&town, &town.sender);
    for number in 1..=5 {
        let (status, _) =
            desk.post(ALL, receiver(&format!("Modtager {number}"), "RECIPIENT")).await;
        assert_eq!(status, 201, "{number}");
    }
    let (status, body) = desk.post(ALL, receiver("Modtager 6", "RECIPIENT")).await;
    assert_eq!((status, faults(&body)), (400, vec!["systemTypes"]));
    assert_eq!(desk.post(ALL, sender_command("Afsender 2")).await.0, 201);
}

#[tokio::test]
async fn one_system_is_told() {
    covers("GET /organisations/{organisationId}/systems/{id}");
    let town = open().await;
    let desk = Desk::of(&town, &town.sender);
    let (status, one) = desk.get(OWN).await;
    assert_eq!((status, &one["systemTypes"]), (200, &json!(["SENDER"])));
    assert_eq!((&one["serviceProtocol"], &one["version"]), (&json!("REST_PULL"), &json!(1)));
    assert_eq!(desk.get(&format!("{ALL}00000000-0000-0000-0000-000000000022")).await.0, 404);
}

#[tokio::test]
async fn a_system_is_changed_by_the_version_that_was_read() {
    covers("PUT /organisations/{organisationId}/systems/{id}");
    let town = open().await;
    let desk = Desk::of(&town, &town.sender);
    let mut command = sender_command("Omdøbt");
    command["supplier"] = json!("Opdigtet Leverandør A/S");
    let (status, changed) = desk.put(OWN, &json!(1), command.clone()).await;
    assert_eq!((status, &changed["version"]), (200, &json!(2)), "{changed}");
    assert_eq!((&changed["name"], &changed["supplier"]), (&json!("Omdøbt"), &command["supplier"]));
    assert_eq!(desk.get(OWN).await.1, changed);
    assert_eq!(desk.put(OWN, &json!(1), command.clone()).await.0, 409);
    command["activeTo"] = json!("2026-03-01T00:00:00.000Z");
    assert_eq!(desk.put(OWN, &json!(2), command).await.0, 200);
    assert_eq!(desk.get(OWN).await.0, 403, "its own time has passed");
}

#[tokio::test]
async fn a_removed_system_is_gone_and_its_token_with_it() {
    covers("DELETE /organisations/{organisationId}/systems/{id}");
    let town = open().await;
    let desk = Desk::of(&town, &town.sender);
    let (_, made) = desk.post(ALL, sender_command("Midlertidig")).await;
    let path = path_of(&made);
    assert_eq!(desk.delete(&path, &json!(7)).await.0, 409);
    assert_eq!(desk.delete(&path, &made["version"]).await.0, 204);
    assert_eq!(desk.get(&path).await.0, 404);
    assert_eq!(desk.get(ALL).await.1["totalElements"], 1);
    let token = made["apiToken"]["authenticationToken"].as_str().unwrap();
    let client = town.client(Some(&town.sender.identity));
    let request = client.get(town.url("/apis/v1/receipts/"));
    let answer = request.header("authorization", format!("Basic {token}")).send().await.unwrap();
    assert_eq!(answer.status(), 401);
}

#[tokio::test]
async fn the_mark_of_the_default_recipient_moves() {
    covers("POST /organisations/{organisationId}/systems/{id}/makedefaultrecipient");
    let town = open().await;
    let desk = Desk::of(&town, &town.sender);
    let (_, first) = desk.post(ALL, receiver("Første", "RECIPIENT_DEFAULT")).await;
    let (_, second) = desk.post(ALL, receiver("Anden", "RECIPIENT")).await;
    let path = format!("{}/makedefaultrecipient", path_of(&second));
    let (status, told) = desk.post(&path, json!({})).await;
    assert_eq!((status, &told["systemTypes"]), (200, &json!(["RECIPIENT_DEFAULT"])), "{told}");
    let (_, first) = desk.get(&path_of(&first)).await;
    assert_eq!((&first["systemTypes"], &first["version"]), (&json!(["RECIPIENT"]), &json!(2)));
    let path = format!("{OWN}/makedefaultrecipient");
    assert_eq!(desk.post(&path, json!({})).await.0, 400, "a sender receives nothing");
}

#[tokio::test]
async fn a_renewed_token_replaces_the_old_one_and_drops_the_certificate() {
    covers("POST /organisations/{organisationId}/systems/{id}/renewapitoken");
    let town = open().await;
    let desk = Desk::of(&town, &town.sender);
    let certificate = town.sender.identity.certificate.as_bytes();
    assert_eq!(desk.upload(&format!("{OWN}/certificate/"), certificate).await.0, 201);
    let (status, told) = desk.post(&format!("{OWN}/renewapitoken"), json!({})).await;
    assert_eq!(status, 200);
    assert_eq!(told["ocesPublicCertificate"], Value::Null);
    assert_ne!(told["apiToken"]["value"], town.sender.registered.token.0);
    assert_eq!(desk.get(OWN).await.0, 401, "the old token has ended");
}

#[tokio::test]
async fn a_registered_certificate_is_the_only_one_that_is_let_in() {
    covers("POST /organisations/{organisationId}/systems/{systemId}/certificate/");
    let town = open().await;
    let desk = Desk::of(&town, &town.sender);
    let path = format!("{OWN}/certificate/");
    let stranger = town.issuer.organisation(RECEIVING_CVR, Validity::Now);
    let expired = town.issuer.organisation(SENDING_CVR, Validity::Past);
    for file in [stranger.certificate.as_bytes(), expired.certificate.as_bytes(), b"no certificate"]
    {
        assert_eq!(desk.upload(&path, file).await.0, 400);
    }
    let (status, told) = desk.upload(&path, town.sender.identity.certificate.as_bytes()).await;
    assert_eq!(status, 201, "{told}");
    let serial = told["certificateSerialNumber"].as_str().unwrap();
    assert_eq!(
        (told["sha1"].as_str().unwrap().len(), told["md5"].as_str().unwrap().len()),
        (40, 32)
    );
    let found = desk.get(&format!("{ALL}?certificateSerialNumber={serial}")).await.1;
    assert_eq!(found["totalElements"], 1);
    let other = town.issuer.organisation(SENDING_CVR, Validity::Now);
    let client = town.client(Some(&other));
    let request = client.get(town.url(&format!("/apis/v1{OWN}")));
    let answer = request.header("authorization", town.sender.authorization()).send().await.unwrap();
    assert_eq!(answer.status(), 401);
}

#[tokio::test]
async fn an_ssh_key_gives_a_system_a_user_name() {
    covers("POST /organisations/{organisationId}/systems/{systemId}/sshkey/");
    let town = open().await;
    let desk = Desk::of(&town, &town.sender);
    let path = format!("{OWN}/sshkey/");
    let key = "AAAAC3NzaC1lZDI1NTE5AAAAIE8k0PsvO2fA7M3m0m0cX1S0cX7E3tQm7aZb5p1hVh1P";
    let line = format!("ssh-ed25519 {key} nogen@kommune");
    let (status, told) = desk.upload(&path, line.as_bytes()).await;
    assert_eq!(status, 201, "{told}");
    assert_eq!(
        (&told["sshPublicKey"], &told["sshUsername"]),
        (&json!(key), &json!("00000000-0000-0000-0000-000000000011"))
    );
    let address = "127.0.0.1".parse().unwrap();
    let user = told["sshUsername"].as_str().unwrap();
    let caller = town.exchange.authenticate_key(user, &format!("ssh-ed25519 {key}"), address).await;
    assert_eq!(caller.unwrap().system.id, town.sender.registered.id);
    assert_eq!(desk.upload(&path, b"no key").await.0, 400);
}

#[tokio::test]
async fn a_certificate_is_looked_into_without_registering_it() {
    covers("POST /organisations/oces-public-certificate/check/{protocolType}");
    let town = open().await;
    let desk = Desk::of(&town, &town.sender);
    let file = town.sender.identity.certificate.as_bytes();
    let path = "/organisations/oces-public-certificate/check/REST_PUSH";
    let (status, told) = desk.upload(path, file).await;
    assert_eq!((status, &told["cvrNumber"]), (200, &json!(SENDING_CVR)));
    let serial = &told["ocesPublicCertificate"]["subjectDistinguishedNameSerialNumber"];
    assert!(serial.as_str().unwrap().starts_with("UI:DK-O:"), "{told}");
    assert_eq!(desk.get(OWN).await.1["ocesPublicCertificate"], Value::Null);
    assert_eq!(desk.upload("/organisations/oces-public-certificate/check/FAX", file).await.0, 400);
}
