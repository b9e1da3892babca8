//! Files that people bring to a programme: what they change is shown first, others' changes are never lost,
//! and what means nothing changes nothing.

#![allow(clippy::unwrap_used, reason = "a test")]

mod town;

use std::io::{Cursor, Read as _, Write as _};
use std::sync::Arc;

use axum::http::{StatusCode, header};
use brevdue_programme::beginning::{Beginning, begin};
use brevdue_programme::catalogue::{Catalogue, Variant};
use brevdue_programme::change::Change;
use brevdue_programme::objects::{AuthorityKind, Kind, Person, Supplier, System, Track};
use brevdue_programme::permissions::Actor;
use brevdue_programme::programmes::By;
use brevdue_programme::{Key, Programme, ProgrammeId};
use town::{Browser, Page, Part, Town};
use uuid::Uuid;

const ID: ProgrammeId = ProgrammeId(Uuid::from_u128(0xae0));

fn key(text: &str) -> Key {
    text.parse().unwrap()
}

fn to(rest: &str) -> String {
    format!("/programmes/{}/{rest}", ID.0)
}

fn form(fields: &[(&str, &str)]) -> String {
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let pairs = fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// A town with a programme that somebody leads, somebody helps with, and two systems.
struct Office {
    town: Town,
    lead: Browser,
}

impl Office {
    async fn new() -> Self {
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
        for (person, name, role) in [
            ("M-001", "Asta Mørk", "pm"),
            ("M-002", "Villy Sø", "arch"),
            ("M-003", "Ib Lyng", "comms"),
        ] {
            let roles = [role.parse().unwrap()].into();
            let somebody = Person { name: name.into(), roles, ..Person::default() };
            changes.push(Change::add(key(person), &somebody));
        }
        for (system, name) in [("S-001", "KSD"), ("S-002", "Omsorg")] {
            let system_of = System { name: name.into(), ..System::default() };
            changes.push(Change::add(key(system), &system_of));
        }
        let by =
            By { actor: Actor::Person(key("M-001")), reason: "", at: town::NOW.parse().unwrap() };
        town.programmes.begin(ID, &changes, by).await.unwrap();
        let lead = browser_of(&town, "M-001").await;
        Self { town, lead }
    }

    async fn programme(&self) -> Arc<Programme> {
        self.town.programmes.open(ID).await.unwrap().unwrap()
    }

    async fn system(&self, id: &str) -> System {
        self.programme().await.get(&key(id)).unwrap()
    }

    /// Somebody else changes a system.
    async fn meanwhile(&self, id: &str, change: impl Fn(&mut System)) {
        let before = self.system(id).await;
        let mut after = before.clone();
        change(&mut after);
        let changes: Vec<Change> = Change::edit(key(id), &before, &after).into_iter().collect();
        let by =
            By { actor: Actor::Person(key("M-002")), reason: "", at: town::NOW.parse().unwrap() };
        self.town.programmes.change(ID, &changes, by).await.unwrap();
    }

    /// Brings a file, and gives the address of its page.
    async fn bring(&mut self, name: &str, bytes: &[u8]) -> String {
        let answer = bring(&mut self.lead, name, bytes).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        answer.header(header::LOCATION).to_owned()
    }

    async fn export(&mut self, rest: &str) -> Vec<u8> {
        let file = self.lead.get(&to(rest)).await;
        assert_eq!(file.status, StatusCode::OK, "{rest}");
        file.body
    }
}

async fn browser_of(town: &Town, person: &str) -> Browser {
    let mut browser = town.browser();
    let page = browser.get(&to("enter")).await;
    let fields = form(&[("token", &page.token()), ("person", person)]);
    let answer = browser.post_form(&to("enter"), &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    browser
}

async fn bring(browser: &mut Browser, name: &str, bytes: &[u8]) -> Page {
    let token = browser.get(&to("import")).await.token();
    let parts = [
        Part::Text("token", &token),
        Part::Text("sort", ""),
        Part::File("file", name, "application/octet-stream", bytes),
    ];
    browser.post_parts(&to("import"), &parts).await
}

/// Every value of the inputs of a name, in the order of the page.
fn values(page: &Page, name: &str) -> Vec<String> {
    let text = page.text();
    let marker = format!("name=\"{name}\" value=\"");
    let rest = text.split(marker.as_str()).skip(1);
    rest.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

/// The names of the questions about conflicts, each once.
fn questions(page: &Page) -> Vec<String> {
    let text = page.text();
    let mut names: Vec<String> = text
        .split("name=\"line.")
        .skip(1)
        .map(|rest| format!("line.{}", rest.split('"').next().unwrap()))
        .collect();
    names.dedup();
    names
}

/// Takes in what the page proposes, and what is chosen besides.
async fn take(browser: &mut Browser, address: &str, page: &Page, more: &[(&str, &str)]) -> Page {
    let (token, lines) = (page.token(), values(page, "take"));
    let mut fields = vec![("token", token.as_str()), ("do", "take")];
    fields.extend(lines.iter().map(|line| ("take", line.as_str())));
    fields.extend(more);
    browser.post_form(address, &form(&fields)).await
}

/// The workbook with texts of cells written anew; the hidden sheet, which holds whole objects, stays.
fn edited(workbook: &[u8], edits: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(workbook)).unwrap();
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        if name == "xl/sharedStrings.xml" {
            let mut text = String::from_utf8(bytes).unwrap();
            for (from, to) in edits {
                let (from, to) = (format!("<t>{from}</t>"), format!("<t>{to}</t>"));
                assert!(text.contains(&from), "{from}");
                text = text.replace(&from, &to);
            }
            bytes = text.into_bytes();
        }
        out.start_file(&name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(&bytes).unwrap();
    }
    out.finish().unwrap().into_inner()
}

const LIST: &str = "Systemoversigt 2026;;\r\n\r\nLøsning;Leverandør;Ring til\r\n\
    Byggesag;Nordlys Data ApS;Bo Hald\r\nKlima;Nordlys Data ApS;\r\nOmsorg;Sydvind A/S;Åse Holm\r\n";

#[tokio::test]
async fn three_systems_are_mapped_from_somebodys_own_spreadsheet() {
    let mut office = Office::new().await;
    let address = office.bring("vores systemer.csv", LIST.as_bytes()).await;
    let asked = office.lead.get(&address).await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.text());
    let text = asked.text();
    assert!(text.contains("name=\"column.0\"") && text.contains("name=\"column.2\""), "{text}");
    assert!(text.contains("Byggesag") && text.contains("Løsning"), "examples are shown");

    let mapped = "show=changes&sheet=0&row=3&column.1=supplier&column.2=operations_contact";
    let nameless = office.lead.get(&format!("{address}?{mapped}")).await;
    assert_eq!(nameless.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nameless.text().contains("vælg den kolonne"), "{}", nameless.text());

    let address = format!("{address}?{mapped}&column.0=name");
    let page = office.lead.get(&address).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let done = take(&mut office.lead, &address, &page, &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let programme = office.programme().await;
    assert_eq!(programme.all::<System>().count(), 4, "Omsorg was there already");
    let (building, care) = (office.system("S-003").await, office.system("S-002").await);
    assert_eq!(
        (building.name.as_str(), building.operations_contact.as_str()),
        ("Byggesag", "Bo Hald")
    );
    assert_eq!(care.operations_contact, "Åse Holm");
    assert_eq!(programme.all::<Supplier>().count(), 2);
    let after = office.lead.get(done.header(header::LOCATION)).await;
    assert!(after.text().contains("ændringer er taget ind"), "{}", after.text());
    assert!(after.text().contains("Filen siger det samme"), "{}", after.text());
}

#[tokio::test]
async fn a_new_system_whose_supplier_was_not_ticked_brings_it_along() {
    let mut office = Office::new().await;
    let address = office.bring("liste.csv", b"System;Leverand\xc3\xb8r\r\nVarme;Ny ApS\r\n").await;
    let address = format!("{address}?show=changes&sheet=0&row=1&column.0=name&column.1=supplier");
    let page = office.lead.get(&address).await;
    let lines = values(&page, "take");
    assert_eq!(lines.len(), 2, "the supplier and the system: {}", page.text());
    let token = page.token();
    // One of the two is the supplier; whichever is ticked alone, nothing points at nothing afterwards.
    let fields = form(&[("token", &token), ("do", "take"), ("take", &lines[1])]);
    let done = office.lead.post_form(&address, &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let programme = office.programme().await;
    let pointed_at = programme.all::<System>().filter_map(|(_, system)| system.supplier);
    for supplier in pointed_at {
        assert!(programme.held(Kind::Supplier, &supplier).is_some());
    }
}

#[tokio::test]
async fn an_untouched_workbook_says_nothing_new_whatever_others_changed_meanwhile() {
    let mut office = Office::new().await;
    let workbook = office.export("reports/R6.xlsx").await;
    office.meanwhile("S-001", |system| system.note = "Ny note".into()).await;
    let address = office.bring("plan.xlsx", &workbook).await;
    let page = office.lead.get(&address).await.text();
    assert!(page.contains("Filen siger det samme"), "{page}");
}

#[tokio::test]
async fn what_others_changed_meanwhile_stands_and_the_same_field_is_asked_about() {
    let mut office = Office::new().await;
    let workbook = office.export("reports/R6.xlsx").await;
    let workbook = edited(&workbook, &[("KSD", "KSD Nova"), ("Omsorg", "Omsorg Øst")]);
    office.meanwhile("S-001", |system| system.name = "KSD Sag".into()).await;
    office.meanwhile("S-002", |system| system.note = "Andres note".into()).await;
    let address = office.bring("plan.xlsx", &workbook).await;
    let page = office.lead.get(&address).await;
    let (text, asked) = (page.text(), questions(&page));
    assert_eq!((values(&page, "take").len(), asked.len()), (1, 1), "{text}");
    for said in ["Eksporteret: KSD", "Nu: KSD Sag", "Brug filens: KSD Nova", "Villy Sø"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let done = take(&mut office.lead, &address, &page, &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    assert_eq!(office.system("S-001").await.name, "KSD Sag", "theirs counts until mine is chosen");
    let care = office.system("S-002").await;
    assert_eq!((care.name.as_str(), care.note.as_str()), ("Omsorg Øst", "Andres note"));

    let page = office.lead.get(&address).await;
    let asked = questions(&page);
    let done = take(&mut office.lead, &address, &page, &[(&asked[0], "mine")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    assert_eq!(office.system("S-001").await.name, "KSD Nova");
    let history = office.lead.get(&to("history")).await.text();
    assert!(history.contains("KSD Nova") && history.contains("import"), "{history}");
}

#[tokio::test]
async fn what_changed_between_the_look_and_the_taking_in_is_noticed_and_nothing_is_overwritten() {
    let mut office = Office::new().await;
    let workbook = office.export("reports/R6.xlsx").await;
    let workbook = edited(&workbook, &[("KSD", "KSD Nova"), ("Omsorg", "Omsorg Øst")]);
    let address = office.bring("plan.xlsx", &workbook).await;
    let page = office.lead.get(&address).await;
    assert_eq!(values(&page, "take").len(), 2);
    office.meanwhile("S-001", |system| system.name = "KSD Sag".into()).await;
    let late = take(&mut office.lead, &address, &page, &[]).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text());
    assert!(late.text().contains("Andre har ændret noget"), "{}", late.text());
    assert_eq!(office.system("S-001").await.name, "KSD Sag");
    assert_eq!(office.system("S-002").await.name, "Omsorg", "all or nothing");

    // The conflict was looked at; then it changes once more before the file's is chosen.
    let asked = questions(&late);
    office.meanwhile("S-001", |system| system.name = "KSD Arkiv".into()).await;
    let late = take(&mut office.lead, &address, &late, &[(&asked[0], "mine")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text());
    assert!(late.text().contains("Nu: KSD Arkiv"), "{}", late.text());
    assert_eq!(office.system("S-001").await.name, "KSD Arkiv");
}

#[tokio::test]
async fn what_is_gone_from_the_file_goes_only_when_it_is_chosen_and_nobody_touched_it() {
    let mut office = Office::new().await;
    let workbook = office.export("reports/R6.xlsx").await;
    // The row's key is emptied with all the row says: it is gone.
    let mut browser = browser_of(&office.town, "M-001").await;
    let workbook = without_row(&workbook, "Omsorg");
    let answer = bring(&mut browser, "plan.xlsx", &workbook).await;
    let address = answer.header(header::LOCATION).to_owned();
    let page = browser.get(&address).await;
    let lines = values(&page, "take");
    assert!(page.text().contains("Slet: S-002"), "{}", page.text());
    assert!(!page.text().contains("checked"), "nothing is deleted unasked: {}", page.text());
    office.meanwhile("S-002", |system| system.note = "Bruges stadig".into()).await;
    let token = page.token();
    let fields = form(&[("token", &token), ("do", "take"), ("take", &lines[0])]);
    let late = browser.post_form(&address, &fields).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text());
    assert_eq!(office.system("S-002").await.note, "Bruges stadig");
    let (token, lines) = (late.token(), values(&late, "take"));
    let fields = form(&[("token", &token), ("do", "take"), ("take", &lines[0])]);
    let gone = browser.post_form(&address, &fields).await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER, "{}", gone.text());
    assert!(office.programme().await.held(Kind::System, &key("S-002")).is_none());
}

/// The workbook without the row of the sheet of systems in which a text stands.
fn without_row(workbook: &[u8], name: &str) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(workbook)).unwrap();
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        parts.push((part.name().unwrap().into_owned(), bytes));
    }
    let strings = &parts.iter().find(|(part, _)| part == "xl/sharedStrings.xml").unwrap().1;
    let strings = String::from_utf8(strings.clone()).unwrap();
    let before = strings.split(&format!("<t>{name}</t>")).next().unwrap();
    let number = before.matches("<si>").count() - 1;
    let sheet = parts.iter_mut().find(|(part, _)| part == "xl/worksheets/sheet2.xml").unwrap();
    let text = String::from_utf8(sheet.1.clone()).unwrap();
    let at = text.find(&format!("t=\"s\"><v>{number}</v>")).expect("the text stands in a cell");
    let from = text[..at].rfind("<row ").unwrap();
    let until = at + text[at..].find("</row>").unwrap() + "</row>".len();
    sheet.1 = format!("{}{}", &text[..from], &text[until..]).into_bytes();
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (part, bytes) in parts {
        out.start_file(&part, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(&bytes).unwrap();
    }
    out.finish().unwrap().into_inner()
}

#[tokio::test]
async fn a_register_as_csv_comes_back_and_its_faults_are_named_by_row_and_column() {
    let mut office = Office::new().await;
    let csv = String::from_utf8(office.export("lists/systemer.csv").await).unwrap();
    let address = office.bring("systemer.csv", csv.replace("KSD", "KSD Nova").as_bytes()).await;
    let page = office.lead.get(&address).await;
    take(&mut office.lead, &address, &page, &[]).await;
    assert_eq!(office.system("S-001").await.name, "KSD Nova");

    let csv = String::from_utf8(office.export("lists/systemer.csv").await).unwrap();
    let heading = csv.lines().next().unwrap();
    let column = heading.split(';').position(|heading| heading == "Udfases").unwrap();
    let mut cells: Vec<&str> = csv.lines().nth(2).unwrap().split(';').collect();
    cells[column] = "snart";
    let broken = format!("{heading}\r\n{}\r\n{}\r\n", csv.lines().nth(1).unwrap(), cells.join(";"));
    let address =
        office.bring("systemer.csv", broken.replace("KSD Nova", "Andet").as_bytes()).await;
    let refused = office.lead.get(&address).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
    let text = refused.text();
    for said in ["Intet er ændret", "Systemer", "Udfases", "skriv en dato", "<td>3</td>"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(!text.contains("snart"), "the words of the cell are not repeated");
    assert_eq!(office.system("S-001").await.name, "KSD Nova", "nothing was changed");
}

#[tokio::test]
async fn files_that_mean_nothing_change_nothing_and_say_why() {
    let mut office = Office::new().await;
    let other = {
        let mut other = Office::new().await;
        let workbook = other.export("reports/R6.xlsx").await;
        // As it would come from another programme: its id is another, and so is the fingerprint's sheet.
        edited(&workbook, &[(&ID.0.to_string(), "6c3b2f30-0f8e-4a52-9d0a-1f63a4a7a001")])
    };
    let cases: [(&str, &[u8], StatusCode, &str); 5] = [
        ("tom.csv", b"", StatusCode::UNPROCESSABLE_ENTITY, "ikke er tom"),
        ("billede.png", b"\x89PNG\r\n\x1a\n\xff", StatusCode::UNPROCESSABLE_ENTITY, "UTF-8"),
        (
            "gammel.xls",
            b"\xd0\xcf\x11\xe0\xa1\xb1",
            StatusCode::UNPROCESSABLE_ENTITY,
            "gamle format",
        ),
        (
            "brudt.xlsx",
            b"PK\x03\x04 og mere",
            StatusCode::UNPROCESSABLE_ENTITY,
            "ikke en regnearksfil",
        ),
        ("anden.xlsx", &other, StatusCode::SEE_OTHER, "et andet program"),
    ];
    for (name, bytes, status, said) in cases {
        let mut answer = bring(&mut office.lead, name, bytes).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.text());
        if status == StatusCode::SEE_OTHER {
            let address = answer.header(header::LOCATION).to_owned();
            answer = office.lead.get(&address).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        }
        assert!(answer.text().contains(said), "{name}: {}", answer.text());
    }
    let large = vec![b'a'; 21 * 1024 * 1024];
    let refused = bring(&mut office.lead, "stor.csv", &large).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(refused.text().contains("over grænsen"), "{}", refused.text());
    let strange = office.lead.post_parts(&to("import"), &[Part::Text("token", "x")]).await;
    assert_eq!(strange.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn nobody_sees_anybody_elses_file_and_one_may_not_change_by_a_file_what_is_not_theirs() {
    let mut office = Office::new().await;
    let csv = String::from_utf8(office.export("lists/systemer.csv").await).unwrap();
    let changed = csv.replace("KSD", "KSD Nova");
    let address = office.bring("systemer.csv", changed.as_bytes()).await;
    let mut ib = browser_of(&office.town, "M-003").await;
    let other = ib.get(&address).await;
    assert_eq!(other.header(header::LOCATION), to("import?lost=1"));

    let answer = bring(&mut ib, "systemer.csv", changed.as_bytes()).await;
    let address = answer.header(header::LOCATION).to_owned();
    let page = ib.get(&address).await;
    assert!(values(&page, "take").is_empty(), "{}", page.text());
    assert!(page.text().contains("rollen it-arkitekt"), "{}", page.text());
    let page = ib.get(&format!("{address}?lang=en")).await.text();
    assert!(page.contains("1 line is not yours to change"), "{page}");
}

#[tokio::test]
async fn a_file_is_forgotten_when_it_is_done_with_and_after_an_hour() {
    let mut office = Office::new().await;
    let address = office.bring("liste.csv", LIST.as_bytes()).await;
    let token = office.lead.get(&to("import")).await.token();
    let fields = form(&[("token", &token), ("do", "forget")]);
    office.lead.post_form(&address, &fields).await;
    let gone = office.lead.get(&address).await;
    assert_eq!(gone.header(header::LOCATION), to("import?lost=1"));
    let address = office.bring("liste.csv", LIST.as_bytes()).await;
    office.town.clock.set(town::timestamp("2026-11-23T10:00:01.000Z"));
    let gone = office.lead.get(&address).await;
    assert_eq!(gone.header(header::LOCATION), to("import?lost=1"));
    assert!(office.lead.get(&to("import?lost=1")).await.text().contains("ikke længere her"));
}

#[tokio::test]
async fn a_file_with_more_differences_than_a_page_holds_is_taken_in_page_by_page_or_at_once() {
    let mut office = Office::new().await;
    let mut csv = "System;Leverandør\r\n".to_owned();
    for number in 0..420 {
        csv.push_str(&format!("Løsning {number};Nordlys ApS\r\n"));
    }
    let address = office.bring("mange.csv", csv.as_bytes()).await;
    let address = format!("{address}?show=changes&sheet=0&row=1&column.0=name&column.1=supplier");
    let page = office.lead.get(&address).await;
    assert_eq!(values(&page, "take").len(), 200);
    assert!(page.text().contains("Side 1 af 3"), "{}", page.text());
    let done = take(&mut office.lead, &address, &page, &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    assert_eq!(office.programme().await.all::<System>().count(), 2 + 199);
    let rest = office.lead.get(&address).await;
    let (token, all) = (rest.token(), values(&rest, "plain"));
    let old = form(&[("token", &token), ("do", "plain"), ("plain", "0123")]);
    assert_eq!(office.lead.post_form(&address, &old).await.status, StatusCode::CONFLICT);
    let fields = form(&[("token", &token), ("do", "plain"), ("plain", &all[0])]);
    let done = office.lead.post_form(&address, &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    assert_eq!(office.programme().await.all::<System>().count(), 2 + 420);
}
