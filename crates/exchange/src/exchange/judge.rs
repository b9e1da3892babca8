//! Gathering what the checks look at, and writing their verdict down as one batch.

use brevdue_memo::{Message, PartyId, Reading, Timestamp};
use brevdue_wire::ReceiptStatus;
use uuid::Uuid;

use super::Exchange;
use super::check::{
    Earlier, Facts, Failure, RecipientFacts, SenderFacts, SenderKind, check, delivery_day,
    in_order, incomplete, unreadable,
};
use super::codes::RECIPIENT_UNAVAILABLE;
use super::malware::Scanned;
use super::receipts::Subject;
use super::route::{Arrival, Place, route};
use crate::local::faults::Struck;
use crate::{
    ContactPointId, EventTag, MailSystem, Memo, MemoKey, MemoState, Op, OrganisationKind, Origin,
    Outline, StorageError, Work,
};

const DAY_SECONDS: i64 = 24 * 60 * 60;
/// A message sent again looks after the first at the pace of the third try of a push.
const FIRST_PENDING_TRY: u32 = 2;
/// A message that the scanner has not looked through waits as long as after the second try of a push.
const SCANNER_TRY: u32 = 1;

impl Exchange {
    /// What follows for a message that was accepted: refused, answered as before, delayed, or put in
    /// its place. Nothing, when it has been judged already.
    pub(super) async fn judge(&self, key: MemoKey) -> Result<Vec<Op>, StorageError> {
        let Some(memo) = self.store().memo(key).await? else { return Ok(Vec::new()) };
        if memo.state != MemoState::Received {
            return Ok(Vec::new());
        }
        self.judge_memo(&memo).await
    }

    /// [`Self::judge`], for a message at hand that stands at `Received`.
    pub(super) async fn judge_memo(&self, memo: &Memo) -> Result<Vec<Op>, StorageError> {
        let now = self.clock().now();
        let sender_system = match memo.origin.system() {
            Some(system) => self.store().system(system).await?,
            None => None,
        };
        let source = self.store().open(&memo.content)?;
        let reading = self
            .form
            .read(source, self.policy())
            .map_err(|error| StorageError::Failed(error.into()))?;
        let seen = reading.glimpse.message_uuid.map(|uuid| uuid.value());
        let subject =
            Subject { memo, message_uuid: seen, message_id: reading.glimpse.message_id.clone() };

        let Some(letter) = reading.message.as_ref() else {
            let failures = unreadable(&reading.findings, seen, memo.claimed_uuid);
            return Ok(self.refuse(&subject, None, &failures, sender_system.as_ref(), now));
        };
        let incomplete = incomplete(letter);
        let (Ok(sender), Ok(recipient)) =
            (letter.header.sender.party(), letter.header.recipient.party())
        else {
            return Ok(self.refuse(&subject, None, &incomplete, sender_system.as_ref(), now));
        };
        let outline = outline_of(letter, sender, recipient);
        if !incomplete.is_empty() {
            let outline = Some(outline);
            return Ok(self.refuse(&subject, outline, &incomplete, sender_system.as_ref(), now));
        }

        let message_uuid = letter.header.message_uuid.value();
        match self.struck_judging(memo, recipient).await? {
            Some(Struck::Refused(code)) => {
                let failures = [code.failure("a fault of local mode asks for this receipt")];
                let outline = Some(outline);
                return Ok(self.refuse(&subject, outline, &failures, sender_system.as_ref(), now));
            }
            Some(Struck::Later(seconds)) => {
                let due = now.plus_seconds(seconds);
                return Ok(vec![Op::AddJob(self.job(Work::Check(memo.key), memo.lane, due))]);
            }
            None => {}
        }
        let earlier = self.earlier(memo, message_uuid).await?;
        if let (Earlier::Same, Some(first)) = (self.used_before(memo, earlier.as_ref()), &earlier)
            && memo.claimed_uuid.is_none_or(|claimed| claimed == message_uuid)
        {
            return self.repeat(&subject, first, outline, sender_system.as_ref(), now).await;
        }
        let sender_facts = self.sender_facts(memo).await?;
        let point = letter.header.recipient.contact_point.as_ref();
        let point = point.map(|point| point.contact_point_id.as_str());
        let (recipient, systems) = self.recipient_facts(recipient, point).await?;
        let to_whom = recipient.contact.as_ref().map(|contact| contact.id.0);
        let to_whom = to_whom.or(recipient.organisation.as_ref().map(|owner| owner.id.0));
        let facts = Facts {
            policy: self.policy(),
            calendar: &self.calendar,
            now,
            letter,
            findings: &reading.findings,
            length_bytes: reading.length_bytes,
            claimed_uuid: memo.claimed_uuid,
            earlier: self.used_before(memo, earlier.as_ref()),
            sender: &sender_facts,
            recipient: &recipient,
        };
        let mut failures = check(&facts);
        match self.malware(memo, letter, failures.is_empty())? {
            Scanned::Clean => {}
            Scanned::Infected(failure) => {
                failures.push(failure);
                failures = in_order(failures);
            }
            Scanned::NotNow => {
                let due = now.plus_seconds(self.policy().retry_after(SCANNER_TRY));
                return Ok(vec![Op::AddJob(self.job(Work::Check(memo.key), memo.lane, due))]);
            }
        }
        let place = route(&letter.header, &recipient, &systems, sender_facts.mailbox, now);
        if failures.is_empty() && place == Place::Nowhere {
            failures.push(no_system());
        }
        if !failures.is_empty() {
            let outline = Some(outline);
            let refused = self.refuse(&subject, outline, &failures, sender_system.as_ref(), now);
            return Ok(said_to_whom(refused, to_whom));
        }
        let release = delivery_day(&facts).and_then(|day| self.calendar.midnight(day));
        let release = match self.will_be_refused(memo, facts.recipient.party) {
            true => Some(release.unwrap_or(now).max(now.plus_seconds(1))),
            false => release,
        };
        let told = match release.is_some_and(|due| due > now) {
            true => Vec::new(),
            false => self.tell_of_new_mail(&place, memo.key, now).await?,
        };
        let sender = sender_system.as_ref();
        let taken = self.take_on(&subject, message_uuid, outline, place, release, sender, now);
        let mut ops = said_to_whom(taken, to_whom);
        ops.extend(told);
        Ok(ops)
    }

