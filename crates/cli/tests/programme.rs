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
        ("OP0", "deck.pptx", b"PK"),
    ] {
        let made = brevdue(&data, &["report", report, "--to", file]);
        assert!(made.status.success(), "{report}: {}", text(&made));
        let bytes = std::fs::read(place.path().join(file)).unwrap();
        assert!(bytes.starts_with(head), "{report}");
    }
    let odd = brevdue(&data, &["report", "R1", "--form", "csv"]);
    assert_eq!(odd.status.code(), Some(2), "{}", text(&odd));
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
