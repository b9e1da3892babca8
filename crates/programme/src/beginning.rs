//! Making a programme, proposing the full or the light version, and switching between them.

use std::collections::{BTreeMap, BTreeSet};

use brevdue_memo::Timestamp;
use serde::{Deserialize, Serialize};

use crate::catalogue::{Catalogue, DoneWhen, Profile, ProfileDate, Variant};
use crate::change::Change;
use crate::day::Day;
use crate::ids::{Key, MilestoneId, ProfileId, TaskId, milestones};
use crate::objects::{AuthorityKind, Milestone, Settings, Status, System, TaskState, Track};
use crate::plan::{NoPlan, Plan};
use crate::programme::{Programme, settings_key};
use crate::registers;
use crate::reminding::Reminders;

/// Characters of a name at most.
pub const NAME_CHARACTERS: usize = 200;

/// What is asked of somebody who begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beginning {
    /// The programme's name.
    pub name: String,
    /// The authority's name.
    pub authority: String,
    /// Its CVR numbers.
    #[serde(default)]
    pub cvr: BTreeSet<String>,
    /// What kind of authority.
    pub kind: AuthorityKind,
    /// The track.
    pub track: Track,
    /// Full or light.
    pub variant: Variant,
    /// The deadline profile.
    pub profile: ProfileId,
    /// The day it begins (T0).
    pub start: Day,
}

/// Why a programme was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CannotBegin {
    /// The programme or the authority has no name, or one that is too long.
    #[error("the {of} has a name of 1 to {NAME_CHARACTERS} characters")]
    Name {
        /// `programme` or `authority`.
        of: &'static str,
    },
    /// A CVR number is eight digits. Modulus 11 is not checked: it is a claim of identity, not a proof.
    #[error("a CVR number is eight digits")]
    Cvr,
    /// The catalogue has no such profile.
    #[error("there is no deadline profile {0}; there are {1}")]
    UnknownProfile(ProfileId, String),
    /// Milestones of the profile are each the same as the other.
    #[error("in profile {profile} the date of {milestone} is its own")]
    Circular {
        /// The profile.
        profile: ProfileId,
        /// Where the circle was noticed.
        milestone: MilestoneId,
    },
}

/// The changes that make a programme: its settings and the milestones of the profile.
///
/// # Errors
///
/// [`CannotBegin`], for the first thing that is not as it must be.
pub fn begin(beginning: &Beginning, catalogue: &Catalogue) -> Result<Vec<Change>, CannotBegin> {
    for (of, name) in [("programme", &beginning.name), ("authority", &beginning.authority)] {
        if name.trim().is_empty() || name.chars().count() > NAME_CHARACTERS {
            return Err(CannotBegin::Name { of });
        }
    }
    let eight_digits = |cvr: &String| cvr.len() == 8 && cvr.bytes().all(|b| b.is_ascii_digit());
    if !beginning.cvr.iter().all(eight_digits) {
        return Err(CannotBegin::Cvr);
    }
    let dates = dates(catalogue, &beginning.profile, beginning.variant, beginning.start)?;
    let settings = Settings {
        name: beginning.name.trim().to_owned(),
        authority: beginning.authority.trim().to_owned(),
        cvr: beginning.cvr.clone(),
        kind: beginning.kind,
        units: Vec::new(),
        contact: String::new(),
        track: beginning.track,
        variant: beginning.variant,
        profile: beginning.profile.clone(),
        start: beginning.start,
        catalogue_version: catalogue.version.clone(),
        assessment: BTreeMap::new(),
        ambition: None,
        approved_by: None,
        contact_structure_office: String::new(),
        contact_structure_deputy: String::new(),
        contact_structure_reviewed: None,
        organisation_changed: None,
        light_by_hand: None,
        light_comment: String::new(),
        project_basis: String::new(),
        weights: BTreeMap::new(),
        reporting: String::new(),
        works_on: BTreeSet::new(),
        reminders: Reminders::default(),
        archived: false,
    };
    let mut changes = vec![Change::add(settings_key(), &settings)];
    for (id, milestone) in &dates {
        changes.push(Change::add(milestone_key(id), milestone));
    }
    Ok(changes)
}

