//! Lists that grow and shrink: their totals and pages are those of the store in memory, which counts.

use std::sync::Arc;

use brevdue_exchange::storage::memory::Memory;
use brevdue_exchange::storage::{Claim, EventQuery, Expect, Page, Record, RecordKind};
use brevdue_exchange::{
    Batch, Contact, ContactId, Delivery, DeliveryState, Event, EventId, EventTag, Folder, Job,
    JobId, Lane, MailboxEntry, Marks, Memo, MemoKey, MemoState, Op, OrganisationId, Origin,
    ReceiptId, ReceiptRecord, RegistrationStatus, StorageError, Store, SystemId, TransmissionId,
    Work, WorkKind,
};
use brevdue_memo::PartyId;
use brevdue_wire::{PageRequest, Receipt, ReceiptStatus};
use uuid::Uuid;

use super::super::Embedded;
use super::samples::{SOUND, WORKER, at, between, content, key};

/// Numbers that look random and are the same in each run: SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }

    /// An id that does not sort by its number.
    fn id(&mut self, numbers: u64) -> Uuid {
        let number = self.below(numbers);
        Uuid::from_u128(u128::from(number.wrapping_mul(0x9E37_79B9_7F4A_7C15)) << 32 | 1)
    }

    fn of<T: Copy>(&mut self, some: &[T]) -> T {
        some[usize::try_from(self.below(some.len() as u64)).unwrap()]
    }
}

/// Rows of each kind there can be, of which the longest lists have most.
const ROWS: u64 = 150;
const INSTANTS: u64 = 5;
const TEXT: RecordKind = RecordKind::TextMessage;
const DRAFT: RecordKind = RecordKind::Draft;
const FOLDERS: [Folder; 4] =
    [Folder::Inbox, Folder::Sent, Folder::Deleted, Folder::Own(Uuid::from_u128(7))];

fn owner(number: u64) -> Uuid {
    Uuid::from_u128(u128::from(number) + 0xA0)
}

/// Something that comes into a list.
fn coming(dice: &mut Dice, store: &Embedded) -> Op {
    let (id, when) = (dice.id(ROWS), at(dice.below(INSTANTS) as i64));
    let whose = owner(dice.of(&[0, 0, 0, 1]));
    match dice.below(6) {
        0 => Op::AddReceipt(Box::new(ReceiptRecord {
            id: ReceiptId(id),
            system: Some(SystemId(whose)),
            memo: None,
            receipt: receipt(),
            created_at: when,
            delivered: dice.below(8) == 0,
        })),
        1 => Op::AddDelivery(Delivery {
            memo: MemoKey(id),
            system: SystemId(whose),
            message_uuid: id,
            state: dice.of(&[DeliveryState::Waiting, DeliveryState::Taken]),
            queued_at: when,
        }),
        2 => Op::AddMailboxEntry(MailboxEntry {
            owner: ContactId(whose),
            memo: MemoKey(id),
            folder: dice.of(&FOLDERS[..2]),
            arrived_at: when,
            read_at: (dice.below(4) == 0).then_some(when),
        }),
        3 => Op::AddMemo(Box::new(Memo {
            key: MemoKey(id),
            transmission: TransmissionId(whose),
            origin: Origin::System { system: SystemId(id), organisation: OrganisationId(id) },
            lane: Lane::Bulk,
            claimed_uuid: None,
            message_uuid: None,
            content: content(store, b"<memo/>", at(0)),
            state: MemoState::Received,
            outline: None,
            received_at: when,
            available_at: None,
        })),
        4 => {
            let record = Record {
                kind: dice.of(&[TEXT, TEXT, DRAFT]),
                id,
                owner: whose,
                name: String::new(),
                version: 1,
                created_at: when,
                updated_at: when,
                body: "{}".into(),
                contents: Vec::new(),
            };
            Op::PutRecord(Box::new(record), dice.of(&[Expect::Absent, Expect::Anything]))
        }
        _ => Op::AddJob(Job {
            id: JobId(id),
            work: Work::PushReceipt(ReceiptId(id), SystemId(whose)),
            lane: Lane::Bulk,
            account: None,
            due: when,
            failures: 0,
            failing_since: None,
        }),
    }
}

