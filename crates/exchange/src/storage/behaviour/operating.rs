//! What operators ask of a store, and what they do to its work.

use std::sync::Arc;

use super::samples::*;
use super::{commit, conflict};
use crate::storage::{Conflict, EventQuery, HELD, Op, Store, day_of};
use crate::*;

pub async fn work_on_hold_is_nobodys_until_it_is_let_go(store: Arc<dyn Store>) {
    let calls = [push(1, 2, 0), push(3, 2, 5)];
    commit(&store, calls.map(Op::AddJob)).await;
    let hold = Op::MoveJob { id: JobId(id(1)), due: HELD, failures: None };
    commit(&store, [hold]).await;
    // Not even when its system answers again.
    commit(&store, [Op::HastenSystem { system: SystemId(id(2)), due: at(1) }]).await;
    assert_eq!(claimed(&store, claim(WorkKind::Outside, 1, 100)).await, [3]);
    let standing = store.standing().await.unwrap();
    assert_eq!((standing.held, standing.waiting.len()), (1, 1));
    let go = Op::MoveJob { id: JobId(id(1)), due: at(7), failures: None };
    commit(&store, [go]).await;
    assert_eq!(claimed(&store, claim(WorkKind::Outside, 1, 7)).await, [1]);
}

pub async fn work_under_way_is_not_moved_or_removed(store: Arc<dyn Store>) {
    commit(&store, [Op::AddJob(push(1, 2, 0))]).await;
    assert_eq!(claimed(&store, claim(WorkKind::Outside, 1, 1)).await, [1]);
    let job = JobId(id(1));
    let changed = Conflict::Changed { what: "job" };
    let hold = Op::MoveJob { id: job, due: HELD, failures: None };
    assert_eq!(conflict(&store, [hold]).await, changed);
    assert_eq!(conflict(&store, [Op::RemoveJob(job)]).await, changed);
}

pub async fn work_is_removed_once_and_done_again_from_the_start(store: Arc<dyn Store>) {
    let failed = Job { failures: 4, failing_since: Some(at(-9)), ..push(1, 2, 50) };
    commit(&store, [Op::AddJob(failed), Op::AddJob(push(5, 2, 9))]).await;
    let job = JobId(id(1));
    let standing = store.standing().await.unwrap();
    let [failing] = standing.failing[..] else { panic!("{standing:?}") };
    assert_eq!((failing.system, failing.count, failing.since), (SystemId(id(2)), 1, at(-9)));
    commit(&store, [Op::MoveJob { id: job, due: at(3), failures: Some(0) }]).await;
    let again = store.job(job).await.unwrap().unwrap();
    assert_eq!((again.due, again.failures, again.failing_since), (at(3), 0, None));
    let listed = store.jobs(page(0, 10)).await.unwrap();
    assert_eq!(listed.items.iter().map(|job| job.id.0).collect::<Vec<_>>(), [id(1), id(5)]);
    assert_eq!(listed.total, 2);
    commit(&store, [Op::RemoveJob(job)]).await;
    assert_eq!(store.job(job).await.unwrap(), None);
    let missing = Conflict::Missing { what: "job" };
    assert_eq!(conflict(&store, [Op::RemoveJob(job)]).await, missing);
    assert_eq!(store.counts().await.unwrap().jobs, 1);
}

pub async fn the_book_of_a_day_tells_where_its_letters_stand(store: Arc<dyn Store>) {
    const DAY: i64 = 24 * 60 * 60;
    let received = EventTag::MemoSendReceived;
    for (number, when) in [(1, 0), (2, 1), (3, DAY), (4, 2 * DAY)] {
        let letter = Memo { received_at: at(when), ..memo(&store, number) };
        let came = event(100 + number, received, Some(number), when);
        commit(&store, [Op::AddMemo(Box::new(letter)), Op::AddEvent(Box::new(came))]).await;
    }
    // Nobody has this one.
    commit(&store, [Op::AddEvent(Box::new(event(200, received, Some(77), 2 * DAY)))]).await;
    let to = MemoState::Refused;
    let key = key(2);
    commit(
        &store,
        [Op::MoveMemo {
            key,
            from: MemoState::Received,
            to,
            message_uuid: None,
            outline: None,
            available_at: None,
        }],
    )
    .await;
    let receipts = EventTag::BusinessReceiptCreated;
    let first = day_of(at(0));
    for (day, received, states) in [
        (first - 1, 0, vec![]),
        (first, 2, vec![(MemoState::Received, 1), (MemoState::Refused, 1)]),
        (first + 1, 1, vec![(MemoState::Received, 1)]),
        (first + 2, 2, vec![(MemoState::Received, 1)]),
        (first + 3, 0, vec![]),
    ] {
        let book = store.day_book(day, &[EventTag::MemoSendReceived], receipts).await.unwrap();
        assert_eq!(book.received, received, "day {}", day - first);
        assert_eq!(book.states.into_iter().collect::<Vec<_>>(), states);
    }
}

