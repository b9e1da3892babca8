//! Letters and what is remembered of them.

use std::sync::Arc;

use super::samples::*;
use super::{commit, conflict};
use crate::storage::chain::{Chained, Link};
use crate::storage::{Conflict, Digest, Op, Store};
use crate::*;

pub async fn what_was_written_is_read_back(store: Arc<dyn Store>) {
    let sent = Transmission {
        origin: Origin::Mailbox(ContactId(id(7))),
        door: Some(Door::Sftp),
        ..transmission(0x7000)
    };
    let letter = Memo {
        origin: Origin::Mailbox(ContactId(id(7))),
        lane: Lane::Bulk,
        claimed_uuid: None,
        message_uuid: Some(id(0x55)),
        state: MemoState::Available,
        outline: Some(outline()),
        available_at: Some(at(9)),
        ..memo(&store, 1)
    };
    let plain = memo(&store, 2);
    commit(
        &store,
        [
            Op::AddTransmission(sent.clone()),
            Op::AddMemo(Box::new(letter.clone())),
            Op::AddMemo(Box::new(plain.clone())),
        ],
    )
    .await;
    assert_eq!(store.transmission(sent.id).await.unwrap(), Some(sent));
    assert_eq!(store.memo(letter.key).await.unwrap(), Some(letter));
    assert_eq!(store.memo(plain.key).await.unwrap(), Some(plain));
    assert_eq!(store.memo(key(404)).await.unwrap(), None);
    assert_eq!(store.transmission(TransmissionId(id(404))).await.unwrap(), None);
    for state in [
        MemoState::Received,
        MemoState::Refused,
        MemoState::Repeated,
        MemoState::Delayed,
        MemoState::Available,
        MemoState::Queued,
        MemoState::HandedOver,
    ] {
        let number = 100 + state as u128;
        let letter = Memo { state, ..memo(&store, number) };
        commit(&store, [Op::AddMemo(Box::new(letter))]).await;
        assert_eq!(store.memo(key(number)).await.unwrap().unwrap().state, state);
    }
}

pub async fn a_single_message_is_found_by_its_identity(store: Arc<dyn Store>) {
    let take = Op::TakeIdentity {
        holder: id(0xA0),
        message_uuid: id(0x55),
        memo: key(1),
        digest: Digest([1; 32]),
    };
    let letter = memo(&store, 1);
    commit(&store, [Op::AddMemo(Box::new(letter.clone())), take]).await;
    let by = |holder, uuid| store.memo_by_identity(id(holder), id(uuid));
    assert_eq!(by(0xA0, 0x55).await.unwrap(), Some(letter));
    assert_eq!(by(0xA0, 0x56).await.unwrap(), None);
    assert_eq!(by(0xA2, 0x55).await.unwrap(), None);
}

pub async fn deliveries_wait_until_answered(store: Arc<dyn Store>) {
    let system = SystemId(id(2));
    let queued = [(1, 30), (2, 10), (3, 20), (4, 40)];
    commit(&store, queued.map(|(n, when)| Op::AddDelivery(delivery(n, 2, 0x50 + n, when)))).await;
    commit(&store, [Op::AddDelivery(delivery(1, 9, 0x51, 1))]).await;
    let listed = || async {
        let page = store.deliveries_waiting(system, page(0, 10)).await.unwrap();
        assert_eq!(page.total, page.items.len() as u64);
        page.items.iter().map(|d| d.message_uuid.as_u128() - 0x50).collect::<Vec<_>>()
    };
    assert_eq!(listed().await, [2, 3, 1, 4]);
    for (number, to) in
        [(1, DeliveryState::Taken), (2, DeliveryState::Completed), (3, DeliveryState::Invalid)]
    {
        let from = &[DeliveryState::Waiting];
        commit(&store, [Op::MoveDelivery { memo: key(number), system, from, to }]).await;
        let found = store.delivery(system, id(0x50 + number)).await.unwrap().unwrap();
        assert_eq!(found.state, to);
    }
    assert_eq!(listed().await, [1, 4]);
}

pub async fn the_newest_delivery_of_a_message_uuid_is_found(store: Arc<dyn Store>) {
    // Two senders may use the same UUID, each for their own letter.
    let newest = delivery(1, 2, 0x55, 30);
    commit(
        &store,
        [
            Op::AddDelivery(newest.clone()),
            Op::AddDelivery(delivery(2, 2, 0x55, 10)),
            Op::AddDelivery(delivery(3, 9, 0x55, 90)),
        ],
    )
    .await;
    assert_eq!(store.delivery(SystemId(id(2)), id(0x55)).await.unwrap(), Some(newest));
    assert_eq!(store.delivery(SystemId(id(2)), id(0x56)).await.unwrap(), None);
}

