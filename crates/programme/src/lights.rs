//! The light of the status report: reckoned by rule, and perhaps another set by hand beside it.

use serde::Serialize;

use crate::catalogue::{Catalogue, Obligation, RequirementKind};
use crate::checks::CheckResult;
use crate::closing::Judgements;
use crate::day::Day;
use crate::ids::{Key, MilestoneId, RequirementId};
use crate::objects::Settings;
use crate::plan::Plan;

/// A delay of at least so many months makes the light yellow.
pub const YELLOW_MONTHS: i32 = 1;

/// A delay of more than so many months makes it red.
pub const RED_MONTHS: i32 = 3;

/// Weeks before its date from which a requirement without evidence makes the light yellow.
pub const EVIDENCE_WEEKS: i32 = 4;

/// A traffic light. Never shown by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Light {
    /// No delay is expected.
    Green,
    /// Some.
    Yellow,
    /// Much, or something that must be is not.
    Red,
}

impl Light {
    /// The light of its word.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "green" => Some(Self::Green),
            "yellow" => Some(Self::Yellow),
            "red" => Some(Self::Red),
            _ => None,
        }
    }
}

/// Why the light is not green.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum Reason {
    /// A milestone will come after its baseline.
    Delay {
        /// Which.
        milestone: MilestoneId,
        /// It was to be.
        baseline: Day,
        /// It will be.
        forecast: Day,
    },
    /// A must task is past its due day.
    Overdue {
        /// The key of its state.
        key: Key,
        /// It was due.
        due: Day,
    },
    /// An official requirement fails after its date.
    Failing {
        /// Which.
        requirement: RequirementId,
        /// For what; none: the authority.
        subject: Option<Key>,
    },
    /// An official requirement has no evidence, and its date is near or past.
    NoEvidence {
        /// Which.
        requirement: RequirementId,
        /// For what; none: the authority.
        subject: Option<Key>,
        /// Its date.
        due: Day,
    },
}

/// The light with all that speaks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lit {
    /// By rule.
    pub computed: Light,
    /// By hand, with its comment. A light by hand without a comment does not count.
    pub by_hand: Option<(Light, String)>,
    /// Why the computed one is not green; what makes it red first.
    pub reasons: Vec<(Light, Reason)>,
}

impl Lit {
    /// The light to show large; the computed one stands beside it where it differs.
    pub fn shown(&self) -> Light {
        self.by_hand.as_ref().map_or(self.computed, |(light, _)| *light)
    }
}

/// The light of a delay: green below one month, yellow to three months, red above.
pub fn of_delay(planned: Day, forecast: Day) -> Light {
    if forecast > planned.plus_months(RED_MONTHS) {
        Light::Red
    } else if forecast >= planned.plus_months(YELLOW_MONTHS) {
        Light::Yellow
    } else {
        Light::Green
    }
}

