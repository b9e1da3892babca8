//! The compliance matrix, the evidence behind each of its cells, attesting and waiving, and the systems
//! that traffic shows and nobody has registered.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::Path;
use axum::http::StatusCode;
use brevdue_exchange::SystemId;
use brevdue_programme::catalogue::{AppliesTo, Requirement, RequirementKind};
use brevdue_programme::change::Change;
use brevdue_programme::checks::{CheckResult, Period, Proposal, Row, Subject, Verdict, discovered};
use brevdue_programme::closing;
use brevdue_programme::objects::{Attestation, Kind, Lifecycle, Person, Supplier, System, Waiver};
use brevdue_programme::{Key, RequirementId, milestones};

use super::desk::{Desk, FormOf, NotDone, Standing, Tab};
use super::overview::compliance;
use super::packages::sources;
use super::sent::Sent;
use super::{thresholds, words};
use crate::limits::MATRIX_PAGE;
use crate::markup::{self, Html, Tone, a, alert, h2, p, quiet, ul};
use crate::visitor::{Answer, Refusal, Refused, Visitor};

/// Which requirements belong to a part of the page.
type Takes<'a> = &'a dyn Fn(&Requirement) -> bool;

/// `GET /programmes/{id}/requirements`
pub(crate) async fn matrix(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let standing = desk.standing().await?;
    let t = desk.visitor.texts;
    let query = |name: &str| desk.visitor.query(name).unwrap_or_default();
    let (deadline, supplier) = (query("deadline"), query("supplier"));
    desk.page(t.work_requirements(), Tab::Requirements, |_| {
        let mut body = p(t.work_matrix_lead());
        body.push(compliance(&desk, &standing));
        body.push(markup::ways([
            (desk.to("discovery"), t.work_discovery()),
            (desk.to("evidence"), t.bring_title()),
            (desk.to("links"), t.scan_title()),
        ]));
        body.push(filters(&desk, &standing, &deadline, &supplier));
        let official = |one: &Requirement| one.kind == RequirementKind::Official;
        let of_objects = |one: &Requirement| {
            matches!(one.applies_to, AppliesTo::ContactPoint | AppliesTo::LetterType)
        };
        let parts: [(&str, &str, Takes<'_>); 3] = [
            (t.work_official_requirements(), t.work_official_lead(), &official),
            (t.work_further_checks(), t.work_further_lead(), &|one| {
                !official(one) && !of_objects(one)
            }),
            (t.work_object_checks(), t.work_further_lead(), &|one| {
                !official(one) && of_objects(one)
            }),
        ];
        for (title, lead, takes) in parts {
            let columns: Vec<&Requirement> = standing
                .effective
                .catalogue()
                .requirements
                .iter()
                .filter(|one| takes(one))
                .filter(|one| deadline.is_empty() || is_from(one, &deadline))
                .collect();
            if columns.is_empty() {
                continue;
            }
            body.push(h2(title));
            body.push(p(lead));
            body.push(grid(&desk, &standing, &columns, &supplier, title));
        }
        body.push(waivers(&desk));
        body
    })
    .await
}

fn is_from(requirement: &Requirement, milestone: &str) -> bool {
    requirement.from.as_ref().is_some_and(|from| from.as_str() == milestone)
}

fn filters(desk: &Desk, standing: &Standing, deadline: &str, supplier: &str) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let any = || std::iter::once((String::new(), t.work_any().to_owned()));
    let used: BTreeSet<&str> = standing
        .effective
        .catalogue()
        .requirements
        .iter()
        .filter_map(|one| Some(one.from.as_ref()?.as_str()))
        .collect();
    let milestones = standing.effective.catalogue().milestones.iter();
    let milestones = milestones
        .filter(|one| used.contains(one.id.as_str()))
        .map(|one| (one.id.to_string(), one.name.of(reader).to_owned()));
    let suppliers = desk.programme.all::<Supplier>();
    let suppliers = suppliers.map(|(key, one)| (key.to_string(), one.name));
    let fields = [
        markup::choose(
            "deadline",
            "deadline",
            t.work_deadline(),
            any().chain(milestones),
            deadline,
        ),
        markup::choose("supplier", "supplier", t.work_supplier(), any().chain(suppliers), supplier),
        markup::button(t.work_filter()),
    ];
    markup::details(t.work_filters(), markup::asking(&desk.to("requirements"), fields))
}

