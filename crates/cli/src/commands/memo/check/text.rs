//! Findings for people: what, where with the line, whose rule, how to mend it.

use std::fmt::Write as _;

use brevdue_memo::rulebook::{self, Level, Rule};
use brevdue_memo::{Finding, Findings, Language, Severity};

use super::excerpt::{Aim, Excerpt, REACH_BYTES, excerpt};
use super::source::Again;
use super::words::{Words, page};

/// How findings look.
#[derive(Clone, Copy)]
pub(super) struct Look {
    pub(super) words: &'static Words,
    pub(super) colours: bool,
}

const RED: &str = "\x1b[1;31m";
const YELLOW: &str = "\x1b[1;33m";
const BLUE: &str = "\x1b[1;34m";
const BOLD: &str = "\x1b[1m";
const PLAIN: &str = "\x1b[0m";

impl Look {
    /// All findings of a message, each with an empty line after it.
    pub(super) fn findings(
        &self,
        place: &str,
        findings: &Findings,
        mut source: Option<&mut dyn Again>,
    ) -> String {
        let mut text = String::new();
        for finding in &findings.list {
            // What is about the message as a whole has no line.
            let source = source.as_mut().filter(|_| finding.position.line > 0);
            let around =
                source.and_then(|source| source.around(finding.position.offset_bytes, REACH_BYTES));
            let excerpt = around.map(|around| excerpt(&around, aim(finding)));
            self.finding(&mut text, place, finding, excerpt.as_ref());
        }
        if findings.omitted > 0 {
            let more = match self.words.language {
                Language::English => "more; --max-findings tells them too",
                Language::Danish => "mere; --max-findings viser dem også",
            };
            let _ = writeln!(text, "{}: {place}: {} {more}\n", self.words.at, findings.omitted);
        }
        text
    }

    fn finding(
        &self,
        text: &mut String,
        place: &str,
        finding: &Finding,
        excerpt: Option<&Excerpt>,
    ) {
        let words = self.words;
        self.title(text, finding.severity, finding.rule, finding.text(words.language));
        let position = finding.position;
        let _ = write!(text, "{}: {place}", words.at);
        // A container has no lines.
        if position.line > 0 {
            let _ = write!(text, ":{}:{}", position.line, position.column);
        }
        if !finding.path.is_empty() {
            let _ = write!(text, ", {}", finding.path);
        }
        text.push('\n');
        if let Some(excerpt) = excerpt {
            let number = position.line.to_string();
            let margin = " ".repeat(number.len().max(4));
            let bar = self.dyed(BLUE, "|");
            let pointer = "^".repeat(excerpt.width);
            let colour = self.colour(finding.severity);
            let _ = writeln!(text, "{margin} {bar}");
            let _ = writeln!(
                text,
                "{} {bar} {}",
                self.dyed(BLUE, &format!("{number:>4}")),
                excerpt.line.trim_end()
            );
            let indent = " ".repeat(excerpt.indent);
            let _ = writeln!(text, "{margin} {bar} {indent}{}", self.dyed(colour, &pointer));
        }
        if let Some(rule) = rulebook::rule(finding.rule) {
            self.rule(text, rule);
        }
        text.push('\n');
    }

    /// A finding about a container.
    pub(super) fn container(&self, place: &str, finding: &Finding) -> String {
        let mut text = String::new();
        self.finding(&mut text, place, finding, None);
        text
    }

    fn title(&self, text: &mut String, severity: Severity, rule: &str, what: &str) {
        let word = self.words.severity(severity);
        let title = self.dyed(self.colour(severity), &format!("{word}[{rule}]"));
        let what = self.dyed(BOLD, &format!(": {what}"));
        let _ = writeln!(text, "{title}{what}");
    }

    fn rule(&self, text: &mut String, rule: &Rule) {
        let words = self.words;
        let _ = writeln!(text, "{}: {}, {}", words.rule, page(rule.id), words.origin(rule));
        let _ = writeln!(text, "{}: {}", words.help, words.fix(rule));
    }

    fn colour(&self, severity: Severity) -> &'static str {
        match severity {
            Severity::Error => RED,
            Severity::Warning => YELLOW,
            Severity::Info => BLUE,
        }
    }

    fn dyed(&self, colour: &str, text: &str) -> String {
        if self.colours { format!("{colour}{text}{PLAIN}") } else { text.to_owned() }
    }
}

/// Whether a finding is about an element's standing there, or about what stands in it.
fn aim(finding: &Finding) -> Aim {
    let level = rulebook::rule(finding.rule).map(|rule| rule.level);
    match (level, finding.rule) {
        (Some(Level::Syntax), _) => Aim::Tag,
        // A form, a length, a list, a pattern, a maximum; the other rules of the schema are about elements.
        (
            Some(Level::Schema),
            "MEMO-S-007" | "MEMO-S-008" | "MEMO-S-009" | "MEMO-S-010" | "MEMO-S-011",
        ) => Aim::Value,
        (Some(Level::Schema), _) => Aim::Tag,
        _ => Aim::Value,
    }
}
