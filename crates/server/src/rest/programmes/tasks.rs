//! Tasks as the plan has them, beside what somebody wrote of them.

use axum::Json;
use axum::routing::MethodRouter;
use brevdue_programme::objects::Kind;
use brevdue_programme::plan::Instance;
use brevdue_programme::programmes::Judged;
use brevdue_programme::{Day, Key};
use brevdue_wire::Search;
use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::path::Paths;
use utoipa::{PartialSchema as _, ToSchema};

use super::objects::told;
use super::{Text, Working, page_of, word};
use crate::rest::described::Described;
use crate::rest::errors::Failure;

/// The name of the shape below.
pub(super) const PLANNED: &str = "ProgrammePlannedTask";

pub(super) fn describe(door: Described) -> Described {
    // It stands within tasks, which are described member by member.
    let mut shapes = Vec::new();
    Planned::schemas(&mut shapes);
    shapes.push((PLANNED.to_owned(), Planned::schema()));
    door.with((shapes, Paths::new(), MethodRouter::new()))
}

/// A task as the plan reckons it today.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammePlannedTask)]
pub(super) struct Planned {
    /// What it is called.
    title: Text,
    /// Its package.
    package: String,
    /// The area of its package; none in the light version.
    area: Option<String>,
    /// How binding it is today: `must`, `should` or `may`.
    obligation: String,
    /// It closes by a condition, and not by hand.
    conditional: bool,
    /// Who answers for it.
    responsible: Option<String>,
    /// Where it stands; a task that comes again is not started once the next round has begun.
    status: String,
    /// The day that its milestone and weeks come to, or its own, before it is moved off a holiday.
    #[schema(value_type = Option<String>, format = Date)]
    nominal: Option<Day>,
    /// When it is due; always a working day.
    #[schema(value_type = Option<String>, format = Date)]
    due: Option<Day>,
    /// The due day when the plan was approved.
    #[schema(value_type = Option<String>, format = Date)]
    baseline: Option<Day>,
    /// When it can begin at the earliest.
    #[schema(value_type = Option<String>, format = Date)]
    forecast_start: Option<Day>,
    /// When it will be done, as things are.
    #[schema(value_type = Option<String>, format = Date)]
    forecast: Option<Day>,
    /// When it was done.
    #[schema(value_type = Option<String>, format = Date)]
    done_on: Option<Day>,
    /// It is open and its due day is past.
    overdue: bool,
    /// It is on a critical path.
    critical: bool,
    /// Keys of the tasks that it waits for; told of one task, not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Vec<String>>,
}

fn of(judged: &Judged, instance: &Instance, with_after: bool) -> Planned {
    let task = judged.plan.task_of(instance);
    let after = || {
        let before = judged.plan.waits_for(instance);
        before.into_iter().map(|one| one.key.to_string()).collect()
    };
    Planned {
        title: (&task.task.title).into(),
        package: task.task.package.to_string(),
        area: task.area.as_ref().map(ToString::to_string),
        obligation: word(task.obligation),
        conditional: task.task.done_when != brevdue_programme::catalogue::DoneWhen::Manual,
        responsible: instance.responsible.as_ref().map(ToString::to_string),
        status: instance.status.word().to_owned(),
        nominal: instance.nominal,
        due: instance.due,
        baseline: instance.baseline,
        forecast_start: instance.forecast_start,
        forecast: instance.forecast,
        done_on: instance.done_on,
        overdue: instance.overdue,
        critical: instance.critical,
        after: with_after.then(after),
    }
}

/// A task as the plan has it; none when the plan of today has it not, and only its state is kept.
pub(super) fn planned(judged: &Judged, key: &Key) -> Option<Value> {
    serde_json::to_value(of(judged, judged.plan.instance(key)?, true)).ok()
}

/// Every task of the plan for every subject, touched or not.
pub(super) async fn list(working: &Working, search: &Search) -> Result<Json<Value>, Failure> {
    let judged = working.judged().await?;
    page_of(search, judged.plan.instances(), |instance| {
        let (version, body) = match judged.programme.held(Kind::TaskState, &instance.key) {
            Some(held) => (held.version, held.body.clone()),
            None => {
                let fresh = instance.fresh_state(&judged.plan.task_of(instance).task.id);
                (0, serde_json::to_value(fresh).unwrap_or_default())
            }
        };
        let mut told = told(Kind::TaskState, &instance.key, version, &body);
        told["plan"] = serde_json::to_value(of(&judged, instance, false)).unwrap_or_default();
        told
    })
}
