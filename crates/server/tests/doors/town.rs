//! A small invented country with an exchange in it, for one test.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use brevdue_exchange::ids::Ids;
use brevdue_exchange::storage::memory::Memory;
use brevdue_exchange::{
    ApiToken, AuthorityRights, Batch, Clock, Exchange, MailSystem, Op, Organisation,
    OrganisationId, OrganisationKind, Policy, Receives, ServiceProtocol, Store, SystemId,
};
use brevdue_memo::Timestamp;
use brevdue_server::listen::{ListenLimits, Listener, Security};
use brevdue_server::rest::{RestSettings, routes};
use brevdue_server::tls::{TlsSettings, server_config};
use brevdue_wire::Credentials;
use reqwest::{Client, ClientBuilder, RequestBuilder, Url};
use tokio_util::sync::CancellationToken;
use uuid::{Uuid, Version};

use crate::certificates::{Identity, Issuer, Validity};

/// The authority that sends.
pub(crate) const SENDING_CVR: &str = "12345678";
/// The authority that receives.
pub(crate) const RECEIVING_CVR: &str = "87654321";

/// 2 March 2026, ten o'clock UTC.
const MORNING: i64 = 1_772_445_600_000;

/// A clock that moves when told to.
pub(crate) struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

impl TestClock {
    pub(crate) fn let_pass(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

/// Ids that count.
pub(crate) struct TestIds(AtomicU64);

impl TestIds {
    fn next(&self, version: Version) -> Uuid {
        let number = u128::from(self.0.fetch_add(1, Ordering::SeqCst));
        uuid::Builder::from_u128(number << 80 | number)
            .with_variant(uuid::Variant::RFC4122)
            .with_version(version)
            .into_uuid()
    }
}

impl Ids for TestIds {
    fn random(&self) -> Uuid {
        self.next(Version::Random)
    }
    fn ordered(&self) -> Uuid {
        self.next(Version::SortRand)
    }
}

/// A registered system as its operator knows it.
#[derive(Clone)]
pub(crate) struct System {
    pub(crate) registered: MailSystem,
    pub(crate) identity: Identity,
}

impl System {
    pub(crate) fn authorization(&self) -> String {
        let system = self.registered.id.0;
        Credentials { system, token: self.registered.token.0.clone() }.header_value()
    }
}

/// The country.
pub(crate) struct Town {
    pub(crate) exchange: Exchange,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) issuer: Issuer,
    pub(crate) sender: System,
    pub(crate) receiver: System,
    pub(crate) http: SocketAddr,
    pub(crate) https: SocketAddr,
    stop: CancellationToken,
}

impl Drop for Town {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// What a test wants otherwise.
#[derive(Default)]
pub(crate) struct Wishes {
    pub(crate) policy: Policy,
    pub(crate) rest: RestSettings,
    pub(crate) listen: ListenLimits,
    /// Where messages are pushed to; without one they wait to be fetched.
    pub(crate) endpoint: Option<String>,
    /// Where receipts are pushed to.
    pub(crate) receipt_endpoint: Option<String>,
    /// The store, when it is not an empty one in memory.
    pub(crate) store: Option<Arc<dyn Store>>,
    /// Whether the receiver's certificate is on a revocation list.
    pub(crate) revoke_receiver: bool,
}

impl Town {
    pub(crate) async fn open() -> Self {
        Self::with(Wishes::default()).await
    }

