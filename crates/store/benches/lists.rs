//! What a page of each list costs in a store that has many rows in every one of them.
//!
//! `cargo bench -p brevdue-store --bench lists`; `BREVDUE_BENCH_LETTERS` says how many rows each list gets
//! (100,000 here), `TMPDIR` chooses the disk. The lists as the doors show them are in the bench `million`
//! of the program.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints what it measured, and stops when it cannot measure"
)]

use std::time::Instant;

use brevdue_exchange::storage::{
    ContentRef, Contents as _, EventQuery, Expect, Record, RecordKind, Store as _,
};
use brevdue_exchange::{
    Batch, Contact, ContactId, Delivery, DeliveryState, Event, EventId, EventTag, Folder, Job,
    JobId, Lane, MailboxEntry, Memo, MemoKey, MemoState, Op, OrganisationId, Origin, ReceiptId,
    ReceiptRecord, RegistrationStatus, SystemId, TransmissionId, Work,
};
use brevdue_memo::{PartyId, Timestamp};
use brevdue_store::Embedded;
use brevdue_wire::{PageRequest, Receipt, ReceiptStatus};
use uuid::Uuid;

/// Whose everything is.
const OWNER: Uuid = Uuid::from_u128(0xA0);
/// Rows in a batch.
const AT_ONCE: u64 = 1000;
/// Rows on a page.
const PAGE: u64 = 100;
/// Pages read at each place.
const TIMES: u64 = 21;

fn main() {
    let measures = std::env::args().any(|argument| argument == "--bench");
    let rows = match std::env::var("BREVDUE_BENCH_LETTERS") {
        Ok(rows) => rows.parse().unwrap(),
        Err(_) if measures => 100_000,
        Err(_) => 5000,
    };
    let folder = tempfile::tempdir().unwrap();
    let store = Embedded::open(folder.path()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        fill(&store, rows).await;
        drop(store);
        let begun = Instant::now();
        let store = Embedded::open(folder.path()).unwrap();
        println!("opened in {:.0} ms\n", begun.elapsed().as_secs_f64() * 1000.0);
        show(&store, rows).await;
    });
}

/// Makes the row of a number.
type Making = fn(u64, &ContentRef) -> Op;

async fn fill(store: &Embedded, rows: u64) {
    let content = {
        let mut sink = store.begin(Timestamp::from_millis(0)).unwrap();
        sink.write(b"<memo/>").unwrap();
        sink.finish().unwrap()
    };
    let kinds: [(&str, Making); 7] = [
        ("receipts", receipt),
        ("letters for a receiver", delivery),
        ("messages of a submission", memo),
        ("messages of a mailbox", entry),
        ("records", record),
        ("contacts", contact),
        ("work", job),
    ];
    println!("{:<36}{:>14}{:>14}", "µs for a row added", "first tenth", "last tenth");
    for (what, op) in kinds {
        let make = |number| op(number, &content);
        add(store, what, rows, &make).await;
    }
    add(store, "events", rows, &event).await;
    println!();
}

async fn add(store: &Embedded, what: &str, rows: u64, op: &dyn Fn(u64) -> Op) {
    let mut times = Vec::new();
    for first in (0..rows).step_by(usize::try_from(AT_ONCE).unwrap()) {
        let batch = Batch { ops: (first..rows.min(first + AT_ONCE)).map(op).collect() };
        let (count, begun) = (batch.ops.len(), Instant::now());
        store.commit(batch).await.unwrap();
        times.push(begun.elapsed().as_secs_f64() * 1e6 / count as f64);
    }
    let tenth = times.len().div_ceil(10);
    let last = median(times[times.len() - tenth..].to_vec());
    println!("{what:<36}{:>14.1}{last:>14.1}", median(times[..tenth].to_vec()));
}

