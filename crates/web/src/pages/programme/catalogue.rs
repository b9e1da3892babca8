//! The catalogue as this authority uses it: its own texts, dates and tasks, what it has hidden, and what of a
//! newer catalogue its own values keep out.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::Path;
use axum::http::StatusCode;
use brevdue_programme::catalogue::{
    Catalogue, DoneWhen, Due, Obligation, Own, Per, Provenance, SetAside, Task, accepting,
    kept_out, value_of,
};
use brevdue_programme::change::Change;
use brevdue_programme::objects::{Kind, Override};
use brevdue_programme::{Bilingual, Key, MilestoneId, PackageId, RoleId, TaskId};
use serde_json::{Value, json};

use super::desk::{Desk, FormOf, NotDone, Standing, Tab};
use super::sent::Sent;
use super::{history, words};
use crate::limits::HISTORY_SHOWN;
use crate::markup::{self, Html, Tone, a, alert, badge, el, h2, p, quiet, ul};
use crate::visitor::{Answer, Refused, Visitor};

/// Weeks before or after a milestone at most.
const WEEKS: i32 = 1_000;

/// Characters of a value in a table, at most.
const SHOWN: usize = 160;

/// Prefix of tasks of the authority's own.
const OWN_TASK: &str = "EGEN";

/// Which table of the catalogue an item is of, as far as the form knows it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Table {
    Package,
    Task,
    Requirement,
}

fn table_of(standing: &Standing, item: &str) -> Option<Table> {
    let effective = &standing.effective;
    if item.parse().is_ok_and(|id: TaskId| effective.task(&id).is_some()) {
        Some(Table::Task)
    } else if item.parse().is_ok_and(|id: PackageId| effective.package(&id).is_some()) {
        Some(Table::Package)
    } else if item.parse().is_ok_and(|id| effective.requirement(&id).is_some()) {
        Some(Table::Requirement)
    } else {
        None
    }
}

/// The texts of an item that can be one's own.
fn texts_of(table: Table) -> &'static [&'static str] {
    match table {
        Table::Package => &["name", "purpose"],
        Table::Task => &["title", "description", "help"],
        Table::Requirement => &["title", "passes_when", "remedy"],
    }
}

/// A field's value as the authority sees it.
fn now(standing: &Standing, item: &str, field: &str) -> Value {
    value_of(standing.effective.catalogue(), item, field).unwrap_or_default()
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(text).collect::<Vec<_>>().join(", "),
        Value::Object(body) => match (body.get("milestone"), body.get("weeks")) {
            (Some(milestone), Some(weeks)) => format!("{} {:+}", text(milestone), weeks),
            _ => {
                body.iter().map(|(k, v)| format!("{k}: {}", text(v))).collect::<Vec<_>>().join("; ")
            }
        },
        other => other.to_string(),
    }
}

/// A value of a field as people read it.
fn said(desk: &Desk, standing: &Standing, field: &str, value: &Value) -> String {
    let (t, reader) = (desk.visitor.texts, desk.reader());
    let word = || value.clone();
    match field {
        "obligation" => serde_json::from_value::<Obligation>(word())
            .map_or_else(|_| text(value), |one| words::obligation(reader, one).to_owned()),
        "due" => match serde_json::from_value::<Option<Due>>(word()) {
            Ok(None) => t.catalogue_continuous().to_owned(),
            Ok(Some(due)) => {
                let kind = standing.effective.milestone(&due.milestone);
                let name = kind.map_or_else(
                    || due.milestone.to_string(),
                    |one| one.name.of(reader).to_owned(),
                );
                match due.weeks {
                    0 => name,
                    weeks => {
                        let sign = if weeks < 0 { "−" } else { "+" };
                        t.catalogue_due_said(i64::from(weeks.unsigned_abs()), name, sign)
                    }
                }
            }
            Err(_) => text(value),
        },
        _ => text(value),
    }
}

fn short(desk: &Desk, standing: &Standing, field: &str, value: &Value) -> Html {
    let text = said(desk, standing, field, value);
    let mut cut: String = text.chars().take(SHOWN).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    if cut.is_empty() { "–".into() } else { cut.into() }
}

