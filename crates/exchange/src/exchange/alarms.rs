//! Alarms for what silently does not happen: mail nobody fetches, receipts nobody takes, calls that fail
//! for too long, letters nobody checks, certificates that end.
//!
//! An alarm is a record: raised once, seen by everybody who looks, and gone when its reason is.

use std::collections::BTreeMap;

use brevdue_memo::Timestamp;
use brevdue_wire::PageRequest;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::Exchange;
use crate::storage::{Expect, Record, RecordKind};
use crate::{Batch, Conflict, DeliveryState, MailSystem, Op, StorageError, WorkKind};

macro_rules! alarms {
    ($($(#[$meta:meta])* $Name:ident = $word:literal)*) => {
        /// What does not happen.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        #[non_exhaustive]
        pub enum AlarmKind { $($(#[$meta])* $Name,)* }

        impl AlarmKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$Name,)*];

            /// Its word in records, metrics and logs.
            pub fn word(self) -> &'static str {
                match self { $(Self::$Name => $word,)* }
            }
        }
    };
}

alarms! {
    /// Mail waits for a receiver system that does not fetch it.
    NotFetched = "not-fetched"
    /// Receipts wait for a sender system that does not take them.
    ReceiptsNotTaken = "receipts-not-taken"
    /// Letters wait to be checked, filed or not, so that their senders get no receipt.
    NoReceipt = "no-receipt"
    /// Calls of a system have failed for too long.
    RetryTooOld = "retry-too-old"
    /// A certificate in use, or registered for a system, ends soon or has ended.
    CertificateExpiring = "certificate-expiring"
    /// The store found something that is not what was written.
    Damage = "damage"
    /// A day's letters do not add up.
    Balance = "balance"
}

/// One alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Alarm {
    /// What.
    pub kind: AlarmKind,
    /// The system, file or day it is about. Never a person.
    pub subject: String,
    /// How many letters, receipts or calls it is about.
    pub count: u64,
    /// Since when, UTC with milliseconds.
    pub since: String,
}

/// A certificate somebody watches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// Whose, or its file.
    pub name: String,
    /// Until when it holds.
    pub expires: Timestamp,
}

/// What is found outside the exchange.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outside {
    /// Certificates in use.
    pub certificates: Vec<Watched>,
    /// Findings of the last check of the store that were not mended.
    pub damage: u64,
}

/// What a look changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Look {
    /// Every alarm there is now.
    pub all: Vec<Alarm>,
    /// Those that are new.
    pub raised: Vec<Alarm>,
    /// Those whose reason is gone.
    pub cleared: Vec<Alarm>,
}

/// Hours, minutes and days after which somebody should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmLimits {
    /// Hours that mail waits to be fetched.
    pub not_fetched_hours: u32,
    /// Hours that receipts wait to be taken.
    pub receipts_not_taken_hours: u32,
    /// Minutes that a letter waits to be checked.
    pub no_receipt_minutes: u32,
    /// Hours that calls of a system fail.
    pub retry_too_old_hours: u32,
    /// Days before a certificate ends.
    pub certificate_days: u32,
}

impl Default for AlarmLimits {
    fn default() -> Self {
        Self {
            not_fetched_hours: 24,
            receipts_not_taken_hours: 72,
            no_receipt_minutes: 15,
            retry_too_old_hours: 4,
            certificate_days: 30,
        }
    }
}

