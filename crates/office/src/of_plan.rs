//! From a plan, as the programme reckons it, to what is written here: lines of the workbook, entries of the
//! calendar, the drawing of the plan, the status report.

use std::collections::BTreeMap;

use brevdue_memo::Timestamp;
use brevdue_programme::catalogue::{Catalogue, Obligation};
use brevdue_programme::checks::CheckResult;
use brevdue_programme::closing::Judgements;
use brevdue_programme::lights::{self, Reason};
use brevdue_programme::objects::{Kind, System};
use brevdue_programme::plan::{Instance, Plan};
use brevdue_programme::registers::completeness;
use brevdue_programme::status::StatusReport;
use brevdue_programme::{AreaId, Day, Key, Language, MilestoneId, Programme};

use crate::calendar::Entry;
use crate::paper::{Gantt, GanttRow, Head, Light};
use crate::reports::{Deadline, MilestoneStatus, RiskLine, Status, TaskRef};
use crate::workbook::{MilestoneLine, TaskLine};

/// A plan with the names that people read.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// The programme.
    pub programme: &'a Programme,
    /// The catalogue in effect.
    pub catalogue: &'a Catalogue,
    /// The plan of both.
    pub plan: &'a Plan,
    /// In which language.
    pub language: Language,
}

/// Whose tasks a calendar holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose<'a> {
    /// Everybody's.
    All,
    /// Those that a person is to do, or answers for while nobody was asked.
    Person(&'a Key),
    /// Those of an area.
    Area(&'a AreaId),
}

impl Whose<'_> {
    /// What sets the entries of one calendar apart from the same tasks in another.
    pub fn owner(self) -> String {
        match self {
            Self::All => String::new(),
            Self::Person(key) => key.to_string(),
            Self::Area(id) => format!("area.{id}"),
        }
    }
}

