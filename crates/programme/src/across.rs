//! Several authorities side by side (R10): where each programme stands, in one line.
//!
//! Whose programme is shown to whom is not decided anew: a line is shown to exactly those who may read the
//! programme it is of.

use brevdue_memo::Timestamp;
use serde::Serialize;

use crate::catalogue::{Catalogue, Variant};
use crate::day::Day;
use crate::ids::{Key, MilestoneId, ProgrammeId, milestones};
use crate::lights::Light;
use crate::objects::{Person, Settings};
use crate::plan::{NoPlan, PlannedMilestone};
use crate::programmes::{JudgeError, Judged, Programmes};
use crate::status::{Basis, Compliance, Counts};
use crate::storage::StorageError;
use crate::text::Bilingual;

/// Programmes side by side at most; the rest are counted. Each is judged for it, one after the other.
pub const PROGRAMMES: usize = 200;

/// With whose eyes programmes are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer<'a> {
    /// Whoever signs in under this id: the programmes that have an entry of theirs.
    SignsInAs(&'a str),
    /// An entry that nobody signs in under: its own programme.
    Entry(ProgrammeId, &'a Key),
    /// Whoever holds the data folder, and can read all there is in it.
    HoldsTheData,
}

/// The two official deadlines, in their order.
pub const DEADLINES: [&str; 2] = [milestones::GOLIVE, milestones::MEMO_ONLY];

/// Several programmes side by side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Across {
    /// As of when.
    pub at: Timestamp,
    /// What a name had to hold; empty: all.
    pub filter: String,
    /// By authority, then by name.
    pub lines: Vec<Line>,
    /// Programmes beyond [`PROGRAMMES`].
    pub left_out: usize,
}

/// One programme.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// Which.
    pub id: ProgrammeId,
    /// Its name.
    pub name: String,
    /// The authority.
    pub authority: String,
    /// Full or light.
    pub variant: Variant,
    /// Where it stands; none when it has no plan that could be reckoned, and so nobody knows.
    pub standing: Option<Standing>,
}

/// Where a programme stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Standing {
    /// When it was judged.
    pub at: Timestamp,
    /// The day of its plan.
    pub today: Day,
    /// The catalogue it is judged by.
    pub catalogue_version: String,
    /// The light to show.
    pub light: Light,
    /// The light by rule; it stands beside the shown one where it differs.
    pub computed: Light,
    /// The comment of a light set by hand; empty when none was.
    pub comment: String,
    /// Both deadlines of [`DEADLINES`], in that order.
    pub deadlines: [Deadline; 2],
    /// Tasks, counted.
    pub counts: Counts,
    /// How much is measured and how much stated.
    pub basis: Basis,
    /// The milestone that comes next.
    pub next: Option<Next>,
}

/// One of the two deadlines.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Deadline {
    /// Which.
    pub milestone: MilestoneId,
    /// It was to be; the planned day before the plan is approved.
    pub baseline: Option<Day>,
    /// It will be.
    pub forecast: Option<Day>,
    /// When it came to pass.
    pub reached: Option<Day>,
    /// Days late; negative when early.
    pub days_late: Option<i32>,
    /// How many comply with what is asked from then on. Where nothing is in scope, or nothing was sent, nobody
    /// knows: [`Proof`].
    pub compliance: Compliance,
}

/// What a figure of compliance proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// All comply.
    Met,
    /// Some do not, or of some nobody knows.
    Short,
    /// There is nothing to divide: nobody knows.
    NoEvidence,
}

impl Proof {
    /// What so many of so many prove.
    pub fn of(part: u64, whole: u64) -> Self {
        match whole {
            0 => Self::NoEvidence,
            whole if part >= whole => Self::Met,
            _ => Self::Short,
        }
    }
}

impl Deadline {
    /// What its systems prove.
    pub fn systems(&self) -> Proof {
        Proof::of(self.compliance.systems_compliant, self.compliance.systems_in_scope)
    }

    /// What messages prove.
    pub fn messages(&self) -> Proof {
        Proof::of(self.compliance.messages_compliant, self.compliance.messages_sent)
    }
}

