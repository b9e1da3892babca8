//! Repairs on a document of any kind: it gets no worse, and what was repaired needs no repair.
#![no_main]

use std::io::{self, Cursor, Read};

use brevdue_memo::fix::{Fixed, Scratch, fix};
use brevdue_memo::{Checker, Limits, Severity};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|document: &[u8]| {
    let checker =
        Checker { limits: Limits { findings: 1000, ..Limits::default() }, ..Checker::default() };
    let (once, fixed) = fixed(document, &checker);
    let errors = |findings: &brevdue_memo::Findings| {
        findings.list.iter().filter(|finding| finding.severity == Severity::Error).count()
    };
    let syntax = |findings: &brevdue_memo::Findings| {
        findings.list.iter().any(|finding| finding.rule.starts_with("MEMO-X"))
    };
    // What stops the reading hides what is wrong after it.
    if syntax(&fixed.before) == syntax(&fixed.after) {
        assert!(errors(&fixed.after) <= errors(&fixed.before), "{:?}", fixed.repairs);
    }
    assert!(syntax(&fixed.before) || !syntax(&fixed.after), "{:?}", fixed.repairs);

    let (twice, again) = self::fixed(&once, &checker);
    assert!(again.repairs.is_empty() && once == twice, "{:?}", again.repairs);
});

fn fixed(document: &[u8], checker: &Checker<'_>) -> (Vec<u8>, Fixed) {
    let mut scratch = || -> io::Result<Box<dyn Scratch>> { Ok(Box::new(Cursor::new(Vec::new()))) };
    let mut fixed = fix(Cursor::new(document), checker, &mut scratch).expect("memory never fails");
    let mut after = Vec::new();
    match &mut fixed.document {
        Some(repaired) => drop(repaired.read_to_end(&mut after).expect("memory never fails")),
        None => after.extend_from_slice(document),
    }
    (after, fixed)
}
