//! `…/plan`: dates and critical paths; moving a milestone, approving the plan, switching versions.

use std::collections::BTreeMap;

use axum::Json;
use brevdue_programme::beginning;
use brevdue_programme::catalogue::Variant;
use brevdue_programme::moving::{self, Clash, Preview};
use brevdue_programme::objects::{Decision, Kind};
use brevdue_programme::plan::CRITICAL;
use brevdue_programme::programmes::Judged;
use brevdue_programme::{Day, Key, MilestoneId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::beginning::Variants;
use super::{Text, Working, word};
use crate::rest::described::Described;
use crate::rest::description::Refused;
use crate::rest::errors::Failure;
use crate::rest::json::Body;
use crate::rest::versions::{IfMatch, changed};

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(read))
        .with(routes!(preview))
        .with(routes!(go))
        .with(routes!(approve))
        .with(routes!(switch))
}

/// The plan.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammePlan)]
struct Told {
    /// As of this day.
    #[schema(value_type = String, format = Date)]
    today: Day,
    /// `full` or `light`.
    variant: String,
    /// The decision that approved it; none: it has no baseline.
    approved_by: Option<String>,
    /// Milestones, in order.
    milestones: Vec<Milestone>,
    /// By milestone: keys of open tasks, of which each waits for the one before.
    critical_paths: BTreeMap<String, Vec<String>>,
    /// How many tasks there are, for every subject; see `…/tasks/`.
    tasks: usize,
}

/// A milestone as the plan has it.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammePlannedMilestone)]
struct Milestone {
    /// Which; its key.
    milestone: String,
    /// Its version, for `If-Match`.
    version: u32,
    /// What it is called.
    name: Text,
    /// It is one of the two official deadlines.
    official: bool,
    /// When.
    #[schema(value_type = Option<String>, format = Date)]
    day: Option<Day>,
    /// `HH:MM` in Copenhagen.
    time: Option<String>,
    /// The last day of a window.
    #[schema(value_type = Option<String>, format = Date)]
    until: Option<Day>,
    /// The day when the plan was approved.
    #[schema(value_type = Option<String>, format = Date)]
    baseline: Option<Day>,
    /// When it came to pass.
    #[schema(value_type = Option<String>, format = Date)]
    reached: Option<Day>,
    /// When it will come to pass, as things are.
    #[schema(value_type = Option<String>, format = Date)]
    forecast: Option<Day>,
    /// Days by which that is later than the baseline, or than the day.
    days_late: Option<i32>,
}

fn told(judged: &Judged) -> Told {
    let plan = &judged.plan;
    let milestones = plan.milestones().iter().map(|one| {
        let key = beginning::milestone_key(&one.kind.id);
        let held = judged.programme.held(Kind::Milestone, &key);
        Milestone {
            milestone: one.kind.id.to_string(),
            version: held.map_or(0, |held| held.version),
            name: (&one.kind.name).into(),
            official: one.kind.official,
            day: one.held.day,
            time: one.held.time.clone(),
            until: one.held.until,
            baseline: one.held.baseline,
            reached: one.held.reached,
            forecast: one.forecast,
            days_late: one.days_late(),
        }
    });
    let path = |to: &&str| {
        let keys = plan.critical_path(to).map(|one| one.key.to_string());
        ((*to).to_owned(), keys.collect())
    };
    let settings = judged.programme.settings();
    Told {
        today: plan.today,
        variant: word(plan.variant),
        approved_by: settings.and_then(|one| one.approved_by).map(|key| key.to_string()),
        milestones: milestones.collect(),
        critical_paths: CRITICAL.iter().map(path).collect(),
        tasks: plan.instances().len(),
    }
}

/// `GET /programmes/{programme}/plan`.
#[utoipa::path(
    get,
    path = "/programmes/{programme}/plan",
    operation_id = "getProgrammePlan",
    tag = "Programmes: plan",
    params(("programme" = Uuid, Path, description = "Of the programme")),
    responses((status = 200, body = Told, description = "Dates and critical paths"), Refused)
)]
async fn read(working: Working) -> Result<Json<Told>, Failure> {
    let judged = working.judged().await?;
    Ok(Json(told(&judged)))
}

