//! What two messages say differently, and converting from one version to the other.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "support/any.rs"]
mod any;
#[path = "support/every.rs"]
mod every;
mod support;

use std::io::Cursor;

use brevdue_memo::convert::{convert, losses};
use brevdue_memo::diff::{Change, Difference, Value, diff};
use brevdue_memo::schema::{ClassSchema, ElementSchema};
use brevdue_memo::walking::Changer;
use brevdue_memo::{Content, MemoVersion, Message, write};
use every::every_element;
use proptest::prelude::*;
use support::{change, minimum_1_1, minimum_1_2, official_data, read_bytes};

fn message(document: &str) -> Message {
    let reading = read_bytes(document.as_bytes());
    assert_eq!(reading.findings.list, []);
    reading.message.unwrap()
}

fn between(first: &str, second: &str) -> Vec<Difference> {
    let source = |document: &str| Cursor::new(document.as_bytes().to_vec());
    diff(&message(first), source(first), &message(second), source(second)).unwrap()
}

fn held_diff(first: &Message, second: &Message) -> Vec<Difference> {
    diff(first, Cursor::new([]), second, Cursor::new([])).unwrap()
}

/// One word and the path of each difference.
fn told(differences: &[Difference]) -> Vec<String> {
    let word = |change: &Change| match change {
        Change::Added(_) => "+".to_owned(),
        Change::Removed(_) => "-".to_owned(),
        Change::Changed(..) => "~".to_owned(),
        Change::Moved { to } => format!(">{to}"),
        _ => panic!("another change"),
    };
    differences.iter().map(|each| format!("{} {}", word(&each.change), each.path)).collect()
}

#[test]
fn what_means_the_same_is_no_difference() {
    let plain = minimum_1_2();
    let dressed = change(
        &plain,
        "8C2EA15D-61FB-4BA9-9366-42F8B194C114",
        "8c2ea15d-61fb-4ba9-9366-42f8b194c114",
    );
    let dressed = change(&dressed, "2018-05-03T12:00:00Z", " 2018-05-03T12:00:00.000Z ");
    let dressed = change(
        &dressed,
        "<memo:Sender>",
        "<memo:reply>0</memo:reply><memo:mandatory/>\n <!-- a --> <memo:Sender>",
    );
    let dressed = change(
        &dressed,
        "Pladsanvisning</memo:label>",
        "<![CDATA[Plads]]>anvis&#110;ing</memo:label>",
    );
    let dressed = change(&dressed, "VGhpcyBpcyBhIHRlc3Q=", "VGhp\r\ncyBp cyBhIHRlc3Q=");
    let dressed = dressed.replace("memo:", "m:").replace("xmlns:memo", "xmlns:m");
    assert_eq!(between(&plain, &dressed), []);
    assert_eq!(between(&dressed, &plain), []);
}

