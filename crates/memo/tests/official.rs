//! The official examples, and hundreds of changed ones, beside the official schema.
#![allow(clippy::print_stdout, reason = "a skipped test says so, and how many changes were made")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;

use std::io::Cursor;

use brevdue_memo::{Limits, Message, Reading, read, write};
use quick_xml::NsReader;
use quick_xml::events::Event;
use quick_xml::name::ResolveResult;
use support::{Referee, SchemaSet, official_data, read_bytes};

/// The official examples with the schema set of their version.
fn examples() -> Vec<(String, Vec<u8>, SchemaSet)> {
    let Some(data) = official_data() else { return Vec::new() };
    let mut examples: Vec<_> = std::fs::read_dir(data.join("examples"))
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().to_string_lossy().into_owned();
            let set = if name.contains("v1.1") { SchemaSet::V1_1 } else { SchemaSet::V1_2 };
            (name, std::fs::read(entry.path()).unwrap(), set)
        })
        .collect();
    examples.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(examples.len(), 8, "every official example is tested");
    examples
}

fn written(message: &Message, source: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    write(message, Cursor::new(source), &mut out).expect("a message that was read can be written");
    out
}

fn message_of(reading: Reading) -> Message {
    assert_eq!(reading.findings.list, []);
    reading.message.expect("a message without findings")
}

fn unescaped(reference: &str) -> String {
    quick_xml::escape::unescape(&format!("&{reference};")).expect("a reference").into_owned()
}

/// A document as a tree by another parser: names with namespaces, attributes, texts; Base64 decoded,
/// white space between elements left out.
fn canonical(document: &[u8]) -> Vec<String> {
    let mut reader = NsReader::from_reader(document);
    reader.config_mut().expand_empty_elements = true;
    let mut tree: Vec<String> = Vec::new();
    let mut text = String::new();
    let mut is_leaf = false;
    loop {
        match reader.read_resolved_event().expect("well-formed") {
            (ResolveResult::Bound(namespace), Event::Start(start)) => {
                let namespace = namespace.into_inner().to_owned();
                let mut attributes: Vec<String> = start
                    .attributes()
                    .map(|attribute| attribute.expect("an attribute"))
                    .filter(|attribute| !attribute.key.as_ref().starts_with("xmlns"))
                    .map(|attribute| format!("{:?}={:?}", attribute.key, attribute.value))
                    .collect();
                attributes.sort();
                tree.push(format!("<{{{namespace}}}{:?} {attributes:?}", start.local_name()));
                text.clear();
                is_leaf = true;
            }
            (_, Event::End(end)) => {
                if is_leaf && end.local_name().as_ref() == "content" {
                    text.retain(|character| !character.is_ascii_whitespace());
                    tree.push(format!(
                        "{:?}",
                        base64_simd::STANDARD.decode_to_vec(&text).expect("Base64")
                    ));
                } else if is_leaf {
                    tree.push(text.clone());
                }
                tree.push(">".to_owned());
                is_leaf = false;
            }
            (_, Event::Text(piece)) => text.push_str(&piece),
            (_, Event::GeneralRef(reference)) => text.push_str(&unescaped(&reference)),
            (_, Event::CData(piece)) => text.push_str(&piece),
            (_, Event::Eof) => return tree,
            _ => {}
        }
    }
}

#[test]
fn every_official_example_read_and_written_is_the_same_message() {
    for (name, document, _) in examples() {
        let out = written(&message_of(read_bytes(&document)), &document);
        assert_eq!(canonical(&document), canonical(&out), "{name}");
        let again = written(&message_of(read_bytes(&out)), &out);
        assert_eq!(String::from_utf8(out), String::from_utf8(again), "{name}");
    }
}

#[test]
fn every_official_example_written_by_us_validates_against_the_official_schema() {
    for set in [SchemaSet::V1_1, SchemaSet::V1_2] {
        let Some(referee) = Referee::new(set) else { return };
        let of_set: Vec<_> = examples().into_iter().filter(|example| example.2 == set).collect();
        let outs: Vec<_> = of_set
            .iter()
            .map(|(_, document, _)| written(&message_of(read_bytes(document)), document))
            .collect();
        for ((name, ..), valid) in of_set.iter().zip(referee.verdicts(&outs)) {
            assert!(valid, "{name}");
        }
    }
}

#[test]
fn the_full_examples_name_every_class_but_those_of_other_kinds_of_message() {
    for (name, document, _) in examples().into_iter().filter(|example| example.0.contains("Full")) {
        let message = message_of(read_bytes(&document));
        let header = message.header;
        assert!(
            header.sender.attention_data.is_some() && header.recipient.contact_point.is_some(),
            "{name}"
        );
        assert!(
            header.content_data.is_some()
                && header.forward_data.is_some()
                && header.reply_data.len() == 2,
            "{name}"
        );
        let body = message.body.unwrap();
        assert!(
            !body.additional_documents.is_empty() && !body.technical_documents.is_empty(),
            "{name}"
        );
        assert!(
            body.main_document.actions.iter().any(|action| action.reservation.is_some()),
            "{name}"
        );
    }
}

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end.max(1)
    }
}

/// Elements of a document as byte ranges, start tag to end tag.
fn elements(document: &str) -> Vec<std::ops::Range<usize>> {
    let mut open = Vec::new();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = document[at..].find('<').map(|start| at + start) {
        let rest = &document[start..];
        let close = if rest.starts_with("<!--") { "-->" } else { ">" };
        let end = start + rest.find(close).unwrap() + close.len();
        let tag = &document[start..end];
        if tag.starts_with("</") {
            found.push(open.pop().unwrap()..end);
        } else if tag.ends_with("/>") {
            found.push(start..end);
        } else if !tag.starts_with("<?") && !tag.starts_with("<!") {
            open.push(start);
        }
        at = end;
    }
    found.pop(); // the root
    found
}

