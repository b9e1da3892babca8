//! Evidence end to end: from what a system sends to what people are told and tasks do, and back again.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::path::Path;

use serde_json::Value;
use support::letters::{Parties, letter};
use support::programme::{
    AtWork, SENDER, begun, begun_with, brevdue, cell, json, memo, numbered, pass, pdf_text,
    send_as, send_memo, task, text, wait,
};
use support::server::Server;
use uuid::Uuid;

/// A letter as the format that was closed on the second deadline looked.
const DP2: &[u8] = b"<?xml version=\"1.0\"?>\n<dp2:Forsendelse xmlns:dp2=\"urn:oio:dp2\"><dp2:Titel>Brev</dp2:Titel></dp2:Forsendelse>";

/// The tasks of a system that what it sends keeps closed: convert to MeMo, verify in operation, close legacy.
const TASKS: [&str; 3] = ["OP3-T08.S-001", "OP3-T13.S-001", "OP3-T14.S-001"];

fn are_done(data: &Path) -> bool {
    TASKS.iter().all(|key| task(data, key)["status"] == "done")
}

fn is_in(list: &Value, requirement: &str, subject: &str) -> bool {
    let mut all = list.as_array().unwrap().iter();
    all.any(|one| one["requirement"] == requirement && one["subject"]["system"] == subject)
}

