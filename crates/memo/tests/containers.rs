//! Containers in and out, and what hostile ones get.
#![allow(clippy::print_stdout, reason = "a skipped test says so")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::io::{self, Read, Write};
use std::process::{Command, Stdio};

use brevdue_memo::container::{ContainerError, ContainerLimits, Packer, unpack};
use liblzma::stream::{LzmaOptions, Stream};

type Files = Vec<(String, Vec<u8>)>;

fn files(count: usize) -> Files {
    let varied = |number: usize| {
        (0..number * 50)
            .map(move |part| format!("<a>{}</a>", (number + part).wrapping_mul(2_654_435_761)))
    };
    let name = |number| format!("{number:08x}-95e0-41db-824d-587b092229eb.xml");
    (0..count)
        .map(|number| (name(number), varied(number).collect::<String>().into_bytes()))
        .collect()
}

fn pack(files: &Files) -> Vec<u8> {
    let mut packer = Packer::new(Vec::new()).unwrap();
    for (name, content) in files {
        packer.append(name, content.len() as u64, &mut content.as_slice()).unwrap();
    }
    packer.finish().unwrap()
}

fn unpack_with(container: &[u8], limits: &ContainerLimits) -> Result<Files, ContainerError> {
    let mut files = Vec::new();
    let count = unpack(container, limits, &mut |entry| {
        let mut content = Vec::new();
        entry.reader.read_to_end(&mut content)?;
        assert_eq!(content.len() as u64, entry.length_bytes);
        assert_eq!(entry.number, files.len() + 1);
        files.push((entry.name.to_owned(), content));
        Ok(())
    })?;
    assert_eq!(count, files.len());
    Ok(files)
}

fn unpacked(container: &[u8]) -> Result<Files, ContainerError> {
    unpack_with(container, &ContainerLimits::default())
}

fn header(name: &[u8], kind: u8, size: u64) -> tar::Header {
    let mut header = tar::Header::new_ustar();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name);
    header.set_entry_type(tar::EntryType::new(kind));
    header.set_size(size);
    header.set_mode(0o644);
    header.set_cksum();
    header
}

/// An archive of entries given as name, kind and content, ended as it should be.
fn tar_of(entries: &[(&[u8], u8, &[u8])]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, kind, content) in entries {
        archive.extend_from_slice(header(name, *kind, content.len() as u64).as_bytes());
        archive.extend_from_slice(content);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    archive
}

