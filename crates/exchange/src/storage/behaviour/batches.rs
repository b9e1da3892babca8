//! Batches: whole or not at all, and what conflicts.

use std::sync::Arc;

use futures_util::future::join_all;

use super::samples::*;
use super::{commit, conflict};
use crate::storage::{Batch, Conflict, Digest, Op, StorageError, Store};
use crate::*;

fn take(memo: u128, digest: u8) -> Op {
    Op::TakeIdentity {
        holder: id(0xA0),
        message_uuid: id(0x55),
        memo: key(memo),
        digest: Digest([digest; 32]),
    }
}

fn move_on(number: u128, from: MemoState, to: MemoState) -> Op {
    Op::MoveMemo {
        key: key(number),
        from,
        to,
        message_uuid: None,
        outline: None,
        available_at: None,
    }
}

pub async fn a_batch_happens_in_the_order_of_its_operations(store: Arc<dyn Store>) {
    let ops = [
        Op::AddMemo(Box::new(memo(&store, 1))),
        move_on(1, MemoState::Received, MemoState::Queued),
        move_on(1, MemoState::Queued, MemoState::HandedOver),
    ];
    commit(&store, ops).await;
    let state = store.memo(key(1)).await.unwrap().unwrap().state;
    assert_eq!(state, MemoState::HandedOver);
}

pub async fn a_batch_with_a_conflict_changes_nothing(store: Arc<dyn Store>) {
    commit(&store, [Op::AddMemo(Box::new(memo(&store, 9)))]).await;
    let before = store.counts().await.unwrap();
    let ops = [
        Op::PutOrganisation(organisation(1, "Byen", OrganisationKind::Company)),
        Op::PutSystem(Box::new(system(2, 1, "Post"))),
        Op::PutContact(contact(3, person(1), "Vagn")),
        Op::PutContactPoint(contact_point(4, 1, "Borgerservice")),
        Op::AddTransmission(transmission(5)),
        Op::AddMemo(Box::new(memo(&store, 1))),
        take(1, 1),
        Op::AddDelivery(delivery(1, 2, 0x55, 1)),
        Op::AddReceipt(Box::new(receipt(6, Some(1), 1))),
        Op::AddMailboxEntry(entry(3, 1, Folder::Inbox, 1)),
        Op::AddEvent(Box::new(event(7, EventTag::MemoSendReceived, Some(1), 1))),
        Op::AddJob(check(8, Lane::Interactive, 0)),
        Op::AddMemo(Box::new(memo(&store, 9))),
    ];
    assert_eq!(conflict(&store, ops).await, Conflict::Exists { what: "memo" });
    assert_eq!(store.counts().await.unwrap(), before);
    assert_eq!(store.organisation(OrganisationId(id(1))).await.unwrap(), None);
    assert_eq!(store.system(SystemId(id(2))).await.unwrap(), None);
    assert_eq!(store.contact(ContactId(id(3))).await.unwrap(), None);
    assert_eq!(store.contact_point(ContactPointId(id(4))).await.unwrap(), None);
    assert_eq!(store.transmission(TransmissionId(id(5))).await.unwrap(), None);
    assert_eq!(store.memo(key(1)).await.unwrap(), None);
    assert_eq!(store.memo_by_identity(id(0xA0), id(0x55)).await.unwrap(), None);
    assert_eq!(store.delivery(SystemId(id(2)), id(0x55)).await.unwrap(), None);
    assert_eq!(store.receipt(ReceiptId(id(6))).await.unwrap(), None);
    assert_eq!(store.mailbox_entry(ContactId(id(3)), key(1)).await.unwrap(), None);
    assert_eq!(store.events_of(key(1)).await.unwrap(), []);
    assert_eq!(claimed(&store, claim(WorkKind::Inside, 1, 10)).await, [0; 0]);
    // The identity is free: it was not taken by the batch that failed.
    commit(&store, [Op::AddMemo(Box::new(memo(&store, 2))), take(2, 2)]).await;
}

