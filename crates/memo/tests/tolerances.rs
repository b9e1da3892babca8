//! What real messages do beside the standard: each told by a tolerance of its own, each switchable.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::Cursor;

use brevdue_memo::rulebook::{Level, rules};
use brevdue_memo::{Checker, Severity, read};

const LETTER: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<memo:Message xmlns:memo="https://DigitalPost.dk/MeMo-1" xmlns:grd="https://data.gov.dk/model/core/" memoVersion="1.2">
  <memo:MessageHeader>
    <memo:messageType>DIGITALPOST</memo:messageType>
    <memo:messageUUID>8C2EA15D-61FB-4BA9-9366-42F8B194C114</memo:messageUUID>
    <memo:label>Plads i børnehave</memo:label>
    <memo:mandatory>false</memo:mandatory>
    <memo:Sender>
      <memo:senderID>12345678</memo:senderID>
      <memo:idType>CVR</memo:idType>
      <memo:label>Ærøby Kommune</memo:label>
      <memo:AttentionData><grd:ProductionUnit><grd:productionUnitNumber>1012345678</grd:productionUnitNumber></grd:ProductionUnit></memo:AttentionData>
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
        <memo:filename>plads.txt</memo:filename>
        <memo:language>da</memo:language>
        <memo:content>UGxhZHM=</memo:content>
      </memo:File>
      <memo:Action>
        <memo:label>Svar</memo:label>
        <memo:actionCode>SELVBETJENING</memo:actionCode>
        <memo:EntryPoint><memo:url>https://aeroeby.example/svar</memo:url></memo:EntryPoint>
      </memo:Action>
    </memo:MainDocument>
  </memo:MessageBody>
</memo:Message>
"#;

/// Each tolerance with a change that needs it, and the rule the schema or XML has for it, if any.
fn cases() -> Vec<(&'static str, Vec<u8>, Option<&'static str>)> {
    let changed = |from: &str, to: &str| {
        assert!(LETTER.contains(from), "{from}");
        LETTER.replace(from, to).into_bytes()
    };
    let utf_16: Vec<u8> = "\u{FEFF}"
        .chars()
        .chain(LETTER.replace("UTF-8", "UTF-16").chars())
        .flat_map(|character| character.encode_utf16(&mut [0; 2]).to_vec())
        .flat_map(u16::to_le_bytes)
        .collect();
    let memo = "xmlns:memo=\"https://DigitalPost.dk/MeMo-1\"";
    vec![
        ("MEMO-T-001", [b"\xEF\xBB\xBF", LETTER.as_bytes()].concat(), None),
        (
            "MEMO-T-002",
            changed(
                &format!("<memo:Message {memo}"),
                &format!("<Message xmlns=\"https://DigitalPost.dk/MeMo-1\" {memo}"),
            )
            .strip_suffix(b"</memo:Message>\n")
            .map(|document| [document, b"</Message>\n"].concat())
            .unwrap(),
            None,
        ),
        ("MEMO-T-003", changed(memo, &format!("{memo} xmlns:rid=\"urn:løsninger\"")), None),
        ("MEMO-T-004", changed("<memo:mandatory>false", "<memo:mandatory>0"), None),
        ("MEMO-T-004", changed("<memo:mandatory>false", "<memo:mandatory>"), None),
        ("MEMO-T-005", changed(">1012345678<", ">9012345678<"), None),
        ("MEMO-T-006", changed("example/svar", "example/spørgsmål"), None),
        ("MEMO-T-007", changed(">Svar<", "><![CDATA[Svar]]><"), None),
        ("MEMO-T-008", changed("12:00:00Z", "12:00:00.250Z"), None),
        ("MEMO-T-009", changed("<memo:filename>plads.txt</memo:filename>", ""), Some("MEMO-S-003")),
        ("MEMO-T-010", changed("UGxhZHM=", "UGxhZHM"), Some("MEMO-S-007")),
        ("MEMO-T-010", changed("UGxhZHM=", "UGxhZHN="), Some("MEMO-S-007")),
        ("MEMO-T-011", utf_16, Some("MEMO-X-012")),
        (
            "MEMO-T-012",
            changed("memoVersion=\"1.2\"", "memoVersion=\"1.2\" memoSchVersion=\"1.1.0\""),
            Some("MEMO-S-006"),
        ),
    ]
}

