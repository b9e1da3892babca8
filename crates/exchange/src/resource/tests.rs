use std::sync::Arc;

use serde::Deserialize;

use super::*;
use crate::ids::Ids;
use crate::storage::memory::Memory;
use crate::{Batch, Clock, Conflict, Policy};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Logo {
    file_name: String,
}

impl Resource for Logo {
    const KIND: RecordKind = RecordKind::Logo;

    fn name(&self) -> String {
        self.file_name.clone()
    }
}

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1000)
    }
}

impl Ids for Fixed {
    fn random(&self) -> Uuid {
        Uuid::nil()
    }
    fn ordered(&self) -> Uuid {
        Uuid::nil()
    }
}

fn exchange() -> Exchange {
    Exchange::new(Memory::open(), Arc::new(Fixed), Arc::new(Fixed), Policy::default())
}

fn logo(number: u128, file_name: &str) -> Kept<Logo> {
    let body = Logo { file_name: file_name.into() };
    Kept::new(
        Uuid::from_u128(number),
        Uuid::from_u128(9),
        Timestamp::from_millis(number as i64),
        body,
    )
}

async fn commit(exchange: &Exchange, op: Op) -> Result<(), StorageError> {
    exchange.store().commit(Batch { ops: vec![op] }).await
}

#[tokio::test]
async fn of_two_changes_from_one_version_the_second_is_refused() {
    let exchange = exchange();
    let first = logo(1, "a.png");
    commit(&exchange, first.add().unwrap()).await.unwrap();
    let read = exchange.kept::<Logo>(first.id).await.unwrap().unwrap();
    assert_eq!(read, first);

    let later = Timestamp::from_millis(2000);
    let (second, op) = read.clone().change(later).unwrap();
    commit(&exchange, op).await.unwrap();
    assert_eq!((second.version, second.updated_at), (2, later));
    assert_eq!(exchange.kept::<Logo>(first.id).await.unwrap(), Some(second));

    let (_, late) = read.clone().change(later).unwrap();
    for op in [late, read.remove()] {
        match commit(&exchange, op).await {
            Err(StorageError::Conflict(Conflict::Changed { what: "logo" })) => {}
            other => panic!("a conflict was expected, not {other:?}"),
        }
    }
}

#[tokio::test]
async fn resources_are_listed_whole_up_to_a_limit_and_found_by_name() {
    let exchange = exchange();
    for number in 1..=1500 {
        let name = if number == 7 { "syv.png" } else { "" };
        commit(&exchange, logo(number, name).add().unwrap()).await.unwrap();
    }
    let all = exchange.kept_all::<Logo>(None, 10_000).await.unwrap();
    assert_eq!((all.items.len(), all.total), (1500, 1500));
    let some = exchange.kept_all::<Logo>(Some(Uuid::from_u128(9)), 1200).await.unwrap();
    assert_eq!((some.items.len(), some.total), (1200, 1500));
    let named = exchange.kept_named::<Logo>("syv.png").await.unwrap();
    assert_eq!(named.iter().map(|logo| logo.id.as_u128()).collect::<Vec<_>>(), [7]);
}

#[tokio::test]
async fn a_body_that_is_not_what_it_should_be_is_damage_and_is_not_quoted() {
    let exchange = exchange();
    let Ok(Op::PutRecord(mut record, expect)) = logo(1, "").add() else { panic!("it is a record") };
    record.body = r#"{"file_name": 7, "cpr": "7107712345"}"#.into();
    commit(&exchange, Op::PutRecord(record, expect)).await.unwrap();
    let error = exchange.kept::<Logo>(Uuid::from_u128(1)).await.unwrap_err().to_string();
    assert!(error.contains("logo") && !error.contains("7107712345"), "{error}");
}
