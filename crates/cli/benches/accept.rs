//! Letters of 10 KB accepted durably over HTTP, beside PostgreSQL inserting the same bytes and Postfix
//! accepting as many, on the same disk in the same run.
//!
//! Each of N connections sends letters one after the other and waits for each technical receipt, while
//! the server checks, files and delivers what came before. Nothing is left out of the checks: the run
//! ends when every letter has its business receipt, and says how long that took. The rivals take turns
//! with us, each on an idle machine.
//!
//! The rivals speak without TLS, so that is what is compared; what TLS with the sender's certificate
//! takes is measured beside it, on 64 connections that stay open and on a new one for each letter.
//!
//! Also here: how soon `brevdue up` answers after a start that is not the first.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench")]

mod support;
#[path = "../tests/support/mod.rs"]
mod tests;

use std::thread;
use std::time::{Duration, Instant};

use brevdue_wire::PagingResultUuid;
use support::postfix::Postfix;
use support::postgres::Postgres;
use support::sending::{Door, Sender, Template, send};
use support::{measures, median, processor_seconds, quantile, resident_bytes};
use tests::letters::Parties;
use tests::server::Server;
use uuid::Uuid;

const LETTER_BYTES: usize = 10_000;
const CONNECTIONS: [usize; 3] = [1, 8, 64];
const CLIENTS: [usize; 2] = [8, 32];
const SENDER: &str = "tusindfryd-afsender";