#[test]
fn each_difference_is_told_with_its_path_and_values() {
    let plain = minimum_1_2();
    let file = "<memo:File><memo:encodingFormat>text/plain</memo:encodingFormat><memo:filename>NAVN</memo:filename><memo:language>da</memo:language><memo:content>QQ==</memo:content></memo:File>";
    let files = |names: &[&str]| {
        let more: String = names.iter().map(|name| file.replace("NAVN", name)).collect();
        change(&plain, "</memo:MainDocument>", &format!("{more}</memo:MainDocument>"))
    };
    let text = |text: &str| Value::Text(text.to_owned());
    for (first, second, path, expected) in [
        (
            plain.clone(),
            change(&plain, "Kommunen", "Byen"),
            "Message/MessageHeader/Sender/label",
            Change::Changed(text("Kommunen"), text("Byen")),
        ),
        (
            plain.clone(),
            change(&plain, "VGhpcyBpcyBhIHRlc3Q=", "VGhpcyBpcyBhIHRlc3Y="),
            "Message/MessageBody/MainDocument/File[1]/content",
            Change::Changed(
                Value::Content { length_bytes: 14 },
                Value::Content { length_bytes: 14 },
            ),
        ),
        (
            plain.clone(),
            change(&plain, "VGhpcyBpcyBhIHRlc3Q=", "QQ=="),
            "Message/MessageBody/MainDocument/File[1]/content",
            Change::Changed(
                Value::Content { length_bytes: 14 },
                Value::Content { length_bytes: 1 },
            ),
        ),
        (
            plain.clone(),
            change(&plain, "<memo:Sender>", "<memo:mandatory>true</memo:mandatory><memo:Sender>"),
            "Message/MessageHeader/mandatory",
            Change::Added(text("true")),
        ),
        (
            change(
                &plain,
                "</memo:Sender>",
                "<memo:Representative><memo:idType>CVR</memo:idType></memo:Representative></memo:Sender>",
            ),
            plain.clone(),
            "Message/MessageHeader/Sender/Representative",
            Change::Removed(Value::Class(vec![("idType".to_owned(), text("CVR"))])),
        ),
        (
            plain.clone(),
            change(&plain, "</memo:Sender>", "<memo:AttentionData/></memo:Sender>"),
            "Message/MessageHeader/Sender/AttentionData",
            Change::Added(Value::Class(vec![])),
        ),
        (
            files(&["a", "b", "c"]),
            files(&["a", "x", "c"]),
            "Message/MessageBody/MainDocument/File[3]/filename",
            Change::Changed(text("b"), text("x")),
        ),
        (
            files(&["a", "b", "c"]),
            files(&["b", "c", "a"]),
            "Message/MessageBody/MainDocument/File[2]",
            Change::Moved { to: 4 },
        ),
        (
            files(&["a", "b"]),
            files(&["b", "b"]),
            "Message/MessageBody/MainDocument/File[2]/filename",
            Change::Changed(text("a"), text("b")),
        ),
        (
            files(&["a", "b", "c"]),
            files(&["a", "c"]),
            "Message/MessageBody/MainDocument/File[3]",
            Change::Removed(Value::Class(vec![
                ("encodingFormat".to_owned(), text("text/plain")),
                ("filename".to_owned(), text("b")),
                ("language".to_owned(), text("da")),
                ("content".to_owned(), Value::Content { length_bytes: 1 }),
            ])),
        ),
    ] {
        assert_eq!(
            between(&first, &second),
            [Difference { path: path.to_owned(), change: expected }]
        );
    }
    assert_eq!(
        told(&between(&minimum_1_1(), &minimum_1_2())),
        ["~ Message/@memoVersion", "- Message/@memoSchVersion"]
    );
}

#[test]
fn ten_thousand_replies_in_another_order_are_compared_in_no_time() {
    let replies = |numbers: &mut dyn Iterator<Item = usize>| {
        let all: String = numbers.map(|number| format!("<memo:ReplyData><memo:messageUUID>8c2ea15d-61fb-4ba9-9366-{number:012}</memo:messageUUID></memo:ReplyData>")).collect();
        change(&minimum_1_2(), "</memo:MessageHeader>", &format!("{all}</memo:MessageHeader>"))
    };
    // One place is left for the message's own file.
    let (forwards, backwards) = (replies(&mut (0..9_999)), replies(&mut (0..9_999).rev()));
    assert_eq!(between(&forwards, &backwards).len(), 9_998);
    assert_eq!(between(&forwards, &replies(&mut (5_000..9_999))).len(), 5_000);
    let started = std::time::Instant::now();
    assert_eq!(
        between(&forwards, &replies(&mut (1..9_999).chain([0]))),
        [Difference {
            path: "Message/MessageHeader/ReplyData[1]".to_owned(),
            change: Change::Moved { to: 9_999 }
        }]
    );
    assert!(started.elapsed().as_secs() < 20, "quadratic: {:?}", started.elapsed());
}

/// Changes the text of one number.
struct ChangeOne {
    number: usize,
    seen: usize,
    changed: Option<(&'static str, &'static str)>,
}

