//! What checks look at: registers and settings as they stand, beside the sums of what was counted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use brevdue_memo::{Timestamp, copenhagen};

use super::counting::{Counted, Period, Sum, cutover};
use crate::catalogue::{AppliesTo, Requirement};
use crate::day::Day;
use crate::ids::{Key, RequirementId};
use crate::links;
use crate::objects::{
    Attestation, ContactPoint, Direction, Environment, Interface, LetterType, Lifecycle, LinkScan,
    Milestone, Path, Settings, System, SystemRole, Waiver,
};
use crate::programme::Programme;
use crate::tally::{LetterTally, Seen, Tally};
use crate::text::Bilingual;

/// Systems that a letter goes through at most, by `via_system`.
const HOPS: usize = 4;

/// What checks look at.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// Now.
    pub now: Timestamp,
    /// The day of now, in Denmark.
    pub today: Day,
    settings: Option<Settings>,
    systems: Arc<BTreeMap<Key, System>>,
    contact_points: Arc<BTreeMap<Key, ContactPoint>>,
    letter_types: Arc<BTreeMap<Key, LetterType>>,
    milestones: BTreeMap<Key, Milestone>,
    attestations: Vec<(Key, Attestation)>,
    waivers: Vec<(Key, Waiver)>,
    scan: Option<LinkScan>,
    cutover: Option<Period>,
    traffic: BTreeMap<(Key, Direction), Sum>,
    unknown: BTreeMap<(String, Direction), Sum>,
    known_as: Arc<BTreeMap<String, Key>>,
    letters: BTreeMap<Key, LetterTally>,
    ever: BTreeMap<(Key, Direction), Seen>,
    /// The day of the first message from the authority that was ever seen.
    followed_since: Option<Day>,
    requirements: BTreeMap<RequirementId, Requirement>,
}

/// What a system does with mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// It sends.
    Sends,
    /// It receives.
    Receives,
    /// Both.
    Both,
    /// It makes letters that others send.
    Neither,
}

impl Side {
    /// What the register says; where it says no role, the directions of its interfaces.
    pub fn of(system: &System) -> Self {
        let goes = |direction| system.interfaces.iter().any(|one| one.direction == Some(direction));
        let both = match system.role {
            Some(SystemRole::Sender) => (true, false),
            Some(SystemRole::Receiver) => (false, true),
            Some(SystemRole::Both) => (true, true),
            Some(SystemRole::LetterProducerOnly) => (false, false),
            Some(SystemRole::SharedComponent) => (true, goes(Direction::In)),
            None => (goes(Direction::Out), goes(Direction::In)),
        };
        match both {
            (true, true) => Self::Both,
            (true, false) => Self::Sends,
            (false, true) => Self::Receives,
            (false, false) => Self::Neither,
        }
    }

    /// It sends.
    pub fn sends(self) -> bool {
        matches!(self, Self::Sends | Self::Both)
    }

    /// It receives.
    pub fn receives(self) -> bool {
        matches!(self, Self::Receives | Self::Both)
    }
}

impl Evidence {
    /// Puts registers beside sums.
    ///
    /// A system's traffic is what was seen under its key, its name or short name, a name it is known as,
    /// or the id of one of its interfaces. A name that two systems claim belongs to the first by key.
    pub fn new(
        programme: &Programme,
        requirements: &[Requirement],
        counted: Counted,
        now: Timestamp,
    ) -> Self {
        let today = Day::of(now).unwrap_or_else(|_| Day::new(2000, 1, 1).expect("it is a day"));
        let systems: BTreeMap<Key, System> = own(programme.all());
        let bare = Self {
            now,
            today,
            settings: programme.settings(),
            known_as: Arc::new(names(&systems)),
            systems: Arc::new(systems),
            contact_points: Arc::new(own(programme.all())),
            letter_types: Arc::new(own(programme.all())),
            milestones: own(programme.all()),
            attestations: programme.all().map(|(key, one)| (key.clone(), one)).collect(),
            waivers: programme.all().map(|(key, one)| (key.clone(), one)).collect(),
            scan: links::newest(programme).map(|(_, scan)| scan),
            cutover: cutover(programme),
            traffic: BTreeMap::new(),
            unknown: BTreeMap::new(),
            letters: BTreeMap::new(),
            ever: BTreeMap::new(),
            followed_since: None,
            requirements: requirements.iter().map(|one| (one.id.clone(), one.clone())).collect(),
        };
        bare.with(counted)
    }

    /// The same registers and requirements beside other sums, as of another moment of the same day.
    #[must_use]
    pub fn renewed(&self, counted: Counted, now: Timestamp) -> Self {
        let bare = Self {
            now,
            today: self.today,
            settings: self.settings.clone(),
            known_as: Arc::clone(&self.known_as),
            systems: Arc::clone(&self.systems),
            contact_points: Arc::clone(&self.contact_points),
            letter_types: Arc::clone(&self.letter_types),
            milestones: self.milestones.clone(),
            attestations: self.attestations.clone(),
            waivers: self.waivers.clone(),
            scan: self.scan.clone(),
            cutover: self.cutover,
            traffic: BTreeMap::new(),
            unknown: BTreeMap::new(),
            letters: BTreeMap::new(),
            ever: BTreeMap::new(),
            followed_since: None,
            requirements: self.requirements.clone(),
        };
        bare.with(counted)
    }

