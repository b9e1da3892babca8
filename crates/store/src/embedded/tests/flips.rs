//! One flipped bit, anywhere: it is named, and where a checksum tells which it was, it is flipped back.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use brevdue_exchange::Store as _;

use super::super::Embedded;
use super::super::schema::FILE_NAME;
use super::super::sums::{MARK_NAME, SUMS_NAME};
use super::samples::*;

/// Flips of each file.
const FLIPS: u64 = 40;

/// The folder of a store with some letters, as a crash leaves it: the log is not moved.
async fn crashed() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let store = Embedded::open(folder.path()).unwrap();
    for number in 1..=20 {
        store.commit(letter(&store, number)).await.unwrap();
    }
    let left = tempfile::tempdir().unwrap();
    copy(folder.path(), left.path());
    left
}

async fn closed() -> tempfile::TempDir {
    let folder = crashed().await;
    let store = Embedded::open(folder.path()).unwrap();
    assert_eq!(store.verify().await.unwrap(), SOUND);
    drop(store);
    folder
}

fn copy(from: &Path, to: &Path) {
    for name in [FILE_NAME, SUMS_NAME, MARK_NAME, &format!("{FILE_NAME}-wal")] {
        if from.join(name).exists() {
            fs::copy(from.join(name), to.join(name)).unwrap();
        }
    }
}

fn flip(file: &Path, byte: u64, bit: u64) {
    let file = File::options().read(true).write(true).open(file).unwrap();
    let mut there = [0];
    file.read_exact_at(&mut there, byte).unwrap();
    file.write_all_at(&[there[0] ^ (1 << bit)], byte).unwrap();
}

/// Flips bits all over a file, one in each copy of the store, and sees that each is named and mended.
async fn each_flip_is_mended(original: &Path, name: &str) {
    let length = fs::metadata(original.join(name)).unwrap().len();
    for number in 0..FLIPS {
        let byte = if number < 20 { number % length } else { number * 7919 * 31 % length };
        let folder = tempfile::tempdir().unwrap();
        copy(original, folder.path());
        flip(&folder.path().join(name), byte, number % 8);
        let store = Embedded::open_after_a_look(folder.path()).unwrap();
        let found = store.damage();
        assert_eq!(found.len(), 1, "byte {byte} of {name}: {found:?}");
        assert!(found[0].file == name && found[0].mended, "byte {byte}: {found:?}");
        assert_eq!(store.verify().await.unwrap(), SOUND, "byte {byte} of {name}");
        assert_eq!(store.counts().await.unwrap().memos, 20);
    }
}

#[tokio::test]
async fn any_one_flipped_bit_of_a_closed_store_is_named_and_mended() {
    let folder = closed().await;
    for name in [FILE_NAME, SUMS_NAME, MARK_NAME] {
        each_flip_is_mended(folder.path(), name).await;
    }
}

#[tokio::test]
async fn any_one_flipped_bit_of_a_store_that_crashed_is_named_and_mended() {
    let folder = crashed().await;
    for name in [&format!("{FILE_NAME}-wal"), FILE_NAME, SUMS_NAME, MARK_NAME] {
        each_flip_is_mended(folder.path(), name).await;
    }
}

#[tokio::test]
async fn what_no_single_bit_explains_is_named_and_kept_as_it_was_found() {
    let folder = closed().await;
    let database = folder.path().join(FILE_NAME);
    let page = fs::metadata(&database).unwrap().len() / 4096 - 1;
    flip(&database, page * 4096 + 100, 0);
    flip(&database, page * 4096 + 200, 0);
    let store = Embedded::open_after_a_look(folder.path()).unwrap();
    let [damage] = store.damage() else { panic!("{:?}", store.damage()) };
    assert_eq!(damage.what, format!("page {} is not what was written", page + 1));
    assert!(!damage.mended);
    assert!(folder.path().join(format!("parked/page-{}", page + 1)).exists());
}

#[tokio::test]
async fn a_cut_off_log_is_told_of() {
    let folder = crashed().await;
    let log = folder.path().join(format!("{FILE_NAME}-wal"));
    let length = fs::metadata(&log).unwrap().len();
    File::options().write(true).open(&log).unwrap().set_len(length / 2).unwrap();
    let store = Embedded::open(folder.path()).unwrap();
    let [damage] = store.damage() else { panic!("{:?}", store.damage()) };
    assert!(damage.what.contains("is not what was written"), "{damage:?}");
    assert!(store.counts().await.unwrap().memos < 20);
}
