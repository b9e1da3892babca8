//! The windows of a programme, from creating it to the supplier's answers, with whatever people get wrong.

#![allow(clippy::unwrap_used, reason = "a test")]

mod town;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::http::{StatusCode, header};
use brevdue_memo::Checker;
use brevdue_programme::change::Change;
use brevdue_programme::objects::{
    Interface, LetterType, Milestone, Person, Status, Supplier, System, SystemRole, TaskState,
};
use brevdue_programme::permissions::Actor;
use brevdue_programme::programmes::By;
use brevdue_programme::{Key, Programme, ProgrammeId};
use town::{Browser, Page, Town};

fn key(text: &str) -> Key {
    text.parse().unwrap()
}

/// A form, encoded.
fn form(fields: &[(&str, &str)]) -> String {
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let pairs = fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// The value of the first hidden input of a name.
fn hidden(page: &Page, name: &str) -> String {
    let text = page.text();
    let (_, rest) = text.split_once(&format!("name=\"{name}\" value=\"")).expect("an input");
    let value = rest.split('"').next().expect("a value");
    let plain = value.replace("&quot;", "\"").replace("&#34;", "\"").replace("&#39;", "'");
    plain.replace("&lt;", "<").replace("&amp;", "&").replace("&#38;", "&")
}

/// A programme created through the pages, by Asta Mørk, who leads it.
struct Desk {
    town: Town,
    browser: Browser,
    id: ProgrammeId,
}

const BEGINNING: [(&str, &str); 8] = [
    ("authority", "Ærøby Kommune"),
    ("cvr", "12345678"),
    ("kind", "kommune"),
    ("person", "Asta Mørk"),
    ("variant", "full"),
    ("profile", "NEW"),
    ("track", "new_adoption"),
    ("start", "2026-11-23"),
];

impl Desk {
    async fn new() -> Self {
        Self::with(&[]).await
    }

    async fn with(more: &[(&str, &str)]) -> Self {
        let town = Town::new().await;
        let mut browser = town.browser();
        let page = browser.get("/programmes/new").await;
        let token = page.token();
        let mut fields = vec![("token", token.as_str())];
        fields.extend(BEGINNING);
        fields.extend(more);
        let made = browser.post_form("/programmes/new", &form(&fields)).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text());
        let id = made.header(header::LOCATION).rsplit('/').next().unwrap().parse().unwrap();
        Self { town, browser, id }
    }

    fn path(&self, rest: &str) -> String {
        match rest {
            rest if rest.is_empty() || rest.starts_with('?') => {
                format!("/programmes/{}{rest}", self.id)
            }
            rest => format!("/programmes/{}/{rest}", self.id),
        }
    }

    async fn get(&mut self, rest: &str) -> Page {
        let path = self.path(rest);
        self.browser.get(&path).await
    }

    async fn post(&mut self, rest: &str, fields: &[(&str, &str)]) -> Page {
        let token = self.get("history").await.token();
        let mut all = vec![("token", token.as_str())];
        all.extend(fields);
        let path = self.path(rest);
        self.browser.post_form(&path, &form(&all)).await
    }

    async fn programme(&self) -> Arc<Programme> {
        self.town.programmes.open(self.id).await.unwrap().unwrap()
    }

    /// Puts objects where they stand, past the pages.
    async fn put(&self, changes: &[Change]) {
        let actor = Actor::Person(key("M-001"));
        let by = By { actor, reason: "", at: town::NOW.parse().unwrap() };
        self.town.programmes.change(self.id, changes, by).await.unwrap();
    }

    async fn state(&self, task: &str) -> Option<TaskState> {
        self.programme().await.get(&key(task))
    }

    /// The same programme in the browser of somebody else, with these roles.
    async fn browser_of(&self, person: &str, roles: &[&str]) -> Browser {
        let roles = roles.iter().map(|role| role.parse().unwrap()).collect();
        let somebody = Person { name: format!("Person {person}"), roles, ..Person::default() };
        self.put(&[Change::add(key(person), &somebody)]).await;
        let mut browser = self.town.browser();
        let page = browser.get(&self.path("enter")).await;
        let fields = form(&[("token", &page.token()), ("person", person)]);
        let entered = browser.post_form(&self.path("enter"), &fields).await;
        assert_eq!(entered.status, StatusCode::SEE_OTHER);
        browser
    }
}

fn system(name: &str, role: SystemRole, supplier: Option<&str>) -> System {
    System { name: name.into(), role: Some(role), supplier: supplier.map(key), ..System::default() }
}

/// What any page must keep: ids once, every label beside its field, no text left unfilled.
fn is_sound(page: &Page, what: &str) {
    let text = page.text();
    let values = |attribute: &str| {
        let marker = format!(" {attribute}=\"");
        text.split(marker.as_str())
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap_or_default().to_owned())
            .collect::<Vec<String>>()
    };
    let ids = values("id");
    let once: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(ids.len(), once.len(), "{what}: an id stands twice in {ids:?}");
    for label in values("for") {
        assert!(ids.contains(&label), "{what}: a label without its field: {label}");
    }
    let names: Vec<String> = values("aria-label");
    assert!(names.iter().all(|name| !name.trim().is_empty()), "{what}: an empty label");
    assert_eq!(text.matches("<h1").count(), 1, "{what}: one heading of the page");
    assert!(!text.contains("style=\""), "{what}: style in the page, which the policy refuses");
}

