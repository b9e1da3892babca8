//! Reading, checking and writing beside a rival on the same bytes, each with its ratio, its target and
//! our peak memory: `cargo bench -p brevdue-memo --bench beside_xmllint`.
//!
//! The rivals are `xmllint` on the same files, copying, a bare search for `<`, and our own tokenizer with
//! nothing built. Ours runs in this process on one thread; its time to start is counted for `xmllint` and
//! is small beside the work. Runs take turns, and the best of each counts: what else the machine does can
//! only make a run slower. Peak memory is that of a process of its own.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::print_stdout, reason = "a bench")]

#[path = "../tests/support/every.rs"]
mod every;

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use brevdue_memo::letter::{DraftFile, LetterDraft, SampleOptions, sample};
use brevdue_memo::reading::bare;
use brevdue_memo::{
    Checker, Limits, MemoVersion, Message, PartyId, Timestamp, read, read_header, write,
};

/// As in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, command, rest @ ..] = arguments.as_slice()
        && command == ALONE
    {
        alone(rest);
        return;
    }
    // `cargo test --benches` runs us to see that we work, not to measure.
    let bench = if arguments.iter().any(|argument| argument == "--bench") {
        Bench { rounds: 9, part: 1 }
    } else {
        Bench { rounds: 1, part: 100 }
    };
    println!("best of {} rounds in turn; ratio: rival's time to ours\n", bench.rounds);
    println!("{:44} {:>11} {:>11} {:>7}  target", "", "brevdue", "rival", "ratio");
    let folder = tempfile::tempdir().expect("a folder for files");
    let xmllint = Command::new("xmllint").arg("--version").stderr(Stdio::null()).status().is_ok();
    if !xmllint {
        println!("SKIPPED beside xmllint: it is not installed (Debian package libxml2-utils)");
    }
    bench.many_full_messages(folder.path(), xmllint);
    bench.letters(folder.path(), xmllint);
    bench.one_large_message(folder.path(), xmllint);
    bench.to_the_model();
    bench.writing();
}

struct Bench {
    rounds: usize,
    /// Work is divided by this when nothing is measured.
    part: usize,
}

impl Bench {
    /// Full check of many messages with everything in them.
    fn many_full_messages(&self, folder: &Path, xmllint: bool) {
        let official = official_data();
        let (bytes, schema) = match &official {
            Some(data) => {
                let example = data.join("examples/MeMo_Full_Example_v1.2.xml");
                let bytes = fs::read(example).expect("the example is there");
                (bytes, Some(data.join("xsd-1.2/Version1.2/MeMo_core.xsd")))
            }
            None => {
                println!(
                    "SKIPPED beside the schema: set BREVDUE_OFFICIAL_DATA to the official files"
                );
                (every::every_element(MemoVersion::V1_2).into_bytes(), None)
            }
        };
        let files: Vec<PathBuf> =
            (0..1000 / self.part).map(|number| put(folder, "full", number, &bytes)).collect();
        let name = format!("check: {} full messages of {} KB", files.len(), bytes.len() / 1000);
        if xmllint {
            let ours = || check(&files);
            if let Some(schema) = &schema {
                let theirs = || run_xmllint(&files, &["--noout", "--schema"], Some(schema));
                self.row(&name, "xmllint --schema", ours, theirs, "8, aim 15");
            }
            let theirs = || run_xmllint(&files, &["--noout"], None);
            self.row(&name, "xmllint --noout", ours, theirs, "");
        }
        peak("  peak", &["check", &files[0].to_string_lossy()]);
    }

    /// Full check of letters as they are sent.
    fn letters(&self, folder: &Path, xmllint: bool) {
        for (name, count, text_bytes) in
            [("small", 4000 / self.part, 1_000), ("middle", 2000 / self.part, 10_000)]
        {
            let files: Vec<PathBuf> = samples(count, text_bytes)
                .enumerate()
                .map(|(number, letter)| put(folder, name, number, &written(&letter)))
                .collect();
            let bytes: u64 = files.iter().map(|file| length(file)).sum();
            let kilobytes = bytes / files.len() as u64 / 1000;
            let name = format!("check: {count} letters of some {kilobytes} KB");
            if xmllint {
                let theirs = || run_xmllint(&files, &["--noout"], None);
                self.row(&name, "xmllint --noout", || check(&files), theirs, "");
            }
        }
    }

