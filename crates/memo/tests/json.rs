//! A message as JSON and back: nothing lost, everything wrong told by its place, nothing quoted.
#![allow(clippy::print_stdout, reason = "a skipped test says so")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "support/any.rs"]
mod any;
#[path = "support/every.rs"]
mod every;
mod support;

use std::io::Cursor;
use std::path::Path;

use brevdue_memo::json::{self, Contents, JsonError, JsonFaults};
use brevdue_memo::{Checker, Language, Limits, MemoVersion, Message};
use every::every_element;
use proptest::prelude::*;
use serde_json::{Value, json};
use support::{minimum_1_1, minimum_1_2, official_data, read_bytes};

fn as_json(message: &Message, source: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    json::write(message, Cursor::new(source), Contents::Whole, &mut out).unwrap();
    out
}

fn as_xml(json: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    json::to_xml(json, &Limits::default(), &mut out).unwrap();
    out
}

fn faults_of(json: &[u8]) -> JsonFaults {
    let mut out = Vec::new();
    match json::to_xml(json, &Limits::default(), &mut out) {
        Err(JsonError::Faults(faults)) => {
            assert!(out.is_empty(), "nothing is written of JSON that has a fault");
            faults
        }
        other => panic!("expected faults, found {other:?}"),
    }
}

/// XML → model → JSON → XML → model.
fn survives(document: &[u8]) {
    let reading = read_bytes(document);
    assert_eq!(reading.findings.list, []);
    let message = reading.message.unwrap();
    let json = as_json(&message, document);
    let again = as_xml(&json);
    let reading = read_bytes(&again);
    assert_eq!(reading.findings.list, []);
    let back = reading.message.unwrap();
    // The JSON of both holds every value as it is written, content too.
    assert_eq!(String::from_utf8(as_json(&back, &again)), String::from_utf8(json));
    assert_eq!(any::held(back, &again), any::held(message, document));
}

fn versions() -> [MemoVersion; 2] {
    [MemoVersion::V1_1, MemoVersion::V1_2]
}

#[test]
fn every_element_and_every_official_example_survives_json() {
    for version in versions() {
        survives(every_element(version).as_bytes());
    }
    survives(minimum_1_1().as_bytes());
    if let Some(data) = official_data() {
        let mut count = 0;
        for entry in std::fs::read_dir(data.join("examples")).unwrap() {
            survives(&std::fs::read(entry.unwrap().path()).unwrap());
            count += 1;
        }
        assert_eq!(count, 8);
    }
}

#[test]
fn the_order_of_members_escapes_and_a_byte_order_mark_do_not_matter() {
    let document = every_element(MemoVersion::V1_2);
    let message = read_bytes(document.as_bytes()).message.unwrap();
    let json: Value = serde_json::from_slice(&as_json(&message, document.as_bytes())).unwrap();
    // serde_json sorts the members by name, which is another order than the schema's.
    let sorted = json.to_string();
    let escaped: String = sorted
        .chars()
        .map(|c| match c {
            '/' => "\\/".to_owned(),
            'T' | 'Ø' | 'ø' => format!("\\u{:04x}", c as u32),
            other => other.to_string(),
        })
        .collect();
    for text in [sorted.clone(), escaped, format!("\u{FEFF}{sorted}")] {
        let xml = as_xml(text.as_bytes());
        let reading = read_bytes(&xml);
        assert_eq!(reading.findings.list, []);
        assert_eq!(
            any::held(reading.message.unwrap(), &xml),
            any::held(message.clone(), document.as_bytes())
        );
    }
}

