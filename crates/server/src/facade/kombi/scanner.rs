//! The markup of a document as it comes: tags, text and the rest, each with its bytes untouched. No
//! more than one tag is in memory, and text comes in pieces.
//!
//! What is absent: entities and names that fit each other. Whether a message is well-formed is found
//! out by those who read it; here only its ends are looked for.

use std::io::{self, Read};
use std::ops::Range;

/// Bytes of one tag, comment or instruction.
const MARKUP_BYTES: usize = 256 * 1024;
const READ_BYTES: usize = 64 * 1024;

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `<a …>`
    Start,
    /// `<a …/>`
    Empty,
    /// `</a>`
    End,
    /// A piece of text.
    Text,
    /// A piece of text that is meant as it stands.
    Verbatim,
    /// A comment, an instruction, the marks around verbatim text.
    Other,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum ScanError {
    #[error("{0}")]
    Form(&'static str),
    #[error(transparent)]
    Read(#[from] io::Error),
}

pub(super) struct Scanner<R> {
    source: R,
    buffer: Vec<u8>,
    at: usize,
    ended: bool,
    verbatim: bool,
}

impl<R: Read> Scanner<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, buffer: Vec::new(), at: 0, ended: false, verbatim: false }
    }

    /// Bytes of what came last.
    pub(super) fn bytes(&self, range: &Range<usize>) -> &[u8] {
        self.buffer.get(range.clone()).unwrap_or_default()
    }

    /// What comes next, and where its bytes are until the next call.
    pub(super) fn next(&mut self) -> Result<Option<(Kind, Range<usize>)>, ScanError> {
        self.buffer.drain(..self.at);
        self.at = 0;
        if self.verbatim {
            return self.in_verbatim();
        }
        if !self.have(1)? {
            return Ok(None);
        }
        if self.buffer[0] != b'<' {
            let end = self.buffer.iter().position(|byte| *byte == b'<');
            return Ok(Some(self.take(Kind::Text, end.unwrap_or(self.buffer.len()))));
        }
        if self.have(9)? && self.buffer.starts_with(b"<![CDATA[") {
            self.verbatim = true;
            return Ok(Some(self.take(Kind::Other, 9)));
        }
        if self.buffer.starts_with(b"<!--") {
            let end = self.find(4, b"-->")?;
            return Ok(Some(self.take(Kind::Other, end)));
        }
        if self.buffer.starts_with(b"<?") {
            let end = self.find(2, b"?>")?;
            return Ok(Some(self.take(Kind::Other, end)));
        }
        if self.buffer.starts_with(b"<!") {
            return Err(ScanError::Form("a kombi_request has no document type"));
        }
        let end = self.tag_end()?;
        let kind = match (self.buffer.get(1), self.buffer.get(end.wrapping_sub(2))) {
            (Some(b'/'), _) => Kind::End,
            (_, Some(b'/')) => Kind::Empty,
            _ => Kind::Start,
        };
        Ok(Some(self.take(kind, end)))
    }

    fn in_verbatim(&mut self) -> Result<Option<(Kind, Range<usize>)>, ScanError> {
        if !self.have(3)? {
            return Err(unfinished());
        }
        if self.buffer.starts_with(b"]]>") {
            self.verbatim = false;
            return Ok(Some(self.take(Kind::Other, 3)));
        }
        let end = find(&self.buffer, b"]]>");
        // The last two bytes may belong to the end mark.
        let end = end.unwrap_or((self.buffer.len() - 2).max(1));
        Ok(Some(self.take(Kind::Verbatim, end)))
    }

    fn take(&mut self, kind: Kind, end: usize) -> (Kind, Range<usize>) {
        self.at = end;
        (kind, 0..end)
    }

    /// Where the tag that begins here ends.
    fn tag_end(&mut self) -> Result<usize, ScanError> {
        let mut quote = None;
        let mut at = 1;
        loop {
            while let Some(&byte) = self.buffer.get(at) {
                at += 1;
                match quote {
                    Some(open) if byte == open => quote = None,
                    Some(_) => {}
                    None if byte == b'"' || byte == b'\'' => quote = Some(byte),
                    None if byte == b'>' => return Ok(at),
                    None => {}
                }
            }
            self.must_grow()?;
        }
    }

    /// Where this mark ends, looked for from there on.
    fn find(&mut self, from: usize, mark: &[u8]) -> Result<usize, ScanError> {
        let mut from = from;
        loop {
            if let Some(found) = self.buffer.get(from..).and_then(|rest| find(rest, mark)) {
                return Ok(from + found + mark.len());
            }
            from = from.max(self.buffer.len().saturating_sub(mark.len()));
            self.must_grow()?;
        }
    }

    fn must_grow(&mut self) -> Result<(), ScanError> {
        if self.buffer.len() > MARKUP_BYTES {
            return Err(ScanError::Form("a tag or comment is over the limit of 262144 bytes"));
        }
        let before = self.buffer.len();
        self.have(before + 1)?;
        if self.buffer.len() == before { Err(unfinished()) } else { Ok(()) }
    }

    /// Reads until there are so many bytes; `false` when there never will be.
    fn have(&mut self, wanted: usize) -> Result<bool, ScanError> {
        while self.buffer.len() < wanted && !self.ended {
            let before = self.buffer.len();
            self.buffer.resize(before + READ_BYTES, 0);
            let read = self.source.read(&mut self.buffer[before..]);
            self.buffer.truncate(before + *read.as_ref().unwrap_or(&0));
            match read {
                Ok(0) => self.ended = true,
                Err(fault) if fault.kind() != io::ErrorKind::Interrupted => {
                    return Err(fault.into());
                }
                _ => {}
            }
        }
        Ok(self.buffer.len() >= wanted)
    }
}