const VALUES: [&str; 24] = [
    "",
    " ",
    "a",
    "æ",
    "1",
    "-1",
    "true",
    "TRUE",
    "DIGITALPOST",
    "2025-01-01",
    "2025-01-01T00:00:00Z",
    "2025-01-01T24:00:00Z",
    "2025-01-01T00:00:00.5Z",
    "-0001-01-01T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "2025-01-01+14:00",
    "99999999999999",
    "AA==",
    "AB==",
    "8C2EA15D-61FB-4BA9-9366-42F8B194C115",
    "da",
    "https://a.example/æ b",
    "&#65;",
    "<![CDATA[1]]>",
];

/// One random change to the structure or a value of a document that stays well-formed.
fn mutate(document: &str, dice: &mut Dice) -> String {
    let elements = elements(document);
    if elements.is_empty() {
        return document.to_owned();
    }
    let one = elements[dice.below(elements.len())].clone();
    let text = document[one.clone()].to_owned();
    let without = format!("{}{}", &document[..one.start], &document[one.end..]);
    match dice.below(8) {
        0 => without,
        1 => format!("{}{text}{}", &document[..one.end], &document[one.end..]),
        2 => {
            // Move it before another element.
            let others = self::elements(&without);
            let to =
                others.get(dice.below(others.len())).map_or(without.len(), |other| other.start);
            let to = if to == without.len() { one.start } else { to };
            format!("{}{text}{}", &without[..to], &without[to..])
        }
        3 => {
            let name_end = one.start + text.find(['>', '/', ' ']).unwrap();
            let attribute = [
                "a=\"b\"",
                "xml:lang=\"da\"",
                "xmlns:q=\"q\"",
                "xsi:noNamespaceSchemaLocation=\"a\"",
            ][dice.below(4)];
            let declared = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";
            format!("{} {declared} {attribute}{}", &document[..name_end], &document[name_end..])
        }
        4 => format!("{}a{}", &document[..one.start], &document[one.start..]),
        5 => format!("{}<!-- a --><?b?>{}", &document[..one.start], &document[one.start..]),
        _ => {
            // Another value for a leaf.
            let leaves: Vec<_> = elements
                .iter()
                .filter(|range| document[range.start + 1..range.end].matches('<').count() == 1)
                .collect();
            let leaf = leaves[dice.below(leaves.len())];
            let inside = leaf.start + document[leaf.clone()].find('>').unwrap() + 1
                ..leaf.start + document[leaf.clone()].rfind('<').unwrap();
            let long = "a".repeat([7, 8, 150, 160, 161, 256, 257, 512, 513][dice.below(9)]);
            let value = if dice.below(4) == 0 { &long } else { VALUES[dice.below(VALUES.len())] };
            format!("{}{value}{}", &document[..inside.start], &document[inside.end..])
        }
    }
}

/// Where `xmllint` is known to say something else than the schema means, or its copy of the schema is
/// stricter than the one we follow.
fn known_difference(set: SchemaSet, document: &str) -> bool {
    // The published 1.1 package limits a notice to 150 characters.
    let notice = document
        .split("<memo:notification>")
        .nth(1)
        .and_then(|rest| rest.split('<').next())
        .unwrap_or_default();
    let longer_notice = set == SchemaSet::V1_1 && (151..=160).contains(&notice.chars().count());
    // libxml2 takes a year 0, which XML Schema 1.0 does not have.
    let year_zero = document.contains(">0000-01-01T00:00:00Z<");
    // libxml2 passes over characters that are not in the alphabet of Base64.
    let in_alphabet = |text: &str| {
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/= \t\r\n".contains(&byte))
    };
    let mut contents =
        document.split("<memo:content>").skip(1).filter_map(|rest| rest.split('<').next());
    longer_notice || year_zero || contents.any(|content| !in_alphabet(content))
}

#[test]
fn the_official_schema_gives_the_same_verdict_on_hundreds_of_changed_examples() {
    let examples = examples();
    for set in [SchemaSet::V1_1, SchemaSet::V1_2] {
        let Some(referee) = Referee::new(set) else { return };
        let mut dice = Dice(2026);
        let mut changed: Vec<String> = Vec::new();
        for (_, document, _) in examples.iter().filter(|example| example.2 == set) {
            let original = String::from_utf8(document.clone()).unwrap();
            let original = original.trim_start_matches('\u{FEFF}');
            for _ in 0..150 {
                let mut once = mutate(original, &mut dice);
                if dice.below(4) == 0 {
                    once = mutate(&once, &mut dice);
                }
                changed.push(once);
            }
        }
        let verdicts = referee.verdicts(&changed);
        let mut differ = Vec::new();
        for (number, (document, official)) in changed.iter().zip(&verdicts).enumerate() {
            let reading = read(document.as_bytes(), &Limits::default()).unwrap();
            if reading.message.is_some() != *official && !known_difference(set, document) {
                differ.push(format!(
                    "{set:?} {number}: official {official}, ours {:#?}",
                    reading.findings.list
                ));
            }
        }
        let valid = verdicts.iter().filter(|valid| **valid).count();
        println!("{set:?}: {} changed examples, {valid} of them valid", changed.len());
        assert!(
            valid * 10 > changed.len() && valid * 10 < changed.len() * 9,
            "the changes must make both kinds"
        );
        assert!(differ.is_empty(), "{}", differ.join("\n"));
    }
}