fn main() {
    let (rounds, seconds) = if measures() { (3, 5) } else { (1, 1) };
    starts(if measures() { 7 } else { 1 });

    let mut server = Server::start(&["--https", "127.0.0.1:0"]);
    let templates: Vec<Template> = people(&server)
        .iter()
        .map(|cpr| Template::new(&Parties::to_person("12345678", cpr), LETTER_BYTES))
        .collect();
    let postgres = known(Postgres::start());
    let postfix = known(Postfix::start());
    println!(
        "accepted durably, letters of {LETTER_BYTES} bytes, median of {rounds} rounds of {seconds} s\n"
    );

    let mut accepted = 0;
    let (mut ours, mut theirs) =
        (vec![Vec::new(); CONNECTIONS.len()], vec![Vec::new(); CLIENTS.len()]);
    let (mut slow, mut cost, mut filed, mut drained) =
        (vec![Vec::new(); CONNECTIONS.len()], Vec::new(), Vec::new(), Vec::new());
    let mut mail = Vec::new();
    let doors = [Door::tls(&server, SENDER, false), Door::tls(&server, SENDER, true)];
    let mut secure: [Vec<(f64, f64)>; 2] = Default::default();
    for _ in 0..rounds {
        for (door, rounds) in doors.iter().zip(&mut secure) {
            let taken = processor_seconds(server.pid());
            let sent = sending(&server, door, &templates, 64, seconds);
            accepted += sent.letters.len();
            wait_for_receipts(&server, accepted);
            let used = processor_seconds(server.pid()) - taken;
            rounds.push((sent.per_second(), used / sent.letters.len() as f64 * 1e6));
        }
        for (index, connections) in CONNECTIONS.into_iter().enumerate() {
            let (taken, begun) = (processor_seconds(server.pid()), Instant::now());
            let plain = Door::Plain(server.http);
            let sent = sending(&server, &plain, &templates, connections, seconds);
            let receipts = receipts(&server) - accepted as u64;
            accepted += sent.letters.len();
            let left = sent.letters.len() as u64 - receipts;
            let emptying = Instant::now();
            wait_for_receipts(&server, accepted);
            ours[index].push(sent.per_second());
            slow[index].push(quantile(&sent.waits, 0.99));
            if connections == 64 {
                filed.push(receipts as f64 / sent.seconds);
                drained.push(left as f64 / emptying.elapsed().as_secs_f64());
                let used = processor_seconds(server.pid()) - taken;
                cost.push(used / sent.letters.len() as f64 * 1e6);
                let all = sent.letters.len() as f64 / begun.elapsed().as_secs_f64();
                println!(
                    "  one round at 64: {:.0} letters/s accepted, {all:.0}/s until the last receipt",
                    sent.per_second()
                );
            }
        }
        if let Some(postgres) = &postgres {
            let letter = templates[0].letter(Uuid::from_u128(7));
            for (index, clients) in CLIENTS.into_iter().enumerate() {
                theirs[index].push(postgres.insert(clients, seconds, &letter));
            }
        }
        if let Some(postfix) = &postfix {
            let letters = if measures() { 4000 } else { 100 };
            mail.push(postfix.accept(letters, LETTER_BYTES));
        }
    }

    println!("\n{:<44}{:>10}{:>14}", "", "letters/s", "slowest 1 %");
    let ours: Vec<f64> = ours.into_iter().map(median).collect();
    for ((connections, rate), slow) in CONNECTIONS.iter().zip(&ours).zip(slow) {
        let name = format!("brevdue, {connections} connections");
        println!("{name:<44}{rate:>10.0}{:>11.1} ms", median(slow));
    }
    let best = ours.last().unwrap();
    let over = ["over TLS, 64 connections", "over TLS, a connection for each letter"];
    for (name, rounds) in over.iter().zip(secure) {
        let (rates, costs): (Vec<f64>, Vec<f64>) = rounds.into_iter().unzip();
        let (rate, cost) = (median(rates), median(costs));
        let name = format!("brevdue, {name}");
        println!(
            "{name:<44}{rate:>10.0}   {:.2} of plain HTTP at 64, {cost:.0} µs of processor for a letter",
            rate / best
        );
    }
    if let Some(postgres) = &postgres {
        let theirs: Vec<f64> = theirs.into_iter().map(median).collect();
        for (clients, rate) in CLIENTS.iter().zip(&theirs) {
            println!("{:<44}{rate:>10.0}", format!("{}, {clients} clients", postgres.version));
        }
        let rival = theirs.iter().copied().fold(0.0, f64::max);
        println!("brevdue at 64 / PostgreSQL at its best: {:.2} (goal 2.5)", best / rival);
    }
    if let Some(postfix) = &postfix {
        let rival = median(mail);
        println!("{:<44}{rival:>10.0}", format!("{}, 20 sessions", postfix.version));
        println!("brevdue at 64 / Postfix: {:.1} (goal 15)", best / rival);
    }
    println!(
        "\nat 64 connections: {:.0} letters/s were filed with all receipts meanwhile, {:.0}/s afterwards;\n\
         {:.0} µs of processor for each letter in the server, from its first byte to its receipt",
        median(filed),
        median(drained),
        median(cost)
    );
    println!(
        "{accepted} letters accepted, each delivered with its receipt; {:.0} MB resident at the end",
        resident_bytes(server.pid()) as f64 / 1e6
    );
    server.stop();
}

fn known<T>(rival: Result<T, String>) -> Option<T> {
    rival.map_err(|why| println!("not compared: {why}")).ok()
}

/// The people who get Digital Post.
fn people(server: &Server) -> Vec<String> {
    let people = server.country().people.into_iter();
    people.filter(|one| one.status == "REGISTERED").map(|one| one.cpr).collect()
}

fn sending(
    server: &Server,
    door: &Door,
    templates: &[Template],
    connections: usize,
    seconds: u64,
) -> support::sending::Sent {
    let authorization = server.system(SENDER).authorization;
    let time = Duration::from_secs(seconds);
    let sender = Sender { door, authorization: &authorization, connections, pace: None, time };
    send(sender, templates)
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

fn receipts(server: &Server) -> u64 {
    let mut client = server.client_of(SENDER);
    let list: PagingResultUuid = client.get("/apis/v1/receipts/?size=1").unwrap().json();
    list.total_elements
}

/// Waits until as many receipts wait as letters were accepted.
fn wait_for_receipts(server: &Server, accepted: usize) {
    let begun = Instant::now();
    loop {
        let found = receipts(server);
        assert!(found <= accepted as u64, "one receipt for each letter");
        if found == accepted as u64 {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(600), "receipts are missing");
        thread::sleep(Duration::from_millis(20));
    }
}