/// Something that changes its place, or goes.
fn going(dice: &mut Dice) -> Op {
    let (id, when) = (dice.id(ROWS), at(dice.below(INSTANTS) as i64));
    let (whose, memo) = (owner(dice.of(&[0, 0, 0, 1])), MemoKey(id));
    let open: &[DeliveryState] = &[DeliveryState::Waiting, DeliveryState::Taken];
    match dice.below(14) {
        0 => Op::ReceiptDelivered(ReceiptId(id)),
        1 => Op::RemoveReceipt { id: ReceiptId(id), at: when },
        2 => Op::MoveDelivery {
            memo,
            system: SystemId(whose),
            from: &[DeliveryState::Waiting, DeliveryState::Taken],
            to: dice.of(&[open[0], open[1], DeliveryState::Completed, DeliveryState::Invalid]),
        },
        3 => Op::MoveDelivery {
            memo,
            system: SystemId(whose),
            from: &[DeliveryState::Completed, DeliveryState::Invalid],
            to: DeliveryState::Waiting,
        },
        4 => Op::MarkRead { owner: ContactId(whose), memo, at: when },
        5 => Op::FileMailboxEntry {
            entry: MailboxEntry {
                owner: ContactId(whose),
                memo,
                folder: dice.of(&FOLDERS),
                // It stays when it arrived, whatever is said here.
                arrived_at: when,
                read_at: (dice.below(2) == 0).then_some(when),
            },
            marks: Box::new(Marks { version: 1, ..Marks::default() }),
            expect: 1,
        },
        6 => Op::RemoveMailboxEntry { owner: ContactId(whose), memo, at: when },
        7 => Op::RemoveMemo { key: memo, from: MemoState::Received, at: when },
        8 => Op::RemoveRecord(dice.of(&[TEXT, TEXT, DRAFT]), id, Expect::Version(1)),
        9 => Op::RemoveJob(JobId(id)),
        10 => Op::MoveJob { id: JobId(id), due: when, failures: None },
        11 => Op::PostponeSystem { system: SystemId(whose), due: when },
        12 => Op::HastenSystem { system: SystemId(whose), due: when },
        _ => {
            let number = dice.below(ROWS);
            Op::PutContact(Contact {
                id: ContactId(Uuid::from_u128(u128::from(number))),
                party: PartyId::parse("CVR", &format!("{number:08}")).unwrap(),
                // Names that sort before, among and after letters and digits.
                name: dice.of(&["", " Anna", "-9", "Anna", "Bent", "Bent", "Åse"]).into(),
                status: RegistrationStatus::Registered,
                nemsms: None,
            })
        }
    }
}

fn receipt() -> Receipt {
    Receipt {
        transmission_id: None,
        message_uuid: None,
        message_id: None,
        error_code: None,
        error_message: None,
        time_stamp: None,
        receipt_status: ReceiptStatus::Completed,
        retryable: None,
        channel_fallback: None,
        errors: Vec::new(),
    }
}

fn is_conflict(outcome: &Result<(), StorageError>) -> bool {
    match outcome {
        Ok(()) => false,
        Err(StorageError::Conflict(_)) => true,
        Err(other) => panic!("{other}"),
    }
}

/// A list as the two stores show it: whole, and in pages of `size`.
async fn same<T: PartialEq + std::fmt::Debug, F: Future<Output = Page<T>>>(
    what: &str,
    size: u64,
    list: impl Fn(bool, PageRequest) -> F,
) -> u64 {
    let whole = list(true, PageRequest { page: 0, size: 10_000 }).await;
    assert_eq!(whole.items.len() as u64, whole.total);
    let mut shown = Vec::new();
    for number in 0..=whole.total / size + 1 {
        let page = list(false, PageRequest { page: number, size }).await;
        assert_eq!(page.total, whole.total, "{what}, page {number} of {size}");
        let left = whole.total.saturating_sub(number * size).min(size);
        assert_eq!(page.items.len() as u64, left, "{what}, page {number} of {size}");
        shown.extend(page.items);
    }
    assert_eq!(shown, whole.items, "{what} in pages of {size}");
    whole.total
}

