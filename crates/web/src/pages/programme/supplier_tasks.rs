//! What a supplier says of its own tasks, on the page that its link opens: where each stands, how far it is,
//! when it will be done, and a note. What it may say is asked where every change is.

use brevdue_programme::change::Change;
use brevdue_programme::closing;
use brevdue_programme::objects::{Status, System, TaskState};
use brevdue_programme::permissions::Actor;
use brevdue_programme::plan::Instance;
use brevdue_programme::programmes::{By, ChangeError};
use brevdue_programme::{Key, ProgrammeId};

use super::desk::{Standing, reader, settle};
use super::sent::Sent;
use super::words;
use crate::limits::SUPPLIER_ANSWER_CHARACTERS;
use crate::markup::{self, Html, el, p, quiet};
use crate::visitor::{Refusal, Refused, Visitor};

/// What a supplier may say of a task.
const STATUSES: [Status; 4] =
    [Status::NotStarted, Status::InProgress, Status::Blocked, Status::Done];

/// Why a task was not changed.
pub(crate) enum NotChanged {
    /// In words, for the supplier.
    Said(String),
    /// The page ends here.
    Refused(Refusal),
}

/// The open tasks that the supplier does, of its own systems.
fn mine<'a>(
    standing: &'a Standing,
    systems: &'a [(Key, System)],
) -> impl Iterator<Item = (&'a Instance, &'a str)> {
    standing.plan.instances().iter().filter_map(move |one| {
        let task = &standing.plan.task_of(one).task;
        let is_theirs = task.roles.iter().any(|role| role.as_str() == "supplier");
        let subject = one.subject.as_ref()?;
        let (_, system) = systems.iter().find(|(key, _)| key == subject)?;
        (is_theirs && !one.is_closed()).then_some((one, system.name.as_str()))
    })
}

/// A form for each of them; `address` is where the link goes.
pub(crate) fn forms(
    visitor: &Visitor,
    standing: &Standing,
    systems: &[(Key, System)],
    address: &str,
    token: &str,
) -> Html {
    let t = visitor.texts;
    let reader = reader(visitor);
    let mut body = Html::none();
    for (one, system) in mine(standing, systems) {
        let task = &standing.plan.task_of(one).task;
        let state = standing.programme.get::<TaskState>(&one.key);
        let state = state.unwrap_or_else(|| one.fresh_state(&task.id));
        let statuses =
            STATUSES.map(|status| (status.word().to_owned(), status.label(reader).to_owned()));
        let id = |name: &str| format!("task-{}-{name}", one.key);
        let forecast = state.forecast.map(|day| day.to_string()).unwrap_or_default();
        let inside = [
            markup::hidden("what", "task"),
            markup::hidden("task", one.key.as_str()),
            markup::choose(
                &id("status"),
                "status",
                t.supplier_status(),
                statuses,
                state.status.word(),
            ),
            markup::number(&id("percent"), "percent", t.work_percent(), &state.percent.to_string()),
            markup::day(&id("forecast"), "forecast", t.supplier_forecast(), &forecast),
            markup::area(&id("reason"), "reason", t.supplier_reason(), &state.reason),
            markup::area(&id("note"), "note", t.supplier_note(), &state.note),
            markup::button(t.supplier_save()),
        ];
        let title = format!("{}: {system}", task.title.of(reader));
        body.push(el("h3", &[], title.as_str()));
        body.push(p([words::maybe_day(t, one.due), " ".into(), words::status(t, reader, one)]));
        body.push(quiet(task.description.of(reader)));
        body.push(markup::details(
            format!("{}: {title}", t.supplier_tell()),
            markup::form(address, token, inside),
        ));
    }
    body
}

