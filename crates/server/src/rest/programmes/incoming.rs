//! `…/incoming/`: who sends what, the rules that would pay, and what came of those there are.

use axum::Json;
use brevdue_programme::incoming::{Flow, Part, Proposal};
use brevdue_programme::programmes::Incoming;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{Searching, Working, no_such_programme, page_of, search_for};
use crate::rest::described::Described;
use crate::rest::description::Refused;
use crate::rest::errors::Failure;
use crate::rest::parameters::Parameters;

pub(super) fn describe(door: Described) -> Described {
    door.with(routes!(flows)).with(routes!(proposals)).with(routes!(outcomes))
}

/// Messages of one sender that it calls the same, in the last 90 days.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeFlow)]
struct Told {
    /// A CVR number, `person`, or `*` for what is counted together; empty: nobody told.
    sender: String,
    /// The sender's code, `messageCode`; empty where there is none.
    message_code: String,
    /// How many.
    messages: i64,
    /// When the last was seen.
    last: Option<String>,
    /// What they carry that mail can be distributed by.
    carried: Vec<Carried>,
    /// Of how many nobody told what they carry.
    unread: i64,
    /// How they came to whoever deals with them.
    handled: Ways,
}

/// How many messages carry a field.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeCarried)]
struct Carried {
    /// The name of the field.
    route: &'static str,
    /// How many.
    messages: i64,
}

/// How messages came to whoever deals with them.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeWays)]
struct Ways {
    /// By a rule.
    automatic: i64,
    /// By hand.
    manual: i64,
    /// First to somebody else.
    misdirected: i64,
    /// Nobody told.
    untold: i64,
}

/// How many of how many.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammePart)]
struct Share {
    /// How many.
    hits: i64,
    /// Of how many; never 0.
    of: i64,
}

impl Share {
    fn of(part: Part) -> Self {
        Self { hits: part.hits, of: part.of }
    }
}

/// A rule that would pay.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeRuleProposal)]
struct Proposed {
    /// A CVR number, or `person`.
    sender: String,
    /// The sender's code; empty where there is none.
    message_code: String,
    /// The field that the messages could be distributed by.
    route: &'static str,
    /// What it would have hit in the last 90 days.
    predicted: Share,
    /// Messages a year that it would hit, if it goes on like that.
    yearly: i64,
}

/// What came of a rule.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeRuleOutcome)]
struct Came {
    /// The key of the rule.
    rule: String,
    /// Its name.
    name: String,
    /// The first day on which it is followed; null: not yet.
    active_from: Option<String>,
    /// What it would have hit in the 90 days before; null: nobody knows.
    predicted: Option<Share>,
    /// Messages it is about, since it is followed.
    messages: i64,
    /// Of those of which somebody told: what came by a rule to whoever deals with it.
    hit: Option<Share>,
    /// Of the same: what came to somebody else first.
    wrong: Option<Share>,
}

/// A page of what came in.
#[derive(ToSchema)]
#[schema(as = ProgrammeFlowSearchResult)]
#[expect(dead_code, reason = "it describes; `Found::into_json` writes")]
#[schema(rename_all = "camelCase")]
struct Flows {
    current_page: u64,
    total_pages: u64,
    elements_on_page: u64,
    total_elements: u64,
    next: Option<String>,
    items: Vec<Told>,
}

/// A page of proposals.
#[derive(ToSchema)]
#[schema(as = ProgrammeRuleProposalSearchResult)]
#[expect(dead_code, reason = "it describes; `Found::into_json` writes")]
#[schema(rename_all = "camelCase")]
struct Proposals {
    current_page: u64,
    total_pages: u64,
    elements_on_page: u64,
    total_elements: u64,
    next: Option<String>,
    items: Vec<Proposed>,
}