/// `GET /programmes/{id}/catalogue`
pub(crate) async fn overview(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    show_all(&desk, StatusCode::OK, None).await
}

async fn show_all(desk: &Desk, status: StatusCode, unfit: Option<(&Sent, String)>) -> Answer {
    let standing = desk.standing().await?;
    let t = desk.visitor.texts;
    desk.page_with(status, t.catalogue_title(), Tab::Settings, |token| {
        let mut body = Html::none();
        match &unfit {
            Some((_, said)) => {
                body.push(alert(Tone::Bad, t.programme_not_saved(), p(said.as_str())));
            }
            None if desk.visitor.query("said").is_some() => {
                body.push(alert(Tone::Good, "", p(t.programme_saved())));
            }
            None => {}
        }
        body.push(p(t.catalogue_lead()));
        body.push(versions(desk, &standing, token));
        body.push(own_changes(desk, &standing));
        body.push(all_items(desk, &standing));
        body.push(new_task(desk, &standing, token, unfit.as_ref().map(|(sent, _)| *sent)));
        body.push(markup::ways([(desk.to("comparison"), t.compare_title())]));
        body
    })
    .await
}

/// Which catalogue stands, and, when it is newer than the one the programme was last looked through with,
/// what the authority's own values keep out of it.
fn versions(desk: &Desk, standing: &Standing, token: &str) -> Html {
    let t = desk.visitor.texts;
    let shipped = Catalogue::shipped();
    let (mine, newest) = (desk.settings.catalogue_version.as_str(), shipped.version.as_str());
    let mut body = markup::facts([
        (t.catalogue_version(), Html::from(format!("{newest} ({})", shipped.publisher))),
        (t.catalogue_looked_through(), mine.into()),
    ]);
    if mine == newest {
        return body;
    }
    let kept = kept_out(shipped, &desk.programme);
    let mut inside = p(t.catalogue_newer_lead());
    let mut rows = Vec::new();
    for difference in &kept {
        for field in &difference.fields {
            for (name, own) in &field.own {
                let id = format!("take-{}-{name}", difference.id);
                let value = format!("{} {}", difference.id, field.field);
                let called =
                    format!("{} {}", difference.id, words::own_field(t, desk.reader(), name));
                let says = value_of(shipped, &difference.id, name).unwrap_or_default();
                rows.push(vec![
                    called.as_str().into(),
                    short(desk, standing, name, own),
                    short(desk, standing, name, &says),
                    markup::tick(&id, "take", &value, &t.catalogue_take(&called), false),
                ]);
            }
        }
    }
    if rows.is_empty() {
        inside.push(p(t.catalogue_nothing_kept_out()));
    } else {
        let headings =
            [t.programme_field(), t.catalogue_yours(), t.catalogue_says(), t.import_choice()];
        inside.push(markup::table(t.catalogue_newer(), &headings, rows));
    }
    inside.push(markup::hidden("what", "accept"));
    inside.push(markup::button(t.catalogue_accept()));
    body.push(h2(t.catalogue_newer()));
    body.push(markup::form(&desk.to("catalogue"), token, inside));
    body
}

