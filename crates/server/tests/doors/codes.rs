//! Every code of refusal: a real message through the front door, and the receipt that comes of it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use brevdue_exchange::exchange::codes;
use brevdue_exchange::people::{Person, Privilege};
use brevdue_exchange::{
    ApiToken, AuthorityRights, Batch, Contact, ContactId, ContactPoint, ContactPointId, MailSystem,
    Op, Organisation, OrganisationId, OrganisationKind, Policy, RegistrationStatus, SystemId,
    Targets,
};
use brevdue_memo::PartyId;
use brevdue_memo::container::Packer;
use brevdue_server::Delivery;
use brevdue_server::delivery::{DeliveryLimits, HttpSmsGateway};
use brevdue_server::listen::{ListenLimits, Listener, Security};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::certificates::Validity;
use crate::covering::covers;
use crate::pushing::client;
use crate::town::{RECEIVING_CVR, SENDING_CVR, System, Town, Wishes, letter, masked, message_uuid};

/// An authority without a receiver system, and a company.
const LATE_CVR: &str = "33445566";
const BAKERY_CVR: &str = "22334455";

/// People, each with the trouble they make.
const VAGN: &str = "2211771212";
const NOBODY: &str = "6105401199";
const OVE_WHO_IS_DEAD: &str = "8809331234";
const ELSE_WHO_IS_EXEMPT: &str = "7204551236";
const NYE_IN_QUARANTINE: &str = "6105401106";

/// A contact point of the receiving authority that takes mail from citizens alone.
const FOR_CITIZENS: Uuid = Uuid::from_u128(0x241d39f6_998e_4929_b198_ccacbbf4b330);

/// Bytes of a message at most, to keep what is too large small.
const MEMO_BYTES: u64 = 200_000;

/// «<p>Hej</p><script>a()</script>», the string that scanners are tried with, and nothing.
const SCRIPT: &str = "PHA+SGVqPC9wPjxzY3JpcHQ+YSgpPC9zY3JpcHQ+";
const EICAR: &str =
    "WDVPIVAlQEFQWzRcUFpYNTQoUF4pN0NDKTd9JEVJQ0FSLVNUQU5EQVJELUFOVElWSVJVUy1URVNULUZJTEUhJEgrSCo=";

/// One message and what is done with it.
struct Case {
    /// The code its last receipt names.
    code: &'static str,
    document: String,
    /// The `memo-message-uuid` of the call.
    claimed: Uuid,
    by_company: bool,
}

/// The letter of [`letter`], each `(what stands there, what stands there instead)`.
fn case(code: &'static str, number: u128, edits: &[(&str, &str)]) -> Case {
    let uuid = message_uuid(number);
    let mut document = letter(uuid, 10);
    for (from, to) in edits {
        assert!(document.contains(from), "{code}: {from} is not in the letter");
        document = document.replacen(from, to, 1);
    }
    Case { code, document, claimed: uuid, by_company: false }
}

/// After the label: what stands in the header there.
const LABEL: &str = "<memo:label>Pladsanvisning</memo:label>";
const RECIPIENT: &str = "<memo:recipientID>87654321</memo:recipientID>\n      <memo:idType>CVR";
const FILENAME: &str = "<memo:filename>Pladsanvisning.pdf";

fn to(cpr: &str) -> String {
    format!("<memo:recipientID>{cpr}</memo:recipientID>\n      <memo:idType>CPR")
}

fn with_label(element: &str) -> String {
    format!("{LABEL}{element}")
}

fn at_point(id: &str) -> String {
    format!(
        "<memo:idType>CVR</memo:idType><memo:ContactPoint><memo:contactPointID>{id}\
         </memo:contactPointID><memo:label>Punkt</memo:label></memo:ContactPoint>\n    </memo:Recipient>"
    )
}

