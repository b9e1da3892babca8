//! The contact structure: its points, who sees them, where their mail goes, and how much there is of it.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::Path;
use brevdue_programme::checks::{CheckResult, Period};
use brevdue_programme::objects::{ContactPoint, Direction, Kind};

use super::desk::{Desk, Standing, Tab};
use super::overview::cell_link;
use super::requirements::cell;
use super::words;
use crate::markup::{self, Html, Tone, a, badge, h2, p, quiet, ul};
use crate::visitor::{Answer, Visitor};

/// `GET /programmes/{id}/contacts`
pub(crate) async fn contacts(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let standing = desk.standing().await?;
    let t = desk.visitor.texts;
    desk.page(t.work_contacts(), Tab::Contacts, |_| {
        let mut body = p(t.work_contacts_lead());
        let settings = &desk.settings;
        let said = |text: &str| Html::from(if text.is_empty() { "–" } else { text });
        body.push(markup::facts([
            (t.work_contact_office(), said(&settings.contact_structure_office)),
            (t.work_contact_deputy(), said(&settings.contact_structure_deputy)),
            (t.work_contact_reviewed(), words::maybe_day(t, settings.contact_structure_reviewed)),
        ]));
        body.push(markup::ways([
            (desk.to("registers/contact-points/+"), t.work_contact_new()),
            (desk.to("registers/contact-points"), t.work_contact_register()),
            (desk.to("settings"), t.work_settings()),
        ]));
        body.push(checks(&desk, &standing));
        body.push(points(&desk, &standing));
        body
    })
    .await
}

fn checks(desk: &Desk, standing: &Standing) -> Html {
    let t = desk.visitor.texts;
    let lines = ["MK-K1", "MK-K3"].iter().filter_map(|id| {
        let id = id.parse().ok()?;
        let verdict = standing.matrix.rows.first()?.cells.get(&id)?;
        Some(
            [
                words::result(desk.reader(), verdict.result),
                " ".into(),
                cell_link(desk, standing, &id, None),
                " ".into(),
                verdict.why.of(desk.reader()).into(),
            ]
            .into(),
        )
    });
    [h2(t.work_requirements()), ul("work-list", lines)].into()
}

/// Messages to each contact point in the last thirty days, by its id in the exchange.
fn traffic(standing: &Standing) -> BTreeMap<String, i64> {
    let requirement = standing.evidence.requirements().find(|one| one.id.as_str() == "MK-M1");
    let Some(requirement) = requirement else { return BTreeMap::new() };
    let period = Period::window(requirement, standing.plan.today);
    let mut counts = BTreeMap::new();
    for tally in standing.evidence.sums(Direction::In).filter_map(|sum| sum.over(period)) {
        for (id, flaw) in tally.contact_points.iter() {
            *counts.entry(id.to_lowercase()).or_insert(0) += flaw.count();
        }
    }
    counts
}

fn points(desk: &Desk, standing: &Standing) -> Html {
    let t = desk.visitor.texts;
    let traffic = traffic(standing);
    let points: Vec<_> = desk.programme.all::<ContactPoint>().collect();
    let groups: BTreeSet<&str> = points.iter().map(|(_, point)| point.group.as_str()).collect();
    let mut body = Html::none();
    if points.is_empty() {
        body.push(p(t.work_contact_none()));
    }
    let bound = "MK-K2".parse().ok();
    for group in groups {
        let title = if group.is_empty() { t.work_contact_no_group() } else { group };
        body.push(h2(title));
        let rows = points.iter().filter(|(_, point)| point.group == group).map(|(key, point)| {
            let mut seen = Vec::new();
            for (visible, words) in [
                (point.visible_to_citizens, t.work_citizens()),
                (point.visible_to_companies, t.work_companies()),
                (point.visible_to_authorities, t.work_authorities()),
            ] {
                if visible {
                    seen.push(words);
                }
            }
            let visible = if seen.is_empty() {
                badge(Tone::Warning, t.work_contact_hidden())
            } else {
                seen.join(", ").into()
            };
            let receiver = point.receiver_system.as_ref().map(|key| {
                let name = desk.name_of(Kind::System, key.as_str());
                a(&desk.to(&format!("registers/systems/{key}")), name)
            });
            let row = standing.matrix.rows.iter().find(|row| {
                matches!(&row.subject, brevdue_programme::checks::Subject::ContactPoint(own) if own == *key)
            });
            let result = row
                .zip(bound.as_ref())
                .and_then(|(row, id)| row.cells.get(id))
                .map(|verdict| {
                    let mut inside = cell(desk, verdict);
                    if !matches!(verdict.result, CheckResult::Pass | CheckResult::NotApplicable) {
                        inside.push(quiet(verdict.why.of(desk.reader())));
                    }
                    inside
                });
            let count = traffic.get(&point.dp_contact_point_id.to_lowercase());
            let count = match (point.dp_contact_point_id.is_empty(), count) {
                (true, _) | (false, None) => Html::from(t.work_no_traffic()),
                (false, Some(count)) => count.to_string().into(),
            };
            vec![
                a(&desk.to(&format!("registers/contact-points/{key}")), point.name.as_str()),
                point.description.as_str().into(),
                visible,
                receiver.unwrap_or_else(|| badge(Tone::Warning, t.work_contact_unbound())),
                result.unwrap_or_default(),
                count,
                words::maybe_day(t, point.last_review),
            ]
        });
        let headings = [
            t.work_contact_point(),
            t.work_meaning(),
            t.work_visible_to(),
            t.work_receiver(),
            t.work_result(),
            t.work_traffic(),
            t.work_contact_reviewed(),
        ];
        body.push(markup::table(title, &headings, rows));
    }
    body
}
