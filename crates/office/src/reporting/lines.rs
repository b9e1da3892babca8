//! What workbooks, lists and calendars tell of a judged programme: tasks, milestones, requirements.

use std::collections::BTreeMap;

use brevdue_programme::catalogue::{Obligation, RequirementKind};
use brevdue_programme::checks::{Source, Subject, Verdict};
use brevdue_programme::objects::{Kind, LetterType, System};
use brevdue_programme::plan::Instance;
use brevdue_programme::programmes::Judged;
use brevdue_programme::{Day, Key, Language, ProgrammeId, potential, registers};

use super::name_of;
use crate::calendar::Entry;
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
        let plan = &judged.plan;
        Self {
            tasks: plan.instances().iter().map(|one| task(judged, language, one)).collect(),
            milestones: plan
                .milestones()
                .iter()
                .map(|milestone| MilestoneLine {
                    id: milestone.kind.id.clone(),
                    name: milestone.kind.name.of(language).to_owned(),
                })
                .collect(),
            requirements: judged
                .matrix
                .verdicts()
                .filter_map(|verdict| requirement(judged, language, verdict))
                .collect(),
            figures: figures(judged),
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

fn task(judged: &Judged, language: Language, instance: &Instance) -> TaskLine {
    let planned = judged.plan.task_of(instance);
    let task = &planned.task;
    let effective = &judged.effective;
    let package = effective.package(&task.package);
    let role = task.roles.first().and_then(|role| effective.role(role));
    let da = language == Language::Da;
    TaskLine {
        key: instance.key.clone(),
        task: task.id.clone(),
        subject: instance.subject.clone(),
        package: package.map(|one| one.name.of(language).to_owned()).unwrap_or_default(),
        area: planned.area.as_ref().map(ToString::to_string).unwrap_or_default(),
        title: task.title.of(language).to_owned(),
        subject_name: instance
            .subject
            .as_ref()
            .map_or_else(String::new, |key| subject_name(judged, key)),
        obligation: match planned.obligation {
            Obligation::Must | Obligation::MustAtMemoOnly | Obligation::MustIfWindow => {
                if da {
                    "Skal"
                } else {
                    "Must"
                }
            }
            Obligation::Should => {
                if da {
                    "Bør"
                } else {
                    "Should"
                }
            }
            Obligation::May => {
                if da {
                    "Kan"
                } else {
                    "May"
                }
            }
        }
        .to_owned(),
        role: role.map(|one| one.name.of(language).to_owned()).unwrap_or_default(),
        due: instance.due,
        forecast: instance.forecast,
        after: judged.plan.waits_for(instance).iter().map(|one| one.key.clone()).collect(),
    }
}

/// The name of what a task is for, whatever kind that is.
pub(super) fn subject_name(judged: &Judged, key: &Key) -> String {
    [Kind::System, Kind::Supplier, Kind::LetterType, Kind::ContactPoint]
        .into_iter()
        .find(|kind| judged.programme.held(*kind, key).is_some())
        .map_or_else(|| key.to_string(), |kind| name_of(judged, kind, key))
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
        (Source::Messages, true) => "målt på beskeder",
        (Source::Messages, false) => "measured by messages",
        (Source::Configuration, true) => "registrene",
        (Source::Configuration, false) => "the registers",
        (Source::Attestation, true) => "erklæring",
        (Source::Attestation, false) => "attestation",
        (Source::Waiver, true) => "fravigelse",
        (Source::Waiver, false) => "waiver",
    };
    let words: Vec<&str> = verdict.sources.iter().map(word).collect();
    words.join(", ")
}

fn figures(judged: &Judged) -> BTreeMap<(Kind, Key), f64> {
    let mut figures = BTreeMap::new();
    for (key, system) in judged.programme.all::<System>() {
        let percent = (registers::completeness(&system).share() * 100.0).round();
        figures.insert((Kind::System, key.clone()), percent);
    }
    if let Some(settings) = judged.programme.settings() {
        let letters: BTreeMap<Key, LetterType> = judged
            .programme
            .all::<LetterType>()
            .map(|(key, letter)| (key.clone(), letter))
            .collect();
        for score in potential::scores(&letters, &settings, &BTreeMap::new()) {
            if score.priority.is_finite() {
                figures.insert((Kind::LetterType, score.letter.clone()), score.priority);
            }
        }
    }
    figures
}

/// What stands in a calendar: milestones, and open tasks with a due day, of everybody or of one person. The
/// words say what and for what; nobody is named.
pub(super) fn entries(
    judged: &Judged,
    language: Language,
    person: Option<&Key>,
) -> BTreeMap<String, Entry> {
    let mut entries = BTreeMap::new();
    for milestone in judged.plan.milestones() {
        let Some(day) = milestone.held.day else { continue };
        let time = milestone.held.time.as_deref().and_then(|time| time.split_once(':'));
        let time = time.and_then(|(hour, minute)| Some((hour.parse().ok()?, minute.parse().ok()?)));
        let entry = Entry {
            day,
            until: milestone.held.until,
            time,
            summary: milestone.kind.name.of(language).to_owned(),
            description: milestone.kind.meaning.of(language).to_owned(),
            reminds: milestone.held.reached.is_none(),
        };
        entries.insert(format!("milestone/{}", milestone.kind.id), entry);
    }
    for instance in judged.plan.instances().iter().filter(|one| !one.is_closed()) {
        let theirs = person.is_none_or(|person| instance.responsible.as_ref() == Some(person));
        let Some(day) = instance.due.filter(|_| theirs) else { continue };
        let task = &judged.plan.task_of(instance).task;
        let subject = instance.subject.as_ref().map(|key| subject_name(judged, key));
        let subject = subject.map_or(String::new(), |name| format!(" – {name}"));
        let entry = Entry {
            day,
            until: None,
            time: None,
            summary: format!("{} {}{subject}", task.id, task.title.of(language)),
            description: task.description.of(language).to_owned(),
            reminds: true,
        };
        entries.insert(format!("task/{}", instance.key), entry);
    }
    entries
}
