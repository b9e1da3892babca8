//! Requirements and what is known of each, for every system, contact point and letter type.

use std::collections::BTreeMap;

use axum::Json;
use brevdue_programme::Day;
use brevdue_programme::checks::{CheckResult, Matrix, Row, Share, Subject, Verdict};
use brevdue_programme::programmes::Judged;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::routes;
use uuid::Uuid;

use super::{Searching, Text, Working, page_of, search_for, word};
use crate::rest::described::Described;
use crate::rest::description::Refused;
use crate::rest::errors::Failure;
use crate::rest::parameters::Parameters;

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(requirements)).with(routes!(matrix)).with(routes!(cells))
}

/// A requirement, or a further check.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeRequirement)]
struct Requirement {
    /// Its id.
    requirement: String,
    /// `official` or `further`.
    kind: String,
    /// What it asks.
    title: Text,
    /// When it is met.
    passes_when: Text,
    /// What to do when it is not.
    remedy: Text,
    /// `authority`, `sender`, `receiver`, `both`, `contact_point` or `letter_type`.
    applies_to: String,
    /// The milestone from which it is asked for.
    from: Option<String>,
    /// Days of messages that are looked at.
    window_days: u16,
    /// The version of the rule.
    rule_version: u16,
    /// For how many it says what: `pass`, `fail`, `warn`, `no_evidence`, `not_applicable`.
    results: BTreeMap<String, usize>,
}

/// A page of requirements.
#[derive(ToSchema)]
#[schema(as = ProgrammeRequirementSearchResult)]
#[expect(dead_code, reason = "it describes; `Found::into_json` writes")]
#[schema(rename_all = "camelCase")]
struct Requirements {
    current_page: u64,
    total_pages: u64,
    elements_on_page: u64,
    total_elements: u64,
    next: Option<String>,
    items: Vec<Requirement>,
}

/// `GET /programmes/{programme}/requirements/`.
#[utoipa::path(
    get,
    path = "/programmes/{programme}/requirements/",
    operation_id = "listProgrammeRequirements",
    tag = "Programmes: requirements",
    params(("programme" = Uuid, Path, description = "Of the programme"), Searching),
    responses((status = 200, body = Requirements, description = "Those found"), Refused)
)]
async fn requirements(working: Working, parameters: Parameters) -> Result<Json<Value>, Failure> {
    let names = [
        "requirement",
        "kind",
        "title",
        "passes_when",
        "remedy",
        "applies_to",
        "from",
        "window_days",
        "rule_version",
        "results",
    ];
    let search = search_for(&parameters, &names)?;
    let judged = working.judged().await?;
    let mut results: BTreeMap<&str, BTreeMap<String, usize>> = BTreeMap::new();
    for verdict in judged.matrix.verdicts() {
        let of_one = results.entry(verdict.requirement.as_str()).or_default();
        *of_one.entry(verdict.result.word().to_owned()).or_default() += 1;
    }
    let asked = &judged.matrix.columns;
    let all: Vec<_> = asked.iter().filter_map(|id| judged.requirement(id)).collect();
    page_of(&search, &all, |one| Requirement {
        requirement: one.id.to_string(),
        kind: word(one.kind),
        title: (&one.title).into(),
        passes_when: (&one.passes_when).into(),
        remedy: (&one.remedy).into(),
        applies_to: word(one.applies_to),
        from: one.from.as_ref().map(ToString::to_string),
        window_days: one.window_days,
        rule_version: one.rule_version,
        results: results.get(one.id.as_str()).cloned().unwrap_or_default(),
    })
}

/// What the matrix comes to; its cells are at `…/matrix/cells/`.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeMatrix)]
struct Told {
    /// When it was made.
    #[schema(format = DateTime)]
    at: String,
    /// The requirements that are asked, in the order of the catalogue.
    requirements: Vec<String>,
    /// The two official deadlines.
    headlines: Vec<Headline>,
    /// How many cells say what.
    totals: BTreeMap<String, i64>,
    /// How many cells there are.
    cells: usize,
}

/// What the official requirements of one deadline come to.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeHeadline)]
struct Headline {
    /// Which deadline.
    milestone: String,
    /// Systems that meet each of its requirements. What nobody knows is not met.
    systems: Part,
    /// Messages of the last 30 days that keep to it.
    messages: Part,
}

/// A part of a whole.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeShare)]
struct Part {
    /// So many.
    part: i64,
    /// Of so many.
    whole: i64,
}

impl From<Share> for Part {
    fn from(share: Share) -> Self {
        Self { part: share.part, whole: share.whole }
    }
}

/// `GET /programmes/{programme}/matrix`.
#[utoipa::path(
    get,
    path = "/programmes/{programme}/matrix",
    operation_id = "getProgrammeMatrix",
    tag = "Programmes: requirements",
    params(("programme" = Uuid, Path, description = "Of the programme")),
    responses((status = 200, body = Told, description = "What it comes to"), Refused)
)]
async fn matrix(working: Working) -> Result<Json<Told>, Failure> {
    let judged = working.judged().await?;
    let matrix: &Matrix = &judged.matrix;
    let totals = matrix.totals();
    Ok(Json(Told {
        at: matrix.at.to_string(),
        requirements: matrix.columns.iter().map(ToString::to_string).collect(),
        headlines: matrix
            .headlines
            .iter()
            .map(|one| Headline {
                milestone: one.milestone.to_string(),
                systems: one.systems.into(),
                messages: one.messages.into(),
            })
            .collect(),
        totals: totals.iter().map(|(one, count)| (one.word().to_owned(), *count)).collect(),
        cells: matrix.verdicts().count(),
    }))
}