/// Everything that is refused for what it is or for whom it is to: checks 2 to 22.
fn cases() -> Vec<Case> {
    let file = "<memo:AdditionalDocument><memo:File><memo:encodingFormat>application/pdf\
        </memo:encodingFormat><memo:filename>bilag.pdf</memo:filename><memo:language>da\
        </memo:language><memo:content>AAAA</memo:content></memo:File></memo:AdditionalDocument>";
    let attachments = format!("</memo:MainDocument>{}", file.repeat(11));
    let large = format!("<memo:content>{}", "AAAA".repeat(60_000));
    let action = "</memo:File><memo:Action><memo:label>Betal</memo:label><memo:actionCode>BETALING\
        </memo:actionCode><memo:EntryPoint><memo:url>http://betaling.example/</memo:url>\
        </memo:EntryPoint></memo:Action>";
    let end = "<memo:idType>CVR</memo:idType>\n    </memo:Recipient>";
    let head = "<memo:messageType>DIGITALPOST";
    let sms = "<memo:messageType>NEMSMS";
    let long = with_label(&format!("<memo:notification>{}</memo:notification>", "ч".repeat(71)));
    let text = with_label("<memo:notification>Husk din tid</memo:notification>");
    let sender = format!("<memo:senderID>{SENDING_CVR}");
    let mismatch = message_uuid(2_999);
    vec![
        case("memo.invalid", 200, &[("<memo:label>Pladsanvisning</memo:label>", "")]),
        Case { claimed: mismatch, ..case("message.uuid.mismatch", 300, &[]) },
        case("message.uuid.duplicate", 1, &[(LABEL, "<memo:label>Ændret</memo:label>")]),
        case("memo.size.exceeded", 400, &[("<memo:content>", &large)]),
        case("attachments.exceeded", 401, &[("</memo:MainDocument>", &attachments)]),
        case(
            "file.empty.not.allowed",
            500,
            &[("<memo:content>AAAAAAAAAAAAAAAA", "<memo:content>")],
        ),
        case("file.extension.not.allowed", 600, &[(FILENAME, "<memo:filename>spil.exe")]),
        case("file.name.not.allowed", 700, &[(FILENAME, "<memo:filename>sag: 7.pdf")]),
        case("action.url.not.allowed", 800, &[("</memo:File>", action)]),
        case(
            "html.not.allowed",
            900,
            &[
                ("application/pdf", "text/html"),
                (FILENAME, "<memo:filename>brev.html"),
                ("AAAAAAAAAAAAAAAA", SCRIPT),
            ],
        ),
        case("file.virus.found", 1000, &[("AAAAAAAAAAAAAAAA", EICAR)]),
        case("do.not.deliver.until.date.too.early", 1100, &[(LABEL, &dated("2026-03-01"))]),
        case("do.not.deliver.until.date.too.late", 1101, &[(LABEL, &dated("2027-03-03"))]),
        case("contact.point.id.format.not.allowed", 1200, &[(end, &at_point("borgerservice"))]),
        case("contact.point.not.found", 1300, &[(end, &at_point(&mismatch.to_string()))]),
        case(
            "contact.point.target.not.allowed",
            1301,
            &[(end, &at_point(&FOR_CITIZENS.to_string()))],
        ),
        case("sender.not.allowed", 1400, &[(&sender, "<memo:senderID>87654321")]),
        case(
            "mandatory.not.allowed",
            1500,
            &[(LABEL, &with_label("<memo:mandatory>true</memo:mandatory>"))],
        ),
        case(
            "legal.notification.not.allowed",
            1501,
            &[(LABEL, &with_label("<memo:legalNotification>true</memo:legalNotification>"))],
        ),
        Case {
            by_company: true,
            ..case(
                "recipient.type.not.allowed",
                1600,
                &[(&sender, &format!("<memo:senderID>{BAKERY_CVR}")), (RECIPIENT, &to(VAGN))],
            )
        },
        case("recipient.not.found", 1700, &[(RECIPIENT, &to(NOBODY))]),
        case("recipient.is.closed", 1800, &[(RECIPIENT, &to(OVE_WHO_IS_DEAD))]),
        case("recipient.is.exempt", 1900, &[(RECIPIENT, &to(ELSE_WHO_IS_EXEMPT))]),
        case("recipient.not.registered", 1901, &[(RECIPIENT, &to(NYE_IN_QUARANTINE))]),
        case("empty.notification.not.allowed", 2000, &[(head, sms), (RECIPIENT, &to(VAGN))]),
        case("nemsms.text.too.long", 2001, &[(head, sms), (LABEL, &long), (RECIPIENT, &to(VAGN))]),
        case(
            "recipient.nemsms.not.registered",
            2100,
            &[(head, sms), (LABEL, &text), (RECIPIENT, &to(ELSE_WHO_IS_EXEMPT))],
        ),
        case("recipient.system.unavailable", 2200, &[(RECEIVING_CVR, LATE_CVR)]),
    ]
}

fn dated(day: &str) -> String {
    with_label(&format!("<memo:doNotDeliverUntilDate>{day}</memo:doNotDeliverUntilDate>"))
}

