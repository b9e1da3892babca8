//! Letters described in TOML and JSON: what becomes of them, and what is said of a wrong one.
#![allow(clippy::unwrap_used, reason = "tests")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{self, Cursor};

use brevdue_memo::letter::description::{
    BuildError, Description, DescriptionError, Given, Syntax, TEMPLATE_DANISH, TEMPLATE_ENGLISH,
};
use brevdue_memo::{Content, Limits, MemoVersion, Message, MessageType, read, write};

fn given() -> Given {
    Given {
        version: MemoVersion::V1_2,
        message_uuid: uuid::Uuid::from_u128(0x8c2ea15d_61fb_4ba9_9366_42f8b194c114),
        created: "2026-03-01T12:00:00Z".parse().unwrap(),
    }
}

fn no_files(_: &str) -> io::Result<Vec<u8>> {
    Err(io::ErrorKind::NotFound.into())
}

fn toml(text: &str) -> Result<Description, DescriptionError> {
    Description::parse(text.as_bytes(), Syntax::Toml)
}

fn built(text: &str) -> Message {
    toml(text).unwrap().build(given(), &mut no_files).unwrap()
}

const LEAST: &str = r#"
title = "Et brev"
text = "Kære Vagn"
to = { cpr = "0101010000" }
from = { cvr = "12345678", name = "Ærøby Kommune" }
"#;

/// Every commented-out key of a template put in; of keys that stand twice the last one.
fn with_every_key(template: &str) -> String {
    let mut text = String::new();
    let mut seen: Vec<String> = Vec::new();
    let lines = template.lines().map(|line| {
        let bare = line.strip_prefix("# ").unwrap_or(line);
        let is_key = bare.starts_with('[')
            || bare.split_once(" = ").is_some_and(|(key, _)| {
                !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
            });
        if is_key { bare } else { line }
    });
    let lines: Vec<&str> = lines.collect();
    for line in lines.iter().rev() {
        if line.starts_with('[') {
            seen.clear();
        }
        let key = line.split_once(" = ").map(|(key, _)| key.to_owned());
        // From below, the keys above the first header are all of one table.
        if let Some(key) = key.filter(|_| !line.starts_with('#') && !line.starts_with('[')) {
            if seen.contains(&key) {
                continue;
            }
            seen.push(key);
        }
        text.insert_str(0, &format!("{line}\n"));
    }
    text
}

#[test]
fn the_templates_are_letters_and_so_they_are_with_every_key_put_in() {
    for template in [TEMPLATE_DANISH, TEMPLATE_ENGLISH] {
        let least = built(template);
        assert_eq!(least.header.message_type, MessageType::DigitalPost);
        let whole = with_every_key(template);
        let described = toml(&whole).unwrap_or_else(|error| panic!("{error:?}\n{whole}"));
        let message = described.build(given(), &mut |_| Ok(b"%PDF-1.7".to_vec())).unwrap();
        let body = message.body.unwrap();
        let codes: Vec<&str> =
            body.main_document.actions.iter().map(|action| action.action_code.as_str()).collect();
        assert_eq!(
            codes,
            [
                "AFTALE",
                "FORBEREDELSE",
                "BETALING",
                "BEKRAEFT",
                "UNDERSKRIV",
                "TILMELDING",
                "SELVBETJENING",
                "INFORMATION"
            ]
        );
        assert_eq!(body.main_document.files.len(), 4, "two files, HTML and text");
        assert_eq!((body.additional_documents.len(), body.technical_documents.len()), (2, 1));
        assert!(message.header.content_data.unwrap().motor_vehicle.is_some());
        assert_eq!(message.header.reply_data[0].additional_reply_data.len(), 1);
        assert!(message.header.sender.representative.is_some());
    }
}

#[test]
fn the_templates_explain_every_key() {
    // The keys of a table are told when one is not among them.
    for (place, text) in [
        ("", "zzz = 1".to_owned()),
        ("to", "to = { zzz = 1 }".to_owned()),
        ("from", "from = { zzz = 1 }".to_owned()),
        ("from.attention", "from = { attention = { zzz = 1 } }".to_owned()),
        ("from.contact-point", "from = { contact-point = { zzz = 1 } }".to_owned()),
        ("reply-data", "reply-data = { zzz = 1 }".to_owned()),
        ("address", "address = { zzz = 1 }".to_owned()),
        ("attachments", "attachments = [{ zzz = 1 }]".to_owned()),
        ("appointment", "[[appointment]]\nzzz = 1".to_owned()),
        ("payment", "[[payment]]\nzzz = 1".to_owned()),
    ] {
        let error = toml(&text).unwrap_err();
        assert_eq!(error.what, "there is no key zzz here", "{place}");
        let keys = error.help.unwrap();
        let keys = keys.strip_prefix("the keys here are ").unwrap();
        assert!(keys.contains(", "), "{keys}");
        for key in keys.split(", ") {
            for template in [TEMPLATE_DANISH, TEMPLATE_ENGLISH] {
                let told = [format!("{key} = "), format!("[{key}]"), format!("[from.{key}]")];
                assert!(told.iter().any(|told| template.contains(told)), "{place}: {key}");
            }
        }
    }
}

