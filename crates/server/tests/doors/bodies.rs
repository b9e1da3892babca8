//! Bodies that are too large, too slow, or end too early.

use std::time::Duration;

use brevdue_exchange::Policy;
use brevdue_server::rest::RestSettings;

use crate::raw::Line;
use crate::town::{Town, Wishes, letter, message_uuid};

fn head(town: &Town, number: u128, more: &str) -> String {
    format!(
        "POST /apis/v1/memos/?memo-message-uuid={} HTTP/1.1\r\nhost: a\r\n\
         authorization: {}\r\ncontent-type: application/xml\r\n{more}\r\n\r\n",
        message_uuid(number),
        town.sender.authorization(),
    )
}

async fn with_limit(body_bytes: u64) -> Town {
    let policy = Policy { body_bytes, ..Policy::default() };
    Town::with(Wishes { policy, ..Default::default() }).await
}

#[tokio::test]
async fn a_caller_that_sends_all_of_a_too_large_body_before_it_reads_still_gets_its_413() {
    let town = with_limit(1_000_000).await;
    let mut line = Line::to(town.http).await;
    line.say(head(&town, 1, "content-length: 40000000")).await;
    let piece = vec![b'x'; 1_000_000];
    for _ in 0..40 {
        line.say(&piece).await;
    }
    let answer = line.answer().await;
    assert_eq!(answer.status, 413);
    assert!(answer.body.contains("40000000 bytes, over the limit of 1000000"), "{}", answer.body);
}

#[tokio::test]
async fn a_too_large_body_in_chunks_is_refused_where_it_goes_over() {
    let town = with_limit(1_000_000).await;
    let mut line = Line::to(town.http).await;
    line.say(head(&town, 1, "transfer-encoding: chunked")).await;
    let chunk = format!("186a0\r\n{}\r\n", "x".repeat(100_000));
    for _ in 0..200 {
        line.say(&chunk).await;
    }
    line.say("0\r\n\r\n").await;
    let answer = line.answer().await;
    assert_eq!(answer.status, 413);
    assert!(answer.body.contains("body.too.large"), "{}", answer.body);
    assert_eq!(town.store.counts().await.unwrap().transmissions, 0);
}

#[tokio::test]
async fn a_caller_that_asks_first_is_told_before_it_sends() {
    let town = with_limit(1_000_000).await;
    let mut line = Line::to(town.http).await;
    line.say(head(&town, 1, "content-length: 40000000\r\nexpect: 100-continue")).await;
    assert_eq!(line.answer().await.status, 413);

    let mut line = Line::to(town.http).await;
    let letter = letter(message_uuid(2), 10);
    let more = format!("content-length: {}\r\nexpect: 100-continue", letter.len());
    line.say(head(&town, 2, &more)).await;
    assert_eq!(line.answer().await.status, 100);
    line.say(letter).await;
    assert_eq!(line.answer().await.status, 201);
}

#[tokio::test]
async fn a_refused_token_is_told_before_the_body_is_read() {
    let town = Town::open().await;
    let mut line = Line::to(town.http).await;
    let head = head(&town, 1, "content-length: 100000000\r\nexpect: 100-continue");
    line.say(head.replace("Basic ", "Basic AAAA")).await;
    assert_eq!(line.answer().await.status, 401);
}

#[tokio::test]
async fn chunks_of_any_size_make_one_letter_and_the_line_serves_the_next() {
    let town = Town::open().await;
    let mut line = Line::to(town.http).await;
    for (number, chunk_bytes, file_bytes) in
        [(1, 7, 10), (2, 1000, 100_000), (3, 65_536, 1_000_000)]
    {
        line.say(head(&town, number, "transfer-encoding: chunked")).await;
        let letter = letter(message_uuid(number), file_bytes);
        for chunk in letter.as_bytes().chunks(chunk_bytes) {
            line.say(format!("{:x}\r\n", chunk.len())).await;
            line.say(chunk).await;
            line.say("\r\n").await;
        }
        line.say("0\r\n\r\n").await;
        assert_eq!(line.answer().await.status, 201, "chunks of {chunk_bytes}");
    }
}

