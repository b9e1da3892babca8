//! Killed, and cut off in the middle of a write: what was acknowledged is there.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use brevdue_exchange::{StorageError, Store as _};

use super::super::Embedded;
use super::super::schema::FILE_NAME;
use super::samples::*;

/// Tells the child which folder to write to.
const FOLDER: &str = "BREVDUE_TEST_FOLDER";

/// Tells the child the number of its first letter.
const FIRST: &str = "BREVDUE_TEST_FIRST";

const SENDERS: u64 = 8;

/// Not a test of its own: the process that the tests below kill. Sends letters as fast as it can and
/// prints the number of each that was acknowledged. Ends when the store takes no more.
#[test]
#[ignore = "started by the tests that kill it"]
fn child_that_sends_until_it_dies() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let first: u64 = std::env::var(FIRST).unwrap().parse().unwrap();
    let store = Arc::new(Embedded::open(folder).unwrap());
    let numbers = Arc::new(AtomicU64::new(first));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let send = |store: Arc<Embedded>, numbers: Arc<AtomicU64>| async move {
            loop {
                let number = numbers.fetch_add(1, Ordering::Relaxed);
                // Each way of accepting a letter there is.
                let answer = match number % 10 {
                    0 => {
                        let mut bytes = large(0);
                        bytes[..8].copy_from_slice(&number.to_le_bytes());
                        let content = content(&store, &bytes, at(0));
                        store.commit(letter_of(number, content)).await
                    }
                    1 => store.commit(letter(&store, number)).await,
                    _ => store.receive(incoming(&store, number)).await,
                };
                match answer {
                    Ok(()) => println!("acknowledged {number}"),
                    Err(error) => {
                        println!("refused {number}: {error}");
                        assert!(
                            matches!(error, StorageError::Unavailable(_) | StorageError::Failed(_)),
                            "{error:?}"
                        );
                        break;
                    }
                }
            }
        };
        let local = tokio::task::LocalSet::new();
        for _ in 0..SENDERS {
            local.spawn_local(send(Arc::clone(&store), Arc::clone(&numbers)));
        }
        // Files what comes, and stays behind.
        let filing_on = {
            let store = Arc::clone(&store);
            async move {
                loop {
                    let letters = claim_incoming(&store, 3).await;
                    if letters.is_empty() {
                        store.work_arrived(brevdue_exchange::WorkKind::Inside).await;
                    }
                    for letter in letters {
                        let _ = store.commit(filing(&letter)).await;
                    }
                }
            }
        };
        tokio::select! { () = local => {} () = filing_on => {} }
        // What it could not write, it can still read.
        assert!(store.counts().await.is_ok());
        println!("ended");
    });
}

