//! Opening a store: again, twice, a stranger's, a large one.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use brevdue_exchange::storage::{Claim, Contents as _};
use brevdue_exchange::{Store as _, WorkKind, WorkerId};
use rusqlite::Connection;
use uuid::Uuid;

use super::super::schema::FILE_NAME;
use super::super::sums::SUMS_NAME;
use super::super::{Embedded, OpenError, probe};
use super::samples::*;

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let store = Embedded::open(folder.path()).unwrap();
    store.commit(letter(&store, 1)).await.unwrap();
    store.commit(letter_of(2, content(&store, &large(1), at(0)))).await.unwrap();
    let events = store.events_of(key(1)).await.unwrap();
    drop(store);

    let store = Embedded::open(folder.path()).unwrap();
    assert_eq!(letters_there(&store, 3).await, [1, 2]);
    assert_eq!(store.events_of(key(1)).await.unwrap(), events);
    store.commit(letter(&store, 3)).await.unwrap();
    assert_eq!(store.verify().await.unwrap(), SOUND, "the chain goes on where it ended");
}

#[tokio::test]
async fn work_of_a_process_that_is_gone_is_due_at_once_when_the_store_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = Embedded::open(folder.path()).unwrap();
    store.commit(letter(&store, 1)).await.unwrap();
    let claim = |worker: u128| Claim {
        kind: WorkKind::Inside,
        worker: WorkerId(Uuid::from_u128(worker)),
        now: at(100),
        lease_until: at(100_000),
        limit: 10,
        for_bulk: 0,
        most_bulk: u32::MAX,
    };
    assert_eq!(store.claim(claim(1)).await.unwrap().len(), 1);
    assert_eq!(store.claim(claim(2)).await.unwrap(), []);
    drop(store);

    let store = Embedded::open(folder.path()).unwrap();
    assert_eq!(store.claim(claim(2)).await.unwrap().len(), 1);
    assert_eq!(store.claim(claim(3)).await.unwrap(), [], "and leased as ever");
}

#[test]
fn a_folder_is_open_in_one_store_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = Embedded::open(folder.path()).unwrap();
    match Embedded::open(folder.path()) {
        Err(error @ OpenError::InUse { .. }) => {
            assert!(error.to_string().ends_with("is open in another process"), "{error}");
        }
        other => panic!("it is in use, not {other:?}"),
    }
    drop(store);
    assert!(Embedded::open(folder.path()).is_ok());
}

#[test]
fn a_store_of_a_newer_program_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    drop(Embedded::open(folder.path()).unwrap());
    let database = Connection::open(folder.path().join(FILE_NAME)).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    drop(database);
    let opened = Embedded::open(folder.path());
    assert!(matches!(opened, Err(OpenError::TooNew { found: 99, .. })), "{opened:?}");
}

#[test]
fn a_database_of_another_program_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let database = Connection::open(folder.path().join(FILE_NAME)).unwrap();
    database.execute_batch("CREATE TABLE recipes (id)").unwrap();
    drop(database);
    let opened = Embedded::open(folder.path());
    assert!(matches!(opened, Err(OpenError::NotOurs)), "{opened:?}");
}

#[test]
fn a_folder_that_cannot_be_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let opened = Embedded::open(file.path().join("store"));
    assert!(matches!(opened, Err(OpenError::Folder { .. })), "{opened:?}");
}

#[test]
fn only_the_owner_may_look_into_a_new_folder() {
    use std::os::unix::fs::PermissionsExt as _;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("a").join("store");
    drop(Embedded::open(&folder).unwrap());
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
}

#[tokio::test]
async fn what_a_killed_process_left_half_written_is_cleared_away() {
    let folder = tempfile::tempdir().unwrap();
    drop(Embedded::open(folder.path()).unwrap());
    let left = folder.path().join("content/tmp/left");
    fs::write(&left, large(1)).unwrap();
    let store = Embedded::open(folder.path()).unwrap();
    assert!(!left.exists());
    let kept = content(&store, &large(2), at(0));
    assert!(store.open(&kept).is_ok());
}

