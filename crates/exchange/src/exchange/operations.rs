//! What operators do with the queue, and the books of a day.

use std::collections::BTreeMap;

use brevdue_memo::Timestamp;
use brevdue_wire::{PageRequest, ReceiptStatus};
use uuid::Uuid;

use super::Exchange;
use crate::storage::{DayBook, HELD, Page, Standing, day_of};
use crate::{
    Batch, Conflict, Event, EventTag, Job, JobId, Memo, MemoKey, MemoState, Op, ReceiptRecord,
    StorageError, TransmissionId, Work,
};

/// How a letter comes in: one event of these for each.
const ARRIVALS: [EventTag; 2] = [EventTag::MemoSendReceived, EventTag::MemoExtracted];

/// Why nothing was done to a piece of work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueueError {
    /// It is done, or never was.
    #[error("there is no such work in the queue")]
    Unknown,
    /// Somebody is doing it. Trying again in a moment may help.
    #[error("the work is being done at this moment")]
    UnderWay,
    /// Without it the letter would stay where it is for ever.
    #[error(
        "only pushes can be deleted: without other work a letter would never get anywhere; hold it instead"
    )]
    Needed,
    /// The store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// The letters of one UTC day: everything that came in, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// Days since 1970.
    pub day: i64,
    /// Letters that came in, by the event log; today those too that are received and not filed yet.
    pub received: u64,
    /// In a mailbox, or with a receiver system; or it was there until it was removed.
    pub delivered: u64,
    /// Refused with a negative receipt.
    pub refused: u64,
    /// The same letter again, answered as before.
    pub repeated: u64,
    /// Called back by their senders.
    pub recalled: u64,
    /// Not yet checked, waiting for their date, or for their receiver.
    pub waiting: u64,
    /// Of all these, those that have been removed since, by their owner or because they were kept long
    /// enough. The day itself is forgotten with its events.
    pub removed: u64,
    /// Business receipts made on that day.
    pub receipts: Vec<(ReceiptStatus, u64)>,
}

impl Balance {
    /// Letters that are in none of the places, or in two: must be 0.
    pub fn missing(&self) -> u64 {
        let Self { delivered, refused, repeated, recalled, waiting, .. } = self;
        self.received.abs_diff(delivered + refused + repeated + recalled + waiting)
    }

    fn of(day: i64, book: &DayBook, unfiled: u64) -> Self {
        let among = |all: &BTreeMap<MemoState, u64>, states: &[MemoState]| -> u64 {
            states.iter().filter_map(|state| all.get(state)).sum()
        };
        let ended =
            |states: &[MemoState]| among(&book.states, states) + among(&book.removed, states);
        // Nothing removes a letter that waits: one that went while it did is missing.
        let on_its_way = [MemoState::Received, MemoState::Delayed, MemoState::Queued];
        Self {
            day,
            received: book.received + unfiled,
            delivered: ended(&[MemoState::Available, MemoState::HandedOver]),
            refused: ended(&[MemoState::Refused]),
            repeated: ended(&[MemoState::Repeated]),
            recalled: ended(&[MemoState::Recalled]),
            waiting: among(&book.states, &on_its_way) + unfiled,
            removed: book.removed.values().sum(),
            receipts: book.receipts.clone(),
        }
    }
}

/// All that is known of one letter, without what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The letter.
    pub memo: Memo,
    /// Its receipts, oldest first.
    pub receipts: Vec<ReceiptRecord>,
    /// What happened, in order.
    pub events: Vec<Event>,
    /// What is still to be done with it.
    pub jobs: Vec<Job>,
}