/// A milestone that is still to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Next {
    /// Which.
    pub milestone: MilestoneId,
    /// What it is called.
    pub name: Bilingual,
    /// When it will be.
    pub forecast: Day,
}

/// Whole percent of a part, rounded down; none when there is nothing to divide.
pub fn percent(part: u64, whole: u64) -> Option<u64> {
    let percent = u128::from(part) * 100 / u128::from(whole.max(1));
    (whole > 0).then(|| u64::try_from(percent).unwrap_or(u64::MAX))
}

impl Standing {
    /// Where a programme stands by its judgement; the figures are those of its status report (R1).
    ///
    /// # Errors
    ///
    /// [`NoPlan`].
    pub fn of(judged: &Judged) -> Result<Self, NoPlan> {
        let report = judged.status()?;
        let deadline = |word: &str| {
            let milestone: MilestoneId = word.parse().expect("it is written here, as a key");
            let planned = judged.plan.milestone(word);
            Deadline {
                baseline: planned.and_then(|one| one.held.baseline.or(one.held.day)),
                forecast: planned.and_then(|one| one.forecast),
                reached: planned.and_then(|one| one.held.reached),
                days_late: planned.and_then(PlannedMilestone::days_late),
                compliance: report.compliance.get(&milestone).copied().unwrap_or_default(),
                milestone,
            }
        };
        Ok(Self {
            at: judged.at,
            today: report.today,
            light: report.light.shown(),
            computed: report.light.computed,
            comment: report
                .light
                .by_hand
                .as_ref()
                .map_or_else(String::new, |(_, said)| said.clone()),
            deadlines: DEADLINES.map(deadline),
            counts: report.counts,
            basis: report.basis,
            next: next(judged),
            catalogue_version: report.catalogue_version,
        })
    }
}

/// Of the milestones that nobody says were reached, the one that is forecast first from today on.
fn next(judged: &Judged) -> Option<Next> {
    let open = judged.plan.milestones().iter().filter(|one| one.held.reached.is_none());
    let ahead = open.filter_map(|one| Some((one.forecast?, one)));
    let (forecast, one) = ahead
        .filter(|(forecast, _)| *forecast >= judged.plan.today)
        .min_by_key(|(forecast, _)| *forecast)?;
    Some(Next { milestone: one.kind.id.clone(), name: one.kind.name.clone(), forecast })
}

/// What a deadline is called in the catalogue that ships.
pub fn deadline_name(milestone: &str) -> Bilingual {
    let mut shipped = Catalogue::shipped().milestones.iter();
    let kind = shipped.find(|kind| kind.id.as_str() == milestone);
    kind.map_or_else(|| Bilingual::new(milestone, milestone), |kind| kind.name.clone())
}

impl Programmes {
    /// Programmes side by side (R10), as of now: those in use that the viewer may read, whose name or authority
    /// holds the words of `filter`. One whose plan cannot be reckoned is there and says so.
    ///
    /// # Errors
    ///
    /// [`StorageError`].
    pub async fn across(
        &self,
        viewer: Viewer<'_>,
        filter: &str,
        now: Timestamp,
    ) -> Result<Across, StorageError> {
        let mut readable = self.readable(viewer).await?;
        let filter = filter.trim();
        let wanted = filter.to_lowercase();
        readable.retain(|(id, settings)| {
            let fits = |text: &str| text.to_lowercase().contains(&wanted);
            !settings.archived
                && (fits(&settings.name) || fits(&settings.authority) || id.to_string() == wanted)
        });
        readable.sort_by(|(_, one), (_, other)| {
            (&one.authority, &one.name).cmp(&(&other.authority, &other.name))
        });
        let left_out = readable.len().saturating_sub(PROGRAMMES);
        readable.truncate(PROGRAMMES);
        let mut lines = Vec::with_capacity(readable.len());
        for (id, settings) in readable {
            let judged = match self.judged(id, now).await {
                Ok(Some(judged)) => Some(judged),
                // It went meanwhile.
                Ok(None) => continue,
                Err(JudgeError::Storage(fault)) => return Err(fault),
                Err(_) => None,
            };
            let standing = judged.and_then(|judged| Standing::of(&judged).ok());
            let Settings { name, authority, variant, .. } = settings;
            lines.push(Line { id, name, authority, variant, standing });
        }
        Ok(Across { at: now, filter: filter.to_owned(), lines, left_out })
    }

