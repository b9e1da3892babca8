//! Names of things. Each is a type of its own, and each is data: an authority may add its own.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Characters in a key at most.
pub const KEY_CHARACTERS: usize = 64;

/// A text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a key is 1 to 64 of the characters A-Z, a-z, 0-9, '.', '_' and '-', and begins with a letter or digit"
)]
pub struct NotAKey;

fn is_key(text: &str) -> bool {
    text.len() <= KEY_CHARACTERS
        && text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

macro_rules! keys {
    ($($(#[$meta:meta])* $Name:ident)*) => {$(
        $(#[$meta])*
        ///
        /// A key: see [`NotAKey`].
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $Name(Box<str>);

        impl $Name {
            /// As text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $Name {
            type Err = NotAKey;

            fn from_str(text: &str) -> Result<Self, NotAKey> {
                if is_key(text) { Ok(Self(text.into())) } else { Err(NotAKey) }
            }
        }

        impl TryFrom<String> for $Name {
            type Error = NotAKey;

            fn try_from(text: String) -> Result<Self, NotAKey> {
                text.parse()
            }
        }

        impl From<$Name> for String {
            fn from(key: $Name) -> Self {
                key.0.into()
            }
        }

        impl fmt::Display for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $Name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    )*};
}

keys! {
    /// An area of the implementation concept, for example `DAT`.
    AreaId
    /// A task package (opgavepakke), for example `OP3`; the light version is `LIGHT`.
    PackageId
    /// A task of a package, for example `OP3-T01`, or `L1`.
    TaskId
    /// A milestone, for example `GOLIVE`.
    MilestoneId
    /// A deadline profile (tidsprofil), for example `NEW`.
    ProfileId
    /// A role, for example `sysowner`.
    RoleId
    /// A requirement or check, for example `MK-A2`.
    RequirementId
    /// An archetype of letters, for example `AR3`.
    ArchetypeId
    /// Any object of a programme, unique within its kind: a system, a supplier, a risk.
    Key
}

/// One programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ProgrammeId(pub Uuid);

impl fmt::Display for ProgrammeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ProgrammeId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self)
    }
}

/// A milestone that the engine itself asks about; the rest are only data.
pub mod milestones {
    /// The official deadline of «2021».
    pub const GOLIVE: &str = "GOLIVE";
    /// The official deadline of «2023»: all sender systems send MeMo.
    pub const MEMO_ONLY: &str = "MEMO_ONLY";
    /// Legacy formats are refused.
    pub const LEGACY_OFF: &str = "LEGACY_OFF";
    /// The programme begins.
    pub const START: &str = "START";
    /// The declaration of readiness.
    pub const READY: &str = "READY";
    /// The window without sending; it has a start and an end.
    pub const CUTOVER: &str = "CUTOVER";
    /// MeMo 1.2 alone.
    pub const MEMO12_ONLY: &str = "MEMO12_ONLY";
}
