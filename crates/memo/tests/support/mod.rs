//! What the tests of reading share: messages to change, the official schemas, and their referee.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::print_stdout, reason = "a skipped test says so")]

use std::path::{Path, PathBuf};
use std::process::Command;

use brevdue_memo::{Limits, Reading, read};

/// A minimum message of version 1.1.
pub(crate) fn minimum_1_1() -> String {
    minimum(
        " memoVersion=\"1.1\" memoSchVersion=\"1.1.0\"",
        "<memo:mandatory>false</memo:mandatory><memo:legalNotification>false</memo:legalNotification>",
    )
}

/// A minimum message of version 1.2.
pub(crate) fn minimum_1_2() -> String {
    minimum(" memoVersion=\"1.2\"", "")
}

fn minimum(attributes: &str, required: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <memo:Message xmlns:memo=\"https://DigitalPost.dk/MeMo-1\" xmlns:grd=\"https://data.gov.dk/model/core/\"{attributes}>\n\
         <memo:MessageHeader><memo:messageType>DIGITALPOST</memo:messageType>\
         <memo:messageUUID>8C2EA15D-61FB-4BA9-9366-42F8B194C114</memo:messageUUID>\
         <memo:label>Pladsanvisning</memo:label>{required}\
         <memo:Sender><memo:senderID>12345678</memo:senderID><memo:idType>CVR</memo:idType><memo:label>Kommunen</memo:label></memo:Sender>\
         <memo:Recipient><memo:recipientID>2211771212</memo:recipientID><memo:idType>CPR</memo:idType></memo:Recipient>\
         </memo:MessageHeader>\n\
         <memo:MessageBody><memo:createdDateTime>2018-05-03T12:00:00Z</memo:createdDateTime>\
         <memo:MainDocument><memo:File><memo:encodingFormat>application/pdf</memo:encodingFormat>\
         <memo:filename>Pladsanvisning.pdf</memo:filename><memo:language>da</memo:language>\
         <memo:content>VGhpcyBpcyBhIHRlc3Q=</memo:content></memo:File></memo:MainDocument></memo:MessageBody>\n\
         </memo:Message>\n"
    )
}

/// Replaces one piece of a message; panics when it is not there, so that no test is vacuous.
pub(crate) fn change(message: &str, from: &str, to: &str) -> String {
    assert!(message.contains(from), "nothing to change: {from}");
    message.replacen(from, to, 1)
}

pub(crate) fn read_bytes(bytes: &[u8]) -> Reading {
    read(bytes, &Limits::default()).expect("a slice never fails")
}

/// `rule at line:column` of every finding.
pub(crate) fn places(reading: &Reading) -> Vec<String> {
    reading
        .findings
        .list
        .iter()
        .map(|f| format!("{} {}:{}", f.rule, f.position.line, f.position.column))
        .collect()
}

/// The rules of all findings.
pub(crate) fn rules(reading: &Reading) -> Vec<&'static str> {
    reading.findings.list.iter().map(|f| f.rule).collect()
}

/// The official schemas and examples, when they are there.
pub(crate) fn official_data() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    // A worktree may lie deeper than the repository itself.
    let beside =
        ["../shared/data/memo", "../../shared/data/memo"].into_iter().map(|path| root.join(path));
    let named = std::env::var_os("BREVDUE_OFFICIAL_DATA").map(PathBuf::from);
    let found =
        named.into_iter().chain(beside).find(|path| path.join("xsd-1.1/MeMo_core.xsd").exists());
    if found.is_none() {
        println!(
            "SKIPPED: the official schemas and examples are not here; set BREVDUE_OFFICIAL_DATA"
        );
    }
    found
}

/// What `xmllint` says of documents against an official schema.
pub(crate) struct Referee {
    schema: PathBuf,
    folder: tempfile::TempDir,
}

/// The schema sets of the official data.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SchemaSet {
    V1_1,
    V1_2,
}

impl Referee {
    /// None, with a line that says so, when the data or `xmllint` is absent.
    pub(crate) fn new(set: SchemaSet) -> Option<Self> {
        let data = official_data()?;
        if Command::new("xmllint").arg("--version").output().is_err() {
            println!("SKIPPED: xmllint is not installed (package libxml2-utils)");
            return None;
        }
        let schema = match set {
            SchemaSet::V1_1 => data.join("xsd-1.1/MeMo_core.xsd"),
            SchemaSet::V1_2 => data.join("xsd-1.2/Version1.2/MeMo_core.xsd"),
        };
        Some(Self { schema, folder: tempfile::tempdir().expect("a temporary folder") })
    }

    /// Whether each document is valid, in order; one run of `xmllint` for all.
    pub(crate) fn verdicts<D: AsRef<[u8]>>(&self, documents: &[D]) -> Vec<bool> {
        let names: Vec<String> =
            (0..documents.len()).map(|number| format!("{number}.xml")).collect();
        for (name, document) in names.iter().zip(documents) {
            std::fs::write(self.folder.path().join(name), document).expect("a temporary file");
        }
        let output = Command::new("xmllint")
            .args(["--noout", "--nonet", "--huge", "--schema"])
            .arg(&self.schema)
            .args(&names)
            .current_dir(self.folder.path())
            .output()
            .expect("xmllint runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("failed to compile"), "{said}");
        names
            .iter()
            .map(|name| said.lines().any(|line| line == format!("{name} validates")))
            .collect()
    }
}
