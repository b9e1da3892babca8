//! Programmes of task packages from the command line, with their backups and snapshots.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use support::programme::{begun, brevdue, json, text};
use support::server::Server;

#[test]
fn a_programme_is_begun_exported_edited_imported_and_reported_without_any_server() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let none = brevdue(&data, &["status"]);
    assert_eq!(none.status.code(), Some(2), "{}", text(&none));
    begun(&data, "Fagsystem");

    let status = brevdue(&data, &["status", "--lang", "en"]);
    assert!(status.status.success(), "{}", text(&status));
    assert!(text(&status).contains("Tusindfryd Kommune"), "{}", text(&status));
    let check = brevdue(&data, &["check", "--json"]);
    assert_eq!(check.status.code(), Some(0), "nothing is known to fail: {}", text(&check));
    let strict = brevdue(&data, &["check", "--strict"]);
    assert_eq!(strict.status.code(), Some(1), "and nothing is proven: {}", text(&strict));
    let unproven = &json(&check)["unproven"];
    let unknown =
        |id: &str| unproven.as_array().unwrap().iter().any(|one| one["requirement"] == id);
    assert!(unknown("MK-A2"), "acceptance 7: nothing was measured, so nobody knows: {unproven}");

    let exported = brevdue(&data, &["export", "plan.xlsx"]);
    assert!(exported.status.success(), "{}", text(&exported));
    let same = brevdue(&data, &["import", "plan.xlsx", "--json"]);
    assert_eq!(json(&same)["lines"], serde_json::json!([]), "acceptance 10: untouched");
    let broken = place.path().join("broken.xlsx");
    std::fs::write(&broken, b"PK no workbook").unwrap();
    let refused = brevdue(&data, &["import", "broken.xlsx", "--apply"]);
    assert_eq!(refused.status.code(), Some(1), "{}", text(&refused));

    for (report, file, head) in [
        ("R1", "R1.pdf", &b"%PDF"[..]),
        ("R2", "R2.pdf", b"%PDF"),
        ("R3", "R3.pdf", b"%PDF"),
        ("R6", "R6.pdf", b"%PDF"),
        ("R7", "R7.pdf", b"%PDF"),
        ("R11", "R11.pdf", b"%PDF"),
        ("R10", "R10.xlsx", b"PK"),
        ("OP0", "deck.pptx", b"PK"),
    ] {
        // As scripts may still have it.
        let out = if report == "R2" { "--to" } else { "--out" };
        let made = brevdue(&data, &["report", report, out, file]);
        assert!(made.status.success(), "{report}: {}", text(&made));
        let bytes = std::fs::read(place.path().join(file)).unwrap();
        assert!(bytes.starts_with(head), "{report}");
    }
    let odd = brevdue(&data, &["report", "R1", "--form", "csv"]);
    assert_eq!(odd.status.code(), Some(2), "{}", text(&odd));
}

#[test]
fn a_report_of_all_programmes_is_made_of_those_in_the_data_folder_and_narrowed_by_name() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let none = brevdue(&data, &["report", "r10"]);
    assert_eq!(none.status.code(), Some(2), "{}", text(&none));
    begun(&data, "Fagsystem");
    let second = ["new", "--authority", "Øresund Kommune", "--manager", "Bo Hald", "--json"];
    let second = brevdue(&data, &second);
    assert!(second.status.success(), "{}", text(&second));
    for (narrowed, expected) in [(&[][..], 3), (&["-p", "ØRESUND"][..], 2)] {
        let asked: Vec<&str> = ["report", "r10", "--lang", "en", "--out", "all.xlsx"]
            .into_iter()
            .chain(narrowed.iter().copied())
            .collect();
        let made = brevdue(&data, &asked);
        assert!(made.status.success(), "{}", text(&made));
        let mut book: calamine::Xlsx<_> =
            calamine::open_workbook(place.path().join("all.xlsx")).unwrap();
        let rows = calamine::Reader::worksheet_range(&mut book, "Overview").unwrap();
        assert_eq!(rows.height(), expected, "a heading, and a row for each programme");
    }
    let odd = brevdue(&data, &["report", "R10", "-p", "findes ikke"]);
    assert_eq!(odd.status.code(), Some(2), "{}", text(&odd));
    let odd = brevdue(&data, &["report", "R10", "--form", "pdf"]);
    assert_eq!(odd.status.code(), Some(2), "{}", text(&odd));
}

