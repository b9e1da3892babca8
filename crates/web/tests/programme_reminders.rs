//! Notices and reminders in the windows, and the questionnaire that goes out and comes back as a workbook.

#![allow(clippy::unwrap_used, reason = "a test")]

mod town;

use std::io::{Cursor, Read as _, Write as _};

use axum::http::StatusCode;
use brevdue_programme::beginning::{Beginning, begin};
use brevdue_programme::catalogue::{Catalogue, Variant};
use brevdue_programme::change::Change;
use brevdue_programme::objects::{
    AuthorityKind, Person, Supplier, System, SystemRole, TaskState, Track,
};
use brevdue_programme::permissions::Actor;
use brevdue_programme::programmes::By;
use brevdue_programme::reminding::State;
use brevdue_programme::storage::Which;
use brevdue_programme::{Key, ProgrammeId};
use town::{Browser, Page, Part, Town};
use uuid::Uuid;

const ID: ProgrammeId = ProgrammeId(Uuid::from_u128(0xae0));

fn key(text: &str) -> Key {
    text.parse().unwrap()
}

fn to(rest: &str) -> String {
    format!("/programmes/{}/{rest}", ID.0)
}

/// A town with a programme, in which a task of Asta's is due tomorrow.
async fn planning() -> Town {
    let town = Town::new().await;
    let beginning = Beginning {
        name: "Ærøbys omstilling".into(),
        authority: "Ærøby Kommune".into(),
        cvr: [town::KOMMUNE_CVR.to_owned()].into(),
        kind: AuthorityKind::Kommune,
        track: Track::NewAdoption,
        variant: Variant::Full,
        profile: "NEW".parse().unwrap(),
        start: "2026-11-23".parse().unwrap(),
    };
    let mut changes = begin(&beginning, Catalogue::shipped()).unwrap();
    for (person, name, role) in [("M-001", "Asta Mørk", "pm"), ("M-002", "Villy Sø", "train")] {
        let roles = [role.parse().unwrap()].into();
        let email = format!("{person}@aeroeby.example");
        let somebody = Person { name: name.into(), roles, email, ..Person::default() };
        changes.push(Change::add(key(person), &somebody));
    }
    for (number, supplier) in [("1", "Nordlys"), ("2", "Sydvind")] {
        let contacts = vec![format!("Else <else@{supplier}.example>")];
        let one = Supplier { name: supplier.into(), contacts, ..Supplier::default() };
        changes.push(Change::add(key(&format!("L-00{number}")), &one));
        let system = System {
            name: format!("{supplier} Omsorg"),
            supplier: Some(key(&format!("L-00{number}"))),
            role: Some(SystemRole::Sender),
            ..System::default()
        };
        changes.push(Change::add(key(&format!("S-00{number}")), &system));
    }
    let due = TaskState {
        assignee: Some(key("M-001")),
        due: Some("2026-11-24".parse().unwrap()),
        ..serde_json::from_value(serde_json::json!({ "task": "OP0-T01" })).unwrap()
    };
    changes.push(Change::add(key("OP0-T01"), &due));
    let by = By { actor: Actor::Person(key("M-001")), reason: "", at: town.exchange.now() };
    town.programmes.begin(ID, &changes, by).await.unwrap();
    town
}

