//! What breaks a container: each fault has a rule of its own, and the good entries before it, and after
//! it where that is possible, are handed on.

use std::collections::BTreeSet;
use std::io::{self, Read};

use brevdue_memo::container::{ContainerError, ContainerLimits, Part, unpack, walk};
use brevdue_memo::rulebook::{Level, rules};
use brevdue_memo::{Finding, Language, Severity};

use crate::making::{
    files, gzip, header, lzma, pack, tar_of, unpacked, unpacked_with, walked, walked_with, xz,
    zstandard,
};

/// A container with a fault.
struct Case {
    name: &'static str,
    container: Vec<u8>,
    limits: ContainerLimits,
    rule: &'static str,
    path: &'static str,
    /// Numbers of the good entries, before the fault and after it.
    good: &'static [usize],
}

fn case(
    name: &'static str,
    container: impl Into<Vec<u8>>,
    rule: &'static str,
    path: &'static str,
    good: &'static [usize],
) -> Case {
    Case { name, container: container.into(), limits: ContainerLimits::default(), rule, path, good }
}

/// A good entry, the entry at fault, a good entry.
fn between(entry: (&[u8], u8, &[u8])) -> Vec<u8> {
    tar_of(&[(b"a.xml", b'0', b"<a/>"), entry, (b"c.xml", b'0', b"<c/>")])
}

fn whole() -> Vec<u8> {
    between((b"b.xml", b'0', b"<b/>"))
}

/// [`whole`] as LZMA with a length in its header.
fn claiming(length_bytes: u64) -> Vec<u8> {
    let mut container = lzma(&whole(), 1 << 20);
    container[5..13].copy_from_slice(&length_bytes.to_le_bytes());
    container
}

fn followed(mut container: Vec<u8>, by: &[u8]) -> Vec<u8> {
    container.extend_from_slice(by);
    container
}

fn changed(mut container: Vec<u8>, at: usize) -> Vec<u8> {
    container[at] ^= 1;
    container
}

fn with(limits: ContainerLimits, case: Case) -> Case {
    Case { limits, ..case }
}

