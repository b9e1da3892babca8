//! Letters sent with `brevdue send`, from the file to the page.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use brevdue_wire::country::CountryPerson;
use serde_json::Value;
use support::official;
use support::person::{Person, between};
use support::server::Server;

/// The recipient of the official examples.
const RECIPIENT: &str = "2211771212";
/// The UUID they all share.
const OFFICIAL_UUID: &str = "8C2EA15D-61FB-4BA9-9366-42F8B194C114";

#[test]
fn the_official_minimum_is_delivered_and_its_older_twin_is_a_duplicate() {
    let Some(examples) = official::examples() else { return };
    let server = Server::start(&[]);
    let place = tempfile::tempdir().unwrap();

    let (code, report) =
        send(&server, &examples.join("MeMo_Minimum_Example_v1.2.xml"), place.path());
    assert_eq!((code, &report["completed"]), (0, &Value::from(1)), "{report:#}");
    let recipient = recipient(&server);
    let mut reader = Person::sign_in(server.http, recipient.id, &recipient.name);
    let page = open_first(&mut reader);
    assert!(page.contains("Pladsanvisning.pdf"), "the document is on the page");

    let (code, report) =
        send(&server, &examples.join("MeMo_Minimum_Example_v1.1.xml"), place.path());
    assert_eq!((code, only_error(&report)), (1, ("INVALID", "message.uuid.duplicate")));
    assert_eq!(messages(&reader.get("/inbox")).len(), 1);
}

/// The first check that fails is the one that is told. In the older example it is an address of an
/// action that is not https; where the exchange is told to let that pass, it is the date as well.
#[test]
fn the_official_full_examples_are_refused_for_their_past_date() {
    let Some(examples) = official::examples() else { return };
    let lenient = ["--set", "limits.strict_filenames_and_actions=false"];
    let date = "do.not.deliver.until.date.too.early";
    for (version, settings, code) in [
        ("1.2", &[][..], date),
        ("1.1", &[][..], "action.url.not.allowed"),
        ("1.1", &lenient[..], date),
    ] {
        let server = Server::start(settings);
        let place = tempfile::tempdir().unwrap();
        let example = examples.join(format!("MeMo_Full_Example_v{version}.xml"));
        let (exit, report) = send(&server, &example, place.path());
        assert_eq!((exit, only_error(&report)), (1, ("INVALID", code)), "{version}");
    }
}

#[test]
fn the_official_full_example_without_its_date_opens_with_all_documents_and_appointments() {
    let Some(examples) = official::examples() else { return };
    let server = Server::start(&[]);
    let place = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(examples.join("MeMo_Full_Example_v1.2.xml")).unwrap();
    let date =
        between(&text, "<memo:doNotDeliverUntilDate>", "</memo:doNotDeliverUntilDate>").unwrap();
    let text = text
        .replace(&format!("<memo:doNotDeliverUntilDate>{date}</memo:doNotDeliverUntilDate>"), "")
        .replace(OFFICIAL_UUID, "5F0D5A9C-3C1E-4C6A-9A51-0F3B2C4D5E00");
    let letter = place.path().join("full.xml");
    fs::write(&letter, &text).unwrap();
    let (code, report) = send(&server, &letter, place.path());
    assert_eq!((code, &report["completed"]), (0, &Value::from(1)), "{report:#}");

    let recipient = recipient(&server);
    let mut reader = Person::sign_in(server.http, recipient.id, &recipient.name);
    let page = open_first(&mut reader);
    let body = text.split("<memo:TechnicalDocument>").next().unwrap();
    let names: BTreeSet<&str> = body
        .split("<memo:filename>")
        .skip(1)
        .filter_map(|rest| rest.split_once('<').map(|(name, _)| name))
        .collect();
    for name in &names {
        assert!(page.contains(name), "{name} is on the page");
    }
    let documents = links(&page, "/documents/");
    let files: BTreeSet<_> = documents.iter().filter(|link| link.contains("/files/")).collect();
    assert!(files.len() >= names.len(), "{files:?} for {names:?}");
    for link in files {
        let mut bytes = Vec::new();
        let answer = reader.download(link, &mut bytes);
        assert_eq!(answer.status, 200, "{link}");
        assert!(!bytes.is_empty(), "{link}");
    }
    let appointments: Vec<_> = documents.iter().filter(|link| link.ends_with(".ics")).collect();
    assert_eq!(appointments.len(), body.matches("<memo:Reservation>").count());
    assert!(!appointments.is_empty());
    for link in appointments {
        let mut bytes = Vec::new();
        let answer = reader.download(link, &mut bytes);
        let calendar = String::from_utf8(bytes).unwrap();
        assert_eq!(answer.status, 200);
        assert!(answer.header("content-type").unwrap().starts_with("text/calendar"));
        for line in ["BEGIN:VCALENDAR\r\n", "BEGIN:VEVENT\r\n", "DTSTART:", "END:VCALENDAR\r\n"] {
            assert!(calendar.contains(line), "{line} in {calendar}");
        }
    }
}