/// Every list of both stores; the length of the longest.
async fn all_the_same(ours: &Arc<Embedded>, plain: &Arc<Memory>, size: u64) -> u64 {
    let store =
        |is_plain: bool| -> Arc<dyn Store> { if is_plain { plain.clone() } else { ours.clone() } };
    macro_rules! same {
        ($method:ident($($argument:expr),*)) => {
            same(stringify!($method), size, |is_plain, page| {
                let store = store(is_plain);
                async move { store.$method($($argument,)* page).await.unwrap() }
            })
            .await
        };
    }
    let mut longest = same!(contacts()).max(same!(jobs()));
    for whose in [owner(0), owner(1)] {
        longest = longest
            .max(same!(receipts_waiting(SystemId(whose))))
            .max(same!(deliveries_waiting(SystemId(whose))))
            .max(same!(memos_of(TransmissionId(whose))))
            .max(same!(mailbox_lines(ContactId(whose), None)));
        for folder in FOLDERS {
            same!(mailbox_lines(ContactId(whose), Some(folder)));
        }
        for kind in [TEXT, DRAFT] {
            same!(records(kind, whose));
            longest = longest.max(same!(records_of_kind(kind)));
        }
        let whose = ContactId(whose);
        let (counts, expected) = (ours.mailbox_counts(whose), plain.mailbox_counts(whose));
        assert_eq!(counts.await.unwrap(), expected.await.unwrap());
        let (unread, expected) = (ours.unread(whose), plain.unread(whose));
        assert_eq!(unread.await.unwrap(), expected.await.unwrap());
    }
    longest
}

async fn milestones(store: &Embedded) -> u64 {
    let (told, found) = tokio::sync::oneshot::channel();
    between(store, move |writer| {
        let sql = "SELECT count(*) FROM milestones";
        let _ = told.send(writer.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap());
    })
    .await;
    found.await.unwrap().cast_unsigned()
}

#[tokio::test]
async fn totals_and_pages_are_those_of_a_recount_whatever_comes_and_goes() {
    for seed in 0..5 {
        let mut dice = Dice(seed);
        let folder = tempfile::tempdir().unwrap();
        let mut ours = Arc::new(Embedded::open(folder.path()).unwrap());
        let plain = Memory::open();
        let (mut most, mut set) = (0, 0);
        for round in 0..60 {
            let mut batch = Batch::default();
            let mut refused = Vec::new();
            // Lists grow, then shrink, then grow.
            let share = if (20..45).contains(&round) { 2 } else { 8 };
            for _ in 0..24 {
                let op = if dice.below(10) < share {
                    coming(&mut dice, &ours)
                } else {
                    going(&mut dice)
                };
                if let Op::AddMailboxEntry(entry) = &op
                    && plain.memo(entry.memo).await.unwrap().is_none()
                {
                    continue;
                }
                match plain.commit(Batch::of(op.clone())).await {
                    outcome if is_conflict(&outcome) => refused.push(op),
                    _ => batch.push(op),
                }
            }
            ours.commit(batch).await.unwrap();
            // What is taken back with its batch leaves no trace.
            if let Some(refused) = refused.pop() {
                let mut batch = Batch::default();
                for _ in 0..5 {
                    batch.push(coming(&mut dice, &ours));
                }
                batch.push(refused);
                assert!(is_conflict(&ours.commit(batch).await));
            }
            if round % 4 == 3 {
                work(&ours, &plain, &mut dice).await;
                let size = 1 + dice.below(9);
                most = most.max(all_the_same(&ours, &plain, size).await);
                set = set.max(milestones(&ours).await);
            }
            if round == 30 {
                drop(ours);
                ours = Arc::new(Embedded::open(folder.path()).unwrap());
            }
        }
        assert!(most > 50 && set > 20, "the longest list of seed {seed} had {most}, of {set}");
        assert_eq!(ours.verify().await.unwrap(), SOUND, "seed {seed}");
    }
}

