//! The overview of operation (R9): what is measured of each system.

use axum::extract::Path;
use brevdue_office::reporting::{self, Report};
use brevdue_programme::Key;
use brevdue_programme::objects::System;

use super::desk::{Desk, Tab};
use crate::markup::{self, Html, a, p};
use crate::visitor::{Answer, Visitor};

/// `GET /programmes/{id}/running`: the rows of R9, each with the way to its system.
pub(crate) async fn running(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let standing = desk.standing().await?;
    let t = desk.visitor.texts;
    let title = Report::R9.name(desk.reader());
    desk.page(title, Tab::Reports, |_| {
        let mut rows = reporting::running(&standing, desk.reader()).into_iter();
        let headings = rows.next().unwrap_or_default();
        let headings: Vec<&str> = headings.iter().map(String::as_str).skip(1).collect();
        let rows: Vec<Vec<Html>> = rows.map(|row| linked(&desk, row)).collect();
        let mut body = p(t.running_lead());
        if rows.is_empty() {
            body.push(p(t.running_none()));
        } else {
            body.push(markup::table(title, &headings, rows));
        }
        body.push(markup::ways([
            (desk.to("reports/R9.csv"), t.running_file()),
            (desk.to("reports"), t.work_back()),
        ]));
        body
    })
    .await
}

/// A row without its key, whose name leads to the system where there is one, else to the names that nobody
/// registered.
fn linked(desk: &Desk, row: Vec<String>) -> Vec<Html> {
    let mut cells = row.into_iter();
    let (key, name) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
    let registered =
        key.parse::<Key>().is_ok_and(|key| desk.programme.get::<System>(&key).is_some());
    let first = if registered {
        a(&desk.to(&format!("registers/systems/{key}")), name)
    } else {
        [a(&desk.to("discovery"), key), format!(" ({name})").into()].into()
    };
    std::iter::once(first).chain(cells.map(Html::from)).collect()
}
