//! One task: what it is, for whom it is done, and where each stands.

use axum::extract::Path;
use axum::http::StatusCode;
use brevdue_programme::catalogue::{DoneWhen, Task};
use brevdue_programme::change::Change;
use brevdue_programme::closing::{self, Holds};
use brevdue_programme::objects::{Attestation, Comment, Kind, Person, Status, TaskState};
use brevdue_programme::plan::Instance;
use brevdue_programme::{Key, TaskId};

use super::desk::{Desk, FormOf, NotDone, Standing, Tab};
use super::history;
use super::packages::sources;
use super::sent::Sent;
use super::words;
use crate::limits::COMMENT_CHARACTERS;
use crate::markup::{self, Html, Tone, a, alert, el, h2, p, quiet, ul};
use crate::visitor::{Answer, Refused, Visitor};

/// `GET /programmes/{id}/tasks/{task}`: a task, and everything it is done for.
pub(crate) async fn task(visitor: Visitor, Path((id, task)): Path<(String, String)>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let standing = desk.standing().await?;
    let found = task.parse::<TaskId>().ok();
    let found = found.and_then(|id| standing.plan.task(&id).cloned());
    let Some(planned) = found else { return desk.refuse(Refused::NotFound).await };
    let instances: Vec<&Instance> = standing.plan.of_task(&planned.task.id).collect();
    if let [only] = instances.as_slice()
        && only.subject.is_none()
    {
        return desk.redirect(&format!("task/{}", only.key));
    }
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let title = format!("{} {}", planned.task.id, planned.task.title.of(reader));
    desk.page(&title, Tab::Tasks, |_| {
        let mut body = about(&desk, &standing, &planned.task);
        body.push(h2(t.work_done_for(words::per(reader, planned.task.per))));
        if instances.is_empty() {
            body.push(p(t.work_nobody_to_do_it_for()));
        }
        let rows = instances.iter().map(|one| {
            vec![
                words::instance_link(&desk, &standing, one),
                words::status(t, reader, one),
                words::person(&desk, one.responsible.as_ref()).into(),
                words::maybe_day(t, one.due),
                words::maybe_day(t, one.forecast),
            ]
        });
        let headings =
            [t.work_task(), t.work_state(), t.work_responsible(), t.work_due(), t.work_forecast()];
        body.push(markup::table(&title, &headings, rows));
        body
    })
    .await
}

/// What a task is, with its help.
fn about(desk: &Desk, standing: &Standing, task: &Task) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let package = standing.effective.package(&task.package);
    let mut body = p([
        words::area(desk, standing, package.and_then(|package| package.area.as_ref())),
        " ".into(),
        words::provenance(reader, task.provenance),
    ]);
    body.push(el("p", &[("class", "font-lead")], task.description.of(reader)));
    body.push(h2(t.work_help()));
    body.push(p(task.help.of(reader)));
    body.push(sources(desk, standing, &task.sources));
    let texts = |list: &[brevdue_programme::Bilingual]| -> Html {
        let words: Vec<&str> = list.iter().map(|one| one.of(reader)).collect();
        if words.is_empty() { "–".into() } else { words.join("; ").into() }
    };
    let roles = task.roles.iter().map(|role| {
        let known = standing.effective.role(role);
        known.map_or_else(|| role.to_string(), |one| one.name.of(reader).to_owned())
    });
    let before = task.depends_on.iter().map(|id| {
        let title = standing.effective.task(id).map_or("", |one| one.title.of(reader));
        [a(&desk.to(&format!("tasks/{id}")), format!("{id} {title}")), " ".into()].into()
    });
    let requirements = task.requirements.iter().map(|id| -> Html {
        let title = standing.effective.requirement(id).map_or("", |one| one.title.of(reader));
        [a(&desk.to(&format!("requirements/{id}")), format!("{id} {title}")), " ".into()].into()
    });
    let package_link = package.map_or_else(Html::none, |package| {
        a(&desk.to(&format!("packages/{}", package.id)), package.name.of(reader))
    });
    let mut told = vec![
        (t.work_package(), package_link),
        (t.work_obligation(), words::obligation(reader, task.obligation).into()),
        (t.work_roles(), roles.collect::<Vec<_>>().join(", ").into()),
        (t.work_inputs(), texts(&task.inputs)),
        (t.work_outputs(), texts(&task.outputs)),
        (t.work_after(), before.collect()),
        (t.work_requirements(), requirements.collect()),
    ];
    if let Some(condition) = words::condition(standing, reader, &task.done_when) {
        told.push((t.work_closes_when(), condition.into()));
    }
    body.push(markup::facts(told.into_iter().filter(|(_, what)| *what != Html::none())));
    body.push(p(a(&desk.to(&format!("catalogue/{}", task.id)), t.catalogue_change_task())));
    body
}