/// Makes the change that one of these forms asks for, in the supplier's name.
pub(crate) async fn save(
    visitor: &Visitor,
    id: ProgrammeId,
    supplier: &Key,
    systems: &[(Key, System)],
    standing: &Standing,
    sent: &Sent,
) -> Result<(), NotChanged> {
    let t = visitor.texts;
    let said = |text: &str| NotChanged::Said(text.to_owned());
    let key = sent.one("task").parse::<Key>().ok();
    let found = key.and_then(|key| mine(standing, systems).find(|(one, _)| one.key == key));
    let Some((one, _)) = found else {
        return Err(NotChanged::Refused(visitor.refuse(Refused::NotFound).await));
    };
    let status = Status::from_word(sent.one("status")).filter(|one| STATUSES.contains(one));
    let status = status.ok_or_else(|| said(t.work_no_status()))?;
    let percent = match sent.one("percent").trim().trim_end_matches('%').trim() {
        "" => Some(0),
        text => text.parse::<u8>().ok().filter(|percent| *percent <= 100),
    };
    let percent = percent.ok_or_else(|| said(t.work_bad_percent()))?;
    let forecast = sent.day("forecast").map_err(|_| said(t.work_bad_day()))?;
    let (reason, note) = (sent.one("reason").trim(), sent.one("note").trim());
    let too_long = |text: &str| text.chars().count() > SUPPLIER_ANSWER_CHARACTERS;
    if too_long(reason) || too_long(note) {
        return Err(NotChanged::Said(t.supplier_too_long(SUPPLIER_ANSWER_CHARACTERS)));
    }
    let task = &standing.plan.task_of(one).task;
    let held = standing.programme.get::<TaskState>(&one.key);
    let before = held.clone().unwrap_or_else(|| one.fresh_state(&task.id));
    let after = TaskState { percent, forecast, note: note.to_owned(), ..before.clone() };
    let edit = match &held {
        Some(before) => Change::edit(one.key.clone(), before, &after),
        None if after == before => None,
        None => Some(Change::add(one.key.clone(), &after)),
    };
    change(visitor, id, supplier, edit.into_iter().collect()).await?;
    if status != before.status || (status == Status::Blocked && reason != before.reason) {
        // As the task stands now, with what was just said of it.
        let programme = match visitor.web.programmes.open(id).await {
            Ok(Some(programme)) => programme,
            Ok(None) => {
                return Err(NotChanged::Refused(visitor.refuse(Refused::NotFound).await));
            }
            Err(error) => {
                let refusal = visitor.failed("a programme could not be opened", &error).await;
                return Err(NotChanged::Refused(refusal));
            }
        };
        let set = closing::set_status(
            &standing.plan,
            &programme,
            &one.key,
            status,
            reason,
            None,
            visitor.now(),
        );
        let changes = set.map_err(|why| NotChanged::Said(words::not_set(t, &why)))?;
        change(visitor, id, supplier, changes).await?;
    }
    settle(visitor, id).await.map(|_| ()).map_err(NotChanged::Refused)
}

async fn change(
    visitor: &Visitor,
    id: ProgrammeId,
    supplier: &Key,
    changes: Vec<Change>,
) -> Result<(), NotChanged> {
    if changes.is_empty() {
        return Ok(());
    }
    let t = visitor.texts;
    let actor = Actor::Supplier(supplier.clone());
    let by = By { actor, reason: "", at: visitor.now() };
    match visitor.web.programmes.change(id, &changes, by).await {
        Ok(_) => Ok(()),
        Err(ChangeError::Refused(_)) => Err(NotChanged::Said(t.work_faster().to_owned())),
        Err(ChangeError::NotSet(why)) => Err(NotChanged::Said(words::not_set(t, &why))),
        // A task that was theirs when the page was shown, and is no more.
        Err(ChangeError::Forbidden(_)) => {
            Err(NotChanged::Refused(visitor.refuse(Refused::NotFound).await))
        }
        Err(error) => {
            let refusal = visitor.failed("a task could not be saved", &error).await;
            Err(NotChanged::Refused(refusal))
        }
    }
}
