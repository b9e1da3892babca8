//! The task packages in their areas, and one package with its documents, tools and tasks.

use axum::extract::Path;
use brevdue_programme::PackageId;
use brevdue_programme::catalogue::{Document, Package};
use brevdue_programme::plan::{Instance, PlannedTask};

use super::desk::{Desk, Standing, Tab};
use super::words;
use crate::markup::{self, Html, a, el, h2, p, quiet, span, ul};
use crate::visitor::{Answer, Refused, Visitor};

/// `GET /programmes/{id}/packages`
pub(crate) async fn packages(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let standing = desk.standing().await?;
    let t = desk.visitor.texts;
    let reader = desk.reader();
    desk.page(t.work_packages(), Tab::Packages, |_| {
        let mut body = p(t.work_packages_lead());
        let variant = desk.settings.variant;
        let packages: Vec<&Package> = standing.effective.packages(variant).collect();
        for area in &standing.effective.catalogue().areas {
            let own: Vec<&&Package> =
                packages.iter().filter(|one| one.area.as_ref() == Some(&area.id)).collect();
            if own.is_empty() {
                continue;
            }
            let class = format!("work-area area-{}", area.id);
            body.push(el("h2", &[("class", &class)], area.name.of(reader)));
            body.push(quiet(area.aim.of(reader)));
            let cards = own.iter().map(|package| card(&desk, &standing, package));
            body.push(el("div", &[("class", "work-cards")], cards.collect::<Html>()));
        }
        let whole: Vec<&&Package> = packages.iter().filter(|one| one.area.is_none()).collect();
        if !whole.is_empty() {
            body.push(h2(t.work_all_areas()));
            let cards = whole.iter().map(|package| card(&desk, &standing, package));
            body.push(el("div", &[("class", "work-cards")], cards.collect::<Html>()));
        }
        body
    })
    .await
}

fn tasks_of<'a>(
    standing: &'a Standing,
    package: &PackageId,
) -> Vec<(&'a PlannedTask, Vec<&'a Instance>)> {
    let tasks = standing.plan.tasks().iter().filter(|task| task.task.package == *package);
    tasks.map(|task| (task, standing.plan.of_task(&task.task.id).collect())).collect()
}

fn name_of(desk: &Desk, package: &Package) -> String {
    let name = package.name.of(desk.reader());
    match package.number {
        Some(number) => format!("{number} {name}"),
        None => name.to_owned(),
    }
}

fn card(desk: &Desk, standing: &Standing, package: &Package) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let tasks = tasks_of(standing, &package.id);
    let all = tasks.iter().flat_map(|(_, instances)| instances);
    let (mut count, mut closed, mut late) = (0_usize, 0_usize, 0_usize);
    for instance in all {
        count += 1;
        closed += usize::from(instance.is_closed());
        late += usize::from(instance.overdue);
    }
    let class = match &package.area {
        Some(area) => format!("work-card area-edge-{area}"),
        None => "work-card".to_owned(),
    };
    let mut inside =
        el("h3", &[], a(&desk.to(&format!("packages/{}", package.id)), name_of(desk, package)));
    inside.push(p([
        words::area(desk, standing, package.area.as_ref()),
        " ".into(),
        words::provenance(reader, package.name_provenance),
    ]));
    inside.push(p(package.purpose.of(reader)));
    inside.push(p(t.work_done_of(closed, count)));
    if late > 0 {
        let late = t.work_overdue_tasks(i64::try_from(late).unwrap_or(i64::MAX));
        inside.push(p(markup::badge(markup::Tone::Bad, late)));
    }
    el("section", &[("class", &class)], inside)
}