pub async fn a_conflict_late_in_a_batch_takes_back_changes_to_rows_that_were_there(
    store: Arc<dyn Store>,
) {
    commit(
        &store,
        [
            Op::AddMemo(Box::new(memo(&store, 1))),
            Op::AddDelivery(delivery(1, 2, 0x55, 1)),
            Op::AddReceipt(Box::new(receipt(6, Some(1), 1))),
            Op::AddMailboxEntry(entry(3, 1, Folder::Inbox, 1)),
            Op::PutContact(contact(3, person(1), "Vagn")),
            Op::AddJob(check(8, Lane::Interactive, 0)),
            Op::AddJob(push(9, 2, 0)),
        ],
    )
    .await;
    assert_eq!(claimed(&store, claim(WorkKind::Inside, 1, 10)).await, [8]);
    let ops = [
        move_on(1, MemoState::Received, MemoState::Queued),
        Op::MoveDelivery {
            memo: key(1),
            system: SystemId(id(2)),
            from: &[DeliveryState::Waiting],
            to: DeliveryState::Completed,
        },
        Op::ReceiptDelivered(ReceiptId(id(6))),
        Op::MarkRead { owner: ContactId(id(3)), memo: key(1), at: at(5) },
        Op::PutContact(contact(3, person(1), "Anna")),
        Op::FinishJob { id: JobId(id(8)), worker: worker(1) },
        Op::PostponeSystem { system: SystemId(id(2)), due: at(1000) },
        Op::ReceiptDelivered(ReceiptId(id(777))),
    ];
    assert_eq!(conflict(&store, ops).await, Conflict::Missing { what: "receipt" });
    assert_eq!(store.memo(key(1)).await.unwrap().unwrap().state, MemoState::Received);
    let delivery = store.delivery(SystemId(id(2)), id(0x55)).await.unwrap().unwrap();
    assert_eq!(delivery.state, DeliveryState::Waiting);
    assert!(!store.receipt(ReceiptId(id(6))).await.unwrap().unwrap().delivered);
    let row = store.mailbox_entry(ContactId(id(3)), key(1)).await.unwrap().unwrap();
    assert_eq!(row.entry.read_at, None);
    assert_eq!(store.contact(ContactId(id(3))).await.unwrap().unwrap().name, "Vagn");
    // The job is still there and still held; the push is still due.
    commit(&store, [Op::FinishJob { id: JobId(id(8)), worker: worker(1) }]).await;
    assert_eq!(claimed(&store, claim(WorkKind::Outside, 1, 10)).await, [9]);
}

pub async fn adding_what_is_there_conflicts(store: Arc<dyn Store>) {
    let adds: [(&str, Op); 6] = [
        ("transmission", Op::AddTransmission(transmission(5))),
        ("memo", Op::AddMemo(Box::new(memo(&store, 1)))),
        ("delivery", Op::AddDelivery(delivery(1, 2, 0x55, 1))),
        ("receipt", Op::AddReceipt(Box::new(receipt(6, Some(1), 1)))),
        ("mailbox entry", Op::AddMailboxEntry(entry(3, 1, Folder::Inbox, 1))),
        ("job", Op::AddJob(check(8, Lane::Interactive, 0))),
    ];
    commit(&store, adds.iter().map(|(_, op)| op.clone())).await;
    for (what, op) in adds {
        assert_eq!(conflict(&store, [op]).await, Conflict::Exists { what });
    }
    // The same message in another folder is still the same message in this mailbox.
    let again = Op::AddMailboxEntry(entry(3, 1, Folder::Sent, 9));
    assert_eq!(conflict(&store, [again]).await, Conflict::Exists { what: "mailbox entry" });
    // Another system, or another mailbox, is another matter.
    commit(
        &store,
        [
            Op::AddDelivery(delivery(1, 99, 0x55, 1)),
            Op::AddMailboxEntry(entry(99, 1, Folder::Inbox, 1)),
        ],
    )
    .await;
}

