//! Doing a run: sending, waiting, looking.

use std::collections::BTreeMap;

use brevdue_memo::Timestamp;
use brevdue_wire::{PageRequest, ReceiptStatus};
use uuid::Uuid;

use super::letters::{Case, Road};
use super::{CaseResult, ConformanceRun, RunError, RunState, between, report};
use crate::handover::HandoverOutcome;
use crate::local::live::{Live, What};
use crate::local::travel::TravelError;
use crate::{
    Batch, DeliveryState, EventTag, Exchange, Kept, Lane, MailSystem, Memo, MemoKey, Op,
    ServiceProtocol, StorageError, SystemId, TransmissionId, Work,
};

/// Milliseconds between two looks.
const LOOK_MILLIS: u64 = 100;
const LOOKS_PER_SECOND: u32 = 10;
/// Looks for a letter that was just sent, or for a clock that nobody moves: a minute of them.
const FILING_LOOKS: u32 = 600;

/// A letter on its way.
struct Sent {
    key: MemoKey,
    result: CaseResult,
}

/// Seconds of the longest day there is, when summer time ends.
const LONGEST_DAY_SECONDS: i64 = 25 * 60 * 60;
/// Reasons told of; further ones are only counted.
const REASONS: usize = 5;
/// Moments taken from the live memory at a time.
const MOMENTS: usize = 500;

/// How a receiver system calls and is called, as the live memory saw it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Calls {
    pub(super) all: u32,
    pub(super) uncertified: u32,
    pub(super) refused: u32,
    /// Status and code of the answers that were no, and how often.
    pub(super) refusals: BTreeMap<String, u32>,
    /// Why pushes to it failed, and how often.
    pub(super) failed_pushes: BTreeMap<String, u32>,
    /// The last moment that was looked at.
    seen: u64,
}

impl Calls {
    fn since(seen: u64) -> Self {
        Self { seen, ..Self::default() }
    }

    /// Looks at what happened since the last look.
    fn look(&mut self, live: &Live, system: SystemId) {
        loop {
            let moments = live.after(self.seen, MOMENTS);
            let Some(last) = moments.last() else { return };
            self.seen = last.number;
            for moment in &moments {
                self.note(&moment.what, system);
            }
        }
    }

    fn note(&mut self, what: &What, system: SystemId) {
        match what {
            What::Request { system: Some(caller), status, code, certified, route, .. }
                if *caller == system && route.contains("/memos") =>
            {
                self.all += 1;
                self.uncertified += u32::from(!certified);
                if *status >= 400 {
                    self.refused += 1;
                    let reason = match code {
                        Some(code) => format!("{status} {code}"),
                        None => status.to_string(),
                    };
                    count(&mut self.refusals, reason);
                }
            }
            What::Push { system: called, outcome } if *called == system => match outcome {
                HandoverOutcome::Taken => {}
                HandoverOutcome::Unreachable { reason } => {
                    count(&mut self.failed_pushes, reason.clone());
                }
                HandoverOutcome::Refused { status, .. } => {
                    count(&mut self.failed_pushes, status.to_string());
                }
            },
            _ => {}
        }
    }
}

fn count(reasons: &mut BTreeMap<String, u32>, reason: String) {
    if reasons.len() < REASONS || reasons.contains_key(&reason) {
        *reasons.entry(reason).or_default() += 1;
    }
}

