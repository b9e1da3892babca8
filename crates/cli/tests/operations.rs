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
    let mut files = folders.filter_map(|folder| {
        let folder = folder.unwrap();
        let file = fs::read_dir(folder.path()).unwrap().next()?.unwrap();
        let start = folder.file_name().into_string().unwrap();
        Some((file.path(), start + file.file_name().to_str().unwrap()))
    });
    let (file, digest) = files.next().unwrap();
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

fn flip(file: &Path, byte: u64) {
    let file = fs::File::options().read(true).write(true).open(file).unwrap();
    let mut there = [0];
    file.read_exact_at(&mut there, byte).unwrap();
    file.write_all_at(&[there[0] ^ 4], byte).unwrap();
}
