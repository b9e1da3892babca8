//! Passing over Base64 without holding it: what it decodes to is counted, what is wrong is noted.
//!
//! Source: XML Schema Part 2, section 3.2.16 (`base64Binary`), and memo's schema: white space may stand
//! anywhere, padding is required, unused bits are zero.

use super::fault::Stop;
use super::input::Input;
use super::tokens::{Tag, TextSink, Tokens};
use crate::finding::Position;
use crate::outline::{ContentFacts, EDGE_BYTES};
use crate::rules::PassingHtml;

/// Looked at in one go. Small enough that white space in odd places costs little.
const WINDOW_BYTES: usize = 4096;
/// Looked at byte by byte before trying whole windows again.
const SLOW_BYTES: usize = 128;

const WHITE: u8 = 64;
const PADDING: u8 = 65;
const MARKUP: u8 = 66;
const OTHER: u8 = 67;

/// The six bits of a character of the alphabet; of any other its class, above 63.
pub(crate) static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut table = [OTHER; 256];
    let mut value = 0;
    while value < 64 {
        table[alphabet[value] as usize] = value as u8;
        value += 1;
    }
    table[b' ' as usize] = WHITE;
    table[b'\t' as usize] = WHITE;
    table[b'\n' as usize] = WHITE;
    table[b'\r' as usize] = WHITE;
    table[b'=' as usize] = PADDING;
    table[b'<' as usize] = MARKUP;
    table[b'&' as usize] = MARKUP;
    table
}

/// What is wrong with Base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base64Problem {
    /// A character that is not in the alphabet.
    Alphabet,
    /// Padding where none can be, or something after it.
    Padding,
    /// The last group is not filled up.
    Incomplete,
    /// Bits that no byte uses are not zero.
    UnusedBits,
}

impl Base64Problem {
    /// What content is not, in Danish and English.
    pub(crate) fn why(self) -> (&'static str, &'static str) {
        match self {
            Self::Alphabet => (
                "gyldig Base64: et tegn er uden for alfabetet (A-Z a-z 0-9 + /)",
                "valid Base64: a character is not in its alphabet (A-Z a-z 0-9 + /)",
            ),
            Self::Padding => (
                "gyldig Base64: udfyldning (=) står forkert",
                "valid Base64: padding (=) is misplaced",
            ),
            Self::Incomplete => {
                ("gyldig Base64: udfyldning (=) mangler", "valid Base64: padding (=) is missing")
            }
            Self::UnusedBits => {
                ("gyldig Base64: ubrugte bit er ikke nul", "valid Base64: unused bits are not zero")
            }
        }
    }
}

/// How far the Base64 of one file has been passed.
#[derive(Debug, Default)]
pub(crate) struct Base64Scan {
    /// Whole groups of four characters.
    groups: u64,
    /// Characters of the group begun, padding not counted.
    pending: u8,
    /// Padding seen.
    padding: u8,
    /// The last character's bits.
    last: u8,
    edges: Edges,
    /// Watches the file go by, when it is HTML.
    pub(crate) html: Option<Box<PassingHtml>>,
    /// What makes it impossible to decode.
    pub(crate) problem: Option<(Base64Problem, Position)>,
    /// What is wrong with its end and can be decoded all the same.
    pub(crate) loose: Option<(Base64Problem, Position)>,
}

impl Base64Scan {
    /// Bytes the file has once decoded.
    pub(crate) fn decoded_bytes(&self) -> u64 {
        self.groups * 3 + u64::from(self.pending.saturating_sub(1))
    }

    /// Ends the Base64; `end` is where its end tag begins.
    pub(crate) fn finish(&mut self, end: Position) {
        if self.problem.is_none() && self.pending > 0 && self.pending + self.padding != 4 {
            let incomplete = Some((Base64Problem::Incomplete, end));
            // One character alone is not even a byte.
            if self.pending == 1 {
                self.problem = incomplete;
            } else {
                self.loose = self.loose.or(incomplete);
            }
        }
    }

