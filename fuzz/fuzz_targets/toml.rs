//! A description of a letter, in TOML or JSON: it is refused with a place, or it becomes a message without
//! an error, which reads back as itself.
#![no_main]

use std::io::{self, Cursor};

use brevdue_fuzz::held;
use brevdue_memo::letter::description::{Description, Given, Syntax};
use brevdue_memo::{Limits, MemoVersion, Timestamp, read, write};
use libfuzzer_sys::fuzz_target;
use uuid::Uuid;

fuzz_target!(|description: &[u8]| {
    let syntax = Syntax::by_first_character(description);
    let described = match Description::parse(description, syntax) {
        Ok(described) => described,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let given = Given {
        version: MemoVersion::V1_2,
        message_uuid: Uuid::from_u128(0x8c2ea15d_61fb_4ba9_9366_42f8b194c114),
        created: Timestamp::from_millis(1_772_366_400_000),
    };
    let mut open = |name: &str| match name.len() % 7 {
        6 => Err(io::ErrorKind::NotFound.into()),
        length => Ok(vec![b'a'; length]),
    };
    let Ok(message) = described.build(given, &mut open) else { return };
    let mut document = Vec::new();
    write(&message, Cursor::new([]), &mut document).expect("what was built can be written");
    let reading = read(document.as_slice(), &Limits::default()).expect("a slice never fails");
    assert!(!reading.findings.has_errors(), "{:?}", reading.findings);
    let again = reading.message.expect("no errors");
    assert_eq!(held(again, &document), message);
});