/// Rules of a container that its bytes alone break.
fn cases() -> Vec<Case> {
    let limits = ContainerLimits::default;
    let archive = whole();
    let incompressible = noise(9000);
    let large = between((b"b.xml", b'0', &incompressible));
    let bomb = tar_of(&[(b"a.xml", b'0', b"<a/>"), (b"b.xml", b'0', &vec![b'a'; 4 << 20])]);
    let long = vec![b'a'; 100_000];
    let mut cases = not_containers();
    cases.extend([
        // Compression
        case("LZMA cut off", &lzma(&large, 1 << 20)[..2000], "MEMO-C-010", "entry[2]", &[1]),
        case("xz cut off", &xz(&large)[..2000], "MEMO-C-010", "entry[2]", &[1]),
        case("gzip cut off", &gzip(&large)[..2000], "MEMO-C-010", "entry[2]", &[1]),
        case(
            "LZMA without its end marker",
            &lzma(&archive, 1 << 20)[..lzma(&archive, 1 << 20).len() - 4],
            "MEMO-C-010",
            "",
            &[1, 2, 3],
        ),
        case(
            "gzip without its checksum",
            &gzip(&archive)[..gzip(&archive).len() - 8],
            "MEMO-C-010",
            "",
            &[1, 2, 3],
        ),
        case("LZMA of a length it does not reach", claiming(100_000), "MEMO-C-011", "", &[1, 2, 3]),
        case(
            "xz with a wrong checksum",
            changed(xz(&archive), xz(&archive).len() - 40),
            "MEMO-C-011",
            "",
            &[1, 2, 3],
        ),
        case(
            "gzip with a wrong checksum",
            changed(gzip(&archive), gzip(&archive).len() - 8),
            "MEMO-C-011",
            "",
            &[1, 2, 3],
        ),
        case(
            "text after LZMA",
            followed(lzma(&archive, 1 << 20), b"more"),
            "MEMO-C-012",
            "",
            &[1, 2, 3],
        ),
        case(
            "a second LZMA",
            followed(lzma(&archive, 1 << 20), &lzma(&archive, 1 << 20)),
            "MEMO-C-012",
            "",
            &[1, 2, 3],
        ),
        case("text after xz", followed(xz(&archive), b"more"), "MEMO-C-012", "", &[1, 2, 3]),
        case("text after gzip", followed(gzip(&archive), b"more"), "MEMO-C-012", "", &[1, 2, 3]),
        case(
            "text after zstd",
            followed(zstandard(&archive), b"more"),
            "MEMO-C-012",
            "",
            &[1, 2, 3],
        ),
        // Archive
        case("no end", &archive[..3072], "MEMO-C-020", "", &[1, 2, 3]),
        case("half a header", &archive[..2048 + 100], "MEMO-C-020", "", &[1, 2]),
        case("half a file", &archive[..1024 + 514], "MEMO-C-020", "entry[2]", &[1]),
        case(
            "text after the archive",
            followed(archive.clone(), b"more"),
            "MEMO-C-021",
            "",
            &[1, 2, 3],
        ),
        case(
            "another archive after the archive",
            followed(archive.clone(), &archive),
            "MEMO-C-021",
            "",
            &[1, 2, 3],
        ),
        case("a damaged header", changed(archive.clone(), 1024), "MEMO-C-022", "entry[2]", &[1]),
        case(
            "a size that is no number",
            lzma(&with_size(b"0000000000x\0"), 1 << 20),
            "MEMO-C-022",
            "entry[2]",
            &[1],
        ),
        case(
            "damaged pax attributes",
            between((b"pax", b'x', b"99 path=a.xml\n")),
            "MEMO-C-023",
            "entry[2]",
            &[1],
        ),
        case(
            "pax attributes without a line feed",
            between((b"pax", b'x', b"13 path=a.xml")),
            "MEMO-C-023",
            "entry[2]",
            &[1],
        ),
        case(
            "a size in pax that is no number",
            between((b"pax", b'x', b"10 size=x\n")),
            "MEMO-C-023",
            "entry[2]",
            &[1],
        ),
        case(
            "a name at the end",
            tar_of(&[(b"a.xml", b'0', b"<a/>"), (b"l", b'L', b"b.xml\0")]),
            "MEMO-C-024",
            "",
            &[1],
        ),
        // Limits
        with(
            ContainerLimits { dictionary_bytes: 1 << 20, ..limits() },
            case("LZMA dictionary", lzma(&archive, 1 << 24), "MEMO-C-030", "", &[]),
        ),
        with(
            ContainerLimits { dictionary_bytes: 4096, ..limits() },
            case("xz dictionary", xz(&archive), "MEMO-C-030", "", &[]),
        ),
        with(
            ContainerLimits { dictionary_bytes: 1 << 20, ..limits() },
            case("zstd window", with_window(&archive), "MEMO-C-030", "", &[]),
        ),
        with(
            ContainerLimits { unpacked_bytes: 1500, ..limits() },
            case("all bytes", lzma(&archive, 1 << 20), "MEMO-C-031", "", &[1]),
        ),
        case("a length said to be over all limits", claiming(1 << 50), "MEMO-C-031", "", &[]),
        case("ratio", lzma(&bomb, 1 << 20), "MEMO-C-032", "entry[2]", &[1]),
        with(
            ContainerLimits { ratio: 100, ..limits() },
            case("ratio of gzip", gzip(&bomb), "MEMO-C-032", "entry[2]", &[1]),
        ),
        case("ratio of zstd", zstandard(&bomb), "MEMO-C-032", "entry[2]", &[1]),
        with(
            ContainerLimits { entries: 2, ..limits() },
            case("files", archive.clone(), "MEMO-C-033", "", &[1, 2]),
        ),
        with(
            ContainerLimits { entries: 2, ..limits() },
            case(
                "files at fault",
                tar_of(&[(b"a.xml", b'0', b""), (b"b.xml", b'2', b""), (b"c.xml", b'2', b"")]),
                "MEMO-C-033",
                "",
                &[1],
            ),
        ),
        with(
            ContainerLimits { entries: 2, ..limits() },
            case(
                "directories",
                tar_of(&[
                    (b"d/", b'5', b""),
                    (b"a.xml", b'0', b""),
                    (b"d/", b'5', b""),
                    (b"d/", b'5', b""),
                ]),
                "MEMO-C-034",
                "",
                &[2],
            ),
        ),
        with(
            ContainerLimits { entry_bytes: 1000, ..limits() },
            case("one file", large.clone(), "MEMO-C-035", "entry[2]", &[1, 3]),
        ),
        case(
            "a long name",
            between((b"././@LongLink", b'L', &long)),
            "MEMO-C-036",
            "entry[2]",
            &[1],
        ),
        case("long pax attributes", between((b"pax", b'x', &long)), "MEMO-C-036", "entry[2]", &[1]),
        case("an empty archive", tar_of(&[]), "MEMO-C-051", "", &[]),
    ]);
    cases.extend(entries_at_fault());
    cases
}

