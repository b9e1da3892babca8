//! The example letters in `examples/letters`: each becomes a message the rules have nothing to say about,
//! with the markup that its row of the README's table promises.
#![allow(clippy::unwrap_used, reason = "tests")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use brevdue_memo::letter::description::{Description, Given, Syntax};
use brevdue_memo::{Checker, MemoVersion, Message, write};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/letters")
}

fn built(name: &str, version: MemoVersion) -> Message {
    let text = fs::read(folder().join(name)).unwrap();
    let described =
        Description::parse(&text, Syntax::Toml).unwrap_or_else(|error| panic!("{name}: {error:?}"));
    let given = Given {
        version,
        message_uuid: uuid::Uuid::from_u128(0x8c2ea15d_61fb_4ba9_9366_42f8b194c114),
        created: "2026-11-23T08:00:00Z".parse().unwrap(),
    };
    let open = &mut |file: &str| fs::read(folder().join(file));
    described.build(given, open).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What a message marks up, in the words of the table: codes with what they carry, switches, data.
fn marked_up(message: &Message) -> BTreeSet<&'static str> {
    const CODES: [&str; 8] = [
        "AFTALE",
        "BEKRAEFT",
        "BETALING",
        "FORBEREDELSE",
        "INFORMATION",
        "SELVBETJENING",
        "TILMELDING",
        "UNDERSKRIV",
    ];
    let header = &message.header;
    let actions = &message.body.as_ref().unwrap().main_document.actions;
    let mut marks: BTreeSet<&str> = BTreeSet::new();
    for action in actions {
        marks.extend(CODES.iter().find(|code| **code == action.action_code));
        if action.action_code == "AFTALE" {
            assert!(action.reservation.is_some());
        } else {
            assert!(action.entry_point.as_ref().unwrap().url.starts_with("https://"));
        }
    }
    let mut note = |mark: &'static str, is_there: bool| {
        if is_there {
            marks.insert(mark);
        }
    };
    note("deadline", actions.iter().any(|action| action.end_date_time.is_some()));
    note("mandatory", header.mandatory == Some(true));
    note("legalNotification", header.legal_notification == Some(true));
    note("reply", header.reply == Some(true));
    note("replyByDateTime", header.reply_by_date_time.is_some());
    note("ReplyData", !header.reply_data.is_empty());
    note("postType", header.post_type.is_some());
    note("recipient ContactPoint", header.recipient.contact_point.is_some());
    let content = header.content_data.as_ref().unwrap();
    note("CPRdata", content.cpr_data.is_some());
    note("CVRdata", content.cvr_data.is_some());
    note(
        "MotorVehicle",
        content.motor_vehicle.as_ref().is_some_and(|one| one.chassis_number.is_some()),
    );
    note("PropertyNumber", content.property_number.is_some());
    note("CaseID", content.case_id.is_some());
    note("KLEdata", content.kle_data.is_some());
    note("FORMdata", content.form_data.is_some());
    note("ProductionUnit", content.production_unit.is_some());
    note("Education", content.education.is_some());
    note("Address", content.address.is_some());
    let attention = [&header.sender.attention_data, &header.recipient.attention_data];
    for one in attention.into_iter().flatten() {
        note("EMail", one.email.is_some());
        note("Telephone", one.telephone.is_some());
        note("EID", one.eid.is_some());
        note("SORdata", one.sor_data.is_some());
    }
    marks
}

