//! Taking an archive apart: all of it, or nothing.
//!
//! A thread reads and unpacks while this side makes batches durable, so that memory holds a batch or
//! two whatever the archive's size. The messages lie still until the whole archive was read: only the
//! last batch adds the work of setting them going. Their keys follow from the submission and their number,
//! so that whoever takes over after a crash writes the same rows, and finds which are there.

mod unpacking;

use brevdue_memo::Timestamp;
use sha2::{Digest as _, Sha256};

use self::unpacking::{Unpacked, Unpacking};
use super::Exchange;
use super::check::Failure;
use super::codes::{CONTAINER_INVALID, CONTAINER_TOO_LARGE};
use super::receipts::{Addressee, of_archive};
use crate::storage::Place;
use crate::{
    Batch, Conflict, ContentRef, EventTag, Job, JobId, Lane, Memo, MemoKey, MemoState, Op,
    StorageError, Transmission, TransmissionId, Work, WorkerId,
};

/// Times a batch of messages is tried when others write the same.
const TRIES: usize = 5;

impl Exchange {
    /// Takes an archive apart and settles its job.
    pub(super) async fn extract(
        &self,
        job: &Job,
        worker: WorkerId,
        id: TransmissionId,
    ) -> Result<(), StorageError> {
        let finish = Op::FinishJob { id: job.id, worker };
        let Some(transmission) = self.store().transmission(id).await? else {
            return self.end(Batch::of(finish)).await;
        };
        let Some(archive) = transmission.archive.as_ref().filter(|_| !transmission.extracted)
        else {
            return self.end(Batch::of(finish)).await;
        };
        let unpacking = Unpacking::start(
            self.store().clone(),
            archive.clone(),
            self.policy().container.clone(),
            self.policy().extract_batch,
            self.clock().now(),
        )?;
        let mut written = 0;
        let verdict = loop {
            match unpacking.next().await {
                Unpacked::Entries(entries) => {
                    self.lay_down(&transmission, written, &entries).await?;
                    written += entries.len();
                }
                Unpacked::Whole if written == 0 => {
                    break Err(CONTAINER_INVALID.failure("the archive holds no message"));
                }
                Unpacked::Whole => break Ok(()),
                Unpacked::Broken(message) => break Err(CONTAINER_INVALID.failure(message)),
                Unpacked::TooLarge(message) => break Err(CONTAINER_TOO_LARGE.failure(message)),
                Unpacked::Failed(error) => return Err(error),
            }
        };
        let ops = match verdict {
            Ok(()) => {
                let first = self.setting_going(&transmission, 1);
                vec![Op::SetExtracted(transmission.id), Op::AddJob(first)]
            }
            Err(failure) => self.refuse_archive(&transmission, written, failure).await?,
        };
        let mut with_finish = ops.clone();
        with_finish.insert(0, finish);
        match self.store().commit(Batch { ops: with_finish }).await {
            // Somebody else took over because this took longer than the lease, and may lose it the
            // same way: whoever is through first writes the result, the others find it written.
            Err(StorageError::Conflict(Conflict::LeaseLost(_))) => self.end(Batch { ops }).await,
            other => settled(other),
        }
    }

    async fn end(&self, batch: Batch) -> Result<(), StorageError> {
        settled(self.store().commit(batch).await)
    }

    /// Writes messages down, without work on them. Those that are there already stay as they are.
    async fn lay_down(
        &self,
        transmission: &Transmission,
        before: usize,
        entries: &[ContentRef],
    ) -> Result<(), StorageError> {
        let number = |index: usize| before + index + 1;
        let mut memos: Vec<Memo> = entries
            .iter()
            .enumerate()
            .map(|(index, content)| entry(transmission, number(index), content.clone()))
            .collect();
        for _ in 0..TRIES {
            let ops = memos.iter().map(|memo| Op::AddMemo(Box::new(memo.clone()))).collect();
            match self.store().commit(Batch { ops }).await {
                Err(StorageError::Conflict(Conflict::Exists { .. })) => {}
                other => return other,
            }
            let mut missing = Vec::new();
            for memo in memos {
                if self.store().memo(memo.key).await?.is_none() {
                    missing.push(memo);
                }
            }
            if missing.is_empty() {
                return Ok(());
            }
            memos = missing;
        }
        Err(StorageError::Unavailable("others keep writing the same archive".into()))
    }

