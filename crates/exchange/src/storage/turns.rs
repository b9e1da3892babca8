//! A queue of two lanes that serves accounts in turns.
//!
//! Interactive before bulk, but a share of each round is bulk; within a lane one from each account, so
//! that who sends a million does not stand before who sends one.

use std::collections::{HashMap, VecDeque};

use uuid::Uuid;

use crate::Lane;

/// What waits, by lane and account. Order within an account is the order of coming.
#[derive(Debug)]
pub struct Turns<T> {
    interactive: InTurn<T>,
    bulk: InTurn<T>,
}

#[derive(Debug)]
struct InTurn<T> {
    /// None is empty.
    queues: HashMap<Uuid, VecDeque<T>>,
    /// Accounts with something waiting, whose turn is next first.
    order: VecDeque<Uuid>,
    waiting: usize,
}

impl<T> Default for Turns<T> {
    fn default() -> Self {
        Self { interactive: InTurn::default(), bulk: InTurn::default() }
    }
}

impl<T> Default for InTurn<T> {
    fn default() -> Self {
        Self { queues: HashMap::new(), order: VecDeque::new(), waiting: 0 }
    }
}

impl<T> Turns<T> {
    /// Adds behind all of the same account.
    pub fn push(&mut self, lane: Lane, account: Uuid, item: T) {
        self.lane_mut(lane).queue(account).push_back(item);
    }

    /// Puts back before all of the same account: it was taken and not done.
    pub fn put_back(&mut self, lane: Lane, account: Uuid, item: T) {
        self.lane_mut(lane).queue(account).push_front(item);
    }

    /// Takes at most `limit`; of the bulk lane `for_bulk` of them if so many wait there, and at most
    /// `most_bulk`. Interactive ones come first.
    pub fn take(&mut self, limit: usize, for_bulk: usize, most_bulk: usize) -> Vec<T> {
        let kept = for_bulk.min(self.bulk.waiting).min(limit);
        let mut taken = Vec::new();
        self.interactive.take(limit - kept, &mut taken);
        let rest = limit - taken.len();
        self.bulk.take(rest.min(most_bulk), &mut taken);
        taken
    }

    /// How many wait in all.
    pub fn len(&self) -> usize {
        self.interactive.waiting + self.bulk.waiting
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many of an account wait in a lane.
    pub fn of(&self, lane: Lane, account: Uuid) -> usize {
        self.lane(lane).queues.get(&account).map_or(0, VecDeque::len)
    }

    /// How many wait in a lane.
    pub fn waiting(&self, lane: Lane) -> usize {
        self.lane(lane).waiting
    }

    /// Of each account the one that has waited longest in a lane.
    pub fn first_of_each(&self, lane: Lane) -> impl Iterator<Item = &T> {
        self.lane(lane).queues.values().filter_map(VecDeque::front)
    }

    /// One that waits, if any does.
    pub fn peek(&self) -> Option<&T> {
        self.interactive.peek().or_else(|| self.bulk.peek())
    }

    fn lane(&self, lane: Lane) -> &InTurn<T> {
        match lane {
            Lane::Interactive => &self.interactive,
            Lane::Bulk => &self.bulk,
        }
    }

    fn lane_mut(&mut self, lane: Lane) -> &mut InTurn<T> {
        match lane {
            Lane::Interactive => &mut self.interactive,
            Lane::Bulk => &mut self.bulk,
        }
    }
}

impl<T> InTurn<T> {
    /// The queue of an account that is about to get one more.
    fn queue(&mut self, account: Uuid) -> &mut VecDeque<T> {
        self.waiting += 1;
        let order = &mut self.order;
        self.queues.entry(account).or_insert_with(|| {
            order.push_back(account);
            VecDeque::new()
        })
    }

    fn peek(&self) -> Option<&T> {
        self.order.front().and_then(|account| self.queues.get(account)?.front())
    }

    fn take(&mut self, limit: usize, taken: &mut Vec<T>) {
        for _ in 0..limit {
            let Some(account) = self.order.pop_front() else { return };
            let Some(queue) = self.queues.get_mut(&account) else { continue };
            if let Some(item) = queue.pop_front() {
                self.waiting -= 1;
                taken.push(item);
            }
            if queue.is_empty() {
                self.queues.remove(&account);
            } else {
                self.order.push_back(account);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Uuid = Uuid::from_u128(1);
    const B: Uuid = Uuid::from_u128(2);

    fn filled(waiting: &[(Lane, Uuid, u32)]) -> Turns<u32> {
        let mut turns = Turns::default();
        for (lane, account, item) in waiting {
            turns.push(*lane, *account, *item);
        }
        turns
    }

    #[test]
    fn bulk_may_be_left_alone() {
        let mut turns =
            filled(&[(Lane::Bulk, A, 10), (Lane::Interactive, A, 1), (Lane::Bulk, A, 11)]);
        assert_eq!(turns.take(9, 0, 0), [1]);
        assert!(turns.take(9, 0, 0).is_empty());
        assert_eq!(turns.take(9, 0, 1), [10]);
        assert_eq!(turns.take(9, 0, 9), [11]);
    }

    #[test]
    fn accounts_take_turns_and_each_keeps_its_order() {
        let mut turns = filled(&[
            (Lane::Bulk, A, 1),
            (Lane::Bulk, A, 2),
            (Lane::Bulk, A, 3),
            (Lane::Bulk, B, 10),
        ]);
        assert_eq!(turns.take(3, 0, 3), [1, 10, 2]);
        turns.push(Lane::Bulk, B, 11);
        assert_eq!(turns.take(9, 0, 9), [3, 11]);
        assert!(turns.is_empty() && turns.peek().is_none());
    }

    #[test]
    fn interactive_goes_first_but_for_the_share_of_bulk() {
        for (limit, for_bulk, expected) in [
            (3, 0, &[1, 2, 3][..]),
            (3, 1, &[1, 2, 10]),
            (3, 9, &[1, 10, 11]), // no more bulk waits than two
            (9, 1, &[1, 2, 3, 10, 11]),
            (0, 1, &[]),
        ] {
            let mut turns = filled(&[
                (Lane::Bulk, A, 10),
                (Lane::Interactive, A, 1),
                (Lane::Interactive, A, 2),
                (Lane::Interactive, A, 3),
                (Lane::Bulk, A, 11),
            ]);
            assert_eq!(turns.take(limit, for_bulk, limit), expected, "{limit} {for_bulk}");
            assert_eq!(turns.len() + expected.len(), 5);
        }
    }

    #[test]
    fn what_is_put_back_comes_before_the_rest_of_its_account() {
        let mut turns = filled(&[(Lane::Interactive, A, 1), (Lane::Interactive, A, 2)]);
        assert_eq!(turns.take(1, 0, 1), [1]);
        turns.put_back(Lane::Interactive, A, 1);
        assert_eq!(turns.of(Lane::Interactive, A), 2);
        assert_eq!(turns.take(2, 0, 2), [1, 2]);
    }
}
