//! Reminders: what is due to whom on a day, and the notices that tell it.
//!
//! A thing people are reminded of has a day (its anchor) and steps, so many days before it or after it. On a
//! working day the newest step that has come is told, once: what was told last of each thing is kept as a
//! [`Mark`] with the notice that tells it, so that neither a restart nor a moved clock loses or doubles one.
//! Steps that were passed while nothing ran are no news; the newest stands for them.
//!
//! Nothing is sent here. Who carries a notice, and how that went, is told back as a [`State`].

mod due;
#[cfg(test)]
mod tests;
pub mod words;

use std::collections::{BTreeMap, BTreeSet};

use brevdue_memo::Timestamp;
use serde::{Deserialize, Serialize};

use crate::checks::CheckResult;
use crate::closing;
use crate::day::Day;
use crate::ids::{Key, RequirementId, TaskId};
use crate::objects::{Person, Supplier};
use crate::programme::Programme;
use crate::text::Language;

pub use self::due::due;

/// Things that one notice lists; the rest are counted.
pub const ITEMS: usize = 100;

/// Notices of one programme that may wait to be sent. While so many do, nobody is reminded of more.
pub const WAITING: usize = 2_000;

/// Notices of one programme that are kept for looking at when they are over.
pub const KEPT: usize = 1_000;

/// Steps in one list of the settings, and days of one step, at most.
pub const STEPS: usize = 20;
/// See [`STEPS`].
pub const STEP_DAYS: u16 = 366;

/// When people are reminded. Days are calendar days; a reminder that would fall on a day off comes on the
/// working day before it, one of what is late on the working day after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Reminders {
    /// Nobody is reminded. Tasks that open again are told all the same.
    pub off: bool,
    /// The language of notices to suppliers, and to people who have not chosen one.
    pub language: Language,
    /// Days before a task is due.
    pub task_days: BTreeSet<u16>,
    /// Days between reminders of a task that is late; 0: none.
    pub late_every_days: u16,
    /// Days before an attestation expires.
    pub attestation_days: BTreeSet<u16>,
    /// Days before a certificate ends.
    pub certificate_days: BTreeSet<u16>,
    /// Days after a questionnaire was sent, while it is not answered.
    pub unanswered_days: BTreeSet<u16>,
    /// Days before the link of one that is not answered expires.
    pub link_days: BTreeSet<u16>,
}

impl Default for Reminders {
    fn default() -> Self {
        Self {
            off: false,
            language: Language::Da,
            task_days: [14, 7, 1].into(),
            late_every_days: 7,
            attestation_days: [30, 7, 1].into(),
            certificate_days: [30, 14, 7, 1].into(),
            unanswered_days: [7, 14].into(),
            link_days: [7, 1].into(),
        }
    }
}

impl Reminders {
    /// They are as they come.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Whether every list and step is within its limit.
    pub fn is_within_limits(&self) -> bool {
        let lists = [
            &self.task_days,
            &self.attestation_days,
            &self.certificate_days,
            &self.unanswered_days,
            &self.link_days,
        ];
        let steps = lists.iter().flat_map(|list| list.iter());
        lists.iter().all(|list| list.len() <= STEPS)
            && steps.into_iter().all(|days| (1..=STEP_DAYS).contains(days))
            && self.late_every_days <= STEP_DAYS
    }
}

/// Who a notice is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// Somebody of the programme.
    Person(Key),
    /// A supplier, at one of the addresses among its contacts.
    Supplier {
        /// Which.
        key: Key,
        /// Where.
        address: String,
    },
    /// Nobody is known who answers for it.
    Nobody,
}

impl Recipient {
    /// Where the notice goes as things are now; none: nobody has an address.
    pub fn address(&self, programme: &Programme) -> Option<String> {
        match self {
            Self::Person(key) => {
                let person = programme.get::<Person>(key)?;
                let email = person.email.trim();
                is_address(email).then(|| email.to_owned())
            }
            Self::Supplier { key, address } => {
                let now = addresses(&programme.get::<Supplier>(key)?);
                now.iter().find(|one| *one == address).or(now.first()).cloned()
            }
            Self::Nobody => None,
        }
    }

    /// The language it is told in.
    pub fn language(&self, programme: &Programme) -> Language {
        let own = match self {
            Self::Person(key) => programme.get::<Person>(key).and_then(|person| person.language),
            _ => None,
        };
        let of_all = || programme.settings().map(|settings| settings.reminders.language);
        own.or_else(of_all).unwrap_or(Language::Da)
    }
}

/// Whether a text is one mail address and nothing else.
pub fn is_address(text: &str) -> bool {
    let is_allowed = |byte: u8| {
        byte.is_ascii_graphic()
            && !matches!(byte, b',' | b';' | b'<' | b'>' | b'"' | b'(' | b')' | b':')
    };
    let parts = text.split_once('@');
    text.len() <= 254
        && !text.starts_with('-')
        && text.bytes().all(is_allowed)
        && parts.is_some_and(|(name, domain)| {
            !name.is_empty() && !domain.is_empty() && !domain.contains('@')
        })
}

