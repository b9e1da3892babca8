//! Containers of many messages: a tar archive in LZMA, `.xz`, `.gz` or `.zst`, in and out, streaming.
//!
//! `decompress` finds the compression by its signature and keeps the limits, `unpack` walks the
//! archive, `pack` writes one. Nothing is ever written to a path named by an archive.
//!
//! ```
//! use brevdue_memo::container::{ContainerLimits, Packer, unpack};
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
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::io::{self, Read};

mod decompress;
mod names;
mod pack;
mod unpack;

pub use pack::Packer;
pub use unpack::unpack;

/// Limits of unpacking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerLimits {
    /// Bytes of the dictionary (window) a container may ask for; the official .NET library asks for 128 MiB.
    pub dictionary_bytes: u64,
    /// Files in one container; as many directories again are passed over.
    pub entries: usize,
    /// Bytes of one file.
    pub entry_bytes: u64,
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
            ratio: 200,
            ratio_free_entry_bytes: 256 * 1024,
            unpacked_bytes: 20_000_000_000,
        }
    }
}

/// Why a container could not be read to its end. Entries handed out before are good.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ContainerError {
    /// The source failed, or whoever took the entries did.
    #[error("could not read the container")]
    Io(#[source] io::Error),
    /// The bytes are not a tar archive in a compression we know.
    #[error("not a container: {0}")]
    Unreadable(String),
    /// An entry is not a plain file with a safe name.
    #[error("entry {entry} of the container is not allowed: {reason}")]
    Forbidden {
        /// Number of the entry, from 1.
        entry: usize,
        /// Which rule it breaks.
        reason: &'static str,
    },
    /// A limit of [`ContainerLimits`].
    #[error("the container is too large: {0}")]
    TooLarge(String),
}

/// One file in a container.
pub struct Entry<'a> {
    /// Number of the entry, from 1.
    pub number: usize,
    /// Name as written, checked to be safe.
    pub name: &'a str,
    /// Length in bytes.
    pub length_bytes: u64,
    /// Its bytes.
    pub reader: &'a mut dyn Read,
}