/// What a requirement says of one subject, and on what that rests.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeVerdict)]
struct Cell {
    /// Which requirement.
    requirement: String,
    /// `authority`, `system`, `contact_point` or `letter_type`.
    subject_kind: &'static str,
    /// The key of the subject; none: the authority.
    subject: Option<String>,
    /// Its name.
    name: String,
    /// `pass`, `fail`, `warn`, `no_evidence` or `not_applicable`.
    result: String,
    /// What it would say without attestation and waiver.
    measured: String,
    /// Why, with figures.
    why: Text,
    /// The first day whose messages were counted.
    #[schema(value_type = Option<String>, format = Date)]
    window_from: Option<Day>,
    /// The last day.
    #[schema(value_type = Option<String>, format = Date)]
    window_until: Option<Day>,
    /// The figures, by name.
    counts: BTreeMap<String, i64>,
    /// The first message that counted.
    #[schema(format = DateTime)]
    first: Option<String>,
    /// The last message that counted.
    #[schema(format = DateTime)]
    last: Option<String>,
    /// Whole days since the last message it rests on.
    age_days: Option<i64>,
    /// `messageUUID`s of up to ten messages that show what fails, latest first.
    examples: Vec<Uuid>,
    /// The version of the rule.
    rule_version: u16,
    /// What it rests on: `messages`, `configuration`, `attestation`, `waiver`.
    sources: Vec<String>,
    /// The attestation it rests on.
    attestation: Option<String>,
    /// The waiver that sets it aside.
    waiver: Option<String>,
    /// Since when it is asked for.
    #[schema(value_type = Option<String>, format = Date)]
    due: Option<Day>,
    /// When it was judged.
    #[schema(format = DateTime)]
    judged_at: String,
}

/// A page of the cells of the matrix.
#[derive(ToSchema)]
#[schema(as = ProgrammeVerdictSearchResult)]
#[expect(dead_code, reason = "it describes; `Found::into_json` writes")]
#[schema(rename_all = "camelCase")]
struct Cells {
    current_page: u64,
    total_pages: u64,
    elements_on_page: u64,
    total_elements: u64,
    next: Option<String>,
    items: Vec<Cell>,
}

fn cell(row: &Row, verdict: &Verdict) -> Cell {
    let period = verdict.window;
    Cell {
        requirement: verdict.requirement.to_string(),
        subject_kind: match row.subject {
            Subject::Authority => "authority",
            Subject::System(_) => "system",
            Subject::ContactPoint(_) => "contact_point",
            Subject::LetterType(_) => "letter_type",
        },
        subject: row.subject.key().map(ToString::to_string),
        name: row.name.clone(),
        result: said(verdict.result),
        measured: said(verdict.measured),
        why: (&verdict.why).into(),
        window_from: period.map(|period| period.from),
        window_until: period.map(|period| period.until),
        counts: verdict.counts.clone(),
        first: verdict.first.map(|at| at.to_string()),
        last: verdict.last.map(|at| at.to_string()),
        age_days: verdict.age_days(),
        examples: verdict.examples.clone(),
        rule_version: verdict.rule_version,
        sources: verdict.sources.iter().map(word).collect(),
        attestation: verdict.attestation.as_ref().map(ToString::to_string),
        waiver: verdict.waiver.as_ref().map(ToString::to_string),
        due: verdict.due,
        judged_at: verdict.judged_at.to_string(),
    }
}

fn said(result: CheckResult) -> String {
    result.word().to_owned()
}

/// `GET /programmes/{programme}/matrix/cells/`: every requirement of everything it applies to, with its evidence.
#[utoipa::path(
    get,
    path = "/programmes/{programme}/matrix/cells/",
    operation_id = "listProgrammeVerdicts",
    tag = "Programmes: requirements",
    params(("programme" = Uuid, Path, description = "Of the programme"), Searching),
    responses((status = 200, body = Cells, description = "Those found"), Refused)
)]
async fn cells(working: Working, parameters: Parameters) -> Result<Json<Value>, Failure> {
    let names = [
        "requirement",
        "subject_kind",
        "subject",
        "name",
        "result",
        "measured",
        "why",
        "counts",
        "examples",
        "sources",
        "attestation",
        "waiver",
        "due",
        "last",
        "first",
        "age_days",
        "window_from",
        "window_until",
        "rule_version",
        "judged_at",
    ];
    let search = search_for(&parameters, &names)?;
    let judged = working.judged().await?;
    let all = of(&judged);
    page_of(&search, &all, |(row, verdict)| cell(row, verdict))
}

fn of(judged: &Judged) -> Vec<(&Row, &Verdict)> {
    let rows = judged.matrix.rows.iter();
    rows.flat_map(|row| row.verdicts().map(move |verdict| (row, verdict))).collect()
}
