//! `brevdue send`, `fetch` and `memo` as somebody at a terminal meets them, against a real exchange.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

const SENDER: &str = "12345678";

/// A folder to work in, with a binary to run.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn command(&self, line: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_brevdue"));
        command.current_dir(self.0.path()).args(line).env_clear();
        command.env("HOME", self.0.path());
        command
    }

    fn run(&self, line: &[&str]) -> Ran {
        Ran::of(self.command(line).output().unwrap(), self.0.path())
    }

    /// What the command tells with `--format json`.
    fn json(&self, line: &[&str]) -> Value {
        let ran = self.run(&[line, &["--format", "json"]].concat());
        serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"))
    }
}

/// What a command said, with this machine's folder left out.
#[derive(Debug)]
struct Ran {
    exit: i32,
    out: String,
    err: String,
}

impl Ran {
    fn of(output: Output, folder: &Path) -> Self {
        let whole = fs::canonicalize(folder).unwrap();
        let masked = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            let text = text.replace(&whole.display().to_string(), "DIR");
            text.replace(&folder.display().to_string(), "DIR")
        };
        Self {
            exit: output.status.code().unwrap_or(-1),
            out: masked(&output.stdout),
            err: masked(&output.stderr),
        }
    }

    fn told(&self) -> String {
        format!("exit {}\n--- stdout\n{}--- stderr\n{}", self.exit, self.out, self.err)
    }
}

/// A running exchange with its invented country in `DIR/brevdue-data`.
struct Up(Child);

impl Up {
    fn on(desk: &Desk) -> Self {
        let line = ["up", "--http", "127.0.0.1:0", "--https", "127.0.0.1:0"];
        let mut up = desk.command(&line);
        let child = up.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let up = Self(child);
        let until = Instant::now() + Duration::from_secs(60);
        while !desk.path("brevdue-data/running.json").exists() {
            assert!(Instant::now() < until, "the exchange did not come up in a minute");
            std::thread::sleep(Duration::from_millis(20));
        }
        up
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// Names of the files in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn same_files(one: &Path, other: &Path) {
    assert_eq!(names(one), names(other));
    for name in names(one) {
        assert_eq!(
            fs::read(one.join(&name)).unwrap(),
            fs::read(other.join(&name)).unwrap(),
            "{name}"
        );
    }
}

#[test]
fn letters_of_killed_senders_arrive_once_and_byte_for_byte() {
    let desk = Desk::new();
    let _up = Up::on(&desk);
    desk.run(&[
        "memo", "sample", "--count", "60", "--from", SENDER, "--to", "22334455", "--seed", "1",
        "--out", "outbox",
    ]);
    desk.run(&[
        "memo", "sample", "--count", "40", "--from", SENDER, "--to", "22334455", "--seed", "2",
        "--out", "more",
    ]);
    let pack = desk.run(&["memo", "pack", "outbox/many.tar.lzma", "more"]);
    assert_eq!(pack.exit, 0, "{pack:?}");
    for milliseconds in [5, 10, 20, 30, 40, 60, 80, 120] {
        let mut sender = desk.command(&["send", "--as", SENDER, "outbox"]);
        let mut sender = sender.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(milliseconds));
        sender.kill().unwrap();
        sender.wait().unwrap();
    }
    let report = desk.json(&["send", "--as", SENDER, "--tls", "outbox"]);
    // Over TLS it is another address and another journal: everything is sent again, nothing delivered again.
    assert_eq!((&report["messages"], &report["completed"]), (&100.into(), &100.into()), "{report}");
    let report = desk.json(&["send", "--as", SENDER, "outbox"]);
    assert_eq!((&report["messages"], &report["completed"]), (&100.into(), &100.into()), "{report}");

    let fetched = desk.json(&["fetch", "--as", "22334455", "--out", "inbox"]);
    assert_eq!((&fetched["seen"], &fetched["completed"]), (&100.into(), &100.into()), "{fetched}");
    for name in names(&desk.path("more")) {
        fs::rename(desk.path("more").join(&name), desk.path("outbox").join(&name)).unwrap();
    }
    fs::remove_file(desk.path("outbox/many.tar.lzma")).unwrap();
    same_files(&desk.path("outbox"), &desk.path("inbox"));
    let again = desk.json(&["fetch", "--as", "22334455", "--out", "inbox"]);
    assert_eq!(again["seen"], 0);
}

