//! MK-S2: traffic that nobody has entered in the register, and the entries it proposes.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::answer::Answer;
use super::counting::Period;
use super::number::{MESSAGE, NAME, all_messages_da, all_messages_en, either};
use super::{Asked, Evidence};
use crate::objects::{Direction, SystemRole};
use crate::tally::Seen;

/// Proposals at most, those with most messages first.
const PROPOSALS: usize = 200;

/// A register entry that traffic proposes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proposal {
    /// By what the traffic is known; to be kept in `known_as` of the new entry, or of an old one.
    pub name: String,
    /// It is a `GeneratingSystem` inside the traffic of these systems; empty: it is a system itself.
    pub through: BTreeSet<String>,
    /// What it seems to be.
    pub role: SystemRole,
    /// Messages in the window.
    pub messages: i64,
    /// By transport.
    pub transports: BTreeMap<String, i64>,
    /// The hosts it was sent to.
    pub hosts: BTreeSet<String>,
    /// The contact points it was about.
    pub contact_points: BTreeSet<String>,
    /// The first and last of them.
    #[serde(skip)]
    pub seen: Seen,
}

/// What the traffic of a window proposes for the register, most messages first.
pub fn discovered(evidence: &Evidence, period: Period) -> Vec<Proposal> {
    let mut found: BTreeMap<String, Proposal> = BTreeMap::new();
    for (name, direction, sum) in evidence.unknown() {
        let Some(tally) = sum.over(period).filter(|tally| tally.messages.count > 0) else {
            continue;
        };
        let proposal = found.entry(name.to_owned()).or_insert_with(|| empty(name));
        let sends = direction == Direction::Out;
        proposal.role = match (proposal.messages, proposal.role, sends) {
            (0, _, true) => SystemRole::Sender,
            (0, _, false) => SystemRole::Receiver,
            (_, SystemRole::Receiver, true) | (_, SystemRole::Sender, false) => SystemRole::Both,
            (_, role, _) => role,
        };
        proposal.messages += tally.messages.count;
        proposal.seen.merge(&tally.messages);
        for (transport, flaw) in tally.transports.iter() {
            *proposal.transports.entry(transport.to_owned()).or_default() += flaw.count();
        }
        proposal.hosts.extend(tally.hosts.iter().map(|(host, _)| host.to_owned()));
        proposal.contact_points.extend(tally.contact_points.iter().map(|(id, _)| id.to_owned()));
    }
    let known = evidence.systems().filter_map(|(key, system)| {
        let sum = evidence.traffic(key, Direction::Out).filter(|_| system.via_system.is_none())?;
        Some((system.name.as_str(), sum))
    });
    let unknown = evidence
        .unknown()
        .filter(|(_, direction, _)| *direction == Direction::Out)
        .map(|(name, _, sum)| (name, sum));
    for (through, sum) in known.chain(unknown) {
        for (name, flaw) in sum.over(period).into_iter().flat_map(|tally| tally.generating.iter()) {
            if flaw.count() <= 0 || name.is_empty() || evidence.known_as(name).is_some() {
                continue;
            }
            let proposal = found.entry(name.to_owned()).or_insert_with(|| empty(name));
            // A system that is seen sending itself is no mere producer of letters.
            if proposal.messages == 0 || !proposal.through.is_empty() {
                proposal.messages += flaw.count();
                proposal.seen.merge(&flaw.seen);
                proposal.through.insert(through.to_owned());
            }
        }
    }
    let mut proposals: Vec<Proposal> = found.into_values().collect();
    proposals.sort_by(|one, two| (two.messages, &one.name).cmp(&(one.messages, &two.name)));
    proposals.truncate(PROPOSALS);
    proposals
}

fn empty(name: &str) -> Proposal {
    Proposal {
        name: name.to_owned(),
        through: BTreeSet::new(),
        role: SystemRole::LetterProducerOnly,
        messages: 0,
        transports: BTreeMap::new(),
        hosts: BTreeSet::new(),
        contact_points: BTreeSet::new(),
        seen: Seen::default(),
    }
}

/// MK-S2.
pub(super) fn unknown_traffic(asked: &Asked<'_>) -> Answer {
    let (evidence, period) = (asked.evidence, asked.period());
    let mut seen = Seen::default();
    for direction in [Direction::Out, Direction::In] {
        for tally in evidence.sums(direction).filter_map(|sum| sum.over(period)) {
            seen.merge(&tally.messages);
        }
    }
    if seen.count == 0 {
        return Answer::nothing_seen(period);
    }
    let proposals = discovered(evidence, period);
    let messages: i64 = proposals.iter().map(|one| one.messages).sum();
    let count = i64::try_from(proposals.len()).unwrap_or(i64::MAX);
    let answer = if proposals.is_empty() {
        Answer::pass(
            format!("{} kommer fra kendte systemer.", all_messages_da(seen.count)),
            format!(
                "{} {} from known systems.",
                all_messages_en(seen.count),
                either(seen.count, "comes", "come")
            ),
        )
    } else if messages as f64 <= asked.limit("unknown_max", 0.0) {
        Answer::pass(
            format!("{messages} af {} kommer fra ukendte systemer.", MESSAGE.da(seen.count)),
            format!("{messages} of {} from unknown systems.", MESSAGE.en(seen.count)),
        )
    } else {
        let names: Vec<&str> = proposals.iter().take(5).map(|one| one.name.as_str()).collect();
        let names = names.join(", ");
        let mut last = Seen::default();
        proposals.iter().for_each(|one| last.merge(&one.seen));
        let mut answer = Answer::fail(
            format!(
                "{} fra {}, som registret ikke kender: {names}.",
                MESSAGE.da(messages),
                NAME.da(count)
            ),
            format!(
                "{} from {} the register does not know: {names}.",
                MESSAGE.en(messages),
                NAME.en(count)
            ),
        );
        answer.failed_at = last.last();
        answer
    };
    answer
        .over(period)
        .seen(&seen)
        .configured()
        .count("unknown", count)
        .count("unknown_messages", messages)
        .count("messages", seen.count)
}
