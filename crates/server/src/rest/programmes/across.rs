//! `/programmes/across`: several authorities side by side (R10), as data.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use brevdue_programme::Day;
use brevdue_programme::across::{Deadline, Line, Next, Standing, Viewer};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::routes;
use uuid::Uuid;

use super::status::{Complying, Tasks, complying, counted};
use super::{Searching, Text, page_of, search_for, subject_of, word};
use crate::rest::Door;
use crate::rest::acting::Acting;
use crate::rest::described::Described;
use crate::rest::description::Refused;
use crate::rest::errors::Failure;
use crate::rest::parameters::Parameters;

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(across))
}

/// One programme among others.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeAcross)]
struct Told {
    /// Which.
    id: Uuid,
    /// Its name.
    name: String,
    /// The authority.
    authority: String,
    /// `full` or `light`.
    variant: String,
    /// Where it stands; none when its plan cannot be reckoned, and so nobody knows.
    standing: Option<Stands>,
}

/// Where a programme stands, by the figures of its status report.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeStanding)]
struct Stands {
    /// When it was judged.
    #[schema(format = DateTime)]
    as_of: String,
    /// The version of the catalogue.
    catalogue_version: String,
    /// The light to show: `green`, `yellow` or `red`.
    light: String,
    /// The light by rule.
    computed: String,
    /// The comment of a light set by hand.
    comment: Option<String>,
    /// Both official deadlines, by milestone.
    deadlines: BTreeMap<String, Official>,
    /// Tasks, counted.
    tasks: Tasks,
    /// Checks that rest on messages.
    measured: usize,
    /// Checks that rest on registers, attestations or nothing.
    stated: usize,
    /// The milestone that comes next.
    next: Option<Comes>,
}

/// An official deadline.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeDeadline)]
struct Official {
    /// It was to be; the planned day before the plan is approved.
    #[schema(value_type = Option<String>, format = Date)]
    baseline: Option<Day>,
    /// It will be.
    #[schema(value_type = Option<String>, format = Date)]
    forecast: Option<Day>,
    /// When it came to pass.
    #[schema(value_type = Option<String>, format = Date)]
    reached: Option<Day>,
    /// Days late; negative when early.
    days_late: Option<i32>,
    /// How many comply.
    compliance: Complying,
    /// What the systems prove: `met`, `short`, or `no_evidence` where none is in scope.
    systems: String,
    /// What messages prove: `met`, `short`, or `no_evidence` where none was sent.
    messages: String,
}

/// A milestone to come.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeNextMilestone)]
struct Comes {
    /// Which.
    milestone: String,
    /// What it is called.
    name: Text,
    /// When it will be.
    #[schema(value_type = String, format = Date)]
    forecast: Day,
}

/// A page of programmes side by side.
#[derive(ToSchema)]
#[schema(as = ProgrammeAcrossResult)]
#[expect(dead_code, reason = "it describes; `Found::into_json` writes")]
#[schema(rename_all = "camelCase")]
struct SearchResult {
    current_page: u64,
    total_pages: u64,
    elements_on_page: u64,
    total_elements: u64,
    next: Option<String>,
    items: Vec<Told>,
}

/// `GET /programmes/across`: where each programme stands that you have an entry in (R10); at most 200, by authority. Archived ones are left out.
#[utoipa::path(
    get,
    path = "/programmes/across",
    operation_id = "listProgrammesAcross",
    tag = "Programmes",
    params(Searching),
    responses((status = 200, body = SearchResult, description = "Programmes side by side"), Refused)
)]
async fn across(
    State(door): State<Door>,
    Acting(caller): Acting,
    parameters: Parameters,
) -> Result<Json<Value>, Failure> {
    let search = search_for(&parameters, &["id", "name", "authority", "variant", "standing"])?;
    let Some(programmes) = &door.settings.programmes else {
        return page_of(&search, &[], Value::clone);
    };
    let subject = subject_of(&caller);
    let viewer = Viewer::SignsInAs(&subject);
    let across = programmes.across(viewer, "", door.exchange.now()).await?;
    page_of(&search, &across.lines, told)
}

fn told(line: &Line) -> Told {
    Told {
        id: line.id.0,
        name: line.name.clone(),
        authority: line.authority.clone(),
        variant: word(line.variant),
        standing: line.standing.as_ref().map(stands),
    }
}

fn stands(standing: &Standing) -> Stands {
    let deadlines = standing.deadlines.iter();
    Stands {
        as_of: standing.at.to_string(),
        catalogue_version: standing.catalogue_version.clone(),
        light: word(standing.light),
        computed: word(standing.computed),
        comment: Some(standing.comment.clone()).filter(|comment| !comment.is_empty()),
        deadlines: deadlines.map(|one| (one.milestone.to_string(), official(one))).collect(),
        tasks: counted(standing.counts),
        measured: standing.basis.measured,
        stated: standing.basis.stated,
        next: standing.next.as_ref().map(comes),
    }
}

fn official(deadline: &Deadline) -> Official {
    Official {
        baseline: deadline.baseline,
        forecast: deadline.forecast,
        reached: deadline.reached,
        days_late: deadline.days_late,
        compliance: complying(deadline.compliance),
        systems: word(deadline.systems()),
        messages: word(deadline.messages()),
    }
}

fn comes(next: &Next) -> Comes {
    Comes {
        milestone: next.milestone.to_string(),
        name: Text::from(&next.name),
        forecast: next.forecast,
    }
}
