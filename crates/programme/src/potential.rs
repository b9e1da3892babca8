//! What marking up a letter type would give: score, readiness, rank and quadrant, each number with its
//! origin; the minimum standard; the palette of markup; and the register's first letter types.

mod volumes;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::catalogue::Catalogue;
use crate::change::Change;
use crate::ids::Key;
use crate::objects::{
    AuthorityKind, FigureSource, Kind, LetterType, MarkupField, Quality, Settings,
};
use crate::programme::Programme;

pub use self::volumes::{Measured, Volumes, measured};

/// What weighs how much where nobody says otherwise: name, value. Names are those of
/// [`Settings::weights`]. Own time counts fully, others' time less, because it does not show on the
/// authority's budget. The three amounts in DKK are placeholders to be replaced by the authority's own. The last two
/// say how many days and letters there must be for counted letters to take the place of an estimate.
pub const WEIGHTS: [(&str, f64); 11] = [
    ("recipient_time", 0.5),
    ("own_time", 1.0),
    ("citizen_time", 0.1),
    ("hourly_rate_dkk", 400.0),
    ("no_show_dkk", 1_000.0),
    ("call_dkk", 50.0),
    ("readiness_good", 1.0),
    ("readiness_partial", 0.6),
    ("readiness_missing", 0.2),
    ("measured_days_min", 28.0),
    ("measured_letters_min", 20.0),
];

/// Share of messages that carry the minimum standard, where nobody says otherwise.
pub const TARGET_COVERAGE: f64 = 0.98;

/// A number of a score, with its origin.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Figure {
    /// Its name.
    pub name: &'static str,
    /// How much.
    pub value: f64,
    /// Measured, estimated, or what the catalogue says.
    pub origin: FigureSource,
}

/// Benefit against effort, each above or below the middle of all letter types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Quadrant {
    /// Much benefit, little effort: begin here.
    QuickWin,
    /// Much of both: plan it.
    Project,
    /// Little of both: when there is time.
    FillIn,
    /// Little benefit, much effort: leave it.
    Leave,
}

/// What marking up one letter type would give.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// Which.
    pub letter: Key,
    /// Hours a year.
    pub benefit_hours: f64,
    /// DKK a year.
    pub benefit_dkk: f64,
    /// How ready the data is: 1.0 good, 0.6 partial, 0.2 missing, by the worst of the candidate fields.
    pub readiness: f64,
    /// DKK, once: the supplier's price and the internal hours.
    pub effort_dkk: f64,
    /// `benefit_dkk × readiness ÷ max(effort_dkk, 1)`.
    pub priority: f64,
    /// From 1; by hand where somebody set it.
    pub rank: usize,
    /// The rank by priority alone.
    pub computed_rank: usize,
    /// Benefit against effort.
    pub quadrant: Quadrant,
    /// Letters a year that were reckoned with.
    pub volumes: Volumes,
    /// Where they are from.
    pub volume_origin: FigureSource,
    /// Letters a year as they were entered.
    pub entered: Volumes,
    /// The same as counted, whether it was reckoned with or not; none: nothing was counted.
    pub measured: Option<Measured>,
    /// Every number that went in.
    pub figures: Vec<Figure>,
}

/// Scores every letter type, best rank first. Measured volumes are handed in and, where there are enough, win
/// over estimates.
pub fn scores(
    letters: &BTreeMap<Key, LetterType>,
    settings: &Settings,
    measured: &BTreeMap<Key, Measured>,
) -> Vec<Score> {
    let score = |(key, letter): (&Key, &LetterType)| {
        score(key, letter, settings, measured.get(key).copied())
    };
    let mut scores: Vec<Score> = letters.iter().map(score).collect();
    let benefit = middle(scores.iter().map(|score| score.benefit_dkk));
    let effort = middle(scores.iter().map(|score| score.effort_dkk));
    for score in &mut scores {
        let (much, costly) = (score.benefit_dkk >= benefit, score.effort_dkk > effort);
        score.quadrant = match (much && score.benefit_dkk > 0.0, costly) {
            (true, false) => Quadrant::QuickWin,
            (true, true) => Quadrant::Project,
            (false, false) => Quadrant::FillIn,
            (false, true) => Quadrant::Leave,
        };
    }
    scores.sort_by(|one, other| other.priority.total_cmp(&one.priority));
    for (at, score) in scores.iter_mut().enumerate() {
        score.computed_rank = at + 1;
    }
    // Those with a rank by hand take their places, the rest fill in around them.
    let (mut by_hand, rest): (Vec<_>, Vec<_>) = scores.into_iter().partition(|score| {
        letters.get(&score.letter).is_some_and(|letter| letter.rank_by_hand.is_some())
    });
    let hand = |score: &Score| letters.get(&score.letter).and_then(|letter| letter.rank_by_hand);
    by_hand.sort_by_key(hand);
    let mut ranked = rest;
    for score in by_hand {
        let place = hand(&score).and_then(|rank| usize::try_from(rank).ok()).unwrap_or(1);
        ranked.insert(place.saturating_sub(1).min(ranked.len()), score);
    }
    for (at, score) in ranked.iter_mut().enumerate() {
        score.rank = at + 1;
    }
    ranked
}