    /// One message of the largest size that is sent, and one ten times as large.
    fn one_large_message(&self, folder: &Path, xmllint: bool) {
        let message = with_file(74_000_000 / self.part);
        let file = [put(folder, "large", 0, &written(&message))];
        let name = format!("check: one message of {} MB", length(&file[0]) / 1_000_000);
        if xmllint {
            let theirs = || run_xmllint(&file, &["--huge", "--stream", "--noout"], None);
            self.row(&name, "xmllint --stream", || check(&file), theirs, "10");
        }
        peak("  peak, target 16 MiB", &["check", &file[0].to_string_lossy()]);
        let bytes = 1_000_000_000 / self.part;
        peak("  peak of one of 1 GB, target 16 MiB", &["stream", &bytes.to_string()]);
        let header = self.best(|| {
            let source = File::open(&file[0]).expect("the file is there");
            seconds(|| {
                let reading = read_header(source, &Limits::default()).expect("the disk reads");
                assert!(reading.header.is_some());
            })
        });
        println!(
            "{:44} {:8.0} µs {:27}  under 1000 µs",
            "  its header, after open",
            header * 1e6,
            ""
        );
    }

    /// Reading to the model beside doing less with the same bytes in memory.
    fn to_the_model(&self) {
        let limits = Limits::default();
        let minimum = written(&with_file(20));
        let small = samples(1, 500).next().map(|letter| written(&letter)).expect("one letter");
        for document in [minimum, small] {
            let times = 20_000 / self.part;
            let name = format!("read: a message of {} bytes, {times} times", document.len());
            let many = |work: &dyn Fn(&[u8])| {
                seconds(|| (0..times).for_each(|_| work(black_box(document.as_slice()))))
            };
            let ours = || {
                many(&|bytes| {
                    let reading = read(bytes, &limits).expect("a slice never fails");
                    assert!(black_box(reading).message.is_some());
                })
            };
            let theirs = || {
                many(&|bytes| {
                    let tags = bare::tokens(bytes, &limits).expect("a slice never fails");
                    assert!(black_box(tags).is_some());
                })
            };
            self.row(&name, "our bare tokenizer", ours, theirs, "0.5");
        }
        let large = written(&with_file(74_000_000 / self.part));
        let ours = || {
            seconds(|| {
                let reading = read(black_box(large.as_slice()), &limits);
                assert!(reading.expect("a slice never fails").message.is_some());
            })
        };
        let theirs = || {
            seconds(|| {
                black_box(memchr::memchr_iter(b'<', black_box(&large)).count());
            })
        };
        let name = format!("read: a message of {} MB", large.len() / 1_000_000);
        self.row(&name, "search for <", ours, theirs, "0.33");
    }

    fn writing(&self) {
        let message = with_file(8_000_000 / self.part);
        let document = written(&message);
        let mut out = Vec::with_capacity(document.len());
        let mut copy = vec![0; document.len()];
        let name = format!("write: a built message of {} MB", document.len() / 1_000_000);
        let ours = || {
            out.clear();
            seconds(|| write(&message, Cursor::new([]), &mut out).expect("a vector never fails"))
        };
        let theirs = || seconds(|| black_box(&mut copy).copy_from_slice(black_box(&document)));
        let ours = self.row(&name, "copying", ours, theirs, "0.33 or 1.5 GB/s");
        println!("{:44} {:7.2} GB/s", "  that is", document.len() as f64 / ours / 1e9);
    }

