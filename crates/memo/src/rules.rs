//! Business and context rules: what the schema cannot say. `docs/rules.md` lists them.
//!
//! A rule looks at an [`Outline`], so it also judges what could be read of a message that breaks the
//! schema. What is absent is only told of an element that was read to its end, and a value that breaks
//! the schema is not judged again. A file here holds the rules of one subject; `apply` looks at header
//! and body, then goes through the classes once and asks each subject about those it is about.

use crate::context::Context;
use crate::finding::{Finding, Findings, Severity, Word};
use crate::outline::{Element, Outline};
use crate::policy::Policy;
use crate::rulebook::{Rule, Versions};
use crate::schema::Kind;
use crate::values::MemoVersion;

mod actions;
mod content_data;
mod context;
mod delivery;
mod file_types;
mod filenames;
mod files;
mod html;
mod languages;
mod message;
mod notices;
mod overview;
mod parties;
mod replies;
mod signatures;
mod tolerances;
mod values;

pub use actions::{ACTION_CODES, entry_point_is_allowed};
pub use file_types::{ALLOWED_FILE_TYPES, DocumentKind, FileType, file_type_is_allowed};
pub use filenames::{filename_is_allowed, repair_filename};
pub use html::html_faults;
pub use notices::is_in_gsm_alphabet;
pub use parties::contact_point_id_is_uuid;

pub(crate) use delivery::POST_TYPES;
pub(crate) use html::{HtmlFlags, HtmlWatch, PassingHtml, is_html};
pub(crate) use signatures::{begins_as, told_by};

use overview::Overview;

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
    let Some(root) = outline.root() else { return };
    let overview = Overview::of(root);
    message::length(root, measured, policy, report);
    message::message(&overview, outline.schema_version.as_deref(), report);
    parties::parties(&overview, report);
    notices::notices(&overview, policy, report);
    replies::replies(&overview, report);
    delivery::delivery(&overview, report);
    context::context(&overview, context, measured, policy, report);

    let mut actions = actions::Actions::new(&overview, context);
    for element in outline.elements() {
        match element.schema().kind {
            Kind::Class(_) => class(element, policy, &mut actions, report),
            Kind::Value(_) => tolerances::value(element, report),
        }
    }
    actions.finish(report);
}

/// Checks one class. Files are looked at by their document, parties and replies by their header.
fn class<'o>(
    class: Element<'o>,
    policy: &Policy,
    actions: &mut actions::Actions<'o>,
    report: &mut Report<'_>,
) {
    match class.name() {
        "MessageBody" => files::body(class, policy, report),
        "MainDocument" | "AdditionalDocument" | "TechnicalDocument" => {
            files::document(class, policy, report);
        }
        _ if !class.is_whole() => {}
        "Action" => actions.action(class, report),
        "ContactPoint" => {
            if let Some(id) = class.child("contactPointID") {
                parties::contact_point_id(id, report);
            }
        }
        "AttentionData" | "ContentData" => {
            content_data::not_empty(class, report);
            content_data::one_address(class, report);
        }
        "Address" => content_data::not_empty(class, report),
        "CPRdata"
        | "CVRdata"
        | "KLEdata"
        | "FORMdata"
        | "ProductionUnit"
        | "SEnumber"
        | "GlobalLocationNumber"
        | "EMail" => content_data::register(class, report),
        _ => {}
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

    /// The version that the message is checked by.
    pub(crate) fn version(&self) -> MemoVersion {
        self.version
    }

    /// The policy that the message is checked by.
    pub(crate) fn policy(&self) -> &'r Policy {
        self.policy
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