    /// Reads a message from its bytes, which have passed every check. May block.
    pub(super) fn read(&self, memo: &Memo) -> Result<Reading, StorageError> {
        let source = self.store().open(&memo.content)?;
        brevdue_memo::read(source, &self.policy().reading)
            .map_err(|error| StorageError::Failed(error.into()))
    }

    /// The changes that accept a message: its UUID is taken, its receipt made, and it goes to its
    /// place or waits for its date.
    #[expect(clippy::too_many_arguments, reason = "each is one fact of the verdict")]
    fn take_on(
        &self,
        subject: &Subject<'_>,
        message_uuid: Uuid,
        outline: Outline,
        place: Place,
        release: Option<Timestamp>,
        sender: Option<&MailSystem>,
        now: Timestamp,
    ) -> Vec<Op> {
        let memo = subject.memo;
        let outline = Some(Box::new(outline));
        let tell_now = !self.receipt_waits(&place);
        let event = |tag| self.event(tag, now).about(memo).with_message_uuid(Some(message_uuid));
        let mut ops = vec![
            Op::TakeIdentity {
                holder: memo.origin.holder(),
                message_uuid,
                memo: memo.key,
                digest: memo.content.digest,
            },
            event(EventTag::MemoSendValidated).into_op(),
        ];
        if let Some(due) = release.filter(|due| *due > now) {
            ops.push(Op::MoveMemo {
                key: memo.key,
                from: MemoState::Received,
                to: MemoState::Delayed,
                message_uuid: Some(message_uuid),
                outline,
                available_at: None,
            });
            ops.push(Op::AddJob(self.job(Work::Release(memo.key), memo.lane, due)));
            ops.push(event(EventTag::DelayedMemoSendValidatedAwaitingDelay).into_op());
        } else {
            let arrival = Arrival { memo, message_uuid, from: MemoState::Received, outline };
            ops.extend(self.arrive(arrival, &place, now));
        }
        if tell_now {
            let receipt = subject.receipt(ReceiptStatus::Completed, now);
            ops.extend(self.issue_for(memo, receipt, sender, now));
        }
        ops
    }

    /// Whether a sender has had a business receipt for a message.
    pub(super) async fn has_been_told(&self, memo: &Memo) -> Result<bool, StorageError> {
        if !self.store().receipts_of(memo.key).await?.is_empty() {
            return Ok(true);
        }
        // Receipts do not stay for ever; the log says that there was one.
        let events = self.store().events_of(memo.key).await?;
        Ok(events.iter().any(|event| event.tag == EventTag::BusinessReceiptCreated))
    }

