//! Reading files from disk, beside `xmllint --noout` on the same files in the same run.
//!
//! We check syntax and schema and build the message; `xmllint --noout` checks syntax alone. Ours runs
//! in this process on one thread; its time to start is counted for `xmllint` and is small beside the
//! work. The runs take turns, so that a slow moment of the machine hits both.

#![allow(clippy::print_stdout, reason = "a bench")]

#[path = "../tests/support/every.rs"]
mod every;

use std::fs::{self, File};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use brevdue_memo::letter::{DraftFile, LetterDraft, SampleOptions, sample};
use brevdue_memo::{Limits, MemoVersion, Message, PartyId, Timestamp, read, write};

fn main() {
    // `cargo test --benches` runs us to see that we work, not to measure.
    let short = !std::env::args().any(|argument| argument == "--bench");
    let (rounds, part) = if short { (1, 100) } else { (7, 1) };
    let folder = tempfile::tempdir().expect("a folder for files");
    if Command::new("xmllint").arg("--version").stderr(Stdio::null()).status().is_err() {
        println!("SKIPPED: xmllint is not installed (Debian package libxml2-utils)");
        return;
    }
    println!("read from disk, median of {rounds} rounds in turn\n");
    println!("files                                  brevdue    xmllint    ratio");
    println!("                                          MB/s       MB/s");
    let small = letters(folder.path(), "small", 4000 / part, 1_000);
    let middle = letters(folder.path(), "middle", 2000 / part, 10_000);
    let full =
        vec![put(folder.path(), "full", 0, every::every_element(MemoVersion::V1_2).as_bytes())];
    let large = vec![put(folder.path(), "large", 0, &with_file(74_000_000 / part))];
    for (name, files, times) in [
        ("letters of some 2 KB", small, 1),
        ("letters of some 10 KB", middle, 1),
        ("every element of every class, 24 KB", full, 300 / part),
        ("one letter of 99 MB", large, 1),
    ] {
        let files: Vec<PathBuf> = files.iter().cycle().take(files.len() * times).cloned().collect();
        let bytes: u64 = files.iter().map(|file| length(file)).sum();
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            ours.push(bytes as f64 / brevdue(&files) / 1e6);
            theirs.push(bytes as f64 / xmllint(&files) / 1e6);
        }
        let (ours, theirs) = (median(ours), median(theirs));
        println!("{name:36} {ours:9.0}  {theirs:9.0}  {:7.1}", ours / theirs);
    }
}

fn brevdue(files: &[PathBuf]) -> f64 {
    let start = Instant::now();
    for file in files {
        let reading = read(File::open(file).expect("the file is there"), &Limits::default());
        let reading = reading.expect("the disk reads");
        assert!(reading.message.is_some(), "{}", reading.findings.list[0]);
    }
    start.elapsed().as_secs_f64()
}

fn xmllint(files: &[PathBuf]) -> f64 {
    let start = Instant::now();
    // A command line holds so many names.
    for some in files.chunks(1000) {
        let status = Command::new("xmllint").args(["--noout", "--huge"]).args(some).status();
        assert!(status.expect("it ran before").success());
    }
    start.elapsed().as_secs_f64()
}

fn letters(folder: &Path, name: &str, count: usize, text_bytes: usize) -> Vec<PathBuf> {
    let options = SampleOptions {
        version: MemoVersion::V1_2,
        sender: (party("CVR", "12345678"), "Kommunen"),
        recipients: &[party("CPR", "0101010000")],
        created: Timestamp::default(),
        text_bytes,
    };
    let letters = sample(7, count, &options).enumerate();
    letters.map(|(number, letter)| put(folder, name, number, &written(&letter))).collect()
}

/// A message of one file.
fn with_file(content_bytes: usize) -> Vec<u8> {
    let mut draft = LetterDraft::new(
        MemoVersion::V1_2,
        uuid::Uuid::from_u128(0x8c2ea15d_61fb_4ba9_9366_42f8b194c114),
        Timestamp::default(),
        (party("CVR", "12345678"), "Kommunen"),
        (party("CPR", "0101010000"), None),
        "Plads",
    );
    let bytes = (0..content_bytes as u64)
        .map(|byte| (byte.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8);
    draft.files.push(DraftFile {
        filename: "a.pdf".to_owned(),
        encoding_format: "application/pdf".to_owned(),
        content: bytes.collect(),
    });
    written(&draft.build().expect("a letter within its limits"))
}

fn party(id_type: &str, id: &str) -> PartyId {
    PartyId::parse(id_type, id).expect("an id that fits its type")
}

fn written(message: &Message) -> Vec<u8> {
    let mut out = Vec::new();
    write(message, Cursor::new([]), &mut out).expect("a vector never fails");
    out
}

fn put(folder: &Path, name: &str, number: usize, bytes: &[u8]) -> PathBuf {
    let path = folder.join(format!("{name}-{number}.xml"));
    fs::write(&path, bytes).expect("the disk writes");
    path
}

fn length(file: &Path) -> u64 {
    fs::metadata(file).expect("the file is there").len()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