impl Changer for ChangeOne {
    fn text(
        &mut self,
        class: &'static ClassSchema,
        element: &'static ElementSchema,
        text: &mut String,
    ) {
        if self.seen == self.number {
            match element.name {
                "productionUnitNumber" | "globalLocationNumber" => {
                    *text = if text.trim_start_matches(['+', '-', '0']) == "7" {
                        "8".to_owned()
                    } else {
                        "7".to_owned()
                    }
                }
                "language" => {
                    *text = if text.eq_ignore_ascii_case("da") {
                        "en".to_owned()
                    } else {
                        "da".to_owned()
                    }
                }
                _ => text.push('x'),
            }
            self.changed = Some((class.name, element.name));
        }
        self.seen += 1;
    }
    fn content(&mut self, content: &mut Content) {
        if self.seen == self.number {
            let Content::Held(bytes) = content else { panic!("held") };
            bytes.push(7);
            self.changed = Some(("File", "content"));
        }
        self.seen += 1;
    }
}

fn round_trip(document: &[u8]) {
    let reading = read_bytes(document);
    let original = any::held(reading.message.unwrap(), document);
    let other =
        if original.version == MemoVersion::V1_1 { MemoVersion::V1_2 } else { MemoVersion::V1_1 };
    let mut there = original.clone();
    let foretold = losses(&there, other);
    let lost = convert(&mut there, other);
    assert_eq!(foretold, lost);
    // What it became is right in its version.
    let mut out = Vec::new();
    write(&there, Cursor::new([]), &mut out).unwrap();
    assert_eq!(read_bytes(&out).findings.list, []);
    assert_eq!(losses(&there, other), []);
    let mut back = there;
    let lost_back = convert(&mut back, original.version);
    let mut differences = told(&held_diff(&original, &back));
    let mut expected: Vec<String> = lost
        .iter()
        .chain(&lost_back)
        .map(|loss| match loss.path.as_str() {
            "Message/@memoSchVersion" => format!("~ {}", loss.path),
            path => format!("- {path}"),
        })
        .collect();
    differences.sort();
    expected.sort();
    assert_eq!(differences, expected);
}

#[test]
fn there_and_back_again_loses_exactly_what_is_named() {
    for version in [MemoVersion::V1_1, MemoVersion::V1_2] {
        round_trip(every_element(version).as_bytes());
    }
    let mut newest = message(&every_element(MemoVersion::V1_2));
    assert_eq!(
        convert(&mut newest, MemoVersion::V1_1).iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "Message/MessageHeader/Sender/Representative: the sender's representative exists only from version 1.2",
            "Message/MessageHeader/ForwardData/originalRepresentative: the original sender's representative exists only from version 1.2",
        ]
    );
    // And nothing again.
    assert_eq!(convert(&mut newest, MemoVersion::V1_1), []);
    if let Some(data) = official_data() {
        let examples: Vec<_> = std::fs::read_dir(data.join("examples")).unwrap().collect();
        assert_eq!(examples.len(), 8);
        for example in examples {
            round_trip(&std::fs::read(example.unwrap().path()).unwrap());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_message_says_the_same_as_itself_written_and_read(message in any::message()) {
        prop_assert_eq!(held_diff(&message, &message), []);
        let out = any::written(&message);
        let again = read_bytes(&out).message.unwrap();
        prop_assert_eq!(diff(&message, Cursor::new([]), &again, Cursor::new(&out)).unwrap(), []);
        prop_assert_eq!(diff(&again, Cursor::new(&out), &message, Cursor::new([])).unwrap(), []);
    }

    #[test]
    fn one_change_anywhere_is_told_by_exactly_its_path(message in any::message(), which in any::<proptest::sample::Index>()) {
        let mut changer = ChangeOne { number: usize::MAX, seen: 0, changed: None };
        message.clone().change(&mut changer);
        let mut changer = ChangeOne { number: which.index(changer.seen), seen: 0, changed: None };
        let mut changed = message.clone();
        changed.change(&mut changer);
        let (class, element) = changer.changed.unwrap();
        for (first, second) in [(&message, &changed), (&changed, &message)] {
            let differences = held_diff(first, second);
            prop_assert_eq!(differences.len(), 1, "{:?}", told(&differences));
            prop_assert!(matches!(differences[0].change, Change::Changed(..)));
            let mut names = differences[0].path.rsplit('/').map(|name| name.split('[').next().unwrap());
            prop_assert_eq!((names.next(), names.next()), (Some(element), Some(class)));
        }
    }

    #[test]
    fn any_message_goes_there_and_back_again(message in any::message()) {
        round_trip(&any::written(&message));
    }
}