/// What a track proposes: the profile and the version. It sets defaults alone, never permissions.
pub fn defaults(track: Track) -> (&'static str, Variant) {
    match track {
        Track::Pilot | Track::Frontrunner | Track::Authority => ("ACTUAL", Variant::Full),
        Track::Light => ("NEW", Variant::Light),
        Track::NewAdoption => ("NEW", Variant::Full),
    }
}

/// The key under which a milestone is kept.
///
/// # Panics
///
/// Never: both are keys.
pub fn milestone_key(id: &MilestoneId) -> Key {
    id.as_str().parse().expect("a milestone's id is a key")
}

/// The dates that a profile gives, for every milestone of the catalogue, in its order.
///
/// # Errors
///
/// When there is no such profile, or a date hangs on itself.
pub fn dates(
    catalogue: &Catalogue,
    profile: &ProfileId,
    variant: Variant,
    start: Day,
) -> Result<Vec<(MilestoneId, Milestone)>, CannotBegin> {
    let Some(profile) = catalogue.profiles.iter().find(|known| known.id == *profile) else {
        let known: Vec<_> = catalogue.profiles.iter().map(|known| known.id.as_str()).collect();
        return Err(CannotBegin::UnknownProfile(profile.clone(), known.join(", ")));
    };
    let ground = Ground { catalogue, profile, variant, start };
    let dated = |id: &MilestoneId| Ok((id.clone(), ground.date(id, 0)?));
    catalogue.milestones.iter().map(|kind| dated(&kind.id)).collect()
}

struct Ground<'a> {
    catalogue: &'a Catalogue,
    profile: &'a Profile,
    variant: Variant,
    start: Day,
}

impl Ground<'_> {
    fn date(&self, id: &MilestoneId, depth: usize) -> Result<Milestone, CannotBegin> {
        if depth > self.catalogue.milestones.len() + self.profile.dates.len() {
            let (profile, milestone) = (self.profile.id.clone(), id.clone());
            return Err(CannotBegin::Circular { profile, milestone });
        }
        let on = |day: Option<Day>| Milestone { day, ..Milestone::default() };
        Ok(match self.profile.dates.get(id) {
            Some(ProfileDate::On { day, time, until }) => Milestone {
                day: Some(*day),
                time: time.clone(),
                until: *until,
                ..Milestone::default()
            },
            Some(ProfileDate::As { same_as }) => self.date(same_as, depth + 1)?,
            Some(ProfileDate::AfterStart { weeks, weeks_light }) => {
                let weeks = if self.variant == Variant::Light { weeks_light } else { weeks };
                on(Some(self.start.plus_weeks(*weeks)))
            }
            Some(ProfileDate::Empty { .. }) => Milestone::default(),
            None if id.as_str() == milestones::START => on(Some(self.start)),
            None => match weeks_from_golive(self.catalogue, id, self.variant) {
                Some(weeks) if id.as_str() != milestones::GOLIVE => {
                    let golive: MilestoneId =
                        milestones::GOLIVE.parse().expect("GOLIVE is a milestone's id");
                    let golive = self.date(&golive, depth + 1)?;
                    on(golive.day.map(|day| day.plus_weeks(weeks)))
                }
                _ => Milestone::default(),
            },
        })
    }
}

/// Weeks from `GOLIVE` of a milestone, where a profile says nothing of it.
pub fn weeks_from_golive(catalogue: &Catalogue, id: &MilestoneId, variant: Variant) -> Option<i32> {
    let kind = catalogue.milestones.iter().find(|kind| kind.id == *id)?;
    match variant {
        Variant::Full => kind.weeks_from_golive,
        Variant::Light => kind.weeks_from_golive_light.or(kind.weeks_from_golive),
    }
}

/// Up to where the light version is proposed. All must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// The most that an answer may be, by question.
    pub at_most: BTreeMap<String, i64>,
}

