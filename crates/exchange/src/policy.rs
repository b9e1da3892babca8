//! Every limit and every choice of the exchange, with its unit, in one place.

use std::ops::Range;

use brevdue_memo::container::ContainerLimits;
use brevdue_memo::{HtmlProfile, Limits, Timestamp};

/// Limits and choices. `docs/exchange.md` says which are confirmed and which are ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Bytes of one message from an authority; MB = 1,000,000.
    pub authority_memo_bytes: u64,
    /// Bytes of one message from a citizen or a company to an authority.
    pub public_memo_bytes: u64,
    /// Bytes to which a contact point may raise that for citizens.
    pub citizen_memo_bytes_most: u64,
    /// Bytes to which a contact point may raise that for companies.
    pub company_memo_bytes_most: u64,
    /// Additional documents in one message.
    pub attachments: u32,
    /// Bytes of an HTTP body that holds one message.
    pub body_bytes: u64,
    /// Bytes of an HTTP body that holds an archive.
    pub archive_bytes: u64,
    /// What an archive may hold.
    pub container: ContainerLimits,
    /// Months ahead that a delivery date may lie.
    pub delay_months: u32,
    /// Seconds a claim lasts before another worker may take the work.
    pub lease_seconds: i64,
    /// Seconds until each next try of a push; the last repeats.
    pub retry_seconds: Vec<i64>,
    /// Seconds without any success after which a receiver system is switched off.
    pub deactivate_after_seconds: i64,
    /// Failures in a row after which an endpoint is left alone until the next try is due.
    pub breaker_failures: u32,
    /// Most seconds that a receiver's `Retry-After` can put a try off.
    pub retry_after_limit_seconds: i64,
    /// Days in which the same message sent again is answered as before; later it is a duplicate.
    pub repeat_days: u32,
    /// Messages taken out of an archive in one batch.
    pub extract_batch: usize,
    /// Checks 7 and 8 of `docs/exchange.md`, in force in production since 10 September 2025.
    pub strict_filenames_and_actions: bool,
    /// Check 9: what HTML files may have.
    pub html: HtmlPolicy,
    /// When the sender of mail to an authority gets its receipt.
    pub receipt_timing: ReceiptTiming,
    /// Seconds without any success after which the owner of a receiver system is warned, in order.
    pub warn_after_seconds: Vec<i64>,
    /// Seconds before a registered certificate ends at which its owner is warned, longest first.
    pub warn_before_expiry_seconds: Vec<i64>,
    /// Characters of a NemSMS that can be written in the GSM 7 bit alphabet.
    pub nemsms_gsm_characters: u32,
    /// Characters (UTF-16 code units) of any other NemSMS.
    pub nemsms_other_characters: u32,
    /// Seconds for which a NemSMS that the gateway does not take is tried again.
    pub nemsms_give_up_seconds: i64,
    /// Hours of the day in Denmark in which people are told of new mail, unless they allow others.
    pub notice_hours: Range<i8>,
    /// How long what is kept.
    pub retention: Retention,
    /// Limits of reading one message.
    pub reading: Limits,
    /// Of a hundred pieces of work claimed at a time, so many are bulk however much interactive work
    /// waits, so that bulk never stands still.
    pub bulk_share_percent: u32,
    /// Seconds for which bulk rests at most while so many letters come in at once that receiving them is
    /// more urgent, and for which it is served at least after that. 0: it does not rest.
    pub bulk_rest_seconds: u32,
    /// Single messages from one system in a minute before the rest wait in the bulk queue.
    pub interactive_per_minute: u32,
    /// Whether a system may change what is registered of its own organisation, as an administrator may.
    pub systems_may_register: bool,
    /// Whether endpoints on this machine and in private networks may be registered: local mode.
    pub private_endpoints: bool,
    /// Receiver systems of one organisation.
    pub receiver_systems: usize,
    /// Systems of one organisation.
    pub systems_per_organisation: usize,
    /// Contact points of one organisation, and contact groups.
    pub contact_points_per_organisation: usize,
    /// Subscriptions of one system to changes of contacts, and of organisations.
    pub subscriptions_per_system: usize,
}