    /// With these sums.
    fn with(self, counted: Counted) -> Self {
        let known_as = &self.known_as;
        let mut traffic: BTreeMap<(Key, Direction), Sum> = BTreeMap::new();
        let mut unknown = BTreeMap::new();
        for ((name, direction), sum) in counted.systems {
            match known_as.get(&name) {
                Some(key) => {
                    traffic.entry((key.clone(), direction)).or_default().merge(&sum);
                }
                None => {
                    unknown.insert((name, direction), sum);
                }
            }
        }
        let mut ever: BTreeMap<(Key, Direction), Seen> = BTreeMap::new();
        let out = counted.ever.iter().filter(|((_, direction), _)| *direction == Direction::Out);
        let first = out.filter_map(|(_, seen)| seen.first()).min();
        let followed_since = first.and_then(|at| Day::of(at).ok());
        for ((name, direction), seen) in counted.ever {
            if let Some(key) = known_as.get(&name) {
                ever.entry((key.clone(), direction)).or_default().merge(&seen);
            }
        }
        Self { traffic, unknown, letters: counted.letters, ever, followed_since, ..self }
    }

    /// What the programme is set to.
    pub fn settings(&self) -> Option<&Settings> {
        self.settings.as_ref()
    }

    /// A system of the register.
    pub fn system(&self, key: &Key) -> Option<&System> {
        self.systems.get(key)
    }

    /// Every system of the register.
    pub fn systems(&self) -> impl Iterator<Item = (&Key, &System)> {
        self.systems.iter()
    }

    /// A contact point of the register.
    pub fn contact_point(&self, key: &Key) -> Option<&ContactPoint> {
        self.contact_points.get(key)
    }

    /// Every contact point of the register.
    pub fn contact_points(&self) -> impl Iterator<Item = (&Key, &ContactPoint)> {
        self.contact_points.iter()
    }

    /// A letter type of the register.
    pub fn letter_type(&self, key: &Key) -> Option<&LetterType> {
        self.letter_types.get(key)
    }

    /// Every letter type of the register.
    pub fn letter_types(&self) -> impl Iterator<Item = (&Key, &LetterType)> {
        self.letter_types.iter()
    }

    /// How often letters of a type carried markup.
    pub fn letters(&self, key: &Key) -> Option<&LetterTally> {
        self.letters.get(key)
    }

    /// Every attestation.
    pub fn attestations(&self) -> impl Iterator<Item = (&Key, &Attestation)> {
        self.attestations.iter().map(|(key, one)| (key, one))
    }

    /// Every waiver.
    pub fn waivers(&self) -> impl Iterator<Item = (&Key, &Waiver)> {
        self.waivers.iter().map(|(key, one)| (key, one))
    }

    /// The day a milestone falls on; none when no date is set.
    pub fn milestone(&self, id: &str) -> Option<Day> {
        self.milestones.get(&id.parse::<Key>().ok()?)?.day
    }

    /// The instant a milestone falls on: its day at midnight in Denmark, or at its time of day.
    pub fn milestone_instant(&self, id: &str) -> Option<Timestamp> {
        instant(self.milestones.get(&id.parse::<Key>().ok()?)?)
    }

    /// The newest scan of the authority's pages for old links.
    pub fn scan(&self) -> Option<&LinkScan> {
        self.scan.as_ref()
    }

    /// The days whose letters were counted by letter type, as far as anything the authority sent was
    /// followed on them; none when nothing was.
    pub fn letter_days(&self) -> Option<Period> {
        let about_letters = |one: &&Requirement| one.applies_to == AppliesTo::LetterType;
        let windows = self.requirements.values().filter(about_letters);
        let windows = windows.map(|one| Period::window(one, self.today));
        windows.min_by_key(|period| period.from)?.since(self.followed_since?)
    }

    /// The window without sending.
    pub fn cutover(&self) -> Option<Period> {
        self.cutover
    }

    /// The day from which a requirement is asked for; none when it has no milestone or that has no date.
    pub fn from_day(&self, requirement: &Requirement) -> Option<Day> {
        self.milestone(requirement.from.as_ref()?.as_str())
    }

    /// The sums of a system of the register and a direction. A system that sends through another is
    /// judged by what that one sends.
    pub fn traffic(&self, key: &Key, direction: Direction) -> Option<&Sum> {
        let mut key = key.clone();
        for _ in 0..HOPS {
            if let Some(sum) = self.traffic.get(&(key.clone(), direction)) {
                return Some(sum);
            }
            let system = self.systems.get(&key)?;
            key = system.via_system.clone().filter(|_| direction == Direction::Out)?;
        }
        None
    }

