//! Bytes: small ones travel in the row, large ones stand in files named by their digest.

use std::fmt;
use std::io::{Read, Seek};

use brevdue_memo::Timestamp;
use bytes::Bytes;

use super::StorageError;

/// Bytes up to which content travels in the row that names it.
pub const ROW_BYTES: u64 = 64 * 1024;

/// SHA-256 of some bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

/// Bytes that are durable, or become so with the batch that names them.
#[derive(Clone, PartialEq, Eq)]
pub struct ContentRef {
    /// Their digest.
    pub digest: Digest,
    /// How many.
    pub length_bytes: u64,
    /// Where they are.
    pub place: Place,
}

/// Where bytes are.
#[derive(Clone, PartialEq, Eq)]
pub enum Place {
    /// In the row that names them.
    Row(Bytes),
    /// In the content store under their digest, durable already.
    Store,
    /// Where the store wrote them when it received them, durable already.
    Journal(Spot),
}

/// A place in a store's journal. What it means is known to the store that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Spot {
    /// Number of the segment.
    pub segment: u32,
    /// Bytes from its beginning.
    pub offset: u32,
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08}+{}", self.segment, self.offset)
    }
}

/// Never shows the bytes.
impl fmt::Debug for ContentRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentRef({}, {} bytes)", self.digest, self.length_bytes)
    }
}

/// Bytes being read. Reading may block.
pub trait ContentSource: Read + Seek + Send {}
impl<T: Read + Seek + Send> ContentSource for T {}

/// Bytes being written. Dropped before [`ContentSink::finish`], nothing remains of them.
pub trait ContentSink: Send {
    /// Adds bytes. May block.
    ///
    /// # Errors
    /// When the store cannot take them.
    fn write(&mut self, bytes: &[u8]) -> Result<(), StorageError>;

    /// Makes the bytes durable, unless they are few enough for the row. May block for an fsync.
    /// The same bytes written twice are stored once. A sweep leaves what was finished after its
    /// `older_than` alone even before a row names it.
    ///
    /// # Errors
    /// When the store cannot.
    fn finish(self: Box<Self>) -> Result<ContentRef, StorageError>;
}

/// Where bytes are kept.
pub trait Contents: Send + Sync + 'static {
    /// Starts writing. `now` is when the bytes came.
    ///
    /// # Errors
    /// When the store cannot take any.
    fn begin(&self, now: Timestamp) -> Result<Box<dyn ContentSink>, StorageError>;

    /// Opens bytes for reading.
    ///
    /// # Errors
    /// `Damaged` when they are not there.
    fn open(&self, content: &ContentRef) -> Result<Box<dyn ContentSource>, StorageError>;
}