pub async fn the_book_of_a_day_tells_where_removed_letters_stood_until_the_day_is_forgotten(
    store: Arc<dyn Store>,
) {
    const DAY: i64 = 24 * 60 * 60;
    let came = EventTag::MemoSendReceived;
    for (number, state) in [(1, MemoState::Refused), (2, MemoState::Available)] {
        let letter = Memo { state, ..memo(&store, number) };
        let event = event(100 + number, came, Some(number), 0);
        commit(&store, [Op::AddMemo(Box::new(letter)), Op::AddEvent(Box::new(event))]).await;
    }
    // Something happens to the second the day after.
    let read = event(200, EventTag::MessageRead, Some(2), DAY);
    commit(&store, [Op::AddEvent(Box::new(read))]).await;
    for (number, from) in [(1, MemoState::Refused), (2, MemoState::Available)] {
        commit(&store, [Op::RemoveMemo { key: key(number), from, at: at(3 * DAY) }]).await;
    }
    let book = async || {
        let (day, receipts) = (day_of(at(0)), EventTag::BusinessReceiptCreated);
        let book = store.day_book(day, &[came], receipts).await.unwrap();
        (book.received, book.states.len(), book.removed.into_iter().collect::<Vec<_>>())
    };
    let stood = vec![(MemoState::Refused, 1), (MemoState::Available, 1)];
    assert_eq!(book().await, (2, 0, stood));
    let forget = Op::RemoveEvents { before: at(DAY), limit: 100, at: at(9 * DAY) };
    commit(&store, [forget]).await;
    assert_eq!(book().await, (0, 0, vec![]));
    assert_eq!(store.verify().await.unwrap(), Vec::<String>::new());
}

pub async fn events_are_found_by_what_they_are_about(store: Arc<dyn Store>) {
    const DAY: i64 = 24 * 60 * 60;
    let (came, read) = (EventTag::MemoSendReceived, EventTag::MessageRead);
    for (number, tag, memo, when) in
        [(1, came, 1, 0), (2, read, 1, 10), (3, came, 2, DAY), (4, read, 2, 2 * DAY)]
    {
        commit(&store, [Op::AddEvent(Box::new(event(number, tag, Some(memo), when)))]).await;
    }
    let plain = event(5, read, None, 2 * DAY);
    let other = Event { owner: Some(id(8)), actor: Some(id(9)), ..plain };
    commit(&store, [Op::AddEvent(Box::new(other))]).await;
    let any = EventQuery::default();
    let about = |owner| EventQuery { owner: Some(id(owner)), ..any.clone() };
    let of = |whom| EventQuery { owner_or_actor: Some(id(whom)), ..any.clone() };
    for (query, wanted) in [
        (about(8), vec![5]),
        (about(9), vec![]),
        (EventQuery { tags: vec![came], ..about(0xC1) }, vec![1, 3]),
        (EventQuery { from: Some(at(10)), ..about(0xC1) }, vec![2, 3, 4]),
        (of(8), vec![5]),
        (of(9), vec![5]),
        (of(0xC2), vec![1, 2, 3, 4]),
        (any.clone(), vec![1, 2, 3, 4, 5]),
        (EventQuery { tags: vec![read], ..any.clone() }, vec![2, 4, 5]),
        (EventQuery { memo: Some(key(2)), ..any.clone() }, vec![3, 4]),
        (EventQuery { memo: Some(key(2)), tags: vec![came], ..any.clone() }, vec![3]),
        (EventQuery { from: Some(at(10)), until: Some(at(2 * DAY)), ..any.clone() }, vec![2, 3]),
        (EventQuery { from: Some(at(9 * DAY)), ..any.clone() }, vec![]),
        (EventQuery { system: Some(SystemId(id(0xBAD))), ..any.clone() }, vec![]),
    ] {
        let found = store.events(&query, page(0, 10)).await.unwrap();
        let numbers: Vec<u128> = found.items.iter().map(|event| event.id.0.as_u128()).collect();
        assert_eq!(numbers, wanted, "{query:?}");
        assert_eq!(found.total, wanted.len() as u64);
    }
    let mut number = 0;
    for wanted in [vec![1, 2, 3], vec![4, 5], vec![]] {
        let found = store.events_after(number, 3).await.unwrap();
        let ids: Vec<u128> = found.iter().map(|(_, event)| event.id.0.as_u128()).collect();
        assert_eq!(ids, wanted, "after {number}");
        assert!(found.iter().all(|(one, _)| *one > number), "numbers grow");
        number = found.last().map_or(number, |(one, _)| *one);
    }
    let second = store.events(&any, page(1, 3)).await.unwrap();
    assert_eq!((second.items.len(), second.total), (2, 5));
}