impl Default for Thresholds {
    fn default() -> Self {
        let at_most = [
            ("sender_systems", 3),
            ("receiver_systems", 1),
            ("messages_a_year", 20_000),
            ("suppliers", 3),
            ("in_house_integrations", 0),
        ];
        Self { at_most: at_most.map(|(name, most)| (name.to_owned(), most)).into() }
    }
}

/// What the self-assessment says of one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assessed {
    /// Which.
    pub question: String,
    /// The answer; none: not given yet, so the light version is not proposed.
    pub answer: Option<i64>,
    /// The most it may be.
    pub at_most: i64,
    /// It is.
    pub holds: bool,
}

/// The version that the answers speak for, and why. The user may choose otherwise.
pub fn assess(
    answers: &BTreeMap<String, i64>,
    thresholds: &Thresholds,
) -> (Variant, Vec<Assessed>) {
    let assessed = thresholds.at_most.iter().map(|(question, at_most)| {
        let answer = answers.get(question).copied();
        let holds = answer.is_some_and(|answer| (0..=*at_most).contains(&answer));
        Assessed { question: question.clone(), answer, at_most: *at_most, holds }
    });
    let assessed: Vec<_> = assessed.collect();
    let light = assessed.iter().all(|question| question.holds);
    (if light { Variant::Light } else { Variant::Full }, assessed)
}

/// Answers as far as the registers know them, to fill in the form with.
pub fn answers_of_registers(programme: &Programme) -> BTreeMap<String, i64> {
    let systems: Vec<System> = programme.all::<System>().map(|(_, system)| system).collect();
    if systems.is_empty() {
        return BTreeMap::new();
    }
    let count = |holds: &dyn Fn(&System) -> bool| {
        i64::try_from(systems.iter().filter(|system| holds(system)).count()).unwrap_or(i64::MAX)
    };
    let suppliers: BTreeSet<_> = systems.iter().filter_map(|s| s.supplier.as_ref()).collect();
    let newest = |system: &System| {
        let newest = system.volumes.iter().max_by_key(|volume| volume.year);
        newest.map_or(0, |volume| volume.messages_out)
    };
    let sent = systems.iter().map(newest).fold(0, u64::saturating_add);
    let mut answers = BTreeMap::new();
    answers.insert("sender_systems".to_owned(), count(&registers::sends));
    answers.insert("receiver_systems".to_owned(), count(&registers::receives));
    answers.insert("suppliers".to_owned(), i64::try_from(suppliers.len()).unwrap_or(i64::MAX));
    if systems.iter().any(|system| !system.volumes.is_empty()) {
        answers.insert("messages_a_year".to_owned(), i64::try_from(sent).unwrap_or(i64::MAX));
    }
    answers.insert("in_house_integrations".to_owned(), count(&registers::is_in_house));
    answers
}

/// What switching between full and light comes to. Registers are not touched.
#[derive(Debug, Clone, PartialEq)]
pub struct Switch {
    /// The changes to make.
    pub changes: Vec<Change>,
    /// Tasks of the other version that are marked done, because their counterparts are: task and subject.
    pub marked: Vec<(TaskId, Option<Key>)>,
    /// Tasks that are new: open in the version it is switched to.
    pub new: Vec<TaskId>,
    /// Milestones that move to the offsets of the other version: id, from, to.
    pub moved: Vec<(MilestoneId, Option<Day>, Option<Day>)>,
}