    pub(crate) async fn with(wishes: Wishes) -> Self {
        let issuer = Issuer::new();
        let store: Arc<dyn Store> = wishes.store.unwrap_or_else(|| Memory::open());
        let clock = Arc::new(TestClock(AtomicI64::new(MORNING)));
        let ids = Arc::new(TestIds(AtomicU64::new(1)));
        let exchange = Exchange::new(store.clone(), clock.clone(), ids, wishes.policy);

        let rights = AuthorityRights { terms_accepted: true, ..Default::default() };
        let authority = |number: u128, cvr: &str| Organisation {
            id: OrganisationId(Uuid::from_u128(number)),
            cvr: cvr.parse().unwrap(),
            name: format!("Opdigtet Kommune {number}"),
            kind: OrganisationKind::Authority(rights),
        };
        let system = |number: u128, owner: &Organisation| System {
            registered: MailSystem {
                id: SystemId(Uuid::from_u128(number)),
                organisation: owner.id,
                name: format!("System {number}"),
                sends: false,
                receives: Receives::Nothing,
                protocol: ServiceProtocol::RestPull,
                endpoint: None,
                receipt_endpoint: None,
                token: ApiToken(format!("hemmelig-{number}")),
                certificate: None,
                delegated_cvr: None,
                allowed_ips: Vec::new(),
                active_from: Timestamp::from_millis(0),
                active_to: None,
                failing_since: None,
            },
            identity: issuer.organisation(owner.cvr.digits(), Validity::Now),
        };
        let (sending, receiving) = (authority(1, SENDING_CVR), authority(2, RECEIVING_CVR));
        let mut sender = system(0x11, &sending);
        sender.registered.sends = true;
        sender.registered.receipt_endpoint = wishes.receipt_endpoint;
        let mut receiver = system(0x22, &receiving);
        receiver.registered.receives = Receives::Default;
        if wishes.endpoint.is_some() {
            receiver.registered.protocol = ServiceProtocol::RestPush;
            receiver.registered.endpoint = wishes.endpoint;
        }
        let mut batch = Batch::default();
        batch.push(Op::PutOrganisation(sending));
        batch.push(Op::PutOrganisation(receiving));
        batch.push(Op::PutSystem(Box::new(sender.registered.clone())));
        batch.push(Op::PutSystem(Box::new(receiver.registered.clone())));
        store.commit(batch).await.unwrap();

        let server = issuer.server();
        let revoked = if wishes.revoke_receiver {
            issuer.revoking(&receiver.identity)
        } else {
            String::new()
        };
        let tls = server_config(&TlsSettings {
            certificate: server.certificate.as_bytes(),
            key: server.key.as_bytes(),
            client_roots: issuer.root().as_bytes(),
            revocation_lists: revoked.as_bytes(),
        })
        .unwrap();
        let rest =
            RestSettings { certificate_pem: Some(server.certificate.clone()), ..wishes.rest };
        let router = routes(exchange.clone(), rest);
        let stop = CancellationToken::new();
        let mut addresses = Vec::new();
        for security in [Security::LocalPlain, Security::Tls(tls)] {
            let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), security).await.unwrap();
            addresses.push(listener.address());
            tokio::spawn(listener.serve(router.clone(), wishes.listen.clone(), stop.clone()));
        }
        Self {
            http: addresses[0],
            https: addresses[1],
            exchange,
            store,
            clock,
            issuer,
            sender,
            receiver,
            stop,
        }
    }

    /// The address of a path over TLS.
    pub(crate) fn url(&self, path: &str) -> Url {
        format!("https://{}{path}", self.https).parse().unwrap()
    }

    /// A client that believes our issuer and shows this certificate.
    pub(crate) fn client(&self, identity: Option<&Identity>) -> Client {
        let root = reqwest::Certificate::from_pem(self.issuer.root().as_bytes()).unwrap();
        let mut builder =
            ClientBuilder::new().tls_certs_only([root]).no_proxy().timeout(Duration::from_secs(60));
        if let Some(identity) = identity {
            let pem = format!("{}{}", identity.certificate, identity.key);
            builder = builder.identity(reqwest::Identity::from_pem(pem.as_bytes()).unwrap());
        }
        builder.build().unwrap()
    }

    /// Whoever calls as this system, with its certificate and token.
    pub(crate) fn acting_as<'a>(&'a self, system: &'a System) -> Acting<'a> {
        Acting { town: self, system, client: self.client(Some(&system.identity)) }
    }

