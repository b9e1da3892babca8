//! What a requirement is measured by at this authority: its window, its limits and its lists.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::Path;
use axum::http::StatusCode;
use brevdue_programme::catalogue::{Catalogue, Own, Requirement, value_of};
use brevdue_programme::change::HistoryLine;
use brevdue_programme::checks::{Period, WINDOW_DAYS};
use brevdue_programme::objects::{Direction, Kind};
use brevdue_programme::{Key, RequirementId};
use serde_json::Value;

use super::desk::{Desk, FormOf, NotDone, Standing, Tab};
use super::sent::Sent;
use super::{history, requirements, words};
use crate::limits::HISTORY_SHOWN;
use crate::markup::{self, Html, Tone, a, alert, el, p, quiet};
use crate::visitor::{Answer, Refused, Visitor};

/// Where the form stands in the page of a requirement.
const PLACE: &str = "limits";

/// Hosts named as seen in the traffic, at most.
const HOSTS: usize = 10;

/// Why nobody can say, where an empty list is why, with the way to the list.
pub(crate) fn empty_list(desk: &Desk, requirement: &Requirement) -> Html {
    let t = desk.visitor.texts;
    let empty = requirement.lists.values().any(Vec::is_empty);
    if !empty {
        return Html::none();
    }
    let way = a(&desk.to(&format!("requirements/{}#{PLACE}", requirement.id)), t.own_fill_here());
    alert(Tone::Warning, t.own_empty_list_title(), p([t.own_empty_list().into(), " ".into(), way]))
}

/// The form, with what the catalogue says beside each field. `sent` is what was typed, when it did not fit.
pub(crate) fn form(
    desk: &Desk,
    standing: &Standing,
    requirement: &Requirement,
    token: &str,
    sent: Option<&Sent>,
) -> Html {
    let t = desk.visitor.texts;
    let Some(key) = key_of(requirement) else { return Html::none() };
    let base = serde_json::to_string(&Own::of(&desk.programme, &key)).unwrap_or_default();
    let own: BTreeSet<&str> = standing.effective.own_fields(key.as_str()).collect();
    let typed = |name: &str, stands: String| match sent {
        Some(sent) => sent.one(name).to_owned(),
        None => stands,
    };
    let mut inside = markup::hidden("base", &base);
    let mut field = |made: Html, field: &str| {
        inside.push(made);
        inside.push(beside(desk, &key, field, own.contains(field)));
    };
    let days = typed("window_days", requirement.window_days.to_string());
    field(markup::number("window_days", "window_days", t.own_window(), &days), "window_days");
    for (name, limit) in &requirement.limits {
        let id = format!("limits.{name}");
        let value = typed(&id, shown_number(desk, *limit));
        field(markup::line(&id, &id, &words::limit(desk.reader(), name), &value), &id);
    }
    for (name, list) in &requirement.lists {
        let id = format!("lists.{name}");
        let label = format!("{} ({})", words::limit(desk.reader(), name), t.own_one_a_line());
        field(markup::area(&id, &id, &label, &typed(&id, list.join("\n"))), &id);
    }
    if requirement.lists.contains_key("hosts") {
        inside.push(seen_hosts(desk, standing, requirement));
    }
    inside.push(markup::line(
        "why",
        "why",
        t.programme_reason(),
        sent.map_or("", |s| s.one("why")),
    ));
    inside.push(markup::button(t.programme_save()));
    inside.push(markup::lesser("what", "reset", t.own_reset()));
    let address = desk.to(&format!("requirements/{}", requirement.id));
    [
        el("h2", &[("id", PLACE)], t.own_limits()),
        p(t.own_limits_lead()),
        markup::form(&address, token, inside),
    ]
    .into()
}

/// What the catalogue says of a field, and whether the authority says otherwise.
fn beside(desk: &Desk, key: &Key, field: &str, is_own: bool) -> Html {
    let t = desk.visitor.texts;
    let shipped = value_of(Catalogue::shipped(), key.as_str(), field).unwrap_or_default();
    let said = match &shipped {
        Value::Array(list) if list.is_empty() => t.own_nothing().to_owned(),
        Value::Array(list) => {
            let entries: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
            entries.join(", ")
        }
        Value::Number(number) => shown_number(desk, number.as_f64().unwrap_or_default()),
        _ => t.own_nothing().to_owned(),
    };
    let mut line = Html::from(t.own_shipped(said));
    if is_own {
        line.push(" ");
        line.push(markup::badge(Tone::Info, t.own_yours()));
    }
    quiet(line)
}

/// The hosts that messages were sent to, so that nobody has to look them up in a log.
fn seen_hosts(desk: &Desk, standing: &Standing, requirement: &Requirement) -> Html {
    let period = Period::window(requirement, standing.plan.today);
    let mut hosts: BTreeMap<&str, i64> = BTreeMap::new();
    for direction in [Direction::Out, Direction::In] {
        for tally in standing.evidence.sums(direction).filter_map(|sum| sum.over(period)) {
            for (host, flaw) in tally.hosts.iter().filter(|(_, flaw)| flaw.count() > 0) {
                *hosts.entry(host).or_default() += flaw.count();
            }
        }
    }
    if hosts.is_empty() {
        return Html::none();
    }
    let named: Vec<String> =
        hosts.iter().take(HOSTS).map(|(host, count)| format!("{host} ({count})")).collect();
    quiet(desk.visitor.texts.own_seen_hosts(named.join(", ")))
}

