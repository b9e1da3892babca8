//! `brevdue memo pack` and `unpack` as somebody at a terminal meets them.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use brevdue_memo::container::{ContainerLimits, unpack};
use tempfile::TempDir;

struct Desk(TempDir);

impl Desk {
    fn with_letters(count: &str) -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        let (exit, _, error) = desk.run(&[
            "memo", "sample", "--count", count, "--from", "12345678", "--to", "22334455", "--seed",
            "3", "--out", "letters",
        ]);
        assert_eq!(exit, 0, "{error}");
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Exit code, what it printed, and what it complained about.
    fn run(&self, line: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_brevdue"));
        let command = command.current_dir(self.0.path()).args(line).env_clear();
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Names of the entries, and lengths of their content in all.
fn entries(container: &Path) -> (Vec<String>, u64) {
    let (mut names, mut bytes) = (Vec::new(), 0);
    let file = fs::File::open(container).unwrap();
    unpack(file, &ContainerLimits::default(), &mut |entry| {
        names.push(entry.name.to_owned());
        bytes += entry.length_bytes;
        Ok(())
    })
    .unwrap();
    (names, bytes)
}

#[test]
fn many_letters_become_several_containers_and_come_out_of_them_again() {
    let desk = Desk::with_letters("25");
    let letters = names(&desk.path("letters"));
    for jobs in ["1", "4"] {
        let out = format!("out-{jobs}");
        let line = ["memo", "pack", "--per-archive", "10", "--jobs", jobs, &out, "letters"];
        let (exit, told, error) = desk.run(&line);
        assert_eq!((exit, error.as_str()), (0, ""));
        assert!(told.starts_with(&format!("25 messages in 3 containers in {out}, ")), "{told}");
        let (mut counts, mut packed) = (Vec::new(), BTreeSet::new());
        for name in names(&desk.path(&out)) {
            let stem = name.strip_suffix(".tar.lzma").unwrap();
            assert_eq!(uuid::Uuid::parse_str(stem).unwrap().get_version_num(), 4);
            let (entries, _) = entries(&desk.path(&out).join(&name));
            counts.push(entries.len());
            packed.extend(entries);
            let container = format!("{out}/{name}");
            assert_eq!(desk.run(&["memo", "unpack", &container, "again"]).0, 0);
        }
        counts.sort_unstable();
        assert_eq!(counts, [5, 10, 10]);
        assert_eq!(packed, letters);
    }
    for name in &letters {
        let [before, after] =
            ["letters", "again"].map(|folder| fs::read(desk.path(folder).join(name)).unwrap());
        assert!(before == after, "{name}");
    }
    assert_eq!(names(&desk.path("again")), letters, "and nothing else is left lying about");
}

#[test]
fn containers_hold_no_more_bytes_than_asked_unless_one_letter_has_more() {
    let desk = Desk::with_letters("12");
    let lengths = |folder: &str| -> u64 {
        let folder = desk.path(folder);
        names(&folder).iter().map(|name| folder.join(name).metadata().unwrap().len()).sum()
    };
    let all = lengths("letters");
    let limit = all / 3;
    let pack = |limit: u64, out| {
        let line = ["memo", "pack", "--bytes-per-archive", &limit.to_string(), out, "letters"];
        assert_eq!(desk.run(&line).0, 0);
        let folder = desk.path(out);
        names(&folder).iter().map(|name| entries(&folder.join(name))).collect::<Vec<_>>()
    };
    let packed = pack(limit, "thirds");
    assert!(packed.len() >= 3);
    assert!(packed.iter().all(|(_, bytes)| *bytes <= limit));
    assert_eq!(packed.iter().map(|(_, bytes)| bytes).sum::<u64>(), all);
    assert_eq!(pack(1, "singly").len(), 12);
}

#[test]
fn no_container_is_left_when_one_letter_cannot_be_packed() {
    let desk = Desk::with_letters("8");
    let first = names(&desk.path("letters")).into_iter().next().unwrap();
    fs::copy(desk.path("letters").join(&first), desk.path("letters/zzz.xml")).unwrap();
    let (exit, _, error) = desk.run(&["memo", "pack", "--per-archive", "2", "out", "letters"]);
    assert_eq!(exit, 1);
    assert!(
        error.contains("another message has the same messageUUID\n   at: letters/zzz.xml"),
        "{error}"
    );
    assert_eq!(names(&desk.path("out")), BTreeSet::new());
    // Nor from a container that is cut off: it may have lost letters.
    assert_eq!(desk.run(&["memo", "pack", "whole.tar.lzma", "letters"]).0, 1);
    fs::remove_file(desk.path("letters/zzz.xml")).unwrap();
    assert_eq!(desk.run(&["memo", "pack", "whole.tar.lzma", "letters"]).0, 0);
    let whole = fs::read(desk.path("whole.tar.lzma")).unwrap();
    fs::write(desk.path("half.tar.lzma"), &whole[..whole.len() / 2]).unwrap();
    for line in [
        &["memo", "pack", "one.tar.lzma", "half.tar.lzma"][..],
        &["memo", "pack", "--per-archive", "2", "out", "half.tar.lzma"],
    ] {
        let (exit, _, error) = desk.run(line);
        assert_eq!(exit, 1);
        assert!(error.contains("MEMO-C-010"), "{error}");
    }
    assert!(!desk.path("one.tar.lzma").exists());
    assert_eq!(names(&desk.path("out")), BTreeSet::new());
}

#[test]
fn the_dictionary_declared_is_one_of_six() {
    let desk = Desk::with_letters("1");
    let line = ["memo", "pack", "--dictionary", "64", "a.tar.lzma", "letters"];
    assert_eq!(desk.run(&line).0, 0);
    assert_eq!(fs::read(desk.path("a.tar.lzma")).unwrap()[..5], [0x5D, 0, 0, 0, 4]);
    let line = ["memo", "pack", "--dictionary", "2", "b.tar.lzma", "letters"];
    assert_eq!(desk.run(&line).0, 2);
}

#[test]
fn everything_wrong_with_a_container_is_told_and_the_good_letters_are_kept() {
    let desk = Desk::with_letters("3");
    let letters: Vec<_> = names(&desk.path("letters"))
        .into_iter()
        .map(|name| (fs::read(desk.path("letters").join(&name)).unwrap(), name))
        .collect();
    let mut archive = Vec::new();
    let mut entry = |name: &str, kind: u8, content: &[u8]| {
        let mut header = [0_u8; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[100..108].copy_from_slice(b"0000644\0");
        header[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
        header[156] = kind;
        header[257..265].copy_from_slice(b"ustar\x0000");
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        archive.extend_from_slice(&header);
        archive.extend_from_slice(content);
        archive.resize(archive.len().next_multiple_of(512), 0);
    };
    let evil = "../../evil.xml";
    entry("folder/", b'5', b"");
    entry(&letters[0].1, b'0', &letters[0].0);
    entry(evil, b'0', &letters[1].0);
    entry("link.xml", b'2', b"");
    entry("letter.xml", b'0', &letters[1].0);
    entry("unreadable.xml", b'0', b"<a/>");
    let changed = String::from_utf8(letters[0].0.clone()).unwrap().replacen("(sag", "(SAG", 1);
    entry(&letters[0].1, b'0', changed.as_bytes());
    entry(&letters[2].1, b'0', &letters[2].0);
    let before_the_end = archive.len() - 600;
    fs::write(desk.path("a.tar"), &archive[..before_the_end]).unwrap();

    let (exit, told, error) = desk.run(&["memo", "unpack", "a.tar", "deep/er/out"]);
    assert_eq!((exit, told.as_str()), (1, "3 messages in deep/er/out\n"), "{error}");
    let rules: Vec<&str> = error.lines().filter(|line| line.contains("[memo::")).collect();
    let places: Vec<&str> = error.lines().filter(|line| line.starts_with("   at: a.tar")).collect();
    assert_eq!(
        rules.iter().map(|rule| rule.split([':', ']']).nth(2).unwrap()).collect::<Vec<_>>(),
        [
            "MEMO-C-050",
            "MEMO-C-043",
            "MEMO-C-046",
            "MEMO-R-171",
            "MEMO-C-052",
            "MEMO-R-170",
            "exists",
            "MEMO-C-020"
        ],
        "{error}"
    );
    assert_eq!(
        places,
        [1, 3, 4, 5, 7, 7, 8].map(|number| format!("   at: a.tar, entry[{number}]")),
    );
    assert!(!error.contains("evil") && !error.contains("link.xml"), "{error}");
    let out = names(&desk.path("deep/er/out"));
    let kept = [&letters[0].1, &letters[1].1, &"entry-00006.xml".to_owned()];
    assert_eq!(out, kept.into_iter().cloned().collect());
    assert_eq!(fs::read(desk.path("deep/er/out").join(&letters[0].1)).unwrap(), letters[0].0);
    assert!(names(desk.0.path()).iter().all(|name| !name.contains("evil")));

    let (exit, _, error) = desk.run(&["memo", "unpack", "--lang", "da", "a.tar", "deep/er/out"]);
    assert_eq!(exit, 1);
    assert!(
        error.contains("fejl[memo::MEMO-C-043]: filens navn har .. i sig\n sted: a.tar, entry[3]"),
        "{error}"
    );
}