/// Starts the child; `limit` is a shell command to run before it.
fn start(folder: &Path, first: u64, limit: &str) -> Child {
    let this = std::env::current_exe().unwrap();
    let test = "embedded::tests::crashes::child_that_sends_until_it_dies";
    Command::new("sh")
        .args(["-c", &format!("{limit} exec \"$0\" --exact {test} --ignored --nocapture")])
        .arg(this)
        .env(FOLDER, folder)
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn acknowledged(line: &str) -> Option<u64> {
    line.rsplit_once("acknowledged ")?.1.parse().ok()
}

#[tokio::test]
async fn a_killed_store_has_every_letter_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let (mut acked, mut first, mut unfiled) = (Vec::new(), 1, 0);
    for round in 0..6u64 {
        let mut child = start(folder.path(), first, "");
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut of_this_round = 0;
        for line in lines {
            // A line may be cut off by the kill; then nobody was told.
            acked.extend(
                line.ok().as_deref().and_then(acknowledged).inspect(|_| of_this_round += 1),
            );
            if of_this_round == 20 + 13 * round {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(of_this_round >= 20, "the child did send, in round {round}");

        let store = Embedded::open(folder.path()).unwrap();
        let last = acked.iter().max().unwrap() + SENDERS;
        let left = file_all(&store).await;
        let there = letters_there(&store, last).await;
        unfiled += left.len();
        let lost: Vec<_> = acked.iter().filter(|number| !there.contains(number)).collect();
        assert!(lost.is_empty(), "round {round} lost {lost:?}");
        assert_eq!(store.verify().await.unwrap(), SOUND, "round {round}");
        // Bytes that came before the kill and whose row did not: at most one for each sender.
        let swept = store.sweep(at(100)).await.unwrap();
        assert!(swept.removed <= SENDERS && swept.missing == 0, "{swept:?}");
        first = last + 1;
    }
    assert!(unfiled > 0, "no letter was killed between its receipt and its filing");
}

/// Cut off at any byte, the log yields every commit that is whole in it, and nothing of the next.
#[tokio::test]
async fn a_torn_log_yields_every_commit_before_the_tear() {
    let folder = tempfile::tempdir().unwrap();
    let store = Embedded::open(folder.path()).unwrap();
    let log_name = format!("{FILE_NAME}-wal");
    let mut ends = vec![fs::metadata(folder.path().join(&log_name)).unwrap().len()];
    for number in 1..=6 {
        store.commit(letter(&store, number)).await.unwrap();
        ends.push(fs::metadata(folder.path().join(&log_name)).unwrap().len());
    }
    let database = fs::read(folder.path().join(FILE_NAME)).unwrap();
    let log = fs::read(folder.path().join(&log_name)).unwrap();
    drop(store);

    for number in 1..=6 {
        let (start, end) = (ends[number - 1], ends[number]);
        assert!(start < end, "commit {number} is in the log");
        for tear in [start + 1, (start + end) / 2, end - 1] {
            let flipped = {
                let mut log = log.clone();
                log[usize::try_from(tear).unwrap()] ^= 0x40;
                log
            };
            for torn in [&log[..usize::try_from(tear).unwrap()], &flipped[..]] {
                let copy = tempfile::tempdir().unwrap();
                fs::write(copy.path().join(FILE_NAME), &database).unwrap();
                fs::write(copy.path().join(&log_name), torn).unwrap();
                let store = Embedded::open(copy.path()).unwrap();
                let expected: Vec<u64> = (1..number as u64).collect();
                assert_eq!(letters_there(&store, 6).await, expected, "torn at {tear}");
                assert_eq!(store.verify().await.unwrap(), SOUND);
                store.commit(letter(&store, 7)).await.unwrap();
            }
        }
    }
}

/// The system refuses to let files grow, as a full disk does, at whichever write it happens to be.
#[tokio::test]
async fn what_a_full_disk_refused_was_not_acknowledged_and_the_rest_is_there() {
    for blocks in [1000, 1700, 3001] {
        let folder = tempfile::tempdir().unwrap();
        drop(Embedded::open(folder.path()).unwrap());
        // Blocks of 512 bytes; the write fails instead of the process.
        let mut child = start(folder.path(), 1, &format!("trap '' XFSZ; ulimit -f {blocks};"));
        let (mut acked, mut refused, mut ended) = (Vec::new(), Vec::new(), false);
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            acked.extend(acknowledged(&line));
            if let Some((_, rest)) = line.split_once("refused ") {
                refused.push(rest.split(':').next().unwrap().parse::<u64>().unwrap());
            }
            ended |= line.contains("ended");
        }
        child.wait().unwrap();
        assert!(ended && acked.len() > 10, "{blocks} blocks: {} acknowledged", acked.len());
        assert_eq!(refused.len() as u64, SENDERS, "every sender was told");

        let store = Embedded::open(folder.path()).unwrap();
        let last = acked.iter().chain(&refused).max().copied().unwrap();
        acked.sort_unstable();
        file_all(&store).await;
        assert_eq!(letters_there(&store, last).await, acked, "{blocks} blocks");
        assert_eq!(store.verify().await.unwrap(), SOUND);
        store.commit(letter(&store, last + 1)).await.unwrap();
    }
}

#[tokio::test]
async fn a_database_that_may_not_grow_refuses_and_recovers() {
    let store = Arc::new(Embedded::temporary().unwrap());
    store.commit(letter(&store, 1)).await.unwrap();
    between(&store, |writer| {
        let pages: i64 = writer.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        writer.pragma_update_and_check(None, "max_page_count", pages + 20, |_| Ok(())).unwrap();
    })
    .await;
    let mut answers = tokio::task::JoinSet::new();
    for number in 2..=200 {
        let store = Arc::clone(&store);
        answers.spawn(async move { (number, store.commit(letter(&store, number)).await) });
    }
    let (mut acked, mut refused) = (vec![1], 0);
    while let Some(answer) = answers.join_next().await {
        match answer.unwrap() {
            (number, Ok(())) => acked.push(number),
            (_, Err(StorageError::Unavailable(text))) => {
                assert_eq!(text, "the disk is full");
                refused += 1;
            }
            (_, Err(other)) => panic!("{other:?}"),
        }
    }
    acked.sort_unstable();
    assert!(refused > 50, "{refused} refused");
    assert_eq!(letters_there(&store, 300).await, acked);

    between(&store, |writer| {
        writer.pragma_update_and_check(None, "max_page_count", 1_000_000, |_| Ok(())).unwrap();
    })
    .await;
    store.commit(letter(&store, 300)).await.unwrap();
    acked.push(300);
    assert_eq!(letters_there(&store, 300).await, acked);
    assert_eq!(store.verify().await.unwrap(), SOUND);
}

#[tokio::test]
async fn a_commit_nobody_waits_for_any_more_is_made_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let store = Embedded::open(folder.path()).unwrap();
    let gone = tokio::time::timeout(Duration::ZERO, store.commit(letter(&store, 1))).await;
    drop(gone);
    drop(store);
    let store = Embedded::open(folder.path()).unwrap();
    assert_eq!(letters_there(&store, 1).await, [1]);
}
