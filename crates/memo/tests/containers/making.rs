//! Containers made by hand, by encoders, and by stock tools.

use std::io::Write;
use std::process::{Command, Stdio};

use brevdue_memo::Finding;
use brevdue_memo::container::{ContainerError, ContainerLimits, Packer, Part, unpack, walk};
use liblzma::stream::{LzmaOptions, Stream};

pub(crate) type Files = Vec<(String, Vec<u8>)>;
/// Files with the number of their entry.
pub(crate) type Numbered = Vec<(String, Vec<u8>, usize)>;

pub(crate) fn files(count: usize) -> Files {
    let varied = |number: usize| {
        (0..number * 50)
            .map(move |part| format!("<a>{}</a>", (number + part).wrapping_mul(2_654_435_761)))
    };
    let name = |number| format!("{number:08x}-95e0-41db-824d-587b092229eb.xml");
    (0..count)
        .map(|number| (name(number), varied(number).collect::<String>().into_bytes()))
        .collect()
}

pub(crate) fn pack(files: &Files) -> Vec<u8> {
    let mut packer = Packer::new(Vec::new()).unwrap();
    for (name, content) in files {
        packer.append(name, content.len() as u64, &mut content.as_slice()).unwrap();
    }
    packer.finish().unwrap()
}

pub(crate) fn unpacked_with(
    container: &[u8],
    limits: &ContainerLimits,
) -> Result<Files, ContainerError> {
    let mut files = Vec::new();
    let count = unpack(container, limits, &mut |entry| {
        let mut content = Vec::new();
        entry.reader.read_to_end(&mut content)?;
        assert_eq!(content.len() as u64, entry.length_bytes);
        files.push((entry.name.to_owned(), content));
        Ok(())
    })?;
    assert_eq!(count, files.len());
    Ok(files)
}

pub(crate) fn unpacked(container: &[u8]) -> Result<Files, ContainerError> {
    unpacked_with(container, &ContainerLimits::default())
}

/// Good files with their numbers, and findings.
pub(crate) fn walked_with(container: &[u8], limits: &ContainerLimits) -> (Numbered, Vec<Finding>) {
    let (mut files, mut findings) = (Vec::new(), Vec::new());
    let count = walk(container, limits, &mut |part| {
        match part {
            Part::File(entry) => {
                let mut content = Vec::new();
                entry.reader.read_to_end(&mut content)?;
                files.push((entry.name.to_owned(), content, entry.number));
            }
            Part::Finding(finding) => findings.push(finding),
        }
        Ok(())
    });
    assert_eq!(count.unwrap(), files.len());
    (files, findings)
}

pub(crate) fn walked(container: &[u8]) -> (Numbered, Vec<Finding>) {
    walked_with(container, &ContainerLimits::default())
}

pub(crate) fn header(name: &[u8], kind: u8, size: u64) -> tar::Header {
    let mut header = tar::Header::new_ustar();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name);
    header.set_entry_type(tar::EntryType::new(kind));
    header.set_size(size);
    header.set_mode(0o644);
    header.set_cksum();
    header
}

/// An archive of entries given as name, kind and content, ended as it should be.
pub(crate) fn tar_of(entries: &[(&[u8], u8, &[u8])]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, kind, content) in entries {
        archive.extend_from_slice(header(name, *kind, content.len() as u64).as_bytes());
        archive.extend_from_slice(content);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    archive
}

pub(crate) fn lzma(bytes: &[u8], dictionary_bytes: u32) -> Vec<u8> {
    let mut options = LzmaOptions::new_preset(1).unwrap();
    options.dict_size(dictionary_bytes);
    lzma_with(bytes, &options)
}

pub(crate) fn lzma_with(bytes: &[u8], options: &LzmaOptions) -> Vec<u8> {
    let stream = Stream::new_lzma_encoder(options).unwrap();
    let mut encoder = liblzma::write::XzEncoder::new_stream(Vec::new(), stream);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 1);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstandard(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

/// Runs a stock tool with `input`; None, with a line that says so, when it is absent.
pub(crate) fn stock(command: &str, input: &[u8]) -> Option<Vec<u8>> {
    let tool = command.split(' ').next().unwrap_or_default();
    if Command::new(tool).arg("--version").output().is_err() {
        println!("SKIPPED: {tool} is not installed");
        return None;
    }
    let mut child = Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{command}");
    Some(output.stdout)
}
