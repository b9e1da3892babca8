//! The windows of a programme with what was observed of real messages behind them.

#![allow(clippy::unwrap_used, reason = "a test")]

mod town;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::http::{StatusCode, header};
use brevdue_programme::change::Change;
use brevdue_programme::objects::{
    Direction, DistributionRule, Environment, LetterType, LinkScan, Milestone, Rhythm, Route,
    ScheduledJob, System, SystemRole,
};
use brevdue_programme::observation::{
    Carriage, Format, Handled, Observation, RecipientKind, Sight,
};
use brevdue_programme::permissions::Actor;
use brevdue_programme::programmes::By;
use brevdue_programme::storage::ObservationStore as _;
use brevdue_programme::{Key, ProgrammeId, Programmes};
use brevdue_store::programme::ProgrammeFile;
use brevdue_web::WebConfig;
use town::{Browser, Part, Town};
use uuid::Uuid;

fn key(text: &str) -> Key {
    text.parse().unwrap()
}

fn seen(number: u128, format: Format, generating: &str) -> Sight {
    Sight::Message(Box::new(observation(number, format, generating)))
}

fn observation(number: u128, format: Format, generating: &str) -> Observation {
    Observation {
        observed_at: town::timestamp("2026-11-20T09:00:00.000Z"),
        environment: Environment::Prod,
        direction: Direction::Out,
        authority_cvr: town::KOMMUNE_CVR.into(),
        system: "ydelse".into(),
        generating_system: Some(generating.into()),
        transport: Carriage::Rest,
        format,
        memo_version: (format == Format::Memo).then(|| "1.2".into()),
        message_uuid: Uuid::from_u128(number),
        message_type: "DIGITALPOST".into(),
        size_bytes: 12_000,
        file_count: 1,
        file_types: BTreeSet::from(["pdf".to_owned()]),
        recipient_kind: RecipientKind::Cpr,
        contact_point_id: None,
        contact_point_known: None,
        to_authority: false,
        accepted: true,
        error_code: None,
        receipt_status: None,
        receipt_at: None,
        fetched_at: None,
        stored_in: None,
        sender: None,
        message_code: None,
        handled: None,
        validation_errors: BTreeSet::new(),
        markup: BTreeSet::new(),
        letter_type: None,
        endpoint_host: None,
        sensitive_title: false,
        has_schema_version: false,
        legacy: BTreeSet::new(),
        untold: BTreeSet::new(),
    }
}

struct Watched {
    /// Holds the file; gone with it.
    _folder: tempfile::TempDir,
    file: Arc<ProgrammeFile>,
    programmes: Programmes,
    browser: Browser,
    id: ProgrammeId,
}

/// A programme after both deadlines, with one sender system, and nothing seen of it yet.
async fn watched() -> Watched {
    let folder = tempfile::tempdir().unwrap();
    let file = Arc::new(ProgrammeFile::open(folder.path()).unwrap());
    let programmes =
        Programmes::new(Arc::clone(&file) as _).with_observations(Arc::clone(&file) as _);
    let mut town = Town::new().await;
    let config = WebConfig {
        local_mode: true,
        mail_is_carried: false,
        session_key: [7; 32],
        rest_base: None,
    };
    town.pages = brevdue_web::routes(town.exchange.clone(), programmes.clone(), config);
    let mut browser = town.browser();
    let token = browser.get("/programmes/new").await.token();
    let form = format!(
        "token={token}&authority=Aalund+Kommune&cvr={}&kind=kommune&person=Asta&variant=full&profile=NEW&track=new_adoption&start=2025-11-01",
        town::KOMMUNE_CVR
    );
    let made = browser.post_form("/programmes/new", &form).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text());
    let id = made.header(header::LOCATION).rsplit('/').next().unwrap().parse().unwrap();
    let system = System {
        name: "Ydelsessystem".into(),
        role: Some(SystemRole::Sender),
        known_as: ["ydelse".to_owned()].into(),
        ..System::default()
    };
    let by = By { actor: Actor::Person(key("M-001")), reason: "", at: town::timestamp(town::NOW) };
    let programme = programmes.change(id, &[Change::add(key("S-001"), &system)], by).await.unwrap();
    let memo_only: Milestone = programme.get(&key("MEMO_ONLY")).unwrap();
    assert!(memo_only.day.unwrap().to_string().as_str() < "2026-11-20", "{memo_only:?}");
    Watched { _folder: folder, file, programmes, browser, id }
}