#[tokio::test]
async fn a_programme_is_created_after_its_dates_were_seen_and_its_maker_is_in_it() {
    let town = Town::new().await;
    let mut browser = town.browser();
    let page = browser.get("/programmes/new").await;
    is_sound(&page, "new");
    let token = page.token();
    let mut fields = vec![("token", token.as_str()), ("preview", "1")];
    fields.extend(BEGINNING);
    let seen = browser.post_form("/programmes/new", &form(&fields)).await;
    assert_eq!(seen.status, StatusCode::OK);
    let text = seen.text();
    // 52 weeks after 23 November 2026.
    assert!(text.contains("2027-11-22") && text.contains("Ærøby Kommune"), "{text}");
    assert!(town.programmes.list().await.unwrap().is_empty(), "a look makes nothing");

    fields.retain(|(name, _)| *name != "preview");
    let made = browser.post_form("/programmes/new", &form(&fields)).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text());
    let overview = browser.get(made.header(header::LOCATION)).await;
    assert_eq!(overview.status, StatusCode::OK);
    assert!(overview.text().contains("Asta Mørk"), "whoever made it works on it");
    let (_, settings) = town.programmes.list().await.unwrap().remove(0);
    assert_eq!(settings.name, "Digital Post i Ærøby Kommune");
}

#[tokio::test]
async fn what_cannot_begin_a_programme_is_named_and_what_was_written_stays() {
    let town = Town::new().await;
    let mut browser = town.browser();
    let token = browser.get("/programmes/new").await.token();
    for (wrong, value, said) in [
        ("authority", "", "navn"),
        ("cvr", "1234", "otte cifre"),
        ("person", "", "dit navn"),
        ("start", "i morgen", "den dag"),
        ("start", "1999-12-31", "den dag"),
        ("profile", "ALDRIG", "tidsprofil"),
        ("profile", "<script>", "tidsprofil"),
    ] {
        let mut fields = vec![("token", token.as_str())];
        fields.extend(BEGINNING.iter().filter(|(name, _)| *name != wrong).copied());
        fields.push((wrong, value));
        let refused = browser.post_form("/programmes/new", &form(&fields)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}={value}");
        let text = refused.text();
        assert!(text.contains(said), "{wrong}={value}: {text}");
        assert!(!text.contains("<script>"), "{wrong}={value}");
        assert!(text.contains("Asta Mørk") || wrong == "person", "what was written stays");
    }
    let foreign = browser.post_form("/programmes/new", &form(&BEGINNING)).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN, "a form of somebody else's");
    assert!(town.programmes.list().await.unwrap().is_empty());
}

#[tokio::test]
async fn light_is_proposed_to_the_small_and_full_to_the_rest() {
    for (systems, shown) in [("2", "Light (fem opgaver)"), ("30", "Fuldt forløb (ti pakker)")] {
        let town = Town::new().await;
        let mut browser = town.browser();
        let token = browser.get("/programmes/new").await.token();
        let fields = form(&[
            ("token", &token),
            ("preview", "1"),
            ("sender_systems", systems),
            ("receiver_systems", "1"),
            ("messages_a_year", "5000"),
            ("suppliers", "2"),
            ("in_house_integrations", "0"),
            ("start", "2026-11-23"),
        ]);
        let text = browser.post_form("/programmes/new", &fields).await.text();
        assert!(text.contains(&format!("Svarene peger på: {shown}")), "{text}");
    }
}

