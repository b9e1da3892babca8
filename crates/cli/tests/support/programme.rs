//! Programmes in tests of the whole: beginning one, asking commands about it, working in its pages.

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::Value;
use uuid::Uuid;

use super::letters::{Parties, letter};
use super::person::{Person, between};
use super::server::{BREVDUE, Server};

/// Within which what was observed is judged.
pub const A_MINUTE: Duration = Duration::from_secs(60);

/// A correct message carries these in the sender's name.
pub const SENDER: &str = "tusindfryd-afsender";

/// What a command said, on both streams.
pub fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// `brevdue programme` on a data folder, from the folder around it.
pub fn brevdue(data: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(BREVDUE);
    command.arg("programme").args(arguments).env("BREVDUE_DATA", data);
    command.current_dir(data.parent().unwrap()).output().unwrap()
}

/// What a command printed as JSON.
pub fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", text(output)))
}

/// An authority whose both deadlines have passed, with these systems: names and roles. Returns its id.
pub fn begun_with(data: &Path, systems: &[(&str, &str)]) -> String {
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
    let rows: String = systems.iter().map(|(name, role)| format!("{name};{role}\n")).collect();
    std::fs::write(&list, format!("Navn;Rolle\n{rows}")).unwrap();
    let import = ["import", "systems.csv", "--inventory", "--apply", "--json"];
    let imported = brevdue(data, &import);
    assert!(imported.status.success(), "{}", text(&imported));
    assert_eq!(json(&imported)["changed"], systems.len());
    told["id"].as_str().unwrap().to_owned()
}

/// The same with one sender system.
pub fn begun(data: &Path, system: &str) -> String {
    begun_with(data, &[(system, "Afsendersystem")])
}

/// A UUID that tests count with.
pub fn numbered(number: u128) -> Uuid {
    uuid::Builder::from_random_bytes((number * 77_777).to_be_bytes()).into_uuid()
}

/// Sends bytes as a sender system.
pub fn send_as(server: &Server, system: &str, uuid: Uuid, bytes: &[u8]) {
    let path = format!("/apis/v1/memos/?memo-message-uuid={uuid}");
    let mut client = server.client_of(system);
    assert_eq!(client.post(&path, "application/xml", bytes).unwrap().status, 201);
}

/// A correct letter of the municipality to the first person of the country.
pub fn memo(server: &Server, uuid: Uuid) -> Vec<u8> {
    let country = server.country();
    let (cvr, cpr) = (&country.organisations[0].cvr, &country.people[0].cpr);
    letter(uuid, &Parties::to_person(&cvr.clone(), &cpr.clone()), 2_000)
}

/// Sends one.
pub fn send_memo(server: &Server, number: u128) {
    let uuid = numbered(number);
    send_as(server, SENDER, uuid, &memo(server, uuid));
}

/// Waits until a question is answered as it should be, a minute at most.
pub fn wait(what: &str, server: &Server, mut is: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is() {
        assert!(begun.elapsed() < A_MINUTE, "{what}: {}", server.log());
        std::thread::sleep(Duration::from_millis(500));
    }
}

/// Puts the country's clock ahead.
pub fn pass(server: &Server, time: &str) {
    let moved = server.client().post("/testing/clock", "application/json", time.as_bytes());
    let moved = moved.unwrap();
    assert_eq!(moved.status, 200, "{}", moved.text());
}

/// The state of a task, as it is exported.
pub fn task(data: &Path, key: &str) -> Value {
    let exported = brevdue(data, &["export", "all.json"]);
    assert!(exported.status.success(), "{}", text(&exported));
    let all = std::fs::read(data.parent().unwrap().join("all.json")).unwrap();
    let all: Value = serde_json::from_slice(&all).unwrap();
    let mut objects = all["objects"].as_array().unwrap().iter();
    let found = objects.find(|one| one["kind"] == "task" && one["key"] == key);
    found.map_or(Value::Null, |one| one["body"].clone())
}

/// What the table of requirements (R2) says of a requirement and system: the whole line.
pub fn cell(data: &Path, requirement: &str, subject: &str) -> String {
    let made = brevdue(data, &["report", "R2", "--form", "csv", "--to", "cells.csv"]);
    assert!(made.status.success(), "{}", text(&made));
    let table = std::fs::read_to_string(data.parent().unwrap().join("cells.csv")).unwrap();
    let begins = format!("{requirement};");
    let line = table.lines().find(|line| line.starts_with(&begins) && line.contains(subject));
    line.unwrap_or_default().to_owned()
}

/// The words of a report, as poppler reads them.
pub fn pdf_text(file: &Path) -> String {
    let read = Command::new("pdftotext").arg("-layout").arg(file).arg("-").output();
    let read = read.expect("pdftotext of poppler-utils; scripts/test-deps installs it");
    assert!(read.status.success(), "{}", text(&read));
    String::from_utf8(read.stdout).unwrap()
}

/// Somebody at the pages of a programme.
pub struct AtWork {
    person: Person,
    base: String,
}

impl AtWork {
    /// As whoever began it.
    pub fn enter(server: &Server, id: &str) -> Self {
        let mut person = Person::visitor(server.http);
        let base = format!("/programmes/{id}");
        let page = person.get(&format!("{base}/enter"));
        let token = between(&page, "name=\"token\" value=\"", "\"").unwrap();
        let entered =
            person.post(&format!("{base}/enter"), &[("token", token), ("person", "P-001")]);
        assert_eq!(entered.0, 303, "{}", entered.1);
        Self { person, base }
    }

    /// A page below the programme's.
    pub fn page(&mut self, rest: &str) -> String {
        let path =
            if rest.is_empty() { self.base.clone() } else { format!("{}/{rest}", self.base) };
        self.person.get(&path)
    }

    /// Sends the form of a page, with what the page's form carries hidden; the status of the answer.
    pub fn send(&mut self, rest: &str, fields: &[(&str, &str)]) -> u16 {
        let page = self.page(rest);
        let token = between(&page, "name=\"token\" value=\"", "\"").unwrap().to_owned();
        let base = between(&page, "name=\"base\" value=\"", "\"").unwrap_or_default();
        let base = base.replace("&quot;", "\"").replace("&#34;", "\"").replace("&#39;", "'");
        let base = base.replace("&lt;", "<").replace("&amp;", "&").replace("&#38;", "&");
        let mut all = vec![("token", token.as_str()), ("base", base.as_str())];
        all.extend(fields);
        let path = format!("{}/{rest}", self.base);
        self.person.post(&path, &all).0
    }

    /// Says which hosts systems may send to, on the requirement's page.
    pub fn allow_hosts(&mut self, requirement: &str, hosts: &str) {
        let fields = [("window_days", "30"), ("limits.accepted_min", "1"), ("lists.hosts", hosts)];
        assert_eq!(self.send(&format!("requirements/{requirement}"), &fields), 303);
    }
}