#[test]
fn a_file_that_would_leave_a_programme_without_its_leader_changes_nothing() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    begun(&data, "Fagsystem");
    let exported = brevdue(&data, &["export", "people.csv", "--list", "personer"]);
    assert!(exported.status.success(), "{}", text(&exported));
    let file = place.path().join("people.csv");
    let people = std::fs::read_to_string(&file).unwrap();
    let demoted = people.replace("; pm", "; arch");
    assert_ne!(people, demoted, "{people}");
    let renamed = demoted.replace("Birgit Engvang", "Birgit E.");
    std::fs::write(&file, renamed).unwrap();
    let refused =
        brevdue(&data, &["import", "people.csv", "--list", "personer", "--apply", "--lang", "en"]);
    assert_eq!(refused.status.code(), Some(2), "{}", text(&refused));
    assert!(text(&refused).contains("project manager"), "{}", text(&refused));
    let again = brevdue(&data, &["export", "people.csv", "--list", "personer"]);
    assert!(again.status.success(), "{}", text(&again));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), people);
}

#[test]
fn a_newer_catalogue_is_compared_and_an_authoritys_own_changes_stand() {
    use brevdue_programme::catalogue::Catalogue;
    use brevdue_programme::change::Change;
    use brevdue_programme::objects::Override;
    use brevdue_programme::permissions::Actor;
    use brevdue_programme::programmes::By;

    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let id = begun(&data, "Fagsystem");
    let exported = brevdue(&data, &["catalogue", "export", "old.toml"]);
    assert!(exported.status.success(), "{}", text(&exported));
    let same = brevdue(&data, &["catalogue", "diff", "old.toml", "--json"]);
    assert_eq!(json(&same)["differences"], serde_json::json!([]), "{}", text(&same));

    // The authority has a title and a length of its own, and hides a task.
    let shipped = Catalogue::shipped();
    let own = |fields: serde_json::Value, hidden: bool| Override {
        fields: serde_json::from_value(fields).unwrap(),
        hidden,
        catalogue_version: shipped.version.clone(),
        ..Override::default()
    };
    let key = |text: &str| text.parse::<brevdue_programme::Key>().unwrap();
    let changes = [
        Change::add(key("OP3-T01"), &own(serde_json::json!({ "title.da": "Vores titel" }), false)),
        Change::add(key("OP0-T02"), &own(serde_json::json!({ "title.en": "Ours" }), false)),
    ];
    let file = brevdue_store::ProgrammeFile::open(&data).unwrap();
    let programmes = brevdue_programme::Programmes::new(std::sync::Arc::new(file));
    let now = "2026-11-23T09:00:00Z".parse().unwrap();
    let by = By { actor: Actor::Person(key("P-001")), reason: "", at: now };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(programmes.change(id.parse().unwrap(), &changes, by)).unwrap();

    let mut newer = shipped.clone();
    newer.version = "999".into();
    let task = |id: &str| newer.tasks.iter().position(|task| task.id.as_str() == id).unwrap();
    let (titled, gone) = (task("OP3-T01"), task("OP0-T02"));
    newer.tasks[titled].title.da = "Kortlæg alt".into();
    newer.tasks[titled].title.en = "Map everything".into();
    let gone = newer.tasks.remove(gone).id;
    for task in &mut newer.tasks {
        task.depends_on.retain(|before| *before != gone);
        task.condenses.retain(|one| *one != gone);
    }
    std::fs::write(place.path().join("new.toml"), newer.write()).unwrap();
    let plain = brevdue(&data, &["catalogue", "diff", "old.toml", "new.toml", "--json"]);
    assert_eq!(plain.status.code(), Some(0), "{}", text(&plain));
    assert!(json(&plain)["authority"].is_null());
    let asked = ["catalogue", "diff", "old.toml", "new.toml", "-p", "tusindfryd", "--json"];
    let told = brevdue(&data, &asked);
    assert_eq!(told.status.code(), Some(1), "one no longer fits: {}", text(&told));
    let told = json(&told);
    let one = |id: &str| {
        let all = told["differences"].as_array().unwrap();
        all.iter().find(|one| one["id"] == id).unwrap_or_else(|| panic!("{id}: {told}"))
    };
    let title = &one("OP3-T01")["fields"][0];
    assert_eq!((&title["field"], &title["new"]["da"]), (&"title".into(), &"Kortlæg alt".into()));
    assert_eq!(title["own"], serde_json::json!({ "title.da": "Vores titel" }));
    assert_eq!(one("OP0-T02")["what"], "removed");
    assert_eq!(told["set_aside"][0]["key"], "OP0-T02", "{told}");
    let said = brevdue(&data, &asked[..6]);
    assert!(
        text(&said).contains("jeres egen bliver stående: title.da = Vores titel"),
        "{}",
        text(&said)
    );

    std::fs::write(place.path().join("bad.toml"), "version = 1").unwrap();
    let refused = brevdue(&data, &["catalogue", "diff", "bad.toml"]);
    assert_eq!(refused.status.code(), Some(2), "{}", text(&refused));
    assert!(text(&refused).contains("line 1"), "{}", text(&refused));
}