impl Watched {
    async fn page(&mut self, rest: &str) -> String {
        let page = self.browser.get(&format!("/programmes/{}/{rest}", self.id)).await;
        assert_eq!(page.status, StatusCode::OK, "{rest}");
        page.text()
    }
}

#[tokio::test]
async fn a_cell_is_without_evidence_then_green_by_a_memo_then_red_by_one_message_of_an_old_format()
{
    let mut watched = watched().await;
    let cell = "requirements/MK-A2/S-001";
    assert!(watched.page(cell).await.contains("Ingen evidens"));

    watched.file.observe(vec![seen(1, Format::Memo, "ydelse")], Vec::new()).await.unwrap();
    let green = watched.page(cell).await;
    assert!(green.contains("badge-success\">Opfyldt"), "{green}");
    let matrix = watched.page("requirements").await;
    assert!(matrix.contains("1 af 1 (100 %)"), "the headline counts messages: {matrix}");

    watched.file.observe(vec![seen(2, Format::Dp2, "ydelse")], Vec::new()).await.unwrap();
    let red = watched.page(cell).await;
    assert!(red.contains("badge-error\">Ikke opfyldt"), "{red}");
    assert!(red.contains(&Uuid::from_u128(2).to_string()), "the message that shows it is named");
    let overview = watched.browser.get(&format!("/programmes/{}", watched.id)).await.text();
    assert!(overview.contains("MK-A2"), "it is in the way");
}

#[tokio::test]
async fn a_system_seen_in_traffic_is_proposed_and_becomes_an_entry() {
    let mut watched = watched().await;
    watched.file.observe(vec![seen(1, Format::Memo, "Fagsystem Nord")], Vec::new()).await.unwrap();
    let page = watched.page("discovery").await;
    assert!(page.contains("Fagsystem Nord"), "{page}");
    let (_, rest) = page.split_once("name=\"token\" value=\"").unwrap();
    let token = rest.split('"').next().unwrap().to_owned();
    let path = format!("/programmes/{}/discovery", watched.id);
    let stranger = watched.browser.post_form(&path, &format!("token={token}&name=Ukendt")).await;
    assert_eq!(stranger.status, StatusCode::NOT_FOUND, "only what was proposed");
    let form = format!("token={token}&name=Fagsystem+Nord&is=");
    let added = watched.browser.post_form(&path, &form).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text());
    let programme = watched.programmes.open(watched.id).await.unwrap().unwrap();
    let system: System = programme.get(&key("S-002")).unwrap();
    assert!(system.known_as.contains("Fagsystem Nord"));
    assert!(!watched.page("discovery").await.contains("<h2>Fagsystem Nord"), "it is known now");
}

impl Watched {
    /// Puts objects where they stand, past the pages.
    async fn put(&self, changes: &[Change]) {
        let at = town::timestamp(town::NOW);
        let by = By { actor: Actor::Person(key("M-001")), reason: "", at };
        self.programmes.change(self.id, changes, by).await.unwrap();
    }
}

