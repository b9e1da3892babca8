//! Tasks as a list with filters, as a board, and mine.

use axum::extract::Path;
use brevdue_programme::catalogue::Catalogue;
use brevdue_programme::objects::{Person, Status};
use brevdue_programme::plan::Instance;

use super::desk::{Desk, Standing, Tab};
use super::overview::mine;
use super::words;
use crate::limits::{BOARD_CARDS, TASK_PAGE};
use crate::markup::{self, Html, a, el, h2, p, quiet};
use crate::visitor::{Answer, Visitor};

/// What is asked of the list.
struct Asked {
    show: String,
    package: String,
    area: String,
    role: String,
    person: String,
    status: String,
    late: bool,
    words: String,
}

impl Asked {
    fn of(visitor: &Visitor) -> Self {
        let query = |name: &str| {
            let text = visitor.query(name).unwrap_or_default();
            text.chars().take(100).collect::<String>()
        };
        Self {
            show: query("show"),
            package: query("package"),
            area: query("area"),
            role: query("role"),
            person: query("person"),
            status: query("status"),
            late: !query("late").is_empty(),
            words: query("words"),
        }
    }

    /// The filters as a query, without page and view.
    fn query(&self, show: &str) -> String {
        let mut query = format!("show={show}");
        let late = if self.late { "1" } else { "" };
        for (name, value) in [
            ("package", self.package.as_str()),
            ("area", &self.area),
            ("role", &self.role),
            ("person", &self.person),
            ("status", &self.status),
            ("late", late),
            ("words", &self.words),
        ] {
            if !value.is_empty() {
                query.push('&');
                query.push_str(name);
                query.push('=');
                for byte in value.bytes() {
                    match byte {
                        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                            query.push(char::from(byte));
                        }
                        other => query.push_str(&format!("%{other:02X}")),
                    }
                }
            }
        }
        query
    }

    fn is_filtered(&self) -> bool {
        let set = [&self.package, &self.area, &self.person, &self.status, &self.role, &self.words];
        self.late || set.into_iter().any(|one| !one.is_empty())
    }

    fn takes(&self, desk: &Desk, standing: &Standing, instance: &Instance) -> bool {
        let planned = standing.plan.task_of(instance);
        let is = |wanted: &str, there: &str| wanted.is_empty() || wanted == there;
        let area = planned.area.as_ref().map_or("", |area| area.as_str());
        let person = instance.responsible.as_ref().map_or("", |key| key.as_str());
        is(&self.package, planned.task.package.as_str())
            && is(&self.area, area)
            && is(&self.person, person)
            && is(&self.status, instance.status.word())
            && (self.role.is_empty()
                || planned.task.roles.iter().any(|role| role.as_str() == self.role))
            && (!self.late || instance.overdue)
            && (self.show != "open" || !instance.is_closed())
            && (self.words.is_empty()
                || words::instance(desk, standing, instance)
                    .to_lowercase()
                    .contains(&self.words.to_lowercase()))
    }
}

/// `GET /programmes/{id}/tasks`
pub(crate) async fn tasks(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let standing = desk.standing().await?;
    let asked = Asked::of(&desk.visitor);
    let t = desk.visitor.texts;
    let title = match asked.show.as_str() {
        "mine" => t.work_my_tasks(),
        "board" => t.work_board(),
        _ => t.work_tasks(),
    };
    desk.page(title, Tab::Tasks, |token| {
        let mut body = markup::ways([
            (desk.to(&format!("tasks?{}", asked.query("all"))), t.work_as_list()),
            (desk.to(&format!("tasks?{}", asked.query("open"))), t.work_open_only()),
            (desk.to(&format!("tasks?{}", asked.query("board"))), t.work_board()),
            (desk.to("tasks?show=mine"), t.work_my_tasks()),
        ]);
        if asked.show == "mine" {
            body.push(my_tasks(&desk, &standing));
            return body;
        }
        body.push(filters(&desk, &standing, &asked));
        let all = standing.plan.instances().iter();
        let found: Vec<&Instance> = all.filter(|one| asked.takes(&desk, &standing, one)).collect();
        let mut count = Html::from(t.work_found(i64::try_from(found.len()).unwrap_or(i64::MAX)));
        // The filters are folded away: whoever came by a link sees that some are set.
        if asked.is_filtered() {
            let show = match asked.show.as_str() {
                "board" | "open" => asked.show.as_str(),
                _ => "all",
            };
            count.push(" · ");
            count.push(a(&desk.to(&format!("tasks?show={show}")), t.work_no_filter()));
        }
        body.push(p(count));
        match asked.show.as_str() {
            "board" => body.push(board(&desk, &standing, &found, &asked, token)),
            _ => body.push(list(&desk, &standing, &found, &asked)),
        }
        body
    })
    .await
}

fn my_tasks(desk: &Desk, standing: &Standing) -> Html {
    let t = desk.visitor.texts;
    let mine = mine(desk, standing);
    if mine.is_empty() {
        return p(t.work_nothing_for_me());
    }
    rows(desk, standing, mine.into_iter())
}

