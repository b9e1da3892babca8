//! Letters that are received and not filed: which wait, who has which, and which are left in the
//! journal because there is no room for them here.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use brevdue_exchange::storage::turns::Turns;
use brevdue_exchange::storage::{Claim, Spot, Waiting};
use brevdue_exchange::{Incoming, Lane, MemoKey, WorkKind, WorkerId};
use brevdue_memo::Timestamp;
use uuid::Uuid;

use super::Limits;
use super::record::Head;

/// The queue of an open store.
#[derive(Debug)]
pub(in crate::embedded) struct Queue {
    limits: Limits,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    turns: Turns<Head>,
    claimed: HashMap<MemoKey, Claimed>,
    /// When the next lease may run out.
    earliest_end: Option<Timestamp>,
    /// Places of all that wait or are claimed.
    unfiled: BTreeSet<Spot>,
    /// Filed while somebody reads what was left: what is read may be older than the filing.
    filed_meanwhile: HashSet<Spot>,
    left: HashMap<Whose, Left>,
    /// How many are left, of all.
    left_in_all: u64,
    /// Before this place, what the last process left unfiled has been found. `None` when all has.
    looking_from: Option<Spot>,
    /// Where looking ends: what the last process wrote.
    looking_to: Spot,
    /// Everything before this place is waiting, claimed, left, filed, or yet to be looked at.
    end: Spot,
}

/// Who shares one queue: a lane and an account.
pub(super) type Whose = (Lane, Uuid);

/// Letters of one account in one lane that somebody is to read from the journal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fetch {
    pub(super) whose: Whose,
    /// None of them lies before.
    pub(super) from: Spot,
    /// Where to stop.
    pub(super) to: Spot,
    /// At most so many.
    pub(super) room: usize,
}

#[derive(Debug)]
struct Claimed {
    head: Head,
    worker: WorkerId,
    until: Timestamp,
}

/// Letters of one account in one lane that are not held in memory.
#[derive(Debug, Clone, Copy)]
struct Left {
    /// None of them lies before.
    from: Spot,
    count: u64,
    /// None of them came before.
    since: Timestamp,
    /// Somebody is reading them.
    is_being_read: bool,
}