impl Exchange {
    /// Looks for what does not happen, raises what is new and clears what is over.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn look_for_alarms(
        &self,
        limits: &AlarmLimits,
        outside: &Outside,
    ) -> Result<Look, StorageError> {
        let now = self.clock().now();
        let found = self.find_alarms(limits, outside, now).await?;
        let there = self.alarms().await?;
        let mut look = Look { all: found.values().cloned().collect(), ..Look::default() };
        for (id, alarm) in &found {
            let earlier = there.get(id);
            if earlier.is_none_or(|(_, earlier)| earlier != alarm)
                && self.put_alarm(*id, alarm, earlier.map(|(record, _)| record), now).await?
                && earlier.is_none()
            {
                look.raised.push(alarm.clone());
            }
        }
        for (id, (record, alarm)) in there {
            if !found.contains_key(&id) {
                let gone = Op::RemoveRecord(RecordKind::Alarm, id, Expect::Version(record.version));
                match self.store().commit(Batch::of(gone)).await {
                    Ok(()) => look.cleared.push(alarm),
                    // Another node was faster.
                    Err(StorageError::Conflict(_)) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(look)
    }

    /// The alarms that were raised and are not over.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn alarms(&self) -> Result<BTreeMap<Uuid, (Record, Alarm)>, StorageError> {
        let page = PageRequest { page: 0, size: PageRequest::SIZE_LIMIT };
        let records = self.store().records_of_kind(RecordKind::Alarm, page).await?.items;
        let read = |record: Record| {
            let alarm = serde_json::from_str(&record.body).ok()?;
            Some((record.id, (record, alarm)))
        };
        Ok(records.into_iter().filter_map(read).collect())
    }

    /// Whether it was put: another node may have been faster.
    async fn put_alarm(
        &self,
        id: Uuid,
        alarm: &Alarm,
        earlier: Option<&Record>,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let Ok(body) = serde_json::to_string(alarm) else { return Ok(false) };
        let record = Record {
            kind: RecordKind::Alarm,
            id,
            owner: Uuid::nil(),
            name: alarm.kind.word().into(),
            version: earlier.map_or(1, |earlier| earlier.version + 1),
            created_at: earlier.map_or(now, |earlier| earlier.created_at),
            updated_at: now,
            body,
            contents: Vec::new(),
        };
        let expect = earlier.map_or(Expect::Absent, |earlier| Expect::Version(earlier.version));
        match self.store().commit(Batch::of(Op::PutRecord(Box::new(record), expect))).await {
            Ok(()) => Ok(true),
            Err(StorageError::Conflict(Conflict::Exists { .. } | Conflict::Changed { .. })) => {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    async fn find_alarms(
        &self,
        limits: &AlarmLimits,
        outside: &Outside,
        now: Timestamp,
    ) -> Result<BTreeMap<Uuid, Alarm>, StorageError> {
        let mut found = Found::default();
        let hours_ago = |hours: u32| now.plus_seconds(-i64::from(hours) * 3600);
        let standing = self.store().standing().await?;
        for failing in standing.failing {
            if failing.since <= hours_ago(limits.retry_too_old_hours) {
                let subject = failing.system.to_string();
                found.add(AlarmKind::RetryTooOld, subject, failing.count, failing.since);
            }
        }
        let overdue = now.plus_seconds(-i64::from(limits.no_receipt_minutes) * 60);
        for waiting in standing.waiting {
            if waiting.kind != WorkKind::Outside && waiting.first_due <= overdue {
                let lane = format!("{:?}", waiting.lane).to_lowercase();
                found.add(AlarmKind::NoReceipt, lane, waiting.count, waiting.first_due);
            }
        }
        for organisation in self.store().organisations().await? {
            for system in self.store().systems_of(organisation.id).await? {
                self.find_waiting(&system, limits, &hours_ago, &mut found).await?;
            }
        }
        let ahead_seconds = i64::from(limits.certificate_days) * 24 * 3600;
        for ending in self.certificates_expiring(ahead_seconds).await? {
            let subject = ending.system.to_string();
            found.add(AlarmKind::CertificateExpiring, subject, 1, ending.not_after);
        }
        let soon = now.plus_seconds(ahead_seconds);
        for Watched { name, expires } in &outside.certificates {
            if *expires <= soon {
                found.add(AlarmKind::CertificateExpiring, name.clone(), 1, *expires);
            }
        }
        if outside.damage > 0 {
            found.add(AlarmKind::Damage, "store".into(), outside.damage, day_start(now));
        }
        for day in [crate::storage::day_of(now) - 1, crate::storage::day_of(now)] {
            let missing = self.balance(day).await?.missing();
            if missing > 0 {
                let since = Timestamp::from_millis(day * DAY_MILLIS);
                found.add(AlarmKind::Balance, format!("day {day}"), missing, since);
            }
        }
        Ok(found.0)
    }

    async fn find_waiting(
        &self,
        system: &MailSystem,
        limits: &AlarmLimits,
        hours_ago: &(dyn Fn(u32) -> Timestamp + Sync),
        found: &mut Found,
    ) -> Result<(), StorageError> {
        let first = PageRequest { page: 0, size: OLDEST };
        let mail = self.store().deliveries_waiting(system.id, first).await?;
        // What was fetched and not answered yet is on the list too.
        let oldest = mail.items.iter().find(|delivery| delivery.state == DeliveryState::Waiting);
        if let Some(oldest) = oldest
            && oldest.queued_at <= hours_ago(limits.not_fetched_hours)
        {
            let subject = system.id.to_string();
            found.add(AlarmKind::NotFetched, subject, mail.total, oldest.queued_at);
        }
        let receipts = self.store().receipts_waiting(system.id, first).await?;
        if let Some(oldest) = receipts.items.first()
            && oldest.created_at <= hours_ago(limits.receipts_not_taken_hours)
        {
            let subject = system.id.to_string();
            found.add(AlarmKind::ReceiptsNotTaken, subject, receipts.total, oldest.created_at);
        }
        Ok(())
    }
}

/// Deliveries looked at for one that nobody fetched.
const OLDEST: u64 = 100;
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

fn day_start(now: Timestamp) -> Timestamp {
    Timestamp::from_millis(crate::storage::day_of(now) * DAY_MILLIS)
}

#[derive(Default)]
struct Found(BTreeMap<Uuid, Alarm>);

impl Found {
    fn add(&mut self, kind: AlarmKind, subject: String, count: u64, since: Timestamp) {
        // The same alarm has the same id, whoever finds it.
        let digest: [u8; 32] = Sha256::digest(format!("{}\n{subject}", kind.word())).into();
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ..] = digest;
        let bytes = [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p];
        let id = uuid::Builder::from_custom_bytes(bytes).into_uuid();
        let since = super::receipts::time_stamp(since);
        self.0.insert(id, Alarm { kind, subject, count, since });
    }
}