    /// Does all the work inside that is due.
    pub(crate) async fn work(&self) {
        let worker = brevdue_exchange::WorkerId(Uuid::from_u128(99));
        while self.exchange.work_inside(worker, 64).await.unwrap() > 0 {}
    }

    /// Sends a letter over TLS and lets the exchange deliver it.
    pub(crate) async fn deliver(&self, uuid: Uuid, letter: &str) {
        let answer = self
            .acting_as(&self.sender)
            .post(&format!("/apis/v1/memos/?memo-message-uuid={uuid}"))
            .header("content-type", "application/xml")
            .body(letter.to_owned())
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 201);
        self.work().await;
    }
}

/// Calls of one system.
pub(crate) struct Acting<'a> {
    town: &'a Town,
    system: &'a System,
    client: Client,
}

impl Acting<'_> {
    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.with_token(self.client.get(self.town.url(path)))
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.with_token(self.client.post(self.town.url(path)))
    }

    pub(crate) fn delete(&self, path: &str) -> RequestBuilder {
        self.with_token(self.client.delete(self.town.url(path)))
    }

    fn with_token(&self, request: RequestBuilder) -> RequestBuilder {
        request.header("authorization", self.system.authorization())
    }
}

/// A letter from the sending authority to the receiving one, with a file of this many bytes or a
/// few more.
pub(crate) fn letter(uuid: Uuid, file_bytes: usize) -> String {
    let content = "AAAA".repeat(file_bytes.div_ceil(3).max(1));
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<memo:Message xmlns:memo="https://DigitalPost.dk/MeMo-1" memoVersion="1.2">
  <memo:MessageHeader>
    <memo:messageType>DIGITALPOST</memo:messageType>
    <memo:messageUUID>{uuid}</memo:messageUUID>
    <memo:label>Pladsanvisning</memo:label>
    <memo:Sender>
      <memo:senderID>{SENDING_CVR}</memo:senderID>
      <memo:idType>CVR</memo:idType>
      <memo:label>Opdigtet Kommune 1</memo:label>
    </memo:Sender>
    <memo:Recipient>
      <memo:recipientID>{RECEIVING_CVR}</memo:recipientID>
      <memo:idType>CVR</memo:idType>
    </memo:Recipient>
  </memo:MessageHeader>
  <memo:MessageBody>
    <memo:createdDateTime>2026-03-02T09:00:00Z</memo:createdDateTime>
    <memo:MainDocument>
      <memo:File>
        <memo:encodingFormat>application/pdf</memo:encodingFormat>
        <memo:filename>Pladsanvisning.pdf</memo:filename>
        <memo:language>da</memo:language>
        <memo:content>{content}</memo:content>
      </memo:File>
    </memo:MainDocument>
  </memo:MessageBody>
</memo:Message>
"#
    )
}

/// An id for a message; every number another.
pub(crate) fn message_uuid(number: u128) -> Uuid {
    uuid::Builder::from_u128(number)
        .with_variant(uuid::Variant::RFC4122)
        .with_version(Version::Random)
        .into_uuid()
}

/// JSON, pretty, with ids and times masked in the order they first appear.
pub(crate) fn masked(json: &serde_json::Value) -> String {
    let mut seen: Vec<String> = Vec::new();
    let mut value = json.clone();
    mask(&mut value, &mut seen);
    serde_json::to_string_pretty(&value).unwrap()
}

fn mask(value: &mut serde_json::Value, seen: &mut Vec<String>) {
    use serde_json::Value;
    match value {
        Value::String(text) if Uuid::try_parse(text).is_ok() => {
            let number = seen.iter().position(|id| id == text).unwrap_or_else(|| {
                seen.push(text.clone());
                seen.len() - 1
            });
            *text = format!("[id {}]", number + 1);
        }
        Value::String(text) if text.len() == 24 && text.ends_with('Z') => *text = "[time]".into(),
        Value::Array(list) => list.iter_mut().for_each(|value| mask(value, seen)),
        Value::Object(map) => map.values_mut().for_each(|value| mask(value, seen)),
        _ => {}
    }
}