/// Switches to the other version.
///
/// A task of the full version that a done light task stands for is marked done when somebody decides
/// about it by hand; a task with a condition is left to its condition. A light task is marked done when
/// every task it stands for is done or not relevant. Milestones that nobody moved take the offsets of the
/// other version; those that were moved, reached or frozen stay.
///
/// # Errors
///
/// When there is no plan.
pub fn switch(
    programme: &Programme,
    catalogue: &Catalogue,
    to: Variant,
    now: Timestamp,
    today: Day,
) -> Result<Switch, NoPlan> {
    let settings = programme.settings().ok_or(NoPlan::NotBegun)?;
    let nothing = Switch { changes: vec![], marked: vec![], new: vec![], moved: vec![] };
    if settings.variant == to {
        return Ok(nothing);
    }
    let here = Plan::of(programme, catalogue, today)?;
    let there = Plan::of_variant(programme, catalogue, today, to)?;
    let mut switch = nothing;
    let mut switched = settings.clone();
    switched.variant = to;
    switch.changes.extend(Change::edit(settings_key(), &settings, &switched));

    let finished = |id: &TaskId| {
        let mut any = false;
        let all = here.of_task(id).all(|instance| {
            any = true;
            instance.is_closed()
        });
        any && all
    };
    let mut stood_for = BTreeSet::new();
    for planned in here.tasks() {
        if finished(&planned.task.id) {
            stood_for.extend(planned.task.condenses.iter().cloned());
        }
    }
    for planned in there.tasks() {
        let task = &planned.task;
        let done = match to {
            Variant::Full => stood_for.contains(&task.id) && task.done_when == DoneWhen::Manual,
            Variant::Light => {
                let mut known =
                    task.condenses.iter().filter(|id| here.of_task(id).next().is_some());
                !task.condenses.is_empty() && known.clone().next().is_some() && known.all(&finished)
            }
        };
        let mut open = false;
        for instance in there.of_task(&task.id) {
            if instance.is_closed() {
                continue;
            }
            if !done {
                open = true;
                continue;
            }
            let before = programme.get::<TaskState>(&instance.key);
            let mut after = before.clone().unwrap_or_else(|| instance.fresh_state(&task.id));
            after.status = Status::Done;
            after.percent = 100;
            after.done_at = Some(now);
            switch.changes.extend(match &before {
                Some(before) => Change::edit(instance.key.clone(), before, &after),
                None => Some(Change::add(instance.key.clone(), &after)),
            });
            switch.marked.push((task.id.clone(), instance.subject.clone()));
        }
        if open || there.of_task(&task.id).next().is_none() {
            switch.new.push(task.id.clone());
        }
    }

    let start = settings.start;
    let old = dates(catalogue, &settings.profile, settings.variant, start).unwrap_or_default();
    let new = dates(catalogue, &settings.profile, to, start).unwrap_or_default();
    for ((id, old), (_, new)) in old.iter().zip(&new) {
        let Some(held) = programme.get::<Milestone>(&milestone_key(id)) else { continue };
        let untouched = held.day == old.day && held.reached.is_none() && held.baseline.is_none();
        if !untouched || old.day == new.day {
            continue;
        }
        let after = Milestone { day: new.day, ..held.clone() };
        switch.changes.extend(Change::edit(milestone_key(id), &held, &after));
        switch.moved.push((id.clone(), held.day, new.day));
    }
    Ok(switch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{apply, at, beginning, catalogue, day, key, programme};

    #[test]
    fn acceptance_02_the_profile_for_joining_now_has_both_deadlines_on_one_day() {
        for (variant, weeks) in [(Variant::Full, 52), (Variant::Light, 26)] {
            let begun = begin(&beginning("NEW", variant, "2026-11-23"), &catalogue()).unwrap();
            let mut programme = Programme::default();
            apply(&mut programme, &begun);
            let day_of = |id: &str| programme.get::<Milestone>(&key(id)).unwrap().day.unwrap();
            assert_eq!(day_of("GOLIVE"), day("2026-11-23").plus_weeks(weeks));
            assert_eq!(day_of("MEMO_ONLY"), day_of("GOLIVE"));
            assert_eq!(day_of("LEGACY_OFF"), day_of("GOLIVE"));
            assert_eq!(day_of("START"), day("2026-11-23"));
        }
    }

    #[test]
    fn a_profile_keeps_times_and_what_it_does_not_name_goes_by_weeks() {
        let programme = programme("ACTUAL", "2020-08-01");
        let off: Milestone = programme.get(&key("LEGACY_OFF")).unwrap();
        assert_eq!((off.day, off.time.as_deref()), (Some(day("2023-12-05")), Some("12:00")));
        let ready: Milestone = programme.get(&key("READY")).unwrap();
        assert_eq!(ready.day, Some(day("2022-02-21")));
        assert_eq!(programme.get::<Milestone>(&key("CUTOVER")).unwrap().day, None);
    }

    #[test]
    fn what_cannot_begin_is_named() {
        let text = |change: &dyn Fn(&mut Beginning)| {
            let mut asked = beginning("NEW", Variant::Full, "2026-11-23");
            change(&mut asked);
            begin(&asked, &catalogue()).unwrap_err().to_string()
        };
        let unknown = text(&|asked| asked.profile = "OLD".parse().unwrap());
        assert_eq!(unknown, "there is no deadline profile OLD; there are NEW, ACTUAL");
        assert!(text(&|asked| asked.name = " ".into()).starts_with("the programme has a name"));
        let short = text(&|asked| asked.cvr = BTreeSet::from(["1234567".to_owned()]));
        assert_eq!(short, "a CVR number is eight digits");
    }

    #[test]
    fn a_profile_whose_dates_hang_on_each_other_is_refused() {
        let mut catalogue = catalogue();
        let same_as = "LEGACY_OFF".parse().unwrap();
        let dates = &mut catalogue.profiles[0].dates;
        dates.insert("MEMO_ONLY".parse().unwrap(), ProfileDate::As { same_as });
        let refused = begin(&beginning("NEW", Variant::Full, "2026-11-23"), &catalogue);
        assert!(matches!(refused, Err(CannotBegin::Circular { .. })), "{refused:?}");
    }

    #[test]
    fn light_is_proposed_when_every_answer_is_small_and_known() {
        let thresholds = Thresholds::default();
        let mut answers: BTreeMap<String, i64> = thresholds.at_most.clone();
        assert_eq!(assess(&answers, &thresholds).0, Variant::Light);
        answers.insert("messages_a_year".into(), 20_001);
        let (proposed, why) = assess(&answers, &thresholds);
        assert_eq!(proposed, Variant::Full);
        let failing: Vec<_> = why.iter().filter(|q| !q.holds).map(|q| &q.question[..]).collect();
        assert_eq!(failing, ["messages_a_year"]);
        answers.remove("messages_a_year");
        assert_eq!(assess(&answers, &thresholds).0, Variant::Full);
    }

    #[test]
    fn switching_keeps_the_registers_marks_what_was_done_and_shows_what_is_new() {
        let (catalogue, today, now) = (catalogue(), day("2026-02-02"), at("2026-02-02T08:00:00Z"));
        let mut programme = programme("NEW", "2026-01-02");
        let light = switch(&programme, &catalogue, Variant::Light, now, today).unwrap();
        apply(&mut programme, &light.changes);
        assert_eq!(light.moved.len(), 5, "GOLIVE and what hangs on it come sooner");
        let plan = Plan::of(&programme, &catalogue, today).unwrap();
        assert_eq!(plan.instances().len(), 2);
        let first = plan.instance(&key("L1")).unwrap();
        let mut done = first.fresh_state(&"L1".parse().unwrap());
        done.status = Status::Done;
        apply(&mut programme, &[Change::add(key("L1"), &done)]);

        let systems: Vec<_> = programme.all::<System>().map(|(key, s)| (key.clone(), s)).collect();
        let full = switch(&programme, &catalogue, Variant::Full, now, today).unwrap();
        apply(&mut programme, &full.changes);
        assert_eq!(full.marked, [("OP3-T01".parse().unwrap(), None)]);
        assert_eq!(full.new.len(), 8);
        let plan = Plan::of(&programme, &catalogue, today).unwrap();
        assert_eq!(plan.instance(&key("OP3-T01")).unwrap().status, Status::Done);
        let kept: Vec<_> = programme.all::<System>().map(|(key, s)| (key.clone(), s)).collect();
        assert_eq!(systems, kept);
    }
}