/// The mail addresses among the contacts of a supplier, which are lines of text: a name, an address, a
/// telephone number in any order.
pub fn addresses(supplier: &Supplier) -> Vec<String> {
    let mut found = Vec::new();
    for line in &supplier.contacts {
        let words = line.split(|c: char| c.is_whitespace() || ",;<>()\"".contains(c));
        for word in words.map(|word| word.trim_matches(['.', ':'])) {
            let word = word.strip_prefix("mailto:").unwrap_or(word);
            if is_address(word) && !found.iter().any(|one| one == word) {
                found.push(word.to_owned());
            }
        }
    }
    found
}

/// What a notice tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Item {
    /// A task opened again, because its condition stopped holding.
    Reopened {
        /// Its instance.
        key: Key,
        /// Its task.
        task: TaskId,
        /// For which subject.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject: Option<Key>,
        /// The requirements that do not hold.
        why: Vec<(RequirementId, CheckResult)>,
    },
    /// A task that is not done is due, or was.
    Task {
        /// Its instance.
        key: Key,
        /// Its task.
        task: TaskId,
        /// For which subject.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject: Option<Key>,
        /// When.
        due: Day,
    },
    /// An attestation expires.
    Attestation {
        /// Which.
        key: Key,
        /// After which day.
        expires: Day,
    },
    /// The certificate of an interface ends, or has ended.
    Certificate {
        /// The system.
        system: Key,
        /// The interface, counted from 1.
        interface: usize,
        /// The last day.
        ends: Day,
    },
    /// A supplier has not answered its questionnaire.
    Unanswered {
        /// The supplier.
        supplier: Key,
        /// The link it was sent.
        link: Key,
        /// When it was last sent.
        sent: Day,
        /// The last day it opens.
        expires: Day,
    },
}

/// What was told last of a thing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// The thing, for example `task/OP3-T01`.
    pub about: String,
    /// What must have been told last; none: nothing.
    pub was: Option<String>,
    /// What is told now: a day and a step, for example `2024-01-10/-7`.
    pub is: String,
}

/// A notice to somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// To whom.
    pub to: Recipient,
    /// The day it was made.
    pub day: Day,
    /// What it tells, at most [`ITEMS`].
    pub items: Vec<Item>,
    /// So many things more.
    #[serde(default)]
    pub more: usize,
}

/// How the sending of a notice stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It has not been handed to whoever carries it.
    Waiting,
    /// It is on its way.
    Underway,
    /// The mail server has taken it.
    Sent,
    /// The address was refused.
    Refused,
    /// The mail server did not take it for a day.
    GivenUp,
    /// Whoever it is for has no address.
    NoAddress,
    /// There is no mail server.
    NoServer,
    /// It was handed over, and how it went is not known.
    Unknown,
}

impl State {
    /// Every one.
    pub const ALL: [Self; 8] = [
        Self::Waiting,
        Self::Underway,
        Self::Sent,
        Self::Refused,
        Self::GivenUp,
        Self::NoAddress,
        Self::NoServer,
        Self::Unknown,
    ];

    /// Its word in stores.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Underway => "underway",
            Self::Sent => "sent",
            Self::Refused => "refused",
            Self::GivenUp => "given_up",
            Self::NoAddress => "no_address",
            Self::NoServer => "no_server",
            Self::Unknown => "unknown",
        }
    }

    /// The state of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Something is still to be done with it.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Underway)
    }

    /// It did not reach anybody, and somebody may want to send it again.
    pub fn is_stuck(self) -> bool {
        !self.is_open() && self != Self::Sent
    }
}

/// A notice as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its number, greater than those of all before it.
    pub number: i64,
    /// How it stands.
    pub state: State,
    /// Since when.
    pub since: Timestamp,
    /// How often it was begun to be sent, from 0.
    pub attempt: u32,
    /// What it tells.
    pub notice: Notice,
}

/// Notices to be kept, with what they change of what was told: all of it or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// They wait to be sent.
    pub notices: Vec<Notice>,
    /// What they tell.
    pub marks: Vec<Mark>,
    /// Those who had to be told of tasks that opened again are told by them, up to and with this number.
    pub told_until: Option<i64>,
    /// When.
    pub at: Timestamp,
}

/// The notices for tasks that opened again: one for each person, in the order of their keys.
pub fn of_reopened(reopened: &[(i64, closing::Notice)], day: Day) -> Vec<Notice> {
    let told = reopened.iter().flat_map(|(_, notice)| {
        let item = Item::Reopened {
            key: notice.key.clone(),
            task: notice.task.clone(),
            subject: notice.subject.clone(),
            why: notice.why.clone(),
        };
        let to: Vec<Recipient> = match notice.to.is_empty() {
            true => vec![Recipient::Nobody],
            false => notice.to.iter().cloned().map(Recipient::Person).collect(),
        };
        to.into_iter().map(move |to| (to, item.clone()))
    });
    gathered(told, day)
}

/// One notice for each of those who are told something.
fn gathered(told: impl IntoIterator<Item = (Recipient, Item)>, day: Day) -> Vec<Notice> {
    let mut by_recipient: BTreeMap<Recipient, Notice> = BTreeMap::new();
    for (to, item) in told {
        let notice = by_recipient.entry(to).or_insert_with_key(|to| Notice {
            to: to.clone(),
            day,
            items: Vec::new(),
            more: 0,
        });
        match notice.items.len() {
            ITEMS => notice.more += 1,
            _ => notice.items.push(item),
        }
    }
    by_recipient.into_values().collect()
}