#[tokio::test]
async fn a_body_that_stands_still_or_trickles_is_given_up() {
    let rest = RestSettings {
        piece_seconds: 1,
        pace_bytes: 1_000_000,
        pace_grace_seconds: 2,
        ..Default::default()
    };
    let town = Town::with(Wishes { rest, ..Default::default() }).await;

    let mut still = Line::to(town.http).await;
    still.say(head(&town, 1, "content-length: 1000")).await;
    still.say("<a>").await;
    let answer = still.answer().await;
    assert_eq!((answer.status, answer.body.contains("body.too.slow")), (408, true));

    let mut trickle = Line::to(town.http).await;
    trickle.say(head(&town, 2, "content-length: 1000")).await;
    let answer = loop {
        if !trickle.say_into_the_void("x").await {
            panic!("closed without an answer");
        }
        let waited = tokio::time::timeout(Duration::from_millis(300), trickle.0.readable()).await;
        if waited.is_ok() {
            break trickle.answer().await;
        }
    };
    assert_eq!(answer.status, 408);
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_nothing_and_stops_nothing() {
    let town = Town::open().await;
    for sent in [0, 10, 200_000] {
        let mut line = Line::to(town.http).await;
        line.say(head(&town, 1, "content-length: 1000000")).await;
        line.say("x".repeat(sent)).await;
        drop(line);
    }
    let mut line = Line::to(town.http).await;
    line.say(head(&town, 1, "transfer-encoding: chunked")).await;
    line.say("this is not the length of a chunk\r\n").await;
    assert_eq!(line.answer().await.status, 400);
    town.deliver(message_uuid(2), &letter(message_uuid(2), 10)).await;
    assert_eq!(town.store.counts().await.unwrap().transmissions, 1);
}

#[tokio::test]
async fn more_large_bodies_at_once_than_there_are_places_for_are_asked_to_come_again() {
    let rest = RestSettings { large_bodies: 1, large_body_wait_seconds: 0, ..Default::default() };
    let town = Town::with(Wishes { rest, ..Default::default() }).await;
    let mut first = Line::to(town.http).await;
    first.say(head(&town, 1, "content-length: 200000\r\nexpect: 100-continue")).await;
    assert_eq!(first.answer().await.status, 100, "it has the place");

    let mut second = Line::to(town.http).await;
    second.say(head(&town, 2, "content-length: 200000\r\nexpect: 100-continue")).await;
    let answer = second.answer().await;
    assert_eq!(answer.status, 503);
    assert!(answer.head.contains("retry-after: "), "{}", answer.head);

    town.deliver(message_uuid(3), &letter(message_uuid(3), 10)).await;
    drop(first);
    tokio::time::sleep(Duration::from_millis(200)).await;
    town.deliver(message_uuid(4), &letter(message_uuid(4), 200_000)).await;
}

#[tokio::test]
async fn a_too_large_body_over_tls_gets_its_413_too() {
    let town = with_limit(1_000_000).await;
    for _ in 0..5 {
        let path = format!("/apis/v1/memos/?memo-message-uuid={}", message_uuid(1));
        let request = town.acting_as(&town.sender).post(&path);
        let request = request.header("content-type", "application/xml");
        let answer = request.body(vec![b'x'; 20_000_000]).send().await.unwrap();
        assert_eq!(answer.status(), 413);
        assert!(answer.text().await.unwrap().contains("body.too.large"));
    }
}

#[tokio::test]
async fn multipart_that_hides_its_part_in_a_heap_of_bytes_is_refused_before_it_is_gathered() {
    let town = Town::open().await;
    let authorization = town.sender.authorization();
    let heap = "x".repeat(2_000_000);
    for body in [
        heap.clone(),
        format!("--b\r\nx-heap: {heap}"),
        format!("--b\r\ncontent-disposition: form-data; name=\"{heap}"),
    ] {
        let mut line = Line::to(town.http).await;
        line.say(format!(
            "POST /apis/v1/memos/ HTTP/1.1\r\nhost: a\r\nauthorization: {authorization}\r\n\
             content-type: multipart/form-data; boundary=b\r\ncontent-length: 1000000000\r\n\r\n",
        ))
        .await;
        line.say(body).await;
        let answer = line.answer().await;
        assert_eq!(answer.status, 400);
        assert!(answer.body.contains("multipart.invalid"), "{}", answer.body);
    }
}
