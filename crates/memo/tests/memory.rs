//! The memory of reading does not grow with the message. One test in one process, so that the peak is its own.
#![allow(clippy::print_stdout, reason = "a skipped test says so")]

mod support;

use std::io::{self, Read};

use brevdue_memo::{Limits, Reading, read};
use support::minimum_1_2;

const GROWTH_LIMIT_KIB: u64 = 8 * 1024;

/// Peak memory of this process so far, where the system tells.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// The minimum message with `count` bytes of `piece`, over and over, in place of `from`; never held whole.
fn read_with(from: &str, piece: &'static [u8], count: u64) -> Reading {
    let document = minimum_1_2();
    let (before, after) = document.split_once(from).expect("something to replace");
    let many = Cycle { piece, at: 0 }.take(count);
    let limits = Limits { document_bytes: u64::MAX, ..Limits::default() };
    read(before.as_bytes().chain(many).chain(after.as_bytes()), &limits)
        .expect("nothing here fails")
}

struct Cycle {
    piece: &'static [u8],
    at: usize,
}

impl Read for Cycle {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        for byte in &mut *buffer {
            *byte = self.piece[self.at];
            self.at = (self.at + 1) % self.piece.len();
        }
        Ok(buffer.len())
    }
}

#[test]
fn no_message_however_large_or_hostile_makes_reading_hold_it() {
    let Some(start) = peak_kib() else {
        println!("SKIPPED: this system does not tell a process its peak memory");
        return;
    };
    let content = "VGhpcyBpcyBhIHRlc3Q=";
    for (name, from, piece, count, expected) in [
        ("content of 100 MB on one line", content, &b"QUJD"[..], 100_000_000, None),
        (
            "content of 76 MB in lines",
            content,
            b"QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJD\r\n",
            7_000_000 * 10,
            None,
        ),
        ("content that is no Base64", content, b"*", 50_000_000, Some("MEMO-S-007")),
        ("content of nothing but comments", content, b"<!-- -->", 50_000_000, None),
        ("a title of 50 MB", "Pladsanvisning", b"a", 50_000_000, Some("MEMO-X-022")),
        ("an attribute of 50 MB", "\"1.2\"", b"\"1.2 ", 50_000_000, Some("MEMO-X-022")),
        ("an attribute without end", "\"1.2\"", b"'a", 50_000_000, Some("MEMO-X-022")),
        ("a tag without end", "\"1.2\"", b" ", 50_000_000, Some("MEMO-X-022")),
        ("white space before the root", "\n", b"\n", 50_000_000, None),
        ("elements inside each other", "Pladsanvisning", b"<a>", 50_000_000, Some("MEMO-X-020")),
        (
            "unknown elements side by side",
            "<memo:MessageBody>",
            b"<a/>",
            20_000_000,
            Some("MEMO-X-004"),
        ),
        (
            "replies",
            "</memo:MessageHeader>",
            b"<memo:ReplyData></memo:ReplyData>",
            20_000_000,
            Some("MEMO-X-024"),
        ),
    ] {
        let reading = read_with(from, piece, count);
        let rule = reading.findings.list.last().map(|finding| finding.rule);
        let whole = reading.message.is_some();
        assert_eq!(whole, expected.is_none(), "{name}: {:?}", reading.findings.list);
        assert_eq!(rule, expected, "{name}");
        drop(reading);
        let grown = peak_kib().expect("it told before") - start;
        assert!(
            grown < GROWTH_LIMIT_KIB,
            "{name}: the peak grew by {grown} KiB, over the limit of {GROWTH_LIMIT_KIB}"
        );
    }
}
