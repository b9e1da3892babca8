//! From acceptance to the mailbox with all receipts, letter after letter for minutes: whether filing
//! keeps up with what comes in, and whether memory stays flat.
//!
//! `BREVDUE_BENCH_SECONDS` (30) and `BREVDUE_BENCH_PACE` (5,000 letters a second) say how long and how
//! fast; docs/performance.md quotes 300 seconds.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench")]

mod support;
#[path = "../tests/support/mod.rs"]
mod tests;

use std::thread;
use std::time::{Duration, Instant};

use brevdue_wire::PagingResultUuid;
use support::sending::{Door, Sender, Template, send};
use support::{measures, processor_seconds, quantile, resident_bytes, setting};
use tests::letters::Parties;
use tests::server::Server;

const LETTER_BYTES: usize = 10_000;
const SENDER: &str = "tusindfryd-afsender";

fn main() {
    let (seconds, pace) = if measures() {
        (setting("BREVDUE_BENCH_SECONDS", 30), setting("BREVDUE_BENCH_PACE", 5000))
    } else {
        (2, 100)
    };
    let mut server = Server::start(&[]);
    let people = server.country().people.into_iter().filter(|one| one.status == "REGISTERED");
    let templates: Vec<Template> = people
        .map(|one| Template::new(&Parties::to_person("12345678", &one.cpr), LETTER_BYTES))
        .collect();
    let authorization = server.system(SENDER).authorization;
    println!("{pace} letters of {LETTER_BYTES} bytes a second for {seconds} s, 64 connections\n");
    println!("{:>8} {:>14} {:>10} {:>12}", "second", "with receipt", "of a second", "resident MB");

    let begun = Instant::now();
    let sent = thread::scope(|scope| {
        let sending = scope.spawn(|| {
            let time = Duration::from_secs(seconds);
            let pace = Some(pace);
            let sender = Sender {
                door: &Door::Plain(server.http),
                authorization: &authorization,
                connections: 64,
                pace,
                time,
            };
            send(sender, &templates)
        });
        let step = Duration::from_secs((seconds / 10).max(1));
        let (mut before, mut last) = (0, Instant::now());
        while !sending.is_finished() {
            thread::sleep(step.min(Duration::from_secs(seconds).saturating_sub(begun.elapsed())));
            let receipts = receipts(&server);
            let rate = (receipts - before) as f64 / last.elapsed().as_secs_f64();
            (before, last) = (receipts, Instant::now());
            let resident = resident_bytes(server.pid()) as f64 / 1e6;
            println!(
                "{:>8.0} {receipts:>14} {rate:>10.0} {resident:>12.0}",
                begun.elapsed().as_secs_f64()
            );
            if begun.elapsed() >= Duration::from_secs(seconds) {
                break;
            }
        }
        sending.join().unwrap()
    });
    let letters = sent.letters.len() as u64;
    let left = letters - receipts(&server);
    while receipts(&server) < letters {
        assert!(begun.elapsed() < Duration::from_secs(seconds + 600), "receipts are missing");
        thread::sleep(Duration::from_millis(20));
    }
    let all = begun.elapsed().as_secs_f64();
    println!(
        "\n{letters} letters accepted at {:.0}/s; {left} without a receipt when the last was sent, none {:.1} s\n\
         later: {:.0}/s from the first letter to the last receipt. Slowest 1 % of answers {:.1} ms;\n\
         {:.0} µs of processor for each letter in the server; {:.0} MB resident at the end",
        sent.per_second(),
        all - sent.seconds,
        letters as f64 / all,
        quantile(&sent.waits, 0.99),
        processor_seconds(server.pid()) / letters as f64 * 1e6,
        resident_bytes(server.pid()) as f64 / 1e6,
    );
    server.stop();
}

fn receipts(server: &Server) -> u64 {
    let mut client = server.client_of(SENDER);
    let list: PagingResultUuid = client.get("/apis/v1/receipts/?size=1").unwrap().json();
    list.total_elements
}