#[test]
fn a_sender_is_told_what_is_not_delivered_and_why() {
    let desk = Desk::new();
    let _up = Up::on(&desk);
    desk.run(&[
        "memo",
        "sample",
        "--from",
        SENDER,
        "--to",
        "22334455,0101010000",
        "--count",
        "6",
        "--seed",
        "3",
        "--out",
        "outbox",
    ]);
    desk.write("outbox/half.xml", "<memo:Message xmlns:memo=\"https://DigitalPost.dk/MeMo-1\">");
    let ran = desk.run(&["send", "--as", SENDER, "outbox"]);
    insta::assert_snapshot!(ran.told());
}

#[test]
fn a_lack_of_trust_on_either_side_ends_the_command_at_once_and_says_whose() {
    let desk = Desk::new();
    let _up = Up::on(&desk);
    let file = fs::read_to_string(desk.path("brevdue-data/country.json")).unwrap();
    let country: Value = serde_json::from_str(&file).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let systems = |place: usize| country["organisations"][place]["systems"][0].clone();
    let (own, other) = (systems(0), systems(1));
    let (https, authority) = (text(&country["https"]), text(&country["certificateAuthority"]));
    let (id, token) = (text(&own["id"]), text(&own["token"]));
    let to = ["--to", &https, "--system", &id, "--token", &token, "--wait", "0"];
    desk.run(&[
        "memo", "sample", "--from", SENDER, "--to", "22334455", "--seed", "3", "--out", "a",
    ]);
    let send = |rest: &[&str]| desk.run(&[&["send"], &to[..], rest, &["a"]].concat());
    let with = |system: &Value| {
        let (cert, key) = (text(&system["certificate"]), text(&system["key"]));
        send(&["--ca", &authority, "--cert", &cert, "--key", &key])
    };
    for (ran, code) in [
        (send(&[]), "exchange::untrusted"),
        (send(&["--ca", &authority]), "exchange::unauthorised"),
        (with(&other), "exchange::unauthorised"),
    ] {
        assert_eq!(ran.exit, 2, "{ran:?}");
        assert!(ran.err.contains(code), "{ran:?}");
        assert!(!ran.told().contains(&token), "{ran:?}");
    }
    assert_eq!(with(&own).exit, 0);
}

