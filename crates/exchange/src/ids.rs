//! Ids, each of its own type, and who makes them.

use std::fmt;

use sha1::{Digest as _, Sha1};
use uuid::Uuid;

/// Makes ids. Only `cli` has one that is random.
pub trait Ids: Send + Sync + 'static {
    /// A UUID of version 4, for what the outside sees.
    fn random(&self) -> Uuid;
    /// A UUID of version 7, for our own keys: they sort by the time they were made.
    fn ordered(&self) -> Uuid;
}

/// The UUID (version 5) of a name within something that has one: the same name, the same id.
pub fn named(within: Uuid, name: &str) -> Uuid {
    let mut hash = Sha1::new();
    hash.update(within.as_bytes());
    hash.update(name.as_bytes());
    let digest: [u8; 20] = hash.finalize().into();
    let [first @ .., _, _, _, _] = digest;
    uuid::Builder::from_sha1_bytes(first).into_uuid()
}

macro_rules! ids {
    ($($(#[$meta:meta])* $Name:ident)*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $Name(pub Uuid);

        impl fmt::Debug for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($Name), "({})"), self.0)
            }
        }
        impl fmt::Display for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

ids! {
    /// An authority or a company.
    OrganisationId
    /// A sender or receiver system.
    SystemId
    /// A person or company in the contact registry; the owner of a mailbox.
    ContactId
    /// A contact point of an authority.
    ContactPointId
    /// One submission: one HTTP call, one file.
    TransmissionId
    /// Our key of one message; not the sender's `messageUUID`.
    MemoKey
    /// A receipt.
    ReceiptId
    /// An event in the log.
    EventId
    /// A piece of work.
    JobId
    /// Who has claimed a piece of work.
    WorkerId
}
