//! Records: versions, lists, and the bytes that belong to them.

use std::io::Read as _;
use std::sync::Arc;

use uuid::Uuid;

use super::samples::*;
use super::{commit, conflict};
use crate::storage::{Expect, Op, Record, RecordKind, Store, Swept};
use crate::*;

fn record(number: u128, owner: u128, name: &str) -> Record {
    Record {
        kind: RecordKind::Draft,
        id: id(number),
        owner: id(owner),
        name: name.into(),
        version: 1,
        created_at: at(1),
        updated_at: at(1),
        body: r#"{"titel":"Ærø"}"#.into(),
        contents: Vec::new(),
    }
}

fn put(record: &Record, expect: Expect) -> Op {
    Op::PutRecord(Box::new(record.clone()), expect)
}

fn ids(records: &[Record]) -> Vec<Uuid> {
    records.iter().map(|record| record.id).collect()
}

pub async fn a_record_is_read_back_with_its_bytes(store: Arc<dyn Store>) {
    let bytes = [b"lille".to_vec(), large(1), Vec::new()];
    let contents = bytes.iter().map(|bytes| content(&store, bytes)).collect();
    let draft = Record { contents, ..record(1, 9, "kladde") };
    commit(&store, [put(&draft, Expect::Absent)]).await;
    let kept = store.record(RecordKind::Draft, id(1)).await.unwrap().unwrap();
    assert_eq!(kept, draft);
    for (content, expected) in kept.contents.iter().zip(&bytes) {
        let mut found = Vec::new();
        store.open(content).unwrap().read_to_end(&mut found).unwrap();
        assert!(found == *expected);
    }
    assert_eq!(store.record(RecordKind::Logo, id(1)).await.unwrap(), None, "another kind");
    assert_eq!(store.sweep(at(1000)).await.unwrap(), Swept { removed: 0, kept: 1, missing: 0 });
    assert_eq!(store.verify().await.unwrap(), Vec::<String>::new());
}

pub async fn a_record_is_made_once_and_changed_from_the_version_that_was_read(
    store: Arc<dyn Store>,
) {
    let first = record(1, 9, "a");
    let what = RecordKind::Draft.word();
    let missing = conflict(&store, [put(&first, Expect::Version(1))]).await;
    assert_eq!(missing, Conflict::Missing { what });
    commit(&store, [put(&first, Expect::Absent)]).await;
    assert_eq!(conflict(&store, [put(&first, Expect::Absent)]).await, Conflict::Exists { what });

    let second = Record { version: 2, updated_at: at(2), body: "{}".into(), ..first.clone() };
    commit(&store, [put(&second, Expect::Version(1))]).await;
    let late = [put(&first, Expect::Version(1))];
    assert_eq!(conflict(&store, late).await, Conflict::Changed { what });
    let late = [Op::RemoveRecord(RecordKind::Draft, id(1), Expect::Version(1))];
    assert_eq!(conflict(&store, late).await, Conflict::Changed { what });
    assert_eq!(store.record(RecordKind::Draft, id(1)).await.unwrap(), Some(second));

    commit(&store, [put(&first, Expect::Anything)]).await;
    assert_eq!(store.record(RecordKind::Draft, id(1)).await.unwrap(), Some(first));
}

pub async fn a_record_that_goes_lets_go_of_its_bytes(store: Arc<dyn Store>) {
    let of =
        |number| Record { contents: vec![content(&store, &large(number))], ..record(1, 9, "") };
    commit(&store, [put(&of(1), Expect::Absent)]).await;
    // Replaced: the first bytes go, the second stay.
    commit(&store, [put(&of(2), Expect::Version(1))]).await;
    assert_eq!(store.sweep(at(1000)).await.unwrap(), Swept { removed: 1, kept: 1, missing: 0 });
    commit(&store, [Op::RemoveRecord(RecordKind::Draft, id(1), Expect::Version(1))]).await;
    assert_eq!(store.record(RecordKind::Draft, id(1)).await.unwrap(), None);
    assert_eq!(store.sweep(at(1000)).await.unwrap(), Swept { removed: 1, kept: 0, missing: 0 });
    let again = [Op::RemoveRecord(RecordKind::Draft, id(1), Expect::Anything)];
    commit(&store, again).await;
}

pub async fn records_are_listed_by_owner_by_kind_and_by_name(store: Arc<dyn Store>) {
    for number in 1..=7 {
        let made = record(number, 9, if number % 2 == 0 { "lige" } else { "ulige" });
        // The later the number, the older; then by id.
        let made = Record { created_at: at(10 - (number as i64) / 2), ..made };
        commit(&store, [put(&made, Expect::Absent)]).await;
    }
    commit(&store, [put(&record(8, 4, ""), Expect::Absent)]).await;
    let logo = Record { kind: RecordKind::Logo, ..record(1, 9, "lige") };
    commit(&store, [put(&logo, Expect::Absent)]).await;

    let oldest_first = [6, 7, 4, 5, 2, 3, 1].map(id);
    let all = store.records(RecordKind::Draft, id(9), page(0, 100)).await.unwrap();
    assert_eq!((ids(&all.items), all.total), (oldest_first.to_vec(), 7));
    let second = store.records(RecordKind::Draft, id(9), page(1, 3)).await.unwrap();
    assert_eq!((ids(&second.items), second.total), (oldest_first[3..6].to_vec(), 7));
    let kind = store.records_of_kind(RecordKind::Draft, page(0, 2)).await.unwrap();
    assert_eq!((ids(&kind.items), kind.total), (vec![id(8), id(6)], 8));
    let named = store.records_named(RecordKind::Draft, "lige").await.unwrap();
    assert_eq!(ids(&named), [6, 4, 2].map(id));
    assert_eq!(store.records_named(RecordKind::Draft, "").await.unwrap(), []);
}
