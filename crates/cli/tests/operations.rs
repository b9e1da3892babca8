//! What an operator does: check, copy, restore.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

use support::letters::{Parties, letter};
use support::receipts::wait_for_receipt;
use support::server::Server;
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(60);

/// Sends letters of which every fourth is a file, and waits until they have arrived.
fn send(server: &Server, numbers: std::ops::Range<u128>) {
    let cvr = server.country().organisations[0].cvr.clone();
    let cpr = server.country().people[0].cpr.clone();
    let mut client = server.client_of("tusindfryd-afsender");
    let mut last = Uuid::nil();
    for number in numbers {
        last = uuid::Builder::from_random_bytes((number * 77_777).to_be_bytes()).into_uuid();
        let bytes = if number % 4 == 0 { 80_000 } else { 2_000 };
        let letter = letter(last, &Parties::to_person(&cvr, &cpr), bytes);
        let path = format!("/apis/v1/memos/?memo-message-uuid={last}");
        assert_eq!(client.post(&path, "application/xml", &letter).unwrap().status, 201);
    }
    wait_for_receipt(&mut client, last, PATIENCE);
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn verified(server: &Server, data: &Path) -> serde_json::Value {
    let place = data.parent().unwrap();
    let data = data.to_str().unwrap();
    let output = server.brevdue(&["verify", "--format", "json", "--data", data], place);
    serde_json::from_slice::<serde_json::Value>(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", text(&output)))["findings"]
        .clone()
}

#[test]
fn a_backup_made_while_letters_come_is_restored_with_every_letter_acknowledged_before_it() {
    let mut server = Server::start(&[]);
    let place = server.data.parent().unwrap().to_owned();
    send(&server, 1..9);
    let made = std::thread::scope(|scope| {
        scope.spawn(|| send(&server, 100..130));
        server.brevdue(&["backup", "copy", "--format", "json"], &place)
    });
    assert!(made.status.success(), "{}", text(&made));
    assert_eq!(verified(&server, &server.data), serde_json::json!([]), "asked while it runs");
    server.stop();

    let restored = server.brevdue(&["restore", "copy", "--data", "restored"], &place);
    assert!(restored.status.success(), "{}", text(&restored));
    assert_eq!(verified(&server, &place.join("restored")), serde_json::json!([]));
    // The tokens are the same, and so are the letters: sent again, they are the same letters.
    let old = fs::read(server.data.join("operations.key")).unwrap();
    assert_eq!(fs::read(place.join("restored/operations.key")).unwrap(), old);
    server.data = place.join("restored");
    server.restart();
    send(&server, 1..9);
    server.stop();
    let kept: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    assert!(kept["letters"].as_u64().unwrap() >= 8, "{kept}");

    let again = server.brevdue(&["restore", "copy", "--data", "restored"], &place);
    assert_eq!(again.status.code(), Some(2), "nothing is overwritten: {}", text(&again));
}

#[test]
fn a_backup_with_one_flipped_bit_is_not_restored() {
    let mut server = Server::start(&[]);
    let place = server.data.parent().unwrap().to_owned();
    send(&server, 1..9);
    server.stop();
    assert!(server.brevdue(&["backup", "copy"], &place).status.success());
    flip(&place.join("copy/data/store/brevdue.sqlite"), 9000);
    let refused = server.brevdue(&["restore", "copy", "--data", "restored"], &place);
    assert_eq!(refused.status.code(), Some(70), "{}", text(&refused));
    assert!(text(&refused).contains("store/brevdue.sqlite is not what was listed"));
    assert!(!place.join("restored").exists());
}

#[test]
fn damaged_content_is_named_and_put_aside_and_the_rest_is_served() {
    let mut server = Server::start(&[]);
    send(&server, 1..9);
    server.stop();
    let folders = fs::read_dir(server.store().join("content")).unwrap();
    let mut files = folders.flat_map(|folder| {
        let folder = folder.unwrap();
        let start = folder.file_name().into_string().unwrap();
        fs::read_dir(folder.path()).unwrap().map(move |file| {
            let file = file.unwrap();
            let digest = start.clone() + file.file_name().to_str().unwrap();
            (file.path(), digest, file.metadata().unwrap().len())
        })
    });
    // A letter: what else has a file of its own is smaller.
    let (file, digest, _) = files.find(|(_, _, bytes)| *bytes > 70_000).unwrap();
    flip(&file, 70_000);
    flip(&server.store().join("brevdue.sqlite"), 5000);

    let found = verified(&server, &server.data);
    let found = found.as_array().unwrap();
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!((&found[0]["file"], &found[0]["mended"]), (&"brevdue.sqlite".into(), &true.into()));
    assert_eq!(
        (&found[1]["content"], &found[1]["mended"]),
        (&digest.clone().into(), &false.into())
    );
    assert!(server.store().join(format!("parked/content-{digest}")).exists());
    assert!(!file.exists());
    server.restart();
    send(&server, 20..25);
    server.stop();
}

#[test]
fn an_operator_sees_figures_books_and_work_and_holds_deletes_and_explains_it() {
    // Nobody listens there, so that what is to be pushed stays.
    let mut server = Server::start(&[
        "--push-endpoint",
        "http://127.0.0.1:9/memos",
        "--set",
        "delivery.retry_seconds=3600",
    ]);
    let place = server.data.parent().unwrap().to_owned();
    let country = server.country();
    let (from, to) = (&country.organisations[0], &country.organisations[1]);
    let point = to.contact_points.iter().find(|point| point.name == "Fyrpas og bøjer").unwrap();
    let mut client = server.client_of("tusindfryd-afsender");
    let uuid: Uuid = "6a1c8f70-1111-4222-8333-444455556666".parse().unwrap();
    let bytes = letter(uuid, &Parties::to_organisation(&from.cvr, &to.cvr, Some(point.id)), 2000);
    let path = format!("/apis/v1/memos/?memo-message-uuid={uuid}");
    assert_eq!(client.post(&path, "application/xml", &bytes).unwrap().status, 201);
    wait_for_receipt(&mut client, uuid, PATIENCE);

    let run = |arguments: &[&str]| -> serde_json::Value {
        let output = server.brevdue(&[arguments, &["--format", "json"]].concat(), &place);
        assert!(output.status.success(), "{}", text(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let begun = std::time::Instant::now();
    let push = loop {
        let listed = run(&["queue", "list"]);
        let work = listed["work"].as_array().unwrap().clone();
        let push = work.into_iter().find(|one| one["work"] == "push-memo");
        if let Some(push) = push.filter(|push| push["failures"] == 1) {
            break push;
        }
        assert!(begun.elapsed() < PATIENCE, "{listed}");
        std::thread::sleep(Duration::from_millis(50));
    };
    let id = push["id"].as_str().unwrap();
    run(&["queue", "hold", id]);
    assert!(run(&["queue", "list"])["work"].to_string().contains("\"state\":\"held\""));
    let explained = run(&["queue", "explain", &uuid.to_string()]);
    let explained = &explained["letters"][0];
    assert_eq!((&explained["state"], &explained["bytes"]), (&"queued".into(), &bytes.len().into()));
    let events = explained["events"].to_string();
    for tag in
        ["MEMO_SEND_RECEIVED", "MEMO_SEND_VALIDATED", "MEMO_SEND_SENT_TO_RECIPIENT_SYSTEM_FAILED"]
    {
        assert!(events.contains(tag), "{tag} in {events}");
    }
    assert!(!explained.to_string().contains(&from.name), "it names no party");

    let books = run(&["balance"]);
    assert_eq!((&books["received"], &books["waiting"]), (&1.into(), &1.into()), "{books}");
    assert_eq!(books["missing"], 0);

    let mut anybody = server.client();
    assert_eq!(anybody.get("/healthz").unwrap().text(), "ok\n");
    assert_eq!(anybody.get("/readyz").unwrap().text(), "ready\n");
    assert_eq!(anybody.get("/operations/queue").unwrap().status, 401);
    let figures = anybody.get("/metrics").unwrap().text();
    for line in [
        "brevdue_queue_held 1",
        "brevdue_letters 1",
        r#"brevdue_letters_today{is="waiting"} 1"#,
        r#"brevdue_receipts_today{is="COMPLETED"} 1"#,
        r#"brevdue_alarms{is="not-fetched"} 0"#,
        r#",outcome="unreachable"} 1"#,
        r#"brevdue_requests_total{method="POST",route="/apis/v1/memos/",status="201"} 1"#,
    ] {
        assert!(figures.contains(line), "{line} in\n{figures}");
    }
    for personal in [&from.cvr, &to.cvr, &country.people[0].cpr, &from.name] {
        assert!(!figures.contains(personal.as_str()));
    }

    run(&["queue", "delete", id]);
    let gone = server.brevdue(&["queue", "hold", id], &place);
    assert_eq!(gone.status.code(), Some(2), "{}", text(&gone));
    assert_eq!(run(&["balance"])["missing"], 0);
    server.stop();
}

fn flip(file: &Path, byte: u64) {
    let file = fs::File::options().read(true).write(true).open(file).unwrap();
    let mut there = [0];
    file.read_exact_at(&mut there, byte).unwrap();
    file.write_all_at(&[there[0] ^ 4], byte).unwrap();
}
