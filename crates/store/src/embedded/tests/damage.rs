//! Damage is found and named.

use std::fs;
use std::path::{Path, PathBuf};

use brevdue_exchange::Store as _;
use rusqlite::Connection;

use super::super::Embedded;
use super::super::schema::FILE_NAME;
use super::super::sums::SUMS_NAME;
use super::samples::*;

/// A store with some letters, closed.
async fn written() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let store = Embedded::open(folder.path()).unwrap();
    for number in 1..=5 {
        store.commit(letter(&store, number)).await.unwrap();
    }
    store.commit(letter_of(6, content(&store, &large(6), at(0)))).await.unwrap();
    assert_eq!(store.verify().await.unwrap(), SOUND);
    folder
}

/// Changes the database behind the store's back, and returns what is found.
async fn found_after(sql: &str) -> Vec<String> {
    let folder = written().await;
    let database = Connection::open(folder.path().join(FILE_NAME)).unwrap();
    database.execute_batch(sql).unwrap();
    drop(database);
    // Whoever changes pages on purpose makes their checksums fit.
    fs::remove_file(folder.path().join(SUMS_NAME)).unwrap();
    findings(folder.path()).await
}

async fn findings(folder: &Path) -> Vec<String> {
    Embedded::open(folder).unwrap().verify().await.unwrap()
}

fn content_file(folder: &Path) -> PathBuf {
    for first in 0..=u8::MAX {
        let Ok(mut names) = fs::read_dir(folder.join(format!("content/{first:02x}"))) else {
            continue;
        };
        if let Some(name) = names.next() {
            return name.unwrap().path();
        }
    }
    panic!("there is a file");
}

fn digest_of(file: &Path) -> String {
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    name(file.parent().unwrap()) + &name(file)
}

#[tokio::test]
async fn a_flipped_bit_in_a_content_file_is_named() {
    let folder = written().await;
    let file = content_file(folder.path());
    let mut bytes = fs::read(&file).unwrap();
    bytes[50_000] ^= 1;
    fs::write(&file, bytes).unwrap();
    let expected = format!("content {} is not what was written", digest_of(&file));
    assert_eq!(findings(folder.path()).await, [expected]);
}

#[tokio::test]
async fn a_content_file_that_is_gone_is_named() {
    let folder = written().await;
    let file = content_file(folder.path());
    fs::remove_file(&file).unwrap();
    let expected = format!("content {} is not there", digest_of(&file));
    assert_eq!(findings(folder.path()).await, [expected]);
}

#[tokio::test]
async fn a_damaged_content_file_is_mended_when_the_same_bytes_come_again() {
    let folder = written().await;
    let file = content_file(folder.path());
    fs::write(&file, b"short").unwrap();
    let store = Embedded::open(folder.path()).unwrap();
    content(&store, &large(6), at(5));
    assert_eq!(store.verify().await.unwrap(), SOUND);
}

#[tokio::test]
async fn a_strangers_file_among_the_content_is_named() {
    let folder = written().await;
    fs::create_dir_all(folder.path().join("content/00")).unwrap();
    fs::write(folder.path().join("content/00/notes.txt"), "hello").unwrap();
    assert_eq!(findings(folder.path()).await, ["folder content/00 holds 1 files of somebody else"]);
}

#[tokio::test]
async fn changed_small_content_is_named() {
    let found =
        found_after("UPDATE row_bytes SET bytes = zeroblob(length(bytes)) WHERE id = 2").await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].ends_with("is not what was written"), "{found:?}");
}

#[tokio::test]
async fn lost_small_content_is_named() {
    let found = found_after("DELETE FROM row_bytes WHERE id = 2").await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].ends_with("is not there"), "{found:?}");
}

#[tokio::test]
async fn a_changed_event_is_named_and_only_it() {
    for change in ["error_code = 'memo.ok'", "at = at + 1", "memo = NULL", "size_bytes = NULL"] {
        let sql = format!(
            "DROP TRIGGER events_are_not_changed; UPDATE events SET {change} WHERE seq = 4"
        );
        let expected =
            "event log: event 4 does not fit its hash; it, or what came before it, was changed";
        assert_eq!(found_after(&sql).await, [expected], "{change}");
    }
}

#[tokio::test]
async fn an_event_whose_hash_was_made_to_fit_breaks_the_next() {
    let found = found_after(
        "DROP TRIGGER events_are_not_changed; UPDATE events SET hash = randomblob(32) WHERE seq = 4",
    )
    .await;
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("event log: event 4 "), "{found:?}");
    assert!(found[1].starts_with("event log: event 5 "), "{found:?}");
}

#[tokio::test]
async fn a_removed_event_is_named() {
    let found =
        found_after("DROP TRIGGER events_are_not_removed; DELETE FROM events WHERE seq = 4").await;
    assert!(found.contains(&"event log: events 4 to 4 are not there".into()), "{found:?}");
}

#[tokio::test]
async fn a_shortened_event_log_is_named() {
    let found =
        found_after("DROP TRIGGER events_are_not_removed; DELETE FROM events WHERE seq > 10").await;
    assert!(found.contains(&"event log: its end is not the one last written".into()), "{found:?}");
}

#[tokio::test]
async fn an_event_that_makes_no_sense_is_named() {
    let found = found_after(
        "DROP TRIGGER events_are_not_changed; UPDATE events SET tag = 'NONSENSE' WHERE seq = 4",
    )
    .await;
    assert_eq!(found, ["event log: event 4 cannot be read"]);
}

#[tokio::test]
async fn rows_that_vanished_are_noticed_by_the_counters() {
    let found = found_after("DELETE FROM jobs").await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("counters: "), "{found:?}");
}

#[tokio::test]
async fn a_scrambled_page_is_named() {
    let folder = written().await;
    let file = folder.path().join(FILE_NAME);
    let mut bytes = fs::read(&file).unwrap();
    // The pages after the schema's own, each by a little.
    for page in bytes[4096 * 8..].chunks_mut(4096) {
        page[..16].fill(0xEE);
    }
    fs::write(&file, bytes).unwrap();
    // So much damage may keep it from opening; that is an answer as well.
    if let Ok(store) = Embedded::open(folder.path()) {
        assert_ne!(store.verify().await.unwrap(), SOUND);
    }
}

#[tokio::test]
async fn the_event_log_refuses_to_be_changed() {
    let folder = written().await;
    let database = Connection::open(folder.path().join(FILE_NAME)).unwrap();
    for sql in ["UPDATE events SET at = 0 WHERE seq = 1", "DELETE FROM events WHERE seq = 1"] {
        let error = database.execute(sql, []).unwrap_err();
        assert!(error.to_string().contains("the event log is append-only"), "{error}");
    }
}

#[tokio::test]
async fn findings_name_no_person_and_no_words() {
    let folder = written().await;
    let database = Connection::open(folder.path().join(FILE_NAME)).unwrap();
    database
        .execute_batch(
            "DROP TRIGGER events_are_not_changed;
             UPDATE events SET error_code = 'Vagn 2211771212', tag = 'Vagn 2211771212' WHERE seq = 2;
             UPDATE row_bytes SET bytes = CAST('Vagn 2211771212' AS BLOB) WHERE id = 1;",
        )
        .unwrap();
    drop(database);
    fs::remove_file(folder.path().join(SUMS_NAME)).unwrap();
    let found = findings(folder.path()).await;
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        !found.concat().contains("Vagn") && !found.concat().contains("2211771212"),
        "{found:?}"
    );
}
