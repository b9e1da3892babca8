//! Milestones: moving one after seeing everything it moves, and approving the plan.

use axum::extract::Path;
use axum::http::StatusCode;
use brevdue_programme::jobs::{self, Runs};
use brevdue_programme::milestones::CUTOVER;
use brevdue_programme::moving::{self, Clash, NotMoved, Preview};
use brevdue_programme::objects::{Decision, Kind, Milestone};
use brevdue_programme::{Day, MilestoneId};

use super::desk::{Desk, FormOf, NotDone, Standing, Tab};
use super::words;
use crate::markup::{self, Html, Tone, a, alert, badge, h2, h3, p, quiet};
use crate::visitor::{Answer, Refused, Visitor};

/// Every milestone as a table; the id of each is a link to where it is moved.
pub(crate) fn table(desk: &Desk, standing: &Standing) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let rows = standing.plan.milestones().iter().map(|milestone| {
        let held = &milestone.held;
        let mut day = words::maybe_day(t, held.day);
        if let Some(time) = &held.time {
            day.push(format!(" {time}"));
        }
        if let Some(until) = held.until {
            day.push(" – ");
            day.push(words::day(t, until));
        }
        let mut name = a(
            &desk.to(&format!("milestones/{}", milestone.kind.id)),
            milestone.kind.name.of(reader),
        );
        if milestone.kind.official {
            name.push(" ");
            name.push(badge(Tone::Info, t.work_official()));
        }
        let state = match (held.reached, milestone.days_late()) {
            (Some(reached), _) => {
                [badge(Tone::Good, t.work_reached()), " ".into(), words::day(t, reached)].into()
            }
            (None, Some(late)) if late > 0 => {
                badge(Tone::Warning, t.work_forecast_late(i64::from(late)))
            }
            _ => Html::none(),
        };
        vec![
            name,
            day,
            words::maybe_day(t, held.baseline),
            words::maybe_day(t, milestone.forecast),
            state,
        ]
    });
    let headings =
        [t.work_milestone(), t.work_day(), t.work_baseline(), t.work_forecast(), t.work_state()];
    markup::table(t.work_milestones(), &headings, rows)
}

/// `GET /programmes/{id}/milestones`
pub(crate) async fn milestones(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let standing = desk.standing().await?;
    let t = desk.visitor.texts;
    desk.page(t.work_milestones(), Tab::Plan, |token| {
        [p(t.work_milestones_lead()), table(&desk, &standing), approval(&desk, token)].into()
    })
    .await
}

fn approval(desk: &Desk, token: &str) -> Html {
    let t = desk.visitor.texts;
    let mut body = h2(t.work_approval());
    match &desk.settings.approved_by {
        Some(decision) => body.push(p([
            t.work_approved_by().into(),
            " ".into(),
            a(
                &desk.to(&format!("registers/decisions/{decision}")),
                desk.name_of(Kind::Decision, decision.as_str()),
            ),
        ])),
        None => body.push(p(t.work_not_approved())),
    }
    body.push(quiet(t.work_approval_lead()));
    let inside = vec![
        markup::line("approve-title", "title", t.work_decision(), t.work_approval_title()),
        markup::area("approve-reason", "reason", t.programme_reason(), ""),
        markup::button(t.work_approve()),
    ];
    body.push(markup::form(&desk.to("milestones/approve"), token, inside));
    body
}

