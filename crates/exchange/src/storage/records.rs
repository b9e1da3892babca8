//! Records: everything that is registered, described, drafted or subscribed to. One shape for all, kept
//! apart from the letters' road, which never reads them.
//!
//! What a record says is its owner's business: see [`crate::resource`].

use brevdue_memo::Timestamp;
use uuid::Uuid;

use super::{Conflict, ContentRef};

macro_rules! kinds {
    ($($(#[$meta:meta])* $Name:ident = $word:literal)*) => {
        /// What a record is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum RecordKind { $($(#[$meta])* $Name,)* }

        impl RecordKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$Name,)*];

            /// Its word in the store and in error texts.
            pub fn word(self) -> &'static str {
                match self { $(Self::$Name => $word,)* }
            }

            /// The kind of a word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$Name),)* _ => None }
            }
        }
    };
}

kinds! {
    /// What the registry tells of an organisation beside what letters need of it.
    Organisation = "organisation"
    /// What the registry tells of a system beside what letters need of it.
    System = "system"
    /// A system's SSH key; named by its SSH user name.
    SshKey = "ssh-key"
    /// A file that a system handed in by SFTP, or that waits there for it.
    SftpFile = "sftp-file"
    /// A supplier's template for systems.
    SystemTemplate = "system-template"
    /// What the registry tells of a contact beside what letters need of it.
    Contact = "contact"
    /// Who wants to hear of changes to contacts.
    ContactSubscription = "contact-subscription"
    /// Who wants to hear of changes to organisations.
    OrganisationSubscription = "organisation-subscription"
    /// A change to a contact or organisation that is to be told to one system.
    ChangeNotification = "change-notification"
    /// An exemption from Digital Post.
    Exemption = "exemption"
    /// A group of contact points.
    ContactGroup = "contact-group"
    /// What the contact structure tells of a contact point beside what letters need of it.
    ContactPoint = "contact-point"
    /// A logo.
    Logo = "logo"
    /// What a mailbox is set to.
    Mailbox = "mailbox"
    /// When somebody last looked at a mailbox.
    MailboxVisit = "mailbox-visit"
    /// That somebody is, or was, told of new mail in a mailbox.
    MailboxHeard = "mailbox-heard"
    /// A folder of somebody's own.
    Folder = "folder"
    /// A message being written.
    Draft = "draft"
    /// Who may open a mailbox, and how they hear of new mail.
    Access = "access"
    /// Somebody who has signed in, with their tokens.
    Consent = "consent"
    /// A token that somebody who signed in shows; named by its SHA-256.
    AccessToken = "access-token"
    /// A code given at sign-in, to be changed for tokens once.
    AuthorizationCode = "authorization-code"
    /// A message to a person or an operator that is to leave by mail.
    Notice = "notice"
    /// A text message handed to the sink of local mode.
    TextMessage = "text-message"
    /// A letter handed to the print supplier.
    PrintJob = "print-job"
    /// A call of the municipal facade, by the submission it made.
    KombiCall = "kombi-call"
    /// A fault that local mode makes on purpose.
    Fault = "fault"
    /// A run of the conformance suite.
    ConformanceRun = "conformance-run"
    /// An alarm that has been raised and not been put right.
    Alarm = "alarm"
}

/// Something remembered by kind and id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What it is.
    pub kind: RecordKind,
    /// Unique within its kind.
    pub id: Uuid,
    /// What lists are made by: the organisation, system or mailbox it belongs to; nil when to none.
    pub owner: Uuid,
    /// By what else it is looked up, within its kind; not unique; may be empty.
    pub name: String,
    /// 1 at first, one more with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What it says, as JSON.
    pub body: String,
    /// The bytes that belong to it, for example the files of a draft; the body names them by position.
    pub contents: Vec<ContentRef>,
}

/// What a change of a record rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// There is none yet. Conflict: `Exists`.
    Absent,
    /// It has this version. Conflict: `Missing` or `Changed`.
    Version(i64),
    /// Whatever is there is replaced.
    Anything,
}

impl Expect {
    /// Compares with the version that is there; for back ends.
    ///
    /// # Errors
    ///
    /// The conflict that [`Op::PutRecord`](super::Op::PutRecord) names.
    pub fn holds(self, kind: RecordKind, version: Option<i64>) -> Result<(), Conflict> {
        let what = kind.word();
        match (self, version) {
            (Self::Anything, _) | (Self::Absent, None) => Ok(()),
            (Self::Absent, Some(_)) => Err(Conflict::Exists { what }),
            (Self::Version(_), None) => Err(Conflict::Missing { what }),
            (Self::Version(expected), Some(there)) if expected == there => Ok(()),
            (Self::Version(_), Some(_)) => Err(Conflict::Changed { what }),
        }
    }
}