async fn browser_of(town: &Town, person: &str) -> Browser {
    let mut browser = town.browser();
    let page = browser.get(&to("enter")).await;
    let form = format!("token={}&person={person}", page.token());
    let answer = browser.post_form(&to("enter"), &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    browser
}

/// The number of Asta's reminder.
async fn reminded(town: &Town) -> i64 {
    let judged = town.programmes.judged(ID, town.exchange.now()).await.unwrap().unwrap();
    assert!(town.programmes.remind(ID, &judged).await.unwrap().unwrap() > 0);
    assert_eq!(town.programmes.remind(ID, &judged).await.unwrap(), Some(0), "once");
    let all = town.programmes.notices(ID, Which::All, None, 100).await.unwrap();
    let hers = brevdue_programme::reminding::Recipient::Person(key("M-001"));
    all.iter().find(|kept| kept.notice.to == hers).unwrap().number
}

async fn stands(town: &Town, number: i64, state: State) {
    let all = town.programmes.notices(ID, Which::All, None, 100).await.unwrap();
    let kept = all.iter().find(|kept| kept.number == number).unwrap();
    assert!(town.programmes.went(ID, kept, state, town.exchange.now()).await.unwrap());
}

#[tokio::test]
async fn what_was_not_sent_stands_on_the_page_with_why_and_a_text_to_send_by_hand() {
    let town = planning().await;
    let mut asta = browser_of(&town, "M-001").await;
    let empty = asta.get(&to("reminders")).await.text();
    assert!(empty.contains("Ingen er mindet om noget endnu."), "{empty}");
    assert!(empty.contains("Der sendes ikke mail") && empty.contains("mail.host"), "{empty}");
    let number = reminded(&town).await;
    stands(&town, number, State::NoServer).await;
    let page = asta.get(&to("reminders")).await.text();
    assert!(page.contains("Ikke sendt: ingen mailserver") && page.contains("Asta Mørk"), "{page}");
    let one = asta.get(&to(&format!("reminders/{number}"))).await.text();
    assert!(one.contains("readonly") && one.contains("OP0-T01") && one.contains("24-11-2026"));
    assert!(one.contains("href=\"mailto:M-001@aeroeby.example?subject=%C3%86r%C3%B8by"), "{one}");
    for nothing in ["reminders/0", "reminders/999", "reminders/x"] {
        assert_eq!(asta.get(&to(nothing)).await.status, StatusCode::NOT_FOUND, "{nothing}");
    }
}

#[tokio::test]
async fn a_notice_that_was_refused_is_sent_again_by_whoever_leads_or_whom_it_is_for() {
    let town = planning().await;
    let number = reminded(&town).await;
    stands(&town, number, State::Refused).await;
    let address = to(&format!("reminders/{number}"));
    let mut villy = browser_of(&town, "M-002").await;
    let page = villy.get(&address).await;
    assert!(page.text().contains("adressen blev afvist") && !page.text().contains("Send igen"));
    let token = villy.get(&to("reminders")).await.token();
    let refused = villy.post_form(&address, &format!("token={token}")).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let mut asta = browser_of(&town, "M-001").await;
    let page = asta.get(&address).await;
    let sent = asta.post_form(&address, &format!("token={}", page.token())).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
    let open = town.programmes.notices(ID, Which::Open, None, 100).await.unwrap();
    let kept = open.iter().find(|kept| kept.number == number).unwrap();
    assert_eq!((kept.state, kept.attempt), (State::Waiting, 1), "another attempt");
}

#[tokio::test]
async fn when_people_are_reminded_is_set_by_whoever_leads_and_what_is_no_days_is_refused() {
    let town = planning().await;
    let mut asta = browser_of(&town, "M-001").await;
    let fields = "late_every_days=14&attestation_days=30&certificate_days=&unanswered_days=5\
        &link_days=1&language=en";
    let page = asta.get(&to("reminders")).await;
    let (token, base) = (page.token(), hidden(&page, "base"));
    let form = |days: &str| format!("token={token}&base={base}&task_days={days}&{fields}");
    let bad = asta.post_form(&to("reminders"), &form("10%2C+uge")).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    let saved = asta.post_form(&to("reminders"), &form("10%2C+2")).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let settings = town.programmes.open(ID).await.unwrap().unwrap().settings().unwrap();
    assert_eq!(settings.reminders.task_days, [2, 10].into());
    assert!(settings.reminders.certificate_days.is_empty());
    assert_eq!(settings.reminders.late_every_days, 14);
    let mut villy = browser_of(&town, "M-002").await;
    let page = villy.get(&to("reminders")).await;
    let (token, base) = (page.token(), hidden(&page, "base"));
    let form = format!("token={token}&base={base}&task_days=1&{fields}");
    assert_eq!(villy.post_form(&to("reminders"), &form).await.status, StatusCode::FORBIDDEN);
}

/// The value of a hidden input, as a form sends it back.
fn hidden(page: &Page, name: &str) -> String {
    let text = page.text();
    let (_, rest) = text.split_once(&format!("name=\"{name}\" value=\"")).expect("an input");
    let value = rest.split('"').next().expect("a value");
    let plain = value.replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&");
    plain.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Writes text into cells of the first sheet that are empty.
fn filled(workbook: &[u8], cells: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(workbook)).unwrap();
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        if name == "xl/worksheets/sheet1.xml" {
            let mut text = String::from_utf8(bytes).unwrap();
            for (cell, words) in cells {
                let at = text.find(&format!("<c r=\"{cell}\"")).expect("the cell is there");
                let end = at + text[at..].find("/>").expect("it is empty") + 2;
                let new = format!("<c r=\"{cell}\" t=\"inlineStr\"><is><t>{words}</t></is></c>");
                text.replace_range(at..end, &new);
            }
            bytes = text.into_bytes();
        }
        out.start_file(&name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(&bytes).unwrap();
    }
    out.finish().unwrap().into_inner()
}

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

async fn bring(browser: &mut Browser, page: &str, address: &str, workbook: &[u8]) -> Page {
    let token = browser.get(page).await.token();
    let parts = [Part::Text("token", &token), Part::File("file", "svar.xlsx", XLSX, workbook)];
    browser.post_parts(address, &parts).await
}

async fn supplier(town: &Town, of: &str) -> Supplier {
    town.programmes.open(ID).await.unwrap().unwrap().get(&key(of)).unwrap()
}

#[tokio::test]
async fn a_supplier_answers_in_a_workbook_by_its_link_and_another_suppliers_is_refused_by_name() {
    let town = planning().await;
    let mut asta = browser_of(&town, "M-001").await;
    let mut links = Vec::new();
    for of in ["L-001", "L-002"] {
        let address = to(&format!("questionnaires/{of}"));
        let token = asta.get(&address).await.token();
        let form = format!("token={token}&what=create&expires=2026-12-01");
        let made = asta.post_form(&address, &form).await.text();
        let (_, rest) = made.split_once("/answer/").expect("the link is shown once");
        links.push(format!("/answer/{}", rest.split('"').next().unwrap()));
        assert!(made.contains("href=\"mailto:else@"), "a mail is ready: {made}");
        assert!(made.contains("Markér derefter linket som sendt"), "{made}");
    }
    let mut outside = town.browser();
    let taken = outside.get(&format!("{}/questions.xlsx", links[0])).await;
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.text());
    assert!(taken.body.starts_with(b"PK"));
    let address = format!("{}/questions", links[0]);
    let same = bring(&mut outside, &links[0], &address, &taken.body).await;
    assert!(same.text().contains("ændrer ingen svar"), "{}", same.text());

    let other = outside.get(&format!("{}/questions.xlsx", links[1])).await;
    let refused = bring(&mut outside, &links[0], &address, &other.body).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("Sydvind"), "{}", refused.text());
    let bad = filled(&taken.body, &[("D3", "snart"), ("D2", "=1+1")]);
    let refused = bring(&mut outside, &links[0], &address, &bad).await;
    assert!(refused.text().contains("skriv en dato"), "{}", refused.text());
    assert!(supplier(&town, "L-001").await.answers.is_empty(), "nothing is taken");

    let right = filled(&taken.body, &[("D3", "2027-05-01"), ("D2", "=1+1")]);
    let saved = bring(&mut outside, &links[0], &address, &right).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let answered = supplier(&town, "L-001").await;
    assert_eq!(answered.answers["S-001/ready"], "2027-05-01");
    assert_eq!(answered.answers["S-001/plan"], "=1+1", "a formula is text");
    assert!(answered.answered_at.is_some());
    assert_eq!(outside.get("/answer/x/questions.xlsx").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_authority_brings_what_it_was_sent_and_an_older_workbook_overwrites_nothing() {
    let town = planning().await;
    let mut asta = browser_of(&town, "M-001").await;
    let page = to("questionnaires/L-001");
    let taken = asta.get(&format!("{page}/questions.xlsx")).await;
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.text());
    let address = format!("{page}/questions");
    let first = filled(&taken.body, &[("D2", "I maj")]);
    let saved = bring(&mut asta, &page, &address, &first).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    assert_eq!(supplier(&town, "L-001").await.answers["S-001/plan"], "I maj");
    let late = filled(&taken.body, &[("D2", "I juni"), ("D5", "1.2")]);
    let refused = bring(&mut asta, &page, &address, &late).await;
    assert!(refused.text().contains("ændret et andet sted"), "{}", refused.text());
    let now = supplier(&town, "L-001").await.answers;
    assert_eq!(now.len(), 1, "{now:?}");
}