pub async fn changing_what_is_not_there_conflicts(store: Arc<dyn Store>) {
    let changes: [(&str, Op); 5] = [
        ("transmission", Op::SetExtracted(TransmissionId(id(5)))),
        ("memo", move_on(1, MemoState::Received, MemoState::Queued)),
        (
            "delivery",
            Op::MoveDelivery {
                memo: key(1),
                system: SystemId(id(2)),
                from: &[DeliveryState::Waiting],
                to: DeliveryState::Taken,
            },
        ),
        ("receipt", Op::ReceiptDelivered(ReceiptId(id(6)))),
        ("mailbox entry", Op::MarkRead { owner: ContactId(id(3)), memo: key(1), at: at(1) }),
    ];
    for (what, op) in changes {
        assert_eq!(conflict(&store, [op]).await, Conflict::Missing { what });
    }
    let finish = Op::FinishJob { id: JobId(id(8)), worker: worker(1) };
    assert_eq!(conflict(&store, [finish]).await, Conflict::LeaseLost(JobId(id(8))));
}

pub async fn a_memo_moves_only_from_where_it_stands(store: Arc<dyn Store>) {
    commit(&store, [Op::AddMemo(Box::new(memo(&store, 1)))]).await;
    commit(&store, [move_on(1, MemoState::Received, MemoState::Available)]).await;
    let again = [move_on(1, MemoState::Received, MemoState::Available)];
    assert_eq!(conflict(&store, again).await, Conflict::Changed { what: "memo" });
}

pub async fn moving_a_memo_sets_what_is_given_and_keeps_the_rest(store: Arc<dyn Store>) {
    let original = memo(&store, 1);
    commit(&store, [Op::AddMemo(Box::new(original.clone()))]).await;
    let first = Op::MoveMemo {
        key: key(1),
        from: MemoState::Received,
        to: MemoState::Queued,
        message_uuid: Some(id(0x55)),
        outline: Some(Box::new(outline())),
        available_at: None,
    };
    commit(&store, [first]).await;
    commit(&store, [move_on(1, MemoState::Queued, MemoState::HandedOver)]).await;
    let expected = Memo {
        state: MemoState::HandedOver,
        message_uuid: Some(id(0x55)),
        outline: Some(outline()),
        ..original
    };
    assert_eq!(store.memo(key(1)).await.unwrap(), Some(expected));
}

pub async fn the_instant_of_arrival_is_set_once(store: Arc<dyn Store>) {
    commit(&store, [Op::AddMemo(Box::new(memo(&store, 1)))]).await;
    let arrive = |from, to, when| Op::MoveMemo {
        key: key(1),
        from,
        to,
        message_uuid: None,
        outline: None,
        available_at: Some(at(when)),
    };
    commit(&store, [arrive(MemoState::Received, MemoState::Queued, 5)]).await;
    commit(&store, [arrive(MemoState::Queued, MemoState::HandedOver, 9)]).await;
    assert_eq!(store.memo(key(1)).await.unwrap().unwrap().available_at, Some(at(5)));
}

pub async fn an_archive_is_taken_apart_once_and_its_bytes_let_go(store: Arc<dyn Store>) {
    let archive = Transmission {
        lane: Lane::Bulk,
        archive: Some(content(&store, &large(1))),
        extracted: false,
        ..transmission(5)
    };
    commit(&store, [Op::AddTransmission(archive.clone())]).await;
    let kept = store.transmission(archive.id).await.unwrap();
    assert_eq!(kept, Some(archive.clone()));
    commit(&store, [Op::SetExtracted(archive.id)]).await;
    let kept = store.transmission(archive.id).await.unwrap();
    let id = archive.id;
    assert_eq!(kept, Some(Transmission { archive: None, extracted: true, ..archive }));
    let again = conflict(&store, [Op::SetExtracted(id)]).await;
    assert_eq!(again, Conflict::Changed { what: "transmission" });
}

