//! Notices: messages of the exchange to the people behind systems, and to people about their mailboxes,
//! on their way by mail or as text messages.
//!
//! A notice is a record, and handing it out is work: it is not lost, and tried again like everything
//! else. Who carries mail and text messages is handed in. No notice says who has written, about what, or
//! anybody's number; only a letter that its owner passes on by mail goes along with one.

use async_trait::async_trait;
use brevdue_memo::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::Exchange;
use super::handover::{Handover, HandoverOutcome};
use super::nemsms::TextMessage;
use crate::storage::{Expect, Record, RecordKind};
use crate::{
    Batch, Conflict, ContentRef, Event, EventTag, Lane, MailSystem, MemoKey, Op, StorageError,
    SystemId, Work,
};

/// A message that is to leave by mail, or as a text message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// Its id; a notice made twice under one id is one notice.
    pub id: Uuid,
    /// Mail addresses, or one telephone number of eight digits. None: nobody is known to tell, and it is
    /// for whoever runs the exchange.
    pub to: Vec<String>,
    /// Title.
    pub subject: String,
    /// Text, in Danish and in English.
    pub text: String,
    /// The system it is about, if it is about one.
    pub system: Option<SystemId>,
    /// The letter that goes along, when its owner passes it on by mail. Kept beside the notice.
    #[serde(skip)]
    pub letter: Option<ContentRef>,
    /// UTC with milliseconds.
    pub made_at: String,
}

impl Notice {
    /// The notice as a text message, when it goes to a telephone.
    pub(super) fn as_text_message(&self) -> Option<TextMessage> {
        match self.to.as_slice() {
            [number] => number.parse().ok().map(|to| TextMessage {
                memo: MemoKey(self.id),
                to,
                text: self.text.clone(),
            }),
            _ => None,
        }
    }
}

/// Carries mail.
#[async_trait]
pub trait MailCarrier: Send + Sync + 'static {
    /// Takes one notice, and the bytes of the letter that goes along. Bounds its own time. May see a
    /// notice twice.
    ///
    /// # Errors
    /// Why, and whether it is tried again.
    async fn carry(&self, notice: &Notice, letter: Option<Vec<u8>>) -> Result<(), NotCarried>;
}

/// Why a notice was not taken, for the log: without an address, a name, or what a mail server said of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotCarried {
    /// Trying again later may help.
    #[error("{0}")]
    Later(String),
    /// The address will never take it.
    #[error("{0}")]
    Never(String),
}

/// How the sending of a notice stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeState {
    /// It waits, or is tried again.
    Waiting,
    /// It has left.
    Sent,
    /// Its address was refused.
    Refused,
    /// It was not taken for as long as it is tried.
    GivenUp,
    /// There is none of that id, or it is kept no more.
    Unknown,
}

/// `name` of the record of a notice that has not left yet.
pub const WAITING: &str = "waiting";
/// `name` of the record of a notice that has left.
pub const SENT: &str = "sent";
/// `name` of the record of a notice whose address was refused. What it said is gone.
pub const REFUSED: &str = "refused";
/// `name` of the record of a notice that was not taken. What it said is gone.
pub const GIVEN_UP: &str = "given-up";
/// Seconds for which a notice to a person is tried again; those about systems are until they are taken.
const GIVE_UP_SECONDS: i64 = DAY_SECONDS;

impl Exchange {
    /// The changes that send a notice; `owner` is the organisation or mailbox it concerns.
    pub fn send_notice(&self, notice: &Notice, owner: Uuid) -> Vec<Op> {
        self.send_notice_at(notice, owner, self.clock().now())
    }

    /// The same, not before `due`.
    pub(super) fn send_notice_at(&self, notice: &Notice, owner: Uuid, due: Timestamp) -> Vec<Op> {
        let now = self.clock().now();
        let Ok(body) = serde_json::to_string(notice) else { return Vec::new() };
        let record = Record {
            kind: RecordKind::Notice,
            id: notice.id,
            owner,
            name: WAITING.into(),
            version: 1,
            created_at: now,
            updated_at: now,
            body,
            contents: notice.letter.iter().cloned().collect(),
        };
        let job = self.job(Work::SendNotice(notice.id), Lane::Interactive, due);
        vec![Op::PutRecord(Box::new(record), Expect::Absent), Op::AddJob(job)]
    }

