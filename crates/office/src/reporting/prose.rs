//! What printed reports show of the verdicts of a judged programme, in words.

use brevdue_programme::checks::{CheckResult, Subject, Verdict};
use brevdue_programme::fields::Register;
use brevdue_programme::objects::Kind;
use brevdue_programme::programmes::Judged;
use brevdue_programme::{Key, Language, MilestoneId, RequirementId, status as reckoned};

use super::lines::{named, sources};
use super::name_of;
use crate::paper::Light;
use crate::reports::{Matrix, MatrixCell, MatrixRow, Readiness};

/// A result as a light: without evidence it is never green.
fn shown(result: CheckResult) -> Light {
    match result {
        CheckResult::Pass => Light::Green,
        CheckResult::Warn => Light::Yellow,
        CheckResult::Fail => Light::Red,
        CheckResult::NoEvidence | CheckResult::NotApplicable => Light::Unknown,
    }
}

fn milestone_name(judged: &Judged, id: &MilestoneId, language: Language) -> String {
    let milestone = judged.plan.milestone(id.as_str());
    milestone.map_or_else(|| id.to_string(), |one| one.kind.name.of(language).to_owned())
}

fn requirement_words(judged: &Judged, id: &RequirementId, language: Language) -> String {
    let title = judged.requirement(id).map(|one| one.title.of(language)).unwrap_or_default();
    format!("{id} {title}")
}

/// What is said of systems: system, requirement, light, words.
pub(super) fn checks(
    judged: &Judged,
    language: Language,
    of: impl Fn(&Key) -> bool,
) -> Vec<(String, String, Light, String)> {
    let verdicts = judged.matrix.verdicts().filter(|verdict| match &verdict.subject {
        Subject::System(key) => of(key) && verdict.result != CheckResult::NotApplicable,
        _ => false,
    });
    verdicts
        .map(|verdict| {
            let (key, name) = named(judged, &verdict.subject);
            let requirement = requirement_words(judged, &verdict.requirement, language);
            let words = verdict.result.label().of(language).to_owned();
            (format!("{key} {name}"), requirement, shown(verdict.result), words)
        })
        .collect()
}

/// R2.
pub(super) fn matrix(judged: &Judged, language: Language) -> Matrix {
    let matrix = &judged.matrix;
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    let cell = |verdict: &Verdict| MatrixCell {
        light: shown(verdict.result),
        word: verdict.result.label().of(language).to_owned(),
        evidence: format!("{} ({})", verdict.why.of(language), sources(verdict, language)),
        remedy: judged
            .requirement(&verdict.requirement)
            .map(|one| one.remedy.of(language).to_owned())
            .unwrap_or_default(),
    };
    Matrix {
        requirements: matrix
            .columns
            .iter()
            .map(|id| {
                let title = judged.requirement(id).map(|one| one.title.of(language).to_owned());
                (id.to_string(), title.unwrap_or_default())
            })
            .collect(),
        rows: matrix
            .rows
            .iter()
            .map(|row| MatrixRow {
                subject: named(judged, &row.subject),
                cells: matrix
                    .columns
                    .iter()
                    .map(|id| {
                        let verdict = row.cells.get(id)?;
                        let aside = verdict.result == CheckResult::NotApplicable
                            && verdict.waiver.is_none();
                        (!aside).then(|| cell(verdict))
                    })
                    .collect(),
            })
            .collect(),
        totals: matrix
            .headlines
            .iter()
            .map(|headline| {
                (
                    milestone_name(judged, &headline.milestone, language),
                    count(headline.systems.part),
                    count(headline.systems.whole),
                    count(headline.messages.part),
                    count(headline.messages.whole),
                )
            })
            .collect(),
    }
}

/// What a field of systems is called in its register.
fn field_name(name: &str, language: Language) -> &str {
    let field = Register::of(Kind::System)
        .and_then(|one| one.fields.iter().find(|field| field.name == name));
    field.map_or(name, |field| field.label(language))
}

/// R7: a system is go only when nothing is missing and what is asked for is measured.
pub(super) fn readiness(judged: &Judged, language: Language) -> Vec<Readiness> {
    let catalogue = judged.effective.catalogue();
    let da = language == Language::Da;
    reckoned::readiness(&judged.plan, catalogue, &judged.judgements)
        .into_iter()
        .map(|one| {
            let mut why = Vec::new();
            if !one.open.is_empty() {
                let keys: Vec<&str> = one.open.iter().take(6).map(Key::as_str).collect();
                let word = if da { "Åbne opgaver" } else { "Open tasks" };
                why.push(format!("{word}: {} ({})", one.open.len(), keys.join(", ")));
            }
            if !one.missing.is_empty() {
                let word = if da { "Mangler i registret" } else { "Missing in the register" };
                let fields: Vec<&str> =
                    one.missing.iter().map(|name| field_name(name, language)).collect();
                why.push(format!("{word}: {}", fields.join(", ")));
            }
            let said: Vec<String> = one
                .checks
                .iter()
                .map(|(id, result)| format!("{id}: {}", result.label().of(language)))
                .collect();
            let unknown = one.checks.iter().any(|(_, result)| *result == CheckResult::NoEvidence);
            Readiness {
                system: (one.system.to_string(), name_of(judged, Kind::System, &one.system)),
                light: match (one.go, unknown) {
                    (true, false) => Light::Green,
                    (true, true) => Light::Unknown,
                    (false, _) => Light::Red,
                },
                why: why.join(" · "),
                evidence: said.join(", "),
            }
        })
        .collect()
}