fn filters(desk: &Desk, standing: &Standing, asked: &Asked) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let any = || std::iter::once((String::new(), t.work_any().to_owned()));
    let catalogue: &Catalogue = standing.effective.catalogue();
    let packages = standing.effective.packages(desk.settings.variant);
    let packages = packages.map(|one| {
        let number = one.number.map_or_else(String::new, |number| format!("{number} "));
        (one.id.to_string(), format!("{number}{}", one.name.of(reader)))
    });
    let areas = catalogue.areas.iter();
    let areas = areas.map(|one| (one.id.to_string(), one.name.of(reader).to_owned()));
    let roles = catalogue.roles.iter();
    let roles = roles.map(|one| (one.id.to_string(), one.name.of(reader).to_owned()));
    let people = desk.programme.all::<Person>();
    let people = people.map(|(key, person)| (key.to_string(), person.name));
    let statuses = Status::ALL.iter();
    let statuses = statuses.map(|one| (one.word().to_owned(), one.label(reader).to_owned()));
    let show = match asked.show.as_str() {
        "board" | "open" => asked.show.as_str(),
        _ => "all",
    };
    let fields = vec![
        markup::hidden("show", show),
        markup::line("words", "words", t.work_search(), &asked.words),
        markup::choose(
            "package",
            "package",
            t.work_package(),
            any().chain(packages),
            &asked.package,
        ),
        markup::choose("area", "area", t.work_area(), any().chain(areas), &asked.area),
        markup::choose("role", "role", t.work_role(), any().chain(roles), &asked.role),
        markup::choose(
            "person",
            "person",
            t.work_responsible(),
            any().chain(people),
            &asked.person,
        ),
        markup::choose("status", "status", t.work_state(), any().chain(statuses), &asked.status),
        markup::tick("late", "late", "1", t.work_overdue(), asked.late),
        markup::button(t.work_filter()),
    ];
    let fields = el("div", &[("class", "work-filters")], fields);
    markup::details(t.work_filters(), markup::asking(&desk.to("tasks"), fields))
}

fn rows<'a>(
    desk: &Desk,
    standing: &Standing,
    instances: impl Iterator<Item = &'a Instance>,
) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let rows = instances.map(|one| {
        let planned = standing.plan.task_of(one);
        vec![
            words::instance_link(desk, standing, one),
            words::area(desk, standing, planned.area.as_ref()),
            words::obligation(reader, planned.obligation).into(),
            words::person(desk, one.responsible.as_ref()).into(),
            words::maybe_day(t, one.due),
            words::maybe_day(t, one.forecast),
            words::status(t, reader, one),
        ]
    });
    let headings = [
        t.work_task(),
        t.work_area(),
        t.work_obligation(),
        t.work_responsible(),
        t.work_due(),
        t.work_forecast(),
        t.work_state(),
    ];
    markup::table(t.work_task_list(), &headings, rows)
}

fn list(desk: &Desk, standing: &Standing, found: &[&Instance], asked: &Asked) -> Html {
    let t = desk.visitor.texts;
    let page = usize::try_from(desk.visitor.page_number()).unwrap_or(usize::MAX);
    let skipped = page.saturating_mul(TASK_PAGE);
    let shown = found.iter().skip(skipped).take(TASK_PAGE).copied();
    let mut body = rows(desk, standing, shown);
    let query = asked.query(if asked.show.is_empty() { "all" } else { &asked.show });
    let mut links = Vec::new();
    if page > 0 {
        links.push((desk.to(&format!("tasks?{query}&page={page}")), t.work_previous()));
    }
    if skipped.saturating_add(TASK_PAGE) < found.len() {
        links.push((desk.to(&format!("tasks?{query}&page={}", page + 2)), t.work_next()));
    }
    if !links.is_empty() {
        body.push(markup::ways(links));
    }
    body
}

/// Columns by status. A card is moved with the buttons on it; what needs a reason or an attestation is
/// moved on its own page.
fn board(
    desk: &Desk,
    standing: &Standing,
    found: &[&Instance],
    asked: &Asked,
    token: &str,
) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let columns = Status::ALL.iter().map(|status| {
        let own: Vec<&&Instance> = found.iter().filter(|one| one.status == *status).collect();
        let mut column = h2(format!("{} ({})", status.label(reader), own.len()));
        let cards = own.iter().take(BOARD_CARDS).map(|one| {
            let planned = standing.plan.task_of(one);
            let mut card = p(words::instance_link(desk, standing, one));
            card.push(p([
                words::area(desk, standing, planned.area.as_ref()),
                " ".into(),
                words::maybe_day(t, one.due),
                if one.overdue { " ".into() } else { Html::none() },
                if one.overdue {
                    markup::badge(markup::Tone::Bad, t.work_overdue())
                } else {
                    Html::none()
                },
            ]));
            card.push(quiet(words::person(desk, one.responsible.as_ref())));
            let conditioned =
                planned.task.done_when != brevdue_programme::catalogue::DoneWhen::Manual;
            let to =
                [Status::NotStarted, Status::InProgress, Status::WaitingSupplier, Status::Done];
            let name = words::instance(desk, standing, one);
            let buttons = to.into_iter().filter(|to| to != status);
            let buttons = buttons.filter(|to| !(conditioned && *to == Status::Done));
            let buttons = buttons.map(|to| {
                let hidden = markup::span("span", &[("class", "sr-only")], format!(": {name}"));
                markup::lesser("status", to.word(), [to.label(reader).into(), hidden])
            });
            let inside = [
                markup::hidden("what", "status"),
                markup::hidden("back", &asked.query("board")),
                markup::details(t.work_move_to(), buttons.collect::<Html>()),
            ];
            card.push(markup::form(&desk.to(&format!("task/{}", one.key)), token, inside));
            el("li", &[("class", "work-board-card")], card)
        });
        column.push(el("ul", &[("class", "work-board-cards")], cards.collect::<Html>()));
        if let Some(more) = own.len().checked_sub(BOARD_CARDS).filter(|more| *more > 0) {
            let query = format!("tasks?show=all&status={}", status.word());
            column
                .push(p(a(&desk.to(&query), t.work_more(i64::try_from(more).unwrap_or(i64::MAX)))));
        }
        el("section", &[("class", "work-board-column")], column)
    });
    let columns = el("div", &[("class", "work-board")], columns.collect::<Html>());
    markup::scroll(t.work_board(), columns)
}