/// `GET /programmes/{id}/task/{key}`: a task for one subject.
pub(crate) async fn instance(visitor: Visitor, Path((id, key)): Path<(String, String)>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    show(desk, &key, StatusCode::OK, None, &Sent::default()).await
}

async fn show(
    desk: Desk,
    key: &str,
    status: StatusCode,
    fault: Option<String>,
    sent: &Sent,
) -> Answer {
    let standing = desk.standing().await?;
    let found = key.parse::<Key>().ok();
    let found = found.and_then(|key| standing.plan.instance(&key).cloned());
    let Some(instance) = found else { return desk.refuse(Refused::NotFound).await };
    let read = desk.visitor.web.programmes.history(
        desk.id,
        Some((Kind::TaskState, &instance.key)),
        None,
        crate::limits::HISTORY_SHOWN,
    );
    let lines = match read.await {
        Ok(lines) => lines,
        Err(error) => return Err(desk.visitor.failed("history could not be read", &error).await),
    };
    let t = desk.visitor.texts;
    let task = standing.plan.task_of(&instance).task.clone();
    let title = words::instance(&desk, &standing, &instance);
    let past = history::table(&desk, lines.iter().map(|(_, line)| line));
    desk.page_with(status, &title, Tab::Tasks, |token| {
        let mut body = Html::none();
        if let Some(fault) = fault {
            body.push(alert(Tone::Bad, t.programme_not_saved(), p(fault)));
        } else if desk.visitor.query("said").is_some() {
            body.push(alert(Tone::Good, "", p(t.programme_saved())));
        }
        body.push(stands(&desk, &standing, &instance));
        body.push(next(&desk, &standing, &instance));
        body.push(about(&desk, &standing, &task));
        body.push(steps(&desk, &task, &instance, token));
        body.push(status_form(&desk, &task, &instance, token, sent));
        body.push(plan_form(&desk, &instance, token));
        body.push(comments(&desk, &instance, token));
        body.push(h2(t.programme_history()));
        body.push(past);
        body
    })
    .await
}

fn stands(desk: &Desk, standing: &Standing, instance: &Instance) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let subject =
        match (&instance.subject, words::kind_of(standing.plan.task_of(instance).task.per)) {
            (Some(key), Some(kind)) => {
                let register = brevdue_programme::fields::Register::of(kind);
                let path = register.map_or("systems", |register| register.path);
                a(&desk.to(&format!("registers/{path}/{key}")), desk.name_of(kind, key.as_str()))
            }
            _ => Html::none(),
        };
    let mut told = vec![
        (t.work_state(), words::status(t, reader, instance)),
        (t.work_subject(), subject),
        (t.work_responsible(), words::person(desk, instance.responsible.as_ref()).into()),
        (t.work_due(), words::maybe_day(t, instance.due)),
        (t.work_forecast(), words::maybe_day(t, instance.forecast)),
        (t.work_baseline(), words::maybe_day(t, instance.baseline)),
        (t.work_done_on(), instance.done_on.map_or_else(Html::none, |day| words::day(t, day))),
        (t.programme_reason(), instance.reason.as_str().into()),
    ];
    if instance.critical {
        told.push((t.work_critical(), t.work_is_critical().into()));
    }
    markup::facts(told.into_iter().filter(|(_, what)| *what != Html::none()))
}

