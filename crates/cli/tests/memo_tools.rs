//! `brevdue memo convert`, `diff`, `redact` and `show --json` on files.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const LETTER: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<memo:Message xmlns:memo="https://DigitalPost.dk/MeMo-1" memoVersion="1.2">
<memo:MessageHeader>
<memo:messageType>DIGITALPOST</memo:messageType>
<memo:messageUUID>3F2B8A51-7c0e-4d5b-9a56-0d6a5f1c2b77</memo:messageUUID>
<memo:label>Plads i børnehave</memo:label>
<memo:Sender><memo:senderID>12345678</memo:senderID><memo:idType>CVR</memo:idType><memo:label>Ærøby Kommune</memo:label><memo:Representative><memo:label>Bureauet</memo:label></memo:Representative></memo:Sender>
<memo:Recipient><memo:recipientID>0101010000</memo:recipientID><memo:idType>CPR</memo:idType><memo:label>Vera Vind</memo:label></memo:Recipient>
</memo:MessageHeader>
<memo:MessageBody><memo:createdDateTime>2026-03-01T13:00:00Z</memo:createdDateTime>
<memo:MainDocument><memo:File><memo:encodingFormat>text/plain</memo:encodingFormat><memo:filename>plads.txt</memo:filename><memo:language>da</memo:language><memo:content>RGVyIGVyIHBsYWRzIGZyYSBkZW4gZsO4cnN0ZS4=</memo:content></memo:File></memo:MainDocument></memo:MessageBody>
</memo:Message>
"#;

fn memo(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_brevdue"))
        .arg("memo")
        .args(arguments)
        .current_dir(folder)
        .env_remove("BREVDUE_LANG")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("letter.xml"), LETTER).unwrap();
    folder
}