/// Claims some work of both stores, finishes some and puts off the rest.
async fn work(ours: &Embedded, plain: &Memory, dice: &mut Dice) {
    let (kind, worker) = (WorkKind::Outside, WORKER);
    let (now, lease_until) = (at(10), at(20));
    let claim = Claim { kind, worker, now, lease_until, limit: 6, for_bulk: 0, most_bulk: 6 };
    let jobs = ours.claim(claim.clone()).await.unwrap();
    assert_eq!(jobs, plain.claim(claim).await.unwrap());
    let mut batch = Batch::default();
    for Job { id, .. } in jobs {
        batch.push(if dice.below(2) == 0 {
            Op::FinishJob { id, worker }
        } else {
            let due = at(dice.below(INSTANTS) as i64);
            Op::RetryJob { id, worker, due, failures: 1, failing_since: None }
        });
    }
    plain.commit(batch.clone()).await.unwrap();
    ours.commit(batch).await.unwrap();
}

#[tokio::test]
async fn a_list_that_became_short_has_no_milestones() {
    let store = Embedded::temporary().unwrap();
    for number in 0..100 {
        store.commit(Batch::of(waiting(number))).await.unwrap();
    }
    assert!(milestones(&store).await > 10);
    for n in 0..99 {
        let (from, to) = (&[DeliveryState::Waiting], DeliveryState::Completed);
        let op = Op::MoveDelivery { memo: key(n), system: RECEIVER, from, to };
        store.commit(Batch::of(op)).await.unwrap();
    }
    assert_eq!(milestones(&store).await, 0);
    let left = store.deliveries_waiting(RECEIVER, PageRequest::default()).await.unwrap();
    assert_eq!((left.items.len(), left.total), (1, 1));
}

#[tokio::test]
async fn an_older_store_gets_its_milestones_when_it_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(Embedded::open(folder.path()).unwrap());
    let plain = Memory::open();
    let mut dice = Dice(99);
    for _ in 0..40 {
        let mut batch = Batch::default();
        for _ in 0..24 {
            let op = coming(&mut dice, &store);
            if let Op::AddMailboxEntry(entry) = &op
                && plain.memo(entry.memo).await.unwrap().is_none()
            {
                continue;
            }
            if !is_conflict(&plain.commit(Batch::of(op.clone())).await) {
                batch.push(op);
            }
        }
        store.commit(batch).await.unwrap();
    }
    between(&store, |writer| {
        let older = "DROP TABLE milestones; DROP TABLE event_shares; DROP INDEX jobs_in_order; DROP INDEX mailbox_unread;
            CREATE INDEX mailbox_unread ON mailbox (owner) WHERE folder = 'inbox' AND read_at IS NULL;
            DROP TABLE stood; DROP INDEX events_by_owner; ALTER TABLE events DROP COLUMN owner; ALTER TABLE events DROP COLUMN actor;
            ALTER TABLE events DROP COLUMN door; ALTER TABLE transmissions DROP COLUMN door;
            PRAGMA user_version = 5";
        writer.execute_batch(older).unwrap();
    })
    .await;
    drop(store);
    let store = Arc::new(Embedded::open(folder.path()).unwrap());
    assert!(milestones(&store).await > 30);
    all_the_same(&store, &plain, 7).await;
    assert_eq!(store.verify().await.unwrap(), SOUND);
}

