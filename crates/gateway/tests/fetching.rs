//! Fetching, with lines that break and runs that are killed.

mod exchange;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use brevdue_gateway::CallError;
use brevdue_gateway::receiver::{FetchHalt, FetchReport, FetchTally, Fetching, FolderError, Until, fetch};
use brevdue_wire::ReceiptStatus;
use exchange::{Counter, Exchange, Line, letter, letter_id};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

struct Receiver {
    place: TempDir,
    exchange: Exchange,
    stamps: Counter,
    stop: CancellationToken,
}

impl Receiver {
    async fn new() -> Self {
        Self {
            place: tempfile::tempdir().unwrap(),
            exchange: Exchange::open().await,
            stamps: Counter::default(),
            stop: CancellationToken::new(),
        }
    }

    fn queue(&self, number: u32, text: &str) {
        self.exchange.books().memos.insert(letter_id(number), text.into());
    }

    async fn run(&self, until: Until) -> Result<FetchReport, FolderError> {
        let fetching = Fetching { folder: self.place.path().join("post"), until, connections: 1 };
        fetch(&self.exchange.client(), &fetching, &self.stamps, &(), &self.stop).await
    }

    async fn finish(&self) -> FetchReport {
        self.run(Until::Empty).await.unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.path().join("post").join(name)
    }

    /// Names of all that is visible in the folder and its folders.
    fn files(&self) -> Vec<String> {
        let mut names = Vec::new();
        for folder in ["", "invalid", "aside"] {
            let Ok(entries) = fs::read_dir(self.path(folder)) else { continue };
            for entry in entries.map(Result::unwrap).filter(|entry| entry.path().is_file()) {
                names.push(format!("{folder}/{}", entry.file_name().to_string_lossy()));
            }
        }
        names.sort();
        names
    }
}

fn adds_up(tally: &FetchTally) {
    assert_eq!(tally.seen, tally.completed + tally.invalid + tally.aside + tally.gone, "{tally:?}");
}

