use std::io::Read as _;
use std::sync::Arc;

use brevdue_exchange::ids::Ids;
use brevdue_exchange::storage::memory::Memory;
use brevdue_exchange::{Clock, Policy};
use brevdue_memo::Timestamp;
use uuid::Uuid;

use super::*;

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(0)
    }
}

impl Ids for Still {
    fn random(&self) -> Uuid {
        Uuid::nil()
    }
    fn ordered(&self) -> Uuid {
        Uuid::nil()
    }
}

fn exchange() -> Exchange {
    Exchange::new(Memory::open(), Arc::new(Still), Arc::new(Still), Policy::default())
}

fn parts(exchange: &Exchange, text: &[u8]) -> Result<Parts, PartsError> {
    let mut sink = exchange.store().begin(Timestamp::from_millis(0)).unwrap();
    sink.write(text).unwrap();
    take_apart(exchange, &sink.finish().unwrap())
}

fn bytes(exchange: &Exchange, content: &ContentRef) -> String {
    let mut text = String::new();
    exchange.store().open(content).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_message_that_declares_its_own_namespaces_keeps_every_byte() {
    let exchange = exchange();
    let message = "<memo:Message xmlns:memo='https://DigitalPost.dk/MeMo-1' memoVersion=\"1.2\">\r\n\
                   <memo:a b='>'/><!-- </memo:Message> --><![CDATA[</x>]]>&amp;</memo:Message>";
    let text = format!(
        "\u{feff}<?xml version='1.0' encoding='utf8'?>\n<kombi_request>\n \
         <KombiValgKode>Digital Post</KombiValgKode>{message}</kombi_request>"
    );
    let parts = parts(&exchange, text.as_bytes()).unwrap();
    assert_eq!(parts.choice, Choice::DigitalPost);
    assert_eq!(bytes(&exchange, &parts.message.unwrap()), message);
    assert!(parts.letter.is_none());
}

#[test]
fn namespaces_that_the_root_declares_go_with_the_message() {
    let exchange = exchange();
    let text = "<kombi_request xmlns:ns0=\"https://DigitalPost.dk/MeMo-1\" xmlns:x='y'>\
                <KombiValgKode>Automatisk Valg</KombiValgKode>\
                <ns0:Message memoVersion=\"1.2\" xmlns:x='z'><ns0:a/></ns0:Message></kombi_request>";
    let parts = parts(&exchange, text.as_bytes()).unwrap();
    assert_eq!(
        bytes(&exchange, &parts.message.unwrap()),
        "<ns0:Message xmlns:ns0=\"https://DigitalPost.dk/MeMo-1\" memoVersion=\"1.2\" xmlns:x='z'>\
         <ns0:a/></ns0:Message>"
    );
}

#[test]
fn a_letter_is_its_fields_by_path_and_its_files() {
    let exchange = exchange();
    let text = "<kombi_request><KombiValgKode>Fysisk Post</KombiValgKode>\
        <ForsendelseISamling xmlns:p='urn:oio:fjernprint:1.0.0'><p:ForsendelseI>\
        <p:AfsendelseIdentifikator> a&amp;b &#xe6; </p:AfsendelseIdentifikator>\
        <p:ForsendelseModtager><p:Navn>Ida</p:Navn><p:Tom/></p:ForsendelseModtager>\
        <p:MeddelelseIndholdData>SGVq\n<![CDATA[IQ==]]></p:MeddelelseIndholdData>\
        <p:BilagSamling><p:Bilag><p:VedhaeftningIndholdData>QmlsYWc=</p:VedhaeftningIndholdData>\
        </p:Bilag></p:BilagSamling></p:ForsendelseI></ForsendelseISamling></kombi_request>";
    let letter = parts(&exchange, text.as_bytes()).unwrap().letter.unwrap();
    let fields: Vec<(&str, &str)> =
        letter.fields.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    assert_eq!(fields, [("AfsendelseIdentifikator", "a&b æ"), ("ForsendelseModtager/Navn", "Ida")]);
    assert_eq!(bytes(&exchange, &letter.document), "Hej!");
    assert_eq!(bytes(&exchange, &letter.enclosures[0]), "Bilag");
}

#[test]
fn what_is_no_request_is_refused_and_never_repeated() {
    let exchange = exchange();
    let deep = "<a>".repeat(DEPTH + 1);
    let within = |text: &str| format!("<kombi_request>{text}</kombi_request>");
    let choice = "<KombiValgKode>NemSMS</KombiValgKode>";
    let letter = |text: &str| {
        within(&format!(
            "{choice}<ForsendelseISamling><ForsendelseI>{text}</ForsendelseI></ForsendelseISamling>"
        ))
    };
    for text in [
        String::new(),
        "SECRET".into(),
        "<SECRET/>".into(),
        "<?xml version='1.0' encoding='ISO-8859-1'?><kombi_request/>".into(),
        "<!DOCTYPE kombi_request [<!ENTITY a 'SECRET'>]><kombi_request/>".into(),
        within(""),
        within("<KombiValgKode>SECRET</KombiValgKode>"),
        within("<KombiValgKode><a/></KombiValgKode>"),
        within(&format!("{choice}{choice}")),
        within(&format!("{choice}SECRET")),
        within(&format!("{choice}<SECRET/>")),
        within(&format!("{choice}<Message><Message></Message>")),
        letter(""),
        letter("<MeddelelseIndholdData>SECRET!!</MeddelelseIndholdData>"),
        letter("<MeddelelseIndholdData>AAA</MeddelelseIndholdData>"),
        letter("<a>&SECRET;</a>"),
        letter(&deep),
        letter(&format!("<a>{}</a>", "x".repeat(FIELD_BYTES + 1))),
        letter(&"<a>1</a>".repeat(FIELDS + 1)),
    ] {
        match parts(&exchange, text.as_bytes()) {
            Err(PartsError::Form(what)) => assert!(!what.contains("SECRET"), "{what}"),
            Err(PartsError::Storage(fault)) => panic!("{fault}"),
            Ok(_) => panic!("{text}"),
        }
    }
}