#[tokio::test]
async fn a_wrong_total_is_found() {
    let store = Embedded::temporary().unwrap();
    store.commit(Batch { ops: (0..40).map(waiting).collect() }).await.unwrap();
    assert_eq!(store.verify().await.unwrap(), SOUND);
    between(&store, |writer| {
        let sql = "UPDATE milestones SET count = count + 1
             WHERE id = (SELECT max(id) FROM milestones)";
        assert_eq!(writer.execute(sql, []).unwrap(), 1);
    })
    .await;
    let found = store.verify().await.unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("lists: deliveries of "), "{}", found[0]);
}

/// A letter that waits for the one receiver.
fn waiting(number: u64) -> Op {
    Op::AddDelivery(Delivery {
        memo: key(number),
        system: RECEIVER,
        message_uuid: key(number).0,
        state: DeliveryState::Waiting,
        queued_at: at(7),
    })
}

#[tokio::test]
async fn the_events_of_an_organisation_are_those_of_a_recount() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Arc::new(Embedded::open(folder.path()).unwrap());
    let plain = Memory::open();
    let mut dice = Dice(11);
    for round in 0..40 {
        let mut batch = Batch::default();
        for _ in 0..dice.below(30) {
            let whose = dice.of(&[Some(owner(0)), Some(owner(0)), Some(owner(1)), None]);
            // Times go back now and then, days of the log never do.
            let when = at(i64::try_from(round * 40_000 + dice.below(100_000)).unwrap());
            let id = dice.id(u64::MAX);
            batch.push(Op::AddEvent(Box::new(Event {
                actor: None,
                door: None,
                owner: None,
                id: EventId(id),
                at: when,
                tag: EventTag::MemoSendReceived,
                transmission: None,
                memo: None,
                message_uuid: None,
                system: None,
                organisation: whose.map(OrganisationId),
                receipt_status: None,
                error_code: None,
                size_bytes: None,
            })));
        }
        if dice.below(5) == 0 {
            let limit = u32::try_from(dice.below(60)).unwrap();
            let before = at(i64::try_from(round * 40_000).unwrap());
            batch.push(Op::RemoveEvents { before, limit, at: before });
        }
        plain.commit(batch.clone()).await.unwrap();
        store.commit(batch).await.unwrap();
        if round == 20 {
            // As an older store has it.
            between(&store, |writer| {
                let older = "DROP TABLE milestones; DROP TABLE event_shares;
                    DROP INDEX jobs_in_order; DROP TABLE stood; DROP INDEX events_by_owner; ALTER TABLE events DROP COLUMN owner; ALTER TABLE events DROP COLUMN actor;
            ALTER TABLE events DROP COLUMN door; ALTER TABLE transmissions DROP COLUMN door;
            PRAGMA user_version = 5";
                writer.execute_batch(older).unwrap();
            })
            .await;
            drop(store);
            store = Arc::new(Embedded::open(folder.path()).unwrap());
        }
        for number in [0, 1, 2] {
            let time = |dice: &mut Dice| {
                let seconds = i64::try_from(dice.below(40 * 40_000)).unwrap();
                (dice.below(2) == 0).then_some(at(seconds))
            };
            let query = EventQuery {
                organisation: Some(OrganisationId(owner(number))),
                from: time(&mut dice),
                until: time(&mut dice),
                ..EventQuery::default()
            };
            let size = 1 + dice.below(40);
            same("events", size, |is_plain, page| {
                let query = query.clone();
                let store: Arc<dyn Store> = if is_plain { plain.clone() } else { store.clone() };
                async move { store.events(&query, page).await.unwrap() }
            })
            .await;
        }
    }
    assert!(store.counts().await.unwrap().events > 400);
    assert_eq!(store.verify().await.unwrap(), SOUND);
    between(&store, |writer| {
        let sql = "UPDATE event_shares SET count = count + 1
             WHERE stretch = (SELECT max(stretch) FROM event_shares)";
        assert!(writer.execute(sql, []).unwrap() > 0);
    })
    .await;
    let found = store.verify().await.unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("event log: events "), "{}", found[0]);
}

const RECEIVER: SystemId = SystemId(Uuid::from_u128(1));
