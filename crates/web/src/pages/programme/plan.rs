//! The plan as a picture (Gantt) and as a table with the same information.
//!
//! The picture is made here, as SVG: nothing of it needs script, every bar is a link that the keyboard
//! reaches, each area has a pattern beside its colour, and it prints on A3.

use std::collections::HashMap;
use std::fmt::Write as _;

use axum::extract::Path;
use brevdue_programme::plan::{CRITICAL, Instance, PlannedTask};
use brevdue_programme::{Day, TaskId};

use super::desk::{Desk, Standing, Tab};
use super::overview::is_colour;
use super::words;
use crate::limits::PLAN_ROWS;
use crate::markup::{self, Html, Svg, a, h2, p, quiet, ul};
use crate::visitor::{Answer, Visitor};

/// Height of a row, in units of the picture.
const ROW: i32 = 24;
/// Where bars begin, right of the names.
const LEFT: i32 = 390;
/// Width of the part with bars: with the rest a desk's page is filled, and nothing has to be scrolled there.
const WIDTH: i32 = 670;
/// Room right of the bars for the name or the day that stands beside the last of them.
const RIGHT: i32 = 100;
/// Height of the scale above.
const TOP: i32 = 44;

/// One row of the picture and of the table.
struct Bar {
    name: String,
    href: String,
    area: Option<String>,
    start: Option<Day>,
    end: Option<Day>,
    baseline: Option<Day>,
    due: Option<Day>,
    critical: bool,
    late: bool,
    closed: bool,
    task: TaskId,
    state: String,
}

/// `GET /programmes/{id}/plan`
pub(crate) async fn plan(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let standing = desk.standing().await?;
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let package = desk.visitor.query("package").unwrap_or_default();
    let bars = bars(&desk, &standing, &package);
    desk.page(t.work_plan(), Tab::Plan, |_| {
        let mut body = p(t.work_plan_lead());
        body.push(markup::ways([
            (desk.to("milestones"), t.work_move_or_approve()),
            (desk.to("tasks"), t.work_as_list()),
        ]));
        body.push(super::milestones::jobs_ahead(&desk, &standing));
        let any = std::iter::once((String::new(), t.work_whole_plan().to_owned()));
        let packages = standing.effective.packages(desk.settings.variant);
        let packages = packages.map(|one| (one.id.to_string(), one.name.of(reader).to_owned()));
        body.push(markup::asking(
            &desk.to("plan"),
            [
                markup::choose(
                    "package",
                    "package",
                    t.work_package(),
                    any.chain(packages),
                    &package,
                ),
                markup::button(t.work_show()),
            ],
        ));
        if bars.is_empty() {
            body.push(p(t.work_no_plan()));
            return body;
        }
        body.push(legend(&desk, &standing));
        let shown = &bars[..bars.len().min(PLAN_ROWS)];
        body.push(markup::scroll(t.work_plan_picture(), picture(&desk, &standing, shown)));
        body.push(critical(&desk, &standing));
        body.push(h2(t.work_plan_table()));
        body.push(table(&desk, &standing, &bars));
        body.push(h2(t.work_milestones()));
        body.push(super::milestones::table(&desk, &standing));
        body
    })
    .await
}

/// Tasks as bars; those of one package for every subject.
fn bars(desk: &Desk, standing: &Standing, package: &str) -> Vec<Bar> {
    let mut bars = Vec::new();
    for planned in standing.plan.tasks() {
        if !package.is_empty() && planned.task.package.as_str() != package {
            continue;
        }
        let instances: Vec<&Instance> = standing.plan.of_task(&planned.task.id).collect();
        if package.is_empty() {
            bars.extend(of_task(desk, planned, &instances));
        } else {
            bars.extend(instances.iter().map(|one| of_instance(desk, standing, planned, one)));
        }
    }
    bars
}

fn of_task(desk: &Desk, planned: &PlannedTask, instances: &[&Instance]) -> Option<Bar> {
    let t = desk.visitor.texts;
    let task = &planned.task;
    if instances.is_empty() {
        return None;
    }
    let closed = instances.iter().filter(|one| one.is_closed()).count();
    Some(Bar {
        name: format!("{} {}", task.id, task.title.of(desk.reader())),
        href: desk.to(&format!("tasks/{}", task.id)),
        area: planned.area.as_ref().map(ToString::to_string),
        start: instances.iter().filter_map(|one| begins(planned, one)).min(),
        end: instances.iter().filter_map(|one| ends(one)).max(),
        baseline: instances.iter().filter_map(|one| one.baseline).max(),
        due: instances.iter().filter_map(|one| one.due).max(),
        critical: instances.iter().any(|one| one.critical),
        late: instances.iter().any(|one| one.overdue),
        closed: closed == instances.len(),
        task: task.id.clone(),
        state: t.work_done_of(closed, instances.len()),
    })
}

