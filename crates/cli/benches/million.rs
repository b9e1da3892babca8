//! A million letters: how long a case worker's receipt takes while they wait, and how fast a store
//! that has filed them starts and shows its lists.
//!
//! The letters are put into the store as bulk of one sender, before a server runs. Then one starts on
//! it, files them, and meanwhile another sender's single letters are timed from the call to the
//! business receipt in the sender's hands. `BREVDUE_BENCH_LETTERS` (100,000 here; docs/performance.md
//! quotes 1,000,000) says how many.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, reason = "a bench")]

mod support;
#[path = "../tests/support/mod.rs"]
mod tests;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use brevdue_exchange::storage::Contents as _;
use brevdue_exchange::{
    Incoming, Lane, MemoKey, OrganisationId, Origin, Store as _, SystemId, TransmissionId,
};
use brevdue_memo::Timestamp;
use brevdue_store::Embedded;
use brevdue_wire::event::EventLogSearchResult;
use brevdue_wire::{PagingResultUuid, ReceiptSearchResult, ReceiptStatus};
use support::sending::{Door, Sender, Template, send};
use support::{measures, median, quantile, resident_bytes, setting};
use tests::http::Client;
use tests::letters::Parties;
use tests::person::Person;
use tests::server::Server;
use uuid::Uuid;

const LETTER_BYTES: usize = 2000;
const MAILING: &str = "tusindfryd-afsender";
const CASE_WORKERS: &str = "fyrtaarn-afsender";
const RECEIVER: &str = "fyrtaarn-modtager";
/// The case workers' letters in a second.
const PACE: u64 = 20;

fn main() {
    let letters = if measures() { setting("BREVDUE_BENCH_LETTERS", 100_000) } else { 300 };
    // Case workers of this bench write faster than one system is expected to.
    let mut server = Server::start(&["--set", "limits.interactive_per_minute=1000000"]);
    let (inbox, recipients) = recipients(&server, letters);
    server.stop();
    let begun = Instant::now();
    put(&server, letters, &recipients);
    println!(
        "{letters} bulk letters of {LETTER_BYTES} bytes received in {:.1} s",
        begun.elapsed().as_secs_f64()
    );

    println!("first answer of a server on it: {:.0} ms", start(&mut server));
    let began = receipts(&server, MAILING);
    let seconds = if measures() { (letters / 20_000).clamp(5, 60) } else { 1 };
    let waits = case_workers(&server, seconds);
    let filed = receipts(&server, MAILING);
    println!(
        "single letters of another sender, {} of them in {seconds} s: business receipt after {:.0} ms in the \n\
         median, {:.0} ms for the slowest 1 % (goal 1000), {:.0} ms for the slowest; {} bulk letters waited when \n\
         they began, {} when they ended",
        waits.len(),
        quantile(&waits, 0.5),
        quantile(&waits, 0.99),
        waits[waits.len() - 1],
        letters - began,
        letters - filed,
    );
    let (begun, before) = (Instant::now(), filed);
    let mut now = before;
    while now < letters {
        assert!(begun.elapsed() < Duration::from_secs(1200), "receipts are missing");
        thread::sleep(Duration::from_millis(200));
        now = receipts(&server, MAILING);
    }
    let rate = (now - before) as f64 / begun.elapsed().as_secs_f64();
    all_delivered(&server);
    println!(
        "the rest filed with all receipts at {rate:.0}/s; {:.0} MB resident",
        resident_bytes(server.pid()) as f64 / 1e6
    );
    server.stop();

    println!(
        "\na store of {letters} letters\nfirst answer after a start: {:.0} ms (goal 2000)",
        start(&mut server)
    );
    lists(&server, &inbox);
    println!("{:.0} MB resident", resident_bytes(server.pid()) as f64 / 1e6);
    server.stop();
}

/// Time to the first answer in milliseconds.
fn start(server: &mut Server) -> f64 {
    let begun = Instant::now();
    server.restart();
    assert_eq!(server.client().get("/testing/country").unwrap().status, 200);
    begun.elapsed().as_secs_f64() * 1000.0
}

/// Whose inbox gets 10,000 letters (or all the person's share of fewer), and for each letter in turn
/// what it is made of: one in ten goes to an organisation that fetches.
fn recipients(server: &Server, letters: u64) -> ((Uuid, String), Vec<(u64, Template)>) {
    let people: Vec<_> =
        server.country().people.into_iter().filter(|one| one.status == "REGISTERED").collect();
    let template = |parties| Template::new(&parties, LETTER_BYTES);
    let to = |cpr: &str| template(Parties::to_person("12345678", cpr));
    let first = (letters / 10).min(10_000);
    let organisation = letters / 10;
    let rest = (letters - first - organisation).div_ceil(people.len() as u64 - 1);
    let mut recipients = vec![
        (first, to(&people[0].cpr)),
        (organisation, template(Parties::to_organisation("12345678", "22334455", None))),
    ];
    recipients.extend(people[1..].iter().map(|one| (rest, to(&one.cpr))));
    ((people[0].id, people[0].name.clone()), recipients)
}

