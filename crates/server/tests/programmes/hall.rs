//! A town hall at work on its programme.

use std::path::Path;
use std::sync::Arc;

use brevdue_exchange::Batch;
use brevdue_exchange::people::registered::Role;
use brevdue_memo::PartyId;
use brevdue_programme::Programmes;
use brevdue_programme::memory::Memory;
use brevdue_server::rest::RestSettings;
use brevdue_store::programme::ProgrammeFile;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::town::{SENDING_CVR, System, Town, Wishes};

pub(crate) struct Hall {
    pub(crate) town: Town,
    pub(crate) client: Client,
    /// Of the administrator of the authority that sends, who leads the programme.
    pub(crate) token: String,
    /// Path of the programme, without a slash at its end.
    pub(crate) base: String,
}

impl Hall {
    /// A programme that has just begun.
    pub(crate) async fn open() -> Self {
        Self::with(Programmes::new(Arc::new(Memory::default()))).await
    }

    /// A programme that has just begun, with observations kept in a file of a folder.
    pub(crate) async fn watched(folder: &Path) -> (Self, Arc<ProgrammeFile>) {
        let file = Arc::new(ProgrammeFile::open(folder).unwrap());
        let programmes = Programmes::new(Arc::clone(&file) as _);
        let hall = Self::with(programmes.with_observations(Arc::clone(&file) as _)).await;
        (hall, file)
    }

    async fn with(programmes: Programmes) -> Self {
        let rest = RestSettings { programmes: Some(programmes), ..RestSettings::default() };
        let town = Town::with(Wishes { rest, ..Wishes::default() }).await;
        let client = town.client(Some(&town.sender.identity));
        let mut hall = Self { town, client, token: String::new(), base: String::new() };
        hall.token = hall.token_of(SENDING_CVR, Role::Administrator).await;
        let begun = hall.made("/programmes/", beginning(&[SENDING_CVR])).await;
        hall.base = format!("/programmes/{}", begun["id"].as_str().unwrap());
        hall
    }

    /// A token of somebody of an organisation.
    pub(crate) async fn token_of(&self, cvr: &str, role: Role) -> String {
        let party = PartyId::parse("CVR", cvr).unwrap();
        let person = self.town.exchange.registered_person(party, role).await.unwrap().unwrap();
        let token = format!("pas-{cvr}-{}", role.word());
        let until = self.town.exchange.now().plus_seconds(3600);
        let op = self.town.exchange.access_token(&token, person, Uuid::from_u128(7), until);
        self.town.store.commit(Batch::of(op.unwrap())).await.unwrap();
        token
    }

    /// The id that somebody of an organisation signs in under.
    pub(crate) async fn subject_of(&self, cvr: &str, role: Role) -> String {
        let party = PartyId::parse("CVR", cvr).unwrap();
        let person = self.town.exchange.registered_person(party, role).await.unwrap().unwrap();
        person.identity.to_string()
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.town.url(&format!("/apis/v1{path}")))
    }

    pub(crate) async fn call_as(
        &self,
        token: &str,
        method: Method,
        path: &str,
        if_match: Option<i64>,
        body: Option<Value>,
    ) -> (u16, Value) {
        let mut request = self.request(method, path).bearer_auth(token);
        if let Some(version) = if_match {
            request = request.header("if-match", version.to_string());
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        told(request.send().await.unwrap()).await
    }

    /// Calls an operation in the name of who leads; gives status and body.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        if_match: Option<i64>,
        body: Option<Value>,
    ) -> (u16, Value) {
        self.call_as(&self.token, method, path, if_match, body).await
    }

    /// As a system, with its certificate and token.
    pub(crate) async fn call_as_system(
        &self,
        system: &System,
        method: Method,
        path: &str,
    ) -> (u16, Value) {
        let client = self.town.client(Some(&system.identity));
        let url = self.town.url(&format!("/apis/v1{path}"));
        let request = client.request(method, url).header("authorization", system.authorization());
        told(request.send().await.unwrap()).await
    }

    /// What stands at a path below the programme.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, body) =
            self.call(Method::GET, &format!("{}{path}", self.base), None, None).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// What a POST to a path makes.
    pub(crate) async fn made(&self, path: &str, body: Value) -> Value {
        let (status, made) = self.call(Method::POST, path, None, Some(body)).await;
        assert_eq!(status, 201, "{path}: {made}");
        made
    }

    /// What a POST to a path below the programme makes.
    pub(crate) async fn add(&self, path: &str, body: Value) -> Value {
        self.made(&format!("{}{path}", self.base), body).await
    }
}

async fn told(answer: Response) -> (u16, Value) {
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

/// What begins a programme of these organisations.
pub(crate) fn beginning(cvr: &[&str]) -> Value {
    json!({
        "name": "På MeMo", "authority": "Opdigtet Kommune 1", "cvr": cvr, "kind": "kommune",
        "track": "authority", "variant": "full", "profile": "NEW", "start": "2026-01-05",
        "person_name": "Opdigtet Leder"
    })
}