/// `POST /programmes/{id}/milestones/approve`
pub(crate) async fn approve(visitor: Visitor, Path(id): Path<String>, form: FormOf) -> Answer {
    let mut desk = Desk::open(visitor, &id).await?;
    let sent = desk.sent(form).await?;
    let standing = desk.standing().await?;
    let key = desk.next_key(Kind::Decision, "D");
    let decision = Decision {
        title: sent.one("title").trim().to_owned(),
        reason: sent.one("reason").trim().to_owned(),
        by: Some(desk.me.clone()),
        day: Some(standing.plan.today),
        ..Decision::default()
    };
    let done = match moving::approve(&desk.programme, &standing.plan, &key, &decision) {
        Ok(changes) => desk.change(&changes, &decision.reason).await,
        Err(why) => Err(NotDone::Said(StatusCode::UNPROCESSABLE_ENTITY, said(&desk, &why))),
    };
    match done {
        Ok(()) => desk.redirect("milestones"),
        Err(not_done) => desk.not_done(not_done, "milestones", Tab::Plan).await,
    }
}

fn said(desk: &Desk, why: &NotMoved) -> String {
    let t = desk.visitor.texts;
    match why {
        NotMoved::Undecided("reason") => t.work_baseline_needs_reason().to_owned(),
        NotMoved::Reached(_) => t.work_reached_stays().to_owned(),
        other => t.programme_refused(other.to_string()),
    }
}

/// `GET /programmes/{id}/milestones/{milestone}`: one milestone; with `to`, what moving it comes to.
pub(crate) async fn milestone(
    visitor: Visitor,
    Path((id, milestone)): Path<(String, String)>,
) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let standing = desk.standing().await?;
    let found = milestone.parse::<MilestoneId>().ok();
    let found = found.and_then(|id| standing.plan.milestone(id.as_str()).cloned());
    let Some(planned) = found else { return desk.refuse(Refused::NotFound).await };
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let asked = desk.visitor.query("to");
    let to = match asked.as_deref().map(str::trim) {
        None => None,
        Some("") => Some(Ok(None)),
        Some(text) => Some(text.parse::<Day>().map(Some)),
    };
    let catalogue = standing.effective.catalogue();
    let preview = match to {
        Some(Ok(to)) => Some((
            to,
            moving::preview(&desk.programme, catalogue, standing.plan.today, &planned.kind.id, to),
        )),
        _ => None,
    };
    let bad_day = matches!(to, Some(Err(_)));
    let status = match (&preview, bad_day) {
        (Some((_, Err(_))), _) | (_, true) => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::OK,
    };
    let title = planned.kind.name.of(reader).to_owned();
    desk.page_with(status, &title, Tab::Plan, |token| {
        let mut body = p(planned.kind.meaning.of(reader));
        body.push(markup::facts([
            (t.work_day(), words::maybe_day(t, planned.held.day)),
            (t.work_baseline(), words::maybe_day(t, planned.held.baseline)),
            (t.work_forecast(), words::maybe_day(t, planned.forecast)),
        ]));
        if bad_day {
            body.push(alert(Tone::Bad, "", p(t.work_bad_day())));
        }
        let day = match &preview {
            Some((to, _)) => to.map(|day| day.to_string()).unwrap_or_default(),
            None => planned.held.day.map(|day| day.to_string()).unwrap_or_default(),
        };
        body.push(h2(t.work_move()));
        body.push(markup::asking(
            &desk.to(&format!("milestones/{}", planned.kind.id)),
            [markup::day("to", "to", t.work_new_day(), &day), markup::button(t.work_see_effect())],
        ));
        if planned.kind.id.as_str() == CUTOVER {
            body.push(scheduled(&desk, &standing));
        }
        match &preview {
            None => {
                body.push(h2(t.work_reach()));
                body.push(markup::form(
                    &desk.to(&format!("milestones/{}", planned.kind.id)),
                    token,
                    [
                        markup::hidden("what", "reached"),
                        markup::day("reached", "reached", t.work_reached_on(), ""),
                        markup::button(t.programme_save()),
                    ],
                ));
            }
            Some((_, Err(why))) => body.push(alert(Tone::Bad, "", p(said(&desk, why)))),
            Some((to, Ok(preview))) => {
                let to = to.map(|day| day.to_string()).unwrap_or_default();
                let from = planned.held.day.map(|day| day.to_string()).unwrap_or_default();
                let form = markup::form(
                    &desk.to(&format!("milestones/{}", planned.kind.id)),
                    token,
                    [
                        markup::hidden("what", "move"),
                        markup::hidden("to", &to),
                        markup::hidden("from", &from),
                        markup::line("why", "reason", t.work_move_reason(), ""),
                        markup::button(t.work_move_now()),
                    ],
                );
                body.push(effect(&desk, &standing, preview, form));
            }
        }
        body.push(markup::ways([(desk.to("milestones"), t.work_back())]));
        body
    })
    .await
}

