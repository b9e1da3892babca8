//! The journal: restarts, torn ends, damage, more than fits memory, and what nobody needs any more.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use brevdue_exchange::storage::{Claim, ContentRef, Contents as _};
use brevdue_exchange::{Incoming, Lane, StorageError, Store as _, SystemId, WorkKind};
use rusqlite::Connection;
use uuid::Uuid;

use super::super::journal::Limits;
use super::super::schema::FILE_NAME;
use super::super::{Damage, Embedded};
use super::samples::*;

/// Bytes of one of these letters as a record, 7 of them padding.
const RECORD: usize = 176 + 1001 + 7;

/// Four letters to a segment.
fn small() -> Limits {
    Limits { segment_bytes: 5400, ..Limits::default() }
}

fn segments(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        fs::read_dir(folder.join("journal")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn read(store: &Embedded, content: &ContentRef) -> Result<String, StorageError> {
    let mut text = String::new();
    store.open(content)?.read_to_string(&mut text).unwrap();
    Ok(text)
}

async fn receive(store: &Embedded, numbers: impl IntoIterator<Item = u64>) {
    for number in numbers {
        store.receive(incoming(store, number)).await.unwrap();
    }
}

fn numbers(letters: &[Incoming]) -> Vec<u64> {
    letters.iter().map(|letter| u64::try_from(letter.key.0.as_u128()).unwrap()).collect()
}

#[tokio::test]
async fn what_was_not_filed_is_claimed_after_a_restart_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = Embedded::open_with(folder.path(), small()).unwrap();
    receive(&store, 11..=40).await;
    let letters = claim_incoming(&store, 30).await;
    // Not in their order, and one in three is left.
    for letter in letters.iter().rev().filter(|letter| letter.key.0.as_u128() % 3 != 0) {
        store.commit(filing(letter)).await.unwrap();
    }
    drop(store);
    assert_eq!(segments(folder.path()).len(), 8);

    let store = Embedded::open_with(folder.path(), small()).unwrap();
    assert_eq!(store.counts().await.unwrap().incoming, 10);
    receive(&store, [41]).await;
    assert_eq!(file_all(&store).await, [12, 15, 18, 21, 24, 27, 30, 33, 36, 39, 41]);
    drop(store);

    let store = Embedded::open_with(folder.path(), small()).unwrap();
    assert_eq!(store.counts().await.unwrap().incoming, 0);
    assert_eq!(letters_there(&store, 50).await, (11..=41).collect::<Vec<_>>());
    for number in 11..=41 {
        let memo = store.memo(key(number)).await.unwrap().unwrap();
        assert_eq!(read(&store, &memo.content).unwrap(), text_of(number));
    }
    assert_eq!(store.verify().await.unwrap(), SOUND);
}

/// Cut off at any byte, the journal yields every letter that is whole in it.
#[tokio::test]
async fn a_torn_journal_yields_every_letter_before_the_tear() {
    let folder = tempfile::tempdir().unwrap();
    let store = Embedded::open(folder.path()).unwrap();
    receive(&store, 11..=13).await;
    drop(store);
    let whole = fs::read(&segments(folder.path())[0]).unwrap();
    assert_eq!(whole.len(), 32 + 3 * RECORD);
    for (number, tear) in [1, 100, 175, 176, 177, 1000, RECORD - 1]
        .map(|at| (2u64, at))
        .into_iter()
        .chain([(1, 5), (1, 200), (3, 0)])
    {
        let length = 32 + usize::try_from(number - 1).unwrap() * RECORD + tear;
        // Cut off, and as a file system leaves it that had not written the last pages.
        let mut zeroed = whole[..length].to_vec();
        zeroed.resize(whole.len(), 0);
        let zeroed_in_head = tear == 0;
        for (torn, is_zeroed) in [(whole[..length].to_vec(), false), (zeroed, true)] {
            if is_zeroed && !zeroed_in_head {
                continue;
            }
            let copy = tempfile::tempdir().unwrap();
            fs::create_dir(copy.path().join("journal")).unwrap();
            fs::write(copy.path().join("journal/00000001.log"), torn).unwrap();
            let store = Embedded::open(copy.path()).unwrap();
            receive(&store, [20]).await;
            let expected: Vec<u64> = (11..10 + number).chain([20]).collect();
            assert_eq!(file_all(&store).await, expected, "letter {number} torn at {tear}");
            assert_eq!(store.verify().await.unwrap(), SOUND);
        }
    }
}

/// Eight letters in two segments, of which the first four are filed.
async fn half_filed() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let store = Embedded::open_with(folder.path(), small()).unwrap();
    receive(&store, 11..=18).await;
    for letter in claim_incoming(&store, 4).await {
        store.commit(filing(&letter)).await.unwrap();
    }
    folder
}

