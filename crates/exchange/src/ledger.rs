//! What the exchange remembers of each letter on its way.

use brevdue_memo::{PartyId, Timestamp};
use brevdue_wire::Receipt;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::storage::ContentRef;
use crate::{ContactId, Door, JobId, MemoKey, OrganisationId, ReceiptId, SystemId, TransmissionId};

/// One submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transmission {
    /// Id, told in the technical receipt.
    pub id: TransmissionId,
    /// Who handed it in.
    pub origin: Origin,
    /// When it was durable.
    pub received_at: Timestamp,
    /// Which queue its messages wait in.
    pub lane: Lane,
    /// The container as sent; `None` for a single message, whose bytes are with its [`Memo`].
    pub archive: Option<ContentRef>,
    /// Whether an archive has been taken apart. Always `true` for a single message.
    pub extracted: bool,
    /// Through which door it came, where that is told.
    pub door: Option<Door>,
}

/// Who handed a message in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Origin {
    /// A sender system of an organisation.
    System {
        /// The system.
        system: SystemId,
        /// Its owner.
        organisation: OrganisationId,
    },
    /// A person writing from their mailbox.
    Mailbox(ContactId),
}

impl Origin {
    /// Within whom a `messageUUID` is used once: the organisation, or the person.
    pub fn holder(&self) -> Uuid {
        match self {
            Self::System { organisation, .. } => organisation.0,
            Self::Mailbox(contact) => contact.0,
        }
    }

    /// On whose account work is done: queues serve accounts in turns, so that one sender's million
    /// letters do not delay another's one.
    pub fn account(&self) -> Uuid {
        match self {
            Self::System { system, .. } => system.0,
            Self::Mailbox(contact) => contact.0,
        }
    }

    /// The system that gets the receipts, if it was one.
    pub fn system(&self) -> Option<SystemId> {
        match self {
            Self::System { system, .. } => Some(*system),
            Self::Mailbox(_) => None,
        }
    }
}

/// The two queues.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Single messages: a case worker or a citizen is waiting.
    Interactive,
    /// Archives.
    Bulk,
}

/// One message on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memo {
    /// Our key.
    pub key: MemoKey,
    /// The submission it came in.
    pub transmission: TransmissionId,
    /// Who handed it in.
    pub origin: Origin,
    /// Which queue it waits in.
    pub lane: Lane,
    /// The `memo-message-uuid` of the call, for a single message.
    pub claimed_uuid: Option<Uuid>,
    /// `messageUUID` in the message, once read.
    pub message_uuid: Option<Uuid>,
    /// The bytes as sent.
    pub content: ContentRef,
    /// Where it stands.
    pub state: MemoState,
    /// What lists show, once read.
    pub outline: Option<Outline>,
    /// When it was durable.
    pub received_at: Timestamp,
    /// When it became available to its recipient: the instant that counts as arrival.
    pub available_at: Option<Timestamp>,
}

/// Where a message stands.
///
/// ```text
/// Received ─► Refused
///    ├─► Repeated                          same UUID and bytes as an earlier one
///    ├─► Delayed ─► Available | Queued | Refused | Recalled
///    ├─► Available                         in a mailbox
///    └─► Queued ─► HandedOver              to a receiver system, or as a text message
///           └─► Refused                    the SMS gateway will not take it
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MemoState {
    /// Durable, not yet checked.
    Received,
    /// A check failed; a negative receipt says why.
    Refused,
    /// The same message came before; its receipt was given again.
    Repeated,
    /// Waiting for its delivery date.
    Delayed,
    /// In the recipient's mailbox.
    Available,
    /// Waiting for a receiver system.
    Queued,
    /// A receiver system, or the SMS gateway, has it.
    HandedOver,
    /// Its sender called it back before its delivery date.
    Recalled,
}

impl MemoState {
    /// Every state.
    pub const ALL: [Self; 8] = [
        Self::Received,
        Self::Refused,
        Self::Repeated,
        Self::Delayed,
        Self::Available,
        Self::Queued,
        Self::HandedOver,
        Self::Recalled,
    ];
}

/// What lists show of a message, without opening it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outline {
    /// `messageID`.
    pub message_id: Option<String>,
    /// Title.
    pub label: String,
    /// Who sends.
    #[serde(with = "party_text")]
    pub sender: PartyId,
    /// Name of the sender.
    pub sender_label: String,
    /// Who receives.
    #[serde(with = "party_text")]
    pub recipient: PartyId,
    /// Name of the recipient.
    pub recipient_label: Option<String>,
    /// Whether an answer is allowed.
    pub reply: bool,
    /// Until when an answer is wanted, in milliseconds since the epoch.
    pub reply_by_millis: Option<i64>,
    /// The earliest end among the actions, in milliseconds since the epoch.
    pub deadline_millis: Option<i64>,
    /// Codes of the actions, in order, each once.
    pub action_codes: Vec<String>,
    /// `mandatory`.
    pub mandatory: bool,
    /// `legalNotification`.
    pub legal_notification: bool,
    /// Additional documents.
    pub attachments: u32,
    /// `doNotDeliverUntilDate` as written.
    pub do_not_deliver_until: Option<String>,
}