#[test]
fn a_container_of_a_thousand_letters_to_a_hundred_people_yields_a_thousand_receipts() {
    let server = Server::start(&[]);
    let place = tempfile::tempdir().unwrap();
    let people: Vec<CountryPerson> = registered(&server).into_iter().take(99).collect();
    let mut numbers: Vec<&str> = people.iter().map(|one| one.cpr.as_str()).collect();
    // The hundredth is the company.
    numbers.push("33445566");
    fs::write(place.path().join("people.txt"), numbers.join("\n")).unwrap();
    let packed = server.brevdue(
        &[
            "memo",
            "sample",
            "--count",
            "1000",
            "--from",
            "12345678",
            "--to",
            "@people.txt",
            "--out",
            "many.tar.lzma",
        ],
        place.path(),
    );
    assert!(packed.status.success(), "{}", said(&packed));

    // Stock tools read what we pack.
    let unpacked = Command::new("sh")
        .args(["-c", "mkdir out && xz --format=lzma -dc many.tar.lzma | tar -xf - -C out"])
        .current_dir(place.path())
        .output()
        .unwrap();
    assert!(unpacked.status.success(), "{}", said(&unpacked));
    let names: Vec<String> = fs::read_dir(place.path().join("out"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names.len(), 1000);

    let (code, report) = send(&server, &place.path().join("many.tar.lzma"), place.path());
    assert_eq!(code, 0, "{report:#}");
    for (what, count) in [("messages", 1000), ("sent", 1000), ("completed", 1000), ("waiting", 0)] {
        assert_eq!(report[what], Value::from(count), "{what}");
    }

    // Each is in the mailbox of its own recipient, once.
    let mut expected: BTreeMap<String, usize> = BTreeMap::new();
    for name in &names {
        let text = fs::read_to_string(place.path().join("out").join(name)).unwrap();
        let id = between(&text, "<memo:recipientID>", "<").unwrap();
        *expected.entry(id.to_owned()).or_default() += 1;
    }
    for person in &people {
        let mut reader = Person::sign_in(server.http, person.id, &person.name);
        let mut found = BTreeSet::new();
        for page in 1.. {
            let list = messages(&reader.get(&format!("/inbox?page={page}")));
            let before = found.len();
            found.extend(list);
            if found.len() == before {
                break;
            }
        }
        assert_eq!(found.len(), expected.get(&person.cpr).copied().unwrap_or(0), "{}", person.id);
    }
    assert_eq!(expected.values().sum::<usize>(), 1000);
}

/// Runs `brevdue send` as the municipality; gives its exit code and its report.
fn send(server: &Server, path: &Path, folder: &Path) -> (i32, Value) {
    let path = path.display().to_string();
    let output = server.brevdue(&["send", "--as", "12345678", "--format", "json", &path], folder);
    let report = serde_json::from_slice(&output.stdout);
    let report = report.unwrap_or_else(|error| panic!("{error}: {}", said(&output)));
    (output.status.code().unwrap(), report)
}

/// The only finding of a report.
fn only_error(report: &Value) -> (&str, &str) {
    let errors = report["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{report:#}");
    (errors[0]["outcome"].as_str().unwrap(), errors[0]["code"].as_str().unwrap())
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn registered(server: &Server) -> Vec<CountryPerson> {
    server.country().people.into_iter().filter(|one| one.status == "REGISTERED").collect()
}

fn recipient(server: &Server) -> CountryPerson {
    registered(server).into_iter().find(|one| one.cpr == RECIPIENT).unwrap()
}

/// Keys of the messages that a folder's page lists.
fn messages(page: &str) -> BTreeSet<String> {
    links(page, "/messages/")
        .iter()
        .filter_map(|link| link.strip_prefix("/messages/")?.split(['/', '?', '#']).next())
        .map(str::to_owned)
        .collect()
}

/// The page of the first message in the inbox.
fn open_first(reader: &mut Person) -> String {
    let inbox = reader.get("/inbox");
    let key = messages(&inbox).into_iter().next().expect("there is a message");
    reader.get(&format!("/messages/{key}"))
}

/// Addresses on a page that a link or a frame leads to, and that hold a text.
fn links(page: &str, part: &str) -> BTreeSet<String> {
    ["href=\"", "src=\""]
        .iter()
        .flat_map(|start| page.split(start).skip(1))
        .filter_map(|rest| rest.split_once('"').map(|(link, _)| link.replace("&amp;", "&")))
        .filter(|link| link.contains(part))
        .collect()
}
