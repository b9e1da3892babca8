//! The windows of programmes: who works on one, its registers, and two people at once.

#![allow(clippy::unwrap_used, reason = "a test")]

mod town;

use axum::http::{StatusCode, header};
use brevdue_programme::beginning::{Beginning, begin};
use brevdue_programme::catalogue::{Catalogue, Variant};
use brevdue_programme::change::Change;
use brevdue_programme::objects::{AuthorityKind, Person, Risk, System, Track};
use brevdue_programme::permissions::Actor;
use brevdue_programme::programmes::By;
use brevdue_programme::{Key, ProgrammeId};
use town::{Browser, Page, Town};
use uuid::Uuid;

const ID: ProgrammeId = ProgrammeId(Uuid::from_u128(0xae0));

fn key(text: &str) -> Key {
    text.parse().unwrap()
}

/// A town with a programme in it, that two people work on.
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
    let somebody = |name: &str| Person {
        name: name.into(),
        roles: ["pm".parse().unwrap()].into(),
        ..Person::default()
    };
    changes.push(Change::add(key("M-001"), &somebody("Asta Mørk")));
    changes.push(Change::add(key("M-002"), &somebody("Villy Sø")));
    let by = By { actor: Actor::Person(key("M-001")), reason: "", at: town::NOW.parse().unwrap() };
    town.programmes.begin(ID, &changes, by).await.unwrap();
    town
}