/// A weight, and where it is from.
fn weight_of(settings: &Settings, name: &str) -> (f64, FigureSource) {
    let own = settings.weights.get(name).copied().filter(|weight| weight.is_finite());
    let default = WEIGHTS.iter().find(|(known, _)| *known == name).map_or(0.0, |(_, v)| *v);
    let origin = if own.is_some() { FigureSource::Estimate } else { FigureSource::Default };
    (own.unwrap_or(default), origin)
}

fn score(key: &Key, letter: &LetterType, settings: &Settings, measured: Option<Measured>) -> Score {
    let mut figures = Vec::new();
    let mut figure = |name, value: f64, origin| {
        // A stranger's number may be negative or none at all; it then counts for nothing.
        let value = if value.is_finite() && value > 0.0 { value } else { 0.0 };
        figures.push(Figure { name, value, origin });
        value
    };
    let counted = measured.filter(|measured| measured.enough);
    let volume_origin = match counted {
        Some(_) => FigureSource::Measured,
        None => letter.volume_source.unwrap_or(FigureSource::Estimate),
    };
    let entered = Volumes::entered(letter);
    let volumes = counted.map_or(entered, |counted| counted.yearly);
    #[allow(clippy::cast_precision_loss, reason = "letters a year are far below 2^52")]
    let mut volume = |name, count: u64| figure(name, count as f64, volume_origin);
    let citizens = volume("citizens", volumes.citizens);
    let companies = volume("companies", volumes.companies);
    let authorities = volume("authorities", volumes.authorities);
    let mut stated = |name, value| figure(name, value, FigureSource::Estimate);
    let minutes_recipient = stated("minutes_recipient", letter.minutes_recipient);
    let minutes_own = stated("minutes_own", letter.minutes_own);
    let minutes_citizen = stated("minutes_citizen", letter.minutes_citizen);
    let no_shows = stated("fewer_no_shows", letter.fewer_no_shows);
    let calls = stated("fewer_calls", letter.fewer_calls);
    let price = stated("effort_dkk", letter.effort_dkk);
    let hours = stated("effort_hours", letter.effort_hours);
    let mut weighed = |name: &'static str| {
        let (value, origin) = weight_of(settings, name);
        figure(name, value, origin)
    };
    let recipient_time = weighed("recipient_time");
    let own_time = weighed("own_time");
    let citizen_time = weighed("citizen_time");
    let rate = weighed("hourly_rate_dkk");
    let (no_show_dkk, call_dkk) = (weighed("no_show_dkk"), weighed("call_dkk"));
    let readiness = weighed(match quality(&letter.fields) {
        Quality::Good => "readiness_good",
        Quality::Partial => "readiness_partial",
        Quality::Missing => "readiness_missing",
    });

    let total = citizens + companies + authorities;
    let benefit_hours = (authorities + companies) * minutes_recipient / 60.0 * recipient_time
        + total * minutes_own / 60.0 * own_time
        + citizens * minutes_citizen / 60.0 * citizen_time;
    let benefit_dkk = benefit_hours * rate + no_shows * no_show_dkk + calls * call_dkk;
    let effort_dkk = price + hours * rate;
    Score {
        letter: key.clone(),
        benefit_hours,
        benefit_dkk,
        readiness,
        effort_dkk,
        priority: benefit_dkk * readiness / effort_dkk.max(1.0),
        rank: 0,
        computed_rank: 0,
        quadrant: Quadrant::FillIn,
        volumes,
        volume_origin,
        entered,
        measured,
        figures,
    }
}

/// How good the data of a letter type is: as its worst candidate field. Without candidates it is missing.
pub fn quality(fields: &[MarkupField]) -> Quality {
    let known = fields.iter().map(|field| field.quality.unwrap_or(Quality::Missing));
    known.max().unwrap_or(Quality::Missing)
}

