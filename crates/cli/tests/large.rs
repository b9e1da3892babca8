//! The largest letter there may be, through every hop, in little memory.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test")]

mod support;

use std::fs;
use std::io::{self, Read, Write};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use brevdue_wire::{PagingResultUuid, Receipt, ReceiptStatus};
use sha2::{Digest as _, Sha256};
use support::http::Client;
use support::letters::{Long, Parties};
use support::person::{Person, between};
use support::push::PushReceiver;
use support::receipts::wait_for_receipt;
use support::server::Server;
use uuid::Uuid;

/// The official limit of one message: 99.5 MB.
const LETTER_BYTES: u64 = 99_500_000;
/// What the server may take above what it takes idle.
const MEMORY_LIMIT_BYTES: u64 = 64 << 20;
const PATIENCE: Duration = Duration::from_secs(120);

#[test]
fn a_letter_of_99_5_mb_goes_through_every_hop_in_64_mib() {
    let receiver = PushReceiver::start();
    let server = Server::start(&["--push-endpoint", &receiver.endpoint()]);
    let country = server.country();
    let person = country.people.iter().find(|one| one.status == "REGISTERED").unwrap();
    let agency = country.organisations.iter().find(|one| one.cvr == "22334455").unwrap();
    let pushed_point = agency.contact_points.iter().find(|one| one.name == "Fyrpas og bøjer");
    let mut sender = server.client_of("tusindfryd-afsender");

    // What a server takes that has been used a little.
    let small = Uuid::from_u128(0x5f0d5a9c_3c1e_4c6a_9a51_0f3b2c4d5e00);
    send(&mut sender, small, &Parties::to_person("12345678", &person.cpr), 10_000);
    wait_for_receipt(&mut sender, small, PATIENCE);
    let mut reader = Person::sign_in(server.http, person.id, &person.name);
    reader.get("/inbox");
    forget_peak(&server);
    let idle = memory(&server, "VmRSS");

    // Up, and through the checks.
    let [to_person, to_pull, to_push] =
        [1, 2, 3].map(|n| Uuid::from_u128(0x5f0d5a9c_3c1e_4c6a_9a51_0f3b2c4d5e00 + n));
    let letters = [
        (to_person, Parties::to_person("12345678", &person.cpr)),
        (to_pull, Parties::to_organisation("12345678", "22334455", None)),
        (to_push, Parties::to_organisation("12345678", "22334455", pushed_point.map(|one| one.id))),
    ];
    for (uuid, parties) in &letters {
        send(&mut sender, *uuid, parties, LETTER_BYTES);
    }
    for (uuid, _) in &letters {
        let receipt = wait_for_receipt(&mut sender, *uuid, PATIENCE);
        assert_eq!(receipt.receipt_status, ReceiptStatus::Completed, "{receipt:?}");
    }
    report(&server, idle, "taken in and checked");

    // Down, to a receiver that fetches.
    let mut fetching = server.client_of("fyrtaarn-modtager");
    let list: PagingResultUuid = fetching.get("/apis/v1/memos/").unwrap().json();
    assert_eq!(list.content, [to_pull]);
    let mut digest = Hashing::default();
    let path = format!("/apis/v1/memos/{to_pull}");
    let answer = fetching.exchange("GET", &path, &[], 0, &mut io::empty(), &mut digest).unwrap();
    assert_eq!(
        (answer.status, digest.bytes),
        (200, Long::new(to_pull, &letters[1].1, LETTER_BYTES).len())
    );
    assert_eq!(digest.finish(), digest_of(to_pull, &letters[1].1), "byte for byte as sent");
    report(&server, idle, "fetched");

    // Out, to a receiver that is pushed to.
    assert_eq!(
        receiver.wait_for(&to_push.to_string(), PATIENCE),
        digest_of(to_push, &letters[2].1),
        "byte for byte as sent"
    );
    report(&server, idle, "pushed");

    // Onto a page, and the file in it down to a person.
    let inbox = reader.get("/inbox");
    let message = between(&inbox, "href=\"/messages/", "\"").unwrap();
    let key = message.split(['/', '?', '#']).next().unwrap();
    let page = reader.get(&format!("/messages/{key}"));
    let file = between(&page, &format!("href=\"/messages/{key}/documents/"), "\"").unwrap();
    let mut digest = Hashing::default();
    let answer = reader.download(&format!("/messages/{key}/documents/{file}"), &mut digest);
    assert_eq!(answer.status, 200);
    assert_eq!(digest.bytes, Long::new(to_person, &letters[0].1, LETTER_BYTES).file_bytes());
    assert_eq!(digest.finish(), digest_of_file(to_person, &letters[0].1), "the file, decoded");
    report(&server, idle, "downloaded from its page");

    let peak = memory(&server, "VmHWM");
    assert!(
        peak < idle + MEMORY_LIMIT_BYTES,
        "the peak is {} KiB above the {} KiB of an idle server",
        (peak - idle) / 1024,
        idle / 1024
    );
}

fn send(client: &mut Client, uuid: Uuid, parties: &Parties, bytes: u64) {
    let mut letter = Long::new(uuid, parties, bytes);
    let length = letter.len();
    let path = format!("/apis/v1/memos/?memo-message-uuid={uuid}");
    let headers = [("content-type", "application/xml")];
    let answer = client.send("POST", &path, &headers, length, &mut letter).unwrap();
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(answer.json::<Receipt>().receipt_status, ReceiptStatus::Received);
}

fn digest_of(uuid: Uuid, parties: &Parties) -> [u8; 32] {
    let mut digest = Hashing::default();
    io::copy(&mut Long::new(uuid, parties, LETTER_BYTES), &mut digest).unwrap();
    digest.finish()
}

/// The digest of what stands between the tags of the content, decoded.
fn digest_of_file(uuid: Uuid, parties: &Parties) -> [u8; 32] {
    let mut letter = Long::new(uuid, parties, LETTER_BYTES);
    let content = letter.file_bytes() / 3 * 4;
    let after =
        "</memo:content></memo:File></memo:MainDocument></memo:MessageBody></memo:Message>\n";
    let before = letter.len() - content - after.len() as u64;
    io::copy(&mut (&mut letter).take(before), &mut io::sink()).unwrap();
    let mut digest = Hashing::default();
    let mut left = content;
    let mut chunk = vec![0; 64 * 1024];
    while left > 0 {
        let want = left.min(chunk.len() as u64) as usize;
        letter.read_exact(&mut chunk[..want]).unwrap();
        digest.write_all(&STANDARD.decode(&chunk[..want]).unwrap()).unwrap();
        left -= want as u64;
    }
    digest.finish()
}

#[derive(Default)]
struct Hashing {
    digest: Sha256,
    bytes: u64,
}

impl Hashing {
    fn finish(self) -> [u8; 32] {
        self.digest.finalize().into()
    }
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Bytes of a line of `/proc/…/status`.
fn memory(server: &Server, line: &str) -> u64 {
    let text = fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let found = text.lines().find_map(|one| one.strip_prefix(line)?.strip_prefix(':')).unwrap();
    found.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// Starts the peak anew, where the kernel allows it; without, the peak of the start counts too.
fn forget_peak(server: &Server) {
    let _ = fs::write(format!("/proc/{}/clear_refs", server.pid()), "5");
}

fn report(server: &Server, idle: u64, hop: &str) {
    let above = memory(server, "VmHWM").saturating_sub(idle);
    println!("{hop}: peak {} KiB above idle ({} KiB)", above / 1024, idle / 1024);
}