#[tokio::test]
async fn jobs_that_run_in_the_window_are_shown_where_it_is_planned_and_where_it_is_asked() {
    let mut watched = watched().await;
    let programme = watched.programmes.open(watched.id).await.unwrap().unwrap();
    let before: Milestone = programme.get(&key("CUTOVER")).unwrap();
    let window = Milestone {
        day: "2026-12-04".parse().ok(),
        until: "2026-12-06".parse().ok(),
        ..before.clone()
    };
    watched
        .put(&Change::edit(key("CUTOVER"), &before, &window).into_iter().collect::<Vec<_>>())
        .await;
    let page = watched.page("milestones/CUTOVER").await;
    assert!(page.contains("Det siger intet om kørsler, ingen har skrevet op"), "{page}");
    assert!(!watched.page("plan").await.contains("Se hvilke"));

    let before: System = programme.get(&key("S-001")).unwrap();
    let job = |name: &str, rhythm, paused| ScheduledJob {
        name: name.into(),
        rhythm: Some(rhythm),
        time: "23:00".parse().ok(),
        paused,
        ..ScheduledJob::default()
    };
    let system = System {
        scheduled_jobs: vec![
            job("Natbreve", Rhythm::Daily, false),
            job("Rykkere", Rhythm::Friday, true),
            job("Ugebrev", Rhythm::Monday, false),
        ],
        ..before.clone()
    };
    watched
        .put(&Change::edit(key("S-001"), &before, &system).into_iter().collect::<Vec<_>>())
        .await;
    let page = watched.page("milestones/CUTOVER").await;
    assert!(page.contains("Natbreve") && page.contains("2026-12-04 23:00, 2026-12-05 23:00"));
    assert!(page.contains("Rykkere") && page.contains("Standset i perioden"), "{page}");
    assert!(!page.contains("Ugebrev"), "it runs on Mondays: {page}");
    assert!(watched.page("plan").await.contains("Se hvilke"));
    let cell = watched.page("requirements/MK-D6/S-001").await;
    assert!(cell.contains("Advarsel") && cell.contains("Natbreve (2026-12-04 23:00"), "{cell}");

    // The form shows them, and takes a time that is one.
    let form = watched.page("registers/systems/S-001").await;
    assert!(form.contains("name=\"scheduled_jobs.0.time\"") && form.contains("23:00"), "{form}");
}

#[tokio::test]
async fn saved_pages_are_scanned_for_old_links_and_the_authoritys_cell_says_where() {
    let mut watched = watched().await;
    let cell = "requirements/MK-D2/authority";
    let none = watched.page(cell).await;
    assert!(none.contains("Ingen evidens") && none.contains("ikke gennemgået for gamle links"));
    let form = watched.page("links").await;
    assert!(form.contains(".e-boks.dk") && form.contains("Ingen sider er gennemgået endnu"));
    let (_, rest) = form.split_once("name=\"token\" value=\"").unwrap();
    let token = rest.split('"').next().unwrap().to_owned();
    let path = format!("/programmes/{}/links", watched.id);

    let page = |name, text: &'static str| Part::File("page", name, "text/html", text.as_bytes());
    let old = "<html>Hemmeligt <a href='https://www.e-boks.dk/skriv?x=1#y'>Skriv</a></html>";
    let clean = "<html><a href='https://www.borger.dk/'>Skriv</a></html>";
    let parts = [Part::Text("token", &token), page("a.html", old), page("b.html", clean)];
    let taken = watched.browser.post_parts(&path, &parts).await;
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.text());
    assert!(taken.text().contains("https://www.e-boks.dk/skriv<"), "{}", taken.text());
    assert!(!taken.text().contains("Hemmeligt") && !taken.text().contains("x=1"));
    let found = watched.page(cell).await;
    assert!(found.contains("a.html → https://www.e-boks.dk/skriv"), "{found}");
    assert!(!found.contains("badge-success\">Opfyldt"), "{found}");

    let parts = [Part::Text("token", &token), page("a.html", clean), page("b.html", clean)];
    let taken = watched.browser.post_parts(&path, &parts).await;
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.text());
    assert!(watched.page(cell).await.contains("badge-success\">Opfyldt"));
    let programme = watched.programmes.open(watched.id).await.unwrap().unwrap();
    assert_eq!(programme.all::<LinkScan>().count(), 2);

    for (parts, status) in [
        (vec![Part::Text("token", &token)], StatusCode::UNPROCESSABLE_ENTITY),
        (
            vec![Part::Text("token", &token), page("a.pdf", "%PDF-1.7")],
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (vec![Part::Text("token", "x"), page("a.html", clean)], StatusCode::FORBIDDEN),
    ] {
        let refused = watched.browser.post_parts(&path, &parts).await;
        assert_eq!(refused.status, status, "{}", refused.text());
    }
    assert_eq!(programme.all::<LinkScan>().count(), 2, "nothing was kept of these");
}

