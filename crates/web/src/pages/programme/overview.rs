//! The overview: both deadlines, the light and why, what is in the way, what comes next.

use std::collections::{BTreeMap, HashMap};

use axum::extract::Path;
use axum::http::header;
use brevdue_programme::checks::{CheckResult, Headline, Share};
use brevdue_programme::lights::Reason;
use brevdue_programme::objects::{Kind, Status};
use brevdue_programme::plan::{Instance, PlannedMilestone};
use brevdue_programme::status::{self, Compliance, InTheWay, StatusReport};
use brevdue_programme::{Key, RequirementId};

use super::desk::{Desk, Standing, Tab, find};
use super::words;
use crate::markup::{self, Html, Tone, a, badge, el, h2, p, quiet, span, ul};
use crate::visitor::{Answer, Visitor};

/// Lines of each list on the overview; the rest are behind a link.
const LINES: usize = 8;

/// Lines of one kind among what is in the way.
const OF_A_KIND: usize = 5;

/// `GET /programmes/{id}`
pub(crate) async fn overview(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let standing = desk.standing().await?;
    let report = match report(&desk, &standing) {
        Ok(report) => report,
        Err(error) => return Err(desk.visitor.failed("a report could not be made", &error).await),
    };
    let title = desk.settings.name.clone();
    desk.page(&title, Tab::Overview, |_| {
        let mut body = lead(&desk, &standing);
        body.push(markup::ways([(
            desk.to("reports/R1.pdf"),
            desk.visitor.texts.work_print_status(),
        )]));
        body.push(super::starting::first_steps(&desk, &standing));
        body.push(deadlines(&desk, &standing));
        body.push(light(&desk, &standing, &report));
        body.push(next_step(&desk, &standing));
        body.push(in_the_way(&desk, &standing, &report));
        body.push(overdue(&desk, &standing));
        body.push(ahead(&desk, &standing, &report));
        body.push(compliance(&desk, &standing));
        body.push(p(a(&desk.to("requirements"), desk.visitor.texts.work_to_matrix())));
        body.push(counts(&desk, &report));
        body.push(milestones(&desk, &standing));
        body
    })
    .await
}

/// The status report of a programme as it stands.
pub(crate) fn report(
    desk: &Desk,
    standing: &Standing,
) -> Result<StatusReport, brevdue_programme::plan::NoPlan> {
    let number = |share: i64| u64::try_from(share).unwrap_or(0);
    let of = |line: &Headline| Compliance {
        systems_compliant: number(line.systems.part),
        systems_in_scope: number(line.systems.whole),
        messages_compliant: number(line.messages.part),
        messages_sent: number(line.messages.whole),
    };
    let headlines = standing.matrix.headlines.iter();
    let compliance: BTreeMap<_, _> =
        headlines.map(|line| (line.milestone.clone(), of(line))).collect();
    let catalogue = standing.effective.catalogue();
    status::report(&desk.programme, catalogue, &standing.plan, &standing.judgements, compliance)
}

fn lead(desk: &Desk, standing: &Standing) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let variant = words::variant(reader, desk.settings.variant);
    let today = words::day(t, standing.plan.today);
    el(
        "p",
        &[("class", "font-lead")],
        [
            desk.settings.authority.as_str().into(),
            " · ".into(),
            variant.into(),
            " · ".into(),
            today,
        ],
    )
}

fn deadlines(desk: &Desk, standing: &Standing) -> Html {
    let cards = standing.plan.deadlines().into_iter().flatten();
    let cards = cards.map(|milestone| deadline(desk, standing, milestone));
    el("div", &[("class", "work-cards")], cards.collect::<Html>())
}

fn deadline(desk: &Desk, standing: &Standing, milestone: &PlannedMilestone) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let name = milestone.kind.name.of(reader);
    let mut inside = el("h2", &[], name);
    match milestone.held.day {
        None => inside.push(p(t.work_no_date())),
        Some(day) => {
            let left = day.days_since(standing.plan.today);
            let words = match left {
                0 => t.work_today().to_owned(),
                1.. => t.work_days_left(i64::from(left)),
                _ => t.work_days_ago(i64::from(-left)),
            };
            inside.push(el("p", &[("class", "work-big")], words));
            let mut when = words::day(t, day);
            if let Some(time) = &milestone.held.time {
                when.push(format!(" {time}"));
            }
            inside.push(p(when));
            if milestone.held.reached.is_some() {
                inside.push(p(badge(Tone::Good, t.work_reached())));
            } else if let Some(late) = milestone.days_late().filter(|late| *late > 0) {
                let late = t.work_forecast_late(i64::from(late));
                inside.push(p([
                    badge(Tone::Warning, late),
                    " ".into(),
                    words::maybe_day(t, milestone.forecast),
                ]));
            }
        }
    }
    inside.push(quiet(milestone.kind.meaning.of(reader)));
    el("section", &[("class", "work-card")], inside)
}

