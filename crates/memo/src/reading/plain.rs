//! The short way for what nearly all of a message is: `<memo:label>` where the schema expects it, a text
//! without references, and the end tag that belongs to it.
//!
//! Such tags and texts are compared with what is expected instead of being taken apart. Everything else,
//! and everything wrong, is left untouched for the long way in [`super::tokens`], which comes to the
//! same tags, texts and places.
//!
//! Source: see there.

use super::characters::plain_run;
use super::elements::Resolved;
use super::tokens::Tokens;
use crate::finding::Position;
use crate::schema::{ClassSchema, Namespace};

/// A tag passed on the short way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlainTag {
    /// The start tag of this child, by its place in the table.
    Child(usize),
    /// The end tag of the open element.
    End,
}

/// A plain text directly ahead.
pub(crate) struct PlainText {
    /// Bytes of it.
    pub(crate) length: usize,
    /// Where it ends.
    line: u64,
    column: u64,
}

/// Longer prefixes go the long way.
const HEAD_BYTES: usize = 8;

/// What a name begins with in each namespace of ours: a prefix with its colon, or nothing.
#[derive(Default)]
pub(super) struct Heads([Head; Namespace::ALL.len()]);

#[derive(Clone, Copy, Default)]
struct Head {
    bytes: [u8; HEAD_BYTES],
    length: usize,
    bound: bool,
}

impl Head {
    fn of(prefix: &[u8]) -> Option<Self> {
        let mut head = Self { bound: true, ..Self::default() };
        if !prefix.is_empty() {
            head.length = prefix.len() + 1;
            head.bytes.get_mut(..prefix.len())?.copy_from_slice(prefix);
            *head.bytes.get_mut(prefix.len())? = b':';
        }
        // Columns are counted in characters.
        prefix.is_ascii().then_some(head)
    }
}

impl Heads {
    /// A prefix (empty for the default) stands for another namespace from here on.
    pub(super) fn bind(&mut self, prefix: &[u8], namespace: &Resolved) {
        let Some(head) = Head::of(prefix) else { return };
        for other in &mut self.0 {
            if other.bound && other.bytes == head.bytes {
                other.bound = false;
            }
        }
        if let Resolved::Known(namespace) = namespace {
            self.0[*namespace as usize] = head;
        }
    }
}

impl Tokens<'_> {
    /// Passes the next tag, with white space before it, when it is the start tag of a child from place
    /// `from` of the table on, or the end tag of the open element. None, and nothing is passed, when
    /// anything else stands there.
    pub(crate) fn plain_tag(&mut self, schema: &ClassSchema, from: usize) -> Option<PlainTag> {
        if self.empty_element {
            return None;
        }
        let Position { mut line, mut column, offset_bytes } = self.input.position();
        let available = self.input.available();
        let mut white = 0;
        loop {
            match available.get(white)? {
                b'\n' => {
                    line += 1;
                    column = 1;
                }
                b' ' | b'\t' | b'\r' => column += 1,
                b'<' => break,
                _ => return None,
            }
            white += 1;
        }
        let tag_position = Position { line, column, offset_bytes: offset_bytes + white as u64 };
        let tag = &available[white + 1..];
        if let Some(end) = tag.strip_prefix(b"/") {
            let name = self.elements.plain_name()?;
            if !(end.starts_with(name) && end.get(name.len()) == Some(&b'>')) {
                return None;
            }
            let length = name.len() + 3;
            self.tag_position = tag_position;
            self.input.consume_to(white + length, line, column + length as u64);
            self.elements.close_plain();
            return Some(PlainTag::End);
        }
        if self.elements.depth() >= self.limits.depth {
            return None;
        }
        let heads = &self.elements.heads;
        let (index, head) = (from..schema.elements.len()).find_map(|index| {
            let element = &schema.elements[index];
            let head = &heads.0[element.namespace as usize];
            let end = head.length + element.name.len();
            let expected = head.bound
                && tag.get(end) == Some(&b'>')
                && tag[head.length..end] == *element.name.as_bytes()
                && tag[..head.length] == head.bytes[..head.length];
            expected.then_some((index, head.length))
        })?;
        let element = &schema.elements[index];
        let length = head + element.name.len();
        if length > self.limits.name_bytes || length + 1 > self.limits.token_bytes {
            return None;
        }
        self.elements.open_plain(&tag[..length], head, element.namespace);
        self.tag_position = tag_position;
        let length = length + 2;
        self.input.consume_to(white + length, line, column + length as u64);
        Some(PlainTag::Child(index))
    }

    /// The text up to the end tag of the open element, when nothing but plain text and that end tag
    /// stands there; nothing is passed.
    pub(crate) fn plain_text(&mut self) -> Option<PlainText> {
        if self.empty_element {
            return None;
        }
        let Position { mut line, mut column, .. } = self.input.position();
        let available = self.input.available();
        let mut length = 0;
        loop {
            let run = plain_run(&available[length..]);
            length += run.length_bytes;
            column += run.characters as u64;
            match available.get(length)? {
                b'<' => break,
                b'\n' => {
                    line += 1;
                    column = 1;
                }
                b'\t' | b' '..=b'%' | b'\''..=b';' | b'=' | b'?'..=0x7F => column += 1,
                _ => return None,
            }
            length += 1;
        }
        let name = self.elements.plain_name()?;
        let end = available[length + 1..].strip_prefix(b"/")?;
        let ended = end.starts_with(name) && end.get(name.len()) == Some(&b'>');
        let fits = length.max(name.len() + 2) <= self.limits.token_bytes;
        (ended && fits).then_some(PlainText { length, line, column })
    }

    /// Passes the text just found and the end tag after it.
    pub(crate) fn pass_plain_text(&mut self, text: PlainText) {
        let PlainText { length, line, column } = text;
        let offset_bytes = self.input.offset_bytes() + length as u64;
        self.tag_position = Position { line, column, offset_bytes };
        let tag = self.elements.plain_name().map_or(0, <[u8]>::len) + 3;
        self.input.consume_to(length + tag, line, column + tag as u64);
        self.elements.close_plain();
    }
}
