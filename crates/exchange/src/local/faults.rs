//! Faults on purpose: what goes wrong, for whom, and how often. Asked where letters are judged, let go
//! of and handed over, and where systems call; without any, that costs one look at a flag.
//!
//! Kept as records, so that they survive a restart and belong to a snapshot.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use brevdue_memo::{PartyId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::live::What;
use super::magic;
use crate::exchange::codes::ErrorCode;
use crate::storage::{Expect, RecordKind};
use crate::{Batch, Exchange, Kept, MemoKey, Op, Resource, StorageError, SystemId};

/// Faults there may be at once.
pub const FAULTS_LIMIT: usize = 200;
/// Letters remembered as delayed or handed over again; each is so once.
const STRUCK: usize = 10_000;
/// Seconds of a delay or a `Retry-After` that names none.
const SECONDS: u32 = 60;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FaultKind {
    /// A push does not get through; the answer to a submission is lost after it was taken in.
    Drop,
    /// A letter is judged later.
    Delay,
    /// A letter is handed over twice.
    Duplicate,
    /// A letter gets its positive receipt, and a negative one a second later.
    RefuseAfterAccept,
    /// A call of a system, or a push to it, is answered 429 with `Retry-After`.
    TooManyRequests,
    /// A letter is refused with an error code.
    Receipt,
}

impl FaultKind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Drop,
        Self::Delay,
        Self::Duplicate,
        Self::RefuseAfterAccept,
        Self::TooManyRequests,
        Self::Receipt,
    ];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Drop => "DROP",
            Self::Delay => "DELAY",
            Self::Duplicate => "DUPLICATE",
            Self::RefuseAfterAccept => "REFUSE_AFTER_ACCEPT",
            Self::TooManyRequests => "TOO_MANY_REQUESTS",
            Self::Receipt => "RECEIPT",
        }
    }

    /// Whether it says an error code.
    pub fn says_a_code(self) -> bool {
        matches!(self, Self::RefuseAfterAccept | Self::Receipt)
    }
}

/// A fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// What goes wrong.
    pub kind: FaultKind,
    /// For this system; for every one when none is named.
    pub system: Option<Uuid>,
    /// For letters to this recipient: the number alone.
    pub recipient: Option<String>,
    /// Of the delay, or of `Retry-After`.
    pub seconds: Option<u32>,
    /// What the receipt says.
    pub error_code: Option<String>,
    /// How often it will strike yet; for ever when it does not say.
    pub times: Option<u32>,
    /// Until when, in milliseconds since 1970 on the clock of the country.
    pub until_millis: Option<i64>,
}

impl Resource for Fault {
    const KIND: RecordKind = RecordKind::Fault;
}

impl Fault {
    /// Seconds of the delay, or of `Retry-After`.
    pub fn seconds(&self) -> i64 {
        self.seconds.unwrap_or(SECONDS).into()
    }

    fn code(&self) -> Option<&'static ErrorCode> {
        ErrorCode::of_name(self.error_code.as_deref()?)
    }

    fn is_for(&self, now: Timestamp, systems: &[SystemId], recipient: Option<PartyId>) -> bool {
        self.until_millis.is_none_or(|until| now.as_millis() < until)
            && self.times != Some(0)
            && self.system.is_none_or(|wanted| systems.contains(&SystemId(wanted)))
            && self.recipient.as_deref().is_none_or(|wanted| {
                recipient.is_some_and(|recipient| recipient.digits() == wanted)
            })
    }
}

/// The faults in force.
#[derive(Debug, Default)]
pub struct Faults {
    any: AtomicBool,
    list: Mutex<Vec<Kept<Fault>>>,
    struck: Mutex<HashSet<(FaultKind, MemoKey)>>,
}

impl Faults {
    fn list(&self) -> MutexGuard<'_, Vec<Kept<Fault>>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn replace(&self, faults: Vec<Kept<Fault>>) {
        let mut list = self.list();
        self.any.store(!faults.is_empty(), Ordering::Release);
        *list = faults;
    }

    /// The first fault of these kinds that is in force here; counted down unless it is only looked at.
    fn strike(
        &self,
        kinds: &[FaultKind],
        now: Timestamp,
        (systems, recipient): (&[SystemId], Option<PartyId>),
        counts: bool,
    ) -> Option<Kept<Fault>> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        let mut list = self.list();
        let place = list.iter().position(|kept| {
            kinds.contains(&kept.body.kind) && kept.body.is_for(now, systems, recipient)
        })?;
        if counts && let Some(times) = list[place].body.times.as_mut() {
            *times -= 1;
            if *times == 0 {
                let last = list.remove(place);
                self.any.store(!list.is_empty(), Ordering::Release);
                return Some(last);
            }
        }
        Some(list[place].clone())
    }

    /// Whether a fault of this kind strikes a letter for the first time; remembers that it did.
    fn first_time(&self, kind: FaultKind, memo: MemoKey) -> bool {
        let mut struck = self.struck.lock().unwrap_or_else(PoisonError::into_inner);
        if struck.len() >= STRUCK {
            struck.clear();
        }
        struck.insert((kind, memo))
    }
}

