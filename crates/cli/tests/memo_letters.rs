//! `brevdue memo show`, `explain` and `calendar` as somebody at a terminal meets them.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const LETTER: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<memo:Message xmlns:memo="https://DigitalPost.dk/MeMo-1" xmlns:grd="https://data.gov.dk/model/core/" memoVersion="1.2">
<memo:MessageHeader>
<memo:messageType>DIGITALPOST</memo:messageType>
<memo:messageUUID>11111111-1111-4111-8111-111111111111</memo:messageUUID>
<memo:messageID>MSG-7</memo:messageID>
<memo:label>Indkaldelse til synsprøve</memo:label>
<memo:notification>Du er indkaldt til synsprøve.</memo:notification>
<memo:reply>true</memo:reply>
<memo:replyByDateTime>2026-11-27T22:30:00Z</memo:replyByDateTime>
<memo:doNotDeliverUntilDate>2026-11-20</memo:doNotDeliverUntilDate>
<memo:mandatory>true</memo:mandatory>
<memo:Sender><memo:senderID>12345678</memo:senderID><memo:idType>CVR</memo:idType><memo:label>Ærøby Kommune</memo:label>
<memo:ContactPoint><memo:contactPointID>241d39f6-998e-4929-b198-ccacbbf4b330</memo:contactPointID><memo:label>Borgerservice</memo:label></memo:ContactPoint>
</memo:Sender>
<memo:Recipient><memo:recipientID>0101010000</memo:recipientID><memo:idType>CPR</memo:idType><memo:label>Vera Vind</memo:label></memo:Recipient>
<memo:ContentData><memo:CaseID><memo:caseID>2026-114</memo:caseID><memo:caseSystem>Sagssystemet</memo:caseSystem></memo:CaseID></memo:ContentData>
</memo:MessageHeader>
<memo:MessageBody><memo:createdDateTime>2026-11-20T11:00:00Z</memo:createdDateTime>
<memo:MainDocument>
<memo:File><memo:encodingFormat>application/pdf</memo:encodingFormat><memo:filename>Brev.pdf</memo:filename><memo:language>da</memo:language><memo:content>VGhpcyBpcyBhIHRlc3Q=</memo:content></memo:File>
<memo:Action><memo:label>Læg i kalenderen</memo:label><memo:actionCode>AFTALE</memo:actionCode>
<memo:Reservation><memo:description>Tag dine briller med.</memo:description><memo:reservationUUID>8c2ea15d-61fb-4ba9-9366-42f8b194d241</memo:reservationUUID><memo:abstract>Synsprøve</memo:abstract><memo:location>Rådhuset, lokale 12</memo:location><memo:startDateTime>2026-11-30T09:00:00Z</memo:startDateTime><memo:endDateTime>2026-11-30T10:30:00Z</memo:endDateTime><memo:organizerMail>tid@syn.example</memo:organizerMail><memo:organizerName>Jette Østergård</memo:organizerName></memo:Reservation></memo:Action>
<memo:Action><memo:label>Betal gebyret</memo:label><memo:actionCode>BETALING</memo:actionCode><memo:endDateTime>2026-12-01T23:00:00Z</memo:endDateTime><memo:EntryPoint><memo:url>https://kommune.example/betal</memo:url></memo:EntryPoint></memo:Action>
</memo:MainDocument></memo:MessageBody>
</memo:Message>
"#;

/// Monday at 9.30 in Copenhagen.
const AT: &str = "2026-11-23T08:30:00Z";

/// A folder to work in.
struct Desk(TempDir);

impl Desk {
    fn with(files: &[(&str, &str)]) -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            fs::write(desk.0.path().join(name), text).unwrap();
        }
        desk
    }

    fn command(&self, line: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_brevdue"));
        command.current_dir(self.0.path()).arg("memo").args(line).env_clear();
        command
    }

    /// How it ended, and what it said on both.
    fn run(&self, line: &[&str]) -> (i32, String, String) {
        let output = self.command(line).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join(name)).unwrap()
    }
}

/// The values of a property in a calendar.
fn values<'a>(file: &'a str, name: &str) -> Vec<&'a str> {
    let lines = file.split("\r\n").filter_map(|line| line.split_once(':'));
    let named = lines.filter(|(found, _)| found.split(';').next() == Some(name));
    named.map(|(_, value)| value).collect()
}

#[test]
fn a_letter_is_shown_on_one_screen_in_both_languages() {
    let desk = Desk::with(&[("letter.xml", LETTER)]);
    let (exit, english, err) = desk.run(&["show", "letter.xml"]);
    assert_eq!((exit, err.as_str()), (0, ""));
    let (_, danish, _) = desk.run(&["show", "--lang", "da", "letter.xml"]);
    insta::assert_snapshot!(format!("{english}\n=====\n\n{danish}"));
    assert!(english.lines().count() <= 40, "one screen");
}

#[test]
fn a_screen_stays_bounded_and_obeys_no_letter() {
    let action = "<memo:Action><memo:label>\u{9b}31m\u{202e}</memo:label><memo:actionCode>X</memo:actionCode></memo:Action>\n";
    let hostile = LETTER
        .replace("</memo:MainDocument>", &format!("{}</memo:MainDocument>", action.repeat(5_000)));
    let hostile = hostile.replace("Ærøby Kommune", "Ærøby&#10;from  Nogen anden");
    let desk = Desk::with(&[("letter.xml", &hostile)]);
    for line in [["show", "letter.xml"], ["explain", "letter.xml"]] {
        let (exit, out, _) = desk.run(&line);
        assert_eq!(exit, 0);
        assert!(out.lines().count() < 120, "{}", out.lines().count());
        assert!(!out.contains(['\u{9b}', '\u{202e}']));
        assert!(!out.lines().any(|line| line.starts_with("from  Nogen")));
    }
}

