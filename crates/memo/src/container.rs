//! Containers of many messages: a tar archive in LZMA, `.xz`, `.gz` or `.zst`, in and out, streaming.
//!
//! `decompress` finds the compression by its signature and keeps the limits, `walk` goes through the
//! archive, `names` and `places` judge names and identities, `pack` writes one. Nothing is ever
//! written to a path named by an archive.
//!
//! [`unpack`] stops at the first error, as an exchange does; [`walk`] passes over entries at fault and
//! tells everything it finds, as a checker does.
//!
//! ```
//! use brevdue_memo::container::{ContainerLimits, Packer, Part, unpack, walk};
//!
//! let mut packer = Packer::new(Vec::new())?;
//! packer.append("8c2ea15d-61fb-4ba9-9366-42f8b194c114.xml", 4, &mut &b"<a/>"[..])?;
//! let container = packer.finish()?;
//!
//! let files = unpack(container.as_slice(), &ContainerLimits::default(), &mut |entry| {
//!     assert_eq!((entry.number, entry.length_bytes), (1, 4));
//!     std::io::copy(entry.reader, &mut std::io::sink()).map(|_| ())
//! })?;
//! assert_eq!(files, 1);
//!
//! // Cut off, it still gives what came before, and one finding that says so.
//! let mut findings = Vec::new();
//! walk(&container[..container.len() - 4], &ContainerLimits::default(), &mut |part| {
//!     match part {
//!         Part::File(entry) => assert_eq!(entry.number, 1),
//!         Part::Finding(finding) => findings.push(finding.rule),
//!     }
//!     Ok(())
//! })?;
//! assert_eq!(findings, ["MEMO-C-010"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt;
use std::io::{self, Read};

use crate::Finding;
use crate::rulebook::{self, Rule};

mod decompress;
mod names;
mod pack;
mod places;
mod walk;

pub use pack::{DictionarySize, PackOptions, Packer};
pub use places::{Places, judge_file_name};
pub use walk::{unpack, walk};

/// Limits of unpacking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerLimits {
    /// Bytes of the dictionary (window) a container may ask for; the official .NET library asks for 128 MiB.
    pub dictionary_bytes: u64,
    /// Files in one container, those at fault included; as many directories again are passed over.
    pub entries: usize,
    /// Bytes of one file.
    pub entry_bytes: u64,
    /// Bytes of a long name or of pax attributes in the archive.
    pub name_bytes: u64,
    /// Bytes out per byte in, over the whole container, once more has come out than is free.
    pub ratio: u64,
    /// Bytes of each file that the ratio does not count, and 1 MiB besides: letters made from one
    /// template, or with the same attachment, honestly shrink to almost nothing. One file that is a
    /// bomb gets no room from this.
    pub ratio_free_entry_bytes: u64,
    /// Bytes out over the whole container.
    pub unpacked_bytes: u64,
}

impl Default for ContainerLimits {
    fn default() -> Self {
        Self {
            dictionary_bytes: 128 << 20,
            entries: 10_000,
            entry_bytes: 105_000_000,
            name_bytes: 64 * 1024,
            ratio: 200,
            ratio_free_entry_bytes: 256 * 1024,
            unpacked_bytes: 20_000_000_000,
        }
    }
}

/// Why a container could not be read to its end. Entries handed out before are good.
#[derive(Debug)]
#[non_exhaustive]
pub enum ContainerError {
    /// The source failed, or whoever took the entries did. Trying again may help.
    Io(io::Error),
    /// The container breaks a rule. Trying again will not help.
    Invalid(Box<Finding>),
    /// The container is over a limit of [`ContainerLimits`].
    TooLarge(Box<Finding>),
}

/// Rules that are limits of [`ContainerLimits`].
static LIMITS: [&Rule; 7] = [
    &rulebook::DICTIONARY_TOO_LARGE,
    &rulebook::UNPACKED_TOO_LARGE,
    &rulebook::RATIO_TOO_HIGH,
    &rulebook::TOO_MANY_FILES,
    &rulebook::TOO_MANY_DIRECTORIES,
    &rulebook::ENTRY_TOO_LARGE,
    &rulebook::ENTRY_NAME_TOO_LONG,
];

impl ContainerError {
    /// What is wrong with the container: rule, `entry[3]` when one entry is at fault, and the byte of
    /// the unpacked archive; nothing when reading itself failed.
    pub fn finding(&self) -> Option<&Finding> {
        match self {
            Self::Io(_) => None,
            Self::Invalid(finding) | Self::TooLarge(finding) => Some(finding),
        }
    }

    /// The rule that is broken.
    pub fn rule(&self) -> Option<&'static Rule> {
        rulebook::rule(self.finding()?.rule)
    }

    /// The finding by itself.
    ///
    /// # Errors
    /// When reading itself failed.
    pub fn into_finding(self) -> io::Result<Finding> {
        match self {
            Self::Io(error) => Err(error),
            Self::Invalid(finding) | Self::TooLarge(finding) => Ok(*finding),
        }
    }
}

impl From<Finding> for ContainerError {
    fn from(finding: Finding) -> Self {
        if LIMITS.iter().any(|rule| rule.id == finding.rule) {
            Self::TooLarge(Box::new(finding))
        } else {
            Self::Invalid(Box::new(finding))
        }
    }
}

impl fmt::Display for ContainerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.finding() {
            None => f.write_str("could not read the container"),
            Some(finding) if finding.path.is_empty() => {
                write!(f, "{}: {}", finding.rule, finding.english)
            }
            Some(finding) => write!(f, "{} in {}: {}", finding.rule, finding.path, finding.english),
        }
    }
}

impl std::error::Error for ContainerError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::Invalid(_) | Self::TooLarge(_) => None,
        }
    }
}

/// What [`walk`] comes upon.
pub enum Part<'a> {
    /// A file.
    File(Entry<'a>),
    /// Something to tell about the container, or about an entry that was passed over. Its position has
    /// no line, only the byte of the unpacked archive.
    Finding(Finding),
}

/// One file in a container.
pub struct Entry<'a> {
    /// Number of the entry, from 1, as `tar t` lists them: directories count.
    pub number: usize,
    /// Name as written, checked to be safe.
    pub name: &'a str,
    /// Length in bytes.
    pub length_bytes: u64,
    /// Its bytes.
    pub reader: &'a mut dyn Read,
}

/// How findings name an entry.
fn entry_path(number: usize) -> String {
    format!("entry[{number}]")
}