    fn note(&mut self, problem: Base64Problem, position: Position) {
        if problem == Base64Problem::UnusedBits {
            self.loose.get_or_insert((problem, position));
        } else {
            self.problem = Some((problem, position));
        }
    }

    /// What is known of the file; the Base64 has been passed to its end.
    pub(crate) fn facts(&mut self, valid: bool) -> ContentFacts {
        let characters = self.groups * 4 + u64::from(self.pending);
        let (first, last) = (self.edges.first(), self.edges.last(characters));
        let mut facts = ContentFacts::new(valid, self.decoded_bytes(), &first, &last);
        facts.html = self.html.take().map(|html| html.finish()).unwrap_or_default();
        facts
    }

    /// Keeps what must be known of characters of the alphabet.
    fn keep(&mut self, characters: &[u8]) {
        self.edges.note(characters);
        if let Some(html) = &mut self.html {
            html.take(characters);
        }
    }

    fn take_groups(&mut self, groups: &[u8]) {
        self.groups += (groups.len() / 4) as u64;
        self.keep(groups);
    }

    fn push(&mut self, character: u8) -> Result<(), Base64Problem> {
        match CLASSES[usize::from(character)] {
            WHITE => Ok(()),
            PADDING if self.pending < 2 || self.pending + self.padding == 4 => {
                Err(Base64Problem::Padding)
            }
            PADDING => {
                let unused = if self.pending == 2 { 0x0F } else { 0x03 };
                self.padding += 1;
                if self.last & unused == 0 { Ok(()) } else { Err(Base64Problem::UnusedBits) }
            }
            0..64 if self.padding > 0 => Err(Base64Problem::Padding),
            class @ 0..64 => {
                self.keep(&[character]);
                self.last = class;
                self.pending += 1;
                if self.pending == 4 {
                    self.pending = 0;
                    self.groups += 1;
                }
                Ok(())
            }
            _ => Err(Base64Problem::Alphabet),
        }
    }
}

/// Characters kept of the start and of the end: whole groups that make at least [`EDGE_BYTES`].
const EDGE_CHARACTERS: usize = EDGE_BYTES / 3 * 4;
/// The end is kept with room for a group begun, and moved down when as much again has come.
const TAIL_CHARACTERS: usize = 2 * (EDGE_CHARACTERS + 4);

/// The first and the last characters, white space not counted.
#[derive(Debug)]
struct Edges {
    head: [u8; EDGE_CHARACTERS],
    head_length: usize,
    tail: [u8; TAIL_CHARACTERS],
    tail_length: usize,
}

impl Default for Edges {
    fn default() -> Self {
        Self {
            head: [0; EDGE_CHARACTERS],
            head_length: 0,
            tail: [0; TAIL_CHARACTERS],
            tail_length: 0,
        }
    }
}

impl Edges {
    fn note(&mut self, characters: &[u8]) {
        let wanted = characters.len().min(EDGE_CHARACTERS - self.head_length);
        self.head[self.head_length..self.head_length + wanted]
            .copy_from_slice(&characters[..wanted]);
        self.head_length += wanted;
        let keep = TAIL_CHARACTERS / 2;
        let last = &characters[characters.len().saturating_sub(keep)..];
        if self.tail_length + last.len() > TAIL_CHARACTERS {
            self.tail.copy_within(self.tail_length - keep..self.tail_length, 0);
            self.tail_length = keep;
        }
        self.tail[self.tail_length..self.tail_length + last.len()].copy_from_slice(last);
        self.tail_length += last.len();
    }

    fn first(&self) -> Vec<u8> {
        decoded(&self.head[..self.head_length])
    }

    /// The last bytes, when so many characters went by.
    fn last(&self, characters: u64) -> Vec<u8> {
        let begins_at = characters.saturating_sub(self.tail_length as u64);
        let to_next_group = (4 - begins_at % 4) as usize % 4;
        let groups = self.tail.get(to_next_group..self.tail_length).unwrap_or_default();
        let bytes = decoded(groups);
        bytes[bytes.len().saturating_sub(EDGE_BYTES)..].to_vec()
    }
}