/// The town, with everybody who makes trouble, and the company's sender system.
async fn open() -> (Town, System) {
    let mut policy = Policy { authority_memo_bytes: MEMO_BYTES, ..Policy::default() };
    policy.container.entries = 2;
    let town = Town::with(Wishes { policy, ..Default::default() }).await;
    let mut batch = Batch::default();
    let late = AuthorityRights { terms_accepted: true, ..Default::default() };
    for (number, cvr, kind) in [
        (0x3, LATE_CVR, OrganisationKind::Authority(late)),
        (0x4, BAKERY_CVR, OrganisationKind::Company),
    ] {
        let (id, cvr) = (OrganisationId(Uuid::from_u128(number)), cvr.parse().unwrap());
        batch.push(Op::PutOrganisation(Organisation { id, cvr, name: "Opdigtet".into(), kind }));
    }
    let bakery = MailSystem {
        id: SystemId(Uuid::from_u128(0x44)),
        organisation: OrganisationId(Uuid::from_u128(0x4)),
        token: ApiToken("hemmelig-bager".into()),
        ..town.sender.registered.clone()
    };
    batch.push(Op::PutSystem(Box::new(bakery.clone())));
    batch.push(Op::PutContactPoint(ContactPoint {
        id: ContactPointId(FOR_CITIZENS),
        organisation: town.receiver.registered.organisation,
        name: "Borgerservice".into(),
        system: town.receiver.registered.id,
        active: true,
        targets: Targets { citizens: true, companies: false, authorities: false },
        memo_limit_bytes: None,
        attachment_limit: None,
    }));
    use RegistrationStatus::{Closed, Exempt, Registered, Unconfirmed};
    for (number, cpr, status, number_for_sms) in [
        (1, VAGN, Registered, Some("20000001")),
        (2, OVE_WHO_IS_DEAD, Closed, None),
        (3, ELSE_WHO_IS_EXEMPT, Exempt, None),
        (4, NYE_IN_QUARANTINE, Unconfirmed, None),
    ] {
        batch.push(Op::PutContact(Contact {
            id: ContactId(Uuid::from_u128(0x5000 + number)),
            party: PartyId::parse("CPR", cpr).unwrap(),
            name: "Opdigtet Person".into(),
            status,
            nemsms: number_for_sms.map(|digits| digits.parse().unwrap()),
        }));
    }
    town.store.commit(batch).await.unwrap();
    let identity = town.issuer.organisation(BAKERY_CVR, Validity::Now);
    (town, System { registered: bakery, identity })
}

/// Hands a message in over TLS, and lets the work inside be done.
async fn send(town: &Town, system: &System, claimed: Uuid, document: String) {
    let path = format!("/apis/v1/memos/?memo-message-uuid={claimed}");
    let call = town.acting_as(system).post(&path).header("content-type", "application/xml");
    assert_eq!(call.body(document).send().await.unwrap().status(), 201);
    town.work().await;
}

async fn send_archive(town: &Town, bytes: Vec<u8>) {
    let call = town.acting_as(&town.sender).post("/apis/v1/memos/");
    let call = call.header("content-type", "application/x-lzma").body(bytes);
    assert_eq!(call.send().await.unwrap().status(), 201);
    town.work().await;
}

/// Takes every receipt that waits for a system.
async fn receipts(town: &Town, system: &System) -> Vec<Value> {
    let acting = town.acting_as(system);
    let page: Value = acting.get("/apis/v1/receipts/").send().await.unwrap().json().await.unwrap();
    let mut all = Vec::new();
    for id in page["content"].as_array().unwrap() {
        let path = format!("/apis/v1/receipts/{}", id.as_str().unwrap());
        all.push(acting.get(&path).send().await.unwrap().json().await.unwrap());
    }
    all
}

fn archive(letters: u128) -> Vec<u8> {
    let mut packer = Packer::new(Vec::new()).unwrap();
    for number in 1..=letters {
        let uuid = message_uuid(100 + number);
        let bytes = letter(uuid, 10).into_bytes();
        let name = format!("{uuid}.xml");
        packer.append(&name, bytes.len() as u64, &mut bytes.as_slice()).unwrap();
    }
    packer.finish().unwrap()
}