/// Puts letters into the store of a server that does not run.
fn put(server: &Server, letters: u64, recipients: &[(u64, Template)]) {
    let system = server.system(MAILING);
    let country = server.country();
    let has = |one: &&brevdue_wire::country::CountryOrganisation| {
        one.systems.iter().any(|owned| owned.id == system.id)
    };
    let organisation = country.organisations.iter().find(has).unwrap().id;
    let origin =
        Origin::System { system: SystemId(system.id), organisation: OrganisationId(organisation) };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let now = Timestamp::from_millis(i64::try_from(now).unwrap());
    // One after the other, in the order of a list that says for each how many are still to come.
    let mut left: Vec<(u64, Template)> = recipients.to_vec();
    let mut order = Vec::new();
    while (order.len() as u64) < letters {
        for (index, (count, _)) in left.iter_mut().enumerate().filter(|(_, (count, _))| *count > 0)
        {
            *count -= 1;
            order.push(index);
        }
    }
    order.truncate(usize::try_from(letters).unwrap());
    let (order, left) = (Arc::new(order), Arc::new(left));
    let store = Arc::new(Embedded::open(server.store()).unwrap());
    let next = Arc::new(AtomicU64::new(0));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let senders: Vec<_> = (0..512)
        .map(|_| {
            let (store, next) = (Arc::clone(&store), Arc::clone(&next));
            let (order, left) = (Arc::clone(&order), Arc::clone(&left));
            runtime.spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(index) = order.get(number as usize) else { return };
                    let id = |kind: u128| {
                        let first = 0x0199_0000_0000_7000_8000_0000_0000_0000;
                        Uuid::from_u128(first + (kind << 40) + u128::from(number))
                    };
                    // Of version 4, as a message's must be.
                    let uuid = Uuid::from_u128(
                        0x0199_0000_0000_4000_8000_0000_0000_0000 + u128::from(number),
                    );
                    let letter = left[*index].1.letter(uuid);
                    let mut sink = store.begin(now).unwrap();
                    sink.write(&letter).unwrap();
                    let incoming = Incoming {
                        key: MemoKey(id(1)),
                        transmission: TransmissionId(id(2)),
                        origin,
                        lane: Lane::Bulk,
                        claimed_uuid: Some(uuid),
                        content: sink.finish().unwrap(),
                        received_at: now,
                    };
                    store.receive(incoming).await.unwrap();
                }
            })
        })
        .collect();
    runtime.block_on(async {
        for sender in senders {
            sender.await.unwrap();
        }
    });
}

/// Sends single letters and fetches their receipts; how long each took in milliseconds, sorted.
fn case_workers(server: &Server, seconds: u64) -> Vec<f64> {
    let people = server.country().people.into_iter().filter(|one| one.status == "REGISTERED");
    let templates: Vec<Template> = people
        .take(10)
        .map(|one| Template::new(&Parties::to_person("22334455", &one.cpr), LETTER_BYTES))
        .collect();
    let system = server.system(CASE_WORKERS);
    let over = AtomicBool::new(false);
    let (sent, seen) = thread::scope(|scope| {
        let fetching = scope.spawn(|| {
            let mut client = server.client_of(CASE_WORKERS);
            let mut seen: HashMap<Uuid, Instant> = HashMap::new();
            let mut empty_after = 0;
            while empty_after < 200 {
                // Looked at and not taken away, which would wait for a commit of its own each.
                let mut news = 0;
                for page in seen.len().saturating_sub(500) as u64 / 1000.. {
                    let path = format!("/apis/v1/receipts-bulk/?size=1000&page={page}");
                    let list: ReceiptSearchResult = client.get(&path).unwrap().json();
                    let now = Instant::now();
                    for receipt in list.receipts.into_iter().map(|one| one.receipt) {
                        assert_eq!(receipt.receipt_status, ReceiptStatus::Completed);
                        let uuid = receipt.message_uuid.unwrap();
                        news += usize::from(first_seen(&mut seen, uuid, now));
                    }
                    if page + 1 >= list.total_pages {
                        break;
                    }
                }
                if news == 0 && over.load(Ordering::Relaxed) {
                    empty_after += 1;
                }
                thread::sleep(Duration::from_millis(5));
            }
            seen
        });
        let sent = send(
            Sender {
                door: &Door::Plain(server.http),
                authorization: &system.authorization,
                connections: 4,
                pace: Some(PACE),
                time: Duration::from_secs(seconds),
            },
            &templates,
        );
        over.store(true, Ordering::Relaxed);
        (sent, fetching.join().unwrap())
    });
    assert_eq!(seen.len(), sent.letters.len(), "each letter has one receipt");
    let mut waits: Vec<f64> = sent
        .letters
        .iter()
        .map(|(uuid, asked)| (seen[uuid] - *asked).as_secs_f64() * 1000.0)
        .collect();
    waits.sort_by(f64::total_cmp);
    waits
}