pub async fn a_delivery_moves_only_from_the_states_named(store: Arc<dyn Store>) {
    commit(&store, [Op::AddDelivery(delivery(1, 2, 0x55, 1))]).await;
    let to_taken = |from| Op::MoveDelivery {
        memo: key(1),
        system: SystemId(id(2)),
        from,
        to: DeliveryState::Taken,
    };
    let wrong = conflict(&store, [to_taken(&[DeliveryState::Taken])]).await;
    assert_eq!(wrong, Conflict::Changed { what: "delivery" });
    commit(&store, [to_taken(&[DeliveryState::Taken, DeliveryState::Waiting])]).await;
    commit(&store, [to_taken(&[DeliveryState::Taken, DeliveryState::Waiting])]).await;
}

pub async fn receipts_wait_until_delivered(store: Arc<dyn Store>) {
    let system = SystemId(id(0xA1));
    let kept = ReceiptRecord { system: None, delivered: true, ..receipt(4, Some(4), 1) };
    let archive = receipt(3, None, 20);
    let records = [receipt(1, Some(1), 30), receipt(2, Some(2), 10), archive.clone(), kept.clone()];
    commit(&store, records.map(|record| Op::AddReceipt(Box::new(record)))).await;
    let listed = || async {
        let page = store.receipts_waiting(system, page(0, 10)).await.unwrap();
        assert_eq!(page.total, page.items.len() as u64);
        page.items.iter().map(|r| r.id.0.as_u128()).collect::<Vec<_>>()
    };
    assert_eq!(listed().await, [2, 3, 1]);
    commit(&store, [Op::ReceiptDelivered(ReceiptId(id(2)))]).await;
    commit(&store, [Op::ReceiptDelivered(ReceiptId(id(2)))]).await;
    assert_eq!(listed().await, [3, 1]);
    assert_eq!(store.receipt(ReceiptId(id(3))).await.unwrap(), Some(archive));
    assert_eq!(store.receipt(ReceiptId(id(4))).await.unwrap(), Some(kept));
    let delivered = ReceiptRecord { delivered: true, ..receipt(2, Some(2), 10) };
    assert_eq!(store.receipt(ReceiptId(id(2))).await.unwrap(), Some(delivered));
    assert_eq!(store.receipt(ReceiptId(id(404))).await.unwrap(), None);
    assert_eq!(store.receipts_waiting(SystemId(id(9)), page(0, 10)).await.unwrap().total, 0);
}

pub async fn receipts_of_a_message_come_oldest_first(store: Arc<dyn Store>) {
    let delivered = ReceiptRecord { delivered: true, ..receipt(2, Some(7), 10) };
    let records = [receipt(1, Some(7), 30), delivered, receipt(3, Some(8), 20)];
    commit(&store, records.map(|record| Op::AddReceipt(Box::new(record)))).await;
    let found = store.receipts_of(key(7)).await.unwrap();
    let numbers: Vec<_> = found.iter().map(|r| r.id.0.as_u128()).collect();
    assert_eq!(numbers, [2, 1]);
}

pub async fn a_mailbox_shows_a_folder_newest_first(store: Arc<dyn Store>) {
    let owner = ContactId(id(3));
    let memos = (1..=5).map(|number| Op::AddMemo(Box::new(memo(&store, number))));
    commit(&store, memos).await;
    let entries = [
        entry(3, 1, Folder::Inbox, 20),
        entry(3, 2, Folder::Inbox, 30),
        entry(3, 3, Folder::Sent, 40),
        entry(3, 4, Folder::Inbox, 10),
        entry(9, 5, Folder::Inbox, 50),
    ];
    commit(&store, entries.map(Op::AddMailboxEntry)).await;
    let listed = |folder| {
        let store = store.clone();
        async move {
            let page = store.mailbox(owner, folder, page(0, 10)).await.unwrap();
            assert_eq!(page.total, page.items.len() as u64);
            page.items.iter().map(|row| row.memo.key.0.as_u128()).collect::<Vec<_>>()
        }
    };
    assert_eq!(listed(Folder::Inbox).await, [2, 1, 4]);
    assert_eq!(listed(Folder::Sent).await, [3]);
    let row = store.mailbox_entry(owner, key(3)).await.unwrap().unwrap();
    assert_eq!(row.entry, entry(3, 3, Folder::Sent, 40));
    assert_eq!(row.memo, memo(&store, 3));
    assert_eq!(store.mailbox_entry(owner, key(5)).await.unwrap(), None);
}

pub async fn the_first_reading_is_the_one_that_counts(store: Arc<dyn Store>) {
    let owner = ContactId(id(3));
    commit(
        &store,
        [
            Op::AddMemo(Box::new(memo(&store, 1))),
            Op::AddMailboxEntry(entry(3, 1, Folder::Inbox, 1)),
        ],
    )
    .await;
    for when in [50, 60, 40] {
        commit(&store, [Op::MarkRead { owner, memo: key(1), at: at(when) }]).await;
        let row = store.mailbox_entry(owner, key(1)).await.unwrap().unwrap();
        assert_eq!(row.entry.read_at, Some(at(50)));
    }
}

