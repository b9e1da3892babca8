//! `brevdue memo check` as somebody at a terminal meets it: reports that a message can be mended from,
//! SARIF for code hosts, a policy and registers from files.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// The ten faults people make most.
const FAULTS: [&str; 10] = [
    "colon-in-filename",
    "http-link",
    "no-schema-version",
    "lower-case-id-type",
    "empty-file",
    "appointment-without-reservation",
    "notice-too-long",
    "wrong-order",
    "bad-base64",
    "unknown-prefix",
];

fn root() -> PathBuf {
    fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap()
}

fn check(folder: &Path, line: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_brevdue"));
    command.current_dir(folder).args(["memo", "check", "--now", "2026-03-02T08:00:00Z"]).args(line);
    command.env_clear();
    command
}

/// What a check in the project's folder says, and how it ends.
fn said(line: &[&str]) -> (i32, String) {
    let output = check(&root(), line).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(stderr, "", "{line:?}");
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

fn json(line: &[&str]) -> Value {
    let (_, said) = said(&[&["--format", "json"], line].concat());
    serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"))
}

#[test]
fn each_of_the_ten_commonest_faults_can_be_mended_from_its_report() {
    for fault in FAULTS {
        let file = format!("examples/faults/{fault}.xml");
        let told = ["en", "da"].map(|lang| {
            let (exit, said) = said(&["--lang", lang, &file]);
            format!("exit {exit}\n{said}")
        });
        insta::assert_snapshot!(fault, told.join("\n"));
        let findings = &json(&[&file])["messages"][0]["findings"];
        assert_eq!(findings.as_array().unwrap().len(), 1, "{fault}: {findings}");
    }
    let kept = fs::read_dir(root().join("examples/faults")).unwrap().count();
    assert_eq!(kept, FAULTS.len(), "every example is told of");
}

#[test]
fn the_readme_shows_what_the_command_says() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, said) = said(&["examples/faults/colon-in-filename.xml"]);
    let shown = format!("$ brevdue memo check examples/faults/colon-in-filename.xml\n{said}```");
    assert!(readme.contains(&shown), "{shown}");
}