/// In the preface, a filed letter and one that waits; in heads, letters, padding; in the last one of all.
const PLACES: [(usize, usize); 11] = [
    (0, 3),
    (0, record(1)),
    (0, record(1) + 30),
    (0, record(2) + 700),
    (0, record(3) + RECORD - 1),
    (1, record(0) + 9),
    (1, record(1) + 160),
    (1, record(2) + 176),
    (1, record(3) + 26),
    (1, record(3) + 500),
    (1, record(3) + RECORD - 1),
];

const fn record(number: usize) -> usize {
    32 + number * RECORD
}

/// A copy of a store in which these bits of one byte of the journal are others.
fn copy_with_flips(folder: &Path, segment: usize, at: usize, bits: u8) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    let copied = std::process::Command::new("cp")
        .args(["--recursive", "--"])
        .args([folder.join("."), copy.path().to_owned()])
        .status();
    assert!(copied.unwrap().success());
    let path = segments(copy.path())[segment].clone();
    let mut bytes = fs::read(&path).unwrap();
    bytes[at] ^= bits;
    fs::write(&path, bytes).unwrap();
    copy
}

async fn found_damaged(store: &Embedded) -> Vec<Damage> {
    let later = store.check().await.unwrap();
    store.damage().iter().cloned().chain(later).collect()
}

#[tokio::test]
async fn a_flipped_bit_anywhere_in_the_journal_is_named_and_put_back() {
    let folder = half_filed().await;
    for (segment, at) in PLACES {
        let copy = copy_with_flips(folder.path(), segment, at, 0x10);
        let store = Embedded::open_with(copy.path(), small()).unwrap();
        // Before anybody has looked at all of it.
        for number in 11..=14 {
            let memo = store.memo(key(number)).await.unwrap().unwrap();
            assert_eq!(read(&store, &memo.content).unwrap(), text_of(number), "byte {at}");
        }
        let [damage] = &found_damaged(&store).await[..] else { panic!("{segment}, {at}") };
        assert_eq!(damage.file, format!("journal/{:08}.log", segment + 1));
        assert_eq!(damage.what, format!("bit 4 of byte {at} was flipped"));
        assert!(damage.mended);
        assert_eq!(store.verify().await.unwrap(), SOUND, "segment {segment}, byte {at}");
        let original = fs::read(&segments(folder.path())[segment]).unwrap();
        assert_eq!(fs::read(&segments(copy.path())[segment]).unwrap(), original);
        assert_eq!(fs::read_dir(copy.path().join("parked")).unwrap().count(), 1);
        assert_eq!(file_all(&store).await, [15, 16, 17, 18], "segment {segment}, byte {at}");
    }
}

#[tokio::test]
async fn what_no_single_bit_explains_in_the_journal_is_named_and_the_rest_is_served() {
    let folder = half_filed().await;
    for (segment, at) in PLACES {
        let copy = copy_with_flips(folder.path(), segment, at, 0x11);
        let store = Embedded::open_with(copy.path(), small()).unwrap();
        let found = found_damaged(&store).await;
        assert!(!found.is_empty(), "segment {segment}, byte {at}");
        let name = format!("journal/{:08}.log", segment + 1);
        let lines = store.verify().await.unwrap();
        for line in &lines {
            assert!(!line.contains(&format!("{name}: journal")), "named once: {line}");
        }
        assert!(found.iter().all(|damage| damage.file == name && !damage.mended), "{found:?}");
        let waiting = claim_incoming(&store, 50).await;
        let readable = waiting.iter().filter(|l| read(&store, &l.content).is_ok()).count();
        let hurt = usize::from(segment == 1 && (at - 32) % RECORD < RECORD - 1);
        assert_eq!(readable, 4 - hurt, "segment {segment}, byte {at}: {waiting:?}");
        // It goes on after the damage.
        receive(&store, [30]).await;
        let letters = claim_incoming(&store, 1).await;
        assert_eq!(numbers(&letters), [30]);
        assert!(read(&store, &letters[0].content).is_ok());
    }
}

