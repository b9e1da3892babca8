//! A desk from which the registries are asked and changed.

use brevdue_exchange::people::{Person, Privilege};
use brevdue_exchange::{Batch, Contact, ContactId, Op, OrganisationId, Policy, RegistrationStatus};
use brevdue_memo::{PartyId, Timestamp};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::certificates::Identity;
use crate::town::{System, Town, Wishes};

/// An invented person: 60 is added to the day.
pub(crate) const PERSON_CPR: &str = "7101801234";
/// An invented company.
pub(crate) const COMPANY_CVR: &str = "33445566";

/// The person's contact.
pub(crate) const PERSON: Uuid = Uuid::from_u128(0xc1);
/// The company's contact.
pub(crate) const COMPANY: Uuid = Uuid::from_u128(0xc2);

/// A town whose systems may register, as in local mode, with a person and a company in it.
pub(crate) async fn open() -> Town {
    let policy =
        Policy { systems_may_register: true, private_endpoints: true, ..Policy::default() };
    with(policy).await
}

pub(crate) async fn with(policy: Policy) -> Town {
    let town = Town::with(Wishes { policy, ..Default::default() }).await;
    let contact = |id, id_type: &str, number: &str, name: &str| Contact {
        id: ContactId(id),
        party: PartyId::parse(id_type, number).unwrap(),
        name: name.into(),
        status: RegistrationStatus::Registered,
        nemsms: None,
    };
    let mut batch = Batch::default();
    batch.push(Op::PutContact(contact(PERSON, "CPR", PERSON_CPR, "Opdigtet Anna Prøve")));
    batch.push(Op::PutContact(contact(COMPANY, "CVR", COMPANY_CVR, "Opdigtet ApS")));
    town.store.commit(batch).await.unwrap();
    town
}

/// Whoever asks, with certificate and token.
pub(crate) struct Desk<'a> {
    town: &'a Town,
    client: Client,
    authorization: String,
}

impl<'a> Desk<'a> {
    pub(crate) fn of(town: &'a Town, system: &System) -> Self {
        let client = town.client(Some(&system.identity));
        Self { town, client, authorization: system.authorization() }
    }

    /// Somebody who has signed in.
    pub(crate) async fn of_person(
        town: &'a Town,
        party: (&str, &str),
        organisation: Option<OrganisationId>,
        privileges: &[Privilege],
    ) -> Self {
        let person = Person {
            identity: Uuid::from_u128(0x1d),
            name: "Opdigtet Medarbejder".into(),
            id_type: party.0.into(),
            number: party.1.into(),
            organisation,
            privileges: privileges.iter().copied().collect(),
        };
        let token = format!("{}-{privileges:?}-{organisation:?}", party.1);
        let token: String = token.chars().filter(char::is_ascii_alphanumeric).collect();
        let ends = Timestamp::from_millis(i64::MAX);
        let op = town.exchange.access_token(&token, person, Uuid::nil(), ends).unwrap();
        town.store.commit(Batch::of(op)).await.unwrap();
        let identity: &Identity = &town.sender.identity;
        let client = town.client(Some(identity));
        Self { town, client, authorization: format!("Bearer {token}") }
    }

    pub(crate) async fn citizen_service(town: &'a Town) -> Self {
        let privileges = [Privilege::CitizenServiceEmployee];
        Self::of_person(town, ("CVR", "12345678"), None, &privileges).await
    }

    pub(crate) fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        let url = self.town.url(&format!("/apis/v1{path}"));
        self.client.request(method, url).header("authorization", &self.authorization)
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        answer(self.ask(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        answer(self.ask(Method::POST, path).json(&body)).await
    }

    pub(crate) async fn put(&self, path: &str, version: &Value, body: Value) -> (u16, Value) {
        let version = version.to_string();
        answer(self.ask(Method::PUT, path).header("if-match", version).json(&body)).await
    }

    pub(crate) async fn delete(&self, path: &str, version: &Value) -> (u16, Value) {
        answer(self.ask(Method::DELETE, path).header("if-match", version.to_string())).await
    }

    pub(crate) async fn upload(&self, path: &str, file: &[u8]) -> (u16, Value) {
        answer(self.ask(Method::POST, path).multipart(form(file))).await
    }
}

pub(crate) fn form(file: &[u8]) -> reqwest::multipart::Form {
    let part = reqwest::multipart::Part::bytes(file.to_vec()).file_name("file");
    reqwest::multipart::Form::new().part("file", part)
}

pub(crate) async fn answer(request: RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap_or(Value::Null))
}

/// The fields at fault.
pub(crate) fn faults(body: &Value) -> Vec<&str> {
    let list = body["fieldErrors"].as_array().unwrap();
    list.iter().map(|fault| fault["field"].as_str().unwrap()).collect()
}

/// What a sender system is registered with.
pub(crate) fn sender_command(name: &str) -> Value {
    json!({
        "name": name,
        "systemTypes": ["SENDER"],
        "serviceProtocol": "REST_PULL",
        "activeFrom": "2026-01-01T00:00:00.000Z",
    })
}
