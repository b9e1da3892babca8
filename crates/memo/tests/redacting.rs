//! A redacted message tells of nobody, and is as valid as before.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "support/any.rs"]
mod any;
#[path = "support/every.rs"]
mod every;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use brevdue_memo::redact::table::{Mask, mask_of};
use brevdue_memo::redact::{Redactor, Uuids};
use brevdue_memo::schema::{ClassSchema, ElementSchema};
use brevdue_memo::walking::{Changer, Halt, Place, Visitor};
use brevdue_memo::{Checker, Content, MemoVersion, Message, Severity, write};
use every::every_element;
use proptest::prelude::*;
use support::{change, minimum_1_2, official_data, read_bytes};

fn written(message: &Message) -> Vec<u8> {
    let mut out = Vec::new();
    write(message, Cursor::new([]), &mut out).unwrap();
    out
}

fn redacted(message: &Message) -> Message {
    let mut message = message.clone();
    Redactor::new(Uuids::Kept).redact(&mut message);
    message
}

/// Texts by whether their mask lets some of them stay.
#[derive(Default)]
struct Texts {
    masked: Vec<String>,
    all: Vec<String>,
}

impl Changer for Texts {
    fn text(
        &mut self,
        class: &'static ClassSchema,
        element: &'static ElementSchema,
        text: &mut String,
    ) {
        let mask = mask_of(class.name, element.name);
        if !matches!(mask, Mask::Code(..) | Mask::MediaType | Mask::Letters) {
            self.masked.push(text.clone());
        }
        self.all.push(text.clone());
    }
    fn content(&mut self, _: &mut Content) {}
}

fn texts(message: &Message) -> Texts {
    let mut texts = Texts::default();
    message.clone().change(&mut texts);
    texts
}

/// How many errors of each rule.
fn errors(document: &[u8]) -> BTreeMap<&'static str, usize> {
    let reading = Checker::default().check(document).unwrap();
    assert_eq!(reading.findings.omitted, 0);
    let mut errors = BTreeMap::new();
    for finding in
        reading.findings.list.iter().filter(|finding| finding.severity == Severity::Error)
    {
        *errors.entry(finding.rule).or_default() += 1;
    }
    errors
}

fn no_new_errors(before: &Message, after: &Message) {
    let (before, after) = (errors(&written(before)), errors(&written(after)));
    for (rule, count) in &after {
        assert!(before.get(rule) >= Some(count), "{rule}: {before:?} became {after:?}");
    }
}

/// The names of all elements, and the values that are no texts.
#[derive(Default)]
struct Shape(Vec<String>);

impl Visitor for Shape {
    fn begin(&mut self, place: Place) -> Result<(), Halt> {
        self.0.push(format!("<{}", place.element.name));
        Ok(())
    }
    fn end(&mut self, _: Place) -> Result<(), Halt> {
        self.0.push(">".to_owned());
        Ok(())
    }
    fn text(&mut self, place: Place, text: &str) -> Result<(), Halt> {
        let kind = match place.element.kind {
            brevdue_memo::schema::Kind::Value(value) => value.name,
            brevdue_memo::schema::Kind::Class(_) => "",
        };
        let kept = matches!(kind, "Uuid4" | "DateTime" | "Date" | "Boolean" | "MessageType");
        self.0.push(if kept {
            format!("{}={text}", place.element.name)
        } else {
            place.element.name.to_owned()
        });
        Ok(())
    }
    fn content(&mut self, place: Place, _: &Content) -> Result<(), Halt> {
        self.0.push(place.element.name.to_owned());
        Ok(())
    }
}

fn shape(message: &Message) -> Vec<String> {
    let mut shape = Shape::default();
    message.walk(&mut shape).unwrap();
    shape.0
}

#[test]
fn every_element_and_the_official_examples_lose_their_texts_and_keep_their_shape() {
    let mut documents: Vec<Vec<u8>> = vec![
        every_element(MemoVersion::V1_1).into_bytes(),
        every_element(MemoVersion::V1_2).into_bytes(),
    ];
    if let Some(data) = official_data() {
        for example in std::fs::read_dir(data.join("examples")).unwrap() {
            documents.push(std::fs::read(example.unwrap().path()).unwrap());
        }
        assert_eq!(documents.len(), 10);
    }
    for document in documents {
        let message = any::held(read_bytes(&document).message.unwrap(), &document);
        let after = redacted(&message);
        no_new_errors(&message, &after);
        assert_eq!(shape(&message), shape(&after));
        let out = written(&after);
        let kept: BTreeSet<String> = texts(&message)
            .all
            .into_iter()
            .filter(|text| texts(&after).all.contains(text))
            .collect();
        for text in texts(&message).masked {
            assert!(
                !texts(&after).masked.contains(&text) || text.trim().is_empty() || text.len() < 4,
                "{text}"
            );
            // Codes may say the same word, and so may the markup.
            let is_markup = support::minimum_1_2().contains(&text)
                || kept.iter().any(|kept| kept.contains(&text));
            // An official example calls people as our masks do, and "Navn 10" holds "Navn 1".
            let is_code = text.len() < 4 || is_markup || text.starts_with("Navn ");
            assert!(is_code || !String::from_utf8_lossy(&out).contains(&text), "{text}");
        }
        {
            let content = "VGhpcyBpcyBhIHRlc3Q=";
            assert!(!String::from_utf8_lossy(&out).contains(content));
        }
    }
}

