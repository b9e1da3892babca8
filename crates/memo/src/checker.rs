//! Checking a message at every level in one pass: syntax, schema, tolerances, business and context rules.

use std::io::{self, Read};

use crate::context::{Context, NoContext};
use crate::outline::Outline;
use crate::policy::Policy;
use crate::reading::{self, Reading};
use crate::rules::{self, Measured, Report};
use crate::{Findings, Limits, Message};

/// A check at every level; change what should differ.
///
/// ```
/// use brevdue_memo::{Checker, Severity};
///
/// let reading = Checker::default().check("<Message/>".as_bytes())?;
/// assert_eq!(reading.findings.list[0].rule, "MEMO-S-001");
/// assert_eq!(reading.findings.list[0].severity, Severity::Error);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct Checker<'c> {
    /// Limits of reading.
    pub limits: Limits,
    /// Which rules hold, and how bad it is to break them.
    pub policy: Policy,
    /// What is known beside the message.
    pub context: &'c dyn Context,
}

impl Default for Checker<'static> {
    fn default() -> Self {
        Self { limits: Limits::default(), policy: Policy::default(), context: &NoContext }
    }
}

impl Checker<'_> {
    /// Reads a message and finds everything that is wrong with it, in document order.
    ///
    /// Memory does not grow with the message. When its syntax or schema has an error the business rules
    /// are checked on what could be read.
    ///
    /// # Errors
    /// Only when `source` fails.
    pub fn check<R: Read>(&self, source: R) -> io::Result<Reading> {
        check_by(source, &self.limits, &self.policy, self.context)
    }

    /// Finds what business and context rules a message in memory breaks. Findings have paths, no places.
    ///
    /// The schema is not checked: what has a type cannot break it, and texts that are too long are
    /// found when the message is written and read.
    pub fn judge(&self, message: &Message) -> Findings {
        let mut findings = Findings::default();
        let measured = Measured { length_bytes: None };
        let outline = Outline::of(message);
        apply(&outline, &self.limits, &self.policy, self.context, measured, &mut findings);
        findings
    }
}

/// [`Checker::check`] by a policy that somebody else keeps: for who checks thousands in a second.
///
/// # Errors
/// Only when `source` fails.
pub fn check_by<R: Read>(
    source: R,
    limits: &Limits,
    policy: &Policy,
    context: &dyn Context,
) -> io::Result<Reading> {
    let mut reading = reading::read_by(source, limits, Some(policy))?;
    if let Some(outline) = reading.outline.take() {
        let measured = Measured { length_bytes: Some(reading.length_bytes) };
        apply(&outline, limits, policy, context, measured, &mut reading.findings);
        reading.outline = Some(outline);
    }
    Ok(reading)
}

fn apply(
    outline: &Outline,
    limits: &Limits,
    policy: &Policy,
    context: &dyn Context,
    measured: Measured,
    findings: &mut Findings,
) {
    let mut report = Report::new(findings, policy, limits.findings, outline.version);
    rules::apply(outline, policy, context, measured, &mut report);
    findings.list.sort_by_key(|finding| finding.position.offset_bytes);
}
