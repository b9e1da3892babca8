//! The content of a file inside a message: Base64 in its place, decoded when somebody asks.

use std::io::{self, Read, Seek};

/// The content of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// The content stands in the document it was read from.
    InPlace(InPlace),
    /// The content is held in memory, decoded; what a builder makes.
    Held(Vec<u8>),
}

/// Where in the source a file's Base64 stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InPlace {
    /// First byte after the start tag, counted from the start of the source.
    pub offset_bytes: u64,
    /// Bytes between the tags.
    pub encoded_bytes: u64,
    /// Length of the file once decoded.
    pub decoded_bytes: u64,
}

impl Content {
    /// Length of the file in bytes, decoded.
    pub fn len_bytes(&self) -> u64 {
        match self {
            Self::InPlace(place) => place.decoded_bytes,
            Self::Held(bytes) => bytes.len() as u64,
        }
    }

    /// A reader of the decoded bytes, in constant memory. `source` is the document the message was
    /// read from; content held in memory does not touch it.
    pub fn open<'a, S: Read + Seek + 'a>(&'a self, source: S) -> io::Result<Box<dyn Read + 'a>> {
        let _ = source;
        unimplemented!()
    }
}