    /// The system that handed a message in, if it was one and is still registered.
    pub(super) async fn sender_system(
        &self,
        memo: &Memo,
    ) -> Result<Option<MailSystem>, StorageError> {
        match memo.origin.system() {
            Some(system) => self.store().system(system).await,
            None => Ok(None),
        }
    }

    /// The changes that refuse a message. Its UUID stays free: mended, it can be sent again.
    pub(super) fn refuse(
        &self,
        subject: &Subject<'_>,
        outline: Option<Outline>,
        failures: &[Failure],
        sender: Option<&MailSystem>,
        now: Timestamp,
    ) -> Vec<Op> {
        let tag = EventTag::MemoSendValidationFailed;
        self.refuse_as(tag, subject, outline, failures, sender, now)
    }

    /// [`Self::refuse`], with the event that says how.
    pub(super) fn refuse_as(
        &self,
        tag: EventTag,
        subject: &Subject<'_>,
        outline: Option<Outline>,
        failures: &[Failure],
        sender: Option<&MailSystem>,
        now: Timestamp,
    ) -> Vec<Op> {
        let memo = subject.memo;
        let receipt = subject.refusal(failures, now);
        let event = self
            .event(tag, now)
            .about(memo)
            .with_message_uuid(subject.message_uuid)
            .with_outcome(receipt.receipt_status, receipt.error_code.as_deref());
        let mut ops = vec![
            Op::MoveMemo {
                key: memo.key,
                from: memo.state,
                to: MemoState::Refused,
                message_uuid: subject.message_uuid,
                outline: outline.map(Box::new),
                available_at: None,
            },
            event.into_op(),
        ];
        ops.extend(self.issue_for(memo, receipt, sender, now));
        ops.push(self.let_go(memo, MemoState::Refused, now));
        ops
    }

    /// The changes that answer a message that came before: its receipt again, with the number of
    /// this submission, and no second delivery.
    async fn repeat(
        &self,
        subject: &Subject<'_>,
        first: &Memo,
        outline: Outline,
        sender: Option<&MailSystem>,
        now: Timestamp,
    ) -> Result<Vec<Op>, StorageError> {
        let memo = subject.memo;
        // The latest one is the truth: a delayed message may have been refused on its day.
        let earlier = self.store().receipts_of(first.key).await?.pop().map(|r| r.receipt);
        if earlier.is_none() && !self.has_been_told(first).await? {
            // The first is still on its way, and nobody knows yet how that ends.
            let due = now.plus_seconds(self.policy().retry_after(FIRST_PENDING_TRY));
            return Ok(vec![Op::AddJob(self.job(Work::Check(memo.key), memo.lane, due))]);
        }
        let fresh = subject.receipt(ReceiptStatus::Completed, now);
        let receipt = match earlier {
            Some(earlier) => brevdue_wire::Receipt {
                transmission_id: fresh.transmission_id,
                time_stamp: fresh.time_stamp,
                ..earlier
            },
            None => fresh,
        };
        let mut ops = vec![Op::MoveMemo {
            key: memo.key,
            from: MemoState::Received,
            to: MemoState::Repeated,
            message_uuid: subject.message_uuid,
            outline: Some(Box::new(outline)),
            available_at: None,
        }];
        ops.extend(self.issue_for(memo, receipt, sender, now));
        ops.push(self.let_go(memo, MemoState::Repeated, now));
        Ok(ops)
    }

    async fn earlier(&self, memo: &Memo, uuid: Uuid) -> Result<Option<Memo>, StorageError> {
        let holder = memo.origin.holder();
        let earlier = self.store().memo_by_identity(holder, uuid).await?;
        Ok(earlier.filter(|earlier| earlier.key != memo.key))
    }

    fn used_before(&self, memo: &Memo, earlier: Option<&Memo>) -> Earlier {
        let Some(earlier) = earlier else { return Earlier::Nothing };
        let days = i64::from(self.policy().repeat_days);
        let recent =
            memo.received_at <= earlier.received_at.plus_seconds(days.saturating_mul(DAY_SECONDS));
        // Twice in one archive is no second try but a mistake.
        let sent_again = earlier.transmission != memo.transmission;
        if recent && sent_again && earlier.content.digest == memo.content.digest {
            Earlier::Same
        } else {
            Earlier::Other
        }
    }

