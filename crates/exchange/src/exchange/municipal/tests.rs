use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use brevdue_memo::Timestamp;

use super::*;
use crate::ids::Ids;
use crate::storage::memory::Memory;
use crate::{
    ApiToken, AuthorityRights, Clock, ContactId, MailSystem, Organisation, OrganisationId,
    OrganisationKind, Policy, Receives, ServiceProtocol, Store, SystemId,
};

#[derive(Default)]
struct Counting(AtomicU64);

impl Clock for Counting {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_772_445_600_000)
    }
}

impl Ids for Counting {
    fn random(&self) -> Uuid {
        self.ordered()
    }
    fn ordered(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.0.fetch_add(1, Ordering::SeqCst)) + 1)
    }
}

const REGISTERED: &str = "6105401106";
const EXEMPT: &str = "7204551236";

async fn desk() -> (Exchange, Caller) {
    let store: Arc<dyn Store> = Memory::open();
    let counting = Arc::new(Counting::default());
    let exchange = Exchange::new(store.clone(), counting.clone(), counting, Policy::default());
    let organisation = Organisation {
        id: OrganisationId(Uuid::from_u128(0xa)),
        cvr: "12345678".parse().unwrap(),
        name: "Byen".into(),
        kind: OrganisationKind::Authority(AuthorityRights::default()),
    };
    let system = MailSystem {
        id: SystemId(Uuid::from_u128(0xb)),
        organisation: organisation.id,
        name: "afsender".into(),
        sends: true,
        receives: Receives::Nothing,
        protocol: ServiceProtocol::RestPull,
        endpoint: None,
        receipt_endpoint: None,
        token: ApiToken("hemmelig".into()),
        certificate: None,
        delegated_cvr: None,
        allowed_ips: Vec::new(),
        active_from: Timestamp::from_millis(0),
        active_to: None,
        failing_since: None,
    };
    let person = |number: u128, cpr: &str, status, nemsms: Option<&str>| {
        Op::PutContact(crate::Contact {
            id: ContactId(Uuid::from_u128(number)),
            party: PartyId::parse("CPR", cpr).unwrap(),
            name: "Opdigtet".into(),
            status,
            nemsms: nemsms.map(|number| number.parse().unwrap()),
        })
    };
    let ops = vec![
        Op::PutOrganisation(organisation.clone()),
        Op::PutSystem(Box::new(system.clone())),
        person(1, REGISTERED, RegistrationStatus::Registered, None),
        person(2, EXEMPT, RegistrationStatus::Exempt, Some("20000001")),
    ];
    store.commit(Batch { ops }).await.unwrap();
    (exchange, Caller { system, organisation })
}

fn content(exchange: &Exchange, text: &str) -> ContentRef {
    let mut sink = exchange.store().begin(exchange.clock().now()).unwrap();
    sink.write(text.as_bytes()).unwrap();
    sink.finish().unwrap()
}

fn message(exchange: &Exchange, cpr: &str) -> ContentRef {
    let text = format!(
        "<memo:Message xmlns:memo=\"https://DigitalPost.dk/MeMo-1\" memoVersion=\"1.2\">\
         <memo:MessageHeader><memo:messageType>DIGITALPOST</memo:messageType>\
         <memo:messageUUID>8c2ea15d-61fb-4ba9-9366-42f8b194c114</memo:messageUUID>\
         <memo:label>Brev</memo:label>\
         <memo:Sender><memo:senderID>12345678</memo:senderID><memo:idType>CVR</memo:idType>\
         <memo:label>Byen</memo:label></memo:Sender>\
         <memo:Recipient><memo:recipientID>{cpr}</memo:recipientID><memo:idType>CPR</memo:idType>\
         </memo:Recipient></memo:MessageHeader></memo:Message>"
    );
    content(exchange, &text)
}

fn letter(exchange: &Exchange, text: &str) -> Letter {
    let fields = [
        ("AfsendelseIdentifikator", "brev-1"),
        ("ForsendelseTypeIdentifikator", "265"),
        ("ForsendelseModtager/AfsendelseModtager/CPRnummerIdentifikator", "0000000000"),
        ("FilformatNavn", "PDF"),
    ];
    Letter {
        fields: fields.map(|(path, text)| (path.into(), text.into())).into(),
        document: content(exchange, text),
        enclosures: Vec::new(),
    }
}

