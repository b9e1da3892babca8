//! The bytes of a document: a sliding buffer, checked to be UTF-8, that knows line and column.

use std::io::{self, Read};

use super::fault::{Fault, Stop};
use crate::finding::{Position, Word};
use crate::rulebook;

const FIRST_BUFFER_BYTES: usize = 16 * 1024;
const BUFFER_BYTES: usize = 64 * 1024;

/// A window onto the document. What is unread begins at `start`; tokens longer than the window make
/// it grow, and only as far as [`crate::Limits::token_bytes`] lets the tokenizer ask.
pub(crate) struct Input<'r> {
    source: &'r mut dyn Read,
    buffer: Vec<u8>,
    /// First unread byte.
    start: usize,
    /// End of what is known to be UTF-8, always between two characters.
    valid: usize,
    /// End of what has been read.
    end: usize,
    /// Offset in the document of the first byte of the buffer.
    base: u64,
    /// A place in the buffer, at or before `start`, whose line and column are known.
    mark: usize,
    line: u64,
    column: u64,
    /// Whether the latest read filled the buffer.
    filled: bool,
    ended: bool,
    invalid: bool,
    limit_bytes: u64,
}

impl<'r> Input<'r> {
    pub(crate) fn new(source: &'r mut dyn Read, limit_bytes: u64) -> Self {
        Self {
            source,
            buffer: vec![0; FIRST_BUFFER_BYTES],
            start: 0,
            valid: 0,
            end: 0,
            base: 0,
            mark: 0,
            line: 1,
            column: 1,
            filled: false,
            ended: false,
            invalid: false,
            limit_bytes,
        }
    }

    /// Everything read so far, when nothing has been passed yet.
    pub(crate) fn begun(&self) -> &[u8] {
        &self.buffer[..self.end]
    }

    /// The unread bytes at hand: whole characters of UTF-8.
    pub(crate) fn available(&self) -> &[u8] {
        &self.buffer[self.start..self.valid]
    }

    /// Offset of the next unread byte.
    pub(crate) fn offset_bytes(&self) -> u64 {
        self.base + self.start as u64
    }

    /// Bytes read from the source.
    pub(crate) fn read_bytes(&self) -> u64 {
        self.base + self.end as u64
    }

    /// Gets more bytes after those available. False at the end of the document.
    pub(crate) fn more(&mut self) -> Result<bool, Stop> {
        loop {
            if self.invalid || (self.ended && self.valid < self.end) {
                return Err(self
                    .fault_at(self.valid - self.start, Fault::new(&rulebook::INVALID_UTF8, &[])));
            }
            if self.ended {
                return Ok(false);
            }
            let before = self.valid;
            let moved = self.fill()?;
            self.check_utf8();
            if self.read_bytes() > self.limit_bytes {
                let fault =
                    Fault::new(&rulebook::DOCUMENT_TOO_LONG, &[Word::Number(self.limit_bytes)]);
                return Err(self.fault_at(0, fault));
            }
            if self.valid > before - moved {
                return Ok(true);
            }
        }
    }

    /// Has at least `count` bytes available, or all that are left.
    pub(crate) fn ensure(&mut self, count: usize) -> Result<&[u8], Stop> {
        while self.available().len() < count && self.more()? {}
        Ok(self.available())
    }

    /// The first bytes of the document, whatever they are.
    pub(crate) fn first_bytes(&mut self) -> Result<&[u8], Stop> {
        while self.end < 4 && !self.ended {
            self.fill()?;
        }
        self.check_utf8();
        Ok(&self.buffer[..self.end])
    }

    /// Reads once into the free end of the buffer; returns by how much the unread bytes moved down.
    fn fill(&mut self) -> Result<usize, Stop> {
        let mut moved = 0;
        if self.end == self.buffer.len() || self.start == self.end {
            moved = self.start;
            self.advance_mark();
            self.buffer.copy_within(self.start..self.end, 0);
            self.base += moved as u64;
            self.valid -= moved;
            self.end -= moved;
            self.start = 0;
            self.mark = 0;
        }
        // A source that fills the first buffer has more to come; a token may need more than any buffer.
        let full = self.end == self.buffer.len();
        if full || (self.filled && self.buffer.len() < BUFFER_BYTES) {
            let mut longer = vec![0; if full { self.buffer.len() * 2 } else { BUFFER_BYTES }];
            longer[..self.end].copy_from_slice(&self.buffer[..self.end]);
            self.buffer = longer;
        }
        loop {
            match self.source.read(&mut self.buffer[self.end..]) {
                Ok(count) => {
                    self.ended = count == 0;
                    self.filled = self.end + count == self.buffer.len();
                    self.end += count;
                    return Ok(moved);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Stop::Io(error)),
            }
        }
    }

    fn check_utf8(&mut self) {
        if self.invalid {
            return;
        }
        match std::str::from_utf8(&self.buffer[self.valid..self.end]) {
            Ok(_) => self.valid = self.end,
            Err(error) => {
                self.valid += error.valid_up_to();
                // Without a length the last character is only cut off by the end of the buffer.
                self.invalid = error.error_len().is_some();
            }
        }
    }

    /// Passes over `count` of the available bytes.
    pub(crate) fn consume(&mut self, count: usize) {
        self.start += count;
    }

    /// Passes over `count` available bytes known to be ASCII without line feeds, so that nobody has
    /// to look at them again to count columns.
    pub(crate) fn consume_ascii_line(&mut self, count: usize) {
        self.advance_mark();
        self.start += count;
        self.mark = self.start;
        self.column += count as u64;
    }

    /// Where the next unread byte stands.
    pub(crate) fn position(&mut self) -> Position {
        self.advance_mark();
        Position {
            line: self.line,
            column: self.column,
            offset_bytes: self.base + self.start as u64,
        }
    }

    /// Where the byte `ahead` of the next unread one stands.
    pub(crate) fn position_ahead(&self, ahead: usize) -> Position {
        let at = self.start + ahead;
        let (line, column) = count_lines(&self.buffer[self.mark..at], self.line, self.column);
        Position { line, column, offset_bytes: self.base + at as u64 }
    }

    pub(crate) fn fault_at(&self, ahead: usize, fault: Fault) -> Stop {
        Stop::fault(fault, self.position_ahead(ahead))
    }

    fn advance_mark(&mut self) {
        (self.line, self.column) =
            count_lines(&self.buffer[self.mark..self.start], self.line, self.column);
        self.mark = self.start;
    }
}

fn count_lines(bytes: &[u8], mut line: u64, mut column: u64) -> (u64, u64) {
    for byte in bytes {
        if *byte == b'\n' {
            line += 1;
            column = 1;
        } else if *byte & 0xC0 != 0x80 {
            column += 1;
        }
    }
    (line, column)
}
