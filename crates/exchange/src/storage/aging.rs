//! What grows old, and what has been removed.
//!
//! The exchange says from when something ages and when it has been kept long enough; a store keeps the
//! list by age, removes what it is told to, and counts what it removed, so that the books add up.

use brevdue_memo::Timestamp;
use uuid::Uuid;

use crate::{ContactId, MemoKey, MemoState, ReceiptId};

macro_rules! aging {
    ($($(#[$meta:meta])* $Name:ident($Id:ident) = $word:literal)*) => {
        /// Something that grows old.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Aging { $($(#[$meta])* $Name($Id),)* }

        /// Kinds of what grows old.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum AgingKind { $($(#[$meta])* $Name,)* }

        impl Aging {
            /// Its kind.
            pub fn kind(self) -> AgingKind {
                match self { $(Self::$Name(_) => AgingKind::$Name,)* }
            }

            /// Its id.
            pub fn subject(self) -> Uuid {
                match self { $(Self::$Name(id) => id.0,)* }
            }
        }

        impl AgingKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$Name,)*];

            /// Its word in the store.
            pub fn word(self) -> &'static str {
                match self { $(Self::$Name => $word,)* }
            }

            /// What of this kind has this id.
            pub fn of(self, subject: Uuid) -> Aging {
                match self { $(Self::$Name => Aging::$Name($Id(subject)),)* }
            }
        }
    };
}

aging! {
    /// A message to an authority, since its receiver system answered.
    AuthorityMemo(MemoKey) = "authority-memo"
    /// A message that became no delivery, or only a text message, since that was clear.
    Submission(MemoKey) = "submission"
    /// A receipt, since it was made.
    Receipt(ReceiptId) = "receipt"
    /// A receipt, since its sender has it.
    FetchedReceipt(ReceiptId) = "fetched-receipt"
    /// The mailbox of a company, since it closed.
    ClosedMailbox(ContactId) = "closed-mailbox"
}

/// Something that grows old, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Aged {
    /// Since when.
    pub since: Timestamp,
    /// What.
    pub what: Aging,
}

/// Kinds of what is removed and counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RemovedKind {
    /// A message that stood there.
    Memo(MemoState),
    /// A receipt.
    Receipt,
    /// A message in a mailbox, the message itself not counted.
    MailboxEntry,
    /// An event.
    Event,
}

impl RemovedKind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Memo(MemoState::Received),
        Self::Memo(MemoState::Refused),
        Self::Memo(MemoState::Repeated),
        Self::Memo(MemoState::Delayed),
        Self::Memo(MemoState::Available),
        Self::Memo(MemoState::Queued),
        Self::Memo(MemoState::HandedOver),
        Self::Memo(MemoState::Recalled),
        Self::Receipt,
        Self::MailboxEntry,
        Self::Event,
    ];

    /// Its word in the store and in books.
    pub fn word(self) -> &'static str {
        match self {
            Self::Memo(MemoState::Received) => "memo-received",
            Self::Memo(MemoState::Refused) => "memo-refused",
            Self::Memo(MemoState::Repeated) => "memo-repeated",
            Self::Memo(MemoState::Delayed) => "memo-delayed",
            Self::Memo(MemoState::Available) => "memo-available",
            Self::Memo(MemoState::Queued) => "memo-queued",
            Self::Memo(MemoState::HandedOver) => "memo-handed-over",
            Self::Memo(MemoState::Recalled) => "memo-recalled",
            Self::Receipt => "receipt",
            Self::MailboxEntry => "mailbox-entry",
            Self::Event => "event",
        }
    }

    /// The kind of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// How much of one kind was removed on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removed {
    /// Days since 1970, UTC.
    pub day: i64,
    /// What.
    pub kind: RemovedKind,
    /// How much.
    pub count: u64,
}

/// The UTC day of an instant, counted from 1970.
pub fn day_of(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(24 * 60 * 60 * 1000)
}