/// Reckons the light.
pub fn light(
    plan: &Plan,
    catalogue: &Catalogue,
    settings: &Settings,
    judgements: &Judgements,
) -> Lit {
    let mut reasons = Vec::new();
    for milestone in plan.milestones() {
        let planned = milestone.held.baseline.or(milestone.held.day);
        let (Some(baseline), Some(forecast)) = (planned, milestone.forecast) else { continue };
        if milestone.held.reached.is_some() {
            continue;
        }
        let milestone = milestone.kind.id.clone();
        reasons
            .push((of_delay(baseline, forecast), Reason::Delay { milestone, baseline, forecast }));
    }
    for instance in plan.instances() {
        let must = plan.task_of(instance).obligation == Obligation::Must;
        if let (true, true, Some(due)) = (instance.overdue, must, instance.due) {
            reasons.push((Light::Red, Reason::Overdue { key: instance.key.clone(), due }));
        }
    }
    let official = catalogue.requirements.iter();
    for requirement in official.filter(|r| r.kind == RequirementKind::Official) {
        for (subject, judgement) in judgements.all(&requirement.id) {
            let Some(due) = judgement.due else { continue };
            let (requirement, subject) = (requirement.id.clone(), subject.cloned());
            match judgement.result {
                CheckResult::Fail if due <= plan.today => {
                    reasons.push((Light::Red, Reason::Failing { requirement, subject }));
                }
                CheckResult::NoEvidence if due.plus_weeks(-EVIDENCE_WEEKS) <= plan.today => {
                    let reason = Reason::NoEvidence { requirement, subject, due };
                    reasons.push((Light::Yellow, reason));
                }
                _ => {}
            }
        }
    }
    reasons.retain(|(light, _)| *light != Light::Green);
    reasons.sort_by_key(|(light, _)| std::cmp::Reverse(*light));
    let comment = settings.light_comment.trim();
    let by_hand = settings.light_by_hand.as_deref().and_then(Light::from_word);
    Lit {
        computed: reasons.first().map_or(Light::Green, |(light, _)| *light),
        by_hand: by_hand.filter(|_| !comment.is_empty()).map(|light| (light, comment.to_owned())),
        reasons,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Change;
    use crate::closing::Judgement;
    use crate::fixture::{apply, catalogue, day, key, programme};
    use crate::objects::Status;
    use crate::programme::settings_key;

    fn lit(today: &str, judgements: &Judgements, done: bool, by_hand: (&str, &str)) -> Lit {
        let mut programme = programme("ACTUAL", "2020-08-01");
        let mut catalogue = catalogue();
        catalogue.requirements.push(crate::catalogue::Requirement {
            id: "MK-A2".parse().unwrap(),
            kind: RequirementKind::Official,
            title: crate::text::Bilingual::default(),
            passes_when: crate::text::Bilingual::default(),
            remedy: crate::text::Bilingual::default(),
            applies_to: crate::catalogue::AppliesTo::Sender,
            from: Some("MEMO_ONLY".parse().unwrap()),
            window_days: 30,
            limits: Default::default(),
            lists: Default::default(),
            rule_version: 1,
            sources: vec![],
            provenance: crate::catalogue::Provenance::Confirmed,
        });
        let settings = programme.settings().unwrap();
        let mut after = settings.clone();
        after.light_by_hand = Some(by_hand.0.to_owned()).filter(|word| !word.is_empty());
        after.light_comment = by_hand.1.to_owned();
        if let Some(change) = Change::edit(settings_key(), &settings, &after) {
            apply(&mut programme, &[change]);
        }
        let today = day(today);
        if done {
            let plan = Plan::of(&programme, &catalogue, today).unwrap();
            let mut changes = Vec::new();
            for instance in plan.instances() {
                let mut state = instance.fresh_state(&plan.task_of(instance).task.id);
                state.status = Status::Done;
                changes.push(Change::add(instance.key.clone(), &state));
            }
            apply(&mut programme, &changes);
        }
        let plan = Plan::of(&programme, &catalogue, today).unwrap();
        light(&plan, &catalogue, &programme.settings().unwrap(), judgements)
    }

    fn judged(result: CheckResult) -> Judgements {
        let mut judgements = Judgements::default();
        let judgement = Judgement { result, last: None, due: Some(day("2023-11-30")) };
        judgements.insert("MK-A2".parse().unwrap(), Some(key("S-1")), judgement);
        judgements
    }

    #[test]
    fn delays_follow_the_rule_of_one_and_three_months() {
        let planned = day("2026-01-31");
        assert_eq!(of_delay(planned, day("2026-02-27")), Light::Green);
        assert_eq!(of_delay(planned, day("2026-02-28")), Light::Yellow);
        assert_eq!(of_delay(planned, day("2026-04-30")), Light::Yellow);
        assert_eq!(of_delay(planned, day("2026-05-01")), Light::Red);
    }

    #[test]
    fn a_must_task_past_due_is_red_at_once() {
        let none = Judgements::default();
        assert_eq!(lit("2021-01-04", &none, false, ("", "")).computed, Light::Green);
        // MAPPED is 2021-06-14.
        let late = lit("2021-06-15", &none, false, ("", ""));
        assert_eq!(late.computed, Light::Red);
        assert!(
            matches!(&late.reasons[0].1, Reason::Overdue { key, .. } if key.as_str() == "OP3-T01")
        );
    }

    #[test]
    fn acceptance_06_a_failing_official_requirement_is_red_after_its_date_and_not_before() {
        let fails = judged(CheckResult::Fail);
        assert_eq!(lit("2023-11-29", &fails, true, ("", "")).computed, Light::Green);
        assert_eq!(lit("2023-11-30", &fails, true, ("", "")).computed, Light::Red);
    }

    #[test]
    fn acceptance_07_no_evidence_is_yellow_from_four_weeks_before_its_date_and_never_green_after() {
        let none = judged(CheckResult::NoEvidence);
        assert_eq!(lit("2023-11-01", &none, true, ("", "")).computed, Light::Green);
        assert_eq!(lit("2023-11-02", &none, true, ("", "")).computed, Light::Yellow);
        assert_eq!(lit("2024-06-03", &none, true, ("", "")).computed, Light::Yellow);
    }

    #[test]
    fn a_light_by_hand_needs_a_comment_and_does_not_hide_the_computed_one() {
        let fails = judged(CheckResult::Fail);
        let without = lit("2023-12-01", &fails, true, ("green", " "));
        assert_eq!(without.shown(), Light::Red);
        let with = lit("2023-12-01", &fails, true, ("yellow", "Rettes i dag"));
        assert_eq!((with.shown(), with.computed), (Light::Yellow, Light::Red));
    }
}