#[test]
fn a_message_without_its_fault_is_in_order() {
    let letter = fs::read_to_string(root().join("examples/faults/colon-in-filename.xml")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.xml"), letter.replace("Plads: ", "Plads i ")).unwrap();
    let output = check(folder.path(), &["--fail-on", "warning", "a.xml"]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said, "1 message: 1 in order, 0 not\n");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn what_is_told_is_in_the_order_of_the_files_however_many_are_read_at_once() {
    let of = |jobs: &str| said(&["--jobs", jobs, "examples/faults", "examples/messages"]);
    let one = of("1");
    assert_eq!(one.0, 1);
    for jobs in ["2", "5", "64"] {
        assert_eq!(of(jobs), one, "{jobs}");
    }
    let files: Vec<String> = json(&["--jobs", "3", "examples/faults"])["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["file"].as_str().unwrap().to_owned())
        .collect();
    assert!(files.is_sorted() && files.len() == FAULTS.len(), "{files:?}");
}

#[test]
fn a_file_that_cannot_be_read_does_not_keep_the_others_from_being_told() {
    let folder = tempfile::tempdir().unwrap();
    let letter = root().join("examples/faults/http-link.xml");
    for name in ["a.xml", "c.xml"] {
        fs::copy(&letter, folder.path().join(name)).unwrap();
    }
    // A container that is a file of nothing is told of as a message is, and the rest goes on.
    fs::write(folder.path().join("b.tar.xz"), "").unwrap();
    let output = check(folder.path(), &["."]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let at = |text: &str| said.find(text).unwrap_or_else(|| panic!("{text}: {said}"));
    assert!(at("a.xml:") < at("b.tar.xz") && at("b.tar.xz") < at("c.xml:"), "{said}");
    assert!(at("2 messages: 0 in order, 2 not (") > 0, "{said}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn standard_input_shows_its_lines_as_a_file_does() {
    let path = root().join("examples/faults/bad-base64.xml");
    let mut child = check(&root(), &["-"]);
    let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&fs::read(path).unwrap()).unwrap();
    let output = child.wait_with_output().unwrap();
    let piped = String::from_utf8(output.stdout).unwrap();
    let (_, of_file) = said(&["examples/faults/bad-base64.xml"]);
    assert_eq!(piped.replace("<stdin>", "examples/faults/bad-base64.xml"), of_file);
}

#[test]
fn no_report_holds_the_number_of_a_person() {
    let letter = fs::read_to_string(root().join("examples/faults/colon-in-filename.xml")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    // On the very lines that findings point at.
    let letter = letter.replace("Plads: ", "0101010000: 020202-0000 ").replace(
        "<memo:recipientID>0101010000</memo:recipientID>",
        "<memo:recipientID>0101010000</memo:recipientID><memo:no>0303030000</memo:no>",
    );
    fs::write(folder.path().join("a.xml"), letter).unwrap();
    for format in ["text", "json", "sarif"] {
        let output = check(folder.path(), &["--format", format, "a.xml"]).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains("MEMO-R-010") && said.contains("MEMO-S-002"), "{said}");
        for number in ["0101010000", "020202-0000", "0303030000"] {
            assert!(!said.contains(number), "{format}: {said}");
        }
    }
}

#[test]
fn sarif_places_every_finding_for_a_code_host() {
    let (exit, said) = said(&["--format", "sarif", "examples/faults"]);
    assert_eq!(exit, 1);
    let log: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        (log["version"].as_str(), log["runs"].as_array().unwrap().len()),
        (Some("2.1.0"), 1)
    );
    let run = &log["runs"][0];
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "brevdue");
    let rules = driver["rules"].as_array().unwrap();
    let mut ids: Vec<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    for rule in rules {
        for text in [&rule["shortDescription"], &rule["fullDescription"], &rule["help"]] {
            assert!(text["text"].as_str().is_some_and(|text| !text.is_empty()), "{rule}");
        }
        let level = rule["defaultConfiguration"]["level"].as_str().unwrap();
        assert!(["error", "warning", "note"].contains(&level), "{rule}");
    }
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), FAULTS.len());
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(result["ruleId"], ids[index], "{result}");
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let physical = &result["locations"][0]["physicalLocation"];
        let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
        let file = fs::read(root().join(uri)).unwrap();
        // Line, column and byte are one and the same place.
        let region = &physical["region"];
        let number = |name: &str| usize::try_from(region[name].as_u64().unwrap()).unwrap();
        let before = std::str::from_utf8(&file[..number("byteOffset")]).unwrap();
        assert_eq!(before.matches('\n').count() + 1, number("startLine"), "{result}");
        let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
        assert_eq!(column, number("startColumn"), "{result}");
        let path = result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"].as_str();
        assert!(path.unwrap().starts_with("Message"), "{result}");
        let fingerprint = result["partialFingerprints"]["elementAndRule/v1"].as_str().unwrap();
        assert_eq!(fingerprint.len(), 32, "{result}");
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), rules.len(), "every rule once");
}

#[test]
fn a_file_of_rules_changes_what_is_found() {
    let fault = "examples/faults/empty-file.xml";
    assert_eq!(said(&[fault]).0, 0);
    assert_eq!(said(&["--fail-on", "warning", fault]).0, 1);
    assert_eq!(said(&["--rules", "examples/rules/strict.toml", fault]).0, 1);
    assert_eq!(
        said(&["--quiet", "--rules", "examples/rules/strict.toml", fault]),
        (1, String::new())
    );
    // Every mark has its own findings, and together they are all.
    let count = |line: &[&str]| {
        let told = json(&[line, &["examples/faults"]].concat());
        let messages = told["messages"].as_array().unwrap().iter();
        messages.map(|message| message["findings"].as_array().unwrap().len()).sum::<usize>()
    };
    let all = count(&[]);
    let confirmed = count(&["--mark", "confirmed"]);
    assert!(0 < confirmed && confirmed < all, "{confirmed} of {all}");
    assert_eq!(count(&["--mark", "confirmed,inferred,choice"]), all);
}

