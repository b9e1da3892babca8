//! Content: small in the row, large in the store, and the sweep.

use std::io::{Read as _, Seek as _, SeekFrom};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::commit;
use super::samples::*;
use crate::storage::{ContentRef, Digest, Op, Place, ROW_BYTES, StorageError, Store, Swept};
use crate::*;

fn read(store: &Arc<dyn Store>, content: &ContentRef) -> Vec<u8> {
    let mut bytes = Vec::new();
    store.open(content).expect("it is there").read_to_end(&mut bytes).expect("it can be read");
    bytes
}

pub async fn up_to_64_kib_travel_in_the_row(store: Arc<dyn Store>) {
    for length in [0, 1, ROW_BYTES as usize] {
        let bytes = vec![b'x'; length];
        let content = content(&store, &bytes);
        assert!(content.place == Place::Row(bytes.clone().into()), "{length} bytes");
        assert_eq!(read(&store, &content), bytes);
    }
    assert_eq!(store.sweep(at(1000)).await.unwrap(), Swept::default());
}

pub async fn more_than_64_kib_go_to_the_store(store: Arc<dyn Store>) {
    for length in [ROW_BYTES as usize + 1, 3_000_000] {
        let bytes = vec![b'y'; length];
        let content = content(&store, &bytes);
        assert!(content.place == Place::Store, "{length} bytes");
        assert_eq!(content.length_bytes, length as u64);
        assert!(read(&store, &content) == bytes, "{length} bytes come back");
    }
}

pub async fn digests_are_sha_256_and_lengths_are_told(store: Arc<dyn Store>) {
    for bytes in [Vec::new(), b"brev".to_vec(), large(1)] {
        let content = content(&store, &bytes);
        assert_eq!(content.digest, Digest(Sha256::digest(&bytes).into()));
        assert_eq!(content.length_bytes, bytes.len() as u64);
    }
}

pub async fn the_same_bytes_are_stored_once(store: Arc<dyn Store>) {
    let first = content(&store, &large(1));
    let second = content(&store, &large(1));
    assert_eq!(first, second);
    content(&store, &large(2));
    let swept = store.sweep(at(-1)).await.unwrap();
    assert_eq!(swept, Swept { removed: 0, kept: 2, missing: 0 });
}

pub async fn a_dropped_sink_leaves_nothing(store: Arc<dyn Store>) {
    let mut sink = store.begin(at(0)).unwrap();
    sink.write(&large(1)).unwrap();
    drop(sink);
    let swept = store.sweep(at(1000)).await.unwrap();
    assert_eq!(swept, Swept::default());
    assert_eq!(store.verify().await.unwrap(), Vec::<String>::new());
}

pub async fn content_can_be_read_from_anywhere(store: Arc<dyn Store>) {
    for bytes in [b"0123456789".repeat(10), large(3)] {
        let content = content(&store, &bytes);
        let mut source = store.open(&content).unwrap();
        let mut ten = [0; 10];
        source.seek(SeekFrom::Start(50)).unwrap();
        source.read_exact(&mut ten).unwrap();
        assert_eq!(ten, bytes[50..60]);
        let end = source.seek(SeekFrom::End(-10)).unwrap();
        assert_eq!(end, bytes.len() as u64 - 10);
        source.read_exact(&mut ten).unwrap();
        assert_eq!(ten, bytes[bytes.len() - 10..]);
        assert_eq!(source.read(&mut ten).unwrap(), 0);
        source.seek(SeekFrom::Start(0)).unwrap();
        source.read_exact(&mut ten).unwrap();
        assert_eq!(ten, bytes[..10]);
    }
}

/// Names bytes that nobody wrote.
fn lost() -> ContentRef {
    ContentRef { digest: Digest([9; 32]), length_bytes: 100_000, place: Place::Store }
}

pub async fn content_that_is_not_there_is_damage(store: Arc<dyn Store>) {
    match store.open(&lost()).map(|_| ()) {
        Err(StorageError::Damaged(_)) => {}
        other => panic!("damage was expected, not {other:?}"),
    }
}