#[tokio::test]
async fn a_store_with_100_000_letters_opens_at_once() {
    let folder = tempfile::tempdir().unwrap();
    drop(Embedded::open(folder.path()).unwrap());
    let database = Connection::open(folder.path().join(FILE_NAME)).unwrap();
    database
        .execute_batch(
            "PRAGMA synchronous = off;
             BEGIN;
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
             INSERT INTO memos (key, transmission, lane, content_digest, content_bytes, state,
                received_at)
             SELECT randomblob(16), randomblob(16), 'bulk', randomblob(32), 70000, 'received', i
             FROM n;
             INSERT INTO jobs (id, kind, lane, due, work, subject, failures)
             SELECT randomblob(16), 'inside', lane, received_at, 'check', key, 0 FROM memos;
             UPDATE head SET memos = 100000, jobs = 100000;
             COMMIT;",
        )
        .unwrap();
    drop(database);
    // These letters came behind the store's back.
    std::fs::remove_file(folder.path().join(SUMS_NAME)).unwrap();
    // The best of five: the machine may be busy with other things.
    let best = (0..5)
        .map(|_| {
            let start = Instant::now();
            drop(Embedded::open(folder.path()).unwrap());
            start.elapsed()
        })
        .min()
        .unwrap();
    println!("opened and closed in {best:?}");
    assert!(best < Duration::from_millis(50), "{best:?}");
    let store = Embedded::open(folder.path()).unwrap();
    assert_eq!(store.counts().await.unwrap().memos, 100_000);
}

/// As `docs/store.md` says: the database first, the files after it.
#[tokio::test]
async fn a_copy_made_while_letters_come_is_whole() {
    let store = Arc::new(Embedded::temporary().unwrap());
    let sending = {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            for number in 1..=120u64 {
                let bytes = large(u8::try_from(number).unwrap());
                let batch = if number.is_multiple_of(4) {
                    letter_of(number, content(&store, &bytes, at(0)))
                } else {
                    letter(&store, number)
                };
                store.commit(batch).await.unwrap();
            }
        })
    };
    while store.counts().await.unwrap().memos < 40 {
        tokio::task::yield_now().await;
    }
    let copy = tempfile::tempdir().unwrap();
    let database = Connection::open(store.folder().join(FILE_NAME)).unwrap();
    let target = copy.path().join(FILE_NAME);
    database.execute("VACUUM INTO ?1", [target.to_str().unwrap()]).unwrap();
    sending.await.unwrap();
    let status = std::process::Command::new("cp")
        .arg("--recursive")
        .args([store.folder().join("content"), copy.path().to_owned()])
        .status();
    assert!(status.unwrap().success());

    let copied = Embedded::open(copy.path()).unwrap();
    let there = letters_there(&copied, 120).await;
    assert!(there.len() >= 40, "{} letters", there.len());
    assert_eq!(there, (1..=there.len() as u64).collect::<Vec<_>>());
    assert_eq!(copied.verify().await.unwrap(), SOUND);
}

#[tokio::test]
async fn the_size_on_disk_is_told() {
    let store = Embedded::temporary().unwrap();
    store.commit(letter(&store, 1)).await.unwrap();
    content(&store, &large(1), at(0));
    let size = store.size().unwrap();
    assert_eq!((size.content_files, size.content_bytes), (1, 100_000));
    assert!(size.database_bytes > 8192, "{size:?}");
}

#[test]
fn a_temporary_store_leaves_nothing_behind() {
    let store = Embedded::temporary().unwrap();
    let folder = store.folder().to_owned();
    drop(store);
    assert!(!folder.exists());
}

#[test]
fn a_probe_measures_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let found = probe(folder.path()).unwrap();
    assert!(!found.fsync_median.is_zero() && found.fsync_median <= found.fsync_longest);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_store_that_was_closed_on_a_full_disk_is_sound_when_it_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = Embedded::open(folder.path()).unwrap();
    store.commit(letter(&store, 1)).await.unwrap();
    drop(store);
    let store = Embedded::open(folder.path()).unwrap();
    store.commit(letter(&store, 2)).await.unwrap();
    store.sums.lock().unwrap().fill_their_disk();
    drop(store);

    let log = folder.path().join(format!("{FILE_NAME}-wal"));
    assert!(log.exists(), "no page may move before its checksum");
    let store = Embedded::open(folder.path()).unwrap();
    assert_eq!(store.damage(), []);
    assert_eq!(letters_there(&store, 2).await, [1, 2]);
    assert_eq!(store.verify().await.unwrap(), SOUND);
    drop(store);
    assert!(!log.exists(), "with room again it is moved");
}
