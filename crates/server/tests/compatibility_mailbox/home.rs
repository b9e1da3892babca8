//! A citizen of the invented country, with a letter in the mailbox.

use std::sync::Arc;

use brevdue_exchange::people::Person;
use brevdue_exchange::people::registered::Role;
use brevdue_exchange::{
    AuthorityRights, Batch, Contact, ContactId, Op, Organisation, OrganisationId, OrganisationKind,
    Receives, RegistrationStatus, Store,
};
use brevdue_memo::PartyId;
use brevdue_server::rest::{ClientSettings, RestSettings, SignIn};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::town::{RECEIVING_CVR, SENDING_CVR, Town, Wishes, letter, message_uuid};

pub(crate) const VAGN: &str = "7204551236";
pub(crate) const KARLA: &str = "6104551238";
pub(crate) const COMPANY: &str = "22334466";

/// The contact ids of the three.
pub(crate) fn contact_id(number: u128) -> Uuid {
    Uuid::from_u128(0xa1d5_c0de_0000_4000_8000_0000_0000_0000 + number)
}

pub(crate) struct Home {
    pub(crate) town: Town,
    pub(crate) client: Client,
    pub(crate) token: String,
    /// Path of the mailbox, with its slash.
    pub(crate) base: String,
}

/// A letter from the authority to a citizen.
pub(crate) fn letter_to(cpr: &str, uuid: Uuid) -> String {
    letter(uuid, 30)
        .replace(
            &format!(
                "<memo:recipientID>{RECEIVING_CVR}</memo:recipientID>\n      <memo:idType>CVR"
            ),
            &format!("<memo:recipientID>{cpr}</memo:recipientID>\n      <memo:idType>CPR"),
        )
        .replace(
            "</memo:label>\n    <memo:Sender>",
            "</memo:label>\n    <memo:reply>true</memo:reply>\n    <memo:Sender>",
        )
}

impl Home {
    /// Vagn's home, with one letter that may be answered.
    pub(crate) async fn open() -> Self {
        Self::on(None).await
    }

    /// The same, on a store of the test's own.
    pub(crate) async fn on(store: Option<Arc<dyn Store>>) -> Self {
        let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
        let client = ClientSettings {
            id: "visningsklient".into(),
            secret: "hemmelighed".into(),
            name: "Visningsklienten".into(),
            redirect_uris: vec!["http://127.0.0.1/cb".into()],
            logout_uris: vec!["http://127.0.0.1/farvel".into()],
        };
        let sign_in = Arc::new(SignIn::with_test_provider(vec![client], &key).unwrap());
        let rest = RestSettings { sign_in: Some(sign_in), ..RestSettings::default() };
        let town = Town::with(Wishes { rest, store, ..Wishes::default() }).await;
        let contact = |number, kind, digits, name: &str| Contact {
            id: ContactId(contact_id(number)),
            party: PartyId::parse(kind, digits).unwrap(),
            name: name.into(),
            status: RegistrationStatus::Registered,
            nemsms: None,
        };
        let rights = AuthorityRights {
            mandatory_post: true,
            legal_notification: true,
            terms_accepted: true,
        };
        let mut sender = town.sender.registered.clone();
        sender.receives = Receives::Default;
        let batch = Batch {
            ops: vec![
                Op::PutContact(contact(1, "CPR", VAGN, "Vagn Opdigtet")),
                Op::PutContact(contact(2, "CPR", KARLA, "Karla Opdigtet")),
                Op::PutContact(contact(3, "CVR", COMPANY, "Opdigtet ApS")),
                Op::PutOrganisation(Organisation {
                    id: OrganisationId(Uuid::from_u128(1)),
                    cvr: SENDING_CVR.parse().unwrap(),
                    name: "Opdigtet Kommune 1".into(),
                    kind: OrganisationKind::Authority(rights),
                }),
                Op::PutSystem(Box::new(sender)),
            ],
        };
        town.store.commit(batch).await.unwrap();
        let client = town.client(Some(&town.sender.identity));
        let base = format!("/mailboxes/{}/", contact_id(1));
        let mut home = Self { town, client, token: String::new(), base };
        home.token = home.token_of("CPR", VAGN, Role::Own).await;
        home.send_letter(1).await;
        home
    }

    pub(crate) async fn send_letter(&self, number: u128) {
        let uuid = message_uuid(number);
        self.town.deliver(uuid, &letter_to(VAGN, uuid)).await;
    }

