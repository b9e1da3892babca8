//! Programmes of task packages from the command line, and kept true by what the exchange sees.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::Value;
use support::letters::{Parties, letter};
use support::server::{BREVDUE, Server};
use uuid::Uuid;

/// Within which what was observed is judged.
const A_MINUTE: Duration = Duration::from_secs(60);

/// A correct message carries these in the sender's name.
const SENDER: &str = "tusindfryd-afsender";

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn brevdue(data: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(BREVDUE);
    command.arg("programme").args(arguments).env("BREVDUE_DATA", data);
    command.current_dir(data.parent().unwrap()).output().unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", text(output)))
}

/// An authority whose both deadlines have passed, with one sender system of that name.
fn begun(data: &Path, system: &str) -> String {
    let new = [
        "new",
        "--authority",
        "Tusindfryd Kommune",
        "--cvr",
        "12345678",
        "--track",
        "authority",
        "--manager",
        "Birgit Engvang",
        "--json",
    ];
    let begun = brevdue(data, &new);
    assert!(begun.status.success(), "{}", text(&begun));
    let told = json(&begun);
    assert_eq!(told["milestones"]["GOLIVE"], "2022-03-21");
    assert_eq!(told["milestones"]["MEMO_ONLY"], "2023-11-30");
    let list = data.parent().unwrap().join("systems.csv");
    std::fs::write(&list, format!("Navn;Rolle\n{system};Afsendersystem\n")).unwrap();
    let import = ["import", "systems.csv", "--inventory", "--apply", "--json"];
    let imported = brevdue(data, &import);
    assert!(imported.status.success(), "{}", text(&imported));
    assert_eq!(json(&imported)["changed"], 1);
    told["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_programme_is_begun_exported_edited_imported_and_reported_without_any_server() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let none = brevdue(&data, &["status"]);
    assert_eq!(none.status.code(), Some(2), "{}", text(&none));
    begun(&data, "Fagsystem");

    let status = brevdue(&data, &["status", "--lang", "en"]);
    assert!(status.status.success(), "{}", text(&status));
    assert!(text(&status).contains("Tusindfryd Kommune"), "{}", text(&status));
    let check = brevdue(&data, &["check", "--json"]);
    assert_eq!(check.status.code(), Some(0), "nothing is known to fail: {}", text(&check));
    let strict = brevdue(&data, &["check", "--strict"]);
    assert_eq!(strict.status.code(), Some(1), "and nothing is proven: {}", text(&strict));
    let unproven = &json(&check)["unproven"];
    let unknown =
        |id: &str| unproven.as_array().unwrap().iter().any(|one| one["requirement"] == id);
    assert!(unknown("MK-A2"), "acceptance 7: nothing was measured, so nobody knows: {unproven}");

    let exported = brevdue(&data, &["export", "plan.xlsx"]);
    assert!(exported.status.success(), "{}", text(&exported));
    let same = brevdue(&data, &["import", "plan.xlsx", "--json"]);
    assert_eq!(json(&same)["lines"], serde_json::json!([]), "acceptance 10: untouched");
    let broken = place.path().join("broken.xlsx");
    std::fs::write(&broken, b"PK no workbook").unwrap();
    let refused = brevdue(&data, &["import", "broken.xlsx", "--apply"]);
    assert_eq!(refused.status.code(), Some(1), "{}", text(&refused));

    for (report, file, head) in [
        ("R1", "R1.pdf", &b"%PDF"[..]),
        ("R2", "R2.pdf", b"%PDF"),
        ("R3", "R3.pdf", b"%PDF"),
        ("R6", "R6.pdf", b"%PDF"),
        ("R7", "R7.pdf", b"%PDF"),
        ("R11", "R11.pdf", b"%PDF"),
        ("OP0", "deck.pptx", b"PK"),
    ] {
        let made = brevdue(&data, &["report", report, "--to", file]);
        assert!(made.status.success(), "{report}: {}", text(&made));
        let bytes = std::fs::read(place.path().join(file)).unwrap();
        assert!(bytes.starts_with(head), "{report}");
    }
    let odd = brevdue(&data, &["report", "R1", "--form", "csv"]);
    assert_eq!(odd.status.code(), Some(2), "{}", text(&odd));
}

/// Sends bytes as the municipality's sender system.
fn send(server: &Server, uuid: Uuid, bytes: &[u8]) {
    let path = format!("/apis/v1/memos/?memo-message-uuid={uuid}");
    let mut client = server.client_of(SENDER);
    assert_eq!(client.post(&path, "application/xml", bytes).unwrap().status, 201);
}

fn send_memo(server: &Server, number: u128) {
    let uuid = uuid::Builder::from_random_bytes((number * 77_777).to_be_bytes()).into_uuid();
    let country = server.country();
    let parties =
        Parties::to_person(&country.organisations[0].cvr.clone(), &country.people[0].cpr.clone());
    send(server, uuid, &letter(uuid, &parties, 2_000));
}

/// Waits until a question is answered as it should be, and tells how long it took.
fn wait(what: &str, server: &Server, mut is: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is() {
        assert!(begun.elapsed() < A_MINUTE, "{what}: {}", server.log());
        std::thread::sleep(Duration::from_millis(500));
    }
}

/// The state of a task, as it is exported.
fn task(data: &Path, key: &str) -> Value {
    let exported = brevdue(data, &["export", "all.json"]);
    assert!(exported.status.success(), "{}", text(&exported));
    let all = std::fs::read(data.parent().unwrap().join("all.json")).unwrap();
    let all: Value = serde_json::from_slice(&all).unwrap();
    let mut objects = all["objects"].as_array().unwrap().iter();
    let found = objects.find(|one| one["kind"] == "task" && one["key"] == key);
    found.map_or(Value::Null, |one| one["body"].clone())
}

#[test]
fn acceptance_06_one_legacy_message_after_the_deadline_fails_reopens_and_tells_until_it_is_right_again()
 {
    let server = Server::start(&[]);
    let system = server.system(SENDER).id.to_string();
    begun(&server.data, &system);
    let check = || brevdue(&server.data, &["check", "--only", "MK-A2"]);
    let is_done = || task(&server.data, "OP3-T08.S-001")["status"] == "done";

    send_memo(&server, 1);
    wait("the right message closes its task", &server, is_done);
    assert_eq!(check().status.code(), Some(0), "{}", text(&check()));

    let legacy = b"<?xml version=\"1.0\"?>\n<dp2:Forsendelse xmlns:dp2=\"urn:oio:dp2\"><dp2:Titel>Brev</dp2:Titel></dp2:Forsendelse>";
    send(&server, uuid::Builder::from_random_bytes([7; 16]).into_uuid(), legacy);
    wait("one DP2 message breaks the requirement", &server, || check().status.code() == Some(1));
    let broken = json(&brevdue(&server.data, &["check", "--only", "MK-A2", "--json"]));
    assert_eq!(broken["broken"][0]["subject"]["system"], "S-001", "{broken:#}");
    wait("its task opens again", &server, || {
        task(&server.data, "OP3-T08.S-001")["reopened"].as_u64() == Some(1)
    });
    let report = json(&brevdue(&server.data, &["status", "--json"]));
    assert_eq!(report["report"]["light"]["computed"], "red", "{report:#}");
    let in_the_way = report["report"]["in_the_way"].as_array().unwrap();
    assert!(
        in_the_way.iter().any(|one| one["requirement"] == "MK-A2" && one["subject"] == "S-001"),
        "the status report says why: {in_the_way:?}"
    );
    let mut client = server.client();
    wait("the owner is told", &server, || {
        let notices = client.get("/testing/notices").unwrap().json::<Value>().to_string();
        notices.contains("OP3-T08") && notices.contains("MK-A2")
    });

    let moved = client.post("/testing/clock", "application/json", br#"{"days":31}"#).unwrap();
    assert_eq!(moved.status, 200);
    send_memo(&server, 2);
    wait("the window has passed and it is right again", &server, is_done);
    assert_eq!(check().status.code(), Some(0), "{}", text(&check()));
}

/// Ten digits of which the first six could be a day and month, as CPR numbers are written.
fn looks_like_cpr(text: &str, known: &[String]) -> Option<String> {
    known.iter().find(|cpr| text.contains(cpr.as_str())).cloned()
}

#[test]
fn acceptance_13_no_cpr_number_is_in_observations_reports_exports_or_logs() {
    let server = Server::start(&[]);
    let system = server.system(SENDER).id.to_string();
    begun(&server.data, &system);
    for number in 1..6 {
        send_memo(&server, number);
    }
    // What is no message, and names a person where it should not.
    let cpr = server.country().people[0].cpr.clone();
    let odd = format!("<Message memoVersion=\"1.2\"><label>{cpr}</label></Message>");
    send(&server, uuid::Builder::from_random_bytes([9; 16]).into_uuid(), odd.as_bytes());
    wait("the messages are observed", &server, || {
        task(&server.data, "OP3-T13.S-001") != Value::Null
            || brevdue(&server.data, &["check", "--only", "MK-A2"]).status.code() == Some(1)
    });
    let known: Vec<String> = server.country().people.iter().map(|one| one.cpr.clone()).collect();
    let folder = server.data.parent().unwrap().to_owned();
    for file in ["all.json", "plan.xlsx", "plan.ics"] {
        assert!(brevdue(&server.data, &["export", file]).status.success());
    }
    for report in ["R2", "R5", "R11"] {
        let to = format!("{report}.csv");
        let made = brevdue(&server.data, &["report", report, "--form", "csv", "--to", &to]);
        assert!(made.status.success(), "{}", text(&made));
    }
    let mut looked = 0;
    for file in ["all.json", "plan.ics", "R2.csv", "R5.csv", "R11.csv"] {
        let kept = std::fs::read(folder.join(file)).unwrap();
        assert_eq!(looks_like_cpr(&String::from_utf8_lossy(&kept), &known), None, "{file}");
        looked += kept.len();
    }
    assert!(looked > 1_000);
    for file in ["programme.db", "programme.db-wal"] {
        let kept = std::fs::read(server.data.join(file)).unwrap_or_default();
        assert_eq!(looks_like_cpr(&String::from_utf8_lossy(&kept), &known), None, "{file}");
    }
    assert_eq!(looks_like_cpr(&server.log(), &known), None, "the log");
    let status = text(&brevdue(&server.data, &["status"]));
    assert_eq!(looks_like_cpr(&status, &known), None);
}

#[test]
fn a_backup_made_while_the_exchange_runs_holds_the_programmes_and_a_damaged_one_is_found() {
    let mut server = Server::start(&[]);
    let place = server.data.parent().unwrap().to_owned();
    let id = begun(&server.data, "Fagsystem");
    let made = server.brevdue(&["backup", "copy"], &place);
    assert!(made.status.success(), "{}", text(&made));
    server.stop();
    let restored = server.brevdue(&["restore", "copy", "--data", "restored"], &place);
    assert!(restored.status.success(), "{}", text(&restored));
    let status = json(&brevdue(&place.join("restored"), &["status", "--json"]));
    assert_eq!(status["id"], id.as_str());
    let verified = server.brevdue(&["verify", "--data", "restored"], &place);
    assert!(verified.status.success(), "{}", text(&verified));

    let connection = rusqlite::Connection::open(place.join("restored/programme.db")).unwrap();
    let sql = "UPDATE objects SET body = '{\"name\":' WHERE kind = 'system'";
    assert_eq!(connection.execute(sql, []).unwrap(), 1);
    drop(connection);
    let verified = server.brevdue(&["verify", "--data", "restored"], &place);
    assert_eq!(verified.status.code(), Some(70), "{}", text(&verified));
    assert!(text(&verified).contains("programme.db: object system"), "{}", text(&verified));
}

#[test]
fn beginning_the_country_again_forgets_programmes_and_a_snapshot_brings_them_back() {
    let server = Server::start(&[]);
    begun(&server.data, "Fagsystem");
    let mut client = server.client();
    let post = |client: &mut support::http::Client, path: &str, body: &[u8]| {
        let answer = client.post(path, "application/json", body).unwrap();
        assert!((200..300).contains(&answer.status), "{path}: {}", answer.status);
    };
    post(&mut client, "/testing/snapshots", br#"{"name":"before"}"#);
    post(&mut client, "/testing/reset", b"null");
    let none = brevdue(&server.data, &["status"]);
    assert_eq!(none.status.code(), Some(2), "{}", text(&none));
    post(&mut client, "/testing/snapshots/before/restore", b"null");
    let again = brevdue(&server.data, &["status"]);
    assert!(again.status.success(), "{}", text(&again));
}