fn light(desk: &Desk, standing: &Standing, report: &StatusReport) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let mut body = h2(t.work_light());
    body.push(p(words::light(reader, report.light.shown())));
    if let Some((_, comment)) = &report.light.by_hand {
        body.push(p([
            t.work_by_hand(comment).into(),
            " ".into(),
            t.work_computed().into(),
            " ".into(),
            words::light(reader, report.light.computed),
        ]));
    }
    let told = report
        .light
        .reasons
        .iter()
        .filter(|(light, _)| *light > brevdue_programme::lights::Light::Green);
    let told: Vec<_> = told.collect();
    if told.is_empty() {
        body.push(p(t.work_no_delay()));
    }
    let shown = told.iter().take(LINES).map(|(light, reason)| {
        [words::light(reader, *light), " ".into(), reason_words(desk, standing, reason)].into()
    });
    body.push(ul("work-list", shown));
    body.push(rest(desk, told.len(), "requirements"));
    body
}

/// How many more there are than were shown.
fn rest(desk: &Desk, total: usize, at: &str) -> Html {
    let t = desk.visitor.texts;
    match total.checked_sub(LINES) {
        Some(more) if more > 0 => {
            let more = i64::try_from(more).unwrap_or(i64::MAX);
            p(a(&desk.to(at), t.work_more(more)))
        }
        _ => Html::none(),
    }
}

fn reason_words(desk: &Desk, standing: &Standing, reason: &Reason) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    match reason {
        Reason::Delay { milestone, baseline, forecast } => {
            let kind = standing.effective.milestone(milestone);
            let name = kind.map_or_else(|| milestone.to_string(), |m| m.name.of(reader).to_owned());
            t.work_reason_delay(i64::from(forecast.days_since(*baseline)), name).into()
        }
        Reason::Overdue { key, due } => [
            instance_by_key(desk, standing, key),
            " ".into(),
            t.work_was_due().into(),
            " ".into(),
            words::day(t, *due),
        ]
        .into(),
        Reason::Failing { requirement, subject } => {
            let cell = cell_link(desk, standing, requirement, subject.as_ref());
            [cell, " ".into(), t.work_is_failing().into()].into()
        }
        Reason::NoEvidence { requirement, subject, due } => {
            let cell = cell_link(desk, standing, requirement, subject.as_ref());
            [cell, " ".into(), t.work_without_evidence().into(), " ".into(), words::day(t, *due)]
                .into()
        }
    }
}

fn instance_by_key(desk: &Desk, standing: &Standing, key: &Key) -> Html {
    match standing.plan.instance(key) {
        Some(instance) => words::instance_link(desk, standing, instance),
        None => key.as_str().into(),
    }
}

/// A requirement of a subject, with the way to its evidence.
pub(crate) fn cell_link(
    desk: &Desk,
    standing: &Standing,
    requirement: &RequirementId,
    subject: Option<&Key>,
) -> Html {
    let title = standing.effective.requirement(requirement);
    let title = title.map_or("", |one| one.title.of(desk.reader()));
    let row = standing
        .matrix
        .rows
        .iter()
        .find(|row| row.subject.key() == subject && row.cells.contains_key(requirement));
    let name = row.map_or("", |row| row.name.as_str());
    let address = match subject {
        None => format!("requirements/{requirement}/authority"),
        Some(key) => format!("requirements/{requirement}/{key}"),
    };
    let words = match name {
        "" => format!("{requirement} {title}"),
        name => format!("{requirement} {title} ({name})"),
    };
    a(&desk.to(&address), words)
}