/// Notes when something was seen, unless it was seen before.
fn first_seen(seen: &mut HashMap<Uuid, Instant>, uuid: Uuid, now: Instant) -> bool {
    match seen.entry(uuid) {
        Entry::Occupied(_) => false,
        Entry::Vacant(new) => {
            new.insert(now);
            true
        }
    }
}

fn receipts(server: &Server, system: &str) -> u64 {
    let mut client = server.client_of(system);
    let list: PagingResultUuid = client.get("/apis/v1/receipts/?size=1").unwrap().json();
    list.total_elements
}

/// Sees that letters were delivered and not refused: pages from all over the list.
fn all_delivered(server: &Server) {
    let mut client = server.client_of(MAILING);
    let waiting = receipts(server, MAILING);
    for part in 0..10 {
        let path = format!("/apis/v1/receipts-bulk/?page={}", waiting / 100 * part / 10);
        let list: ReceiptSearchResult = client.get(&path).unwrap().json();
        for one in list.receipts {
            assert_eq!(one.receipt.receipt_status, ReceiptStatus::Completed, "{:?}", one.receipt);
        }
    }
}

/// What lists and look-ups cost, in milliseconds.
fn lists(server: &Server, (person, name): &(Uuid, String)) {
    println!("{:<52}{:>10}{:>10}", "", "median ms", "slowest");
    let waiting = receipts(server, MAILING);
    let mut client = server.client_of(MAILING);
    let ids: PagingResultUuid =
        client.get(&format!("/apis/v1/receipts/?page={}", waiting / 200)).unwrap().json();
    pages("receipts that wait", &mut client, "/apis/v1/receipts/?page=", waiting);
    pages("whole receipts", &mut client, "/apis/v1/receipts-bulk/?page=", waiting);
    time("one receipt", &mut client, |n| {
        format!("/apis/v1/receipts/{}?delete=false", ids.content[n as usize])
    });

    let mut client = server.client_of(RECEIVER);
    let memos: PagingResultUuid = client.get("/apis/v1/memos/").unwrap().json();
    let waiting = memos.total_elements;
    pages("letters that wait for a receiver", &mut client, "/apis/v1/memos/?page=", waiting);
    time("one letter", &mut client, |n| format!("/apis/v1/memos/{}", memos.content[n as usize]));

    let mut client = server.client_of(MAILING);
    let events: EventLogSearchResult = client.get("/apis/v1/events/").unwrap().json();
    pages("events of the sender", &mut client, "/apis/v1/events/?page=", events.total_elements);

    let mut visitor = Person::sign_in(server.http, *person, name);
    let times = (0..21).map(|_| {
        let begun = Instant::now();
        assert!(visitor.get("/inbox").len() > 1000);
        begun.elapsed().as_secs_f64() * 1000.0
    });
    show("the inbox page of a person with many letters", times.collect());
}

/// Pages of 100 at the beginning of a list, around its middle and at its end.
fn pages(what: &str, client: &mut Client, path: &str, total: u64) {
    time(&format!("{what}, first page"), client, |_| format!("{path}0"));
    time("the same, in the middle", client, |n| format!("{path}{}", total / 200 + n));
    time("the same, the last page", client, |_| format!("{path}{}", total.saturating_sub(1) / 100));
}

fn time(what: &str, client: &mut Client, path: impl Fn(u64) -> String) {
    let times = (0..21).map(|number| {
        let path = path(number);
        let begun = Instant::now();
        let answer = client.get(&path).unwrap();
        let taken = begun.elapsed().as_secs_f64() * 1000.0;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        taken
    });
    show(what, times.collect());
}

fn show(what: &str, times: Vec<f64>) {
    let slowest = times.iter().copied().fold(0.0, f64::max);
    println!("{what:<52}{:>10.1}{slowest:>10.1}", median(times));
}
