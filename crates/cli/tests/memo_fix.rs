//! `brevdue memo fix` on files: what is told, what is written, and what is left alone.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const LETTER: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<memo:Message xmlns:memo="https://DigitalPost.dk/MeMo-1" memoVersion="1.1">
  <memo:MessageHeader>
    <memo:messageType>DigitalPost</memo:messageType>
    <memo:messageUUID>{3f2b8a51-7c0e-4d5b-9a56-0d6a5f1c2b77}</memo:messageUUID>
    <memo:label>Plads i børnehave</memo:label>
    <memo:Sender>
      <memo:idType>cvr</memo:idType>
      <memo:senderID>12345678</memo:senderID>
      <memo:label>Ærøby Kommune</memo:label>
    </memo:Sender>
    <memo:Recipient>
      <memo:recipientID>010101-0000</memo:recipientID>
      <memo:idType>CPR</memo:idType>
    </memo:Recipient>
  </memo:MessageHeader>
  <memo:MessageBody>
    <memo:createdDateTime>2026-03-01T13:00:00+01:00</memo:createdDateTime>
    <memo:MainDocument>
      <memo:File>
        <memo:encodingFormat>text/plain</memo:encodingFormat>
        <memo:filename>plads: tilbud.txt</memo:filename>
        <memo:language>da</memo:language>
        <memo:content>RGVyIGVyIHBsYWRzIGZyYSBkZW4gZsO4cnN0ZS4=</memo:content>
      </memo:File>
    </memo:MainDocument>
  </memo:MessageBody>
</memo:Message>
"#;

fn fix(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_brevdue"))
        .args(["memo", "fix"])
        .args(arguments)
        .current_dir(folder)
        .env_remove("BREVDUE_LANG")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn repairs_are_told_with_place_and_rule_and_written_only_where_asked() {
    let folder = tempfile::tempdir().unwrap();
    let letter = folder.path().join("letter.xml");
    fs::write(&letter, LETTER).unwrap();

    let told = fix(folder.path(), &["letter.xml"]);
    assert_eq!(told.status.code(), Some(0), "{told:?}");
    insta::assert_snapshot!("repairs_en", stdout(&told));
    assert_eq!(fs::read_to_string(&letter).unwrap(), LETTER, "nothing was asked to be written");

    let told = fix(folder.path(), &["--lang", "da", "--in-place", "letter.xml"]);
    insta::assert_snapshot!("repairs_da", stdout(&told));
    insta::assert_snapshot!("repaired_letter", fs::read_to_string(&letter).unwrap());

    let again = fix(folder.path(), &["--format", "json", "--in-place", "letter.xml"]);
    let json: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!((json["repairs"].as_array().unwrap().len(), &json["errorsAfter"]), (0, &0.into()));
}

#[test]
fn a_file_that_is_there_is_written_over_only_with_force_and_containers_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("letter.xml"), LETTER).unwrap();
    fs::write(folder.path().join("there.xml"), "anden tekst").unwrap();

    let refused = fix(folder.path(), &["--out", "there.xml", "letter.xml"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--force"), "{refused:?}");
    assert_eq!(fs::read_to_string(folder.path().join("there.xml")).unwrap(), "anden tekst");

    let forced = fix(folder.path(), &["--out", "there.xml", "--force", "letter.xml"]);
    assert_eq!(forced.status.code(), Some(0), "{forced:?}");
    assert!(fs::read_to_string(folder.path().join("there.xml")).unwrap().contains("DIGITALPOST"));

    let piped = fix(folder.path(), &["--out", "-", "letter.xml"]);
    assert!(stdout(&piped).starts_with("<?xml") && stdout(&piped).ends_with("</memo:Message>\n"));
}
