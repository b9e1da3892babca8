//! A container of any kind: it is unpacked in bounded memory; what is handed out has a safe name and all
//! its bytes, and the same entries come out whatever becomes of the rest.
//!
//! The first byte chooses the dress of the rest: as it is, or as a tar archive whose checksums are put
//! right, which chance would never find, plain or compressed.
#![no_main]

use std::io::{self, Read, Write};

use brevdue_fuzz::{Dribble, peak_bytes};
use brevdue_memo::Severity;
use brevdue_memo::container::{ContainerError, ContainerLimits, Part, unpack, walk};
use libfuzzer_sys::fuzz_target;

const BLOCK_BYTES: usize = 512;
/// The dictionary, what decoders take beside it, and buffers.
const MEMORY_LIMIT_BYTES: usize = 8 << 20;

type Files = Vec<(String, Vec<u8>)>;

fuzz_target!(|input: &[u8]| {
    let Some((dress, bytes)) = input.split_first() else { return };
    let container = match dress % 4 {
        0 | 1 => bytes.to_vec(),
        2 => with_checksums(bytes),
        _ => gzip(&with_checksums(bytes)),
    };
    let limits = ContainerLimits {
        dictionary_bytes: 1 << 20,
        entries: 8,
        entry_bytes: 64 * 1024,
        unpacked_bytes: 256 * 1024,
        ratio_free_entry_bytes: 4096,
        ..ContainerLimits::default()
    };
    let (files, peak) = peak_bytes(|| {
        let mut files = Files::new();
        let outcome = take(container.as_slice(), &limits, &mut files);
        (files, outcome)
    });
    let held: usize =
        files.0.iter().map(|(name, content)| name.len() + 2 * content.capacity()).sum();
    assert!(peak <= MEMORY_LIMIT_BYTES + held, "unpacking took {peak} bytes");
    if let Ok(count) = files.1 {
        assert_eq!(count, files.0.len());
    }
    assert!(files.0.len() <= limits.entries);
    for (name, content) in &files.0 {
        assert!(content.len() as u64 <= limits.entry_bytes);
        assert!(!name.is_empty() && !name.starts_with(['/', '\\']), "an absolute name");
        assert!(name.split(['/', '\\']).all(|part| part != ".."), "a way out of the folder");
        assert!(!name.contains(char::is_control), "a control character in a name");
    }

    let mut dribbled = Files::new();
    let outcome = take(Dribble::new(&container), &limits, &mut dribbled);
    assert_eq!(dribbled, files.0);
    assert_eq!(outcome.is_ok(), files.1.is_ok(), "{outcome:?} {:?}", files.1);
    walk_further(&container, &limits, &files.0, files.1.is_ok());
});

/// A walk gives what unpacking gives and goes on after it; an error is told when unpacking has one.
fn walk_further(container: &[u8], limits: &ContainerLimits, before: &Files, whole: bool) {
    let (mut walked, mut findings, mut error) = (Files::new(), 0, false);
    walk(container, limits, &mut |part| {
        match part {
            Part::File(entry) => {
                let mut content = Vec::new();
                entry.reader.read_to_end(&mut content)?;
                walked.push((entry.name.to_owned(), content));
            }
            Part::Finding(finding) => {
                findings += 1;
                error |= finding.severity == Severity::Error;
            }
        }
        Ok(())
    })
    .expect("a slice never fails");
    assert!(walked.starts_with(before));
    assert_eq!(error, !whole);
    assert!(walked.len() <= limits.entries && findings <= 2 * limits.entries + 2);
}

fn take<R: Read>(
    source: R,
    limits: &ContainerLimits,
    files: &mut Files,
) -> Result<usize, ContainerError> {
    unpack(source, limits, &mut |entry| -> io::Result<()> {
        assert!(entry.number > files.len(), "directories count too");
        let mut content = Vec::new();
        entry.reader.read_to_end(&mut content)?;
        assert_eq!(content.len() as u64, entry.length_bytes);
        files.push((entry.name.to_owned(), content));
        Ok(())
    })
}

/// Puts the checksum right of every block that looks like a header.
fn with_checksums(bytes: &[u8]) -> Vec<u8> {
    let mut archive = bytes.to_vec();
    for block in archive.chunks_exact_mut(BLOCK_BYTES) {
        if block[257..262] == *b"ustar" {
            block[148..156].fill(b' ');
            let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
            block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        }
    }
    archive
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("a vector takes all");
    encoder.finish().expect("a vector takes all")
}