async fn show(store: &Embedded, rows: u64) {
    println!("pages of {PAGE} of {rows}, ms, median of {TIMES} (slowest)");
    println!("{:<36}{:>16}{:>16}{:>16}", "", "first", "middle", "last");
    macro_rules! list {
        ($what:literal $method:ident($($argument:expr),*)) => {
            let mut line = format!("{:<36}", $what);
            for place in [0, rows / PAGE / 2, (rows - 1) / PAGE] {
                let mut times = Vec::new();
                for _ in 0..TIMES {
                    let begun = Instant::now();
                    let page = PageRequest { page: place, size: PAGE };
                    let found = store.$method($($argument,)* page).await.unwrap();
                    times.push(begun.elapsed().as_secs_f64() * 1000.0);
                    assert_eq!((found.total, found.items.is_empty()), (rows, false), $what);
                }
                let slowest = times.iter().copied().fold(0.0, f64::max);
                line += &format!("{:>16}", format!("{:.1} ({slowest:.1})", median(times)));
            }
            println!("{line}");
        };
    }
    let (system, contact) = (SystemId(OWNER), ContactId(OWNER));
    let query = EventQuery { organisation: Some(OrganisationId(OWNER)), ..EventQuery::default() };
    list!("receipts that wait" receipts_waiting(system));
    list!("letters that wait for a receiver" deliveries_waiting(system));
    list!("messages of a submission" memos_of(TransmissionId(OWNER)));
    list!("a folder, messages and all" mailbox(contact, Folder::Inbox));
    list!("a folder" mailbox_lines(contact, Some(Folder::Inbox)));
    list!("a mailbox" mailbox_lines(contact, None));
    list!("records of an owner" records(RecordKind::TextMessage, OWNER));
    list!("records of a kind" records_of_kind(RecordKind::TextMessage));
    list!("contacts" contacts());
    list!("work" jobs());
    list!("events of an organisation" events(&query));
    let begun = Instant::now();
    let counts = store.mailbox_counts(contact).await.unwrap();
    let taken = begun.elapsed().as_secs_f64() * 1000.0;
    assert_eq!((counts.len(), counts[0].total, counts[0].unread), (1, rows, rows));
    println!("{:<36}{taken:>10.1}", "folders of a mailbox, counted");
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// An id that begins with the time, as ours do.
fn id(number: u64) -> Uuid {
    let mixed = (number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    Uuid::from_u128(0x0199_0000 << 96 | u128::from(number) << 64 | u128::from(mixed))
}

/// Five thousand rows a second.
fn at(number: u64) -> Timestamp {
    Timestamp::from_millis(1_795_000_000_000 + i64::try_from(number / 5).unwrap())
}

fn receipt(number: u64, _: &ContentRef) -> Op {
    Op::AddReceipt(Box::new(ReceiptRecord {
        id: ReceiptId(id(number)),
        system: Some(SystemId(OWNER)),
        memo: Some(MemoKey(id(number))),
        receipt: Receipt {
            transmission_id: Some(OWNER),
            message_uuid: Some(id(number)),
            message_id: Some("sag 7".into()),
            error_code: None,
            error_message: None,
            time_stamp: Some("2026-11-23T08:08:23.000Z".into()),
            receipt_status: ReceiptStatus::Completed,
            retryable: None,
            channel_fallback: None,
            errors: Vec::new(),
        },
        created_at: at(number),
        delivered: false,
    }))
}

fn delivery(number: u64, _: &ContentRef) -> Op {
    Op::AddDelivery(Delivery {
        memo: MemoKey(id(number)),
        system: SystemId(OWNER),
        message_uuid: id(number),
        state: DeliveryState::Waiting,
        queued_at: at(number),
    })
}

fn memo(number: u64, content: &ContentRef) -> Op {
    Op::AddMemo(Box::new(Memo {
        key: MemoKey(id(number)),
        transmission: TransmissionId(OWNER),
        origin: Origin::System { system: SystemId(OWNER), organisation: OrganisationId(OWNER) },
        lane: Lane::Bulk,
        claimed_uuid: Some(id(number)),
        message_uuid: Some(id(number)),
        content: content.clone(),
        state: MemoState::Available,
        outline: None,
        received_at: at(number),
        available_at: Some(at(number)),
    }))
}

fn entry(number: u64, _: &ContentRef) -> Op {
    Op::AddMailboxEntry(MailboxEntry {
        owner: ContactId(OWNER),
        memo: MemoKey(id(number)),
        folder: Folder::Inbox,
        arrived_at: at(number),
        read_at: None,
    })
}

fn record(number: u64, _: &ContentRef) -> Op {
    let record = Record {
        kind: RecordKind::TextMessage,
        id: id(number),
        owner: OWNER,
        name: String::new(),
        version: 1,
        created_at: at(number),
        updated_at: at(number),
        body: r#"{"to":"12345678","text":"Du har en tid i morgen"}"#.into(),
        contents: Vec::new(),
    };
    Op::PutRecord(Box::new(record), Expect::Absent)
}

fn contact(number: u64, _: &ContentRef) -> Op {
    Op::PutContact(Contact {
        id: ContactId(id(number)),
        party: PartyId::parse("CVR", &format!("{number:08}")).unwrap(),
        // Not in the order of their coming.
        name: format!("Firma {:06}", number.wrapping_mul(7_919) % 1_000_003),
        status: RegistrationStatus::Registered,
        nemsms: None,
    })
}

fn job(number: u64, _: &ContentRef) -> Op {
    Op::AddJob(Job {
        id: JobId(id(number)),
        work: Work::PushReceipt(ReceiptId(id(number)), SystemId(OWNER)),
        lane: Lane::Bulk,
        account: Some(OWNER),
        due: at(number),
        failures: 0,
        failing_since: None,
    })
}

fn event(number: u64) -> Op {
    Op::AddEvent(Box::new(Event {
        id: EventId(id(number)),
        at: at(number),
        tag: EventTag::MemoSendReceived,
        transmission: Some(TransmissionId(id(number))),
        memo: Some(MemoKey(id(number))),
        message_uuid: Some(id(number)),
        system: Some(SystemId(OWNER)),
        organisation: Some(OrganisationId(OWNER)),
        receipt_status: None,
        error_code: None,
        size_bytes: Some(2000),
        owner: None,
        actor: None,
        door: None,
    }))
}
