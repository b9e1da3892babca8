//! The event log: what happened to a message, in the official words.

use brevdue_memo::Timestamp;
use brevdue_wire::ReceiptStatus;
use uuid::Uuid;

use crate::{EventId, MemoKey, OrganisationId, SystemId, TransmissionId};

/// One line of the log. Holds no number, name or content: people stand in it by ids of ours, which only
/// the registry can tell whose they are.
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
    /// Whom it is about: the mailbox something happened in, the contact or organisation a message is to,
    /// who was looked up, or who signed in. An id of ours.
    pub owner: Option<Uuid>,
    /// The person who acted: the identity that signed in.
    pub actor: Option<Uuid>,
    /// Through which door a message came or was fetched, where that is told.
    pub door: Option<Door>,
}

/// A door that is told. What came or went by REST has none, nor has what happened before doors were told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Door {
    /// The SFTP door.
    Sftp,
}

impl Door {
    /// Its word in stores, hashes and answers.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sftp => "sftp",
        }
    }

    /// The door of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "sftp" => Some(Self::Sftp),
            _ => None,
        }
    }
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
    /// A message was moved to another folder.
    MessageMoved = "MESSAGE_MOVED"
    /// A message was deleted, or taken out of its mailbox.
    MessageDeleted = "MESSAGE_DELETED"
    /// The owner changed title, code or note of a message.
    MessageUpdated = "MESSAGE_UPDATED"
    /// The owner flagged a message, or took the flag away.
    FlagChanged = "FLAG_CHANGED"
    /// A legal document was served: its recipient has acknowledged it.
    MessageLegallyNotified = "MESSAGE_LEGALLY_NOTIFIED"
    /// A person passed a message on to an authority.
    MessageForwardedToAuthority = "MESSAGE_FORWARDED_TO_AUTHORITY"
    /// A person passed a message on to somebody they trust.
    MessageForwardedToTrusted = "MESSAGE_FORWARDED_TO_TRUSTED"
    /// A person passed a message on by mail.
    MessageForwardedToEmail = "MESSAGE_FORWARDED_TO_EMAIL"
    /// A draft was made or changed.
    DraftSaved = "DRAFT_SAVED"
    /// A draft was deleted.
    DraftDeleted = "DRAFT_DELETED"
    /// A folder was made.
    FolderCreated = "FOLDER_CREATED"
    /// A folder got another name.
    FolderUpdated = "FOLDER_UPDATED"
    /// A folder was put into another.
    FolderMoved = "FOLDER_MOVED"
    /// A folder was deleted.
    FolderDeleted = "FOLDER_DELETED"
    /// The owner looked at a mailbox.
    MailboxRead = "MAILBOX_READ"
    /// Somebody with access looked at a mailbox.
    MailboxReadByPartyRepresentative = "MAILBOX_READ_BY_PARTY_REPRESENTATIVE"
    /// Somebody got access to a mailbox.
    ReadAccessCreated = "READ_ACCESS_CREATED"
    /// Somebody has access to a mailbox no more.
    ReadAccessDeleted = "READ_ACCESS_DELETED"
    /// Somebody has seen the introduction to a mailbox.
    IntroductionCompleted = "INTRODUCTION_COMPLETED"
    /// A mail address is to be told of new mail.
    EmailNotificationSubscriptionCreated = "EMAIL_NOTIFICATION_SUBSCRIPTION_CREATED"
    /// A mail address that is told of new mail was changed.
    EmailNotificationSubscriptionUpdated = "EMAIL_NOTIFICATION_SUBSCRIPTION_UPDATED"
    /// A mail address is told of new mail no more.
    EmailNotificationSubscriptionDeleted = "EMAIL_NOTIFICATION_SUBSCRIPTION_DELETED"
    /// A mail address was verified.
    EmailNotificationSubscriptionVerified = "EMAIL_NOTIFICATION_SUBSCRIPTION_VERIFIED"
    /// A telephone number is to be told of new mail.
    SmsNotificationSubscriptionCreated = "SMS_NOTIFICATION_SUBSCRIPTION_CREATED"
    /// A telephone number that is told of new mail was changed.
    SmsNotificationSubscriptionUpdated = "SMS_NOTIFICATION_SUBSCRIPTION_UPDATED"
    /// A telephone number is told of new mail no more.
    SmsNotificationSubscriptionDeleted = "SMS_NOTIFICATION_SUBSCRIPTION_DELETED"
    /// A telephone number was verified.
    SmsNotificationSubscriptionVerified = "SMS_NOTIFICATION_SUBSCRIPTION_VERIFIED"
    /// A device is to be told of new mail.
    PushNotificationSubscriptionCreated = "PUSH_NOTIFICATION_SUBSCRIPTION_CREATED"
    /// A device that is told of new mail was changed.
    PushNotificationSubscriptionUpdated = "PUSH_NOTIFICATION_SUBSCRIPTION_UPDATED"
    /// A device is told of new mail no more.
    PushNotificationSubscriptionDeleted = "PUSH_NOTIFICATION_SUBSCRIPTION_DELETED"
    /// Somebody signed in with an app.
    AppAccessCreated = "APP_ACCESS_CREATED"
    /// An app was signed out.
    AppAccessRemoved = "APP_ACCESS_REMOVED"
    /// Somebody took back what they had allowed a client.
    ConsentRevoked = "CONSENT_REVOKED"
    /// A system was changed or switched off.
    SystemChanged = "SYSTEM_CHANGED"
    /// Contacts were searched.
    ContactSearches = "CONTACT_SEARCHES"
    /// People were looked up by their number.
    CprLookedUp = "CPR_LOOKED_UP"
    /// Organisations or companies were looked up by their number.
    CvrLookedUp = "CVR_LOOKED_UP"
    /// One contact was opened.
    ContactRegistryAccessedCitizen = "CONTACT_REGISTRY_ACCESSED_CITIZEN"
    /// A contact point was made, changed or removed.
    ContactPointChanged = "CONTACT_POINT_CHANGED"
    /// A contact group was made, changed or removed.
    ContactGroupChanged = "CONTACT_GROUP_CHANGED"
    /// A contact was exempted from Digital Post.
    DigitalPostExempted = "DIGITAL_POST_EXEMPTED"
    /// A contact was registered for Digital Post.
    DigitalPostRegistered = "DIGITAL_POST_REGISTERED"
    /// A telephone number for text messages was entered.
    NemSmsCreated = "NEM_SMS_CREATED"
    /// A telephone number for text messages was changed.
    NemSmsUpdated = "NEM_SMS_UPDATED"
    /// A telephone number for text messages was removed.
    NemSmsDeleted = "NEM_SMS_DELETED"
    /// A telephone number for text messages was verified.
    NemSmsActivated = "NEM_SMS_ACTIVATED"
    /// A notice to the owner of a system, or to somebody who has new mail, was handed out.
    NotificationSent = "NOTIFICATION_SENT"
    /// A notice to a person was not taken in time, or will never be.
    NotificationFailed = "NOTIFICATION_FAILED"
}
