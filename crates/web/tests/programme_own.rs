//! What an authority says for itself: what requirements are measured by, its own catalogue, and evidence that
//! it brings from outside.

#![allow(clippy::unwrap_used, reason = "a test")]

mod town;

use std::sync::Arc;

use axum::http::{StatusCode, header};
use brevdue_programme::catalogue::Catalogue;
use brevdue_programme::change::Change;
use brevdue_programme::objects::{Override, Person, System, SystemRole};
use brevdue_programme::permissions::Actor;
use brevdue_programme::programme::settings_key;
use brevdue_programme::programmes::By;
use brevdue_programme::{Key, Programme, ProgrammeId, Programmes};
use brevdue_store::programme::ProgrammeFile;
use brevdue_web::WebConfig;
use serde_json::json;
use town::{Browser, Page, Part, Town};

fn key(text: &str) -> Key {
    text.parse().unwrap()
}

fn form(fields: &[(&str, &str)]) -> String {
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let pairs = fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn hidden(page: &Page, name: &str) -> String {
    let text = page.text();
    let (_, rest) = text.split_once(&format!("name=\"{name}\" value=\"")).expect("an input");
    let value = rest.split('"').next().expect("a value");
    let plain = value.replace("&quot;", "\"").replace("&#34;", "\"").replace("&#39;", "'");
    plain.replace("&lt;", "<").replace("&amp;", "&").replace("&#38;", "&")
}

/// A programme after both deadlines with one sender system, and somebody who leads it at work.
struct Desk {
    _folder: tempfile::TempDir,
    programmes: Programmes,
    town: Town,
    browser: Browser,
    id: ProgrammeId,
}

impl Desk {
    async fn new() -> Self {
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
        let beginning = form(&[
            ("token", &token),
            ("authority", "Aalund Kommune"),
            ("cvr", town::KOMMUNE_CVR),
            ("kind", "kommune"),
            ("person", "Asta"),
            ("variant", "full"),
            ("profile", "NEW"),
            ("track", "new_adoption"),
            ("start", "2025-11-01"),
        ]);
        let made = browser.post_form("/programmes/new", &beginning).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text());
        let id = made.header(header::LOCATION).rsplit('/').next().unwrap().parse().unwrap();
        let desk = Self { _folder: folder, programmes, town, browser, id };
        let system = System {
            name: "Ydelsessystem".into(),
            role: Some(SystemRole::Sender),
            known_as: ["ydelse".to_owned()].into(),
            ..System::default()
        };
        desk.put(&[Change::add(key("S-001"), &system)]).await;
        desk
    }

    async fn put(&self, changes: &[Change]) {
        let actor = Actor::Person(key("M-001"));
        let by = By { actor, reason: "", at: town::timestamp(town::NOW) };
        self.programmes.change(self.id, changes, by).await.unwrap();
    }

    async fn programme(&self) -> Arc<Programme> {
        self.programmes.open(self.id).await.unwrap().unwrap()
    }

    fn path(&self, rest: &str) -> String {
        format!("/programmes/{}/{rest}", self.id)
    }

    async fn get(&mut self, rest: &str) -> String {
        let path = self.path(rest);
        let page = self.browser.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{rest}: {}", page.text());
        page.text()
    }

    /// Sends the form of a page with what it was made from.
    async fn post(&mut self, rest: &str, fields: &[(&str, &str)]) -> Page {
        let path = self.path(rest);
        let page = self.browser.get(&path).await;
        self.post_from(&page, rest, fields).await
    }

    async fn post_from(&mut self, page: &Page, rest: &str, fields: &[(&str, &str)]) -> Page {
        let token = page.token();
        let base = if page.text().contains("name=\"base\"") {
            hidden(page, "base")
        } else {
            String::new()
        };
        let mut all = vec![("token", token.as_str()), ("base", base.as_str())];
        all.extend(fields);
        let path = self.path(rest);
        self.browser.post_form(&path, &form(&all)).await
    }

    async fn bring(&mut self, fields: &[(&str, &str)], file: &str) -> Page {
        let path = self.path("evidence");
        let token = self.browser.get(&path).await.token();
        let mut parts = vec![Part::Text("token", &token)];
        parts.extend(fields.iter().map(|(name, value)| Part::Text(name, value)));
        parts.push(Part::File("file", "log.csv", "text/csv", file.as_bytes()));
        self.browser.post_parts(&path, &parts).await
    }
}