#[test]
fn codes_dates_and_types_stay_and_people_go() {
    let message = read_bytes(
        change(&minimum_1_2(), "Pladsanvisning.pdf", "Til Vagn 2211771212.PDF").as_bytes(),
    )
    .message
    .unwrap();
    let after = redacted(&message);
    let (header, body) = (&after.header, after.body.as_ref().unwrap());
    assert_eq!(header.label, "Tekst 1");
    assert_eq!(
        (header.sender.sender_id.as_str(), header.sender.id_type.as_str()),
        ("00000019", "CVR")
    );
    assert_eq!(
        (header.recipient.recipient_id.as_str(), header.recipient.id_type.as_str()),
        ("6101000001", "CPR")
    );
    assert_eq!(header.message_uuid.as_str(), "8C2EA15D-61FB-4BA9-9366-42F8B194C114");
    assert_eq!(body.created_date_time.as_str(), "2018-05-03T12:00:00Z");
    let file = &body.main_document.files[0];
    assert_eq!(
        (file.filename.as_str(), file.encoding_format.as_str(), file.language.as_str()),
        ("fil-1.pdf", "application/pdf", "da")
    );
    assert!(file.content.hold(Cursor::new([])).unwrap().starts_with(b"%PDF-1.4"));
}

#[test]
fn a_conversation_stays_linked_across_messages_and_uuids_go_when_asked() {
    let first = any::held(
        read_bytes(every_element(MemoVersion::V1_2).as_bytes()).message.unwrap(),
        every_element(MemoVersion::V1_2).as_bytes(),
    );
    let mut second = first.clone();
    second.header.sender.sender_id = first.header.recipient.recipient_id.clone();
    let (mut one, mut other) = (first.clone(), second);
    let mut redactor = Redactor::new(Uuids::Replaced);
    redactor.redact(&mut one);
    redactor.redact(&mut other);
    assert_eq!(one.header.recipient.recipient_id, other.header.sender.sender_id);
    assert_eq!(one.header.message_uuid, other.header.reply_data[0].message_uuid);
    let out = String::from_utf8(written(&one)).unwrap().to_lowercase();
    assert!(!out.contains("8c2ea15d"));
    // Redacting again finds nothing that it would not have said itself.
    no_new_errors(&first, &one);
}

#[test]
fn every_type_on_our_list_is_replaced_by_a_file_of_its_type() {
    for file_type in brevdue_memo::rules::ALLOWED_FILE_TYPES {
        for extension in file_type.extensions {
            let document = change(&minimum_1_2(), "application/pdf", file_type.encoding_format);
            let document = change(&document, "Pladsanvisning.pdf", &format!("a.{extension}"));
            let message =
                any::held(read_bytes(document.as_bytes()).message.unwrap(), document.as_bytes());
            let after = redacted(&message);
            let out = written(&after);
            let told = Checker::default().check(out.as_slice()).unwrap().findings;
            // MEMO-R-126 would tell of bytes that are not what the type says.
            assert!(
                !told
                    .list
                    .iter()
                    .any(|finding| ["MEMO-R-126", "MEMO-R-123", "MEMO-R-124"]
                        .contains(&finding.rule)),
                "{}: {:?}",
                file_type.encoding_format,
                told.list
            );
            let content =
                after.body.unwrap().main_document.files[0].content.hold(Cursor::new([])).unwrap();
            let expected: &[u8] = match file_type.extensions[0] {
                "pdf" => b"%PDF-",
                "png" => b"\x89PNG\r\n\x1A\n",
                "jpg" => b"\xFF\xD8\xFF",
                "gif" => b"GIF89a",
                "tif" => b"II*\0",
                "bmp" => b"BM",
                "html" => b"<!DOCTYPE html>",
                "rtf" | "doc" | "xls" | "ppt" => b"{\\rtf1",
                "xml" => b"<?xml",
                "json" => b"{ \"removed\"",
                "txt" | "csv" => b"Indholdet er fjernet.",
                _ => b"PK\x03\x04",
            };
            assert!(content.starts_with(expected), "{extension}");
            assert!(content.len() < 2_500, "{extension} has {} bytes", content.len());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_of_any_message_is_left_and_nothing_breaks(message in any::message()) {
        // Marked, so that none can stand in the markup or in a mask by chance.
        struct Marking;
        impl Changer for Marking {
            fn text(&mut self, _: &'static ClassSchema, element: &'static ElementSchema, text: &mut String) {
                let brevdue_memo::schema::Kind::Value(value) = element.kind else { return };
                if matches!(value.name, "Text256" | "Text512" | "Notification") && !text.trim().is_empty() {
                    *text = text.chars().filter(|c| *c != '\r').take(150).collect::<String>() + "Ærlig";
                }
            }
            fn content(&mut self, content: &mut Content) {
                *content = Content::Held("Ærlig".as_bytes().to_vec());
            }
        }
        let mut message = message;
        message.change(&mut Marking);
        let after = redacted(&message);
        no_new_errors(&message, &after);
        prop_assert_eq!(shape(&message), shape(&after));
        let out = written(&after);
        let out = String::from_utf8(out).unwrap();
        let again = read_bytes(out.as_bytes());
        prop_assert_eq!(&again.findings.list, &[]);
        prop_assert!(!out.contains("Ærlig"));
        prop_assert!(!out.contains(&base64_simd::STANDARD.encode_to_string("Ærlig")));
        for text in texts(&message).all.iter().filter(|text| text.contains("Ærlig")) {
            prop_assert!(!out.contains(text.as_str()));
        }
        // Addresses and numbers are not marked: those long enough to be told from chance are gone too.
        for (text, mask) in texts(&message).masked.iter().zip(&texts(&after).masked) {
            prop_assert!(text != mask || text.trim().is_empty() || text.len() < 4, "{}", text);
        }
    }
}