/// What to do now: what it waits for, what its condition lacks, or simply to do it.
fn next(desk: &Desk, standing: &Standing, instance: &Instance) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    if instance.is_closed() {
        return Html::none();
    }
    let mut inside = Html::none();
    let waits = standing.plan.waits_for(instance);
    let open: Vec<&&Instance> = waits.iter().filter(|one| !one.is_closed()).collect();
    if !open.is_empty() {
        inside.push(p(t.work_waits_for()));
        inside.push(ul(
            "",
            open.iter().take(10).map(|one| words::instance_link(desk, standing, one)),
        ));
    }
    let catalogue = standing.effective.catalogue();
    match closing::holds(&standing.plan, instance, catalogue, &standing.judgements) {
        Holds::No(why) if !why.is_empty() => {
            inside.push(p(t.work_condition_lacks()));
            inside.push(ul(
                "",
                why.iter().map(|(requirement, result)| {
                    let subject = instance.subject.as_ref();
                    let cell = super::overview::cell_link(desk, standing, requirement, subject);
                    [words::result(reader, *result), " ".into(), cell].into()
                }),
            ));
        }
        Holds::No(_) => {
            let task = &standing.plan.task_of(instance).task;
            let condition = words::condition(standing, reader, &task.done_when);
            inside.push(p(t.work_closes_itself(condition.unwrap_or_default())));
        }
        _ if open.is_empty() => inside.push(p(t.work_do_it())),
        _ => {}
    }
    alert(Tone::Info, t.work_next_step(), inside)
}

fn steps(desk: &Desk, task: &Task, instance: &Instance, token: &str) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    if task.steps.is_empty() {
        return Html::none();
    }
    let done = desk
        .programme
        .get::<TaskState>(&instance.key)
        .unwrap_or_else(|| instance.fresh_state(&task.id));
    let mut inside = markup::hidden("what", "steps");
    for (at, step) in task.steps.iter().enumerate() {
        let number = u8::try_from(at + 1).unwrap_or(u8::MAX);
        let id = format!("step-{number}");
        inside.push(markup::tick(
            &id,
            "step",
            &number.to_string(),
            step.title.of(reader),
            done.steps_done.contains(&number),
        ));
        inside.push(quiet(step.help.of(reader)));
    }
    inside.push(markup::button(t.programme_save()));
    let form = markup::form(&desk.to(&format!("task/{}", instance.key)), token, inside);
    [h2(t.work_steps()), form].into()
}

fn status_form(desk: &Desk, task: &Task, instance: &Instance, token: &str, sent: &Sent) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let chosen = match sent.one("status") {
        "" => instance.status.word(),
        written => written,
    };
    let options = Status::ALL.iter();
    let options = options.map(|one| (one.word().to_owned(), one.label(reader).to_owned()));
    let reason = if sent.has("reason") { sent.one("reason") } else { instance.reason.as_str() };
    let mut inside = vec![
        markup::hidden("what", "status"),
        markup::choose("status", "status", t.work_state(), options, chosen),
        markup::area("reason", "reason", t.work_reason_if(), reason),
    ];
    if task.done_when != DoneWhen::Manual {
        inside.push(markup::fieldset(
            t.work_attest_to_close(),
            [
                quiet(t.work_attest_hint()),
                markup::area("statement", "statement", t.work_statement(), sent.one("statement")),
                markup::line("evidence", "evidence", t.work_evidence_link(), sent.one("evidence")),
                markup::day("expires", "expires", t.work_expires(), sent.one("expires")),
            ],
        ));
    }
    inside.push(markup::button(t.work_set_status()));
    let form = markup::form(&desk.to(&format!("task/{}", instance.key)), token, inside);
    [h2(t.work_change_status()), form].into()
}