/// Letter, its file, and what its row of the table promises.
const LETTERS: [(&str, &[&str]); 20] = [
    (
        "indkaldelse-til-undersoegelse",
        &["AFTALE", "FORBEREDELSE", "mandatory", "SORdata", "CaseID", "Telephone"],
    ),
    ("indkaldelse-til-bilsyn", &["AFTALE", "SELVBETJENING", "MotorVehicle", "KLEdata", "FORMdata"]),
    ("boerneattest-til-arbejdsgiver", &["INFORMATION", "CPRdata", "EMail", "EID", "CVRdata"]),
    (
        "statistikanmodning",
        &["SELVBETJENING", "deadline", "replyByDateTime", "ProductionUnit", "EMail"],
    ),
    ("opkraevning-af-ejendomsskat", &["BETALING", "deadline", "PropertyNumber", "CaseID"]),
    ("rykker", &["BETALING", "mandatory", "CaseID"]),
    (
        "afgoerelse-om-ydelse",
        &["INFORMATION", "SELVBETJENING", "deadline", "legalNotification", "CaseID", "KLEdata"],
    ),
    ("partshoering", &["SELVBETJENING", "reply", "replyByDateTime", "CaseID", "KLEdata"]),
    ("anmodning-om-dokumentation", &["SELVBETJENING", "replyByDateTime", "CaseID", "KLEdata"]),
    (
        "byggetilladelse",
        &["INFORMATION", "legalNotification", "PropertyNumber", "Address", "CaseID", "KLEdata"],
    ),
    ("nabohoering", &["reply", "replyByDateTime", "PropertyNumber", "CaseID"]),
    ("skoleindskrivning", &["TILMELDING", "deadline", "Education", "KLEdata"]),
    ("pladsanvisning", &["BEKRAEFT", "replyByDateTime", "CaseID"]),
    ("samtykke-med-underskrift", &["UNDERSKRIV", "replyByDateTime", "CaseID"]),
    ("indkaldelse-til-samtale", &["AFTALE", "mandatory", "CaseID", "Telephone"]),
    (
        "paabud",
        &[
            "SELVBETJENING",
            "deadline",
            "legalNotification",
            "replyByDateTime",
            "ProductionUnit",
            "CVRdata",
            "CaseID",
        ],
    ),
    (
        "laegeerklaering-mellem-myndigheder",
        &["CPRdata", "CaseID", "KLEdata", "recipient ContactPoint"],
    ),
    ("svar-paa-aktindsigt", &["INFORMATION", "CaseID"]),
    ("orientering-til-mange", &["INFORMATION", "KLEdata"]),
    ("kvittering-for-henvendelse", &["CaseID", "ReplyData"]),
];

#[test]
fn every_example_is_a_letter_without_a_finding_in_both_versions() {
    for (name, _) in LETTERS {
        for version in [MemoVersion::V1_1, MemoVersion::V1_2] {
            let message = built(&format!("{name}.toml"), version);
            assert_eq!(message.version, version);
            let mut document = Vec::new();
            write(&message, Cursor::new([]), &mut document).unwrap();
            let reading = Checker::default().check(document.as_slice()).unwrap();
            assert_eq!(reading.findings.list, [], "{name} {version}");
            assert_eq!(reading.message.unwrap().header, message.header, "{name}");
        }
    }
}

#[test]
fn every_example_marks_up_what_the_table_says_and_what_every_letter_should() {
    for (name, expected) in LETTERS {
        let message = built(&format!("{name}.toml"), MemoVersion::V1_2);
        let marks = marked_up(&message);
        let missing: Vec<_> = expected.iter().filter(|mark| !marks.contains(**mark)).collect();
        assert!(missing.is_empty(), "{name} lacks {missing:?}");
        // No more actions than the row says.
        let codes =
            |mark: &&str| mark.bytes().all(|byte| byte.is_ascii_uppercase()) && mark.len() > 3;
        let marked: BTreeSet<&str> = marks.iter().copied().filter(codes).collect();
        let wanted: BTreeSet<&str> = expected.iter().copied().filter(codes).collect();
        assert_eq!(marked, wanted, "{name}");
        // The minimum of every letter.
        let header = &message.header;
        assert!(header.sender.contact_point.is_some(), "{name}");
        assert!(header.mandatory.is_some() && header.legal_notification.is_some(), "{name}");
        assert!(header.reply.is_some(), "{name}");
        let attention = header.sender.attention_data.as_ref().unwrap();
        assert!(attention.generating_system.is_some(), "{name}");
        assert!(marks.contains("KLEdata") || marks.contains("FORMdata"), "{name}");
    }
}

#[test]
fn the_readme_of_the_examples_lists_each_with_what_it_marks_up() {
    let readme = fs::read_to_string(folder().join("README.md")).unwrap();
    for (name, expected) in LETTERS {
        let row = readme.lines().find(|line| line.contains(&format!("({name}.toml)")));
        let row = row.unwrap_or_else(|| panic!("{name} is not in the table"));
        for mark in expected {
            assert!(row.contains(mark), "{name}: {mark}");
        }
    }
    let mut files: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".toml").map(str::to_owned))
        .collect();
    files.sort();
    let mut listed: Vec<&str> = LETTERS.iter().map(|(name, _)| *name).collect();
    listed.sort_unstable();
    assert_eq!(files, listed, "every example is read by a test");
}
