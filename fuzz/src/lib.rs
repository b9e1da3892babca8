//! What the targets share: limits small enough to be met by small inputs, a source that hands out its
//! bytes as it likes, and a count of the memory in use.

use std::io::{self, Cursor, Read};

use brevdue_memo::{Content, File, Limits, Message};

mod heap;

pub use heap::peak_bytes;

/// Limits that inputs of a few thousand bytes run into.
pub fn small_limits() -> Limits {
    Limits {
        depth: 12,
        attributes: 8,
        token_bytes: 2048,
        name_bytes: 64,
        findings: 6,
        document_bytes: 24 * 1024,
        repeated: 20,
        text_bytes: 4096,
    }
}

/// Hands out its bytes in pieces of changing length, so that every buffer ends in an odd place.
pub struct Dribble<'a> {
    bytes: &'a [u8],
    step: usize,
}

impl<'a> Dribble<'a> {
    /// The bytes, in pieces that their number decides.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, step: bytes.len() }
    }
}

impl Read for Dribble<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.step = self.step.wrapping_mul(5).wrapping_add(3) % 17;
        let count = (self.step + 1).min(buffer.len()).min(self.bytes.len());
        let (piece, rest) = self.bytes.split_at(count);
        buffer[..count].copy_from_slice(piece);
        self.bytes = rest;
        Ok(count)
    }
}

fn files(message: &mut Message) -> impl Iterator<Item = &mut File> {
    message.body.iter_mut().flat_map(|body| {
        let additional = body.additional_documents.iter_mut().flat_map(|it| &mut it.files);
        let technical = body.technical_documents.iter_mut().flat_map(|it| &mut it.files);
        body.main_document.files.iter_mut().chain(additional).chain(technical)
    })
}

/// The message with the content of its files in memory, so that two readings can be compared.
pub fn held(mut message: Message, document: &[u8]) -> Message {
    for file in files(&mut message) {
        let content =
            file.content.hold(Cursor::new(document)).expect("content that was checked decodes");
        assert_eq!(content.len() as u64, file.content.len_bytes());
        file.content = Content::Held(content);
    }
    message
}