fn plan_form(desk: &Desk, instance: &Instance, token: &str) -> Html {
    let t = desk.visitor.texts;
    let state = desk.programme.get::<TaskState>(&instance.key);
    let people = desk.programme.all::<Person>();
    let people = people.map(|(key, person)| (key.to_string(), person.name));
    let people = std::iter::once((String::new(), "–".to_owned())).chain(people);
    let day =
        |day: Option<brevdue_programme::Day>| day.map(|day| day.to_string()).unwrap_or_default();
    let assignee = instance.assignee.as_ref().map(Key::to_string).unwrap_or_default();
    let inside = vec![
        markup::hidden("what", "plan"),
        markup::choose("assignee", "assignee", t.work_assignee(), people, &assignee),
        markup::number("percent", "percent", t.work_percent(), &instance.percent.to_string()),
        markup::day("due", "due", t.work_own_due(), &day(state.as_ref().and_then(|one| one.due))),
        markup::day(
            "forecast",
            "forecast",
            t.work_own_forecast(),
            &day(state.as_ref().and_then(|one| one.forecast)),
        ),
        markup::button(t.programme_save()),
    ];
    let form = markup::form(&desk.to(&format!("task/{}", instance.key)), token, inside);
    [h2(t.work_who_and_when()), form].into()
}

fn comments(desk: &Desk, instance: &Instance, token: &str) -> Html {
    let t = desk.visitor.texts;
    let about = format!("task/{}", instance.key);
    let mut thread: Vec<Comment> = desk
        .programme
        .all::<Comment>()
        .map(|(_, comment)| comment)
        .filter(|comment| comment.about == about)
        .collect();
    thread.sort_by_key(|comment| comment.at);
    let mut body = h2(t.work_comments());
    body.push(ul(
        "work-list",
        thread.iter().map(|comment| {
            [
                el("strong", &[], words::person(desk, Some(&comment.by))),
                words::moment(t, comment.at),
                p(comment.text.as_str()),
            ]
            .into()
        }),
    ));
    let inside = [
        markup::hidden("what", "comment"),
        markup::area("text", "text", t.work_comment(), ""),
        markup::button(t.work_say()),
    ];
    body.push(markup::form(&desk.to(&format!("task/{}", instance.key)), token, inside));
    body
}

/// `POST /programmes/{id}/task/{key}`
pub(crate) async fn save(
    visitor: Visitor,
    Path((id, key)): Path<(String, String)>,
    form: FormOf,
) -> Answer {
    let mut desk = Desk::open(visitor, &id).await?;
    let sent = desk.sent(form).await?;
    let standing = desk.standing().await?;
    let found = key.parse::<Key>().ok();
    let found = found.and_then(|key| standing.plan.instance(&key).cloned());
    let Some(instance) = found else { return desk.refuse(Refused::NotFound).await };
    let changes = match sent.one("what") {
        "status" => set_status(&desk, &standing, &instance, &sent),
        "steps" => ticked(&desk, &standing, &instance, &sent),
        "plan" => planned(&desk, &standing, &instance, &sent),
        _ => said(&desk, &instance, &sent),
    };
    let done = match changes {
        Ok(changes) => desk.change(&changes, sent.one("reason").trim()).await,
        Err(said) => Err(NotDone::Said(StatusCode::UNPROCESSABLE_ENTITY, said)),
    };
    let t = desk.visitor.texts;
    match done {
        Ok(()) => match sent.one("back") {
            "" => desk.redirect(&format!("task/{}?said=saved", instance.key)),
            back => desk.redirect(&format!("tasks?{}", board_query(back))),
        },
        Err(NotDone::Said(status, said)) => {
            show(desk, instance.key.as_str(), status, Some(said), &sent).await
        }
        Err(NotDone::Conflicts(_)) => {
            let said = t.work_faster().to_owned();
            show(desk, instance.key.as_str(), StatusCode::CONFLICT, Some(said), &sent).await
        }
        Err(NotDone::Refused(refusal)) => Err(refusal),
    }
}

/// The query of the board that a button was pressed on: what could be an address elsewhere is dropped.
fn board_query(back: &str) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || "=&_-.+%".contains(*c);
    back.chars().filter(plain).take(500).collect()
}

fn state_of(
    desk: &Desk,
    standing: &Standing,
    instance: &Instance,
) -> (Option<TaskState>, TaskState) {
    let held = desk.programme.get::<TaskState>(&instance.key);
    let task = &standing.plan.task_of(instance).task.id;
    let state = held.clone().unwrap_or_else(|| instance.fresh_state(task));
    (held, state)
}