pub async fn small_content_survives_with_its_memo(store: Arc<dyn Store>) {
    let letter = memo(&store, 1);
    let bytes = read(&store, &letter.content);
    commit(&store, [Op::AddMemo(Box::new(letter))]).await;
    let kept = store.memo(key(1)).await.unwrap().unwrap();
    assert_eq!(read(&store, &kept.content), bytes);
}

pub async fn a_sweep_removes_old_content_that_nothing_names(store: Arc<dyn Store>) {
    let orphan = content_at(&store, &large(1), at(0));
    let swept = store.sweep(at(100)).await.unwrap();
    assert_eq!(swept, Swept { removed: 1, kept: 0, missing: 0 });
    assert!(matches!(store.open(&orphan).map(|_| ()), Err(StorageError::Damaged(_))));
}

pub async fn a_sweep_keeps_what_rows_name(store: Arc<dyn Store>) {
    let letter = Memo { content: content(&store, &large(1)), ..memo(&store, 1) };
    let archive = Transmission {
        archive: Some(content(&store, &large(2))),
        extracted: false,
        ..transmission(5)
    };
    commit(&store, [Op::AddMemo(Box::new(letter.clone())), Op::AddTransmission(archive)]).await;
    content(&store, &large(3));
    let swept = store.sweep(at(1_000_000)).await.unwrap();
    assert_eq!(swept, Swept { removed: 1, kept: 2, missing: 0 });
    assert!(read(&store, &letter.content) == large(1));
}

pub async fn a_sweep_keeps_what_is_young(store: Arc<dyn Store>) {
    let young = content_at(&store, &large(1), at(100));
    let swept = store.sweep(at(100)).await.unwrap();
    assert_eq!(swept, Swept { removed: 0, kept: 1, missing: 0 });
    assert!(read(&store, &young) == large(1));
}

pub async fn bytes_written_again_are_young_again(store: Arc<dyn Store>) {
    content_at(&store, &large(1), at(0));
    // A second submission of the same bytes, whose row is not there yet.
    let again = content_at(&store, &large(1), at(500));
    let swept = store.sweep(at(400)).await.unwrap();
    assert_eq!(swept, Swept { removed: 0, kept: 1, missing: 0 });
    assert!(read(&store, &again) == large(1));
}

pub async fn the_bytes_of_an_archive_go_once_it_was_taken_apart(store: Arc<dyn Store>) {
    let archive = Transmission {
        archive: Some(content(&store, &large(2))),
        extracted: false,
        ..transmission(5)
    };
    let id = archive.id;
    commit(&store, [Op::AddTransmission(archive)]).await;
    assert_eq!(store.sweep(at(1000)).await.unwrap().removed, 0);
    commit(&store, [Op::SetExtracted(id)]).await;
    assert_eq!(store.sweep(at(1000)).await.unwrap().removed, 1);
}

pub async fn a_row_without_its_bytes_is_reported(store: Arc<dyn Store>) {
    let letter = Memo { content: lost(), ..memo(&store, 1) };
    commit(&store, [Op::AddMemo(Box::new(letter))]).await;
    let swept = store.sweep(at(1000)).await.unwrap();
    assert_eq!(swept, Swept { removed: 0, kept: 0, missing: 1 });
    assert_eq!(store.verify().await.unwrap().len(), 1);
}

pub async fn a_sound_store_verifies_without_findings(store: Arc<dyn Store>) {
    let letter = Memo { content: content(&store, &large(1)), ..memo(&store, 1) };
    commit(
        &store,
        [
            Op::AddMemo(Box::new(letter)),
            Op::AddMemo(Box::new(memo(&store, 2))),
            Op::AddEvent(Box::new(event(1, EventTag::MemoSendReceived, Some(1), 1))),
            Op::AddEvent(Box::new(event(2, EventTag::MemoSendValidated, Some(1), 1))),
        ],
    )
    .await;
    assert_eq!(store.verify().await.unwrap(), Vec::<String>::new());
}