fn grid(
    desk: &Desk,
    standing: &Standing,
    columns: &[&Requirement],
    supplier: &str,
    title: &str,
) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let is_theirs = |row: &Row| match (&row.subject, supplier) {
        (_, "") => true,
        (Subject::System(key), supplier) => {
            let system = standing.evidence.system(key);
            system
                .and_then(|system| system.supplier.as_ref())
                .is_some_and(|s| s.as_str() == supplier)
        }
        _ => false,
    };
    let asked = |row: &&Row| columns.iter().any(|one| row.cells.contains_key(&one.id));
    let rows: Vec<&Row> =
        standing.matrix.rows.iter().filter(|row| is_theirs(row)).filter(asked).collect();
    if rows.is_empty() {
        return p(t.work_matrix_empty());
    }
    let page = usize::try_from(desk.visitor.page_number()).unwrap_or(usize::MAX);
    let skipped = page.saturating_mul(MATRIX_PAGE);
    let shown = rows.iter().skip(skipped).take(MATRIX_PAGE).map(|row| {
        let name = match &row.subject {
            Subject::Authority => t.work_the_authority().to_owned(),
            _ => row.name.clone(),
        };
        let mut cells = vec![Html::from(name)];
        for requirement in columns {
            cells.push(match row.cells.get(&requirement.id) {
                None => Html::none(),
                Some(verdict) => cell(desk, verdict),
            });
        }
        cells
    });
    let mut headings = vec![t.work_subject().to_owned()];
    headings.extend(columns.iter().map(|one| format!("{} {}", one.id, one.title.of(reader))));
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    let mut body = markup::table(title, &headings, shown);
    let mut links = Vec::new();
    if page > 0 {
        links.push((desk.to(&format!("requirements?page={page}")), t.work_previous()));
    }
    if skipped.saturating_add(MATRIX_PAGE) < rows.len() {
        links.push((desk.to(&format!("requirements?page={}", page + 2)), t.work_next()));
    }
    if !links.is_empty() {
        body.push(markup::ways(links));
    }
    body
}

fn subject_path(subject: &Subject) -> String {
    subject.key().map_or_else(|| "authority".to_owned(), ToString::to_string)
}

/// What a requirement says of a subject, with the way to why.
pub(crate) fn cell(desk: &Desk, verdict: &Verdict) -> Html {
    let t = desk.visitor.texts;
    let address = desk.to(&format!(
        "requirements/{}/{}",
        verdict.requirement,
        subject_path(&verdict.subject)
    ));
    let mut inside = words::result(desk.reader(), verdict.result);
    if let Some(days) = verdict.age_days() {
        let age = if days == 0 { t.work_seen_today().to_owned() } else { t.work_days_old(days) };
        inside.push(" ");
        inside.push(markup::span("span", &[("class", "quiet")], age));
    }
    if verdict.waiver.is_some() {
        inside.push(" ");
        inside.push(markup::span("span", &[("class", "quiet")], t.work_waived()));
    }
    a(&address, inside)
}

fn waivers(desk: &Desk) -> Html {
    let t = desk.visitor.texts;
    let lines: Vec<Html> = desk
        .programme
        .all::<Waiver>()
        .map(|(_, waiver)| {
            let subject = waiver.subject.as_ref().map(|key| format!(" ({key})"));
            let until = waiver.expires.map_or_else(Html::none, |day| {
                [" ".into(), t.work_until().into(), " ".into(), words::day(t, day)].into()
            });
            [
                format!(
                    "{}{}: {}, ",
                    waiver.requirement,
                    subject.unwrap_or_default(),
                    waiver.reason
                )
                .into(),
                words::person(desk, Some(&waiver.approved_by)).into(),
                until,
            ]
            .into()
        })
        .collect();
    if lines.is_empty() {
        return Html::none();
    }
    [h2(t.work_waivers()), ul("work-list", lines)].into()
}

/// `GET /programmes/{id}/requirements/{requirement}`: what is asked, and how everybody stands.
pub(crate) async fn requirement(
    visitor: Visitor,
    Path((id, requirement)): Path<(String, String)>,
) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let standing = desk.standing().await?;
    let found = requirement.parse::<RequirementId>().ok();
    let found = found.and_then(|id| standing.effective.requirement(&id).cloned());
    let Some(requirement) = found else { return desk.refuse(Refused::NotFound).await };
    show(&desk, &requirement, StatusCode::OK, None).await
}