#[test]
fn every_example_of_rules_and_registers_is_read() {
    let mut read = 0;
    for entry in fs::read_dir(root().join("examples/rules")).unwrap() {
        let path = entry.unwrap().path();
        let path = path.to_str().unwrap();
        let flag = if path.ends_with("registers.toml") { "--context" } else { "--rules" };
        let (exit, said) = said(&[flag, path, "examples/messages"]);
        assert!(exit <= 1, "{said}");
        read += 1;
    }
    assert!(read >= 3, "{read}");
}

#[test]
fn registers_tell_what_a_message_alone_cannot() {
    let rules = |line: &[&str]| {
        let told = json(&[line, &["examples/faults/lower-case-id-type.xml"]].concat());
        let findings = told["messages"][0]["findings"].as_array().unwrap().clone();
        findings.iter().map(|f| f["rule"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(rules(&["--context", "examples/rules/registers.toml"]), ["MEMO-R-012"]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.toml");
    let uuid = "7b0c4d1e-2f3a-4b5c-8d6e-0f1a2b3c4d04";
    let other = format!("used_uuids = [\"{uuid}\"]\n[[sender]]\nid = \"22334455\"\n");
    fs::write(&path, other).unwrap();
    let found = rules(&["--context", path.to_str().unwrap()]);
    for rule in ["MEMO-R-019", "MEMO-R-173"] {
        assert!(found.iter().any(|found| found == rule), "{found:?}");
    }
    // The clock is one of them: a letter of the future is told of, unless the time is not known.
    for (now, expected) in [("2026-03-02T08:00:00Z", 1), ("2026-12-31T12:00:00Z", 0), ("none", 0)] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_brevdue"));
        command.args(["memo", "check", "--now", now, "examples/messages/leaflet.xml"]);
        let output = command.current_dir(root()).env_clear().output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(said.matches("MEMO-R-063]").count(), expected, "{now}: {said}");
    }
}

#[test]
fn a_page_is_written_for_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_brevdue"));
        let output = command.args(args).env_clear().output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    run(&["man", "--out", folder.path().to_str().unwrap()]);
    let page = fs::read_to_string(folder.path().join("brevdue-memo-check.1")).unwrap();
    for text in ["BREVDUE\\-MEMO\\-CHECK", "\\-\\-fail\\-on", "memo check letter.xml"] {
        assert!(page.contains(text) || page.contains(&text.replace("\\-", "-")), "{text}: {page}");
    }
    // One page for each command that the help lists, however deep.
    let mut waiting = vec![vec![]];
    let mut pages = 0;
    while let Some(command) = waiting.pop() {
        let name = [&["brevdue"], command.as_slice()].concat().join("-");
        assert!(folder.path().join(format!("{name}.1")).exists(), "{name}");
        pages += 1;
        let help = run(&[command.as_slice(), &["--help"]].concat());
        let Some((_, commands)) = help.split_once("\nCommands:\n") else { continue };
        let listed = commands.lines().take_while(|line| !line.is_empty());
        for line in listed.filter(|line| line.starts_with("  ") && !line.starts_with("   ")) {
            let inner = line.split_whitespace().next().unwrap().to_owned();
            if inner != "help" {
                let inner: &'static str = inner.leak();
                waiting.push([command.as_slice(), &[inner]].concat());
            }
        }
    }
    assert_eq!(pages, fs::read_dir(folder.path()).unwrap().count());
    assert!(run(&["man"]).starts_with(".ie"), "the page itself, for man");
}