fn changed(key: &Key, before: Option<&TaskState>, after: &TaskState) -> Vec<Change> {
    match before {
        Some(before) => Change::edit(key.clone(), before, after).into_iter().collect(),
        None => vec![Change::add(key.clone(), after)],
    }
}

fn set_status(
    desk: &Desk,
    standing: &Standing,
    instance: &Instance,
    sent: &Sent,
) -> Result<Vec<Change>, String> {
    let t = desk.visitor.texts;
    let Some(status) = Status::from_word(sent.one("status")) else {
        return Err(t.work_no_status().to_owned());
    };
    let today = standing.plan.today;
    let expires = sent.day("expires").map_err(|_| t.work_bad_day().to_owned())?;
    let key = desk.next_key(Kind::Attestation, "A");
    let attestation = Attestation {
        requirement: None,
        subject: instance.subject.clone(),
        statement: sent.one("statement").trim().to_owned(),
        evidence: sent.one("evidence").trim().to_owned(),
        person: desk.me.clone(),
        day: today,
        expires: expires.unwrap_or_else(|| today.plus_months(closing::ATTESTATION_MONTHS)),
        approver: None,
    };
    let attested = !attestation.statement.is_empty();
    let attestation = attested.then_some((&key, &attestation));
    let (plan, now) = (&standing.plan, desk.visitor.now());
    let reason = sent.one("reason");
    closing::set_status(plan, &desk.programme, &instance.key, status, reason, attestation, now)
        .map_err(|why| words::not_set(t, &why))
}

fn ticked(
    desk: &Desk,
    standing: &Standing,
    instance: &Instance,
    sent: &Sent,
) -> Result<Vec<Change>, String> {
    let (held, mut state) = state_of(desk, standing, instance);
    let steps = standing.plan.task_of(instance).task.steps.len();
    state.steps_done = sent.all("step").filter_map(|text| text.parse().ok()).collect();
    state.steps_done.retain(|number| (1..=steps).contains(&usize::from(*number)));
    let done = state.steps_done.len() * 100 / steps.max(1);
    state.percent = u8::try_from(done).unwrap_or(100).min(99);
    if state.status == Status::NotStarted && !state.steps_done.is_empty() {
        state.status = Status::InProgress;
    }
    Ok(changed(&instance.key, held.as_ref(), &state))
}

fn planned(
    desk: &Desk,
    standing: &Standing,
    instance: &Instance,
    sent: &Sent,
) -> Result<Vec<Change>, String> {
    let t = desk.visitor.texts;
    let (held, mut state) = state_of(desk, standing, instance);
    let bad_day = |_| t.work_bad_day().to_owned();
    state.assignee = match sent.one("assignee") {
        "" => None,
        text => {
            match text.parse::<Key>().ok().filter(|key| desk.programme.get::<Person>(key).is_some())
            {
                Some(key) => Some(key),
                None => return Err(t.work_nobody_of_that_name().to_owned()),
            }
        }
    };
    state.due = sent.day("due").map_err(bad_day)?;
    state.forecast = sent.day("forecast").map_err(bad_day)?;
    state.percent = match sent.one("percent").trim().trim_end_matches('%').trim() {
        "" => 0,
        text => match text.parse::<u8>().ok().filter(|percent| *percent <= 100) {
            Some(percent) => percent,
            None => return Err(t.work_bad_percent().to_owned()),
        },
    };
    Ok(changed(&instance.key, held.as_ref(), &state))
}

fn said(desk: &Desk, instance: &Instance, sent: &Sent) -> Result<Vec<Change>, String> {
    let t = desk.visitor.texts;
    let text = sent.one("text").trim();
    if text.is_empty() || text.chars().count() > COMMENT_CHARACTERS {
        return Err(t.work_bad_comment(COMMENT_CHARACTERS));
    }
    let comment = Comment {
        about: format!("task/{}", instance.key),
        by: desk.me.clone(),
        at: desk.visitor.now(),
        text: text.to_owned(),
    };
    Ok(vec![Change::add(desk.next_key(Kind::Comment, "C"), &comment)])
}