/// The page of a requirement; with what was typed and why it does not fit.
pub(crate) async fn show(
    desk: &Desk,
    requirement: &Requirement,
    status: StatusCode,
    unfit: Option<(&Sent, String)>,
) -> Answer {
    let standing = desk.standing().await?;
    let lines = thresholds::lines(desk, requirement).await;
    let t = desk.visitor.texts;
    let title = format!("{} {}", requirement.id, requirement.title.of(desk.reader()));
    desk.page_with(status, &title, Tab::Requirements, |token| {
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
        body.push(thresholds::empty_list(desk, requirement));
        body.push(about(desk, &standing, requirement));
        let rows = standing.matrix.rows.iter().filter_map(|row| {
            let verdict = row.cells.get(&requirement.id)?;
            let name = match &row.subject {
                Subject::Authority => t.work_the_authority(),
                _ => row.name.as_str(),
            };
            Some(vec![name.into(), cell(desk, verdict), verdict.why.of(desk.reader()).into()])
        });
        let headings = [t.work_subject(), t.work_result(), t.work_why()];
        body.push(markup::table(&title, &headings, rows));
        let typed = unfit.as_ref().map(|(sent, _)| *sent);
        body.push(thresholds::form(desk, &standing, requirement, token, typed));
        body.push(thresholds::history_of(desk, &lines));
        body
    })
    .await
}

fn about(desk: &Desk, standing: &Standing, requirement: &Requirement) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let kind = match requirement.kind {
        RequirementKind::Official => t.work_official_requirements(),
        RequirementKind::Further => t.work_further_checks(),
    };
    let from = requirement.from.as_ref().and_then(|id| standing.effective.milestone(id));
    let from = from.map_or_else(Html::none, |milestone| milestone.name.of(reader).into());
    let mut body = p([kind.into(), " ".into(), words::provenance(reader, requirement.provenance)]);
    body.push(markup::facts([
        (t.work_applies_to(), words::applies_to(reader, requirement.applies_to).into()),
        (t.work_asked_from(), from),
        (t.work_passes_when(), requirement.passes_when.of(reader).into()),
        (t.work_window(), t.work_days(i64::from(requirement.window_days)).into()),
        (t.work_remedy(), requirement.remedy.of(reader).into()),
    ]));
    body.push(sources(desk, standing, &requirement.sources));
    if requirement.id.as_str() == brevdue_programme::links::REQUIREMENT {
        body.push(markup::ways([(desk.to("links"), t.scan_title())]));
    }
    if requirement.from.as_ref().is_some_and(|id| id.as_str() == milestones::CUTOVER) {
        let id = milestones::CUTOVER;
        body.push(markup::ways([(desk.to(&format!("milestones/{id}")), t.jobs_title())]));
    }
    body
}

struct Cell {
    requirement: Requirement,
    row: Row,
    verdict: Verdict,
}

fn find(standing: &Standing, requirement: &str, subject: &str) -> Option<Cell> {
    let id = requirement.parse::<RequirementId>().ok()?;
    let requirement = standing.effective.requirement(&id)?.clone();
    let row = standing.matrix.rows.iter().find(|row| {
        row.cells.contains_key(&id)
            && match row.subject.key() {
                None => subject == "authority",
                Some(key) => key.as_str() == subject,
            }
    })?;
    let verdict = row.cells.get(&id)?.as_ref().clone();
    Some(Cell { requirement, row: row.clone(), verdict })
}

/// `GET /programmes/{id}/requirements/{requirement}/{subject}`: the evidence behind one cell.
pub(crate) async fn evidence(
    visitor: Visitor,
    Path((id, requirement, subject)): Path<(String, String, String)>,
) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let standing = desk.standing().await?;
    let Some(cell) = find(&standing, &requirement, &subject) else {
        return desk.refuse(Refused::NotFound).await;
    };
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let name = match &cell.row.subject {
        Subject::Authority => t.work_the_authority(),
        _ => cell.row.name.as_str(),
    };
    let title = format!("{} {}: {name}", cell.requirement.id, cell.requirement.title.of(reader));
    desk.page(&title, Tab::Requirements, |token| {
        let verdict = &cell.verdict;
        let mut body = Html::none();
        if desk.visitor.query("said").is_some() {
            body.push(alert(Tone::Good, "", p(t.programme_saved())));
        }
        body.push(p([
            words::result(reader, verdict.result),
            " ".into(),
            verdict.why.of(reader).into(),
        ]));
        if verdict.measured == CheckResult::NoEvidence {
            body.push(thresholds::empty_list(&desk, &cell.requirement));
        }
        body.push(numbers(&desk, verdict));
        if !matches!(verdict.result, CheckResult::Pass | CheckResult::NotApplicable) {
            let remedy = p(cell.requirement.remedy.of(reader));
            body.push(alert(Tone::Info, t.work_next_step(), remedy));
        }
        body.push(its_tasks(&desk, &standing, &cell));
        if !verdict.examples.is_empty() {
            body.push(h2(t.work_examples()));
            let examples = verdict.examples.iter();
            body.push(ul("", examples.map(|uuid| markup::span("code", &[], uuid.to_string()))));
        }
        body.push(attestations(&desk, &cell));
        body.push(h2(t.work_about_requirement()));
        body.push(about(&desk, &standing, &cell.requirement));
        let all = desk.to(&format!("requirements/{}", cell.requirement.id));
        body.push(p(a(&all, t.work_requirement_of_all())));
        body.push(forms(&desk, &standing, &cell, token));
        body
    })
    .await
}

