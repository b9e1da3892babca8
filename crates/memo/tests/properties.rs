//! What holds for every message and for every sequence of bytes.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "support/any.rs"]
mod any;
mod support;

use std::io::{Cursor, Read};

use any::{files, held, message, written};
use brevdue_memo::letter::{DraftFile, LetterDraft, SampleOptions, sample};
use brevdue_memo::*;
use proptest::collection::vec;
use proptest::prelude::*;
use support::{minimum_1_1, minimum_1_2, read_bytes};

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_message_we_write_reads_back_as_itself(message in message()) {
        let out = written(&message);
        let reading = read_bytes(&out);
        prop_assert_eq!(&reading.findings.list, &[]);
        prop_assert_eq!(reading.length_bytes, out.len() as u64);
        let header = read_header(out.as_slice(), &Limits::default()).unwrap();
        prop_assert_eq!(header.header.as_ref(), Some(&message.header));
        prop_assert_eq!(held(reading.message.unwrap(), &out), message);
    }

    #[test]
    fn no_bytes_make_reading_panic_and_findings_stay_within_their_limit(bytes in vec(any::<u8>(), 0..2000)) {
        check(&bytes)?;
    }

    #[test]
    fn no_markup_makes_reading_panic(pieces in vec(proptest::sample::select(PIECES), 0..60)) {
        check(pieces.concat().as_bytes())?;
    }

    #[test]
    fn no_change_of_bytes_makes_reading_panic(changes in vec((any::<proptest::sample::Index>(), any::<u8>(), 0..4u8), 1..12)) {
        for message in [minimum_1_1(), minimum_1_2()] {
            let mut bytes = message.into_bytes();
            for (index, byte, how) in &changes {
                if bytes.is_empty() {
                    break;
                }
                let at = index.index(bytes.len());
                match how {
                    0 => bytes[at] = *byte,
                    1 => { bytes.remove(at); }
                    2 => bytes.insert(at, *byte),
                    _ => bytes.truncate(at.max(1)),
                }
            }
            check(&bytes)?;
        }
    }

    #[test]
    fn base64_in_any_dress_decodes_as_it_should(content in vec(any::<u8>(), 0..20_000), dress in vec(0..12u8, 1..40)) {
        let clean = base64_simd::STANDARD.encode_to_string(&content);
        let mut dressed = String::new();
        let step = dress.len() * 7;
        for (number, piece) in clean.as_bytes().chunks(step).enumerate() {
            dressed.push_str(std::str::from_utf8(piece).unwrap());
            dressed.push_str(match dress[number % dress.len()] {
                0 => "\r\n", 1 => "\n", 2 => " ", 3 => "\t", 4 => "<!-- AAAA -->", 5 => "<?a AAAA?>", 6 => "<![CDATA[ \n]]>", 7 => "&#10;",
                _ => "",
            });
        }
        let document = minimum_1_2().replace("VGhpcyBpcyBhIHRlc3Q=", &dressed);
        let reading = read_bytes(document.as_bytes());
        prop_assert_eq!(&reading.findings.list, &[]);
        let mut message = reading.message.unwrap();
        let place = files(&mut message)[0].content.clone();
        prop_assert_eq!(place.len_bytes(), content.len() as u64);
        let mut decoded = Vec::new();
        place.open(Cursor::new(document.as_bytes())).unwrap().read_to_end(&mut decoded).unwrap();
        prop_assert_eq!(decoded, content);
    }

    #[test]
    fn a_sample_is_valid_and_the_same_for_the_same_seed(seed: u64, text_bytes in 0..5000usize, newer: bool) {
        let recipients = [PartyId::parse("CPR", "0101010000").unwrap(), PartyId::parse("CVR", "12345678").unwrap()];
        let options = SampleOptions {
            version: if newer { MemoVersion::V1_2 } else { MemoVersion::V1_1 },
            sender: (PartyId::parse("CVR", "87654321").unwrap(), "Ærøby Kommune"),
            recipients: &recipients,
            created: Timestamp::from_millis(1_700_000_000_000),
            text_bytes,
        };
        let letters: Vec<Message> = sample(seed, 10, &options).collect();
        prop_assert_eq!(letters.len(), 10);
        for letter in &letters {
            let out = written(letter);
            let reading = read_bytes(&out);
            prop_assert_eq!(&reading.findings.list, &[]);
            prop_assert_eq!(&held(reading.message.unwrap(), &out), letter);
        }
        prop_assert_eq!(sample(seed, 10, &options).collect::<Vec<_>>(), letters);
    }
}

const PIECES: &[&str] = &[
    "<memo:Message xmlns:memo=\"https://DigitalPost.dk/MeMo-1\" memoVersion=\"1.2\">",
    "<memo:MessageHeader>",
    "</memo:MessageHeader>",
    "<memo:content>",
    "</memo:content>",
    "</memo:Message>",
    "<memo:label>",
    "</memo:label>",
    "<a/>",
    "<a ",
    "b='c'",
    "xmlns='d'",
    ">",
    "/>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?",
    "?>",
    "&amp;",
    "&#65;",
    "&",
    ";",
    "]",
    "=",
    "AAAA",
    " ",
    "\r",
    "\n",
    "æ",
    "\u{FFFE}",
    "\0",
    "<",
    "\"",
];

fn check(bytes: &[u8]) -> Result<(), TestCaseError> {
    let limits = Limits { findings: 5, ..Limits::default() };
    let reading = read(bytes, &limits).unwrap();
    prop_assert!(reading.findings.list.len() <= 5);
    prop_assert_eq!(reading.message.is_some(), !reading.findings.has_errors());
    for finding in &reading.findings.list {
        prop_assert!(finding.position.offset_bytes <= bytes.len() as u64);
        prop_assert!(finding.position.line >= 1 && finding.position.column >= 1);
    }
    // What was read can be written, and read again.
    if let Some(message) = reading.message {
        let mut out = Vec::new();
        write(&message, Cursor::new(bytes), &mut out).unwrap();
        let again = read(out.as_slice(), &limits).unwrap();
        prop_assert_eq!(held(again.message.unwrap(), &out), held(message, bytes));
    }
    Ok(())
}

#[test]
fn a_text_that_xml_cannot_carry_is_named_by_its_place() {
    let party = PartyId::parse("CVR", "12345678").unwrap();
    let mut draft = LetterDraft::new(
        MemoVersion::V1_2,
        uuid::Uuid::from_u128(0x8c2ea15d_61fb_4ba9_9366_42f8b194c114),
        Timestamp::default(),
        (party, "A"),
        (party, None),
        "B",
    );
    draft.files.push(DraftFile {
        filename: "a.txt".to_owned(),
        encoding_format: "text/plain".to_owned(),
        content: vec![1],
    });
    let mut message = draft.build().unwrap();
    message.header.sender.label = "\u{1}".to_owned();
    let error = write(&message, Cursor::new([]), Vec::new()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Message/MessageHeader/Sender/label holds a character that XML does not allow"
    );
}