/// The jobs that run in the window without sending, and those of which nobody knows.
fn scheduled(desk: &Desk, standing: &Standing) -> Html {
    let t = desk.visitor.texts;
    let title = h2(t.jobs_title());
    let Some((window, jobs)) = jobs::in_cutover(&desk.programme, standing.plan.today) else {
        return [title, p(t.jobs_no_window())].into();
    };
    let lead = p(t.jobs_lead(window.to_string()));
    if jobs.is_empty() {
        return [title, lead, p(t.jobs_none())].into();
    }
    let rows = jobs.iter().map(|one| {
        let runs = match &one.runs {
            Runs::None => Html::none(),
            Runs::Untold => badge(Tone::Warning, t.jobs_untold()),
            Runs::Some(runs, more) => {
                let times: Vec<String> = runs.iter().map(ToString::to_string).collect();
                let more = if *more > 0 { format!(" + {more}") } else { String::new() };
                format!("{}{more}", times.join(", ")).into()
            }
        };
        let letters: Vec<String> = one
            .job
            .letter_types
            .iter()
            .map(|key| desk.name_of(Kind::LetterType, key.as_str()))
            .collect();
        let state = if one.job.paused {
            badge(Tone::Good, t.jobs_paused())
        } else {
            badge(Tone::Warning, t.jobs_runs())
        };
        let system = format!("registers/systems/{}", one.system);
        vec![
            one.name().into(),
            a(&desk.to(&system), desk.name_of(Kind::System, one.system.as_str())),
            runs,
            letters.join(", ").into(),
            one.job.volume.to_string().into(),
            state,
        ]
    });
    let headings = [
        t.jobs_job(),
        t.jobs_system(),
        t.jobs_when(),
        t.jobs_letters(),
        t.jobs_volume(),
        t.work_state(),
    ];
    [title, lead, markup::table(t.jobs_title(), &headings, rows)].into()
}

/// A word of warning with the way to the jobs that run in the window without sending, while that lies ahead.
pub(crate) fn jobs_ahead(desk: &Desk, standing: &Standing) -> Html {
    let t = desk.visitor.texts;
    let Some((window, jobs)) = jobs::in_cutover(&desk.programme, standing.plan.today) else {
        return Html::none();
    };
    let count = jobs.iter().filter(|one| !one.job.paused).count();
    if count == 0 || window.until < standing.plan.today {
        return Html::none();
    }
    let way = a(&desk.to(&format!("milestones/{}", CUTOVER)), t.jobs_see());
    let said = t.jobs_ahead(i64::try_from(count).unwrap_or(i64::MAX), window.to_string());
    alert(Tone::Warning, t.jobs_title(), p([said.into(), " ".into(), way]))
}

