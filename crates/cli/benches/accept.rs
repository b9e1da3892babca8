//! Letters accepted durably over HTTP, beside plain SQLite on the same disk in the same run.
//!
//! Each of N connections sends letters of 10 KB one after the other and waits for each technical
//! receipt, while the server checks and delivers what came before. The rival puts the same bytes into
//! a table, N rows to a transaction, with `synchronous=FULL` and a write-ahead log: what a commit of N
//! letters costs at least, without HTTP, without checks, without receipts.
//!
//! Also here: how soon `brevdue up` answers after a start that is not the first.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use brevdue_wire::PagingResultUuid;
use rusqlite::{Connection, params};
use support::dice::Dice;
use support::http::Client;
use support::letters::{Parties, letter};
use support::server::Server;
use uuid::Uuid;

const LETTER_BYTES: usize = 10_000;
const CONNECTIONS: [usize; 3] = [1, 8, 64];
const ROUNDS: usize = 3;
const ROUND: Duration = Duration::from_secs(4);

fn main() {
    // `cargo test --benches` runs us to see that we work, not to measure.
    let short = !std::env::args().any(|argument| argument == "--bench");
    let (rounds, time) = if short { (1, Duration::from_millis(300)) } else { (ROUNDS, ROUND) };

    starts(if short { 1 } else { 7 });

    let mut server = Server::start(&[]);
    let place = tempfile::tempdir().unwrap();
    println!(
        "accepted durably, letters of {LETTER_BYTES} bytes, median of {rounds} rounds of {time:?}\n"
    );
    println!("connections   brevdue      SQLite      ratio   slowest 1 %");
    println!("            letters/s      rows/s                        ms");
    let mut accepted = 0;
    let began = Instant::now();
    for connections in CONNECTIONS {
        let (mut ours, mut theirs, mut slow) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..rounds {
            let (count, waits) = brevdue(&server, connections, time);
            accepted += count;
            ours.push(count as f64 / time.as_secs_f64());
            slow.push(waits);
            theirs.push(sqlite(place.path(), connections, round, time));
        }
        let (ours, theirs) = (median(ours), median(theirs));
        println!(
            "{connections:>11} {ours:>9.0} {theirs:>11.0} {:>10.2} {:>13.1}",
            ours / theirs,
            median(slow)
        );
    }
    let receipts = wait_for_receipts(&server, accepted);
    println!(
        "\n{accepted} letters accepted, {receipts} delivered with a receipt {:.1} s after the first",
        began.elapsed().as_secs_f64()
    );
    server.stop();
}

/// How soon the first request is answered, counted from before the process is made.
fn starts(rounds: usize) {
    let mut server = Server::start(&["--https", "127.0.0.1:0"]);
    server.stop();
    let times: Vec<f64> = (0..rounds)
        .map(|_| {
            let begun = Instant::now();
            server.restart();
            assert_eq!(server.client().get("/testing/country").unwrap().status, 200);
            let taken = begun.elapsed().as_secs_f64() * 1000.0;
            server.stop();
            taken
        })
        .collect();
    println!("first answer after a start: {:.0} ms (median of {rounds})\n", median(times));
}

/// Letters accepted, and the wait in milliseconds that one in a hundred exceeded.
fn brevdue(server: &Server, connections: usize, time: Duration) -> (usize, f64) {
    let person =
        server.country().people.into_iter().find(|one| one.status == "REGISTERED").unwrap();
    let parties = Parties::to_person("12345678", &person.cpr);
    let over = AtomicBool::new(false);
    let waits: Mutex<Vec<f64>> = Mutex::default();
    thread::scope(|scope| {
        for _ in 0..connections {
            let mut client = server.client_of("tusindfryd-afsender");
            let (parties, over, waits) = (&parties, &over, &waits);
            scope.spawn(move || {
                let mut dice = Dice(Dice::seed());
                let mut own = Vec::new();
                while !over.load(Ordering::Relaxed) {
                    let uuid = dice.uuid();
                    let begun = Instant::now();
                    send(&mut client, uuid, parties);
                    if !over.load(Ordering::Relaxed) {
                        own.push(begun.elapsed().as_secs_f64() * 1000.0);
                    }
                }
                waits.lock().unwrap().extend(own);
            });
        }
        thread::sleep(time);
        over.store(true, Ordering::Relaxed);
    });
    let mut waits = waits.into_inner().unwrap();
    waits.sort_by(f64::total_cmp);
    (waits.len(), waits[waits.len() * 99 / 100])
}

fn send(client: &mut Client, uuid: Uuid, parties: &Parties) {
    let bytes = letter(uuid, parties, LETTER_BYTES);
    let path = format!("/apis/v1/memos/?memo-message-uuid={uuid}");
    let answer = client.post(&path, "application/xml", &bytes).unwrap();
    assert_eq!(answer.status, 201, "{}", answer.text());
}

/// Rows inserted in a second.
fn sqlite(place: &Path, batch: usize, round: usize, time: Duration) -> f64 {
    let mut connection = Connection::open(place.join(format!("{batch}-{round}.sqlite"))).unwrap();
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE letters (id INTEGER PRIMARY KEY, uuid BLOB NOT NULL, body BLOB NOT NULL);",
        )
        .unwrap();
    let mut dice = Dice(7);
    let body = letter(dice.uuid(), &Parties::to_person("12345678", "6101501234"), LETTER_BYTES);
    let mut rows = 0;
    let begun = Instant::now();
    while begun.elapsed() < time {
        let transaction = connection.transaction().unwrap();
        {
            let mut insert = transaction
                .prepare_cached("INSERT INTO letters (uuid, body) VALUES (?1, ?2)")
                .unwrap();
            for _ in 0..batch {
                insert.execute(params![dice.uuid().as_bytes(), body]).unwrap();
            }
        }
        transaction.commit().unwrap();
        rows += batch;
    }
    rows as f64 / begun.elapsed().as_secs_f64()
}

/// Waits until as many receipts wait as letters were accepted at least.
fn wait_for_receipts(server: &Server, accepted: usize) -> u64 {
    let mut client = server.client_of("tusindfryd-afsender");
    let begun = Instant::now();
    loop {
        let list: PagingResultUuid = client.get("/apis/v1/receipts/?size=1").unwrap().json();
        if list.total_elements >= accepted as u64 {
            return list.total_elements;
        }
        assert!(begun.elapsed() < Duration::from_secs(300), "receipts are missing");
        thread::sleep(Duration::from_millis(50));
    }
}

fn median(mut list: Vec<f64>) -> f64 {
    list.sort_by(f64::total_cmp);
    list[list.len() / 2]
}