/// A loss of power leaves anything behind what was synced, also more than a head has bytes.
#[tokio::test]
async fn an_end_that_nobody_can_read_is_named_once_and_put_aside() {
    let folder = tempfile::tempdir().unwrap();
    let store = Embedded::open(folder.path()).unwrap();
    receive(&store, 11..=13).await;
    drop(store);
    let path = segments(folder.path())[0].clone();
    let whole = fs::read(&path).unwrap();
    let noise: Vec<u8> = (0..300u32).map(|n| ((n * 7919) >> 3) as u8).collect();
    fs::write(&path, [&whole[..], &noise].concat()).unwrap();

    let store = Embedded::open(folder.path()).unwrap();
    let [damage] = store.damage() else { panic!("{:?}", store.damage()) };
    assert_eq!(
        damage.what,
        format!(
            "bytes {} to {}, its end, cannot be read and were put aside",
            whole.len(),
            whole.len() + 300
        )
    );
    assert!(!damage.mended);
    let parked = format!("parked/journal-00000001-{}", whole.len());
    assert_eq!(fs::read(folder.path().join(parked)).unwrap(), noise);
    receive(&store, [20]).await;
    assert_eq!(file_all(&store).await, [11, 12, 13, 20]);
    assert_eq!(store.verify().await.unwrap(), SOUND);
}

#[tokio::test]
async fn bytes_that_look_like_a_record_are_none_when_they_lie_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let store = Embedded::open(folder.path()).unwrap();
    receive(&store, [11]).await;
    let journal = fs::read(&segments(folder.path())[0]).unwrap();
    // A letter that holds a whole record, and then damage right before it.
    let letter =
        Incoming { content: content(&store, &journal[32..], at(0)), ..incoming(&store, 12) };
    store.receive(letter).await.unwrap();
    receive(&store, [13]).await;
    drop(store);
    let path = &segments(folder.path())[0];
    let mut bytes = fs::read(path).unwrap();
    // More than one bit, which would be put back.
    bytes[32 + RECORD] ^= 3;
    fs::write(path, bytes).unwrap();
    let store = Embedded::open(folder.path()).unwrap();
    assert_eq!(file_all(&store).await, [11, 13]);
}

/// Sends letters of three accounts, more than fit, and files them while more come and the store is
/// opened anew.
#[tokio::test]
async fn what_has_no_room_in_memory_is_left_in_the_journal_and_fetched_in_its_turn() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits { held: 24, held_of_one: 8, held_of_one_when_full: 2, ..small() };
    let mut store = Embedded::open_with(folder.path(), limits).unwrap();
    let (mut sent, mut filed, mut lanes_served) = (10, Vec::new(), Vec::new());
    for round in 0..12 {
        if round % 5 == 4 {
            drop(store);
            store = Embedded::open_with(folder.path(), limits).unwrap();
        }
        if round < 8 {
            for _ in 0..20 {
                sent += 1;
                let mut letter = incoming(&store, sent);
                // Of ten letters six are from the first account, three from the second.
                let account = match sent % 10 {
                    0..6 => 1,
                    6..9 => 2,
                    _ => 3,
                };
                if let brevdue_exchange::Origin::System { system, .. } = &mut letter.origin {
                    *system = SystemId(Uuid::from_u128(account));
                }
                letter.lane = if sent % 4 == 0 { Lane::Interactive } else { Lane::Bulk };
                store.receive(letter).await.unwrap();
            }
        }
        let counts = store.counts().await.unwrap();
        assert_eq!(counts.incoming + counts.memos, sent - 10, "round {round}");
        let letters = claim_incoming(&store, 11).await;
        lanes_served.extend(letters.iter().map(|letter| letter.lane));
        for letter in letters {
            store.commit(filing(&letter)).await.unwrap();
            filed.extend(numbers(&[letter]));
        }
    }
    assert!(lanes_served.contains(&Lane::Bulk) && lanes_served.contains(&Lane::Interactive));
    filed.extend(file_all(&store).await);
    filed.sort_unstable();
    assert_eq!(filed, (11..=sent).collect::<Vec<_>>(), "each once");
    assert_eq!(letters_there(&store, sent).await, filed);
    drop(store);
    let store = Embedded::open_with(folder.path(), limits).unwrap();
    assert_eq!(store.next_due(WorkKind::Inside).await.unwrap(), Some(at(1)), "its jobs");
    assert_eq!(store.counts().await.unwrap().incoming, 0);
    assert_eq!(store.verify().await.unwrap(), SOUND);
}