    /// How the sending of a notice stands.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn notice_state(&self, id: Uuid) -> Result<NoticeState, StorageError> {
        let record = self.store().record(RecordKind::Notice, id).await?;
        Ok(match record.as_ref().map(|record| record.name.as_str()) {
            Some(WAITING) => NoticeState::Waiting,
            Some(SENT) => NoticeState::Sent,
            Some(REFUSED) => NoticeState::Refused,
            Some(GIVEN_UP) => NoticeState::GivenUp,
            _ => NoticeState::Unknown,
        })
    }

    /// A notice that waits to leave.
    pub(super) async fn waiting_notice(&self, id: Uuid) -> Result<Option<Notice>, StorageError> {
        let record = self.store().record(RecordKind::Notice, id).await?;
        let record = record.filter(|record| record.name == WAITING);
        record.as_ref().map(read).transpose()
    }

    /// Records how handing out a notice went. One to a person is given up when it is refused, or not
    /// taken for a day.
    pub(super) async fn settle_notice(
        &self,
        handover: &Handover,
        id: Uuid,
        outcome: &HandoverOutcome,
    ) -> Result<(), StorageError> {
        let now = self.clock().now();
        let (job, worker) = (&handover.job, handover.worker);
        let record = self.store().record(RecordKind::Notice, id).await?;
        let notice = record.as_ref().map(read).transpose()?;
        let to_system = notice.as_ref().and_then(|notice| notice.system);
        let since = job.failing_since.unwrap_or(now);
        let is_over = to_system.is_none() && now >= since.plus_seconds(GIVE_UP_SECONDS);
        let end = match outcome {
            HandoverOutcome::Taken => Some(EventTag::NotificationSent),
            HandoverOutcome::Refused { .. } if to_system.is_none() => {
                Some(EventTag::NotificationFailed)
            }
            _ if is_over => Some(EventTag::NotificationFailed),
            _ => None,
        };
        let mut ops = Vec::new();
        if let Some(tag) = end {
            ops.push(Op::FinishJob { id: job.id, worker });
            if let Some(record) = record {
                let event = self.event(tag, now);
                // An organisation's notice is about its system, anybody else's about their mailbox.
                let event = match to_system {
                    Some(system) => Event { system: Some(system), ..event },
                    None => event.of(record.owner),
                };
                ops.push(event.into_op());
                let expect = Expect::Version(record.version);
                let (name, body) = match outcome {
                    _ if tag == EventTag::NotificationSent => (SENT, record.body.clone()),
                    HandoverOutcome::Refused { .. } => (REFUSED, emptied(notice.as_ref())),
                    _ => (GIVEN_UP, emptied(notice.as_ref())),
                };
                let version = record.version + 1;
                // What went along has left, or leaves with whom it was for.
                let (name, contents) = (name.into(), Vec::new());
                let over = Record { name, version, contents, body, updated_at: now, ..record };
                ops.push(Op::PutRecord(Box::new(over), expect));
            }
        } else {
            ops.push(Op::RetryJob {
                id: job.id,
                worker,
                due: now.plus_seconds(self.policy().retry_after(job.failures)),
                failures: job.failures.saturating_add(1),
                failing_since: Some(since),
            });
        }
        match self.store().commit(Batch { ops }).await {
            Err(StorageError::Conflict(Conflict::LeaseLost(_) | Conflict::Changed { .. })) => {
                Ok(())
            }
            other => other,
        }
    }

    /// The changes that warn the owner of a receiver system that has taken nothing for a while, once
    /// for each step of the policy.
    pub(super) async fn warning(
        &self,
        system: &MailSystem,
        failing_since: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Op>, StorageError> {
        let steps = &self.policy().warn_after_seconds;
        let reached = steps.iter().filter(|step| now >= failing_since.plus_seconds(**step)).max();
        let Some(step) = reached else { return Ok(Vec::new()) };
        let id = notice_id(system.id, failing_since, *step);
        if self.store().record(RecordKind::Notice, id).await?.is_some() {
            return Ok(Vec::new());
        }
        let (name, off) = (&system.name, self.policy().deactivate_after_seconds / DAY_SECONDS);
        let days = (now.as_millis() - failing_since.as_millis()) / 1000 / DAY_SECONDS;
        let notice = Notice {
            id,
            to: self.people_behind(system.id).await?,
            subject: format!("Modtagersystemet {name} har ikke modtaget post i {days} dage"),
            text: format!(
                "Digital Post har ikke kunnet aflevere til modtagersystemet {name} siden \
                 {failing_since} (UTC). Kan der ikke afleveres noget i {off} dage, bliver systemet \
                 slået fra. Posten bliver liggende og går ikke tabt.\n\n\
                 Nothing could be delivered to the receiver system {name} since {failing_since} \
                 (UTC). If nothing can be delivered for {off} days, the system is switched off. The \
                 mail is kept and will not be lost.\n"
            ),
            system: Some(system.id),
            letter: None,
            made_at: now.to_string(),
        };
        Ok(self.send_notice(&notice, system.organisation.0))
    }

    /// The changes that tell the owner of a receiver system that it was switched off.
    pub(super) async fn switched_off(
        &self,
        system: &MailSystem,
        failing_since: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Op>, StorageError> {
        let id = notice_id(system.id, failing_since, self.policy().deactivate_after_seconds);
        if self.store().record(RecordKind::Notice, id).await?.is_some() {
            return Ok(Vec::new());
        }
        let name = &system.name;
        let notice = Notice {
            id,
            to: self.people_behind(system.id).await?,
            subject: format!("Modtagersystemet {name} er slået fra"),
            text: format!(
                "Digital Post har ikke kunnet aflevere til modtagersystemet {name} siden \
                 {failing_since} (UTC) og har slået det fra. Ny post går til organisationens \
                 standardsystem, hvis et andet system er det. Den post, der venter, afleveres, når \
                 systemet slås til igen.\n\n\
                 Nothing could be delivered to the receiver system {name} since {failing_since} \
                 (UTC), and it has been switched off. New mail goes to the organisation's default \
                 system, if that is another. What waits is delivered when the system is switched on \
                 again.\n"
            ),
            system: Some(system.id),
            letter: None,
            made_at: now.to_string(),
        };
        Ok(self.send_notice(&notice, system.organisation.0))
    }

    /// Warns the owners of systems whose registered certificate ends soon, once for each step of the
    /// policy.
    pub(super) async fn warn_of_ending_certificates(&self) -> Result<(), StorageError> {
        let now = self.clock().now();
        let steps = &self.policy().warn_before_expiry_seconds;
        let longest = steps.iter().copied().max().unwrap_or(0);
        for ending in self.certificates_expiring(longest).await? {
            let (id, ends) = (ending.system, ending.not_after);
            // The last step that has come; those before it are no news any more.
            let step = steps.iter().filter(|step| now.plus_seconds(**step) >= ends).min();
            let Some(notice) = step.map(|step| notice_id(id, ends, -*step)) else { continue };
            if self.store().record(RecordKind::Notice, notice).await?.is_some() {
                continue;
            }
            let Some(system) = self.store().system(id).await? else { continue };
            let name = &system.name;
            let notice = Notice {
                id: notice,
                to: self.people_behind(id).await?,
                subject: format!("Systemet {name} har et certifikat, der snart udløber"),
                text: format!(
                    "Det registrerede certifikat for systemet {name} udløber {ends} (UTC). Derefter \
                     bliver systemet afvist. Forny certifikatet, og registrér det nye.\n\n\
                     The registered certificate of the system {name} ends {ends} (UTC). After that \
                     the system is not let in. Renew the certificate, and register the new one.\n"
                ),
                system: Some(id),
                letter: None,
                made_at: now.to_string(),
            };
            let ops = self.send_notice(&notice, ending.organisation.0);
            match self.store().commit(Batch { ops }).await {
                // Another node was first.
                Ok(()) | Err(StorageError::Conflict(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// `technicalContact` and `businessContactEmail` of a system, as the registry tells them.
    async fn people_behind(&self, system: SystemId) -> Result<Vec<String>, StorageError> {
        let Some(record) = self.store().record(RecordKind::System, system.0).await? else {
            return Ok(Vec::new());
        };
        let told: serde_json::Value = serde_json::from_str(&record.body).unwrap_or_default();
        let mut to = Vec::new();
        for address in [&told["technicalContact"]["email"], &told["businessContactEmail"]] {
            if let Some(address) = address.as_str().filter(|address| address.contains('@')) {
                let address = address.to_owned();
                if !to.contains(&address) {
                    to.push(address);
                }
            }
        }
        Ok(to)
    }
}

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// A notice without whom it was for and what it said.
fn emptied(notice: Option<&Notice>) -> String {
    let notice = notice.map(|notice| Notice {
        to: Vec::new(),
        subject: String::new(),
        text: String::new(),
        ..notice.clone()
    });
    serde_json::to_string(&notice).unwrap_or_default()
}

fn read(record: &Record) -> Result<Notice, StorageError> {
    let notice = serde_json::from_str::<Notice>(&record.body)
        .map_err(|_| StorageError::Damaged("a notice cannot be read".into()))?;
    Ok(Notice { letter: record.contents.first().cloned(), ..notice })
}

/// The same for the same step of the same failing: a notice is made once.
fn notice_id(system: SystemId, failing_since: Timestamp, step_seconds: i64) -> Uuid {
    let mut hasher = Sha256::new();
    hasher.update(b"brevdue notice 1\n");
    hasher.update(system.0.as_bytes());
    hasher.update(failing_since.as_millis().to_be_bytes());
    hasher.update(step_seconds.to_be_bytes());
    let digest: [u8; 32] = hasher.finalize().into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
