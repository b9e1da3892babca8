//! Messages in UTF-16: let pass by policy, told, and the same message as in UTF-8.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;

use std::io::{Cursor, Read};

use brevdue_memo::{Checker, Content, File, Limits, Message, Severity, read, write};
use support::{change, minimum_1_2, rules};

/// A document in UTF-16 with its mark.
fn utf_16(document: &str, big_endian: bool) -> Vec<u8> {
    let units: Vec<u16> = format!("\u{FEFF}{document}").encode_utf16().collect();
    let bytes = |unit: u16| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() };
    units.into_iter().flat_map(bytes).collect()
}

/// A letter with three files of so many bytes, each after titles of one to four bytes a character.
fn letter(file_bytes: usize) -> (String, Vec<Vec<u8>>) {
    let document = change(&minimum_1_2(), "encoding=\"UTF-8\"", "encoding=\"UTF-16\"");
    let contents: Vec<Vec<u8>> = (1..=3)
        .map(|file| (0..file_bytes).map(|byte| (byte * file % 251) as u8).collect())
        .collect();
    let files: String = contents
        .iter()
        .map(|content| {
            format!(
                "<memo:AdditionalDocument><memo:label>Plads æøå – 😀</memo:label><memo:File>\
                 <memo:encodingFormat>application/pdf</memo:encodingFormat><memo:filename>😀.pdf</memo:filename>\
                 <memo:language>da</memo:language><memo:content>\r\n{}<!-- 😀 --></memo:content></memo:File>\
                 </memo:AdditionalDocument>",
                base64_simd::STANDARD.encode_to_string(content)
            )
        })
        .collect();
    (change(&document, "</memo:MainDocument>", &format!("</memo:MainDocument>{files}")), contents)
}

fn attachments(message: &Message) -> Vec<&File> {
    let documents = &message.body.as_ref().unwrap().additional_documents;
    documents.iter().flat_map(|document| &document.files).collect()
}

/// A reader that gives a few bytes at a time.
struct Few<'a>(&'a [u8]);
impl Read for Few<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = buffer.len().min(7);
        self.0.read(&mut buffer[..count])
    }
}

#[test]
fn a_message_in_utf_16_is_the_same_message_and_its_content_decodes_where_it_stands() {
    for file_bytes in [0, 10, 100_000] {
        let (document, contents) = letter(file_bytes);
        let plain = change(&document, "encoding=\"UTF-16\"", "");
        let expected = read(plain.as_bytes(), &Limits::default()).unwrap().message.unwrap();
        for big_endian in [false, true] {
            let source = utf_16(&document, big_endian);
            let reading = Checker::default().check(source.as_slice()).unwrap();
            assert_eq!(rules(&reading)[0], "MEMO-T-011");
            assert_eq!(reading.findings.list[0].severity, Severity::Warning);
            assert_eq!(reading.length_bytes, source.len() as u64);
            let message = reading.message.unwrap();
            assert_eq!(message.header, expected.header);
            for (file, content) in attachments(&message).into_iter().zip(&contents) {
                assert_eq!(file.content.len_bytes(), content.len() as u64);
                assert_eq!(file.content.hold(Cursor::new(&source)).unwrap(), *content);
            }
            let few = Checker::default().check(Few(&source)).unwrap().message.unwrap();
            assert_eq!(few.header, message.header);

            // Written, it is the same as written from UTF-8.
            let mut ours = Vec::new();
            write(&message, Cursor::new(&source), &mut ours).unwrap();
            let mut theirs = Vec::new();
            write(&expected, Cursor::new(plain.as_bytes()), &mut theirs).unwrap();
            assert!(ours == theirs, "{file_bytes}");
        }
    }
}

#[test]
fn content_far_into_a_document_is_found_without_decoding_all_before_it() {
    let (document, contents) = letter(2_000_000);
    let source = utf_16(&document, false);
    let message = Checker::default().check(source.as_slice()).unwrap().message.unwrap();
    let last = attachments(&message)[2];
    let Content::InPlace(place) = &last.content else { panic!("it stands in its place") };
    let brevdue_memo::content::Encoding::Utf16(from) = place.encoding else { panic!("in UTF-16") };
    assert!(place.offset_bytes - from.text_bytes < 64 * 1024, "{from:?}");
    assert_eq!(last.content.hold(Cursor::new(&source)).unwrap(), contents[2]);
}

#[test]
fn what_is_wrong_with_a_document_in_utf_16_is_found_at_its_line_and_column() {
    let (document, _) = letter(10);
    let title = |with: &str| change(&document, "Pladsanvisning", with);
    let places = |source: &[u8]| -> Vec<String> {
        let reading = Checker::default().check(source).unwrap();
        support::places(&reading).into_iter().filter(|it| !it.starts_with("MEMO-R")).collect()
    };
    let half_a_pair = |with: [u8; 2]| {
        let mut source = utf_16(&title("😀😀"), false);
        let pairs = [0x3D, 0xD8, 0x00, 0xDE, 0x3D, 0xD8, 0x00, 0xDE];
        let at = source.windows(8).position(|window| window == pairs).unwrap();
        source[at + 6..at + 8].copy_from_slice(&with);
        source
    };
    let mut odd = utf_16(&document, false);
    odd.push(b'<');
    for (name, source, expected) in [
        ("a wrong element", utf_16(&title("😀<memo:b/>"), false), "MEMO-S-002 3:155"),
        ("a pair cut in two", half_a_pair(*b"a\0"), "MEMO-X-011 3:155"),
        ("two first halves", half_a_pair([0x3D, 0xD8]), "MEMO-X-011 3:155"),
        ("half a unit at the end", odd, "MEMO-X-011 9:1"),
        ("cut off", utf_16(&document[..300], true), "MEMO-X-002 3:141"),
        (
            "UTF-8 declared",
            utf_16(&change(&document, "\"UTF-16\"", "\"UTF-8\""), false),
            "MEMO-X-013 1:1",
        ),
        (
            "the other byte order declared",
            utf_16(&change(&document, "\"UTF-16\"", "\"UTF-16BE\""), false),
            "MEMO-X-013 1:1",
        ),
        ("a second mark", utf_16(&format!("\u{FEFF}{document}"), true), "MEMO-X-005 1:1"),
        ("the mark alone", utf_16("", true), "MEMO-X-001 1:1"),
        ("a DOCTYPE", utf_16("<!DOCTYPE a><a/>", true), "MEMO-X-007 1:1"),
    ] {
        let found = places(&source);
        assert_eq!(found[0], "MEMO-T-011 1:1", "{name}");
        assert_eq!(found.get(1).map(String::as_str), Some(expected), "{name}: {found:?}");
    }
}

#[test]
fn only_a_byte_order_mark_tells_utf_16_and_a_policy_can_refuse_it() {
    let (document, _) = letter(10);
    let source = utf_16(&document, false);
    assert_eq!(rules(&Checker::default().check(&source[2..]).unwrap()), ["MEMO-X-012"]);
    assert_eq!(rules(&read(source.as_slice(), &Limits::default()).unwrap()), ["MEMO-X-012"]);
    let mut checker = Checker::default();
    checker.policy.set("MEMO-T-011", Some(Severity::Error)).unwrap();
    assert_eq!(rules(&checker.check(source.as_slice()).unwrap()), ["MEMO-X-012"]);
}