#[test]
fn acceptance_06_a_legacy_and_an_invalid_message_turn_cells_red_reopen_tasks_and_tell_until_right_again()
 {
    let server = Server::start(&[]);
    let (data, folder) = (server.data.clone(), server.data.parent().unwrap().to_owned());
    let id = begun(&data, &server.system(SENDER).id.to_string());
    let mut at_work = AtWork::enter(&server, &id);
    let empty = at_work.page("requirements/MK-A1/S-001");
    assert!(empty.contains("Ingen evidens, fordi listen er tom"), "it says where to fill it in");
    assert!(empty.contains("requirements/MK-A1#limits"), "{empty}");
    at_work.allow_hosts("MK-A1", "127.0.0.1");
    let check = || brevdue(&data, &["check"]);

    send_memo(&server, 1);
    wait("the right message closes its tasks", &server, || are_done(&data));
    assert_eq!(check().status.code(), Some(0), "{}", text(&check()));
    for requirement in ["MK-A1", "MK-A2", "MK-D2"] {
        let green = at_work.page(&format!("requirements/{requirement}/S-001"));
        assert!(green.contains("badge-success\">Opfyldt"), "{requirement}: {green}");
    }

    let (legacy, invalid) = (numbered(7), numbered(8));
    send_as(&server, SENDER, legacy, DP2);
    let right = String::from_utf8(memo(&server, invalid)).unwrap();
    let wrong = right.replace("<memo:idType>CVR</memo:idType>", "<memo:idType>PNR</memo:idType>");
    assert_ne!(right, wrong);
    send_as(&server, SENDER, invalid, wrong.as_bytes());
    let broken = || json(&brevdue(&data, &["check", "--json"]));
    wait("both messages are counted", &server, || {
        let told = broken();
        let one = told["broken"].as_array().unwrap().first();
        one.is_some_and(|one| one["counts"]["other_format"] == 1 && one["counts"]["invalid"] == 1)
    });
    assert_eq!(check().status.code(), Some(1), "{}", text(&check()));
    let told = broken();
    assert_eq!(told["broken"].as_array().unwrap().len(), 1, "one official requirement: {told:#}");
    let examples = told["broken"][0]["examples"].as_array().unwrap();
    for uuid in [legacy, invalid] {
        assert!(examples.contains(&Value::from(uuid.to_string())), "{uuid}: {told:#}");
    }
    for (list, requirement) in [("broken", "MK-A2"), ("further", "MK-D2"), ("further", "MK-D9")] {
        assert!(is_in(&told[list], requirement, "S-001"), "{requirement}: {told:#}");
        let red = at_work.page(&format!("requirements/{requirement}/S-001"));
        assert!(red.contains("badge-error\">Ikke opfyldt"), "{requirement}: {red}");
    }
    let other = at_work.page("requirements/MK-A1/S-001");
    assert!(other.contains("badge-success\">Opfyldt"), "it points right all the same: {other}");

    wait("its tasks open again", &server, || {
        TASKS.iter().all(|key| {
            let state = task(&data, key);
            state["reopened"].as_u64() == Some(1) && state["status"] != "done"
        })
    });
    let history = at_work.page("history");
    assert!(history.contains("MK-A2") && history.contains("OP3-T14.S-001"), "{history}");
    let status = text(&brevdue(&data, &["status"]));
    let line = status.lines().find(|line| line.contains("MK-A2 S-001"));
    assert!(line.is_some_and(|line| line.contains("Ikke opfyldt")), "it says why: {status}");
    assert!(status.contains("rødt"), "{status}");
    let made = brevdue(&data, &["report", "R1", "--to", "R1.pdf"]);
    assert!(made.status.success(), "{}", text(&made));
    let report = pdf_text(&folder.join("R1.pdf"));
    assert!(report.contains("MK-A2") && report.contains("Rød"), "{report}");
    let mut client = server.client();
    wait("the owner is told", &server, || {
        let notices = client.get("/testing/notices").unwrap().json::<Value>().to_string();
        ["OP3-T08", "OP3-T13", "OP3-T14", "MK-A2"].iter().all(|one| notices.contains(one))
    });

    pass(&server, r#"{"days":31}"#);
    send_memo(&server, 2);
    wait("the window has passed and they close again", &server, || are_done(&data));
    assert_eq!(check().status.code(), Some(0), "{}", text(&check()));
    // Whoever was at work has been signed out meanwhile.
    let mut at_work = AtWork::enter(&server, &id);
    for requirement in ["MK-A1", "MK-A2", "MK-D2", "MK-D9"] {
        let green = at_work.page(&format!("requirements/{requirement}/S-001"));
        assert!(green.contains("badge-success\">Opfyldt"), "{requirement}: {green}");
    }
    let status = text(&brevdue(&data, &["status"]));
    assert!(!status.contains("MK-A2 S-001"), "nothing of it is in the way: {status}");
}

/// The contact point of the municipality, whose mail its receiver system fetches.
const POINT: &str = "241d39f6-998e-4929-b198-ccacbbf4b330";

#[test]
fn acceptance_08_mail_that_nobody_fetches_for_24_hours_warns_and_for_72_fails_until_it_is_fetched()
{
    let server = Server::start(&[]);
    let data = server.data.clone();
    let receiver = server.system("tusindfryd-modtager").id.to_string();
    begun_with(&data, &[(&receiver, "Modtagersystem")]);
    assert!(cell(&data, "MK-D1", "S-001").contains("Ingen evidens"), "nothing was seen");
    let cvr = |at: usize| server.country().organisations[at].cvr.clone();
    let parties = Parties::to_organisation(&cvr(1), &cvr(0), Some(POINT.parse().unwrap()));
    let uuid = numbered(1);
    send_as(&server, "fyrtaarn-afsender", uuid, &letter(uuid, &parties, 2_000));
    let says = |what: &str| cell(&data, "MK-D1", "S-001").contains(what);
    wait("the letter waits to be fetched", &server, || says("Opfyldt") && says("venter"));

    pass(&server, r#"{"hours":23}"#);
    assert!(says("Opfyldt"), "{}", cell(&data, "MK-D1", "S-001"));
    pass(&server, r#"{"hours":2}"#);
    assert!(says("Advarsel"), "{}", cell(&data, "MK-D1", "S-001"));
    let check = || brevdue(&data, &["check", "--only", "MK-D1"]).status.code();
    assert_eq!(check(), Some(0), "a warning breaks nothing");
    pass(&server, r#"{"hours":48}"#);
    assert!(says("Ikke opfyldt"), "{}", cell(&data, "MK-D1", "S-001"));
    assert_eq!(check(), Some(1));

    let mut fetching = server.client_of("tusindfryd-modtager");
    assert_eq!(fetching.get(&format!("/apis/v1/memos/{uuid}")).unwrap().status, 200);
    wait("it is fetched", &server, || says("Opfyldt") && says("Ingen post venter"));
    assert_eq!(check(), Some(0));
}

/// A word that stands in titles, names and texts of letters alone.
const WORD: &str = "Xyzzyborg";

/// What was written somewhere must hold no person's number and nothing of a letter.
struct Watch {
    numbers: Vec<String>,
    bytes: usize,
}

impl Watch {
    fn look(&mut self, where_to: &str, kept: &[u8]) {
        let text = String::from_utf8_lossy(kept);
        for number in &self.numbers {
            let hyphened = format!("{}-{}", &number[..6], &number[6..]);
            for one in [number, &hyphened] {
                assert!(!text.contains(one.as_str()), "{where_to} holds a CPR number");
            }
        }
        assert!(!text.contains(WORD), "{where_to} holds words of a letter");
        self.bytes += kept.len();
    }

    /// Words that people read hold nothing that looks like a number either, known or not.
    fn read(&mut self, where_to: &str, kept: &[u8]) {
        self.look(where_to, kept);
        for line in String::from_utf8_lossy(kept).lines() {
            let looks = brevdue_programme::tally::holds_cpr_number(line);
            assert!(!looks, "{where_to} holds what looks like a CPR number: {line}");
        }
    }
}

/// Sends what holds numbers and words in every place that a sender can put them, right and wrong.
fn send_what_gives_people_away(server: &Server) {
    let cpr = server.country().people[0].cpr.clone();
    let with = |number: u128, from: &str, to: &str| {
        let uuid = numbered(number);
        let right = String::from_utf8(memo(server, uuid)).unwrap();
        let told = right
            .replace("Et brev", &format!("{WORD} {cpr}"))
            .replace("Brev.pdf", &format!("{WORD}.pdf"));
        let told = told.replace(from, to);
        send_as(server, SENDER, uuid, told.as_bytes());
    };
    with(1, "", "");
    with(2, "Afsender", &format!("{WORD} {cpr}"));
    with(3, "<memo:idType>CVR</memo:idType>", &format!("<memo:idType>{cpr}</memo:idType>"));
    with(4, "application/pdf", &format!("{WORD}/{cpr}"));
    with(5, "DIGITALPOST", &cpr);
    let attention = format!(
        "</memo:label><memo:AttentionData><memo:GeneratingSystem><memo:generatingSystemID>{cpr}</memo:generatingSystemID></memo:GeneratingSystem></memo:AttentionData></memo:Sender>"
    );
    with(6, "</memo:label></memo:Sender>", &attention);
    let odd = format!("<Message memoVersion=\"1.2\"><label>{cpr} {WORD}</label></Message>");
    send_as(server, SENDER, numbered(7), odd.as_bytes());
    let legacy = format!(
        "<dp2:Forsendelse xmlns:dp2=\"urn:oio:dp2\"><dp2:CPR>{cpr}</dp2:CPR>{WORD}</dp2:Forsendelse>"
    );
    send_as(server, SENDER, numbered(8), legacy.as_bytes());
    send_as(server, SENDER, numbered(9), format!("{cpr} {WORD}").as_bytes());
}

/// Lets the conformance set run against the receiver system, which fetches and answers all of it.
fn run_the_conformance_set(server: &Server) -> usize {
    let system = server.system("tusindfryd-modtager").id;
    let order = format!(r#"{{"systemId":"{system}","patienceSeconds":3,"largeBytes":200000}}"#);
    let mut client = server.client();
    let begun = client.post("/testing/conformance", "application/json", order.as_bytes()).unwrap();
    assert_eq!(begun.status, 201, "{}", begun.text());
    let begun: Value = begun.json();
    let path = format!("/testing/conformance/{}", begun["id"].as_str().unwrap());
    let mut fetching = server.client_of("tusindfryd-modtager");
    let mut fetched = std::collections::BTreeSet::new();
    wait("the conformance set has run", server, || {
        let page: Value = fetching.get("/apis/v1/memos/").unwrap().json();
        for uuid in page["content"].as_array().unwrap().iter().filter_map(Value::as_str) {
            let memo = format!("/apis/v1/memos/{uuid}");
            if fetching.get(&memo).unwrap().status == 200 {
                let receipt = serde_json::json!({
                    "transmissionId": Uuid::from_u128(7).to_string(), "messageUUID": uuid,
                    "timeStamp": "2026-11-23T09:00:00.000Z", "receiptStatus": "COMPLETED",
                });
                let receipt = receipt.to_string();
                let path = format!("{memo}/receipt");
                fetching.post(&path, "application/json", receipt.as_bytes()).unwrap();
                fetched.insert(uuid.to_owned());
            }
        }
        client.get(&path).unwrap().json::<Value>()["state"] != "RUNNING"
    });
    fetched.len()
}

#[test]
fn acceptance_13_no_cpr_number_and_no_content_is_in_observations_reports_exports_pages_or_logs() {
    let server = Server::start(&[]);
    let (data, folder) = (server.data.clone(), server.data.parent().unwrap().to_owned());
    let sender = server.system(SENDER).id.to_string();
    let receiver = server.system("tusindfryd-modtager").id.to_string();
    let id = begun_with(&data, &[(&sender, "Afsendersystem"), (&receiver, "Modtagersystem")]);
    send_what_gives_people_away(&server);
    let fetched = run_the_conformance_set(&server);
    assert!(fetched > 5, "the set came through the exchange: {fetched}");
    let connection = rusqlite::Connection::open(data.join("programme.db")).unwrap();
    let observed = || -> i64 {
        connection.query_row("SELECT count(*) FROM observations", [], |row| row.get(0)).unwrap()
    };
    let least = 9 + i64::try_from(fetched).unwrap();
    wait("all of it is observed", &server, || observed() >= least);
    wait("and judged", &server, || {
        brevdue(&data, &["check", "--only", "MK-A2"]).status.code() == Some(1)
    });

    let country = server.country();
    let numbers = country.people.iter().map(|one| one.cpr.clone()).collect();
    let mut watch = Watch { numbers, bytes: 0 };
    for file in ["all.json", "plan.xlsx", "plan.ics", "plan.xml"] {
        let made = brevdue(&data, &["export", file]);
        assert!(made.status.success(), "{file}: {}", text(&made));
        let kept = std::fs::read(folder.join(file)).unwrap();
        if file == "plan.xlsx" {
            look_into_archive(&mut watch, file, &kept);
        } else {
            watch.look(file, &kept);
        }
    }
    for list in ["opgaver", "systemer", "milepaele"] {
        let file = format!("{list}.csv");
        let made = brevdue(&data, &["export", &file, "--list", list]);
        assert!(made.status.success(), "{list}: {}", text(&made));
        watch.read(&file, &std::fs::read(folder.join(&file)).unwrap());
    }
    for report in ["R1", "R2", "R3", "R5", "R6", "R7", "R8", "R11"] {
        let file = format!("{report}.pdf");
        let made = brevdue(&data, &["report", report, "--to", &file]);
        assert!(made.status.success(), "{report}: {}", text(&made));
        let words = pdf_text(&folder.join(&file));
        assert!(words.contains("Tusindfryd Kommune"), "{report} was read: {words}");
        watch.read(&file, words.as_bytes());
    }
    for report in ["R2", "R5", "R11"] {
        let file = format!("{report}.csv");
        let made = brevdue(&data, &["report", report, "--form", "csv", "--to", &file]);
        assert!(made.status.success(), "{}", text(&made));
        watch.read(&file, &std::fs::read(folder.join(&file)).unwrap());
    }
    let deck = brevdue(&data, &["report", "OP0", "--to", "deck.pptx"]);
    assert!(deck.status.success(), "{}", text(&deck));
    look_into_archive(&mut watch, "deck.pptx", &std::fs::read(folder.join("deck.pptx")).unwrap());

    let mut at_work = AtWork::enter(&server, &id);
    for page in [
        "",
        "packages",
        "tasks",
        "plan",
        "milestones",
        "requirements",
        "requirements/MK-A2",
        "requirements/MK-A2/S-001",
        "requirements/MK-D9/S-001",
        "requirements/MK-D10/S-001",
        "requirements/MK-M6/authority",
        "discovery",
        "potential",
        "contacts",
        "settings",
        "history",
        "reports",
        "registers/systems",
        "registers/systems/S-001",
    ] {
        watch.look(page, at_work.page(page).as_bytes());
    }
    for command in [&["status"][..], &["status", "--json"], &["check", "--further", "--json"]] {
        watch.read("a command", text(&brevdue(&data, command)).as_bytes());
    }
    for file in ["programme.db", "programme.db-wal"] {
        watch.look(file, &std::fs::read(data.join(file)).unwrap_or_default());
    }
    watch.look("the log", server.log().as_bytes());
    assert!(watch.bytes > 500_000, "all of that was looked through: {} bytes", watch.bytes);
}

fn look_into_archive(watch: &mut Watch, name: &str, bytes: &[u8]) {
    use std::io::Read as _;

    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    assert!(archive.len() > 3, "{name} has parts");
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).unwrap();
        let mut kept = Vec::new();
        part.read_to_end(&mut kept).unwrap();
        watch.look(&format!("{name}, part {at}"), &kept);
    }
}