    /// What was counted of a system in a period; none when nothing was seen.
    pub fn tally(&self, key: &Key, direction: Direction, period: Period) -> Option<&Tally> {
        self.traffic(key, direction)?.over(period).filter(|tally| tally.messages.count > 0)
    }

    /// What was ever seen of a system and direction.
    pub fn ever(&self, key: &Key, direction: Direction) -> Option<&Seen> {
        self.ever.get(&(key.clone(), direction))
    }

    /// A requirement, as it is for this authority.
    pub fn requirement(&self, id: &str) -> Option<&Requirement> {
        self.requirements.get(&id.parse::<RequirementId>().ok()?)
    }

    /// Every requirement.
    pub fn requirements(&self) -> impl Iterator<Item = &Requirement> {
        self.requirements.values()
    }

    /// Traffic under names that no system of the register goes by.
    pub fn unknown(&self) -> impl Iterator<Item = (&str, Direction, &Sum)> {
        self.unknown.iter().map(|((name, direction), sum)| (name.as_str(), *direction, sum))
    }

    /// Every sum of a direction, of known and unknown systems.
    pub fn sums(&self, direction: Direction) -> impl Iterator<Item = &Sum> {
        let known = self.traffic.iter().map(|((_, direction), sum)| (*direction, sum));
        let unknown = self.unknown.iter().map(|((_, direction), sum)| (*direction, sum));
        known.chain(unknown).filter(move |(one, _)| *one == direction).map(|(_, sum)| sum)
    }

    /// The system of the register that goes by a name.
    pub fn known_as(&self, name: &str) -> Option<&Key> {
        self.known_as.get(name)
    }

    /// Whether a system takes mail now: it has an active interface inward in production, and is in use.
    pub fn receives_now(&self, key: &Key) -> bool {
        self.system(key).is_some_and(|system| {
            self.out_of_scope(system).is_none() && live(system, Direction::In).next().is_some()
        })
    }

    /// Why nothing is asked of a system; none when it is.
    pub(super) fn out_of_scope(&self, system: &System) -> Option<Bilingual> {
        if system.lifecycle == Some(Lifecycle::Planned) {
            return Some(Bilingual::new(
                "Systemet er kun planlagt.",
                "The system is only planned.",
            ));
        }
        let day = system.retire_date.filter(|day| *day <= self.today)?;
        let leaves = system.lifecycle == Some(Lifecycle::ToBeRetired)
            || system.lifecycle == Some(Lifecycle::ToBeReplaced)
            || matches!(system.path, Some(Path::Retire | Path::Replace));
        leaves.then(|| {
            Bilingual::new(
                format!("Systemet er udfaset {day}."),
                format!("The system was retired on {day}."),
            )
        })
    }
}

/// The active interfaces of a system in production, of a direction.
pub(super) fn live(system: &System, direction: Direction) -> impl Iterator<Item = &Interface> {
    system.interfaces.iter().filter(move |one| {
        one.active
            && one.direction == Some(direction)
            && one.environment.is_none_or(|environment| environment == Environment::Prod)
    })
}

/// The day of a milestone of a programme.
pub(super) fn milestone_day(programme: &Programme, id: &str) -> Option<Day> {
    programme.get::<Milestone>(&id.parse().ok()?)?.day
}

fn instant(milestone: &Milestone) -> Option<Timestamp> {
    let (year, month, day) = milestone.day?.year_month_day();
    let (hour, minute) = milestone
        .time
        .as_deref()
        .and_then(|time| time.split_once(':'))
        .and_then(|(hour, minute)| Some((hour.parse().ok()?, minute.parse().ok()?)))
        .unwrap_or((0, 0));
    let date = (i64::from(year), month.unsigned_abs(), day.unsigned_abs());
    match copenhagen::to_utc(date, (hour, minute, 0)) {
        Ok(at) => Some(at),
        Err(copenhagen::NotOneTime::Twice { first, .. }) => Some(first),
        Err(_) => copenhagen::to_utc(date, (0, 0, 0)).ok(),
    }
}

fn own<'p, T>(all: impl Iterator<Item = (&'p Key, T)>) -> BTreeMap<Key, T> {
    all.map(|(key, one)| (key.clone(), one)).collect()
}

fn names(systems: &BTreeMap<Key, System>) -> BTreeMap<String, Key> {
    let mut names = BTreeMap::new();
    // Keys first: nobody else's other name may take one.
    for key in systems.keys() {
        names.insert(key.as_str().to_owned(), key.clone());
    }
    for (key, system) in systems {
        let mut own: BTreeSet<&str> = system.known_as.iter().map(String::as_str).collect();
        own.extend(system.interfaces.iter().map(|one| one.dp_system_id.as_str()));
        own.extend([system.name.as_str(), system.short_name.as_str()]);
        for name in own.into_iter().filter(|name| !name.is_empty()) {
            names.entry(name.to_owned()).or_insert_with(|| key.clone());
        }
    }
    names
}
