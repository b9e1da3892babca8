//! Repairs: each fault mended where it is, nothing else touched, and nothing made worse.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::io::{Cursor, Read};

use brevdue_memo::fix::{Fixed, fix};
use brevdue_memo::rulebook::{Level, rule};
use brevdue_memo::{Checker, Findings, Severity, read};
use proptest::prelude::*;
use support::{minimum_1_1, minimum_1_2};

fn fixed(document: &[u8]) -> (Vec<u8>, Fixed) {
    let mut scratch =
        || Ok(Box::new(Cursor::new(Vec::new())) as Box<dyn brevdue_memo::fix::Scratch>);
    let mut fixed = fix(Cursor::new(document), &Checker::default(), &mut scratch).unwrap();
    let mut after = Vec::new();
    match &mut fixed.document {
        Some(repaired) => drop(repaired.read_to_end(&mut after).unwrap()),
        None => after.extend_from_slice(document),
    }
    (after, fixed)
}

/// A change that breaks a minimum message, and the rule of its repair.
struct Fault {
    version: &'static str,
    from: &'static str,
    to: &'static str,
    rule: &'static str,
}

const fn fault(
    version: &'static str,
    from: &'static str,
    to: &'static str,
    rule: &'static str,
) -> Fault {
    Fault { version, from, to, rule }
}

const FAULTS: &[Fault] = &[
    fault("1.2", ">DIGITALPOST<", ">digitalpost<", "MEMO-S-009"),
    fault("1.2", ">CVR<", ">cvr<", "MEMO-R-012"),
    fault("1.2", ">12345678<", ">12 34 56 78<", "MEMO-R-013"),
    fault("1.2", ">2211771212<", ">221177-1212<", "MEMO-R-013"),
    fault("1.2", "Pladsanvisning.pdf", "a:b/c.pdf", "MEMO-R-010"),
    fault(
        "1.2",
        "8C2EA15D-61FB-4BA9-9366-42F8B194C114",
        "{8C2EA15D-61FB-4BA9-9366-42F8B194C114}",
        "MEMO-S-010",
    ),
    fault("1.2", "2018-05-03T12:00:00Z", "2018-05-03T14:00:00+02:00", "MEMO-S-010"),
    fault("1.2", ">da<", ">da-DK<", "MEMO-S-007"),
    fault(
        "1.2",
        " memoVersion=\"1.2\"",
        " memoVersion=\"1.2\" memoSchVersion=\"1.1.0\"",
        "MEMO-S-006",
    ),
    fault("1.1", " memoSchVersion=\"1.1.0\"", "", "MEMO-S-005"),
    fault("1.1", "<memo:mandatory>false</memo:mandatory>", "", "MEMO-S-003"),
    fault(
        "1.1",
        "<memo:mandatory>false</memo:mandatory><memo:legalNotification>false</memo:legalNotification>",
        "",
        "MEMO-S-003",
    ),
    fault("1.1", "<memo:mandatory>false<", "<memo:mandatory>FALSE<", "MEMO-S-007"),
    fault("1.1", "<memo:mandatory>false</memo:mandatory>", "<memo:mandatory/>", "MEMO-T-004"),
    fault("1.2", " xmlns:memo=\"https://DigitalPost.dk/MeMo-1\"", "", "MEMO-X-016"),
    fault(
        "1.2",
        "<memo:senderID>12345678</memo:senderID><memo:idType>CVR</memo:idType>",
        "<memo:idType>CVR</memo:idType><memo:senderID>12345678</memo:senderID>",
        "MEMO-S-002",
    ),
    fault("1.2", "application/pdf", "application/PNG", "MEMO-R-126"),
    fault("1.2", "Pladsanvisning.pdf", "Pladsanvisning.txt", "MEMO-R-123"),
    fault("1.2", "Pladsanvisning.pdf", "Pladsanvisning", "MEMO-R-123"),
];

/// A minimum message whose file is a PDF by its first bytes.
fn base(version: &str) -> String {
    let minimum = if version == "1.1" { minimum_1_1() } else { minimum_1_2() };
    // %PDF-1.7 and %%EOF, hardly a document, but it begins and ends as one.
    support::change(&minimum, "VGhpcyBpcyBhIHRlc3Q=", "JVBERi0xLjcKJSVFT0YK")
}

