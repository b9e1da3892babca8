//! Growing old, and removing for good.

use std::sync::Arc;

use super::samples::*;
use super::{commit, conflict};
use crate::storage::{Aged, Aging, AgingKind, Conflict, Op, RemovedKind, Store, day_of};
use crate::*;

const DAY: i64 = 24 * 60 * 60;

fn ages(number: u128, since: i64) -> Aged {
    Aged { since: at(since), what: Aging::Submission(key(number)) }
}

fn start(aged: Aged) -> Op {
    Op::StartAging { what: aged.what, since: aged.since }
}

fn remove_memo(number: u128, from: MemoState) -> Op {
    Op::RemoveMemo { key: key(number), from, at: at(9) }
}

async fn removed(store: &Arc<dyn Store>) -> Vec<(RemovedKind, u64)> {
    let removed = store.removed().await.unwrap();
    assert!(removed.iter().all(|removed| removed.day == day_of(at(9))), "on the day it was told");
    removed.into_iter().map(|removed| (removed.kind, removed.count)).collect()
}

pub async fn what_ages_comes_oldest_first_and_only_from_before_the_limit(store: Arc<dyn Store>) {
    let other = Aged { since: at(1), what: Aging::Receipt(ReceiptId(id(1))) };
    let all = [ages(3, 1), ages(1, 2), ages(2, 2), ages(4, 5)];
    commit(&store, all.iter().rev().copied().map(start)).await;
    commit(&store, [start(all[0]), start(other)]).await; // Twice is once.
    let aged = |until, limit| store.aged(AgingKind::Submission, at(until), limit);
    assert_eq!(aged(5, 10).await.unwrap(), all[..3]);
    assert_eq!(aged(6, 10).await.unwrap(), all);
    assert_eq!(aged(6, 2).await.unwrap(), all[..2]);
    assert!(aged(1, 10).await.unwrap().is_empty());
    assert_eq!(store.aged(AgingKind::Receipt, at(6), 10).await.unwrap(), [other]);

    commit(&store, [Op::StopAging(all[1]), Op::StopAging(all[1])]).await;
    assert_eq!(aged(6, 10).await.unwrap(), [all[0], all[2], all[3]]);
}

pub async fn what_aged_twice_tells_the_last_time(store: Arc<dyn Store>) {
    for what in [Aging::ClosedMailbox(ContactId(id(1))), Aging::FetchedReceipt(ReceiptId(id(1)))] {
        assert_eq!(store.aging_since(what).await.unwrap(), None);
        commit(&store, [3, 7, 5].map(|since| Op::StartAging { what, since: at(since) })).await;
        assert_eq!(store.aging_since(what).await.unwrap(), Some(at(7)));
    }
}

pub async fn a_removed_memo_takes_with_it_what_was_its_alone(store: Arc<dyn Store>) {
    let its = TransmissionId(id(0x7000));
    let large = content(&store, &large(1));
    let first = Memo {
        message_uuid: Some(id(0x55)),
        content: large.clone(),
        state: MemoState::HandedOver,
        ..memo(&store, 1)
    };
    let digest = large.digest;
    let identity = |memo| Op::TakeIdentity {
        holder: id(0xA0),
        message_uuid: id(0x55),
        memo: key(memo),
        digest,
    };
    let for_a_person = ReceiptRecord { system: None, ..receipt(31, Some(1), 1) };
    commit(
        &store,
        [
            Op::AddTransmission(transmission(0x7000)),
            Op::AddMemo(Box::new(first)),
            Op::AddMemo(Box::new(memo(&store, 2))),
            identity(1),
            Op::AddDelivery(delivery(1, 2, 0x55, 1)),
            Op::AddReceipt(Box::new(receipt(30, Some(1), 1))),
            Op::AddReceipt(Box::new(for_a_person)),
            Op::AddEvent(Box::new(event(40, EventTag::MemoSendReceived, Some(1), 1))),
        ],
    )
    .await;
    commit(&store, [remove_memo(1, MemoState::HandedOver)]).await;

    assert_eq!(store.memo(key(1)).await.unwrap(), None);
    assert_eq!(store.memo_by_identity(id(0xA0), id(0x55)).await.unwrap(), None);
    assert_eq!(store.delivery(SystemId(id(2)), id(0x55)).await.unwrap(), None);
    assert_eq!(store.receipt(ReceiptId(id(31))).await.unwrap(), None);
    assert!(store.receipt(ReceiptId(id(30))).await.unwrap().is_some(), "the sender fetches it");
    assert_eq!(store.events_of(key(1)).await.unwrap().len(), 1, "the log says what was");
    assert!(store.transmission(its).await.unwrap().is_some(), "another memo of it is left");
    let counts = store.counts().await.unwrap();
    let expected = Counts {
        transmissions: 1,
        memos: 1,
        incoming: 0,
        jobs: 0,
        receipts_waiting: 1,
        deliveries_open: 0,
        events: 1,
    };
    assert_eq!(counts, expected);
    assert_eq!(removed(&store).await, [(RemovedKind::Memo(MemoState::HandedOver), 1)]);

    // Its UUID is free again, and its bytes go with the next sweep.
    commit(&store, [identity(2)]).await;
    assert_eq!(store.sweep(at(3600 * 24)).await.unwrap().removed, 1);
    commit(&store, [remove_memo(2, MemoState::Received)]).await;
    assert_eq!(store.transmission(its).await.unwrap(), None);
    assert_eq!(store.verify().await.unwrap(), Vec::<String>::new());
}

