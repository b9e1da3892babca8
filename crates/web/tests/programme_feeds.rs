//! Calendars by a link: who may make one, what it tells, and when it opens nothing any more.

#![allow(clippy::unwrap_used, reason = "a test")]

mod town;

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use brevdue_programme::beginning::{Beginning, begin};
use brevdue_programme::catalogue::{Catalogue, Variant};
use brevdue_programme::change::Change;
use brevdue_programme::objects::{
    AuthorityKind, Feed, Milestone, Person, Status, TaskState, Track,
};
use brevdue_programme::permissions::Actor;
use brevdue_programme::programmes::By;
use brevdue_programme::{Key, ProgrammeId};
use town::{Browser, Town};
use uuid::Uuid;

const ID: ProgrammeId = ProgrammeId(Uuid::from_u128(0xae0));

fn key(text: &str) -> Key {
    text.parse().unwrap()
}

fn to(rest: &str) -> String {
    format!("/programmes/{}/{rest}", ID.0)
}

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
        let somebody = Person { name: name.into(), roles, ..Person::default() };
        changes.push(Change::add(key(person), &somebody));
    }
    change(&town, &changes, true).await;
    town
}

async fn change(town: &Town, changes: &[Change], begins: bool) {
    let by = By { actor: Actor::Person(key("M-001")), reason: "", at: town.exchange.now() };
    match begins {
        true => town.programmes.begin(ID, changes, by).await.unwrap(),
        false => town.programmes.change(ID, changes, by).await.unwrap(),
    };
}

async fn browser_of(town: &Town, person: &str) -> Browser {
    let mut browser = town.browser();
    let page = browser.get(&to("enter")).await;
    let form = format!("token={}&person={person}", page.token());
    let answer = browser.post_form(&to("enter"), &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    browser
}

/// Makes a feed, and gives its address.
async fn feed(browser: &mut Browser, covers: &str, expires: &str) -> Result<String, StatusCode> {
    let token = browser.get(&to("calendars")).await.token();
    let form = format!("token={token}&what=create&covers={covers}&name=Outlook&expires={expires}");
    let made = browser.post_form(&to("calendars"), &form).await;
    if made.status != StatusCode::OK {
        return Err(made.status);
    }
    let text = made.text();
    let (_, rest) = text.split_once("/calendar/").expect("the link is shown once");
    let again = browser.get(&to("calendars")).await.text();
    assert!(!again.contains("/calendar/"), "and not again: {again}");
    Ok(format!("/calendar/{}", rest.split('"').next().unwrap()))
}

/// Sequence, state and day of each entry, by its UID.
fn entries(calendar: &str) -> BTreeMap<String, (u32, String, String)> {
    let calendar = calendar.replace("\r\n ", "");
    let events = calendar.split("BEGIN:VEVENT").skip(1);
    events
        .map(|event| {
            let line = |name: &str| {
                let line = event.lines().find(|line| line.starts_with(name)).unwrap_or_default();
                line.rsplit(':').next().unwrap_or_default().to_owned()
            };
            (line("UID"), (line("SEQUENCE").parse().unwrap(), line("STATUS"), line("DTSTART")))
        })
        .collect()
}

#[tokio::test]
async fn acceptance_11_a_feed_moves_an_entry_rather_than_doubling_it_and_cancels_what_is_gone() {
    let town = planning().await;
    let mut lead = browser_of(&town, "M-001").await;
    let link = feed(&mut lead, "all", "").await.unwrap();
    let mut outside = town.browser();
    let first = outside.get(&link).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text());
    assert_eq!(first.header(header::CONTENT_TYPE), "text/calendar; charset=utf-8");
    assert!(!first.text().contains("Asta"), "nobody is named");
    let before = entries(&first.text());
    let tag = first.header(header::ETAG).to_owned();
    let again = Request::get(&link).header(header::IF_NONE_MATCH, &tag).body(Body::empty());
    assert_eq!(outside.ask(again.unwrap()).await.status, StatusCode::NOT_MODIFIED);

    town.clock.set(town::timestamp("2026-11-24T09:00:00.000Z"));
    let golive: Milestone =
        town.programmes.open(ID).await.unwrap().unwrap().get(&key("GOLIVE")).unwrap();
    let later = Milestone { day: golive.day.map(|day| day.plus_days(7)), ..golive.clone() };
    let task = before.keys().find(|uid| uid.starts_with("task.OP0-")).unwrap();
    let task = task.trim_start_matches("task.").split('.').next().unwrap().to_owned();
    let state = TaskState {
        task: task.parse().unwrap(),
        status: Status::NotRelevant,
        reason: "Gøres i regionen".into(),
        ..serde_json::from_value(serde_json::json!({ "task": task })).unwrap()
    };
    let moved = Change::edit(key("GOLIVE"), &golive, &later).unwrap();
    change(&town, &[moved, Change::add(key(&task), &state)], false).await;
    let after = entries(&outside.get(&link).await.text());
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    let golive = before.keys().find(|uid| uid.starts_with("milestone.GOLIVE")).unwrap();
    assert!(after[golive].0 > before[golive].0 && after[golive].2 > before[golive].2);
    let gone = before.keys().find(|uid| uid.starts_with(&format!("task.{task}."))).unwrap();
    assert_eq!((before[gone].1.as_str(), after[gone].1.as_str()), ("CONFIRMED", "CANCELLED"));
    assert!(after[gone].0 > before[gone].0);
    let start = before.keys().find(|uid| uid.starts_with("milestone.START")).unwrap();
    assert_eq!(before[start], after[start], "what did not change is told as before");
    assert_eq!(entries(&outside.get(&link).await.text()), after, "and so is all of it");
}

