//! The check at every level: one pass, all findings, with their places.
#![allow(clippy::unwrap_used, reason = "tests")]

use brevdue_memo::outline::Outline;
use brevdue_memo::{Checker, Policy, Severity, read};

const LETTER: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<memo:Message xmlns:memo="https://DigitalPost.dk/MeMo-1" memoVersion="1.2">
  <memo:MessageHeader>
    <memo:messageType>DIGITALPOST</memo:messageType>
    <memo:messageUUID>8C2EA15D-61FB-4BA9-9366-42F8B194C114</memo:messageUUID>
    <memo:label>Plads i børnehave</memo:label>
    <memo:Sender>
      <memo:senderID>12345678</memo:senderID>
      <memo:idType>CVR</memo:idType>
      <memo:label>Ærøby Kommune</memo:label>
    </memo:Sender>
    <memo:Recipient>
      <memo:recipientID>0101010000</memo:recipientID>
      <memo:idType>CPR</memo:idType>
    </memo:Recipient>
  </memo:MessageHeader>
  <memo:MessageBody>
    <memo:createdDateTime>2026-03-01T12:00:00Z</memo:createdDateTime>
    <memo:MainDocument>
      <memo:File>
        <memo:encodingFormat>text/plain</memo:encodingFormat>
        <memo:filename>plads:1.txt</memo:filename>
        <memo:language>da</memo:language>
        <memo:content>RGVyIGVyIHBsYWRzIGZyYSBkZW4gZsO4cnN0ZS4=</memo:content>
      </memo:File>
    </memo:MainDocument>
  </memo:MessageBody>
</memo:Message>
"#;

#[test]
fn a_broken_rule_is_found_at_its_element_by_rule_path_line_and_column() {
    let reading = Checker::default().check(LETTER.as_bytes()).unwrap();
    let finding = reading.findings.list.iter().find(|f| f.rule == "MEMO-R-010").unwrap();
    assert_eq!(finding.path, "Message/MessageBody/MainDocument/File[1]/filename");
    assert_eq!((finding.position.line, finding.position.column), (22, 9));
    assert!(reading.message.is_some());
}

#[test]
fn a_message_that_breaks_the_schema_is_judged_by_the_rules_too() {
    let broken = LETTER.replace("<memo:label>Plads i børnehave</memo:label>", "");
    let reading = Checker::default().check(broken.as_bytes()).unwrap();
    let rules: Vec<_> = reading.findings.list.iter().map(|finding| finding.rule).collect();
    assert!(rules.contains(&"MEMO-S-003") && rules.contains(&"MEMO-R-010"), "{rules:?}");
    let offsets: Vec<_> =
        reading.findings.list.iter().map(|finding| finding.position.offset_bytes).collect();
    assert!(offsets.is_sorted(), "in document order");
}

#[test]
fn a_message_in_memory_is_judged_like_its_document() {
    let checker = Checker::default();
    let reading = checker.check(LETTER.as_bytes()).unwrap();
    let told = |findings: &brevdue_memo::Findings| {
        let mut told: Vec<_> =
            findings.list.iter().map(|f| (f.rule, f.severity, f.path.clone())).collect();
        told.sort();
        told
    };
    let message = reading.message.unwrap();
    let of_memory = checker.judge(&message);
    let business: Vec<_> = told(&reading.findings)
        .into_iter()
        .filter(|(rule, ..)| rule.starts_with("MEMO-R") && *rule != "MEMO-R-126")
        .collect();
    assert_eq!(told(&of_memory), business);
}

#[test]
fn a_policy_gives_a_rule_another_severity_or_turns_it_off() {
    let mut checker = Checker::default();
    for (severity, expected) in [
        (Some(Severity::Info), vec![Severity::Info]),
        (Some(Severity::Error), vec![Severity::Error]),
        (None, vec![]),
    ] {
        checker.policy.set("MEMO-R-010", severity).unwrap();
        let reading = checker.check(LETTER.as_bytes()).unwrap();
        let found = reading.findings.list.iter().filter(|f| f.rule == "MEMO-R-010");
        assert_eq!(found.map(|f| f.severity).collect::<Vec<_>>(), expected);
    }
    assert!(Policy::default().set("MEMO-S-003", None).is_err());
    assert!(Policy::default().set("MEMO-R-999", None).is_err());
}

#[test]
fn a_message_over_the_limit_is_found_too_large() {
    let mut checker = Checker::default();
    checker.policy.message_bytes = LETTER.len() as u64;
    let too_large = |checker: &Checker<'_>| {
        let reading = checker.check(LETTER.as_bytes()).unwrap();
        reading.findings.list.iter().any(|finding| finding.rule == "MEMO-R-127")
    };
    assert!(!too_large(&checker));
    checker.policy.message_bytes -= 1;
    assert!(too_large(&checker));
}

#[test]
fn an_outline_tells_each_element_with_its_place_and_the_edges_of_content() {
    let reading = Checker::default().check(LETTER.as_bytes()).unwrap();
    let outline = reading.outline.unwrap();
    let content = outline.elements().find(|element| element.name() == "content").unwrap();
    let facts = content.content().unwrap();
    assert_eq!(facts.length_bytes, 29);
    assert_eq!(facts.first_bytes(), "Der er plads fra d".as_bytes());
    assert_eq!(facts.last_bytes(), &"Der er plads fra den første.".as_bytes()[29 - 18..]);
    let (start, end) = (content.position().offset_bytes, content.end_bytes());
    let source = &LETTER[start as usize..end as usize];
    assert!(source.starts_with("<memo:content>") && source.ends_with("</memo:content>"));
    // Drawn from memory it is the same but for places.
    let message = read(LETTER.as_bytes(), &Default::default()).unwrap().message.unwrap();
    let drawn = Outline::of(&message);
    let told = |outline: &Outline| {
        outline.elements().map(|e| (e.path(), e.text().map(str::to_owned))).collect::<Vec<_>>()
    };
    assert_eq!(told(&drawn), told(&outline));
}