/// What came, by code.
#[derive(Default)]
struct Told(BTreeSet<&'static str>);

impl Told {
    fn note(&mut self, code: &'static str, receipt: &Value) {
        assert_eq!(receipt["errorCode"], code, "{receipt:#}");
        let known = codes::ErrorCode::of_name(code).expect("it is in the table");
        assert_eq!(receipt["receiptStatus"], serde_json::to_value(known.status).unwrap());
        insta::with_settings!({ snapshot_path => "snapshots/codes", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(code, masked(receipt));
        });
        self.0.insert(code);
    }
}

#[tokio::test]
async fn every_code_of_the_table_is_told_by_a_receipt() {
    let (town, bakery) = open().await;
    let mut told = Told::default();

    // A message whose UUID the duplicate uses again.
    town.deliver(message_uuid(1), &letter(message_uuid(1), 10)).await;
    assert_eq!(receipts(&town, &town.sender).await[0]["receiptStatus"], "COMPLETED");

    let whole = archive(2);
    send_archive(&town, whole[..whole.len() / 2].to_vec()).await;
    let [cut] = &receipts(&town, &town.sender).await[..] else { panic!("one receipt") };
    told.note("container.invalid", cut);
    send_archive(&town, archive(3)).await;
    let [many] = &receipts(&town, &town.sender).await[..] else { panic!("one receipt") };
    told.note("container.too.large", many);

    for case in cases() {
        let system = if case.by_company { &bakery } else { &town.sender };
        send(&town, system, case.claimed, case.document).await;
        let receipts = receipts(&town, system).await;
        let [receipt] = &receipts[..] else { panic!("{}: {receipts:#?}", case.code) };
        assert_eq!(receipt["messageUUID"], case.claimed.to_string(), "{}", case.code);
        told.note(case.code, receipt);
    }

    told.note("recipient.system.refused", &refused_by_its_receiver(&town).await);
    told.note("memo.recalled", &recalled(&town).await);
    for (code, receipt) in text_messages_that_do_not_go(&town).await {
        told.note(code, &receipt);
    }

    let missing: Vec<_> = codes::ALL.iter().filter(|code| !told.0.contains(code.name)).collect();
    assert!(missing.is_empty(), "no message gave {missing:?}");
}

/// A receiver system says INVALID and nothing else.
async fn refused_by_its_receiver(town: &Town) -> Value {
    let uuid = message_uuid(2_300);
    town.deliver(uuid, &letter(uuid, 10)).await;
    let path = format!("/apis/v1/memos/{uuid}/receipt");
    let answer = serde_json::json!({ "receiptStatus": "INVALID" });
    let call = town.acting_as(&town.receiver).post(&path).json(&answer);
    assert_eq!(call.send().await.unwrap().status(), 200);
    let [first, second] = receipts(town, &town.sender).await.try_into().unwrap();
    assert_eq!(first["receiptStatus"], "COMPLETED");
    second
}

/// The sender calls a message back; a second time, and too late.
async fn recalled(town: &Town) -> Value {
    let uuid = message_uuid(2_500);
    let recall = async |uuid: Uuid| {
        let path = format!("/apis/v1/memos/{uuid}/recall");
        let answer = town.acting_as(&town.sender).post(&path).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    assert_eq!(recall(uuid).await.1["code"], "memo.not.found");
    town.deliver(uuid, &letter(uuid, 10).replacen(LABEL, &dated("2026-06-01"), 1)).await;
    let (status, receipt) = recall(uuid).await;
    assert_eq!((status, &receipt["errorCode"]), (200, &"memo.recalled".into()));
    assert_eq!(recall(uuid).await, (200, receipt.clone()));
    let [first, second] = receipts(town, &town.sender).await.try_into().unwrap();
    assert_eq!(first["receiptStatus"], "COMPLETED");
    assert_eq!(second, receipt);

    // People may, with the privilege, and within their own organisation.
    let another = message_uuid(2_501);
    town.deliver(another, &letter(another, 10).replacen(LABEL, &dated("2026-06-01"), 1)).await;
    let path = format!("/apis/v1/memos/{another}/recall");
    for (privilege, organisation, expected) in [
        (Privilege::ContactAdministrator, 1, 403),
        (Privilege::RecallAdministrator, 2, 404),
        (Privilege::RecallAdministrator, 1, 200),
    ] {
        let token = format!("{privilege:?} {organisation}");
        let person = Person {
            identity: Uuid::from_u128(7),
            name: "Opdigtet Person".into(),
            id_type: "CPR".into(),
            number: VAGN.into(),
            organisation: Some(OrganisationId(Uuid::from_u128(organisation))),
            privileges: [privilege].into(),
        };
        let ends = town.exchange.now().plus_seconds(60);
        let given = town.exchange.access_token(&token, person, Uuid::from_u128(8), ends).unwrap();
        town.store.commit(Batch::of(given)).await.unwrap();
        let call = town.client(None).post(town.url(&path)).bearer_auth(&token);
        assert_eq!(call.send().await.unwrap().status().as_u16(), expected, "{token}");
    }
    assert_eq!(receipts(town, &town.sender).await.len(), 2);

    // Delivered long ago.
    let (status, refusal) = recall(message_uuid(1)).await;
    assert_eq!((status, &refusal["code"]), (409, &"memo.delivered.already".into()));
    receipt
}

#[tokio::test]
async fn an_html_file_can_be_tried_before_it_is_sent() {
    covers("POST /validations/");
    let town = Town::open().await;
    let try_it = async |query: &str, html: &'static str| {
        let path = format!("/apis/v1/validations/?fileName=brev.html{query}");
        let call = town.acting_as(&town.sender).post(&path).header("content-type", "text/html");
        let answer = call.body(html).send().await.unwrap();
        let status = answer.status().as_u16();
        let body: Value = answer.json().await.unwrap();
        (
            status,
            body["code"].as_str().unwrap().to_owned(),
            body["fieldErrors"].as_array().unwrap().len(),
        )
    };
    let picture = "<p>Hej</p><img src='https://billeder.example/fyr.png'>";
    let script = "<p onclick='a()'>Hej</p><script>a()</script>";
    for (query, html, expected) in [
        ("&policy=STRICT", "<p>Hej</p>", (201, "html.allowed", 0)),
        ("&policy=STRICT", picture, (201, codes::HTML.name, 1)),
        ("&policy=LENIENT", picture, (201, "html.allowed", 0)),
        ("", script, (201, codes::HTML.name, 2)),
        ("&policy=NONE", script, (400, "parameter.invalid", 1)),
        ("", "", (400, "body.missing", 0)),
    ] {
        let (status, code, faults) = try_it(query, html).await;
        assert_eq!((status, code.as_str(), faults), expected, "{query} {html}");
    }
}

/// An SMS gateway that answers as told.
async fn gateway() -> (String, Arc<AtomicU16>) {
    let answer = Arc::new(AtomicU16::new(200));
    let answering = async |State(answer): State<Arc<AtomicU16>>, body: axum::Json<Value>| {
        assert_eq!(body["to"], "+4520000001");
        assert_eq!(body["text"], "Husk din tid");
        StatusCode::from_u16(answer.load(Ordering::SeqCst)).unwrap()
    };
    let router = Router::new().route("/sms", post(answering)).with_state(answer.clone());
    let listener =
        Listener::bind("127.0.0.1:0".parse().unwrap(), Security::LocalPlain).await.unwrap();
    let address = listener.address();
    tokio::spawn(listener.serve(router, ListenLimits::default(), CancellationToken::new()));
    (format!("http://{address}/sms"), answer)
}

async fn text_messages_that_do_not_go(town: &Town) -> [(&'static str, Value); 2] {
    let (endpoint, answer) = gateway().await;
    let client = client(&town.issuer);
    let sms = Arc::new(HttpSmsGateway::new(client.clone(), endpoint));
    let delivery = Delivery::new(town.exchange.clone(), client, DeliveryLimits::default());
    let delivery = delivery.with_sms_gateway(sms);
    let send_text = async |number: u128| {
        let uuid = message_uuid(number);
        let document = letter(uuid, 10)
            .replacen("<memo:messageType>DIGITALPOST", "<memo:messageType>NEMSMS", 1)
            .replacen(RECIPIENT, &to(VAGN), 1)
            .replacen(LABEL, &with_label("<memo:notification>Husk din tid</memo:notification>"), 1);
        send(town, &town.sender, uuid, document).await;
        assert!(receipts(town, &town.sender).await.is_empty(), "it waits for the gateway");
    };

    send_text(2_400).await;
    assert_eq!(delivery.round().await.unwrap(), 1);
    let [sent] = receipts(town, &town.sender).await.try_into().unwrap();
    assert_eq!(sent["receiptStatus"], "COMPLETED");

    answer.store(422, Ordering::SeqCst);
    send_text(2_401).await;
    assert_eq!(delivery.round().await.unwrap(), 1);
    let [rejected] = receipts(town, &town.sender).await.try_into().unwrap();

    answer.store(503, Ordering::SeqCst);
    send_text(2_402).await;
    let mut not_sent = Vec::new();
    for _ in 0..30 {
        delivery.round().await.unwrap();
        not_sent = receipts(town, &town.sender).await;
        if !not_sent.is_empty() {
            break;
        }
        town.clock.let_pass(3600);
    }
    let [not_sent] = not_sent.try_into().unwrap();
    [("nemsms.rejected", rejected), ("nemsms.not.sent", not_sent)]
}