fn own_changes(desk: &Desk, standing: &Standing) -> Html {
    let t = desk.visitor.texts;
    let shipped = Catalogue::shipped();
    let aside: BTreeMap<&str, &SetAside> =
        standing.effective.set_aside().iter().map(|one| (one.key.as_str(), one)).collect();
    let mut rows = Vec::new();
    for (key, own) in desk.programme.all::<Override>() {
        let item = a(&desk.to(&format!("catalogue/{key}")), key.as_str());
        let mut state = Html::none();
        if own.hidden {
            state.push(badge(Tone::Quiet, t.catalogue_hidden()));
        }
        if own.task.is_some() || own.package.is_some() {
            state.push(badge(Tone::Info, t.own_yours()));
        }
        if let Some(aside) = aside.get(key.as_str()) {
            state.push(badge(Tone::Bad, t.catalogue_set_aside()));
            state.push(quiet(match aside.ring.is_empty() {
                true => aside.reason.clone(),
                false => {
                    t.catalogue_ring(words::ring(desk.reader(), &standing.effective, &aside.ring))
                }
            }));
        }
        if own.fields.is_empty() {
            rows.push(vec![item, "–".into(), Html::none(), Html::none(), state]);
            continue;
        }
        for (field, value) in &own.fields {
            let says = value_of(shipped, key.as_str(), field);
            rows.push(vec![
                item.clone(),
                words::own_field(t, desk.reader(), field).into(),
                short(desk, standing, field, value),
                says.map_or_else(|| "–".into(), |says| short(desk, standing, field, &says)),
                state.clone(),
            ]);
        }
    }
    let mut body = h2(t.catalogue_own());
    if rows.is_empty() {
        body.push(p(t.catalogue_none_own()));
        return body;
    }
    let headings = [
        t.catalogue_item(),
        t.programme_field(),
        t.catalogue_yours(),
        t.catalogue_says(),
        t.catalogue_state(),
    ];
    body.push(markup::table(t.catalogue_own(), &headings, rows));
    body
}

fn all_items(desk: &Desk, standing: &Standing) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let link = |id: &str, title: &str| {
        let mut line = a(&desk.to(&format!("catalogue/{id}")), format!("{id} {title}"));
        if standing.effective.is_hidden(id) {
            line.push(" ");
            line.push(badge(Tone::Quiet, t.catalogue_hidden()));
        }
        line
    };
    let mut body = h2(t.catalogue_items());
    let catalogue = standing.effective.catalogue();
    for package in &catalogue.packages {
        let tasks = catalogue.tasks.iter().filter(|task| task.package == package.id);
        let tasks = tasks.map(|task| link(task.id.as_str(), task.title.of(reader)));
        let of = link(package.id.as_str(), package.name.of(reader));
        let name = format!("{} {}", package.id, package.name.of(reader));
        body.push(markup::details(name, ul("work-list", std::iter::once(of).chain(tasks))));
    }
    let all = catalogue.requirements.iter();
    let all = all.map(|one| link(one.id.as_str(), one.title.of(reader)));
    body.push(markup::details(t.work_requirements(), ul("work-list", all)));
    body
}

fn new_task(desk: &Desk, standing: &Standing, token: &str, sent: Option<&Sent>) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let typed = |name: &str| sent.map_or("", |sent| sent.one(name));
    let catalogue = standing.effective.catalogue();
    let packages = standing.effective.packages(desk.settings.variant);
    let packages = packages.map(|one| (one.id.to_string(), one.name.of(reader).to_owned()));
    let roles = catalogue.roles.iter();
    let roles = roles.map(|one| (one.id.to_string(), one.name.of(reader).to_owned()));
    let pers = [Per::Programme, Per::System, Per::Supplier, Per::LetterType, Per::ContactPoint];
    let pers = pers.map(|per| (word(&per), words::per(reader, per).to_owned()));
    let inside = [
        markup::hidden("what", "task"),
        markup::choose("package", "package", t.catalogue_package(), packages, typed("package")),
        markup::line("new-title", "title", t.catalogue_task_title(), typed("title")),
        markup::area(
            "new-description",
            "description",
            t.catalogue_description(),
            typed("description"),
        ),
        markup::choose("new-role", "role", t.catalogue_role(), roles, typed("role")),
        markup::choose("new-per", "per", t.catalogue_per(), pers, typed("per")),
        obligations(desk, "new-obligation", typed("obligation")),
        due(desk, standing, "new-", typed("milestone"), typed("weeks")),
        markup::area(
            "new-depends-on",
            "depends_on",
            t.catalogue_waits_for_lines(),
            typed("depends_on"),
        ),
        markup::button(t.catalogue_add_task()),
    ];
    markup::details(t.catalogue_new_task(), markup::form(&desk.to("catalogue"), token, inside))
}

/// The word of a value of ours in JSON.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).map(|value| text(&value)).unwrap_or_default()
}