/// Where a milestone is moved to.
#[derive(Deserialize, ToSchema)]
#[schema(as = ProgrammeMoveCommand)]
struct MoveCommand {
    /// The new day; null: it has none.
    // Named, so that a misspelt name takes no day away.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(
        value_type = Option<String>,
        required = true,
        pattern = "^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$"
    )]
    to: Option<Day>,
    /// Why, for the history.
    #[serde(default)]
    #[schema(max_length = 500)]
    reason: String,
}

/// What moving a milestone comes to.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeMove)]
struct Moved {
    /// Milestones that move; the one that was asked for is the first.
    milestones: Vec<MovedMilestone>,
    /// Tasks whose due day moves.
    tasks: Vec<MovedTask>,
    /// Tasks that become overdue.
    becoming_overdue: usize,
    /// Tasks whose new day meets a holiday or an absence.
    clashing: usize,
    /// It was moved; false: this is what moving would come to.
    moved: bool,
}

/// A milestone that moves.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeMovedMilestone)]
struct MovedMilestone {
    /// Which.
    milestone: String,
    /// It was.
    #[schema(value_type = Option<String>, format = Date)]
    from: Option<Day>,
    /// It will be.
    #[schema(value_type = Option<String>, format = Date)]
    to: Option<Day>,
}

/// A task whose due day moves.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeMovedTask)]
struct MovedTask {
    /// Which.
    key: String,
    /// It was due.
    #[schema(value_type = Option<String>, format = Date)]
    from: Option<Day>,
    /// It will be due.
    #[schema(value_type = Option<String>, format = Date)]
    to: Option<Day>,
    /// It is not overdue now, and will be.
    becomes_overdue: bool,
    /// Holidays and keys of absences that the new day meets.
    clashes: Vec<String>,
}

fn moved(preview: &Preview, moved: bool) -> Moved {
    let clash = |clash: &Clash| match clash {
        Clash::Holiday { name, .. } => name.en.clone(),
        Clash::Away { absence, .. } => absence.to_string(),
    };
    Moved {
        milestones: preview
            .milestones
            .iter()
            .map(|(id, from, to)| MovedMilestone {
                milestone: id.to_string(),
                from: *from,
                to: *to,
            })
            .collect(),
        tasks: preview
            .tasks
            .iter()
            .map(|task| MovedTask {
                key: task.key.to_string(),
                from: task.from,
                to: task.to,
                becomes_overdue: task.becomes_overdue,
                clashes: task.clashes.iter().map(clash).collect(),
            })
            .collect(),
        becoming_overdue: preview.becoming_overdue().count(),
        clashing: preview.clashing().count(),
        moved,
    }
}

fn previewed(judged: &Judged, milestone: &str, to: Option<Day>) -> Result<Preview, Failure> {
    let milestone: MilestoneId =
        milestone.parse().map_err(|error: brevdue_programme::NotAKey| {
            Failure::bad_request("key.invalid", error.to_string()).at("path", "milestone")
        })?;
    let catalogue = judged.effective.catalogue();
    Ok(moving::preview(&judged.programme, catalogue, judged.plan.today, &milestone, to)?)
}

/// `POST /programmes/{programme}/plan/moves/{milestone}/preview`: changes nothing.
#[utoipa::path(
    post,
    path = "/programmes/{programme}/plan/moves/{milestone}/preview",
    operation_id = "previewProgrammeMove",
    tag = "Programmes: plan",
    params(
        ("programme" = Uuid, Path, description = "Of the programme"),
        ("milestone" = String, Path, description = "Which, for example GOLIVE", pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"),
    ),
    request_body = MoveCommand,
    responses((status = 200, body = Moved, description = "What moving it would come to"), Refused)
)]
async fn preview(
    working: Working,
    Body(command): Body<MoveCommand>,
) -> Result<Json<Moved>, Failure> {
    let judged = working.judged().await?;
    Ok(Json(moved(&previewed(&judged, working.part("milestone"), command.to)?, false)))
}