const LOG: &str = "observed_at;system_id;format;accepted;memo_version;validation;size_bytes;file_count;file_types;recipient_kind;sensitive_title;has_schema_version;receipt_status;endpoint_host;message_uuid\n\
    2026-11-20T09:00:00Z;ydelse;MEMO;true;1.2;ok;12000;1;pdf;CPR;false;false;COMPLETED;post.example;00000000-0000-0000-0000-000000000001\n\
    2026-11-20T09:01:00Z;ydelse;MEMO;true;1.2;ok;12000;1;pdf;CPR;false;false;COMPLETED;post.example;00000000-0000-0000-0000-000000000002\n";

#[tokio::test]
async fn an_empty_list_says_so_and_where_to_fill_it_and_then_the_requirement_can_be_met() {
    let mut desk = Desk::new().await;
    let cell = desk.get("requirements/MK-A1/S-001").await;
    assert!(cell.contains("Ingen evidens, fordi listen er tom"), "{cell}");
    assert!(cell.contains("requirements/MK-A1#limits"), "the way there: {cell}");
    assert!(desk.get("requirements/MK-A1").await.contains("id=\"limits\""));
    let taken = desk.bring(&[("what", "take")], LOG).await;
    assert!(taken.text().contains("Nye meddelelser: 2"), "{}", taken.text());
    let page = desk.get("requirements/MK-A1").await;
    assert!(page.contains("Set i trafikken") && page.contains("post.example (2)"), "{page}");

    let fields = |days, least, hosts| {
        [("window_days", days), ("limits.accepted_min", least), ("lists.hosts", hosts)]
    };
    for (days, least, hosts, said) in [
        ("0", "1", "post.example", "tal fra 1 til 400"),
        ("30", "mange", "post.example", "skriv et tal fra 0"),
        ("30", "1", "https://post.example/x", "uden https://"),
        ("30", "1", "post..example", "uden https://"),
    ] {
        let refused = desk.post("requirements/MK-A1", &fields(days, least, hosts)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{hosts}");
        let text = refused.text();
        assert!(text.contains(said) || text.contains("without https://"), "{said}: {text}");
        assert!(text.contains(hosts), "what was typed is not lost");
    }
    let mut more = fields("30", "1,5", "POST.example\r\n\r\npost.example").to_vec();
    more.push(("why", "Aftalt med leverandøren"));
    let saved = desk.post("requirements/MK-A1", &more).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let own: Override = desk.programme().await.get(&key("MK-A1")).unwrap();
    let wanted = json!({ "lists.hosts": ["post.example"], "limits.accepted_min": 1.5 });
    assert_eq!(json!(own.fields), wanted, "what the catalogue says is no value of one's own");
    let cell = desk.get("requirements/MK-A1/S-001").await;
    assert!(cell.contains("badge-success\">Opfyldt") && !cell.contains("listen er tom"), "{cell}");
    let page = desk.get("requirements/MK-A1").await;
    assert!(
        page.contains("Aftalt med leverandøren") && page.contains("Kataloget siger: 1"),
        "{page}"
    );

    let reset = desk.post("requirements/MK-A1", &[("what", "reset")]).await;
    assert_eq!(reset.status, StatusCode::SEE_OTHER, "{}", reset.text());
    assert!(desk.programme().await.get::<Override>(&key("MK-A1")).is_none());
    assert!(desk.get("requirements/MK-A1/S-001").await.contains("listen er tom"));
}

#[tokio::test]
async fn limits_are_for_those_who_lead_and_two_who_change_them_at_once_are_told() {
    let mut desk = Desk::new().await;
    let path = desk.path("requirements/MK-A4");
    let early = desk.browser.get(&path).await;
    let fields = [("window_days", "30"), ("limits.size_mb", "50"), ("limits.files", "10")];
    let saved = desk.post("requirements/MK-A4", &fields).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let fields = [("window_days", "30"), ("limits.size_mb", "60"), ("limits.files", "10")];
    let late = desk.post_from(&early, "requirements/MK-A4", &fields).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text());
    let own: Override = desk.programme().await.get(&key("MK-A4")).unwrap();
    assert_eq!(json!(own.fields), json!({ "limits.size_mb": 50.0 }));

    let helper = Person {
        name: "Ib".into(),
        roles: ["letters".parse().unwrap()].into(),
        ..Person::default()
    };
    desk.put(&[Change::add(key("P-009"), &helper)]).await;
    let mut other = desk.town.browser();
    let enter = desk.path("enter");
    let token = other.get(&enter).await.token();
    other.post_form(&enter, &form(&[("token", &token), ("person", "P-009")])).await;
    desk.browser = other;
    let refused = desk.post("requirements/MK-A4", &fields).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
    let refused = desk.bring(&[("what", "take")], LOG).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
    let looked = desk.bring(&[("what", "look")], LOG).await;
    assert_eq!(looked.status, StatusCode::OK, "to look is everybody's: {}", looked.text());
}