fn in_the_way(desk: &Desk, standing: &Standing, report: &StatusReport) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let mut body = h2(t.work_in_the_way());
    if report.in_the_way.is_empty() {
        body.push(p(t.work_nothing_in_the_way()));
        return body;
    }
    // Of each kind some: a long list of late tasks must not hide that a requirement fails.
    let mut of_kind: HashMap<std::mem::Discriminant<InTheWay>, usize> = HashMap::new();
    // What fails comes before what nobody knows.
    let mut all: Vec<&InTheWay> = report.in_the_way.iter().collect();
    all.sort_by_key(|one| {
        matches!(one, InTheWay::Requirement { result: CheckResult::NoEvidence, .. })
    });
    let some = all.into_iter().filter(|one| {
        let count = of_kind.entry(std::mem::discriminant::<InTheWay>(one)).or_default();
        *count += 1;
        *count <= OF_A_KIND
    });
    let some: Vec<&InTheWay> = some.collect();
    let shown = some.len();
    let lines = some.into_iter().map(|one| -> Html {
        match one {
            InTheWay::Overdue { key, holds_up } => {
                let holds_up = i64::try_from(*holds_up).unwrap_or(i64::MAX);
                [
                    badge(Tone::Bad, t.work_overdue()),
                    " ".into(),
                    instance_by_key(desk, standing, key),
                    " ".into(),
                    if holds_up > 0 { t.work_holds_up(holds_up).into() } else { Html::none() },
                ]
                .into()
            }
            InTheWay::Blocked { key, reason } => [
                badge(Tone::Bad, Status::Blocked.label(reader)),
                " ".into(),
                instance_by_key(desk, standing, key),
                ": ".into(),
                reason.into(),
            ]
            .into(),
            InTheWay::Requirement { requirement, subject, result } => [
                words::result(reader, *result),
                " ".into(),
                cell_link(desk, standing, requirement, subject.as_ref()),
            ]
            .into(),
            InTheWay::Decision { key, wanted_by } => [
                badge(Tone::Warning, t.work_decision()),
                " ".into(),
                a(
                    &desk.to(&format!("registers/decisions/{key}")),
                    desk.name_of(Kind::Decision, key.as_str()),
                ),
                " ".into(),
                t.work_wanted_by().into(),
                " ".into(),
                words::day(t, *wanted_by),
            ]
            .into(),
        }
    });
    body.push(ul("work-list", lines));
    let more = report.in_the_way.len() - shown;
    if more > 0 {
        let more = i64::try_from(more).unwrap_or(i64::MAX);
        body.push(p(a(&desk.to("tasks?show=open&late=1"), t.work_more(more))));
    }
    body
}

fn overdue(desk: &Desk, standing: &Standing) -> Html {
    let t = desk.visitor.texts;
    let mut late: Vec<&Instance> =
        standing.plan.instances().iter().filter(|instance| instance.overdue).collect();
    if late.is_empty() {
        return Html::none();
    }
    late.sort_by_key(|instance| instance.due);
    let mut body = h2(t.work_overdue_tasks(i64::try_from(late.len()).unwrap_or(i64::MAX)));
    let lines = late.iter().take(LINES).map(|instance| line(desk, standing, instance));
    body.push(ul("work-list", lines));
    body.push(rest(desk, late.len(), "tasks?late=1"));
    body
}

fn line(desk: &Desk, standing: &Standing, instance: &Instance) -> Html {
    let t = desk.visitor.texts;
    [
        words::maybe_day(t, instance.due),
        " ".into(),
        words::instance_link(desk, standing, instance),
        " ".into(),
        span("span", &[("class", "quiet")], words::person(desk, instance.responsible.as_ref())),
    ]
    .into()
}

fn ahead(desk: &Desk, standing: &Standing, report: &StatusReport) -> Html {
    let t = desk.visitor.texts;
    let mut body = h2(t.work_ahead());
    if report.ahead.is_empty() {
        body.push(p(t.work_nothing_ahead()));
    }
    let shown = report.ahead.iter().filter_map(|(_, key)| standing.plan.instance(key));
    body.push(ul("work-list", shown.take(LINES).map(|one| line(desk, standing, one))));
    body.push(rest(desk, report.ahead.len(), "tasks?show=open"));
    body
}

fn next_step(desk: &Desk, standing: &Standing) -> Html {
    let t = desk.visitor.texts;
    let mut body = h2(t.work_next_for_me());
    match mine(desk, standing).first() {
        None => body.push(p(t.work_nothing_for_me())),
        Some(instance) => {
            let task = &standing.plan.task_of(instance).task;
            body.push(p([
                words::instance_link(desk, standing, instance),
                " ".into(),
                words::status(t, desk.reader(), instance),
            ]));
            body.push(p(task.description.of(desk.reader())));
        }
    }
    body.push(p(a(&desk.to("tasks?show=mine"), t.work_my_tasks())));
    body
}