const OBLIGATIONS: [Obligation; 5] = [
    Obligation::Must,
    Obligation::MustAtMemoOnly,
    Obligation::MustIfWindow,
    Obligation::Should,
    Obligation::May,
];

fn obligations(desk: &Desk, id: &str, chosen: &str) -> Html {
    let all = OBLIGATIONS.map(|one| (word(&one), words::obligation(desk.reader(), one).to_owned()));
    markup::choose(id, "obligation", desk.visitor.texts.catalogue_obligation(), all, chosen)
}

fn due(desk: &Desk, standing: &Standing, prefix: &str, milestone: &str, weeks: &str) -> Html {
    let t = desk.visitor.texts;
    let none = std::iter::once((String::new(), t.catalogue_continuous().to_owned()));
    let all = standing.effective.catalogue().milestones.iter();
    let all = all.map(|one| (one.id.to_string(), one.name.of(desk.reader()).to_owned()));
    let (by, after) = (format!("{prefix}milestone"), format!("{prefix}weeks"));
    [
        markup::choose(&by, "milestone", t.catalogue_due(), none.chain(all), milestone),
        markup::line(&after, "weeks", t.catalogue_weeks(), weeks),
    ]
    .into()
}

/// `POST /programmes/{id}/catalogue`: an own task, or going over to the newer catalogue.
pub(crate) async fn change(visitor: Visitor, Path(id): Path<String>, form: FormOf) -> Answer {
    let mut desk = Desk::open(visitor, &id).await?;
    let sent = desk.sent(form).await?;
    let standing = desk.standing().await?;
    let changes = match sent.one("what") {
        "accept" => {
            let take: BTreeSet<(String, String)> = sent
                .all("take")
                .filter_map(|one| one.split_once(' '))
                .map(|(item, field)| (item.to_owned(), field.to_owned()))
                .collect();
            let shipped = Catalogue::shipped();
            let kept = kept_out(shipped, &desk.programme);
            Ok(accepting(&kept, shipped, &desk.programme, &take))
        }
        _ => own_task(&desk, &standing, &sent),
    };
    let changes = match changes {
        Ok(changes) => changes,
        Err(said) => {
            return show_all(&desk, StatusCode::UNPROCESSABLE_ENTITY, Some((&sent, said))).await;
        }
    };
    match desk.change(&changes, "").await {
        Ok(()) => desk.redirect("catalogue?said=saved"),
        Err(NotDone::Said(status, said)) => show_all(&desk, status, Some((&sent, said))).await,
        Err(not_done) => desk.not_done(not_done, "catalogue", Tab::Settings).await,
    }
}

fn own_task(desk: &Desk, standing: &Standing, sent: &Sent) -> Result<Vec<Change>, String> {
    let t = desk.visitor.texts;
    let title = sent.one("title").trim();
    let description = sent.one("description").trim();
    let package = sent.one("package").parse::<PackageId>().ok();
    let package = package.filter(|id| standing.effective.package(id).is_some());
    let role = sent.one("role").parse::<RoleId>().ok();
    let per = serde_json::from_value::<Per>(sent.one("per").into()).ok();
    let obligation = serde_json::from_value::<Obligation>(sent.one("obligation").into()).ok();
    let (Some(package), Some(role), Some(per), Some(obligation), false) =
        (package, role, per, obligation, title.is_empty())
    else {
        return Err(t.catalogue_task_needs().to_owned());
    };
    let both = |text: &str| Bilingual::new(text, text);
    let said = if description.is_empty() { title } else { description };
    let id = (1..)
        .map(|number: u32| format!("{OWN_TASK}-T{number:02}"))
        .find(|id| table_of(standing, id).is_none())
        .expect("numbers do not end");
    let key: Key = id.parse().expect("letters, a dash and digits");
    let task = Task {
        id: id.parse().expect("letters, a dash and digits"),
        package,
        title: both(title),
        description: both(said),
        help: both(said),
        obligation,
        roles: vec![role],
        per,
        systems: None,
        inputs: Vec::new(),
        outputs: Vec::new(),
        due: wanted_due(desk, sent)?,
        from: None,
        again: None,
        depends_on: wanted_waits(desk, standing, sent)?,
        done_when: DoneWhen::Manual,
        requirements: Vec::new(),
        condenses: Vec::new(),
        steps: Vec::new(),
        sources: Vec::new(),
        provenance: Provenance::Local,
    };
    let catalogue_version = Catalogue::shipped().version.clone();
    let own = Override { task: Some(task), catalogue_version, ..Override::default() };
    Ok(vec![Change::add(key, &own)])
}