/// What a move comes to, in figures and then one by one; the form that makes it stands between, since the
/// tasks may be many.
fn effect(desk: &Desk, standing: &Standing, preview: &Preview, form: Html) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let late = preview.becoming_overdue().count();
    let clashing = preview.clashing().count();
    let mut body = h2(t.work_effect());
    let mut told = p(t.work_effect_tasks(count(preview.tasks.len())));
    told.push(p(t.work_effect_overdue(count(late))));
    told.push(p(t.work_effect_clashes(count(clashing))));
    told.push(p(t.work_effect_baseline()));
    let tone = if late > 0 { Tone::Warning } else { Tone::Info };
    body.push(alert(tone, t.work_not_moved_yet(), told));
    body.push(form);
    body.push(h3(t.work_milestones()));
    let milestones = preview.milestones.iter().map(|(id, from, to)| {
        let name = standing.effective.milestone(id);
        let name = name.map_or(id.as_str(), |kind| kind.name.of(reader));
        vec![name.into(), words::maybe_day(t, *from), words::maybe_day(t, *to)]
    });
    let headings = [t.work_milestone(), t.programme_from(), t.programme_to()];
    body.push(markup::table(t.work_effect_on_milestones(), &headings, milestones));
    body.push(h3(t.work_tasks()));
    let tasks = preview.tasks.iter().filter_map(|moved| {
        let instance = standing.plan.instance(&moved.key)?;
        let mut notes = Html::none();
        if moved.becomes_overdue {
            notes.push(badge(Tone::Bad, t.work_becomes_overdue()));
            notes.push(" ");
        }
        for clash in &moved.clashes {
            notes.push(match clash {
                Clash::Holiday { name, .. } => t.work_clash_holiday(name.of(reader)),
                Clash::Away { name, person: None, .. } => {
                    t.work_clash_away(t.work_everybody(), name)
                }
                Clash::Away { name, person, .. } => {
                    t.work_clash_away(words::person(desk, person.as_ref()), name)
                }
            });
            notes.push(" ");
        }
        Some(vec![
            words::instance_link(desk, standing, instance),
            words::maybe_day(t, moved.from),
            words::maybe_day(t, moved.to),
            notes,
        ])
    });
    let headings = [t.work_task(), t.programme_from(), t.programme_to(), t.work_note()];
    body.push(markup::table(t.work_effect_on_tasks(), &headings, tasks));
    body
}

/// `POST /programmes/{id}/milestones/{milestone}`: moves it, or says that it was reached.
pub(crate) async fn save(
    visitor: Visitor,
    Path((id, milestone)): Path<(String, String)>,
    form: FormOf,
) -> Answer {
    let mut desk = Desk::open(visitor, &id).await?;
    let sent = desk.sent(form).await?;
    let standing = desk.standing().await?;
    let found = milestone.parse::<MilestoneId>().ok();
    let found = found.and_then(|id| standing.plan.milestone(id.as_str()).cloned());
    let Some(planned) = found else { return desk.refuse(Refused::NotFound).await };
    let t = desk.visitor.texts;
    let back = format!("milestones/{}", planned.kind.id);
    let unfit = |said: &str| NotDone::Said(StatusCode::UNPROCESSABLE_ENTITY, said.to_owned());
    let (Ok(to), Ok(from), Ok(reached)) = (sent.day("to"), sent.day("from"), sent.day("reached"))
    else {
        return desk.not_done(unfit(t.work_bad_day()), &back, Tab::Plan).await;
    };
    let changes = match sent.one("what") {
        "reached" => {
            let after = Milestone { reached, ..planned.held.clone() };
            let key = brevdue_programme::beginning::milestone_key(&planned.kind.id);
            Ok(brevdue_programme::change::Change::edit(key, &planned.held, &after)
                .into_iter()
                .collect())
        }
        // What was shown was another move than this would be now.
        _ if from != planned.held.day => Err(NotDone::Conflicts(Vec::new())),
        _ => {
            let (catalogue, today) = (standing.effective.catalogue(), standing.plan.today);
            moving::preview(&desk.programme, catalogue, today, &planned.kind.id, to)
                .map(|preview| preview.changes)
                .map_err(|why| unfit(&said(&desk, &why)))
        }
    };
    let done = match changes {
        Ok(changes) => desk.change(&changes, sent.one("reason").trim()).await,
        Err(not_done) => Err(not_done),
    };
    match done {
        Ok(()) => desk.redirect("milestones"),
        Err(not_done) => desk.not_done(not_done, &back, Tab::Plan).await,
    }
}