#[test]
fn json_has_repeated_elements_as_arrays_switches_as_switches_and_all_else_as_strings() {
    let document = minimum_1_2().replace(
        "</memo:label><memo:Sender>",
        "</memo:label><memo:mandatory>1</memo:mandatory><memo:Sender>",
    );
    let message = read_bytes(document.as_bytes()).message.unwrap();
    let json: Value = serde_json::from_slice(&as_json(&message, document.as_bytes())).unwrap();
    assert_eq!(
        json,
        json!({
            "memoVersion": "1.2",
            "MessageHeader": {
                "messageType": "DIGITALPOST",
                "messageUUID": "8C2EA15D-61FB-4BA9-9366-42F8B194C114",
                "label": "Pladsanvisning",
                "mandatory": true,
                "Sender": { "senderID": "12345678", "idType": "CVR", "label": "Kommunen" },
                "Recipient": { "recipientID": "2211771212", "idType": "CPR" },
            },
            "MessageBody": {
                "createdDateTime": "2018-05-03T12:00:00Z",
                "MainDocument": {
                    "File": [{
                        "encodingFormat": "application/pdf", "filename": "Pladsanvisning.pdf", "language": "da",
                        "content": "VGhpcyBpcyBhIHRlc3Q=",
                    }],
                },
            },
        })
    );
}

#[test]
fn content_left_out_is_a_length_and_cannot_become_xml() {
    let document = minimum_1_2();
    let message = read_bytes(document.as_bytes()).message.unwrap();
    let mut out = Vec::new();
    // The source is not touched.
    json::write(&message, Cursor::new([]), Contents::LeftOut, &mut out).unwrap();
    let json: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(
        json["MessageBody"]["MainDocument"]["File"][0]["content"],
        json!({ "lengthBytes": 14 })
    );
    let faults = faults_of(&out);
    assert_eq!(
        faults.to_string(),
        "/MessageBody/MainDocument/File/0/content at 25:11: the content was left out; write it as Base64 in a string"
    );
}

#[test]
fn each_fault_of_structure_is_told_with_path_line_and_column_and_without_a_value() {
    let good = r#"{ "memoVersion": "1.2",
 "MessageHeader": { "label": "Hemmelig", "mandatory": true, "ReplyData": [ { "messageUUID": "Hemmelig" } ] },
 "MessageBody": { "MainDocument": { "File": [ { "content": "SGVtbWVsaWc=" } ] } } }"#;
    for (from, to, expected) in [
        (
            "\"label\": \"Hemmelig\"",
            "\"label\": 7312345678",
            "/MessageHeader/label at 2:21: expected a string, found a number",
        ),
        (
            "\"label\": \"Hemmelig\"",
            "\"label\": true",
            "/MessageHeader/label at 2:21: expected a string, found true or false",
        ),
        (
            "\"label\": \"Hemmelig\"",
            "\"label\": [\"Hemmelig\"]",
            "/MessageHeader/label at 2:21: expected a string, found an array",
        ),
        (
            "\"label\": \"Hemmelig\"",
            "\"label\": {\"Hemmelig\": [{}]}",
            "/MessageHeader/label at 2:21: expected a string, found an object",
        ),
        (
            "\"label\": \"Hemmelig\"",
            "\"label\": null",
            "/MessageHeader/label at 2:21: expected a string, found null; leave the member out when it has no value",
        ),
        (
            "true",
            "\"true\"",
            "/MessageHeader/mandatory at 2:42: expected true or false, found a string",
        ),
        (
            "\"mandatory\"",
            "\"Mandatory\"",
            "/MessageHeader at 2:42: MessageHeader has no member Mandatory",
        ),
        (
            "\"mandatory\"",
            "\"0101010000\"",
            "/MessageHeader at 2:42: MessageHeader has no member …",
        ),
        (
            "\"mandatory\": true",
            "\"label\": true",
            "/MessageHeader/label at 2:42: the member stands here a second time; write it once (repeated elements are an array)",
        ),
        (
            "{ \"messageUUID\": \"Hemmelig\" }",
            "[]",
            "/MessageHeader/ReplyData/0 at 2:61: expected an object, found an array",
        ),
        (
            "[ { \"messageUUID\": \"Hemmelig\" } ]",
            "{}",
            "/MessageHeader/ReplyData at 2:61: expected an array, found an object",
        ),
        (
            "\"SGVtbWVsaWc=\"",
            "\"a\\u0000b\"",
            "/MessageBody/MainDocument/File/0/content at 3:49: the text holds a character that XML does not allow",
        ),
        ("\"1.2\"", "1.2", "/memoVersion at 1:3: expected a string, found a number"),
        (
            "\"memoVersion\": \"1.2\",",
            "\"memoVersion\": \"1.2\", \"memoVersion\": 3,",
            "/memoVersion at 1:25: the member stands here a second time; write it once (repeated elements are an array)",
        ),
        (
            "[ {",
            "[ , {",
            "/MessageHeader/ReplyData/0 at 2:76: the text is not JSON (expected value)",
        ),
        (
            "\"SGVtbWVsaWc=\"",
            "\"SGVtbWVsaWc=",
            "/MessageBody/MainDocument/File/0/content at 3:82: the JSON ends too early",
        ),
        ("true,", "true, ,", "/MessageHeader at 2:61: the text is not JSON (key must be a string)"),
        ("} }", "} } }", ""),
    ] {
        assert!(good.contains(from), "nothing to change: {from}");
        let changed = match from {
            "} }" => format!("{good} 7"),
            _ => good.replacen(from, to, 1),
        };
        let faults = faults_of(changed.as_bytes());
        let expected = if expected.is_empty() {
            "/ at 3:85: the text is not JSON (trailing characters)"
        } else {
            expected
        };
        assert_eq!(faults.to_string(), expected, "{changed}");
        for fault in &faults.list {
            for language in [Language::Danish, Language::English] {
                assert!(!fault.text(language).contains("emmelig"));
            }
        }
    }
}