#[tokio::test]
async fn counted_letters_stand_beside_what_was_entered_and_the_ranking_goes_by_them() {
    let mut watched = watched().await;
    let letter = |name: &str, citizens| LetterType {
        name: name.into(),
        citizens,
        minutes_own: 1.0,
        ..LetterType::default()
    };
    watched
        .put(&[
            Change::add(key("B-001"), &letter("Afgørelse", 100)),
            Change::add(key("B-002"), &letter("Rykker", 200)),
        ])
        .await;
    let before = watched.page("potential").await;
    assert!(before.contains("200 (skøn)") && !before.contains("(målt)"), "{before}");
    let at = |day: u32, number: u128| {
        let Sight::Message(mut one) = seen(number, Format::Memo, "ydelse") else { panic!() };
        one.observed_at = town::timestamp(&format!("2026-11-{day:02}T09:00:00.000Z"));
        one.letter_type = Some(key("B-001"));
        Sight::Message(one)
    };
    watched.file.observe((1..=5).map(|n| at(20, n)).collect(), Vec::new()).await.unwrap();
    let few = watched.page("potential").await;
    assert!(few.contains("målt for kort") && few.contains("100 (skøn)"), "{few}");
    // Followed for a month, and enough of them.
    let Sight::Message(mut first) = seen(99, Format::Memo, "ydelse") else { panic!() };
    first.observed_at = town::timestamp("2026-10-01T09:00:00.000Z");
    let more = (6..=30).map(|n| at(21, n)).chain([Sight::Message(first)]).collect();
    watched.file.observe(more, Vec::new()).await.unwrap();
    let page = watched.page("potential").await;
    assert!(page.contains("365 (målt)") && page.contains("indtastet: 100"), "{page}");
    assert!(page.contains("30 breve i 30 dage"), "{page}");
    let (first, second) = (page.find("Afgørelse").unwrap(), page.find("Rykker").unwrap());
    assert!(first < second, "365 that were counted go before 200 that are estimated");
}

#[tokio::test]
async fn incoming_mail_is_told_by_sender_with_a_rule_to_make_and_what_came_of_it() {
    let mut watched = watched().await;
    assert!(watched.page("incoming").await.contains("Der er ikke set meddelelser til jer"));
    let came = |number: u128, sender: &str, handled: Option<Handled>| {
        Sight::Message(Box::new(Observation {
            direction: Direction::In,
            sender: Some(sender.into()),
            message_code: Some("SKADE & SERVICE".into()),
            handled,
            markup: BTreeSet::from([Route::Kle.word().to_owned()]),
            ..observation(number, Format::Memo, "")
        }))
    };
    let mut all: Vec<Sight> = (0..24).map(|number| came(number, "22117712", None)).collect();
    all.push(came(100, "person", Some(Handled::Manual)));
    watched.file.observe(all, Vec::new()).await.unwrap();

    let page = watched.page("incoming").await;
    assert!(page.contains("CVR 22117712") && page.contains("KLE-emne 24"), "{page}");
    assert!(page.contains("Personer") && page.contains("i hånden 1"), "{page}");
    assert!(page.contains("100 % (24 af 24)"), "{page}");
    let way =
        "registers/distribution-rules/+?sender=22117712&amp;message_code=SKADE%20%26%20SERVICE";
    let start = page.find(way).unwrap_or_else(|| panic!("{page}"));
    let rest = &page[start..];
    let way = rest[..rest.find('"').unwrap()].replace("&amp;", "&");
    let form = watched.page(&way).await;
    assert!(form.contains("value=\"22117712\""), "{form}");
    assert!(form.contains("SKADE &amp; SERVICE") || form.contains("SKADE &#38; SERVICE"), "{form}");
    assert!(form.contains("value=\"content:KLEdata\" selected"), "{form}");

    let rule = DistributionRule {
        name: "Skader".into(),
        sender: "22117712".into(),
        route: Some(Route::Kle),
        active_from: Some("2026-11-20".parse().unwrap()),
        ..DistributionRule::default()
    };
    let by = By { actor: Actor::Person(key("M-001")), reason: "", at: town::timestamp(town::NOW) };
    watched.programmes.change(watched.id, &[Change::add(key("FR-001"), &rule)], by).await.unwrap();
    let page = watched.page("incoming").await;
    let row = &page[page.find(">Skader</a>").unwrap()..];
    let row = &row[..row.find("</tr>").unwrap()];
    assert!(row.contains("24") && row.matches("ikke oplyst").count() == 3, "{row}");
}