impl Exchange {
    /// The work there is, what is due first first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn work_waiting(&self, page: PageRequest) -> Result<Page<Job>, StorageError> {
        self.store().jobs(page).await
    }

    /// What there is to do, and what goes wrong, in figures.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn standing(&self) -> Result<Standing, StorageError> {
        self.store().standing().await
    }

    /// Puts work on hold: nobody does it until it is let go.
    ///
    /// # Errors
    /// See [`QueueError`].
    pub async fn hold_work(&self, id: JobId) -> Result<(), QueueError> {
        self.move_work(id, HELD, None).await
    }

    /// Lets go of work on hold; it is due now.
    ///
    /// # Errors
    /// See [`QueueError`].
    pub async fn let_go_of_work(&self, id: JobId) -> Result<(), QueueError> {
        self.move_work(id, self.clock().now(), None).await
    }

    /// Does work again from the start: it is due now, and its failures are forgotten.
    ///
    /// # Errors
    /// See [`QueueError`].
    pub async fn requeue_work(&self, id: JobId) -> Result<(), QueueError> {
        self.move_work(id, self.clock().now(), Some(0)).await
    }

    /// Deletes a push: the letter or the receipt stays, to be fetched.
    ///
    /// # Errors
    /// See [`QueueError`].
    pub async fn delete_work(&self, id: JobId) -> Result<(), QueueError> {
        let job = self.store().job(id).await?.ok_or(QueueError::Unknown)?;
        if !matches!(job.work, Work::PushMemo(..) | Work::PushReceipt(..)) {
            return Err(QueueError::Needed);
        }
        settled(self.store().commit(Batch::of(Op::RemoveJob(id))).await)
    }

    async fn move_work(
        &self,
        id: JobId,
        due: Timestamp,
        failures: Option<u32>,
    ) -> Result<(), QueueError> {
        settled(self.store().commit(Batch::of(Op::MoveJob { id, due, failures })).await)
    }

    /// What became of the letters of a UTC day. A letter belongs to the day on which it is filed; those
    /// that are received and not filed yet wait, and stand on the books of today.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn balance(&self, day: i64) -> Result<Balance, StorageError> {
        let receipts = EventTag::BusinessReceiptCreated;
        let unfiled = match day == day_of(self.clock().now()) {
            true => self.store().counts().await?.incoming,
            false => 0,
        };
        let book = self.store().day_book(day, &ARRIVALS, receipts).await?;
        Ok(Balance::of(day, &book, unfiled))
    }

    /// What is known of a letter, by our key, by its submission, or by its `messageUUID`; several when a
    /// submission held several, or several organisations used a UUID.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn explain(&self, id: Uuid) -> Result<Vec<Explanation>, StorageError> {
        let store = self.store();
        let mut memos: BTreeMap<MemoKey, Memo> = BTreeMap::new();
        memos.extend(store.memo(MemoKey(id)).await?.map(|memo| (memo.key, memo)));
        let first = PageRequest { page: 0, size: EXPLAINED };
        let submitted = store.memos_of(TransmissionId(id), first).await?.items;
        memos.extend(submitted.into_iter().map(|memo| (memo.key, memo)));
        for organisation in store.organisations().await? {
            let memo = store.memo_by_identity(organisation.id.0, id).await?;
            memos.extend(memo.map(|memo| (memo.key, memo)));
        }
        let mut explained = Vec::new();
        for memo in memos.into_values() {
            let receipts = store.receipts_of(memo.key).await?;
            let events = store.events_of(memo.key).await?;
            let jobs = self.work_on(&memo, &receipts).await?;
            explained.push(Explanation { memo, receipts, events, jobs });
        }
        Ok(explained)
    }

    /// The work on a letter, among the first of the queue.
    async fn work_on(
        &self,
        memo: &Memo,
        receipts: &[ReceiptRecord],
    ) -> Result<Vec<Job>, StorageError> {
        let page = PageRequest { page: 0, size: LOOKED_THROUGH };
        let mut jobs = self.store().jobs(page).await?.items;
        jobs.retain(|job| match job.work {
            Work::Check(key) | Work::Release(key) | Work::PushMemo(key, _) | Work::SendSms(key) => {
                key == memo.key
            }
            Work::PushReceipt(id, _) => receipts.iter().any(|receipt| receipt.id == id),
            _ => false,
        });
        Ok(jobs)
    }
}

/// Letters of a submission that are explained at once.
const EXPLAINED: u64 = 100;
/// Pieces of work looked through for those of one letter.
const LOOKED_THROUGH: u64 = 10_000;

fn settled(done: Result<(), StorageError>) -> Result<(), QueueError> {
    match done {
        Err(StorageError::Conflict(Conflict::Missing { .. })) => Err(QueueError::Unknown),
        Err(StorageError::Conflict(Conflict::Changed { .. })) => Err(QueueError::UnderWay),
        other => Ok(other?),
    }
}