/// Who changed it, when.
pub(crate) async fn lines(desk: &Desk, requirement: &Requirement) -> Vec<HistoryLine> {
    let Some(key) = key_of(requirement) else { return Vec::new() };
    let about = Some((Kind::Override, &key));
    let read = desk.visitor.web.programmes.history(desk.id, about, None, HISTORY_SHOWN).await;
    match read {
        Ok(read) => read.into_iter().map(|(_, line)| line).collect(),
        Err(error) => {
            tracing::error!(%error, "history could not be read");
            Vec::new()
        }
    }
}

/// The same as a part of the page.
pub(crate) fn history_of(desk: &Desk, lines: &[HistoryLine]) -> Html {
    if lines.is_empty() {
        return Html::none();
    }
    markup::details(desk.visitor.texts.own_history(), history::table(desk, lines.iter()))
}

fn key_of(requirement: &Requirement) -> Option<Key> {
    requirement.id.as_str().parse().ok()
}

/// A number as the reader writes it.
fn shown_number(desk: &Desk, number: f64) -> String {
    let plain = number.to_string();
    match desk.reader() {
        brevdue_programme::Language::Da => plain.replace('.', ","),
        brevdue_programme::Language::En => plain,
    }
}

/// `POST /programmes/{id}/requirements/{requirement}`
pub(crate) async fn save(
    visitor: Visitor,
    Path((id, requirement)): Path<(String, String)>,
    form: FormOf,
) -> Answer {
    let mut desk = Desk::open(visitor, &id).await?;
    let sent = desk.sent(form).await?;
    let standing = desk.standing().await?;
    let found = requirement.parse::<RequirementId>().ok();
    let found = found.and_then(|id| standing.effective.requirement(&id).cloned());
    let Some(requirement) = found else { return desk.refuse(Refused::NotFound).await };
    let base = serde_json::from_str::<Own>(sent.one("base")).ok();
    let (Some(base), Some(key)) = (base, key_of(&requirement)) else {
        return desk.refuse(Refused::Form).await;
    };
    let shipped = Catalogue::shipped();
    let wanted = match sent.one("what") {
        "reset" => Ok(the_catalogues(shipped, &requirement)),
        _ => wanted(&desk, &requirement, &sent),
    };
    let wanted = match wanted {
        Ok(wanted) => wanted,
        Err(said) => return again(&desk, &requirement, &sent, said).await,
    };
    let changes: Vec<_> = base.set(shipped, &key, &wanted, None).into_iter().collect();
    match desk.change(&changes, sent.one("why").trim()).await {
        Ok(()) => desk.redirect(&format!("requirements/{}?said=saved", requirement.id)),
        Err(NotDone::Said(StatusCode::UNPROCESSABLE_ENTITY, said)) => {
            again(&desk, &requirement, &sent, said).await
        }
        Err(not_done) => {
            let back = format!("requirements/{}", requirement.id);
            desk.not_done(not_done, &back, Tab::Requirements).await
        }
    }
}

async fn again(desk: &Desk, requirement: &Requirement, sent: &Sent, said: String) -> Answer {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    requirements::show(desk, requirement, status, Some((sent, said))).await
}

/// The values of the catalogue, of every field of the form.
fn the_catalogues(shipped: &Catalogue, requirement: &Requirement) -> BTreeMap<String, Value> {
    fields(requirement)
        .filter_map(|field| {
            let value = value_of(shipped, requirement.id.as_str(), &field)?;
            Some((field, value))
        })
        .collect()
}

fn fields(requirement: &Requirement) -> impl Iterator<Item = String> {
    let limits = requirement.limits.keys().map(|name| format!("limits.{name}"));
    let lists = requirement.lists.keys().map(|name| format!("lists.{name}"));
    std::iter::once("window_days".to_owned()).chain(limits).chain(lists)
}

/// What a form asks for, or why it cannot be.
fn wanted(
    desk: &Desk,
    requirement: &Requirement,
    sent: &Sent,
) -> Result<BTreeMap<String, Value>, String> {
    let t = desk.visitor.texts;
    let mut wanted = BTreeMap::new();
    let days = sent.one("window_days").trim().parse::<u16>().ok();
    let days = days.filter(|days| (1..=WINDOW_DAYS).contains(days));
    let days = days.ok_or_else(|| t.own_bad_window(i64::from(WINDOW_DAYS)))?;
    wanted.insert("window_days".to_owned(), days.into());
    for name in requirement.limits.keys() {
        let field = format!("limits.{name}");
        let number = sent.one(&field).trim().replace(',', ".").parse::<f64>().ok();
        let number = number.filter(|number| number.is_finite() && *number >= 0.0);
        let number = number.ok_or_else(|| t.own_bad_number(words::limit(desk.reader(), name)))?;
        wanted.insert(field, number.into());
    }
    for name in requirement.lists.keys() {
        let field = format!("lists.{name}");
        let lines = sent.one(&field).lines().map(str::trim).filter(|line| !line.is_empty());
        let mut list: Vec<String> = Vec::new();
        for line in lines {
            let line = if name == "hosts" { line.to_lowercase() } else { line.to_owned() };
            if name == "hosts" && line.contains(['/', ' ']) {
                return Err(t.own_bad_host().to_owned());
            }
            if !list.contains(&line) {
                list.push(line);
            }
        }
        wanted.insert(field, list.into());
    }
    Ok(wanted)
}