#[test]
fn a_command_that_cannot_work_says_what_to_do() {
    let desk = Desk::new();
    desk.write("letter.pdf", "%PDF-1.7");
    desk.run(&[
        "memo", "sample", "--from", SENDER, "--to", "22334455", "--seed", "3", "--out", "outbox",
    ]);
    let id = "0b6f8b0e-6c5d-4f0b-8d43-5e6a1d2c3b01";
    let away = ["--to", "http://127.0.0.1:9", "--system", id, "--token", "secret", "--wait", "0"];
    let send = |rest: &[&'static str]| {
        let line: Vec<&str> = ["send"].iter().chain(rest).copied().collect();
        desk.run(&line).told()
    };
    let told = [
        send(&["outbox"]),
        send(&["--as", SENDER, "outbox"]),
        send(&[&away[..], &["gone.xml"]].concat()),
        send(&[&away[..], &["letter.pdf"]].concat()),
        send(&["--to", "nowhere", "--system", id, "--token", "secret", "outbox"]),
        send(&[&away[..], &["outbox"]].concat()),
    ];
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_check_tells_every_finding_in_both_languages() {
    let desk = Desk::new();
    desk.run(&[
        "memo", "sample", "--from", SENDER, "--to", "22334455", "--seed", "3", "--out", "outbox",
    ]);
    let name = &names(&desk.path("outbox"))[0];
    let letter = fs::read_to_string(desk.path("outbox").join(name)).unwrap();
    assert_eq!(desk.run(&["memo", "check", "outbox"]).exit, 0);
    let bad = letter.replacen("<memo:idType>CVR</memo:idType>", "", 1);
    let bad = bad.replacen("<memo:createdDateTime>", "<memo:createdDateTime>x", 1);
    desk.write("bad.xml", &bad);
    let english = desk.run(&["memo", "check", "bad.xml"]);
    let danish = desk.run(&["memo", "check", "--lang", "da", "bad.xml"]);
    let json = desk.run(&["memo", "check", "--format", "json", "bad.xml"]);
    let all = [english.told(), danish.told(), json.told()].join("\n");
    insta::assert_snapshot!(all);
}

#[test]
fn a_check_reads_standard_input_and_looks_inside_containers() {
    let desk = Desk::new();
    desk.run(&[
        "memo",
        "sample",
        "--count",
        "3",
        "--from",
        SENDER,
        "--to",
        "22334455",
        "--seed",
        "3",
        "--out",
        "three.tar.lzma",
    ]);
    let count = |summary: &Value| (summary["messages"].clone(), summary["inOrder"].clone());
    let inside = desk.json(&["memo", "check", "three.tar.lzma"]);
    assert_eq!(count(&inside["summary"]), (3.into(), 3.into()));
    let mut check = desk.command(&["memo", "check", "-"]);
    let mut check =
        check.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    check.stdin.take().unwrap().write_all(b"<!DOCTYPE a><a/>").unwrap();
    let ran = Ran::of(check.wait_with_output().unwrap(), desk.0.path());
    assert_eq!(ran.exit, 1);
    assert!(ran.out.contains("error[MEMO-X-007]"), "{ran:?}");
    assert!(ran.out.contains("<stdin>:1:"), "{ran:?}");
}

#[test]
fn what_is_packed_unpacks_the_same_and_samples_with_a_seed_are_the_same() {
    let desk = Desk::new();
    let sample = |out| {
        let line = [
            "memo", "sample", "--count", "20", "--from", SENDER, "--to", "22334455", "--seed", "5",
            "--out", out,
        ];
        assert_eq!(desk.run(&line).exit, 0);
    };
    sample("one");
    sample("two");
    same_files(&desk.path("one"), &desk.path("two"));
    assert_eq!(desk.run(&["memo", "pack", "all.tar.lzma", "one"]).exit, 0);
    assert_eq!(desk.run(&["memo", "unpack", "all.tar.lzma", "out"]).exit, 0);
    same_files(&desk.path("one"), &desk.path("out"));
    // What is there is never written over unasked.
    assert_eq!(desk.run(&["memo", "pack", "all.tar.lzma", "one"]).exit, 2);
    assert_eq!(desk.run(&["memo", "unpack", "all.tar.lzma", "out"]).exit, 0);
    // Two messages with one id are no container.
    fs::copy(desk.path("one").join(&names(&desk.path("one"))[0]), desk.path("one/again.xml"))
        .unwrap();
    let ran = desk.run(&["memo", "pack", "twice.tar.lzma", "one"]);
    assert_eq!((ran.exit, desk.path("twice.tar.lzma").exists()), (1, false), "{ran:?}");
}

#[test]
fn a_message_is_shown_on_one_screen_and_never_as_commands_to_the_terminal() {
    let desk = Desk::new();
    desk.run(&[
        "memo", "sample", "--count", "1", "--from", SENDER, "--to", "22334455", "--seed", "11",
        "--out", "outbox",
    ]);
    let name = &names(&desk.path("outbox"))[0];
    let ran = desk.run(&["memo", "show", &format!("outbox/{name}")]);
    insta::assert_snapshot!(ran.told());
    let letter = fs::read_to_string(desk.path("outbox").join(name)).unwrap();
    desk.write("c1.xml", &letter.replacen("<memo:label>", "<memo:label>\u{9b}31m", 1));
    let ran = desk.run(&["memo", "show", "c1.xml"]);
    assert!(!ran.out.contains('\u{9b}'), "{ran:?}");
}

#[test]
fn the_help_of_the_commands_is_as_reviewed() {
    let desk = Desk::new();
    let help = |line: &[&str]| desk.run(line).out;
    let all = [
        help(&["send", "--help"]),
        help(&["fetch", "--help"]),
        help(&["memo", "--help"]),
        help(&["memo", "check", "--help"]),
        help(&["memo", "sample", "--help"]),
    ];
    insta::assert_snapshot!(all.join("\n=====\n"));
}