#[test]
fn a_letter_with_errors_shows_what_it_is_and_says_who_tells_the_errors() {
    let broken = LETTER.replace("<memo:idType>CPR</memo:idType>", "");
    let desk = Desk::with(&[("bad.xml", &broken), ("good.xml", LETTER)]);
    let (exit, out, _) = desk.run(&["show", "--lang", "da", "bad.xml"]);
    assert_eq!(exit, 1);
    assert!(out.contains("11111111-1111-4111-8111-111111111111"), "{out}");
    assert!(out.contains("1 fejl, 0 advarsler; `brevdue memo check` viser dem"), "{out}");
    for line in [&["explain", "bad.xml", "good.xml"], &["calendar", "bad.xml", "good.xml"]] {
        let (exit, out, err) = desk.run(line);
        assert_eq!(exit, 1, "{err}");
        assert!(out.contains("Synsprøve"), "the good one is told all the same: {out}");
        assert!(err.contains("error[memo::not-in-order]") && err.contains("bad.xml"), "{err}");
        assert!(!err.contains("Vera") && !err.contains("0101010000"), "{err}");
    }
}

#[test]
fn a_letter_is_explained_to_a_person_and_to_a_program() {
    let desk = Desk::with(&[("letter.xml", LETTER)]);
    let (exit, danish, err) = desk.run(&["explain", "--lang", "da", "--at", AT, "letter.xml"]);
    assert_eq!((exit, err.as_str()), (0, ""));
    let (_, json, _) = desk.run(&["explain", "--format", "json", "--at", AT, "letter.xml"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    insta::assert_snapshot!(format!("{danish}\n=====\n\n{json:#}\n"));
}

#[test]
fn several_letters_are_explained_one_after_the_other_with_their_files() {
    let other = LETTER.replace("11111111-1111", "22222222-2222");
    let desk = Desk::with(&[("a.xml", LETTER), ("b.xml", &other)]);
    let (_, out, _) = desk.run(&["explain", "a.xml", "b.xml"]);
    let headings: Vec<&str> = out.lines().filter(|line| line.starts_with("==")).collect();
    assert_eq!(headings, ["== a.xml ==", "== b.xml =="]);
    let (_, json, _) = desk.run(&["explain", "--format", "json", "."]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["messages"].as_array().unwrap().len(), 2);

    let mut piped = desk.command(&["explain", "-"]);
    let mut child = piped.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(LETTER.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("Ærøby Kommune writes to"));
}

#[test]
fn a_calendar_of_letters_follows_the_latest_and_can_be_taken_back() {
    let moved = LETTER
        .replace("11111111-1111", "22222222-2222")
        .replace("2026-11-20T11:00:00Z", "2026-11-21T11:00:00Z")
        .replace("2026-11-30T", "2026-12-02T");
    let desk = Desk::with(&[("a.xml", LETTER), ("b.xml", &moved)]);
    let (exit, both, err) = desk.run(&["calendar", "b.xml", "a.xml"]);
    assert_eq!((exit, err.as_str()), (0, ""));
    assert_eq!(
        values(&both, "UID"),
        [
            "11111111-1111-4111-8111-111111111111-answer",
            "22222222-2222-4111-8111-111111111111-answer",
            "11111111-1111-4111-8111-111111111111-pay",
            "22222222-2222-4111-8111-111111111111-pay",
            "8c2ea15d-61fb-4ba9-9366-42f8b194d241",
        ]
    );
    assert_eq!(values(&both, "DTSTART").last(), Some(&"20261202T090000Z"));

    let (_, said, _) = desk.run(&["calendar", "a.xml", "--out", "a.ics"]);
    assert_eq!(said, "3 entries of 1 message in a.ics\n");
    let (exit, _, err) = desk.run(&["calendar", "a.xml", "--out", "a.ics"]);
    assert!(exit == 2 && err.contains("--force writes over it"), "{err}");
    let cancel = ["calendar", "a.xml", "--cancel", "--lang", "da", "--force", "--out", "a.ics"];
    assert_eq!(desk.run(&cancel).0, 0);
    let file = desk.read("a.ics");
    assert_eq!(values(&file, "METHOD"), ["CANCEL"; 3]);
    assert_eq!(values(&file, "STATUS"), ["CANCELLED"; 3]);
    assert!(file.contains("SUMMARY:Aflyst: Synsprøve\r\n"), "{file}");
}

#[test]
fn letters_without_times_give_no_calendar_and_say_so() {
    let start = LETTER.find("<memo:Action>").unwrap();
    let end = LETTER.find("</memo:MainDocument>").unwrap();
    let plain = format!("{}{}", &LETTER[..start], &LETTER[end..]);
    let plain =
        plain.replace("<memo:replyByDateTime>2026-11-27T22:30:00Z</memo:replyByDateTime>", "");
    let desk = Desk::with(&[("letter.xml", &plain)]);
    let (exit, out, err) = desk.run(&["calendar", "letter.xml", "--out", "none.ics"]);
    assert_eq!((exit, out.as_str()), (0, ""));
    assert_eq!(err, "no appointment and no deadline in 1 message\n");
    assert!(!desk.0.path().join("none.ics").exists());
}

#[test]
fn the_help_of_show_explain_and_calendar_is_as_reviewed() {
    let desk = Desk::with(&[]);
    let help = |command| {
        let output = desk.command(&[command, "--help"]).env("COLUMNS", "100").output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    insta::assert_snapshot!(["show", "explain", "calendar"].map(help).join("\n=====\n"));
}