    pub(crate) async fn person(&self, kind: &str, digits: &str, role: Role) -> Person {
        let party = PartyId::parse(kind, digits).unwrap();
        self.town.exchange.registered_person(party, role).await.unwrap().unwrap()
    }

    /// A token for somebody.
    pub(crate) async fn token_of(&self, kind: &str, digits: &str, role: Role) -> String {
        let person = self.person(kind, digits, role).await;
        let token = format!("pas-{kind}-{digits}-{}", role.word());
        let until = self.town.exchange.now().plus_seconds(3600);
        let op =
            self.town.exchange.access_token(&token, person, Uuid::from_u128(7), until).unwrap();
        self.town.store.commit(Batch::of(op)).await.unwrap();
        token
    }

    /// Calls an operation; gives status and body.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        if_match: Option<i64>,
        body: Option<Value>,
    ) -> (u16, Value) {
        self.call_as(&self.token, method, path, if_match, body).await
    }

    pub(crate) async fn call_as(
        &self,
        token: &str,
        method: Method,
        path: &str,
        if_match: Option<i64>,
        body: Option<Value>,
    ) -> (u16, Value) {
        let url = self.town.url(&format!("/apis/v1{path}"));
        let mut request = self.client.request(method, url).bearer_auth(token);
        if let Some(version) = if_match {
            request = request.header("if-match", version.to_string());
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, body) = self.call(Method::GET, path, None, None).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// The newest message, as a list shows it.
    pub(crate) async fn newest(&self) -> Value {
        self.get(&format!("{}messages/", self.base)).await["messages"][0].clone()
    }

    /// Path of the newest message, and the message whole.
    pub(crate) async fn letter(&self) -> (String, Value) {
        let id = self.newest().await["id"].as_str().unwrap().to_owned();
        let path = format!("{}messages/{id}", self.base);
        let message = self.get(&path).await;
        (path, message)
    }

    /// Makes a draft to the authority; gives its path and the draft.
    pub(crate) async fn draft(&self) -> (String, Value) {
        let body = json!({
            "label": "Ansøgning",
            "recipient": {"recipientId": SENDING_CVR, "recipientIdType": "CVR"},
        });
        let path = format!("{}messages/", self.base);
        let (status, draft) = self.call(Method::POST, &path, None, Some(body)).await;
        assert_eq!(status, 201, "{draft}");
        (format!("{path}{}", draft["id"].as_str().unwrap()), draft)
    }

    /// Adds a main document with a file of text to a draft; gives the path of the file.
    pub(crate) async fn write(&self, draft: &str, text: &str) -> String {
        let (status, document) = self
            .call(
                Method::POST,
                &format!("{draft}/documents/"),
                None,
                Some(json!({"documentType": "MAIN", "label": "Brevet"})),
            )
            .await;
        assert_eq!(status, 201, "{document}");
        let files = format!("{draft}/documents/{}/files/", document["id"].as_str().unwrap());
        let body =
            json!({"encodingFormat": "text/plain", "filename": "brev.txt", "language": "da"});
        let (status, file) = self.call(Method::POST, &files, None, Some(body)).await;
        assert_eq!(status, 201, "{file}");
        let path = format!("{files}{}", file["id"].as_str().unwrap());
        let (status, put) = self.upload(&path, 1, text).await;
        assert_eq!(status, 200, "{put}");
        path
    }

    pub(crate) async fn upload(&self, file: &str, version: i64, text: &str) -> (u16, Value) {
        let part = reqwest::multipart::Part::text(text.to_owned())
            .file_name("brev.txt")
            .mime_str("text/plain")
            .unwrap();
        let answer = self
            .client
            .put(self.town.url(&format!("/apis/v1{file}/content")))
            .bearer_auth(&self.token)
            .header("if-match", version.to_string())
            .multipart(reqwest::multipart::Form::new().part("file", part))
            .send()
            .await
            .unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub(crate) async fn bytes(&self, path: &str) -> Vec<u8> {
        let url = self.town.url(&format!("/apis/v1{path}"));
        let answer = self.client.get(url).bearer_auth(&self.token).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "application/octet-stream");
        answer.bytes().await.unwrap().to_vec()
    }

    /// The tags of everything that happened to a message.
    pub(crate) async fn tags(&self, message: &Value) -> Vec<&'static str> {
        let key = brevdue_exchange::MemoKey(message["id"].as_str().unwrap().parse().unwrap());
        let events = self.town.store.events_of(key).await.unwrap();
        events.into_iter().map(|event| event.tag.name()).collect()
    }
}