/// What HTML files of letters may have. Unknown to the public; the two names are official.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HtmlPolicy {
    /// Anything. Pages clean what they show in any case.
    Any,
    /// Nothing that runs: [`HtmlProfile::Lenient`].
    #[default]
    Lenient,
    /// Nothing but text, tables, links and what the file brings along: [`HtmlProfile::Strict`].
    Strict,
}

impl HtmlPolicy {
    /// What is looked for.
    pub fn profile(self) -> Option<HtmlProfile> {
        match self {
            Self::Any => None,
            Self::Lenient => Some(HtmlProfile::Lenient),
            Self::Strict => Some(HtmlProfile::Strict),
        }
    }
}

/// When the sender of mail to an authority gets its business receipt. All other mail has it at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReceiptTiming {
    /// As soon as the message has passed every check.
    #[default]
    Validated,
    /// When the receiver system has said what became of it.
    Delivered,
}

/// A time in whole days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Days(pub u32);

impl Days {
    /// The instant so many days before.
    pub fn before(self, now: Timestamp) -> Timestamp {
        now.plus_seconds(-i64::from(self.0) * 24 * 60 * 60)
    }
}

/// How long what is kept. Messages in the mailboxes of people and open companies are their owners'.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// A message to an authority, after its receiver system has answered.
    pub authority_memo: Days,
    /// A receipt, after its sender has fetched it or taken its push.
    pub receipt: Days,
    /// A receipt nobody has fetched, after it was made.
    pub unfetched_receipt: Days,
    /// The bytes of a submission that became no delivery: refused, repeated, recalled. 0: not at all.
    pub submission: Days,
    /// Events, in whole UTC days.
    pub events: Days,
    /// The mailbox of a closed company, after it closed.
    pub closed_mailbox: Days,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            authority_memo: Days(30),
            receipt: Days(30),
            unfetched_receipt: Days(90),
            submission: Days(90),
            events: Days(5 * 365 + 2),
            closed_mailbox: Days(10 * 365 + 3),
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        const MINUTE: i64 = 60;
        const HOUR: i64 = 60 * MINUTE;
        Self {
            authority_memo_bytes: 99_500_000,
            public_memo_bytes: 10_000_000,
            citizen_memo_bytes_most: 60_000_000,
            company_memo_bytes_most: 40_000_000,
            attachments: 10,
            body_bytes: 105_000_000,
            archive_bytes: 2_000_000_000,
            container: ContainerLimits::default(),
            delay_months: 12,
            lease_seconds: 120,
            retry_seconds: vec![
                MINUTE,
                5 * MINUTE,
                15 * MINUTE,
                30 * MINUTE,
                HOUR,
                2 * HOUR,
                4 * HOUR,
                6 * HOUR,
            ],
            deactivate_after_seconds: 7 * 24 * HOUR,
            breaker_failures: 3,
            retry_after_limit_seconds: 24 * HOUR,
            repeat_days: 30,
            extract_batch: 200,
            strict_filenames_and_actions: true,
            html: HtmlPolicy::default(),
            receipt_timing: ReceiptTiming::default(),
            warn_after_seconds: [1, 3, 5, 6].map(|days| days * 24 * HOUR).to_vec(),
            warn_before_expiry_seconds: [30, 14, 7, 1].map(|days| days * 24 * HOUR).to_vec(),
            nemsms_gsm_characters: 160,
            nemsms_other_characters: 70,
            nemsms_give_up_seconds: 24 * HOUR,
            notice_hours: 7..22,
            retention: Retention::default(),
            reading: Limits::default(),
            bulk_share_percent: 10,
            bulk_rest_seconds: 10,
            interactive_per_minute: 600,
            systems_may_register: false,
            private_endpoints: false,
            receiver_systems: 5,
            systems_per_organisation: 100,
            contact_points_per_organisation: 10_000,
            subscriptions_per_system: 100,
        }
    }
}

impl Policy {
    /// Seconds until the next try of what has failed `failures` times before the last.
    pub fn retry_after(&self, failures: u32) -> i64 {
        let schedule = &self.retry_seconds;
        let step = schedule.get(failures as usize).or(schedule.last());
        step.copied().unwrap_or(60).max(1)
    }
}
