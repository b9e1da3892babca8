//! Which rules hold, how bad it is to break them, and the values some of them measure by.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::finding::{Finding, Severity};
use crate::rulebook::{self, Level, Rule};
use crate::rules::{ALLOWED_FILE_TYPES, FileType};

/// A receiver's or sender's own view of the rules beside syntax and schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    severities: BTreeMap<&'static str, Option<Severity>>,
    /// Bytes of a whole message as XML (MEMO-R-127).
    pub message_bytes: u64,
    /// Attachments of one message (MEMO-R-128).
    pub additional_documents: usize,
    /// Characters of a notice in version 1.1 before MEMO-R-031 warns.
    pub notification_characters: usize,
    /// Seconds that `createdDateTime` may lie ahead of the clock (MEMO-R-063).
    pub created_ahead_seconds: i64,
    /// File types without a warning (MEMO-R-121).
    pub file_types: Cow<'static, [FileType]>,
    /// How much of what HTML files can have is told (MEMO-R-132).
    pub html: HtmlProfile,
}

/// What HTML files of letters should do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HtmlProfile {
    /// What runs or brings foreign pages in: scripts, event attributes, `javascript:` addresses, frames
    /// and embedded objects.
    Lenient,
    /// That, and what asks or fetches: forms, and style sheets, pictures and fonts from elsewhere.
    #[default]
    Strict,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            severities: BTreeMap::new(),
            message_bytes: 99_500_000,
            additional_documents: 10,
            notification_characters: 150,
            created_ahead_seconds: 86_400,
            file_types: Cow::Borrowed(ALLOWED_FILE_TYPES),
            html: HtmlProfile::default(),
        }
    }
}

/// Why a rule cannot be given another severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// No rule has this id.
    #[error("there is no rule of this id; docs/rules.md lists them")]
    Unknown,
    /// Syntax, schema and what breaks a container are no matter of policy.
    #[error(
        "rules of syntax and schema always are errors; see the tolerances for what may be let pass"
    )]
    Fixed,
}

impl Policy {
    /// How bad it is to break a rule; none when it is off.
    pub fn severity(&self, rule: &Rule) -> Option<Severity> {
        let default = (!rule.off).then_some(rule.severity);
        self.severities.get(rule.id).copied().unwrap_or(default)
    }

    /// A finding with the severity its rule has here; none when the rule is off. For findings that were
    /// made without a policy, such as those about containers.
    pub fn weigh(&self, mut finding: Finding) -> Option<Finding> {
        if let Some(rule) = rulebook::rule(finding.rule) {
            finding.severity = self.severity(rule)?;
        }
        Some(finding)
    }

    /// Gives a rule a severity, or turns it off.
    ///
    /// # Errors
    /// See [`PolicyError`].
    pub fn set(&mut self, id: &str, severity: Option<Severity>) -> Result<(), PolicyError> {
        let rule = rulebook::rule(id).ok_or(PolicyError::Unknown)?;
        if matches!(rule.level, Level::Syntax | Level::Schema)
            || !rule.reported_as.is_empty()
            || (rule.level == Level::Container && rule.severity == Severity::Error)
        {
            return Err(PolicyError::Fixed);
        }
        self.severities.insert(rule.id, severity);
        Ok(())
    }

    /// Whether a tolerance is granted: what bends the standard is told and let pass.
    pub fn tolerates(&self, rule: &Rule) -> bool {
        self.severity(rule) != Some(Severity::Error)
    }
}
