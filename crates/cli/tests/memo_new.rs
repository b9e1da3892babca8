//! `brevdue memo new` at a terminal: from a description to a letter, and what is said of a wrong one.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use brevdue_memo::{Checker, Message};

const LETTER: &str = r#"
title = "Din bådplads"
uuid = "3f2b8a51-7c0e-4d5b-9a56-0d6a5f1c2b77"
created = "2026-11-23 09:00"
to = { cpr = "0101010000", name = "Vagn Sommer" }
from = { cvr = "12345678", name = "Ærøby Kommune" }
text = "Kære Vagn"
attachments = ["bilag/plan.txt"]
[[payment]]
label = "Betal"
url = "https://betaling.aeroeby.example/0815"
deadline = "2027-04-01 23:59"
"#;

fn brevdue(folder: &Path, line: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_brevdue"));
    command.args(line).current_dir(folder).env_remove("BREVDUE_LANG");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that reads nothing may be gone by now.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn told(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    format!(
        "exit {}\n--- stdout\n{}--- stderr\n{}",
        output.status.code().unwrap(),
        text(&output.stdout),
        text(&output.stderr)
    )
}

fn message(bytes: &[u8]) -> Message {
    let reading = Checker::default().check(bytes).unwrap();
    assert!(!reading.findings.has_errors(), "{:?}", reading.findings.list);
    reading.message.unwrap()
}

fn desk() -> tempfile::TempDir {
    let desk = tempfile::tempdir().unwrap();
    fs::create_dir_all(desk.path().join("in/bilag")).unwrap();
    fs::write(desk.path().join("in/letter.toml"), LETTER).unwrap();
    fs::write(desk.path().join("in/bilag/plan.txt"), "Bro 2, plads 14\n").unwrap();
    desk
}

#[test]
fn a_description_becomes_a_letter_named_by_its_uuid_with_files_from_beside_it() {
    let desk = desk();
    let made = brevdue(desk.path(), &["memo", "new", "in/letter.toml"], "");
    insta::assert_snapshot!(told(&made));
    let name = "3f2b8a51-7c0e-4d5b-9a56-0d6a5f1c2b77.xml";
    let letter = message(&fs::read(desk.path().join(name)).unwrap());
    let body = letter.body.unwrap();
    assert_eq!(body.created_date_time.as_str(), "2026-11-23T08:00:00Z");
    assert_eq!(body.additional_documents[0].files[0].filename, "plan.txt");
    assert_eq!(body.additional_documents[0].files[0].content.len_bytes(), 16);

    let again = brevdue(desk.path(), &["memo", "new", "in/letter.toml"], "");
    insta::assert_snapshot!("not_twice", told(&again));
    let forced = brevdue(desk.path(), &["memo", "new", "in/letter.toml", "--force"], "");
    assert_eq!(forced.status.code(), Some(0));
}

#[test]
fn the_command_line_goes_over_the_description_and_standard_output_is_the_letter_alone() {
    let desk = desk();
    let line = [
        "memo",
        "new",
        "-",
        "--out",
        "-",
        "--memo",
        "1.1",
        "--uuid",
        "5f0d5a9c-3c1e-4c6a-9a51-0f3b2c4d5e00",
        "--created",
        "2026-07-01 09:00",
        "--lang",
        "da",
    ];
    let description = LETTER.replace("bilag/plan.txt", "in/bilag/plan.txt");
    let made = brevdue(desk.path(), &line, &description);
    assert_eq!(made.status.code(), Some(0), "{}", told(&made));
    let letter = message(&made.stdout);
    assert_eq!(letter.version.as_str(), "1.1");
    assert_eq!(letter.header.message_uuid.as_str(), "5f0d5a9c-3c1e-4c6a-9a51-0f3b2c4d5e00");
    assert_eq!(letter.body.unwrap().created_date_time.as_str(), "2026-07-01T07:00:00Z");
    assert!(String::from_utf8_lossy(&made.stderr).contains("<stdout>: DIGITALPOST of MeMo 1.1"));
}

#[test]
fn what_a_description_leaves_open_is_made_anew_each_time() {
    let desk = desk();
    let json = r#"{ "title": "Et brev", "text": "Kære Vagn", "to": { "cpr": "0101010000" },
        "from": { "cvr": "12345678", "name": "Ærøby Kommune" } }"#;
    let made = || message(&brevdue(desk.path(), &["memo", "new", "-", "--out", "-"], json).stdout);
    let (one, other) = (made(), made());
    assert_ne!(one.header.message_uuid, other.header.message_uuid);
    assert_eq!(one.version.as_str(), "1.2");
}

#[test]
fn the_template_is_a_description() {
    let desk = desk();
    for lang in ["da", "en"] {
        let template = brevdue(desk.path(), &["memo", "new", "--template", "--lang", lang], "");
        let text = String::from_utf8(template.stdout).unwrap();
        let made = brevdue(desk.path(), &["memo", "new", "-", "--out", "-"], &text);
        assert_eq!(made.status.code(), Some(0), "{}", told(&made));
    }
}

#[test]
fn a_wrong_description_is_told_with_where_why_and_what_to_do() {
    let desk = desk();
    let letter = LETTER.replace("bilag/plan.txt", "in/bilag/plan.txt");
    let cases = [
        letter.replace("https://betaling", "http://betaling"),
        letter.replace("deadline", "dedline"),
        letter.replace("2027-04-01 23:59", "2027-03-28 02:30"),
        letter.replace("plan.txt", "kort.txt"),
        LETTER
            .replace("bilag/plan.txt\"]", "bilag\"]")
            .replace("\"bilag\"", "{ file = \"in/bilag\", name = \"a.txt\" }"),
        letter.replace("text = \"Kære Vagn\"\n", ""),
        format!("reply-by = \"2026-11-23 09:00\"{letter}"),
        letter.replace("0101010000", "010101-0000"),
    ];
    let all: Vec<String> = cases
        .iter()
        .map(|text| {
            let output = brevdue(desk.path(), &["memo", "new", "-", "--out", "a.xml"], text);
            assert!(!desk.path().join("a.xml").exists());
            assert!(!told(&output).contains("010101-0000"));
            told(&output)
        })
        .collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn the_help_is_as_reviewed() {
    let desk = desk();
    let help = brevdue(desk.path(), &["memo", "new", "--help"], "");
    insta::assert_snapshot!(String::from_utf8(help.stdout).unwrap());
}

#[test]
fn samples_are_varied_where_asked_and_each_checks_clean() {
    let desk = desk();
    let line = [
        "memo",
        "sample",
        "--count",
        "60",
        "--from",
        "12345678",
        "--to",
        "0101010000,87654321",
        "--seed",
        "7",
        "--sms",
        "25",
        "--both-versions",
        "--permissions",
        "--out",
        "many",
    ];
    let made = brevdue(desk.path(), &line, "");
    assert_eq!(made.status.code(), Some(0), "{}", told(&made));
    let (mut sms, mut older, mut served) = (0, 0, 0);
    for entry in fs::read_dir(desk.path().join("many")).unwrap() {
        let letter = message(&fs::read(entry.unwrap().path()).unwrap());
        sms += usize::from(letter.body.is_none());
        older += usize::from(letter.version.as_str() == "1.1");
        served += usize::from(letter.header.legal_notification == Some(true));
    }
    assert!(
        (5..30).contains(&sms) && (15..45).contains(&older) && served > 0,
        "{sms} {older} {served}"
    );
}
