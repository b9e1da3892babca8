//! How many letters a second become durable, beside plain SQLite on the same disk in the same run.
//!
//! A letter is 10 KB. For us it is what accepting one asks of the store: its bytes through a content
//! sink, then a batch of a submission, a message, two events and a piece of work. For plain SQLite it is
//! one row with 10 KB in one table. Both wait for an fsync; plain SQLite puts 1, 8 or 64 rows in one
//! transaction, we have 1, 8 or 64 senders at once and make the transactions ourselves.
//!
//! `cargo bench -p brevdue-store --bench accepting -- [--quick]`; `TMPDIR` chooses the disk.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints what it measured, and stops when it cannot measure"
)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use brevdue_exchange::storage::{Contents as _, Store as _};
use brevdue_exchange::{
    Batch, Event, EventId, EventTag, Job, JobId, Lane, Memo, MemoKey, MemoState, Op,
    OrganisationId, Origin, SystemId, Transmission, TransmissionId, Work,
};
use brevdue_memo::Timestamp;
use brevdue_store::Embedded;
use rusqlite::Connection;
use uuid::Uuid;

const LETTER_BYTES: usize = 10_000;
const BATCHES: [usize; 3] = [1, 8, 64];

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (rounds, span) =
        if quick { (2, Duration::from_millis(500)) } else { (5, Duration::from_secs(2)) };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();

    println!("letters of {LETTER_BYTES} bytes made durable in a second, median of {rounds} rounds");
    println!("{:>8} {:>12} {:>12} {:>7}", "at once", "brevdue", "plain", "ratio");
    for at_once in BATCHES {
        let (mut ours, mut plain) = (Vec::new(), Vec::new());
        // In turns, so that a disk that is busy for a while is busy for both.
        for _ in 0..rounds {
            plain.push(plain_sqlite(at_once, span));
            ours.push(runtime.block_on(embedded(at_once, span)));
        }
        let (ours, plain) = (median(ours), median(plain));
        println!("{at_once:>8} {ours:>12.0} {plain:>12.0} {:>6.0}%", 100.0 * ours / plain);
    }
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

/// The rival: one table, one row for each letter.
fn plain_sqlite(batch: usize, span: Duration) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let connection = plain_database(folder.path());
    let mut insert =
        connection.prepare("INSERT INTO letters (uuid, letter) VALUES (?1, ?2)").unwrap();
    let mut letter = vec![b'x'; LETTER_BYTES];
    let (start, mut done) = (Instant::now(), 0u64);
    while start.elapsed() < span {
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        for _ in 0..batch {
            done += 1;
            letter[..8].copy_from_slice(&done.to_be_bytes());
            insert.execute((scattered(done).as_bytes(), &letter)).unwrap();
        }
        connection.execute_batch("COMMIT").unwrap();
    }
    done as f64 / start.elapsed().as_secs_f64()
}

fn plain_database(folder: &Path) -> Connection {
    let connection = Connection::open(folder.join("plain.sqlite")).unwrap();
    connection.pragma_update(None, "page_size", 8192).unwrap();
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(())).unwrap();
    connection.pragma_update(None, "synchronous", "full").unwrap();
    connection
        .execute_batch("CREATE TABLE letters (id INTEGER PRIMARY KEY, uuid BLOB, letter BLOB)")
        .unwrap();
    connection
}

/// Ours: `senders` at once, each sending the next letter when the last is durable.
async fn embedded(senders: usize, span: Duration) -> f64 {
    let store = Arc::new(Embedded::temporary().unwrap());
    let (numbers, done) = (Arc::new(AtomicU64::new(1)), Arc::new(AtomicU64::new(0)));
    let start = Instant::now();
    let senders: Vec<_> = (0..senders)
        .map(|_| {
            let (store, numbers, done) =
                (Arc::clone(&store), Arc::clone(&numbers), Arc::clone(&done));
            tokio::spawn(async move {
                while start.elapsed() < span {
                    let number = numbers.fetch_add(1, Ordering::Relaxed);
                    store.commit(accepted(&store, number)).await.unwrap();
                    done.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for sender in senders {
        sender.await.unwrap();
    }
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!(store.counts().await.unwrap().memos, done.load(Ordering::Relaxed));
    done.load(Ordering::Relaxed) as f64 / seconds
}

/// What accepting one letter asks of the store.
fn accepted(store: &Embedded, number: u64) -> Batch {
    let now = Timestamp::from_millis(1_795_000_000_000 + i64::try_from(number).unwrap());
    let mut letter = vec![b'x'; LETTER_BYTES];
    letter[..8].copy_from_slice(&number.to_be_bytes());
    let mut sink = store.begin(now).unwrap();
    sink.write(&letter).unwrap();
    let content = sink.finish().unwrap();

    let transmission = TransmissionId(ordered(number));
    let key = MemoKey(ordered(number));
    let (system, organisation) = (SystemId(scattered(0)), OrganisationId(scattered(1)));
    let origin = Origin::System { system, organisation };
    let claimed_uuid = Some(scattered(number + (1 << 40)));
    let event = |part: u64, tag| {
        Op::AddEvent(Box::new(Event {
            id: EventId(ordered(4 * number + part)),
            at: now,
            tag,
            transmission: Some(transmission),
            memo: Some(key),
            message_uuid: claimed_uuid,
            system: Some(system),
            organisation: Some(organisation),
            receipt_status: None,
            error_code: None,
            size_bytes: Some(LETTER_BYTES as u64),
            owner: None,
            actor: None,
            door: None,
        }))
    };
    Batch {
        ops: vec![
            Op::AddTransmission(Transmission {
                id: transmission,
                origin,
                received_at: now,
                lane: Lane::Interactive,
                archive: None,
                extracted: true,
                door: None,
            }),
            Op::AddMemo(Box::new(Memo {
                key,
                transmission,
                origin,
                lane: Lane::Interactive,
                claimed_uuid,
                message_uuid: None,
                content,
                state: MemoState::Received,
                outline: None,
                received_at: now,
                available_at: None,
            })),
            event(0, EventTag::MemoSendReceived),
            event(1, EventTag::TechnicalReceiptSent),
            Op::AddJob(Job {
                id: JobId(ordered(number)),
                work: Work::Check(key),
                lane: Lane::Interactive,
                due: now,
                account: None,
                failures: 0,
                failing_since: None,
            }),
        ],
    }
}

/// An id that sorts by its number, as version 7 does.
fn ordered(number: u64) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | u128::from(number))
}

/// An id that sorts anywhere, as version 4 does.
fn scattered(number: u64) -> Uuid {
    // splitmix64: each number once, in no order.
    let mix = |seed: u64| {
        let mut mixed = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    };
    Uuid::from_u64_pair(mix(number), mix(!number))
}
