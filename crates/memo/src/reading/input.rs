//! The bytes of a document: read ahead, checked to be UTF-8, handed out as text that knows line and column.

use std::cell::Cell;
use std::io::{self, Read};

use super::fault::{Fault, Stop};
use crate::finding::{Position, Word};
use crate::rulebook;

/// Enough for nearly every letter without files, and little for who wants no more than the header.
const FIRST_READ_BYTES: usize = 32 * 1024;
const READ_BYTES: usize = 64 * 1024;

/// The memory of a document, kept by each thread for the next one: making it anew takes as long as
/// reading a small message.
struct Buffers {
    raw: Vec<u8>,
    text: String,
}

thread_local! {
    static SPARE: Cell<Option<Buffers>> = const { Cell::new(None) };
}

/// A window onto the document. What is unread begins at `start`; tokens longer than the window make
/// it grow, and only as far as [`crate::Limits::token_bytes`] lets the tokenizer ask.
pub(crate) struct Input<'r> {
    source: &'r mut dyn Read,
    /// What was read; from `taken` to `end` it is neither checked nor in `text` yet.
    raw: Vec<u8>,
    taken: usize,
    end: usize,
    text: String,
    /// First unread byte of `text`.
    start: usize,
    /// Offset in the document of the first byte of `text`.
    base: u64,
    /// A place in `text`, at or before `start`, whose line and column are known.
    mark: usize,
    line: u64,
    column: u64,
    /// How far the next read may fill `raw`.
    reach: usize,
    ended: bool,
    limit_bytes: u64,
}

impl<'r> Input<'r> {
    pub(crate) fn new(source: &'r mut dyn Read, limit_bytes: u64) -> Self {
        let spare = SPARE.try_with(Cell::take).ok().flatten();
        let Buffers { raw, text } =
            spare.unwrap_or_else(|| Buffers { raw: vec![0; READ_BYTES], text: String::new() });
        Self {
            source,
            raw,
            taken: 0,
            end: 0,
            text,
            start: 0,
            base: 0,
            mark: 0,
            line: 1,
            column: 1,
            reach: FIRST_READ_BYTES,
            ended: false,
            limit_bytes,
        }
    }

    /// Everything read so far, when nothing has been passed yet.
    pub(crate) fn begun(&self) -> &[u8] {
        &self.raw[..self.end]
    }

    /// The unread bytes at hand: whole characters of UTF-8.
    pub(crate) fn available(&self) -> &[u8] {
        &self.text.as_bytes()[self.start..]
    }

    /// The same as text.
    pub(crate) fn available_text(&self) -> &str {
        // Nobody passes over a part of a character.
        self.text.get(self.start..).unwrap_or_default()
    }

    /// Offset of the next unread byte.
    pub(crate) fn offset_bytes(&self) -> u64 {
        self.base + self.start as u64
    }

    /// Bytes read from the source.
    pub(crate) fn read_bytes(&self) -> u64 {
        self.base + self.text.len() as u64 + (self.end - self.taken) as u64
    }