pub async fn a_memo_that_moved_or_is_in_a_mailbox_is_not_removed(store: Arc<dyn Store>) {
    commit(
        &store,
        [
            Op::AddMemo(Box::new(memo(&store, 1))),
            Op::AddMailboxEntry(entry(3, 1, Folder::Inbox, 1)),
        ],
    )
    .await;
    let changed = Conflict::Changed { what: "memo" };
    assert_eq!(conflict(&store, [remove_memo(1, MemoState::Refused)]).await, changed);
    assert_eq!(conflict(&store, [remove_memo(1, MemoState::Received)]).await, changed);
    let missing = Conflict::Missing { what: "memo" };
    assert_eq!(conflict(&store, [remove_memo(2, MemoState::Received)]).await, missing);

    let entry = || Op::RemoveMailboxEntry { owner: ContactId(id(3)), memo: key(1), at: at(9) };
    commit(&store, [entry(), remove_memo(1, MemoState::Received)]).await;
    assert_eq!(store.unread(ContactId(id(3))).await.unwrap(), 0);
    let missing = Conflict::Missing { what: "mailbox entry" };
    assert_eq!(conflict(&store, [entry()]).await, missing);
    let mut removed = removed(&store).await;
    removed.sort();
    assert_eq!(
        removed,
        [(RemovedKind::Memo(MemoState::Received), 1), (RemovedKind::MailboxEntry, 1)]
    );
}

pub async fn a_removed_receipt_is_counted_and_no_longer_waits(store: Arc<dyn Store>) {
    let remove = |number| Op::RemoveReceipt { id: ReceiptId(id(number)), at: at(9) };
    commit(&store, (1..=3).map(|n| Op::AddReceipt(Box::new(receipt(n, None, 1))))).await;
    commit(&store, [Op::ReceiptDelivered(ReceiptId(id(1))), remove(1), remove(2)]).await;
    assert_eq!(store.counts().await.unwrap().receipts_waiting, 1);
    assert_eq!(removed(&store).await, [(RemovedKind::Receipt, 2)]);
    let missing = Conflict::Missing { what: "receipt" };
    assert_eq!(conflict(&store, [remove(1)]).await, missing);
}

pub async fn old_events_go_from_the_beginning_by_whole_days_and_the_log_stays_sound(
    store: Arc<dyn Store>,
) {
    let day = |number: i64| day_of(at(number * DAY));
    for n in 0..12 {
        let tag = EventTag::MemoSendReceived;
        commit(&store, [Op::AddEvent(Box::new(event(n, tag, Some(1), (n as i64) / 3 * DAY)))])
            .await;
    }
    assert_eq!(store.oldest_event_day().await.unwrap(), Some(day(0)));
    let remove = |before: i64, limit| Op::RemoveEvents { before: at(before), limit, at: at(9) };
    commit(&store, [remove(0, 100)]).await;
    assert_eq!(store.events_of(key(1)).await.unwrap().len(), 12, "that day is not over");
    commit(&store, [remove(2 * DAY + 5, 4)]).await;
    assert_eq!(store.oldest_event_day().await.unwrap(), Some(day(1)));
    commit(&store, [remove(2 * DAY + 5, 100)]).await;
    let left = store.events_of(key(1)).await.unwrap();
    assert_eq!(
        left.iter().map(|event| event.id.0.as_u128()).collect::<Vec<_>>(),
        [6, 7, 8, 9, 10, 11]
    );
    assert_eq!(store.verify().await.unwrap(), Vec::<String>::new());
    assert_eq!(store.counts().await.unwrap().events, 12, "all there ever were");
    assert_eq!(removed(&store).await, [(RemovedKind::Event, 6)]);

    // The log goes on where it was, even when nothing is left of it.
    commit(&store, [remove(100 * DAY, 100)]).await;
    assert_eq!(store.oldest_event_day().await.unwrap(), None);
    let next = event(99, EventTag::MemoSendReceived, Some(1), 101 * DAY);
    commit(&store, [Op::AddEvent(Box::new(next))]).await;
    assert_eq!(store.verify().await.unwrap(), Vec::<String>::new());
    assert_eq!(store.counts().await.unwrap().events, 13);
}

pub async fn the_work_of_the_house_is_read_back(store: Arc<dyn Store>) {
    let works = [
        (Work::SendSms(key(1)), WorkKind::Outside, Some(SMS_GATEWAY)),
        (Work::SendNotice(id(2)), WorkKind::Outside, Some(MAIL_CARRIER)),
        (Work::Resume(SystemId(id(3))), WorkKind::Inside, None),
        (Work::KeepHouse, WorkKind::Inside, None),
    ];
    for (number, (work, kind, system)) in works.into_iter().enumerate() {
        assert_eq!((work.kind(), work.system()), (kind, system));
        let job = Job { work, ..check(number as u128, Lane::Bulk, 1) };
        commit(&store, [Op::AddJob(job.clone())]).await;
        assert_eq!(store.claim(claim(kind, 1, 5)).await.unwrap(), std::slice::from_ref(&job));
        commit(&store, [Op::FinishJob { id: job.id, worker: worker(1) }]).await;
    }
}