async fn browser_of(town: &Town, person: &str) -> Browser {
    let mut browser = town.browser();
    let page = browser.get(&format!("/programmes/{}/enter", ID.0)).await;
    let form = format!("token={}&person={person}", page.token());
    let answer = browser.post_form(&format!("/programmes/{}/enter", ID.0), &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    browser
}

fn address(rest: &str) -> String {
    format!("/programmes/{}/registers/{rest}", ID.0)
}

/// The value of a hidden input, as a form sends it back.
fn hidden(page: &Page, name: &str) -> String {
    let text = page.text();
    let (_, rest) = text.split_once(&format!("name=\"{name}\" value=\"")).expect("an input");
    let value = rest.split('"').next().expect("a value");
    let plain = value.replace("&#34;", "\"").replace("&#38;", "&").replace("&quot;", "\"");
    plain.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn filled(page: &Page, fields: &str) -> String {
    let (token, base, version) = (page.token(), hidden(page, "base"), hidden(page, "version"));
    format!("token={token}&base={base}&version={version}&{fields}")
}

#[tokio::test]
async fn whoever_has_not_said_who_they_are_is_asked() {
    let town = planning().await;
    let answer = town.browser().get(&address("systems")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(answer.header(header::LOCATION).ends_with("/enter"));
}

#[tokio::test]
async fn a_system_is_registered_with_an_interface_and_found_in_the_list() {
    let town = planning().await;
    let mut browser = browser_of(&town, "M-001").await;
    let form = browser.get(&address("systems/+")).await;
    let more = browser
        .post_form(&address("systems/+"), &filled(&form, "name=KSD&role=sender&more.interfaces=1"))
        .await;
    assert!(more.text().contains("name=\"interfaces.0.host\""), "a part more is asked for");
    let fields = "name=KSD&role=sender&interfaces.0.host=post.example&interfaces.0.direction=out";
    let saved = browser.post_form(&address("systems/+"), &filled(&more, fields)).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());

    let list = browser.get(&address("systems")).await.text();
    assert!(list.contains("S-001") && list.contains("KSD") && list.contains("Afsendersystem"));
    let programme = town.programmes.open(ID).await.unwrap().unwrap();
    let system: System = programme.get(&key("S-001")).unwrap();
    assert_eq!((system.name.as_str(), system.interfaces[0].host.as_str()), ("KSD", "post.example"));
}

#[tokio::test]
async fn two_people_who_change_different_fields_both_keep_theirs() {
    let town = planning().await;
    let (mut asta, mut villy) =
        (browser_of(&town, "M-001").await, browser_of(&town, "M-002").await);
    let new = asta.get(&address("risks/+")).await;
    asta.post_form(&address("risks/+"), &filled(&new, "title=Sent+svar&probability=2")).await;
    let (hers, his) =
        (asta.get(&address("risks/R-001")).await, villy.get(&address("risks/R-001")).await);
    let fields = "title=Sent+svar&probability=4";
    asta.post_form(&address("risks/R-001"), &filled(&hers, fields)).await;
    let fields = "title=Sent+svar&probability=2&action=Ring";
    let saved = villy.post_form(&address("risks/R-001"), &filled(&his, fields)).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let programme = town.programmes.open(ID).await.unwrap().unwrap();
    let risk: Risk = programme.get(&key("R-001")).unwrap();
    assert_eq!((risk.probability, risk.action.as_str()), (4, "Ring"));
}

#[tokio::test]
async fn one_field_changed_by_two_is_asked_about_and_either_can_be_chosen() {
    let town = planning().await;
    let (mut asta, mut villy) =
        (browser_of(&town, "M-001").await, browser_of(&town, "M-002").await);
    let new = asta.get(&address("risks/+")).await;
    asta.post_form(&address("risks/+"), &filled(&new, "title=Sent+svar&probability=2")).await;
    let (hers, his) =
        (asta.get(&address("risks/R-001")).await, villy.get(&address("risks/R-001")).await);
    asta.post_form(&address("risks/R-001"), &filled(&hers, "title=Sent+svar&probability=4")).await;
    let fields = "title=Sent+svar&probability=1";
    let asked = villy.post_form(&address("risks/R-001"), &filled(&his, fields)).await;
    assert_eq!(asked.status, StatusCode::CONFLICT);
    assert!(asked.text().contains("name=\"take.probability\""), "both are shown");

    let theirs = filled(&asked, "title=Sent+svar&probability=1&take.probability=theirs");
    villy.post_form(&address("risks/R-001"), &theirs).await;
    let risk = |programme: std::sync::Arc<brevdue_programme::Programme>| {
        programme.get::<Risk>(&key("R-001")).unwrap().probability
    };
    assert_eq!(risk(town.programmes.open(ID).await.unwrap().unwrap()), 4);
    let mine = filled(&asked, "title=Sent+svar&probability=1&take.probability=mine");
    villy.post_form(&address("risks/R-001"), &mine).await;
    assert_eq!(risk(town.programmes.open(ID).await.unwrap().unwrap()), 1);
}

#[tokio::test]
async fn a_text_that_does_not_fit_is_told_and_what_was_written_stays_in_the_form() {
    let town = planning().await;
    let mut browser = browser_of(&town, "M-001").await;
    let new = browser.get(&address("risks/+")).await;
    let fields = "title=Sent+svar&probability=9";
    let refused = browser.post_form(&address("risks/+"), &filled(&new, fields)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = refused.text();
    assert!(text.contains("between 0 and 5") && text.contains("Sent svar"), "{text}");
}

#[tokio::test]
async fn the_history_says_who_changed_what_from_what_to_what() {
    let town = planning().await;
    let mut browser = browser_of(&town, "M-002").await;
    let new = browser.get(&address("risks/+")).await;
    browser.post_form(&address("risks/+"), &filled(&new, "title=Sent+svar&probability=2")).await;
    let form = browser.get(&address("risks/R-001")).await;
    browser
        .post_form(&address("risks/R-001"), &filled(&form, "title=Sent+svar&probability=5"))
        .await;
    let history = browser.get(&format!("/programmes/{}/history", ID.0)).await.text();
    assert!(history.contains("Villy Sø") && history.contains("Sandsynlighed"), "{history}");
}

#[tokio::test]
async fn every_report_that_is_offered_is_a_file_of_its_form() {
    let town = planning().await;
    let mut browser = browser_of(&town, "M-001").await;
    let new = browser.get(&address("suppliers/+")).await;
    browser.post_form(&address("suppliers/+"), &filled(&new, "name=Nordlys+Data&cvr=")).await;
    let page = browser.get(&format!("/programmes/{}/reports", ID.0)).await.text();
    let begin = format!("href=\"/programmes/{}/reports/", ID.0);
    let files: Vec<&str> =
        page.split(&begin).skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(files.len() > 8, "{files:?}");
    assert!(files.iter().any(|file| file.starts_with("R4.pdf?supplier=")), "{files:?}");
    for file in files {
        let answer = browser.get(&format!("/programmes/{}/reports/{file}", ID.0)).await;
        assert_eq!(answer.status, StatusCode::OK, "{file}: {}", answer.text());
        let (_, form) = file.split('?').next().unwrap().split_once('.').unwrap();
        let begins: &[u8] = match form {
            "pdf" => b"%PDF-",
            "xlsx" | "pptx" => b"PK\x03\x04",
            "csv" | "openproject" | "jira" => b"\xef\xbb\xbf",
            "ics" => b"BEGIN:VCALENDAR",
            "project" => b"<?xml",
            other => panic!("{file}: {other}"),
        };
        assert!(answer.body.starts_with(begins), "{file}");
    }
}
