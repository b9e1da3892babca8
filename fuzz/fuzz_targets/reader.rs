//! A document of any kind: it is read in bounded memory, the same however it arrives, and a message that
//! was read can be written and read back as itself.
#![no_main]

use std::io::Cursor;

use brevdue_fuzz::{Dribble, held, peak_bytes, small_limits};
use brevdue_memo::{Limits, Reading, read, write};
use libfuzzer_sys::fuzz_target;

/// Two buffers of the input, and the model of a message with as much text as the small limits allow.
const MEMORY_LIMIT_BYTES: usize = 512 * 1024;

fuzz_target!(|document: &[u8]| {
    let limits = small_limits();
    let (small, peak) = peak_bytes(|| read(document, &limits).expect("a slice never fails"));
    assert!(peak <= MEMORY_LIMIT_BYTES, "reading took {peak} bytes");
    check(document, &small, &limits);

    let limits = Limits::default();
    let reading = read(document, &limits).expect("a slice never fails");
    check(document, &reading, &limits);

    let dribbled = read(Dribble::new(document), &limits).expect("this source never fails");
    assert_eq!(dribbled.findings, reading.findings);
    assert_eq!(dribbled.glimpse, reading.glimpse);
    assert_eq!(dribbled.message, reading.message);

    if let Some(message) = reading.message {
        let mut out = Vec::new();
        write(&message, Cursor::new(document), &mut out).expect("what was read can be written");
        let again = read(out.as_slice(), &limits).expect("a slice never fails");
        assert!(!again.findings.has_errors(), "{:?}", again.findings);
        let again = again.message.expect("no errors");
        assert_eq!(held(again, &out), held(message, document));
    }
});

fn check(document: &[u8], reading: &Reading, limits: &Limits) {
    assert!(reading.findings.list.len() <= limits.findings);
    assert_eq!(reading.message.is_some(), !reading.findings.has_errors());
    for finding in &reading.findings.list {
        assert!(finding.position.offset_bytes <= document.len() as u64, "{finding}");
        assert!(finding.position.line >= 1 && finding.position.column >= 1, "{finding}");
    }
}
