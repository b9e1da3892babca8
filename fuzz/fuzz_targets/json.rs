//! JSON of any kind: it becomes XML or faults, in memory that grows with it and no faster; a message that
//! comes of it is the same when it goes back to JSON and comes again.
#![no_main]

use std::io::Cursor;

use brevdue_fuzz::{held, peak_bytes};
use brevdue_memo::json::{Contents, JsonError, to_xml, write};
use brevdue_memo::rulebook::{Level, rule};
use brevdue_memo::{Limits, read};
use libfuzzer_sys::fuzz_target;

/// The output's buffer, and the faults.
const MEMORY_LIMIT_BYTES: usize = 1 << 20;
/// For each byte of JSON: `[` is a list, and a member may be one letter long.
const MEMORY_PER_BYTE: usize = 128;

fuzz_target!(|json: &[u8]| {
    let limits = Limits { findings: 10, repeated: 100, ..Limits::default() };
    let mut document = Vec::new();
    let (outcome, peak) = peak_bytes(|| to_xml(json, &limits, &mut document));
    let limit = MEMORY_LIMIT_BYTES + MEMORY_PER_BYTE * json.len() + 2 * document.capacity();
    assert!(peak <= limit, "{peak} bytes for {} bytes of JSON", json.len());
    match outcome {
        Ok(()) => {}
        Err(JsonError::Faults(faults)) => {
            assert!(!faults.list.is_empty() && faults.list.len() <= limits.findings);
            return;
        }
        Err(error) => panic!("a vector takes all: {error}"),
    }
    let limits = Limits::default();
    let reading = read(document.as_slice(), &limits).expect("a slice never fails");
    for finding in &reading.findings.list {
        let level = rule(finding.rule).expect("a rule of the book").level;
        // A value may be longer than the reader takes; whatever else it is, it is XML.
        let too_long = matches!(finding.rule, "MEMO-X-022" | "MEMO-X-025");
        assert!(level != Level::Syntax || too_long, "{finding}");
    }
    let Some(message) = reading.message else { return };

    let mut again = Vec::new();
    write(&message, Cursor::new(&document), Contents::Whole, &mut again)
        .expect("a vector takes all");
    let mut second = Vec::new();
    to_xml(&again, &limits, &mut second).expect("our own JSON is read");
    let second_message = read(second.as_slice(), &limits).expect("a slice never fails").message;
    let second_message = second_message.expect("our own JSON is a message");
    assert_eq!(held(second_message, &second), held(message, &document));
});