#[tokio::test]
async fn a_link_that_is_taken_back_or_over_looks_like_one_that_never_was() {
    let town = planning().await;
    let mut lead = browser_of(&town, "M-001").await;
    let never = town.browser().get("/calendar/AAAA.ics").await;
    assert_eq!(never.status, StatusCode::NOT_FOUND);
    let revoked = feed(&mut lead, "all", "").await.unwrap();
    let over = feed(&mut lead, "mine", "2026-11-30").await.unwrap();
    for link in [&revoked, &over] {
        assert_eq!(town.browser().get(link).await.status, StatusCode::OK);
    }
    let held: Feed = town.programmes.open(ID).await.unwrap().unwrap().get(&key("F-001")).unwrap();
    assert!(!revoked.contains(&held.token_sha256) && held.token_sha256.len() == 64);
    let token = lead.get(&to("calendars")).await.token();
    let form = format!("token={token}&what=revoke&feed=F-001");
    assert_eq!(lead.post_form(&to("calendars"), &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(town.browser().get(&revoked).await.status, StatusCode::NOT_FOUND);
    town.clock.set(town::timestamp("2026-11-30T12:00:00.000Z"));
    assert_eq!(town.browser().get(&over).await.status, StatusCode::OK, "the last day counts");
    town.clock.set(town::timestamp("2026-12-01T12:00:00.000Z"));
    assert_eq!(town.browser().get(&over).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn everybody_makes_links_to_their_own_tasks_and_only_who_leads_to_the_rest() {
    let town = planning().await;
    let (mut lead, mut villy) =
        (browser_of(&town, "M-001").await, browser_of(&town, "M-002").await);
    for covers in ["all", "UDD"] {
        assert_eq!(feed(&mut villy, covers, "").await, Err(StatusCode::FORBIDDEN), "{covers}");
    }
    assert_eq!(feed(&mut villy, "XYZ", "").await, Err(StatusCode::UNPROCESSABLE_ENTITY));
    assert_eq!(feed(&mut villy, "mine", "2026-01-01").await, Err(StatusCode::UNPROCESSABLE_ENTITY));
    assert_eq!(feed(&mut villy, "mine", "2036-01-01").await, Err(StatusCode::UNPROCESSABLE_ENTITY));
    let mine = feed(&mut villy, "mine", "").await.unwrap();
    let area = feed(&mut lead, "UDD", "").await.unwrap();
    let tasks = |calendar: &str| -> Vec<String> {
        let all = entries(calendar).into_keys();
        all.filter(|uid| uid.contains("task.")).collect()
    };
    let mine = tasks(&town.browser().get(&mine).await.text());
    assert!(mine.iter().all(|uid| uid.starts_with("M-002.task.")), "{mine:?}");
    let calendar = town.browser().get(&area).await.text();
    let area = tasks(&calendar);
    assert!(
        !area.is_empty() && area.iter().all(|uid| uid.starts_with("area.UDD.task.")),
        "{area:?}"
    );
    assert!(calendar.contains("Uddannelse og Support"), "the calendar says which");
    let page = villy.get(&to("calendars")).await.text();
    assert!(page.contains("F-001") && !page.contains("F-002"), "others' links are not shown");

    let token = villy.get(&to("calendars")).await.token();
    let form = format!("token={token}&what=revoke&feed=F-002");
    assert_eq!(villy.post_form(&to("calendars"), &form).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn whoever_left_the_programme_reads_its_calendar_no_more() {
    let town = planning().await;
    let mut villy = browser_of(&town, "M-002").await;
    let link = feed(&mut villy, "mine", "").await.unwrap();
    assert_eq!(town.browser().get(&link).await.status, StatusCode::OK);
    let what = brevdue_programme::change::What::Remove { version: 1 };
    let kind = brevdue_programme::objects::Kind::Person;
    change(&town, &[Change { kind, key: key("M-002"), what }], false).await;
    assert_eq!(town.browser().get(&link).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn who_guesses_links_is_told_to_wait() {
    let town = planning().await;
    let mut outside = town.browser();
    let mut last = StatusCode::OK;
    for _ in 0..200 {
        last = outside.get("/calendar/AAAA.ics").await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}