#[test]
fn faults_are_told_together_and_stay_within_their_limit() {
    let mut json = String::from("{ \"MessageHeader\": {\n");
    for number in 0..500 {
        json.push_str(&format!("\"æøå{number}\": {{ \"a\": [{{}}] }},\n"));
    }
    json.push_str("\"label\": \"b\" }, ]");
    let faults = faults_of(json.as_bytes());
    assert_eq!((faults.list.len(), faults.omitted), (100, 401));
    assert_eq!(
        faults.list[7].to_string(),
        "/MessageHeader at 9:1: MessageHeader has no member æøå7"
    );
    // What ended the reading is kept.
    assert_eq!(faults.list[99].line_column, Some((502, 17)));
}

#[test]
fn hostile_json_is_refused_in_bounded_time_and_memory() {
    let deep = "[".repeat(5_000_000);
    assert!(faults_of(deep.as_bytes()).to_string().contains("ends too early"));
    let deep = format!("{{\"MessageHeader\":{{\"label\":{}", "{\"a\":".repeat(1_000_000));
    assert!(faults_of(deep.as_bytes()).to_string().contains("ends too early"));
    let many = format!("{{\"MessageHeader\":{{\"ReplyData\":[{}{{}}]}}}}", "{},".repeat(1_000_000));
    assert_eq!(
        faults_of(many.as_bytes()).to_string(),
        "/MessageHeader/ReplyData/10000 at 1:19: more than 10000 elements that may stand repeatedly (documents, files, actions, replies)"
    );
    let small = Limits { document_bytes: 10, ..Limits::default() };
    let refused = json::to_xml(b"{ \"memoVersion\": \"1.2\" }", &small, Vec::new()).unwrap_err();
    assert_eq!(refused.to_string(), "/: the JSON has 24 bytes, over the limit of 10");
}

