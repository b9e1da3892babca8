//! Reading compares with what is expected before it takes anything apart; both ways must come to the same.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "support/every.rs"]
mod every;

use std::io::{self, Read};

use brevdue_memo::reading::bare::{read_for_rules, read_the_long_way, tags_gone_the_long_way};
use brevdue_memo::{Limits, MemoVersion, Policy, read};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// What is put into a document, or in place of a piece of it.
const PIECES: [&str; 40] = [
    "<",
    ">",
    "/",
    "&",
    ";",
    "&amp;",
    "&#10;",
    "]]>",
    "]",
    " ",
    "\n",
    "\t",
    "\r",
    "\r\n",
    "\u{1}",
    "\u{8}",
    "æ",
    "€",
    "\u{FFFD}",
    "\u{FFFE}",
    "\u{FEFF}",
    "😀",
    "<!-- a -->",
    "<?a?>",
    "<![CDATA[a]]>",
    "<a/>",
    "<memo:label>",
    "</memo:label>",
    "<memo:label >",
    "</memo:label\n>",
    "<memo:label/>",
    " xmlns:memo=\"https://data.gov.dk/model/core/\"",
    " xmlns:grd=\"https://DigitalPost.dk/MeMo-1\"",
    " xmlns=\"https://DigitalPost.dk/MeMo-1\"",
    " xmlns:memo=\"a\"",
    "memo:",
    "grd:",
    "9",
    "a text of more than eight bytes",
    "\"",
];

#[derive(Debug, Clone)]
enum Change {
    Insert(Index, &'static str),
    Replace(Index, usize, &'static str),
    /// Moves a piece, often a whole line.
    Move(Index, Index, bool),
    /// Rewrites every start or end tag in some other way of writing the same.
    Everywhere(&'static str, &'static str),
}

fn change() -> impl Strategy<Value = Change> {
    let place = any::<Index>;
    prop_oneof![
        (place(), select(&PIECES[..])).prop_map(|(at, piece)| Change::Insert(at, piece)),
        (place(), 0..20usize, select(&PIECES[..]))
            .prop_map(|(at, length, piece)| Change::Replace(at, length, piece)),
        (place(), place(), any::<bool>())
            .prop_map(|(from, to, twice)| Change::Move(from, to, twice)),
        select(vec![
            ("memo:", ""),
            ("xmlns:memo", "xmlns"),
            ("memo:", "m:"),
            ("xmlns:memo", "xmlns:m"),
            ("grd:", "a-long-prefix:"),
            ("xmlns:grd", "xmlns:a-long-prefix"),
            ("grd:", "æ:"),
            ("xmlns:grd", "xmlns:æ"),
            ("\n", "\r\n"),
            ("\n", ""),
            ("\t", "          "),
            ("\n", "\n\n"),
            ("memoVersion=\"1.2\"", "memoVersion=\"1.1\""),
            ("https://DigitalPost.dk/MeMo-1", "http://kle-online.dk/"),
        ])
        .prop_map(|(from, to)| Change::Everywhere(from, to)),
    ]
}

fn apply(document: &mut String, change: &Change) {
    let lines = |document: &str| document.match_indices('\n').map(|(at, _)| at).collect::<Vec<_>>();
    let place = |document: &str, index: &Index| {
        (0..=index.index(document.len() + 1))
            .rev()
            .find(|at| document.is_char_boundary(*at))
            .unwrap()
    };
    match change {
        Change::Insert(at, piece) => document.insert_str(place(document, at), piece),
        Change::Replace(at, length, piece) => {
            let start = place(document, at);
            let end = document[start..]
                .char_indices()
                .nth(*length)
                .map_or(document.len(), |(end, _)| start + end);
            document.replace_range(start..end, piece);
        }
        Change::Move(from, to, twice) => {
            let all = lines(document);
            let Some(number) = (all.len() > 3).then(|| from.index(all.len() - 1)) else { return };
            let line = document[all[number]..all[number + 1]].to_owned();
            let to = all[to.index(all.len())];
            document.insert_str(to, &line);
            if !twice {
                *document = document.replacen(&line, "", 1);
            }
        }
        Change::Everywhere(from, to) => *document = document.replace(from, to),
    }
}

/// Hands out a document in pieces of these lengths, over and over.
struct Pieces<'d> {
    document: &'d [u8],
    lengths: std::iter::Cycle<std::vec::IntoIter<usize>>,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.lengths.next().unwrap().min(buffer.len());
        self.document.read(&mut buffer[..length])
    }
}

/// `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(48)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]

    #[test]
    fn the_short_way_and_the_long_way_come_to_the_same(
        changes in vec(change(), 0..6),
        lengths in vec(1..3000usize, 1..8),
        newer: bool,
        indented: bool,
        small_limits: bool,
    ) {
        let version = if newer { MemoVersion::V1_2 } else { MemoVersion::V1_1 };
        let mut document = every::every_element(version);
        if !indented {
            document = document.lines().map(str::trim).collect();
        }
        for change in &changes {
            apply(&mut document, change);
        }
        let mut limits = Limits::default();
        if small_limits {
            (limits.depth, limits.name_bytes, limits.token_bytes, limits.text_bytes) = (6, 30, 600, 5000);
        }
        let policy = Policy::default();
        for policy in [None, Some(&policy)] {
            let short = match policy {
                None => read(document.as_bytes(), &limits).unwrap(),
                Some(policy) => read_for_rules(document.as_bytes(), &limits, policy).unwrap(),
            };
            let long = read_the_long_way(document.as_bytes(), &limits, policy).unwrap();
            prop_assert_eq!(format!("{short:?}"), format!("{long:?}"));
        }
        let whole = read(document.as_bytes(), &limits).unwrap();
        let pieces = Pieces { document: document.as_bytes(), lengths: lengths.into_iter().cycle() };
        let pieced = read(pieces, &limits).unwrap();
        prop_assert_eq!(format!("{:?}", (&whole.message, &whole.glimpse, &whole.findings)),
            format!("{:?}", (&pieced.message, &pieced.glimpse, &pieced.findings)));
    }
}

#[test]
fn a_message_with_every_element_goes_the_short_way() {
    // Otherwise the comparison above would compare the long way with itself.
    let document = every::every_element(MemoVersion::V1_2);
    let tags = document.matches('<').count() / 2;
    let long = tags_gone_the_long_way(document.as_bytes(), &Limits::default()).unwrap();
    // The root has attributes, and a tag may lie across the end of what was read so far.
    assert!(tags > 200 && (1..10).contains(&long), "{long} of {tags}");
}