    /// The programmes that a viewer may read.
    async fn readable(
        &self,
        viewer: Viewer<'_>,
    ) -> Result<Vec<(ProgrammeId, Settings)>, StorageError> {
        match viewer {
            Viewer::HoldsTheData => self.list().await,
            Viewer::SignsInAs(subject) => {
                let theirs = self.read_by(subject).await?;
                Ok(theirs.into_iter().map(|entry| (entry.id, entry.settings)).collect())
            }
            Viewer::Entry(id, key) => {
                let programme = self.open(id).await?;
                let programme = programme.filter(|one| one.get::<Person>(key).is_some());
                let settings = programme.and_then(|one| one.settings());
                Ok(settings.map(|settings| (id, settings)).into_iter().collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::beginning::begin;
    use crate::change::Change;
    use crate::fixture::{at, beginning, key, ready, system};
    use crate::memory::Memory;
    use crate::objects::{Milestone, SystemRole};
    use crate::permissions::{Actor, signed_in};
    use crate::programme::settings_key;
    use crate::programmes::By;

    const NOW: &str = "2026-03-02T08:00:00Z";

    fn id(number: u128) -> ProgrammeId {
        ProgrammeId(uuid::Uuid::from_u128(number))
    }

    fn by(person: &str) -> By<'static> {
        By { actor: Actor::Person(key(person)), reason: "", at: at("2026-01-05T08:00:00Z") }
    }

    /// Three authorities. Vera signs in to the first as project manager and to the second as somebody without
    /// a role; the third has an entry that nobody signs in under.
    fn town() -> Programmes {
        let programmes = Programmes::new(Arc::new(Memory::default()));
        for (number, authority, roles, subject) in [
            (1, "Aalund Kommune", &["pm"][..], "vera"),
            (2, "Bredsted Kommune", &[][..], "VERA "),
            (3, "Cedervig Kommune", &["pm"][..], ""),
        ] {
            let asked = crate::beginning::Beginning {
                authority: authority.into(),
                ..beginning("NEW", Variant::Full, "2026-01-05")
            };
            let mut changes = begin(&asked, Catalogue::shipped()).unwrap();
            let roles = roles.iter().map(|role| role.parse().unwrap()).collect();
            let person = Person { roles, subject: subject.into(), ..Person::default() };
            changes.push(Change::add(key("P-1"), &person));
            changes.push(Change::add(
                key("P-2"),
                &Person {
                    roles: ["pm".parse().unwrap()].into(),
                    subject: "leder".into(),
                    ..Person::default()
                },
            ));
            changes.push(Change::add(key("S-1"), &system(SystemRole::Sender)));
            ready(programmes.begin(id(number), &changes, by("P-2"))).unwrap();
        }
        programmes
    }

    fn seen(programmes: &Programmes, viewer: Viewer<'_>) -> Vec<u128> {
        let across = ready(programmes.across(viewer, "", at(NOW))).unwrap();
        across.lines.iter().map(|line| line.id.0.as_u128()).collect()
    }

    #[test]
    fn a_line_is_shown_to_exactly_those_who_may_read_its_programme() {
        let programmes = town();
        for subject in ["vera", "leder", "nobody", "", " "] {
            let mut may_read = Vec::new();
            for number in 1..=3 {
                let programme = ready(programmes.open(id(number))).unwrap().unwrap();
                may_read.extend(signed_in(&programme, subject).map(|_| number));
            }
            assert_eq!(seen(&programmes, Viewer::SignsInAs(subject)), may_read, "{subject:?}");
        }
        assert_eq!(seen(&programmes, Viewer::SignsInAs("vera")), [1, 2]);
        let (there, nobody) = (key("P-1"), key("P-9"));
        assert_eq!(seen(&programmes, Viewer::Entry(id(3), &there)), [3]);
        assert!(seen(&programmes, Viewer::Entry(id(3), &nobody)).is_empty());
        assert_eq!(seen(&programmes, Viewer::HoldsTheData), [1, 2, 3]);

        // Whose entry goes sees it no more, and an archived one is nobody's concern.
        let gone = Change {
            kind: crate::objects::Kind::Person,
            key: key("P-1"),
            what: crate::change::What::Remove { version: 1 },
        };
        ready(programmes.change(id(2), &[gone], by("P-2"))).unwrap();
        assert_eq!(seen(&programmes, Viewer::SignsInAs("vera")), [1]);
        let settings = ready(programmes.open(id(1))).unwrap().unwrap().settings().unwrap();
        let archived = Settings { archived: true, ..settings.clone() };
        let archived = Change::edit(settings_key(), &settings, &archived).unwrap();
        ready(programmes.change(id(1), &[archived], by("P-2"))).unwrap();
        assert!(seen(&programmes, Viewer::SignsInAs("vera")).is_empty());
    }

    #[test]
    fn acceptance_07_a_line_without_evidence_says_so_and_its_figures_are_those_of_the_status_report()
     {
        let programmes = town();
        let across = ready(programmes.across(Viewer::SignsInAs("vera"), "", at(NOW))).unwrap();
        let standing = across.lines[0].standing.as_ref().unwrap();
        let judged = ready(programmes.judged(id(1), at(NOW))).unwrap().unwrap();
        let report = judged.status().unwrap();
        assert_eq!(
            (standing.light, standing.computed),
            (report.light.shown(), report.light.computed)
        );
        assert_eq!((standing.counts, standing.basis), (report.counts, report.basis));
        assert_eq!(standing.basis.measured, 0);
        for deadline in &standing.deadlines {
            assert_ne!(deadline.systems(), Proof::Met, "{deadline:?}");
            assert_eq!(deadline.messages(), Proof::NoEvidence, "{deadline:?}");
            assert_eq!(deadline.compliance, report.compliance[&deadline.milestone]);
        }
        let golive = &standing.deadlines[0];
        assert_eq!((golive.baseline, golive.days_late), ("2027-01-04".parse().ok(), Some(0)));
        let next = standing.next.as_ref().unwrap();
        assert!(next.forecast >= standing.today, "{next:?}");
        assert_eq!((Proof::of(0, 0), Proof::of(2, 3)), (Proof::NoEvidence, Proof::Short));
        assert_eq!((Proof::of(3, 3), percent(2, 3), percent(0, 0)), (Proof::Met, Some(66), None));
    }

    #[test]
    fn what_is_reached_is_not_next_and_a_filter_looks_at_name_and_authority() {
        let programmes = town();
        let first = |words: &str| {
            let across = ready(programmes.across(Viewer::HoldsTheData, words, at(NOW))).unwrap();
            let mut lines = across.lines.into_iter().map(|line| (line.authority, line.standing));
            (lines.next(), lines.next().is_some())
        };
        let (found, more) = first(" bredSTED ");
        let (authority, standing) = found.unwrap();
        assert_eq!((authority.as_str(), more), ("Bredsted Kommune", false));
        assert!(first("findes ikke").0.is_none());

        let next = standing.unwrap().next.unwrap();
        let programme = ready(programmes.open(id(2))).unwrap().unwrap();
        let place = key(next.milestone.as_str());
        let held: Milestone = programme.get(&place).unwrap();
        let reached = Milestone { reached: "2026-02-27".parse().ok(), ..held.clone() };
        let reached = Change::edit(place, &held, &reached).unwrap();
        ready(programmes.change(id(2), &[reached], by("P-2"))).unwrap();
        let then = first("bredsted").0.unwrap().1.unwrap().next.unwrap();
        assert_ne!(then.milestone, next.milestone);
    }
}