/// A message that waits for, or has been with, one receiver system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The message.
    pub memo: MemoKey,
    /// The receiver system.
    pub system: SystemId,
    /// `messageUUID`, by which the receiver names it.
    pub message_uuid: Uuid,
    /// Where it stands.
    pub state: DeliveryState,
    /// When it was queued.
    pub queued_at: Timestamp,
}

/// Where a delivery stands. Listed for pull while `Waiting` or `Taken`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryState {
    /// Nobody has fetched it, no push has succeeded.
    Waiting,
    /// Fetched or pushed; the receiver has not said what became of it.
    Taken,
    /// The receiver said COMPLETED, or deleted it.
    Completed,
    /// The receiver said INVALID.
    Invalid,
}

/// A receipt on its way to a sender system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptRecord {
    /// Id.
    pub id: ReceiptId,
    /// Who gets it; `None` for a message a person wrote, whose receipt is kept with the message.
    pub system: Option<SystemId>,
    /// The message it is about; `None` when a whole archive was refused.
    pub memo: Option<MemoKey>,
    /// What it says.
    pub receipt: Receipt,
    /// When it was made.
    pub created_at: Timestamp,
    /// Whether the sender has it: listed while `false`.
    pub delivered: bool,
}

/// A message in a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxEntry {
    /// Whose.
    pub owner: ContactId,
    /// Which.
    pub memo: MemoKey,
    /// Where.
    pub folder: Folder,
    /// Since when.
    pub arrived_at: Timestamp,
    /// When it was first opened.
    pub read_at: Option<Timestamp>,
}

/// The folders of a mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Folder {
    /// `INBOX`.
    Inbox,
    /// `SENT`.
    Sent,
    /// `DELETED`.
    Deleted,
    /// A folder that the owner has made.
    Own(Uuid),
}

/// What the owner of a mailbox has made of a message in it. The message itself never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// 1 at first, one more with each change.
    #[serde(skip, default = "first_version")]
    pub version: i64,
    /// When something was last changed, in milliseconds since the epoch.
    pub changed_millis: Option<i64>,
    /// Flagged.
    pub flag: bool,
    /// A title of the owner's own.
    pub label: Option<String>,
    /// A code of the owner's own.
    pub code: Option<String>,
    /// A note.
    pub note: Option<String>,
    /// When a legal document was served, in milliseconds since the epoch.
    pub served_millis: Option<i64>,
}

fn first_version() -> i64 {
    1
}

impl Default for Marks {
    fn default() -> Self {
        Self {
            version: 1,
            changed_millis: None,
            flag: false,
            label: None,
            code: None,
            note: None,
            served_millis: None,
        }
    }
}

/// A message of a mailbox as lists show it: nothing of its bytes is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxLine {
    /// The entry.
    pub entry: MailboxEntry,
    /// What its owner has made of it.
    pub marks: Marks,
    /// Who handed the message in.
    pub origin: Origin,
    /// Where the message stands.
    pub state: MemoState,
    /// What lists show of it, once read.
    pub outline: Option<Outline>,
    /// When it was durable.
    pub received_at: Timestamp,
    /// When it became available to its recipient.
    pub available_at: Option<Timestamp>,
}

/// How much is in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FolderCount {
    /// Which.
    pub folder: Folder,
    /// Messages in it.
    pub total: u64,
    /// Messages never opened.
    pub unread: u64,
    /// When the newest came.
    pub latest: Timestamp,
}

/// A mailbox entry with what a list shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxRow {
    /// The entry.
    pub entry: MailboxEntry,
    /// What its owner has made of it.
    pub marks: Marks,
    /// The message it stands for.
    pub memo: Memo,
}

/// A single letter that was handed in: durable, and not looked at yet. Nothing but a claim sees it
/// until a batch files it as a [`Transmission`] and a [`Memo`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// Key its message will have.
    pub key: MemoKey,
    /// Id its submission will have, told in the technical receipt.
    pub transmission: TransmissionId,
    /// Who handed it in.
    pub origin: Origin,
    /// Which queue it waits in.
    pub lane: Lane,
    /// The `memo-message-uuid` of the call.
    pub claimed_uuid: Option<Uuid>,
    /// The bytes as sent. Handed to [`crate::Store::receive`] in the row; where a claim finds them is
    /// the store's choice.
    pub content: ContentRef,
    /// When it came.
    pub received_at: Timestamp,
}

