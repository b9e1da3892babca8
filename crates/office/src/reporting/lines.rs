//! What workbooks and lists tell of a judged programme: tasks, milestones, requirements.

use std::collections::BTreeMap;

use brevdue_programme::catalogue::RequirementKind;
use brevdue_programme::checks::{Source, Subject, Verdict};
use brevdue_programme::objects::{Kind, LetterType};
use brevdue_programme::programmes::Judged;
use brevdue_programme::{Day, Key, Language, ProgrammeId, potential};

use super::{name_of, words};
use crate::workbook::{Export, MilestoneLine, RequirementLine, TaskLine};

/// Lines of a programme, made once for an export.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    /// Every task for every subject.
    pub tasks: Vec<TaskLine>,
    /// Every milestone, in order.
    pub milestones: Vec<MilestoneLine>,
    /// Every verdict.
    pub requirements: Vec<RequirementLine>,
    /// Reckoned figures by object.
    pub figures: BTreeMap<(Kind, Key), f64>,
}

impl Lines {
    /// Makes them.
    pub fn of(judged: &Judged, language: Language) -> Self {
        let named = words(judged, language);
        let verdicts = judged.matrix.verdicts();
        let mut figures = named.figures();
        figures.extend(scores(judged));
        Self {
            tasks: named.tasks(),
            milestones: named.milestones(),
            requirements: verdicts
                .filter_map(|verdict| requirement(judged, language, verdict))
                .collect(),
            figures,
        }
    }

    /// What is written into a workbook.
    pub fn export<'a>(
        &'a self,
        id: ProgrammeId,
        judged: &'a Judged,
        language: Language,
    ) -> Export<'a> {
        Export {
            id,
            programme: &judged.programme,
            language,
            as_of: judged.at,
            catalogue_version: &judged.effective.catalogue().version,
            tasks: &self.tasks,
            milestones: &self.milestones,
            requirements: &self.requirements,
            figures: &self.figures,
        }
    }
}

/// A subject's key and name; the authority has no key.
pub(super) fn named(judged: &Judged, subject: &Subject) -> (String, String) {
    let (kind, key) = match subject {
        Subject::Authority => {
            let authority = judged.programme.settings().map(|settings| settings.authority);
            return (String::new(), authority.unwrap_or_default());
        }
        Subject::System(key) => (Kind::System, key),
        Subject::ContactPoint(key) => (Kind::ContactPoint, key),
        Subject::LetterType(key) => (Kind::LetterType, key),
    };
    (key.to_string(), name_of(judged, kind, key))
}

fn requirement(judged: &Judged, language: Language, verdict: &Verdict) -> Option<RequirementLine> {
    let requirement = judged.requirement(&verdict.requirement)?;
    let (subject, subject_name) = named(judged, &verdict.subject);
    let official = requirement.kind == RequirementKind::Official;
    let da = language == Language::Da;
    Some(RequirementLine {
        requirement: requirement.id.to_string(),
        title: requirement.title.of(language).to_owned(),
        kind: match (official, da) {
            (true, true) => "Bilag 1",
            (true, false) => "Official",
            (false, true) => "Øvrig kontrol",
            (false, false) => "Further check",
        }
        .to_owned(),
        subject,
        subject_name,
        result: verdict.result.label().of(language).to_owned(),
        evidence: verdict.why.of(language).to_owned(),
        source: sources(verdict, language),
        day: verdict.last.and_then(|last| Day::of(last).ok()),
        remedy: requirement.remedy.of(language).to_owned(),
    })
}

/// On what a verdict rests, in words.
pub(super) fn sources(verdict: &Verdict, language: Language) -> String {
    let da = language == Language::Da;
    let word = |source: &Source| match (source, da) {
        (Source::Messages, true) => "målt på meddelelser",
        (Source::Messages, false) => "measured by messages",
        (Source::Configuration, true) => "registrene",
        (Source::Configuration, false) => "the registers",
        (Source::Attestation, true) => "erklæring",
        (Source::Attestation, false) => "attestation",
        (Source::Waiver, true) => "fravalg",
        (Source::Waiver, false) => "waiver",
    };
    let words: Vec<&str> = verdict.sources.iter().map(word).collect();
    words.join(", ")
}

/// The score of every letter type.
fn scores(judged: &Judged) -> BTreeMap<(Kind, Key), f64> {
    let Some(settings) = judged.programme.settings() else { return BTreeMap::new() };
    let letters = judged.programme.all::<LetterType>();
    let letters: BTreeMap<Key, LetterType> =
        letters.map(|(key, letter)| (key.clone(), letter)).collect();
    potential::scores(&letters, &settings, &BTreeMap::new())
        .into_iter()
        .filter(|score| score.priority.is_finite())
        .map(|score| ((Kind::LetterType, score.letter), score.priority))
        .collect()
}
