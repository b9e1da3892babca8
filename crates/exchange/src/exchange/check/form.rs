//! Checks 2, 5 to 9 and 20, as far as the message itself shows it: by the rules of `brevdue-memo`, one
//! truth for senders who check before they send and for us.
//!
//! Only the rules that refuse a message are looked at; what else the rulebook would tell is the
//! sender's business.

use brevdue_memo::rulebook::{self, Level};
use brevdue_memo::{Finding, Findings, Language, NoContext, Reading, Severity, check_by};

use super::{Failure, Found, format_failure};
use crate::Policy;
use crate::exchange::codes::{
    ACTION_URL, ErrorCode, FILE_EMPTY, FILE_NAME, FILE_TYPE, HTML, NOTIFICATION_EMPTY,
};

/// The rules beside syntax and schema that refuse a message, and the codes they give.
static REFUSING: &[(&str, &ErrorCode)] = &[
    ("MEMO-R-124", &FILE_EMPTY),
    ("MEMO-R-121", &FILE_TYPE),
    ("MEMO-R-122", &FILE_TYPE),
    ("MEMO-R-123", &FILE_TYPE),
    (NO_TEXT, &FILE_TYPE),
    (FILENAME, &FILE_NAME),
    (ENTRY_POINT, &ACTION_URL),
    (HTML_PROFILE, &HTML),
    ("MEMO-R-020", &NOTIFICATION_EMPTY),
];

const FILENAME: &str = "MEMO-R-010";
const ENTRY_POINT: &str = "MEMO-R-011";
const HTML_PROFILE: &str = "MEMO-R-132";
/// Of a file name alone: one that is empty has no extension.
const NO_TEXT: &str = "MEMO-R-005";

/// How messages are read and which rules they are held to.
#[derive(Debug)]
pub(in crate::exchange) struct FormRules(brevdue_memo::Policy);

impl FormRules {
    /// The rules that a policy of the exchange wants.
    pub(in crate::exchange) fn of(policy: &Policy) -> Self {
        // Size and number depend on who sends to whom: see `content`.
        let mut rules = brevdue_memo::Policy::default();
        rules.message_bytes = u64::MAX;
        rules.additional_documents = usize::MAX;
        rules.html = policy.html.profile().unwrap_or_default();
        for rule in rulebook::rules() {
            let is_wanted = REFUSING.iter().any(|(id, _)| *id == rule.id)
                && (policy.strict_filenames_and_actions
                    || !matches!(rule.id, FILENAME | ENTRY_POINT))
                && (policy.html.profile().is_some() || rule.id != HTML_PROFILE);
            let severity = match rule.level {
                // What bends the standard without changing what a message says is taken, but not in
                // another encoding than receivers are promised.
                Level::Tolerance if rule.severity == Severity::Info => None,
                Level::Tolerance => Some(Severity::Error),
                _ if is_wanted => Some(Severity::Error),
                _ => None,
            };
            // Syntax and schema are no matter of policy, and always are errors.
            let _ = rules.set(rule.id, severity);
        }
        Self(rules)
    }

    /// Reads a message and holds it to the rules.
    pub(in crate::exchange) fn read(
        &self,
        source: impl std::io::Read,
        policy: &Policy,
    ) -> std::io::Result<Reading> {
        check_by(source, &policy.reading, &self.0, &NoContext)
    }
}

/// What reading found that refuses a message.
pub(super) fn form(findings: &Findings, found: &mut Found) {
    let errors = findings.list.iter().filter(|finding| finding.severity == Severity::Error);
    errors.filter_map(failure).for_each(|failure| found.add(failure));
}

fn failure(finding: &Finding) -> Option<Failure> {
    let (text, place) = (finding.text(Language::English), finding.position);
    let message = format!("line {}, column {}, {}: {text}", place.line, place.column, finding.path);
    let level = rulebook::rule(finding.rule).map(|rule| rule.level);
    match REFUSING.iter().find(|(id, _)| *id == finding.rule) {
        Some(_) if finding.rule == NO_TEXT && !finding.path.ends_with("/filename") => None,
        Some((id, code)) => Some(code.failure(format!("{message} [{id}]"))),
        None if matches!(level, Some(Level::Syntax | Level::Schema | Level::Tolerance)) => {
            Some(format_failure(finding.rule, message))
        }
        None => None,
    }
}