fn of_instance(
    desk: &Desk,
    standing: &Standing,
    planned: &PlannedTask,
    instance: &Instance,
) -> Bar {
    Bar {
        name: words::instance(desk, standing, instance),
        href: desk.to(&format!("task/{}", instance.key)),
        area: planned.area.as_ref().map(ToString::to_string),
        start: begins(planned, instance),
        end: ends(instance),
        baseline: instance.baseline,
        due: instance.due,
        critical: instance.critical,
        late: instance.overdue,
        closed: instance.is_closed(),
        task: planned.task.id.clone(),
        state: instance.status.label(desk.reader()).to_owned(),
    }
}

fn ends(instance: &Instance) -> Option<Day> {
    instance.done_on.or(instance.forecast).or(instance.due)
}

fn begins(planned: &PlannedTask, instance: &Instance) -> Option<Day> {
    let start = planned.from.or(instance.forecast_start);
    match (start, ends(instance)) {
        (Some(start), Some(end)) => Some(start.min(end)),
        (start, end) => start.or(end),
    }
}

/// Days of the calendar to units of the picture.
struct Scale {
    first: Day,
    days: i32,
}

impl Scale {
    fn of(standing: &Standing, bars: &[Bar]) -> Self {
        let milestones = standing.plan.milestones().iter();
        let milestones = milestones.filter_map(|one| one.held.day);
        let days = bars
            .iter()
            .flat_map(|bar| [bar.start, bar.end, bar.baseline, bar.due])
            .flatten()
            .chain(milestones)
            .chain([standing.plan.today]);
        let (mut first, mut last) = (standing.plan.today, standing.plan.today);
        for day in days {
            first = first.min(day);
            last = last.max(day);
        }
        let first = first.plus_days(-10);
        Self { first, days: last.plus_days(10).days_since(first).max(1) }
    }

    fn x(&self, day: Day) -> i32 {
        let days = i64::from(day.days_since(self.first));
        let x = days * i64::from(WIDTH) / i64::from(self.days);
        LEFT + i32::try_from(x).unwrap_or(WIDTH)
    }
}

fn picture(desk: &Desk, standing: &Standing, bars: &[Bar]) -> Html {
    let t = desk.visitor.texts;
    let scale = Scale::of(standing, bars);
    let dated: Vec<_> =
        standing.plan.milestones().iter().filter(|one| one.held.day.is_some()).collect();
    let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX / ROW / 4);
    let body = TOP + count(dated.len()) * ROW;
    let height = body + count(bars.len()) * ROW + 12;
    let mut svg = Svg::new(LEFT + WIDTH + RIGHT, height, t.work_plan_picture_label(), "gantt");
    patterns(standing, &mut svg);
    months(desk, &scale, height, &mut svg);
    for (at, milestone) in dated.iter().enumerate() {
        let Some(day) = milestone.held.day else { continue };
        let y = TOP + count(at) * ROW;
        let x = scale.x(day);
        let name = milestone.kind.name.of(desk.reader());
        let href = desk.to(&format!("milestones/{}", milestone.kind.id));
        svg.begin_link(&href);
        svg.text(4, y + 16, "gantt-milestone", &shortened(name, 52));
        svg.title(&format!("{name}: {}", words::plain_day(t, day)));
        let (middle, half) = (y + 12, 7);
        svg.raw_shape(&format!(
            "<path class=\"gantt-diamond\" d=\"M{x} {} L{} {middle} L{x} {} L{} {middle} Z\"/>",
            middle - half,
            x + half,
            middle + half,
            x - half
        ));
        svg.end_link();
        svg.text(x + 11, y + 16, "gantt-small", &words::plain_day(t, day));
    }
    dependencies(standing, bars, &scale, body, &mut svg);
    for (at, bar) in bars.iter().enumerate() {
        row(desk, bar, body + count(at) * ROW, &scale, &mut svg);
    }
    let today = scale.x(standing.plan.today);
    svg.raw_shape(&format!(
        "<line class=\"gantt-today\" x1=\"{today}\" x2=\"{today}\" y1=\"{}\" y2=\"{height}\"/>",
        TOP - 6
    ));
    svg.text(today + 4, TOP - 8, "gantt-small gantt-today-text", t.work_today());
    svg.finish()
}