#[test]
fn a_plain_letter_needs_no_tolerance() {
    let reading = Checker::default().check(LETTER.as_bytes()).unwrap();
    assert!(reading.findings.list.iter().all(|f| !f.rule.starts_with("MEMO-T")));
}

#[test]
fn each_tolerance_lets_a_message_pass_and_tells_it_and_refuses_it_when_switched_off() {
    for (rule, document, of_the_schema) in cases() {
        let mut checker = Checker::default();
        checker.policy.set(rule, Some(Severity::Warning)).unwrap();
        let reading = checker.check(document.as_slice()).unwrap();
        let told: Vec<_> = reading.findings.list.iter().map(|f| (f.rule, f.severity)).collect();
        assert!(told.contains(&(rule, Severity::Warning)), "{rule}: {told:?}");
        assert!(reading.message.is_some(), "{rule}: {told:?}");

        checker.policy.set(rule, Some(Severity::Error)).unwrap();
        let reading = checker.check(document.as_slice()).unwrap();
        let refused = of_the_schema.unwrap_or(rule);
        let errors = |f: &&brevdue_memo::Finding| f.severity == Severity::Error;
        let told: Vec<_> = reading.findings.list.iter().filter(errors).map(|f| f.rule).collect();
        assert!(told.contains(&refused), "{rule}: {told:?}");

        checker.policy.set(rule, None).unwrap();
        let reading = checker.check(document.as_slice()).unwrap();
        assert!(reading.message.is_some(), "{rule} switched off is let pass without a word");
        assert!(reading.findings.list.iter().all(|f| f.rule != rule));
    }
}

#[test]
fn plain_reading_tells_no_tolerance_and_grants_none_that_the_schema_does_not() {
    for (rule, document, of_the_schema) in cases() {
        let reading = read(document.as_slice(), &Default::default()).unwrap();
        let told: Vec<_> = reading.findings.list.iter().map(|f| f.rule).collect();
        assert_eq!(told, of_the_schema.into_iter().collect::<Vec<_>>(), "{rule}");
        assert_eq!(reading.message.is_some(), of_the_schema.is_none(), "{rule}");
    }
}

#[test]
fn loosely_ended_base64_decodes_to_what_it_means() {
    let mut checker = Checker::default();
    checker.policy.set("MEMO-T-010", Some(Severity::Warning)).unwrap();
    for (loose, bytes) in [
        ("UGxhZHM", "Plads"),
        ("UGxhZHN=", "Plads"),
        ("UGxhZA", "Plad"),
        ("UGxhZA=", "Plad"),
        ("UGxhZB==", "Plad"),
    ] {
        let document = LETTER.replace("UGxhZHM=", loose);
        let message = checker.check(document.as_bytes()).unwrap().message.unwrap();
        let content = &message.body.unwrap().main_document.files[0].content;
        assert_eq!(content.len_bytes(), bytes.len() as u64);
        assert_eq!(content.hold(Cursor::new(&document)).unwrap(), bytes.as_bytes(), "{loose}");
    }
    for hopeless in ["UGxhZ", "UGxhZHM=A", "UGxh=ZHM", "U", "UGxhZHN=!"] {
        let document = LETTER.replace("UGxhZHM=", hopeless);
        assert!(checker.check(document.as_bytes()).unwrap().message.is_none(), "{hopeless}");
    }
}

#[test]
fn the_cases_hold_every_tolerance() {
    let cases = cases();
    for rule in rules().filter(|rule| rule.level == Level::Tolerance) {
        assert!(cases.iter().any(|(id, ..)| *id == rule.id), "{}", rule.id);
    }
}