#[tokio::test]
async fn what_waits_is_kept_byte_for_byte_gets_its_receipt_and_leaves_the_list() {
    let receiver = Receiver::new().await;
    receiver.queue(1, &letter(1, "Hej"));
    receiver.queue(2, &letter(2, "Hej"));
    let report = receiver.finish().await;
    adds_up(&report.tally);
    assert_eq!((report.tally.seen, report.tally.completed), (2, 2));
    let path = receiver.path(&format!("{}.xml", letter_id(1)));
    assert_eq!(fs::read_to_string(path).unwrap(), letter(1, "Hej"));
    let books = receiver.exchange.books();
    assert!(books.memos.is_empty());
    let receipts: Vec<_> = books.given.iter().map(|(_, receipt)| receipt).collect();
    insta::assert_snapshot!(serde_json::to_string_pretty(&receipts).unwrap(), @r#"
    [
      {
        "transmissionId": "00000000-0000-0000-0000-aaaa00000001",
        "messageUUID": "8c2ea15d-61fb-4ba9-9366-000000000001",
        "messageId": null,
        "errorCode": null,
        "errorMessage": null,
        "timeStamp": "2026-11-23T03:40:00.000Z",
        "receiptStatus": "COMPLETED"
      },
      {
        "transmissionId": "00000000-0000-0000-0000-aaaa00000002",
        "messageUUID": "8c2ea15d-61fb-4ba9-9366-000000000002",
        "messageId": null,
        "errorCode": null,
        "errorMessage": null,
        "timeStamp": "2026-11-23T03:40:00.000Z",
        "receiptStatus": "COMPLETED"
      }
    ]
    "#);
}

#[tokio::test]
async fn a_fetch_killed_at_any_call_is_finished_by_the_next() {
    for line in [Line::StandsStillBefore, Line::StandsStillAfter, Line::DropsAfter, Line::DropsBefore] {
        for call in 0.. {
            let receiver = Receiver::new().await;
            let sound = [1, 2, 3].map(|number| (number, letter(number, "Hej")));
            for (number, text) in &sound {
                receiver.queue(*number, text);
            }
            receiver.queue(4, &letter(5, "Hej"));
            receiver.exchange.on_call(call, line);
            tokio::select! {
                report = receiver.finish() => assert!(report.halt.is_none()),
                () = receiver.exchange.stands_still() => {}
            };
            let reached = receiver.exchange.calls() > call;
            let report = receiver.finish().await;
            adds_up(&report.tally);
            for (number, text) in &sound {
                let path = receiver.path(&format!("{}.xml", letter_id(*number)));
                assert_eq!(fs::read_to_string(path).unwrap(), *text, "call {call} {line:?}");
            }
            assert_eq!(receiver.files().len(), 5, "call {call} {line:?}: {:?}", receiver.files());
            let books = receiver.exchange.books();
            assert!(books.memos.is_empty(), "call {call} {line:?}");
            for number in 1..=4 {
                let given = books.given.iter().filter(|(memo, _)| *memo == letter_id(number));
                let statuses: Vec<_> = given.map(|(_, receipt)| receipt.receipt_status).collect();
                let expected =
                    if number == 4 { ReceiptStatus::Invalid } else { ReceiptStatus::Completed };
                assert!(!statuses.is_empty(), "call {call} {line:?}: no receipt was given");
                assert!(statuses.iter().all(|status| *status == expected));
            }
            if !reached {
                assert!(call > 10, "the story has {call} calls");
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_message_that_is_not_valid_is_answered_with_its_first_finding() {
    let receiver = Receiver::new().await;
    receiver.queue(1, &letter(1, "Hej").replace("<memo:label>Hej</memo:label>", ""));
    receiver.queue(2, "nothing like a message");
    receiver.queue(3, &letter(9, "Hej"));
    let report = receiver.finish().await;
    adds_up(&report.tally);
    assert_eq!(report.tally.invalid, 3);
    let files = receiver.files();
    assert_eq!(files.iter().filter(|name| name.starts_with("invalid/")).count(), 3, "{files:?}");
    let books = receiver.exchange.books();
    assert!(books.memos.is_empty());
    let told: Vec<_> = books
        .given
        .iter()
        .map(|(_, receipt)| {
            let text = receipt.error_message.clone().unwrap();
            (receipt.receipt_status, receipt.error_code.clone().unwrap(), text)
        })
        .collect();
    insta::assert_debug_snapshot!(told);
}

#[tokio::test]
async fn a_message_that_is_there_already_is_answered_and_not_written_twice() {
    let receiver = Receiver::new().await;
    receiver.queue(1, &letter(1, "Hej"));
    receiver.finish().await;
    receiver.queue(1, &letter(1, "Hej"));
    let report = receiver.finish().await;
    assert_eq!((report.tally.completed, report.tally.already_there), (1, 1));
    assert_eq!(receiver.files().len(), 2, "{:?}", receiver.files());
}

#[tokio::test]
async fn other_bytes_under_a_known_id_are_kept_aside_and_not_answered() {
    let receiver = Receiver::new().await;
    receiver.queue(1, &letter(1, "Hej"));
    receiver.finish().await;
    receiver.queue(1, &letter(1, "Goddag"));
    receiver.queue(2, &letter(2, "Hej"));
    for _ in 0..2 {
        let report = receiver.finish().await;
        adds_up(&report.tally);
        assert_eq!(report.tally.aside, 1);
        let remark = &report.remarks[0];
        assert_eq!(remark.code, "message.uuid.duplicate");
        assert_eq!(fs::read_to_string(remark.path.as_ref().unwrap()).unwrap(), letter(1, "Goddag"));
    }
    let kept = receiver.path(&format!("{}.xml", letter_id(1)));
    assert_eq!(fs::read_to_string(kept).unwrap(), letter(1, "Hej"));
    let books = receiver.exchange.books();
    assert!(books.memos.contains_key(&letter_id(1)));
    assert_eq!(books.given.iter().filter(|(memo, _)| *memo == letter_id(1)).count(), 1);
}

#[tokio::test]
async fn more_than_a_page_is_fetched_to_its_end() {
    let receiver = Receiver::new().await;
    for number in 1..=1200 {
        receiver.queue(number, &letter(number, "Hej"));
    }
    let report = receiver.finish().await;
    assert_eq!((report.tally.completed, receiver.exchange.books().memos.len()), (1200, 0));
}

#[tokio::test]
async fn a_system_that_may_not_fetch_is_told_at_once() {
    let receiver = Receiver::new().await;
    receiver.exchange.on_call(0, Line::Answers(403));
    let report = receiver.finish().await;
    assert!(matches!(report.halt, Some(FetchHalt::Exchange(CallError::Refused { status: 403, .. }))));
    assert_eq!(receiver.exchange.calls(), 1);
}

#[tokio::test]
async fn a_fetch_that_keeps_going_outlasts_a_pause_and_stops_when_told() {
    let receiver = Receiver::new().await;
    receiver.exchange.on_call(1, Line::DropsBefore);
    receiver.exchange.on_call(2, Line::Answers(503));
    let story = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        receiver.queue(1, &letter(1, "Hej"));
        while !receiver.exchange.books().memos.is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        receiver.stop.cancel();
    };
    let (report, ()) = tokio::join!(receiver.run(Until::Stopped), story);
    let report = report.unwrap();
    assert!(matches!(report.halt, Some(FetchHalt::Interrupted)));
    assert!(receiver.path(&format!("{}.xml", letter_id(1))).exists());
}

#[tokio::test]
async fn two_fetches_never_work_in_one_folder_and_a_half_written_message_is_cleared() {
    let receiver = Receiver::new().await;
    receiver.finish().await;
    let part = receiver.path(".brevdue-abc.part");
    fs::write(&part, "half").unwrap();
    receiver.queue(1, &letter(1, "Hej"));
    receiver.exchange.on_call(1, Line::StandsStillBefore);
    tokio::select! {
        _ = receiver.finish() => panic!("it stands still"),
        second = async {
            receiver.exchange.stands_still().await;
            assert!(!part.exists());
            receiver.run(Until::Empty).await
        } => assert!(matches!(second, Err(FolderError::InUse { .. }))),
    }
}