#[test]
fn a_backup_made_while_the_exchange_runs_holds_the_programmes_and_a_damaged_one_is_found() {
    let mut server = Server::start(&[]);
    let place = server.data.parent().unwrap().to_owned();
    let id = begun(&server.data, "Fagsystem");
    let made = server.brevdue(&["backup", "copy"], &place);
    assert!(made.status.success(), "{}", text(&made));
    server.stop();
    let restored = server.brevdue(&["restore", "copy", "--data", "restored"], &place);
    assert!(restored.status.success(), "{}", text(&restored));
    let status = json(&brevdue(&place.join("restored"), &["status", "--json"]));
    assert_eq!(status["id"], id.as_str());
    let verified = server.brevdue(&["verify", "--data", "restored"], &place);
    assert!(verified.status.success(), "{}", text(&verified));

    let connection = rusqlite::Connection::open(place.join("restored/programme.db")).unwrap();
    let sql = "UPDATE objects SET body = '{\"name\":' WHERE kind = 'system'";
    assert_eq!(connection.execute(sql, []).unwrap(), 1);
    drop(connection);
    let verified = server.brevdue(&["verify", "--data", "restored"], &place);
    assert_eq!(verified.status.code(), Some(70), "{}", text(&verified));
    assert!(text(&verified).contains("programme.db: object system"), "{}", text(&verified));
}

