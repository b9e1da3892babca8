//! Sending, with lines that break and runs that are killed.

mod exchange;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use brevdue_gateway::CallError;
use brevdue_gateway::sender::{
    FaultyHeaders, Halt, Outcome, SendReport, Sending, Start, Subfolders, Tally, send,
};
use brevdue_wire::ReceiptStatus;
use exchange::{Counter, Exchange, Line, bare, container, letter, letter_id};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A sender with a folder of letters and a place for its journal.
struct Sender {
    letters: TempDir,
    journals: TempDir,
    exchange: Exchange,
    stamps: Counter,
    wait: Duration,
    start: Start,
    faulty: FaultyHeaders,
    connections: usize,
}

impl Sender {
    async fn new() -> Self {
        Self {
            letters: tempfile::tempdir().unwrap(),
            journals: tempfile::tempdir().unwrap(),
            exchange: Exchange::open().await,
            stamps: Counter::default(),
            wait: Duration::from_secs(20),
            start: Start::WhereItWas,
            faulty: FaultyHeaders::Keep,
            connections: 1,
        }
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.letters.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    async fn run(&self) -> SendReport {
        self.run_paths(&[self.letters.path()]).await
    }

    async fn run_paths(&self, paths: &[&Path]) -> SendReport {
        let sending = Sending {
            paths: paths.iter().map(|path| path.to_path_buf()).collect(),
            subfolders: Subfolders::LeftOut,
            journals: self.journals.path().to_owned(),
            start: self.start,
            wait: self.wait,
            connections: self.connections,
            faulty: self.faulty,
        };
        let client = self.exchange.client();
        send(&client, &sending, &self.stamps, &(), &CancellationToken::new()).await.unwrap()
    }
}

fn adds_up(tally: &Tally) {
    assert_eq!(tally.messages, tally.sent + tally.refused, "{tally:?}");
    let settled = tally.completed + tally.invalid + tally.not_allowed;
    assert_eq!(tally.sent, settled + tally.waiting(), "{tally:?}");
}

#[tokio::test]
async fn a_letter_is_sent_and_its_receipt_is_kept_and_removed_at_the_exchange() {
    let sender = Sender::new().await;
    sender.write("a.xml", letter(1, "Hej"));
    let report = sender.run().await;
    assert_eq!((report.tally.sent, report.tally.completed), (1, 1));
    assert!(report.halt.is_none());
    let books = sender.exchange.books();
    assert_eq!(books.delivered[&letter_id(1)], letter(1, "Hej").into_bytes());
    assert_eq!((books.receipts.len(), books.receipts_removed.len()), (0, 1));
    assert_eq!(books.headers["content-length"], letter(1, "Hej").len().to_string());
    assert!(!books.headers.contains_key("transfer-encoding"));
}

#[tokio::test]
async fn a_container_of_a_thousand_letters_has_a_thousand_business_receipts() {
    let mut sender = Sender::new().await;
    sender.connections = 4;
    let letters: Vec<String> = (1..=1000)
        .map(|number| {
            let label = if number % 100 == 0 { "Lukket" } else { "Hej" };
            letter(number, label)
        })
        .collect();
    sender.exchange.books().outcomes.insert("Lukket".into(), (ReceiptStatus::NotAllowed, "recipient.is.closed"));
    sender.write("many.tar.lzma", container(&letters));
    let report = sender.run().await;
    adds_up(&report.tally);
    assert_eq!(report.tally.messages, 1000, "{:?}", report.faults);
    assert_eq!((report.tally.completed, report.tally.not_allowed), (990, 10));
    let counts: Vec<_> = report.fault_counts.iter().map(|c| (c.outcome, c.code.as_str(), c.messages)).collect();
    assert_eq!(counts, [(Outcome::NotAllowed, "recipient.is.closed", 10)]);
    assert_eq!(report.faults.len(), 10);
    assert_eq!(sender.exchange.books().receipts.len(), 0);
}

/// Kills a run while each of its calls stands still, before or after the exchange has done its work,
/// and lets the next run finish.
#[tokio::test]
async fn a_run_killed_at_any_call_is_finished_by_the_next_and_nothing_is_lost_or_repeated() {
    for line in [Line::StandsStillBefore, Line::StandsStillAfter, Line::DropsAfter] {
        for call in 0.. {
            let sender = Sender::new().await;
            sender.write("a.xml", letter(1, "Hej"));
            sender.write("b.xml", letter(2, "Lukket"));
            sender.write("c.tar.lzma", container(&[letter(3, "Hej"), letter(4, "Hej")]));
            let outcome = (ReceiptStatus::NotAllowed, "recipient.is.closed");
            sender.exchange.books().outcomes.insert("Lukket".into(), outcome);
            sender.exchange.on_call(call, line);
            let whole = tokio::select! {
                report = sender.run() => Some(report),
                () = sender.exchange.stands_still() => None,
            };
            let reached = sender.exchange.calls() > call;
            let report = match whole {
                Some(report) => report,
                None => sender.run().await,
            };
            adds_up(&report.tally);
            let tally = report.tally;
            assert_eq!((tally.sent, tally.completed, tally.not_allowed), (4, 3, 1), "call {call} {line:?}");
            {
                let books = sender.exchange.books();
                assert_eq!(books.deliveries, 3, "call {call} {line:?}");
                assert!(books.receipts.is_empty(), "call {call} {line:?}: a receipt was left behind");
            }
            // What is finished stays finished: one more run asks for nothing.
            let before = sender.exchange.calls();
            let again = sender.run().await;
            assert_eq!((again.tally, again.files_sent_now), (tally, 0));
            assert_eq!(sender.exchange.calls(), before);
            if !reached {
                assert!(call > 7, "the story has {call} calls");
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_busy_exchange_is_tried_again() {
    for line in [Line::Answers(503), Line::Answers(429), Line::DropsBefore, Line::DropsAfter] {
        let sender = Sender::new().await;
        sender.write("a.xml", letter(1, "Hej"));
        sender.exchange.on_call(0, line);
        let report = sender.run().await;
        assert_eq!((report.tally.sent, report.tally.completed), (1, 1), "{line:?}");
        assert_eq!(sender.exchange.books().deliveries, 1, "{line:?}");
    }
}

#[tokio::test]
async fn an_exchange_that_is_away_ends_the_run_and_the_letter_is_still_to_send() {
    let mut sender = Sender::new().await;
    sender.wait = Duration::ZERO;
    sender.write("a.xml", letter(1, "Hej"));
    for call in 0..100 {
        sender.exchange.on_call(call, Line::DropsBefore);
    }
    let report = sender.run().await;
    assert!(matches!(report.halt, Some(Halt::Exchange(CallError::Unreachable { .. }))), "{report:?}");
    assert_eq!((report.tally.sent, report.tally.files_left), (0, 1));
    adds_up(&report.tally);
}

#[tokio::test]
async fn a_wrong_token_ends_the_run_at_once() {
    let sender = Sender::new().await;
    sender.write("a.xml", letter(1, "Hej"));
    sender.write("b.xml", letter(2, "Hej"));
    sender.exchange.on_call(0, Line::Answers(401));
    let report = sender.run().await;
    match report.halt {
        Some(Halt::Exchange(error)) => {
            assert!(error.is_about_the_account());
            let text = error.to_string();
            assert_eq!(text, "the exchange answered 401 out.of.order: recipient ********** cannot be served");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(sender.exchange.calls(), 1);
}

#[tokio::test]
async fn a_file_the_exchange_does_not_take_is_told_and_the_others_go_on() {
    let sender = Sender::new().await;
    sender.write("a.xml", letter(1, "Hej"));
    sender.write("b.xml", letter(2, "Hej"));
    sender.exchange.on_call(0, Line::Answers(413));
    let report = sender.run().await;
    adds_up(&report.tally);
    assert_eq!((report.tally.refused, report.tally.completed), (1, 1));
    let text = report.faults[0].text.as_deref().unwrap();
    assert_eq!(text, "recipient ********** cannot be served");
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_told_and_never_sent() {
    let sender = Sender::new().await;
    sender.write("a.xml", &letter(1, "Hej").as_bytes()[..200]);
    sender.write("b.xml", "<!DOCTYPE a><a/>");
    sender.write("c.tar.lzma", b"]\0\0\0\x08 nothing of the kind");
    sender.write("d.xml", letter(2, "Hej"));
    let report = sender.run().await;
    adds_up(&report.tally);
    assert_eq!((report.tally.refused, report.tally.completed), (3, 1));
    assert!(report.faults.iter().all(|fault| fault.outcome == Outcome::Unreadable));
    assert_eq!(sender.exchange.books().submissions, 1);
}

#[tokio::test]
async fn a_header_with_errors_is_sent_only_when_asked_for() {
    let mut sender = Sender::new().await;
    sender.write("a.xml", letter(1, &"x".repeat(300)));
    let report = sender.run().await;
    assert_eq!((report.tally.refused, sender.exchange.books().submissions), (1, 0));
    sender.faulty = FaultyHeaders::Send;
    let report = sender.run().await;
    assert_eq!((report.tally.sent, sender.exchange.books().submissions), (1, 1));
}

#[tokio::test]
async fn receipts_of_other_submissions_are_left_alone() {
    let sender = Sender::new().await;
    sender.write("a.xml", letter(1, "Hej"));
    let other = Uuid::from_u128(99);
    let foreign = bare(Some(other), Some(letter_id(1)), ReceiptStatus::Invalid);
    sender.exchange.books().receipts.insert(Uuid::from_u128(1), foreign.clone());
    let report = sender.run().await;
    assert_eq!((report.tally.completed, report.tally.invalid), (1, 0));
    let left: Vec<_> = sender.exchange.books().receipts.values().cloned().collect();
    assert_eq!(left, [foreign]);
}

#[tokio::test]
async fn a_receipt_among_more_than_a_page_of_others_is_found() {
    let sender = Sender::new().await;
    sender.write("a.xml", letter(1, "Hej"));
    for number in 0..2500u128 {
        let foreign = bare(Some(Uuid::from_u128(99)), None, ReceiptStatus::Completed);
        sender.exchange.books().receipts.insert(Uuid::from_u128(number), foreign);
    }
    assert_eq!(sender.run().await.tally.completed, 1);
    assert_eq!(sender.exchange.books().receipts.len(), 2500);
}

#[tokio::test]
async fn a_run_that_does_not_wait_ends_with_the_technical_receipt_and_the_next_collects_the_rest() {
    let mut sender = Sender::new().await;
    sender.wait = Duration::ZERO;
    sender.write("a.xml", letter(1, "Hej"));
    let report = sender.run().await;
    assert_eq!((report.tally.sent, report.tally.waiting()), (1, 1));
    assert_eq!(sender.exchange.calls(), 1);
    sender.wait = Duration::from_secs(20);
    let report = sender.run().await;
    assert_eq!((report.files_sent_now, report.tally.completed), (0, 1));
}

#[tokio::test]
async fn receipts_that_do_not_come_are_told_as_waiting() {
    let mut sender = Sender::new().await;
    sender.exchange.books().silent = true;
    sender.wait = Duration::from_millis(300);
    sender.write("a.xml", letter(1, "Hej"));
    let report = sender.run().await;
    adds_up(&report.tally);
    assert_eq!((report.tally.sent, report.tally.waiting()), (1, 1));
    assert!(report.halt.is_none());
}

#[tokio::test]
async fn a_mended_letter_is_sent_and_the_untouched_are_not_sent_again() {
    let sender = Sender::new().await;
    sender.write("a.xml", letter(1, "Hej"));
    sender.write("b.xml", letter(2, "Lukket"));
    sender.exchange.books().outcomes.insert("Lukket".into(), (ReceiptStatus::Invalid, "memo.invalid"));
    assert_eq!(sender.run().await.tally.invalid, 1);
    sender.write("b.xml", letter(3, "Hej"));
    let report = sender.run().await;
    adds_up(&report.tally);
    assert_eq!((report.files_sent_now, report.tally.messages, report.tally.completed), (1, 2, 2));
}

#[tokio::test]
async fn starting_over_sends_again_and_the_exchange_delivers_once() {
    let mut sender = Sender::new().await;
    sender.write("a.xml", letter(1, "Hej"));
    sender.run().await;
    sender.start = Start::Over;
    let report = sender.run().await;
    assert_eq!((report.files_sent_now, report.tally.completed), (1, 1));
    let books = sender.exchange.books();
    assert_eq!((books.submissions, books.deliveries), (2, 1));
}

#[tokio::test]
async fn the_same_id_with_other_bytes_is_told_as_a_duplicate() {
    let sender = Sender::new().await;
    sender.write("a.xml", letter(1, "Hej"));
    sender.write("b.xml", letter(1, "Goddag"));
    let report = sender.run().await;
    adds_up(&report.tally);
    assert_eq!((report.tally.completed, report.tally.invalid), (1, 1));
    assert_eq!(report.fault_counts[0].code, "message.uuid.duplicate");
}

#[tokio::test]
async fn a_letter_of_many_megabytes_is_streamed_whole() {
    let sender = Sender::new().await;
    let big = letter(1, "Hej").replace("S8OmcmUgZHUh", &"QUJD".repeat(2_000_000));
    sender.write("a.xml", &big);
    assert_eq!(sender.run().await.tally.completed, 1);
    assert_eq!(sender.exchange.books().delivered[&letter_id(1)].len(), big.len());
}

#[tokio::test]
async fn a_stopped_run_says_so_and_is_finished_by_the_next() {
    let sender = Sender::new().await;
    sender.write("a.xml", letter(1, "Hej"));
    sender.exchange.on_call(0, Line::StandsStillAfter);
    let stop = CancellationToken::new();
    let sending = Sending {
        paths: vec![sender.letters.path().to_owned()],
        subfolders: Subfolders::LeftOut,
        journals: sender.journals.path().to_owned(),
        start: Start::WhereItWas,
        wait: sender.wait,
        connections: 4,
        faulty: FaultyHeaders::Keep,
    };
    let client = sender.exchange.client();
    let (report, ()) = tokio::join!(send(&client, &sending, &sender.stamps, &(), &stop), async {
        sender.exchange.stands_still().await;
        stop.cancel();
    });
    let report = report.unwrap();
    assert!(matches!(report.halt, Some(Halt::Interrupted)));
    assert_eq!((report.tally.sent, report.tally.files_left), (0, 1));
    assert_eq!(sender.run().await.tally.completed, 1);
    assert_eq!(sender.exchange.books().deliveries, 1);
}
