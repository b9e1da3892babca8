//! The programmes of the invented country: who is how far with their move to Digital Post.
//!
//! What its letters show is not here: that is measured when they have gone through the exchange.

use std::collections::{BTreeMap, BTreeSet};

use brevdue_memo::Timestamp;
use brevdue_programme::beginning::{self, Beginning, CannotBegin};
use brevdue_programme::catalogue::{Catalogue, DoneWhen, Variant};
use brevdue_programme::change::{Change, What};
use brevdue_programme::moving;
use brevdue_programme::objects::{
    AuthorityKind, Decision, Kind, Milestone, Status, TaskState, Track,
};
use brevdue_programme::permissions::Actor;
use brevdue_programme::plan::Plan;
use brevdue_programme::programmes::{By, ChangeError};
use brevdue_programme::storage::StorageError;
use brevdue_programme::{Day, Key, MilestoneId, ProfileId, Programme, ProgrammeId, Programmes};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The definition that is built in.
const BUILT_IN: &str = include_str!("../../../../examples/programmes.toml");

/// The key of the decision that approves the plan; a programme without it has no baseline.
const APPROVAL: &str = "BES-001";

/// Days between two times that somebody writes down what was done.
const WRITTEN_EVERY_DAYS: i32 = 14;

/// Why the programmes of the country were not begun.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProgrammesError {
    /// The definition cannot be read.
    #[error("the definition of the programmes cannot be read")]
    Read(#[from] toml::de::Error),
    /// A word of it is none.
    #[error("the definition of the programmes: {0}")]
    Word(String),
    /// A programme cannot begin so.
    #[error("a programme cannot begin")]
    Begin(#[from] CannotBegin),
    /// A change is refused.
    #[error("a programme could not be made")]
    Change(#[from] ChangeError),
    /// The store fails.
    #[error("the programmes cannot be read")]
    Storage(#[from] StorageError),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    programme: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: uuid::Uuid,
    name: String,
    authority: String,
    cvr: BTreeSet<String>,
    kind: AuthorityKind,
    track: Track,
    variant: Variant,
    profile: ProfileId,
    start: String,
    /// In whose name it is begun and changed.
    manager: Key,
    #[serde(default)]
    milestones: BTreeMap<MilestoneId, String>,
    #[serde(default)]
    settings: Map<String, Value>,
    #[serde(default)]
    tasks: Tasks,
    #[serde(default)]
    task: Vec<Map<String, Value>>,
    #[serde(default)]
    object: Vec<ObjectEntry>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tasks {
    done_until: Option<String>,
    #[serde(default)]
    late: BTreeSet<Key>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ObjectEntry {
    kind: Kind,
    key: Key,
    body: Value,
}

/// Begins the programmes of the country whose authorities are in it; returns how many. Those that are there
/// already are left as they are.
pub(crate) async fn first_programmes(
    programmes: &Programmes,
    authorities: &BTreeSet<String>,
    now: Timestamp,
) -> Result<usize, ProgrammesError> {
    let file: File = toml::from_str(BUILT_IN)?;
    let today = Day::of(now).map_err(|error| ProgrammesError::Word(error.to_string()))?;
    let there = programmes.ids().await?;
    let mut begun = 0;
    for entry in &file.programme {
        let id = ProgrammeId(entry.id);
        if there.contains(&id) || entry.cvr.is_disjoint(authorities) {
            continue;
        }
        begin(programmes, id, entry, today).await?;
        begun += 1;
    }
    Ok(begun)
}

async fn begin(
    programmes: &Programmes,
    id: ProgrammeId,
    entry: &Entry,
    today: Day,
) -> Result<(), ProgrammesError> {
    let start = day(&entry.start, today)?;
    let by = |reason: &'static str, on: Day| {
        let at = morning(on)?;
        Ok::<_, ProgrammesError>(By { actor: Actor::Person(entry.manager.clone()), reason, at })
    };
    let programme = programmes.begin(id, &first(entry, today)?, by("", start)?).await?;

    let approval: Key = APPROVAL.parse().expect("it is a key");
    if let Some(decision) = programme.get::<Decision>(&approval)
        && let Some(on) = decision.day
    {
        programmes
            .reckon(id, by("", on)?, |programme| {
                let effective = Catalogue::shipped().with(programme);
                let plan = Plan::of(programme, effective.catalogue(), on)?;
                let approved = moving::approve(programme, &plan, &approval, &decision);
                approved.map_err(|error| ChangeError::Override {
                    key: approval.clone(),
                    reason: error.to_string(),
                    ring: Vec::new(),
                })
            })
            .await?;
    }
    let programme = programmes.open(id).await?.unwrap_or(programme);
    for (on, changes) in worked(entry, &programme, today)? {
        programmes.change(id, &changes, by("", on)?).await?;
    }
    Ok(())
}

/// Settings, milestones and registers.
fn first(entry: &Entry, today: Day) -> Result<Vec<Change>, ProgrammesError> {
    let beginning = Beginning {
        name: entry.name.clone(),
        authority: entry.authority.clone(),
        cvr: entry.cvr.clone(),
        kind: entry.kind,
        track: entry.track,
        variant: entry.variant,
        profile: entry.profile.clone(),
        start: day(&entry.start, today)?,
    };
    let mut changes = beginning::begin(&beginning, Catalogue::shipped())?;
    for change in &mut changes {
        let What::Add { body } = &mut change.what else { continue };
        match change.kind {
            Kind::Settings => {
                for (name, value) in &entry.settings {
                    body[name] = dated(value.clone(), today)?;
                }
            }
            Kind::Milestone => {
                let moved = change
                    .key
                    .as_str()
                    .parse()
                    .ok()
                    .and_then(|id: MilestoneId| entry.milestones.get(&id));
                if let Some(to) = moved {
                    let until = (change.key.as_str() == "CUTOVER")
                        .then(|| day(to, today).map(|from| from.plus_days(2)))
                        .transpose()?;
                    let milestone =
                        Milestone { day: Some(day(to, today)?), until, ..Milestone::default() };
                    *change = Change::add(change.key.clone(), &milestone);
                }
            }
            _ => {}
        }
    }
    for object in &entry.object {
        let body = dated(object.body.clone(), today)?;
        changes.push(Change {
            kind: object.kind,
            key: object.key.clone(),
            what: What::Add { body },
        });
    }
    Ok(changes)
}

/// What was done, day by day.
fn worked(
    entry: &Entry,
    programme: &Programme,
    today: Day,
) -> Result<BTreeMap<Day, Vec<Change>>, ProgrammesError> {
    let effective = Catalogue::shipped().with(programme);
    let plan = Plan::of(programme, effective.catalogue(), today)
        .map_err(|error| ProgrammesError::Word(error.to_string()))?;
    let mut days: BTreeMap<Day, Vec<Change>> = BTreeMap::new();
    let mut named: BTreeMap<Key, Map<String, Value>> = BTreeMap::new();
    for task in &entry.task {
        let mut task = task.clone();
        let key = task.remove("key").and_then(|key| serde_json::from_value::<Key>(key).ok());
        let key = key.ok_or_else(|| ProgrammesError::Word("a task has no key".into()))?;
        if plan.instance(&key).is_none() {
            return Err(ProgrammesError::Word(format!("the plan has no task {key}")));
        }
        named.insert(key, task);
    }
    if let Some(odd) = entry.tasks.late.iter().find(|key| plan.instance(key).is_none()) {
        return Err(ProgrammesError::Word(format!("the plan has no task {odd}")));
    }
    let until = entry.tasks.done_until.as_deref().map(|text| day(text, today)).transpose()?;
    for instance in plan.instances() {
        let task = &plan.task_of(instance).task;
        let before = programme.get::<TaskState>(&instance.key);
        let mut after = before.clone().unwrap_or_else(|| instance.fresh_state(&task.id));
        let on = if let Some(fields) = named.get(&instance.key) {
            let mut body = serde_json::to_value(&after).unwrap_or_default();
            for (name, value) in fields {
                body[name] = dated(value.clone(), today)?;
            }
            after = serde_json::from_value(body)
                .map_err(|error| ProgrammesError::Word(format!("{}: {error}", instance.key)))?;
            instance.due.unwrap_or(today).min(today.plus_days(-1))
        } else {
            let due = instance.due.filter(|due| until.is_some_and(|until| *due < until));
            let by_hand = task.done_when == DoneWhen::Manual;
            match due.filter(|_| by_hand && !entry.tasks.late.contains(&instance.key)) {
                Some(due) => {
                    after.status = Status::Done;
                    after.percent = 100;
                    after.done_at = Some(morning(due)?);
                    due
                }
                None => continue,
            }
        };
        // Written down every other week, as such things are.
        let start = day(&entry.start, today)?;
        let block = on.max(start).days_since(start) / WRITTEN_EVERY_DAYS + 1;
        let on = start.plus_days(block * WRITTEN_EVERY_DAYS).min(today.plus_days(-1));
        days.entry(on).or_default().extend(match &before {
            Some(before) => Change::edit(instance.key.clone(), before, &after),
            None => Some(Change::add(instance.key.clone(), &after)),
        });
    }
    Ok(days)
}

/// Every `@…` in a value as the day, or instant, it stands for.
fn dated(value: Value, today: Day) -> Result<Value, ProgrammesError> {
    Ok(match value {
        Value::String(text) if text.starts_with('@') => match text.split_once('T') {
            Some((on, time)) => {
                let on = day(on, today)?;
                format!("{on}T{time}:00.000Z").into()
            }
            None => day(&text, today)?.to_string().into(),
        },
        Value::Array(list) => {
            list.into_iter().map(|one| dated(one, today)).collect::<Result<Vec<_>, _>>()?.into()
        }
        Value::Object(fields) => {
            let dated = fields.into_iter().map(|(name, one)| Ok((name, dated(one, today)?)));
            Value::Object(dated.collect::<Result<_, ProgrammesError>>()?)
        }
        other => other,
    })
}

fn day(text: &str, today: Day) -> Result<Day, ProgrammesError> {
    let days = text.strip_prefix('@').and_then(|days| days.parse().ok());
    days.map(|days| today.plus_days(days))
        .ok_or_else(|| ProgrammesError::Word(format!("{text} is not a number of days like @-30")))
}

/// Nine o'clock on a day, more or less: in UTC.
fn morning(day: Day) -> Result<Timestamp, ProgrammesError> {
    format!("{day}T08:00:00.000Z")
        .parse()
        .map_err(|_| ProgrammesError::Word(format!("{day} has no morning")))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use brevdue_programme::memory::Memory;
    use brevdue_programme::objects::System;

    use super::*;
    use crate::country::Definition;

    const NOW: &str = "2026-11-23T12:00:00.000Z";

    async fn begun() -> (Programmes, Vec<ProgrammeId>) {
        let programmes = Programmes::new(Arc::new(Memory::default()));
        let all = ["12345678", "22334455"].map(str::to_owned).into();
        assert_eq!(first_programmes(&programmes, &all, NOW.parse().unwrap()).await.unwrap(), 2);
        let ids = programmes.ids().await.unwrap();
        (programmes, ids)
    }

    #[tokio::test]
    async fn the_country_has_one_authority_in_the_middle_and_one_in_the_light_version() {
        let (programmes, ids) = begun().await;
        let now: Timestamp = NOW.parse().unwrap();
        for id in &ids {
            programmes.keep_true(*id, now).await.unwrap();
        }
        let mut variants = BTreeSet::new();
        for id in ids {
            let judged = programmes.judged(id, now).await.unwrap().unwrap();
            assert!(judged.effective.set_aside().is_empty());
            let settings = judged.programme.settings().unwrap();
            variants.insert(settings.variant == Variant::Light);
            let report = judged.status().unwrap();
            assert!(report.counts.done > 0 && report.counts.done < report.counts.all, "{report:?}");
            if settings.variant == Variant::Full {
                let share = report.counts.done * 100 / report.counts.all;
                assert!((40..95).contains(&share), "{share} % is done");
                assert!(report.counts.overdue > 0 && report.counts.blocked == 1);
                assert_eq!(report.risks.len(), 3);
                assert!(settings.approved_by.is_some());
                let day_of = |id: &str| judged.plan.milestone(id).unwrap().held.day.unwrap();
                assert!(day_of("GOLIVE") < report.today && report.today < day_of("MEMO_ONLY"));
            }
        }
        assert_eq!(variants.len(), 2);
    }

    #[tokio::test]
    async fn its_systems_and_contact_points_are_those_of_the_country() {
        let (programmes, ids) = begun().await;
        let country = Definition::load(None).unwrap();
        let systems: BTreeSet<String> = country
            .organisations
            .iter()
            .flat_map(|one| one.systems.iter().map(|system| system.id.to_string()))
            .collect();
        let mut tied = 0;
        for id in ids {
            let programme = programmes.open(id).await.unwrap().unwrap();
            for (_, system) in programme.all::<System>() {
                for interface in &system.interfaces {
                    tied += usize::from(systems.contains(&interface.dp_system_id));
                }
            }
        }
        assert_eq!(tied, 4);
    }

    #[tokio::test]
    async fn beginning_twice_begins_nothing_again() {
        let (programmes, ids) = begun().await;
        let all = ["12345678".to_owned()].into();
        let again = first_programmes(&programmes, &all, NOW.parse().unwrap()).await.unwrap();
        assert_eq!((again, programmes.ids().await.unwrap()), (0, ids));
    }
}
