//! Notices: messages of the exchange to the people behind systems, on their way by mail.
//!
//! A notice is a record, and handing it out is work: it is not lost, and tried again like everything
//! else. Who carries mail is handed in.

use async_trait::async_trait;
use brevdue_memo::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::Exchange;
use super::handover::{Handover, HandoverOutcome};
use crate::storage::{Expect, Record, RecordKind};
use crate::{Batch, Conflict, EventTag, Lane, MailSystem, Op, StorageError, SystemId, Work};

/// A message that is to leave by mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// Its id; a notice made twice under one id is one notice.
    pub id: Uuid,
    /// Mail addresses. None: nobody is known to tell, and it is for whoever runs the exchange.
    pub to: Vec<String>,
    /// Title.
    pub subject: String,
    /// Text, in Danish and in English.
    pub text: String,
    /// The system it is about, if it is about one.
    pub system: Option<SystemId>,
    /// UTC with milliseconds.
    pub made_at: String,
}

/// Carries mail.
#[async_trait]
pub trait MailCarrier: Send + Sync + 'static {
    /// Takes one notice. Bounds its own time. May see a notice twice.
    ///
    /// # Errors
    /// The reason, for the log; it is tried again.
    async fn carry(&self, notice: &Notice) -> Result<(), String>;
}

/// `name` of the record of a notice that has not left yet.
pub const WAITING: &str = "waiting";
/// `name` of the record of a notice that has left.
pub const SENT: &str = "sent";

impl Exchange {
    /// The changes that send a notice; `owner` is the organisation or mailbox it concerns.
    pub fn send_notice(&self, notice: &Notice, owner: Uuid) -> Vec<Op> {
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
            contents: Vec::new(),
        };
        let job = self.job(Work::SendNotice(notice.id), Lane::Interactive, now);
        vec![Op::PutRecord(Box::new(record), Expect::Absent), Op::AddJob(job)]
    }

    /// A notice that waits to leave.
    pub(super) async fn waiting_notice(&self, id: Uuid) -> Result<Option<Notice>, StorageError> {
        let record = self.store().record(RecordKind::Notice, id).await?;
        let Some(record) = record.filter(|record| record.name == WAITING) else { return Ok(None) };
        let notice = serde_json::from_str(&record.body);
        notice.map(Some).map_err(|_| StorageError::Damaged("a notice cannot be read".into()))
    }

    /// Records how handing out a notice went.
    pub(super) async fn settle_notice(
        &self,
        handover: &Handover,
        notice: &Notice,
        outcome: &HandoverOutcome,
    ) -> Result<(), StorageError> {
        let now = self.clock().now();
        let (job, worker) = (&handover.job, handover.worker);
        let mut ops = Vec::new();
        if *outcome == HandoverOutcome::Taken {
            ops.push(Op::FinishJob { id: job.id, worker });
            if let Some(record) = self.store().record(RecordKind::Notice, notice.id).await? {
                let expect = Expect::Version(record.version);
                let version = record.version + 1;
                let sent = Record { name: SENT.into(), version, updated_at: now, ..record };
                ops.push(Op::PutRecord(Box::new(sent), expect));
                let mut event = self.event(EventTag::NotificationSent, now);
                event.system = notice.system;
                ops.push(event.into_op());
            }
        } else {
            ops.push(Op::RetryJob {
                id: job.id,
                worker,
                due: now.plus_seconds(self.policy().retry_after(job.failures)),
                failures: job.failures.saturating_add(1),
                failing_since: job.failing_since.or(Some(now)),
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
