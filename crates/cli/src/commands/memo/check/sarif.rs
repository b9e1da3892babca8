//! Findings as SARIF 2.1.0, which code hosts show beside the lines they are about.
//!
//! Source: OASIS, «Static Analysis Results Interchange Format (SARIF) Version 2.1.0».

use brevdue_memo::rulebook::{self, Rule};
use brevdue_memo::{Finding, Language, Reading, Severity};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::json::{level, mark};
use super::words::{Words, page};

/// What comes before the results. They are written one by one, so the tool and its rules follow them.
pub(super) const BEGIN: &str = "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\
    \"version\":\"2.1.0\",\"runs\":[{\"columnKind\":\"unicodeCodePoints\",\"results\":[\n";

/// What comes after the results.
pub(super) fn end(words: &Words, everything_read: bool) -> String {
    let rules: Vec<Value> = rulebook::rules().map(|rule| rule_of(rule, words)).collect();
    let driver = json!({
        "name": "brevdue",
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "language": match words.language { Language::Danish => "da", Language::English => "en" },
        "shortDescription": { "text": "Checks MeMo, the messages of Danish Digital Post" },
        "rules": rules,
    });
    let tool = json!({ "driver": driver });
    let invocations = json!([{ "executionSuccessful": everything_read }]);
    format!("],\"tool\":{tool},\"invocations\":{invocations}}}]}}")
}

/// The results of a message, with commas between them; empty when there are none.
pub(super) fn message(file: &str, entry: Option<&str>, reading: &Reading, words: &Words) -> String {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    let results = reading.findings.list.iter().map(|finding| {
        // The same rule may be broken twice at one path; the first stays the first when lines move.
        let key = (finding.rule, finding.path.as_str());
        let nth = seen.iter().filter(|earlier| **earlier == key).count();
        seen.push(key);
        result(file, entry, finding, nth, words).to_string()
    });
    results.collect::<Vec<_>>().join(",\n")
}

/// What is wrong with a container, not with a message in it.
pub(super) fn container(file: &str, finding: &Finding, words: &Words) -> String {
    result(file, None, finding, 0, words).to_string()
}

fn rule_of(rule: &Rule, words: &Words) -> Value {
    let short = match words.language {
        Language::Danish => rule.danish,
        Language::English => rule.english,
    };
    let short = short.replace("{}", "…");
    let (origin, fix, page) = (words.origin(rule), words.fix(rule), page(rule.id));
    let markdown_safe = |text: &str| text.replace('<', "&lt;").replace('*', "\\*");
    json!({
        "id": rule.id,
        "shortDescription": { "text": short },
        "fullDescription": { "text": format!("{short}; {origin}") },
        "help": {
            "text": format!("{fix} ({page})"),
            "markdown": format!("{} (`{page}`)", markdown_safe(fix)),
        },
        "defaultConfiguration": { "level": word(rule.severity), "enabled": !rule.off },
        "properties": { "tags": [level(rule.level), mark(rule.mark)] },
    })
}

fn result(file: &str, entry: Option<&str>, finding: &Finding, nth: usize, words: &Words) -> Value {
    let rule = rulebook::rule(finding.rule);
    let index = rulebook::rules().position(|rule| rule.id == finding.rule);
    let position = finding.position;
    let mut text = finding.text(words.language).to_owned();
    let mut physical = json!({ "artifactLocation": { "uri": uri(file) } });
    match entry {
        // Within a container a line is no line of the file that the code host shows.
        Some(entry) if position.line > 0 => {
            text += &format!(" ({entry}:{}:{})", position.line, position.column);
        }
        Some(entry) => text += &format!(" ({entry})"),
        None if position.line > 0 => {
            physical["region"] = json!({
                "startLine": position.line,
                "startColumn": position.column,
                "byteOffset": position.offset_bytes,
            });
        }
        None => {}
    }
    if let Some(rule) = rule {
        text = format!("{text}: {}", words.fix(rule));
    }
    let mut location = json!({ "physicalLocation": physical });
    if !finding.path.is_empty() {
        let name = finding.path.rsplit('/').next().unwrap_or_default();
        let kind = if finding.path.starts_with("entry[") { "resource" } else { "element" };
        location["logicalLocations"] =
            json!([{ "name": name, "fullyQualifiedName": finding.path, "kind": kind }]);
    }
    let mut result = json!({
        "ruleId": finding.rule,
        "level": word(finding.severity),
        "message": { "text": text },
        "locations": [location],
        "partialFingerprints": { "elementAndRule/v1": fingerprint(entry, finding, nth) },
    });
    if let Some(index) = index {
        result["ruleIndex"] = index.into();
    }
    result
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// The same for the same finding after lines have moved. Made of names alone, of no value.
fn fingerprint(entry: Option<&str>, finding: &Finding, nth: usize) -> String {
    let text = format!("{}|{}|{}|{nth}", entry.unwrap_or_default(), finding.rule, finding.path);
    let digest = Sha256::digest(text.as_bytes());
    digest[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A path as a URI: relative as it is, from the root with its scheme.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    let path = if path == "<stdin>" { "stdin" } else { path };
    if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_uri_whatever_is_in_it() {
        for (path, expected) in [
            ("out/a.xml", "out/a.xml"),
            ("/srv/post/å b:c.xml", "file:///srv/post/%C3%A5%20b%3Ac.xml"),
            ("<stdin>", "stdin"),
        ] {
            assert_eq!(uri(path), expected);
        }
    }
}