    /// Prints a line and returns our time in seconds.
    fn row(
        &self,
        name: &str,
        rival: &str,
        mut ours: impl FnMut() -> f64,
        mut theirs: impl FnMut() -> f64,
        target: &str,
    ) -> f64 {
        let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
        for _ in 0..self.rounds {
            our_times.push(ours());
            their_times.push(theirs());
        }
        let (ours, theirs) = (least(our_times), least(their_times));
        let (our_ms, their_ms, ratio) = (ours * 1e3, theirs * 1e3, theirs / ours);
        println!("{name:44} {our_ms:8.2} ms {their_ms:8.2} ms {ratio:7.2}  {target:10} ({rival})");
        ours
    }

    fn best(&self, mut work: impl FnMut() -> f64) -> f64 {
        least((0..self.rounds).map(|_| work()).collect())
    }
}

/// The argument by which this program runs itself to measure memory.
const ALONE: &str = "alone";

/// One piece of work in a process of its own, which then tells its peak memory in KiB.
fn alone(arguments: &[String]) {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["check", file] => drop(check(&[PathBuf::from(file)])),
        ["stream", bytes] => {
            let bytes = bytes.parse().expect("a number from ourselves");
            let frame = written(&with_file(0));
            let (open, close) = (b"<memo:content>", b"</memo:content>");
            let start = find(&frame, open) + open.len();
            let end = find(&frame, close);
            let content = io::repeat(b'A').take(bytes / 4 * 4);
            let limits = Limits { document_bytes: u64::MAX, ..Limits::default() };
            let checker = Checker { limits, ..Checker::default() };
            let source = frame[..start].chain(content).chain(&frame[end..]);
            let reading = checker.check(source).expect("memory never fails");
            assert!(reading.length_bytes > bytes);
        }
        _ => panic!("only this program calls itself"),
    }
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    println!("{}", line.and_then(|line| line.split_whitespace().next()).unwrap_or_default());
}

fn find(within: &[u8], what: &[u8]) -> usize {
    within.windows(what.len()).position(|window| window == what).expect("a message with content")
}

/// Prints our peak memory for a piece of work.
fn peak(name: &str, work: &[&str]) {
    let program = std::env::current_exe().expect("we run");
    let output = Command::new(program).arg(ALONE).args(work).output().expect("we run again");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    match String::from_utf8_lossy(&output.stdout).trim().parse::<f64>() {
        Ok(kibibytes) => println!("{name:44} {:7.1} MiB", kibibytes / 1024.0),
        Err(_) => println!("SKIPPED {name}: this system does not tell a process its peak memory"),
    }
}

/// Seconds to open, read and check files one after the other: syntax, schema and rules.
fn check(files: &[PathBuf]) -> f64 {
    let checker = Checker::default();
    seconds(|| {
        for file in files {
            let reading = checker.check(File::open(file).expect("the file is there"));
            let reading = reading.expect("the disk reads");
            assert!(reading.message.is_some(), "{}", reading.findings.list[0]);
        }
    })
}

fn run_xmllint(files: &[PathBuf], options: &[&str], schema: Option<&Path>) -> f64 {
    seconds(|| {
        // A command line holds so many names.
        for some in files.chunks(1000) {
            let mut command = Command::new("xmllint");
            command.args(options).args(schema).args(some);
            let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
            assert!(status.expect("it ran before").success());
        }
    })
}

fn seconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

fn least(values: Vec<f64>) -> f64 {
    values.into_iter().fold(f64::INFINITY, f64::min)
}

/// The official schemas and examples, when they are there.
fn official_data() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/memo");
    let named = std::env::var_os("BREVDUE_OFFICIAL_DATA").map(PathBuf::from);
    named.into_iter().chain([beside]).find(|path| path.join("examples").exists())
}

fn samples(count: usize, text_bytes: usize) -> impl Iterator<Item = Message> {
    let recipients = [party("CPR", "0101010000")];
    let options = SampleOptions {
        version: MemoVersion::V1_2,
        sender: (party("CVR", "12345678"), "Ærøby Kommune"),
        recipients: &recipients,
        created: Timestamp::default(),
        text_bytes,
    };
    sample(7, count, &options).collect::<Vec<_>>().into_iter()
}

/// A message of one file.
fn with_file(content_bytes: usize) -> Message {
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
    draft.build().expect("a letter within its limits")
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