/// Each area its colour and a pattern, so that they differ in black and white.
fn patterns(standing: &Standing, svg: &mut Svg) {
    const MARKS: [&str; 4] = ["M0 8 L8 0", "M0 4 L8 4", "M4 0 L4 8", "M0 0 L8 8 M0 8 L8 0"];
    for (at, area) in standing.effective.catalogue().areas.iter().enumerate() {
        if !is_colour(&area.fill) || !is_colour(&area.text) {
            continue;
        }
        let mark = MARKS[at % MARKS.len()];
        svg.raw_shape(&format!(
            "<pattern id=\"area-{}\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\">\
             <rect width=\"8\" height=\"8\" fill=\"{}\"/>\
             <path d=\"{mark}\" stroke=\"{}\" stroke-width=\"1\" opacity=\".45\" fill=\"none\"/></pattern>",
            area.id, area.fill, area.text
        ));
    }
}

fn months(desk: &Desk, scale: &Scale, height: i32, svg: &mut Svg) {
    let names = desk.visitor.texts.time_short_months();
    let (year, month, _) = scale.first.year_month_day();
    let Ok(mut day) = Day::new(year, month, 1) else { return };
    // Wide plans are told by quarter or year, so that no two names meet.
    let step = match scale.days {
        ..=800 => 1,
        801..=2400 => 3,
        _ => 12,
    };
    let last = scale.first.plus_days(scale.days);
    while day <= last {
        let (year, month, _) = day.year_month_day();
        if day >= scale.first && (month - 1) % step == 0 {
            let x = scale.x(day);
            svg.raw_shape(&format!(
                "<line class=\"gantt-grid\" x1=\"{x}\" x2=\"{x}\" y1=\"20\" y2=\"{height}\"/>"
            ));
            let name = names[usize::from(month.unsigned_abs()).saturating_sub(1).min(11)];
            let text = if month == 1 { year.to_string() } else { name.to_owned() };
            svg.text(x + 3, 18, "gantt-small", &text);
        }
        let next = day.plus_months(1);
        if next <= day {
            break;
        }
        day = next;
    }
}

fn row(desk: &Desk, bar: &Bar, y: i32, scale: &Scale, svg: &mut Svg) {
    let t = desk.visitor.texts;
    svg.begin_link(&bar.href);
    let mut told = vec![bar.name.clone(), bar.state.clone()];
    if let (Some(start), Some(end)) = (bar.start, bar.end) {
        told.push(format!("{} – {}", words::plain_day(t, start), words::plain_day(t, end)));
    }
    if bar.critical {
        told.push(t.work_critical().to_owned());
    }
    if bar.late {
        told.push(t.work_overdue().to_owned());
    }
    svg.title(&told.join(", "));
    let mark = match (bar.critical, bar.late) {
        (_, true) => "! ",
        (true, false) => "● ",
        (false, false) => "",
    };
    svg.text(4, y + 16, "gantt-name", &shortened(&format!("{mark}{}", bar.name), 52));
    if let (Some(start), Some(end)) = (bar.start, bar.end) {
        let (x, until) = (scale.x(start), scale.x(end));
        let width = (until - x).max(5);
        let mut class = String::from("gantt-bar");
        if bar.critical {
            class.push_str(" gantt-critical");
        }
        if bar.closed {
            class.push_str(" gantt-closed");
        }
        let mut shape = format!(
            "<rect class=\"{class}\" x=\"{x}\" y=\"{}\" width=\"{width}\" height=\"12\" rx=\"2\"",
            y + 4
        );
        match &bar.area {
            Some(area) => {
                let _ = write!(shape, " fill=\"url(#area-{area})\"/>");
            }
            None => shape.push_str(" fill=\"#5b6770\"/>"),
        }
        svg.raw_shape(&shape);
        if let Some(area) = &bar.area {
            svg.text(x + width + 4, y + 14, "gantt-small", area);
        }
    }
    if let Some(baseline) = bar.baseline {
        let x = scale.x(baseline);
        let from = bar.start.map_or(x - 6, |start| scale.x(start)).min(x - 4);
        svg.raw_shape(&format!(
            "<rect class=\"gantt-baseline\" x=\"{from}\" y=\"{}\" width=\"{}\" height=\"3\"/>",
            y + 18,
            x - from
        ));
    }
    svg.end_link();
}

