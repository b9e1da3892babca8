//! What a check says, and what attestations, waivers and dates make of it.

use std::collections::{BTreeMap, BTreeSet};

use brevdue_memo::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::counting::Period;
use super::{Answer, Asked};
use crate::day::Day;
use crate::ids::{Key, RequirementId};
use crate::objects::{Attestation, Waiver};
use crate::text::Bilingual;

/// Months an attestation holds at most, whatever it says.
const ATTESTATION_MONTHS: i32 = 12;

/// What a check says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckResult {
    /// The requirement is met.
    Pass,
    /// It is not.
    Fail,
    /// It is met, or not asked for yet, and something is wrong.
    Warn,
    /// Nothing was measured and nothing is configured: nobody knows. Never shown as green.
    NoEvidence,
    /// It does not apply, not yet, or it has been set aside.
    NotApplicable,
}

impl CheckResult {
    /// Its word in JSON and exports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Warn => "warn",
            Self::NoEvidence => "no_evidence",
            Self::NotApplicable => "not_applicable",
        }
    }

    /// Its label for readers.
    pub fn label(self) -> Bilingual {
        match self {
            Self::Pass => Bilingual::new("Opfyldt", "Met"),
            Self::Fail => Bilingual::new("Ikke opfyldt", "Not met"),
            Self::Warn => Bilingual::new("Advarsel", "Warning"),
            Self::NoEvidence => Bilingual::new("Ingen evidens", "No evidence"),
            Self::NotApplicable => Bilingual::new("Ikke relevant", "Not applicable"),
        }
    }
}

/// Where an answer comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Messages that were seen.
    Messages,
    /// Registers and settings.
    Configuration,
    /// The authority's pages, as they were scanned.
    Scan,
    /// Somebody's word.
    Attestation,
    /// A decision to set the requirement aside.
    Waiver,
}

/// What a requirement is judged for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The authority as a whole.
    Authority,
    /// A system.
    System(Key),
    /// A contact point.
    ContactPoint(Key),
    /// A letter type.
    LetterType(Key),
}

impl Subject {
    /// The key of the object; none for the authority.
    pub fn key(&self) -> Option<&Key> {
        match self {
            Self::Authority => None,
            Self::System(key) | Self::ContactPoint(key) | Self::LetterType(key) => Some(key),
        }
    }
}

/// What a check says of one subject, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// Which requirement.
    pub requirement: RequirementId,
    /// For what.
    pub subject: Subject,
    /// What it says.
    pub result: CheckResult,
    /// What it would say without attestation and waiver.
    pub measured: CheckResult,
    /// Why, with figures.
    pub why: Bilingual,
    /// The days whose messages were counted.
    pub window: Option<Period>,
    /// The figures, by name.
    pub counts: BTreeMap<String, i64>,
    /// The first message that counted.
    pub first: Option<Timestamp>,
    /// The last message that counted.
    pub last: Option<Timestamp>,
    /// Up to ten messages that show what fails, latest first.
    pub examples: Vec<Uuid>,
    /// The version of the rule.
    pub rule_version: u16,
    /// What it rests on.
    pub sources: BTreeSet<Source>,
    /// The attestation it rests on.
    pub attestation: Option<Key>,
    /// The waiver that sets it aside.
    pub waiver: Option<Key>,
    /// Since when it is asked for; none: no date is set, or from the start.
    pub due: Option<Day>,
    /// When it was judged.
    pub judged_at: Timestamp,
}

impl Verdict {
    /// How old the newest message is that it rests on, in whole days; none when it rests on none.
    pub fn age_days(&self) -> Option<i64> {
        const MILLIS_PER_DAY: i64 = 86_400_000;
        let last = self.last?;
        Some((self.judged_at.as_millis() - last.as_millis()).max(0) / MILLIS_PER_DAY)
    }
}

