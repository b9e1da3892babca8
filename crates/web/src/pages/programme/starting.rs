//! The first steps of a new programme, told on its overview until each is done.

use brevdue_programme::checks::Source;
use brevdue_programme::objects::{Kind, Questionnaire, Supplier, System};

use super::desk::{Desk, Standing};
use crate::markup::{Html, Tone, a, badge, el, h2, p, quiet};

/// One of the first steps: where it is taken, what it is called, why, and whether it is done.
struct Step {
    at: &'static str,
    name: &'static str,
    why: &'static str,
    done: bool,
}

/// What whoever begins does first, in order, with what is done told as done; nothing once all are.
pub(super) fn first_steps(desk: &Desk, standing: &Standing) -> Html {
    let t = desk.visitor.texts;
    let steps = steps(desk, standing);
    if steps.iter().all(|step| step.done) {
        return Html::none();
    }
    let next = steps.iter().position(|step| !step.done);
    let lines = steps.iter().enumerate().map(|(at, step)| {
        let state = match (step.done, next == Some(at)) {
            (true, _) => badge(Tone::Good, t.work_start_done()),
            (false, true) => badge(Tone::Info, t.work_start_now()),
            (false, false) => badge(Tone::Quiet, t.work_start_later()),
        };
        el("li", &[], [a(&desk.to(step.at), step.name), " ".into(), state, quiet(step.why)])
    });
    let lines = el("ol", &[("class", "work-steps")], lines.collect::<Html>());
    let inside = [h2(t.work_start()), p(t.work_start_lead()), lines];
    el("section", &[("class", "work-start d-print-none")], inside)
}

fn steps(desk: &Desk, standing: &Standing) -> [Step; 5] {
    let t = desk.visitor.texts;
    let programme = &desk.programme;
    let mapped = programme.all::<System>().any(|(_, system)| system.role.is_some());
    let asked = programme.all::<Questionnaire>().next().is_some()
        || programme
            .all::<Supplier>()
            .any(|(_, one)| one.answered_at.is_some() || one.last_status.is_some());
    let measured =
        standing.matrix.rows.iter().any(|row| {
            row.cells.values().any(|verdict| verdict.sources.contains(&Source::Messages))
        });
    [
        Step {
            at: "registers/systems",
            name: t.work_start_systems(),
            why: t.work_start_systems_why(),
            done: mapped,
        },
        Step {
            at: "registers/people",
            name: t.work_start_people(),
            why: t.work_start_people_why(),
            done: programme.all_held(Kind::Person).nth(1).is_some(),
        },
        Step {
            at: "registers/suppliers",
            name: t.work_start_suppliers(),
            why: t.work_start_suppliers_why(),
            done: asked,
        },
        Step {
            at: "discovery",
            name: t.work_start_measured(),
            why: t.work_start_measured_why(),
            done: measured,
        },
        Step {
            at: "milestones",
            name: t.work_start_approve(),
            why: t.work_start_approve_why(),
            done: desk.settings.approved_by.is_some(),
        },
    ]
}