impl Named<'_> {
    fn said(&self, da: &str, en: &str) -> String {
        if self.language == Language::Da { da } else { en }.to_owned()
    }

    fn name(&self, kind: Kind, key: &Key) -> String {
        let held = self.programme.held(kind, key);
        let name = held.and_then(|held| held.body.get("name")).and_then(|name| name.as_str());
        name.filter(|name| !name.is_empty()).unwrap_or(key.as_str()).to_owned()
    }

    /// A subject's name. Its kind follows from what the task is done once for.
    fn subject(&self, key: &Key) -> String {
        let kinds = [Kind::System, Kind::Supplier, Kind::LetterType, Kind::ContactPoint];
        let kind = kinds.into_iter().find(|kind| self.programme.held(*kind, key).is_some());
        kind.map_or_else(|| key.to_string(), |kind| self.name(kind, key))
    }

    fn milestone(&self, id: &MilestoneId) -> String {
        let kind = self.catalogue.milestones.iter().find(|kind| kind.id == *id);
        kind.map_or_else(|| id.to_string(), |kind| kind.name.of(self.language).to_owned())
    }

    fn package(&self, one: &Instance) -> String {
        let id = &self.plan.task_of(one).task.package;
        let package = self.catalogue.packages.iter().find(|package| package.id == *id);
        package.map_or_else(|| id.to_string(), |package| package.name.of(self.language).to_owned())
    }

    fn title(&self, one: &Instance) -> String {
        self.plan.task_of(one).task.title.of(self.language).to_owned()
    }

    fn area(&self, one: &Instance) -> String {
        self.plan.task_of(one).area.as_ref().map_or_else(String::new, ToString::to_string)
    }

    /// Every task for every subject, for the workbook and the project plans.
    pub fn tasks(&self) -> Vec<TaskLine> {
        let line = |one: &Instance| {
            let task = self.plan.task_of(one);
            let role = task.task.roles.first();
            let role = role.and_then(|id| self.catalogue.roles.iter().find(|role| role.id == *id));
            TaskLine {
                key: one.key.clone(),
                task: task.task.id.clone(),
                subject: one.subject.clone(),
                package: self.package(one),
                area: self.area(one),
                title: self.title(one),
                subject_name: one
                    .subject
                    .as_ref()
                    .map_or_else(String::new, |key| self.subject(key)),
                obligation: match task.obligation {
                    Obligation::Must => self.said("skal", "must"),
                    Obligation::MustAtMemoOnly => {
                        self.said("skal ved Kun MeMo", "must at MeMo only")
                    }
                    Obligation::MustIfWindow => self.said("skal ved omstilling", "must if window"),
                    Obligation::Should => self.said("bør", "should"),
                    Obligation::May => self.said("kan", "may"),
                },
                role: role.map_or_else(String::new, |role| role.name.of(self.language).to_owned()),
                due: one.due,
                forecast: one.forecast,
                after: self.plan.waits_for(one).into_iter().map(|one| one.key.clone()).collect(),
            }
        };
        self.plan.instances().iter().map(line).collect()
    }

    /// Every milestone, for the workbook.
    pub fn milestones(&self) -> Vec<MilestoneLine> {
        let line = |kind: &brevdue_programme::catalogue::MilestoneKind| MilestoneLine {
            id: kind.id.clone(),
            name: kind.name.of(self.language).to_owned(),
        };
        self.catalogue.milestones.iter().map(line).collect()
    }

    /// How complete the systems are, in percent, for the workbook.
    pub fn figures(&self) -> BTreeMap<(Kind, Key), f64> {
        let systems = self.programme.all::<System>();
        systems
            .map(|(key, system)| {
                ((Kind::System, key.clone()), (completeness(&system).share() * 100.0).round())
            })
            .collect()
    }

    /// What is to be in a calendar: open tasks with a due day, and the milestones. No person is named in it.
    pub fn calendar(&self, whose: Whose<'_>) -> BTreeMap<String, Entry> {
        let mut entries = BTreeMap::new();
        for one in self.plan.instances().iter().filter(|one| !one.is_closed()) {
            let is_theirs = match whose {
                Whose::All => true,
                Whose::Person(person) => {
                    one.assignee.as_ref().or(one.responsible.as_ref()) == Some(person)
                }
                Whose::Area(area) => self.plan.task_of(one).area.as_ref() == Some(area),
            };
            let (true, Some(day)) = (is_theirs, one.due) else { continue };
            let subject = one.subject.as_ref().map(|key| format!(" – {}", self.subject(key)));
            let entry = Entry {
                day,
                until: None,
                time: None,
                summary: format!(
                    "{}: {}{}",
                    self.said("Frist", "Due"),
                    self.title(one),
                    subject.unwrap_or_default()
                ),
                description: format!("{} ({})", self.package(one), one.key),
                reminds: true,
            };
            entries.insert(format!("task/{}", one.key), entry);
        }
        for milestone in self.plan.milestones() {
            let Some(day) = milestone.held.day else { continue };
            let time = milestone.held.time.as_deref().and_then(|time| {
                let (hour, minute) = time.split_once(':')?;
                let (hour, minute) = (hour.parse().ok()?, minute.parse().ok()?);
                (hour < 24 && minute < 60).then_some((hour, minute))
            });
            let entry = Entry {
                day,
                until: milestone.held.until,
                time,
                summary: milestone.kind.name.of(self.language).to_owned(),
                description: milestone.kind.meaning.of(self.language).to_owned(),
                reminds: milestone.held.reached.is_none(),
            };
            entries.insert(format!("milestone/{}", milestone.kind.id), entry);
        }
        entries
    }

    /// A task in a report.
    pub fn task_ref(&self, one: &Instance) -> TaskRef {
        let assignee = one.assignee.as_ref().or(one.responsible.as_ref());
        TaskRef {
            key: one.key.to_string(),
            title: self.title(one),
            subject: one.subject.as_ref().map_or_else(String::new, |key| self.subject(key)),
            area: self.area(one),
            status: one.status.label(self.language).to_owned(),
            assignee: assignee.map_or_else(String::new, |key| self.name(Kind::Person, key)),
            baseline: one.baseline,
            due: one.due,
            forecast: one.forecast,
            critical: one.critical,
        }
    }

    /// The drawing of the plan: what has a due day and counts. None when nothing has.
    pub fn gantt(&self) -> Option<Gantt> {
        let mut rows = Vec::new();
        for one in self.plan.instances() {
            if one.status == brevdue_programme::objects::Status::NotRelevant {
                continue;
            }
            let Some(end) = one.done_on.or(one.forecast).or(one.due) else { continue };
            let start = one.forecast_start.unwrap_or(end).min(end);
            let task = self.plan.task_of(one);
            let area = task
                .area
                .as_ref()
                .and_then(|id| self.catalogue.areas.iter().find(|area| area.id == *id));
            let subject = one.subject.as_ref().map(|key| format!(" – {}", self.subject(key)));
            rows.push(GanttRow {
                label: format!(
                    "{} {}{}",
                    task.task.id,
                    self.title(one),
                    subject.unwrap_or_default()
                ),
                area: self.area(one),
                fill: area.map_or_else(String::new, |area| area.fill.clone()),
                start,
                end,
                baseline: one.baseline,
                percent: if one.is_closed() { 100 } else { one.percent },
                critical: one.critical,
            });
        }
        let milestones: Vec<(String, Day, Option<Day>)> = self
            .plan
            .milestones()
            .iter()
            .filter_map(|milestone| {
                let day = milestone.held.reached.or(milestone.forecast).or(milestone.held.day)?;
                Some((
                    milestone.kind.name.of(self.language).to_owned(),
                    day,
                    milestone.held.baseline,
                ))
            })
            .collect();
        let days = rows.iter().flat_map(|row| [row.start, row.end]);
        let days: Vec<Day> = days.chain(milestones.iter().map(|(_, day, _)| *day)).collect();
        let span = (*days.iter().min()?, *days.iter().max()?);
        Some(Gantt { span, today: self.plan.today, milestones, rows })
    }

    /// What every report says of itself.
    pub fn head(&self, report: &StatusReport, as_of: Timestamp) -> Head {
        let waiver = |waiver: &brevdue_programme::objects::Waiver| {
            let subject = waiver.subject.as_ref().map_or_else(String::new, |key| {
                format!(" {} {}", self.said("for", "for"), self.subject(key))
            });
            let by = self.name(Kind::Person, &waiver.approved_by);
            format!("{}{subject}: {} ({by})", waiver.requirement, waiver.reason)
        };
        Head {
            language: self.language,
            authority: report.authority.clone(),
            programme: report.programme.clone(),
            as_of,
            filter: String::new(),
            catalogue_version: report.catalogue_version.clone(),
            measured: report.basis.measured,
            stated: report.basis.stated,
            waivers: report.waivers.iter().map(|(_, set_aside)| waiver(set_aside)).collect(),
        }
    }

    /// The status report, in words.
    pub fn status(&self, report: &StatusReport, judgements: &Judgements) -> Status {
        let failing = |milestone: &MilestoneId, result: CheckResult| -> u64 {
            let requirements = self.catalogue.requirements.iter();
            let of =
                requirements.filter(|requirement| requirement.from.as_ref() == Some(milestone));
            let judged = of.flat_map(|requirement| judgements.all(&requirement.id));
            judged.filter(|(_, judgement)| judgement.result == result).count() as u64
        };
        let deadlines = report.compliance.iter().map(|(id, compliance)| {
            let without_evidence = failing(id, CheckResult::NoEvidence);
            // What is owed on that day stays owed on it, whenever the tasks before it are done.
            let day = self.plan.milestone(id.as_str()).and_then(|one| one.held.day);
            let all = compliance.systems_compliant == compliance.systems_in_scope;
            let light = match (all, day) {
                _ if compliance.systems_in_scope == 0 => Light::Unknown,
                (true, _) if without_evidence == 0 => Light::Green,
                (_, Some(day)) if day <= report.today && failing(id, CheckResult::Fail) > 0 => {
                    Light::Red
                }
                _ => Light::Yellow,
            };
            Deadline {
                name: self.milestone(id),
                day,
                light,
                systems: (compliance.systems_compliant, compliance.systems_in_scope),
                messages: (compliance.messages_sent > 0)
                    .then_some((compliance.messages_compliant, compliance.messages_sent)),
                without_evidence,
            }
        });
        let mut overdue: Vec<&Instance> =
            self.plan.instances().iter().filter(|one| one.overdue).collect();
        overdue.sort_by_key(|one| one.due);
        let next = report.ahead.iter().filter_map(|(_, key)| self.plan.instance(key));
        Status {
            light: light_of(report.light.computed),
            reasons: self.reasons(report),
            by_hand: report
                .light
                .by_hand
                .as_ref()
                .map(|(light, why)| (light_of(*light), why.clone())),
            tasks: (report.counts.all, report.counts.done, report.counts.overdue),
            deadlines: deadlines.collect(),
            milestones: report
                .milestones
                .iter()
                .map(|line| MilestoneStatus {
                    name: self.milestone(&line.id),
                    baseline: line.baseline,
                    forecast: line.forecast,
                    reached: line.reached,
                    light: match (line.reached, line.baseline, line.forecast) {
                        (Some(_), ..) => Light::Green,
                        (None, Some(baseline), Some(forecast)) => {
                            light_of(lights::of_delay(baseline, forecast))
                        }
                        _ => Light::Unknown,
                    },
                })
                .collect(),
            overdue: overdue.into_iter().map(|one| self.task_ref(one)).collect(),
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
                        .map_or_else(String::new, |key| self.name(Kind::Person, key)),
                })
                .collect(),
            decisions: report
                .decisions
                .iter()
                .map(|(_, of)| (of.title.clone(), of.wanted_by))
                .collect(),
            next: next.map(|one| self.task_ref(one)).collect(),
        }
    }

    /// Why the light is not green: milestones by name, tasks counted, requirements with their subjects counted.
    fn reasons(&self, report: &StatusReport) -> Vec<String> {
        let mut reasons = Vec::new();
        let mut counts: BTreeMap<(u8, &str), usize> = BTreeMap::new();
        for (_, reason) in &report.light.reasons {
            match reason {
                Reason::Delay { milestone, baseline, forecast } => reasons.push(format!(
                    "{} {} {} {}",
                    self.milestone(milestone),
                    self.said("ventes", "is expected"),
                    crate::paper::day(*forecast, self.language),
                    match self.language {
                        Language::Da =>
                            format!("mod {}", crate::paper::day(*baseline, self.language)),
                        Language::En =>
                            format!("against {}", crate::paper::day(*baseline, self.language)),
                    }
                )),
                Reason::Overdue { .. } => *counts.entry((1, "")).or_default() += 1,
                Reason::Failing { requirement, .. } => {
                    *counts.entry((0, requirement.as_str())).or_default() += 1;
                }
                Reason::NoEvidence { requirement, .. } => {
                    *counts.entry((2, requirement.as_str())).or_default() += 1;
                }
            }
        }
        let counted = counts.into_iter().map(|((order, requirement), count)| match order {
            0 => format!("{requirement} {} ({count})", self.said("er ikke opfyldt", "is not met")),
            1 if count == 1 => {
                self.said("1 skal-opgave er over frist", "1 must task is overdue").to_owned()
            }
            1 => format!(
                "{count} {}",
                self.said("skal-opgaver er over frist", "must tasks are overdue")
            ),
            _ => format!(
                "{requirement} {} ({count})",
                self.said("mangler evidens", "has no evidence")
            ),
        });
        counted.chain(reasons).collect()
    }
}

