//! Every business and context rule: a message that breaks it and one that keeps it.
//!
//! The letters of `rules/letters.rs` break nothing; each case of `rules/cases.rs` changes one of them.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::print_stdout, reason = "a skipped test says so")]

#[path = "rules/cases.rs"]
mod cases;
#[path = "rules/letters.rs"]
mod letters;
mod support;

use std::collections::BTreeSet;

use brevdue_memo::rulebook::{Level, Rule, rule, rules};
use brevdue_memo::{Checker, Findings, Severity, Uuid4};
use cases::{Case, cases};
use letters::{Known, letter, letter_1_1, sms};

/// What was found, without tolerances: rule, severity, path.
fn told(findings: &Findings) -> Vec<(&'static str, Severity, String)> {
    let list = findings.list.iter().filter(|f| !f.rule.starts_with("MEMO-T"));
    list.map(|f| (f.rule, f.severity, f.path.clone())).collect()
}

/// A checker by which every rule holds, those that are off by default too.
fn strictest(context: &Known) -> Checker<'_> {
    let mut checker = Checker { limits: Default::default(), policy: Default::default(), context };
    for rule in rules().filter(|rule| rule.off) {
        checker.policy.set(rule.id, Some(rule.severity)).unwrap();
    }
    checker
}

fn checked(document: &str, context: &Known) -> Findings {
    strictest(context).check(document.as_bytes()).unwrap().findings
}

fn of_messages() -> impl Iterator<Item = &'static Rule> {
    rules().filter(|rule| matches!(rule.level, Level::Business | Level::Context))
}

#[test]
fn every_rule_has_a_message_that_breaks_it_and_one_that_keeps_it() {
    let in_cases: BTreeSet<_> = cases().iter().map(|case| case.rule).collect();
    let in_rulebook: BTreeSet<_> = of_messages().map(|rule| rule.id).collect();
    assert_eq!(in_cases, in_rulebook);
}

#[test]
fn a_letter_that_keeps_every_rule_has_no_finding() {
    for document in [letter(), letter_1_1(), sms()] {
        assert_eq!(told(&checked(&document, &Known::default())), []);
    }
}

#[test]
fn a_broken_rule_is_told_once_at_its_element_and_nothing_else_is() {
    for (number, Case { rule: id, broken, found, context, .. }) in cases().into_iter().enumerate() {
        let told = told(&checked(&broken, &context));
        let found: Vec<_> = found
            .into_iter()
            .map(|(rule, severity, path)| (rule, severity, path.to_owned()))
            .collect();
        assert_eq!(told, found, "case {number}, {id}");
        let mut ids = rule(id).unwrap().reported_as.to_vec();
        if ids.is_empty() {
            ids.push(id);
        }
        assert!(found.iter().any(|(found, ..)| ids.contains(found)), "case {number}, {id}");
    }
}

#[test]
fn a_message_that_keeps_a_rule_is_not_told_to_break_it() {
    for (number, Case { rule: id, kept, kept_context, .. }) in cases().into_iter().enumerate() {
        let told = told(&checked(&kept, &kept_context));
        let reported_as = rule(id).unwrap().reported_as;
        let about_it = told.iter().find(|(told, ..)| *told == id || reported_as.contains(told));
        assert_eq!(about_it, None, "case {number}, {id}");
        assert!(
            told.iter().all(|(_, severity, _)| *severity < Severity::Error),
            "{number}: {told:?}"
        );
    }
}

#[test]
fn a_rule_that_is_off_by_default_is_not_checked_until_a_policy_turns_it_on() {
    let off: BTreeSet<_> = rules().filter(|rule| rule.off).map(|rule| rule.id).collect();
    assert!(off.contains("MEMO-R-014") && off.contains("MEMO-R-015") && off.contains("MEMO-R-033"));
    for case in cases().into_iter().filter(|case| off.contains(case.rule)) {
        let findings = Checker::default().check(case.broken.as_bytes()).unwrap().findings;
        assert_eq!(told(&findings), [], "{}", case.rule);
    }
}

#[test]
fn without_a_context_no_context_rule_is_checked() {
    for case in cases() {
        let findings = Checker::default().check(case.broken.as_bytes()).unwrap().findings;
        let of_context = |f: &brevdue_memo::Finding| {
            rule(f.rule).is_some_and(|rule| rule.level == Level::Context)
        };
        assert!(!findings.list.iter().any(of_context), "{}", case.rule);
    }
}

#[test]
fn a_message_in_memory_breaks_the_rules_that_its_document_breaks() {
    // Of content still in its source only the length is known, and of a message in memory no size.
    let only_of_documents = ["MEMO-R-002", "MEMO-R-126", "MEMO-R-127", "MEMO-R-129", "MEMO-R-132"];
    let mut compared = 0;
    for case in cases().iter().filter(|case| !only_of_documents.contains(&case.rule)) {
        let checker = strictest(&case.context);
        let reading = checker.check(case.broken.as_bytes()).unwrap();
        let message = brevdue_memo::read(case.broken.as_bytes(), &checker.limits).unwrap().message;
        let Some(message) = message else { continue };
        compared += 1;
        let (mut of_memory, mut of_document) =
            (told(&checker.judge(&message)), told(&reading.findings));
        of_memory.sort();
        of_document.sort();
        assert_eq!(of_memory, of_document, "{}", case.rule);
    }
    assert!(compared > 80, "{compared}");
}

