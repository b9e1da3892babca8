//! Checking a container of 1,000 letters, beside what `xz -dc` alone takes on the same file in the same run.
//!
//! We decompress, walk the archive and check every message at every level, with its place in the
//! container, in this process on one thread; `xz -dc` decompresses to nowhere, in one of its own. Its time to start is counted and is small beside the
//! work. Ours may take [`TARGET`] times as long. The runs take turns, so that a slow moment of the
//! machine hits both.
//!
//! The `xz` of a system may be older than the liblzma built into us, and slower; so the last column but
//! one is the time of that liblzma alone on the same file: what is above it is the check.

#![allow(clippy::print_stdout, reason = "a bench")]

use std::fs::{self, File};
use std::io::{BufReader, Cursor, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use brevdue_memo::container::{ContainerLimits, Packer, Part, Places, walk};
use brevdue_memo::letter::{DraftFile, LetterDraft, SampleOptions, sample};
use brevdue_memo::{Checker, MemoVersion, Message, PartyId, Timestamp, write};

/// Most times as long as `xz -dc`.
const TARGET: f64 = 1.15;

/// As in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    // `cargo test --benches` runs us to see that we work, not to measure.
    let short = !std::env::args().any(|argument| argument == "--bench");
    let (rounds, count) = if short { (1, 20) } else { (11, 1000) };
    if Command::new("xz").arg("--version").stdout(Stdio::null()).status().is_err() {
        println!("SKIPPED: xz is not installed (Debian package xz-utils)");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder for files");
    println!(
        "a container of {count} letters, decompressed and checked, median of {rounds} rounds in turn\n"
    );
    println!(
        "letters                     packed  unpacked   brevdue    xz -dc  our liblzma    ratio   target"
    );
    println!("                                MB        MB        ms        ms           ms");
    for (name, messages) in
        [("of text, 10 to 20 KB", texts(count)), ("with a PDF, 10 to 20 KB", with_files(count))]
    {
        let path = folder.path().join("letters.tar.lzma");
        let unpacked_bytes = pack(&path, &messages);
        let (mut ours, mut theirs, mut alone) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..rounds {
            ours.push(brevdue(&path, count));
            theirs.push(xz(&path));
            alone.push(liblzma(&path));
        }
        let (ours, theirs, alone) = (median(ours), median(theirs), median(alone));
        let packed_bytes = fs::metadata(&path).expect("it was written").len();
        println!(
            "{name:24} {:9.2} {:9.2} {:9.1} {:9.1} {:12.1} {:8.2} {TARGET:8.2}",
            packed_bytes as f64 / 1e6,
            unpacked_bytes as f64 / 1e6,
            ours * 1e3,
            theirs * 1e3,
            alone * 1e3,
            ours / theirs,
        );
    }
}

fn brevdue(path: &Path, count: usize) -> f64 {
    let start = Instant::now();
    let file = File::open(path).expect("it was written");
    let limits = ContainerLimits { ratio: 100_000, ..ContainerLimits::default() };
    let (checker, mut places) = (Checker::default(), Places::new());
    let found = walk(file, &limits, &mut |part| {
        let entry = match part {
            Part::File(entry) => entry,
            Part::Finding(finding) => panic!("we packed it: {finding}"),
        };
        let reading = checker.check(entry.reader)?;
        assert!(reading.message.is_some() && !reading.findings.has_errors());
        let place = places.judge(entry.number, entry.name, reading.glimpse.message_uuid.as_ref());
        assert!(place.is_empty());
        Ok(())
    });
    assert_eq!(found.expect("the disk reads"), count);
    start.elapsed().as_secs_f64()
}

fn xz(path: &Path) -> f64 {
    let start = Instant::now();
    let status = Command::new("xz")
        .args(["--format=lzma", "-dc", "-T1"])
        .arg(path)
        .stdout(Stdio::null())
        .status();
    assert!(status.expect("it ran before").success());
    start.elapsed().as_secs_f64()
}

/// The decoder that we use, with nothing behind it.
fn liblzma(path: &Path) -> f64 {
    let start = Instant::now();
    let file = BufReader::with_capacity(32 * 1024, File::open(path).expect("it was written"));
    let stream = liblzma::stream::Stream::new_lzma_decoder(u64::MAX).expect("a decoder");
    let mut decoder = liblzma::bufread::XzDecoder::new_stream(file, stream);
    let mut buffer = vec![0; 16 * 1024];
    while decoder.read(&mut buffer).expect("we packed it") > 0 {}
    start.elapsed().as_secs_f64()
}

/// Letters of text alone, of five kinds.
fn texts(count: usize) -> Vec<Message> {
    let parts: Vec<Vec<Message>> = [7_000, 10_000, 13_000]
        .into_iter()
        .enumerate()
        .map(|(seed, text_bytes)| {
            let people = people();
            let options = SampleOptions {
                version: MemoVersion::V1_2,
                sender: (party("CVR", "12345678"), "Ærøby Kommune"),
                recipients: &people,
                created: Timestamp::from_millis(1_700_000_000_000),
                text_bytes,
            };
            sample(seed as u64, count / 3 + 1, &options).collect()
        })
        .collect();
    let mut letters: Vec<Message> = parts.into_iter().flatten().collect();
    letters.truncate(count);
    letters
}

/// Letters that carry a small compressed file each, as most letters do.
fn with_files(count: usize) -> Vec<Message> {
    let people = people();
    (0..count as u64)
        .map(|number| {
            let mut draft = LetterDraft::new(
                MemoVersion::V1_2,
                uuid::Builder::from_random_bytes((u128::from(number) << 64 | 7).to_be_bytes())
                    .into_uuid(),
                Timestamp::from_millis(1_700_000_000_000),
                (party("CVR", "12345678"), "Ærøby Kommune"),
                (people[number as usize % people.len()], None),
                "Afgørelse om plads",
            );
            let bytes = 6_000 + number % 7 * 1_000;
            draft.files.push(DraftFile {
                filename: "Afgørelse.pdf".to_owned(),
                encoding_format: "application/pdf".to_owned(),
                content: noise(number, bytes).collect(),
            });
            draft.build().expect("a letter within its limits")
        })
        .collect()
}

/// Bytes that no compression makes smaller, as those of a compressed file.
fn noise(seed: u64, bytes: u64) -> impl Iterator<Item = u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    (0..bytes).map(move |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    })
}

fn people() -> Vec<PartyId> {
    (0..100).map(|number| party("CPR", &format!("01010100{number:02}"))).collect()
}

fn party(id_type: &str, id: &str) -> PartyId {
    PartyId::parse(id_type, id).expect("an id that fits its type")
}

/// Gives the bytes of the letters.
fn pack(path: &Path, messages: &[Message]) -> usize {
    let mut unpacked_bytes = 0;
    let file = File::create(path).expect("the disk writes");
    let mut packer = Packer::new(file).expect("an encoder");
    for message in messages {
        let mut document = Vec::new();
        write(message, Cursor::new([]), &mut document).expect("a vector never fails");
        let name = format!("{}.xml", message.header.message_uuid);
        packer
            .append(&name, document.len() as u64, &mut document.as_slice())
            .expect("the disk writes");
        unpacked_bytes += document.len();
    }
    packer.finish().expect("the disk writes");
    unpacked_bytes
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