    /// The changes that let the checks of an archive's messages begin, from this number on: for as many
    /// as fit one batch, and the work of going on with the rest. An archive of a hundred thousand must
    /// not hold up everybody who waits for a commit.
    pub(super) async fn set_going(
        &self,
        id: TransmissionId,
        from: u32,
    ) -> Result<Vec<Op>, StorageError> {
        let Some(transmission) = self.store().transmission(id).await? else {
            return Ok(Vec::new());
        };
        let now = self.clock().now();
        let batch = u32::try_from(self.policy().extract_batch).unwrap_or(u32::MAX).max(1);
        let mut ops = Vec::new();
        for number in from..from.saturating_add(batch) {
            let key = entry_key(&transmission, number as usize);
            if self.store().memo(key).await?.is_none() {
                return Ok(ops);
            }
            let extracted = crate::Event {
                memo: Some(key),
                ..self.event(EventTag::MemoExtracted, now).about_all_of(&transmission)
            };
            ops.push(extracted.through(transmission.door).into_op());
            ops.push(Op::AddJob(Job {
                id: JobId(key.0),
                work: Work::Check(key),
                lane: Lane::Bulk,
                account: Some(transmission.origin.account()),
                due: now,
                failures: 0,
                failing_since: None,
            }));
        }
        let next = self.setting_going(&transmission, from.saturating_add(batch));
        ops.push(Op::AddJob(next));
        Ok(ops)
    }

    fn setting_going(&self, transmission: &Transmission, from: u32) -> Job {
        let work = Work::SetGoing(transmission.id, from);
        let account = Some(transmission.origin.account());
        Job { account, ..self.job(work, Lane::Bulk, self.clock().now()) }
    }

    /// The changes that refuse an archive with everything in it.
    async fn refuse_archive(
        &self,
        transmission: &Transmission,
        written: usize,
        failure: Failure,
    ) -> Result<Vec<Op>, StorageError> {
        let now = self.clock().now();
        let sender = match transmission.origin.system() {
            Some(system) => self.store().system(system).await?,
            None => None,
        };
        let receipt = of_archive(transmission, failure, now);
        let rejected = self
            .event(EventTag::MemoArchiveRejected, now)
            .about_all_of(transmission)
            .with_outcome(receipt.receipt_status, receipt.error_code.as_deref());
        let mut ops = vec![Op::SetExtracted(transmission.id), rejected.into_op()];
        ops.extend((1..=written).map(|number| Op::MoveMemo {
            key: entry_key(transmission, number),
            from: MemoState::Received,
            to: MemoState::Refused,
            message_uuid: None,
            outline: None,
            available_at: None,
        }));
        let created = self.event(EventTag::BusinessReceiptCreated, now).about_all_of(transmission);
        let addressee = Addressee { system: sender.as_ref(), lane: transmission.lane };
        ops.extend(self.issue(None, receipt, addressee, created, now));
        Ok(ops)
    }
}

/// A conflict at the end means that somebody else has done it.
fn settled(outcome: Result<(), StorageError>) -> Result<(), StorageError> {
    match outcome {
        Err(StorageError::Conflict(_)) => Ok(()),
        other => other,
    }
}

fn entry(transmission: &Transmission, number: usize, content: ContentRef) -> Memo {
    Memo {
        key: entry_key(transmission, number),
        transmission: transmission.id,
        origin: transmission.origin,
        lane: transmission.lane,
        claimed_uuid: None,
        message_uuid: None,
        content,
        state: MemoState::Received,
        outline: None,
        received_at: transmission.received_at,
        available_at: None,
    }
}

/// The key of an archive's message: a UUID of version 8 that sorts by the time of the submission,
/// then by submission, then by the place in the archive.
fn entry_key(transmission: &Transmission, number: usize) -> MemoKey {
    let millis = timestamp_bits(transmission.received_at);
    let digest = Sha256::digest(transmission.id.0.as_bytes());
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&millis[2..]);
    bytes[6..12].copy_from_slice(&digest[..6]);
    bytes[12..].copy_from_slice(&u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes());
    MemoKey(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

fn timestamp_bits(at: Timestamp) -> [u8; 8] {
    at.as_millis().to_be_bytes()
}

/// Bytes that a batch holds in memory.
fn held_bytes(content: &ContentRef) -> u64 {
    match &content.place {
        Place::Row(bytes) => bytes.len() as u64,
        Place::Store | Place::Journal(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Origin, SystemId};
    use uuid::Uuid;

    fn transmission(number: u128, millis: i64) -> Transmission {
        Transmission {
            id: TransmissionId(Uuid::from_u128(number)),
            origin: Origin::System {
                system: SystemId(Uuid::from_u128(1)),
                organisation: crate::OrganisationId(Uuid::from_u128(2)),
            },
            received_at: Timestamp::from_millis(millis),
            lane: Lane::Bulk,
            archive: None,
            extracted: false,
            door: None,
        }
    }

    #[test]
    fn the_keys_of_an_archives_messages_are_the_same_each_time_and_in_its_order() {
        let archive = transmission(7, 1_795_000_000_000);
        let keys: Vec<_> = (1..=10_000).map(|number| entry_key(&archive, number)).collect();
        assert!(keys.is_sorted() && keys.windows(2).all(|pair| pair[0] != pair[1]));
        assert_eq!(keys[41], entry_key(&archive, 42));
        assert_eq!(keys[0].0.get_version_num(), 8);
        let other = transmission(8, 1_795_000_000_000);
        assert!(
            (1..=10_000).all(|number| !keys.contains(&entry_key(&other, number)) || number > 20)
        );
        let later = transmission(6, 1_795_000_000_001);
        assert!(entry_key(&later, 1) > keys[9_999]);
    }
}