#[test]
fn beginning_the_country_again_forgets_programmes_and_a_snapshot_brings_them_back() {
    let server = Server::start(&[]);
    begun(&server.data, "Fagsystem");
    let mut client = server.client();
    let post = |client: &mut support::http::Client, path: &str, body: &[u8]| {
        let answer = client.post(path, "application/json", body).unwrap();
        assert!((200..300).contains(&answer.status), "{path}: {}", answer.status);
    };
    post(&mut client, "/testing/snapshots", br#"{"name":"before"}"#);
    post(&mut client, "/testing/reset", b"null");
    let none = brevdue(&server.data, &["status"]);
    assert_eq!(none.status.code(), Some(2), "{}", text(&none));
    post(&mut client, "/testing/snapshots/before/restore", b"null");
    let again = brevdue(&server.data, &["status"]);
    assert!(again.status.success(), "{}", text(&again));
}

#[test]
fn pages_are_looked_through_for_old_links_and_what_is_found_is_evidence() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    begun(&data, "Fagsystem");
    let cell = || {
        let check = json(&brevdue(&data, &["check", "--json"]));
        let of = |list: &str| {
            let list = check[list].as_array().cloned().unwrap_or_default();
            list.iter().any(|one| one["requirement"] == "MK-D2" && one["subject"] == "authority")
        };
        (of("further"), of("unproven"))
    };

    let site = place.path().join("site/om");
    std::fs::create_dir_all(&site).unwrap();
    let old = "<html><a href='https://www.e-boks.dk/skriv?cpr=0101701234'>Skriv til os</a>";
    std::fs::write(site.join("kontakt.html"), old).unwrap();
    std::fs::write(site.join("index.html"), "<html><a href='/kontakt'>Kontakt</a>").unwrap();
    std::fs::write(place.path().join("sider.txt"), "# de to\nsite\n").unwrap();

    // Looking alone changes nothing.
    let looked = brevdue(&data, &["links", "--list", "sider.txt", "--json"]);
    assert_eq!(looked.status.code(), Some(1), "{}", text(&looked));
    let told = json(&looked);
    assert_eq!(
        (&told["pages"], &told["old_links"]),
        (&serde_json::json!(2), &serde_json::json!(1))
    );
    assert_eq!(told["found"][0]["page"], "kontakt.html");
    assert!(!told.to_string().contains("0101701234") && !told.to_string().contains("Skriv til os"));
    let kept = brevdue(&data, &["links", "site", "--apply", "--lang", "en"]);
    assert_eq!(kept.status.code(), Some(1), "{}", text(&kept));
    assert!(text(&kept).contains("1 old; kept as evidence"), "{}", text(&kept));
    let (fails, _) = cell();
    assert!(fails, "the authority's pages have an old link");

    std::fs::write(site.join("kontakt.html"), "<html>Skriv fra borger.dk").unwrap();
    let clean = brevdue(&data, &["links", "site", "--apply"]);
    assert_eq!(clean.status.code(), Some(0), "{}", text(&clean));
    let (fails, _) = cell();
    assert!(!fails, "a newer scan found nothing");

    let missing = brevdue(&data, &["links", "nowhere.html", "--apply"]);
    assert_eq!(missing.status.code(), Some(2), "{}", text(&missing));
    let none = brevdue(&data, &["links"]);
    assert_eq!(none.status.code(), Some(2), "{}", text(&none));
}

#[test]
fn pages_are_fetched_from_a_sitemap_within_limits_and_of_its_host_alone() {
    use std::io::{Read as _, Write as _};

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // The page that leads on, the large one and the missing one are answered, too; a thread ends with the test.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = [0; 2048];
            let read = stream.read(&mut request).unwrap_or(0);
            let line = String::from_utf8_lossy(&request[..read]).into_owned();
            let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
            let ok = |kind: &str, body: &str| {
                format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                )
            };
            let answer = match path.as_str() {
                "/sitemap.xml" => {
                    let pages = ["/a", "/moved", "/large", "/missing"];
                    let pages: String = pages
                        .iter()
                        .map(|page| format!("<url><loc>http://{address}{page}</loc></url>"))
                        .collect();
                    let other = "<url><loc>http://192.0.2.1/elsewhere</loc></url>";
                    ok("application/xml", &format!("<urlset>{pages}{other}</urlset>"))
                }
                "/a" => ok("text/html", "<html><a href='https://post.e-boks.dk/'>x</a>"),
                "/b" => ok("text/html", "<html><a href='/c'>x</a>"),
                "/moved" => format!(
                    "HTTP/1.1 302 Found\r\nLocation: http://{address}/b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                ),
                "/large" => ok("text/html", &"x".repeat(6 * 1024 * 1024)),
                _ => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                    .into(),
            };
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    begun(&data, "Fagsystem");
    let sitemap = format!("http://{address}/sitemap.xml");
    let told = json(&brevdue(&data, &["links", &sitemap, "--json"]));
    assert_eq!(
        (&told["pages"], &told["old_links"]),
        (&serde_json::json!(2), &serde_json::json!(1))
    );
    assert_eq!(told["found"][0]["page"], format!("http://{address}/a"));
    let unread = [format!("http://{address}/large"), format!("http://{address}/missing")];
    assert_eq!(told["unread"], serde_json::json!(unread), "{told}");
}