fn middle(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    match (values.len(), values.len() / 2) {
        (0, _) => 0.0,
        (len, half) if len % 2 == 1 => values[half],
        (_, half) => f64::midpoint(values[half - 1], values[half]),
    }
}

/// A field of the minimum standard (level A1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Standard {
    /// In words of the palette.
    pub field: &'static str,
    /// When it must be there.
    pub asked: AskedFor,
}

/// When a field of the minimum standard must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AskedFor {
    /// In every message.
    Always,
    /// When an answer is expected by a date.
    WithDeadline,
    /// When there is a case.
    WithCase,
    /// From municipalities.
    Municipality,
    /// From the state.
    State,
    /// Recommended when known; never counted as missing.
    Recommended,
}

/// The minimum standard (level A1).
pub const MINIMUM_STANDARD: [Standard; 17] = {
    const fn standard(field: &'static str, asked: AskedFor) -> Standard {
        Standard { field, asked }
    }
    [
        standard("header:messageType", AskedFor::Always),
        standard("header:messageUUID", AskedFor::Always),
        standard("header:label", AskedFor::Always),
        standard("header:Sender", AskedFor::Always),
        standard("header:ContactPoint", AskedFor::Always),
        standard("header:mandatory", AskedFor::Always),
        standard("header:legalNotification", AskedFor::Always),
        standard("header:reply", AskedFor::Always),
        standard("header:replyByDateTime", AskedFor::WithDeadline),
        standard("attention:GeneratingSystem", AskedFor::Always),
        standard("content:CaseID", AskedFor::WithCase),
        standard("content:KLEdata", AskedFor::Municipality),
        standard("content:FORMdata", AskedFor::State),
        standard("attention:ContentResponsible", AskedFor::Recommended),
        standard("attention:AttentionPerson", AskedFor::Recommended),
        standard("attention:Email", AskedFor::Recommended),
        standard("attention:Telephone", AskedFor::Recommended),
    ]
};

/// The fields of the minimum standard that a letter type must carry, for an authority of that kind. A
/// letter has a case when a case id is among its candidate fields.
pub fn standard_for(
    letter: &LetterType,
    kind: AuthorityKind,
) -> impl Iterator<Item = &'static str> {
    let has_case = letter.fields.iter().any(|field| field.field == "content:CaseID");
    let by_date = letter.answers_wanted && letter.has_deadline;
    let asked = MINIMUM_STANDARD.iter().filter(move |standard| match standard.asked {
        AskedFor::Always => true,
        AskedFor::WithDeadline => by_date,
        AskedFor::WithCase => has_case,
        AskedFor::Municipality => kind == AuthorityKind::Kommune,
        AskedFor::State => kind == AuthorityKind::Stat,
        AskedFor::Recommended => false,
    });
    asked.map(|standard| standard.field)
}

/// What a letter type must carry and these names of markup lack.
pub fn lacking(
    letter: &LetterType,
    kind: AuthorityKind,
    markup: &BTreeSet<String>,
) -> Vec<&'static str> {
    standard_for(letter, kind).filter(|field| !markup.contains(*field)).collect()
}

/// Codes of actions in MeMo.
pub const ACTIONS: [&str; 8] = [
    "AFTALE",
    "BETALING",
    "SELVBETJENING",
    "INFORMATION",
    "UNDERSKRIV",
    "BEKRAEFT",
    "FORBEREDELSE",
    "TILMELDING",
];

/// Attention data of MeMo.
pub const ATTENTION: [&str; 11] = [
    "AttentionPerson",
    "ProductionUnit",
    "GlobalLocationNumber",
    "Email",
    "SEnumber",
    "Telephone",
    "EID",
    "ContentResponsible",
    "GeneratingSystem",
    "SORdata",
    "Address",
];

/// Content data of MeMo.
pub const CONTENT: [&str; 11] = [
    "CPRdata",
    "CVRdata",
    "MotorVehicle",
    "PropertyNumber",
    "CaseID",
    "KLEdata",
    "FORMdata",
    "ProductionUnit",
    "Education",
    "Address",
    "AdditionalContentData",
];

/// Header fields that a letter type decides about.
pub const HEADER: [&str; 4] = ["mandatory", "legalNotification", "reply", "replyByDateTime"];

/// Every word of the palette, for example `action:AFTALE`.
pub fn palette() -> impl Iterator<Item = String> {
    let words = |group: &'static str, names: &'static [&'static str]| {
        names.iter().map(move |name| format!("{group}:{name}"))
    };
    words("action", &ACTIONS)
        .chain(words("header", &HEADER))
        .chain(words("attention", &ATTENTION))
        .chain(words("content", &CONTENT))
}