/// From the end of what comes before to the beginning of what waits for it.
fn dependencies(standing: &Standing, bars: &[Bar], scale: &Scale, body: i32, svg: &mut Svg) {
    let mut rows: HashMap<&TaskId, Vec<usize>> = HashMap::new();
    for (at, bar) in bars.iter().enumerate() {
        rows.entry(&bar.task).or_default().push(at);
    }
    let count = |number: usize| i32::try_from(number).unwrap_or(0);
    for (at, bar) in bars.iter().enumerate() {
        let Some(start) = bar.start else { continue };
        let Some(planned) = standing.plan.task(&bar.task) else { continue };
        for before in &planned.task.depends_on {
            // Where both have many rows the lines of one to its like would be a thicket: the first of each.
            let Some(from) = rows.get(before).and_then(|rows| rows.first()) else { continue };
            let Some(end) = bars[*from].end else { continue };
            let (x1, y1) = (scale.x(end), body + count(*from) * ROW + 10);
            let (x2, y2) = (scale.x(start), body + count(at) * ROW + 10);
            let class = if bar.critical && bars[*from].critical {
                "gantt-arrow gantt-arrow-critical"
            } else {
                "gantt-arrow"
            };
            let turn = x1.max(x2 - 6);
            svg.raw_shape(&format!(
                "<path class=\"{class}\" d=\"M{x1} {y1} H{turn} V{y2} H{x2}\"/>"
            ));
        }
    }
}

fn shortened(text: &str, characters: usize) -> String {
    if text.chars().count() <= characters {
        return text.to_owned();
    }
    let kept: String = text.chars().take(characters.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

fn legend(desk: &Desk, standing: &Standing) -> Html {
    let t = desk.visitor.texts;
    let areas = standing.effective.catalogue().areas.iter();
    let areas = areas.map(|area| {
        [
            words::area(desk, standing, Some(&area.id)),
            " ".into(),
            area.id.as_str().into(),
            " ".into(),
        ]
        .into()
    });
    let mut body = p(areas.collect::<Html>());
    body.push(quiet(t.work_plan_legend()));
    body
}

/// The critical paths in words.
fn critical(desk: &Desk, standing: &Standing) -> Html {
    let t = desk.visitor.texts;
    let mut body = h2(t.work_critical());
    for id in CRITICAL {
        let path: Vec<&Instance> = standing.plan.critical_path(id).collect();
        let Some(milestone) = standing.plan.milestone(id) else { continue };
        let name = milestone.kind.name.of(desk.reader());
        if path.is_empty() {
            body.push(p(t.work_no_critical(name)));
            continue;
        }
        body.push(p(t.work_critical_to(name)));
        body.push(ul(
            "work-list",
            path.iter().map(|one| {
                [
                    words::instance_link(desk, standing, one),
                    " ".into(),
                    words::maybe_day(t, one.forecast),
                ]
                .into()
            }),
        ));
    }
    body
}

fn table(desk: &Desk, standing: &Standing, bars: &[Bar]) -> Html {
    let t = desk.visitor.texts;
    let rows = bars.iter().map(|bar| {
        let planned = standing.plan.task(&bar.task);
        let after = planned.map(|planned| {
            let ids: Vec<String> =
                planned.task.depends_on.iter().map(ToString::to_string).collect();
            ids.join(", ")
        });
        let mut state = Html::from(bar.state.as_str());
        if bar.late {
            state.push(" ");
            state.push(markup::badge(markup::Tone::Bad, t.work_overdue()));
        }
        vec![
            a(&bar.href, bar.name.as_str()),
            words::area(desk, standing, planned.and_then(|planned| planned.area.as_ref())),
            words::maybe_day(t, bar.start),
            words::maybe_day(t, bar.end),
            words::maybe_day(t, bar.due),
            words::maybe_day(t, bar.baseline),
            after.unwrap_or_default().into(),
            if bar.critical { t.work_yes().into() } else { Html::none() },
            state,
        ]
    });
    let headings = [
        t.work_task(),
        t.work_area(),
        t.work_begins(),
        t.work_forecast(),
        t.work_due(),
        t.work_baseline(),
        t.work_after(),
        t.work_critical(),
        t.work_state(),
    ];
    markup::table(t.work_plan_table(), &headings, rows)
}