#[test]
fn a_document_in_utf_16_is_left_as_it_is() {
    let wrong = minimum_1_2().replace(">DIGITALPOST<", ">digitalpost<").replace("UTF-8", "UTF-16");
    let document: Vec<u8> =
        format!("\u{FEFF}{wrong}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (after, fixed) = fixed(&document);
    assert_eq!(after, document);
    assert!(fixed.repairs.is_empty());
    assert!(fixed.after.list.iter().any(|finding| finding.rule == "MEMO-S-009"));
}

#[test]
fn each_fault_is_mended_to_the_message_it_was_made_from() {
    for Fault { version, from, to, rule } in FAULTS {
        let base = base(version);
        let broken = support::change(&base, from, to);
        let (after, fixed) = fixed(broken.as_bytes());
        let after = String::from_utf8(after).unwrap();
        let done: Vec<_> = fixed.repairs.iter().map(|repair| repair.rule).collect();
        assert!(done.contains(rule), "{rule}: {done:?}\n{after}");
        let (was, is) = (
            read(base.as_bytes(), &Default::default()),
            read(after.as_bytes(), &Default::default()),
        );
        let (was, is) = (was.unwrap().message.unwrap(), is.unwrap().message.expect(&after));
        if *rule == "MEMO-R-010" {
            assert_eq!(is.body.unwrap().main_document.files[0].filename, "a-b-c.pdf");
        } else {
            assert_eq!(is.header, was.header, "{rule}");
            let [is, was] = [is, was].map(|m| m.body.unwrap());
            assert_eq!(is.created_date_time.timestamp(), was.created_date_time.timestamp());
            let [is, was] = [is, was].map(|mut b| b.main_document.files.remove(0));
            assert_eq!(
                (is.encoding_format, is.filename, is.language),
                (was.encoding_format, was.filename, was.language)
            );
        }
    }
}

#[test]
fn only_what_is_wrong_is_edited() {
    let broken = support::change(&base("1.2"), ">CVR<", "><!-- bemærk -->cvr<");
    let broken = broken.replace('\n', "\r\n");
    let (after, _) = fixed(broken.as_bytes());
    assert_eq!(String::from_utf8(after).unwrap(), broken.replace("><!-- bemærk -->cvr<", ">CVR<"));
}

#[test]
fn names_get_the_prefix_they_lack() {
    let base = base("1.2");
    let bare =
        base.replace("<memo:", "<").replace("</memo:", "</").replace("xmlns:memo=", "xmlns=");
    let (after, fixed) = fixed(bare.as_bytes());
    assert_eq!(String::from_utf8(after).unwrap(), base);
    assert_eq!(fixed.repairs.iter().map(|repair| repair.rule).collect::<Vec<_>>(), ["MEMO-T-002"]);
}

#[test]
fn rtf_under_the_name_of_an_old_office_document_is_right_in_its_way() {
    let rtf = support::change(&base("1.2"), "JVBERi0xLjcKJSVFT0YK", "e1xydGYxIFBsYWRzfQ==");
    let rtf = support::change(&rtf, "application/pdf", "application/msword");
    let rtf = support::change(&rtf, "Pladsanvisning.pdf", "Pladsanvisning.doc");
    let (after, fixed) = fixed(rtf.as_bytes());
    assert_eq!((String::from_utf8(after).unwrap(), fixed.repairs.len()), (rtf, 0));
}

#[test]
fn what_only_its_writer_can_know_is_left_alone() {
    for (from, to) in [
        (">DIGITALPOST<", ">E-POST<"),
        ("2018-05-03T12:00:00Z", "2018-05-03T12:00:00"),
        ("<memo:label>Pladsanvisning</memo:label>", ""),
        ("VGhpcyBpcyBhIHRlc3Q=", "VGhpcyBpcyBhIHRlc3Q"),
        ("memo:MessageBody", "memo:MessageBodi"),
        ("<memo:MessageHeader>", "<memo:MessageHeader"),
        (" memoVersion=\"1.2\"", " memoVersion=\"2\""),
        (" memoVersion=\"1.2\"", ""),
        ("<memo:MessageHeader>", "<skat:MessageHeader>"),
    ] {
        let broken = support::change(&minimum_1_2(), from, to);
        let (after, fixed) = fixed(broken.as_bytes());
        assert_eq!(String::from_utf8_lossy(&after), broken, "{to}");
        assert!(fixed.repairs.is_empty() && fixed.after.has_errors(), "{to}");
    }
}

#[test]
fn repairs_and_findings_name_the_place_and_no_value() {
    let broken = support::change(&base("1.2"), ">2211771212<", ">221177-1212<");
    let (_, fixed) = fixed(broken.as_bytes());
    let repair = fixed.repairs.iter().find(|repair| repair.rule == "MEMO-R-013").unwrap();
    assert_eq!(repair.path, "Message/MessageHeader/Recipient/recipientID");
    assert_eq!(repair.position.line, 3);
    assert!(!format!("{repair:?}").contains("221177"));
}

fn errors(findings: &Findings, level: Option<Level>) -> u64 {
    let errors = findings.list.iter().filter(|finding| finding.severity == Severity::Error);
    errors.filter(|f| level.is_none() || rule(f.rule).map(|rule| rule.level) == level).count()
        as u64
}

proptest! {
    #[test]
    fn fixing_again_changes_nothing_and_no_message_is_made_worse(
        chosen in prop::collection::vec(0..FAULTS.len(), 0..6),
        noise in prop::option::of((0usize..4000, "[<>&/ a-z\"=:]{0,3}")),
        version in prop::sample::select(vec!["1.1", "1.2"]),
    ) {
        let mut document = base(version);
        for index in chosen {
            document = document.replacen(FAULTS[index].from, FAULTS[index].to, 1);
        }
        if let Some((at, noise)) = noise {
            let at = (0..=at.min(document.len())).rev().find(|at| document.is_char_boundary(*at)).unwrap();
            document.insert_str(at, &noise);
        }
        let (once, first) = fixed(document.as_bytes());
        for level in [Level::Syntax, Level::Schema] {
            // Mended syntax may bring faults of the schema to light.
            if level == Level::Schema && errors(&first.before, Some(Level::Syntax)) > 0 {
                continue;
            }
            prop_assert!(errors(&first.after, Some(level)) <= errors(&first.before, Some(level)));
        }
        let (twice, second) = fixed(&once);
        prop_assert_eq!(second.repairs.len(), 0);
        prop_assert_eq!(twice, once);
    }
}