fn not_containers() -> Vec<Case> {
    vec![
        case("nothing", "", "MEMO-C-001", "", &[]),
        case("zip", "PK\x03\x04 and so on", "MEMO-C-002", "", &[]),
        case("7z", b"7z\xBC\xAF\x27\x1C and so on", "MEMO-C-003", "", &[]),
        case("XML", "<?xml version='1.0'?><a/>", "MEMO-C-004", "", &[]),
        case("XML with a mark", "\u{FEFF}<a/>", "MEMO-C-004", "", &[]),
        case("XML after white space", "\r\n <a/>", "MEMO-C-004", "", &[]),
        case("text", "hello, this is a letter", "MEMO-C-005", "", &[]),
        case(
            "text with an LZMA header in it",
            "]\0\0\u{1}\0 is no first byte",
            "MEMO-C-005",
            "",
            &[],
        ),
        case("too short", b"\x5D\0\0", "MEMO-C-005", "", &[]),
        case("XML in gzip", gzip(b"<?xml version='1.0'?><a/>"), "MEMO-C-006", "", &[]),
        case("long text in LZMA", lzma(&b"hello ".repeat(1000), 1 << 16), "MEMO-C-006", "", &[]),
        case("nothing in xz", xz(b""), "MEMO-C-006", "", &[]),
    ]
}

fn entries_at_fault() -> Vec<Case> {
    let long = [b"../".repeat(100), b"a.xml\0".to_vec()].concat();
    let in_long = tar_of(&[
        (b"a.xml", b'0', b"<a/>"),
        (b"././@LongLink", b'L', &long),
        (b"b.xml", b'0', b"<b/>"),
        (b"c.xml", b'0', b"<c/>"),
    ]);
    let in_pax = tar_of(&[
        (b"a.xml", b'0', b"<a/>"),
        (b"pax", b'x', b"17 path=../a.xml\n"),
        (b"b.xml", b'0', b"<b/>"),
        (b"c.xml", b'0', b"<c/>"),
    ]);
    let sparse = tar_of(&[
        (b"a.xml", b'0', b"<a/>"),
        (b"pax", b'x', b"22 GNU.sparse.major=1\n"),
        (b"b.xml", b'0', b"<b/>"),
        (b"c.xml", b'0', b"<c/>"),
    ]);
    let entry = |name, entry: (&[u8], u8, &[u8]), rule| {
        case(name, between(entry), rule, "entry[2]", &[1, 3])
    };
    vec![
        entry("no name", (b"", b'0', b"<b/>"), "MEMO-C-040"),
        entry("a line feed", (b"a\nb.xml", b'0', b"<b/>"), "MEMO-C-041"),
        entry("absolute", (b"/etc/a.xml", b'0', b"<b/>"), "MEMO-C-042"),
        entry("a drive", (b"C:a.xml", b'0', b"<b/>"), "MEMO-C-042"),
        entry("an absolute directory", (b"/etc/", b'5', b""), "MEMO-C-042"),
        entry("steps upward", (b"../a.xml", b'0', b"<b/>"), "MEMO-C-043"),
        entry("steps upward in a directory", (b"a/../..", b'5', b""), "MEMO-C-043"),
        case("steps upward in a long name", in_long, "MEMO-C-043", "entry[2]", &[1, 3]),
        case("steps upward in pax", in_pax, "MEMO-C-043", "entry[2]", &[1, 3]),
        entry("not UTF-8", (b"\xE6.xml", b'0', b"<b/>"), "MEMO-C-044"),
        entry("a directory not UTF-8", (b"\xE6/", b'5', b""), "MEMO-C-044"),
        entry("another file", (b"a.exe", b'0', b"<b/>"), "MEMO-C-045"),
        entry("symbolic link", (b"b.xml", b'2', b""), "MEMO-C-046"),
        entry("hard link", (b"b.xml", b'1', b""), "MEMO-C-046"),
        entry("character device", (b"b.xml", b'3', b""), "MEMO-C-047"),
        entry("block device", (b"b.xml", b'4', b""), "MEMO-C-047"),
        entry("pipe", (b"b.xml", b'6', b""), "MEMO-C-047"),
        entry("sparse file", (b"b.xml", b'S', b"<b/>"), "MEMO-C-048"),
        entry("contiguous file", (b"b.xml", b'7', b"<b/>"), "MEMO-C-048"),
        case("sparse file in pax", sparse, "MEMO-C-048", "entry[2]", &[1, 3]),
        entry("directory", (b"d/", b'5', b""), "MEMO-C-050"),
    ]
}