fn lzma(bytes: &[u8], dictionary_bytes: u32) -> Vec<u8> {
    let mut options = LzmaOptions::new_preset(1).unwrap();
    options.dict_size(dictionary_bytes);
    let stream = Stream::new_lzma_encoder(&options).unwrap();
    let mut encoder = liblzma::write::XzEncoder::new_stream(Vec::new(), stream);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 1);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstandard(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

/// Runs a stock tool with `input`; None, with a line that says so, when it is absent.
fn stock(command: &str, input: &[u8]) -> Option<Vec<u8>> {
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

#[test]
fn what_we_pack_we_unpack() {
    for count in [0, 1, 3, 100] {
        let files = files(count);
        assert_eq!(unpacked(&pack(&files)).unwrap(), files);
    }
}

#[test]
fn our_containers_begin_and_end_as_the_official_libraries_expect() {
    let container = pack(&files(3));
    assert_eq!(container[..13], [0x5D, 0, 0, 0, 1, 255, 255, 255, 255, 255, 255, 255, 255]);
    let mut archive = Vec::new();
    let stream = Stream::new_lzma_decoder(u64::MAX).unwrap();
    liblzma::bufread::XzDecoder::new_stream(container.as_slice(), stream)
        .read_to_end(&mut archive)
        .unwrap();
    assert_eq!(archive.len() % 10240, 0);
    assert_eq!(&archive[257..265], b"ustar\x0000");
    assert_eq!(&archive[100..108], b"0000644\0");
    assert!(archive[archive.len() - 1024..].iter().all(|byte| *byte == 0));
}

#[test]
fn stock_xz_and_tar_read_our_containers_and_we_read_theirs() {
    let files = files(20);
    let container = pack(&files);
    let Some(listing) = stock("xz --format=lzma -dc | tar t", &container) else { return };
    let names: Vec<&str> = files.iter().map(|file| file.0.as_str()).collect();
    assert_eq!(String::from_utf8(listing).unwrap().lines().collect::<Vec<_>>(), names);

    let folder = tempfile::tempdir().unwrap();
    for (name, content) in &files {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    let long = format!("{}/{}.xml", "a".repeat(90), "æ".repeat(60));
    std::fs::create_dir(folder.path().join("a".repeat(90))).unwrap();
    std::fs::write(folder.path().join(&long), "<lang/>").unwrap();
    let path = folder.path().to_str().unwrap();
    for (format, compress) in [
        ("gnu", "xz --format=lzma -6 -c"),
        ("gnu", "xz --format=lzma --lzma1=dict=64KiB,lc=0,lp=2,pb=0 -c"),
        ("posix", "xz -c"),
        ("posix", "gzip -c"),
        ("ustar --exclude='*æ*'", "zstd -q -c"),
        ("v7 --exclude='a*'", "cat"),
    ] {
        let command = format!("tar c --format={format} -C {path} . | {compress}");
        let Some(container) = stock(&command, &[]) else { continue };
        let mut found = unpacked(&container).unwrap_or_else(|error| panic!("{command}: {error}"));
        found.sort();
        let expected = files.len() + usize::from(!format.contains("exclude"));
        assert_eq!(found.len(), expected, "{command}");
        for (name, content) in found {
            let bare = name.trim_start_matches("./");
            let original = files
                .iter()
                .find(|file| file.0 == bare)
                .map_or(b"<lang/>".as_slice(), |file| &file.1);
            assert_eq!(content, original, "{command} {name}");
        }
    }
}

#[test]
fn every_compression_is_known_by_its_signature() {
    let archive =
        tar_of(&[(b"a.xml", b'0', b"<a/>"), (b"dir/", b'5', b""), (b"dir/B.XML", b'0', b"<b/>")]);
    for (name, container) in [
        ("tar", archive.clone()),
        ("lzma, 128 MiB as the .NET library", lzma(&archive, 128 << 20)),
        ("lzma, 64 KiB", lzma(&archive, 64 << 10)),
        ("xz", xz(&archive)),
        ("two xz streams", [xz(&archive[..512]), xz(&archive[512..])].concat()),
        ("gzip", gzip(&archive)),
        ("zstandard", zstandard(&archive)),
    ] {
        let found = unpacked(&container).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(
            found,
            [("a.xml".to_owned(), b"<a/>".to_vec()), ("dir/B.XML".to_owned(), b"<b/>".to_vec())],
            "{name}"
        );
    }
}

#[test]
fn lzma_of_known_size_is_read_and_what_follows_it_is_refused() {
    let archive = tar_of(&[(b"a.xml", b'0', b"<a/>")]);
    let mut known = lzma(&archive, 1 << 20);
    known[5..13].copy_from_slice(&(archive.len() as u64).to_le_bytes());
    assert_eq!(unpacked(&known).unwrap().len(), 1);
    for container in [
        lzma(&archive, 1 << 20),
        xz(&archive),
        gzip(&archive),
        zstandard(&archive),
        archive.clone(),
    ] {
        let mut longer = container;
        longer.extend_from_slice(b"more");
        assert!(matches!(unpacked(&longer), Err(ContainerError::Unreadable(_))));
    }
    let hidden = [archive, tar_of(&[(b"b.xml", b'0', b"<b/>")])].concat();
    assert!(matches!(unpacked(&hidden), Err(ContainerError::Unreadable(_))));
}

#[test]
fn a_container_cut_off_anywhere_is_refused() {
    let archive = tar_of(&[(b"a.xml", b'0', &[b'a'; 700]), (b"b.xml", b'0', b"<b/>")]);
    for container in [lzma(&archive, 1 << 20), xz(&archive), gzip(&archive), zstandard(&archive)] {
        for end in 0..container.len() {
            assert!(unpacked(&container[..end]).is_err(), "{end} of {}", container.len());
        }
    }
    // The last two blocks are both zeros; with one of them an archive is whole enough.
    for end in 0..archive.len() - 512 {
        assert!(unpacked(&archive[..end]).is_err(), "{end} of {}", archive.len());
    }
}

#[test]
fn damage_is_refused_and_what_came_before_was_handed_on() {
    let mut archive = tar_of(&[(b"a.xml", b'0', b"<a/>"), (b"b.xml", b'0', b"<b/>")]);
    archive[1024] ^= 1;
    let mut seen = 0;
    let outcome = unpack(gzip(&archive).as_slice(), &ContainerLimits::default(), &mut |_| {
        seen += 1;
        Ok(())
    });
    assert!(matches!(outcome, Err(ContainerError::Unreadable(_))));
    assert_eq!(seen, 1);
}

#[test]
fn what_is_no_container_is_told_apart() {
    for (bytes, text) in [
        (&b""[..], "not a container: it is empty"),
        (
            b"<?xml version='1.0'?><a/>",
            "not a container: it is XML; send single messages as application/xml",
        ),
        (b"PK\x03\x04 and so on", "not a container: it is a zip archive; send .tar.lzma"),
        (
            b"hello, this is a letter",
            "not a container: it is no tar archive in a compression we know",
        ),
        (b"\x5D\0\0", "not a container: it is no tar archive in a compression we know"),
    ] {
        assert_eq!(unpacked(bytes).unwrap_err().to_string(), text);
    }
}

#[test]
fn entries_that_are_no_plain_messages_are_refused() {
    let long = [b"../".repeat(100), b"a.xml\0".to_vec()].concat();
    for (name, entries, reason) in [
        ("steps upward", vec![(&b"../a.xml"[..], b'0', &b""[..])], "its name has .."),
        ("steps upward in a directory", vec![(b"a/../..", b'5', b"")], "its name has .."),
        (
            "steps upward in a long name",
            vec![(b"././@LongLink", b'L', &long), (b"a.xml", b'0', b"")],
            "its name has ..",
        ),
        (
            "steps upward in pax",
            vec![(b"pax", b'x', b"17 path=../a.xml\n"), (b"a.xml", b'0', b"")],
            "its name has ..",
        ),
        ("absolute", vec![(b"/etc/a.xml", b'0', b"")], "its name is absolute"),
        ("another file", vec![(b"a.exe", b'0', b"")], "its name does not end in .xml"),
        ("symbolic link", vec![(b"a.xml", b'2', b"")], "it is a link"),
        ("hard link", vec![(b"a.xml", b'1', b"")], "it is a link"),
        ("device", vec![(b"a.xml", b'3', b"")], "it is a device"),
        ("pipe", vec![(b"a.xml", b'6', b"")], "it is a device"),
        ("sparse file", vec![(b"a.xml", b'S', b"")], "it is of an unusual kind"),
        ("not UTF-8", vec![(b"\xE6.xml", b'0', b"")], "its name is not UTF-8"),
    ] {
        let entries: Vec<_> =
            [(&b"ok.xml"[..], b'0', &b"<a/>"[..])].into_iter().chain(entries).collect();
        match unpacked(&tar_of(&entries)) {
            Err(ContainerError::Forbidden { entry: 2, reason: given }) => {
                assert_eq!(given, reason, "{name}")
            }
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn limits_hold() {
    let three = pack(&files(3));
    let limits = ContainerLimits::default;
    let zeros = vec![b'a'; 4 << 20];
    let bomb = lzma(&tar_of(&[(b"a.xml", b'0', &zeros)]), 1 << 20);
    let directories: Vec<_> = (0..5).map(|_| (&b"d/"[..], b'5', &b""[..])).collect();
    let long = vec![b'a'; 100_000];
    for (name, container, limits, text) in [
        ("files", &three, ContainerLimits { entries: 2, ..limits() }, "more than 2 files"),
        (
            "directories",
            &tar_of(&directories),
            ContainerLimits { entries: 2, ..limits() },
            "more than 2 directories",
        ),
        ("one file", &three, ContainerLimits { entry_bytes: 100, ..limits() }, "entry 2 has"),
        (
            "all bytes",
            &three,
            ContainerLimits { unpacked_bytes: 1000, ..limits() },
            "more than 1000 bytes",
        ),
        ("ratio", &bomb, limits(), "more than 200 bytes come out for each byte in"),
        (
            "ratio of gzip",
            &gzip(&tar_of(&[(b"a.xml", b'0', &zeros)])),
            ContainerLimits { ratio: 100, ..limits() },
            "for each byte in",
        ),
        (
            "lzma dictionary",
            &three,
            ContainerLimits { dictionary_bytes: 1 << 20, ..limits() },
            "dictionary of 16777216 bytes",
        ),
        (
            "xz dictionary",
            &xz(&tar_of(&[])),
            ContainerLimits { dictionary_bytes: 4096, ..limits() },
            "dictionary over the limit",
        ),
        (
            "name",
            &tar_of(&[(b"././@LongLink", b'L', &long), (b"a.xml", b'0', b"")]),
            limits(),
            "a name in it is longer",
        ),
    ] {
        match unpack_with(container, &limits) {
            Err(error @ ContainerError::TooLarge(_)) => {
                assert!(error.to_string().contains(text), "{name}: {error}")
            }
            other => panic!("{name}: {:?}", other.map(|files| files.len())),
        }
    }
    let mut claims = lzma(&tar_of(&[]), 1 << 20);
    claims[5..13].copy_from_slice(&(1u64 << 50).to_le_bytes());
    assert!(matches!(unpacked(&claims), Err(ContainerError::TooLarge(_))));
}

#[test]
fn many_letters_with_the_same_attachment_are_no_bomb() {
    let letter = vec![b'a'; 200_000];
    let names: Vec<String> = (0..50).map(|number| format!("{number}.xml")).collect();
    let entries: Vec<_> = names.iter().map(|name| (name.as_bytes(), b'0', &letter[..])).collect();
    let container = lzma(&tar_of(&entries), 1 << 24);
    assert!(container.len() * 200 < 50 * letter.len(), "the test needs a high ratio");
    assert_eq!(unpacked(&container).map(|files| files.len()).ok(), Some(50));
}

#[test]
fn a_bomb_is_stopped_even_when_nobody_reads_its_entry() {
    let zeros = vec![b'a'; 4 << 20];
    let bomb = lzma(&tar_of(&[(b"a.xml", b'0', &zeros)]), 1 << 20);
    let outcome = unpack(bomb.as_slice(), &ContainerLimits::default(), &mut |_| Ok(()));
    assert!(matches!(outcome, Err(ContainerError::TooLarge(_))));
}

#[test]
fn errors_of_the_source_and_of_whoever_takes_the_entries_come_back() {
    struct Fails;
    impl Read for Fails {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::ConnectionReset.into())
        }
    }
    let container = pack(&files(3));
    let source = container[..100].chain(Fails);
    match unpack(source, &ContainerLimits::default(), &mut |_| Ok(())) {
        Err(ContainerError::Io(error)) => assert_eq!(error.kind(), io::ErrorKind::ConnectionReset),
        other => panic!("{other:?}"),
    }
    match unpack(container.as_slice(), &ContainerLimits::default(), &mut |_| {
        Err(io::ErrorKind::StorageFull.into())
    }) {
        Err(ContainerError::Io(error)) => assert_eq!(error.kind(), io::ErrorKind::StorageFull),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_packer_refuses_content_of_another_length_and_odd_names() {
    let mut packer = Packer::new(Vec::new()).unwrap();
    assert!(packer.append("a.xml", 3, &mut &b"ab"[..]).is_err());
    let mut packer = Packer::new(Vec::new()).unwrap();
    assert!(packer.append("a.xml", 3, &mut &b"abcd"[..]).is_err());
    for name in ["../a.xml", "/a.xml", "æ.xml", &"a".repeat(101), ""] {
        let mut packer = Packer::new(Vec::new()).unwrap();
        assert!(packer.append(name, 0, &mut io::empty()).is_err(), "{name}");
    }
}

#[test]
fn a_container_of_a_thousand_letters_is_read_by_stock_tools_and_by_us() {
    use brevdue_memo::letter::{SampleOptions, sample};
    use brevdue_memo::{Limits, MemoVersion, PartyId, Timestamp, read, write};
    let people: Vec<PartyId> = (0..100)
        .map(|number| PartyId::parse("CPR", &format!("01010100{number:02}")).unwrap())
        .collect();
    let options = SampleOptions {
        version: MemoVersion::V1_2,
        sender: (PartyId::parse("CVR", "12345678").unwrap(), "Ærøby Kommune"),
        recipients: &people,
        created: Timestamp::from_millis(1_700_000_000_000),
        text_bytes: 2_000,
    };
    let mut packer = Packer::new(Vec::new()).unwrap();
    let mut packed_bytes = 0;
    for letter in sample(1, 1000, &options) {
        let mut document = Vec::new();
        write(&letter, io::Cursor::new([]), &mut document).unwrap();
        packed_bytes += document.len();
        let name = format!("{}.xml", letter.header.message_uuid);
        packer.append(&name, document.len() as u64, &mut document.as_slice()).unwrap();
    }
    let container = packer.finish().unwrap();
    let mut reached = std::collections::BTreeSet::new();
    let count = unpack(container.as_slice(), &ContainerLimits::default(), &mut |entry| {
        let reading = read(&mut *entry.reader, &Limits::default())?;
        let message = reading.message.unwrap_or_else(|| panic!("{:?}", reading.findings.list));
        assert_eq!(entry.name, format!("{}.xml", message.header.message_uuid));
        reached.insert(message.header.recipient.party().unwrap());
        Ok(())
    });
    assert_eq!(count.unwrap(), 1000);
    assert_eq!(reached.len(), 100);
    println!("{packed_bytes} bytes of letters in a container of {}", container.len());
    if let Some(listing) = stock("xz --format=lzma -dc | tar t", &container) {
        assert_eq!(String::from_utf8(listing).unwrap().lines().count(), 1000);
    }
}