#[tokio::test]
async fn each_choice_goes_its_way_or_says_which_part_is_missing() {
    use Choice::{Automatic, DigitalPost, NemSms, Paper};
    let (exchange, caller) = desk().await;
    let to = |cpr| Some(message(&exchange, cpr));
    let paper = || Some(letter(&exchange, "%PDF"));
    let no_message = Err("the MeMo Message");
    let no_letter = Err("ForsendelseISamling/ForsendelseI");
    for (number, (choice, message, letter, expected)) in [
        (DigitalPost, to(EXEMPT), paper(), Ok(Channel::DigitalPost)),
        (NemSms, to(EXEMPT), None, Ok(Channel::NemSms)),
        (Paper, to(REGISTERED), paper(), Ok(Channel::Paper)),
        (Automatic, to(REGISTERED), paper(), Ok(Channel::DigitalPost)),
        (Automatic, to(EXEMPT), paper(), Ok(Channel::Paper)),
        (Automatic, to("2905619999"), paper(), Ok(Channel::Paper)),
        (Automatic, Some(content(&exchange, "no xml")), paper(), Ok(Channel::DigitalPost)),
        (Automatic, None, paper(), no_message),
        (Automatic, to(REGISTERED), None, no_letter),
        (DigitalPost, None, paper(), no_message),
        (NemSms, None, None, no_message),
        (Paper, to(REGISTERED), None, no_letter),
    ]
    .into_iter()
    .enumerate()
    {
        let transaction = Uuid::from_u128(1000 + number as u128);
        let sent = exchange
            .send_combined(&caller, Combined { transaction, choice, message, letter })
            .await;
        match (sent, expected) {
            (Ok(sent), Ok(channel)) => assert_eq!(sent.channel, channel, "{number}"),
            (Err(CombinedError::Missing(part)), Err(missing)) => assert_eq!(part, missing),
            (other, _) => panic!("{number}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn who_can_be_reached_depends_on_the_service() {
    let (exchange, _) = desk().await;
    for (id_type, id, digital_post, nemsms) in [
        ("CPR", REGISTERED, true, false),
        ("CPR", EXEMPT, false, true),
        ("CPR", "2905619999", false, false),
        ("CVR", "12345678", false, false), // An authority whose systems only send.
        ("CVR", "87654321", false, false),
    ] {
        let party = PartyId::parse(id_type, id).unwrap();
        for (service, expected) in [(Service::DigitalPost, digital_post), (Service::NemSms, nemsms)]
        {
            let found = exchange.is_registered(party, service).await.unwrap();
            assert_eq!(found, expected, "{id_type} {service:?}");
        }
    }
}

/// Takes letters, or does not.
#[derive(Default)]
struct Supplier {
    broken: bool,
    taken: Mutex<Vec<(String, usize)>>,
}

impl LetterSender for Supplier {
    fn hand_over(&self, job: &PrintJob, files: Vec<LetterFile>) -> io::Result<()> {
        if self.broken {
            return Err(io::Error::other("no paper"));
        }
        self.taken.lock().unwrap().push((job.shipment.clone(), files.len()));
        Ok(())
    }
}

#[tokio::test]
async fn a_letter_waits_for_the_supplier_is_printed_once_and_told_once() {
    let (exchange, caller) = desk().await;
    let send = async |text: &str| {
        let letter = Some(letter(&exchange, text));
        let transaction = Uuid::from_u128(7);
        let combined = Combined { transaction, choice: Choice::Paper, message: None, letter };
        exchange.send_combined(&caller, combined).await
    };
    let first = send("%PDF").await.unwrap();
    assert_eq!(send("%PDF").await.unwrap(), first);
    assert!(matches!(send("%PDF 2").await, Err(CombinedError::TransactionReused)));

    let broken = Supplier { broken: true, ..Supplier::default() };
    assert!(exchange.hand_over_letters(&broken).await.is_err());
    assert_eq!(exchange.next_status(&caller, &[]).await.unwrap(), None);
    let supplier = Supplier::default();
    assert_eq!(exchange.hand_over_letters(&supplier).await.unwrap(), 1);
    assert_eq!(exchange.hand_over_letters(&supplier).await.unwrap(), 0);
    assert_eq!(*supplier.taken.lock().unwrap(), [("brev-1".to_owned(), 1)]);

    let (status, waiting) = exchange.next_status(&caller, &[]).await.unwrap().unwrap();
    assert_eq!((status.transmission, waiting), (Some(first.transmission), 0));
    assert_eq!((status.channel, status.arrived), (Channel::Paper, true));
    assert_eq!(exchange.next_status(&caller, &[status.id]).await.unwrap(), None);
    let record = exchange.store().record(RecordKind::PrintJob, status.id.uuid()).await.unwrap();
    let record = record.unwrap();
    assert!(
        record.contents.is_empty() && !record.body.contains("FilformatNavn"),
        "nothing is left"
    );
    exchange.settle_status(&caller, status.id).await.unwrap();
    exchange.settle_status(&caller, status.id).await.unwrap();
    assert_eq!(exchange.next_status(&caller, &[]).await.unwrap(), None);
    // Told and done, the same call still is the same letter.
    assert_eq!(send("%PDF").await.unwrap(), first);
}

#[tokio::test]
async fn what_cannot_be_printed_is_refused_with_the_field_at_fault() {
    let (exchange, caller) = desk().await;
    for (name, text, said) in [
        ("AfsendelseIdentifikator", "", "AfsendelseIdentifikator"),
        ("ForsendelseTypeIdentifikator", "0", "positive"),
        ("FilformatNavn", "DOCX", "PDF"),
        ("CPRnummerIdentifikator", "-", "AfsendelseModtager"),
    ] {
        let mut letter = letter(&exchange, "%PDF");
        if text == "-" {
            letter.fields.retain(|(path, _)| !path.ends_with(name));
        } else {
            let field = letter.fields.iter_mut().find(|(path, _)| path.ends_with(name)).unwrap();
            field.1 = text.into();
        }
        let combined = Combined {
            transaction: Uuid::from_u128(8),
            choice: Choice::Paper,
            message: None,
            letter: Some(letter),
        };
        let refused = exchange.send_combined(&caller, combined).await.unwrap_err();
        assert!(refused.to_string().contains(said), "{refused}");
    }
}
