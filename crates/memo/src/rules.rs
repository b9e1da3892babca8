//! Business and context rules: what the schema cannot say. `docs/rules.md` lists them.
//!
//! A rule looks at an [`Outline`], so it also judges what could be read of a message that breaks the
//! schema. A file here holds the rules of one subject; [`apply`] goes through the message once and asks
//! each subject about the elements it is about.

use crate::context::Context;
use crate::finding::{Finding, Findings, Severity, Word};
use crate::outline::{Element, Outline};
use crate::policy::Policy;
use crate::rulebook::{Rule, Versions};
use crate::values::MemoVersion;

mod actions;
mod files;
mod parties;
mod tolerances;

pub use actions::entry_point_is_allowed;
pub use files::{
    ALLOWED_FILE_TYPES, DocumentKind, FileType, file_type_is_allowed, filename_is_allowed,
    repair_filename,
};
pub use parties::contact_point_id_is_uuid;

/// What was measured of a message while it was read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    /// Bytes of the document; none for a message in memory.
    pub(crate) length_bytes: Option<u64>,
}

/// Checks every rule.
pub(crate) fn apply(
    outline: &Outline,
    policy: &Policy,
    context: &dyn Context,
    measured: Measured,
    report: &mut Report<'_>,
) {
    let _ = context;
    if let Some(root) = outline.root() {
        files::length(root, measured, policy, report);
    }
    for element in outline.elements() {
        tolerances::value(element, report);
        match element.name() {
            "File" => files::file(element, report),
            "Action" => actions::action(element, report),
            _ => {}
        }
    }
}

/// Takes findings as a policy wants them.
pub(crate) struct Report<'r> {
    findings: &'r mut Findings,
    policy: &'r Policy,
    limit: usize,
    version: MemoVersion,
}

impl<'r> Report<'r> {
    pub(crate) fn new(
        findings: &'r mut Findings,
        policy: &'r Policy,
        limit: usize,
        version: MemoVersion,
    ) -> Self {
        Self { findings, policy, limit, version }
    }

    /// The element breaks the rule.
    pub(crate) fn at(&mut self, element: Element<'_>, rule: &'static Rule, words: &[Word<'_>]) {
        self.at_most(Severity::Error, element, rule, words);
    }

    /// The element breaks the rule in a way that is not worse than `ceiling`.
    pub(crate) fn at_most(
        &mut self,
        ceiling: Severity,
        element: Element<'_>,
        rule: &'static Rule,
        words: &[Word<'_>],
    ) {
        let is_for_version = match rule.versions {
            Versions::All => true,
            Versions::V1_1 => self.version == MemoVersion::V1_1,
            Versions::V1_2 => self.version == MemoVersion::V1_2,
        };
        let Some(severity) = self.policy.severity(rule).filter(|_| is_for_version) else { return };
        let severity = severity.min(ceiling);
        self.findings.add(severity, self.limit, || {
            Finding::new(rule, severity, element.path(), element.position(), words)
        });
    }
}