/// `GET /programmes/{id}/packages/{package}`
pub(crate) async fn package(
    visitor: Visitor,
    Path((id, package)): Path<(String, String)>,
) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let standing = desk.standing().await?;
    let found = package.parse::<PackageId>().ok();
    let found = found.and_then(|id| standing.effective.package(&id).cloned());
    let Some(package) = found else { return desk.refuse(Refused::NotFound).await };
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let title = name_of(&desk, &package);
    desk.page(&title, Tab::Packages, |_| {
        let mut body = p([
            words::area(&desk, &standing, package.area.as_ref()),
            " ".into(),
            words::provenance(reader, package.name_provenance),
        ]);
        body.push(h2(t.work_purpose()));
        body.push(p([
            package.purpose.of(reader).into(),
            " ".into(),
            words::provenance(reader, package.purpose_provenance),
        ]));
        body.push(sources(&desk, &standing, &package.sources));
        body.push(h2(t.work_documents()));
        body.push(ul("work-list", package.documents.iter().map(|one| document(&desk, one))));
        body.push(h2(t.work_tasks()));
        body.push(task_table(&desk, &standing, &package.id));
        body.push(markup::ways([
            (desk.to(&format!("tasks?package={}", package.id)), t.work_as_list()),
            (desk.to(&format!("plan?package={}", package.id)), t.work_as_plan()),
            (desk.to("packages"), t.work_back()),
        ]));
        body
    })
    .await
}

/// What facts rest on, for whoever wants to know.
pub(crate) fn sources(desk: &Desk, standing: &Standing, keys: &[String]) -> Html {
    let known = &standing.effective.catalogue().sources;
    let lines =
        keys.iter().filter_map(|key| Some(Html::from(format!("{key}: {}", known.get(key)?))));
    let lines = ul("", lines);
    if lines == Html::none() {
        return lines;
    }
    markup::details(desk.visitor.texts.work_sources(), lines)
}

fn document(desk: &Desk, document: &Document) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let mut line = Html::from(words::document(reader, document.kind));
    if let Some(number) = document.number {
        line.push(format!(" {number}"));
    }
    line.push(": ");
    match document.built_in_tool.as_deref() {
        Some(tool) => {
            line.push(a(&desk.to(&tool_page(tool)), document.title.of(reader)));
            line.push(" ");
            line.push(markup::badge(markup::Tone::Info, t.work_built_in()));
        }
        None => line.push(document.title.of(reader)),
    }
    line.push(" ");
    line.push(words::provenance(reader, document.provenance));
    if let Some(note) = &document.note {
        line.push(" ");
        line.push(span("span", &[("class", "quiet")], note.of(reader)));
    }
    line
}

/// Where a tool of ours is.
fn tool_page(tool: &str) -> String {
    match tool {
        "letters" => "potential".to_owned(),
        "contact-points" => "contacts".to_owned(),
        "requirements" | "plan" | "settings" => tool.to_owned(),
        "deck" => "reports".to_owned(),
        register => format!("registers/{register}"),
    }
}

fn task_table(desk: &Desk, standing: &Standing, package: &PackageId) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let rows = tasks_of(standing, package).into_iter().map(|(planned, instances)| {
        let task = &planned.task;
        let closed = instances.iter().filter(|one| one.is_closed()).count();
        let state = match instances.as_slice() {
            [] => quiet(t.work_nobody_to_do_it_for()),
            [one] => words::status(t, reader, one),
            several => t.work_done_of(closed, several.len()).into(),
        };
        let roles = task.roles.iter().map(|role| {
            let known = standing.effective.role(role);
            known.map_or_else(|| role.to_string(), |one| one.name.of(reader).to_owned())
        });
        let title = format!("{} {}", task.id, task.title.of(reader));
        vec![
            a(&desk.to(&format!("tasks/{}", task.id)), title),
            words::obligation(reader, planned.obligation).into(),
            roles.collect::<Vec<_>>().join(", ").into(),
            words::per(reader, task.per).into(),
            words::maybe_day(t, planned.due),
            state,
        ]
    });
    let headings = [
        t.work_task(),
        t.work_obligation(),
        t.work_roles(),
        t.work_per(),
        t.work_due(),
        t.work_state(),
    ];
    markup::table(t.work_tasks(), &headings, rows)
}
