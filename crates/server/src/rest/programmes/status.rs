//! `GET …/status`: the status report as data.

use std::collections::BTreeMap;

use axum::Json;
use brevdue_programme::Day;
use brevdue_programme::status::{Compliance, Counts, StatusReport};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{Working, word};
use crate::rest::described::Described;
use crate::rest::description::Refused;
use crate::rest::errors::Failure;

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(read))
}

/// The status report.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeStatus)]
struct Told {
    /// As of this day.
    #[schema(value_type = String, format = Date)]
    today: Day,
    /// The authority.
    authority: String,
    /// The programme.
    programme: String,
    /// The version of the catalogue.
    catalogue_version: String,
    /// Checks that rest on messages.
    measured: usize,
    /// Checks that rest on registers, attestations or nothing.
    stated: usize,
    /// The light.
    light: Light,
    /// Milestones that have a day.
    milestones: Vec<Milestone>,
    /// Tasks, counted.
    tasks: Tasks,
    /// Compliance at each official deadline, by its milestone.
    compliance: BTreeMap<String, Complying>,
    /// The weightiest open risks.
    risks: Vec<Risk>,
    /// Decisions that are wanted.
    decisions: Vec<Decision>,
    /// What is due in the next four weeks.
    ahead: Vec<Ahead>,
    /// What is in the way, the worst first.
    in_the_way: Vec<InTheWay>,
    /// Requirements set aside, by key.
    waivers: Vec<String>,
}

/// The light, with all that speaks for it.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeLight)]
struct Light {
    /// The one to show: `green`, `yellow` or `red`.
    shown: String,
    /// By rule.
    computed: String,
    /// By hand, when somebody set it with a comment.
    by_hand: Option<String>,
    /// The comment.
    comment: Option<String>,
    /// Why the computed one is not green.
    reasons: Vec<Reason>,
}

/// Why the light is not green.
#[derive(Serialize, Deserialize, Default, ToSchema)]
#[schema(as = ProgrammeLightReason)]
#[serde(default)]
struct Reason {
    /// What it makes of the light.
    light: String,
    /// `delay`, `overdue`, `failing` or `no_evidence`.
    why: String,
    /// Of a delay: which milestone.
    milestone: Option<String>,
    /// It was to be.
    #[schema(format = Date)]
    baseline: Option<String>,
    /// It will be.
    #[schema(format = Date)]
    forecast: Option<String>,
    /// The key of a task.
    key: Option<String>,
    /// When it was due, or is asked for.
    #[schema(format = Date)]
    due: Option<String>,
    /// A requirement.
    requirement: Option<String>,
    /// For what; none: the authority.
    subject: Option<String>,
}

/// A milestone.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeMilestoneStatus)]
struct Milestone {
    /// Which.
    milestone: String,
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
}

/// Tasks, counted.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeTaskCounts)]
pub(super) struct Tasks {
    /// All that are relevant.
    all: usize,
    /// Done.
    done: usize,
    /// Past due.
    overdue: usize,
    /// Past due, and a must.
    overdue_must: usize,
    /// Blocked.
    blocked: usize,
    /// Waiting for a supplier.
    waiting: usize,
    /// Closed by what was measured or registered.
    by_condition: usize,
}

/// How many comply at one deadline.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeCompliance)]
pub(super) struct Complying {
    /// Systems that comply.
    systems_compliant: u64,
    /// Of those in scope.
    systems_in_scope: u64,
    /// Messages of the last 30 days that comply.
    messages_compliant: u64,
    /// Of those sent.
    messages_sent: u64,
}

/// A risk.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeRiskStatus)]
struct Risk {
    /// Which.
    key: String,
    /// The risk.
    title: String,
    /// Probability times consequence, 0 to 25.
    weight: u16,
}

/// A decision that is wanted.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeWantedDecision)]
struct Decision {
    /// Which.
    key: String,
    /// What is to be decided.
    title: String,
    /// By when.
    #[schema(value_type = Option<String>, format = Date)]
    wanted_by: Option<Day>,
}