fn numbers(desk: &Desk, verdict: &Verdict) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    let sources = verdict.sources.iter().map(|one| words::source(reader, *one));
    let sources = sources.collect::<Vec<_>>().join(", ");
    let mut told: Vec<(String, Html)> = vec![
        (
            t.work_rests_on().to_owned(),
            if sources.is_empty() { "–".into() } else { sources.into() },
        ),
        (t.work_judged_at().to_owned(), words::moment(t, verdict.judged_at)),
        (t.work_rule_version().to_owned(), verdict.rule_version.to_string().into()),
    ];
    if let Some(period) = verdict.window {
        let period: Html =
            [words::day(t, period.from), " – ".into(), words::day(t, period.until)].into();
        told.push((t.work_window().to_owned(), period));
    }
    if let Some(due) = verdict.due {
        told.push((t.work_asked_from().to_owned(), words::day(t, due)));
    }
    for (what, at) in [(t.work_first_seen(), verdict.first), (t.work_last_seen(), verdict.last)] {
        if let Some(at) = at {
            told.push((what.to_owned(), words::moment(t, at)));
        }
    }
    if verdict.measured != verdict.result {
        told.push((t.work_measured().to_owned(), words::result(reader, verdict.measured)));
    }
    for (name, count) in &verdict.counts {
        told.push((words::figure(reader, name), count.to_string().into()));
    }
    markup::facts(told.iter().map(|(name, what)| (name.as_str(), what.clone())))
}

fn its_tasks(desk: &Desk, standing: &Standing, cell: &Cell) -> Html {
    let t = desk.visitor.texts;
    let subject = cell.row.subject.key();
    let tasks = standing.plan.instances().iter().filter(|one| {
        let task = &standing.plan.task_of(one).task;
        task.requirements.contains(&cell.requirement.id)
            && (one.subject.as_ref() == subject || one.subject.is_none())
    });
    let lines = tasks.map(|one| {
        [
            words::instance_link(desk, standing, one),
            " ".into(),
            words::status(t, desk.reader(), one),
        ]
        .into()
    });
    let lines = ul("work-list", lines);
    if lines == Html::none() { lines } else { [h2(t.work_tasks()), lines].into() }
}

fn attestations(desk: &Desk, cell: &Cell) -> Html {
    let t = desk.visitor.texts;
    let own: Vec<(Key, Attestation)> = desk
        .programme
        .all::<Attestation>()
        .filter(|(_, one)| one.requirement.as_ref() == Some(&cell.requirement.id))
        .filter(|(_, one)| one.subject.as_ref() == cell.row.subject.key())
        .map(|(key, one)| (key.clone(), one))
        .collect();
    if own.is_empty() {
        return Html::none();
    }
    let rows = own.iter().map(|(key, one)| {
        let counts = if cell.verdict.attestation.as_ref() == Some(key) {
            t.work_yes().to_owned()
        } else {
            String::new()
        };
        vec![
            one.statement.as_str().into(),
            one.evidence.as_str().into(),
            words::person(desk, Some(&one.person)).into(),
            words::day(t, one.day),
            words::day(t, one.expires),
            words::person(desk, one.approver.as_ref()).into(),
            counts.into(),
        ]
    });
    let headings = [
        t.work_statement(),
        t.work_evidence_link(),
        t.programme_who(),
        t.work_day(),
        t.work_expires(),
        t.work_approver(),
        t.work_counts(),
    ];
    [h2(t.work_attestations()), markup::table(t.work_attestations(), &headings, rows)].into()
}