/// What becomes of a letter that a fault strikes where it is judged.
pub(crate) enum Struck {
    /// It is refused with this code.
    Refused(&'static ErrorCode),
    /// It is judged so many seconds later.
    Later(i64),
}

/// Why a fault was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FaultError {
    /// Faults are for local mode.
    #[error("faults are made in local mode only")]
    NotLocal,
    /// A field does not fit.
    #[error("{message}")]
    Field {
        /// Its name.
        field: &'static str,
        /// What is wrong.
        message: &'static str,
    },
    /// There are as many as there may be.
    #[error("there are {FAULTS_LIMIT} faults, which is the limit; remove some")]
    TooMany,
    /// There is no such fault.
    #[error("there is no fault with this id")]
    Unknown,
    /// The store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Exchange {
    /// Takes up the faults that are kept: at the start, and when the country was replaced.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn take_up_faults(&self) -> Result<(), StorageError> {
        if let Some(local) = self.local() {
            local.faults.replace(self.kept_all::<Fault>(None, FAULTS_LIMIT).await?.items);
        }
        Ok(())
    }

    /// The faults in force, oldest first.
    pub fn faults(&self) -> Vec<Kept<Fault>> {
        self.local().map(|local| local.faults.list().clone()).unwrap_or_default()
    }

    /// Makes a fault.
    ///
    /// # Errors
    /// See [`FaultError`].
    pub async fn add_fault(&self, fault: Fault) -> Result<Kept<Fault>, FaultError> {
        let local = self.local().ok_or(FaultError::NotLocal)?;
        let wrong = |field, message| Err(FaultError::Field { field, message });
        if fault.system.is_none() && fault.recipient.is_none() {
            return wrong("systemId", "a fault is for a system, a recipient, or both");
        }
        if let Some(system) = fault.system
            && self.store().system(SystemId(system)).await?.is_none()
        {
            return wrong("systemId", "there is no system with this id");
        }
        if fault.kind.says_a_code() && fault.code().is_none() {
            return wrong("errorCode", "it is one of the codes of docs/exchange.md");
        }
        if fault.kind == FaultKind::TooManyRequests && fault.system.is_none() {
            return wrong("systemId", "429 is said to a system; name it");
        }
        if fault.times == Some(0) {
            return wrong("times", "it is 1 or more; leave it out for ever");
        }
        if local.faults.list().len() >= FAULTS_LIMIT {
            return Err(FaultError::TooMany);
        }
        let now = self.now();
        let kept = Kept::new(self.ids().ordered(), Uuid::nil(), now, fault);
        self.store().commit(Batch::of(kept.add()?)).await?;
        let mut list = local.faults.list();
        list.push(kept.clone());
        local.faults.any.store(true, Ordering::Release);
        Ok(kept)
    }

    /// Removes a fault; all of them when none is named.
    ///
    /// # Errors
    /// See [`FaultError`].
    pub async fn remove_fault(&self, id: Option<Uuid>) -> Result<(), FaultError> {
        let local = self.local().ok_or(FaultError::NotLocal)?;
        let (gone, left): (Vec<_>, Vec<_>) =
            self.faults().into_iter().partition(|kept| id.is_none_or(|id| kept.id == id));
        if gone.is_empty() && id.is_some() {
            return Err(FaultError::Unknown);
        }
        let remove =
            |kept: &Kept<Fault>| Op::RemoveRecord(RecordKind::Fault, kept.id, Expect::Anything);
        if !gone.is_empty() {
            self.store().commit(Batch { ops: gone.iter().map(remove).collect() }).await?;
        }
        local.faults.replace(left);
        Ok(())
    }

    /// A fault of these kinds that strikes here and now; counted, and noted in the live memory.
    pub(crate) async fn struck(
        &self,
        kinds: &[FaultKind],
        systems: &[SystemId],
        recipient: Option<PartyId>,
    ) -> Result<Option<Fault>, StorageError> {
        let Some(local) = self.local() else { return Ok(None) };
        let now = self.now();
        let Some(kept) = local.faults.strike(kinds, now, (systems, recipient), true) else {
            return Ok(None);
        };
        let what = What::Fault { kind: kept.body.kind.word(), system: systems.first().copied() };
        local.live.note(now, what);
        let fault = kept.body.clone();
        if fault.times.is_some() {
            let op = match fault.times {
                Some(0) => Op::RemoveRecord(RecordKind::Fault, kept.id, Expect::Anything),
                _ => match kept.change(now)?.1 {
                    Op::PutRecord(record, _) => Op::PutRecord(record, Expect::Anything),
                    other => other,
                },
            };
            match self.store().commit(Batch::of(op)).await {
                Ok(()) | Err(StorageError::Conflict(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Some(fault))
    }

    /// Whether a call of a system is answered 429, and after how many seconds it may try again.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn is_turned_away(&self, system: SystemId) -> Result<Option<i64>, StorageError> {
        let fault = self.struck(&[FaultKind::TooManyRequests], &[system], None).await?;
        Ok(fault.map(|fault| fault.seconds()))
    }

    /// Whether the answer to a submission that was taken in is lost.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn loses_the_answer(&self, system: SystemId) -> Result<bool, StorageError> {
        Ok(self.struck(&[FaultKind::Drop], &[system], None).await?.is_some())
    }

    /// What strikes a letter where it is judged: a fault, or its recipient's number.
    pub(crate) async fn struck_judging(
        &self,
        memo: &crate::Memo,
        recipient: PartyId,
    ) -> Result<Option<Struck>, StorageError> {
        let Some(local) = self.local() else { return Ok(None) };
        if let Some(code) = magic::code_of(recipient) {
            return Ok(Some(Struck::Refused(code)));
        }
        let systems: Vec<SystemId> = memo.origin.system().into_iter().collect();
        let refused = self.struck(&[FaultKind::Receipt], &systems, Some(recipient)).await?;
        if let Some(code) = refused.and_then(|fault| fault.code()) {
            return Ok(Some(Struck::Refused(code)));
        }
        let about = (systems.as_slice(), Some(recipient));
        let delays = local.faults.strike(&[FaultKind::Delay], self.now(), about, false).is_some();
        if !delays || !local.faults.first_time(FaultKind::Delay, memo.key) {
            return Ok(None);
        }
        let fault = self.struck(&[FaultKind::Delay], &systems, Some(recipient)).await?;
        Ok(fault.map(|fault| Struck::Later(fault.seconds())))
    }

    /// Whether a letter that a receiver system has taken is handed over again.
    pub(crate) async fn struck_taken(
        &self,
        memo: &crate::Memo,
        system: SystemId,
    ) -> Result<bool, StorageError> {
        let Some(local) = self.local() else { return Ok(false) };
        let recipient = memo.outline.as_ref().map(|outline| outline.recipient);
        let (kinds, systems) = ([FaultKind::Duplicate], [system]);
        let again = local.faults.strike(&kinds, self.now(), (&systems, recipient), false).is_some();
        if !again || !local.faults.first_time(FaultKind::Duplicate, memo.key) {
            return Ok(false);
        }
        Ok(self.struck(&kinds, &systems, recipient).await?.is_some())
    }

    /// Whether a letter will be refused after it was accepted; nothing is counted yet.
    pub(crate) fn will_be_refused(&self, memo: &crate::Memo, recipient: PartyId) -> bool {
        let systems: Vec<SystemId> = memo.origin.system().into_iter().collect();
        self.local().is_some_and(|local| {
            let about = (systems.as_slice(), Some(recipient));
            local.faults.strike(&[FaultKind::RefuseAfterAccept], self.now(), about, false).is_some()
        })
    }

    /// The code with which an accepted letter is refused when it is let go of.
    pub(crate) async fn struck_releasing(
        &self,
        memo: &crate::Memo,
        recipient: PartyId,
    ) -> Result<Option<&'static ErrorCode>, StorageError> {
        let systems: Vec<SystemId> = memo.origin.system().into_iter().collect();
        let kinds = [FaultKind::RefuseAfterAccept];
        Ok(self.struck(&kinds, &systems, Some(recipient)).await?.and_then(|fault| fault.code()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(kind: FaultKind, times: Option<u32>, until_millis: Option<i64>) -> Kept<Fault> {
        let body = Fault {
            kind,
            system: Some(Uuid::from_u128(7)),
            recipient: None,
            seconds: None,
            error_code: None,
            times,
            until_millis,
        };
        Kept::new(Uuid::from_u128(1), Uuid::nil(), Timestamp::from_millis(0), body)
    }

    #[test]
    fn a_fault_strikes_whom_it_is_for_as_often_and_for_as_long_as_it_says() {
        let ours = [SystemId(Uuid::from_u128(7))];
        let others = [SystemId(Uuid::from_u128(8))];
        let at = Timestamp::from_millis;
        let faults = Faults::default();
        let strikes = |kind, now, systems: &[SystemId]| {
            faults.strike(&[kind], at(now), (systems, None), true).is_some()
        };
        assert!(!strikes(FaultKind::Drop, 0, &ours), "none there");

        faults.replace(vec![fault(FaultKind::Drop, Some(2), None)]);
        assert!(!strikes(FaultKind::Drop, 0, &others));
        assert!(!strikes(FaultKind::Delay, 0, &ours));
        assert!(strikes(FaultKind::Drop, 0, &ours) && strikes(FaultKind::Drop, 0, &ours));
        assert!(!strikes(FaultKind::Drop, 0, &ours), "it was for two times");

        faults.replace(vec![fault(FaultKind::Drop, None, Some(10))]);
        assert!(strikes(FaultKind::Drop, 9, &ours) && strikes(FaultKind::Drop, 9, &ours));
        assert!(!strikes(FaultKind::Drop, 10, &ours), "its time is over");
    }
}