#[tokio::test]
async fn every_page_is_sound_in_both_languages_and_says_nothing_is_green_without_evidence() {
    let mut desk = Desk::with(&[("name", "<b>Navn & \"citat\"</b>")]).await;
    desk.put(&[
        Change::add(key("S-001"), &system("KSD <i>", SystemRole::Both, Some("L-001"))),
        Change::add(key("L-001"), &Supplier { name: "Udvikler ApS".into(), ..Supplier::default() }),
        Change::add(
            key("B-001"),
            &LetterType { name: "Afgørelse".into(), ..LetterType::default() },
        ),
    ])
    .await;
    for rest in [
        "",
        "packages",
        "packages/OP0",
        "packages/OP3",
        "tasks",
        "tasks?show=open&area=DAT&late=1",
        "tasks?show=board",
        "tasks?show=mine",
        "tasks?words=%3Cscript%3E&status=findes-ikke&page=999999999999",
        "tasks/OP3-T03",
        "task/OP1-T02",
        "task/OP3-T03.S-001",
        "plan",
        "plan?package=OP3",
        "plan?package=findes-ikke",
        "milestones",
        "milestones/GOLIVE",
        "milestones/GOLIVE?to=2028-01-03",
        "milestones/GOLIVE?to=",
        "requirements",
        "requirements?deadline=GOLIVE&supplier=L-001",
        "requirements/MK-A2",
        "requirements/MK-A2/S-001",
        "requirements/MK-M4/authority",
        "discovery",
        "contacts",
        "potential",
        "potential/B-001",
        "potential/B-001?show=1&action%3AAFTALE=1&action%3ABETALING=1&header%3Areply=1&days=9",
        "questionnaires/L-001",
        "settings",
        "settings/switch",
        "history",
        "across",
        "comparison",
        "across?words=%3Cb%3E",
        "reports",
        "registers/systems",
        "registers/systems/S-001",
        "registers/people",
        "registers/decisions/+",
    ] {
        for language in ["da", "en"] {
            let joint = if rest.contains('?') { '&' } else { '?' };
            let page = desk.get(&format!("{rest}{joint}lang={language}")).await;
            let what = format!("{rest} in {language}");
            assert_eq!(page.status, StatusCode::OK, "{what}");
            is_sound(&page, &what);
            let text = page.text();
            assert!(!text.contains("<b>Navn") && !text.contains("KSD <i>"), "{what}: escaped");
        }
    }
    let matrix = desk.get("requirements/MK-A2?lang=da").await.text();
    assert!(
        matrix.contains("Ingen evidens") && !matrix.contains("badge-success\">Opfyldt"),
        "{matrix}"
    );
    let css = desk.get("areas.css").await;
    assert!(css.text().contains(".area-DAT { background-color: #0B5CAD"), "{}", css.text());
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let mut desk = Desk::new().await;
    for rest in [
        "packages/OP99",
        "tasks/OP3-T99",
        "task/OP3-T03.S-404",
        "task/..",
        "milestones/NEVER",
        "requirements/MK-X",
        "requirements/MK-A2/S-404",
        "potential/B-404",
        "potential/B-404/example.xml",
        "questionnaires/L-404",
    ] {
        assert_eq!(desk.get(rest).await.status, StatusCode::NOT_FOUND, "{rest}");
    }
    let bad_day = desk.get("milestones/GOLIVE?to=2028-02-31").await;
    assert_eq!(bad_day.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_task_that_is_blocked_says_why_and_its_history_tells_who_did_it() {
    let mut desk = Desk::new().await;
    let task = "task/OP1-T06";
    let refused = desk.post(task, &[("what", "status"), ("status", "blocked")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("begrundelse"), "{}", refused.text());
    assert_eq!(desk.state("OP1-T06").await, None);

    let fields = [("what", "status"), ("status", "blocked"), ("reason", "Direktøren er på ferie")];
    let done = desk.post(task, &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    assert_eq!(desk.state("OP1-T06").await.unwrap().status, Status::Blocked);
    let page = desk.get(task).await.text();
    assert!(page.contains("Direktøren er på ferie") && page.contains("Asta Mørk"), "{page}");
    let overview = desk.get("").await.text();
    assert!(overview.contains("Direktøren er på ferie"), "it is in the way");
}

#[tokio::test]
async fn a_task_with_a_condition_closes_by_hand_only_with_an_attestation() {
    let mut desk = Desk::new().await;
    desk.put(&[Change::add(key("S-001"), &system("KSD", SystemRole::Sender, None))]).await;
    let task = "task/OP3-T13.S-001";
    let refused = desk.post(task, &[("what", "status"), ("status", "done")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
    let late = [
        ("what", "status"),
        ("status", "done"),
        ("statement", "Set i drift"),
        ("expires", "2029-01-01"),
    ];
    let refused = desk.post(task, &late).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "more than twelve months");
    let fields = [("what", "status"), ("status", "done"), ("statement", "Set i drift")];
    let done = desk.post(task, &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let state = desk.state("OP3-T13.S-001").await.unwrap();
    assert!(state.status == Status::Done && state.attestation.is_some());
}

#[tokio::test]
async fn a_task_closes_itself_when_its_register_holds_and_opens_again_when_it_does_not() {
    let mut desk = Desk::new().await;
    let form_page = desk.get("registers/risks/+").await;
    let base = hidden(&form_page, "base");
    let fields = [("base", base.as_str()), ("version", "0"), ("title", "Sent svar")];
    let saved = desk.post("registers/risks/+", &fields).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let state = desk.state("OP1-T08").await.unwrap();
    assert!(state.status == Status::Done && state.closed_by_condition, "{state:?}");

    let form_page = desk.get("registers/risks/R-001").await;
    let (base, version) = (hidden(&form_page, "base"), hidden(&form_page, "version"));
    let fields = [("base", base.as_str()), ("version", version.as_str()), ("remove", "1")];
    let gone = desk.post("registers/risks/R-001", &fields).await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER, "{}", gone.text());
    let state = desk.state("OP1-T08").await.unwrap();
    assert!(state.status != Status::Done && state.reopened == 1, "{state:?}");
}

#[tokio::test]
async fn who_when_and_comments_are_kept_and_nonsense_is_named() {
    let mut desk = Desk::new().await;
    let task = "task/OP1-T06";
    for (fields, said) in [
        ([("assignee", "M-404"), ("percent", "10"), ("due", "")], "personlisten"),
        ([("assignee", "M-001"), ("percent", "101"), ("due", "")], "Procent"),
        ([("assignee", "M-001"), ("percent", "10"), ("due", "31/12")], "ÅÅÅÅ"),
    ] {
        let mut all = vec![("what", "plan")];
        all.extend(fields);
        let refused = desk.post(task, &all).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains(said), "{}", refused.text());
    }
    let fields =
        [("what", "plan"), ("assignee", "M-001"), ("percent", "40"), ("due", "2027-01-04")];
    desk.post(task, &fields).await;
    let state = desk.state("OP1-T06").await.unwrap();
    assert_eq!((state.percent, state.due.unwrap().to_string().as_str()), (40, "2027-01-04"));

    let empty = desk.post(task, &[("what", "comment"), ("text", "  ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    desk.post(task, &[("what", "comment"), ("text", "Ring <til> Bo")]).await;
    assert!(desk.get(task).await.text().contains("Ring &lt;til&gt; Bo"));
}

#[tokio::test]
async fn a_milestone_moves_after_its_effect_was_seen_and_never_by_a_page_that_is_old() {
    let mut desk = Desk::new().await;
    let golive = |programme: &Programme| programme.get::<Milestone>(&key("GOLIVE")).unwrap();
    let before = golive(&*desk.programme().await);
    assert_eq!(before.day.unwrap().to_string(), "2027-11-22");
    let preview = desk.get("milestones/GOLIVE?to=2028-03-13").await;
    let text = preview.text();
    assert!(text.contains("Intet er flyttet endnu") && text.contains("2028-03-13"), "{text}");
    assert!(text.contains("OP9-T07") || text.contains("OP9-T09"), "tasks are listed");
    assert_eq!(golive(&*desk.programme().await), before, "a look moves nothing");

    let old = [("what", "move"), ("to", "2028-03-13"), ("from", "2027-01-01")];
    let refused = desk.post("milestones/GOLIVE", &old).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let fields =
        [("what", "move"), ("to", "2028-03-13"), ("from", "2027-11-22"), ("reason", "COVID")];
    let moved = desk.post("milestones/GOLIVE", &fields).await;
    assert_eq!(moved.status, StatusCode::SEE_OTHER, "{}", moved.text());
    let programme = desk.programme().await;
    assert_eq!(golive(&programme).day.unwrap().to_string(), "2028-03-13");
    let memo_only: Milestone = programme.get(&key("MEMO_ONLY")).unwrap();
    assert_eq!(memo_only.day.unwrap().to_string(), "2028-03-13", "it is the same by the profile");
    assert!(desk.get("history").await.text().contains("COVID"));
}

#[tokio::test]
async fn approving_the_plan_freezes_the_baseline_with_a_decision_and_a_second_needs_a_reason() {
    let mut desk = Desk::new().await;
    let fields = [("title", "Planen er godkendt"), ("reason", "")];
    let done = desk.post("milestones/approve", &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let programme = desk.programme().await;
    assert_eq!(programme.settings().unwrap().approved_by, Some(key("D-001")));
    let golive: Milestone = programme.get(&key("GOLIVE")).unwrap();
    assert_eq!(golive.baseline, golive.day);
    let again = desk.post("milestones/approve", &fields).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text().contains("begrundelse"), "{}", again.text());
}

#[tokio::test]
async fn whoever_has_no_right_to_a_change_is_told_which_it_needs_and_nothing_changes() {
    let desk = Desk::new().await;
    let before = desk.programme().await.settings();
    let mut other = desk.browser_of("M-002", &["comms"]).await;
    let page = other.get(&desk.path("settings")).await;
    let (token, base) = (page.token(), hidden(&page, "base"));
    let fields = form(&[
        ("token", &token),
        ("base", &base),
        ("name", "Mit"),
        ("authority", "Ærøby Kommune"),
        ("cvr", "12345678"),
        ("kind", "kommune"),
        ("track", "new_adoption"),
        ("contact", "Asta Mørk"),
    ]);
    let refused = other.post_form(&desk.path("settings"), &fields).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.text().contains("projektleder"), "{}", refused.text());
    for (rest, fields) in [
        ("milestones/GOLIVE", vec![("what", "move"), ("to", "2028-03-13"), ("from", "2027-11-22")]),
        ("milestones/approve", vec![("title", "Ja"), ("reason", "Ja")]),
        ("task/OP3-T01", vec![("what", "status"), ("status", "in_progress")]),
        ("requirements/MK-M4/authority", vec![("what", "waive"), ("why", "Vi vil ikke")]),
    ] {
        let mut all = vec![("token", token.as_str())];
        all.extend(fields);
        let refused = other.post_form(&desk.path(rest), &form(&all)).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{rest}: {}", refused.text());
    }
    assert_eq!(desk.programme().await.settings(), before);
}

#[tokio::test]
async fn settings_are_changed_by_field_and_what_does_not_fit_is_named() {
    let mut desk = Desk::new().await;
    let base = hidden(&desk.get("settings").await, "base");
    let fields = |more: &[(&'static str, &'static str)]| {
        let mut all = vec![
            ("name", "Nyt navn"),
            ("authority", "Ærøby Kommune"),
            ("cvr", "12345678"),
            ("kind", "kommune"),
            ("track", "new_adoption"),
        ];
        all.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
        all.extend(more);
        all
    };
    for (more, said) in [
        (vec![("cvr", "12")], "otte cifre"),
        (vec![("name", "")], "navne"),
        (vec![("light", "green")], "kommentar"),
        (vec![("reviewed", "i går")], "ÅÅÅÅ"),
    ] {
        let mut all = fields(&more);
        all.push(("base", &base));
        let refused = desk.post("settings", &all).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{more:?}");
        assert!(refused.text().contains(said), "{more:?}: {}", refused.text());
    }
    let mut all =
        fields(&[("office", "Borgerservice"), ("light", "red"), ("light_comment", "Leverandør")]);
    all.push(("base", &base));
    let saved = desk.post("settings", &all).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let settings = desk.programme().await.settings().unwrap();
    assert_eq!(settings.contact_structure_office, "Borgerservice");
    let overview = desk.get("").await.text();
    assert!(overview.contains("Sat i hånden: Leverandør") && overview.contains("Beregnet lys"));

    let bad = desk.post("settings", &[("base", "{}"), ("name", "x")]).await;
    assert_eq!(bad.status, StatusCode::FORBIDDEN, "a base nobody was shown");
}

#[tokio::test]
async fn switching_to_light_is_shown_first_and_keeps_the_registers() {
    let mut desk = Desk::new().await;
    desk.put(&[Change::add(key("S-001"), &system("KSD", SystemRole::Sender, None))]).await;
    assert!(desk.get("settings/switch").await.text().contains("L5"), "the light tasks are named");
    let switched = desk.post("settings/switch", &[]).await;
    assert_eq!(switched.status, StatusCode::SEE_OTHER, "{}", switched.text());
    let text = desk.get("tasks").await.text();
    assert!(text.contains("L1 ") && text.contains("L5 ") && !text.contains("OP3-T01"), "{text}");
    assert!(desk.programme().await.get::<System>(&key("S-001")).is_some());
    let steps = desk.get("task/L1").await;
    assert!(steps.text().contains("name=\"step\""));
    desk.post("task/L1", &[("what", "steps"), ("step", "1"), ("step", "2"), ("step", "99")]).await;
    let state = desk.state("L1").await.unwrap();
    assert_eq!(state.steps_done, [1, 2].into());
    assert_eq!(state.status, Status::InProgress);
}

#[tokio::test]
async fn the_board_moves_a_task_and_leads_back_to_itself_alone() {
    let mut desk = Desk::new().await;
    let board = desk.get("tasks?show=board&package=OP1").await.text();
    assert!(board.contains("OP1-T06") && !board.contains("OP3-T01"), "the filter holds");
    let fields = [
        ("what", "status"),
        ("status", "in_progress"),
        ("back", "show=board&package=OP1\r\nSet-Cookie: x//ond.example"),
    ];
    let moved = desk.post("task/OP1-T06", &fields).await;
    assert_eq!(moved.status, StatusCode::SEE_OTHER, "{}", moved.text());
    let to = moved.header(header::LOCATION);
    assert!(to.starts_with(&desk.path("tasks?show=board&package=OP1")), "{to}");
    assert!(!to.contains("//") && !to.contains(':'), "{to}");
    assert_eq!(desk.state("OP1-T06").await.unwrap().status, Status::InProgress);
}

#[tokio::test]
async fn acceptance_05_five_receivers_for_authority_mail_are_one_too_many_and_the_page_says_why() {
    let mut desk = Desk::new().await;
    let receiver = |number: u8, purpose: &str| {
        let interface: Interface = serde_json::from_value(serde_json::json!({
            "direction": "in", "transport": "REST", "environment": "prod", "active": true,
            "purpose": purpose, "host": "post.example",
        }))
        .unwrap();
        let one = System {
            interfaces: vec![interface],
            ..system(&format!("Modtager {number}"), SystemRole::Receiver, None)
        };
        Change::add(key(&format!("S-{number:03}")), &one)
    };
    let five: Vec<Change> = (1..=5).map(|number| receiver(number, "authority_mail")).collect();
    desk.put(&five).await;
    // From go-live on it is asked for; the town's clock stands before that.
    let golive: Milestone = desk.programme().await.get(&key("GOLIVE")).unwrap();
    let earlier = Milestone { day: Some("2026-11-01".parse().unwrap()), ..golive.clone() };
    desk.put(&[Change::edit(key("GOLIVE"), &golive, &earlier).unwrap()]).await;
    let page = desk.get("requirements/MK-M4/authority").await.text();
    assert!(page.contains("badge-error\">Ikke opfyldt") && page.contains('5'), "{page}");
    let overview = desk.get("").await.text();
    assert!(overview.contains("MK-M4"), "it is in the way");

    let fifth = desk.programme().await.get::<System>(&key("S-005")).unwrap();
    let mut company = fifth.clone();
    company.interfaces[0].purpose = brevdue_programme::objects::Purpose::from_word("company_mail");
    desk.put(&[Change::edit(key("S-005"), &fifth, &company).unwrap()]).await;
    let page = desk.get("requirements/MK-M4/authority").await.text();
    assert!(page.contains("badge-success\">Opfyldt"), "four and one: {page}");
}

#[tokio::test]
async fn an_attestation_makes_up_for_missing_evidence_and_a_waiver_needs_the_owner_and_a_reason() {
    let mut desk = Desk::with(&[("owner_too", "1")]).await;
    desk.put(&[Change::add(key("S-001"), &system("KSD", SystemRole::Sender, None))]).await;
    let cell = "requirements/MK-A1/S-001";
    assert!(desk.get(cell).await.text().contains("Ingen evidens"));
    let empty =
        desk.post(cell, &[("what", "attest"), ("statement", " "), ("approver", "M-001")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", empty.text());
    let fields = [
        ("what", "attest"),
        ("statement", "Set i loggen"),
        ("approver", "M-001"),
        ("expires", "2027-06-01"),
    ];
    let done = desk.post(cell, &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let page = desk.get(cell).await.text();
    assert!(page.contains("Erklæret 2026-11-23") && page.contains("Set i loggen"), "{page}");

    let cell = "requirements/MK-A2/S-001";
    let empty = desk.post(cell, &[("what", "waive"), ("why", "")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = desk.post(cell, &[("what", "waive"), ("why", "Udfases i marts")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let matrix = desk.get("requirements").await.text();
    assert!(matrix.contains("Udfases i marts"), "waivers stand with the matrix");
}

#[tokio::test]
async fn acceptance_14_a_supplier_sees_its_own_systems_alone_and_its_answers_land_in_the_register()
{
    let mut desk = Desk::new().await;
    let supplier = |name: &str| Supplier { name: name.into(), ..Supplier::default() };
    desk.put(&[
        Change::add(key("L-001"), &supplier("Udvikler ApS")),
        Change::add(key("L-002"), &supplier("Konkurrent A/S")),
        Change::add(key("S-001"), &system("Ydelsessystem", SystemRole::Sender, Some("L-001"))),
        Change::add(key("S-002"), &system("Hemmeligt system", SystemRole::Sender, Some("L-002"))),
    ])
    .await;
    let past =
        desk.post("questionnaires/L-001", &[("what", "create"), ("expires", "2026-11-22")]).await;
    assert_eq!(past.status, StatusCode::UNPROCESSABLE_ENTITY);
    let made =
        desk.post("questionnaires/L-001", &[("what", "create"), ("expires", "2026-12-01")]).await;
    let text = made.text();
    let (_, rest) = text.split_once("/answer/").expect("the link is shown once");
    let link = format!("/answer/{}", rest.split('"').next().unwrap());
    assert!(!desk.get("questionnaires/L-001").await.text().contains(&link), "and not again");
    let kept = format!("{:?}", desk.programme().await);
    assert!(!kept.contains(link.trim_start_matches("/answer/")), "the token is not kept");

    let mut outside = desk.town.browser();
    let page = outside.get(&link).await;
    assert_eq!(page.status, StatusCode::OK);
    is_sound(&page, "answer");
    let text = page.text();
    assert!(text.contains("Ydelsessystem") && text.contains("Ærøby Kommune"), "{text}");
    assert!(!text.contains("Hemmeligt") && !text.contains("Konkurrent"), "{text}");
    let token = page.token();
    let send = |fields: Vec<(&'static str, String)>| {
        let mut all = vec![("token".to_owned(), token.clone())];
        all.extend(fields.into_iter().map(|(name, value)| (name.to_owned(), value)));
        let pairs: Vec<(&str, &str)> =
            all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        form(&pairs)
    };
    for (name, value) in [
        ("S-001/ready", "snart".to_owned()),
        ("S-001/price_dkk", "-5".to_owned()),
        ("S-001/plan", "x".repeat(2_001)),
    ] {
        let refused = outside.post_form(&link, &send(vec![(name, value)])).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
    }
    let fields = vec![
        ("S-001/plan", "Omlægges i foråret".to_owned()),
        ("S-001/ready", "2027-03-01".to_owned()),
        ("S-001/price_dkk", "250.000".to_owned()),
        ("S-002/plan", "ikke mit".to_owned()),
        ("contacts", "Ib Koder\nib@udvikler.example".to_owned()),
    ];
    let done = outside.post_form(&link, &send(fields)).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    // Its own tasks, and no others.
    assert!(text.contains("value=\"OP3-T07.S-001\"") && !text.contains("OP3-T07.S-002"), "{text}");
    let task = |key: &str, status: &str, reason: &str| {
        send(vec![
            ("what", "task".to_owned()),
            ("task", key.to_owned()),
            ("status", status.to_owned()),
            ("percent", "40".to_owned()),
            ("forecast", "2027-02-01".to_owned()),
            ("reason", reason.to_owned()),
            ("note", "Venter på certifikat".to_owned()),
        ])
    };
    let foreign = outside.post_form(&link, &task("OP3-T07.S-002", "in_progress", "")).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND, "not theirs");
    let inner = outside.post_form(&link, &task("OP3-T02.S-001", "in_progress", "")).await;
    assert_eq!(inner.status, StatusCode::NOT_FOUND, "the authority's own task");
    let unfounded = outside.post_form(&link, &task("OP3-T07.S-001", "blocked", "")).await;
    assert_eq!(unfounded.status, StatusCode::UNPROCESSABLE_ENTITY, "blocked needs a reason");
    let done = outside.post_form(&link, &task("OP3-T07.S-001", "in_progress", "")).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let state = desk.state("OP3-T07.S-001").await.unwrap();
    assert_eq!((state.status, state.percent), (Status::InProgress, 40));
    assert_eq!(state.note, "Venter på certifikat");
    assert!(desk.state("OP3-T07.S-002").await.is_none());
    let held: Supplier = desk.programme().await.get(&key("L-001")).unwrap();
    assert_eq!(held.answers["S-001/plan"], "Omlægges i foråret");
    assert!(!held.answers.contains_key("S-002/plan") && held.contacts.len() == 2);
    let history = desk.town.programmes.history(desk.id, None, None, 50).await.unwrap();
    assert!(
        history.iter().any(|(_, line)| line.who == "supplier:L-001"),
        "it is told who answered"
    );
    let inside = outside.get(&desk.path("")).await;
    assert_eq!(inside.status, StatusCode::SEE_OTHER, "the link opens nothing else");

    desk.post("questionnaires/L-001", &[("what", "revoke"), ("link", "Q-001")]).await;
    assert_eq!(outside.get(&link).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_link_that_is_over_opens_nothing_and_whoever_guesses_is_told_to_wait() {
    let mut desk = Desk::new().await;
    desk.put(&[Change::add(key("L-001"), &Supplier::default())]).await;
    let made =
        desk.post("questionnaires/L-001", &[("what", "create"), ("expires", "2026-11-23")]).await;
    let text = made.text();
    let link =
        format!("/answer/{}", text.split_once("/answer/").unwrap().1.split('"').next().unwrap());
    let mut outside = desk.town.browser();
    assert_eq!(outside.get(&link).await.status, StatusCode::OK);
    desk.town.clock.set(town::timestamp("2026-11-24T09:00:00.000Z"));
    assert_eq!(outside.get(&link).await.status, StatusCode::NOT_FOUND);
    let mut flipped = link.clone();
    flipped
        .replace_range(link.len() - 2..link.len() - 1, if link.ends_with('A') { "B" } else { "A" });
    let mut last = StatusCode::NOT_FOUND;
    for guess in ["/answer/x", "/answer/AAAA", flipped.as_str()].iter().cycle().take(130) {
        last = outside.get(guess).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn typical_letters_are_put_into_the_register_ranked_and_designed_into_a_checked_message() {
    let mut desk = Desk::new().await;
    let page = desk.get("potential").await.text();
    let seeds: Vec<String> = page
        .split("name=\"seed\" value=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect();
    assert_eq!(seeds.len(), 20, "the letters of the catalogue");
    let fields: Vec<(&str, &str)> = seeds.iter().map(|seed| ("seed", seed.as_str())).collect();
    let done = desk.post("potential", &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let ranked = desk.get("potential").await;
    is_sound(&ranked, "potential with letters");
    assert!(!ranked.text().contains("name=\"seed\""), "all of them are there");

    for seed in &seeds {
        let page = desk.get(&format!("potential/{seed}")).await;
        assert_eq!(page.status, StatusCode::OK);
        let text = page.text();
        assert!(!text.contains("Meddelelsen bryder en regel"), "{seed}: {text}");
        is_sound(&page, seed);
        let xml = desk.get(&format!("potential/{seed}/example.xml")).await;
        let reading = Checker::default().check(xml.body.as_slice()).unwrap();
        assert!(!reading.findings.has_errors(), "{seed}: {:?}", reading.findings.list);
    }
}

#[tokio::test]
async fn every_word_of_the_palette_makes_a_valid_example_and_the_choice_is_kept() {
    let mut desk = Desk::new().await;
    let letter = LetterType { name: "Indkaldelse".into(), ..LetterType::default() };
    desk.put(&[Change::add(key("B-001"), &letter)]).await;
    let words: Vec<String> = brevdue_programme::potential::palette().collect();
    let mut query = "show=1&days=21&url=https%3A%2F%2Fmyndighed.example%2Ftid".to_owned();
    for word in &words {
        query.push_str(&format!("&{}=1", word.replace(':', "%3A")));
    }
    let page = desk.get(&format!("potential/B-001?{query}")).await;
    let text = page.text();
    assert!(!text.contains("Meddelelsen bryder en regel"), "{text}");
    assert_eq!(text.matches("<li class=\"action").count(), 8, "a card for each action");
    let xml = desk.get(&format!("potential/B-001/example.xml?{query}")).await;
    let xml = String::from_utf8(xml.body).unwrap();
    let lower = xml.to_lowercase();
    let (attention, content) =
        (brevdue_programme::potential::ATTENTION, brevdue_programme::potential::CONTENT);
    for name in attention.iter().chain(&content) {
        assert!(lower.contains(&name.to_lowercase()), "{name} is in the message: {xml}");
    }
    let ics = desk.get(&format!("potential/B-001/example.ics?{query}")).await;
    assert!(ics.text().starts_with("BEGIN:VCALENDAR"), "{}", ics.text());

    let kept = desk
        .post("potential/B-001", &[("field", "action:AFTALE"), ("field", "content:Hemmelig")])
        .await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
    let letter: LetterType = desk.programme().await.get(&key("B-001")).unwrap();
    let fields: Vec<&str> = letter.fields.iter().map(|field| field.field.as_str()).collect();
    assert_eq!(fields, ["action:AFTALE"], "words of the palette alone");

    let bad = desk
        .get("potential/B-001?show=1&action%3ABETALING=1&url=javascript%3Aalert(1)&days=-4")
        .await;
    assert_eq!(bad.status, StatusCode::OK);
    assert!(!bad.text().contains("href=\"javascript"));
}

#[tokio::test]
async fn a_system_shows_how_complete_it_is_and_what_is_missing() {
    let mut desk = Desk::new().await;
    desk.put(&[Change::add(key("S-001"), &system("KSD", SystemRole::Sender, None))]).await;
    let list = desk.get("registers/systems").await.text();
    assert!(list.contains("28 % (2/7)") && list.contains("Leverandør"), "{list}");
}

#[tokio::test]
async fn the_last_project_manager_is_neither_removed_nor_given_another_role() {
    let mut desk = Desk::new().await;
    for (language, said) in
        [("da", "Programmet ville stå uden projektleder."), ("en", "be without a project manager.")]
    {
        let page = desk.get(&format!("registers/people/M-001?lang={language}")).await;
        let (base, version) = (hidden(&page, "base"), hidden(&page, "version"));
        let removing = [("base", base.as_str()), ("version", version.as_str()), ("remove", "1")];
        let refused = desk.post("registers/people/M-001", &removing).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
        assert!(refused.text().contains(said), "{language}: {}", refused.text());
        let other = [
            ("base", base.as_str()),
            ("version", version.as_str()),
            ("name", "Asta"),
            ("roles", "arch"),
        ];
        let refused = desk.post("registers/people/M-001", &other).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
        assert!(refused.text().contains(said), "{language}: {}", refused.text());
    }
    let roles = desk.programme().await.get::<Person>(&key("M-001")).unwrap().roles;
    assert!(roles.iter().any(|role| role.as_str() == "pm"));

    let leads = Person { roles: ["pm".parse().unwrap()].into(), ..Person::default() };
    desk.put(&[Change::add(key("M-002"), &leads)]).await;
    let page = desk.get("registers/people/M-001").await;
    let (base, version) = (hidden(&page, "base"), hidden(&page, "version"));
    let removing = [("base", base.as_str()), ("version", version.as_str()), ("remove", "1")];
    let removed = desk.post("registers/people/M-001", &removing).await;
    assert_eq!(removed.status, StatusCode::SEE_OTHER, "{}", removed.text());
}

#[tokio::test]
async fn many_programmes_are_listed_page_by_page_and_found_by_their_words() {
    let town = Town::new().await;
    for number in 1..=205_u128 {
        let beginning = brevdue_programme::beginning::Beginning {
            name: format!("Omlægning {number:03}"),
            authority: if number == 7 { "Læsø & Co" } else { "Ærøby Kommune" }.into(),
            cvr: BTreeSet::new(),
            kind: brevdue_programme::objects::AuthorityKind::Kommune,
            track: brevdue_programme::objects::Track::NewAdoption,
            variant: brevdue_programme::catalogue::Variant::Full,
            profile: "NEW".parse().unwrap(),
            start: "2026-11-23".parse().unwrap(),
        };
        let shipped = brevdue_programme::catalogue::Catalogue::shipped();
        let changes = brevdue_programme::beginning::begin(&beginning, shipped).unwrap();
        let actor = Actor::Person(key("M-001"));
        let by = By { actor, reason: "", at: town::NOW.parse().unwrap() };
        let id = ProgrammeId(uuid::Uuid::from_u128(number));
        town.programmes.begin(id, &changes, by).await.unwrap();
    }
    let mut browser = town.browser();
    for (address, first, last, lines) in [
        ("/programmes", "Omlægning 001", "Omlægning 100", 100),
        ("/programmes?page=2", "Omlægning 101", "Omlægning 200", 100),
        ("/programmes?page=3", "Omlægning 201", "Omlægning 205", 5),
        ("/programmes?page=99", "Omlægning 201", "Omlægning 205", 5),
        ("/programmes?q=l%C3%A6s%C3%B8+%26", "Omlægning 007", "Omlægning 007", 1),
        ("/programmes?q=OML%C3%86GNING&page=3", "Omlægning 201", "Omlægning 205", 5),
    ] {
        let page = browser.get(address).await;
        is_sound(&page, address);
        let text = page.text();
        assert!(text.contains(first) && text.contains(last), "{address}: {text}");
        assert_eq!(text.matches("/enter\"").count(), lines, "{address}");
    }
    let text = browser.get("/programmes?q=%22%3Cscript%3E").await.text();
    assert!(text.contains("Ingen programmer passer.") && !text.contains("<script>\""), "{text}");
}

#[tokio::test]
async fn programmes_stand_side_by_side_for_whoever_is_in_several_of_them() {
    let mut desk = Desk::new().await;
    let subject = "0a6d1111-0000-4000-8000-000000000001";
    let me: Person = desk.programme().await.get(&key("M-001")).unwrap();
    let known = Person { subject: subject.into(), ..me.clone() };
    let text = desk.get("across").await.text();
    assert!(text.contains("Ingen logger på som den person"), "{text}");
    desk.put(&[
        Change::edit(key("M-001"), &me, &known).unwrap(),
        Change::add(key("S-001"), &system("Byg", SystemRole::Sender, None)),
    ])
    .await;
    for (number, authority, subject) in
        [(1_u128, "Bredsted Kommune", subject), (2, "Cedervig Kommune", "bo")]
    {
        let beginning = brevdue_programme::beginning::Beginning {
            name: "På MeMo".into(),
            authority: authority.into(),
            cvr: BTreeSet::new(),
            kind: brevdue_programme::objects::AuthorityKind::Kommune,
            track: brevdue_programme::objects::Track::NewAdoption,
            variant: brevdue_programme::catalogue::Variant::Light,
            profile: "NEW".parse().unwrap(),
            start: "2026-11-23".parse().unwrap(),
        };
        let shipped = brevdue_programme::catalogue::Catalogue::shipped();
        let mut changes = brevdue_programme::beginning::begin(&beginning, shipped).unwrap();
        let person = Person { subject: subject.into(), ..Person::default() };
        changes.push(Change::add(key("M-001"), &person));
        let by =
            By { actor: Actor::Person(key("M-001")), reason: "", at: town::NOW.parse().unwrap() };
        let id = ProgrammeId(uuid::Uuid::from_u128(number));
        desk.town.programmes.begin(id, &changes, by).await.unwrap();
    }
    let page = desk.get("across").await;
    is_sound(&page, "across");
    let text = page.text();
    assert!(text.contains("Ærøby Kommune") && text.contains("Bredsted Kommune"), "{text}");
    assert!(!text.contains("Cedervig"), "{text}");
    // A system that nobody has seen a message of, and no message: no figure of compliance is green.
    let (_, row) = text.split_once("Ærøby Kommune</a>").unwrap();
    let row = row.split("</tr>").next().unwrap();
    assert!(row.contains("0 af 1 (0 %)") && row.contains("Ingen evidens"), "{row}");
    assert_eq!(row.matches("badge-success").count(), 1, "the light of the plan alone: {row}");

    let one = desk.get("across?words=BRED").await.text();
    assert!(one.contains("Bredsted") && !one.contains("Ærøby Kommune</a>"), "{one}");
    assert!(one.contains("reports/R10.xlsx?words=BRED"), "{one}");
    let reports = desk.get("reports").await.text();
    assert!(reports.contains("/across\"") && reports.contains("reports/R10.xlsx"), "{reports}");
    let file = desk.get("reports/R10.xlsx").await;
    assert_eq!((file.status, &file.body[..2]), (StatusCode::OK, &b"PK"[..]));
    assert_eq!(desk.get("reports/R10.pdf").await.status, StatusCode::NOT_FOUND);
}
