//! Looking at the markup of a document that has been read: where a tag ends, what its attributes are.
//!
//! The document is well-formed up to where these look, so they need no checks of their own; on anything
//! else they find nothing.

use std::io::{self, Read, SeekFrom};
use std::ops::Range;

use super::Document;

/// Bytes of one tag or simple element that are looked at; longer ones are not repaired.
const MARKUP_BYTES: u64 = 256 * 1024;

/// The bytes of the document from `range`, cut at [`MARKUP_BYTES`].
pub(super) fn bytes(document: &mut dyn Document, range: Range<u64>) -> io::Result<Vec<u8>> {
    document.seek(SeekFrom::Start(range.start))?;
    let length = range.end.saturating_sub(range.start).min(MARKUP_BYTES);
    let mut bytes = Vec::new();
    document.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A start tag.
pub(super) struct StartTag {
    /// The name with its prefix, in the document.
    pub(super) name: Range<u64>,
    /// The prefix without its colon; empty when there is none.
    pub(super) prefix: String,
    pub(super) attributes: Vec<Attribute>,
    /// Where `>` or `/>` stands.
    pub(super) end: u64,
    pub(super) is_empty: bool,
}

/// An attribute of a tag.
pub(super) struct Attribute {
    pub(super) name: String,
    /// As written between the quotes.
    pub(super) value: String,
    /// From the white space before it to its last quote.
    pub(super) range: Range<u64>,
    /// Between its quotes.
    pub(super) value_range: Range<u64>,
}

impl StartTag {
    pub(super) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// `prefix:name`, or the name alone.
    pub(super) fn qualified(&self, name: &str) -> String {
        if self.prefix.is_empty() { name.to_owned() } else { format!("{}:{name}", self.prefix) }
    }
}

/// The start tag that begins at `offset`.
pub(super) fn start_tag(document: &mut dyn Document, offset: u64) -> io::Result<Option<StartTag>> {
    let bytes = bytes(document, offset..offset + MARKUP_BYTES)?;
    Ok(parse_start_tag(&bytes, offset))
}

fn parse_start_tag(bytes: &[u8], offset: u64) -> Option<StartTag> {
    let at = |index: usize| offset + index as u64;
    let text = |range: Range<usize>| String::from_utf8_lossy(&bytes[range]).into_owned();
    if bytes.first() != Some(&b'<') {
        return None;
    }
    let name_end = 1 + bytes[1..].iter().position(|byte| b" \t\r\n/>".contains(byte))?;
    let colon = bytes[1..name_end].iter().position(|byte| *byte == b':');
    let prefix = colon.map(|colon| text(1..1 + colon)).unwrap_or_default();
    let mut attributes = Vec::new();
    let mut next = name_end;
    loop {
        let begins = next + bytes[next..].iter().position(|byte| !byte.is_ascii_whitespace())?;
        match bytes[begins] {
            b'>' | b'/' => {
                let name = at(1)..at(name_end);
                let is_empty = bytes[begins] == b'/';
                return Some(StartTag { name, prefix, attributes, end: at(begins), is_empty });
            }
            _ => {}
        }
        let equals = begins + bytes[begins..].iter().position(|byte| *byte == b'=')?;
        let opening =
            equals + bytes[equals..].iter().position(|byte| matches!(byte, b'"' | b'\''))?;
        let closing =
            opening + 1 + bytes[opening + 1..].iter().position(|byte| *byte == bytes[opening])?;
        attributes.push(Attribute {
            name: text(begins..equals).trim_end().to_owned(),
            value: text(opening + 1..closing),
            range: at(next)..at(closing + 1),
            value_range: at(opening + 1)..at(closing),
        });
        next = closing + 1;
    }
}

/// What stands between the tags of a simple element: its place, or the whole element when it is
/// written as one empty tag, with the text around that makes two tags of it.
pub(super) fn inside(
    document: &mut dyn Document,
    element: Range<u64>,
) -> io::Result<Option<(Range<u64>, [String; 2])>> {
    let bytes = bytes(document, element.clone())?;
    if bytes.len() as u64 != element.end - element.start {
        return Ok(None);
    }
    let Some(tag) = parse_start_tag(&bytes, element.start) else { return Ok(None) };
    if tag.is_empty {
        let name =
            (tag.name.start - element.start) as usize..(tag.name.end - element.start) as usize;
        let name = String::from_utf8_lossy(&bytes[name]).into_owned();
        let before = String::from_utf8_lossy(&bytes[..(tag.end - element.start) as usize]);
        return Ok(Some((element, [format!("{before}>"), format!("</{name}>")])));
    }
    let end = memchr::memmem::rfind(&bytes, b"</").map(|end| element.start + end as u64);
    Ok(end.map(|end| (tag.end + 1..end, Default::default())))
}

/// Where the end tag of an element that ends before `end` begins its name.
pub(super) fn end_tag_name(document: &mut dyn Document, end: u64) -> io::Result<Option<u64>> {
    let from = end.saturating_sub(2048);
    let bytes = bytes(document, from..end)?;
    Ok(memchr::memmem::rfind(&bytes, b"</").map(|at| from + at as u64 + 2))
}

/// Where the root's start tag begins.
pub(super) fn root(document: &mut dyn Document) -> io::Result<Option<u64>> {
    let bytes = bytes(document, 0..MARKUP_BYTES)?;
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'<', &bytes[at..]) {
        at += found;
        let rest = &bytes[at..];
        let passed = if rest.starts_with(b"<!--") {
            memchr::memmem::find(rest, b"-->")
        } else if rest.starts_with(b"<?") {
            memchr::memmem::find(rest, b"?>")
        } else {
            return Ok(Some(at as u64));
        };
        match passed {
            Some(passed) => at += passed,
            None => return Ok(None),
        }
    }
    Ok(None)
}

/// A text as it stands between tags.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\r' => escaped.push_str("&#13;"),
            other => escaped.push(other),
        }
    }
    escaped
}
