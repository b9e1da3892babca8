//! What workbooks and lists tell of a judged programme: tasks, milestones, requirements.

use std::collections::BTreeMap;

use brevdue_programme::catalogue::RequirementKind;
use brevdue_programme::checks::{Source, Subject, Verdict};
use brevdue_programme::objects::{Kind, LetterType};
use brevdue_programme::potential::{self, Score};
use brevdue_programme::programmes::Judged;
use brevdue_programme::{Day, Key, Language, ProgrammeId};

use super::{name_of, words};
use crate::workbook::{Export, MilestoneLine, RequirementLine, TaskLine, VolumeLine};

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
    /// What was counted of letter types.
    pub volumes: BTreeMap<Key, VolumeLine>,
}

impl Lines {
    /// Makes them.
    pub fn of(judged: &Judged, language: Language) -> Self {
        let named = words(judged, language);
        let verdicts = judged.matrix.verdicts();
        let mut figures = named.figures();
        let scores = scores(judged);
        let finite = scores.iter().filter(|score| score.priority.is_finite());
        figures
            .extend(finite.map(|score| ((Kind::LetterType, score.letter.clone()), score.priority)));
        let volumes = scores.iter().map(|score| (score.letter.clone(), volume(score, language)));
        Self {
            tasks: named.tasks(),
            milestones: named.milestones(),
            requirements: verdicts
                .filter_map(|verdict| requirement(judged, language, verdict))
                .collect(),
            figures,
            volumes: volumes.collect(),
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
            volumes: &self.volumes,
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
        (Source::Scan, true) => "gennemgang af siderne",
        (Source::Scan, false) => "a scan of the pages",
        (Source::Attestation, true) => "erklæring",
        (Source::Attestation, false) => "attestation",
        (Source::Waiver, true) => "fravalg",
        (Source::Waiver, false) => "waiver",
    };
    let words: Vec<&str> = verdict.sources.iter().map(word).collect();
    words.join(", ")
}

/// The score of every letter type, best rank first, by what was counted where there is enough of it.
pub(super) fn scores(judged: &Judged) -> Vec<Score> {
    let Some(settings) = judged.programme.settings() else { return Vec::new() };
    let letters = judged.programme.all::<LetterType>();
    let letters: BTreeMap<Key, LetterType> =
        letters.map(|(key, letter)| (key.clone(), letter)).collect();
    potential::scores(&letters, &settings, &potential::measured(&judged.evidence, &settings))
}

fn volume(score: &Score, language: Language) -> VolumeLine {
    let da = language == Language::Da;
    let over = score.measured.map_or_else(String::new, |measured| {
        let (letters, days, period) = (measured.letters, measured.days, measured.period);
        let few = match (measured.enough, da) {
            (true, _) => "",
            (false, true) => "; for lidt til at regne med",
            (false, false) => "; too little to reckon with",
        };
        if da {
            format!("{letters} breve i {days} dage, {period}{few}")
        } else {
            format!("{letters} letters in {days} days, {period}{few}")
        }
    });
    VolumeLine {
        measured: score.measured.map(|measured| measured.yearly.total()),
        over,
        used: score.volume_origin.label(language).to_lowercase(),
    }
}
