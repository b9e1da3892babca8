//! Letters to try the store with.

use brevdue_exchange::storage::{Claim, ContentRef, Contents as _};
use brevdue_exchange::{
    Batch, Event, EventId, EventTag, Incoming, Job, JobId, Lane, Memo, MemoKey, MemoState, Op,
    OrganisationId, Origin, Store as _, SystemId, Transmission, TransmissionId, Work, WorkKind,
    WorkerId,
};
use brevdue_memo::Timestamp;
use uuid::Uuid;

use super::super::Embedded;
use super::super::writer::Task;

pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_795_000_000_000).plus_seconds(seconds)
}

pub(super) fn key(number: u64) -> MemoKey {
    MemoKey(Uuid::from_u128(u128::from(number)))
}

/// Bytes that belong in a file.
pub(super) fn large(seed: u8) -> Vec<u8> {
    (0..100_000u32).map(|n| n.to_le_bytes()[0] ^ n.to_le_bytes()[1] ^ seed).collect()
}

pub(super) fn content(store: &Embedded, bytes: &[u8], now: Timestamp) -> ContentRef {
    let mut sink = store.begin(now).unwrap();
    sink.write(bytes).unwrap();
    sink.finish().unwrap()
}

/// What accepting a small letter changes.
pub(super) fn letter(store: &Embedded, number: u64) -> Batch {
    let text = format!("<memo {number}/>").repeat(100);
    letter_of(number, content(store, text.as_bytes(), at(0)))
}

pub(super) fn letter_of(number: u64, content: ContentRef) -> Batch {
    let id = Uuid::from_u128(u128::from(number));
    let origin = Origin::System { system: SystemId(id), organisation: OrganisationId(id) };
    let event = |tag| {
        Op::AddEvent(Box::new(Event {
            id: EventId(id),
            at: at(1),
            tag,
            transmission: Some(TransmissionId(id)),
            memo: Some(MemoKey(id)),
            message_uuid: None,
            system: Some(SystemId(id)),
            organisation: None,
            receipt_status: None,
            error_code: Some("memo.invalid".into()),
            size_bytes: Some(content.length_bytes),
            owner: None,
            actor: Some(id),
            door: None,
        }))
    };
    Batch {
        ops: vec![
            Op::AddTransmission(Transmission {
                id: TransmissionId(id),
                origin,
                received_at: at(1),
                lane: Lane::Interactive,
                archive: None,
                extracted: true,
                door: None,
            }),
            event(EventTag::MemoSendReceived),
            event(EventTag::TechnicalReceiptSent),
            Op::AddJob(Job {
                id: JobId(id),
                work: Work::Check(MemoKey(id)),
                lane: Lane::Interactive,
                account: None,
                due: at(1),
                failures: 0,
                failing_since: None,
            }),
            Op::AddMemo(Box::new(Memo {
                key: MemoKey(id),
                transmission: TransmissionId(id),
                origin,
                lane: Lane::Interactive,
                claimed_uuid: None,
                message_uuid: None,
                content,
                state: MemoState::Received,
                outline: None,
                received_at: at(1),
                available_at: None,
            })),
        ],
    }
}

/// What a small letter says: 1,001 bytes for a number of two digits.
pub(super) fn text_of(number: u64) -> String {
    format!("<memo {number}/>").repeat(100) + "\n"
}

/// A small letter as it is received.
pub(super) fn incoming(store: &Embedded, number: u64) -> Incoming {
    let id = Uuid::from_u128(u128::from(number));
    Incoming {
        key: MemoKey(id),
        transmission: TransmissionId(id),
        origin: Origin::System { system: SystemId(id), organisation: OrganisationId(id) },
        lane: Lane::Interactive,
        claimed_uuid: Some(id),
        content: content(store, text_of(number).as_bytes(), at(0)),
        received_at: at(1),
    }
}

/// Claims at most `limit` letters that were received.
pub(super) async fn claim_incoming(store: &Embedded, limit: u32) -> Vec<Incoming> {
    let (kind, worker) = (WorkKind::Inside, WORKER);
    let (now, lease_until) = (at(2), at(1000));
    let claim = Claim { kind, worker, now, lease_until, limit, for_bulk: 0, most_bulk: limit };
    store.claim_incoming(claim).await.unwrap()
}

/// What files a letter: as if it had been accepted with [`letter`].
pub(super) fn filing(letter: &Incoming) -> Batch {
    let number = u64::try_from(letter.key.0.as_u128()).unwrap();
    let mut batch = Batch::of(Op::FinishIncoming { key: letter.key, worker: WORKER });
    batch.ops.extend(letter_of(number, letter.content.clone()).ops);
    batch
}

/// Files whatever was received, and returns the numbers.
pub(super) async fn file_all(store: &Embedded) -> Vec<u64> {
    let mut numbers = Vec::new();
    loop {
        let letters = claim_incoming(store, 50).await;
        if letters.is_empty() {
            numbers.sort_unstable();
            return numbers;
        }
        for letter in letters {
            store.commit(filing(&letter)).await.unwrap();
            numbers.push(u64::try_from(letter.key.0.as_u128()).unwrap());
        }
    }
}

pub(super) const WORKER: WorkerId = WorkerId(Uuid::from_u128(0xB0));

/// The numbers among `1..=last` of the letters that are there, each of them whole.
pub(super) async fn letters_there(store: &Embedded, last: u64) -> Vec<u64> {
    let mut there = Vec::new();
    for number in 1..=last {
        let Some(memo) = store.memo(key(number)).await.unwrap() else { continue };
        assert!(store.transmission(memo.transmission).await.unwrap().is_some(), "letter {number}");
        assert_eq!(store.events_of(memo.key).await.unwrap().len(), 2, "letter {number}");
        assert!(store.open(&memo.content).is_ok(), "letter {number}");
        there.push(number);
    }
    let counts = store.counts().await.unwrap();
    let whole = there.len() as u64;
    assert_eq!((counts.transmissions, counts.memos, counts.jobs), (whole, whole, whole));
    there
}

pub(super) const SOUND: [String; 0] = [];

/// Does something on the writer's thread, between two transactions, and waits until it is done.
pub(super) async fn between(
    store: &Embedded,
    act: impl FnOnce(&rusqlite::Connection) + Send + 'static,
) {
    let (told, done) = tokio::sync::oneshot::channel();
    let act = move |writer: &rusqlite::Connection| {
        act(writer);
        let _ = told.send(());
    };
    let tasks = store.tasks.as_ref().unwrap();
    assert!(tasks.send(Task::Between(Box::new(act))).await.is_ok());
    done.await.unwrap();
}

/// Stops the writer until what is returned is dropped.
pub(super) async fn hold(store: &Embedded) -> std::sync::mpsc::Sender<()> {
    let (go_on, held) = std::sync::mpsc::channel::<()>();
    let (told, stopped) = tokio::sync::oneshot::channel();
    let wait = move |_: &rusqlite::Connection| {
        let _ = told.send(());
        let _ = held.recv();
    };
    let tasks = store.tasks.as_ref().unwrap();
    assert!(tasks.send(Task::Between(Box::new(wait))).await.is_ok());
    stopped.await.unwrap();
    go_on
}