#[test]
fn a_letter_becomes_json_and_xml_again_and_says_the_same() {
    let folder = folder();
    let shown = memo(folder.path(), &["show", "--json", "letter.xml"]);
    assert_eq!(shown.status.code(), Some(0), "{}", stderr(&shown));
    assert!(stdout(&shown).contains(r#""messageUUID": "3F2B8A51-7c0e-4d5b-9a56-0d6a5f1c2b77""#));
    fs::write(folder.path().join("letter.json"), &shown.stdout).unwrap();
    let back = memo(folder.path(), &["convert", "--to", "xml", "letter.json", "--out", "back.xml"]);
    assert_eq!(back.status.code(), Some(0), "{}", stderr(&back));
    for (first, second) in [("letter.xml", "back.xml"), ("letter.json", "letter.xml")] {
        let same = memo(folder.path(), &["diff", first, second]);
        assert_eq!((same.status.code(), stdout(&same)), (Some(0), ""), "{}", stderr(&same));
    }
    // A file that is there stays.
    let again =
        memo(folder.path(), &["convert", "--to", "json", "letter.xml", "--out", "back.xml"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(stderr(&again).contains("--force"), "{}", stderr(&again));
    assert!(fs::read_to_string(folder.path().join("back.xml")).unwrap().starts_with("<?xml"));
    let lengths = memo(folder.path(), &["show", "--json", "--without-content", "letter.xml"]);
    assert!(stdout(&lengths).contains("\"lengthBytes\": 29"), "{}", stdout(&lengths));
    let schema = memo(folder.path(), &["show", "--json-schema", "1.1"]);
    assert!(stdout(&schema).contains("\"title\": \"MeMo 1.1\""));
}

#[test]
fn json_that_is_no_message_is_told_by_its_places() {
    let folder = folder();
    fs::write(folder.path().join("bad.json"), "{ \"memoVersion\": 1.2,\n  \"Header\": {} }")
        .unwrap();
    let output = memo(folder.path(), &["convert", "--to", "xml", "bad.json"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        stderr(&output),
        "error[memo::json]: the JSON is not a message\n   at: bad.json\n  why: /memoVersion at 1:3: expected a string, found a number\n  why:  at 2:3: Message has no member Header\n help: docs/json.md shows the shape\n"
    );
    fs::write(folder.path().join("short.json"), "{ \"memoVersion\": \"1.2\" }").unwrap();
    let output = memo(folder.path(), &["convert", "--to", "xml", "--lang", "da", "short.json"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("det krævede element MessageHeader mangler"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn nothing_is_lost_without_being_named_and_accepted() {
    let folder = folder();
    let refused =
        memo(folder.path(), &["convert", "--to", "1.1", "letter.xml", "--out", "old.xml"]);
    assert_eq!(refused.status.code(), Some(1));
    let lost = "Message/MessageHeader/Sender/Representative: the sender's representative exists only from version 1.2";
    assert!(
        stderr(&refused).contains(lost) && stderr(&refused).contains("--accept-loss"),
        "{}",
        stderr(&refused)
    );
    assert!(!folder.path().join("old.xml").exists());
    let converted = memo(
        folder.path(),
        &["convert", "--to", "1.1", "--accept-loss", "letter.xml", "--out", "old.xml"],
    );
    assert_eq!(
        (converted.status.code(), stderr(&converted)),
        (Some(0), format!("lost: {lost}\n").as_str())
    );
    let checked = memo(folder.path(), &["check", "old.xml"]);
    assert_eq!(checked.status.code(), Some(0), "{}", stdout(&checked));
    let different = memo(folder.path(), &["diff", "letter.xml", "old.xml"]);
    assert_eq!(different.status.code(), Some(1));
    assert_eq!(
        stdout(&different),
        "~ Message/@memoVersion\n    - 1.2\n    + 1.1\n+ Message/@memoSchVersion\n    + 1.1.0\n- Message/MessageHeader/Sender/Representative\n    - label: Bureauet\n"
    );
    let named =
        memo(folder.path(), &["diff", "--names-only", "--format", "json", "letter.xml", "old.xml"]);
    assert_eq!(
        stdout(&named).trim_end(),
        r#"{"differences":[{"change":"changed","path":"Message/@memoVersion"},{"change":"added","path":"Message/@memoSchVersion"},{"change":"removed","path":"Message/MessageHeader/Sender/Representative"}],"equal":false}"#
    );
    let broken = memo(folder.path(), &["diff", "letter.xml", "nowhere.xml"]);
    assert_eq!(broken.status.code(), Some(2));
}

#[test]
fn a_redacted_letter_names_nobody_and_is_still_in_order() {
    let folder = folder();
    let other = LETTER.replace("3F2B8A51", "11111111").replace("Vera Vind", "Kaj Kridt");
    fs::write(folder.path().join("other.xml"), other).unwrap();
    let redacted = memo(folder.path(), &["redact", "letter.xml", "other.xml", "--out", "shown/"]);
    assert_eq!(redacted.status.code(), Some(0), "{}", stderr(&redacted));
    let read = |name: &str| fs::read_to_string(folder.path().join("shown").join(name)).unwrap();
    let one = read("3f2b8a51-7c0e-4d5b-9a56-0d6a5f1c2b77.xml");
    let two = read("11111111-7c0e-4d5b-9a56-0d6a5f1c2b77.xml");
    for text in ["Vera", "Kaj", "0101010000", "12345678", "Ærøby", "børnehave", "plads", "RGVyIGVy"]
    {
        assert!(!one.contains(text) && !two.contains(text), "{text}");
        assert!(!stderr(&redacted).contains(text));
    }
    // The same person has the same number in both, and each name is another.
    assert!(one.contains("6101000001") && two.contains("6101000001"));
    assert_ne!(one.replace("3F2B8A51", ""), two.replace("11111111", ""));
    let checked = memo(folder.path(), &["check", "shown"]);
    assert_eq!(checked.status.code(), Some(0), "{}", stdout(&checked));
    let several = memo(folder.path(), &["redact", "letter.xml", "other.xml", "--out", "one.xml"]);
    assert_eq!(several.status.code(), Some(2));
    let uuids = memo(folder.path(), &["redact", "--uuids", "letter.xml"]);
    assert!(stdout(&uuids).contains("00000000-0000-4000-8000-000000000001"), "{}", stdout(&uuids));
}
