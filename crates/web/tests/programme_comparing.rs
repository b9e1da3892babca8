//! Two catalogues side by side, for an authority with changes of its own.

#![allow(clippy::unwrap_used, reason = "a test")]
#![allow(dead_code, reason = "other tests use more of the town")]

mod town;

use axum::http::{StatusCode, header};
use brevdue_programme::catalogue::{CATALOGUE_BYTES, Catalogue};
use brevdue_programme::change::Change;
use brevdue_programme::objects::Override;
use brevdue_programme::permissions::Actor;
use brevdue_programme::programmes::By;
use brevdue_programme::{Key, ProgrammeId};
use serde_json::json;
use town::{Browser, Page, Part, Town};

fn key(text: &str) -> Key {
    text.parse().unwrap()
}

struct Desk {
    town: Town,
    browser: Browser,
    id: ProgrammeId,
}

impl Desk {
    async fn new() -> Self {
        let town = Town::new().await;
        let mut browser = town.browser();
        let token = browser.get("/programmes/new").await.token();
        let fields = format!(
            "token={token}&authority=Aalund+Kommune&cvr=12345678&kind=kommune&person=Asta&variant=full\
             &profile=NEW&track=new_adoption&start=2026-11-02"
        );
        let made = browser.post_form("/programmes/new", &fields).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text());
        let id = made.header(header::LOCATION).rsplit('/').next().unwrap().parse().unwrap();
        Self { town, browser, id }
    }

    async fn bring(&mut self, which: &str, file: &[u8]) -> Page {
        let path = format!("/programmes/{}/comparison", self.id);
        let page = self.browser.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        let token = page.token();
        let parts = [
            Part::Text("token", &token),
            Part::Text("which", which),
            Part::File("file", "catalogue.toml", "application/toml", file),
        ];
        self.browser.post_parts(&path, &parts).await
    }
}

#[tokio::test]
async fn what_another_catalogue_changes_is_shown_and_own_changes_stand() {
    let mut desk = Desk::new().await;
    let shipped = Catalogue::shipped();
    let own = |fields: serde_json::Value| Override {
        fields: serde_json::from_value(fields).unwrap(),
        catalogue_version: shipped.version.clone(),
        ..Override::default()
    };
    let changes = [
        Change::add(key("OP3-T01"), &own(json!({ "title.da": "Vores <titel>" }))),
        Change::add(key("OP0-T02"), &own(json!({ "title.en": "Ours" }))),
    ];
    let at = town::timestamp(town::NOW);
    let by = By { actor: Actor::Person(key("M-001")), reason: "", at };
    desk.town.programmes.change(desk.id, &changes, by).await.unwrap();
    let before = desk.town.programmes.open(desk.id).await.unwrap().unwrap();

    let same = desk.bring("newer", shipped.write().as_bytes()).await;
    assert!(same.text().contains("De to kataloger er ens."), "{}", same.text());

    let mut newer = shipped.clone();
    newer.version = "999".into();
    let place = |id: &str| newer.tasks.iter().position(|task| task.id.as_str() == id).unwrap();
    let (titled, gone) = (place("OP3-T01"), place("OP0-T02"));
    newer.tasks[titled].title.da = "Kortlæg alt".into();
    let gone = newer.tasks.remove(gone).id;
    for task in &mut newer.tasks {
        task.depends_on.retain(|before| *before != gone);
        task.condenses.retain(|one| *one != gone);
    }
    let newer = newer.write();
    let text = desk.bring("newer", newer.as_bytes()).await.text();
    assert!(text.contains("til version 999") && text.contains("Kortlæg alt"), "{text}");
    assert!(text.contains("title.da: Vores &lt;titel&gt;"), "{text}");
    let (_, fallen) = text.split_once("Egne ændringer, der ikke længere passer</p>").unwrap();
    assert!(fallen.split("</div>").next().unwrap().contains("OP0-T02"), "{fallen}");
    // The other way round it is the file that is old, and nothing falls.
    let text = desk.bring("older", newer.as_bytes()).await.text();
    assert!(text.contains("Fra version 999") && !text.contains("alert-warning"), "{text}");

    let after = desk.town.programmes.open(desk.id).await.unwrap().unwrap();
    assert_eq!(*after, *before, "nothing was changed");
}

#[tokio::test]
async fn a_catalogue_with_faults_is_told_line_by_line_and_what_is_none_is_refused() {
    let mut desk = Desk::new().await;
    let broken =
        Catalogue::shipped().write().replacen("obligation = \"must\"", "obligation = \"x\"", 2);
    let faulty = desk.bring("newer", broken.as_bytes()).await;
    assert_eq!(faulty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(faulty.text().contains("Kataloget har 2 fejl"), "{}", faulty.text());
    for (file, said) in [
        (&b""[..], "fil"),
        (b"\xff\xfe", "UTF-8"),
        (b"<html>", "TOML"),
        (&vec![b'#'; CATALOGUE_BYTES + 1], "grænsen"),
    ] {
        let refused = desk.bring("newer", file).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
        assert!(refused.text().contains(said), "{said}: {}", refused.text());
    }
    let path = format!("/programmes/{}/comparison", desk.id);
    let foreign = [Part::Text("token", "x"), Part::File("file", "a", "b", b"version = 1")];
    let refused = desk.browser.post_parts(&path, &foreign).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}
