//! The event log: what happened to a message, in the official words.

use brevdue_memo::Timestamp;
use brevdue_wire::ReceiptStatus;
use uuid::Uuid;

use crate::{EventId, MemoKey, OrganisationId, SystemId, TransmissionId};

/// One line of the log. Holds no personal data: people are found by way of the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Id.
    pub id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub tag: EventTag,
    /// The submission.
    pub transmission: Option<TransmissionId>,
    /// The message.
    pub memo: Option<MemoKey>,
    /// `messageUUID`, once known.
    pub message_uuid: Option<Uuid>,
    /// The system that acted or was called.
    pub system: Option<SystemId>,
    /// The organisation that acted.
    pub organisation: Option<OrganisationId>,
    /// What a receipt said.
    pub receipt_status: Option<ReceiptStatus>,
    /// Why a message was refused.
    pub error_code: Option<String>,
    /// Bytes of the message or archive.
    pub size_bytes: Option<u64>,
}

macro_rules! tags {
    ($($(#[$meta:meta])* $Name:ident = $text:literal)*) => {
        /// The official event tags in use.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum EventTag { $($(#[$meta])* $Name,)* }

        impl EventTag {
            /// Every tag.
            pub const ALL: &'static [Self] = &[$(Self::$Name,)*];

            /// The official name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$Name => $text,)* }
            }

            /// The tag of an official name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$Name),)* _ => None }
            }
        }
    };
}

tags! {
    /// A single message is durable.
    MemoSendReceived = "MEMO_SEND_RECEIVED"
    /// An archive is durable.
    MemoMassSendReceived = "MEMO_MASS_SEND_RECEIVED"
    /// A message was taken out of its archive.
    MemoExtracted = "MEMO_EXTRACTED"
    /// An archive could not be read.
    MemoArchiveRejected = "MEMO_ARCHIVE_REJECTED"
    /// The technical receipt was given.
    TechnicalReceiptSent = "TECHNICAL_RECEIPT_SENT"
    /// Every check passed.
    MemoSendValidated = "MEMO_SEND_VALIDATED"
    /// A check failed.
    MemoSendValidationFailed = "MEMO_SEND_VALIDATION_FAILED"
    /// Checked, and waiting for its delivery date.
    DelayedMemoSendValidatedAwaitingDelay = "DELAYED_MEMO_SEND_VALIDATED_AWAITING_DELAY"
    /// Its delivery date has come.
    DelayedMemoSendSent = "DELAYED_MEMO_SEND_SENT"
    /// It was called back before it was delivered.
    MemoSendRecalled = "MEMO_SEND_RECALLED"
    /// It was called back while it waited for its delivery date.
    DelayedMemoMessageRecalled = "DELAYED_MEMO_MESSAGE_RECALLED"
    /// An administrator of the sender called it back.
    MessageRecalledByAdministrator = "MESSAGE_RECALLED_BY_ADMINISTRATOR"
    /// In the recipient's mailbox: it has arrived.
    MemoAvailableToRecipient = "MEMO_AVAILABLE_TO_RECIPIENT"
    /// Waiting to be fetched by a receiver system.
    MemoSendReadyForFetch = "MEMO_SEND_READY_FOR_FETCH"
    /// A receiver system has fetched it.
    MemoSendFetchedByRecipientSystem = "MEMO_SEND_FETCHED_BY_RECIPIENT_SYSTEM"
    /// It was pushed to a receiver system.
    MemoSendSentToRecipientSystem = "MEMO_SEND_SENT_TO_RECIPIENT_SYSTEM"
    /// A push failed; it will be tried again.
    MemoSendSentToRecipientSystemFailed = "MEMO_SEND_SENT_TO_RECIPIENT_SYSTEM_FAILED"
    /// The SMS gateway has taken a text message.
    NemSmsSentSuccessfully = "NEM_SMS_SENT_SUCCESSFULLY"
    /// The SMS gateway will never take a text message.
    NemSmsSentAndRejected = "NEM_SMS_SENT_AND_REJECTED"
    /// The SMS gateway could not take a text message now.
    NemSmsSendFailed = "NEM_SMS_SEND_FAILED"
    /// A business receipt was made.
    BusinessReceiptCreated = "BUSINESS_RECEIPT_CREATED"
    /// The sender system has the business receipt.
    BusinessReceiptSendToSenderSystem = "BUSINESS_RECEIPT_SEND_TO_SENDER_SYSTEM"
    /// The business receipt could not be pushed; it will be tried again.
    BusinessReceiptSendToSenderSystemFailed = "BUSINESS_RECEIPT_SEND_TO_SENDER_SYSTEM_FAILED"
    /// A receiver system told what became of the message.
    BusinessReceiptReceivedByRecipientSystem = "BUSINESS_RECEIPT_RECEIVED_BY_RECIPIENT_SYSTEM"
    /// A message entered a mailbox.
    MessageReceived = "MESSAGE_RECEIVED"
    /// A person opened a message.
    MessageRead = "MESSAGE_READ"
    /// A person sent a message from a mailbox.
    MessageSentMailbox = "MESSAGE_SENT_MAILBOX"
    /// A letter on paper is with the print supplier.
    PhysicalLetterSent = "PHYSICAL_LETTER_SENT"
    /// A system was changed or switched off.
    SystemChanged = "SYSTEM_CHANGED"
    /// A notice to the owner of a system was handed out.
    NotificationSent = "NOTIFICATION_SENT"
}
