//! Incoming mail: who sends what, what it carries, how it came to whoever deals with it, and the rules by
//! which it could distribute itself.

use axum::extract::Path;
use brevdue_programme::incoming::{Flow, Part, Proposal};
use brevdue_programme::observation::PERSON;
use brevdue_programme::programmes::Incoming;
use brevdue_programme::tally::Group;

use super::desk::{Desk, Tab};
use super::signing::encode;
use super::words;
use crate::markup::{self, Html, a, h2, p, quiet};
use crate::visitor::{Answer, Refused, Visitor};

/// Rows of a table at most; the interface for programs has all.
const ROWS: usize = 200;

/// `GET /programmes/{id}/incoming`
pub(crate) async fn incoming(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let desk = Desk::open(visitor, &id).await?;
    let incoming = match desk.visitor.web.programmes.incoming(desk.id, desk.visitor.now()).await {
        Ok(Some(incoming)) => incoming,
        Ok(None) => return desk.refuse(Refused::NotFound).await,
        Err(error) => {
            return Err(desk.visitor.failed("incoming mail could not be counted", &error).await);
        }
    };
    let t = desk.visitor.texts;
    desk.page(t.incoming_title(), Tab::Incoming, |_| {
        let mut body = p(t.incoming_lead());
        body.push(markup::ways([
            (desk.to("registers/distribution-rules/+"), t.incoming_rule_new()),
            (desk.to("registers/distribution-rules"), t.incoming_rules_register()),
            (desk.to("evidence"), t.incoming_bring()),
        ]));
        body.push(h2(t.incoming_flows()));
        let period = incoming.period;
        let days = [words::day(t, period.from), " – ".into(), words::day(t, period.until)];
        body.push(quiet(days));
        body.push(flows(&desk, &incoming.flows));
        body.push(h2(t.incoming_proposals()));
        body.push(proposals(&desk, &incoming.proposals));
        body.push(h2(t.incoming_rules()));
        body.push(rules(&desk, &incoming));
        body
    })
    .await
}

fn flows(desk: &Desk, flows: &[Flow]) -> Html {
    let t = desk.visitor.texts;
    let reader = desk.reader();
    if flows.is_empty() {
        return p(t.incoming_none());
    }
    let rows = flows.iter().take(ROWS).map(|flow| {
        let read = flow.messages - flow.unread;
        let carried: Vec<String> = flow
            .routes
            .iter()
            .map(|(route, count)| format!("{} {count}", route.label(reader)))
            .collect();
        let carried = match (carried.is_empty(), read > 0) {
            (false, _) => carried.join(", "),
            (true, true) => t.incoming_carries_nothing().to_owned(),
            (true, false) => t.incoming_untold().to_owned(),
        };
        vec![
            sender(desk, &flow.group).into(),
            code(desk, &flow.group).into(),
            flow.messages.to_string().into(),
            carried.into(),
            ways(desk, flow).into(),
        ]
    });
    let headings = [
        t.incoming_sender(),
        t.incoming_code(),
        t.incoming_messages(),
        t.incoming_carried(),
        t.incoming_handled(),
    ];
    let table = markup::table(t.incoming_flows(), &headings, rows);
    match flows.len().checked_sub(ROWS).filter(|more| *more > 0) {
        Some(more) => [table, quiet(t.incoming_more(more))].into(),
        None => table,
    }
}

fn ways(desk: &Desk, flow: &Flow) -> String {
    let t = desk.visitor.texts;
    let ways = flow.ways;
    let counts = [
        (ways.automatic, t.incoming_automatic()),
        (ways.manual, t.incoming_manual()),
        (ways.misdirected, t.incoming_misdirected()),
        (ways.untold, t.incoming_untold()),
    ];
    let told: Vec<String> = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, way)| format!("{way} {count}"))
        .collect();
    told.join(", ")
}

fn proposals(desk: &Desk, proposals: &[Proposal]) -> Html {
    let t = desk.visitor.texts;
    if proposals.is_empty() {
        return p(t.incoming_no_proposals());
    }
    let rows = proposals.iter().map(|one| {
        let named = [
            ("sender", one.group.sender.as_str()),
            ("message_code", &one.group.code),
            ("route", one.route.word()),
        ];
        let query = named.map(|(name, text)| format!("{name}={}", encode(text))).join("&");
        let way = desk.to(&format!("registers/distribution-rules/+?{query}"));
        vec![
            sender(desk, &one.group).into(),
            code(desk, &one.group).into(),
            one.route.label(desk.reader()).into(),
            share(desk, Some(one.hits)).into(),
            words::whole(desk.reader(), one.yearly as f64).into(),
            a(&way, t.incoming_make_rule()),
        ]
    });
    let headings = [
        t.incoming_sender(),
        t.incoming_code(),
        t.incoming_route(),
        t.incoming_predicted(),
        t.incoming_yearly(),
        t.incoming_rule(),
    ];
    let lead = p(t.incoming_proposals_lead());
    [lead, markup::table(t.incoming_proposals(), &headings, rows)].into()
}

fn rules(desk: &Desk, incoming: &Incoming) -> Html {
    let t = desk.visitor.texts;
    if incoming.rules.is_empty() {
        return p(t.incoming_no_rules());
    }
    let rows = incoming.rules.iter().map(|(key, (rule, came))| {
        let name = if rule.name.is_empty() { key.as_str() } else { &rule.name };
        let followed = rule.active_from.is_some();
        vec![
            a(&desk.to(&format!("registers/distribution-rules/{key}")), name),
            words::maybe_day(t, rule.active_from),
            share(desk, came.predicted).into(),
            if followed { came.messages.to_string().into() } else { "–".into() },
            if followed { share(desk, came.hit).into() } else { "–".into() },
            if followed { share(desk, came.wrong).into() } else { "–".into() },
        ]
    });
    let headings = [
        t.incoming_rule(),
        t.incoming_since(),
        t.incoming_predicted(),
        t.incoming_messages(),
        t.incoming_hit(),
        t.incoming_wrong(),
    ];
    [p(t.incoming_rules_lead()), markup::table(t.incoming_rules(), &headings, rows)].into()
}

fn sender(desk: &Desk, group: &Group) -> String {
    let t = desk.visitor.texts;
    match group.sender.as_str() {
        "" => t.incoming_untold().to_owned(),
        PERSON => t.incoming_person().to_owned(),
        Group::OTHERS => t.incoming_others().to_owned(),
        cvr => format!("CVR {cvr}"),
    }
}

fn code(desk: &Desk, group: &Group) -> String {
    match group.code.as_str() {
        "" => desk.visitor.texts.incoming_no_code().to_owned(),
        code => code.to_owned(),
    }
}

/// `97 % (97 af 100)`; what nobody told is no share.
fn share(desk: &Desk, part: Option<Part>) -> String {
    let t = desk.visitor.texts;
    match part {
        Some(part) => {
            let percent = format!("{:.0}", (part.share() * 100.0).floor());
            t.incoming_share(part.hits, part.of, percent)
        }
        None => t.incoming_untold().to_owned(),
    }
}
