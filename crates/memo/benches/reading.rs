//! How fast messages are read: `cargo bench -p brevdue-memo`. Bytes are those of the XML.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../tests/support/every.rs"]
mod every;

use std::hint::black_box;
use std::io::Cursor;

use brevdue_memo::letter::{DraftFile, LetterDraft, SampleOptions, sample};
use brevdue_memo::{
    Content, Limits, MemoVersion, Message, PartyId, Timestamp, read, read_header, write,
};
use divan::Bencher;
use divan::counter::BytesCount;

/// As in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

fn parties() -> (PartyId, PartyId) {
    let parse = |kind, id| PartyId::parse(kind, id).expect("an id that fits its type");
    (parse("CVR", "12345678"), parse("CPR", "0101010000"))
}

fn written(message: &Message) -> Vec<u8> {
    let mut out = Vec::new();
    write(message, Cursor::new([]), &mut out).expect("a vector never fails");
    out
}

fn letter(text_bytes: usize) -> Vec<u8> {
    let (sender, recipient) = parties();
    let options = SampleOptions {
        version: MemoVersion::V1_2,
        sender: (sender, "Ærøby Kommune"),
        recipients: &[recipient],
        created: Timestamp::from_millis(1_700_000_000_000),
        text_bytes,
    };
    written(&sample(7, 1, &options).next().expect("one letter"))
}

/// A message with nothing but what is required.
fn minimum() -> Vec<u8> {
    with_file(20)
}

/// A message of one file.
fn with_file(content_bytes: usize) -> Vec<u8> {
    let (sender, recipient) = parties();
    let uuid = uuid::Uuid::from_u128(0x8c2ea15d_61fb_4ba9_9366_42f8b194c114);
    let mut draft = LetterDraft::new(
        MemoVersion::V1_2,
        uuid,
        Timestamp::default(),
        (sender, "Kommunen"),
        (recipient, None),
        "Plads",
    );
    let content = (0..content_bytes as u64)
        .map(|byte| (byte.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8)
        .collect();
    draft.files.push(DraftFile {
        filename: "a.pdf".to_owned(),
        encoding_format: "application/pdf".to_owned(),
        content,
    });
    written(&draft.build().expect("a letter within its limits"))
}

/// All classes, all elements: the shape of the official full example.
fn full() -> Vec<u8> {
    every::every_element(MemoVersion::V1_2).into_bytes()
}

/// The content of a 50 MB file broken into lines of 76 characters, as mail libraries write it.
fn in_lines() -> Vec<u8> {
    let document = with_file(50_000_000);
    let start =
        document.windows(14).position(|window| window == b"<memo:content>").expect("content") + 14;
    let end = document.len()
        - document[start..].iter().rev().position(|byte| *byte == b'=').unwrap_or(0).max(90);
    let mut broken = document[..start].to_vec();
    for line in document[start..end].chunks(76) {
        broken.extend_from_slice(line);
        broken.extend_from_slice(b"\r\n");
    }
    broken.extend_from_slice(&document[end..]);
    broken
}

fn whole(bencher: Bencher<'_, '_>, document: Vec<u8>) {
    let limits = Limits::default();
    assert!(
        read(document.as_slice(), &limits).expect("a slice never fails").message.is_some(),
        "a valid message"
    );
    bencher
        .counter(BytesCount::new(document.len()))
        .bench(|| read(black_box(document.as_slice()), &limits));
}

#[divan::bench]
fn read_minimum(bencher: Bencher<'_, '_>) {
    whole(bencher, minimum());
}

#[divan::bench]
fn read_full(bencher: Bencher<'_, '_>) {
    whole(bencher, full());
}

#[divan::bench]
fn read_letter_10_kb(bencher: Bencher<'_, '_>) {
    whole(bencher, letter(6_000));
}

#[divan::bench(sample_count = 10)]
fn read_content_50_mb(bencher: Bencher<'_, '_>) {
    whole(bencher, with_file(50_000_000));
}

#[divan::bench(sample_count = 10)]
fn read_content_50_mb_in_lines(bencher: Bencher<'_, '_>) {
    whole(bencher, in_lines());
}

#[divan::bench]
fn read_header_of_full(bencher: Bencher<'_, '_>) {
    let document = full();
    let limits = Limits::default();
    bencher.bench(|| read_header(black_box(document.as_slice()), &limits));
}

#[divan::bench(sample_count = 10)]
fn decode_content_50_mb(bencher: Bencher<'_, '_>) {
    let document = with_file(50_000_000);
    let reading = read(document.as_slice(), &Limits::default()).expect("a slice never fails");
    let body = reading.message.and_then(|message| message.body).expect("a body");
    let content: Content = body.main_document.files[0].content.clone();
    bencher.counter(BytesCount::new(content.len_bytes())).bench(|| {
        let mut reader =
            content.open(Cursor::new(document.as_slice())).expect("a cursor never fails");
        std::io::copy(&mut reader, &mut std::io::sink())
    });
}

#[divan::bench(sample_count = 10)]
fn write_content_50_mb(bencher: Bencher<'_, '_>) {
    let document = with_file(50_000_000);
    let reading = read(document.as_slice(), &Limits::default()).expect("a slice never fails");
    let message = reading.message.expect("a valid message");
    bencher.counter(BytesCount::new(document.len())).bench(|| {
        write(&message, Cursor::new(document.as_slice()), std::io::sink())
            .expect("a sink never fails")
    });
}
