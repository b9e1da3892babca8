//! A document of any kind: it is read in bounded memory, the same however it arrives and whether in UTF-8
//! or UTF-16, and a message that was read can be written and read back as itself.
#![no_main]

use std::io::Cursor;
use std::sync::LazyLock;

use brevdue_fuzz::{Dribble, held, peak_bytes, small_limits};
use brevdue_memo::rulebook::{Level, rules};
use brevdue_memo::{Checker, Limits, Policy, Reading, Severity, read, write};
use libfuzzer_sys::fuzz_target;

/// Buffers of the input, and the model of a message with as much text as the small limits allow.
const MEMORY_LIMIT_BYTES: usize = 512 * 1024;

/// Lets everything pass that can be let pass.
static LENIENT: LazyLock<Policy> = LazyLock::new(|| {
    let mut policy = Policy::default();
    for rule in rules().filter(|rule| rule.level == Level::Tolerance) {
        policy.set(rule.id, Some(Severity::Warning)).expect("a tolerance can be granted");
    }
    policy
});

fn lenient() -> Checker<'static> {
    Checker { policy: LENIENT.clone(), ..Checker::default() }
}

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

    let let_pass = lenient().check(document).expect("a slice never fails");
    assert!(let_pass.findings.list.len() <= limits.findings);
    in_utf_16(document, &let_pass);
    if let Some(message) = &let_pass.message {
        // What was let pass is content all the same.
        held(message.clone(), document);
    }

    if let Some(message) = reading.message {
        assert_eq!(let_pass.message.as_ref(), Some(&message));
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

/// The same text in UTF-16 gets the same findings, places included, and one that says so.
fn in_utf_16(document: &[u8], of_utf_8: &Reading) {
    let Ok(text) = std::str::from_utf8(document) else { return };
    let comparable = !text.starts_with('\u{FEFF}')
        && !text.contains("encoding")
        && of_utf_8.findings.list.len() < Limits::default().findings
        && text.len() < 8 * 1024;
    if !comparable {
        return;
    }
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
    let other: Vec<u8> = if text.len().is_multiple_of(2) {
        units.flat_map(u16::to_le_bytes).collect()
    } else {
        units.flat_map(u16::to_be_bytes).collect()
    };
    let reading = lenient().check(Dribble::new(&other)).expect("this source never fails");
    assert_eq!(reading.findings.list[0].rule, "MEMO-T-011");
    assert_eq!(reading.findings.list[1..], of_utf_8.findings.list[..]);
    assert_eq!(reading.message.is_some(), of_utf_8.message.is_some());
    if let (Some(one), Some(two)) = (reading.message, &of_utf_8.message) {
        assert_eq!(held(one, &other), held(two.clone(), document));
    }
}