/// A page of outcomes.
#[derive(ToSchema)]
#[schema(as = ProgrammeRuleOutcomeSearchResult)]
#[expect(dead_code, reason = "it describes; `Found::into_json` writes")]
#[schema(rename_all = "camelCase")]
struct Outcomes {
    current_page: u64,
    total_pages: u64,
    elements_on_page: u64,
    total_elements: u64,
    next: Option<String>,
    items: Vec<Came>,
}

/// `GET /programmes/{programme}/incoming/`: who sent what in the last 90 days, most first.
#[utoipa::path(
    get,
    path = "/programmes/{programme}/incoming/",
    operation_id = "listProgrammeIncoming",
    tag = "Programmes",
    params(("programme" = Uuid, Path, description = "Of the programme"), Searching),
    responses((status = 200, body = Flows, description = "Those found"), Refused)
)]
async fn flows(working: Working, parameters: Parameters) -> Result<Json<Value>, Failure> {
    let search =
        search_for(&parameters, &["sender", "message_code", "messages", "last", "unread"])?;
    page_of(&search, &incoming(&working).await?.flows, flow)
}

/// `GET /programmes/{programme}/incoming/proposals/`: rules that would pay, by what they would hit.
#[utoipa::path(
    get,
    path = "/programmes/{programme}/incoming/proposals/",
    operation_id = "listProgrammeRuleProposals",
    tag = "Programmes",
    params(("programme" = Uuid, Path, description = "Of the programme"), Searching),
    responses((status = 200, body = Proposals, description = "Those found"), Refused)
)]
async fn proposals(working: Working, parameters: Parameters) -> Result<Json<Value>, Failure> {
    let search = search_for(&parameters, &["sender", "message_code", "route", "yearly"])?;
    page_of(&search, &incoming(&working).await?.proposals, proposed)
}

/// `GET /programmes/{programme}/incoming/outcomes/`: what came of each distribution rule.
#[utoipa::path(
    get,
    path = "/programmes/{programme}/incoming/outcomes/",
    operation_id = "listProgrammeRuleOutcomes",
    tag = "Programmes",
    params(("programme" = Uuid, Path, description = "Of the programme"), Searching),
    responses((status = 200, body = Outcomes, description = "Those found"), Refused)
)]
async fn outcomes(working: Working, parameters: Parameters) -> Result<Json<Value>, Failure> {
    let search = search_for(&parameters, &["rule", "name", "active_from", "messages"])?;
    let rules: Vec<_> = incoming(&working).await?.rules.into_iter().collect();
    page_of(&search, &rules, |(key, (rule, came))| Came {
        rule: key.to_string(),
        name: rule.name.clone(),
        active_from: rule.active_from.map(|day| day.to_string()),
        predicted: came.predicted.map(Share::of),
        messages: came.messages,
        hit: came.hit.map(Share::of),
        wrong: came.wrong.map(Share::of),
    })
}

async fn incoming(working: &Working) -> Result<Incoming, Failure> {
    let incoming = working.programmes.incoming(working.id, working.now).await?;
    incoming.ok_or_else(no_such_programme)
}

fn flow(flow: &Flow) -> Told {
    let carried = flow.routes.iter();
    Told {
        sender: flow.group.sender.clone(),
        message_code: flow.group.code.clone(),
        messages: flow.messages,
        last: flow.last.map(|at| at.to_string()),
        carried: carried
            .map(|(route, messages)| Carried { route: route.word(), messages: *messages })
            .collect(),
        unread: flow.unread,
        handled: Ways {
            automatic: flow.ways.automatic,
            manual: flow.ways.manual,
            misdirected: flow.ways.misdirected,
            untold: flow.ways.untold,
        },
    }
}

fn proposed(proposal: &Proposal) -> Proposed {
    Proposed {
        sender: proposal.group.sender.clone(),
        message_code: proposal.group.code.clone(),
        route: proposal.route.word(),
        predicted: Share::of(proposal.hits),
        yearly: proposal.yearly,
    }
}