#[tokio::test]
async fn a_log_is_looked_at_taken_once_and_refused_whole_when_a_row_means_nothing() {
    let mut desk = Desk::new().await;
    let cell = "requirements/MK-A2/S-001";
    let looked = desk.bring(&[("what", "look")], LOG).await.text();
    assert!(looked.contains("ydelse") && looked.contains("Intet er taget med endnu"), "{looked}");
    assert!(desk.get(cell).await.contains("Ingen evidens"), "looking takes nothing");

    let broken = LOG.replace("09:01:00Z;ydelse;MEMO", "09:01:00Z;ydelse;PDF");
    let refused = desk.bring(&[("what", "take")], &broken).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = refused.text();
    assert!(text.contains("<th scope=\"row\">3</th>") && text.contains("MEMO, DP1, DP2"), "{text}");
    assert!(desk.get(cell).await.contains("Ingen evidens"), "not one row was taken");

    let taken = desk.bring(&[("what", "take")], LOG).await.text();
    assert!(taken.contains("Nye meddelelser: 2. Kendt i forvejen: 0"), "{taken}");
    assert!(desk.get(cell).await.contains("badge-success\">Opfyldt"));
    let again = desk.bring(&[("what", "take")], LOG).await.text();
    assert!(again.contains("Nye meddelelser: 0. Kendt i forvejen: 2"), "{again}");
    assert!(desk.get(cell).await.contains("Alle 2 meddelelser"), "they count once");
    assert!(desk.get("history").await.contains("Log: 2 rækker"), "it is told who brought it");

    let silent = "observed_at;system_id;format;accepted;memo_version\n2026-11-21T09:00:00Z;ydelse;MEMO;true;1.2\n";
    let taken = desk.bring(&[("what", "take")], silent).await.text();
    assert!(taken.contains("Nye meddelelser: 1"), "{taken}");
    let page = desk.get(cell).await;
    assert!(page.contains("Ingen evidens") && page.contains("om meddelelsen er gyldig"), "{page}");
    let none = desk.bring(&[("what", "take")], "").await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn an_uploaded_message_is_told_by_names_and_is_evidence_of_nothing() {
    let mut desk = Desk::new().await;
    let xml = std::fs::read_to_string("../../examples/messages/appointment.xml").unwrap();
    let fields = [("what", "message"), ("system", "S-001")];
    let page = desk.bring(&fields, &xml).await.text();
    assert!(page.contains("Gyldig MeMo") && page.contains("header:label"), "{page}");
    assert!(page.contains("Gemt som en prøve"), "{page}");
    let wrong = desk.bring(&fields, "<DP2Forsendelse>").await.text();
    assert!(wrong.contains("Ikke gyldig MeMo") && wrong.contains("DP2"), "{wrong}");
    assert!(desk.get("requirements/MK-A2/S-001").await.contains("Ingen evidens"));
}

#[tokio::test]
async fn texts_dates_and_tasks_of_ones_own_win_and_can_be_given_up() {
    let mut desk = Desk::new().await;
    let page = desk.browser.get(&desk.path("catalogue/OP3-T02")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let task = Catalogue::shipped().tasks.iter().find(|one| one.id.as_str() == "OP3-T02").unwrap();
    let texts = [
        ("title.da", "Tæl brevene"),
        ("title.en", task.title.en.as_str()),
        ("description.da", task.description.da.as_str()),
        ("description.en", task.description.en.as_str()),
        ("help.da", task.help.da.as_str()),
        ("help.en", task.help.en.as_str()),
        ("obligation", "should"),
    ];
    let with = |more: &[(&'static str, &'static str)]| {
        let mut all: Vec<(&str, &str)> = texts.to_vec();
        all.extend(more);
        all
    };
    let bad =
        desk.post("catalogue/OP3-T02", &with(&[("milestone", "MAPPED"), ("weeks", "snart")])).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    let due = [("milestone", "SCOPED"), ("weeks", "-2"), ("why", "Vi tæller først")];
    let saved = desk.post("catalogue/OP3-T02", &with(&due)).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let own: Override = desk.programme().await.get(&key("OP3-T02")).unwrap();
    let fields: Vec<&str> = own.fields.keys().map(String::as_str).collect();
    assert_eq!(fields, ["due", "title.da"], "only what differs is one's own");
    assert!(desk.get("tasks/OP3-T02").await.contains("Tæl brevene"));
    let page = desk.get("catalogue/OP3-T02").await;
    assert!(page.contains(&format!("Kataloget siger: {}", task.title.da)), "{page}");
    assert!(page.contains("Vi tæller først"), "with its history: {page}");
    assert!(desk.get("catalogue").await.contains("Tæl brevene"));

    let hide = with(&[("milestone", "SCOPED"), ("weeks", "-2"), ("hidden", "1")]);
    let saved = desk.post("catalogue/OP3-T02", &hide).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    assert!(!desk.get("packages/OP3").await.contains("Tæl brevene"), "it is hidden");
    let reset = desk.post("catalogue/OP3-T02", &[("what", "reset")]).await;
    assert_eq!(reset.status, StatusCode::SEE_OTHER, "{}", reset.text());
    assert!(desk.get("packages/OP3").await.contains(&task.title.da));

    let nameless = [
        ("what", "task"),
        ("package", "OP3"),
        ("role", "pm"),
        ("per", "system"),
        ("obligation", "should"),
    ];
    let refused = desk.post("catalogue", &nameless).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
    let mut fields = nameless.to_vec();
    fields.extend([("title", "Ring til vagten"), ("milestone", "GOLIVE"), ("weeks", "-1")]);
    let added = desk.post("catalogue", &fields).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text());
    assert!(desk.get("task/EGEN-T01.S-001").await.contains("Ring til vagten"), "for each system");
    let removed = desk.post("catalogue/EGEN-T01", &[("what", "reset")]).await;
    assert_eq!(removed.status, StatusCode::SEE_OTHER, "{}", removed.text());
    assert!(!desk.get("packages/OP3").await.contains("Ring til vagten"));
    let path = desk.path("catalogue/UKENDT-1");
    assert_eq!(desk.browser.get(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn acceptance_15_tasks_that_would_wait_for_one_another_are_refused_with_their_names() {
    let mut desk = Desk::new().await;
    let shipped = |id: &str| {
        Catalogue::shipped().tasks.iter().find(|one| one.id.as_str() == id).unwrap().clone()
    };
    let (task, last) = (shipped("OP3-T04"), shipped("OP3-T14"));
    let page = desk.get("catalogue/OP3-T04").await;
    let waits =
        page.split("name=\"depends_on\"").nth(1).unwrap().split("</textarea>").next().unwrap();
    for id in &task.depends_on {
        assert!(waits.contains(&format!("{id} {}", shipped(id.as_str()).title.da)), "{waits}");
    }
    let ids: Vec<&str> = task.depends_on.iter().map(|id| id.as_str()).collect();
    let (now, ring) = (ids.join("\r\n"), format!("{}\r\nop3-t14, det siger vi", ids.join("\r\n")));
    let due = task.due.clone().unwrap();
    let weeks = due.weeks.to_string();
    let fields = |depends_on: &'static str| vec![("depends_on", depends_on)];
    let obligation = json!(task.obligation);
    let mut texts = vec![
        ("title.da", task.title.da.as_str()),
        ("title.en", task.title.en.as_str()),
        ("description.da", task.description.da.as_str()),
        ("description.en", task.description.en.as_str()),
        ("help.da", task.help.da.as_str()),
        ("help.en", task.help.en.as_str()),
        ("obligation", obligation.as_str().unwrap()),
        ("milestone", due.milestone.as_str()),
        ("weeks", weeks.as_str()),
    ];
    texts.push(("depends_on", ring.as_str()));
    let refused = desk.post("catalogue/OP3-T04", &texts).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
    let told = refused.text();
    assert!(told.contains("vente på hinanden i ring"), "{told}");
    assert!(told.contains(&format!("OP3-T14 {}", last.title.da)), "{told}");
    assert!(
        told.contains("som venter på OP3-T04.") || told.contains("venter på OP3-T04."),
        "{told}"
    );
    assert!(told.contains("op3-t14, det siger vi"), "what was written stays: {told}");
    assert!(desk.programme().await.get::<Override>(&key("OP3-T04")).is_none());

    texts.pop();
    for (unknown, said) in
        [("OP3-T99", "ingen opgave «OP3-T99»"), ("vi ved det ikke", "ingen opgave «vi»")]
    {
        let mut with = texts.clone();
        with.extend(fields(unknown));
        let refused = desk.post("catalogue/OP3-T04", &with).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains(said), "{}", refused.text());
    }
    // What the catalogue says itself is nothing of one's own, and neither is a form without the field.
    texts.push(("depends_on", now.as_str()));
    assert_eq!(desk.post("catalogue/OP3-T04", &texts).await.status, StatusCode::SEE_OTHER);
    assert!(desk.programme().await.get::<Override>(&key("OP3-T04")).is_none());
    texts.pop();
    texts.extend(fields("OP0-T01"));
    assert_eq!(desk.post("catalogue/OP3-T04", &texts).await.status, StatusCode::SEE_OTHER);
    let own: Override = desk.programme().await.get(&key("OP3-T04")).unwrap();
    assert_eq!(json!(own.fields), json!({ "depends_on": ["OP0-T01"] }));
    assert!(desk.get("catalogue").await.contains("<td>Venter på</td>"), "under its name");
}

#[tokio::test]
async fn a_newer_catalogue_shows_what_own_values_keep_out_and_each_can_be_given_up() {
    let mut desk = Desk::new().await;
    let own = |field: &str, value: serde_json::Value| Override {
        fields: [(field.to_owned(), value)].into(),
        catalogue_version: "2026-01".into(),
        ..Override::default()
    };
    let programme = desk.programme().await;
    let settings = programme.settings().unwrap();
    let mut earlier = settings.clone();
    earlier.catalogue_version = "2026-01".into();
    desk.put(&[
        Change::edit(settings_key(), &settings, &earlier).unwrap(),
        Change::add(key("OP3-T02"), &own("title.da", json!("Tæl brevene"))),
        Change::add(key("MK-A4"), &own("limits.size_mb", json!(50.0))),
    ])
    .await;
    let page = desk.get("catalogue").await;
    assert!(page.contains("Et nyere katalog") && page.contains("MK-A4 Størrelse i MB"), "{page}");
    let fields = [("what", "accept"), ("take", "MK-A4 limits")];
    let done = desk.post("catalogue", &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let programme = desk.programme().await;
    assert!(programme.get::<Override>(&key("MK-A4")).is_none(), "the catalogue's was taken");
    let kept: Override = programme.get(&key("OP3-T02")).unwrap();
    assert_eq!(json!(kept.fields), json!({ "title.da": "Tæl brevene" }), "one's own stands");
    let version = &Catalogue::shipped().version;
    assert_eq!(&kept.catalogue_version, version);
    assert_eq!(&programme.settings().unwrap().catalogue_version, version);
    assert!(!desk.get("catalogue").await.contains("Et nyere katalog"));
}