fn forms(desk: &Desk, standing: &Standing, cell: &Cell, token: &str) -> Html {
    let t = desk.visitor.texts;
    let address = desk.to(&format!(
        "requirements/{}/{}",
        cell.requirement.id,
        subject_path(&cell.row.subject)
    ));
    let until = standing.plan.today.plus_months(closing::ATTESTATION_MONTHS).to_string();
    let leads =
        |person: &Person| person.roles.iter().any(|role| matches!(role.as_str(), "pm" | "owner"));
    let approvers = desk.programme.all::<Person>().filter(|(_, person)| leads(person));
    let approvers = approvers.map(|(key, person)| (key.to_string(), person.name));
    let attest = vec![
        markup::hidden("what", "attest"),
        quiet(t.work_attest_lead()),
        markup::area("statement", "statement", t.work_statement(), ""),
        markup::line("evidence", "evidence", t.work_evidence_link(), ""),
        markup::choose("approver", "approver", t.work_approver(), approvers, ""),
        markup::day("expires", "expires", t.work_expires(), &until),
        markup::button(t.work_attest()),
    ];
    let waive = vec![
        markup::hidden("what", "waive"),
        quiet(t.work_waive_lead()),
        markup::area("why", "why", t.work_waive_reason(), ""),
        markup::day("until", "until", t.work_waive_until(), ""),
        markup::button(t.work_waive()),
    ];
    [
        markup::details(t.work_attest(), markup::form(&address, token, attest)),
        markup::details(t.work_waive(), markup::form(&address, token, waive)),
    ]
    .into()
}

/// `POST /programmes/{id}/requirements/{requirement}/{subject}`: attests or waives.
pub(crate) async fn save(
    visitor: Visitor,
    Path((id, requirement, subject)): Path<(String, String, String)>,
    form: FormOf,
) -> Answer {
    let mut desk = Desk::open(visitor, &id).await?;
    let sent = desk.sent(form).await?;
    let standing = desk.standing().await?;
    let Some(cell) = find(&standing, &requirement, &subject) else {
        return desk.refuse(Refused::NotFound).await;
    };
    let t = desk.visitor.texts;
    let back = format!("requirements/{requirement}/{subject}");
    let unfit = |said: &str| NotDone::Said(StatusCode::UNPROCESSABLE_ENTITY, said.to_owned());
    let (Ok(expires), Ok(until)) = (sent.day("expires"), sent.day("until")) else {
        return desk.not_done(unfit(t.work_bad_day()), &back, Tab::Requirements).await;
    };
    let today = standing.plan.today;
    let about = cell.row.subject.key().cloned();
    let change = match sent.one("what") {
        "attest" => {
            let attestation = Attestation {
                requirement: Some(cell.requirement.id.clone()),
                subject: about,
                statement: sent.one("statement").trim().to_owned(),
                evidence: sent.one("evidence").trim().to_owned(),
                person: desk.me.clone(),
                day: today,
                expires: expires.unwrap_or_else(|| today.plus_months(closing::ATTESTATION_MONTHS)),
                approver: sent.one("approver").parse().ok(),
            };
            Ok(Change::add(desk.next_key(Kind::Attestation, "A"), &attestation))
        }
        _ if sent.one("why").trim().is_empty() => Err(unfit(t.work_waive_needs_reason())),
        _ => {
            let waiver = Waiver {
                requirement: cell.requirement.id.clone(),
                subject: about,
                reason: sent.one("why").trim().to_owned(),
                approved_by: desk.me.clone(),
                day: today,
                expires: until,
            };
            Ok(Change::add(desk.next_key(Kind::Waiver, "W"), &waiver))
        }
    };
    let done = match change {
        Ok(change) => desk.change(&[change], "").await,
        Err(not_done) => Err(not_done),
    };
    match done {
        Ok(()) => desk.redirect(&format!("{back}?said=saved")),
        Err(not_done) => desk.not_done(not_done, &back, Tab::Requirements).await,
    }
}

/// What the traffic of the last days proposes for the register.
fn proposals(standing: &Standing) -> Vec<Proposal> {
    let requirements = &standing.effective.catalogue().requirements;
    let requirement = requirements.iter().find(|one| one.id.as_str() == "MK-S2");
    requirement.map_or_else(Vec::new, |one| {
        discovered(&standing.evidence, Period::window(one, standing.plan.today))
    })
}