pub async fn an_identity_belongs_to_one_message_of_one_holder(store: Arc<dyn Store>) {
    commit(&store, [Op::AddMemo(Box::new(memo(&store, 1))), take(1, 1)]).await;
    // Taking again what one has changes nothing.
    commit(&store, [take(1, 1)]).await;
    let same = conflict(&store, [take(2, 1)]).await;
    assert_eq!(same, Conflict::IdentityTaken { by: key(1), same_bytes: true });
    let other = conflict(&store, [take(2, 2)]).await;
    assert_eq!(other, Conflict::IdentityTaken { by: key(1), same_bytes: false });
    let elsewhere = Op::TakeIdentity {
        holder: id(0xC0),
        message_uuid: id(0x55),
        memo: key(2),
        digest: Digest([1; 32]),
    };
    commit(&store, [Op::AddMemo(Box::new(memo(&store, 2))), elsewhere]).await;
    assert_eq!(store.memo_by_identity(id(0xA0), id(0x55)).await.unwrap().unwrap().key, key(1));
    assert_eq!(store.memo_by_identity(id(0xC0), id(0x55)).await.unwrap().unwrap().key, key(2));
}

pub async fn of_two_takers_of_an_identity_at_once_one_wins(store: Arc<dyn Store>) {
    let tries = (1..=8).map(|number| {
        let batch =
            Batch { ops: vec![Op::AddMemo(Box::new(memo(&store, number))), take(number, 1)] };
        store.commit(batch)
    });
    let outcomes = join_all(tries).await;
    let winners = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(winners, 1);
    let holder = store.memo_by_identity(id(0xA0), id(0x55)).await.unwrap().unwrap().key;
    for outcome in outcomes {
        match outcome {
            Ok(()) => {}
            Err(StorageError::Conflict(Conflict::IdentityTaken { by, same_bytes })) => {
                assert_eq!((by, same_bytes), (holder, true));
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(store.counts().await.unwrap().memos, 1);
}

pub async fn an_empty_batch_is_fine(store: Arc<dyn Store>) {
    commit(&store, []).await;
    assert_eq!(store.counts().await.unwrap(), Counts::default());
}

pub async fn putting_again_replaces(store: Arc<dyn Store>) {
    let mut city = organisation(1, "Byen", OrganisationKind::Company);
    let mut post = system(2, 1, "Post");
    let mut vagn = contact(3, person(1), "Vagn");
    let mut desk = contact_point(4, 1, "Borgerservice");
    for _ in 0..2 {
        commit(
            &store,
            [
                Op::PutOrganisation(city.clone()),
                Op::PutSystem(Box::new(post.clone())),
                Op::PutContact(vagn.clone()),
                Op::PutContactPoint(desk.clone()),
            ],
        )
        .await;
        assert_eq!(store.organisations().await.unwrap(), [city.clone()]);
        assert_eq!(store.systems_of(city.id).await.unwrap(), [post.clone()]);
        assert_eq!(store.contacts(page(0, 10)).await.unwrap().items, [vagn.clone()]);
        assert_eq!(store.contact_points_of(city.id).await.unwrap(), [desk.clone()]);

        city.kind = OrganisationKind::Authority(AuthorityRights {
            mandatory_post: true,
            legal_notification: false,
            terms_accepted: true,
        });
        post = MailSystem {
            sends: false,
            receives: Receives::ItsContactPoints,
            protocol: ServiceProtocol::RestPull,
            endpoint: None,
            receipt_endpoint: Some("https://afsender.example/kvittering".into()),
            token: ApiToken("ny".into()),
            certificate: None,
            delegated_cvr: None,
            allowed_ips: Vec::new(),
            active_to: None,
            failing_since: None,
            ..post
        };
        vagn = Contact { party: person(2), status: RegistrationStatus::Exempt, ..vagn };
        desk = ContactPoint { active: false, attachment_limit: Some(2), ..desk };
    }
    assert_eq!(store.contact_by_party(person(1)).await.unwrap(), None);
}
