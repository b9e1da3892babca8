//! A small invented town with a whole exchange in it, kept in memory, on a clock that stands still.
//! For the tests of the pages, and for looking at them (`cargo run -p brevdue-web --example town`).

#![allow(dead_code, reason = "each test uses its part")]

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use brevdue_exchange::exchange::accept::Submission;
use brevdue_exchange::policy::HtmlPolicy;
use brevdue_exchange::storage::memory::Memory;
use brevdue_exchange::{
    ApiToken, AuthorityRights, Batch, Clock, Contact, ContactId, ContactPoint, ContactPointId,
    Exchange, Folder, Ids, Lane, MailSystem, MailboxEntry, MailboxRow, Memo, MemoKey, MemoState,
    Op, Organisation, OrganisationId, OrganisationKind, Origin, Outline, Policy, Receives,
    RegistrationStatus, ServiceProtocol, Store, SystemId, Targets, Transmission, TransmissionId,
    WorkerId,
};
use brevdue_memo::{Message, PartyId, Timestamp};
use brevdue_programme::Programmes;
use brevdue_programme::memory::Memory as Plans;
use brevdue_web::WebConfig;
use brevdue_wire::PageRequest;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use uuid::Uuid;

pub(crate) mod letters;

/// Monday 23 November 2026, 10.00 in Copenhagen.
pub(crate) const NOW: &str = "2026-11-23T09:00:00.000Z";

pub(crate) const KOMMUNE_CVR: &str = "12345678";
pub(crate) const METTE_CPR: &str = "2211771212";
pub(crate) const BO_CPR: &str = "0107801234";

/// Stands still until it is told the time.
pub(crate) struct TownClock(AtomicI64);

impl TownClock {
    pub(crate) fn set(&self, now: Timestamp) {
        self.0.store(now.as_millis(), Ordering::Relaxed);
    }
}

impl Clock for TownClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// The same ids in the same order, each time.
pub(crate) struct CountedIds(AtomicU64);

impl CountedIds {
    fn next(&self, version: u64) -> Uuid {
        let count = self.0.fetch_add(1, Ordering::Relaxed);
        Uuid::from_u64_pair((0x0199_0000_0000 << 16) | (version << 12), (0b10 << 62) | count)
    }
}

impl Ids for CountedIds {
    fn random(&self) -> Uuid {
        self.next(4)
    }
    fn ordered(&self) -> Uuid {
        self.next(7)
    }
}

/// The town.
pub(crate) struct Town {
    pub(crate) exchange: Exchange,
    pub(crate) clock: Arc<TownClock>,
    pub(crate) programmes: Programmes,
    pub(crate) pages: Router,
    pub(crate) kommune: OrganisationId,
    pub(crate) sender: SystemId,
    pub(crate) mette: ContactId,
    pub(crate) bo: ContactId,
    pub(crate) company: ContactId,
}

pub(crate) fn timestamp(text: &str) -> Timestamp {
    text.parse().expect("a timestamp of a test")
}

pub(crate) fn cpr(digits: &str) -> PartyId {
    PartyId::parse("CPR", digits).expect("ten digits")
}

pub(crate) fn cvr(digits: &str) -> PartyId {
    PartyId::parse("CVR", digits).expect("eight digits")
}

impl Town {
    /// The town with its people and no letters, in local mode.
    pub(crate) async fn new() -> Self {
        Self::with_config(true).await
    }