/// [`whole`] with a size in its second header, and the checksum right.
fn with_size(size: &[u8; 12]) -> Vec<u8> {
    let mut archive = whole();
    let mut second = header(b"b.xml", b'0', 4);
    second.as_mut_bytes()[124..136].copy_from_slice(size);
    second.set_cksum();
    archive[1024..1536].copy_from_slice(second.as_bytes());
    archive
}

/// Bytes that no compression makes smaller, none of them zero.
fn noise(count: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8 | 1
    };
    (0..count).map(|_| next()).collect()
}

/// As Zstandard with a window of 8 MiB.
fn with_window(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(23).unwrap();
    io::Write::write_all(&mut encoder, bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn each_fault_has_its_rule_its_place_and_both_languages_and_good_entries_are_handed_on() {
    let mut met = BTreeSet::new();
    for Case { name, container, limits, rule, path, good } in cases() {
        let (files, mut findings) = walked_with(&container, &limits);
        let numbers: Vec<usize> = files.iter().map(|file| file.2).collect();
        assert_eq!(numbers, good, "{name}: {findings:?}");
        // Directories met before the fault are told too.
        findings.retain(|finding| rule == "MEMO-C-050" || finding.rule != "MEMO-C-050");
        findings.retain(|finding| rule != "MEMO-C-033" || finding.rule != "MEMO-C-046");
        let [finding] = findings.as_slice() else { panic!("{name}: {findings:?}") };
        assert_eq!((finding.rule, finding.path.as_str()), (rule, path), "{name}");
        for language in [Language::Danish, Language::English] {
            assert!(!finding.text(language).contains(['{', '…']), "{name}: {finding}");
        }
        met.insert(rule);

        let outcome = unpacked_with(&container, &limits);
        if finding.severity == Severity::Error {
            let error = outcome.unwrap_err();
            if rule != "MEMO-C-033" {
                assert_eq!(error.finding(), Some(finding), "{name}");
            }
            let over_a_limit = matches!(error, ContainerError::TooLarge(_));
            let in_tens = error.rule().is_some_and(|rule| rule.id.starts_with("MEMO-C-03"));
            assert_eq!(over_a_limit, in_tens, "{name}: {error}");
        } else {
            assert!(outcome.is_ok(), "{name}: {:?}", outcome.err());
        }
    }
    // Those of an entry among others are judged beside it, in a test of their own.
    let elsewhere = ["MEMO-C-052", "MEMO-R-170", "MEMO-R-171"];
    let all = rules().filter(|rule| rule.level == Level::Container).map(|rule| rule.id);
    let unmet: Vec<_> = all.filter(|id| !met.contains(id) && !elsewhere.contains(id)).collect();
    assert!(unmet.is_empty(), "no case breaks {unmet:?}");
}

#[test]
fn a_whole_container_has_no_finding() {
    for container in
        [whole(), lzma(&whole(), 1 << 20), xz(&whole()), gzip(&whole()), zstandard(&whole())]
    {
        let (files, findings) = walked(&container);
        assert_eq!((files.len(), findings.len()), (3, 0), "{findings:?}");
    }
}

#[test]
fn a_container_cut_off_anywhere_gives_the_entries_before_and_says_so() {
    let archive = tar_of(&[(b"a.xml", b'0', &[b'a'; 700]), (b"b.xml", b'0', b"<b/>")]);
    let starts = ["MEMO-C-001", "MEMO-C-005"];
    for container in [lzma(&archive, 1 << 20), xz(&archive), gzip(&archive), zstandard(&archive)] {
        for end in 0..container.len() {
            let (_, findings) = walked(&container[..end]);
            let [Finding { rule, .. }] = findings.as_slice() else { panic!("{end}: {findings:?}") };
            assert!(*rule == "MEMO-C-010" || (end < 14 && starts.contains(rule)), "{end}: {rule}");
        }
    }
    // The last two blocks are both zeros; with one of them an archive is whole enough.
    for end in 512..archive.len() - 512 {
        let (files, findings) = walked(&archive[..end]);
        assert_eq!(findings.len(), 1, "{end}");
        assert_eq!(findings[0].rule, "MEMO-C-020", "{end}");
        assert_eq!(
            files.len(),
            usize::from(end >= 512 + 700) + usize::from(end >= 2048 + 4),
            "{end}"
        );
    }
}

/// A container whose bytes were changed one at a time never gives a file that was not in it, silently.
#[test]
fn a_changed_byte_is_found_or_changes_nothing_but_content() {
    let archive = whole();
    let (untouched, _) = walked(&archive);
    for at in 0..archive.len() {
        let (files, findings) = walked(&changed(archive.clone(), at));
        let in_content = [512..516, 1536..1540, 2560..2564].iter().any(|range| range.contains(&at));
        if files.len() == 3 && !in_content && findings.is_empty() {
            // Padding after content; nobody looks at it.
            assert!(at % 1024 >= 512, "{at}");
        }
    }
    for container in [xz(&archive), gzip(&archive)] {
        // The first bytes of gzip hold a time and the name of a system.
        for at in 10..container.len() {
            let (files, findings) = walked(&changed(container.clone(), at));
            // One way to say «as many zeros again» is as good as another.
            assert!(!findings.is_empty() || files == untouched, "{at} of {}", container.len());
        }
    }
}

#[test]
fn errors_have_one_line_with_rule_and_entry() {
    let error = unpacked(&between((b"../a.xml", b'0', b""))).unwrap_err();
    assert_eq!(error.to_string(), "MEMO-C-043 in entry[2]: the file's name has .. in it");
    let error = unpacked(b"").unwrap_err();
    assert_eq!(error.to_string(), "MEMO-C-001: the container is empty");
}

#[test]
fn a_bomb_is_stopped_even_when_nobody_reads_its_entry() {
    let zeros = vec![b'a'; 4 << 20];
    let bomb = lzma(&tar_of(&[(b"a.xml", b'0', &zeros)]), 1 << 20);
    let outcome = unpack(bomb.as_slice(), &ContainerLimits::default(), &mut |_| Ok(()));
    assert!(matches!(outcome, Err(ContainerError::TooLarge(_))));
}

#[test]
fn who_hides_an_error_of_the_content_is_told_the_fault_all_the_same() {
    let container = &lzma(&tar_of(&[(b"a.xml", b'0', &noise(9000))]), 1 << 20)[..4000];
    let mut findings = Vec::new();
    let files = walk(container, &ContainerLimits::default(), &mut |part| {
        match part {
            Part::File(entry) => assert!(entry.reader.read_to_end(&mut Vec::new()).is_err()),
            Part::Finding(finding) => findings.push(finding.rule),
        }
        Ok(())
    });
    assert_eq!((files.unwrap(), findings), (1, vec!["MEMO-C-010"]));
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
