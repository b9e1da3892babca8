//! What printed reports show of a judged programme, in words.

use brevdue_programme::catalogue::RequirementKind;
use brevdue_programme::checks::{CheckResult, Subject, Verdict};
use brevdue_programme::lights::{self, Reason};
use brevdue_programme::objects::{Kind, Person, Waiver};
use brevdue_programme::plan::{Instance, NoPlan};
use brevdue_programme::programmes::Judged;
use brevdue_programme::{Day, Key, Language, MilestoneId, RequirementId, status as reckoned};

use super::lines::{named, sources, subject_name};
use super::name_of;
use crate::paper::{Gantt, GanttRow, Head, Light};
use crate::reports::{
    Deadline, Matrix, MatrixCell, MatrixRow, MilestoneStatus, Readiness, RiskLine, Status, TaskRef,
};

/// Reasons that the status report gives at most.
const REASONS: usize = 12;

/// What every report says of itself.
pub fn head(judged: &Judged, language: Language) -> Head {
    let settings = judged.programme.settings();
    let (mut measured, mut stated) = (0, 0);
    for verdict in judged.matrix.verdicts() {
        if verdict.result != CheckResult::NotApplicable {
            measured += usize::from(verdict.last.is_some());
            stated += usize::from(verdict.last.is_none());
        }
    }
    let waivers = judged.programme.all::<Waiver>().map(|(_, waiver)| {
        let about = waiver.subject.as_ref().map_or(String::new(), |key| format!(" {key}"));
        let by = name_of(judged, Kind::Person, &waiver.approved_by);
        format!("{}{about}: {} ({by}, {})", waiver.requirement, waiver.reason, waiver.day)
    });
    Head {
        language,
        authority: settings.as_ref().map(|one| one.authority.clone()).unwrap_or_default(),
        programme: settings.map(|one| one.name).unwrap_or_default(),
        as_of: judged.at,
        filter: String::new(),
        catalogue_version: judged.effective.catalogue().version.clone(),
        measured,
        stated,
        waivers: waivers.collect(),
    }
}

fn light(light: lights::Light) -> Light {
    match light {
        lights::Light::Green => Light::Green,
        lights::Light::Yellow => Light::Yellow,
        lights::Light::Red => Light::Red,
    }
}

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

fn about(judged: &Judged, subject: Option<&Key>) -> String {
    subject.map_or_else(String::new, |key| format!(" – {}", subject_name(judged, key)))
}

fn task_words(judged: &Judged, key: &Key, language: Language) -> String {
    let Some(instance) = judged.plan.instance(key) else { return key.to_string() };
    let task = &judged.plan.task_of(instance).task;
    format!("{} {}{}", task.id, task.title.of(language), about(judged, instance.subject.as_ref()))
}

fn requirement_words(judged: &Judged, id: &RequirementId, language: Language) -> String {
    let title = judged.requirement(id).map(|one| one.title.of(language)).unwrap_or_default();
    format!("{id} {title}")
}

/// Why the light is as it is.
fn reason(judged: &Judged, reason: &Reason, language: Language) -> String {
    let da = language == Language::Da;
    match reason {
        Reason::Delay { milestone, baseline, forecast } => {
            let name = milestone_name(judged, milestone, language);
            if da {
                format!("{name} ventes {forecast}, planlagt {baseline}")
            } else {
                format!("{name} is expected {forecast}, planned {baseline}")
            }
        }
        Reason::Overdue { key, due } => {
            let task = task_words(judged, key, language);
            let word = if da { "frist" } else { "due" };
            format!("{task} ({word} {due})")
        }
        Reason::Failing { requirement, subject } => {
            let words = requirement_words(judged, requirement, language);
            let word = if da { "ikke opfyldt" } else { "not met" };
            format!("{words}{}: {word}", about(judged, subject.as_ref()))
        }
        Reason::NoEvidence { requirement, subject, due } => {
            let words = requirement_words(judged, requirement, language);
            let word = if da { "ingen evidens, gælder fra" } else { "no evidence, required from" };
            format!("{words}{}: {word} {due}", about(judged, subject.as_ref()))
        }
    }
}