#[test]
fn toml_and_json_describe_the_same_letter() {
    let json = r#"{
        "title": "Et brev", "text": "Kære Vagn", "to": { "cpr": "0101010000" },
        "from": { "cvr": "12345678", "name": "Ærøby Kommune" }
    }"#;
    assert_eq!(Syntax::by_first_character(json.as_bytes()), Syntax::Json);
    assert_eq!(Syntax::by_first_character(LEAST.as_bytes()), Syntax::Toml);
    let described = Description::parse(json.as_bytes(), Syntax::Json).unwrap();
    assert_eq!(described, toml(LEAST).unwrap());
}

#[test]
fn times_are_danish_and_dates_of_toml_do_as_well_as_texts() {
    for start in ["\"2026-12-01 09:00\"", "2026-12-01 09:00:00", "2026-12-01T08:00:00Z"] {
        let text = format!(
            "{LEAST}\nnot-before = 2026-12-01\n[[appointment]]\nlabel = \"Kalender\"\nstart = {start}\nend = \"2026-12-01 10:00\"\nplace = \"Rådhuset\""
        );
        let message = built(&text);
        assert_eq!(message.header.do_not_deliver_until_date.unwrap().as_str(), "2026-12-01");
        let body = message.body.unwrap();
        let reservation = body.main_document.actions[0].reservation.as_ref().unwrap();
        assert_eq!(reservation.start_date_time.as_str(), "2026-12-01T08:00:00Z");
        assert_eq!(reservation.abstract_text, "Et brev");
        assert_eq!(reservation.description, "Et brev");
    }
}

#[test]
fn files_are_named_typed_and_asked_for_by_the_path_that_is_written() {
    let text = format!(
        "{LEAST}\nattachments = [\"bilag/Vejledning.pdf\", {{ file = \"x.bin\", name = \"Kort: havnen.png\", type = \"image/png\" }}]"
    );
    let mut asked = Vec::new();
    let message = toml(&text)
        .unwrap()
        .build(given(), &mut |path| {
            asked.push(path.to_owned());
            Ok(vec![1, 2, 3])
        })
        .unwrap();
    assert_eq!(asked, ["bilag/Vejledning.pdf", "x.bin"]);
    let documents = message.body.unwrap().additional_documents;
    let files: Vec<_> = documents.iter().map(|document| &document.files[0]).collect();
    assert_eq!(
        (files[0].filename.as_str(), files[0].encoding_format.as_str()),
        ("Vejledning.pdf", "application/pdf")
    );
    assert_eq!(
        (files[1].filename.as_str(), files[1].encoding_format.as_str()),
        ("Kort- havnen.png", "image/png")
    );
    let missing = toml(&text).unwrap().build(given(), &mut no_files).unwrap_err();
    assert_eq!(missing.to_string(), "the file of key attachments[0] could not be read");
}

#[test]
fn a_text_message_is_described_too_and_has_no_documents() {
    let text = format!("sort = \"sms\"{LEAST}");
    let message = built(&text);
    assert_eq!(message.header.message_type, MessageType::NemSms);
    assert_eq!(message.header.notification.as_deref(), Some("Kære Vagn"));
    assert!(message.body.is_none());
    let error = toml(&format!("mandatory = true\n{text}")).unwrap().build(given(), &mut no_files);
    assert!(matches!(error, Err(BuildError::NotInSms { key: "mandatory" })));
}

/// Line, column, key, what, rule, help.
fn told(error: &DescriptionError) -> String {
    format!(
        "{}:{} {}: {} ({}) -> {}",
        error.line,
        error.column,
        error.key.as_deref().unwrap_or("-"),
        error.what,
        error.rule.as_deref().unwrap_or("-"),
        error.help.as_deref().unwrap_or("-")
    )
}