impl Exchange {
    /// Does a run that was begun, and writes down its end. Blocks while it writes large letters.
    /// Moves the clock on by a day and more.
    pub async fn conform(&self, run: Kept<ConformanceRun>) {
        let Some(local) = self.local() else { return };
        let id = run.id;
        let outcome = self.try_to_conform(&run.body).await;
        let now = self.now();
        let mut body = match outcome {
            Ok(body) => body,
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "a conformance run was broken off"
                );
                ConformanceRun {
                    state: RunState::BrokenOff,
                    broken_off: Some(error.to_string()),
                    broken_off_da: Some(error.in_danish().into()),
                    ..run.body.clone()
                }
            }
        };
        body.ended = Some(now.to_string());
        let written = match (Kept { body, ..run }).change(now) {
            Ok((_, op)) => self.store().commit(Batch::of(op)).await,
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            tracing::error!(%id, %error, "the end of a conformance run could not be written down");
        }
        local.conformance.end();
    }

    async fn try_to_conform(&self, run: &ConformanceRun) -> Result<ConformanceRun, RunError> {
        let local = self.local().ok_or(RunError::NotLocal)?;
        let system = self.store().system(SystemId(run.system)).await?.ok_or(RunError::Unknown)?;
        let road = Road::to(self, &system).await?;
        let mut calls = Calls::since(local.live.last());
        let answered = self.ids().random();
        let mut sent = Vec::new();
        for case in Case::AT_ONCE {
            let uuid = if case == Case::Answered { answered } else { self.ids().random() };
            sent.push(self.send_case(&road, case, uuid, Some(answered), run.large_bytes).await?);
        }
        let is_answered = |result: &CaseResult| !result.answered.is_empty();
        self.wait(&system, &mut sent, run.patience_seconds, &mut calls, is_answered).await?;

        if let Some(twice) = sent.iter_mut().find(|one| one.result.case == Case::Twice)
            && !twice.result.answered.is_empty()
        {
            self.hand_over_again(&system, twice).await?;
            let twice = std::slice::from_mut(twice);
            let is_done = |result: &CaseResult| result.answered.len() > 1;
            self.wait(&system, twice, run.patience_seconds, &mut calls, is_done).await?;
        }

        let uuid = self.ids().random();
        let mut delayed = self.send_case(&road, Case::Delayed, uuid, None, run.large_bytes).await?;
        self.past_midnight().await?;
        let waiting = std::slice::from_mut(&mut delayed);
        self.wait(&system, waiting, run.patience_seconds, &mut calls, is_answered).await?;
        sent.push(delayed);

        let cases: Vec<CaseResult> = sent.into_iter().map(|one| one.result).collect();
        let system = self.store().system(system.id).await?.unwrap_or(system);
        let left = self.left_waiting(&system, &cases).await?;
        calls.look(&local.live, system.id);
        let requirements = report::judge(&system, &cases, &left, &calls, run.patience_seconds);
        Ok(ConformanceRun {
            state: report::state_of(&requirements),
            cases,
            requirements,
            ..run.clone()
        })
    }

    async fn send_case(
        &self,
        road: &Road,
        case: Case,
        uuid: Uuid,
        answers: Option<Uuid>,
        large_bytes: u64,
    ) -> Result<Sent, RunError> {
        let bytes = road.letter(self, case, uuid, answers, large_bytes)?;
        let made = self.send_bytes(&road.from, uuid, &bytes).await?;
        let gone = || StorageError::Damaged("a letter just sent is not there".into());
        let transmission = TransmissionId(made.receipt.transmission_id.ok_or_else(gone)?);
        let memo = self.filed(transmission).await?;
        let result = CaseResult {
            case,
            message_uuid: uuid,
            size_bytes: bytes.len() as u64,
            ready: None,
            taken: Vec::new(),
            failed_pushes: 0,
            answered: Vec::new(),
            answers: Vec::new(),
            error_codes: Vec::new(),
            answered_after_milliseconds: None,
            refused: None,
        };
        Ok(Sent { key: memo.ok_or_else(gone)?.key, result })
    }

    /// The message of a submission, once it has been filed.
    async fn filed(&self, transmission: TransmissionId) -> Result<Option<Memo>, RunError> {
        let local = self.local().ok_or(RunError::NotLocal)?;
        let first = PageRequest { page: 0, size: 1 };
        for _ in 0..FILING_LOOKS {
            let memo = self.store().memos_of(transmission, first).await?.items.pop();
            if memo.is_some() {
                return Ok(memo);
            }
            local.steering.pause(LOOK_MILLIS).await;
        }
        Ok(None)
    }

    /// Looks until every letter is done, or for as long as the receiver has.
    async fn wait(
        &self,
        system: &MailSystem,
        sent: &mut [Sent],
        seconds: u32,
        calls: &mut Calls,
        is_done: impl Fn(&CaseResult) -> bool,
    ) -> Result<(), RunError> {
        let local = self.local().ok_or(RunError::NotLocal)?;
        for _ in 0..seconds.saturating_mul(LOOKS_PER_SECOND) {
            // At each look, because the live memory forgets.
            calls.look(&local.live, system.id);
            let mut open = false;
            for one in &mut *sent {
                self.look(system, one).await?;
                open |= one.result.refused.is_none() && !is_done(&one.result);
            }
            if !open {
                return Ok(());
            }
            local.steering.pause(LOOK_MILLIS).await;
        }
        Ok(())
    }

    /// What the log says of a letter by now.
    async fn look(&self, system: &MailSystem, sent: &mut Sent) -> Result<(), StorageError> {
        let result = &mut sent.result;
        (result.ready, result.failed_pushes) = (None, 0);
        let (mut taken, mut answered): (Vec<Timestamp>, Vec<Timestamp>) = (Vec::new(), Vec::new());
        (result.answers, result.error_codes) = (Vec::new(), Vec::new());
        for event in self.store().events_of(sent.key).await? {
            let about_it = event.system == Some(system.id);
            match event.tag {
                EventTag::MemoSendValidationFailed => result.refused = event.error_code.clone(),
                EventTag::MemoSendReadyForFetch | EventTag::MemoSendValidated => {
                    result.ready = Some(event.at.to_string());
                }
                EventTag::MemoSendFetchedByRecipientSystem
                | EventTag::MemoSendSentToRecipientSystem
                    if about_it =>
                {
                    taken.push(event.at);
                }
                EventTag::MemoSendSentToRecipientSystemFailed if about_it => {
                    result.failed_pushes += 1;
                }
                EventTag::BusinessReceiptReceivedByRecipientSystem if about_it => {
                    answered.push(event.at);
                    let word = match event.receipt_status {
                        Some(ReceiptStatus::Completed) => "COMPLETED",
                        Some(ReceiptStatus::Invalid) => "INVALID",
                        Some(ReceiptStatus::NotAllowed) => "NOT_ALLOWED",
                        _ => "RECEIVED",
                    };
                    result.answers.push(word.into());
                    result.error_codes.extend(event.error_code.clone());
                }
                _ => {}
            }
        }
        result.answered_after_milliseconds =
            taken.first().zip(answered.first()).map(|(from, to)| between(*from, *to));
        result.taken = taken.iter().map(Timestamp::to_string).collect();
        result.answered = answered.iter().map(Timestamp::to_string).collect();
        Ok(())
    }

    /// Hands a letter over again, as happens when a line drops before its answer.
    async fn hand_over_again(&self, system: &MailSystem, sent: &Sent) -> Result<(), StorageError> {
        let mut batch = Batch::of(Op::MoveDelivery {
            memo: sent.key,
            system: system.id,
            from: &[
                DeliveryState::Waiting,
                DeliveryState::Taken,
                DeliveryState::Completed,
                DeliveryState::Invalid,
            ],
            to: DeliveryState::Waiting,
        });
        if system.protocol == ServiceProtocol::RestPush {
            let work = Work::PushMemo(sent.key, system.id);
            batch.push(Op::AddJob(self.job(work, Lane::Interactive, self.now())));
        }
        self.store().commit(batch).await
    }

    /// Moves the clock to the next midnight in Copenhagen, and not beyond: what is handed over there is
    /// answered by the same clock.
    async fn past_midnight(&self) -> Result<(), RunError> {
        let local = self.local().ok_or(RunError::NotLocal)?;
        for _ in 0..FILING_LOOKS {
            match self.travel(self.next_day()).await {
                Ok(_) => return Ok(()),
                // Somebody else moves it; then the day may have come already.
                Err(TravelError::Moving | TravelError::Backward) => {
                    local.steering.pause(LOOK_MILLIS).await;
                }
                Err(TravelError::Storage(error)) => return Err(error.into()),
                Err(_) => return Err(RunError::NotLocal),
            }
        }
        Ok(())
    }

    /// The first second of tomorrow.
    fn next_day(&self) -> Timestamp {
        let now = self.now();
        let today = self.day(now);
        // Seconds from now: of the first it is still today, of the second no more.
        let (mut before, mut after) = (0, LONGEST_DAY_SECONDS);
        while after - before > 1 {
            let middle = before + (after - before) / 2;
            let is_today = self.day(now.plus_seconds(middle)) == today;
            if is_today { before = middle } else { after = middle }
        }
        now.plus_seconds(after)
    }

    /// The letters of the run that still wait for the receiver.
    async fn left_waiting(
        &self,
        system: &MailSystem,
        cases: &[CaseResult],
    ) -> Result<Vec<Case>, StorageError> {
        let mut left = Vec::new();
        for result in cases {
            let delivery = self.store().delivery(system.id, result.message_uuid).await?;
            let open = [DeliveryState::Waiting, DeliveryState::Taken];
            if delivery.is_some_and(|delivery| open.contains(&delivery.state)) {
                left.push(result.case);
            }
        }
        Ok(left)
    }
}