/// R1.
pub(super) fn status(judged: &Judged, language: Language) -> Result<Status, NoPlan> {
    let report = judged.status()?;
    let milestones = report.milestones.iter();
    let mut overdue: Vec<&Instance> =
        judged.plan.instances().iter().filter(|instance| instance.overdue).collect();
    overdue.sort_by_key(|instance| instance.due);
    Ok(Status {
        light: light(report.light.computed),
        reasons: report
            .light
            .reasons
            .iter()
            .take(REASONS)
            .map(|(_, why)| reason(judged, why, language))
            .collect(),
        by_hand: report.light.by_hand.as_ref().map(|(by_hand, why)| (light(*by_hand), why.clone())),
        tasks: (report.counts.all, report.counts.done, report.counts.overdue),
        deadlines: report
            .compliance
            .iter()
            .map(|(id, compliance)| {
                let (failing, unknown) = at_deadline(judged, id);
                let day = judged.plan.milestone(id.as_str()).and_then(|one| one.held.day);
                let due = day.is_some_and(|day| day <= judged.plan.today);
                let light = match (failing, unknown, due) {
                    (0, 0, _) if compliance.systems_in_scope > 0 => Light::Green,
                    (0, _, _) => Light::Unknown,
                    (_, _, true) => Light::Red,
                    (_, _, false) => Light::Yellow,
                };
                Deadline {
                    name: milestone_name(judged, id, language),
                    day,
                    light,
                    systems: (compliance.systems_compliant, compliance.systems_in_scope),
                    messages: (compliance.messages_sent > 0)
                        .then_some((compliance.messages_compliant, compliance.messages_sent)),
                    without_evidence: unknown,
                }
            })
            .collect(),
        milestones: milestones
            .map(|line| MilestoneStatus {
                name: milestone_name(judged, &line.id, language),
                baseline: line.baseline,
                forecast: line.forecast,
                reached: line.reached,
                light: match (line.baseline, line.forecast) {
                    (Some(planned), Some(forecast)) => light(lights::of_delay(planned, forecast)),
                    _ => Light::Unknown,
                },
            })
            .collect(),
        overdue: overdue.iter().map(|one| task(judged, language, one)).collect(),
        risks: report
            .risks
            .iter()
            .map(|line| RiskLine {
                title: line.risk.title.clone(),
                weight: (line.risk.probability, line.risk.consequence),
                action: line.risk.action.clone(),
                owner: line
                    .risk
                    .owner
                    .as_ref()
                    .map_or_else(String::new, |key| name_of(judged, Kind::Person, key)),
            })
            .collect(),
        decisions: report
            .decisions
            .iter()
            .map(|(_, decision)| (decision.title.clone(), decision.wanted_by))
            .collect(),
        next: report
            .ahead
            .iter()
            .filter_map(|(_, key)| judged.plan.instance(key))
            .map(|instance| task(judged, language, instance))
            .collect(),
    })
}

/// How many official results of a deadline fail or warn, and how many nobody knows.
fn at_deadline(judged: &Judged, id: &MilestoneId) -> (u64, u64) {
    let (mut failing, mut unknown) = (0, 0);
    for verdict in judged.matrix.verdicts() {
        let Some(requirement) = judged.requirement(&verdict.requirement) else { continue };
        if requirement.kind != RequirementKind::Official || requirement.from.as_ref() != Some(id) {
            continue;
        }
        failing += u64::from(matches!(verdict.result, CheckResult::Fail | CheckResult::Warn));
        unknown += u64::from(verdict.result == CheckResult::NoEvidence);
    }
    (failing, unknown)
}

fn task(judged: &Judged, language: Language, instance: &Instance) -> TaskRef {
    let planned = judged.plan.task_of(instance);
    let name = |key: &Key| {
        judged.programme.get::<Person>(key).map_or_else(|| key.to_string(), |person| person.name)
    };
    TaskRef {
        key: instance.key.to_string(),
        title: planned.task.title.of(language).to_owned(),
        subject: instance
            .subject
            .as_ref()
            .map_or_else(String::new, |key| subject_name(judged, key)),
        area: planned.area.as_ref().map(ToString::to_string).unwrap_or_default(),
        status: instance.status.label(language).to_owned(),
        assignee: instance.responsible.as_ref().map_or_else(String::new, name),
        baseline: instance.baseline,
        due: instance.due,
        forecast: instance.forecast,
        critical: instance.critical,
    }
}

/// The tasks that are asked for.
pub(super) fn tasks(
    judged: &Judged,
    language: Language,
    shown: impl Fn(&Instance) -> bool,
) -> Vec<TaskRef> {
    let instances = judged.plan.instances().iter().filter(|one| shown(one));
    instances.map(|instance| task(judged, language, instance)).collect()
}

/// The open tasks of subjects.
pub(super) fn open_tasks(
    judged: &Judged,
    language: Language,
    of: impl Fn(Option<&Key>) -> bool,
) -> Vec<TaskRef> {
    tasks(judged, language, |one| !one.is_closed() && of(one.subject.as_ref()))
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

/// R6.
pub(super) fn gantt(judged: &Judged, language: Language) -> Gantt {
    let plan = &judged.plan;
    let rows: Vec<GanttRow> = plan
        .instances()
        .iter()
        .filter_map(|instance| {
            let planned = plan.task_of(instance);
            let area = planned.area.as_ref().and_then(|area| judged.effective.area(area));
            let end = instance.done_on.or(instance.forecast).or(instance.due)?;
            let start = instance.forecast_start.or(planned.from).unwrap_or(end).min(end);
            Some(GanttRow {
                label: format!(
                    "{} {}{}",
                    planned.task.id,
                    planned.task.title.of(language),
                    about(judged, instance.subject.as_ref())
                ),
                area: area.map(|area| area.id.to_string()).unwrap_or_default(),
                fill: area.map_or_else(|| "#0B5CAD".to_owned(), |area| area.fill.clone()),
                start,
                end,
                baseline: instance.baseline,
                percent: if instance.is_closed() { 100 } else { instance.percent.min(100) },
                critical: instance.critical,
            })
        })
        .collect();
    let milestones: Vec<(String, Day, Option<Day>)> = plan
        .milestones()
        .iter()
        .filter_map(|one| {
            Some((one.kind.name.of(language).to_owned(), one.held.day?, one.held.baseline))
        })
        .collect();
    let days = rows.iter().flat_map(|row| [row.start, row.end]);
    let days: Vec<Day> = days.chain(milestones.iter().map(|(_, day, _)| *day)).collect();
    let first = days.iter().min().copied().unwrap_or(plan.today);
    let last = days.iter().max().copied().unwrap_or(plan.today);
    Gantt {
        span: (first.min(plan.today), last.max(plan.today.plus_days(1))),
        today: plan.today,
        milestones,
        rows,
    }
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
                why.push(format!("{word}: {}", one.missing.join(", ")));
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