fn light_of(light: lights::Light) -> Light {
    match light {
        lights::Light::Green => Light::Green,
        lights::Light::Yellow => Light::Yellow,
        lights::Light::Red => Light::Red,
    }
}

/// Names of the roles by id, for the deck.
pub fn roles(catalogue: &Catalogue, language: Language) -> Vec<(String, String)> {
    catalogue
        .roles
        .iter()
        .map(|role| (role.id.to_string(), role.name.of(language).to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use brevdue_programme::beginning::{Beginning, begin};
    use brevdue_programme::change::outcome;

    use super::*;
    use crate::testing::{at, day, id, insert, key};

    #[test]
    fn the_shipped_catalogue_goes_to_the_workbook_the_calendar_and_the_report_and_back() {
        let catalogue = Catalogue::shipped();
        let beginning: Beginning = serde_json::from_value(serde_json::json!({
            "name": "Digital Post 2027", "authority": "Lindholm Kommune", "kind": "kommune",
            "track": "new_adoption", "variant": "full", "profile": "NEW", "start": "2026-01-05",
        }))
        .unwrap();
        let mut programme = Programme::default();
        let changes = begin(&beginning, catalogue).unwrap();
        programme.put(&outcome(&programme, &changes, "pm", "", at()).unwrap().writes);
        let system = System {
            name: "Omsorg".into(),
            role: Some(brevdue_programme::objects::SystemRole::Sender),
            ..System::default()
        };
        insert(&mut programme, "S-001", &system);
        let plan = Plan::of(&programme, catalogue, day("2026-03-02")).unwrap();
        let named = Named { programme: &programme, catalogue, plan: &plan, language: Language::Da };
        let (tasks, milestones, figures) = (named.tasks(), named.milestones(), named.figures());
        assert!(tasks.len() > 60, "{}", tasks.len());
        let export = crate::workbook::Export {
            id: id(),
            programme: &programme,
            language: Language::Da,
            as_of: at(),
            catalogue_version: &catalogue.version,
            tasks: &tasks,
            milestones: &milestones,
            requirements: &[],
            figures: &figures,
            volumes: &BTreeMap::new(),
        };
        let file = crate::workbook::write(&export).unwrap();
        let diff = crate::workbook::read(&file, id(), &programme).unwrap();
        assert!(diff.is_empty(), "{:?}", diff.lines);
        let entries = named.calendar(Whose::All);
        assert!(entries.contains_key("milestone/GOLIVE"));
        assert!(entries.keys().any(|name| name.starts_with("task/OP3-T01")));
        assert!(
            named
                .calendar(Whose::Person(&key("P-001")))
                .keys()
                .all(|name| name.starts_with("milestone/"))
        );
        let of_area = |id: &str| {
            let entries = named.calendar(Whose::Area(&id.parse().unwrap()));
            entries.into_keys().filter(|name| name.starts_with("task/")).collect::<Vec<_>>()
        };
        let (data, people) = (of_area("DAT"), of_area("UDD"));
        assert!(data.iter().any(|name| name.starts_with("task/OP3")) && !people.is_empty());
        assert!(data.iter().all(|name| entries.contains_key(name) && !people.contains(name)));
        let judgements = Judgements::default();
        let report = brevdue_programme::status::report(
            &programme,
            catalogue,
            &plan,
            &judgements,
            BTreeMap::new(),
        )
        .unwrap();
        let head = named.head(&report, at());
        let printed = crate::reports::status(&head, &named.status(&report, &judgements)).unwrap();
        assert_eq!(printed.pages, 1);
        let gantt = named.gantt().unwrap();
        let tasks: Vec<TaskRef> = plan.instances().iter().map(|one| named.task_ref(one)).collect();
        assert!(crate::reports::plan(&head, &gantt, &tasks).unwrap().pages > 1);
    }
}
