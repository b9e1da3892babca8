//! Findings for programs: one JSON object, written message by message.

use brevdue_memo::rulebook::{self, Level, Mark};
use brevdue_memo::{Finding, Reading, Severity};
use serde::Serialize;

use super::count::{Count, is_in_order};
use super::words::{Words, page};

pub(super) const BEGIN: &str = "{\"messages\":[\n";

/// One message.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    file: &'a str,
    #[serde(rename = "messageUUID")]
    message_uuid: Option<String>,
    memo_version: Option<&'static str>,
    length_bytes: u64,
    in_order: bool,
    findings: Vec<ToldFinding<'a>>,
    findings_omitted: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ToldFinding<'a> {
    rule: &'a str,
    severity: &'static str,
    #[serde(flatten)]
    origin: Option<Origin>,
    path: &'a str,
    line: u64,
    column: u64,
    offset_bytes: u64,
    text: &'a str,
    help: Option<&'static str>,
}

/// Whose rule it is.
#[derive(Serialize)]
struct Origin {
    level: &'static str,
    mark: &'static str,
    source: &'static str,
    page: String,
}

/// A message as JSON on one line.
pub(super) fn message(place: &str, reading: &Reading, words: &Words) -> String {
    let findings = reading.findings.list.iter().map(|finding| finding_of(finding, words));
    json(&Told {
        file: place,
        message_uuid: reading.glimpse.message_uuid.map(|uuid| uuid.value().to_string()),
        memo_version: reading.glimpse.version.map(|version| version.as_str()),
        length_bytes: reading.length_bytes,
        in_order: is_in_order(reading),
        findings: findings.collect(),
        findings_omitted: reading.findings.omitted,
    })
}

/// What is wrong with a container, not with a message in it.
pub(super) fn container(place: &str, finding: &Finding, words: &Words) -> String {
    json(&serde_json::json!({
        "container": place,
        "inOrder": finding.severity != Severity::Error,
        "findings": [finding_of(finding, words)],
    }))
}

pub(super) fn end(count: &Count) -> String {
    format!("],\"summary\":{}}}", json(count))
}

fn finding_of<'f>(finding: &'f Finding, words: &Words) -> ToldFinding<'f> {
    let rule = rulebook::rule(finding.rule);
    ToldFinding {
        rule: finding.rule,
        severity: severity(finding.severity),
        origin: rule.map(|rule| Origin {
            level: level(rule.level),
            mark: mark(rule.mark),
            source: rule.source,
            page: page(rule.id),
        }),
        path: &finding.path,
        line: finding.position.line,
        column: finding.position.column,
        offset_bytes: finding.position.offset_bytes,
        text: finding.text(words.language),
        help: rule.map(|rule| words.fix(rule)),
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// The word for a level, for programs.
pub(super) fn level(level: Level) -> &'static str {
    match level {
        Level::Syntax => "syntax",
        Level::Schema => "schema",
        Level::Tolerance => "tolerance",
        Level::Business => "business",
        Level::Context => "context",
        Level::Container => "container",
    }
}

/// The word for a mark, for programs.
pub(super) fn mark(mark: Mark) -> &'static str {
    match mark {
        Mark::Confirmed => "confirmed",
        Mark::Inferred => "inferred",
        Mark::Choice => "choice",
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value)
        .expect("it has text keys and numbers alone, and is written to memory")
}