/// `POST /programmes/{programme}/plan/moves/{milestone}`: moves it, and everything that hangs on it.
#[utoipa::path(
    post,
    path = "/programmes/{programme}/plan/moves/{milestone}",
    operation_id = "moveProgrammeMilestone",
    tag = "Programmes: plan",
    params(
        ("programme" = Uuid, Path, description = "Of the programme"),
        ("milestone" = String, Path, description = "Which, for example GOLIVE", pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"),
        ("If-Match" = String, Header, description = "The version of the milestone", pattern = "^[0-9]{1,9}$"),
    ),
    request_body = MoveCommand,
    responses((status = 200, body = Moved, description = "What was moved"), Refused)
)]
async fn go(
    working: Working,
    IfMatch(version): IfMatch,
    Body(command): Body<MoveCommand>,
) -> Result<Json<Moved>, Failure> {
    let judged = working.judged().await?;
    let preview = previewed(&judged, working.part("milestone"), command.to)?;
    let key: Option<Key> = working.part("milestone").parse().ok();
    let held = key.and_then(|key| judged.programme.held(Kind::Milestone, &key));
    let there = i64::from(held.map_or(0, |held| held.version));
    if there != version {
        return Err(changed(Some(there)));
    }
    working.change(&preview.changes, &super::reason(&command.reason)?).await?;
    Ok(Json(moved(&preview, true)))
}

/// What approves the plan.
#[derive(Deserialize, ToSchema)]
#[schema(as = ProgrammeApprovalCommand)]
struct ApprovalCommand {
    /// The key of a decision that says who, when and, for a new baseline, why.
    #[schema(value_type = String, pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    decision: Key,
}

/// `POST /programmes/{programme}/plan/approval`: every due day and every milestone's day becomes the baseline.
#[utoipa::path(
    post,
    path = "/programmes/{programme}/plan/approval",
    operation_id = "approveProgrammePlan",
    tag = "Programmes: plan",
    params(("programme" = Uuid, Path, description = "Of the programme")),
    request_body = ApprovalCommand,
    responses((status = 200, body = Told, description = "The plan, with its baseline"), Refused)
)]
async fn approve(
    working: Working,
    Body(command): Body<ApprovalCommand>,
) -> Result<Json<Told>, Failure> {
    let judged = working.judged().await?;
    let decision = judged.programme.get::<Decision>(&command.decision).ok_or_else(|| {
        Failure::unprocessable("decision.not.found", "there is no decision of that key")
            .at("Approval", "decision")
    })?;
    let changes = moving::approve(&judged.programme, &judged.plan, &command.decision, &decision)?;
    working.change(&changes, "").await?;
    let judged = working.judged().await?;
    Ok(Json(told(&judged)))
}

/// To which version.
#[derive(Deserialize, ToSchema)]
#[schema(as = ProgrammeSwitchCommand)]
struct SwitchCommand {
    /// Full or light.
    #[schema(value_type = Variants)]
    variant: Variant,
    /// Switch; without it, only what switching would come to is told.
    #[serde(default)]
    apply: bool,
}

/// What switching versions comes to. No register is touched.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeSwitch)]
struct Switched {
    /// Tasks that are marked done, because their counterparts are.
    marked: Vec<String>,
    /// Tasks that are new and open.
    new: Vec<String>,
    /// Milestones that move.
    moved: Vec<MovedMilestone>,
    /// It was switched.
    switched: bool,
}

/// `POST /programmes/{programme}/plan/variant`: what switching between full and light comes to; with `apply`, switches.
#[utoipa::path(
    post,
    path = "/programmes/{programme}/plan/variant",
    operation_id = "switchProgrammeVariant",
    tag = "Programmes: plan",
    params(("programme" = Uuid, Path, description = "Of the programme")),
    request_body = SwitchCommand,
    responses((status = 200, body = Switched, description = "What it comes to"), Refused)
)]
async fn switch(
    working: Working,
    Body(command): Body<SwitchCommand>,
) -> Result<Json<Switched>, Failure> {
    let judged = working.judged().await?;
    let (catalogue, today) = (judged.effective.catalogue(), judged.plan.today);
    let to = command.variant;
    let switch = beginning::switch(&judged.programme, catalogue, to, working.now, today)?;
    if command.apply {
        working.change(&switch.changes, "").await?;
    }
    let marked = switch.marked.iter();
    Ok(Json(Switched {
        marked: marked
            .map(|(task, subject)| {
                brevdue_programme::plan::state_key(task, subject.as_ref()).to_string()
            })
            .collect(),
        new: switch.new.iter().map(ToString::to_string).collect(),
        moved: switch
            .moved
            .iter()
            .map(|(id, from, to)| MovedMilestone {
                milestone: id.to_string(),
                from: *from,
                to: *to,
            })
            .collect(),
        switched: command.apply,
    }))
}
