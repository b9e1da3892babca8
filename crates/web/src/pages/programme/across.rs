//! Several authorities side by side (R10).

use axum::extract::Path;
use brevdue_office::reporting::Report;
use brevdue_programme::across::{
    Across, DEADLINES, Deadline, Line, Proof, Standing, deadline_name, percent,
};

use super::desk::{Desk, Tab, Viewing};
use super::words;
use crate::markup::{self, Html, Tone, a, badge, p, quiet};
use crate::visitor::{Answer, Visitor};

/// `GET /programmes/{id}/across`: every programme that whoever works here may read; of some with `?words=`.
pub(crate) async fn across(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let words = desk.visitor.query("words").unwrap_or_default();
    let across = desk.across(&words).await?;
    let t = desk.visitor.texts;
    let title = Report::R10.name(desk.reader());
    desk.page(title, Tab::Reports, |_| {
        let mut body = p(t.across_lead());
        if matches!(desk.viewer(), Viewing::Entry) {
            body.push(quiet(t.across_only_this()));
        }
        body.push(markup::asking(
            &desk.to("across"),
            [
                markup::line("across-words", "words", t.across_words(), &across.filter),
                markup::button(t.across_show()),
            ],
        ));
        body.push(summary(&desk, &across));
        if !across.lines.is_empty() {
            body.push(table(&desk, &across));
            let file = format!("reports/R10.xlsx{}", asked(&across.filter));
            body.push(markup::ways([(desk.to(&file), t.across_file())]));
        }
        body
    })
    .await
}

/// The filter, as the query of an address.
fn asked(filter: &str) -> String {
    match filter {
        "" => String::new(),
        filter => format!("?words={}", super::signing::encode(filter)),
    }
}

fn summary(desk: &Desk, across: &Across) -> Html {
    let t = desk.visitor.texts;
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let mut said = p([
        t.across_count(count(across.lines.len())).into(),
        " · ".into(),
        t.across_as_of().into(),
        " ".into(),
        words::moment(t, across.at),
    ]);
    if across.lines.is_empty() {
        said = p(t.across_none());
    }
    if across.left_out > 0 {
        said.push(markup::alert(Tone::Warning, "", p(t.across_left_out(count(across.left_out)))));
    }
    said
}

fn table(desk: &Desk, across: &Across) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let mut headings = vec![t.across_authority().to_owned(), t.work_light().to_owned()];
    for milestone in DEADLINES {
        let name = deadline_name(milestone);
        let name = name.of(reader);
        headings.extend([t.across_deadline(name), t.across_systems(name), t.across_messages(name)]);
    }
    headings.extend([
        t.across_done().to_owned(),
        t.across_overdue().to_owned(),
        t.across_measured().to_owned(),
        t.across_next().to_owned(),
        t.across_as_of().to_owned(),
    ]);
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    let width = headings.len();
    let rows = across.lines.iter().map(|line| row(desk, line, width));
    markup::table(t.across_table(), &headings, rows)
}

fn row(desk: &Desk, line: &Line, width: usize) -> Vec<Html> {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let mut cells = vec![
        [
            a(&format!("/programmes/{}", line.id), line.authority.as_str()),
            quiet(format!("{} · {}", line.name, words::variant(reader, line.variant))),
        ]
        .into(),
    ];
    match &line.standing {
        None => {
            cells.push(badge(Tone::Warning, t.across_unknown()));
            cells.resize(width, "–".into());
        }
        Some(standing) => cells.extend(figures(desk, standing)),
    }
    cells
}

fn figures(desk: &Desk, standing: &Standing) -> Vec<Html> {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let mut light = words::light(reader, standing.light);
    if !standing.comment.is_empty() {
        light.push(quiet([
            t.work_by_hand(&standing.comment).into(),
            " ".into(),
            t.work_computed().into(),
            " ".into(),
            words::light(reader, standing.computed),
        ]));
    }
    let mut cells = vec![light];
    for deadline in &standing.deadlines {
        let of = &deadline.compliance;
        cells.push(days(desk, deadline));
        cells.push(share(desk, deadline.systems(), of.systems_compliant, of.systems_in_scope));
        cells.push(share(desk, deadline.messages(), of.messages_compliant, of.messages_sent));
    }
    let counts = &standing.counts;
    cells.push(t.work_done_of(counts.done, counts.all).into());
    cells.push(match counts.overdue {
        0 => "0".into(),
        late => badge(Tone::Bad, late.to_string()),
    });
    let measured = u64::try_from(standing.basis.measured).unwrap_or(u64::MAX);
    let stated = u64::try_from(standing.basis.stated).unwrap_or(u64::MAX);
    cells.push(match percent(measured, measured.saturating_add(stated)) {
        None => t.work_no_evidence().into(),
        Some(share) => [
            t.work_share(measured, measured.saturating_add(stated), share).into(),
            quiet(t.across_stated(stated)),
        ]
        .into(),
    });
    cells.push(match &standing.next {
        None => "–".into(),
        Some(next) => [next.name.of(reader).into(), quiet(words::day(t, next.forecast))].into(),
    });
    cells.push(
        [words::moment(t, standing.at), quiet(t.across_catalogue(&standing.catalogue_version))]
            .into(),
    );
    cells
}

/// Baseline and forecast, and how late that is.
fn days(desk: &Desk, deadline: &Deadline) -> Html {
    let t = desk.visitor.texts;
    let mut said: Html = [
        words::maybe_day(t, deadline.baseline),
        " → ".into(),
        words::maybe_day(t, deadline.reached.or(deadline.forecast)),
    ]
    .into();
    if deadline.reached.is_some() {
        said.push(" ");
        said.push(badge(Tone::Good, t.work_reached()));
    } else if let Some(late) = deadline.days_late.filter(|late| *late > 0) {
        said.push(" ");
        said.push(badge(Tone::Warning, t.across_late(i64::from(late))));
    }
    said
}

/// A figure of compliance. What nobody knows is said in words, and never in green.
fn share(desk: &Desk, proof: Proof, part: u64, whole: u64) -> Html {
    let t = desk.visitor.texts;
    match (proof, percent(part, whole)) {
        (Proof::Met, Some(percent)) => badge(Tone::Good, t.work_share(part, whole, percent)),
        (_, Some(percent)) => badge(Tone::Warning, t.work_share(part, whole, percent)),
        (_, None) => badge(Tone::Warning, t.work_no_evidence()),
    }
}