impl Incoming {
    /// Its submission.
    pub fn transmission(&self) -> Transmission {
        Transmission {
            id: self.transmission,
            origin: self.origin,
            received_at: self.received_at,
            lane: self.lane,
            archive: None,
            extracted: true,
            door: None,
        }
    }

    /// Its message, as it stands before it is checked.
    pub fn memo(&self) -> Memo {
        Memo {
            key: self.key,
            transmission: self.transmission,
            origin: self.origin,
            lane: self.lane,
            claimed_uuid: self.claimed_uuid,
            message_uuid: None,
            content: self.content.clone(),
            state: MemoState::Received,
            outline: None,
            received_at: self.received_at,
            available_at: None,
        }
    }
}

/// A piece of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Id.
    pub id: JobId,
    /// What to do.
    pub work: Work,
    /// Interactive before bulk.
    pub lane: Lane,
    /// On whose account: see [`Origin::account`]. Work on nobody's account takes its turn as one.
    pub account: Option<Uuid>,
    /// Not before.
    pub due: Timestamp,
    /// Tries that have failed.
    pub failures: u32,
    /// Since when it fails.
    pub failing_since: Option<Timestamp>,
}

/// What there is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Work {
    /// Take an archive apart.
    Extract(TransmissionId),
    /// Let the checks of an archive's messages begin, from this one on; the first is 1.
    SetGoing(TransmissionId, u32),
    /// Check a message and send it on its way.
    Check(MemoKey),
    /// Deliver a message whose date has come.
    Release(MemoKey),
    /// Push a message to a receiver system.
    PushMemo(MemoKey, SystemId),
    /// Push a receipt to a sender system.
    PushReceipt(ReceiptId, SystemId),
    /// Hand a NemSMS to the SMS gateway.
    SendSms(MemoKey),
    /// Hand a notice, a record of this id, to whoever carries mail.
    SendNotice(Uuid),
    /// Tell a system of a change to a contact or organisation, a record of this id.
    PushNotification(Uuid, SystemId),
    /// Push again what waits for a receiver system that is in use again.
    Resume(SystemId),
    /// Remove what has been kept long enough.
    KeepHouse,
}

/// The SMS gateway, as the system that text messages wait for.
pub const SMS_GATEWAY: SystemId = SystemId(Uuid::from_u128(0x5A15));
/// Who carries mail, as the system that notices wait for.
pub const MAIL_CARRIER: SystemId = SystemId(Uuid::from_u128(0x3A11));

/// Who does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WorkKind {
    /// Check, release: needs only the store.
    Inside,
    /// Taking archives apart: needs only the store, and as long as an archive takes.
    Archives,
    /// Pushes: need the network.
    Outside,
}

impl Work {
    /// Who does it.
    pub fn kind(&self) -> WorkKind {
        match self {
            Self::Check(_) | Self::Release(_) => WorkKind::Inside,
            Self::Extract(_) | Self::SetGoing(..) => WorkKind::Archives,
            Self::Resume(_) | Self::KeepHouse => WorkKind::Inside,
            Self::PushMemo(..) | Self::PushReceipt(..) => WorkKind::Outside,
            Self::PushNotification(..) => WorkKind::Outside,
            Self::SendSms(_) | Self::SendNotice(_) => WorkKind::Outside,
        }
    }

    /// The system that is called, for work outside.
    pub fn system(&self) -> Option<SystemId> {
        match self {
            Self::PushMemo(_, system) | Self::PushReceipt(_, system) => Some(*system),
            Self::PushNotification(_, system) => Some(*system),
            Self::SendSms(_) => Some(SMS_GATEWAY),
            Self::SendNotice(_) => Some(MAIL_CARRIER),
            Self::Extract(_) | Self::SetGoing(..) | Self::Check(_) | Self::Release(_) => None,
            Self::Resume(_) | Self::KeepHouse => None,
        }
    }
}

/// How much there is of everything; for metrics, `doctor` and tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Submissions.
    pub transmissions: u64,
    /// Messages.
    pub memos: u64,
    /// Letters received and not yet filed. While a store that was opened with a long queue still looks
    /// through it, those it has not come to are missing here.
    pub incoming: u64,
    /// Pieces of work not done.
    pub jobs: u64,
    /// Receipts not yet delivered.
    pub receipts_waiting: u64,
    /// Deliveries that wait for, or are with, a receiver.
    pub deliveries_open: u64,
    /// Events.
    pub events: u64,
}

/// A party as `CPR:…` or `CVR:…`, for the store.
pub(crate) mod party_text {
    use brevdue_memo::PartyId;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        party: &PartyId,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}:{}", party.id_type(), party.digits()))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<PartyId, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (id_type, id) = text.split_once(':').ok_or_else(|| D::Error::custom("not a party"))?;
        PartyId::parse(id_type, id).map_err(D::Error::custom)
    }
}