    pub(crate) async fn with_config(local_mode: bool) -> Self {
        let clock = Arc::new(TownClock(AtomicI64::new(timestamp(NOW).as_millis())));
        let ids = Arc::new(CountedIds(AtomicU64::new(1)));
        let store: Arc<dyn Store> = Memory::open();
        let exchange = Exchange::new(
            store,
            Arc::clone(&clock) as Arc<dyn Clock>,
            ids, // Letters from before there were rules for HTML must be shown harmlessly too.
            Policy { html: HtmlPolicy::Any, ..Policy::default() },
        );
        let id = |number: u64| Uuid::from_u64_pair(0x7011_0000_0000_4000, (0b10 << 62) | number);
        let kommune = OrganisationId(id(1));
        let sender = SystemId(id(2));
        let (mette, bo, company) = (ContactId(id(10)), ContactId(id(11)), ContactId(id(12)));

        let mut batch = Batch::default();
        batch.push(Op::PutOrganisation(Organisation {
            id: kommune,
            cvr: KOMMUNE_CVR.parse().expect("eight digits"),
            name: "Aalund Kommune".into(),
            kind: OrganisationKind::Authority(AuthorityRights {
                mandatory_post: true,
                legal_notification: true,
                terms_accepted: true,
            }),
        }));
        batch.push(Op::PutSystem(Box::new(MailSystem {
            id: sender,
            organisation: kommune,
            name: "aalund-post".into(),
            sends: true,
            receives: Receives::Default,
            protocol: ServiceProtocol::RestPull,
            endpoint: None,
            receipt_endpoint: None,
            token: ApiToken("secret".into()),
            certificate: None,
            delegated_cvr: None,
            allowed_ips: Vec::new(),
            active_from: Timestamp::from_millis(0),
            active_to: None,
            failing_since: None,
        })));
        batch.push(Op::PutContactPoint(ContactPoint {
            id: ContactPointId(letters::CONTACT_POINT),
            organisation: kommune,
            name: "Pladsanvisningen".into(),
            system: sender,
            active: true,
            targets: Targets { citizens: true, companies: true, authorities: true },
            memo_limit_bytes: None,
            attachment_limit: None,
        }));
        for (contact, party, name, status) in [
            (mette, cpr(METTE_CPR), "Mette Hansen", RegistrationStatus::Registered),
            (bo, cpr(BO_CPR), "Bo Enghave", RegistrationStatus::Registered),
            (company, cvr("87654321"), "Sejl & Tov ApS", RegistrationStatus::Registered),
            (ContactId(id(13)), cpr("1503621111"), "Åse Kløvermark", RegistrationStatus::Exempt),
            (ContactId(id(14)), cpr("0202331212"), "Ove Fyrtårn", RegistrationStatus::Closed),
        ] {
            let name = name.to_owned();
            batch.push(Op::PutContact(Contact { id: contact, party, name, status, nemsms: None }));
        }
        exchange.store().commit(batch).await.expect("the town is built");

        let config = WebConfig {
            local_mode,
            mail_is_carried: false,
            session_key: [7; 32],
            rest_base: Some("http://127.0.0.1:8010".into()),
        };
        let programmes = Programmes::new(Arc::new(Plans::default()));
        let pages = brevdue_web::routes(exchange.clone(), programmes.clone(), config);
        Self { exchange, clock, programmes, pages, kommune, sender, mette, bo, company }
    }

    /// Sends a letter from the authority and lets it arrive.
    pub(crate) async fn send(&self, message: &Message) -> Uuid {
        let mut bytes = Vec::new();
        brevdue_memo::write(message, io::empty(), &mut bytes).expect("a letter of a test");
        self.send_bytes(&bytes, message.header.message_uuid.value()).await
    }

    /// Sends the bytes of a letter and lets it arrive. Gives its key, as in its page's address.
    pub(crate) async fn send_bytes(&self, bytes: &[u8], uuid: Uuid) -> Uuid {
        let mut sink = self.exchange.store().begin(self.exchange.now()).expect("room");
        sink.write(bytes).expect("room");
        let content = sink.finish().expect("room");
        let origin = Origin::System { system: self.sender, organisation: self.kommune };
        let submission = Submission::Single { claimed_uuid: Some(uuid), content };
        self.exchange.accept(origin, submission).await.expect("accepted");
        self.work().await;
        let key = self.exchange.store().memo_by_identity(self.kommune.0, uuid).await;
        key.expect("the store answers").expect("the letter was let through").key.0
    }

    /// Puts a letter into Mette's inbox past every check: the pages must not rely on them.
    pub(crate) async fn smuggle(&self, message: &Message) -> Uuid {
        let mut bytes = Vec::new();
        brevdue_memo::write(message, io::empty(), &mut bytes).expect("a letter of a test");
        let now = self.exchange.now();
        let mut sink = self.exchange.store().begin(now).expect("room");
        sink.write(&bytes).expect("room");
        let content = sink.finish().expect("room");
        let header = &message.header;
        let transmission = TransmissionId(self.exchange.ids().ordered());
        let key = MemoKey(self.exchange.ids().ordered());
        let origin = Origin::System { system: self.sender, organisation: self.kommune };
        let lane = Lane::Interactive;
        let mut batch = Batch::default();
        batch.push(Op::AddTransmission(Transmission {
            id: transmission,
            origin,
            received_at: now,
            lane,
            archive: None,
            extracted: true,
            door: None,
        }));
        batch.push(Op::AddMemo(Box::new(Memo {
            key,
            transmission,
            origin,
            lane,
            claimed_uuid: None,
            message_uuid: Some(header.message_uuid.value()),
            content,
            state: MemoState::Available,
            outline: Some(Outline {
                message_id: None,
                label: header.label.clone(),
                sender: cvr(KOMMUNE_CVR),
                sender_label: header.sender.label.clone(),
                recipient: cpr(METTE_CPR),
                recipient_label: header.recipient.label.clone(),
                reply: true,
                reply_by_millis: None,
                deadline_millis: None,
                action_codes: Vec::new(),
                mandatory: false,
                legal_notification: false,
                attachments: 1,
                do_not_deliver_until: None,
            }),
            received_at: now,
            available_at: Some(now),
        })));
        batch.push(Op::AddMailboxEntry(MailboxEntry {
            owner: self.mette,
            memo: key,
            folder: Folder::Inbox,
            arrived_at: now,
            read_at: None,
        }));
        self.exchange.store().commit(batch).await.expect("smuggled");
        key.0
    }

