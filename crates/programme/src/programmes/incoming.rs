//! What comes in, of one programme.

use std::collections::BTreeMap;

use brevdue_memo::Timestamp;

use super::{JudgeError, Programmes};
use crate::checks::Period;
use crate::day::Day;
use crate::ids::{Key, ProgrammeId};
use crate::incoming::{self, Flow, Outcome, Proposal};
use crate::objects::DistributionRule;
use crate::tally::{Group, IncomingTally};

/// What came in, the rules that would pay, and what came of those there are.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming {
    /// The days that were looked back on.
    pub period: Period,
    /// Who sent what, most first.
    pub flows: Vec<Flow>,
    /// Rules that nobody has made yet, by what they would hit.
    pub proposals: Vec<Proposal>,
    /// The rules there are, with what came of each.
    pub rules: BTreeMap<Key, (DistributionRule, Outcome)>,
}

impl Programmes {
    /// What comes in to a programme's organisations; none when there is no such programme.
    ///
    /// # Errors
    ///
    /// [`JudgeError`]: the day is none a plan can have, or what was counted cannot be read.
    pub async fn incoming(
        &self,
        id: ProgrammeId,
        now: Timestamp,
    ) -> Result<Option<Incoming>, JudgeError> {
        let Some(programme) = self.open(id).await? else { return Ok(None) };
        let organisations = programme.settings().map(|settings| settings.cvr).unwrap_or_default();
        let today = Day::of(now)?;
        // Rules are often followed from the same day, and most are predicted by the same days.
        let mut counted: BTreeMap<Period, Vec<(Group, IncomingTally)>> = BTreeMap::new();
        let rules = incoming::rules(&programme);
        let asked = rules.values().map(|rule| incoming::periods(rule, today));
        let asked = asked.flat_map(|(before, since)| std::iter::once(before).chain(since));
        let period = incoming::period(today);
        for period in asked.chain([period]) {
            if let (false, Some(store)) = (counted.contains_key(&period), self.observations()) {
                counted.insert(period, store.incoming(&organisations, period).await?);
            }
        }
        let of = |period: Period| counted.get(&period).map(Vec::as_slice).unwrap_or_default();
        let rules = rules.into_iter().map(|(key, rule)| {
            let (before, since) = incoming::periods(&rule, today);
            let since = since.map(of).unwrap_or_default();
            let outcome = incoming::outcome(&rule, of(before), since);
            (key, (rule, outcome))
        });
        let rules = rules.collect();
        let flows = incoming::flows(of(period));
        let proposals = incoming::proposals(&flows, &programme, today);
        Ok(Some(Incoming { period, flows, proposals, rules }))
    }
}