#[tokio::test]
async fn when_too_many_wait_bulk_is_refused_first_and_taken_again_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let limits =
        Limits { unfiled: 16, held: 8, held_of_one: 4, held_of_one_when_full: 2, ..small() };
    let store = Embedded::open_with(folder.path(), limits).unwrap();
    let letter = |number, lane| Incoming { lane, ..incoming(&store, number) };
    let mut taken = Vec::new();
    for number in 11..=60 {
        let lane = if number <= 40 { Lane::Bulk } else { Lane::Interactive };
        match store.receive(letter(number, lane)).await {
            Ok(()) => taken.push(number),
            Err(StorageError::Full) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(taken, (11..=26).chain(41..=42).collect::<Vec<_>>());
    for letter in claim_incoming(&store, 3).await {
        store.commit(filing(&letter)).await.unwrap();
    }
    store.receive(letter(70, Lane::Bulk)).await.unwrap();
    let again = store.receive(letter(71, Lane::Bulk)).await;
    assert!(matches!(again, Err(StorageError::Full)), "{again:?}");
    assert_eq!(file_all(&store).await.len(), 16);
    assert_eq!(store.counts().await.unwrap().incoming, 0);
}

#[tokio::test]
async fn a_long_queue_is_looked_through_while_the_store_answers() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(Embedded::open(folder.path()).unwrap());
    let mut sending = tokio::task::JoinSet::new();
    for first in 0..50 {
        let store = Arc::clone(&store);
        sending.spawn(async move { receive(&store, (1..=200).map(|n| first * 200 + n)).await });
    }
    sending.join_all().await;
    drop(store);
    let store = Embedded::open(folder.path()).unwrap();
    assert!(store.counts().await.unwrap().incoming >= 8192);
    while store.counts().await.unwrap().incoming < 10_000 {
        tokio::task::yield_now().await;
    }
    let (now, lease_until) = (at(2), at(1000));
    let claim = Claim {
        kind: WorkKind::Inside,
        worker: WORKER,
        now,
        lease_until,
        limit: 20_000,
        for_bulk: 0,
        most_bulk: u32::MAX,
    };
    let mut found = numbers(&store.claim_incoming(claim).await.unwrap());
    found.sort_unstable();
    assert_eq!(found, (1..=10_000).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_segment_goes_when_it_is_filed_and_no_message_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = Embedded::open_with(folder.path(), small()).unwrap();
    receive(&store, 11..=23).await;
    let letters = claim_incoming(&store, 13).await;
    for letter in letters.iter().filter(|letter| letter.key != key(17)) {
        store.commit(filing(letter)).await.unwrap();
    }
    // Retention has removed some messages: all of the first segment, and all filed of the second.
    let others = Connection::open(folder.path().join(FILE_NAME)).unwrap();
    let remove = |numbers: std::ops::RangeInclusive<u64>| {
        for number in numbers {
            let key = Uuid::from_u128(u128::from(number));
            others
                .execute("DELETE FROM memos WHERE key = ?1", [key.as_bytes().as_slice()])
                .unwrap();
        }
    };
    remove(11..=18);
    store.sweep(at(0)).await.unwrap();
    assert_eq!(segments(folder.path()).len(), 4, "they came after the time that was named");
    store.sweep(at(100)).await.unwrap();
    assert_eq!(segments(folder.path()).len(), 3, "the second holds a letter that is not filed");
    store.commit(filing(&letters[6])).await.unwrap();
    store.sweep(at(100)).await.unwrap();
    assert_eq!(segments(folder.path()).len(), 3, "and then one that is named");
    remove(17..=17);
    store.sweep(at(100)).await.unwrap();
    assert_eq!(segments(folder.path()).len(), 2);
    remove(19..=23);
    store.sweep(at(100)).await.unwrap();
    assert_eq!(segments(folder.path()).len(), 1, "the last one is being written");
    receive(&store, [30]).await;
    assert_eq!(file_all(&store).await, [30]);
}

#[tokio::test]
async fn a_segment_that_is_gone_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let store = Embedded::open_with(folder.path(), small()).unwrap();
    receive(&store, 11..=16).await;
    file_all(&store).await;
    fs::remove_file(&segments(folder.path())[0]).unwrap();
    drop(store);
    let store = Embedded::open_with(folder.path(), small()).unwrap();
    let memo = store.memo(key(11)).await.unwrap().unwrap();
    let read = read(&store, &memo.content);
    assert!(matches!(read, Err(StorageError::Damaged(_))), "{read:?}");
    let found = store.verify().await.unwrap();
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(
        found[0].contains("is not where its message says, in journal 00000001+32"),
        "{found:?}"
    );
}