/// What I can do now: my open tasks, those first that wait for nothing, then by due day.
pub(crate) fn mine<'a>(desk: &Desk, standing: &'a Standing) -> Vec<&'a Instance> {
    let open = standing.plan.instances().iter().filter(|one| !one.is_closed());
    let mut mine: Vec<&Instance> =
        open.filter(|one| one.responsible.as_ref() == Some(&desk.me)).collect();
    mine.sort_by_key(|one| {
        let waits = standing.plan.waits_for(one).iter().any(|before| !before.is_closed());
        let held_up = waits || matches!(one.status, Status::Blocked | Status::WaitingSupplier);
        (held_up, one.due.is_none(), one.due)
    });
    mine
}

/// The headline figures of compliance, with what is not known said as such.
pub(crate) fn compliance(desk: &Desk, standing: &Standing) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let mut body = h2(t.work_compliance());
    let shown = |share: Share| -> Html {
        match share.percent() {
            None => badge(Tone::Warning, t.work_no_evidence()),
            Some(percent) => {
                let tone = if share.part == share.whole { Tone::Good } else { Tone::Warning };
                badge(tone, t.work_share(share.part, share.whole, percent))
            }
        }
    };
    let rows = standing.matrix.headlines.iter().map(|line| {
        let kind = standing.effective.milestone(&line.milestone);
        let name = kind.map_or(line.milestone.as_str(), |kind| kind.name.of(reader));
        vec![name.into(), shown(line.systems), shown(line.messages)]
    });
    let headings = [t.work_deadline(), t.work_systems_compliant(), t.work_messages_compliant()];
    body.push(markup::table(t.work_compliance(), &headings, rows));
    body
}

fn counts(desk: &Desk, report: &StatusReport) -> Html {
    let t = desk.visitor.texts;
    let counts = report.counts;
    let mut body = h2(t.work_tasks());
    let number = |number: usize| Html::from(number.to_string());
    body.push(el(
        "p",
        &[],
        [
            span(
                "progress",
                &[
                    ("value", &counts.done.to_string()),
                    ("max", &counts.all.max(1).to_string()),
                    ("aria-label", t.work_done_share()),
                ],
                Html::none(),
            ),
            " ".into(),
            t.work_done_of(counts.done, counts.all).into(),
        ],
    ));
    body.push(markup::facts([
        (t.work_overdue(), number(counts.overdue)),
        (t.work_overdue_must(), number(counts.overdue_must)),
        (Status::Blocked.label(desk.reader()), number(counts.blocked)),
        (Status::WaitingSupplier.label(desk.reader()), number(counts.waiting)),
        (t.work_closed_by_condition(), number(counts.by_condition)),
    ]));
    body
}

fn milestones(desk: &Desk, standing: &Standing) -> Html {
    let t = desk.visitor.texts;
    [
        h2(t.work_milestones()),
        super::milestones::table(desk, standing),
        markup::ways([(desk.to("milestones"), t.work_move_or_approve())]),
    ]
    .into()
}

/// `GET /programmes/{id}/areas.css`: the colours of the areas, which are data.
pub(crate) async fn areas(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let (_, programme, _) = find(&visitor, &id).await?;
    let effective = brevdue_programme::catalogue::Catalogue::shipped().with(&programme);
    let mut css = String::new();
    for area in &effective.catalogue().areas {
        if !is_colour(&area.fill) || !is_colour(&area.text) {
            continue;
        }
        css.push_str(&format!(
            ".area-{} {{ background-color: {}; color: {}; }}\n.area-edge-{} {{ border-left: .8rem solid {}; }}\n",
            area.id.as_str().replace('.', "\\."), area.fill, area.text, area.id.as_str().replace('.', "\\."), area.fill
        ));
    }
    Ok(visitor.finish(([(header::CONTENT_TYPE, "text/css; charset=utf-8")], css)))
}

/// `#RRGGBB` and nothing else: it goes into a style sheet and into pictures.
pub(crate) fn is_colour(text: &str) -> bool {
    let digits = text.strip_prefix('#');
    digits.is_some_and(|d| d.len() == 6 && d.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