#[test]
fn what_is_missing_or_wrong_in_a_value_is_found_when_the_xml_is_read() {
    let xml = as_xml(br#"{ "memoVersion": "<&\"1.2", "MessageHeader": { "label": "]]>\r<&" } }"#);
    let rules = support::rules(&read_bytes(&xml));
    assert!(rules.contains(&"MEMO-S-003") && rules.contains(&"MEMO-S-007"), "{rules:?}");
    // Nothing in a text or an attribute becomes markup.
    assert!(!rules.iter().any(|rule| rule.starts_with("MEMO-X")), "{rules:?}");
}

#[test]
fn the_example_in_the_docs_is_a_message_as_we_write_it() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/json.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, example) = page.split_once("```json\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let xml = as_xml(example.as_bytes());
    let reading = Checker::default().check(xml.as_slice()).unwrap();
    assert_eq!(reading.findings.list, []);
    assert_eq!(String::from_utf8(as_json(&reading.message.unwrap(), &xml)).unwrap(), example);
}

/// The JSON Schema of a version.
fn schema(version: MemoVersion) -> Value {
    let mut out = Vec::new();
    json::write_schema(version, &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

/// Where a value breaks a JSON Schema, by the keywords ours uses.
fn breaks(value: &Value, schema: &Value, root: &Value, path: &str, found: &mut Vec<String>) {
    for (keyword, wanted) in schema.as_object().unwrap() {
        let holds = match keyword.as_str() {
            "$schema" | "title" | "$defs" | "contentEncoding" => true,
            "$ref" => {
                let name = wanted.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
                breaks(value, &root["$defs"][name], root, path, found);
                true
            }
            "type" => match wanted.as_str().unwrap() {
                "object" => value.is_object(),
                "array" => value.is_array(),
                "string" => value.is_string(),
                "boolean" => value.is_boolean(),
                other => panic!("no type {other}"),
            },
            "properties" => {
                for (name, member) in value.as_object().into_iter().flatten() {
                    if let Some(schema) = wanted.get(name) {
                        breaks(member, schema, root, &format!("{path}/{name}"), found);
                    }
                }
                true
            }
            "additionalProperties" => {
                let known = schema["properties"].as_object().unwrap();
                value
                    .as_object()
                    .is_none_or(|members| members.keys().all(|name| known.contains_key(name)))
            }
            "required" => {
                let names = wanted.as_array().unwrap();
                names.iter().all(|name| value.get(name.as_str().unwrap()).is_some())
            }
            "not" => {
                let mut inner = Vec::new();
                breaks(value, wanted, root, path, &mut inner);
                !inner.is_empty()
            }
            "items" => {
                for (position, item) in value.as_array().into_iter().flatten().enumerate() {
                    breaks(item, wanted, root, &format!("{path}/{position}"), found);
                }
                true
            }
            "minItems" => value.as_array().unwrap().len() as u64 >= wanted.as_u64().unwrap(),
            "maxItems" => value.as_array().unwrap().len() as u64 <= wanted.as_u64().unwrap(),
            "maxLength" => {
                value.as_str().unwrap().chars().count() as u64 <= wanted.as_u64().unwrap()
            }
            "enum" => wanted.as_array().unwrap().contains(value),
            "const" => wanted == value,
            "pattern" => matches(wanted.as_str().unwrap(), value.as_str().unwrap()),
            other => panic!("no keyword {other}"),
        };
        if !holds {
            found.push(format!("{path} {keyword}"));
        }
    }
}

/// Whether a text fits one of the patterns of the JSON Schema: proptest makes texts of patterns, and an
/// engine beside it would be one more thing to trust, so each pattern is written out here.
fn matches(pattern: &str, text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match pattern {
        "^[A-Za-z]{1,2}$" => {
            matches!(text.len(), 1 | 2) && text.bytes().all(|byte| byte.is_ascii_alphabetic())
        }
        "^[+-]?[0-9]+$" => digits(text.strip_prefix(['+', '-']).unwrap_or(text)),
        pattern if pattern.starts_with("^[0-9A-Fa-f]{8}-") => {
            brevdue_memo::Uuid4::parse(text).is_ok()
        }
        pattern if pattern.contains('T') => brevdue_memo::UtcDateTime::parse(text).is_ok(),
        pattern if pattern.starts_with("^-?[0-9]{4,}") => {
            brevdue_memo::LocalDate::parse(text).is_ok()
        }
        other => panic!("no pattern {other}"),
    }
}

fn found_in(json: &[u8], version: MemoVersion) -> Vec<String> {
    let (value, schema) = (serde_json::from_slice(json).unwrap(), schema(version));
    let mut found = Vec::new();
    breaks(&value, &schema, &schema, "", &mut found);
    found
}

#[test]
fn the_json_schema_knows_every_element_and_refuses_what_the_standard_refuses() {
    for version in versions() {
        let document = every_element(version);
        let message = read_bytes(document.as_bytes()).message.unwrap();
        let json = as_json(&message, document.as_bytes());
        assert_eq!(found_in(&json, version), [""; 0]);
        let schema = schema(version);
        assert_eq!(
            schema["$defs"].as_object().unwrap().len(),
            if version == MemoVersion::V1_1 { 40 } else { 41 }
        );
        let text = String::from_utf8(json).unwrap();
        for (from, to, expected) in [
            (
                "\"messageType\": \"DIGITALPOST\"",
                "\"messageType\": \"BREV\"",
                "/MessageHeader/messageType enum",
            ),
            ("\"label\"", "\"Label\"", "/MessageHeader required"),
            ("\"reply\": true", "\"reply\": \"true\"", "/MessageHeader/reply type"),
            (
                "\"language\": \"da\"",
                "\"language\": \"dan\"",
                "/MessageBody/MainDocument/File/0/language pattern",
            ),
            ("\"url\"", "\"Url\"", ""),
        ] {
            let changed = text.replacen(from, to, 1);
            if changed != text {
                let found = found_in(changed.as_bytes(), version);
                assert!(found.iter().any(|each| each.contains(expected)), "{from}: {found:?}");
            }
        }
    }
    // What only one of the versions has.
    let document = every_element(MemoVersion::V1_2);
    let message = read_bytes(document.as_bytes()).message.unwrap();
    let found = found_in(&as_json(&message, document.as_bytes()), MemoVersion::V1_1);
    assert!(
        found.iter().any(|each| each == "/MessageHeader/Sender additionalProperties"),
        "{found:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_message_survives_json_and_fits_the_json_schema(message in any::message()) {
        let json = as_json(&message, &[]);
        prop_assert_eq!(found_in(&json, message.version), [""; 0]);
        let xml = as_xml(&json);
        let reading = read_bytes(&xml);
        prop_assert_eq!(&reading.findings.list, &[]);
        prop_assert_eq!(any::held(reading.message.unwrap(), &xml), message);
    }

    #[test]
    fn no_change_of_json_makes_reading_panic(changes in proptest::collection::vec((any::<proptest::sample::Index>(), proptest::sample::select(b"{}[]\",:\\u01tfn \xFF\xC3".to_vec()), 0..3u8), 1..8)) {
        let document = minimum_1_2();
        let message = read_bytes(document.as_bytes()).message.unwrap();
        let mut bytes = as_json(&message, document.as_bytes());
        for (index, byte, how) in &changes {
            let at = index.index(bytes.len());
            match how {
                0 => bytes[at] = *byte,
                1 => bytes.insert(at, *byte),
                _ => { bytes.remove(at); }
            }
        }
        let mut out = Vec::new();
        match json::to_xml(&bytes, &Limits::default(), &mut out) {
            // Whatever JSON was taken, what was written of it is XML.
            Ok(()) => prop_assert!(!support::rules(&read_bytes(&out)).iter().any(|rule| rule.starts_with("MEMO-X"))),
            Err(JsonError::Faults(faults)) => {
                prop_assert!(!faults.list.is_empty());
                prop_assert!(faults.list.iter().all(|fault| fault.line_column.is_some()));
            }
            Err(error) => panic!("{error}"),
        }
    }
}
