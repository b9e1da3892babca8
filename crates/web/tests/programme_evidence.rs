//! The windows of a programme with what was observed of real messages behind them.

#![allow(clippy::unwrap_used, reason = "a test")]

mod town;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::http::{StatusCode, header};
use brevdue_programme::change::Change;
use brevdue_programme::objects::{Direction, Environment, Milestone, System, SystemRole};
use brevdue_programme::observation::{Carriage, Format, Observation, RecipientKind, Sight};
use brevdue_programme::permissions::Actor;
use brevdue_programme::programmes::By;
use brevdue_programme::storage::ObservationStore as _;
use brevdue_programme::{Key, ProgrammeId, Programmes};
use brevdue_store::programme::ProgrammeFile;
use brevdue_web::WebConfig;
use town::{Browser, Town};
use uuid::Uuid;

fn key(text: &str) -> Key {
    text.parse().unwrap()
}

fn seen(number: u128, format: Format, generating: &str) -> Sight {
    Sight::Message(Box::new(Observation {
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
        validation_errors: BTreeSet::new(),
        markup: BTreeSet::new(),
        letter_type: None,
        endpoint_host: None,
        sensitive_title: false,
        has_schema_version: false,
        legacy: BTreeSet::new(),
        untold: BTreeSet::new(),
    }))
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
