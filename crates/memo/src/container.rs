//! Containers of many messages: a tar archive in LZMA, `.xz`, `.gz` or `.zst`, in and out, streaming.

use std::io::{self, Read, Write};

/// Limits of unpacking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerLimits {
    /// Bytes of the LZMA dictionary a container may ask for; the official .NET library asks for 128 MiB.
    pub dictionary_bytes: u64,
    /// Files in one container.
    pub entries: usize,
    /// Bytes of one file.
    pub entry_bytes: u64,
    /// Bytes out per byte in, over the whole container, once more than 1 MiB has come out.
    pub ratio: u64,
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

/// Hands every file of a container to `each`, in order; returns how many.
///
/// # Errors
/// See [`ContainerError`]; an error of `each` comes back as [`ContainerError::Io`].
pub fn unpack<R: Read>(
    source: R,
    limits: &ContainerLimits,
    each: &mut dyn FnMut(Entry<'_>) -> io::Result<()>,
) -> Result<usize, ContainerError> {
    let _ = (source, limits, each);
    unimplemented!()
}

/// Writes a `.tar.lzma` that the official libraries read: properties 0x5D, 16 MiB dictionary, end marker.
pub struct Packer<W: Write> {
    out: W,
}

impl<W: Write> Packer<W> {
    /// Starts a container on `out`.
    ///
    /// # Errors
    /// When the encoder cannot be made or `out` fails.
    pub fn new(out: W) -> io::Result<Self> {
        Ok(Self { out })
    }

    /// Adds a file of exactly `length_bytes`, named `name` (by custom `<messageUUID>.xml`).
    ///
    /// # Errors
    /// When `content` is shorter or longer than said, or `out` fails.
    pub fn append(
        &mut self,
        name: &str,
        length_bytes: u64,
        content: &mut dyn Read,
    ) -> io::Result<()> {
        let _ = (name, length_bytes, content);
        unimplemented!()
    }

    /// Ends the container and gives back the target.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn finish(self) -> io::Result<W> {
        Ok(self.out)
    }
}