fn wanted_due(desk: &Desk, sent: &Sent) -> Result<Option<Due>, String> {
    let t = desk.visitor.texts;
    let milestone = match sent.one("milestone") {
        "" => return Ok(None),
        text => text.parse::<MilestoneId>().map_err(|_| t.catalogue_bad_weeks().to_owned())?,
    };
    let weeks = match sent.one("weeks").trim() {
        "" => Some(0),
        text => text.trim_start_matches('+').replace('−', "-").parse::<i32>().ok(),
    };
    let weeks = weeks.filter(|weeks| weeks.abs() <= WEEKS);
    let weeks = weeks.ok_or_else(|| t.catalogue_bad_weeks().to_owned())?;
    Ok(Some(Due { milestone, weeks }))
}

/// The tasks that a task waits for, one a line with its title: as the authority or else the catalogue says it, with
/// hidden tasks among them.
fn waits_for(desk: &Desk, standing: &Standing, item: &str, base: &Own) -> String {
    let whole = base.own.fields.get("depends_on").cloned();
    let of_own = base.own.task.as_ref().map(|task| json!(task.depends_on));
    let said = whole.or(of_own).or_else(|| value_of(Catalogue::shipped(), item, "depends_on"));
    let ids = serde_json::from_value::<Vec<TaskId>>(said.unwrap_or_default()).unwrap_or_default();
    let lines = ids.iter().map(|id| match standing.effective.task(id) {
        Some(task) => format!("{id} {}", task.title.of(desk.reader())),
        None => id.to_string(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Reads the tasks that a task shall wait for: an id begins each line, and what stands after it is for people.
fn wanted_waits(desk: &Desk, standing: &Standing, sent: &Sent) -> Result<Vec<TaskId>, String> {
    let t = desk.visitor.texts;
    let known = |word: &str| {
        let id = word.parse::<TaskId>().ok();
        id.filter(|id| standing.effective.task(id).is_some())
    };
    let mut waits = Vec::new();
    for line in sent.one("depends_on").lines() {
        let Some(word) = line.split_whitespace().next() else { continue };
        let word = word.trim_end_matches([',', ';', ':', '.']);
        let Some(id) = known(word).or_else(|| known(&word.to_uppercase())) else {
            return Err(t.catalogue_no_task(word.chars().take(SHOWN).collect::<String>()));
        };
        if !waits.contains(&id) {
            waits.push(id);
        }
    }
    Ok(waits)
}

/// `GET /programmes/{id}/catalogue/{item}`
pub(crate) async fn item(visitor: Visitor, Path((id, item)): Path<(String, String)>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    show(&desk, &item, StatusCode::OK, None).await
}

async fn show(
    desk: &Desk,
    item: &str,
    status: StatusCode,
    unfit: Option<(&Sent, String)>,
) -> Answer {
    let standing = desk.standing().await?;
    let t = desk.visitor.texts;
    let key = item.parse::<Key>().ok();
    // What is set aside is no item of this catalogue; it can be given up all the same.
    let own = key.as_ref().filter(|key| desk.programme.held(Kind::Override, key).is_some());
    let table = table_of(&standing, item);
    let (Some(key), true) = (key.as_ref(), table.is_some() || own.is_some()) else {
        return desk.refuse(Refused::NotFound).await;
    };
    let about = Some((Kind::Override, key));
    let lines = desk.visitor.web.programmes.history(desk.id, about, None, HISTORY_SHOWN).await;
    let lines = match lines {
        Ok(lines) => lines,
        Err(error) => return Err(desk.visitor.failed("history could not be read", &error).await),
    };
    let name = table.map_or(Value::Null, |table| {
        let field = format!("{}.{}", texts_of(table)[0], word(&desk.reader()));
        now(&standing, item, &field)
    });
    let title = format!("{item} {}", text(&name));
    desk.page_with(status, &title, Tab::Settings, |token| {
        let mut body = Html::none();
        match &unfit {
            Some((_, said)) => {
                body.push(alert(Tone::Bad, t.programme_not_saved(), p(said.as_str())));
            }
            None if desk.visitor.query("said").is_some() => {
                body.push(alert(Tone::Good, "", p(t.programme_saved())));
            }
            None => {}
        }
        body.push(markup::ways([(desk.to("catalogue"), t.catalogue_title())]));
        let base = Own::of(&desk.programme, key);
        let mut inside = markup::hidden("base", &serde_json::to_string(&base).unwrap_or_default());
        if let Some(table) = table {
            let sent = unfit.as_ref().map(|(sent, _)| *sent);
            inside.push(fields(desk, &standing, item, table, &base, sent));
            inside.push(markup::line("why", "why", t.programme_reason(), ""));
            inside.push(markup::button(t.programme_save()));
        }
        if own.is_some() {
            let is_whole = base.own.task.is_some() || base.own.package.is_some();
            let words = if is_whole { t.catalogue_remove() } else { t.own_reset() };
            inside.push(markup::lesser("what", "reset", words));
        }
        body.push(markup::form(&desk.to(&format!("catalogue/{item}")), token, inside));
        if !lines.is_empty() {
            let table = history::table(desk, lines.iter().map(|(_, line)| line));
            body.push(markup::details(t.own_history(), table));
        }
        body
    })
    .await
}

fn fields(
    desk: &Desk,
    standing: &Standing,
    item: &str,
    table: Table,
    base: &Own,
    sent: Option<&Sent>,
) -> Html {
    let t = desk.visitor.texts;
    let typed = |name: &str, stands: String| match sent {
        Some(sent) => sent.one(name).to_owned(),
        None => stands,
    };
    let mut body = Html::none();
    for field in texts_of(table) {
        for (language, called) in [("da", t.catalogue_danish()), ("en", t.catalogue_english())] {
            let name = format!("{field}.{language}");
            let label = format!("{} ({called})", words::catalogue_field(desk.reader(), field));
            let value = typed(&name, text(&now(standing, item, &name)));
            body.push(markup::area(&name, &name, &label, &value));
            body.push(beside(desk, standing, item, &name, base));
        }
    }
    match table {
        Table::Package => {
            let number = typed("number", text(&now(standing, item, "number")));
            body.push(markup::number("number", "number", t.catalogue_number(), &number));
            body.push(beside(desk, standing, item, "number", base));
        }
        Table::Task => {
            let chosen = typed("obligation", text(&now(standing, item, "obligation")));
            body.push(obligations(desk, "obligation", &chosen));
            body.push(beside(desk, standing, item, "obligation", base));
            let milestone = typed("milestone", text(&now(standing, item, "due.milestone")));
            let weeks = typed("weeks", text(&now(standing, item, "due.weeks")));
            body.push(due(desk, standing, "", &milestone, &weeks));
            body.push(beside(desk, standing, item, "due", base));
            let waits = typed("depends_on", waits_for(desk, standing, item, base));
            let label = t.catalogue_waits_for_lines();
            body.push(markup::area("depends_on", "depends_on", label, &waits));
            body.push(beside(desk, standing, item, "depends_on", base));
        }
        Table::Requirement => {
            let address = desk.to(&format!("requirements/{item}#limits"));
            body.push(p(a(&address, t.own_limits())));
        }
    }
    if table != Table::Requirement {
        let hidden = sent.map_or(base.own.hidden, |sent| sent.has("hidden"));
        body.push(markup::tick("hidden", "hidden", "1", t.catalogue_hide(), hidden));
    }
    body
}

/// What the catalogue says, where the authority says otherwise.
fn beside(desk: &Desk, standing: &Standing, item: &str, field: &str, base: &Own) -> Html {
    let is_own = base.own.fields.keys().any(|own| {
        own == field
            || field.strip_prefix(own.as_str()).is_some_and(|rest| rest.starts_with('.'))
            || own.strip_prefix(field).is_some_and(|rest| rest.starts_with('.'))
    });
    // Of a task of one's own the catalogue says nothing.
    let says = value_of(Catalogue::shipped(), item, field).filter(|_| is_own);
    let Some(says) = says else { return Html::none() };
    let t = desk.visitor.texts;
    let mut line = Html::from(t.own_shipped(said(desk, standing, field, &says)));
    line.push(" ");
    line.push(badge(Tone::Info, t.own_yours()));
    el("div", &[("class", "quiet")], line)
}

/// `POST /programmes/{id}/catalogue/{item}`
pub(crate) async fn save(
    visitor: Visitor,
    Path((id, item)): Path<(String, String)>,
    form: FormOf,
) -> Answer {
    let mut desk = Desk::open(visitor, &id).await?;
    let sent = desk.sent(form).await?;
    let standing = desk.standing().await?;
    let base = serde_json::from_str::<Own>(sent.one("base")).ok();
    let (Some(base), Ok(key)) = (base, item.parse::<Key>()) else {
        return desk.refuse(Refused::Form).await;
    };
    let shipped = Catalogue::shipped();
    let change = if sent.one("what") == "reset" {
        Ok(base.reset(shipped, &key))
    } else {
        let Some(table) = table_of(&standing, &item) else {
            return desk.refuse(Refused::NotFound).await;
        };
        wanted(&desk, &standing, table, &sent).map(|wanted| {
            let hidden = (table != Table::Requirement).then(|| sent.has("hidden"));
            base.set(shipped, &key, &wanted, hidden)
        })
    };
    let change = match change {
        Ok(change) => change,
        Err(said) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return show(&desk, &item, status, Some((&sent, said))).await;
        }
    };
    let changes: Vec<Change> = change.into_iter().collect();
    match desk.change(&changes, sent.one("why").trim()).await {
        Ok(()) => {
            // An own task that was given up has no page any more.
            let standing = desk.standing().await?;
            match table_of(&standing, &item) {
                Some(_) => desk.redirect(&format!("catalogue/{item}?said=saved")),
                None => desk.redirect("catalogue?said=saved"),
            }
        }
        Err(NotDone::Said(status, said)) => show(&desk, &item, status, Some((&sent, said))).await,
        Err(not_done) => desk.not_done(not_done, &format!("catalogue/{item}"), Tab::Settings).await,
    }
}

fn wanted(
    desk: &Desk,
    standing: &Standing,
    table: Table,
    sent: &Sent,
) -> Result<BTreeMap<String, Value>, String> {
    let t = desk.visitor.texts;
    let mut wanted = BTreeMap::new();
    for field in texts_of(table) {
        for language in ["da", "en"] {
            let name = format!("{field}.{language}");
            let text = sent.one(&name).replace("\r\n", "\n").trim().to_owned();
            if text.is_empty() {
                let called = words::catalogue_field(desk.reader(), field);
                return Err(t.catalogue_text_missing(called));
            }
            wanted.insert(name, text.into());
        }
    }
    match table {
        Table::Package => {
            let number = match sent.one("number").trim() {
                "" => Value::Null,
                text => match text.parse::<u8>() {
                    Ok(number) => number.into(),
                    Err(_) => return Err(t.catalogue_bad_number().to_owned()),
                },
            };
            wanted.insert("number".to_owned(), number);
        }
        Table::Task => {
            let obligation = Value::from(sent.one("obligation"));
            wanted.insert("obligation".to_owned(), obligation);
            let due = wanted_due(desk, sent)?.map_or(Value::Null, |due| json!(due));
            wanted.insert("due".to_owned(), due);
            if sent.has("depends_on") {
                let waits = wanted_waits(desk, standing, sent)?;
                wanted.insert("depends_on".to_owned(), json!(waits));
            }
        }
        Table::Requirement => {}
    }
    Ok(wanted)
}
