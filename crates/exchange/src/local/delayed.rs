//! Letters that wait for their day: which they are, and calling one back by hand.

use brevdue_wire::PageRequest;
use uuid::Uuid;

use super::live::What;
use crate::authenticate::Caller;
use crate::recall::{RecallActor, RecallError};
use crate::storage::EventQuery;
use crate::{EventTag, Exchange, Memo, MemoKey, MemoState, StorageError, SystemId};

/// Days back in which a letter that still waits can have been checked: it waits for a year at most.
const DAYS: i64 = 400;
/// Letters looked at for those that wait.
const LOOKED_AT: u64 = 200;

/// Events up to which the log is read through; of a longer one, what the live memory has is enough.
const READ_THROUGH: u64 = 100_000;
/// Says that a letter waits.
const DELAYED: EventTag = EventTag::DelayedMemoSendValidatedAwaitingDelay;

/// A letter that waits for its day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelayedLetter {
    /// Which.
    pub key: MemoKey,
    /// `messageUUID`.
    pub message_uuid: Uuid,
    /// The system that sent it.
    pub sender: Option<SystemId>,
    /// The day it waits for: year, month and day in Denmark.
    pub day: String,
}

impl Exchange {
    /// Letters that wait for their day, the latest first; those that were checked lately.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delayed_letters(&self) -> Result<Vec<DelayedLetter>, StorageError> {
        let mut letters = Vec::new();
        for key in self.delayed_lately().await? {
            let memo = self.store().memo(key).await?;
            letters.extend(memo.as_ref().and_then(waiting));
        }
        letters.reverse();
        Ok(letters)
    }

    /// Letters that began to wait, oldest first; they may have left since.
    async fn delayed_lately(&self) -> Result<Vec<MemoKey>, StorageError> {
        if self.store().counts().await?.events > READ_THROUGH {
            let Some(local) = self.local() else { return Ok(Vec::new()) };
            let mut moments = local.live.latest(usize::MAX);
            moments.reverse();
            let events = moments.into_iter().filter_map(|moment| match moment.what {
                What::Event(event) if event.tag == DELAYED => event.memo,
                _ => None,
            });
            return Ok(events.collect());
        }
        let query = EventQuery {
            from: Some(self.now().plus_seconds(-DAYS * 24 * 60 * 60)),
            tags: vec![DELAYED],
            ..EventQuery::default()
        };
        let page = |page| PageRequest { page, size: LOOKED_AT };
        // Oldest first: the latest stand on the last page, and on the one before.
        let total = self.store().events(&query, page(0)).await?.total;
        let last = total.saturating_sub(1) / LOOKED_AT;
        let mut keys = Vec::new();
        for number in last.saturating_sub(1)..=last {
            let events = self.store().events(&query, page(number)).await?.items;
            keys.extend(events.into_iter().filter_map(|event| event.memo));
        }
        Ok(keys)
    }

    /// Calls a letter back as its sender system does.
    ///
    /// # Errors
    /// See [`RecallError`].
    pub async fn call_back(&self, key: MemoKey) -> Result<(), RecallError> {
        let memo = self.store().memo(key).await?.ok_or(RecallError::Unknown)?;
        let (Some(sender), Some(message_uuid)) = (memo.origin.system(), memo.message_uuid) else {
            return Err(RecallError::Unknown);
        };
        let system = self.store().system(sender).await?.ok_or(RecallError::Unknown)?;
        let owner = self.store().organisation(system.organisation).await?;
        let caller = Caller { organisation: owner.ok_or(RecallError::Unknown)?, system };
        self.recall(RecallActor::Sender(&caller), message_uuid).await.map(drop)
    }
}

fn waiting(memo: &Memo) -> Option<DelayedLetter> {
    if memo.state != MemoState::Delayed {
        return None;
    }
    let day = memo.outline.as_ref()?.do_not_deliver_until.clone()?;
    Some(DelayedLetter {
        key: memo.key,
        message_uuid: memo.message_uuid?,
        sender: memo.origin.system(),
        day,
    })
}