impl Queue {
    /// An empty queue. What lies between `looking_from` and `end` has yet to be looked at.
    pub(super) fn new(limits: Limits, looking_from: Spot, end: Spot) -> Self {
        let state = State {
            turns: Turns::default(),
            claimed: HashMap::new(),
            earliest_end: None,
            unfiled: BTreeSet::new(),
            filed_meanwhile: HashSet::new(),
            left: HashMap::new(),
            left_in_all: 0,
            looking_from: Some(looking_from).filter(|from| *from < end),
            looking_to: end,
            end,
        };
        Self { limits, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing here panics half-way: what is changed together is collections and numbers.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Letters just made durable; everything before `end` is.
    pub(super) fn received(&self, heads: &[Head], end: Spot) {
        let mut state = self.state();
        for head in heads {
            state.hold_or_leave(head, &self.limits);
        }
        state.end = end;
    }

    /// See [`super::Journal::claim`].
    pub(super) fn claim(&self, claim: &Claim) -> Vec<Incoming> {
        let mut state = self.state();
        state.take_back(claim.now);
        let heads = state.turns.take(
            claim.limit as usize,
            claim.for_bulk as usize,
            claim.most_bulk as usize,
        );
        if !heads.is_empty() {
            let end =
                state.earliest_end.map_or(claim.lease_until, |end| end.min(claim.lease_until));
            state.earliest_end = Some(end);
        }
        heads
            .into_iter()
            .map(|head| {
                let claimed = Claimed { head, worker: claim.worker, until: claim.lease_until };
                state.claimed.insert(head.key, claimed);
                head.incoming()
            })
            .collect()
    }

    /// Whether this worker has the letter. A lease that ran out counts until somebody claims.
    pub(in crate::embedded) fn is_with(&self, key: MemoKey, worker: WorkerId) -> bool {
        self.state().claimed.get(&key).is_some_and(|claimed| claimed.worker == worker)
    }

    /// Letters of a committed batch are filed.
    pub(in crate::embedded) fn finish(&self, keys: &[MemoKey]) {
        let mut state = self.state();
        for key in keys {
            if let Some(claimed) = state.claimed.remove(key) {
                state.unfiled.remove(&claimed.head.spot);
                if state.left.values().any(|left| left.is_being_read) {
                    state.filed_meanwhile.insert(claimed.head.spot);
                }
            }
        }
    }

    /// Before which place everything is filed once these letters are.
    pub(in crate::embedded) fn filed_with(&self, keys: &[MemoKey]) -> Spot {
        let state = self.state();
        let filed: HashSet<Spot> = keys
            .iter()
            .filter_map(|key| state.claimed.get(key).map(|claimed| claimed.head.spot))
            .collect();
        let first = state.unfiled.iter().find(|spot| !filed.contains(spot)).copied();
        let left = state.left.values().map(|left| left.from).min();
        let ends = [Some(state.end), first, left, state.looking_from];
        ends.into_iter().flatten().min().unwrap_or(state.end)
    }

    /// Whether one more letter may be received in this lane.
    pub(super) fn has_room(&self, lane: Lane) -> bool {
        let limit = match lane {
            Lane::Bulk => self.limits.unfiled,
            Lane::Interactive => self.limits.unfiled.saturating_add(self.limits.unfiled / 8),
        };
        self.waiting() < limit
    }

    /// Letters received and not filed, as far as they have been found.
    pub(in crate::embedded) fn waiting(&self) -> u64 {
        let state = self.state();
        state.unfiled.len() as u64 + state.left_in_all
    }

    /// Letters received and not filed, by lane, as far as they have been found: how many, and since when
    /// the first of them waits.
    pub(in crate::embedded) fn standing(&self) -> Vec<Waiting> {
        let state = self.state();
        let of_lane = |lane| {
            let mut count = state.turns.waiting(lane) as u64;
            let mut first = state.turns.first_of_each(lane).map(|head| head.received_at).min();
            for claimed in state.claimed.values().filter(|claimed| claimed.head.lane == lane) {
                count += 1;
                first = first.into_iter().chain([claimed.head.received_at]).min();
            }
            for (_, left) in state.left.iter().filter(|((of, _), _)| *of == lane) {
                count += left.count;
                first = first.into_iter().chain([left.since]).min();
            }
            let kind = WorkKind::Inside;
            first.map(|first_due| Waiting { kind, lane, count, first_due })
        };
        [Lane::Interactive, Lane::Bulk].into_iter().filter_map(of_lane).collect()
    }

    /// When the next letter can be claimed.
    pub(in crate::embedded) fn next_due(&self) -> Option<Timestamp> {
        let state = self.state();
        if let Some(head) = state.turns.peek() {
            return Some(head.received_at);
        }
        if state.left_in_all > 0 {
            // They are read when somebody claims.
            return Some(Timestamp::from_millis(0));
        }
        state.claimed.values().map(|claimed| claimed.until).min()
    }

    /// Everything before is durable.
    pub(super) fn end(&self) -> Spot {
        self.state().end
    }

    // Looking through what the last process left.

    /// From where to look on, and up to where.
    pub(super) fn looking(&self) -> Option<(Spot, Spot)> {
        let state = self.state();
        state.looking_from.map(|from| (from, state.looking_to))
    }

    /// Letters found that are not filed; everything before `from` has been looked at.
    pub(super) fn found(&self, heads: &[Head], from: Option<Spot>) {
        let mut state = self.state();
        for head in heads {
            state.hold_or_leave(head, &self.limits);
        }
        state.looking_from = from;
    }

    // Fetching what was left in the journal.

    /// What is to be fetched; [`Self::fetched`] or [`Self::not_fetched`] must follow for each.
    pub(super) fn to_fetch(&self) -> Vec<Fetch> {
        let mut state = self.state();
        if state.left.is_empty() {
            return Vec::new();
        }
        // What has not been looked at is not counted, so nobody may come across it.
        let to = state.looking_from.unwrap_or(state.end);
        let State { left, turns, unfiled, .. } = &mut *state;
        let limit = self.limits.of_one(unfiled.len());
        let mut fetch = Vec::new();
        for (whose, left) in left {
            let held = turns.of(whose.0, whose.1);
            if !left.is_being_read && held <= limit / 2 && left.from < to {
                left.is_being_read = true;
                fetch.push(Fetch { whose: *whose, from: left.from, to, room: limit - held });
            }
        }
        fetch
    }

    /// What was found of an account that is not filed; none that is left lies before `from`, and none
    /// at all when it has come to the end.
    pub(super) fn fetched(&self, whose: Whose, heads: &[Head], from: Spot) {
        let mut state = self.state();
        let mut taken = 0;
        for head in heads {
            if !state.filed_meanwhile.contains(&head.spot) && state.unfiled.insert(head.spot) {
                state.turns.push(whose.0, whose.1, *head);
                taken += 1;
            }
        }
        state.is_read(whose);
        let end = state.looking_from.is_none().then_some(state.end);
        let Some(left) = state.left.get_mut(&whose) else { return };
        left.from = from;
        // They are read in their order of coming: the rest came later.
        left.since = heads.iter().map(|head| head.received_at).fold(left.since, Timestamp::max);
        let taken = left.count.min(taken);
        left.count -= taken;
        let is_over = left.count == 0 || end.is_some_and(|end| from >= end);
        let given_up = if is_over { left.count } else { 0 };
        state.left_in_all -= taken + given_up;
        if is_over {
            state.left.remove(&whose);
        }
    }

    /// Reading them failed; it is tried again.
    pub(super) fn not_fetched(&self, whose: Whose) {
        self.state().is_read(whose);
    }
}

impl State {
    fn hold_or_leave(&mut self, head: &Head, limits: &Limits) {
        let whose = (head.lane, head.origin.account());
        let room = limits.of_one(self.unfiled.len());
        if let Some(left) = self.left.get_mut(&whose) {
            left.from = left.from.min(head.spot);
            left.since = left.since.min(head.received_at);
            left.count += 1;
            self.left_in_all += 1;
        } else if self.turns.of(whose.0, whose.1) >= room {
            let (from, since) = (head.spot, head.received_at);
            self.left.insert(whose, Left { from, count: 1, since, is_being_read: false });
            self.left_in_all += 1;
        } else if self.unfiled.insert(head.spot) {
            self.turns.push(whose.0, whose.1, *head);
        }
    }

    /// Nobody reads any more what was left of an account.
    fn is_read(&mut self, whose: Whose) {
        if let Some(left) = self.left.get_mut(&whose) {
            left.is_being_read = false;
        }
        if !self.left.values().any(|left| left.is_being_read) {
            self.filed_meanwhile.clear();
        }
    }

    /// Queues again what was claimed for too long.
    fn take_back(&mut self, now: Timestamp) {
        if self.earliest_end.is_none_or(|end| now < end) {
            return;
        }
        let is_over = |claimed: &Claimed| claimed.until <= now;
        let mut over: Vec<Head> =
            self.claimed.extract_if(|_, claimed| is_over(claimed)).map(|(_, c)| c.head).collect();
        over.sort_unstable_by_key(|head| std::cmp::Reverse(head.spot));
        for head in over {
            self.turns.put_back(head.lane, head.origin.account(), head);
        }
        self.earliest_end = self.claimed.values().map(|claimed| claimed.until).min();
    }
}

impl Limits {
    /// Letters of one account in one lane that may be held when so many are in all.
    fn of_one(&self, held: usize) -> usize {
        if held < self.held / 2 { self.held_of_one } else { self.held_of_one_when_full }
    }
}