/// What the exchange calls the systems of proposals, where a proposal goes by a system's id there.
async fn called(desk: &Desk, found: &[Proposal]) -> Result<BTreeMap<String, String>, Refusal> {
    let mut called = BTreeMap::new();
    for proposal in found {
        let Ok(id) = proposal.name.parse() else { continue };
        match desk.visitor.exchange().store().system(SystemId(id)).await {
            Ok(Some(system)) => called.insert(proposal.name.clone(), system.name),
            Ok(None) => None,
            Err(error) => return Err(desk.visitor.failed("a system was not read", &error).await),
        };
    }
    Ok(called)
}

/// `GET /programmes/{id}/discovery`
pub(crate) async fn discovery(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let standing = desk.standing().await?;
    let found = proposals(&standing);
    let called = called(&desk, &found).await?;
    let t = desk.visitor.texts;
    let reader = desk.reader();
    desk.page(t.work_discovery(), Tab::Register("systems"), |token| {
        let mut body = p(t.work_discovery_lead());
        if found.is_empty() {
            body.push(p(t.work_discovery_none()));
        }
        for (at, proposal) in found.iter().enumerate() {
            let through: Vec<&str> = proposal.through.iter().map(String::as_str).collect();
            let hosts: Vec<&str> = proposal.hosts.iter().map(String::as_str).collect();
            let transports: Vec<&str> = proposal.transports.keys().map(String::as_str).collect();
            let name = called.get(&proposal.name);
            body.push(h2(name.unwrap_or(&proposal.name)));
            let told = [
                (t.work_seen_as(), markup::span("code", &[], proposal.name.as_str())),
                (t.work_seems(), Html::from(proposal.role.label(reader))),
                (t.work_messages(), proposal.messages.to_string().into()),
                (t.work_through(), through.join(", ").into()),
                (t.work_transports(), transports.join(", ").into()),
                (t.work_hosts(), hosts.join(", ").into()),
                (
                    t.work_last_seen(),
                    proposal.seen.last().map_or_else(Html::none, |at| words::moment(t, at)),
                ),
            ];
            body.push(markup::facts(told.into_iter().filter(|(_, what)| *what != Html::from(""))));
            let systems = desk.programme.all::<System>();
            let systems = systems.map(|(key, system)| (key.to_string(), system.name));
            let new = std::iter::once((String::new(), t.work_discovery_new().to_owned()));
            let id = format!("is-{at}");
            let inside = [
                markup::hidden("name", &proposal.name),
                markup::choose(&id, "is", t.work_discovery_is(), new.chain(systems), ""),
                markup::button(t.work_discovery_add()),
            ];
            body.push(markup::form(&desk.to("discovery"), token, inside));
        }
        body
    })
    .await
}

/// `POST /programmes/{id}/discovery`: registers a proposed system, or tells which one it is.
pub(crate) async fn register(visitor: Visitor, Path(id): Path<String>, form: FormOf) -> Answer {
    let mut desk = Desk::open(visitor, &id).await?;
    let sent = desk.sent(form).await?;
    let standing = desk.standing().await?;
    let name = sent.one("name");
    let Some(proposal) = proposals(&standing).into_iter().find(|one| one.name == name) else {
        return desk.refuse(Refused::NotFound).await;
    };
    let called = called(&desk, std::slice::from_ref(&proposal)).await?;
    let is = sent.one("is").parse::<Key>().ok();
    let held = is.and_then(|key| Some((key.clone(), desk.programme.get::<System>(&key)?)));
    let (key, change) = match held {
        Some((key, before)) => {
            let mut after = before.clone();
            after.known_as.insert(proposal.name);
            let change = Change::edit(key.clone(), &before, &after);
            (key, change)
        }
        None => {
            let key = desk.next_key(Kind::System, "S");
            let system = System {
                name: called.get(&proposal.name).unwrap_or(&proposal.name).clone(),
                role: Some(proposal.role),
                lifecycle: Some(Lifecycle::InUse),
                known_as: [proposal.name].into(),
                ..System::default()
            };
            let change = Some(Change::add(key.clone(), &system));
            (key, change)
        }
    };
    let changes: Vec<Change> = change.into_iter().collect();
    match desk.change(&changes, "").await {
        Ok(()) => desk.redirect(&format!("registers/systems/{key}")),
        Err(not_done) => desk.not_done(not_done, "discovery", Tab::Register("systems")).await,
    }
}
