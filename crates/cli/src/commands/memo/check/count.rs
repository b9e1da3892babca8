//! What a check found, in numbers.

use std::fmt::Write as _;
use std::ops::AddAssign;

use brevdue_memo::{Finding, Findings, Language, Reading, Severity};
use serde::Serialize;

use super::super::super::send::counted;

/// How many of what.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Count {
    pub(super) messages: u64,
    /// Messages without an error.
    pub(super) in_order: u64,
    pub(super) errors: u64,
    pub(super) warnings: u64,
    pub(super) notes: u64,
    /// Findings over the limit for one message, of these severities: their errors are in `errors`.
    pub(super) findings_omitted: u64,
    pub(super) containers_broken: u64,
    /// Files that could not be read.
    pub(super) unreadable: u64,
    /// Bytes of the messages.
    #[serde(skip)]
    pub(super) length_bytes: u64,
}

impl Count {
    pub(super) fn of(reading: &Reading) -> Self {
        let in_order = u64::from(is_in_order(reading));
        let length_bytes = reading.length_bytes;
        Self { messages: 1, in_order, length_bytes, ..Self::of_findings(&reading.findings) }
    }

    pub(super) fn of_finding(finding: &Finding) -> Self {
        let of = |severity| u64::from(finding.severity == severity);
        Self {
            errors: of(Severity::Error),
            warnings: of(Severity::Warning),
            notes: of(Severity::Info),
            ..Self::default()
        }
    }

    fn of_findings(findings: &Findings) -> Self {
        let of = |severity| findings.list.iter().filter(|f| f.severity == severity).count() as u64;
        Self {
            errors: of(Severity::Error) + findings.omitted_errors,
            warnings: of(Severity::Warning),
            notes: of(Severity::Info),
            findings_omitted: findings.omitted,
            ..Self::default()
        }
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.messages += other.messages;
        self.in_order += other.in_order;
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.notes += other.notes;
        self.findings_omitted += other.findings_omitted;
        self.containers_broken += other.containers_broken;
        self.unreadable += other.unreadable;
        self.length_bytes += other.length_bytes;
    }
}

pub(super) fn is_in_order(reading: &Reading) -> bool {
    reading.message.is_some() && !reading.findings.has_errors()
}

/// One line: `3 messages: 1 in order, 2 not (2 errors, 1 warning)`.
pub(super) fn summary(count: &Count, language: Language) -> String {
    let danish = language == Language::Danish;
    let pick = |da: &'static str, en: &'static str| if danish { da } else { en };
    let wrong = count.messages - count.in_order;
    let mut text = format!(
        "{}: {} {}, {wrong} {}",
        counted(count.messages, pick("meddelelse", "message"), pick("meddelelser", "messages")),
        count.in_order,
        pick("i orden", "in order"),
        pick("ikke", "not"),
    );
    let mut parts = Vec::new();
    for (number, one, many) in [
        (count.errors, pick("fejl", "error"), pick("fejl", "errors")),
        (count.warnings, pick("advarsel", "warning"), pick("advarsler", "warnings")),
        (count.notes, pick("bemærkning", "note"), pick("bemærkninger", "notes")),
    ] {
        if number > 0 {
            parts.push(counted(number, one, many));
        }
    }
    if !parts.is_empty() {
        let _ = write!(text, " ({})", parts.join(", "));
    }
    if count.containers_broken > 0 {
        let (one, many) = (pick("container", "container"), pick("containere", "containers"));
        let broken = counted(count.containers_broken, one, many);
        let _ = write!(text, "; {broken} {}", pick("med fejl", "at fault"));
    }
    if count.unreadable > 0 {
        let unread = counted(count.unreadable, pick("fil", "file"), pick("filer", "files"));
        let _ = write!(text, "; {unread} {}", pick("kunne ikke læses", "could not be read"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_names_what_there_is_and_nothing_else() {
        let mut count = Count { messages: 1, in_order: 1, ..Count::default() };
        assert_eq!(summary(&count, Language::English), "1 message: 1 in order, 0 not");
        count += Count { messages: 1, errors: 1, notes: 2, ..Count::default() };
        let expected = "2 messages: 1 in order, 1 not (1 error, 2 notes)";
        assert_eq!(summary(&count, Language::English), expected);
        count += Count { warnings: 1, containers_broken: 1, unreadable: 2, ..Count::default() };
        let expected = "2 meddelelser: 1 i orden, 1 ikke (1 fejl, 1 advarsel, 2 bemærkninger); \
                        1 container med fejl; 2 filer kunne ikke læses";
        assert_eq!(summary(&count, Language::Danish), expected);
    }
}