/// What is due soon.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeAhead)]
struct Ahead {
    /// When.
    #[schema(value_type = String, format = Date)]
    day: Day,
    /// The key of the task.
    key: String,
}

/// What is in the way.
#[derive(Serialize, Deserialize, Default, ToSchema)]
#[schema(as = ProgrammeObstacle)]
#[serde(default)]
struct InTheWay {
    /// `overdue`, `blocked`, `requirement` or `decision`.
    what: String,
    /// The key of a task or decision.
    key: Option<String>,
    /// How many open tasks wait for it directly.
    holds_up: Option<u64>,
    /// Why it is blocked.
    reason: Option<String>,
    /// A requirement.
    requirement: Option<String>,
    /// For what; none: the authority.
    subject: Option<String>,
    /// What is said of it: `fail` or `no_evidence`.
    result: Option<String>,
    /// By when a decision was wanted.
    #[schema(format = Date)]
    wanted_by: Option<String>,
}

/// `GET /programmes/{programme}/status`.
#[utoipa::path(
    get,
    path = "/programmes/{programme}/status",
    operation_id = "getProgrammeStatus",
    tag = "Programmes",
    params(("programme" = Uuid, Path, description = "Of the programme")),
    responses((status = 200, body = Told, description = "The status report, as data"), Refused)
)]
async fn read(working: Working) -> Result<Json<Told>, Failure> {
    Ok(Json(told(working.judged().await?.status()?)))
}

/// One of a kind told by its tag, with the members that others of its kind have left empty.
fn flat<T: for<'de> Deserialize<'de> + Default>(tagged: impl Serialize) -> T {
    let value: Value = serde_json::to_value(tagged).unwrap_or_default();
    serde_json::from_value(value).unwrap_or_default()
}

fn told(report: StatusReport) -> Told {
    let light = &report.light;
    let reasons =
        light.reasons.iter().map(|(one, reason)| Reason { light: word(one), ..flat(reason) });
    Told {
        today: report.today,
        authority: report.authority.clone(),
        programme: report.programme.clone(),
        catalogue_version: report.catalogue_version.clone(),
        measured: report.basis.measured,
        stated: report.basis.stated,
        light: Light {
            shown: word(light.shown()),
            computed: word(light.computed),
            by_hand: light.by_hand.as_ref().map(|(light, _)| word(light)),
            comment: light.by_hand.as_ref().map(|(_, comment)| comment.clone()),
            reasons: reasons.collect(),
        },
        milestones: report
            .milestones
            .iter()
            .map(|line| Milestone {
                milestone: line.id.to_string(),
                baseline: line.baseline,
                forecast: line.forecast,
                reached: line.reached,
                days_late: line.days_late,
            })
            .collect(),
        tasks: counted(report.counts),
        compliance: report
            .compliance
            .iter()
            .map(|(milestone, one)| (milestone.to_string(), complying(*one)))
            .collect(),
        risks: report
            .risks
            .iter()
            .map(|line| Risk {
                key: line.key.to_string(),
                title: line.risk.title.clone(),
                weight: line.weight,
            })
            .collect(),
        decisions: report
            .decisions
            .iter()
            .map(|(key, decision)| Decision {
                key: key.to_string(),
                title: decision.title.clone(),
                wanted_by: decision.wanted_by,
            })
            .collect(),
        ahead: report
            .ahead
            .iter()
            .map(|(day, key)| Ahead { day: *day, key: key.to_string() })
            .collect(),
        in_the_way: report.in_the_way.iter().map(flat).collect(),
        waivers: report.waivers.iter().map(|(key, _)| key.to_string()).collect(),
    }
}

pub(super) fn counted(counts: Counts) -> Tasks {
    let Counts { all, done, overdue, overdue_must, blocked, waiting, by_condition } = counts;
    Tasks { all, done, overdue, overdue_must, blocked, waiting, by_condition }
}

pub(super) fn complying(compliance: Compliance) -> Complying {
    let Compliance { systems_compliant, systems_in_scope, messages_compliant, messages_sent } =
        compliance;
    Complying { systems_compliant, systems_in_scope, messages_compliant, messages_sent }
}