    /// Lets the exchange do what there is to do.
    pub(crate) async fn work(&self) {
        let worker = WorkerId(Uuid::from_u128(1));
        while self.exchange.work_inside(worker, 100).await.expect("work is done") > 0 {}
    }

    pub(crate) async fn folder(&self, owner: ContactId, folder: Folder) -> Vec<MailboxRow> {
        let page = PageRequest::default();
        self.exchange.mailbox(owner, folder, page).await.expect("a folder").items
    }

    /// A browser nobody has used yet.
    pub(crate) fn browser(&self) -> Browser {
        Browser { pages: self.pages.clone(), cookies: Vec::new() }
    }

    /// A browser signed in as somebody.
    pub(crate) async fn browser_of(&self, owner: ContactId) -> Browser {
        let mut browser = self.browser();
        let page = browser.get("/sign-in").await;
        let form = format!("token={}&contact={}", page.token(), owner.0);
        let answer = browser.post_form("/sign-in", &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        browser
    }
}

/// Keeps cookies, follows nothing.
pub(crate) struct Browser {
    pages: Router,
    pub(crate) cookies: Vec<(String, String)>,
}

/// What came back.
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Page {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap_or("not text"))
    }

    /// The token of the page's forms.
    pub(crate) fn token(&self) -> String {
        let text = self.text();
        let (_, rest) = text.split_once("name=\"token\" value=\"").expect("a form with a token");
        rest.split('"').next().expect("a value").to_owned()
    }
}

impl Browser {
    pub(crate) async fn get(&mut self, path: &str) -> Page {
        self.ask(Request::get(path).body(Body::empty()).expect("a request")).await
    }

    pub(crate) async fn post_form(&mut self, path: &str, form: &str) -> Page {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(form.to_owned()));
        self.ask(request.expect("a request")).await
    }

    /// A form with files, as a browser sends it.
    pub(crate) async fn post_parts(&mut self, path: &str, parts: &[Part<'_>]) -> Page {
        let boundary = "----rand-som-ikke-findes";
        let mut body = Vec::new();
        for part in parts {
            body.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
            match part {
                Part::Text(name, value) => body.extend_from_slice(
                    format!("Content-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                        .as_bytes(),
                ),
                Part::File(name, file_name, media_type, bytes) => {
                    body.extend_from_slice(
                        format!(
                            "Content-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"\r\n\
                             Content-Type: {media_type}\r\n\r\n"
                        )
                        .as_bytes(),
                    );
                    body.extend_from_slice(bytes);
                    body.extend_from_slice(b"\r\n");
                }
            }
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={boundary}"))
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body));
        self.ask(request.expect("a request")).await
    }

    pub(crate) async fn ask(&mut self, mut request: Request<Body>) -> Page {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let headers = request.headers_mut();
        headers.entry(header::HOST).or_insert("127.0.0.1:8010".parse().expect("a host"));
        if !cookies.is_empty() {
            let line = cookies.join("; ").parse().expect("a cookie");
            headers.entry(header::COOKIE).or_insert(line);
        }
        let response = self.pages.clone().oneshot(request).await.expect("infallible");
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let text = cookie.to_str().expect("text");
            let (name, rest) = text.split_once('=').expect("a cookie");
            let value = rest.split(';').next().expect("a value");
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map(|body| body.to_bytes().to_vec()).unwrap_or_default();
        Page { status: parts.status, headers: parts.headers, body }
    }
}

/// One field of a form with files.
pub(crate) enum Part<'a> {
    Text(&'a str, &'a str),
    File(&'a str, &'a str, &'a str, &'a [u8]),
}
