//! What a single check finds, before dates, attestations and waivers.

use std::collections::{BTreeMap, BTreeSet};

use brevdue_memo::Timestamp;
use uuid::Uuid;

use super::counting::Period;
use super::verdict::{CheckResult, Source};
use crate::tally::{EXAMPLES, Flaw, Seen};
use crate::text::Bilingual;

/// What a check finds.
pub(super) struct Answer {
    pub(super) result: CheckResult,
    pub(super) why: Bilingual,
    pub(super) window: Option<Period>,
    pub(super) counts: BTreeMap<String, i64>,
    pub(super) first: Option<Timestamp>,
    pub(super) last: Option<Timestamp>,
    pub(super) examples: Vec<Uuid>,
    pub(super) sources: BTreeSet<Source>,
    /// When the last message failed; none when registers fail, as they stand now.
    pub(super) failed_at: Option<Timestamp>,
}

impl Answer {
    pub(super) fn new(result: CheckResult, da: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            result,
            why: Bilingual::new(da, en),
            window: None,
            counts: BTreeMap::new(),
            first: None,
            last: None,
            examples: Vec::new(),
            sources: BTreeSet::new(),
            failed_at: None,
        }
    }

    pub(super) fn pass(da: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(CheckResult::Pass, da, en)
    }

    pub(super) fn fail(da: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(CheckResult::Fail, da, en)
    }

    pub(super) fn warn(da: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(CheckResult::Warn, da, en)
    }

    pub(super) fn no_evidence(da: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(CheckResult::NoEvidence, da, en)
    }

    pub(super) fn not_applicable(da: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(CheckResult::NotApplicable, da, en)
    }

    /// No message of the system was seen in the window.
    pub(super) fn nothing_seen(period: Period) -> Self {
        Self::no_evidence(
            format!("Ingen meddelelser set i perioden {period}."),
            format!("No messages seen in {period}."),
        )
        .over(period)
    }

    /// A requirement of the authority's own, or of a newer catalogue: nobody can measure it.
    pub(super) fn unknown_check() -> Self {
        Self::no_evidence(
            "Kravet kan ikke måles; det kræver en erklæring.",
            "The requirement cannot be measured; it needs an attestation.",
        )
    }

    pub(super) fn over(mut self, period: Period) -> Self {
        self.window = Some(period);
        self
    }

    pub(super) fn count(mut self, name: &str, count: i64) -> Self {
        self.counts.insert(name.to_owned(), count);
        self
    }

    /// It rests on messages, of which the first and last are these.
    pub(super) fn seen(mut self, seen: &Seen) -> Self {
        self.sources.insert(Source::Messages);
        self.first = match (self.first, seen.first()) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        self.last = self.last.max(seen.last());
        self
    }

    /// It rests on registers.
    pub(super) fn configured(mut self) -> Self {
        self.sources.insert(Source::Configuration);
        self
    }

    /// Messages that show what fails, and when the last of them was seen.
    pub(super) fn shown_by<'f>(mut self, flaws: impl IntoIterator<Item = &'f Flaw>) -> Self {
        let mut shown: Vec<(Timestamp, Uuid)> = Vec::new();
        for flaw in flaws {
            shown.extend(flaw.examples());
            self.failed_at = self.failed_at.max(flaw.seen.last());
        }
        self.show(shown)
    }

    /// The same, of single messages.
    pub(super) fn show(mut self, mut shown: Vec<(Timestamp, Uuid)>) -> Self {
        self.failed_at = self.failed_at.max(shown.iter().map(|(at, _)| *at).max());
        shown.sort_unstable_by(|one, two| two.cmp(one));
        shown.dedup_by_key(|(_, uuid)| *uuid);
        self.examples.extend(shown.into_iter().map(|(_, uuid)| uuid));
        self.examples.truncate(EXAMPLES);
        self
    }
}