/// The bytes of whole groups and a last one that padding would fill up.
fn decoded(characters: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(characters.len() / 4 * 3 + 3);
    for group in characters.chunks(4) {
        let bits = group
            .iter()
            .fold(0u32, |bits, character| bits << 6 | u32::from(CLASSES[usize::from(*character)]))
            << (6 * (4 - group.len()));
        bytes.extend_from_slice(&bits.to_be_bytes()[1..group.len()]);
    }
    bytes
}

impl TextSink for Base64Scan {
    fn take(&mut self, piece: &[u8], input: &Input<'_>) -> Result<(), Stop> {
        for byte in piece {
            if self.problem.is_none()
                && let Err(problem) = self.push(*byte)
            {
                self.note(problem, input.position_ahead(0));
            }
        }
        Ok(())
    }
}

impl Tokens<'_> {
    /// The next tag; the Base64 before it goes through `scan`.
    pub(crate) fn content(&mut self, scan: &mut Base64Scan) -> Result<Tag, Stop> {
        if self.at_end_of_empty_element() {
            return self.next(scan);
        }
        let mut after_groups = false;
        loop {
            if scan.problem.is_some() {
                // The rest needs only to be XML.
                return self.next(scan);
            }
            if self.input.available().is_empty() {
                // Large files go by here: what is Base64 need not be checked to be UTF-8 as well.
                let unchecked = self.input.unchecked()?;
                let whole = whole_groups(scan, unchecked);
                if whole > 0 {
                    scan.take_groups(&unchecked[..whole]);
                    self.input.consume_unchecked(whole);
                    after_groups = true;
                    continue;
                }
                if !self.input.more()? {
                    return Err(self.truncated_element());
                }
                continue;
            }
            let whole = whole_groups(scan, self.input.available());
            if whole > 0 {
                scan.take_groups(&self.input.available()[..whole]);
                self.input.consume_ascii_line(whole);
                after_groups = true;
                continue;
            }
            self.slowly(scan, after_groups);
            after_groups = false;
            match self.input.available().first() {
                Some(b'<') => {
                    if let Some(tag) = self.markup(scan)? {
                        return Ok(tag);
                    }
                }
                Some(b'&') => {
                    let (character, length) = self.reference()?;
                    scan.take(character.encode_utf8(&mut [0; 4]).as_bytes(), &self.input)?;
                    self.input.consume(length);
                }
                _ => {}
            }
        }
    }

    /// Passes a little Base64 byte by byte, up to markup or a problem: to where whole groups may begin
    /// again, after whole groups (a line end) or inside a group (the end of a buffer), else some way.
    fn slowly(&mut self, scan: &mut Base64Scan, after_groups: bool) {
        let to_next_group = after_groups || scan.pending > 0;
        let mut passed = 0;
        for byte in self.input.available().iter().take(SLOW_BYTES) {
            let class = CLASSES[usize::from(*byte)];
            let group_begins = passed > 0 && scan.pending == 0 && class != WHITE;
            if class == MARKUP || (to_next_group && group_begins) {
                break;
            }
            if let Err(problem) = scan.push(*byte) {
                scan.note(problem, self.input.position_ahead(passed));
                if scan.problem.is_some() {
                    break;
                }
            }
            passed += 1;
        }
        self.input.consume(passed);
    }
}

/// How many of the bytes are whole groups of the alphabet alone, on one line.
fn whole_groups(scan: &Base64Scan, available: &[u8]) -> usize {
    if scan.pending > 0 || scan.padding > 0 {
        return 0;
    }
    let clean = |bytes: &[u8]| base64_simd::STANDARD_NO_PAD.check(bytes).is_ok();
    let window = &available[..available.len().min(WINDOW_BYTES)];
    let all = window.len() & !3;
    if clean(&window[..all]) {
        return all;
    }
    // Most lines are clean; the last one ends in padding.
    let line = memchr::memchr3(b'<', b'\n', b'\r', window).unwrap_or(window.len()) & !3;
    if clean(&window[..line]) {
        line
    } else if clean(&window[..line - 4]) {
        line - 4
    } else {
        0
    }
}
