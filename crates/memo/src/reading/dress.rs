//! What a document wears that real messages wear too and the standard does not ask for.
//!
//! None of it changes what a message says, so it is accepted, and told once where a policy listens.

use super::model::Reader;
use crate::finding::{Position, Severity, Word};
use crate::rulebook::{self, Rule};

/// What was seen of it so far.
#[derive(Debug, Default)]
pub(crate) struct Dress {
    /// Where a byte order mark stood.
    pub(crate) byte_order_mark: Option<Position>,
    /// Where the first CDATA section stands.
    pub(crate) cdata: Option<Position>,
}

/// Which namespaces were declared so far, beside those of the standard under a prefix.
#[derive(Debug, Default)]
pub(crate) struct Worn {
    /// Whether a namespace of the standard is a default namespace somewhere.
    pub(crate) default_namespace: bool,
    /// Whether one is declared that no class of the standard is in.
    pub(crate) foreign_namespace: bool,
}

impl Reader<'_> {
    /// Tells what the document wore.
    pub(super) fn tell_dress(&mut self) {
        let root = self.root;
        let dress = std::mem::take(&mut self.tokens.dress);
        let worn = std::mem::take(&mut self.tokens.elements.worn);
        let default_namespace = worn.default_namespace.then_some(root);
        let foreign_namespace = worn.foreign_namespace.then_some(root);
        for (rule, seen) in [
            (&rulebook::BYTE_ORDER_MARK, dress.byte_order_mark),
            (&rulebook::DEFAULT_NAMESPACE, default_namespace),
            (&rulebook::UNUSED_NAMESPACE, foreign_namespace),
            (&rulebook::CDATA_SECTION, dress.cdata),
        ] {
            if let Some(position) = seen {
                self.tell(rule, position, &[]);
            }
        }
    }

    /// Adds the finding of a tolerance as bad as the policy has it.
    fn tell(&mut self, rule: &'static Rule, position: Position, words: &[Word<'_>]) {
        if let Some(severity) = self.policy.and_then(|policy| policy.severity(rule)) {
            self.report_as(severity, rule, position, words);
        }
    }

    /// Whether the policy lets this pass although the schema does not; if so it is told.
    pub(super) fn tolerates(
        &mut self,
        rule: &'static Rule,
        position: Position,
        words: &[Word<'_>],
    ) -> bool {
        let severity = self.policy.map(|policy| policy.severity(rule));
        match severity {
            None | Some(Some(Severity::Error)) => false,
            Some(None) => true,
            Some(Some(milder)) => {
                self.report_as(milder, rule, position, words);
                true
            }
        }
    }
}