#[test]
fn an_html_file_in_memory_is_judged_by_its_bytes() {
    let reading = brevdue_memo::read(letter().as_bytes(), &Default::default()).unwrap();
    let mut message = reading.message.unwrap();
    let file = &mut message.body.as_mut().unwrap().main_document.files[1];
    file.content = brevdue_memo::Content::Held(b"<form></form><script></script>".to_vec());
    let found = told(&Checker::default().judge(&message));
    let path = "Message/MessageBody/MainDocument/File[2]/content".to_owned();
    let html = ("MEMO-R-132", Severity::Warning, path);
    assert_eq!(found, [html.clone(), html]);
}

#[test]
fn a_document_that_breaks_off_is_not_told_to_lack_what_may_have_followed() {
    let document = letter();
    for (end, _) in document.char_indices().step_by(37) {
        let findings = checked(&document[..end], &Known::default());
        assert!(findings.list.iter().all(|f| f.rule.starts_with("MEMO-X")), "{end}: {findings:?}");
    }
}

#[test]
fn a_value_that_breaks_the_schema_is_told_once() {
    for (from, to) in [
        ("2026-04-01T12:00:00Z", "snart"),
        ("2026-03-10<", "2026-03-99<"),
        ("8c2ea15d-61fb-4ba9-9366-42f8b194d001", "d001"),
        (">1012345678<", ">10123456789<"),
        (">5790000000012<", ">EAN<"),
        (">true</memo:reply>", ">ja</memo:reply>"),
        (">da<", ">dansk<"),
        (">AB12345<", ">AB 12 345<"),
        (">DIGITALPOST<", ">BREV<"),
    ] {
        let findings = checked(&support::change(&letter(), from, to), &Known::default());
        assert_eq!(findings.list.len(), 1, "{to}: {findings:?}");
        assert!(findings.list[0].rule.starts_with("MEMO-S"), "{to}: {findings:?}");
    }
}

#[test]
fn ten_thousand_replies_and_files_are_judged_in_one_go() {
    let uuid = |number: usize| {
        Uuid4::from(uuid::Builder::from_random_bytes((number as u128).to_be_bytes()).into_uuid())
    };
    let reply = |number: usize, answered: usize| {
        format!(
            "<memo:ReplyData><memo:messageUUID>{}</memo:messageUUID><memo:replyUUID>{}</memo:replyUUID></memo:ReplyData>",
            uuid(number),
            uuid(answered)
        )
    };
    let many = 9_000;
    // A ring of all of them, each answering the next.
    let ring: String = (0..many).map(|number| reply(number, (number + 1) % many)).collect();
    let document =
        support::change(&letter(), "<memo:ReplyData>", &format!("{ring}<memo:ReplyData>"));
    let found = told(&checked(&document, &Known::default()));
    assert_eq!(found.len(), 1, "one circle is told once");
    assert_eq!(found[0].2, format!("Message/MessageHeader/ReplyData[{many}]/replyUUID"));
    // All with one UUID: as many findings as are kept, and no more.
    let same: String = (0..many).map(|_| reply(1, 2)).collect();
    let document =
        support::change(&letter(), "<memo:ReplyData>", &format!("{same}<memo:ReplyData>"));
    let findings = checked(&document, &Known::default());
    assert_eq!(findings.list.len() as u64 + findings.omitted, many as u64 - 1);
    assert_eq!(findings.list.len(), 100);
    // Files of one name.
    let file = "<memo:File><memo:encodingFormat>text/plain</memo:encodingFormat><memo:filename>A.txt</memo:filename><memo:language>da</memo:language><memo:content>QQ==</memo:content></memo:File>";
    let document =
        support::change(&letter(), "<memo:File>", &format!("{}<memo:File>", file.repeat(many)));
    let findings = checked(&document, &Known::default());
    assert_eq!(findings.list.len() as u64 + findings.omitted, many as u64 - 1);
}

#[test]
fn no_text_of_a_finding_quotes_the_message() {
    for case in cases() {
        let findings = checked(&case.broken, &case.context);
        for finding in findings.list {
            for text in [
                finding.text(brevdue_memo::Language::Danish),
                finding.text(brevdue_memo::Language::English),
            ] {
                for value in ["0101010000", "13748136", "aeroeby", "Ærøby", "Plads", "8c2ea15d"] {
                    assert!(!text.contains(value), "{}: {text}", case.rule);
                }
                assert!(!text.contains('…') && !text.ends_with('.'), "{}: {text}", case.rule);
            }
        }
    }
}

#[test]
fn the_official_examples_break_the_rules_they_are_known_to_break() {
    let Some(data) = support::official_data() else { return };
    let mut examples: Vec<_> = std::fs::read_dir(data.join("examples"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    examples.sort();
    let mut all = String::new();
    for path in examples {
        let document = std::fs::read(&path).unwrap();
        let findings = Checker::default().check(document.as_slice()).unwrap().findings;
        all.push_str(&format!("{}\n", path.file_name().unwrap().to_string_lossy()));
        for finding in &findings.list {
            all.push_str(&format!("  {} {:?} {}\n", finding.rule, finding.severity, finding.path));
            // Http links of 1.1, and ids that are words, are refused since.
            let is_known = ["MEMO-R-011", "MEMO-R-013"].contains(&finding.rule);
            assert!(is_known || finding.severity < Severity::Error, "{finding}");
        }
    }
    insta::assert_snapshot!(all);
}
