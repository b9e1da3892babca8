//! The header alone: it says of the header what reading the whole document says.
#![no_main]

use brevdue_memo::{Limits, read, read_header};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|document: &[u8]| {
    let limits = Limits::default();
    let alone = read_header(document, &limits).expect("a slice never fails");
    let whole = read(document, &limits).expect("a slice never fails");

    assert_eq!(alone.header.is_some(), alone.header.is_some() && !alone.findings.has_errors());
    if let Some(message) = &whole.message {
        assert_eq!(alone.header.as_ref(), Some(&message.header));
    }
    if let Some(version) = alone.glimpse.version {
        assert_eq!(whole.glimpse.version, Some(version));
    }
    if let Some(uuid) = alone.glimpse.message_uuid {
        assert_eq!(whole.glimpse.message_uuid, Some(uuid));
    }
    if let Some(id) = alone.glimpse.message_id {
        assert_eq!(whole.glimpse.message_id, Some(id));
    }
    // The list of the whole may be full, and then its last is the one that stopped the reading.
    let seen = alone.findings.list.len().min(limits.findings - 1);
    assert!(whole.findings.list.len() >= seen);
    assert_eq!(whole.findings.list[..seen], alone.findings.list[..seen]);
});