/// The word of the palette for data that a seed of the catalogue names in short: `KLE` is `KLEdata`.
fn word_of(data: &str) -> String {
    let long = format!("{data}data");
    let is = |names: &[&str], name: &str| names.contains(&name);
    for (group, names) in [("content", &CONTENT[..]), ("attention", &ATTENTION[..])] {
        for name in [data, long.as_str()] {
            if is(names, name) {
                return format!("{group}:{name}");
            }
        }
    }
    format!("header:{data}")
}

/// The changes that put typical letters of the catalogue into the register, those that are not there yet.
/// Volumes and minutes are left for the authority to fill in.
pub fn seed(programme: &Programme, catalogue: &Catalogue, which: &BTreeSet<Key>) -> Vec<Change> {
    let taken: BTreeSet<Key> =
        programme.all::<LetterType>().filter_map(|(_, letter)| letter.seed).collect();
    let wanted = catalogue.letters.iter().filter(|seed| which.contains(&seed.id));
    let new = wanted.filter(|seed| {
        !taken.contains(&seed.id) && programme.held(Kind::LetterType, &seed.id).is_none()
    });
    new.map(|seed| {
        let actions = seed.actions.iter().map(|code| format!("action:{code}"));
        let header = seed.header.iter().map(|name| format!("header:{name}"));
        let data = seed.data.iter().map(|name| word_of(name));
        let field = |field| MarkupField { field, ..MarkupField::default() };
        let letter = LetterType {
            name: seed.name.da.clone(),
            archetype: Some(seed.archetype.clone()),
            quality_benefit: seed.benefit.da.clone(),
            fields: actions.chain(header).chain(data).map(field).collect(),
            volume_source: Some(FigureSource::Default),
            seed: Some(seed.id.clone()),
            ..LetterType::default()
        };
        Change::add(seed.id.clone(), &letter)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{key, programme};

    fn settings() -> Settings {
        programme("NEW", "2026-01-02").settings().unwrap()
    }

    fn letter() -> LetterType {
        let quality = Some(Quality::Partial);
        LetterType {
            citizens: 6_000,
            companies: 600,
            authorities: 300,
            minutes_recipient: 4.0,
            minutes_own: 1.0,
            minutes_citizen: 2.0,
            fewer_no_shows: 10.0,
            fewer_calls: 20.0,
            effort_dkk: 10_000.0,
            fields: vec![MarkupField { quality, ..MarkupField::default() }],
            ..LetterType::default()
        }
    }

    fn close(one: f64, other: f64) -> bool {
        (one - other).abs() < 1e-9
    }

    #[test]
    fn the_score_is_reckoned_as_it_is_written_down() {
        let letters = BTreeMap::from([(key("B-1"), letter())]);
        let score = &scores(&letters, &settings(), &BTreeMap::new())[0];
        // 900 × 4/60 × 0.5 + 6,900 × 1/60 + 6,000 × 2/60 × 0.1
        assert!(close(score.benefit_hours, 30.0 + 115.0 + 20.0));
        assert!(close(score.benefit_dkk, 165.0 * 400.0 + 10.0 * 1_000.0 + 20.0 * 50.0));
        assert!(close(score.readiness, 0.6));
        assert!(close(score.priority, 77_000.0 * 0.6 / 10_000.0));
    }

    #[test]
    fn weights_can_be_changed_and_every_number_tells_its_origin() {
        let mut settings = settings();
        settings.weights.insert("hourly_rate_dkk".into(), 500.0);
        let letters = BTreeMap::from([(key("B-1"), letter())]);
        let counted = counted(60, true);
        let measured = BTreeMap::from([(key("B-1"), counted)]);
        let score = &scores(&letters, &settings, &measured)[0];
        assert!(close(score.benefit_hours, 1.0 + 0.2));
        let origin = |name| score.figures.iter().find(|f| f.name == name).unwrap().origin;
        assert_eq!(origin("citizens"), FigureSource::Measured);
        assert_eq!(origin("minutes_own"), FigureSource::Estimate);
        assert_eq!(origin("hourly_rate_dkk"), FigureSource::Estimate);
        assert_eq!(origin("own_time"), FigureSource::Default);
    }

    fn counted(citizens: u64, enough: bool) -> Measured {
        let day = |text| crate::fixture::day(text);
        let period = crate::checks::Period { from: day("2026-01-01"), until: day("2026-01-30") };
        let yearly = Volumes { citizens, ..Volumes::default() };
        Measured { yearly, letters: 5, period, days: 30, enough }
    }

    #[test]
    fn too_few_counted_letters_are_told_and_the_estimate_is_reckoned_with() {
        let letters = BTreeMap::from([(key("A"), letter()), (key("B"), letter())]);
        let measured = BTreeMap::from([
            (key("A"), counted(600_000, false)),
            (key("B"), counted(600_000, true)),
        ]);
        let scores = scores(&letters, &settings(), &measured);
        // Of two that were entered alike, the one that was counted ranks by what was counted.
        assert_eq!(scores[0].letter, key("B"));
        let origins: Vec<_> = scores
            .iter()
            .map(|one| (one.volume_origin, one.volumes.total(), one.entered.total()))
            .collect();
        assert_eq!(
            origins,
            [(FigureSource::Measured, 600_000, 6_900), (FigureSource::Estimate, 6_900, 6_900)]
        );
        assert!(scores.iter().all(|one| one.measured.is_some()), "both are told");
    }

    #[test]
    fn a_rank_by_hand_takes_its_place_and_the_computed_one_stays_visible() {
        let of = |minutes_own, rank_by_hand| LetterType { minutes_own, rank_by_hand, ..letter() };
        let letters = BTreeMap::from([
            (key("A"), of(9.0, None)),
            (key("B"), of(5.0, None)),
            (key("C"), of(1.0, Some(1))),
        ]);
        let scores = scores(&letters, &settings(), &BTreeMap::new());
        let ranks: Vec<_> =
            scores.iter().map(|s| (s.letter.as_str(), s.rank, s.computed_rank)).collect();
        assert_eq!(ranks, [("C", 1, 3), ("A", 2, 1), ("B", 3, 2)]);
    }

    #[test]
    fn much_benefit_for_little_effort_is_a_quick_win() {
        let of = |minutes_own, effort_dkk| LetterType { minutes_own, effort_dkk, ..letter() };
        let letters = BTreeMap::from([
            (key("A"), of(9.0, 1.0)),
            (key("B"), of(9.0, 1e6)),
            (key("C"), of(0.0, 1.0)),
            (key("D"), of(0.0, 1e6)),
        ]);
        let scores = scores(&letters, &settings(), &BTreeMap::new());
        let quadrant = |name| scores.iter().find(|s| s.letter == key(name)).unwrap().quadrant;
        use Quadrant::{FillIn, Leave, Project, QuickWin};
        assert_eq!(["A", "B", "C", "D"].map(quadrant), [QuickWin, Project, FillIn, Leave]);
    }

    #[test]
    fn numbers_that_are_none_count_for_nothing() {
        let odd =
            LetterType { minutes_own: f64::NAN, fewer_calls: -1.0, effort_dkk: 0.0, ..letter() };
        let letters = BTreeMap::from([(key("B-1"), odd)]);
        let score = &scores(&letters, &settings(), &BTreeMap::new())[0];
        assert!(score.priority.is_finite());
        assert!(close(score.priority, (50.0 * 400.0 + 10_000.0) * 0.6));
    }

    #[test]
    fn the_minimum_standard_asks_by_letter_and_by_kind_of_authority() {
        let case = MarkupField { field: "content:CaseID".into(), ..MarkupField::default() };
        let plain = LetterType::default();
        let asking = LetterType {
            answers_wanted: true,
            has_deadline: true,
            fields: vec![case],
            ..LetterType::default()
        };
        let none = BTreeSet::new();
        let municipal = lacking(&asking, AuthorityKind::Kommune, &none);
        assert_eq!(municipal.len(), 12);
        assert!(
            municipal.contains(&"header:replyByDateTime") && municipal.contains(&"content:KLEdata")
        );
        let state = lacking(&plain, AuthorityKind::Stat, &none);
        assert_eq!(state.len(), 10);
        assert!(state.contains(&"content:FORMdata"));
        let all = standard_for(&plain, AuthorityKind::Region).map(str::to_owned).collect();
        assert!(lacking(&plain, AuthorityKind::Region, &all).is_empty());
    }

    #[test]
    fn short_names_of_seeds_are_words_of_the_palette() {
        let known: BTreeSet<String> = palette().collect();
        for data in ["KLE", "CaseID", "SOR", "Telephone", "CPR", "MotorVehicle", "Email"] {
            assert!(known.contains(&word_of(data)), "{data}");
        }
    }
}
