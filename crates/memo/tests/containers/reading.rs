//! Containers of others that we read.

use brevdue_memo::container::{ContainerLimits, walk};
use liblzma::stream::LzmaOptions;

use crate::making::{
    files, gzip, lzma, lzma_with, pack, stock, tar_of, unpacked, walked, xz, zstandard,
};

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
        ("xz with padding", [xz(&archive), vec![0; 8]].concat()),
        ("gzip", gzip(&archive)),
        ("two gzip members", [gzip(&archive[..700]), gzip(&archive[700..])].concat()),
        ("zstandard", zstandard(&archive)),
        ("two frames", [zstandard(&archive[..700]), zstandard(&archive[700..])].concat()),
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
fn every_preset_of_stock_xz_is_read() {
    let files = files(5);
    let Some(archive) = stock("xz --format=lzma -dc", &pack(&files)) else { return };
    for preset in (0..=9).flat_map(|level| [format!("-{level}"), format!("-{level}e")]) {
        let container = stock(&format!("xz --format=lzma {preset} -c"), &archive).unwrap();
        assert_eq!(unpacked(&container).unwrap(), files, "{preset}");
    }
}

#[test]
fn every_valid_property_and_odd_dictionary_is_read_with_known_and_unknown_length() {
    let archive = tar_of(&[(b"a.xml", b'0', b"<a>and so on, and so on</a>")]);
    let mut read = 0;
    for pb in 0..=4 {
        for lp in 0..=4 {
            for lc in 0..=4 - lp {
                let mut options = LzmaOptions::new_preset(1).unwrap();
                options.literal_context_bits(lc).literal_position_bits(lp).position_bits(pb);
                let container = lzma_with(&archive, &options);
                let properties = (pb * 5 + lp) * 9 + lc;
                assert_eq!(u32::from(container[0]), properties);
                assert_eq!(unpacked(&container).unwrap().len(), 1, "properties {properties}");
                read += 1;
            }
        }
    }
    assert_eq!(read, 75);
    // liblzma reads with 4 KiB whatever less is declared, as the LZMA SDK says.
    for dictionary_bytes in [0_u32, 1, 4096, 65_537, 0x0012_3456, 100_000_000, 128 << 20] {
        let mut container = lzma(&archive, 4096);
        container[1..5].copy_from_slice(&dictionary_bytes.to_le_bytes());
        assert_eq!(unpacked(&container).unwrap().len(), 1, "{dictionary_bytes}");
        // With a known length the end marker may stand or not; here it does.
        container[5..13].copy_from_slice(&(archive.len() as u64).to_le_bytes());
        assert_eq!(unpacked(&container).unwrap().len(), 1, "{dictionary_bytes}, known length");
    }
}

/// One test that looks at the memory of the whole process; others of this file take far less.
#[test]
fn a_dictionary_of_128_mib_takes_no_memory_before_there_are_bytes_to_fill_it() {
    let resident_mib = || {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?.to_owned();
        let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kib / 1024)
    };
    let Some(before) = resident_mib() else {
        println!("SKIPPED: this system does not tell a process its memory");
        return;
    };
    let mut container = pack(&files(2));
    container[1..5].copy_from_slice(&(128_u32 << 20).to_le_bytes());
    let mut during = Vec::new();
    walk(container.as_slice(), &ContainerLimits::default(), &mut |_| {
        during.extend(resident_mib());
        Ok(())
    })
    .unwrap();
    assert_eq!(during.len(), 2);
    assert!(during.iter().all(|mib| *mib < before + 64), "{before} MiB before, {during:?} during");
}

#[test]
fn names_and_sizes_in_pax_attributes_and_long_names_are_those_of_the_entry() {
    let long = format!("{}.xml", "a".repeat(200));
    for (kind, content) in [
        (b'L', format!("{long}\0")),
        (b'x', format!("30 mtime=1700000000.123456789\n214 path={long}\n")),
        (b'x', format!("214 path={long}\n9 size=4\n")),
    ] {
        let mut archive = tar_of(&[
            (b"extension", kind, content.as_bytes()),
            (b"short.xml", b'0', b"<a/>"),
            (b"b.xml", b'0', b"<b/>"),
        ]);
        if content.contains("size=") {
            // The size in the header is then meaningless.
            let header = crate::making::header(b"short.xml", b'0', 0);
            archive[1024..1536].copy_from_slice(header.as_bytes());
        }
        let found = unpacked(&archive).unwrap_or_else(|error| panic!("{content}: {error}"));
        let expected = [(long.clone(), b"<a/>".to_vec()), ("b.xml".to_owned(), b"<b/>".to_vec())];
        assert_eq!(found, expected, "{content}");
    }
}

#[test]
fn directories_are_passed_over_and_told() {
    let archive = tar_of(&[
        (b"d/", b'5', b""),
        (b"d/a.xml", b'0', b"<a/>"),
        (b"old/", b'\0', b""),
        (b"old/b.xml", b'\0', b"<b/>"),
    ]);
    let (files, findings) = walked(&archive);
    assert_eq!(
        files.iter().map(|file| file.0.as_str()).collect::<Vec<_>>(),
        ["d/a.xml", "old/b.xml"]
    );
    let told: Vec<_> =
        findings.iter().map(|f| (f.rule, f.path.as_str(), f.position.offset_bytes)).collect();
    assert_eq!(told, [("MEMO-C-050", "entry[1]", 0), ("MEMO-C-050", "entry[3]", 1536)]);
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
