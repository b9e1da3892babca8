//! The short way for what nearly all of a message is: `<memo:label>` where the schema expects it, a text
//! without references, and the end tag that belongs to it.
//!
//! Such tags and texts are compared with what is expected instead of being taken apart. Everything else,
//! and everything wrong, is left untouched for the long way in [`super::tokens`], which comes to the
//! same tags, texts and places.
//!
//! Source: see there.

use super::characters::{SPECIAL_IN_TEXT, is_white, plain_run, white_run};
use super::elements::Resolved;
use super::tokens::Tokens;
use crate::finding::Position;
use crate::kinds::{Base64, ValueKind};
use crate::schema::{ClassSchema, Kind, Namespace};
use crate::values::MemoVersion;

/// What was passed on the short way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plain {
    /// The start tag of this child, by its place in the table; the element is open now.
    Child(usize),
    /// The start tag of this child, which holds nothing but a text. The element is not open:
    /// [`Tokens::pass_text`] passes the text with its end tag and must follow.
    Text(usize, PlainText),
    /// The end tag of the open element; it is closed now.
    End,
}

/// A plain text directly ahead, with its end tag behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PlainText {
    /// Bytes of the text.
    pub(crate) length: usize,
    /// Bytes of the end tag.
    end_tag: usize,
    /// Where the end tag begins.
    line: u64,
    column: u64,
}

/// A tag is compared with a head in one go.
const HEAD_BYTES: usize = 8;

/// What a name begins with in each namespace of ours: a prefix with its colon, or nothing. Longer
/// prefixes go the long way.
#[derive(Default)]
pub(super) struct Heads([Head; Namespace::ALL.len()]);

#[derive(Clone, Copy, Default)]
struct Head {
    bytes: u64,
    /// Which bits of the eight bytes belong to it.
    mask: u64,
    length: usize,
    bound: bool,
}

impl Head {
    fn of(prefix: &[u8]) -> Option<Self> {
        let mut bytes = [0; HEAD_BYTES];
        let mut length = 0;
        if !prefix.is_empty() {
            length = prefix.len() + 1;
            bytes.get_mut(..prefix.len())?.copy_from_slice(prefix);
            *bytes.get_mut(prefix.len())? = b':';
        }
        let mask = if length == HEAD_BYTES { u64::MAX } else { (1 << (8 * length)) - 1 };
        // Columns are counted in characters.
        prefix.is_ascii().then_some(Self {
            bytes: u64::from_le_bytes(bytes),
            mask,
            length,
            bound: true,
        })
    }
}

impl Heads {
    /// A prefix (empty for the default) stands for another namespace from here on.
    pub(super) fn bind(&mut self, prefix: &[u8], namespace: &Resolved) {
        let Some(head) = Head::of(prefix) else { return };
        for other in &mut self.0 {
            other.bound &= other.bytes != head.bytes;
        }
        if let Resolved::Known(namespace) = namespace {
            self.0[*namespace as usize] = head;
        }
    }

    /// The child from place `from` of the table on whose start tag without attributes `tag` begins
    /// with, counted from after the `<`, and the length of its head.
    #[inline(always)]
    fn expected(&self, tag: &[u8], schema: &ClassSchema, from: usize) -> Option<(usize, usize)> {
        let first = u64::from_le_bytes(*tag.first_chunk::<HEAD_BYTES>()?);
        let mut index = from;
        loop {
            let element = schema.elements.get(index)?;
            let head = &self.0[element.namespace as usize];
            let length = head.length + element.name.len();
            if tag.get(length) == Some(&b'>')
                && first & head.mask == head.bytes
                && head.bound
                && tag[head.length..length] == *element.name.as_bytes()
            {
                return Some((index, head.length));
            }
            index += 1;
        }
    }
}

/// The place after a piece of the document.
struct Passed {
    length: usize,
    line: u64,
    column: u64,
}