    async fn sender_facts(&self, memo: &Memo) -> Result<SenderFacts, StorageError> {
        let gone = |what| StorageError::Damaged(format!("the {what} a message came from is gone"));
        match memo.origin {
            Origin::System { organisation, .. } => {
                let owner = self.store().organisation(organisation).await?;
                let owner = owner.ok_or_else(|| gone("organisation"))?;
                let kind = match owner.kind {
                    OrganisationKind::Authority(rights) => SenderKind::Authority(rights),
                    OrganisationKind::Company => SenderKind::Company,
                };
                Ok(SenderFacts { party: PartyId::Cvr(owner.cvr), kind, mailbox: None })
            }
            Origin::Mailbox(owner) => {
                let contact = self.store().contact(owner).await?;
                let contact = contact.ok_or_else(|| gone("mailbox"))?;
                let kind = match contact.party {
                    PartyId::Cpr(_) => SenderKind::Citizen,
                    PartyId::Cvr(_) => SenderKind::Company,
                };
                Ok(SenderFacts { party: contact.party, kind, mailbox: Some(owner) })
            }
        }
    }

    /// What the registry knows of a recipient, and the systems of its organisation.
    pub(super) async fn recipient_facts(
        &self,
        party: PartyId,
        contact_point: Option<&str>,
    ) -> Result<(RecipientFacts, Vec<MailSystem>), StorageError> {
        let store = self.store();
        let contact = store.contact_by_party(party).await?;
        let organisation = match party {
            PartyId::Cpr(_) => None,
            PartyId::Cvr(cvr) => store.organisation_by_cvr(cvr).await?,
        };
        let Some(owner) = organisation.as_ref().map(|o| o.id) else {
            let facts = RecipientFacts { party, contact, organisation, contact_point: None };
            return Ok((facts, Vec::new()));
        };
        let systems = store.systems_of(owner).await?;
        let contact_point = match contact_point.and_then(|id| Uuid::try_parse(id.trim()).ok()) {
            Some(id) => store.contact_point(ContactPointId(id)).await?,
            None => None,
        };
        let contact_point = contact_point.filter(|point| point.organisation == owner);
        Ok((RecipientFacts { party, contact, organisation, contact_point }, systems))
    }
}

/// The same changes, where the event of the verdict says to whom the message is: by that the log is
/// searched by number.
fn said_to_whom(mut ops: Vec<Op>, to_whom: Option<Uuid>) -> Vec<Op> {
    let verdicts = [EventTag::MemoSendValidated, EventTag::MemoSendValidationFailed];
    for op in &mut ops {
        if let Op::AddEvent(event) = op
            && verdicts.contains(&event.tag)
        {
            // Of what a person has written, it says who wrote it.
            event.owner = event.owner.or(to_whom);
        }
    }
    ops
}

/// Why a message to an authority without an active receiver system is refused.
pub(super) fn no_system() -> Failure {
    RECIPIENT_UNAVAILABLE.failure("the recipient has no active receiver system for this message")
}

/// What lists show of a message.
pub(super) fn outline_of(letter: &Message, sender: PartyId, recipient: PartyId) -> Outline {
    let header = &letter.header;
    let actions = super::check::actions(letter);
    let mut action_codes: Vec<String> = Vec::new();
    for (_, action) in &actions {
        if !action_codes.contains(&action.action_code) && action_codes.len() < ACTION_CODES {
            action_codes.push(action.action_code.clone());
        }
    }
    let deadlines = actions.iter().filter_map(|(_, action)| action.end_date_time.as_ref());
    Outline {
        message_id: header.message_id.clone(),
        label: header.label.clone(),
        sender,
        sender_label: header.sender.label.clone(),
        recipient,
        recipient_label: header.recipient.label.clone(),
        reply: header.reply == Some(true),
        reply_by_millis: header.reply_by_date_time.as_ref().map(|t| t.timestamp().as_millis()),
        deadline_millis: deadlines.map(|t| t.timestamp().as_millis()).min(),
        action_codes,
        mandatory: header.mandatory == Some(true),
        legal_notification: header.legal_notification == Some(true),
        attachments: letter
            .body
            .as_ref()
            .map_or(0, |body| u32::try_from(body.additional_documents.len()).unwrap_or(u32::MAX)),
        do_not_deliver_until: header
            .do_not_deliver_until_date
            .as_ref()
            .map(|date| date.as_str().to_owned()),
    }
}

/// Codes kept in an outline; a list shows no more.
const ACTION_CODES: usize = 20;