    /// Gets more bytes after those available. False at the end of the document.
    pub(crate) fn more(&mut self) -> Result<bool, Stop> {
        self.drop_read();
        loop {
            let raw = &self.raw[self.taken..self.end];
            let (text, invalid) = match std::str::from_utf8(raw) {
                Ok(text) => (text, false),
                Err(error) => (
                    std::str::from_utf8(&raw[..error.valid_up_to()]).unwrap_or_default(),
                    // Without a length the last character is only cut off by the end of what was read.
                    error.error_len().is_some() || self.ended,
                ),
            };
            if !text.is_empty() {
                self.text.push_str(text);
                self.taken += text.len();
                return Ok(true);
            }
            if invalid {
                let ahead = self.available().len();
                return Err(self.fault_at(ahead, Fault::new(&rulebook::INVALID_UTF8, &[])));
            }
            if self.ended {
                return Ok(false);
            }
            self.read_on()?;
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
        Ok(&self.raw[..self.end])
    }

    /// What stands directly after the available bytes, not checked in any way: at least four bytes, or
    /// all that are left.
    pub(crate) fn unchecked(&mut self) -> Result<&[u8], Stop> {
        while self.end - self.taken < 4 && !self.ended {
            self.read_on()?;
        }
        Ok(&self.raw[self.taken..self.end])
    }

    /// Passes over `count` unchecked bytes known to be ASCII without line feeds; nothing may be available.
    pub(crate) fn consume_unchecked(&mut self, count: usize) {
        self.drop_read();
        self.taken += count;
        self.base += count as u64;
        self.column += count as u64;
    }

    /// Lets go of the text that was passed over.
    fn drop_read(&mut self) {
        if self.start > 0 {
            self.advance_mark();
            self.base += self.start as u64;
            if self.start == self.text.len() {
                self.text.clear();
            } else {
                self.text.drain(..self.start);
            }
            self.start = 0;
            self.mark = 0;
        }
    }

    fn read_on(&mut self) -> Result<(), Stop> {
        self.fill()?;
        if self.read_bytes() > self.limit_bytes {
            let fault = Fault::new(&rulebook::DOCUMENT_TOO_LONG, &[Word::Number(self.limit_bytes)]);
            return Err(self.fault_at(0, fault));
        }
        Ok(())
    }

    /// Reads once, after what is left of the latest read.
    fn fill(&mut self) -> Result<(), Stop> {
        self.raw.copy_within(self.taken..self.end, 0);
        self.end -= self.taken;
        self.taken = 0;
        loop {
            match self.source.read(&mut self.raw[self.end..self.reach]) {
                Ok(count) => {
                    self.ended = count == 0;
                    self.end += count;
                    self.reach = READ_BYTES;
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Stop::Io(error)),
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
        self.column += count as u64;
        self.consume_to(count, self.line, self.column);
    }

    /// Passes over `count` available bytes after which `line` and `column` are known.
    pub(crate) fn consume_to(&mut self, count: usize, line: u64, column: u64) {
        self.start += count;
        self.mark = self.start;
        self.line = line;
        self.column = column;
    }

    /// Where the next unread byte stands.
    #[inline]
    pub(crate) fn position(&mut self) -> Position {
        if self.mark < self.start {
            self.advance_mark();
        }
        Position { line: self.line, column: self.column, offset_bytes: self.offset_bytes() }
    }

    /// Where the byte `ahead` of the next unread one stands.
    pub(crate) fn position_ahead(&self, ahead: usize) -> Position {
        let at = self.start + ahead;
        let passed = &self.text.as_bytes()[self.mark..at];
        let (line, column) = count_lines(passed, self.line, self.column);
        Position { line, column, offset_bytes: self.base + at as u64 }
    }

    pub(crate) fn fault_at(&self, ahead: usize, fault: Fault) -> Stop {
        Stop::fault(fault, self.position_ahead(ahead))
    }

    fn advance_mark(&mut self) {
        let passed = &self.text.as_bytes()[self.mark..self.start];
        (self.line, self.column) = count_lines(passed, self.line, self.column);
        self.mark = self.start;
    }
}

impl Drop for Input<'_> {
    fn drop(&mut self) {
        let (raw, mut text) = (std::mem::take(&mut self.raw), std::mem::take(&mut self.text));
        // A rare long token must not make the thread hold more for ever.
        if text.capacity() <= 2 * READ_BYTES {
            text.clear();
            // A thread that ends keeps nothing.
            let _ = SPARE.try_with(|spare| spare.set(Some(Buffers { raw, text })));
        }
    }
}

fn count_lines(bytes: &[u8], line: u64, column: u64) -> (u64, u64) {
    // Bytes that go on with a character count for no column.
    let columns = |bytes: &[u8]| bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count() as u64;
    match memchr::memrchr(b'\n', bytes) {
        None => (line, column + columns(bytes)),
        Some(last) => {
            let lines = 1 + memchr::memchr_iter(b'\n', &bytes[..last]).count() as u64;
            (line + lines, 1 + columns(&bytes[last + 1..]))
        }
    }
}