/// Makes a verdict of an answer: a failure before its date is a warning, an attestation stands in for
/// evidence that is missing, and a waiver sets the requirement aside.
pub(super) fn settled(asked: &Asked<'_>, answer: Answer) -> Verdict {
    let evidence = asked.evidence;
    let due = evidence.from_day(asked.requirement);
    let dated = asked.requirement.from.is_some();
    let not_yet = dated && due.is_none_or(|due| evidence.today < due);
    let mut verdict = Verdict {
        requirement: asked.requirement.id.clone(),
        subject: asked.subject.clone(),
        result: answer.result,
        measured: answer.result,
        why: answer.why,
        window: answer.window,
        counts: answer.counts,
        first: answer.first,
        last: answer.last,
        examples: answer.examples,
        rule_version: asked.requirement.rule_version,
        sources: answer.sources,
        attestation: None,
        waiver: None,
        due,
        judged_at: evidence.now,
    };
    if not_yet && verdict.result == CheckResult::Fail {
        verdict.result = CheckResult::Warn;
        verdict.measured = CheckResult::Warn;
        let when = due.map_or_else(
            || Bilingual::new("Datoen er ikke sat", "no date is set yet"),
            |day| {
                Bilingual::new(format!("Kravet gælder fra {day}"), format!("required from {day}"))
            },
        );
        verdict.why = Bilingual::new(
            format!("{} {}.", verdict.why.da, when.da),
            format!("{} Now a warning only: {}.", verdict.why.en, when.en),
        );
    }
    if verdict.result == CheckResult::NotApplicable {
        return verdict;
    }
    if let Some((key, attestation)) = attested(asked) {
        attest(&mut verdict, key, attestation, answer.failed_at);
    }
    if let Some((key, waiver)) = waived(asked)
        && verdict.result != CheckResult::Pass
    {
        let measured = verdict.result.label();
        verdict.why = Bilingual::new(
            format!("Fravalgt: {} (målt: {}). {}", waiver.reason, measured.da, verdict.why.da),
            format!("Waived: {} (measured: {}). {}", waiver.reason, measured.en, verdict.why.en),
        );
        verdict.result = CheckResult::NotApplicable;
        verdict.sources.insert(Source::Waiver);
        verdict.waiver = Some(key.clone());
    }
    verdict
}

/// A failure that was seen after the day of the attestation wins over it, and so does one that the
/// registers show as they stand now.
fn attest(
    verdict: &mut Verdict,
    key: &Key,
    attestation: &Attestation,
    failed_at: Option<Timestamp>,
) {
    let stands = match verdict.result {
        CheckResult::NoEvidence => true,
        CheckResult::Fail | CheckResult::Warn => failed_at
            .and_then(|at| Day::of(at).ok())
            .is_some_and(|failed_on| failed_on < attestation.day),
        CheckResult::Pass | CheckResult::NotApplicable => false,
    };
    if !stands {
        return;
    }
    verdict.result = CheckResult::Pass;
    verdict.sources.insert(Source::Attestation);
    verdict.attestation = Some(key.clone());
    let until = held_until(attestation);
    verdict.why = Bilingual::new(
        format!("Erklæret {} (gælder til {until}). {}", attestation.day, verdict.why.da),
        format!("Attested {} (until {until}). {}", attestation.day, verdict.why.en),
    );
}

fn held_until(attestation: &Attestation) -> Day {
    attestation.expires.min(attestation.day.plus_months(ATTESTATION_MONTHS))
}

/// The newest attestation that holds today: approved, begun, not expired.
fn attested<'a>(asked: &Asked<'a>) -> Option<(&'a Key, &'a Attestation)> {
    let today = asked.evidence.today;
    let about = asked.subject.key();
    asked
        .evidence
        .attestations()
        .filter(|(_, one)| one.requirement.as_ref() == Some(&asked.requirement.id))
        .filter(|(_, one)| one.subject.as_ref() == about && one.approver.is_some())
        .filter(|(_, one)| one.day <= today && today <= held_until(one))
        .max_by_key(|(_, one)| one.day)
}

fn waived<'a>(asked: &Asked<'a>) -> Option<(&'a Key, &'a Waiver)> {
    let today = asked.evidence.today;
    let about = asked.subject.key();
    asked
        .evidence
        .waivers()
        .filter(|(_, one)| one.requirement == asked.requirement.id)
        .filter(|(_, one)| one.subject.is_none() || one.subject.as_ref() == about)
        .find(|(_, one)| one.day <= today && one.expires.is_none_or(|end| today <= end))
}