fn find(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    bytes.windows(mark.len()).position(|window| window == mark)
}

fn unfinished() -> ScanError {
    ScanError::Form("the document ends too early")
}

/// The name of a tag, without its prefix.
pub(super) fn local_name(tag: &[u8]) -> &[u8] {
    let name = full_name(tag);
    name.iter().position(|byte| *byte == b':').map_or(name, |colon| &name[colon + 1..])
}

/// The name of a tag as it stands.
pub(super) fn full_name(tag: &[u8]) -> &[u8] {
    let inner = tag.strip_prefix(b"</").or_else(|| tag.strip_prefix(b"<")).unwrap_or(tag);
    let end =
        inner.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'));
    &inner[..end.unwrap_or(inner.len())]
}

/// The declarations of namespaces in a tag: each name (`xmlns` or `xmlns:a`) with all its text.
pub(super) fn namespaces(tag: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut found = Vec::new();
    let mut rest = &tag[(1 + full_name(tag).len()).min(tag.len())..];
    while let Some(equals) = rest.iter().position(|byte| *byte == b'=') {
        let name = rest[..equals].trim_ascii();
        let after = rest[equals + 1..].trim_ascii_start();
        let Some((&quote, value)) = after.split_first() else { break };
        let Some(end) = value.iter().position(|byte| *byte == quote) else { break };
        if name == b"xmlns" || name.starts_with(b"xmlns:") {
            let text = [name, b"=", &after[..end + 2]].concat();
            found.push((name.to_vec(), text));
        }
        rest = &value[end + 1..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(into.len());
            into[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn scan(text: &[u8], step: usize) -> Result<Vec<(Kind, Vec<u8>)>, ScanError> {
        let mut scanner = Scanner::new(Slow(text, step));
        let mut all: Vec<(Kind, Vec<u8>)> = Vec::new();
        while let Some((kind, range)) = scanner.next()? {
            let bytes = scanner.bytes(&range);
            match all.last_mut() {
                Some((Kind::Text, last)) if kind == Kind::Text => last.extend(bytes),
                Some((Kind::Verbatim, last)) if kind == Kind::Verbatim => last.extend(bytes),
                _ => all.push((kind, bytes.to_vec())),
            }
        }
        Ok(all)
    }

    #[test]
    fn markup_is_told_apart_however_it_is_cut_and_no_byte_is_lost() {
        let text = b"<?xml version='1.0'?><a b='>' c=\"/>\"><!-- <x> --><b/>t\xc3\xa6xt<![CDATA[<d>]]]></a>";
        let expected = [
            Kind::Other,
            Kind::Start,
            Kind::Other,
            Kind::Empty,
            Kind::Text,
            Kind::Other,
            Kind::Verbatim,
            Kind::Other,
            Kind::End,
        ];
        for step in [1, 2, 3, 7, 1000] {
            let all = scan(text, step).unwrap();
            let kinds: Vec<Kind> = all.iter().map(|(kind, _)| *kind).collect();
            assert_eq!(kinds, expected, "{step}");
            let bytes: Vec<u8> = all.into_iter().flat_map(|(_, bytes)| bytes).collect();
            assert_eq!(bytes, text, "{step}");
        }
    }

    #[test]
    fn what_does_not_end_or_is_too_long_is_told() {
        for text in ["<a", "<a b='", "<!-- x", "<?x", "<![CDATA[x", "<!DOCTYPE a>"] {
            assert!(scan(text.as_bytes(), 4).is_err(), "{text}");
        }
        let long = format!("<a b='{}'>", "x".repeat(2 * MARKUP_BYTES));
        assert!(scan(long.as_bytes(), 100_000).is_err());
    }

    #[test]
    fn namespaces_are_found_with_their_text() {
        let found = namespaces(b"<p:a xmlns='u' b = \"c\" xmlns:p = \"v\">");
        assert_eq!(found[0], (b"xmlns".to_vec(), b"xmlns='u'".to_vec()));
        assert_eq!(found[1], (b"xmlns:p".to_vec(), b"xmlns:p=\"v\"".to_vec()));
        assert_eq!(local_name(b"<p:a xmlns='u'>"), b"a");
        assert!(namespaces(b"<a b='").is_empty());
        assert!(namespaces(b"<").is_empty());
    }
}