pub async fn unread_counts_the_inbox_alone(store: Arc<dyn Store>) {
    let owner = ContactId(id(3));
    commit(&store, (1..=4).map(|n| Op::AddMemo(Box::new(memo(&store, n))))).await;
    let entries = [
        entry(3, 1, Folder::Inbox, 1),
        entry(3, 2, Folder::Inbox, 1),
        entry(3, 3, Folder::Sent, 1),
        entry(9, 4, Folder::Inbox, 1),
    ];
    commit(&store, entries.map(Op::AddMailboxEntry)).await;
    assert_eq!(store.unread(owner).await.unwrap(), 2);
    commit(&store, [Op::MarkRead { owner, memo: key(1), at: at(5) }]).await;
    assert_eq!(store.unread(owner).await.unwrap(), 1);
    assert_eq!(store.unread(ContactId(id(404))).await.unwrap(), 0);
}

pub async fn events_come_back_in_the_order_they_were_committed(store: Arc<dyn Store>) {
    // Neither their times nor their ids say so.
    let numbers = [(9, 5), (1, 90), (5, 1)];
    let events = numbers.map(|(n, when)| event(n, EventTag::MemoSendReceived, Some(1), when));
    let bare = Event {
        transmission: None,
        message_uuid: None,
        system: None,
        organisation: None,
        receipt_status: None,
        error_code: None,
        size_bytes: None,
        owner: None,
        actor: None,
        door: Some(Door::Sftp),
        ..event(3, EventTag::MessageRead, Some(1), 2)
    };
    let other = event(2, EventTag::SystemChanged, None, 2);
    let stranger = event(4, EventTag::MemoSendReceived, Some(2), 2);
    let add = |event: &Event| Op::AddEvent(Box::new(event.clone()));
    commit(&store, [add(&events[0]), add(&stranger), add(&events[1])]).await;
    commit(&store, [add(&other), add(&events[2]), add(&bare)]).await;
    let [first, second, third] = events;
    assert_eq!(store.events_of(key(1)).await.unwrap(), [first, second, third, bare]);
}

pub async fn each_event_of_a_message_has_its_place_in_the_chain(store: Arc<dyn Store>) {
    const DAY: i64 = 24 * 60 * 60;
    let mut link = Link::default();
    let mut expected = Vec::new();
    // The message's own are 1, 2, 4 and 6, over three days; the others are somebody else's.
    for (number, memo, when) in
        [(1, 1, 0), (2, 1, 5), (3, 2, DAY), (4, 1, DAY + 1), (5, 2, DAY + 2), (6, 1, 2 * DAY)]
    {
        let event = event(number, EventTag::MessageRead, Some(memo), when);
        let after = link.after(&event);
        commit(&store, [Op::AddEvent(Box::new(event.clone()))]).await;
        if memo == 1 {
            let day = after.day.unwrap();
            let (before, hash) = (link.towards(day), after.hash);
            let number = u64::try_from(number).unwrap();
            expected.push(Chained { event, number, day, before, hash });
        }
        link = after;
    }
    assert_eq!(store.chained_events_of(key(1)).await.unwrap(), expected);
    // What is left when the first day has gone stands where it stood.
    let forget = Op::RemoveEvents { before: at(DAY), limit: 100, at: at(9 * DAY) };
    commit(&store, [forget]).await;
    assert_eq!(store.chained_events_of(key(1)).await.unwrap(), expected[2..]);
    assert_eq!(store.chained_events_of(key(3)).await.unwrap(), []);
}

pub async fn counts_count(store: Arc<dyn Store>) {
    let taken = Delivery { state: DeliveryState::Taken, ..delivery(2, 2, 0x56, 1) };
    let done = Delivery { state: DeliveryState::Completed, ..delivery(3, 2, 0x57, 1) };
    let got = ReceiptRecord { delivered: true, ..receipt(2, None, 1) };
    commit(
        &store,
        [
            Op::AddTransmission(transmission(1)),
            Op::AddMemo(Box::new(memo(&store, 1))),
            Op::AddMemo(Box::new(memo(&store, 2))),
            Op::AddJob(check(1, Lane::Bulk, 0)),
            Op::AddJob(push(2, 2, 1000)),
            Op::AddReceipt(Box::new(receipt(1, None, 1))),
            Op::AddReceipt(Box::new(got)),
            Op::AddDelivery(delivery(1, 2, 0x55, 1)),
            Op::AddDelivery(taken),
            Op::AddDelivery(done),
            Op::AddEvent(Box::new(event(1, EventTag::MemoSendReceived, None, 1))),
        ],
    )
    .await;
    let expected = Counts {
        transmissions: 1,
        memos: 2,
        incoming: 0,
        jobs: 2,
        receipts_waiting: 1,
        deliveries_open: 2,
        events: 1,
    };
    assert_eq!(store.counts().await.unwrap(), expected);
}