/// White space at the start of `bytes`, as far as something follows.
#[inline(always)]
fn white(bytes: &[u8], from: &Position) -> Option<Passed> {
    let (mut line, mut column) = (from.line, from.column);
    let mut length = 0;
    loop {
        let run = white_run(&bytes[length..]);
        match run.lines {
            0 => column += run.length_bytes as u64,
            lines => {
                line += lines as u64;
                column = 1 + run.since_line_bytes as u64;
            }
        }
        length += run.length_bytes;
        let byte = *bytes.get(length)?;
        if !is_white(byte) {
            return Some(Passed { length, line, column });
        }
        if run.length_bytes == 0 {
            return None;
        }
    }
}

/// The text at the start of `bytes`, when it has no references and nothing else to look at twice, and the
/// end tag of an element called `name` follows.
#[inline(always)]
fn text(bytes: &[u8], name: &[u8], mut line: u64, mut column: u64) -> Option<PlainText> {
    let mut length = 0;
    loop {
        let run = plain_run(&bytes[length..]);
        length += run.length_bytes;
        column += run.characters as u64;
        match *bytes.get(length)? {
            b'<' => break,
            b'\n' => {
                line += 1;
                column = 1;
            }
            b'\t' => column += 1,
            // Near the end of what is at hand runs end early.
            byte if byte.is_ascii() && !SPECIAL_IN_TEXT[usize::from(byte)] => column += 1,
            _ => return None,
        }
        length += 1;
    }
    let end = bytes[length..].strip_prefix(b"</")?;
    (end.get(name.len()) == Some(&b'>') && end[..name.len()] == *name).then_some(PlainText {
        length,
        end_tag: name.len() + 3,
        line,
        column,
    })
}

impl Tokens<'_> {
    /// Passes the next tag, with white space before it, when it is the start tag of a child from place
    /// `from` of the table on, in a message of this version, or the end tag of the open element. None,
    /// and nothing is passed, when anything else stands there.
    #[inline]
    pub(crate) fn plain(
        &mut self,
        schema: &ClassSchema,
        from: usize,
        version: MemoVersion,
    ) -> Option<(Plain, Position)> {
        if self.empty_element || !self.short_way {
            return None;
        }
        let place = self.input.position();
        let available = self.input.available();
        let white = white(available, &place)?;
        let Passed { line, column, .. } = white;
        let offset_bytes = place.offset_bytes + white.length as u64;
        let position = Position { line, column, offset_bytes };
        let tag = match &available[white.length..] {
            [b'<', b'/', end @ ..] => {
                let name = self.elements.plain_name()?;
                if end.get(name.len()) != Some(&b'>') || end[..name.len()] != *name {
                    return None;
                }
                let length = name.len() + 3;
                self.tag_position = position;
                self.input.consume_to(white.length + length, line, column + length as u64);
                self.elements.close_plain();
                return Some((Plain::End, position));
            }
            [b'<', tag @ ..] => tag,
            _ => return None,
        };
        let (index, head) = self.elements.heads.expected(tag, schema, from)?;
        let element = &schema.elements[index];
        let name = &tag[..head + element.name.len()];
        let limits = self.limits;
        if element.occurs.since > version
            || self.elements.depth() >= limits.depth
            || name.len() > limits.name_bytes
            || name.len() + 2 > limits.token_bytes
        {
            return None;
        }
        let length = name.len() + 2;
        let column = column + length as u64;
        let text = match element.kind {
            Kind::Value(value) if value.name != Base64::SCHEMA.name => {
                text(&tag[name.len() + 1..], name, line, column)
                    .filter(|text| text.length <= limits.token_bytes)
            }
            _ => None,
        };
        let plain = match text {
            Some(text) => Plain::Text(index, text),
            None => {
                self.elements.open_plain(name, head, element.namespace);
                Plain::Child(index)
            }
        };
        self.tag_position = position;
        self.input.consume_to(white.length + length, line, column);
        Some((plain, position))
    }

    /// Passes a text directly ahead with its end tag.
    pub(crate) fn pass_text(&mut self, text: &PlainText) {
        let PlainText { length, end_tag, line, column } = *text;
        let offset_bytes = self.input.offset_bytes() + length as u64;
        self.tag_position = Position { line, column, offset_bytes };
        self.input.consume_to(length + end_tag, line, column + end_tag as u64);
    }
}
