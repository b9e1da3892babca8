//! `…/potential/`: what marking up each letter type would give, each number with its origin.

use std::collections::BTreeMap;

use axum::Json;
use brevdue_programme::Key;
use brevdue_programme::objects::LetterType;
use brevdue_programme::potential::{self, Score, Volumes};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{Searching, Working, page_of, search_for, word};
use crate::rest::described::Described;
use crate::rest::description::Refused;
use crate::rest::errors::Failure;
use crate::rest::parameters::Parameters;

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(list))
}

/// What marking up a letter type would give.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeScore)]
struct Told {
    /// The key of the letter type.
    letter: String,
    /// Its name.
    name: String,
    /// From 1; by hand where somebody set it.
    rank: usize,
    /// The rank by priority alone.
    computed_rank: usize,
    /// `quick_win`, `project`, `fill_in` or `leave`.
    quadrant: String,
    /// Hours a year.
    benefit_hours: f64,
    /// DKK a year.
    benefit_dkk: f64,
    /// DKK, once.
    effort_dkk: f64,
    /// How ready the data is, 0 to 1.
    readiness: f64,
    /// Benefit times readiness, divided by effort.
    priority: f64,
    /// Letters a year that were reckoned with.
    volume: Volume,
    /// `measured`, `estimate` or `default`: where these are from.
    volume_origin: String,
    /// Letters a year as they were entered.
    entered: Volume,
    /// What was counted, whether it was reckoned with or not; null when nothing was.
    measured: Option<Counted>,
    /// Every number that went in.
    figures: Vec<Figure>,
}

/// Letters a year, by whom they are to.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeVolume)]
struct Volume {
    /// To citizens.
    citizens: u64,
    /// To companies.
    companies: u64,
    /// To authorities.
    authorities: u64,
}

impl Volume {
    fn of(volumes: &Volumes) -> Self {
        let Volumes { citizens, companies, authorities } = *volumes;
        Self { citizens, companies, authorities }
    }
}

/// Letters that were counted, and what that makes in a year.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeMeasuredVolume)]
struct Counted {
    /// In a year, if it goes on like that.
    yearly: Volume,
    /// Letters that were counted.
    letters: u64,
    /// The first day on which they were.
    from: String,
    /// The last.
    until: String,
    /// Days from the first to the last, both included.
    days: u16,
    /// There are enough of both to reckon with; else what was entered is.
    enough: bool,
}

/// A number of a score, with its origin.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeFigure)]
struct Figure {
    /// Its name.
    name: &'static str,
    /// How much.
    value: f64,
    /// `measured`, `estimate` or `default`.
    origin: String,
}

/// A page of scores.
#[derive(ToSchema)]
#[schema(as = ProgrammeScoreSearchResult)]
#[expect(dead_code, reason = "it describes; `Found::into_json` writes")]
#[schema(rename_all = "camelCase")]
struct Scores {
    current_page: u64,
    total_pages: u64,
    elements_on_page: u64,
    total_elements: u64,
    next: Option<String>,
    items: Vec<Told>,
}

/// `GET /programmes/{programme}/potential/`: letter types, best rank first.
#[utoipa::path(
    get,
    path = "/programmes/{programme}/potential/",
    operation_id = "listProgrammeScores",
    tag = "Programmes",
    params(("programme" = Uuid, Path, description = "Of the programme"), Searching),
    responses((status = 200, body = Scores, description = "Those found"), Refused)
)]
async fn list(working: Working, parameters: Parameters) -> Result<Json<Value>, Failure> {
    let names = [
        "letter",
        "name",
        "rank",
        "computed_rank",
        "quadrant",
        "benefit_hours",
        "benefit_dkk",
        "effort_dkk",
        "readiness",
        "priority",
    ];
    let search = search_for(&parameters, &names)?;
    let settings = working.programme.settings().ok_or_else(super::no_such_programme)?;
    let letters: BTreeMap<Key, LetterType> =
        working.programme.all::<LetterType>().map(|(key, one)| (key.clone(), one)).collect();
    let judged = working.judged().await?;
    let measured = potential::measured(&judged.evidence, &settings);
    let scores = potential::scores(&letters, &settings, &measured);
    page_of(&search, &scores, |score| told(score, &letters))
}

fn told(score: &Score, letters: &BTreeMap<Key, LetterType>) -> Told {
    Told {
        letter: score.letter.to_string(),
        name: letters.get(&score.letter).map(|letter| letter.name.clone()).unwrap_or_default(),
        rank: score.rank,
        computed_rank: score.computed_rank,
        quadrant: word(score.quadrant),
        benefit_hours: score.benefit_hours,
        benefit_dkk: score.benefit_dkk,
        effort_dkk: score.effort_dkk,
        readiness: score.readiness,
        priority: score.priority,
        volume: Volume::of(&score.volumes),
        volume_origin: word(score.volume_origin),
        entered: Volume::of(&score.entered),
        measured: score.measured.map(|counted| Counted {
            yearly: Volume::of(&counted.yearly),
            letters: counted.letters,
            from: counted.period.from.to_string(),
            until: counted.period.until.to_string(),
            days: counted.days,
            enough: counted.enough,
        }),
        figures: score
            .figures
            .iter()
            .map(|one| Figure { name: one.name, value: one.value, origin: word(one.origin) })
            .collect(),
    }
}