#[test]
fn a_wrong_description_is_told_with_place_key_rule_and_remedy() {
    let appointment = |start: &str| {
        format!(
            "{LEAST}[[appointment]]\nlabel = \"A\"\nstart = {start}\nend = \"2026-12-01 10:00\"\nplace = \"B\""
        )
    };
    let cases = [
        LEAST.replace("title", "titel"),
        LEAST.replace("title = \"Et brev\"\n", ""),
        LEAST.replace("Et brev", &"x".repeat(257)),
        LEAST.replace("\"Et brev\"", "7"),
        LEAST.replace("\"0101010000\"", "101010000"),
        LEAST.replace("0101010000", "010101-0000"),
        LEAST.replace("cpr = \"0101010000\"", "name = \"Vagn\""),
        LEAST.replace("cvr = \"12345678\"", "cvr = \"12345678\", cpr = \"0101010000\""),
        LEAST.replace("\"Kære Vagn\"", "\"Kære Vagn"),
        format!("{LEAST}attachments = \"vejledning\""),
        format!("{LEAST}attachments = [\"a.pdf\", 7]"),
        format!("{LEAST}[[payment]]\nlabel = \"Betal\"\nurl = \"http://betal.example\""),
        format!("{LEAST}[[payment]]\nlabel = \"Betal\""),
        format!("{LEAST}kle = {{ number = \"27.35\", label = \"A\", version = \"1\" }}"),
        format!("version = \"1.0\"{LEAST}"),
        format!("uuid = \"8c2ea15d-61fb-1ba9-9366-42f8b194c114\"{LEAST}"),
        format!("not-before = \"1. maj\"{LEAST}"),
        appointment("\"2026-03-29 02:30\""),
        appointment("\"2026-10-25 02:30\""),
        appointment("2026-10-25T02:30:00"),
        appointment("\"i morgen\""),
        appointment("09:00:00"),
        LEAST.replace("from = {", "from = { contact-point = \"borgerservice\","),
    ];
    let told: Vec<String> = cases.iter().map(|text| told(&toml(text).unwrap_err())).collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_wrong_description_in_json_is_told_with_its_place_too() {
    let cases = [
        "{\n  \"titel\": 1\n}",
        "{\n  \"title\": \"A\",\n  \"to\": { \"cpr\": \"1\" }\n}",
        "{\n  \"payment\": [{ \"label\": \"Betal\", \"url\": \"http://betal.example\" }]\n}",
        "{\n  \"title\": \"A\"\n",
        "{} x",
        "[",
        "{\n  \"title\": \"A\",\n  \"title\": \"B\"\n}",
    ];
    let read = |text: &&str| Description::parse(text.as_bytes(), Syntax::Json).unwrap_err();
    let told: Vec<String> = cases.iter().map(|text| told(&read(text))).collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn no_error_quotes_a_value() {
    const SECRET: &str = "Hemmelig 0101010000";
    let values = [
        format!("\"{SECRET}\""),
        format!("{{ a = \"{SECRET}\" }}"),
        format!("[\"{SECRET}\"]"),
        format!("\"\"\"{SECRET}"),
        format!("\"{SECRET}"),
        format!("{{ \"{SECRET}\" = 1 }}"),
        "0101010000".to_owned(),
    ];
    let whole = with_every_key(TEMPLATE_ENGLISH);
    let mut refused = 0;
    for (number, line) in whole.lines().enumerate() {
        let Some((key, _)) = line.split_once(" = ") else { continue };
        if key.starts_with('#') {
            continue;
        }
        for value in &values {
            let mut lines: Vec<String> = whole.lines().map(str::to_owned).collect();
            lines[number] = format!("{key} = {value}");
            match toml(&lines.join("\n")) {
                Ok(read) => {
                    if let Err(error) = read.build(given(), &mut no_files) {
                        assert!(!error.to_string().contains("0101010000"), "{error}");
                    }
                }
                Err(error) => {
                    refused += 1;
                    let said = format!("{error:?}");
                    assert!(!said.contains("Hemmelig") && !said.contains("0101010000"), "{said}");
                }
            }
        }
    }
    assert!(refused > 300, "{refused}");
    let json = format!("{{ \"title\": \"A\", \"reply\": \"{SECRET}\" }}");
    let error = Description::parse(json.as_bytes(), Syntax::Json).unwrap_err();
    assert!(!format!("{error:?}").contains("0101010000"), "{error:?}");
}

#[test]
fn a_description_that_is_too_large_too_deep_or_not_text_is_refused() {
    let large = vec![b' '; 1_000_001];
    let error = Description::parse(&large, Syntax::Toml).unwrap_err();
    assert_eq!(error.what, "the description has 1000001 bytes, over the limit of 1000000");
    let error = Description::parse(b"title = \"\n\xFF", Syntax::Toml).unwrap_err();
    assert_eq!(
        (error.line, error.column, error.what.as_str()),
        (2, 1, "the description is not UTF-8")
    );
    for (text, syntax) in [
        ("[".repeat(200_000), Syntax::Json),
        ("{\"a\":".repeat(200_000), Syntax::Json),
        (format!("more = {}", "[".repeat(200_000)), Syntax::Toml),
        (format!("more = {}", "{a=".repeat(200_000)), Syntax::Toml),
        (format!("{} = 1", vec!["a"; 200_000].join(".")), Syntax::Toml),
    ] {
        assert!(Description::parse(text.as_bytes(), syntax).is_err());
    }
}

#[test]
fn what_is_built_reads_back_as_itself() {
    let whole = with_every_key(TEMPLATE_DANISH);
    let message = toml(&whole).unwrap().build(given(), &mut |_| Ok(b"%PDF-1.7".to_vec())).unwrap();
    let mut document = Vec::new();
    write(&message, Cursor::new([]), &mut document).unwrap();
    let reading = read(document.as_slice(), &Limits::default()).unwrap();
    assert_eq!(reading.findings.list, []);
    let mut again = reading.message.unwrap();
    let body = again.body.as_mut().unwrap();
    let additional = body.additional_documents.iter_mut().flat_map(|one| &mut one.files);
    let technical = body.technical_documents.iter_mut().flat_map(|one| &mut one.files);
    for file in body.main_document.files.iter_mut().chain(additional).chain(technical) {
        file.content = Content::Held(file.content.hold(Cursor::new(&document)).unwrap());
    }
    assert_eq!(again, message);
}
